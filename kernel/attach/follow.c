// SPDX-License-Identifier: GPL-2.0-only
/*
 * follow.c - follow a substream that another driver runs, by its ALSA timer:
 *
 *   the other driver's interrupt, tasklet, URB completion or work item
 *     snd_pcm_period_elapsed()		PCM stream lock
 *       update of hw_ptr			asks the driver's pointer()
 *       slot_tick()				only while there are observers or an owner
 *         wrt_stream_look()			points, pages; the thread signals observers
 *   snd_pcm_start(), _stop(), _pause(), _suspend()
 *     slot_event()				PCM stream lock, lock of the timer
 *       wrt_stream_adopt(), _stop(), _start(), _let_go()
 *
 * Points come from ALSA's hw_ptr, not from the number of calls: drivers merge periods, or report
 * one twice. The call in which a stream ends does not reach the timer, but the stop does.
 *
 * A stream without period wake-ups makes no such calls. Then a timer of this module calls pointer()
 * when the next point is due.
 */
#include <linux/ktime.h>
#include <linux/module.h>

#include "attach.h"
#include "kernel_version.h"
#include "alsa/formats.h"

/* Without wake-ups: delay of an update after its point is due, and least time between updates. */
#define POLL_LATE_NS	20000u
#define POLL_LEAST_NS	125000u

/* Rest after a reading for a client that is not the owner, as a multiple of the time it took. */
#define ASK_REST	15
#define ASK_REST_MAX_NS	NSEC_PER_MSEC

/* Until the PCM is not being opened or closed any more. */
#define JOIN_AGAIN_MS	1

/* ---- sessions: PCM stream lock held ---------------------------------------------------------- */

static void fill_geometry(const struct wrt_hw_stream *s, struct wrt_hw_geom *g)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;

	memset(g, 0, sizeof(*g));
	g->format = wrt_format_of_alsa(r->format);
	g->rate = r->rate;
	g->channels = r->channels;
	g->frame_bytes = s->frame_bytes;
	g->bytes = r->buffer_size * s->frame_bytes;
	g->notify_bytes = r->period_size * s->frame_bytes;
	if (!(r->buffer_size % r->period_size))
		g->notify = r->buffer_size / r->period_size;
}

/* When the next point is due, by the last reading. */
static void arm(struct wrt_hw_stream *s)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;
	u32 left = r->period_size - (u32)wrt_mod_u64(s->frames, r->period_size);
	u64 ns = wrt_mul_div_u64(left, NSEC_PER_SEC, r->rate) + POLL_LATE_NS;

	hrtimer_start(&s->poll_timer, ns_to_ktime(max_t(u64, ns, POLL_LEAST_NS)),
		      HRTIMER_MODE_REL);
}

static void dma_on(struct wrt_hw_stream *s)
{
	s->running = true;
	s->polled = s->substream->runtime->no_period_wakeup;
	if (s->polled)
		arm(s);
}

static void take_position(struct wrt_hw_stream *s)
{
	const struct snd_pcm_runtime *r = s->substream->runtime;

	s->frame_bytes = max(r->frame_bits / 8, 1u);	/* less than a byte: frames are counted */
	s->hw_ptr = r->status->hw_ptr;
	s->known = s->hw_ptr;
	s->frames = s->hw_ptr;
	wrt_attach_latch(s, ktime_get_ns());
}

static void adopt(struct wrt_hw_stream *s)
{
	struct wrt_hw_geom g;

	fill_geometry(s, &g);
	s->adopted = !wrt_stream_adopt(wrt_attach_stream(s), &s->foreign, s, &g);
	if (s->adopted)
		dma_on(s);
}

/* ALSA has just read its position, or set it to 0. */
static void begin_session(struct wrt_hw_stream *s)
{
	take_position(s);
	adopt(s);
}

static void dma_off(struct wrt_hw_stream *s)
{
	s->running = false;
	s->polled = false;
}

static void end_session(struct wrt_hw_stream *s)
{
	dma_off(s);
	if (s->adopted)
		wrt_stream_let_go(wrt_attach_stream(s), &s->foreign);
	s->adopted = false;
}

static void pause_session(struct wrt_hw_stream *s, bool suspended)
{
	struct wrt_device *device = s->dev->device;
	unsigned long flags;

	dma_off(s);
	wrt_stream_stop(wrt_attach_stream(s), &s->foreign);
	if (!suspended)
		return;
	flags = wrt_lock(&device->lock);
	s->halted = true;
	wrt_unlock(&device->lock, flags);
}

