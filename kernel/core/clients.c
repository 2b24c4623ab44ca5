// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * clients.c - see clients.h.
 *
 * A client stays on the list while busy > 0. Unlinking sleeps until busy is 0, so unlinking is
 * [S].
 */
#include "clients.h"
#include "deferred.h"

/* ---- callbacks, device lock dropped during the call ------------------------------------ */

/* True: something is left over. */
static bool call_client(struct wrt_stream *s, struct wrt_client *c, enum wrt_notify_from from,
			unsigned long *flags)
{
	u64 points = c->pending;
	u64 first = c->passed - points;
	bool more;

	wrt_assert_locked(&s->dev->lock);
	c->pending = 0;
	wrt_count_up(&c->busy);
	wrt_unlock(&s->dev->lock, *flags);
	more = c->ops->notify(c, first, points, from);
	*flags = wrt_lock(&s->dev->lock);
	wrt_clients_end_call(s->dev, c);
	return more;
}

void wrt_clients_notify_owner(struct wrt_stream *s, unsigned long *flags)
{
	struct wrt_client *c = s->owner;

	wrt_assert_locked(&s->dev->lock);
	if (!c || !c->pending)
		return;
	if (call_client(s, c, WRT_FROM_INTERRUPT, flags) && !c->leaving)
		s->dev->kick |= wrt_deferred_add(s->dev, c);
}

void wrt_clients_defer_owner(struct wrt_stream *s)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->owner && s->owner->pending)
		wrt_deferred_add(s->dev, s->owner);
}

static bool serve(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags;
	bool more;

	flags = wrt_lock(&s->dev->lock);
	more = call_client(s, c, WRT_FROM_THREAD, &flags);
	more |= c->pending;
	wrt_unlock(&s->dev->lock, flags);
	return more;
}

bool wrt_clients_serve(struct wrt_client *c)
{
	return serve(c->stream, c);
}

/* ---- waiting for a callback --------------------------------------------------------- */

/* Takes the lock, so that a call that has just ended has released it. */
static bool is_busy(struct wrt_stream *s, const struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	bool busy = wrt_count_read(&c->busy);

	wrt_unlock(&s->dev->lock, flags);
	return busy;
}

void wrt_stream_sync(struct wrt_stream *s, struct wrt_client *c)
{
	wrt_assert_may_sleep();
	wrt_wait_until(&s->dev->wait, !is_busy(s, c));
}

static int sync_killable(struct wrt_stream *s, struct wrt_client *c)
{
	int err;

	wrt_wait_killable(&s->dev->wait, !is_busy(s, c), err);
	return err;
}

bool wrt_stream_is_gone(struct wrt_stream *s)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	bool gone = s->state == WRT_STREAM_GONE;

	wrt_unlock(&s->dev->lock, flags);
	return gone;
}

static void drop_pending(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);

	c->pending = 0;
	wrt_unlock(&s->dev->lock, flags);
}

/* The thread may serve c at the same time: each signal is made by one of the two. */
int wrt_stream_settle(struct wrt_stream *s, struct wrt_client *c)
{
	int err = sync_killable(s, c);

	wrt_assert_may_sleep();
	while (!err && serve(s, c)) {
		wrt_relax();
		if (wrt_dying())
			err = WRT_EINTR;
		else if (wrt_stream_is_gone(s))
			err = WRT_EGONE;
	}
	if (!err)
		err = sync_killable(s, c);
	if (err == WRT_EINTR)
		drop_pending(s, c);
	return err;
}

/* ---- linking and unlinking --------------------------------------------------------------- */

void wrt_clients_update_points(struct wrt_stream *s)
{
	const struct wrt_hw_ops *ops = s->dev->ops;
	struct wrt_client *c;
	bool on = false;

	wrt_assert_locked(&s->dev->lock);
	for (c = s->clients; c; c = c->next)
		on |= c->wants_points;
	if (!s->hw || on == s->points_on)
		return;
	s->points_on = on;
	if (ops->points)
		ops->points(s->hw, on);
}

void wrt_clients_link(struct wrt_stream *s, struct wrt_client *c)
{
	struct wrt_client **i = &s->clients;

	wrt_assert_locked(&s->dev->lock);
	c->stream = s;
	c->seen = s->passed;
	c->pending = 0;
	c->leaving = false;
	while (c->observer && *i)
		i = &(*i)->next;
	c->next = *i;
	*i = c;
}

bool wrt_clients_has(const struct wrt_stream *s, const struct wrt_client *c)
{
	const struct wrt_client *i;

	wrt_assert_locked(&s->dev->lock);
	for (i = s->clients; i; i = i->next)
		if (i == c)
			return true;
	return false;
}

/* Nothing is handed to c any more. */
static void begin_leaving(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);

	c->leaving = true;
	c->pending = 0;
	wrt_unlock(&s->dev->lock, flags);
}

void wrt_clients_unlink(struct wrt_stream *s, struct wrt_client *c)
{
	struct wrt_client **i;
	unsigned long flags;

	wrt_assert_may_sleep();
	begin_leaving(s, c);
	wrt_deferred_cancel(s->dev, c);
	wrt_stream_sync(s, c);
	flags = wrt_lock(&s->dev->lock);
	for (i = &s->clients; *i; i = &(*i)->next) {
		if (*i == c) {
			*i = c->next;
			break;
		}
	}
	wrt_clients_update_points(s);
	wrt_unlock(&s->dev->lock, flags);
}

/* Neither privileged nor of the owner's user. Without an owner: not privileged. */
static bool is_stranger(const struct wrt_stream *s, const struct wrt_client *c)
{
	wrt_assert_locked(&s->dev->lock);
	return !c->user.privileged && !(s->owner && s->owner->user.uid == c->user.uid);
}

static bool same_user(const struct wrt_client *a, const struct wrt_client *b)
{
	return !a->user.privileged && !b->user.privileged && a->user.uid == b->user.uid;
}

/*
 * Is there a place left for observer c? No single user gets all places: otherwise a user who
 * owned the pin once could keep the reserved places from the next owner.
 */
bool wrt_clients_has_place(const struct wrt_stream *s, const struct wrt_client *c)
{
	const u32 most = WRT_OBSERVERS_MAX - WRT_OBSERVERS_KEPT;
	u32 observers = 0, strangers = 0, own = 0;
	const struct wrt_client *i;

	wrt_assert_locked(&s->dev->lock);
	for (i = s->clients; i; i = i->next) {
		if (i == s->owner)
			continue;
		observers++;
		strangers += is_stranger(s, i);
		own += same_user(i, c);
	}
	if (observers >= WRT_OBSERVERS_MAX || own >= most)
		return false;
	return !is_stranger(s, c) || strangers < most;
}
