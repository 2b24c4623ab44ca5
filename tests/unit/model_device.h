/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * model_device.h - a device whose registers are one of the models: for programs that run the whole
 * of core and miniport over a model, on the host and in the Windows driver. One at a time.
 */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include "model_hda.h"
#include "model_ich.h"

enum model_kind {
	MODEL_NONE,
	MODEL_HDA,		/* as silicon behaves, with QEMU's codec */
	MODEL_ICH,
};

/* The clock begins at MODEL_EPOCH. False: no memory. */
bool model_device_open(enum model_kind kind, enum model_source source);

/* Backend and bus of the model that is open; the backend is created over them. */
const struct wrt_hw_ops *model_device_ops(void);
const struct wrt_hw_bus *model_device_bus(void **ctx);
int model_device_create(struct wrt_hw_dev **out);
void model_device_destroy(struct wrt_hw_dev *hw);

/* Interrupts and timers call the device's handler; or `raise`, see model_hda.h. */
void model_device_connect(struct wrt_device *dev);
void model_device_raise(bool (*raise)(void *ctx, bool timer), void *ctx);

u64 model_device_now(void);

/* The device asserts its interrupt. */
bool model_device_line(void);

/* Time passes up to ns, or, if `until_interrupt`, to an interrupt or timer and its handler. */
void model_device_run_until(u64 ns, bool until_interrupt);

/* Memory of a buffer, at a bus address that is returned. */
u64 model_device_map(void *at, u32 bytes);
void model_device_unmap(void *at);

/* Power goes off: every register is lost, and none may be accessed until it is on again. */
void model_device_power(bool on);

/* From now on every register reads all ones; no DMA, no interrupt. */
void model_device_unplug(void);

/* The backend has been destroyed. */
void model_device_close(void);

#endif
