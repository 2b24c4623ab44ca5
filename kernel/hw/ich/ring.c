// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * ring.c - how a buffer is cut into pieces for the ring of 32 descriptors, and which of them
 * interrupt; see engine.h. No hardware here.
 */
#include "engine.h"

/* Most descriptors between two interrupts; half of the ring remains for late ones. */
#define KEEPALIVE_POINTS	16
#define KEEPALIVE_NO_POINTS	8

/* Bytes from an offset to the end of its segment. */
static u32 rest_of_segment(const struct wrt_ich_plan *p, u32 offset)
{
	u32 i, end = 0;

	for (i = 0; i < p->nseg; i++) {
		end += p->seg[i].len;
		if (offset < end)
			break;
	}
	return end - offset;
}

/* As few parts as possible, and equal ones, so that the last is not a scrap. bytes > 0 */
static u32 fair_part(u32 bytes)
{
	u32 parts = (bytes - 1) / ICH_PIECE_MAX + 1;
	u32 frames = bytes / ICH_FRAME;

	return (frames + parts - 1) / parts * ICH_FRAME;
}

static u32 longest_piece(const struct wrt_ich_ring *r)
{
	u32 i, best = 0;

	for (i = 1; i < r->count; i++)
		if (r->piece[i].bytes > r->piece[best].bytes)
			best = i;
	return best;
}

static void halve(struct wrt_ich_ring *r, u32 which)
{
	struct wrt_ich_piece *piece = &r->piece[which];
	u32 first = (piece->bytes / ICH_FRAME + 1) / 2 * ICH_FRAME;
	u32 i;

	for (i = r->count; i > which + 1; i--)
		r->piece[i] = r->piece[i - 1];
	r->piece[which + 1].offset = piece->offset + first;
	r->piece[which + 1].bytes = piece->bytes - first;
	piece->bytes = first;
	r->count++;
}

int wrt_ich_ring_cut(struct wrt_ich_ring *r, const struct wrt_ich_plan *p, u32 from)
{
	u32 offset = from, left = p->bytes, bytes, pieces, best;

	r->count = 0;
	while (left) {
		if (r->count == ICH_DESCRIPTORS)
			return WRT_ENOMEM;
		bytes = wrt_min_u32(left, rest_of_segment(p, offset));
		if (p->notify_bytes)
			bytes = wrt_min_u32(bytes, p->notify_bytes - offset % p->notify_bytes);
		bytes = fair_part(bytes);
		r->piece[r->count].offset = offset;
		r->piece[r->count++].bytes = bytes;
		left -= bytes;
		offset = (offset + bytes) % p->bytes;
	}
	pieces = r->count;
	/* A buffer has at least 32 frames, so there is a piece to halve. */
	while (r->count < ICH_DESCRIPTORS) {
		best = longest_piece(r);
		if (!(r->count & (r->count - 1)) && r->piece[best].bytes <= p->apart_max)
			break;
		halve(r, best);
	}
	return (int)pieces;
}

static bool ends_on_point(const struct wrt_ich_ring *r, const struct wrt_ich_plan *p,
			  u32 descriptor)
{
	const struct wrt_ich_piece *piece = ich_piece_of(r, descriptor);

	return p->points && (piece->offset + piece->bytes) % p->notify_bytes == 0;
}

/* Begin at a descriptor that interrupts, so that distances also hold where the ring wraps. */
void wrt_ich_ring_interrupts(struct wrt_ich_ring *r, const struct wrt_ich_plan *p)
{
	u32 most = KEEPALIVE_NO_POINTS;
	u32 at = 0, bytes = 0, since = 0, i;

	if (p->points)
		most = KEEPALIVE_POINTS;
	while (at < ICH_DESCRIPTORS - 1 && !ends_on_point(r, p, at))
		at++;
	for (i = 0; i < ICH_DESCRIPTORS; i++) {
		u32 next;

		at = (at + 1) % ICH_DESCRIPTORS;
		next = ich_piece_of(r, at + 1)->bytes;
		if (i == ICH_DESCRIPTORS - 1)
			next = p->apart_max;
		bytes += ich_piece_of(r, at)->bytes;
		since++;
		r->ioc[at] = ends_on_point(r, p, at) || since >= most ||
			     (bytes >= p->apart_min && bytes + next > p->apart_max);
		if (r->ioc[at]) {
			bytes = 0;
			since = 0;
		}
	}
}
