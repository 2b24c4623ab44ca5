// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * model_hda.c - see model_hda.h. Single-threaded.
 */
#include "model_hda.h"

#define QUANTUM		20000ull	/* ns: a frame of the link */

enum { BCIS = 4, DESE = 16, STS = 0x1c, SRST = 1, RUN = 2 };

const struct hda_behaviour hda_qemu = {
	.tick_ns = 1000000, .block = 4, .run_restarts = true, .list_read_once = true,
	.by_tag = true,
	.lpib_survives_srst = true, .ioce_ignored = true, .no_fifo = true, .dpib_at_once = true,
	.rirb_stalls = true, .fifos = { 0x100, 0x100 }, .align = 4,
};

const struct hda_behaviour hda_real = {
	.tick_ns = QUANTUM, .block = 4, .rings_stop_us = 50, .fifos = { 0x77, 0xbf },
	.align = 128,
};

/* ---- memory ------------------------------------------------------------------------ */

/* Where model_broken() returns: what DMA reads and writes that goes nowhere. */
static u8 nowhere[256 * 16];

static u8 *memory(struct hda_model *m, u64 bus, u32 len)
{
	u8 *other;
	u32 i;

	for (i = 0; i < HDA_MAPS; i++)
		if (m->map[i].at && bus >= m->map[i].bus &&
		    bus + len <= m->map[i].bus + m->map[i].len)
			return m->map[i].at + (bus - m->map[i].bus);
	other = model_memory(bus, len);
	if (other)
		return other;
	model_broken(__FILE__, __LINE__, "DMA to memory that is not there: %llx",
		     (unsigned long long)bus);
	return nowhere;
}

static u64 add_map(struct hda_model *m, void *at, u32 len, bool ours)
{
	u32 i;

	for (i = 0; i < HDA_MAPS - 1 && m->map[i].at; i++)
		;
	MODEL_REQUIRE(!m->map[i].at);
	m->map[i].at = at;
	m->map[i].bus = m->next_bus;
	m->map[i].len = len;
	m->map[i].ours = ours;
	m->next_bus += (len + 0x1fffffull) & ~0xfffffull;	/* never adjacent */
	return m->map[i].bus;
}

u64 hda_map(struct hda_model *m, void *at, u32 len)
{
	return add_map(m, at, len, false);
}

/* True if a running engine uses this memory. */
static bool in_use(const struct hda_model *m, u64 bus, u32 len)
{
	u32 i, n;

	for (i = 0; i < HDA_SDS && m->command & 4; i++)
		for (n = 0; m->sd[i].ctl & RUN && n <= m->sd[i].lvi; n++) {
			u64 at = *(const u64 *)(m->sd[i].list + 16 * n);

			if (at >= bus && at < bus + len)
				return true;
		}
	return false;
}

void hda_unmap(struct hda_model *m, void *at)
{
	u32 i;

	for (i = 0; i < HDA_MAPS; i++) {
		if (m->map[i].at != at)
			continue;
		MODEL_REQUIRE(!in_use(m, m->map[i].bus, m->map[i].len));
		m->map[i].at = NULL;
	}
}

static void *bus_alloc(void *ctx, u32 bytes, u64 *bus)
{
	struct hda_model *m = ctx;
	void *at;

	MODEL_REQUIRE(!m->in_irq);
	if (++m->allocs == m->fault.no_memory_at)
		return NULL;
	at = wrt_alloc(bytes);
	*bus = add_map(m, at, bytes, true);
	return at;
}

static void bus_free(void *ctx, void *cpu, u64 bus, u32 bytes)
{
	struct hda_model *m = ctx;
	u32 i;

	for (i = 0; i < HDA_MAPS && m->map[i].at != cpu; i++)
		;
	MODEL_REQUIRE(i < HDA_MAPS && m->map[i].bus == bus && m->map[i].len == bytes);
	MODEL_REQUIRE(!m->crst || m->fault.reset_sticks || m->fault.dead);
	m->map[i].at = NULL;
	wrt_free(cpu);
}

static u32 get32(const u8 *at)
{
	return at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
}

static void put32(u8 *at, u32 v)
{
	u32 i;

	for (i = 0; i < 4; i++)
		at[i] = (u8)(v >> (8 * i));
}

/* ---- DMA --------------------------------------------------------------------------- */

static u32 first_out(const struct hda_model *m)
{
	return m->gcap >> 8 & 15;
}

static bool is_out(const struct hda_model *m, u32 n)
{
	return n >= first_out(m);
}

static struct hda_node *listener(struct hda_model *m, u32 tag)
{
	u32 i;

	for (i = 0; i < m->codec.nnodes; i++)
		if (tag && m->codec.node[i].stream >> 4 == tag)
			return &m->codec.node[i];
	return NULL;
}

static u32 pcm_of(const struct hda_model *m, const struct hda_node *n)
{
	return n->caps & 1u << 4 ? n->pcm : m->codec.group_pcm;
}

static u32 frame_bytes(const struct hda_sd *s)
{
	return ((s->fmt & 15) + 1) * ((s->fmt >> 4 & 7) == 1 ? 2 : 4);
}

static u32 byte_rate(const struct hda_sd *s)
{
	u32 base = s->fmt & 0x4000 ? 44100 : 48000;

	return base * ((s->fmt >> 11 & 7) + 1) / ((s->fmt >> 8 & 7) + 1) * frame_bytes(s);
}

