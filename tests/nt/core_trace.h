/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core_trace.h - core traces for scenario_main.c, by system: trace_ring.c with
 * trace_host.c or trace_nt.c, trace_guest.c, or trace_none.c.
 */
#ifndef NT_CORE_TRACE_H
#define NT_CORE_TRACE_H

#include <stdio.h>

#include "scenario.h"

/* The events of core and miniport since the last call, one a line. */
void core_trace(FILE *out);

/* The next plain device is new, with its clock at 0. */
void forget_device(void);

struct scenario_place scenario_here(void);

#endif
