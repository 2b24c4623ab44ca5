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
static u64 stay_at_end(struct wrt_position *p, const struct wrt_cycle *c, u64 distance)
{
	u64 beyond = p->linear - p->end;

	p->end_ns = ns_before(p->ns, c, beyond);
	p->linear = p->end;
	p->offset = (u32)wrt_mod_u64(p->end, c->bytes);
	return distance - beyond;
}

u64 wrt_position_advance(struct wrt_position *p, const struct wrt_cycle *c, u32 offset, u64 ns)
{
	u64 expected = expected_bytes(p, c, ns);
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
	distance += unseen_buffers(expected, distance, c->bytes) * c->bytes;
	p->linear += distance;
	if (ns > p->ns)
		p->ns = ns;
	return wrt_position_ended(p) ? stay_at_end(p, c, distance) : distance;
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

/* When this point, not after the present position, was passed. */
static u64 point_time(const struct wrt_position *p, const struct wrt_cycle *c, u64 point)
{
	if (wrt_position_ended(p) && point == p->end_points)
		return p->end_ns;
	return ns_before(wrt_position_ns(p), c, p->linear - point * c->notify_bytes);
}

u64 wrt_position_packet_ns(const struct wrt_position *p, const struct wrt_cycle *c)
{
	u64 packet = wrt_position_all_points(p, c) - 1;

	if (packet + 1 == p->points)
		return p->before_ns;
	if (packet == p->points)
		return packet ? p->point_ns : p->before_ns;
	return point_time(p, c, packet);
}

u64 wrt_position_take_points(struct wrt_position *p, const struct wrt_cycle *c)
{
	u64 fresh = wrt_position_fresh_points(p, c);

	if (!fresh)
		return 0;
	p->before_ns = wrt_position_packet_ns(p, c);
	p->points += fresh;
	p->point_ns = point_time(p, c, p->points);
	return fresh;
}
