/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * backend.h - what the streams of a device share: the backend that drives its hardware, and
 * the locks around calls of it. Initialised by device.c.
 */
#ifndef WRT_CORE_BACKEND_H
#define WRT_CORE_BACKEND_H

#include "deferred.h"
#include "hw.h"

struct wrt_stream;

enum wrt_device_state {
	WRT_DEVICE_AWAKE = 0,
	WRT_DEVICE_ASLEEP,	/* suspended: only resume() may touch the hardware */
	WRT_DEVICE_GONE,	/* removed, for good */
};

struct wrt_device {
	/* What an interrupt uses: 64 bytes, and `wait`. */
	const struct wrt_hw_ops *ops;
	struct wrt_hw_dev *hw;
	/* ops->irq_position, or ops->position where there is none. */
	int (*irq_position)(struct wrt_hw_stream *s, struct wrt_hw_pos *p);
	struct wrt_stream *streams;	/* one for each slot */
	struct wrt_lock lock;		/* all streams, and the backend's [A] operations */
	enum wrt_device_state state;	/* written with lock and mutex held, read with either */
	u64 irq_entry_ns;		/* what irq() reports; lock */
	u32 irq_slots;
	u32 unusual;			/* slots whose interrupt needs finish(); lock */
	u32 number;			/* the card's, for traces; set by the binding */
	bool kick;			/* clients were queued since the lock was taken; lock */

	struct wrt_wait wait;		/* for callbacks to return, deferred work to be done */
	struct wrt_mutex mutex;		/* the backend's [S] operations, and removal */
	/*
	 * Wakes the thread that calls wrt_device_serve() until nothing is deferred. Any context.
	 * Set by a binding that has a thread; otherwise wrt_device_serve() is called at once.
	 */
	void (*wake)(struct wrt_device *dev);
	struct wrt_deferred deferred;
	u32 nstreams;
};

#endif
