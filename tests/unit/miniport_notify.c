// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * miniport_notify.c - what is signalled when: WRT-090..113. Part of test_miniport. Time
 * is the test's own, so "at the point" means to the nanosecond here.
 */
#include "miniport_bed.h"

static void run_with(struct mp_bed *b, u32 rate, u32 count, u32 bytes)
{
	ok(wrt_mp_set_format(&b->pin.mp, rate, WRT_FMT_S16, 2));
	ok(mp_alloc(&b->pin, count, bytes));
	ok(mp_register(&b->pin, &b->event[0]));
	ok(mp_state(&b->pin, WRT_MP_RUN));
}

static void wrt_090_wrt_091_with_one_notification_each_wrap_is_signalled(void **state)
{
	struct mp_bed *b = *state;
	u64 i, began;

	run_with(b, 48000, 1, 384);
	began = b->tb.now;
	for (i = 1; i <= 100; i++) {
		tb_run_until(&b->tb, began + i * 2 * PACKET_NS - 1);
		assert_int_equal(b->event[0].count, i - 1);
		tb_run_for(&b->tb, 1);
		assert_int_equal(b->event[0].count, i);
		assert_int_equal(b->event[0].page_linear, i * 384);
		assert_int_equal(b->pin.page.offset, 0);
	}
}

static void wrt_092_wrt_093_with_two_the_middle_and_the_wrap_are_signalled(void **state)
{
	struct mp_bed *b = *state;
	u64 i, began;

	run_with(b, 48000, 2, 384);
	began = b->tb.now;
	for (i = 1; i <= 100; i++) {
		tb_run_until(&b->tb, began + i * PACKET_NS - 1);
		assert_int_equal(b->event[0].count, i - 1);
		tb_run_for(&b->tb, 1);
		assert_int_equal(b->event[0].count, i);
		assert_int_equal(b->pin.page.offset, i % 2 ? 192 : 0);
	}
}

static void wrt_094_wrt_095_the_first_signal_is_that_of_the_first_packet(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	assert_int_equal(b->event[0].count, 0);
	tb_run_for(&b->tb, PACKET_NS - 1);
	assert_int_equal(b->event[0].count, 0);
	tb_run_for(&b->tb, 1);
	assert_int_equal(b->event[0].count, 1);
	assert_int_equal(b->event[0].page_points, 1);
	assert_int_equal(b->event[0].page_linear, PACKET_BYTES);
}

static void wrt_096_wrt_097_outside_of_run_nothing_is_signalled(void **state)
{
	struct mp_bed *b = *state;
	int to;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS + PACKET_NS / 3);
	for (to = WRT_MP_PAUSE; to >= WRT_MP_STOP; to--) {
		ok(mp_state(&b->pin, (u32)to));
		tb_run_for(&b->tb, SECOND);
		wrt_device_irq(&b->tb.dev);
		wrt_stream_look(b->pin.mp.stream, 0);
		assert_int_equal(b->event[0].count, 3);
	}
}

static void wrt_097_all_that_passed_is_signalled_before_pause_returns(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_sleep(&b->tb, 1000 * PACKET_NS + 1);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	assert_int_equal(b->event[0].count, 1000);
	assert_int_equal(mp_position(&b->pin).points, 1000);
	assert_int_equal(b->pin.signalling, 1000);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->event[0].count, 1000);
}

static void wrt_098_wrt_103_the_sum_of_signals_is_the_number_of_packets(void **state)
{
	struct mp_bed *b = *state;
	u64 seed = 98;
	u32 i;

	mp_run(b);
	for (i = 0; i < 3000; i++) {
		if (i % 3)
			tb_sleep(&b->tb, tb_random(&seed) % (5 * PACKET_NS));
		tb_run_for(&b->tb, tb_random(&seed) % PACKET_NS);
		assert_int_equal(b->event[0].count, b->pin.page.points);
	}
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	assert_true(b->event[0].count > 4000);
	assert_int_equal(b->event[0].count, mp_position(&b->pin).linear / PACKET_BYTES);
	assert_int_equal(b->event[0].count, b->pin.signalling);
	assert_int_equal(b->event[0].count, b->pin.page_points);
	assert_int_equal(b->pin.gaps, 0);
}

