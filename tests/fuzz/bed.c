// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * bed.c - see bed.h. The binding that the fuzzer provides for the miniport: each notification is
 * compared with the independent account at once.
 */
#include "bed.h"

/* ---- the card's clock -------------------------------------------------------------- */

u64 fz_frame_at(const struct fz_bed *bed, u32 rate, u64 ns)
{
	if (bed->cfg.step)	/* frame n carries the time floor(n / rate) */
		return (u64)(((u128)ns * rate + WRT_NSEC_PER_SEC - 1) / WRT_NSEC_PER_SEC);
	return (u64)((u128)(ns - TB_EPOCH) * rate / WRT_NSEC_PER_SEC);
}

u64 fz_now(const struct fz_bed *bed, u32 rate)
{
	if (bed->cfg.step)
		return (u64)((u128)bed->steps * WRT_NSEC_PER_SEC / rate);
	return bed->tb.now;
}

u64 fz_linear_at(const struct fz_bed *bed, u32 stream, u64 ns)
{
	const struct wrt_position *pos = &bed->tb.dev.streams[stream].pos;
	const struct wrt_hw_geom *g = &bed->tb.dev.streams[stream].geom;
	const struct fz_shadow *shadow = &bed->shadow[stream];
	u64 linear = shadow->base +
		     (fz_frame_at(bed, g->rate, ns) - shadow->start_frame) * g->frame_bytes;

	return pos->has_end && linear > pos->end ? pos->end : linear;
}

/* ---- the binding ------------------------------------------------------------------ */

static struct fz_pin *pin_of(struct wrt_mp *mp)
{
	return (struct fz_pin *)mp;
}

static void check_geometry(const struct wrt_hw_geom *g)
{
	HOLDS(g->frame_bytes == g->channels * wrt_format_bytes(g->format));
	HOLDS(g->bytes && g->bytes % g->frame_bytes == 0);
	HOLDS(g->bytes >= 32 * g->frame_bytes && g->bytes <= WRT_SIM_BUFFER_MAX);
	HOLDS((u64)g->notify * g->notify_bytes == (g->notify ? g->bytes : 0));
	if (!g->notify)
		return;
	HOLDS(g->notify_bytes % g->frame_bytes == 0);
	HOLDS(g->notify_bytes >= 32 * g->frame_bytes);
	HOLDS((u64)g->notify_bytes * 1000000 >= 125ull * g->rate * g->frame_bytes);
}

static int pin_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	struct fz_pin *pin = pin_of(mp);

	if (pin->no_memory)
		return WRT_ENOMEM;
	HOLDS(!pin->memory);
	check_geometry(g);
	pin->allocs++;
	pin->memory = calloc(1, g->bytes);
	pin->seg.bus = (u64)(uintptr_t)pin->memory;
	pin->seg.len = g->bytes;
	g->seg = &pin->seg;
	g->nseg = 1;
	g->cpu = pin->memory;
	return 0;
}

static void pin_free(struct wrt_mp *mp)
{
	struct fz_pin *pin = pin_of(mp);

	HOLDS(pin->memory);
	HOLDS(!mp->stream->hw || mp->stream->owner != &mp->client);
	pin->frees++;
	free(pin->memory);
	pin->memory = NULL;
}

static void check_page(const struct wrt_snapshot *s)
{
	const struct wrt_hw_geom *g = s->geom;

	HOLDS(s->state <= WRT_STREAM_GONE);
	HOLDS(s->state != WRT_STREAM_FREE || !g->bytes);
	HOLDS(s->state != WRT_STREAM_RUN || g->bytes);
	if (!g->bytes) {
		HOLDS(!s->offset && !s->linear && !s->points && !s->passed && !s->point_ns);
		return;
	}
	HOLDS(s->offset < g->bytes);
	HOLDS(s->linear % g->bytes == s->offset);
	if (!g->notify_bytes)
		HOLDS(!s->points);
	else if (s->passed || s->state != WRT_STREAM_RUN)
		/* an end that was passed before it was announced is signalled in RUN */
		HOLDS(s->points == s->packets ||
		      (s->state != WRT_STREAM_RUN && s->points + 1 == s->packets));
	else
		HOLDS(s->points <= s->packets);
	/* the time of an end announced before the first RUN is not known */
	HOLDS(!s->point_ns == !s->points || (s->points == 1 && !s->linear));
	HOLDS(s->point_ns <= s->ns);
}

/* All signals are made before the call returns, except for points too far in the past. */
static void expect_signals(struct fz_pin *pin, u64 passed)
{
	u64 most = pin->mp.observer ? 64 : WRT_PENDING_MAX;
	u64 end = pin->published + passed, first, n;
	u32 i;

	for (i = 0; i < FZ_EVENTS; i++) {
		struct fz_event *e = &pin->event[i];

		first = e->since > pin->published ? e->since : pin->published;
		if (!e->registered || first >= end)
			continue;
		n = end - first;
		e->expected += n < most ? n : most;
	}
}

static void pin_publish(struct wrt_mp *mp, const struct wrt_snapshot *s)
{
	struct fz_pin *pin = pin_of(mp);
	const struct wrt_snapshot *last = &pin->page;

	HOLDS(pin->open);
	check_page(s);
	HOLDS(s->look >= last->look || !s->look);
	if (s->linear && pin->shown) {
		HOLDS(s->linear >= last->linear);
		HOLDS(s->points == last->points + s->passed);
	}
	pin->shown = true;
	pin->page = *s;
	pin->page_geom = *s->geom;
	pin->page.geom = &pin->page_geom;
	if (mp->client.wants_points)
		expect_signals(pin, s->passed);
	pin->published += s->passed;
}

