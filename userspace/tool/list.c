// SPDX-License-Identifier: GPL-2.0-only
/*
 * list.c - wavert list: the cards that alsa-wavert drives, and the capabilities of their pins.
 */
#include <errno.h>
#include <stdio.h>

#include "table.h"
#include "tool.h"

static const char *const directions[] = { "playback", "capture" };

static void add_card(json_t *cards, struct wavert_device *device, int card)
{
	struct wavert_caps c;
	char path[64], id[64];
	unsigned int i;
	json_t *entry;
	int foreign;

	snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
	if (!first_line(path, id, sizeof(id)))
		snprintf(id, sizeof(id), "?");
	entry = json_pack("{s:i, s:s}", "card", card, "id", id);
	foreign = attached_to(card);
	if (foreign >= 0)
		json_object_set_new(entry, "attached_to", json_integer(foreign));
	for (i = WAVERT_PLAYBACK; i <= WAVERT_CAPTURE; i++)
		if (!wavert_device_caps(device, i, 0, &c))
			json_object_set_new(entry, directions[i], json_caps(&c));
	json_array_append_new(cards, entry);
}

/* A row for each direction of a card. The last two columns only if a card is attached to another. */
static void print_cards(const json_t *cards)
{
	static const struct column columns[] = {
		NUMBER("card", "card"), TEXT("id", "id"), TEXT("direction", "direction"),
		NUMBER("pins", "pins"), RANGE("Hz", "hz"),
		RANGE("channels", "channels"),
		NUMBER("buffer bytes", "buffer_max_bytes"), TEXT("formats", "formats"),
		TEXT("can be owned", "owned"), TEXT("attached to", "attached_to"),
	};
	size_t ncolumns = sizeof(columns) / sizeof(columns[0]) - 2;
	json_t *rows = json_array(), *card, *row;
	unsigned int k;
	size_t i;

	json_array_foreach(cards, i, card)
		for (k = WAVERT_PLAYBACK; k <= WAVERT_CAPTURE; k++) {
			row = json_copy(json_object_get(card, directions[k]));
			if (!row)
				continue;
			if (json_object_get(card, "attached_to"))
				ncolumns = sizeof(columns) / sizeof(columns[0]);
			json_object_set(row, "card", json_object_get(card, "card"));
			json_object_set(row, "id", json_object_get(card, "id"));
			json_object_set(row, "attached_to", json_object_get(card, "attached_to"));
			json_object_set_new(row, "direction", json_string(directions[k]));
			json_object_set_new(row, "owned", json_boolean(json_is_null(json_object_get(row, "refused"))));
			json_object_set(row, "hz", json_object_get(row, "rate"));
			if (json_array_size(json_object_get(row, "rates")) > 0)
				json_object_set(row, "hz", json_object_get(row, "rates"));
			json_array_append_new(rows, row);
		}
	print_table(stdout, rows, columns, ncolumns, true);
	json_decref(rows);
}

static int run(const struct options *o)
{
	json_t *document = json_document("list"), *cards = json_array();
	struct wavert_device *device;
	int card, err, code;
	bool denied = false, other = false;
	char name[16];

	json_object_set_new(document, "cards", cards);
	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		snprintf(name, sizeof(name), "%d", card);
		err = wavert_open(&device, name);
		denied |= err == -EACCES;
		other |= err == -EPROTO;
		if (err == -EPROTO)
			say_version(name);
		if (err)
			continue;
		add_card(cards, device, card);
		wavert_close(device);
	}
	code = exit_code(json_array_size(cards));
	if (code && !other && denied)
		fputs("wavert: cards are there, but you may not open them; sudo adduser $USER audio, then log in again\n",
		      stderr);
	else if (code && !other)
		fputs("wavert: no card is driven by alsa-wavert; sudo modprobe snd-wavert-sim makes one, wavert doctor says what is missing\n",
		      stderr);
	if (o->json)
		return json_print(document, code);
	if (!code)
		print_cards(cards);
	json_decref(document);
	return code;
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
