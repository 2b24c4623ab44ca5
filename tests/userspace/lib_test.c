// SPDX-License-Identifier: GPL-2.0-only
/*
 * lib_test.c - calls of the library that need a card: drain, and the list of cards. Called by
 * guest.sh, which loads the simulator first. Prints TAP.
 *
 *	lib_test drain
 *	lib_test cards		guest.sh tests the output of `hotplug`
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include <wavert.h>

#include "../guest/tap.h"

#define FRAME	4u

static struct wavert_device *device;

static struct wavert_stream *open_stream(unsigned int format, unsigned int frames, unsigned int n)
{
	struct wavert_stream *s = NULL;
	size_t bytes;
	int err = wavert_stream_open(&s, device, WAVERT_PLAYBACK, 0, 0);

	if (!err)
		err = wavert_stream_set_format(s, 48000, format, format == WAVERT_FORMAT_U8 ? 4 : 2);
	if (!err)
		err = wavert_stream_alloc(s, frames * FRAME, n, n > 2 ? WAVERT_ALLOC_ANY_COUNT : 0);
	if (err) {
		printf("# a stream: %s\n", wavert_strerror(err));
		wavert_stream_close(s);
		return NULL;
	}
	memset(wavert_stream_buffer(s, &bytes), 0x11, frames * FRAME);
	return s;
}

static struct wavert_snapshot page_of(const struct wavert_stream *s)
{
	struct wavert_snapshot now;

	wavert_stream_snapshot(s, &now);
	return now;
}

/* Waits until C has reached this number. */
static int run_until(struct wavert_stream *s, uint64_t packets)
{
	int err = wavert_stream_event(s);

	err = err < 0 ? err : wavert_stream_set_state(s, WAVERT_STATE_RUN);
	while (err >= 0 && page_of(s).packets < packets)
		err = wavert_stream_wait(s, -1, NULL);
	return err < 0 ? err : 0;
}

static void drain_before_run(void)
{
	struct wavert_stream *s = open_stream(WAVERT_FORMAT_S16, 4800, 2);
	struct wavert_presentation out = { 0 };
	int err;

	if (!s)
		return;
	TAP_CHECK(wavert_stream_drain(s, 1000 * FRAME + 3, -1) == WAVERT_DRAINED,
		  "A sound that is shorter than the buffer is drained without a start");
	err = wavert_stream_presentation(s, &out);
	TAP_CHECK(!err && out.frames == 1000 && page_of(s).linear == 1000 * FRAME,
		  "it is exact to the frame: %llu have left the device", (unsigned long long)out.frames);
	TAP_CHECK(page_of(s).state == WAVERT_STATE_PAUSE, "then the stream is in PAUSE");
	TAP_CHECK(page_of(s).repeats == 0 && page_of(s).late == 0, "without a glitch");
	TAP_CHECK(wavert_stream_drain(s, 1000 * FRAME, -1) == WAVERT_DRAINED,
		  "A second drain to the same end succeeds");
	TAP_CHECK(wavert_stream_drain(s, 1001 * FRAME, -1) == -EBADFD,
		  "a drain to another end fails");
	wavert_stream_close(s);
}

static void drain_in_steps(void)
{
	struct wavert_stream *s = open_stream(WAVERT_FORMAT_S16, 48000, 4);
	int err;

	if (!s)
		return;
	err = run_until(s, 1);
	TAP_CHECK(!err && wavert_stream_drain(s, 48001 * FRAME, 0) == WAVERT_DRAINING,
		  "With a limit of 0 the end is announced");
	do
		err = wavert_stream_drain(s, 48001 * FRAME, 20);
	while (err == WAVERT_DRAINING);
	TAP_CHECK(err == WAVERT_DRAINED, "further calls wait for it");
	TAP_CHECK(page_of(s).linear == 48001 * FRAME, "it is exact to the frame");
	TAP_CHECK(page_of(s).underruns == 0 && page_of(s).late == 0, "without a glitch");
	wavert_stream_close(s);
}

/* The byte at this frame of the stream. */
static unsigned char byte_of(const struct wavert_stream *s, uint64_t frame)
{
	size_t bytes;
	const unsigned char *buffer = wavert_stream_buffer(s, &bytes);

	return buffer[frame * FRAME % bytes];
}

