// SPDX-License-Identifier: GPL-2.0-only
/*
 * other.c - othermini.sys, FOR TESTS ONLY: a second miniport below the stand-in port driver, unlike
 * wavertmini.sys wherever the documentation leaves a choice. Its bridge pin comes first; a data
 * range has attributes; it maps no page into the kernel; it has no packets, nodes, properties or power
 * management; its events may be registered in any state. A timer is its hardware.
 */
#include <ntddk.h>
#include <windef.h>
#include <initguid.h>
#include <stdbool.h>

#define WRT_NT_KERNEL
#include "wavertddi.h"

#define EVENTS	4

static struct {
	IMiniportWaveRT filter;
	IMiniportWaveRTStreamNotification stream;
	LONG filter_refs, stream_refs;	/* stream_refs 0: the pin is not open */
	IPortWaveRTStream *port;
	PMDL mdl;
	PKEVENT event[EVENTS];
	KSPIN_LOCK lock;		/* event */
	KTIMER timer;
	KDPC dpc;
	ULONG ticks;
} o;

static VOID NTAPI tick(PKDPC dpc, PVOID ctx, PVOID a, PVOID b)
{
	KIRQL irql;
	int i;

	KeAcquireSpinLock(&o.lock, &irql);
	o.ticks++;
	for (i = 0; i < EVENTS; i++)
		if (o.event[i])
			KeSetEvent(o.event[i], IO_NO_INCREMENT, FALSE);
	KeReleaseSpinLock(&o.lock, irql);
}

/* ---- the stream ---------------------------------------------------------------------------- */

typedef IMiniportWaveRTStreamNotification notification;

static NTSTATUS STDMETHODCALLTYPE query(notification *i, REFIID iid, PVOID *out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IMiniportWaveRTStream) &&
	    !IsEqualGUID(iid, &IID_IMiniportWaveRTStreamNotification))
		return STATUS_INVALID_PARAMETER;
	o.stream_refs++;
	*out = i;
	return STATUS_SUCCESS;
}

static ULONG STDMETHODCALLTYPE add_ref(notification *i)
{
	return (ULONG)++o.stream_refs;
}

static ULONG STDMETHODCALLTYPE release(notification *i)
{
	if (--o.stream_refs)
		return (ULONG)o.stream_refs;
	KeCancelTimer(&o.timer);
	RtlZeroMemory(o.event, sizeof(o.event));
	o.port->lpVtbl->Release(o.port);
	return 0;
}

static NTSTATUS STDMETHODCALLTYPE set_format(notification *i, PKSDATAFORMAT format)
{
	return STATUS_NOT_SUPPORTED;
}

