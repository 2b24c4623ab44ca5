// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_thread.c - which signals the interrupt makes and which it leaves to the thread of the
 * device, and the budget of that thread: Q47. The test takes the role of the thread: nothing
 * deferred is served until the test calls wrt_device_serve(). A signal takes the time that the
 * event's on_signal adds to the clock of the OS layer.
 */
#include "miniport_bed.h"

#define BEGAN	1000000000000ull	/* of the clock, ns: long compared with every wait */

static u32 wakes, wake_ns;

static void count_wake(struct wrt_device *dev)
{
	wakes++;
	wrt_host_ns += wake_ns;
}

static int thread_setup(void **state)
{
	int err = mp_setup(state);
	struct mp_bed *b = *state;

	b->tb.dev.wake = count_wake;
	wakes = wake_ns = 0;
	wrt_host_ns = BEGAN;
	wrt_host_dying = false;
	return err;
}

static int thread_teardown(void **state)
{
	int err = mp_teardown(state);

	wrt_host_ns = 0;
	return err;
}

#define THREAD_TEST(name)	TB_TEST(name, struct mp_bed *b, thread_setup, thread_teardown)

/* One point passes and its interrupt is served. */
static void next_point(struct mp_bed *b)
{
	tb_run_for(&b->tb, PACKET_NS);
}

/* Runs the thread until nothing is deferred, including its rests. */
static void serve_all(struct mp_bed *b)
{
	u64 wait;

	while ((wait = wrt_device_serve(&b->tb.dev)) != WRT_NOTHING_DEFERRED)
		wrt_host_ns += wait;
}

#define TAKES(name, ns)				\
	static void name(struct tb_event *e)	\
	{					\
		(void)e;			\
		wrt_host_ns += (ns);		\
	}

TAKES(takes_1_us, 1000)
TAKES(takes_6_us, 6000)
TAKES(takes_19_us, 19000)
TAKES(takes_20_us, 20000)
TAKES(takes_100_us, 100000)
TAKES(takes_1_ms, 1000000)

static void register_many(struct mp_bed *b, struct tb_pin *pin, u32 n,
			  void (*on_signal)(struct tb_event *e))
{
	u32 i;

	for (i = 0; i < n; i++) {
		tb_event_init(&b->many[i], pin);
		b->many[i].on_signal = on_signal;
		ok(mp_register(pin, &b->many[i]));
	}
}

/* RUN with that many events */
static void run_many(struct mp_bed *b, u32 n, void (*on_signal)(struct tb_event *e))
{
	ok(mp_alloc(&b->pin, 2, 384));
	register_many(b, &b->pin, n, on_signal);
	ok(mp_state(&b->pin, WRT_MP_RUN));
}

static u64 signals_of(const struct mp_bed *b, u32 from, u32 to)
{
	u64 sum = 0;

	for (; from < to; from++)
		sum += b->many[from].count;
	return sum;
}

/* ---- signals of the owner ---------------------------------------------------------------- */

THREAD_TEST(the_interrupt_signals_an_owner_with_one_event_and_wakes_no_thread)
{
	u32 i;

	mp_run(b);
	for (i = 1; i <= 10; i++) {
		next_point(b);
		assert_int_equal(b->event[0].count, i);
	}
	assert_int_equal(wakes, 0);
	assert_true(wrt_device_serve(&b->tb.dev) == WRT_NOTHING_DEFERRED);
}

THREAD_TEST(the_interrupt_signals_four_events_and_the_thread_the_others)
{
	run_many(b, 10, NULL);
	next_point(b);
	assert_int_equal(signals_of(b, 0, 4), 4);
	assert_int_equal(signals_of(b, 4, 10), 0);
	assert_int_equal(wakes, 1);
	assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	assert_int_equal(signals_of(b, 4, 10), 1);
	serve_all(b);
	assert_int_equal(signals_of(b, 4, 10), 6);
}

