// SPDX-License-Identifier: GPL-2.0-only
/*
 * own.c - a client owns the PCM of another driver: its buffer is that of the PCM, and DMA is turned
 * on and off by the calls that ALSA has for callers in the kernel.
 *
 *   ALLOC_BUFFER	lend()		share the client's open file, HW_PARAMS, SW_PARAMS
 *   RUN, PAUSE		run()		PREPARE and START; pause or DROP
 *   FREE_BUFFER	take_back()	release
 *
 * The other driver's operations may wait for its remove(), which waits in slot_disconnect() for
 * life. So none of them is called under life: pcm->open_mutex keeps the PCM from being disconnected
 * while it is shared, and a PCM that is open is not freed.
 *
 * Other files may refer to the substream: that of the client, which shows its right, and files
 * that were opened with O_APPEND. mmap_count keeps their users from freeing or replacing the
 * buffer. If one of them stops the stream, it halts until the next STOP.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <sound/pcm_params.h>

#include "attach.h"
#include "kernel_version.h"
#include "alsa/formats.h"

/* Of these periods the least number that the driver can do is one packet. */
#define PERIODS_A_PACKET 16

static struct wrt_hw_stream *slot_of(const struct wrt_stream *stream)
{
	return &stream->dev->hw->slot[stream->slot];
}

/* ---- who may ------------------------------------------------------------------------------ */

/*
 * A file of the PCM's node, opened for this direction. If the node's number belonged to another
 * device when it was opened, its private data is of another type, and no such pointer is in it.
 */
static bool is_file_of(const struct wrt_hw_stream *s, const struct file *file)
{
	fmode_t mode = s->direction == SNDRV_PCM_STREAM_CAPTURE ? FMODE_READ : FMODE_WRITE;
	const struct inode *inode = file_inode(file);
	const struct snd_pcm_file *opened = file->private_data;

	if (!S_ISCHR(inode->i_mode) || inode->i_rdev != MKDEV(snd_major, s->minor))
		return false;
	return file->f_mode & mode && opened && opened->substream == s->substream;
}

static bool may_own(struct wrt_stream *stream, const struct file *file)
{
	return file && is_file_of(slot_of(stream), file);
}

/* ---- open and release --------------------------------------------------------------------- */

/* PCM stream lock held. */
static int begin_own_locked(struct wrt_hw_stream *s)
{
	int err;

	if (s->own)
		return WRT_EBUSY;	/* the last owner is about to close it */
	s->own = true;
	err = wrt_attach_follow(s);
	if (!err)
		return 0;
	s->own = false;
	return WRT_EIO;
}

/* pcm->open_mutex held, and kept on success: until then the PCM is not disconnected. */
static int begin_own(struct wrt_hw_stream *s)
{
	unsigned long flags;
	int err;

	if (list_empty(&s->pcm->list) || s->dev->card->shutdown)
		return WRT_EGONE;
	snd_pcm_stream_lock_irqsave(s->substream, flags);
	err = begin_own_locked(s);
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	return err;
}

/* True: *err is the result, 0 with pcm->open_mutex held. It is only tried: see try_to_join(). */
static bool try_to_begin(struct wrt_hw_stream *s, int *err)
{
	bool done = true;

	*err = WRT_EGONE;
	down_read(&s->dev->life);
	if (!s->dev->dead)
		done = mutex_trylock(&s->pcm->open_mutex);
	if (!s->dev->dead && done) {
		*err = begin_own(s);
		if (*err)
			mutex_unlock(&s->pcm->open_mutex);
	}
	up_read(&s->dev->life);
	return done;
}

/* When dead, the timer has been stopped and calls no more. */
static void end_own(struct wrt_hw_stream *s)
{
	unsigned long flags;

	down_read(&s->dev->life);
	if (s->dev->dead) {
		s->own = false;
	} else {
		snd_pcm_stream_lock_irqsave(s->substream, flags);
		s->own = false;
		s->running = false;
		wrt_attach_unfollow(s);
		snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	}
	up_read(&s->dev->life);
}

/*
 * The client has it open: share it, as O_APPEND does, unless it has begun to use it. Only ALSA's
 * own open() of a node has the substream unlinked at its last release.
 */
static int share(struct snd_pcm_substream *substream)
{
	snd_pcm_state_t state = substream->runtime->status->state;

	if (substream->ref_count != 1 || atomic_read(&substream->mmap_count))
		return WRT_EBUSY;
	if (state != SNDRV_PCM_STATE_OPEN && state != SNDRV_PCM_STATE_SETUP)
		return WRT_EBUSY;
	substream->ref_count++;
	return 0;
}

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

