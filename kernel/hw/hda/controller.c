// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * controller.c - the controller as a whole: interrupt, suspend, capabilities, creation; see
 * hda.h. Contexts are those of hw.h.
 */
#include "engine.h"

#define LIST_BYTES	(HDA_BDL_MAX * HDA_BDL_ENTRY)
#define POSITIONS_BYTES	256	/* 8 for each of up to 30 engines */
#define QUIET_ROUNDS	10
#define FACTS		7	/* besides the codecs */

static const struct hda_quirks real = {
	.caps = WRT_HW_SG,
	.align = HDA_REAL_ALIGN,
	.buffer_min = 1024,	/* FIFOs hold 192 bytes or more, and count for a quarter at most */
	.early_interrupt = true,
	.fifo = true,
	.dma_is_clock = true,
	.continues = true,
};

static const struct hda_quirks emulated = {
	.caps = WRT_HW_SG | WRT_HW_EMULATED,
	.align = 4,
	.buffer_min = 512,
	.position_step = 256,
	.codec_start_is_slow = true,
};

/* ---- interrupt --------------------------------------------------------------------- */

/* Engines of running streams whose interrupt is pending and enabled. */
static u32 raised(const struct wrt_hw_dev *d)
{
	u32 sts = hda_read(d, HDA_INTSTS, 4);

	if (sts == 0xffffffffu)
		return 0;
	return sts & d->intctl & d->running;
}

/* arrived: the handler runs because of an interrupt, not only of a timer. */
static u32 serve(struct wrt_hw_dev *d, u32 sts, u64 ns, bool arrived)
{
	u32 slots = 0;
	u32 i;

	for (i = 0; i < d->nslots; i++) {
		struct wrt_hw_stream *s = &d->stream[i];
		u32 why;

		if (!(sts & 1u << s->sd))
			continue;
		why = hda_read(d, s->base + SD_STS, 1) & SD_STS_ALL;
		hda_write(d, s->base + SD_STS, 1, why);
		wrt_hda_stream_interrupt(s, why, ns, arrived);
		slots |= 1u << i;
	}
	return slots;
}

/*
 * Mask everything; no status is changed. `hushed` is set after that: irq() clears it before it
 * enables interrupts again, so a mask that remains is always seen by an irq() that follows.
 */
static bool hda_hush(struct wrt_hw_dev *d)
{
	u32 sts, enabled;

	if (!d->running)
		return false;
	sts = hda_read(d, HDA_INTSTS, 4);
	enabled = hda_read(d, HDA_INTCTL, 4);
	if (sts == 0xffffffffu || !(enabled & HDA_INTCTL_GIE) ||
	    !(sts & enabled & ~HDA_INTCTL_GIE))
		return false;
	hda_write(d, HDA_INTCTL, 4, 0);
	d->hushed = true;
	return true;
}

static void end_hush(struct wrt_hw_dev *d)
{
	if (!d->hushed)
		return;
	d->hushed = false;
	hda_write(d, HDA_INTCTL, 4, d->intctl);
}

/*
 * Acknowledge before the position is read, and until no bit is set: with MSI a bit that remains
 * set may never interrupt again. While no stream runs, no register is accessed, because the
 * controller may be suspended; start() then enables interrupts.
 */
static bool hda_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	bool arrived = d->bus->interrupted(d->ctx);
	u32 found = 0;
	u32 sts, i;
	u64 ns;

	if (!d->running)
		return false;
	ns = d->bus->now_ns(d->ctx);
	for (i = 0; i < d->nslots; i++)
		if (wrt_hda_stream_timer(&d->stream[i], ns))
			found |= 1u << i;
	for (i = 0; i < QUIET_ROUNDS; i++) {
		sts = raised(d);
		if (!sts)
			break;
		found |= serve(d, sts, ns, arrived);
	}
	end_hush(d);
	*entry_ns = ns;
	*slots |= found;
	return found;
}

/* ---- suspend ----------------------------------------------------------------------- */

static void hda_suspend(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; i < d->nslots; i++)
		wrt_hda_stream_suspend(&d->stream[i]);
	wrt_hda_enter_reset(d);
	d->asleep = true;
}

/* The codec of playback, else that of capture. It may work without what fails here. */
static void prepare_codec(struct wrt_hw_dev *d)
{
	const struct hda_path *path = &d->path[WRT_PLAYBACK];

	if (!path->length)
		path = &d->path[WRT_CAPTURE];
	if (wrt_hda_realtek(d, path->codec))
		d->bus->log(d->ctx, WRT_LOG_WARNING, "codec %u: coefficients cannot be set",
			    path->codec);
	wrt_hda_init_send(d, path->codec);
}

