// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci.c - see pci.h. What is read and written is documented in the kernel's
 * Documentation/ABI/testing/sysfs-bus-pci.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci.h"
#include "tool.h"

#define PCI_BUS "/sys/bus/pci"

/* ---- addresses -------------------------------------------------------------------- */

bool pci_parse(const char *text, char address[16])
{
	unsigned int domain = 0, bus, slot, function;
	int end = 0;

	if (text[strspn(text, "0123456789abcdefABCDEF:.")])
		return false;
	if (sscanf(text, "%5x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &end) != 4) {
		domain = 0;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &slot, &function, &end) != 3)
			return false;
	}
	if (text[end] || slot > 0x1f || function > 7)
		return false;
	snprintf(address, 16, "%04x:%02x:%02x.%x", domain, bus, slot, function);
	return true;
}

/* ---- reading ---------------------------------------------------------------------- */

static int read_file(const struct pci_device *d, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_BUS "/devices/%s/%s", d->address, name);
	errno = 0;		/* an empty file is no error */
	if (!first_line(path, text, size))
		return -errno;
	return 0;
}

static int read_number(const struct pci_device *d, const char *name, unsigned int *value)
{
	char text[32];
	int err = read_file(d, name, text, sizeof(text));

	if (!err)
		*value = (unsigned int)strtoul(text, NULL, 16);
	return err;
}

static void read_driver(struct pci_device *d)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), PCI_BUS "/devices/%s/driver", d->address);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		n = 0;
	target[n] = 0;
	snprintf(d->driver, sizeof(d->driver), "%.63s", basename(target));
}

int pci_read(struct pci_device *d)
{
	unsigned int class;
	int err;

	err = read_number(d, "class", &class);
	if (err)
		return err;
	err = read_number(d, "vendor", &d->vendor);
	if (err)
		return err;
	err = read_number(d, "device", &d->device);
	if (err)
		return err;
	err = read_file(d, "driver_override", d->override, sizeof(d->override));
	if (err)
		return err;
	d->class = class >> 8;
	if (!strcmp(d->override, "(null)"))
		d->override[0] = 0;
	read_driver(d);
	return 0;
}

int pci_card(const struct pci_device *d, int from)
{
	char path[64], real[PATH_MAX], part[32];
	int card;

	snprintf(part, sizeof(part), "/%s/", d->address);
	for (card = from; card < WAVERT_CARDS_MAX; card++) {
		snprintf(path, sizeof(path), "/sys/class/sound/card%d", card);
		if (realpath(path, real) && strstr(real, part))
			return card;
	}
	return -1;
}

bool pci_driver_loaded(const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_BUS "/drivers/%s", driver);
	return !access(path, F_OK);
}

/* ---- writing ---------------------------------------------------------------------- */

static int write_file(const struct pci_writer *w, const char *text, const char *path)
{
	size_t length = strlen(text);
	int fd, err = 0;

	if (w->dry_run)
		return 0;
	fflush(stdout);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, length) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int put(const struct pci_writer *w, const char *value, const char *path)
{
	char text[80];

	if (!w->quiet || w->dry_run)
		printf("echo %s%s> %s\n", value, only_if(*value, " "), path);
	snprintf(text, sizeof(text), "%s\n", value);
	return write_file(w, text, path);
}

int pci_override(const struct pci_writer *w, const struct pci_device *d, const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_BUS "/devices/%s/driver_override", d->address);
	return put(w, driver, path);
}

int pci_driver_write(const struct pci_writer *w, const struct pci_device *d, const char *driver,
		     const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_BUS "/drivers/%s/%s", driver, file);
	return put(w, d->address, path);
}

int pci_probe(const struct pci_writer *w, const struct pci_device *d)
{
	return put(w, d->address, PCI_BUS "/drivers_probe");
}

/* ---- parameters of modules -------------------------------------------------------------- */

static void parameter_path(char path[PATH_MAX], const char *driver, const char *name)
{
	char module[64], *at;

	snprintf(module, sizeof(module), "%s", driver);
	for (at = module; *at; at++)
		if (*at == '-')
			*at = '_';
	snprintf(path, PATH_MAX, "/sys/module/%s/parameters/%s", module, name);
}

/* Without an end of line, which would be part of a text. */
int pci_parameter(const struct pci_writer *w, const char *driver, const char *name,
		  const char *value)
{
	char path[PATH_MAX];

	parameter_path(path, driver, name);
	if (!w->quiet || w->dry_run)
		printf("printf %%s %s > %s\n", value, path);
	return write_file(w, value, path);
}

bool module_parameter(const char *driver, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];

	parameter_path(path, driver, name);
	return first_line(path, text, size);
}
