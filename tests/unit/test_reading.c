// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_reading.c - wrong readings: a reader that is preempted between register and
 * clock, and a register with a wrong value for a while. First kernel/core/position.c alone,
 * then with kernel/core/stream.c. Documentation/design.md, "Reading a position".
 */
#include "testbed.h"

#define SECOND		1000000000ull
#define MS		1000000ull
#define POINT_BYTES	192u

/* 48 kHz, S16, stereo: 192 bytes a millisecond, two points in a buffer of 20 ms. */
static const struct wrt_cycle cycle = {
	.bytes = 3840, .notify_bytes = 1920, .byte_rate = 192000, .fifo_bytes = 64,
};

/* ---- a late time stamp ------------------------------------------------------------- */

/* Exact readings each ms, except one with a time that is 8.5 ms late. */
UNIT_TEST(a_late_stamp_moves_nothing_more_than_the_register)
{
	static const struct wrt_cycle small = {
		.bytes = 2048, .notify_bytes = 1024, .byte_rate = 192000, .fifo_bytes = 64,
	};
	struct wrt_position p = { 0 };
	u64 i;

	wrt_position_resume(&p, SECOND, SECOND);
	for (i = 1; i <= 40; i++) {
		u64 from = SECOND + i * MS, ns = from + (i == 20 ? 8500000 : 0);

		wrt_position_advance(&p, &small, (u32)(i * 192 % 2048), from, ns);
		assert_int_equal(p.linear, i * 192);
		assert_int_equal(wrt_position_all_points(&p, &small), i * 192 / 1024);
	}
}

/* The reader is preempted between the write that starts DMA and the reading of the clock. */
UNIT_TEST(a_start_that_is_stamped_late_loses_nothing)
{
	static const struct wrt_cycle small = {
		.bytes = 4096, .notify_bytes = 2048, .byte_rate = 192000, .fifo_bytes = 0,
	};
	struct wrt_position p = { 0 };
	u64 i;

	wrt_position_resume(&p, SECOND, SECOND + 12 * MS);
	for (i = 12; i <= 60; i++) {
		u64 ns = SECOND + i * MS;

		wrt_position_advance(&p, &small, (u32)(i * 192 % 4096), ns, ns);
		assert_int_equal(p.linear, i * 192);
	}
}

/* The handler was entered before the last reading, which a query made. */
UNIT_TEST(an_early_bound_far_back_moves_nothing_more)
{
	struct wrt_position p = { 0 };
	u64 i;

	wrt_position_resume(&p, SECOND, SECOND);
	for (i = 1; i <= 40; i++) {
		u64 ns = SECOND + i * MS;

		wrt_position_advance(&p, &cycle, (u32)(i * 192 % 3840), ns - 1900000, ns);
		assert_int_equal(p.linear, i * 192);
	}
}

UNIT_TEST(whole_buffers_unseen_are_counted_by_the_least_time_between_two_readings)
{
	/* 20 ms a buffer; 1 counts as one, after 3/4 of it and the rest that was seen */
	static const struct { u64 late, from, ns, moved; } row[] = {
		{ 0, 20 * MS, 20 * MS, 3840 },
		{ 5 * MS, 20 * MS, 20 * MS, 3840 },	/* at least 15 ms */
		{ 5 * MS + 6, 20 * MS, 20 * MS, 0 },
		{ 0, 15 * MS, 40 * MS, 3840 },
		{ 0, 15 * MS - 6, 40 * MS, 0 },
	};
	size_t i;

	for (i = 0; i < COUNT(row); i++) {
		struct wrt_position p = { .from_ns = SECOND, .ns = SECOND + row[i].late };

		assert_int_equal(wrt_position_advance(&p, &cycle, 0, SECOND + row[i].from,
						      SECOND + row[i].ns), row[i].moved);
	}
}

/* ---- a register with a wrong value ---------------------------------------------------- */

/* From one millisecond to another, both included, the register has this wrong value. */
struct fault {
	u32 from, to;
	u32 (*shows)(u64 truth);
	u32 first_unread, last_unread;	/* no reading in between; 0: a reading each ms */
};

