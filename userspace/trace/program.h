/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - what the program wavert-trace (main.c) asks of the system it is built for:
 * client_wavert.c on Linux, nt/client_win.c on Windows. Messages go to stderr.
 */
#ifndef TRACE_PROGRAM_H
#define TRACE_PROGRAM_H

#include "scenario.h"

/* Of --help: how a device is named, and what else is to be said. */
extern const char *const trace_device_help;
extern const char *const trace_notes;

/* The devices that there are, on stdout. An exit code. */
int trace_list(void);

/* The device that scenarios use from now on; NULL: the first. An exit code. */
int trace_open(const char *name);
void trace_close(void);

/* After trace_open(). */
struct scenario_place trace_place(void);

/* A long option of this system alone, without its dashes; false: it has no such. */
bool trace_option(const char *name);

#endif
