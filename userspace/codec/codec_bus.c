// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * codec_bus.c - see codec.h: the registers that kernel/hw/hda needs to reach a codec.
 */
#include <stdarg.h>

#include "codec.h"

enum { BUSY = 1, VALID = 2 };

static const struct codec *find(const struct codec_bus *b, u32 address)
{
	u32 i;

	for (i = 0; i < b->ncodecs; i++)
		if (b->codec[i].address == address)
			return &b->codec[i];
	return NULL;
}

/* ---- a codec's answers -------------------------------------------------------------- */

static bool has_long_inputs(const struct codec_node *n)
{
	u32 i;

	for (i = 0; i < n->ninputs; i++)
		if (n->input[i] > 0x7f)
			return true;
	return false;
}

static u32 inputs(const struct codec_node *n, u32 from)
{
	u32 bits = has_long_inputs(n) ? 16 : 8, i, v = 0;

	for (i = 0; i < 32 / bits && from + i < n->ninputs; i++)
		v |= (u32)n->input[from + i] << i * bits;
	return v;
}

static u32 parameter(const struct codec *c, u32 nid, u32 which)
{
	const struct codec_node *n = &c->node[nid];
	bool group = nid == CODEC_GROUP;

	switch (which) {
	case 0x00:
		return c->vendor;
	case 0x04:
		if (!nid)
			return CODEC_GROUP << 16 | 1;
		return group ? c->first << 16 | c->count : 0;
	case 0x05:
		return group;
	case 0x09:
		return n->caps;
	case 0x0a:
		return group ? c->pcm : n->pcm;
	case 0x0c:
		return n->pin_caps;
	case 0x0d:
		return group ? c->amp_in : n->amp_in;
	case 0x0e:
		return n->ninputs | (has_long_inputs(n) ? 0x80 : 0);
	case 0x12:
		return group ? c->amp_out : n->amp_out;
	}
	return 0;
}

static void set_amp(struct codec_setting *s, u32 payload)
{
	u32 ch;

	for (ch = 0; ch < 2; ch++) {
		if (!(payload & (ch ? 0x1000 : 0x2000)))
			continue;
		if (payload & 0x8000)
			s->out[ch] = payload & 0xff;
		if (payload & 0x4000)
			s->in[payload >> 8 & 15][ch] = payload & 0xff;
	}
}

/* Settings: verbs of 4 bits, then those of 12. */
static void set(struct codec_setting *s, u32 command)
{
	u32 verb = command >> 8 & 0xfff, p = command & 0xff;

	switch (verb >> 8) {
	case 0x2:
		s->format = command & 0xffff;
		break;
	case 0x3:
		set_amp(s, command & 0xffff);
		break;
	case 0x4:
		if (s->coef_index < 128)
			s->coef[s->coef_index] = command & 0xffff;
		break;
	case 0x5:
		s->coef_index = command & 0xffff;
		break;
	}
	switch (verb) {
	case 0x701:
		s->select = p;
		break;
	case 0x705:
		s->power = p;
		break;
	case 0x706:
		s->stream = p;
		break;
	case 0x707:
		s->pin = p;
		break;
	case 0x70c:
		s->eapd = p;
		break;
	case 0x70d:
		s->digital = p;
		break;
	}
}

static u32 answer(struct codec_bus *b, const struct codec *c, u32 command)
{
	u32 nid = command >> 20 & 0xff, verb = command >> 8 & 0xfff;
	struct codec_setting ignored = { 0 };
	struct codec_setting *s = &b->set[nid];

	if (c->address != b->shown)
		s = &ignored;
	set(s, command);
	if (verb == 0xf00)
		return parameter(c, nid, command & 0xff);
	if (verb == 0xf02)
		return inputs(&c->node[nid], command & 0xff);
	if (verb == 0xf05)
		return s->power << 4 | s->power;
	if (verb == 0xf1c)
		return c->node[nid].pin_config;
	if (verb >> 8 == 0xc && s->coef_index < 128)
		return s->coef[s->coef_index];
	return 0;
}

static void send_command(struct codec_bus *b)
{
	const struct codec *c = find(b, b->icw >> 28);

	b->commands++;
	b->ics = BUSY;
	if (!c || b->wedged)
		return;
	if (b->silent & 1u << c->address) {
		b->wedged = true;
		return;
	}
	b->irr = answer(b, c, b->icw);
	if (b->commands != b->lose)
		b->ics = VALID;
	else
		b->lost = b->icw;
}

/* ---- the bus ------------------------------------------------------------------------ */

/* The power of the link is off: every setting is lost. */
static void forget(struct codec_bus *b)
{
	u32 nid, ch, i;

	memset(b->set, 0, sizeof(b->set));
	for (nid = 0; nid < CODEC_NODES; nid++) {
		b->set[nid].power = 3;
		for (ch = 0; ch < 2; ch++) {
			b->set[nid].out[ch] = CODEC_UNSET;
			for (i = 0; i < 16; i++)
				b->set[nid].in[i][ch] = CODEC_UNSET;
		}
	}
	b->wedged = false;
}

