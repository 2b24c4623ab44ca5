/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * suite.h - for the files of tests: TEST(WRT_064) { ... } makes the test of a statement.
 * A test runs on a fresh default device, and ends by returning (passed), or in one of
 * CHECK (failed), lacks() (not in this mode) and untestable() (in none).
 */
#ifndef CF_SUITE_H
#define CF_SUITE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

#define TEST(id)								\
	static void test_##id(void);						\
	__attribute__((constructor)) static void register_##id(void)		\
	{									\
		cf_register(#id, test_##id, __FILE__);				\
	}									\
	static void test_##id(void)

void cf_register(const char *id, void (*fn)(void), const char *file);

__attribute__((format(printf, 3, 4)))
void cf_fail(const char *file, int line, const char *fmt, ...);
_Noreturn void lacks(const char *reason);		/* this mode cannot show it */
_Noreturn void untestable(const char *reason);		/* no mode can show it */

/*
 * In real time: checks that the test itself was on time; otherwise it starts again, a few times.
 * Never used for results of the implementation.
 */
void on_time(bool it_was);
const char *cf_status_name(enum wrt_status s);

/* In a hook of a signal a failure is recorded and the hook continues. */
#define CHECK(cond)							\
	do {								\
		if (!(cond))						\
			cf_fail(__FILE__, __LINE__, "%s", #cond);	\
	} while (0)

#define SAME(got, expected)							\
	do {									\
		uint64_t got_ = (uint64_t)(got), expected_ = (uint64_t)(expected);	\
										\
		if (got_ != expected_)						\
			cf_fail(__FILE__, __LINE__, "%s is %llu, not %llu", #got,	\
				(unsigned long long)got_, (unsigned long long)expected_);	\
	} while (0)

#define STATUS(got, expected)							\
	do {									\
		enum wrt_status got_ = (got), expected_ = (expected);		\
										\
		if (got_ != expected_)						\
			cf_fail(__FILE__, __LINE__, "%s gives %s, not %s", #got,	\
				cf_status_name(got_), cf_status_name(expected_));	\
	} while (0)

#define GIVES(got, name)	STATUS(got, WRT_STATUS_##name)
#define OK(got)			STATUS(got, WRT_STATUS_SUCCESS)

/* One of two values is right. */
#define EITHER(got, one, other)						\
	do {								\
		enum wrt_status is_ = (got);				\
									\
		if (is_ != WRT_STATUS_##other)				\
			STATUS(is_, WRT_STATUS_##one);			\
	} while (0)

/*
 * The result that a test has to find by the selected profile, if it differs from the contract;
 * see the file `deviations`. Otherwise that of the contract.
 */
enum wrt_status want_status(const char *knob, enum wrt_status contract);
uint64_t want(const char *knob, uint64_t contract);

/* ---- set-up: 48 kHz, S16, stereo ------------------------------------------------- */

#define RATE		48000u
#define FRAME		4u		/* bytes */
#define PACKET		480u		/* frames, 10 ms */
#define SIZE		(PACKET * FRAME)	/* S, bytes */
#define EOS		0x200u

extern uint32_t cf_rate;		/* of advance(); RATE except in tests that set it */
extern uint32_t cf_t_late_us;		/* T_late */

void device(struct cf_device wish);	/* or lacks() */
struct cf_stream *open_pin(uint32_t dir, uint32_t pin);	/* and set the format */
enum wrt_status alloc_buffer(struct cf_stream *s, struct cf_buffer *b);	/* or lacks() */
enum wrt_status alloc(struct cf_stream *s, uint32_t count, uint32_t bytes);	/* notify */
enum wrt_status alloc_timer(struct cf_stream *s, uint32_t bytes);
/* with count packets of so many frames */
struct cf_stream *ready(uint32_t dir, uint32_t count, uint32_t frames);
struct cf_stream *ready_pin(uint32_t dir, uint32_t pin, uint32_t count, uint32_t frames);
struct cf_event *event_on(struct cf_stream *s);		/* a new one, registered */
struct cf_event *event(void);
enum wrt_status state(struct cf_stream *s, uint32_t to);
struct cf_position pos(struct cf_stream *s);
struct cf_page page(struct cf_stream *s);
uint32_t count(struct cf_stream *s);			/* GetPacketCount */
/* SetWritePacket while `playing` is being played, or the test starts again; of the next packet */
void announce(struct cf_stream *s, uint32_t packet, uint32_t playing);
void put_next(struct cf_stream *s);
uint8_t *map(struct cf_stream *s);			/* or fail */
void go(uint64_t frames);				/* time passes */
/* Frames by which the position may lag the clock: 0 if it moves by the frame. */
uint32_t late(void);
/* Time passes; if the position may lag, until it has passed `frames` since STOP. */
void go_to(struct cf_stream *s, uint64_t frames, uint64_t linear);
/* The actual size for a request of `bytes` in n packets. */
uint32_t fit(uint32_t n, uint32_t bytes, uint32_t frame_bytes);
uint32_t small(uint32_t n, uint32_t frames);	/* a packet of `frames`, or the smallest */
uint32_t channels(uint32_t wanted);			/* this number, or the maximum */
uint32_t last_pin(void);
void need_loopback(void);				/* or lacks() */
void need_registers(void);				/* a device with them, or lacks() */
void need_direction(uint32_t dir);			/* a pin of it, or lacks() */
void need_rate(uint32_t rate);				/* or lacks() */

/*
 * Known captured data: numbered frames (true), or silence (false), which
 * is visible where it replaced a marked part.
 */
bool need_known_source(void);
void stain(uint8_t *at, size_t n);
bool stained(const uint8_t *at, size_t n);
bool silent(const uint8_t *at, size_t n);
void breathe(void);					/* in a loop of another thread */
uint64_t take(struct cf_event *e);
void quiet(struct cf_event *e);				/* T_quiet passes without a signal */

/*
 * Waits for the next n signals of e; calls fn at the wake-up of each with k = 1, 2, ... In a
 * binding with hooks that is inside the signal: it may read, not register or set states.
 */
void at_signals(struct cf_event *e, uint32_t n, void (*fn)(uint32_t k));

#define cl (&cf_client)
#define probe (&cf_probe)

#endif