static void pin_signalling(struct wrt_mp *mp, u64 point, u64 ns)
{
	struct fz_pin *pin = pin_of(mp);

	HOLDS(pin->open && mp->client.wants_points);
	HOLDS(point < pin->published);
}

static void event_signal(struct wrt_mp *mp, void *event)
{
	struct fz_event *e = event;

	HOLDS(e->registered && e->pin->open);
	e->count++;
	e->pin->signals++;
}

static const struct wrt_mp_ops mp_ops = {
	.buffer_alloc = pin_alloc,
	.buffer_free = pin_free,
	.publish = pin_publish,
	.signalling = pin_signalling,
	.signal = event_signal,
};

enum wrt_status fz_pin_open(struct fz_bed *bed, struct fz_pin *pin, struct wrt_stream *s,
			    bool observer)
{
	enum wrt_status status;
	u32 i;

	memset(pin, 0, sizeof(*pin));
	for (i = 0; i < FZ_EVENTS; i++)
		pin->event[i].pin = pin;
	pin->open = true;
	status = wrt_mp_init(&pin->mp, &mp_ops, s, observer, NULL);
	pin->open = !status;
	return status;
}

void fz_pin_close(struct fz_pin *pin)
{
	wrt_mp_close(&pin->mp);
	HOLDS(!pin->memory);
	HOLDS(pin->allocs == pin->frees);
	HOLDS(pin->mp.state == WRT_MP_STOP);
	pin->open = false;
}

/* ---- the device ------------------------------------------------------------------- */

void fz_faults_clear(void)
{
	tb_backend.fail_open = 0;
	tb_backend.fail_prepare = 0;
	tb_backend.fail_start = 0;
	tb_backend.fail_stop = 0;
	tb_backend.fail_position = 0;
}

void fz_bed_open(struct fz_bed *bed, const struct wrt_sim_config *cfg)
{
	u32 i;

	memset(bed, 0, sizeof(*bed));
	bed->cfg = *cfg;
	tb_open(&bed->tb, cfg);
	HOLDS(wrt_device_pins(&bed->tb.dev, WRT_CAPTURE) == cfg->pairs);
	for (i = 0; i < 2 * cfg->pairs; i++)
		HOLDS(wrt_device_stream(&bed->tb.dev, i & 1, i / 2) == &bed->tb.dev.streams[i]);
	HOLDS(!wrt_device_stream(&bed->tb.dev, WRT_PLAYBACK, cfg->pairs));
	for (i = 0; i < FZ_CLIENTS; i++)
		tb_client_init(&bed->client[i].tb, &bed->tb, true);
}

static void remove_pin(struct fz_pin *pin)
{
	u64 count[FZ_EVENTS];
	u32 i;

	for (i = 0; i < FZ_EVENTS; i++)
		count[i] = pin->event[i].count;
	wrt_mp_removed(&pin->mp);
	if (pin->memory)
		pin_free(&pin->mp);
	for (i = 0; i < FZ_EVENTS; i++) {
		HOLDS(pin->event[i].count - count[i] == pin->event[i].registered);
		pin->event[i].expected += pin->event[i].registered;
	}
	HOLDS(pin->page.state == WRT_STREAM_GONE);
	HOLDS(!pin->mp.client.pending);
}

void fz_remove(struct fz_bed *bed)
{
	u32 i;

	wrt_device_gone(&bed->tb.dev);
	for (i = 0; i < FZ_PINS; i++)
		if (bed->pin[i].open && !bed->pin[i].mp.removed)
			remove_pin(&bed->pin[i]);
	bed->removed = true;
}

void fz_client_release(struct fz_client *c)
{
	u32 i;

	for (i = 0; i < c->tb.tb->dev.nstreams; i++) {
		struct wrt_stream *s = &c->tb.tb->dev.streams[i];

		if (s->owner == &c->tb.client)
			wrt_stream_release(s, &c->tb.client);
	}
	tb_buffer_free(&c->buffer);
}

static void check_nothing_left(struct fz_bed *bed)
{
	struct wrt_hw_stream *hw;
	u32 i;

	for (i = 0; i < bed->tb.dev.nstreams; i++) {
		const struct wrt_stream *s = &bed->tb.dev.streams[i];

		HOLDS(!s->owner && !s->hw && !s->clients && !s->points_on);
		HOLDS(!bed->tb.timer[i]);
		HOLDS(wrt_sim_ops.open(bed->tb.hw, i, &hw) == 0);
	}
}

void fz_bed_close(struct fz_bed *bed)
{
	u32 i;

	for (i = 0; i < FZ_CLIENTS; i++) {
		struct fz_client *c = &bed->client[i];

		if (c->observed)
			wrt_stream_unobserve(c->observed, &c->tb.client);
		fz_client_release(c);
	}
	for (i = 0; i < FZ_PINS; i++)
		if (bed->pin[i].open)
			fz_pin_close(&bed->pin[i]);
	check_nothing_left(bed);
	tb_close(&bed->tb);
}
