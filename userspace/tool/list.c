// SPDX-License-Identifier: GPL-2.0-only
/*
 * list.c - wavert list: the cards that alsa-wavert drives, and what their pins can do.
 */
#include <errno.h>
#include <stdio.h>

#include "tool.h"

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

static void json_direction(json_t *card, struct wavert_device *device, unsigned int direction)
{
	struct wavert_caps c;

	if (!wavert_device_caps(device, direction, 0, &c))
		json_object_set_new(card, direction ? "capture" : "playback", json_caps(&c));
}

static void one_card(struct wavert_device *device, int card, json_t *cards)
{
	char path[64], id[64];
	json_t *entry;

	snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
	if (!first_line(path, id, sizeof(id)))
		snprintf(id, sizeof(id), "?");
	if (!cards) {
		printf("card %d: %s\n", card, id);
		print_direction(device, WAVERT_PLAYBACK);
		print_direction(device, WAVERT_CAPTURE);
		return;
	}
	entry = json_pack("{s:i, s:s}", "card", card, "id", id);
	json_direction(entry, device, WAVERT_PLAYBACK);
	json_direction(entry, device, WAVERT_CAPTURE);
	json_array_append_new(cards, entry);
}

static int run(const struct options *o)
{
	json_t *document = NULL, *cards = NULL;
	struct wavert_device *device;
	int card, err, found = 0, denied = 0, other = 0;
	char name[16];

	if (o->json) {
		document = json_document();
		cards = json_array();
		json_object_set_new(document, "cards", cards);
	}
	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		snprintf(name, sizeof(name), "%d", card);
		err = wavert_open(&device, name);
		denied |= err == -EACCES;
		other |= err == -EPROTO;
		if (err == -EPROTO)
			say_version(name);
		if (err)
			continue;
		one_card(device, card, cards);
		wavert_close(device);
		found++;
	}
	if (!found && !other)
		fputs(denied ?
		      "wavert: cards are there, but you may not open them; sudo adduser $USER audio, then log in again\n" :
		      "wavert: no card is driven by alsa-wavert; sudo modprobe snd-wavert-sim makes one, wavert doctor says what is missing\n",
		      stderr);
	return o->json ? json_print(document, found ? EXIT_OK : EXIT_FAILED) :
			 found ? EXIT_OK : EXIT_FAILED;
}

static const struct argp_option options[] = { OPTION_JSON, OPTIONS_END };

const struct verb list_verb = {
	.name = "list", .summary = "Cards that alsa-wavert drives, and what they can do",
	.argp = {
		.options = options, .parser = parse_shared,
		.doc = "List the cards that alsa-wavert drives, and what their pins can do.",
	},
	.run = run,
};