/* Both owners are due in the same interrupts. event[1] is that of the recording. */
static void run_both(struct mp_bed *b)
{
	mp_run(b);
	tb_event_init(&b->event[1], &b->rec);
	ok(mp_alloc(&b->rec, 2, 2 * PACKET_BYTES));
	ok(mp_register(&b->rec, &b->event[1]));
	ok(mp_state(&b->rec, WRT_MP_RUN));
}

THREAD_TEST(the_clock_is_read_once_for_each_signal_of_several_owners_and_once_before)
{
	u32 before;

	run_both(b);
	b->event[0].on_signal = takes_1_us;
	b->event[1].on_signal = takes_1_us;
	before = wrt_host_readings;
	next_point(b);
	assert_int_equal(b->event[0].count + b->event[1].count, 2);
	assert_int_equal(wrt_host_readings - before, 3);
}

THREAD_TEST(waking_the_thread_does_not_count_against_the_next_stream)
{
	run_both(b);
	b->event[0].on_signal = takes_1_us;
	register_many(b, &b->pin, 4, NULL);	/* the fifth is left to the thread */
	wake_ns = 100000;
	next_point(b);
	serve_all(b);
	next_point(b);
	assert_int_equal(wakes, 2);
	assert_int_equal(b->event[1].count, 2);
}

THREAD_TEST(a_slow_signal_does_not_count_against_the_next_stream)
{
	run_both(b);
	b->event[0].on_signal = takes_100_us;
	b->event[1].on_signal = takes_19_us;
	next_point(b);
	assert_int_equal(b->tb.interrupts, 1);
	assert_int_equal(b->event[0].count, 1);
	assert_int_equal(b->event[1].count, 1);
	next_point(b);
	assert_int_equal(b->event[0].count, 1);
	assert_int_equal(b->event[1].count, 2);
	serve_all(b);
	assert_int_equal(b->event[0].count, 2);
}

THREAD_TEST(points_that_pass_together_are_signalled_once_by_the_interrupt)
{
	mp_run(b);
	tb_sleep(&b->tb, 5 * PACKET_NS);
	wrt_stream_look(b->pin.mp.stream, 0);
	assert_int_equal(b->event[0].count, 1);
	serve_all(b);
	assert_int_equal(b->event[0].count, 5);
}

THREAD_TEST(a_slow_event_is_left_to_the_thread_from_then_on)
{
	b->event[0].on_signal = takes_100_us;
	mp_run(b);
	next_point(b);
	assert_int_equal(b->event[0].count, 1);
	wrt_host_ns += 1000 * PACKET_NS;
	next_point(b);
	next_point(b);
	assert_int_equal(b->event[0].count, 1);
	b->event[0].on_signal = NULL;
	serve_all(b);
	assert_int_equal(b->event[0].count, 3);
	next_point(b);
	assert_int_equal(b->event[0].count, 3);
}

THREAD_TEST(an_interrupt_makes_one_slow_signal_for_any_number_of_slow_events)
{
	u64 began;

	run_many(b, 64, takes_100_us);
	began = wrt_host_ns;
	next_point(b);
	assert_int_equal(wrt_host_ns - began, 100000);
	for (began = wrt_host_ns; signals_of(b, 0, 64) < 64 * 2; next_point(b)) {
		assert_int_equal(wrt_host_ns - began, 0);
		serve_all(b);
		began = wrt_host_ns;
	}
}

THREAD_TEST(quick_events_keep_an_interrupt_below_40_us)
{
	u64 began;
	u32 i;

	run_many(b, 4, takes_19_us);
	for (i = 0; i < 10; i++) {
		began = wrt_host_ns;
		next_point(b);
		assert_true(wrt_host_ns - began <= 40000);
		serve_all(b);
		assert_int_equal(signals_of(b, 0, 4), 4 * (i + 1));
	}
}

