// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_miniport.c - parts of compat/miniport/ that the conformance tests (tests/conformance/) do not reach:
 * errors of the backend, observers, removal at rest, suspend, and the table of status codes.
 */
#include <errno.h>

#include "miniport_bed.h"

/* ---- buffer and format ----------------------------------------------------------------- */

MINIPORT_TEST(allocation_without_a_format_is_refused)
{
	struct tb_pin *other = &b->watch[0];

	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, false));
	fails(mp_alloc(other, 2, 384), INVALID_DEVICE_REQUEST);
	tb_pin_close(other);
}

MINIPORT_TEST(allocation_is_legal_in_acquire_and_refused_in_pause)
{
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	fails(mp_alloc(&b->pin, 2, 384), INVALID_DEVICE_REQUEST);
	ok(mp_state(&b->pin, WRT_MP_ACQUIRE));
	ok(mp_alloc(&b->pin, 2, 384));
}

MINIPORT_TEST(any_count_lifts_the_limit_as_far_as_the_device_goes)
{
	struct wrt_mp *mp = &b->pin.mp;

	fails(wrt_mp_alloc(mp, WRT_MP_NOTIFY_BUFFER, 0xffffffff, true, 9600), UNSUCCESSFUL);
	ok(wrt_mp_alloc(mp, WRT_MP_NOTIFY_BUFFER, 5, true, 9600));
	assert_int_equal(mp->geom.notify_bytes, 1920);
}

MINIPORT_TEST(a_format_the_device_lacks_is_refused_and_the_old_one_stays)
{
	struct wrt_mp *mp = &b->pin.mp;

	fails(wrt_mp_set_format(mp, 7999, WRT_FMT_S16, 2), INVALID_PARAMETER);
	fails(wrt_mp_set_format(mp, 0, WRT_FMT_S16, 2), INVALID_PARAMETER);
	fails(wrt_mp_set_format(mp, 48000, WRT_FMT_S20_32, 2), INVALID_PARAMETER);
	fails(wrt_mp_set_format(mp, 48000, WRT_FMT_S16 | WRT_FMT_U8, 2), INVALID_PARAMETER);
	fails(wrt_mp_set_format(mp, 48000, 0, 2), INVALID_PARAMETER);
	fails(wrt_mp_set_format(mp, 48000, WRT_FMT_S16, 0), INVALID_PARAMETER);
	fails(wrt_mp_set_format(mp, 48000, WRT_FMT_S16, 9), INVALID_PARAMETER);
	ok(mp_alloc(&b->pin, 2, 384));
	assert_int_equal(mp->geom.frame_bytes, 4);
	assert_int_equal(mp->geom.rate, 48000);
}

MINIPORT_TEST(wrt_130_the_format_cannot_change_while_running_nor_under_a_buffer)
{
	mp_run(b);
	fails(wrt_mp_set_format(&b->pin.mp, 44100, WRT_FMT_S16, 2), INVALID_PARAMETER);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	fails(wrt_mp_set_format(&b->pin.mp, 44100, WRT_FMT_S16, 2), INVALID_DEVICE_REQUEST);
	assert_int_equal(b->pin.mp.rate, 48000);
	ok(wrt_mp_free(&b->pin.mp));
	ok(wrt_mp_set_format(&b->pin.mp, 44100, WRT_FMT_S16, 2));
}

MINIPORT_TEST(wrt_050_after_free_calls_return_what_they_return_without_a_buffer)
{
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

static u32 positions;

static void count_position(struct wrt_mp *mp, const struct wrt_stream *s, u64 passed)
{
	positions += passed;
}

MINIPORT_TEST(an_interrupt_publishes_only_the_position_unless_something_else_has_changed)
{
	static struct wrt_mp_ops ops;

	ops = *b->pin.mp.ops;
	ops.publish_position = count_position;
	b->pin.mp.ops = &ops;
	positions = 0;
	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	assert_int_equal(positions, 3);
	tb_backend.halted = true;
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(positions, 3);
	assert_int_equal(b->pin.page.stalls, 1);
	tb_run_for(&b->tb, 2 * PACKET_NS);
	assert_int_equal(positions, 5);
	tb_backend.halted = true;
	mp_position(&b->pin);			/* finds it, and shows it in no page */
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(positions, 5);
	assert_int_equal(b->pin.page.stalls, 2);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(positions, 6);
}

/* For a binding whose port driver refuses it (Q8). */
MINIPORT_TEST(an_event_that_was_registered_early_is_signalled_from_the_buffer_on)
{
	fails(mp_register(&b->pin, &b->event[0]), DEVICE_NOT_READY);
	b->pin.mp.early_events = true;
	ok(mp_register(&b->pin, &b->event[0]));
	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 5 * PACKET_NS + PACKET_NS / 2);
	assert_int_equal(b->event[0].count, 5);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(wrt_mp_unregister_event(&b->pin.mp, &b->event[0]));
}

