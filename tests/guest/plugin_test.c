// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ALSA plugin as programs use it: one descriptor and its poll results, data through the
 * simulator's loopback, pause, drain, xrun, mapped access, removal. Runs in a guest with
 * the plugin installed and snd-wavert-sim with streams=2 loopback=Y; plugin_test.sh calls it.
 *
 *   plugin_test            all checks, TAP
 *   plugin_test make N     N bytes of the pattern to stdout
 *   plugin_test find FILE N SILENCE
 *                          is FILE silence, N bytes of the pattern, silence?
 */
#include <alsa/asoundlib.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "plugin_bed.h"
#include "tap.h"

#define UNBIND	"/sys/bus/platform/drivers/snd-wavert-sim/unbind"

/* ---- waiting ---------------------------------------------------------------------- */

static void test_descriptor(void)
{
	snd_pcm_t *pcm = open_mode(SND_PCM_STREAM_PLAYBACK, 0, 0);
	int fd = fd_of(pcm);
	struct pollfd pfd;

	TAP_CHECK(snd_pcm_poll_descriptors_count(pcm) == 1 && fd >= 0, "There is one descriptor");
	snd_pcm_poll_descriptors(pcm, &pfd, 1);
	TAP_CHECK(pfd.events == POLLIN, "it is polled for reading");
	must(configure(pcm, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, PERIODS), "hw_params");
	TAP_CHECK(fd_of(pcm) == fd, "It is the same with parameters");
	TAP_CHECK(poll_for(pcm, 0) == POLLOUT, "poll of an empty buffer returns POLLOUT at once");
	TAP_CHECK(poll_for(pcm, 0) == POLLOUT, "poll returns it again");
	software(pcm, 1000000, PERIOD, 1);
	TAP_CHECK(fd_of(pcm) == fd && snd_pcm_poll_descriptors_count(pcm) == 1,
		  "It is the same with period events");
	software(pcm, 1000000, PERIOD, 0);
	fill(pcm);
	TAP_CHECK(poll_for(pcm, 0) == -1, "poll of a full buffer does not return POLLOUT");
	must(snd_pcm_drop(pcm), "drop");
	TAP_CHECK(poll_for(pcm, 0) == (POLLOUT | POLLERR),
		  "poll of a stopped PCM returns at once");
	must(snd_pcm_close(pcm), "close");
}

/* An event loop that requests the descriptor once. */
static void test_epoll(void)
{
	snd_pcm_t *pcm = playback();
	int fd = fd_of(pcm), loop = epoll_create1(0), wakes = 0, idle = 0, poor = 0;
	struct epoll_event event = { .events = EPOLLIN };
	unsigned short revents;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t began;

	must(epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
	fill(pcm);
	must(snd_pcm_start(pcm), "start");
	began = now_us();
	while (wakes < 50 && epoll_wait(loop, &event, 1, 1000) == 1) {
		wakes++;
		pfd.revents = (short)event.events;
		must(snd_pcm_poll_descriptors_revents(pcm, &pfd, 1, &revents), "revents");
		idle += revents != POLLOUT;
		poor += snd_pcm_avail_update(pcm) < PERIOD;
		must(play(pcm, PERIOD), "write");
	}
	began = now_us() - began;
	TAP_CHECK(wakes == 50 && began > 490000 && began < 520000,
		  "epoll wakes once a period: 50 times in %lld us", (long long)began);
	TAP_CHECK(!idle, "there is no wake-up without events");
	TAP_CHECK(!poor, "A period can be written each time");
	sleep_ms(25);
	TAP_CHECK(poll_for(pcm, 0) == POLLOUT && snd_pcm_avail_update(pcm) >= 2 * PERIOD,
		  "After two periods and a half a single wake-up stands for both");
	must(play(pcm, 2 * PERIOD), "write");
	TAP_CHECK(poll_for(pcm, 0) == -1, "after both are written poll times out");
	TAP_CHECK(poll_for(pcm, 1000) == POLLOUT, "until the next period has been played");
	close(loop);
	must(snd_pcm_close(pcm), "close");
}

/* A PCM that cannot have an xrun needs no wake-up for one. */
static void endless(snd_pcm_t *pcm)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary;

	snd_pcm_sw_params_alloca(&sw);
	must(snd_pcm_sw_params_current(pcm, sw), "current");
	must(snd_pcm_sw_params_get_boundary(sw, &boundary), "boundary");
	must(snd_pcm_sw_params_set_stop_threshold(pcm, sw, boundary), "stop threshold");
	must(snd_pcm_sw_params(pcm, sw), "sw_params");
}