static int restore_paths(struct wrt_hw_dev *d)
{
	u32 i;
	int err;

	prepare_codec(d);

	for (i = 0; i < 2; i++) {
		if (!d->path[i].length)
			continue;
		err = wrt_hda_codec_restore(d, &d->path[i]);
		if (err)
			return err;
	}
	for (i = 0; i < d->nmore; i++) {
		err = wrt_hda_codec_restore(d, &d->more[i]);
		if (err)
			return err;
	}
	return 0;
}

static int restore_streams(struct wrt_hw_dev *d)
{
	u32 i;
	int err;

	for (i = 0; i < d->nslots; i++) {
		err = wrt_hda_stream_restore(&d->stream[i]);
		if (err)
			return err;
	}
	return 0;
}

/* A codec that has a path may have been too slow at the last resume. */
static void ask_again(struct wrt_hw_dev *d)
{
	u32 dir;

	for (dir = 0; dir < 2; dir++)
		if (d->path[dir].length)
			d->silent &= ~(1u << d->path[dir].codec);
}

static int hda_resume(struct wrt_hw_dev *d)
{
	int err;

	wrt_assert_may_sleep();
	ask_again(d);
	err = wrt_hda_bring_up(d);
	if (err)
		return err;
	err = restore_paths(d);
	if (err)
		return err;
	err = restore_streams(d);
	if (err)
		return err;
	d->asleep = false;
	return 0;
}

/* ---- what the slots can do --------------------------------------------------------- */

/* 20 and 24 bits lie in the upper part of 4 bytes: WRT_FMT_S32 with fewer significant bits. */
static void add_formats(struct wrt_hw_caps *c, u32 pcm)
{
	u32 bits = wrt_hda_s32_bits(pcm);

	if (pcm & PCM_16)
		c->formats |= WRT_FMT_S16;
	if (bits)
		c->formats |= WRT_FMT_S32;
	if (bits < 32)
		c->s32_bits = bits;
}

static int hda_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	const struct wrt_hw_stream *s;

	wrt_assert_may_sleep();
	if (slot >= d->nslots)
		return WRT_ERANGE;
	s = &d->stream[slot];
	wrt_memset(c, 0, sizeof(*c));
	c->flags = d->quirks->caps;
	if (d->quirks->early_interrupt && s->dir == WRT_PLAYBACK)
		c->flags |= WRT_HW_EARLY_IRQ;
	c->dir = s->dir;
	add_formats(c, s->path->pcm);
	c->channels_min = 2;
	c->channels_max = hda_channels_max(s);
	c->channels_step = 2;
	c->rates = s->rates;
	c->nrates = s->nrates;
	c->rate_min = s->rates[0];
	c->rate_max = s->rates[s->nrates - 1];
	c->buffer_min = d->quirks->buffer_min;
	c->buffer_max = HDA_BUFFER_MAX;
	c->notify_max = HDA_BDL_MAX - 1;
	c->notify_min = HDA_REAL_ALIGN;
	c->notify_step = d->quirks->align;
	c->position_step = d->quirks->position_step;
	c->stop_max_us = HDA_STOP_MAX_US + 2 * HDA_SRST_MAX_US;
	c->dma_bits = d->dma_bits;
	if (d->alias)
		c->registers = 1 << WRT_HW_POSITION_REGISTER | 1 << WRT_HW_CLOCK_REGISTER;
	return 0;
}

static int hda_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	struct wrt_hw_stream *s;

	wrt_assert_may_sleep();
	if (slot >= d->nslots)
		return WRT_EINVAL;
	s = &d->stream[slot];
	if (s->state != HDA_FREE)
		return WRT_EBUSY;
	if (d->broken)
		return WRT_EIO;
	s->state = HDA_OPEN;
	*out = s;
	return 0;
}

static void hda_close(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	s->state = HDA_FREE;
}

/* Only the alias page contains nothing but harmless read-only registers. */
static int hda_reg(struct wrt_hw_stream *s, u32 kind, struct wrt_hw_register *r)
{
	struct wrt_hw_dev *d = s->dev;
	u64 bytes = 0;

	wrt_assert_may_sleep();
	if (!d->alias)
		return WRT_ERANGE;
	wrt_memset(r, 0, sizeof(*r));
	r->bus = d->bus->bar(d->ctx, 0, &bytes) + HDA_ALIAS;
	r->bytes = HDA_ALIAS_BYTES;
	r->width = 32;
	if (kind == WRT_HW_POSITION_REGISTER) {
		r->offset = s->base + SD_LPIB;
		r->accuracy = wrt_max_u32(d->quirks->position_step, s->geom.frame_bytes);
		return 0;
	}
	r->offset = HDA_WALCLK;
	r->accuracy = 1;
	r->numerator = HDA_WALCLK_HZ;
	r->denominator = 1;
	return 0;
}

/* ---- create and destroy ------------------------------------------------------------ */

