// SPDX-License-Identifier: GPL-2.0-only
/*
 * sim.c - the simulator under this driver, and the timer whose DPC is its interrupt. The bus
 * callbacks are called at any IRQL up to DISPATCH_LEVEL, the rest at PASSIVE_LEVEL.
 */
#include "nt.h"

static u64 bus_now(void *ctx)
{
	(void)ctx;
	return nt_now_ns();
}

/*
 * Not a timer for each slot: this is called under a spin lock and from the DPC itself, where Wine,
 * unlike Windows, cannot set a timer.
 */
static void bus_timer_at(void *ctx, u32 slot, u64 ns)
{
	struct nt_filter *f = ctx;

	__atomic_store_n(&f->due_ns[slot], ns, __ATOMIC_RELAXED);
}

static const struct wrt_hw_bus bus = {
	.now_ns = bus_now,
	.timer_at = bus_timer_at,
};

/* Once a millisecond while there are streams: the interrupts that have become due. */
static VOID NTAPI tick(PKDPC dpc, PVOID ctx, PVOID a, PVOID b)
{
	struct nt_filter *f = ctx;
	u64 due, now = nt_now_ns();
	bool raised = false;
	u32 i;

	(void)dpc;
	(void)a;
	(void)b;
	for (i = 0; i < 2 * SIM_PAIRS; i++) {
		due = __atomic_load_n(&f->due_ns[i], __ATOMIC_RELAXED);
		if (due && due <= now)
			raised |= __atomic_compare_exchange_n(&f->due_ns[i], &due, 0, false,
							      __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
	if (raised)
		wrt_device_irq(&f->dev);
}

void nt_ticks_on(struct nt_filter *f)
{
	LARGE_INTEGER due;

	due.QuadPart = -10000;
	KeSetTimerEx(&f->timer, due, 1, &f->dpc);
}

void nt_ticks_off(struct nt_filter *f)
{
	KeCancelTimer(&f->timer);
	KeFlushQueuedDpcs();
}

NTSTATUS nt_device_start(struct nt_filter *f, const struct wrt_sim_config *cfg)
{
	KeInitializeDpc(&f->dpc, tick, f);
	KeInitializeTimerEx(&f->timer, NotificationTimer);
	f->stepped = 0;
	if (wrt_sim_create(&bus, f, cfg, &f->hw))
		return STATUS_INSUFFICIENT_RESOURCES;
	if (!wrt_device_init(&f->dev, &wrt_sim_ops, f->hw))
		return STATUS_SUCCESS;
	wrt_sim_destroy(f->hw);
	f->hw = NULL;
	return STATUS_INSUFFICIENT_RESOURCES;
}

/* No stream is left, so nothing ticks. */
void nt_device_stop(struct nt_filter *f)
{
	if (!f->hw)
		return;
	wrt_device_destroy(&f->dev);
	wrt_sim_destroy(f->hw);
	f->hw = NULL;
}
