// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_adopt.c - streams that another driver runs: wrt_stream_adopt() and wrt_stream_let_go(), linear
 * positions, watch() and refresh(); and run() of a backend that sleeps to start and stop. The backend
 * below only reports what a test sets.
 */
#include "testbed.h"

#define FRAME		4u
#define PERIOD		192u			/* bytes */
#define BUFFER		(4 * PERIOD)

/* What the backend reports, and the calls that it got. */
static struct {
	u64 linear, ns;
	int halted;
	u32 watch, watched, refresh, by_owner, stop, start, close;
	u64 refreshed;		/* refresh() sets linear to this, unless it is 0 */
	struct wrt_device *dev;
	char order[32];		/* of run(on) '+', run(off) '-', start() 's', stop() 'p' */
	u64 from;		/* linear position of the last run(on) */
	u32 runs_left;		/* run(on) fails when this is 0 */
} hw;

static int caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	if (slot > 1)
		return WRT_EINVAL;
	c->pin = slot;
	c->dir = WRT_PLAYBACK;
	c->formats = WRT_FMT_S16;
	c->channels_min = c->channels_max = 2;
	c->rate_min = c->rate_max = 48000;
	c->buffer_max = 65536;
	c->notify_max = 2;
	c->notify_step = 1;
	return 0;
}

static int open_slot(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	*out = (struct wrt_hw_stream *)d;
	return 0;
}

static void close_or_release(struct wrt_hw_stream *s)
{
	hw.close++;
}

static int prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g, struct wrt_hw_latency *l)
{
	(void)s, (void)g;
	l->fifo_bytes = 64;
	return 0;
}

static int position(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	int halted = hw.halted;

	at->dma = (u32)(hw.linear % BUFFER);
	at->link = at->dma;
	at->linear = hw.linear;
	at->from_ns = at->ns = hw.ns;
	hw.halted = 0;
	return WRT_POSITION_LINEAR | halted;
}

static void note(char what)
{
	size_t n = strlen(hw.order);

	assert_true(n + 1 < sizeof(hw.order));
	hw.order[n] = what;
}

static int stop_dma(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	hw.stop++;
	note('p');
	return position(s, at);
}

static int start_dma(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	(void)s, (void)from;
	hw.start++;
	note('s');
	*from_ns = *ns = hw.ns;
	return 0;
}

static bool irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	(void)d, (void)slots, (void)entry_ns;
	return false;
}

static void watch(struct wrt_hw_dev *d, u32 slot, bool on)
{
	(void)d, (void)slot;
	hw.watch++;
	hw.watched = on;
}

static void refresh(struct wrt_hw_dev *d, u32 slot, bool owner)
{
	unsigned long flags = wrt_lock(&hw.dev->lock);	/* the caller does not hold it */

	(void)d, (void)slot;
	hw.refresh++;
	hw.by_owner += owner;
	if (hw.refreshed)
		hw.linear = hw.refreshed;
	wrt_unlock(&hw.dev->lock, flags);
}

static const struct wrt_hw_ops ops = {
	.name = "test", .caps = caps, .open = open_slot, .close = close_or_release, .prepare = prepare,
	.release = close_or_release, .start = start_dma, .stop = stop_dma, .position = position, .irq = irq,
	.watch = watch, .refresh = refresh,
};

static int run(struct wrt_hw_stream *s, bool on, u64 linear)
{
	note(on ? '+' : '-');
	if (!on)
		return 0;
	hw.from = linear;
	return hw.runs_left-- ? 0 : WRT_EIO;
}

static const struct wrt_hw_ops ops_with_run = {
	.name = "test", .caps = caps, .open = open_slot, .close = close_or_release, .prepare = prepare,
	.release = close_or_release, .start = start_dma, .stop = stop_dma, .position = position, .irq = irq,
	.watch = watch, .refresh = refresh, .run = run,
};

static const struct wrt_client_ops foreign_ops = { .name = "foreign" };

static const struct wrt_hw_geom geom = {
	.bytes = BUFFER, .notify = 4, .notify_bytes = PERIOD, .rate = 48000,
	.format = WRT_FMT_S16, .channels = 2, .frame_bytes = FRAME,
};

