// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ALSA model through alsa-lib: limits, data, position, wake-ups, ends of streams.
 * Runs in a guest with the simulator as card 0: streams=2, hrtimer clock, loopback.
 * Expected values come from the requested sizes and from clock_gettime(), never from the
 * driver.  Prints TAP; needs tap.h, alsa-lib and sound/wavert.h.
 */
#define _GNU_SOURCE
#include "pcm_bed.h"
#include "pcm_tail.h"

/* ---- limits --------------------------------------------------------------------- */

static void check_formats(snd_pcm_t *pcm, snd_pcm_hw_params_t *hw)
{
	size_t offered = 0, known = 0, i;
	int f;

	for (f = 0; f <= SND_PCM_FORMAT_LAST; f++)
		offered += !snd_pcm_hw_params_test_format(pcm, hw, f);
	for (i = 0; i < ARRAY_SIZE(formats); i++)
		known += !snd_pcm_hw_params_test_format(pcm, hw, formats[i]);
	TAP_CHECK(known == ARRAY_SIZE(formats) && offered == known,
		  "The formats are U8, S16, S24_3, S24, S32 and FLOAT, and no other");
}

static void check_ranges(snd_pcm_hw_params_t *hw)
{
	unsigned int least, most;
	snd_pcm_uframes_t frames, period;
	int dir;

	snd_pcm_hw_params_get_channels_min(hw, &least);
	snd_pcm_hw_params_get_channels_max(hw, &most);
	TAP_CHECK(least == 1 && most == 8, "1 to 8 channels are offered (%u..%u)", least, most);
	snd_pcm_hw_params_get_rate_min(hw, &least, &dir);
	snd_pcm_hw_params_get_rate_max(hw, &most, &dir);
	TAP_CHECK(least == 8000 && most == 192000, "8000 to 192000 Hz are offered (%u..%u)",
		  least, most);
	snd_pcm_hw_params_get_buffer_size_max(hw, &frames);
	TAP_CHECK(frames == 4 << 20, "The maximum buffer is 4 MiB (%lu frames of one byte)",
		  frames);
	snd_pcm_hw_params_get_period_size_min(hw, &period, &dir);
	TAP_CHECK(period == 32, "The minimum period is 32 frames (%lu)", period);
	snd_pcm_hw_params_get_periods_min(hw, &least, &dir);
	TAP_CHECK(least == 1, "One period a buffer is offered");
}

static void check_abilities(snd_pcm_hw_params_t *hw)
{
	TAP_CHECK(snd_pcm_hw_params_can_pause(hw), "The stream can pause");
	TAP_CHECK(snd_pcm_hw_params_can_disable_period_wakeup(hw),
		  "Period wake-ups can be turned off");
	TAP_CHECK(!snd_pcm_hw_params_is_batch(hw), "The position is finer than a period");
}

/* Every configuration is set on an open stream and freed. */
static bool accepts(snd_pcm_t *pcm, const struct geometry *g)
{
	int err = configure(pcm, g);

	snd_pcm_hw_free(pcm);
	return err >= 0;
}

static void check_period_sizes(snd_pcm_t *pcm)
{
	static const unsigned int rates[] = { 8000, 8001, 11025, 44100, 48000, 191999, 192000 };
	struct geometry g = plain;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		bool at_32, at_31;

		g.rate = rates[i];
		g.period = 32;
		at_32 = accepts(pcm, &g);
		g.period = 31;
		at_31 = accepts(pcm, &g);
		TAP_CHECK(at_32 && !at_31, "At %u Hz a period has 32 frames, but never 31",
			  rates[i]);
	}
}

static void check_divided_buffer(snd_pcm_t *pcm)
{
	snd_pcm_hw_params_t *hw;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	must(space(pcm, hw, &plain), "space");
	must(snd_pcm_hw_params_set_period_size(pcm, hw, 1000, 0), "period");
	err = snd_pcm_hw_params_set_buffer_size(pcm, hw, 2500);
	TAP_CHECK(err < 0, "A buffer of two and a half periods is refused");
	must(space(pcm, hw, &plain), "space");
	must(snd_pcm_hw_params_set_buffer_size(pcm, hw, 2500), "buffer");
	err = snd_pcm_hw_params_set_periods(pcm, hw, 3, 0);
	TAP_CHECK(err < 0, "A buffer of 2500 frames is not divided by 3");
}

/*
 * Runs for 5.5 periods of 2 ms and counts the periods, also if the buffer has only one. The clock
 * is read before and after start and end: a slow machine may have more periods.
 */
