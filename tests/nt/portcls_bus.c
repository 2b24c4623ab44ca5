// SPDX-License-Identifier: GPL-2.0-only
/*
 * portcls_bus.c - the hardware side of the stand-in port driver, FOR TESTS ONLY: resources,
 * interrupt objects, the device object of a bus driver, physical addresses of pages. Its bus is
 * the driver under test itself (bus_model.c); without that there is no PCI function.
 */
#include <ntddk.h>
#include <windef.h>
#include <stdbool.h>

#define WRT_NT_KERNEL
#define PC_NO_IMPORTS
#include "wavertddi.h"

#include "portcls_bus.h"

/* Of ntoskrnl; no header has it. */
NTSTATUS NTAPI IoCreateDriver(PUNICODE_STRING name, PDRIVER_INITIALIZE init);

/* ---- the bus driver ------------------------------------------------------------------------ */

static const BUS_INTERFACE_STANDARD *bus;
static VOID (NTAPI *power_of_bus)(ULONG state);
static PDEVICE_OBJECT pdo;

void NTAPI StandInSetBus(const BUS_INTERFACE_STANDARD *is, VOID (NTAPI *power)(ULONG state))
{
	bus = is;
	power_of_bus = power;
}

void bus_power(ULONG state)
{
	if (power_of_bus)
		power_of_bus(state);
}

static NTSTATUS NTAPI answer(PDEVICE_OBJECT device, PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
	NTSTATUS status = irp->IoStatus.Status;

	if (stack->MinorFunction == IRP_MN_QUERY_INTERFACE && bus &&
	    IsEqualGUID(stack->Parameters.QueryInterface.InterfaceType,
			&GUID_BUS_INTERFACE_STANDARD) &&
	    stack->Parameters.QueryInterface.Size >= sizeof(*bus)) {
		RtlCopyMemory(stack->Parameters.QueryInterface.Interface, bus, sizeof(*bus));
		status = STATUS_SUCCESS;
	}
	irp->IoStatus.Status = status;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return status;
}

static NTSTATUS NTAPI begin(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
	driver->MajorFunction[IRP_MJ_PNP] = answer;
	return IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &pdo);
}

PDEVICE_OBJECT bus_device(void)
{
	UNICODE_STRING name;

	RtlInitUnicodeString(&name, L"\\Driver\\WrtStandInBus");
	if (!pdo && !NT_SUCCESS(IoCreateDriver(&name, begin)))
		return NULL;
	return pdo;
}

void bus_end(void)
{
	if (pdo)
		IoDeleteDevice(pdo);
	pdo = NULL;
}

/* ---- IResourceList ------------------------------------------------------------------------- */

#define ENTRY(type, start, length)	{ type, .u.Memory = { .Start.QuadPart = start, .Length = length } }

/* The first of each kind belong to nothing. */
static CM_PARTIAL_RESOURCE_DESCRIPTOR entries[] = {
	ENTRY(CmResourceTypeMemory, 0xe0000000, 0x1000),
	ENTRY(CmResourceTypePort, 0xc000, 0x20),
	ENTRY(CmResourceTypePort, 0xd400, 0x40),
	ENTRY(CmResourceTypePort, 0xd000, 0x100),
	ENTRY(CmResourceTypeMemory, 0xfebf0000, 0x4000),
	{ CmResourceTypeInterrupt, .u.Interrupt = { .Level = 9, .Vector = 9, .Affinity = 1 } },
};

#define ENTRIES	(ULONG)(sizeof(entries) / sizeof(*entries))

static NTSTATUS STDMETHODCALLTYPE list_query(IResourceList *i, REFIID iid, PVOID *out)
{
	*out = i;
	return STATUS_SUCCESS;
}

static ULONG STDMETHODCALLTYPE list_ref(IResourceList *i)
{
	return 1;
}

static ULONG STDMETHODCALLTYPE list_count(IResourceList *i)
{
	return ENTRIES;
}

static PCM_PARTIAL_RESOURCE_DESCRIPTOR STDMETHODCALLTYPE list_find(IResourceList *i,
								   CM_RESOURCE_TYPE type, ULONG n)
{
	ULONG k;

	for (k = 0; k < ENTRIES; k++)
		if (entries[k].Type == type && !n--)
			return &entries[k];
	return NULL;
}

static ULONG STDMETHODCALLTYPE list_count_of(IResourceList *i, CM_RESOURCE_TYPE type)
{
	ULONG n = 0;

	while (list_find(i, type, n))
		n++;
	return n;
}

static NTSTATUS STDMETHODCALLTYPE list_add(IResourceList *i, PCM_PARTIAL_RESOURCE_DESCRIPTOR a,
					   PCM_PARTIAL_RESOURCE_DESCRIPTOR b)
{
	return STATUS_NOT_IMPLEMENTED;
}

static NTSTATUS STDMETHODCALLTYPE list_add_from(IResourceList *i, IResourceList *parent,
						CM_RESOURCE_TYPE type, ULONG n)
{
	return STATUS_NOT_IMPLEMENTED;
}

static PCM_RESOURCE_LIST STDMETHODCALLTYPE list_all(IResourceList *i)
{
	return NULL;
}

static IResourceListVtbl list_vtbl = {
	list_query, list_ref, list_ref, list_count, list_count_of, list_find, list_find, list_add,
	list_add_from, list_all, list_all,
};

PRESOURCELIST bus_resources(void)
{
	static IResourceList list = { &list_vtbl };

	return &list;
}