static void test_avail_min(void)
{
	snd_pcm_t *pcm = playback();
	int64_t began;
	int n = 0;

	software(pcm, 2 * PERIOD, 3 * PERIOD, 0);
	must(play(pcm, 2 * PERIOD - 1), "write");
	TAP_CHECK(snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED,
		  "One frame below the start threshold the PCM does not run");
	must(play(pcm, 1), "write");
	TAP_CHECK(snd_pcm_state(pcm) == SND_PCM_STATE_RUNNING, "at the threshold it runs");
	must(snd_pcm_drop(pcm), "drop");
	must(snd_pcm_prepare(pcm), "prepare");
	fill(pcm);
	began = now_us();
	TAP_CHECK(snd_pcm_wait(pcm, 1000) == 1 && snd_pcm_avail_update(pcm) >= 3 * PERIOD &&
		  now_us() - began < 35000,
		  "snd_pcm_wait waits for avail_min, here three periods");
	must(snd_pcm_drop(pcm), "drop");

	software(pcm, 1, 1000 * BUFFER, 0);
	must(snd_pcm_prepare(pcm), "prepare");
	must(snd_pcm_nonblock(pcm, 1), "nonblock");
	fill(pcm);
	TAP_CHECK(poll_for(pcm, 25) == 0, "With an avail_min above the buffer poll does not return POLLOUT");
	must(snd_pcm_drop(pcm), "drop");
	endless(pcm);
	must(snd_pcm_prepare(pcm), "prepare");
	fill(pcm);
	TAP_CHECK(poll_for(pcm, 25) == -1, "if no xrun is possible there is no wake-up");
	must(snd_pcm_drop(pcm), "drop");
	software(pcm, 1, 1000 * BUFFER, 1);
	must(snd_pcm_prepare(pcm), "prepare");
	fill(pcm);
	while (n < 3 && poll_for(pcm, 15) == POLLOUT)
		n++;
	TAP_CHECK(n == 3, "with period events there is a wake-up at every period");
	must(snd_pcm_close(pcm), "close");
}

static void test_nonblock(void)
{
	snd_pcm_t *pcm = open_mode(SND_PCM_STREAM_PLAYBACK, 0, SND_PCM_NONBLOCK);
	snd_pcm_t *capture = open_mode(SND_PCM_STREAM_CAPTURE, 0, SND_PCM_NONBLOCK);
	static unsigned char buffer[BUFFER * FRAME];
	snd_pcm_sframes_t n;
	int err, tries = 20;

	must(configure(pcm, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, PERIODS), "hw_params");
	must(configure(capture, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, PERIODS), "hw_params");
	must(snd_pcm_start(capture), "start");
	do	/* a frame or two may be available already */
		n = snd_pcm_readi(capture, buffer, BUFFER);
	while (n > 0 && --tries);
	TAP_CHECK(n == -EAGAIN, "A read that would block returns EAGAIN");
	TAP_CHECK(poll_for(capture, 0) == -1 && poll_for(capture, 1000) == POLLIN &&
		  snd_pcm_readi(capture, buffer, BUFFER) >= PERIOD / 2,
		  "poll returns when there are frames to read");
	software(pcm, BUFFER, PERIOD, 0);
	fill(pcm);
	TAP_CHECK(play(pcm, PERIOD) == -EAGAIN, "A write that would block returns EAGAIN");
	err = snd_pcm_drain(pcm);
	TAP_CHECK(err == -EAGAIN, "drain returns EAGAIN");
	while (err == -EAGAIN && poll_for(pcm, 1000) >= 0)
		err = snd_pcm_drain(pcm);
	TAP_CHECK(!err && snd_pcm_state(pcm) == SND_PCM_STATE_SETUP, "which poll ends");
	must(snd_pcm_close(pcm), "close");
	must(snd_pcm_close(capture), "close");
}

/* ---- data ------------------------------------------------------------------------- */

