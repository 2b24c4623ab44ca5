/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * engine.h - shared by sim.c (time, interrupts) and mover.c (data). Everything here
 * is under the device lock.
 */
#ifndef WRT_HW_SIM_ENGINE_H
#define WRT_HW_SIM_ENGINE_H

#include "sim.h"

/* g: a frame number on the device's clock, at this stream's rate. */
struct wrt_hw_stream {
	struct wrt_hw_dev *dev;
	u32 slot;
	bool open;
	bool running;
	bool points;		/* interrupt at every point, else only now and then */
	struct wrt_hw_geom geom;
	u32 frames;		/* buffer size in frames */
	u64 start_g;		/* frame at which it was started ... */
	u32 start_frame;	/* ... and the buffer frame it started from */
	u64 moved_g;		/* data moved up to, not including, this frame */
	u64 due_g;		/* frame of the next interrupt */
	u64 told_g;		/* where the core was last told that DMA stands */
	u64 end_g;		/* playback ends before this frame; WRT_SIM_NO_END */
	u64 silent_g;		/* from this frame on it is silent; WRT_SIM_NO_END */
	bool silenced;		/* capture: playback ran with another rate, format or ... */
	u32 play_rate, play_format, play_channels;	/* ... channels: these */
};

#define WRT_SIM_NO_END (~0ull)

struct wrt_hw_dev {
	const struct wrt_hw_bus *bus;
	void *ctx;
	struct wrt_sim_config cfg;
	u64 epoch;		/* time of frame 0, ns */
	u64 steps;		/* step clock: frames so far */
	u32 irqs;		/* counted for WRT_SIM_FAULT_DROP_IRQ only */
	struct wrt_hw_stream stream[2 * WRT_SIM_PAIRS_MAX];
};

/* Frames of this rate that are complete at `ns`. */
u64 wrt_sim_grid(const struct wrt_hw_dev *d, u32 rate, u64 ns);

/* The buffer frame that carries frame number g (g >= start_g). */
u32 wrt_sim_buffer_frame(const struct wrt_hw_stream *s, u64 g);

/* Move the data of both streams of a pair up to the time `ns`. */
void wrt_sim_move(struct wrt_hw_dev *d, u32 pair, u64 ns);

#endif
