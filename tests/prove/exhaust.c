// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaust.c - proofs by trying every input, if their number is small enough and a solver
 * would take longer. Called by run.sh; TAP.
 */
#include <stdio.h>
#include <string.h>

#include "../guest/tap.h"
#include "core/geometry.h"
#include "core/position.h"

#define STEP_MAX	1024u
#define FRAME_MAX	128u
#define BYTES_MAX	(4u << 20)

/* Least common multiple: a multiple of both, and no lower number is. */
static bool unit_ok(u32 frame_bytes, u32 step)
{
	struct wrt_hw_caps caps = { .notify_step = step };
	u32 unit = wrt_geometry_unit(&caps, frame_bytes), least = frame_bytes;

	while (step && least % step)
		least += frame_bytes;
	if (unit == least)
		return true;
	printf("# frames of %u bytes, step %u: unit %u, not %u\n", frame_bytes, step, unit, least);
	return false;
}

static void every_unit(void)
{
	unsigned long long n = 0;
	bool good = true;
	u32 frame, step;

	for (frame = 1; good && frame <= FRAME_MAX; frame++)
		for (step = 0; good && step <= STEP_MAX; step++, n++)
			good = unit_ok(frame, step);
	tap_ok(good, "for every frame to 128 bytes and step to 1024: "
	       "the unit is their least common multiple (%llu cases)", n);
}

/* WRT-016..020: not lower than requested, a multiple of points times unit, and the lowest one. */
static bool size_ok(const struct wrt_hw_caps *caps, const struct wrt_request *r)
{
	u32 frame = 2 * r->channels, parts = r->notify ? r->notify : 1;
	u32 unit = wrt_geometry_unit(caps, frame), granule = parts * unit;
	u32 least = parts * wrt_geometry_notify_min(caps, r->rate, frame);
	u32 want = r->bytes > least ? r->bytes : least;
	struct wrt_hw_geom g;
	int err = wrt_geometry_make(caps, r, &g);

	want = (want + granule - 1) / granule * granule;
	if (want > caps->buffer_max ? err == WRT_ERANGE :
	    !err && g.bytes == want && g.notify_bytes * r->notify == (r->notify ? want : 0))
		return true;
	printf("# %u bytes, %u points, %u channels, step %u: %d, %u bytes, not %u\n", r->bytes,
	       r->notify, r->channels, caps->notify_step, err, err ? 0 : g.bytes, want);
	return false;
}

static bool sizes_ok(u32 channels, u32 step, unsigned long long *n)
{
	struct wrt_hw_caps caps = {
		.formats = WRT_FMT_ALL, .channels_min = 1, .channels_max = 32,
		.rate_min = 8000, .rate_max = 192000, .buffer_max = 60000, .notify_max = 16,
		.notify_min = 1, .notify_step = step,
	};
	struct wrt_request r = {
		.rate = 48000, .format = WRT_FMT_S16, .channels = channels,
	};

	for (r.notify = 0; r.notify <= 16; r.notify++)
		for (r.bytes = 1; r.bytes <= 65536; r.bytes++, ++*n)
			if (!size_ok(&caps, &r))
				return false;
	return true;
}

static void every_size(void)
{
	static const u32 channels[] = { 1, 2, 3, 6, 8 }, steps[] = { 1, 32, 128 };
	unsigned long long n = 0;
	bool good = true;
	size_t i, j;

	for (i = 0; good && i < sizeof(channels) / sizeof(channels[0]); i++)
		for (j = 0; good && j < sizeof(steps) / sizeof(steps[0]); j++)
			good = sizes_ok(channels[i], steps[j], &n);
	tap_ok(good, "for every request to 64 KiB and 16 points, 5 frame sizes, 3 steps: "
	       "ActualSize is the lowest multiple that is possible (%llu cases)", n);
}

/* The time of a point: since bytes ago, at every rate that a format of the interface has. */
static bool times_ok(u32 rate, u32 frame, unsigned long long *n)
{
	u64 byte_rate = (u64)rate * frame, since;

	for (since = 0; since < BYTES_MAX; since += frame, ++*n) {
		u64 ns = wrt_mul_div_u64(since, WRT_NSEC_PER_SEC, byte_rate);

		if (ns * byte_rate <= since * WRT_NSEC_PER_SEC &&
		    since * WRT_NSEC_PER_SEC - ns * byte_rate < byte_rate)
			continue;
		printf("# %llu bytes at %u Hz, frames of %u: %llu ns\n",
		       (unsigned long long)since, rate, frame, (unsigned long long)ns);
		return false;
	}
	return true;
}

