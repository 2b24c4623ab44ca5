// SPDX-License-Identifier: GPL-2.0-only
/*
 * fit.c - format and memory of a PCM that a WaveRT client owns: the driver's own periods and DMA
 * buffer, which other users can neither free nor replace while it is pinned.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <sound/pcm_params.h>

#include "attach.h"
#include "kernel_version.h"
#include "alsa/formats.h"

/* Of these periods the least number that the driver can do is one packet. */
#define PERIODS_A_PACKET 16

static int core_error(int err)
{
	switch (err) {
	case 0:
		return 0;
	case -ENOMEM:
		return WRT_ENOMEM;
	case -ENODEV:
		return WRT_EGONE;
	case -EBUSY:
	case -EAGAIN:
		return WRT_EBUSY;
	}
	return WRT_EIO;
}

static void set_mask(struct snd_pcm_hw_params *p, int var, __force unsigned int value)
{
	snd_mask_none(hw_param_mask(p, var));
	snd_mask_set(hw_param_mask(p, var), value);
}

static void set_interval(struct snd_pcm_hw_params *p, int var, unsigned int min, unsigned int max)
{
	struct snd_interval *i = hw_param_interval(p, var);

	snd_interval_any(i);
	i->min = min;
	i->max = max;
	i->integer = 1;
}

/* The least period of at least this many frames, this many times; 0: the driver has none. */
static unsigned int fit(struct wrt_hw_stream *s, const struct wrt_hw_geom *g, unsigned int periods,
			unsigned int frames, struct snd_pcm_hw_params *p)
{
	int period;

	_snd_pcm_hw_params_any(p);
	set_mask(p, SNDRV_PCM_HW_PARAM_ACCESS,
		 (__force unsigned int)SNDRV_PCM_ACCESS_MMAP_INTERLEAVED);
	set_mask(p, SNDRV_PCM_HW_PARAM_FORMAT,
		 (__force unsigned int)wrt_alsa_of_format(g->format));
	set_interval(p, SNDRV_PCM_HW_PARAM_CHANNELS, g->channels, g->channels);
	set_interval(p, SNDRV_PCM_HW_PARAM_RATE, g->rate, g->rate);
	set_interval(p, SNDRV_PCM_HW_PARAM_PERIODS, periods, periods);
	set_interval(p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, frames, INT_MAX);
	p->rmask = ~0u;
	if (snd_pcm_hw_refine(s->substream, p) < 0)
		return 0;
	period = snd_pcm_hw_param_first(s->substream, p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, NULL);
	return period > 0 ? period : 0;
}

/* Several periods are one packet where the driver cannot do so few of them. */
static int fit_all(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		   struct snd_pcm_hw_params *p)
{
	unsigned int packets = g->notify ? g->notify : 1;
	unsigned int frames = g->bytes / packets / g->frame_bytes;
	unsigned int n = 1;

	/* After a period the driver has to be told of more data while it has some left. */
	if (s->substream->ops->ack && packets == 1)
		n = 2;
	for (; n <= PERIODS_A_PACKET; n++)
		if (fit(s, g, packets * n, DIV_ROUND_UP(frames, n), p))
			return 0;
	return WRT_ERANGE;
}

/* Never an xrun, and no silence: the client need not move a pointer. */
static int set_software(struct wrt_hw_stream *s)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;
	struct snd_pcm_sw_params p = {
		.tstamp_mode = SNDRV_PCM_TSTAMP_NONE,
		.period_step = 1,
		.avail_min = r->boundary - 1,
		.start_threshold = r->boundary,
		.stop_threshold = r->boundary,
	};

	return core_error(snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_SW_PARAMS, &p));
}

/* Memory whose pages a client can map, and that it sees as the device does. */
static bool memory_is_plain(const struct snd_pcm_runtime *r, size_t bytes)
{
	const struct snd_dma_buffer *b = r->dma_buffer_p;

	if (!r->dma_area || !b || b->area != r->dma_area || offset_in_page(r->dma_area))
		return false;
	if (PAGE_ALIGN(bytes) > PAGE_ALIGN(b->bytes) || !wrt_attach_memory_fits(b))
		return false;
	return is_vmalloc_addr(r->dma_area) || virt_addr_valid(r->dma_area);
}

/* Another user of the substream may have changed it before mmap_count was raised. */
static bool is_as_fitted(const struct wrt_hw_stream *s, const struct wrt_hw_geom *g)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;
	unsigned int packets = g->notify ? g->notify : 1;

	return r->status->state == SNDRV_PCM_STATE_SETUP &&
	       r->access == SNDRV_PCM_ACCESS_MMAP_INTERLEAVED &&
	       wrt_format_of_alsa(r->format) == g->format && r->channels == g->channels &&
	       r->rate == g->rate && r->frame_bits == g->frame_bytes * 8 &&
	       r->buffer_size == r->period_size * r->periods && !(r->periods % packets) &&
	       !r->no_period_wakeup && r->buffer_size >= g->bytes / g->frame_bytes &&
	       r->buffer_size <= WRT_ATTACH_BUFFER_MAX / g->frame_bytes;
}

/* Until then another user of the substream may start it with any size of frames. */
static void set_pinned(struct wrt_hw_stream *s, u32 frame_bytes)
{
	unsigned long flags;

	snd_pcm_stream_lock_irqsave(s->substream, flags);
	s->pinned = frame_bytes;
	s->frame_bytes = frame_bytes;
	s->running = false;
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
}

/* From here on the buffer is neither freed nor replaced, until wrt_attach_unpin(). */
static int pin_memory(struct wrt_hw_stream *s, struct wrt_hw_geom *g)
{
	struct snd_pcm_substream *substream = s->substream;
	struct snd_pcm_runtime *r = substream->runtime;
	int err = WRT_EBUSY;

	atomic_inc(&substream->mmap_count);
	wrt_pcm_wait_for_params(r);
	if (is_as_fitted(s, g))
		err = memory_is_plain(r, frames_to_bytes(r, r->buffer_size)) ? 0 : WRT_EIO;
	if (err) {
		atomic_dec(&substream->mmap_count);
		return err;
	}
	g->bytes = frames_to_bytes(r, r->buffer_size);
	g->notify_bytes = g->notify ? g->bytes / g->notify : 0;
	g->cpu = r->dma_area;
	set_pinned(s, g->frame_bytes);
	return 0;
}

int wrt_attach_configure(struct wrt_hw_stream *s, struct wrt_hw_geom *g)
{
	struct snd_pcm_hw_params *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return WRT_ENOMEM;
	err = fit_all(s, g, p);
	if (!err)
		err = core_error(snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_HW_PARAMS, p));
	kfree(p);
	if (!err)
		err = set_software(s);
	return err ? err : pin_memory(s, g);
}

void wrt_attach_unpin(struct wrt_hw_stream *s)
{
	set_pinned(s, 0);
	atomic_dec(&s->substream->mmap_count);
}
