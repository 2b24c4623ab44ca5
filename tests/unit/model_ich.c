// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * model_ich.c - see model_ich.h. Single-threaded; called by the backend through the bus,
 * and by tests. Offsets and bits are repeated here from the data sheet, so
 * that an error in the driver is not repeated in the model.
 */
#include "model_ich.h"

#define US	1000ull

const struct model_behaviour model_qemu = {
	.tick_ns = 1000 * US, .run_skips = true, .ack_drops_line = true, .no_handshake = true,
};

const struct model_behaviour model_real = {
	.picb_glitches = true, .prefetches = true, .stop_us = 25, .start_us = 40,
	.ready_us = 20000, .power_us = 9000,
};

enum { PI, PO, MC };
enum { MASTER = 4 };
enum { DCH = 1, CELV = 2, LVBCI = 4, BCIS = 8, FIFOE = 16, EVENTS = 28 };
enum { RUN = 1, RR = 2, LVBIE = 4, FEIE = 8, IOCE = 16 };

static const u32 summary[] = { 1 << 5, 1 << 6, 1 << 7 };

/* ---- memory ------------------------------------------------------------------------ */

u32 model_ich_map(struct model_ich *m, void *cpu, u32 bytes)
{
	u32 i = 0;

	while (i < MODEL_MAPS - 1 && m->map[i].cpu)
		i++;
	MODEL_REQUIRE(!m->map[i].cpu);
	m->map[i].cpu = cpu;
	m->map[i].bytes = bytes;
	m->map[i].bus = m->next_bus;
	m->next_bus += (bytes + 0x1fff) & ~0xfffu;	/* never adjacent */
	return m->map[i].bus;
}

static bool moving(const struct model_ich *m, const struct model_engine *e)
{
	return m->command & MASTER && (e->cr & RUN || e->goes_on) && !(e->sr & DCH);
}

/* Memory that DMA still uses must not be freed. */
void model_ich_unmap(struct model_ich *m, void *cpu)
{
	u32 i = 0, n;

	while (i < MODEL_MAPS - 1 && m->map[i].cpu != cpu)
		i++;
	MODEL_REQUIRE(m->map[i].cpu == cpu);
	for (n = 0; n < 3; n++) {
		const struct model_engine *e = &m->engine[n];

		if (!moving(m, e))
			continue;
		MODEL_REQUIRE(e->address - m->map[i].bus >= m->map[i].bytes);
		MODEL_REQUIRE(e->bdbar - m->map[i].bus >= m->map[i].bytes);
	}
	memset(&m->map[i], 0, sizeof(m->map[i]));
}

static u8 *reach(struct model_ich *m, u32 bus, u32 bytes)
{
	u8 *other;
	u32 i;

	for (i = 0; i < MODEL_MAPS; i++)
		if (m->map[i].cpu && bus - m->map[i].bus < m->map[i].bytes &&
		    m->map[i].bytes - (bus - m->map[i].bus) >= bytes)
			return m->map[i].cpu + (bus - m->map[i].bus);
	other = model_memory(bus, bytes);
	if (other)
		return other;
	model_broken(__FILE__, __LINE__, "DMA to %u bytes at %#x, which are not mapped", bytes,
		     bus);
	return NULL;
}

