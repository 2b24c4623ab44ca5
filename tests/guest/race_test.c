// SPDX-License-Identifier: GPL-2.0-only
/*
 * race_test.c - races of two threads that once failed, on two processors: mapping a
 * buffer whose allocation is about to fail, starting a PCM whose partner is being closed.
 * Runs in the guest with streams=2. TAP on stdout; a kernel log report is also a failure.
 */
#define _GNU_SOURCE
#include <pthread.h>

#include <alsa/asoundlib.h>

#include "abi.h"

#define BYTES 7680u
#define SECONDS 2.0
#define ROUNDS 10	/* at least */
#define MANY 1000	/* rounds after which both cases must have occurred */

static volatile int stop;

/* ---- a failing ALLOC_BUFFER ----------------------------------------------------------- */

static int loser;
static volatile unsigned long mapped;

static void *keep_mapping(void *unused)
{
	(void)unused;
	while (!stop) {
		void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, loser, 0);

		if (at == MAP_FAILED)
			continue;
		mapped++;
		munmap(at, 4096);
	}
	return NULL;
}

static void test_failing_alloc(void)
{
	int owner = ready_stream(0, 2, BYTES);
	double end = seconds() + SECONDS;
	unsigned long tries = 0, refused = 0;
	pthread_t thread;

	stop = 0;
	loser = new_stream(0, 0, 0);
	set_format(loser, 48000, WAVERT_FORMAT_S16, 2);
	pthread_create(&thread, NULL, keep_mapping, NULL);
	for (; goes_on(end, refused > ROUNDS); tries++)
		refused += alloc_buffer(loser, 2, 1 << 20) == EBUSY;
	stop = 1;
	pthread_join(thread, NULL);
	TAP_CHECK_IF(refused > ROUNDS, refused == tries && !mapped,
		     "a buffer whose allocation fails can never be mapped");
	close(loser);
	close(owner);
}

/* ---- free and map concurrently ----------------------------------------------------------- */

static volatile unsigned long touched;

static void *map_and_touch(void *unused)
{
	(void)unused;
	while (!stop) {
		volatile unsigned char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
						  loser, 0);

		if (at == MAP_FAILED)
			continue;
		at[0] = 1;
		at[4095] = 2;
		touched++;
		munmap((void *)at, 4096);
	}
	return NULL;
}

static void test_free_against_map(void)
{
	double end = seconds() + SECONDS;
	unsigned long tries = 0, freed = 0, busy = 0;
	pthread_t thread;

	stop = 0;
	loser = new_stream(0, 0, 0);
	set_format(loser, 48000, WAVERT_FORMAT_S16, 2);
	pthread_create(&thread, NULL, map_and_touch, NULL);
	for (; goes_on(end, freed > ROUNDS && touched + busy > ROUNDS); tries++) {
		int err;

		if (!alloc_buffer(loser, 2, BYTES))
			set_state(loser, WAVERT_STATE_RUN);
		err = free_buffer(loser);
		freed += !err;
		busy += err == EBUSY;
	}
	stop = 1;
	pthread_join(thread, NULL);
	TAP_CHECK_IF(freed > ROUNDS && touched + busy > ROUNDS,
		     tries < MANY || (freed && touched + busy),
		     "free and map concurrently: EBUSY or no buffer, never a freed page");
	close(loser);
}

/* ---- linked PCM streams: start one while the other is closed ---------------------------- */

static int set_up(snd_pcm_t **pcm, snd_pcm_stream_t direction)
{
	if (snd_pcm_open(pcm, "hw:0,0", direction, SND_PCM_NONBLOCK) < 0)
		return -1;
	if (snd_pcm_set_params(*pcm, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 2,
			       48000, 0, 10000) == 0)
		return 0;
	snd_pcm_close(*pcm);
	return -1;
}

static void *keep_starting(void *arg)
{
	snd_pcm_t *pcm = arg;
	short silence[480 * 2] = { 0 };

	while (!stop) {
		snd_pcm_prepare(pcm);
		snd_pcm_writei(pcm, silence, 480);
		snd_pcm_start(pcm);
		snd_pcm_drop(pcm);
	}
	return NULL;
}

static void test_linked_close(void)
{
	double end = seconds() + SECONDS;
	snd_pcm_t *play, *capt;
	pthread_t thread;
	bool failed = false;
	int rounds = 0;

	if (set_up(&play, SND_PCM_STREAM_PLAYBACK)) {
		tap_ok(0, "playback can be set up");
		return;
	}
	stop = 0;
	pthread_create(&thread, NULL, keep_starting, play);
	while (goes_on(end, rounds > ROUNDS)) {
		failed = set_up(&capt, SND_PCM_STREAM_CAPTURE) != 0;
		if (failed)
			break;
		snd_pcm_link(play, capt);
		snd_pcm_close(capt);
		rounds++;
	}
	stop = 1;
	pthread_join(thread, NULL);
	snd_pcm_close(play);
	TAP_CHECK_IF(rounds > ROUNDS, !failed, "a linked capture can be closed while playback is being started");
}

int main(void)
{
	setbuf(stdout, NULL);
	test_failing_alloc();
	test_free_against_map();
	test_linked_close();
	return tap_done();
}
