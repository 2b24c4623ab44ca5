// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * geometry.c - see geometry.h. All intermediate sizes are 64-bit: requests come
 * from user space and reach up to 2^32 - 1.
 */
#include "geometry.h"

u32 wrt_format_bytes(u32 format)
{
	switch (format) {
	case WRT_FMT_U8:
		return 1;
	case WRT_FMT_S16:
		return 2;
	case WRT_FMT_S24_3:
		return 3;
	case WRT_FMT_S20_32:
	case WRT_FMT_S24_32:
	case WRT_FMT_S32:
	case WRT_FMT_FLOAT:
		return 4;
	}
	return 0;
}

static bool rate_offered(const struct wrt_hw_caps *c, u32 rate)
{
	u32 i;

	if (rate < c->rate_min || rate > c->rate_max)
		return false;
	if (!c->rates)
		return true;
	for (i = 0; i < c->nrates; i++)
		if (c->rates[i] == rate)
			return true;
	return false;
}

int wrt_geometry_check_format(const struct wrt_hw_caps *c, u32 rate, u32 format, u32 channels)
{
	if (!wrt_format_bytes(format) || !(c->formats & format))
		return WRT_EINVAL;
	if (c->channels_step && (channels - c->channels_min) % c->channels_step)
		return WRT_EINVAL;
	if (channels < c->channels_min || channels > c->channels_max)
		return WRT_EINVAL;
	return rate_offered(c, rate) ? 0 : WRT_EINVAL;
}

static u32 gcd(u32 a, u32 b)
{
	while (b) {
		u32 t = a % b;

		a = b;
		b = t;
	}
	return a;
}

static u64 round_up_u64(u64 v, u32 unit)
{
	return wrt_div_u64(v + unit - 1, unit) * unit;
}

u32 wrt_geometry_unit(const struct wrt_hw_caps *c, u32 frame_bytes)
{
	u32 step = c->notify_step ? c->notify_step : 1;

	return frame_bytes / gcd(frame_bytes, step) * step;
}

u32 wrt_geometry_point_min_frames(u32 rate)
{
	u32 frames = (u32)wrt_div_u64((u64)rate * WRT_POINT_MIN_US + 999999, 1000000);

	return wrt_max_u32(WRT_POINT_MIN_FRAMES, frames);
}

u32 wrt_geometry_notify_min(const struct wrt_hw_caps *c, u32 rate, u32 frame_bytes)
{
	u32 least = wrt_max_u32(wrt_geometry_point_min_frames(rate) * frame_bytes,
				c->notify_min);

	return (u32)round_up_u64(least, wrt_geometry_unit(c, frame_bytes));
}

/* Bytes between two points (or of the whole buffer when there are none). */
static u64 portion_bytes(const struct wrt_hw_caps *c, const struct wrt_request *r,
			 u32 frame_bytes)
{
	u32 parts = r->notify ? r->notify : 1;
	u64 want = wrt_max_u32(r->bytes, c->buffer_min);
	u64 portion = wrt_div_u64(want + parts - 1, parts);
	u32 least = wrt_geometry_notify_min(c, r->rate, frame_bytes);

	if (portion < least)
		portion = least;
	return round_up_u64(portion, wrt_geometry_unit(c, frame_bytes));
}

int wrt_geometry_make(const struct wrt_hw_caps *c, const struct wrt_request *r,
		      struct wrt_hw_geom *g)
{
	u32 parts = r->notify ? r->notify : 1;
	u32 frame_bytes;
	u64 portion;

	if (wrt_geometry_check_format(c, r->rate, r->format, r->channels))
		return WRT_EINVAL;
	if (r->notify > c->notify_max)
		return WRT_ERANGE;
	frame_bytes = wrt_format_bytes(r->format) * r->channels;
	portion = portion_bytes(c, r, frame_bytes);
	if (portion > c->buffer_max || portion * parts > c->buffer_max)
		return WRT_ERANGE;

	wrt_memset(g, 0, sizeof(*g));
	g->bytes = (u32)(portion * parts);
	g->notify = r->notify;
	g->notify_bytes = r->notify ? (u32)portion : 0;
	g->rate = r->rate;
	g->format = r->format;
	g->channels = r->channels;
	g->frame_bytes = frame_bytes;
	return 0;
}
