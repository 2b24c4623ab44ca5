// SPDX-License-Identifier: GPL-2.0-only
/*
 * play.c - wavert play FILE: event-driven playback. Each notification frees a packet,
 * which is refilled at once; nothing else wakes the program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sound.h"
#include "tool.h"

static int play(const struct options *o);

static const struct argp_option options[] = {
	OPTION_DEVICE, OPTION_PIN, OPTION_NOTIFICATIONS, OPTION_BUFFER_TIME,
	OPTION_QUIET("No report"), OPTIONS_END
};

const struct verb play_verb = {
	.name = "play", .summary = "Play a sound file, driven by notifications",
	.argp = {
		.options = options, .parser = parse_shared, .args_doc = "FILE",
		.doc = "Play a sound file, driven by notifications.",
	},
	.run = play, .expected = "one sound file", .least = 1, .most = 1,
};

struct playback {
	struct session *s;
	struct source *src;
	unsigned char *packet;		/* the next packet; a source may take long to deliver it */
	uint64_t next;			/* its number */
	uint64_t end;			/* of the sound, bytes */
};

static void silence(const struct session *s, void *to, size_t bytes)
{
	int zero = 0;

	if (s->format == WAVERT_FORMAT_U8)
		zero = 0x80;
	memset(to, zero, bytes);
}

/*
 * While the source delivers nothing, silence replaces packets that were played. If the device is
 * gone there is nothing to wait for.
 */
static void keep_silent(void *of)
{
	const struct playback *p = of;
	uint64_t packet = p->next;
	unsigned int room;
	int err = wavert_stream_writable(p->s->stream, &packet, &room);

	p->src->in.stopped |= err == -ENODEV;
	for (; err >= 0 && room; room--, packet++)
		silence(p->s, wavert_stream_packet(p->s->stream, packet), p->s->packet_bytes);
	wavert_stream_barrier(p->s->stream);
}

/* Reads the next packet of the sound, silence after its end. Returns its frames. */
static size_t next_packet(struct playback *p)
{
	struct session *s = p->s;
	size_t got = source_read(p->src, p->packet, s->packet_bytes / s->frame_bytes, s->format);

	silence(s, p->packet + got * s->frame_bytes, s->packet_bytes - got * s->frame_bytes);
	return got;
}

/* Refills packets that were played. A packet that is late moves to the next one in time. */
static void refill(struct playback *p)
{
	struct session *s = p->s;
	uint64_t first = p->next;
	unsigned int room;
	size_t got;
	int late;

	while (wavert_stream_writable(s->stream, &first, &room) >= 0 && room) {
		got = next_packet(p);
		late = wavert_stream_writable(s->stream, &p->next, &room);
		if (got && late > 0)
			s->lost += (unsigned int)late;
		memcpy(wavert_stream_packet(s->stream, p->next), p->packet, s->packet_bytes);
		if (got)
			p->end = p->next * s->packet_bytes + got * s->frame_bytes;
		first = ++p->next;
	}
	wavert_stream_barrier(s->stream);
}

/* Frames of the sound that have been played. */
static unsigned long long played(const struct playback *p)
{
	const struct session *s = p->s;
	unsigned long long packets = above(session_packets(s), s->lost);

	return smaller(packets * (s->packet_bytes / s->frame_bytes), p->src->frames);
}

/* True if everything has been played; otherwise prints a line with the reason. */
static int judge(const struct playback *p)
{
	struct source *src = p->src;
	unsigned long long frames = played(p);

	if (!src->in.stopped && src->ended && frames == src->frames)
		return exit_code(source_complete(src));
	fprintf(stderr, "wavert: interrupted after %.1f", (double)frames / p->s->rate);
	if (src->length)
		fprintf(stderr, " of %.1f", (double)src->length / p->s->rate);
	fputs(" s; the rest has not been played\n", stderr);
	return EXIT_FAILED;
}

static int run(struct playback *p)
{
	struct session *s = p->s;
	int n = 0;

	refill(p);
	if (session_start(s))
		return EXIT_FAILED;
	while (!interrupted) {
		if (p->src->ended)
			n = wavert_stream_drain(s->stream, p->end, 0);
		if (n > 0)
			break;
		if (!n)		/* no event for the frames left in the hardware at the end */
			n = session_wait(s, p->src->ended ? 20 : 1000);
		if (n < 0)
			return session_broke(s, "play", n, played(p), NULL);
		n = 0;
		refill(p);
		session_progress(s, p->src->length);
	}
	n = session_pause(s);
	if (n)
		return session_broke(s, "pause", n, played(p), NULL);
	return EXIT_OK;
}

static int play_source(struct session *s, struct source *src, bool quiet)
{
	struct playback p = { .s = s, .src = src, .packet = malloc(s->packet_bytes) };
	int code;

	if (!p.packet)
		return fail("play", -ENOMEM);
	src->in.idle = keep_silent;
	src->in.idle_of = &p;
	code = run(&p);
	if (code) {
		session_lost(s, "played");
	} else {
		session_clear(s);
		code = judge(&p);
		if (!session_finish(s, "played", played(&p), quiet))
			code = EXIT_FAILED;
	}
	src->in.idle = NULL;
	src->in.idle_of = NULL;
	free(p.packet);
	return code;
}

static int play(const struct options *o)
{
	const char *path = o->arguments[0];
	struct source src;
	struct session s;
	int code;

	if (!source_open(&src, path))
		return EXIT_FAILED;
	code = session_open(&s, o, WAVERT_PLAYBACK, (unsigned int)src.info.samplerate, src.format,
			    (unsigned int)src.info.channels);
	if (!code)
		code = play_source(&s, &src, o->quiet);
	session_close(&s);
	source_close(&src);
	return code;
}
