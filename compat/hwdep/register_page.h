/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * register_page.h - which page of a device a client may map to read a register. Proved in
 * tests/prove/register.c for pages of 4, 16 and 64 KiB.
 */
#ifndef WRT_HWDEP_REGISTER_PAGE_H
#define WRT_HWDEP_REGISTER_PAGE_H

#include "core/hw.h"

/*
 * Bus address of the page with this register, or 0 if it must not be mapped: the whole page has to
 * lie within the region that the backend allows. So there is none if pages are larger than that.
 */
static inline u64 wrt_register_page(const struct wrt_hw_register *reg, u64 page_bytes)
{
	u64 at = reg->bus + reg->offset, end = reg->bus + reg->bytes;
	u64 in_page = at & (page_bytes - 1), page = at - in_page;

	if (page < reg->bus || end < page_bytes || page > end - page_bytes ||
	    in_page + reg->width / 8 > page_bytes)
		return 0;
	return page;
}

#endif
