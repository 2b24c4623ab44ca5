// SPDX-License-Identifier: GPL-2.0-only
/*
 * portcls.c - portcls.sys, FOR TESTS ONLY: it replaces the port class driver of Windows,
 * as far as that is documented and visible to a WaveRT miniport. It runs only in Wine, whose
 * kernel has no page lists: buffers are sections.
 *
 * It owns the pins, the map of event handle to PKEVENT with its reference, the pages of a buffer and
 * their mapping in the client, the single steps of states, and the dispatch of properties.
 * Calls come one at a time (one dispatch thread), as under the device lock of PortCls.
 */
#include <ntddk.h>
#include <windef.h>
#include <initguid.h>
#include <stdbool.h>

#define WRT_NT_KERNEL
#define PC_NO_IMPORTS
#include "wavertddi.h"

#include "portcls_bus.h"
#include "portcls_ks.h"
#include "portprop.h"

#define TAG	0x54524f50u	/* "PORT" */

/* wdm.h alone does not declare it. */
NTSTATUS NTAPI ZwDuplicateObject(HANDLE from, HANDLE handle, HANDLE to, PHANDLE out,
				 ACCESS_MASK access, ULONG attributes, ULONG options);

#define THIS_PROCESS	((HANDLE)(LONG_PTR)-1)
#define EVENTS		64
#define PINS		16

struct pages {
	HANDLE section;
	PVOID view;
	bool mapped;		/* by the driver */
	MDL mdl;		/* last, its array of pages follows */
};

static struct pages *pages_of(PMDL mdl)
{
	return CONTAINING_RECORD(mdl, struct pages, mdl);
}

struct pin {
	struct pin *next;
	ULONG id;
	IMiniportWaveRTStream *stream;
	IMiniportWaveRTStreamNotification *notify;
	struct nt_input *input;
	struct nt_output *output;
	KSSTATE state;
	PMDL mdl;		/* of the buffer ... */
	bool timer;		/* ... which came from AllocateAudioBuffer ... */
	ULONG actual;
	HANDLE process;		/* ... and is mapped there ... */
	PVOID user;
	PKEVENT event[EVENTS];	/* a reference each */
};

static struct {
	PDEVICE_OBJECT device;
	PDRIVER_OBJECT driver;
	PCPFNSTARTDEVICE start;
	IMiniportWaveRT *miniport;
	IAdapterPowerManagement *power;
	PPCFILTER_DESCRIPTOR filter;
	struct port_held held;
	ULONG open[PINS];	/* of each pin, how often */
	struct pin *pins;
} port;

static void *zalloc(SIZE_T bytes)
{
	void *p = ExAllocatePoolWithTag(NonPagedPool, bytes, TAG);

	if (p)
		RtlZeroMemory(p, bytes);
	return p;
}

/* ---- IPortWaveRTStream: pages ---------------------------------------------------------- */

static NTSTATUS STDMETHODCALLTYPE pages_query(IPortWaveRTStream *i, REFIID iid, PVOID *out)
{
	*out = i;
	return STATUS_SUCCESS;
}

static ULONG STDMETHODCALLTYPE pages_ref(IPortWaveRTStream *i)
{
	return 1;
}

static NTSTATUS make_section(struct pages *p, SIZE_T bytes)
{
	OBJECT_ATTRIBUTES attributes;
	LARGE_INTEGER size;
	SIZE_T view = 0;
	NTSTATUS status;

	size.QuadPart = (LONGLONG)bytes;
	InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
	status = ZwCreateSection(&p->section, SECTION_ALL_ACCESS, &attributes, &size,
				 PAGE_READWRITE, 0x8000000, NULL);	/* SEC_COMMIT */
	if (!NT_SUCCESS(status))
		return status;
	status = ZwMapViewOfSection(p->section, THIS_PROCESS, &p->view, 0, 0, NULL, &view,
				    ViewUnmap, 0, PAGE_READWRITE);
	if (!NT_SUCCESS(status))
		ZwClose(p->section);
	return status;
}

static PMDL make_pages(SIZE_T bytes, PHYSICAL_ADDRESS high, bool whole)
{
	ULONG pages = (ULONG)(ROUND_TO_PAGES(bytes) / PAGE_SIZE);
	struct pages *p = zalloc(sizeof(*p) + pages * sizeof(PFN_NUMBER));

	bytes = ROUND_TO_PAGES(bytes);
	if (!p)
		return NULL;
	if (!NT_SUCCESS(make_section(p, bytes))) {
		ExFreePoolWithTag(p, TAG);
		return NULL;
	}
	if (!bus_add_pages(p->view, pages, (ULONGLONG)high.QuadPart, whole,
			   MmGetMdlPfnArray(&p->mdl))) {
		ZwUnmapViewOfSection(THIS_PROCESS, p->view);
		ZwClose(p->section);
		ExFreePoolWithTag(p, TAG);
		return NULL;
	}
	RtlFillMemory(p->view, bytes, 0xa5);	/* a driver that needs zeros has to write them */
	p->mdl.ByteCount = (ULONG)bytes;
	port.held.buffers++;
	return &p->mdl;
}