struct bed {
	struct tb tb;			/* of this only dev is used */
	struct wrt_stream *s;
	struct wrt_client foreign;
	struct tb_client observer, second, owner;
};

static struct wrt_hw_dev *const the_device = (struct wrt_hw_dev *)&hw;
static struct wrt_hw_stream *const the_stream = (struct wrt_hw_stream *)&hw;

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));

	memset(&hw, 0, sizeof(hw));
	hw.dev = &b->tb.dev;
	hw.ns = 1000;
	assert_int_equal(wrt_device_init(&b->tb.dev, &ops, the_device), 0);
	b->s = &b->tb.dev.streams[0];
	wrt_client_init(&b->foreign, &foreign_ops, b->s);
	tb_client_init(&b->observer, NULL, true);
	tb_client_init(&b->second, NULL, true);
	tb_client_init(&b->owner, NULL, true);
	assert_int_equal(wrt_stream_observe(b->s, &b->observer.client), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	wrt_stream_let_go(b->s, &b->foreign);
	wrt_stream_unobserve(b->s, &b->observer.client);
	wrt_device_destroy(&b->tb.dev);
	free(b);
	return 0;
}

#define ADOPT_TEST(name)	TB_TEST(name, struct bed *b, setup, teardown)

static void adopt(struct bed *b)
{
	assert_int_equal(wrt_stream_adopt(b->s, &b->foreign, the_stream, &geom), 0);
}

/* The other driver reports a period: DMA is here now. */
static void look_at(struct bed *b, u64 linear)
{
	hw.linear = linear;
	hw.ns += 1000000;
	wrt_stream_look(b->s, 0);
}

/* ---- following --------------------------------------------------------------------- */

ADOPT_TEST(an_observer_sees_the_stream_that_is_adopted)
{
	adopt(b);
	assert_int_equal(b->observer.last.state, WRT_STREAM_RUN);
	assert_int_equal(b->observer.geom.bytes, BUFFER);
	assert_int_equal(b->observer.last.ns, 1000);
	look_at(b, PERIOD + 8);
	assert_int_equal(b->observer.points, 1);
	assert_int_equal(b->observer.last.linear, PERIOD + 8);
	assert_int_equal(b->observer.last.offset, PERIOD + 8);
	assert_int_equal(b->observer.last.points, 1);
}

ADOPT_TEST(points_before_the_adoption_have_passed)
{
	hw.linear = 10 * PERIOD + 4;
	adopt(b);
	assert_int_equal(b->observer.points, 0);
	assert_int_equal(b->observer.last.points, 10);
	assert_int_equal(b->observer.last.linear, 10 * PERIOD + 4);
	look_at(b, 11 * PERIOD);
	assert_int_equal(b->observer.points, 1);
	assert_int_equal(b->observer.last.points, 11);
	assert_int_equal(b->observer.last.offset, 11 * PERIOD % BUFFER);
}

ADOPT_TEST(a_whole_buffer_that_passed_at_once_is_counted)
{
	adopt(b);
	look_at(b, PERIOD);
	look_at(b, PERIOD + BUFFER);		/* the offset is the same */
	assert_int_equal(b->observer.points, 5);
	look_at(b, PERIOD + 100 * BUFFER + 8);
	assert_int_equal(b->observer.points, 401);
	assert_int_equal(b->observer.gaps, 0);
	assert_int_equal(b->observer.last.offset, PERIOD + 8);
}

ADOPT_TEST(an_update_without_progress_notifies_no_client)
{
	adopt(b);
	look_at(b, PERIOD);
	look_at(b, PERIOD);
	look_at(b, PERIOD - 4);			/* and it does not go back */
	assert_int_equal(b->observer.points, 1);
	assert_int_equal(b->observer.last.linear, PERIOD);
	look_at(b, 2 * PERIOD);
	assert_int_equal(b->observer.points, 2);
}

