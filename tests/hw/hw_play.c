// SPDX-License-Identifier: GPL-2.0-only
/*
 * hw_play.c - plays the recording of a seed on real (emulated) hardware, S16 stereo, with
 * pauses, through ALSA or WaveRT, and counts notifications. Runs in the guest, called by
 * guest.sh; wav_compare checks the output on the host. TAP on stdout.
 *
 *   hw_play [-w] [-c CARD] [-r RATE] [-n N] [-b FRAMES] [-s SEED] [-l FRAMES]
 *           [-p FRAME[,FRAME...]] [-S TIMES] [-m] [-i] [-k SEGMENTS] [-a NODE] -t TITLE
 *
 *   -w   WaveRT instead of ALSA        -n   notifications a buffer
 *   -p   pause there                   -S   number of suspends during playback
 *   -m   points may be merged into one ALSA wake-up: time is not exact, or the driver is
 *        not ours
 *   -i   time is not exact: an underrun is not a failure
 *   -k   the buffer has at least so many segments
 *   -a   own the pin of another driver's PCM with this node
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../guest/tap.h"
#include "hw_play.h"
#include "noise.h"

#define CHUNK 512u		/* frames written at once */

static struct job job = {
	.rate = 48000, .count = 2, .buffer = 7680, .seed = 1, .length = 24000,
};
static const struct model *model = &alsa_model;
static const char *title = "playback";
static unsigned int want_suspended, want_segments;
static int merged, inexact;
static struct noise noise;	/* position in the recording */

/* Fills the free part of the buffer: the recording, and silence after it. */
static int fill(uint64_t position)
{
	int16_t chunk[CHUNK * 2];
	unsigned int i, n;
	int err;

	while (job.written < position + job.buffer) {
		n = (unsigned int)(position + job.buffer - job.written);
		if (n > CHUNK)
			n = CHUNK;
		if (job.written < job.length && n > job.length - job.written)
			n = (unsigned int)(job.length - job.written);
		for (i = 0; i < n * 2; i++)
			chunk[i] = job.written < job.length ? noise_next(&noise) : 0;
		err = model->write(&job, chunk, n);
		if (err < 0)
			return err;
		job.written += n;
	}
	return 0;
}

/* In a pause the position does not change and there are no notifications. */
static int pause_a_while(void)
{
	uint64_t notified;
	int64_t there;
	int err = model->pause(&job, 1);

	if (err < 0)
		return err;
	there = model->position(&job);
	printf("# %s: paused at frame %lld\n", title, (long long)there);
	notified = model->notified(&job);
	nanosleep(&(struct timespec){ .tv_nsec = 70000000 }, NULL);
	if (there < 0 || model->position(&job) != there) {
		printf("# moved while paused\n");
		return -EIO;
	}
	if (model->notified(&job) != notified) {
		printf("# notified while paused\n");
		return -EIO;
	}
	return model->pause(&job, 0);
}

/*
 * Runs until the recording and a tenth of a second of silence have passed, then to the
 * middle between two points, where the number of points is unambiguous.
 */
static int run(void)
{
	unsigned int next = 0, point = job.buffer / job.count, nap = 4;
	uint64_t end = job.length + job.rate / 10;
	int64_t at = 0;
	int err;

	for (;;) {
		at = model->position(&job);
		if (at < 0)
			return (int)at;
		err = fill((uint64_t)at);
		if (err < 0)
			return err;
		if (next < job.npauses && at >= job.pauses[next]) {
			next++;
			err = pause_a_while();
			if (err < 0)
				return err;
		}
		if ((uint64_t)at >= end && at % point >= point / 4 && at % point < point * 3 / 4)
			break;
		nap = (uint64_t)at >= end ? 1 : 4;
		model->notified(&job);
		model->wait(&job, (int)nap);
	}
	return next == job.npauses ? 0 : -ENODATA;
}