static PMDL STDMETHODCALLTYPE pages_alloc(IPortWaveRTStream *i, PHYSICAL_ADDRESS high, SIZE_T bytes)
{
	return make_pages(bytes, high, false);
}

static PMDL STDMETHODCALLTYPE pages_alloc_whole(IPortWaveRTStream *i, PHYSICAL_ADDRESS low,
						PHYSICAL_ADDRESS high, SIZE_T bytes)
{
	if (bytes > PAGE_SIZE)		/* memory is fragmented */
		return NULL;
	return make_pages(bytes, high, true);
}

static PVOID STDMETHODCALLTYPE pages_map(IPortWaveRTStream *i, PMDL mdl, MEMORY_CACHING_TYPE cache)
{
	pages_of(mdl)->mapped = true;
	return pages_of(mdl)->view;
}

static VOID STDMETHODCALLTYPE pages_unmap(IPortWaveRTStream *i, PVOID at, PMDL mdl)
{
	struct pages *p = pages_of(mdl);

	if (at == p->view)
		p->mapped = false;
}

/* Not unmapped, or unknown: kept, and shown in PORT_HELD. */
static VOID STDMETHODCALLTYPE pages_free(IPortWaveRTStream *i, PMDL mdl)
{
	struct pages *p = pages_of(mdl);

	if (!mdl || p->mapped)
		return;
	bus_remove_pages(p->view);
	ZwUnmapViewOfSection(THIS_PROCESS, p->view);
	ZwClose(p->section);
	ExFreePoolWithTag(p, TAG);
	port.held.buffers--;
}

static ULONG STDMETHODCALLTYPE pages_count(IPortWaveRTStream *i, PMDL mdl)
{
	return mdl->ByteCount / PAGE_SIZE;
}

static PHYSICAL_ADDRESS STDMETHODCALLTYPE pages_address(IPortWaveRTStream *i, PMDL mdl, ULONG index)
{
	PHYSICAL_ADDRESS none;

	none.QuadPart = 0;
	return none;
}

static IPortWaveRTStreamVtbl pages_vtbl = {
	pages_query, pages_ref, pages_ref, pages_alloc, pages_alloc_whole, pages_map, pages_unmap,
	pages_free, pages_count, pages_address,
};

static IPortWaveRTStream pages_of_port = { &pages_vtbl };

/* ---- the client's process ------------------------------------------------------------- */

static NTSTATUS open_client(HANDLE *out)
{
	OBJECT_ATTRIBUTES attributes;
	CLIENT_ID id = { .UniqueProcess = PsGetCurrentProcessId() };

	InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
	return ZwOpenProcess(out, 0x1fffff, &attributes, &id);	/* PROCESS_ALL_ACCESS */
}

static POBJECT_TYPE event_type(void)
{
	UNICODE_STRING name;

	RtlInitUnicodeString(&name, L"ExEventObjectType");
	return *(POBJECT_TYPE *)MmGetSystemRoutineAddress(&name);
}

/* Wine searches a handle in its own process, so it is first duplicated from the client's. */
static NTSTATUS event_of(HANDLE handle, PKEVENT *out)
{
	HANDLE process, own;
	NTSTATUS status = open_client(&process);

	if (!NT_SUCCESS(status))
		return status;
	status = ZwDuplicateObject(process, handle, THIS_PROCESS, &own, 0, 0,
				   2 /* DUPLICATE_SAME_ACCESS */);
	ZwClose(process);
	if (!NT_SUCCESS(status))
		return status;
	status = ObReferenceObjectByHandle(own, EVENT_MODIFY_STATE, event_type(), KernelMode,
					   (PVOID *)out, NULL);
	ZwClose(own);
	return status;
}

/* ---- properties of a pin --------------------------------------------------------------- */

static NTSTATUS show_buffer(struct pin *pin, ULONG offset, MEMORY_CACHING_TYPE cache,
			    struct rt_buffer *out)
{
	SIZE_T view = 0;
	NTSTATUS status = open_client(&pin->process);

	if (!NT_SUCCESS(status))
		return status;
	pin->user = NULL;
	status = ZwMapViewOfSection(pages_of(pin->mdl)->section, pin->process, &pin->user,
				    0, 0, NULL, &view, ViewUnmap, 0, PAGE_READWRITE);
	if (!NT_SUCCESS(status)) {
		ZwClose(pin->process);
		return status;
	}
	out->address = (char *)pin->user + offset;
	out->actual = pin->actual;
	out->barrier = cache == MmWriteCombined;
	return status;
}

