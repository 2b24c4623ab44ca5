// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * event.c - the event that belongs to a stream, and waiting for notifications.
 */
#define _GNU_SOURCE	/* preadv2 */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "internal.h"

/* Reads the number of unread notifications from the stream file, without waiting. */
static uint64_t unread(struct wavert_stream *stream)
{
	struct wavert_read record = { 0 };
	struct iovec part = { &record, sizeof(record) };

	if (!stream->reads || preadv2(stream->fd, &part, 1, -1, RWF_NOWAIT) <= 0)
		return 0;
	return record.points;
}

/*
 * From now on wavert_stream_wait() waits for this event. Its count starts with the points that
 * have passed since the last wait. A point that passes in between is counted twice, never lost.
 */
static void begin_with_unread(struct wavert_stream *stream, int event)
{
	uint64_t points = stream->waited ? unread(stream) : 0;

	if (points && write(event, &points, sizeof(points)) < 0)
		return;	/* cannot happen: the counter of an eventfd is large enough */
}

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
	begin_with_unread(stream, fd);
	stream->event = fd;
	return fd;
}

static int is_gone(const struct wavert_stream *stream)
{
	return __atomic_load_n(&stream->page->state, __ATOMIC_ACQUIRE) == WAVERT_STATE_GONE;
}

static int wait_for_event(struct wavert_stream *stream, int timeout_ms, uint64_t *points)
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

/* Returns 1 if *record is set; 0 if the time has elapsed, or another thread has read it. */
static int read_record(struct wavert_stream *stream, int timeout_ms, struct wavert_read *record)
{
	struct pollfd p = { .fd = stream->fd, .events = POLLIN };
	struct iovec part = { record, sizeof(*record) };
	ssize_t got = -1;
	int n = 1;

	if (timeout_ms < 0) {
		got = read(stream->fd, record, sizeof(*record));
		if (got > 0 || errno != EAGAIN)	/* EAGAIN: the client has set O_NONBLOCK */
			return got > 0 ? 1 : -errno;
	}
	n = poll(&p, 1, timeout_ms);
	if (n > 0)
		got = preadv2(stream->fd, &part, 1, -1, RWF_NOWAIT);
	if (n < 0 || (n && got < 0 && errno != EAGAIN))
		return -errno;
	return got > 0;
}

/* As with an event: points that passed before the first call are not counted. */
static int wait_for_record(struct wavert_stream *stream, int timeout_ms, uint64_t *points)
{
	struct wavert_read record = { 0 };
	int got;

	if (!stream->waited)
		unread(stream);
	stream->waited = true;
	got = read_record(stream, timeout_ms, &record);
	if (got == -EOPNOTSUPP && !stream->page->buffer_bytes)
		return -EAGAIN;
	if (got > 0 && points)
		*points = record.points;
	return got;
}

int wavert_stream_wait(struct wavert_stream *stream, int timeout_ms, uint64_t *points)
{
	if (stream->reads && stream->event < 0)
		return wait_for_record(stream, timeout_ms, points);
	return wait_for_event(stream, timeout_ms, points);
}
