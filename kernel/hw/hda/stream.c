// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * stream.c - one DMA engine: its list of buffer pieces, start and stop, position, and when
 * to look without an interrupt. [A] operations run under the device lock, allocate nothing
 * and wait at most HDA_STOP_MAX_US.
 *
 * The list begins where DMA is to go on, so that it also goes on after a sleep, or on a
 * model that forgets its place in a pause. Offsets that the hardware tells count from there.
 */
#include "engine.h"

#define ALL_ONES	0xffu	/* nobody answers there any more */

#define UNWRITTEN	0xffffffffu	/* no offset: the position buffer before DMA wrote it */
#define FRESH_MIN_HZ	100	/* without points: a look every 10 ms at least ... */
#define FRESH_MAX_HZ	1000	/* ... and every 1 ms at most */
#define EARLY_FRAMES	32	/* an interrupt may be early by this much, and the FIFO */
#define RECHECKS_MAX	8

static u32 sd_read(const struct wrt_hw_stream *s, u32 offset, u32 width)
{
	return hda_read(s->dev, s->base + offset, width);
}

static void sd_write(const struct wrt_hw_stream *s, u32 offset, u32 width, u32 value)
{
	hda_write(s->dev, s->base + offset, width, value);
}

static u64 now_ns(const struct wrt_hw_stream *s)
{
	return s->dev->bus->now_ns(s->dev->ctx);
}

/* Its place in the position buffer: an offset, and a reserved word. */
static u32 *position_entry(const struct wrt_hw_stream *s)
{
	return s->dev->positions + (size_t)2 * s->sd;
}

static u64 bytes_ns(const struct wrt_hw_stream *s, u32 bytes)
{
	return wrt_mul_div_u64(bytes, WRT_NSEC_PER_SEC, (u64)s->geom.rate * s->geom.frame_bytes);
}

/* How far a is before b. */
static u32 distance(const struct wrt_hw_stream *s, u32 a, u32 b)
{
	return a <= b ? b - a : s->geom.bytes - (a - b);
}

/* ---- the list ---------------------------------------------------------------------- */

/* How far from this offset to where an entry has to end; there are at least two entries. */
static u32 to_cut(const struct wrt_hw_stream *s, u32 at)
{
	const struct wrt_hw_geom *g = &s->geom;
	u32 half = g->bytes / 2 / HDA_REAL_ALIGN * HDA_REAL_ALIGN;

	if (g->notify > 1)
		return g->notify_bytes - at % g->notify_bytes;
	return at < half ? half - at : g->bytes - at;
}

static bool is_point(const struct wrt_hw_stream *s, u32 at)
{
	return s->geom.notify && at % s->geom.notify_bytes == 0;
}

/* All of the buffer, beginning at this offset. Returns the number of entries, 0: too many. */
static u32 build_list(const struct wrt_hw_stream *s, u32 begin)
{
	u32 at = begin, left = s->geom.bytes, i = 0, n = 0, inside = begin;

	while (inside >= s->seg[i].len)
		inside -= s->seg[i++].len;
	while (left) {
		u32 len = wrt_min_u32(to_cut(s, at), s->seg[i].len - inside);

		len = wrt_min_u32(len, left);
		if (n == HDA_BDL_MAX)
			return 0;
		hda_put_entry(s->bdl + (size_t)n++ * HDA_BDL_ENTRY, s->seg[i].bus + inside, len,
			      is_point(s, at + len));
		left -= len;
		at += len;
		inside += len;
		if (at == s->geom.bytes) {
			at = 0;
			i = 0;
			inside = 0;
		} else if (inside == s->seg[i].len) {
			i++;
			inside = 0;
		}
	}
	hda_barrier(s->dev);
	return n;
}

static bool reachable(const struct wrt_hw_stream *s, const struct wrt_hw_seg *seg)
{
	u32 bits = s->dev->dma_bits;

	return bits >= 64 || !((seg->bus + seg->len - 1) >> bits);
}

