/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * engine.h - shared by the files of this directory: controller.c (interrupt, suspend, creation),
 * reset.c, skylake.c, verbs.c (commands to a codec), codec.c (search for its paths), path.c (their
 * setup and controls), stream.c (DMA), position.c, list.c (what DMA reads), idle.c (what serves
 * QEMU's codec while DMA is stopped), choice.c (kinds of pins), init.c and realtek.c (verbs before
 * the setup of a path), format.c and io.c.
 */
#ifndef WRT_HW_HDA_ENGINE_H
#define WRT_HW_HDA_ENGINE_H

#include "hda.h"
#include "ids.h"
#include "regs.h"

#define HDA_DEPTH_MAX	10	/* widgets between converter and pin, both counted */
#define HDA_RATES_MAX	11
#define HDA_BUFFER_MAX	(4u << 20)
#define HDA_REAL_ALIGN	128	/* by the specification */
#define HDA_UNWRITTEN	0xffffffffu	/* DMA has not written the position buffer yet */
#define HDA_AMD_FIFO	32	/* frames */
#define HDA_UNUSED_TAG	15	/* no converter uses it */
#define HDA_CODECS_MAX	15
#define HDA_PINS_MAX	64
#define HDA_MORE_MAX	3	/* paths for more than two channels */
#define HDA_ENGINES_MAX	30
#define HDA_RINGS_BYTES	4096
#define HDA_TRAFFIC	3	/* registers of the PCI configuration */
#define HDA_STOP_MAX_US	1000
#define HDA_SRST_MAX_US	300

/* ---- a path through a codec -------------------------------------------------------- */

/* An amplifier and its settings, which are written again after resume. */
struct hda_amp {
	u32 nid, index;
	bool output;
	u32 caps;
	u32 gain[2];
	u32 on[2];
};

struct hda_step {
	u32 nid, caps;
	u32 input;		/* index of the connection that the path uses */
	u32 inputs;		/* number of connections */
};

/* The pins of the codecs that were queried. */
struct hda_pin {
	u32 codec, nid, caps;
	u32 config, pin_caps;
};

/* Against the flow of sound: step 0 is where it arrives. */
struct hda_path {
	u32 codec, group, dir;
	u32 channel;		/* the first of two */
	struct hda_step step[HDA_DEPTH_MAX];
	u32 length;		/* 0: there is none */
	u32 pin, converter;	/* node numbers */
	u32 pin_config, pin_caps, kind;
	u32 pcm;		/* the converter's sizes and rates */
	u32 delay;		/* frames */
	struct hda_amp amp[2 * HDA_DEPTH_MAX];
	u32 namps;
	struct hda_amp *volume, *mute;	/* set by the controls, or NULL */
};

struct hda_control {
	struct hda_path *path;
	bool is_switch;
};

/* ---- DMA --------------------------------------------------------------------------- */

/* What differs between real controllers and QEMU's. */
struct hda_quirks {
	u32 caps;			/* WRT_HW_... */
	u32 align;			/* of addresses, lengths and points, bytes */
	u32 buffer_min;			/* bytes */
	u32 position_step;		/* bytes that DMA moves at once; 0: one frame */
	bool early_interrupt;		/* it may come before the position passes the point */
	bool fifo;			/* link and memory differ by the FIFO */
	bool dma_is_clock;		/* DMA keeps up with the clock */
	bool continues;			/* RUN 0 -> 1 continues the list, else it begins again */
	bool codec_start_is_slow;	/* see idle.c */
};

/*
 * States of a stream:
 *
 *   FREE <-- open(), close() --> OPEN <-- prepare(), release() --> PREPARED
 *
 *               start()               RUN reads 0
 *   PREPARED ------------> RUNNING -----------------> HALTED
 *    ^  ^  ^               |  |  ^                      |
 *    |  |  +---- stop() ---+  |  |                      |
 *    |  |                     |  +---- start() ----+    |
 *    |  |                     |                    |    |
 *    |  |                     +---- stop() ----> PAUSED |
 *    |  +------------ suspend ------------------ IDLING |
 *    +--------------- stop() ---------------------------+
 *
 * stop() ends in PAUSED on controllers that continue a list, in IDLING where there is an idle
 * engine (QEMU), else in PREPARED, and so it does if RUN does not clear. release() leads from
 * PAUSED and IDLING to OPEN.
 */
enum hda_state {
	HDA_FREE,
	HDA_OPEN,
	/* From here on the stream is prepared: */
	HDA_PREPARED,
	HDA_IDLING,		/* the idle engine has the stream's tag */
	HDA_PAUSED,		/* RUN is all that the registers lack */
	/* From here on until stop(): */
	HDA_RUNNING,
	HDA_HALTED,		/* the engine has cleared RUN; this was reported once */
};