static bool counts_periods(snd_pcm_t *pcm, int *counted)
{
	int64_t least, most = now_ns();
	struct elapsed e;
	bool trace = trace_on();

	start(pcm);
	least = now_ns();
	sleep_us(11000);
	least = now_ns() - least;
	snd_pcm_drop(pcm);
	most = now_ns() - most;
	e = trace_off(trace);
	*counted = e.periods;
	return trace ? e.periods >= least / 2000000 && e.periods <= most / 2000000 :
		       e.periods == -1;
}

static void check_period_counts(snd_pcm_t *pcm)
{
	static const unsigned int counts[] = { 1, 2, 3, 7, 1000, 43690 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		struct geometry g = { SND_PCM_FORMAT_U8, 1, 48000, 96, counts[i], false, true };
		int counted = 0;

		TAP_CHECK(configure(pcm, &g) >= 0 && counts_periods(pcm, &counted),
			  "A buffer of %u period%s is accepted, and in 11 ms the number of periods agrees with the clock (%d)",
			  counts[i], counts[i] == 1 ? "" : "s", counted);
		snd_pcm_hw_free(pcm);
	}
}

static void test_limits(void)
{
	snd_pcm_t *pcm = open_pcm(SND_PCM_STREAM_PLAYBACK, 0);
	snd_pcm_hw_params_t *hw;

	snd_pcm_hw_params_alloca(&hw);
	must(snd_pcm_hw_params_any(pcm, hw), "any");
	check_formats(pcm, hw);
	check_ranges(hw);
	check_abilities(hw);
	check_period_sizes(pcm);
	check_divided_buffer(pcm);
	check_period_counts(pcm);
	snd_pcm_close(pcm);
}

/* ---- data ----------------------------------------------------------------------- */

static void test_loopback(void)
{
	static const unsigned int rates[] = { 8000, 44100, 48000, 192000 };
	static const unsigned int channels[] = { 1, 2, 5, 8 };
	size_t f, r, c;

	for (f = 0; f < ARRAY_SIZE(formats); f++) {
		for (r = 0; r < ARRAY_SIZE(rates); r++) {
			bool ok = true;

			for (c = 0; c < ARRAY_SIZE(channels); c++) {
				struct geometry g = { formats[f], channels[c], rates[r],
						      rates[r] / 100 + 1, 5, false, false };

				ok &= loopback(&g, rates[r] / 100 * 17 + 3);
			}
			TAP_CHECK(ok, "%s at %u Hz, 1, 2, 5 and 8 channels, comes back bit for bit",
				  snd_pcm_format_name(formats[f]), rates[r]);
		}
	}
}

static void test_great_buffer(void)
{
	struct geometry g = { SND_PCM_FORMAT_FLOAT_LE, 8, 192000, 32768, 4, false, false };
	snd_pcm_t *pcm;

	TAP_CHECK(buffer_frames(&g) * frame_bytes(&g) == 4 << 20 && loopback(&g, 150001),
		  "A buffer of 4 MiB transfers every byte, also after a wrap");
	pcm = open_pcm(SND_PCM_STREAM_PLAYBACK, 0);
	g.periods = 5;
	TAP_CHECK(configure(pcm, &g) < 0, "A buffer of more than 4 MiB is refused");
	snd_pcm_close(pcm);
}

/* Compares `heard` with the expected frames; one side may be up to 32 frames later. */
static bool heard_like(const struct duplex *d, const unsigned char *expected, size_t frames)
{
	size_t frame = frame_bytes(&d->g), n = frames - 32, shift;

	for (shift = 0; shift <= 32; shift++)
		if (!memcmp(d->heard, expected + shift * frame, n * frame) ||
		    (is_filled(d->heard, 0, shift * frame) &&
		     !memcmp(d->heard + shift * frame, expected, n * frame)))
			return true;
	return false;
}

