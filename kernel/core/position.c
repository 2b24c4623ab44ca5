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

void wrt_position_resume(struct wrt_position *p, u64 from_ns, u64 ns)
{
	p->ns = ns;
	p->from_ns = from_ns;
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

/* Bytes that DMA moves in this time, by the clock; 0 if the times overlap. */
static u64 clock_bytes(const struct wrt_cycle *c, u64 from_ns, u64 to_ns)
{
	if (to_ns <= from_ns)
		return 0;
	return wrt_mul_div_u64(to_ns - from_ns, c->byte_rate, WRT_NSEC_PER_SEC);
}

/*
 * Bytes of the whole buffers that DMA moved in addition to the `seen` bytes, by the least time
 * between the last accepted reading and this one: round to the nearest buffer, with 3/4 of a
 * buffer on the side of "none". An interrupt that comes in time needs no division.
 */
static u64 unseen_buffers(const struct wrt_position *p, const struct wrt_cycle *c, u64 seen,
			  u64 from_ns)
{
	u64 least, missing;

	if (from_ns <= p->ns || from_ns - p->ns < c->unseen_ns)
		return 0;
	least = clock_bytes(c, p->ns, from_ns);
	if (least <= seen)
		return 0;
	missing = least - seen + c->bytes / 4;
	return missing - wrt_mod_u64(missing, c->bytes);
}

/*
 * The register shows more than DMA can have moved since the last accepted reading. The time
 * between is at most from the early bound of that one to the late bound of this one.
 */
static bool is_impossible(const struct wrt_position *p, const struct wrt_cycle *c,
			  u64 distance, u64 ns)
{
	u64 slack = (u64)c->bytes / 4 + c->fifo_bytes;

	return distance > slack && distance > slack + clock_bytes(c, p->from_ns, ns);
}

/* `bytes` before this time, at the nominal rate. */
static u64 ns_before(u64 ns, const struct wrt_cycle *c, u64 bytes)
{
	u64 ago = wrt_mul_div_u64(bytes, WRT_NSEC_PER_SEC, c->byte_rate);

	return ago < ns ? ns - ago : 0;
}

/* The position stays at the end, even if the hardware moves on. */
static void stay_at_end(struct wrt_position *p, const struct wrt_cycle *c)
{
	p->end_ns = ns_before(p->ns, c, p->linear - p->end);
	p->linear = p->end;
	p->offset = (u32)wrt_mod_u64(p->end, c->bytes);
}

/*
 * Readings come in order, so neither bound of the time goes back. While the register shows the
 * same offset only the late bound moves: the register may be refreshed rarely, and DMA may have
 * moved since the offset was first seen.
 */
static void take_times(struct wrt_position *p, bool moved, u64 from_ns, u64 ns)
{
	if (moved && from_ns > p->from_ns)
		p->from_ns = from_ns;
	if (ns > p->ns)
		p->ns = ns;
}

u64 wrt_position_advance(struct wrt_position *p, const struct wrt_cycle *c, u32 offset,
			 u64 from_ns, u64 ns)
{
	u64 distance, from = p->linear;

	if (from_ns > ns)
		from_ns = ns;	/* the clock went back */
	if (wrt_position_ended(p)) {
		take_times(p, false, from_ns, ns);
		return 0;
	}
	if (offset >= c->bytes)
		return 0;
	distance = offset >= p->offset ? offset - p->offset :
					 c->bytes - (p->offset - offset);
	if (!c->unclocked) {
		if (is_impossible(p, c, distance, ns))
			return 0;
		distance += unseen_buffers(p, c, distance, from_ns);
	}
	p->offset = offset;
	p->linear += distance;
	take_times(p, distance, from_ns, ns);
	if (wrt_position_ended(p))
		stay_at_end(p, c);
	return p->linear - from;
}

u64 wrt_position_advance_to(struct wrt_position *p, const struct wrt_cycle *c, u64 linear,
			    u64 from_ns, u64 ns)
{
	u64 distance = 0, from = p->linear;

	if (!wrt_position_ended(p) && linear > p->linear)
		distance = linear - p->linear;
	p->linear += distance;
	p->offset = (u32)wrt_mod_u64(p->linear, c->bytes);
	take_times(p, distance, from_ns, ns);
	if (distance && wrt_position_ended(p))
		stay_at_end(p, c);
	return p->linear - from;
}

void wrt_position_set(struct wrt_position *p, const struct wrt_cycle *c, u64 linear, u64 ns)
{
	wrt_position_reset(p);
	p->linear = linear;
	p->offset = (u32)wrt_mod_u64(linear, c->bytes);
	p->points = wrt_position_all_points(p, c);
	wrt_position_resume(p, ns, ns);
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
