/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ich.h - Intel AC'97 audio of the ICH family (82801AA and compatible): 16 bit stereo,
 * slot 0 playback, slot 1 capture, and the codec's volumes.
 *
 * BAR 0 is the codec ("NAM"), BAR 1 the bus master ("NABM"), both I/O. BARs 2 and 3, if they
 * exist, are the same as memory and are used instead. Created by the system's binding, which has
 * enabled decoding and bus mastering, or by a test with a model.
 */
#ifndef WRT_HW_ICH_H
#define WRT_HW_ICH_H

#include "core/hw.h"

struct wrt_ich_config {
	bool emulated;		/* by a hypervisor: see struct ich_quirks */
	bool eapd;		/* the board's amplifier is on while the codec's EAPD bit is 1 */
};

extern const struct wrt_hw_ops wrt_ich_ops;

/**
 * wrt_ich_create() - set up an AC'97 controller and its codec
 * @bus: callbacks of the bus; must outlive the device
 * @ctx: passed to each callback of @bus
 * @cfg: configuration; copied
 * @out: filled on success
 *
 * Errors are logged.
 *
 * Context: May sleep.
 * Return: 0, WRT_EIO, or WRT_ENOMEM.
 */
int wrt_ich_create(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_ich_config *cfg,
		   struct wrt_hw_dev **out);

/**
 * wrt_ich_destroy() - free a controller
 * @d: backend device
 *
 * No operation may be called any more, including irq().
 *
 * Context: May sleep.
 */
void wrt_ich_destroy(struct wrt_hw_dev *d);

#endif
