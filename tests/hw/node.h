/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * node.h - streams of a given card, for tests with more than one; the calls are those of
 * tests/guest/abi.h. Static functions.
 */
#ifndef WRT_TESTS_HW_NODE_H
#define WRT_TESTS_HW_NODE_H

#include "../guest/abi.h"

static inline int card_filter(int card)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", card);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* A stream, or a negative errno. */
static inline int card_stream(int card, unsigned int direction, unsigned int flags)
{
	struct wavert_new_stream arg = { .direction = direction, .flags = flags };
	int filter = card_filter(card), err;

	if (filter < 0)
		return filter;
	err = call(filter, WAVERT_IOC_NEW_STREAM, &arg);
	close(filter);
	return err ? -err : arg.fd;
}

static inline int card_caps(int card, unsigned int direction, struct wavert_caps *caps)
{
	int filter = card_filter(card), err;

	if (filter < 0)
		return -filter;
	memset(caps, 0, sizeof(*caps));
	caps->direction = direction;
	err = call(filter, WAVERT_IOC_CAPS, caps);
	close(filter);
	return err;
}

/* S16 stereo with count points a buffer of just these bytes, or a negative errno. */
static inline int card_ready(int card, unsigned int direction, unsigned int rate,
			     unsigned int count, unsigned int bytes, struct wavert_buffer *b)
{
	unsigned int flags = WAVERT_ALLOC_NOTIFICATION | (count > 2 ? WAVERT_ALLOC_ANY_COUNT : 0);
	int fd = card_stream(card, direction, 0), err;

	if (fd < 0)
		return fd;
	err = set_format(fd, rate, WAVERT_FORMAT_S16, 2);
	if (!err)
		err = alloc_full(fd, flags, count, bytes, b);
	if (!err && b->actual_bytes != bytes)
		err = ERANGE;
	if (!err)
		return fd;
	close(fd);
	return -err;
}

#endif