THREAD_TEST(new_events_do_not_make_every_interrupt_slow)
{
	u32 i, slow = 0;
	u64 began;

	b->event[0].on_signal = takes_100_us;
	mp_run(b);
	for (i = 0; i < 100; i++) {
		began = wrt_host_ns;
		next_point(b);
		slow += wrt_host_ns != began;
		ok(mp_unregister(&b->pin, &b->event[0]));
		ok(mp_register(&b->pin, &b->event[0]));
		wrt_host_ns += 100000;
	}
	assert_int_equal(slow, 1);
	wrt_host_ns += 1000 * 100000;
	next_point(b);
	assert_int_equal(b->event[0].count, 2);
}

THREAD_TEST(a_quick_event_that_becomes_slow_again_and_again_is_left_to_the_thread)
{
	u32 i, slow = 0;
	u64 began;

	mp_run(b);
	for (i = 0; i < 100; i++) {
		ok(mp_unregister(&b->pin, &b->event[0]));
		ok(mp_register(&b->pin, &b->event[0]));
		b->event[0].on_signal = NULL;		/* recognised as quick */
		next_point(b);
		serve_all(b);
		b->event[0].on_signal = takes_100_us;
		began = wrt_host_ns;
		next_point(b);
		slow += wrt_host_ns != began;
		serve_all(b);
	}
	assert_true(slow <= 1 + (wrt_host_ns - BEGAN) / (1000 * 100000));
}

THREAD_TEST(a_signal_of_20_us_is_quick)
{
	u32 i;

	b->event[0].on_signal = takes_20_us;
	mp_run(b);
	for (i = 1; i <= 3; i++) {
		next_point(b);
		assert_int_equal(b->event[0].count, i);
	}
	assert_int_equal(wakes, 0);
}

/* 20 us after its beginning an interrupt still makes a signal, later none. */
THREAD_TEST(an_interrupt_makes_no_signal_later_than_20_us_after_its_first)
{
	ok(mp_alloc(&b->pin, 2, 384));
	register_many(b, &b->pin, 3, takes_19_us);
	b->many[0].on_signal = takes_20_us;
	ok(mp_state(&b->pin, WRT_MP_RUN));
	next_point(b);
	assert_int_equal(b->many[1].count, 1);
	assert_int_equal(b->many[2].count, 0);
}

/* The owner changes, as if another user had opened the pin. */
THREAD_TEST(slow_signals_of_one_user_do_not_delay_those_of_another)
{
	b->pin.mp.client.user.uid = 7;
	b->event[0].on_signal = takes_100_us;
	mp_run(b);
	next_point(b);
	ok(mp_register(&b->pin, &b->event[1]));
	next_point(b);
	assert_int_equal(b->event[1].count, 0);
	serve_all(b);
	assert_int_equal(b->event[1].count, 1);
	b->pin.mp.client.user.uid = 8;
	next_point(b);
	assert_int_equal(b->event[1].count, 2);
}

THREAD_TEST(an_event_registered_after_the_point_needs_no_thread)
{
	mp_run(b);
	tb_sleep(&b->tb, PACKET_NS);
	ok(mp_register(&b->pin, &b->event[1]));
	wrt_stream_look(b->pin.mp.stream, 0);
	assert_int_equal(b->event[0].count, 1);
	assert_int_equal(b->event[1].count, 0);
	assert_int_equal(wakes, 0);
}

/* ---- unregistering ------------------------------------------------------------------------ */

static void turn_is_kept(struct mp_bed *b, u32 unregistered, u32 next)
{
	u32 i;

	run_many(b, 3, takes_100_us);
	next_point(b);		/* the first is found to be slow */
	serve_all(b);
	next_point(b);
	next_point(b);
	for (i = 0; i < 3; i++)
		b->many[i].count = 0;
	while (!b->many[0].count)
		wrt_host_ns += wrt_device_serve(&b->tb.dev);
	for (i = 1; i < 3; i++)
		b->many[i].count = 0;
	ok(mp_unregister(&b->pin, &b->many[unregistered]));
	while (!signals_of(b, 1, 3) && b->many[0].count == 1)
		wrt_host_ns += wrt_device_serve(&b->tb.dev);
	assert_int_equal(b->many[next].count, 1);
}

