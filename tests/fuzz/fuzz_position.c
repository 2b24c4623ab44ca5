// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * fuzz_position.c - kernel/core/geometry.c and position.c compared with a slow and simple
 * implementation: limits tried one by one, frames and points counted in 128 bits.
 */
#include "fuzz.h"

static struct fuzz_bytes in;

/* ---- geometry ---------------------------------------------------------------------- */

static const u32 some_rates[] = { 8000, 44100, 48000, 192000 };

static void take_caps(struct wrt_hw_caps *c)
{
	u32 flags = fuzz_u8(&in);

	memset(c, 0, sizeof(*c));
	c->formats = fuzz_u8(&in) & WRT_FMT_ALL;
	c->channels_min = 1 + fuzz_u8(&in) % 3;
	c->channels_max = c->channels_min + fuzz_u8(&in) % 29;
	c->rate_min = 4000 + fuzz_u16(&in) % 5000;
	c->rate_max = c->rate_min + (fuzz_u32(&in) & 0xfffff);
	if (flags & 1) {
		c->rates = some_rates;
		c->nrates = COUNT(some_rates);
	}
	c->buffer_min = fuzz_u16(&in);
	c->buffer_max = flags & 2 ? fuzz_u32(&in) : fuzz_size(&in);
	c->notify_max = flags & 4 ? fuzz_u32(&in) : fuzz_u8(&in);
	c->notify_min = fuzz_u16(&in);
	c->notify_step = fuzz_u16(&in) % 1025;
}

static void take_request(struct wrt_request *r)
{
	u32 at = fuzz_u8(&in);

	r->bytes = fuzz_size(&in);
	r->notify = at & 64 ? fuzz_size(&in) : fuzz_u8(&in) % 6;
	r->rate = at & 128 ? fuzz_u32(&in) & 0x1fffff : some_rates[at % COUNT(some_rates)];
	at = fuzz_u8(&in);
	r->format = at < 240 ? 1u << at % 8 : at;
	r->channels = fuzz_u8(&in) % 34;
}

static u32 slow_sample_bytes(u32 format)
{
	static const u32 size[] = { 1, 2, 4, 4, 4, 4, 3 };
	u32 i;

	for (i = 0; i < COUNT(size); i++)
		if (format == 1u << i)
			return size[i];
	return 0;
}

static bool slow_offered(const struct wrt_hw_caps *c, const struct wrt_request *r)
{
	bool listed = !c->rates;
	u32 i;

	for (i = 0; i < c->nrates; i++)
		listed |= c->rates[i] == r->rate;
	return listed && r->rate >= c->rate_min && r->rate <= c->rate_max &&
	       r->channels >= c->channels_min && r->channels <= c->channels_max &&
	       slow_sample_bytes(r->format) && (c->formats & r->format);
}

static u32 slow_unit(const struct wrt_hw_caps *c, u32 frame)
{
	u32 unit = frame;

	while (c->notify_step && unit % c->notify_step)
		unit += frame;
	return unit;
}

/* True if `bytes` between two points are enough, and the buffer is large enough. */
static bool slow_enough(const struct wrt_hw_caps *c, const struct wrt_request *r, u32 frame,
			u64 portion)
{
	u64 parts = r->notify ? r->notify : 1;

	return portion >= 32ull * frame && portion >= c->notify_min &&
	       portion / frame * 1000000 >= 125ull * r->rate &&
	       (u128)portion * parts >= r->bytes && (u128)portion * parts >= c->buffer_min;
}

