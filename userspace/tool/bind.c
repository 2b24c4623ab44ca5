// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind.c - wavert bind and unbind: give a sound controller on the PCI bus to a driver of
 * alsa-wavert, and back. Our drivers have no match table, so driver_override assigns a controller to
 * them. Everything is checked before anything is written; if a later step fails, the earlier ones
 * are undone.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/hda/ids.h"
#include "module.h"
#include "pci.h"
#include "predict.h"
#include "silicon.h"
#include "tool.h"

#define CLASS_AUDIO	0x0401
#define VENDOR_INTEL	0x8086
#define DRIVER_HDA	"snd-wavert-hda"

/* Intel's AC'97 controllers, ICH to ICH7. */
static const unsigned int ich_devices[] = {
	0x2415, 0x2425, 0x2445, 0x2485, 0x24c5, 0x24d5, 0x266e, 0x27de,
};

/* Our driver for this device, or NULL. */
static const char *our_driver(const struct pci_device *d)
{
	size_t i;

	if (wrt_hda_is_controller(d->class, d->vendor, d->device))
		return DRIVER_HDA;
	if (d->class != CLASS_AUDIO || d->vendor != VENDOR_INTEL)
		return NULL;
	for (i = 0; i < sizeof(ich_devices) / sizeof(ich_devices[0]); i++)
		if (d->device == ich_devices[i])
			return "snd-wavert-ich";
	return NULL;
}

/* ---- shared by bind and unbind ------------------------------------------------------ */

static int find(struct pci_device *d, const struct options *o)
{
	const char *text = o->arguments[0];
	int err;

	if (!pci_parse(text, d->address)) {
		fprintf(stderr, "wavert %s: %s is not a PCI address; one such as 0000:00:04.0 is expected, lspci -D lists them; see wavert %s --help\n",
			o->verb->name, text, o->verb->name);
		return EXIT_USAGE;
	}
	err = pci_read(d);
	if (err == -ENOENT) {
		fprintf(stderr, "wavert: there is no PCI device %s; lspci -D lists what there is\n",
			d->address);
		return EXIT_FAILED;
	}
	return outcome(d->address, err);
}

static int permitted(const struct options *o, const char *verb)
{
	if (o->dry_run || !geteuid())
		return EXIT_OK;
	fprintf(stderr, "wavert: %s is for root: sudo wavert %s\n", verb, verb);
	return EXIT_FAILED;
}

/* The card, which some drivers make in the background only: wait for it, 2 s at most. */
static int await_card(const struct pci_device *d)
{
	int tries, card = -1;

	for (tries = 0; card < 0 && tries < 100; tries++) {
		if (tries)
			usleep(20000);
		card = pci_card(d, 0);
	}
	return card;
}

static void say_now(const struct pci_device *d)
{
	int card = await_card(d);

	if (card >= 0)
		printf("%s is card %d, driven by %s\n", d->address, card, d->driver);
	else
		printf("%s is driven by %s; it has no card\n", d->address, d->driver);
}

