// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * miniport_packets.c - packet mode, end of stream, glitches, latency and registers:
 * WRT-145..187, 190..201, 215, 216. Part of test_miniport. Time is the test's own.
 */
#include "miniport_bed.h"

static enum wrt_status write_packet(struct mp_bed *b, u32 number)
{
	return wrt_mp_write_packet(&b->pin.mp, number, 0, 0);
}

static enum wrt_status write_last(struct mp_bed *b, u32 number, u32 bytes)
{
	return wrt_mp_write_packet(&b->pin.mp, number, WRT_MP_EOS, bytes);
}

static u32 packet_count(struct mp_bed *b)
{
	u32 count = 0;

	ok(wrt_mp_packet_count(&b->pin.mp, &count));
	return count;
}

static u64 presented(struct mp_bed *b)
{
	struct wrt_mp_presentation at;

	ok(wrt_mp_presentation(&b->pin.mp, &at));
	return at.frames;
}

static struct wrt_mp_glitches *glitches(struct tb_pin *pin)
{
	return &pin->mp.packets.glitches;
}

static void record(struct mp_bed *b, u32 count)
{
	ok(mp_alloc(&b->rec, count, count * PACKET_BYTES));
	ok(mp_register(&b->rec, &b->event[1]));
	ok(mp_state(&b->rec, WRT_MP_RUN));
}

/* ---- which calls there are ---------------------------------------------------------- */

static void wrt_039_wrt_050_packet_calls_need_a_notification_buffer(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_presentation at;
	struct wrt_mp_read read;
	u32 count, round;

	for (round = 0; round < 3; round++) {
		fails(write_packet(b, 0), NOT_SUPPORTED);
		fails(wrt_mp_packet_count(&b->pin.mp, &count), NOT_SUPPORTED);
		fails(wrt_mp_presentation(&b->pin.mp, &at), NOT_SUPPORTED);
		fails(wrt_mp_read_packet(&b->rec.mp, &read), NOT_SUPPORTED);
		if (round == 0) {
			ok(mp_alloc_timer(&b->pin, 384));
			ok(mp_alloc_timer(&b->rec, 384));
		} else if (round == 1) {
			ok(wrt_mp_free(&b->pin.mp));
			ok(wrt_mp_free(&b->rec.mp));
		}
	}
}

static void wrt_006_wrt_007_each_direction_has_its_own(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_presentation at;
	struct wrt_mp_read read;
	u32 count;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_alloc(&b->rec, 2, 384));
	fails(wrt_mp_read_packet(&b->pin.mp, &read), NOT_SUPPORTED);
	fails(wrt_mp_write_packet(&b->rec.mp, 0, 0, 0), NOT_SUPPORTED);
	fails(wrt_mp_packet_count(&b->rec.mp, &count), NOT_SUPPORTED);
	fails(wrt_mp_presentation(&b->rec.mp, &at), NOT_SUPPORTED);
}

static void an_observer_counts_but_does_not_write_or_read(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *watch = &b->watch[0];
	struct wrt_mp_read read;
	u32 count;

	mp_run(b);
	ok(tb_pin_open(watch, &b->tb, WRT_PLAYBACK, 0, true));
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(wrt_mp_packet_count(&watch->mp, &count));
	assert_int_equal(count, 3);
	fails(wrt_mp_write_packet(&watch->mp, 4, 0, 0), INVALID_DEVICE_REQUEST);
	tb_pin_close(watch);
	record(b, 2);
	ok(tb_pin_open(watch, &b->tb, WRT_CAPTURE, 0, true));
	tb_run_for(&b->tb, 3 * PACKET_NS);
	fails(wrt_mp_read_packet(&watch->mp, &read), INVALID_DEVICE_REQUEST);
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	tb_pin_close(watch);
}

