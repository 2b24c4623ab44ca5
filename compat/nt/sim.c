// SPDX-License-Identifier: GPL-2.0-only
/*
 * sim.c - the simulator under this driver: a clock (any IRQL up to DISPATCH_LEVEL) and a
 * timer whose DPC is its interrupt; the pins it has; and its private properties (simprop.h),
 * whose handlers the port driver calls at PASSIVE_LEVEL, one at a time.
 */
#include "nt.h"

/* ---- what the simulator is lent -------------------------------------------------------- */

u64 nt_now_ns(void)
{
	LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);

	return wrt_mul_div_u64((u64)now.QuadPart, WRT_NSEC_PER_SEC, (u64)frequency.QuadPart);
}

u64 nt_ticks(u64 ns)
{
	LARGE_INTEGER frequency;

	KeQueryPerformanceCounter(&frequency);
	return wrt_mul_div_u64(ns, (u64)frequency.QuadPart, WRT_NSEC_PER_SEC);
}

static u64 bus_now(void *ctx)
{
	(void)ctx;
	return nt_now_ns();
}

/*
 * Not a timer for each: this comes under a spin lock and from the DPC itself, where Wine,
 * other than Windows, cannot set one.
 */
static void bus_timer_at(void *ctx, u32 slot, u64 ns)
{
	struct nt_filter *f = ctx;

	__atomic_store_n(&f->due_ns[slot], ns, __ATOMIC_RELAXED);
}

static const struct wrt_hw_bus bus = {
	.now_ns = bus_now,
	.timer_at = bus_timer_at,
};

