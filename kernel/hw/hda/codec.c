// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * codec.c - what a codec consists of, a path through it from converter to pin, and the
 * path's controls. [S], device mutex held; everything is done by wrt_hda_verb().
 *
 * Sound comes to a widget over its connections, so both directions are searched against
 * the sound, breadth first: playback from a pin to a DAC, capture from an ADC to a pin.
 */
#include "engine.h"

#define NODES_MAX	256
#define INPUTS_MAX	32
#define POWER_MAX_US	500000
#define POWER_STEP_US	1000
#define NOWHERE		NODES_MAX

struct graph {
	struct wrt_hw_dev *d;
	u32 codec, group, dir;
	u32 device;			/* of the pin that is looked for */
	u32 first, count;		/* widgets of the group */
	bool silent;			/* the codec has stopped answering */
	u32 caps[NODES_MAX];
	/* Of one search: against the sound, from the first one in the queue. */
	u32 queue[NODES_MAX];
	u32 parent[NODES_MAX], input[NODES_MAX], inputs[NODES_MAX];
	u32 depth[NODES_MAX];		/* 0: not seen yet */
};

/* ---- asking ------------------------------------------------------------------------ */

static u32 ask(struct graph *g, u32 nid, u32 verb)
{
	u32 answer = 0;

	if (!g->silent && wrt_hda_verb(g->d, g->codec, nid, verb, &answer)) {
		g->silent = true;
		g->d->bus->log(g->d->ctx, WRT_LOG_WARNING, "codec %u does not answer", g->codec);
	}
	return answer;
}

static u32 parameter(struct graph *g, u32 nid, u32 which)
{
	return ask(g, nid, VERB(VERB_GET_PARAMETER, which));
}

/* A range of nodes: the first, and how many; within what a verb can address. */
static void sub_nodes(struct graph *g, u32 nid, u32 *first, u32 *count)
{
	u32 answer = parameter(g, nid, PARAM_NODES);

	*first = answer >> 16 & 0xff;
	*count = wrt_min_u32(answer & 0xff, NODES_MAX - *first);
}

/* The nodes that sound comes from, ranges spelled out; returns how many. */
static u32 connections(struct graph *g, u32 nid, u32 *list)
{
	u32 length = parameter(g, nid, PARAM_CONNECTIONS);
	bool is_long = length & CONNECTIONS_LONG;
	u32 bits = is_long ? 16 : 8;
	u32 range = 1u << (bits - 1);
	u32 i, n = 0, answer = 0, before = 0;

	length &= 0x7f;
	for (i = 0; i < length && n < INPUTS_MAX; i++) {
		u32 per_answer = 32 / bits;
		u32 entry, from;

		if (i % per_answer == 0)
			answer = ask(g, nid, VERB(VERB_GET_CONNECTIONS, i));
		entry = answer >> (i % per_answer * bits) & (range | (range - 1));
		from = entry & range && i ? before + 1 : entry & ~range;
		before = entry & ~range;
		for (; from <= before && n < INPUTS_MAX; from++)
			list[n++] = from;
	}
	return n;
}

static u32 amp_caps(struct graph *g, u32 nid, u32 which)
{
	return parameter(g, g->caps[nid] & WIDGET_AMP_OVERRIDE ? nid : g->group, which);
}

static u32 pcm_of(struct graph *g, u32 nid)
{
	return parameter(g, g->caps[nid] & WIDGET_FORMAT_OVERRIDE ? nid : g->group, PARAM_PCM);
}

/* ---- the search -------------------------------------------------------------------- */

static bool is_converter(struct graph *g, u32 nid)
{
	u32 caps = g->caps[nid];
	u32 pcm;

	if (WIDGET_TYPE(caps) != (g->dir == WRT_PLAYBACK ? WIDGET_DAC : WIDGET_ADC) ||
	    !(caps & WIDGET_STEREO) || caps & WIDGET_DIGITAL)
		return false;
	pcm = pcm_of(g, nid);
	return pcm & (PCM_16 | PCM_32) && pcm & PCM_RATES;
}