static void check_points(void)
{
	uint64_t points, notified;
	int64_t at;
	int err = model->halt(&job);	/* reads the position: no point is left */

	at = model->position(&job);
	notified = model->notified(&job);
	if (err < 0 || at < 0) {
		tap_ok(0, "%s: stops (%s)", title, strerror(err < 0 ? -err : (int)-at));
		return;
	}
	points = (uint64_t)at / (job.buffer / job.count);
	printf("# %s: %lld frames, %llu points, %llu notifications\n", title, (long long)at,
	       (unsigned long long)points, (unsigned long long)notified);
	if (merged && model == &alsa_model)
		TAP_CHECK(notified && points, "%s: ALSA is woken", title);
	else
		TAP_CHECK(notified == points && points, "%s: there is a notification for every passed point",
			  title);
}

/* Our drivers only. */
static unsigned int count_segments(void)
{
	char path[48], line[256];
	unsigned int n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", job.card);
	f = fopen(path, "r");
	while (f && !n && fgets(line, sizeof(line), f))
		if (strstr(line, "segments "))
			n = (unsigned int)strtoul(strstr(line, "segments ") + 9, NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static void check_segments(void)
{
	unsigned int n = count_segments();

	TAP_CHECK(n >= want_segments, "%s: a buffer of %u bytes in %u segments", title,
		  job.buffer * FRAME_BYTES, n);
}

static void play(void)
{
	int64_t err = model->open(&job);

	if (err < 0) {
		tap_ok(0, "%s: opens (%s)", title, strerror((int)-err));
		model->close(&job);
		return;
	}
	noise_begin(&noise, job.seed);
	err = fill(0);
	if (err >= 0 && want_segments)
		check_segments();
	if (err >= 0)
		err = model->start(&job);
	if (err >= 0) {
		printf("# %s: started\n", title);
		fflush(stdout);
		err = run();
	}
	printf("# %s: %u underruns\n", title, job.late);
	if (inexact && job.late) {
		tap_skip("an underrun, time is not exact here", "%s: plays to the end", title);
		model->close(&job);
		return;
	}
	tap_ok(err >= 0 && !job.late, "%s: plays to the end with %u pauses and no underrun%s%s",
	       title, job.npauses, err < 0 ? ": " : "", err < 0 ? strerror((int)-err) : "");
	if (err >= 0)
		check_points();
	if (want_suspended && inexact && !job.suspended && model == &alsa_model)
		tap_skip("it came too late, time is not exact here",
			 "%s: suspended and resumed", title);
	else if (want_suspended && model == &alsa_model)
		tap_ok(job.suspended == want_suspended, "%s: suspended and resumed", title);
	model->close(&job);
}

static void parse_pauses(char *list)
{
	char *word, *rest = list;

	while ((word = strsep(&rest, ",")) && job.npauses < PAUSES_MAX)
		if (*word)
			job.pauses[job.npauses++] = (unsigned int)strtoul(word, NULL, 0);
}

static void number(unsigned int *out)
{
	*out = (unsigned int)strtoul(optarg, NULL, 0);
}

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "wima:c:r:n:b:s:l:p:S:k:t:")) != -1) {
		switch (c) {
		case 'w':
			model = &wavert_model;
			break;
		case 'm':
			merged = 1;
			break;
		case 'i':
			inexact = 1;
			break;
		case 'a':
			job.node = optarg;
			break;
		case 'c':
			job.card = atoi(optarg);
			break;
		case 'r':
			number(&job.rate);
			break;
		case 'n':
			number(&job.count);
			break;
		case 'b':
			number(&job.buffer);
			break;
		case 's':
			number(&job.seed);
			break;
		case 'l':
			number(&job.length);
			break;
		case 'p':
			parse_pauses(optarg);
			break;
		case 'S':
			number(&want_suspended);
			break;
		case 'k':
			number(&want_segments);
			break;
		case 't':
			title = optarg;
			break;
		default:
			return 2;
		}
	}
	if (!job.count || !job.buffer || job.buffer % job.count || !job.rate || optind != argc) {
		fprintf(stderr, "hw_play: the buffer must be a multiple of N\n");
		return 2;
	}
	play();
	return tap_done();
}