/* The rewound part is written again: 800 frames of one piece, 200 of another, a gap. */
static void test_rewind(void)
{
	static unsigned char expected[1100 * 4];
	size_t frame = frame_bytes(&plain);
	struct duplex d;
	long back, over;

	put_pattern(expected, 0, 800 * frame);
	put_pattern(expected + 800 * frame, 20000, 200 * frame);
	duplex_open(&d, 0, &plain, 0, 1500);
	duplex_put(&d, 1000);
	back = snd_pcm_rewind(d.play, 200);
	d.first = 20000 - 800 * frame;
	d.written = 800;
	duplex_put(&d, 200);
	over = snd_pcm_forward(d.play, 300);
	TAP_CHECK(back == 200 && over == 300, "Rewind and forward are allowed (%ld, %ld)", back,
		  over);
	must(snd_pcm_link(d.play, d.capt), "link");
	start(d.play);
	sleep_us(26000);
	duplex_take(&d);
	TAP_CHECK(d.taken > 1200 && heard_like(&d, expected, 1100),
		  "Frames written after a rewind are played instead of the old ones");
	duplex_close(&d);
}

/* ---- pause ---------------------------------------------------------------------- */

#define PAUSES	12

struct pauses {
	long least[PAUSES], most[PAUSES];	/* length of a pause in frames, by the clock */
	long heard[PAUSES + 2];	/* silent frames; [0]: before playback */
	int gaps;
	long next;		/* frames recorded in the order of the pattern */
	bool broken;
	bool moved;		/* the position, while paused */
};

static void play_with_pauses(struct duplex *d, struct pauses *p)
{
	int i;

	for (i = 0; i < PAUSES; i++) {
		struct bracket begin, end;
		long before;

		sleep_us(3137 + i * 1711 % 9000);
		begin.from = now_ns();
		must(snd_pcm_pause(d->play, 1), "pause");
		begin.to = now_ns();
		before = hw_position(d->play, &d->g, d->written);
		sleep_us(1009 + i * 2903 % 7000);
		p->moved |= hw_position(d->play, &d->g, d->written) != before;
		end.from = now_ns();
		must(snd_pcm_pause(d->play, 0), "release");
		end.to = now_ns();
		p->least[i] = (long)((end.from - begin.to) * d->g.rate / 1000000000) - 1;
		p->most[i] = (long)((end.to - begin.from) * d->g.rate / 1000000000) + 1;
	}
	sleep_us(5000);
	must(snd_pcm_pause(d->play, 1), "pause");
	sleep_us(2000);
}

static void find_gaps(const struct duplex *d, struct pauses *p)
{
	size_t frame = frame_bytes(&d->g);
	bool silent = false;
	long i;

	for (i = 0; i < d->taken; i++) {
		const unsigned char *at = d->heard + (size_t)i * frame;

		if (is_pattern(at, (uint64_t)p->next * frame, frame)) {
			p->next++;
			silent = false;
			continue;
		}
		if (!is_filled(at, 0, frame)) {
			printf("# recorded frame %ld is neither silence nor frame %ld\n", i, p->next);
			p->broken = true;
			return;
		}
		if (!silent && p->gaps++ > PAUSES + 1)
			return;
		p->heard[p->gaps - 1]++;
		silent = true;
	}
}

static bool gaps_fit(const struct pauses *p)
{
	int i;

	if (p->gaps != PAUSES + 2)
		return false;
	for (i = 0; i < PAUSES; i++)
		if (p->heard[i + 1] < p->least[i] || p->heard[i + 1] > p->most[i])
			return false;
	return true;
}

static void test_pause(void)
{
	struct geometry g = { SND_PCM_FORMAT_S16_LE, 2, 48000, 480, 50, false, false };
	struct pauses p = { 0 };
	struct duplex d;
	long played;

	duplex_open(&d, 0, &g, 0, (long)buffer_frames(&g));
	duplex_put(&d, buffer_frames(&g));
	start(d.capt);
	sleep_us(1000);
	start(d.play);
	play_with_pauses(&d, &p);
	/* ALSA does not read the pointer in a pause: it has a reading from before the pause */
	played = proc_number("playback 0", "position ") / (long)frame_bytes(&g);
	duplex_take(&d);
	find_gaps(&d, &p);
	TAP_CHECK(!p.moved, "The position does not change while playback is paused");
	TAP_CHECK(!p.broken && p.next == played,
		  "After %d pauses at irregular times no frame is lost or doubled (%ld of %ld recorded)",
		  PAUSES, p.next, played);
	TAP_CHECK(gaps_fit(&p), "Every pause is recorded as silence of its length");
	duplex_close(&d);
}

/* ---- position ------------------------------------------------------------------- */

struct reading {
	long worst;		/* frames outside of the range that the clock allows */
	int wide;		/* readings that the clock bounds to no better than 100 us */
	bool back, beyond;
};

