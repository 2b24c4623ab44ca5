/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * simprop.h - the private property set of the simulator, for tests: set it up, move its
 * clock, unplug it, read the trace of core and miniport. All are filter properties except
 * SIM_PAGE. Included by the driver and by clients that use them.
 */
#ifndef WRT_NT_SIMPROP_H
#define WRT_NT_SIMPROP_H

#include <stdint.h>

DEFINE_GUID(SIM_PROPERTIES, 0x6d2f0c5e, 0x93a1, 0x4b7c, 0x8e, 0x15, 0x0a, 0x4d, 0x27, 0xb8, 0x61,
	    0xf3);

#define SIM_PAIRS	2	/* pins of each direction; 0, 1 play, 2, 3 capture */

/* Devices of struct sim_config that only the driver for tests has (tests/nt/bus_model.c). */
enum sim_model {
	SIM_NO_MODEL,		/* the simulator */
	SIM_MODEL_HDA,
	SIM_MODEL_ICH,
};

enum {
	SIM_CONFIG = 1,		/* set struct sim_config: a new device, or STATUS_DEVICE_BUSY */
	SIM_STEP,		/* get: see struct sim_step */
	SIM_REMOVE,		/* set, no value: the device is gone */
	SIM_TRACE,		/* get struct wrt_trace_record[]: the oldest, which are removed */
	SIM_CAPS,		/* get struct sim_caps */
	SIM_PAGE,		/* get struct sim_page */
	SIM_PEEK,		/* get: see struct sim_peek */
};

struct sim_config {
	uint32_t step;		/* the clock advances only by SIM_STEP */
	uint32_t source;	/* enum wrt_sim_source */
	uint32_t fault;		/* enum wrt_sim_fault */
	uint32_t model;		/* enum sim_model */
	uint32_t dpc;		/* enum sim_dpc, models only */
};

/* What happens to the DPC that an interrupt queues. */
enum sim_dpc {
	SIM_DPC_AT_ONCE,
	SIM_DPC_LATE,		/* it runs 3 ms later; interrupts before that are merged */
	SIM_DPC_TWICE,
	SIM_DPC_LOST,		/* every fifth never runs */
};

/*
 * Instance: at most this many frames pass, up to the next interrupt, which is handled. Over a model
 * they pass up to an interrupt that signals an event.
 */
struct sim_step {
	uint64_t frames;
	uint64_t rate;		/* models only: their clock counts ns */
};

/* Value. */
struct sim_moved {
	uint64_t moved;		/* whole frames */
	uint64_t total;		/* frames since SIM_CONFIG */
	uint64_t now_ns;	/* models only: their clock ... */
	uint64_t begun;		/* ... and 1 if a frame has begun */
};

struct sim_caps {
	uint32_t buffer_max, notify_max;	/* of every pin */
	uint32_t pins;				/* of each direction */
	uint32_t broken;	/* models: how often the driver has broken a rule of the device */
	char why[96];		/* the first time */
	uint32_t timers;	/* models: timers of high resolution that are armed ... */
	uint32_t ticks;		/* ... and how often one has expired */
};

/* Instance: the address and width that a register property returned. Value: with the contents. */
struct sim_peek {
	uint64_t address;
	uint64_t width;		/* bits */
	uint64_t value;
};

/* The values that were published last, and a new reading. */
struct sim_page {
	uint64_t linear, packets, underruns, repeats, late, overruns, dropped;
	uint64_t number, at_linear;	/* newest point: its C, and the position read with it */
	uint64_t now_linear, now_ns;
	uint32_t state;			/* KSSTATE; 4: gone */
	uint32_t zero;
};

#endif
