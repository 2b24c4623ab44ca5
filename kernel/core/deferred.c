// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * deferred.c - see deferred.h: the queue, its budget, waiting for it.
 */
#include "deferred.h"
#include "stream.h"

/*
 * A class may spend this share of the time (1 / 2^n). What it spends beyond that is a debt. With a
 * debt of DEBT_NS it rests until that is earned back, and for at least REST_NS: each rest costs
 * the processor two task switches.
 */
static const u32 share[WRT_DEFERRED_CLASSES] = { 4, 5 };

#define DEBT_NS		20000u
#define REST_NS		1000000u

/* Waking the thread is counted as work, but not what other tasks do in that time. */
#define WAKE_MAX_NS	15000u

void wrt_deferred_init(struct wrt_deferred *d)
{
	wrt_memset(d, 0, sizeof(*d));
	wrt_lock_init(&d->lock);
}

/* ---- the queue, lock held ------------------------------------------------------------- */

static enum wrt_deferred_class class_of(const struct wrt_client *c)
{
	return c->observer ? WRT_DEFERRED_OBSERVERS : WRT_DEFERRED_OWNERS;
}

static struct wrt_deferred_queue *queue_of(struct wrt_deferred *d, const struct wrt_client *c)
{
	return &d->queue[class_of(c)];
}

/* True: the queue was empty. */
static bool append(struct wrt_deferred *d, struct wrt_client *c)
{
	struct wrt_deferred_queue *q = queue_of(d, c);
	bool first = !q->first;

	wrt_assert_locked(&d->lock);
	if (c->deferred || c->cancelled || c->closed)
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
		if (d->urgent || now >= q->rest_until_ns) {
			*wait_ns = 0;
			return q->first;
		}
		if (q->rest_until_ns - now < *wait_ns)
			*wait_ns = q->rest_until_ns - now;
	}
	return NULL;
}

static u64 earned(const struct wrt_deferred_queue *q, u32 shift, u64 now)
{
	return (now - q->spent_at_ns) >> shift;
}

static void charge(struct wrt_deferred *d, enum wrt_deferred_class class, u64 took_ns, u64 now)
{
	struct wrt_deferred_queue *q = &d->queue[class];
	u64 back = earned(q, share[class], now);

	wrt_assert_locked(&d->lock);
	q->spent_ns = took_ns + (q->spent_ns > back ? q->spent_ns - back : 0);
	q->spent_at_ns = now;
	if (q->spent_ns < DEBT_NS)
		return;
	q->rest_until_ns = now + (q->spent_ns << share[class]);
	if (q->rest_until_ns < now + REST_NS)
		q->rest_until_ns = now + REST_NS;
	q->spent_ns = 0;
	q->spent_at_ns = q->rest_until_ns;
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

	if (work && !d->woken_ns)
		d->woken_ns = wrt_now_ns();
	wrt_unlock(&d->lock, flags);
	return work;
}

void wrt_deferred_kick(struct wrt_device *dev)
{
	if (has_work(&dev->deferred))
		dev->wake(dev);
}

/* ---- the thread --------------------------------------------------------------------- */

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

/* Work began when the thread had to be woken for it: by an interrupt, or because a rest is over. */
static u64 work_began(struct wrt_deferred *d, const struct wrt_client *c, u64 now)
{
	u64 began = queue_of(d, c)->rest_until_ns;

	if (d->woken_ns > began)
		began = d->woken_ns;
	d->woken_ns = 0;
	if (began < d->served_ns)
		began = d->served_ns;
	if (began >= now)	/* another processor has woken the thread again */
		return now;
	return now - began > WAKE_MAX_NS ? now - WAKE_MAX_NS : began;
}

struct wrt_client *wrt_deferred_begin(struct wrt_device *dev, u64 *began_ns, u64 *wait_ns)
{
	struct wrt_deferred *d = &dev->deferred;
	struct wrt_client *c = NULL;
	u64 now = wrt_now_ns();
	unsigned long flags;

	flags = wrt_lock(&d->lock);
	*wait_ns = WRT_NOTHING_DEFERRED;
	if (!d->serving)
		c = next_client(d, now, wait_ns);
	if (c) {
		take_out(d, c);
		d->serving = c;
		*began_ns = work_began(d, c, now);
	}
	wrt_unlock(&d->lock, flags);
	return c;
}

void wrt_deferred_end(struct wrt_device *dev, struct wrt_client *c, bool more, u64 began_ns)
{
	struct wrt_deferred *d = &dev->deferred;
	u64 now = wrt_now_ns();
	unsigned long flags;
	bool awaited;

	flags = wrt_lock(&d->lock);
	charge(d, class_of(c), now - began_ns, now);
	if (more)
		append(d, c);
	d->serving = NULL;
	d->served_ns = now;
	awaited = d->waiters;
	wrt_unlock(&d->lock, flags);
	if (awaited)
		wrt_wake(&dev->wait);
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

static void cancel(struct wrt_device *dev, struct wrt_client *c, bool closed)
{
	struct wrt_deferred *d = &dev->deferred;
	unsigned long flags;

	wrt_assert_may_sleep();
	flags = wrt_lock(&d->lock);
	c->cancelled = true;
	c->closed |= closed;
	take_out(d, c);
	d->waiters++;
	wrt_unlock(&d->lock, flags);

	wrt_wake(&dev->wait);	/* the queue may be empty now */
	wrt_wait_until(&dev->wait, !is_served(d, c));

	flags = wrt_lock(&d->lock);
	c->cancelled = false;
	d->waiters--;
	wrt_unlock(&d->lock, flags);
}

void wrt_deferred_cancel(struct wrt_device *dev, struct wrt_client *c)
{
	cancel(dev, c, false);
}

static bool is_idle(struct wrt_deferred *d)
{
	unsigned long flags = wrt_lock(&d->lock);
	bool idle = d->abandoned || (!d->serving && is_empty(d));

	wrt_unlock(&d->lock, flags);
	return idle;
}

static void count_urgent(struct wrt_deferred *d, u32 n)
{
	unsigned long flags = wrt_lock(&d->lock);

	d->urgent += n;
	wrt_unlock(&d->lock, flags);
}

/* The caller is privileged and pays with its own time: there is no budget during the wait. */
int wrt_device_wait_deferred(struct wrt_device *dev)
{
	struct wrt_deferred *d = &dev->deferred;
	int err;

	wrt_assert_may_sleep();
	if (is_idle(d))
		return 0;
	count_urgent(d, 1);
	count_waiter(d, 1);
	wrt_deferred_kick(dev);
	wrt_wait_killable(&dev->wait, is_idle(d), err);
	count_waiter(d, -1u);
	count_urgent(d, -1u);
	return err;
}

void wrt_device_abandon_deferred(struct wrt_device *dev)
{
	struct wrt_deferred *d = &dev->deferred;
	unsigned long flags = wrt_lock(&d->lock);

	d->abandoned = true;
	wrt_unlock(&d->lock, flags);
	wrt_wake(&dev->wait);
}

/* ---- for clients that are on no list ------------------------------------------------ */

void wrt_client_defer(struct wrt_client *c)
{
	if (wrt_deferred_add(c->stream->dev, c))
		wrt_deferred_kick(c->stream->dev);
}

void wrt_client_cancel(struct wrt_client *c)
{
	cancel(c->stream->dev, c, true);
}
