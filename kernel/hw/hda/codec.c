// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * codec.c - what a codec consists of, and the search for a path through it from converter to
 * pin. [S], device mutex held; everything is done by wrt_hda_verb().
 *
 * A widget's connections are its inputs, so the search goes against the flow of sound, breadth
 * first: for playback from a pin to a DAC, for capture from an ADC to a pin.
 */
#include "engine.h"

#define NODES_MAX	256
#define INPUTS_MAX	32
#define NOWHERE		NODES_MAX
#define LOST_MAX	8	/* unanswered verbs in a row */

static const struct direction {
	const char *name;
	const char *converter_name;
	const char *arrow;		/* from converter to pin */
	u32 converter;			/* widget type */
} directions[2] = {
	[WRT_PLAYBACK] = { "playback", "DAC", "->", WIDGET_DAC },
	[WRT_CAPTURE] = { "capture", "ADC", "<-", WIDGET_ADC },
};

struct graph {
	struct wrt_hw_dev *d;
	u32 codec, group, dir;
	u32 wanted;			/* kind of the pin, see wrt_hda_pin_order() */
	u32 digital;			/* WIDGET_DIGITAL if the pin is digital */
	u32 first, count;		/* widgets of the group */
	u32 lost;			/* verbs without an answer ... */
	u32 lost_in_a_row;		/* ... and the last of them without one in between */
	bool silent;			/* the codec does not answer any more */
	u32 caps[NODES_MAX];
	bool used[NODES_MAX];		/* by paths that are to play at the same time */
	/* State of one search, from the first widget in the queue. */
	u32 queue[NODES_MAX];
	u32 parent[NODES_MAX], input[NODES_MAX], inputs[NODES_MAX];
	u32 depth[NODES_MAX];		/* 0: not seen yet */
};

/* ---- queries ----------------------------------------------------------------------- */

/* 0 without an answer. A codec is given up at its root, or if nothing else is answered. */
static u32 ask(struct graph *g, u32 nid, u32 verb)
{
	u32 answer = 0;

	if (g->silent)
		return 0;
	if (!wrt_hda_verb(g->d, g->codec, nid, verb, &answer)) {
		g->lost_in_a_row = 0;
		return answer;
	}
	g->lost_in_a_row++;
	if (!g->lost++)
		g->d->bus->log(g->d->ctx, WRT_LOG_WARNING, "codec %u: no answer of node 0x%x",
			       g->codec, nid);
	if (nid && g->lost_in_a_row < LOST_MAX)
		return 0;
	g->silent = true;
	g->d->bus->log(g->d->ctx, WRT_LOG_WARNING, "codec %u does not answer", g->codec);
	return 0;
}

static u32 parameter(struct graph *g, u32 nid, u32 which)
{
	return ask(g, nid, VERB(VERB_GET_PARAMETER, which));
}

/* A range of nodes, limited to those that a verb can address. */
static void sub_nodes(struct graph *g, u32 nid, u32 *first, u32 *count)
{
	u32 answer = parameter(g, nid, PARAM_NODES);

	*first = answer >> 16 & 0xff;
	*count = wrt_min_u32(answer & 0xff, NODES_MAX - *first);
}

/* The inputs of a node, ranges expanded. Returns their number. */
static u32 connections(struct graph *g, u32 nid, u32 *list)
{
	u32 length = parameter(g, nid, PARAM_CONNECTIONS);
	u32 i, n = 0, answer = 0, before = 0, bits = 8, range;

	if (length & CONNECTIONS_LONG)
		bits = 16;
	range = 1u << (bits - 1);
	length &= 0x7f;
	for (i = 0; i < length && n < INPUTS_MAX; i++) {
		u32 per_answer = 32 / bits;
		u32 entry, from;

		if (i % per_answer == 0)
			answer = ask(g, nid, VERB(VERB_GET_CONNECTIONS, i));
		entry = answer >> (i % per_answer * bits) & (range | (range - 1));
		from = entry & ~range;
		if (entry & range && i)
			from = before + 1;
		before = entry & ~range;
		for (; from <= before && n < INPUTS_MAX; from++)
			list[n++] = from;
	}
	return n;
}