THREAD_TEST(unregistering_an_event_before_the_turn_keeps_the_turn)
{
	turn_is_kept(b, 0, 1);
}

THREAD_TEST(unregistering_the_event_whose_turn_it_is_gives_it_to_the_next)
{
	turn_is_kept(b, 1, 2);
}

/* During the signal of many[1], which the thread makes. */
static void unregister_the_first(struct tb_event *e)
{
	ok(mp_unregister(e->pin, e - 1));
}

THREAD_TEST(other_events_can_be_unregistered_during_a_signal)
{
	run_many(b, 2, takes_100_us);
	next_point(b);
	b->many[1].on_signal = unregister_the_first;
	serve_all(b);
	assert_int_equal(b->many[1].count, 1);
	wrt_host_dying = true;		/* it would not wait */
	ok(mp_unregister(&b->pin, &b->many[1]));
	wrt_host_dying = false;
}

static void unregister_and_die(struct tb_event *e)
{
	wrt_host_dying = true;
	fails(mp_unregister(e->pin, e), CANCELLED);
	wrt_host_dying = false;
	e->on_signal = NULL;
}

THREAD_TEST(a_process_that_is_killed_while_it_unregisters_keeps_its_event)
{
	b->event[0].on_signal = takes_100_us;
	mp_run(b);
	next_point(b);
	b->event[0].on_signal = unregister_and_die;
	next_point(b);
	serve_all(b);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(b->pin.mp.waiters, 0);
	next_point(b);
	serve_all(b);
	assert_int_equal(b->event[0].count, 3);
	ok(mp_unregister(&b->pin, &b->event[0]));
	assert_int_equal(b->pin.mp.waiters, 0);
}

/* ---- the binding's own event: one signal for any number of points ------------------------- */

static void own_event_of(struct mp_bed *b, void (*on_signal)(struct tb_event *e))
{
	b->event[3].on_signal = on_signal;
	wrt_mp_own_event(&b->pin.mp, &b->event[3]);
}

THREAD_TEST(the_own_event_has_one_signal_for_points_that_pass_together)
{
	own_event_of(b, NULL);
	mp_run(b);
	next_point(b);
	assert_int_equal(b->event[3].count, 1);
	assert_int_equal(wakes, 0);
	tb_sleep(&b->tb, 5 * PACKET_NS);
	wrt_stream_look(b->pin.mp.stream, 0);
	assert_int_equal(b->event[3].count, 2);
	serve_all(b);
	assert_int_equal(b->event[3].count, 2);
	assert_int_equal(b->event[0].count, 6);
	assert_int_equal(b->pin.passed_calls, 2);
}

THREAD_TEST(the_own_event_is_signalled_without_any_other)
{
	ok(mp_alloc(&b->pin, 2, 384));
	ok(mp_state(&b->pin, WRT_MP_RUN));
	next_point(b);
	assert_int_equal(wakes, 0);
	own_event_of(b, NULL);
	next_point(b);
	assert_int_equal(b->event[3].count, 1);
	assert_int_equal(b->pin.signalling, 1);	/* not for the point before */
}

THREAD_TEST(the_own_event_logs_the_last_64_points)
{
	ok(mp_alloc(&b->pin, 2, 384));
	own_event_of(b, NULL);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	tb_sleep(&b->tb, 100 * PACKET_NS);
	wrt_stream_look(b->pin.mp.stream, 0);
	assert_int_equal(b->event[3].count, 1);
	assert_int_equal(b->pin.signalling, 64);
	assert_int_equal(b->pin.next, 100);
}

