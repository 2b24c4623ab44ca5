// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * miniport_events.c - registering and unregistering events: WRT-060..083. Part of
 * test_miniport.
 */
#include "miniport_bed.h"

static void wrt_060_wrt_068_register_and_unregister_succeed_with_a_buffer(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_register(&b->pin, &b->event[0]));
	assert_int_equal(b->pin.mp.nevents, 1);
	ok(mp_unregister(&b->pin, &b->event[0]));
	assert_int_equal(b->pin.mp.nevents, 0);
}

static void wrt_062_registering_without_a_buffer_is_not_ready(void **state)
{
	struct mp_bed *b = *state;

	fails(mp_register(&b->pin, &b->event[0]), DEVICE_NOT_READY);
	assert_int_equal(b->pin.mp.nevents, 0);
}

static void wrt_063_registering_with_a_timer_buffer_is_not_supported(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc_timer(&b->pin, 384));
	fails(mp_register(&b->pin, &b->event[0]), NOT_SUPPORTED);
	assert_int_equal(b->pin.mp.nevents, 0);
}

static void wrt_064_wrt_065_wrt_066_a_second_registration_fails_and_changes_nothing(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	fails(mp_register(&b->pin, &b->event[0]), UNSUCCESSFUL);
	ok(mp_register(&b->pin, &b->event[1]));
	fails(mp_register(&b->pin, &b->event[0]), UNSUCCESSFUL);
	fails(mp_register(&b->pin, &b->event[1]), UNSUCCESSFUL);
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(b->event[0].count, 5);
	assert_int_equal(b->event[1].count, 5);
	ok(mp_unregister(&b->pin, &b->event[0]));
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(b->event[0].count, 5);
	assert_int_equal(b->event[1].count, 10);
	ok(mp_register(&b->pin, &b->event[0]));
}

static void wrt_069_unregistering_an_unknown_event_fails_and_changes_nothing(void **state)
{
	struct mp_bed *b = *state;

	fails(mp_unregister(&b->pin, &b->event[1]), NOT_FOUND);
	mp_run(b);
	fails(mp_unregister(&b->pin, &b->event[1]), NOT_FOUND);
	assert_int_equal(b->pin.mp.nevents, 1);
	tb_run_for(&b->tb, 2 * PACKET_NS);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(b->event[1].count, 0);
}

static void wrt_070_unregistering_twice_fails_the_second_time(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	ok(mp_unregister(&b->pin, &b->event[0]));
	fails(mp_unregister(&b->pin, &b->event[0]), NOT_FOUND);
}

static void wrt_071_after_unregister_no_signal_follows(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	/* even with points passed and not served yet */
	tb_sleep(&b->tb, 10 * PACKET_NS);
	ok(mp_unregister(&b->pin, &b->event[0]));
	tb_run_for(&b->tb, 20 * PACKET_NS);
	assert_int_equal(b->event[0].count, 3);
}

static void wrt_072_wrt_074_wrt_075_both_work_in_every_state_and_leave_the_count(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	ok(mp_alloc(&b->pin, 2, 384));
	b->event[0].count = 77;
	for (i = WRT_MP_STOP; i <= WRT_MP_RUN; i++) {
		ok(mp_state(&b->pin, i));
		ok(mp_register(&b->pin, &b->event[0]));
		assert_int_equal(b->event[0].count, 77);
		ok(mp_unregister(&b->pin, &b->event[0]));
		assert_int_equal(b->event[0].count, 77);
	}
}

static void wrt_073_an_event_registered_in_run_is_signalled_from_the_next_point_on(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS + PACKET_NS / 2);
	ok(mp_register(&b->pin, &b->event[1]));
	assert_int_equal(b->event[1].count, 0);
	tb_run_for(&b->tb, PACKET_NS / 2 - 1);
	assert_int_equal(b->event[1].count, 0);
	tb_run_for(&b->tb, 1);
	assert_int_equal(b->event[1].count, 1);
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(b->event[1].count, 6);
	assert_int_equal(b->event[0].count, 9);
}

static void wrt_073_an_event_is_not_signalled_for_points_passed_before_it_came(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_sleep(&b->tb, 5 * PACKET_NS + 1);	/* no interrupt has been served */
	ok(mp_register(&b->pin, &b->event[1]));
	wrt_stream_look(b->pin.mp.stream, 0);
	assert_int_equal(b->event[0].count, 5);
	assert_int_equal(b->event[1].count, 0);
}

static void wrt_076_wrt_077_64_events_are_all_signalled_at_every_point(void **state)
{
	struct mp_bed *b = *state;
	struct tb_event *many = b->many;
	u32 i;

	mp_run(b);
	ok(mp_unregister(&b->pin, &b->event[0]));
	for (i = 0; i < 64; i++) {
		tb_event_init(&many[i], &b->pin);
		ok(mp_register(&b->pin, &many[i]));
	}
	tb_run_for(&b->tb, 100 * PACKET_NS);
	for (i = 0; i < 64; i++)
		assert_int_equal(many[i].count, 100);
}

static void wrt_082_a_65th_event_is_refused_and_one_that_goes_makes_room(void **state)
{
	struct mp_bed *b = *state;
	struct tb_event *many = b->many;
	u32 i;

	ok(mp_alloc(&b->pin, 2, 384));
	for (i = 0; i < 66; i++)
		tb_event_init(&many[i], &b->pin);
	for (i = 0; i < 64; i++)
		ok(mp_register(&b->pin, &many[i]));
	fails(mp_register(&b->pin, &many[64]), INSUFFICIENT_RESOURCES);
	fails(mp_register(&b->pin, &many[63]), UNSUCCESSFUL);
	assert_int_equal(b->pin.mp.nevents, 64);
	ok(mp_unregister(&b->pin, &many[0]));
	ok(mp_register(&b->pin, &many[64]));
	fails(mp_register(&b->pin, &many[65]), INSUFFICIENT_RESOURCES);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(many[0].count, 0);
	for (i = 1; i <= 64; i++)
		assert_int_equal(many[i].count, 1);
	assert_int_equal(many[65].count, 0);
}

