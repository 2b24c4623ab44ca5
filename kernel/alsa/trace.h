/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - tracepoints of the ALSA side. wavert_period: an interrupt has found new
 * points of a stream that ALSA owns, snd_pcm_period_elapsed() is called next.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM wavert

#if !defined(WRT_ALSA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define WRT_ALSA_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(wavert_period,
	TP_PROTO(int card, u32 slot, u64 look, u64 linear, u64 points, u32 fresh),
	TP_ARGS(card, slot, look, linear, points, fresh),
	TP_STRUCT__entry(
		__field(int, card)
		__field(u32, slot)
		__field(u64, look)
		__field(u64, linear)
		__field(u64, points)
		__field(u32, fresh)
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->slot = slot;
		__entry->look = look;
		__entry->linear = linear;
		__entry->points = points;
		__entry->fresh = fresh;
	),
	TP_printk("card=%d slot=%u look=%llu linear=%llu points=%llu new=%u",
		  __entry->card, __entry->slot, __entry->look, __entry->linear,
		  __entry->points, __entry->fresh)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
