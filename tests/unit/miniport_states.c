// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * miniport_states.c - states, positions, removal and the table of status codes:
 * WRT-057, 120..130, 135..144. Part of test_miniport.
 */
#include <errno.h>

#include "miniport_bed.h"

static void assert_steps(const struct tb_pin *pin, const u32 *step, u32 n)
{
	u32 i;

	assert_int_equal(pin->nsteps, n);
	for (i = 0; i < n; i++)
		assert_int_equal(pin->step[i], step[i]);
}

/* ---- states ------------------------------------------------------------------------- */

static void wrt_120_up_and_down_step_by_step(void **state)
{
	static const u32 walk[] = { 1, 2, 3, 2, 1, 0 };
	struct mp_bed *b = *state;
	size_t i;

	ok(mp_alloc(&b->pin, 2, 384));
	for (i = 0; i < COUNT(walk); i++) {
		ok(mp_state(&b->pin, walk[i]));
		assert_int_equal(b->pin.mp.state, walk[i]);
		assert_int_equal(b->pin.page_mp_state, walk[i]);
		assert_int_equal(b->pin.page.state,
				 walk[i] == WRT_MP_RUN ? WRT_STREAM_RUN : WRT_STREAM_READY);
	}
}

static void wrt_121_run_and_pause_cycle_without_a_reset(void **state)
{
	struct mp_bed *b = *state;
	u64 i;

	mp_run(b);
	for (i = 1; i <= 100; i++) {
		tb_run_for(&b->tb, PACKET_NS);
		ok(mp_state(&b->pin, WRT_MP_PAUSE));
		assert_int_equal(mp_position(&b->pin).linear, i * PACKET_BYTES);
		assert_int_equal(mp_position(&b->pin).points, i);
		assert_int_equal(b->event[0].count, i);
		ok(mp_state(&b->pin, WRT_MP_RUN));
	}
}

static void wrt_122_skipped_steps_are_inserted(void **state)
{
	static const u32 steps[] = { 0, 1, 2, 3, 2, 1, 0, 1, 2, 1, 0 };
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_steps(&b->pin, steps, COUNT(steps));
	assert_int_equal(tb_backend.start, 1);
	assert_int_equal(tb_backend.stop, 1);
}

static void wrt_123_the_present_state_again_changes_nothing(void **state)
{
	struct mp_bed *b = *state;
	u32 to, steps, calls;

	mp_run(b);
	tb_run_for(&b->tb, PACKET_NS / 2);
	for (to = WRT_MP_RUN; to <= WRT_MP_RUN; to--) {
		ok(mp_state(&b->pin, to));
		steps = b->pin.nsteps;
		calls = tb_backend.calls;
		ok(mp_state(&b->pin, to));
		ok(mp_state(&b->pin, to));
		assert_int_equal(b->pin.nsteps, steps);
		assert_int_equal(tb_backend.calls, calls);
		assert_int_equal(b->pin.mp.state, to);
	}
	assert_int_equal(b->event[0].count, 0);
}

static void wrt_124_a_state_that_is_none_is_refused_and_changes_nothing(void **state)
{
	static const u32 bad[] = { 4, 5, 0x7fffffff, 0x80000000, 0xffffffff };
	struct mp_bed *b = *state;
	size_t i;

	mp_run(b);
	for (i = 0; i < COUNT(bad); i++)
		fails(mp_state(&b->pin, bad[i]), INVALID_PARAMETER);
	assert_int_equal(b->pin.mp.state, WRT_MP_RUN);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(b->event[0].count, 1);
}

static void wrt_125_a_failed_step_leaves_the_state_before_it(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	tb_backend.fail_start = -WRT_EIO;
	fails(mp_state(&b->pin, WRT_MP_RUN), DEVICE_NOT_READY);
	assert_int_equal(b->pin.mp.state, WRT_MP_PAUSE);
	assert_int_equal(b->pin.page_mp_state, WRT_MP_PAUSE);
	fails(mp_state(&b->pin, WRT_MP_RUN), DEVICE_NOT_READY);
	assert_int_equal(b->pin.mp.state, WRT_MP_PAUSE);
	tb_backend.fail_start = 0;
	ok(mp_state(&b->pin, WRT_MP_RUN));
}

