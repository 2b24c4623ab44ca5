// SPDX-License-Identifier: GPL-2.0-only
/*
 * delay_test.c - snd_pcm_delay() of our driver counts the FIFO of the hardware. Runs in the
 * guest as root, called by guest.sh. TAP on stdout.
 *
 *   delay_test CARD
 */
#include "node.h"
#include "playback.h"

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

int main(int argc, char **argv)
{
	static const short silence[2 * WRITTEN];
	int card = argc == 2 ? atoi(argv[1]) : -1, err;
	snd_pcm_sframes_t delay = -1;
	snd_pcm_t *pcm;
	long fifo = 0;

	err = fifo_frames(card, &fifo);
	TAP_CHECK(!err && fifo, "the hardware has a FIFO (%ld frames)", fifo);
	pcm = open_playback(card, SND_PCM_ACCESS_RW_INTERLEAVED, RATE, BYTES / FRAME / 2, 2);
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
