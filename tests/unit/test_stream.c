// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_stream.c - kernel/core/stream.c and device.c: the owner of a stream, its states,
 * notifications of owner and observers, removal. The backend is the simulator
 * below tb_backend, which counts calls and fails on request.
 */
#include <stdatomic.h>

#include "testbed.h"

#define SECOND		1000000000ull
#define POINT_NS	1000000ull	/* of the stream below: 48 frames at 48 kHz */
#define POINT_BYTES	192u

static const struct wrt_sim_config one_pair = { .pairs = 1 };

/* A device, its playback stream, an owner with a buffer of four points. */
struct bed {
	struct tb tb;
	struct wrt_stream *s;
	struct tb_client owner, other;
	struct tb_client observer[WRT_OBSERVERS_MAX];
	struct tb_buffer buffer, second;
};

static int bed_setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));

	tb_open(&b->tb, &one_pair);
	b->s = wrt_device_stream(&b->tb.dev, WRT_PLAYBACK, 0);
	tb_client_init(&b->owner, &b->tb, true);
	tb_client_init(&b->other, &b->tb, true);
	tb_buffer_make(&b->buffer, b->s, 48000, WRT_FMT_S16, 2, 4 * POINT_BYTES, 4);
	*state = b;
	return 0;
}

static int bed_teardown(void **state)
{
	struct bed *b = *state;

	wrt_stream_release(b->s, &b->owner.client);
	wrt_stream_release(b->s, &b->other.client);
	tb_buffer_free(&b->buffer);
	tb_buffer_free(&b->second);
	tb_close(&b->tb);
	free(b);
	return 0;
}

static int configure(struct bed *b, struct tb_client *c)
{
	return wrt_stream_configure(b->s, &c->client, &b->buffer.geom);
}

static int start(struct bed *b, struct tb_client *c)
{
	return wrt_stream_start(b->s, &c->client);
}

static int stop(struct bed *b, struct tb_client *c)
{
	return wrt_stream_stop(b->s, &c->client);
}

static void release(struct bed *b, struct tb_client *c)
{
	wrt_stream_release(b->s, &c->client);
}

static int observe(struct bed *b, struct tb_client *c)
{
	return wrt_stream_observe(b->s, &c->client);
}

static void unobserve(struct bed *b, struct tb_client *c)
{
	wrt_stream_unobserve(b->s, &c->client);
}

static void run_owner(struct bed *b)
{
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(start(b, &b->owner), 0);
}

static struct wrt_snapshot position(struct bed *b, struct tb_client *c)
{
	struct wrt_snapshot snap;

	wrt_stream_position(b->s, &c->client, &snap);
	return snap;
}

/* ---- owning ------------------------------------------------------------------------ */

#define STREAM_TEST(name)	TB_TEST(name, struct bed *b, bed_setup, bed_teardown)

STREAM_TEST(an_unconfigured_stream_is_free)
{
	struct wrt_snapshot snap = position(b, &b->owner);

	assert_int_equal(snap.state, WRT_STREAM_FREE);
	assert_int_equal(snap.linear, 0);
	assert_int_equal(snap.geom->bytes, 0);
	assert_int_equal(tb_backend.calls, 0);
	assert_int_equal(start(b, &b->owner), WRT_EBUSY);
	assert_int_equal(stop(b, &b->owner), WRT_EBUSY);
	assert_int_equal(tb_backend.calls, 0);
}

STREAM_TEST(a_second_client_that_configures_gets_ebusy)
{
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(configure(b, &b->other), WRT_EBUSY);
	assert_int_equal(start(b, &b->other), WRT_EBUSY);
	assert_int_equal(stop(b, &b->other), WRT_EBUSY);
	assert_int_equal(b->other.publishes, 0);
	assert_int_equal(position(b, &b->owner).state, WRT_STREAM_READY);
	assert_int_equal(start(b, &b->owner), 0);
	assert_int_equal(configure(b, &b->other), WRT_EBUSY);
	assert_int_equal(stop(b, &b->other), WRT_EBUSY);
	release(b, &b->other);
	assert_int_equal(position(b, &b->owner).state, WRT_STREAM_RUN);
}

STREAM_TEST(a_claim_forgets_the_buffer_of_the_owner_and_of_nobody_else)
{
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(wrt_stream_claim(b->s, &b->other.client), WRT_EBUSY);
	assert_int_equal(b->s->state, WRT_STREAM_READY);
	assert_int_equal(b->s->geom.bytes, b->buffer.geom.bytes);
	assert_int_equal(wrt_stream_claim(b->s, &b->owner.client), 0);
	assert_int_equal(b->s->state, WRT_STREAM_FREE);
}

STREAM_TEST(after_release_another_client_can_own_the_stream)
{
	run_owner(b);
	tb_run_for(&b->tb, 10 * POINT_NS);
	release(b, &b->owner);
	assert_int_equal(tb_backend.stop, 1);
	assert_int_equal(tb_backend.release, 1);
	assert_int_equal(tb_backend.close, 1);
	assert_int_equal(b->tb.timer[0], 0);
	assert_int_equal(position(b, &b->other).state, WRT_STREAM_FREE);
	assert_int_equal(configure(b, &b->other), 0);
	assert_int_equal(b->other.last.linear, 0);
	assert_int_equal(b->other.last.points, 0);
	assert_int_equal(configure(b, &b->owner), WRT_EBUSY);
	assert_int_equal(start(b, &b->owner), WRT_EBUSY);
}

STREAM_TEST(after_release_the_owner_is_not_notified)
{
	u32 publishes, notifies;

	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	release(b, &b->owner);
	publishes = b->owner.publishes;
	notifies = b->owner.notifies;
	assert_int_equal(configure(b, &b->other), 0);
	assert_int_equal(start(b, &b->other), 0);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(b->owner.publishes, publishes);
	assert_int_equal(b->owner.notifies, notifies);
	assert_int_equal(b->other.points, 10);
}

STREAM_TEST(the_owner_may_configure_again_and_starts_from_zero)
{
	struct tb_buffer *bigger = &b->second;

	run_owner(b);
	tb_run_for(&b->tb, 7 * POINT_NS);
	assert_int_equal(configure(b, &b->owner), WRT_ESTATE);
	assert_int_equal(stop(b, &b->owner), 0);
	tb_buffer_make(bigger, b->s, 96000, WRT_FMT_S32, 1, 8000, 2);
	assert_int_equal(wrt_stream_configure(b->s, &b->owner.client, &bigger->geom), 0);
	assert_int_equal(tb_backend.release, 1);
	assert_int_equal(tb_backend.open, 2);
	assert_int_equal(tb_backend.close, 1);
	assert_true(tb_backend.points_on);
	assert_int_equal(tb_backend.points, 2);
	assert_int_equal(b->owner.last.state, WRT_STREAM_READY);
	assert_int_equal(b->owner.last.linear, 0);
	assert_int_equal(b->owner.geom.bytes, 8000);
	assert_int_equal(b->owner.geom.rate, 96000);
	b->owner.points = 0;
	assert_int_equal(start(b, &b->owner), 0);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->owner.points, 96);
	assert_int_equal(b->owner.last.linear, 384000);
}