static void after_removal_all_of_them_say_so(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *pins[] = { &b->pin, &b->rec };
	struct wrt_mp_presentation at;
	struct wrt_mp_read read;
	struct wrt_hw_latency latency;
	struct wrt_hw_register reg;
	u32 count;

	mp_run(b);
	record(b, 2);
	tb_remove(&b->tb, pins, 2);
	fails(write_packet(b, 1), DEVICE_REMOVED);
	fails(wrt_mp_packet_count(&b->pin.mp, &count), DEVICE_REMOVED);
	fails(wrt_mp_presentation(&b->pin.mp, &at), DEVICE_REMOVED);
	fails(wrt_mp_read_packet(&b->rec.mp, &read), DEVICE_REMOVED);
	fails(wrt_mp_latency(&b->pin.mp, &latency), DEVICE_REMOVED);
	fails(wrt_mp_get_register(&b->pin.mp, 0, &reg), DEVICE_REMOVED);
}

/* ---- counting ----------------------------------------------------------------------- */

static void wrt_160_to_163_the_count_is_of_whole_packets(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	assert_int_equal(packet_count(b), 0);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS - 1);
	assert_int_equal(packet_count(b), 0);
	tb_run_for(&b->tb, 1);
	assert_int_equal(packet_count(b), 1);
	tb_run_for(&b->tb, 5 * PACKET_NS + PACKET_NS / 2);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	assert_int_equal(packet_count(b), 6);
	tb_sleep(&b->tb, SECOND);
	assert_int_equal(packet_count(b), 6);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS / 2);
	assert_int_equal(packet_count(b), 7);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(packet_count(b), 0);
}

/* The interrupt is late, the answer is not. */
static void the_count_is_right_between_two_interrupts(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_sleep(&b->tb, 3 * PACKET_NS + 7);
	assert_int_equal(packet_count(b), 3);
	assert_int_equal(b->event[0].count, 0);
	tb_run_for(&b->tb, 0);
	assert_int_equal(b->event[0].count, 3);
	assert_int_equal(packet_count(b), 3);
}

/* ---- announcing --------------------------------------------------------------------- */

static void wrt_164_before_run_the_whole_cycle_may_be_announced(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(write_packet(b, 0));
	ok(write_packet(b, 1));
	fails(write_packet(b, 2), DATA_OVERRUN);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(write_packet(b, 0));
	fails(write_packet(b, 0xffffffff), DATA_LATE_ERROR);
	assert_int_equal(glitches(&b->pin)->overruns, 1);
	assert_int_equal(glitches(&b->pin)->late, 1);
	assert_int_equal(packet_count(b), 0);
}

static void wrt_165_to_169_in_run_only_what_is_not_being_played(void **state)
{
	struct mp_bed *b = *state;
	u32 c;

	mp_run(b);
	for (c = 0; c < 10; c++) {
		fails(write_packet(b, c), DATA_LATE_ERROR);
		ok(write_packet(b, c + 1));
		fails(write_packet(b, c + 2), DATA_OVERRUN);
		if (c)
			fails(write_packet(b, c - 1), DATA_LATE_ERROR);
		assert_int_equal(packet_count(b), c);
		tb_run_for(&b->tb, PACKET_NS);
	}
	assert_int_equal(b->event[0].count, 10);
	assert_int_equal(glitches(&b->pin)->late, 19);
	assert_int_equal(glitches(&b->pin)->overruns, 10);
	assert_int_equal(glitches(&b->pin)->underruns, 0);
}

static void more_packets_make_a_wider_window(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	ok(wrt_mp_alloc(&b->pin.mp, WRT_MP_NOTIFY_BUFFER, 5, true, 5 * PACKET_BYTES));
	for (i = 0; i < 5; i++)
		ok(write_packet(b, i));
	fails(write_packet(b, 5), DATA_OVERRUN);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 7 * PACKET_NS);
	fails(write_packet(b, 7), DATA_LATE_ERROR);
	for (i = 8; i <= 11; i++)
		ok(write_packet(b, i));
	fails(write_packet(b, 12), DATA_OVERRUN);
}

