/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nt.h - core and miniport bound to the Windows driver model: between the files of this
 * directory. Documentation/nt.md says at which IRQL each method may be called.
 *
 * Control calls are not serialised here: the port driver calls them one at a time.
 */
#ifndef WRT_NT_NT_H
#define WRT_NT_NT_H

#include "core/os.h"	/* ntddk.h before all else */

#define WRT_NT_KERNEL
#include "wavertddi.h"

#include "hw/sim/sim.h"
#include "miniport.h"
#include "simprop.h"

/* IMiniportWaveRT, and the device under it. */
struct nt_filter {
	IMiniportWaveRT iface;
	LONG refs;
	struct wrt_hw_dev *hw;
	struct wrt_device dev;
	u64 due_ns[2 * SIM_PAIRS];	/* of each slot's next interrupt; 0: none */
	KTIMER timer;			/* its DPC raises them */
	KDPC dpc;
	u64 stepped;			/* frames, step clock */
	LIST_ENTRY streams;
};

/* IMiniportWaveRTStreamNotification, and the packet interface of its direction. */
struct nt_stream {
	IMiniportWaveRTStreamNotification iface;
	struct nt_input input;
	struct nt_output output;
	LONG refs;
	struct nt_filter *filter;
	IPortWaveRTStream *port;
	LIST_ENTRY link;
	struct wrt_mp mp;
	PMDL mdl;			/* of the buffer ... */
	PVOID memory;			/* ... and where the engine reaches it */
	struct sim_page page;		/* under the device lock */
};

/* clock.c */
u64 nt_now_ns(void);
u64 nt_ticks(u64 ns);		/* of the performance counter */

/* sim.c */
NTSTATUS nt_device_start(struct nt_filter *f, const struct wrt_sim_config *cfg);
void nt_device_stop(struct nt_filter *f);
void nt_ticks_on(struct nt_filter *f);	/* with the first stream ... */
void nt_ticks_off(struct nt_filter *f);	/* ... and the last; no DPC runs any more */

/* properties.c */
extern const PCFILTER_DESCRIPTOR nt_filter_descriptor;

/* filter.c */
NTSTATUS nt_filter_new(struct nt_filter **out);

/* stream.c */
NTSTATUS nt_stream_new(struct nt_filter *f, IPortWaveRTStream *port, u32 dir, u32 pin,
		       const KSDATAFORMAT *format, IMiniportWaveRTStream **out);
void nt_stream_page(struct nt_stream *s, struct sim_page *out);

#endif
