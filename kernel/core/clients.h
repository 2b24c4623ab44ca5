/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * clients.h - the clients of a stream: the list of them, and calls of notify(). For the other
 * files of core/. Device lock held, unless marked [S].
 */
#ifndef WRT_CORE_CLIENTS_H
#define WRT_CORE_CLIENTS_H

#include "deferred.h"
#include "stream.h"

/* Hand the owner what is pending, WRT_FROM_INTERRUPT. The lock is dropped for the callback. */
void wrt_clients_notify_owner(struct wrt_stream *s, unsigned long *flags);

/* The same by the thread, where signals must not be made, such as under the device mutex. */
void wrt_clients_defer_owner(struct wrt_stream *s);

/* Lock not held, [S] on Linux: one call WRT_FROM_THREAD. True: something is left over. */
bool wrt_clients_serve(struct wrt_client *c);

/* Set in the backend whether any client wants an interrupt at the points. */
void wrt_clients_update_points(struct wrt_stream *s);

/* The owner comes first, then observers by age. */
void wrt_clients_link(struct wrt_stream *s, struct wrt_client *c);
bool wrt_clients_has(const struct wrt_stream *s, const struct wrt_client *c);

/* Whether c may become an observer: WRT_OBSERVERS_MAX and WRT_OBSERVERS_KEPT. */
bool wrt_clients_has_place(const struct wrt_stream *s, const struct wrt_client *c);

/* [S] Off the list, once no callback of c runs. What was pending is dropped. */
void wrt_clients_unlink(struct wrt_stream *s, struct wrt_client *c);

/*
 * Points have been published to c: make them pending. At a stop an owner may not want the last
 * ones.
 */
static inline void wrt_clients_hand_out(struct wrt_stream *s, struct wrt_client *c, u64 passed,
					bool stopping)
{
	u64 first = c->passed;

	c->passed += passed;
	c->seen = s->passed;
	if (stopping && !c->keep_last) {
		c->pending = 0;		/* an interrupt may not have handed them out yet */
		return;
	}
	if (!passed || !c->wants_points || c->leaving)
		return;
	WRT_TRACE(notify, wrt_trace_id(s), c->ops->name, first, (u32)passed);
	(void)first;	/* where nothing is traced */
	passed += c->pending;
	c->pending = passed < WRT_PENDING_MAX ? (u32)passed : WRT_PENDING_MAX;
	if (c->observer)
		s->dev->kick |= wrt_deferred_add(s->dev, c);
}

/* What is pending is about to be handed out by notify(). */
static inline void wrt_clients_begin_call(struct wrt_client *c)
{
	c->call_points = c->pending;
	c->call_first = c->passed - c->pending;
	c->pending = 0;
	wrt_count_up(&c->busy);
}

/* Lock not needed. After this c may be gone, unless the lock is held. True: it took a while. */
static inline bool wrt_clients_end_call(struct wrt_device *dev, struct wrt_client *c)
{
	wrt_count_down(&c->busy);
	return wrt_wake_waiters(&dev->wait);
}

/* Release the lock, and have new deferred work served. */
static inline void wrt_device_unlock_and_kick(struct wrt_device *dev, unsigned long flags)
{
	bool kick = dev->kick;

	wrt_assert_locked(&dev->lock);
	dev->kick = false;
	wrt_unlock(&dev->lock, flags);
	if (kick)
		wrt_deferred_kick(dev);
}

/* stream.c: publish to all clients; nothing else has changed. */
void wrt_stream_publish(struct wrt_stream *s);

/* stream.c: DMA off, state READY, points up to here published and handed out. */
void wrt_stream_halt(struct wrt_stream *s);

/*
 * stream.c, for an interrupt. The position has been read into s->at with this result: account for
 * it in any case and publish to the owner.
 */
void wrt_stream_update(struct wrt_stream *s, int err);

/* Likewise: publish to the owner, whether more than the position has changed or not. */
void wrt_stream_publish_to_owner(struct wrt_stream *s, u64 passed);

/* Keep the reading for observers; wrt_stream_publish_to_observers() is next. */
void wrt_stream_keep_for_observers(struct wrt_stream *s);
void wrt_stream_publish_to_observers(struct wrt_stream *s);

#endif
