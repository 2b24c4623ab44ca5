// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_nt.c - core traces of the driver, through its private property; see trace_take.h.
 */
#include <stdlib.h>

#include "trace_take.h"

#include "ksclient.h"
#include "core_trace.h"

struct scenario_place scenario_here(void)
{
	const char *model = getenv("CF_MODEL");

	return (struct scenario_place){
		"nt", ks_wine_version() ? "wine" : "windows",
		"wavertmini.sys under Wine, stand-in port driver, not Windows",
		model ? model : "",
	};
}

uint32_t trace_take(struct wrt_trace_record *out, uint32_t room)
{
	static HANDLE filter;
	KSPROPERTY property;
	ULONG got = 0;

	if (!filter)
		filter = CreateFileA(PORT_DEVICE, GENERIC_READ | GENERIC_WRITE, 0, NULL,
				     OPEN_EXISTING, 0, NULL);
	if (ks_property(filter, &SIM_PROPERTIES, SIM_TRACE, KSPROPERTY_TYPE_GET, &property,
			sizeof(property), out, room * sizeof(*out), &got))
		return 0;
	return got / sizeof(*out);
}

/* It is always possible. */
void forget_device(void)
{
}