static void hand_back(struct pin *pin)
{
	if (pin->timer)
		pin->stream->lpVtbl->FreeAudioBuffer(pin->stream, pin->mdl, pin->actual);
	else
		pin->notify->lpVtbl->FreeBufferWithNotification(pin->notify, pin->mdl, pin->actual);
	pin->mdl = NULL;
}

static void free_buffer(struct pin *pin)
{
	if (!pin->mdl)
		return;
	ZwUnmapViewOfSection(pin->process, pin->user);
	ZwClose(pin->process);
	hand_back(pin);
}

static NTSTATUS get_buffer(struct request *r)
{
	const struct rt_buffer_property *arg = (void *)r->property;
	MEMORY_CACHING_TYPE cache;
	bool timer = r->property->Id == RT_BUFFER;
	struct pin *pin = r->pin;
	ULONG offset, actual;
	NTSTATUS status;
	PMDL mdl;

	if (arg->base)
		return STATUS_UNSUCCESSFUL;
	if (timer)
		status = pin->stream->lpVtbl->AllocateAudioBuffer(pin->stream, arg->bytes, &mdl,
								  &actual, &offset, &cache);
	else
		status = pin->notify->lpVtbl->AllocateBufferWithNotification(pin->notify,
				arg->count, arg->bytes, &mdl, &actual, &offset, &cache);
	if (!NT_SUCCESS(status))
		return status;
	pin->mdl = mdl;
	pin->timer = timer;
	pin->actual = actual;
	status = show_buffer(pin, offset, cache, r->value);
	if (!NT_SUCCESS(status))
		hand_back(pin);
	else
		r->written = sizeof(struct rt_buffer);
	return status;
}

/* The miniport gets single steps, also if the client skips some. */
static NTSTATUS go_to(struct pin *pin, ULONG state)
{
	KSSTATE next;
	NTSTATUS status;

	while (state != (ULONG)pin->state) {
		next = state > (ULONG)pin->state ? pin->state + 1 : pin->state - 1;
		status = pin->stream->lpVtbl->SetState(pin->stream, next);
		if (!NT_SUCCESS(status))
			return status;
		pin->state = next;
	}
	return STATUS_SUCCESS;
}

static NTSTATUS drop_buffer(struct request *r)
{
	if (!r->pin->mdl)
		return STATUS_INVALID_DEVICE_REQUEST;
	go_to(r->pin, KSSTATE_STOP);
	free_buffer(r->pin);
	return STATUS_SUCCESS;
}

/* Documented as valid after a buffer has been allocated; the method itself cannot fail. */
static NTSTATUS get_latency(struct request *r)
{
	if (!r->pin->mdl)
		return STATUS_DEVICE_NOT_READY;
	r->pin->stream->lpVtbl->GetHWLatency(r->pin->stream, r->value);
	r->written = sizeof(KSRTAUDIO_HWLATENCY);
	return STATUS_SUCCESS;
}

/* Once for each pin; mapping the register is not tested with this driver. */
static NTSTATUS get_register(struct request *r)
{
	IMiniportWaveRTStream *s = r->pin->stream;
	NTSTATUS status;

	if (r->property->Id == RT_POSITIONREGISTER)
		status = s->lpVtbl->GetPositionRegister(s, r->value);
	else
		status = s->lpVtbl->GetClockRegister(s, r->value);
	if (NT_SUCCESS(status))
		r->written = sizeof(KSRTAUDIO_HWREGISTER);
	return status;
}

static PKEVENT *slot_of(struct pin *pin, PKEVENT event)
{
	ULONG i;

	for (i = 0; i < EVENTS; i++)
		if (pin->event[i] == event)
			return &pin->event[i];
	return NULL;
}

