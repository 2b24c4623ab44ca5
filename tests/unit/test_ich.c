// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_ich.c - kernel/hw/ich/ under core/, against a register model that behaves like
 * QEMU's and like the real part: is every sample played once and in order, is every point
 * told, and does what goes wrong end in bounded time and with a word in the log?
 */
#include "model_ich.h"
#include "hw/ich/engine.h"

#define MS	1000000ull
#define SECOND	1000000000ull

static const struct model_behaviour *const both[] = { &model_qemu, &model_real };

struct bed {
	struct model_ich m;
	struct wrt_hw_dev *hw;
	struct wrt_device dev;
};

static int bed_create(struct bed *b)
{
	const struct wrt_ich_config cfg = { .emulated = b->m.is.run_skips };

	return wrt_ich_create(&model_ich_bus, &b->m, &cfg, &b->hw);
}

static void bed_attach(struct bed *b)
{
	assert_int_equal(bed_create(b), 0);
	assert_int_equal(wrt_device_init(&b->dev, &wrt_ich_ops, b->hw), 0);
	b->m.dev = &b->dev;
}

static void bed_open(struct bed *b, const struct model_behaviour *is)
{
	memset(b, 0, sizeof(*b));
	model_ich_init(&b->m, is);
	bed_attach(b);
}

static void bed_close(struct bed *b)
{
	b->m.dev = NULL;
	wrt_device_destroy(&b->dev);
	wrt_ich_destroy(b->hw);
	model_ich_fini(&b->m);
}

/* One stream and its buffer: frame i of playback holds i. */
struct side {
	struct tb_client client;	/* first */
	struct tb_buffer buffer;
	struct bed *b;
	struct wrt_stream *s;
	const struct model_engine *engine;
	u32 *frame, frames;
	u64 told;			/* points */
	u64 late;			/* frames that DMA was past a point when it was told, at most */
};

static void side_told(struct tb_client *c)
{
	struct side *side = (struct side *)c;
	u64 first = (side->told + 1) * side->buffer.geom.notify_bytes / 4;
	u64 behind = side->engine->frames - first;

	assert_true(side->engine->frames >= first);
	side->told = c->points;
	side->late = behind > side->late ? behind : side->late;
}

static void side_open(struct side *side, struct bed *b, u32 dir, u32 rate, u32 frames,
		      u32 notify)
{
	u32 i;

	memset(side, 0, sizeof(*side));
	side->b = b;
	side->s = wrt_device_stream(&b->dev, dir, 0);
	side->engine = &b->m.engine[dir == WRT_PLAYBACK];
	tb_client_init(&side->client, NULL, notify);
	side->client.on_notify = side_told;
	tb_buffer_make(&side->buffer, side->s, rate, WRT_FMT_S16, 2, 4 * frames, notify);
	assert_int_equal(side->buffer.geom.bytes, 4 * frames);
	side->frame = side->buffer.geom.cpu;
	side->frames = frames;
	for (i = 0; i < frames && dir == WRT_PLAYBACK; i++)
		side->frame[i] = i;
	side->buffer.seg.bus = model_ich_map(&b->m, side->frame, 4 * frames);
	assert_int_equal(wrt_stream_configure(side->s, &side->client.client,
					      &side->buffer.geom), 0);
}

static void side_start(struct side *side)
{
	assert_int_equal(wrt_stream_start(side->s, &side->client.client), 0);
}

static void side_stop(struct side *side)
{
	assert_int_equal(wrt_stream_stop(side->s, &side->client.client), 0);
}

static u64 side_linear(struct side *side)
{
	struct wrt_snapshot snap;

	wrt_stream_position(side->s, &side->client.client, &snap);
	return snap.linear;
}

/* Every frame that the device has moved was moved in order, none left out, none twice. */
static void assert_exact(struct side *side)
{
	u64 i, n = side->engine->frames;

	assert_true(n > 0);
	assert_int_equal(side_linear(side), 4 * n);
	if (side->s->caps.dir == WRT_PLAYBACK)
		for (i = 0; i < n; i++)
			assert_int_equal(side->b->m.heard[i], i % side->frames);
	else
		for (i = n < side->frames ? 0 : n - side->frames; i < n; i++)
			assert_int_equal(side->frame[i % side->frames], i);
}