THREAD_TEST(a_slow_own_event_is_left_to_the_thread)
{
	ok(mp_alloc(&b->pin, 2, 384));
	own_event_of(b, takes_100_us);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	next_point(b);
	wrt_host_ns += 1000 * PACKET_NS;
	next_point(b);
	assert_int_equal(b->event[3].count, 1);
	assert_int_equal(wakes, 1);
	serve_all(b);
	assert_int_equal(b->event[3].count, 2);
	assert_int_equal(b->pin.mp.own.busy, 0);
	own_event_of(b, takes_100_us);		/* its waiters are others now */
	wrt_host_ns += 1000 * PACKET_NS;
	next_point(b);
	assert_int_equal(b->event[3].count, 3);
}

THREAD_TEST(the_thread_serves_the_own_event_after_the_others)
{
	ok(mp_alloc(&b->pin, 2, 384));
	register_many(b, &b->pin, 5, NULL);
	own_event_of(b, NULL);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	next_point(b);
	assert_int_equal(b->event[3].count, 1);
	assert_int_equal(signals_of(b, 0, 5), 4);
	assert_int_equal(wakes, 1);
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 5), 5);
	b->many[0].on_signal = takes_100_us;	/* nothing else in this interrupt */
	next_point(b);
	assert_int_equal(signals_of(b, 0, 5) + b->event[3].count, 7);
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 5), 10);
	assert_int_equal(b->event[3].count, 2);
}

THREAD_TEST(removal_signals_the_own_event_once_more)
{
	struct tb_pin *pins[] = { &b->pin, &b->rec };

	own_event_of(b, NULL);
	mp_run(b);
	next_point(b);
	tb_remove(&b->tb, pins, COUNT(pins));
	serve_all(b);
	assert_int_equal(b->event[3].count, 2);
}

/* Another process may wait for it. */
THREAD_TEST(a_process_that_is_killed_loses_its_signals_but_not_the_own_event)
{
	u64 made;

	own_event_of(b, takes_100_us);
	b->event[0].on_signal = takes_100_us;
	mp_run(b);
	next_point(b);
	serve_all(b);
	made = b->pin.passed_calls;
	tb_sleep(&b->tb, 2 * PACKET_NS);
	wrt_host_dying = true;
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	wrt_host_dying = false;
	assert_true(b->pin.passed_calls > made);
	serve_all(b);
	assert_true(b->event[0].count < 3);
	assert_int_equal(b->event[3].count, 2);
}

THREAD_TEST(wrt_096_wrt_097_pause_makes_all_signals_of_the_owner_before_it_returns)
{
	run_many(b, 64, takes_100_us);
	next_point(b);
	next_point(b);
	tb_sleep(&b->tb, 3 * PACKET_NS);
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	assert_int_equal(signals_of(b, 0, 64), 64 * 5);
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 64), 64 * 5);
}

/* The stop finds two points more while the thread signals. */
static void pause_and_die(struct tb_event *e)
{
	tb_sleep(e->pin->tb, 2 * PACKET_NS);
	wrt_host_dying = true;
	ok(mp_state(e->pin, WRT_MP_PAUSE));
	wrt_host_dying = false;
	assert_int_equal(e->pin->mp.client.pending, 0);
	e->on_signal = NULL;
}

THREAD_TEST(q47_a_process_that_is_killed_during_a_signal_drops_what_its_stop_found)
{
	b->event[0].on_signal = takes_100_us;
	mp_run(b);
	next_point(b);
	b->event[0].on_signal = pause_and_die;
	next_point(b);
	serve_all(b);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(b->pin.page.points, 4);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	next_point(b);
	serve_all(b);
	assert_int_equal(b->event[0].count, 3);
}

THREAD_TEST(q47_a_process_that_is_killed_does_not_wait_for_its_signals)
{
	u64 made;

	run_many(b, 64, NULL);
	next_point(b);
	tb_sleep(&b->tb, 2 * PACKET_NS);
	wrt_host_dying = true;
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	wrt_host_dying = false;
	made = signals_of(b, 0, 64);
	assert_true(made < 64);
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 64), made);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	next_point(b);
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 64), made + 64);
}

