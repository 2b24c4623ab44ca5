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
	p->before_ns = 0;
	wrt_position_no_end(p);
	p->offset = 0;
}

void wrt_position_resume(struct wrt_position *p, u64 ns)
{
	p->ns = ns;
	if (!p->linear)
		p->before_ns = ns;
}

void wrt_position_end_at(struct wrt_position *p, u64 linear, u64 points)
{
	p->has_end = true;
	p->end = linear;
	p->end_ns = p->ns;	/* if it stands there already */
	p->end_points = points;
}

void wrt_position_no_end(struct wrt_position *p)
{
	p->has_end = false;
	p->end = 0;
	p->end_ns = 0;
	p->end_points = 0;
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

/* `bytes` before this time, at the nominal rate. */
static u64 ns_before(u64 ns, const struct wrt_cycle *c, u64 bytes)
{
	u64 ago = wrt_mul_div_u64(bytes, WRT_NSEC_PER_SEC, c->byte_rate);

	return ago < ns ? ns - ago : 0;
}

/* Whatever the hardware does behind the end, the position stays there. */
static void stay_at_end(struct wrt_position *p, const struct wrt_cycle *c)
{
	p->end_ns = ns_before(p->ns, c, p->linear - p->end);
	p->linear = p->end;
	p->offset = (u32)wrt_mod_u64(p->end, c->bytes);
}

u64 wrt_position_advance(struct wrt_position *p, const struct wrt_cycle *c, u32 offset, u64 ns)
{
	u64 expected = expected_bytes(p, c, ns);
	u64 from = p->linear;
	u64 distance;

	if (wrt_position_ended(p)) {
		if (ns > p->ns)
			p->ns = ns;
		return 0;
	}
	if (offset >= c->bytes)
		offset = p->offset;
	distance = offset >= p->offset ? offset - p->offset :
					 c->bytes - (p->offset - offset);
	if (distance && c->bytes - distance <= c->back_max &&
	    expected < distance - (distance >> 2))
		distance = 0;	/* jitter: stand still until it catches up */
	else
		p->offset = offset;
	if (!c->unclocked)
		distance += unseen_buffers(expected, distance, c->bytes) * c->bytes;
	p->linear += distance;
	if (ns > p->ns)
		p->ns = ns;
	if (wrt_position_ended(p))
		stay_at_end(p, c);
	return p->linear - from;
}

u64 wrt_position_all_points(const struct wrt_position *p, const struct wrt_cycle *c)
{
	if (!c->notify_bytes)
		return 0;
	if (wrt_position_ended(p))
		return p->end_points;
	return wrt_div_u64(p->linear, c->notify_bytes);
}

u64 wrt_position_fresh_points(const struct wrt_position *p, const struct wrt_cycle *c)
{
	return wrt_position_all_points(p, c) - p->points;
}

/* When the newest point was passed; there has to be one. */
static u64 newest_point_ns(const struct wrt_position *p, const struct wrt_cycle *c, u64 all)
{
	if (wrt_position_ended(p))
		return p->end_ns;
	return ns_before(p->ns, c, p->linear - all * c->notify_bytes);
}

/* When the point before that one was passed, or linear 0 left. */
static u64 before_newest_ns(const struct wrt_position *p, const struct wrt_cycle *c, u64 all,
			    u64 newest)
{
	if (all == p->points + 1)
		return p->points ? p->point_ns : p->before_ns;
	if (wrt_position_ended(p))	/* in the middle of a packet */
		return ns_before(p->end_ns, c, p->linear - (all - 1) * c->notify_bytes);
	return ns_before(newest, c, c->notify_bytes);
}

u64 wrt_position_packet_ns(const struct wrt_position *p, const struct wrt_cycle *c)
{
	u64 all = wrt_position_all_points(p, c);

	if (all == p->points)
		return p->before_ns;
	return before_newest_ns(p, c, all, newest_point_ns(p, c, all));
}

u64 wrt_position_take_points(struct wrt_position *p, const struct wrt_cycle *c)
{
	u64 all = wrt_position_all_points(p, c);
	u64 fresh = all - p->points;
	u64 newest;

	if (!fresh)
		return 0;
	newest = newest_point_ns(p, c, all);
	p->before_ns = before_newest_ns(p, c, all, newest);
	p->points = all;
	p->point_ns = newest;
	return fresh;
}