static void assert_all_points_told(struct side *side)
{
	assert_int_equal(side->client.points,
			 4 * side->engine->frames / side->buffer.geom.notify_bytes);
	assert_int_equal(side->client.gaps, 0);
}

static void side_close(struct side *side)
{
	wrt_stream_release(side->s, &side->client.client);
	assert_int_equal(side->engine->bdbar, 0);
	model_ich_unmap(&side->b->m, side->frame);
	tb_buffer_free(&side->buffer);
}

/* ---- position and points ------------------------------------------------------------- */

static void points_of(const struct model_behaviour *is, u32 dir, u32 rate, u32 notify)
{
	struct bed b;
	struct side side;
	u32 frames = notify * (rate / 100), interrupts;

	bed_open(&b, is);
	side_open(&side, &b, dir, rate, frames, notify);
	side_start(&side);
	interrupts = b.m.interrupts;
	model_ich_run(&b.m, 3 * SECOND);
	interrupts = b.m.interrupts - interrupts;
	side_stop(&side);
	assert_exact(&side);
	assert_all_points_told(&side);
	assert_in_range(side.client.points, 298, 300);
	assert_in_range(side.late, 0, is->tick_ns * rate / SECOND + 1);
	if (is->tick_ns && notify == 1)		/* looked at in between as well */
		assert_in_range(interrupts, 596, 600);
	else
		assert_in_range(interrupts, side.client.points, side.client.points + 1);
	assert_int_equal(b.m.warnings, 0);
	side_close(&side);
	bed_close(&b);
}

static void each_point_of_1_2_3_8_and_31_is_told_once_in_time(void **state)
{
	static const u32 notify[] = { 1, 2, 3, 8, 31 }, rates[] = { 44100, 48000, 32000 };
	size_t i, j, k;

	(void)state;
	for (i = 0; i < COUNT(both); i++)
		for (j = 0; j < COUNT(notify); j++)
			for (k = 0; k < COUNT(rates); k++) {
				points_of(both[i], WRT_PLAYBACK, rates[k], notify[j]);
				points_of(both[i], WRT_CAPTURE, rates[k], notify[j]);
			}
}

static void at_any_moment_the_position_is_where_dma_stands(void **state)
{
	u64 seed = tb_env_u64("SEED", 9);
	size_t i;
	u32 j;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;

		bed_open(&b, both[i]);
		side_open(&side, &b, WRT_PLAYBACK, 44100, 999, 3);
		side_start(&side);
		for (j = 0; j < 5000; j++) {
			u64 linear;

			model_ich_run(&b.m, tb_random(&seed) % (4 * MS));
			linear = side_linear(&side);
			assert_int_equal(linear, 4 * side.engine->frames);
		}
		side_stop(&side);
		assert_exact(&side);
		side_close(&side);
		bed_close(&b);
	}
}

/* 96 frames are 2 ms, an eighth 0.25 ms: a time stamp that is late by 1.7 ms was a buffer. */
static void a_reader_that_was_preempted_reads_again(void **state)
{
	struct model_behaviour calm = model_real;
	struct bed b;
	struct side side;
	u32 i;

	(void)state;
	calm.picb_glitches = false;	/* so that each reading reads PICB once for all */
	bed_open(&b, &calm);
	side_open(&side, &b, WRT_PLAYBACK, 48000, 96, 2);
	side_start(&side);
	b.m.preempt_ns = 1700000;
	for (i = 0; i < 50; i++) {
		model_ich_run(&b.m, 3370000 + i * 1000);
		b.m.preempts = 1;
		b.m.positions_read = 0;
		side_linear(&side);
		assert_int_equal(b.m.positions_read, 2);
	}
	side_stop(&side);
	assert_exact(&side);
	side_close(&side);
	bed_close(&b);
}