static void device_goes(struct tb_event *e)
{
	wrt_device_gone(&e->pin->tb->dev);
	e->on_signal = NULL;
}

THREAD_TEST(a_pause_does_not_wait_for_the_signals_of_a_removed_device)
{
	struct tb_pin *pins[] = { &b->pin, &b->rec };

	run_many(b, 10, NULL);
	next_point(b);
	b->many[5].on_signal = device_goes;
	ok(mp_state(&b->pin, WRT_MP_PAUSE));
	assert_int_equal(signals_of(b, 0, 10), 6);
	tb_remove(&b->tb, pins, COUNT(pins));
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 10), 20);
}

THREAD_TEST(a_process_that_is_killed_does_not_wait_for_the_thread)
{
	run_many(b, 5, NULL);
	next_point(b);
	wrt_host_dying = true;
	assert_int_equal(wrt_device_wait_deferred(&b->tb.dev), WRT_EINTR);
	wrt_host_dying = false;
	assert_int_equal(b->tb.dev.deferred.waiters, 0);
	assert_int_equal(b->tb.dev.deferred.urgent, 0);
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 5), 5);
	assert_int_equal(wrt_device_wait_deferred(&b->tb.dev), 0);
}

/* ---- signals of an observer --------------------------------------------------------------- */

static void watch(struct mp_bed *b, u32 i, struct tb_event *e)
{
	ok(tb_pin_open(&b->watch[i], &b->tb, WRT_PLAYBACK, 0, true));
	ok(mp_register(&b->watch[i], e));
}