static void read_often(struct duplex *d, struct bracket begin, struct reading *r)
{
	long last = 0;
	int i;

	for (i = 0; i < 600; i++) {
		struct bracket when;
		long at, off;

		sleep_us(137 + i * 31 % 1000);
		at = hw_position_within(d->play, &d->g, d->written, &when);
		off = labs(frames_off(at, d->g.rate, begin, when));
		if (off > r->worst)
			r->worst = off;
		r->wide += when.to - when.from + begin.to - begin.from > 100000;
		r->back |= at < last;
		r->beyond |= at > d->written;
		last = at;
		duplex_put(d, buffer_frames(&d->g));
	}
}

/* A start that the kernel interrupted for long bounds no position: the next one may be better. */
static struct bracket start_quickly(struct duplex *d)
{
	struct bracket begin;
	int tries;

	for (tries = 0;; tries++) {
		d->play = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &d->g);
		d->written = 0;
		duplex_put(d, buffer_frames(&d->g));
		begin = start(d->play);
		if (begin.to - begin.from < 80000 || tries == 5)
			return begin;
		snd_pcm_close(d->play);
	}
}

static void check_position(unsigned int rate)
{
	struct geometry g = { SND_PCM_FORMAT_S16_LE, 2, rate, rate / 50, 5, false, false };
	struct duplex d = { .g = g };
	struct reading r = { 0 };
	struct bracket begin;

	begin = start_quickly(&d);
	read_often(&d, begin, &r);
	TAP_CHECK(!r.back, "The position at %u Hz never goes back", rate);
	TAP_CHECK(!r.beyond, "The position at %u Hz never passes the written frames", rate);
	TAP_CHECK(!r.worst, "The position at %u Hz agrees with the clock (difference %ld frames)", rate,
		  r.worst);
	TAP_CHECK(r.wide < 60, "and nine of ten readings are known to 100 us");
	snd_pcm_close(d.play);
}

static int64_t stamp_ns(snd_htimestamp_t t)
{
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* Position and time of one status are of the same moment. */
static void test_status(void)
{
	struct geometry g = { SND_PCM_FORMAT_S32_LE, 1, 96000, 9600, 4, false, false };
	snd_pcm_t *pcm = ready_pcm(SND_PCM_STREAM_CAPTURE, 0, &g);
	long worst = 0, last = 0;
	snd_pcm_status_t *st;
	bool back = false;
	int i;

	snd_pcm_status_alloca(&st);
	start(pcm);
	for (i = 0; i < 100; i++) {
		snd_htimestamp_t now, begin;
		long at, off;

		sleep_us(811 + i * 97 % 2000);
		must(snd_pcm_status(pcm, st), "status");
		snd_pcm_status_get_htstamp(st, &now);
		snd_pcm_status_get_trigger_htstamp(st, &begin);
		at = (long)snd_pcm_status_get_avail(st);
		off = labs(at - (long)((stamp_ns(now) - stamp_ns(begin)) * g.rate / 1000000000));
		worst = off > worst ? off : worst;
		back |= at < last;
		last = at;
	}
	TAP_CHECK(!back && last > 0, "The frames that a status reports never decrease");
	TAP_CHECK(worst <= 4, "Frames and time stamp of a status agree (difference %ld frames)", worst);
	snd_pcm_close(pcm);
}

static long frames_of(int64_t ns)
{
	return (long)(ns * plain.rate / 1000000000);
}

static void test_delay(void)
{
	struct duplex d = { .g = plain };
	snd_pcm_sframes_t avail, delay = 0, first, missing;
	int64_t before, after, again;
	long least, most;

	d.play = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &plain);
	duplex_put(&d, buffer_frames(&plain));
	TAP_CHECK(!snd_pcm_delay(d.play, &delay) && delay == 1920,
		  "Before the start the delay is the number of written frames (%ld)", (long)delay);
	start(d.play);
	sleep_us(3000);
	TAP_CHECK(!snd_pcm_hwsync(d.play), "hwsync succeeds while the stream runs");
	before = now_ns();
	must(snd_pcm_avail_delay(d.play, &avail, &first), "avail_delay");
	after = now_ns();
	missing = (long)buffer_frames(&plain) - avail - first;
	TAP_CHECK(missing >= 0 && missing <= 8 + frames_of(after - before),
		  "The sum of available frames and delay is the buffer size");
	sleep_us(1000);
	again = now_ns();
	must(snd_pcm_delay(d.play, &delay), "delay");
	least = frames_of(again - after) - 10;
	most = frames_of(now_ns() - before) + 10;
	TAP_CHECK(first - delay >= least && first - delay <= most,
		  "A millisecond later the delay is lower by the frames of that time (%ld, %ld to %ld)",
		  (long)(first - delay), least, most);
	snd_pcm_close(d.play);
}