static void read_list(struct hda_model *m, struct hda_sd *s)
{
	u32 n = s->lvi + 1, i;
	u64 sum = 0;
	const u8 *at;

	MODEL_REQUIRE(s->lvi >= 1 && s->lvi < 256);
	MODEL_REQUIRE(s->bdpl % 128 == 0);
	at = memory(m, (u64)s->bdpu << 32 | s->bdpl, n * 16);
	for (i = 0; i < n; i++) {
		sum += get32(at + 16 * i + 8);
		MODEL_REQUIRE(get32(at + 16 * i) % m->as.align == 0);
		memory(m, (u64)get32(at + 16 * i + 4) << 32 | get32(at + 16 * i),
		       get32(at + 16 * i + 8));
	}
	MODEL_REQUIRE(sum == s->cbl);
	memcpy(s->list, at, (size_t)n * 16);
	s->have_list = true;
}

static bool bypasses_caches(const struct hda_model *m)
{
	return (m->fault.needs_snoop && (m->snoop & 7) != 2) || (m->sky.on && m->sky.no_snoop);
}

/* One sample frame's worth between memory and FIFO. */
static void transfer(struct hda_model *m, struct hda_sd *s, u8 *data, u32 len, bool out)
{
	u32 i;

	for (i = 0; i < len; i++) {
		const u8 *e = s->list + 16 * s->entry;
		const u8 *live = memory(m, (u64)s->bdpu << 32 | s->bdpl, 16 * (s->entry + 1));
		u8 *at = memory(m, ((u64)get32(e + 4) << 32 | get32(e)) + s->inside, 1);

		MODEL_REQUIRE(m->as.list_read_once || !memcmp(e, live + 16 * s->entry, 16));
		if (out && bypasses_caches(m))
			data[i] = 0xdb;
		else if (out)
			data[i] = *at;
		else
			*at = data[i];
		s->dma = (s->dma + 1) % s->cbl;
		if (++s->inside < get32(e + 8))
			continue;
		s->inside = 0;
		s->entry = s->entry == s->lvi ? 0 : s->entry + 1;
		if (get32(e + 12) & 1 && !(m->fault.lose && ++s->iocs % m->fault.lose == 0))
			s->sts |= BCIS;
	}
}

/* Every converter with this tag has the format of the stream, and two of its channels. */
static void check_listeners(struct hda_model *m, const struct hda_sd *s)
{
	u32 i, k, taken = 0;

	for (i = 0; i < m->codec.nnodes; i++) {
		const struct hda_node *n = &m->codec.node[i];

		if (n->stream >> 4 != s->tag >> 4)
			continue;
		k = n->stream & 15;
		MODEL_REQUIRE(n->format == s->fmt && k + 1 <= (s->fmt & 15u));
		MODEL_REQUIRE(pcm_of(m, n) & 1u << (16 + (s->fmt >> 4 & 7)));
		MODEL_REQUIRE(!(taken & 3u << k));
		taken |= 3u << k;
	}
	MODEL_REQUIRE(taken == (2u << (s->fmt & 15)) - 1);
}

static void hear(struct hda_model *m, const struct hda_sd *s, const u8 *data, u32 len)
{
	const struct hda_node *n = listener(m, s->tag >> 4);

	MODEL_REQUIRE(n && n->format == s->fmt && !n->power);
	check_listeners(m, s);
	if (s != &m->sd[first_out(m)]) {
		m->idle += len;
		MODEL_REQUIRE(!data[0] && !memcmp(data, data + 1, len - 1));
		return;
	}
	MODEL_REQUIRE(m->nheard + len <= HDA_HEARD_MAX);
	memcpy(m->heard + m->nheard, data, len);
	m->nheard += len;
}

/* Moves bytes over the link; the FIFO is between the link and memory. */
static void move_out(struct hda_model *m, struct hda_sd *s, u32 len)
{
	u32 size = m->as.no_fifo ? 0 : m->as.fifos[1] + 1;
	u8 data[8];

	while (len) {
		while (s->queued < size + m->as.block) {
			transfer(m, s, s->fifo + s->queued, m->as.block, true);
			s->queued += m->as.block;
		}
		memcpy(data, s->fifo, m->as.block);
		s->queued -= m->as.block;
		memmove(s->fifo, s->fifo + m->as.block, s->queued);
		hear(m, s, data, m->as.block);
		s->lpib = (s->lpib + m->as.block) % s->cbl;
		len -= m->as.block;
	}
}

static void move_in(struct hda_model *m, struct hda_sd *s, u32 len)
{
	u32 size = m->as.no_fifo ? 0 : m->as.fifos[0] + 1, frame;

	MODEL_REQUIRE(listener(m, s->tag >> 4));
	if (s != &m->sd[HDA_CAPT])
		m->idle += len;
	for (; len; len -= 4) {
		frame = s == &m->sd[HDA_CAPT] ? model_frame(m->source, m->recorded++) : 0;
		put32(s->fifo + s->queued, frame);
		s->queued += 4;
		s->lpib = (s->lpib + 4) % s->cbl;
		if (s->queued <= size)
			continue;
		transfer(m, s, s->fifo, 4, false);
		s->queued -= 4;
		memmove(s->fifo, s->fifo + 4, s->queued);
	}
}

/* The first engine of its direction with that tag, of which the codec has a converter. */
static bool is_taken(struct hda_model *m, u32 n)
{
	u32 i;

	for (i = is_out(m, n) ? first_out(m) : 0; i < n; i++)
		if (m->sd[i].tag == m->sd[n].tag)
			return false;
	return listener(m, m->sd[n].tag >> 4);
}

