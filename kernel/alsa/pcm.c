// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcm.c - the ALSA model: PCM operations over core streams.
 *
 * hw_params claims the stream, hw_free gives it up; if a WaveRT client owns the stream, hw_params
 * returns EBUSY. All operations are atomic where ALSA requires it. Locks: PCM stream lock > device
 * lock. The core calls pcm_notify() with none of its locks held, so snd_pcm_period_elapsed() may
 * call trigger and pointer.
 */
#include <linux/cred.h>
#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <sound/pcm.h>
#include <sound/pcm_params.h>

#include "alsa.h"
#include "formats.h"
#include "kernel_version.h"
#include "memory.h"
#include "pcm_stream.h"
#include "core/geometry.h"

/*
 * How long a blocked read or write waits for a clock that may stop: an hour in milliseconds, the
 * unit of newer kernels; longer where the unit is jiffies.
 */
#define PATIENCE (3600 * 1000)

/* ---- called by the core --------------------------------------------------- */

/*
 * One call for any number of points: ALSA reads the pointer itself. pointer() may then return the
 * reading of the interrupt, which is only a moment old, without reading the hardware again.
 */
static void period_elapsed(struct wrt_pcm_stream *ps)
{
#if WRT_HAVE_ELAPSED_UNDER_LOCK
	unsigned long flags;

	snd_pcm_stream_lock_irqsave(ps->substream, flags);
	ps->position_read = true;
	snd_pcm_period_elapsed_under_stream_lock(ps->substream);
	ps->position_read = false;
	snd_pcm_stream_unlock_irqrestore(ps->substream, flags);
#else
	snd_pcm_period_elapsed(ps->substream);
#endif
}

static bool pcm_notify(struct wrt_client *c, u64 first, u64 points, enum wrt_notify_from from)
{
	struct wrt_pcm_stream *ps = container_of(c, struct wrt_pcm_stream, client);

	if (points)
		period_elapsed(ps);
	if (from == WRT_FROM_SERIES)
		c->call_ns = 0;
	return false;
}

static const struct wrt_client_ops client_ops = {
	.name = "ALSA",
	.notify = pcm_notify,
};

/* ---- PCM operations ----------------------------------------------------------- */

static struct wrt_pcm_stream *find_stream(struct snd_pcm_substream *substream)
{
	struct wrt_pcm *wp = snd_pcm_substream_chip(substream);
	u32 dir = substream->stream == SNDRV_PCM_STREAM_CAPTURE ? WRT_CAPTURE : WRT_PLAYBACK;
	struct wrt_stream *s = wrt_device_stream(wp->device, dir, substream->number);

	if (!s)
		return NULL;
	return &wp->streams[s->slot];
}

static u64 alsa_formats(u32 ours)
{
	u64 mask = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrt_alsa_formats); i++)
		if (ours & wrt_alsa_formats[i].ours)
			mask |= pcm_format_to_bits(wrt_alsa_formats[i].alsa);
	return mask;
}

/* Lower bound of a period in bytes; the bound in frames is a separate constraint. */
static u32 period_bytes_min(const struct wrt_hw_caps *c)
{
	u32 frames = WRT_POINT_MIN_FRAMES * c->channels_min;

	return max(frames, c->notify_min);
}

static u32 info_flags(const struct wrt_hw_ops *ops, const struct wrt_hw_caps *c)
{
	u32 info = SNDRV_PCM_INFO_MMAP | SNDRV_PCM_INFO_MMAP_VALID |
		   SNDRV_PCM_INFO_INTERLEAVED | SNDRV_PCM_INFO_BLOCK_TRANSFER |
		   SNDRV_PCM_INFO_PAUSE | SNDRV_PCM_INFO_DRAIN_TRIGGER;

#ifdef SNDRV_PCM_INFO_PERFECT_DRAIN
	if (ops->silence_after)
		info |= SNDRV_PCM_INFO_PERFECT_DRAIN;
#endif
	/* Without wake-ups ALSA counts buffers by jiffies, so not with a clock of its own. */
	if (!(c->flags & WRT_HW_STEPPED))
		info |= SNDRV_PCM_INFO_NO_PERIOD_WAKEUP;
	/* The position may not move for a whole period, and then jump. */
	if (c->position_step >= period_bytes_min(c))
		info |= SNDRV_PCM_INFO_BATCH;
	/* A stream stays prepared, and continues where it stopped. */
	if (ops->resume)
		info |= SNDRV_PCM_INFO_RESUME;
	return info;
}

