// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * miniport_bed.c - see miniport_bed.h.
 */
#include "miniport_bed.h"

static int setup(void **state, void (*open)(struct tb *tb, const struct wrt_sim_config *cfg))
{
	struct wrt_sim_config cfg = { .pairs = 1, .source = WRT_SIM_LOOPBACK };
	struct mp_bed *b = calloc(1, sizeof(*b));
	u32 i;

	open(&b->tb, &cfg);
	ok(tb_pin_open(&b->pin, &b->tb, WRT_PLAYBACK, 0, false));
	ok(tb_pin_open(&b->rec, &b->tb, WRT_CAPTURE, 0, false));
	ok(wrt_mp_set_format(&b->pin.mp, 48000, WRT_FMT_S16, 2));
	ok(wrt_mp_set_format(&b->rec.mp, 48000, WRT_FMT_S16, 2));
	for (i = 0; i < COUNT(b->event); i++)
		tb_event_init(&b->event[i], &b->pin);
	*state = b;
	return 0;
}

int mp_setup(void **state)
{
	return setup(state, tb_open);
}

int mp_setup_endless(void **state)
{
	return setup(state, tb_open_endless);
}

int mp_teardown(void **state)
{
	struct mp_bed *b = *state;

	tb_pin_close(&b->pin);
	tb_pin_close(&b->rec);
	tb_close(&b->tb);
	assert_int_equal(b->pin.allocs, b->pin.frees);
	assert_int_equal(b->rec.allocs, b->rec.frees);
	assert_false(b->pin.freed_under_dma || b->rec.freed_under_dma);
	free(b);
	return 0;
}

enum wrt_status mp_alloc(struct tb_pin *pin, u32 count, u32 bytes)
{
	return wrt_mp_alloc(&pin->mp, WRT_MP_NOTIFY_BUFFER, count, false, bytes);
}

enum wrt_status mp_alloc_timer(struct tb_pin *pin, u32 bytes)
{
	return wrt_mp_alloc(&pin->mp, WRT_MP_TIMER_BUFFER, 0, false, bytes);
}

enum wrt_status mp_state(struct tb_pin *pin, u32 state)
{
	return wrt_mp_set_state(&pin->mp, state);
}

enum wrt_status mp_register(struct tb_pin *pin, struct tb_event *e)
{
	return wrt_mp_register_event(&pin->mp, e);
}

enum wrt_status mp_unregister(struct tb_pin *pin, struct tb_event *e)
{
	return wrt_mp_unregister_event(&pin->mp, e);
}

struct wrt_snapshot mp_position(struct tb_pin *pin)
{
	struct wrt_snapshot snap;

	ok(wrt_mp_position(&pin->mp, &snap));
	return snap;
}

void mp_run(struct mp_bed *b)
{
	ok(mp_alloc(&b->pin, 2, 2 * PACKET_BYTES));
	ok(mp_register(&b->pin, &b->event[0]));
	ok(mp_state(&b->pin, WRT_MP_RUN));
}