static void with_one_packet_the_next_may_be_announced(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 1, 192));
	ok(write_packet(b, 0));
	fails(write_packet(b, 1), DATA_OVERRUN);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	fails(write_packet(b, 0), DATA_LATE_ERROR);
	ok(write_packet(b, 1));
	fails(write_packet(b, 2), DATA_OVERRUN);
	tb_run_for(&b->tb, PACKET_NS);
	ok(write_packet(b, 2));
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 0);
}

static void wrt_183_numbers_go_on_over_the_32_bit_wrap(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	/* a seam: as if 2^32 - 2 packets had been played */
	b->pin.mp.stream->pos.linear += 0xfffffffeull * PACKET_BYTES;
	b->pin.mp.stream->pos.points += 0xfffffffeull;
	assert_int_equal(packet_count(b), 0xfffffffe);
	ok(write_packet(b, 0xffffffff));
	fails(write_packet(b, 0), DATA_OVERRUN);
	tb_run_for(&b->tb, PACKET_NS);
	ok(write_packet(b, 0));
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(packet_count(b), 0);
	fails(write_packet(b, 0xffffffff), DATA_LATE_ERROR);
	ok(write_packet(b, 1));
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(packet_count(b), 1);
	assert_int_equal(glitches(&b->pin)->underruns, 0);
}

static void wrt_171_wrt_172_wrt_175_wrt_177_what_is_wrong_is_refused(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	fails(wrt_mp_write_packet(&b->pin.mp, 1, 1, 0), INVALID_PARAMETER);
	fails(wrt_mp_write_packet(&b->pin.mp, 1, WRT_MP_EOS | 0x400, 0), INVALID_PARAMETER);
	fails(write_last(b, 1, PACKET_BYTES + 1), INVALID_PARAMETER);
	fails(write_last(b, 0, 4), DATA_LATE_ERROR);
	fails(write_last(b, 2, 4), DATA_OVERRUN);
	ok(wrt_mp_write_packet(&b->pin.mp, 1, 0, 0xffffffff));
	tb_run_for(&b->tb, 10 * PACKET_NS);
	assert_int_equal(b->event[0].count, 10);
}

/* ---- glitches ----------------------------------------------------------------------- */

static void wrt_215_each_point_without_a_new_packet_is_an_underrun(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 0);	/* nobody announces */
	ok(write_packet(b, 6));
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 0);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 1);
	tb_sleep(&b->tb, 3 * PACKET_NS);
	tb_run_for(&b->tb, 0);
	assert_int_equal(glitches(&b->pin)->underruns, 4);
	fails(write_packet(b, 8), DATA_LATE_ERROR);
	ok(write_packet(b, packet_count(b) + 1));		/* WRT-170 */
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 4);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 3 * PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 4);	/* STOP ended packet mode */
}

static void announcing_late_does_not_excuse_what_was_missed(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	ok(write_packet(b, 1));
	tb_sleep(&b->tb, 3 * PACKET_NS);	/* no interrupt yet */
	ok(write_packet(b, 4));
	assert_int_equal(glitches(&b->pin)->underruns, 2);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 2);
}

static void wrt_216_the_first_packet_and_one_packet_are_no_glitch(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	ok(mp_alloc(&b->pin, 1, 192));
	ok(write_packet(b, 0));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	for (i = 1; i < 100; i++) {
		ok(write_packet(b, i));
		tb_run_for(&b->tb, PACKET_NS);
	}
	assert_int_equal(glitches(&b->pin)->underruns, 0);
	assert_int_equal(glitches(&b->pin)->repeats, 0);
	ok(write_packet(b, 100));
	ok(write_packet(b, 100));
	assert_int_equal(glitches(&b->pin)->repeats, 1);
}

/* ---- end of stream ------------------------------------------------------------------ */

