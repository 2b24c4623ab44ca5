// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_sim.c - kernel/hw/sim/: the software engine is exact to the frame, it
 * records the playback, and its fault injection works as documented. Driven through
 * core/ by a test clock or its own step clock.
 */
#include "testbed.h"

#define SECOND	1000000000ull
#define DAY	(24 * 3600 * SECOND)

static const struct wrt_sim_config ticking = { .pairs = 1, .source = WRT_SIM_LOOPBACK };
static const struct wrt_sim_config stepping = {
	.pairs = 1, .step = true, .source = WRT_SIM_LOOPBACK,
};

static const u32 sim_formats[] = {
	WRT_FMT_U8, WRT_FMT_S16, WRT_FMT_S24_3, WRT_FMT_S24_32, WRT_FMT_S32, WRT_FMT_FLOAT,
};

/* One end of a pair, with its own client and buffer. */
struct side {
	struct tb_client client;
	struct tb_buffer buffer;
	struct wrt_stream *s;
	bool running;
};

static struct tb tb;
static struct side play, capt;
static bool open;

static void side_open(struct side *side, struct tb *tb, u32 dir, u32 pin, u32 rate, u32 format,
		      u32 channels, u32 frames, u32 notify)
{
	u32 bytes = frames * channels * wrt_format_bytes(format);

	memset(side, 0, sizeof(*side));
	side->s = wrt_device_stream(&tb->dev, dir, pin);
	assert_non_null(side->s);
	tb_client_init(&side->client, tb, notify);
	tb_buffer_make(&side->buffer, side->s, rate, format, channels, bytes, notify);
	assert_int_equal(side->buffer.geom.bytes, bytes);
	assert_int_equal(wrt_stream_configure(side->s, &side->client.client,
					      &side->buffer.geom), 0);
}

static void side_start(struct side *side)
{
	assert_int_equal(wrt_stream_start(side->s, &side->client.client), 0);
	side->running = true;
}

static void side_stop(struct side *side)
{
	assert_int_equal(wrt_stream_stop(side->s, &side->client.client), 0);
	side->running = false;
}

static void side_close(struct side *side)
{
	if (!side->s)
		return;
	wrt_stream_release(side->s, &side->client.client);
	tb_buffer_free(&side->buffer);
	side->s = NULL;
}

/* Closes what is open. The next bed does, and the end of a test. */
static void bed_close(void)
{
	side_close(&play);
	side_close(&capt);
	if (open)
		tb_close(&tb);
	open = false;
}

static void bed_open(const struct wrt_sim_config *cfg)
{
	bed_close();
	tb_open(&tb, cfg);
	open = true;
}

static int end_of_test(void **state)
{
	bed_close();
	return 0;
}

#define SIM_TEST(name)	TB_TEST(name, void *unused, NULL, end_of_test)

static u64 side_linear(struct side *side)
{
	struct wrt_snapshot snap;

	wrt_stream_position(side->s, &side->client.client, &snap);
	return snap.linear;
}

static u64 side_frames(struct side *side)
{
	return side_linear(side) / side->buffer.geom.frame_bytes;
}

/* ---- time -------------------------------------------------------------------------- */

static void one_day_at(u32 rate)
{
	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, rate, WRT_FMT_U8, 1, 1 << 20, 2);
	side_start(&play);
	tb_run_until(&tb, TB_EPOCH + DAY - 1);
	assert_int_equal(side_frames(&play), 86400ull * rate - 1);
	tb_run_until(&tb, TB_EPOCH + DAY);
	assert_int_equal(side_frames(&play), 86400ull * rate);
}

SIM_TEST(after_24_hours_the_position_is_exact_to_the_frame)
{
	static const u32 rates[] = {
		8000, 11025, 12345, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000,
	};
	size_t i;

	for (i = 0; i < COUNT(rates); i++)
		one_day_at(rates[i]);
}