/* Pieces that follow each other in bus memory are one. */
static int copy_segments(struct wrt_hw_stream *s, const struct wrt_hw_geom *g)
{
	u32 align = s->dev->cfg.emulated ? HDA_EMULATED_ALIGN : HDA_REAL_ALIGN;
	u32 i, left = g->bytes;

	s->nseg = 0;
	for (i = 0; i < g->nseg && left; i++) {
		struct wrt_hw_seg seg = g->seg[i];
		struct wrt_hw_seg *last = &s->seg[s->nseg ? s->nseg - 1 : 0];

		seg.len = wrt_min_u32(seg.len, left);
		if (!seg.len || seg.bus & (align - 1) || seg.len % align || !reachable(s, &seg))
			return WRT_EINVAL;
		left -= seg.len;
		if (s->nseg && last->bus + last->len == seg.bus) {
			last->len += seg.len;
			continue;
		}
		if (s->nseg == HDA_BDL_MAX)
			return WRT_ERANGE;
		s->seg[s->nseg++] = seg;
	}
	return left ? WRT_EINVAL : 0;
}

/* ---- the registers ----------------------------------------------------------------- */

static bool set_srst(struct wrt_hw_stream *s, bool on)
{
	u32 value = on ? SD_CTL_SRST : 0;

	sd_write(s, SD_CTL, 1, value);
	return wrt_hda_wait(s->dev, s->base + SD_CTL, 1, SD_CTL_SRST, value, HDA_SRST_MAX_US);
}

/*
 * RUN reads 0: otherwise QEMU keeps a stream going whose tag it has forgotten. Older QEMUs
 * reset at once and never show SRST: that it comes is waited for, not insisted on.
 */
static bool reset_engine(struct wrt_hw_stream *s)
{
	sd_write(s, SD_STS, 1, SD_STS_ALL);
	set_srst(s, true);
	return set_srst(s, false) && !(sd_read(s, SD_CTL, 1) & SD_CTL_RUN);
}

static bool halt_engine(struct wrt_hw_stream *s)
{
	sd_write(s, SD_CTL, 1, 0);
	return wrt_hda_wait(s->dev, s->base + SD_CTL, 1, SD_CTL_RUN, 0, HDA_STOP_MAX_US);
}

static int fail(struct wrt_hw_stream *s, const char *what)
{
	s->dev->bus->log(s->dev->ctx, WRT_LOG_ERROR, "%s: %s",
			 s->dir == WRT_PLAYBACK ? "playback" : "capture", what);
	return WRT_EIO;
}

/* Everything from what is kept: the hardware may have forgotten it. */
static int program(struct wrt_hw_stream *s, u32 begin, u32 from)
{
	u32 n;

	if (!reset_engine(s))
		return fail(s, "the engine does not reset");
	n = build_list(s, begin);
	s->list_base = begin;
	s->behind = distance(s, begin, from);
	if (s->behind > s->geom.bytes / 2)
		s->behind = 0;
	s->filled = false;
	*position_entry(s) = UNWRITTEN;
	hda_barrier(s->dev);
	sd_write(s, SD_CTL_TAG, 1, wrt_hda_idle_tag(s) << 4);
	sd_write(s, SD_CBL, 4, s->geom.bytes);
	sd_write(s, SD_FMT, 2, s->format);
	sd_write(s, SD_LVI, 2, n - 1);
	sd_write(s, SD_BDPL, 4, (u32)s->bdl_bus);
	sd_write(s, SD_BDPU, 4, (u32)(s->bdl_bus >> 32));
	return 0;
}

/* ---- looks without an interrupt ---------------------------------------------------- */

/*
 * Without points to keep the position fresh. With them only on a model: its DMA is no clock,
 * so a look that is missing (a lost interrupt, N = 1) must not make a whole buffer go unseen.
 */
