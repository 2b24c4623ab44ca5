// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_ich_ring.c - kernel/hw/ich/ring.c: for any buffer, points,
 * segments and start offset the ring of 32 descriptors is exact.
 */
#include "testbed.h"
#include "hw/ich/engine.h"

#define ROUNDS	20000

static u32 below(u64 *seed, u32 n)
{
	return (u32)(tb_random(seed) % n);
}

/* One segment of the whole buffer, points on, a real part. */
static void plan_make(struct wrt_ich_plan *p, u32 bytes, u32 notify)
{
	memset(p, 0, sizeof(*p));
	assert_true(!notify || bytes % (4 * notify) == 0);
	p->bytes = bytes;
	p->notify_bytes = notify ? bytes / notify : 0;
	p->nseg = 1;
	p->seg[0].bus = 0x1000;
	p->seg[0].len = bytes;
	p->points = notify;
	p->apart_max = bytes;
}

/* 1 ms and 10 ms (or a quarter of the buffer) of 48 kHz. */
static void plan_without_points(struct wrt_ich_plan *p)
{
	p->points = false;
	p->apart_min = 192;
	p->apart_max = wrt_max_u32(192, wrt_min_u32(p->bytes / 4, 1920));
}

static void plan_random(struct wrt_ich_plan *p, u64 *seed)
{
	u32 notify = below(seed, 32);
	u32 parts = notify ? notify : 1;
	u32 least = (32 + parts - 1) / parts, most = ICH_BUFFER_MAX / 4 / parts;
	u32 frames = least + below(seed, below(seed, 2) ? most - least + 1 : 2000 / parts);

	plan_make(p, frames * parts * 4, notify);
	if (below(seed, 3) == 0)
		plan_without_points(p);
}

static void split_into_segments(struct wrt_ich_plan *p, u64 *seed, u32 n)
{
	u32 left = p->bytes / 4, i;

	p->nseg = n;
	for (i = 0; i < n; i++) {
		u32 frames = i == n - 1 ? left : 1 + below(seed, (left - (n - i)) / 2 + 1);

		p->seg[i].bus = 0x1000000ull * (n - i);
		p->seg[i].len = 4 * frames;
		left -= frames;
	}
}

/* True if the piece is within one segment. */
static bool in_one_segment(const struct wrt_ich_plan *p, const struct wrt_ich_piece *piece)
{
	u32 i, begin = 0;

	for (i = 0; i < p->nseg; begin += p->seg[i++].len)
		if (piece->offset >= begin && piece->offset < begin + p->seg[i].len)
			return piece->offset + piece->bytes <= begin + p->seg[i].len;
	return false;
}

static void assert_pieces_are_legal(const struct wrt_ich_ring *r, const struct wrt_ich_plan *p,
				    u32 from)
{
	u32 i, offset = from, sum = 0;

	assert_true(r->count && 32 % r->count == 0);
	for (i = 0; i < r->count; i++) {
		const struct wrt_ich_piece *piece = &r->piece[i];

		assert_int_equal(piece->offset, offset);
		assert_in_range(piece->bytes, 4, 131068);
		assert_int_equal(piece->bytes % 4, 0);
		assert_true(piece->offset + piece->bytes <= p->bytes);
		assert_true(in_one_segment(p, piece));
		if (p->notify_bytes)
			assert_int_equal(piece->offset / p->notify_bytes,
					 (piece->offset + piece->bytes - 1) / p->notify_bytes);
		sum += piece->bytes;
		offset = (offset + piece->bytes) % p->bytes;
	}
	assert_int_equal(sum, p->bytes);
	assert_int_equal(offset, from);
}

struct gaps {
	u32 descriptors;		/* maximum from one interrupt to the next */
	u32 bytes_min, bytes_max;
	u32 besides;			/* interrupts without a point */
	u32 missed;			/* points without an interrupt */
};