static void fill_hardware(const struct wrt_hw_ops *ops, const struct wrt_hw_caps *c,
			  struct snd_pcm_hardware *hw)
{
	*hw = (struct snd_pcm_hardware) {
		.info = info_flags(ops, c),
		.formats = alsa_formats(c->formats),
		.rates = SNDRV_PCM_RATE_CONTINUOUS,
		.rate_min = c->rate_min,
		.rate_max = c->rate_max,
		.channels_min = c->channels_min,
		.channels_max = c->channels_max,
		.buffer_bytes_max = c->buffer_max,
		.period_bytes_min = period_bytes_min(c),
		.period_bytes_max = c->buffer_max,
		.periods_min = 1,
		.periods_max = c->notify_max,
	};
	if (c->rates)
		hw->rates = SNDRV_PCM_RATE_KNOT;
}

/* A period must also be possible for the rate: at least 125 us. */
static int rule_period_frames(struct snd_pcm_hw_params *params, struct snd_pcm_hw_rule *rule)
{
	struct snd_interval *frames = hw_param_interval(params, SNDRV_PCM_HW_PARAM_PERIOD_SIZE);
	const struct snd_interval *rate = hw_param_interval_c(params, SNDRV_PCM_HW_PARAM_RATE);
	struct snd_interval allowed = {
		.min = wrt_geometry_point_min_frames(rate->min),
		.max = UINT_MAX,
	};

	return snd_interval_refine(frames, &allowed);
}

static int constrain(struct snd_pcm_runtime *runtime, struct wrt_pcm_stream *ps)
{
	const struct wrt_hw_caps *c = &ps->stream->caps;
	int err;

	if (c->rates) {
		ps->rates.list = c->rates;
		ps->rates.count = c->nrates;
		err = snd_pcm_hw_constraint_list(runtime, 0, SNDRV_PCM_HW_PARAM_RATE, &ps->rates);
		if (err < 0)
			return err;
	}

	if (c->channels_step > 1) {
		err = snd_pcm_hw_constraint_step(runtime, 0, SNDRV_PCM_HW_PARAM_CHANNELS,
						 c->channels_step);
		if (err < 0)
			return err;
	}
	if (c->s32_bits) {
		err = snd_pcm_hw_constraint_msbits(runtime, 0, 32, c->s32_bits);
		if (err < 0)
			return err;
	}
	err = snd_pcm_hw_constraint_integer(runtime, SNDRV_PCM_HW_PARAM_PERIODS);
	if (err < 0)
		return err;
	err = snd_pcm_hw_constraint_minmax(runtime, SNDRV_PCM_HW_PARAM_BUFFER_BYTES,
					   c->buffer_min, c->buffer_max);
	if (err < 0)
		return err;
	if (c->notify_step > 1) {
		err = snd_pcm_hw_constraint_step(runtime, 0, SNDRV_PCM_HW_PARAM_PERIOD_BYTES,
						 c->notify_step);
		if (err < 0)
			return err;
	}
	return snd_pcm_hw_rule_add(runtime, 0, SNDRV_PCM_HW_PARAM_PERIOD_SIZE,
				   rule_period_frames, NULL, SNDRV_PCM_HW_PARAM_RATE, -1);
}

static int pcm_open(struct snd_pcm_substream *substream)
{
	struct wrt_pcm *wp = snd_pcm_substream_chip(substream);
	struct wrt_pcm_stream *ps = find_stream(substream);
	int err;

	if (!ps)
		return -ENODEV;
	ps->substream = substream;
	ps->client.user.uid = from_kuid(&init_user_ns, current_euid());
	if (ps->stream->caps.flags & WRT_HW_STEPPED)
		substream->wait_time = PATIENCE;
	substream->runtime->private_data = ps;
	fill_hardware(wp->device->ops, &ps->stream->caps, &substream->runtime->hw);
	err = constrain(substream->runtime, ps);
	if (err >= 0)
		atomic_inc(&wp->opened);
	return err;
}

