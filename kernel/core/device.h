/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * device.h - one audio device: its streams, its interrupt, its removal. The system's
 * binding (kernel/bus/, compat/nt/) creates it around a backend it has probed.
 */
#ifndef WRT_CORE_DEVICE_H
#define WRT_CORE_DEVICE_H

#include "stream.h"

/* [S] Ask the backend for its slots. WRT_ENOMEM, WRT_EINVAL (no slot). */
int wrt_device_init(struct wrt_device *dev, const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw);

/* [S] After the last call into any stream. */
void wrt_device_destroy(struct wrt_device *dev);

/*
 * The interrupt handler. Hard irq, a timer, a DPC or a step: any context. True if the
 * interrupt was the device's.
 */
bool wrt_device_irq(struct wrt_device *dev);

/*
 * [S] For the binding's thread: serve one client, if its turn has come. 0: call again at once;
 * else the time in ns after which to call again; WRT_NOTHING_DEFERRED: when woken.
 */
u64 wrt_device_serve(struct wrt_device *dev);

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
