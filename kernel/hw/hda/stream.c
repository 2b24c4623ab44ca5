// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * stream.c - one DMA engine: start, stop and position, and when to read the position without an
 * interrupt. [A] operations hold the device lock, allocate nothing and wait at most
 * HDA_STOP_MAX_US. Offsets that the hardware reports count from where its list begins. The
 * states of a stream are in engine.h.
 */
#include "engine.h"

#define ALL_ONES	0xffu	/* SD_CTL of a removed device */

#define FRESH_MIN_HZ	100	/* without points: an update every 10 ms at least ... */
#define FRESH_MAX_HZ	1000	/* ... and every 1 ms at most */
#define EARLY_FRAMES	32	/* an interrupt may be early by this much, and the FIFO */
#define RECHECKS_MAX	8
#define LOOKS_MAX	3	/* before the first interrupt, each some time after the last */

static bool is_prepared(const struct wrt_hw_stream *s)
{
	return s->state >= HDA_PREPARED;
}

static bool is_started(const struct wrt_hw_stream *s)
{
	return s->state >= HDA_RUNNING;
}

static u64 bytes_ns(const struct wrt_hw_stream *s, u32 bytes)
{
	return wrt_mul_div_u64(bytes, WRT_NSEC_PER_SEC, (u64)s->geom.rate * s->geom.frame_bytes);
}

/* ---- the registers ----------------------------------------------------------------- */

static bool set_srst(struct wrt_hw_stream *s, u32 value)
{
	hda_sd_write(s, SD_CTL, 1, value);
	return wrt_hda_wait(s->dev, s->base + SD_CTL, 1, SD_CTL_SRST, value, HDA_SRST_MAX_US);
}

/*
 * RUN must read 0 afterwards: QEMU keeps a stream running whose tag it has lost. Older QEMUs
 * reset at once and never show SRST, so it is no error if SRST never reads 1.
 */
static bool reset_engine(struct wrt_hw_stream *s)
{
	hda_sd_write(s, SD_STS, 1, SD_STS_ALL);
	set_srst(s, SD_CTL_SRST);
	return set_srst(s, 0) && !(hda_sd_read(s, SD_CTL, 1) & SD_CTL_RUN);
}

static bool halt_engine(struct wrt_hw_stream *s)
{
	hda_sd_write(s, SD_CTL, 1, 0);
	return wrt_hda_wait(s->dev, s->base + SD_CTL, 1, SD_CTL_RUN, 0, HDA_STOP_MAX_US);
}

static int fail(struct wrt_hw_stream *s, const char *what)
{
	s->dev->bus->log(s->dev->ctx, WRT_LOG_ERROR, "%s: %s", wrt_hda_dir_name(s->dir), what);
	return WRT_EIO;
}

/* All registers from what is kept here: the hardware may have lost them. */
static int program(struct wrt_hw_stream *s, u32 begin, u32 from)
{
	u32 tag = hda_tag(s);
	u32 n;

	if (s->state == HDA_IDLING)
		tag = HDA_UNUSED_TAG;	/* until wrt_hda_idle_end() */
	if (!reset_engine(s))
		return fail(s, "the engine does not reset");
	n = wrt_hda_list_write(s, begin);
	s->list_base = begin;
	s->behind = hda_distance(s, begin, from);
	if (s->behind > s->geom.bytes / 2)
		s->behind = 0;
	s->filled = false;
	s->raw = HDA_UNWRITTEN;
	s->doubts = 0;
	*hda_position_entry(s) = HDA_UNWRITTEN;
	hda_barrier(s->dev);
	hda_sd_write(s, SD_CTL_TAG, 1, tag << 4);
	hda_sd_write(s, SD_CBL, 4, s->geom.bytes);
	hda_sd_write(s, SD_FMT, 2, s->format);
	hda_sd_write(s, SD_LVI, 2, n - 1);
	hda_sd_write(s, SD_BDPL, 4, (u32)s->bdl_bus);
	hda_sd_write(s, SD_BDPU, 4, (u32)(s->bdl_bus >> 32));
	return 0;
}