/* Three cycles, so that the wrap of the ring is also tested. */
static struct gaps gaps_of(const struct wrt_ich_ring *r, const struct wrt_ich_plan *p)
{
	struct gaps g = { .bytes_min = ~0u };
	u32 i, since = 0, bytes = 0;
	bool seen = false;

	for (i = 0; i < 96; i++) {
		const struct wrt_ich_piece *piece = &r->piece[i % 32 % r->count];
		bool point = p->notify_bytes &&
			     (piece->offset + piece->bytes) % p->notify_bytes == 0;

		since++;
		bytes += piece->bytes;
		g.missed += point && !r->ioc[i % 32];
		g.besides += !point && r->ioc[i % 32];
		if (!r->ioc[i % 32])
			continue;
		g.descriptors = wrt_max_u32(g.descriptors, since);
		g.bytes_max = wrt_max_u32(g.bytes_max, bytes);
		if (seen)
			g.bytes_min = wrt_min_u32(g.bytes_min, bytes);
		seen = true;
		since = 0;
		bytes = 0;
	}
	assert_true(seen);
	return g;
}

static u32 longest(const struct wrt_ich_ring *r)
{
	u32 i, best = 0;

	for (i = 0; i < r->count; i++)
		best = wrt_max_u32(best, r->piece[i].bytes);
	return best;
}

UNIT_TEST(any_buffer_from_any_offset_is_cut_exactly)
{
	u64 seed = tb_env_u64("SEED", 5);
	struct wrt_ich_plan p;
	struct wrt_ich_ring r;
	u32 i, from;

	for (i = 0; i < ROUNDS; i++) {
		struct gaps g;

		plan_random(&p, &seed);
		from = below(&seed, 4) ? 4 * below(&seed, p.bytes / 4) : 0;
		assert_true(wrt_ich_ring_cut(&r, &p, from) >= 0);
		wrt_ich_ring_interrupts(&r, &p);
		assert_pieces_are_legal(&r, &p, from);
		g = gaps_of(&r, &p);
		if (p.points) {
			assert_int_equal(g.missed, 0);
			assert_int_equal(g.besides, 0);
		}
		assert_in_range(g.descriptors, 1, 16);
	}
}

UNIT_TEST(segments_are_cut_at_or_refused_as_a_whole)
{
	u64 seed = tb_env_u64("SEED", 6);
	struct wrt_ich_plan p;
	struct wrt_ich_ring r;
	u32 i, j, refused = 0, fitted = 0;

	for (i = 0; i < ROUNDS; i++) {
		int pieces;

		plan_random(&p, &seed);
		split_into_segments(&p, &seed, 1 + below(&seed, 32));
		pieces = wrt_ich_ring_cut(&r, &p, 0);
		if (pieces < 0 || pieces == 32) {
			assert_true(pieces == 32 || pieces == WRT_ENOMEM);
			refused++;
			continue;
		}
		fitted++;
		for (j = 0; j < 4; j++) {
			u32 from = 4 * below(&seed, p.bytes / 4);
			struct gaps g;

			assert_true(wrt_ich_ring_cut(&r, &p, from) >= 0);
			wrt_ich_ring_interrupts(&r, &p);
			assert_pieces_are_legal(&r, &p, from);
			g = gaps_of(&r, &p);
			if (p.points)
				assert_int_equal(g.missed, 0);
			assert_in_range(g.descriptors, 1, 16);
		}
	}
	assert_true(refused > ROUNDS / 20);
	assert_true(fitted > ROUNDS / 20);
}

