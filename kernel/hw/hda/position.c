// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * position.c - where an engine is, from its position buffer and LPIB. [A], device lock held.
 * Offsets that the hardware reports count from where its list begins.
 */
#include "engine.h"

#define SLACK_FRAMES	64	/* position buffer and LPIB may differ by this, and two FIFOs */
#define DOUBTS_MAX	3

/* Without a position buffer: what is in memory when the link has come to this offset. */
static u32 dma_from_link(struct wrt_hw_stream *s, u32 link)
{
	if (s->dir == WRT_PLAYBACK || !s->dev->quirks->fifo)
		return link;
	if (link >= s->fifo_bytes) {
		s->filled = true;
		return link - s->fifo_bytes;
	}
	if (!s->filled)
		return 0;
	return s->geom.bytes + link - s->fifo_bytes;
}

static u32 in_buffer(const struct wrt_hw_stream *s, u32 offset)
{
	offset -= offset % s->geom.frame_bytes;
	return (u32)wrt_mod_u64((u64)s->list_base + offset, s->geom.bytes);
}

/* The link lags memory in playback, and leads it in capture. */
static u32 link_distance(const struct wrt_hw_stream *s, const struct wrt_hw_pos *p)
{
	if (s->dir == WRT_PLAYBACK)
		return hda_distance(s, p->link, p->dma);
	return hda_distance(s, p->dma, p->link);
}

/*
 * Position buffer and LPIB differ by what the FIFO holds: in playback the position buffer leads,
 * in capture LPIB does. In capture a position buffer that lags more is trusted while it moves.
 */
static bool is_possible_pair(struct wrt_hw_stream *s, u32 dma, u32 link)
{
	u32 slack = wrt_min_u32(2 * s->fifo_bytes + SLACK_FRAMES * s->geom.frame_bytes,
				s->geom.bytes / 4);
	u32 ahead = hda_distance(s, link, dma % s->geom.bytes);
	bool fresh = dma != s->raw;
	u32 moved;

	if (fresh) {
		s->raw = dma;
		s->raw_link = link;
	}
	if (ahead <= slack || ahead >= s->geom.bytes - slack) {
		if (fresh)
			s->doubts = 0;
		return true;
	}
	moved = hda_distance(s, s->raw_link, link);
	return s->dir == WRT_CAPTURE && ahead > s->geom.bytes / 2 && moved <= slack;
}

/*
 * A position buffer that stays at 0, gets stuck or runs ahead is not used for that reading, and
 * not at all after the third without a right one in between. LPIB passes the value of one that is
 * stuck, so only a value that has moved counts as right. If it has changed since it was read, time
 * has passed between the two readings, and they say nothing.
 */
static bool is_doubtful(struct wrt_hw_stream *s, u32 dma, u32 link)
{
	u32 again = *hda_position_entry(s);

	if (!s->dev->quirks->fifo || is_possible_pair(s, dma, link) ||
	    hda_get_le32((const u8 *)&again) != dma)
		return false;
	s->doubts++;
	if (s->doubts < DOUBTS_MAX)
		return true;
	s->link_only = true;
	s->dev->bus->log(s->dev->ctx, WRT_LOG_WARNING,
			 "%s: the position buffer is wrong (%u, link %u): using LPIB",
			 wrt_hda_dir_name(s->dir), dma, link);
	return true;
}

/*
 * Set the offsets of s->last. The position buffer is the position of DMA in memory; it is read
 * once (opaque calls follow before the value is used). LPIB is what has passed the link; it
 * replaces a position buffer that is never written.
 */
static int read_registers(struct wrt_hw_stream *s)
{
	u32 raw = *hda_position_entry(s);
	u32 link = hda_sd_read(s, SD_LPIB, 4);
	u32 dma = hda_get_le32((const u8 *)&raw);
	struct wrt_hw_pos *p = &s->last;

	if (link == 0xffffffffu)
		return WRT_EIO;		/* the device is gone */
	link %= s->geom.bytes;
	if (s->link_only || dma > s->geom.bytes || is_doubtful(s, dma, link))
		dma = dma_from_link(s, link);
	if (dma < s->behind)
		dma = s->behind;	/* played again: it had been fetched before a reset */
	else
		s->behind = 0;
	p->dma = in_buffer(s, dma);
	p->link = in_buffer(s, link);
	if (link_distance(s, p) > s->geom.bytes / 2)
		p->link = p->dma;	/* one of the two lags by a frame */
	return 0;
}

int wrt_hda_read_position(struct wrt_hw_stream *s, u64 from_ns)
{
	int err;

	if (!from_ns && s->dev->quirks->dma_is_clock)
		from_ns = hda_now_ns(s);
	err = read_registers(s);
	if (err)
		return err;
	s->last.from_ns = from_ns;
	s->last.ns = hda_now_ns(s);
	return 0;
}

/*
 * If the engine has cleared RUN, this is reported once. Later readings return its last
 * position with the time of that reading, so that the time since is not taken for a distance.
 */
int wrt_hda_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	bool runs = hda_sd_read(s, SD_CTL, 1) & SD_CTL_RUN;
	int err = 0;

	if (s->state == HDA_RUNNING)
		err = wrt_hda_read_position(s, p->from_ns);
	*p = s->last;
	if (err)
		return err;
	if (runs || s->state != HDA_RUNNING)
		return 0;
	s->state = HDA_HALTED;
	return 1;
}

/* The reading of the interrupt, unless the engine has halted since and may have moved before. */
int wrt_hda_irq_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	bool read = s->irq_read;

	s->irq_read = false;
	if (!read || !(hda_sd_read(s, SD_CTL, 1) & SD_CTL_RUN))
		return wrt_hda_position(s, p);
	*p = s->last;
	return 0;
}

u32 wrt_hda_register_base(struct wrt_hw_stream *s)
{
	return s->list_base;
}
