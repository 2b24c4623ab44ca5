// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * stream.c - see stream.h: state, DMA on and off, publishing. The path of an interrupt is in
 * interrupt.c, notification of clients in clients.c.
 */
#include "clients.h"
#include "deferred.h"

void wrt_stream_init(struct wrt_stream *s, struct wrt_device *dev, u32 slot,
		     const struct wrt_hw_caps *caps)
{
	s->dev = dev;
	s->slot = slot;
	s->caps = *caps;
	if (caps->rates) {
		s->caps.nrates = wrt_min_u32(caps->nrates, WRT_RATES_MAX);
		wrt_memcpy(s->rates, caps->rates, s->caps.nrates * sizeof(*s->rates));
		s->caps.rates = s->rates;
	}
}

/* ---- reading and publishing, device lock held -------------------------------- */

static void fill_snapshot(const struct wrt_stream *s, struct wrt_snapshot *out)
{
	wrt_assert_locked(&s->dev->lock);
	out->state = s->state;
	out->offset = s->pos.offset;
	out->linear = s->pos.linear;
	out->ns = wrt_position_ns(&s->pos);
	out->read_ns = s->pos.ns;
	out->points = s->pos.points;
	out->packets = s->pos.points;	/* points are taken before anything is published */
	out->passed = 0;
	out->point_ns = s->pos.point_ns;
	out->look = s->looks;
	out->stalls = s->stalls;
	out->register_base = s->register_base;
	out->geom = &s->geom;
}

/* DMA was stopped without a request: cause 7 of the glitch event. */
static void count_stall(struct wrt_stream *s)
{
	wrt_assert_locked(&s->dev->lock);
	s->stalls++;
	s->changed = true;
	WRT_TRACE(glitch, wrt_trace_id(s), s->pos.linear, 0, WRT_STALL, 0, 1);
}

/*
 * Offset and time are read one after the other, and the reader may be preempted between them
 * (PREEMPT_RT, a virtual CPU). Read again while the times are too far apart; after that the
 * reading is used as it is, since its bounds are correct.
 */
static int read_again(struct wrt_stream *s, int err)
{
	u32 again = WRT_READ_AGAIN_MAX;

	wrt_assert_locked(&s->dev->lock);
	while (!err && s->at.ns - s->at.from_ns > s->bracket_ns && again--) {
		s->at.from_ns = 0;
		err = s->dev->ops->position(s->hw, &s->at);
	}
	return err;
}

/* The result of position() or stop(), with what it put into s->at. */
static void advance(struct wrt_stream *s, int err)
{
	const struct wrt_hw_pos *at = &s->at;

	wrt_assert_locked(&s->dev->lock);
	if (err < 0)
		return;
	if (err & WRT_POSITION_HALTED)
		wrt_position_halted(&s->pos, at->ns);
	if (err & WRT_POSITION_LINEAR)
		wrt_position_advance_to(&s->pos, &s->cycle, at->linear, at->from_ns, at->ns);
	else
		wrt_position_advance(&s->pos, &s->cycle, at->dma, at->from_ns, at->ns);
}

static void account_for(struct wrt_stream *s, int err)
{
	wrt_assert_locked(&s->dev->lock);
	if (err > 0 && err & WRT_POSITION_HALTED)
		count_stall(s);
	advance(s, err);
}

void wrt_stream_read(struct wrt_stream *s)
{
	int err;

	wrt_assert_locked(&s->dev->lock);
	if (s->dma != WRT_DMA_ON)
		return;
	s->at.from_ns = 0;
	err = s->dev->ops->position(s->hw, &s->at);
	account_for(s, read_again(s, err));
}

/* With the points that have passed since the client was last published to. */
static void publish_to(struct wrt_stream *s, struct wrt_client *c, struct wrt_snapshot *snap,
		       bool stopping)
{
	wrt_assert_locked(&s->dev->lock);
	snap->passed = s->passed - c->seen;
	if (c->ops->publish)
		c->ops->publish(c, snap);
	wrt_clients_hand_out(s, c, snap->passed, stopping);
}

