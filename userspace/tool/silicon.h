/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * silicon.h - the parts of wavert silicon-report: what is measured on a stream, and the choice of
 * pins and of the interrupt for a controller that is bound again.
 */
#ifndef WAVERT_SILICON_H
#define WAVERT_SILICON_H

#include <stdbool.h>

#include <jansson.h>

#include "pci.h"
#include "predict.h"

struct options;

/* ---- parameters.c --------------------------------------------------------------------- */

/* Parameters of snd-wavert-hda as they were; the driver reads them in probe(). */
struct pin_parameters {
	bool changed[2];
	char before[2][256];
};

/* Set playback= and capture= for a bind that follows. 0 or a negative errno. */
int choose_pins(const struct pci_writer *w, const struct pin_choice *choice,
		struct pin_parameters *p);
void restore_pins(const struct pci_writer *w, const struct pin_parameters *p);

/* ---- silicon_run.c ---------------------------------------------------------------------- */

/*
 * Runs a stream for some seconds and measures it: notifications, interrupts, positions, drift,
 * pauses. An object with "error" if the stream cannot be had.
 */
json_t *silicon_run(const struct options *o, int card, unsigned int direction,
		    const char *interrupts, double seconds);

#endif