static bool is_pin(struct graph *g, u32 nid)
{
	u32 can = g->dir == WRT_PLAYBACK ? PIN_CAN_OUT : PIN_CAN_IN;
	u32 config;

	if (WIDGET_TYPE(g->caps[nid]) != WIDGET_PIN || g->caps[nid] & WIDGET_DIGITAL)
		return false;
	config = ask(g, nid, VERB(VERB_GET_PIN_CONFIG, 0));
	return !CONFIG_UNCONNECTED(config) && CONFIG_DEVICE(config) == g->device &&
	       parameter(g, nid, PARAM_PIN) & can;
}

static bool is_goal(struct graph *g, u32 nid)
{
	return g->dir == WRT_PLAYBACK ? is_converter(g, nid) : is_pin(g, nid);
}

static bool is_start(struct graph *g, u32 nid)
{
	return g->dir == WRT_PLAYBACK ? is_pin(g, nid) : is_converter(g, nid);
}

static bool passes_on(struct graph *g, u32 nid)
{
	u32 type = WIDGET_TYPE(g->caps[nid]);

	return type == WIDGET_MIXER || type == WIDGET_SELECTOR;
}

static bool in_group(const struct graph *g, u32 nid)
{
	return nid >= g->first && nid < g->first + g->count;
}

/* A pin has one input amplifier whatever it is connected to, others have one for each input. */
static bool has_amps(const struct graph *g, u32 nid)
{
	return g->caps[nid] & WIDGET_AMP_IN && WIDGET_TYPE(g->caps[nid]) != WIDGET_PIN;
}

/*
 * Append what nid gets its sound from; returns the new end of the queue. An input whose
 * amplifier cannot be addressed would stay mute.
 */
static u32 expand(struct graph *g, u32 nid, u32 end)
{
	u32 list[INPUTS_MAX];
	u32 i, usable;

	if (g->depth[nid] == HDA_DEPTH_MAX || !(g->caps[nid] & WIDGET_CONNECTIONS))
		return end;
	g->inputs[nid] = connections(g, nid, list);
	usable = has_amps(g, nid) ? wrt_min_u32(g->inputs[nid], AMP_INPUTS) : g->inputs[nid];
	for (i = 0; i < usable; i++) {
		u32 next = list[i];

		if (!in_group(g, next) || g->depth[next])
			continue;
		g->depth[next] = g->depth[nid] + 1;
		g->parent[next] = nid;
		g->input[next] = i;
		g->queue[end++] = next;
	}
	return end;
}

/* Returns where the search ended, or NOWHERE. */
static u32 search(struct graph *g, u32 start)
{
	u32 at = 0, end = 1;

	wrt_memset(g->depth, 0, sizeof(g->depth));
	g->queue[0] = start;
	g->depth[start] = 1;
	for (; at < end && !g->silent; at++) {
		u32 nid = g->queue[at];

		if (nid != start && is_goal(g, nid))
			return nid;
		if (nid == start || passes_on(g, nid))
			end = expand(g, nid, end);
	}
	return NOWHERE;
}

/* ---- from search to path ----------------------------------------------------------- */

static void add_amp(struct graph *g, struct hda_path *p, u32 nid, bool output, u32 index)
{
	struct hda_amp *a = &p->amp[p->namps];

	a->caps = amp_caps(g, nid, output ? PARAM_AMP_OUT : PARAM_AMP_IN);
	if (!a->caps)
		return;
	a->nid = nid;
	a->output = output;
	a->index = index;
	a->gain[0] = wrt_min_u32(AMP_OFFSET(a->caps), AMP_STEPS(a->caps));
	a->gain[1] = a->gain[0];
	a->on[0] = 1;
	a->on[1] = 1;
	p->namps++;
}