/* ---- a loopback of two formats ---------------------------------------------------- */

/* Silence is recorded; /proc reports it until the capture is started again, and only then. */
static void test_two_formats(void)
{
	struct geometry other = { SND_PCM_FORMAT_S32_LE, 1, 44100, 441, 4, false, true };
	static const char line[] =
		"  silence: playback 0 is 44100 Hz S32_LE 1 channels, capture 0 is 48000 Hz S16_LE 2 channels\n";
	struct geometry endless = plain;
	snd_pcm_t *capt, *play = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &other);

	endless.endless = true;
	capt = ready_pcm(SND_PCM_STREAM_CAPTURE, 0, &endless);
	start(capt);
	sleep_us(15000);
	TAP_CHECK(!strstr(read_file("/proc/asound/card0/wavert"), "silence"),
		  "While nothing is played /proc does not report silence");
	start(play);
	sleep_us(15000);
	TAP_CHECK(strstr(proc_block("capture 0"), line) == strstr(proc_block("capture 0"), "  silence") &&
		  strstr(proc_block("capture 0"), line),
		  "Playback of another format is recorded as silence, and /proc shows both formats");
	snd_pcm_close(play);
	sleep_us(15000);
	must(snd_pcm_drop(capt), "drop");
	TAP_CHECK(strstr(proc_block("capture 0"), line), "/proc shows both also after playback and capture have ended");
	must(snd_pcm_prepare(capt), "prepare");
	play = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &endless);
	start(capt);
	start(play);
	sleep_us(15000);
	TAP_CHECK(!strstr(read_file("/proc/asound/card0/wavert"), "silence"),
		  "/proc does not report it for a capture started again with playback of the same format");
	snd_pcm_close(play);
	snd_pcm_close(capt);
}

/* ---- ends of a stream ----------------------------------------------------------- */

static void test_xrun(void)
{
	struct duplex d = { .g = plain };
	struct bracket begin, when;
	long ms, at;
	int err;

	d.play = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &plain);
	duplex_put(&d, buffer_frames(&plain));
	begin = start(d.play);
	while ((err = snd_pcm_wait(d.play, 500)) > 0)
		sleep_us(500);	/* if work takes no time, sleep to let time pass */
	ms = (long)((now_ns() - begin.from) / 1000000);
	TAP_CHECK(err == -EPIPE && snd_pcm_state(d.play) == SND_PCM_STATE_XRUN,
		  "A playback stream without new data ends in an xrun with EPIPE");
	TAP_CHECK(ms >= 39 && ms <= 50, "The xrun comes when the buffer is empty (%ld ms)", ms);
	TAP_CHECK(snd_pcm_avail(d.play) == -EPIPE, "After the xrun avail fails with EPIPE");
	TAP_CHECK(proc_says("playback 0", "owner ALSA, state ready"), "DMA has stopped by then");
	must(snd_pcm_prepare(d.play), "prepare");
	d.written = 0;
	duplex_put(&d, buffer_frames(&plain));
	begin = start(d.play);
	sleep_us(7000);
	at = hw_position_within(d.play, &plain, d.written, &when);
	TAP_CHECK(snd_pcm_state(d.play) == SND_PCM_STATE_RUNNING &&
		  !frames_off(at, plain.rate, begin, when),
		  "after prepare the stream runs from position 0");
	snd_pcm_close(d.play);
}

static void test_drain(void)
{
	const long frames = 1234;	/* two periods and a half */
	size_t frame = frame_bytes(&plain);
	struct geometry endless = plain;
	struct duplex d;
	int64_t begin;
	long us, at;
	int err;

	endless.periods = 20;
	duplex_open(&d, 0, &endless, 0, 9600);
	duplex_put(&d, (snd_pcm_uframes_t)frames);
	start(d.capt);
	start(d.play);
	begin = now_ns();
	err = snd_pcm_drain(d.play);
	us = (long)((now_ns() - begin) / 1000);
	sleep_us(15000);
	duplex_take(&d);
	for (at = 0; at < d.taken && d.heard[(size_t)at * frame] == 0; at++)
		;
	TAP_CHECK(!err && snd_pcm_state(d.play) == SND_PCM_STATE_SETUP, "drain returns success");
	TAP_CHECK(us >= 25600 && us <= 31000,
		  "drain returns at the end of the period of the last frame (%ld us)", us);
	TAP_CHECK(at + frames < d.taken && is_pattern(d.heard + (size_t)at * frame, 0,
						      (size_t)frames * frame) &&
		  is_filled(d.heard + (size_t)(at + frames) * frame, 0,
			    (size_t)(d.taken - at - frames) * frame),
		  "drain has played every frame once, and nothing after them");
	duplex_close(&d);
}

