// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * read_loop.c - the shortest client: play for some seconds, woken by read() of an eventfd.
 *
 *	read_loop [CARD [SECONDS]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <wavert.h>

#include "saw.h"

static int play(struct wavert_stream *stream, int event, uint64_t packets)
{
	uint64_t next = 0, points, wakeups = 0;
	int err, lost = 0;

	err = saw_packets(stream, &next, &lost);
	if (!err)
		err = wavert_stream_set_state(stream, WAVERT_STATE_RUN);
	while (!err && next < packets) {
		/* sleeps until a packet has been played; one wake-up may stand for several */
		if (read(event, &points, sizeof(points)) != sizeof(points))
			return failed("read", -errno);
		wakeups++;
		err = saw_packets(stream, &next, &lost);
	}
	if (!err)
		err = wavert_stream_drain(stream, next * wavert_stream_packet_bytes(stream), -1);
	if (err < 0)
		return failed("play", err);
	printf("played %llu packets, wake-ups %llu, lost %d\n", (unsigned long long)next,
	       (unsigned long long)wakeups, lost);
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
	/* 200 ms, two notifications a cycle */
	err = wavert_stream_alloc(*stream, RATE / 5 * FRAME_BYTES, 2, 0);
	if (err)
		return err;
	return wavert_stream_register(*stream, event);
}

int main(int argc, char **argv)
{
	const char *name = "0";
	int seconds = 2;
	struct wavert_stream *stream = NULL;
	struct wavert_device *device = NULL;
	int err, event, code;

	if (argc > 1)
		name = argv[1];
	if (argc > 2)
		seconds = atoi(argv[2]);
	err = wavert_open(&device, name);
	if (err)
		return failed("open", err);
	event = eventfd(0, EFD_CLOEXEC);	/* blocking: read() waits */
	if (event < 0)
		return failed("eventfd", -errno);
	err = set_up(&stream, device, event);
	if (err)
		code = failed("set up", err);
	else
		code = play(stream, event, (uint64_t)seconds * 10);
	wavert_stream_close(stream);
	wavert_close(device);
	return code;
}