static void wrt_099_packets_of_448_frames_at_44100_do_not_drift(void **state)
{
	struct mp_bed *b = *state;

	run_with(b, 44100, 2, 2 * 448 * 4);
	tb_run_for(&b->tb, 10 * SECOND);
	assert_int_equal(b->event[0].count, 984);
	assert_int_equal(mp_position(&b->pin).linear, 441000 * 4);
}

static void wrt_100_packets_shorter_than_a_millisecond_are_signalled(void **state)
{
	struct mp_bed *b = *state;

	run_with(b, 48000, 2, 2 * 32 * 4);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->event[0].count, 1500);
}

static u64 early;

static void check_not_early(struct tb_event *e)
{
	if (e->page_linear < e->count * PACKET_BYTES)
		early++;
	if (e->ns < TB_EPOCH + tb_frames_ns(e->count * 48, 48000))
		early++;
}

static void wrt_101_no_signal_comes_before_its_point(void **state)
{
	struct mp_bed *b = *state;
	u64 seed = 101;
	u32 i;

	early = 0;
	b->event[0].on_signal = check_not_early;
	mp_run(b);
	for (i = 0; i < 1000; i++) {
		tb_run_for(&b->tb, tb_random(&seed) % (2 * PACKET_NS));
		wrt_stream_look(b->pin.mp.stream, 0);	/* an interrupt out of time */
		mp_position(&b->pin);
	}
	assert_true(b->event[0].count > 900);
	assert_int_equal(early, 0);
}

static void after_a_stall_an_event_is_signalled_for_every_point(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_sleep(&b->tb, 150 * PACKET_NS);
	wrt_stream_look(b->pin.mp.stream, 0);
	assert_int_equal(b->pin.page.points, 150);
	assert_int_equal(b->event[0].count, 150);
	assert_int_equal(b->pin.signalling, 150);
}

static u64 page_behind;

static void check_page_first(struct tb_event *e)
{
	if (e->page_points < e->count)
		page_behind++;
	if (e->pin->signalling < e->count)
		page_behind++;
}

static void wrt_106_the_page_counts_a_packet_before_its_event_is_signalled(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	page_behind = 0;
	b->event[0].on_signal = check_page_first;
	mp_run(b);
	for (i = 0; i < 100; i++) {
		tb_sleep(&b->tb, i * PACKET_NS);
		tb_run_for(&b->tb, PACKET_NS);
	}
	assert_true(b->event[0].count > 3000);
	assert_int_equal(page_behind, 0);
}

static u64 missing;

static void check_packet_is_there(struct tb_event *e)
{
	u64 packet = e->count - 1, i;
	const u8 *at = e->pin->memory + packet % 2 * PACKET_BYTES;

	for (i = 0; i < 48; i++)
		if ((u64)(at[4 * i] | at[4 * i + 1] << 8) != packet * 48 + i)
			missing++;
}

static void wrt_107_captured_packets_are_complete_when_signalled(void **state)
{
	struct mp_bed *b = *state;

	missing = 0;
	ok(mp_alloc(&b->rec, 2, 384));
	b->event[0].pin = &b->rec;
	b->event[0].on_signal = check_packet_is_there;
	ok(mp_register(&b->rec, &b->event[0]));
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, 1000 * PACKET_NS);
	assert_int_equal(b->event[0].count, 1000);
	assert_int_equal(missing, 0);
}

static void fill_packet(u8 *buffer, u64 packet)
{
	memset(buffer + packet % 2 * PACKET_BYTES, (int)(packet % 251 + 1), PACKET_BYTES);
}

static void refill(struct tb_event *e)
{
	fill_packet(e->pin->memory, e->count + 1);
}

