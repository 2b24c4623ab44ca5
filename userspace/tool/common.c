// SPDX-License-Identifier: GPL-2.0-only
/*
 * common.c - errors in words, and the event-driven session that play and record share.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tool.h"

volatile sig_atomic_t interrupted;

int fail(const char *what, int error)
{
	const char *status = wavert_status_name(error);

	fprintf(stderr, "wavert: %s: %s%s%s%s\n", what, strerror(-error),
		status ? " (" : "", status ? status : "", status ? ")" : "");
	return EXIT_FAILED;
}

struct wavert_device *open_device(const char *name)
{
	struct wavert_device *device = NULL;
	int err = wavert_open(&device, name);

	if (!err)
		return device;
	if (err == -ENODEV)
		fprintf(stderr, "wavert: there is no sound card \"%s\"; wavert list shows what there is\n",
			name);
	else if (err == -ENXIO)
		fprintf(stderr, "wavert: card \"%s\" is not driven by alsa-wavert; wavert list shows which are\n",
			name);
	else
		fail(name, err);
	return NULL;
}

static void print_formats(unsigned int formats)
{
	unsigned int f;

	for (f = 1; f && f <= formats; f <<= 1)
		if (formats & f)
			fprintf(stderr, " %s", wavert_format_name(f));
	fputc('\n', stderr);
}

bool check_format(const struct wavert_caps *caps, unsigned int rate, unsigned int format,
		  unsigned int channels)
{
	if (!(caps->formats & format)) {
		fprintf(stderr, "wavert: the device has no %s; it offers",
			wavert_format_name(format));
		print_formats(caps->formats);
		return false;
	}
	if (rate < caps->rate_min || rate > caps->rate_max) {
		fprintf(stderr, "wavert: the device cannot do %u Hz; it offers %u to %u Hz\n",
			rate, caps->rate_min, caps->rate_max);
		return false;
	}
	if (channels < caps->channels_min || channels > caps->channels_max) {
		fprintf(stderr, "wavert: the device cannot do %u channels; it offers %u to %u\n",
			channels, caps->channels_min, caps->channels_max);
		return false;
	}
	return true;
}

/* ---- session ---------------------------------------------------------------------- */

static int open_stream(struct session *s, const struct options *o,
		       const struct wavert_caps *caps, unsigned int rate, unsigned int format,
		       unsigned int channels)
{
	uint64_t wanted;
	int err;

	err = wavert_stream_open(&s->stream, s->device, caps->direction, o->pin, 0);
	if (err)
		return fail("new stream", err);
	err = wavert_stream_set_format(s->stream, rate, format, channels);
	if (err)
		return fail("set format", err);
	s->rate = rate;
	s->frame_bytes = (size_t)wavert_format_bytes(format) * channels;
	wanted = (uint64_t)rate * o->buffer_ms / 1000 * s->frame_bytes;
	if (wanted > caps->buffer_max) {
		fprintf(stderr, "wavert: %u ms are %llu bytes; the device offers a buffer of %u\n",
			o->buffer_ms, (unsigned long long)wanted, caps->buffer_max);
		return EXIT_FAILED;
	}
	err = wavert_stream_alloc(s->stream, (size_t)wanted, o->notifications,
				  o->notifications > 2 ? WAVERT_ALLOC_ANY_COUNT : 0);
	if (err)
		return fail("allocate buffer", err);
	s->buffer = wavert_stream_buffer(s->stream, &s->bytes);
	s->packet_bytes = s->bytes / o->notifications;
	s->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->event < 0)
		return fail("eventfd", -errno);
	err = wavert_stream_register(s->stream, s->event);
	return err ? fail("register event", err) : EXIT_OK;
}

int session_open(struct session *s, const struct options *o, unsigned int direction,
		 unsigned int rate, unsigned int format, unsigned int channels)
{
	struct wavert_caps caps;
	int err;

	memset(s, 0, sizeof(*s));
	s->event = -1;
	s->device = open_device(o->device);
	if (!s->device)
		return EXIT_FAILED;
	err = wavert_device_caps(s->device, direction, o->pin, &caps);
	if (err == -ENOENT)
		fprintf(stderr, "wavert: the device has no %s pin %u\n",
			direction ? "capture" : "playback", o->pin);
	else if (err)
		fail("capabilities", err);
	if (err || !check_format(&caps, rate, format, channels))
		return EXIT_FAILED;
	return open_stream(s, o, &caps, rate, format, channels);
}

int session_start(struct session *s)
{
	int err = wavert_stream_set_state(s->stream, WAVERT_STATE_RUN);

	return err ? fail("run", err) : EXIT_OK;
}

static double absolute(double v)
{
	return v < 0 ? -v : v;
}

/* How late was the interrupt, and do position and clock agree? */
static void tally(struct session *s)
{
	struct wavert_notification list[WAVERT_RING];
	size_t i, n = wavert_stream_notifications(s->stream, &s->seen, list);

	for (i = 0; i < n; i++) {
		unsigned long long late = list[i].linear - list[i].number * s->packet_bytes;
		double moved, ought;

		if (!s->first_ns) {
			s->first_ns = list[i].interrupt_ns;
			s->first_linear = list[i].linear;
		}
		moved = (double)(list[i].linear - s->first_linear) / (double)s->frame_bytes;
		ought = (double)(list[i].interrupt_ns - s->first_ns) * s->rate / 1e9;
		if (absolute(moved - ought) > s->drift_frames)
			s->drift_frames = absolute(moved - ought);
		late /= s->frame_bytes;
		if (late > s->late_frames)
			s->late_frames = late;
	}
}

static void drain_event(struct session *s)
{
	uint64_t value;

	if (read(s->event, &value, sizeof(value)) == sizeof(value)) {
		s->delivered += value;
		s->wakeups++;
	}
	tally(s);
}

int session_wait(struct session *s, int timeout_ms)
{
	struct pollfd p = { .fd = s->event, .events = POLLIN };
	struct wavert_snapshot now;
	int n = poll(&p, 1, timeout_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n)
		drain_event(s);
	wavert_stream_snapshot(s->stream, &now);
	return now.state == WAVERT_STATE_GONE ? -ENODEV : n;
}

unsigned long long session_packets(const struct session *s)
{
	struct wavert_snapshot now;

	wavert_stream_snapshot(s->stream, &now);
	return now.packets;
}

bool session_finish(struct session *s, const char *done, unsigned long long frames, bool quiet)
{
	unsigned long long expected;
	int err;

	err = wavert_stream_set_state(s->stream, WAVERT_STATE_PAUSE);
	drain_event(s);
	expected = session_packets(s);
	if (!err)
		err = wavert_stream_set_state(s->stream, WAVERT_STATE_STOP);
	if (err)
		fail("stop", err);
	if (!quiet)
		printf("%s %llu frames: notifications expected %llu, delivered %llu, wake-ups %llu, packets lost %llu, worst interrupt %llu frames late, position off by at most %.1f frames\n",
		       done, frames, expected, s->delivered, s->wakeups, s->lost,
		       s->late_frames, s->drift_frames);
	if (expected != s->delivered)
		fprintf(stderr, "wavert: %llu notifications were expected, %llu came\n",
			expected, s->delivered);
	return !err && expected == s->delivered;
}

void session_close(struct session *s)
{
	if (s->event >= 0)
		close(s->event);
	wavert_stream_close(s->stream);
	wavert_close(s->device);
}
