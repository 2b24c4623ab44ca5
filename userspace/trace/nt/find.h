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
	char name[400];		/* as people know it; "" if it has none */
	bool realtime;		/* it says that it is WaveRT */
};

/* A pin that a client may create and move data through. */
struct ks_pin {
	HANDLE filter;
	ULONG id;
	bool capture;
	const char *special;		/* what it is, if not for sound as such; or NULL */
	KSPIN_CINSTANCES instances;	/* of all clients, if the driver reports it */
};

/* How many there are, at most KS_FILTERS; in the order of Windows, which it keeps. */
int ks_filters(struct ks_filter *out);

/* Of an open filter: how many, at most KS_PINS, by their numbers; or a status below 0. */
int ks_pins(HANDLE filter, struct ks_pin *out);

/* Calls fn with each range of formats that has to do with samples. */
void ks_ranges(HANDLE filter, ULONG pin, void (*fn)(const KSDATARANGE_AUDIO *range));

#endif