/* After a write to tag or RUN. An engine that is taken from now on moves data from now on. */
static void find_taken(struct hda_model *m)
{
	u32 i;

	for (i = 0; i < HDA_SDS && m->as.by_tag; i++) {
		struct hda_sd *s = &m->sd[i];
		bool serves = s->ctl & RUN && m->codec_runs & 1u << (s->tag >> 4) && is_taken(m, i);

		if (serves && !s->serves) {
			s->run_ns = m->now;
			s->moved = 0;
		}
		s->serves = serves;
	}
}

static void notify_codec(struct hda_model *m, u32 tag, bool run)
{
	u32 bit = 1u << tag;

	if (run && !(m->codec_runs & bit) && listener(m, tag))
		m->codec_starts++;
	m->codec_runs = run ? m->codec_runs | bit : m->codec_runs & ~bit;
}

static void move(struct hda_model *m, u32 n)
{
	struct hda_sd *s = &m->sd[n];
	u32 before = s->dma, frame = frame_bytes(s);
	u64 due;

	if (!(s->ctl & RUN) || !(m->command & 4) || (m->as.by_tag && !s->serves))
		return;
	if (m->sky.on && (m->sky.ppctl >> 30 || !(m->sky.lctl & 15) || !(m->sky.lctl & 1u << 23)))
		return;
	due = (m->now - s->run_ns) * byte_rate(s) / 1000000000 / frame * frame;
	if (is_out(m, n))
		move_out(m, s, (u32)(due - s->moved));
	else
		move_in(m, s, (u32)(due - s->moved));
	s->moved = due;
	before = m->as.dpib_at_once ? s->dma : before;
	if (m->fault.dpib_ahead)
		before = (before + s->cbl / 8 * 3 / 4 * 4) % s->cbl;
	if (!m->fault.dpib_frozen)
		s->dpib = m->fault.dpib_zero ? 0 : before;
	if (m->dplbase & 1 && !m->fault.dpib_dead)
		put32(memory(m, (m->dplbase & ~1ull) + 8 * n, 8), s->dpib);
}

static void advance(struct hda_model *m, u64 ns)
{
	u64 to = m->now + ns;
	u32 i;

	while (m->tick + m->as.tick_ns <= to) {
		m->tick += m->as.tick_ns;
		m->now = m->tick;
		for (i = 0; i < HDA_SDS; i++)
			move(m, i);
	}
	m->now = to;
}

void hda_break(struct hda_model *m, u32 n)
{
	m->sd[n].ctl &= ~RUN;
	m->sd[n].sts |= DESE;
}

/* ---- the codec --------------------------------------------------------------------- */

struct hda_node *hda_node(struct hda_model *m, u32 nid)
{
	u32 i;

	for (i = 0; i < m->codec.nnodes; i++)
		if (m->codec.node[i].nid == nid)
			return &m->codec.node[i];
	return NULL;
}

static u32 parameter(struct hda_model *m, u32 nid, const struct hda_node *n, u32 which)
{
	const struct hda_codec *c = &m->codec;

	if (!nid)
		return which == 4 ? c->group << 16 | 1 : which == 0 ? c->vendor ? c->vendor : 0x1af40022 : 0;
	if (nid == c->group)
		return which == 4 ? c->node[0].nid << 16 | c->nnodes : which == 5 ? 1 :
		       which == 0xa ? c->group_pcm : which == 0xd ? c->group_amp_in :
		       which == 0x12 ? c->group_amp_out : 0;
	if (!n)
		return 0;
	return which == 9 ? n->caps : which == 0xa ? n->pcm : which == 0xc ? n->pin_caps :
	       which == 0xd ? n->amp_in : which == 0x12 ? n->amp_out :
	       which == 0xe ? n->ninputs | (n->long_inputs ? 0x80 : 0) : 0;
}

static u32 input_list(const struct hda_node *n, u32 from)
{
	u32 per = n->long_inputs ? 2 : 4, i, v = 0;

	for (i = 0; i < per && from + i < n->ninputs; i++) {
		u32 e = n->inputs[from + i];

		if (n->long_inputs)
			e = (e & 0x80) << 8 | (e & 0x7f);
		v |= e << (i * 32 / per);
	}
	return v;
}

static void set_amp(struct hda_node *n, u32 p)
{
	u32 ch;

	for (ch = 0; ch < 2; ch++) {
		if (!(p & (ch ? 0x1000 : 0x2000)))
			continue;
		if (p & 0x8000)
			n->out[ch] = p & 0xff;
		if (p & 0x4000)
			n->in[p >> 8 & 15][ch] = p & 0xff;
	}
}

/* Each access moves on to the next coefficient. */
static u32 coefficient(struct hda_model *m, u32 command)
{
	struct hda_codec *c = &m->codec;
	u32 verb = command >> 16 & 15, value = command & 0xffff;

	if (verb == 5) {
		c->coef_index = value % 128;
		return 0;
	}
	if (verb == 4)
		c->coef[c->coef_index] = value;
	else
		value = c->coef[c->coef_index];
	c->coef_index = (c->coef_index + 1) % 128;
	return verb == 4 ? 0 : value;
}