/* ---- position updates without an interrupt ----------------------------------------- */

/*
 * Until the first interrupt: soon after the first point, then soon after each, but not more often
 * than each quarter of a period, should DMA stand shortly before a point.
 */
static u64 look_after_ns(const struct wrt_hw_stream *s)
{
	u32 period = s->geom.notify_bytes;
	u32 left = period - s->last.dma % period + s->geom.frame_bytes;

	if (!s->looks)
		return bytes_ns(s, period + period / 4);
	return bytes_ns(s, wrt_max_u32(left, period / 4));
}

/*
 * Time to the next update; 0: none. Without points updates keep the position fresh. With points
 * they are needed where no interrupt has come yet, and where DMA is no clock: there an interrupt
 * that is missing (a lost one, or with one point a buffer) must not leave a whole buffer unseen.
 */
static u64 update_after_ns(const struct wrt_hw_stream *s)
{
	u32 rate = s->geom.rate * s->geom.frame_bytes;

	if (!s->points || !s->geom.notify)
		return bytes_ns(s, wrt_max_u32(wrt_min_u32(s->geom.bytes / 4, rate / FRESH_MIN_HZ),
					       rate / FRESH_MAX_HZ));
	if (!s->dev->quirks->dma_is_clock)
		return bytes_ns(s, s->geom.bytes / 4 * 3);
	return s->interrupted ? 0 : look_after_ns(s);
}

/*
 * Real engines interrupt when the end of an entry has been fetched; the position may follow
 * later. Returns the time until it passes the point, or 0 if it already has.
 */
