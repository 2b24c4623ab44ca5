// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * events.c - the events of a stream: registered, unregistered, signalled.
 *
 * One lock covers the list and the act of signalling. So when unregister has taken an
 * event out, no signal of it is under way and none can follow (Q46), with nothing to
 * wait for. Signals of several points are given one lock hold each.
 */
#include "miniport.h"

#define SIGNALS_AT_ONCE	256

static int find(const struct wrt_mp *mp, const void *event)
{
	u32 i;

	for (i = 0; i < mp->nevents; i++)
		if (mp->event[i].event == event)
			return (int)i;
	return -1;
}

/* Observers need no buffer of their own; an owner must have asked for notification (Q8). */
static enum wrt_status may_register(const struct wrt_mp *mp)
{
	if (mp->removed)
		return WRT_STATUS_DEVICE_REMOVED;
	if (mp->observer || mp->buffer == WRT_MP_NOTIFY_BUFFER)
		return WRT_STATUS_SUCCESS;
	if (mp->buffer == WRT_MP_TIMER_BUFFER)
		return WRT_STATUS_NOT_SUPPORTED;
	return WRT_STATUS_DEVICE_NOT_READY;
}

/*
 * How many points one interrupt may signal: 64 for up to 4 events, fewer for more, so
 * that catching up after a stall does not keep the processor. The rest follows.
 */
u32 wrt_mp_batch(const struct wrt_mp *mp)
{
	u32 batch = SIGNALS_AT_ONCE / wrt_max_u32(mp->nevents, 1);

	return wrt_max_u32(wrt_min_u32(batch, 64), 1);
}

enum wrt_status wrt_mp_register_event(struct wrt_mp *mp, void *event)
{
	enum wrt_status status = may_register(mp);
	unsigned long flags;
	u64 since;

	if (status)
		return status;
	since = wrt_stream_next_point(mp->stream, &mp->client);
	flags = wrt_lock(&mp->event_lock);
	if (find(mp, event) >= 0)
		status = WRT_STATUS_UNSUCCESSFUL;
	else if (mp->nevents == WRT_MP_EVENTS_MAX)
		status = WRT_STATUS_INSUFFICIENT_RESOURCES;
	else
		mp->event[mp->nevents++] = (struct wrt_mp_event){ event, since };
	wrt_unlock(&mp->event_lock, flags);
	wrt_stream_set_batch(mp->stream, &mp->client, wrt_mp_batch(mp));
	return status;
}

enum wrt_status wrt_mp_unregister_event(struct wrt_mp *mp, void *event)
{
	unsigned long flags;
	u32 i;
	int at;

	flags = wrt_lock(&mp->event_lock);
	at = find(mp, event);
	if (at >= 0) {
		mp->nevents--;
		for (i = (u32)at; i < mp->nevents; i++)
			mp->event[i] = mp->event[i + 1];
	}
	wrt_unlock(&mp->event_lock, flags);
	wrt_stream_set_batch(mp->stream, &mp->client, wrt_mp_batch(mp));
	return at >= 0 ? WRT_STATUS_SUCCESS : WRT_STATUS_NOT_FOUND;
}

/* One point. An event registered since it passed is not told of it (WRT-073). */
static void signal_point(struct wrt_mp *mp, u64 point)
{
	unsigned long flags;
	u32 i;

	flags = wrt_lock(&mp->event_lock);
	for (i = 0; i < mp->nevents; i++)
		if (point >= mp->event[i].since)
			mp->ops->signal(mp->event[i].event);
	wrt_unlock(&mp->event_lock, flags);
}

void wrt_mp_signal_all(struct wrt_mp *mp)
{
	signal_point(mp, ~0ull);
}

void wrt_mp_notify(struct wrt_client *c, u64 first, u32 points)
{
	struct wrt_mp *mp = wrt_mp_of(c);
	unsigned long flags;

	flags = wrt_lock(&mp->event_lock);
	mp->ops->signalling(mp, first, points);
	wrt_unlock(&mp->event_lock, flags);
	for (; points; points--, first++)
		signal_point(mp, first);
}