/* ALSA has freed the buffer. */
static int pcm_close(struct snd_pcm_substream *substream)
{
	struct wrt_pcm *wp = snd_pcm_substream_chip(substream);

	if (atomic_dec_and_test(&wp->opened))
		wake_up(&wp->closed);
	return 0;
}

/*
 * Without wake-ups the ALSA core adds missed wraps of the buffer, whose length it counts in whole
 * jiffies. For a buffer of less than a jiffy it does so for ever, under the stream lock. So such a
 * client gets wake-ups although it has turned them off.
 */
static void keep_wakeups(struct snd_pcm_hw_params *params)
{
	if ((u64)params_buffer_size(params) * HZ < params_rate(params))
		params->info &= ~SNDRV_PCM_INFO_NO_PERIOD_WAKEUP;
}

/*
 * ALSA keeps the state PREPARED until hw_params or hw_free has returned, and a drain by another
 * thread may set DRAINING in that time. A holder of the PCM stream lock that saw a running stream
 * may write silence. On return it has finished, and no other begins, since the stream is stopped.
 */
static void wait_for_silence(struct snd_pcm_substream *substream)
{
	snd_pcm_stream_lock_irq(substream);
	snd_pcm_stream_unlock_irq(substream);
}

/* ALSA takes the type of new memory from the substream, where 5.10 looks for it also at mmap(). */
static int malloc_pages(struct snd_pcm_substream *substream, size_t bytes, int type)
{
	struct snd_dma_buffer *old = snd_pcm_get_dma_buf(substream);

	/* Memory that is large enough is kept, and with it its type. */
	if (!substream->dma_buffer.area && (!old || old->bytes < bytes)) {
		snd_pcm_lib_free_pages(substream);
		substream->dma_buffer.dev.type = type;
	}
	return snd_pcm_lib_malloc_pages(substream, bytes);
}

static int get_memory(struct snd_pcm_substream *substream, size_t bytes)
{
	struct wrt_pcm *wp = snd_pcm_substream_chip(substream);
	struct wrt_pcm_stream *ps = substream->runtime->private_data;
	int scattered = wrt_memory_scattered(wp->dma_type, ps->stream->caps.flags);
	int err = malloc_pages(substream, bytes, wp->dma_type);

	if (err < 0 && scattered != wp->dma_type)
		err = malloc_pages(substream, bytes, scattered);
	if (err < 0)
		return err;
	return 0;
}

/*
 * Not ALSA's managed buffer, which is allocated before hw_params is called: a pin that a WaveRT
 * client owns would then have two buffers.
 */
static int claim_with_memory(struct snd_pcm_substream *substream, size_t bytes)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;
	int err = wrt_stream_claim(ps->stream, &ps->client);

	if (err)
		return wrt_alsa_errno(err);
	wait_for_silence(substream);
	return get_memory(substream, bytes);
}

static int configure(struct snd_pcm_substream *substream, struct wrt_hw_geom *geom)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;
	int err = wrt_memory_segments(snd_pcm_get_dma_buf(substream), geom);

	if (!err) {
		err = wrt_stream_configure(ps->stream, &ps->client, geom);
		kfree(geom->seg);
	}
	return wrt_alsa_errno(err);
}

static int pcm_hw_params(struct snd_pcm_substream *substream, struct snd_pcm_hw_params *params)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;
	struct wrt_request req = {
		.bytes = params_buffer_bytes(params),
		.notify = params_periods(params),
		.rate = params_rate(params),
		.format = wrt_format_of_alsa(params_format(params)),
		.channels = params_channels(params),
	};
	struct wrt_hw_geom geom;
	int err;

	err = wrt_geometry_make(&ps->stream->caps, &req, &geom);
	if (err)
		return wrt_alsa_errno(err);
	if (geom.bytes != req.bytes || geom.notify_bytes != params_period_bytes(params))
		return -EINVAL;
	keep_wakeups(params);
	ps->may_fill = true;