STREAM_TEST(only_the_number_of_segments_is_kept)
{
	assert_int_equal(configure(b, &b->owner), 0);
	assert_null(b->owner.geom.seg);
	assert_int_equal(b->owner.geom.nseg, 1);
}

STREAM_TEST(if_the_backend_cannot_open_or_prepare_the_stream_stays_free)
{
	tb_backend.fail_open = -WRT_EIO;
	assert_int_equal(configure(b, &b->owner), WRT_EIO);
	assert_int_equal(tb_backend.close, 0);
	tb_backend.fail_open = 0;
	tb_backend.fail_prepare = -WRT_ENOMEM;
	assert_int_equal(configure(b, &b->owner), WRT_ENOMEM);
	assert_int_equal(tb_backend.close, 1);
	assert_int_equal(tb_backend.release, 0);
	tb_backend.fail_prepare = 0;
	assert_int_equal(start(b, &b->owner), WRT_EBUSY);
	assert_int_equal(position(b, &b->owner).state, WRT_STREAM_FREE);
	assert_int_equal(configure(b, &b->other), 0);
	assert_int_equal(b->owner.publishes, 0);
}

STREAM_TEST(an_owner_whose_second_configure_fails_loses_the_stream)
{
	assert_int_equal(configure(b, &b->owner), 0);
	tb_backend.fail_prepare = -WRT_EIO;
	assert_int_equal(configure(b, &b->owner), WRT_EIO);
	tb_backend.fail_prepare = 0;
	assert_int_equal(start(b, &b->owner), WRT_EBUSY);
	assert_int_equal(position(b, &b->other).state, WRT_STREAM_FREE);
	assert_int_equal(tb_backend.open, 2);
	assert_int_equal(tb_backend.close, 2);
	assert_int_equal(configure(b, &b->other), 0);
}

/* ---- running ----------------------------------------------------------------------- */

STREAM_TEST(start_and_stop_switch_between_ready_and_run)
{
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(b->owner.last.state, WRT_STREAM_READY);
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(tb_backend.stop, 0);
	assert_int_equal(start(b, &b->owner), 0);
	assert_int_equal(b->owner.last.state, WRT_STREAM_RUN);
	assert_int_equal(start(b, &b->owner), WRT_ESTATE);
	assert_int_equal(tb_backend.start, 1);
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(b->owner.last.state, WRT_STREAM_READY);
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(tb_backend.stop, 1);
}

STREAM_TEST(a_start_that_fails_leaves_the_stream_ready)
{
	assert_int_equal(configure(b, &b->owner), 0);
	tb_backend.fail_start = -WRT_EIO;
	assert_int_equal(start(b, &b->owner), WRT_EIO);
	assert_int_equal(position(b, &b->owner).state, WRT_STREAM_READY);
	tb_backend.fail_start = 0;
	assert_int_equal(start(b, &b->owner), 0);
}

STREAM_TEST(a_stop_that_fails_in_the_hardware_also_ends_in_ready)
{
	run_owner(b);
	tb_run_for(&b->tb, 5 * POINT_NS);
	tb_backend.fail_stop = -WRT_EIO;
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(b->owner.last.state, WRT_STREAM_READY);
	assert_int_equal(b->owner.last.linear, 5 * POINT_BYTES);
}

STREAM_TEST(a_position_that_cannot_be_read_does_not_change)
{
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	tb_backend.fail_position = -WRT_EIO;
	tb_run_for(&b->tb, 3 * POINT_NS);
	assert_int_equal(position(b, &b->owner).linear, 3 * POINT_BYTES);
	assert_int_equal(b->owner.points, 3);
	tb_backend.fail_position = 0;
	tb_run_for(&b->tb, POINT_NS);
	assert_int_equal(position(b, &b->owner).linear, 7 * POINT_BYTES);
	assert_int_equal(b->owner.points, 7);
}

STREAM_TEST(pause_keeps_the_position_and_resume_continues_from_it)
{
	u64 linear;
	u32 i;

	run_owner(b);
	for (i = 1; i <= 50; i++) {
		tb_run_for(&b->tb, 777777);
		assert_int_equal(stop(b, &b->owner), 0);
		linear = position(b, &b->owner).linear;
		tb_run_for(&b->tb, 3 * SECOND);
		assert_int_equal(position(b, &b->owner).linear, linear);
		assert_int_equal(start(b, &b->owner), 0);
		assert_int_equal(position(b, &b->owner).linear, linear);
		assert_true(linear >= i * 36 * 4 && linear <= i * 38 * 4);
	}
	assert_int_equal(b->owner.last.offset, b->owner.last.linear % (4 * POINT_BYTES));
}

STREAM_TEST(reset_sets_position_0_only_for_the_owner_of_a_stopped_stream)
{
	run_owner(b);
	tb_run_for(&b->tb, 5 * POINT_NS);
	wrt_stream_reset(b->s, &b->owner.client);
	assert_int_equal(position(b, &b->owner).linear, 5 * POINT_BYTES);
	stop(b, &b->owner);
	wrt_stream_reset(b->s, &b->other.client);
	assert_int_equal(position(b, &b->owner).linear, 5 * POINT_BYTES);
	wrt_stream_reset(b->s, &b->owner.client);
	assert_int_equal(position(b, &b->owner).linear, 0);
	assert_int_equal(b->owner.last.points, 0);
	assert_int_equal(b->owner.last.offset, 0);
	start(b, &b->owner);
	tb_run_for(&b->tb, POINT_NS - 1);
	assert_int_equal(b->owner.points, 5);
	tb_run_for(&b->tb, 1);
	assert_int_equal(b->owner.points, 6);
}

/* ---- position updates ---------------------------------------------------------------- */

STREAM_TEST(a_snapshot_has_the_results_of_the_position_update)
{
	const struct wrt_snapshot *snap = &b->owner.last;
	u64 began = b->tb.now;

	run_owner(b);
	tb_run_for(&b->tb, 6 * POINT_NS);
	assert_int_equal(snap->state, WRT_STREAM_RUN);
	assert_int_equal(snap->linear, 6 * POINT_BYTES);
	assert_int_equal(snap->offset, 2 * POINT_BYTES);
	assert_int_equal(snap->ns, began + 6 * POINT_NS);
	assert_int_equal(snap->points, 6);
	assert_int_equal(snap->passed, 1);
	assert_int_equal(snap->point_ns, began + 6 * POINT_NS);
	assert_int_equal(snap->look, 6);
	assert_int_equal(b->owner.geom.bytes, 4 * POINT_BYTES);
	assert_int_equal(b->owner.geom.notify, 4);
	assert_int_equal(b->owner.notifies, 6);
}

static void check_published_first(struct tb_client *c)
{
	assert_true(c->last.points >= c->points);
	assert_int_equal(c->passed, c->last.points);
}

