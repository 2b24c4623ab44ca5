// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * timer.c - play without an event: a timer wakes the program, and wavert_stream_now() returns
 * the position of the hardware. The buffer is long, and half of it is kept filled. So the program
 * may be late by half a buffer, and the hardware may fetch half a buffer ahead of its position.
 * The hardware interrupts no client.
 *
 *	timer [CARD [SECONDS]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <wavert.h>

#include "saw.h"

#define SLEEP_MS	20
#define BUFFER_MS	200

static void sleep_until(struct timespec *t)
{
	t->tv_nsec += SLEEP_MS * 1000000L;
	if (t->tv_nsec >= 1000000000) {
		t->tv_nsec -= 1000000000;
		t->tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, t, NULL) == EINTR)
		;
}

/* Writes frames from .. to - 1 of the stream; wraps at the end of the buffer. */
static void fill(char *buffer, size_t bytes, uint64_t from, uint64_t to)
{
	size_t cycle = bytes / FRAME_BYTES, at, n;

	for (; cycle && from < to; from += n) {
		at = from % cycle;
		n = to - from;
		if (n > cycle - at)
			n = cycle - at;
		saw(buffer + at * FRAME_BYTES, from, n);
	}
}

static int play(struct wavert_stream *stream, uint64_t frames)
{
	static const char *const sources[] = { "register", "page", "driver" };
	size_t bytes;
	char *buffer = wavert_stream_buffer(stream, &bytes);
	uint64_t ahead = bytes / FRAME_BYTES / 2, written = ahead, at, lost = 0;
	struct wavert_now now;
	struct timespec t;
	int err;

	fill(buffer, bytes, 0, ahead);
	wavert_stream_barrier(stream);
	err = wavert_stream_set_state(stream, WAVERT_STATE_RUN);
	if (err)
		return failed("run", err);
	clock_gettime(CLOCK_MONOTONIC, &t);
	do {
		sleep_until(&t);
		err = wavert_stream_now(stream, &now);
		if (err)
			return failed("position", err);
		at = now.linear / FRAME_BYTES;
		if (at > written) {
			lost += at - written;
			written = at;
		}
		if (at + ahead > written) {
			fill(buffer, bytes, written, at + ahead);
			wavert_stream_barrier(stream);
			written = at + ahead;
		}
	} while (at < frames);
	wavert_stream_set_state(stream, WAVERT_STATE_STOP);
	printf("played %llu frames, position from the %s, lost %llu frames\n",
	       (unsigned long long)at, sources[now.source], (unsigned long long)lost);
	return lost != 0;
}

static int set_up(struct wavert_stream **stream, struct wavert_device *device)
{
	int err;

	err = wavert_stream_open(stream, device, WAVERT_PLAYBACK, 0, 0);
	if (err)
		return err;
	err = wavert_stream_set_format(*stream, RATE, WAVERT_FORMAT_S16, 2);
	if (err)
		return err;
	/* 0 notifications: timer mode */
	return wavert_stream_alloc(*stream, FRAME_BYTES * RATE / 1000 * BUFFER_MS, 0, 0);
}

int main(int argc, char **argv)
{
	const char *name = "0";
	uint64_t frames = (uint64_t)RATE * 2;
	struct wavert_stream *stream = NULL;
	struct wavert_device *device = NULL;
	const volatile void *address;
	struct wavert_register info;
	int err, code;

	if (argc > 1)
		name = argv[1];
	if (argc > 2)
		frames = RATE * (uint64_t)atoi(argv[2]);
	err = wavert_open(&device, name);
	if (err)
		return failed("open", err);
	err = set_up(&stream, device);
	/* if there is a position register, wavert_stream_now() reads it from now on */
	if (!err && wavert_stream_map_register(stream, WAVERT_REGISTER_POSITION, &info, &address))
		fputs("no position register: using the page and the clock\n", stderr);
	if (err)
		code = failed("set up", err);
	else
		code = play(stream, frames);
	wavert_stream_close(stream);
	wavert_close(device);
	return code;
}
