// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of the ALSA plugin's copy: writes a PCM period by period and prints, for a list of
 * lengths, the cost of one commit of mapped access and of one writei. Under --icount --shift 0 an
 * instruction takes a nanosecond of guest time, so the clock counts instructions; on
 * hardware it counts nanoseconds. The minimum of many rounds is taken: it contains no interrupt.
 *
 *   plugin_cost PCM...     for example hw:WaveRT wavert:WaveRT
 */
#include <alsa/asoundlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS	40
#define LARGEST	4096
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const snd_pcm_uframes_t length[] = { 64, 1024, LARGEST };

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "plugin_cost: %s: %s\n", what, snd_strerror((int)err));
	exit(1);
}

/* S16 stereo, 48000 Hz, a buffer larger than the data. */
static snd_pcm_t *open_pcm(const char *name, snd_pcm_access_t access)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_t *pcm;

	snd_pcm_hw_params_alloca(&hw);
	must(snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, 0), name);
	must(snd_pcm_hw_params_any(pcm, hw), "any");
	must(snd_pcm_hw_params_set_access(pcm, hw, access), "access");
	must(snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE), "format");
	must(snd_pcm_hw_params_set_channels(pcm, hw, 2), "channels");
	must(snd_pcm_hw_params_set_rate(pcm, hw, 48000, 0), "rate");
	must(snd_pcm_hw_params_set_period_size(pcm, hw, 4 * LARGEST, 0), "period");
	must(snd_pcm_hw_params_set_periods(pcm, hw, 4, 0), "periods");
	must(snd_pcm_hw_params(pcm, hw), "hw_params");
	return pcm;
}

/* One round: the calls of a program that renders into the buffer, without the rendering. */
static int64_t mapped(snd_pcm_t *pcm, snd_pcm_uframes_t frames)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, n = frames;
	int64_t began = now_ns();

	must(snd_pcm_avail_update(pcm), "avail_update");
	must(snd_pcm_mmap_begin(pcm, &areas, &offset, &n), "mmap_begin");
	must(snd_pcm_mmap_commit(pcm, offset, n), "mmap_commit");
	began = now_ns() - began;
	if (n != frames)
		must(-EIO, "a piece of the buffer");
	return began;
}

static int64_t copied(snd_pcm_t *pcm, snd_pcm_uframes_t frames)
{
	static int16_t samples[2 * LARGEST];
	int64_t began = now_ns();

	must(snd_pcm_writei(pcm, samples, frames), "writei");
	return now_ns() - began;
}

static void measure(const char *name, const char *what, snd_pcm_access_t access,
		    int64_t (*turn)(snd_pcm_t *pcm, snd_pcm_uframes_t frames))
{
	snd_pcm_t *pcm = open_pcm(name, access);
	int64_t least[ARRAY_SIZE(length)], cost;
	size_t i, round;

	for (i = 0; i < ARRAY_SIZE(length); i++) {
		least[i] = INT64_MAX;
		for (round = 0; round < ROUNDS; round++) {
			if (round % 2 == 0) {	/* with an empty buffer, running */
				must(snd_pcm_drop(pcm), "drop");
				must(snd_pcm_prepare(pcm), "prepare");
				turn(pcm, LARGEST);
				turn(pcm, LARGEST);
				if (snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED)
					must(snd_pcm_start(pcm), "start");
			}
			cost = turn(pcm, length[i]);
			if (cost < least[i])
				least[i] = cost;
		}
	}
	snd_pcm_close(pcm);
	printf("%s %s:", name, what);
	for (i = 0; i < ARRAY_SIZE(length); i++)
		printf(" %lu frames %lld", length[i], (long long)least[i]);
	printf("; a frame more %.3f\n",
	       (double)(least[2] - least[1]) / (double)(length[2] - length[1]));
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		measure(argv[i], "mapped", SND_PCM_ACCESS_MMAP_INTERLEAVED, mapped);
		measure(argv[i], "writei", SND_PCM_ACCESS_RW_INTERLEAVED, copied);
	}
	return 0;
}
