// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * epoll_two.c - playback and capture in one event loop by epoll(7), each with the event of its
 * stream. If the recording is not silent, its discontinuities are counted: with a cable (or the
 * simulator's loopback) from output to input there must be none.
 *
 *	epoll_two [CARD [SECONDS]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <wavert.h>

#include "saw.h"

struct side {
	unsigned int direction;
	struct wavert_stream *stream;
	int event;
	uint64_t next;		/* packet to check, or to fill */
	int lost;
	uint64_t breaks, heard;
	int16_t last;
};

static int open_side(struct side *s, struct wavert_device *device, int epoll)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = s };
	int err;

	err = wavert_stream_open(&s->stream, device, s->direction, 0, 0);
	if (err)
		return err;
	err = wavert_stream_set_format(s->stream, RATE, WAVERT_FORMAT_S16, 2);
	if (err)
		return err;
	err = wavert_stream_alloc(s->stream, RATE / 10 * FRAME_BYTES, 2, 0);
	if (err)
		return err;
	s->event = wavert_stream_event(s->stream);
	if (s->event < 0)
		return s->event;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, s->event, &e))
		return -errno;
	return 0;
}

static void listen_to(struct side *s, const int16_t *sample)
{
	size_t i, frames = wavert_stream_packet_bytes(s->stream) / FRAME_BYTES;

	for (i = 0; i < frames; i++, sample += 2) {
		if (s->heard || sample[0]) {
			s->breaks += s->heard && (int16_t)(s->last + 64) != sample[0];
			s->heard++;
		}
		s->last = sample[0];
	}
}

/* The event of one side was readable: fill or check the packets that may be accessed now. */
static int serve(struct side *s)
{
	unsigned int count;
	uint64_t points;
	int late;

	if (read(s->event, &points, sizeof(points)) < 0 && errno != EAGAIN)
		return -errno;
	if (s->direction == WAVERT_PLAYBACK)
		return saw_packets(s->stream, &s->next, &s->lost);
	late = wavert_stream_readable(s->stream, &s->next, &count);
	if (late < 0)
		return late;
	s->lost += late;
	for (; count; count--, s->next++)
		listen_to(s, wavert_stream_packet(s->stream, s->next));
	return 0;
}

static int loop(int epoll, const struct side *play, uint64_t packets)
{
	struct epoll_event ready[2];
	int i, n, err;

	do {
		n = epoll_wait(epoll, ready, 2, 1000);
		if (n < 0 && errno != EINTR)
			return -errno;
		for (i = 0; i < n; i++) {
			err = serve(ready[i].data.ptr);
			if (err)
				return err;
		}
	} while (play->next < packets);
	return 0;
}

/* The capture runs first, so that it hears everything. */
static int run(struct side *record, struct side *play, struct wavert_device *device,
	       uint64_t packets)
{
	int err, epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		return -errno;
	err = open_side(record, device, epoll);
	if (err)
		return err;
	err = open_side(play, device, epoll);
	if (err)
		return err;
	err = saw_packets(play->stream, &play->next, &play->lost);
	if (err)
		return err;
	err = wavert_stream_set_state(record->stream, WAVERT_STATE_RUN);
	if (err)
		return err;
	err = wavert_stream_set_state(play->stream, WAVERT_STATE_RUN);
	if (err)
		return err;
	return loop(epoll, play, packets);
}

int main(int argc, char **argv)
{
	const char *name = "0";
	uint64_t packets = (uint64_t)20 * 2;
	struct side play = { .direction = WAVERT_PLAYBACK };
	struct side record = { .direction = WAVERT_CAPTURE };
	struct wavert_device *device = NULL;
	int err;

	if (argc > 1)
		name = argv[1];
	if (argc > 2)
		packets = 20 * (uint64_t)atoi(argv[2]);
	err = wavert_open(&device, name);
	if (err)
		return failed("open", err);
	err = run(&record, &play, device, packets);
	wavert_stream_close(play.stream);
	wavert_stream_close(record.stream);
	wavert_close(device);
	if (err)
		return failed("epoll_two", err);
	record.lost += play.lost;
	printf("captured %llu frames of sound, breaks %llu, packets lost %d\n",
	       (unsigned long long)record.heard, (unsigned long long)record.breaks,
	       record.lost);
	return record.breaks || record.lost;
}
