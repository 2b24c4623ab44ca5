// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * choice.c - kinds of pins, by the configuration that the firmware has written to them, and the
 * choice of one by a user.
 */
#include "engine.h"

static const char *const names[WRT_HDA_PIN_KINDS] = {
	[WRT_HDA_PIN_ANY] = "unconnected",
	[WRT_HDA_PIN_LINE_OUT] = "line-out",
	[WRT_HDA_PIN_SPEAKER] = "speaker",
	[WRT_HDA_PIN_HEADPHONE] = "headphone",
	[WRT_HDA_PIN_SPDIF] = "spdif",
	[WRT_HDA_PIN_LINE] = "line",
	[WRT_HDA_PIN_MIC] = "mic",
	[WRT_HDA_PIN_INTERNAL] = "internal",
	[WRT_HDA_PIN_AUX] = "aux",
	[WRT_HDA_PIN_OTHER] = "other",
};

/* Kinds that a user may choose, and kinds that are tried without a choice, in this order. */
static const struct {
	const char *expected;
	u32 kind[4];			/* those that can be chosen */
	u32 order[4];
} choices[2] = {
	[WRT_PLAYBACK] = {
		"headphone, line-out, speaker, spdif, or a node number such as 0x14",
		{ WRT_HDA_PIN_HEADPHONE, WRT_HDA_PIN_LINE_OUT, WRT_HDA_PIN_SPEAKER,
		  WRT_HDA_PIN_SPDIF },
		{ WRT_HDA_PIN_LINE_OUT, WRT_HDA_PIN_SPEAKER, WRT_HDA_PIN_HEADPHONE },
	},
	[WRT_CAPTURE] = {
		"mic, line, internal, aux, or a node number such as 0x18",
		{ WRT_HDA_PIN_MIC, WRT_HDA_PIN_LINE, WRT_HDA_PIN_INTERNAL, WRT_HDA_PIN_AUX },
		{ WRT_HDA_PIN_LINE, WRT_HDA_PIN_MIC, WRT_HDA_PIN_INTERNAL, WRT_HDA_PIN_AUX },
	},
};

const char *wrt_hda_pin_names(u32 dir)
{
	return choices[dir].expected;
}

const char *wrt_hda_kind_name(u32 kind)
{
	return names[kind];
}

static bool same(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

static s32 digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool wrt_hda_parse_number(const char **text, u32 max, u32 *out)
{
	const char *at = *text;
	s32 base = 10;
	u32 value = 0;

	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		base = 16;
		at += 2;
	}
	if (digit(*at) < 0)
		return false;
	for (; digit(*at) >= 0; at++) {
		if (digit(*at) >= base)
			return false;
		value = value * (u32)base + (u32)digit(*at);
		if (value > max)
			return false;
	}
	*text = at;
	*out = value;
	return true;
}

bool wrt_hda_parse_pin(u32 dir, const char *text, u32 *pin)
{
	u32 i, nid;

	for (i = 0; i < 4; i++) {
		if (!same(text, names[choices[dir].kind[i]]))
			continue;
		*pin = choices[dir].kind[i];
		return true;
	}
	if (!wrt_hda_parse_number(&text, 0xff, &nid) || *text || !nid)
		return false;
	*pin = WRT_HDA_PIN_NODE | nid;
	return true;
}

u32 wrt_hda_pin_order(const struct wrt_hw_dev *d, u32 dir, u32 i)
{
	u32 chosen = d->cfg.pin[dir];

	if (chosen)
		return i ? WRT_HDA_PIN_ANY : chosen;
	return i < 4 ? choices[dir].order[i] : WRT_HDA_PIN_ANY;
}

/* ---- kinds -------------------------------------------------------------------------- */

static u32 kind_of_input(const struct hda_pin *pin)
{
	switch (CONFIG_DEVICE(pin->config)) {
	case DEVICE_LINE_IN:
		return WRT_HDA_PIN_LINE;
	case DEVICE_AUX:
		return WRT_HDA_PIN_AUX;
	case DEVICE_MIC:
		if (CONFIG_PORT(pin->config) == PORT_FIXED)
			return WRT_HDA_PIN_INTERNAL;
		return WRT_HDA_PIN_MIC;
	}
	return WRT_HDA_PIN_OTHER;
}