/* A closed terminal or pipe must not end the program between two steps. */
static void stay_alive(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

/* ---- bind -------------------------------------------------------------------------- */

static int check_driver(const struct pci_device *d, const char *ours)
{
	if (d->override[0] && strcmp(d->override, ours)) {
		fprintf(stderr, "wavert: %s is reserved for %s; to change that: echo > /sys/bus/pci/devices/%s/driver_override\n",
			d->address, d->override, d->address);
		return EXIT_FAILED;
	}
	if (!d->driver[0] || !strncmp(d->driver, "snd", 3) || !strncmp(d->driver, "sof-", 4))
		return EXIT_OK;
	fprintf(stderr, "wavert: %s belongs to %s, which is not a sound driver; unbind it there first\n",
		d->address, d->driver);
	return EXIT_FAILED;
}

static int load_module(const struct options *o, const char *ours)
{
	const char *why = "it did not register its driver";
	int err;

	if (pci_driver_loaded(ours))
		return EXIT_OK;
	if (o->dry_run) {
		printf("modprobe %s\n", ours);
		return EXIT_OK;
	}
	err = module_load(ours);
	if (pci_driver_loaded(ours))
		return EXIT_OK;
	if (err)
		why = strerror(-err);
	fprintf(stderr, "wavert: %s is not loaded, and modprobe fails: %s; by hand: insmod snd-wavert.ko && insmod %s.ko\n",
		ours, why, ours);
	return EXIT_FAILED;
}

/* Undo all steps: remove the override and give the device back to its former driver. */
static void put_back(const struct pci_writer *w, const struct pci_device *before)
{
	struct pci_device now = *before;

	pci_override(w, before, before->override);
	if (before->driver[0] && !pci_read(&now) && !now.driver[0])
		pci_driver_write(w, before, before->driver, "bind");
	if (pci_read(&now))
		fprintf(stderr, "wavert: %s has gone\n", before->address);
	else if (strcmp(now.driver, before->driver))
		fprintf(stderr, "wavert: %s has not come back to %s\n", before->address,
			text_or(before->driver, "being without a driver"));
	else
		fprintf(stderr, "wavert: everything is as it was: %s is driven by %s\n",
			before->address, text_or(before->driver, "no driver"));
}

/* ---- prediction ------------------------------------------------------------------ */

/*
 * Says what the driver would do, from what the present driver shows of the codecs. False: it
 * would fail.
 */
static bool check_codecs(const struct options *o, const struct pci_device *d, const char *ours)
{
	FILE *out = o->dry_run ? stdout : stderr;
	int card = pci_card(d, 0);
	enum prediction result;
	char *text = NULL;
	size_t size;
	FILE *lines;

	if (strcmp(ours, DRIVER_HDA))
		return true;
	lines = open_memstream(&text, &size);
	if (!lines)
		return true;
	result = card < 0 ? PREDICT_UNKNOWN : predict(card, &o->pins, lines, "# ");
	fclose(lines);
	if (result == PREDICT_FAILS || o->dry_run)
		fputs(text, out);
	if (result == PREDICT_UNKNOWN && o->dry_run)
		puts("# what would be silent is not known: no /proc/asound/card*/codec#* of this controller");
	if (d->class == CLASS_AUDIO && o->dry_run)
		puts("# silent: microphones that are connected to the controller's DSP");
	free(text);
	if (result == PREDICT_FAILS)
		fprintf(stderr, "wavert: nothing has been changed: %s would find no path\n", ours);
	return result != PREDICT_FAILS;
}

static int take(const struct pci_writer *w, const struct pci_device *before, const char *ours,
		const struct pin_choice *choice)
{
	struct pci_device now = *before;
	struct pin_parameters parameters;
	const char *step = "driver_override";	/* that failed */
	int err = pci_override(w, before, ours);

	if (!err) {
		step = "the parameters of " DRIVER_HDA;
		err = choose_pins(w, choice, &parameters);
	}
	if (!err && before->driver[0]) {
		step = "unbind";
		err = pci_driver_write(w, before, before->driver, "unbind");
	}
	if (!err) {
		step = "drivers_probe";
		err = pci_probe(w, before);
	}
	restore_pins(w, &parameters);
	if (w->dry_run)
		return EXIT_OK;
	if (!err)
		err = pci_read(&now);
	if (!err && !strcmp(now.driver, ours)) {
		if (!w->quiet) {
			say_now(&now);
			printf("undo: wavert unbind %s\n", now.address);
		}
		return EXIT_OK;
	}
	if (err)
		fail(step, err);
	if (!strcmp(step, "drivers_probe"))
		fprintf(stderr, "wavert: %s did not take %s; the kernel log says why (dmesg | tail)\n",
			ours, before->address);
	put_back(w, before);
	return EXIT_FAILED;
}

static int bind_device(const struct options *o)
{
	const struct pci_writer w = { .dry_run = o->dry_run, .quiet = o->quiet };
	struct pci_device d;
	const char *ours;
	int code;

	code = find(&d, o);
	if (code)
		return code;
	ours = our_driver(&d);
	if (!ours) {
		fprintf(stderr, "wavert: %s is of class %04x (%04x:%04x); HD Audio (class 0403) or Intel AC'97 (class 0401) is expected\n",
			d.address, d.class, d.vendor, d.device);
		return EXIT_FAILED;
	}
	if ((o->pins.pin[0] || o->pins.pin[1]) && strcmp(ours, DRIVER_HDA)) {
		fprintf(stderr, "wavert: %s has no choice of pins: only HD Audio has\n", d.address);
		return EXIT_FAILED;
	}
	code = permitted(o, "bind");
	if (code)
		return code;
	if (!strcmp(d.driver, ours) && (o->pins.pin[0] || o->pins.pin[1])) {
		fprintf(stderr, "wavert: %s has its pins already; to choose others: wavert unbind %s first\n",
			d.address, d.address);
		return EXIT_FAILED;
	}
	if (!strcmp(d.driver, ours)) {
		if (!o->quiet) {
			printf("nothing to do: ");
			say_now(&d);
		}
		return EXIT_OK;
	}
	code = check_driver(&d, ours);
	if (!code)
		code = load_module(o, ours);
	if (code)
		return code;
	if (pci_in_use(&d)) {
		fputs("wavert: nothing has been changed; end these programs first\n", stderr);
		return EXIT_FAILED;
	}
	if (!check_codecs(o, &d, ours))
		return EXIT_FAILED;
	stay_alive();
	return take(&w, &d, ours, &o->pins);
}

/* ---- unbind ------------------------------------------------------------------------ */

static int give_back(const struct pci_writer *w, const struct pci_device *before)
{
	struct pci_device now = *before;
	const char *step = "driver_override";
	int err = pci_override(w, before, "");

	if (!err && before->driver[0]) {
		step = "unbind";
		err = pci_driver_write(w, before, before->driver, "unbind");
	}
	if (err) {
		fail(step, err);
		put_back(w, before);
		return EXIT_FAILED;
	}
	err = pci_probe(w, before);	/* may fail if there is no driver: check */
	if (w->dry_run)
		return EXIT_OK;
	if (pci_read(&now))
		return fail(before->address, -ENODEV);
	if (!now.driver[0] && err)
		return fail("drivers_probe", err);
	if (w->quiet)
		return EXIT_OK;
	if (now.driver[0])
		say_now(&now);
	else
		printf("%s has no driver now: none that would take it is loaded\n", now.address);
	return EXIT_OK;
}

static int unbind_device(const struct options *o)
{
	const struct pci_writer w = { .dry_run = o->dry_run, .quiet = o->quiet };
	struct pci_device d;
	const char *ours;
	int code = find(&d, o);

	if (code)
		return code;
	code = permitted(o, "unbind");
	if (code)
		return code;
	ours = our_driver(&d);
	/* also a device that is only promised to us, its module having been removed */
	if (!ours || strcmp(text_or(d.driver, d.override), ours)) {
		fprintf(stderr, "wavert: %s is driven by %s, not by alsa-wavert\n", d.address,
			text_or(d.driver, "no driver"));
		return EXIT_FAILED;
	}
	if (!o->force && pci_in_use(&d)) {
		fputs("wavert: nothing has been changed; end these programs first, or use --force\n",
		      stderr);
		return EXIT_FAILED;
	}
	stay_alive();
	return give_back(&w, &d);
}

/* ---- options ------------------------------------------------------------------------- */

enum { KEY_FORCE = KEY_OWN, KEY_OUT, KEY_IN };

#define NO_REPORT OPTION_QUIET("No report")

static const struct argp_option bind_options[] = {
	{ "out", KEY_OUT, "PIN", 0,
	  "Play through headphone, line-out, speaker, spdif, or a node number", 0 },
	{ "in", KEY_IN, "PIN", 0, "Record from mic, line, internal, aux, or a node number", 0 },
	OPTION_DRY_RUN, NO_REPORT, OPTIONS_END
};

static const struct argp_option unbind_options[] = {
	{ "force", KEY_FORCE, NULL, 0, "Although programs use the card", 0 },
	OPTION_DRY_RUN, NO_REPORT, OPTIONS_END
};

static error_t parse_bind(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	unsigned int dir = key == KEY_IN;

	if (key != KEY_OUT && key != KEY_IN)
		return parse_shared(key, arg, state);
	if (!pin_name_valid(dir, arg))
		usage_error(state, "--%s=%s: %s is expected", dir ? "in" : "out", arg, pin_names(dir));
	o->pins.pin[dir] = arg;
	return 0;
}

static error_t parse_unbind(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key != KEY_FORCE)
		return parse_shared(key, arg, state);
	o->force = true;
	return 0;
}

const struct verb bind_verb = {
	.name = "bind", .summary = "Take a sound controller from its driver",
	.argp = {
		.options = bind_options, .parser = parse_bind, .args_doc = "ADDRESS",
		.doc = "Take the sound controller at a PCI address from its driver and give it to "
		       "that of alsa-wavert. Refused while a program uses the card.",
	},
	.run = bind_device, .expected = "one PCI address", .least = 1, .most = 1,
};

const struct verb unbind_verb = {
	.name = "unbind", .summary = "Give a sound controller back to its driver",
	.argp = {
		.options = unbind_options, .parser = parse_unbind, .args_doc = "ADDRESS",
		.doc = "Give the sound controller at a PCI address back to its driver.",
	},
	.run = unbind_device, .expected = "one PCI address", .least = 1, .most = 1,
};