SIM_TEST(at_any_moment_the_position_is_the_number_of_whole_frames_since_the_epoch)
{
	u64 seed = 44100, from;
	u32 i;

	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 44100, WRT_FMT_U8, 1, 4410, 2);
	tb_sleep(&tb, 123456789);
	from = 123456789ull * 44100 / SECOND;
	side_start(&play);
	for (i = 0; i < 20000; i++) {
		tb_run_for(&tb, tb_random(&seed) % 20000000);
		assert_int_equal(side_frames(&play), (tb.now - TB_EPOCH) * 44100 / SECOND - from);
	}
}

static u64 expected_point;

static void check_point(struct tb_client *c)
{
	u64 frame = ++expected_point * 448;

	assert_int_equal(c->last.linear, frame * 4);
	assert_int_equal(c->tb->now, TB_EPOCH + tb_frames_ns(frame, 44100));
}

SIM_TEST(points_come_at_their_frame_to_the_nanosecond_and_do_not_drift)
{
	bed_open(&ticking);
	expected_point = 0;
	side_open(&play, &tb, WRT_PLAYBACK, 0, 44100, WRT_FMT_S16, 2, 896, 2);
	play.client.on_notify = check_point;
	side_start(&play);
	tb_run_for(&tb, 600 * SECOND);
	assert_int_equal(expected_point, 600 * 44100 / 448);
	assert_int_equal(tb.interrupts, 600 * 44100 / 448);
}

SIM_TEST(without_points_it_interrupts_every_quarter_buffer_but_within_1_and_10_ms)
{
	static const struct { u32 frames; u64 ns; } cases[] = {
		{ 192, SECOND / 1000 }, { 1920, SECOND / 100 }, { 1924, SECOND / 100 },
		{ 48000, SECOND / 100 }, { 960, SECOND / 200 }, { 32, SECOND / 1000 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		bed_open(&ticking);
		side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 1, cases[i].frames, 0);
		side_start(&play);
		tb_run_for(&tb, SECOND);
		assert_int_equal(tb.interrupts, SECOND / cases[i].ns);
		assert_int_equal(play.client.last.linear, 96000);
		assert_int_equal(play.client.notifies, 0);
	}
}

SIM_TEST(when_points_are_switched_on_the_next_interrupt_is_at_the_next_point)
{
	struct tb_client observer;

	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 1, 28000, 2);
	play.client.client.wants_points = false;
	side_start(&play);
	tb_client_init(&observer, &tb, true);
	tb_run_for(&tb, SECOND / 4 + 1000000);
	assert_int_equal(wrt_stream_observe(play.s, &observer.client), 0);
	assert_int_equal(tb.timer[0], TB_EPOCH + tb_frames_ns(14000, 48000));
	wrt_stream_unobserve(play.s, &observer.client);
	assert_true(tb.timer[0] <= tb.now + SECOND / 100);
}

SIM_TEST(with_points_far_apart_it_still_interrupts_every_100_ms)
{
	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 1, 48000 * 5 / 2, 2);
	side_start(&play);
	tb_run_for(&tb, 10 * SECOND);
	assert_int_equal(play.client.points, 8);
	assert_int_equal(tb.interrupts, 104);	/* 12 and the point, eight times */
}

static void back_and_on(struct tb *tb, struct side *side)
{
	side_start(side);
	tb_run_for(tb, SECOND / 2);
	assert_int_equal(side_frames(side), 24000);
	tb->now -= SECOND / 3;	/* no multiple of the buffer */
	assert_int_equal(side_frames(side), 24000);
	tb_run_for(tb, SECOND / 6);
	assert_int_equal(side_frames(side), 24000);
	tb_run_for(tb, SECOND / 3 - SECOND / 6);
	assert_int_equal(side_frames(side), 24000);
	tb_run_for(tb, SECOND / 4);
	assert_int_equal(side_frames(side), 36000);
	side_stop(side);
	assert_int_equal(side->client.points, 150);
}

/* A machine whose processors have different clocks. */
SIM_TEST(a_clock_that_goes_back_makes_both_directions_wait_for_it)
{
	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 1, 480, 2);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 48000, WRT_FMT_S16, 1, 480, 2);
	back_and_on(&tb, &play);
	back_and_on(&tb, &capt);
}

