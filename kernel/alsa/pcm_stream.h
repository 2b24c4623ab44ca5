/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcm_stream.h - a PCM stream, between pcm.c and drain.c.
 */
#ifndef WRT_ALSA_PCM_STREAM_H
#define WRT_ALSA_PCM_STREAM_H

#include <linux/hrtimer.h>
#include <linux/wait.h>
#include <sound/pcm.h>

#include "core/device.h"

struct wrt_pcm_stream {
	struct wrt_client client;	/* first */
	struct wrt_stream *stream;
	struct snd_pcm_substream *substream;
	struct hrtimer started;
	bool position_read;		/* by the interrupt; PCM stream lock */
	bool may_fill;			/* the buffer, with silence after the last frame */
	/* of a drain; PCM stream lock */
	bool ending;			/* the next three are valid */
	snd_pcm_uframes_t end_appl_ptr;	/* where the client's data ends, and ... */
	u64 end;			/* ... the stream position that belongs to it, bytes */
	snd_pcm_uframes_t silent;	/* frames of silence after it */
	struct snd_pcm_hw_constraint_list rates;	/* only if caps.rates is set */
};

struct wrt_pcm {
	struct wrt_device *device;
	int dma_type;			/* SNDRV_DMA_TYPE_* of contiguous memory */
	atomic_t opened;
	wait_queue_head_t closed;	/* opened has become 0 */
	struct wrt_pcm_stream streams[];	/* as device->streams */
};

/* drain.c; PCM stream lock held, except for the timer */
bool wrt_pcm_is_draining(const struct snd_pcm_substream *substream);
void wrt_pcm_begin_drain(struct wrt_pcm_stream *ps);
void wrt_pcm_end_at_last_frame(struct wrt_pcm_stream *ps, const struct wrt_snapshot *now);
enum hrtimer_restart wrt_pcm_after_start(struct hrtimer *timer);

#endif
