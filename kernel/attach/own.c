// SPDX-License-Identifier: GPL-2.0-only
/*
 * own.c - a client owns the PCM of another driver: its buffer is that of the PCM, and DMA is turned
 * on and off by the calls that ALSA has for callers in the kernel.
 *
 *   ALLOC_BUFFER	lend()		share the client's open file, HW_PARAMS, SW_PARAMS
 *   RUN, PAUSE		run()		PREPARE and START; pause or DROP
 *   while it runs	own_tick()	ack(), for drivers that have it
 *   FREE_BUFFER	take_back()	release
 *
 * The other driver's operations may wait for its remove(), which waits in slot_disconnect() for
 * life. So none of them is called under life: pcm->open_mutex keeps the PCM from being disconnected
 * while it is shared, and a PCM that is open is not freed.
 *
 * Other files may refer to the substream: that of the client, which shows its right, and files
 * that were opened with O_APPEND. mmap_count keeps their users from freeing or replacing the
 * buffer. If one of them stops the stream, it halts until the next STOP: only a start by run()
 * begins the owner's run, and only an intact run is continued.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>

#include "attach.h"
#include "kernel_version.h"

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
	cancel_work_sync(&s->tell_work);	/* it is not queued again; the PCM is still open */
	mutex_lock(&s->pcm->open_mutex);
	snd_pcm_release_substream(s->substream);
	mutex_unlock(&s->pcm->open_mutex);
	wake_up(&s->pcm->open_wait);
}

/* ---- a PCM that is disconnected ------------------------------------------------------------ */

/*
 * Without its card: an HDA codec is unbound. Its driver waits until the PCM is closed, and only
 * then frees it, which slot_disconnect() would report. So detach now.
 */
static void leave_if_disconnected(struct wrt_hw_stream *s)
{
	if (s->substream->runtime->status->state == SNDRV_PCM_STATE_DISCONNECTED)
		s->dev->vanished(s->dev);
}

/* ALSA wakes the waiters of the stream after it has set that state. Lock of the queue held. */
static int on_wake(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	leave_if_disconnected(container_of(entry, struct wrt_hw_stream, disconnect_wait));
	return 0;
}

/* The runtime stays until it is released, which needs the last reference. */
static void expect_disconnect(struct wrt_hw_stream *s)
{
	add_wait_queue(&s->substream->runtime->tsleep, &s->disconnect_wait);
	leave_if_disconnected(s);
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
	err = wrt_attach_configure(s, g);
	if (err) {
		close_pcm(s);
		return err;
	}
	expect_disconnect(s);
	*dma = *s->substream->runtime->dma_buffer_p;
	return 0;
}

static void take_back(struct wrt_stream *stream)
{
	struct wrt_hw_stream *s = slot_of(stream);

	might_sleep();
	remove_wait_queue(&s->substream->runtime->tsleep, &s->disconnect_wait);
	wrt_attach_unpin(s);
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
 * A driver with ack() moves no data beyond appl_ptr, and may copy data up to there at once. The
 * whole buffer is the client's at any time: playback is written for one buffer from now on, and
 * capture is read as far as DMA is. PCM stream lock held.
 */
static int tell_driver(struct wrt_hw_stream *s)
{
	struct snd_pcm_runtime *r = s->substream->runtime;
	snd_pcm_uframes_t before = READ_ONCE(r->control->appl_ptr), now = r->status->hw_ptr;
	snd_pcm_uframes_t ahead;

	if (s->direction == SNDRV_PCM_STREAM_PLAYBACK)
		now += r->buffer_size;
	if (now >= r->boundary)
		now -= r->boundary;
	ahead = now >= before ? now - before : now + (r->boundary - before);
	if (!ahead || ahead > r->boundary / 2)	/* another user of the PCM has moved it further */
		return 0;
	r->control->appl_ptr = now;
	return s->substream->ops->ack(s->substream);	/* after an error PREPARE sets it */
}

/*
 * ack() may sleep if the PCM is nonatomic, and is not made to be called by a driver's interrupt. If
 * it fails DMA may stop, so the stream halts. A drain, by another user of the PCM, has an end.
 */
static void tell_in_work(struct work_struct *work)
{
	struct wrt_hw_stream *s = container_of(work, struct wrt_hw_stream, tell_work);
	unsigned long flags;

	snd_pcm_stream_lock_irqsave(s->substream, flags);
	if (s->running && s->substream->runtime->status->state == SNDRV_PCM_STATE_RUNNING &&
	    tell_driver(s) < 0)
		snd_pcm_stop(s->substream, SNDRV_PCM_STATE_XRUN);
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
}

/* The stream has been prepared. */
static int tell_before_start(struct wrt_hw_stream *s)
{
	unsigned long flags;
	int err = 0;

	if (!s->substream->ops->ack)
		return 0;
	snd_pcm_stream_lock_irqsave(s->substream, flags);
	if (s->substream->runtime->status->state == SNDRV_PCM_STATE_PREPARED)
		err = tell_driver(s);
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	return err;
}

static int start_anew(struct wrt_hw_stream *s)
{
	int err;

	drop(s);
	err = snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_PREPARE, NULL);
	if (!err)
		err = tell_before_start(s);
	if (err < 0)
		return err;
	forget_stop(s);
	s->began_from_ns = ktime_get_ns();
	WRITE_ONCE(s->starter, current);
	err = snd_pcm_kernel_ioctl(s->substream, SNDRV_PCM_IOCTL_START, NULL);
	WRITE_ONCE(s->starter, NULL);
	return err;
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
	err = s->intact ? trigger_pause(s, false) : -EBADFD;
	if (!err) {
		s->began_from_ns = from_ns;
		s->began_ns = ktime_get_ns();
		s->read_ns = s->began_ns;
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
	INIT_WORK(&s->tell_work, tell_in_work);
	init_waitqueue_func_entry(&s->disconnect_wait, on_wake);
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
	s->intact = true;
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
}

void wrt_attach_own_tick(struct wrt_hw_stream *s)
{
	if (s->substream->ops->ack)
		queue_work(system_highpri_wq, &s->tell_work);
}

/*
 * The lock of the timer is also held. ALSA starts a stream in the task that asks for it. Pauses of
 * our own make no event.
 */
void wrt_attach_own_event(struct wrt_hw_stream *s, int event)
{
	if (!s->pinned)
		return;
	switch (event) {
	case SNDRV_TIMER_EVENT_MSTART:
		if (READ_ONCE(s->starter) == current)
			has_begun(s);
		break;
	case SNDRV_TIMER_EVENT_MCONTINUE:
		s->intact = false;
		break;
	case SNDRV_TIMER_EVENT_MPAUSE:
	case SNDRV_TIMER_EVENT_MSUSPEND:
	case SNDRV_TIMER_EVENT_MSTOP:
		s->intact = false;
		if (s->running)
			was_stopped(s);
		break;
	}
}