static void test_drop(void)
{
	size_t frame = frame_bytes(&plain);
	struct geometry g = plain;
	struct bracket begin, when;
	struct duplex d;
	long at, end;

	g.periods = 20;
	duplex_open(&d, 0, &g, 0, 9600);
	duplex_put(&d, 9600);
	start(d.capt);
	start(d.play);
	sleep_us(20000);
	must(snd_pcm_drop(d.play), "drop");
	sleep_us(20000);
	duplex_take(&d);
	for (at = 0; at < d.taken && d.heard[(size_t)at * frame] == 0; at++)
		;
	for (end = at; end < d.taken && d.heard[(size_t)end * frame]; end++)
		;
	TAP_CHECK(snd_pcm_state(d.play) == SND_PCM_STATE_SETUP, "drop stops the stream");
	TAP_CHECK(labs(end - at - 960) < 40 && is_pattern(d.heard + (size_t)at * frame, 0,
							 (size_t)(end - at) * frame) &&
		  is_filled(d.heard + (size_t)end * frame, 0, (size_t)(d.taken - end) * frame),
		  "drop stops at once: %ld frames of 20 ms are recorded, then silence", end - at);
	must(snd_pcm_prepare(d.play), "prepare");
	d.written = 0;
	duplex_put(&d, buffer_frames(&g));
	begin = start(d.play);
	sleep_us(5000);
	at = hw_position_within(d.play, &g, d.written, &when);
	TAP_CHECK(!frames_off(at, g.rate, begin, when), "prepare after drop resets the position to 0 (%ld)", at);
	duplex_close(&d);
}

/* ---- wake-ups ------------------------------------------------------------------- */

static int poll_once(snd_pcm_t *pcm, int ms)
{
	struct pollfd p;

	snd_pcm_poll_descriptors(pcm, &p, 1);
	return poll(&p, 1, ms);
}

/* Every period causes one wake-up if one period is written after each. */
static void test_wakeups(void)
{
	struct duplex d = { .g = plain };
	long wakeups = 0, points;
	struct elapsed e;
	bool trace;

	d.play = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &plain);
	duplex_put(&d, buffer_frames(&plain));
	trace = trace_on();
	start(d.play);
	while (hw_position(d.play, &plain, d.written) < 50 * 480) {
		if (poll_once(d.play, 1000) != 1)
			break;
		wakeups++;
		duplex_put(&d, 480);
	}
	points = proc_number("playback 0", "points passed ");
	snd_pcm_drop(d.play);
	e = trace_off(trace);
	TAP_CHECK(wakeups == 50, "50 periods wake the program 50 times (%ld)", wakeups);
	TAP_CHECK(points == 50, "they are 50 points of the stream (%ld)", points);
	if (trace)
		TAP_CHECK(e.calls == 50 && e.periods == 50,
			  "snd_pcm_period_elapsed() is called 50 times (%ld calls, %ld periods)", e.calls, e.periods);
	else
		tap_skip("no tracepoints", "snd_pcm_period_elapsed() is called 50 times");
	snd_pcm_close(d.play);
}