static u64 look_after_ns(const struct wrt_hw_stream *s)
{
	u32 rate = s->geom.rate * s->geom.frame_bytes;

	if (s->points && s->geom.notify)
		return s->dev->cfg.emulated ? bytes_ns(s, s->geom.bytes / 4 * 3) : 0;
	return bytes_ns(s, wrt_max_u32(wrt_min_u32(s->geom.bytes / 4, rate / FRESH_MIN_HZ),
				       rate / FRESH_MAX_HZ));
}

/*
 * Real engines say that the end of an entry has been fetched; the position may follow later.
 * Returns how long until it has passed the point, 0: it has.
 */
static u64 early_ns(const struct wrt_hw_stream *s)
{
	u32 early = s->fifo_bytes + EARLY_FRAMES * s->geom.frame_bytes;
	u32 left;

	if (s->dev->cfg.emulated || !s->points || !s->geom.notify || s->halted)
		return 0;
	left = s->geom.notify_bytes - s->last.dma % s->geom.notify_bytes;
	if (left > wrt_min_u32(early, s->geom.notify_bytes / 2))
		return 0;
	return bytes_ns(s, left + s->geom.frame_bytes);
}

static void set_timer(struct wrt_hw_stream *s, u64 ns)
{
	if (ns != s->timer_ns)
		s->dev->bus->timer_at(s->dev->ctx, s->slot, ns);
	s->timer_ns = ns;
}

/*
 * s->last has just been read, or DMA begins there. Only a recheck depends on microseconds, so
 * only it reads the clock once more.
 */
static void arm_timer(struct wrt_hw_stream *s, u64 ns, bool recheck)
{
	u64 look = look_after_ns(s);
	u64 early = recheck ? early_ns(s) : 0;

	if (early && (!look || early < look))
		set_timer(s, now_ns(s) + early);
	else
		set_timer(s, look ? ns + look : 0);
}

static int read_registers(struct wrt_hw_stream *s);

void wrt_hda_stream_interrupt(struct wrt_hw_stream *s, u32 sts, u64 ns)
{
	if (sts & SD_STS_BCIS)
		s->filled = true;
	if (!s->halted)
		read_registers(s);
	s->rechecks = 0;
	arm_timer(s, ns, true);
}

bool wrt_hda_stream_timer(struct wrt_hw_stream *s, u64 ns)
{
	if (!s->running || !s->timer_ns || ns < s->timer_ns)
		return false;
	s->timer_ns = 0;
	if (!s->halted)
		read_registers(s);
	s->rechecks++;
	arm_timer(s, ns, s->rechecks < RECHECKS_MAX);
	return true;
}

/* ---- position ---------------------------------------------------------------------- */

/* What is in memory when the link has come to this offset, for want of a better source. */
static u32 dma_from_link(struct wrt_hw_stream *s, u32 link)
{
	if (s->dir == WRT_PLAYBACK || s->dev->cfg.emulated)
		return link;
	if (link >= s->fifo_bytes) {
		s->filled = true;
		return link - s->fifo_bytes;
	}
	return s->filled ? s->geom.bytes + link - s->fifo_bytes : 0;
}

static u32 in_buffer(const struct wrt_hw_stream *s, u32 offset)
{
	offset -= offset % s->geom.frame_bytes;
	return (u32)wrt_mod_u64((u64)s->list_base + offset, s->geom.bytes);
}

/*
 * Into the offsets of s->last. The position buffer is what DMA has done to memory; it is read
 * once (calls that the compiler cannot see through follow before it is used). LPIB is what has
 * gone over the link: behind memory in playback, before it in capture; and in place of a
 * position buffer that is never written.
 */
