// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_host.c - core traces of this process; see trace_take.h.
 */
#include <stdlib.h>

#include "core_trace.h"
#include "trace_take.h"

struct scenario_place scenario_here(void)
{
	const char *model = getenv("CF_MODEL");

	if (model && *model)
		return (struct scenario_place){
			"linux", "host", "core, miniport and backend over a register model in a process",
			model,
		};
	return (struct scenario_place){ "linux", "host",
					"core, miniport and simulator in a process", "" };
}

/* Errors that client_host.c finds. */
void cf_fail(const char *file, int line, const char *format, ...);

void cf_fail(const char *file, int line, const char *format, ...)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, format);
	exit(1);
}

uint32_t trace_take(struct wrt_trace_record *out, uint32_t room)
{
	return wrt_trace_take(out, room);
}

/* It is always possible. */
void forget_device(void)
{
}
