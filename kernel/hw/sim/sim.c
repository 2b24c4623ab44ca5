// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * sim.c - time and interrupts of the software engine; see sim.h. All [A] operations
 * run under the device lock and allocate nothing.
 */
#include "engine.h"

/*
 * Without points: look every quarter of the buffer, but every 10 ms at least and every
 * 1 ms at most. With points: every 100 ms at least, so that no look moves much data.
 */
#define FRESH_MIN_HZ	100
#define FRESH_MAX_HZ	1000
#define MOVE_MIN_HZ	10

/* ---- time ------------------------------------------------------------------- */

/* The step clock has no time of its own: its reading is a number of frames. */
static u64 now_ns(const struct wrt_hw_dev *d)
{
	return d->cfg.step ? 0 : d->bus->now_ns(d->ctx);
}

u64 wrt_sim_grid(const struct wrt_hw_dev *d, u32 rate, u64 ns)
{
	if (d->cfg.step)
		return d->steps;
	return wrt_mul_div_u64(ns - d->epoch, rate, WRT_NSEC_PER_SEC);
}

/* First ns at which frame g is complete; the inverse of wrt_sim_grid(). */
static u64 grid_ns(const struct wrt_hw_dev *d, u32 rate, u64 g)
{
	u64 ns = wrt_mul_div_u64(g, WRT_NSEC_PER_SEC, rate);

	if (wrt_mul_div_u64(ns, rate, WRT_NSEC_PER_SEC) < g)
		ns++;
	return d->epoch + ns;
}

/* The time that goes with a reading: the host's, or the step clock's in ns. */
static u64 stamp(const struct wrt_hw_stream *s, u64 ns)
{
	if (s->dev->cfg.step)
		return wrt_mul_div_u64(s->dev->steps, WRT_NSEC_PER_SEC, s->geom.rate);
	return ns;
}

u32 wrt_sim_buffer_frame(const struct wrt_hw_stream *s, u64 g)
{
	return (u32)wrt_mod_u64(s->start_frame + (g - s->start_g), s->frames);
}

/* ---- interrupts ------------------------------------------------------------- */

static u64 next_due(const struct wrt_hw_stream *s, u64 g)
{
	u32 rate = s->geom.rate, portion, rest;
	u64 done;

	if (!s->points || !s->geom.notify)
		return g + wrt_max_u32(wrt_min_u32(s->frames / 4, rate / FRESH_MIN_HZ),
				       rate / FRESH_MAX_HZ);
	portion = s->geom.notify_bytes / s->geom.frame_bytes;
	done = s->start_frame + (g - s->start_g);
	rest = portion - (u32)wrt_mod_u64(done, portion);
	return g + wrt_min_u32(rest, rate / MOVE_MIN_HZ);
}

/* Behind the end of a stream nothing more is due. */
static u64 due_after(const struct wrt_hw_stream *s, u64 g)
{
	u64 due = next_due(s, g);

	if (due < s->end_g)
		return due;
	return g < s->end_g ? s->end_g : WRT_SIM_NO_END;
}

static void arm(struct wrt_hw_stream *s, u64 g)
{
	struct wrt_hw_dev *d = s->dev;

	s->due_g = due_after(s, g);
	if (d->cfg.step)
		return;
	d->bus->timer_at(d->ctx, s->slot, s->due_g == WRT_SIM_NO_END ? 0 :
			 grid_ns(d, s->geom.rate, s->due_g));
}

/* One interrupt of ten is lost when that fault is planted. */
static bool dropped(struct wrt_hw_dev *d)
{
	return d->cfg.fault == WRT_SIM_FAULT_DROP_IRQ && ++d->irqs % 10 == 0;
}

/* Positions are computed from one reading of the clock: the time of entry is not needed. */
static bool sim_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	u64 ns = now_ns(d);
	bool ours = false;
	u32 i;

	(void)entry_ns;
	for (i = 0; i < 2 * d->cfg.pairs; i++) {
		struct wrt_hw_stream *s = &d->stream[i];
		u64 g;

		if (!s->running)
			continue;
		g = wrt_sim_grid(d, s->geom.rate, ns);
		if (g < s->due_g)
			continue;
		arm(s, g);
		ours = true;
		if (!dropped(d))
			*slots |= 1u << i;
	}
	return ours;
}

u64 wrt_sim_step(struct wrt_hw_dev *d, u64 frames)
{
	u32 i;

	for (i = 0; i < 2 * d->cfg.pairs; i++) {
		const struct wrt_hw_stream *s = &d->stream[i];

		if (s->running && s->due_g - d->steps < frames)
			frames = s->due_g - d->steps;
	}
	d->steps += frames;
	for (i = 0; i < d->cfg.pairs; i++)
		wrt_sim_move(d, i, 0);
	return frames;
}

/* ---- the operations --------------------------------------------------------- */