static void add_amps(struct graph *g, struct hda_path *p)
{
	u32 i;

	for (i = 0; i < p->length; i++) {
		const struct hda_step *step = &p->step[i];

		if (step->caps & WIDGET_AMP_OUT && (g->dir == WRT_PLAYBACK || step->nid != p->pin))
			add_amp(g, p, step->nid, true, 0);
		if (step->caps & WIDGET_AMP_IN && (g->dir == WRT_CAPTURE || step->nid != p->pin))
			add_amp(g, p, step->nid, false,
				has_amps(g, step->nid) ? step->input : 0);
	}
}

/* Volume and switch are those nearest to the converter, and the same one if it has both. */
static void choose_controls(struct graph *g, struct hda_path *p)
{
	u32 i;

	for (i = 0; i < p->namps; i++) {
		struct hda_amp *a = &p->amp[g->dir == WRT_CAPTURE ? i : p->namps - 1 - i];

		if (!p->volume && AMP_STEPS(a->caps))
			p->volume = a;
		if (!p->mute && a->caps & AMP_CAN_MUTE)
			p->mute = a;
	}
	if (p->volume && p->volume->caps & AMP_CAN_MUTE)
		p->mute = p->volume;
}

static void make_path(struct graph *g, struct hda_path *p, u32 start, u32 end)
{
	u32 nid = end;
	u32 i;

	wrt_memset(p, 0, sizeof(*p));
	p->codec = g->codec;
	p->group = g->group;
	p->length = g->depth[end];
	for (i = p->length; i--; nid = g->parent[nid]) {
		p->step[i].nid = nid;
		p->step[i].caps = g->caps[nid];
		p->delay += WIDGET_DELAY(g->caps[nid]);
		if (i + 1 < p->length) {
			p->step[i].input = g->input[p->step[i + 1].nid];
			p->step[i].inputs = g->inputs[nid];
		}
	}
	p->pin = g->dir == WRT_PLAYBACK ? start : end;
	p->converter = g->dir == WRT_PLAYBACK ? end : start;
	p->pin_config = ask(g, p->pin, VERB(VERB_GET_PIN_CONFIG, 0));
	p->pin_caps = parameter(g, p->pin, PARAM_PIN);
	p->pcm = pcm_of(g, p->converter);
	add_amps(g, p);
	choose_controls(g, p);
	if (g->silent)
		p->length = 0;
}

static const char *device_name(u32 device)
{
	switch (device) {
	case DEVICE_LINE_OUT:
		return "line out";
	case DEVICE_SPEAKER:
		return "speaker";
	case DEVICE_HEADPHONE:
		return "headphone";
	case DEVICE_LINE_IN:
		return "line in";
	case DEVICE_AUX:
		return "aux";
	}
	return "microphone";
}

/* " -> 0xc -> 0x22": what lies between the two ends. */
static void between(const struct hda_path *p, bool backwards, char *text)
{
	static const char digits[] = "0123456789abcdef";
	u32 i;

	for (i = 1; i + 1 < p->length; i++) {
		u32 nid = p->step[backwards ? p->length - 1 - i : i].nid;

		wrt_memcpy(text, " -> 0x", 6);
		text[6] = digits[nid >> 4 & 15];
		text[7] = digits[nid & 15];
		text += 8;
	}
	*text = 0;
}

static void tell_path(struct graph *g, const struct hda_path *p)
{
	char middle[8 * HDA_DEPTH_MAX + 1];

	between(p, g->dir == WRT_PLAYBACK, middle);
	g->d->bus->log(g->d->ctx, WRT_LOG_INFO,
		       g->dir == WRT_PLAYBACK ? "playback: DAC 0x%x%s -> pin 0x%x (%s)" :
		       "capture: ADC 0x%x%s <- pin 0x%x (%s)",
		       p->converter, middle, p->pin, device_name(CONFIG_DEVICE(p->pin_config)));
}

/* The first way to a pin of this device. */
static bool find_device(struct graph *g, struct hda_path *out)
{
	u32 start, end;

	for (start = g->first; start < g->first + g->count && !g->silent; start++) {
		if (!is_start(g, start))
			continue;
		end = search(g, start);
		if (end == NOWHERE)
			continue;
		make_path(g, out, start, end);
		if (out->length) {
			tell_path(g, out);
			return true;
		}
	}
	return false;
}