SIM_TEST(a_stopped_stream_raises_no_interrupt)
{
	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 1, 480, 2);
	tb_run_for(&tb, SECOND);
	side_start(&play);
	side_stop(&play);
	tb_run_for(&tb, SECOND);
	assert_int_equal(tb.interrupts, 0);
	assert_false(wrt_device_irq(&tb.dev));
}

SIM_TEST(each_stream_keeps_its_own_rate)
{
	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 44100, WRT_FMT_S16, 2, 441, 1);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 192000, WRT_FMT_S32, 8, 960, 4);
	side_start(&play);
	side_start(&capt);
	tb_run_for(&tb, 10 * SECOND);
	assert_int_equal(play.client.points, 1000);
	assert_int_equal(capt.client.points, 8000);
	assert_int_equal(side_frames(&play), 441000);
	assert_int_equal(side_frames(&capt), 1920000);
}

SIM_TEST(an_end_that_is_set_while_a_point_is_due_does_not_cancel_the_point)
{
	struct wrt_snapshot now;
	unsigned long flags;

	bed_open(&stepping);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 2, 200, 2);
	side_start(&play);
	assert_int_equal(wrt_sim_step(tb.hw, 1000), 100);
	flags = wrt_stream_lock(play.s, &play.client.client, &now);
	wrt_stream_end_at(play.s, now.linear + 199 * 4, 3);
	wrt_stream_unlock(play.s, flags);
	wrt_device_irq(&tb.dev);
	assert_int_equal(play.client.points, 1);
}

SIM_TEST(a_restart_at_an_old_due_time_is_no_point)
{
	bed_open(&stepping);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 2, 200, 2);
	side_start(&play);
	tb_step(&tb, 40);
	side_stop(&play);
	tb_step(&tb, 60);
	side_start(&play);
	assert_int_equal(wrt_sim_step(tb.hw, 1000), 60);
	wrt_device_irq(&tb.dev);
	assert_int_equal(play.client.points, 1);
}

/* ---- the step clock ---------------------------------------------------------------- */

SIM_TEST(the_step_clock_stops_at_every_interrupt)
{
	bed_open(&stepping);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 2, 200, 2);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 48000, WRT_FMT_S16, 2, 300, 2);
	side_start(&play);
	side_start(&capt);
	assert_int_equal(wrt_sim_step(tb.hw, 99), 99);
	assert_int_equal(wrt_sim_step(tb.hw, 1000), 1);
	assert_int_equal(wrt_sim_step(tb.hw, 1000), 0);
	assert_true(wrt_device_irq(&tb.dev));
	assert_int_equal(wrt_sim_step(tb.hw, 1000), 50);
	assert_true(wrt_device_irq(&tb.dev));
	assert_int_equal(wrt_sim_step(tb.hw, 1000), 50);
	/* 200, 300 (both), 400, 450, 500, 600 (both) */
	assert_int_equal(tb_step(&tb, 400), 6);
	assert_int_equal(play.client.points, 6);
	assert_int_equal(capt.client.points, 4);
	assert_int_equal(play.client.most, 1);
}

SIM_TEST(step_time_is_frames_and_nothing_else_moves_it)
{
	struct wrt_snapshot snap;

	bed_open(&stepping);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 2, 4800, 2);
	side_start(&play);
	tb_run_for(&tb, 3600 * SECOND);
	assert_int_equal(tb.interrupts, 0);
	assert_int_equal(side_linear(&play), 0);
	tb_step(&tb, 12345);
	wrt_stream_position(play.s, &play.client.client, &snap);
	assert_int_equal(snap.linear, 12345 * 4);
	assert_int_equal(snap.ns, 12345ull * SECOND / 48000);
	side_stop(&play);
	tb_step(&tb, 1000);
	assert_int_equal(side_linear(&play), 12345 * 4);
	side_start(&play);
	tb_step(&tb, 5);
	assert_int_equal(side_linear(&play), 12350 * 4);
}

SIM_TEST(with_nothing_running_the_step_clock_steps_at_once)
{
	bed_open(&stepping);
	assert_int_equal(wrt_sim_step(tb.hw, 1ull << 40), 1ull << 40);
	assert_false(wrt_device_irq(&tb.dev));
}

