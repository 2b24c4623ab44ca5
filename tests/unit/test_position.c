// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_position.c - kernel/core/position.c: with examples, and compared with a slow
 * and simple model over a million random readings (SEED=N repeats one run).
 */
#include "testbed.h"

#define SECOND	1000000000ull

/* 48 kHz, 4 bytes a frame: 192 bytes a millisecond. */
static const struct wrt_cycle cycle = {
	.bytes = 1920, .notify_bytes = 960, .byte_rate = 192000, .fifo_bytes = 0,
};

static const struct wrt_cycle jittery = {
	.bytes = 1920, .notify_bytes = 960, .byte_rate = 192000, .fifo_bytes = 64,
};

static struct wrt_position at(u64 linear, u32 bytes, u64 ns)
{
	return (struct wrt_position){
		.linear = linear, .offset = (u32)(linear % bytes), .ns = ns, .from_ns = ns,
	};
}

/* A reading whose time is exact. */
static u64 read_at(struct wrt_position *p, const struct wrt_cycle *c, u32 offset, u64 ns)
{
	return wrt_position_advance(p, c, offset, ns, ns);
}

/* ---- distance --------------------------------------------------------------------- */

UNIT_TEST(a_reading_further_on_moves_the_linear_position_by_the_difference)
{
	struct wrt_position p = at(100, 1920, 0);

	assert_int_equal(read_at(&p, &cycle, 300, 1000000), 200);
	assert_int_equal(p.linear, 300);
	assert_int_equal(p.offset, 300);
	assert_int_equal(p.ns, 1000000);
}

UNIT_TEST(the_same_reading_twice_moves_nothing)
{
	struct wrt_position p = at(100, 1920, 0);

	assert_int_equal(read_at(&p, &cycle, 100, 0), 0);
	assert_int_equal(read_at(&p, &cycle, 100, 1000), 0);
	assert_int_equal(p.linear, 100);
}

UNIT_TEST(a_wrap_advances_the_linear_position_by_the_rest_of_the_buffer)
{
	struct wrt_position p = at(1900, 1920, 0);

	assert_int_equal(read_at(&p, &cycle, 8, 150000), 28);
	assert_int_equal(p.linear, 1928);
	assert_int_equal(p.offset, 8);
}

UNIT_TEST(a_wrap_to_offset_zero_counts_the_buffer_once)
{
	struct wrt_position p = at(1916, 1920, 0);

	assert_int_equal(read_at(&p, &cycle, 0, 20833), 4);
	assert_int_equal(p.linear, 1920);
}

UNIT_TEST(exactly_one_whole_buffer_unseen_is_counted_by_the_clock)
{
	struct wrt_position p = at(500, 1920, 0);

	assert_int_equal(read_at(&p, &cycle, 500, 10000000), 1920);
	assert_int_equal(p.linear, 2420);
}

UNIT_TEST(many_whole_buffers_unseen_are_counted_by_the_clock)
{
	struct wrt_position p = at(0, 1920, 0);

	/* 360000 buffers and 4 bytes in an hour, to the byte */
	assert_int_equal(read_at(&p, &cycle, 4, 3600 * SECOND + 20833),
			 360000ull * 1920 + 4);
}

UNIT_TEST(a_clock_error_below_a_quarter_of_the_buffer_changes_nothing)
{
	/* clock error in bytes, for 3 buffers and 100 bytes */
	static const int wrong[] = { -478, -300, -1, 0, 1, 300, 478 };
	size_t i;

	for (i = 0; i < COUNT(wrong); i++) {
		struct wrt_position p = at(0, 1920, 0);
		u64 ns = (u64)(3 * 1920 + 100 + wrong[i]) * SECOND / 192000;

		assert_int_equal(read_at(&p, &cycle, 100, ns + 1), 3 * 1920 + 100);
	}
}

UNIT_TEST(a_reading_after_7_of_10_ms_at_the_same_offset_adds_no_buffer)
{
	struct wrt_position p = at(0, 1920, 0);

	/* hardware that halts for 7 ms of a 10 ms buffer has not wrapped */
	assert_int_equal(read_at(&p, &cycle, 0, 7 * SECOND / 1000), 0);
}

