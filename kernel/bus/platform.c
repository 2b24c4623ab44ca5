// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform.c - see platform.h.
 *
 * The timers are plain absolute hrtimers: hard irq on ordinary kernels, a soft irq
 * thread on PREEMPT_RT, which is just where an interrupt of hardware would be handled.
 * Arming and disarming happens under the device lock, so it must not wait for a handler:
 * a handler that runs late finds nothing due.
 *
 * Pinned: a handler that starts another slot's timer from the idle task would otherwise ask for
 * a busier processor, and may be given one that is being taken offline.
 */
#include <linux/ktime.h>
#include <linux/module.h>

#include "kernel_version.h"
#include "platform.h"

#define TIMER_MODE	HRTIMER_MODE_ABS_PINNED

static u64 platform_now(void *ctx)
{
	return ktime_get_ns();
}

static void platform_timer_at(void *ctx, u32 slot, u64 ns)
{
	struct wrt_platform *p = ctx;
	struct hrtimer *timer = &p->slot[slot].timer;

	if (ns)
		hrtimer_start(timer, ns_to_ktime(ns), TIMER_MODE);
	else
		hrtimer_try_to_cancel(timer);
}

const struct wrt_hw_bus wrt_platform_bus = {
	.now_ns = platform_now,
	.timer_at = platform_timer_at,
};
EXPORT_SYMBOL_GPL(wrt_platform_bus);

/* The next time is armed by the backend, from inside. */
static enum hrtimer_restart platform_fire(struct hrtimer *timer)
{
	struct wrt_platform_timer *slot = container_of(timer, struct wrt_platform_timer, timer);

	wrt_device_irq(slot->platform->device);
	return HRTIMER_NORESTART;
}

void wrt_platform_init(struct wrt_platform *p)
{
	u32 i;

	for (i = 0; i < WRT_SLOTS_MAX; i++) {
		p->slot[i].platform = p;
		wrt_hrtimer_setup(&p->slot[i].timer, platform_fire, CLOCK_MONOTONIC,
				  TIMER_MODE);
	}
}
EXPORT_SYMBOL_GPL(wrt_platform_init);

void wrt_platform_quiet(struct wrt_platform *p)
{
	u32 i;

	for (i = 0; i < WRT_SLOTS_MAX; i++)
		hrtimer_cancel(&p->slot[i].timer);
}
EXPORT_SYMBOL_GPL(wrt_platform_quiet);