static u32 machine(const struct wrt_hw_bus *bus, void *ctx)
{
	return wrt_hda_machine(bus->config_read(ctx, HDA_PCI_VENDOR, 2),
			       bus->config_read(ctx, HDA_PCI_DEVICE, 2));
}

static u32 dma_bits(u32 gcap, u32 machine)
{
	if (!(gcap & HDA_GCAP_64OK) || machine & WRT_HDA_32_BITS)
		return 32;
	return machine & WRT_HDA_40_BITS ? 40 : 64;
}

u32 wrt_hda_dma_bits(const struct wrt_hw_bus *bus, void *ctx)
{
	wrt_assert_may_sleep();
	return dma_bits(bus->read(ctx, 0, HDA_GCAP, 2), machine(bus, ctx));
}

/*
 * True if WALCLK and the first LPIB read the same in the alias page. Without such a page reads
 * return zeros or ones, which are not between two readings of a running clock.
 */
static bool has_alias(struct wrt_hw_dev *d)
{
	u32 before, copy, after;
	u64 bytes = 0;

	if (d->bus->bar(d->ctx, 0, &bytes) % HDA_ALIAS_BYTES ||
	    bytes < HDA_ALIAS + HDA_ALIAS_BYTES)
		return false;
	before = hda_read(d, HDA_WALCLK, 4);
	d->bus->delay_us(d->ctx, 10);
	copy = hda_read(d, HDA_ALIAS + HDA_WALCLK, 4);
	d->bus->delay_us(d->ctx, 10);
	after = hda_read(d, HDA_WALCLK, 4);
	return copy - before < after - before &&
	       hda_read(d, HDA_SD(0) + SD_LPIB, 4) ==
	       hda_read(d, HDA_ALIAS + HDA_SD(0) + SD_LPIB, 4);
}

static int make_slot(struct wrt_hw_dev *d, u32 dir, u32 sd)
{
	struct wrt_hw_stream *s = &d->stream[d->nslots];

	s->bdl = d->bus->dma_alloc(d->ctx, LIST_BYTES, &s->bdl_bus);
	if (!s->bdl)
		return WRT_ENOMEM;
	s->dev = d;
	s->slot = d->nslots++;
	s->dir = dir;
	s->sd = sd;
	s->base = HDA_SD(sd);
	s->path = &d->path[dir];
	s->link_only = d->machine & WRT_HDA_LINK_POSITION;
	s->nrates = wrt_hda_rates(s->path->pcm, s->rates);
	return wrt_hda_idle_open(s);
}

/* Input engines come first. */
static int make_slots(struct wrt_hw_dev *d)
{
	u32 first_out = HDA_GCAP_ISS(d->gcap);
	int err;

	if (d->path[WRT_PLAYBACK].length && HDA_GCAP_OSS(d->gcap)) {
		err = make_slot(d, WRT_PLAYBACK, first_out);
		if (err)
			return err;
	}
	if (d->path[WRT_CAPTURE].length && HDA_GCAP_ISS(d->gcap)) {
		err = make_slot(d, WRT_CAPTURE, 0);
		if (err)
			return err;
	}
	if (d->nslots)
		return 0;
	d->bus->log(d->ctx, WRT_LOG_ERROR, "no DMA engine for the codec's path");
	return WRT_ERANGE;
}

static bool has_both_paths(const struct wrt_hw_dev *d)
{
	return d->path[WRT_PLAYBACK].length && d->path[WRT_CAPTURE].length;
}

/* An error even if the other direction has a path: the user has chosen this pin. */
static bool has_chosen_pins(struct wrt_hw_dev *d)
{
	bool all = true;
	u32 dir;

	for (dir = 0; dir < 2; dir++) {
		u32 pin = d->cfg.pin[dir];

		if (!pin || d->path[dir].length)
			continue;
		all = false;
		if (pin & WRT_HDA_PIN_NODE)
			d->bus->log(d->ctx, WRT_LOG_ERROR, "%s=0x%x: no codec has a path to it",
				    wrt_hda_dir_name(dir), pin & 0xff);
		else
			d->bus->log(d->ctx, WRT_LOG_ERROR,
				    "%s=%s: no codec has a path to such a pin",
				    wrt_hda_dir_name(dir), wrt_hda_kind_name(pin));
	}
	return all;
}

static void forget_codec(struct wrt_hw_dev *d, u32 codec)
{
	u32 dir;

	for (dir = 0; dir < 2; dir++)
		if (d->path[dir].codec == codec)
			d->path[dir].length = 0;
	if (!d->path[WRT_PLAYBACK].length)
		d->nmore = 0;
	while (d->npins && d->pin[d->npins - 1].codec == codec)
		d->npins--;
}

/*
 * Codecs are asked until there are both paths: some do not answer, for example those of graphics
 * processors without power. After such a codec everything is reset and it is left out.
 */