/* False: there is no answer. */
static bool execute(struct hda_model *m, u32 command, u32 *answer)
{
	u32 nid = command >> 20 & 0xff, verb = command >> 8 & 0xfff, p = command & 0xff;
	struct hda_node *n = hda_node(m, nid);

	*answer = 0;
	m->wedged |= m->fault.silent_neighbour && command >> 28 == m->fault.silent_neighbour;
	if (m->wedged)
		return false;
	MODEL_REQUIRE(command >> 28 == m->codec.address);
	m->verbs++;
	if (m->fault.silent_codec || m->fault.no_codec)
		return false;
	if (nid == 0x20 && verb >= 0x400 && verb != 0xf00)
		*answer = coefficient(m, command);
	else if (verb == 0xf00)
		*answer = parameter(m, nid, n, p);
	else if (verb == 0xf05 && m->fault.power_sticks)
		*answer = 0x30;
	else if (!n)
		return true;
	else if (verb == 0xf02)
		*answer = input_list(n, p);
	else if (verb == 0xf1c)
		*answer = n->pin_config;
	else if (verb == 0xf05)
		*answer = n->power << 4 | n->power;
	else if (verb == 0x701)
		n->select = p;
	else if (verb == 0x705)
		n->power = p;
	else if (verb == 0x706)
		n->stream = p;
	else if (verb == 0x707)
		n->pin = p;
	else if (verb == 0x70c)
		n->eapd = p;
	else if (verb == 0x70d)
		n->digital = p;
	else if (verb >> 8 == 2)
		n->format = command & 0xffff;
	else if (verb >> 8 == 3)
		set_amp(n, command & 0xffff);
	else
		m->codec.other[m->codec.nother++ % 8] = command;
	return true;
}

static bool ask_codec(struct hda_model *m, u32 command, u32 *answer)
{
	return execute(m, command, answer) &&
	       (!m->fault.lose_answer || m->verbs != m->fault.lose_answer);
}

/* The codec has lost its power: all its settings are lost. */
static void forget(struct hda_model *m)
{
	u32 i, ch, input;

	for (i = 0; i < 128; i++)
		m->codec.coef[i] = 0x8200;
	if (m->codec.revision)
		m->codec.coef[0] = m->codec.revision;
	m->codec.nother = 0;
	for (i = 0; i < m->codec.nnodes; i++) {
		struct hda_node *n = &m->codec.node[i];

		n->select = 0;
		n->pin = 0;
		n->eapd = 0;
		n->digital = 0;
		n->stream = 0;
		n->format = 0;
		n->power = n->caps & 1u << 10 ? 3 : 0;
		for (ch = 0; ch < 2; ch++) {
			n->out[ch] = 0x80;
			for (input = 0; input < sizeof(n->in) / sizeof(n->in[0]); input++)
				n->in[input][ch] = 0x80;
		}
	}
}

static void immediate(struct hda_model *m)
{
	if (m->fault.no_immediate)
		return;
	m->ics = 1;
	if (ask_codec(m, m->icw, &m->irr))
		m->ics = 2;
}

static void serve_rings(struct hda_model *m)
{
	while (m->corbctl & 2 && m->rirbctl & 2 && m->corb_rp != m->corb_wp) {
		u32 answer;
		u8 *at;

		if (m->fault.no_corb || (m->as.rirb_stalls && m->rirb_count == m->rintcnt))
			return;
		m->corb_rp = (m->corb_rp + 1) % 256;
		if (!ask_codec(m, get32(memory(m, m->corb + 4 * m->corb_rp, 4)), &answer))
			continue;
		m->rirb_wp = (m->rirb_wp + 1) % 256;
		at = memory(m, m->rirb + 8 * m->rirb_wp, 8);
		put32(at, answer);
		put32(at + 4, m->codec.address);
		m->rirb_count++;
		if (m->rirb_count == m->rintcnt && m->rirbctl & 1)
			m->rirbsts |= 1;
	}
}

/* ---- registers --------------------------------------------------------------------- */

static u32 intsts(const struct hda_model *m)
{
	u32 i, v = 0;

	for (i = 0; i < HDA_SDS; i++) {
		u32 on = m->as.ioce_ignored ? BCIS : m->sd[i].ctl & STS;

		v |= m->sd[i].sts & on ? 1u << i : 0;
	}
	return v ? v | 0x80000000u : 0;
}

static u32 walclk(const struct hda_model *m)
{
	return (u32)(m->now * 24 / 1000) - m->walclk_zero;
}

static u32 read_sd(struct hda_model *m, u32 n, u32 reg, u32 width)
{
	struct hda_sd *s = &m->sd[n];

	switch (reg) {
	case 0x00:
		return width == 1 ? s->ctl : s->ctl | s->tag << 16 | (u32)s->sts << 24;
	case 0x02:
		return s->tag;
	case 0x03:
		return s->sts;
	case 0x04:
		return s->lpib;
	case 0x10:
		return m->as.fifos[is_out(m, n)];
	}
	return 0;
}

/* CORBCTL or RIRBCTL, as read. */
static u32 ring_ctl(const struct hda_model *m, u32 ctl, u64 end)
{
	return ctl | (m->now < end ? 2 : 0);
}

static u64 ring_end(const struct hda_model *m, u32 was, u32 ctl)
{
	return was & ~ctl & 2 ? m->now + m->as.rings_stop_us * 1000ull : 0;
}

