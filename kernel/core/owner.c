// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * owner.c - the owner of a stream: claiming it, programming the hardware for a buffer, running it,
 * giving it up; see stream.h.
 */
#include "clients.h"
#include "deferred.h"
#include "geometry.h"

static int claim_locked(struct wrt_stream *s, struct wrt_client *c)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->state == WRT_STREAM_GONE)
		return WRT_EGONE;
	if (s->owner && s->owner != c)
		return WRT_EBUSY;
	if (s->state == WRT_STREAM_RUN)
		return WRT_ESTATE;
	s->owner = c;
	c->observer = false;
	if (!wrt_clients_has(s, c))
		wrt_clients_link(s, c);
	return 0;
}

static int claim(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	int err = claim_locked(s, c);

	wrt_unlock(&s->dev->lock, flags);
	return err;
}

/*
 * The device forgets the buffer. Device mutex held; kick after that. Stop, leave READY and clear
 * s->hw under one lock, so that a start() that comes after fails.
 */
void wrt_stream_forget_buffer(struct wrt_stream *s)
{
	const struct wrt_hw_ops *ops = s->dev->ops;
	struct wrt_hw_stream *hw;
	unsigned long flags;

	wrt_assert_mutex(&s->dev->mutex);
	flags = wrt_lock(&s->dev->lock);
	if (s->state == WRT_STREAM_RUN)
		wrt_stream_halt(s);
	if (s->state != WRT_STREAM_GONE)
		s->state = WRT_STREAM_FREE;
	hw = s->hw;
	s->hw = NULL;
	s->points_on = false;
	wrt_unlock(&s->dev->lock, flags);
	if (!hw)
		return;
	ops->release(hw);
	ops->close(hw);
}

/* Set the cycle in which positions are counted, and position 0. Device lock held. */
static void set_geometry(struct wrt_stream *s, const struct wrt_hw_geom *g)
{
	wrt_assert_locked(&s->dev->lock);
	s->geom = *g;
	s->geom.seg = NULL;
	s->cycle.bytes = g->bytes;
	s->cycle.notify_bytes = g->notify_bytes;
	s->cycle.byte_rate = g->rate * g->frame_bytes;
	s->cycle.unclocked = s->caps.flags & WRT_HW_EMULATED;
	s->cycle.fifo_bytes = s->latency.fifo_bytes;
	s->cycle.unseen_ns = wrt_mul_div_u64(g->bytes - g->bytes / 4, WRT_NSEC_PER_SEC,
					     s->cycle.byte_rate);
	s->bracket_ns = s->cycle.unclocked ? ~0ull :
		wrt_mul_div_u64(g->bytes / 8, WRT_NSEC_PER_SEC, s->cycle.byte_rate);
	s->register_base = 0;
	wrt_position_reset(&s->pos);
}

/* Device mutex held. */
static int program(struct wrt_stream *s, const struct wrt_hw_geom *g)
{
	const struct wrt_hw_ops *ops = s->dev->ops;
	struct wrt_hw_latency latency = { 0 };
	struct wrt_hw_stream *hw;
	unsigned long flags;
	int err;

	wrt_assert_mutex(&s->dev->mutex);
	wrt_stream_forget_buffer(s);
	if (s->dev->state == WRT_DEVICE_ASLEEP)
		return WRT_EIO;
	err = ops->open(s->dev->hw, s->slot, &hw);
	if (err)
		return err;
	err = ops->prepare(hw, g, &latency);
	if (err) {
		ops->close(hw);
		return err;
	}

	flags = wrt_lock(&s->dev->lock);
	s->hw = hw;
	s->latency = latency;
	set_geometry(s, g);
	s->state = WRT_STREAM_READY;
	wrt_clients_update_points(s);
	wrt_stream_publish(s);
	wrt_unlock(&s->dev->lock, flags);
	return 0;
}

/* The stream has no owner again. DMA is off, the buffer is forgotten, the owner is unlinked. */
static void forget_owner(struct wrt_stream *s)
{
	wrt_assert_locked(&s->dev->lock);
	s->owner = NULL;
	wrt_memset(&s->geom, 0, sizeof(s->geom));
	wrt_memset(&s->cycle, 0, sizeof(s->cycle));
	wrt_position_reset(&s->pos);
	if (s->state != WRT_STREAM_GONE)
		s->state = WRT_STREAM_FREE;
	wrt_stream_publish(s);
}

/* The device mutex is not held: this may have to wait for a callback of c. */
static void disown(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags;

	wrt_assert_may_sleep();
	wrt_clients_unlink(s, c);
	flags = wrt_lock(&s->dev->lock);
	forget_owner(s);
	wrt_unlock(&s->dev->lock, flags);
}

int wrt_stream_claim(struct wrt_stream *s, struct wrt_client *c)
{
	int err = wrt_mutex_lock_killable(&s->dev->mutex);

	wrt_assert_may_sleep();
	if (err)
		return err;
	err = claim(s, c);
	if (!err)
		wrt_stream_forget_buffer(s);
	wrt_mutex_unlock(&s->dev->mutex);
	wrt_deferred_kick(s->dev);
	return err;
}

