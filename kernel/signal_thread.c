// SPDX-License-Identifier: GPL-2.0-only
/*
 * signal_thread.c - see signal_thread.h.
 *
 * The thread has the lowest real-time priority, so it runs before ordinary tasks; the budget
 * in core/deferred.c leaves these nine tenths of the processor. It is not frozen: during a system
 * suspend it may still signal points that passed earlier.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "core/device.h"
#include "signal_thread.h"

static void sleep_until_due(u64 wait_ns)
{
	ktime_t wait = ns_to_ktime(wait_ns);

	if (wait_ns == WRT_NOTHING_DEFERRED)
		schedule();
	else
		schedule_hrtimeout_range(&wait, 0, HRTIMER_MODE_REL);
}

static int signal_thread(void *data)
{
	struct wrt_device *device = data;
	u64 wait_ns;

	for (;;) {
		set_current_state(TASK_IDLE);	/* first, so that no wake-up is lost */
		if (kthread_should_stop())
			break;
		wait_ns = wrt_device_deferred(device);
		if (wait_ns)
			sleep_until_due(wait_ns);
		__set_current_state(TASK_RUNNING);
		if (!wait_ns)
			wrt_device_serve(device);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

struct task_struct *wrt_signal_thread_start(struct wrt_device *device, int number)
{
	struct task_struct *thread;

	thread = kthread_create(signal_thread, device, "wavert-card%d", number);
	if (IS_ERR(thread))
		return thread;
	sched_set_fifo_low(thread);
	wake_up_process(thread);
	return thread;
}

void wrt_signal_thread_stop(struct task_struct *thread)
{
	kthread_stop(thread);
}
