// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * miniport_buffer.c - opening, allocating, freeing, closing: WRT-001..031, 038, 041,
 * 045..054. Part of test_miniport.
 */
#include "miniport_bed.h"

/* ---- open -------------------------------------------------------------------------- */

static void wrt_001_a_new_stream_is_in_stop(void **state)
{
	struct mp_bed *b = *state;

	assert_int_equal(b->pin.mp.state, WRT_MP_STOP);
	assert_int_equal(b->pin.page_mp_state, WRT_MP_STOP);
	assert_int_equal(b->pin.page.state, WRT_STREAM_FREE);
	assert_int_equal(tb_backend.calls, 0);
}

static void wrt_002_a_new_stream_is_at_position_0(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_snapshot snap = mp_position(&b->pin);

	assert_int_equal(snap.linear, 0);
	assert_int_equal(snap.offset, 0);
	assert_int_equal(snap.points, 0);
	assert_int_equal(b->pin.page.linear, 0);
}

static void wrt_003_a_new_stream_has_no_buffer(void **state)
{
	struct mp_bed *b = *state;

	assert_int_equal(b->pin.mp.buffer, WRT_MP_NO_BUFFER);
	assert_int_equal(b->pin.mp.geom.bytes, 0);
	assert_int_equal(b->pin.page_geom.bytes, 0);
	assert_int_equal(b->pin.allocs, 0);
	fails(wrt_mp_free(&b->pin.mp), INVALID_DEVICE_REQUEST);
}

static void two_streams_may_be_open_on_one_pin_and_none_owns_it(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];

	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, false));
	ok(wrt_mp_set_format(&other->mp, 44100, WRT_FMT_U8, 1));
	ok(mp_alloc(other, 1, 441));
	fails(mp_alloc(&b->pin, 2, 384), DEVICE_BUSY);
	assert_int_equal(b->pin.allocs, b->pin.frees);
	tb_pin_close(other);
	ok(mp_alloc(&b->pin, 2, 384));
}

/* ---- allocate ----------------------------------------------------------------------- */

static void wrt_010_one_notification_is_accepted(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 1, 400));
	assert_int_equal(b->pin.mp.geom.bytes, 400);
	assert_int_equal(b->pin.mp.geom.notify, 1);
	assert_int_equal(b->pin.mp.geom.notify_bytes, 400);
	assert_int_equal(b->pin.page_geom.bytes, 400);
	assert_int_equal(b->pin.page_geom.notify, 1);
}

static void wrt_011_two_notifications_are_accepted(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 400));
	assert_int_equal(b->pin.mp.geom.notify, 2);
	assert_int_equal(b->pin.mp.geom.notify_bytes, 200);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_NOTIFY_BUFFER);
}

static void wrt_012_no_notification_is_refused(void **state)
{
	struct mp_bed *b = *state;

	fails(mp_alloc(&b->pin, 0, 400), INVALID_PARAMETER);
	fails(wrt_mp_alloc(&b->pin.mp, WRT_MP_NOTIFY_BUFFER, 0, true, 400), INVALID_PARAMETER);
}

static void wrt_013_three_or_more_notifications_are_refused(void **state)
{
	static const u32 counts[] = { 3, 4, 16, 0x80000000, 0xffffffff };
	struct mp_bed *b = *state;
	size_t i;

	for (i = 0; i < COUNT(counts); i++)
		fails(mp_alloc(&b->pin, counts[i], 9600), INVALID_PARAMETER);
}

static void any_count_lifts_the_limit_as_far_as_the_device_goes(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp *mp = &b->pin.mp;

	fails(wrt_mp_alloc(mp, WRT_MP_NOTIFY_BUFFER, 0xffffffff, true, 9600), UNSUCCESSFUL);
	ok(wrt_mp_alloc(mp, WRT_MP_NOTIFY_BUFFER, 5, true, 9600));
	assert_int_equal(mp->geom.notify_bytes, 1920);
}

