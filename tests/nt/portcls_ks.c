// SPDX-License-Identifier: GPL-2.0-only
/*
 * portcls_ks.c - what the stand-in port driver tells of a filter and its pins, FOR TESTS ONLY:
 * KSPROPSETID_Pin and KSPROPSETID_Topology, from the miniport's descriptor.
 */
#include <ntddk.h>
#include <windef.h>
#include <stdbool.h>

#define WRT_NT_KERNEL
#define PC_NO_IMPORTS
#include "wavertddi.h"

#include "portcls_ks.h"

/* libksguid.a of mingw-w64 10 has that of KSPROPSETID_TopologyNode under this name. */
const GUID topology_set = { STATIC_KSPROPSETID_Topology };

static const GUID standard_interface = { STATIC_KSINTERFACESETID_Standard };
static const GUID standard_medium = { STATIC_KSMEDIUMSETID_Standard };

static ULONG aligned(ULONG bytes)
{
	return (bytes + 7) & ~7u;
}

/* 0: the whole answer fits. */
static NTSTATUS need(struct request *r, ULONG bytes)
{
	r->written = bytes;
	if (!r->value_bytes)
		return STATUS_BUFFER_OVERFLOW;
	if (r->value_bytes >= bytes)
		return STATUS_SUCCESS;
	r->written = 0;
	return STATUS_BUFFER_TOO_SMALL;
}

NTSTATUS tell(struct request *r, const void *what, ULONG bytes)
{
	NTSTATUS status = need(r, bytes);

	if (!status)
		RtlCopyMemory(r->value, what, bytes);
	return status;
}

/* KSMULTIPLE_ITEM and so many entries of equal size. */
static NTSTATUS tell_items(struct request *r, const void *items, ULONG count, ULONG each)
{
	KSMULTIPLE_ITEM *head = r->value;
	NTSTATUS status = need(r, sizeof(*head) + count * each);

	if (status)
		return status;
	head->Size = sizeof(*head) + count * each;
	head->Count = count;
	RtlCopyMemory(head + 1, items, count * each);
	return STATUS_SUCCESS;
}

/* After a range with KSDATARANGE_ATTRIBUTES its list of attributes is the next entry, no range. */
static ULONG entry_bytes(const KSDATARANGE *range, bool attributes)
{
	if (attributes)
		return aligned(((const KSMULTIPLE_ITEM *)range)->Size);
	return aligned(range->FormatSize);
}

static NTSTATUS data_ranges(struct request *r, const KSPIN_DESCRIPTOR *pin)
{
	ULONG i, bytes = sizeof(KSMULTIPLE_ITEM), each;
	KSMULTIPLE_ITEM *head = r->value;
	bool attributes = false;
	NTSTATUS status;
	char *at;

	for (i = 0; i < pin->DataRangesCount; i++) {
		bytes += entry_bytes(pin->DataRanges[i], attributes);
		attributes = !attributes && pin->DataRanges[i]->Flags & KSDATARANGE_ATTRIBUTES;
	}
	status = need(r, bytes);
	if (status)
		return status;
	RtlZeroMemory(head, bytes);
	head->Size = bytes;
	head->Count = pin->DataRangesCount;
	at = (char *)(head + 1);
	attributes = false;
	for (i = 0; i < pin->DataRangesCount; i++) {
		each = entry_bytes(pin->DataRanges[i], attributes);
		RtlCopyMemory(at, pin->DataRanges[i], attributes ? each :
			      pin->DataRanges[i]->FormatSize);
		attributes = !attributes && pin->DataRanges[i]->Flags & KSDATARANGE_ATTRIBUTES;
		at += each;
	}
	return STATUS_SUCCESS;
}

static NTSTATUS interfaces(struct request *r)
{
	const KSPIN_INTERFACE list[] = {
		{ standard_interface, KSINTERFACE_STANDARD_STREAMING, 0 },
		{ standard_interface, KSINTERFACE_STANDARD_LOOPED_STREAMING, 0 },
	};

	return tell_items(r, list, 2, sizeof(list[0]));
}

