// SPDX-License-Identifier: GPL-2.0-only
/*
 * adapter.c - wavertmini.sys: DriverEntry, and the adapter's one subdevice. Called by the
 * system and the port driver at PASSIVE_LEVEL.
 */
#include "nt.h"

static NTSTATUS NTAPI start_device(PDEVICE_OBJECT device, PIRP irp, PRESOURCELIST resources)
{
	WCHAR name[] = L"Wave";
	struct nt_filter *f;
	NTSTATUS status;
	PPORT port;

	status = nt_filter_new(&f);
	if (!NT_SUCCESS(status))
		return status;
	status = PcNewPort(&port, &CLSID_PortWaveRT);
	if (NT_SUCCESS(status)) {
		status = port->lpVtbl->Init(port, device, irp, (PUNKNOWN)&f->iface, NULL,
					    resources);
		if (NT_SUCCESS(status))
			status = PcRegisterSubdevice(device, name, (PUNKNOWN)port);
		port->lpVtbl->Release(port);
	}
	f->iface.lpVtbl->Release(&f->iface);
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
