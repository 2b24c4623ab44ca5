// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - the event-driven session that play and record share.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sound.h"
#include "tool.h"

static int say_busy(const struct session *s, const struct options *o, unsigned int direction)
{
	char holder[64];

	if (!card_holder(wavert_device_card(s->device), holder, sizeof(holder)))
		snprintf(holder, sizeof(holder), "another program");
	fprintf(stderr, "wavert: %s pin %u is busy (DEVICE_BUSY): %s has it; end that, or take another pin (--pin)\n",
		direction_name(direction), o->pin, holder);
	return EXIT_FAILED;
}

static int say_not_allowed(const struct options *o, const struct wavert_caps *caps, int error)
{
	fprintf(stderr, "wavert: %u notifications in a buffer of %u ms are not allowed here (%s): points are %u frames apart or more, in at most %u bytes; --notifications 2 always works\n",
		o->notifications, o->buffer_ms, wavert_status_name(error), caps->notify_min,
		caps->buffer_max);
	return EXIT_FAILED;
}

static int say_refused(const struct options *o, const struct wavert_caps *caps)
{
	fprintf(stderr, "wavert: %s pin %u can only be observed: %s\n",
		direction_name(caps->direction), o->pin, wavert_caps_refusal(caps));
	return EXIT_FAILED;
}

static int allocate(struct session *s, const struct options *o, const struct wavert_caps *caps)
{
	uint64_t wanted = (uint64_t)s->rate * o->buffer_ms / 1000 * s->frame_bytes;
	int err;

	if (wanted > caps->buffer_max) {
		fprintf(stderr, "wavert: %u ms are %llu bytes; the device offers a buffer of %u; use a shorter --buffer-time\n",
			o->buffer_ms, (unsigned long long)wanted, caps->buffer_max);
		return EXIT_FAILED;
	}
	err = wavert_stream_alloc(s->stream, (size_t)wanted, o->notifications,
				  o->notifications > 2 ? WAVERT_ALLOC_ANY_COUNT : 0);
	if (err == -EBUSY)
		return say_busy(s, o, caps->direction);
	if (err == -EREMOTEIO || err == -EINVAL)
		return say_not_allowed(o, caps, err);
	return outcome("allocate buffer", err);
}

static int open_stream(struct session *s, const struct options *o,
		       const struct wavert_caps *caps, unsigned int format, unsigned int channels)
{
	int err, code;

	err = wavert_stream_open(&s->stream, s->device, caps->direction, o->pin, 0);
	if (err)
		return fail("new stream", err);
	err = wavert_stream_set_format(s->stream, s->rate, format, channels);
	if (err)
		return fail("set format", err);
	s->frame_bytes = (size_t)wavert_format_bytes(format) * channels;
	code = allocate(s, o, caps);
	if (code)
		return code;
	s->packet_bytes = wavert_stream_packet_bytes(s->stream);
	err = wavert_stream_event(s->stream);
	return outcome("register event", err);
}

int session_open(struct session *s, const struct options *o, unsigned int direction,
		 unsigned int rate, unsigned int format, unsigned int channels)
{
	struct wavert_caps caps;
	int err;

	/* a write error is to be reported; it must not end the program */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	memset(s, 0, sizeof(*s));
	s->rate = rate;
	s->progress = !o->quiet && isatty(STDERR_FILENO);
	s->device = open_device(o->device);
	if (!s->device)
		return EXIT_FAILED;
	err = wavert_device_caps(s->device, direction, o->pin, &caps);
	if (err == -ENOENT)
		fprintf(stderr, "wavert: the device has no %s pin %u; wavert list shows what there is\n",
			direction_name(direction), o->pin);
	else if (err)
		fail("capabilities", err);
	else if (wavert_caps_refusal(&caps))
		return say_refused(o, &caps);
	if (!err && direction == WAVERT_PLAYBACK)
		format = source_format(caps.formats, format);
	s->format = format;
	if (err || !check_format(&caps, rate, format, channels))
		return EXIT_FAILED;
	return open_stream(s, o, &caps, format, channels);
}

static unsigned long long halts(const struct session *s)
{
	struct wavert_snapshot now;

	wavert_stream_snapshot(s->stream, &now);
	return now.dma_halts;
}

int session_start(struct session *s)
{
	int err = wavert_stream_set_state(s->stream, WAVERT_STATE_RUN);

	s->halts = halts(s);
	return outcome("run", err);
}

static double absolute(double v)
{
	return v < 0 ? -v : v;
}

