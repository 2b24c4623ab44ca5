// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - wavert record FILE: event-driven capture. Each notification completes a
 * packet, which is written to the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sound.h"
#include "tool.h"

static int record(const struct options *o);

static const struct argp_option options[] = {
	OPTION_DEVICE, OPTION_PIN, OPTION_NOTIFICATIONS, OPTION_BUFFER_TIME,
	{ "rate", 'r', "HZ", 0, "Sample rate (default 48000)", 0 },
	{ "format", 'f', "NAME", 0, "U8, S16, S20_32, S24_3, S24_32, S32 or FLOAT (default S16)", 0 },
	{ "channels", 'c', "N", 0, "Channels (default 2)", 0 },
	{ "frames", 's', "N", 0, "Stop after N frames", 0 },
	OPTION_DURATION, OPTION_QUIET("No report"), OPTIONS_END
};

static unsigned int parse_format(const struct argp_state *state, const char *name)
{
	unsigned int f;

	for (f = WAVERT_FORMAT_U8; wavert_format_name(f); f <<= 1)
		if (!strcasecmp(name, wavert_format_name(f)))
			return f;
	usage_error(state, "--format=%s: U8, S16, S20_32, S24_3, S24_32, S32 or FLOAT is expected", name);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'r':
		o->rate = (unsigned int)parse_number(state, "--rate", arg, 1, 10000000);
		return 0;
	case 'f':
		o->format = parse_format(state, arg);
		return 0;
	case 'c':
		o->channels = (unsigned int)parse_number(state, "--channels", arg, 1, 256);
		return 0;
	case 's':
		o->frames = parse_number(state, "--frames", arg, 1, 1ull << 62);
		return 0;
	}
	return parse_shared(key, arg, state);
}

const struct verb record_verb = {
	.name = "record", .summary = "Record to a sound file, driven by notifications",
	.argp = {
		.options = options, .parser = parse, .args_doc = "FILE",
		.doc = "Record to a WAV file, or to samples without a header if the name ends in .raw.",
	},
	.run = record, .expected = "one file to write", .least = 1, .most = 1,
};

struct recording {
	struct sink sink;
	unsigned char *packet;		/* a copy, safe from the hardware */
	unsigned long long wanted;	/* frames; 0: until interrupted */
	unsigned long long limit;	/* frames: wanted, or most that fit into the file */
};

static unsigned long long wanted_frames(const struct options *o)
{
	if (o->frames)
		return o->frames;
	if (o->duration <= 0)
		return 0;
	if (o->duration * o->rate < 1)
		return 1;
	return (unsigned long long)(o->duration * o->rate + 0.5);
}

/* Copy first, then check whether the hardware has overwritten the packet. */
static bool copy_packet(struct session *s, struct recording *r, uint64_t packet)
{
	unsigned int count;

	memcpy(r->packet, wavert_stream_packet(s->stream, packet), s->packet_bytes);
	if (!wavert_stream_readable(s->stream, &packet, &count))
		return true;
	s->lost++;
	return false;
}

static bool full(const struct recording *r)
{
	return r->sink.frames >= r->limit;
}

static int save_failed(const struct session *s, const struct sink *sink)
{
	double have = (double)sink->frames / s->rate;

	session_clear(s);
	if (sink->error == EPIPE)
		fprintf(stderr, "wavert: %s: its reader has gone after %.1f s; the rest is lost\n",
			sink->name, have);
	else if (sink->error == ETIMEDOUT)
		fprintf(stderr, "wavert: %s: interrupted while its reader did not read after %.1f s; the rest is lost\n",
			sink->name, have);
	else
		fprintf(stderr, "wavert: %s: %s after %.1f s, which it holds; free space, or record elsewhere\n",
			sink->name, sink_error(sink), have);
	return EXIT_FAILED;
}

/* Writes frames that were copied intact to the file. */
static int save(struct session *s, struct recording *r, unsigned long long frames)
{
	if (frames > r->limit - r->sink.frames)
		frames = r->limit - r->sink.frames;
	if (sink_write(&r->sink, r->packet, frames) == frames)
		return EXIT_OK;
	return save_failed(s, &r->sink);
}

