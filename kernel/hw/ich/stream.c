// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * stream.c - DMA engines and the streams that run on them; see engine.h. [A] operations hold the
 * device lock and allocate nothing. While an engine runs, only the interrupt bits of its list are
 * written.
 */
#include "engine.h"

#define RECHECK_NS		200000ull
#define RECHECKS_MAX		8

/* ---- the list --------------------------------------------------------------------- */

static void put_le16(u8 *to, u32 value)
{
	to[0] = (u8)value;
	to[1] = (u8)(value >> 8);
}

static void put_le32(u8 *to, u32 value)
{
	put_le16(to, value);
	put_le16(to + 2, value >> 16);
}

static u32 bus_address(const struct wrt_ich_plan *p, u32 offset)
{
	u32 i;

	for (i = 0; offset >= p->seg[i].len; i++)
		offset -= p->seg[i].len;
	return (u32)p->seg[i].bus + offset;
}

/*
 * The interrupt bit is the highest of its descriptor, and the only one in its byte that is used.
 * So it may be written while the engine runs, before or after the descriptor is read.
 */
static void write_interrupts(struct wrt_hw_stream *s)
{
	u32 i;

	for (i = 0; i < ICH_DESCRIPTORS; i++)
		s->list[8 * i + 7] = (u8)(s->ring.ioc[i] << 7);
	s->dev->bus->write_barrier(s->dev->ctx);
}

static void write_list(struct wrt_hw_stream *s)
{
	u32 i;

	for (i = 0; i < ICH_DESCRIPTORS; i++) {
		const struct wrt_ich_piece *piece = ich_piece_of(&s->ring, i);

		put_le32(s->list + (size_t)8 * i, bus_address(&s->plan, piece->offset));
		put_le32(s->list + (size_t)8 * i + 4, piece->bytes / 2);
	}
	write_interrupts(s);
}

/* ---- the engine ------------------------------------------------------------------- */

static int wait_for_halt(const struct wrt_hw_dev *d, u32 engine, u32 polls)
{
	u32 i;

	for (i = 0; i < polls; i++) {
		if (ich_read(d, engine + SR, 2) & SR_DCH)
			return 0;
		d->bus->delay_us(d->ctx, ICH_POLL_US);
	}
	return WRT_EIO;
}

int wrt_ich_engine_stop(const struct wrt_hw_dev *d, u32 engine)
{
	ich_write(d, engine + CR, 1, 0);
	return wait_for_halt(d, engine, ICH_POLLS);
}

static void begin_reset(const struct wrt_hw_dev *d, u32 engine)
{
	ich_write(d, engine + SR, 2, SR_EVENTS);
	ich_write(d, engine + CR, 1, CR_RESET);
}

int wrt_ich_engine_reset(const struct wrt_hw_dev *d, u32 engine)
{
	u32 i;

	begin_reset(d, engine);
	for (i = 0; i < ICH_POLLS; i++) {
		if (!(ich_read(d, engine + CR, 1) & CR_RESET))
			return 0;
		d->bus->delay_us(d->ctx, ICH_POLL_US);
	}
	return WRT_EIO;
}

/* A removed device has ended. */
static bool ends(const struct wrt_hw_dev *d, u32 engine)
{
	if (ich_read(d, engine + SR, 2) == SR_GONE)
		return true;
	return !wrt_ich_engine_reset(d, engine) && (ich_read(d, engine + SR, 2) & SR_DCH);
}

void wrt_ich_engine_end(struct wrt_hw_dev *d, u32 engine)
{
	u32 command;

	wrt_assert_may_sleep();
	if (ends(d, engine))
		return;
	d->bus->log(d->ctx, WRT_LOG_ERROR,
		    "a DMA engine cannot be stopped: bus mastering is turned off");
	command = d->bus->config_read(d->ctx, PCI_COMMAND_WORD, 2);
	d->bus->config_write(d->ctx, PCI_COMMAND_WORD, 2, command & ~COMMAND_MASTER);
	d->broken = true;
}

static const char *name_of(const struct wrt_hw_stream *s)
{
	static const char *const names[ICH_SLOTS] = { "playback", "capture" };

	return names[s->slot];
}

