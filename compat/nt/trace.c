// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * trace.c - the ring of trace.h. Each writer takes a number and never waits. One reader at a time
 * (SIM_TRACE), while there are no writers.
 */
#include "trace.h"

#include "atomic.h"

static struct wrt_trace_record ring[WRT_TRACE_RING];
static volatile s32 head;		/* records written so far ... */
static u32 tail;			/* ... and taken */

void wrt_trace_add(enum wrt_traced event, u32 id, const u64 word[5])
{
	u32 at = nt_next_number(&head);
	struct wrt_trace_record *r = &ring[at % WRT_TRACE_RING];

	r->event = event;
	r->id = id;
	wrt_memcpy(r->word, word, sizeof(r->word));
}

u32 wrt_trace_take(struct wrt_trace_record *out, u32 room)
{
	u32 n, end = (u32)head;

	if (end - tail > WRT_TRACE_RING)
		tail = end - WRT_TRACE_RING;
	for (n = 0; n < room && tail != end; n++, tail++)
		out[n] = ring[tail % WRT_TRACE_RING];
	return n;
}