static void going_down_never_fails(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_backend.fail_stop = -WRT_EIO;
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_int_equal(b->pin.mp.state, WRT_MP_STOP);
}

static void wrt_126_run_without_a_buffer_is_refused(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_state(&b->pin, WRT_MP_ACQUIRE));
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	fails(mp_state(&b->pin, WRT_MP_RUN), INVALID_DEVICE_REQUEST);
	assert_int_equal(b->pin.mp.state, WRT_MP_PAUSE);
	assert_int_equal(tb_backend.calls, 0);
	ok(mp_state(&b->pin, WRT_MP_STOP));
}

static void assert_untouched(const struct tb_pin *pin)
{
	u32 i;

	for (i = 0; i < 384; i++)
		assert_int_equal(pin->memory[i], 0xee);
}

static void wrt_127_data_move_in_run_only(void **state)
{
	struct mp_bed *b = *state;
	u32 to;

	ok(mp_alloc(&b->rec, 2, 384));
	memset(b->rec.memory, 0xee, 384);
	for (to = WRT_MP_STOP; to < WRT_MP_RUN; to++) {
		ok(mp_state(&b->rec, to));
		tb_run_for(&b->tb, SECOND);
		assert_untouched(&b->rec);
	}
	ok(mp_state(&b->rec, WRT_MP_RUN));
	tb_run_for(&b->tb, 5 * PACKET_NS);
	assert_int_not_equal(b->rec.memory[0], 0xee);
	ok(mp_state(&b->rec, WRT_MP_PAUSE));
	memset(b->rec.memory, 0xee, 384);
	tb_run_for(&b->tb, SECOND);
	assert_untouched(&b->rec);
}

static void wrt_128_after_stop_by_any_path_nothing_moves(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_snapshot snap;
	u32 way;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_register(&b->pin, &b->event[0]));
	for (way = 0; way < 4; way++) {
		b->event[0].count = 0;
		ok(mp_state(&b->pin, WRT_MP_RUN));
		tb_run_for(&b->tb, 3 * PACKET_NS + 99);
		if (way & 1)
			ok(mp_state(&b->pin, WRT_MP_PAUSE));
		if (way & 2)
			ok(mp_state(&b->pin, WRT_MP_ACQUIRE));
		ok(mp_state(&b->pin, WRT_MP_STOP));
		tb_run_for(&b->tb, SECOND);
		snap = mp_position(&b->pin);
		assert_int_equal(snap.linear, 0);
		assert_int_equal(snap.points, 0);
		assert_int_equal(b->event[0].count, 3);
	}
}

static void wrt_129_the_buffer_survives_stop(void **state)
{
	struct mp_bed *b = *state;
	u8 *memory;

	mp_run(b);
	memory = b->pin.memory;
	memset(memory, 0x42, 384);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_ptr_equal(b->pin.memory, memory);
	assert_int_equal(memory[0], 0x42);
	assert_int_equal(memory[383], 0x42);
	assert_int_equal(b->pin.frees, 0);
	assert_int_equal(b->pin.page_geom.bytes, 384);
}

static void wrt_130_the_format_cannot_change_while_running_nor_under_a_buffer(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	fails(wrt_mp_set_format(&b->pin.mp, 44100, WRT_FMT_S16, 2), INVALID_PARAMETER);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	fails(wrt_mp_set_format(&b->pin.mp, 44100, WRT_FMT_S16, 2), INVALID_DEVICE_REQUEST);
	assert_int_equal(b->pin.mp.rate, 48000);
	ok(wrt_mp_free(&b->pin.mp));
	ok(wrt_mp_set_format(&b->pin.mp, 44100, WRT_FMT_S16, 2));
}

