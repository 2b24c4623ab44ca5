// SPDX-License-Identifier: GPL-2.0-only
/*
 * silicon.c - wavert silicon-report: how a controller behaves, for the developers. Ids, what the
 * driver has found, and measurements of both directions, with MSI and with the line. The name of
 * the machine, serial numbers and users are not in it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "silicon.h"
#include "table.h"
#include "tool.h"

#define DRIVER_HDA "snd-wavert-hda"

/* ---- what is there ----------------------------------------------------------------------- */

/* The controller of a card; false: it has none on the PCI bus. */
static bool find_controller(int card, struct pci_device *d)
{
	char path[64], real[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/sound/card%d/device", card);
	memset(d, 0, sizeof(*d));
	return realpath(path, real) && pci_parse(strrchr(real, '/') + 1, d->address) &&
	       !pci_read(d);
}

static const char *interrupts_of(const struct pci_device *d)
{
	char path[PATH_MAX];

	if (!d->address[0])
		return "timer";
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/msi_irqs", d->address);
	return access(path, F_OK) ? "INTx" : "MSI";
}

static void add_id(json_t *o, const struct pci_device *d, const char *name)
{
	char path[PATH_MAX], text[32];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", d->address, name);
	first_line(path, text, sizeof(text));
	json_object_set_new(o, name, json_string(text));
}

static json_t *json_controller(const struct pci_device *d)
{
	static const char *const ids[] = {
		"vendor", "device", "subsystem_vendor", "subsystem_device", "class", "revision",
	};
	json_t *o = json_pack("{s:s}", "driver", d->driver);
	size_t i;

	if (!d->address[0]) {
		json_decref(o);
		return json_null();
	}
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		add_id(o, d, ids[i]);
	return o;
}

/* Lines of one name and one value of /proc/asound/cardN/wavert, several codecs in a list. */
static void read_proc(int card, json_t *facts, json_t *codecs, json_t *pins)
{
	char path[64], line[256], name[32], value[20];
	FILE *file;
	int end;

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		end = 0;
		if (!strncmp(line, "pin ", 4))
			json_array_append_new(pins, json_string(line));
		else if (sscanf(line, "%31[a-z_] %19[0-9a-fx]%n", name, value, &end) != 2 || line[end])
			continue;
		else if (!strcmp(name, "codec"))
			json_array_append_new(codecs, json_string(value));
		else
			json_object_set_new(facts, name, json_string(value));
	}
	if (file)
		fclose(file);
}

/* ---- bound again, with the other kind of interrupt ----------------------------------------- */

struct rebound {
	struct pci_device device;
	struct pin_choice choice;
	char pin[2][8];
	char msi[8];
};

/* The pins that are used now, by their nodes. */
static void keep_pins(const json_t *pins, struct rebound *r)
{
	const char *line, *used;
	unsigned int dir;
	size_t i;

	for (i = 0; i < json_array_size(pins); i++) {
		line = json_string_value(json_array_get(pins, i));
		used = strstr(line, ", used for ");
		if (!used)
			continue;
		dir = used[11] == 'c';
		snprintf(r->pin[dir], sizeof(r->pin[dir]), "%.4s", line + 4);
		r->choice.pin[dir] = r->pin[dir];
	}
}

static int bind_again(const struct rebound *r, const char *msi)
{
	const struct pci_writer w = { .quiet = true };
	struct pin_parameters parameters;
	struct pci_device now = r->device;
	int err = pci_parameter(&w, DRIVER_HDA, "msi", msi);

	if (!err)
		err = choose_pins(&w, &r->choice, &parameters);
	if (err)
		return err;
	if (!pci_read(&now) && now.driver[0])
		err = pci_driver_write(&w, &now, DRIVER_HDA, "unbind");
	if (!err)
		err = pci_driver_write(&w, &now, DRIVER_HDA, "bind");
	restore_pins(&w, &parameters);
	return err;
}

/* ---- the report ------------------------------------------------------------------------------ */

static void run_both(const struct options *o, json_t *runs, int card, const char *interrupts,
		     double seconds)
{
	json_t *one;
	int dir;

	for (dir = 0; dir < 2 && !interrupted; dir++) {
		one = silicon_run(o, card, (unsigned int)dir, interrupts, seconds / 2);
		json_array_append_new(runs, one);
	}
}

/* Why there is only one kind of interrupt, or NULL. */
static const char *run_other(const struct options *o, json_t *runs, const json_t *pins,
			     struct rebound *r, double seconds)
{
	const char *now = interrupts_of(&r->device);
	int card;