static void without_points_the_position_stays_fresh(void **state)
{
	static const u32 frames[] = { 256, 480, 4800, 20000 };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(both); i++)
		for (j = 0; j < COUNT(frames); j++) {
			u32 quarter = frames[j] * 1000 / 48 / 4, least;
			struct bed b;
			struct side side;

			least = 1000000 / (quarter < 1000 ? 1500 : quarter < 10000 ? quarter : 10000);
			bed_open(&b, both[i]);
			side_open(&side, &b, WRT_PLAYBACK, 48000, frames[j], 0);
			side_start(&side);
			model_ich_run(&b.m, SECOND);
			assert_in_range(b.m.interrupts, frames[j] > 15360 ? 51 : least * 9 / 10, 1001);
			side_stop(&side);
			assert_exact(&side);
			assert_int_equal(b.m.warnings, 0);
			side_close(&side);
			bed_close(&b);
		}
}

static void points_are_switched_on_and_off_while_it_runs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;
		struct tb_client observer;

		bed_open(&b, both[i]);
		side_open(&side, &b, WRT_PLAYBACK, 48000, 4800, 2);
		wrt_stream_release(side.s, &side.client.client);
		side.client.client.wants_points = false;
		assert_int_equal(wrt_stream_configure(side.s, &side.client.client,
						      &side.buffer.geom), 0);
		side_start(&side);
		model_ich_run(&b.m, SECOND);
		assert_in_range(b.m.interrupts, 99, 170);
		assert_int_equal(side.client.points, 0);
		tb_client_init(&observer, NULL, true);
		assert_int_equal(wrt_stream_observe(side.s, &observer.client), 0);
		b.m.interrupts = 0;
		model_ich_run(&b.m, SECOND);
		assert_in_range(b.m.interrupts, 19, 23);	/* prefetched */
		assert_in_range(observer.points, 19, 21);
		wrt_stream_unobserve(side.s, &observer.client);
		b.m.interrupts = 0;
		model_ich_run(&b.m, SECOND);
		assert_in_range(b.m.interrupts, 99, 170);
		side_stop(&side);
		assert_exact(&side);
		side_close(&side);
		bed_close(&b);
	}
}

/* ---- pause --------------------------------------------------------------------------- */

static void pauses(const struct model_behaviour *is, u32 dir, u32 rate, u32 frames, u32 notify)
{
	u64 seed = tb_env_u64("SEED", 10) + notify;
	struct bed b;
	struct side side;
	u32 i;

	bed_open(&b, is);
	side_open(&side, &b, dir, rate, frames, notify);
	for (i = 0; i < 60; i++) {
		side_start(&side);
		model_ich_run(&b.m, tb_random(&seed) % (90 * MS));
		side_stop(&side);
		model_ich_run(&b.m, tb_random(&seed) % (50 * MS));
	}
	assert_exact(&side);
	if (notify)
		assert_all_points_told(&side);
	assert_int_equal(b.m.warnings, 0);
	side_close(&side);
	bed_close(&b);
}

static void pauses_at_odd_offsets_lose_and_repeat_nothing(void **state)
{
	static const u32 shape[][3] = {
		{ 48000, 1920, 1 }, { 44100, 882, 2 }, { 48000, 1437, 3 }, { 44100, 3528, 8 },
		{ 48000, 31 * 100, 31 }, { 48000, 1999, 0 }, { 11025, 262144, 1 },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(both); i++)
		for (j = 0; j < COUNT(shape); j++) {
			pauses(both[i], WRT_PLAYBACK, shape[j][0], shape[j][1], shape[j][2]);
			pauses(both[i], WRT_CAPTURE, shape[j][0], shape[j][1], shape[j][2]);
		}
}

