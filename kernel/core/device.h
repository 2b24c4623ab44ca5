/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * device.h - one audio device: its streams, its interrupt, its removal. The system's
 * binding (kernel/bus/, compat/nt/) creates it around a backend it has probed.
 */
#ifndef WRT_CORE_DEVICE_H
#define WRT_CORE_DEVICE_H

#include "stream.h"

/**
 * wrt_device_init() - make a device and its streams around a probed backend
 * @dev: device, zeroed
 * @ops: operations of the backend
 * @hw: backend device
 *
 * Context: May sleep.
 * Return: 0, WRT_ENOMEM, or WRT_EINVAL (the backend has no slot).
 */
int wrt_device_init(struct wrt_device *dev, const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw);

/**
 * wrt_device_destroy() - free what wrt_device_init() made
 * @dev: device
 *
 * No call into any stream may follow.
 *
 * Context: May sleep.
 */
void wrt_device_destroy(struct wrt_device *dev);

/**
 * wrt_device_irq() - serve the interrupt of a device
 * @dev: device
 *
 * Context: Any: hard interrupt, timer, DPC or step of the clock.
 * Return: true if the interrupt was that of the device.
 */
bool wrt_device_irq(struct wrt_device *dev);

/**
 * wrt_device_serve() - serve one client with deferred signals, if its turn has come
 * @dev: device
 *
 * For the binding's thread.
 *
 * Context: May sleep.
 * Return: Time in ns after which to call again; 0: at once; WRT_NOTHING_DEFERRED: when woken.
 */
u64 wrt_device_serve(struct wrt_device *dev);

/**
 * wrt_device_gone() - the device is removed: turn DMA off, publish state GONE
 * @dev: device
 *
 * On return only these operations of the backend are called: irq() by an interrupt, which the
 * binding silences next; control() by wrt_device_control(); refresh() by readings of a position.
 *
 * Context: May sleep.
 */
void wrt_device_gone(struct wrt_device *dev);

/**
 * wrt_device_suspend() - turn DMA off for a system suspend
 * @dev: device
 *
 * Streams stay in RUN and continue from the same position after wrt_device_resume(). Between the
 * two nothing can be configured or started (WRT_EIO).
 *
 * Context: May sleep.
 */
void wrt_device_suspend(struct wrt_device *dev);

/**
 * wrt_device_resume() - turn DMA on again after wrt_device_suspend()
 * @dev: device
 *
 * Context: May sleep.
 * Return: 0, or the first error of the backend. If its resume() fails, the device remains
 *	suspended. A stream that cannot be started stays in RUN with DMA off until it is stopped.
 */
int wrt_device_resume(struct wrt_device *dev);

/**
 * wrt_device_control() - describe a control of the codec
 * @dev: device
 * @index: number of the control, from 0
 * @c: filled on success
 *
 * Context: May sleep.
 * Return: 0, or WRT_ERANGE (no control has this number).
 */
int wrt_device_control(struct wrt_device *dev, u32 index, struct wrt_hw_control *c);

/**
 * wrt_device_control_get() - read a control of the codec
 * @dev: device
 * @index: number of a control that wrt_device_control() has described
 * @value: filled on success: both channels
 *
 * Context: May sleep.
 * Return: 0, WRT_EGONE, WRT_EIO (suspended), or an error of the backend.
 */
int wrt_device_control_get(struct wrt_device *dev, u32 index, u32 value[2]);

/**
 * wrt_device_control_set() - write a control of the codec
 * @dev: device
 * @index: number of a control that wrt_device_control() has described
 * @value: both channels
 *
 * Context: May sleep.
 * Return: 0, WRT_EGONE, WRT_EIO (suspended), or an error of the backend: WRT_EINVAL if a value is
 *	too large.
 */
int wrt_device_control_set(struct wrt_device *dev, u32 index, const u32 value[2]);

/**
 * wrt_device_pin() - describe a pin of a codec
 * @dev: device
 * @index: number of the pin, from 0
 * @p: filled on success
 *
 * Context: May sleep.
 * Return: 0, WRT_ERANGE (no pin has this number), or WRT_EGONE.
 */
int wrt_device_pin(struct wrt_device *dev, u32 index, struct wrt_hw_pin *p);

/**
 * wrt_device_fact() - describe the hardware
 * @dev: device
 * @index: number of the fact, from 0
 * @f: filled on success
 *
 * Context: May sleep.
 * Return: 0, WRT_ERANGE (no fact has this number), or WRT_EGONE.
 */
int wrt_device_fact(struct wrt_device *dev, u32 index, struct wrt_hw_fact *f);

/**
 * wrt_device_stream() - find the stream of a pin
 * @dev: device
 * @dir: enum wrt_dir
 * @pin: number of the pin in its direction
 *
 * Return: The stream, or NULL.
 */
struct wrt_stream *wrt_device_stream(struct wrt_device *dev, u32 dir, u32 pin);

/**
 * wrt_device_pins() - count the pins of a direction
 * @dev: device
 * @dir: enum wrt_dir
 *
 * Return: Number of pins.
 */
u32 wrt_device_pins(const struct wrt_device *dev, u32 dir);

#endif
