/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * model_hda.h - registers of an HD Audio controller and one codec, with their own
 * clock, and a switch for each difference between QEMU's model and the real part. DMA goes
 * through the list only to memory that the model knows. Actions that no driver may do
 * (SRST with RUN on, a wide write to CTL, another tag, a verb to an absent codec, a register
 * in reset, memory freed under DMA ...) fail the test at once.
 */
#ifndef MODEL_HDA_H
#define MODEL_HDA_H

#include "model.h"
#include "hw/hda/hda.h"

#define HDA_MAPS	32
#define HDA_SDS		30	/* at most; by gcap 4 in, then 4 out */
#define HDA_PLAY	4
#define HDA_CAPT	0
#ifndef HDA_HEARD_MAX
#define HDA_HEARD_MAX	(8u << 20)
#endif

/* Rows of hardware.md 3.2; true is QEMU. */
struct hda_behaviour {
	u64 tick_ns;		/* DMA moves at multiples of this; every 20 us is the real part */
	u32 block;		/* bytes moved at once */
	bool run_restarts;	/* RUN 0 -> 1 reads the list again, LPIB 0 */
	bool list_read_once;	/* at RUN, all of it */
	bool by_tag;		/* the codec takes the first engine that has its tag, and runs from
				   RUN 0 -> 1 to 1 -> 0 of an engine that has it */
	bool lpib_survives_srst;
	bool ioce_ignored;	/* only INTCTL masks */
	bool no_fifo;		/* LPIB is what has been done to memory */
	bool dpib_at_once;	/* else it lags by one tick of 20 us */
	bool rirb_stalls;	/* the ring stops until RIRBSTS is cleared */
	u32 rings_stop_us;	/* until CORB and RIRB show that they have stopped */
	u32 fifos[2];		/* register: input, output */
	u32 align;		/* of addresses in the list */
};

extern const struct hda_behaviour hda_qemu, hda_real;

/*
 * An Intel controller since Skylake, as firmware and the DSP's driver may leave it: no codec
 * answers to a reset with the clock gate on; no data moves while the engines are decoupled, or with
 * a link clock of 6 MHz; with no_snoop DMA reads stale data.
 */
struct hda_skylake {
	bool on;
	u32 gate, no_snoop;	/* bits of config 0x48 and 0x78 */
	u32 ppctl, lcap, lctl;
};

struct hda_faults {
	bool dead;			/* all registers read all ones */
	bool reset_sticks;		/* CRST never reads 0 */
	bool reset_never_ends;		/* CRST never reads 1 */
	bool no_codec, silent_codec;	/* not in STATESTS; present, but without an answer */
	u32 lose_answer;		/* the answer of the n-th verb is lost, from 1 */
	u32 silent_neighbour;		/* address of a second codec in STATESTS; a verb to it
					   has no answer, and none after it until a reset */
	bool no_immediate;
	bool no_corb;
	bool run_sticks;		/* RUN never reads 0 ... */
	bool srst_does_not_help;	/* ... not even by SRST */
	bool srst_sticks;		/* SRST never reads 0 again */
	bool srst_unseen;		/* SRST never reads 1: the reset is over at once */
	bool dpib_dead;			/* the position buffer is never written */
	bool dpib_zero, dpib_frozen, dpib_ahead;	/* 0; stuck; ahead by 3/8 of the buffer */
	bool no_alias;
	bool needs_snoop;		/* DMA reads stale data until config 0x42 is set */
	bool power_sticks;		/* a widget never reports D0 */
	u32 lose;			/* one of `lose` buffer-complete bits is never set */
	bool no_messages;		/* all are set, and no interrupt is delivered */
	u32 no_memory_at;		/* the n-th dma_alloc fails, from 1 */
};

/* One widget of the codec: its responses and its settings. */
struct hda_node {
	u32 nid, caps, pcm, pin_caps, pin_config, amp_in, amp_out;
	const u8 *inputs;
	u32 ninputs;
	bool long_inputs;
	u32 select, power, pin, eapd, digital, stream, format;
	u32 out[2], in[16][2];		/* gain, bit 7 mute */
};