/* Two capabilities, at 0xc00 and 0xd00. */
static u32 read_skylake(const struct hda_model *m, u32 at)
{
	switch (m->sky.on ? at : 0) {
	case 0x14:
		return 0xc00;
	case 0xc00:
		return 3 << 16 | 0xd00;
	case 0xc04:
		return m->sky.ppctl;
	case 0xd00:
		return 2 << 16;
	case 0xd40:
		return m->sky.lcap;
	case 0xd44:
		return m->sky.lctl;
	}
	return 0;
}

static void write_skylake(struct hda_model *m, u32 at, u32 v)
{
	MODEL_REQUIRE(m->sky.on && (at == 0xc04 || at == 0xd44));
	if (at == 0xc04) {
		m->sky.ppctl = v;
		return;
	}
	MODEL_REQUIRE((v & 15) == (m->sky.lctl & 15) || !(m->sky.lctl & 1u << 23));
	m->sky.lctl = (v & ~(1u << 23)) | (v << 7 & 1u << 23);
}

static u32 bus_read(void *ctx, u32 bar, u32 at, u32 width)
{
	struct hda_model *m = ctx;

	MODEL_REQUIRE(!bar && (width == 1 || width == 2 || width == 4));
	MODEL_REQUIRE(!m->off && at + width <= m->bar_bytes);
	if (m->fault.dead)
		return 0xffffffffu >> (32 - 8 * width);
	if (at >= 0x2000) {
		if (m->fault.no_alias)
			return 0;
		MODEL_REQUIRE(at == 0x2030 || (at >= 0x2084 && (at & 0x1f) == 4));
		at -= 0x2000;
	}
	if (at >= 0xc00)
		return read_skylake(m, at);
	if (at >= 0x80 && at < 0x80 + 0x20 * HDA_SDS) {
		m->reading |= (at & 0x1f) == 4;
		m->positions_read += (at & 0x1f) == 4;
		return read_sd(m, at / 0x20 - 4, at & 0x1f, width);
	}
	switch (at) {
	case 0x14:
		return read_skylake(m, at);
	case 0x00:
		return m->gcap;
	case 0x08:
		return m->crst;
	case 0x0e:
		return m->statests;
	case 0x20:
		return m->intctl;
	case 0x24:
		return intsts(m);
	case 0x30:
		return walclk(m);
	case 0x4a:
		return m->corb_rp;
	case 0x4c:
		return ring_ctl(m, m->corbctl, m->corb_end);
	case 0x4e:
	case 0x5e:
		return 0x42;
	case 0x58:
		return m->rirb_wp;
	case 0x5c:
		return ring_ctl(m, m->rirbctl, m->rirb_end);
	case 0x5d:
		return m->rirbsts;
	case 0x64:
		return m->irr;
	case 0x68:
		return m->ics;
	}
	return 0;
}

static void write_ctl(struct hda_model *m, u32 n, u8 v)
{
	struct hda_sd *s = &m->sd[n];
	u8 was = s->ctl;

	MODEL_REQUIRE(!(v & SRST && v & RUN));
	MODEL_REQUIRE(!(v & RUN && was & SRST));
	if (v & RUN && !(was & RUN)) {
		MODEL_REQUIRE(s->tag == (is_out(m, n) ? 1 : 2) << 4 ||
			      (m->as.by_tag && s->tag == 15 << 4));
		MODEL_REQUIRE(s->cbl && s->fmt);
		if (m->as.run_restarts || !s->have_list) {
			read_list(m, s);
			s->lpib = 0;
			s->dma = 0;
			s->entry = 0;
			s->inside = 0;
			s->queued = 0;
		}
		s->run_ns = m->now;
		s->moved = 0;
	}
	if (was & RUN && !(v & RUN) && m->fault.run_sticks) {
		if (!(v & SRST) || m->fault.srst_does_not_help)
			v |= RUN;
	} else {
		MODEL_REQUIRE(!(v & SRST && was & RUN));
	}
	if (was & SRST && m->fault.srst_sticks)
		v |= SRST;
	if (v & SRST && !(v & RUN)) {
		s->have_list = false;
		s->tag = 0;
		s->queued = 0;
		if (!m->as.lpib_survives_srst) {
			s->lpib = 0;
			s->cbl = 0;
			s->fmt = 0;
			s->bdpl = 0;
			s->bdpu = 0;
		}
		s->sts = 0;
		if (m->fault.srst_unseen)
			v = 0;
	}
	s->ctl = v;
	if (m->as.by_tag && (was ^ v) & RUN)
		notify_codec(m, s->tag >> 4, v & RUN);
	find_taken(m);
}

static void write_sd(struct hda_model *m, u32 n, u32 reg, u32 width, u32 v)
{
	struct hda_sd *s = &m->sd[n];
	bool still = !(s->ctl & RUN) || m->fault.run_sticks;

	switch (reg) {
	case 0x00:
		MODEL_REQUIRE(width == 1);
		write_ctl(m, n, (u8)v);
		break;
	case 0x02:
		MODEL_REQUIRE(width == 1 && (still || m->as.by_tag));
		s->tag = (u8)v;
		find_taken(m);
		break;
	case 0x03:
		MODEL_REQUIRE(width == 1 && !(v & ~STS));
		s->sts &= ~v;
		break;
	case 0x08:
		MODEL_REQUIRE(width == 4 && still);
		s->cbl = v;
		break;
	case 0x0c:
		MODEL_REQUIRE(width == 2 && still);
		s->lvi = v;
		break;
	case 0x12:
		MODEL_REQUIRE(width == 2 && still);
		s->fmt = v;
		break;
	case 0x18:
		MODEL_REQUIRE(width == 4 && still);
		s->bdpl = v;
		break;
	case 0x1c:
		MODEL_REQUIRE(width == 4 && still);
		s->bdpu = v;
		break;
	default:
		MODEL_REQUIRE(!"a register that is read only");
	}
}