static void note_halt(struct wrt_hw_stream *s)
{
	const struct wrt_hw_dev *d = s->dev;

	s->state = ICH_RESTARTED;
	s->civ = ICH_DESCRIPTORS;	/* it has been once around */
	if (ich_worth_a_line(++s->halts))
		d->bus->log(d->ctx, WRT_LOG_WARNING,
			    "%s: DMA has halted, its interrupts were served too late (%u times)",
			    name_of(s), s->halts);
}

/* Just after a start DCH may still be set: without CELV it is no halt. */
static bool has_halted(u32 sr)
{
	return (sr & SR_HALTED) == SR_HALTED;
}

/* The last valid descriptor is always the one before the current. Writing it ends a halt. */
static void keep_going(const struct wrt_hw_stream *s)
{
	u32 civ = ich_read(s->dev, s->engine + CIV, 1);

	ich_write(s->dev, s->engine + LVI, 1, (civ - 1) % ICH_DESCRIPTORS);
}

void wrt_ich_service(struct wrt_hw_stream *s)
{
	u32 sr = ich_read(s->dev, s->engine + SR, 2);

	if (sr == SR_GONE)
		return;
	if (ich_is_started(s)) {
		if (has_halted(sr))
			note_halt(s);
		keep_going(s);
	}
	ich_write(s->dev, s->engine + SR, 2, sr & SR_EVENTS);
}

/* ---- position updates without an interrupt ----------------------------------------- */

static void set_update(struct wrt_hw_stream *s, u64 ns)
{
	if (s->update_ns == ns)
		return;
	s->update_ns = ns;
	s->dev->bus->timer_at(s->dev->ctx, s->slot, ns);
}

bool wrt_ich_update_due(struct wrt_hw_stream *s)
{
	if (!s->update_ns || s->dev->bus->now_ns(s->dev->ctx) < s->update_ns)
		return false;
	s->update_ns = 0;
	return true;
}

/*
 * After one engine's events are cleared outside of the handler: QEMU clears the line with them,
 * and does not raise it again for earlier events of another engine.
 */
static void check_others(const struct wrt_hw_stream *s)
{
	struct wrt_hw_dev *d = s->dev;
	u32 i;

	for (i = 0; i < ICH_SLOTS; i++) {
		struct wrt_hw_stream *other = &d->stream[i];

		if (other != s && ich_is_started(other) &&
		    (ich_read(d, other->engine + SR, 2) & SR_EVENTS))
			set_update(other, d->bus->now_ns(d->ctx));
	}
}

/* ---- position --------------------------------------------------------------------- */

/*
 * False: the registers were changing. On real parts PICB may briefly be that of another
 * descriptor, or 0; in a stopped engine 0 may be final. Within a descriptor PICB only falls: if
 * DMA gets once around the ring between two updates, it halts.
 */
static bool read_offset(struct wrt_hw_stream *s, bool stopped)
{
	const struct wrt_hw_dev *d = s->dev;
	bool stands = stopped || has_halted(ich_read(d, s->engine + SR, 2));
	u32 civ = ich_read(d, s->engine + CIV, 1);
	u32 left = ich_read(d, s->engine + PICB, 2);
	const struct wrt_ich_piece *piece;

	if (ich_read(d, s->engine + CIV, 1) != civ || civ >= ICH_DESCRIPTORS)
		return false;
	if (d->quirks->picb_glitches && ich_read(d, s->engine + PICB, 2) != left)
		return false;
	if (!left && stands) {
		d->bus->delay_us(d->ctx, ICH_POLL_US);
		left = ich_read(d, s->engine + PICB, 2);
	}
	piece = ich_piece_of(&s->ring, civ);
	if ((!left && !stands) || 2 * left > piece->bytes)
		return false;
	if (civ == s->civ && left > s->left)
		return false;
	s->civ = civ;
	s->left = left;
	s->last = (piece->offset + piece->bytes - 2 * left) % s->plan.bytes;
	return true;
}

/* The early bound of a reading. Where DMA is no clock none is needed. */
static u64 early_bound(const struct wrt_hw_dev *d)
{
	if (!d->quirks->dma_is_clock)
		return 0;
	return d->bus->now_ns(d->ctx);
}