static void check_no_wakeups(snd_pcm_stream_t direction, const char *name)
{
	struct geometry g = { SND_PCM_FORMAT_S16_LE, 2, 48000, 480, 4, true, true };
	snd_pcm_t *pcm = ready_pcm(direction, 0, &g);
	struct bracket begin, when;
	struct elapsed e;
	bool trace;
	long at, off, i, worst = 0, woken = 0;

	/* playback: fill the buffer; xruns are disabled, so DMA repeats it */
	if (direction == SND_PCM_STREAM_PLAYBACK)
		woken = transfer(pcm, &g, 0, NULL, buffer_frames(&g)) != 1920;
	trace = trace_on();
	begin = start(pcm);
	woken += poll_once(pcm, 1000);
	at = hw_position_within(pcm, &g, direction == SND_PCM_STREAM_PLAYBACK ? 1920 : 0, &when);
	off = frames_off(at, g.rate, begin, when);
	TAP_CHECK(!woken, "%s: without period wake-ups poll sleeps for a second", name);
	TAP_CHECK(!off && at >= 48000,
		  "%s: one reading after 25 buffers finds the position (%ld, difference %ld frames)",
		  name, at, off);
	for (i = 0; i < 40; i++) {
		sleep_us(7003 + i * 8209 % 120000);	/* up to three buffers */
		at = hw_position_within(pcm, &g, direction == SND_PCM_STREAM_PLAYBACK ? 1920 : 0,
					&when);
		off = labs(frames_off(at, g.rate, begin, when));
		worst = off > worst ? off : worst;
	}
	e = trace_off(trace);
	TAP_CHECK(!worst, "%s: 40 readings at irregular times find the position (difference %ld frames)", name, worst);
	if (trace)
		TAP_CHECK(e.calls == 0, "%s: snd_pcm_period_elapsed() is not called", name);
	else
		tap_skip("no tracepoints", "%s: snd_pcm_period_elapsed() is not called", name);
	snd_pcm_close(pcm);
}

/*
 * Without wake-ups the ALSA core counts missed wraps in whole jiffies a buffer. For a buffer
 * shorter than a jiffy one reading after many buffers would never end, so such buffers have
 * wake-ups.
 */
static void check_short_buffer_without_wakeups(void)
{
	struct geometry g = { SND_PCM_FORMAT_S16_LE, 2, 48000, 32, 2, true, true };
	snd_pcm_t *pcm = ready_pcm(SND_PCM_STREAM_CAPTURE, 0, &g);
	struct bracket begin, when;
	long at;

	begin = start(pcm);
	sleep_us(200000);
	at = hw_position_within(pcm, &g, 0, &when);
	TAP_CHECK(labs(frames_off(at, g.rate, begin, when)) <= 32,
		  "Without wake-ups a reading after 150 buffers shorter than a jiffy returns (%ld frames)",
		  at);
	snd_pcm_close(pcm);
}

static void test_no_wakeups(void)
{
	check_no_wakeups(SND_PCM_STREAM_PLAYBACK, "Playback");
	check_no_wakeups(SND_PCM_STREAM_CAPTURE, "Capture");
	check_short_buffer_without_wakeups();
}

/* Exactly 24000 frames are 750 periods, and the drain ends with the last. */
static void test_short_periods(void)
{
	struct geometry g = { SND_PCM_FORMAT_S16_LE, 2, 48000, 32, 8, false, false };
	struct duplex d = { .g = g };
	bool trace, starved = false;
	struct elapsed e;

	d.play = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &g);
	duplex_put(&d, buffer_frames(&g));
	trace = trace_on();
	start(d.play);
	while (d.written < 24000 && !starved) {
		starved = snd_pcm_wait(d.play, 1000) <= 0;
		duplex_put(&d, (snd_pcm_uframes_t)(24000 - d.written));
	}
	starved |= snd_pcm_drain(d.play) != 0;
	e = trace_off(trace);
	TAP_CHECK(!starved, "Half a second of 32-frame periods plays without xrun");
	if (trace)
		TAP_CHECK(e.periods == 750 && e.calls == 750,
			  "exactly 750 periods end, with one call of snd_pcm_period_elapsed() each (%ld in %ld)",
			  e.periods, e.calls);
	else
		tap_skip("no tracepoints", "exactly 750 periods end");
	snd_pcm_close(d.play);
}

/* ---- substreams and owners -------------------------------------------------------- */

static void test_two_streams(void)
{
	struct geometry slow = { SND_PCM_FORMAT_U8, 1, 8000, 80, 4, false, false };
	struct duplex a, b;
	bool ok_a, ok_b;

	duplex_open(&a, 0, &plain, 0, 4800);
	duplex_open(&b, 1, &slow, 31337, 2400);
	duplex_start(&a);
	sleep_us(3000);
	duplex_start(&b);
	ok_a = ok_b = true;
	while (ok_a && ok_b && a.taken < 4800) {
		ok_a = duplex_serve(&a, a.taken + 240);
		ok_b = duplex_serve(&b, b.taken + 40);
	}
	must(snd_pcm_drop(a.play), "drop");
	must(snd_pcm_hw_free(a.play), "hw_free");
	ok_b = ok_b && duplex_serve(&b, 2400);
	TAP_CHECK(ok_a && heard_all(&a), "The first of two capture streams records its own playback");
	TAP_CHECK(ok_b && heard_all(&b),
		  "The second, of another rate, records its own, also after the first has ended");
	duplex_close(&a);
	duplex_close(&b);
}

