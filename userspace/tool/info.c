// SPDX-License-Identifier: GPL-2.0-only
/*
 * info.c - wavert info: one card in full. Registers and latency are known of a stream with a
 * buffer only: each pin is claimed for a moment, if it is free.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

/* What a stream tells; err: why it does not. */
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

/* ---- as text ---------------------------------------------------------------------------- */

static void print_caps(const struct wavert_caps *c)
{
	unsigned int f;

	printf("%s: %u pin%s\n  name           %s, ALSA device %u, subdevice %u\n  rates         ",
	       c->direction ? "capture" : "playback", c->pins, c->pins == 1 ? "" : "s", c->name,
	       c->pcm_device, c->pcm_subdevice);
	print_rates(stdout, c);
	printf("\n  channels       %u..%u\n  formats       ", c->channels_min, c->channels_max);
	for (f = 1; f && f <= c->formats; f <<= 1)
		if (c->formats & f)
			printf(" %s", wavert_format_name(f));
	printf("\n  buffer         %u..%u bytes\n", c->buffer_min, c->buffer_max);
	printf("  notifications  up to %u a buffer, %u frames and %u us apart or more, multiples of %u byte%s\n",
	       c->notify_max, c->notify_min, c->notify_min_ns / 1000, c->size_step,
	       c->size_step == 1 ? "" : "s");
	if (c->position_step)
		printf("  position       moves by up to %u bytes at once", c->position_step);
	else
		printf("  position       moves frame by frame");
	printf("%s%s\n", c->flags & WAVERT_CAP_STEPPED ? ", by the step clock" : "",
	       c->flags & WAVERT_CAP_EMULATED ? ", emulated: expect jumps" : "");
	printf("  calls          events%s%s%s\n",
	       c->offers & WAVERT_OFFERS_NOTIFICATION ? ", notification" : "",
	       c->offers & WAVERT_OFFERS_INPUT ? ", read packet" : "",
	       c->offers & WAVERT_OFFERS_OUTPUT ? ", write packet" : "");
}

static void print_probed(const struct probed *p)
{
	if (p->err) {
		printf("  registers      not asked: %s\n  latency        not asked\n",
		       p->err == -EBUSY ? "the pin is in use" : strerror(-p->err));
		return;
	}
	if (p->no_position)
		printf("  registers      no position");
	else
		printf("  registers      position, %u bits, right to %u bytes", p->position.width,
		       p->position.accuracy);
	if (p->no_clock)
		puts(", no clock");
	else
		printf(", clock, %u bits, %.0f Hz\n", p->clock.width,
		       (double)p->clock.numerator / (double)p->clock.denominator);
	printf("  latency        FIFO %u bytes, chipset %.1f us, codec %.1f us\n",
	       p->latency.fifo_bytes, p->latency.chipset_100ns / 10.0,
	       p->latency.codec_100ns / 10.0);
}

/* ---- as JSON ------------------------------------------------------------------------------ */

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

/* ---- both ------------------------------------------------------------------------------------ */

static json_t *header(struct wavert_device *device, const struct wavert_version *v)
{
	int card = wavert_device_card(device);
	char path[64], id[64], module[64];
	json_t *document = json_document();

	snprintf(path, sizeof(path), "/proc/asound/card%d/id", card);
	first_line(path, id, sizeof(id));
	first_line("/sys/module/snd_wavert/version", module, sizeof(module));
	json_object_set_new(document, "card", json_integer(card));
	json_object_set_new(document, "id", json_string(id));
	json_object_set_new(document, "module_version",
			    module[0] ? json_string(module) : json_null());
	json_object_set_new(document, "interface", json_pack("[I,I]", (json_int_t)v->abi_major,
							     (json_int_t)v->abi_minor));
	return document;
}

static void print_header(const json_t *document, const struct wavert_version *v)
{
	const char *module = json_string_value(json_object_get(document, "module_version"));

	printf("card %d: %s\ninterface %u.%u (this command: %d.%d)%s%s\n",
	       (int)json_integer_value(json_object_get(document, "card")),
	       json_string_value(json_object_get(document, "id")), v->abi_major, v->abi_minor,
	       WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR, module ? ", module " : "",
	       module ? module : "");
}

static int run(const struct options *o)
{
	struct wavert_device *device = open_device(o->device);
	struct wavert_version version;
	unsigned int direction;
	struct wavert_caps caps;
	struct probed probed;
	json_t *document;
	int err, found = 0;

	if (!device)
		return EXIT_FAILED;
	err = wavert_device_version(device, &version);
	if (err) {
		wavert_close(device);
		return fail("version", err);
	}
	document = header(device, &version);
	if (!o->json)
		print_header(document, &version);
	for (direction = WAVERT_PLAYBACK; direction <= WAVERT_CAPTURE; direction++) {
		if (wavert_device_caps(device, direction, o->pin, &caps))
			continue;
		probe(device, &caps, o->pin, &probed);
		found++;
		json_object_set_new(document, direction ? "capture" : "playback",
				    json_direction(&caps, &probed));
		if (!o->json) {
			print_caps(&caps);
			print_probed(&probed);
		}
	}
	wavert_close(device);
	if (!found)
		fprintf(stderr, "wavert: the device has no pin %u; wavert list shows what there is\n",
			o->pin);
	if (o->json)
		return json_print(document, found ? EXIT_OK : EXIT_FAILED);
	json_decref(document);
	return found ? EXIT_OK : EXIT_FAILED;
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
