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

struct playback {
	struct session *s;
	struct source *src;
	unsigned char *packet;		/* the next one: a source may make us wait for it */
	unsigned long long written;	/* number of the next packet */
	unsigned long long end;		/* and after the last one with sound in it */
	bool running;
};

static unsigned char *slot(const struct session *s, unsigned long long packet)
{
	return s->buffer + packet * s->packet_bytes % s->bytes;
}

static unsigned long long slots(const struct session *s)
{
	return s->bytes / s->packet_bytes;
}

static void silence(const struct session *s, void *to, size_t bytes)
{
	memset(to, s->format == WAVERT_FORMAT_U8 ? 0x80 : 0, bytes);
}

/*
 * While the source delivers nothing: what has been played is not heard again. Without a
 * device there is nothing to wait for.
 */
static void keep_silent(void *of)
{
	const struct playback *p = of;
	unsigned long long done = session_packets(p->s), packet;
	struct wavert_snapshot now;

	wavert_stream_snapshot(p->s->stream, &now);
	p->src->in.stopped |= now.state == WAVERT_STATE_GONE;
	for (packet = p->written > done ? p->written : done; packet < done + slots(p->s); packet++)
		silence(p->s, slot(p->s, packet), p->s->packet_bytes);
}

/* The next packet of the sound, silence after its end. Returns its frames. */
static size_t next_packet(struct playback *p)
{
	struct session *s = p->s;
	size_t got = source_read(p->src, p->packet, s->packet_bytes / s->frame_bytes, s->format);

	silence(s, p->packet + got * s->frame_bytes, s->packet_bytes - got * s->frame_bytes);
	return got;
}

/*
 * Refill what has been played. A packet that comes too late moves: also the one that is
 * being played now is lost if it was not filled before, writing there repairs nothing.
 */
static void refill(struct playback *p)
{
	struct session *s = p->s;
	unsigned long long done;
	size_t got;

	while (p->written < session_packets(s) + slots(s)) {
		got = next_packet(p);
		done = session_packets(s);
		if (p->running && done >= p->written) {
			s->lost += got ? done + 1 - p->written : 0;
			p->written = done + 1;
		}
		memcpy(slot(s, p->written), p->packet, s->packet_bytes);
		p->written++;
		if (got)
			p->end = p->written;
	}
}

/* Frames of the sound that have been played. */
static unsigned long long played(const struct playback *p)
{
	const struct session *s = p->s;
	unsigned long long packets = session_packets(s), frames;

	frames = packets > s->lost ? (packets - s->lost) * (s->packet_bytes / s->frame_bytes) : 0;
	return frames < p->src->frames ? frames : p->src->frames;
}

/* Has everything been played? If not, in a line why. */
static int judge(const struct playback *p)
{
	struct source *src = p->src;
	unsigned long long frames = played(p);

	if (!src->in.stopped && src->ended && frames == src->frames)
		return source_complete(src) ? EXIT_OK : EXIT_FAILED;
	fprintf(stderr, "wavert: interrupted after %.1f", (double)frames / p->s->rate);
	if (src->length)
		fprintf(stderr, " of %.1f", (double)src->length / p->s->rate);
	fputs(" s; the rest has not been played\n", stderr);
	return EXIT_FAILED;
}

static int run(struct playback *p)
{
	struct session *s = p->s;
	int n;

	refill(p);
	if (session_start(s))
		return EXIT_FAILED;
	p->running = true;
	while (!interrupted && !(p->src->ended && session_packets(s) >= p->end)) {
		n = session_wait(s, 1000);
		if (n < 0)
			return session_broke(s, "play", n, played(p), NULL);
		refill(p);
		session_progress(s, p->src->length);
	}
	n = session_pause(s);
	return n ? session_broke(s, "pause", n, played(p), NULL) : EXIT_OK;
}

static int play(struct session *s, struct source *src, bool quiet)
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

int verb_play(const struct options *o, const char *path)
{
	struct source src;
	struct session s;
	int code;

	if (!source_open(&src, path))
		return EXIT_FAILED;
	code = session_open(&s, o, WAVERT_PLAYBACK, (unsigned int)src.info.samplerate, src.format,
			    (unsigned int)src.info.channels);
	if (!code)
		code = play(&s, &src, o->quiet);
	session_close(&s);
	source_close(&src);
	return code;
}