/* A digital output is S/PDIF, unless it is of a display. */
static u32 kind_of_digital(const struct hda_pin *pin)
{
	u32 device = CONFIG_DEVICE(pin->config);

	if (pin->pin_caps & (PIN_HAS_HDMI | PIN_HAS_DP) || !(pin->pin_caps & PIN_CAN_OUT))
		return WRT_HDA_PIN_OTHER;
	if (device == DEVICE_SPDIF_OUT || device == DEVICE_DIGITAL_OUT)
		return WRT_HDA_PIN_SPDIF;
	return WRT_HDA_PIN_OTHER;
}

u32 wrt_hda_pin_kind(const struct hda_pin *pin)
{
	if (CONFIG_UNCONNECTED(pin->config))
		return WRT_HDA_PIN_ANY;
	if (pin->caps & WIDGET_DIGITAL)
		return kind_of_digital(pin);
	switch (CONFIG_DEVICE(pin->config)) {
	case DEVICE_LINE_OUT:
		return WRT_HDA_PIN_LINE_OUT;
	case DEVICE_SPEAKER:
		return WRT_HDA_PIN_SPEAKER;
	case DEVICE_HEADPHONE:
		return WRT_HDA_PIN_HEADPHONE;
	}
	return kind_of_input(pin);
}

static bool is_display(const struct hda_pin *pin)
{
	return pin->caps & WIDGET_DIGITAL && pin->pin_caps & (PIN_HAS_HDMI | PIN_HAS_DP);
}

/* A node number also chooses a pin that the firmware calls unconnected. */
bool wrt_hda_pin_fits(const struct hda_pin *pin, u32 dir, u32 wanted)
{
	if (!(pin->pin_caps & (dir == WRT_PLAYBACK ? PIN_CAN_OUT : PIN_CAN_IN)))
		return false;
	if (wanted & WRT_HDA_PIN_NODE)
		return WRT_HDA_PIN_NODE + pin->nid == wanted && !is_display(pin);
	return wrt_hda_pin_kind(pin) == wanted;
}

static bool ends_at(const struct hda_path *p, const struct hda_pin *pin)
{
	return p->length && p->codec == pin->codec && p->pin == pin->nid;
}

int wrt_hda_pin(struct wrt_hw_dev *d, u32 index, struct wrt_hw_pin *p)
{
	static const char *const ports[] = { "jack", "none", "fixed", "jack and fixed" };
	const struct hda_pin *pin;
	u32 dir, i;

	wrt_assert_may_sleep();
	if (index >= d->npins)
		return WRT_ERANGE;
	pin = &d->pin[index];
	wrt_memset(p, 0, sizeof(*p));
	p->codec = pin->codec;
	p->node = pin->nid;
	p->kind = names[wrt_hda_pin_kind(pin)];
	p->port = ports[CONFIG_PORT(pin->config)];
	p->can_play = pin->pin_caps & PIN_CAN_OUT && !is_display(pin);
	p->can_record = pin->pin_caps & PIN_CAN_IN && !(pin->caps & WIDGET_DIGITAL);
	for (dir = 0; dir < 2; dir++) {
		if (!ends_at(&d->path[dir], pin))
			continue;
		p->used = true;
		p->dir = dir;
	}
	for (i = 0; i < d->nmore; i++) {
		if (!ends_at(&d->more[i], pin))
			continue;
		p->used = true;
		p->dir = WRT_PLAYBACK;
	}
	return 0;
}

void wrt_hda_log_pins(struct wrt_hw_dev *d)
{
	struct wrt_hw_pin p;
	u32 i;

	for (i = 0; !wrt_hda_pin(d, i, &p); i++)
		d->bus->log(d->ctx, WRT_LOG_INFO, "codec %u pin 0x%x: %s, %s", p.codec, p.node,
			    p.kind, p.port);
}
