/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers of plugin_test.c: a pattern to play and to find again, PCMs of the plugin, and their
 * poll results. Included once.
 */
#ifndef WRT_TEST_PLUGIN_BED_H
#define WRT_TEST_PLUGIN_BED_H

#include <alsa/asoundlib.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define RATE	48000
#define FRAME	4		/* bytes: S16, stereo */
#define PERIOD	480		/* 10 ms */
#define PERIODS	4
#define BUFFER	(PERIOD * PERIODS)

/* ---- time and pattern ------------------------------------------------------------- */

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* No byte is 0 or 0x80, so that silence of any format ends it. No buffer repeats it. */
static unsigned char pattern_at(uint64_t at)
{
	uint32_t x = (uint32_t)(at % 65521) * 2654435761u;

	x = x >> 24;
	return x == 0 || x == 0x80 ? 1 : (unsigned char)x;
}

static void put_pattern(unsigned char *to, uint64_t at, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		to[i] = pattern_at(at + i);
}

/* True for silence, `bytes` of the pattern, silence. Prints a line with the first difference. */
static bool is_played(const unsigned char *p, size_t size, size_t bytes, unsigned char silence)
{
	size_t from = 0, i;

	while (from < size && p[from] == silence)
		from++;
	for (i = 0; i < bytes; i++) {
		if (from + i < size && p[from + i] == pattern_at(i))
			continue;
		printf("# of %zu bytes %zu are correct, from byte %zu of %zu\n", bytes, i, from,
		       size);
		return false;
	}
	for (i = from + bytes; i < size; i++) {
		if (p[i] == silence)
			continue;
		printf("# %zu bytes after the end there is 0x%02x\n", i - from - bytes, p[i]);
		return false;
	}
	return true;
}

/* ---- PCMs ------------------------------------------------------------------------- */

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	printf("Bail out! %s: %s\n", what, snd_strerror((int)err));
	exit(1);
}

static snd_pcm_t *open_mode(snd_pcm_stream_t direction, int subdevice, int mode)
{
	snd_pcm_t *pcm;
	char name[48];

	snprintf(name, sizeof(name), "wavert:CARD=WaveRT,DEV=0,SUBDEV=%d", subdevice);
	must(snd_pcm_open(&pcm, name, direction, mode), name);
	return pcm;
}

static unsigned int channels = 2;

static int configure(snd_pcm_t *pcm, snd_pcm_access_t access, snd_pcm_uframes_t period,
		     unsigned int periods)
{
	snd_pcm_hw_params_t *hw;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	must(snd_pcm_hw_params_any(pcm, hw), "any");
	must(snd_pcm_hw_params_set_access(pcm, hw, access), "access");
	must(snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE), "format");
	must(snd_pcm_hw_params_set_channels(pcm, hw, channels), "channels");
	must(snd_pcm_hw_params_set_rate(pcm, hw, RATE, 0), "rate");
	err = snd_pcm_hw_params_set_period_size(pcm, hw, period, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_periods(pcm, hw, periods, 0);
	return err < 0 ? err : snd_pcm_hw_params(pcm, hw);
}

static void software(snd_pcm_t *pcm, snd_pcm_uframes_t start, snd_pcm_uframes_t avail_min,
		     int period_event)
{
	snd_pcm_sw_params_t *sw;

	snd_pcm_sw_params_alloca(&sw);
	must(snd_pcm_sw_params_current(pcm, sw), "current");
	must(snd_pcm_sw_params_set_start_threshold(pcm, sw, start), "start threshold");
	must(snd_pcm_sw_params_set_avail_min(pcm, sw, avail_min), "avail_min");
	must(snd_pcm_sw_params_set_period_event(pcm, sw, period_event), "period event");
	must(snd_pcm_sw_params_set_tstamp_mode(pcm, sw, SND_PCM_TSTAMP_ENABLE), "tstamp mode");
	must(snd_pcm_sw_params(pcm, sw), "sw_params");
}

