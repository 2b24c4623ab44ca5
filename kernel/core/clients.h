/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * clients.h - the clients of a stream: the list of them, and calls of notify(). For the other
 * files of core/. Stream lock held, unless marked [S].
 */
#ifndef WRT_CORE_CLIENTS_H
#define WRT_CORE_CLIENTS_H

#include "deferred.h"
#include "stream.h"

/* Hand the owner what is pending, WRT_FROM_INTERRUPT. The lock is dropped for the callback. */
void wrt_clients_notify_owner(struct wrt_stream *s, unsigned long *flags);

/* The same where signals must not be made, such as under the device mutex: by the thread. */
void wrt_clients_defer_owner(struct wrt_stream *s);

/* Lock not held, [S] on Linux: one call WRT_FROM_THREAD. True: something is left over. */
bool wrt_clients_serve(struct wrt_client *c);

/* Tell the backend whether any client wants an interrupt at the points. */
void wrt_clients_update_points(struct wrt_stream *s);

/* The owner comes first, then observers by age. */
void wrt_clients_link(struct wrt_stream *s, struct wrt_client *c);
bool wrt_clients_has(const struct wrt_stream *s, const struct wrt_client *c);

/* Whether c may become an observer: WRT_OBSERVERS_MAX and WRT_OBSERVERS_KEPT. */
bool wrt_clients_has_place(const struct wrt_stream *s, const struct wrt_client *c);

/* [S] Off the list, once no callback of c runs. What was pending is dropped. */
void wrt_clients_unlink(struct wrt_stream *s, struct wrt_client *c);

/* Leave the lock, and have the deferred work served if there is new one. */
static inline void wrt_stream_unlock_and_kick(struct wrt_stream *s, unsigned long flags)
{
	bool kick = s->kick;

	wrt_assert_locked(&s->lock);
	s->kick = false;
	wrt_unlock(&s->lock, flags);
	if (kick)
		wrt_deferred_kick(s->dev);
}

/* stream.c: publish to all clients; nothing else has changed. */
void wrt_stream_publish(struct wrt_stream *s);

/* stream.c: DMA off, state READY, points up to here published and handed out. */
void wrt_stream_halt(struct wrt_stream *s);

#endif