/* The documentation's statuses of the property; the method accepts more (Q8). */
static NTSTATUS may_register(const struct pin *pin)
{
	if (!pin->mdl)
		return STATUS_DEVICE_NOT_READY;
	return pin->timer ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

static NTSTATUS register_event(struct request *r)
{
	const struct rt_event_property *arg = (void *)r->property;
	struct pin *pin = r->pin;
	PKEVENT event, *slot;
	NTSTATUS status = event_of(arg->event, &event);

	if (!NT_SUCCESS(status))
		return status;
	if (IsEqualGUID(&r->property->Set, &KSPROPSETID_RtAudio))
		status = may_register(pin);
	if (NT_SUCCESS(status))
		status = pin->notify->lpVtbl->RegisterNotificationEvent(pin->notify, event);
	slot = slot_of(pin, NULL);
	if (NT_SUCCESS(status) && slot) {
		*slot = event;
		port.held.events++;
		return status;
	}
	ObDereferenceObject(event);
	return status;
}

static NTSTATUS unregister_event(struct request *r)
{
	const struct rt_event_property *arg = (void *)r->property;
	struct pin *pin = r->pin;
	PKEVENT event, *slot;
	NTSTATUS status = event_of(arg->event, &event);

	if (!NT_SUCCESS(status))
		return status;
	status = pin->notify->lpVtbl->UnregisterNotificationEvent(pin->notify, event);
	slot = slot_of(pin, event);
	if (NT_SUCCESS(status) && slot) {
		*slot = NULL;
		ObDereferenceObject(event);
		port.held.events--;
	}
	ObDereferenceObject(event);
	return status;
}

static NTSTATUS notification_support(struct request *r)
{
	*(BOOL *)r->value = r->pin->notify != NULL;
	r->written = sizeof(BOOL);
	return STATUS_SUCCESS;
}

static NTSTATUS packet_count(struct request *r)
{
	struct nt_output *o = r->pin->output;

	if (!o)
		return STATUS_NOT_SUPPORTED;
	r->written = sizeof(ULONG);
	return o->lpVtbl->GetPacketCount(o, r->value);
}

static NTSTATUS presentation(struct request *r)
{
	struct nt_output *o = r->pin->output;

	if (!o)
		return STATUS_NOT_SUPPORTED;
	r->written = sizeof(struct rt_presentation);
	return o->lpVtbl->GetOutputStreamPresentationPosition(o, r->value);
}

static NTSTATUS read_packet(struct request *r)
{
	struct nt_input *i = r->pin->input;
	struct rt_read_packet *out = r->value;
	ULONG number = 0;
	DWORD flags = 0;
	ULONG64 qpc = 0;
	BOOL more = FALSE;
	NTSTATUS status;

	if (!i)
		return STATUS_NOT_SUPPORTED;
	status = i->lpVtbl->GetReadPacket(i, &number, &flags, &qpc, &more);
	if (!NT_SUCCESS(status))
		return status;
	RtlZeroMemory(out, sizeof(*out));
	out->number = number;
	out->flags = flags;
	out->qpc = qpc;
	out->more = more;
	r->written = sizeof(*out);
	return status;
}

static NTSTATUS write_packet(struct request *r)
{
	const struct rt_write_packet *arg = r->value;
	struct nt_output *o = r->pin->output;

	if (!o)
		return STATUS_NOT_SUPPORTED;
	return o->lpVtbl->SetWritePacket(o, arg->number, arg->flags, arg->eos_bytes);
}

static NTSTATUS no_register(struct request *r)
{
	return STATUS_NOT_SUPPORTED;
}

static NTSTATUS set_state(struct request *r)
{
	ULONG state = *(ULONG *)r->value;

	return state > KSSTATE_RUN ? STATUS_INVALID_PARAMETER : go_to(r->pin, state);
}

static NTSTATUS get_state(struct request *r)
{
	*(KSSTATE *)r->value = r->pin->state;
	r->written = sizeof(KSSTATE);
	return STATUS_SUCCESS;
}

static NTSTATUS state(struct request *r)
{
	return r->verb == KSPROPERTY_TYPE_SET ? set_state(r) : get_state(r);
}

/* A format contains its own length. */
static NTSTATUS set_format(struct request *r)
{
	KSDATAFORMAT *format = r->value;

	if (format->FormatSize > r->value_bytes)
		return STATUS_BUFFER_TOO_SMALL;
	return r->pin->stream->lpVtbl->SetFormat(r->pin->stream, format);
}

static NTSTATUS get_position(struct request *r)
{
	r->written = sizeof(KSAUDIO_POSITION);
	return r->pin->stream->lpVtbl->GetPosition(r->pin->stream, r->value);
}

static NTSTATUS get_held(struct request *r)
{
	port.held.interrupts = bus_connected();
	RtlCopyMemory(r->value, &port.held, sizeof(port.held));
	r->written = sizeof(port.held);
	return STATUS_SUCCESS;
}

static NTSTATUS set_power(struct request *r)
{
	POWER_STATE state = { .DeviceState = *(DEVICE_POWER_STATE *)r->value };

	if (!port.power)
		return STATUS_NOT_SUPPORTED;
	if (state.DeviceState == PowerDeviceD0)
		bus_power(1);
	port.power->lpVtbl->PowerChangeState(port.power, state);
	if (state.DeviceState != PowerDeviceD0)
		bus_power(0);
	return STATUS_SUCCESS;
}

/* The request of the plug and play manager, to the driver's own dispatch routine. */
static NTSTATUS plug_and_play(struct request *r)
{
	PIO_STACK_LOCATION stack;
	IO_STATUS_BLOCK io;
	KEVENT done;
	PIRP irp;

	KeInitializeEvent(&done, NotificationEvent, FALSE);
	irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, port.device, NULL, 0, NULL, &done, &io);
	if (!irp)
		return STATUS_INSUFFICIENT_RESOURCES;
	stack = IoGetNextIrpStackLocation(irp);
	stack->MinorFunction = *(UCHAR *)r->value;
	if (stack->MinorFunction == IRP_MN_SURPRISE_REMOVAL)
		bus_power(2);
	return IoCallDriver(port.device, irp);
}