static void a_stop_that_does_not_end_is_bounded_and_reported(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;
		u64 ns;

		bed_open(&b, both[i]);
		side_open(&side, &b, WRT_PLAYBACK, 48000, 4800, 2);
		side_start(&side);
		model_ich_run(&b.m, 30 * MS);
		b.m.fault.stop_hangs = true;
		ns = b.m.now;
		side_stop(&side);
		assert_in_range(b.m.now - ns, MS / 2, side.s->caps.stop_max_us * 1000ull);
		assert_int_equal(b.m.warnings, 1);
		assert_exact(&side);
		b.m.fault.reset_hangs = true;
		ns = b.m.now;
		assert_int_equal(wrt_stream_start(side.s, &side.client.client), WRT_EIO);
		assert_in_range(b.m.now - ns, MS / 2, 2 * MS);
		b.m.fault.reset_hangs = false;
		b.m.fault.stop_hangs = false;
		side_start(&side);
		model_ich_run(&b.m, 30 * MS);
		b.m.fault.reset_hangs = true;
		side_stop(&side);
		assert_exact(&side);
		b.m.fault.reset_hangs = false;
		side_close(&side);
		bed_close(&b);
	}
}

static void a_stop_in_which_all_hangs_is_as_short_as_it_says(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;
		u64 ns;

		bed_open(&b, both[i]);
		side_open(&side, &b, WRT_PLAYBACK, 48000, 4800, 2);
		assert_in_range(side.s->caps.stop_max_us, 1000, 1300);
		side_start(&side);
		model_ich_run(&b.m, 30 * MS);
		b.m.fault.dma_goes_on = true;
		b.m.fault.reset_hangs = true;
		ns = b.m.now;
		side_stop(&side);
		assert_in_range(b.m.now - ns, MS, side.s->caps.stop_max_us * 1000ull);
		b.m.engine[1].goes_on = false;
		b.m.engine[1].sr |= 1;
		b.m.fault.dma_goes_on = false;
		b.m.fault.reset_hangs = false;
		side_close(&side);
		bed_close(&b);
	}
}

/* ---- interrupts ---------------------------------------------------------------------- */

static void both_engines(const struct model_behaviour *is, u64 read_ns, u64 latency_ns,
			 u32 late)
{
	struct bed b;
	struct side side[2];
	u32 i;

	bed_open(&b, is);
	b.m.read_ns = read_ns;
	b.m.latency_ns = latency_ns;
	for (i = 0; i < 2; i++) {
		side_open(&side[i], &b, i ? WRT_CAPTURE : WRT_PLAYBACK, 48000, 960, 2);
		side_start(&side[i]);
		model_ich_run(&b.m, MS);
	}
	model_ich_run(&b.m, 5 * SECOND);
	assert_false(b.m.line);
	for (i = 0; i < 2; i++) {
		assert_in_range(side[i].late, 0, late);
		side_stop(&side[i]);
		assert_exact(&side[i]);
		assert_all_points_told(&side[i]);
		side_close(&side[i]);
	}
	bed_close(&b);
}

static void both_engines_at_once_lose_no_interrupt(void **state)
{
	(void)state;
	both_engines(&model_qemu, 0, 0, 48);
	both_engines(&model_real, 0, 0, 1);
}

/* One engine has something to say between the look at GLOB_STA and the other's answer. */
static void an_engine_that_speaks_while_the_other_is_served_is_heard(void **state)
{
	(void)state;
	both_engines(&model_qemu, 1000, MS - 1500, 144);
	both_engines(&model_real, 1000, MS - 1500, 144);
}

static void lost_interrupts_lose_no_point(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;

		bed_open(&b, both[i]);
		b.m.fault.lose_every = 3;
		side_open(&side, &b, WRT_PLAYBACK, 48000, 2400, 5);
		side_start(&side);
		model_ich_run(&b.m, 5 * SECOND);
		side_stop(&side);
		assert_true(b.m.lost > 100);
		assert_exact(&side);
		assert_all_points_told(&side);
		side_close(&side);
		bed_close(&b);
	}
}

