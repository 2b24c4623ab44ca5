/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The signal that programs play in these tests: stereo noise that is never close to silence, so
 * that each frame differs from silence and from its neighbours. Used by signal.c and by the
 * clients of PortAudio and JACK.
 */
#ifndef PROGRAMS_SIGNAL_H
#define PROGRAMS_SIGNAL_H

#include <stdint.h>

#define SIGNAL_CHANNELS 2
#define SIGNAL_FLOOR 64

static inline int16_t signal_at(uint32_t frame, uint32_t channel)
{
	uint32_t hash = frame * SIGNAL_CHANNELS + channel + 1;
	int32_t value;

	hash *= 0x9e3779b1u;
	hash ^= hash >> 15;
	hash *= 0x85ebca77u;
	hash ^= hash >> 13;
	value = (int32_t)(hash >> 16) - 32768;
	if (value >= 0 && value < SIGNAL_FLOOR)
		value += SIGNAL_FLOOR;
	if (value < 0 && value > -SIGNAL_FLOOR)
		value -= SIGNAL_FLOOR;
	return (int16_t)value;
}

#endif
