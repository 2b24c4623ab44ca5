// SPDX-License-Identifier: GPL-2.0-only
/*
 * position.c - read the position of another driver's PCM, and start and stop its ALSA timer. The
 * PCM stream lock is held, and the runtime may be used.
 */
#include <linux/ktime.h>

#include "attach.h"

void wrt_attach_latch(struct wrt_hw_stream *s, u64 from_ns)
{
	struct wrt_device *device = s->dev->device;
	u32 bytes = s->substream->runtime->buffer_size * s->frame_bytes;
	unsigned long flags;

	if (!bytes)
		return;
	flags = wrt_lock(&device->lock);
	s->at.linear = s->frames * s->frame_bytes;
	s->at.dma = (u32)wrt_mod_u64(s->at.linear, bytes);
	s->at.link = s->at.dma;
	s->at.from_ns = from_ns;
	s->at.ns = ktime_get_ns();
	s->read_ns = s->at.ns;
	wrt_unlock(&device->lock, flags);
}

/*
 * hw_ptr counts frames modulo `boundary`, a multiple of the buffer. SNDRV_PCM_IOCTL_RESET sets it
 * back by whole buffers.
 */
static void follow_hw_ptr(struct wrt_hw_stream *s)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;
	snd_pcm_uframes_t now = r->status->hw_ptr, before = s->hw_ptr, moved = now - before;

	if (now < before)
		moved += r->boundary;
	if (moved > r->boundary / 2)
		moved = (now % r->buffer_size + r->buffer_size - before % r->buffer_size) %
			r->buffer_size;
	s->hw_ptr = now;
	s->known += moved;
	if (s->known <= s->frames)
		return;
	s->frames = s->known;
	s->read_ns = ktime_get_ns();	/* ALSA read it then, or earlier */
}

void wrt_attach_read_known(struct wrt_hw_stream *s)
{
	follow_hw_ptr(s);
	wrt_attach_latch(s, ktime_get_ns());
}

/* ALSA has just asked the driver: a reading of ours that is far ahead of that was wrong. */
void wrt_attach_read_tick(struct wrt_hw_stream *s)
{
	follow_hw_ptr(s);
	if (s->frames - s->known > s->substream->runtime->buffer_size / 4)
		s->frames = s->known;
	wrt_attach_latch(s, ktime_get_ns());
}

/*
 * A pointer that is a little lower than before has not gone round, unless there was time for that:
 * where a period is a whole buffer nothing is read in between.
 */
static bool can_have_moved(const struct wrt_hw_stream *s, snd_pcm_uframes_t frames, u64 ns)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;
	snd_pcm_uframes_t quarter = r->buffer_size / 4;

	if (frames < r->buffer_size - quarter)
		return true;
	if (r->period_size <= r->buffer_size / 2)
		return false;
	return frames <= wrt_mul_div_u64(ns - s->read_ns, r->rate, NSEC_PER_SEC) + quarter;
}

void wrt_attach_read_pointer(struct wrt_hw_stream *s)
{
	snd_pcm_uframes_t size = s->substream->runtime->buffer_size, at, moved;
	u64 from_ns;

	follow_hw_ptr(s);
	from_ns = ktime_get_ns();	/* not before read_ns */
	at = s->substream->ops->pointer(s->substream);
	if (at >= size)
		return;
	moved = (at + size - (u32)wrt_mod_u64(s->frames, size)) % size;
	if (can_have_moved(s, moved, from_ns))
		s->frames += moved;
	wrt_attach_latch(s, from_ns);
}

/* ---- the timer ---------------------------------------------------------------------------- */

int wrt_attach_follow(struct wrt_hw_stream *s)
{
	int err = 0;

	if (!s->followed)
		err = snd_timer_start(s->timer, 1);
	s->followed = !err;
	return err;
}

void wrt_attach_unfollow(struct wrt_hw_stream *s)
{
	if (s->followed && !s->watched && !s->own)
		snd_timer_stop(s->timer);
	s->followed = s->followed && (s->watched || s->own);
}
