// SPDX-License-Identifier: GPL-2.0-only
/*
 * drain.c - the end of a drain: silence after the last frame.
 */
#include <sound/pcm.h>

#include "pcm_stream.h"

/*
 * After the last frame DMA continues until ALSA stops it, at the next interrupt or later, and the
 * buffer has old data there. Engines with silence_after() play silence instead. For the others
 * silence is written into the buffer: a period, and the TAIL_HZth part of a second.
 */
#define TAIL_HZ	10

bool wrt_pcm_is_draining(const struct snd_pcm_substream *substream)
{
	return substream->stream == SNDRV_PCM_STREAM_PLAYBACK &&
	       substream->runtime->status->state == SNDRV_PCM_STATE_DRAINING;
}

/* How far the client's pointer is ahead of another; both are below the boundary. */
static snd_pcm_sframes_t ahead_of(const struct snd_pcm_runtime *runtime,
				  snd_pcm_uframes_t appl_ptr, snd_pcm_uframes_t ptr)
{
	snd_pcm_sframes_t ahead = appl_ptr - ptr, half = runtime->boundary / 2;

	if (ahead > half)
		return ahead - runtime->boundary;
	if (ahead < -half)
		return ahead + runtime->boundary;
	return ahead;
}

/* Not frames_to_bytes(), which does not accept a negative number on 32 bits. */
static s64 bytes_of(const struct wrt_pcm_stream *ps, snd_pcm_sframes_t frames)
{
	return (s64)frames * (s64)ps->stream->geom.frame_bytes;
}

/* The stream position at which the last frame ends. Less than a buffer since hw_ptr was set. */
static void find_end(struct wrt_pcm_stream *ps, snd_pcm_uframes_t appl_ptr,
		     const struct wrt_snapshot *now)
{
	struct snd_pcm_runtime *runtime = ps->substream->runtime;
	snd_pcm_uframes_t size = runtime->buffer_size, hw_ptr = runtime->status->hw_ptr;
	snd_pcm_uframes_t pos = bytes_to_frames(runtime, now->offset);
	snd_pcm_sframes_t moved = (pos + size - hw_ptr % size) % size;

	ps->ending = true;
	ps->end_appl_ptr = appl_ptr;
	ps->end = now->linear + bytes_of(ps, ahead_of(runtime, appl_ptr, hw_ptr) - moved);
	ps->silent = 0;
}

static void put_silence(struct snd_pcm_runtime *runtime, snd_pcm_uframes_t at,
			snd_pcm_uframes_t frames)
{
	snd_pcm_uframes_t n;

	for (; frames; frames -= n, at = 0) {
		n = min(frames, runtime->buffer_size - at);
		snd_pcm_format_set_silence(runtime->format,
					   runtime->dma_area + frames_to_bytes(runtime, at),
					   n * runtime->channels);
	}
}

/* As much as fits: all but the frames that are still to be played. */
static void silence_tail(struct wrt_pcm_stream *ps, u64 left)
{
	struct snd_pcm_runtime *runtime = ps->substream->runtime;
	snd_pcm_uframes_t size = runtime->buffer_size;
	snd_pcm_uframes_t frames = size - min_t(u64, size, left);

	frames = min(frames, runtime->period_size + runtime->rate / TAIL_HZ);
	if (frames <= ps->silent)
		return;
	put_silence(runtime, (ps->end_appl_ptr + ps->silent) % size, frames - ps->silent);
	ps->silent = frames;
}

/*
 * Called at every reading of the position: the client may have moved its pointer, and frames that
 * have been played leave space for silence. PCM stream lock held. A stream that does not run may
 * have no memory.
 */
void wrt_pcm_end_at_last_frame(struct wrt_pcm_stream *ps, const struct wrt_snapshot *now)
{
	struct snd_pcm_runtime *runtime = ps->substream->runtime;
	snd_pcm_uframes_t appl_ptr = READ_ONCE(runtime->control->appl_ptr);

	if (now->state != WRT_STREAM_RUN)
		return;
	if (!ps->ending) {
		find_end(ps, appl_ptr, now);
	} else if (ps->end_appl_ptr != appl_ptr) {
		ps->end += bytes_of(ps, ahead_of(runtime, appl_ptr, ps->end_appl_ptr));
		ps->end_appl_ptr = appl_ptr;
		ps->silent = 0;
	}
	if (ps->stream->dev->ops->silence_after)
		wrt_stream_silence_after(ps->stream, &ps->client, ps->end);
	else if (ps->may_fill)
		silence_tail(ps, (s64)(ps->end - now->linear) > 0 ?
				 bytes_to_frames(runtime, ps->end - now->linear) : 0);
}

void wrt_pcm_begin_drain(struct wrt_pcm_stream *ps)
{
	struct wrt_snapshot now;

	wrt_stream_position(ps->stream, &ps->client, &now);
	wrt_pcm_end_at_last_frame(ps, &now);
}

/*
 * A drain that starts the stream causes no DRAIN trigger, and START comes before the state is
 * DRAINING. So check the state again as soon as interrupts are on.
 */
enum hrtimer_restart wrt_pcm_after_start(struct hrtimer *timer)
{
	struct wrt_pcm_stream *ps = container_of(timer, struct wrt_pcm_stream, started);
	unsigned long flags;

	snd_pcm_stream_lock_irqsave(ps->substream, flags);
	if (wrt_pcm_is_draining(ps->substream))
		wrt_pcm_begin_drain(ps);
	snd_pcm_stream_unlock_irqrestore(ps->substream, flags);
	return HRTIMER_NORESTART;
}