/* A parameter of a widget that overrides its group's, or the group's. */
static u32 inherited(struct graph *g, u32 nid, u32 override, u32 which)
{
	if (g->caps[nid] & override)
		return parameter(g, nid, which);
	return parameter(g, g->group, which);
}

static u32 pcm_of(struct graph *g, u32 nid)
{
	return inherited(g, nid, WIDGET_FORMAT_OVERRIDE, PARAM_PCM);
}

/* ---- the search -------------------------------------------------------------------- */

static bool is_converter(struct graph *g, u32 nid)
{
	u32 caps = g->caps[nid];
	u32 pcm;

	if (WIDGET_TYPE(caps) != directions[g->dir].converter || !(caps & WIDGET_STEREO) ||
	    (caps & WIDGET_DIGITAL) != g->digital)
		return false;
	pcm = pcm_of(g, nid);
	return pcm & PCM_SIZES && pcm & PCM_RATES;
}

static const struct hda_pin *pin_of(const struct graph *g, u32 nid)
{
	u32 i;

	for (i = 0; i < g->d->npins; i++)
		if (g->d->pin[i].codec == g->codec && g->d->pin[i].nid == nid)
			return &g->d->pin[i];
	return NULL;
}

/* A pin is used in one direction only, and the one that a user has chosen takes precedence. */
static bool is_taken(const struct graph *g, u32 nid)
{
	u32 other = g->dir == WRT_PLAYBACK ? WRT_CAPTURE : WRT_PLAYBACK;
	const struct hda_path *path = &g->d->path[other];

	if (path->length && path->codec == g->codec && path->pin == nid)
		return true;
	return g->d->cfg.pin[other] == (WRT_HDA_PIN_NODE | nid) &&
	       g->wanted != (WRT_HDA_PIN_NODE | nid);
}

/* Only outputs may be digital. */
static bool is_pin(struct graph *g, u32 nid)
{
	const struct hda_pin *pin = pin_of(g, nid);

	if (!pin || is_taken(g, nid) || !wrt_hda_pin_fits(pin, g->dir, g->wanted))
		return false;
	g->digital = pin->caps & WIDGET_DIGITAL;
	return g->dir == WRT_PLAYBACK || !g->digital;
}

static bool is_goal(struct graph *g, u32 nid)
{
	if (g->dir == WRT_PLAYBACK)
		return is_converter(g, nid);
	return is_pin(g, nid);
}