/* Lengths that end within a packet, at its end, a frame after it; short ones. */
/* alsa-lib reads the time after start has returned: a little late. */
static int64_t trigger_us(snd_pcm_t *pcm)
{
	snd_pcm_status_t *status;
	snd_htimestamp_t t;

	snd_pcm_status_alloca(&status);
	must(snd_pcm_status(pcm, status), "status");
	snd_pcm_status_get_trigger_htstamp(status, &t);
	return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static void test_drain(void)
{
	static const snd_pcm_uframes_t length[] = {
		1, 100, PERIOD, PERIOD + 1, BUFFER - 1, BUFFER, 10 * PERIOD, 10 * PERIOD + 1,
		10 * PERIOD + 100, 11 * PERIOD - 1,
	};
	size_t i;

	for (i = 0; i < sizeof(length) / sizeof(*length); i++) {
		snd_pcm_t *capture = recorder(), *pcm = playback();
		/* an end in the first period is stopped at the point after it */
		int64_t limit = length[i] > PERIOD ? 2000 : 12000, late;

		software(pcm, 1, PERIOD, 0);
		written = 0;
		must(play(pcm, length[i]), "write");
		late = trigger_us(pcm) + (int64_t)length[i] * 1000000 / RATE;
		must(snd_pcm_drain(pcm), "drain");
		late = now_us() - late;
		TAP_CHECK(snd_pcm_state(pcm) == SND_PCM_STATE_SETUP && late > -500 && late < limit,
			  "Drain of %lu frames returns at their end (%ld us later)", length[i],
			  (long)late);
		sleep_ms(60);
		TAP_CHECK(recorded(capture, length[i] * FRAME),
			  "exactly these frames were played, then silence");
		must(snd_pcm_close(pcm), "close");
	}
}

/* The last packet is being played when drain is called, and old audio follows it. */
static void test_late_drain(void)
{
	snd_pcm_t *capture = recorder(), *pcm = playback();
	const snd_pcm_uframes_t length = 10 * PERIOD + 400;
	snd_pcm_sframes_t delay = 0;

	software(pcm, 1, PERIOD, 0);
	written = 0;
	must(play(pcm, length), "write");
	do
		sleep_ms(1);
	while (!snd_pcm_delay(pcm, &delay) && delay > 300);
	must(snd_pcm_drain(pcm), "drain");
	sleep_ms(60);
	TAP_CHECK(delay > 100 && recorded(capture, length * FRAME),
		  "Drain %ld frames before the end also plays exactly to the end", delay);
	must(snd_pcm_close(pcm), "close");
}

static void test_pause(void)
{
	snd_pcm_t *capture = recorder(), *pcm = playback();
	snd_pcm_sframes_t before, after, delay;
	size_t size, from = 0, gap, end;
	unsigned char *heard;

	fill(pcm);
	must(snd_pcm_start(pcm), "start");
	sleep_ms(13);
	must(snd_pcm_pause(pcm, 1), "pause");
	before = snd_pcm_avail(pcm);
	sleep_ms(100);
	after = snd_pcm_avail(pcm);
	TAP_CHECK(before == after && before > PERIOD && before < 2 * PERIOD,
		  "Paused after 13 ms the position stays at %ld", before);
	TAP_CHECK(!snd_pcm_delay(pcm, &delay) && delay == BUFFER - before,
		  "delay is the number of frames that were not played");
	must(snd_pcm_pause(pcm, 0), "resume");
	must(play(pcm, 2 * BUFFER), "write");
	must(snd_pcm_drain(pcm), "drain");
	must(snd_pcm_close(pcm), "close");
	sleep_ms(50);
	heard = record(capture, &size);
	while (from < size && !heard[from])
		from++;
	gap = from + (size_t)before * FRAME;
	for (end = gap; end < size && !heard[end];)
		end++;
	TAP_CHECK((end - gap) / FRAME > RATE / 10 - 100 && (end - gap) / FRAME < RATE / 10 + PERIOD,
		  "The gap is as long as the pause");
	memmove(heard + gap, heard + end, size - end);
	TAP_CHECK(is_played(heard, size - (end - gap), 3 * BUFFER * FRAME, 0),
		  "the pause loses and doubles no frame");
}

static void mmap_write(snd_pcm_t *pcm, snd_pcm_uframes_t frames)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, n;
	unsigned int ch, i;

	while (frames) {
		while (snd_pcm_avail_update(pcm) == 0)
			must(snd_pcm_wait(pcm, 1000), "wait");
		n = frames;
		must(snd_pcm_mmap_begin(pcm, &areas, &offset, &n), "mmap_begin");
		for (ch = 0; ch < 2; ch++)
			for (i = 0; i < n; i++)
				put_pattern((unsigned char *)areas[ch].addr + areas[ch].first / 8 +
					    (offset + i) * (areas[ch].step / 8),
					    (written + i) * FRAME + 2 * ch, 2);
		must(snd_pcm_mmap_commit(pcm, offset, n), "mmap_commit");
		written += n;
		frames -= n;
		if (snd_pcm_state(pcm) == SND_PCM_STATE_PREPARED && written >= BUFFER)
			must(snd_pcm_start(pcm), "start");
	}
}