static int share_pcm(struct wrt_hw_stream *s)
{
	int err;

	while (!try_to_begin(s, &err)) {
		if (fatal_signal_pending(current))
			return WRT_EINTR;
		usleep_range(500, 1000);
	}
	if (err)
		return err;
	err = share(s->substream);
	mutex_unlock(&s->pcm->open_mutex);
	if (err)
		end_own(s);
	return err;
}

static void close_pcm(struct wrt_hw_stream *s)
{
	end_own(s);
	mutex_lock(&s->pcm->open_mutex);
	snd_pcm_release_substream(s->substream);
	mutex_unlock(&s->pcm->open_mutex);
	wake_up(&s->pcm->open_wait);
}

/* ---- format and memory: the PCM is open --------------------------------------------------- */

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
	unsigned int n;

	for (n = 1; n <= PERIODS_A_PACKET; n++)
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

/* From here on the buffer is neither freed nor replaced, except by close_pcm(). */
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

static int configure(struct wrt_hw_stream *s, struct wrt_hw_geom *g)
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

static int lend(struct wrt_stream *stream, const struct file *file, struct wrt_hw_geom *g,
		struct snd_dma_buffer *dma)
{
	struct wrt_hw_stream *s = slot_of(stream);
	int err;

	might_sleep();
	err = share_pcm(s);
	if (err)
		return err;
	err = configure(s, g);
	if (err) {
		close_pcm(s);
		return err;
	}
	*dma = *s->substream->runtime->dma_buffer_p;
	return 0;
}

static void take_back(struct wrt_stream *stream)
{
	struct wrt_hw_stream *s = slot_of(stream);

	might_sleep();
	set_pinned(s, 0);
	atomic_dec(&s->substream->mmap_count);
	close_pcm(s);
}

const struct wrt_lender wrt_attach_lender = {
	.may_own = may_own,
	.lend = lend,
	.take_back = take_back,
};

/* ---- DMA on and off: device mutex held ---------------------------------------------------- */

static void set_dma(struct wrt_hw_stream *s, bool on)
{
	struct wrt_device *device = s->dev->device;
	unsigned long flags = wrt_lock(&device->lock);

	s->dma = on;
	wrt_unlock(&device->lock, flags);
}

/* A stop before this start is no stall of what starts now. */
static void forget_stop(struct wrt_hw_stream *s)
{
	struct wrt_device *device = s->dev->device;
	unsigned long flags = wrt_lock(&device->lock);

	s->halted = false;
	wrt_unlock(&device->lock, flags);
}

/* DMA is about to be turned off, here and not by another user: keep the position. */
static void expect_stop(struct wrt_hw_stream *s)
{
	unsigned long flags;

	snd_pcm_stream_lock_irqsave(s->substream, flags);
	if (s->running)
		wrt_attach_read_pointer(s);
	s->running = false;
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
}

static int drop(struct wrt_hw_stream *s)
{
	expect_stop(s);
	return snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_DROP, NULL);
}

static void drop_in_work(struct work_struct *work)
{
	drop(container_of(work, struct wrt_hw_stream, drop_work));
}

/* Device lock held; nothing to do after run(). */
void wrt_attach_drop_soon(struct wrt_hw_stream *s)
{
	if (s->dma)
		queue_work(system_highpri_wq, &s->drop_work);
	s->dma = false;
}

/*
 * The PCM was disconnected without its card (an HDA codec is unbound). Its driver waits until it is
 * closed, and only then frees it, which slot_disconnect() would report. So detach now.
 */
static void leave_if_disconnected(struct wrt_hw_stream *s)
{
	if (s->substream->runtime->status->state == SNDRV_PCM_STATE_DISCONNECTED)
		s->dev->vanished(s->dev);
}

static int start_anew(struct wrt_hw_stream *s)
{
	int err;

	drop(s);
	err = snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_PREPARE, NULL);
	if (err)
		return err;
	forget_stop(s);
	s->began_from_ns = ktime_get_ns();
	return snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_START, NULL);
}

/*
 * ALSA exports no function that pauses. This is what it does for a substream that is not linked.
 * PCM stream lock held.
 */
