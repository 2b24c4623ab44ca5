/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * hw.h - the operations of a DMA backend, and the callbacks that it uses.
 *
 * A backend handles registers, not clients: it reaches its hardware through the struct
 * wrt_hw_bus it is given. The core calls it, and it never calls the core.
 * Contexts: [S] may sleep, the device mutex is held; [A] atomic, the device lock is
 * held with interrupts off, at most stop_max_us may be spent waiting.
 */
#ifndef WRT_CORE_HW_H
#define WRT_CORE_HW_H

#include "os.h"

enum wrt_dir {
	WRT_PLAYBACK = 0,
	WRT_CAPTURE = 1,
};

/* Sample formats, little endian, one bit each so that capabilities are a mask. */
enum wrt_format {
	WRT_FMT_U8 = 1 << 0,
	WRT_FMT_S16 = 1 << 1,
	WRT_FMT_S20_32 = 1 << 2,	/* 20 bits in the low part of 4 bytes */
	WRT_FMT_S24_32 = 1 << 3,	/* 24 bits in the low part of 4 bytes */
	WRT_FMT_S32 = 1 << 4,
	WRT_FMT_FLOAT = 1 << 5,		/* IEEE 754 binary32 */
	WRT_FMT_S24_3 = 1 << 6,		/* 24 bits in 3 bytes */
};

#define WRT_FMT_ALL 0x7fu

enum wrt_hw_flags {
	WRT_HW_SG = 1 << 0,		/* the buffer may lie in several segments of bus memory */
	WRT_HW_EARLY_IRQ = 1 << 3,	/* an interrupt may precede the position update */
	WRT_HW_KEEPALIVE = 1 << 4,	/* the engine needs its interrupts even without points */
	WRT_HW_CPU_BUFFER = 1 << 5,	/* the engine copies with the CPU: geom.cpu must be set */
	/*
	 * Jumps of tens of ms are normal, never a fault; and DMA may lag the clock and
	 * catch up, so the clock does not show how many whole buffers have passed.
	 */
	WRT_HW_EMULATED = 1 << 6,
	WRT_HW_STEPPED = 1 << 7,	/* its time is not the host's: wrt_sim_step() advances it */
	WRT_HW_ATTACHED = 1 << 8,	/* another driver's stream; origin says which */
	WRT_HW_OBSERVE_ONLY = 1 << 9,	/* nobody can own it, because ... */
	WRT_HW_REFUSED_FORMAT = 1 << 10,	/* ... it has none of our formats ... */
	WRT_HW_REFUSED_MMAP = 1 << 11,	/* ... its driver has no buffer to map, or maps it itself */
	WRT_HW_REFUSED_MEMORY = 1 << 12,	/* ... or of memory unlike a client's */
	WRT_HW_NO_PAUSE = 1 << 13,	/* after PAUSE it can only run again from 0 */
	WRT_HW_FETCHES_AHEAD = 1 << 14,	/* data is fetched before the position passes it */
};

struct wrt_hw_latency {			/* KSRTAUDIO_HWLATENCY */
	u32 fifo_bytes;
	u32 chipset_100ns;
	u32 codec_100ns;
};

enum wrt_hw_register_kind {
	WRT_HW_POSITION_REGISTER = 0,
	WRT_HW_CLOCK_REGISTER = 1,
};

/* A register that a client may map read-only: KSRTAUDIO_HWREGISTER. */
struct wrt_hw_register {
	u64 bus;			/* address of a region that is harmless to map ... */
	u32 bytes;			/* ... and its size; a page may be mapped if it is inside */
	u32 offset;			/* of the register within that region */
	u32 width;			/* 32 or 64 bits */
	u32 accuracy;			/* position: bytes; clock: ticks between updates */
	u64 numerator, denominator;	/* clock: Hz */
};

#define WRT_RATES_MAX 16

/* What the other driver calls a stream: WRT_HW_ATTACHED only. */
struct wrt_hw_origin {
	u32 device, subdevice;
	char name[32];
};