/* To all; the owner comes first. */
static void publish_at(struct wrt_stream *s, bool stopping)
{
	struct wrt_snapshot snap;
	struct wrt_client *c;

	wrt_assert_locked(&s->dev->lock);
	s->changed = false;
	fill_snapshot(s, &snap);
	for (c = s->clients; c; c = c->next)
		publish_to(s, c, &snap, stopping);
}

void wrt_stream_publish(struct wrt_stream *s)
{
	publish_at(s, false);
}

void wrt_stream_publish_to_observers(struct wrt_stream *s)
{
	struct wrt_client *c;

	wrt_assert_locked(&s->dev->lock);
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

	wrt_stream_publish_to_observers(s);	/* without the points that pass now */
	fresh = wrt_position_take_points(&s->pos, &s->cycle);
	s->passed += fresh;
	return fresh;
}

/* Turn DMA off and account for the last bytes. */
static void stop_dma(struct wrt_stream *s)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->dma != WRT_DMA_ON)
		return;
	advance(s, s->dev->ops->stop(s->hw, &s->at));
	s->dma = WRT_DMA_OFF;
	WRT_TRACE(stop, wrt_trace_id(s), s->pos.linear, s->pos.ns);
}

void wrt_stream_halt(struct wrt_stream *s)
{
	wrt_assert_locked(&s->dev->lock);
	stop_dma(s);
	if (s->dma == WRT_DMA_RESUMES)
		s->dma = WRT_DMA_ASLEEP;
	s->state = WRT_STREAM_READY;
	s->looks++;
	pass_points(s);
	publish_at(s, true);
}

/* ---- position updates ---------------------------------------------------------------- */

/*
 * Take the points that have passed. At the end of a stream the engine is stopped, unless it has
 * end() and plays silence after the end.
 */
static void update_points(struct wrt_stream *s)
{
	u64 fresh;

	wrt_assert_locked(&s->dev->lock);
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
	wrt_stream_read(s);
	update_points(s);
	wrt_stream_publish(s);
}

void wrt_stream_keep_for_observers(struct wrt_stream *s)
{
	wrt_assert_locked(&s->dev->lock);
	fill_snapshot(s, &s->update);
	s->observers_due = true;
}

void wrt_stream_publish_to_owner(struct wrt_stream *s, u64 passed)
{
	wrt_assert_locked(&s->dev->lock);
	fill_snapshot(s, &s->update);
	s->update.passed = passed;
	s->owner->ops->publish(s->owner, &s->update);
}

void wrt_stream_update(struct wrt_stream *s, int err)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->dma == WRT_DMA_ON)
		account_for(s, read_again(s, err));
	update_points(s);
	wrt_stream_keep_for_observers(s);
	publish_to(s, s->owner, &s->update, false);
	s->changed = false;
}

/* ---- running -------------------------------------------------------------------- */

/* DMA is on: program the end into the engine, if there is an end and the engine has end(). */
static void aim_at_end(struct wrt_stream *s)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->dev->ops->end && s->pos.has_end)
		s->dev->ops->end(s->hw, (u32)(s->pos.end - s->pos.linear));
}

/* Turn DMA on where it was turned off. *ns: see start() in hw.h. */
static int start_dma(struct wrt_stream *s, u64 *from_ns, u64 *ns)
{
	const struct wrt_hw_ops *ops = s->dev->ops;
	int err;

	wrt_assert_locked(&s->dev->lock);
	err = ops->start(s->hw, s->pos.offset, from_ns, ns);
	if (err)
		return err;
	if (ops->register_base)
		s->register_base = ops->register_base(s->hw);
	s->dma = WRT_DMA_ON;
	wrt_position_resume(&s->pos, *from_ns, *ns);
	WRT_TRACE(start, wrt_trace_id(s), s->pos.linear, *ns);
	aim_at_end(s);
	return 0;
}