/* Readings each ms. linear[] has the expected positions, until a 0. */
static void read_through(const struct fault *f, const u64 *linear, u32 first)
{
	struct wrt_position p = { 0 };
	u32 i;

	wrt_position_resume(&p, SECOND, SECOND);
	for (i = 1; i <= 200; i++) {
		u64 truth = (u64)i * 192, ns = SECOND + i * MS;
		u32 shown = (u32)(truth % cycle.bytes);

		if (f->first_unread && i >= f->first_unread && i <= f->last_unread)
			continue;
		if (i >= f->from && i <= f->to)
			shown = f->shows(truth);
		wrt_position_advance(&p, &cycle, shown, ns, ns);
		if (i >= first && *linear)
			assert_int_equal(p.linear, *linear++);
		else
			assert_int_equal(p.linear, truth);
		assert_int_equal(p.offset, p.linear % cycle.bytes);
	}
}

static u32 back_by_500(u64 truth)
{
	return (u32)((truth + 3840 - 500) % 3840);
}

/*
 * At 5 ms the register shows 460 after 768: 3532 bytes forward, but 1 ms explains 192, and the
 * quarter and the FIFO 1024 more.
 */
UNIT_TEST(a_register_that_lags_by_more_than_the_fifo_loses_nothing)
{
	static const u64 linear[] = { 768, 768, 844, 1036, 0 };
	static const struct fault f = { .from = 5, .to = 8, .shows = back_by_500 };

	read_through(&f, linear, 5);
}

UNIT_TEST(a_register_that_lags_for_a_whole_buffer_catches_up)
{
	static const u64 linear[] = {
		768, 768, 844, 1036, 1228, 1420, 1612, 1804, 1996, 2188, 2380, 2572, 2764, 2956,
		3148, 3340, 3532, 3724, 3916, 4108, 4300, 0
	};
	static const struct fault f = { .from = 5, .to = 25, .shows = back_by_500 };

	read_through(&f, linear, 5);
}

static u32 ahead_by_500(u64 truth)
{
	return (u32)((truth + 500) % 3840);
}

/* Within the quarter and the FIFO: accepted; the position then waits for the register. */
UNIT_TEST(after_a_small_jump_ahead_the_register_catches_up)
{
	static const u64 linear[] = { 1460, 1652, 1844, 1844, 1844, 0 };
	static const struct fault f = { .from = 5, .to = 7, .shows = ahead_by_500 };

	read_through(&f, linear, 5);
}

static u32 ahead_by_2000(u64 truth)
{
	return (u32)((truth + 2000) % 3840);
}

/* 2192 at 5 ms; accepted at 8 ms if it continues: 4 ms and a quarter explain 1792. */
UNIT_TEST(a_large_jump_ahead_is_ignored)
{
	static const u64 linear[] = { 768, 768, 768, 0 };
	static const struct fault f = { .from = 5, .to = 7, .shows = ahead_by_2000 };

	read_through(&f, linear, 5);
}

static u32 nothing(u64 truth)
{
	return 0;
}

/* 3072 bytes to offset 0; 6 ms explain 2176. */
UNIT_TEST(a_register_that_reads_0_for_a_while_loses_nothing)
{
	static const u64 linear[] = { 768, 768, 768, 768, 768, 768, 0 };
	static const struct fault f = { .from = 5, .to = 10, .shows = nothing };

	read_through(&f, linear, 5);
}

/* At 15 ms 11 ms explain them: ahead by at most a quarter and the FIFO until 20 ms. */
UNIT_TEST(a_register_that_reads_0_for_half_a_buffer_and_more_loses_nothing_for_good)
{
	static const u64 linear[] = {
		768, 768, 768, 768, 768, 768, 768, 768, 768, 768, 3840, 3840, 3840, 3840, 3840, 0
	};
	static const struct fault f = { .from = 5, .to = 16, .shows = nothing };

	read_through(&f, linear, 5);
}

static u32 ones(u64 truth)
{
	return 0xffffffff;
}

/* 30 ms and 1.5 buffers: the clock counts the one that passed. */
UNIT_TEST(a_register_that_reads_all_ones_for_longer_than_a_buffer_loses_nothing)
{
	static const struct fault f = { .from = 5, .to = 34, .shows = ones };
	u64 linear[31] = { 0 };
	u32 i;

	for (i = 0; i < 30; i++)
		linear[i] = 768;
	read_through(&f, linear, 5);
}

