// SPDX-License-Identifier: GPL-2.0-only
/*
 * silicon_run.c - see silicon.h: one stream of a silicon report. Playback plays silence.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "silicon.h"
#include "tool.h"

enum { READINGS = 1000, PAUSES = 5, PAUSE_MS = 50, RESUMED_MS = 20 };

struct range {
	unsigned long long n;
	double min, max, sum;
};

struct run {
	struct session session;
	const volatile uint32_t *lpib;		/* NULL: the hardware has no such register */
	struct wavert_position first, last;	/* of a piece without pauses */
	uint64_t seen;
	struct range after_point, to_signal;	/* frames, us */
	struct range dma_link;			/* DMA less link, frames */
	struct range paused, resumed;		/* frames */
	struct wavert_latency latency;
};

static void add(struct range *r, double v)
{
	if (!r->n || v < r->min)
		r->min = v;
	if (!r->n || v > r->max)
		r->max = v;
	r->sum += v;
	r->n++;
}

static json_t *json_range(const struct range *r)
{
	if (!r->n)
		return json_null();
	return json_pack("{s:I, s:f, s:f, s:f}", "count", (json_int_t)r->n, "min", r->min,
			 "avg", r->sum / (double)r->n, "max", r->max);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void sleep_ms(unsigned int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000l }, NULL);
}

static int position(const struct run *r, struct wavert_position *p)
{
	memset(p, 0, sizeof(*p));
	if (ioctl(wavert_stream_fd(r->session.stream), WAVERT_IOC_GET_POSITION, p))
		return -errno;
	return 0;
}

/* Frames from one position to another. */
static double frames(const struct run *r, uint64_t from, uint64_t to)
{
	return ((double)to - (double)from) / (double)r->session.frame_bytes;
}

/* ---- while it runs ---------------------------------------------------------------------- */

static void read_log(struct run *r)
{
	struct wavert_notification list[WAVERT_RING];
	size_t i, n = wavert_stream_notifications(r->session.stream, &r->seen, list);

	for (i = 0; i < n; i++) {
		add(&r->after_point, frames(r, list[i].number * r->session.packet_bytes,
					    list[i].linear));
		if (list[i].signal_ns >= list[i].interrupt_ns)
			add(&r->to_signal,
			    (double)(list[i].signal_ns - list[i].interrupt_ns) / 1000);
	}
}

/* The link's offset before and after the position of DMA; one that has wrapped is left out. */
static void compare_with_link(struct run *r)
{
	struct wavert_snapshot now;
	struct wavert_position p;
	uint32_t before, after;
	double bytes, link, ahead;

	if (!r->lpib || r->dma_link.n >= READINGS)
		return;
	before = *r->lpib;
	if (position(r, &p))
		return;
	after = *r->lpib;
	wavert_stream_snapshot(r->session.stream, &now);
	bytes = now.buffer_bytes;
	if (after < before || !now.buffer_bytes)
		return;
	link = ((double)before + after) / 2 + now.position_register_base;
	ahead = (double)p.play_offset - link;
	while (ahead < -bytes / 2)
		ahead += bytes;
	while (ahead > bytes / 2)
		ahead -= bytes;
	add(&r->dma_link, ahead / (double)r->session.frame_bytes);
}

static int run_until(struct run *r, uint64_t end)
{
	int err;

	while (now_ns() < end && !interrupted) {
		err = session_wait(&r->session, 10);
		if (err < 0)
			return err;
		read_log(r);
		compare_with_link(r);
		if (!r->first.ns && r->session.delivered)
			err = position(r, &r->first);
		else
			err = position(r, &r->last);
		if (err < 0)
			return err;
	}
	return 0;
}

/* ---- pauses ----------------------------------------------------------------------------- */

static int pause_once(struct run *r)
{
	struct wavert_position before, after, resumed;
	uint64_t started;
	int err;

	err = session_pause(&r->session);
	if (!err)
		err = position(r, &before);
	sleep_ms(PAUSE_MS);
	if (!err)
		err = position(r, &after);
	if (!err)
		err = wavert_stream_set_state(r->session.stream, WAVERT_STATE_RUN);
	started = now_ns();
	sleep_ms(RESUMED_MS);
	if (!err)
		err = position(r, &resumed);
	if (err)
		return err;
	add(&r->paused, frames(r, before.linear, after.linear));
	add(&r->resumed, frames(r, after.linear, resumed.linear) -
	    (double)(resumed.ns - started) * r->session.rate / 1e9);
	err = session_wait(&r->session, 100);
	return err < 0 ? err : 0;
}

