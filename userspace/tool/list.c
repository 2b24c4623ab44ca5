// SPDX-License-Identifier: GPL-2.0-only
/*
 * list.c - wavert list: the cards that alsa-wavert drives, and what their pins can do.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

static void card_id(int card, char *id, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
	f = fopen(path, "r");
	if (!f || !fgets(id, (int)size, f))
		snprintf(id, size, "?");
	if (f)
		fclose(f);
	id[strcspn(id, "\n")] = 0;
}

static void print_direction(struct wavert_device *device, unsigned int direction)
{
	struct wavert_caps c;
	unsigned int f;

	if (wavert_device_caps(device, direction, 0, &c))
		return;
	printf("  %s: %u pin%s, %u..%u Hz, %u..%u channels,", direction ? "capture" : "playback",
	       c.pins, c.pins == 1 ? "" : "s", c.rate_min, c.rate_max, c.channels_min,
	       c.channels_max);
	for (f = 1; f && f <= c.formats; f <<= 1)
		if (c.formats & f)
			printf(" %s", wavert_format_name(f));
	printf(", buffer up to %u bytes%s\n", c.buffer_max,
	       c.flags & WAVERT_CAP_STEPPED ? ", step clock" : "");
}

int verb_list(const struct options *o)
{
	struct wavert_device *device;
	char name[16], id[64];
	int card, err, found = 0, denied = 0;

	(void)o;
	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		snprintf(name, sizeof(name), "%d", card);
		err = wavert_open(&device, name);
		denied |= err == -EACCES;
		if (err)
			continue;
		card_id(card, id, sizeof(id));
		printf("card %d: %s\n", card, id);
		print_direction(device, WAVERT_PLAYBACK);
		print_direction(device, WAVERT_CAPTURE);
		wavert_close(device);
		found++;
	}
	if (found)
		return EXIT_OK;
	fprintf(stderr, denied ?
		"wavert: cards are there, but you may not open them (group audio)\n" :
		"wavert: no card is driven by alsa-wavert (is a backend loaded, as snd-wavert-sim?)\n");
	return EXIT_FAILED;
}