/* What one slot (one DMA engine) can do. Constant after probe. */
struct wrt_hw_caps {
	u32 flags;			/* enum wrt_hw_flags */
	u32 dir;			/* enum wrt_dir */
	u32 pin;			/* number of the pin within its direction */
	u32 formats;			/* mask of enum wrt_format */
	u32 s32_bits;			/* of WRT_FMT_S32 the upper ones that are used; 0: all */
	u32 channels_min, channels_max;
	u32 channels_step;		/* from channels_min on; 0: 1 */
	u32 rate_min, rate_max;		/* Hz */
	/* Hz; NULL: every rate from rate_min to rate_max. Copied with the caps. */
	const u32 *rates;
	u32 nrates;			/* at most WRT_RATES_MAX */
	u32 buffer_min, buffer_max;	/* bytes */
	u32 notify_max;			/* most notification points in a buffer */
	u32 notify_min;			/* least distance of two points, bytes */
	u32 notify_step;		/* every point is a multiple of this, bytes */
	u32 position_step;		/* bytes the position moves by at once; 0: one frame */
	u32 stop_max_us;		/* longest busy wait inside stop() */
	u32 dma_bits;			/* bus address width; 0 where there is no bus */
	u32 registers;			/* mask of 1 << enum wrt_hw_register_kind: reg() has it */
	struct wrt_hw_origin origin;
};

struct wrt_hw_seg {
	u64 bus;
	u32 len;
};

/* One configured stream. notify * notify_bytes == bytes, or notify == 0. */
struct wrt_hw_geom {
	const struct wrt_hw_seg *seg;	/* in buffer order; NULL after prepare() */
	u32 nseg;			/* number of these */
	void *cpu;			/* the CPU's view of the buffer, WRT_HW_CPU_BUFFER only */
	u32 bytes;
	u32 notify, notify_bytes;
	u32 rate, format, channels, frame_bytes;
};

struct wrt_hw_pos {
	u32 dma;	/* offset: playback fetched to here, capture valid to here; < bytes */
	u32 link;	/* offset at the codec link; == dma where it is not known */
	/*
	 * DMA was at this offset at some time from from_ns to ns. The caller of position() sets
	 * from_ns to a time before the call, or to 0: then the backend reads the clock before the
	 * registers. With WRT_HW_EMULATED the bounds do not matter and from_ns may stay 0.
	 */
	u64 from_ns, ns;
	u64 linear;	/* bytes since the stream began; only with WRT_POSITION_LINEAR */
};

/* What position() and stop() return, if it is no error. */
enum wrt_position_result {
	/*
	 * DMA has halted without a request since the last reading (and may run again), so the
	 * elapsed time does not bound the distance.
	 */
	WRT_POSITION_HALTED = 1 << 0,
	/* linear is set, and never goes back: it need not be computed from offset and time. */
	WRT_POSITION_LINEAR = 1 << 1,
};

/* One control of the codec: a volume, or a switch, of one or two channels. */
struct wrt_hw_control {
	const char *name;		/* "Master", "PCM", "Capture" */
	u32 dir;			/* enum wrt_dir */
	bool is_switch;			/* 1 is on; else a volume, 0 .. max */
	u32 channels;			/* 1 or 2 */
	u32 max;			/* 1 for a switch */
	s32 min_cdb, step_cdb;		/* volume: gain of value 0 and of a step, dB / 100 */
};

/* A pin of a codec, used or not. */
struct wrt_hw_pin {
	u32 codec, node;
	const char *kind;		/* what is connected, such as "headphone" */
	const char *port;		/* "jack", "fixed", "none" */
	bool can_play, can_record;
	bool used;			/* by a stream of this device ... */
	u32 dir;			/* ... of this direction, enum wrt_dir */
};

/* A number that describes the hardware, for reports of users. */
struct wrt_hw_fact {
	const char *name;		/* a word */
	u64 value;
};

struct wrt_hw_dev;			/* the backend's own */
struct wrt_hw_stream;			/* the backend's own */

