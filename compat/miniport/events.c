// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * events.c - the events of a stream: registered, unregistered, signalled.
 *
 * Each event knows the next point that it has to be signalled for, so any number of threads
 * may signal: the event lock decides who makes which signal.
 *
 * A signal walks the list of the event's waiters, and only their owner bounds its length. So the
 * interrupt signals at most AT_ONCE events, once each, and none that was slow before; it does so
 * under the event lock. Everything else is signalled by the thread of the device
 * (core/deferred.h), one event a turn, without the lock.
 *
 * A quick event may become slow, since waiters come and go. To bound the time that a client can
 * use by that, or by registering new events again and again: after a signal that took a long time t
 * in the interrupt, all events of that user on that stream are signalled by the thread for the next
 * TRIAL_SHARE * t.
 */
#include "miniport.h"

#define AT_ONCE		4u
#define SLOW_NS		20000u
#define TRIAL_SHARE	1000u

/*
 * Most points that an event may lag. An observer that is slower misses the older ones (the page has
 * the exact count); an owner does only after a stall of the machine.
 */
#define BEHIND_MAX_OBSERVER	64u
#define BEHIND_MAX_OWNER	WRT_PENDING_MAX

static int find(const struct wrt_mp *mp, const void *event)
{
	u32 i;

	wrt_assert_locked(&mp->event_lock);
	for (i = 0; i < mp->nevents; i++)
		if (mp->event[i].event == event)
			return (int)i;
	return -1;
}

/* ---- registering ----------------------------------------------------------------------- */

/*
 * Observers need no buffer of their own; an owner must have asked for notification, unless the
 * binding leaves that check to its port driver (Q8).
 */
static enum wrt_status may_register(const struct wrt_mp *mp)
{
	if (wrt_mp_is_removed(mp))
		return WRT_STATUS_DEVICE_REMOVED;
	if (mp->observer || mp->early_events || mp->buffer == WRT_MP_NOTIFY_BUFFER)
		return WRT_STATUS_SUCCESS;
	if (mp->buffer == WRT_MP_TIMER_BUFFER)
		return WRT_STATUS_NOT_SUPPORTED;
	return WRT_STATUS_DEVICE_NOT_READY;
}

enum wrt_status wrt_mp_register_event(struct wrt_mp *mp, void *event)
{
	enum wrt_status status = may_register(mp);
	unsigned long flags;
	u64 next;

	wrt_assert_may_sleep();
	if (status)
		return status;
	next = wrt_stream_next_point(mp->stream, &mp->client);	/* WRT-073 */
	flags = wrt_lock(&mp->event_lock);
	if (find(mp, event) >= 0)
		status = WRT_STATUS_UNSUCCESSFUL;
	else if (mp->nevents == WRT_MP_EVENTS_MAX)
		status = WRT_STATUS_INSUFFICIENT_RESOURCES;
	else
		mp->event[mp->nevents++] = (struct wrt_mp_event){
			.event = event,
			/* a point may have passed since */
			.next = wrt_max_u64(next, mp->handed),
		};
	wrt_unlock(&mp->event_lock, flags);
	return status;
}

void wrt_mp_own_event(struct wrt_mp *mp, void *event)
{
	unsigned long flags = wrt_lock(&mp->event_lock);

	if (!mp->own.event) {
		mp->own.event = event;
		mp->own.next = mp->handed;
	}
	mp->own.slow = false;
	wrt_unlock(&mp->event_lock, flags);
}

/* From here on no signal of the event begins. False: it is not registered. */
static bool begin_leaving(struct wrt_mp *mp, const void *event, bool leaving)
{
	unsigned long flags = wrt_lock(&mp->event_lock);
	int at = find(mp, event);

	if (at >= 0) {
		mp->event[at].leaving = leaving;
		if (leaving)
			mp->waiters++;
		else
			mp->waiters--;
	}
	wrt_unlock(&mp->event_lock, flags);
	return at >= 0;
}

static bool is_busy(struct wrt_mp *mp, const void *event)
{
	unsigned long flags = wrt_lock(&mp->event_lock);
	bool busy = mp->event[find(mp, event)].busy;

	wrt_unlock(&mp->event_lock, flags);
	return busy;
}

static void take_out(struct wrt_mp *mp, const void *event)
{
	unsigned long flags = wrt_lock(&mp->event_lock);
	u32 i = (u32)find(mp, event);

	mp->nevents--;
	mp->waiters--;
	if (mp->turn > i)
		mp->turn--;
	for (; i < mp->nevents; i++)
		mp->event[i] = mp->event[i + 1];
	wrt_unlock(&mp->event_lock, flags);
}

