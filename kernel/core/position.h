/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * position.h - arithmetic of a cyclic buffer: linear position, notification points
 * passed, and the time of a point. Pure functions over struct wrt_position; the
 * caller (stream.c) holds the device lock.
 *
 * Points come from the position, never from counting interrupts, so an interrupt
 * that is merged, late or spurious neither loses nor invents one.
 */
#ifndef WRT_CORE_POSITION_H
#define WRT_CORE_POSITION_H

#include "os.h"

/* The cycle in which positions are counted. */
struct wrt_cycle {
	u32 bytes;		/* size of the cyclic buffer, > 0 */
	u32 notify_bytes;	/* distance of two points, bytes; 0: no points */
	u32 byte_rate;		/* bytes a second, nominal, > 0 */
	u32 fifo_bytes;		/* the position moves by up to this many bytes at once */
	u64 unseen_ns;		/* in less time no whole buffer passes unseen: 3/4 of it, or 0 */
	bool unclocked;		/* the clock does not show how far DMA is */
};

struct wrt_position {
	u64 linear;		/* bytes moved since the last reset (WRT-142) */
	u64 ns;			/* when linear was last read, at the latest */
	u64 from_ns;		/* when linear was first read, at the earliest */
	u64 points;		/* points consumed so far */
	u64 point_ns;		/* when the last of them was passed; 0: none yet */
	u64 before_ns;		/* when the point before it was passed, or DMA left linear 0 */
	u32 offset;		/* cyclic offset last read, bytes; == linear mod bytes */
	bool has_end;
	u64 end;		/* with it: linear stops here for good (end of stream) */
	u64 end_ns;		/* when it reached the end */
	u64 end_points;		/* number of points at the end; the last one is the end */
};

/* Back to linear 0 at offset 0 (entering STOP). */
void wrt_position_reset(struct wrt_position *p);

/* DMA continues from where it stopped: no distance is computed from the time in between. */
void wrt_position_resume(struct wrt_position *p, u64 from_ns, u64 ns);

/*
 * DMA has been halted for an unknown time: what follows is less than a buffer away. Only the
 * late bound moves, so that what DMA moved before it halted is still possible.
 */
static inline void wrt_position_halted(struct wrt_position *p, u64 ns)
{
	if (ns > p->ns)
		p->ns = ns;
}

static inline bool wrt_position_ended(const struct wrt_position *p)
{
	return p->has_end && p->linear >= p->end;
}

/* When DMA was at p->linear. */
static inline u64 wrt_position_ns(const struct wrt_position *p)
{
	return wrt_position_ended(p) ? p->end_ns : p->ns;
}

/* The stream ends at this linear position, with this number of points. */
void wrt_position_end_at(struct wrt_position *p, u64 linear, u64 points);

/**
 * wrt_position_no_end() - the stream has no end any more
 * @p: position; device lock held
 */
void wrt_position_no_end(struct wrt_position *p);

/*
 * Account for a reading of the hardware: DMA was at this offset at some time from from_ns to
 * ns. Never goes backwards. Returns bytes advanced.
 *
 * Whole buffers that passed unseen are added if even the least time between the last accepted
 * reading and this one requires it. Clock and both readings' bounds together have to be right to a
 * quarter of the buffer. A reading that even the longest time between both does not explain, by
 * more than a quarter of the buffer and the FIFO, is ignored, as is an offset outside of the
 * buffer: nothing moves and the last accepted reading stays the reference, its times included.
 * Without a clock every offset is a distance of less than a buffer.
 */
u64 wrt_position_advance(struct wrt_position *p, const struct wrt_cycle *c, u32 offset,
			 u64 from_ns, u64 ns);

/*
 * Likewise for a reading of the linear position itself, which is taken as it is. A reading that is
 * lower than the last one moves nothing.
 */
u64 wrt_position_advance_to(struct wrt_position *p, const struct wrt_cycle *c, u64 linear,
			    u64 from_ns, u64 ns);

/* Set a linear position that was counted elsewhere, at this time. Its points count as taken. */
void wrt_position_set(struct wrt_position *p, const struct wrt_cycle *c, u64 linear, u64 ns);

/*
 * What wrt_position_advance() and then wrt_position_take_points() would do, where nothing unusual
 * has happened: DMA moved, not more than the clock allows and less than would go unseen, and it
 * passed one point at most. Else false, and nothing has been done. Divides only if there is a
 * point and DMA is beyond it.
 */
static inline bool wrt_position_step(struct wrt_position *p, const struct wrt_cycle *c,
				     u32 offset, u64 from_ns, u64 ns)
{
	u32 distance = offset - p->offset, slack = c->bytes / 4 + c->fifo_bytes;
	u64 ago;
	s64 over;

	if (offset < p->offset)
		distance += c->bytes;
	if (offset >= c->bytes || !distance || p->has_end || from_ns > ns || ns < p->ns)
		return false;
	if (!c->unclocked && ns - p->from_ns >= c->unseen_ns)
		return false;
	if (!c->unclocked && distance > slack &&
	    (u64)(distance - slack) * WRT_NSEC_PER_SEC > (ns - p->from_ns) * c->byte_rate)
		return false;
	over = (s64)(p->linear + distance - (p->points + 1) * c->notify_bytes);
	if (over >= (s64)c->notify_bytes)
		return false;
	p->offset = offset;
	p->linear += distance;
	if (from_ns > p->from_ns)
		p->from_ns = from_ns;
	p->ns = ns;
	if (over < 0)
		return true;
	if (p->points)
		p->before_ns = p->point_ns;
	p->points++;
	p->point_ns = ns;
	if (over) {
		ago = wrt_div_u64((u64)over * WRT_NSEC_PER_SEC, c->byte_rate);
		p->point_ns = ago < ns ? ns - ago : 0;
	}
	return true;
}

/* Points passed since the last reset, consumed or not: C, the packet in progress. */
u64 wrt_position_all_points(const struct wrt_position *p, const struct wrt_cycle *c);

/**
 * wrt_position_packet_ns() - when DMA moved the first byte of the newest complete packet
 * @p: position; device lock held
 * @c: cycle
 *
 * There has to be a complete packet.
 *
 * Return: Time in ns.
 */
u64 wrt_position_packet_ns(const struct wrt_position *p, const struct wrt_cycle *c);

/* Points passed and not consumed yet. */
u64 wrt_position_fresh_points(const struct wrt_position *p, const struct wrt_cycle *c);

/*
 * Consume them; returns their number. The time of the last one is computed back from the last
 * reading at the nominal rate, and does not change when the stream pauses.
 */
u64 wrt_position_take_points(struct wrt_position *p, const struct wrt_cycle *c);

#endif