static void a_timer_buffer_has_no_notifications(void **state)
{
	struct mp_bed *b = *state;

	fails(wrt_mp_alloc(&b->pin.mp, WRT_MP_TIMER_BUFFER, 1, false, 400), INVALID_PARAMETER);
	fails(wrt_mp_alloc(&b->pin.mp, WRT_MP_TIMER_BUFFER, 1, true, 400), INVALID_PARAMETER);
	ok(mp_alloc_timer(&b->pin, 400));
	assert_int_equal(b->pin.mp.geom.notify, 0);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_TIMER_BUFFER);
}

static void wrt_014_size_0_is_unsuccessful(void **state)
{
	struct mp_bed *b = *state;

	fails(mp_alloc(&b->pin, 1, 0), UNSUCCESSFUL);
	fails(mp_alloc(&b->pin, 0, 0), UNSUCCESSFUL);
	fails(mp_alloc_timer(&b->pin, 0), UNSUCCESSFUL);
}

static void wrt_015_less_than_a_frame_is_unsuccessful(void **state)
{
	struct mp_bed *b = *state;

	fails(mp_alloc(&b->pin, 2, 3), UNSUCCESSFUL);
	fails(mp_alloc_timer(&b->pin, 1), UNSUCCESSFUL);
	ok(mp_alloc(&b->pin, 2, 4));
}

static void wrt_016_wrt_020_an_acceptable_size_is_taken_exactly(void **state)
{
	struct mp_bed *b = *state;
	u32 bytes;

	for (bytes = 256; bytes < 10000; bytes += 8) {
		ok(mp_alloc(&b->pin, 2, bytes));
		assert_int_equal(b->pin.mp.geom.bytes, bytes);
		ok(wrt_mp_free(&b->pin.mp));
	}
}

static void wrt_017_wrt_018_wrt_019_other_sizes_are_rounded_up_to_whole_packets(void **state)
{
	struct mp_bed *b = *state;
	u32 bytes, n;

	for (bytes = 257; bytes < 2000; bytes += 3)
		for (n = 1; n <= 2; n++) {
			ok(mp_alloc(&b->pin, n, bytes));
			assert_true(b->pin.mp.geom.bytes >= bytes);
			assert_true(b->pin.mp.geom.bytes < bytes + 4 * n);
			assert_int_equal(b->pin.mp.geom.bytes % (4 * n), 0);
			ok(wrt_mp_free(&b->pin.mp));
		}
}

static void a_size_above_the_maximum_is_unsuccessful(void **state)
{
	struct mp_bed *b = *state;

	fails(mp_alloc(&b->pin, 2, WRT_SIM_BUFFER_MAX + 1), UNSUCCESSFUL);
	fails(mp_alloc(&b->pin, 2, 0xffffffff), UNSUCCESSFUL);
	fails(mp_alloc_timer(&b->pin, 0xffffffff), UNSUCCESSFUL);
	ok(mp_alloc(&b->pin, 2, WRT_SIM_BUFFER_MAX));
}

static void wrt_021_without_memory_there_is_no_buffer(void **state)
{
	struct mp_bed *b = *state;

	b->pin.no_memory = true;
	fails(mp_alloc(&b->pin, 2, 384), INSUFFICIENT_RESOURCES);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_NO_BUFFER);
	assert_int_equal(b->pin.mp.geom.bytes, 0);
	assert_int_equal(b->pin.frees, 0);
	assert_int_equal(tb_backend.calls, 0);
	b->pin.no_memory = false;
	ok(mp_alloc(&b->pin, 2, 384));
}

static void a_backend_that_refuses_costs_no_memory(void **state)
{
	struct mp_bed *b = *state;

	tb_backend.fail_open = -WRT_EIO;
	fails(mp_alloc(&b->pin, 2, 384), DEVICE_NOT_READY);
	tb_backend.fail_open = 0;
	tb_backend.fail_prepare = -WRT_ENOMEM;
	fails(mp_alloc(&b->pin, 2, 384), INSUFFICIENT_RESOURCES);
	tb_backend.fail_prepare = 0;
	assert_int_equal(b->pin.allocs, 2);
	assert_int_equal(b->pin.frees, 2);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_NO_BUFFER);
	mp_run(b);
}

