/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers of pcm_test.c: a pattern to play and to find again, streams by geometry,
 * playback and capture of one pin at the same time, and the kernel's reports about them.
 * Included once, by pcm_test.c.
 */
#ifndef WRT_TEST_PCM_BED_H
#define WRT_TEST_PCM_BED_H

#include <alsa/asoundlib.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <sound/wavert.h>

#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define TRACING		"/sys/kernel/tracing/"
#define EVENT		TRACING "events/wavert/wavert_notify/"

static const snd_pcm_format_t formats[] = {
	SND_PCM_FORMAT_U8, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S24_3LE,
	SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_FLOAT_LE,
};

/* ---- time ---------------------------------------------------------------------- */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void sleep_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* Something happened between the two. */
struct bracket {
	int64_t from, to;
};

/* 0 if `frames` can have passed between start and now; otherwise the difference. */
static long frames_off(long frames, unsigned int rate, struct bracket start, struct bracket now)
{
	long least = (long)((now.from - start.to) * rate / 1000000000) - 1;
	long most = (long)((now.to - start.from) * rate / 1000000000) + 1;

	return frames < least ? frames - least : frames > most ? frames - most : 0;
}

/* ---- the pattern: no byte is 0, and its length is prime, so no buffer repeats it ---- */

#define PATTERN	65521

static unsigned char pattern[PATTERN];

static void make_pattern(void)
{
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < PATTERN; i++) {
		x = x * 1664525 + 1013904223;
		pattern[i] = (x >> 24) % 255 + 1;
	}
}

static void put_pattern(unsigned char *to, uint64_t at, size_t bytes)
{
	while (bytes) {
		size_t from = at % PATTERN;
		size_t n = bytes < PATTERN - from ? bytes : PATTERN - from;

		memcpy(to, pattern + from, n);
		to += n;
		at += n;
		bytes -= n;
	}
}

static bool is_pattern(const unsigned char *p, uint64_t at, size_t bytes)
{
	while (bytes) {
		size_t from = at % PATTERN;
		size_t n = bytes < PATTERN - from ? bytes : PATTERN - from;

		if (memcmp(p, pattern + from, n))
			return false;
		p += n;
		at += n;
		bytes -= n;
	}
	return true;
}

static bool is_filled(const unsigned char *p, unsigned char value, size_t bytes)
{
	while (bytes--)
		if (*p++ != value)
			return false;
	return true;
}

/* ---- streams ------------------------------------------------------------------- */

struct geometry {
	snd_pcm_format_t format;
	unsigned int channels, rate;
	snd_pcm_uframes_t period;	/* frames */
	unsigned int periods;
	bool no_wakeup;
	bool endless;			/* no xrun */
};

static const struct geometry plain = { SND_PCM_FORMAT_S16_LE, 2, 48000, 480, 4, false, false };

static snd_pcm_uframes_t buffer_frames(const struct geometry *g)
{
	return g->period * g->periods;
}

static size_t frame_bytes(const struct geometry *g)
{
	return (size_t)snd_pcm_format_physical_width(g->format) / 8 * g->channels;
}

static void must(int err, const char *what)
{
	if (err >= 0)
		return;
	printf("Bail out! %s: %s\n", what, snd_strerror(err));
	exit(1);
}

static snd_pcm_t *open_pcm(snd_pcm_stream_t direction, int subdevice)
{
	snd_pcm_t *pcm;
	char name[16];

	snprintf(name, sizeof(name), "hw:0,0,%d", subdevice);
	must(snd_pcm_open(&pcm, name, direction, 0), name);
	return pcm;
}

/* The configuration space with format, channels and rate set. */
static int space(snd_pcm_t *pcm, snd_pcm_hw_params_t *hw, const struct geometry *g)
{
	int err = snd_pcm_hw_params_any(pcm, hw);

	if (err >= 0)
		err = snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_MMAP_INTERLEAVED);
	if (err >= 0)
		err = snd_pcm_hw_params_set_format(pcm, hw, g->format);
	if (err >= 0)
		err = snd_pcm_hw_params_set_channels(pcm, hw, g->channels);
	if (err >= 0)
		err = snd_pcm_hw_params_set_rate(pcm, hw, g->rate, 0);
	return err;
}

