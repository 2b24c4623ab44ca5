// SPDX-License-Identifier: GPL-2.0-only
/*
 * predict.c - see predict.h.
 */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "predict.h"
#include "tool.h"

enum { CODECS_MAX = 15 };

struct codecs {
	struct codec codec[CODECS_MAX];
	char name[CODECS_MAX][64];
	unsigned int n;
};

bool pin_name_valid(unsigned int direction, const char *name)
{
	u32 pin;

	return wrt_hda_parse_pin(direction, name, &pin);
}

const char *pin_names(unsigned int direction)
{
	return wrt_hda_pin_names(direction);
}

/* In order of their addresses, as the driver asks them. */
static void read_codecs(int card, struct codecs *all)
{
	char path[64];
	FILE *file;
	int i;

	for (i = 0; i < CODECS_MAX; i++) {
		snprintf(path, sizeof(path), "/proc/asound/card%d/codec#%d", card, i);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (codec_read_proc(file, &all->codec[all->n], all->name[all->n],
				    sizeof(all->name[0])))
			all->n++;
		fclose(file);
	}
}

static const char *codec_name(const struct codecs *all, u32 address)
{
	unsigned int i;

	for (i = 0; i < all->n; i++)
		if (all->codec[i].address == address)
			return all->name[i];
	return "";
}

static void print_caps(FILE *out, const struct wrt_hw_caps *c)
{
	static const struct {
		u32 bit;
		const char *name;
	} formats[] = {
		{ WRT_FMT_U8, "U8" }, { WRT_FMT_S16, "S16" }, { WRT_FMT_S20_32, "S20_32" },
		{ WRT_FMT_S24_32, "S24_32" }, { WRT_FMT_S32, "S32" }, { WRT_FMT_FLOAT, "FLOAT" },
	};
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (c->formats & formats[i].bit)
			fprintf(out, " %s", formats[i].name);
	fprintf(out, ", %u channels,", c->channels_max);
	for (i = 0; i < c->nrates; i++)
		fprintf(out, " %u", c->rates[i]);
	fputs(" Hz\n", out);
}

static void print_slots(FILE *out, const char *prefix, struct wrt_hw_dev *hw,
			const struct codecs *all)
{
	struct wrt_hw_caps caps;
	struct wrt_hw_pin pin;
	u32 slot, i;

	for (slot = 0; wrt_hda_ops.caps(hw, slot, &caps) >= 0; slot++)
		for (i = 0; !wrt_hda_ops.pin(hw, i, &pin); i++) {
			if (!pin.used || pin.dir != caps.dir)
				continue;
			fprintf(out, "%s%s: %s (%s), pin 0x%02x of codec %u, %s:", prefix,
				direction_name(caps.dir), pin.kind, pin.port, pin.node, pin.codec,
				codec_name(all, pin.codec));
			print_caps(out, &caps);
		}
}

/* Pins that something is connected to, and that no stream uses. */
static void print_silent(FILE *out, const char *prefix, struct wrt_hw_dev *hw)
{
	struct wrt_hw_pin pin;
	u32 i;

	for (i = 0; !wrt_hda_ops.pin(hw, i, &pin); i++)
		if (!pin.used && strcmp(pin.port, "none"))
			fprintf(out, "%ssilent: %s (%s), pin 0x%02x of codec %u\n", prefix,
				pin.kind, pin.port, pin.node, pin.codec);
}

static void print_log(FILE *out, const char *prefix, char *log)
{
	char *line, *rest = log;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			fprintf(out, "%s%s\n", prefix, line);
}

static int configure(struct wrt_hda_config *cfg, const struct pin_choice *choice)
{
	unsigned int dir;

	for (dir = 0; dir < 2; dir++)
		if (choice->pin[dir] && !wrt_hda_parse_pin(dir, choice->pin[dir], &cfg->pin[dir]))
			return -1;
	return 0;
}

static enum prediction run(const struct codecs *all, const struct pin_choice *choice, FILE *out,
			   const char *prefix)
{
	struct wrt_hda_config cfg = { 0 };
	struct codec_bus *bus = sure(malloc(sizeof(*bus)));
	enum prediction result = PREDICT_FAILS;
	struct wrt_hw_dev *hw;

	codec_bus_init(bus, all->codec, all->n);
	if (!configure(&cfg, choice) && !wrt_hda_create(&codec_bus_ops, bus, &cfg, &hw)) {
		print_slots(out, prefix, hw, all);
		print_silent(out, prefix, hw);
		wrt_hda_destroy(hw);
		result = PREDICT_WORKS;
	} else {
		print_log(out, prefix, bus->log);
	}
	free(bus);
	return result;
}

enum prediction predict(int card, const struct pin_choice *choice, FILE *out, const char *prefix)
{
	struct codecs *all = sure(calloc(1, sizeof(*all)));
	enum prediction result = PREDICT_UNKNOWN;

	read_codecs(card, all);
	if (all->n)
		result = run(all, choice, out, prefix);
	free(all);
	return result;
}