static int trigger_pause(struct wrt_hw_stream *s, bool push)
{
	snd_pcm_state_t from = push ? SNDRV_PCM_STATE_RUNNING : SNDRV_PCM_STATE_PAUSED;
	snd_pcm_state_t to = push ? SNDRV_PCM_STATE_PAUSED : SNDRV_PCM_STATE_RUNNING;
	int pause = SNDRV_PCM_TRIGGER_PAUSE_PUSH, release = SNDRV_PCM_TRIGGER_PAUSE_RELEASE;
	struct snd_pcm_substream *substream = s->substream;
	struct snd_pcm_runtime *r = substream->runtime;
	int err;

	if (!(r->info & SNDRV_PCM_INFO_PAUSE) || r->status->state != from ||
	    snd_pcm_stream_linked(substream))
		return -EBADFD;
	r->trigger_master = substream;
	r->hw_ptr_jiffies = jiffies - HZ * 1000;	/* the next hw_ptr is not checked */
	err = substream->ops->trigger(substream, push ? pause : release);
	if (err < 0) {
		substream->ops->trigger(substream, push ? release : pause);
		return err;
	}
	wrt_pcm_set_state(r, to);
	return 0;
}

/* Some drivers continue from hw_ptr: DELAY brings it up to date. */
static int push_pause(struct wrt_hw_stream *s)
{
	snd_pcm_sframes_t delay;
	unsigned long flags;
	int err;

	snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_DELAY, &delay);
	snd_pcm_stream_lock_irqsave(s->substream, flags);
	err = s->running ? trigger_pause(s, true) : -EBADFD;
	if (!err) {
		wrt_attach_read_pointer(s);
		s->running = false;
	}
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	return err;
}

static int release_pause(struct wrt_hw_stream *s)
{
	unsigned long flags;
	u64 from_ns;
	int err;

	snd_pcm_stream_lock_irqsave(s->substream, flags);
	from_ns = ktime_get_ns();
	err = s->running ? -EBADFD : trigger_pause(s, false);
	if (!err) {
		s->began_from_ns = from_ns;
		s->began_ns = ktime_get_ns();
		s->running = true;
		forget_stop(s);
	}
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	return err;
}

int wrt_attach_run(struct wrt_hw_stream *s, bool on, u64 linear)
{
	int err = 0;

	might_sleep();
	cancel_work_sync(&s->drop_work);
	if (!on && push_pause(s))
		drop(s);
	else if (on && linear)
		err = release_pause(s);
	else if (on)
		err = start_anew(s);
	leave_if_disconnected(s);
	set_dma(s, on && !err);
	return err ? WRT_EIO : 0;
}

int wrt_attach_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		       struct wrt_hw_latency *l)
{
	struct wrt_device *device = s->dev->device;
	unsigned long flags = wrt_lock(&device->lock);

	memset(&s->at, 0, sizeof(s->at));
	s->halted = false;
	s->dma = false;
	wrt_unlock(&device->lock, flags);
	l->fifo_bytes = s->substream->runtime->hw.fifo_size;
	return 0;
}

void wrt_attach_release(struct wrt_hw_stream *s)
{
	might_sleep();
	cancel_work_sync(&s->drop_work);
	drop(s);
}

void wrt_attach_own_init(struct wrt_hw_stream *s)
{
	INIT_WORK(&s->drop_work, drop_in_work);
}

/* ---- called by ALSA ----------------------------------------------------------------------- */

static void has_begun(struct wrt_hw_stream *s)
{
	s->hw_ptr = s->substream->runtime->status->hw_ptr;
	s->known = s->hw_ptr;
	s->frames = s->hw_ptr;
	wrt_attach_latch(s, s->began_from_ns);
	s->began_ns = ktime_get_ns();
	s->running = true;
}

/* By the driver, after an error or a suspend, or by another user of the substream. */
static void was_stopped(struct wrt_hw_stream *s)
{
	struct wrt_device *device = s->dev->device;
	unsigned long flags;

	wrt_attach_read_known(s);
	s->running = false;
	flags = wrt_lock(&device->lock);
	s->halted = true;
	s->dma = false;
	wrt_unlock(&device->lock, flags);
	wrt_stream_look(wrt_attach_stream(s), 0);
	leave_if_disconnected(s);
}

/* The lock of the timer is also held. A stream that was stopped halts until the next STOP. */
void wrt_attach_own_event(struct wrt_hw_stream *s, int event)
{
	if (!s->pinned)
		return;
	switch (event) {
	case SNDRV_TIMER_EVENT_MSTART:
		has_begun(s);
		break;
	case SNDRV_TIMER_EVENT_MPAUSE:
	case SNDRV_TIMER_EVENT_MSUSPEND:
	case SNDRV_TIMER_EVENT_MSTOP:
		if (s->running)
			was_stopped(s);
		break;
	}
}