static void continue_session(struct wrt_hw_stream *s)
{
	s->began_from_ns = ktime_get_ns();
	s->began_ns = s->began_from_ns;
	s->read_ns = s->began_ns;
	if (s->adopted && !wrt_stream_start(wrt_attach_stream(s), &s->foreign))
		dma_on(s);
	else
		begin_session(s);
}

/* ---- called by ALSA -------------------------------------------------------------------------- */

/* A client had claimed the pin at the moment when the stream of the other driver began. */
static bool may_join(const struct wrt_hw_stream *s)
{
	return !s->own && !s->adopted;
}

/* PCM stream lock held, interrupts off. */
static void slot_tick(struct snd_timer_instance *timer, unsigned long resolution,
		      unsigned long ticks)
{
	struct wrt_hw_stream *s = timer->callback_data;

	if (!s->running && !may_join(s))
		return;
	if (!s->running)
		begin_session(s);
	if (!s->running)
		return;
	wrt_attach_read_tick(s);
	wrt_stream_look(wrt_attach_stream(s), 0);
	if (s->own)
		wrt_attach_own_tick(s);
}

/* PCM stream lock and the timer's lock held. */
static void slot_event(struct snd_timer_instance *timer, int event, struct timespec64 *tstamp,
		       unsigned long resolution)
{
	struct wrt_hw_stream *s = timer->callback_data;

	if (s->own) {
		wrt_attach_own_event(s, event);
		return;
	}
	switch (event) {
	case SNDRV_TIMER_EVENT_MSTART:
		begin_session(s);
		break;
	case SNDRV_TIMER_EVENT_MCONTINUE:
		continue_session(s);
		break;
	case SNDRV_TIMER_EVENT_MRESUME:		/* perhaps to PREPARED or PAUSED */
		if (snd_pcm_running(s->substream))
			continue_session(s);
		break;
	case SNDRV_TIMER_EVENT_MPAUSE:
	case SNDRV_TIMER_EVENT_MSUSPEND:
		if (!s->running)
			break;
		wrt_attach_read_known(s);
		pause_session(s, event == SNDRV_TIMER_EVENT_MSUSPEND);
		break;
	case SNDRV_TIMER_EVENT_MSTOP:
		if (s->running)
			wrt_attach_read_known(s);
		end_session(s);
		break;
	}
}

/*
 * The card goes away, or this PCM of it. ALSA's list of timers is locked, so nothing can be closed
 * here. On return the substream may be freed.
 */
static void slot_disconnect(struct snd_timer_instance *timer)
{
	struct wrt_hw_stream *s = timer->callback_data;

	if (wrt_attach_die(s->dev))
		s->dev->vanished(s->dev);
}

/* ---- streams without period wake-ups --------------------------------------------------------- */

static void poll(struct wrt_hw_stream *s)
{
	unsigned long flags;

	snd_pcm_stream_lock_irqsave(s->substream, flags);
	if (s->polled && !s->dev->card->shutdown && s->substream->runtime &&
	    snd_pcm_running(s->substream)) {
		wrt_attach_read_pointer(s);
		wrt_stream_look(wrt_attach_stream(s), 0);
		arm(s);
	}
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
}

static void poll_in_work(struct work_struct *work)
{
	poll(container_of(work, struct wrt_hw_stream, poll_work));
}

/* The lock of a nonatomic PCM is a mutex. */
static enum hrtimer_restart poll_due(struct hrtimer *timer)
{
	struct wrt_hw_stream *s = container_of(timer, struct wrt_hw_stream, poll_timer);

	if (s->pcm->nonatomic)
		queue_work(system_highpri_wq, &s->poll_work);
	else
		poll(s);
	return HRTIMER_NORESTART;
}

/* No PCM stream lock held; polled is false. */
static void stop_polling(struct wrt_hw_stream *s)
{
	hrtimer_cancel(&s->poll_timer);
	cancel_work_sync(&s->poll_work);
}

/* ---- operations of the backend --------------------------------------------------------------- */

static int attach_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	if (slot >= d->nslots)
		return WRT_EINVAL;
	*c = d->slot[slot].caps;
	return 0;
}

static int attach_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	*out = &d->slot[slot];
	return 0;
}

/* It has been shared by wrt_attach_lender, which releases it. */
static void attach_close(struct wrt_hw_stream *s)
{
}

static int attach_position(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	int halted = s->halted ? WRT_POSITION_HALTED : 0;

	s->halted = false;
	*at = s->at;
	return WRT_POSITION_LINEAR | halted;
}