static void events_are_signalled_in_the_order_of_registration(void **state)
{
	struct mp_bed *b = *state;
	struct tb_event *e = b->event;

	mp_run(b);
	ok(mp_register(&b->pin, &e[1]));
	ok(mp_register(&b->pin, &e[2]));
	tb_run_for(&b->tb, PACKET_NS);
	assert_true(e[0].serial < e[1].serial && e[1].serial < e[2].serial);
	ok(mp_unregister(&b->pin, &e[0]));
	ok(mp_register(&b->pin, &e[3]));
	ok(mp_register(&b->pin, &e[0]));
	tb_run_for(&b->tb, PACKET_NS);
	assert_true(e[1].serial < e[2].serial && e[2].serial < e[3].serial &&
		    e[3].serial < e[0].serial);
}

static void wrt_078_one_event_on_two_streams_is_signalled_by_both(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	ok(mp_alloc(&b->rec, 1, 960));
	ok(mp_register(&b->rec, &b->event[0]));
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, 10 * PACKET_NS);
	assert_int_equal(b->event[0].count, 12);
	ok(mp_unregister(&b->pin, &b->event[0]));
	tb_run_for(&b->tb, 10 * PACKET_NS);
	assert_int_equal(b->event[0].count, 14);
}

static void wrt_083_registrations_survive_pause_acquire_and_stop(void **state)
{
	struct mp_bed *b = *state;
	int to;

	mp_run(b);
	for (to = WRT_MP_PAUSE; to >= WRT_MP_STOP; to--) {
		ok(mp_state(&b->pin, (u32)to));
		assert_int_equal(b->pin.mp.nevents, 1);
		ok(mp_state(&b->pin, WRT_MP_RUN));
		tb_run_for(&b->tb, 2 * PACKET_NS);
		assert_int_equal(b->event[0].count, 2 * (WRT_MP_RUN - to));
	}
}

static void an_observer_registers_without_a_buffer_and_is_signalled_for_the_owner(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];

	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, true));
	ok(mp_register(other, &b->event[1]));
	fails(mp_register(other, &b->event[1]), UNSUCCESSFUL);
	mp_run(b);
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(b->event[1].count, 5);
	assert_int_equal(mp_position(other).linear, 5 * PACKET_BYTES);
	assert_int_equal(other->page.state, WRT_STREAM_RUN);
	assert_int_equal(other->page_geom.bytes, 384);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(other->page.linear, 0);
	ok(wrt_mp_free(&b->pin.mp));
	assert_int_equal(other->page.state, WRT_STREAM_FREE);
	ok(mp_alloc_timer(&b->pin, 384));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 50 * PACKET_NS);
	assert_int_equal(b->event[1].count, 5);
	tb_pin_close(other);
}

static void a_ninth_observer_is_refused(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *watch = b->watch;
	u32 i;

	mp_run(b);
	for (i = 0; i < WRT_OBSERVERS_MAX; i++)
		ok(tb_pin_open(&watch[i], &b->tb, WRT_PLAYBACK, 0, true));
	fails(tb_pin_open(&watch[i], &b->tb, WRT_PLAYBACK, 0, true), INSUFFICIENT_RESOURCES);
	tb_pin_close(&watch[3]);
	ok(tb_pin_open(&watch[3], &b->tb, WRT_PLAYBACK, 0, true));
	for (i = 0; i < WRT_OBSERVERS_MAX; i++)
		tb_pin_close(&watch[i]);
}

static void a_stream_that_does_not_own_its_pin_sees_nothing_of_it(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];

	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, false));
	mp_run(b);
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(mp_position(other).linear, 0);
	assert_int_equal(other->page.linear, 0);
	assert_int_equal(other->signalling, 0);
	fails(mp_register(other, &b->event[1]), DEVICE_NOT_READY);
	tb_pin_close(other);
}

const struct CMUnitTest event_tests[] = {
	M(wrt_060_wrt_068_register_and_unregister_succeed_with_a_buffer),
	M(wrt_062_registering_without_a_buffer_is_not_ready),
	M(wrt_063_registering_with_a_timer_buffer_is_not_supported),
	M(wrt_064_wrt_065_wrt_066_a_second_registration_fails_and_changes_nothing),
	M(wrt_069_unregistering_an_unknown_event_fails_and_changes_nothing),
	M(wrt_070_unregistering_twice_fails_the_second_time),
	M(wrt_071_after_unregister_no_signal_follows),
	M(wrt_072_wrt_074_wrt_075_both_work_in_every_state_and_leave_the_count),
	M(wrt_073_an_event_registered_in_run_is_signalled_from_the_next_point_on),
	M(wrt_073_an_event_is_not_signalled_for_points_passed_before_it_came),
	M(wrt_076_wrt_077_64_events_are_all_signalled_at_every_point),
	M(wrt_082_a_65th_event_is_refused_and_one_that_goes_makes_room),
	M(events_are_signalled_in_the_order_of_registration),
	M(wrt_078_one_event_on_two_streams_is_signalled_by_both),
	M(wrt_083_registrations_survive_pause_acquire_and_stop),
	M(an_observer_registers_without_a_buffer_and_is_signalled_for_the_owner),
	M(a_ninth_observer_is_refused),
	M(a_stream_that_does_not_own_its_pin_sees_nothing_of_it),
};

const size_t n_event_tests = COUNT(event_tests);
