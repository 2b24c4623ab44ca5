/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * testbed.h - a host binding for unit tests: the functions that a kernel provides for the core,
 * with a clock that only the test advances. A test device is based on the simulator; its clients
 * and pins record their notifications. Only the tests check results.
 */
#ifndef TESTBED_H
#define TESTBED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/device.h"
#include "core/geometry.h"
#include "hw/sim/sim.h"
#include "miniport.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define TB_EPOCH	1000000007ull	/* the clock when a device is opened, ns */

/*
 * TB_TEST(name, argument, setup, teardown) { ... } defines a test, which tb_run() runs: all tests
 * of a file in their order, as with the kernel's kselftest_harness.h. The argument is a pointer to
 * what setup made, such as struct bed *b. TB_TEST_LIKE adds a text to the name and passes `state`.
 */
#define TB_TEST(name, argument, setup, teardown)				\
	static void name(argument);						\
	TB_TEST_LIKE(name, , setup, teardown, NULL)				\
	static void name(argument)

#define TB_TEST_LIKE(name, text, setup, teardown, state)			\
	static void run_##name##text(void **s)					\
	{									\
		name(*s);							\
	}									\
	static void __attribute__((constructor)) add_##name##text(void)		\
	{									\
		tb_add(#name #text, run_##name##text, setup, teardown, (void *)(state)); \
	}

#define UNIT_TEST(name)	TB_TEST(name, void *unused, NULL, NULL)

void tb_add(const char *name, CMUnitTestFunction test, CMFixtureFunction setup,
	    CMFixtureFunction teardown, void *state);

/* Runs them and prints TAP; names begin with compiler and group. For main(). */
int tb_run(const char *group);

/* A number from the environment, or the default. */
u64 tb_env_u64(const char *name, u64 fallback);

/* A small random generator (splitmix64), the same on every machine. */
u64 tb_random(u64 *seed);

/* ---- the device ------------------------------------------------------------------ */

/* A volume of two channels, and a switch of one. */
#define TB_CONTROLS	2u

/* Calls of each backend operation, and the injected faults. */
struct tb_backend {
	u32 calls;		/* of any operation except caps and irq */
	u32 open, close, prepare, release, start, stop, position, points;
	bool points_on;		/* argument of the last points() */
	u32 fail_open, fail_prepare, fail_start, fail_stop, fail_position;	/* -WRT_E... */
	u32 starts_before_fail;		/* calls of start that succeed in spite of fail_start */
	u32 end;
	struct wrt_hw_latency latency;	/* of prepare(); also fifo_bytes of positions */
	u32 preempts;			/* number of readings for which time passes between ... */
	u64 preempt_ns;			/* ... the offset and the late bound */
	u64 entry_ns;			/* result of irq() */
	u64 from_ns[8];			/* arguments of the newest readings, as a ring */
	u64 *now;			/* the clock, TB's own */
	struct wrt_hw_register reg[2];	/* width 0: there is none */
	u32 register_base;		/* offset of the last start(), as in a rotated list */
	bool halted;			/* the next position or stop reports it, once */
	u32 suspend, resume, fail_resume;
	bool asleep;			/* between suspend() and resume() */
	u32 touched_asleep;		/* calls that need the hardware while it was asleep */
	u32 value[TB_CONTROLS][2];	/* of the codec's controls */
	u32 fail_control;
};

extern struct tb_backend tb_backend;

struct tb {
	u64 now;			/* ns */
	u64 timer[WRT_SLOTS_MAX];	/* 0: not armed */
	u64 interrupts;
	struct wrt_hw_dev *hw;
	struct wrt_device dev;
};

/* A device with this simulator; every backend call passes through tb_backend. */
void tb_open(struct tb *tb, const struct wrt_sim_config *cfg);

/* The same, but the engine cannot stop at an end. */
void tb_open_endless(struct tb *tb, const struct wrt_sim_config *cfg);

/* The same, but DMA follows no clock (WRT_HW_EMULATED); no controls, no suspend operation. */
void tb_open_emulated(struct tb *tb, const struct wrt_sim_config *cfg);
void tb_close(struct tb *tb);

/* Time passes up to ns; armed timers raise interrupts at exactly their time. */
void tb_run_until(struct tb *tb, u64 ns);
void tb_run_for(struct tb *tb, u64 ns);

/* Run until frame number `frame` after `from` is complete at this rate. */
void tb_run_frames(struct tb *tb, u64 from, u32 rate, u64 frame);

/* Time passes and no interrupt is served; timers in the past stay armed. */
void tb_sleep(struct tb *tb, u64 ns);

/* The engine of this slot halts for this time without a request and reports it at the next call. */
void tb_halt(struct tb *tb, u32 slot, u64 ns);

/* First ns at which `frames` of this rate are complete, from 0. */
u64 tb_frames_ns(u64 frames, u32 rate);

/* Step clock: frames pass, an interrupt at each stop. Returns the number of stops. */
u32 tb_step(struct tb *tb, u64 frames);

/* ---- clients of the core ----------------------------------------------------------- */

struct tb_client {
	struct wrt_client client;	/* first */
	struct tb *tb;
	u32 publishes, notifies;
	u64 passed;			/* sum of snapshot.passed */
	u64 points;			/* sum of notify's points */
	u64 next, gaps;			/* number of the next point; times it was a different one */
	u64 most;			/* in one notify */
	u64 notify_ns;			/* clock at the last notify */
	struct wrt_snapshot last;
	struct wrt_hw_geom geom;	/* last.geom's contents */
	void (*on_notify)(struct tb_client *c);
};

void tb_client_init(struct tb_client *c, struct tb *tb, bool wants_points);

/* A buffer and a geometry for a stream; freed by tb_buffer_free(). */
struct tb_buffer {
	struct wrt_hw_seg seg;
	struct wrt_hw_geom geom;
};

void tb_buffer_make(struct tb_buffer *b, const struct wrt_stream *s, u32 rate, u32 format,
		    u32 channels, u32 bytes, u32 notify);
void tb_buffer_free(struct tb_buffer *b);

/*
 * Set for a device with DMA: the bus address of a piece of a pin's buffer, and before it is freed.
 * The pieces have 1, 2, 3, 5, 8 ... pages, as those of tests/nt/portcls_bus.c.
 */
#define TB_SEGS	24

extern u64 (*tb_map)(void *memory, u32 bytes);
extern void (*tb_unmap)(void *memory);

/* ---- a binding of the miniport ------------------------------------------------------ */

struct tb_pin {
	struct wrt_mp mp;		/* first */
	struct tb *tb;
	bool no_memory;			/* the next allocation fails */
	u32 allocs, frees;
	struct wrt_hw_seg seg[TB_SEGS];
	u32 nseg;
	u8 *memory;			/* of the buffer, allocated with its size exactly */
	/* the register page */
	struct wrt_snapshot page;
	struct wrt_hw_geom page_geom;
	enum wrt_mp_state page_mp_state;
	struct wrt_mp_glitches page_glitches;
	u64 page_points;		/* sum of passed */
	u64 point_linear;		/* of the last page with new points */
	u64 signalling;			/* points for which signalling was called */
	u64 passed_calls;		/* of the binding's passed() */
	u64 next, gaps;			/* as of a client */
	/* states in the order in which they were published, without repetition */
	u32 step[64];
	u32 nsteps;
	bool freed_under_dma;		/* the buffer was freed while the backend knew it */
};

struct tb_event {
	u64 count;
	u64 ns;				/* clock at the last signal */
	u64 serial;			/* of the last signal, over all events */
	struct tb_pin *pin;		/* whose page is read when it is signalled */
	u64 page_points;		/* C on the page then */
	u64 page_linear;
	void (*on_signal)(struct tb_event *e);
};

enum wrt_status tb_pin_open(struct tb_pin *pin, struct tb *tb, u32 dir, u32 number,
			    bool observer);
void tb_pin_close(struct tb_pin *pin);

/* Removes the device, as a binding does. */
void tb_remove(struct tb *tb, struct tb_pin **pins, u32 n);

void tb_event_init(struct tb_event *e, struct tb_pin *pin);

#endif