static void check_geometry(const struct wrt_hw_caps *c, const struct wrt_request *r)
{
	static const struct wrt_hw_geom untouched = { .bytes = 0x5a5a5a5a, .rate = 77 };
	struct wrt_hw_geom g = untouched;
	int err = wrt_geometry_make(c, r, &g);
	u32 frame = slow_sample_bytes(r->format) * r->channels, unit;
	u64 parts = r->notify ? r->notify : 1, portion;

	HOLDS(wrt_format_bytes(r->format) == slow_sample_bytes(r->format));
	HOLDS(!err || !memcmp(&g, &untouched, sizeof(g)));
	HOLDS((err == WRT_EINVAL) == !slow_offered(c, r));
	if (err == WRT_EINVAL)
		return;
	unit = slow_unit(c, frame);
	if (err) {	/* then the largest possible size is not enough either */
		HOLDS(err == WRT_ERANGE);
		portion = c->buffer_max / parts / unit * unit;
		HOLDS(r->notify > c->notify_max || !portion || !slow_enough(c, r, frame, portion));
		return;
	}
	portion = g.bytes / parts;
	HOLDS(portion * parts == g.bytes && portion % unit == 0);
	HOLDS(r->notify <= c->notify_max && g.bytes <= c->buffer_max);
	HOLDS(slow_enough(c, r, frame, portion));
	HOLDS(portion == unit || !slow_enough(c, r, frame, portion - unit));
	HOLDS(g.notify == r->notify && g.notify_bytes == (r->notify ? portion : 0));
	HOLDS(g.rate == r->rate && g.format == r->format && g.channels == r->channels);
	HOLDS(g.frame_bytes == frame && !g.seg && !g.nseg && !g.cpu);
}

/* ---- position ---------------------------------------------------------------------- */

/* The true time, and a clock with an error of less than a quarter of the buffer. */
struct truth {
	struct wrt_cycle c;
	u64 linear;
	u64 points;		/* accepted */
	u64 clock;		/* the latest time of a reading */
	u64 early;		/* the earliest at which the position was first read */
};

static void take_cycle(struct wrt_cycle *c)
{
	u32 portion = 1 + fuzz_size(&in) % (1u << 28), parts = fuzz_u8(&in) % 9;

	c->bytes = portion * (parts ? parts : 1);
	c->notify_bytes = parts ? portion : 0;
	c->byte_rate = 8000 + fuzz_u32(&in) % (1u << 26);
	c->fifo_bytes = fuzz_u8(&in) & 1 ? c->bytes / 16 : 0;
	c->unseen_ns = (u64)((u128)(c->bytes - c->bytes / 4) * WRT_NSEC_PER_SEC / c->byte_rate);
}

static u64 time_of(const struct wrt_cycle *c, u64 bytes)
{
	return (u64)(((u128)bytes * WRT_NSEC_PER_SEC + c->byte_rate - 1) / c->byte_rate);
}

static void check_points(struct truth *t, struct wrt_position *p)
{
	u64 before = p->point_ns, fresh = 0, ago;

	if (t->c.notify_bytes)
		fresh = p->linear / t->c.notify_bytes - t->points;
	HOLDS(wrt_position_fresh_points(p, &t->c) == fresh);
	HOLDS(wrt_position_take_points(p, &t->c) == fresh);
	HOLDS(wrt_position_fresh_points(p, &t->c) == 0);
	t->points += fresh;
	HOLDS(p->points == t->points);
	if (!fresh) {
		HOLDS(p->point_ns == before);
		return;
	}
	ago = (u64)((u128)(p->linear % t->c.notify_bytes) * WRT_NSEC_PER_SEC / t->c.byte_rate);
	HOLDS(p->point_ns == (ago < p->ns ? p->ns - ago : 0));
}

/*
 * Any distance; the clock is right to an eighth of it, or of the buffer. So are, together, the
 * bounds of two readings: a sixteenth each.
 */
static void read_forward(struct truth *t, struct wrt_position *p)
{
	u64 bytes = fuzz_u8(&in) & 1 ? fuzz_scaled(&in, 20) : fuzz_u32(&in) % t->c.bytes;
	u64 slack, error, ns, from, before = p->linear, width = time_of(&t->c, t->c.bytes / 16);

	slack = (bytes < t->c.bytes ? bytes : t->c.bytes) / 8;
	error = slack ? fuzz_u32(&in) % slack : 0;
	ns = t->clock + time_of(&t->c, fuzz_u8(&in) & 1 ? bytes + error : bytes - error);
	width = width ? fuzz_u32(&in) % width : 0;
	from = ns - (width < ns ? width : ns);
	t->linear += bytes;
	HOLDS(wrt_position_advance(p, &t->c, (u32)(t->linear % t->c.bytes), from, ns) == bytes);
	HOLDS(p->linear == before + bytes && p->linear == t->linear);
	HOLDS(p->offset == t->linear % t->c.bytes);
	t->clock = ns > t->clock ? ns : t->clock;
	t->early = bytes && from > t->early ? from : t->early;
	HOLDS(p->ns == t->clock && p->from_ns == t->early);
}