static void a_format_the_device_lacks_is_refused_and_the_old_one_stays(void **state)
{
	struct mp_bed *b = *state;
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

/* ---- positions ---------------------------------------------------------------------- */

static void wrt_135_wrt_141_wrt_142_positions_are_whole_frames_in_range_and_monotonic(void **state)
{
	struct mp_bed *b = *state;
	u64 seed = 135, last = 0;
	u32 i;

	mp_run(b);
	for (i = 0; i < 20000; i++) {
		struct wrt_snapshot snap;

		tb_run_for(&b->tb, tb_random(&seed) % (PACKET_NS / 3));
		snap = mp_position(&b->pin);
		assert_true(snap.offset < 384);
		assert_int_equal(snap.offset % 4, 0);
		assert_int_equal(snap.linear % 384, snap.offset);
		assert_true(snap.linear >= last);
		last = snap.linear;
	}
	assert_true(last > 1000 * 384);
}

static void wrt_136_wrt_143_in_stop_the_position_is_0(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_snapshot snap;

	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS + PACKET_NS / 2);
	ok(mp_state(&b->pin, WRT_MP_ACQUIRE));
	assert_int_equal(mp_position(&b->pin).linear, 3 * PACKET_BYTES + 96);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	snap = mp_position(&b->pin);
	assert_int_equal(snap.linear, 0);
	assert_int_equal(snap.offset, 0);
	assert_int_equal(snap.points, 0);
	assert_int_equal(b->pin.page.linear, 0);
	assert_int_equal(b->pin.page.points, 0);
}

static void wrt_137_wrt_138_wrt_144_in_pause_it_stands_and_goes_on_from_there(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_snapshot snap;

	mp_run(b);
	tb_run_for(&b->tb, 7 * PACKET_NS + PACKET_NS / 2);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	tb_run_for(&b->tb, SECOND);
	snap = mp_position(&b->pin);
	assert_int_equal(snap.linear, 7 * PACKET_BYTES + 96);
	assert_int_equal(snap.offset, snap.linear % 384);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(mp_position(&b->pin).linear, snap.linear);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	assert_int_equal(mp_position(&b->pin).linear, snap.linear);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(mp_position(&b->pin).linear, snap.linear + PACKET_BYTES);
}

static void wrt_139_after_stop_it_starts_from_0(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, 7 * PACKET_NS + PACKET_NS / 2);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	assert_int_equal(mp_position(&b->pin).linear, 0);
	tb_run_for(&b->tb, PACKET_NS / 2);
	assert_int_equal(mp_position(&b->pin).linear, 96);
	assert_int_equal(mp_position(&b->pin).offset, 96);
}

static void wrt_140_the_position_advances_at_the_nominal_rate(void **state)
{
	struct mp_bed *b = *state;
	struct wrt_snapshot first, second;
	u64 seed = 140;
	u32 i;

	mp_run(b);
	for (i = 0; i < 1000; i++) {
		first = mp_position(&b->pin);
		tb_run_for(&b->tb, tb_random(&seed) % (20 * PACKET_NS));
		second = mp_position(&b->pin);
		assert_true(second.linear - first.linear <=
			    (second.ns - first.ns) * 192000 / SECOND + 4);
		assert_true(second.linear - first.linear + 4 >=
			    (second.ns - first.ns) * 192000 / SECOND);
	}
}

static void asking_for_the_position_signals_nothing(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_sleep(&b->tb, 5 * PACKET_NS);
	assert_int_equal(mp_position(&b->pin).linear, 5 * PACKET_BYTES);
	assert_int_equal(b->event[0].count, 0);
	tb_run_for(&b->tb, 0);
	assert_int_equal(b->event[0].count, 5);
}

/* ---- removal ------------------------------------------------------------------------ */

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

static void remove_device(struct mp_bed *b)
{
	struct tb_pin *pins[] = { &b->pin, &b->rec };

	tb_remove(&b->tb, pins, 2);
}

static void removal_signals_each_event_exactly_once_more(void **state)
{
	struct mp_bed *b = *state;

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

static void removal_signals_what_has_passed_and_then_once_more(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_sleep(&b->tb, 150 * PACKET_NS);
	remove_device(b);
	assert_int_equal(b->event[0].count, 151);
	assert_int_equal(b->pin.signalling, 150);
}

static void removal_tells_a_stream_at_rest_too(void **state)
{
	struct mp_bed *b = *state;

	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_register(&b->pin, &b->event[0]));
	remove_device(b);
	assert_int_equal(b->event[0].count, 1);
	assert_int_equal(b->pin.page.state, WRT_STREAM_GONE);
	assert_int_equal(b->rec.page.state, WRT_STREAM_GONE);
	assert_all_refused(b);
}

