// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor.c - wavert doctor: lists problems and the command that fixes each, in an order in which
 * the commands work. Changes nothing without --fix. Exit code 1 if there is a problem.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "table.h"

/* ---- cards ---------------------------------------------------------------------------- */

static void check_open(struct doctor *d, int card)
{
	struct wavert_version v = { 0 };
	struct wavert_device *device;
	char name[16];
	int err;

	snprintf(name, sizeof(name), "%d", card);
	err = wavert_open(&device, name);
	if (!err) {
		wavert_close(device);
		verdict(d, FINE, "permissions", NULL, "Card %d can be opened.", card);
	} else if (err == -EACCES || err == -EPERM) {
		verdict(d, WRONG, "permissions", "sudo adduser $USER audio, then log in again",
			"You may not open card %d.", card);
	} else if (err == -EPROTO && !wavert_version_of(name, &v)) {
		verdict(d, WRONG, "version", version_advice(&v),
			"The module has interface version %u.%u, this command was built for %d.%d.",
			v.abi_major, v.abi_minor, WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR);
	} else {
		verdict(d, WRONG, "node", "sudo udevadm trigger --subsystem-match=sound",
			"Card %d is there, but /dev/snd/hwC%dD0 cannot be opened: %s.", card,
			card, strerror(-err));
	}
}

static const char *how_to_end(const char *program)
{
	if (strstr(program, "pipewire"))
		return "systemctl --user stop pipewire.socket pipewire";
	if (strstr(program, "pulseaudio"))
		return "systemctl --user stop pulseaudio.socket pulseaudio";
	return "sudo fuser -v /dev/snd/*, then end that program";
}

/* A card is busy if all its pins of a direction have an owner. */
static void check_busy(struct doctor *d, int card)
{
	unsigned int pins[2] = { 0, 0 }, taken[2] = { 0, 0 }, direction;
	static const char *const names[2] = { "playback", "capture" };
	char path[64], line[160], holder[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (line[0] != 'p' && line[0] != 'c')
			continue;
		direction = line[0] == 'c';
		pins[direction]++;
		taken[direction] += !strstr(line, "owner nobody");
	}
	if (f)
		fclose(f);
	for (direction = 0; direction < 2; direction++) {
		if (!pins[direction] || taken[direction] < pins[direction])
			continue;
		if (!card_holder(card, holder, sizeof(holder)))
			snprintf(holder, sizeof(holder), "of another user");
		verdict(d, WRONG, "busy", how_to_end(holder), "Program %s has every %s pin of card %d.", holder,
			names[direction], card);
	}
	if (taken[0] < pins[0] && taken[1] < pins[1])
		verdict(d, FINE, "busy", NULL, "Card %d has a free pin in each direction.",
			card);
}

/* All pins of a direction can do the same, or nearly. */
static void check_attached(struct doctor *d, int card, int foreign)
{
	struct wavert_device *device;
	struct wavert_caps caps;
	unsigned int direction;
	char name[16];

	verdict(d, FINE, "card", NULL, "Card %d observes card %d of another driver.", card,
		foreign);
	snprintf(name, sizeof(name), "%d", card);
	if (wavert_open(&device, name))
		return;
	for (direction = WAVERT_PLAYBACK; direction <= WAVERT_CAPTURE; direction++)
		if (!wavert_device_caps(device, direction, 0, &caps) && wavert_caps_refusal(&caps))
			verdict(d, NOTE, "card", NULL, "The %s of card %d can only be observed: %s.",
				direction_name(direction), card, wavert_caps_refusal(&caps));
	wavert_close(device);
}

static void check_cards(struct doctor *d)
{
	int card, foreign, found = 0;
	char path[64];

	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
		if (access(path, F_OK))
			continue;
		found++;
		check_open(d, card);
		foreign = attached_to(card);
		if (foreign >= 0) {
			check_attached(d, card, foreign);
			continue;
		}
		check_busy(d, card);
		check_silence(d, card);
	}
	if (!found && d->loaded)
		verdict(d, WRONG, "card", "sudo wavert attach CARD, sudo modprobe snd-wavert-sim, or sudo wavert bind ADDRESS",
			"No card is driven by alsa-wavert.");
}

/* The command of a check is printed in a row below it. */
static void print_checks(const struct doctor *d)
{
	static const struct column columns[] = {
		TEXT("", "verdict"), TEXT("", "check"), TEXT("", "text"),
	};
	json_t *rows = json_array(), *check, *command;
	size_t i;

	json_array_foreach(d->checks, i, check) {
		json_array_append(rows, check);
		command = json_object_get(check, "mend");
		if (json_is_string(command))
			json_array_append_new(rows, json_pack("{s:s, s:s, s:s+}", "verdict", "",
							      "check", "", "text", "fix: ",
							      json_string_value(command)));
	}
	print_table(stdout, rows, columns, sizeof(columns) / sizeof(columns[0]), false);
	json_decref(rows);
	if (d->wrong > 1)
		printf("%u problems found. Fix them in this order.\n", d->wrong);
	else if (d->wrong)
		puts("1 problem found.");
	else
		puts("No problem found.");
}

static int run(const struct options *o)
{
	struct doctor d = { .given = o->arguments[0], .fix = o->fix, .checks = json_array() };
	json_t *document = json_document("doctor");
	int code;

	if (uname(&d.system))
		return fail("uname", -errno);
	d.loaded = !access("/sys/module/snd_wavert", F_OK);
	if (d.given)
		module_of_file(&d.module, d.given);
	else
		module_find(&d.module, "snd-wavert");
	check_hwdep(&d);
	if (d.wrong) {		/* headers and modules belong to one kernel version */
		verdict(&d, NOTE, "kernel", NULL, "Boot that kernel, then run wavert doctor again. The other checks depend on the kernel.");
	} else {
		check_headers(&d);
		check_module(&d);
		check_signature(&d);
		check_loaded(&d);
		check_cards(&d);
	}
	code = exit_code(!d.wrong);
	json_object_set_new(document, "kernel", json_string(d.system.release));
	json_object_set_new(document, "wrong", json_integer(d.wrong));
	json_object_set_new(document, "checks", d.checks);
	if (o->json)
		return json_print(document, code);
	print_checks(&d);
	json_decref(document);
	return code;
}

enum { KEY_FIX = KEY_OWN };

static const struct argp_option options[] = {
	{ "fix", KEY_FIX, NULL, 0, "Load snd-hwdep and snd-wavert, if only that is missing", 0 },
	OPTION_JSON, OPTIONS_END
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key == ARGP_KEY_END && o->fix && o->narguments)
		usage_error(state, "--fix and \"%s\": --fix is for the installed module, no file is expected",
			    o->arguments[0]);
	if (key != KEY_FIX)
		return parse_shared(key, arg, state);
	o->fix = true;
	return 0;
}

const struct verb doctor_verb = {
	.name = "doctor", .summary = "What is wrong with kernel, modules and cards",
	.argp = {
		.options = options, .parser = parse, .args_doc = "[MODULE]",
		.doc = "Say what is wrong with kernel, modules and cards, and the command that fixes "
		       "it. MODULE is a file to check instead of the installed snd-wavert.",
	},
	.run = run, .expected = "at most one module file", .most = 1,
};