struct wrt_hw_stream {
	struct wrt_hw_dev *dev;
	u32 slot, dir;
	u32 sd;			/* number of the stream descriptor */
	u32 base;		/* of its registers */
	struct hda_path *path;
	u32 rates[HDA_RATES_MAX];
	u32 nrates;
	u8 *bdl;
	u64 bdl_bus;
	u8 *idle;		/* list and buffer of the idle engine; NULL: there is none */
	u64 idle_bus;
	u32 idle_sd;
	bool link_only;		/* the position is LPIB: the position buffer is not usable */
	enum hda_state state;	/* changes to or from RUNNING or HALTED: device lock */
	/* Set by prepare(). */
	struct wrt_hw_seg seg[HDA_BDL_MAX];
	u32 nseg;
	struct wrt_hw_geom geom;
	u16 format;
	u32 fifo_bytes;
	/* Device lock. */
	bool points;		/* a client wants an interrupt at each */
	bool filled;		/* capture: the list has been filled beyond the FIFO's size */
	u32 list_base;		/* offset in the buffer at which the list begins ... */
	u32 behind;		/* ... and bytes from there to the offset that start() was given */
	struct wrt_hw_pos last;	/* the last reading */
	u64 timer_ns;		/* 0: not armed */
	bool irq_read;		/* `last` is of the interrupt that is being handled */
	u32 raw, raw_link;	/* the position buffer when it last changed, and LPIB then */
	u32 doubts;		/* readings in succession that cannot be true */
	bool interrupted;	/* since start() */
	u32 looked;		/* before the first interrupt: offset of the last update ... */
	u32 looks;		/* ... and number of updates that found it changed */
	u32 rechecks;		/* for an interrupt that came before its position */
};

struct wrt_hw_dev {
	const struct wrt_hw_bus *bus;
	void *ctx;
	struct wrt_hda_config cfg;
	const struct hda_quirks *quirks;
	u32 machine;		/* mask of enum wrt_hda_machine */
	u32 gcap, dma_bits;
	u32 engines;		/* stream descriptors in all */
	u32 codecs;		/* bit mask of those that answered the reset ... */
	u32 silent;		/* ... except these, which do not answer commands */
	u32 vendor[HDA_CODECS_MAX];	/* and device, of those that were asked; else 0 */
	bool alias;		/* the page with copies of registers exists */
	bool asleep;		/* suspended, or resume has failed */
	bool silent_irq;	/* no interrupts arrive; this was logged */
	bool broken;		/* an engine did not stop: bus mastering is off */
	u32 intctl;		/* last value written; device lock */
	u32 running;		/* bit mask of started engines; device lock */
	bool hushed;		/* hush() has masked interrupts; written without a lock */
	/* Command rings: only if immediate commands do not work. */
	bool immediate;
	u8 *rings;
	u64 rings_bus;
	u32 corb_wp, rirb_rp;
	u32 traffic[HDA_TRAFFIC];	/* bits of the PCI configuration as they were found */
	u32 *positions;		/* the position buffer: two for each engine, little endian */
	u64 positions_bus;
	struct hda_pin pin[HDA_PINS_MAX];
	u32 npins;
	struct hda_path path[2];	/* by enum wrt_dir */
	struct hda_path more[HDA_MORE_MAX];	/* of playback */
	u32 nmore;
	struct hda_control control[4];
	u32 ncontrols;
	struct wrt_hw_stream stream[2];	/* by slot */
	u32 nslots;
};

/* ---- registers --------------------------------------------------------------------- */

static inline u32 hda_read(const struct wrt_hw_dev *d, u32 offset, u32 width)
{
	return d->bus->read(d->ctx, 0, offset, width);
}

static inline void hda_write(const struct wrt_hw_dev *d, u32 offset, u32 width, u32 value)
{
	d->bus->write(d->ctx, 0, offset, width, value);
}

/* Parentheses: a system may have a macro of that name. */
static inline void hda_barrier(const struct wrt_hw_dev *d)
{
	d->bus->write_barrier(d->ctx);
}

static inline void hda_put_le32(u8 *at, u32 value)
{
	u32 i;

	for (i = 0; i < 4; i++)
		at[i] = (u8)(value >> (8 * i));
}

static inline u32 hda_get_le32(const u8 *at)
{
	return at[0] | (u32)at[1] << 8 | (u32)at[2] << 16 | (u32)at[3] << 24;
}

/* Name of a direction, for the log. */
static inline const char *wrt_hda_dir_name(u32 dir)
{
	return dir == WRT_PLAYBACK ? "playback" : "capture";
}

