// SPDX-License-Identifier: GPL-2.0-only
/*
 * sim.c - the simulator under this driver; a timer's DPC is its interrupt. The callbacks are
 * called at any IRQL up to DISPATCH_LEVEL, the rest at PASSIVE_LEVEL.
 */
#include "nt.h"

static u64 bus_now(void *ctx)
{
	(void)ctx;
	return nt_now_ns();
}

static void bus_timer_at(void *ctx, u32 slot, u64 ns)
{
	nt_timer_at(ctx, slot, ns);
}

const struct wrt_hw_bus nt_sim_bus = {
	.now_ns = bus_now,
	.timer_at = bus_timer_at,
};

static int create(struct nt_filter *f, struct wrt_hw_dev **out)
{
	return wrt_sim_create(&nt_sim_bus, f, &f->sim, out);
}

const struct nt_backend nt_sim = {
	.ops = &wrt_sim_ops,
	.create = create,
	.destroy = wrt_sim_destroy,
};
