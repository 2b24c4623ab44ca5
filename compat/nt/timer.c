// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer.c - times at which the interrupt handler runs without an interrupt: those of the
 * simulator, and updates that a backend has asked for. PASSIVE_LEVEL, except for nt_timer_at().
 *
 * Windows 8.1 and later have timers of high resolution. A KTIMER expires at the system's clock
 * interrupt, which comes every 15.6 ms unless a program has asked for more.
 */
#include "nt.h"

#define TICK	10000		/* 1 ms, in 100 ns */

/*
 * One timer for all slots: this is called under a spin lock and from the DPC itself, where Wine,
 * unlike Windows, cannot set a timer.
 */
void nt_timer_at(struct nt_filter *f, u32 slot, u64 ns)
{
	InterlockedExchange64(&f->timers.due_ns[slot], (LONG64)ns);
}

/* Runs handlers that are due, once a millisecond while there are streams. */
static void tick(struct nt_filter *f)
{
	LONG64 due, now = (LONG64)nt_now_ns();
	bool raised = false;
	u32 i;

	for (i = 0; i < WRT_SLOTS_MAX; i++) {
		due = InterlockedCompareExchange64(&f->timers.due_ns[i], 0, 0);
		if (due && due <= now)
			raised |= InterlockedCompareExchange64(&f->timers.due_ns[i], 0, due) == due;
	}
	if (raised && !f->pci.quiet)
		wrt_device_irq(&f->dev);
}

static VOID NTAPI tick_dpc(PKDPC dpc, PVOID ctx, PVOID a, PVOID b)
{
	(void)dpc;
	(void)a;
	(void)b;
	tick(ctx);
}

static VOID NTAPI tick_precise(PEX_TIMER timer, PVOID ctx)
{
	(void)timer;
	tick(ctx);
}

void nt_timer_init(struct nt_filter *f)
{
	struct nt_timers *t = &f->timers;

	RtlZeroMemory(t, sizeof(*t));
	KeInitializeDpc(&t->dpc, tick_dpc, f);
	KeInitializeTimerEx(&t->timer, NotificationTimer);
}

void nt_ticks_on(struct nt_filter *f)
{
	struct nt_timers *t = &f->timers;
	LARGE_INTEGER due;

	due.QuadPart = -TICK;
	if (t->allocate && t->set && t->remove)
		t->precise = t->allocate(tick_precise, f, EX_TIMER_HIGH_RESOLUTION);
	if (t->precise)
		t->set(t->precise, due.QuadPart, TICK, NULL);
	else
		KeSetTimerEx(&t->timer, due, 1, &t->dpc);
}

void nt_ticks_off(struct nt_filter *f)
{
	struct nt_timers *t = &f->timers;

	if (t->precise) {
		t->remove(t->precise, TRUE, TRUE, NULL);
		t->precise = NULL;
		return;
	}
	KeCancelTimer(&t->timer);
	KeFlushQueuedDpcs();
}
