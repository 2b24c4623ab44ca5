// SPDX-License-Identifier: GPL-2.0-only
/*
 * buffer.c - memory of a stream: pages of the port driver, and for DMA their addresses.
 * PASSIVE_LEVEL.
 */
#include "nt.h"

/* Fills segs with the runs of adjacent pages; segs may be NULL. Returns their number. */
static u32 find_runs(PMDL mdl, struct wrt_hw_seg *segs)
{
	const PFN_NUMBER *pfn = MmGetMdlPfnArray(mdl);
	u32 i, n = 0, pages = MmGetMdlByteCount(mdl) / PAGE_SIZE;

	for (i = 0; i < pages; i++) {
		if (i && pfn[i] == pfn[i - 1] + 1) {
			if (segs)
				segs[n - 1].len += PAGE_SIZE;
			continue;
		}
		if (segs) {
			segs[n].bus = (u64)pfn[i] << PAGE_SHIFT;
			segs[n].len = PAGE_SIZE;
		}
		n++;
	}
	return n;
}

/* Without an IOMMU that remaps (the INF opts out) the device sees physical addresses. */
static int make_segments(struct nt_stream *s, struct wrt_hw_geom *g)
{
	g->nseg = find_runs(s->mdl, NULL);
	s->segs = wrt_alloc(g->nseg * sizeof(*s->segs));
	if (!s->segs)
		return WRT_ENOMEM;
	find_runs(s->mdl, s->segs);
	g->seg = s->segs;
	return 0;
}

/* For DMA in one piece if there is such memory: AC'97 has only 32 descriptors. */
static PMDL get_pages(struct nt_stream *s, u32 bytes)
{
	const struct wrt_hw_caps *caps = &s->mp.stream->caps;
	SIZE_T whole = ROUND_TO_PAGES((SIZE_T)bytes);
	IPortWaveRTStream *port = s->port;
	PHYSICAL_ADDRESS low, high;
	PMDL mdl;

	low.QuadPart = 0;
	high.QuadPart = -1;
	if (caps->dma_bits && caps->dma_bits < 64)
		high.QuadPart = (1ll << caps->dma_bits) - 1;
	if (!(caps->flags & WRT_HW_CPU_BUFFER)) {
		mdl = port->lpVtbl->AllocateContiguousPagesForMdl(port, low, high, whole);
		if (mdl || !(caps->flags & WRT_HW_SG))
			return mdl;
	}
	return port->lpVtbl->AllocatePagesForMdl(port, high, whole);
}

/* Allocates whole pages by the port driver, which may return fewer than requested. */
int nt_buffer_alloc(struct nt_stream *s, struct wrt_hw_geom *g)
{
	IPortWaveRTStream *port = s->port;

	s->mdl = get_pages(s, g->bytes);
	if (!s->mdl)
		return WRT_ENOMEM;
	s->memory = NULL;
	if (MmGetMdlByteCount(s->mdl) >= g->bytes)
		s->memory = port->lpVtbl->MapAllocatedPages(port, s->mdl, MmCached);
	g->seg = NULL;
	g->nseg = 0;
	g->cpu = s->memory;
	if (s->memory && (s->mp.stream->caps.flags & WRT_HW_CPU_BUFFER || !make_segments(s, g))) {
		RtlZeroMemory(s->memory, MmGetMdlByteCount(s->mdl));
		return 0;
	}
	nt_buffer_free(s);
	return WRT_ENOMEM;
}

void nt_buffer_free(struct nt_stream *s)
{
	if (s->memory)
		s->port->lpVtbl->UnmapAllocatedPages(s->port, s->memory, s->mdl);
	s->port->lpVtbl->FreePagesFromMdl(s->port, s->mdl);
	wrt_free(s->segs);
	s->segs = NULL;
	s->mdl = NULL;
}
