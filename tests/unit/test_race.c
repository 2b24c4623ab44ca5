// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_race.c - threads that make calls concurrently: two serve interrupts, others open, close,
 * start, stop and remove. Counts must be conserved and no client may be called after its close.
 * Runs with ASan and again with TSan. TIME_MS=N sets how long each test lasts.
 *
 * The clock moves a little at every reading, so time passes without waiting for it.
 */
#include <stdatomic.h>
#include <time.h>

#include "testbed.h"

#define HANDLERS		2
#define CLOCK_STEP	40000	/* ns a reading; a point of the stream below is 667000 */

static _Atomic u64 clock_ns;
static atomic_bool done;
static _Atomic u32 called_after_close;
static _Atomic u64 observed;	/* points, by observe_until_done() */

static u64 race_now(void *ctx)
{
	return atomic_fetch_add(&clock_ns, CLOCK_STEP);
}

static void race_timer_at(void *ctx, u32 slot, u64 ns)
{
	(void)ctx, (void)slot, (void)ns;
}

static const struct wrt_hw_bus bus = { .now_ns = race_now, .timer_at = race_timer_at };

struct race {
	struct wrt_hw_dev *hw;
	struct wrt_device dev;
	struct wrt_stream *play, *capt;
	pthread_t handler[HANDLERS];
};

static void *serve_until_done(void *arg)
{
	while (!atomic_load(&done))
		wrt_device_irq(arg);
	return NULL;
}

static void race_open(struct race *r)
{
	struct wrt_sim_config cfg = { .pairs = 1, .source = WRT_SIM_LOOPBACK };
	u32 i;

	atomic_store(&clock_ns, TB_EPOCH);
	atomic_store(&done, false);
	atomic_store(&called_after_close, 0);
	atomic_store(&observed, 0);
	assert_int_equal(wrt_sim_create(&bus, NULL, &cfg, &r->hw), 0);
	assert_int_equal(wrt_device_init(&r->dev, &wrt_sim_ops, r->hw), 0);
	r->play = wrt_device_stream(&r->dev, WRT_PLAYBACK, 0);
	r->capt = wrt_device_stream(&r->dev, WRT_CAPTURE, 0);
	for (i = 0; i < HANDLERS; i++)
		pthread_create(&r->handler[i], NULL, serve_until_done, &r->dev);
}

static void race_quiet(struct race *r)
{
	u32 i;

	atomic_store(&done, true);
	for (i = 0; i < HANDLERS; i++)
		pthread_join(r->handler[i], NULL);
}

static void race_close(struct race *r)
{
	wrt_device_destroy(&r->dev);
	wrt_sim_destroy(r->hw);
}

static u64 ms_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

static u64 deadline(void)
{
	return ms_now() + tb_env_u64("TIME_MS", 400);
}

/* On a busy machine a test continues until it has done enough, for at most two minutes. */
static bool continues(u64 end, bool enough)
{
	u64 now = ms_now();

	return now < end || (!enough && now < end + 120000);
}

/* ---- a client that counts, called by any thread --------------------------------------- */

struct counter {
	struct wrt_client client;	/* first */
	u64 passed;			/* device lock */
	_Atomic u64 points;
	_Atomic u32 notifies;
	atomic_bool left;
};

static void counter_publish(struct wrt_client *client, const struct wrt_snapshot *s)
{
	struct counter *c = (struct counter *)client;

	c->passed += s->passed;
	if (atomic_load(&c->left))
		atomic_fetch_add(&called_after_close, 1);
}

static bool counter_notify(struct wrt_client *client, u64 first, u64 points,
			   enum wrt_notify_from from)
{
	struct counter *c = (struct counter *)client;

	(void)first, (void)from;
	atomic_fetch_add(&c->points, points);
	atomic_fetch_add(&c->notifies, 1);
	if (atomic_load(&c->left))
		atomic_fetch_add(&called_after_close, 1);
	return false;
}

static const struct wrt_client_ops counter_ops = {
	.publish = counter_publish,
	.notify = counter_notify,
};

static void counter_init(struct counter *c)
{
	memset(c, 0, sizeof(*c));
	c->client.ops = &counter_ops;
	c->client.wants_points = true;
	c->client.keep_last = true;
}

