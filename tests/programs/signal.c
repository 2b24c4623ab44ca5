// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the signal that programs play, and finds it in a recording (signed 16 bit,
 * little endian, stereo). Run by guest.sh.
 *
 *   signal make FRAMES [SILENCE]   raw samples on stdout, SILENCE frames before and after
 *   signal wav FRAMES [SILENCE]    the same with a WAV header
 *   signal find FILE FRAMES        FILE (raw) begins with silence, and then holds the signal
 *                                  complete, sample for sample
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signal.h"

#define RATE 48000
#define FRAME_BYTES (SIGNAL_CHANNELS * sizeof(int16_t))
#define MAX_FRAMES 100000000ul

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value > MAX_FRAMES) {
		fprintf(stderr, "signal: not a number: %s\n", text);
		exit(2);
	}
	return value;
}

static void put_u32(uint8_t *at, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static int put_header(uint32_t bytes)
{
	uint8_t header[44] = "RIFF....WAVEfmt ....\1\0\2\0";

	put_u32(header + 4, bytes + 36);
	put_u32(header + 16, 16);
	put_u32(header + 24, RATE);
	put_u32(header + 28, RATE * FRAME_BYTES);
	header[32] = FRAME_BYTES;
	header[34] = 16;
	memcpy(header + 36, "data", 4);
	put_u32(header + 40, bytes);
	return fwrite(header, sizeof(header), 1, stdout) != 1;
}

static int make(unsigned long frames, unsigned long silence)
{
	int16_t frame[SIGNAL_CHANNELS];
	unsigned long i, c;
	int sounds;

	for (i = 0; i < frames + 2 * silence; i++) {
		sounds = i >= silence && i < silence + frames;
		for (c = 0; c < SIGNAL_CHANNELS; c++)
			frame[c] = sounds ? signal_at(i - silence, c) : 0;
		if (fwrite(frame, sizeof(frame), 1, stdout) != 1)
			return 1;
	}
	return fflush(stdout) != 0;
}

static int16_t *load(const char *path, unsigned long *frames)
{
	FILE *file = fopen(path, "rb");
	int16_t *samples = NULL;
	long size;

	if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0)
		goto out;
	rewind(file);
	*frames = size / FRAME_BYTES;
	samples = malloc(size + 1);
	if (samples && fread(samples, FRAME_BYTES, *frames, file) != *frames) {
		free(samples);
		samples = NULL;
	}
out:
	if (!samples)
		perror(path);
	if (file)
		fclose(file);
	return samples;
}

static int is(const int16_t *frame, unsigned long n)
{
	return frame[0] == signal_at(n, 0) && frame[1] == signal_at(n, 1);
}

static int silent(const int16_t *frame)
{
	return frame[0] == 0 && frame[1] == 0;
}

static void show_difference(const int16_t *at, unsigned long n, unsigned long frames)
{
	unsigned long k;

	printf("frame %lu differs: %d %d, not %d %d\n", n, at[0], at[1], signal_at(n, 0), signal_at(n, 1));
	for (k = 0; k < frames; k++)
		if (is(at, k))
			printf("frame %lu is there in its place\n", k);
}

static int find(const char *path, unsigned long frames)
{
	unsigned long have, lead = 0, i, end, behind = 0;
	int16_t *samples = load(path, &have);

	if (!samples)
		return 1;
	while (lead < have && silent(samples + lead * SIGNAL_CHANNELS))
		lead++;
	for (i = 0; i < frames && lead + i < have; i++) {
		if (is(samples + (lead + i) * SIGNAL_CHANNELS, i))
			continue;
		printf("%lu frames of silence, then ", lead);
		show_difference(samples + (lead + i) * SIGNAL_CHANNELS, i, frames);
		return 1;
	}
	end = lead + i;
	for (; lead + i < have; i++)
		behind += !silent(samples + (lead + i) * SIGNAL_CHANNELS);
	printf("%lu frames of silence, %lu of the signal, %lu behind it of which %lu are not silent\n",
	       lead, end - lead, have - end, behind);
	free(samples);
	return end - lead != frames;
}

int main(int argc, char **argv)
{
	unsigned long frames, silence;

	if (argc == 4 && !strcmp(argv[1], "find"))
		return find(argv[2], number(argv[3]));
	if (argc < 3 || argc > 4 || (strcmp(argv[1], "make") && strcmp(argv[1], "wav"))) {
		fprintf(stderr, "usage: signal make|wav FRAMES [SILENCE] | find FILE FRAMES\n");
		return 2;
	}
	frames = number(argv[2]);
	silence = argc > 3 ? number(argv[3]) : 0;
	if (!strcmp(argv[1], "wav") && put_header((frames + 2 * silence) * FRAME_BYTES))
		return 1;
	return make(frames, silence);
}