static void wrt_024_wrt_025_allocation_moves_nothing_and_signals_nothing(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	ok(mp_alloc(&b->rec, 2, 384));
	ok(mp_register(&b->rec, &b->event[0]));
	memset(b->rec.memory, 0xee, 384);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(mp_position(&b->rec).linear, 0);
	for (i = 0; i < 384; i++)
		assert_int_equal(b->rec.memory[i], 0xee);
	assert_int_equal(b->event[0].count, 0);
	assert_int_equal(tb_backend.start, 0);
}

static void wrt_026_wrt_027_a_second_allocation_fails_and_the_first_is_intact(void **state)
{
	struct mp_bed *b = *state;
	u8 *memory;

	ok(mp_alloc(&b->pin, 2, 384));
	memory = b->pin.memory;
	fails(mp_alloc(&b->pin, 1, 800), INVALID_DEVICE_REQUEST);
	assert_ptr_equal(b->pin.memory, memory);
	assert_int_equal(b->pin.allocs, 1);
	assert_int_equal(b->pin.mp.geom.bytes, 384);
	assert_int_equal(b->pin.mp.geom.notify, 2);
	ok(mp_register(&b->pin, &b->event[0]));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 10 * PACKET_NS);
	assert_int_equal(b->event[0].count, 10);
}

static void wrt_028_the_other_kind_fails_too_while_there_is_a_buffer(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	fails(mp_alloc_timer(&b->pin, 384), INVALID_DEVICE_REQUEST);
	ok(wrt_mp_free(&b->pin.mp));
	ok(mp_alloc_timer(&b->pin, 384));
	fails(mp_alloc(&b->pin, 2, 384), INVALID_DEVICE_REQUEST);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_TIMER_BUFFER);
}

static void wrt_029_allocation_in_run_is_refused(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	fails(mp_alloc(&b->pin, 2, 384), INVALID_DEVICE_REQUEST);
	fails(mp_alloc_timer(&b->pin, 384), INVALID_DEVICE_REQUEST);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	assert_int_equal(b->event[0].count, 3);
}

static void allocation_is_legal_in_acquire_and_refused_in_pause(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	fails(mp_alloc(&b->pin, 2, 384), INVALID_DEVICE_REQUEST);
	ok(mp_state(&b->pin, WRT_MP_ACQUIRE));
	ok(mp_alloc(&b->pin, 2, 384));
}

static void allocation_without_a_format_is_refused(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];

	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, false));
	fails(mp_alloc(other, 2, 384), INVALID_DEVICE_REQUEST);
	tb_pin_close(other);
}

static void wrt_030_after_free_any_other_buffer_can_be_had(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	for (i = 0; i < 5; i++) {
		ok(mp_alloc(&b->pin, 2, 384));
		ok(wrt_mp_free(&b->pin.mp));
		ok(mp_alloc_timer(&b->pin, 1000));
		ok(wrt_mp_free(&b->pin.mp));
		ok(wrt_mp_set_format(&b->pin.mp, 44100, WRT_FMT_FLOAT, 1));
		ok(mp_alloc(&b->pin, 1, 4000));
		ok(wrt_mp_free(&b->pin.mp));
		ok(wrt_mp_set_format(&b->pin.mp, 48000, WRT_FMT_S16, 2));
	}
	mp_run(b);
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(b->event[0].count, 5);
}

static void wrt_031_a_failed_allocation_changes_nothing(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(mp_state(&b->pin, WRT_MP_ACQUIRE));
	fails(mp_alloc(&b->pin, 1, 800), INVALID_DEVICE_REQUEST);
	assert_int_equal(b->pin.mp.state, WRT_MP_ACQUIRE);
	assert_int_equal(mp_position(&b->pin).linear, 3 * PACKET_BYTES);
	assert_int_equal(b->pin.mp.nevents, 1);
	ok(wrt_mp_free(&b->pin.mp));
	ok(mp_state(&b->pin, WRT_MP_ACQUIRE));
	b->pin.no_memory = true;
	fails(mp_alloc(&b->pin, 2, 384), INSUFFICIENT_RESOURCES);
	fails(mp_alloc(&b->pin, 3, 384), INVALID_PARAMETER);
	fails(mp_alloc(&b->pin, 2, 0), UNSUCCESSFUL);
	b->pin.no_memory = false;
	assert_int_equal(b->pin.mp.state, WRT_MP_ACQUIRE);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_NO_BUFFER);
	assert_int_equal(b->pin.mp.nevents, 1);
	assert_int_equal(b->event[0].count, 3);
	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(b->event[0].count, 4);
}