static bool mmap_recorded(snd_pcm_t *pcm, size_t bytes)
{
	static unsigned char all[RATE * FRAME];
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, n, got = 0;
	unsigned int ch, i;

	while (got < 5 * BUFFER) {
		must(snd_pcm_wait(pcm, 1000), "wait");
		n = (snd_pcm_uframes_t)snd_pcm_avail_update(pcm);
		must(snd_pcm_mmap_begin(pcm, &areas, &offset, &n), "mmap_begin");
		for (ch = 0; ch < 2; ch++)
			for (i = 0; i < n; i++)
				memcpy(all + (got + i) * FRAME + 2 * ch,
				       (unsigned char *)areas[ch].addr + areas[ch].first / 8 +
				       (offset + i) * (areas[ch].step / 8), 2);
		must(snd_pcm_mmap_commit(pcm, offset, n), "mmap_commit");
		got += n;
	}
	return is_played(all, got * FRAME, bytes, 0);
}

static void *mmap_player(void *arg)
{
	snd_pcm_t *pcm = arg;

	written = 0;
	mmap_write(pcm, 3 * BUFFER + 77);
	must(snd_pcm_drain(pcm), "drain");
	return NULL;
}

static void test_mmap(snd_pcm_access_t access)
{
	snd_pcm_t *pcm = prepared(SND_PCM_STREAM_PLAYBACK, 0, access);
	snd_pcm_t *capture = prepared(SND_PCM_STREAM_CAPTURE, 0, access);
	pthread_t thread;

	must(snd_pcm_start(capture), "start");
	pthread_create(&thread, NULL, mmap_player, pcm);
	TAP_CHECK(mmap_recorded(capture, (3 * BUFFER + 77) * FRAME),
		  "%s: the recording is equal to the playback", snd_pcm_access_name(access));
	pthread_join(thread, NULL);
	must(snd_pcm_close(pcm), "close");
	must(snd_pcm_close(capture), "close");
}

static void test_rewind(void)
{
	snd_pcm_t *capture = recorder(), *pcm = playback();

	fill(pcm);
	TAP_CHECK(snd_pcm_rewind(pcm, 1000) == 1000, "A full buffer can be rewound");
	written -= 1000;
	must(play(pcm, 900), "write");
	must(snd_pcm_drain(pcm), "drain");
	must(snd_pcm_close(pcm), "close");
	sleep_ms(50);
	TAP_CHECK(recorded(capture, (BUFFER - 100) * FRAME), "the rewound frames are not played");
}

/* ---- xrun, reset ------------------------------------------------------------------ */