static u64 bus_now(void *ctx)
{
	return ((struct codec_bus *)ctx)->now;
}

static void bus_timer(void *ctx, u32 slot, u64 ns)
{
}

static u32 bus_read(void *ctx, u32 bar, u32 offset, u32 width)
{
	struct codec_bus *b = ctx;
	u32 i, mask = 0;

	switch (offset) {
	case 0x00:
		return 0x4401;		/* four engines each way */
	case 0x08:
		return b->gctl;
	case 0x0e:
		for (i = 0; i < b->ncodecs; i++)
			mask |= 1u << b->codec[i].address;
		return mask;
	case 0x30:
		b->clock += 240;
		return b->clock;
	case 0x64:
		return b->irr;
	case 0x68:
		return b->ics;
	}
	return 0;
}

static void bus_write(void *ctx, u32 bar, u32 offset, u32 width, u32 value)
{
	struct codec_bus *b = ctx;

	if (offset == 0x08) {
		b->gctl = value;
		forget(b);
	} else if (offset == 0x60) {
		b->icw = value;
	} else if (offset == 0x68 && value & BUSY) {
		send_command(b);
	} else if (offset == 0x68) {
		b->ics = value & VALID ? b->ics & ~(u32)VALID : 0;
	}
}

static u32 config_read(void *ctx, u32 offset, u32 width)
{
	return offset ? 0 : 0x8086;
}

static void config_write(void *ctx, u32 offset, u32 width, u32 value)
{
}

static u64 bus_bar(void *ctx, u32 bar, u64 *bytes)
{
	*bytes = bar ? 0 : 0x4000;
	return 0xf0000000u;
}

static void *bus_alloc(void *ctx, u32 bytes, u64 *bus)
{
	*bus = 0x100000;
	return calloc(1, bytes);
}

static void bus_free(void *ctx, void *cpu, u64 bus, u32 bytes)
{
	free(cpu);
}

static void barrier(void *ctx)
{
}

static void bus_wait(void *ctx, u32 us)
{
	((struct codec_bus *)ctx)->now += us * 1000ull;
}

__attribute__((format(printf, 3, 4)))
static void bus_log(void *ctx, enum wrt_log_level level, const char *format, ...)
{
	struct codec_bus *b = ctx;
	size_t used = strlen(b->log);
	va_list args;

	va_start(args, format);
	vsnprintf(b->log + used, sizeof(b->log) - used, format, args);
	va_end(args);
	used = strlen(b->log);
	snprintf(b->log + used, sizeof(b->log) - used, "\n");
}

const struct wrt_hw_bus codec_bus_ops = {
	.now_ns = bus_now,
	.timer_at = bus_timer,
	.read = bus_read,
	.write = bus_write,
	.config_read = config_read,
	.config_write = config_write,
	.bar = bus_bar,
	.dma_alloc = bus_alloc,
	.dma_free = bus_free,
	.write_barrier = barrier,
	.delay_us = bus_wait,
	.sleep_us = bus_wait,
	.log = bus_log,
};

void codec_bus_init(struct codec_bus *bus, const struct codec *codecs, u32 ncodecs)
{
	memset(bus, 0, sizeof(*bus));
	bus->codec = codecs;
	bus->ncodecs = ncodecs;
	bus->shown = codecs->address;
	forget(bus);
}

/* ---- files -------------------------------------------------------------------------- */

static void read_node(const char *line, struct codec *c)
{
	struct codec_node n = { .present = true };
	u32 nid, i;
	int at = 0;
	char *end;

	if (sscanf(line, "N %u %x %x %x %x %x %x %u %n", &nid, &n.caps, &n.pcm, &n.pin_caps,
		   &n.pin_config, &n.amp_in, &n.amp_out, &n.ninputs, &at) < 8 ||
	    nid >= CODEC_NODES)
		return;
	if (n.ninputs > CODEC_INPUTS)
		n.ninputs = CODEC_INPUTS;
	line += at;
	for (i = 0; i < n.ninputs; i++, line = end)
		n.input[i] = (u8)strtoul(line, &end, 10);
	c->node[nid] = n;
}

bool codec_read(FILE *file, struct codec *codec)
{
	char line[1024];

	memset(codec, 0, sizeof(*codec));
	while (fgets(line, sizeof(line), file)) {
		if (*line == 'C')
			sscanf(line, "C %u %u %x %x %x %x %x %u %u", &codec->number, &codec->address,
			       &codec->vendor, &codec->subsystem, &codec->pcm, &codec->amp_in,
			       &codec->amp_out, &codec->first, &codec->count);
		else if (*line == 'N')
			read_node(line, codec);
		else if (*line == 'E')
			return true;
	}
	return false;
}
