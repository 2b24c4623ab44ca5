/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hw_play.h - the functions of a model (ALSA or WaveRT) for the player. One thread. They return
 * 0 or more, or a negative errno.
 */
#ifndef WRT_TESTS_HW_PLAY_H
#define WRT_TESTS_HW_PLAY_H

#include <stdint.h>

#define FRAME_BYTES 4u		/* S16 stereo */
#define PAUSES_MAX 16

struct job {
	int card;
	const char *node;		/* of another driver's PCM whose pin this is, or NULL */
	unsigned int rate;		/* Hz */
	unsigned int count;		/* N: points in a buffer */
	unsigned int buffer;		/* frames */
	unsigned int seed, length;	/* the recording; frames */
	unsigned int pauses[PAUSES_MAX], npauses;	/* frames */
	/* results */
	uint64_t written;		/* frames */
	unsigned int late;		/* times that the device overtook the player */
	unsigned int suspended;		/* times that the model reported it */
};

struct model {
	const char *name;
	int (*open)(struct job *j);
	/* Number of frames that can be written. */
	int (*write)(struct job *j, const int16_t *frames, unsigned int n);
	int (*start)(struct job *j);
	int (*pause)(struct job *j, int on);
	/* Frames passed since the start. */
	int64_t (*position)(struct job *j);
	/* Notifications received since the start. */
	uint64_t (*notified)(struct job *j);
	/* Sleep until a notification comes or ms have passed. */
	void (*wait)(struct job *j, int ms);
	/* The position does not change any more, it can still be read. */
	int (*halt)(struct job *j);
	void (*close)(struct job *j);
};

extern const struct model alsa_model, wavert_model;

#endif
