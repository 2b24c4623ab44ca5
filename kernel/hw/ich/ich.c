// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * ich.c - bring-up of the link, the interrupt, create and destroy; see ich.h. Called by core/
 * through wrt_ich_ops, and by the binding that creates the device. irq() runs under the device
 * lock, the rest under the device mutex.
 */
#include "engine.h"

#define ALL_ONES		0xffffffffu	/* of a removed device */
#define RESET_US		10
#define LINK_US			1000
#define READY_US		4000
#define READY_POLLS		250		/* a second in all */
#define IRQ_PASSES		16
#define NENGINES		3

static const u32 engines[NENGINES] = { ENGINE_PO, ENGINE_PI, ENGINE_MC };	/* slots first */
static const u32 summary[ICH_SLOTS] = { STA_POINT, STA_PIINT };

static const struct ich_quirks real = {
	.caps = WRT_HW_SG | WRT_HW_KEEPALIVE,
	.buffer_min = ICH_BUFFER_MIN,
	.position_step = ICH_FRAME,
	.dma_is_clock = true,
	.picb_glitches = true,
	.volumes_in_db = true,
	.unity = { [ICH_PCM] = 0x0808 },
};

/* QEMU moves some 200 bytes at once, and at most 2900 were seen with its timer of 10 ms. */
static const struct ich_quirks emulated = {
	.caps = WRT_HW_SG | WRT_HW_KEEPALIVE | WRT_HW_EMULATED,
	.buffer_min = 512,	/* of a shorter one whole cycles would pass unseen */
	.position_step = 2900,
	.unity = { [ICH_RECORD] = 0x0f0f },
	.any_rate = true,
};

/* ---- bring-up ---------------------------------------------------------------------- */

static int fails(const struct wrt_hw_dev *d, const char *why)
{
	d->bus->log(d->ctx, WRT_LOG_ERROR, "%s", why);
	return WRT_EIO;
}

/* Cold reset. The codec's ready bit is the only sign of success that all parts have. */
static int reset_link(struct wrt_hw_dev *d)
{
	u32 cnt = ich_read(d, GLOB_CNT, 4);
	u32 i, sta;

	cnt &= ~(CNT_COLD | CNT_WARM | CNT_LINK_OFF | CNT_CHANNELS);
	ich_write(d, GLOB_CNT, 4, cnt);
	d->bus->delay_us(d->ctx, RESET_US);
	ich_write(d, GLOB_CNT, 4, cnt | CNT_COLD);
	d->bus->sleep_us(d->ctx, LINK_US);
	for (i = 0; i < READY_POLLS; i++) {
		sta = ich_read(d, GLOB_STA, 4);
		if (sta != ALL_ONES && (sta & STA_CODEC_READY))
			return 0;
		d->bus->sleep_us(d->ctx, READY_US);
	}
	return fails(d, "controller: no codec is ready a second after reset");
}

static int reset_engines(const struct wrt_hw_dev *d)
{
	u32 i;

	for (i = 0; i < NENGINES; i++)
		if (wrt_ich_engine_stop(d, engines[i]) || wrt_ich_engine_reset(d, engines[i]))
			return fails(d, "controller: a DMA engine does not stop");
	return 0;
}

/* Engines that a previous driver left running are stopped while the link still takes data. */
static int bring_up(struct wrt_hw_dev *d)
{
	u32 i;
	int err;

	if (ich_read(d, GLOB_CNT, 4) == ALL_ONES)
		return fails(d, "controller: no answer, its registers read all ones");
	for (i = 0; i < NENGINES; i++)
		wrt_ich_engine_stop(d, engines[i]);
	err = reset_link(d);
	if (err)
		return err;
	err = wrt_ich_codec_init(d);
	if (err)
		return err;
	return reset_engines(d);
}

/* ---- the operations ----------------------------------------------------------------- */

static int ich_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	static const u32 dirs[ICH_SLOTS] = { WRT_PLAYBACK, WRT_CAPTURE };

	wrt_assert_may_sleep();
	if (slot >= ICH_SLOTS)
		return WRT_EINVAL;
	wrt_memset(c, 0, sizeof(*c));
	c->flags = d->quirks->caps;
	c->dir = dirs[slot];
	c->formats = WRT_FMT_S16;
	c->channels_min = 2;
	c->channels_max = 2;
	c->rates = d->rates[slot];
	c->nrates = d->nrates[slot];
	c->rate_min = c->rates[0];
	c->rate_max = c->rates[c->nrates - 1];
	c->buffer_min = d->quirks->buffer_min;
	c->buffer_max = ICH_BUFFER_MAX;
	c->notify_max = ICH_DESCRIPTORS - 1;
	c->notify_min = 64;
	c->notify_step = ICH_FRAME;
	c->position_step = d->quirks->position_step;
	c->stop_max_us = ICH_STOP_MAX_US;
	c->dma_bits = 32;
	return 0;
}

static int ich_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	wrt_assert_may_sleep();
	if (slot >= ICH_SLOTS)
		return WRT_EINVAL;
	if (d->stream[slot].state != ICH_FREE)
		return WRT_EBUSY;
	if (d->broken)
		return WRT_EIO;
	d->stream[slot].state = ICH_OPEN;
	*out = &d->stream[slot];
	return 0;
}

static void ich_close(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	s->state = ICH_FREE;
}

/* The engines that have raised the interrupt, or STA_MINT; 0: none, or the device is gone. */
static u32 raised(const struct wrt_hw_dev *d)
{
	u32 sta = ich_read(d, GLOB_STA, 4);

	if (sta == ALL_ONES)
		return 0;
	return sta & (STA_PIINT | STA_POINT | STA_MINT);
}

