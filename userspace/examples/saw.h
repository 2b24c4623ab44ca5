/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * saw.h - the signal of the examples: a saw of 46.9 Hz at 48 kHz, 16 bits, two channels. Every
 * sample is the previous one plus 64, which makes a lost or doubled frame visible.
 */
#ifndef SAW_H
#define SAW_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "for little-endian machines only: samples in a buffer are little-endian"
#endif

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <wavert.h>

#define RATE		48000
#define FRAME_BYTES	sizeof(int16_t[2])

static inline void saw(void *to, uint64_t first_frame, size_t frames)
{
	int16_t *sample = to;
	size_t i;

	for (i = 0; i < frames; i++, sample += 2)
		sample[0] = sample[1] = (int16_t)((first_frame + i) * 64);
}

/* Fill all packets that may be written; *next is the next one, *lost counts those too late. */
static inline int saw_packets(const struct wavert_stream *stream, uint64_t *next, int *lost)
{
	size_t frames = wavert_stream_packet_bytes(stream) / FRAME_BYTES;
	unsigned int packets;
	int late = wavert_stream_writable(stream, next, &packets);

	if (late < 0)
		return late;
	*lost += late;
	for (; packets; packets--, ++*next)
		saw(wavert_stream_packet(stream, *next), *next * frames, frames);
	wavert_stream_barrier(stream);
	return 0;
}

/* For main(): print the error and return the exit code. */
static inline int failed(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, wavert_strerror(error));
	return 1;
}

#endif