STREAM_TEST(points_are_published_before_they_are_notified)
{
	u32 i;

	b->owner.on_notify = check_published_first;
	run_owner(b);
	for (i = 0; i < 50; i++) {
		tb_sleep(&b->tb, i * POINT_NS / 7);
		tb_run_for(&b->tb, POINT_NS);
	}
	assert_true(b->owner.points > 100);
}

STREAM_TEST(reading_the_position_consumes_no_point)
{
	struct wrt_snapshot snap;

	run_owner(b);
	tb_sleep(&b->tb, 2 * POINT_NS + POINT_NS / 2);
	snap = position(b, &b->owner);
	assert_int_equal(snap.linear, 480);
	assert_int_equal(snap.points, 0);
	assert_int_equal(snap.passed, 0);
	position(b, &b->owner);
	assert_int_equal(b->owner.notifies, 0);
	tb_run_for(&b->tb, 0);
	assert_int_equal(b->owner.points, 2);
}

STREAM_TEST(a_spurious_interrupt_adds_no_point)
{
	u32 i;

	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS + 5);
	for (i = 0; i < 10; i++)
		wrt_stream_look(b->s, 0);
	assert_int_equal(b->owner.points, 3);
	assert_int_equal(b->owner.last.look, 13);
	stop(b, &b->owner);
	wrt_stream_look(b->s, 0);
	assert_int_equal(b->owner.last.look, 14);
}

STREAM_TEST(merged_interrupts_lose_no_point)
{
	run_owner(b);
	tb_sleep(&b->tb, 23 * POINT_NS);
	tb_run_for(&b->tb, 0);
	assert_int_equal(b->owner.points, 23);
	assert_int_equal(b->owner.notifies, 1);
	assert_int_equal(b->owner.last.passed, 23);
	assert_int_equal(b->owner.last.linear, 23 * POINT_BYTES);
}

STREAM_TEST(settle_hands_out_the_points_that_the_stop_found)
{
	run_owner(b);
	tb_sleep(&b->tb, 1000 * POINT_NS);
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(b->owner.points, 0);
	assert_int_equal(wrt_stream_settle(b->s, &b->owner.client), 0);
	assert_int_equal(b->owner.points, 1000);
	assert_int_equal(wrt_stream_settle(b->s, &b->owner.client), 0);
	assert_int_equal(b->owner.notifies, 1);
}

STREAM_TEST(points_found_by_the_stop_are_notified_with_keep_last)
{
	run_owner(b);
	tb_sleep(&b->tb, 5 * POINT_NS);
	stop(b, &b->owner);
	assert_int_equal(b->owner.last.points, 5);
	assert_int_equal(b->owner.last.passed, 5);
	assert_int_equal(b->owner.points, 0);
	wrt_stream_settle(b->s, &b->owner.client);
	assert_int_equal(b->owner.points, 5);
}

STREAM_TEST(points_found_by_the_stop_are_dropped_without_keep_last)
{
	b->owner.client.keep_last = false;
	run_owner(b);
	tb_sleep(&b->tb, 5 * POINT_NS);
	stop(b, &b->owner);
	assert_int_equal(b->owner.last.points, 5);
	wrt_stream_settle(b->s, &b->owner.client);
	assert_int_equal(b->owner.points, 0);
	start(b, &b->owner);
	tb_run_for(&b->tb, 2 * POINT_NS);
	assert_int_equal(b->owner.points, 2);
}

static void stop_in_notify(struct tb_client *c)
{
	struct wrt_stream *s = wrt_device_stream(&c->tb->dev, WRT_PLAYBACK, 0);
	struct wrt_snapshot snap;

	wrt_stream_position(s, &c->client, &snap);
	assert_int_equal(wrt_stream_stop(s, &c->client), 0);
}

STREAM_TEST(a_client_may_stop_its_stream_from_notify)
{
	b->owner.client.keep_last = false;
	b->owner.on_notify = stop_in_notify;
	run_owner(b);
	tb_run_for(&b->tb, 100 * POINT_NS);
	assert_int_equal(b->owner.notifies, 1);
	assert_int_equal(position(b, &b->owner).state, WRT_STREAM_READY);
	assert_int_equal(position(b, &b->owner).linear, POINT_BYTES);
}

/* ---- observers ---------------------------------------------------------------------- */

STREAM_TEST(observers_are_notified_of_the_owners_points)
{
	assert_int_equal(observe(b, &b->other), 0);
	run_owner(b);
	assert_int_equal(b->other.last.state, WRT_STREAM_RUN);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(b->other.points, 10);
	assert_int_equal(b->owner.points, 10);
	assert_int_equal(b->other.last.linear, 10 * POINT_BYTES);
	assert_int_equal(b->other.geom.bytes, 4 * POINT_BYTES);
	assert_int_equal(position(b, &b->other).linear, 10 * POINT_BYTES);
	unobserve(b, &b->other);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(b->other.points, 10);
	assert_int_equal(b->owner.points, 20);
}

STREAM_TEST(an_observer_cannot_control_the_stream)
{
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(observe(b, &b->other), 0);
	assert_int_equal(start(b, &b->other), WRT_EBUSY);
	assert_int_equal(configure(b, &b->other), WRT_EBUSY);
	start(b, &b->owner);
	assert_int_equal(stop(b, &b->other), WRT_EBUSY);
	release(b, &b->other);
	wrt_stream_reset(b->s, &b->other.client);
	tb_run_for(&b->tb, 3 * POINT_NS);
	assert_int_equal(b->owner.points, 3);
	assert_int_equal(b->other.points, 3);
	unobserve(b, &b->other);
}

STREAM_TEST(an_observer_gets_the_states_of_the_stream)
{
	observe(b, &b->other);
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(b->other.last.state, WRT_STREAM_READY);
	start(b, &b->owner);
	assert_int_equal(b->other.last.state, WRT_STREAM_RUN);
	release(b, &b->owner);
	assert_int_equal(b->other.last.state, WRT_STREAM_FREE);
	assert_int_equal(b->other.geom.bytes, 0);
	assert_int_equal(b->other.last.linear, 0);
	assert_int_equal(b->other.last.point_ns, 0);
	unobserve(b, &b->other);
}

STREAM_TEST(a_stop_notifies_observers_of_its_points)
{
	observe(b, &b->other);
	run_owner(b);
	tb_sleep(&b->tb, 5 * POINT_NS);
	stop(b, &b->owner);
	assert_int_equal(b->other.points, 5);
	unobserve(b, &b->other);
}

STREAM_TEST(observers_are_notified_of_the_points_of_every_run)
{
	observe(b, &b->other);
	run_owner(b);
	tb_sleep(&b->tb, 1000 * POINT_NS);
	stop(b, &b->owner);
	wrt_stream_reset(b->s, &b->owner.client);
	assert_int_equal(b->other.points, 1000);
	start(b, &b->owner);
	tb_sleep(&b->tb, 1000 * POINT_NS);
	release(b, &b->owner);
	assert_int_equal(b->other.points, 2000);
	unobserve(b, &b->other);
}

