// SPDX-License-Identifier: GPL-2.0-only
/*
 * attached.c - which card is attached to which, by the platform device that is the parent of ours.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define DEVICE "snd-wavert-attach."

int attached_card(int foreign)
{
	struct dirent *entry;
	char path[96];
	int card = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/platform/devices/" DEVICE "%d/sound", foreign);
	dir = opendir(path);
	while (dir && card < 0 && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "card%d", &card) != 1)
			card = -1;
	if (dir)
		closedir(dir);
	return card;
}

int attached_to(int card)
{
	char path[64], target[PATH_MAX];
	const char *name;
	ssize_t n;
	int foreign;

	snprintf(path, sizeof(path), "/sys/class/sound/card%d/device", card);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -1;
	target[n] = 0;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (sscanf(name, DEVICE "%d", &foreign) != 1)
		return -1;
	return foreign;
}
