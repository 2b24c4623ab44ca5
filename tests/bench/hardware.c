// SPDX-License-Identifier: GPL-2.0-only
/*
 * hardware.c - PCI devices that are bound to several drivers in turn, by driver_override,
 * and the number of interrupts of a device. Called by bench.c, outside of the counted parts.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define PCI		"/sys/bus/pci/"
#define ATTACH		"/sys/bus/platform/drivers/snd-wavert-attach/"
#define WAIT_MS		5000

static int write_file(const char *path, const char *text)
{
	size_t n = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, n) != (ssize_t)n)
		err = -errno;
	close(fd);
	return err;
}

static bool is_bound(const char *address, const char *driver)
{
	char path[128], target[256];
	const char *name;
	ssize_t n;

	snprintf(path, sizeof(path), PCI "devices/%s/driver", address);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return !driver;
	target[n] = 0;
	name = strrchr(target, '/');
	return driver && name && !strcmp(name + 1, driver);
}

/* Number of the card that is a child of this device, or negative. */
static int child_of(const char *device)
{
	char path[128];
	const char *at;
	glob_t found;
	int card = -ENODEV;

	snprintf(path, sizeof(path), "%s/sound/card*", device);
	if (glob(path, 0, NULL, &found))
		return -ENODEV;
	at = strstr(found.gl_pathv[0], "/card");
	if (at)
		card = atoi(at + strlen("/card"));
	globfree(&found);
	return card;
}

static int read_id(int card, char id[16])
{
	char path[64];
	FILE *f;
	int err;

	snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
	f = fopen(path, "r");
	err = f && fscanf(f, "%15s", id) == 1 ? 0 : -ENODEV;
	if (f)
		fclose(f);
	return err;
}

/* Number of the device's card once it can play, or negative. */
static int card_of(const char *address)
{
	char path[128];
	int card;

	snprintf(path, sizeof(path), PCI "devices/%s", address);
	card = child_of(path);
	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD0p", card);
	return access(path, F_OK) ? -ENODEV : card;
}

/* A driver may create its card asynchronously. */
static int wait_for_card(const char *address)
{
	int ms, card = -ENODEV;

	for (ms = 0; card < 0 && ms < WAIT_MS; ms++) {
		usleep(1000);
		card = card_of(address);
	}
	return card;
}

int hardware_bind(const char *address, const char *driver, char id[16])
{
	char path[128];
	int err, card;

	if (!is_bound(address, driver)) {
		snprintf(path, sizeof(path), PCI "devices/%s/driver/unbind", address);
		if (!is_bound(address, NULL))
			write_file(path, address);
		snprintf(path, sizeof(path), PCI "devices/%s/driver_override", address);
		err = write_file(path, driver);
		if (!err)
			err = write_file(PCI "drivers_probe", address);
		if (err)
			return err;
	}
	card = wait_for_card(address);
	if (card < 0 || !is_bound(address, driver))
		return -ENODEV;
	return read_id(card, id);
}

int hardware_attach(const char *card, bool on, char id[16])
{
	char path[64], number[16];
	int n = card_number(card), err = 0;
	bool is_on;

	snprintf(number, sizeof(number), "%d", n);
	snprintf(path, sizeof(path), "/sys/bus/platform/devices/snd-wavert-attach.%d", n);
	is_on = child_of(path) >= 0;
	if (on != is_on)
		err = write_file(on ? ATTACH "attach" : ATTACH "detach", number);
	return err || !on ? err : read_id(child_of(path), id);
}

int64_t hardware_interrupts(const char *address)
{
	char path[128], line[512];
	unsigned int irq, this;
	int64_t n = -1;
	FILE *f;

	snprintf(path, sizeof(path), PCI "devices/%s/irq", address);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%u", &irq) != 1)
		irq = ~0u;
	if (f)
		fclose(f);
	f = fopen("/proc/interrupts", "r");
	while (f && n < 0 && fgets(line, sizeof(line), f)) {
		int64_t count;

		if (sscanf(line, "%u: %" SCNd64, &this, &count) == 2 && this == irq)
			n = count;
	}
	if (f)
		fclose(f);
	return n;
}