static void merged_interrupts_tell_each_point_that_has_passed(void **state)
{
	size_t i;
	u32 j;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;

		bed_open(&b, both[i]);
		side_open(&side, &b, WRT_CAPTURE, 48000, 4800, 10);
		side_start(&side);
		for (j = 0; j < 100; j++) {
			b.m.deaf = true;
			model_ich_run(&b.m, 35 * MS);
			b.m.deaf = false;
			model_ich_run(&b.m, 2 * MS);
		}
		assert_in_range(side.client.most, 3, 4);
		side_stop(&side);
		assert_exact(&side);
		assert_all_points_told(&side);
		assert_int_equal(b.m.warnings, 0);
		side_close(&side);
		bed_close(&b);
	}
}

static void stop_one_while_both_wait(const struct model_behaviour *is, u32 first)
{
	struct bed b;
	struct side side[2];
	u32 i;

	bed_open(&b, is);
	for (i = 0; i < 2; i++) {
		side_open(&side[i], &b, i == first ? WRT_CAPTURE : WRT_PLAYBACK, 48000, 1920, 4);
		side_start(&side[i]);
	}
	model_ich_run(&b.m, 55 * MS);
	b.m.deaf = true;
	model_ich_run(&b.m, 21 * MS);
	b.m.deaf = false;
	side_stop(&side[0]);
	model_ich_run(&b.m, MS);
	assert_all_points_told(&side[1]);
	side[1].late = 0;
	model_ich_run(&b.m, 100 * MS);
	assert_all_points_told(&side[1]);
	assert_in_range(side[1].late, 0, 48);
	for (i = 0; i < 2; i++) {
		side_stop(&side[i]);
		assert_exact(&side[i]);
		side_close(&side[i]);
	}
	bed_close(&b);
}

/* The engine that is started has something in its status register, whoever has left it. */
static void starting_an_engine_does_not_silence_the_other(void **state)
{
	struct bed b;
	struct side side[2];
	u32 i;

	(void)state;
	bed_open(&b, &model_qemu);
	for (i = 0; i < 2; i++)
		side_open(&side[i], &b, i ? WRT_CAPTURE : WRT_PLAYBACK, 48000, 1920, 4);
	side_start(&side[1]);
	model_ich_run(&b.m, 55 * MS);
	b.m.deaf = true;
	model_ich_run(&b.m, 21 * MS);
	b.m.deaf = false;
	b.m.engine[1].sr |= 8;
	side_start(&side[0]);
	model_ich_run(&b.m, MS);
	assert_all_points_told(&side[1]);
	for (i = 0; i < 2; i++) {
		side_stop(&side[i]);
		side_close(&side[i]);
	}
	bed_close(&b);
}

static void stopping_an_engine_does_not_silence_the_other(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		stop_one_while_both_wait(both[i], 0);
		stop_one_while_both_wait(both[i], 1);
	}
}

/* Longer than all readings of one look. */
static void a_position_that_cannot_be_read_is_looked_at_again_shortly_after(void **state)
{
	struct bed b;
	struct side side;

	(void)state;
	bed_open(&b, &model_real);
	b.m.fault.picb_zero_us = 250;
	side_open(&side, &b, WRT_PLAYBACK, 48000, 960, 2);
	side_start(&side);
	model_ich_run(&b.m, SECOND);
	assert_in_range(side.client.points, 98, 100);
	assert_in_range(side.late, 1, 24);
	while (!b.m.timer[0])
		model_ich_run(&b.m, 10000);
	side_stop(&side);
	assert_int_equal(b.m.timer[0], 0);
	assert_exact(&side);
	side_close(&side);
	bed_close(&b);
}

static void a_position_that_can_never_be_read_is_not_looked_at_for_ever(void **state)
{
	struct bed b;
	struct side side;

	(void)state;
	bed_open(&b, &model_real);
	b.m.fault.picb_zero_us = 10000000;
	side_open(&side, &b, WRT_PLAYBACK, 48000, 9600, 2);
	side_start(&side);
	model_ich_run(&b.m, SECOND);
	assert_in_range(b.m.timers, 1, 8);
	side_stop(&side);
	side_close(&side);
	bed_close(&b);
}