static void test_xrun(void)
{
	snd_pcm_t *pcm = playback(), *capture;
	static unsigned char buffer[BUFFER * FRAME];
	snd_pcm_sframes_t delay;

	fill(pcm);
	must(snd_pcm_start(pcm), "start");
	sleep_ms(100);
	TAP_CHECK(poll_for(pcm, 0) == (POLLOUT | POLLERR), "After an underrun poll returns POLLERR");
	TAP_CHECK(snd_pcm_state(pcm) == SND_PCM_STATE_XRUN, "the state is XRUN");
	TAP_CHECK(play(pcm, PERIOD) == -EPIPE && snd_pcm_avail_update(pcm) == -EPIPE &&
		  snd_pcm_delay(pcm, &delay) == -EPIPE && snd_pcm_wait(pcm, 1000) == -EPIPE,
		  "Write, avail_update, delay and wait return EPIPE");
	capture = recorder();
	TAP_CHECK(!snd_pcm_prepare(pcm), "prepare succeeds after the xrun");
	fill(pcm);
	must(snd_pcm_drain(pcm), "drain");
	sleep_ms(50);
	TAP_CHECK(recorded(capture, BUFFER * FRAME), "frames written after it are all played");
	must(snd_pcm_close(pcm), "close");

	capture = prepared(SND_PCM_STREAM_CAPTURE, 0, SND_PCM_ACCESS_RW_INTERLEAVED);
	must(snd_pcm_start(capture), "start");
	sleep_ms(100);
	TAP_CHECK(snd_pcm_readi(capture, buffer, PERIOD) == -EPIPE &&
		  snd_pcm_state(capture) == SND_PCM_STATE_XRUN, "An overrun is detected");
	TAP_CHECK(!snd_pcm_prepare(capture) &&
		  snd_pcm_readi(capture, buffer, BUFFER) == BUFFER, "capture can continue");
	must(snd_pcm_close(capture), "close");
}

static void test_reset(void)
{
	snd_pcm_t *pcm = playback();
	snd_pcm_t *capture = prepared(SND_PCM_STREAM_CAPTURE, 0, SND_PCM_ACCESS_RW_INTERLEAVED);
	static unsigned char buffer[BUFFER * FRAME];
	snd_pcm_sframes_t avail;

	fill(pcm);
	must(snd_pcm_start(capture), "start");
	must(snd_pcm_start(pcm), "start");
	sleep_ms(15);
	TAP_CHECK(snd_pcm_avail(capture) > PERIOD, "After 15 ms there are frames to read");
	must(snd_pcm_reset(capture), "reset");
	avail = snd_pcm_avail(capture);
	TAP_CHECK(avail >= 0 && avail < PERIOD / 2, "A reset discards them (%ld)", avail);
	avail = snd_pcm_readi(capture, buffer, PERIOD);
	TAP_CHECK(avail == PERIOD && buffer[0] && snd_pcm_state(capture) == SND_PCM_STATE_RUNNING,
		  "capture continues from there");
	must(snd_pcm_close(capture), "close");
	must(snd_pcm_drop(pcm), "drop");
	TAP_CHECK(play(pcm, 1) == -EBADFD, "A stopped PCM cannot be written");
	must(snd_pcm_prepare(pcm), "prepare");
	TAP_CHECK(snd_pcm_avail(pcm) == BUFFER, "After prepare the buffer is empty");
	fill(pcm);
	must(snd_pcm_start(pcm), "start");
	sleep_ms(15);
	must(snd_pcm_prepare(pcm), "prepare");
	fill(pcm);
	must(snd_pcm_start(pcm), "start");
	avail = snd_pcm_avail(pcm);
	TAP_CHECK(avail >= 0 && avail < PERIOD / 2, "After prepare of a running PCM it starts again (%ld)",
		  avail);
	must(snd_pcm_close(pcm), "close");
}

/* ---- parameters, descriptors, two streams ----------------------------------------- */

static int refused(const char *name)
{
	snd_pcm_t *pcm;
	int err = snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, 0);

	if (!err)
		snd_pcm_close(pcm);
	return err;
}

/* The configuration space, which has to be that of hw. */
static bool same_ranges(void)
{
	snd_pcm_hw_params_t *a, *b;
	snd_pcm_t *pcm = open_mode(SND_PCM_STREAM_PLAYBACK, 0, 0), *hw;
	unsigned int x, y;
	bool same = true;
	int dir, f;

	snd_pcm_hw_params_alloca(&a);
	snd_pcm_hw_params_alloca(&b);
	must(snd_pcm_open(&hw, "hw:WaveRT", SND_PCM_STREAM_PLAYBACK, 0), "hw");
	must(snd_pcm_hw_params_any(pcm, a), "any");
	must(snd_pcm_hw_params_any(hw, b), "any");
	for (f = 0; f <= SND_PCM_FORMAT_LAST; f++)
		same &= !snd_pcm_hw_params_test_format(pcm, a, f) ==
			!snd_pcm_hw_params_test_format(hw, b, f);
	same &= !snd_pcm_hw_params_get_rate_min(a, &x, &dir) &&
		!snd_pcm_hw_params_get_rate_min(b, &y, &dir) && x == y;
	same &= !snd_pcm_hw_params_get_rate_max(a, &x, &dir) &&
		!snd_pcm_hw_params_get_rate_max(b, &y, &dir) && x == y;
	same &= !snd_pcm_hw_params_get_channels_min(a, &x) &&
		!snd_pcm_hw_params_get_channels_min(b, &y) && x == y;
	same &= !snd_pcm_hw_params_get_channels_max(a, &x) &&
		!snd_pcm_hw_params_get_channels_max(b, &y) && x == y;
	snd_pcm_close(pcm);
	snd_pcm_close(hw);
	return same;
}

