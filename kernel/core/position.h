/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * position.h - arithmetic of a cyclic buffer: linear position, notification points
 * passed, and the time of a point. Pure functions over struct wrt_position; the
 * caller (stream.c) holds the stream lock.
 *
 * Points come from the position, never from counting interrupts, so an interrupt
 * that is merged, late or spurious neither loses nor invents one.
 */
#ifndef WRT_CORE_POSITION_H
#define WRT_CORE_POSITION_H

#include "os.h"

/* The cycle that positions are counted in. */
struct wrt_cycle {
	u32 bytes;		/* size of the cyclic buffer, > 0 */
	u32 notify_bytes;	/* distance of two points, bytes; 0: no points */
	u32 byte_rate;		/* bytes a second, nominal, > 0 */
	u32 back_max;		/* a step back of up to this many bytes is jitter, not a wrap */
};

struct wrt_position {
	u64 linear;		/* bytes moved since the last reset (WRT-142) */
	u64 ns;			/* when linear was last read */
	u64 points;		/* points consumed so far */
	u64 point_ns;		/* when the last of them was passed; 0: none yet */
	u32 offset;		/* cyclic offset last read, bytes; == linear mod bytes */
};

/* Back to linear 0 at offset 0 (entering STOP). */
void wrt_position_reset(struct wrt_position *p);

/* DMA goes on from where it stood: time spent standing still is no distance. */
void wrt_position_resume(struct wrt_position *p, u64 ns);

/*
 * Account for a reading of the hardware: offset in bytes (< c->bytes) taken at ns.
 * Whole buffers that passed unseen are added when the clock says so (it has to be
 * right to a quarter of a buffer). Never goes backwards. Returns bytes advanced.
 */
u64 wrt_position_advance(struct wrt_position *p, const struct wrt_cycle *c, u32 offset, u64 ns);

/* Points passed and not consumed yet. */
u64 wrt_position_fresh_points(const struct wrt_position *p, const struct wrt_cycle *c);

/*
 * Consume them; returns how many. The time of the last is reckoned back from the last
 * reading at the nominal rate, and stays as it is when the stream pauses.
 */
u64 wrt_position_take_points(struct wrt_position *p, const struct wrt_cycle *c);

#endif