/* Constant for a stream, since QEMU finds an engine by it. There are 15, maybe more engines. */
static inline u32 hda_tag(const struct wrt_hw_stream *s)
{
	return s->dir + 1;
}

/* ---- a stream ---------------------------------------------------------------------- */

static inline u32 hda_channels_max(const struct wrt_hw_stream *s)
{
	return s->dir == WRT_PLAYBACK ? 2 + 2 * s->dev->nmore : 2;
}

static inline u32 hda_sd_read(const struct wrt_hw_stream *s, u32 offset, u32 width)
{
	return hda_read(s->dev, s->base + offset, width);
}

static inline void hda_sd_write(const struct wrt_hw_stream *s, u32 offset, u32 width, u32 value)
{
	hda_write(s->dev, s->base + offset, width, value);
}

static inline u64 hda_now_ns(const struct wrt_hw_stream *s)
{
	return s->dev->bus->now_ns(s->dev->ctx);
}

/* In the position buffer: an offset and a reserved word for each engine. */
static inline u32 *hda_position_entry(const struct wrt_hw_stream *s)
{
	return s->dev->positions + (size_t)2 * s->sd;
}

/* Bytes from offset a forward to b. */
static inline u32 hda_distance(const struct wrt_hw_stream *s, u32 a, u32 b)
{
	if (a <= b)
		return b - a;
	return s->geom.bytes - (a - b);
}

/* ---- io.c -------------------------------------------------------------------------- */

/* Busy-wait until these bits of a register have this value. False: not within max_us. */
bool wrt_hda_wait(const struct wrt_hw_dev *d, u32 offset, u32 width, u32 mask, u32 value,
		  u32 max_us);

/* ---- verbs.c [S] ------------------------------------------------------------------- */

/*
 * Send a VERB() or VERB4(), again if there is no answer. The wait is bounded; WRT_EIO: no answer.
 * answer may be NULL.
 */
int wrt_hda_verb(struct wrt_hw_dev *d, u32 codec, u32 nid, u32 verb, u32 *answer);

/* Likewise, for a verb that must not be executed twice. */
int wrt_hda_verb_once(struct wrt_hw_dev *d, u32 codec, u32 nid, u32 verb, u32 *answer);

/* Use the rings in place of immediate commands. WRT_EIO: there are none; WRT_ENOMEM. */
int wrt_hda_rings_alloc(struct wrt_hw_dev *d);

/* Set up communication with codecs after a reset, and end it. */
void wrt_hda_verbs_open(struct wrt_hw_dev *d);
void wrt_hda_verbs_close(struct wrt_hw_dev *d);

/* ---- skylake.c [S]: nothing on other controllers ------------------------------------ */

bool wrt_hda_is_skylake(const struct wrt_hw_dev *d);

/* Clock gating off, before a reset, or on. Returns whether it was on. */
bool wrt_hda_gate(struct wrt_hw_dev *d, bool on);

/* After a reset, before codecs are queried. */
void wrt_hda_skylake_set_up(struct wrt_hw_dev *d);

/* ---- reset.c [S] ------------------------------------------------------------------- */

/* Stop everything; in reset the controller has no addresses. False: it does not reset. */
bool wrt_hda_enter_reset(struct wrt_hw_dev *d);

/* Remember the PCI configuration that bring-up changes; give the next driver what was found. */
void wrt_hda_traffic_keep(struct wrt_hw_dev *d);
void wrt_hda_traffic_restore(struct wrt_hw_dev *d);

/* Reset everything until a codec answers. Errors are logged: WRT_EIO, WRT_ENOMEM. */
int wrt_hda_bring_up(struct wrt_hw_dev *d);

/* ---- choice.c ---------------------------------------------------------------------- */

/* An unsigned number up to max, decimal or after 0x hexadecimal; *text moves past it. */
bool wrt_hda_parse_number(const char **text, u32 max, u32 *out);

u32 wrt_hda_pin_kind(const struct hda_pin *pin);
const char *wrt_hda_kind_name(u32 kind);

/* What to look for: the i-th kind (or WRT_HDA_PIN_NODE), WRT_HDA_PIN_ANY: no more. */
u32 wrt_hda_pin_order(const struct wrt_hw_dev *d, u32 dir, u32 i);

/* True if the pin is of that kind, and can be used in that direction. */
bool wrt_hda_pin_fits(const struct hda_pin *pin, u32 dir, u32 wanted);

int wrt_hda_pin(struct wrt_hw_dev *d, u32 index, struct wrt_hw_pin *p);
void wrt_hda_log_pins(struct wrt_hw_dev *d);

/* ---- codec.c [S] ------------------------------------------------------------------- */