static u64 early_ns(const struct wrt_hw_stream *s)
{
	u32 early = s->fifo_bytes + EARLY_FRAMES * s->geom.frame_bytes;
	u32 left;

	if (!s->dev->quirks->early_interrupt || !s->points || !s->geom.notify ||
	    s->state == HDA_HALTED)
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
 * s->last has been read at ns, or DMA begins there. With points an update before its time does no
 * damage, so a timer that has half of its time left is not set again.
 */
static void arm_timer(struct wrt_hw_stream *s, u64 ns)
{
	u64 after = update_after_ns(s);

	if (!after)
		set_timer(s, 0);
	else if (!s->points || s->timer_ns <= ns + after / 2)
		set_timer(s, ns + after);
}

/* As above, but earlier if the position has not passed its point yet. */
static void arm_recheck(struct wrt_hw_stream *s, u64 ns)
{
	u64 early = early_ns(s);
	u64 after = update_after_ns(s);

	if (early && (!after || early < after))
		set_timer(s, hda_now_ns(s) + early);
	else
		arm_timer(s, ns);
}

/* The handler was entered at ns. Only where the interrupt may be early it needs the position. */
static void read_in_interrupt(struct wrt_hw_stream *s, u64 ns)
{
	s->irq_read = false;
	if (s->state == HDA_RUNNING && s->dev->quirks->early_interrupt)
		s->irq_read = !wrt_hda_read_position(s, ns);
}

void wrt_hda_stream_interrupt(struct wrt_hw_stream *s, u32 sts, u64 ns, bool arrived)
{
	if (sts & SD_STS_BCIS)
		s->filled = true;
	if (arrived)
		s->interrupted = true;
	read_in_interrupt(s, ns);
	s->rechecks = 0;
	arm_recheck(s, ns);
}

/*
 * Called a period and a quarter after the start, or later: DMA moves, and no interrupt has come.
 * Some controllers claim to have MSI and send none. Then the timer finds every point.
 */
static void count_look(struct wrt_hw_stream *s)
{
	struct wrt_hw_dev *d = s->dev;

	if (s->interrupted || !s->points || !s->geom.notify || !d->quirks->dma_is_clock ||
	    s->looked == s->last.dma)
		return;
	s->looked = s->last.dma;
	s->looks++;
	if (s->looks < LOOKS_MAX || d->silent_irq)
		return;
	d->silent_irq = true;
	d->bus->log(d->ctx, WRT_LOG_WARNING,
		    "no interrupts arrive: a timer finds the points; the parameter msi= may help");
}

bool wrt_hda_stream_timer(struct wrt_hw_stream *s, u64 ns)
{
	if (!is_started(s) || !s->timer_ns || ns < s->timer_ns)
		return false;
	s->timer_ns = 0;
	read_in_interrupt(s, ns);
	count_look(s);
	s->rechecks++;
	if (s->rechecks < RECHECKS_MAX)
		arm_recheck(s, ns);
	else
		arm_timer(s, ns);
	return true;
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
	if (!is_started(s))
		return;
	set_mask(s, on && s->geom.notify);
	arm_timer(s, hda_now_ns(s));
}

/*
 * Where the list begins. A reset loses what a FIFO has fetched and not played, so the list begins
 * with that. Its entries may have to be aligned (the newest of Intel's controllers insist): less
 * than that is skipped.
 */
static u32 list_begin(const struct wrt_hw_stream *s, u32 from)
{
	u32 align = s->dev->quirks->align;
	u32 begin = from;

	while (align % s->geom.frame_bytes)
		align += s->dev->quirks->align;	/* of whole frames: 6 channels have 12 bytes */

	if (s->dev->quirks->fifo && s->dir == WRT_PLAYBACK && from == s->last.dma)
		begin = s->last.link;
	begin = (begin + align - 1) / align * align;
	return begin % s->geom.bytes;
}

int wrt_hda_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	struct wrt_hw_dev *d = s->dev;
	int err;

	if (from >= s->geom.bytes)
		return WRT_EINVAL;
	if (s->state != HDA_PAUSED || from != s->last.dma) {
		if (s->state == HDA_PAUSED)
			s->state = HDA_PREPARED;
		err = program(s, list_begin(s, from), from);
		if (err)
			return err;
	}
	s->rechecks = 0;
	s->interrupted = false;
	s->looked = from;
	s->looks = 0;
	d->running |= 1u << s->sd;
	set_mask(s, s->points && s->geom.notify);
	*from_ns = hda_now_ns(s);
	hda_sd_write(s, SD_CTL, 1, SD_CTL_RUN | SD_CTL_IRQS);
	if (s->state == HDA_IDLING)
		wrt_hda_idle_end(s);
	*ns = hda_now_ns(s);
	s->state = HDA_RUNNING;
	s->last.dma = from;
	s->last.from_ns = *from_ns;
	s->last.ns = *ns;
	arm_timer(s, *ns);
	return 0;
}

/* DMA runs until the engine has halted, so the early bound is a time before that. */
int wrt_hda_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	struct wrt_hw_dev *d = s->dev;
	enum hda_state next = HDA_PREPARED;
	bool stopped;
	int err;

	set_mask(s, false);
	set_timer(s, 0);
	at->from_ns = 0;
	err = wrt_hda_position(s, at);
	if (s->state == HDA_RUNNING && s->idle) {
		wrt_hda_idle_begin(s);
		next = HDA_IDLING;
	} else if (s->state == HDA_RUNNING && d->quirks->continues) {
		next = HDA_PAUSED;
	}
	stopped = halt_engine(s);
	if (err >= 0 && s->state == HDA_RUNNING && wrt_hda_read_position(s, s->last.ns))
		err = WRT_EIO;
	*at = s->last;
	if (!stopped) {
		fail(s, "the engine does not stop: resetting it");
		set_srst(s, SD_CTL_SRST);
		if (next == HDA_PAUSED)
			next = HDA_PREPARED;
	}
	hda_sd_write(s, SD_STS, 1, SD_STS_ALL);
	s->state = next;
	d->running &= ~(1u << s->sd);
	return err;
}