STREAM_TEST(points_are_numbered_without_gaps)
{
	u64 seed = 5;
	u32 i;

	observe(b, &b->other);
	run_owner(b);
	for (i = 0; i < 500; i++) {
		tb_sleep(&b->tb, tb_random(&seed) % (20 * POINT_NS));
		wrt_stream_look(b->s, 0);
		if (i % 50 == 0) {
			stop(b, &b->owner);
			wrt_stream_settle(b->s, &b->owner.client);
			wrt_stream_reset(b->s, &b->owner.client);
			start(b, &b->owner);
		}
	}
	assert_true(b->owner.points > 4000);
	assert_int_equal(b->owner.gaps, 0);
	assert_int_equal(b->other.gaps, 0);
	assert_int_equal(wrt_stream_next_point(b->s, &b->owner.client), b->owner.passed);
	unobserve(b, &b->other);
}

STREAM_TEST(after_a_stall_of_the_machine_at_most_65536_points_are_notified)
{
	run_owner(b);
	tb_sleep(&b->tb, 1000000 * POINT_NS);
	wrt_stream_look(b->s, 0);
	assert_int_equal(b->owner.last.points, 1000000);
	wrt_stream_settle(b->s, &b->owner.client);
	assert_int_equal(b->owner.points, WRT_PENDING_MAX);
	assert_int_equal(b->owner.next, 1000000);
	tb_run_for(&b->tb, POINT_NS);
	assert_int_equal(b->owner.points, WRT_PENDING_MAX + 1);
}

STREAM_TEST(a_new_observer_is_not_notified_of_earlier_points)
{
	b->owner.client.wants_points = false;
	run_owner(b);
	tb_run_for(&b->tb, 16 * POINT_NS);
	tb_sleep(&b->tb, 5 * POINT_NS + 7);
	observe(b, &b->other);
	tb_run_for(&b->tb, POINT_NS / 2);
	assert_int_equal(b->other.points, 0);
	tb_run_for(&b->tb, POINT_NS / 2);
	assert_int_equal(b->other.points, 1);
	unobserve(b, &b->other);
}

STREAM_TEST(points_found_when_an_observer_is_added_are_notified_to_others_at_once)
{
	run_owner(b);
	tb_sleep(&b->tb, 5 * POINT_NS + 7);
	observe(b, &b->other);
	assert_int_equal(b->owner.points, 5);
	assert_int_equal(b->other.points, 0);
	unobserve(b, &b->other);
}

/* Observers of one ordinary user each; returns how many were accepted. */
static u32 observe_as(struct bed *b, struct tb_client *observer, u32 uid)
{
	u32 n;

	for (n = 0; n < WRT_OBSERVERS_MAX; n++) {
		tb_client_init(&observer[n], &b->tb, true);
		observer[n].client.user = (struct wrt_user){ .uid = uid };
		if (observe(b, &observer[n]))
			break;
	}
	return n;
}

static void unobserve_all(struct bed *b, struct tb_client *observer, u32 n)
{
	while (n)
		unobserve(b, &observer[--n]);
}

STREAM_TEST(two_places_are_reserved_for_the_owners_user_and_privileged_observers)
{
	struct tb_client late;
	u32 n;

	b->owner.client.user = (struct wrt_user){ .uid = 7 };
	run_owner(b);
	n = observe_as(b, b->observer, 8);
	assert_int_equal(n, WRT_OBSERVERS_MAX - WRT_OBSERVERS_KEPT);
	tb_client_init(&late, &b->tb, true);
	late.client.user = (struct wrt_user){ .uid = 9 };
	assert_int_equal(observe(b, &late), WRT_ENOMEM);
	late.client.user.uid = 7;
	assert_int_equal(observe(b, &late), 0);
	assert_int_equal(observe(b, &b->other), 0);	/* privileged */
	unobserve(b, &late);
	late.client.user.uid = 9;
	assert_int_equal(observe(b, &late), WRT_ENOMEM);
	unobserve(b, &b->other);
	unobserve_all(b, b->observer, n);
}

STREAM_TEST(a_user_who_owned_the_pin_leaves_two_places_to_the_next_owner)
{
	struct tb_client late;
	u32 n;

	b->owner.client.user = (struct wrt_user){ .uid = 7 };
	run_owner(b);
	n = observe_as(b, b->observer, 7);
	assert_int_equal(n, WRT_OBSERVERS_MAX - WRT_OBSERVERS_KEPT);
	b->owner.client.user.uid = 8;
	tb_client_init(&late, &b->tb, true);
	late.client.user = (struct wrt_user){ .uid = 8 };
	assert_int_equal(observe(b, &late), 0);
	assert_int_equal(observe(b, &b->other), 0);	/* privileged */
	unobserve(b, &late);
	unobserve(b, &b->other);
	unobserve_all(b, b->observer, n);
}

STREAM_TEST(without_an_owner_two_places_are_reserved_for_privileged_observers)
{
	struct tb_client late;
	u32 n = observe_as(b, b->observer, 0);

	assert_int_equal(n, WRT_OBSERVERS_MAX - WRT_OBSERVERS_KEPT);
	tb_client_init(&late, &b->tb, true);
	assert_int_equal(observe(b, &late), 0);
	assert_int_equal(observe(b, &b->other), 0);
	unobserve(b, &late);
	unobserve(b, &b->other);
	unobserve_all(b, b->observer, n);
}

STREAM_TEST(eight_observers_are_notified_and_a_ninth_gets_enomem)
{
	struct tb_client *observer = b->observer;
	u32 i;

	for (i = 0; i < WRT_OBSERVERS_MAX; i++) {
		tb_client_init(&observer[i], &b->tb, i % 3 != 0);
		assert_int_equal(observe(b, &observer[i]), 0);
	}
	assert_int_equal(observe(b, &b->other), WRT_ENOMEM);
	run_owner(b);
	assert_int_equal(observe(b, &b->other), WRT_ENOMEM);
	tb_run_for(&b->tb, 10 * POINT_NS);
	for (i = 0; i < WRT_OBSERVERS_MAX; i += 2)
		unobserve(b, &observer[i]);
	tb_run_for(&b->tb, 10 * POINT_NS);
	for (i = 0; i < WRT_OBSERVERS_MAX; i++) {
		assert_int_equal(observer[i].passed, i % 2 ? 20 : 10);
		assert_int_equal(observer[i].points, i % 3 ? observer[i].passed : 0);
	}
	assert_int_equal(observe(b, &b->other), 0);
	unobserve(b, &b->other);
	for (i = 1; i < WRT_OBSERVERS_MAX; i += 2)
		unobserve(b, &observer[i]);
	assert_int_equal(b->owner.points, 20);
}

