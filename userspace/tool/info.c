// SPDX-License-Identifier: GPL-2.0-only
/*
 * info.c - wavert info: all properties of one card. Only a stream with a buffer has registers and
 * latency, so each pin is claimed for a moment if it is free.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "tool.h"

/* Properties of a stream; err: the reason if there are none. */
struct probed {
	int err, no_position, no_clock;
	struct wavert_register position, clock;
	struct wavert_latency latency;
};

static unsigned int lowest(unsigned int mask)
{
	return mask & (~mask + 1);
}

static int claim(struct wavert_stream *stream, const struct wavert_caps *c)
{
	unsigned int rate = 48000, format = lowest(c->formats), i;
	int err;

	if (rate < c->rate_min || rate > c->rate_max)
		rate = c->rate_min;
	for (i = 0; i < c->nrates && c->rates[i] != rate; i++)
		;
	if (c->nrates && i == c->nrates)
		rate = c->rates[0];
	if (c->formats & WAVERT_FORMAT_S16)
		format = WAVERT_FORMAT_S16;
	err = wavert_stream_set_format(stream, rate, format, c->channels_min);
	if (err)
		return err;
	return wavert_stream_alloc(stream, (size_t)rate / 10 * c->channels_min *
				   wavert_format_bytes(format), 0, 0);
}

static void probe(struct wavert_device *device, const struct wavert_caps *c, unsigned int pin,
		  struct probed *p)
{
	struct wavert_stream *stream = NULL;
	const volatile void *at;

	memset(p, 0, sizeof(*p));
	p->err = wavert_stream_open(&stream, device, c->direction, pin, 0);
	if (p->err)
		return;
	p->err = claim(stream, c);
	if (!p->err) {
		p->no_position = wavert_stream_map_register(stream, WAVERT_REGISTER_POSITION,
							    &p->position, &at);
		p->no_clock = wavert_stream_map_register(stream, WAVERT_REGISTER_CLOCK, &p->clock,
							 &at);
		p->err = wavert_stream_latency(stream, &p->latency);
	}
	wavert_stream_close(stream);
}

/* ---- the document ------------------------------------------------------------------------ */

static json_t *json_register(int err, const struct wavert_register *r, bool clock)
{
	if (err)
		return json_null();
	if (!clock)
		return json_pack("{s:I, s:I}", "bits", (json_int_t)r->width, "accuracy_bytes",
				 (json_int_t)r->accuracy);
	return json_pack("{s:I, s:I, s:I}", "bits", (json_int_t)r->width, "numerator_hz",
			 (json_int_t)r->numerator, "denominator", (json_int_t)r->denominator);
}

static json_t *json_direction(const struct wavert_caps *c, const struct probed *p)
{
	json_t *caps = json_caps(c);

	json_object_set_new(caps, "busy", json_boolean(p->err == -EBUSY));
	json_object_set_new(caps, "probe_error", json_null());
	if (p->err == -EBUSY)
		json_object_set_new(caps, "probe_error", json_string("the pin is in use"));
	else if (p->err)
		json_object_set_new(caps, "probe_error", json_string(strerror(-p->err)));
	if (p->err)
		return caps;
	json_object_set_new(caps, "position_register",
			    json_register(p->no_position, &p->position, false));
	json_object_set_new(caps, "clock_register", json_register(p->no_clock, &p->clock, true));
	json_object_set_new(caps, "latency",
			    json_pack("{s:I, s:I, s:I}", "fifo_bytes",
				      (json_int_t)p->latency.fifo_bytes, "chipset_100ns",
				      (json_int_t)p->latency.chipset_100ns, "codec_100ns",
				      (json_int_t)p->latency.codec_100ns));
	return caps;
}

static json_t *header(struct wavert_device *device, const struct wavert_version *v)
{
	int card = wavert_device_card(device);
	char path[64], id[64], module[64];
	json_t *document = json_document("info");

	snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
	first_line(path, id, sizeof(id));
	first_line("/sys/module/snd_wavert/version", module, sizeof(module));
	json_object_update_new(document, json_pack("{s:i, s:s, s:s?, s:[I,I], s:[i,i]}",
		"card", card, "id", id, "module_version", text_or(module, NULL),
		"interface", (json_int_t)v->abi_major, (json_int_t)v->abi_minor,
		"command_interface", WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR));
	return document;
}

/* ---- pins of the codec --------------------------------------------------------------------- */

/* "pin 0x15: codec 0, headphone, jack, out, used for playback" of /proc/asound/cardN/wavert */
static json_t *json_pin(const char *line)
{
	const char *used = strstr(line, ", used for ");
	char node[8], kind[32], port[32];
	unsigned int codec;

	if (sscanf(line, "pin %7[^:]: codec %u, %31[^,], %31[^,\n]", node, &codec, kind, port) != 4)
		return NULL;
	return json_pack("{s:s, s:I, s:s, s:s, s:b, s:b, s:s?}", "node", node, "codec",
			 (json_int_t)codec, "kind", kind, "port", port,
			 "can_play", strstr(line, ", out") != NULL,
			 "can_record", strstr(line, ", in,") || strstr(line, ", in\n"),
			 "used_for", used ? direction_name(used[11] == 'c') : NULL);
}

