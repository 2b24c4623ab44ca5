// SPDX-License-Identifier: GPL-2.0-only
/*
 * properties.c - the descriptor of the filter: its pins, and the private properties of the
 * simulator (simprop.h), whose handlers the port driver calls at PASSIVE_LEVEL, one at a time.
 */
#include "nt.h"

/* ---- private properties ------------------------------------------------------------------- */

/* True if the value fits; a request without any space asks for its size. */
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
