/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pin.h - functions that the clients foreign.c, life.c, other_test.c and realtime.c share: the
 * driver's filter, a pin's event, buffer and state, and what the stand-in port driver holds.
 */
#ifndef NT_PIN_H
#define NT_PIN_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "../guest/tap.h"
#include "ksclient.h"

static HANDLE filter;

_Noreturn void ks_die(const char *what, ks_status status)
{
	printf("Bail out! %s: %08lx\n", what, (unsigned long)status);
	exit(1);
}

static inline void open_filter(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	nt_load_driver();
	filter = CreateFileA(PORT_DEVICE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			     NULL);
}

static inline ks_status event_call(HANDLE pin, const GUID *set, ULONG id, HANDLE event)
{
	struct rt_event_property call = { .event = event };

	return ks_property(pin, set, id, KSPROPERTY_TYPE_SET, &call.property, sizeof(call), NULL, 0,
			   NULL);
}

static inline ks_status allocate(HANDLE pin, ULONG count, ULONG bytes, struct rt_buffer *got)
{
	struct rt_buffer_property alloc = { .bytes = bytes, .count = count };

	return ks_property(pin, &KSPROPSETID_RtAudio, RT_BUFFER_WITH_NOTIFICATION,
			   KSPROPERTY_TYPE_GET, &alloc.property, sizeof(alloc), got, sizeof(*got),
			   NULL);
}

/* A buffer and an event: the stream can run. */
static inline ks_status prepare(HANDLE pin, HANDLE event, ULONG count, ULONG bytes)
{
	struct rt_buffer got;
	ks_status st = allocate(pin, count, bytes, &got);

	if (st)
		return st;
	return event_call(pin, &KSPROPSETID_RtAudio, RT_REGISTER_NOTIFICATION_EVENT, event);
}

static inline bool go_to(HANDLE pin, KSSTATE state)
{
	return !ks_set(pin, &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, &state,
		       sizeof(state));
}

static inline bool nothing_held(struct port_held *held)
{
	*held = (struct port_held){ 9, 9, 9, 9 };
	/* closing a pin is complete when a later call is */
	ks_get(filter, &PORT_PROPERTIES, PORT_HELD, held, sizeof(*held));
	ks_get(filter, &PORT_PROPERTIES, PORT_HELD, held, sizeof(*held));
	return !held->pins && !held->buffers && !held->events;
}

#endif