static void write_reset(struct hda_model *m, u32 v)
{
	u32 i;

	if (m->fault.reset_sticks || (m->fault.reset_never_ends && v))
		return;
	if (m->crst && !(v & 1)) {
		for (i = 0; i < HDA_SDS; i++) {
			MODEL_REQUIRE(!(m->sd[i].ctl & RUN) || m->fault.run_sticks);
			memset(&m->sd[i], 0, sizeof(m->sd[i]));
		}
		MODEL_REQUIRE(!(m->codec_runs & ~(1u << 15)) || m->fault.run_sticks);
		MODEL_REQUIRE(!(m->corbctl & 2) && !(m->rirbctl & 2));
		m->intctl = 0;
		m->dplbase = 0;
		m->statests = 0;
		m->wedged = false;
		forget(m);
	} else if (!m->crst && v & 1) {
		m->walclk_zero = (u32)(m->now * 24 / 1000);
		m->statests = m->fault.no_codec || m->sky.gate ? 0 : 1u << m->codec.address;
		if (m->fault.silent_neighbour)
			m->statests |= 1u << m->fault.silent_neighbour;
	}
	m->crst = v & 1;
}

static void bus_write(void *ctx, u32 bar, u32 at, u32 width, u32 v)
{
	struct hda_model *m = ctx;
	u32 i;

	MODEL_REQUIRE(!bar && !m->off && at < 0x2000);
	if (m->fault.dead)
		return;
	MODEL_REQUIRE(m->crst || at == 0x08);
	if (at >= 0xc00) {
		write_skylake(m, at, v);
		return;
	}
	if (at >= 0x80) {
		MODEL_REQUIRE(at < 0x80 + 0x20 * HDA_SDS);
		write_sd(m, at / 0x20 - 4, at & 0x1f, width, v);
		return;
	}
	MODEL_REQUIRE(at < 0x40 || at > 0x4a || at == 0x48 ||
		!(ring_ctl(m, m->corbctl, m->corb_end) & 2));
	MODEL_REQUIRE(at < 0x50 || at > 0x58 || !(ring_ctl(m, m->rirbctl, m->rirb_end) & 2));
	switch (at) {
	case 0x08:
		write_reset(m, v);
		break;
	case 0x0e:
		m->statests &= ~v;
		break;
	case 0x20:
		m->intctl = v;
		break;
	case 0x40:
		m->corb = (m->corb & ~0xffffffffull) | v;
		break;
	case 0x44:
		m->corb = (u64)v << 32 | (u32)m->corb;
		break;
	case 0x48:
		m->corb_wp = v;
		serve_rings(m);
		break;
	case 0x4a:
		m->corb_rp = v;
		break;
	case 0x4c:
		m->corb_end = ring_end(m, m->corbctl, v);
		m->corbctl = v;
		break;
	case 0x50:
		m->rirb = (m->rirb & ~0xffffffffull) | v;
		break;
	case 0x54:
		m->rirb = (u64)v << 32 | (u32)m->rirb;
		break;
	case 0x58:
		m->rirb_wp = v & 0x8000 ? 0 : v;
		break;
	case 0x5a:
		m->rintcnt = v;
		break;
	case 0x5c:
		m->rirb_end = ring_end(m, m->rirbctl, v);
		m->rirbctl = v;
		break;
	case 0x5d:
		if (m->rirbsts & v & 1)
			m->rirb_count = 0;
		m->rirbsts &= ~v;
		serve_rings(m);
		break;
	case 0x60:
		MODEL_REQUIRE(!(m->ics & 1));
		m->icw = v;
		break;
	case 0x68:
		if (v & 1)
			immediate(m);
		else
			m->ics = v & 2 ? m->ics & ~2u : 0;
		break;
	case 0x70:
		for (i = 0; i < HDA_SDS; i++)
			MODEL_REQUIRE(!(m->sd[i].ctl & RUN) || !v);
		MODEL_REQUIRE((v & ~1u) % 128 == 0);
		m->dplbase = (m->dplbase & ~0xffffffffull) | v;
		break;
	case 0x74:
		m->dplbase = (u64)v << 32 | (u32)m->dplbase;
		break;
	}
}

/* ---- the rest of the bus ----------------------------------------------------------- */

static u32 *config_register(struct hda_model *m, u32 at)
{
	switch (at) {
	case 0x00:
		return &m->vendor;
	case 0x02:
		return &m->device;
	case 0x04:
		return &m->command;
	case 0x42:
		return &m->snoop;
	case 0x44:
		return &m->tcsel;
	case 0x48:
		return &m->sky.gate;
	case 0x78:
		return &m->sky.no_snoop;
	}
	return NULL;
}

static u32 bus_config_read(void *ctx, u32 at, u32 width)
{
	const u32 *reg = config_register(ctx, at);

	return reg ? *reg : 0;
}