static void *observe_until_done(void *arg)
{
	struct wrt_stream *s = arg;

	while (!atomic_load(&done)) {
		struct counter *c = malloc(sizeof(*c));

		counter_init(c);
		wrt_stream_observe(s, &c->client);
		if (atomic_load(&clock_ns) & 64)
			wrt_stream_refresh(s, &c->client);
		usleep(atomic_load(&clock_ns) % 300);
		wrt_stream_unobserve(s, &c->client);
		atomic_store(&c->left, true);
		atomic_fetch_add(&observed, atomic_load(&c->points));
		if (atomic_load(&c->points) > c->passed)
			atomic_fetch_add(&called_after_close, 1);
		free(c);
	}
	return NULL;
}

static void run_a_while(struct race *r, struct counter *owner)
{
	struct wrt_snapshot snap;
	u64 end = deadline(), last = 0, points = 0;

	/* of the recorder, fewer */
	while (continues(end, points > 2000 && atomic_load(&observed))) {
		assert_int_equal(wrt_stream_start(r->play, &owner->client), 0);
		usleep(200);
		wrt_stream_position(r->play, &owner->client, &snap);
		assert_true(snap.linear >= last);
		assert_true(snap.offset < snap.geom->bytes);
		last = snap.linear;
		points = snap.points;
		assert_int_equal(wrt_stream_stop(r->play, &owner->client), 0);
		wrt_stream_settle(r->play, &owner->client);
		assert_true(atomic_load(&owner->points) == owner->passed);
	}
}

UNIT_TEST(counts_are_conserved_while_observers_are_added_and_removed)
{
	struct counter owner, witness, recorder;
	struct tb_buffer buffer, record;
	pthread_t observer;
	struct wrt_snapshot snap;
	struct race r;

	race_open(&r);
	counter_init(&owner);
	counter_init(&witness);
	/* the other stream of the pair: the data of both are moved together */
	counter_init(&recorder);
	tb_buffer_make(&record, r.capt, 48000, WRT_FMT_S16, 2, 800, 2);
	assert_int_equal(wrt_stream_configure(r.capt, &recorder.client, &record.geom), 0);
	assert_int_equal(wrt_stream_start(r.capt, &recorder.client), 0);
	tb_buffer_make(&buffer, r.play, 48000, WRT_FMT_S16, 2, 512, 4);
	assert_int_equal(wrt_stream_observe(r.play, &witness.client), 0);
	assert_int_equal(wrt_stream_configure(r.play, &owner.client, &buffer.geom), 0);
	pthread_create(&observer, NULL, observe_until_done, r.play);
	run_a_while(&r, &owner);
	race_quiet(&r);
	pthread_join(observer, NULL);
	wrt_stream_position(r.play, &owner.client, &snap);
	assert_true(snap.points > 100);
	assert_true(snap.points == snap.linear / 128);
	assert_true(owner.passed == snap.points);
	assert_true(atomic_load(&owner.points) == snap.points);
	assert_true(witness.passed == snap.points);
	assert_true(atomic_load(&witness.points) == snap.points);
	assert_true(atomic_load(&observed) > 0);
	assert_int_equal(atomic_load(&called_after_close), 0);
	printf("# %llu points, %u and %u notifies\n", (unsigned long long)snap.points,
	       atomic_load(&owner.notifies), atomic_load(&witness.notifies));
	assert_int_equal(wrt_stream_stop(r.capt, &recorder.client), 0);
	wrt_stream_settle(r.capt, &recorder.client);
	assert_true(recorder.passed > 100);
	assert_true(atomic_load(&recorder.points) == recorder.passed);
	wrt_stream_release(r.capt, &recorder.client);
	wrt_stream_release(r.play, &owner.client);
	wrt_stream_unobserve(r.play, &witness.client);
	tb_buffer_free(&buffer);
	tb_buffer_free(&record);
	race_close(&r);
}