enum wrt_status wrt_mp_unregister_event(struct wrt_mp *mp, void *event)
{
	int err;

	wrt_assert_may_sleep();
	if (!begin_leaving(mp, event, true))
		return WRT_STATUS_NOT_FOUND;
	wrt_wait_killable(&mp->stream->dev->wait, !is_busy(mp, event), err);
	if (err) {
		begin_leaving(mp, event, false);
		return WRT_STATUS_CANCELLED;
	}
	take_out(mp, event);
	return WRT_STATUS_SUCCESS;
}

/* ---- signalling, event lock held ----------------------------------------------------------- */

static bool is_owed(const struct wrt_mp *mp, const struct wrt_mp_event *e)
{
	wrt_assert_locked(&mp->event_lock);
	return e->event && (e->next < mp->handed || e->last) && !e->leaving;
}

/* The binding's own event comes after the others. Without one it is never owed a signal. */
static struct wrt_mp_event *event_at(struct wrt_mp *mp, u32 i)
{
	return i < mp->nevents ? &mp->event[i] : &mp->own;
}

static bool any_owed(struct wrt_mp *mp)
{
	u32 i;

	for (i = 0; i <= mp->nevents; i++)
		if (is_owed(mp, event_at(mp, i)))
			return true;
	return false;
}

/* e->next is below mp->handed. */
static inline void clip(const struct wrt_mp *mp, struct wrt_mp_event *e)
{
	u64 behind = mp->handed - e->next;

	if (behind > BEHIND_MAX_OBSERVER && (mp->observer || e == &mp->own))
		e->next = mp->handed - BEHIND_MAX_OBSERVER;
	else if (behind > BEHIND_MAX_OWNER)
		e->next = mp->handed - BEHIND_MAX_OWNER;
}

/* A signal is about to be made, for the event's next point or because the device is gone. */
static inline void take_point(struct wrt_mp *mp, struct wrt_mp_event *e, u64 now)
{
	wrt_assert_locked(&mp->event_lock);
	if (e->next >= mp->handed) {
		e->last = false;
		return;
	}
	clip(mp, e);
	do {
		mp->ops->signalling(mp, e->next, now);
		e->next++;
	} while (e == &mp->own && e->next < mp->handed);
}

static void judge(struct wrt_mp_event *e, u64 took_ns)
{
	if (took_ns > SLOW_NS)
		e->slow = true;
}

/* Slow signals add up. They do not affect the events of other users. */
static void forbid_trials(struct wrt_mp *mp, u64 now, u64 took_ns)
{
	struct wrt_stream *s = mp->stream;

	if (s->no_trial_before < now)
		s->no_trial_before = now;
	s->no_trial_before += TRIAL_SHARE * took_ns;
	s->no_trial_uid = mp->client.user.uid;
}

/* In the interrupt. Returns when the signal had been made. */
static wrt_always_inline u64 signal_at_once(struct wrt_mp *mp, struct wrt_mp_event *e, u64 now)
{
	u64 after;

	wrt_assert_locked(&mp->event_lock);
	take_point(mp, e, now);
	mp->ops->signal(mp, e->event);
	after = wrt_now_ns();
	judge(e, after - now);
	if (e->slow)
		forbid_trials(mp, after, after - now);
	return after;
}

static bool may_signal_at_once(const struct wrt_mp *mp, const struct wrt_mp_event *e, u64 now)
{
	const struct wrt_stream *s = mp->stream;

	if (e->slow)
		return false;
	return now >= s->no_trial_before || mp->client.user.uid != s->no_trial_uid;
}

/* Returns the time as it is known then. */
static inline u64 signal_if_quick(struct wrt_mp *mp, struct wrt_mp_event *e, u64 began, u64 now)
{
	if (is_owed(mp, e) && now - began <= SLOW_NS && may_signal_at_once(mp, e, now))
		return signal_at_once(mp, e, now);
	return now;
}

/*
 * What the interrupt does. now: the time, or 0. True: something is left for the thread. What is
 * left in call_ns is when the last signal had been made.
 */
static bool signal_some(struct wrt_mp *mp, enum wrt_notify_from from, u64 now)
{
	u32 i, n = wrt_min_u32(mp->nevents, AT_ONCE);
	bool left = mp->nevents > n;
	u64 began;

	wrt_assert_locked(&mp->event_lock);
	if (from == WRT_FROM_SERIES)
		mp->client.call_ns = 0;
	if (!n && !mp->own.event)
		return false;
	if (!now)
		now = wrt_now_ns();
	began = now;
	for (i = 0; i < n; i++) {
		now = signal_if_quick(mp, &mp->event[i], began, now);
		left |= is_owed(mp, &mp->event[i]);
	}
	if (mp->own.event) {
		now = signal_if_quick(mp, &mp->own, began, now);
		left |= is_owed(mp, &mp->own);
	}
	if (from == WRT_FROM_SERIES && now != began)
		mp->client.call_ns = now;
	return left;
}

