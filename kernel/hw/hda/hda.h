/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * hda.h - Intel HD Audio: one playback and one capture engine of a controller, and the codec's
 * path from each of them to a pin.
 *
 * Created by kernel/bus/pci.c, or by a test with a model of the registers. Slots are numbered in
 * this order without gaps: playback, capture, each only if the codec has a path for it. The
 * registers are BAR 0.
 *
 * [S] operations send verbs and need the device mutex; [A] operations access only registers of
 * their own engines and the interrupt masks, and need the device lock.
 */
#ifndef WRT_HW_HDA_H
#define WRT_HW_HDA_H

#include "core/hw.h"

struct wrt_hda_config {
	bool emulated;			/* QEMU's controller: see struct hda_quirks */
	u32 dma_bits;			/* limit of the bus; 0: only GCAP's limit */
};

extern const struct wrt_hw_ops wrt_hda_ops;

/**
 * wrt_hda_dma_bits() - width of the bus addresses of a controller
 * @bus: callbacks of the bus; must outlive the device
 * @ctx: passed to each callback of @bus
 * @cfg: configuration; copied
 *
 * For the DMA mask of the device.
 *
 * Context: May sleep.
 * Return: Number of bits.
 */
u32 wrt_hda_dma_bits(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_hda_config *cfg);

/**
 * wrt_hda_create() - reset a controller, find its codecs and set up paths at 0 dB
 * @bus: callbacks of the bus; must outlive the device
 * @ctx: passed to each callback of @bus
 * @cfg: configuration; copied
 * @out: filled on success
 *
 * Memory decoding and bus mastering are on. Errors are logged.
 *
 * Context: May sleep.
 * Return: 0, WRT_EIO (no response), WRT_ERANGE (no codec with a path), or WRT_ENOMEM.
 */
int wrt_hda_create(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_hda_config *cfg,
		   struct wrt_hw_dev **out);

/**
 * wrt_hda_destroy() - free a controller and leave it in reset
 * @d: backend device
 *
 * Its streams are closed and its interrupt is disabled.
 *
 * Context: May sleep.
 */
void wrt_hda_destroy(struct wrt_hw_dev *d);

#endif