/* Packet 3 is the last, `bytes` of it count: what is signalled and told when. */
static void end_in_packet_3(struct mp_bed *b, u32 bytes)
{
	u64 end = 3 * PACKET_NS + PACKET_NS * bytes / PACKET_BYTES;
	u64 began = b->tb.now;

	mp_run(b);
	tb_run_for(&b->tb, 2 * PACKET_NS + PACKET_NS / 4);
	ok(write_last(b, 3, bytes));
	fails(write_packet(b, 3), INVALID_DEVICE_STATE);
	fails(write_last(b, 4, 0), INVALID_DEVICE_STATE);
	if (bytes) {
		tb_run_until(&b->tb, began + end - 1);
		assert_int_equal(b->event[0].count, 3);
		assert_int_equal(packet_count(b), 3);
	}
	tb_run_until(&b->tb, began + end);
	assert_int_equal(b->event[0].count, 4);
	assert_int_equal(b->event[0].page_points, 4);
	assert_int_equal(b->event[0].page_linear, 3 * PACKET_BYTES + bytes);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->event[0].count, 4);
	assert_int_equal(packet_count(b), 4);
	assert_int_equal(mp_position(&b->pin).linear, 3 * PACKET_BYTES + bytes);
	assert_int_equal(mp_position(&b->pin).offset, (3 * PACKET_BYTES + bytes) % 384);
	assert_int_equal(mp_position(&b->pin).ns, began + end);
	fails(write_packet(b, 5), INVALID_DEVICE_STATE);
	assert_int_equal(glitches(&b->pin)->underruns, 0);
}

static void wrt_179_the_end_is_signalled_once_and_nothing_after_it(void **state)
{
	end_in_packet_3(*state, 48);
}

static void wrt_173_an_empty_last_packet_ends_with_the_one_before(void **state)
{
	end_in_packet_3(*state, 0);
}

static void wrt_174_a_full_last_packet_in_the_last_slot_ends_the_stream(void **state)
{
	end_in_packet_3(*state, PACKET_BYTES);
}

static void an_engine_that_knows_no_end_is_stopped_there(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_presentation at;

	mp_run(b);
	ok(write_last(b, 1, 48));
	tb_run_for(&b->tb, 10 * PACKET_NS);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(mp_position(&b->pin).linear, PACKET_BYTES + 48);
	assert_int_equal(tb_backend.stop, 1);
	ok(wrt_mp_presentation(&b->pin.mp, &at));
	assert_int_equal(at.frames, 60);
	assert_false(at.live);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	assert_int_equal(tb_backend.stop, 1);
	assert_int_equal(tb_backend.start, 1);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	assert_int_equal(tb_backend.start, 2);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	assert_int_equal(b->event[0].count, 5);
}

static void the_end_survives_a_pause(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	ok(write_last(b, 1, 96));
	tb_run_for(&b->tb, PACKET_NS + PACKET_NS / 4);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	tb_sleep(&b->tb, SECOND);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS / 4 - 1);
	assert_int_equal(b->event[0].count, 1);
	tb_run_for(&b->tb, 1);
	assert_int_equal(b->event[0].count, 2);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->event[0].count, 2);
}

static void an_end_that_was_played_already_is_here_and_now(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, PACKET_NS + PACKET_NS / 2);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(write_last(b, 1, 4));
	assert_int_equal(packet_count(b), 2);
	assert_int_equal(b->event[0].count, 1);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	assert_int_equal(b->event[0].count, 2);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(mp_position(&b->pin).linear, PACKET_BYTES + 96);
	assert_int_equal(packet_count(b), 2);
}

static void wrt_178_stop_clears_the_end(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	ok(write_last(b, 1, 0));
	tb_run_for(&b->tb, 5 * PACKET_NS);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(b->event[0].count, 2);
	ok(write_packet(b, 0));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	ok(write_packet(b, 1));
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_equal(b->event[0].count, 7);
	assert_int_equal(packet_count(b), 5);
}

static void wrt_180_behind_the_end_silence_is_heard(void **state)
{
	struct mp_bed *b = *state;
	u32 i;

	record(b, 2);
	mp_run(b);
	memset(b->pin.memory, 0x5a, 384);
	ok(write_last(b, 1, 96));
	tb_sleep(&b->tb, 2 * PACKET_NS);
	tb_run_for(&b->tb, 0);
	for (i = 0; i < 384; i++)
		assert_int_equal(b->rec.memory[i], i < 288 ? 0x5a : 0);
}

