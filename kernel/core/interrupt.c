// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * interrupt.c - the path of an interrupt, from the handler to the clients. Rules:
 * Documentation/design.md. Most interrupts take the way on the left: the device's lock is held
 * once. Locals whose address is taken cost a stack protector and clearing, so there are none.
 *
 *   pci_irq(), platform_fire(), step_frames()     kernel/bus/
 *     wrt_device_irq()                            here
 *       irq()                                     kernel/hw/BACKEND/     device lock held
 *       of each slot that irq() reports:
 *       update()                                  here
 *         irq_position() or position()            kernel/hw/BACKEND/
 *         wrt_position_step()                     position.h             or, if it is unusual,
 *         wrt_page_publish_position()             compat/hwdep/page.c    wrt_stream_update()
 *       of each owner with a point:                                      lock dropped
 *         pcm_notify()                            kernel/alsa/pcm.c
 *         wrt_mp_notify(), wrt_notify_signal()    compat/miniport/events.c, compat/hwdep/notify.c
 *       finish()                                  here, only if there is more to do: observers'
 *                                                 pages, deferred_add()  lock held
 *
 *   signal_thread()                               kernel/signal_thread.c: later, observers, and
 *     wrt_device_serve()                          pending signals of owners; one client a turn
 */
#include "clients.h"
#include "deferred.h"
#include "device.h"

static bool has_observers(const struct wrt_stream *s)
{
	return s->clients != s->owner || s->owner->next;
}

/* The position has been read. True: the owner is to be notified, with what is in call_*. */
static bool update_owner(struct wrt_stream *s)
{
	struct wrt_client *c = s->owner;
	u64 passed = s->passed - c->seen;

	s->looks++;
	WRT_TRACE(position_update, wrt_trace_id(s), s->looks, s->pos.linear, s->pos.ns,
		  s->pos.points, passed);
	if (!(c->ops->publish_position && c->ops->publish_position(c, s, passed)) &&
	    c->ops->publish)
		wrt_stream_publish_to_owner(s, passed);
	wrt_clients_hand_out(s, c, passed, false);
	if (has_observers(s)) {
		wrt_stream_keep_for_observers(s);
		s->dev->unusual |= 1u << s->slot;
	}
	if (!c->pending)
		return false;
	if (wrt_count_read(&c->busy)) {		/* another processor hands out points to it */
		s->dev->unusual |= 1u << s->slot;
		return false;
	}
	wrt_clients_begin_call(c);
	return true;
}

/* In most interrupts DMA has only moved on to the next point. True: as update_owner(). */
static bool update(struct wrt_stream *s, u64 entry_ns,
		   int (*position)(struct wrt_hw_stream *s, struct wrt_hw_pos *p))
{
	u64 points = s->pos.points;
	int err = 0;

	wrt_assert_locked(&s->dev->lock);
	if (s->state != WRT_STREAM_RUN)
		return false;
	s->at.from_ns = entry_ns;
	if (s->dma == WRT_DMA_ON)
		err = position(s->hw, &s->at);
	if (err || s->dma != WRT_DMA_ON || s->changed || s->observers_due ||
	    s->at.ns - s->at.from_ns > s->bracket_ns ||
	    !wrt_position_step(&s->pos, &s->cycle, s->at.dma, s->at.from_ns, s->at.ns)) {
		wrt_stream_update(s, err);
		s->dev->unusual |= 1u << s->slot;
		return false;
	}
	s->passed += s->pos.points - points;
	return update_owner(s);
}

/* Owners come first. The thread serves observers and what is left over. */
static void finish(struct wrt_device *dev, u32 slots)
{
	unsigned long flags = wrt_lock(&dev->lock);
	bool kick;
	u32 left;

	for (left = slots; left; left &= left - 1)
		wrt_clients_notify_owner(&dev->streams[wrt_first_bit(left)], &flags);
	for (left = slots; left; left &= left - 1) {
		wrt_stream_publish_to_observers(&dev->streams[wrt_first_bit(left)]);
		wrt_unlock(&dev->lock, flags);	/* eight pages at most under one hold */
		flags = wrt_lock(&dev->lock);
	}
	kick = dev->kick;
	dev->kick = false;
	wrt_unlock(&dev->lock, flags);
	if (kick)
		wrt_deferred_kick(dev);
}

static void defer(struct wrt_device *dev, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&dev->lock);
	bool kick = !c->leaving && wrt_deferred_add(dev, c);

	wrt_unlock(&dev->lock, flags);
	if (kick)
		wrt_deferred_kick(dev);
}

/* An owner does not change while it is busy. */
static wrt_always_inline void notify(struct wrt_device *dev, struct wrt_client *c)
{
	if (c->ops->notify(c, c->call_first, c->call_points, WRT_FROM_INTERRUPT))
		defer(dev, c);
	wrt_clients_end_call(dev, c);
}

/*
 * Likewise, one of several. now: the time, or 0 unless it has just been read; the result likewise.
 * So the reading after a client's last signal is also that before the first of the next client.
 */
static u64 notify_next(struct wrt_device *dev, struct wrt_client *c, u64 now)
{
	bool more;

	c->call_ns = now;
	more = c->ops->notify(c, c->call_first, c->call_points, WRT_FROM_SERIES);
	now = c->call_ns;
	if (more) {
		defer(dev, c);
		now = 0;
	}
	return wrt_clients_end_call(dev, c) ? 0 : now;
}

static void notify_several(struct wrt_device *dev, u32 due)
{
	bool may_wait = wrt_may_be_preempted();
	u64 now = 0;

	for (; due; due &= due - 1) {
		now = notify_next(dev, dev->streams[wrt_first_bit(due)].owner, now);
		if (may_wait)
			now = 0;
	}
}

bool wrt_device_irq(struct wrt_device *dev)
{
	unsigned long flags = wrt_lock(&dev->lock);
	struct wrt_client *last = NULL;
	u32 left, due = 0, unusual;
	bool ours = false;

	dev->irq_slots = 0;
	dev->irq_entry_ns = 0;
	if (dev->state != WRT_DEVICE_ASLEEP)
		ours = dev->ops->irq(dev->hw, &dev->irq_slots, &dev->irq_entry_ns);
	if (WRT_IRQ_PREEMPTIBLE)
		dev->irq_entry_ns = 0;
	for (left = dev->irq_slots; left; left &= left - 1) {
		struct wrt_stream *s = &dev->streams[wrt_first_bit(left)];

		if (!update(s, dev->irq_entry_ns, dev->irq_position))
			continue;
		due |= left & -left;
		last = s->owner;
	}
	unusual = dev->unusual;
	dev->unusual = 0;
	wrt_unlock(&dev->lock, flags);

	if (due & (due - 1))
		notify_several(dev, due);
	else if (due)
		notify(dev, last);
	if (unusual)
		finish(dev, unusual);
	return ours;
}

void wrt_stream_look(struct wrt_stream *s, u64 irq_ns)
{
	struct wrt_device *dev = s->dev;
	unsigned long flags = wrt_lock(&dev->lock);
	bool due = update(s, irq_ns, dev->ops->position);
	u32 unusual = dev->unusual;

	dev->unusual = 0;
	wrt_unlock(&dev->lock, flags);
	if (due)
		notify(dev, s->owner);
	if (unusual)
		finish(dev, unusual);
}