static u32 stalled(u64 truth)
{
	return 960;
}

/* 12 ms: more than a quarter is added at once, since DMA may have moved all the time. */
UNIT_TEST(a_register_that_stalls_is_accepted_as_soon_as_it_moves)
{
	static const u64 linear[] = { 960, 960, 960, 960, 960, 960, 960, 960, 960, 960, 960, 960, 0 };
	static const struct fault f = { .from = 6, .to = 17, .shows = stalled };

	read_through(&f, linear, 6);
}

/* A decision: a halt that the backend does not report gives the same readings. */
UNIT_TEST(a_register_that_stalls_for_a_whole_buffer_while_it_is_read_is_a_halt)
{
	struct wrt_position p = { 0 };
	u32 i;

	wrt_position_resume(&p, SECOND, SECOND);
	for (i = 1; i <= 40; i++) {
		u32 offset = i > 5 && i < 30 ? 960 : i * 192 % 3840;

		wrt_position_advance(&p, &cycle, offset, SECOND + i * MS, SECOND + i * MS);
	}
	assert_int_equal(p.linear, 40 * 192 - 3840);
}

/*
 * Read after 16 ms, at 960 as before: a whole buffer by the clock, so the position is ahead. At 22
 * ms the register shows 576 bytes less than that.
 */
UNIT_TEST(a_stall_that_is_read_late_is_ahead_until_the_register_catches_up)
{
	static const u64 linear[] = { 4800, 4800, 4800, 4800, 0 };
	static const struct fault f = {
		.from = 6, .to = 21, .shows = stalled, .first_unread = 6, .last_unread = 20,
	};

	read_through(&f, linear, 21);
}

/* Without a clock every offset is a distance, also a large one. */
UNIT_TEST(without_a_clock_every_step_back_is_a_wrap)
{
	struct wrt_cycle free = cycle;
	struct wrt_position p = { .linear = 1000, .offset = 1000, .ns = SECOND, .from_ns = SECOND };

	free.unclocked = true;
	assert_int_equal(wrt_position_advance(&p, &free, 996, 0, SECOND + 1000), 3836);
	assert_int_equal(wrt_position_advance(&p, &free, 996, 0, 10 * SECOND), 0);
}

/* ---- the core ------------------------------------------------------------------------ */

static const struct wrt_sim_config one_pair = { .pairs = 1 };

/* A running stream: a buffer of four points of a millisecond. */
struct bed {
	struct tb tb;
	struct wrt_stream *s;
	struct tb_client owner;
	struct tb_buffer buffer;
	u64 began;
};

static void bed_open(struct bed *b, void (*open)(struct tb *tb, const struct wrt_sim_config *cfg))
{
	memset(b, 0, sizeof(*b));
	open(&b->tb, &one_pair);
	b->s = wrt_device_stream(&b->tb.dev, WRT_PLAYBACK, 0);
	tb_client_init(&b->owner, &b->tb, true);
	tb_buffer_make(&b->buffer, b->s, 48000, WRT_FMT_S16, 2, 4 * POINT_BYTES, 4);
	assert_int_equal(wrt_stream_configure(b->s, &b->owner.client, &b->buffer.geom), 0);
	assert_int_equal(wrt_stream_start(b->s, &b->owner.client), 0);
	b->began = b->tb.now;
	tb_backend.position = 0;
}

static void bed_close(struct bed *b)
{
	wrt_stream_release(b->s, &b->owner.client);
	tb_buffer_free(&b->buffer);
	tb_close(&b->tb);
}

static u64 linear(struct bed *b)
{
	struct wrt_snapshot snap;

	wrt_stream_position(b->s, &b->owner.client, &snap);
	return snap.linear;
}

/* Bytes of whole frames that DMA had moved at this time. */
static u64 truth(const struct bed *b, u64 ns)
{
	return (ns - b->began) * 48000 / SECOND * 4;
}

/* A reader is preempted for 3.5 ms at 2.3 ms. */
static void preempted_once(void (*open)(struct tb *tb, const struct wrt_sim_config *cfg), u64 ns,
			   u32 readings)
{
	struct bed b;

	bed_open(&b, open);
	tb_sleep(&b.tb, 2300000);
	tb_backend.preempt_ns = 3500000;
	tb_backend.preempts = 1;
	assert_int_equal(linear(&b), truth(&b, b.began + ns));
	assert_int_equal(tb_backend.position, readings);
	bed_close(&b);
}