static void test_parameters(void)
{
	snd_pcm_t *a, *b, *c;
	int before, i;

	TAP_CHECK(same_ranges(), "Formats, rates and channels are those of hw");
	TAP_CHECK(refused("wavert:CARD=Nobody") == -ENODEV, "A missing card is refused");
	TAP_CHECK(refused("wavert:CARD=WaveRT,DEV=1") == -ENXIO, "a second device is refused");
	TAP_CHECK(refused("wavert:CARD=WaveRT,SUBDEV=2") == -ENXIO, "a third subdevice of two is refused");
	before = fds_open(true);
	a = open_mode(SND_PCM_STREAM_PLAYBACK, -1, 0);
	b = open_mode(SND_PCM_STREAM_PLAYBACK, -1, 0);
	c = open_mode(SND_PCM_STREAM_PLAYBACK, -1, 0);
	TAP_CHECK(configure(a, SND_PCM_ACCESS_RW_INTERLEAVED, 16, 4) < 0,
		  "A period below the minimum distance of two points is refused");
	channels = 8;
	TAP_CHECK(configure(a, SND_PCM_ACCESS_RW_INTERLEAVED, 16, 4) < 0,
		  "it is also refused with eight channels");
	channels = 2;
	TAP_CHECK(!configure(a, SND_PCM_ACCESS_RW_INTERLEAVED, 32, 2), "The minimum is 32 frames");
	must(snd_pcm_hw_free(a), "hw_free");
	TAP_CHECK(!configure(a, SND_PCM_ACCESS_RW_INTERLEAVED, 100, 7), "Seven times 100 frames");
	TAP_CHECK(!configure(b, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, 2),
		  "A second PCM gets the second subdevice");
	TAP_CHECK(configure(c, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, 2) == -EBUSY,
		  "A third PCM finds no free subdevice");
	TAP_CHECK(fds_open(false) == 0, "Every descriptor closes on exec");
	must(snd_pcm_close(a), "close");
	TAP_CHECK(!configure(c, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, 2), "after one is closed it succeeds");
	must(snd_pcm_close(b), "close");
	must(snd_pcm_close(c), "close");
	for (i = 0; i < 100; i++) {
		a = open_mode(i % 2 ? SND_PCM_STREAM_PLAYBACK : SND_PCM_STREAM_CAPTURE, 1, 0);
		must(configure(a, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, PERIODS), "hw_params");
		must(snd_pcm_close(a), "close");
	}
	TAP_CHECK(fds_open(true) == before && mappings() == 0, "After 100 times open and close nothing is left");
}

/* ---- removal ---------------------------------------------------------------------- */

static snd_pcm_t *blocked[2];
static long outcome[2];
static int64_t ended[2];

static void *write_for_ever(void *arg)
{
	do
		outcome[0] = play(blocked[0], PERIOD);
	while (outcome[0] >= 0);
	ended[0] = now_us();
	return arg;
}

static void *wait_for_ever(void *arg)
{
	do
		outcome[1] = snd_pcm_wait(blocked[1], -1);
	while (outcome[1] >= 0 && snd_pcm_avail_update(blocked[1]) >= 0);
	ended[1] = now_us();
	return arg;
}