/* ---- presentation ------------------------------------------------------------------- */

static void wrt_184_wrt_185_wrt_187_what_is_heard_lags_by_fifo_and_delays(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_presentation at;

	tb_backend.latency = (struct wrt_hw_latency){ 64, 2500, 2500 };	/* 16 + 24 frames */
	mp_run(b);
	assert_int_equal(presented(b), 0);
	tb_run_for(&b->tb, PACKET_NS / 2);
	assert_int_equal(presented(b), 0);
	tb_run_for(&b->tb, PACKET_NS / 2);
	assert_int_equal(presented(b), 8);
	tb_run_for(&b->tb, PACKET_NS);
	ok(wrt_mp_presentation(&b->pin.mp, &at));
	assert_int_equal(at.frames, 56);
	assert_int_equal(at.ns, b->tb.now);
	assert_true(at.live);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(wrt_mp_presentation(&b->pin.mp, &at));
	assert_int_equal(at.frames, 56);
	assert_false(at.live);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(presented(b), 0);
}

static void behind_the_end_the_fifo_drains(void **state)
{
	struct mp_bed *b = *state;

	tb_backend.latency = (struct wrt_hw_latency){ 64, 2500, 2500 };
	mp_run(b);
	ok(write_last(b, 1, PACKET_BYTES));
	tb_run_for(&b->tb, 2 * PACKET_NS);
	assert_int_equal(presented(b), 56);
	tb_run_for(&b->tb, PACKET_NS / 2);
	assert_int_equal(presented(b), 80);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(presented(b), 96);
}

/* ---- capture ------------------------------------------------------------------------ */

static void wrt_190_to_193_each_packet_is_reported_once(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_read read;
	u64 began = b->tb.now;
	u32 i;

	ok(mp_alloc(&b->rec, 2, 384));
	fails(wrt_mp_read_packet(&b->rec.mp, &read), INVALID_DEVICE_STATE);
	ok(mp_state(&b->rec, WRT_MP_ACQUIRE));
	fails(wrt_mp_read_packet(&b->rec.mp, &read), INVALID_DEVICE_STATE);
	ok(mp_state(&b->rec, WRT_MP_PAUSE));
	fails(wrt_mp_read_packet(&b->rec.mp, &read), DEVICE_NOT_READY);
	ok(mp_state(&b->rec, WRT_MP_RUN));
	for (i = 0; i < 20; i++) {
		fails(wrt_mp_read_packet(&b->rec.mp, &read), DEVICE_NOT_READY);
		tb_run_for(&b->tb, PACKET_NS);
		ok(wrt_mp_read_packet(&b->rec.mp, &read));
		assert_int_equal(read.number, i);
		assert_int_equal(read.ns, began + i * PACKET_NS);	/* WRT-197 */
	}
	assert_int_equal(glitches(&b->rec)->dropped, 0);
	ok(mp_state(&b->rec, WRT_MP_STOP));
	fails(wrt_mp_read_packet(&b->rec.mp, &read), INVALID_DEVICE_STATE);
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS);
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	assert_int_equal(read.number, 0);				/* WRT-198 */
}

static void wrt_194_after_a_gap_the_newest_is_reported(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_read read;
	u64 began = b->tb.now;

	record(b, 2);
	tb_run_for(&b->tb, 5 * PACKET_NS + 11);
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	assert_int_equal(read.number, 4);
	assert_int_equal(read.ns, began + 4 * PACKET_NS);
	assert_int_equal(glitches(&b->rec)->dropped, 4);
	tb_sleep(&b->tb, 3 * PACKET_NS);			/* interrupts are late as well */
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	assert_int_equal(read.number, 7);
	/* reckoned back from a position in whole frames */
	assert_in_range(read.ns, began + 7 * PACKET_NS, began + 7 * PACKET_NS + 20833);
	assert_int_equal(glitches(&b->rec)->dropped, 6);
}