static NTSTATUS query(struct request *r)
{
	IUnknown *stream = (IUnknown *)r->pin->stream, *found = stream;
	NTSTATUS status = stream->lpVtbl->QueryInterface(stream, (GUID *)(r->property + 1),
							 (PVOID *)&found);

	if (NT_SUCCESS(status))
		found->lpVtbl->Release(found);
	else if (found)
		return STATUS_UNSUCCESSFUL;	/* has to be NULL */
	return status;
}

/* ---- opening and closing ---------------------------------------------------------------- */

static void query_interfaces(struct pin *pin)
{
	IMiniportWaveRTStream *s = pin->stream;

	s->lpVtbl->QueryInterface(s, &IID_IMiniportWaveRTStreamNotification, (PVOID *)&pin->notify);
	s->lpVtbl->QueryInterface(s, &NT_IID_INPUT, (PVOID *)&pin->input);
	s->lpVtbl->QueryInterface(s, &NT_IID_OUTPUT, (PVOID *)&pin->output);
}

static void put(void *of)
{
	IUnknown *u = of;

	if (u)
		u->lpVtbl->Release(u);
}

static void close_pin(struct pin *pin)
{
	struct pin **at = &port.pins;
	ULONG i;

	while (*at != pin)
		at = &(*at)->next;
	*at = pin->next;
	go_to(pin, KSSTATE_STOP);
	free_buffer(pin);
	put(pin->notify);
	put(pin->input);
	put(pin->output);
	put(pin->stream);
	for (i = 0; i < EVENTS; i++) {
		if (!pin->event[i])
			continue;
		ObDereferenceObject(pin->event[i]);
		port.held.events--;
	}
	port.held.pins--;
	port.open[pin->id]--;
	ExFreePoolWithTag(pin, TAG);
}

static NTSTATUS create_pin(struct request *r, PFILE_OBJECT file)
{
	const KSPIN_CONNECT *connect = (void *)(r->property + 1);
	KSDATAFORMAT *format = (void *)(connect + 1);
	ULONG room = r->property_bytes - sizeof(*r->property);
	const KSPIN_DESCRIPTOR *kind;
	struct pin *pin;
	NTSTATUS status;

	if (file->FsContext)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (room < sizeof(*connect) + sizeof(*format) ||
	    format->FormatSize > room - sizeof(*connect))
		return STATUS_BUFFER_TOO_SMALL;
	if (connect->PinId >= port.filter->PinCount || connect->PinId >= PINS)
		return STATUS_INVALID_PARAMETER;
	kind = &port.filter->Pins[connect->PinId].KsPinDescriptor;
	if (kind->Communication == KSPIN_COMMUNICATION_BRIDGE)
		return STATUS_INVALID_PARAMETER;
	pin = zalloc(sizeof(*pin));
	if (!pin)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = port.miniport->lpVtbl->NewStream(port.miniport, &pin->stream, &pages_of_port,
						  connect->PinId,
						  kind->DataFlow == KSPIN_DATAFLOW_OUT, format);
	if (!NT_SUCCESS(status)) {
		ExFreePoolWithTag(pin, TAG);
		return status;
	}
	port.held.pins++;
	port.open[connect->PinId]++;
	pin->id = connect->PinId;
	pin->next = port.pins;
	port.pins = pin;
	query_interfaces(pin);
	file->FsContext = pin;
	return status;
}

/* ---- the dispatch of properties --------------------------------------------------------- */

#define GET	KSPROPERTY_TYPE_GET
#define SET	KSPROPERTY_TYPE_SET
#define BASIC	KSPROPERTY_TYPE_BASICSUPPORT
#define BARE	sizeof(KSPROPERTY)
#define RT(id, verbs, argument, value, fn) { &KSPROPSETID_RtAudio, id, verbs, argument, value, fn }

