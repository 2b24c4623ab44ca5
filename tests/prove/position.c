// SPDX-License-Identifier: GPL-2.0-only
/*
 * position.c - proofs of core/position.c by CBMC; called by run.sh, one prove_ function a
 * run. The ranges are those of the interface: buffers to 4 MiB, rates to 192 kHz, 32
 * channels of 4 bytes, any time, 2^62 bytes (5000 years of that).
 */
#include "cbmc_os.h"
#include "core/os.h"

#define BYTES_MAX	(4u << 20)
#define BYTE_RATE_MAX	(192000u * 32 * 4)
#ifndef LINEAR_MAX
#define LINEAR_MAX	(1ull << 62)
#endif

/* A proof converts only times of at most most_ns to bytes; the results are kept. */
static u64 most_ns = ~0ull, most_bytes, last_bytes;

/*
 * Bytes in a time, or the time of some bytes. This proof shows that the arguments are in
 * the range for which the function is proved elsewhere; the result is then any value.
 */
static u64 checked_mul_div(u64 a, u64 b, u64 c)
{
	u64 r = any_u64();

	if (c == WRT_NSEC_PER_SEC) {
		PROVE(b >= 1 && b <= BYTE_RATE_MAX);
		PROVE(a <= most_ns);
		ASSUME(r < 1ull << 60);
		last_bytes = r;
		most_bytes = r > most_bytes ? r : most_bytes;
	} else {
		/*
		 * a is the remainder of the known division, or its divisor: below 2^23 by
		 * definition. Bytes after an end are a time that was converted to bytes before.
		 */
		PROVE(!known || known_b <= BYTES_MAX);
		PROVE(b == WRT_NSEC_PER_SEC);
		PROVE(c >= 1 && c <= BYTE_RATE_MAX);
	}
	return r;
}

#define wrt_mul_div_u64(a, b, c) checked_mul_div(a, b, c)
#include "core/position.c"
#undef wrt_mul_div_u64

static struct wrt_cycle any_cycle(void)
{
	struct wrt_cycle c = {
		.bytes = any_u32(), .notify_bytes = any_u32(), .byte_rate = any_u32(),
		.fifo_bytes = any_u32(), .unseen_ns = any_u64(), .unclocked = any_u32() & 1,
	};

	ASSUME(c.bytes >= 1 && c.bytes <= BYTES_MAX);
	ASSUME(c.notify_bytes <= c.bytes);
	ASSUME(c.byte_rate >= 1 && c.byte_rate <= BYTE_RATE_MAX);
	return c;
}

static struct wrt_position any_position(const struct wrt_cycle *c)
{
	struct wrt_position p = {
		.linear = any_u64(), .ns = any_u64(), .points = any_u64(), .point_ns = any_u64(),
		.before_ns = any_u64(), .offset = any_u32(), .from_ns = any_u64(),
	};

	ASSUME(p.linear <= LINEAR_MAX && p.offset < c->bytes && p.from_ns <= p.ns);
	return p;
}

/* Any time at any rate: no overflow. (exhaust.c tries the time of bytes.) */
void prove_bytes_of_time(void)
{
	u64 ns = any_u64(), rate = any_u32(), bytes;

	ASSUME(rate <= BYTE_RATE_MAX);
	bytes = wrt_mul_div_u64(ns, rate, WRT_NSEC_PER_SEC);
	PROVE(bytes < 1ull << 60);
}

/* The bounds of the time of a reading are ordered and do not decrease. */
#define PROVE_TIMES(p, before, from, late)						\
do {											\
	PROVE((p).from_ns >= (before).from_ns && (p).ns >= (before).ns);		\
	PROVE((p).from_ns == (before).from_ns || (p).from_ns == (from) ||		\
	      (p).from_ns == (late));							\
	PROVE((p).ns == (before).ns || (p).ns == (late));				\
	PROVE((p).from_ns <= (p).ns);							\
} while (0)

void prove_advance(void)
{
	struct wrt_cycle c = any_cycle();
	struct wrt_position p = any_position(&c), before = p;
	u32 offset = any_u32();
	u64 from = any_u64(), ns = any_u64(), distance;

	distance = wrt_position_advance(&p, &c, offset, from, ns);
	PROVE(p.offset < c.bytes);
	PROVE(p.offset == before.offset || p.offset == offset);
	PROVE(p.linear >= before.linear && p.linear - before.linear == distance);
	PROVE(p.points == before.points && p.point_ns == before.point_ns);
	PROVE_TIMES(p, before, from, ns);
}

/*
 * With a clock no register value moves the position by more than DMA can have moved: the bytes of the
 * longest time between both readings, a quarter of the buffer and the FIFO. Whole buffers are
 * only those of the shortest time. Only times of at most most_ns are converted to bytes, and
 * a shorter time gives fewer bytes, as wrt_mul_div_u64() rounds down.
 */
void prove_bound(void)
{
	struct wrt_cycle c = any_cycle();
	struct wrt_position p = any_position(&c), before;
	u64 from = any_u64(), ns = any_u64(), distance;

	p.linear = 0;	/* without an end the distance does not depend on it */
	before = p;
	c.unclocked = false;
	ASSUME(c.fifo_bytes <= c.bytes);
	most_ns = ns > p.from_ns ? ns - p.from_ns : 0;
	distance = wrt_position_advance(&p, &c, any_u32(), from, ns);
	PROVE(distance <= most_bytes + c.bytes / 4 + c.fifo_bytes);
	PROVE(distance < c.bytes || (from > before.ns && from - before.ns >= c.unseen_ns));
	PROVE(distance < c.bytes || distance <= last_bytes + c.bytes / 4);
}

/* With an end before it: the position reaches the end and no more. */
void prove_end(void)
{
	struct wrt_cycle c = any_cycle();
	struct wrt_position p = any_position(&c), before;
	u64 end = any_u64(), from = any_u64(), ns = any_u64(), distance;

	ASSUME(end >= p.linear && end <= LINEAR_MAX);
	wrt_position_end_at(&p, end, any_u64());
	before = p;
	distance = wrt_position_advance(&p, &c, any_u32(), from, ns);
	PROVE(p.offset < c.bytes);
	PROVE(p.linear >= before.linear && p.linear <= end);
	PROVE(p.linear - before.linear == distance);
	PROVE_TIMES(p, before, from, ns);
	PROVE(wrt_position_ns(&p) <= p.ns);
}

void prove_points(void)
{
	struct wrt_cycle c = any_cycle();
	struct wrt_position p = any_position(&c), before = p;
	u64 floor, taken;

	ASSUME(c.notify_bytes);
	floor = any_quotient(p.linear, c.notify_bytes);
	known = true;
	known_a = p.linear;
	known_b = c.notify_bytes;
	known_q = floor;
	ASSUME(p.points <= floor);
	taken = wrt_position_take_points(&p, &c);
	PROVE(taken == floor - before.points && p.points == floor);
	PROVE(!taken || p.point_ns <= p.ns);
	PROVE(taken || p.point_ns == before.point_ns);
	PROVE(p.linear == before.linear && p.offset == before.offset && p.ns == before.ns);
	PROVE(wrt_position_fresh_points(&p, &c) == 0);
}
