// SPDX-License-Identifier: GPL-2.0-only
/*
 * drain_test.c - hardware continues to read after the last frame of a drain until it is stopped:
 * the ring must contain silence there. Runs in the guest as root, called by guest.sh. TAP on stdout.
 *
 *   drain_test CARD
 */
#include "../guest/tap.h"
#include "playback.h"

#define RATE 48000u
#define LOUD 0x5a

struct ending {
	const char *name;
	snd_pcm_uframes_t period;
	unsigned int periods;
	snd_pcm_sframes_t frames;	/* written before the drain */
};

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
	snd_pcm_t *pcm = open_playback(card, SND_PCM_ACCESS_MMAP_INTERLEAVED, RATE, e->period, e->periods);
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
