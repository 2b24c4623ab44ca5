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
	unsigned int format, channels;
	unsigned char *packet;		/* a copy, safe from the hardware */
	unsigned long long frames;	/* written so far */
	unsigned long long limit;	/* 0: none */
};

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
		fprintf(stderr, "wavert: cannot write %s: %s\n", path, sf_strerror(NULL));
		return false;
	}
	sink->format = o->format;
	sink->channels = o->channels;
	sink->limit = o->frames ? o->frames : (unsigned long long)(o->duration * o->rate + 0.5);
	if (o->duration > 0 && !sink->limit)
		sink->limit = 1;
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

static int save_packet(struct session *s, struct sink *sink, unsigned long long packet)
{
	sf_count_t frames = (sf_count_t)(s->packet_bytes / s->frame_bytes);

	if (!copy_packet(s, sink, packet))
		return EXIT_OK;
	if (sink->limit && sink->frames + (unsigned long long)frames > sink->limit)
		frames = (sf_count_t)(sink->limit - sink->frames);
	if (write_frames(sink, sink->packet, frames) != frames) {
		fprintf(stderr, "wavert: write: %s\n", sf_strerror(sink->file));
		return EXIT_FAILED;
	}
	sink->frames += (unsigned long long)frames;
	return EXIT_OK;
}

static bool full(const struct sink *sink)
{
	return sink->limit && sink->frames >= sink->limit;
}

static int run(struct session *s, struct sink *sink)
{
	unsigned long long done, taken = 0, kept = s->bytes / s->packet_bytes - 1;
	int n;

	if (session_start(s))
		return EXIT_FAILED;
	while (!interrupted && !full(sink)) {
		n = session_wait(s, 1000);
		if (n < 0)
			return fail("record", n);
		done = session_packets(s);
		if (done - taken > kept) {	/* overwritten before we came */
			s->lost += done - taken - kept;
			taken = done - kept;
		}
		for (; taken < done && !full(sink); taken++)
			if (save_packet(s, sink, taken))
				return EXIT_FAILED;
	}
	return EXIT_OK;
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
	if (!code && !session_finish(&s, "recorded", sink.frames, o->quiet))
		code = EXIT_FAILED;
	session_close(&s);
	free(sink.packet);
	if (sf_close(sink.file)) {
		fprintf(stderr, "wavert: cannot finish %s\n", path);
		code = EXIT_FAILED;
	}
	return code;
}
