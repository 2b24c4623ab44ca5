/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * model_ich.h - registers of an ICH AC'97 controller and its codec, moved by a clock of
 * its own, with a switch for each way in which QEMU's model and the real part differ.
 * DMA goes through the descriptors to memory that the test has mapped, and nowhere else.
 * What no driver may do (a byte access to a status word, sleep under the device lock, free
 * memory under DMA ...) fails the test on the spot.
 */
#ifndef MODEL_ICH_H
#define MODEL_ICH_H

#include "testbed.h"
#include "hw/ich/ich.h"

#define MODEL_MAPS		40
#define MODEL_HEARD_MAX		(4u << 20)	/* frames */

struct model_behaviour {
	u64 tick_ns;			/* DMA moves at multiples of this; 0: frame by frame */
	bool run_skips;			/* CR with RUN begins the next descriptor, even if running */
	bool ack_drops_line;		/* acknowledging one engine hides what the other says */
	bool no_handshake;		/* GLOB_CNT reads 0, the codec is always ready at once */
	bool picb_glitches;		/* PICB is wrong for a moment when CIV has changed */
	bool prefetches;		/* descriptor CIV + 1 has been read already */
	bool memory_bars;		/* registers are BARs 2 and 3, the others are off */
	u32 stop_us, ready_us, power_us;	/* what takes time */
	u32 start_us;			/* until then DCH reads 1, PICB 0 */
};

extern const struct model_behaviour model_qemu, model_real;

struct model_faults {
	bool dead;			/* all registers read all ones */
	bool never_ready;		/* cold reset does not complete */
	bool no_codec;			/* link up, but codec registers read all ones */
	bool never_powered;		/* the codec's converters do not come up */
	bool no_vra;
	bool rate_sticks;		/* the codec keeps 48000 whatever it is told */
	bool semaphore_stuck;
	bool stop_hangs;		/* DCH does not come, unless by RR */
	bool dma_goes_on;		/* neither CR = 0 nor RR stops it */
	bool reset_hangs;		/* RR does not clear */
	bool no_memory;
	u32 read_timeout;		/* codec register that is never answered; 0: none */
	u32 picb_zero_us;		/* so long PICB reads 0 after an interrupt */
	u32 lose_every;			/* of so many interrupts one is never delivered */
};

struct model_engine {
	u32 bdbar, civ, lvi, piv, cr, sr, picb;
	u32 address, control;		/* of the current descriptor */
	u32 next_address, next_control;	/* prefetched */
	bool loaded, fetched;
	u32 glitch, stale, changes;	/* reads of PICB that are wrong, and how */
	u64 since;			/* time at which DMA began ... */
	u64 moved;			/* ... and frames since then */
	u64 frames;			/* in all */
	u64 stopped_ns;			/* when it will say so */
	u64 started_ns, zero_ns;	/* until when PICB reads 0 */
	bool was_reset;			/* since it ran */
	bool goes_on;			/* although it was told to stop */
};

struct model_ich {
	struct model_behaviour is;
	struct model_faults fault;
	u64 now;
	struct wrt_device *dev;		/* whose handler the line runs, or NULL */
	bool deaf;			/* nobody serves the line and the timers */
	u64 timer[2];
	u64 latency_ns, read_ns;	/* until it is served; of a register access */
	u32 preempts;			/* the next so many readers: time passes between ... */
	u64 preempt_ns;			/* ... PICB and the clock */
	u32 positions_read;		/* times the clock was read after PICB */
	bool reading;			/* PICB was read and the clock not yet */
	struct model_engine engine[3];	/* PI, PO, MC */
	u32 glob_cnt, glob_sta;
	bool line, cas;
	u64 ready_ns, powered_ns;
	u16 codec[64];
	u32 *heard;			/* every frame that playback has read */
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

/* Let the device reach this memory; returns its bus address. Or no more. */
u32 model_ich_map(struct model_ich *m, void *cpu, u32 bytes);
void model_ich_unmap(struct model_ich *m, void *cpu);

/* Time passes; the handler runs when the line says so. */
void model_ich_run(struct model_ich *m, u64 ns);

/* Power is cut and comes back: every register is lost. */
void model_ich_power_loss(struct model_ich *m);

#endif
