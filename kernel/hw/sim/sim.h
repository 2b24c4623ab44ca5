/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sim.h - the software DMA engine: a sound card without hardware, exact to the frame.
 *
 * Slots 2i and 2i+1 are playback pin i and capture pin i. Frames have numbers on the
 * device's clock: frame g of a rate is due at epoch + g / rate, always computed from
 * the epoch, so nothing drifts. All streams of one rate share that grid, so loopback delivers
 * exactly the frames that playback read, with the same numbers.
 *
 * Created by kernel/bus/sim.c, or by a test with a clock of its own.
 */
#ifndef WRT_HW_SIM_H
#define WRT_HW_SIM_H

#include "core/hw.h"

#define WRT_SIM_PAIRS_MAX	(WRT_SLOTS_MAX / 2)
#define WRT_SIM_BUFFER_MAX	(4u << 20)

enum wrt_sim_source {
	WRT_SIM_SILENCE = 0,
	WRT_SIM_RAMP = 1,	/* each sample is its frame's number, low bits */
	WRT_SIM_LOOPBACK = 2,	/* what playback of the same pin reads; else silence */
};

/* Faults to inject, to show that a test can fail. */
enum wrt_sim_fault {
	WRT_SIM_FAULT_NONE = 0,
	WRT_SIM_FAULT_DROP_IRQ = 1,	/* every tenth interrupt is never raised */
	WRT_SIM_FAULT_FLIP_BIT = 2,	/* loopback flips a bit in one frame of 10007 */
	WRT_SIM_FAULT_NOT_READY = 3,	/* the engine cannot be programmed */
};

struct wrt_sim_config {
	u32 pairs;			/* 1..WRT_SIM_PAIRS_MAX */
	bool step;			/* time moves only by wrt_sim_step() */
	enum wrt_sim_source source;
	enum wrt_sim_fault fault;
};

extern const struct wrt_hw_ops wrt_sim_ops;

/**
 * wrt_sim_create() - make a simulated device
 * @bus: callbacks of the bus; must outlive the device
 * @ctx: passed to each callback of @bus
 * @cfg: configuration; copied
 * @out: filled on success
 *
 * Context: May sleep.
 * Return: 0, WRT_EINVAL (@cfg), or WRT_ENOMEM.
 */
int wrt_sim_create(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_sim_config *cfg,
		   struct wrt_hw_dev **out);

/**
 * wrt_sim_destroy() - free a simulated device
 * @d: backend device
 *
 * No operation may be called any more.
 *
 * Context: May sleep.
 */
void wrt_sim_destroy(struct wrt_hw_dev *d);

/**
 * wrt_sim_step() - advance the step clock up to the next interrupt
 * @d: backend device
 * @frames: most frames to advance
 *
 * The caller then runs the interrupt handler and continues with the rest.
 *
 * Context: Device lock held; step clock only.
 * Return: Number of frames that the clock advanced.
 */
u64 wrt_sim_step(struct wrt_hw_dev *d, u64 frames);

#endif
