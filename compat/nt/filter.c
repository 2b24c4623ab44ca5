// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter.c - IMiniportWaveRT, by which the port driver creates streams. PASSIVE_LEVEL.
 */
#include "nt.h"

static struct nt_filter *of(IMiniportWaveRT *i)
{
	return CONTAINING_RECORD(i, struct nt_filter, iface);
}

static ULONG STDMETHODCALLTYPE add_ref(IMiniportWaveRT *i)
{
	return (ULONG)InterlockedIncrement(&of(i)->refs);
}

static ULONG STDMETHODCALLTYPE release(IMiniportWaveRT *i)
{
	struct nt_filter *f = of(i);
	LONG refs = InterlockedDecrement(&f->refs);

	if (!refs) {
		nt_device_stop(f);
		if (f->resources)
			f->resources->lpVtbl->Release(f->resources);
		wrt_free(f);
	}
	return (ULONG)refs;
}

static NTSTATUS STDMETHODCALLTYPE query(IMiniportWaveRT *i, REFIID iid, PVOID *out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IMiniport) &&
	    !IsEqualGUID(iid, &IID_IMiniportWaveRT))
		return STATUS_INVALID_PARAMETER;
	add_ref(i);
	*out = i;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE description(IMiniportWaveRT *i, PPCFILTER_DESCRIPTOR *out)
{
	*out = &of(i)->description.filter;
	return STATUS_SUCCESS;
}

/* The port driver's intersection of the data ranges is sufficient. */
static NTSTATUS STDMETHODCALLTYPE intersection(IMiniportWaveRT *i, ULONG pin, PKSDATARANGE range,
					       PKSDATARANGE matching, ULONG room, PVOID out,
					       PULONG bytes)
{
	(void)i;
	(void)pin;
	(void)range;
	(void)matching;
	(void)room;
	(void)out;
	(void)bytes;
	return STATUS_NOT_IMPLEMENTED;
}

/* The resources are kept, since a test may start the device again. */
static NTSTATUS STDMETHODCALLTYPE init(IMiniportWaveRT *i, PUNKNOWN adapter, PRESOURCELIST list,
				       PPORTWAVERT port)
{
	struct nt_filter *f = of(i);

	(void)adapter;
	(void)port;
	if (list)
		list->lpVtbl->AddRef(list);
	f->resources = list;
	f->sim = (struct wrt_sim_config){ .pairs = SIM_PAIRS, .source = WRT_SIM_LOOPBACK };
	return nt_device_start(f);
}

/* Statuses as of Microsoft's samples: KS clients know NO_MATCH as "not this format". */
static NTSTATUS STDMETHODCALLTYPE new_stream(IMiniportWaveRT *i, PMINIPORTWAVERTSTREAM *out,
					     PPORTWAVERTSTREAM port, ULONG pin, BOOLEAN capture,
					     PKSDATAFORMAT format)
{
	struct nt_filter *f = of(i);
	struct wrt_stream *stream;
	NTSTATUS status;

	*out = NULL;
	if (!f->hw)
		return STATUS_DEVICE_NOT_READY;
	stream = nt_pin_stream(f, pin);
	if (!stream || stream->caps.dir != (capture ? WRT_CAPTURE : WRT_PLAYBACK))
		return STATUS_INVALID_PARAMETER;
	if (nt_pin_is_open(f, stream) && stream->state != WRT_STREAM_GONE)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = nt_stream_new(f, port, stream, format, out);
	return status == STATUS_INVALID_PARAMETER ? STATUS_NO_MATCH : status;
}

static NTSTATUS STDMETHODCALLTYPE device_description(IMiniportWaveRT *i, PDEVICE_DESCRIPTION out)
{
	(void)i;
	RtlZeroMemory(out, sizeof(*out));
	out->Version = DEVICE_DESCRIPTION_VERSION;
	out->Master = TRUE;
	out->ScatterGather = TRUE;
	out->Dma32BitAddresses = TRUE;
	out->InterfaceType = PCIBus;
	out->MaximumLength = WRT_SIM_BUFFER_MAX;
	return STATUS_SUCCESS;
}

static IMiniportWaveRTVtbl vtbl = {
	query, add_ref, release, description, intersection, init, new_stream, device_description,
};

NTSTATUS nt_filter_new(PDEVICE_OBJECT device, struct nt_filter **out)
{
	struct nt_filter *f = wrt_alloc(sizeof(*f));

	if (!f)
		return STATUS_INSUFFICIENT_RESOURCES;
	f->iface.lpVtbl = &vtbl;
	f->refs = 1;
	f->device = device;
	nt_power_init(f);
	InitializeListHead(&f->streams);
	*out = f;
	return STATUS_SUCCESS;
}