/* ---- loopback ---------------------------------------------------------------------- */

static u32 sound(u64 frame)
{
	u64 seed = frame;

	return (u32)tb_random(&seed) | 1;	/* never silence */
}

/* The client of a pair and its expectations; S32, one channel: one word a frame. */
struct loop {
	bool step;
	u32 rate;
	u64 grid;		/* device frames so far */
	u64 played, captured;	/* frames */
	u64 filled;		/* maximum of frames played before the next refill */
	u64 last;		/* playback is silent from this frame on */
	u32 *expect;		/* the capture buffer as it should be */
};

static void loop_open(struct loop *l, bool step, u32 rate, u32 play_frames, u32 capt_frames)
{
	memset(l, 0, sizeof(*l));
	l->step = step;
	l->rate = rate;
	l->last = ~0ull;
	bed_open(step ? &stepping : &ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, rate, WRT_FMT_S32, 1, play_frames, 2);
	side_open(&capt, &tb, WRT_CAPTURE, 0, rate, WRT_FMT_S32, 1, capt_frames, 1);
	l->expect = calloc(capt_frames, sizeof(u32));
}

static void loop_close(struct loop *l)
{
	free(l->expect);
}

/* The client reads the position and refills all frames that were played. */
static void loop_refill(struct loop *l)
{
	u32 *buffer = play.buffer.geom.cpu, frames = play.buffer.geom.bytes / 4, i;

	assert_int_equal(side_frames(&play), l->played);
	for (i = 0; i < frames; i++)
		buffer[(l->played + i) % frames] = sound(l->played + i);
	l->filled = l->played + frames;
}

/* Frames pass on the device, with or without a running stream. */
static void loop_pass(struct loop *l, u32 frames)
{
	u32 room = capt.buffer.geom.bytes / 4, i;

	if (l->played + frames > l->filled)
		loop_refill(l);
	l->grid += frames;
	if (l->step)
		tb_step(&tb, frames);
	else
		tb_run_until(&tb, TB_EPOCH + tb_frames_ns(l->grid, l->rate));
	for (i = 0; i < frames; i++) {
		if (capt.running)
			l->expect[l->captured++ % room] =
				play.running && l->played < l->last ? sound(l->played) : 0;
		l->played += play.running;
	}
}

static void loop_check(struct loop *l)
{
	assert_int_equal(side_frames(&play), l->played);
	assert_int_equal(side_frames(&capt), l->captured);
	assert_memory_equal(capt.buffer.geom.cpu, l->expect, capt.buffer.geom.bytes);
}

static void toggle(struct side *side)
{
	if (side->running)
		side_stop(side);
	else
		side_start(side);
}

/* Random times; either side is paused and resumed at random in between. */
static void loop_random(u64 seed, bool step)
{
	u32 play_frames = 64 + 2 * (u32)(tb_random(&seed) % 500);
	u32 capt_frames = 32 + (u32)(tb_random(&seed) % 1000);
	u32 rate = tb_random(&seed) & 1 ? 44100 : 48000;
	struct loop l;
	u32 i;

	loop_open(&l, step, rate, play_frames, capt_frames);
	for (i = 0; i < 400; i++) {
		loop_pass(&l, (u32)(tb_random(&seed) % (play_frames / 3)));
		if (tb_random(&seed) & 1)
			loop_check(&l);
		if (tb_random(&seed) % 3 == 0)
			toggle(&play);
		if (tb_random(&seed) % 4 == 0)
			toggle(&capt);
	}
	loop_check(&l);
	loop_close(&l);
}

SIM_TEST(capture_is_bit_exact_for_any_sizes_and_pauses)
{
	u64 seed = tb_env_u64("SEED", 7), i;

	printf("# SEED=%llu\n", (unsigned long long)seed);
	for (i = 0; i < 30; i++)
		loop_random(seed + i, false);
}

SIM_TEST(capture_is_also_bit_exact_with_the_step_clock)
{
	u64 seed = tb_env_u64("SEED", 7), i;

	for (i = 0; i < 30; i++)
		loop_random(seed + i, true);
}

