// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform.c - see platform.h.
 *
 * The timers are plain absolute hrtimers: they run in hard irq on ordinary kernels and in a soft
 * irq thread on PREEMPT_RT, where an interrupt of hardware would also be handled. They are armed
 * and disarmed under the device lock, without waiting for a handler: a handler that runs late finds
 * nothing due.
 *
 * They are pinned. A timer that a handler starts from the idle task would otherwise be moved to a
 * busier processor, possibly to one that is being taken offline.
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

/*
 * True if the handler of this timer is running on this processor. It has interrupts off, so that
 * handler makes the call. Not on PREEMPT_RT, where the handler is a thread.
 */
static bool is_handler(const struct wrt_platform_timer *t)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) && READ_ONCE(t->cpu) == raw_smp_processor_id();
}

/*
 * The handler of a timer passes the next time to the core of hrtimers when it returns, which is
 * cheaper than starting the timer. All calls are made under the device lock; if another processor
 * has started the timer in between, it is queued and its time must not be changed.
 */
static void platform_timer_at(void *ctx, u32 slot, u64 ns)
{
	struct wrt_platform *p = ctx;
	struct wrt_platform_timer *t = &p->slot[slot];
	bool handler = is_handler(t);

	if (handler)
		t->restart = false;
	if (!ns) {
		hrtimer_try_to_cancel(&t->timer);
	} else if (handler && !hrtimer_is_queued(&t->timer)) {
		hrtimer_set_expires(&t->timer, ns_to_ktime(ns));
		t->restart = true;
	} else {
		hrtimer_start(&t->timer, ns_to_ktime(ns), TIMER_MODE);
	}
}

const struct wrt_hw_bus wrt_platform_bus = {
	.now_ns = platform_now,
	.timer_at = platform_timer_at,
};
EXPORT_SYMBOL_GPL(wrt_platform_bus);

/* The backend sets the next time, see platform_timer_at(). */
static enum hrtimer_restart platform_fire(struct hrtimer *timer)
{
	struct wrt_platform_timer *t = container_of(timer, struct wrt_platform_timer, timer);

	t->restart = false;
	WRITE_ONCE(t->cpu, raw_smp_processor_id());
	wrt_device_irq(t->platform->device);
	WRITE_ONCE(t->cpu, -1);
	return t->restart ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

void wrt_platform_init(struct wrt_platform *p)
{
	u32 i;

	for (i = 0; i < WRT_SLOTS_MAX; i++) {
		p->slot[i].platform = p;
		p->slot[i].cpu = -1;
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
