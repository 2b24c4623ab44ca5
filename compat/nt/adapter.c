// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter.c - wavertmini.sys: DriverEntry, and the adapter's one subdevice. Called by the
 * system and the port driver at PASSIVE_LEVEL.
 */
#include "nt.h"

/* Follows the port driver's part of the device extension. */
struct extension {
	struct nt_filter *filter;	/* a reference, from START on */
};

static struct extension *extension_of(PDEVICE_OBJECT device)
{
	return (void *)((char *)device->DeviceExtension + PORT_CLASS_DEVICE_EXTENSION_SIZE);
}

static NTSTATUS NTAPI start_device(PDEVICE_OBJECT device, PIRP irp, PRESOURCELIST resources)
{
	WCHAR name[] = L"Wave";
	struct nt_filter *f;
	NTSTATUS status;
	PPORT port;

	status = nt_filter_new(device, &f);
	if (!NT_SUCCESS(status))
		return status;
	status = PcNewPort(&port, &CLSID_PortWaveRT);
	if (NT_SUCCESS(status)) {
		status = port->lpVtbl->Init(port, device, irp, (PUNKNOWN)&f->iface, NULL,
					    resources);
		if (NT_SUCCESS(status))
			status = PcRegisterSubdevice(device, name, (PUNKNOWN)port);
		if (NT_SUCCESS(status))
			status = PcRegisterAdapterPowerManagement((PUNKNOWN)&f->power, device);
		port->lpVtbl->Release(port);
	}
	if (NT_SUCCESS(status))
		extension_of(device)->filter = f;
	else
		f->iface.lpVtbl->Release(&f->iface);
	return status;
}

static NTSTATUS NTAPI add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo)
{
	return PcAddAdapterDevice(driver, pdo, start_device, 1,
				  PORT_CLASS_DEVICE_EXTENSION_SIZE + sizeof(struct extension));
}

static void put_filter(PDEVICE_OBJECT device)
{
	struct extension *e = extension_of(device);
	struct nt_filter *f = e->filter;

	e->filter = NULL;
	if (!f)
		return;
	nt_device_removed(f);
	f->iface.lpVtbl->Release(&f->iface);
}

/* Remove the device before the port driver, which has open handles on it, is notified. */
static NTSTATUS NTAPI plug_and_play(PDEVICE_OBJECT device, PIRP irp)
{
	struct nt_filter *f = extension_of(device)->filter;

	switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
	case IRP_MN_SURPRISE_REMOVAL:
		if (f)
			nt_device_removed(f);
		break;
	case IRP_MN_STOP_DEVICE:
	case IRP_MN_REMOVE_DEVICE:
		put_filter(device);
		break;
	}
	return PcDispatchIrp(device, irp);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry)
{
	NTSTATUS status = PcInitializeAdapterDriver(driver, registry, add_device);

	if (NT_SUCCESS(status))
		driver->MajorFunction[IRP_MJ_PNP] = plug_and_play;
	return status;
}