/* It has been stopped: report where and when. If it has not, the core stops an owner's stream. */
static int attach_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	*at = s->at;
	wrt_attach_drop_soon(s);
	return WRT_POSITION_LINEAR;
}

/* It has been started. */
static int attach_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	*ns = s->began_ns;
	*from_ns = s->began_from_ns;
	return 0;
}

static bool attach_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	return false;
}

/*
 * pointer() may be slow, and the other driver's interrupt waits for the PCM stream lock. So the
 * clients that do not own the pin hold that lock for at most a sixteenth of the time, all together,
 * and use the last reading in between. They may ask once a millisecond.
 */
static bool may_ask(struct wrt_hw_stream *s, bool owner)
{
	return owner || ktime_get_ns() >= (u64)atomic64_read(&s->rest_until_ns);
}

/* PCM stream lock held. The time counts whatever the driver returns. */
static void ask(struct wrt_hw_stream *s, void (*read)(struct wrt_hw_stream *s))
{
	u64 from_ns = ktime_get_ns(), ns;

	read(s);
	ns = ktime_get_ns();
	ns += min_t(u64, (ns - from_ns) * ASK_REST, ASK_REST_MAX_NS);
	atomic64_set(&s->rest_until_ns, ns);
}

/* As begin_session(), of a stream that runs already. PCM stream lock and open_mutex held. */
static void begin_late(struct wrt_hw_stream *s)
{
	take_position(s);
	if (may_ask(s, false))
		ask(s, wrt_attach_read_late);
	/* pointer() may have reported a period, or stopped the stream */
	if (snd_pcm_running(s->substream) && may_join(s))
		adopt(s);
}

/*
 * Life held. The stream may run already. False: try again. A task that opens the PCM holds the
 * mutex and may wait for the other driver, and that for slot_disconnect(), which waits for life.
 */
static bool try_to_join(struct wrt_hw_stream *s)
{
	unsigned long flags;

	if (!mutex_trylock(&s->pcm->open_mutex))
		return false;
	snd_pcm_stream_lock_irqsave(s->substream, flags);
	if (s->followed && may_join(s) && s->substream->runtime && snd_pcm_running(s->substream))
		begin_late(s);
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	mutex_unlock(&s->pcm->open_mutex);
	return true;
}

static void join_soon(struct wrt_hw_stream *s)
{
	schedule_delayed_work(&s->join_work, msecs_to_jiffies(JOIN_AGAIN_MS));
}

/* wrt_attach_die() holds life for writing and waits for this, so life is only tried. */
static void join_in_work(struct work_struct *work)
{
	struct wrt_hw_stream *s = container_of(work, struct wrt_hw_stream, join_work.work);
	bool done = false;

	if (down_read_trylock(&s->dev->life)) {
		done = s->dev->dead || try_to_join(s);
		up_read(&s->dev->life);
	}
	if (!done)
		join_soon(s);
}

/* Life held. */
static void begin_following(struct wrt_hw_stream *s)
{
	unsigned long flags;
	int err;

	snd_pcm_stream_lock_irqsave(s->substream, flags);
	s->watched = true;
	err = wrt_attach_follow(s);
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	if (err)
		dev_warn_ratelimited(&s->dev->parent->dev, "%s cannot be followed: error %d\n",
				     s->caps.origin.name, err);
	else if (!try_to_join(s))
		join_soon(s);
}

/* Likewise. */
static void end_following(struct wrt_hw_stream *s)
{
	unsigned long flags;

	cancel_delayed_work_sync(&s->join_work);
	snd_pcm_stream_lock_irqsave(s->substream, flags);
	s->watched = false;
	wrt_attach_unfollow(s);
	if (!s->own)
		end_session(s);
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	stop_polling(s);
}

/* The core's device mutex is held, so this does not wait for the other driver. */
static void attach_watch(struct wrt_hw_dev *d, u32 slot, bool on)
{
	struct wrt_hw_stream *s = &d->slot[slot];

	down_read(&d->life);
	if (!d->dead && on)
		begin_following(s);
	else if (!d->dead)
		end_following(s);
	up_read(&d->life);
}

/* Life and PCM stream lock held, and open_mutex; an owner's PCM is open while it is pinned. */
static bool can_ask(struct wrt_hw_stream *s, bool owner)
{
	if (!s->running || (owner && !s->pinned))
		return false;
	return s->substream->runtime && snd_pcm_running(s->substream) && may_ask(s, owner);
}

