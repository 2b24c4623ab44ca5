// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * event.c - the event that belongs to a stream, and waiting for it.
 */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

int wavert_stream_event(struct wavert_stream *stream)
{
	int fd, err;

	if (stream->event >= 0)
		return stream->event;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	err = wavert_stream_register(stream, fd);
	if (err) {
		close(fd);
		return err;
	}
	stream->event = fd;
	return fd;
}

static int is_gone(const struct wavert_stream *stream)
{
	return __atomic_load_n(&stream->page->state, __ATOMIC_ACQUIRE) == WAVERT_STATE_GONE;
}

int wavert_stream_wait(struct wavert_stream *stream, int timeout_ms, uint64_t *points)
{
	struct pollfd p = { .events = POLLIN };
	uint64_t value;
	int n;

	p.fd = wavert_stream_event(stream);
	if (p.fd < 0)
		return p.fd;
	if (is_gone(stream))	/* the signal of the removal may have been read already */
		return -ENODEV;
	n = poll(&p, 1, timeout_ms);
	if (n < 0)
		return -errno;
	if (is_gone(stream))
		return -ENODEV;
	if (!n || read(p.fd, &value, sizeof(value)) != (ssize_t)sizeof(value))
		return 0;	/* timeout, or another thread has read the event */
	if (points)
		*points = value;
	return 1;
}
