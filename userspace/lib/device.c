// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * device.c - find and open the filter node of a card.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <sound/asound.h>

#include "internal.h"

static int card_of_id(const char *id)
{
	char path[64], line[64];
	int card;

	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (!fgets(line, sizeof(line), f))
			line[0] = 0;
		fclose(f);
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, id))
			return card;
	}
	return -ENODEV;
}

static int card_of_name(const char *name)
{
	char *end;
	long card;

	if (!strncmp(name, "hw:", 3))
		name += 3;
	if (!isdigit((unsigned char)name[0]))
		return card_of_id(name);
	card = strtol(name, &end, 10);
	if (*end || card >= WAVERT_CARDS_MAX)
		return -ENODEV;
	return (int)card;
}

static int is_filter(int fd)
{
	struct snd_hwdep_info info;

	memset(&info, 0, sizeof(info));
	return !ioctl(fd, SNDRV_HWDEP_IOCTL_INFO, &info) &&
	       !strcmp((char *)info.id, WAVERT_HWDEP_ID);
}

int wavert_open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (is_filter(fd))
		return fd;
	close(fd);
	return -ENXIO;
}

static int open_card(int card)
{
	char path[64];
	int i, fd, err = -ENXIO;

	for (i = 0; i < WAVERT_HWDEPS_MAX; i++) {
		snprintf(path, sizeof(path), WAVERT_HWDEP_NODE, card, i);
		fd = wavert_open_node(path);
		if (fd >= 0)
			return fd;
		if (fd != -ENOENT && fd != -ENXIO)
			err = fd;
	}
	snprintf(path, sizeof(path), "/dev/snd/controlC%d", card);
	if (err == -ENXIO && access(path, F_OK))
		return -ENODEV;
	return err;
}

static int card_of_fd(int fd)
{
	struct snd_hwdep_info info;

	memset(&info, 0, sizeof(info));
	if (ioctl(fd, SNDRV_HWDEP_IOCTL_INFO, &info))
		return -errno;
	return info.card;
}

static int ask_version(int fd, struct wavert_version *version)
{
	memset(version, 0, sizeof(*version));
	if (ioctl(fd, WAVERT_IOC_VERSION, version))
		return -errno;
	return 0;
}

static int open_name(const char *name)
{
	int card;

	if (name[0] == '/')
		return wavert_open_node(name);
	card = card_of_name(name);
	if (card < 0)
		return card;
	return open_card(card);
}

int wavert_version_of(const char *name, struct wavert_version *version)
{
	int fd = open_name(name), err;

	if (fd < 0)
		return fd;
	err = ask_version(fd, version);
	close(fd);
	return err;
}

static int check_version(int fd)
{
	struct wavert_version v;
	int err = ask_version(fd, &v);

	if (err)
		return err;
	if (v.abi_major == WAVERT_ABI_MAJOR)
		return 0;
	return -EPROTO;
}

int wavert_open(struct wavert_device **device, const char *name)
{
	struct wavert_device *d;
	int fd = open_name(name), err;

	if (fd < 0)
		return fd;
	err = check_version(fd);
	if (err)
		d = NULL;
	else
		d = calloc(1, sizeof(*d));
	if (!d) {
		close(fd);
		return err ? err : -ENOMEM;
	}
	d->fd = fd;
	d->card = card_of_fd(fd);
	*device = d;
	return 0;
}

void wavert_close(struct wavert_device *device)
{
	if (!device)
		return;
	close(device->fd);
	free(device);
}

int wavert_device_card(const struct wavert_device *device)
{
	return device->card;
}

int wavert_device_version(struct wavert_device *device, struct wavert_version *version)
{
	return ask_version(device->fd, version);
}

int wavert_device_caps(struct wavert_device *device, unsigned int direction, unsigned int pin,
		       struct wavert_caps *caps)
{
	memset(caps, 0, sizeof(*caps));
	caps->direction = direction;
	caps->pin = pin;
	if (ioctl(device->fd, WAVERT_IOC_CAPS, caps))
		return -errno;
	return 0;
}
