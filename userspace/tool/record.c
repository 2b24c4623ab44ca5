// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - wavert record FILE: event-driven capture. Each notification completes a
 * packet, which is written to the file. FILE ends in .raw: samples without a header.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>

#include "tool.h"

struct sink {
	SNDFILE *file;
	const char *path;
	unsigned int format, channels;
	unsigned char *packet;		/* a copy, safe from the hardware */
	unsigned long long frames;	/* written so far */
	unsigned long long wanted;	/* 0: until interrupted */
	unsigned long long limit;	/* what is wanted, or fits into the file */
};

/* Lengths in a WAV file have 32 bits. */
#define WAV_MAX	(0xffffffffull - 4096)

static int subtype_of(unsigned int format)
{
	switch (format) {
	case WAVERT_FORMAT_U8:
		return SF_FORMAT_PCM_U8;
	case WAVERT_FORMAT_S20_32:
	case WAVERT_FORMAT_S24_32:
		return SF_FORMAT_PCM_24;
	case WAVERT_FORMAT_S32:
		return SF_FORMAT_PCM_32;
	case WAVERT_FORMAT_FLOAT:
		return SF_FORMAT_FLOAT;
	}
	return SF_FORMAT_PCM_16;
}

static bool is_raw(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strcmp(dot, ".raw");
}

/* Bytes of one sample in the file. */
static unsigned int file_bytes(unsigned int format)
{
	return subtype_of(format) == SF_FORMAT_PCM_24 ? 3 : wavert_format_bytes(format);
}

static bool open_sink(struct sink *sink, const struct options *o, const char *path)
{
	SF_INFO info = { 0 };

	memset(sink, 0, sizeof(*sink));
	info.samplerate = (int)o->rate;
	info.channels = (int)o->channels;
	info.format = (is_raw(path) ? SF_FORMAT_RAW : SF_FORMAT_WAV) |
		      subtype_of(o->format);
	sink->file = sf_open(path, SFM_WRITE, &info);
	if (!sink->file) {
		fprintf(stderr, "wavert: cannot write %s: %s; choose a file in a directory that is there and yours\n",
			path, sf_strerror(NULL));
		return false;
	}
	/* the header is right at any time, whatever ends us */
	sf_command(sink->file, SFC_SET_UPDATE_HEADER_AUTO, NULL, SF_TRUE);
	sink->path = path;
	sink->format = o->format;
	sink->channels = o->channels;
	sink->wanted = o->frames ? o->frames : (unsigned long long)(o->duration * o->rate + 0.5);
	if (o->duration > 0 && !sink->wanted)
		sink->wanted = 1;
	sink->limit = is_raw(path) ? ~0ull : WAV_MAX / file_bytes(o->format) / o->channels;
	if (sink->wanted && sink->wanted < sink->limit)
		sink->limit = sink->wanted;
	return true;
}

static sf_count_t write_u8(struct sink *sink, const unsigned char *from, sf_count_t frames)
{
	size_t samples = (size_t)frames * sink->channels, i;
	short *wide = calloc(samples, sizeof(*wide));
	sf_count_t n;

	if (!wide)
		return 0;
	for (i = 0; i < samples; i++)
		wide[i] = (short)((from[i] - 0x80) * 256);
	n = sf_writef_short(sink->file, wide, frames);
	free(wide);
	return n;
}

/* Samples in the low bits of 4 bytes; libsndfile wants them in the high ones. */
static sf_count_t write_low(struct sink *sink, const int *from, sf_count_t frames, int bits)
{
	size_t samples = (size_t)frames * sink->channels, i;
	int *high = calloc(samples, sizeof(*high));
	sf_count_t n;

	if (!high)
		return 0;
	for (i = 0; i < samples; i++)
		high[i] = (int)((unsigned int)from[i] << (32 - bits));
	n = sf_writef_int(sink->file, high, frames);
	free(high);
	return n;
}

static sf_count_t write_frames(struct sink *sink, const void *from, sf_count_t frames)
{
	switch (sink->format) {
	case WAVERT_FORMAT_U8:
		return write_u8(sink, from, frames);
	case WAVERT_FORMAT_S16:
		return sf_writef_short(sink->file, from, frames);
	case WAVERT_FORMAT_S20_32:
		return write_low(sink, from, frames, 20);
	case WAVERT_FORMAT_S24_32:
		return write_low(sink, from, frames, 24);
	case WAVERT_FORMAT_S32:
		return sf_writef_int(sink->file, from, frames);
	}
	return sf_writef_float(sink->file, from, frames);
}