static int read_registers(struct wrt_hw_stream *s)
{
	u32 raw = *position_entry(s);
	u32 link = sd_read(s, SD_LPIB, 4);
	u32 dma = hda_get_le32((const u8 *)&raw);
	struct wrt_hw_pos *p = &s->last;

	if (link == 0xffffffffu)
		return WRT_EIO;		/* the device is gone */
	link %= s->geom.bytes;
	if (dma > s->geom.bytes)
		dma = dma_from_link(s, link);
	if (dma < s->behind)
		dma = s->behind;	/* played again what had been fetched before a reset */
	else
		s->behind = 0;
	p->dma = in_buffer(s, dma);
	p->link = in_buffer(s, link);
	if (distance(s, s->dir == WRT_PLAYBACK ? p->link : p->dma,
		     s->dir == WRT_PLAYBACK ? p->dma : p->link) > s->geom.bytes / 2)
		p->link = p->dma;	/* one of the two lags by a frame */
	return 0;
}

/* Into s->last, with its times. DMA of a model is no clock: no early bound is needed there. */
static int read_position(struct wrt_hw_stream *s, u64 from_ns)
{
	int err;

	if (!from_ns && !s->dev->cfg.emulated)
		from_ns = now_ns(s);
	err = read_registers(s);
	if (err)
		return err;
	s->last.from_ns = from_ns;
	s->last.ns = now_ns(s);
	return 0;
}

/*
 * An engine that has turned RUN off by itself stands where it is. That is said once; later
 * readings have the time of that one, so that nobody takes the time since for a distance.
 */
int wrt_hda_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	bool stands = !(sd_read(s, SD_CTL, 1) & SD_CTL_RUN);
	bool fresh = stands && !s->halted;
	int err = 0;

	if (!s->halted)
		err = read_position(s, p->from_ns);
	*p = s->last;
	if (err)
		return err;
	s->halted = stands;
	if (stands)
		s->armed = false;
	return fresh;
}

u32 wrt_hda_register_base(struct wrt_hw_stream *s)
{
	return s->list_base;
}

/* ---- DMA on and off ---------------------------------------------------------------- */

static void set_mask(struct wrt_hw_stream *s, bool on)
{
	struct wrt_hw_dev *d = s->dev;

	d->intctl &= ~(1u << s->sd);
	if (on)
		d->intctl |= 1u << s->sd;
	hda_write(d, HDA_INTCTL, 4, d->intctl);
}

void wrt_hda_points(struct wrt_hw_stream *s, bool on)
{
	s->points = on;
	if (!s->running)
		return;
	set_mask(s, on && s->geom.notify);
	arm_timer(s, now_ns(s), false);
}

/*
 * Where the list begins. What a real engine had fetched and not played is lost with a reset:
 * it begins with that. Real parts may insist on aligned entries, the newest of Intel's do: less
 * than HDA_REAL_ALIGN bytes are skipped.
 */
static u32 list_begin(const struct wrt_hw_stream *s, u32 from)
{
	u32 begin = from;

	if (s->dev->cfg.emulated)
		return from;
	if (s->dir == WRT_PLAYBACK && from == s->last.dma)
		begin = s->last.link;
	begin = (begin + HDA_REAL_ALIGN - 1) / HDA_REAL_ALIGN * HDA_REAL_ALIGN;
	return begin % s->geom.bytes;
}

/* A real engine goes on from a pause when RUN is set again; a model begins its list anew. */
int wrt_hda_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	struct wrt_hw_dev *d = s->dev;
	int err;

	if (from >= s->geom.bytes)
		return WRT_EINVAL;
	if (!s->armed || from != s->last.dma) {
		s->armed = false;
		err = program(s, list_begin(s, from), from);
		if (err)
			return err;
		s->armed = !d->cfg.emulated;
	}
	s->running = true;
	s->halted = false;
	s->rechecks = 0;
	d->running |= 1u << s->sd;
	set_mask(s, s->points && s->geom.notify);
	*from_ns = now_ns(s);
	sd_write(s, SD_CTL, 1, SD_CTL_RUN | SD_CTL_IRQS);
	wrt_hda_idle_end(s);
	*ns = now_ns(s);
	s->last.dma = from;
	s->last.from_ns = *from_ns;
	s->last.ns = *ns;
	arm_timer(s, *ns, false);
	return 0;
}

