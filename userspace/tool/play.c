// SPDX-License-Identifier: GPL-2.0-only
/*
 * play.c - wavert play FILE: event-driven playback. Each notification frees a packet,
 * which is refilled at once; nothing else wakes the program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>

#include "tool.h"

struct source {
	SNDFILE *file;
	SF_INFO info;
	unsigned int format;
	unsigned long long frames;	/* read so far */
	bool ended;
	bool failed;			/* the file could not be read to its end */
};

static unsigned int format_of(int sf)
{
	switch (sf & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_PCM_S8:
		return WAVERT_FORMAT_U8;
	case SF_FORMAT_PCM_24:
		return WAVERT_FORMAT_S24_32;
	case SF_FORMAT_PCM_32:
		return WAVERT_FORMAT_S32;
	case SF_FORMAT_FLOAT:
	case SF_FORMAT_DOUBLE:
		return WAVERT_FORMAT_FLOAT;
	}
	return WAVERT_FORMAT_S16;
}

static bool open_source(struct source *src, const char *path)
{
	memset(src, 0, sizeof(*src));
	src->file = sf_open(path, SFM_READ, &src->info);
	if (!src->file) {
		fprintf(stderr, "wavert: cannot read %s: %s\n", path, sf_strerror(NULL));
		return false;
	}
	src->format = format_of(src->info.format);
	return true;
}

static sf_count_t read_u8(struct source *src, unsigned char *to, sf_count_t frames)
{
	size_t samples = (size_t)frames * (size_t)src->info.channels, i;
	short *wide = calloc(samples, sizeof(*wide));
	sf_count_t n = wide ? sf_readf_short(src->file, wide, frames) : 0;

	src->failed |= !wide;
	for (i = 0; i < (size_t)n * (size_t)src->info.channels; i++)
		to[i] = (unsigned char)((wide[i] >> 8) + 0x80);
	free(wide);
	return n;
}

static sf_count_t read_s24(struct source *src, int *to, sf_count_t frames)
{
	sf_count_t i, n = sf_readf_int(src->file, to, frames);

	for (i = 0; i < n * src->info.channels; i++)
		to[i] >>= 8;
	return n;
}

static sf_count_t read_frames(struct source *src, void *to, sf_count_t frames)
{
	switch (src->format) {
	case WAVERT_FORMAT_U8:
		return read_u8(src, to, frames);
	case WAVERT_FORMAT_S16:
		return sf_readf_short(src->file, to, frames);
	case WAVERT_FORMAT_S24_32:
		return read_s24(src, to, frames);
	case WAVERT_FORMAT_S32:
		return sf_readf_int(src->file, to, frames);
	}
	return sf_readf_float(src->file, to, frames);
}

/* One packet: the next frames of the file, silence behind its end. */
static void fill_packet(struct session *s, struct source *src, unsigned long long packet)
{
	unsigned char *to = s->buffer + packet * s->packet_bytes % s->bytes;
	sf_count_t want = (sf_count_t)(s->packet_bytes / s->frame_bytes);
	sf_count_t got = src->ended ? 0 : read_frames(src, to, want);

	src->frames += (unsigned long long)got;
	src->ended = got < want;
	src->failed |= sf_error(src->file) != SF_ERR_NO_ERROR;
	memset(to + (size_t)got * s->frame_bytes, src->format == WAVERT_FORMAT_U8 ? 0x80 : 0,
	       s->packet_bytes - (size_t)got * s->frame_bytes);
}

/*
 * Refill what has been played; written: packets filled so far. The packet being played now
 * is lost too if it was not filled before: writing behind the hardware repairs nothing.
 */
static unsigned long long refill(struct session *s, struct source *src,
				 unsigned long long written)
{
	unsigned long long done = session_packets(s);
	unsigned long long room = done + s->bytes / s->packet_bytes;

	if (done >= written) {
		s->lost += done + 1 - written;
		written = done + 1;
	}
	for (; written < room; written++)
		fill_packet(s, src, written);
	return written;
}

/* Before RUN the whole buffer is free. */
static unsigned long long fill_all(struct session *s, struct source *src)
{
	unsigned long long packet;

	for (packet = 0; packet < s->bytes / s->packet_bytes; packet++)
		fill_packet(s, src, packet);
	return packet;
}

/* The packet whose end is the end of the file: played when that many are. */
static unsigned long long last_packet(const struct session *s, const struct source *src)
{
	return (src->frames * s->frame_bytes + s->packet_bytes - 1) / s->packet_bytes;
}

static int run(struct session *s, struct source *src)
{
	unsigned long long written = fill_all(s, src);
	int n;

	if (session_start(s))
		return EXIT_FAILED;
	while (!interrupted && !(src->ended && session_packets(s) >= last_packet(s, src) + s->lost)) {
		n = session_wait(s, 1000);
		if (n < 0)
			return fail("play", n);
		written = refill(s, src, written);
	}
	if (!src->failed)
		return EXIT_OK;
	fprintf(stderr, "wavert: the file could not be read to its end: %s\n",
		sf_strerror(src->file));
	return EXIT_FAILED;
}

int verb_play(const struct options *o, const char *path)
{
	struct source src;
	struct session s;
	int code;

	if (!open_source(&src, path))
		return EXIT_FAILED;
	code = session_open(&s, o, WAVERT_PLAYBACK, (unsigned int)src.info.samplerate, src.format,
			    (unsigned int)src.info.channels);
	if (!code)
		code = run(&s, &src);
	if (!code && !session_finish(&s, "played", src.frames, o->quiet))
		code = EXIT_FAILED;
	session_close(&s);
	sf_close(src.file);
	return code;
}
