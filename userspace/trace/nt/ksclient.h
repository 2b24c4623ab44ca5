/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksclient.h - a WaveRT client: its requests to a pin, by IOCTL_KS_PROPERTY. Used by
 * client_ks.c, and by tests. Calls return the NTSTATUS of the driver.
 */
#ifndef NT_KSCLIENT_H
#define NT_KSCLIENT_H

#include <stdbool.h>
#include <windows.h>
#include <winioctl.h>
#include <winternl.h>
#include <mmreg.h>
#include <initguid.h>

#include "wavertddi.h"
#include "portprop.h"
#include "simprop.h"

typedef LONG ks_status;

#define KS_NO_PIN	((ks_status)0x20000001)	/* of a call on NULL */

/* *got: bytes of the answer; may be NULL. Set and Id of the property are filled in. */
ks_status ks_property(HANDLE pin, const GUID *set, ULONG id, ULONG verb, KSPROPERTY *property,
		      ULONG property_bytes, void *value, ULONG value_bytes, ULONG *got);

/* A property whose descriptor has no further members. */
ks_status ks_get(HANDLE pin, const GUID *set, ULONG id, void *value, ULONG bytes);
ks_status ks_set(HANDLE pin, const GUID *set, ULONG id, const void *value, ULONG bytes);

/* bits: 32 and is_float, or whole numbers */
void ks_format(KSDATAFORMAT_WAVEFORMATEX *out, ULONG rate, ULONG bits, bool is_float,
	       ULONG channels);

/* The stand-in port driver's form of KsCreatePin(). */
ks_status ks_create_pin(ULONG pin, const KSDATAFORMAT *format, HANDLE *out);

/* NULL: this is not Wine. */
const char *ks_wine_version(void);

/* Defined by each program: print the error and exit. For errors that cannot be handled. */
_Noreturn void ks_die(const char *what, ks_status status);

/* service.c: load the driver for the life of this process, or call ks_die(). */
void nt_load_driver(void);
void nt_unload_driver(void);

#endif
