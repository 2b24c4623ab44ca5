/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * noise.h - the recording of a seed: S16 samples, none of them 0, so that silence around and
 * within it differs from sound. Used by the player in the guest and by wav_compare on the
 * host, which never exchange the samples themselves.
 */
#ifndef WRT_TESTS_HW_NOISE_H
#define WRT_TESTS_HW_NOISE_H

#include <stdint.h>

struct noise {
	uint32_t state;
};

static inline void noise_begin(struct noise *n, uint32_t seed)
{
	n->state = seed * 2654435761u + 1u;
	if (!n->state)
		n->state = 1;
}

static inline int16_t noise_next(struct noise *n)
{
	int16_t sample;

	do {
		n->state ^= n->state << 13;
		n->state ^= n->state >> 17;
		n->state ^= n->state << 5;
		sample = (int16_t)(n->state >> 16);
	} while (!sample);
	return sample;
}

#endif