static int pauses(struct run *r)
{
	int i, err = 0;

	for (i = 0; i < PAUSES && !err && !interrupted; i++)
		err = pause_once(r);
	return err;
}

/* ---- the whole -------------------------------------------------------------------------- */

static json_t *drift(const struct run *r)
{
	double elapsed = (double)(r->last.ns - r->first.ns) * r->session.rate / 1e9;

	if (!r->first.ns || r->last.ns <= r->first.ns)
		return json_null();
	return json_real((frames(r, r->first.linear, r->last.linear) / elapsed - 1) * 1e6);
}

static json_t *result(const struct run *r, const struct wavert_snapshot *end)
{
	json_t *o = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"rate", (json_int_t)end->rate,
		"fifo_bytes", (json_int_t)r->latency.fifo_bytes,
		"buffer_bytes", (json_int_t)end->buffer_bytes,
		"expected", (json_int_t)end->packets,
		"delivered", (json_int_t)r->session.delivered,
		"position_updates", (json_int_t)end->irq_count,
		"dma_halts", (json_int_t)end->dma_halts);

	json_object_set_new(o, "position_after_point_frames", json_range(&r->after_point));
	json_object_set_new(o, "interrupt_to_signal_us", json_range(&r->to_signal));
	json_object_set_new(o, "dma_ahead_of_link_frames", json_range(&r->dma_link));
	json_object_set_new(o, "moved_while_paused_frames", json_range(&r->paused));
	json_object_set_new(o, "resume_error_frames", json_range(&r->resumed));
	json_object_set_new(o, "drift_ppm", drift(r));
	return o;
}

static int measure(struct run *r, double seconds)
{
	int err = wavert_stream_latency(r->session.stream, &r->latency);

	if (!err && session_start(&r->session))
		err = -EIO;

	if (!err)
		err = run_until(r, now_ns() + (uint64_t)(seconds * 1e9));
	if (!err)
		err = pauses(r);
	if (!err)
		err = session_pause(&r->session);
	read_log(r);
	return err;
}

static void choose_format(const struct wavert_caps *c, unsigned int *rate, unsigned int *channels)
{
	unsigned int i;

	*rate = c->nrates ? c->rates[0] : c->rate_max;
	if (!c->nrates && c->rate_min <= 48000 && c->rate_max >= 48000)
		*rate = 48000;
	for (i = 0; i < c->nrates; i++)
		if (c->rates[i] == 48000)
			*rate = 48000;
	*channels = c->channels_min > 2 ? c->channels_min : 2;
	if (*channels > c->channels_max)
		*channels = c->channels_max;
}

static int open_run(struct run *r, const struct options *o, unsigned int direction)
{
	struct wavert_register reg;
	const volatile void *at;
	struct wavert_caps caps;
	unsigned int rate, channels;
	struct wavert_device *device = open_device(o->device);
	int err;

	if (!device)
		return -ENODEV;
	err = wavert_device_caps(device, direction, 0, &caps);
	wavert_close(device);
	if (err)
		return err;
	choose_format(&caps, &rate, &channels);
	if (session_open(&r->session, o, direction, rate,
			 caps.formats & WAVERT_FORMAT_S16 ? WAVERT_FORMAT_S16 : WAVERT_FORMAT_S32,
			 channels))
		return -EBUSY;
	if (!wavert_stream_map_register(r->session.stream, WAVERT_REGISTER_POSITION, &reg, &at) &&
	    reg.width == 32)
		r->lpib = at;
	return 0;
}

json_t *silicon_run(const struct options *o, int card, unsigned int direction,
		    const char *interrupts, double seconds)
{
	struct options own = *o;
	struct wavert_snapshot end;
	struct run r = { 0 };
	char name[16];
	json_t *out;
	int err;

	snprintf(name, sizeof(name), "%d", card);
	own.device = name;
	own.buffer_ms = 100;
	own.quiet = true;
	out = json_pack("{s:s, s:s}", "direction", direction_name(direction), "interrupts",
			interrupts);
	err = open_run(&r, &own, direction);
	if (!err)
		err = measure(&r, seconds);
	if (r.session.stream) {
		wavert_stream_snapshot(r.session.stream, &end);
		json_object_update_new(out, result(&r, &end));
	}
	session_close(&r.session);
	json_object_set_new(out, "error", err ? json_string(strerror(-err)) : json_null());
	return out;
}
