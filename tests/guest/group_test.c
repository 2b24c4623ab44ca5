// SPDX-License-Identifier: GPL-2.0-only
/*
 * group_test.c - several streams of a card start and stop at once: WAVERT_IOC_SET_STATES and
 * linked PCM substreams (EXT-11..14). Runs in the guest with streams=4, real time and two
 * processors. TAP on stdout.
 */
#define _GNU_SOURCE
#include <alsa/asoundlib.h>

#include "abi.h"

#define RATE 48000
#define PERIOD 480u
#define BYTES (4 * PERIOD * 4)
#define PAIRS 4u
#define STREAMS (2 * PAIRS)

static int filter;

static int set_states(const int *fds, unsigned int n, unsigned int state, unsigned int *spread)
{
	struct wavert_states arg = { .fds = (uintptr_t)fds, .count = n, .state = state, .spread_ns = ~0u };
	int err = call(filter, WAVERT_IOC_SET_STATES, &arg);

	if (spread)
		*spread = arg.spread_ns;
	return err;
}

static void open_streams(int *fds, const struct wavert_page **pages, bool notify)
{
	struct wavert_new_stream n = { 0 };
	struct wavert_buffer out;
	unsigned int i;

	for (i = 0; i < STREAMS; i++) {
		n.pin = i % PAIRS;
		n.direction = i / PAIRS;
		if (call(filter, WAVERT_IOC_NEW_STREAM, &n)) {
			fds[i] = -1;
			continue;
		}
		fds[i] = n.fd;
		pages[i] = map_page(n.fd);
		set_format(n.fd, RATE, WAVERT_FORMAT_S16, 2);
		alloc_full(n.fd, notify ? WAVERT_ALLOC_NOTIFICATION | WAVERT_ALLOC_ANY_COUNT : 0,
			   notify ? 4 : 0, BYTES, &out);
	}
}

static void close_streams(const int *fds, const struct wavert_page **pages)
{
	unsigned int i;

	for (i = 0; i < STREAMS; i++) {
		munmap((void *)pages[i], 4096);
		close(fds[i]);
	}
}

static bool all_in(const struct wavert_page **pages, unsigned int state)
{
	unsigned int i;

	for (i = 0; i < STREAMS; i++)
		if (pages[i]->state != state)
			return false;
	return true;
}

/*
 * When the streams began, by their positions: each is the time of its position less what has
 * been played, exact to a frame. True: all at once.
 */
static bool began_at_once(const int *fds)
{
	uint64_t began, first = ~0ull, last = 0;
	struct wavert_position p;
	unsigned int i;

	for (i = 0; i < STREAMS; i++) {
		if (get_position(fds[i], &p) || !p.linear)
			return false;
		began = p.ns - p.linear / 4 * 1000000000 / RATE;
		first = began < first ? began : first;
		last = began > last ? began : last;
	}
	return last - first <= 1000000000 / RATE + 1;
}

/* ---- WaveRT ----------------------------------------------------------------------------- */

static void test_together(void)
{
	const struct wavert_page *pages[STREAMS];
	int fds[STREAMS], events[STREAMS], wrong = 0;
	unsigned int spread = 1, i, round;

	open_streams(fds, pages, true);
	for (i = 0; i < STREAMS; i++) {
		events[i] = new_event();
		wrong += register_event(fds[i], events[i]) != 0;
	}
	for (round = 0; round < 20; round++) {
		wrong += set_states(fds, STREAMS, WAVERT_STATE_RUN, &spread) || spread;
		wrong += !all_in(pages, WAVERT_STATE_RUN);
		usleep(15000 + 700 * round);
		wrong += !began_at_once(fds);
		wrong += set_states(fds, STREAMS, WAVERT_STATE_PAUSE, NULL) || !all_in(pages, WAVERT_STATE_PAUSE);
		for (i = 0; i < STREAMS; i++)
			wrong += !pages[i]->packets || counted(events[i]) != pages[i]->packets;
		wrong += set_states(fds, STREAMS, WAVERT_STATE_STOP, NULL) || !all_in(pages, WAVERT_STATE_STOP);
	}
	TAP_CHECK(!wrong, "eight streams begin at once, 20 times, and are signalled for all points up to the stop (EXT-11, EXT-13)");
	for (i = 0; i < STREAMS; i++)
		close(events[i]);
	close_streams(fds, pages);
}