/* ALSA allows a period that does not divide the buffer. */
ADOPT_TEST(a_buffer_may_be_no_multiple_of_its_period)
{
	struct wrt_hw_geom g = geom;
	u64 i;

	g.bytes = 2 * PERIOD + 60;
	g.notify = 0;
	assert_int_equal(wrt_stream_adopt(b->s, &b->foreign, the_stream, &g), 0);
	for (i = 1; i <= 50; i++) {
		look_at(b, i * PERIOD);
		assert_int_equal(b->observer.points, i);
		assert_int_equal(b->observer.last.offset, i * PERIOD % g.bytes);
	}
}

ADOPT_TEST(a_pause_keeps_the_position)
{
	adopt(b);
	look_at(b, PERIOD);
	hw.linear = 2 * PERIOD + 8;
	assert_int_equal(wrt_stream_stop(b->s, &b->foreign), 0);
	assert_int_equal(b->observer.points, 2);
	assert_int_equal(b->observer.last.state, WRT_STREAM_READY);
	assert_int_equal(b->observer.last.linear, 2 * PERIOD + 8);
	look_at(b, 5 * PERIOD);
	assert_int_equal(b->observer.points, 2);
	hw.linear = 2 * PERIOD + 8;
	assert_int_equal(wrt_stream_start(b->s, &b->foreign), 0);
	assert_int_equal(b->observer.last.state, WRT_STREAM_RUN);
	look_at(b, 3 * PERIOD);
	assert_int_equal(b->observer.points, 3);
	assert_int_equal(b->observer.last.stalls, 0);
}

ADOPT_TEST(a_suspend_is_a_stall)
{
	adopt(b);
	look_at(b, PERIOD);
	wrt_stream_stop(b->s, &b->foreign);
	hw.halted = WRT_POSITION_HALTED;
	wrt_stream_start(b->s, &b->foreign);
	look_at(b, 2 * PERIOD);
	look_at(b, 3 * PERIOD);
	assert_int_equal(b->observer.last.stalls, 1);
	assert_int_equal(b->observer.points, 3);
}

ADOPT_TEST(the_end_of_a_session_notifies_the_last_point_and_frees_the_stream)
{
	adopt(b);
	look_at(b, 3 * PERIOD);
	hw.linear = 4 * PERIOD + 4;
	wrt_stream_let_go(b->s, &b->foreign);
	assert_int_equal(b->observer.points, 4);
	assert_int_equal(b->observer.passed, 4);
	assert_int_equal(b->observer.last.state, WRT_STREAM_FREE);
	assert_int_equal(b->observer.last.linear, 0);
	assert_int_equal(b->observer.geom.bytes, 0);
	assert_int_equal(hw.stop, 1);
	wrt_stream_let_go(b->s, &b->foreign);
	look_at(b, 9 * PERIOD);
	assert_int_equal(b->observer.points, 4);
	assert_int_equal(hw.stop, 1);
}

ADOPT_TEST(a_new_session_begins_at_the_position_of_the_backend)
{
	adopt(b);
	look_at(b, 3 * PERIOD);
	hw.linear = 0;
	adopt(b);		/* no end was reported */
	assert_int_equal(b->observer.points, 3);
	assert_int_equal(b->observer.last.linear, 0);
	assert_int_equal(b->observer.last.points, 0);
	look_at(b, PERIOD);
	assert_int_equal(b->observer.points, 4);
	assert_int_equal(b->observer.gaps, 0);
}

/* ---- beside clients of our own ----------------------------------------------------- */

ADOPT_TEST(a_second_owner_gets_ebusy)
{
	struct wrt_hw_geom g = geom;

	adopt(b);
	assert_int_equal(wrt_stream_claim(b->s, &b->owner.client), WRT_EBUSY);
	assert_int_equal(wrt_stream_configure(b->s, &b->owner.client, &g), WRT_EBUSY);
	assert_int_equal(wrt_stream_start(b->s, &b->owner.client), WRT_EBUSY);
	wrt_stream_release(b->s, &b->owner.client);
	look_at(b, PERIOD);
	assert_int_equal(b->observer.points, 1);
	wrt_stream_let_go(b->s, &b->foreign);
	assert_int_equal(wrt_stream_configure(b->s, &b->owner.client, &g), 0);
	assert_int_equal(hw.close, 0);		/* the other driver's stream is not ours to close */
	assert_int_equal(wrt_stream_adopt(b->s, &b->foreign, the_stream, &geom), WRT_EBUSY);
	wrt_stream_let_go(b->s, &b->foreign);
	assert_int_equal(b->s->state, WRT_STREAM_READY);
	wrt_stream_release(b->s, &b->owner.client);
	assert_int_equal(hw.close, 2);
	assert_int_equal(b->s->cycle.fifo_bytes, 0);
	adopt(b);
	assert_int_equal(b->s->cycle.fifo_bytes, 0);	/* nor are its latencies ours */
}

