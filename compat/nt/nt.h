/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nt.h - core and miniport bound to the Windows driver model; shared by the files of this
 * directory. Documentation/nt.md lists the IRQL at which each method may be called.
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

struct nt_filter;

/* One kind of device: sim.c, pci.c. PASSIVE_LEVEL. */
struct nt_backend {
	const struct wrt_hw_ops *ops;
	int (*create)(struct nt_filter *f, struct wrt_hw_dev **out);
	void (*destroy)(struct wrt_hw_dev *hw);
};

#define NT_BARS	6

struct nt_bar {
	void *at;		/* as machine.c maps it; NULL: not used */
	bool port;
	u64 bus;
	u32 bytes;
};

/* A PCI function. */
struct nt_pci {
	BUS_INTERFACE_STANDARD bus;
	bool open;
	struct nt_bar bar[NT_BARS];
	PDMA_ADAPTER dma;
	PINTERRUPTSYNC sync;	/* NULL: not connected */
	KDPC dpc;
	volatile bool arrived;	/* an interrupt, since the backend asked last */
	volatile bool quiet;	/* without power or removed: its registers are not accessed */
};

/* Times at which the interrupt handler runs without an interrupt; timer.c. */
typedef PEX_TIMER (NTAPI *nt_allocate_timer)(PEXT_CALLBACK call, PVOID ctx, ULONG attributes);
typedef BOOLEAN (NTAPI *nt_set_timer)(PEX_TIMER t, LONGLONG due, LONGLONG period, PVOID more);
typedef BOOLEAN (NTAPI *nt_delete_timer)(PEX_TIMER t, BOOLEAN cancel, BOOLEAN wait, PVOID more);

struct nt_timers {
	volatile LONG64 due_ns[WRT_SLOTS_MAX];	/* of each slot; 0: none */
	nt_allocate_timer allocate;		/* NULL: the system has none of high resolution */
	nt_set_timer set;
	nt_delete_timer remove;
	PEX_TIMER precise;			/* armed; NULL: the other one is */
	KTIMER timer;
	KDPC dpc;
};

/* The descriptor of the filter, made for its device; describe.c. */
#define NT_PINS		8	/* streaming pins, as many bridge pins */
#define NT_RANGES	5
#define NT_NODES	4

struct nt_description {
	PCFILTER_DESCRIPTOR filter;
	PCPIN_DESCRIPTOR pin[2 * NT_PINS];
	KSDATARANGE_AUDIO range[NT_PINS][NT_RANGES];
	PKSDATARANGE ranges[NT_PINS][NT_RANGES];
	PCNODE_DESCRIPTOR node[NT_NODES];
	u32 control[NT_NODES];		/* of the core, by node ... */
	u32 node_dir[NT_NODES];		/* ... and its direction */
	PCCONNECTION_DESCRIPTOR connection[2 * NT_PINS + NT_NODES];
};

/* IMiniportWaveRT, and the device under it. */
struct nt_filter {
	IMiniportWaveRT iface;
	IAdapterPowerManagement power;
	LONG refs;
	PDEVICE_OBJECT device;
	PRESOURCELIST resources;	/* NULL: none; the port driver's, a reference */
	const struct wrt_hw_bus *bus;
	const struct nt_backend *backend;
	struct wrt_hw_dev *hw;
	struct wrt_device dev;
	struct nt_pci pci;
	struct nt_timers timers;
	struct wrt_sim_config sim;
	u64 stepped;			/* frames, step clock */
	u32 signals;			/* of events so far; for SIM_STEP */
	bool asleep;
	struct nt_description description;
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
	PVOID memory;			/* ... its address ... */
	struct wrt_hw_seg *segs;	/* ... and its pieces; NULL: the engine needs none */
	struct sim_page page;		/* under the device lock */
};

/* clock.c */
u64 nt_now_ns(void);
u64 nt_ticks(u64 ns);		/* of the performance counter */

/* device.c: the core's device, of any kind. PASSIVE_LEVEL. */
NTSTATUS nt_device_start(struct nt_filter *f);
void nt_device_stop(struct nt_filter *f);
void nt_device_removed(struct nt_filter *f);
void nt_device_suspend(struct nt_filter *f);
void nt_device_resume(struct nt_filter *f);
NTSTATUS nt_status_of(int err);

/* power.c: IAdapterPowerManagement */
void nt_power_init(struct nt_filter *f);

/* sim.c */
extern const struct nt_backend nt_sim;
extern const struct wrt_hw_bus nt_sim_bus;

/* pci.c. open(): *out is the backend for this function; STATUS_NOT_FOUND: no function of PCI. */
extern const struct wrt_hw_bus nt_pci_bus;
NTSTATUS nt_pci_open(struct nt_filter *f, const struct nt_backend **out);
void nt_pci_close(struct nt_filter *f);
NTSTATUS nt_pci_connect(struct nt_filter *f);
void nt_pci_quiet(struct nt_filter *f, bool quiet);
/* The address by which the kernel reads this bus address, which lies in a BAR; or NULL. */
void *nt_pci_at(const struct nt_filter *f, u64 bus);

/* timer.c. nt_timer_at() at any IRQL up to DISPATCH_LEVEL. */
void nt_timer_init(struct nt_filter *f);
void nt_timer_at(struct nt_filter *f, u32 slot, u64 ns);
void nt_ticks_on(struct nt_filter *f);	/* before the first stream ... */
void nt_ticks_off(struct nt_filter *f);	/* ... and after the last; on return no DPC runs */

/* buffer.c */
int nt_buffer_alloc(struct nt_stream *s, struct wrt_hw_geom *g);
void nt_buffer_free(struct nt_stream *s);

/* describe.c */
void nt_describe(struct nt_filter *f);
/* The stream of a pin; NULL: there is none. */
struct wrt_stream *nt_pin_stream(struct nt_filter *f, ULONG pin);
bool nt_pin_is_open(const struct nt_filter *f, const struct wrt_stream *stream);

/* properties.c, nodes.c */
#define NT_TABLE(items) {						\
	.PropertyItemSize = sizeof((items)[0]),				\
	.PropertyCount = sizeof(items) / sizeof((items)[0]),		\
	.Properties = items,						\
}

extern const PCAUTOMATION_TABLE nt_filter_table, nt_pin_table;
extern const PCAUTOMATION_TABLE nt_volume_table, nt_mute_table;

/* filter.c */
NTSTATUS nt_filter_new(PDEVICE_OBJECT device, struct nt_filter **out);

/* stream.c */
NTSTATUS nt_stream_new(struct nt_filter *f, IPortWaveRTStream *port, struct wrt_stream *stream,
		       const KSDATAFORMAT *format, IMiniportWaveRTStream **out);
void nt_stream_page(struct nt_stream *s, struct sim_page *out);

#endif