static NTSTATUS mediums(struct request *r)
{
	const KSPIN_MEDIUM list[] = { { standard_medium, KSMEDIUM_TYPE_ANYINSTANCE, 0 } };

	return tell_items(r, list, 1, sizeof(list[0]));
}

static NTSTATUS instances(struct request *r, ULONG possible, ULONG current)
{
	const KSPIN_CINSTANCES n = { possible, current };

	return tell(r, &n, sizeof(n));
}

NTSTATUS describe_pin(struct request *r, const PCFILTER_DESCRIPTOR *f, const ULONG *open)
{
	const KSP_PIN *arg = (void *)r->property;
	const PCPIN_DESCRIPTOR *pin;
	const KSPIN_DESCRIPTOR *ks;

	if (r->verb != KSPROPERTY_TYPE_GET)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (r->property->Id == KSPROPERTY_PIN_CTYPES)
		return tell(r, &f->PinCount, sizeof(ULONG));
	if (r->property_bytes < sizeof(*arg))
		return STATUS_BUFFER_TOO_SMALL;
	if (arg->PinId >= f->PinCount)
		return STATUS_INVALID_PARAMETER;
	pin = &f->Pins[arg->PinId];
	ks = &pin->KsPinDescriptor;
	switch (r->property->Id) {
	case KSPROPERTY_PIN_CINSTANCES:
		return instances(r, pin->MaxFilterInstanceCount, open[arg->PinId]);
	case KSPROPERTY_PIN_GLOBALCINSTANCES:
		return instances(r, pin->MaxGlobalInstanceCount, open[arg->PinId]);
	case KSPROPERTY_PIN_DATAFLOW:
		return tell(r, &ks->DataFlow, sizeof(KSPIN_DATAFLOW));
	case KSPROPERTY_PIN_COMMUNICATION:
		return tell(r, &ks->Communication, sizeof(KSPIN_COMMUNICATION));
	case KSPROPERTY_PIN_DATARANGES:
		return data_ranges(r, ks);
	case KSPROPERTY_PIN_INTERFACES:
		return interfaces(r);
	case KSPROPERTY_PIN_MEDIUMS:
		return mediums(r);
	case KSPROPERTY_PIN_CATEGORY:
		return ks->Category ? tell(r, ks->Category, sizeof(GUID)) : STATUS_NOT_FOUND;
	}
	return STATUS_NOT_FOUND;
}

/* The descriptor has pointers to the types of its nodes; a client gets the types. */
static NTSTATUS nodes(struct request *r, const PCFILTER_DESCRIPTOR *f)
{
	KSMULTIPLE_ITEM *head = r->value;
	ULONG bytes = sizeof(*head) + f->NodeCount * sizeof(GUID), i;
	NTSTATUS status = need(r, bytes);

	if (status)
		return status;
	head->Size = bytes;
	head->Count = f->NodeCount;
	for (i = 0; i < f->NodeCount; i++)
		((GUID *)(head + 1))[i] = *((const PCNODE_DESCRIPTOR *)((const char *)f->Nodes +
							i * f->NodeSize))->Type;
	return STATUS_SUCCESS;
}

NTSTATUS describe_topology(struct request *r, const PCFILTER_DESCRIPTOR *f)
{
	if (r->verb != KSPROPERTY_TYPE_GET)
		return STATUS_INVALID_DEVICE_REQUEST;
	switch (r->property->Id) {
	case KSPROPERTY_TOPOLOGY_CATEGORIES:
		return tell_items(r, f->Categories, f->CategoryCount, sizeof(GUID));
	case KSPROPERTY_TOPOLOGY_NODES:
		return nodes(r, f);
	case KSPROPERTY_TOPOLOGY_CONNECTIONS:
		return tell_items(r, f->Connections, f->ConnectionCount,
				  sizeof(KSTOPOLOGY_CONNECTION));
	}
	return STATUS_NOT_FOUND;
}

_Static_assert(sizeof(PCCONNECTION_DESCRIPTOR) == sizeof(KSTOPOLOGY_CONNECTION), "connections");