UNIT_TEST(an_offset_outside_of_the_buffer_moves_nothing)
{
	static const u32 outside[] = { 1920, 1921, 0x7fffffff, 0x80000000, 0xffffffff };
	size_t i;

	for (i = 0; i < COUNT(outside); i++) {
		struct wrt_position p = at(700, 1920, 0);

		/* in this time DMA moves to the end of the buffer */
		assert_int_equal(read_at(&p, &cycle, outside[i], 6354167), 0);
		assert_int_equal(p.linear, 700);
		assert_int_equal(p.offset, 700);
	}
}

UNIT_TEST(a_clock_that_goes_back_adds_no_buffer_and_its_time_is_not_stored)
{
	struct wrt_position p = at(0, 1920, 50 * SECOND);

	assert_int_equal(read_at(&p, &cycle, 40, 49 * SECOND), 40);
	assert_int_equal(p.ns, 50 * SECOND);
	assert_int_equal(read_at(&p, &cycle, 44, 0), 4);
	assert_int_equal(p.ns, 50 * SECOND);
	assert_int_equal(read_at(&p, &cycle, 48, 50 * SECOND + 20833), 4);
	assert_int_equal(p.linear, 48);
}

UNIT_TEST(the_time_of_a_pause_adds_no_distance)
{
	struct wrt_position p = at(1000, 1920, SECOND);

	wrt_position_resume(&p, 3600 * SECOND, 3600 * SECOND);
	assert_int_equal(read_at(&p, &cycle, 1004, 3600 * SECOND + 20833), 4);
	assert_int_equal(p.linear, 1004);
}

UNIT_TEST(a_reset_sets_linear_position_offset_and_points_to_0)
{
	struct wrt_position p = at(5000, 1920, SECOND);

	wrt_position_take_points(&p, &cycle);
	wrt_position_reset(&p);
	assert_int_equal(p.linear, 0);
	assert_int_equal(p.offset, 0);
	assert_int_equal(p.points, 0);
	assert_int_equal(p.point_ns, 0);
	assert_int_equal(wrt_position_fresh_points(&p, &cycle), 0);
}

/* ---- jitter ----------------------------------------------------------------------- */

UNIT_TEST(a_small_step_back_is_jitter_and_moves_nothing)
{
	struct wrt_position p = at(1000, 1920, SECOND);

	assert_int_equal(read_at(&p, &jittery, 936, SECOND + 1000), 0);
	assert_int_equal(p.linear, 1000);
	assert_int_equal(p.offset, 1000);
	assert_int_equal(read_at(&p, &jittery, 1000, SECOND + 300000), 0);
	assert_int_equal(read_at(&p, &jittery, 1008, SECOND + 340000), 8);
	assert_int_equal(p.linear, 1008);
}

UNIT_TEST(a_small_step_back_over_the_wrap_is_also_jitter)
{
	struct wrt_position p = at(1928, 1920, SECOND);

	assert_int_equal(read_at(&p, &jittery, 1916, SECOND + 1000), 0);
	assert_int_equal(p.linear, 1928);
	assert_int_equal(read_at(&p, &jittery, 12, SECOND + 70000), 4);
	assert_int_equal(p.linear, 1932);
}

/* Forward this is 1855 bytes; the clock explains a quarter of the buffer and the FIFO. */
UNIT_TEST(a_step_back_of_more_than_the_fifo_is_also_no_wrap)
{
	struct wrt_position p = at(1000, 1920, SECOND), before = p;

	assert_int_equal(read_at(&p, &jittery, 935, SECOND + 1000), 0);
	assert_memory_equal(&p, &before, sizeof(p));
}

/* 192 bytes a ms: 544 and 1311 bytes are 1855, after 6.83 ms. */
UNIT_TEST(a_reading_is_accepted_once_the_clock_explains_it)
{
	struct wrt_position p = at(1000, 1920, SECOND);

	assert_int_equal(read_at(&p, &jittery, 935, SECOND + 6828124), 0);
	assert_int_equal(read_at(&p, &jittery, 935, SECOND + 6828125), 1855);
}

UNIT_TEST(a_step_back_that_the_clock_explains_is_a_wrap)
{
	struct wrt_position p = at(1000, 1920, SECOND);

	/* 1880 bytes take 9.79 ms */
	assert_int_equal(read_at(&p, &jittery, 960, SECOND + 9791667), 1880);
	assert_int_equal(p.linear, 2880);
}

/* ---- edges of the integers -------------------------------------------------------- */