/* ---- latency and registers ------------------------------------------------------------- */

MINIPORT_TEST(wrt_152_the_latency_is_returned_only_with_a_buffer)
{
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

MINIPORT_TEST(wrt_145_wrt_146_wrt_150_registers_are_returned_once)
{
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

MINIPORT_TEST(a_register_whose_answer_was_not_delivered_can_be_requested_again)
{
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

/* ---- events ---------------------------------------------------------------------------- */

MINIPORT_TEST(events_are_signalled_in_the_order_of_registration)
{
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

MINIPORT_TEST(wrt_073_a_new_event_is_not_signalled_for_earlier_points)
{
	mp_run(b);
	tb_sleep(&b->tb, 5 * PACKET_NS + 1);	/* no interrupt has been served */
	ok(mp_register(&b->pin, &b->event[1]));
	wrt_stream_look(b->pin.mp.stream, 0);
	assert_int_equal(b->event[0].count, 5);
	assert_int_equal(b->event[1].count, 0);
}

MINIPORT_TEST(wrt_098_wrt_103_the_sum_of_signals_is_the_number_of_packets)
{
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

/* ---- packets --------------------------------------------------------------------------- */

static enum wrt_status write_packet(struct mp_bed *b, u32 number)
{
	return wrt_mp_write_packet(&b->pin.mp, number, 0, 0);
}

static struct wrt_mp_glitches *glitches(struct tb_pin *pin)
{
	return &pin->mp.packets.glitches;
}

MINIPORT_TEST(announcing_late_does_not_remove_an_underrun)
{
	mp_run(b);
	ok(write_packet(b, 1));
	tb_sleep(&b->tb, 3 * PACKET_NS);	/* no interrupt yet */
	ok(write_packet(b, 4));
	assert_int_equal(glitches(&b->pin)->underruns, 2);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 2);
}

/* Before RUN any packet of the buffer, and each only once. */
MINIPORT_TEST(repeats_are_counted_and_shown_at_once)
{
	ok(wrt_mp_alloc(&b->pin.mp, WRT_MP_NOTIFY_BUFFER, 4, true, 4 * PACKET_BYTES));
	ok(write_packet(b, 2));
	ok(write_packet(b, 2));
	ok(write_packet(b, 2));
	assert_int_equal(b->pin.page_glitches.repeats, 2);
	ok(write_packet(b, 1));
	assert_int_equal(b->pin.mp.packets.newest, 2);
	fails(write_packet(b, 4), DATA_OVERRUN);
	assert_int_equal(b->pin.page_glitches.overruns, 1);
	assert_int_equal(b->pin.page_glitches.repeats, 2);
}

/* What was announced before the STOP neither excuses nor blames a packet after it. */
MINIPORT_TEST(stop_forgets_what_was_announced)
{
	mp_run(b);
	ok(write_packet(b, 1));
	tb_run_for(&b->tb, PACKET_NS);
	ok(write_packet(b, 2));
	tb_run_for(&b->tb, PACKET_NS / 2);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(write_packet(b, 0));
	assert_int_equal(b->pin.mp.packets.newest, 0);
	assert_int_equal(glitches(&b->pin)->repeats, 0);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_run_for(&b->tb, 2 * PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 2);
}

MINIPORT_TEST(points_before_the_first_announcement_are_no_underruns)
{
	mp_run(b);
	tb_run_for(&b->tb, 5 * PACKET_NS);
	ok(write_packet(b, 6));
	tb_run_for(&b->tb, 2 * PACKET_NS);
	assert_int_equal(glitches(&b->pin)->underruns, 1);
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

/* Packet 3 is the last one, `bytes` of it are valid: signals and results at each time. */
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

MINIPORT_TEST(wrt_173_an_empty_last_packet_ends_with_the_one_before)
{
	end_in_packet_3(b, 0);
}

MINIPORT_TEST(the_end_survives_a_pause)
{
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

ENDLESS_TEST(an_engine_without_end_is_stopped_at_the_end)
{
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

static u64 presented(struct mp_bed *b)
{
	struct wrt_mp_presentation at;

	ok(wrt_mp_presentation(&b->pin.mp, &at));
	return at.frames;
}

MINIPORT_TEST(wrt_184_wrt_185_wrt_187_the_presentation_lags_by_fifo_and_delays)
{
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

static void record(struct mp_bed *b, u32 count)
{
	ok(mp_alloc(&b->rec, count, count * PACKET_BYTES));
	ok(mp_register(&b->rec, &b->event[1]));
	ok(mp_state(&b->rec, WRT_MP_RUN));
}

MINIPORT_TEST(wrt_194_after_a_gap_the_newest_is_reported)
{
	struct wrt_mp_read read;
	u64 began = b->tb.now;

	record(b, 2);
	tb_run_for(&b->tb, 5 * PACKET_NS + 11);
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	assert_int_equal(read.number, 4);
	assert_int_equal(read.ns, began + 4 * PACKET_NS);
	assert_int_equal(glitches(&b->rec)->dropped, 4);
	assert_int_equal(b->rec.page_glitches.dropped, 4);
	tb_sleep(&b->tb, 3 * PACKET_NS);			/* interrupts are also late */
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	assert_int_equal(read.number, 7);
	/* computed back from a position in whole frames */
	assert_in_range(read.ns, began + 7 * PACKET_NS, began + 7 * PACKET_NS + 20833);
	assert_int_equal(glitches(&b->rec)->dropped, 6);
}

MINIPORT_TEST(the_time_of_a_packet_includes_pauses_and_delays)
{
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

MINIPORT_TEST(a_packet_whose_answer_was_not_delivered_can_be_requested_again)
{
	struct wrt_mp_read read, again;

	record(b, 2);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(wrt_mp_read_packet(&b->rec.mp, &read));
	wrt_mp_unread_packet(&b->rec.mp, &read);
	assert_int_equal(glitches(&b->rec)->dropped, 0);
	assert_int_equal(b->rec.page_glitches.dropped, 0);
	ok(wrt_mp_read_packet(&b->rec.mp, &again));
	assert_int_equal(again.number, 2);
	assert_int_equal(glitches(&b->rec)->dropped, 2);
	tb_run_for(&b->tb, PACKET_NS);
	ok(wrt_mp_read_packet(&b->rec.mp, &again));
	wrt_mp_unread_packet(&b->rec.mp, &read);		/* too late: without effect */
	fails(wrt_mp_read_packet(&b->rec.mp, &again), DEVICE_NOT_READY);
}

static void remove_device(struct mp_bed *b)
{
	struct tb_pin *pins[] = { &b->pin, &b->rec };

	tb_remove(&b->tb, pins, 2);
}

/* ---- states of several streams -------------------------------------------------------- */

static enum wrt_status both(struct mp_bed *b, u32 state)
{
	struct wrt_mp *mps[] = { &b->pin.mp, &b->rec.mp };
	u64 spread_ns = 1;
	enum wrt_status status = wrt_mp_set_states(mps, COUNT(mps), state, &spread_ns);

	if (!status)
		assert_int_equal(spread_ns, 0);		/* the simulator starts both at one time */
	return status;
}

MINIPORT_TEST(streams_run_and_pause_together)
{
	ok(mp_alloc(&b->pin, 2, 2 * PACKET_BYTES));
	ok(mp_alloc(&b->rec, 2, 2 * PACKET_BYTES));
	ok(both(b, WRT_MP_RUN));
	assert_int_equal(b->pin.page_mp_state, WRT_MP_RUN);
	assert_int_equal(b->rec.page_mp_state, WRT_MP_RUN);
	fails(both(b, WRT_MP_RUN), INVALID_DEVICE_STATE);
	tb_run_for(&b->tb, 3 * PACKET_NS + PACKET_NS / 2);
	assert_int_equal(mp_position(&b->pin).linear, 7 * PACKET_BYTES / 2);
	ok(both(b, WRT_MP_PAUSE));
	assert_int_equal(b->pin.page_mp_state, WRT_MP_PAUSE);
	assert_int_equal(b->rec.page_mp_state, WRT_MP_PAUSE);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(mp_position(&b->pin).linear, 7 * PACKET_BYTES / 2);
	assert_int_equal(mp_position(&b->rec).linear, 7 * PACKET_BYTES / 2);
	ok(both(b, WRT_MP_RUN));
	ok(both(b, WRT_MP_STOP));
	assert_int_equal(mp_position(&b->rec).linear, 0);
}

/* The binding signals between the stops of single streams; here both are stopped before. */
static void move_on(struct tb_event *e)
{
	e->pin->tb->now += PACKET_NS / 4;
}

MINIPORT_TEST(streams_stop_at_one_time_whatever_their_signals_take)
{
	mp_run(b);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(mp_alloc(&b->rec, 2, 2 * PACKET_BYTES));
	ok(both(b, WRT_MP_RUN));
	tb_sleep(&b->tb, 5 * PACKET_NS);
	b->event[0].on_signal = move_on;
	ok(both(b, WRT_MP_PAUSE));
	assert_int_equal(b->event[0].count, 5);
	assert_int_equal(mp_position(&b->pin).linear, 5 * PACKET_BYTES);
	assert_int_equal(mp_position(&b->rec).linear, 5 * PACKET_BYTES);
}

MINIPORT_TEST(if_one_stream_cannot_run_the_others_do_not_change)
{
	ok(mp_alloc(&b->pin, 2, 2 * PACKET_BYTES));
	fails(both(b, WRT_MP_RUN), INVALID_DEVICE_REQUEST);
	assert_int_equal(b->pin.mp.state, WRT_MP_STOP);
	fails(both(b, WRT_MP_RUN + 1), INVALID_PARAMETER);
	ok(mp_alloc(&b->rec, 2, 2 * PACKET_BYTES));
	tb_backend.fail_start = -WRT_EIO;
	tb_backend.starts_before_fail = 1;
	assert_int_not_equal(both(b, WRT_MP_RUN), WRT_STATUS_SUCCESS);
	assert_int_equal(b->pin.mp.state, WRT_MP_PAUSE);
	assert_int_equal(b->rec.mp.state, WRT_MP_PAUSE);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(mp_position(&b->pin).linear, 0);
}

MINIPORT_TEST(observers_and_removed_streams_are_in_no_group)
{
	struct wrt_mp *mps[] = { &b->pin.mp, &b->watch[0].mp };
	u64 spread_ns;

	ok(tb_pin_open(&b->watch[0], &b->tb, WRT_PLAYBACK, 0, true));
	fails(wrt_mp_set_states(mps, 2, WRT_MP_STOP, &spread_ns), INVALID_DEVICE_REQUEST);
	tb_pin_close(&b->watch[0]);
	ok(mp_alloc(&b->pin, 2, 2 * PACKET_BYTES));
	ok(mp_alloc(&b->rec, 2, 2 * PACKET_BYTES));
	ok(both(b, WRT_MP_RUN));
	remove_device(b);
	fails(both(b, WRT_MP_RUN + 1), INVALID_PARAMETER);
	ok(both(b, WRT_MP_PAUSE));
	fails(both(b, WRT_MP_RUN), DEVICE_REMOVED);
	assert_int_equal(b->pin.mp.state, WRT_MP_PAUSE);
}

/* ---- observers ------------------------------------------------------------------------- */

MINIPORT_TEST(an_observer_may_neither_allocate_nor_free)
{
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

MINIPORT_TEST(an_observer_that_comes_in_run_is_shown_the_stream_at_once)
{
	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(tb_pin_open(&b->watch[0], &b->tb, WRT_PLAYBACK, 0, true));
	assert_int_equal(b->watch[0].page.state, WRT_STREAM_RUN);
	assert_int_equal(b->watch[0].page.points, 3);
	assert_int_equal(b->watch[0].page_geom.bytes, 2 * PACKET_BYTES);
	tb_pin_close(&b->watch[0]);
}

MINIPORT_TEST(an_observer_registers_without_a_buffer_and_is_signalled_for_the_owner)
{
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

MINIPORT_TEST(an_observer_counts_but_does_not_write_or_read)
{
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

static struct tb_pin *shown;
static u64 shown_linear;

/* A call of the observer between the interrupt's reading and its page: it shows a newer one. */
static void show_more(struct tb_event *e)
{
	e->pin->tb->now += 300000;
	fails(wrt_mp_write_packet(&shown->mp, 4, 0, 0), INVALID_DEVICE_REQUEST);
	shown_linear = shown->page.linear;
	e->on_signal = NULL;
}

MINIPORT_TEST(the_page_of_an_observer_does_not_go_back)
{
	shown = &b->watch[0];
	mp_run(b);
	ok(tb_pin_open(shown, &b->tb, WRT_PLAYBACK, 0, true));
	b->event[0].on_signal = show_more;
	tb_run_for(&b->tb, PACKET_NS);
	assert_true(shown_linear > PACKET_BYTES);
	assert_true(shown->page.linear >= shown_linear);
	tb_pin_close(shown);
}

MINIPORT_TEST(a_ninth_observer_is_refused)
{
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

/* ---- removal --------------------------------------------------------------------------- */

static void assert_steps(const struct tb_pin *pin, const u32 *step, u32 n)
{
	u32 i;

	assert_int_equal(pin->nsteps, n);
	for (i = 0; i < n; i++)
		assert_int_equal(pin->step[i], step[i]);
}

MINIPORT_TEST(wrt_057_after_removal_downward_states_succeed)
{
	static const u32 steps[] = { 0, 1, 2, 3, 2, 1, 0 };

	mp_run(b);
	remove_device(b);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_steps(&b->pin, steps, COUNT(steps));
	fails(mp_state(&b->pin, WRT_MP_ACQUIRE), DEVICE_REMOVED);
}

MINIPORT_TEST(after_removal_there_is_no_buffer_and_it_has_no_size)
{
	mp_run(b);
	remove_device(b);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_NO_BUFFER);
	assert_int_equal(b->pin.mp.geom.bytes, 0);
}

MINIPORT_TEST(after_removal_packet_latency_and_register_calls_fail)
{
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

static void assert_all_refused(struct mp_bed *b)
{
	struct wrt_snapshot snap;

	fails(wrt_mp_set_format(&b->pin.mp, 48000, WRT_FMT_S16, 2), DEVICE_REMOVED);
	fails(mp_alloc(&b->pin, 2, 384), DEVICE_REMOVED);
	fails(mp_alloc_timer(&b->pin, 384), DEVICE_REMOVED);
	fails(wrt_mp_free(&b->pin.mp), DEVICE_REMOVED);
	fails(mp_register(&b->pin, &b->event[2]), DEVICE_REMOVED);
	fails(wrt_mp_position(&b->pin.mp, &snap), DEVICE_REMOVED);
	assert_int_equal(snap.linear, 0);
}

MINIPORT_TEST(after_removal_every_call_returns_device_removed)
{
	mp_run(b);
	remove_device(b);
	assert_all_refused(b);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	fails(mp_state(&b->pin, WRT_MP_RUN), DEVICE_REMOVED);
	assert_all_refused(b);
	fails(mp_state(&b->pin, 7), INVALID_PARAMETER);
}

MINIPORT_TEST(between_the_removals_of_core_and_miniport_calls_fail_the_same)
{
	struct wrt_snapshot snap;

	ok(mp_state(&b->rec, WRT_MP_ACQUIRE));
	mp_run(b);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	wrt_device_gone(&b->tb.dev);
	fails(mp_state(&b->pin, WRT_MP_RUN), DEVICE_REMOVED);
	fails(wrt_mp_position(&b->pin.mp, &snap), DEVICE_REMOVED);
	fails(mp_alloc(&b->rec, 2, 384), DEVICE_REMOVED);
	assert_int_equal(b->rec.allocs, b->rec.frees);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_all_refused(b);
	assert_int_equal(b->pin.frees, 0);
	remove_device(b);
	assert_all_refused(b);
}

MINIPORT_TEST(a_stream_of_a_removed_device_cannot_be_opened)
{
	struct tb_pin *other = &b->watch[0];

	remove_device(b);
	fails(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, true), DEVICE_REMOVED);
	fails(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, false), DEVICE_REMOVED);
}

MINIPORT_TEST(after_removal_the_backend_is_not_called)
{
	u32 calls;

	mp_run(b);
	remove_device(b);
	calls = tb_backend.calls;
	assert_int_equal(tb_backend.open, tb_backend.close);
	assert_all_refused(b);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(mp_unregister(&b->pin, &b->event[0]));
	wrt_mp_close(&b->pin.mp);
	assert_int_equal(tb_backend.calls, calls);
	assert_int_equal(b->pin.allocs, b->pin.frees);
}

MINIPORT_TEST(removal_also_notifies_a_stopped_stream)
{
	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_register(&b->pin, &b->event[0]));
	remove_device(b);
	assert_int_equal(b->event[0].count, 1);
	assert_int_equal(b->pin.page.state, WRT_STREAM_GONE);
	assert_int_equal(b->rec.page.state, WRT_STREAM_GONE);
	assert_all_refused(b);
}

MINIPORT_TEST(removal_signals_each_event_exactly_once_more)
{
	mp_run(b);
	ok(mp_register(&b->pin, &b->event[1]));
	tb_run_for(&b->tb, 5 * PACKET_NS + PACKET_NS / 2);
	remove_device(b);
	assert_int_equal(b->event[0].count, 6);
	assert_int_equal(b->event[1].count, 6);
	assert_int_equal(b->pin.page.state, WRT_STREAM_GONE);
	tb_run_for(&b->tb, SECOND);
	wrt_device_irq(&b->tb.dev);
	assert_int_equal(b->event[0].count, 6);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(b->event[0].count, 6);
}

/* ---- suspend and halts ----------------------------------------------------------------- */

MINIPORT_TEST(over_a_suspend_the_state_stays_and_nothing_is_signalled)
{
	struct tb_event *e = &b->event[0];

	mp_run(b);
	ok(wrt_mp_write_packet(&b->pin.mp, 1, 0, 0));
	tb_run_for(&b->tb, PACKET_NS / 2);
	tb_sleep(&b->tb, PACKET_NS);
	wrt_device_suspend(&b->tb.dev);
	assert_int_equal(e->count, 1);
	assert_int_equal(e->page_points, 1);
	tb_run_for(&b->tb, 100 * SECOND);
	assert_int_equal(e->count, 1);
	assert_int_equal(b->pin.page.state, WRT_STREAM_RUN);
	assert_int_equal(b->pin.page.stalls, 1);
	assert_int_equal(b->pin.page.linear, PACKET_BYTES * 3 / 2);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	tb_run_for(&b->tb, PACKET_NS / 2 - 1);
	assert_int_equal(e->count, 1);
	tb_run_for(&b->tb, 1);
	assert_int_equal(e->count, 2);
	assert_int_equal(b->pin.page.stalls, 1);
	assert_int_equal(b->pin.gaps, 0);
	/* packet 2, not the sleep */
	assert_int_equal(b->pin.mp.packets.glitches.underruns, 1);
}

MINIPORT_TEST(during_a_suspend_the_hardware_is_not_ready_and_steps_down_succeed)
{
	mp_run(b);
	tb_run_for(&b->tb, PACKET_NS);
	ok(mp_alloc(&b->rec, 2, 384));
	wrt_device_suspend(&b->tb.dev);
	fails(mp_state(&b->rec, WRT_MP_RUN), DEVICE_NOT_READY);
	assert_int_equal(b->rec.mp.state, WRT_MP_PAUSE);
	ok(mp_state(&b->rec, WRT_MP_STOP));
	ok(wrt_mp_free(&b->rec.mp));
	fails(mp_alloc(&b->rec, 2, 384), DEVICE_NOT_READY);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(b->pin.page.linear, 0);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	tb_run_for(&b->tb, 10 * PACKET_NS);
	assert_int_equal(b->event[0].count, 1);
	ok(mp_alloc(&b->rec, 2, 384));
	ok(mp_state(&b->rec, WRT_MP_RUN));
}

MINIPORT_TEST(a_halt_is_on_the_page_before_it_is_signalled)
{
	mp_run(b);
	tb_run_for(&b->tb, PACKET_NS);
	tb_halt(&b->tb, b->pin.mp.stream->slot, 50 * PACKET_NS);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(b->event[0].page_linear, 2 * PACKET_BYTES);
	assert_int_equal(b->pin.page.stalls, 1);
	assert_int_equal(mp_position(&b->pin).stalls, 1);
}

/* ---- status codes ---------------------------------------------------------------------- */

struct code {
	const char *name;
	u32 value;
	int error;
};

#define ENTRY(name, value, error) { #name, value, error },

static const struct code table[] = { WRT_STATUS_TABLE(ENTRY) };

/* The contract, repeated here: NTSTATUS values and their errnos. */
static const struct code contract[] = {
	{ "UNSUCCESSFUL", 0xC0000001, EREMOTEIO },
	{ "INVALID_HANDLE", 0xC0000008, EBADF },
	{ "INVALID_PARAMETER", 0xC000000D, EINVAL },
	{ "INVALID_DEVICE_REQUEST", 0xC0000010, EBADRQC },
	{ "OBJECT_TYPE_MISMATCH", 0xC0000024, EMEDIUMTYPE },
	{ "DATA_OVERRUN", 0xC000003C, EOVERFLOW },
	{ "DATA_LATE_ERROR", 0xC000003D, ETIME },
	{ "INSUFFICIENT_RESOURCES", 0xC000009A, ENOMEM },
	{ "DEVICE_NOT_READY", 0xC00000A3, EAGAIN },
	{ "NOT_SUPPORTED", 0xC00000BB, EOPNOTSUPP },
	{ "INVALID_DEVICE_STATE", 0xC0000184, EBADFD },
	{ "ACCESS_DENIED", 0xC0000022, EACCES },
	{ "NOT_FOUND", 0xC0000225, ENOENT },
	{ "DEVICE_REMOVED", 0xC00002B6, ENODEV },
	{ "DEVICE_BUSY", 0x80000011, EBUSY },
	{ "CANCELLED", 0xC0000120, EINTR },
};

static const struct code *find(const struct code *in, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(in[i].name, name))
			return &in[i];
	return NULL;
}

static void assert_all_in(const struct code *a, size_t na, const struct code *b, size_t nb)
{
	size_t i;

	for (i = 0; i < na; i++) {
		const struct code *same = find(b, nb, a[i].name);

		if (!same)
			fail_msg("%s is missing on one side", a[i].name);
		assert_int_equal(same->value, a[i].value);
		assert_int_equal(same->error, a[i].error);
	}
}

UNIT_TEST(the_table_of_status_codes_is_the_contract_and_complete_both_ways)
{
	assert_all_in(contract, COUNT(contract), table, COUNT(table));
	assert_all_in(table, COUNT(table), contract, COUNT(contract));
}

UNIT_TEST(every_status_has_its_own_errno_and_back)
{
	size_t i, j;

	for (i = 0; i < COUNT(table); i++) {
		assert_true(table[i].value >> 31);
		assert_true(table[i].error > 0);
		for (j = 0; j < i; j++) {
			assert_int_not_equal(table[i].value, table[j].value);
			assert_int_not_equal(table[i].error, table[j].error);
		}
	}
}

UNIT_TEST(no_status_takes_an_errno_of_the_transport)
{
	static const int transport[] = {
		EFAULT, E2BIG, ENOTTY, EPROTONOSUPPORT, EMFILE, ENFILE
	};
	size_t i, j;

	for (i = 0; i < COUNT(table); i++)
		for (j = 0; j < COUNT(transport); j++)
			assert_int_not_equal(table[i].error, transport[j]);
}

#define CHECK_VALUE(name, value, error) assert_int_equal((u32)WRT_STATUS_##name, value);

UNIT_TEST(the_enumeration_has_the_values_of_ntstatus)
{
	assert_int_equal(WRT_STATUS_SUCCESS, 0);
	WRT_STATUS_TABLE(CHECK_VALUE)
}

/* ---- list of the tests ------------------------------------------------------------------ */

int main(void)
{
	return tb_run("miniport");
}