static int sim_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	wrt_assert_may_sleep();
	if (slot >= 2 * d->cfg.pairs)
		return WRT_EINVAL;
	wrt_memset(c, 0, sizeof(*c));
	c->flags = WRT_HW_CPU_BUFFER | (d->cfg.step ? WRT_HW_STEPPED : 0);
	c->dir = slot & 1 ? WRT_CAPTURE : WRT_PLAYBACK;
	c->pin = slot / 2;
	c->formats = WRT_FMT_U8 | WRT_FMT_S16 | WRT_FMT_S24_32 | WRT_FMT_S32 | WRT_FMT_FLOAT;
	c->channels_min = 1;
	c->channels_max = 8;
	c->rate_min = 8000;
	c->rate_max = 192000;
	c->buffer_min = 1;
	c->buffer_max = WRT_SIM_BUFFER_MAX;
	c->notify_max = WRT_SIM_BUFFER_MAX;
	c->notify_min = 1;
	c->notify_step = 1;
	return 0;
}

static int sim_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	struct wrt_hw_stream *s;

	wrt_assert_may_sleep();
	if (slot >= 2 * d->cfg.pairs)
		return WRT_EINVAL;
	s = &d->stream[slot];
	if (s->open)
		return WRT_EBUSY;
	s->open = true;
	*out = s;
	return 0;
}

static void sim_close(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	s->open = false;
}

static int sim_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		       struct wrt_hw_latency *l)
{
	wrt_assert_may_sleep();
	if (!g->cpu || !g->frame_bytes || g->bytes < g->frame_bytes)
		return WRT_EINVAL;
	s->geom = *g;
	s->frames = g->bytes / g->frame_bytes;
	s->points = false;
	s->end_g = WRT_SIM_NO_END;
	s->silent_g = WRT_SIM_NO_END;
	s->silenced = false;
	wrt_memset(l, 0, sizeof(*l));
	return s->dev->cfg.fault == WRT_SIM_FAULT_NOT_READY ? WRT_EIO : 0;
}

/* Not running, so nobody else looks at geom. */
static void sim_release(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	wrt_memset(&s->geom, 0, sizeof(s->geom));
}

static int sim_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	struct wrt_hw_dev *d = s->dev;
	u64 now = now_ns(d);
	u64 g = wrt_sim_grid(d, s->geom.rate, now);

	wrt_sim_move(d, s->slot / 2, now);
	s->start_g = g;
	s->moved_g = g;
	s->told_g = g;
	s->start_frame = from / s->geom.frame_bytes;
	s->silenced = false;
	s->running = true;
	arm(s, g);
	*from_ns = stamp(s, now);
	*ns = *from_ns;
	return 0;
}

static int sim_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	u64 now = now_ns(s->dev);

	wrt_sim_move(s->dev, s->slot / 2, now);
	s->told_g = s->moved_g;
	p->dma = wrt_sim_buffer_frame(s, s->told_g) * s->geom.frame_bytes;
	p->link = p->dma;
	p->ns = stamp(s, now);
	p->from_ns = p->ns;
	return 0;
}

static int sim_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	sim_position(s, at);
	s->running = false;
	s->end_g = WRT_SIM_NO_END;
	s->silent_g = WRT_SIM_NO_END;
	if (!s->dev->cfg.step)
		s->dev->bus->timer_at(s->dev->ctx, s->slot, 0);
	return 0;
}

static void sim_end(struct wrt_hw_stream *s, u32 bytes)
{
	s->end_g = s->told_g + bytes / s->geom.frame_bytes;
	arm(s, s->told_g);
}

static void sim_silence_after(struct wrt_hw_stream *s, u32 bytes)
{
	s->silent_g = s->told_g + bytes / s->geom.frame_bytes;
}

static bool sim_silenced(struct wrt_hw_stream *s, struct wrt_hw_geom *other)
{
	if (!s->silenced)
		return false;
	wrt_memset(other, 0, sizeof(*other));
	other->rate = s->play_rate;
	other->format = s->play_format;
	other->channels = s->play_channels;
	return true;
}

static void sim_points(struct wrt_hw_stream *s, bool on)
{
	s->points = on;
	if (s->running)
		arm(s, s->moved_g);	/* a point passed since then is due at once */
}

const struct wrt_hw_ops wrt_sim_ops = {
	.name = "sim",
	.caps = sim_caps,
	.open = sim_open,
	.close = sim_close,
	.prepare = sim_prepare,
	.release = sim_release,
	.start = sim_start,
	.stop = sim_stop,
	.position = sim_position,
	.end = sim_end,
	.silence_after = sim_silence_after,
	.silenced = sim_silenced,
	.points = sim_points,
	.irq = sim_irq,
};

int wrt_sim_create(const struct wrt_hw_bus *bus, void *ctx, const struct wrt_sim_config *cfg,
		   struct wrt_hw_dev **out)
{
	struct wrt_hw_dev *d;
	u32 i;

	wrt_assert_may_sleep();
	if (!cfg->pairs || cfg->pairs > WRT_SIM_PAIRS_MAX)
		return WRT_EINVAL;
	d = wrt_alloc(sizeof(*d));
	if (!d)
		return WRT_ENOMEM;
	d->bus = bus;
	d->ctx = ctx;
	d->cfg = *cfg;
	d->epoch = now_ns(d);
	for (i = 0; i < 2 * WRT_SIM_PAIRS_MAX; i++) {
		d->stream[i].dev = d;
		d->stream[i].slot = i;
	}
	*out = d;
	return 0;
}

void wrt_sim_destroy(struct wrt_hw_dev *d)
{
	wrt_assert_may_sleep();
	wrt_free(d);
}