static void after_removal_every_call_says_so(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	remove_device(b);
	assert_all_refused(b);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	fails(mp_state(&b->pin, WRT_MP_RUN), DEVICE_REMOVED);
	assert_all_refused(b);
	fails(mp_state(&b->pin, 7), INVALID_PARAMETER);
}

static void after_removal_the_backend_is_left_alone(void **state)
{
	struct mp_bed *b = *state;
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

static void wrt_057_after_removal_downward_states_succeed(void **state)
{
	static const u32 steps[] = { 0, 1, 2, 3, 2, 1, 0 };
	struct mp_bed *b = *state;

	mp_run(b);
	remove_device(b);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	ok(mp_state(&b->pin, WRT_MP_STOP));
	assert_steps(&b->pin, steps, COUNT(steps));
	fails(mp_state(&b->pin, WRT_MP_ACQUIRE), DEVICE_REMOVED);
}

static void after_removal_unregister_succeeds_as_ever(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	remove_device(b);
	ok(mp_unregister(&b->pin, &b->event[0]));
	fails(mp_unregister(&b->pin, &b->event[0]), NOT_FOUND);
}

static void between_the_cores_removal_and_ours_calls_fail_alike(void **state)
{
	struct mp_bed *b = *state;
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
	ok(wrt_mp_free(&b->pin.mp));
}

static void an_observer_is_told_of_removal(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];
	struct tb_pin *pins[] = { &b->watch[0], &b->pin, &b->rec };

	ok(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, true));
	ok(mp_register(other, &b->event[1]));
	mp_run(b);
	tb_run_for(&b->tb, 3 * PACKET_NS);
	tb_remove(&b->tb, pins, 3);
	assert_int_equal(b->event[1].count, 4);
	assert_int_equal(other->page.state, WRT_STREAM_GONE);
	fails(mp_register(other, &b->event[2]), DEVICE_REMOVED);
	ok(mp_unregister(other, &b->event[1]));
	tb_pin_close(other);
}

static void after_removal_there_is_no_buffer_and_it_has_no_size(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	remove_device(b);
	assert_int_equal(b->pin.mp.buffer, WRT_MP_NO_BUFFER);
	assert_int_equal(b->pin.mp.geom.bytes, 0);
}

static void a_stream_of_a_removed_device_cannot_be_opened(void **state)
{
	struct mp_bed *b = *state;
	struct tb_pin *other = &b->watch[0];

	remove_device(b);
	fails(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, true), DEVICE_REMOVED);
	fails(tb_pin_open(other, &b->tb, WRT_PLAYBACK, 0, false), DEVICE_REMOVED);
}

/* ---- status codes -------------------------------------------------------------------- */

struct code {
	const char *name;
	u32 value;
	int error;
};

#define ENTRY(name, value, error) { #name, value, error },

static const struct code table[] = { WRT_STATUS_TABLE(ENTRY) };

/* The contract, written down a second time: NTSTATUS values and the errnos agreed on. */
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

static void the_table_of_status_codes_is_the_contract_and_complete_both_ways(void **state)
{
	(void)state;
	assert_all_in(contract, COUNT(contract), table, COUNT(table));
	assert_all_in(table, COUNT(table), contract, COUNT(contract));
}

static void every_status_has_an_errno_of_its_own_and_back(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		assert_true(table[i].value >> 31);
		assert_true(table[i].error > 0);
		for (j = 0; j < i; j++) {
			assert_int_not_equal(table[i].value, table[j].value);
			assert_int_not_equal(table[i].error, table[j].error);
		}
	}
}