static int set_software(snd_pcm_t *pcm, const struct geometry *g)
{
	snd_pcm_uframes_t boundary;
	snd_pcm_sw_params_t *sw;

	snd_pcm_sw_params_alloca(&sw);
	must(snd_pcm_sw_params_current(pcm, sw), "sw_params_current");
	must(snd_pcm_sw_params_get_boundary(sw, &boundary), "boundary");
	must(snd_pcm_sw_params_set_start_threshold(pcm, sw, boundary), "start threshold");
	must(snd_pcm_sw_params_set_stop_threshold(pcm, sw, g->endless ? boundary :
						  buffer_frames(g)), "stop threshold");
	must(snd_pcm_sw_params_set_avail_min(pcm, sw, g->period), "avail_min");
	must(snd_pcm_sw_params_set_tstamp_mode(pcm, sw, SND_PCM_TSTAMP_ENABLE), "tstamp");
	must(snd_pcm_sw_params_set_tstamp_type(pcm, sw, SND_PCM_TSTAMP_TYPE_MONOTONIC), "tstamp");
	return snd_pcm_sw_params(pcm, sw);
}

/* Exactly this geometry, or an error. */
static int configure(snd_pcm_t *pcm, const struct geometry *g)
{
	snd_pcm_hw_params_t *hw;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	err = space(pcm, hw, g);
	if (err >= 0 && g->no_wakeup) {
		snd_pcm_nonblock(pcm, 1);	/* alsa-lib requires it */
		err = snd_pcm_hw_params_set_period_wakeup(pcm, hw, 0);
	}
	if (err >= 0)
		err = snd_pcm_hw_params_set_period_size(pcm, hw, g->period, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_buffer_size(pcm, hw, buffer_frames(g));
	if (err >= 0)
		err = snd_pcm_hw_params(pcm, hw);
	return err < 0 ? err : set_software(pcm, g);
}

static snd_pcm_t *ready_pcm(snd_pcm_stream_t direction, int subdevice, const struct geometry *g)
{
	snd_pcm_t *pcm = open_pcm(direction, subdevice);

	must(configure(pcm, g), "configure");
	return pcm;
}

static struct bracket start(snd_pcm_t *pcm)
{
	struct bracket b = { .from = now_ns() };

	must(snd_pcm_start(pcm), "start");
	b.to = now_ns();
	return b;
}

/* Through mmap: writes or reads up to `want` frames; at: offset in pattern or `heard`, bytes. */
static long transfer(snd_pcm_t *pcm, const struct geometry *g, uint64_t at, unsigned char *heard,
		     snd_pcm_uframes_t want)
{
	size_t frame = frame_bytes(g);
	long done = 0;

	if (snd_pcm_avail(pcm) < 0)
		return -EPIPE;
	while (want) {
		const snd_pcm_channel_area_t *areas;
		snd_pcm_uframes_t offset, n = want;
		snd_pcm_sframes_t put;
		unsigned char *p;

		must(snd_pcm_mmap_begin(pcm, &areas, &offset, &n), "mmap_begin");
		if (!n)
			break;
		p = (unsigned char *)areas[0].addr + offset * frame;
		if (heard)
			memcpy(heard + at, p, n * frame);
		else
			put_pattern(p, at, n * frame);
		put = snd_pcm_mmap_commit(pcm, offset, n);
		if (put < 0)
			return put;
		done += put;
		at += (uint64_t)put * frame;
		want -= (snd_pcm_uframes_t)put;
	}
	return done;
}

/* Position of DMA, in frames since prepare. */
static long hw_position(snd_pcm_t *pcm, const struct geometry *g, long appl)
{
	long avail = snd_pcm_avail(pcm);

	if (avail < 0)
		return avail;
	if (snd_pcm_stream(pcm) == SND_PCM_STREAM_CAPTURE)
		return appl + avail;
	return appl + avail - (long)buffer_frames(g);
}

static long hw_position_within(snd_pcm_t *pcm, const struct geometry *g, long appl,
			       struct bracket *when)
{
	long frames;

	when->from = now_ns();
	frames = hw_position(pcm, g, appl);
	when->to = now_ns();
	return frames;
}

/* ---- playback and capture of one pin ---------------------------------------------- */

struct duplex {
	struct geometry g;
	snd_pcm_t *play, *capt;
	uint64_t first;			/* offset in the pattern at which playback begins, bytes */
	long written, taken;		/* frames */
	long room;			/* of heard, frames */
	unsigned char *heard;
};

static void duplex_put(struct duplex *d, snd_pcm_uframes_t want)
{
	size_t frame = frame_bytes(&d->g);
	long n = transfer(d->play, &d->g, d->first + (uint64_t)d->written * frame, NULL, want);

	if (n > 0)
		d->written += n;
}

static void duplex_take(struct duplex *d)
{
	size_t frame = frame_bytes(&d->g);
	long n = transfer(d->capt, &d->g, (uint64_t)d->taken * frame, d->heard,
			  (snd_pcm_uframes_t)(d->room - d->taken));

	if (n > 0)
		d->taken += n;
}

static void duplex_open(struct duplex *d, int subdevice, const struct geometry *g,
			uint64_t first, long room)
{
	*d = (struct duplex) { .g = *g, .first = first, .room = room };
	d->heard = malloc((size_t)room * frame_bytes(g));
	if (!d->heard)
		must(-ENOMEM, "malloc");
	d->play = ready_pcm(SND_PCM_STREAM_PLAYBACK, subdevice, g);
	d->capt = ready_pcm(SND_PCM_STREAM_CAPTURE, subdevice, g);
}

static void duplex_close(struct duplex *d)
{
	snd_pcm_close(d->play);
	snd_pcm_close(d->capt);
	free(d->heard);
}

/* Starts both at the same frame, as closely as the system can. */
static void duplex_start(struct duplex *d)
{
	duplex_put(d, buffer_frames(&d->g));
	must(snd_pcm_link(d->play, d->capt), "link");
	start(d->play);
}

static bool duplex_serve(struct duplex *d, long until)
{
	while (d->taken < until) {
		if (snd_pcm_wait(d->capt, 2000) <= 0)
			return false;
		duplex_take(d);
		duplex_put(d, buffer_frames(&d->g));
	}
	return true;
}

static bool heard_at(const struct duplex *d, long shift)
{
	unsigned char silence = d->g.format == SND_PCM_FORMAT_U8 ? 0x80 : 0;
	size_t frame = frame_bytes(&d->g), skip = shift > 0 ? (size_t)shift * frame : 0;
	uint64_t at = d->first + (shift < 0 ? (uint64_t)-shift * frame : 0);

	return is_filled(d->heard, silence, skip) &&
	       is_pattern(d->heard + skip, at, (size_t)d->taken * frame - skip);
}

/* Linked streams start some microseconds apart: one side may have a few frames more. */
static bool heard_all(const struct duplex *d)
{
	long shift;

	for (shift = 0; shift <= 32 && shift < d->taken; shift++)
		if (heard_at(d, shift) || heard_at(d, -shift))
			return true;
	printf("# %s, %u channels, %u Hz: %ld frames do not match\n",
	       snd_pcm_format_name(d->g.format), d->g.channels, d->g.rate, d->taken);
	return false;
}

static bool loopback(const struct geometry *g, long frames)
{
	struct duplex d;
	bool ok;

	duplex_open(&d, 0, g, 0, frames);
	duplex_start(&d);
	ok = duplex_serve(&d, frames) && heard_all(&d);
	duplex_close(&d);
	return ok;
}

/* ---- reports of the kernel ----------------------------------------------------------- */

static char *read_file(const char *path)
{
	static char text[1 << 18];
	int fd = open(path, O_RDONLY);
	size_t got = 0;
	ssize_t n;

	while (fd >= 0 && got < sizeof(text) - 1 &&
	       (n = read(fd, text + got, sizeof(text) - 1 - got)) > 0)
		got += (size_t)n;
	if (fd >= 0)
		close(fd);
	text[got] = 0;
	return text;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* /proc/asound/card0/wavert from "playback 0" on; and the number after a word in it. */
static const char *proc_block(const char *stream)
{
	const char *at = strstr(read_file("/proc/asound/card0/wavert"), stream);

	return at ? at : "";
}

static long proc_number(const char *stream, const char *word)
{
	const char *at = strstr(proc_block(stream), word);

	return at ? strtol(at + strlen(word), NULL, 10) : -1;
}

static bool proc_says(const char *stream, const char *owner_and_state)
{
	const char *block = proc_block(stream);
	const char *at = strstr(block, owner_and_state);

	return at && at < strchrnul(block, '\n');
}

static bool all_free(void)
{
	return proc_says("playback 0", "owner nobody, state free") &&
	       proc_says("capture 0", "owner nobody, state free") &&
	       proc_says("playback 1", "owner nobody, state free") &&
	       proc_says("capture 1", "owner nobody, state free");
}

static bool trace_on(void)
{
	write_file(TRACING "trace", "");
	return write_file(EVENT "enable", "1") && write_file(TRACING "tracing_on", "1");
}

/* Calls of snd_pcm_period_elapsed(), and the periods that they reported; -1: no tracing. */
struct elapsed {
	long calls, periods;
};

static struct elapsed trace_off(bool on)
{
	struct elapsed e = { on ? 0 : -1, on ? 0 : -1 };
	const char *at;

	if (!on)
		return e;
	write_file(EVENT "enable", "0");
	for (at = read_file(TRACING "trace"); (at = strstr(at, "model=ALSA ")); e.calls++) {
		at = strstr(at, " points=");
		if (!at)
			break;
		at += strlen(" points=");
		e.periods += strtol(at, NULL, 10);
	}
	return e;
}

#endif