static void wrt_038_with_a_timer_buffer_nothing_is_ever_notified(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc_timer(&b->pin, 1920));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	assert_false(tb_backend.points_on);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(mp_position(&b->pin).linear, 192000);
	assert_int_equal(b->pin.signalling, 0);
	assert_int_equal(b->pin.page.points, 0);
	assert_true(b->tb.now - b->pin.page.ns <= SECOND / 100);
}

static void wrt_041_captured_data_appear_without_a_call(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	ok(mp_alloc(&b->rec, 2, 384));
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, 5 * PACKET_NS);
	for (i = 0; i < 96; i++)	/* frames 192..239 in the first half, 144..191 behind */
		assert_int_equal(b->rec.memory[4 * i], i < 48 ? 192 + i : 96 + i);
}

/* ---- free and close ----------------------------------------------------------------- */

static void wrt_045_closing_frees_the_buffer(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];

	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, false));
	ok(wrt_mp_set_format(&other->mp, 48000, WRT_FMT_S16, 2));
	ok(mp_alloc(other, 2, 384));
	wrt_mp_close(&other->mp);
	assert_int_equal(other->frees, 1);
	assert_null(other->memory);
	assert_int_equal(tb_backend.open, tb_backend.close);
	ok(mp_alloc(&b->pin, 2, 384));
}

static void wrt_046_wrt_047_wrt_048_closing_in_run_stops_first_and_signals_no_more(void **state)
{
	struct mp_bed *b = *state;
	struct tb_event *e = &b->event[0];

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS + 5);
	wrt_mp_close(&b->pin.mp);
	assert_int_equal(tb_backend.stop, 1);
	assert_false(b->pin.freed_under_dma);
	assert_int_equal(b->pin.mp.state, WRT_MP_STOP);
	assert_int_equal(b->pin.page_mp_state, WRT_MP_STOP);
	assert_int_equal(e->count, 3);
	tb_run_for(&b->tb, SECOND);
	wrt_device_irq(&b->tb.dev);
	assert_int_equal(e->count, 3);
	/* left for the binding to put, each once */
	assert_int_equal(b->pin.mp.nevents, 1);
	assert_ptr_equal(b->pin.mp.event[0].event, e);
}

static void wrt_049_free_signals_nothing(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_register(&b->pin, &b->event[0]));
	ok(wrt_mp_free(&b->pin.mp));
	assert_int_equal(b->event[0].count, 0);
}

static void wrt_050_after_free_it_is_as_if_there_had_been_no_buffer(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(wrt_mp_free(&b->pin.mp));
	assert_int_equal(b->pin.mp.buffer, WRT_MP_NO_BUFFER);
	assert_int_equal(b->pin.mp.geom.bytes, 0);
	assert_int_equal(mp_position(&b->pin).linear, 0);
	fails(mp_register(&b->pin, &b->event[1]), DEVICE_NOT_READY);
	fails(mp_state(&b->pin, WRT_MP_RUN), INVALID_DEVICE_REQUEST);
	fails(wrt_mp_free(&b->pin.mp), INVALID_DEVICE_REQUEST);
}

static void wrt_051_events_survive_a_free_and_are_signalled_again(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(wrt_mp_free(&b->pin.mp));
	ok(mp_alloc(&b->pin, 1, 960));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 10 * PACKET_NS);
	assert_int_equal(b->event[0].count, 5);
}

static void wrt_052_a_timer_buffer_afterwards_signals_nothing(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(wrt_mp_free(&b->pin.mp));
	ok(mp_alloc_timer(&b->pin, 384));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->event[0].count, 3);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(b->event[0].count, 3);
}

static void wrt_053_free_without_a_buffer_has_no_effect(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	fails(wrt_mp_free(&b->pin.mp), INVALID_DEVICE_REQUEST);
	assert_int_equal(b->pin.mp.state, WRT_MP_PAUSE);
	assert_int_equal(b->pin.frees, 0);
	assert_int_equal(tb_backend.calls, 0);
}

