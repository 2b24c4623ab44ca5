/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * predict.h - what snd-wavert-hda would do with the codecs of a card that another driver has. For
 * bind.c.
 */
#ifndef WAVERT_PREDICT_H
#define WAVERT_PREDICT_H

#include <stdbool.h>
#include <stdio.h>

/* Pins as a user names them, by direction; NULL: no choice. */
struct pin_choice {
	const char *pin[2];
};

/* The driver accepts this name or node number. */
bool pin_name_valid(unsigned int direction, const char *name);

/* "headphone, line-out, ..." */
const char *pin_names(unsigned int direction);

enum prediction {
	PREDICT_WORKS,
	PREDICT_FAILS,			/* the driver would refuse; `out` says why */
	PREDICT_UNKNOWN,		/* there is no text of a codec */
};

/*
 * The driver's own search for a path runs over /proc/asound/cardN/codec#*. The result is written
 * to `out`, each line with a prefix.
 */
enum prediction predict(int card, const struct pin_choice *choice, FILE *out, const char *prefix);

#endif
