// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * rules.c - conditions that must hold before and after each call, for any call. It reads the
 * structures directly: reading a position through the interface would change what
 * comes next.
 */
#include "bed.h"

/* ---- one stream ------------------------------------------------------------------- */

static bool linked(const struct wrt_stream *s, const struct wrt_client *c)
{
	const struct wrt_client *i;

	for (i = s->clients; i && i != c; i = i->next)
		;
	return i;
}

static void check_clients(const struct wrt_stream *s)
{
	const struct wrt_client *c;
	u32 observers = 0;

	for (c = s->clients; c; c = c->next) {
		HOLDS(!wrt_count_read(&c->busy) && !c->leaving);
		HOLDS(c->pending <= WRT_PENDING_MAX && c->pending <= c->passed);
		observers += c != s->owner;
	}
	HOLDS(observers <= WRT_OBSERVERS_MAX);
	HOLDS(!s->owner || linked(s, s->owner));
}

static void check_state(const struct fz_bed *bed, u32 i)
{
	const struct wrt_stream *s = &bed->tb.dev.streams[i];

	HOLDS(s->state <= WRT_STREAM_GONE);
	HOLDS((s->state == WRT_STREAM_GONE) == bed->removed);
	HOLDS(bed->removed || !s->owner == (s->state == WRT_STREAM_FREE));
	HOLDS((s->state == WRT_STREAM_READY || s->state == WRT_STREAM_RUN) == !!s->hw);
	HOLDS(!!s->owner == !!s->geom.bytes);
}

/* A card has one timer, and needs it only if a stream runs. */
static void check_timer(const struct fz_bed *bed)
{
	bool runs = false;
	u32 i;

	for (i = 0; i < bed->tb.dev.nstreams; i++)
		runs |= bed->tb.dev.streams[i].state == WRT_STREAM_RUN;
	HOLDS(runs || !bed->tb.timer[0]);
}

static void check_position(const struct wrt_stream *s)
{
	const struct wrt_position *pos = &s->pos;
	u64 points;

	if (!s->geom.bytes) {
		HOLDS(!pos->linear && !pos->offset && !pos->points && !pos->point_ns);
		return;
	}
	HOLDS(pos->offset < s->geom.bytes);
	HOLDS(pos->linear % s->geom.bytes == pos->offset);
	HOLDS(!pos->has_end || pos->linear <= pos->end);
	points = s->geom.notify_bytes ? pos->linear / s->geom.notify_bytes : 0;
	HOLDS(wrt_position_all_points(pos, &s->cycle) ==
	      (wrt_position_ended(pos) ? pos->end_points : points));
	points = wrt_position_all_points(pos, &s->cycle);
	HOLDS(pos->points <= points);
	HOLDS(s->state == WRT_STREAM_RUN || wrt_position_ended(pos) || pos->points == points);
}

/* Since the last call: no value decreased, and movement agrees with the card's clock. */
static void check_progress(struct fz_bed *bed, u32 i)
{
	const struct wrt_stream *s = &bed->tb.dev.streams[i];
	struct fz_shadow *was = &bed->shadow[i];
	bool restarted = s->state == WRT_STREAM_RUN && was->state != WRT_STREAM_RUN;
	bool reset = bed->may_reset && !s->pos.linear;

	HOLDS(s->looks >= was->looks);
	if (!s->geom.bytes)
		return;
	HOLDS(reset || s->pos.linear >= was->pos.linear);
	HOLDS(reset || s->pos.points >= was->pos.points);
	if (restarted) {
		HOLDS(s->pos.linear == was->pos.linear);
		was->base = s->pos.linear;
		was->start_frame = fz_frame_at(bed, s->geom.rate, s->pos.ns);
		HOLDS(wrt_position_ended(&s->pos) || s->pos.ns == fz_now(bed, s->geom.rate));
	} else if (was->state == WRT_STREAM_RUN && !reset) {
		HOLDS(s->pos.linear == fz_linear_at(bed, i, s->pos.ns));
		HOLDS(s->pos.ns <= fz_now(bed, s->geom.rate));
	} else {
		HOLDS(reset || s->pos.linear == was->pos.linear);
	}
}

/* ---- one pin ---------------------------------------------------------------------- */