UNIT_TEST(pieces_are_as_few_as_points_and_32_slots_allow)
{
	static const struct { u32 bytes, notify, from, count; } want[] = {
		{ 19200, 1, 0, 1 }, { 19200, 2, 0, 2 }, { 19200, 3, 0, 4 }, { 19200, 8, 0, 8 },
		{ 19200, 1, 2000, 2 }, { 19200, 2, 2000, 4 }, { 19200, 3, 2000, 4 },
		{ 19200, 2, 9600, 2 }, { 31 * 128, 31, 0, 32 }, { 31 * 128, 31, 60, 32 },
		{ 131068, 1, 0, 1 }, { 131072, 1, 0, 2 }, { 1 << 20, 1, 0, 16 }, { 128, 1, 4, 2 },
	};
	struct wrt_ich_plan p;
	struct wrt_ich_ring r;
	size_t i;

	for (i = 0; i < COUNT(want); i++) {
		plan_make(&p, want[i].bytes, want[i].notify);
		assert_true(wrt_ich_ring_cut(&r, &p, want[i].from) >= 0);
		assert_int_equal(r.count, want[i].count);
	}
}

UNIT_TEST(the_longest_interval_is_halved_and_its_first_half_is_silent)
{
	struct wrt_ich_plan p;
	struct wrt_ich_ring r;
	u32 i;

	plan_make(&p, 19200, 3);
	assert_int_equal(wrt_ich_ring_cut(&r, &p, 0), 3);
	wrt_ich_ring_interrupts(&r, &p);
	assert_int_equal(r.piece[0].bytes, 3200);
	assert_int_equal(r.piece[1].bytes, 3200);
	for (i = 0; i < 32; i++)
		assert_int_equal(r.ioc[i], i % 4 != 0);
}

UNIT_TEST(without_points_it_stays_fresh_but_not_below_a_millisecond)
{
	u64 seed = tb_env_u64("SEED", 7);
	struct wrt_ich_plan p;
	struct wrt_ich_ring r;
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		struct gaps g;

		plan_make(&p, 4 * (32 + below(&seed, 30000)), 0);
		plan_without_points(&p);
		assert_true(wrt_ich_ring_cut(&r, &p, 4 * below(&seed, p.bytes / 4)) >= 0);
		wrt_ich_ring_interrupts(&r, &p);
		g = gaps_of(&r, &p);
		if (r.count < 32)
			assert_in_range(longest(&r), 4, p.apart_max);
		/* each at least half of the longest, except one at `from` */
		assert_in_range(longest(&r), 4, wrt_max_u32(p.apart_max, p.bytes / 16 + 4));
		/* a piece below a millisecond is joined with the next one, also at the wrap */
		assert_true(g.bytes_max <= wrt_max_u32(p.apart_max, longest(&r)) +
			    2 * p.apart_min);
		assert_true(g.bytes_min >= p.apart_min);
	}
}

UNIT_TEST(an_engine_that_lags_is_updated_twice_a_buffer_even_with_one_point)
{
	u64 seed = tb_env_u64("SEED", 8);
	struct wrt_ich_plan p;
	struct wrt_ich_ring r;
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		struct gaps g;

		plan_make(&p, 4 * (32 + below(&seed, 100000)), 1);
		p.apart_max = (p.bytes + 7) / 8 * 4;
		assert_true(wrt_ich_ring_cut(&r, &p, 4 * below(&seed, p.bytes / 4)) >= 0);
		wrt_ich_ring_interrupts(&r, &p);
		assert_pieces_are_legal(&r, &p, r.piece[0].offset);
		g = gaps_of(&r, &p);
		assert_int_equal(g.missed, 0);
		assert_in_range(g.bytes_max, 1, p.apart_max);
	}
}

UNIT_TEST(interrupts_move_to_and_from_points_without_another_cut)
{
	struct wrt_ich_plan p;
	struct wrt_ich_ring r;
	struct gaps g;

	plan_make(&p, 24000, 3);
	plan_without_points(&p);
	assert_true(wrt_ich_ring_cut(&r, &p, 1000) >= 0);
	wrt_ich_ring_interrupts(&r, &p);
	assert_true(gaps_of(&r, &p).besides > 0);
	p.points = true;
	p.apart_min = 0;
	p.apart_max = p.bytes;
	wrt_ich_ring_interrupts(&r, &p);
	g = gaps_of(&r, &p);
	assert_int_equal(g.missed, 0);
	assert_int_equal(g.besides, 0);
}

int main(void)
{
	return tb_run("ich ring");
}
