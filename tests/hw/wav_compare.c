// SPDX-License-Identifier: GPL-2.0-only
/*
 * wav_compare.c - checks the output on the host: the wav file of QEMU, without silence,
 * must be exactly the recordings that were played, in their order. Called by run.sh. TAP on
 * stdout; exit code 0 if all is right, 1 if not, 2 if a file cannot be read.
 *
 *   wav_compare FILE.wav LIST
 *   wav_compare --make LIST >FILE.wav	a correct file, for run.sh --selftest
 *
 * A line of LIST: SEED FRAMES GAPS TITLE; silence within a recording is allowed GAPS times.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noise.h"
#include "../guest/tap.h"

#define HEADER 44		/* header size of a wav file with only samples */
#define PROBE 16		/* frames that identify a recording */

static const char *wav_path;
static int16_t *sound;		/* frames that are not silent, S16 stereo */
static size_t *place;		/* position of each in the file, frames */
static size_t frames;		/* how many */

static void die(const char *what)
{
	fprintf(stderr, "wav_compare: %s: %s\n", what, errno ? strerror(errno) : "not as expected");
	exit(2);
}

static void read_wav(const char *path)
{
	unsigned char header[HEADER];
	int16_t frame[2];
	size_t room = 1 << 16, at = 0;
	FILE *f = fopen(path, "rb");

	if (!f || fread(header, 1, HEADER, f) != HEADER)
		die(path);
	if (memcmp(header, "RIFF", 4) || header[22] != 2 || header[34] != 16)
		die(path);
	sound = malloc(room * sizeof(frame));
	place = malloc(room * sizeof(*place));
	while (fread(frame, sizeof(frame), 1, f) == 1) {
		at++;
		if (!frame[0] && !frame[1])
			continue;
		if (frames == room) {
			room *= 2;
			sound = realloc(sound, room * sizeof(frame));
			place = realloc(place, room * sizeof(*place));
		}
		if (!sound || !place)
			die("memory");
		memcpy(sound + frames * 2, frame, sizeof(frame));
		place[frames++] = at - 1;
	}
	fclose(f);
}

/* The recording, newly allocated. */
static int16_t *recording(unsigned int seed, size_t length)
{
	int16_t *out = malloc((length + 1) * 4);
	struct noise n;
	size_t i;

	if (!out)
		die("memory");
	noise_begin(&n, seed);
	for (i = 0; i < length * 2; i++)
		out[i] = noise_next(&n);
	return out;
}

/* Its first frame at or after `from`; `frames` if it is not found. */
static size_t find(const int16_t *want, size_t from)
{
	size_t i;

	for (i = from; i + PROBE <= frames; i++)
		if (!memcmp(sound + i * 2, want, PROBE * 4))
			return i;
	return frames;
}

/* Frames equal from there on. */
static size_t equal(const int16_t *want, size_t length, size_t from)
{
	size_t n = 0;

	while (n < length && from + n < frames && !memcmp(sound + (from + n) * 2, want + n * 2, 4))
		n++;
	return n;
}

static unsigned int gaps(size_t from, size_t length)
{
	unsigned int n = 0;
	size_t i;

	for (i = from + 1; i < from + length; i++)
		n += place[i] != place[i - 1] + 1;
	return n;
}

/* After a fault, search the next recording. Returns the end of this one. */
static size_t judge(unsigned int seed, size_t length, unsigned int allowed, const char *title,
		    size_t at)
{
	int16_t *want = recording(seed, length);
	size_t from = find(want, at), same = 0;
	unsigned int silent = 0;

	if (from < frames)
		same = equal(want, length, from);
	if (same == length)
		silent = gaps(from, length);
	tap_ok(from == at && same == length && silent <= allowed,
	       "%s: %zu frames arrive sample for sample", title, length);
	if (from == frames)
		printf("# %s: its beginning is not found after frame %zu of %s\n", title,
		       at < frames ? place[at] : 0, wav_path);
	else if (from != at)
		printf("# %s: %zu frames of no recording come before it, at frame %zu\n",
		       title, from - at, place[at]);
	if (from < frames && same < length)
		printf("# %s: first difference at its frame %zu, frame %zu of %s\n", title, same,
		       from + same < frames ? place[from + same] : place[frames - 1] + 1, wav_path);
	if (silent > allowed)
		printf("# %s: silent %u times inside, allowed %u\n", title, silent, allowed);
	free(want);
	return from == frames ? at : from + same;
}

/* Each recording, with some silence before it. */
static void make(unsigned int seed, size_t length)
{
	static const char silence[400];
	int16_t *want = recording(seed, length);

	fwrite(silence, sizeof(silence), 1, stdout);
	fwrite(want, 4, length, stdout);
	free(want);
}

static void make_header(void)
{
	unsigned char header[HEADER] = "RIFF";

	header[22] = 2;
	header[34] = 16;
	fwrite(header, sizeof(header), 1, stdout);
}

int main(int argc, char **argv)
{
	unsigned int seed, allowed, n = 0;
	int making = argc == 3 && !strcmp(argv[1], "--make");
	char title[200];
	size_t length, at = 0;
	FILE *list;

	if (argc != 3) {
		fprintf(stderr, "usage: wav_compare FILE.wav|--make LIST\n");
		return 2;
	}
	list = fopen(argv[2], "r");
	if (!list)
		die(argv[2]);
	if (making) {
		make_header();
	} else {
		wav_path = argv[1];
		read_wav(wav_path);
	}
	while (fscanf(list, "%u %zu %u %199[^\n]", &seed, &length, &allowed, title) == 4) {
		if (making)
			make(seed, length);
		else
			at = judge(seed, length, allowed, title, at);
		n++;
	}
	if (making)
		return 0;
	tap_ok(feof(list) && n, "the list of what was played is complete");
	fclose(list);
	tap_ok(at == frames, "nothing else was played (%zu frames)", frames - at);
	return tap_done();
}
