/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * device.h - one audio device: its streams, its interrupt, its removal. The system's
 * binding (kernel/bus/, compat/nt/) creates it around a backend it has probed.
 */
#ifndef WRT_CORE_DEVICE_H
#define WRT_CORE_DEVICE_H

#include "deferred.h"
#include "stream.h"

struct wrt_device {
	const struct wrt_hw_ops *ops;
	struct wrt_hw_dev *hw;
	struct wrt_lock lock;		/* the backend's [A] operations; inside stream locks */
	struct wrt_mutex mutex;		/* the backend's [S] operations, and removal */
	bool asleep;			/* suspended; under the mutex, ... */
	bool gone;			/* ... removed: likewise */
	bool deaf;			/* suspended; under the lock: interrupts are nobody's */
	/*
	 * Set by the binding. Any context: have wrt_device_serve() called until it says that
	 * nothing is deferred. NULL: there is no thread; it is called at the end of the interrupt.
	 */
	void (*wake)(struct wrt_device *dev);
	struct wrt_deferred deferred;
	struct wrt_wait wait;		/* for callbacks to return, deferred work to be done */
	u32 number;			/* the card's, for traces; set by the binding */
	u32 nstreams;
	struct wrt_stream *streams;	/* one for each slot */
};

/* What tracepoints know a stream by. */
static inline u32 wrt_trace_id(const struct wrt_stream *s)
{
	return s->dev->number << 8 | s->slot;
}

/* [S] Ask the backend for its slots. WRT_ENOMEM, WRT_EINVAL (no slot). */
int wrt_device_init(struct wrt_device *dev, const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw);

/* [S] After the last call into any stream. */
void wrt_device_destroy(struct wrt_device *dev);

/*
 * The interrupt handler. Hard irq, a timer, a DPC or a step: any context. True if the
 * interrupt was the device's.
 */
bool wrt_device_irq(struct wrt_device *dev);

#define WRT_NOTHING_DEFERRED	(~0ull)

/*
 * [S] For the binding's thread: serve one client, if its turn has come. 0: call again at once;
 * else the time in ns after which to call again; WRT_NOTHING_DEFERRED: when woken.
 */
u64 wrt_device_serve(struct wrt_device *dev);

/* [A] The same answer without serving a client: for a thread that is about to sleep. */
u64 wrt_device_deferred(struct wrt_device *dev);

/*
 * [S] Until nothing is deferred. For privileged callers: the thread does not keep to its budget
 * meanwhile. WRT_EINTR: the calling process is being killed.
 */
int wrt_device_wait_deferred(struct wrt_device *dev);

/* [A] Before removal: the wait above ends now, and does not begin again. */
void wrt_device_abandon_deferred(struct wrt_device *dev);

/*
 * [S] The device goes away: DMA off everywhere, state GONE published. On return the
 * backend is not called any more, except by an interrupt: the binding silences that next.
 */
void wrt_device_gone(struct wrt_device *dev);

/*
 * [S] System suspend: DMA off, streams stay in RUN, and go on where they stood after
 * resume. Between the two nothing can be configured or started (WRT_EIO). What resume
 * returns is the backend's; streams are then as after a halt.
 */
void wrt_device_suspend(struct wrt_device *dev);
int wrt_device_resume(struct wrt_device *dev);

/* [S] The codec's controls; WRT_ERANGE ends the list. WRT_EGONE, WRT_EIO (suspended). */
int wrt_device_control(struct wrt_device *dev, u32 index, struct wrt_hw_control *c);
int wrt_device_control_get(struct wrt_device *dev, u32 index, u32 value[2]);
int wrt_device_control_set(struct wrt_device *dev, u32 index, const u32 value[2]);

/* The stream of this pin (numbered within its direction), or NULL. */
struct wrt_stream *wrt_device_stream(struct wrt_device *dev, u32 dir, u32 pin);

/* How many pins the device has in this direction. */
u32 wrt_device_pins(const struct wrt_device *dev, u32 dir);

#endif
