// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * wdmks.c - the order of calls of PortAudio's WDM-KS host on Windows, for porting a client: query
 * whether the pin supports notifications; allocate a notification buffer with count 2; if that
 * fails, a buffer without notifications, which is polled; if that also fails, try both again with
 * the size rounded up to 128 bytes. The position comes from the register, else from a call, plus
 * the FIFO. Both kinds have the same wait: when polled, a timer replaces the event.
 *
 *	wdmks [CARD [SECONDS [polled]]]		polled: as if no pin could notify
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <wavert.h>

#include "saw.h"

struct pin {
	struct wavert_stream *stream;
	int wake;		/* event of the stream, or a timer */
	int polled;
	char *buffer;
	size_t bytes;
	unsigned int fifo;	/* bytes between buffer and codec */
	uint64_t written;	/* frames */
};

/* Try both kinds of buffer at one size. */
static int get_buffer(struct pin *p, int notifies, size_t bytes)
{
	int err = -EOPNOTSUPP;

	p->polled = 0;
	if (notifies)
		err = wavert_stream_alloc(p->stream, bytes, 2, 0);
	if (err) {
		p->polled = 1;
		err = wavert_stream_alloc(p->stream, bytes, 0, 0);
	}
	return err;
}

/* A timer of a fifth of the buffer, at least 1 ms. */
static int get_timer(size_t bytes)
{
	long ns = (long)(bytes / FRAME_BYTES) * (1000000000L / RATE) / 5;
	struct itimerspec t = { .it_interval.tv_nsec = ns > 1000000 ? ns : 1000000 };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	t.it_value = t.it_interval;
	if (fd < 0 || timerfd_settime(fd, 0, &t, NULL))
		return -errno;
	return fd;
}

static int open_pin(struct pin *p, struct wavert_device *device, int polled)
{
	size_t wanted = RATE / 20 * FRAME_BYTES;
	const volatile void *address;
	struct wavert_latency latency;
	struct wavert_register info;
	struct wavert_caps caps;
	int err;

	err = wavert_device_caps(device, WAVERT_PLAYBACK, 0, &caps);
	if (err)
		return err;
	err = wavert_stream_open(&p->stream, device, WAVERT_PLAYBACK, 0, 0);
	if (err)
		return err;
	err = wavert_stream_set_format(p->stream, RATE, WAVERT_FORMAT_S16, 2);
	if (err)
		return err;
	polled |= !(caps.offers & WAVERT_OFFERS_NOTIFICATION);
	err = get_buffer(p, !polled, wanted);
	if (err)
		err = get_buffer(p, !polled, (wanted + 127) / 128 * 128);
	if (err)
		return err;
	p->buffer = wavert_stream_buffer(p->stream, &p->bytes);
	if (p->polled)
		p->wake = get_timer(p->bytes);
	else
		p->wake = wavert_stream_event(p->stream);
	if (p->wake < 0)
		return p->wake;
	/* POSITIONREGISTER; if there is none, position() calls wavert_stream_position() */
	if (wavert_stream_map_register(p->stream, WAVERT_REGISTER_POSITION, &info, &address))
		fputs("no position register\n", stderr);
	if (!wavert_stream_latency(p->stream, &latency))
		p->fifo = latency.fifo_bytes;
	return 0;
}

/* Bytes since the start that have left the buffer. */
static int position(struct pin *p, uint64_t *linear)
{
	struct wavert_position asked;
	struct wavert_now now;
	int err = wavert_stream_now(p->stream, &now);

	if (!err && now.source == WAVERT_FROM_REGISTER) {
		*linear = now.linear;
		return 0;
	}
	*linear = 0;
	if (err)
		return err;
	err = wavert_stream_position(p->stream, &asked);
	if (err)
		return err;
	*linear = asked.linear;
	return 0;
}

/* Fill the buffer up to one cycle after the position. */
static int serve(struct pin *p, uint64_t *played)
{
	uint64_t linear, from, to;
	size_t cycle = p->bytes / FRAME_BYTES;
	int err = position(p, &linear);

	if (err)
		return err;
	*played = linear / FRAME_BYTES;
	to = *played + cycle;
	for (from = p->written; from < to; from++)
		saw(p->buffer + from % cycle * FRAME_BYTES, from, 1);
	if (to > p->written)
		p->written = to;
	return 0;
}

static int run(struct pin *p, int abort_fd, uint64_t frames)
{
	struct pollfd fds[2] = {
		{ .fd = p->wake, .events = POLLIN }, { .fd = abort_fd, .events = POLLIN },
	};
	uint64_t played = 0, count, wakeups = 0, late = 0, before;
	int err = serve(p, &played);

	if (!err)
		err = wavert_stream_set_state(p->stream, WAVERT_STATE_RUN);
	while (!err && played < frames) {
		if (poll(fds, 2, 1000) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents)
			break;
		if (read(p->wake, &count, sizeof(count)) == sizeof(count))
			wakeups++;
		before = p->written;
		err = serve(p, &played);
		late += !err && played > before;
	}
	if (err)
		return err;
	wavert_stream_set_state(p->stream, WAVERT_STATE_PAUSE);
	wavert_stream_set_state(p->stream, WAVERT_STATE_STOP);
	printf("%s: played %llu frames, fifo %u bytes, wake-ups %llu, late %llu\n",
	       p->polled ? "polled" : "notification, count 2", (unsigned long long)played,
	       p->fifo, (unsigned long long)wakeups, (unsigned long long)late);
	if (late)
		return -EPIPE;
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = "0";
	uint64_t frames = (uint64_t)RATE * 2;
	struct wavert_device *device = NULL;
	struct pin p = { .wake = -1 };
	int abort_pipe[2], err;

	if (pipe(abort_pipe))	/* a write to it would end the loop */
		return failed("pipe", -errno);
	if (argc > 1)
		name = argv[1];
	if (argc > 2)
		frames = RATE * (uint64_t)atoi(argv[2]);
	err = wavert_open(&device, name);
	if (err)
		return failed("open", err);
	err = open_pin(&p, device, argc > 3 && !strcmp(argv[3], "polled"));
	if (!err)
		err = run(&p, abort_pipe[0], frames);
	if (p.polled && p.wake >= 0)
		close(p.wake);
	wavert_stream_close(p.stream);
	wavert_close(device);
	if (err)
		return failed("wdmks", err);
	return 0;
}