static NTSTATUS STDMETHODCALLTYPE set_state(notification *i, KSSTATE state)
{
	LARGE_INTEGER due;

	due.QuadPart = -100000;
	if (state == KSSTATE_RUN)
		KeSetTimerEx(&o.timer, due, 10, &o.dpc);
	else
		KeCancelTimer(&o.timer);
	if (state == KSSTATE_STOP)
		o.ticks = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE position(notification *i, PKSAUDIO_POSITION out)
{
	out->PlayOffset = o.mdl ? (ULONGLONG)o.ticks * 1920 % MmGetMdlByteCount(o.mdl) : 0;
	out->WriteOffset = out->PlayOffset;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE alloc(notification *i, ULONG bytes, PMDL *mdl, ULONG *actual,
					ULONG *offset, MEMORY_CACHING_TYPE *cache)
{
	PHYSICAL_ADDRESS high;

	high.QuadPart = 0xffffffff;
	o.mdl = o.port->lpVtbl->AllocatePagesForMdl(o.port, high, bytes);
	*mdl = o.mdl;
	*actual = bytes;
	*offset = 0;
	*cache = MmWriteCombined;
	return o.mdl ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

static NTSTATUS STDMETHODCALLTYPE alloc_notify(notification *i, ULONG count, ULONG bytes, PMDL *mdl,
					       ULONG *actual, ULONG *offset,
					       MEMORY_CACHING_TYPE *cache)
{
	if (!count || bytes % count)
		return STATUS_INVALID_PARAMETER;
	return alloc(i, bytes, mdl, actual, offset, cache);
}

static VOID STDMETHODCALLTYPE free_buffer(notification *i, PMDL mdl, ULONG bytes)
{
	o.port->lpVtbl->FreePagesFromMdl(o.port, mdl);
	o.mdl = NULL;
}

static VOID STDMETHODCALLTYPE latency(notification *i, KSRTAUDIO_HWLATENCY *out)
{
	RtlZeroMemory(out, sizeof(*out));
}

static NTSTATUS STDMETHODCALLTYPE no_register(notification *i, KSRTAUDIO_HWREGISTER *out)
{
	return STATUS_NOT_IMPLEMENTED;
}

/* Replaces one event by another; NULL is a free place. */
static NTSTATUS replace(PKEVENT from, PKEVENT to, NTSTATUS missing)
{
	NTSTATUS status = missing;
	KIRQL irql;
	int i;

	KeAcquireSpinLock(&o.lock, &irql);
	for (i = 0; i < EVENTS && status == missing; i++) {
		if (o.event[i] != from)
			continue;
		o.event[i] = to;
		status = STATUS_SUCCESS;
	}
	KeReleaseSpinLock(&o.lock, irql);
	return status;
}

static NTSTATUS STDMETHODCALLTYPE add_event(notification *i, PKEVENT event)
{
	return replace(NULL, event, STATUS_INSUFFICIENT_RESOURCES);
}

static NTSTATUS STDMETHODCALLTYPE remove_event(notification *i, PKEVENT event)
{
	return replace(event, NULL, STATUS_NOT_FOUND);
}

static IMiniportWaveRTStreamNotificationVtbl stream_vtbl = {
	query, add_ref, release, set_format, set_state, position, alloc, free_buffer, latency,
	no_register, no_register, alloc_notify, free_buffer, add_event, remove_event,
};

/* ---- the filter ---------------------------------------------------------------------------- */

static struct {
	KSMULTIPLE_ITEM head;
	KSATTRIBUTE attribute;
} attributes = {
	.head = { sizeof(KSMULTIPLE_ITEM) + sizeof(KSATTRIBUTE), 1 },
	.attribute = { sizeof(KSATTRIBUTE), 0,
		       { 0xe1f89eb5, 0x5f46, 0x419b,
			 { 0x96, 0x7b, 0xff, 0x67, 0x70, 0xb9, 0x84, 0x01 } } },
};

#define RANGE(bits, flags) {								\
	.DataRange = { .FormatSize = sizeof(KSDATARANGE_AUDIO), .Flags = flags,		\
		       .MajorFormat = { STATIC_KSDATAFORMAT_TYPE_AUDIO },			\
		       .SubFormat = { STATIC_KSDATAFORMAT_SUBTYPE_PCM },			\
		       .Specifier = { STATIC_KSDATAFORMAT_SPECIFIER_WAVEFORMATEX } },	\
	.MaximumChannels = 2, .MinimumBitsPerSample = bits, .MaximumBitsPerSample = bits,	\
	.MinimumSampleFrequency = 48000, .MaximumSampleFrequency = 48000,			\
}

static KSDATARANGE_AUDIO ranges[] = { RANGE(16, KSDATARANGE_ATTRIBUTES), RANGE(16, 0) };
static KSDATARANGE bridge_range = {
	.FormatSize = sizeof(KSDATARANGE), .MajorFormat = { STATIC_KSDATAFORMAT_TYPE_AUDIO },
	.SubFormat = { STATIC_KSDATAFORMAT_SUBTYPE_ANALOG },
	.Specifier = { STATIC_KSDATAFORMAT_SPECIFIER_NONE },
};
static PKSDATARANGE stream_ranges[] = {
	(PKSDATARANGE)&ranges[0], (PKSDATARANGE)&attributes.head, (PKSDATARANGE)&ranges[1],
};
static PKSDATARANGE bridge_ranges[] = { &bridge_range };
static const GUID speaker = { STATIC_KSNODETYPE_SPEAKER };
static const GUID of_audio = { STATIC_KSCATEGORY_AUDIO };

static PCPIN_DESCRIPTOR pins[] = {
	{ .KsPinDescriptor = { .DataRangesCount = 1, .DataRanges = bridge_ranges,
			       .DataFlow = KSPIN_DATAFLOW_OUT,
			       .Communication = KSPIN_COMMUNICATION_BRIDGE, .Category = &speaker } },
	{ .MaxGlobalInstanceCount = 1, .MaxFilterInstanceCount = 1,
	  .KsPinDescriptor = { .DataRangesCount = 3, .DataRanges = stream_ranges,
			       .DataFlow = KSPIN_DATAFLOW_IN,
			       .Communication = KSPIN_COMMUNICATION_SINK, .Category = &of_audio } },
};
static PCCONNECTION_DESCRIPTOR connections[] = { { PCFILTER_NODE, 1, PCFILTER_NODE, 0 } };
static PCFILTER_DESCRIPTOR descriptor = {
	.PinSize = sizeof(pins[0]), .PinCount = 2, .Pins = pins,
	.ConnectionCount = 1, .Connections = connections,
	.CategoryCount = 1, .Categories = &of_audio,
};

static NTSTATUS STDMETHODCALLTYPE filter_query(IMiniportWaveRT *i, REFIID iid, PVOID *out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IMiniportWaveRT))
		return STATUS_INVALID_PARAMETER;
	o.filter_refs++;
	*out = i;
	return STATUS_SUCCESS;
}

