// SPDX-License-Identifier: GPL-2.0-only
/*
 * power.c - IAdapterPowerManagement: called by the port driver at PASSIVE_LEVEL. Only D0 has
 * power; no device of this driver wakes the system.
 */
#include "nt.h"

static struct nt_filter *of(IAdapterPowerManagement *i)
{
	return CONTAINING_RECORD(i, struct nt_filter, power);
}

static ULONG STDMETHODCALLTYPE add_ref(IAdapterPowerManagement *i)
{
	return of(i)->iface.lpVtbl->AddRef(&of(i)->iface);
}

static ULONG STDMETHODCALLTYPE release(IAdapterPowerManagement *i)
{
	return of(i)->iface.lpVtbl->Release(&of(i)->iface);
}

static NTSTATUS STDMETHODCALLTYPE query(IAdapterPowerManagement *i, REFIID iid, PVOID *out)
{
	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IAdapterPowerManagement))
		return STATUS_INVALID_PARAMETER;
	add_ref(i);
	*out = i;
	return STATUS_SUCCESS;
}

static void STDMETHODCALLTYPE change(IAdapterPowerManagement *i, POWER_STATE state)
{
	if (state.DeviceState == PowerDeviceD0)
		nt_device_resume(of(i));
	else
		nt_device_suspend(of(i));
}

static NTSTATUS STDMETHODCALLTYPE may_change(IAdapterPowerManagement *i, POWER_STATE state)
{
	(void)i;
	(void)state;
	return STATUS_SUCCESS;
}

/* The values of the bus driver are kept. */
static NTSTATUS STDMETHODCALLTYPE capabilities(IAdapterPowerManagement *i, PDEVICE_CAPABILITIES out)
{
	(void)i;
	(void)out;
	return STATUS_SUCCESS;
}

static IAdapterPowerManagementVtbl vtbl = {
	query, add_ref, release, change, may_change, capabilities,
};

void nt_power_init(struct nt_filter *f)
{
	f->power.lpVtbl = &vtbl;
}
