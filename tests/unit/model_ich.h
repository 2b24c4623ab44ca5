/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * model_ich.h - registers of an ICH AC'97 controller and its codec, with their own
 * clock, and a switch for each difference between QEMU's model and the real part.
 * DMA goes through the descriptors only to memory that the test has mapped.
 * Actions that no driver may do (a byte access to a status word, sleep under the device lock, free
 * memory under DMA ...) fail the test at once.
 */
#ifndef MODEL_ICH_H
#define MODEL_ICH_H

#include "model.h"
#include "hw/ich/ich.h"

#define MODEL_MAPS		40
#define MODEL_HEARD_MAX		(4u << 20)	/* frames */

struct model_behaviour {
	u64 tick_ns;			/* DMA moves at multiples of this; 0: frame by frame */
	bool run_skips;			/* CR with RUN begins the next descriptor, even if running */
	bool ack_drops_line;		/* acknowledging one engine hides the status of the other */
	bool no_handshake;		/* GLOB_CNT reads 0, the codec is always ready at once */
	bool picb_glitches;		/* PICB is wrong for a short time after CIV has changed */
	bool prefetches;		/* descriptor CIV + 1 has been read already */
	bool memory_bars;		/* registers are BARs 2 and 3, the others are off */
	u32 stop_us, ready_us, power_us;	/* delays */
	u32 start_us;			/* until then DCH reads 1, PICB 0 */
};

extern const struct model_behaviour model_qemu, model_real;

struct model_faults {
	bool dead;			/* all registers read all ones */
	bool never_ready;		/* cold reset does not complete */
	bool no_codec;			/* link up, but codec registers read all ones */
	bool never_powered;		/* the codec's converters do not become ready */
	bool no_vra;
	bool rate_sticks;		/* the codec ignores other rates than 48000 */
	u32 rate_step;			/* it rounds rates down to a multiple of this */
	bool true_line_only;		/* nothing else is wired; reads as silence while muted */
	u32 line;			/* of the codec, 0 .. 2; capture of another is silent */
	bool semaphore_stuck;
	bool stop_hangs;		/* DCH is not set, except by RR */
	bool dma_goes_on;		/* neither CR = 0 nor RR stops it */
	bool reset_hangs;		/* RR does not clear */
	bool no_memory;
	u32 read_timeout;		/* codec register that gives no answer; 0: none */
	u32 picb_zero_us;		/* time for which PICB reads 0 after an interrupt */
	u32 lose_every;			/* one of this number of interrupts is never delivered */
};

struct model_engine {
	u32 bdbar, civ, lvi, piv, cr, sr, picb;
	u32 address, control;		/* of the current descriptor */
	u32 next_address, next_control;	/* prefetched */
	bool loaded, fetched;
	u32 glitch, stale, changes;	/* reads of PICB that are wrong, and their value */
	u64 since;			/* time at which DMA began ... */
	u64 moved;			/* ... and frames since then */
	u64 frames;			/* in total */
	u64 stopped_ns;			/* time at which it reports it */
	u64 started_ns, zero_ns;	/* until when PICB reads 0 */
	bool was_reset;			/* since it ran */
	bool goes_on;			/* although it was stopped */
};

struct model_ich {
	struct model_behaviour is;
	struct model_faults fault;
	u64 now;
	struct wrt_device *dev;		/* whose handler the line runs, or NULL */
	/* If set it is called instead, for the line or for a timer. False: it was not ours. */
	bool (*raise)(void *ctx, bool timer);
	void *raise_ctx;
	bool stops;			/* set by `raise`: model_ich_run() returns at this time */
	bool deaf;			/* interrupt and timers are not served */
	u64 timer[2];
	u64 latency_ns, read_ns;	/* until it is served; of a register access */
	u32 preempts;			/* number of readers for which time passes between ... */
	u64 preempt_ns;			/* ... PICB and the clock */
	u32 positions_read;		/* times the clock was read after PICB */
	bool reading;			/* PICB was read and the clock not yet */
	struct model_engine engine[3];	/* PI, PO, MC */
	u32 glob_cnt, glob_sta, sdm;
	bool line, cas;
	u64 ready_ns, powered_ns;
	u16 codec[64];
	u32 *heard;			/* every frame that playback has read */
	enum model_source source;	/* of capture */
	u32 interrupts, lost, timers;
	u32 command;			/* of PCI configuration space */
	u32 run_rewrites;		/* CR written with RUN while running */
	struct { u32 bus, bytes; u8 *cpu; } map[MODEL_MAPS];
	u32 next_bus, allocated;
	u32 warnings, errors;
	char said[160];			/* the last line in the log */
};

extern const struct wrt_hw_bus model_ich_bus;

void model_ich_init(struct model_ich *m, const struct model_behaviour *is);
void model_ich_fini(struct model_ich *m);

/* Maps memory for the device and returns its bus address; unmaps it. */
u32 model_ich_map(struct model_ich *m, void *cpu, u32 bytes);
void model_ich_unmap(struct model_ich *m, void *cpu);

/* Time passes; the handler runs when the interrupt is asserted. */
void model_ich_run(struct model_ich *m, u64 ns);

/* Power goes off and on: every register is lost. */
void model_ich_power_loss(struct model_ich *m);

#endif