/* ---- IInterruptSync: one object ------------------------------------------------------------ */

static struct {
	IInterruptSync iface;
	ULONG refs;
	bool connected, running;
	PINTERRUPTSYNCROUTINE routine;
	PVOID ctx;
} sync;

static NTSTATUS STDMETHODCALLTYPE sync_query(IInterruptSync *i, REFIID iid, PVOID *out)
{
	sync.refs++;
	*out = i;
	return STATUS_SUCCESS;
}

static ULONG STDMETHODCALLTYPE sync_add_ref(IInterruptSync *i)
{
	return ++sync.refs;
}

static ULONG STDMETHODCALLTYPE sync_release(IInterruptSync *i)
{
	return --sync.refs;
}

static NTSTATUS STDMETHODCALLTYPE sync_call(IInterruptSync *i, PINTERRUPTSYNCROUTINE fn, PVOID ctx)
{
	return fn(i, ctx);
}

static PKINTERRUPT STDMETHODCALLTYPE sync_object(IInterruptSync *i)
{
	return NULL;
}

static NTSTATUS STDMETHODCALLTYPE sync_connect(IInterruptSync *i)
{
	sync.connected = true;
	return STATUS_SUCCESS;
}

static void STDMETHODCALLTYPE sync_disconnect(IInterruptSync *i)
{
	sync.connected = false;
}

static NTSTATUS STDMETHODCALLTYPE sync_register(IInterruptSync *i, PINTERRUPTSYNCROUTINE fn,
						PVOID ctx, BOOLEAN first)
{
	sync.routine = fn;
	sync.ctx = ctx;
	return STATUS_SUCCESS;
}

static IInterruptSyncVtbl sync_vtbl = {
	sync_query, sync_add_ref, sync_release, sync_call, sync_object, sync_connect,
	sync_disconnect, sync_register,
};

NTSTATUS NTAPI PcNewInterruptSync(PINTERRUPTSYNC *out, PUNKNOWN outer, PRESOURCELIST list, ULONG n,
				  INTERRUPTSYNCMODE mode)
{
	if (sync.refs || !list->lpVtbl->FindTranslatedEntry(list, CmResourceTypeInterrupt, n))
		return STATUS_INSUFFICIENT_RESOURCES;
	sync.iface.lpVtbl = &sync_vtbl;
	sync.refs = 1;
	sync.connected = false;
	*out = &sync.iface;
	return STATUS_SUCCESS;
}

BOOLEAN NTAPI StandInInterrupt(void)
{
	return sync.connected && sync.routine(&sync.iface, sync.ctx) == STATUS_SUCCESS;
}

ULONG bus_connected(void)
{
	return sync.refs;
}

NTSTATUS NTAPI PcGetPhysicalDeviceObject(PDEVICE_OBJECT device, PDEVICE_OBJECT *out)
{
	*out = pdo;
	return pdo ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
}

/* ---- physical addresses -------------------------------------------------------------------- */

#define RUNS	512

static struct run {
	PVOID owner;		/* NULL: free */
	PUCHAR at;
	ULONGLONG bus;
	ULONG bytes;
} runs[RUNS];

static ULONGLONG next_low = 0x60000000, next_high = 0x700000000;

static bool add_run(PVOID owner, PUCHAR at, ULONG pages, ULONGLONG high)
{
	ULONGLONG *next = high >= 0xffffffffffull ? &next_high : &next_low;
	ULONG i;

	for (i = 0; i < RUNS && runs[i].owner; i++)
		;
	if (i == RUNS || *next + pages * PAGE_SIZE > high)
		return false;
	runs[i] = (struct run){ owner, at, *next, pages * PAGE_SIZE };
	*next += (pages + 1) * PAGE_SIZE;	/* never adjacent */
	if (next_low > 0xf0000000)
		next_low = 0x60000000;
	return true;
}

bool bus_add_pages(PVOID at, ULONG pages, ULONGLONG high, bool whole, PFN_NUMBER *pfn)
{
	ULONG done = 0, n = 1, before = 1, i, k, swap;

	while (done < pages) {		/* 1, 2, 3, 5, 8 ... pages */
		if (whole || n > pages - done)
			n = pages - done;
		if (!add_run(at, (PUCHAR)at + done * PAGE_SIZE, n, high)) {
			bus_remove_pages(at);
			return false;
		}
		done += n;
		swap = n;
		n += before;
		before = swap;
	}
	for (i = 0; i < RUNS; i++)
		for (k = 0; runs[i].owner == at && k < runs[i].bytes / PAGE_SIZE; k++)
			pfn[(runs[i].at - (PUCHAR)at) / PAGE_SIZE + k] =
				(PFN_NUMBER)(runs[i].bus >> PAGE_SHIFT) + k;
	return true;
}

void bus_remove_pages(PVOID at)
{
	ULONG i;

	for (i = 0; i < RUNS; i++)
		if (runs[i].owner == at)
			runs[i].owner = NULL;
}

PVOID NTAPI StandInMemory(ULONGLONG bus_at, ULONG bytes)
{
	static ULONG last;
	const struct run *r = &runs[last];
	ULONG i;

	for (i = 0; i < RUNS; i++) {
		if (r->owner && bus_at >= r->bus && bus_at + bytes <= r->bus + r->bytes)
			return r->at + (bus_at - r->bus);
		last = (last + 1) % RUNS;
		r = &runs[last];
	}
	return NULL;
}
