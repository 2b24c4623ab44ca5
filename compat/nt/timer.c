// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer.c - times at which the interrupt handler runs without an interrupt: those of the
 * simulator, and updates that a backend has asked for. PASSIVE_LEVEL, except for nt_timer_at().
 */
#include "nt.h"

/*
 * One timer for all slots: this is called under a spin lock and from the DPC itself, where Wine,
 * unlike Windows, cannot set a timer.
 */
void nt_timer_at(struct nt_filter *f, u32 slot, u64 ns)
{
	__atomic_store_n(&f->timers.due_ns[slot], ns, __ATOMIC_RELAXED);
}

/* Runs handlers that are due, once a millisecond while there are streams. */
static VOID NTAPI tick(PKDPC dpc, PVOID ctx, PVOID a, PVOID b)
{
	struct nt_filter *f = ctx;
	u64 due, now = nt_now_ns();
	bool raised = false;
	u32 i;

	(void)dpc;
	(void)a;
	(void)b;
	for (i = 0; i < WRT_SLOTS_MAX; i++) {
		due = __atomic_load_n(&f->timers.due_ns[i], __ATOMIC_RELAXED);
		if (due && due <= now)
			raised |= __atomic_compare_exchange_n(&f->timers.due_ns[i], &due, 0, false,
							      __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
	if (raised && !f->pci.quiet)
		wrt_device_irq(&f->dev);
}

void nt_timer_init(struct nt_filter *f)
{
	RtlZeroMemory(f->timers.due_ns, sizeof(f->timers.due_ns));
	KeInitializeDpc(&f->timers.dpc, tick, f);
	KeInitializeTimerEx(&f->timers.timer, NotificationTimer);
}

void nt_ticks_on(struct nt_filter *f)
{
	LARGE_INTEGER due;

	due.QuadPart = -10000;
	KeSetTimerEx(&f->timers.timer, due, 1, &f->timers.dpc);
}

void nt_ticks_off(struct nt_filter *f)
{
	KeCancelTimer(&f->timers.timer);
	KeFlushQueuedDpcs();
}