/* If no offset can be read, the last one is returned, and the next reading catches up. */
static bool read_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p, bool stopped)
{
	const struct wrt_hw_dev *d = s->dev;
	u32 i;

	if (!p->from_ns)
		p->from_ns = early_bound(d);
	for (i = 0; i < ICH_READINGS && !read_offset(s, stopped); i++) {
		d->bus->delay_us(d->ctx, ICH_POLL_US);
		if (!stopped)
			p->from_ns = early_bound(d);
	}
	p->dma = s->last;
	p->link = s->last;
	p->ns = d->bus->now_ns(d->ctx);
	return i < ICH_READINGS;
}

/* The interrupt was handled, but its point may not be in the position: update again. */
static void recheck(struct wrt_hw_stream *s, u64 ns)
{
	if (s->update_ns || s->rechecks == RECHECKS_MAX)
		return;
	s->rechecks++;
	set_update(s, ns + RECHECK_NS);
}

int wrt_ich_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	u32 sr = ich_read(s->dev, s->engine + SR, 2);

	if (sr == SR_GONE)
		return WRT_EIO;
	if (read_position(s, p, false))
		s->rechecks = 0;
	else
		recheck(s, p->ns);
	if (has_halted(sr)) {
		note_halt(s);
		keep_going(s);
	}
	if (s->state != ICH_RESTARTED)
		return 0;
	s->state = ICH_RUNNING;
	return 1;
}

/* ---- running ---------------------------------------------------------------------- */

int wrt_ich_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	const struct wrt_hw_dev *d = s->dev;
	int err;

	if (from >= s->plan.bytes || from % ICH_FRAME)
		return WRT_EINVAL;
	err = wrt_ich_ring_cut(&s->ring, &s->plan, from);
	if (err < 0)
		return err;
	err = wrt_ich_engine_reset(d, s->engine);
	check_others(s);
	if (err)
		return err;
	wrt_ich_ring_interrupts(&s->ring, &s->plan);
	write_list(s);
	s->last = from;
	s->civ = ICH_DESCRIPTORS;
	s->rechecks = 0;
	s->state = ICH_RUNNING;
	ich_write(d, s->engine + BDBAR, 4, (u32)s->list_bus);
	ich_write(d, s->engine + LVI, 1, ICH_DESCRIPTORS - 1);
	*from_ns = d->bus->now_ns(d->ctx);
	ich_write(d, s->engine + CR, 1, CR_RUN | CR_IOCE | CR_LVBIE | CR_FEIE);
	*ns = d->bus->now_ns(d->ctx);
	return 0;
}

/*
 * Reset even if the engine does not report that it has stopped: the reset may end DMA. start() or
 * release() waits for the reset to complete.
 */
int wrt_ich_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	const struct wrt_hw_dev *d = s->dev;
	u32 sr = ich_read(d, s->engine + SR, 2);
	bool halted;
	int err;

	set_update(s, 0);
	if (sr == SR_GONE) {
		s->state = ICH_PREPARED;
		return WRT_EIO;
	}
	at->from_ns = d->bus->now_ns(d->ctx);	/* DMA runs until the engine has stopped */
	if (has_halted(sr))
		note_halt(s);
	halted = s->state == ICH_RESTARTED;
	err = wrt_ich_engine_stop(d, s->engine);
	if (err && ich_worth_a_line(++s->stuck))
		d->bus->log(d->ctx, WRT_LOG_WARNING,
			    "%s: DMA has not stopped in time (%u times), reset",
			    name_of(s), s->stuck);
	read_position(s, at, !err);
	s->state = ICH_PREPARED;
	begin_reset(d, s->engine);
	check_others(s);
	if (err && wait_for_halt(d, s->engine, ICH_LAST_POLLS))
		return WRT_EIO;
	return halted;
}

/*
 * Where DMA is no clock, only positions show how many buffers have passed: at least two updates
 * in each buffer, even with one point.
 */