static u32 le32(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

/* ---- interrupts ---------------------------------------------------------------------- */

static bool asks(const struct model_engine *e, u32 sr)
{
	return (sr & LVBCI && e->cr & LVBIE) || (sr & BCIS && e->cr & IOCE) ||
	       (sr & FIFOE && e->cr & FEIE);
}

static void set_sr(struct model_ich *m, struct model_engine *e, u32 sr)
{
	u32 n = e - m->engine, i;
	bool changed = (sr ^ e->sr) & EVENTS;

	e->sr = sr;
	if (m->is.ack_drops_line && !changed)
		return;
	if (asks(e, sr))
		m->glob_sta |= summary[n];
	else if (!m->is.ack_drops_line || !(sr & EVENTS))
		m->glob_sta &= ~summary[n];
	else
		return;
	m->line = asks(e, sr);
	for (i = 0; !m->is.ack_drops_line && i < 3; i++)
		m->line |= asks(&m->engine[i], m->engine[i].sr);
}

/* ---- DMA ----------------------------------------------------------------------------- */

static void fetch(struct model_ich *m, struct model_engine *e, u32 index, u32 *address,
		  u32 *control)
{
	const u8 *entry = reach(m, e->bdbar + 8 * index, 8);

	*address = 0;
	*control = 2;
	if (!entry)
		return;
	*address = le32(entry) & ~3u;
	*control = le32(entry + 4);
	MODEL_REQUIRE(!(le32(entry) & 3));
	MODEL_REQUIRE((*control & 0xffff) && (*control & 0xffff) % 2 == 0);
}

static void next_descriptor(struct model_ich *m, struct model_engine *e)
{
	bool interrupted = e->control >> 31;

	e->civ = e->piv;
	e->piv = (e->piv + 1) % 32;
	if (e->fetched) {
		e->address = e->next_address;
		e->control = e->next_control;
	} else {
		fetch(m, e, e->civ, &e->address, &e->control);
	}
	e->fetched = m->is.prefetches;
	if (e->fetched)
		fetch(m, e, e->piv, &e->next_address, &e->next_control);
	e->picb = e->control & 0xffff;
	e->stale = ++e->changes % 2 ? 2 : 0;
	e->glitch = m->is.picb_glitches ? 1 + (e->stale == 0) : 0;
	e->zero_ns = interrupted ? m->now + m->fault.picb_zero_us * US : 0;
}

static void transfer(struct model_ich *m, struct model_engine *e, u32 frames)
{
	u8 *at = reach(m, e->address, 4 * frames);

	if (!at)
		return;
	if (e == &m->engine[PO]) {
		MODEL_REQUIRE(e->frames + frames <= MODEL_HEARD_MAX);
		memcpy(m->heard + e->frames, at, 4 * frames);
		if (m->fault.true_line_only && m->codec[0x04 / 2] & 0x8000)
			memset(m->heard + e->frames, 0, 4 * frames);
		e->frames += frames;
	} else {
		for (; frames; frames--, at += 4) {
			u32 frame = model_frame(m->source, e->frames);

			if ((m->sdm >> 4 & 3) != m->fault.line)
				frame = 0;
			memcpy(at, &frame, 4);
			e->frames++;
		}
	}
}

static void end_buffer(struct model_ich *m, struct model_engine *e)
{
	u32 sr = (e->sr & ~CELV) | (e->control >> 31 ? BCIS : 0);

	if (e->civ == e->lvi)
		sr |= LVBCI | DCH | CELV;
	else
		next_descriptor(m, e);
	set_sr(m, e, sr);
}

static u32 rate_of(const struct model_ich *m, const struct model_engine *e)
{
	return m->codec[(e == &m->engine[PO] ? 0x2c : 0x32) / 2];
}

/* Moves each engine to the current time. */
static void move(struct model_ich *m)
{
	u64 upto = m->is.tick_ns ? m->now - m->now % m->is.tick_ns : m->now;
	u32 i;

	for (i = 0; i < 3; i++) {
		struct model_engine *e = &m->engine[i];

		while (moving(m, e) && upto > e->since) {
			u64 due = (upto - e->since) * rate_of(m, e) / WRT_NSEC_PER_SEC;
			u64 n = due - e->moved;

			if (!n)
				break;
			n = n < e->picb / 2 ? n : e->picb / 2;
			transfer(m, e, (u32)n);
			e->address += 4 * (u32)n;
			e->moved += n;
			e->picb -= 2 * (u32)n;
			if (!e->picb)
				end_buffer(m, e);
		}
	}
}

static void go(struct model_ich *m, struct model_engine *e)
{
	e->sr &= ~(DCH | CELV);
	e->since = m->now + m->is.start_us * US;
	e->started_ns = e->since;
	e->moved = 0;
}

static void pass(struct model_ich *m, u64 ns)
{
	m->now += ns;
	move(m);
}

static bool call_handler(struct model_ich *m, bool timer)
{
	return m->raise ? m->raise(m->raise_ctx, timer) : wrt_device_irq(m->dev);
}

/* The interrupt is a level: it is served until it is deasserted. */
static void deliver(struct model_ich *m)
{
	u32 i, again = 0;

	while (m->line && !m->deaf && (m->dev || m->raise)) {
		m->interrupts++;
		MODEL_REQUIRE(++again <= 8);
		pass(m, m->latency_ns);
		if (m->fault.lose_every && m->interrupts % m->fault.lose_every == 0) {
			m->lost++;
			for (i = 0; i < 3; i++)
				set_sr(m, &m->engine[i], m->engine[i].sr & ~EVENTS);
			continue;
		}
		MODEL_REQUIRE(call_handler(m, false));
	}
}

/* First ns at which so many frames are complete, from 0. */
static u64 frames_ns(u64 frames, u32 rate)
{
	u64 part = frames % rate * WRT_NSEC_PER_SEC;

	return frames / rate * WRT_NSEC_PER_SEC + (part + rate - 1) / rate;
}

/* Time of the next event: a tick, or the end of a descriptor. */
static u64 next_event(const struct model_ich *m, u64 until)
{
	u32 i;

	if (m->is.tick_ns)
		return (m->now / m->is.tick_ns + 1) * m->is.tick_ns;
	for (i = 0; i < 3; i++) {
		const struct model_engine *e = &m->engine[i];
		u64 ns = e->since;

		if (!moving(m, e))
			continue;
		ns += frames_ns(e->moved + e->picb / 2, rate_of(m, e));
		until = ns < until ? ns : until;
	}
	return until;
}

/* Timers call the handler like the interrupt. */
static void fire(struct model_ich *m)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		if (!m->timer[i] || m->timer[i] > m->now || m->deaf)
			continue;
		m->timer[i] = 0;
		m->timers++;
		call_handler(m, true);
	}
}