static void wrt_040_wrt_108_a_signalled_packet_may_be_overwritten_unheard(void **state)
{
	struct mp_bed *b = *state;
	u64 i;

	ok(mp_alloc(&b->rec, 1, 200 * PACKET_BYTES));
	ok(mp_state(&b->rec, WRT_MP_RUN));
	ok(mp_alloc(&b->pin, 2, 384));
	fill_packet(b->pin.memory, 0);
	fill_packet(b->pin.memory, 1);
	b->event[0].on_signal = refill;
	ok(mp_register(&b->pin, &b->event[0]));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 200 * PACKET_NS);
	for (i = 0; i < 200 * PACKET_BYTES; i++)
		assert_int_equal(b->rec.memory[i], i / PACKET_BYTES % 251 + 1);
}

static void wrt_109_after_pause_in_a_packet_the_rest_of_it_is_due(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS + PACKET_NS / 4);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	tb_run_for(&b->tb, 12345 * PACKET_NS);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	assert_int_equal(b->event[0].count, 3);
	tb_run_for(&b->tb, PACKET_NS * 3 / 4 - 1);
	assert_int_equal(b->event[0].count, 3);
	tb_run_for(&b->tb, 1);
	assert_int_equal(b->event[0].count, 4);
	assert_int_equal(b->event[0].page_linear, 4 * PACKET_BYTES);
}

static void wrt_110_after_stop_a_whole_packet_is_due(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS + PACKET_NS / 4);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	tb_run_for(&b->tb, SECOND);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS - 1);
	assert_int_equal(b->event[0].count, 3);
	tb_run_for(&b->tb, 1);
	assert_int_equal(b->event[0].count, 4);
	assert_int_equal(b->event[0].page_points, 1);
}

static void wrt_105_wrt_111_wrt_112_a_client_that_does_nothing_is_signalled_for_ever(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	ok(mp_alloc(&b->rec, 2, 384));
	ok(mp_register(&b->rec, &b->event[1]));
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, 10000 * PACKET_NS);
	assert_int_equal(b->event[0].count, 10000);
	assert_int_equal(b->event[1].count, 10000);
}

static void wrt_113_two_streams_deliver_independently(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	ok(mp_alloc(&b->rec, 1, 7 * PACKET_BYTES));
	ok(mp_register(&b->rec, &b->event[1]));
	tb_run_for(&b->tb, PACKET_NS / 2);
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, 70 * PACKET_NS);
	assert_int_equal(b->event[0].count, 70);
	assert_int_equal(b->event[1].count, 10);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	tb_run_for(&b->tb, 70 * PACKET_NS);
	assert_int_equal(b->event[0].count, 70);
	assert_int_equal(b->event[1].count, 20);
	ok(mp_state(&b->rec, WRT_MP_STOP));
	ok(wrt_mp_free(&b->rec.mp));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(b->event[0].count, 75);
	assert_int_equal(b->event[1].count, 20);
}

const struct CMUnitTest notify_tests[] = {
	M(wrt_090_wrt_091_with_one_notification_each_wrap_is_signalled),
	M(wrt_092_wrt_093_with_two_the_middle_and_the_wrap_are_signalled),
	M(wrt_094_wrt_095_the_first_signal_is_that_of_the_first_packet),
	M(wrt_096_wrt_097_outside_of_run_nothing_is_signalled),
	M(wrt_097_all_that_passed_is_signalled_before_pause_returns),
	M(wrt_098_wrt_103_the_sum_of_signals_is_the_number_of_packets),
	M(wrt_099_packets_of_448_frames_at_44100_do_not_drift),
	M(wrt_100_packets_shorter_than_a_millisecond_are_signalled),
	M(wrt_101_no_signal_comes_before_its_point),
	M(after_a_stall_an_event_is_signalled_for_every_point),
	M(wrt_106_the_page_counts_a_packet_before_its_event_is_signalled),
	RAMP(wrt_107_captured_packets_are_complete_when_signalled),
	M(wrt_040_wrt_108_a_signalled_packet_may_be_overwritten_unheard),
	M(wrt_109_after_pause_in_a_packet_the_rest_of_it_is_due),
	M(wrt_110_after_stop_a_whole_packet_is_due),
	M(wrt_105_wrt_111_wrt_112_a_client_that_does_nothing_is_signalled_for_ever),
	M(wrt_113_two_streams_deliver_independently),
};

const size_t n_notify_tests = COUNT(notify_tests);
