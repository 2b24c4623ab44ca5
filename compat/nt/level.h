/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * level.h - the value of a control and the level of its node. Includes nothing of Windows: the
 * host tests it (tests/unit/test_level.c).
 */
#ifndef WRT_NT_LEVEL_H
#define WRT_NT_LEVEL_H

#include "core/hw.h"

#define NT_UNITS_PER_DB	65536ll		/* of KSPROPERTY_AUDIO_VOLUMELEVEL */

static inline s32 nt_level_of(const struct wrt_hw_control *c, u32 value)
{
	return (s32)((c->min_cdb + (s64)value * c->step_cdb) * NT_UNITS_PER_DB / 100);
}

/* The nearest value, within the control's range. Half a step is rounded up. */
static inline u32 nt_value_of(const struct wrt_hw_control *c, s32 level)
{
	s64 above = (s64)level * 100 - c->min_cdb * NT_UNITS_PER_DB;
	s64 step = c->step_cdb * NT_UNITS_PER_DB;

	if (above <= 0 || step <= 0)
		return 0;
	return (u32)wrt_min_u64((u64)((above + step / 2) / step), c->max);
}

#endif