static u64 next_timer(const struct model_ich *m, u64 until)
{
	u32 i;

	for (i = 0; i < 2 && !m->deaf; i++)
		if (m->timer[i] && m->timer[i] < until)
			until = m->timer[i];
	return until;
}

void model_ich_run(struct model_ich *m, u64 ns)
{
	u64 until = m->now + ns;

	deliver(m);
	fire(m);
	while (m->now < until && !m->stops) {
		u64 next = next_event(m, until);

		next = next_timer(m, next < until ? next : until);
		pass(m, next > m->now ? next - m->now : 0);
		deliver(m);
		fire(m);
	}
}

/* ---- the codec ----------------------------------------------------------------------- */

static void codec_reset(struct model_ich *m)
{
	memset(m->codec, 0, sizeof(m->codec));
	m->codec[0x02 / 2] = 0x8000;
	m->codec[0x04 / 2] = 0x8000;
	m->codec[0x06 / 2] = 0x8000;
	m->codec[0x18 / 2] = 0x8808;
	m->codec[0x1c / 2] = 0x8000;
	m->codec[0x28 / 2] = m->fault.no_vra ? 0x0008 : 0x0009;
	m->codec[0x2c / 2] = 48000;
	m->codec[0x32 / 2] = 48000;
	m->codec[0x7c / 2] = 0x8384;
	m->codec[0x7e / 2] = 0x7600;
	m->powered_ns = m->now + m->is.power_us * US;
}

/* The codec answers over a link that is locked and shared: [S] only. */
static void outside_the_lock(struct model_ich *m)
{
	wrt_assert_may_sleep();
}

