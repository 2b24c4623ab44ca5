// SPDX-License-Identifier: GPL-2.0-only
/*
 * caps.c - capabilities of a PCM of another driver. A substream has constraints only while it is
 * open: it is opened for a moment, unless it is open already.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <sound/pcm_params.h>

#include "attach.h"
#include "kernel_version.h"
#include "alsa/formats.h"

static u32 our_formats(const struct snd_mask *mask)
{
	u32 ours = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrt_alsa_formats); i++)
		if (snd_mask_test(mask, (__force unsigned int)wrt_alsa_formats[i].alsa))
			ours |= wrt_alsa_formats[i].ours;
	return ours;
}

static void fill_rates(struct wrt_hw_stream *s, u32 mask)
{
	struct wrt_hw_caps *c = &s->caps;
	u32 bit, rate;

	if (mask & (SNDRV_PCM_RATE_CONTINUOUS | SNDRV_PCM_RATE_KNOT))
		return;
	for (bit = 0; bit < 30 && c->nrates < WRT_RATES_MAX; bit++) {
		rate = mask & 1u << bit ? snd_pcm_rate_bit_to_rate(1u << bit) : 0;
		if (rate && rate >= c->rate_min && rate <= c->rate_max)
			s->rates[c->nrates++] = rate;
	}
	if (c->nrates)
		c->rates = s->rates;
}

/*
 * Whether the CPU sees the memory as the device does, by ordinary mappings. For the kinds of memory
 * that are not listed the kernel uses special mappings, or copies. A client's mapping of memory for
 * DMA would be encrypted where memory is.
 */
bool wrt_attach_memory_fits(const struct snd_dma_buffer *b)
{
	if (b->dev.type == SNDRV_DMA_TYPE_CONTINUOUS || b->dev.type == SNDRV_DMA_TYPE_VMALLOC)
		return true;
	if (b->dev.type != SNDRV_DMA_TYPE_DEV && b->dev.type != SNDRV_DMA_TYPE_DEV_SG &&
	    b->dev.type != WRT_DMA_TYPE_DEV_SG_FALLBACK)
		return false;
	return b->dev.dev && wrt_dma_coherent(b->dev.dev) && !wrt_memory_encrypted();
}

static u32 refusal(const struct wrt_hw_stream *s, const struct snd_pcm_substream *open)
{
	u32 info = open->runtime->hw.info;

	if (!s->caps.formats)
		return WRT_HW_OBSERVE_ONLY | WRT_HW_REFUSED_FORMAT;
	if (!(info & SNDRV_PCM_INFO_MMAP) || open->ops->mmap || open->ops->page)
		return WRT_HW_OBSERVE_ONLY | WRT_HW_REFUSED_MMAP;
	if (info & WRT_PCM_INFO_EXPLICIT_SYNC || !wrt_attach_memory_fits(&open->dma_buffer))
		return WRT_HW_OBSERVE_ONLY | WRT_HW_REFUSED_MEMORY;
	if (!wrt_pcm_params_are_locked())	/* another user could free the buffer */
		return WRT_HW_OBSERVE_ONLY | WRT_HW_REFUSED_MEMORY;
	return 0;
}

static u32 own_flags(const struct wrt_hw_stream *s, const struct snd_pcm_substream *open)
{
	u32 flags = refusal(s, open);

	if (!(open->runtime->hw.info & SNDRV_PCM_INFO_PAUSE))
		flags |= WRT_HW_NO_PAUSE;
	if (open->runtime->hw.info & SNDRV_PCM_INFO_BATCH || open->ops->ack)
		flags |= WRT_HW_FETCHES_AHEAD;
	return flags;
}

static void take_constraints(struct wrt_hw_stream *s, const struct snd_pcm_substream *open,
			     struct snd_pcm_hw_params *p)
{
	const struct snd_pcm_runtime *r = open->runtime;
	const struct snd_interval *channels = hw_param_interval(p, SNDRV_PCM_HW_PARAM_CHANNELS);
	const struct snd_interval *rate = hw_param_interval(p, SNDRV_PCM_HW_PARAM_RATE);
	const struct snd_interval *buffer = hw_param_interval(p, SNDRV_PCM_HW_PARAM_BUFFER_BYTES);
	const struct snd_interval *periods = hw_param_interval(p, SNDRV_PCM_HW_PARAM_PERIODS);
	const struct snd_interval *period = hw_param_interval(p, SNDRV_PCM_HW_PARAM_PERIOD_BYTES);
	struct wrt_hw_caps *c = &s->caps;

	c->formats = our_formats(hw_param_mask(p, SNDRV_PCM_HW_PARAM_FORMAT));
	c->channels_min = channels->min;
	c->channels_max = channels->max;
	c->rate_min = rate->min;
	c->rate_max = rate->max;
	c->buffer_min = buffer->min;
	c->buffer_max = buffer->max;
	c->notify_max = periods->max;
	c->notify_min = period->min;
	if (r->hw.info & SNDRV_PCM_INFO_BATCH)
		c->position_step = period->min;
	fill_rates(s, r->hw.rates);
	c->flags = WRT_HW_ATTACHED | own_flags(s, open);
}

/* pcm->open_mutex held, the substream is open. */
static int refine(struct wrt_hw_stream *s, struct snd_pcm_substream *open)
{
	struct snd_pcm_hw_params *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return -ENOMEM;
	_snd_pcm_hw_params_any(p);
	err = snd_pcm_hw_refine(open, p);
	if (err >= 0)
		take_constraints(s, open, p);
	kfree(p);
	return err;
}

/* All substreams of a direction are alike, so any is used. ALSA only uses the file's flags. */
static int refine_any(struct wrt_hw_stream *s, struct file *file)
{
	struct snd_pcm_substream *open;
	int err;

	if (s->substream->ref_count)
		return refine(s, s->substream);
	file->f_flags = O_RDWR | O_NONBLOCK;
	err = snd_pcm_open_substream(s->pcm, s->direction, file, &open);
	if (err < 0)
		return err;
	err = refine(s, open);
	snd_pcm_release_substream(open);
	return err;
}

void wrt_attach_read_caps(struct wrt_hw_stream *s)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	int err = -ENOMEM;

	if (file) {
		/* Disconnecting waits for this mutex after it has set shutdown. */
		mutex_lock(&s->pcm->open_mutex);
		err = -ENODEV;
		if (!s->pcm->card->shutdown)
			err = refine_any(s, file);
		mutex_unlock(&s->pcm->open_mutex);
		wake_up(&s->pcm->open_wait);
	}
	kfree(file);
	if (err < 0)
		dev_info(&s->dev->parent->dev, "%s does not tell what it can do: error %d\n",
			 s->caps.origin.name, err);
}