THREAD_TEST(the_interrupt_signals_no_observer)
{
	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	assert_int_equal(b->event[0].count, 1);
	assert_int_equal(b->event[1].count, 0);
	assert_int_equal(b->watch[0].page.points, 1);
	assert_int_equal(wakes, 1);
	serve_all(b);
	assert_int_equal(b->event[1].count, 1);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(stop_free_and_close_wait_for_no_observer)
{
	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	ok(wrt_mp_free(&b->pin.mp));
	tb_pin_close(&b->pin);
	assert_int_equal(b->event[1].count, 0);
	serve_all(b);
	assert_int_equal(b->event[1].count, 1);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(an_observer_is_signalled_for_no_point_after_the_stop)
{
	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	tb_sleep(&b->tb, 2 * PACKET_NS);
	ok(mp_state(&b->pin, WRT_MP_STOP));
	tb_run_for(&b->tb, 10 * PACKET_NS);
	serve_all(b);
	assert_int_equal(b->event[1].count, 3);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(wrt_047_wrt_071_nothing_follows_when_an_observer_unregisters_or_closes)
{
	watch(b, 0, &b->event[1]);
	watch(b, 1, &b->event[2]);
	mp_run(b);
	next_point(b);
	ok(mp_unregister(&b->watch[0], &b->event[1]));
	tb_pin_close(&b->watch[1]);
	serve_all(b);
	assert_int_equal(b->event[1].count, 0);
	assert_int_equal(b->event[2].count, 0);
	tb_pin_close(&b->watch[0]);
}

/* After a stall of the machine, for each event */
THREAD_TEST(an_owner_that_falls_behind_misses_all_but_the_last_65536_points)
{
	mp_run(b);
	tb_sleep(&b->tb, 70000 * PACKET_NS);
	wrt_stream_look(b->pin.mp.stream, 0);
	serve_all(b);
	assert_int_equal(b->event[0].count, 65536);
	assert_int_equal(b->pin.page.points, 70000);
}

THREAD_TEST(an_observer_that_falls_behind_misses_all_but_the_last_64_points)
{
	u32 i;

	watch(b, 0, &b->event[1]);
	mp_run(b);
	for (i = 0; i < 1000; i++)
		next_point(b);
	serve_all(b);
	assert_int_equal(b->event[0].count, 1000);
	assert_int_equal(b->event[1].count, 64);
	assert_int_equal(b->watch[0].page.points, 1000);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(observers_take_turns_one_event_each)
{
	ok(tb_pin_open(&b->watch[0], &b->tb, WRT_PLAYBACK, 0, true));
	register_many(b, &b->watch[0], 64, NULL);
	watch(b, 1, &b->event[1]);
	mp_run(b);
	next_point(b);
	wrt_device_serve(&b->tb.dev);
	assert_int_equal(signals_of(b, 0, 64), 1);
	assert_int_equal(b->event[1].count, 0);
	wrt_device_serve(&b->tb.dev);
	assert_int_equal(signals_of(b, 0, 64), 1);
	assert_int_equal(b->event[1].count, 1);
	serve_all(b);
	assert_int_equal(signals_of(b, 0, 64), 64);
	tb_pin_close(&b->watch[0]);
	tb_pin_close(&b->watch[1]);
}

THREAD_TEST(events_of_one_client_take_turns)
{
	ok(tb_pin_open(&b->watch[0], &b->tb, WRT_PLAYBACK, 0, true));
	register_many(b, &b->watch[0], 2, NULL);
	mp_run(b);
	next_point(b);
	next_point(b);
	wrt_device_serve(&b->tb.dev);
	wrt_device_serve(&b->tb.dev);
	assert_int_equal(b->many[0].count, 1);
	assert_int_equal(b->many[1].count, 1);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(removal_signals_every_event_once_more_and_waits_for_no_client)
{
	struct tb_pin *pins[] = { &b->pin, &b->rec, &b->watch[0] };

	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	tb_remove(&b->tb, pins, COUNT(pins));
	assert_int_equal(b->event[1].count, 0);
	serve_all(b);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(b->event[1].count, 2);
	serve_all(b);
	assert_int_equal(b->event[1].count, 2);
	tb_pin_close(&b->watch[0]);
}

/* ---- the budget ------------------------------------------------------------------------------ */

THREAD_TEST(after_a_slow_signal_observers_wait_32_times_as_long)
{
	b->event[1].on_signal = takes_100_us;
	watch(b, 0, &b->event[1]);
	mp_run(b);
	tb_sleep(&b->tb, 3 * PACKET_NS);
	wrt_stream_look(b->pin.mp.stream, 0);
	while (!b->event[1].count)
		assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	assert_int_equal(wrt_device_serve(&b->tb.dev), 3200000);
	assert_int_equal(wrt_device_deferred(&b->tb.dev), 3200000);
	wrt_host_ns += 3199999;
	assert_int_equal(wrt_device_serve(&b->tb.dev), 1);
	assert_int_equal(b->event[1].count, 1);
	wrt_host_ns++;
	assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	assert_int_equal(b->event[1].count, 2);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(a_client_that_takes_little_never_waits)
{
	u32 i;

	b->event[1].on_signal = takes_1_us;
	watch(b, 0, &b->event[1]);
	mp_run(b);
	for (i = 1; i <= 1000; i++) {
		wrt_host_ns += PACKET_NS;
		next_point(b);
		wrt_host_ns += 50000;	/* until the thread runs */
		assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
		assert_int_equal(b->event[1].count, i);
	}
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(many_quick_signals_make_the_thread_rest_for_a_millisecond)
{
	ok(tb_pin_open(&b->watch[0], &b->tb, WRT_PLAYBACK, 0, true));
	register_many(b, &b->watch[0], 64, takes_1_us);
	mp_run(b);
	next_point(b);
	while (wrt_device_serve(&b->tb.dev) == 0)
		;
	/* 20 us, and the part earned back in that time: 1/32 */
	assert_int_equal(signals_of(b, 0, 64), 21);
	assert_int_equal(wrt_device_deferred(&b->tb.dev), 1000000);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(waking_the_thread_is_charged_to_the_client_that_it_serves)
{
	b->event[1].on_signal = takes_6_us;
	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	wrt_host_ns += 30000;		/* until it runs, of which 15 us are counted */
	assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	next_point(b);
	assert_int_equal(wrt_device_serve(&b->tb.dev), 1000000);
	tb_pin_close(&b->watch[0]);
}

/* 2 us until it runs and 1 us for the signal: six times below 20 us. */
THREAD_TEST(a_thread_that_runs_at_once_is_charged_no_more_than_that)
{
	u32 i;

	b->event[1].on_signal = takes_1_us;
	watch(b, 0, &b->event[1]);
	mp_run(b);
	for (i = 0; i < 6; i++) {
		next_point(b);
		wrt_host_ns += 2000;
		assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	}
	assert_int_equal(b->event[1].count, 6);
	tb_pin_close(&b->watch[0]);
}

/* The owner's rest is 16 ms, that of observers 3.2 ms. */
THREAD_TEST(a_thread_rests_until_the_first_kind_of_client_is_due)
{
	b->event[0].on_signal = takes_1_ms;
	b->event[1].on_signal = takes_100_us;
	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	next_point(b);
	while (!wrt_device_serve(&b->tb.dev))
		;
	next_point(b);
	assert_int_equal(b->event[0].count, 2);
	assert_int_equal(b->event[1].count, 1);
	assert_in_range(wrt_device_deferred(&b->tb.dev), 1, 3200000);
	tb_pin_close(&b->watch[0]);
}

static u64 seen_linear;

static void ask_position(struct tb_event *e)
{
	e->pin->tb->now += PACKET_NS / 2;
	seen_linear = mp_position(e->pin).linear;
}

THREAD_TEST(an_observer_gets_the_reading_of_the_interrupt)
{
	b->event[0].on_signal = ask_position;
	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	assert_int_equal(seen_linear, PACKET_BYTES * 3 / 2);
	assert_int_equal(b->watch[0].page.linear, PACKET_BYTES);
	assert_int_equal(b->watch[0].page.passed, 1);
	tb_pin_close(&b->watch[0]);
}

static void stop_after_half_a_packet(struct tb_event *e)
{
	e->pin->tb->now += PACKET_NS / 2;
	wrt_stream_stop(e->pin->mp.stream, &e->pin->mp.client);
}

THREAD_TEST(an_observer_gets_the_interrupt_before_the_stop_that_it_causes)
{
	b->event[0].on_signal = stop_after_half_a_packet;
	watch(b, 0, &b->event[1]);
	mp_run(b);
	next_point(b);
	assert_int_equal(b->watch[0].point_linear, PACKET_BYTES);
	assert_int_equal(b->watch[0].page.linear, PACKET_BYTES * 3 / 2);
	assert_int_equal(b->watch[0].page_points, 1);
	b->event[0].on_signal = NULL;
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(an_owner_does_not_wait_for_what_observers_have_spent)
{
	ok(mp_alloc(&b->pin, 2, 384));
	register_many(b, &b->pin, 5, NULL);
	b->event[1].on_signal = takes_100_us;
	watch(b, 0, &b->event[1]);
	ok(mp_state(&b->pin, WRT_MP_RUN));
	next_point(b);
	while (!b->event[1].count)
		assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	next_point(b);
	assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	assert_int_equal(signals_of(b, 0, 5), 10);
	tb_pin_close(&b->watch[0]);
}

THREAD_TEST(a_thread_that_rests_is_not_woken_by_every_interrupt)
{
	u32 i;

	b->event[1].on_signal = takes_100_us;
	b->event[2].on_signal = takes_100_us;
	watch(b, 0, &b->event[1]);
	watch(b, 1, &b->event[2]);
	mp_run(b);
	next_point(b);
	assert_int_equal(wrt_device_serve(&b->tb.dev), 0);
	wakes = 0;
	for (i = 0; i < 100; i++)
		next_point(b);
	assert_int_equal(wakes, 0);
	tb_pin_close(&b->watch[0]);
	tb_pin_close(&b->watch[1]);
}

int main(void)
{
	return tb_run("thread");
}