struct hda_codec {
	u32 address, group, group_pcm, group_amp_in, group_amp_out;
	u32 nnodes;
	struct hda_node node[16];
	u32 vendor;			/* 0: QEMU's */
	u32 coef_index, coef[128];	/* of the node 0x20, a vendor's */
	u32 revision;			/* coefficient 0, if it is not 0 */
	u32 other[8], nother;		/* the last verbs that the model does not know */
};

struct hda_sd {
	u8 ctl, tag, sts;
	u32 lpib, cbl, lvi, fmt, bdpl, bdpu;
	u64 run_ns, moved;	/* bytes of the link since then */
	u32 entry, inside;	/* DMA: position in the list */
	u32 dma, dpib;		/* bytes of the list that were done; value of the position buffer */
	u8 list[256 * 16];
	bool have_list;
	u8 fifo[512];
	u32 queued;
	u64 iocs;
	bool serves;		/* as.by_tag: the codec takes this engine */
};

struct hda_model {
	struct hda_behaviour as;
	struct hda_faults fault;
	struct hda_codec codec;
	struct hda_skylake sky;
	u64 now, tick;
	u32 crst, statests, intctl, icw, irr, ics, walclk_zero;
	u32 corb_wp, corb_rp, rirb_wp, rintcnt, rirbsts, rirb_count, corbctl, rirbctl;
	u64 corb, rirb, dplbase;
	u64 corb_end, rirb_end;		/* until this time they report that they run */
	struct hda_sd sd[HDA_SDS];
	u32 gcap, vendor, device, snoop, tcsel, command, bar_bytes;
	u64 bar;
	struct {
		u8 *at;
		u64 bus;
		u32 len;
		bool ours;		/* from dma_alloc */
	} map[HDA_MAPS];
	u64 next_bus;
	u32 allocs;
	u64 timer[WRT_SLOTS_MAX];
	bool off;			/* no power: registers must not be accessed */
	bool in_irq;
	bool arrived;			/* an interrupt, since the backend asked last */
	u32 preempts;			/* number of readers for which time passes between ... */
	u64 preempt_ns;			/* ... LPIB and the clock */
	u32 positions_read;		/* times LPIB was read */
	bool reading;			/* LPIB was read and the clock not yet */
	u8 *heard;			/* data on the link, playback */
	u64 nheard;
	u32 codec_runs, codec_starts;	/* as.by_tag: mask of tags that run; starts in all */
	u64 idle;			/* bytes moved by engines other than HDA_PLAY, HDA_CAPT */
	u64 recorded;			/* frames from the link ... */
	enum model_source source;	/* ... and their contents */
	u64 interrupts, timers, verbs;
	bool wedged;			/* by a verb to a silent codec */
	char log[4096];
	struct wrt_hw_dev *hw;
	struct wrt_device *dev;		/* whose interrupt handler is called, or NULL */
	/* If set it is called instead, for the line or for a timer. False: it was not ours. */
	bool (*raise)(void *ctx, bool timer);
	void *raise_ctx;
	bool stops;			/* set by `raise`: hda_run() returns at this time */
};

extern const struct wrt_hw_bus hda_bus;

/* QEMU's hda-duplex; one with a mixer, a selector, ranges, more pins, inherited amps; 7.1. */
extern const struct hda_codec hda_duplex, hda_rich, hda_surround;

void hda_open(struct hda_model *m, const struct hda_behaviour *as, const struct hda_codec *codec);

/* True if all memory of dma_alloc was freed. */
void hda_close(struct hda_model *m);

/* Memory for a buffer at its own bus address. */
u64 hda_map(struct hda_model *m, void *at, u32 len);
void hda_unmap(struct hda_model *m, void *at);

/* Time passes: DMA moves, interrupts and timers are served. */
void hda_run(struct hda_model *m, u64 ns);

/* The device asserts its interrupt. */
bool hda_line(const struct hda_model *m);

/* Time passes and no interrupt is served. */
void hda_sleep(struct hda_model *m, u64 ns);

/* The engine stops without a request, as after a bus error. */
void hda_break(struct hda_model *m, u32 sd);

struct hda_node *hda_node(struct hda_model *m, u32 nid);

#endif