static u32 codec_read(struct model_ich *m, u32 reg)
{
	outside_the_lock(m);
	m->cas = false;
	if (m->fault.no_codec)
		return 0xffff;
	if (m->fault.read_timeout && reg == m->fault.read_timeout) {
		m->glob_sta |= 1 << 15;
		return 0x5a5a;
	}
	if (reg == 0x26)
		return m->codec[reg / 2] | (m->now < m->powered_ns || m->fault.never_powered ? 3 : 15);
	return m->codec[reg / 2];
}

static void codec_write(struct model_ich *m, u32 reg, u32 value)
{
	bool vra = m->codec[0x2a / 2] & 1;

	outside_the_lock(m);
	MODEL_REQUIRE(m->cas || m->fault.semaphore_stuck);
	m->cas = false;
	if (reg == 0)
		codec_reset(m);
	else if (reg == 0x2a && (m->fault.no_vra || m->fault.no_codec))
		return;
	else if ((reg == 0x2c || reg == 0x32) && (!vra || m->fault.rate_sticks))
		return;
	else if ((reg == 0x2c || reg == 0x32) && m->fault.rate_step)
		m->codec[reg / 2] = (u16)(value - value % m->fault.rate_step);
	else
		m->codec[reg / 2] = (u16)value;
}

/* ---- registers ------------------------------------------------------------------------ */

static u32 read_picb(const struct model_ich *m, struct model_engine *e)
{
	if (e->cr & RUN && (m->now < e->started_ns || m->now < e->zero_ns))
		return 0;
	if (!e->glitch)
		return e->picb;
	e->glitch--;
	return e->stale;
}

static u32 engine_read(struct model_ich *m, struct model_engine *e, u32 reg, u32 width)
{
	bool says_dch = e->cr & RUN || (m->now >= e->stopped_ns &&
					(!m->fault.stop_hangs || e->was_reset));
	bool starts = e->cr & RUN && m->now < e->started_ns;

	if (reg == 0x4 && width == 1)
		return e->civ;
	if (reg == 0x6 && width == 2)
		return (says_dch ? e->sr : e->sr & ~DCH) | (starts ? DCH : 0);
	if (reg == 0x8 && width == 2) {
		m->reading = true;
		return read_picb(m, e);
	}
	if (reg == 0xb && width == 1)
		return e->cr | (m->fault.reset_hangs ? RR : 0);
	model_broken(__FILE__, __LINE__, "read of engine register %#x, %u bytes", reg, width);
	return 0;
}

static void reset_engine(struct model_ich *m, struct model_engine *e)
{
	MODEL_REQUIRE(!(e->cr & RUN));
	e->was_reset = true;
	if (e->goes_on)
		return;
	e->bdbar = e->civ = e->lvi = e->piv = e->picb = 0;
	e->loaded = e->fetched = false;
	set_sr(m, e, DCH);
}

static void write_cr(struct model_ich *m, struct model_engine *e, u32 value)
{
	if (value & RR) {
		if (!m->fault.reset_hangs)
			reset_engine(m, e);
		return;
	}
	if (value & RUN) {
		m->run_rewrites += e->cr & RUN;
		if (!e->loaded || m->is.run_skips)
			next_descriptor(m, e);
		e->loaded = true;
		e->was_reset = false;
		go(m, e);
	} else if (m->fault.dma_goes_on && moving(m, e)) {
		e->goes_on = true;
	} else {
		e->stopped_ns = m->now + (e->cr & RUN ? m->is.stop_us * US : 0);
		e->sr |= DCH;
	}
	e->cr = value;
	set_sr(m, e, e->sr);
}