static const struct item {
	const GUID *set;
	ULONG id, verbs, property_bytes, value_bytes;
	NTSTATUS (*handler)(struct request *r);
} items[] = {
	RT(RT_BUFFER, GET, 36, sizeof(struct rt_buffer), get_buffer),
	RT(RT_HWLATENCY, GET, BARE, sizeof(KSRTAUDIO_HWLATENCY), get_latency),
	RT(RT_POSITIONREGISTER, GET, sizeof(struct rt_register_property),
	   sizeof(KSRTAUDIO_HWREGISTER), get_register),
	RT(RT_CLOCKREGISTER, GET, sizeof(struct rt_register_property),
	   sizeof(KSRTAUDIO_HWREGISTER), get_register),
	RT(RT_BUFFER_WITH_NOTIFICATION, GET, sizeof(struct rt_buffer_property),
	   sizeof(struct rt_buffer), get_buffer),
	RT(RT_REGISTER_NOTIFICATION_EVENT, GET | SET, sizeof(struct rt_event_property), 0,
	   register_event),
	RT(RT_UNREGISTER_NOTIFICATION_EVENT, GET | SET, sizeof(struct rt_event_property), 0,
	   unregister_event),
	RT(RT_QUERY_NOTIFICATION_SUPPORT, GET, BARE, sizeof(BOOL), notification_support),
	RT(RT_PACKETCOUNT, GET, BARE, sizeof(ULONG), packet_count),
	RT(RT_PRESENTATION_POSITION, GET, BARE, sizeof(struct rt_presentation), presentation),
	RT(RT_GETREADPACKET, GET, BARE, sizeof(struct rt_read_packet), read_packet),
	RT(RT_SETWRITEPACKET, SET, BARE, sizeof(struct rt_write_packet), write_packet),
	RT(RT_PACKETVREGISTER, GET, sizeof(struct rt_register_property), 24, no_register),
	{ &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, GET | SET, BARE, sizeof(KSSTATE),
	  state },
	{ &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_DATAFORMAT, SET, BARE,
	  sizeof(KSDATAFORMAT), set_format },
	{ &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, GET, BARE, sizeof(KSAUDIO_POSITION),
	  get_position },
	{ &PORT_PROPERTIES, PORT_FREE_BUFFER, SET, BARE, 0, drop_buffer },
	{ &PORT_PROPERTIES, PORT_REGISTER, SET, sizeof(struct rt_event_property), 0, register_event },
	{ &PORT_PROPERTIES, PORT_QUERY, SET, BARE + sizeof(GUID), 0, query },
};

static NTSTATUS own_property(struct request *r)
{
	const struct item *i;

	for (i = items; i < items + sizeof(items) / sizeof(*items); i++) {
		if (i->id != r->property->Id || !IsEqualGUID(i->set, &r->property->Set))
			continue;
		if (!(i->verbs & r->verb))
			return STATUS_INVALID_DEVICE_REQUEST;
		if (r->property_bytes < i->property_bytes || r->value_bytes < i->value_bytes)
			return STATUS_BUFFER_TOO_SMALL;
		return i->handler(r);
	}
	return STATUS_NOT_FOUND;
}

/* Searches a table of the miniport. `head` bytes of the property are not its instance data. */
static NTSTATUS table_property(struct request *r, const PCAUTOMATION_TABLE *table, ULONG node,
			       ULONG head)
{
	PCPROPERTY_REQUEST pc = {
		.MajorTarget = (PUNKNOWN)port.miniport,
		.MinorTarget = r->pin ? (PUNKNOWN)r->pin->stream : NULL,
		.Node = node,
		.Verb = r->verb,
		.InstanceSize = r->property_bytes - head,
		.Instance = (char *)r->property + head,
		.ValueSize = r->value_bytes,
		.Value = r->value,
	};
	const PCPROPERTY_ITEM *item;
	NTSTATUS status;
	ULONG i;

	for (i = 0; table && i < table->PropertyCount; i++) {
		item = (void *)((char *)table->Properties + i * table->PropertyItemSize);
		if (item->Id != r->property->Id || !IsEqualGUID(item->Set, &r->property->Set))
			continue;
		if (!(item->Flags & r->verb))
			return STATUS_INVALID_DEVICE_REQUEST;
		pc.PropertyItem = item;
		status = item->Handler(&pc);
		if (r->verb != KSPROPERTY_TYPE_SET)
			r->written = pc.ValueSize;
		return status;
	}
	return STATUS_NOT_FOUND;
}

static NTSTATUS private_property(struct request *r, const PCAUTOMATION_TABLE *table)
{
	return table_property(r, table, (ULONG)-1, sizeof(*r->property));
}

static NTSTATUS node_property(struct request *r)
{
	const KSNODEPROPERTY *p = (void *)r->property;
	const PCFILTER_DESCRIPTOR *f = port.filter;
	const PCNODE_DESCRIPTOR *node;

	if (r->property_bytes < sizeof(*p))
		return STATUS_BUFFER_TOO_SMALL;
	if (p->NodeId >= f->NodeCount)
		return STATUS_INVALID_PARAMETER;
	node = (void *)((char *)f->Nodes + p->NodeId * f->NodeSize);
	return table_property(r, node->AutomationTable, p->NodeId, sizeof(*p));
}

