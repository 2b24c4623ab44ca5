// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * deferred.c - see deferred.h; the functions for the binding's thread are in device.h.
 */
#include "clients.h"
#include "deferred.h"
#include "device.h"

/*
 * A rest is at least SHARE - 1 times the work before it. So many ns of work are collected
 * first: a rest costs a timer.
 */
#define SHARE		20
#define WORK_NS		10000

void wrt_deferred_init(struct wrt_deferred *d)
{
	wrt_memset(d, 0, sizeof(*d));
	wrt_lock_init(&d->lock);
}

/* ---- the queue, lock held ------------------------------------------------------------- */

static struct wrt_deferred_queue *queue_of(struct wrt_deferred *d, const struct wrt_client *c)
{
	return &d->queue[c->observer ? WRT_DEFERRED_OBSERVERS : WRT_DEFERRED_OWNERS];
}

/* True: the queue was empty. */
static bool append(struct wrt_deferred *d, struct wrt_client *c)
{
	struct wrt_deferred_queue *q = queue_of(d, c);
	bool first = !q->first;

	wrt_assert_locked(&d->lock);
	if (c->deferred || c->cancelled)
		return false;
	c->deferred = true;
	c->next_deferred = NULL;
	if (q->last)
		q->last->next_deferred = c;
	else
		q->first = c;
	q->last = c;
	return first;
}

static void take_out(struct wrt_deferred *d, struct wrt_client *c)
{
	struct wrt_deferred_queue *q = queue_of(d, c);
	struct wrt_client *before = NULL, *i;

	wrt_assert_locked(&d->lock);
	for (i = q->first; i && i != c; i = i->next_deferred)
		before = i;
	if (!i)
		return;
	if (before)
		before->next_deferred = c->next_deferred;
	else
		q->first = c->next_deferred;
	if (q->last == c)
		q->last = before;
	c->deferred = false;
}

static bool is_empty(const struct wrt_deferred *d)
{
	wrt_assert_locked(&d->lock);
	return !d->queue[WRT_DEFERRED_OWNERS].first && !d->queue[WRT_DEFERRED_OBSERVERS].first;
}

/* The next client that may be served now; or NULL, and how long until there is one. */
static struct wrt_client *next_client(struct wrt_deferred *d, u64 now, u64 *wait_ns)
{
	u32 i;

	wrt_assert_locked(&d->lock);
	*wait_ns = WRT_NOTHING_DEFERRED;
	for (i = 0; i < WRT_DEFERRED_CLASSES; i++) {
		struct wrt_deferred_queue *q = &d->queue[i];

		if (!q->first)
			continue;
		if (now >= q->rest_until_ns) {
			*wait_ns = 0;
			return q->first;
		}
		if (q->rest_until_ns - now < *wait_ns)
			*wait_ns = q->rest_until_ns - now;
	}
	return NULL;
}

static void charge(struct wrt_deferred_queue *q, u64 took_ns, u64 now)
{
	q->spent_ns += took_ns;
	if (q->spent_ns < WORK_NS)
		return;
	q->rest_until_ns = now + (SHARE - 1) * q->spent_ns;
	q->spent_ns = 0;
}

/* ---- from any context ------------------------------------------------------------------- */

bool wrt_deferred_add(struct wrt_device *dev, struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&dev->deferred.lock);
	bool kick = append(&dev->deferred, c);

	wrt_unlock(&dev->deferred.lock, flags);
	return kick;
}

static bool has_work(struct wrt_deferred *d)
{
	unsigned long flags = wrt_lock(&d->lock);
	bool work = !is_empty(d);

	wrt_unlock(&d->lock, flags);
	return work;
}

/* Without a thread: here and now. A call that is in progress goes on until the queue is empty. */
void wrt_deferred_kick(struct wrt_device *dev)
{
	if (!has_work(&dev->deferred))
		return;
	if (dev->wake) {
		dev->wake(dev);
		return;
	}
	while (!wrt_device_serve(dev))
		;
}

/* ---- the thread ----------------------------------------------------------------------------- */