static void test_wrong(void)
{
	const struct wavert_page *pages[STREAMS];
	struct wavert_states arg = { .count = 1, .state = WAVERT_STATE_RUN };
	int fds[STREAMS], twice[2], event = new_event(), observer;

	open_streams(fds, pages, false);
	twice[0] = twice[1] = fds[0];
	TAP_CHECK(set_states(fds, 0, WAVERT_STATE_RUN, NULL) == EINVAL &&
		  set_states(fds, WAVERT_GROUP_MAX + 1, WAVERT_STATE_RUN, NULL) == EINVAL &&
		  set_states(fds, ~0u, WAVERT_STATE_RUN, NULL) == EINVAL, "0, 33 and 2^32 - 1 streams give EINVAL (EXT-12)");
	TAP_CHECK(set_states(twice, 2, WAVERT_STATE_RUN, NULL) == EINVAL, "a stream twice gives EINVAL (EXT-12)");
	TAP_CHECK(set_states(fds, 2, 4, NULL) == EINVAL, "a state above RUN gives EINVAL (EXT-12)");
	TAP_CHECK(call(filter, WAVERT_IOC_SET_STATES, &arg) == EFAULT, "a bad address gives EFAULT (EXT-12)");
	arg.fds = (uintptr_t)fds;
	arg.reserved = 1;
	TAP_CHECK(call(filter, WAVERT_IOC_SET_STATES, &arg) == EINVAL, "a reserved word gives EINVAL (EXT-12)");
	arg.reserved = 0;
	TAP_CHECK(call(fds[0], WAVERT_IOC_SET_STATES, &arg) == ENOTTY, "the call is one of the filter, not of a stream");
	twice[1] = -1;
	TAP_CHECK(set_states(twice, 2, WAVERT_STATE_RUN, NULL) == EBADF, "a closed descriptor gives EBADF (EXT-12)");
	twice[1] = event;
	TAP_CHECK(set_states(twice, 2, WAVERT_STATE_RUN, NULL) == EMEDIUMTYPE, "another file gives EMEDIUMTYPE (EXT-12)");
	twice[1] = filter;
	TAP_CHECK(set_states(twice, 2, WAVERT_STATE_RUN, NULL) == EMEDIUMTYPE, "so does the filter itself (EXT-12)");
	twice[1] = observer = new_stream(WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE);
	TAP_CHECK(set_states(twice, 2, WAVERT_STATE_RUN, NULL) == EBADRQC, "an observer gives EBADRQC (EXT-12)");
	close(observer);
	TAP_CHECK(all_in(pages, WAVERT_STATE_STOP), "none of these has changed a stream (EXT-12)");
	set_state(fds[3], WAVERT_STATE_RUN);
	TAP_CHECK(set_states(fds, STREAMS, WAVERT_STATE_RUN, NULL) == EBADFD && pages[0]->state == WAVERT_STATE_STOP,
		  "one that runs already gives EBADFD, and no other starts (EXT-12)");
	set_state(fds[3], WAVERT_STATE_STOP);
	free_buffer(fds[7]);
	TAP_CHECK(set_states(fds, STREAMS, WAVERT_STATE_RUN, NULL) == EBADRQC && pages[0]->state == WAVERT_STATE_STOP,
		  "one without a buffer gives EBADRQC, and no other starts (EXT-12)");
	close(event);
	close_streams(fds, pages);
}

/* ---- ALSA ------------------------------------------------------------------------------- */

static snd_pcm_t *open_pcm(unsigned int subdevice, snd_pcm_stream_t direction)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_t *pcm;
	char name[32];

	snprintf(name, sizeof(name), "hw:0,0,%u", subdevice);
	if (snd_pcm_open(&pcm, name, direction, 0) < 0)
		return NULL;
	snd_pcm_sw_params_alloca(&sw);
	if (snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 2, RATE, 0, 40000) < 0 ||
	    snd_pcm_sw_params_current(pcm, sw) < 0 || snd_pcm_sw_params_set_start_threshold(pcm, sw, 1 << 30) < 0 ||
	    snd_pcm_sw_params(pcm, sw) < 0) {
		snd_pcm_close(pcm);
		return NULL;
	}
	return pcm;
}

static void test_linked(void)
{
	snd_pcm_t *pcm[STREAMS];
	static short silence[2 * 2048];
	int watch[STREAMS], wrong = 0;
	unsigned int i, round;

	for (i = 0; i < STREAMS; i++) {
		pcm[i] = open_pcm(i % PAIRS, i < PAIRS ? SND_PCM_STREAM_PLAYBACK : SND_PCM_STREAM_CAPTURE);
		watch[i] = new_stream(i / PAIRS, i % PAIRS, WAVERT_STREAM_OBSERVE);
		if (i)
			wrong += snd_pcm_link(pcm[0], pcm[i]) < 0;
	}
	for (round = 0; round < 20; round++) {
		wrong += snd_pcm_prepare(pcm[0]) < 0;	/* and the others */
		for (i = 0; i < PAIRS; i++)
			wrong += snd_pcm_writei(pcm[i], silence, 1900) != 1900;
		wrong += snd_pcm_start(pcm[0]) < 0;
		usleep(10000);
		wrong += !began_at_once(watch);
		wrong += snd_pcm_drop(pcm[0]) < 0;
		for (i = 0; i < STREAMS; i++)
			wrong += snd_pcm_state(pcm[i]) != SND_PCM_STATE_SETUP;
	}
	TAP_CHECK(!wrong, "eight linked PCM substreams begin at once, 20 times, and stop (EXT-14)");
	for (i = 0; i < STREAMS; i++) {
		close(watch[i]);
		snd_pcm_close(pcm[i]);
	}
}

int main(void)
{
	filter = open_filter();
	test_together();
	test_wrong();
	test_linked();
	close(filter);
	return tap_done();
}