static const PCAUTOMATION_TABLE *pin_table(const struct pin *pin)
{
	return pin->id < port.filter->PinCount ? port.filter->Pins[pin->id].AutomationTable : NULL;
}

static NTSTATUS property(struct request *r, PFILE_OBJECT file)
{
	bool port_own;
	NTSTATUS status;

	if (r->property_bytes < sizeof(*r->property))
		return STATUS_BUFFER_TOO_SMALL;
	r->verb = r->property->Flags & (GET | SET | BASIC);
	if (r->verb != GET && r->verb != SET && r->verb != BASIC)
		return STATUS_INVALID_PARAMETER;
	if (r->property->Flags & KSPROPERTY_TYPE_TOPOLOGY)
		return node_property(r);
	if (r->verb == BASIC)
		return STATUS_NOT_FOUND;
	port_own = IsEqualGUID(&r->property->Set, &PORT_PROPERTIES);
	if (port_own && r->property->Id == PORT_CREATE_PIN)
		return create_pin(r, file);
	if (port_own && r->property->Id == PORT_POWER && r->value_bytes >= sizeof(ULONG))
		return set_power(r);
	if (port_own && r->property->Id == PORT_PNP && r->value_bytes >= sizeof(ULONG))
		return plug_and_play(r);
	if (port_own && r->property->Id == PORT_HELD)
		return r->value_bytes < sizeof(port.held) ? STATUS_BUFFER_TOO_SMALL : get_held(r);
	if (!r->pin && IsEqualGUID(&r->property->Set, &KSPROPSETID_Pin))
		return describe_pin(r, port.filter, port.open);
	if (!r->pin && IsEqualGUID(&r->property->Set, &topology_set))
		return describe_topology(r, port.filter);
	status = private_property(r, port.filter->AutomationTable);
	if (status != STATUS_NOT_FOUND || !r->pin)
		return status;
	status = private_property(r, pin_table(r->pin));
	return status == STATUS_NOT_FOUND ? own_property(r) : status;
}

static NTSTATUS control(PIRP irp, PIO_STACK_LOCATION stack)
{
	struct request r = {
		.pin = stack->FileObject->FsContext,
		.property = stack->Parameters.DeviceIoControl.Type3InputBuffer,
		.property_bytes = stack->Parameters.DeviceIoControl.InputBufferLength,
		.value = irp->UserBuffer,
		.value_bytes = stack->Parameters.DeviceIoControl.OutputBufferLength,
	};
	NTSTATUS status;

	if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_KS_PROPERTY)
		return STATUS_INVALID_DEVICE_REQUEST;
	status = property(&r, stack->FileObject);
	if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW)
		irp->IoStatus.Information = r.written;
	return status;
}

static NTSTATUS NTAPI dispatch(PDEVICE_OBJECT device, PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
	NTSTATUS status = STATUS_SUCCESS;

	irp->IoStatus.Information = 0;
	switch (stack->MajorFunction) {
	case IRP_MJ_CREATE:
		stack->FileObject->FsContext = NULL;
		break;
	case IRP_MJ_CLOSE:
		if (stack->FileObject->FsContext)
			close_pin(stack->FileObject->FsContext);
		break;
	case IRP_MJ_CLEANUP:
	case IRP_MJ_PNP:
		break;
	case IRP_MJ_DEVICE_CONTROL:
		status = control(irp, stack);
		break;
	default:
		status = STATUS_INVALID_DEVICE_REQUEST;
	}
	irp->IoStatus.Status = status;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return status;
}

/* ---- IPort --------------------------------------------------------------------------------- */

static NTSTATUS STDMETHODCALLTYPE port_query(IPort *i, REFIID iid, PVOID *out)
{
	*out = i;
	return STATUS_SUCCESS;
}

static ULONG STDMETHODCALLTYPE port_ref(IPort *i)
{
	return 1;
}

static NTSTATUS STDMETHODCALLTYPE port_init(IPort *i, PDEVICE_OBJECT device, PIRP irp,
					    PUNKNOWN miniport, PUNKNOWN adapter,
					    PRESOURCELIST resources)
{
	IMiniportWaveRT *m;
	NTSTATUS status;

	status = miniport->lpVtbl->QueryInterface(miniport, &IID_IMiniportWaveRT, (PVOID *)&m);
	if (!NT_SUCCESS(status))
		return status;
	status = m->lpVtbl->Init(m, adapter, resources, (PPORTWAVERT)i);
	if (NT_SUCCESS(status))
		status = m->lpVtbl->GetDescription(m, &port.filter);
	if (NT_SUCCESS(status))
		port.miniport = m;
	else
		m->lpVtbl->Release(m);
	return status;
}

static NTSTATUS STDMETHODCALLTYPE port_property(IPort *i, DEVICE_REGISTRY_PROPERTY what, ULONG room,
						PVOID out, PULONG bytes)
{
	return STATUS_NOT_IMPLEMENTED;
}

