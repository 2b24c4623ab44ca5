/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.h - memory of a cyclic buffer, for both front ends.
 *
 * Contiguous memory is tried first, since a backend's list of descriptors is short. In fragmented
 * memory the buffer may lie in several segments, if the backend allows that (WRT_HW_SG) and ALSA
 * has such memory on this architecture. snd_dma_buffer.area is contiguous in either case.
 */
#ifndef WRT_MEMORY_H
#define WRT_MEMORY_H

#include <sound/memalloc.h>

#include "core/hw.h"

struct file;
struct wrt_stream;

/* As many as the longest list of a backend has entries. */
#define WRT_SEGMENTS_MAX 256

/* A backend that has the memory of its buffers, and decides who may own a stream. */
struct wrt_lender {
	/* Any context. file: what the caller shows for its right, or NULL. */
	bool (*may_own)(struct wrt_stream *s, const struct file *file);
	/*
	 * [S] The stream is claimed, file as before. Round g up and fill dma: zeroed memory at
	 * least of whole pages, which has a struct page for each and is as ordinary as a client's.
	 * No lock of the core is held. Returns 0 or an error of the core.
	 */
	int (*lend)(struct wrt_stream *s, const struct file *file, struct wrt_hw_geom *g,
		    struct snd_dma_buffer *dma);
	/* [S] Likewise: no client maps the memory any more, and release() has been called. */
	void (*take_back)(struct wrt_stream *s);
};

struct wrt_memory {
	int type;			/* SNDRV_DMA_TYPE_*, contiguous for the device */
	struct device *dev;
	const struct wrt_lender *lender;	/* NULL: buffers are allocated with this type */
};

/**
 * wrt_memory_scattered() - the type of memory to try if there is no contiguous memory
 * @type: SNDRV_DMA_TYPE_* of contiguous memory
 * @flags: enum wrt_hw_flags of the stream
 *
 * Context: Any.
 * Return: SNDRV_DMA_TYPE_*; @type itself if there is nothing else to try.
 */
static inline int wrt_memory_scattered(int type, u32 flags)
{
	if (type == SNDRV_DMA_TYPE_DEV && flags & WRT_HW_SG)
		return SNDRV_DMA_TYPE_DEV_SG;
	return type;
}

/**
 * wrt_memory_segments() - get the segments of a buffer for wrt_stream_configure()
 * @dma: memory of the buffer
 * @g: geometry; seg, nseg and cpu are filled on success
 *
 * The caller frees g->seg with kfree() when the stream has been configured.
 *
 * Context: May sleep.
 * Return: 0, or WRT_ENOMEM: there is no memory, or there are more than WRT_SEGMENTS_MAX.
 */
int wrt_memory_segments(struct snd_dma_buffer *dma, struct wrt_hw_geom *g);

#endif
