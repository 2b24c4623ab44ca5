/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * trace.h - WRT_TRACE() of os.h as records that can be compared between systems. The compiler gets
 * it by -include, before any file of core/ and miniport/. Any context.
 *
 * Numbers and names are those of the Linux tracepoints (core/os_linux_trace.h).
 */
#ifndef WRT_NT_TRACE_H
#define WRT_NT_TRACE_H

#include "core/os.h"

#define WRT_TRACE_EVENTS(X)						\
	X(start, "linear ns")						\
	X(stop, "linear ns")						\
	X(position_update, "irq_seq linear ns points new")		\
	X(notify, "model first points")					\
	X(state, "from to")						\
	X(packet, "capture number flags status")			\
	X(glitch, "linear written cause packet count")

#define WRT_TRACE_ENUM(name, fields) WRT_TRACED_##name,

enum wrt_traced {
	WRT_TRACE_EVENTS(WRT_TRACE_ENUM)
};

struct wrt_trace_record {
	u32 event, id;
	u64 word[5];
};

/* Number of records that are kept; older ones are overwritten. */
#define WRT_TRACE_RING	4096

/* Oldest first; the records are removed. */
u32 wrt_trace_take(struct wrt_trace_record *out, u32 room);

void wrt_trace_add(enum wrt_traced event, u32 id, const u64 word[5]);

/* A name of up to eight letters, as a number. */
static inline u64 wrt_trace_name(const char *name)
{
	u64 word = 0;
	u32 i;

	for (i = 0; i < 8 && name[i]; i++)
		word |= (u64)(u8)name[i] << 8 * i;
	return word;
}

#define WRT_TRACED(event, id, ...) \
	wrt_trace_add(WRT_TRACED_##event, id, (const u64[5]) { __VA_ARGS__ })

#define WRT_TRACE_start(id, linear, ns)		WRT_TRACED(start, id, linear, ns)
#define WRT_TRACE_stop(id, linear, ns)		WRT_TRACED(stop, id, linear, ns)
#define WRT_TRACE_position_update(id, ...)	WRT_TRACED(position_update, id, __VA_ARGS__)
#define WRT_TRACE_notify(id, model, ...) \
	WRT_TRACED(notify, id, wrt_trace_name(model), __VA_ARGS__)
#define WRT_TRACE_state(id, from, to)		WRT_TRACED(state, id, from, to)
#define WRT_TRACE_packet(id, capture, number, flags, status) \
	WRT_TRACED(packet, id, capture, number, flags, (u32)(status))
#define WRT_TRACE_glitch(id, ...)		WRT_TRACED(glitch, id, __VA_ARGS__)

#undef WRT_TRACE
#define WRT_TRACE(event, ...) WRT_TRACE_##event(__VA_ARGS__)

#endif
