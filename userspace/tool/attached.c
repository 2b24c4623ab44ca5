// SPDX-License-Identifier: GPL-2.0-only
/*
 * attached.c - which card is attached to which, by the platform device that is the parent of ours.
 */
#include <dirent.h>
#include <stdio.h>

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
	int foreign;

	for (foreign = 0; foreign < WAVERT_CARDS_MAX; foreign++)
		if (attached_card(foreign) == card)
			return foreign;
	return -1;
}