/* The events take turns. NULL: none is owed a signal. */
static struct wrt_mp_event *next_owed(struct wrt_mp *mp)
{
	u32 i, at;

	wrt_assert_locked(&mp->event_lock);
	for (i = 0; i <= mp->nevents; i++) {
		at = (mp->turn + i) % (mp->nevents + 1);
		if (!is_owed(mp, event_at(mp, at)))
			continue;
		mp->turn = at + 1;
		return event_at(mp, at);
	}
	return NULL;
}

/* What the thread does in one turn. The lock is dropped for the signal. */
static void signal_next(struct wrt_mp *mp, unsigned long *flags)
{
	struct wrt_mp_event *e = next_owed(mp);
	u64 began = wrt_now_ns(), took;
	void *event;

	wrt_assert_locked(&mp->event_lock);
	if (!e)
		return;
	take_point(mp, e, began);
	event = e->event;
	e->busy++;
	wrt_unlock(&mp->event_lock, *flags);
	wrt_stay();	/* the time is to be that of the signal, not of the client that it wakes */
	mp->ops->signal(mp, event);
	took = wrt_now_ns() - began;
	wrt_go();
	*flags = wrt_lock(&mp->event_lock);
	if (e != &mp->own)
		e = &mp->event[find(mp, event)];	/* others may have been unregistered */
	e->busy--;
	judge(e, took);
	if (mp->waiters)
		wrt_wake(&mp->stream->dev->wait);
}

/* ---- called by core and stream.c ------------------------------------------------------------- */

/* True: that took time. */
static bool tell_binding(struct wrt_mp *mp)
{
	return mp->ops->passed && mp->ops->passed(mp);
}

static inline void note_handed(struct wrt_mp *mp, u64 first, u64 points)
{
	wrt_assert_locked(&mp->event_lock);
	if (first + points > mp->handed)
		mp->handed = first + points;
}

static bool notify_from_thread(struct wrt_mp *mp, u64 first, u64 points)
{
	unsigned long flags = wrt_lock(&mp->event_lock);
	bool more;

	note_handed(mp, first, points);
	signal_next(mp, &flags);
	more = any_owed(mp);
	wrt_unlock(&mp->event_lock, flags);
	return more;
}

bool wrt_mp_notify(struct wrt_client *c, u64 first, u64 points, enum wrt_notify_from from)
{
	struct wrt_mp *mp = wrt_mp_of(c);
	unsigned long flags;
	bool more;
	u64 now = 0;

	if (from == WRT_FROM_SERIES)
		now = c->call_ns;
	if (points && tell_binding(mp))
		now = 0;
	if (from == WRT_FROM_THREAD)
		return notify_from_thread(mp, first, points);
	flags = wrt_lock(&mp->event_lock);
	note_handed(mp, first, points);
	more = signal_some(mp, from, now);
	wrt_unlock(&mp->event_lock, flags);
	return more;
}

static void drop_owed(struct wrt_mp *mp)
{
	unsigned long flags = wrt_lock(&mp->event_lock);
	u32 i;

	mp->handed = mp->client.passed;
	for (i = 0; i < mp->nevents; i++)
		if (mp->event[i].next < mp->handed)
			mp->event[i].next = mp->handed;
	wrt_unlock(&mp->event_lock, flags);
}

/*
 * [S] After a stop: every event is signalled for all points that have passed (WRT-096, 097,
 * Q47). If the process is being killed, the rest is dropped, except for the binding's own event:
 * another process may wait for it. If the device has been removed meanwhile, the thread makes
 * the rest.
 */
void wrt_mp_settle(struct wrt_mp *mp)
{
	int err;

	wrt_assert_may_sleep();
	err = wrt_stream_settle(mp->stream, &mp->client);
	if (err == WRT_EINTR) {
		drop_owed(mp);
		tell_binding(mp);
	}
	if (err)
		wrt_client_defer(&mp->client);
}

/* The client has been unlinked: points that were pending for it are handed out here. */
void wrt_mp_signal_last(struct wrt_mp *mp)
{
	unsigned long flags = wrt_lock(&mp->event_lock);
	u32 i;

	mp->handed = mp->client.passed;
	for (i = 0; i <= mp->nevents; i++)
		event_at(mp, i)->last = true;
	wrt_unlock(&mp->event_lock, flags);
	wrt_client_defer(&mp->client);
}
