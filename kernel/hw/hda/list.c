// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * list.c - the buffer descriptor list of a stream. Each start that does not continue a paused
 * engine writes it again. It begins at the offset where DMA is to continue, since an engine has
 * lost its offset after a suspend, and in QEMU after each stop.
 */
#include "engine.h"

/* The distance from an offset to the next end of an entry; a list has at least two entries. */
static u32 to_end_of_entry(const struct wrt_hw_stream *s, u32 at)
{
	const struct wrt_hw_geom *g = &s->geom;
	u32 half = g->bytes / 2 / HDA_REAL_ALIGN * HDA_REAL_ALIGN;

	if (g->notify > 1)
		return g->notify_bytes - at % g->notify_bytes;
	if (at < half)
		return half - at;
	return g->bytes - at;
}

static bool is_point(const struct wrt_hw_stream *s, u32 at)
{
	return s->geom.notify && at % s->geom.notify_bytes == 0;
}

void wrt_hda_list_put(u8 *list, u32 n, u64 bus, u32 len, bool interrupt)
{
	u8 *entry = list + (size_t)n * HDA_BDL_ENTRY;
	u32 flags = 0;

	if (interrupt)
		flags |= HDA_BDL_IOC;
	hda_put_le32(entry, (u32)bus);
	hda_put_le32(entry + 4, (u32)(bus >> 32));
	hda_put_le32(entry + 8, len);
	hda_put_le32(entry + 12, flags);
}

u32 wrt_hda_list_write(const struct wrt_hw_stream *s, u32 begin)
{
	u32 at = begin, left = s->geom.bytes, i = 0, n = 0, inside = begin;

	while (inside >= s->seg[i].len)
		inside -= s->seg[i++].len;
	while (left) {
		u32 len = wrt_min_u32(to_end_of_entry(s, at), s->seg[i].len - inside);

		len = wrt_min_u32(len, left);
		if (n == HDA_BDL_MAX)
			return 0;
		wrt_hda_list_put(s->bdl, n++, s->seg[i].bus + inside, len, is_point(s, at + len));
		left -= len;
		at += len;
		inside += len;
		if (at == s->geom.bytes) {
			at = 0;
			i = 0;
			inside = 0;
		} else if (inside == s->seg[i].len) {
			i++;
			inside = 0;
		}
	}
	hda_barrier(s->dev);
	return n;
}

static bool is_reachable(const struct wrt_hw_stream *s, const struct wrt_hw_seg *seg)
{
	u32 bits = s->dev->dma_bits;

	return bits >= 64 || !((seg->bus + seg->len - 1) >> bits);
}

int wrt_hda_list_set_buffer(struct wrt_hw_stream *s, const struct wrt_hw_geom *g)
{
	u32 align = s->dev->quirks->align;
	struct wrt_hw_seg *last = NULL;
	u32 i, left = g->bytes;

	s->nseg = 0;
	for (i = 0; i < g->nseg && left; i++) {
		struct wrt_hw_seg seg = g->seg[i];

		seg.len = wrt_min_u32(seg.len, left);
		if (!seg.len || seg.bus & (align - 1) || seg.len % align || !is_reachable(s, &seg))
			return WRT_EINVAL;
		left -= seg.len;
		if (last && last->bus + last->len == seg.bus) {
			last->len += seg.len;
			continue;
		}
		if (s->nseg == HDA_BDL_MAX)
			return WRT_ENOMEM;
		last = &s->seg[s->nseg++];
		*last = seg;
	}
	if (left)
		return WRT_EINVAL;
	s->geom = *g;
	s->geom.seg = NULL;
	/* A list that begins inside the buffer has one entry more. */
	i = wrt_hda_list_write(s, 0);
	if (!i || i == HDA_BDL_MAX)
		return WRT_ENOMEM;
	return 0;
}
