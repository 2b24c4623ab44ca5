/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* internal.h - what the files of libwavert share. */
#ifndef WAVERT_INTERNAL_H
#define WAVERT_INTERNAL_H

#include <wavert.h>

struct wavert_device {
	int fd;
	int card;
};

/* A register of the hardware: told of once, then mapped. */
struct hw_register {
	int told;
	struct wavert_register info;
	void *page;
	const volatile void *at;
};

struct wavert_stream {
	int fd;
	int event;		/* of wavert_stream_event(); -1: not asked for yet */
	uint32_t step;		/* bytes the position moves by at once; 0: one frame */
	size_t page_bytes;
	const struct wavert_page *page;
	struct wavert_buffer layout;
	void *mapping;		/* layout.map_bytes; NULL without a buffer */
	struct hw_register registers[2];	/* WAVERT_REGISTER_POSITION, _CLOCK */
};

#endif
