// SPDX-License-Identifier: GPL-2.0-only
/*
 * drain_test.c - hardware continues to read after the last frame of a drain until it is stopped:
 * the ring must contain silence there. Runs in the guest as root, called by guest.sh. TAP on stdout.
 *
 *   drain_test CARD
 */
#include <alsa/asoundlib.h>

#include "../guest/tap.h"

#define RATE 48000u
#define LOUD 0x5a

struct ending {
	const char *name;
	snd_pcm_uframes_t period;
	unsigned int periods;
	snd_pcm_sframes_t frames;	/* written before the drain */
};

/* Started by a full buffer or a drain only. */
static snd_pcm_t *open_pcm(int card, const struct ending *e)
{
	snd_pcm_uframes_t buffer = e->period * e->periods;
	snd_pcm_hw_params_t *p;
	snd_pcm_sw_params_t *sw;
	snd_pcm_t *pcm;
	char name[32];

	snprintf(name, sizeof(name), "hw:%d", card);
	if (snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, 0) < 0)
		return NULL;
	snd_pcm_hw_params_alloca(&p);
	snd_pcm_sw_params_alloca(&sw);
	snd_pcm_hw_params_any(pcm, p);
	if (snd_pcm_hw_params_set_access(pcm, p, SND_PCM_ACCESS_MMAP_INTERLEAVED) < 0 ||
	    snd_pcm_hw_params_set_format(pcm, p, SND_PCM_FORMAT_S16_LE) < 0 ||
	    snd_pcm_hw_params_set_channels(pcm, p, 2) < 0 ||
	    snd_pcm_hw_params_set_rate(pcm, p, RATE, 0) < 0 ||
	    snd_pcm_hw_params_set_period_size(pcm, p, e->period, 0) < 0 ||
	    snd_pcm_hw_params_set_buffer_size(pcm, p, buffer) < 0 ||
	    snd_pcm_hw_params(pcm, p) < 0 ||
	    snd_pcm_sw_params_current(pcm, sw) < 0 ||
	    snd_pcm_sw_params_set_start_threshold(pcm, sw, buffer) < 0 ||
	    snd_pcm_sw_params(pcm, sw) < 0) {
		snd_pcm_close(pcm);
		return NULL;
	}
	return pcm;
}

/* Current frame of the ring; before the start its first frame. */
static char *ring_of(snd_pcm_t *pcm)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, n = 1;

	snd_pcm_avail_update(pcm);
	return snd_pcm_mmap_begin(pcm, &areas, &offset, &n) < 0 ? NULL : areas[0].addr;
}

static snd_pcm_sframes_t fill(snd_pcm_t *pcm, char *ring, const struct ending *e)
{
	static short loud[2 * RATE];

	memset(loud, LOUD, sizeof(loud));
	memset(ring, LOUD, 4 * e->period * e->periods);
	return snd_pcm_mmap_writei(pcm, loud, (snd_pcm_uframes_t)e->frames);
}

static void check(int card, const struct ending *e)
{
	snd_pcm_uframes_t size = e->period * e->periods, end = (snd_pcm_uframes_t)e->frames % size, i;
	snd_pcm_uframes_t silent = 0;
	snd_pcm_t *pcm = open_pcm(card, e);
	char *ring = pcm ? ring_of(pcm) : NULL;
	int err = -1;

	if (ring && fill(pcm, ring, e) == e->frames)
		err = snd_pcm_drain(pcm);
	for (i = 0; ring && i < size; i++, silent++) {
		const char *at = ring + 4 * ((end + i) % size);

		if (at[0] || at[1] || at[2] || at[3])
			break;
	}
	TAP_CHECK(!err && silent >= e->period, "%s: silence follows the last frame (%lu frames, error %d)",
		  e->name, silent, err);
	if (pcm)
		snd_pcm_close(pcm);
}

int main(int argc, char **argv)
{
	static const struct ending endings[] = {
		{ "drain in the middle of a period", 480, 10, 5807 },
		{ "drain at the end of a period", 480, 10, 5760 },
		{ "drain of the whole ring", 480, 10, 4800 },
		{ "drain that starts the stream", 2400, 2, 1001 },
		{ "drain with one period a buffer", 4800, 1, 3001 },
	};
	size_t i;

	for (i = 0; argc == 2 && i < sizeof(endings) / sizeof(endings[0]); i++)
		check(atoi(argv[1]), &endings[i]);
	return tap_done();
}
