// SPDX-License-Identifier: GPL-2.0-only
/*
 * attach.c - wavert attach and detach: make a card whose pins are the PCMs of another driver's
 * card, to observe what plays there. That driver and its users are not disturbed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"
#include "tool.h"

#define MODULE "snd-wavert-attach"
#define DRIVER "/sys/bus/platform/drivers/" MODULE

/* ---- which card is which ------------------------------------------------------------------- */

static int card_number(const char *name)
{
	char path[64], id[64];
	int card;

	if (!strncmp(name, "hw:", 3))
		name += 3;
	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
		if (!first_line(path, id, sizeof(id)))
			continue;
		snprintf(path, sizeof(path), "%d", card);
		if (!strcmp(name, id) || !strcmp(name, path))
			return card;
	}
	return -ENODEV;
}

static void card_id(int card, char *id, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
	if (!first_line(path, id, size))
		snprintf(id, size, "?");
}

/* ---- writing to the driver ----------------------------------------------------------------------- */

/* 0 or a negative errno. */
static int write_number(const char *attribute, int number)
{
	char path[96], text[16];
	int fd, n, err = 0;

	snprintf(path, sizeof(path), DRIVER "/%s", attribute);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%d", number);
	if (write(fd, text, (size_t)n) != n)
		err = -errno;
	close(fd);
	return err;
}

static bool is_loaded(void)
{
	return !access(DRIVER, F_OK);
}

static int may_write(const struct options *o)
{
	if (!geteuid())
		return EXIT_OK;
	fprintf(stderr, "wavert: %s is for root: sudo wavert %s\n", o->verb->name, o->verb->name);
	return EXIT_FAILED;
}

static int load(void)
{
	const char *why = "it did not register its driver";
	int err;

	if (is_loaded())
		return EXIT_OK;
	err = module_load(MODULE);
	if (is_loaded())
		return EXIT_OK;
	if (err)
		why = strerror(-err);
	fprintf(stderr, "wavert: " MODULE " is not loaded, and modprobe fails: %s; by hand: insmod snd-wavert.ko && insmod " MODULE ".ko\n",
		why);
	return EXIT_FAILED;
}

/* ---- attach ------------------------------------------------------------------------------------- */

static void say_attached(int foreign, const char *already)
{
	int card = attached_card(foreign);
	char id[64], own[64];

	card_id(foreign, id, sizeof(id));
	card_id(card, own, sizeof(own));
	printf("card %d (%s) is %sobserved as card %d (%s)\n", foreign, id, already, card, own);
}

static int attach_one(const struct options *o, int foreign)
{
	int tries = 20, err = write_number("attach", foreign);

	/* The attachment to the card that had this number before is being removed. */
	for (; err == -EBUSY && tries; tries--) {
		usleep(50000);
		err = write_number("attach", foreign);
	}
	if (err == -EEXIST) {
		if (!o->quiet)
			say_attached(foreign, "already ");
		return EXIT_OK;
	}
	if (!err) {
		if (!o->quiet) {
			say_attached(foreign, "");
			printf("undo: wavert detach %d\n", foreign);
		}
		return EXIT_OK;
	}
	if (err == -EINVAL)
		fprintf(stderr, "wavert: card %d is driven by alsa-wavert: it has pins already; see wavert list\n",
			foreign);
	else if (err == -ENXIO)
		fprintf(stderr, "wavert: card %d has no PCM that can be observed; FireWire cards never have one\n",
			foreign);
	else
		fprintf(stderr, "wavert: card %d cannot be attached to: %s; the kernel log may say why (dmesg | tail)\n",
			foreign, strerror(-err));
	return EXIT_FAILED;
}

static bool has_pcm(int card)
{
	FILE *f = fopen("/proc/asound/pcm", "re");
	bool found = false;
	char line[256];

	while (f && !found && fgets(line, sizeof(line), f))
		found = atoi(line) == card;	/* CARD-DEVICE: ... */
	if (f)
		fclose(f);
	return found;
}

