/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bed.h - a device for fuzzing: pins, their events, other clients, and for each of
 * them an independent account of the expected results, kept without the code under test.
 */
#ifndef FUZZ_BED_H
#define FUZZ_BED_H

#include "fuzz.h"

#define FZ_PINS		12
#define FZ_CLIENTS	2
#define FZ_EVENTS	(WRT_MP_EVENTS_MAX + 2)
#define FZ_STREAMS	4

struct fz_pin;

struct fz_event {
	struct fz_pin *pin;
	bool registered;
	u64 since;			/* first point of which it must be notified */
	u64 count, expected;		/* signals received and expected */
};

/* A binding of the miniport. */
struct fz_pin {
	struct wrt_mp mp;		/* first */
	bool open;
	bool no_memory;			/* the next allocation fails */
	u32 allocs, frees;
	void *memory;
	struct wrt_hw_seg seg;
	bool shown;			/* something has been published: */
	struct wrt_snapshot page;
	struct wrt_hw_geom page_geom;
	u64 published;			/* points, ever */
	u64 signals;			/* of all events, ever */
	u64 signals_before;		/* this call */
	bool quiet;			/* nothing may be signalled in this call */
	struct fz_event event[FZ_EVENTS];
};

/* Another client of the core, such as ALSA. */
struct fz_client {
	struct tb_client tb;		/* first */
	struct tb_buffer buffer;
	struct wrt_stream *observed;	/* NULL: it observes none */
	u64 points_before;		/* this call */
	u32 stop_after;			/* stops the stream in the n-th callback; 0: never */
};

/* A stream as it was after the last call. */
struct fz_shadow {
	enum wrt_stream_state state;
	struct wrt_position pos;
	u64 looks;
	u64 base;			/* linear position at the last start ... */
	u64 start_frame;		/* ... and the frame of the card's clock then */
};

struct fz_bed {
	struct tb tb;
	struct wrt_sim_config cfg;
	u64 steps;			/* frames of the step clock so far */
	bool removed;
	bool may_reset;			/* the call may reset positions to 0 */
	struct fz_pin pin[FZ_PINS];
	struct fz_client client[FZ_CLIENTS];
	struct fz_shadow shadow[FZ_STREAMS];
};

/* Backend operations fail while these are set; see struct tb_backend. */
void fz_faults_clear(void);

void fz_bed_open(struct fz_bed *bed, const struct wrt_sim_config *cfg);

/* Closes everything; nothing may remain. */
void fz_bed_close(struct fz_bed *bed);

enum wrt_status fz_pin_open(struct fz_bed *bed, struct fz_pin *pin, struct wrt_stream *s,
			    bool observer);
void fz_pin_close(struct fz_pin *pin);

/* Removes the device, as a binding does. */
void fz_remove(struct fz_bed *bed);

void fz_client_release(struct fz_client *c);

/* Frames of this stream's rate that the card's clock counts at ns. */
u64 fz_frame_at(const struct fz_bed *bed, u32 rate, u64 ns);

/* The required position of a stream that was read at ns. */
u64 fz_linear_at(const struct fz_bed *bed, u32 stream, u64 ns);

/* The time of a reading made now. */
u64 fz_now(const struct fz_bed *bed, u32 rate);

/* ---- rules ------------------------------------------------------------------------- */

/* Before and after each call: checks everything that must hold for any call. */
void fz_before(struct fz_bed *bed);
void fz_after(struct fz_bed *bed);

#endif