static void the_time_of_a_packet_knows_of_pauses_and_delays(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_read read;
	u64 began = b->tb.now;

	tb_backend.latency = (struct wrt_hw_latency){ 192, 1000, 1000 };	/* 1.2 ms */
	record(b, 2);
	tb_run_for(&b->tb, 3 * PACKET_NS + PACKET_NS / 2);
	ok(mp_state(&b->rec, WRT_MP_PAUSE));
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	assert_int_equal(read.number, 2);
	assert_int_equal(read.ns, began + 2 * PACKET_NS - 1200000);
	tb_sleep(&b->tb, SECOND);
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, PACKET_NS / 2);
	ok(wrt_mp_read_packet(&b->rec.mp, &read));		/* WRT-199 */
	assert_int_equal(read.number, 3);
	assert_int_equal(read.ns, began + 3 * PACKET_NS - 1200000);
}

static void what_could_not_be_told_can_be_asked_again(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_mp_read read, again;

	record(b, 2);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	wrt_mp_unread_packet(&b->rec.mp, &read);
	assert_int_equal(glitches(&b->rec)->dropped, 0);
	ok(wrt_mp_read_packet(&b->rec.mp, &again));
	assert_int_equal(again.number, 2);
	assert_int_equal(glitches(&b->rec)->dropped, 2);
	tb_run_for(&b->tb, PACKET_NS);
	ok(wrt_mp_read_packet(&b->rec.mp, &again));
	wrt_mp_unread_packet(&b->rec.mp, &read);		/* too late: without effect */
	fails(wrt_mp_read_packet(&b->rec.mp, &again), DEVICE_NOT_READY);
}

/* ---- latency and registers ----------------------------------------------------------- */

static void wrt_152_the_latency_is_told_of_a_buffer(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_hw_latency latency;

	tb_backend.latency = (struct wrt_hw_latency){ 64, 2, 3 };
	fails(wrt_mp_latency(&b->pin.mp, &latency), DEVICE_NOT_READY);
	ok(mp_alloc(&b->pin, 2, 384));
	ok(wrt_mp_latency(&b->pin.mp, &latency));
	assert_int_equal(latency.fifo_bytes, 64);
	assert_int_equal(latency.chipset_100ns, 2);
	assert_int_equal(latency.codec_100ns, 3);
	ok(tb_pin_open(&b->watch[0], &b->tb, WRT_PLAYBACK, 0, true));
	fails(wrt_mp_latency(&b->watch[0].mp, &latency), INVALID_DEVICE_REQUEST);
	tb_pin_close(&b->watch[0]);
}

static void wrt_145_wrt_146_wrt_150_registers_are_given_once(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_hw_register reg;

	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_POSITION_REGISTER, &reg), DEVICE_NOT_READY);
	ok(mp_alloc(&b->pin, 2, 384));
	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_POSITION_REGISTER, &reg), NOT_SUPPORTED);
	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_CLOCK_REGISTER, &reg), NOT_SUPPORTED);
	fails(wrt_mp_get_register(&b->pin.mp, 2, &reg), INVALID_PARAMETER);
	tb_backend.reg[WRT_HW_POSITION_REGISTER].width = 32;
	tb_backend.reg[WRT_HW_CLOCK_REGISTER].width = 64;
	ok(wrt_mp_get_register(&b->pin.mp, WRT_HW_POSITION_REGISTER, &reg));
	assert_int_equal(reg.width, 32);
	ok(wrt_mp_get_register(&b->pin.mp, WRT_HW_CLOCK_REGISTER, &reg));
	assert_int_equal(reg.width, 64);
	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_POSITION_REGISTER, &reg), INVALID_DEVICE_REQUEST);
	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_CLOCK_REGISTER, &reg), INVALID_DEVICE_REQUEST);
}

