// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * epoll_two.c - playback and capture in one event loop by epoll(7), each with the event that
 * its stream brings along. Counts the breaks in what is captured, if anything but silence is:
 * with a cable (or the simulator's loopback) from output to input there must be none.
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
	char *buffer;
	size_t packet;		/* bytes */
	uint64_t done;		/* packets heard, or filled, so far */
	uint64_t lost, breaks, heard;
	int16_t last;
};

static int open_side(struct side *s, struct wavert_device *device, int epoll)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = s };
	size_t bytes;
	int err;

	err = wavert_stream_open(&s->stream, device, s->direction, 0, 0);
	if (!err)
		err = wavert_stream_set_format(s->stream, RATE, WAVERT_FORMAT_S16, 2);
	if (!err)
		err = wavert_stream_alloc(s->stream, RATE / 10 * FRAME_BYTES, 2, 0);
	if (err)
		return err;
	s->event = wavert_stream_event(s->stream);
	if (s->event < 0)
		return s->event;
	s->buffer = wavert_stream_buffer(s->stream, &bytes);
	s->packet = bytes / 2;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, s->event, &e) ? -errno : 0;
}

/* Packet p of the playback, before it is fetched. */
static void fill(struct side *s, uint64_t p)
{
	size_t frames = s->packet / FRAME_BYTES;

	saw(s->buffer + p % 2 * s->packet, p * frames, frames);
}

/* Packet p of the capture, after it is complete. */
static void listen_to(struct side *s, uint64_t p)
{
	const int16_t *sample = (const int16_t *)(s->buffer + p % 2 * s->packet);
	size_t i;

	for (i = 0; i < s->packet / FRAME_BYTES; i++, sample += 2) {
		if (s->heard || sample[0]) {
			s->breaks += s->heard && (int16_t)(s->last + 64) != sample[0];
			s->heard++;
		}
		s->last = sample[0];
	}
}

/* The event of one side was readable: serve what has become free or complete. */
static int serve(struct side *s)
{
	struct wavert_snapshot now;
	uint64_t count, first;

	if (read(s->event, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return -errno;
	wavert_stream_snapshot(s->stream, &now);
	if (now.state == WAVERT_STATE_GONE)
		return -ENODEV;
	/* playback: the one played now is out of reach; capture: older than one cycle is gone */
	first = s->direction == WAVERT_PLAYBACK ? now.packets + 1 :
		now.packets ? now.packets - 1 : 0;
	if (s->done < first) {
		s->lost += first - s->done;
		s->done = first;
	}
	if (s->direction == WAVERT_PLAYBACK)
		for (; s->done < now.packets + 2; s->done++)
			fill(s, s->done);
	else
		for (; s->done < now.packets; s->done++)
			listen_to(s, s->done);
	return 0;
}

static int loop(int epoll, const struct side *play, uint64_t packets)
{
	struct epoll_event ready[2];
	struct wavert_snapshot now;
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
		wavert_stream_snapshot(play->stream, &now);
	} while (now.packets < packets);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t packets = 20 * (uint64_t)(argc > 2 ? atoi(argv[2]) : 2);
	struct side play = { .direction = WAVERT_PLAYBACK };
	struct side record = { .direction = WAVERT_CAPTURE };
	struct wavert_device *device = NULL;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int err = epoll < 0 ? -errno : wavert_open(&device, argc > 1 ? argv[1] : "0");

	if (!err)
		err = open_side(&record, device, epoll);
	if (!err)
		err = open_side(&play, device, epoll);
	if (!err) {
		fill(&play, 0);
		fill(&play, 1);
		play.done = 2;
		err = wavert_stream_set_state(record.stream, WAVERT_STATE_RUN);
	}
	if (!err)
		err = wavert_stream_set_state(play.stream, WAVERT_STATE_RUN);
	if (!err)
		err = loop(epoll, &play, packets);
	wavert_stream_close(play.stream);
	wavert_stream_close(record.stream);
	wavert_close(device);
	if (err)
		return failed("epoll_two", err);
	record.lost += play.lost;
	printf("captured %llu frames of sound, breaks %llu, packets lost %llu\n",
	       (unsigned long long)record.heard, (unsigned long long)record.breaks,
	       (unsigned long long)record.lost);
	return record.breaks || record.lost;
}