/* This driver never starts it; a previous one did. */
static void quiet_microphone(const struct wrt_hw_dev *d, u32 sta)
{
	if (sta & STA_MINT)
		ich_write(d, ENGINE_MC + SR, 2, SR_EVENTS);
}

/*
 * Acknowledge, and count what irq() has to serve: there is no mask but CR, and a write of CR makes
 * QEMU skip a descriptor. Only hush() writes `hushes`, and only irq() `hushes_served`.
 */
static bool ich_hush(struct wrt_hw_dev *d)
{
	bool ours = false;
	u32 pass, i;

	for (pass = 0; pass < IRQ_PASSES; pass++) {
		u32 sta = raised(d);

		if (!sta)
			break;
		ours = true;
		for (i = 0; i < ICH_SLOTS; i++) {
			if (!(sta & summary[i]))
				continue;
			ich_write(d, d->stream[i].engine + SR, 2, SR_EVENTS);
			d->stream[i].hushes++;
		}
		quiet_microphone(d, sta);
	}
	return ours;
}

static u32 serve_hushed(struct wrt_hw_dev *d)
{
	u32 slots = 0;
	u32 i;

	for (i = 0; i < ICH_SLOTS; i++) {
		struct wrt_hw_stream *s = &d->stream[i];
		u32 hushes = s->hushes;

		if (hushes == s->hushes_served)
			continue;
		s->hushes_served = hushes;
		wrt_ich_service(s);
		slots |= 1u << i;
	}
	return slots;
}

/*
 * Repeat until no engine has an event: QEMU clears the line when one engine is acknowledged,
 * even if another has an event.
 */
static bool ich_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	u32 hushed, pass, i;
	bool ours;

	if (d->quirks->dma_is_clock)
		*entry_ns = d->bus->now_ns(d->ctx);
	hushed = serve_hushed(d);
	*slots |= hushed;
	ours = hushed;
	for (pass = 0; pass < IRQ_PASSES; pass++) {
		u32 sta = raised(d);

		if (!sta)
			break;
		ours = true;
		for (i = 0; i < ICH_SLOTS; i++) {
			if (!(sta & summary[i]))
				continue;
			wrt_ich_service(&d->stream[i]);
			*slots |= 1u << i;
		}
		quiet_microphone(d, sta);
	}
	for (i = 0; i < ICH_SLOTS; i++) {
		if (!wrt_ich_update_due(&d->stream[i]))
			continue;
		ours = true;
		*slots |= 1u << i;
	}
	return ours;
}

/* Power may have been off: set up everything again. The core starts the streams. */
static int ich_resume(struct wrt_hw_dev *d)
{
	u32 i;
	int err;

	wrt_assert_may_sleep();
	err = bring_up(d);
	if (err)
		return err;
	for (i = 0; i < ICH_SLOTS; i++) {
		if (d->stream[i].state < ICH_PREPARED)
			continue;
		err = wrt_ich_codec_set_rate(d, i, d->stream[i].rate);
		if (err)
			return err;
	}
	return 0;
}

const struct wrt_hw_ops wrt_ich_ops = {
	.name = "ich",
	.caps = ich_caps,
	.open = ich_open,
	.close = ich_close,
	.prepare = wrt_ich_prepare,
	.release = wrt_ich_release,
	.start = wrt_ich_start,
	.stop = wrt_ich_stop,
	.position = wrt_ich_position,
	.points = wrt_ich_points,
	.irq = ich_irq,
	.hush = ich_hush,
	.resume = ich_resume,
	.control = wrt_ich_control,
	.control_get = wrt_ich_control_get,
	.control_set = wrt_ich_control_set,
};

/* ---- create and destroy -------------------------------------------------------------- */

static void free_lists(struct wrt_hw_dev *d)
{
	u32 i;

	for (i = 0; i < ICH_SLOTS; i++)
		if (d->stream[i].list)
			d->bus->dma_free(d->ctx, d->stream[i].list, d->stream[i].list_bus,
					 ICH_LIST_BYTES);
}

static int alloc_lists(struct wrt_hw_dev *d)
{
	u32 i;

	for (i = 0; i < ICH_SLOTS; i++) {
		struct wrt_hw_stream *s = &d->stream[i];

		s->dev = d;
		s->slot = i;
		s->engine = engines[i];
		s->list = d->bus->dma_alloc(d->ctx, ICH_LIST_BYTES, &s->list_bus);
		if (!s->list)
			return WRT_ENOMEM;
	}
	return 0;
}

/* ICH4 and later: the I/O regions are off unless the firmware has enabled them. */
static void choose_bars(struct wrt_hw_dev *d)
{
	u64 codec = 0, master = 0;

	d->bus->bar(d->ctx, BAR_MEMORY_CODEC, &codec);
	d->bus->bar(d->ctx, BAR_MEMORY_MASTER, &master);
	d->codec_bar = BAR_CODEC;
	d->master_bar = BAR_MASTER;
	if (codec && master) {
		d->codec_bar = BAR_MEMORY_CODEC;
		d->master_bar = BAR_MEMORY_MASTER;
	}
}

int wrt_ich_create(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_ich_config *cfg,
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
	d->quirks = &real;
	if (cfg->emulated)
		d->quirks = &emulated;
	choose_bars(d);
	wrt_ich_codec_defaults(d);
	err = alloc_lists(d);
	if (err)
		goto err_free;
	err = bring_up(d);
	if (err)
		goto err_free;
	wrt_ich_codec_find_rates(d);
	*out = d;
	return 0;

err_free:
	free_lists(d);
	wrt_free(d);
	return err;
}

void wrt_ich_destroy(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; i < ICH_SLOTS; i++) {
		wrt_ich_engine_stop(d, d->stream[i].engine);
		wrt_ich_engine_end(d, d->stream[i].engine);
	}
	free_lists(d);
	wrt_free(d);
}
