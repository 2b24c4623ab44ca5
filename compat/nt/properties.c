// SPDX-License-Identifier: GPL-2.0-only
/*
 * properties.c - the private properties for tests (simprop.h), whose handlers the port driver
 * calls at PASSIVE_LEVEL, one at a time.
 */
#include "machine.h"

/* True if the value fits. A request with no space for the value gets its size. */
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
	NTSTATUS status;

	if (r->ValueSize < sizeof(*want))
		return STATUS_BUFFER_TOO_SMALL;
	if (want->source > WRT_SIM_LOOPBACK || want->fault > WRT_SIM_FAULT_NOT_READY)
		return STATUS_INVALID_PARAMETER;
	if (!IsListEmpty(&f->streams))
		return STATUS_DEVICE_BUSY;
	nt_device_stop(f);
	f->sim = (struct wrt_sim_config){
		.pairs = SIM_PAIRS, .step = want->step != 0,
		.source = (enum wrt_sim_source)want->source,
		.fault = (enum wrt_sim_fault)want->fault,
	};
	status = nt_io_select(f, want);
	if (!NT_SUCCESS(status))
		return status;
	return nt_device_start(f);
}

static NTSTATUS sim_step(struct nt_filter *f, const struct sim_step *arg, struct sim_moved *out)
{
	unsigned long flags;

	if (!(f->dev.streams[0].caps.flags & WRT_HW_STEPPED))
		return STATUS_NOT_SUPPORTED;
	RtlZeroMemory(out, sizeof(*out));
	flags = wrt_lock(&f->dev.lock);
	out->moved = wrt_sim_step(f->hw, arg->frames);
	wrt_unlock(&f->dev.lock, flags);
	wrt_device_irq(&f->dev);
	f->stepped += out->moved;
	out->total = f->stepped;
	return STATUS_SUCCESS;
}

static NTSTATUS NTAPI step(PPCPROPERTY_REQUEST r)
{
	struct nt_filter *f = filter_of(r);
	const struct sim_step *arg = r->Instance;
	NTSTATUS status;

	if (r->InstanceSize < sizeof(*arg))
		return STATUS_BUFFER_TOO_SMALL;
	if (!room(r, sizeof(struct sim_moved), &status))
		return status;
	if (!f->hw)
		return STATUS_NOT_SUPPORTED;
	return f->backend == &nt_sim ? sim_step(f, arg, r->Value) : nt_io_step(f, arg, r->Value);
}

static NTSTATUS NTAPI remove_device(PPCPROPERTY_REQUEST r)
{
	struct nt_filter *f = filter_of(r);

	if (!f->hw)
		return STATUS_DEVICE_NOT_READY;
	nt_device_removed(f);
	return STATUS_SUCCESS;
}

static NTSTATUS NTAPI peek(PPCPROPERTY_REQUEST r)
{
	NTSTATUS status;

	if (r->InstanceSize < sizeof(struct sim_peek))
		return STATUS_BUFFER_TOO_SMALL;
	if (!room(r, sizeof(struct sim_peek), &status))
		return status;
	RtlCopyMemory(r->Value, r->Instance, sizeof(struct sim_peek));
	return nt_io_peek(filter_of(r), r->Value);
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
	RtlZeroMemory(out, sizeof(*out));
	out->buffer_max = f->dev.streams[0].caps.buffer_max;
	out->notify_max = f->dev.streams[0].caps.notify_max;
	out->pins = wrt_device_pins(&f->dev, WRT_PLAYBACK);
	nt_io_rules(out);
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
	{ &SIM_PROPERTIES, SIM_PEEK, GET, peek },
};

static const PCPROPERTY_ITEM pin_items[] = {
	{ &SIM_PROPERTIES, SIM_PAGE, GET, get_page },
};

const PCAUTOMATION_TABLE nt_filter_table = NT_TABLE(filter_items);
const PCAUTOMATION_TABLE nt_pin_table = NT_TABLE(pin_items);
