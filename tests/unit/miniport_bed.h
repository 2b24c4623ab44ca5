/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * miniport_bed.h - shared by test_miniport.c and test_thread.c: a device with one playback and
 * one capture stream, a pin on each, and a few events. 48 kHz, S16, stereo; a packet of
 * the usual buffer is 48 frames, 192 bytes, one millisecond.
 */
#ifndef MINIPORT_BED_H
#define MINIPORT_BED_H

#include "testbed.h"

#define SECOND		1000000000ull
#define PACKET_NS	1000000ull
#define PACKET_BYTES	192u

struct mp_bed {
	struct tb tb;
	struct tb_pin pin;		/* playback, format set */
	struct tb_pin rec;		/* capture, format set */
	struct tb_event event[4];	/* of pin */
	/* for use by a test: not on its stack, which a failed assertion leaves */
	struct tb_event many[66];
	struct tb_pin watch[WRT_OBSERVERS_MAX + 1];
};

/* setup and teardown of a test; endless: the backend cannot stop at the end of a stream. */
int mp_setup(void **state);
int mp_setup_endless(void **state);
int mp_teardown(void **state);

enum wrt_status mp_alloc(struct tb_pin *pin, u32 count, u32 bytes);
enum wrt_status mp_alloc_timer(struct tb_pin *pin, u32 bytes);
enum wrt_status mp_state(struct tb_pin *pin, u32 state);
enum wrt_status mp_register(struct tb_pin *pin, struct tb_event *e);
enum wrt_status mp_unregister(struct tb_pin *pin, struct tb_event *e);
struct wrt_snapshot mp_position(struct tb_pin *pin);

/* Two packets, event[0] registered, state RUN. */
void mp_run(struct mp_bed *b);

#define ok(status)		assert_int_equal(status, WRT_STATUS_SUCCESS)
#define fails(status, name)	assert_int_equal(status, WRT_STATUS_##name)

#define MINIPORT_TEST(name)	TB_TEST(name, struct mp_bed *b, mp_setup, mp_teardown)
#define ENDLESS_TEST(name)	TB_TEST(name, struct mp_bed *b, mp_setup_endless, mp_teardown)

#endif
