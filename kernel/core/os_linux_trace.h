/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * os_linux_trace.h - tracepoints (events/wavert/), reached through WRT_TRACE() of os.h. The
 * bodies are in kernel/trace.c. Stock kernels have none for PCM.
 *
 * Every event has card and slot (2 * pin + direction in the simulator). The other parameters are
 * those of portcls' EPcMiniportEngineEvent if it has a corresponding event:
 * wavert_notify BUFFER_COMPLETE, wavert_state PIN_STATE, wavert_packet
 * SET_WAVERT_BUFFER_WRITE_POS, wavert_glitch GLITCH_REPORT.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM wavert

#if !defined(WRT_CORE_OS_LINUX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define WRT_CORE_OS_LINUX_TRACE_H

#include <linux/tracepoint.h>

#ifndef WRT_TRACE_CARD
#define WRT_TRACE_CARD(id) ((id) >> 8)
#define WRT_TRACE_SLOT(id) ((id) & 0xff)
#endif

DECLARE_EVENT_CLASS(wavert_dma,
	TP_PROTO(u32 id, u64 linear, u64 ns),
	TP_ARGS(id, linear, ns),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, linear)
		__field(u64, ns)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->linear = linear;
		__entry->ns = ns;
	),
	TP_printk("card=%u slot=%u linear=%llu ns=%llu", WRT_TRACE_CARD(__entry->id),
		  WRT_TRACE_SLOT(__entry->id), __entry->linear, __entry->ns)
);

/* DMA has been turned on. */
DEFINE_EVENT(wavert_dma, wavert_start,
	TP_PROTO(u32 id, u64 linear, u64 ns),
	TP_ARGS(id, linear, ns)
);

/* DMA has been turned off. */
DEFINE_EVENT(wavert_dma, wavert_stop,
	TP_PROTO(u32 id, u64 linear, u64 ns),
	TP_ARGS(id, linear, ns)
);

/*
 * An interrupt has read the position of a stream: the number of the interrupt (irq_seq of the
 * notification log), linear position, notification points passed, and how many of them are new.
 */
TRACE_EVENT(wavert_position_update,
	TP_PROTO(u32 id, u64 irq_seq, u64 linear, u64 ns, u64 points, u64 fresh),
	TP_ARGS(id, irq_seq, linear, ns, points, fresh),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, irq_seq)
		__field(u64, linear)
		__field(u64, ns)
		__field(u64, points)
		__field(u64, fresh)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->irq_seq = irq_seq;
		__entry->linear = linear;
		__entry->ns = ns;
		__entry->points = points;
		__entry->fresh = fresh;
	),
	TP_printk("card=%u slot=%u irq_seq=%llu linear=%llu ns=%llu points=%llu new=%llu",
		  WRT_TRACE_CARD(__entry->id), WRT_TRACE_SLOT(__entry->id), __entry->irq_seq,
		  __entry->linear, __entry->ns, __entry->points, __entry->fresh)
);

/* A client is notified of points; model says which (ALSA, WaveRT). */
TRACE_EVENT(wavert_notify,
	TP_PROTO(u32 id, const char *model, u64 first, u32 points),
	TP_ARGS(id, model, first, points),
	TP_STRUCT__entry(
		__field(u32, id)
		__array(char, model, 8)
		__field(u64, first)
		__field(u32, points)
	),
	TP_fast_assign(
		__entry->id = id;
		strscpy_pad(__entry->model, model, sizeof(__entry->model));
		__entry->first = first;
		__entry->points = points;
	),
	TP_printk("card=%u slot=%u model=%s first=%llu points=%u", WRT_TRACE_CARD(__entry->id),
		  WRT_TRACE_SLOT(__entry->id), __entry->model, __entry->first, __entry->points)
);

/* One step of SetState: KSSTATE_STOP 0, ACQUIRE 1, PAUSE 2, RUN 3. */
TRACE_EVENT(wavert_state,
	TP_PROTO(u32 id, u32 from, u32 to),
	TP_ARGS(id, from, to),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, from)
		__field(u32, to)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("card=%u slot=%u from=%u to=%u", WRT_TRACE_CARD(__entry->id),
		  WRT_TRACE_SLOT(__entry->id), __entry->from, __entry->to)
);

/* SetWritePacket (capture=0), GetReadPacket (capture=1), and the NTSTATUS it gave. */
TRACE_EVENT(wavert_packet,
	TP_PROTO(u32 id, u32 capture, u32 number, u32 flags, u32 status),
	TP_ARGS(id, capture, number, flags, status),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, capture)
		__field(u32, number)
		__field(u32, flags)
		__field(u32, status)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->capture = capture;
		__entry->number = number;
		__entry->flags = flags;
		__entry->status = status;
	),
	TP_printk("card=%u slot=%u capture=%u number=%u flags=0x%x status=0x%08x",
		  WRT_TRACE_CARD(__entry->id), WRT_TRACE_SLOT(__entry->id), __entry->capture,
		  __entry->number, __entry->flags, __entry->status)
);

/*
 * Linear position, newest packet announced, cause (1 underrun, 3 same packet twice, 4 late,
 * 5 overrun, 6 dropped, 7 DMA halted by itself), packet it is about, how many.
 */
TRACE_EVENT(wavert_glitch,
	TP_PROTO(u32 id, u64 linear, u64 written, u32 cause, u64 packet, u64 count),
	TP_ARGS(id, linear, written, cause, packet, count),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, linear)
		__field(u64, written)
		__field(u32, cause)
		__field(u64, packet)
		__field(u64, count)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->linear = linear;
		__entry->written = written;
		__entry->cause = cause;
		__entry->packet = packet;
		__entry->count = count;
	),
	TP_printk("card=%u slot=%u linear=%llu written=%llu cause=%u packet=%llu count=%llu",
		  WRT_TRACE_CARD(__entry->id), WRT_TRACE_SLOT(__entry->id), __entry->linear,
		  __entry->written, __entry->cause, __entry->packet, __entry->count)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE os_linux_trace
#include <trace/define_trace.h>