UNIT_TEST(the_linear_position_does_not_wrap_at_four_gigabytes)
{
	u64 start = 4294967296ull - 8;
	struct wrt_position p = at(start, 1920, SECOND);
	u32 next = (u32)((start + 16) % 1920);

	p.points = start / 960;
	assert_int_equal(read_at(&p, &cycle, next, SECOND + 83334), 16);
	assert_int_equal(p.linear, 4294967304ull);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 4294967304ull / 960 - start / 960);
}

UNIT_TEST(the_linear_position_and_its_points_are_exact_near_two_to_the_63)
{
	u64 start = (1ull << 63) - 960;
	struct wrt_position p = at(start, 1920, SECOND);
	u64 i, points = start / 960;

	p.points = points;
	for (i = 0; i < 40; i++) {
		u32 offset = (u32)((p.linear + 96) % 1920);

		assert_int_equal(read_at(&p, &cycle, offset, p.ns + 500000), 96);
		points += wrt_position_take_points(&p, &cycle);
		assert_int_equal(points, p.linear / 960);
	}
	assert_true(p.linear == start + 40 * 96);
}

UNIT_TEST(a_buffer_of_almost_four_gigabytes_wraps_correctly)
{
	struct wrt_cycle big = {
		.bytes = 4294967292u, .notify_bytes = 2147483646u, .byte_rate = 6144000,
	};
	struct wrt_position p = at(4294967288u, big.bytes, SECOND);

	p.points = 1;
	assert_int_equal(read_at(&p, &big, 4, SECOND + 1303), 8);
	assert_int_equal(p.linear, 4294967296ull);
	assert_int_equal(wrt_position_take_points(&p, &big), 1);
	/* and a whole one unseen: 699 s */
	assert_int_equal(read_at(&p, &big, 4, p.ns + 699050666667ull), 4294967292u);
}

UNIT_TEST(a_year_without_a_reading_does_not_overflow)
{
	struct wrt_cycle fast = { .bytes = 6144, .notify_bytes = 3072, .byte_rate = 6144000 };
	struct wrt_position p = at(0, 6144, 0);
	u64 seconds = 366ull * 86400;

	assert_int_equal(read_at(&p, &fast, 0, seconds * SECOND), seconds * 6144000);
	assert_int_equal(wrt_position_take_points(&p, &fast), seconds * 2000);
}

/* ---- points ----------------------------------------------------------------------- */

UNIT_TEST(a_point_is_passed_when_its_last_byte_has_moved)
{
	struct wrt_position p = at(0, 1920, 0);

	read_at(&p, &cycle, 956, 4979167);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 0);
	read_at(&p, &cycle, 960, 5000000);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 1);
}

UNIT_TEST(the_start_of_the_buffer_is_no_point_but_its_end_is_one)
{
	struct wrt_position p = at(0, 1920, 0);

	assert_int_equal(wrt_position_take_points(&p, &cycle), 0);
	read_at(&p, &cycle, 1916, 9979166);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 1);
	read_at(&p, &cycle, 0, 10000000);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 1);
	assert_int_equal(p.points, 2);
}

UNIT_TEST(points_are_consumed_exactly_once)
{
	struct wrt_position p = at(0, 1920, 0);

	read_at(&p, &cycle, 8, 10 * SECOND + 41667);
	assert_int_equal(wrt_position_fresh_points(&p, &cycle), 2000);
	assert_int_equal(wrt_position_fresh_points(&p, &cycle), 2000);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 2000);
	assert_int_equal(wrt_position_fresh_points(&p, &cycle), 0);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 0);
	assert_int_equal(p.points, 2000);
}

UNIT_TEST(without_notification_there_are_no_points)
{
	struct wrt_cycle quiet = { .bytes = 1920, .notify_bytes = 0, .byte_rate = 192000 };
	struct wrt_position p = at(0, 1920, 0);

	read_at(&p, &quiet, 0, SECOND);
	assert_int_equal(p.linear, 192000);
	assert_int_equal(wrt_position_take_points(&p, &quiet), 0);
	assert_int_equal(p.points, 0);
	assert_int_equal(p.point_ns, 0);
}

UNIT_TEST(the_time_of_a_point_is_computed_back_from_the_reading)
{
	struct wrt_position p = at(0, 1920, SECOND);

	read_at(&p, &cycle, 1152, SECOND + 6000000);
	wrt_position_take_points(&p, &cycle);
	assert_int_equal(p.point_ns, SECOND + 5000000);
	read_at(&p, &cycle, 1800, SECOND + 9375000);
	assert_int_equal(p.point_ns, SECOND + 5000000);
	read_at(&p, &cycle, 0, SECOND + 10000000);
	wrt_position_take_points(&p, &cycle);
	assert_int_equal(p.point_ns, SECOND + 10000000);
}