static void drain_past_the_end(void)
{
	struct wavert_stream *s = open_stream(WAVERT_FORMAT_U8, 48000, 2);
	uint64_t linear;

	if (!s)
		return;
	TAP_CHECK(!run_until(s, 1) &&
		  wavert_stream_drain(s, 47000 * FRAME, -1) == WAVERT_DRAINED_PAST_END,
		  "If the last packet is being played already, silence follows");
	linear = page_of(s).linear;
	TAP_CHECK(linear >= 47000 * FRAME, "after all has been played: %llu", (unsigned long long)linear);
	TAP_CHECK(byte_of(s, 46999) == 0x11 && byte_of(s, 47000) == 0x80,
		  "from the first frame after the end, as 0x80 in the format U8");
	TAP_CHECK(page_of(s).late == 0, "no call was late");
	wavert_stream_close(s);

	s = open_stream(WAVERT_FORMAT_S16, 4800, 0);
	if (!s)
		return;
	TAP_CHECK(wavert_stream_drain(s, 4000 * FRAME, -1) == WAVERT_DRAINED_PAST_END,
		  "Without notifications silence also follows");
	linear = page_of(s).linear;
	TAP_CHECK(linear >= 4000 * FRAME && byte_of(s, 4000) == 0 && byte_of(s, 3999) == 0x11,
		  "after all has been played: %llu", (unsigned long long)linear);
	wavert_stream_close(s);
}

static void on_alarm(int number)
{
	(void)number;
}

static void drain_errors(void)
{
	const struct itimerval soon = { .it_interval.tv_usec = 50000, .it_value.tv_usec = 50000 };
	struct wavert_stream *s = open_stream(WAVERT_FORMAT_S16, 48000, 2);

	if (!s)
		return;
	TAP_CHECK(wavert_stream_drain(s, 48001 * FRAME, -1) == -EOVERFLOW,
		  "More than the buffer cannot have been written");
	TAP_CHECK(page_of(s).state == WAVERT_STATE_STOP, "the stream is not started");
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &soon, NULL);
	TAP_CHECK(wavert_stream_drain(s, 48000 * FRAME, -1) == -EINTR, "A signal ends the wait");
	signal(SIGALRM, SIG_IGN);
	TAP_CHECK(page_of(s).state == WAVERT_STATE_RUN, "not the sound");
	wavert_stream_close(s);

	s = open_stream(WAVERT_FORMAT_S16, 4800, 0);
	if (!s)
		return;
	TAP_CHECK(wavert_stream_drain(s, 4801 * FRAME, -1) == -EOVERFLOW &&
		  page_of(s).state == WAVERT_STATE_STOP, "nor without notifications");
	wavert_stream_close(s);
	s = NULL;
	TAP_CHECK(!wavert_stream_open(&s, device, WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE) &&
		  wavert_stream_drain(s, 4, -1) == -EBADRQC, "An observer cannot drain");
	wavert_stream_close(s);
}

static void cards(void)
{
	struct wavert_devices *devices = NULL;
	struct pollfd p = { .events = POLLIN };
	const char *name = "";

	if (wavert_devices_open(&devices))
		return;
	TAP_CHECK(wavert_device_next(devices, 0, &name) == WAVERT_DEVICE_ADDED && !strcmp(name, "0"),
		  "The first call reports the existing card: %s", name);
	TAP_CHECK(wavert_device_next(devices, 0, &name) == 0, "the next call reports no change");
	TAP_CHECK(wavert_device_next(devices, 30, &name) == 0, "nor within 30 ms");
	p.fd = wavert_devices_fd(devices);
	TAP_CHECK(poll(&p, 1, 0) == 0, "the descriptor is not readable");
	wavert_devices_close(devices);
	wavert_devices_close(NULL);
}

int main(int argc, char **argv)
{
	int err = wavert_open(&device, "0");

	if (err || argc != 2) {
		printf("not ok 1 - card 0: %s\n1..1\n", wavert_strerror(err));
		return 1;
	}
	if (!strcmp(argv[1], "drain")) {
		drain_before_run();
		drain_in_steps();
		drain_past_the_end();
		drain_errors();
	} else {
		cards();
	}
	wavert_close(device);
	return tap_done();
}
