// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * clock.c - time of the software engine. Frame g of a rate is complete at epoch + g / rate,
 * rounded up to whole ns. From a point to the next no division is needed: the rounding is kept
 * and subtracted again, so nothing drifts.
 */
#include "engine.h"

u64 wrt_sim_grid(const struct wrt_hw_dev *d, u32 rate, u64 time)
{
	if (d->cfg.step)
		return time;
	return wrt_mul_div_u64(time - d->epoch, rate, WRT_NSEC_PER_SEC);
}

u32 wrt_sim_buffer_frame(const struct wrt_hw_stream *s, u64 g)
{
	return (u32)wrt_mod_u64(s->start_frame + (g - s->start_g), s->frames);
}

/* How long this many frames take, rounded up by *rest parts of a ns. */
static u64 time_of(const struct wrt_hw_stream *s, u64 frames, u32 *rest)
{
	u32 rate = s->rate;
	u64 ns;

	*rest = 0;
	if (s->dev->cfg.step)
		return frames;
	ns = wrt_mul_div_u64(frames, WRT_NSEC_PER_SEC, rate);
	if (wrt_mul_div_u64(ns, rate, WRT_NSEC_PER_SEC) < frames)
		ns++;
	*rest = (u32)(ns * rate - frames * WRT_NSEC_PER_SEC);	/* modulo 2^64 */
	return ns;
}

void wrt_sim_clock_prepare(struct wrt_hw_stream *s)
{
	s->rate = s->geom.rate;
	s->frame_bytes = s->geom.frame_bytes;
	s->due_time = WRT_SIM_NEVER;
	s->due_g = 0;
	s->due_at_point = false;
	s->frame_time = 1;
	if (!s->dev->cfg.step)
		s->frame_time = (u32)wrt_div_u64(WRT_NSEC_PER_SEC, s->rate);
	s->portion = s->geom.notify_bytes / s->frame_bytes;
	s->portion_time = 0;	/* not in one go */
	if (s->portion <= s->rate / WRT_SIM_MOVE_MIN_HZ)
		s->portion_time = (u32)time_of(s, s->portion, &s->portion_rest);
}

void wrt_sim_set_due(struct wrt_hw_stream *s, u64 g)
{
	s->due_g = g;
	s->due_time = WRT_SIM_NEVER;
	if (g == WRT_SIM_NO_END)
		return;
	s->due_time = time_of(s, g, &s->due_rest);
	if (!s->dev->cfg.step)
		s->due_time += s->dev->epoch;
}
