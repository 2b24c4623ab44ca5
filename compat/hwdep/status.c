// SPDX-License-Identifier: GPL-2.0-only
/*
 * status.c - values of core and miniport as those of uapi/sound/wavert.h: status codes as errno,
 * capabilities as WAVERT_CAP_*.
 */
#include "hwdep.h"

#define TO_ERRNO(name, value, error) { WRT_STATUS_##name, -(error) },

static const struct {
	enum wrt_status status;
	int error;
} errors[] = {
	WRT_STATUS_TABLE(TO_ERRNO)
};

int wrt_errno(enum wrt_status status)
{
	size_t i;

	if (!status)
		return 0;
	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].status == status)
			return errors[i].error;
	WARN_ON_ONCE(1);
	return -EREMOTEIO;
}

u32 wrt_cap_flags(const struct wrt_hw_caps *c)
{
	u32 flags = 0;

	if (c->flags & WRT_HW_STEPPED)
		flags |= WAVERT_CAP_STEPPED;
	if (c->flags & WRT_HW_EMULATED)
		flags |= WAVERT_CAP_EMULATED;
	if (c->flags & WRT_HW_ATTACHED)
		flags |= WAVERT_CAP_ATTACHED;
	if (c->flags & WRT_HW_OBSERVE_ONLY)
		flags |= WAVERT_CAP_OBSERVE_ONLY;
	if (c->flags & WRT_HW_REFUSED_FORMAT)
		flags |= WAVERT_CAP_REFUSED_FORMAT;
	if (c->flags & WRT_HW_REFUSED_MMAP)
		flags |= WAVERT_CAP_REFUSED_MMAP;
	if (c->flags & WRT_HW_REFUSED_MEMORY)
		flags |= WAVERT_CAP_REFUSED_MEMORY;
	if (c->flags & WRT_HW_NO_PAUSE)
		flags |= WAVERT_CAP_NO_PAUSE;
	if (c->flags & WRT_HW_FETCHES_AHEAD)
		flags |= WAVERT_CAP_FETCHES_AHEAD;
	if (c->channels_step == 2)
		flags |= WAVERT_CAP_EVEN_CHANNELS;
	if (c->s32_bits == 20)
		flags |= WAVERT_CAP_S32_20;
	if (c->s32_bits == 24)
		flags |= WAVERT_CAP_S32_24;
	return flags;
}
