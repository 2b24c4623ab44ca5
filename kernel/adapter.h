/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adapter.h - what a backend's binding (kernel/bus/sim.c, pci.c) calls to become a
 * sound card with both models on it. Implemented by main.c.
 */
#ifndef WRT_ADAPTER_H
#define WRT_ADAPTER_H

#include "core/device.h"
#include "memory.h"

struct device;
struct module;
struct snd_card;
struct wrt_adapter;

struct wrt_adapter_info {
	struct device *parent;
	struct module *owner;		/* pinned while any file of the card is open */
	int index;			/* card number, -1: next free */
	const char *id;			/* card id, NULL: derived from shortname */
	const char *driver;
	const char *shortname;
	const char *longname;
	int dma_type;			/* SNDRV_DMA_TYPE_* of the buffers, and ... */
	struct device *dma_dev;		/* ... whom they are for, or NULL; held with the card */
	bool no_pcm;			/* the card has pins only: their PCMs are on another card */
	const struct wrt_lender *lender;	/* NULL: buffers are allocated with dma_type */
	void *hw_memory;		/* freed with the card, unless wrt_adapter_new() fails */
};

/**
 * wrt_adapter_new() - make a card around a probed backend
 * @info: properties of the card
 * @ops: operations of the backend
 * @hw: backend device
 * @out: filled on success
 *
 * No client can open the card yet. On success the backend belongs to the adapter until
 * wrt_adapter_disconnect().
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int wrt_adapter_new(const struct wrt_adapter_info *info, const struct wrt_hw_ops *ops,
		    struct wrt_hw_dev *hw, struct wrt_adapter **out);

/**
 * wrt_adapter_register() - let clients open the card
 * @adapter: adapter
 *
 * The interrupt may be enabled after wrt_adapter_new(), and has to be enabled before this call.
 * Unbind as usual, also after an error.
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int wrt_adapter_register(struct wrt_adapter *adapter);

/**
 * wrt_adapter_device() - get the device of an adapter
 * @adapter: adapter
 *
 * Return: The device.
 */
struct wrt_device *wrt_adapter_device(struct wrt_adapter *adapter);

/**
 * wrt_adapter_card() - get the card of an adapter
 * @adapter: adapter
 *
 * Return: The card.
 */
struct snd_card *wrt_adapter_card(struct wrt_adapter *adapter);

/**
 * wrt_adapter_disconnect() - unbind, first half
 * @adapter: adapter
 *
 * No file can be opened, DMA is off, clients have been notified and their memory is freed. Waits
 * for no client. Next, silence the interrupt and destroy the backend, then call
 * wrt_adapter_put().
 *
 * Context: May sleep.
 */
void wrt_adapter_disconnect(struct wrt_adapter *adapter);

/**
 * wrt_adapter_put() - unbind, second half
 * @adapter: adapter
 *
 * The adapter is freed when the last file is closed. With an IOMMU this waits for ALSA clients
 * that keep their file open (main.c has the reason), otherwise for no client.
 *
 * Context: May sleep.
 */
void wrt_adapter_put(struct wrt_adapter *adapter);

/**
 * wrt_adapter_suspend() - turn DMA off for system sleep or shutdown
 * @adapter: adapter
 *
 * On return mapped registers are unmapped and the backend has made its device quiet; silence the
 * interrupt next. ALSA has suspended its own streams before. A WaveRT stream continues by itself
 * after resume.
 *
 * Context: May sleep.
 */
void wrt_adapter_suspend(struct wrt_adapter *adapter);

/**
 * wrt_adapter_resume() - undo wrt_adapter_suspend()
 * @adapter: adapter
 *
 * Context: May sleep.
 * Return: 0, or -EIO: the device remains suspended, or a stream could not be started
 *	(wrt_device_resume()).
 */
int wrt_adapter_resume(struct wrt_adapter *adapter);

#endif