/* Saves the packets completed since the last call; taken: packets saved so far. */
static int save_packets(struct session *s, struct recording *r, uint64_t *taken)
{
	unsigned int count;
	int lost = wavert_stream_readable(s->stream, taken, &count);

	if (lost < 0)
		return EXIT_OK;		/* removed; session_wait() has printed it */
	s->lost += (unsigned int)lost;
	for (; count && !full(r); count--, ++*taken)
		if (copy_packet(s, r, *taken) &&
		    save(s, r, s->packet_bytes / s->frame_bytes))
			return EXIT_FAILED;
	return EXIT_OK;
}

/* After PAUSE: saves the last complete packets, and the partial one. */
static int save_rest(struct session *s, struct recording *r, uint64_t *taken)
{
	struct wavert_snapshot now;
	uint64_t start;

	if (save_packets(s, r, taken))
		return EXIT_FAILED;
	wavert_stream_snapshot(s->stream, &now);
	start = *taken * s->packet_bytes;
	if (full(r) || now.linear <= start || now.linear - start >= s->packet_bytes)
		return EXIT_OK;
	memcpy(r->packet, wavert_stream_packet(s->stream, *taken), now.linear - start);
	return save(s, r, (now.linear - start) / s->frame_bytes);
}

static int run(struct session *s, struct recording *r)
{
	uint64_t taken = 0;
	int n;

	if (session_start(s))
		return EXIT_FAILED;
	while (!interrupted && !full(r)) {
		n = session_wait(s, 1000);
		if (n < 0)
			return session_broke(s, "record", n, r->sink.frames, r->sink.name);
		if (save_packets(s, r, &taken))
			return EXIT_FAILED;
		session_progress(s, r->wanted);
	}
	n = session_pause(s);
	if (n)
		return session_broke(s, "pause", n, r->sink.frames, r->sink.name);
	return save_rest(s, r, &taken);
}

/* True if everything requested was recorded; otherwise prints a line with the reason. */
static int judge(const struct session *s, const struct recording *r)
{
	double have = (double)r->sink.frames / s->rate;

	if (!r->wanted && !full(r))
		return EXIT_OK;
	if (r->wanted && r->sink.frames >= r->wanted)
		return EXIT_OK;
	if (full(r))
		fprintf(stderr, "wavert: %s is full after %.1f s: a WAV file holds 4 GiB; record to a file named .raw\n",
			r->sink.name, have);
	else
		fprintf(stderr, "wavert: interrupted after %.1f of %.1f s; %s holds these\n",
			have, (double)r->wanted / s->rate, r->sink.name);
	return EXIT_FAILED;
}

static int record_packets(struct session *s, struct recording *r, bool quiet)
{
	int code = run(s, r);

	if (code) {
		session_lost(s, "recorded");
		return code;
	}
	code = judge(s, r);
	if (!session_finish(s, "recorded", r->sink.frames, quiet))
		return EXIT_FAILED;
	return code;
}

static int record(const struct options *o)
{
	const char *path = o->arguments[0];
	struct recording r = { .wanted = wanted_frames(o) };
	struct session s;
	int code;

	code = session_open(&s, o, WAVERT_CAPTURE, o->rate, o->format, o->channels);
	if (!code && !sink_open(&r.sink, path, o->rate, o->format, o->channels))
		code = EXIT_FAILED;
	if (code) {
		session_close(&s);
		return code;
	}
	r.limit = r.sink.max;
	if (r.wanted)
		r.limit = smaller(r.wanted, r.sink.max);
	r.packet = malloc(s.packet_bytes);
	if (r.packet)
		code = record_packets(&s, &r, o->quiet);
	else
		code = fail("record", -ENOMEM);
	warn_silence(&s, o->pin);
	session_close(&s);
	free(r.packet);
	if (!sink_close(&r.sink))
		return EXIT_FAILED;
	return code;
}