/*
 * Ask this codec; fill the d->path[] that is not found yet. WRT_EIO: it does not answer;
 * WRT_ENOMEM.
 */
int wrt_hda_codec_discover(struct wrt_hw_dev *d, u32 codec);

/* ---- init.c, realtek.c [S] --------------------------------------------------------- */

/* Send the user's verbs. */
void wrt_hda_init_send(struct wrt_hw_dev *d, u32 codec);

/* The coefficients of a Realtek codec; nothing for another. WRT_EIO: no answer. */
int wrt_hda_realtek(struct wrt_hw_dev *d, u32 codec);

/* ---- path.c [S] -------------------------------------------------------------------- */

/* Power, connections, amplifiers and pin of a path, as kept here. */
int wrt_hda_codec_restore(struct wrt_hw_dev *d, const struct hda_path *p);

/* Connect the converter to the stream with this tag, in this format; tag 0: to none. */
int wrt_hda_codec_connect(struct wrt_hw_dev *d, u32 dir, u32 tag, u16 format);

void wrt_hda_controls_make(struct wrt_hw_dev *d);
int wrt_hda_control(struct wrt_hw_dev *d, u32 index, struct wrt_hw_control *c);
int wrt_hda_control_get(struct wrt_hw_dev *d, u32 index, u32 value[2]);
int wrt_hda_control_set(struct wrt_hw_dev *d, u32 index, const u32 value[2]);

/* ---- format.c ---------------------------------------------------------------------- */

/* The rates of PARAM_PCM, ascending, at most HDA_RATES_MAX. Returns their number. */
u32 wrt_hda_rates(u32 pcm, u32 *out);

/* Bits of a sample of 4 bytes by PARAM_PCM; 0: there are none. */
u32 wrt_hda_s32_bits(u32 pcm);

/* The format word of this geometry. False: a converter with this PARAM_PCM does not have it. */
bool wrt_hda_find_format(const struct wrt_hw_geom *g, u32 pcm, u16 *out);

/* ---- list.c ------------------------------------------------------------------------ */

/* Write entry n of a list. */
void wrt_hda_list_put(u8 *list, u32 n, u64 bus, u32 len, bool interrupt);

/* The whole buffer, beginning at this offset. Returns the number of entries; 0: too many. */
u32 wrt_hda_list_write(const struct wrt_hw_stream *s, u32 begin);

/*
 * [S] Keep the geometry, and its pieces: adjacent ones are joined. WRT_EINVAL: the engine cannot
 * use these addresses; WRT_ENOMEM: the list would be too long.
 */
int wrt_hda_list_set_buffer(struct wrt_hw_stream *s, const struct wrt_hw_geom *g);

/* ---- idle.c ------------------------------------------------------------------------ */

/* [S] Allocate s->idle, if this controller needs it, and free it. WRT_ENOMEM. */
int wrt_hda_idle_open(struct wrt_hw_stream *s);
void wrt_hda_idle_close(struct wrt_hw_stream *s);

/* The rest only if s->idle is set. [A] The idle engine takes the stream's tag. */
void wrt_hda_idle_begin(struct wrt_hw_stream *s);

/* [A] The stream's engine, which has been started with an unused tag, takes it back. */
void wrt_hda_idle_end(struct wrt_hw_stream *s);

/* [S] Stop the idle engine, and with it the codec. */
void wrt_hda_idle_stop_codec(struct wrt_hw_stream *s);

/* ---- position.c [A] ---------------------------------------------------------------- */

/* Set s->last with its times. Where DMA is no clock no early bound is needed. WRT_EIO: gone. */
int wrt_hda_read_position(struct wrt_hw_stream *s, u64 from_ns);

int wrt_hda_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p);
int wrt_hda_irq_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p);
u32 wrt_hda_register_base(struct wrt_hw_stream *s);

/* ---- stream.c ---------------------------------------------------------------------- */

/* [S] The hardware loses everything; later the codec is connected again, start() does the rest. */
void wrt_hda_stream_suspend(struct wrt_hw_stream *s);
int wrt_hda_stream_restore(struct wrt_hw_stream *s);

/* [A] The interrupt, already acknowledged, with its SD_STS. ns: entry of the handler. */
void wrt_hda_stream_interrupt(struct wrt_hw_stream *s, u32 sts, u64 ns, bool arrived);

/* [A] The timer: true if an update is due at ns, the entry of the handler. */
bool wrt_hda_stream_timer(struct wrt_hw_stream *s, u64 ns);

int wrt_hda_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		    struct wrt_hw_latency *l);
void wrt_hda_release(struct wrt_hw_stream *s);
int wrt_hda_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns);
int wrt_hda_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at);
void wrt_hda_points(struct wrt_hw_stream *s, bool on);

#endif
