// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_none.c - the ALSA model has no core trace; see core_trace.h.
 */
#include <stdlib.h>

#include "core_trace.h"

struct scenario_place scenario_here(void)
{
	const char *device = getenv("CF_DEVICE");

	return (struct scenario_place){ "alsa", "linux", "ALSA PCM of snd-wavert.ko, Linux guest",
					device ? device : "" };
}

void core_trace(FILE *out)
{
}

/* Another kind of device is loaded in between. */
void forget_device(void)
{
	const struct cf_device other = { .ramp = true };

	if (cf_client.device(&other)) {
		fprintf(stderr, "there is no device\n");
		exit(2);
	}
}
