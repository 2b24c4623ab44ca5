// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * sim.c - operations and interrupts of the software engine; see sim.h. All [A] operations
 * run under the device lock and allocate nothing.
 */
#include "engine.h"

/* Without points: an interrupt every quarter of the buffer, within these bounds. */
#define FRESH_MIN_HZ	100
#define FRESH_MAX_HZ	1000

/* ---- interrupts ------------------------------------------------------------- */

/* Where a stream that has moved up to frame g interrupts next, without regard to its end. */
static u64 next_due(struct wrt_hw_stream *s, u64 g)
{
	u32 rate = s->rate, n;

	s->due_at_point = false;
	if (!s->points || !s->geom.notify) {
		n = wrt_min_u32(s->frames / 4, rate / FRESH_MIN_HZ);
		return g + wrt_max_u32(n, rate / FRESH_MAX_HZ);
	}
	n = s->portion - (u32)wrt_mod_u64(s->start_frame + (g - s->start_g), s->portion);
	if (n > rate / WRT_SIM_MOVE_MIN_HZ)
		return g + rate / WRT_SIM_MOVE_MIN_HZ;
	s->due_at_point = s->portion_time;
	return g + n;
}

/* After the end of playback nothing is due. */
static void arm_anew(struct wrt_hw_stream *s, u64 g)
{
	u64 due = next_due(s, g);

	if (due >= s->end_g) {
		s->due_at_point = false;
		due = WRT_SIM_NO_END;
		if (g < s->end_g)
			due = s->end_g;
	}
	wrt_sim_set_due(s, due);
}

/* From a point to the next, mostly. */
static inline void arm(struct wrt_hw_stream *s, u64 g)
{
	if (s->due_at_point && g == s->due_g && g + s->portion < s->end_g)
		wrt_sim_advance_due(s);
	else
		arm_anew(s, g);
}

/* One timer for all streams: points at the same time cost one interrupt. */
static void set_timer(struct wrt_hw_dev *d, u64 time)
{
	if (!d->cfg.step)
		d->bus->timer_at(d->ctx, 0, time == WRT_SIM_NEVER ? 0 : time);
}

static u64 first_due(const struct wrt_hw_dev *d)
{
	u64 first = WRT_SIM_NEVER;
	u32 left;

	for (left = d->running; left; left &= left - 1) {
		const struct wrt_hw_stream *s = &d->stream[wrt_first_bit(left)];

		if (s->due_time < first)
			first = s->due_time;
	}
	return first;
}

static void arm_and_set_timer(struct wrt_hw_stream *s, u64 g)
{
	arm_anew(s, g);
	set_timer(s->dev, first_due(s->dev));
}

/* One interrupt of ten is lost when that fault is injected. */
static bool dropped(struct wrt_hw_dev *d)
{
	return d->cfg.fault == WRT_SIM_FAULT_DROP_IRQ && ++d->irqs % 10 == 0;
}

/* One reading of the clock for all streams, which is also that of their positions. */
static bool sim_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	u64 time = wrt_sim_time(d), first = WRT_SIM_NEVER;
	bool ours = false;
	u32 left;

	(void)entry_ns;
	d->irq_time = time;
	for (left = d->running; left; left &= left - 1) {
		struct wrt_hw_stream *s = &d->stream[wrt_first_bit(left)];

		if (time >= s->due_time) {
			wrt_sim_move(s, time);
			arm(s, s->moved_g);
			ours = true;
			if (!dropped(d))
				*slots |= 1u << s->slot;
		}
		if (s->due_time < first)
			first = s->due_time;
	}
	set_timer(d, first);
	return ours;
}

u64 wrt_sim_step(struct wrt_hw_dev *d, u64 frames)
{
	u64 due = first_due(d);
	u32 i;

	if (due != WRT_SIM_NEVER && due - d->steps < frames)
		frames = due - d->steps;
	d->steps += frames;
	for (i = 0; i < d->cfg.pairs; i++)
		wrt_sim_move(&d->stream[2 * i], d->steps);
	return frames;
}

/* ---- the operations --------------------------------------------------------- */

static int sim_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	wrt_assert_may_sleep();
	if (slot >= 2 * d->cfg.pairs)
		return WRT_EINVAL;
	wrt_memset(c, 0, sizeof(*c));
	c->flags = WRT_HW_CPU_BUFFER;
	if (d->cfg.step)
		c->flags |= WRT_HW_STEPPED;
	c->dir = slot & 1 ? WRT_CAPTURE : WRT_PLAYBACK;
	c->pin = slot / 2;
	c->formats = WRT_FMT_U8 | WRT_FMT_S16 | WRT_FMT_S24_3 | WRT_FMT_S24_32 | WRT_FMT_S32 |
		     WRT_FMT_FLOAT;
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
	wrt_sim_clock_prepare(s);
	wrt_memset(l, 0, sizeof(*l));
	if (s->dev->cfg.fault == WRT_SIM_FAULT_NOT_READY)
		return WRT_EIO;
	return 0;
}

/* Not running, so geom is not used. */
static void sim_release(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	wrt_memset(&s->geom, 0, sizeof(s->geom));
}

static int sim_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	struct wrt_hw_dev *d = s->dev;
	u64 time = *ns;

	if (!time || d->cfg.step)
		time = wrt_sim_time(d);
	wrt_sim_move(s, time);
	s->start_g = wrt_sim_grid(d, s->rate, time);
	s->start_frame = from / s->frame_bytes;
	s->moved_g = s->start_g;
	s->moved_frame = s->start_frame;
	s->told_g = s->start_g;
	s->silenced = false;
	s->due_at_point = false;
	s->running = true;
	d->running |= 1u << s->slot;
	arm_and_set_timer(s, s->start_g);
	*from_ns = wrt_sim_stamp(s, time);
	*ns = *from_ns;
	return 0;
}

/* Up to where the data have been moved, at this time. */
static void report(struct wrt_hw_stream *s, struct wrt_hw_pos *p, u64 time)
{
	s->told_g = s->moved_g;
	p->dma = s->moved_frame * s->frame_bytes;
	p->link = p->dma;
	p->ns = wrt_sim_stamp(s, time);
	p->from_ns = p->ns;
}

static int sim_irq_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	report(s, p, s->dev->irq_time);
	return 0;
}

static int sim_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	u64 time = wrt_sim_time(s->dev);

	wrt_sim_move(s, time);
	report(s, p, time);
	return 0;
}

static int sim_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	struct wrt_hw_dev *d = s->dev;

	sim_position(s, at);
	s->running = false;
	d->running &= ~(1u << s->slot);
	s->end_g = WRT_SIM_NO_END;
	s->silent_g = WRT_SIM_NO_END;
	s->due_time = WRT_SIM_NEVER;
	s->due_at_point = false;
	set_timer(d, first_due(d));
	return 0;
}

static void sim_end(struct wrt_hw_stream *s, u32 bytes)
{
	s->end_g = s->told_g + bytes / s->frame_bytes;
	if (s->due_g > s->moved_g)	/* else its interrupt is about to come */
		arm_and_set_timer(s, s->told_g);
}

static void sim_silence_after(struct wrt_hw_stream *s, u32 bytes)
{
	s->silent_g = s->told_g + bytes / s->frame_bytes;
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
	s->due_at_point = false;
	if (s->running && s->due_g > s->moved_g)	/* else its interrupt is about to come */
		arm_and_set_timer(s, s->moved_g);	/* a point passed since is due */
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
	.irq_position = sim_irq_position,
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
	d->epoch = wrt_sim_time(d);
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
