/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sound after the last frame: the ring contains old, loud frames when a stream is
 * drained or stopped, and a capture of the same pin records for a long time after that.
 * Included once, by pcm_test.c.
 */
#ifndef WRT_TEST_PCM_TAIL_H
#define WRT_TEST_PCM_TAIL_H

#include "pcm_bed.h"

enum ending {
	DRAIN,			/* with the last frames in the ring */
	DRAIN_UNSTARTED,	/* which starts the stream */
	DRAIN_WITHOUT_BLOCK,
	DRAIN_PAUSED,
	REWIND_DRAIN,		/* the last 100 frames are rewound before the drain ... */
	DRAIN_REWIND,		/* ... or while the stream drains */
	PAUSE_DROP,
};

struct tail {
	const char *name;
	struct geometry g;
	long frames;		/* written in total */
	enum ending ending;
};

#define TAKEN_BACK	100

static void tail_open(struct duplex *d, int pin, const struct tail *t)
{
	struct geometry capture = t->g;

	capture.period = t->g.rate / 100;
	capture.periods = 60;		/* it need not be read often */
	*d = (struct duplex) { .g = t->g, .room = (long)t->g.rate * 4 };
	d->heard = malloc((size_t)d->room * frame_bytes(&t->g));
	if (!d->heard)
		must(-ENOMEM, "malloc");
	d->play = ready_pcm(SND_PCM_STREAM_PLAYBACK, pin, &t->g);
	d->capt = ready_pcm(SND_PCM_STREAM_CAPTURE, pin, &capture);
	start(d->capt);
}

/* Everything is written; the ring is full or contains the rest. */
static bool tail_write(struct duplex *d, const struct tail *t)
{
	duplex_put(d, (snd_pcm_uframes_t)t->frames);
	if (t->ending == DRAIN_UNSTARTED)
		return d->written == t->frames;
	start(d->play);
	while (d->written < t->frames) {
		if (snd_pcm_wait(d->play, 2000) <= 0)
			return false;
		duplex_put(d, (snd_pcm_uframes_t)(t->frames - d->written));
		duplex_take(d);
	}
	return true;
}

/* A non-blocking drain ends without a further call, and poll() wakes when it ends. */
static bool drained_by_poll(struct duplex *d, bool rewind)
{
	int wakes = 0;

	must(snd_pcm_nonblock(d->play, 1), "nonblock");
	if (snd_pcm_drain(d->play) != -EAGAIN)
		return false;
	if (rewind) {
		must((int)snd_pcm_rewind(d->play, TAKEN_BACK), "rewind");
		must(snd_pcm_avail(d->play) < 0, "avail");
	}
	while (snd_pcm_state(d->play) == SND_PCM_STATE_DRAINING && wakes++ < 1000) {
		struct pollfd p;

		snd_pcm_poll_descriptors(d->play, &p, 1);
		if (poll(&p, 1, 2000) != 1)
			return false;
		sleep_us(100);
	}
	return true;
}

static bool tail_end(struct duplex *d, const struct tail *t)
{
	switch (t->ending) {
	case DRAIN_WITHOUT_BLOCK:
	case DRAIN_REWIND:
		return drained_by_poll(d, t->ending == DRAIN_REWIND);
	case REWIND_DRAIN:
		if (snd_pcm_rewind(d->play, TAKEN_BACK) != TAKEN_BACK)
			return false;
		break;
	case DRAIN_PAUSED:
		must(snd_pcm_pause(d->play, 1), "pause");
		sleep_us(7000);
		break;
	case PAUSE_DROP:
		sleep_us(3003);
		must(snd_pcm_pause(d->play, 1), "pause");
		sleep_us(7000);
		return !snd_pcm_drop(d->play);
	default:
		break;
	}
	return !snd_pcm_drain(d->play);
}

/* Number of frames recorded in the order of the pattern, without silence; -1: there are others. */
static long tail_heard(const struct duplex *d)
{
	unsigned char silence = d->g.format == SND_PCM_FORMAT_U8 ? 0x80 : 0;
	size_t frame = frame_bytes(&d->g);
	long i, n = 0;

	for (i = 0; i < d->taken; i++) {
		const unsigned char *at = d->heard + (size_t)i * frame;

		if (is_filled(at, silence, frame))
			continue;
		if (!is_pattern(at, (uint64_t)n * frame, frame)) {
			printf("# after %ld frames other samples are recorded\n", n);
			return -1;
		}
		n++;
	}
	return n;
}

static void check_heard(const struct duplex *d, const struct tail *t, bool ended)
{
	bool back = t->ending == REWIND_DRAIN || t->ending == DRAIN_REWIND;
	long heard = tail_heard(d), ought = d->written - (back ? TAKEN_BACK : 0);

	TAP_CHECK(ended && snd_pcm_state(d->play) == SND_PCM_STATE_SETUP &&
		  (t->ending == PAUSE_DROP ? heard > 0 && heard < ought : heard == ought),
		  "%s: after frame %ld (%ld) only silence is recorded", t->name, heard, ought);
}

