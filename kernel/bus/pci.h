/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - the callbacks of Linux for a backend on PCI, and the life of such a card from probe to
 * removal. In snd-wavert; called by the module files of the backends (hda.c, ich.c).
 *
 * These modules have an empty id table and no alias: they get a device only by name
 * (driver_override), so they never take it from the distribution's driver.
 */
#ifndef WRT_BUS_PCI_H
#define WRT_BUS_PCI_H

#include <linux/pci.h>

#include "core/device.h"

/* Cards a module can have at once: as many have an index= and id=. */
#define WRT_PCI_CARDS	8

/* A module's own; everything but slots is constant. */
struct wrt_pci_driver {
	struct module *owner;
	const char *name;		/* in the log and in /proc/interrupts */
	const char *card_driver;
	const char *shortname;
	const char *default_id;
	const int *index;		/* module parameters, WRT_PCI_CARDS each */
	char *const *id;
	const bool *msi;		/* likewise; NULL: only the interrupt line is used */
	u32 bars;			/* mask of BARs to map, if the device has them */
	const struct wrt_hw_ops *ops;
	/* Number of address bits of the device; its registers can be read. */
	u32 (*dma_bits)(struct pci_dev *pdev, const struct wrt_hw_bus *bus, void *ctx);
	/* 0 or WRT_E*; errors are logged. card: index of the card's module parameters. */
	int (*create)(struct pci_dev *pdev, u32 card, const struct wrt_hw_bus *bus, void *ctx,
		      struct wrt_hw_dev **out);
	void (*destroy)(struct wrt_hw_dev *hw);
	unsigned long slots;		/* mask of the entries of index and id that are in use */
};

/**
 * wrt_pci_probe() - probe() of a struct pci_driver
 * @pdev: PCI device, locked
 * @drv: the module's driver
 *
 * Context: May sleep; the device is locked.
 * Return: 0 or a negative errno.
 */
int wrt_pci_probe(struct pci_dev *pdev, struct wrt_pci_driver *drv);

/**
 * wrt_pci_remove() - remove() of a struct pci_driver
 * @pdev: PCI device, locked
 *
 * Context: May sleep; the device is locked.
 */
void wrt_pci_remove(struct pci_dev *pdev);

/**
 * wrt_pci_shutdown() - shutdown() of a struct pci_driver
 * @pdev: PCI device, locked
 *
 * Context: May sleep; the device is locked.
 */
void wrt_pci_shutdown(struct pci_dev *pdev);

extern const struct dev_pm_ops wrt_pci_pm_ops;

/**
 * wrt_pci_emulated() - whether a hypervisor emulates the device
 * @pdev: PCI device
 * @value: of the parameter emulated=: 0, 1, or -1 to find it out by emulated.h
 * @emulated: filled on success
 *
 * Context: Any.
 * Return: 0, or WRT_EINVAL after logging what the parameter may be.
 */
int wrt_pci_emulated(struct pci_dev *pdev, int value, bool *emulated);

#endif