static void a_count_that_rises_within_a_descriptor_is_read_again(void **state)
{
	struct bed b;
	struct side side;
	u64 linear;
	u32 i;

	(void)state;
	bed_open(&b, &model_real);
	side_open(&side, &b, WRT_PLAYBACK, 48000, 960, 2);
	side_start(&side);
	for (i = 0; i < 100; i++) {
		model_ich_run(&b.m, 10 * MS + 10000);
		side_linear(&side);
		model_ich_run(&b.m, MS);
		b.m.engine[1].stale = b.m.engine[1].picb + 200;
		b.m.engine[1].glitch = 4;
		linear = side_linear(&side);
		assert_int_equal(linear, 4 * side.engine->frames);
	}
	side_stop(&side);
	assert_exact(&side);
	side_close(&side);
	bed_close(&b);
}

static void an_engine_that_has_just_been_started_has_not_halted(void **state)
{
	struct wrt_snapshot snap;
	struct bed b;
	struct side side;
	u32 i;

	(void)state;
	bed_open(&b, &model_real);
	side_open(&side, &b, WRT_PLAYBACK, 48000, 960, 2);
	for (i = 0; i < 5; i++) {
		side_start(&side);
		wrt_stream_position(side.s, &side.client.client, &snap);
		assert_int_equal(snap.linear, 4 * side.engine->frames);
		model_ich_run(&b.m, 7 * MS);
		side_stop(&side);
		wrt_stream_position(side.s, &side.client.client, &snap);
		assert_int_equal(snap.stalls, 0);
	}
	assert_int_equal(b.m.warnings, 0);
	assert_exact(&side);
	side_close(&side);
	bed_close(&b);
}

/* Deaf until the ring has run out; then the engine goes on where it has halted. */
static void a_halt_is_noticed_told_and_ended(void **state)
{
	struct wrt_snapshot snap;
	size_t i;
	u32 j;

	(void)state;
	for (i = 0; i < 2 * COUNT(both); i++) {
		bool by_irq = i & 1;
		struct bed b;
		struct side side;

		bed_open(&b, both[i / 2]);
		side_open(&side, &b, WRT_PLAYBACK, 48000, 480, 2);
		side_start(&side);
		for (j = 0; j < 9; j++) {
			u64 frames;

			model_ich_run(&b.m, 50 * MS);
			b.m.deaf = true;
			model_ich_run(&b.m, 300 * MS);
			assert_int_equal(side.engine->sr & 1, 1);
			frames = side.engine->frames;
			if (by_irq) {
				b.m.deaf = false;
				model_ich_run(&b.m, 0);
			}
			wrt_stream_position(side.s, &side.client.client, &snap);
			assert_int_equal(snap.offset, 4 * frames % 1920);
			assert_int_equal(snap.stalls, j + 1);
			assert_int_equal(side.engine->sr & 1, 0);
			wrt_stream_position(side.s, &side.client.client, &snap);
			assert_int_equal(snap.stalls, j + 1);
			b.m.deaf = false;
		}
		assert_int_equal(b.m.warnings, 4);	/* the 1st, 2nd, 4th and 8th time */
		assert_non_null(strstr(b.m.said, "playback: DMA has halted"));
		side_stop(&side);
		for (j = 0; j < side.engine->frames; j++)
			assert_int_equal(b.m.heard[j], j % 480);
		side_close(&side);
		bed_close(&b);
	}
}

static void an_interrupt_of_another_device_is_not_ours(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;

		bed_open(&b, both[i]);
		assert_false(wrt_device_irq(&b.dev));
		side_open(&side, &b, WRT_PLAYBACK, 48000, 4800, 2);
		side_start(&side);
		model_ich_run(&b.m, 20 * MS);
		assert_false(wrt_device_irq(&b.dev));
		model_ich_run(&b.m, 100 * MS);
		assert_false(wrt_device_irq(&b.dev));
		side_stop(&side);
		b.m.fault.dead = true;
		assert_false(wrt_device_irq(&b.dev));
		b.m.fault.dead = false;
		side_close(&side);
		bed_close(&b);
	}
}

