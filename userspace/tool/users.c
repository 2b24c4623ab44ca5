// SPDX-License-Identifier: GPL-2.0-only
/*
 * users.c - who uses the cards of a PCI device: processes that hold a node of one open, and
 * streams that are open although no such process is seen (we may be in a PID namespace of
 * our own, or the process has closed the node and kept a mapping).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "pci.h"

#define MAJOR_ALSA	116
#define MAJOR_OSS	14

/* A node of ALSA or OSS whose device hangs below the PCI device. */
static bool is_node(const struct pci_device *d, dev_t rdev)
{
	char path[64], real[PATH_MAX], part[32];

	if (major(rdev) != MAJOR_ALSA && major(rdev) != MAJOR_OSS)
		return false;
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major(rdev), minor(rdev));
	snprintf(part, sizeof(part), "/%s/", d->address);
	return realpath(path, real) && strstr(real, part);
}

static void process_name(const char *pid, char *name, size_t size)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (!f || !fgets(name, (int)size, f))
		snprintf(name, size, "a process");
	if (f)
		fclose(f);
	name[strcspn(name, "\n")] = 0;
}

/* Does this process hold a node, or a WaveRT stream if one of the card's is open? */
static bool process_uses(const struct pci_device *d, const char *pid, bool streams)
{
	char path[PATH_MAX], target[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	struct stat st;
	char name[32];
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;	/* it has ended, or is somebody else's */
	while (!found && (entry = readdir(dir))) {
		n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = 0;
		if (streams && !strcmp(target, "anon_inode:[wavert]"))
			found = true;
		else if (!strncmp(target, "/dev/", 5))	/* no stat() on a server that is gone */
			found = !fstatat(dirfd(dir), entry->d_name, &st, 0) &&
				S_ISCHR(st.st_mode) && is_node(d, st.st_rdev);
	}
	closedir(dir);
	if (!found)
		return false;
	process_name(pid, name, sizeof(name));
	fprintf(stderr, "wavert: %s is in use: %s (pid %s) has %s open\n", d->address, name, pid,
		target);
	return true;
}

static bool processes(const struct pci_device *d, bool streams)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir("/proc");

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    process_uses(d, entry->d_name, streams))
			found = true;
	if (dir)
		closedir(dir);
	return found;
}

/* ---- streams ---------------------------------------------------------------------- */

static bool is_open(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[80];
	bool open;

	if (!f)
		return false;
	open = fgets(line, sizeof(line), f) && strcmp(line, "closed\n") != 0;
	fclose(f);
	return open;
}

static bool substreams(const struct pci_device *d, int card)
{
	bool found = false;
	char pattern[64];
	glob_t list;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/proc/asound/card%d/pcm*/sub*/status", card);
	if (glob(pattern, 0, NULL, &list))
		return false;
	for (i = 0; i < list.gl_pathc; i++) {
		if (!is_open(list.gl_pathv[i]))
			continue;
		fprintf(stderr, "wavert: %s is in use: %s says so, by a process that cannot be seen from here\n",
			d->address, list.gl_pathv[i]);
		found = true;
	}
	globfree(&list);
	return found;
}

/* Does a card of ours say that a WaveRT client runs or observes one of its streams? */
static bool wavert_streams(int card)
{
	char path[64], line[160];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "owner WaveRT") ||
		    (strstr(line, "observers") && !strstr(line, "observers 0")))
			found = true;
	if (f)
		fclose(f);
	return found;
}

bool pci_in_use(const struct pci_device *d)
{
	bool streams = false, found = false;
	int card;

	for (card = pci_card(d, 0); card >= 0; card = pci_card(d, card + 1))
		streams |= wavert_streams(card);
	if (processes(d, streams))
		return true;
	for (card = pci_card(d, 0); card >= 0; card = pci_card(d, card + 1))
		found |= substreams(d, card);
	if (streams && !found)
		fprintf(stderr, "wavert: %s is in use: a process that cannot be seen from here has a WaveRT stream\n",
			d->address);
	return found || streams;
}
