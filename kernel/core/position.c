// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * position.c - see position.h. No locks of its own, no allocation, no system call.
 */
#include "position.h"

void wrt_position_reset(struct wrt_position *p)
{
	p->linear = 0;
	p->points = 0;
	p->point_ns = 0;
	p->offset = 0;
}

void wrt_position_resume(struct wrt_position *p, u64 ns)
{
	p->ns = ns;
}

/* How far DMA ought to have come since the last reading, bytes. */
static u64 expected_bytes(const struct wrt_position *p, const struct wrt_cycle *c, u64 ns)
{
	if (ns <= p->ns)
		return 0;
	return wrt_mul_div_u64(ns - p->ns, c->byte_rate, WRT_NSEC_PER_SEC);
}

/*
 * The offset alone says the distance modulo the buffer. The clock says how many
 * whole buffers went by as well: round the difference to the nearest buffer, with
 * the benefit of the doubt (3/4) on the side of "none".
 */
static u64 unseen_buffers(u64 expected, u64 seen, u32 bytes)
{
	u64 missing;

	if (expected <= seen)
		return 0;
	missing = expected - seen;
	return wrt_div_u64(missing + bytes / 4, bytes);
}

u64 wrt_position_advance(struct wrt_position *p, const struct wrt_cycle *c, u32 offset, u64 ns)
{
	u64 expected = expected_bytes(p, c, ns);
	u64 distance;

	if (offset >= c->bytes)
		offset = p->offset;
	distance = offset >= p->offset ? offset - p->offset :
					 c->bytes - (p->offset - offset);
	if (distance && c->bytes - distance <= c->back_max &&
	    expected < distance - (distance >> 2))
		distance = 0;	/* jitter: stand still until it catches up */
	else
		p->offset = offset;
	distance += unseen_buffers(expected, distance, c->bytes) * c->bytes;
	p->linear += distance;
	if (ns > p->ns)
		p->ns = ns;
	return distance;
}

u64 wrt_position_fresh_points(const struct wrt_position *p, const struct wrt_cycle *c)
{
	if (!c->notify_bytes)
		return 0;
	return wrt_div_u64(p->linear, c->notify_bytes) - p->points;
}

u64 wrt_position_take_points(struct wrt_position *p, const struct wrt_cycle *c)
{
	u64 fresh = wrt_position_fresh_points(p, c);
	u64 since, ago;

	if (!fresh)
		return 0;
	p->points += fresh;
	since = p->linear - p->points * c->notify_bytes;
	ago = wrt_mul_div_u64(since, WRT_NSEC_PER_SEC, c->byte_rate);
	p->point_ns = ago < p->ns ? p->ns - ago : 0;
	return fresh;
}