	if (strcmp(r->device.driver, DRIVER_HDA))
		return "this driver has one kind of interrupt";
	if (geteuid())
		return "only root can bind the controller again";
	if (!module_parameter(DRIVER_HDA, "msi", r->msi, sizeof(r->msi)))
		return "the module has no parameter msi";
	if (pci_in_use(&r->device))
		return "a program uses the card";
	keep_pins(pins, r);
	signal(SIGHUP, SIG_IGN);	/* the controller has to be bound at the end */
	if (bind_again(r, strcmp(now, "MSI") ? "Y" : "N"))
		return "the controller could not be bound again";
	card = pci_card(&r->device, 0);
	if (card >= 0 && strcmp(interrupts_of(&r->device), now))
		run_both(o, runs, card, interrupts_of(&r->device), seconds);
	if (bind_again(r, r->msi) || card < 0)
		return "the controller could not be bound again";
	return json_array_size(runs) > 2 ? NULL : "the controller has one kind of interrupt";
}

static json_t *report(const struct options *o, int card)
{
	json_t *facts = json_object(), *codecs = json_array(), *pins = json_array();
	json_t *runs = json_array(), *document = json_document("silicon-report");
	double seconds = (o->duration > 0 ? o->duration : 60) / 2;
	struct rebound r = { 0 };
	const char *only;
	char module[64];

	if (!find_controller(card, &r.device))
		r.device.address[0] = 0;
	read_proc(card, facts, codecs, pins);
	first_line("/sys/module/snd_wavert/version", module, sizeof(module));
	run_both(o, runs, card, interrupts_of(&r.device), seconds);
	only = run_other(o, runs, pins, &r, seconds);
	json_object_update_new(document, json_pack("{s:o, s:s?, s:o, s:o, s:o, s:o, s:o, s:s?}",
		"sysinfo", json_system(), "module_version", text_or(module, NULL),
		"controller", json_controller(&r.device), "facts", facts, "codecs", codecs,
		"pins", pins, "runs", runs, "one_interrupt_because", only));
	return document;
}

/* ---- the page -------------------------------------------------------------------------------- */

#define FIELDS(columns) (columns), sizeof(columns) / sizeof((columns)[0])

static void print_list(const char *title, const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		printf("%s%s\n", title, json_string_value(json_array_get(list, i)));
}

static void print_object(const char *title, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		printf("%s%s %s\n", title, key, json_string_value(value));
	}
}

static void print_page(const json_t *document)
{
	static const struct column head[] = {
		TEXT("program", "program"), TEXT("modules", "module_version"),
		TEXT("kernel", "sysinfo/release"), TEXT("machine", "sysinfo/machine"),
		TEXT("PREEMPT_RT", "sysinfo/realtime"),
	};
	static const struct column one[] = {
		TEXT("direction", "direction"), TEXT("interrupts", "interrupts"),
		TEXT("error", "error"), TEXT("Hz", "rate"), TEXT("buffer, bytes", "buffer_bytes"),
		TEXT("FIFO, bytes", "fifo_bytes"),
		TEXT("notifications expected", "expected"), TEXT("delivered", "delivered"),
		TEXT("position updates", "position_updates"), TEXT("halts", "dma_halts"),
		TEXT("position beyond the point, frames", "position_after_point_frames"),
		TEXT("interrupt to signal, us", "interrupt_to_signal_us"),
		TEXT("DMA ahead of the link, frames", "dma_ahead_of_link_frames"),
		TEXT("moved while paused, frames", "moved_while_paused_frames"),
		TEXT("error after resume, frames", "resume_error_frames"),
		TEXT("drift, ppm", "drift_ppm"),
	};
	const json_t *runs = json_object_get(document, "runs");
	const char *only = json_string_value(json_object_get(document, "one_interrupt_because"));
	size_t i;

	print_fields(stdout, document, FIELDS(head));
	print_object("controller ", json_object_get(document, "controller"));
	print_object("fact ", json_object_get(document, "facts"));
	print_list("codec ", json_object_get(document, "codecs"));
	print_list("", json_object_get(document, "pins"));
	for (i = 0; i < json_array_size(runs); i++) {
		putchar('\n');
		print_fields(stdout, json_array_get(runs, i), FIELDS(one));
	}
	if (only)
		printf("\nOnly one kind of interrupt: %s.\n", only);
}

static int run(const struct options *o)
{
	struct wavert_device *device = open_device(o->device);
	json_t *document;
	int card;

	if (!device)
		return EXIT_FAILED;
	card = wavert_device_card(device);
	wavert_close(device);
	document = report(o, card);
	if (o->json)
		return json_print(document, EXIT_OK);
	print_page(document);
	json_decref(document);
	return EXIT_OK;
}

static const struct argp_option options[] = {
	OPTION_DEVICE, OPTION_DURATION, OPTION_JSON, OPTIONS_END
};

const struct verb silicon_report_verb = {
	.name = "silicon-report", .summary = "Measure a controller, for a report to the developers",
	.argp = {
		.options = options, .parser = parse_shared,
		.doc = "Play silence and record for 60 seconds, and print ids and measurements. "
		       "As root the controller is bound again, to measure both kinds of "
		       "interrupts. Names and serial numbers are not in the report.",
	},
	.run = run,
};
