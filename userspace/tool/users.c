// SPDX-License-Identifier: GPL-2.0-only
/*
 * users.c - users of a card, or of the cards of a PCI device: processes that hold a node
 * open, and streams that are open although no such process is visible (the command may run in a PID
 * namespace, or the process has closed the node and kept a mapping).
 */
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
#include "tool.h"

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

/* ---- processes -------------------------------------------------------------------- */

struct opener {
	char pid[16], name[32], file[PATH_MAX];
};

/* True if this descriptor has one of those files open. fds: directory of descriptors. */
typedef bool (*wanted_fn)(const void *what, int fds, const char *fd, const char *file);

static bool opens(const char *pid, wanted_fn wanted, const void *what, struct opener *o)
{
	struct dirent *entry;
	bool found = false;
	char path[300];
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;	/* it has ended, or belongs to another user */
	while (!found && (entry = readdir(dir))) {
		n = readlinkat(dirfd(dir), entry->d_name, o->file, sizeof(o->file) - 1);
		if (n < 0)
			n = 0;
		o->file[n] = 0;
		found = n > 0 && wanted(what, dirfd(dir), entry->d_name, o->file);
	}
	closedir(dir);
	return found;
}

/* The next process that has such a file open; this one does not count. */
static bool next_opener(DIR *proc, wanted_fn wanted, const void *what, struct opener *o)
{
	struct dirent *entry;
	char path[300];

	while (proc && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    strtol(entry->d_name, NULL, 10) == getpid() ||
		    !opens(entry->d_name, wanted, what, o))
			continue;
		snprintf(o->pid, sizeof(o->pid), "%.15s", entry->d_name);
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (!first_line(path, o->name, sizeof(o->name)))
			snprintf(o->name, sizeof(o->name), "a process");
		return true;
	}
	return false;
}

/* A PCM of the card, or a WaveRT stream of any card. */
static bool of_card(const void *card, int fds, const char *fd, const char *file)
{
	char node[32];

	(void)fds;
	(void)fd;
	snprintf(node, sizeof(node), "/dev/snd/pcmC%dD", *(const int *)card);
	return !strcmp(file, "anon_inode:[wavert]") || !strncmp(file, node, strlen(node));
}

bool card_holder(int card, char *text, size_t size)
{
	DIR *proc = opendir("/proc");
	struct opener o;
	bool found = next_opener(proc, of_card, &card, &o);

	if (found)
		snprintf(text, size, "%s (pid %s)", o.name, o.pid);
	if (proc)
		closedir(proc);
	return found;
}

struct use {
	const struct pci_device *d;
	bool streams;			/* a WaveRT stream of the device's cards is open */
};

static bool of_device(const void *what, int fds, const char *fd, const char *file)
{
	const struct use *use = what;
	struct stat st;

	if (use->streams && !strcmp(file, "anon_inode:[wavert]"))
		return true;
	return !strncmp(file, "/dev/", 5) &&	/* no stat() on an unreachable server */
	       !fstatat(fds, fd, &st, 0) && S_ISCHR(st.st_mode) && is_node(use->d, st.st_rdev);
}

static bool processes(const struct pci_device *d, bool streams)
{
	const struct use use = { .d = d, .streams = streams };
	DIR *proc = opendir("/proc");
	bool found = false;
	struct opener o;

	for (; next_opener(proc, of_device, &use, &o); found = true)
		fprintf(stderr, "wavert: %s is in use: %s (pid %s) has %s open\n", d->address,
			o.name, o.pid, o.file);
	if (proc)
		closedir(proc);
	return found;
}

/* ---- streams ---------------------------------------------------------------------- */

static bool is_open(const char *path)
{
	char line[80];

	return first_line(path, line, sizeof(line)) && strcmp(line, "closed") != 0;
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

/* True if the card reports that a WaveRT client runs or observes one of its streams. */
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
