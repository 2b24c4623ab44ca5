// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * path.c - setting up a path through a codec, and its controls. [S], device mutex held;
 * everything is done by wrt_hda_verb().
 */
#include "engine.h"

#define POWER_MAX_US	500000
#define POWER_STEP_US	1000

/* ---- setting up -------------------------------------------------------------------- */

static int write_amp(struct wrt_hw_dev *d, const struct hda_path *p, const struct hda_amp *a)
{
	static const u32 channels[2] = { AMP_LEFT, AMP_RIGHT };
	u32 ch;
	int err;

	for (ch = 0; ch < 2; ch++) {
		u32 payload = channels[ch] | AMP_INDEX(a->index) | a->gain[ch];

		if (a->output)
			payload |= AMP_OUTPUT;
		else
			payload |= AMP_INPUT;
		if (!a->on[ch] && a->caps & AMP_CAN_MUTE)
			payload |= AMP_MUTE;
		err = wrt_hda_verb(d, p->codec, a->nid, VERB4(VERB_AMP, payload), NULL);
		if (err)
			return err;
	}
	return 0;
}

static int send(struct wrt_hw_dev *d, const struct hda_path *p, u32 nid, u32 verb)
{
	return wrt_hda_verb(d, p->codec, nid, verb, NULL);
}

/* Set D0 and wait for it. A codec that never reports D0 may still work. */
static int power_up(struct wrt_hw_dev *d, const struct hda_path *p, u32 nid)
{
	u32 state = 0, us;
	int err;

	err = send(d, p, nid, VERB(VERB_POWER, 0));
	if (err)
		return err;
	for (us = 0; us < POWER_MAX_US; us += POWER_STEP_US) {
		err = wrt_hda_verb(d, p->codec, nid, VERB(VERB_GET_POWER, 0), &state);
		if (err || !(state >> 4 & 15))
			return err;
		d->bus->sleep_us(d->ctx, POWER_STEP_US);
	}
	d->bus->log(d->ctx, WRT_LOG_WARNING, "codec %u: node 0x%x stays in D%u", p->codec, nid,
		    state >> 4 & 15);
	return 0;
}

/* A microphone needs the bias voltage that its pin supports. */
static u32 vref(u32 pin_caps)
{
	if (pin_caps & PIN_HAS_VREF_80)
		return PIN_VREF_80;
	if (pin_caps & PIN_HAS_VREF_50)
		return PIN_VREF_50;
	return 0;
}

static u32 pin_control(const struct hda_path *p)
{
	if (p->dir == WRT_CAPTURE && CONFIG_DEVICE(p->pin_config) == DEVICE_MIC)
		return PIN_IN | vref(p->pin_caps);
	if (p->dir == WRT_CAPTURE)
		return PIN_IN;
	if (p->kind == WRT_HDA_PIN_HEADPHONE)
		return PIN_OUT | PIN_HEADPHONE;
	return PIN_OUT;
}

static int set_pin(struct wrt_hw_dev *d, const struct hda_path *p)
{
	u32 control = pin_control(p);
	int err;

	err = send(d, p, p->pin, VERB(VERB_PIN, control));
	if (err || !(control & PIN_OUT) || !(p->pin_caps & PIN_HAS_EAPD))
		return err;
	return send(d, p, p->pin, VERB(VERB_EAPD, EAPD_ON));
}

/* A digital converter is off until it is switched on; its samples are PCM, copying permitted. */
static int set_converter(struct wrt_hw_dev *d, const struct hda_path *p)
{
	const struct hda_step *end = &p->step[p->length - 1];

	if (end->nid != p->converter || !(end->caps & WIDGET_DIGITAL))
		return 0;
	return send(d, p, p->converter, VERB(VERB_DIGITAL, DIGITAL_ON));
}

/* A mixer takes all its inputs at once; of other widgets one input is selected. */
static int set_step(struct wrt_hw_dev *d, const struct hda_path *p, const struct hda_step *step)
{
	int err;

	if (step->caps & WIDGET_POWER) {
		err = power_up(d, p, step->nid);
		if (err)
			return err;
	}
	if (step->inputs < 2 || WIDGET_TYPE(step->caps) == WIDGET_MIXER)
		return 0;
	return send(d, p, step->nid, VERB(VERB_SELECT, step->input));
}

int wrt_hda_codec_restore(struct wrt_hw_dev *d, const struct hda_path *p)
{
	u32 i;
	int err;

	wrt_assert_may_sleep();
	err = power_up(d, p, p->group);
	if (err)
		return err;
	for (i = 0; i < p->length; i++) {
		err = set_step(d, p, &p->step[i]);
		if (err)
			return err;
	}
	for (i = 0; i < p->namps; i++) {
		err = write_amp(d, p, &p->amp[i]);
		if (err)
			return err;
	}
	err = set_converter(d, p);
	if (err)
		return err;
	return set_pin(d, p);
}