UNIT_TEST(a_packet_began_at_the_point_before_which_is_computed_only_if_it_was_not_read)
{
	struct wrt_position p = at(0, 1920, SECOND);

	read_at(&p, &cycle, 960, SECOND + 5500000);
	wrt_position_take_points(&p, &cycle);
	read_at(&p, &cycle, 0, SECOND + 10000000);
	assert_int_equal(wrt_position_packet_ns(&p, &cycle), SECOND + 5500000);
	wrt_position_take_points(&p, &cycle);
	assert_int_equal(wrt_position_packet_ns(&p, &cycle), SECOND + 5500000);
	read_at(&p, &cycle, 0, SECOND + 20400000);	/* two points further */
	assert_int_equal(wrt_position_packet_ns(&p, &cycle), SECOND + 15400000);
}

UNIT_TEST(the_time_of_a_point_is_never_below_0)
{
	struct wrt_position p = at(956, 1920, 1000);

	read_at(&p, &cycle, 1000, 2000);
	assert_int_equal(wrt_position_take_points(&p, &cycle), 1);
	assert_int_equal(p.point_ns, 0);
}

UNIT_TEST(the_time_of_a_point_stays_the_same_over_a_pause)
{
	struct wrt_position p = at(0, 1920, SECOND);
	u64 before;

	read_at(&p, &cycle, 1152, SECOND + 6000000);
	wrt_position_take_points(&p, &cycle);
	before = p.point_ns;
	wrt_position_resume(&p, 60 * SECOND, 60 * SECOND);
	assert_int_equal(p.point_ns, before);
	read_at(&p, &cycle, 1344, 60 * SECOND + 1000000);
	assert_int_equal(p.point_ns, before);
}

/* ---- the property ------------------------------------------------------------------ */

/*
 * The model moves one frame at a time and counts the wraps and points that it passes. Its hardware
 * runs exactly at the nominal rate in true time. The core gets the true values with jitter on the
 * offset (backwards only, at most fifo_bytes) and on the clock.
 */
struct model {
	struct wrt_cycle c;
	u32 frame, rate;
	u32 clock_error;	/* ns, in both directions */
	u64 run_ns, run_frames;	/* true time and frames since the last resume */
	u64 linear, points;	/* true values */
	u32 to_wrap, to_point;	/* bytes */
	u32 offset;
	u64 now;		/* true time, ns */
	u64 shown;		/* linear position that follows from the readings */
};

static void model_move_one_frame(struct model *m)
{
	m->linear += m->frame;
	m->offset += m->frame;
	m->to_wrap -= m->frame;
	if (!m->to_wrap) {
		m->to_wrap = m->c.bytes;
		m->offset = 0;
	}
	m->to_point -= m->frame;
	if (!m->to_point) {
		m->to_point = m->c.notify_bytes;
		m->points++;
	}
}

static void model_pass_time(struct model *m, u64 ns)
{
	u64 frames;

	m->now += ns;
	m->run_ns += ns;
	frames = m->run_ns * m->rate / SECOND;	/* run_ns stays below 2^63 / rate */
	for (; m->run_frames < frames; m->run_frames++)
		model_move_one_frame(m);
}

static void model_setup(struct model *m, u64 *seed)
{
	static const u32 rates[] = { 8000, 11025, 44100, 48000, 96000, 192000 };
	static const u32 frames[] = { 1, 2, 3, 4, 6, 8, 12, 32 };
	u32 portion = 8 + (u32)(tb_random(seed) % 120);
	u32 n = 1 + (u32)(tb_random(seed) % 5);

	memset(m, 0, sizeof(*m));
	m->frame = frames[tb_random(seed) % COUNT(frames)];
	m->rate = rates[tb_random(seed) % COUNT(rates)];
	m->c.notify_bytes = portion * m->frame;
	m->c.bytes = n * m->c.notify_bytes;
	m->c.byte_rate = m->rate * m->frame;
	if (tb_random(seed) & 1)
		m->c.fifo_bytes = m->c.bytes / 16;
	if (tb_random(seed) & 1)	/* as wrt_stream_configure() sets it; 0 is slower */
		m->c.unseen_ns = (u64)(m->c.bytes - m->c.bytes / 4) * SECOND / m->c.byte_rate;
	if (tb_random(seed) & 1)
		m->clock_error = (u32)((u64)m->c.bytes * SECOND / m->c.byte_rate / 16);
	m->to_wrap = m->c.bytes;
	m->to_point = m->c.notify_bytes;
	m->now = 1000 * SECOND;
}