#ifdef SNDRV_PCM_HW_PARAMS_NO_DRAIN_SILENCE
	ps->may_fill = !(params->flags & SNDRV_PCM_HW_PARAMS_NO_DRAIN_SILENCE);
#endif
	ps->client.wants_points = !(params->info & SNDRV_PCM_INFO_NO_PERIOD_WAKEUP &&
				    params->flags & SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP);
	err = claim_with_memory(substream, geom.bytes);
	if (!err)
		err = configure(substream, &geom);
	if (err)
		return err;
	/* The position is that of DMA; a frame is played a FIFO later. */
	substream->runtime->delay = ps->stream->latency.fifo_bytes / geom.frame_bytes;
	return 0;
}

/* If hw_params fails, ALSA also calls this. */
static int pcm_hw_free(struct snd_pcm_substream *substream)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;

	wrt_stream_release(ps->stream, &ps->client);	/* from here on nothing starts */
	hrtimer_cancel(&ps->started);
	wait_for_silence(substream);
	return snd_pcm_lib_free_pages(substream);
}

static int pcm_prepare(struct snd_pcm_substream *substream)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;

	/* A drain of playback starts linked capture, which ALSA's state does not show. */
	wrt_stream_stop(ps->stream, &ps->client);
	wrt_stream_reset(ps->stream, &ps->client);
	return 0;
}

/* ---- trigger ---------------------------------------------------------------------- */

/*
 * ALSA triggers linked substreams one by one; those of this card are started or stopped at once.
 * The end of a drain stops one of them alone.
 */
struct group {
	struct wrt_client *clients[WRT_SLOTS_MAX];
	u32 n;
};

static void find_group(struct snd_pcm_substream *substream, struct group *g)
{
	struct wrt_pcm *wp = snd_pcm_substream_chip(substream);
	struct snd_pcm_substream *s;

	g->n = 0;
	snd_pcm_group_for_each_entry(s, substream) {
		struct wrt_pcm_stream *ps = s->runtime->private_data;

		if (s->ops != substream->ops || snd_pcm_substream_chip(s) != wp)
			continue;
		if (s != substream && wrt_pcm_is_draining(substream))
			continue;
		g->clients[g->n++] = &ps->client;
		snd_pcm_trigger_done(s, substream);
	}
}

static int start_group(struct snd_pcm_substream *substream, const struct group *g)
{
	struct wrt_pcm *wp = snd_pcm_substream_chip(substream);
	u64 spread_ns;

	return wrt_alsa_errno(wrt_streams_start(wp->device, g->clients, g->n, &spread_ns));
}

static int trigger_start(struct snd_pcm_substream *substream)
{
	struct wrt_pcm_stream *ps;
	struct group g;
	int err;
	u32 i;

	find_group(substream, &g);
	for (i = 0; i < g.n; i++)
		container_of(g.clients[i], struct wrt_pcm_stream, client)->ending = false;
	err = start_group(substream, &g);
	for (i = 0; i < g.n && !err; i++) {
		ps = container_of(g.clients[i], struct wrt_pcm_stream, client);
		if (ps->substream->stream == SNDRV_PCM_STREAM_PLAYBACK)
			hrtimer_start(&ps->started, 0, HRTIMER_MODE_REL);
	}
	return err;
}

static int trigger_resume(struct snd_pcm_substream *substream)
{
	struct group g;

	find_group(substream, &g);
	return start_group(substream, &g);
}

static int trigger_stop(struct snd_pcm_substream *substream)
{
	struct wrt_pcm *wp = snd_pcm_substream_chip(substream);
	struct group g;

	find_group(substream, &g);
	wrt_streams_stop(wp->device, g.clients, g.n);
	return 0;
}