ADOPT_TEST(after_removal_nothing_is_adopted)
{
	adopt(b);
	hw.linear = PERIOD;
	wrt_device_gone(&b->tb.dev);
	assert_int_equal(b->observer.points, 1);
	assert_int_equal(b->observer.last.state, WRT_STREAM_GONE);
	look_at(b, 2 * PERIOD);
	assert_int_equal(b->observer.points, 1);
	wrt_stream_let_go(b->s, &b->foreign);
	assert_null(b->s->owner);
	assert_int_equal(b->s->state, WRT_STREAM_GONE);
	assert_int_equal(wrt_stream_adopt(b->s, &b->foreign, the_stream, &geom), WRT_EGONE);
}

/* ---- the backend's part ------------------------------------------------------------- */

ADOPT_TEST(the_backend_watches_from_the_first_observer_to_the_last)
{
	assert_int_equal(hw.watch, 1);
	assert_int_equal(hw.watched, 1);
	assert_int_equal(wrt_stream_observe(b->s, &b->second.client), 0);
	wrt_stream_unobserve(b->s, &b->observer.client);
	assert_int_equal(hw.watch, 1);
	adopt(b);
	wrt_stream_unobserve(b->s, &b->second.client);
	assert_int_equal(hw.watch, 2);
	assert_int_equal(hw.watched, 0);
	assert_int_equal(wrt_stream_observe(b->s, &b->observer.client), 0);
	assert_int_equal(hw.watch, 3);
	wrt_device_gone(&b->tb.dev);
	wrt_stream_unobserve(b->s, &b->observer.client);
	assert_int_equal(hw.watch, 3);
}

ADOPT_TEST(each_reading_of_the_position_calls_refresh)
{
	struct wrt_snapshot now;
	u32 before;

	adopt(b);
	before = hw.refresh;
	hw.refreshed = PERIOD + 12;
	wrt_stream_position(b->s, &b->observer.client, &now);
	assert_int_equal(hw.refresh, before + 1);
	assert_int_equal(hw.by_owner, 0);
	assert_int_equal(now.linear, PERIOD + 12);
	assert_int_equal(now.packets, 1);
	assert_int_equal(b->observer.points, 0);	/* a question consumes no point */
	hw.refreshed = 2 * PERIOD;
	assert_int_equal(wrt_stream_next_point(b->s, &b->observer.client), 2);
	look_at(b, 2 * PERIOD);
	assert_int_equal(b->observer.points, 2);
}

ADOPT_TEST(the_next_point_of_a_client_that_has_left_stays_the_same)
{
	assert_int_equal(wrt_stream_observe(b->s, &b->second.client), 0);
	adopt(b);
	look_at(b, PERIOD);
	wrt_stream_unobserve(b->s, &b->second.client);
	look_at(b, 3 * PERIOD);
	assert_int_equal(wrt_stream_next_point(b->s, &b->observer.client), 3);
	assert_int_equal(wrt_stream_next_point(b->s, &b->second.client), 1);
}

/* ---- a backend that sleeps to start and stop ------------------------------------------ */

struct pair {
	struct wrt_device dev;
	struct tb_client owner[2];
	struct wrt_client *clients[2];
};

/* Both streams have a buffer. */
static void get_pair(struct pair *p)
{
	u32 i;

	memset(p, 0, sizeof(*p));
	memset(&hw, 0, sizeof(hw));
	hw.dev = &p->dev;
	hw.ns = 1000;
	hw.runs_left = 100;
	assert_int_equal(wrt_device_init(&p->dev, &ops_with_run, the_device), 0);
	for (i = 0; i < 2; i++) {
		tb_client_init(&p->owner[i], NULL, true);
		p->clients[i] = &p->owner[i].client;
		assert_int_equal(wrt_stream_configure(&p->dev.streams[i], p->clients[i], &geom), 0);
	}
}

