/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scenario.h - between the interpreter of scenarios (scenario.c) and the system it is built
 * for: trace_ring.c with trace_host.c or trace_nt.c, or trace_guest.c.
 */
#ifndef NT_SCENARIO_H
#define NT_SCENARIO_H

#include <stdint.h>
#include <stdio.h>

/* What core and miniport wrote down since the last call, one event a line. */
void core_trace(FILE *out);

/* The next plain device is a new one, its clock at 0. */
void forget_device(void);

/* Of the first line of a trace: where this runs. */
extern const char *const scenario_where;

#endif