/* A step back: nothing changes, unless the elapsed time allows it as a distance forward. */
static void read_back(struct truth *t, struct wrt_position *p)
{
	struct wrt_position was = *p;
	u64 back = 1 + fuzz_u32(&in) % t->c.bytes, ns = t->clock + fuzz_scaled(&in, 10);
	u128 most = (u128)(ns - t->early) * t->c.byte_rate / WRT_NSEC_PER_SEC;

	if (back > t->linear || back == t->c.bytes ||
	    t->c.bytes - back <= most + t->c.bytes / 4 + t->c.fifo_bytes)
		return;
	HOLDS(wrt_position_advance(p, &t->c, (u32)((t->linear - back) % t->c.bytes),
				   t->clock, ns) == 0);
	HOLDS(!memcmp(&was, p, sizeof(was)));
}

/*
 * For any values of hardware and clock: it never goes back, the sums agree, and it moves by no more
 * than the longest time, a quarter of the buffer and the FIFO.
 */
static void read_anything(struct truth *t, struct wrt_position *p)
{
	u32 offset = fuzz_u32(&in);
	u64 ns = t->clock, from, error = fuzz_scaled(&in, 20), moved, most;
	struct wrt_position before = *p;

	if (fuzz_u8(&in) & 1)
		ns += error;
	else
		ns -= error < ns ? error : ns;
	from = ns - fuzz_scaled(&in, 10);
	if (fuzz_u8(&in) & 1)
		offset %= t->c.bytes;
	most = ns > before.from_ns ? ns - before.from_ns : 0;
	moved = wrt_position_advance(p, &t->c, offset, from, ns);
	HOLDS(p->linear == before.linear + moved);
	HOLDS(p->linear % t->c.bytes == p->offset && p->offset < t->c.bytes);
	HOLDS(p->ns >= before.ns && p->from_ns >= before.from_ns && p->from_ns <= p->ns);
	HOLDS(p->points == before.points);
	HOLDS(p->offset == offset || p->offset == before.offset);
	HOLDS(moved <= (u128)most * t->c.byte_rate / WRT_NSEC_PER_SEC +
		       t->c.bytes / 4 + t->c.fifo_bytes);
	t->linear = p->linear;
	t->clock = p->ns;
	t->early = p->from_ns;
}

static void pause_or_reset(struct truth *t, struct wrt_position *p)
{
	if (fuzz_u8(&in) & 1) {
		wrt_position_reset(p);
		HOLDS(!p->linear && !p->offset && !p->points && !p->point_ns);
		t->linear = 0;
		t->points = 0;
	}
	t->clock += fuzz_scaled(&in, 30);
	t->early = t->clock;
	wrt_position_resume(p, t->clock, t->clock);
	HOLDS(p->linear == t->linear && p->ns == t->clock && p->from_ns == t->clock);
}

static void check_division(void)
{
	u64 c = 1ull + fuzz_u32(&in), b = (u64)fuzz_u32(&in) << 2, a;

	a = (u64)fuzz_u32(&in) << 32 | fuzz_u32(&in);
	if ((u128)b * c >> 64 || (u128)a * b / c >> 64)
		return;
	HOLDS(wrt_mul_div_u64(a, b, c) == (u64)((u128)a * b / c));
}

static void one_reading(struct truth *t, struct wrt_position *p)
{
	switch (fuzz_u8(&in) % 8) {
	case 0:
		pause_or_reset(t, p);
		break;
	case 1:
		read_back(t, p);
		break;
	case 2:
		read_anything(t, p);
		break;
	case 3:
		check_points(t, p);
		break;
	default:
		read_forward(t, p);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wrt_position p = { 0 };
	struct truth t = { .clock = 1000, .early = 1000 };
	struct wrt_request request;
	struct wrt_hw_caps caps;

	in = (struct fuzz_bytes){ data, size };
	take_caps(&caps);
	take_request(&request);
	check_geometry(&caps, &request);
	check_division();
	take_cycle(&t.c);
	wrt_position_resume(&p, t.clock, t.clock);
	for (fuzz_calls += 2; in.left; fuzz_calls++)
		one_reading(&t, &p);
	check_points(&t, &p);
	return 0;
}
