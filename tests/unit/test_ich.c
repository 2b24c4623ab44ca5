// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_ich.c - kernel/hw/ich/ under core/, against a register model that behaves like
 * QEMU's and like the real part: every sample is played once and in order, every point is
 * reported, and every error ends in bounded time and with a message in the log.
 */
#include "testbed.h"
#include "model_ich.h"
#include "hw/ich/engine.h"

#define MS	1000000ull
#define SECOND	1000000000ull

static struct {
	bool open;
	struct model_ich m;
	struct wrt_hw_dev *hw;
	struct wrt_device dev;
} bed;

/* One stream and its buffer: frame i of playback holds i. */
struct side {
	struct tb_client client;	/* first */
	struct tb_buffer buffer;
	struct wrt_stream *s;
	const struct model_engine *engine;
	u32 *frame, frames;
	u64 told;			/* points */
	u64 late;			/* most frames from a point to its notification */
};

static struct side side;

static void side_told(struct tb_client *c)
{
	struct side *side = (struct side *)c;
	u64 first = (side->told + 1) * side->buffer.geom.notify_bytes / 4;
	u64 behind = side->engine->frames - first;

	assert_true(side->engine->frames >= first);
	side->told = c->points;
	side->late = behind > side->late ? behind : side->late;
}

static void side_open(struct side *side, u32 dir, u32 rate, u32 frames, u32 notify)
{
	u32 i;

	memset(side, 0, sizeof(*side));
	side->s = wrt_device_stream(&bed.dev, dir, 0);
	side->engine = &bed.m.engine[dir == WRT_PLAYBACK];
	tb_client_init(&side->client, NULL, notify);
	side->client.on_notify = side_told;
	tb_buffer_make(&side->buffer, side->s, rate, WRT_FMT_S16, 2, 4 * frames, notify);
	assert_int_equal(side->buffer.geom.bytes, 4 * frames);
	side->frame = side->buffer.geom.cpu;
	side->frames = frames;
	for (i = 0; i < frames && dir == WRT_PLAYBACK; i++)
		side->frame[i] = i;
	side->buffer.seg.bus = model_ich_map(&bed.m, side->frame, 4 * frames);
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

/* The device has moved every frame in order, none left out, none twice. */
static void assert_exact(struct side *side)
{
	u64 i, n = side->engine->frames;

	assert_true(n > 0);
	assert_int_equal(side_linear(side), 4 * n);
	if (side->s->caps.dir == WRT_PLAYBACK)
		for (i = 0; i < n; i++)
			assert_int_equal(bed.m.heard[i], i % side->frames);
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
	if (!side->s)
		return;
	wrt_stream_release(side->s, &side->client.client);
	assert_int_equal(side->engine->bdbar, 0);
	model_ich_unmap(&bed.m, side->frame);
	tb_buffer_free(&side->buffer);
	side->s = NULL;
}

/* Closes what is open. Called by the next set-up and at the end of a test. */
static void bed_close(void)
{
	side_close(&side);
	if (!bed.open)
		return;
	bed.m.dev = NULL;
	wrt_device_destroy(&bed.dev);
	wrt_ich_destroy(bed.hw);
	model_ich_fini(&bed.m);
	bed.open = false;
}

static void bed_open(const struct model_behaviour *is)
{
	const struct wrt_ich_config cfg = { .emulated = is->run_skips };

	bed_close();
	memset(&bed, 0, sizeof(bed));
	model_ich_init(&bed.m, is);
	assert_int_equal(wrt_ich_create(&model_ich_bus, &bed.m, &cfg, &bed.hw), 0);
	assert_int_equal(wrt_device_init(&bed.dev, &wrt_ich_ops, bed.hw), 0);
	bed.m.dev = &bed.dev;
	bed.open = true;
}

static int end_of_test(void **state)
{
	bed_close();
	return 0;
}

#define ICH_TEST(name)	TB_TEST(name, void *unused, NULL, end_of_test)

/* Runs twice: *is is the behaviour of the model, QEMU's or that of the real part. */
#define BOTH_TEST(name)								\
	static void name(const struct model_behaviour *is);			\
	TB_TEST_LIKE(name, _like_qemu, NULL, end_of_test, &model_qemu)		\
	TB_TEST_LIKE(name, _like_the_real_part, NULL, end_of_test, &model_real)	\
	static void name(const struct model_behaviour *is)

/* ---- position and points ------------------------------------------------------------- */

static void points_of(const struct model_behaviour *is, u32 dir, u32 rate, u32 notify)
{
	u32 frames = notify * (rate / 100), interrupts;

	bed_open(is);
	side_open(&side, dir, rate, frames, notify);
	side_start(&side);
	interrupts = bed.m.interrupts;
	model_ich_run(&bed.m, 3 * SECOND);
	interrupts = bed.m.interrupts - interrupts;
	side_stop(&side);
	assert_exact(&side);
	assert_all_points_told(&side);
	assert_in_range(side.client.points, 298, 300);
	assert_in_range(side.late, 0, is->tick_ns * rate / SECOND + 1);
	if (is->tick_ns && notify == 1)		/* also read in between */
		assert_in_range(interrupts, 596, 600);
	else
		assert_in_range(interrupts, side.client.points, side.client.points + 1);
	assert_int_equal(bed.m.warnings, 0);
}

BOTH_TEST(each_point_of_1_2_3_8_and_31_is_notified_once_in_time)
{
	static const u32 notify[] = { 1, 2, 3, 8, 31 }, rates[] = { 44100, 48000, 32000 };
	size_t j, k;

	for (j = 0; j < COUNT(notify); j++)
		for (k = 0; k < COUNT(rates); k++) {
			points_of(is, WRT_PLAYBACK, rates[k], notify[j]);
			points_of(is, WRT_CAPTURE, rates[k], notify[j]);
		}
}

BOTH_TEST(at_any_moment_the_position_is_that_of_dma)
{
	u64 seed = tb_env_u64("SEED", 9);
	u32 j;

	bed_open(is);
	side_open(&side, WRT_PLAYBACK, 44100, 999, 3);
	side_start(&side);
	for (j = 0; j < 5000; j++) {
		u64 linear;

		model_ich_run(&bed.m, tb_random(&seed) % (4 * MS));
		linear = side_linear(&side);
		assert_int_equal(linear, 4 * side.engine->frames);
	}
	side_stop(&side);
	assert_exact(&side);
}

/* 96 frames are 2 ms, an eighth 0.25 ms: a time stamp that is late by 1.7 ms was a buffer. */
ICH_TEST(a_reader_that_was_preempted_reads_again)
{
	struct model_behaviour calm = model_real;
	u32 i;

	calm.picb_glitches = false;	/* so that each reading reads PICB once for all */
	bed_open(&calm);
	side_open(&side, WRT_PLAYBACK, 48000, 96, 2);
	side_start(&side);
	bed.m.preempt_ns = 1700000;
	for (i = 0; i < 50; i++) {
		model_ich_run(&bed.m, 3370000 + i * 1000);
		bed.m.preempts = 1;
		bed.m.positions_read = 0;
		side_linear(&side);
		assert_int_equal(bed.m.positions_read, 2);
	}
	side_stop(&side);
	assert_exact(&side);
}

BOTH_TEST(without_points_the_position_stays_fresh)
{
	static const u32 frames[] = { 256, 480, 4800, 20000 };
	size_t j;

	for (j = 0; j < COUNT(frames); j++) {
		u32 quarter = frames[j] * 1000 / 48 / 4, least;

		least = 1000000 / (quarter < 1000 ? 1500 : quarter < 10000 ? quarter : 10000);
		bed_open(is);
		side_open(&side, WRT_PLAYBACK, 48000, frames[j], 0);
		side_start(&side);
		model_ich_run(&bed.m, SECOND);
		assert_in_range(bed.m.interrupts, frames[j] > 15360 ? 51 : least * 9 / 10, 1001);
		side_stop(&side);
		assert_exact(&side);
		assert_int_equal(bed.m.warnings, 0);
	}
}

BOTH_TEST(points_are_turned_on_and_off_while_the_stream_runs)
{
	struct tb_client observer;

	bed_open(is);
	side_open(&side, WRT_PLAYBACK, 48000, 4800, 2);
	wrt_stream_release(side.s, &side.client.client);
	side.client.client.wants_points = false;
	assert_int_equal(wrt_stream_configure(side.s, &side.client.client,
					      &side.buffer.geom), 0);
	side_start(&side);
	model_ich_run(&bed.m, SECOND);
	assert_in_range(bed.m.interrupts, 99, 170);
	assert_int_equal(side.client.points, 0);
	tb_client_init(&observer, NULL, true);
	assert_int_equal(wrt_stream_observe(side.s, &observer.client), 0);
	bed.m.interrupts = 0;
	model_ich_run(&bed.m, SECOND);
	assert_in_range(bed.m.interrupts, 19, 23);	/* prefetched */
	assert_in_range(observer.points, 19, 21);
	wrt_stream_unobserve(side.s, &observer.client);
	bed.m.interrupts = 0;
	model_ich_run(&bed.m, SECOND);
	assert_in_range(bed.m.interrupts, 99, 170);
	side_stop(&side);
	assert_exact(&side);
}

/* ---- pause --------------------------------------------------------------------------- */

static void pauses(const struct model_behaviour *is, u32 dir, u32 rate, u32 frames, u32 notify)
{
	u64 seed = tb_env_u64("SEED", 10) + notify;
	u32 i;

	bed_open(is);
	side_open(&side, dir, rate, frames, notify);
	for (i = 0; i < 60; i++) {
		side_start(&side);
		model_ich_run(&bed.m, tb_random(&seed) % (90 * MS));
		side_stop(&side);
		model_ich_run(&bed.m, tb_random(&seed) % (50 * MS));
	}
	assert_exact(&side);
	if (notify)
		assert_all_points_told(&side);
	assert_int_equal(bed.m.warnings, 0);
}

BOTH_TEST(pauses_at_odd_offsets_lose_and_repeat_nothing)
{
	static const u32 shape[][3] = {
		{ 48000, 1920, 1 }, { 44100, 882, 2 }, { 48000, 1437, 3 }, { 44100, 3528, 8 },
		{ 48000, 31 * 100, 31 }, { 48000, 1999, 0 }, { 11025, 262144, 1 },
	};
	size_t j;

	for (j = 0; j < COUNT(shape); j++) {
		pauses(is, WRT_PLAYBACK, shape[j][0], shape[j][1], shape[j][2]);
		pauses(is, WRT_CAPTURE, shape[j][0], shape[j][1], shape[j][2]);
	}
}

BOTH_TEST(a_stop_that_does_not_end_is_bounded_and_reported)
{
	u64 ns;

	bed_open(is);
	side_open(&side, WRT_PLAYBACK, 48000, 4800, 2);
	side_start(&side);
	model_ich_run(&bed.m, 30 * MS);
	bed.m.fault.stop_hangs = true;
	ns = bed.m.now;
	side_stop(&side);
	assert_in_range(bed.m.now - ns, MS / 2, side.s->caps.stop_max_us * 1000ull);
	assert_int_equal(bed.m.warnings, 1);
	assert_exact(&side);
	bed.m.fault.reset_hangs = true;
	ns = bed.m.now;
	assert_int_equal(wrt_stream_start(side.s, &side.client.client), WRT_EIO);
	assert_in_range(bed.m.now - ns, MS / 2, 2 * MS);
	bed.m.fault.reset_hangs = false;
	bed.m.fault.stop_hangs = false;
	side_start(&side);
	model_ich_run(&bed.m, 30 * MS);
	bed.m.fault.reset_hangs = true;
	side_stop(&side);
	assert_exact(&side);
	bed.m.fault.reset_hangs = false;
}

BOTH_TEST(a_stop_in_which_everything_hangs_keeps_its_time_limit)
{
	u64 ns;

	bed_open(is);
	side_open(&side, WRT_PLAYBACK, 48000, 4800, 2);
	assert_in_range(side.s->caps.stop_max_us, 1000, 1300);
	side_start(&side);
	model_ich_run(&bed.m, 30 * MS);
	bed.m.fault.dma_goes_on = true;
	bed.m.fault.reset_hangs = true;
	ns = bed.m.now;
	side_stop(&side);
	assert_in_range(bed.m.now - ns, MS, side.s->caps.stop_max_us * 1000ull);
	bed.m.engine[1].goes_on = false;
	bed.m.engine[1].sr |= 1;
	bed.m.fault.dma_goes_on = false;
	bed.m.fault.reset_hangs = false;
}

/* ---- interrupts ---------------------------------------------------------------------- */

static void both_engines(const struct model_behaviour *is, u64 read_ns, u64 latency_ns,
			 u32 late)
{
	struct side side[2];
	u32 i;

	bed_open(is);
	bed.m.read_ns = read_ns;
	bed.m.latency_ns = latency_ns;
	for (i = 0; i < 2; i++) {
		side_open(&side[i], i ? WRT_CAPTURE : WRT_PLAYBACK, 48000, 960, 2);
		side_start(&side[i]);
		model_ich_run(&bed.m, MS);
	}
	model_ich_run(&bed.m, 5 * SECOND);
	assert_false(bed.m.line);
	for (i = 0; i < 2; i++) {
		assert_in_range(side[i].late, 0, late);
		side_stop(&side[i]);
		assert_exact(&side[i]);
		assert_all_points_told(&side[i]);
		side_close(&side[i]);
	}
}

ICH_TEST(both_engines_at_once_lose_no_interrupt)
{
	both_engines(&model_qemu, 0, 0, 48);
	both_engines(&model_real, 0, 0, 1);
}

/* One engine gets an interrupt between the read of GLOB_STA and the other's acknowledge. */
ICH_TEST(an_interrupt_raised_while_another_is_handled_is_not_lost)
{
	both_engines(&model_qemu, 1000, MS - 1500, 144);
	both_engines(&model_real, 1000, MS - 1500, 144);
}

BOTH_TEST(lost_interrupts_lose_no_point)
{
	bed_open(is);
	bed.m.fault.lose_every = 3;
	side_open(&side, WRT_PLAYBACK, 48000, 2400, 5);
	side_start(&side);
	model_ich_run(&bed.m, 5 * SECOND);
	side_stop(&side);
	assert_true(bed.m.lost > 100);
	assert_exact(&side);
	assert_all_points_told(&side);
}

BOTH_TEST(merged_interrupts_notify_each_point_that_has_passed)
{
	u32 j;

	bed_open(is);
	side_open(&side, WRT_CAPTURE, 48000, 4800, 10);
	side_start(&side);
	for (j = 0; j < 100; j++) {
		bed.m.deaf = true;
		model_ich_run(&bed.m, 35 * MS);
		bed.m.deaf = false;
		model_ich_run(&bed.m, 2 * MS);
	}
	assert_in_range(side.client.most, 3, 4);
	side_stop(&side);
	assert_exact(&side);
	assert_all_points_told(&side);
	assert_int_equal(bed.m.warnings, 0);
}

static void stop_one_while_both_wait(const struct model_behaviour *is, u32 first)
{
	struct side side[2];
	u32 i;

	bed_open(is);
	for (i = 0; i < 2; i++) {
		side_open(&side[i], i == first ? WRT_CAPTURE : WRT_PLAYBACK, 48000, 1920, 4);
		side_start(&side[i]);
	}
	model_ich_run(&bed.m, 55 * MS);
	bed.m.deaf = true;
	model_ich_run(&bed.m, 21 * MS);
	bed.m.deaf = false;
	side_stop(&side[0]);
	model_ich_run(&bed.m, MS);
	assert_all_points_told(&side[1]);
	side[1].late = 0;
	model_ich_run(&bed.m, 100 * MS);
	assert_all_points_told(&side[1]);
	assert_in_range(side[1].late, 0, 48);
	for (i = 0; i < 2; i++) {
		side_stop(&side[i]);
		assert_exact(&side[i]);
		side_close(&side[i]);
	}
}

/* The status register of the engine that is started has an old interrupt. */
ICH_TEST(starting_an_engine_loses_no_interrupt_of_the_other)
{
	struct side side[2];
	u32 i;

	bed_open(&model_qemu);
	for (i = 0; i < 2; i++)
		side_open(&side[i], i ? WRT_CAPTURE : WRT_PLAYBACK, 48000, 1920, 4);
	side_start(&side[1]);
	model_ich_run(&bed.m, 55 * MS);
	bed.m.deaf = true;
	model_ich_run(&bed.m, 21 * MS);
	bed.m.deaf = false;
	bed.m.engine[1].sr |= 8;
	side_start(&side[0]);
	model_ich_run(&bed.m, MS);
	assert_all_points_told(&side[1]);
	for (i = 0; i < 2; i++) {
		side_stop(&side[i]);
		side_close(&side[i]);
	}
}

BOTH_TEST(stopping_an_engine_loses_no_interrupt_of_the_other)
{
	stop_one_while_both_wait(is, 0);
	stop_one_while_both_wait(is, 1);
}

/* Longer than all readings of one position update. */
ICH_TEST(a_position_that_cannot_be_read_is_read_again_shortly_after)
{
	bed_open(&model_real);
	bed.m.fault.picb_zero_us = 250;
	side_open(&side, WRT_PLAYBACK, 48000, 960, 2);
	side_start(&side);
	model_ich_run(&bed.m, SECOND);
	assert_in_range(side.client.points, 98, 100);
	assert_in_range(side.late, 1, 24);
	while (!bed.m.timer[0])
		model_ich_run(&bed.m, 10000);
	side_stop(&side);
	assert_int_equal(bed.m.timer[0], 0);
	assert_exact(&side);
}

ICH_TEST(a_position_that_can_never_be_read_is_not_read_for_ever)
{
	bed_open(&model_real);
	bed.m.fault.picb_zero_us = 10000000;
	side_open(&side, WRT_PLAYBACK, 48000, 9600, 2);
	side_start(&side);
	model_ich_run(&bed.m, SECOND);
	assert_in_range(bed.m.timers, 1, 8);
	side_stop(&side);
}

ICH_TEST(a_count_that_rises_within_a_descriptor_is_read_again)
{
	u64 linear;
	u32 i;

	bed_open(&model_real);
	side_open(&side, WRT_PLAYBACK, 48000, 960, 2);
	side_start(&side);
	for (i = 0; i < 100; i++) {
		model_ich_run(&bed.m, 10 * MS + 10000);
		side_linear(&side);
		model_ich_run(&bed.m, MS);
		bed.m.engine[1].stale = bed.m.engine[1].picb + 200;
		bed.m.engine[1].glitch = 4;
		linear = side_linear(&side);
		assert_int_equal(linear, 4 * side.engine->frames);
	}
	side_stop(&side);
	assert_exact(&side);
}

ICH_TEST(an_engine_that_has_just_been_started_has_not_halted)
{
	struct wrt_snapshot snap;
	u32 i;

	bed_open(&model_real);
	side_open(&side, WRT_PLAYBACK, 48000, 960, 2);
	for (i = 0; i < 5; i++) {
		side_start(&side);
		wrt_stream_position(side.s, &side.client.client, &snap);
		assert_int_equal(snap.linear, 4 * side.engine->frames);
		model_ich_run(&bed.m, 7 * MS);
		side_stop(&side);
		wrt_stream_position(side.s, &side.client.client, &snap);
		assert_int_equal(snap.stalls, 0);
	}
	assert_int_equal(bed.m.warnings, 0);
	assert_exact(&side);
}

/* No interrupts until the ring has run out; then the engine continues where it halted. */
static void halt(const struct model_behaviour *is, bool by_irq)
{
	struct wrt_snapshot snap;
	u32 j;

	bed_open(is);
	side_open(&side, WRT_PLAYBACK, 48000, 480, 2);
	side_start(&side);
	for (j = 0; j < 9; j++) {
		u64 frames;

		model_ich_run(&bed.m, 50 * MS);
		bed.m.deaf = true;
		model_ich_run(&bed.m, 300 * MS);
		assert_int_equal(side.engine->sr & 1, 1);
		frames = side.engine->frames;
		if (by_irq) {
			bed.m.deaf = false;
			model_ich_run(&bed.m, 0);
		}
		wrt_stream_position(side.s, &side.client.client, &snap);
		assert_int_equal(snap.offset, 4 * frames % 1920);
		assert_int_equal(snap.stalls, j + 1);
		assert_int_equal(side.engine->sr & 1, 0);
		wrt_stream_position(side.s, &side.client.client, &snap);
		assert_int_equal(snap.stalls, j + 1);
		bed.m.deaf = false;
	}
	assert_int_equal(bed.m.warnings, 4);	/* the 1st, 2nd, 4th and 8th time */
	assert_non_null(strstr(bed.m.said, "playback: DMA has halted"));
	side_stop(&side);
	for (j = 0; j < side.engine->frames; j++)
		assert_int_equal(bed.m.heard[j], j % 480);
}

BOTH_TEST(a_halt_is_found_reported_and_ended)
{
	halt(is, false);
	halt(is, true);
}

/* Each interrupt is hushed; the handler runs `late_ms` after that, twice. */
static u64 serve_ns;
static u32 late_ms;

static bool hush_first(void *ctx, bool timer)
{
	if (timer) {
		wrt_device_irq(&bed.dev);
		return true;
	}
	assert_true(wrt_ich_ops.hush(bed.hw));
	assert_false(bed.m.line);
	assert_false(wrt_ich_ops.hush(bed.hw));
	if (!serve_ns)
		serve_ns = bed.m.now + late_ms * MS;
	return true;
}

static void run_hushed(u64 ns)
{
	u64 end = bed.m.now + ns;

	while (bed.m.now < end) {
		model_ich_run(&bed.m, 100000);
		if (!serve_ns || bed.m.now < serve_ns)
			continue;
		serve_ns = 0;
		assert_true(wrt_device_irq(&bed.dev));
		wrt_device_irq(&bed.dev);
	}
}

BOTH_TEST(a_hushed_interrupt_is_served_later)
{
	for (late_ms = 0; late_ms < 30; late_ms += 13) {
		bed_open(is);
		side_open(&side, WRT_PLAYBACK, 48000, 1920, 4);
		side.client.on_notify = NULL;
		bed.m.raise = hush_first;
		serve_ns = 0;
		side_start(&side);
		run_hushed(SECOND);
		if (!late_ms)
			assert_in_range(side.client.points, 98, 100);
		side_stop(&side);
		wrt_stream_settle(side.s, &side.client.client);
		assert_exact(&side);
		assert_all_points_told(&side);
	}
}

BOTH_TEST(an_interrupt_of_another_device_is_not_ours)
{
	bed_open(is);
	assert_false(wrt_device_irq(&bed.dev));
	side_open(&side, WRT_PLAYBACK, 48000, 4800, 2);
	side_start(&side);
	model_ich_run(&bed.m, 20 * MS);
	assert_false(wrt_device_irq(&bed.dev));
	model_ich_run(&bed.m, 100 * MS);
	assert_false(wrt_device_irq(&bed.dev));
	side_stop(&side);
	bed.m.fault.dead = true;
	assert_false(wrt_device_irq(&bed.dev));
	bed.m.fault.dead = false;
}

/* ---- suspend --------------------------------------------------------------------------- */

BOTH_TEST(a_suspend_takes_time_but_loses_no_sample)
{
	static const u32 softer[2] = { 20, 21 };
	struct wrt_snapshot snap;
	struct side play, capt;
	u16 before[64];
	u32 value[2];

	bed_open(is);
	assert_int_equal(wrt_device_control_set(&bed.dev, 2, softer), 0);
	side_open(&play, WRT_PLAYBACK, 44100, 2205, 3);
	side_open(&capt, WRT_CAPTURE, 32000, 3200, 2);
	side_start(&play);
	side_start(&capt);
	model_ich_run(&bed.m, 123456789);
	memcpy(before, bed.m.codec, sizeof(before));
	wrt_device_suspend(&bed.dev);
	model_ich_power_loss(&bed.m);
	model_ich_run(&bed.m, SECOND);
	assert_int_equal(wrt_device_resume(&bed.dev), 0);
	assert_memory_equal(before, bed.m.codec, sizeof(before));
	assert_int_equal(wrt_device_control_get(&bed.dev, 2, value), 0);
	assert_memory_equal(value, softer, sizeof(value));
	model_ich_run(&bed.m, SECOND);
	wrt_stream_position(play.s, &play.client.client, &snap);
	assert_int_equal(snap.stalls, 1);
	side_stop(&play);
	side_stop(&capt);
	assert_exact(&play);
	assert_exact(&capt);
	assert_all_points_told(&play);
	side_close(&play);
	side_close(&capt);
}

BOTH_TEST(if_the_codec_does_not_resume_resume_fails)
{
	bed_open(is);
	side_open(&side, WRT_PLAYBACK, 48000, 4800, 2);
	side_start(&side);
	wrt_device_suspend(&bed.dev);
	model_ich_power_loss(&bed.m);
	bed.m.fault.never_ready = true;
	assert_int_equal(wrt_device_resume(&bed.dev), WRT_EIO);
	assert_int_equal(bed.m.engine[1].cr & 1, 0);
	side_stop(&side);
	assert_int_equal(wrt_stream_start(side.s, &side.client.client), WRT_EIO);
}

int main(void)
{
	return tb_run("ich");
}
