/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * adapter.h - what a backend's binding (kernel/bus/sim.c, pci.c) calls to become a
 * sound card with both models on it. Implemented by main.c.
 */
#ifndef WRT_ADAPTER_H
#define WRT_ADAPTER_H

#include "core/device.h"

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
};

/*
 * Make a card around a backend that has been probed; nobody can open it yet. On error the
 * backend is the caller's again, else until wrt_adapter_disconnect(). May sleep. -errno.
 */
int wrt_adapter_new(const struct wrt_adapter_info *info, const struct wrt_hw_ops *ops,
		    struct wrt_hw_dev *hw, struct wrt_adapter **out);

/*
 * Let it be opened; the interrupt may be on since wrt_adapter_new(), and is needed from here
 * on. -errno; afterwards unbind as usual, also on error.
 */
int wrt_adapter_register(struct wrt_adapter *adapter);

struct wrt_device *wrt_adapter_device(struct wrt_adapter *adapter);
struct snd_card *wrt_adapter_card(struct wrt_adapter *adapter);

/*
 * Unbind, first half: no file can be opened, DMA is off, clients have been told and
 * their memory taken back. Waits for nobody. Afterwards silence the interrupt and
 * destroy the backend, then call wrt_adapter_put().
 */
void wrt_adapter_disconnect(struct wrt_adapter *adapter);

/*
 * Second half: freed when the last file is closed. Behind an IOMMU it waits for ALSA clients
 * that keep their file open (main.c says why), else for nobody. May sleep.
 */
void wrt_adapter_put(struct wrt_adapter *adapter);

/*
 * System sleep, or shutdown: DMA is off on return, mapped registers are not, and the backend
 * has made its device quiet; silence the interrupt next. ALSA's streams have been suspended
 * before by ALSA; a WaveRT stream goes on after resume by itself. -errno: it stays asleep.
 */
void wrt_adapter_suspend(struct wrt_adapter *adapter);
int wrt_adapter_resume(struct wrt_adapter *adapter);

#endif
