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
	size_t bytes, packet;
	char *buffer = wavert_stream_buffer(stream, &bytes);
	struct wavert_snapshot now;
	uint64_t written, count, wakeups = 0, lost = 0;
	int err;

	packet = bytes / 2;
	saw(buffer, 0, bytes / FRAME_BYTES);
	written = 2;
	err = wavert_stream_set_state(stream, WAVERT_STATE_RUN);
	if (err)
		return failed("run", err);
	do {
		/* sleeps until a packet has been played; may stand for several */
		if (read(event, &count, sizeof(count)) != sizeof(count))
			return failed("read", -errno);
		wakeups++;
		wavert_stream_snapshot(stream, &now);
		if (now.state == WAVERT_STATE_GONE)
			return failed("the device", -ENODEV);
		if (now.packets >= written) {	/* we were too late for these */
			lost += now.packets + 1 - written;
			written = now.packets + 1;
		}
		for (; written < now.packets + 2; written++)
			saw(buffer + written % 2 * packet, written * (packet / FRAME_BYTES),
			    packet / FRAME_BYTES);
	} while (now.packets < packets);
	wavert_stream_set_state(stream, WAVERT_STATE_STOP);
	printf("played %llu packets, wake-ups %llu, lost %llu\n", (unsigned long long)now.packets,
	       (unsigned long long)wakeups, (unsigned long long)lost);
	return lost != 0;
}

int main(int argc, char **argv)
{
	int seconds = argc > 2 ? atoi(argv[2]) : 2;
	struct wavert_stream *stream = NULL;
	struct wavert_device *device = NULL;
	int err, event, code;

	err = wavert_open(&device, argc > 1 ? argv[1] : "0");
	if (err)
		return failed("open", err);
	err = wavert_stream_open(&stream, device, WAVERT_PLAYBACK, 0, 0);
	if (!err)
		err = wavert_stream_set_format(stream, RATE, WAVERT_FORMAT_S16, 2);
	if (!err)	/* 200 ms, two notifications a cycle */
		err = wavert_stream_alloc(stream, RATE / 5 * FRAME_BYTES, 2, 0);
	event = eventfd(0, EFD_CLOEXEC);	/* blocking: read() waits */
	if (!err)
		err = event < 0 ? -errno : wavert_stream_register(stream, event);
	code = err ? failed("set up", err) : play(stream, event, (uint64_t)seconds * 10);
	wavert_stream_close(stream);
	wavert_close(device);
	return code;
}