u64 wrt_device_deferred(struct wrt_device *dev)
{
	struct wrt_deferred *d = &dev->deferred;
	unsigned long flags;
	u64 wait_ns;

	flags = wrt_lock(&d->lock);
	next_client(d, wrt_now_ns(), &wait_ns);
	wrt_unlock(&d->lock, flags);
	return wait_ns;
}

static struct wrt_client *begin_serving(struct wrt_deferred *d, u64 now, u64 *wait_ns)
{
	struct wrt_client *c = NULL;
	unsigned long flags;

	flags = wrt_lock(&d->lock);
	*wait_ns = WRT_NOTHING_DEFERRED;
	if (!d->serving)
		c = next_client(d, now, wait_ns);
	if (c)
		take_out(d, c);
	d->serving = c ? c : d->serving;
	wrt_unlock(&d->lock, flags);
	return c;
}

static void end_serving(struct wrt_device *dev, struct wrt_client *c, bool more, u64 began)
{
	struct wrt_deferred *d = &dev->deferred;
	u64 now = wrt_now_ns();
	unsigned long flags;
	bool awaited;

	flags = wrt_lock(&d->lock);
	charge(queue_of(d, c), now - began, now);
	if (more)
		append(d, c);
	d->serving = NULL;
	awaited = d->waiters;
	wrt_unlock(&d->lock, flags);
	if (awaited)
		wrt_wake(&dev->wait);
}

u64 wrt_device_serve(struct wrt_device *dev)
{
	u64 wait_ns, began = wrt_now_ns();
	struct wrt_client *c = begin_serving(&dev->deferred, began, &wait_ns);

	if (!c)
		return wait_ns;
	end_serving(dev, c, wrt_clients_serve(c), began);
	return 0;
}

/* ---- waiting for it ----------------------------------------------------------------------- */

static void count_waiter(struct wrt_deferred *d, u32 n)
{
	unsigned long flags = wrt_lock(&d->lock);

	d->waiters += n;
	wrt_unlock(&d->lock, flags);
}

static bool is_served(struct wrt_deferred *d, const struct wrt_client *c)
{
	unsigned long flags = wrt_lock(&d->lock);
	bool served = d->serving == c;

	wrt_unlock(&d->lock, flags);
	return served;
}

static void set_cancelled(struct wrt_deferred *d, struct wrt_client *c, bool cancelled)
{
	unsigned long flags = wrt_lock(&d->lock);

	c->cancelled = cancelled;
	if (cancelled)
		take_out(d, c);
	wrt_unlock(&d->lock, flags);
}

static void cancel(struct wrt_device *dev, struct wrt_client *c)
{
	struct wrt_deferred *d = &dev->deferred;

	wrt_assert_may_sleep();
	set_cancelled(d, c, true);
	count_waiter(d, 1);
	wrt_wait_until(&dev->wait, !is_served(d, c));
	count_waiter(d, -1u);
}

void wrt_deferred_cancel(struct wrt_device *dev, struct wrt_client *c)
{
	cancel(dev, c);
	set_cancelled(&dev->deferred, c, false);
}

static bool is_idle(struct wrt_deferred *d)
{
	unsigned long flags = wrt_lock(&d->lock);
	bool idle = !d->serving && is_empty(d);

	wrt_unlock(&d->lock, flags);
	return idle;
}

int wrt_device_wait_deferred(struct wrt_device *dev)
{
	struct wrt_deferred *d = &dev->deferred;
	int err;

	wrt_assert_may_sleep();
	count_waiter(d, 1);
	err = wrt_wait_killable(&dev->wait, is_idle(d));
	count_waiter(d, -1u);
	return err;
}

/* ---- for clients that are on no list -------------------------------------------------------- */

void wrt_client_defer(struct wrt_client *c)
{
	if (wrt_deferred_add(c->stream->dev, c))
		wrt_deferred_kick(c->stream->dev);
}

void wrt_client_cancel(struct wrt_client *c)
{
	cancel(c->stream->dev, c);
}