int wrt_stream_configure(struct wrt_stream *s, struct wrt_client *c,
			 const struct wrt_hw_geom *g)
{
	bool owner = false;
	int err = wrt_mutex_lock_killable(&s->dev->mutex);

	wrt_assert_may_sleep();
	if (err)
		return err;
	err = claim(s, c);
	if (!err) {
		owner = true;
		err = program(s, g);
	}
	wrt_mutex_unlock(&s->dev->mutex);
	wrt_deferred_kick(s->dev);
	if (err && owner)
		disown(s, c);
	return err;
}

/* ---- a session of another driver --------------------------------------------------------- */

/* There is no callback of c to wait for: it has no notify(). */
static void let_go_locked(struct wrt_stream *s, struct wrt_client *c)
{
	struct wrt_client **i;

	wrt_assert_locked(&s->dev->lock);
	if (s->owner != c)
		return;
	if (s->state == WRT_STREAM_RUN)
		wrt_stream_halt(s);
	for (i = &s->clients; *i != c; i = &(*i)->next)
		;
	*i = c->next;
	s->hw = NULL;
	forget_owner(s);
}

static void adopt_locked(struct wrt_stream *s, struct wrt_client *c, struct wrt_hw_stream *hw,
			 const struct wrt_hw_geom *g)
{
	wrt_assert_locked(&s->dev->lock);
	s->hw = hw;
	s->owner = c;
	wrt_clients_link(s, c);
	wrt_memset(&s->latency, 0, sizeof(s->latency));
	set_geometry(s, g);
	s->dev->ops->position(hw, &s->at);
	wrt_position_set(&s->pos, &s->cycle, s->at.linear, s->at.ns);
	s->dma = WRT_DMA_ON;
	s->state = WRT_STREAM_RUN;
	WRT_TRACE(start, wrt_trace_id(s), s->pos.linear, s->at.ns);
	wrt_stream_publish(s);
}

int wrt_stream_adopt(struct wrt_stream *s, struct wrt_client *c, struct wrt_hw_stream *hw,
		     const struct wrt_hw_geom *g)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	int err = 0;

	let_go_locked(s, c);
	if (s->state == WRT_STREAM_GONE)
		err = WRT_EGONE;
	else if (s->owner)
		err = WRT_EBUSY;
	else
		adopt_locked(s, c, hw, g);
	wrt_device_unlock_and_kick(s->dev, flags);
	return err;
}

void wrt_stream_let_go(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);

	let_go_locked(s, c);
	wrt_device_unlock_and_kick(s->dev, flags);
}

static bool owns(struct wrt_stream *s, const struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	bool owner = s->owner == c;

	wrt_unlock(&s->dev->lock, flags);
	return owner;
}

void wrt_stream_release(struct wrt_stream *s, struct wrt_client *c)
{
	bool owner;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&s->dev->mutex);
	owner = owns(s, c);
	if (owner)
		wrt_stream_forget_buffer(s);
	wrt_mutex_unlock(&s->dev->mutex);
	wrt_deferred_kick(s->dev);
	if (owner)
		disown(s, c);
}

/* ---- DMA on and off, by a client that may sleep -------------------------------------------- */

/* Device mutex held. Only a stream of c in this state, and no start of one that has ended. */
static int run_hw(struct wrt_client *c, bool on, enum wrt_stream_state state)
{
	struct wrt_stream *s = c->stream;
	struct wrt_hw_stream *hw;
	unsigned long flags;
	u64 linear;
	bool due;

	wrt_assert_mutex(&s->dev->mutex);
	flags = wrt_lock(&s->dev->lock);
	due = s->owner == c && s->state == state && !(on && wrt_position_ended(&s->pos));
	linear = s->pos.linear;
	hw = s->hw;
	wrt_unlock(&s->dev->lock, flags);
	return due ? s->dev->ops->run(hw, on, linear) : 0;
}

/* Either all of them run on return, or none. */
static int run_all(struct wrt_device *dev, struct wrt_client *const *clients, u32 n)
{
	int err = wrt_mutex_lock_killable(&dev->mutex);
	u32 i;

	if (err)
		return err;
	for (i = 0; i < n && !err; i++)
		err = run_hw(clients[i], true, WRT_STREAM_READY);
	if (err)
		for (i--; i; i--)
			run_hw(clients[i - 1], false, WRT_STREAM_READY);
	wrt_mutex_unlock(&dev->mutex);
	return err;
}

static void halt_all(struct wrt_device *dev, struct wrt_client *const *clients, u32 n,
		     enum wrt_stream_state state)
{
	u32 i;

	wrt_mutex_lock(&dev->mutex);
	for (i = 0; i < n; i++)
		run_hw(clients[i], false, state);
	wrt_mutex_unlock(&dev->mutex);
}

/* No signal is made with the device mutex held, so start() comes after it was released. */
int wrt_streams_run(struct wrt_device *dev, struct wrt_client *const *clients, u32 n,
		    u64 *spread_ns)
{
	int err;

	wrt_assert_may_sleep();
	if (!dev->ops->run)
		return wrt_streams_start(dev, clients, n, spread_ns);
	err = run_all(dev, clients, n);
	if (err)
		return err;
	err = wrt_streams_start(dev, clients, n, spread_ns);
	if (err)
		halt_all(dev, clients, n, WRT_STREAM_READY);
	return err;
}

void wrt_streams_pause(struct wrt_device *dev, struct wrt_client *const *clients, u32 n)
{
	wrt_assert_may_sleep();
	if (dev->ops->run)
		halt_all(dev, clients, n, WRT_STREAM_RUN);
	wrt_streams_stop(dev, clients, n);
}
