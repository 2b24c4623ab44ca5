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

/* Frames that DMA is ahead of the last reading, modulo the buffer. False: the driver has erred. */
static bool ask_driver(struct wrt_hw_stream *s, snd_pcm_uframes_t *moved)
{
	snd_pcm_uframes_t size = s->substream->runtime->buffer_size;
	snd_pcm_uframes_t at = s->substream->ops->pointer(s->substream);

	*moved = (at + size - (u32)wrt_mod_u64(s->frames, size)) % size;
	return at < size;
}

void wrt_attach_read_pointer(struct wrt_hw_stream *s)
{
	snd_pcm_uframes_t moved;
	u64 from_ns;

	follow_hw_ptr(s);
	from_ns = ktime_get_ns();	/* not before read_ns */
	if (!ask_driver(s, &moved))
		return;
	if (can_have_moved(s, moved, from_ns))
		s->frames += moved;
	wrt_attach_latch(s, from_ns);
}

/* Time since ALSA has read hw_ptr, at least; 0 after a pause, for which ALSA changes its own. */
static u64 unread_ns(const struct snd_pcm_runtime *r)
{
	unsigned long since = jiffies - r->hw_ptr_jiffies;

	return since && since < 1000 * HZ ? jiffies_to_nsecs(since - 1) : 0;
}

/*
 * hw_ptr is as old as a period, or as the last call of a client that gets no period wake-ups. The
 * number of frames nearest to that time decides between a step back and a pass of the buffer, or
 * several.
 */
void wrt_attach_read_late(struct wrt_hw_stream *s)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;
	u64 most = wrt_mul_div_u64(unread_ns(r), r->rate, NSEC_PER_SEC) + r->buffer_size / 2;
	u64 from_ns = ktime_get_ns();
	snd_pcm_uframes_t moved;

	if (!ask_driver(s, &moved))
		return;
	if (moved <= most)
		s->frames += most - wrt_mod_u64(most - moved, r->buffer_size);
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
