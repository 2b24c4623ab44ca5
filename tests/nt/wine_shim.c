// SPDX-License-Identifier: GPL-2.0-only
/*
 * wine_shim.c - linked into wavert-trace.exe for a test under Wine, FOR TESTS ONLY: two functions of
 * Windows that are stubs in Wine 8, and the driver with its device interfaces, as the plug and play
 * manager provides them. The program itself is unchanged.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "ksclient.h"

#include <setupapi.h>

static const GUID *const categories[] = {
	&KSCATEGORY_AUDIO, &KSCATEGORY_RENDER, &KSCATEGORY_CAPTURE,
};

static const GUID realtime = { STATIC_KSCATEGORY_REALTIME };

/* Every interface here has all categories. */
static BOOL WINAPI alias_of(HDEVINFO set, PSP_DEVICE_INTERFACE_DATA face, const GUID *category,
			    PSP_DEVICE_INTERFACE_DATA out)
{
	*out = *face;
	out->InterfaceClassGuid = *category;
	out->Flags = SPINT_ACTIVE;
	return TRUE;
}

static DWORD WINAPI create_pin(HANDLE filter, PKSPIN_CONNECT connect, ACCESS_MASK access,
			       PHANDLE out)
{
	ks_status st;

	st = ks_create_pin(connect->PinId, (const KSDATAFORMAT *)(connect + 1), out);
	return st ? RtlNtStatusToDosError(st) : 0;
}

BOOL (WINAPI *__imp_SetupDiGetDeviceInterfaceAlias)(HDEVINFO, PSP_DEVICE_INTERFACE_DATA,
						     const GUID *, PSP_DEVICE_INTERFACE_DATA) =
	alias_of;
DWORD (WINAPI *__imp_KsCreatePin)(HANDLE, PKSPIN_CONNECT, ACCESS_MASK, PHANDLE) = create_pin;

/* What IoSetDeviceInterfaceState() leaves in the registry. */
static void link_interface(const GUID *category)
{
	char key[300];
	DWORD one = 1;
	HKEY control;

	snprintf(key, sizeof(key), "SYSTEM\\CurrentControlSet\\Control\\DeviceClasses\\"
		 "{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}\\##?#ROOT#MEDIA#0000#"
		 "{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}\\#\\Control",
#define PARTS(g) (unsigned long)(g)->Data1, (g)->Data2, (g)->Data3, (g)->Data4[0], (g)->Data4[1],	\
		 (g)->Data4[2], (g)->Data4[3], (g)->Data4[4], (g)->Data4[5], (g)->Data4[6], (g)->Data4[7]
		 PARTS(category), PARTS(category));
	if (RegCreateKeyExA(HKEY_LOCAL_MACHINE, key, 0, NULL, 0, KEY_SET_VALUE, NULL, &control, NULL))
		ks_die(key, (ks_status)GetLastError());
	RegSetValueExA(control, "Linked", 0, REG_DWORD, (BYTE *)&one, sizeof(one));
	RegCloseKey(control);
}

static void add_interface(HDEVINFO set, SP_DEVINFO_DATA *device, const GUID *category)
{
	SP_DEVICE_INTERFACE_DATA face = { .cbSize = sizeof(face) };

	if (!SetupDiCreateDeviceInterfaceA(set, device, category, NULL, 0, &face))
		ks_die("SetupDiCreateDeviceInterface", (ks_status)GetLastError());
	link_interface(category);
}

/* Before main(). */
__attribute__((constructor)) static void plug_in(void)
{
	static const GUID media = { 0x4d36e96c, 0xe325, 0x11ce,
				    { 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18 } };
	HDEVINFO set = SetupDiCreateDeviceInfoList(&media, NULL);
	SP_DEVINFO_DATA device = { .cbSize = sizeof(device) };
	size_t i;

	nt_load_driver();
	if (!SetupDiCreateDeviceInfoA(set, "ROOT\\MEDIA\\0000", &media, NULL, NULL, 0, &device) &&
	    !SetupDiOpenDeviceInfoA(set, "ROOT\\MEDIA\\0000", NULL, 0, &device))
		ks_die("SetupDiCreateDeviceInfo", (ks_status)GetLastError());
	SetupDiRegisterDeviceInfo(set, &device, 0, NULL, NULL, NULL);
	for (i = 0; i < sizeof(categories) / sizeof(*categories); i++)
		add_interface(set, &device, categories[i]);
	add_interface(set, &device, &realtime);
}