enum wrt_log_level {
	WRT_LOG_INFO = 0,
	WRT_LOG_WARNING = 1,
	WRT_LOG_ERROR = 2,
};

/*
 * Callbacks of the system's binding. Where there is no bus (sim) only the first two are set.
 */
struct wrt_hw_bus {
	u64 (*now_ns)(void *ctx);	/* any context, monotonic */
	/*
	 * Have the interrupt handler run at this time, once; 0 disarms. Any context,
	 * any lock: it neither waits for a running handler nor calls one.
	 */
	void (*timer_at)(void *ctx, u32 slot, u64 ns);
	/* [A] True if an interrupt, not only a timer, has run the handler since the last call. */
	bool (*interrupted)(void *ctx);
	/* Registers, little endian; any context. width: 1, 2 or 4 bytes. */
	u32 (*read)(void *ctx, u32 bar, u32 offset, u32 width);
	void (*write)(void *ctx, u32 bar, u32 offset, u32 width, u32 value);
	/* [S] PCI configuration space. */
	u32 (*config_read)(void *ctx, u32 offset, u32 width);
	void (*config_write)(void *ctx, u32 offset, u32 width, u32 value);
	/* [S] Bus address of a BAR, and its size; size 0: there is none. */
	u64 (*bar)(void *ctx, u32 bar, u64 *bytes);
	/* [S] Zeroed memory that device and CPU see alike, aligned to its size; or NULL. */
	void *(*dma_alloc)(void *ctx, u32 bytes, u64 *bus);
	void (*dma_free)(void *ctx, void *cpu, u64 bus, u32 bytes);
	/* What has been written to such memory is seen by the device from here on. */
	void (*write_barrier)(void *ctx);
	void (*delay_us)(void *ctx, u32 us);	/* any context, busy */
	void (*sleep_us)(void *ctx, u32 us);	/* [S] */
	/* For the log; one line without its end. */
	void (*log)(void *ctx, enum wrt_log_level level, const char *format, ...);
};

