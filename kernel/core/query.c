// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * query.c - calls that may run concurrently with every other call; see stream.h. Only
 * wrt_stream_get_register() sleeps.
 */
#include "clients.h"

/* No lock held. */
static void refresh(struct wrt_stream *s, const struct wrt_client *c)
{
	unsigned long flags;
	bool owner;

	if (!s->dev->ops->refresh)
		return;
	flags = wrt_lock(&s->dev->lock);
	owner = s->owner == c;
	wrt_unlock(&s->dev->lock, flags);
	s->dev->ops->refresh(s->dev->hw, s->slot, owner);
}

u64 wrt_stream_next_point(struct wrt_stream *s, const struct wrt_client *c)
{
	unsigned long flags;
	u64 next;

	refresh(s, c);
	flags = wrt_lock(&s->dev->lock);
	next = c->passed;
	if (wrt_clients_has(s, c))
		next += s->passed - c->seen;	/* about to be published to it */
	if (s->state == WRT_STREAM_RUN) {
		wrt_stream_read(s);
		next += wrt_position_fresh_points(&s->pos, &s->cycle);
	}
	wrt_unlock(&s->dev->lock, flags);
	return next;
}

void wrt_stream_position(struct wrt_stream *s, struct wrt_client *c, struct wrt_snapshot *out)
{
	unsigned long flags = wrt_stream_lock(s, c, out);

	wrt_stream_unlock(s, flags);
}

bool wrt_stream_silenced(struct wrt_stream *s, struct wrt_hw_geom *other)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	bool silenced = false;

	if (s->hw && s->dev->ops->silenced)
		silenced = s->dev->ops->silenced(s->hw, other);
	wrt_unlock(&s->dev->lock, flags);
	return silenced;
}

unsigned long wrt_stream_lock(struct wrt_stream *s, struct wrt_client *c,
			      struct wrt_snapshot *now)
	WRT_ACQUIRES(&s->dev->lock)
{
	unsigned long flags;

	refresh(s, c);
	flags = wrt_lock(&s->dev->lock);
	if (s->state == WRT_STREAM_RUN)
		wrt_stream_read(s);
	wrt_stream_fill(s, c, now);
	return flags;
}

void wrt_stream_publish_to(struct wrt_stream *s, struct wrt_client *c)
{
	struct wrt_snapshot now;

	wrt_assert_locked(&s->dev->lock);
	if (!c->ops->publish)
		return;
	wrt_stream_publish_to_observers(s);
	wrt_stream_fill(s, c, &now);
	c->ops->publish(c, &now);
}

void wrt_stream_unlock(struct wrt_stream *s, unsigned long flags)
	WRT_RELEASES(&s->dev->lock)
{
	wrt_unlock(&s->dev->lock, flags);
}

void wrt_stream_refresh(struct wrt_stream *s, struct wrt_client *c)
{
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(s, c, &now);

	wrt_stream_publish_to(s, c);
	wrt_stream_unlock(s, flags);
}

int wrt_stream_get_register(struct wrt_stream *s, struct wrt_client *c, u32 kind,
			    struct wrt_hw_register *out)
{
	int err = WRT_ERANGE;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&s->dev->mutex);
	if (s->owner != c || !s->hw)
		err = WRT_EBUSY;
	else if (s->dev->ops->reg)
		err = s->dev->ops->reg(s->hw, kind, out);
	wrt_mutex_unlock(&s->dev->mutex);
	return err;
}