SIM_TEST(playback_that_starts_later_is_recorded_from_its_first_frame)
{
	struct loop l;

	loop_open(&l, false, 44100, 400, 1000);
	side_start(&capt);
	loop_pass(&l, 37);
	side_start(&play);
	loop_pass(&l, 101);
	loop_check(&l);
	assert_int_equal(((u32 *)capt.buffer.geom.cpu)[36], 0);
	assert_int_equal(((u32 *)capt.buffer.geom.cpu)[37], sound(0));
	side_stop(&play);
	loop_pass(&l, 13);
	side_start(&play);
	loop_pass(&l, 50);
	loop_check(&l);
	assert_int_equal(((u32 *)capt.buffer.geom.cpu)[37 + 101 + 13], sound(101));
	loop_close(&l);
}

static void set_last(struct loop *l, u64 last)
{
	wrt_stream_silence_after(play.s, &play.client.client, last * 4);
	l->last = last;
}

SIM_TEST(after_the_clients_last_frame_there_is_silence_and_dma_continues)
{
	bool step = false;
	struct loop l;

	do {
		loop_open(&l, step, 48000, 480, 4800);
		side_start(&play);
		side_start(&capt);
		loop_pass(&l, 101);
		set_last(&l, 137);
		wrt_stream_silence_after(play.s, &capt.client.client, 110 * 4);	/* not its own */
		loop_pass(&l, 20);
		loop_pass(&l, 100);
		loop_check(&l);
		set_last(&l, l.played + 77);	/* the client has written more */
		loop_pass(&l, 50);
		set_last(&l, l.played);		/* and rewound it */
		loop_pass(&l, 100);
		loop_check(&l);
		set_last(&l, l.played - 5);	/* too late: no more frames are played */
		loop_pass(&l, 100);
		loop_check(&l);
		side_stop(&play);		/* forgotten */
		l.last = ~0ull;
		side_start(&play);
		loop_pass(&l, 150);
		loop_check(&l);
		loop_close(&l);
		step = !step;
	} while (step);
}

SIM_TEST(a_pair_that_is_read_late_still_has_the_last_buffer_right)
{
	u32 *from, *to, i;

	bed_open(&ticking);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S32, 1, 700, 1);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 48000, WRT_FMT_S32, 1, 300, 1);
	from = play.buffer.geom.cpu;
	to = capt.buffer.geom.cpu;
	for (i = 0; i < 700; i++)
		from[i] = sound(i);
	side_start(&play);
	side_start(&capt);
	tb_sleep(&tb, tb_frames_ns(10013, 48000));
	assert_int_equal(side_frames(&capt), 10013);
	for (i = 10013 - 300; i < 10013; i++)
		assert_int_equal(to[i % 300], sound(i % 700));
}

/* Buffers of different sizes; each byte of the playback is another than its neighbours. */
static void loop_bytes(u32 format, u32 channels)
{
	u32 frame = wrt_format_bytes(format) * channels, i;
	const u8 *to;
	u8 *from;

	bed_open(&stepping);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, format, channels, 700, 2);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 48000, format, channels, 300, 3);
	assert_int_equal(play.buffer.geom.bytes, 700 * frame);
	assert_int_equal(capt.buffer.geom.notify_bytes, 100 * frame);
	from = play.buffer.geom.cpu;
	to = capt.buffer.geom.cpu;
	for (i = 0; i < 700 * frame; i++)
		from[i] = (u8)(sound(i) >> 7);
	side_start(&play);
	side_start(&capt);
	tb_step(&tb, 1511);
	assert_int_equal(side_frames(&play), 1511);
	for (i = (1511 - 300) * frame; i < 1511 * frame; i++)
		assert_int_equal(to[i % (300 * frame)], from[i % (700 * frame)]);
	assert_int_equal(capt.client.points, 15);
}

SIM_TEST(a_frame_of_any_size_is_copied_whole)
{
	static const u32 channels[] = { 1, 2, 3, 5, 7, 8 };
	size_t f, c;

	for (f = 0; f < COUNT(sim_formats); f++)
		for (c = 0; c < COUNT(channels); c++)
			loop_bytes(sim_formats[f], channels[c]);
}

