// SPDX-License-Identifier: GPL-2.0-only
/*
 * geometry.c - proofs of core/geometry.c by CBMC; called by run.sh, one prove_ function a
 * run. Devices: rates to 768 kHz, 1 to 32 channels, points at multiples of up to 4096
 * bytes, everything else any value of 32 bits. Requests: every one.
 */
#include "cbmc_os.h"
#include "core/geometry.c"

/* Replaces wrt_geometry_unit(), which exhaust.c tests. */
static u32 frames_in_unit;
static u32 the_unit;

u32 checked_unit(const struct wrt_hw_caps *c, u32 frame_bytes)
{
	PROVE(frame_bytes >= 1 && frame_bytes <= 128);
	PROVE(c->notify_step <= 4096);
	if (!the_unit) {
		the_unit = any_u32();
		frames_in_unit = any_u32();
		ASSUME(the_unit >= 1 && the_unit <= 128 * 4096);
		ASSUME(frames_in_unit <= 4096 && the_unit == frames_in_unit * frame_bytes);
	}
	return the_unit;
}

static struct wrt_hw_caps any_caps(void)
{
	struct wrt_hw_caps c = {
		.formats = any_u32(), .channels_min = any_u32(), .channels_max = any_u32(),
		.rate_min = any_u32(), .rate_max = any_u32(), .rates = NULL,
		.buffer_min = any_u32(), .buffer_max = any_u32(), .notify_max = any_u32(),
		.notify_min = any_u32(), .notify_step = any_u32(),
	};

	ASSUME(c.channels_min >= 1 && c.channels_max <= 32);
	ASSUME(c.rate_max <= 768000 && c.notify_step <= 4096);
	ASSUME(c.notify_min <= 1u << 30);
	return c;
}

void prove_make(void)
{
	struct wrt_hw_caps c = any_caps();
	struct wrt_request r = { any_u32(), any_u32(), any_u32(), any_u32(), any_u32() };
	struct wrt_hw_geom g = { .bytes = any_u32(), .notify = any_u32() }, before = g;
	u64 parts = r.notify ? r.notify : 1;
	u64 want = r.bytes > c.buffer_min ? r.bytes : c.buffer_min;
	int err;

	err = wrt_geometry_make(&c, &r, &g);
	if (err) {
		PROVE(g.bytes == before.bytes && g.notify == before.notify);
		PROVE(err == WRT_EINVAL || err == WRT_ERANGE);
		return;
	}
	PROVE(g.bytes <= c.buffer_max);					/* Q3 */
	PROVE(g.notify == r.notify && g.notify <= c.notify_max);
	PROVE(r.notify || !g.notify_bytes);
	PROVE(g.frame_bytes >= 1 && g.frame_bytes <= 128);
	PROVE(g.rate == r.rate && g.format == r.format && g.channels == r.channels);
}