static void check_tail(const struct tail *t)
{
	struct duplex d;
	bool ended;

	tail_open(&d, 0, t);
	ended = tail_write(&d, t) && tail_end(&d, t);
	sleep_us(30000);
	duplex_take(&d);
	check_heard(&d, t, ended);
	duplex_close(&d);
}

/* First fills the ring with old frames, also if it has only one period. */
static void tail_open_after_xrun(struct duplex *d, int pin, const struct tail *t)
{
	tail_open(d, pin, t);
	duplex_put(d, buffer_frames(&t->g));
	start(d->play);
	while (snd_pcm_wait(d->play, 2000) > 0)
		sleep_us(500);
	TAP_CHECK(!snd_pcm_drain(d->play) && snd_pcm_state(d->play) == SND_PCM_STATE_SETUP,
		  "%s: a drain in an xrun ends at once", t->name);
	sleep_us(30000);
	duplex_take(d);
	must(snd_pcm_prepare(d->play), "prepare");
	d->taken = d->written = 0;
}

static void check_tail_after_xrun(const struct tail *t)
{
	struct duplex d;
	bool ended;

	tail_open_after_xrun(&d, 0, t);
	ended = tail_write(&d, t) && tail_end(&d, t);
	sleep_us(30000);
	duplex_take(&d);
	check_heard(&d, t, ended);
	duplex_close(&d);
}

/* Two streams drain at the same time; the longer one ends the drain. */
static void check_linked_tails(void)
{
	static const struct tail
		first = { "Linked", { SND_PCM_FORMAT_S16_LE, 2, 48000, 480, 10, false, false },
			  1777, DRAIN_UNSTARTED },
		second = { "Linked (the other)", { SND_PCM_FORMAT_U8, 2, 8000, 80, 10, false, false },
			   555, DRAIN_UNSTARTED };
	struct duplex a, b;
	bool ended;

	tail_open_after_xrun(&a, 0, &first);
	tail_open_after_xrun(&b, 1, &second);
	must(snd_pcm_link(a.play, b.play), "link");
	ended = tail_write(&a, &first) && tail_write(&b, &second) && tail_end(&a, &first);
	sleep_us(30000);
	duplex_take(&a);
	duplex_take(&b);
	check_heard(&a, &first, ended);
	check_heard(&b, &second, ended);
	duplex_close(&a);
	duplex_close(&b);
}

static void test_tails(void)
{
#define STEREO(period, periods) { SND_PCM_FORMAT_S16_LE, 2, 48000, period, periods, false, false }
	static const struct tail tails[] = {
		{ "Drain, last period not full", STEREO(480, 10), 5807, DRAIN },
		{ "Drain, last period full", STEREO(480, 10), 5760, DRAIN },
		{ "Drain, 200 frames over", STEREO(480, 10), 5000, DRAIN },
		{ "Drain, one frame over", STEREO(480, 10), 9601, DRAIN },
		{ "Drain, one frame short", STEREO(480, 10), 9599, DRAIN },
		{ "Drain, long periods", STEREO(6000, 4), 60007, DRAIN },
		{ "Drain after many cycles of the ring", STEREO(32, 8), 48011, DRAIN },
		{ "Drain of a full ring", STEREO(480, 10), 4800, DRAIN_UNSTARTED },
		{ "Drain, 8 bits", { SND_PCM_FORMAT_U8, 2, 8000, 80, 4, false, false }, 1003, DRAIN },
		{ "Drain, 8 channels", { SND_PCM_FORMAT_FLOAT_LE, 8, 192000, 1001, 3, false, false },
		  19999, DRAIN },
		{ "Non-blocking drain", STEREO(480, 10), 5807, DRAIN_WITHOUT_BLOCK },
		{ "Drain of a paused stream", STEREO(480, 10), 5807, DRAIN_PAUSED },
		{ "Rewind, then drain", STEREO(480, 10), 5807, REWIND_DRAIN },
		{ "Rewind while the stream drains", STEREO(480, 10), 5807, DRAIN_REWIND },
		{ "Pause, then drop", STEREO(480, 10), 5807, PAUSE_DROP },
	}, after_xrun[] = {
		{ "Drain of 5 frames", STEREO(480, 10), 5, DRAIN_UNSTARTED },
		{ "Drain of 777 frames", STEREO(480, 10), 777, DRAIN_UNSTARTED },
		{ "Drain of part of a period", STEREO(4800, 1), 3001, DRAIN_UNSTARTED },
		{ "Drain of one full period", STEREO(4800, 1), 4800, DRAIN_UNSTARTED },
	};
#undef STEREO
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tails); i++)
		check_tail(&tails[i]);
	for (i = 0; i < ARRAY_SIZE(after_xrun); i++)
		check_tail_after_xrun(&after_xrun[i]);
	check_linked_tails();
}

#endif