static NTSTATUS STDMETHODCALLTYPE port_key(IPort *i, PREGISTRYKEY *out, PUNKNOWN outer, ULONG type,
					   ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
					   ULONG options, PULONG disposition)
{
	return STATUS_NOT_IMPLEMENTED;
}

static IPortVtbl port_vtbl = {
	port_query, port_ref, port_ref, port_init, port_property, port_key,
};

static IPort the_port = { &port_vtbl };

/* ---- functions that a miniport driver imports ------------------------------------------- */

static void link_name(UNICODE_STRING *name)
{
	RtlInitUnicodeString(name, L"\\DosDevices\\WrtStandInPortCls");
}

/* The names of device interfaces: SetupAPI's part of them is tests/nt/wine_shim.c. */
static const WCHAR *const interfaces[] = {
	L"\\DosDevices\\root#media#0000#{6994ad04-93ef-11d0-a3cc-00a0c9223196}",	/* AUDIO */
	L"\\DosDevices\\root#media#0000#{65e8773e-8f56-11d0-a3b9-00a0c9223196}",	/* RENDER */
	L"\\DosDevices\\root#media#0000#{65e8773d-8f56-11d0-a3b9-00a0c9223196}",	/* CAPTURE */
	L"\\DosDevices\\root#media#0000#{eb115ffc-10c8-4964-831d-6dcb02e6f23f}",	/* REALTIME */
};

#define INTERFACES	(sizeof(interfaces) / sizeof(*interfaces))

static void register_interfaces(UNICODE_STRING *target)
{
	UNICODE_STRING link;
	ULONG i;

	for (i = 0; i < INTERFACES; i++) {
		RtlInitUnicodeString(&link, interfaces[i]);
		IoCreateSymbolicLink(&link, target);
	}
}

static void delete_interfaces(void)
{
	UNICODE_STRING link;
	ULONG i;

	for (i = 0; i < INTERFACES; i++) {
		RtlInitUnicodeString(&link, interfaces[i]);
		IoDeleteSymbolicLink(&link);
	}
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
	UNICODE_STRING name;

	link_name(&name);
	IoDeleteSymbolicLink(&name);
	delete_interfaces();
	while (port.pins)	/* of a client that has died: no timer may be left armed */
		close_pin(port.pins);
	if (port.power)
		port.power->lpVtbl->Release(port.power);
	if (port.miniport)
		port.miniport->lpVtbl->Release(port.miniport);
	IoDeleteDevice(port.device);
	bus_end();
}

NTSTATUS NTAPI PcNewPort(PPORT *out, REFCLSID class)
{
	if (!IsEqualGUID(class, &CLSID_PortWaveRT))
		return STATUS_NOT_SUPPORTED;
	*out = &the_port;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI PcRegisterSubdevice(PDEVICE_OBJECT device, PWCHAR name, PUNKNOWN unknown)
{
	UNICODE_STRING link, target;

	link_name(&link);
	RtlInitUnicodeString(&target, L"\\Device\\WrtStandInPortCls");
	register_interfaces(&target);
	return IoCreateSymbolicLink(&link, &target);
}

NTSTATUS NTAPI PcRegisterAdapterPowerManagement(PUNKNOWN unknown, PVOID device)
{
	return unknown->lpVtbl->QueryInterface(unknown, &IID_IAdapterPowerManagement,
					       (PVOID *)&port.power);
}

NTSTATUS NTAPI PcDispatchIrp(PDEVICE_OBJECT device, PIRP irp)
{
	return dispatch(device, irp);
}

NTSTATUS NTAPI PcAddAdapterDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo, PCPFNSTARTDEVICE start,
				  ULONG objects, ULONG extension)
{
	UNICODE_STRING name;

	port.start = start;
	port.driver = driver;
	RtlInitUnicodeString(&name, L"\\Device\\WrtStandInPortCls");
	if (!extension)
		extension = PORT_CLASS_DEVICE_EXTENSION_SIZE;
	return IoCreateDevice(driver, extension, &name, FILE_DEVICE_KS, 0, FALSE, &port.device);
}

/* There is no plug and play here, so the device is started at once. */
NTSTATUS NTAPI PcInitializeAdapterDriver(PDRIVER_OBJECT driver, PUNICODE_STRING registry,
					 PDRIVER_ADD_DEVICE add)
{
	NTSTATUS status;
	int i;

	for (i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
		driver->MajorFunction[i] = dispatch;
	driver->DriverUnload = unload;
	driver->DriverExtension->AddDevice = add;
	status = add(driver, bus_device());
	if (!NT_SUCCESS(status))
		return status;
	return port.start(port.device, NULL, bus_resources());
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
	return STATUS_SUCCESS;
}
