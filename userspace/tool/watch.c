// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch.c - wavert watch: observe a pin that somebody else runs, an unmodified aplay for
 * instance. One line a notification, then a summary. Nothing of the stream is changed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

struct watch {
	struct wavert_stream *stream;
	int event;
	uint64_t seen;			/* of the notification ring */
	unsigned long long delivered, listed, wakeups, skipped;
	unsigned long long worst_signal_ns, worst_wake_ns;
	bool ran;			/* the stream has been running */
	bool quiet;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void show(struct watch *w, const struct wavert_notification *n, uint64_t awake,
		 const struct wavert_snapshot *now)
{
	/* signalled while we were reading, or stamped late: no figure */
	uint64_t signal = n->signal_ns > n->interrupt_ns ? n->signal_ns - n->interrupt_ns : 0;
	uint64_t wake = n->signal_ns && awake > n->signal_ns ? awake - n->signal_ns : 0;
	unsigned int frame = now->frame_bytes ? now->frame_bytes : 1;

	if (!(now->flags & WAVERT_CAP_STEPPED) && signal > w->worst_signal_ns)
		w->worst_signal_ns = signal;
	if (wake > w->worst_wake_ns)
		w->worst_wake_ns = wake;
	if (w->quiet)
		return;
	printf("%llu look %llu linear %llu frame %llu at %llu\n", (unsigned long long)n->number,
	       (unsigned long long)n->look, (unsigned long long)n->linear,
	       (unsigned long long)(n->linear / frame), (unsigned long long)n->interrupt_ns);
}

static void take(struct watch *w)
{
	struct wavert_notification list[WAVERT_RING];
	struct wavert_snapshot now;
	uint64_t value, before = w->seen, awake = now_ns();
	size_t i, n;

	if (read(w->event, &value, sizeof(value)) == sizeof(value)) {
		w->delivered += value;
		w->wakeups++;
	}
	wavert_stream_snapshot(w->stream, &now);
	n = wavert_stream_notifications(w->stream, &w->seen, list);
	w->listed += n;
	w->skipped += w->seen - before - n;
	for (i = 0; i < n; i++)
		show(w, &list[i], awake, &now);
	fflush(stdout);
}

static bool over(struct watch *w, const struct options *o, uint64_t end)
{
	struct wavert_snapshot now;

	wavert_stream_snapshot(w->stream, &now);
	if (now.state == WAVERT_STATE_RUN)
		w->ran = true;
	if (interrupted || now.state == WAVERT_STATE_GONE)
		return true;
	if (o->frames && w->listed >= o->frames)
		return true;
	if (o->until_stop && (w->ran || w->listed) && !now.buffer_bytes)
		return true;
	return end && now_ns() >= end;
}

static void summary(const struct watch *w)
{
	struct wavert_snapshot now;

	wavert_stream_snapshot(w->stream, &now);
	printf("watched: notifications %llu, signals %llu, wake-ups %llu, not listed %llu, worst interrupt to signal %.1f us, signal to awake %.1f us%s\n",
	       w->listed, w->delivered, w->wakeups, w->skipped,
	       (double)w->worst_signal_ns / 1000, (double)w->worst_wake_ns / 1000,
	       now.state == WAVERT_STATE_GONE ? "; the device has been removed" : "");
}

static int run(struct watch *w, const struct options *o)
{
	uint64_t end = o->duration > 0 ? now_ns() + (uint64_t)(o->duration * 1e9) : 0;
	struct pollfd p = { .fd = w->event, .events = POLLIN };

	while (!over(w, o, end)) {
		int n = poll(&p, 1, 50);

		if (n < 0 && errno != EINTR)
			return fail("poll", -errno);
		if (n > 0)
			take(w);
	}
	take(w);
	summary(w);
	return EXIT_OK;
}

int verb_watch(const struct options *o)
{
	struct watch w = { .event = -1, .quiet = o->quiet };
	struct wavert_device *device = open_device(o->device);
	struct wavert_snapshot now;
	int code = EXIT_FAILED, err;

	if (!device)
		return EXIT_FAILED;
	err = wavert_stream_open(&w.stream, device, o->capture, o->pin, WAVERT_STREAM_OBSERVE);
	if (err) {
		fail("observe", err);
		goto close;
	}
	w.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	wavert_stream_snapshot(w.stream, &now);
	w.seen = now.notifications_written;
	err = w.event < 0 ? -errno : wavert_stream_register(w.stream, w.event);
	code = err ? fail("register event", err) : run(&w, o);
	if (w.event >= 0)
		close(w.event);
close:
	wavert_stream_close(w.stream);
	wavert_close(device);
	return code;
}