static void wrt_054_free_in_run_stops_dma_before_memory_is_freed(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS + 7);
	ok(wrt_mp_free(&b->pin.mp));
	assert_int_equal(tb_backend.stop, 1);
	assert_int_equal(tb_backend.release, 1);
	assert_int_equal(b->pin.frees, 1);
	assert_false(b->pin.freed_under_dma);
	assert_int_equal(b->pin.mp.state, WRT_MP_STOP);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->event[0].count, 3);
}

static void an_observer_may_neither_allocate_nor_free(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];

	mp_run(b);
	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, true));
	fails(wrt_mp_set_format(&other->mp, 48000, WRT_FMT_S16, 2), INVALID_DEVICE_REQUEST);
	fails(mp_alloc(other, 2, 384), INVALID_DEVICE_REQUEST);
	fails(mp_alloc_timer(other, 384), INVALID_DEVICE_REQUEST);
	fails(wrt_mp_free(&other->mp), INVALID_DEVICE_REQUEST);
	fails(mp_state(other, WRT_MP_RUN), INVALID_DEVICE_REQUEST);
	fails(mp_state(other, WRT_MP_PAUSE), INVALID_DEVICE_REQUEST);
	assert_int_equal(other->mp.state, WRT_MP_STOP);
	tb_pin_close(other);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	assert_int_equal(b->event[0].count, 3);
}

const struct CMUnitTest buffer_tests[] = {
	M(wrt_001_a_new_stream_is_in_stop),
	M(wrt_002_a_new_stream_is_at_position_0),
	M(wrt_003_a_new_stream_has_no_buffer),
	M(two_streams_may_be_open_on_one_pin_and_none_owns_it),
	M(wrt_010_one_notification_is_accepted),
	M(wrt_011_two_notifications_are_accepted),
	M(wrt_012_no_notification_is_refused),
	M(wrt_013_three_or_more_notifications_are_refused),
	M(any_count_lifts_the_limit_as_far_as_the_device_goes),
	M(a_timer_buffer_has_no_notifications),
	M(wrt_014_size_0_is_unsuccessful),
	M(wrt_015_less_than_a_frame_is_unsuccessful),
	M(wrt_016_wrt_020_an_acceptable_size_is_taken_exactly),
	M(wrt_017_wrt_018_wrt_019_other_sizes_are_rounded_up_to_whole_packets),
	M(a_size_above_the_maximum_is_unsuccessful),
	M(wrt_021_without_memory_there_is_no_buffer),
	M(a_backend_that_refuses_costs_no_memory),
	RAMP(wrt_024_wrt_025_allocation_moves_nothing_and_signals_nothing),
	M(wrt_026_wrt_027_a_second_allocation_fails_and_the_first_is_intact),
	M(wrt_028_the_other_kind_fails_too_while_there_is_a_buffer),
	M(wrt_029_allocation_in_run_is_refused),
	M(allocation_is_legal_in_acquire_and_refused_in_pause),
	M(allocation_without_a_format_is_refused),
	M(wrt_030_after_free_any_other_buffer_can_be_had),
	M(wrt_031_a_failed_allocation_changes_nothing),
	M(wrt_038_with_a_timer_buffer_nothing_is_ever_notified),
	RAMP(wrt_041_captured_data_appear_without_a_call),
	M(wrt_045_closing_frees_the_buffer),
	M(wrt_046_wrt_047_wrt_048_closing_in_run_stops_first_and_signals_no_more),
	M(wrt_049_free_signals_nothing),
	M(wrt_050_after_free_it_is_as_if_there_had_been_no_buffer),
	M(wrt_051_events_survive_a_free_and_are_signalled_again),
	M(wrt_052_a_timer_buffer_afterwards_signals_nothing),
	M(wrt_053_free_without_a_buffer_has_no_effect),
	M(wrt_054_free_in_run_stops_dma_before_memory_is_freed),
	M(an_observer_may_neither_allocate_nor_free),
};

const size_t n_buffer_tests = COUNT(buffer_tests);
