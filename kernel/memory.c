// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - see memory.h. Called by alsa/pcm.c and by buffer.c of the other front end.
 */
#include <linux/slab.h>

#include "memory.h"

/* The number of segments, or 0 if there are too many. */
static u32 find_segments(struct snd_dma_buffer *dma, u32 bytes, struct wrt_hw_seg *seg)
{
	u32 at = 0, n;

	for (n = 0; at < bytes && n < WRT_SEGMENTS_MAX; n++) {
		seg[n].bus = snd_sgbuf_get_addr(dma, at);
		seg[n].len = snd_sgbuf_get_chunk_size(dma, at, bytes - at);
		if (!seg[n].len)
			return 0;
		at += seg[n].len;
	}
	return at < bytes ? 0 : n;
}

/* Memory without a device has no bus addresses: one segment. */
static u32 fill_segments(struct snd_dma_buffer *dma, u32 bytes, struct wrt_hw_seg *seg)
{
	if (dma->dev.type != SNDRV_DMA_TYPE_VMALLOC)
		return find_segments(dma, bytes, seg);
	seg->bus = 0;
	seg->len = bytes;
	return 1;
}

int wrt_memory_segments(struct snd_dma_buffer *dma, struct wrt_hw_geom *g)
{
	struct wrt_hw_seg *seg;
	u32 n;

	might_sleep();
	seg = kmalloc_array(WRT_SEGMENTS_MAX, sizeof(*seg), GFP_KERNEL);
	if (!seg)
		return WRT_ENOMEM;
	n = fill_segments(dma, g->bytes, seg);
	if (!n) {
		kfree(seg);
		return WRT_ENOMEM;
	}
	g->seg = seg;
	g->nseg = n;
	g->cpu = dma->area;
	return 0;
}
