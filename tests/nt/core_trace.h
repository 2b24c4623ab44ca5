/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * core_trace.h - between scenario_main.c and the system it is built for: trace_ring.c with
 * trace_host.c or trace_nt.c, trace_guest.c, or trace_none.c.
 */
#ifndef NT_CORE_TRACE_H
#define NT_CORE_TRACE_H

#include <stdio.h>

#include "scenario.h"

/* What core and miniport wrote down since the last call, one event a line. */
void core_trace(FILE *out);

/* The next plain device is a new one, its clock at 0. */
void forget_device(void);

struct scenario_place scenario_here(void);

#endif
