/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * deferred.h - signals that are not made in the interrupt: all signals of observers, and those of
 * an owner beyond a small number. A device has a queue of the clients that have such signals. The
 * device's thread, which the binding provides (wrt_device.wake), serves it; without a thread it is
 * served at the end of the interrupt. Clients take turns, one call of notify() each:
 * wrt_device_serve().
 *
 * The client determines how long a signal takes (an eventfd has any number of waiters). So the
 * thread has a budget of less than a tenth of a processor, which includes the cost of waking it:
 * a sixteenth of the time for owners, half of that for observers. Owners do not wait because of
 * what observers have spent.
 *
 * The lock comes inside the device lock.
 */
#ifndef WRT_CORE_DEFERRED_H
#define WRT_CORE_DEFERRED_H

#include "os.h"

struct wrt_client;
struct wrt_device;

enum wrt_deferred_class {
	WRT_DEFERRED_OWNERS,
	WRT_DEFERRED_OBSERVERS,
	WRT_DEFERRED_CLASSES,
};

struct wrt_deferred_queue {
	struct wrt_client *first, *last;
	u64 spent_ns;			/* and not earned back yet, at spent_at_ns */
	u64 spent_at_ns;
	u64 rest_until_ns;		/* no client is served before */
};

struct wrt_deferred {
	struct wrt_lock lock;		/* all below, and the like in struct wrt_client */
	struct wrt_deferred_queue queue[WRT_DEFERRED_CLASSES];
	struct wrt_client *serving;	/* its notify() runs, or is about to */
	u64 woken_ns;			/* when the thread was woken; 0: it has served since */
	u64 served_ns;			/* when it last had served */
	u32 waiters;
	bool abandoned;			/* the device is being removed: no waiting */
	u32 urgent;			/* of these, until nothing is deferred */
};

void wrt_deferred_init(struct wrt_deferred *d);

/*
 * [A] Queue c, unless it is there. True: its queue is not being served yet, so call
 * wrt_deferred_kick() next, with no lock held.
 */
bool wrt_deferred_add(struct wrt_device *dev, struct wrt_client *c);

/* [A] No lock held: have the queues served, unless they are empty. */
void wrt_deferred_kick(struct wrt_device *dev);

/* [S] c is not in the queue and not being served. */
void wrt_deferred_cancel(struct wrt_device *dev, struct wrt_client *c);

/*
 * [S] The client whose turn has come, out of the queue, with the time at which this work began;
 * wrt_deferred_end() after its notify() has run. NULL: how long to wait until there is one.
 */
struct wrt_client *wrt_deferred_begin(struct wrt_device *dev, u64 *began_ns, u64 *wait_ns);
void wrt_deferred_end(struct wrt_device *dev, struct wrt_client *c, bool more, u64 began_ns);

#define WRT_NOTHING_DEFERRED	(~0ull)

/**
 * wrt_device_deferred() - time until a client with deferred signals may be served
 * @dev: device
 *
 * As wrt_device_serve(), but serves no client: for a thread that is about to sleep.
 *
 * Context: Any.
 * Return: As wrt_device_serve().
 */
u64 wrt_device_deferred(struct wrt_device *dev);

/**
 * wrt_device_wait_deferred() - wait until no signal is deferred
 * @dev: device
 *
 * For privileged callers: during the wait the thread has no budget.
 *
 * Context: May sleep.
 * Return: 0 (also after wrt_device_abandon_deferred()), or WRT_EINTR (the calling process is being
 *	killed).
 */
int wrt_device_wait_deferred(struct wrt_device *dev);

/**
 * wrt_device_abandon_deferred() - end wrt_device_wait_deferred() for good, before removal
 * @dev: device
 *
 * Context: Any.
 */
void wrt_device_abandon_deferred(struct wrt_device *dev);

#endif
