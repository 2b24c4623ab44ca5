// SPDX-License-Identifier: GPL-2.0-only
/*
 * play.c - wavert play FILE: event-driven playback. Each notification frees a packet,
 * which is refilled at once; nothing else wakes the program.
 */
#include <endian.h>
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
	unsigned long long missing;	/* bytes that its header promises, and are not there */
};

/* How many bytes the data chunk of a WAV file lacks; 0 for what writes no length, as pipes. */
static unsigned long long missing_bytes(const char *path)
{
	unsigned char head[12], chunk[8];
	unsigned long long missing = 0;
	FILE *f = fopen(path, "re");
	uint32_t size;
	long at, end;

	if (!f)
		return 0;
	if (fseek(f, 0, SEEK_END) || (end = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) ||
	    fread(head, sizeof(head), 1, f) != 1 || memcmp(head, "RIFF", 4) ||
	    memcmp(head + 8, "WAVE", 4))
		goto close;
	while (fread(chunk, sizeof(chunk), 1, f) == 1) {
		memcpy(&size, chunk + 4, sizeof(size));
		size = le32toh(size);
		at = ftell(f);
		if (!memcmp(chunk, "data", 4)) {
			if (size < 0x7ffff000 && size > (unsigned long)(end - at))
				missing = size - (unsigned long)(end - at);
			break;
		}
		if (fseek(f, (long)size + (size & 1), SEEK_CUR))
			break;
	}
close:
	fclose(f);
	return missing;
}

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
		fprintf(stderr, "wavert: cannot read %s: %s; a sound file is expected (WAV, FLAC, Ogg ...)\n",
			path, sf_strerror(NULL));
		return false;
	}
	src->missing = missing_bytes(path);
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

/* Has everything been played? If not, in a line why. */
static int judge(const struct session *s, const struct source *src, const char *path)
{
	unsigned long long played = session_packets(s) * s->packet_bytes / s->frame_bytes;

	if (src->failed) {
		fprintf(stderr, "wavert: %s could not be read to its end: %s; what was read has been played\n",
			path, sf_strerror(src->file));
		return EXIT_FAILED;
	}
	if (interrupted && played < (unsigned long long)src->info.frames) {
		fprintf(stderr, "wavert: interrupted after %.1f of %.1f s; the rest has not been played\n",
			(double)played / s->rate, (double)src->info.frames / s->rate);
		return EXIT_FAILED;
	}
	if (src->missing) {
		fprintf(stderr, "wavert: %s is truncated, %llu bytes are missing; what is there has been played; fetch or write the file again\n",
			path, src->missing);
		return EXIT_FAILED;
	}
	return EXIT_OK;
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
			return session_broke(s, "play", n, session_packets(s) * s->packet_bytes /
					     s->frame_bytes, NULL);
		written = refill(s, src, written);
		session_progress(s, (unsigned long long)src->info.frames);
	}
	n = session_pause(s);
	return n ? fail("pause", n) : EXIT_OK;
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
	if (!code) {
		code = judge(&s, &src, path);
		if (!session_finish(&s, "played", src.frames, o->quiet))
			code = EXIT_FAILED;
	}
	session_close(&s);
	sf_close(src.file);
	return code;
}