static int pcm_trigger(struct snd_pcm_substream *substream, int cmd)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;

	switch (cmd) {
	case SNDRV_PCM_TRIGGER_START:
		return trigger_start(substream);
	case SNDRV_PCM_TRIGGER_RESUME:
	case SNDRV_PCM_TRIGGER_PAUSE_RELEASE:
		return trigger_resume(substream);
	case SNDRV_PCM_TRIGGER_STOP:
	case SNDRV_PCM_TRIGGER_SUSPEND:
	case SNDRV_PCM_TRIGGER_PAUSE_PUSH:
		return trigger_stop(substream);
	case SNDRV_PCM_TRIGGER_DRAIN:
		if (wrt_pcm_is_draining(substream))
			wrt_pcm_begin_drain(ps);
		return 0;
	}
	return -EINVAL;
}

/* After this no thread is inside snd_pcm_period_elapsed() for this stream. */
static int pcm_sync_stop(struct snd_pcm_substream *substream)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;

	wrt_stream_sync(ps->stream, &ps->client);
	return 0;
}

static snd_pcm_uframes_t pcm_pointer(struct snd_pcm_substream *substream)
{
	struct wrt_pcm_stream *ps = substream->runtime->private_data;
	struct wrt_snapshot snap;

	/* Every reading is stored there; without an end, as in ALSA, it never steps back. */
	if (ps->position_read && !wrt_pcm_is_draining(substream))
		return bytes_to_frames(substream->runtime, READ_ONCE(ps->stream->pos.offset));
	wrt_stream_position(ps->stream, &ps->client, &snap);
	if (wrt_pcm_is_draining(substream))
		wrt_pcm_end_at_last_frame(ps, &snap);
	return bytes_to_frames(substream->runtime, snap.offset);
}

static const struct snd_pcm_ops pcm_ops = {
	.open = pcm_open,
	.close = pcm_close,
	.hw_params = pcm_hw_params,
	.hw_free = pcm_hw_free,
	.prepare = pcm_prepare,
	.trigger = pcm_trigger,
	.sync_stop = pcm_sync_stop,
	.pointer = pcm_pointer,
};

/* ---- creation ------------------------------------------------------------------ */

static void pcm_free(struct snd_pcm *pcm)
{
	kfree(pcm->private_data);
}

static struct wrt_pcm *new_private(struct wrt_device *device, const struct wrt_adapter_info *info)
{
	struct wrt_pcm *wp;
	u32 i;

	wp = kzalloc(struct_size(wp, streams, device->nstreams), GFP_KERNEL);
	if (!wp)
		return NULL;
	wp->device = device;
	wp->dma_type = info->dma_type;
	init_waitqueue_head(&wp->closed);
	for (i = 0; i < device->nstreams; i++) {
		wp->streams[i].stream = &device->streams[i];
		wrt_client_init(&wp->streams[i].client, &client_ops, &device->streams[i]);
		wrt_hrtimer_setup(&wp->streams[i].started, wrt_pcm_after_start, CLOCK_MONOTONIC,
				  HRTIMER_MODE_REL);
	}
	return wp;
}

int wrt_pcm_new(struct snd_card *card, struct wrt_device *device,
		const struct wrt_adapter_info *info, struct wrt_pcm **out)
{
	u32 play = wrt_device_pins(device, WRT_PLAYBACK);
	u32 capt = wrt_device_pins(device, WRT_CAPTURE);
	struct wrt_pcm *wp = new_private(device, info);
	struct snd_pcm *pcm;
	int err;

	if (!wp)
		return -ENOMEM;
	err = snd_pcm_new(card, info->shortname, 0, play, capt, &pcm);
	if (err < 0) {
		kfree(wp);
		return err;
	}
	pcm->private_data = wp;
	pcm->private_free = pcm_free;
	strscpy(pcm->name, info->shortname, sizeof(pcm->name));
	snd_pcm_set_ops(pcm, SNDRV_PCM_STREAM_PLAYBACK, &pcm_ops);
	snd_pcm_set_ops(pcm, SNDRV_PCM_STREAM_CAPTURE, &pcm_ops);
	snd_pcm_lib_preallocate_pages_for_all(pcm, info->dma_type, info->dma_dev, 0, 0);
	*out = wp;
	return 0;
}

void wrt_pcm_wait_closed(struct wrt_pcm *wp)
{
	wait_event(wp->closed, !atomic_read(&wp->opened));
}