static void put_pair(struct pair *p)
{
	u32 i;

	for (i = 0; i < 2; i++)
		wrt_stream_release(&p->dev.streams[i], p->clients[i]);
	wrt_device_destroy(&p->dev);
}

UNIT_TEST(dma_is_on_before_start_and_off_before_stop)
{
	struct pair p;
	u64 spread;

	get_pair(&p);
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 1, &spread), 0);
	assert_string_equal(hw.order, "+s");
	hw.linear = PERIOD + 8;
	wrt_streams_pause(&p.dev, p.clients, 1);
	assert_string_equal(hw.order, "+s-p");
	assert_int_equal(p.owner[0].last.points, 1);
	wrt_streams_pause(&p.dev, p.clients, 1);
	assert_string_equal(hw.order, "+s-p");		/* it is off */
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 1, &spread), 0);
	assert_string_equal(hw.order, "+s-p+s");
	assert_int_equal(hw.from, PERIOD + 8);
	put_pair(&p);
}

UNIT_TEST(refresh_is_told_who_asks)
{
	struct tb_client other;
	struct wrt_snapshot now;
	struct pair p;

	get_pair(&p);
	tb_client_init(&other, NULL, true);
	wrt_stream_position(&p.dev.streams[0], p.clients[0], &now);
	assert_int_equal(hw.by_owner, 1);
	wrt_stream_position(&p.dev.streams[1], p.clients[0], &now);
	wrt_stream_position(&p.dev.streams[0], &other.client, &now);
	assert_int_equal(hw.refresh, 3);
	assert_int_equal(hw.by_owner, 1);
	put_pair(&p);
}

UNIT_TEST(a_backend_that_cannot_run_leaves_the_stream_as_it_is)
{
	struct pair p;
	u64 spread;

	get_pair(&p);
	hw.runs_left = 0;
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 1, &spread), WRT_EIO);
	assert_string_equal(hw.order, "+");
	assert_int_equal(p.dev.streams[0].state, WRT_STREAM_READY);
	put_pair(&p);
}

UNIT_TEST(of_a_group_all_run_or_none)
{
	struct pair p;
	u64 spread;

	get_pair(&p);
	hw.runs_left = 1;
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 2, &spread), WRT_EIO);
	assert_string_equal(hw.order, "++-");
	assert_int_equal(p.dev.streams[0].state, WRT_STREAM_READY);
	hw.runs_left = 2;
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 2, &spread), 0);
	assert_string_equal(hw.order, "++-++ss");
	put_pair(&p);
}

UNIT_TEST(a_stream_that_has_ended_is_not_turned_on)
{
	struct wrt_snapshot now;
	unsigned long flags;
	struct pair p;
	u64 spread;

	get_pair(&p);
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 1, &spread), 0);
	flags = wrt_stream_lock(&p.dev.streams[0], p.clients[0], &now);
	wrt_stream_end_at(&p.dev.streams[0], 100, 1);
	wrt_stream_unlock(&p.dev.streams[0], flags);
	hw.linear = PERIOD;
	wrt_stream_look(&p.dev.streams[0], 0);
	assert_string_equal(hw.order, "+sp");		/* by the core alone, in an interrupt */
	wrt_streams_pause(&p.dev, p.clients, 1);
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 1, &spread), 0);
	assert_string_equal(hw.order, "+sp-");
	put_pair(&p);
}

UNIT_TEST(after_removal_the_backend_is_not_called)
{
	struct pair p;
	u64 spread;

	get_pair(&p);
	wrt_device_gone(&p.dev);
	assert_int_equal(wrt_streams_run(&p.dev, p.clients, 2, &spread), WRT_EGONE);
	wrt_streams_pause(&p.dev, p.clients, 2);
	assert_string_equal(hw.order, "");
	put_pair(&p);
}

int main(void)
{
	return tb_run("adopt");
}
