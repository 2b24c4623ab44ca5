// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * codec_trace.c - whether sound passes a codec, from the settings that were written alone. It
 * shares nothing with the search of kernel/hw/hda: it follows what the widgets let through.
 *
 * Both channels have to pass. A widget needs power if its power can be controlled, an amplifier
 * has to be written and not muted, of several inputs the selected one counts except in a mixer.
 */
#include "codec.h"

#define DEPTH_MAX	12

enum { DAC, ADC, MIXER, SELECTOR, PIN };
enum { HAS_IN_AMP = 2, HAS_OUT_AMP = 4, OVERRIDES_AMP = 8, DIGITAL = 0x200, HAS_POWER = 0x400 };
enum { PIN_IN = 0x20, PIN_OUT = 0x40, AMP_MUTED = 0x80, DIGITAL_ON = 1 };

struct trace {
	const struct codec_bus *bus;
	const struct codec *codec;
	bool playback;
};

static u32 type(const struct codec_node *n)
{
	return n->caps >> 20 & 15;
}

/* An amplifier without capabilities is none. Dumps may omit the override flag of a widget. */
static bool amp_exists(const struct trace *t, const struct codec_node *n, bool output)
{
	u32 own = output ? n->amp_out : n->amp_in;

	if (!(n->caps & (output ? HAS_OUT_AMP : HAS_IN_AMP)))
		return false;
	if (n->caps & OVERRIDES_AMP || own)
		return own;
	return output ? t->codec->amp_out : t->codec->amp_in;
}

static bool is_open(const u32 amp[2])
{
	return amp[0] != CODEC_UNSET && amp[1] != CODEC_UNSET && !((amp[0] | amp[1]) & AMP_MUTED);
}

static bool passes_out(const struct trace *t, u32 nid)
{
	return !amp_exists(t, &t->codec->node[nid], true) || is_open(t->bus->set[nid].out);
}

static bool passes_in(const struct trace *t, u32 nid, u32 input)
{
	return !amp_exists(t, &t->codec->node[nid], false) ||
	       (input < 16 && is_open(t->bus->set[nid].in[input]));
}

static bool is_on(const struct trace *t, u32 nid)
{
	return !(t->codec->node[nid].caps & HAS_POWER) || !t->bus->set[nid].power;
}

/* Sound begins here: the number of this node, or 0. */
static u32 source(const struct trace *t, u32 nid)
{
	const struct codec_node *n = &t->codec->node[nid];
	const struct codec_setting *s = &t->bus->set[nid];

	if (t->playback && type(n) == DAC && passes_out(t, nid) &&
	    (!(n->caps & DIGITAL) || s->digital & DIGITAL_ON))
		return nid;
	if (!t->playback && type(n) == PIN && s->pin & PIN_IN && passes_in(t, nid, 0))
		return nid;
	return 0;
}

static u32 follow(const struct trace *t, u32 nid, u32 depth)
{
	const struct codec_node *n = &t->codec->node[nid];
	u32 i, found;

	if (depth == DEPTH_MAX || !n->present || !is_on(t, nid))
		return 0;
	if (depth) {
		found = source(t, nid);
		if (found || type(n) < MIXER || type(n) > SELECTOR || !passes_out(t, nid))
			return found;
	}
	for (i = 0; i < n->ninputs; i++) {
		if (type(n) != MIXER && n->ninputs > 1 && t->bus->set[nid].select != i)
			continue;
		if (type(n) != PIN && !passes_in(t, nid, i))
			continue;
		found = follow(t, n->input[i], depth + 1);
		if (found)
			return found;
	}
	return 0;
}

static bool begin(struct trace *t, const struct codec_bus *bus, bool playback)
{
	u32 i;

	for (i = 0; i < bus->ncodecs && bus->codec[i].address != bus->shown; i++)
		;
	if (i == bus->ncodecs)
		return false;
	t->bus = bus;
	t->codec = &bus->codec[i];
	t->playback = playback;
	return true;
}

u32 codec_plays(const struct codec_bus *bus, u32 pin)
{
	struct trace t;

	if (!begin(&t, bus, true) || !(bus->set[pin].pin & PIN_OUT) || !passes_out(&t, pin))
		return 0;
	return follow(&t, pin, 0);
}

u32 codec_records(const struct codec_bus *bus, u32 converter)
{
	struct trace t;

	if (!begin(&t, bus, false))
		return 0;
	return follow(&t, converter, 0);
}