/* A WaveRT client claims playback pin 0; the caller closes the descriptors. */
static int take_pin(int fd[2])
{
	struct wavert_format format = { .rate = 48000, .format = WAVERT_FORMAT_S16, .channels = 2 };
	struct wavert_buffer buffer = { .flags = WAVERT_ALLOC_NOTIFICATION, .notifications = 2,
					.requested_bytes = 8192 };
	struct wavert_new_stream stream = { .direction = WAVERT_PLAYBACK };

	fd[0] = open("/dev/snd/hwC0D0", O_RDWR);
	if (ioctl(fd[0], WAVERT_IOC_NEW_STREAM, &stream))
		must(-errno, "NEW_STREAM");
	fd[1] = stream.fd;
	if (ioctl(fd[1], WAVERT_IOC_SET_FORMAT, &format))
		must(-errno, "SET_FORMAT");
	return ioctl(fd[1], WAVERT_IOC_ALLOC_BUFFER, &buffer) ? -errno : 0;
}

static void test_owner(void)
{
	snd_pcm_t *pcm = open_pcm(SND_PCM_STREAM_PLAYBACK, 0);
	int fd[2], err;

	err = take_pin(fd);
	TAP_CHECK(!err, "WaveRT can claim a pin whose PCM is open but not configured");
	TAP_CHECK(proc_says("playback 0", "owner WaveRT, state ready"), "WaveRT then owns it");
	err = configure(pcm, &plain);
	TAP_CHECK(err == -EBUSY, "hw_params of a pin that WaveRT owns fails with EBUSY (%d)", err);
	close(fd[1]);
	close(fd[0]);
	err = configure(pcm, &plain);
	TAP_CHECK(!err && proc_says("playback 0", "owner ALSA, state ready"),
		  "hw_params succeeds after WaveRT has closed it");
	err = take_pin(fd);
	TAP_CHECK(err == -EBUSY, "A pin that ALSA owns is busy for WaveRT (%d)", err);
	close(fd[1]);
	close(fd[0]);
	TAP_CHECK(proc_says("playback 0", "owner ALSA, state ready"), "and stays ALSA's");
	snd_pcm_close(pcm);
}

static void test_twice(void)
{
	struct geometry g = { SND_PCM_FORMAT_FLOAT_LE, 8, 96000, 1001, 3, false, false };
	snd_pcm_t *pcm = ready_pcm(SND_PCM_STREAM_PLAYBACK, 0, &plain);
	struct bracket begin, when;
	int err = configure(pcm, &g);
	long at;

	TAP_CHECK(!err && proc_number("playback 0", "buffer ") == 1001 * 3 * 32 &&
		  proc_number("playback 0", "points ") == 3 &&
		  proc_number("playback 0", "rate ") == 96000,
		  "hw_params can be called twice, and the second call is used");
	must(transfer(pcm, &g, 0, NULL, 3003), "write");
	begin = start(pcm);
	sleep_us(10000);
	at = hw_position_within(pcm, &g, 3003, &when);
	TAP_CHECK(!frames_off(at, g.rate, begin, when), "the stream runs with the parameters of the second call");
	snd_pcm_close(pcm);
}

static void test_cycles(void)
{
	int i;

	TAP_CHECK(all_free(), "Up to here every stream has been freed");
	for (i = 0; i < 200; i++) {
		struct geometry g = plain;
		snd_pcm_t *pcm;

		g.period += (snd_pcm_uframes_t)i;
		pcm = ready_pcm(i & 1 ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK, i & 1,
				&g);
		if (i % 3) {
			snd_pcm_start(pcm);
			snd_pcm_drop(pcm);
			snd_pcm_hw_free(pcm);
		}
		snd_pcm_close(pcm);
	}
	TAP_CHECK(all_free(), "200 cycles of open, hw_params, hw_free, close leave nothing allocated");
}

int main(void)
{
	make_pattern();
	test_limits();
	test_loopback();
	test_great_buffer();
	test_rewind();
	test_pause();
	check_position(44100);
	check_position(192000);
	test_status();
	test_delay();
	test_two_formats();
	test_xrun();
	test_drain();
	test_tails();
	test_drop();
	test_wakeups();
	test_no_wakeups();
	test_short_periods();
	test_two_streams();
	test_owner();
	test_twice();
	test_cycles();
	return tap_done();
}