/* A copy first, then the question whether the hardware came round meanwhile. */
static bool copy_packet(struct session *s, struct sink *sink, unsigned long long packet)
{
	unsigned long long slots = s->bytes / s->packet_bytes;

	memcpy(sink->packet, s->buffer + packet * s->packet_bytes % s->bytes, s->packet_bytes);
	if (session_packets(s) < packet + slots)
		return true;
	s->lost++;
	return false;
}

static bool full(const struct sink *sink)
{
	return sink->frames >= sink->limit;
}

/* Frames that were safely copied, into the file. */
static int save(struct session *s, struct sink *sink, unsigned long long frames)
{
	sf_count_t n;

	if (frames > sink->limit - sink->frames)
		frames = sink->limit - sink->frames;
	errno = 0;
	n = write_frames(sink, sink->packet, (sf_count_t)frames);
	sink->frames += n > 0 ? (unsigned long long)n : 0;
	if (n == (sf_count_t)frames)
		return EXIT_OK;
	session_clear(s);
	fprintf(stderr, "wavert: %s: %s after %.1f s, which it holds; free space, or record elsewhere\n",
		sink->path, errno ? strerror(errno) : sf_strerror(sink->file),
		(double)sink->frames / s->rate);
	return EXIT_FAILED;
}

/* What has been completed since; taken: packets saved so far. */
static int save_packets(struct session *s, struct sink *sink, unsigned long long *taken)
{
	unsigned long long done = session_packets(s), kept = s->bytes / s->packet_bytes - 1;

	if (done - *taken > kept) {	/* overwritten before we came */
		s->lost += done - *taken - kept;
		*taken = done - kept;
	}
	for (; *taken < done && !full(sink); ++*taken)
		if (copy_packet(s, sink, *taken) &&
		    save(s, sink, s->packet_bytes / s->frame_bytes))
			return EXIT_FAILED;
	return EXIT_OK;
}

/* Paused before its end: the packets of the last moment, and the part of one. */
static int save_rest(struct session *s, struct sink *sink, unsigned long long *taken)
{
	struct wavert_snapshot now;
	unsigned long long start;

	if (save_packets(s, sink, taken))
		return EXIT_FAILED;
	wavert_stream_snapshot(s->stream, &now);
	start = *taken * s->packet_bytes;
	if (full(sink) || now.linear <= start || now.linear - start >= s->packet_bytes)
		return EXIT_OK;
	memcpy(sink->packet, s->buffer + start % s->bytes, now.linear - start);
	return save(s, sink, (now.linear - start) / s->frame_bytes);
}

static int run(struct session *s, struct sink *sink)
{
	unsigned long long taken = 0;
	int n;

	if (session_start(s))
		return EXIT_FAILED;
	while (!interrupted && !full(sink)) {
		n = session_wait(s, 1000);
		if (n < 0)
			return session_broke(s, "record", n, sink->frames, sink->path);
		if (save_packets(s, sink, &taken))
			return EXIT_FAILED;
		session_progress(s, sink->wanted);
	}
	n = session_pause(s);
	return n ? fail("pause", n) : save_rest(s, sink, &taken);
}

/* Is that what was asked for? If not, in a line why. */
static int judge(const struct session *s, const struct sink *sink)
{
	double have = (double)sink->frames / s->rate;

	if (!sink->wanted ? !full(sink) : sink->frames >= sink->wanted)
		return EXIT_OK;
	if (full(sink))
		fprintf(stderr, "wavert: %s is full after %.1f s: a WAV file holds 4 GiB; record to a file named .raw\n",
			sink->path, have);
	else
		fprintf(stderr, "wavert: interrupted after %.1f of %.1f s; %s holds these\n",
			have, (double)sink->wanted / s->rate, sink->path);
	return EXIT_FAILED;
}

int verb_record(const struct options *o, const char *path)
{
	struct sink sink;
	struct session s;
	int code;

	code = session_open(&s, o, WAVERT_CAPTURE, o->rate, o->format, o->channels);
	if (!code && !open_sink(&sink, o, path))
		code = EXIT_FAILED;
	if (code) {
		session_close(&s);
		return code;
	}
	sink.packet = malloc(s.packet_bytes);
	if (!sink.packet) {
		fail("record", -ENOMEM);
		sf_close(sink.file);
		session_close(&s);
		return EXIT_FAILED;
	}
	code = run(&s, &sink);
	if (!code) {
		code = judge(&s, &sink);
		if (!session_finish(&s, "recorded", sink.frames, o->quiet))
			code = EXIT_FAILED;
	}
	session_close(&s);
	free(sink.packet);
	if (sf_close(sink.file) && !code) {
		fprintf(stderr, "wavert: cannot finish %s\n", path);
		code = EXIT_FAILED;
	}
	return code;
}