static void no_status_takes_an_errno_of_the_transport(void **state)
{
	static const int transport[] = {
		EFAULT, E2BIG, ENOTTY, EPROTONOSUPPORT, EMFILE, ENFILE
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(table); i++)
		for (j = 0; j < COUNT(transport); j++)
			assert_int_not_equal(table[i].error, transport[j]);
}

#define CHECK_VALUE(name, value, error) assert_int_equal((u32)WRT_STATUS_##name, value);

static void the_enumeration_has_the_values_of_ntstatus(void **state)
{
	(void)state;
	assert_int_equal(WRT_STATUS_SUCCESS, 0);
	WRT_STATUS_TABLE(CHECK_VALUE)
}

/* ---- system suspend ------------------------------------------------------------------- */

static void over_a_suspend_the_state_stays_and_nothing_is_signalled(void **state)
{
	struct mp_bed *b = *state;
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

static void while_asleep_the_hardware_is_not_ready_and_down_is_always_possible(void **state)
{
	struct mp_bed *b = *state;

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

static void a_halt_of_the_engine_shows_on_the_page_before_it_is_signalled(void **state)
{
	struct mp_bed *b = *state;

	mp_run(b);
	tb_run_for(&b->tb, PACKET_NS);
	tb_halt(&b->tb, b->pin.mp.stream->slot, 50 * PACKET_NS);
	tb_run_for(&b->tb, PACKET_NS);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(b->event[0].page_linear, 2 * PACKET_BYTES);
	assert_int_equal(b->pin.page.stalls, 1);
	assert_int_equal(mp_position(&b->pin).stalls, 1);
}

const struct CMUnitTest state_tests[] = {
	M(wrt_120_up_and_down_step_by_step),
	M(wrt_121_run_and_pause_cycle_without_a_reset),
	M(wrt_122_skipped_steps_are_inserted),
	M(wrt_123_the_present_state_again_changes_nothing),
	M(wrt_124_a_state_that_is_none_is_refused_and_changes_nothing),
	M(wrt_125_a_failed_step_leaves_the_state_before_it),
	M(going_down_never_fails),
	M(wrt_126_run_without_a_buffer_is_refused),
	RAMP(wrt_127_data_move_in_run_only),
	M(wrt_128_after_stop_by_any_path_nothing_moves),
	M(wrt_129_the_buffer_survives_stop),
	M(wrt_130_the_format_cannot_change_while_running_nor_under_a_buffer),
	M(a_format_the_device_lacks_is_refused_and_the_old_one_stays),
	M(wrt_135_wrt_141_wrt_142_positions_are_whole_frames_in_range_and_monotonic),
	M(wrt_136_wrt_143_in_stop_the_position_is_0),
	M(wrt_137_wrt_138_wrt_144_in_pause_it_stands_and_goes_on_from_there),
	M(wrt_139_after_stop_it_starts_from_0),
	M(wrt_140_the_position_advances_at_the_nominal_rate),
	M(asking_for_the_position_signals_nothing),
	M(removal_signals_each_event_exactly_once_more),
	M(removal_signals_what_has_passed_and_then_once_more),
	M(removal_tells_a_stream_at_rest_too),
	M(after_removal_every_call_says_so),
	M(after_removal_the_backend_is_left_alone),
	M(wrt_057_after_removal_downward_states_succeed),
	M(after_removal_unregister_succeeds_as_ever),
	M(between_the_cores_removal_and_ours_calls_fail_alike),
	M(an_observer_is_told_of_removal),
	M(after_removal_there_is_no_buffer_and_it_has_no_size),
	M(a_stream_of_a_removed_device_cannot_be_opened),
	T(the_table_of_status_codes_is_the_contract_and_complete_both_ways),
	T(every_status_has_an_errno_of_its_own_and_back),
	T(no_status_takes_an_errno_of_the_transport),
	T(the_enumeration_has_the_values_of_ntstatus),
	M(over_a_suspend_the_state_stays_and_nothing_is_signalled),
	M(while_asleep_the_hardware_is_not_ready_and_down_is_always_possible),
	M(a_halt_of_the_engine_shows_on_the_page_before_it_is_signalled),
};

const size_t n_state_tests = COUNT(state_tests);