STREAM_TEST(a_client_that_is_neither_owner_nor_observer_reads_zeroes)
{
	struct wrt_snapshot snap;

	run_owner(b);
	tb_run_for(&b->tb, 10 * POINT_NS);
	snap = position(b, &b->other);
	assert_int_equal(snap.state, WRT_STREAM_FREE);
	assert_int_equal(snap.linear, 0);
	assert_int_equal(snap.offset, 0);
	assert_int_equal(snap.points, 0);
	assert_int_equal(snap.ns, 0);
	assert_int_equal(snap.look, 0);
	assert_int_equal(snap.geom->bytes, 0);
}

STREAM_TEST(refresh_publishes_to_one_client_and_consumes_no_point)
{
	u32 publishes;

	observe(b, &b->other);
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	publishes = b->owner.publishes;
	b->other.publishes = 0;
	wrt_stream_refresh(b->s, &b->other.client);
	assert_int_equal(b->owner.publishes, publishes);
	assert_int_equal(b->other.publishes, 1);
	assert_int_equal(b->other.last.points, 3);
	assert_int_equal(b->other.last.passed, 0);
	unobserve(b, &b->other);
}

/* ---- with and without point interrupts ------------------------------------------------- */

STREAM_TEST(without_points_interrupts_still_keep_the_position_fresh)
{
	u64 last = 0, i;

	b->owner.client.wants_points = false;
	run_owner(b);
	assert_false(tb_backend.points_on);
	for (i = 0; i < 40; i++) {
		tb_run_for(&b->tb, POINT_NS);
		assert_true(b->owner.last.linear > last);
		last = b->owner.last.linear;
	}
	assert_int_equal(last, 40 * POINT_BYTES);	/* a quarter of the buffer is a point */
	assert_int_equal(b->owner.last.points, 40);
	assert_int_equal(b->owner.notifies, 0);
}

STREAM_TEST(without_points_a_long_buffer_has_an_interrupt_every_10_ms)
{
	struct tb_buffer *big = &b->second;

	b->owner.client.wants_points = false;
	tb_buffer_make(big, b->s, 48000, WRT_FMT_S16, 2, 480000, 2);
	assert_int_equal(wrt_stream_configure(b->s, &b->owner.client, &big->geom), 0);
	start(b, &b->owner);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(b->owner.last.look, 100);
}

STREAM_TEST(points_are_on_while_any_client_wants_them)
{
	struct tb_client *third = &b->observer[0];

	b->owner.client.wants_points = false;
	tb_client_init(third, &b->tb, true);
	run_owner(b);
	assert_int_equal(tb_backend.points, 0);
	observe(b, &b->other);
	assert_true(tb_backend.points_on);
	observe(b, third);
	unobserve(b, &b->other);
	assert_true(tb_backend.points_on);
	assert_int_equal(tb_backend.points, 1);
	unobserve(b, third);
	assert_false(tb_backend.points_on);
	assert_int_equal(tb_backend.points, 2);
}

STREAM_TEST(an_observer_turns_points_on_for_an_owner_that_wants_none)
{
	b->owner.client.wants_points = false;
	observe(b, &b->other);
	run_owner(b);
	assert_true(tb_backend.points_on);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(b->other.points, 10);
	assert_int_equal(b->other.most, 1);
	assert_int_equal(b->owner.points, 0);
	unobserve(b, &b->other);
}

/* ---- halted DMA -------------------------------------------------------------------------- */

STREAM_TEST(the_time_of_a_halt_adds_no_distance)
{
	run_owner(b);
	tb_run_for(&b->tb, 6 * POINT_NS);
	assert_int_equal(b->owner.last.stalls, 0);
	tb_halt(&b->tb, 0, 1000 * POINT_NS);
	tb_sleep(&b->tb, POINT_NS + POINT_NS / 2);
	assert_int_equal(position(b, &b->owner).linear, 7 * POINT_BYTES + POINT_BYTES / 2);
	assert_int_equal(position(b, &b->owner).stalls, 1);
	tb_run_for(&b->tb, 3 * POINT_NS + POINT_NS / 2);
	assert_int_equal(b->owner.last.stalls, 1);
	assert_int_equal(b->owner.last.linear, 11 * POINT_BYTES);
	assert_int_equal(b->owner.points, 11);
	assert_int_equal(b->owner.gaps, 0);
}

/* The stop itself finds the halt, which is not a stall: DMA is not needed any more. */
STREAM_TEST(a_halt_found_by_the_stop_also_adds_no_distance)
{
	run_owner(b);
	tb_run_for(&b->tb, 6 * POINT_NS);
	tb_halt(&b->tb, 0, 1000 * POINT_NS);
	tb_sleep(&b->tb, POINT_NS);
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(b->owner.last.linear, 7 * POINT_BYTES);
	assert_int_equal(b->owner.last.points, 7);
}

STREAM_TEST(every_halt_is_counted_and_the_count_survives_stop_and_release)
{
	u32 i;

	run_owner(b);
	for (i = 1; i <= 5; i++) {
		tb_run_for(&b->tb, 3 * POINT_NS);
		tb_halt(&b->tb, 0, 7 * POINT_NS);
		tb_run_for(&b->tb, POINT_NS);
		assert_int_equal(b->owner.last.stalls, i);
		assert_int_equal(b->owner.points, 4 * i);
	}
	stop(b, &b->owner);
	wrt_stream_reset(b->s, &b->owner.client);
	assert_int_equal(b->owner.last.stalls, 5);
	release(b, &b->owner);
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(b->owner.last.stalls, 5);
}

/* A test with an emulated device: DMA does not follow the clock. */
static int emulated_setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));

	tb_open_emulated(&b->tb, &one_pair);
	b->s = wrt_device_stream(&b->tb.dev, WRT_PLAYBACK, 0);
	tb_client_init(&b->owner, &b->tb, true);
	tb_client_init(&b->other, &b->tb, true);
	tb_buffer_make(&b->buffer, b->s, 48000, WRT_FMT_S16, 2, 4 * POINT_BYTES, 4);
	*state = b;
	return 0;
}

#define EMULATED_TEST(name)	TB_TEST(name, struct bed *b, emulated_setup, bed_teardown)

EMULATED_TEST(for_an_emulated_engine_no_whole_buffers_are_added)
{
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	assert_int_equal(b->owner.points, 3);
	tb_sleep(&b->tb, 10 * POINT_NS);	/* two and a half buffers, of which it moved half */
	assert_int_equal(position(b, &b->owner).linear, 5 * POINT_BYTES);
	tb_run_for(&b->tb, 0);
	assert_int_equal(b->owner.points, 5);
	tb_run_for(&b->tb, 20 * POINT_NS);
	assert_int_equal(b->owner.points, 25);
	assert_int_equal(b->owner.last.stalls, 0);
}

STREAM_TEST(for_an_engine_with_a_clock_whole_buffers_are_added)
{
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	tb_sleep(&b->tb, 10 * POINT_NS);
	assert_int_equal(position(b, &b->owner).linear, 13 * POINT_BYTES);
}

/* ---- system suspend ---------------------------------------------------------------------- */