struct wrt_hw_ops {
	const char *name;
	/* [S] Limits of a slot; < 0 ends the list. */
	int (*caps)(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c);
	/* [S] Take the slot and its codec path. */
	int (*open)(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out);
	void (*close)(struct wrt_hw_stream *s);
	/* [S] Program descriptors for this buffer. DMA stays off. */
	int (*prepare)(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		       struct wrt_hw_latency *l);
	/* [S] Afterwards the device holds no address of the buffer. */
	void (*release)(struct wrt_hw_stream *s);
	/* [S] Optional. WRT_ERANGE: the hardware has no such register. */
	int (*reg)(struct wrt_hw_stream *s, u32 kind, struct wrt_hw_register *r);
	/*
	 * [A] from: 0, or at->dma of the last stop(). DMA began between from_ns and ns. On entry
	 * ns is 0, or the time at which another stream was started under the same hold of the
	 * lock: a software engine then begins at the same time.
	 */
	int (*start)(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns);
	/*
	 * [A] Stop and pause are the same. DMA is off on return. *at is where it stopped, and its
	 * times bound when. Returns enum wrt_position_result.
	 */
	int (*stop)(struct wrt_hw_stream *s, struct wrt_hw_pos *at);
	/*
	 * [A] Read offset and time together. May move data of a software engine. Returns enum
	 * wrt_position_result.
	 */
	int (*position)(struct wrt_hw_stream *s, struct wrt_hw_pos *p);
	/*
	 * [A] Optional: as position(), with the reading that irq() has made of this slot, in the
	 * same hold of the lock. Only for slots that irq() has reported, once each.
	 */
	int (*irq_position)(struct wrt_hw_stream *s, struct wrt_hw_pos *p);
	/*
	 * [A] Optional, playback: `bytes` after the offset that start(), position() or stop() last
	 * reported, move no more data (play silence) and interrupt. Lasts until stop(). The core
	 * stops engines that cannot do this.
	 */
	void (*end)(struct wrt_hw_stream *s, u32 bytes);
	/*
	 * [A] Optional, playback: after that number of bytes, counted as for end(), play silence
	 * instead of the buffer; DMA and its interrupts continue. Lasts until stop(), and may be
	 * called again with another number.
	 */
	void (*silence_after)(struct wrt_hw_stream *s, u32 bytes);
	/*
	 * [A] Optional: some client wants an interrupt at each point, or none does.
	 * Without points a backend still interrupts every quarter of the buffer or
	 * 10 ms, the shorter of both (but not below 1 ms), so that positions stay fresh.
	 * If points are turned off while the stream runs, a backend whose list is fixed until the
	 * next start() may interrupt only where a piece of that list ends.
	 */
	void (*points)(struct wrt_hw_stream *s, bool on);
	/*
	 * [A] In the interrupt: acknowledge until no cause is left, and set in *slots the slots
	 * whose position is to be read. False: another device's interrupt. A backend that reads
	 * the clock on entry returns that time in *entry_ns, which is 0 before: it is the early
	 * bound of the readings that follow.
	 */
	bool (*irq)(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns);
	/*
	 * Optional, for a system whose interrupt routine must not take the device lock (Windows):
	 * deassert the interrupt until irq() runs, which then reports its slots. Called with no
	 * lock of the core, not concurrently with itself; it may interrupt every other operation
	 * or run concurrently on another processor. False: another device's interrupt.
	 */
	bool (*hush)(struct wrt_hw_dev *d);
	/*
	 * [A] Optional: offset in the buffer at which the register of WRT_HW_POSITION_REGISTER
	 * reads 0. It may change with every start().
	 */
	u32 (*register_base)(struct wrt_hw_stream *s);
	/*
	 * [A] Optional, capture that records what a playback stream plays. True: since start() it
	 * recorded silence instead, because rate, format or channels of playback differ from its
	 * own. *other then has those of playback.
	 */
	bool (*silenced)(struct wrt_hw_stream *s, struct wrt_hw_geom *other);
	/*
	 * [S] Optional. No DMA runs, and none is started before resume(). The hardware may
	 * lose its whole state in between; streams stay open and prepared.
	 */
	void (*suspend)(struct wrt_hw_dev *d);
	int (*resume)(struct wrt_hw_dev *d);
	/*
	 * [S] Optional, for a backend that sleeps to turn DMA on or off. on: called before start(),
	 * which then reports when DMA began. Otherwise called before stop(), which reports where
	 * DMA has stopped. linear: position at which DMA begins, 0 or that of the last stop;
	 * WRT_EIO if it cannot begin there. If the core calls stop() alone (the end of a stream,
	 * removal), DMA may run until release().
	 */
	int (*run)(struct wrt_hw_stream *s, bool on, u64 linear);
	/*
	 * [S] Optional: the stream has got its first observer, or has lost its last. For a backend
	 * that follows streams of another driver, and need not do so without observers.
	 */
	void (*watch)(struct wrt_hw_dev *d, u32 slot, bool on);
	/*
	 * [S] Optional: a client, the owner or another, asks for the position; bring what
	 * position() reports up to date. No lock of the core is held. It may be called as long as
	 * the device exists, also after removal. Any user may ask without end.
	 */
	void (*refresh)(struct wrt_hw_dev *d, u32 slot, bool owner);
	/*
	 * [S] Optional: controls of the codec. control() < 0 ends the list; it reads no hardware.
	 * The other two are called only for a control of the list.
	 */
	int (*control)(struct wrt_hw_dev *d, u32 index, struct wrt_hw_control *c);
	int (*control_get)(struct wrt_hw_dev *d, u32 index, u32 value[2]);
	int (*control_set)(struct wrt_hw_dev *d, u32 index, const u32 value[2]);
	/* [S] Optional: the pins of the codecs, constant. < 0 ends the list. */
	int (*pin)(struct wrt_hw_dev *d, u32 index, struct wrt_hw_pin *p);
	/* [S] Optional. < 0 ends the list. */
	int (*fact)(struct wrt_hw_dev *d, u32 index, struct wrt_hw_fact *f);
};

#define WRT_SLOTS_MAX 32

#endif
