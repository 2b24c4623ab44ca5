// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * hotplug.c - list the pins of each WaveRT card, then wait for cards that are added or removed.
 *
 *	hotplug [SECONDS]		0: only list the cards that exist
 */
#include <stdio.h>
#include <stdlib.h>

#include <wavert.h>

static void list_pins(struct wavert_device *device, unsigned int direction)
{
	static const char *const names[] = { "playback", "capture" };
	struct wavert_caps caps;
	unsigned int pin = 0, i;

	while (!wavert_device_caps(device, direction, pin, &caps)) {
		printf("  %s pin %u \"%s\", hw:%d,%u,%u:", names[direction], pin,
		       caps.name, wavert_device_card(device), caps.pcm_device, caps.pcm_subdevice);
		for (i = 0; i < caps.nrates; i++)
			printf(" %u", caps.rates[i]);
		if (!caps.nrates)
			printf(" %u to %u", caps.rate_min, caps.rate_max);
		printf(" Hz, buffer %u to %u bytes, notifications %u frames and %u ns apart%s%s\n",
		       caps.buffer_min, caps.buffer_max, caps.notify_min, caps.notify_min_ns,
		       caps.registers & 1 << WAVERT_REGISTER_POSITION ? ", position register" : "",
		       caps.registers & 1 << WAVERT_REGISTER_CLOCK ? ", clock register" : "");
		pin++;
	}
}

int main(int argc, char **argv)
{
	int ms = -1, change;
	struct wavert_devices *devices = NULL;
	struct wavert_device *device;
	const char *name;

	if (argc > 1)
		ms = 1000 * atoi(argv[1]);
	setlinebuf(stdout);
	change = wavert_devices_open(&devices);
	while (change >= 0 && (change = wavert_device_next(devices, ms, &name)) > 0) {
		printf("card %s %s\n", name, change == WAVERT_DEVICE_ADDED ? "added" : "removed");
		if (change != WAVERT_DEVICE_ADDED || wavert_open(&device, name))
			continue;	/* it may have been removed again */
		list_pins(device, WAVERT_PLAYBACK);
		list_pins(device, WAVERT_CAPTURE);
		wavert_close(device);
	}
	if (change < 0)
		fprintf(stderr, "hotplug: %s\n", wavert_strerror(change));
	wavert_devices_close(devices);
	return change < 0;
}