STREAM_TEST(after_a_suspend_the_position_continues_from_the_same_value)
{
	u64 linear = 0;
	u32 i;

	observe(b, &b->other);
	run_owner(b);
	for (i = 1; i <= 20; i++) {
		tb_run_for(&b->tb, i * POINT_NS / 3);
		wrt_device_suspend(&b->tb.dev);
		assert_int_equal(tb_backend.suspend, i);
		linear = b->owner.last.linear;
		assert_int_equal(b->owner.last.state, WRT_STREAM_RUN);
		tb_run_for(&b->tb, i * SECOND);
		assert_int_equal(position(b, &b->owner).linear, linear);
		assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
		assert_int_equal(position(b, &b->owner).linear, linear);
		assert_int_equal(b->owner.last.stalls, i);
		assert_int_equal(b->owner.last.state, WRT_STREAM_RUN);
	}
	tb_run_for(&b->tb, POINT_NS);
	assert_in_range(b->owner.last.linear - linear, 1, POINT_BYTES);
	assert_int_equal(b->owner.points, b->owner.last.linear / POINT_BYTES);
	assert_int_equal(b->other.points, b->owner.points);
	assert_int_equal(b->owner.gaps + b->other.gaps, 0);
	assert_int_equal(tb_backend.touched_asleep, 0);
	unobserve(b, &b->other);
}

STREAM_TEST(points_before_a_suspend_are_notified_before_it_and_none_during_it)
{
	u32 publishes;

	run_owner(b);
	tb_sleep(&b->tb, 200 * POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	assert_int_equal(b->owner.points, 200);
	publishes = b->owner.publishes;
	tb_run_for(&b->tb, 1000 * POINT_NS);
	wrt_stream_look(b->s, 0);
	assert_int_equal(b->owner.points, 200);
	assert_int_equal(b->owner.last.points, 200);
	assert_int_equal(b->owner.publishes, publishes + 1);	/* of that position update */
	assert_int_equal(b->tb.timer[0], 0);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(b->owner.points, 200);
	tb_run_for(&b->tb, POINT_NS);
	assert_int_equal(b->owner.points, 201);
	assert_int_equal(tb_backend.touched_asleep, 0);
}

STREAM_TEST(during_a_suspend_no_stream_can_be_configured_or_started)
{
	wrt_device_suspend(&b->tb.dev);
	assert_int_equal(configure(b, &b->owner), WRT_EIO);
	assert_int_equal(start(b, &b->owner), WRT_EBUSY);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(configure(b, &b->other), 0);	/* a client that failed owns nothing */
	release(b, &b->other);
	assert_int_equal(configure(b, &b->owner), 0);
	wrt_device_suspend(&b->tb.dev);
	assert_int_equal(start(b, &b->owner), WRT_EIO);
	assert_int_equal(b->owner.last.state, WRT_STREAM_READY);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(tb_backend.start, 0);
	assert_int_equal(b->owner.last.stalls, 0);	/* it did not run */
	assert_int_equal(start(b, &b->owner), 0);
	assert_int_equal(tb_backend.touched_asleep, 0);
}

STREAM_TEST(a_stream_stopped_during_a_suspend_does_not_resume)
{
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	tb_sleep(&b->tb, SECOND);
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(b->owner.last.state, WRT_STREAM_READY);
	assert_int_equal(b->owner.last.linear, 3 * POINT_BYTES);
	assert_int_equal(tb_backend.touched_asleep, 0);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(tb_backend.start, 1);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(b->owner.points, 3);
	assert_int_equal(start(b, &b->owner), 0);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(b->owner.points, 13);
}

/* The backend must also be called for a stream released in suspend: its memory is freed. */
STREAM_TEST(a_stream_may_be_released_during_a_suspend)
{
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	release(b, &b->owner);
	assert_int_equal(tb_backend.release, 1);
	assert_int_equal(tb_backend.close, 1);
	assert_int_equal(tb_backend.stop, 1);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(tb_backend.start, 1);
	assert_int_equal(configure(b, &b->other), 0);
}

STREAM_TEST(a_device_may_be_removed_during_a_suspend)
{
	u32 calls;

	observe(b, &b->other);
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	tb_sleep(&b->tb, SECOND);
	wrt_device_gone(&b->tb.dev);
	assert_int_equal(tb_backend.stop, 1);
	assert_int_equal(tb_backend.release, 1);
	assert_int_equal(b->owner.last.state, WRT_STREAM_GONE);
	assert_int_equal(b->owner.last.linear, 3 * POINT_BYTES);
	assert_int_equal(b->other.last.state, WRT_STREAM_GONE);
	assert_int_equal(b->owner.points + b->other.points, 6);
	calls = tb_backend.start + tb_backend.position;
	wrt_device_resume(&b->tb.dev);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(tb_backend.start + tb_backend.position, calls);
	unobserve(b, &b->other);
}

STREAM_TEST(if_the_hardware_does_not_resume_the_stream_stays_halted)
{
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	tb_backend.fail_resume = -WRT_EIO;
	assert_int_equal(wrt_device_resume(&b->tb.dev), WRT_EIO);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(position(b, &b->owner).linear, 3 * POINT_BYTES);
	assert_int_equal(b->owner.points, 3);
	assert_int_equal(configure(b, &b->other), WRT_EBUSY);
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(start(b, &b->owner), WRT_EIO);
	tb_backend.fail_resume = 0;
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(start(b, &b->owner), 0);
	tb_run_for(&b->tb, POINT_NS);
	assert_int_equal(b->owner.points, 4);
}

STREAM_TEST(if_an_engine_does_not_start_after_resume_its_stream_stays_halted)
{
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	tb_backend.fail_start = -WRT_EIO;
	assert_int_equal(wrt_device_resume(&b->tb.dev), WRT_EIO);
	assert_int_equal(b->tb.dev.state, WRT_DEVICE_AWAKE);
	tb_run_for(&b->tb, 10 * POINT_NS);
	assert_int_equal(position(b, &b->owner).linear, 3 * POINT_BYTES);
	tb_backend.fail_start = 0;
	assert_int_equal(stop(b, &b->owner), 0);
	assert_int_equal(tb_backend.stop, 1);
	assert_int_equal(start(b, &b->owner), 0);
	tb_run_for(&b->tb, POINT_NS);
	assert_int_equal(b->owner.last.linear, 4 * POINT_BYTES);
}

STREAM_TEST(a_stream_that_has_ended_does_not_start_after_resume)
{
	struct wrt_snapshot now;
	unsigned long flags;

	run_owner(b);
	flags = wrt_stream_lock(b->s, &b->owner.client, &now);
	wrt_stream_end_at(b->s, 2 * POINT_BYTES, 2);
	wrt_stream_unlock(b->s, flags);
	tb_run_for(&b->tb, 3 * POINT_NS);
	assert_int_equal(b->owner.points, 2);
	wrt_device_suspend(&b->tb.dev);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(tb_backend.start, 1);
	assert_int_equal(position(b, &b->owner).linear, 2 * POINT_BYTES);
}

/* ---- the position register ------------------------------------------------------------------ */

static u32 base_when_run_was_published;

static void note_base(struct wrt_client *c, const struct wrt_snapshot *s)
{
	if (s->state == WRT_STREAM_RUN && base_when_run_was_published == ~0u)
		base_when_run_was_published = s->register_base;
}

STREAM_TEST(the_register_base_is_published_no_later_than_run)
{
	static const struct wrt_client_ops ops = { .name = "note", .publish = note_base };

	assert_int_equal(wrt_stream_observe(b->s, &b->other.client), 0);
	b->other.client.ops = &ops;
	b->other.client.wants_points = false;
	run_owner(b);
	assert_int_equal(b->owner.last.register_base, 0);
	tb_run_for(&b->tb, 5 * POINT_NS + POINT_NS / 2);
	stop(b, &b->owner);
	base_when_run_was_published = ~0u;
	assert_int_equal(start(b, &b->owner), 0);
	assert_int_equal(base_when_run_was_published, POINT_BYTES + POINT_BYTES / 2);
	tb_run_for(&b->tb, POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(b->owner.last.register_base, 2 * POINT_BYTES + POINT_BYTES / 2);
	stop(b, &b->owner);
	unobserve(b, &b->other);
	assert_int_equal(configure(b, &b->owner), 0);
	assert_int_equal(b->owner.last.register_base, 0);
}

/* ---- removal -------------------------------------------------------------------------- */

STREAM_TEST(removal_stops_dma_and_notifies_every_client)
{
	observe(b, &b->other);
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	tb_sleep(&b->tb, 100 * POINT_NS);
	wrt_device_gone(&b->tb.dev);
	assert_int_equal(tb_backend.stop, 1);
	assert_int_equal(tb_backend.release, 1);
	assert_int_equal(tb_backend.close, 1);
	assert_int_equal(b->owner.last.state, WRT_STREAM_GONE);
	assert_int_equal(b->other.last.state, WRT_STREAM_GONE);
	assert_int_equal(b->owner.points, 103);
	assert_int_equal(b->other.points, 103);
	unobserve(b, &b->other);
}

STREAM_TEST(after_removal_calls_fail_and_do_not_reach_the_backend)
{
	u32 calls;

	observe(b, &b->other);
	run_owner(b);
	wrt_device_gone(&b->tb.dev);
	calls = tb_backend.calls;
	assert_int_equal(configure(b, &b->owner), WRT_EGONE);
	assert_int_equal(start(b, &b->owner), WRT_EGONE);
	assert_int_equal(stop(b, &b->owner), 0);
	wrt_stream_reset(b->s, &b->owner.client);
	assert_int_equal(position(b, &b->owner).state, WRT_STREAM_GONE);
	wrt_stream_look(b->s, 0);
	wrt_stream_refresh(b->s, &b->owner.client);
	wrt_stream_settle(b->s, &b->owner.client);
	unobserve(b, &b->other);
	release(b, &b->owner);
	release(b, &b->owner);
	assert_int_equal(observe(b, &b->other), WRT_EGONE);
	assert_int_equal(configure(b, &b->other), WRT_EGONE);
	assert_int_equal(position(b, &b->other).state, WRT_STREAM_GONE);
	tb_run_for(&b->tb, 100 * POINT_NS);
	assert_int_equal(tb_backend.calls, calls);
}

STREAM_TEST(removal_of_a_stopped_stream_is_also_published)
{
	observe(b, &b->other);
	wrt_device_gone(&b->tb.dev);
	assert_int_equal(b->other.last.state, WRT_STREAM_GONE);
	assert_int_equal(tb_backend.calls, 0);
	assert_int_equal(configure(b, &b->owner), WRT_EGONE);
	unobserve(b, &b->other);
}

STREAM_TEST(a_position_has_the_times_around_its_reading)
{
	struct wrt_snapshot now;

	run_owner(b);
	tb_run_for(&b->tb, 300000);
	tb_backend.preempts = 1;
	tb_backend.preempt_ns = 5000;
	now = position(b, &b->owner);
	assert_int_equal(b->s->pos.from_ns, b->tb.now - 5000);
	assert_int_equal(b->s->pos.ns, b->tb.now);
	assert_int_equal(now.ns, wrt_position_ns(&b->s->pos));
}

/* ---- the device ------------------------------------------------------------------------ */

static int no_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	(void)d, (void)slot, (void)c;
	return WRT_EINVAL;
}

static int endless_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	static const u32 rates[WRT_RATES_MAX + 1];

	assert_true(slot < WRT_SLOTS_MAX);
	c->pin = slot;
	c->rates = rates;
	c->nrates = COUNT(rates);
	return 0;
}