/* ---- preparing --------------------------------------------------------------------- */

/* An odd value is the size less one; QEMU reports the size itself. */
static u32 read_fifo_bytes(struct wrt_hw_stream *s)
{
	u32 bytes = (hda_sd_read(s, SD_FIFOS, 2) + 1) & ~1u;

	if (s->dev->machine & WRT_HDA_LINK_POSITION)
		bytes = wrt_max_u32(bytes, HDA_AMD_FIFO * s->geom.frame_bytes);
	return wrt_min_u32(bytes, s->geom.bytes / 4);
}

static bool is_possible(const struct wrt_hw_stream *s, const struct wrt_hw_geom *g)
{
	if (!g->frame_bytes || !g->rate || !g->channels || g->channels % 2 ||
	    g->channels > hda_channels_max(s))
		return false;
	if (g->bytes < s->dev->quirks->buffer_min || g->bytes > HDA_BUFFER_MAX)
		return false;
	if (!g->notify)
		return true;
	return g->notify < HDA_BDL_MAX && g->notify * g->notify_bytes == g->bytes;
}

int wrt_hda_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		    struct wrt_hw_latency *l)
{
	int err;

	wrt_assert_may_sleep();
	if (!is_possible(s, g) || !wrt_hda_find_format(g, s->path->pcm, &s->format))
		return WRT_EINVAL;
	err = wrt_hda_list_set_buffer(s, g);
	if (err)
		return err;
	s->points = false;
	wrt_memset(&s->last, 0, sizeof(s->last));
	err = program(s, 0, 0);
	if (err)
		return err;
	err = wrt_hda_codec_connect(s->dev, s->dir, hda_tag(s), s->format);
	if (err)
		return err;
	s->fifo_bytes = read_fifo_bytes(s);
	s->state = HDA_PREPARED;
	wrt_memset(l, 0, sizeof(*l));
	l->fifo_bytes = s->fifo_bytes;
	l->codec_100ns = (u32)wrt_div_u64((u64)s->path->delay * 10000000, g->rate);
	return 0;
}

/*
 * If an engine still runs after stop and reset, it would use memory that is freed next. Then the
 * whole controller loses its access to memory until it is bound again.
 */
static void cut_off(struct wrt_hw_stream *s)
{
	struct wrt_hw_dev *d = s->dev;
	u32 command;

	fail(s, "the engine cannot be stopped: bus mastering is turned off");
	command = d->bus->config_read(d->ctx, HDA_PCI_COMMAND, 2);
	d->bus->config_write(d->ctx, HDA_PCI_COMMAND, 2, command & ~HDA_PCI_COMMAND_MASTER);
	d->broken = true;
}

void wrt_hda_release(struct wrt_hw_stream *s)
{
	struct wrt_hw_dev *d = s->dev;
	u32 control;

	wrt_assert_may_sleep();
	if (s->state == HDA_IDLING)
		wrt_hda_idle_stop_codec(s);
	s->state = HDA_OPEN;
	if (d->asleep)
		return;		/* in reset the controller has no address of the buffer */
	wrt_hda_codec_connect(d, s->dir, 0, 0);
	control = hda_sd_read(s, SD_CTL, 1);
	if (control != ALL_ONES && control & SD_CTL_RUN)
		cut_off(s);
	hda_sd_write(s, SD_BDPL, 4, 0);
	hda_sd_write(s, SD_BDPU, 4, 0);
}

void wrt_hda_stream_suspend(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	if (s->state == HDA_IDLING)
		wrt_hda_idle_stop_codec(s);
	if (is_prepared(s))
		s->state = HDA_PREPARED;
}

int wrt_hda_stream_restore(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	if (!is_prepared(s))
		return 0;
	return wrt_hda_codec_connect(s->dev, s->dir, hda_tag(s), s->format);
}