/* Prepared; only snd_pcm_start() starts it. */
static snd_pcm_t *prepared(snd_pcm_stream_t direction, int subdevice, snd_pcm_access_t access)
{
	snd_pcm_t *pcm = open_mode(direction, subdevice, 0);

	must(configure(pcm, access, PERIOD, PERIODS), "hw_params");
	software(pcm, 1000000, PERIOD, 0);
	return pcm;
}

static snd_pcm_t *playback(void)
{
	return prepared(SND_PCM_STREAM_PLAYBACK, 0, SND_PCM_ACCESS_RW_INTERLEAVED);
}

/* Two seconds of buffer, which are read at the end. */
static snd_pcm_t *recorder(void)
{
	snd_pcm_t *pcm = open_mode(SND_PCM_STREAM_CAPTURE, 0, 0);

	must(configure(pcm, SND_PCM_ACCESS_RW_INTERLEAVED, RATE / 4, 8), "hw_params");
	software(pcm, 1, RATE / 4, 0);
	must(snd_pcm_start(pcm), "start");
	return pcm;
}

/* Reads everything that was recorded; closes the PCM. */
static unsigned char *record(snd_pcm_t *pcm, size_t *bytes)
{
	static unsigned char buffer[2 * RATE * FRAME];
	snd_pcm_sframes_t n = snd_pcm_avail(pcm);

	must(n, "avail");
	n = snd_pcm_readi(pcm, buffer, (snd_pcm_uframes_t)n);
	must(n, "readi");
	must(snd_pcm_close(pcm), "close");
	*bytes = (size_t)n * FRAME;
	return buffer;
}

static bool recorded(snd_pcm_t *pcm, size_t bytes)
{
	size_t size;
	const unsigned char *all = record(pcm, &size);

	return is_played(all, size, bytes, 0);
}

static uint64_t written;	/* frames of the pattern so far */

static snd_pcm_sframes_t play(snd_pcm_t *pcm, snd_pcm_uframes_t frames)
{
	static unsigned char buffer[RATE * FRAME];
	snd_pcm_sframes_t n;

	put_pattern(buffer, written * FRAME, frames * FRAME);
	n = snd_pcm_writei(pcm, buffer, frames);
	if (n > 0)
		written += (uint64_t)n;
	return n;
}

static void fill(snd_pcm_t *pcm)
{
	written = 0;
	must(play(pcm, BUFFER), "fill");
}

/* ---- waiting ---------------------------------------------------------------------- */

static int fd_of(snd_pcm_t *pcm)
{
	struct pollfd pfd = { .fd = -1 };

	return snd_pcm_poll_descriptors(pcm, &pfd, 1) == 1 ? pfd.fd : -1;
}

/* -1: poll timed out; else the events that ALSA reports for the descriptor. */
static int poll_for(snd_pcm_t *pcm, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd_of(pcm), .events = POLLIN };
	unsigned short revents = 0;

	if (poll(&pfd, 1, timeout_ms) != 1)
		return -1;
	must(snd_pcm_poll_descriptors_revents(pcm, &pfd, 1, &revents), "revents");
	return revents;
}

/* ---- resources of a process ----------------------------------------------------------- */

static int fds_open(bool close_on_exec)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(dir))) {
		int fd = atoi(e->d_name);

		if (fd > 2 && fd != dirfd(dir))
			n += !!(fcntl(fd, F_GETFD) & FD_CLOEXEC) == close_on_exec;
	}
	closedir(dir);
	return n;
}

static int mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[512];
	int n = 0;

	while (fgets(line, sizeof(line), f))
		n += strstr(line, "/dev/snd") || strstr(line, "anon_inode");
	fclose(f);
	return n;
}

/* ---- files, for the shell --------------------------------------------------------- */

static int find_in(const char *name, size_t bytes, unsigned char silence)
{
	static unsigned char all[16 << 20];
	FILE *f = fopen(name, "rb");
	size_t size;

	if (!f)
		return 2;
	size = fread(all, 1, sizeof(all), f);
	fclose(f);
	return !is_played(all, size, bytes, silence);
}

#endif