/* The backend's own is the device. */
static int one_pin(struct wrt_hw_dev *d, u32 index, struct wrt_hw_pin *p)
{
	wrt_assert_mutex(&((struct wrt_device *)d)->mutex);
	p->node = 7;
	return index ? WRT_EINVAL : 0;
}

static int one_fact(struct wrt_hw_dev *d, u32 index, struct wrt_hw_fact *f)
{
	wrt_assert_mutex(&((struct wrt_device *)d)->mutex);
	f->value = 7;
	return index ? WRT_EINVAL : 0;
}

STREAM_TEST(a_device_lists_the_pins_and_facts_that_its_backend_has)
{
	struct wrt_hw_ops ops = { .caps = endless_caps, .pin = one_pin, .fact = one_fact };
	struct wrt_hw_pin pin = { 0 };
	struct wrt_hw_fact fact = { 0 };
	struct wrt_device dev;

	assert_int_equal(wrt_device_init(&dev, &ops, (struct wrt_hw_dev *)&dev), 0);
	assert_int_equal(wrt_device_pin(&dev, 0, &pin), 0);
	assert_int_equal(wrt_device_fact(&dev, 0, &fact), 0);
	assert_int_equal(pin.node, 7);
	assert_int_equal(fact.value, 7);
	assert_int_equal(wrt_device_pin(&dev, 1, &pin), WRT_ERANGE);
	assert_int_equal(wrt_device_fact(&dev, 1, &fact), WRT_ERANGE);
	ops.pin = NULL;
	ops.fact = NULL;
	assert_int_equal(wrt_device_pin(&dev, 0, &pin), WRT_ERANGE);
	assert_int_equal(wrt_device_fact(&dev, 0, &fact), WRT_ERANGE);
	wrt_device_gone(&dev);
	assert_int_equal(wrt_device_pin(&dev, 0, &pin), WRT_EGONE);
	assert_int_equal(wrt_device_fact(&dev, 0, &fact), WRT_EGONE);
	wrt_device_destroy(&dev);
}

STREAM_TEST(a_device_has_at_least_one_slot_and_at_most_32)
{
	struct wrt_hw_ops none = { .caps = no_caps }, many = { .caps = endless_caps };
	struct wrt_device dev;

	assert_int_equal(wrt_device_init(&dev, &none, NULL), WRT_EINVAL);
	assert_int_equal(wrt_device_init(&dev, &many, NULL), 0);
	assert_int_equal(dev.nstreams, WRT_SLOTS_MAX);
	assert_int_equal(dev.streams[0].caps.nrates, WRT_RATES_MAX);
	assert_int_equal(wrt_device_pins(&dev, WRT_PLAYBACK), 32);
	assert_ptr_equal(wrt_device_stream(&dev, WRT_PLAYBACK, 31), &dev.streams[31]);
	wrt_device_destroy(&dev);
}