static void a_register_that_could_not_be_told_can_be_asked_again(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_hw_register reg;

	tb_backend.reg[WRT_HW_POSITION_REGISTER] = (struct wrt_hw_register){
		.bus = 0xfeb00000, .bytes = 0x2000, .offset = 0x84, .width = 32, .accuracy = 128,
	};
	tb_backend.reg[WRT_HW_CLOCK_REGISTER].width = 32;
	ok(mp_alloc(&b->pin, 2, 384));
	ok(wrt_mp_get_register(&b->pin.mp, WRT_HW_CLOCK_REGISTER, &reg));
	ok(wrt_mp_get_register(&b->pin.mp, WRT_HW_POSITION_REGISTER, &reg));
	wrt_mp_unget_register(&b->pin.mp, WRT_HW_POSITION_REGISTER);
	memset(&reg, 0, sizeof(reg));
	ok(wrt_mp_get_register(&b->pin.mp, WRT_HW_POSITION_REGISTER, &reg));
	assert_int_equal(reg.bus, 0xfeb00000);
	assert_int_equal(reg.bytes, 0x2000);
	assert_int_equal(reg.offset, 0x84);
	assert_int_equal(reg.accuracy, 128);
	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_POSITION_REGISTER, &reg),
	      INVALID_DEVICE_REQUEST);
	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_CLOCK_REGISTER, &reg), INVALID_DEVICE_REQUEST);
	ok(wrt_mp_free(&b->pin.mp));
	ok(mp_alloc(&b->pin, 2, 384));
	fails(wrt_mp_get_register(&b->pin.mp, WRT_HW_CLOCK_REGISTER, &reg), INVALID_DEVICE_REQUEST);
}

const struct CMUnitTest packet_tests[] = {
	M(wrt_039_wrt_050_packet_calls_need_a_notification_buffer),
	M(wrt_006_wrt_007_each_direction_has_its_own),
	M(an_observer_counts_but_does_not_write_or_read),
	M(after_removal_all_of_them_say_so),
	M(wrt_160_to_163_the_count_is_of_whole_packets),
	M(the_count_is_right_between_two_interrupts),
	M(wrt_164_before_run_the_whole_cycle_may_be_announced),
	M(wrt_165_to_169_in_run_only_what_is_not_being_played),
	M(more_packets_make_a_wider_window),
	M(with_one_packet_the_next_may_be_announced),
	M(wrt_183_numbers_go_on_over_the_32_bit_wrap),
	M(wrt_171_wrt_172_wrt_175_wrt_177_what_is_wrong_is_refused),
	M(wrt_215_each_point_without_a_new_packet_is_an_underrun),
	M(announcing_late_does_not_excuse_what_was_missed),
	M(wrt_216_the_first_packet_and_one_packet_are_no_glitch),
	M(wrt_179_the_end_is_signalled_once_and_nothing_after_it),
	M(wrt_173_an_empty_last_packet_ends_with_the_one_before),
	M(wrt_174_a_full_last_packet_in_the_last_slot_ends_the_stream),
	ENDLESS(an_engine_that_knows_no_end_is_stopped_there),
	M(the_end_survives_a_pause),
	M(an_end_that_was_played_already_is_here_and_now),
	M(wrt_178_stop_clears_the_end),
	M(wrt_180_behind_the_end_silence_is_heard),
	M(wrt_184_wrt_185_wrt_187_what_is_heard_lags_by_fifo_and_delays),
	M(behind_the_end_the_fifo_drains),
	M(wrt_190_to_193_each_packet_is_reported_once),
	M(wrt_194_after_a_gap_the_newest_is_reported),
	M(the_time_of_a_packet_knows_of_pauses_and_delays),
	M(what_could_not_be_told_can_be_asked_again),
	M(wrt_152_the_latency_is_told_of_a_buffer),
	M(wrt_145_wrt_146_wrt_150_registers_are_given_once),
	M(a_register_that_could_not_be_told_can_be_asked_again),
};

const size_t n_packet_tests = COUNT(packet_tests);