static int find_paths(struct wrt_hw_dev *d)
{
	u32 codec;
	int err;

	for (codec = 0; codec < HDA_CODECS_MAX && !has_both_paths(d); codec++) {
		if (!(d->codecs & 1u << codec))
			continue;
		err = wrt_hda_codec_discover(d, codec);
		if (err == WRT_ENOMEM)
			return err;
		if (!err)
			continue;
		d->silent |= 1u << codec;
		forget_codec(d, codec);
		err = wrt_hda_bring_up(d);
		if (err)
			return err;
	}
	if (!has_chosen_pins(d)) {
		wrt_hda_log_pins(d);
		return WRT_ERANGE;
	}
	if (!d->path[0].length && !d->path[1].length) {
		d->bus->log(d->ctx, WRT_LOG_ERROR, "no codec has a path from a converter to a pin");
		return WRT_ERANGE;
	}
	wrt_hda_controls_make(d);
	return 0;
}

static int set_up(struct wrt_hw_dev *d)
{
	int err;

	d->positions = d->bus->dma_alloc(d->ctx, POSITIONS_BYTES, &d->positions_bus);
	if (!d->positions)
		return WRT_ENOMEM;
	err = wrt_hda_bring_up(d);
	if (err)
		return err;
	d->alias = has_alias(d);
	d->dma_bits = dma_bits(d->gcap, d->machine);
	err = find_paths(d);
	if (err)
		return err;
	err = restore_paths(d);
	if (err)
		return err;
	return make_slots(d);
}

int wrt_hda_create(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_hda_config *cfg,
		   struct wrt_hw_dev **out)
{
	struct wrt_hw_dev *d;
	int err;

	wrt_assert_may_sleep();
	d = wrt_alloc(sizeof(*d));
	if (!d)
		return WRT_ENOMEM;
	d->bus = bus;
	d->ctx = ctx;
	d->cfg = *cfg;
	d->machine = machine(bus, ctx);
	d->quirks = &real;
	if (cfg->emulated)
		d->quirks = &emulated;
	wrt_hda_traffic_keep(d);
	err = set_up(d);
	if (err)
		goto err_destroy;
	*out = d;
	return 0;

err_destroy:
	wrt_hda_destroy(d);
	return err;
}

void wrt_hda_destroy(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	wrt_hda_enter_reset(d);
	wrt_hda_traffic_restore(d);
	for (i = 0; i < d->nslots; i++) {
		d->bus->dma_free(d->ctx, d->stream[i].bdl, d->stream[i].bdl_bus, LIST_BYTES);
		wrt_hda_idle_close(&d->stream[i]);
	}
	if (d->rings)
		d->bus->dma_free(d->ctx, d->rings, d->rings_bus, HDA_RINGS_BYTES);
	if (d->positions)
		d->bus->dma_free(d->ctx, d->positions, d->positions_bus, POSITIONS_BYTES);
	wrt_free(d);
}

/* The codecs come last. */
static int hda_fact(struct wrt_hw_dev *d, u32 index, struct wrt_hw_fact *f)
{
	const struct wrt_hw_fact facts[FACTS] = {
		{ "gcap", d->gcap },
		{ "alias_page", d->alias },
		{ "lpib_only", d->nslots && d->stream[0].link_only },
		{ "immediate_commands", d->immediate },
		{ "codecs", d->codecs },
		{ "silent_codecs", d->silent },
		{ "interrupts_missing", d->silent_irq },
	};
	u32 codec;

	wrt_assert_may_sleep();
	if (index < FACTS) {
		*f = facts[index];
		return 0;
	}
	for (codec = 0; codec < HDA_CODECS_MAX; codec++)
		if (d->vendor[codec] && index-- == FACTS)
			break;
	if (codec == HDA_CODECS_MAX)
		return WRT_ERANGE;
	f->name = "codec";
	f->value = d->vendor[codec];
	return 0;
}

const struct wrt_hw_ops wrt_hda_ops = {
	.name = "hda",
	.caps = hda_caps,
	.open = hda_open,
	.close = hda_close,
	.prepare = wrt_hda_prepare,
	.release = wrt_hda_release,
	.reg = hda_reg,
	.start = wrt_hda_start,
	.stop = wrt_hda_stop,
	.position = wrt_hda_position,
	.irq_position = wrt_hda_irq_position,
	.points = wrt_hda_points,
	.irq = hda_irq,
	.hush = hda_hush,
	.register_base = wrt_hda_register_base,
	.suspend = hda_suspend,
	.resume = hda_resume,
	.control = wrt_hda_control,
	.control_get = wrt_hda_control_get,
	.control_set = wrt_hda_control_set,
	.pin = wrt_hda_pin,
	.fact = hda_fact,
};