/* Once a millisecond while there are streams: the interrupts that have become due. */
static VOID NTAPI tick(PKDPC dpc, PVOID ctx, PVOID a, PVOID b)
{
	struct nt_filter *f = ctx;
	u64 due, now = nt_now_ns();
	bool raised = false;
	u32 i;

	(void)dpc;
	(void)a;
	(void)b;
	for (i = 0; i < 2 * SIM_PAIRS; i++) {
		due = __atomic_load_n(&f->due_ns[i], __ATOMIC_RELAXED);
		if (due && due <= now)
			raised |= __atomic_compare_exchange_n(&f->due_ns[i], &due, 0, false,
							      __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
	if (raised)
		wrt_device_irq(&f->dev);
}

void nt_ticks_on(struct nt_filter *f)
{
	LARGE_INTEGER due;

	due.QuadPart = -10000;
	KeSetTimerEx(&f->timer, due, 1, &f->dpc);
}

void nt_ticks_off(struct nt_filter *f)
{
	KeCancelTimer(&f->timer);
	KeFlushQueuedDpcs();
}

NTSTATUS nt_device_start(struct nt_filter *f, const struct wrt_sim_config *cfg)
{
	KeInitializeDpc(&f->dpc, tick, f);
	KeInitializeTimerEx(&f->timer, NotificationTimer);
	f->stepped = 0;
	if (wrt_sim_create(&bus, f, cfg, &f->hw))
		return STATUS_INSUFFICIENT_RESOURCES;
	if (!wrt_device_init(&f->dev, &wrt_sim_ops, f->hw))
		return STATUS_SUCCESS;
	wrt_sim_destroy(f->hw);
	f->hw = NULL;
	return STATUS_INSUFFICIENT_RESOURCES;
}

/* No stream is left, so nothing ticks. */
void nt_device_stop(struct nt_filter *f)
{
	if (!f->hw)
		return;
	wrt_device_destroy(&f->dev);
	wrt_sim_destroy(f->hw);
	f->hw = NULL;
}

/* ---- private properties ------------------------------------------------------------------- */

/* True if so much value has room; with none at all the size is asked for. */
static bool room(PPCPROPERTY_REQUEST r, ULONG bytes, NTSTATUS *status)
{
	*status = STATUS_SUCCESS;
	if (r->ValueSize >= bytes) {
		r->ValueSize = bytes;
		return true;
	}
	*status = r->ValueSize ? STATUS_BUFFER_TOO_SMALL : STATUS_BUFFER_OVERFLOW;
	r->ValueSize = bytes;
	return false;
}

static struct nt_filter *filter_of(PPCPROPERTY_REQUEST r)
{
	return CONTAINING_RECORD(r->MajorTarget, struct nt_filter, iface);
}

static NTSTATUS NTAPI set_config(PPCPROPERTY_REQUEST r)
{
	struct nt_filter *f = filter_of(r);
	const struct sim_config *want = r->Value;
	struct wrt_sim_config cfg = { .pairs = SIM_PAIRS };

	if (r->ValueSize < sizeof(*want))
		return STATUS_BUFFER_TOO_SMALL;
	if (want->source > WRT_SIM_LOOPBACK || want->fault > WRT_SIM_FAULT_NOT_READY)
		return STATUS_INVALID_PARAMETER;
	if (!IsListEmpty(&f->streams))
		return STATUS_DEVICE_BUSY;
	cfg.step = want->step != 0;
	cfg.source = (enum wrt_sim_source)want->source;
	cfg.fault = (enum wrt_sim_fault)want->fault;
	nt_device_stop(f);
	return nt_device_start(f, &cfg);
}

static NTSTATUS NTAPI step(PPCPROPERTY_REQUEST r)
{
	struct nt_filter *f = filter_of(r);
	const struct sim_step *arg = r->Instance;
	struct sim_moved *out = r->Value;
	unsigned long flags;
	NTSTATUS status;

	if (r->InstanceSize < sizeof(*arg))
		return STATUS_BUFFER_TOO_SMALL;
	if (!room(r, sizeof(*out), &status))
		return status;
	if (!f->hw || !(f->dev.streams[0].caps.flags & WRT_HW_STEPPED))
		return STATUS_NOT_SUPPORTED;
	flags = wrt_lock(&f->dev.lock);
	out->moved = wrt_sim_step(f->hw, arg->frames);
	wrt_unlock(&f->dev.lock, flags);
	wrt_device_irq(&f->dev);
	f->stepped += out->moved;
	out->total = f->stepped;
	return STATUS_SUCCESS;
}

static NTSTATUS NTAPI remove_device(PPCPROPERTY_REQUEST r)
{
	struct nt_filter *f = filter_of(r);
	LIST_ENTRY *e;

	if (!f->hw)
		return STATUS_DEVICE_NOT_READY;
	wrt_device_gone(&f->dev);
	for (e = f->streams.Flink; e != &f->streams; e = e->Flink)
		wrt_mp_removed(&CONTAINING_RECORD(e, struct nt_stream, link)->mp);
	return STATUS_SUCCESS;
}

static NTSTATUS NTAPI take_trace(PPCPROPERTY_REQUEST r)
{
	u32 n = r->ValueSize / sizeof(struct wrt_trace_record);

	r->ValueSize = wrt_trace_take(r->Value, n) * sizeof(struct wrt_trace_record);
	return STATUS_SUCCESS;
}

static NTSTATUS NTAPI get_caps(PPCPROPERTY_REQUEST r)
{
	struct nt_filter *f = filter_of(r);
	struct sim_caps *out = r->Value;
	NTSTATUS status;

	if (!room(r, sizeof(*out), &status))
		return status;
	if (!f->hw)
		return STATUS_DEVICE_NOT_READY;
	out->buffer_max = f->dev.streams[0].caps.buffer_max;
	out->notify_max = f->dev.streams[0].caps.notify_max;
	return STATUS_SUCCESS;
}

static NTSTATUS NTAPI get_page(PPCPROPERTY_REQUEST r)
{
	struct nt_stream *s = CONTAINING_RECORD(r->MinorTarget, struct nt_stream, iface);
	NTSTATUS status;

	if (room(r, sizeof(struct sim_page), &status))
		nt_stream_page(s, r->Value);
	return status;
}

#define GET	KSPROPERTY_TYPE_GET
#define SET	KSPROPERTY_TYPE_SET

static const PCPROPERTY_ITEM filter_items[] = {
	{ &SIM_PROPERTIES, SIM_CONFIG, SET, set_config },
	{ &SIM_PROPERTIES, SIM_STEP, GET, step },
	{ &SIM_PROPERTIES, SIM_REMOVE, SET, remove_device },
	{ &SIM_PROPERTIES, SIM_TRACE, GET, take_trace },
	{ &SIM_PROPERTIES, SIM_CAPS, GET, get_caps },
};

static const PCPROPERTY_ITEM pin_items[] = {
	{ &SIM_PROPERTIES, SIM_PAGE, GET, get_page },
};

#define TABLE(items) {							\
	.PropertyItemSize = sizeof((items)[0]),				\
	.PropertyCount = sizeof(items) / sizeof((items)[0]),		\
	.Properties = items,						\
}

static const PCAUTOMATION_TABLE filter_table = TABLE(filter_items);
static const PCAUTOMATION_TABLE pin_table = TABLE(pin_items);

/* ---- pins ----------------------------------------------------------------------------------- */

static KSDATARANGE_AUDIO range = {
	.DataRange = {
		.FormatSize = sizeof(range),
		.MajorFormat = { STATIC_KSDATAFORMAT_TYPE_AUDIO },
		.SubFormat = { STATIC_KSDATAFORMAT_SUBTYPE_PCM },
		.Specifier = { STATIC_KSDATAFORMAT_SPECIFIER_WAVEFORMATEX },
	},
	.MaximumChannels = 8,
	.MinimumBitsPerSample = 8,
	.MaximumBitsPerSample = 32,
	.MinimumSampleFrequency = 8000,
	.MaximumSampleFrequency = 192000,
};

static PKSDATARANGE ranges[] = { (PKSDATARANGE)&range };

#define INSTANCES	8

#define PIN(flow) {							\
	.MaxGlobalInstanceCount = INSTANCES,				\
	.MaxFilterInstanceCount = INSTANCES,				\
	.AutomationTable = &pin_table,					\
	.KsPinDescriptor = {						\
		.DataRangesCount = 1,					\
		.DataRanges = ranges,					\
		.DataFlow = flow,					\
		.Communication = KSPIN_COMMUNICATION_SINK,		\
	},								\
}

static const PCPIN_DESCRIPTOR pins[2 * SIM_PAIRS] = {
	PIN(KSPIN_DATAFLOW_IN), PIN(KSPIN_DATAFLOW_IN),
	PIN(KSPIN_DATAFLOW_OUT), PIN(KSPIN_DATAFLOW_OUT),
};

const PCFILTER_DESCRIPTOR nt_filter_descriptor = {
	.AutomationTable = &filter_table,
	.PinSize = sizeof(pins[0]),
	.PinCount = 2 * SIM_PAIRS,
	.Pins = pins,
};
