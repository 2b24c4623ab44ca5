// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * uring.c - play from an io_uring: a read of the event is always in flight, and its completion is
 * the notification. The loop makes no other system call than io_uring_enter().
 *
 *	uring [CARD [SECONDS]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include <liburing.h>
#include <wavert.h>

#include "saw.h"

static uint64_t count;		/* the kernel writes the event's value here */

static int next_read(struct io_uring *ring, int event)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	if (!sqe)
		return -EBUSY;
	io_uring_prep_read(sqe, event, &count, sizeof(count), 0);
	if (io_uring_submit(ring) < 0)
		return -EIO;
	return 0;
}

/* Wait for the read, and submit the next one. */
static int wait_for(struct io_uring *ring, int event)
{
	struct io_uring_cqe *cqe;
	int n = io_uring_wait_cqe(ring, &cqe);

	if (n)
		return n;
	n = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	if (n < 0)
		return n;
	return next_read(ring, event);
}

static int play(struct wavert_stream *stream, struct io_uring *ring, int event, uint64_t packets)
{
	uint64_t next = 0;
	int err, lost = 0;

	err = saw_packets(stream, &next, &lost);
	if (!err)
		err = next_read(ring, event);
	if (!err)
		err = wavert_stream_set_state(stream, WAVERT_STATE_RUN);
	while (!err && next < packets) {
		err = wait_for(ring, event);
		if (!err)
			err = saw_packets(stream, &next, &lost);
	}
	if (!err)
		err = wavert_stream_drain(stream, next * wavert_stream_packet_bytes(stream), -1);
	if (err < 0)
		return failed("play", err);
	printf("played %llu packets, lost %d\n", (unsigned long long)next, lost);
	return lost != 0;
}

static int set_up(struct wavert_stream **stream, struct wavert_device *device, int event)
{
	int err;

	err = wavert_stream_open(stream, device, WAVERT_PLAYBACK, 0, 0);
	if (err)
		return err;
	err = wavert_stream_set_format(*stream, RATE, WAVERT_FORMAT_S16, 2);
	if (err)
		return err;
	err = wavert_stream_alloc(*stream, RATE / 10 * FRAME_BYTES, 2, 0);
	if (err)
		return err;
	return wavert_stream_register(*stream, event);
}

int main(int argc, char **argv)
{
	const char *name = "0";
	uint64_t packets = (uint64_t)20 * 2;
	struct wavert_stream *stream = NULL;
	struct wavert_device *device = NULL;
	struct io_uring ring;
	int err, event, code;

	err = io_uring_queue_init(4, &ring, 0);
	if (err)
		return failed("io_uring", err);
	if (argc > 1)
		name = argv[1];
	if (argc > 2)
		packets = 20 * (uint64_t)atoi(argv[2]);
	err = wavert_open(&device, name);
	if (err)
		return failed("open", err);
	/*
	 * A blocking eventfd: io_uring waits for it. A non-blocking one, such as that of
	 * wavert_stream_event(), returns EAGAIN at once; to use it, poll it first.
	 */
	event = eventfd(0, EFD_CLOEXEC);
	if (event < 0)
		return failed("eventfd", -errno);
	err = set_up(&stream, device, event);
	if (err)
		code = failed("set up", err);
	else
		code = play(stream, &ring, event, packets);
	wavert_stream_close(stream);
	wavert_close(device);
	io_uring_queue_exit(&ring);
	return code;
}
