// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * stream.c - see stream.h: state, DMA on and off, position updates. Notification of clients
 * is in clients.c.
 *
 * The path of one interrupt (rules: Documentation/design.md):
 *
 *   kernel/bus/pci.c          pci_irq(); simulator: platform_fire() in platform.c, step_frames()
 *                             in sim.c
 *   kernel/core/device.c      wrt_device_irq()
 *   kernel/hw/BACKEND/        irq(): acknowledge, report the slots
 *   here                      wrt_stream_look()
 *   kernel/hw/BACKEND/          position(): read the hardware
 *   kernel/core/position.c      wrt_position_advance(), wrt_position_take_points()
 *   compat/hwdep/page.c         wrt_page_publish(): write the owner's register page
 *   kernel/core/clients.c       wrt_clients_notify_owner(), with no lock held:
 *     kernel/alsa/pcm.c           pcm_notify(): snd_pcm_period_elapsed()
 *     compat/miniport/events.c    wrt_mp_notify(): at most four quick events
 *     compat/hwdep/notify.c       wrt_notify_signal(): signal the eventfd
 *   compat/hwdep/page.c         wrt_page_publish(): the observers' register pages
 *   kernel/core/deferred.c      wrt_deferred_add(): queue what the thread has to notify
 *
 *   kernel/signal_thread.c    later: observers, and what the owner is still owed
 *   kernel/core/device.c      wrt_device_serve(): one client a turn
 *   kernel/core/clients.c     wrt_clients_serve(), then as above
 */
#include "clients.h"
#include "deferred.h"

void wrt_stream_init(struct wrt_stream *s, struct wrt_device *dev, u32 slot,
		     const struct wrt_hw_caps *caps)
{
	wrt_lock_init(&s->lock);
	s->dev = dev;
	s->slot = slot;
	s->caps = *caps;
	if (caps->rates) {
		s->caps.nrates = wrt_min_u32(caps->nrates, WRT_RATES_MAX);
		wrt_memcpy(s->rates, caps->rates, s->caps.nrates * sizeof(*s->rates));
		s->caps.rates = s->rates;
	}
}

/* ---- reading and publishing, stream lock held -------------------------------- */

static void fill_snapshot(const struct wrt_stream *s, struct wrt_snapshot *out)
{
	wrt_assert_locked(&s->lock);
	out->state = s->state;
	out->offset = s->pos.offset;
	out->linear = s->pos.linear;
	out->ns = wrt_position_ns(&s->pos);
	out->read_ns = s->pos.ns;
	out->points = s->pos.points;
	out->packets = s->pos.points;	/* nothing is published but with its points taken */
	out->passed = 0;
	out->point_ns = s->pos.point_ns;
	out->look = s->looks;
	out->stalls = s->stalls;
	out->register_base = s->register_base;
	out->geom = &s->geom;
}

/* DMA stood still although nobody had asked for it: cause 7 of the glitch event. */
static void count_stall(struct wrt_stream *s)
{
	wrt_assert_locked(&s->lock);
	s->stalls++;
	WRT_TRACE(glitch, wrt_trace_id(s), s->pos.linear, 0, WRT_STALL, 0, 1);
}

/*
 * Offset and time are read one after the other, and the reader may be preempted between them
 * (PREEMPT_RT, a virtual CPU). Read again while the times are too far apart; after that the
 * reading is used as it is, since its bounds are true.
 */
static int read_hw(struct wrt_stream *s, struct wrt_hw_pos *at)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	u32 again = WRT_READ_AGAIN_MAX;
	int err;

	at->from_ns = s->irq_ns;
	while (!(err = s->dev->ops->position(s->hw, at)) &&
	       at->ns - at->from_ns > s->bracket_ns && again--)
		at->from_ns = 0;
	wrt_unlock(&s->dev->lock, flags);
	return err;
}

void wrt_stream_read(struct wrt_stream *s)
{
	struct wrt_hw_pos at;
	int err;

	wrt_assert_locked(&s->lock);
	if (s->dma != WRT_DMA_ON)
		return;
	err = read_hw(s, &at);
	if (err < 0)
		return;
	if (err > 0) {
		count_stall(s);
		wrt_position_halted(&s->pos, at.ns);
	}
	wrt_position_advance(&s->pos, &s->cycle, at.dma, at.from_ns, at.ns);
}