/* ---- silence, ramp ----------------------------------------------------------------- */

static void assert_filled(const struct tb_buffer *b, u8 value)
{
	const u8 *at = b->geom.cpu;
	u32 i;

	for (i = 0; i < b->geom.bytes; i++)
		assert_int_equal(at[i], value);
}

/* The format of the playback that the capture could not record, or none. */
static void check_silenced(struct side *capt, const struct wrt_hw_geom *play)
{
	struct wrt_hw_geom other;

	assert_int_equal(wrt_stream_silenced(capt->s, &other), play != NULL);
	if (!play)
		return;
	assert_int_equal(other.rate, play->rate);
	assert_int_equal(other.format, play->format);
	assert_int_equal(other.channels, play->channels);
	side_stop(capt);
	assert_true(wrt_stream_silenced(capt->s, &other));
	side_start(capt);
	assert_false(wrt_stream_silenced(capt->s, &other));
	side_stop(capt);
}

static void record_beside(struct wrt_sim_config cfg, u32 play_rate, u32 play_format,
			  u32 play_channels, u32 format, u8 want)
{
	bed_open(&cfg);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 48000, format, 2, 480, 2);
	memset(capt.buffer.geom.cpu, 0x55, capt.buffer.geom.bytes);
	if (play_rate) {
		side_open(&play, &tb, WRT_PLAYBACK, 0, play_rate, play_format, play_channels, 480, 2);
		memset(play.buffer.geom.cpu, 0x33, play.buffer.geom.bytes);
		side_start(&play);
	}
	side_start(&capt);
	tb_run_for(&tb, SECOND / 10);
	assert_filled(&capt.buffer, want);
	check_silenced(&capt, play_rate && cfg.source == WRT_SIM_LOOPBACK && want != 0x33 ?
			      &play.buffer.geom : NULL);
}

SIM_TEST(silence_is_zero_but_0x80_in_8_bits)
{
	struct wrt_sim_config silent = { .pairs = 1, .source = WRT_SIM_SILENCE };
	size_t i;

	for (i = 0; i < COUNT(sim_formats); i++) {
		u8 want = sim_formats[i] == WRT_FMT_U8 ? 0x80 : 0;

		record_beside(silent, 0, 0, 0, sim_formats[i], want);
		record_beside(silent, 48000, sim_formats[i], 2, sim_formats[i], want);
		record_beside(ticking, 0, 0, 0, sim_formats[i], want);
	}
}

SIM_TEST(playback_of_another_format_is_silence)
{
	record_beside(ticking, 44100, WRT_FMT_S16, 2, WRT_FMT_S16, 0);
	record_beside(ticking, 48000, WRT_FMT_S32, 2, WRT_FMT_S16, 0);
	record_beside(ticking, 48000, WRT_FMT_FLOAT, 2, WRT_FMT_S32, 0);
	record_beside(ticking, 48000, WRT_FMT_U8, 1, WRT_FMT_U8, 0x80);
	record_beside(ticking, 48000, WRT_FMT_S16, 2, WRT_FMT_S16, 0x33);
}

static u32 ramp_sample(u32 format, u64 n)
{
	switch (format) {
	case WRT_FMT_U8:
		return n & 0xff;
	case WRT_FMT_S16:
		return n & 0xffff;
	case WRT_FMT_S24_3:
		return n & 0xffffff;
	case WRT_FMT_S24_32:
		return n & 0x800000 ? (n & 0xffffff) | 0xff000000 : n & 0xffffff;
	case WRT_FMT_FLOAT:
		return 0x3f800000 | (n & 0x7fffff);
	}
	return (u32)n;
}