static bool is_start(struct graph *g, u32 nid)
{
	if (g->dir == WRT_PLAYBACK)
		return is_pin(g, nid);
	return is_converter(g, nid);
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

/* A pin has one input amplifier in all, other widgets have one for each input. */
static bool has_amps(const struct graph *g, u32 nid)
{
	return g->caps[nid] & WIDGET_AMP_IN && WIDGET_TYPE(g->caps[nid]) != WIDGET_PIN;
}

/*
 * Append the inputs of nid; returns the new end of the queue. Inputs whose amplifier cannot be
 * addressed are left out: they would stay muted.
 */
static u32 expand(struct graph *g, u32 nid, u32 end)
{
	u32 list[INPUTS_MAX];
	u32 i, usable;

	if (g->depth[nid] == HDA_DEPTH_MAX || !(g->caps[nid] & WIDGET_CONNECTIONS))
		return end;
	g->inputs[nid] = connections(g, nid, list);
	usable = g->inputs[nid];
	if (has_amps(g, nid))
		usable = wrt_min_u32(usable, AMP_INPUTS);
	for (i = 0; i < usable; i++) {
		u32 next = list[i];

		if (!in_group(g, next) || g->depth[next] || g->used[next])
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
	u32 which = PARAM_AMP_IN;

	if (output)
		which = PARAM_AMP_OUT;
	a->caps = inherited(g, nid, WIDGET_AMP_OVERRIDE, which);
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
		u32 input = 0;

		if (has_amps(g, step->nid))
			input = step->input;
		if (step->caps & WIDGET_AMP_OUT && (g->dir == WRT_PLAYBACK || step->nid != p->pin))
			add_amp(g, p, step->nid, true, 0);
		if (step->caps & WIDGET_AMP_IN && (g->dir == WRT_CAPTURE || step->nid != p->pin))
			add_amp(g, p, step->nid, false, input);
	}
}

/* The amplifiers nearest to the converter; one for both if it can mute. */
static void choose_controls(struct graph *g, struct hda_path *p)
{
	u32 i, at;

	for (i = 0; i < p->namps; i++) {
		struct hda_amp *a;

		at = i;
		if (g->dir == WRT_PLAYBACK)
			at = p->namps - 1 - i;
		a = &p->amp[at];
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
	u32 lost = g->lost;
	u32 nid = end;
	u32 i;

	wrt_memset(p, 0, sizeof(*p));
	p->dir = g->dir;
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
	if (g->dir == WRT_PLAYBACK) {
		p->pin = start;
		p->converter = end;
	} else {
		p->pin = end;
		p->converter = start;
	}
	p->pin_config = pin_of(g, p->pin)->config;
	p->pin_caps = pin_of(g, p->pin)->pin_caps;
	p->kind = wrt_hda_pin_kind(pin_of(g, p->pin));
	p->pcm = pcm_of(g, p->converter);
	add_amps(g, p);
	choose_controls(g, p);
	if (g->lost != lost)
		p->length = 0;
}

/* The nodes between the two ends, such as " -> 0xc -> 0x22". */
static void between(const struct hda_path *p, bool backwards, char *text)
{
	static const char digits[] = "0123456789abcdef";
	u32 i;

	for (i = 1; i + 1 < p->length; i++) {
		u32 at = i, nid;

		if (backwards)
			at = p->length - 1 - i;
		nid = p->step[at].nid;
		wrt_memcpy(text, " -> 0x", 6);
		text[6] = digits[nid >> 4 & 15];
		text[7] = digits[nid & 15];
		text += 8;
	}
	*text = 0;
}

static void tell_path(struct graph *g, const struct hda_path *p)
{
	const struct direction *dir = &directions[g->dir];
	char middle[8 * HDA_DEPTH_MAX + 1];

	between(p, g->dir == WRT_PLAYBACK, middle);
	g->d->bus->log(g->d->ctx, WRT_LOG_INFO, "%s: %s 0x%x%s %s pin 0x%x (%s)", dir->name,
		       dir->converter_name, p->converter, middle, dir->arrow, p->pin,
		       wrt_hda_kind_name(p->kind));
}

/* Pins of a group have an order: the first is for the front speakers. */
static u32 rank(const struct graph *g, u32 start)
{
	if (g->dir == WRT_CAPTURE)
		return start;
	return CONFIG_ORDER(pin_of(g, start)->config) << 8 | start;
}

/* The start of the next rank, or NOWHERE. */
static u32 next_start(struct graph *g, u32 after)
{
	u32 nid, found = NOWHERE;

	for (nid = g->first; nid < g->first + g->count && !g->silent; nid++) {
		if (!is_start(g, nid) || rank(g, nid) <= after)
			continue;
		if (found == NOWHERE || rank(g, nid) < rank(g, found))
			found = nid;
	}
	return found;
}

static bool find_from(struct graph *g, u32 start, struct hda_path *out)
{
	u32 end;

	if (!is_start(g, start))	/* also sets what is_goal() needs */
		return false;
	end = search(g, start);
	if (end == NOWHERE)
		return false;
	make_path(g, out, start, end);
	return out->length;
}

/* The first path to a pin of the wanted kind. */
static bool find_wanted(struct graph *g, struct hda_path *out)
{
	u32 start = next_start(g, 0);

	for (; start != NOWHERE; start = next_start(g, rank(g, start))) {
		if (!find_from(g, start, out))
			continue;
		tell_path(g, out);
		return true;
	}
	return false;
}

static void find_path(struct graph *g, u32 dir, struct hda_path *out)
{
	u32 i;

	g->dir = dir;
	g->digital = 0;
	wrt_memset(g->used, 0, sizeof(g->used));
	for (i = 0; !out->length; i++) {
		g->wanted = wrt_hda_pin_order(g->d, dir, i);
		if (g->wanted == WRT_HDA_PIN_ANY || find_wanted(g, out))
			return;
	}
}

/* ---- more than two channels --------------------------------------------------------- */

static void use(struct graph *g, const struct hda_path *p)
{
	u32 i;

	for (i = 0; i < p->length; i++)
		g->used[p->step[i].nid] = true;
}

/*
 * Codecs have the order front, center and LFE, rear, side; two pins are front and rear. ALSA's
 * channels are front, rear, center and LFE, side.
 */
static void assign_channels(struct wrt_hw_dev *d)
{
	static const u32 channels[HDA_MORE_MAX] = { 4, 2, 6 };
	u32 i;

	for (i = 0; i < d->nmore && i < HDA_MORE_MAX; i++) {
		d->more[i].channel = channels[i];
		if (d->nmore == 1)
			d->more[i].channel = 2;
		d->bus->log(d->ctx, WRT_LOG_INFO,
			    "playback: channels %u and %u: DAC 0x%x, pin 0x%x",
			    d->more[i].channel + 1, d->more[i].channel + 2, d->more[i].converter,
			    d->more[i].pin);
	}
}

/* Further line outs of the same group, each with a converter and a way of its own. */
static void find_more(struct graph *g)
{
	struct wrt_hw_dev *d = g->d;
	const struct hda_path *front = &d->path[WRT_PLAYBACK];
	u32 start = front->pin;

	if (g->wanted != WRT_HDA_PIN_LINE_OUT || !front->length)
		return;
	use(g, front);
	while (d->nmore < HDA_MORE_MAX) {
		struct hda_path *p = &d->more[d->nmore];

		start = next_start(g, rank(g, start));
		if (start == NOWHERE ||
		    CONFIG_GROUP(pin_of(g, start)->config) != CONFIG_GROUP(front->pin_config))
			break;
		if (!find_from(g, start, p) || (p->pcm & front->pcm) != front->pcm)
			continue;
		use(g, p);
		d->nmore++;
	}
	assign_channels(d);
}

/* A pin whose configuration is lost is not used: its connection is not known. */
static void read_pins(struct graph *g)
{
	u32 i;

	for (i = g->first; i < g->first + g->count && g->d->npins < HDA_PINS_MAX; i++) {
		struct hda_pin *pin = &g->d->pin[g->d->npins];
		u32 lost = g->lost;

		if (WIDGET_TYPE(g->caps[i]) != WIDGET_PIN)
			continue;
		pin->codec = g->codec;
		pin->nid = i;
		pin->caps = g->caps[i];
		pin->config = ask(g, i, VERB(VERB_GET_PIN_CONFIG, 0));
		pin->pin_caps = parameter(g, i, PARAM_PIN);
		if (g->lost == lost)
			g->d->npins++;
	}
}

/* The widgets of the audio function group. Some answer only while the group has power. */
static bool read_group(struct graph *g)
{
	u32 first, count, i;

	g->d->vendor[g->codec] = parameter(g, 0, PARAM_VENDOR);
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
	read_pins(g);
	return !g->silent;
}

int wrt_hda_codec_discover(struct wrt_hw_dev *d, u32 codec)
{
	struct graph *g;
	u32 dir;
	int err = 0;

	wrt_assert_may_sleep();
	g = wrt_alloc(sizeof(*g));
	if (!g)
		return WRT_ENOMEM;
	g->d = d;
	g->codec = codec;
	if (read_group(g)) {
		for (dir = 0; dir < 2; dir++) {
			if (d->path[dir].length)
				continue;
			find_path(g, dir, &d->path[dir]);
			if (dir == WRT_PLAYBACK)
				find_more(g);
		}
	}
	if (g->silent)
		err = WRT_EIO;
	wrt_free(g);
	return err;
}
