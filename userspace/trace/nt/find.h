/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * find.h - the audio filters of a Windows machine and the pins that stream. For client_win.c.
 */
#ifndef TRACE_FIND_H
#define TRACE_FIND_H

#include <stdbool.h>

#include "ksclient.h"

#define KS_FILTERS	64
#define KS_PINS		32

struct ks_filter {
	char path[512];		/* for CreateFile() */
	char name[400];		/* friendly name; "" if it has none */
	bool realtime;		/* in the category of WaveRT filters */
};

/* A pin that a client may create and move data through. */
struct ks_pin {
	HANDLE filter;
	ULONG id;
	bool capture;
	const char *special;		/* its purpose if it is not for ordinary sound; or NULL */
	KSPIN_CINSTANCES instances;	/* of all clients, if the driver reports it */
};

/* Returns the number of filters, at most KS_FILTERS; their order is that of Windows. */
int ks_filters(struct ks_filter *out);

/* Pins of an open filter, by number: returns how many, at most KS_PINS, or a status below 0. */
int ks_pins(HANDLE filter, struct ks_pin *out);

/* Calls fn with each range of formats that describes samples. */
void ks_ranges(HANDLE filter, ULONG pin, void (*fn)(const KSDATARANGE_AUDIO *range));

#endif
