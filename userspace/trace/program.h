/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - functions that each system provides for the program wavert-trace (main.c):
 * client_wavert.c on Linux, nt/client_win.c on Windows. Messages go to stderr.
 */
#ifndef TRACE_PROGRAM_H
#define TRACE_PROGRAM_H

#include "scenario.h"

/* For --help: how a device is named, and further remarks. */
extern const char *const trace_device_help;
extern const char *const trace_notes;

/* Lists the devices on stdout. Returns an exit code. */
int trace_list(void);

/* Selects the device for scenarios; NULL: the first. Returns an exit code. */
int trace_open(const char *name);
void trace_close(void);

/* After trace_open(). */
struct scenario_place trace_place(void);

/* A long option that only this system has, without its dashes; false: there is no such option. */
bool trace_option(const char *name);

#endif