static int may_start(const struct wrt_stream *s, const struct wrt_client *c)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->state == WRT_STREAM_GONE)
		return WRT_EGONE;
	if (s->owner != c)
		return WRT_EBUSY;
	if (s->state != WRT_STREAM_READY)
		return WRT_ESTATE;
	return s->dma == WRT_DMA_ASLEEP ? WRT_EIO : 0;
}

/* A stream that has ended stays in RUN without DMA. */
static int start_locked(struct wrt_stream *s, u64 *from_ns, u64 *ns)
{
	int err;

	wrt_assert_locked(&s->dev->lock);
	if (!wrt_position_ended(&s->pos)) {
		err = start_dma(s, from_ns, ns);
		if (err)
			return err;
	}
	s->state = WRT_STREAM_RUN;
	wrt_stream_publish(s);
	return 0;
}

/* The lock is dropped for the callback. */
static void finish_start(struct wrt_stream *s, unsigned long *flags)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->state != WRT_STREAM_RUN || s->dma == WRT_DMA_ON)
		return;
	take_look(s);	/* it has ended: there will be no interrupt */
	wrt_clients_notify_owner(s, flags);
}

int wrt_stream_start(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	u64 from_ns = 0, ns = 0;
	int err = may_start(s, c);

	if (!err)
		err = start_locked(s, &from_ns, &ns);
	if (!err)
		finish_start(s, &flags);
	wrt_device_unlock_and_kick(s->dev, flags);
	return err;
}

/* None of them runs if one cannot be started. */
static int start_all(struct wrt_client *const *clients, u32 n, u64 *spread_ns)
{
	u64 first_ns = ~0ull, last_ns = 0, from_ns = 0, ns = 0;
	u32 i;
	int err;

	for (i = 0; i < n; i++) {
		err = start_locked(clients[i]->stream, &from_ns, &ns);
		if (err)
			goto undo;
		if (clients[i]->stream->dma != WRT_DMA_ON)
			continue;
		first_ns = wrt_min_u64(first_ns, from_ns);
		last_ns = ns;
	}
	*spread_ns = last_ns - wrt_min_u64(first_ns, last_ns);
	return 0;
undo:
	while (i)
		wrt_stream_halt(clients[--i]->stream);
	return err;
}

int wrt_streams_start(struct wrt_device *dev, struct wrt_client *const *clients, u32 n,
		      u64 *spread_ns)
{
	unsigned long flags = wrt_lock(&dev->lock);
	int err = 0;
	u32 i;

	for (i = 0; i < n && !err; i++)
		err = may_start(clients[i]->stream, clients[i]);
	if (!err)
		err = start_all(clients, n, spread_ns);
	for (i = 0; i < n && !err; i++)
		finish_start(clients[i]->stream, &flags);
	wrt_device_unlock_and_kick(dev, flags);
	return err;
}

void wrt_streams_stop(struct wrt_device *dev, struct wrt_client *const *clients, u32 n)
{
	unsigned long flags = wrt_lock(&dev->lock);
	u32 i;

	for (i = 0; i < n; i++) {
		struct wrt_stream *s = clients[i]->stream;

		if (s->owner == clients[i] && s->state == WRT_STREAM_RUN)
			wrt_stream_halt(s);
	}
	wrt_device_unlock_and_kick(dev, flags);
}

int wrt_stream_stop(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	int err = 0;

	if (s->owner != c)
		err = WRT_EBUSY;
	else if (s->state == WRT_STREAM_RUN)
		wrt_stream_halt(s);
	wrt_device_unlock_and_kick(s->dev, flags);
	return err;
}

void wrt_stream_reset(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);

	if (s->owner == c && s->state == WRT_STREAM_READY) {
		wrt_position_reset(&s->pos);
		wrt_stream_publish(s);
	}
	wrt_unlock(&s->dev->lock, flags);
}

