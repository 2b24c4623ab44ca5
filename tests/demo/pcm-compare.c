// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcm-compare.c - check that a raw recording contains a sound file, S16, sample for sample.
 * Called by report.sh.   pcm-compare FILE RECORDING.raw
 *
 * Prints "equal at N" (frame at which it begins), or "differs: ..." and the place. Exit
 * code 0 or 1; 2 if a file could not be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>

#define PROBE 64	/* samples that fix the alignment */

static short *read_all(const char *path, int raw_channels, sf_count_t *samples, int *channels)
{
	SF_INFO info = { 0 };
	SNDFILE *f;
	short *data;

	if (raw_channels) {
		info.format = SF_FORMAT_RAW | SF_FORMAT_PCM_16;
		info.channels = raw_channels;
		info.samplerate = 48000;
	}
	f = sf_open(path, SFM_READ, &info);
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, sf_strerror(NULL));
		exit(2);
	}
	*channels = info.channels;
	data = calloc((size_t)(info.frames * info.channels + 1), sizeof(*data));
	*samples = data ? sf_readf_short(f, data, info.frames) * info.channels : 0;
	sf_close(f);
	return data;
}

/* The first part of the file that is not silence. */
static sf_count_t first_sound(const short *want, sf_count_t n)
{
	sf_count_t i = 0;

	while (i < n && !want[i])
		i++;
	return i;
}

static sf_count_t align(const short *want, sf_count_t n, const short *have, sf_count_t m,
			int channels)
{
	sf_count_t probe = first_sound(want, n), at;

	for (at = 0; at + n <= m; at += channels)
		if (!memcmp(have + at + probe, want + probe, PROBE * sizeof(*want)))
			return at;
	return -1;
}

int main(int argc, char **argv)
{
	sf_count_t n, m, at, i, wrong = 0, first = -1;
	short *want, *have;
	int channels, same;

	if (argc != 3) {
		fprintf(stderr, "usage: pcm-compare FILE RECORDING.raw\n");
		return 2;
	}
	want = read_all(argv[1], 0, &n, &channels);
	have = read_all(argv[2], channels, &m, &same);
	if (first_sound(want, n) + PROBE > n) {
		fprintf(stderr, "%s: no sound in it\n", argv[1]);
		return 2;
	}
	at = align(want, n, have, m, channels);
	if (at < 0) {
		printf("differs: not found in %lld frames\n", (long long)(m / channels));
		return 1;
	}
	for (i = 0; i < n; i++) {
		if (want[i] == have[at + i])
			continue;
		if (!wrong++)
			first = i;
	}
	if (wrong)
		printf("differs: %lld of %lld samples, first at frame %lld\n", (long long)wrong,
		       (long long)n, (long long)(first / channels));
	else
		printf("equal at %lld\n", (long long)(at / channels));
	free(want);
	free(have);
	return wrong != 0;
}
