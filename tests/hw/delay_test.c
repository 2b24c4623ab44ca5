// SPDX-License-Identifier: GPL-2.0-only
/*
 * delay_test.c - snd_pcm_delay() of our driver counts the FIFO of the hardware. Runs in the
 * guest as root, called by guest.sh. TAP on stdout.
 *
 *   delay_test CARD
 */
#include <alsa/asoundlib.h>

#include "node.h"

#define RATE 48000u
#define BYTES 30720u
#define FRAME 4u
#define WRITTEN 480

/* The latency that a WaveRT client gets with the same buffer; 0 or errno. */
static int fifo_frames(int card, long *frames)
{
	struct wavert_latency latency = { 0 };
	struct wavert_buffer b;
	int fd = card_ready(card, WAVERT_PLAYBACK, RATE, 2, BYTES, &b), err;

	if (fd < 0)
		return -fd;
	err = call(fd, WAVERT_IOC_GET_LATENCY, &latency);
	close(fd);
	*frames = latency.fifo_bytes / FRAME;
	return err;
}

/* Started by snd_pcm_start() or a full buffer only; by default the first frame starts it. */
static snd_pcm_t *open_pcm(int card)
{
	snd_pcm_uframes_t buffer = BYTES / FRAME, period = BYTES / FRAME / 2;
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
	if (snd_pcm_hw_params_set_access(pcm, p, SND_PCM_ACCESS_RW_INTERLEAVED) < 0 ||
	    snd_pcm_hw_params_set_format(pcm, p, SND_PCM_FORMAT_S16_LE) < 0 ||
	    snd_pcm_hw_params_set_channels(pcm, p, 2) < 0 ||
	    snd_pcm_hw_params_set_rate(pcm, p, RATE, 0) < 0 ||
	    snd_pcm_hw_params_set_period_size(pcm, p, period, 0) < 0 ||
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

int main(int argc, char **argv)
{
	static const short silence[2 * WRITTEN];
	int card = argc == 2 ? atoi(argv[1]) : -1, err;
	snd_pcm_sframes_t delay = -1;
	snd_pcm_t *pcm;
	long fifo = 0;

	err = fifo_frames(card, &fifo);
	TAP_CHECK(!err && fifo, "the hardware has a FIFO (%ld frames)", fifo);
	pcm = open_pcm(card);
	/* prepared, not started: nothing moves */
	if (pcm && snd_pcm_writei(pcm, silence, WRITTEN) == WRITTEN && snd_pcm_delay(pcm, &delay) < 0)
		delay = -1;
	TAP_CHECK(pcm && snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED,
		  "written frames are not played before the start");
	TAP_CHECK(delay == WRITTEN + fifo, "snd_pcm_delay() counts it: %ld of %d frames written",
		  (long)delay, WRITTEN);
	if (pcm)
		snd_pcm_close(pcm);
	return tap_done();
}
