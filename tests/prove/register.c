// SPDX-License-Identifier: GPL-2.0-only
/*
 * register.c - proof of wrt_register_page() by CBMC; called by run.sh. Regions of 32 bits anywhere
 * below 2^62, a register within; pages of 4, 16 and 64 KiB.
 */
#include "cbmc_os.h"
#include "core/os.h"
#include "hwdep/register_page.h"

void prove_register(void)
{
	struct wrt_hw_register reg = {
		.bus = any_u64(), .bytes = any_u32(), .offset = any_u32(), .width = any_u32(),
	};
	u64 page_bytes = any_u64(), page, at;

	ASSUME(page_bytes == 4096 || page_bytes == 16384 || page_bytes == 65536);
	ASSUME(reg.bus >= 1 && reg.bus < 1ull << 62);
	ASSUME(reg.width == 32 || reg.width == 64);
	ASSUME(reg.bytes >= reg.width / 8 && reg.offset <= reg.bytes - reg.width / 8);
	page = wrt_register_page(&reg, page_bytes);
	at = reg.bus + reg.offset;
	if (page) {
		PROVE(page % page_bytes == 0);
		PROVE(page >= reg.bus && page + page_bytes <= reg.bus + reg.bytes);
		PROVE(at >= page && at + reg.width / 8 <= page + page_bytes);
	} else {	/* none is refused that could be mapped */
		PROVE(at % page_bytes + reg.width / 8 > page_bytes || at - at % page_bytes < reg.bus ||
		      at - at % page_bytes + page_bytes > reg.bus + reg.bytes);
	}
}
