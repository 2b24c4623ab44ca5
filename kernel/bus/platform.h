/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * platform.h - the callbacks of Linux for a backend that has no bus: time, and one timer for each
 * slot instead of an interrupt line. In snd-wavert, for every backend's binding: those with a bus
 * (pci.c) provide the same timers in addition.
 */
#ifndef WRT_BUS_PLATFORM_H
#define WRT_BUS_PLATFORM_H

#include <linux/hrtimer.h>

#include "core/device.h"

struct wrt_platform_timer {
	struct hrtimer timer;
	struct wrt_platform *platform;
	int cpu;		/* on which the handler runs; -1: on none */
	bool restart;		/* set for the handler: the timer has its next time */
};

struct wrt_platform {
	struct wrt_device *device;	/* whose interrupt handler the timers run */
	struct wrt_platform_timer slot[WRT_SLOTS_MAX];
};

/* ctx of these operations is the struct wrt_platform. */
extern const struct wrt_hw_bus wrt_platform_bus;

/**
 * wrt_platform_init() - initialise the timers of a device
 * @p: timers, not armed
 */
void wrt_platform_init(struct wrt_platform *p);

/**
 * wrt_platform_quiet() - cancel all timers
 * @p: timers of one device
 *
 * On return no timer handler runs and none is armed.
 *
 * Context: May sleep.
 */
void wrt_platform_quiet(struct wrt_platform *p);

#endif
