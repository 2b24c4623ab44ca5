// SPDX-License-Identifier: GPL-2.0-only
/*
 * json.c - shared by the documents of --json. jansson's packers accept NULL, so a lack of memory
 * is found at the end, in json_print().
 */
#include <stdio.h>

#include "tool.h"

json_t *json_document(const char *verb)
{
	return json_pack("{s:i, s:s, s:s}", "file_version", JSON_VERSION, "program",
			 "wavert " WAVERT_TOOL_VERSION, "verb", verb);
}

int json_print(json_t *document, int code)
{
	int err = !document || json_dumpf(document, stdout, JSON_INDENT(2)) || puts("") < 0 ||
		  fflush(stdout);

	json_decref(document);
	if (!err)
		return code;
	fputs("wavert: the JSON document could not be written\n", stderr);
	return EXIT_FAILED;
}

static json_t *json_formats(unsigned int formats)
{
	json_t *list = json_array();
	unsigned int f;

	for (f = 1; f && f <= formats; f <<= 1)
		if (formats & f && wavert_format_name(f))
			json_array_append_new(list, json_string(wavert_format_name(f)));
	return list;
}

/* An empty list means every rate of the range. */
static json_t *json_rates(const struct wavert_caps *c)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < c->nrates; i++)
		json_array_append_new(list, json_integer(c->rates[i]));
	return list;
}

json_t *json_caps(const struct wavert_caps *c)
{
	return json_pack("{s:s, s:[I,I], s:o, s:I, s:I, s:I, s:[I,I], s:[I,I], s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:b, s:b, s:s?}",
			 "name", c->name,
			 "pcm", (json_int_t)c->pcm_device, (json_int_t)c->pcm_subdevice,
			 "rates", json_rates(c),
			 "buffer_min_bytes", (json_int_t)c->buffer_min,
			 "notification_distance_min_ns", (json_int_t)c->notify_min_ns,
			 "pins", (json_int_t)c->pins,
			 "rate", (json_int_t)c->rate_min, (json_int_t)c->rate_max,
			 "channels", (json_int_t)c->channels_min, (json_int_t)c->channels_max,
			 "formats", json_formats(c->formats),
			 "buffer_max_bytes", (json_int_t)c->buffer_max,
			 "notifications_max", (json_int_t)c->notify_max,
			 "notification_distance_min_frames", (json_int_t)c->notify_min,
			 "notification_step_bytes", (json_int_t)c->size_step,
			 "position_step_bytes", (json_int_t)c->position_step,
			 "stepped", c->flags & WAVERT_CAP_STEPPED,
			 "emulated", c->flags & WAVERT_CAP_EMULATED,
			 "offers_notification", c->offers & WAVERT_OFFERS_NOTIFICATION,
			 "offers_input", c->offers & WAVERT_OFFERS_INPUT,
			 "offers_output", c->offers & WAVERT_OFFERS_OUTPUT,
			 "refused", wavert_caps_refusal(c));
}
