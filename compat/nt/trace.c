// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * trace.c - the ring of trace.h. Each writer takes a number and never waits. One reader at a time
 * (SIM_TRACE), while there are no writers.
 */
#include "trace.h"

static struct wrt_trace_record ring[WRT_TRACE_RING];
static u32 head, tail;		/* written and taken so far */

void wrt_trace_add(enum wrt_traced event, u32 id, const u64 word[5])
{
	u32 at = __atomic_fetch_add(&head, 1, __ATOMIC_RELAXED);
	struct wrt_trace_record *r = &ring[at % WRT_TRACE_RING];

	r->event = event;
	r->id = id;
	wrt_memcpy(r->word, word, sizeof(r->word));
}

u32 wrt_trace_take(struct wrt_trace_record *out, u32 room)
{
	u32 n, end = __atomic_load_n(&head, __ATOMIC_RELAXED);

	if (end - tail > WRT_TRACE_RING)
		tail = end - WRT_TRACE_RING;
	for (n = 0; n < room && tail != end; n++, tail++)
		out[n] = ring[tail % WRT_TRACE_RING];
	return n;
}