static void set_points(struct wrt_hw_stream *s, bool on)
{
	struct wrt_ich_plan *p = &s->plan;
	u32 ms = (s->rate + 999) / 1000 * ICH_FRAME;

	p->points = on && p->notify_bytes;
	if (p->points) {
		p->apart_min = 0;
		p->apart_max = p->bytes;
		if (!s->dev->quirks->dma_is_clock)
			p->apart_max = (p->bytes + 7) / 8 * 4;
	} else {
		p->apart_min = ms;
		p->apart_max = wrt_min_u32(p->bytes / 4, s->rate / 100 * ICH_FRAME);
		p->apart_max = wrt_max_u32(ms, p->apart_max);
	}
}

/* A running ring keeps its pieces until the next start; other pieces interrupt. */
void wrt_ich_points(struct wrt_hw_stream *s, bool on)
{
	set_points(s, on);
	if (!ich_is_started(s))
		return;
	wrt_ich_ring_interrupts(&s->ring, &s->plan);
	write_interrupts(s);
}

/* ---- buffers ---------------------------------------------------------------------- */

static bool geometry_fits(const struct wrt_hw_geom *g)
{
	if (g->format != WRT_FMT_S16 || g->channels != 2 || g->frame_bytes != ICH_FRAME)
		return false;
	if (g->bytes < ICH_BUFFER_MIN || g->bytes > ICH_BUFFER_MAX || g->bytes % ICH_FRAME)
		return false;
	if (!g->notify)
		return !g->notify_bytes;
	return g->notify_bytes && g->notify_bytes % ICH_FRAME == 0 &&
	       g->bytes / g->notify_bytes == g->notify && g->bytes % g->notify_bytes == 0;
}

/* Keep the segments of the buffer, adjacent ones joined. The last may be longer than needed. */
static int take_segments(struct wrt_ich_plan *p, const struct wrt_hw_geom *g)
{
	struct wrt_hw_seg *last = NULL;
	u32 i, len, left = g->bytes;

	p->nseg = 0;
	for (i = 0; left && i < g->nseg; i++) {
		u64 bus = g->seg[i].bus;

		len = wrt_min_u32(left, g->seg[i].len);
		if (!len || len % ICH_FRAME || bus % ICH_FRAME || bus > (1ull << 32) - len)
			return WRT_EINVAL;
		left -= len;
		if (last && last->bus + last->len == bus) {
			last->len += len;
			continue;
		}
		if (p->nseg == ICH_DESCRIPTORS)
			return WRT_ENOMEM;
		last = &p->seg[p->nseg++];
		last->bus = bus;
		last->len = len;
	}
	if (left)
		return WRT_EINVAL;
	return 0;
}

static int make_plan(struct wrt_hw_stream *s, const struct wrt_hw_geom *g)
{
	int pieces, err;

	err = take_segments(&s->plan, g);
	if (err)
		return err;
	s->plan.bytes = g->bytes;
	s->plan.notify_bytes = g->notify_bytes;
	set_points(s, false);
	pieces = wrt_ich_ring_cut(&s->ring, &s->plan, 0);
	if (pieces < 0)
		return pieces;
	if (pieces == ICH_DESCRIPTORS)	/* none left for a start inside a piece */
		return WRT_ENOMEM;
	return 0;
}

int wrt_ich_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		    struct wrt_hw_latency *l)
{
	int err;

	wrt_assert_may_sleep();
	if (!geometry_fits(g))
		return WRT_EINVAL;
	s->rate = g->rate;
	err = make_plan(s, g);
	if (err)
		goto err_release;
	err = wrt_ich_codec_set_rate(s->dev, s->slot, g->rate);
	if (err)
		goto err_release;
	s->state = ICH_PREPARED;
	wrt_memset(l, 0, sizeof(*l));	/* PCI: none; the FIFO's depth is not documented */
	return 0;

err_release:
	wrt_ich_release(s);
	return err;
}

/*
 * The reset clears the address of the list, and the list is cleared. stop() has cleared the
 * events, so nothing here clears the line of another engine.
 */
void wrt_ich_release(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	wrt_ich_engine_end(s->dev, s->engine);
	wrt_memset(s->list, 0, ICH_LIST_BYTES);
	wrt_memset(&s->plan, 0, sizeof(s->plan));
	s->state = ICH_OPEN;
}