static u32 get_le(const u8 *at, u32 bytes)
{
	u32 value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static void ramp_of(u32 format, u32 channels, u64 start, u32 frames)
{
	struct wrt_sim_config cfg = { .pairs = 1, .step = true, .source = WRT_SIM_RAMP };
	u32 bytes = wrt_format_bytes(format), i;

	bed_open(&cfg);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 48000, format, channels, 500, 2);
	tb_step(&tb, start);
	side_start(&capt);
	tb_step(&tb, frames);
	for (i = frames > 500 ? frames - 500 : 0; i < frames; i++) {
		const u8 *at = (u8 *)capt.buffer.geom.cpu + (size_t)i % 500 * bytes * channels;
		u32 ch;

		for (ch = 0; ch < channels; ch++)
			assert_int_equal(get_le(at + ch * bytes, bytes),
					 ramp_sample(format, start + i));
	}
}

SIM_TEST(a_ramp_is_the_number_of_each_frame)
{
	size_t i;

	for (i = 0; i < COUNT(sim_formats); i++) {
		ramp_of(sim_formats[i], 1, 0, 1234);
		ramp_of(sim_formats[i], 3, 1000003, 77);
		ramp_of(sim_formats[i], 8, (1ull << 24) - 100, 333);
		ramp_of(sim_formats[i], 2, (1ull << 32) - 100, 333);
	}
}

/* ---- pairs, slots ------------------------------------------------------------------ */

SIM_TEST(pairs_are_independent)
{
	struct wrt_sim_config cfg = { .pairs = 3, .source = WRT_SIM_LOOPBACK };
	struct side plays[3], capts[3];
	u32 i;

	bed_open(&cfg);
	for (i = 0; i < 3; i++) {
		side_open(&plays[i], &tb, WRT_PLAYBACK, i, 48000, WRT_FMT_U8, 1, 480, 2);
		side_open(&capts[i], &tb, WRT_CAPTURE, i, 48000, WRT_FMT_U8, 1, 480, 2);
		memset(plays[i].buffer.geom.cpu, (int)i + 1, 480);
		side_start(&capts[i]);
	}
	side_start(&plays[0]);
	side_start(&plays[2]);
	tb_run_for(&tb, SECOND / 10);
	assert_filled(&capts[0].buffer, 1);
	assert_filled(&capts[1].buffer, 0x80);
	assert_filled(&capts[2].buffer, 3);
	side_stop(&plays[0]);
	tb_run_for(&tb, SECOND / 10);
	assert_filled(&capts[0].buffer, 0x80);
	assert_filled(&capts[2].buffer, 3);
	assert_int_equal(side_frames(&plays[0]), 4800);
	assert_int_equal(side_frames(&plays[1]), 0);
	assert_int_equal(side_frames(&plays[2]), 9600);
	for (i = 0; i < 3; i++) {
		side_close(&plays[i]);
		side_close(&capts[i]);
	}
}

SIM_TEST(a_device_has_one_playback_and_one_capture_pin_for_each_pair)
{
	u32 pairs, pin;

	for (pairs = 1; pairs <= WRT_SIM_PAIRS_MAX; pairs++) {
		struct wrt_sim_config cfg = { .pairs = pairs };

		bed_open(&cfg);
		assert_int_equal(wrt_device_pins(&tb.dev, WRT_PLAYBACK), pairs);
		assert_int_equal(wrt_device_pins(&tb.dev, WRT_CAPTURE), pairs);
		for (pin = 0; pin < pairs; pin++) {
			assert_non_null(wrt_device_stream(&tb.dev, WRT_PLAYBACK, pin));
			assert_non_null(wrt_device_stream(&tb.dev, WRT_CAPTURE, pin));
		}
		assert_null(wrt_device_stream(&tb.dev, WRT_PLAYBACK, pairs));
		assert_null(wrt_device_stream(&tb.dev, 2, 0));
	}
}

SIM_TEST(a_device_of_no_or_of_too_many_pairs_is_refused)
{
	struct wrt_sim_config none = { .pairs = 0 }, many = { .pairs = WRT_SIM_PAIRS_MAX + 1 };
	struct wrt_hw_bus bus = { 0 };
	struct wrt_hw_dev *d;

	assert_int_equal(wrt_sim_create(&bus, NULL, &none, &d), WRT_EINVAL);
	assert_int_equal(wrt_sim_create(&bus, NULL, &many, &d), WRT_EINVAL);
}