static void every_time(void)
{
	static const u32 rates[] = {
		8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000
	};
	static const u32 frames[] = { 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 64, 128 };
	unsigned long long n = 0;
	bool good = true;
	size_t i, j;

	for (i = 0; good && i < sizeof(rates) / sizeof(rates[0]); i++)
		for (j = 0; good && j < sizeof(frames) / sizeof(frames[0]); j++)
			good = times_ok(rates[i], frames[j], &n);
	tap_ok(good, "for every frame of 4 MiB at 11 rates and 14 frame sizes: "
	       "the time of a point is the floor (%llu cases)", n);
}

/* wrt_position_step() does nothing, or what the two functions do that it stands for. */
static bool step_ok(const struct wrt_cycle *c, const struct wrt_position *p, u32 offset,
		    u64 from_ns, u64 ns, unsigned long long *taken)
{
	struct wrt_position step = *p, both = *p;

	if (!wrt_position_step(&step, c, offset, from_ns, ns)) {
		if (!memcmp(&step, p, sizeof(step)))
			return true;
	} else {
		++*taken;
		wrt_position_advance(&both, c, offset, from_ns, ns);
		wrt_position_take_points(&both, c);
		if (!memcmp(&step, &both, sizeof(step)))
			return true;
	}
	printf("# buffer %u, points each %u, FIFO %u%s: linear %llu, points %llu, read %llu..%llu; then "
	       "offset %u, %llu..%llu\n",
	       c->bytes, c->notify_bytes, c->fifo_bytes, c->unclocked ? ", no clock" : "",
	       (unsigned long long)p->linear, (unsigned long long)p->points,
	       (unsigned long long)p->from_ns, (unsigned long long)p->ns, offset,
	       (unsigned long long)from_ns, (unsigned long long)ns);
	return false;
}

#define NS_OF_BYTE	2u

static bool steps_from(const struct wrt_cycle *c, const struct wrt_position *p,
		       unsigned long long *n, unsigned long long *taken)
{
	u64 from, ns, last = p->ns + NS_OF_BYTE * (c->bytes + 2);
	u32 offset;

	for (offset = 0; offset <= c->bytes; offset++)
		for (from = p->from_ns - 1; from <= last; from++)
			for (ns = from - 1; ns <= last; ns++, ++*n)
				if (!step_ok(c, p, offset, from, ns, taken))
					return false;
	return true;
}

/* Every position of two buffers, with its points consumed or all but one, read in 0 to 2 ns. */
static bool steps_ok(const struct wrt_cycle *c, unsigned long long *n, unsigned long long *taken)
{
	struct wrt_position p;
	u64 linear, width, points;
	u32 i;

	for (linear = 0; linear < 2 * c->bytes; linear++)
		for (width = 0; width < 3; width++)
			for (i = 0; i < 4; i++) {
				points = c->notify_bytes ? linear / c->notify_bytes : 0;
				points -= points && i % 2;
				memset(&p, 0, sizeof(p));
				p.linear = linear;
				p.offset = (u32)(linear % c->bytes);
				p.from_ns = 100;
				p.ns = 100 + width;
				p.points = points;
				p.point_ns = points ? 90 : 0;
				p.before_ns = 80;
				p.has_end = i / 2;
				p.end = linear + 1;
				p.end_points = points + 1;
				if (!steps_from(c, &p, n, taken))
					return false;
			}
	return true;
}

static void every_step(void)
{
	unsigned long long n = 0, taken = 0;
	struct wrt_cycle c;
	bool good = true;
	u32 parts;

	memset(&c, 0, sizeof(c));
	c.byte_rate = 1000000000 / NS_OF_BYTE;
	for (c.bytes = 1; good && c.bytes <= 8; c.bytes++)
		for (parts = 0; good && parts <= c.bytes; parts++)
			for (c.fifo_bytes = 0; good && c.fifo_bytes < 3; c.fifo_bytes++) {
				if (parts && c.bytes % parts)
					continue;
				c.notify_bytes = parts ? c.bytes / parts : 0;
				c.unseen_ns = (u64)(c.bytes - c.bytes / 4) * NS_OF_BYTE;
				c.unclocked = false;
				good = steps_ok(&c, &n, &taken);
				c.unclocked = true;
				good = good && steps_ok(&c, &n, &taken);
			}
	tap_ok(good && taken, "for every reading and position of a buffer to 8 bytes: the step of an "
	       "interrupt does what advance and points do (%llu cases, %llu steps)", n, taken);
}

int main(void)
{
	every_step();
	every_unit();
	every_size();
	every_time();
	return tap_done();
}