/* Cards with PCMs, of other drivers. */
static bool is_foreign(int card)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
	return has_pcm(card) && access(path, F_OK);
}

static int attach_all(const struct options *o)
{
	int card, found = 0, code = EXIT_OK;

	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		if (!is_foreign(card))
			continue;
		found++;
		code |= attach_one(o, card);
	}
	if (!found)
		fputs("wavert: there is no card of another driver with a PCM\n", stderr);
	return exit_code(found && !code);
}

static int find(const char *name)
{
	int card = card_number(name);

	if (card < 0)
		fprintf(stderr, "wavert: there is no sound card \"%s\"; cat /proc/asound/cards shows what there is\n",
			name);
	return card;
}

static int attach(const struct options *o)
{
	int card, code = may_write(o);

	if (!code)
		code = load();
	if (code)
		return code;
	if (o->all)
		return attach_all(o);
	card = find(o->arguments[0]);
	return card < 0 ? EXIT_FAILED : attach_one(o, card);
}

/* ---- detach --------------------------------------------------------------------------------------- */

static int detach_one(const struct options *o, int foreign)
{
	int err = write_number("detach", foreign);

	if (err == -ENODEV || err == -ENOENT)
		fprintf(stderr, "wavert: card %d is not attached to; wavert list shows which are\n",
			foreign);
	else if (err == -EBUSY)
		fprintf(stderr, "wavert: card %d is being attached to or detached from at this moment\n",
			foreign);
	else if (err)
		return fail("detach", err);
	else if (!o->quiet)
		printf("card %d is not observed any more\n", foreign);
	return exit_code(!err);
}

static int detach_all(const struct options *o)
{
	int card, code = EXIT_OK;

	for (card = 0; card < WAVERT_CARDS_MAX; card++)
		if (attached_card(card) >= 0)
			code |= detach_one(o, card);
	return code;
}

/* Either card may be given. */
static int detach(const struct options *o)
{
	int card, foreign, code = may_write(o);

	if (code)
		return code;
	if (o->all)
		return detach_all(o);
	card = find(o->arguments[0]);
	if (card < 0)
		return EXIT_FAILED;
	foreign = attached_to(card);
	return detach_one(o, foreign < 0 ? card : foreign);
}

/* ---- options ------------------------------------------------------------------------------------ */

enum { KEY_ALL = KEY_OWN };

#define NO_REPORT OPTION_QUIET("No report")

static const struct argp_option attach_options[] = {
	{ "all", KEY_ALL, NULL, 0, "Every card of another driver", 0 }, NO_REPORT, OPTIONS_END
};

static const struct argp_option detach_options[] = {
	{ "all", KEY_ALL, NULL, 0, "Every card that is attached to", 0 }, NO_REPORT, OPTIONS_END
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key == KEY_ALL) {
		o->all = true;
		return 0;
	}
	if (key == ARGP_KEY_END && o->all == (o->narguments > 0))
		usage_error(state, "either one card or --all is expected");
	return parse_shared(key, arg, state);
}

const struct verb attach_verb = {
	.name = "attach", .summary = "Observe the card of another driver",
	.argp = {
		.options = attach_options, .parser = parse, .args_doc = "CARD",
		.doc = "Make a card whose pins are the PCMs of a card of another driver, given by number "
		       "or id. What other programs play and record there can be observed. That "
		       "driver is not changed, and its users notice nothing.",
	},
	.run = attach, .expected = "one card", .most = 1,
};

const struct verb detach_verb = {
	.name = "detach", .summary = "Undo attach",
	.argp = {
		.options = detach_options, .parser = parse, .args_doc = "CARD",
		.doc = "Remove the card that attach has made. Either of the two cards may be given.",
	},
	.run = detach, .expected = "one card", .most = 1,
};