/* The points are the client's from here on. At a stop an owner may not want the last ones. */
static void hand_out(struct wrt_stream *s, struct wrt_client *c, u64 passed, bool stopping)
{
	wrt_assert_locked(&s->lock);
	if (!passed || !c->wants_points || c->leaving || (stopping && !c->keep_last))
		return;
	WRT_TRACE(notify, wrt_trace_id(s), c->ops->name, c->passed, (u32)passed);
	c->pending += passed;
	if (c->pending > WRT_PENDING_MAX)
		c->pending = WRT_PENDING_MAX;
	if (c->observer)
		s->kick |= wrt_deferred_add(s->dev, c);
}

/* With the points that have passed since the client was last published to. */
static void publish_to(struct wrt_stream *s, struct wrt_client *c, struct wrt_snapshot *snap,
		       bool stopping)
{
	wrt_assert_locked(&s->lock);
	snap->passed = s->passed - c->seen;
	if (c->ops->publish)
		c->ops->publish(c, snap);
	hand_out(s, c, snap->passed, stopping);
	c->passed += snap->passed;
	c->seen = s->passed;
}

/* To all; the owner comes first. */
static void publish_at(struct wrt_stream *s, bool stopping)
{
	struct wrt_snapshot snap;
	struct wrt_client *c;

	wrt_assert_locked(&s->lock);
	fill_snapshot(s, &snap);
	for (c = s->clients; c; c = c->next)
		publish_to(s, c, &snap, stopping);
}

void wrt_stream_publish(struct wrt_stream *s)
{
	publish_at(s, false);
}

/* Observers get the reading of the last interrupt, if only the owner has it so far. */
static void publish_to_observers(struct wrt_stream *s)
{
	struct wrt_client *c;

	wrt_assert_locked(&s->lock);
	if (!s->observers_due)
		return;
	s->observers_due = false;
	for (c = s->clients; c; c = c->next)
		if (c != s->owner)
			publish_to(s, c, &s->update, false);
}

/* How many points have passed since the last call. */
static u64 pass_points(struct wrt_stream *s)
{
	u64 fresh;

	publish_to_observers(s);	/* these points are not of that reading */
	fresh = wrt_position_take_points(&s->pos, &s->cycle);
	s->passed += fresh;
	return fresh;
}

/* Turn DMA off and account for the last bytes. */
static void stop_dma(struct wrt_stream *s)
{
	struct wrt_hw_pos at;
	unsigned long flags;
	int err;

	wrt_assert_locked(&s->lock);
	if (s->dma != WRT_DMA_ON)
		return;
	flags = wrt_lock(&s->dev->lock);
	err = s->dev->ops->stop(s->hw, &at);
	wrt_unlock(&s->dev->lock, flags);
	if (err > 0)
		wrt_position_halted(&s->pos, at.ns);
	if (err >= 0)
		wrt_position_advance(&s->pos, &s->cycle, at.dma, at.from_ns, at.ns);
	s->dma = WRT_DMA_OFF;
	WRT_TRACE(stop, wrt_trace_id(s), s->pos.linear, s->pos.ns);
}

void wrt_stream_halt(struct wrt_stream *s)
{
	wrt_assert_locked(&s->lock);
	stop_dma(s);
	if (s->dma == WRT_DMA_RESUMES)
		s->dma = WRT_DMA_ASLEEP;
	s->state = WRT_STREAM_READY;
	s->looks++;
	pass_points(s);
	publish_at(s, true);
}

/* ---- looks ----------------------------------------------------------------------- */

/*
 * Read the position and take the points that have passed. At the end of a stream the engine is
 * stopped, unless it was told of the end and plays no more by itself.
 */
static void update_position(struct wrt_stream *s)
{
	u64 fresh;

	wrt_assert_locked(&s->lock);
	wrt_stream_read(s);
	if (wrt_position_ended(&s->pos) && !s->dev->ops->end)
		stop_dma(s);
	fresh = pass_points(s);
	s->looks++;
	WRT_TRACE(position_update, wrt_trace_id(s), s->looks, s->pos.linear, s->pos.ns,
		  s->pos.points, fresh);
	(void)fresh;	/* where nothing is traced */
}