static void bus_config_write(void *ctx, u32 at, u32 width, u32 v)
{
	struct hda_model *m = ctx;

	MODEL_REQUIRE(at == 0x04 || at == 0x42 || at == 0x44 || m->sky.on);
	MODEL_REQUIRE(at && at != 0x02 && config_register(m, at));
	MODEL_REQUIRE(width == (at == 0x04 || at == 0x78 ? 2u : 1u));
	MODEL_REQUIRE(at != 0x42 || m->vendor == 0x1022 || m->vendor == 0x1002);
	*config_register(m, at) = v;
}

static u64 bus_bar(void *ctx, u32 bar, u64 *bytes)
{
	struct hda_model *m = ctx;

	*bytes = bar ? 0 : m->bar_bytes;
	return m->bar;
}

static void bus_barrier(void *ctx)
{
}

static void bus_delay(void *ctx, u32 us)
{
	advance(ctx, us * 1000ull);
}

static void bus_sleep(void *ctx, u32 us)
{
	struct hda_model *m = ctx;

	MODEL_REQUIRE(!m->in_irq);
	advance(m, us * 1000ull);
}

static u64 bus_now(void *ctx)
{
	struct hda_model *m = ctx;

	if (m->reading && m->preempts) {
		m->preempts--;
		advance(m, m->preempt_ns);
	}
	m->reading = false;
	return m->now;
}

static void bus_timer(void *ctx, u32 slot, u64 ns)
{
	((struct hda_model *)ctx)->timer[slot] = ns;
}

static bool bus_interrupted(void *ctx)
{
	struct hda_model *m = ctx;
	bool arrived = m->arrived;

	m->arrived = false;
	return arrived;
}

static void bus_log(void *ctx, enum wrt_log_level level, const char *format, ...)
{
	struct hda_model *m = ctx;
	size_t used = strlen(m->log);
	va_list args;

	if (used + 4 > sizeof(m->log))
		return;
	m->log[used++] = "IWE"[level];
	m->log[used++] = ' ';
	va_start(args, format);
	model_print(m->log + used, sizeof(m->log) - 1 - used, format, args);
	va_end(args);
	used += strlen(m->log + used);
	m->log[used++] = '\n';
	m->log[used] = 0;
}

const struct wrt_hw_bus hda_bus = {
	.now_ns = bus_now,
	.timer_at = bus_timer,
	.interrupted = bus_interrupted,
	.read = bus_read,
	.write = bus_write,
	.config_read = bus_config_read,
	.config_write = bus_config_write,
	.bar = bus_bar,
	.dma_alloc = bus_alloc,
	.dma_free = bus_free,
	.write_barrier = bus_barrier,
	.delay_us = bus_delay,
	.sleep_us = bus_sleep,
	.log = bus_log,
};

/* ---- time -------------------------------------------------------------------------- */

bool hda_line(const struct hda_model *m)
{
	return m->intctl & 0x80000000u && intsts(m) & m->intctl & 0x7fffffffu;
}

static bool deliver(struct hda_model *m, bool timer)
{
	u32 slots = 0;
	bool ours;
	u64 ns;

	m->arrived |= !timer;
	if (m->raise)
		return m->raise(m->raise_ctx, timer);
	m->in_irq = true;
	ours = m->dev ? wrt_device_irq(m->dev) : wrt_hda_ops.irq(m->hw, &slots, &ns);
	m->in_irq = false;
	return ours;
}

/* First armed timer up to `limit`, or limit. */
static u64 next_timer(struct hda_model *m, u64 limit, u32 *slot)
{
	u32 i;

	*slot = WRT_SLOTS_MAX;
	for (i = 0; i < WRT_SLOTS_MAX; i++)
		if (m->timer[i] && m->timer[i] <= limit) {
			limit = m->timer[i] > m->now ? m->timer[i] : m->now;
			*slot = i;
		}
	return limit;
}

void hda_run(struct hda_model *m, u64 ns)
{
	u64 end = m->now + ns;

	while (m->now < end && !m->stops) {
		u64 tick = m->tick + m->as.tick_ns < end ? m->tick + m->as.tick_ns : end;
		u32 slot;
		u64 to = next_timer(m, tick, &slot);

		advance(m, to - m->now);
		if (slot < WRT_SLOTS_MAX) {
			m->timer[slot] = 0;
			m->timers++;
			deliver(m, true);
		}
		if (hda_line(m) && !m->fault.no_messages) {
			m->interrupts++;
			MODEL_REQUIRE(deliver(m, false));
			MODEL_REQUIRE(!hda_line(m));
		}
	}
}

void hda_sleep(struct hda_model *m, u64 ns)
{
	advance(m, ns);
}

/* ---- creation and destruction ------------------------------------------------------ */

void hda_open(struct hda_model *m, const struct hda_behaviour *as, const struct hda_codec *codec)
{
	memset(m, 0, sizeof(*m));
	m->as = *as;
	m->codec = *codec;
	m->now = MODEL_EPOCH;
	m->tick = MODEL_EPOCH;
	m->gcap = 0x4401;
	m->vendor = 0x8086;
	m->device = 0x2668;
	m->tcsel = 0xfd;
	m->command = 6;
	m->bar = 0xfebf0000u;
	m->bar_bytes = 0x4000;
	m->next_bus = 0x123400000ull;
	m->heard = wrt_alloc(HDA_HEARD_MAX);
	m->crst = 1;			/* firmware may leave it so, with an engine running */
	forget(m);
}

void hda_close(struct hda_model *m)
{
	u32 i;

	for (i = 0; i < HDA_MAPS; i++)
		MODEL_REQUIRE(!(m->map[i].at && m->map[i].ours));
	for (i = 0; i < WRT_SLOTS_MAX; i++)
		MODEL_REQUIRE(m->timer[i] == 0);
	wrt_free(m->heard);
}