static void test_removal(void)
{
	snd_pcm_t *pcm, *capture, *idle = open_mode(SND_PCM_STREAM_PLAYBACK, 1, 0);
	snd_pcm_t *set = prepared(SND_PCM_STREAM_PLAYBACK, 1, SND_PCM_ACCESS_RW_INTERLEAVED);
	static unsigned char buffer[BUFFER * FRAME];
	pthread_t thread[2];
	snd_pcm_sframes_t delay;
	int64_t began;
	int i, fd;

	pcm = playback();
	blocked[0] = pcm;
	software(pcm, BUFFER, PERIOD, 0);
	capture = prepared(SND_PCM_STREAM_CAPTURE, 1, SND_PCM_ACCESS_RW_INTERLEAVED);
	blocked[1] = capture;
	software(capture, 1, BUFFER, 0);
	written = 0;
	must(snd_pcm_start(capture), "start");
	pthread_create(&thread[0], NULL, write_for_ever, NULL);
	pthread_create(&thread[1], NULL, wait_for_ever, NULL);
	sleep_ms(25);
	began = now_us();
	fd = open(UNBIND, O_WRONLY);
	must(write(fd, "snd-wavert-sim.0", 16), "unbind");
	close(fd);
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	TAP_CHECK(outcome[0] == -ENODEV && ended[0] - began < 200000,
		  "Removal ends a write with ENODEV (%ld, %lld us)", outcome[0],
		  (long long)(ended[0] - began));
	TAP_CHECK(outcome[1] == -ENODEV && ended[1] - began < 200000,
		  "and a wait (%ld, %lld us)", outcome[1], (long long)(ended[1] - began));
	TAP_CHECK(snd_pcm_state(pcm) == SND_PCM_STATE_DISCONNECTED, "The state is DISCONNECTED");
	TAP_CHECK(poll_for(pcm, 1000) & POLLERR, "poll says POLLERR");
	TAP_CHECK(play(pcm, 1) == -ENODEV, "write says ENODEV");
	TAP_CHECK(snd_pcm_delay(pcm, &delay) == -ENODEV, "delay says ENODEV");
	TAP_CHECK(snd_pcm_start(pcm) == -ENODEV, "start says ENODEV");
	TAP_CHECK(snd_pcm_pause(pcm, 1) == -ENODEV, "pause says ENODEV");
	TAP_CHECK(snd_pcm_prepare(pcm) == -ENODEV, "prepare says ENODEV");
	TAP_CHECK(snd_pcm_drain(pcm) == -ENODEV, "drain says ENODEV");
	TAP_CHECK(snd_pcm_drop(pcm) == -ENODEV, "drop says ENODEV");
	TAP_CHECK(snd_pcm_wait(pcm, 1000) == -ENODEV, "wait says ENODEV");
	TAP_CHECK(snd_pcm_readi(capture, buffer, 1) == -ENODEV, "read says ENODEV");
	TAP_CHECK(configure(idle, SND_PCM_ACCESS_RW_INTERLEAVED, PERIOD, 2) == -ENODEV,
		  "A PCM that was open without parameters gets none");
	TAP_CHECK(snd_pcm_prepare(set) == -ENODEV && poll_for(set, 1000) & POLLERR,
		  "One that has only parameters cannot be prepared");
	TAP_CHECK(!snd_pcm_close(pcm) && !snd_pcm_close(capture) && !snd_pcm_close(idle) &&
		  !snd_pcm_close(set) &&
		  fds_open(true) + fds_open(false) == 0, "All can be closed, and no descriptor or mapping is left");
}

int main(int argc, char **argv)
{
	long i;

	if (argc == 3 && !strcmp(argv[1], "make")) {
		for (i = 0; i < atol(argv[2]); i++)
			putchar(pattern_at((uint64_t)i));
		return fflush(stdout) != 0;
	}
	if (argc == 5 && !strcmp(argv[1], "find"))
		return find_in(argv[2], (size_t)atol(argv[3]), (unsigned char)atoi(argv[4]));
	test_parameters();
	test_descriptor();
	test_epoll();
	test_avail_min();
	test_nonblock();
	test_drain();
	test_late_drain();
	test_pause();
	test_mmap(SND_PCM_ACCESS_MMAP_INTERLEAVED);
	test_mmap(SND_PCM_ACCESS_MMAP_NONINTERLEAVED);
	test_rewind();
	test_xrun();
	test_reset();
	test_removal();
	return tap_done();
}