static void take_look(struct wrt_stream *s)
{
	update_position(s);
	wrt_stream_publish(s);
}

/*
 * The owner is served before anything is done for observers. The lock is dropped for that; for
 * observers this reading comes before what is published meanwhile, by a stop for instance.
 */
static void publish_and_notify(struct wrt_stream *s, unsigned long *flags)
{
	fill_snapshot(s, &s->update);
	s->observers_due = s->clients != s->owner || s->owner->next;
	publish_to(s, s->owner, &s->update, false);
	wrt_clients_notify_owner(s, flags);
	publish_to_observers(s);
}

void wrt_stream_look(struct wrt_stream *s, u64 irq_ns)
{
	unsigned long flags = wrt_lock(&s->lock);

	if (s->state == WRT_STREAM_RUN) {
		s->irq_ns = irq_ns;
		update_position(s);
		s->irq_ns = 0;
		publish_and_notify(s, &flags);
	}
	wrt_stream_unlock_and_kick(s, flags);
}

/* ---- running -------------------------------------------------------------------- */

/* DMA is on: tell the engine where to end, if there is an end and it can be told. */
static void aim_at_end(struct wrt_stream *s)
{
	unsigned long flags;

	wrt_assert_locked(&s->lock);
	if (!s->dev->ops->end || !s->pos.has_end)
		return;
	flags = wrt_lock(&s->dev->lock);
	s->dev->ops->end(s->hw, (u32)(s->pos.end - s->pos.linear));
	wrt_unlock(&s->dev->lock, flags);
}

/* Turn DMA on where it stood. */
static int start_dma(struct wrt_stream *s)
{
	const struct wrt_hw_ops *ops = s->dev->ops;
	unsigned long flags;
	u64 from_ns = 0, ns = 0;
	int err;

	wrt_assert_locked(&s->lock);
	flags = wrt_lock(&s->dev->lock);
	err = ops->start(s->hw, s->pos.offset, &from_ns, &ns);
	if (!err && ops->register_base)
		s->register_base = ops->register_base(s->hw);
	wrt_unlock(&s->dev->lock, flags);
	if (err)
		return err;
	s->dma = WRT_DMA_ON;
	wrt_position_resume(&s->pos, from_ns, ns);
	WRT_TRACE(start, wrt_trace_id(s), s->pos.linear, ns);
	aim_at_end(s);
	return 0;
}

/* A stream that has ended runs on without DMA: nothing moves any more. */
static int start_locked(struct wrt_stream *s)
{
	int err;

	wrt_assert_locked(&s->lock);
	if (!wrt_position_ended(&s->pos)) {
		err = start_dma(s);
		if (err)
			return err;
	}
	s->state = WRT_STREAM_RUN;
	wrt_stream_publish(s);
	return 0;
}

int wrt_stream_start(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->lock);
	int err;

	if (s->state == WRT_STREAM_GONE)
		err = WRT_EGONE;
	else if (s->owner != c)
		err = WRT_EBUSY;
	else if (s->state != WRT_STREAM_READY)
		err = WRT_ESTATE;
	else if (s->dma == WRT_DMA_ASLEEP)
		err = WRT_EIO;
	else
		err = start_locked(s);
	if (!err && s->dma != WRT_DMA_ON) {	/* it has ended: there will be no interrupt */
		take_look(s);
		wrt_clients_notify_owner(s, &flags);
	}
	wrt_stream_unlock_and_kick(s, flags);
	return err;
}

int wrt_stream_stop(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->lock);
	int err = 0;

	if (s->owner != c)
		err = WRT_EBUSY;
	else if (s->state == WRT_STREAM_RUN)
		wrt_stream_halt(s);
	wrt_stream_unlock_and_kick(s, flags);
	return err;
}

void wrt_stream_reset(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->lock);

	if (s->owner == c && s->state == WRT_STREAM_READY) {
		wrt_position_reset(&s->pos);
		wrt_stream_publish(s);
	}
	wrt_unlock(&s->lock, flags);
}