/* Measures delays of interrupt and program, and the distance of position and clock. */
static void tally(struct session *s)
{
	unsigned long long now = wavert_stream_linear_now(s->stream);
	struct wavert_notification list[WAVERT_RING];
	size_t i, n = wavert_stream_notifications(s->stream, &s->seen, list);

	for (i = 0; i < n; i++) {
		unsigned long long point = list[i].number * s->packet_bytes;
		/* the last packet may be short: its point is the end of the sound */
		unsigned long long frames = above(list[i].linear, point) / s->frame_bytes;
		double moved, ought;

		if (!s->first_ns) {
			s->first_ns = list[i].interrupt_ns;
			s->first_linear = list[i].linear;
		}
		moved = (double)(list[i].linear - s->first_linear) / (double)s->frame_bytes;
		ought = (double)(list[i].interrupt_ns - s->first_ns) * s->rate / 1e9;
		if (absolute(moved - ought) > s->drift_frames)
			s->drift_frames = absolute(moved - ought);
		if (frames > s->late_frames)
			s->late_frames = frames;
		s->late += now > point + s->packet_bytes / 2;
	}
}

int session_wait(struct session *s, int timeout_ms)
{
	uint64_t points = 0;
	int n = wavert_stream_wait(s->stream, timeout_ms, &points);

	if (n == -EINTR)
		return 0;
	if (n == 1) {
		s->delivered += points;
		s->wakeups++;
		tally(s);
	}
	return n;
}

unsigned long long session_packets(const struct session *s)
{
	struct wavert_snapshot now;

	wavert_stream_snapshot(s->stream, &now);
	return now.packets;
}

/* ---- output --------------------------------------------------------------------------- */

void session_clear(const struct session *s)
{
	if (s->progress)
		fputs("\r\033[K", stderr);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_time(double t)
{
	const unsigned int minutes = (unsigned int)t / 60;

	fprintf(stderr, "%02u:%04.1f", minutes, t - 60.0 * minutes);
}

void session_progress(struct session *s, unsigned long long total)
{
	struct wavert_now now;
	unsigned long long frames;

	if (!s->progress || seconds() < s->shown + 0.2 || wavert_stream_now(s->stream, &now))
		return;
	s->shown = seconds();
	frames = now.linear / s->frame_bytes;
	session_clear(s);
	print_time((double)frames / s->rate);
	if (total) {
		fputs(" / ", stderr);
		print_time((double)total / s->rate);
	}
	fprintf(stderr, "  notifications %llu, late %llu, packets lost %llu, position %u",
		s->delivered, s->late, s->lost, now.offset);
}

int session_broke(struct session *s, const char *verb, int error, unsigned long long frames,
		  const char *path)
{
	session_clear(s);
	if (error != -ENODEV)
		return fail(verb, error);
	fprintf(stderr, "wavert: %s: the device has been removed (DEVICE_REMOVED) after %.1f s%s%s; wavert list shows what is left\n",
		verb, (double)frames / s->rate, only_if(path, ", held by "), text_or(path, ""));
	return EXIT_FAILED;
}

int session_pause(struct session *s)
{
	int err = wavert_stream_set_state(s->stream, WAVERT_STATE_PAUSE);
	int n;

	if (err)
		return err;
	n = session_wait(s, 0);
	if (n < 0)
		err = n;
	return err;
}

bool session_lost(const struct session *s, const char *done)
{
	unsigned long long halted = halts(s) - s->halts;

	if (s->lost)
		fprintf(stderr, "wavert: %llu packets (%.1f s) were lost: this program, or what it reads or writes, was too slow; try a longer --buffer-time\n",
			s->lost, (double)s->lost * (double)s->packet_bytes /
			(double)s->frame_bytes / s->rate);
	if (halted)
		fprintf(stderr, "wavert: the hardware halted (times: %llu); nothing was %s meanwhile\n",
			halted, done);
	return s->lost || halted;
}

bool session_finish(struct session *s, const char *done, unsigned long long frames, bool quiet)
{
	unsigned long long expected = session_packets(s);
	bool lost;
	int err = wavert_stream_set_state(s->stream, WAVERT_STATE_STOP);

	session_clear(s);
	if (err)
		fail("stop", err);
	lost = session_lost(s, done);
	if (!quiet)
		printf("%s %llu frames: notifications expected %llu, delivered %llu, wake-ups %llu, packets lost %llu, worst interrupt %llu frames late, position off by at most %.1f frames\n",
		       done, frames, expected, s->delivered, s->wakeups, s->lost,
		       s->late_frames, s->drift_frames);
	if (expected != s->delivered)
		fprintf(stderr, "wavert: %llu notifications were expected, %llu came\n",
			expected, s->delivered);
	if (fflush(stdout))
		err = fail("standard output", -errno);
	return !err && !lost && expected == s->delivered;
}

void session_close(struct session *s)
{
	wavert_stream_close(s->stream);
	wavert_close(s->device);
}