static void find_path(struct graph *g, u32 dir, struct hda_path *out)
{
	static const u32 devices[2][3] = {
		{ DEVICE_LINE_OUT, DEVICE_SPEAKER, DEVICE_HEADPHONE },
		{ DEVICE_LINE_IN, DEVICE_MIC, DEVICE_AUX },
	};
	u32 i;

	g->dir = dir;
	for (i = 0; i < 3 && !out->length; i++) {
		g->device = devices[dir][i];
		if (find_device(g, out))
			return;
	}
}

/* The audio function group's widgets. Some answer only when the group has power. */
static bool read_group(struct graph *g)
{
	u32 first, count, i;

	g->silent = false;
	sub_nodes(g, 0, &first, &count);
	for (g->group = first; g->group < first + count; g->group++)
		if ((parameter(g, g->group, PARAM_GROUP_TYPE) & 0xff) == GROUP_AUDIO)
			break;
	if (g->silent || g->group == first + count)
		return false;
	ask(g, g->group, VERB(VERB_POWER, 0));
	sub_nodes(g, g->group, &g->first, &g->count);
	for (i = g->first; i < g->first + g->count; i++)
		g->caps[i] = parameter(g, i, PARAM_WIDGET);
	return !g->silent;
}

/* ---- controls ---------------------------------------------------------------------- */

static void add_control(struct wrt_hw_dev *d, struct hda_path *p, bool is_switch)
{
	d->control[d->ncontrols].path = p;
	d->control[d->ncontrols].is_switch = is_switch;
	d->ncontrols++;
}

static void make_controls(struct wrt_hw_dev *d)
{
	u32 i;

	for (i = 0; i < 2 && !d->cfg.codec_path; i++) {
		if (d->path[i].length && d->path[i].volume)
			add_control(d, &d->path[i], false);
		if (d->path[i].length && d->path[i].mute)
			add_control(d, &d->path[i], true);
	}
}