void wrt_stream_fill(struct wrt_stream *s, const struct wrt_client *c, struct wrt_snapshot *out)
{
	static const struct wrt_hw_geom none;

	wrt_assert_locked(&s->lock);
	if (wrt_clients_has(s, c)) {
		fill_snapshot(s, out);
		out->packets = wrt_position_all_points(&s->pos, &s->cycle);
		return;
	}
	wrt_memset(out, 0, sizeof(*out));
	out->state = s->state == WRT_STREAM_GONE ? WRT_STREAM_GONE : WRT_STREAM_FREE;
	out->geom = &none;
}

void wrt_stream_end_at(struct wrt_stream *s, u64 linear, u64 points)
{
	wrt_assert_locked(&s->lock);
	wrt_position_end_at(&s->pos, linear, points);
	if (s->state == WRT_STREAM_RUN && s->dma == WRT_DMA_ON)
		aim_at_end(s);
}

void wrt_stream_silence_after(struct wrt_stream *s, struct wrt_client *c, u64 linear)
{
	unsigned long flags = wrt_lock(&s->lock), device;
	u64 left = linear > s->pos.linear ? linear - s->pos.linear : 0;

	if (s->owner == c && s->state == WRT_STREAM_RUN && s->dma == WRT_DMA_ON) {
		device = wrt_lock(&s->dev->lock);
		s->dev->ops->silence_after(s->hw, left < s->geom.bytes ? (u32)left : s->geom.bytes);
		wrt_unlock(&s->dev->lock, device);
	}
	wrt_unlock(&s->lock, flags);
}

void wrt_stream_gone(struct wrt_stream *s)
{
	unsigned long flags;

	wrt_assert_mutex(&s->dev->mutex);
	flags = wrt_lock(&s->lock);
	if (s->state == WRT_STREAM_RUN)
		wrt_stream_halt(s);
	s->state = WRT_STREAM_GONE;
	wrt_stream_publish(s);
	wrt_clients_defer_owner(s);
	wrt_unlock(&s->lock, flags);
}

void wrt_stream_suspend(struct wrt_stream *s)
{
	unsigned long flags = wrt_lock(&s->lock);

	wrt_assert_mutex(&s->dev->mutex);
	if (s->state == WRT_STREAM_RUN && s->dma == WRT_DMA_ON) {
		stop_dma(s);
		s->dma = WRT_DMA_RESUMES;
		s->looks++;
		count_stall(s);
		pass_points(s);
		wrt_stream_publish(s);
		wrt_clients_defer_owner(s);
	} else if (s->dma == WRT_DMA_OFF) {
		s->dma = WRT_DMA_ASLEEP;
	}
	wrt_unlock(&s->lock, flags);
}

/* If the hardware does not start again, the stream stays halted until it is stopped. */
int wrt_stream_resume(struct wrt_stream *s)
{
	unsigned long flags = wrt_lock(&s->lock);
	bool resumes = s->dma == WRT_DMA_RESUMES;
	int err = 0;

	wrt_assert_mutex(&s->dev->mutex);
	if (s->dma != WRT_DMA_ON)
		s->dma = WRT_DMA_OFF;
	if (resumes && !wrt_position_ended(&s->pos))
		err = start_dma(s);
	wrt_stream_publish(s);
	wrt_unlock(&s->lock, flags);
	return err;
}

/* ---- observers ------------------------------------------------------------------- */

static int observe_locked(struct wrt_stream *s, struct wrt_client *c)
{
	wrt_assert_locked(&s->lock);
	if (s->state == WRT_STREAM_GONE)
		return WRT_EGONE;
	if (!wrt_clients_has_place(s, c))
		return WRT_ENOMEM;
	if (s->state == WRT_STREAM_RUN)	/* points of before are not for the new one */
		take_look(s);
	c->observer = true;
	wrt_clients_link(s, c);
	wrt_clients_update_points(s);
	return 0;
}

int wrt_stream_observe(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->lock);
	int err = observe_locked(s, c);

	if (!err)
		wrt_clients_notify_owner(s, &flags);
	wrt_stream_unlock_and_kick(s, flags);
	return err;
}

void wrt_stream_unobserve(struct wrt_stream *s, struct wrt_client *c)
{
	wrt_assert_may_sleep();
	wrt_clients_unlink(s, c);
}
