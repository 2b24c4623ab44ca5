// SPDX-License-Identifier: GPL-2.0-only
/*
 * find.c - see find.h. The sizes in answers of Windows are also checked.
 */
#include <stdio.h>
#include <string.h>

#include "find.h"

#include <setupapi.h>

/* ---- filters --------------------------------------------------------------------------- */

static const GUID *const categories[] = {
	&KSCATEGORY_RENDER, &KSCATEGORY_CAPTURE, &KSCATEGORY_AUDIO,
};

/* libksguid.a does not define it. */
static const GUID realtime = { STATIC_KSCATEGORY_REALTIME };

/* KSNODETYPE_AUDIO_... of pins that do not record sound; ksmedia.h does not define them. */
static const GUID loopback = {
	0x8f42c0b2, 0x91ce, 0x4bcf, { 0x9c, 0xcd, 0x0e, 0x59, 0x90, 0x37, 0xab, 0x35 }
};

static const GUID keyword_detector = {
	0x3817e0b8, 0xdf58, 0x4375, { 0xb6, 0x69, 0xc4, 0x96, 0x34, 0x33, 0x1f, 0x9d }
};

/* Paths of one filter differ only by the category: "...#{category}\wave". */
static bool same_filter(const char *a, const char *b)
{
	const char *ca = strrchr(a, '{'), *cb = strrchr(b, '{');
	const char *ea = ca ? strchr(ca, '}') : NULL, *eb = cb ? strchr(cb, '}') : NULL;

	if (!ea || !eb || ca - a != cb - b)
		return !_stricmp(a, b);
	return !_strnicmp(a, b, (size_t)(ca - a)) && !_stricmp(ea, eb);
}

static bool is_known(const struct ks_filter *list, int n, const char *path)
{
	int i;

	for (i = 0; i < n; i++)
		if (same_filter(list[i].path, path))
			return true;
	return false;
}

/* Converts to UTF-8. */
static void read_name(HDEVINFO set, SP_DEVICE_INTERFACE_DATA *face, char *name, int size)
{
	HKEY key = SetupDiOpenDeviceInterfaceRegKey(set, face, 0, KEY_QUERY_VALUE);
	WCHAR wide[128] = { 0 };
	DWORD type = 0, n = sizeof(wide) - sizeof(*wide);

	name[0] = 0;
	if (key == INVALID_HANDLE_VALUE)
		return;
	if (RegQueryValueExW(key, L"FriendlyName", NULL, &type, (BYTE *)wide, &n) ||
	    type != REG_SZ ||
	    !WideCharToMultiByte(CP_UTF8, 0, wide, -1, name, size, NULL, NULL))
		name[0] = 0;
	RegCloseKey(key);
}

static bool read_path(HDEVINFO set, SP_DEVICE_INTERFACE_DATA *face, char *path, size_t size)
{
	union {
		SP_DEVICE_INTERFACE_DETAIL_DATA_A detail;
		char room[600];
	} u = { .detail = { .cbSize = sizeof(u.detail) } };

	if (!SetupDiGetDeviceInterfaceDetailA(set, face, &u.detail, sizeof(u), NULL, NULL))
		return false;
	return (size_t)snprintf(path, size, "%s", u.detail.DevicePath) < size;
}

static bool has_alias(HDEVINFO set, SP_DEVICE_INTERFACE_DATA *face, const GUID *category)
{
	SP_DEVICE_INTERFACE_DATA alias = { .cbSize = sizeof(alias) };

	return SetupDiGetDeviceInterfaceAlias(set, face, category, &alias) &&
	       alias.Flags & SPINT_ACTIVE && !(alias.Flags & SPINT_REMOVED);
}

