// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * io.c - waiting for a register; see engine.h.
 */
#include "engine.h"

#define STEP_US	10

bool wrt_hda_wait(const struct wrt_hw_dev *d, u32 offset, u32 width, u32 mask, u32 value,
		  u32 max_us)
{
	u32 us;

	for (us = 0; (hda_read(d, offset, width) & mask) != value; us += STEP_US) {
		if (us >= max_us)
			return false;
		d->bus->delay_us(d->ctx, STEP_US);
	}
	return true;
}