/* ---- codecs ------------------------------------------------------------------------ */

static const u8 at2[] = { 2 }, at5[] = { 5 };

const struct hda_codec hda_duplex = {
	.address = 0, .group = 1, .nnodes = 4,
	.node = {
		{ .nid = 2, .caps = 0x1d, .pcm = 0x000201fc, .amp_out = 0x80034a4a },
		{ .nid = 3, .caps = 0x400101, .pin_caps = 0x10, .pin_config = 0x00004010,
		  .inputs = at2, .ninputs = 1 },
		{ .nid = 4, .caps = 0x10011b, .pcm = 0x000201fc, .amp_in = 0x80034a4a,
		  .inputs = at5, .ninputs = 1 },
		{ .nid = 5, .caps = 0x400001, .pin_caps = 0x20, .pin_config = 0x00805020 },
	},
};

/*
 * Playback: pin 0x14 (unconnected), 0x15 (speaker, EAPD), 0x19 (headphone) <- mixer 0x0c <- { pin
 * 0x18, 0x0a, DAC 0x11 }, where 0x0a is digital. Capture: ADC 0x0b <- selector 0x13 <- { 0x16-0x18:
 * an internal microphone, one that cannot record, one at a jack }.
 */
static const u8 to_mixer[] = { 0x0c }, of_mixer[] = { 0x18, 0x0a, 0x11 }, to_selector[] = { 0x13 };
static const u8 of_selector[] = { 0x0c, 0x16, 0x98 };

const struct hda_codec hda_rich = {
	.address = 2, .group = 3, .group_pcm = 0x001e0560, .group_amp_in = 0x80051f17,
	.group_amp_out = 0x00002727, .nnodes = 16,
	.node = {
		{ .nid = 0x0a, .caps = 0x000211, .pcm = 0x001e0560 },
		{ .nid = 0x0b, .caps = 0x110511, .pcm = 0x000e0560, .inputs = to_selector,
		  .ninputs = 1 },
		{ .nid = 0x0c, .caps = 0x20010b, .inputs = of_mixer, .ninputs = 3,
		  .long_inputs = true, .amp_in = 0x80000000 },
		{ .nid = 0x0d, .caps = 0xf00000 },
		{ .nid = 0x0e, .caps = 0xf00000 },
		{ .nid = 0x0f, .caps = 0xf00000 },
		{ .nid = 0x10, .caps = 0xf00000 },
		{ .nid = 0x11, .caps = 0x030405 },
		{ .nid = 0x12, .caps = 0xf00000 },
		{ .nid = 0x13, .caps = 0x300103, .inputs = of_selector, .ninputs = 3 },
		{ .nid = 0x14, .caps = 0x400101, .pin_caps = 0x10, .pin_config = 0x40000000,
		  .inputs = to_mixer, .ninputs = 1 },
		{ .nid = 0x15, .caps = 0x40050d, .pin_caps = 0x10010, .pin_config = 0x90100000,
		  .inputs = to_mixer, .ninputs = 1, .amp_out = 0x80000000 },
		{ .nid = 0x16, .caps = 0x400001, .pin_caps = 0x20, .pin_config = 0x90a00000 },
		{ .nid = 0x17, .caps = 0x400001, .pin_caps = 0x10, .pin_config = 0x01a00000 },
		{ .nid = 0x18, .caps = 0x400001, .pin_caps = 0x1020, .pin_config = 0x01a10000 },
		{ .nid = 0x19, .caps = 0x40050d, .pin_caps = 0x10, .pin_config = 0x02210000,
		  .inputs = to_mixer, .ninputs = 1, .amp_out = 0x80000000 },
	},
};

/*
 * Eight channels: line outs 0x0a (front), 0x0b (rear), 0x0c (center), 0x0d (side) of group 1, each
 * with a converter 0x02-0x05; 0x0e is of group 2, and 0x0f of group 1, on a converter in use.
 */
static const u8 at3[] = { 3 }, at4[] = { 4 }, at2_to_5[] = { 2, 3, 4, 5 };
#define DAC8(n)		{ .nid = (n), .caps = 0x40d, .amp_out = 0x00034040 }
#define OUT8(n, order, from)							\
	{ .nid = (n), .caps = 0x40018d, .pin_caps = 0x10, .pin_config = 0x01014000 | (order),	\
	  .inputs = (from), .ninputs = sizeof(from), .amp_out = 0x80000000 }

const struct hda_codec hda_surround = {
	.address = 0, .group = 1, .group_pcm = 0x000e0060, .nnodes = 16,
	.node = {
		DAC8(2), DAC8(3), DAC8(4), DAC8(5),
		{ .nid = 6, .caps = 0xf00000 }, { .nid = 7, .caps = 0xf00000 },
		{ .nid = 8, .caps = 0xf00000 }, { .nid = 9, .caps = 0xf00000 },
		OUT8(0x0a, 0x10, at2), OUT8(0x0b, 0x12, at3), OUT8(0x0c, 0x11, at4),
		OUT8(0x0d, 0x14, at2_to_5), OUT8(0x0e, 0x20, at2_to_5), OUT8(0x0f, 0x15, at2),
		{ .nid = 0x10, .caps = 0xf00000 }, { .nid = 0x11, .caps = 0xf00000 },
	},
};