int wrt_hda_control(struct wrt_hw_dev *d, u32 index, struct wrt_hw_control *c)
{
	const struct hda_control *control;
	u32 caps;

	wrt_assert_may_sleep();
	if (index >= d->ncontrols)
		return WRT_ERANGE;
	control = &d->control[index];
	wrt_memset(c, 0, sizeof(*c));
	c->dir = control->path == &d->path[WRT_CAPTURE] ? WRT_CAPTURE : WRT_PLAYBACK;
	c->name = c->dir == WRT_CAPTURE ? "Capture" : "Master";
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

static u32 *control_values(struct hda_control *c)
{
	return c->is_switch ? c->path->mute->on : c->path->volume->gain;
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

static int write_amp(struct wrt_hw_dev *d, const struct hda_path *p, const struct hda_amp *a)
{
	u32 ch;
	int err = 0;

	for (ch = 0; ch < 2 && !err; ch++) {
		u32 payload = (a->output ? AMP_OUTPUT : AMP_INPUT) | AMP_INDEX(a->index) |
			      (ch ? AMP_RIGHT : AMP_LEFT) | a->gain[ch];

		if (!a->on[ch] && a->caps & AMP_CAN_MUTE)
			payload |= AMP_MUTE;
		err = wrt_hda_verb(d, p->codec, a->nid, VERB4(VERB_AMP, payload), NULL);
	}
	return err;
}

int wrt_hda_control_set(struct wrt_hw_dev *d, u32 index, const u32 value[2])
{
	struct wrt_hw_control c;
	struct hda_control *control;
	u32 *kept;

	wrt_assert_may_sleep();
	if (wrt_hda_control(d, index, &c))
		return WRT_ERANGE;
	control = &d->control[index];
	if (value[0] > c.max || value[1] > c.max)
		return WRT_EINVAL;
	kept = control_values(control);
	kept[0] = value[0];
	kept[1] = value[1];
	return write_amp(d, control->path,
			 c.is_switch ? control->path->mute : control->path->volume);
}

/* ---- what is set ------------------------------------------------------------------- */

static int send(struct wrt_hw_dev *d, const struct hda_path *p, u32 nid, u32 verb)
{
	return wrt_hda_verb(d, p->codec, nid, verb, NULL);
}

/* Full power, and wait until it is there; who never says so may work all the same. */
static int power_up(struct wrt_hw_dev *d, const struct hda_path *p, u32 nid)
{
	u32 state = 0, us;
	int err = send(d, p, nid, VERB(VERB_POWER, 0));

	for (us = 0; !err && us < POWER_MAX_US; us += POWER_STEP_US) {
		err = wrt_hda_verb(d, p->codec, nid, VERB(VERB_GET_POWER, 0), &state);
		if (err || !(state >> 4 & 15))
			return err;
		d->bus->sleep_us(d->ctx, POWER_STEP_US);
	}
	if (!err)
		d->bus->log(d->ctx, WRT_LOG_WARNING, "codec %u: node 0x%x stays in D%u", p->codec,
			    nid, state >> 4 & 15);
	return err;
}

static int set_pin(struct wrt_hw_dev *d, const struct hda_path *p)
{
	u32 device = CONFIG_DEVICE(p->pin_config);
	u32 control = PIN_OUT;
	int err;

	if (p == &d->path[WRT_CAPTURE])
		control = device == DEVICE_MIC ? PIN_IN | PIN_VREF_80 : PIN_IN;
	else if (device == DEVICE_HEADPHONE)
		control = PIN_OUT | PIN_HEADPHONE;
	err = send(d, p, p->pin, VERB(VERB_PIN, control));
	if (!err && control & PIN_OUT && p->pin_caps & PIN_HAS_EAPD)
		err = send(d, p, p->pin, VERB(VERB_EAPD, EAPD_ON));
	return err;
}

/* A mixer has all its inputs at once; of others one is selected. */
static int set_step(struct wrt_hw_dev *d, const struct hda_path *p, const struct hda_step *step)
{
	int err = 0;

	if (step->caps & WIDGET_POWER)
		err = power_up(d, p, step->nid);
	if (!err && step->inputs > 1 && WIDGET_TYPE(step->caps) != WIDGET_MIXER)
		err = send(d, p, step->nid, VERB(VERB_SELECT, step->input));
	return err;
}

int wrt_hda_codec_restore(struct wrt_hw_dev *d, const struct hda_path *p)
{
	int err = power_up(d, p, p->group);
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; !err && i < p->length; i++)
		err = set_step(d, p, &p->step[i]);
	for (i = 0; !err && i < p->namps; i++)
		err = write_amp(d, p, &p->amp[i]);
	return err ? err : set_pin(d, p);
}

int wrt_hda_codec_connect(struct wrt_hw_dev *d, u32 dir, u32 tag, u16 format)
{
	const struct hda_path *p = &d->path[dir];
	int err = 0;

	wrt_assert_may_sleep();
	if (d->cfg.codec_path)
		return d->cfg.codec_path(d->ctx, dir, tag, format);
	if (tag)
		err = send(d, p, p->converter, VERB4(VERB_FORMAT, format));
	return err ? err : send(d, p, p->converter, VERB(VERB_STREAM, tag << 4));
}

int wrt_hda_codec_discover(struct wrt_hw_dev *d)
{
	struct graph *g;
	u32 dir;

	wrt_assert_may_sleep();
	g = wrt_alloc(sizeof(*g));
	if (!g)
		return WRT_ENOMEM;
	g->d = d;
	for (g->codec = 0; g->codec < 15; g->codec++) {
		if (!(d->codecs & 1u << g->codec) || !read_group(g))
			continue;
		for (dir = 0; dir < 2; dir++)
			if (!d->path[dir].length)
				find_path(g, dir, &d->path[dir]);
	}
	wrt_free(g);
	if (!d->path[0].length && !d->path[1].length) {
		d->bus->log(d->ctx, WRT_LOG_ERROR, "no codec has a path from a converter to a pin");
		return WRT_ERANGE;
	}
	make_controls(d);
	return 0;
}
