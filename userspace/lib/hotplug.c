// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * hotplug.c - report cards with a WaveRT node that may be opened, as they are added and removed.
 *
 * The state is that of the directory /dev/snd, which is read again after every change. inotify
 * only triggers that, so merged or lost events do no damage.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

struct node {
	ino_t inode;			/* 0: there is no such node */
	struct timespec changed;	/* st_ctim when the node was tried: permissions change it */
	bool filter;			/* it is a filter and may be opened */
};

struct wavert_devices {
	int fd;
	struct node nodes[WAVERT_CARDS_MAX][WAVERT_HWDEPS_MAX];
	ino_t shown[WAVERT_CARDS_MAX];	/* the filter reported to the caller; 0: none */
	char name[16];
};

/* Discard pending events, and watch the directory if it is new. */
static int renew_watch(struct wavert_devices *d)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	const uint32_t changes = IN_CREATE | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;

	while (read(d->fd, events, sizeof(events)) > 0)
		;
	if (inotify_add_watch(d->fd, "/dev/snd", changes) >= 0)
		return 0;
	/* the directory does not exist if there is no sound card */
	if (errno == ENOENT && inotify_add_watch(d->fd, "/dev", IN_CREATE | IN_ONESHOT) >= 0 &&
	    (inotify_add_watch(d->fd, "/dev/snd", changes) >= 0 || errno == ENOENT))
		return 0;
	return -errno;
}

int wavert_devices_open(struct wavert_devices **devices)
{
	struct wavert_devices *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (d->fd < 0)
		err = -errno;
	else
		err = renew_watch(d);
	if (err) {
		wavert_devices_close(d);
		return err;
	}
	*devices = d;
	return 0;
}

void wavert_devices_close(struct wavert_devices *devices)
{
	if (!devices)
		return;
	if (devices->fd >= 0)
		close(devices->fd);
	free(devices);
}

int wavert_devices_fd(const struct wavert_devices *devices)
{
	return devices->fd;
}

/* Opening a node may wake another driver's hardware, so it is tried again only after a change. */
static int try_node(struct node *n, const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st)) {
		*n = (struct node){ 0 };
		return 0;
	}
	if (n->inode == st.st_ino && n->changed.tv_sec == st.st_ctim.tv_sec &&
	    n->changed.tv_nsec == st.st_ctim.tv_nsec)
		return 0;
	fd = wavert_open_node(path);
	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
		return fd;
	*n = (struct node){ .inode = st.st_ino, .changed = st.st_ctim, .filter = fd >= 0 };
	if (fd >= 0)
		close(fd);
	return 0;
}

/* [out] *filter: the inode of the card's filter; 0 if the card has none. */
static int filter_of(struct wavert_devices *d, int card, ino_t *filter)
{
	char path[64];
	int i, err;

	*filter = 0;
	for (i = 0; i < WAVERT_HWDEPS_MAX; i++) {
		struct node *n = &d->nodes[card][i];

		snprintf(path, sizeof(path), WAVERT_HWDEP_NODE, card, i);
		err = try_node(n, path);
		if (err)
			return err;
		if (n->filter && !*filter)
			*filter = n->inode;
	}
	return 0;
}

/* A card that was removed and added again is reported twice: removed, then added. */
static int change_of(struct wavert_devices *d, int card)
{
	ino_t filter;
	int err = filter_of(d, card, &filter);

	if (err || filter == d->shown[card])
		return err;
	snprintf(d->name, sizeof(d->name), "%d", card);
	if (d->shown[card]) {
		d->shown[card] = 0;
		return WAVERT_DEVICE_REMOVED;
	}
	d->shown[card] = filter;
	return WAVERT_DEVICE_ADDED;
}

static int any_change(struct wavert_devices *d)
{
	int card, change = 0;

	for (card = 0; card < WAVERT_CARDS_MAX && !change; card++)
		change = change_of(d, card);
	return change;
}

int wavert_device_next(struct wavert_devices *devices, int timeout_ms, const char **name)
{
	const uint64_t deadline = deadline_of(timeout_ms);
	struct pollfd p = { .fd = devices->fd, .events = POLLIN };
	int n, change;

	do {
		change = renew_watch(devices);
		if (!change)
			change = any_change(devices);
		if (change > 0)
			*name = devices->name;
		if (change)
			return change;
		n = poll(&p, 1, ms_until(deadline));
	} while (n > 0);
	if (n < 0)
		return -errno;
	return 0;
}
