/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * engine.h - registers, and what ich.c (link, interrupt, create and destroy), ring.c (cutting a
 * buffer), stream.c (DMA) and codec.c (mixer, rates) share. Streams and their counters are under
 * the device lock, the codec under the device mutex.
 */
#ifndef WRT_HW_ICH_ENGINE_H
#define WRT_HW_ICH_ENGINE_H

#include "ich.h"

#define BAR_CODEC		0		/* I/O */
#define BAR_MASTER		1
#define BAR_MEMORY_CODEC	2		/* ICH4 and later: the same as memory */
#define BAR_MEMORY_MASTER	3

#define PCI_COMMAND_WORD	0x04
#define   COMMAND_MASTER	0x0004u

/* Bus master, global */
#define GLOB_CNT		0x2c
#define   CNT_COLD		0x2u	/* 0: AC_RESET# is asserted */
#define   CNT_WARM		0x4u
#define   CNT_LINK_OFF		0x8u
#define   CNT_CHANNELS		0x700000u	/* and 20 bit; 0: 16 bit stereo */
#define GLOB_STA		0x30
#define   STA_PIINT		0x20u
#define   STA_POINT		0x40u
#define   STA_MINT		0x80u
#define   STA_CODEC_READY	0x10000300u	/* on any of the three lines */
#define   STA_READ_TIMEOUT	0x8000u	/* write 1 to clear */
#define CAS			0x34		/* reading 0 takes the codec's semaphore */
#define SDM			0x80		/* ICH4 and later, 8 bits */
#define   SDM_LINE(v)		((v) & 3)	/* of the codec that was read last */
#define   SDM_STEER		0x08u		/* capture engines have lines of their own */
#define   SDM_CAPTURE		0x30u		/* line of PCM in, as a number */

/* Bus master, each engine */
#define ENGINE_PI		0x00
#define ENGINE_PO		0x10
#define ENGINE_MC		0x20
#define BDBAR			0x0
#define CIV			0x4
#define LVI			0x5
#define SR			0x6		/* word access only */
#define   SR_DCH		0x1u
#define   SR_CELV		0x2u
#define   SR_HALTED		(SR_DCH | SR_CELV)	/* at the last valid descriptor */
#define   SR_GONE		0xffffu		/* of a removed device */
#define   SR_EVENTS		0x1cu		/* LVBCI, BCIS, FIFOE: write 1 to clear */
#define PICB			0x8
#define CR			0xb
#define   CR_RUN		0x1u
#define   CR_RESET		0x2u
#define   CR_LVBIE		0x4u
#define   CR_FEIE		0x8u
#define   CR_IOCE		0x10u

#define ICH_SLOTS		2
#define ICH_DESCRIPTORS		32		/* fixed: the engine wraps nowhere else */
#define ICH_LIST_BYTES		((size_t)8 * ICH_DESCRIPTORS)
#define ICH_PIECE_MAX		131068u		/* bytes: 65534 samples, whole stereo frames */
#define ICH_FRAME		4u		/* bytes */
#define ICH_RATES		7
#define ICH_BUFFER_MIN		(ICH_DESCRIPTORS * ICH_FRAME)
#define ICH_BUFFER_MAX		0x100000u

/* Busy waits: DMA to stop, and a reset (POLLS each); another reading; the sum in stop(). */
#define ICH_POLL_US		10
#define ICH_POLLS		100
#define ICH_READINGS		10
#define ICH_LAST_POLLS		10
#define ICH_STOP_MAX_US		(ICH_POLL_US * (ICH_POLLS + 2 * ICH_READINGS + ICH_LAST_POLLS))

/* A buffer, and the distances between its interrupts; all in bytes. */
struct wrt_ich_plan {
	u32 bytes, notify_bytes;	/* notify_bytes 0: no points */
	u32 nseg;
	struct wrt_hw_seg seg[ICH_DESCRIPTORS];
	bool points;			/* interrupt at points */
	u32 apart_min, apart_max;	/* least and most between two other interrupts */
};

struct wrt_ich_piece {
	u32 offset, bytes;
};

/* `count` pieces, a divisor of 32, repeated over all descriptors. */
struct wrt_ich_ring {
	u32 count;
	struct wrt_ich_piece piece[ICH_DESCRIPTORS];
	bool ioc[ICH_DESCRIPTORS];
};

static inline const struct wrt_ich_piece *ich_piece_of(const struct wrt_ich_ring *r, u32 descriptor)
{
	return &r->piece[descriptor % r->count];
}

/*
 * Cut the buffer from offset `from` once around: at `from`, at points, at ends of segments and
 * where a descriptor is full. Then halve the longest piece until the count divides 32 and, as far
 * as that allows, no piece is longer than apart_max. Returns the number of pieces before halving,
 * or WRT_ENOMEM if there are more than 32. If there are at most 31 from offset 0, there are at
 * most 32 from any other.
 */
int wrt_ich_ring_cut(struct wrt_ich_ring *r, const struct wrt_ich_plan *p, u32 from);

/* Set r->ioc: which descriptors interrupt. */
void wrt_ich_ring_interrupts(struct wrt_ich_ring *r, const struct wrt_ich_plan *p);

enum wrt_ich_volume {
	ICH_MASTER,
	ICH_PCM,
	ICH_RECORD,
	ICH_VOLUMES,
};