static json_t *json_pins(int card)
{
	json_t *pins = json_array(), *pin;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		pin = json_pin(line);
		if (pin)
			json_array_append_new(pins, pin);
	}
	if (file)
		fclose(file);
	return pins;
}

/* ---- as text ---------------------------------------------------------------------------- */

#define COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))
#define FIELDS(columns) (columns), COUNT(columns)

/* The last column of card and of caps is only for a card that is attached to another. */
static void print_info(const json_t *document)
{
	static const struct column card[] = {
		TEXT("card", "card"), TEXT("id", "id"), TEXT("interface", "interface"),
		TEXT("interface of this command", "command_interface"),
		TEXT("version of the modules", "module_version"),
		TEXT("attached to card", "attached_to"),
	};
	static const struct column caps[] = {
		TEXT("name", "name"), TEXT("ALSA device, subdevice", "pcm"), TEXT("pins", "pins"),
		RANGE("Hz", "rate"), TEXT("Hz, of these only", "rates"),
		RANGE("channels", "channels"), TEXT("formats", "formats"),
		TEXT("buffer bytes, at least", "buffer_min_bytes"),
		TEXT("buffer bytes, at most", "buffer_max_bytes"),
		TEXT("notifications, at most", "notifications_max"),
		TEXT("their distance, frames", "notification_distance_min_frames"),
		TEXT("their distance, ns", "notification_distance_min_ns"),
		TEXT("their distance, step bytes", "notification_step_bytes"),
		TEXT("position step, bytes", "position_step_bytes"),
		TEXT("step clock", "stepped"), TEXT("emulated", "emulated"),
		TEXT("offers notification", "offers_notification"),
		TEXT("offers read packet", "offers_input"),
		TEXT("offers write packet", "offers_output"),
		TEXT("cannot be owned", "refused"),
	};
	static const struct column probed[] = {
		TEXT("position register", "position_register"),
		TEXT("clock register", "clock_register"), TEXT("latency", "latency"),
	};
	static const struct column unknown[] = { TEXT("registers, latency unknown", "probe_error") };
	static const struct column pins[] = {
		TEXT("pin", "node"), NUMBER("codec", "codec"), TEXT("kind", "kind"),
		TEXT("port", "port"), TEXT("plays", "can_play"), TEXT("records", "can_record"),
		TEXT("used for", "used_for"),
	};
	static const char *const directions[] = { "playback", "capture" };
	const json_t *pin;
	bool refused;
	size_t i;

	print_fields(stdout, document, card,
		     COUNT(card) - !json_object_get(document, "attached_to"));
	for (i = 0; i < 2; i++) {
		pin = json_object_get(document, directions[i]);
		if (!pin)
			continue;
		printf("\n%s\n", directions[i]);
		refused = json_is_string(json_object_get(pin, "refused"));
		print_fields(stdout, pin, caps, COUNT(caps) - !refused);
		if (refused)
			continue;
		if (json_is_null(json_object_get(pin, "probe_error")))
			print_fields(stdout, pin, FIELDS(probed));
		else
			print_fields(stdout, pin, FIELDS(unknown));
	}
	pin = json_object_get(document, "codec_pins");
	if (json_array_size(pin)) {
		putchar('\n');
		print_table(stdout, pin, FIELDS(pins), true);
	}
}

static int run(const struct options *o)
{
	struct wavert_device *device = open_device(o->device);
	struct wavert_version version;
	unsigned int direction;
	struct wavert_caps caps;
	struct probed probed;
	json_t *document;
	int err, foreign, code = EXIT_FAILED;

	if (!device)
		return EXIT_FAILED;
	err = wavert_device_version(device, &version);
	if (err) {
		wavert_close(device);
		return fail("version", err);
	}
	document = header(device, &version);
	for (direction = WAVERT_PLAYBACK; direction <= WAVERT_CAPTURE; direction++) {
		if (wavert_device_caps(device, direction, o->pin, &caps))
			continue;
		probe(device, &caps, o->pin, &probed);
		json_object_set_new(document, direction_name(direction),
				    json_direction(&caps, &probed));
		code = EXIT_OK;
	}
	foreign = attached_to(wavert_device_card(device));
	if (foreign >= 0)
		json_object_set_new(document, "attached_to", json_integer(foreign));
	json_object_set_new(document, "codec_pins", json_pins(wavert_device_card(device)));
	wavert_close(device);
	if (code)
		fprintf(stderr, "wavert: the device has no pin %u; wavert list shows what there is\n",
			o->pin);
	if (o->json)
		return json_print(document, code);
	print_info(document);
	json_decref(document);
	return code;
}

static const struct argp_option options[] = {
	OPTION_DEVICE, OPTION_PIN, OPTION_JSON, OPTIONS_END
};

const struct verb info_verb = {
	.name = "info", .summary = "One card in full: versions, limits, registers, latency",
	.argp = {
		.options = options, .parser = parse_shared,
		.doc = "Print versions, limits, registers and latency of a card.",
	},
	.run = run,
};