static u64 model_step_ns(const struct model *m, u64 *seed)
{
	u64 buffer_ns = (u64)m->c.bytes * SECOND / m->c.byte_rate;

	switch (tb_random(seed) % 16) {
	case 0:
		return tb_random(seed) % (4 * buffer_ns);	/* whole buffers are missed */
	case 1:
		return buffer_ns;
	case 2:
		return 0;
	}
	return tb_random(seed) % (buffer_ns / 2);
}

static u64 model_clock(const struct model *m, u64 *seed)
{
	if (!m->clock_error)
		return m->now;
	return m->now - m->clock_error + tb_random(seed) % (2ull * m->clock_error + 1);
}

/* The offset that the hardware shows now; updates m->shown. */
static u32 model_offset(struct model *m, bool jitter, u64 *seed)
{
	u64 back = 0, seen;

	if (jitter && m->c.fifo_bytes && !(tb_random(seed) & 3))
		back = tb_random(seed) % (m->c.fifo_bytes / m->frame + 1) * m->frame;
	if (back > m->linear)
		back = 0;
	seen = m->linear - back;
	if (seen > m->shown)
		m->shown = seen;
	return (u32)(seen % m->c.bytes);
}

static void check_reading(struct model *m, struct wrt_position *p, u64 *taken, bool jitter,
			  u64 *seed)
{
	u64 before = p->linear, ns = model_clock(m, seed);
	u32 offset = model_offset(m, jitter, seed);
	u64 moved = read_at(p, &m->c, offset, ns);

	assert_true(p->linear == m->shown);
	assert_true(moved == m->shown - before);
	if (tb_random(seed) & 1)
		return;
	*taken += wrt_position_take_points(p, &m->c);
	if (m->c.fifo_bytes)
		assert_true(*taken == m->shown / m->c.notify_bytes);
	else
		assert_true(*taken == m->points);
}

/* With exact clocks the time of a point is exact to a frame and two ns. */
static void check_point_time(const struct model *m, const struct wrt_position *p)
{
	u64 since, want, got, slack;

	if (m->c.fifo_bytes || m->clock_error || !p->points || p->points != m->points)
		return;
	since = m->linear - m->points * m->c.notify_bytes;
	if (since >= m->run_frames * m->frame)
		return;		/* passed before the last pause */
	want = m->now - since * SECOND / m->c.byte_rate;
	got = p->point_ns;
	slack = SECOND / m->rate + 2;
	assert_true(got + slack >= want && got <= want + slack);
}

/* Returns the frames that have moved. */
static u64 one_geometry(u64 seed, u32 steps)
{
	struct wrt_position p = { 0 };
	struct model m;
	u64 taken = 0;

	model_setup(&m, &seed);
	wrt_position_resume(&p, m.now, m.now);
	while (steps--) {
		if (tb_random(&seed) % 64 == 0) {	/* pause, resume */
			check_reading(&m, &p, &taken, false, &seed);
			m.now += tb_random(&seed) % (100 * SECOND);
			m.run_ns = 0;
			m.run_frames = 0;
			wrt_position_resume(&p, m.now, m.now);
		}
		model_pass_time(&m, model_step_ns(&m, &seed));
		check_reading(&m, &p, &taken, true, &seed);
		check_point_time(&m, &p);
	}
	return m.linear / m.frame;
}

UNIT_TEST(a_million_random_readings_agree_with_counting_frame_by_frame)
{
	u64 seed = tb_env_u64("SEED", 20240229);
	u32 i, steps = (u32)tb_env_u64("STEPS", 1000000), each = 2000;
	u64 frames = 0;

	printf("# SEED=%llu STEPS=%u\n", (unsigned long long)seed, steps);
	for (i = 0; i < steps / each; i++)
		frames += one_geometry(seed + i, each);
	printf("# %llu frames in %u geometries\n", (unsigned long long)frames, i);
}

int main(void)
{
	return tb_run("position");
}