/* What differs between real parts and QEMU's model. */
struct ich_quirks {
	u32 caps;			/* WRT_HW_... */
	u32 buffer_min;			/* bytes */
	u32 position_step;		/* bytes that DMA moves at once */
	bool dma_is_clock;		/* DMA keeps up with the clock */
	bool picb_glitches;		/* PICB may be wrong while it changes: read it twice */
	bool volumes_in_db;		/* else they are linear */
	u16 unity[ICH_VOLUMES];		/* registers at 0 dB, unmuted */
	bool any_rate;			/* no need to try which rates the codec has */
};

/*
 * States of a stream:
 *
 *   FREE <-- open(), close() --> OPEN <-- prepare(), release() --> PREPARED
 *
 *               start()              the engine halted
 *   PREPARED ------------> RUNNING --------------------> RESTARTED
 *    ^  ^                  |    ^                         |     |
 *    |  +----- stop() -----+    +-- position() reports ---+     |
 *    +-------- stop() reports it -------------------------------+
 *
 * Across a suspend the state stays what it is: running streams have been stopped before.
 */
enum ich_state {
	ICH_FREE,
	ICH_OPEN,
	ICH_PREPARED,
	/* From here on until stop(): */
	ICH_RUNNING,
	ICH_RESTARTED,		/* the core has not been notified of the halt yet */
};

struct wrt_hw_stream {
	struct wrt_hw_dev *dev;
	u32 slot;
	u32 engine;			/* offset of its registers */
	u8 *list;			/* descriptors, as the hardware reads them */
	u64 list_bus;
	enum ich_state state;		/* changes to or from RUNNING or RESTARTED: device lock */
	u32 halts, stuck;		/* counted for the log */
	u32 rate;			/* Hz; set by prepare() */
	u32 last;			/* offset last read, from these registers: */
	u32 civ, left;			/* civ ICH_DESCRIPTORS: not read since start() */
	u64 update_ns;			/* time of an update without an interrupt; 0: none */
	u32 rechecks;			/* updates since the position could be read */
	u32 hushes, hushes_served;	/* acknowledgements by hush(); of these irq() has served */
	struct wrt_ich_plan plan;
	struct wrt_ich_ring ring;
};

static inline bool ich_is_started(const struct wrt_hw_stream *s)
{
	return s->state >= ICH_RUNNING;
}

struct wrt_hw_dev {
	const struct wrt_hw_bus *bus;
	void *ctx;
	const struct ich_quirks *quirks;
	struct wrt_ich_config cfg;
	u32 codec_bar, master_bar;
	bool broken;			/* an engine did not stop: bus mastering is off */
	bool vra;			/* variable rates */
	u32 rates[ICH_SLOTS][ICH_RATES];
	u32 nrates[ICH_SLOTS];		/* 0: not known yet */
	u32 stuck_semaphores;		/* counted for the log */
	u16 volume[ICH_VOLUMES];	/* last values written to the registers */
	struct wrt_hw_stream stream[ICH_SLOTS];
};

static inline u32 ich_read(const struct wrt_hw_dev *d, u32 offset, u32 width)
{
	return d->bus->read(d->ctx, d->master_bar, offset, width);
}

static inline void ich_write(const struct wrt_hw_dev *d, u32 offset, u32 width, u32 value)
{
	d->bus->write(d->ctx, d->master_bar, offset, width, value);
}

/* A repeated error is logged the first time and at each power of two. */
static inline bool ich_worth_a_line(u32 times)
{
	return !(times & (times - 1));
}

/* stream.c. [A] DMA off; reset of the registers. WRT_EIO: not within a millisecond. */
int wrt_ich_engine_stop(const struct wrt_hw_dev *d, u32 engine);
int wrt_ich_engine_reset(const struct wrt_hw_dev *d, u32 engine);
/* [S] Before its memory is freed: if DMA may still run, turn off bus mastering. */
void wrt_ich_engine_end(struct wrt_hw_dev *d, u32 engine);
/* [A] In the handler: true if an update without an interrupt is due. */
bool wrt_ich_update_due(struct wrt_hw_stream *s);
/* [A] Interrupt: acknowledge it, and keep the engine running. */
void wrt_ich_service(struct wrt_hw_stream *s);
int wrt_ich_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		    struct wrt_hw_latency *l);
void wrt_ich_release(struct wrt_hw_stream *s);
int wrt_ich_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns);
int wrt_ich_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at);
int wrt_ich_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p);
void wrt_ich_points(struct wrt_hw_stream *s, bool on);

/* codec.c. All [S]. Default volumes; with the link up, reset and set up the codec. */
void wrt_ich_codec_defaults(struct wrt_hw_dev *d);
int wrt_ich_codec_init(struct wrt_hw_dev *d);
/* Once, with the codec set up: the rates of both converters. */
void wrt_ich_codec_find_rates(struct wrt_hw_dev *d);
/* WRT_ERANGE: the codec has set another rate. */
int wrt_ich_codec_set_rate(struct wrt_hw_dev *d, u32 slot, u32 rate);
int wrt_ich_control(struct wrt_hw_dev *d, u32 index, struct wrt_hw_control *c);
int wrt_ich_control_get(struct wrt_hw_dev *d, u32 index, u32 value[2]);
int wrt_ich_control_set(struct wrt_hw_dev *d, u32 index, const u32 value[2]);

#endif