void wrt_stream_fill(struct wrt_stream *s, const struct wrt_client *c, struct wrt_snapshot *out)
{
	static const struct wrt_hw_geom none;

	wrt_assert_locked(&s->dev->lock);
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
	wrt_assert_locked(&s->dev->lock);
	wrt_position_end_at(&s->pos, linear, points);
	if (s->state == WRT_STREAM_RUN && s->dma == WRT_DMA_ON)
		aim_at_end(s);
}

void wrt_stream_silence_after(struct wrt_stream *s, struct wrt_client *c, u64 linear)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	u64 left = linear > s->pos.linear ? linear - s->pos.linear : 0;

	if (s->owner == c && s->state == WRT_STREAM_RUN && s->dma == WRT_DMA_ON)
		s->dev->ops->silence_after(s->hw, left < s->geom.bytes ? (u32)left : s->geom.bytes);
	wrt_unlock(&s->dev->lock, flags);
}

void wrt_stream_gone(struct wrt_stream *s)
{
	unsigned long flags;

	wrt_assert_mutex(&s->dev->mutex);
	flags = wrt_lock(&s->dev->lock);
	if (s->state == WRT_STREAM_RUN)
		wrt_stream_halt(s);
	s->state = WRT_STREAM_GONE;
	wrt_stream_publish(s);
	wrt_clients_defer_owner(s);
	wrt_unlock(&s->dev->lock, flags);
}

void wrt_stream_suspend(struct wrt_stream *s)
{
	unsigned long flags = wrt_lock(&s->dev->lock);

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
	wrt_unlock(&s->dev->lock, flags);
}

/* If the hardware does not start again, the stream stays halted until it is stopped. */
int wrt_stream_resume(struct wrt_stream *s)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	bool resumes = s->dma == WRT_DMA_RESUMES;
	u64 from_ns = 0, ns = 0;
	int err = 0;

	wrt_assert_mutex(&s->dev->mutex);
	if (s->dma != WRT_DMA_ON)
		s->dma = WRT_DMA_OFF;
	if (resumes && !wrt_position_ended(&s->pos))
		err = start_dma(s, &from_ns, &ns);
	wrt_stream_publish(s);
	wrt_unlock(&s->dev->lock, flags);
	return err;
}

/* ---- observers ------------------------------------------------------------------- */

static int observe_locked(struct wrt_stream *s, struct wrt_client *c)
{
	wrt_assert_locked(&s->dev->lock);
	if (s->state == WRT_STREAM_GONE)
		return WRT_EGONE;
	if (!wrt_clients_has_place(s, c))
		return WRT_ENOMEM;
	if (s->state == WRT_STREAM_RUN)	/* earlier points are not for the new observer */
		take_look(s);
	c->observer = true;
	wrt_clients_link(s, c);
	wrt_clients_update_points(s);
	return 0;
}

static bool has_observers(struct wrt_stream *s)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	bool observers = s->clients && (s->clients != s->owner || s->owner->next);

	wrt_unlock(&s->dev->lock, flags);
	return observers;
}

/* Tell the backend whether the stream has observers. */
static void tell_backend(struct wrt_stream *s)
{
	const struct wrt_hw_ops *ops = s->dev->ops;
	bool watched;

	if (!ops->watch)
		return;
	wrt_mutex_lock(&s->dev->mutex);
	watched = has_observers(s);
	if (s->dev->state != WRT_DEVICE_GONE && watched != s->watched) {
		s->watched = watched;
		ops->watch(s->dev->hw, s->slot, watched);
	}
	wrt_mutex_unlock(&s->dev->mutex);
}

int wrt_stream_observe(struct wrt_stream *s, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&s->dev->lock);
	int err = observe_locked(s, c);

	if (!err)
		wrt_clients_notify_owner(s, &flags);
	wrt_device_unlock_and_kick(s->dev, flags);
	if (!err)
		tell_backend(s);
	return err;
}

void wrt_stream_unobserve(struct wrt_stream *s, struct wrt_client *c)
{
	wrt_assert_may_sleep();
	wrt_clients_unlink(s, c);
	tell_backend(s);
}