SIM_TEST(a_slot_is_opened_once_and_needs_a_buffer)
{
	struct wrt_hw_latency latency;
	struct wrt_hw_geom g = { .bytes = 400, .frame_bytes = 4, .rate = 48000 };
	struct wrt_hw_stream *s, *other;
	u8 memory[400];

	bed_open(&ticking);
	assert_int_equal(wrt_sim_ops.open(tb.hw, 2, &s), WRT_EINVAL);
	assert_int_equal(wrt_sim_ops.open(tb.hw, 0, &s), 0);
	assert_int_equal(wrt_sim_ops.open(tb.hw, 0, &other), WRT_EBUSY);
	assert_int_equal(wrt_sim_ops.prepare(s, &g, &latency), WRT_EINVAL);
	g.cpu = memory;
	g.bytes = 3;
	assert_int_equal(wrt_sim_ops.prepare(s, &g, &latency), WRT_EINVAL);
	g.bytes = 400;
	assert_int_equal(wrt_sim_ops.prepare(s, &g, &latency), 0);
	wrt_sim_ops.release(s);
	wrt_sim_ops.close(s);
	assert_int_equal(wrt_sim_ops.open(tb.hw, 0, &s), 0);
	wrt_sim_ops.close(s);
}

/* ---- injected faults ---------------------------------------------------------------- */

SIM_TEST(drop_irq_loses_every_tenth_interrupt_and_no_point)
{
	struct wrt_sim_config cfg = {
		.pairs = 1, .source = WRT_SIM_LOOPBACK, .fault = WRT_SIM_FAULT_DROP_IRQ,
	};

	bed_open(&cfg);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S16, 2, 960, 2);
	side_start(&play);
	tb_run_for(&tb, 91 * SECOND / 100);
	assert_int_equal(tb.interrupts, 91);
	assert_int_equal(play.client.notifies, 82);
	assert_int_equal(play.client.points, 91);
	assert_int_equal(play.client.most, 2);
	assert_int_equal(side_frames(&play), 43680);
}

/* Plays and records frames with the fault; checks the number and place of the differences. */
static u32 flipped(u32 rate, u32 buffer_frames, u32 chunk, u32 total)
{
	struct wrt_sim_config cfg = {
		.pairs = 1, .step = true, .source = WRT_SIM_LOOPBACK, .fault = WRT_SIM_FAULT_FLIP_BIT,
	};
	u32 done = 0, i, n = 0, *to;

	bed_open(&cfg);
	side_open(&play, &tb, WRT_PLAYBACK, 0, rate, WRT_FMT_S32, 1, buffer_frames, 1);
	side_open(&capt, &tb, WRT_CAPTURE, 0, rate, WRT_FMT_S32, 1, buffer_frames, 1);
	to = capt.buffer.geom.cpu;
	side_start(&play);
	side_start(&capt);
	for (; done < total; done += chunk) {
		tb_step(&tb, chunk);
		side_linear(&capt);
		for (i = done; i < done + chunk; i++) {
			u32 got = to[i % buffer_frames];

			assert_true(!got || (got == 1 && i % 10007 == 0));
			n += got != 0;
		}
	}
	return n;
}

SIM_TEST(flip_bit_inverts_one_bit_in_one_frame_of_10007)
{
	assert_int_equal(flipped(48000, 1000, 100, 100100), 11);
	assert_int_equal(flipped(48000, 777, 259, 259 * 400), 11);
}

SIM_TEST(flip_bit_also_works_in_long_runs)
{
	assert_int_equal(flipped(192000, 100000, 100000, 100000), 10);
}

SIM_TEST(without_an_injected_fault_no_bit_changes)
{
	bed_open(&stepping);
	side_open(&play, &tb, WRT_PLAYBACK, 0, 48000, WRT_FMT_S32, 1, 16000, 4);
	side_open(&capt, &tb, WRT_CAPTURE, 0, 48000, WRT_FMT_S32, 1, 16000, 4);
	side_start(&play);
	side_start(&capt);
	assert_int_equal(tb_step(&tb, 16000), 4);
	assert_int_equal(play.client.notifies, 4);
	assert_filled(&capt.buffer, 0);
}

int main(void)
{
	return tb_run("sim");
}
