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

/* Kinds of pins. */
enum wrt_hda_pin_kind {
	WRT_HDA_PIN_ANY,		/* no choice; of a pin: unconnected */
	WRT_HDA_PIN_LINE_OUT,
	WRT_HDA_PIN_SPEAKER,
	WRT_HDA_PIN_HEADPHONE,
	WRT_HDA_PIN_SPDIF,		/* output only */
	WRT_HDA_PIN_LINE,
	WRT_HDA_PIN_MIC,		/* at a jack */
	WRT_HDA_PIN_INTERNAL,		/* a microphone without a jack */
	WRT_HDA_PIN_AUX,
	WRT_HDA_PIN_OTHER,
	WRT_HDA_PIN_KINDS,
};

#define WRT_HDA_PIN_NODE	0x100u	/* the pin with the node number in the low byte */

#define WRT_HDA_INIT_MAX	64

struct wrt_hda_config {
	bool emulated;			/* QEMU's controller: see struct hda_quirks */
	/* Verbs to send before the path is set up: node << 20 | verb << 8 | payload. */
	u32 init[WRT_HDA_INIT_MAX];
	u32 ninit;
	u32 pin[2];			/* by enum wrt_dir: a kind, or WRT_HDA_PIN_NODE | node */
};

extern const struct wrt_hw_ops wrt_hda_ops;

/**
 * wrt_hda_parse_pin() - read a user's choice of a pin
 * @dir: enum wrt_dir
 * @text: a name of wrt_hda_pin_names(), or a node number
 * @pin: filled on success: a value for struct wrt_hda_config
 *
 * Context: Any.
 * Return: true on success.
 */
bool wrt_hda_parse_pin(u32 dir, const char *text, u32 *pin);

/**
 * wrt_hda_pin_names() - what wrt_hda_parse_pin() accepts, for messages
 * @dir: enum wrt_dir
 *
 * Context: Any.
 * Return: The names, as "a, b, or c".
 */
const char *wrt_hda_pin_names(u32 dir);

/**
 * wrt_hda_parse_verbs() - read a user's verbs
 * @text: as wrt_hda_verbs_expected() describes, or empty
 * @cfg: init and ninit are filled on success
 *
 * Context: Any.
 * Return: true on success.
 */
bool wrt_hda_parse_verbs(const char *text, struct wrt_hda_config *cfg);

/**
 * wrt_hda_verbs_expected() - what wrt_hda_parse_verbs() accepts, for messages
 *
 * Context: Any.
 * Return: A description with an example.
 */
const char *wrt_hda_verbs_expected(void);

/**
 * wrt_hda_dma_bits() - width of the bus addresses of a controller
 * @bus: callbacks of the bus; must outlive the device
 * @ctx: passed to each callback of @bus
 *
 * For the DMA mask of the device.
 *
 * Context: May sleep.
 * Return: Number of bits.
 */
u32 wrt_hda_dma_bits(const struct wrt_hw_bus *bus, void *ctx);

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
 * Return: 0, WRT_EIO (no response), WRT_ERANGE (no codec with a path, or none to the chosen pin),
 * or WRT_ENOMEM.
 */
int wrt_hda_create(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_hda_config *cfg,
		   struct wrt_hw_dev **out);

/**
 * wrt_hda_destroy() - free a controller and leave it in reset
 * @d: backend device
 *
 * To be called when its streams are closed and its interrupt is disabled.
 *
 * Context: May sleep.
 */
void wrt_hda_destroy(struct wrt_hw_dev *d);

#endif