static ULONG STDMETHODCALLTYPE filter_add_ref(IMiniportWaveRT *i)
{
	return (ULONG)++o.filter_refs;
}

static ULONG STDMETHODCALLTYPE filter_release(IMiniportWaveRT *i)
{
	return (ULONG)--o.filter_refs;
}

static NTSTATUS STDMETHODCALLTYPE description(IMiniportWaveRT *i, PPCFILTER_DESCRIPTOR *out)
{
	*out = &descriptor;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE intersection(IMiniportWaveRT *i, ULONG pin, PKSDATARANGE range,
					       PKSDATARANGE matching, ULONG room, PVOID out,
					       PULONG bytes)
{
	return STATUS_NOT_IMPLEMENTED;
}

static NTSTATUS STDMETHODCALLTYPE init(IMiniportWaveRT *i, PUNKNOWN adapter, PRESOURCELIST list,
				       PPORTWAVERT port)
{
	KeInitializeSpinLock(&o.lock);
	KeInitializeDpc(&o.dpc, tick, NULL);
	KeInitializeTimerEx(&o.timer, NotificationTimer);
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE new_stream(IMiniportWaveRT *i, PMINIPORTWAVERTSTREAM *out,
					     PPORTWAVERTSTREAM port, ULONG pin, BOOLEAN capture,
					     PKSDATAFORMAT format)
{
	const KSDATAFORMAT_WAVEFORMATEX *w = (void *)format;

	*out = NULL;
	if (pin != 1 || capture)
		return STATUS_INVALID_PARAMETER;
	if (w->WaveFormatEx.nSamplesPerSec != 48000 || w->WaveFormatEx.wBitsPerSample != 16 ||
	    w->WaveFormatEx.nChannels > 2)
		return STATUS_NO_MATCH;
	if (o.stream_refs)
		return STATUS_INSUFFICIENT_RESOURCES;
	o.stream.lpVtbl = &stream_vtbl;
	o.stream_refs = 1;
	o.port = port;
	port->lpVtbl->AddRef(port);
	*out = (IMiniportWaveRTStream *)&o.stream;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE device_description(IMiniportWaveRT *i, PDEVICE_DESCRIPTION out)
{
	RtlZeroMemory(out, sizeof(*out));
	return STATUS_SUCCESS;
}

static IMiniportWaveRTVtbl filter_vtbl = {
	filter_query, filter_add_ref, filter_release, description, intersection, init, new_stream,
	device_description,
};

static NTSTATUS NTAPI start_device(PDEVICE_OBJECT device, PIRP irp, PRESOURCELIST resources)
{
	WCHAR name[] = L"Speaker";
	NTSTATUS status;
	PPORT port;

	status = PcNewPort(&port, &CLSID_PortWaveRT);
	if (!NT_SUCCESS(status))
		return status;
	o.filter.lpVtbl = &filter_vtbl;
	o.filter_refs = 1;
	status = port->lpVtbl->Init(port, device, irp, (PUNKNOWN)&o.filter, NULL, resources);
	if (NT_SUCCESS(status))
		status = PcRegisterSubdevice(device, name, (PUNKNOWN)port);
	port->lpVtbl->Release(port);
	return status;
}

static NTSTATUS NTAPI add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
	return PcAddAdapterDevice(driver, pdo, start_device, 1, 0);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
	return PcInitializeAdapterDriver(driver, registry, add_device);
}