STREAM_TEST(an_interrupt_updates_only_the_slots_that_it_reports)
{
	struct wrt_sim_config cfg = { .pairs = 2 };
	struct tb_buffer buffer[4];
	struct tb_client client[4];
	struct tb tb;
	u32 i;

	tb_open(&tb, &cfg);
	for (i = 0; i < 4; i++) {
		tb_client_init(&client[i], &tb, true);
		tb_buffer_make(&buffer[i], &tb.dev.streams[i], 48000, WRT_FMT_S16, 2,
			       192 << (3 - i), 1);
		assert_int_equal(wrt_stream_configure(&tb.dev.streams[i], &client[i].client,
						      &buffer[i].geom), 0);
		assert_int_equal(wrt_stream_start(&tb.dev.streams[i], &client[i].client), 0);
	}
	tb_run_for(&tb, 8 * POINT_NS);
	for (i = 0; i < 4; i++) {
		assert_int_equal(client[i].last.look, 1 << i);
		assert_int_equal(client[i].points, 1 << i);
		wrt_stream_release(&tb.dev.streams[i], &client[i].client);
		tb_buffer_free(&buffer[i]);
	}
	assert_false(wrt_device_irq(&tb.dev));
	tb_close(&tb);
}

/* ---- controls ----------------------------------------------------------------------------- */

STREAM_TEST(the_controls_of_the_codec_are_listed_read_and_set)
{
	struct wrt_hw_control c;
	const u32 set[2] = { 7, 9 };
	u32 value[2];

	assert_int_equal(wrt_device_control(&b->tb.dev, 0, &c), 0);
	assert_string_equal(c.name, "Master");
	assert_int_equal(c.max, 31);
	assert_int_equal(wrt_device_control(&b->tb.dev, 1, &c), 0);
	assert_true(c.is_switch);
	assert_int_equal(wrt_device_control(&b->tb.dev, TB_CONTROLS, &c), WRT_ERANGE);
	assert_int_equal(wrt_device_control_set(&b->tb.dev, 0, set), 0);
	assert_int_equal(wrt_device_control_get(&b->tb.dev, 0, value), 0);
	assert_int_equal(value[0], 7);
	assert_int_equal(value[1], 9);
	tb_backend.fail_control = -WRT_EIO;
	assert_int_equal(wrt_device_control_set(&b->tb.dev, 0, set), WRT_EIO);
	assert_int_equal(wrt_device_control_get(&b->tb.dev, 0, value), WRT_EIO);
}

STREAM_TEST(controls_cannot_be_accessed_during_a_suspend_or_after_removal)
{
	const u32 set[2] = { 7, 9 };
	u32 value[2];

	wrt_device_suspend(&b->tb.dev);
	assert_int_equal(wrt_device_control_set(&b->tb.dev, 0, set), WRT_EIO);
	assert_int_equal(wrt_device_control_get(&b->tb.dev, 0, value), WRT_EIO);
	assert_int_equal(tb_backend.touched_asleep, 0);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	assert_int_equal(tb_backend.value[0][0], 0);
	assert_int_equal(wrt_device_control_set(&b->tb.dev, 0, set), 0);
	wrt_device_gone(&b->tb.dev);
	tb_backend.value[0][0] = 1;
	assert_int_equal(wrt_device_control_set(&b->tb.dev, 0, set), WRT_EGONE);
	assert_int_equal(wrt_device_control_get(&b->tb.dev, 0, value), WRT_EGONE);
	assert_int_equal(tb_backend.value[0][0], 1);
}

EMULATED_TEST(a_backend_may_have_neither_controls_nor_suspend)
{
	struct wrt_hw_control c;

	assert_int_equal(wrt_device_control(&b->tb.dev, 0, &c), WRT_ERANGE);
	run_owner(b);
	tb_run_for(&b->tb, 3 * POINT_NS);
	wrt_device_suspend(&b->tb.dev);
	tb_run_for(&b->tb, SECOND);
	assert_int_equal(wrt_device_resume(&b->tb.dev), 0);
	tb_run_for(&b->tb, POINT_NS);
	assert_int_equal(b->owner.last.linear, 4 * POINT_BYTES);
	assert_int_equal(b->owner.last.register_base, 0);
}

/* ---- a callback in progress -------------------------------------------------------------- */

static atomic_bool inside, let_go, left, returned, early;

static void dwell(struct tb_client *c)
{
	atomic_store(&inside, true);
	while (!atomic_load(&let_go))
		usleep(100);
	atomic_store(&left, true);
}

static void *look_thread(void *arg)
{
	wrt_stream_look(arg, 0);
	return NULL;
}

struct leaving {
	struct bed *b;
	void (*leave)(struct bed *b, struct tb_client *c);
	struct tb_client *c;
};

static void *leave_thread(void *arg)
{
	struct leaving *l = arg;

	l->leave(l->b, l->c);
	atomic_store(&early, !atomic_load(&left));
	atomic_store(&returned, true);
	return NULL;
}

static void leaving_waits_for_a_callback(struct bed *b, struct tb_client *c,
					 void (*leave)(struct bed *b, struct tb_client *c))
{
	struct leaving l = { b, leave, c };
	pthread_t looking, leaving;

	atomic_store(&inside, false);
	atomic_store(&let_go, false);
	atomic_store(&left, false);
	atomic_store(&returned, false);
	c->on_notify = dwell;
	tb_sleep(&b->tb, POINT_NS);
	pthread_create(&looking, NULL, look_thread, b->s);
	while (!atomic_load(&inside))
		usleep(100);
	pthread_create(&leaving, NULL, leave_thread, &l);
	usleep(20000);
	assert_false(atomic_load(&returned));
	atomic_store(&let_go, true);
	pthread_join(looking, NULL);
	pthread_join(leaving, NULL);
	assert_false(atomic_load(&early));
	c->on_notify = NULL;
}

static void sync_client(struct bed *b, struct tb_client *c)
{
	wrt_stream_sync(b->s, &c->client);
}

static void settle_client(struct bed *b, struct tb_client *c)
{
	wrt_stream_settle(b->s, &c->client);
}

STREAM_TEST(sync_settle_unobserve_and_release_wait_for_a_callback_in_progress)
{
	observe(b, &b->other);
	run_owner(b);
	leaving_waits_for_a_callback(b, &b->owner, sync_client);
	leaving_waits_for_a_callback(b, &b->owner, settle_client);
	leaving_waits_for_a_callback(b, &b->other, unobserve);
	leaving_waits_for_a_callback(b, &b->owner, release);
}

int main(void)
{
	return tb_run("stream");
}