static int add_category(const GUID *category, struct ks_filter *out, int n)
{
	SP_DEVICE_INTERFACE_DATA face = { .cbSize = sizeof(face) };
	HDEVINFO set = SetupDiGetClassDevsA(category, NULL, NULL,
					    DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
	DWORD i;

	if (set == INVALID_HANDLE_VALUE)
		return n;
	for (i = 0; n < KS_FILTERS &&
	     SetupDiEnumDeviceInterfaces(set, NULL, category, i, &face); i++) {
		if (!read_path(set, &face, out[n].path, sizeof(out[n].path)) ||
		    is_known(out, n, out[n].path))
			continue;
		read_name(set, &face, out[n].name, sizeof(out[n].name));
		out[n].realtime = has_alias(set, &face, &realtime);
		n++;
	}
	SetupDiDestroyDeviceInfoList(set);
	return n;
}

int ks_filters(struct ks_filter *out)
{
	size_t i;
	int n = 0;

	for (i = 0; i < sizeof(categories) / sizeof(*categories); i++)
		n = add_category(categories[i], out, n);
	return n;
}

/* ---- pins -------------------------------------------------------------------------------- */

static ks_status pin_property(HANDLE filter, ULONG pin, ULONG id, void *value, ULONG bytes,
			      ULONG *got)
{
	KSP_PIN call = { .PinId = pin };

	return ks_property(filter, &KSPROPSETID_Pin, id, KSPROPERTY_TYPE_GET, &call.Property,
			   sizeof(call), value, bytes, got);
}

/* True for pins that a client streams with: they receive its requests, in both directions. */
static bool streams(HANDLE filter, ULONG pin)
{
	KSPIN_COMMUNICATION way = KSPIN_COMMUNICATION_NONE;

	return !pin_property(filter, pin, KSPROPERTY_PIN_COMMUNICATION, &way, sizeof(way), NULL) &&
	       (way == KSPIN_COMMUNICATION_SINK || way == KSPIN_COMMUNICATION_BOTH);
}

static const char *special(HANDLE filter, ULONG pin)
{
	GUID category;

	if (pin_property(filter, pin, KSPROPERTY_PIN_CATEGORY, &category, sizeof(category), NULL))
		return NULL;
	if (IsEqualGUID(&category, &loopback))
		return "loopback";
	if (IsEqualGUID(&category, &keyword_detector))
		return "keyword detector";
	return NULL;
}

/* The audio engine has its own handle of the filter, so the count of this handle is not enough. */
static KSPIN_CINSTANCES instances(HANDLE filter, ULONG pin)
{
	KSPIN_CINSTANCES n = { 0 };

	if (pin_property(filter, pin, KSPROPERTY_PIN_GLOBALCINSTANCES, &n, sizeof(n), NULL))
		pin_property(filter, pin, KSPROPERTY_PIN_CINSTANCES, &n, sizeof(n), NULL);
	return n;
}

int ks_pins(HANDLE filter, struct ks_pin *out)
{
	KSPIN_DATAFLOW flow;
	ULONG i, pins = 0;
	ks_status status;
	int n = 0;

	status = ks_get(filter, &KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES, &pins, sizeof(pins));
	if (status < 0)
		return status;
	if (status)
		return 0;
	for (i = 0; i < pins && n < KS_PINS; i++) {
		if (!streams(filter, i) ||
		    pin_property(filter, i, KSPROPERTY_PIN_DATAFLOW, &flow, sizeof(flow), NULL))
			continue;
		out[n++] = (struct ks_pin){
			.filter = filter, .id = i, .capture = flow == KSPIN_DATAFLOW_OUT,
			.special = special(filter, i), .instances = instances(filter, i),
		};
	}
	return n;
}

static ULONG aligned(ULONG bytes)
{
	return (bytes + 7) & ~7u;
}

/* KSMULTIPLE_ITEM, then its number of ranges, each with its own size and maybe attributes. */
void ks_ranges(HANDLE filter, ULONG pin, void (*fn)(const KSDATARANGE_AUDIO *range))
{
	static union {
		KSMULTIPLE_ITEM head;
		char room[16384];
	} u;
	const KSDATARANGE *range;
	ULONG at = sizeof(u.head), got = 0, i;

	if (pin_property(filter, pin, KSPROPERTY_PIN_DATARANGES, &u, sizeof(u), &got) ||
	    got > sizeof(u))
		return;
	for (i = 0; at + sizeof(*range) <= got && i < u.head.Count; i++) {
		range = (const KSDATARANGE *)(u.room + at);
		if (range->FormatSize < sizeof(*range) || range->FormatSize > got - at)
			return;
		if (range->FormatSize >= sizeof(KSDATARANGE_AUDIO) &&
		    IsEqualGUID(&range->MajorFormat, &KSDATAFORMAT_TYPE_AUDIO))
			fn((const KSDATARANGE_AUDIO *)range);
		at += aligned(range->FormatSize);
		if (range->Flags & KSDATARANGE_ATTRIBUTES && at + sizeof(u.head) <= got &&
		    ((const KSMULTIPLE_ITEM *)(u.room + at))->Size <= got - at)
			at += aligned(((const KSMULTIPLE_ITEM *)(u.room + at))->Size);
	}
}