static void engine_write(struct model_ich *m, struct model_engine *e, u32 reg, u32 width,
			 u32 value)
{
	if (reg == 0x0 && width == 4) {
		MODEL_REQUIRE(!(e->cr & RUN));
		MODEL_REQUIRE(!(value & 7));
		e->bdbar = value;
	} else if (reg == 0x5 && width == 1) {
		MODEL_REQUIRE(value < 32);
		if (e->cr & RUN && e->sr & DCH) {
			next_descriptor(m, e);
			go(m, e);
		}
		e->lvi = value;
	} else if (reg == 0x6 && width == 2) {
		set_sr(m, e, e->sr & ~(value & EVENTS));
	} else if (reg == 0xb && width == 1) {
		write_cr(m, e, value);
	} else {
		model_broken(__FILE__, __LINE__, "write of engine register %#x, %u bytes", reg,
			     width);
	}
}

/* 0: the codec, 1: the bus master. */
static u32 register_set(const struct model_ich *m, u32 bar)
{
	MODEL_REQUIRE((bar & ~1u) == (m->is.memory_bars ? 2 : 0));
	return bar & 1;
}

static u32 bus_read(void *ctx, u32 bar, u32 offset, u32 width)
{
	static const u32 ready[] = { 0x100, 0x200, 0x10000000 };
	struct model_ich *m = ctx;
	bool taken = m->cas;

	pass(m, m->read_ns);
	bar = register_set(m, bar);
	if (m->fault.dead)
		return ~0u >> (32 - 8 * width);
	if (bar == 0) {
		MODEL_REQUIRE(width == 2);
		return codec_read(m, offset);
	}
	if (offset < 0x30 && offset != 0x2c)
		return engine_read(m, &m->engine[offset >> 4], offset & 15, width);
	if (offset == 0x34) {
		m->cas = true;
		return taken || m->fault.semaphore_stuck;
	}
	if (offset == 0x80) {
		MODEL_REQUIRE(width == 1 && m->is.memory_bars);
		return m->sdm | m->fault.line;
	}
	MODEL_REQUIRE(width == 4);
	if (offset == 0x2c)
		return m->is.no_handshake ? 0 : m->glob_cnt;
	MODEL_REQUIRE(offset == 0x30);
	if (m->is.no_handshake && !m->fault.never_ready)
		return m->glob_sta | 0x100;
	return m->glob_sta | (m->glob_cnt & 2 && m->now >= m->ready_ns &&
			      !m->fault.never_ready ? ready[m->fault.line] : 0);
}

static void bus_write(void *ctx, u32 bar, u32 offset, u32 width, u32 value)
{
	struct model_ich *m = ctx;
	u32 i;

	bar = register_set(m, bar);
	if (m->fault.dead)
		return;
	if (bar == 0) {
		MODEL_REQUIRE(width == 2);
		codec_write(m, offset, value);
	} else if (offset == 0x2c) {
		for (i = 0; i < 3; i++)
			MODEL_REQUIRE(!(m->engine[i].cr & RUN));
		if (value & 2 && !(m->glob_cnt & 2))
			m->ready_ns = m->now + m->is.ready_us * US;
		m->glob_cnt = value;
	} else if (offset == 0x80) {
		MODEL_REQUIRE(width == 1 && m->is.memory_bars);
		m->sdm = value & ~3u;
	} else if (offset == 0x30) {
		m->glob_sta &= ~(value & 0x8000);
	} else {
		engine_write(m, &m->engine[offset >> 4], offset & 15, width, value);
	}
}

/* ---- the rest of the bus --------------------------------------------------------------- */

static u64 bus_now(void *ctx)
{
	struct model_ich *m = ctx;

	m->positions_read += m->reading;
	if (m->reading && m->preempts) {
		m->preempts--;
		pass(m, m->preempt_ns);
	}
	m->reading = false;
	return m->now;
}

static void bus_timer(void *ctx, u32 slot, u64 ns)
{
	struct model_ich *m = ctx;

	MODEL_REQUIRE(slot < 2);
	m->timer[slot] = ns;
}

static u32 bus_config_read(void *ctx, u32 offset, u32 width)
{
	outside_the_lock(ctx);
	MODEL_REQUIRE(offset == 4);
	MODEL_REQUIRE(width == 2);
	return ((struct model_ich *)ctx)->command;
}