static void check_owner(const struct fz_bed *bed, const struct fz_pin *pin)
{
	const struct wrt_mp *mp = &pin->mp;
	const struct wrt_stream *s = mp->stream;

	HOLDS(!mp->buffer == !pin->memory);
	HOLDS(!mp->buffer == !mp->geom.bytes);
	HOLDS(!mp->buffer == (s->owner != &mp->client));
	HOLDS(!mp->buffer == !linked(s, &mp->client));
	if (mp->buffer) {
		HOLDS(!bed->removed && mp->rate);
		HOLDS((mp->state == WRT_MP_RUN) == (s->state == WRT_STREAM_RUN));
		HOLDS(mp->geom.bytes == s->geom.bytes && mp->geom.cpu == pin->memory);
		HOLDS(!mp->geom.notify == (mp->buffer == WRT_MP_TIMER_BUFFER));
		HOLDS(mp->state != WRT_MP_STOP || !s->pos.linear);
	} else {
		HOLDS(mp->removed || mp->state != WRT_MP_RUN);
	}
}

static void check_page_agrees(const struct fz_pin *pin)
{
	const struct wrt_stream *s = pin->mp.stream;

	HOLDS(pin->page.state == s->state || !linked(s, &pin->mp.client));
	if (!linked(s, &pin->mp.client))
		return;
	HOLDS(pin->page.points == s->pos.points);
	HOLDS(pin->page.linear <= s->pos.linear);
	HOLDS(pin->page_geom.bytes == s->geom.bytes);
}

static void check_pin(const struct fz_bed *bed, const struct fz_pin *pin)
{
	const struct wrt_mp *mp = &pin->mp;
	u32 i, registered = 0;

	HOLDS(mp->state <= WRT_MP_RUN);
	HOLDS(mp->removed == bed->removed);
	HOLDS(pin->allocs - pin->frees == !!pin->memory);
	HOLDS(!mp->client.pending);
	if (!mp->observer)
		check_owner(bed, pin);
	check_page_agrees(pin);
	for (i = 0; i < FZ_EVENTS; i++) {
		HOLDS(pin->event[i].count == pin->event[i].expected);
		registered += pin->event[i].registered;
	}
	HOLDS(registered == mp->nevents);
}

static void check_client(const struct fz_client *c)
{
	HOLDS(c->tb.client.wants_points || c->tb.points == c->points_before);
	HOLDS(c->tb.points <= c->tb.passed);
	HOLDS(!c->tb.last.state || c->tb.last.offset <= c->tb.geom.bytes);
}

/* ---- around a call ---------------------------------------------------------------- */

/* A stopped stream signals nothing, except on RUN an end that was announced after it was passed. */
static bool may_signal(const struct fz_pin *pin)
{
	const struct wrt_stream *s = pin->mp.stream;

	return s->state == WRT_STREAM_RUN || wrt_position_fresh_points(&s->pos, &s->cycle);
}

void fz_before(struct fz_bed *bed)
{
	u32 i;

	fuzz_calls++;
	bed->may_reset = false;
	for (i = 0; i < bed->tb.dev.nstreams; i++) {
		const struct wrt_stream *s = &bed->tb.dev.streams[i];

		bed->shadow[i].state = s->state;
		bed->shadow[i].pos = s->pos;
		bed->shadow[i].looks = s->looks;
	}
	for (i = 0; i < FZ_PINS; i++) {
		struct fz_pin *pin = &bed->pin[i];

		if (pin->open) {
			pin->quiet = !may_signal(pin) && !bed->removed;
			pin->signals_before = pin->signals;
		}
	}
	for (i = 0; i < FZ_CLIENTS; i++)
		bed->client[i].points_before = bed->client[i].tb.points;
}

void fz_after(struct fz_bed *bed)
{
	u32 i;

	for (i = 0; i < bed->tb.dev.nstreams; i++) {
		check_clients(&bed->tb.dev.streams[i]);
		check_state(bed, i);
		check_position(&bed->tb.dev.streams[i]);
		check_progress(bed, i);
	}
	check_timer(bed);
	for (i = 0; i < FZ_PINS; i++) {
		const struct fz_pin *pin = &bed->pin[i];

		if (!pin->open)
			continue;
		check_pin(bed, pin);
		HOLDS(!pin->quiet || bed->removed || pin->signals == pin->signals_before);
	}
	for (i = 0; i < FZ_CLIENTS; i++)
		check_client(&bed->client[i]);
}