static int connect(struct wrt_hw_dev *d, const struct hda_path *p, u32 tag, u16 format)
{
	int err;

	if (!tag)
		return send(d, p, p->converter, VERB(VERB_STREAM, 0));
	err = send(d, p, p->converter, VERB4(VERB_FORMAT, format));
	if (err)
		return err;
	return send(d, p, p->converter, VERB(VERB_STREAM, tag << 4 | p->channel));
}

int wrt_hda_codec_connect(struct wrt_hw_dev *d, u32 dir, u32 tag, u16 format)
{
	u32 i, channels = (format & HDA_FMT_CHANNELS) + 1;
	int err;

	wrt_assert_may_sleep();
	err = connect(d, &d->path[dir], tag, format);
	for (i = 0; i < d->nmore && dir == WRT_PLAYBACK && !err; i++)
		err = connect(d, &d->more[i], d->more[i].channel < channels ? tag : 0, format);
	return err;
}

/* ---- controls ---------------------------------------------------------------------- */

static void add_control(struct wrt_hw_dev *d, struct hda_path *p, bool is_switch)
{
	d->control[d->ncontrols].path = p;
	d->control[d->ncontrols].is_switch = is_switch;
	d->ncontrols++;
}

void wrt_hda_controls_make(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; i < 2; i++) {
		if (d->path[i].length && d->path[i].volume)
			add_control(d, &d->path[i], false);
		if (d->path[i].length && d->path[i].mute)
			add_control(d, &d->path[i], true);
	}
}

int wrt_hda_control(struct wrt_hw_dev *d, u32 index, struct wrt_hw_control *c)
{
	static const char *const names[] = {
		[WRT_PLAYBACK] = "Master",
		[WRT_CAPTURE] = "Capture",
	};
	const struct hda_control *control;
	u32 caps;

	wrt_assert_may_sleep();
	if (index >= d->ncontrols)
		return WRT_ERANGE;
	control = &d->control[index];
	wrt_memset(c, 0, sizeof(*c));
	c->dir = control->path->dir;
	c->name = names[c->dir];
	c->is_switch = control->is_switch;
	c->channels = 2;
	c->max = 1;
	if (c->is_switch)
		return 0;
	caps = control->path->volume->caps;
	c->max = AMP_STEPS(caps);
	c->step_cdb = AMP_STEP_CDB(caps);
	c->min_cdb = -(s32)AMP_OFFSET(caps) * c->step_cdb;
	return 0;
}

static struct hda_amp *control_amp(const struct hda_control *c)
{
	if (c->is_switch)
		return c->path->mute;
	return c->path->volume;
}

static u32 *control_values(const struct hda_control *c)
{
	if (c->is_switch)
		return control_amp(c)->on;
	return control_amp(c)->gain;
}

int wrt_hda_control_get(struct wrt_hw_dev *d, u32 index, u32 value[2])
{
	const u32 *kept;

	wrt_assert_may_sleep();
	if (index >= d->ncontrols)
		return WRT_ERANGE;
	kept = control_values(&d->control[index]);
	value[0] = kept[0];
	value[1] = kept[1];
	return 0;
}

/* The other channels have the same value, as far as their amplifiers go. */
static int follow(struct wrt_hw_dev *d, struct hda_path *p, bool is_switch, const u32 value[2])
{
	const struct hda_control control = { .path = p, .is_switch = is_switch };
	struct hda_amp *a = control_amp(&control);
	u32 ch, *kept;

	if (!a)
		return 0;
	kept = control_values(&control);
	for (ch = 0; ch < 2; ch++)
		kept[ch] = is_switch ? value[ch] : wrt_min_u32(value[ch], AMP_STEPS(a->caps));
	return write_amp(d, p, a);
}

int wrt_hda_control_set(struct wrt_hw_dev *d, u32 index, const u32 value[2])
{
	struct wrt_hw_control c;
	const struct hda_control *control;
	u32 i, *kept;
	int err;

	wrt_assert_may_sleep();
	if (wrt_hda_control(d, index, &c))
		return WRT_ERANGE;
	control = &d->control[index];
	if (value[0] > c.max || value[1] > c.max)
		return WRT_EINVAL;
	kept = control_values(control);
	kept[0] = value[0];
	kept[1] = value[1];
	err = write_amp(d, control->path, control_amp(control));
	for (i = 0; i < d->nmore && control->path->dir == WRT_PLAYBACK && !err; i++)
		err = follow(d, &d->more[i], control->is_switch, value);
	return err;
}