static void bus_config_write(void *ctx, u32 offset, u32 width, u32 value)
{
	outside_the_lock(ctx);
	MODEL_REQUIRE(offset == 4);
	MODEL_REQUIRE(width == 2);
	((struct model_ich *)ctx)->command = value;
}

static u64 bus_bar(void *ctx, u32 bar, u64 *bytes)
{
	static const u64 io[6] = { 256, 64 }, memory[6] = { 0, 0, 512, 256 };
	struct model_ich *m = ctx;

	MODEL_REQUIRE(bar < 6);
	*bytes = m->is.memory_bars ? memory[bar] : io[bar];
	return *bytes ? 0xe0000000u + 0x1000 * bar : 0;
}

static void *bus_dma_alloc(void *ctx, u32 bytes, u64 *bus)
{
	struct model_ich *m = ctx;
	void *cpu;

	if (m->fault.no_memory && m->allocated)
		return NULL;
	cpu = wrt_alloc(bytes);
	*bus = model_ich_map(m, cpu, bytes);
	m->allocated++;
	return cpu;
}

static void bus_dma_free(void *ctx, void *cpu, u64 bus, u32 bytes)
{
	struct model_ich *m = ctx;
	u32 i;

	for (i = 0; i < 3; i++)
		MODEL_REQUIRE(!(m->engine[i].cr & RUN));
	MODEL_REQUIRE(reach(m, (u32)bus, bytes) == cpu);
	model_ich_unmap(m, cpu);
	m->allocated--;
	wrt_free(cpu);
}

static void bus_barrier(void *ctx)
{
}

static void bus_delay(void *ctx, u32 us)
{
	pass(ctx, us * US);
}

static void bus_sleep(void *ctx, u32 us)
{
	outside_the_lock(ctx);
	pass(ctx, us * US);
}

static void bus_log(void *ctx, enum wrt_log_level level, const char *format, ...)
{
	struct model_ich *m = ctx;
	va_list args;

	m->warnings += level == WRT_LOG_WARNING;
	m->errors += level == WRT_LOG_ERROR;
	va_start(args, format);
	model_print(m->said, sizeof(m->said), format, args);
	va_end(args);
}

const struct wrt_hw_bus model_ich_bus = {
	.now_ns = bus_now,
	.timer_at = bus_timer,
	.read = bus_read,
	.write = bus_write,
	.config_read = bus_config_read,
	.config_write = bus_config_write,
	.bar = bus_bar,
	.dma_alloc = bus_dma_alloc,
	.dma_free = bus_dma_free,
	.write_barrier = bus_barrier,
	.delay_us = bus_delay,
	.sleep_us = bus_sleep,
	.log = bus_log,
};

void model_ich_power_loss(struct model_ich *m)
{
	u32 i;

	memset(m->codec, 0, sizeof(m->codec));
	m->glob_cnt = 0;
	for (i = 0; i < 3; i++) {
		u64 frames = m->engine[i].frames;

		MODEL_REQUIRE(!(m->engine[i].cr & RUN));
		memset(&m->engine[i], 0, sizeof(m->engine[i]));
		m->engine[i].frames = frames;
		m->engine[i].sr = DCH;
	}
}

/* Another program has left the codec's semaphore locked. */
void model_ich_init(struct model_ich *m, const struct model_behaviour *is)
{
	memset(m, 0, sizeof(*m));
	m->is = *is;
	m->now = MODEL_EPOCH;
	m->command = 7;
	m->next_bus = 0x10000000;
	m->heard = wrt_alloc(4 * MODEL_HEARD_MAX);
	model_ich_power_loss(m);
	m->cas = true;
}

void model_ich_fini(struct model_ich *m)
{
	MODEL_REQUIRE(m->allocated == 0);
	MODEL_REQUIRE(m->run_rewrites == 0);
	MODEL_REQUIRE(!(m->timer[0] | m->timer[1]));
	wrt_free(m->heard);
}