UNIT_TEST(owners_take_turns_while_interrupts_are_served)
{
	u64 end = deadline();
	struct race r;
	u32 turns = 0;

	race_open(&r);
	while (continues(end, turns > 10)) {
		struct counter *c = malloc(sizeof(*c));
		struct tb_buffer buffer;

		counter_init(c);
		tb_buffer_make(&buffer, r.play, 48000, WRT_FMT_S16, 2, 512, 4);
		assert_int_equal(wrt_stream_configure(r.play, &c->client, &buffer.geom), 0);
		assert_int_equal(wrt_stream_start(r.play, &c->client), 0);
		usleep(50);
		wrt_stream_release(r.play, &c->client);
		tb_buffer_free(&buffer);
		free(c);
		turns++;
	}
	race_quiet(&r);
	assert_true(turns > 10);
	race_close(&r);
}

UNIT_TEST(removal_during_all_other_calls_conserves_counts)
{
	u64 end = deadline();
	u32 rounds;

	for (rounds = 0; continues(end, rounds > 3); rounds++) {
		struct counter owner, witness;
		struct tb_buffer buffer;
		pthread_t observer;
		struct race r;

		race_open(&r);
		counter_init(&owner);
		counter_init(&witness);
		tb_buffer_make(&buffer, r.play, 48000, WRT_FMT_S16, 2, 512, 4);
		wrt_stream_observe(r.play, &witness.client);
		wrt_stream_configure(r.play, &owner.client, &buffer.geom);
		wrt_stream_start(r.play, &owner.client);
		pthread_create(&observer, NULL, observe_until_done, r.play);
		usleep(500);
		wrt_device_gone(&r.dev);
		tb_buffer_free(&buffer);
		wrt_stream_settle(r.play, &owner.client);
		wrt_stream_settle(r.play, &witness.client);
		assert_true(atomic_load(&owner.points) == owner.passed);
		assert_true(atomic_load(&witness.points) == witness.passed);
		race_quiet(&r);
		pthread_join(observer, NULL);
		wrt_stream_unobserve(r.play, &witness.client);
		wrt_stream_release(r.play, &owner.client);
		race_close(&r);
	}
	assert_true(rounds > 3);
}

/* ---- the miniport ----------------------------------------------------------------------- */

struct race_pin {
	struct wrt_mp mp;	/* first */
	void *memory;
	_Atomic u64 signalled;		/* up to this point */
};

struct race_event {
	_Atomic u64 count;
	atomic_bool unregistered;
};

static int race_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	g->cpu = ((struct race_pin *)mp)->memory = calloc(1, g->bytes);
	return 0;
}

static void race_free(struct wrt_mp *mp)
{
	free(((struct race_pin *)mp)->memory);
	((struct race_pin *)mp)->memory = NULL;
}

static void race_publish(struct wrt_mp *mp, const struct wrt_snapshot *s)
{
	(void)mp, (void)s;
}

static void race_signalling(struct wrt_mp *mp, u64 point, u64 ns)
{
	struct race_pin *pin = (struct race_pin *)mp;

	if (point >= atomic_load(&pin->signalled))	/* event lock */
		atomic_store(&pin->signalled, point + 1);
}

static void race_signal(struct wrt_mp *mp, void *event)
{
	struct race_event *e = event;

	if (atomic_load(&e->unregistered))
		atomic_fetch_add(&called_after_close, 1);
	atomic_fetch_add(&e->count, 1);
}

static const struct wrt_mp_ops race_mp_ops = {
	.buffer_alloc = race_alloc, .buffer_free = race_free, .publish = race_publish,
	.signalling = race_signalling, .signal = race_signal,
};

/* Registers an event, waits a little, unregisters it and frees it at once. */
static void register_for_a_moment(struct wrt_mp *mp)
{
	struct race_event *e = calloc(1, sizeof(*e));

	assert_int_equal(wrt_mp_register_event(mp, e), WRT_STATUS_SUCCESS);
	usleep(100);
	assert_int_equal(wrt_mp_unregister_event(mp, e), WRT_STATUS_SUCCESS);
	atomic_store(&e->unregistered, true);
	free(e);
}