/* The offset of 2.3 ms with the time of 5.8 ms would be a whole buffer of 4 ms more. */
UNIT_TEST(a_reader_that_was_preempted_reads_again)
{
	preempted_once(tb_open, 5800000, 2);
}

UNIT_TEST(without_a_clock_no_reading_is_repeated)
{
	preempted_once(tb_open_emulated, 2300000, 1);
}

/*
 * Times that are 3.5 ms apart do not determine how many buffers of 4 ms passed in 19.8 ms: some may
 * be missing, but the offset in the buffer is exact.
 */
UNIT_TEST(a_reader_that_is_always_preempted_reads_five_times_and_adds_nothing)
{
	struct bed b;
	u64 i, got, moved;

	bed_open(&b, tb_open);
	tb_backend.preempt_ns = 3500000;
	for (i = 1; i <= 20; i++) {
		tb_sleep(&b.tb, 2300000);
		tb_backend.preempts = i % 4 ? ~0u : 0;
		tb_backend.position = 0;
		got = linear(&b);
		moved = truth(&b, b.tb.now - (i % 4 ? 3500000 : 0));
		assert_in_range(got, 0, moved);
		assert_int_equal(got % (4 * POINT_BYTES), moved % (4 * POINT_BYTES));
		assert_int_equal(tb_backend.position, i % 4 ? 1 + WRT_READ_AGAIN_MAX : 1);
	}
	bed_close(&b);
}

UNIT_TEST(a_reading_is_repeated_if_its_times_are_further_apart_than_an_eighth_of_the_buffer)
{
	static const struct { u64 ns; u32 readings; } row[] = {
		{ 0, 1 }, { 499999, 1 }, { 500000, 1 }, { 500001, 2 },
	};
	struct bed b;
	size_t i;

	for (i = 0; i < COUNT(row); i++) {
		bed_open(&b, tb_open);
		tb_sleep(&b.tb, 2300000);
		tb_backend.preempt_ns = row[i].ns;
		tb_backend.preempts = 1;
		linear(&b);
		assert_int_equal(tb_backend.position, row[i].readings);
		bed_close(&b);
	}
}

/* Only the first reading of an interrupt begins where the handler was entered. */
UNIT_TEST(the_entry_of_the_interrupt_is_the_early_bound_of_its_first_reading)
{
	struct bed b;

	bed_open(&b, tb_open);
	tb_backend.entry_ns = b.began + 999000;
	tb_run_for(&b.tb, MS);
	assert_int_equal(tb_backend.position, 1);
	assert_int_equal(tb_backend.from_ns[0], b.began + 999000);
	linear(&b);
	assert_int_equal(tb_backend.position, 2);
	assert_int_equal(tb_backend.from_ns[1], 0);
	tb_backend.entry_ns = b.began + MS;
	tb_run_for(&b.tb, MS);
	assert_int_equal(tb_backend.position, 4);
	assert_int_equal(tb_backend.from_ns[2], b.began + MS);
	assert_int_equal(tb_backend.from_ns[3], 0);
	bed_close(&b);
}

/* 10 ms: 2.5 buffers, of which the clock counts the whole ones. */
UNIT_TEST(a_position_that_cannot_be_read_for_longer_than_a_buffer_loses_nothing)
{
	struct bed b;
	u32 i;

	bed_open(&b, tb_open);
	tb_run_for(&b.tb, 5 * MS / 2);
	tb_backend.fail_position = -WRT_EIO;
	for (i = 0; i < 10; i++) {
		tb_run_for(&b.tb, MS);
		assert_int_equal(linear(&b), 2 * POINT_BYTES);
	}
	tb_backend.fail_position = 0;
	assert_int_equal(linear(&b), truth(&b, b.tb.now));
	assert_int_equal(b.owner.points, 2);
	tb_run_for(&b.tb, MS);
	assert_int_equal(b.owner.points, 13);
	bed_close(&b);
}

int main(void)
{
	return tb_run("reading");
}