/* While the PCM is being opened or closed the last reading is used. */
static void attach_refresh(struct wrt_hw_dev *d, u32 slot, bool owner)
{
	struct wrt_hw_stream *s = &d->slot[slot];
	unsigned long flags;

	/* data_race: a client of an idle pin takes no lock, since the mutex is that of the PCM */
	if (!data_race(s->running) || !may_ask(s, owner))
		return;
	down_read(&d->life);
	if (!d->dead && (owner || mutex_trylock(&s->pcm->open_mutex))) {
		snd_pcm_stream_lock_irqsave(s->substream, flags);
		if (can_ask(s, owner))
			ask(s, wrt_attach_read_pointer);
		snd_pcm_stream_unlock_irqrestore(s->substream, flags);
		if (!owner)
			mutex_unlock(&s->pcm->open_mutex);
	}
	up_read(&d->life);
}

const struct wrt_hw_ops wrt_attach_ops = {
	.name = "attach",
	.caps = attach_caps,
	.open = attach_open,
	.close = attach_close,
	.prepare = wrt_attach_prepare,
	.release = wrt_attach_release,
	.start = attach_start,
	.stop = attach_stop,
	.position = attach_position,
	.irq = attach_irq,
	.run = wrt_attach_run,
	.watch = attach_watch,
	.refresh = attach_refresh,
};

/* ---- opening and closing --------------------------------------------------------------------- */

static const struct wrt_client_ops foreign_ops = {
	.name = "another driver",
};

/* False: the PCM has gone since, and its number may be that of another. */
static bool find_substream(struct wrt_hw_stream *s)
{
	bool found = false;

	down_read(&s->dev->life);
	if (!s->dev->dead) {
		s->substream = snd_timer_chip(s->timer->timer);
		found = s->substream->pcm == s->pcm;
	}
	up_read(&s->dev->life);
	return found;
}

int wrt_attach_slot_open(struct wrt_hw_stream *s, u32 number)
{
	struct snd_timer_id id = {
		.dev_class = SNDRV_TIMER_CLASS_PCM,
		.dev_sclass = SNDRV_TIMER_SCLASS_NONE,
		.card = s->pcm->card->number,
		.device = s->pcm->device,
		.subdevice = number << 1 | s->direction,
	};
	int err;

	s->timer = snd_timer_instance_new("wavert");
	if (!s->timer)
		return -ENOMEM;
	s->foreign.ops = &foreign_ops;
	s->foreign.user.uid = U32_MAX;	/* no user has this uid */
	wrt_hrtimer_setup(&s->poll_timer, poll_due, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	INIT_WORK(&s->poll_work, poll_in_work);
	INIT_DELAYED_WORK(&s->join_work, join_in_work);
	wrt_attach_own_init(s);
	s->timer->flags |= SNDRV_TIMER_IFLG_AUTO | SNDRV_TIMER_IFLG_FAST;
	s->timer->callback = slot_tick;
	s->timer->ccallback = slot_event;
	s->timer->disconnect = slot_disconnect;
	s->timer->callback_data = s;
	err = snd_timer_open(s->timer, &id, 0);
	if (err < 0) {
		snd_timer_instance_free(s->timer);
		s->timer = NULL;
		return err;
	}
	if (find_substream(s))
		return 0;
	wrt_attach_slot_close(s);
	return -ENODEV;
}

/*
 * Many kernels forget the instances of a timer that is freed, and with them their references. This
 * happens if a PCM is removed without its card. If it happens between the question and the close, a
 * reference is kept for ever; ALSA's lock of its timers is its own.
 */
void wrt_attach_slot_close(struct wrt_hw_stream *s)
{
	bool forgotten;

	if (!s->timer)
		return;
	forgotten = wrt_timer_forgets_instances() && !s->timer->timer;
	snd_timer_close(s->timer);
	snd_timer_instance_free(s->timer);
	s->timer = NULL;
	if (!forgotten)
		return;
	module_put(s->dev->card->module);
	snd_card_unref(s->dev->card);
}

static void stop_for_good(struct wrt_hw_stream *s)
{
	unsigned long flags;

	if (!s->timer)
		return;
	snd_pcm_stream_lock_irqsave(s->substream, flags);
	snd_timer_stop(s->timer);
	end_session(s);
	snd_pcm_stream_unlock_irqrestore(s->substream, flags);
	stop_polling(s);
	cancel_delayed_work_sync(&s->join_work);
}

bool wrt_attach_die(struct wrt_hw_dev *d)
{
	bool alive;
	u32 i;

	down_write(&d->life);
	alive = !d->dead;
	for (i = 0; alive && i < d->nslots; i++)
		stop_for_good(&d->slot[i]);
	d->dead = true;
	up_write(&d->life);
	return alive;
}
