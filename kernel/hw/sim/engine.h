/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * engine.h - shared by sim.c (operations, interrupts), clock.c (time) and mover.c (data).
 * Everything here is under the device lock.
 *
 * A time is in ns, or by the step clock in frames. g is a frame number on the device's clock,
 * at a stream's rate.
 */
#ifndef WRT_HW_SIM_ENGINE_H
#define WRT_HW_SIM_ENGINE_H

#include "sim.h"

/* With points: an interrupt this often at least, so that none has much data to move. */
#define WRT_SIM_MOVE_MIN_HZ	10

#define WRT_SIM_NO_END	(~0ull)
#define WRT_SIM_NEVER	(~0ull)

struct wrt_hw_stream {
	/* What an interrupt uses: 128 bytes. */
	u64 due_time;		/* of the next interrupt; WRT_SIM_NEVER */
	u64 due_g;		/* the frame that is complete then, rounded up by ... */
	u32 due_rest;		/* ... this many parts of a ns, `rate` to a ns */
	bool due_at_point;	/* and the next one is a portion later, if playback does not end */
	bool points;		/* interrupt at every point, else only now and then */
	bool running;
	u64 moved_g;		/* data moved up to, not including, this frame ... */
	u32 moved_frame;	/* ... which lies here in the buffer */
	u32 frames;		/* buffer size in frames */
	u64 told_g;		/* the DMA position last reported to the core */
	u64 end_g;		/* playback ends before this frame; WRT_SIM_NO_END */
	struct wrt_hw_dev *dev;
	u32 slot;
	u32 rate, frame_bytes;	/* of geom */
	u32 frame_time;		/* a frame takes at least this long */
	u32 portion;		/* frames from point to point, of which each takes ... */
	u32 portion_time;	/* ... this long, rounded up by ... */
	u32 portion_rest;	/* ... this many parts of a ns */

	struct wrt_hw_geom geom;
	u64 start_g;		/* frame at which it was started ... */
	u32 start_frame;	/* ... and the buffer frame it started from */
	u64 silent_g;		/* from this frame on it is silent; WRT_SIM_NO_END */
	bool open;
	bool silenced;		/* capture: playback ran with another rate, format or ... */
	u32 play_rate, play_format, play_channels;	/* ... channels: these */
};

struct wrt_hw_dev {
	const struct wrt_hw_bus *bus;
	void *ctx;
	struct wrt_sim_config cfg;
	u32 running;		/* mask of slots */
	u64 irq_time;		/* of the last interrupt */
	u64 epoch;		/* time of frame 0 */
	u64 steps;		/* step clock: frames so far */
	u32 irqs;		/* counted for WRT_SIM_FAULT_DROP_IRQ only */
	struct wrt_hw_stream stream[2 * WRT_SIM_PAIRS_MAX];
};

/* Frames of this rate that are complete at this time. */
u64 wrt_sim_grid(const struct wrt_hw_dev *d, u32 rate, u64 time);

/* The time that belongs to a reading, ns. */
static inline u64 wrt_sim_stamp(const struct wrt_hw_stream *s, u64 time)
{
	if (s->dev->cfg.step)
		return wrt_mul_div_u64(time, WRT_NSEC_PER_SEC, s->rate);
	return time;
}

/* The stream has been prepared: constants of its clock. */
void wrt_sim_clock_prepare(struct wrt_hw_stream *s);

/* The next interrupt is when frame g is complete; WRT_SIM_NO_END: there is none. */
void wrt_sim_set_due(struct wrt_hw_stream *s, u64 g);

/* It is a portion after the one that was due; portion_time must not be 0. */
static inline void wrt_sim_advance_due(struct wrt_hw_stream *s)
{
	s->due_g += s->portion;
	s->due_time += s->portion_time;
	s->due_rest += s->portion_rest;
	if (s->due_rest >= s->rate) {
		s->due_rest -= s->rate;
		s->due_time--;
	}
}

/* The buffer frame of frame number g (g >= start_g). */
u32 wrt_sim_buffer_frame(const struct wrt_hw_stream *s, u64 g);

static inline u64 wrt_sim_time(const struct wrt_hw_dev *d)
{
	if (d->cfg.step)
		return d->steps;
	return d->bus->now_ns(d->ctx);
}

/* As wrt_sim_grid() for this stream. In its interrupt that is the frame that was due. */
static inline u64 wrt_sim_frame_at(const struct wrt_hw_stream *s, u64 time)
{
	if (time - s->due_time < s->frame_time)
		return s->due_g;
	return wrt_sim_grid(s->dev, s->rate, time);
}

static inline void wrt_sim_set_moved(struct wrt_hw_stream *s, u64 g)
{
	u64 frame = s->moved_frame + (g - s->moved_g);

	s->moved_g = g;
	if (frame >= s->frames)
		frame -= s->frames;
	if (frame >= s->frames)
		frame = wrt_mod_u64(frame, s->frames);
	s->moved_frame = (u32)frame;
}

/* mover.c: the capture of a pair records up to this time; its playback has not been moved yet. */
void wrt_sim_move_capture(struct wrt_hw_stream *capt, const struct wrt_hw_stream *play, u64 time);

/* Move the data of both streams of a pair up to this time; the pair is that of this stream. */
static inline void wrt_sim_move(struct wrt_hw_stream *s, u64 time)
{
	struct wrt_hw_stream *play = s - (s->slot & 1);
	u64 g;

	if (play[1].running)
		wrt_sim_move_capture(&play[1], play, time);
	if (!play->running)
		return;
	g = wrt_sim_frame_at(play, time);
	if (g > play->end_g)
		g = play->end_g;
	if (g > play->moved_g)	/* processors may disagree on the time */
		wrt_sim_set_moved(play, g);
}

#endif
