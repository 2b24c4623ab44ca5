// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * clients.c - see clients.h.
 *
 * Life of a client on the list: it stays linked as long as busy > 0, so a walk that
 * dropped the lock for a callback finds its way on. Whoever unlinks waits for that,
 * asleep, which is why unlinking is [S].
 */
#include "clients.h"
#include "device.h"

/* ---- callbacks, stream lock dropped in between ---------------------------------- */

static void call_client(struct wrt_stream *s, struct wrt_client *c, unsigned long *flags)
{
	u32 points = (u32)(c->pending < c->batch ? c->pending : c->batch);
	u64 first = c->passed - c->pending;

	if (!points)
		return;
	c->pending -= points;
	c->busy++;
	wrt_unlock(&s->lock, *flags);
	WRT_TRACE(notify, wrt_trace_id(s), c->ops->name, first, points);
	c->ops->notify(c, first, points);
	*flags = wrt_lock(&s->lock);
	c->busy--;
}

/* One bounded round: each client but `except` is told of at most its batch. */
void wrt_clients_deliver(struct wrt_stream *s, struct wrt_client *except, unsigned long *flags)
{
	struct wrt_client *c;

	for (c = s->clients; c; c = c->next)
		if (c != except)
			call_client(s, c, flags);
}

void wrt_stream_sync(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags;
	u32 busy;

	for (;;) {
		flags = wrt_lock(&s->lock);
		busy = c->busy;
		wrt_unlock(&s->lock, flags);
		if (!busy)
			return;
		wrt_sleep_us(20);
	}
}

/* [S] Until nothing is pending, or being told, for anybody but `except`. */
void wrt_clients_deliver_all(struct wrt_stream *s, struct wrt_client *except)
{
	bool pending, busy;
	struct wrt_client *c;
	unsigned long flags;

	do {
		pending = false;
		busy = false;
		flags = wrt_lock(&s->lock);
		wrt_clients_deliver(s, except, &flags);
		for (c = s->clients; c; c = c->next) {
			pending |= c != except && c->pending;
			busy |= c != except && c->busy;
		}
		wrt_unlock(&s->lock, flags);
		if (busy)
			wrt_sleep_us(20);
		else
			wrt_relax();
	} while (pending || busy);
}

void wrt_stream_settle(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags;
	bool more;

	do {
		flags = wrt_lock(&s->lock);
		call_client(s, c, &flags);
		more = c->pending;
		wrt_unlock(&s->lock, flags);
		wrt_relax();
	} while (more);
	wrt_stream_sync(s, c);
}

/* ---- coming and going -------------------------------------------------------------------- */

/* Tell the backend whether anybody wants an interrupt at the points. Lock held. */
void wrt_clients_update_points(struct wrt_stream *s)
{
	const struct wrt_hw_ops *ops = s->dev->ops;
	struct wrt_client *c;
	unsigned long flags;
	bool on = false;

	for (c = s->clients; c; c = c->next)
		on |= c->wants_points;
	if (!s->hw || on == s->points_on)
		return;
	s->points_on = on;
	if (!ops->points)
		return;
	flags = wrt_lock(&s->dev->lock);
	ops->points(s->hw, on);
	wrt_unlock(&s->dev->lock, flags);
}

void wrt_clients_link(struct wrt_stream *s, struct wrt_client *c)
{
	c->pending = 0;
	c->busy = 0;
	c->leaving = false;
	c->next = s->clients;
	s->clients = c;
}

bool wrt_clients_has(const struct wrt_stream *s, const struct wrt_client *c)
{
	const struct wrt_client *i;

	for (i = s->clients; i; i = i->next)
		if (i == c)
			return true;
	return false;
}

/* [S] Off the list, once no callback of c runs. What was pending is dropped. */
void wrt_clients_unlink(struct wrt_stream *s, struct wrt_client *c)
{
	struct wrt_client **i;
	unsigned long flags;

	for (;;) {
		flags = wrt_lock(&s->lock);
		c->leaving = true;
		c->pending = 0;
		if (!c->busy)
			break;
		wrt_unlock(&s->lock, flags);
		wrt_sleep_us(20);
	}
	for (i = &s->clients; *i; i = &(*i)->next) {
		if (*i == c) {
			*i = c->next;
			break;
		}
	}
	wrt_clients_update_points(s);
	wrt_unlock(&s->lock, flags);
}

static u32 count_observers(const struct wrt_stream *s)
{
	const struct wrt_client *c;
	u32 n = 0;

	for (c = s->clients; c; c = c->next)
		n += c != s->owner;
	return n;
}

void wrt_stream_set_batch(struct wrt_stream *s, struct wrt_client *c, u32 batch)
{
	unsigned long flags = wrt_lock(&s->lock);

	c->batch = batch;
	wrt_unlock(&s->lock, flags);
}

int wrt_stream_observe(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags;
	int err = 0;

	flags = wrt_lock(&s->lock);
	if (s->state == WRT_STREAM_GONE) {
		err = WRT_EGONE;
	} else if (count_observers(s) >= WRT_OBSERVERS_MAX) {
		err = WRT_ENOMEM;
	} else {
		/* what passed before is not for the new one */
		if (s->state == WRT_STREAM_RUN)
			wrt_stream_take_look(s);
		wrt_clients_link(s, c);
		wrt_clients_update_points(s);
		wrt_clients_deliver(s, c, &flags);
	}
	wrt_unlock(&s->lock, flags);
	return err;
}

void wrt_stream_unobserve(struct wrt_stream *s, struct wrt_client *c)
{
	wrt_clients_unlink(s, c);
}
