/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - sound controllers on the PCI bus as sysfs shows them, and the users of their cards.
 * For bind.c.
 */
#ifndef WAVERT_PCI_H
#define WAVERT_PCI_H

#include <stdbool.h>
#include <stddef.h>

struct pci_device {
	char address[16];		/* "0000:00:04.0" */
	unsigned int class;		/* base class and subclass: 0x0403 */
	unsigned int vendor, device;
	char driver[64];		/* current driver, "" if none */
	char override[64];		/* driver_override, "" if not set */
};

/* "0000:00:04.0" or "00:04.0" into the long form, in lower case. */
bool pci_parse(const char *text, char address[16]);

/* Reads d->address from sysfs. Negative errno; -ENOENT: no such device. */
int pci_read(struct pci_device *d);

/* First card of the device with a number of at least `from`, or -1. */
int pci_card(const struct pci_device *d, int from);

bool pci_driver_loaded(const char *driver);

/*
 * Write to a file of the device, of a driver, or to the bus's drivers_probe, as a user would do it
 * by hand. The write is printed as a shell command unless quiet; dry_run: it is only printed.
 * Negative errno.
 */
struct pci_writer {
	bool dry_run, quiet;
};

int pci_override(const struct pci_writer *w, const struct pci_device *d, const char *driver);
int pci_driver_write(const struct pci_writer *w, const struct pci_device *d, const char *driver,
		     const char *file);
int pci_probe(const struct pci_writer *w, const struct pci_device *d);
int pci_parameter(const struct pci_writer *w, const char *driver, const char *name,
		  const char *value);

/* A parameter of a module that is loaded. */
bool module_parameter(const char *driver, const char *name, char *text, size_t size);

/* Prints on stderr which processes use the cards of the device. False if none does. */
bool pci_in_use(const struct pci_device *d);

#endif