UNIT_TEST(wrt_071_wrt_084_events_are_registered_and_unregistered_while_signalled)
{
	struct race_event steady = { 0 };
	struct race_pin pin = { 0 };
	struct wrt_snapshot snap = { 0 };
	u64 end = deadline();
	struct race r;

	race_open(&r);
	assert_int_equal(wrt_mp_init(&pin.mp, &race_mp_ops, r.play, false, NULL), 0);
	assert_int_equal(wrt_mp_set_format(&pin.mp, 48000, WRT_FMT_S16, 2), 0);
	assert_int_equal(wrt_mp_alloc(&pin.mp, WRT_MP_NOTIFY_BUFFER, 2, false, 256), 0);
	assert_int_equal(wrt_mp_register_event(&pin.mp, &steady), 0);
	while (continues(end, snap.points > 100)) {
		assert_int_equal(wrt_mp_set_state(&pin.mp, WRT_MP_RUN), 0);
		register_for_a_moment(&pin.mp);
		register_for_a_moment(&pin.mp);
		assert_int_equal(wrt_mp_set_state(&pin.mp, WRT_MP_PAUSE), 0);
		wrt_mp_position(&pin.mp, &snap);
		assert_true(atomic_load(&steady.count) == snap.points);
		assert_true(atomic_load(&pin.signalled) == snap.points);
	}
	assert_true(snap.points > 100);
	race_quiet(&r);
	assert_int_equal(atomic_load(&called_after_close), 0);
	wrt_mp_close(&pin.mp);
	race_close(&r);
}

UNIT_TEST(wrt_046_wrt_047_wrt_054_closing_in_run_while_interrupts_are_served)
{
	u64 end = deadline();
	struct race r;
	u32 turns = 0;

	race_open(&r);
	while (continues(end, turns > 10)) {
		struct race_pin *pin = calloc(1, sizeof(*pin));
		struct race_event *e = calloc(1, sizeof(*e));
		struct wrt_stream *s = turns & 1 ? r.play : r.capt;

		assert_int_equal(wrt_mp_init(&pin->mp, &race_mp_ops, s, false, NULL), 0);
		assert_int_equal(wrt_mp_set_format(&pin->mp, 48000, WRT_FMT_S16, 2), 0);
		assert_int_equal(wrt_mp_alloc(&pin->mp, WRT_MP_NOTIFY_BUFFER, 2, false, 256), 0);
		assert_int_equal(wrt_mp_register_event(&pin->mp, e), 0);
		assert_int_equal(wrt_mp_set_state(&pin->mp, WRT_MP_RUN), 0);
		usleep(50);
		wrt_mp_close(&pin->mp);
		free(e);
		free(pin);
		turns++;
	}
	race_quiet(&r);
	assert_true(turns > 10);
	race_close(&r);
}

static void *read_positions(void *arg)
{
	struct wrt_snapshot snap;
	u64 bad = 0;

	while (!atomic_load(&done)) {
		wrt_mp_position(arg, &snap);
		if (snap.geom->bytes && snap.offset >= snap.geom->bytes)
			bad++;
		usleep(1);
	}
	return (void *)(uintptr_t)bad;
}

UNIT_TEST(wrt_212_positions_are_consistent_during_changes_of_state)
{
	static const u32 walk[] = { WRT_MP_RUN, WRT_MP_PAUSE, WRT_MP_RUN, WRT_MP_STOP };
	struct race_pin pin = { 0 };
	u64 end = deadline();
	pthread_t reader;
	struct race r;
	void *bad;
	u32 i = 0;

	race_open(&r);
	assert_int_equal(wrt_mp_init(&pin.mp, &race_mp_ops, r.play, false, NULL), 0);
	assert_int_equal(wrt_mp_set_format(&pin.mp, 48000, WRT_FMT_S16, 2), 0);
	assert_int_equal(wrt_mp_alloc(&pin.mp, WRT_MP_NOTIFY_BUFFER, 2, false, 256), 0);
	pthread_create(&reader, NULL, read_positions, &pin.mp);
	while (ms_now() < end) {
		assert_int_equal(wrt_mp_set_state(&pin.mp, walk[i++ % COUNT(walk)]), 0);
		usleep(20);
	}
	race_quiet(&r);
	pthread_join(reader, &bad);
	assert_null(bad);
	wrt_mp_close(&pin.mp);
	race_close(&r);
}

int main(void)
{
	return tb_run("race");
}