/* DMA goes on until the engine has halted, so the early bound is the time before that. */
int wrt_hda_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	struct wrt_hw_dev *d = s->dev;
	bool stopped;
	int err;

	set_mask(s, false);
	set_timer(s, 0);
	at->from_ns = 0;
	err = wrt_hda_position(s, at);
	wrt_hda_idle_begin(s);
	stopped = halt_engine(s);
	if (err >= 0 && !s->halted && read_position(s, s->last.ns))
		err = WRT_EIO;
	*at = s->last;
	if (!stopped) {
		fail(s, "the engine does not stop: resetting it");
		set_srst(s, true);
		s->armed = false;
	}
	sd_write(s, SD_STS, 1, SD_STS_ALL);
	if (s->halted)
		s->armed = false;
	s->running = false;
	d->running &= ~(1u << s->sd);
	return err;
}

/* ---- preparing --------------------------------------------------------------------- */

/* An odd value is the size less one; QEMU tells the size itself. */
static u32 read_fifo_bytes(struct wrt_hw_stream *s)
{
	u32 value = sd_read(s, SD_FIFOS, 2);

	return wrt_min_u32((value + 1) & ~1u, s->geom.bytes / 4);
}

int wrt_hda_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		    struct wrt_hw_latency *l)
{
	int err;

	wrt_assert_may_sleep();
	if (!g->frame_bytes || !g->rate || g->bytes < hda_buffer_min(s->dev) ||
	    g->bytes > HDA_BUFFER_MAX ||
	    g->channels != 2 || g->notify > HDA_BDL_MAX - 1 ||
	    (g->notify && g->notify * g->notify_bytes != g->bytes) ||
	    !wrt_hda_find_format(g, &s->format))
		return WRT_EINVAL;
	err = copy_segments(s, g);
	if (err)
		return err;
	s->geom = *g;
	s->geom.seg = NULL;
	s->points = false;
	s->armed = false;
	wrt_memset(&s->last, 0, sizeof(s->last));
	if (!build_list(s, 0) || build_list(s, 0) == HDA_BDL_MAX)
		return WRT_ERANGE;	/* beginning elsewhere makes it one longer */
	err = program(s, 0, 0);
	if (!err)
		err = wrt_hda_codec_connect(s->dev, s->dir, s->sd + 1, s->format);
	if (err)
		return err;
	s->fifo_bytes = read_fifo_bytes(s);
	s->prepared = true;
	wrt_memset(l, 0, sizeof(*l));
	l->fifo_bytes = s->fifo_bytes;
	l->codec_100ns = (u32)wrt_div_u64((u64)s->path->delay * 10000000, g->rate);
	return 0;
}

/*
 * An engine that still runs although it was told to stop and to reset would go on using memory
 * that is freed next: then the whole controller loses its way to memory, for good.
 */
void wrt_hda_release(struct wrt_hw_stream *s)
{
	struct wrt_hw_dev *d = s->dev;
	u32 control, command;

	wrt_assert_may_sleep();
	s->prepared = false;
	s->armed = false;
	if (d->asleep)
		return;		/* in reset it knows no address */
	wrt_hda_idle_stop_codec(s);
	wrt_hda_codec_connect(d, s->dir, 0, 0);
	control = sd_read(s, SD_CTL, 1);
	if (control != ALL_ONES && control & SD_CTL_RUN) {
		fail(s, "the engine cannot be stopped: bus mastering is turned off");
		command = d->bus->config_read(d->ctx, HDA_PCI_COMMAND, 2);
		d->bus->config_write(d->ctx, HDA_PCI_COMMAND, 2, command & ~HDA_PCI_COMMAND_MASTER);
		d->broken = true;
	}
	sd_write(s, SD_BDPL, 4, 0);
	sd_write(s, SD_BDPU, 4, 0);
}

int wrt_hda_stream_restore(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	return s->prepared ?
	       wrt_hda_codec_connect(s->dev, s->dir, s->sd + 1, s->format) : 0;
}