/* ---- suspend --------------------------------------------------------------------------- */

static void suspend_in_the_middle_costs_time_but_no_sample(void **state)
{
	static const u32 softer[2] = { 20, 21 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct wrt_snapshot snap;
		struct bed b;
		struct side play, capt;
		u16 before[64];
		u32 value[2];

		bed_open(&b, both[i]);
		assert_int_equal(wrt_device_control_set(&b.dev, 2, softer), 0);
		side_open(&play, &b, WRT_PLAYBACK, 44100, 2205, 3);
		side_open(&capt, &b, WRT_CAPTURE, 32000, 3200, 2);
		side_start(&play);
		side_start(&capt);
		model_ich_run(&b.m, 123456789);
		memcpy(before, b.m.codec, sizeof(before));
		wrt_device_suspend(&b.dev);
		model_ich_power_loss(&b.m);
		model_ich_run(&b.m, SECOND);
		assert_int_equal(wrt_device_resume(&b.dev), 0);
		assert_memory_equal(before, b.m.codec, sizeof(before));
		assert_int_equal(wrt_device_control_get(&b.dev, 2, value), 0);
		assert_memory_equal(value, softer, sizeof(value));
		model_ich_run(&b.m, SECOND);
		wrt_stream_position(play.s, &play.client.client, &snap);
		assert_int_equal(snap.stalls, 1);
		side_stop(&play);
		side_stop(&capt);
		assert_exact(&play);
		assert_exact(&capt);
		assert_all_points_told(&play);
		side_close(&play);
		side_close(&capt);
		bed_close(&b);
	}
}

static void a_codec_that_does_not_wake_up_fails_resume(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(both); i++) {
		struct bed b;
		struct side side;

		bed_open(&b, both[i]);
		side_open(&side, &b, WRT_PLAYBACK, 48000, 4800, 2);
		side_start(&side);
		wrt_device_suspend(&b.dev);
		model_ich_power_loss(&b.m);
		b.m.fault.never_ready = true;
		assert_int_equal(wrt_device_resume(&b.dev), WRT_EIO);
		assert_int_equal(b.m.engine[1].cr & 1, 0);
		side_stop(&side);
		assert_int_equal(wrt_stream_start(side.s, &side.client.client), WRT_EIO);
		side_close(&side);
		bed_close(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(each_point_of_1_2_3_8_and_31_is_told_once_in_time),
		T(at_any_moment_the_position_is_where_dma_stands),
		T(a_reader_that_was_preempted_reads_again),
		T(without_points_the_position_stays_fresh),
		T(points_are_switched_on_and_off_while_it_runs),
		T(pauses_at_odd_offsets_lose_and_repeat_nothing),
		T(a_stop_that_does_not_end_is_bounded_and_reported),
		T(a_stop_in_which_all_hangs_is_as_short_as_it_says),
		T(both_engines_at_once_lose_no_interrupt),
		T(an_engine_that_speaks_while_the_other_is_served_is_heard),
		T(lost_interrupts_lose_no_point),
		T(merged_interrupts_tell_each_point_that_has_passed),
		T(stopping_an_engine_does_not_silence_the_other),
		T(starting_an_engine_does_not_silence_the_other),
		T(a_position_that_cannot_be_read_is_looked_at_again_shortly_after),
		T(a_position_that_can_never_be_read_is_not_looked_at_for_ever),
		T(a_count_that_rises_within_a_descriptor_is_read_again),
		T(an_engine_that_has_just_been_started_has_not_halted),
		T(a_halt_is_noticed_told_and_ended),
		T(an_interrupt_of_another_device_is_not_ours),
		T(suspend_in_the_middle_costs_time_but_no_sample),
		T(a_codec_that_does_not_wake_up_fails_resume),
	};

	return tb_main("ich", tests, COUNT(tests));
}
