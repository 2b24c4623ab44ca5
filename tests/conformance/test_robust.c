// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_robust.c - group 6.10 of the statements: robustness. See suite.h.
 */
#include <pthread.h>

#include "suite.h"

TEST(WRT_210)
{
	struct cf_stream *s;
	struct cf_event *e;

	if (!probe->short_arguments)
		lacks("the binding copies arguments");
	s = ready(CF_RENDER, 2, PACKET);
	e = event_on(s);
	OK(state(s, CF_RUN));
	go(PACKET / 2);
	SAME(probe->short_arguments(s), 0);
	SAME(pos(s).state, CF_RUN);
	SAME(page(s).late + page(s).overruns, 0);
	go(PACKET);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
}

TEST(WRT_211)
{
	struct cf_stream *s;

	if (!probe->wrong_access)
		lacks("the binding handles access types");
	s = ready(CF_RENDER, 2, PACKET);
	SAME(probe->wrong_access(s), 0);
	SAME(pos(s).state, CF_STOP);
	OK(cl->write_packet(s, 0, 0, 0));
}

static struct cf_stream *render, *capture;
static bool enough;
static uint32_t packet;		/* frames */
static int wrong, calls;

/* The five calls, as fast as possible; their results have to be plausible. */
static void *ask(void *arg)
{
	struct cf_position p;
	struct cf_read r;
	uint64_t a, b;
	uint32_t n;

	while (!__atomic_load_n(&enough, __ATOMIC_SEQ_CST)) {
		wrong += cl->position(render, &p) != WRT_STATUS_SUCCESS;
		wrong += p.play >= 2 * packet * FRAME || p.linear % (2 * packet * FRAME) != p.play;
		wrong += cl->packet_count(render, &n) != WRT_STATUS_SUCCESS;
		wrong += n > 1000000;
		wrong += cl->presentation(render, &a, &b) != WRT_STATUS_SUCCESS;
		wrong += a > 48000000;
		cl->write_packet(render, n + 1, 0, 0);
		if (cl->read_packet(capture, &r) == WRT_STATUS_SUCCESS)
			wrong += r.number > 1000000;
		__atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST);
		breathe();
	}
	return arg;
}

TEST(WRT_212)
{
	struct cf_event *e, *f;
	pthread_t thread[2];
	int i;

	packet = small(2, 48);
	render = ready(CF_RENDER, 2, packet);
	capture = ready(CF_CAPTURE, 2, packet);
	e = event_on(render);
	f = event_on(capture);
	enough = false;
	wrong = 0;
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&thread[i], NULL, ask, NULL));
	for (i = 0; i < 100; i++) {
		OK(state(render, CF_RUN));
		OK(state(capture, CF_RUN));
		go(2 * packet + 4 + late());
		OK(state(render, i % 2 ? CF_STOP : CF_PAUSE));
		OK(state(capture, i % 3 ? CF_STOP : CF_PAUSE));
	}
	OK(state(render, CF_STOP));
	OK(state(capture, CF_STOP));
	__atomic_store_n(&enough, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	SAME(wrong, 0);
	CHECK(take(e) >= 200 && take(f) >= 200);
	SAME(pos(render).linear, 0);
	SAME(count(render), 0);
}

TEST(WRT_213)
{
	long before[CF_HELD_KINDS];
	enum wrt_status died;
	struct cf_event *e;
	int i;

	if (!probe->client_dies)
		lacks("client and implementation are one process");
	e = event();
	for (i = 0; i < CF_HELD_KINDS; i++)
		before[i] = probe->held(i);
	died = probe->client_dies(e);
	if (died == CF_LACKS)
		lacks("the pin can only be observed");
	OK(died);
	CHECK(take(e));
	quiet(e);
	for (i = 0; i < CF_HELD_KINDS; i++)
		SAME(probe->held(i), before[i]);
	ready(CF_RENDER, 2, PACKET);
}

TEST(WRT_214)
{
	long before[CF_HELD_KINDS];
	int i;

	packet = small(2, 48);
	for (i = 0; i < CF_HELD_KINDS; i++)
		before[i] = probe->held(i);
	for (i = 0; i < 1000; i++) {
		struct cf_stream *s = ready(i % 2 ? CF_CAPTURE : CF_RENDER, 2, packet);
		struct cf_event *e = event_on(s), *left = event_on(s);

		OK(state(s, CF_RUN));
		go(packet + 12 + late());
		OK(state(s, CF_STOP));
		CHECK(take(e) >= 1);
		OK(cl->event_unregister(s, e));
		cl->event_close(e);
		cl->event_close(left);
		cl->close(s);
	}
	for (i = 0; i < CF_HELD_KINDS; i++)
		SAME(probe->held(i), before[i]);
}

/* Underruns after this number of packets; checks that the test was on time. */
static void underruns_are(struct cf_stream *s, uint32_t packets, uint64_t n)
{
	uint64_t seen = page(s).underruns;

	on_time(count(s) == packets);
	SAME(seen, n);
}

TEST(WRT_215)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *in = ready(CF_CAPTURE, 2, PACKET);
	uint32_t k, at;

	OK(cl->write_packet(s, 0, 0, 0));
	OK(state(s, CF_RUN));
	OK(state(in, CF_RUN));
	go(cl->exact ? 0 : PACKET / 2);
	for (k = 1; k <= 5; k++) {
		announce(s, k, k - 1);
		go(PACKET);
		underruns_are(s, k, 0);
	}
	for (k = 1; k <= 5; k++) {
		go(PACKET);
		underruns_are(s, 5 + k, k);
	}
	announce(s, 11, 10);
	go(PACKET);
	underruns_are(s, 11, 5);
	go(PACKET);
	underruns_are(s, 12, 6);
	if (probe->stall)
		probe->stall(3 * PACKET, RATE);
	go(PACKET);
	at = probe->stall ? 16 : 13;
	underruns_are(s, at, at - 6);
	OK(state(s, CF_STOP));
	at = (uint32_t)page(s).underruns;
	OK(state(s, CF_RUN));
	go(3 * PACKET);
	SAME(page(s).underruns, at);	/* nothing announced: not packet mode */
	SAME(page(in).underruns, want("underruns-of-capture", 0));
}

static struct cf_stream *single;

/* Within the packet that has just begun. */
static void announce_next(uint32_t k)
{
	announce(single, k + 1, k);
}

static uint64_t glitches(struct cf_stream *s)
{
	struct cf_page p = page(s);

	return p.underruns + p.repeats + p.late + p.overruns + p.dropped;
}

TEST(WRT_216)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e;
	uint64_t now;

	OK(cl->write_packet(s, 0, 0, 0));
	SAME(glitches(s), want("glitches-of-the-first-packet", 0));
	OK(cl->write_packet(s, 0, 0, 0));
	SAME(page(s).repeats, 1);	/* but again it is (Q23) */
	SAME(glitches(s), 1);
	OK(state(s, CF_STOP));
	cl->close(s);
	single = ready(CF_RENDER, 1, PACKET);
	e = event_on(single);
	OK(cl->write_packet(single, 0, 0, 0));
	OK(state(single, CF_RUN));
	OK(cl->write_packet(single, 1, 0, 0));
	at_signals(e, 20, announce_next);
	now = glitches(single);
	on_time(count(single) == 20);
	SAME(now, 0);
	GIVES(cl->write_packet(single, count(single), 0, 0), DATA_LATE_ERROR);
	GIVES(cl->write_packet(single, count(single) + 2, 0, 0), DATA_OVERRUN);
}

TEST(WRT_217)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_register r;
	enum wrt_status got = cl->reg(s, CF_PACKET_REGISTER, &r);

	if (got == CF_LACKS)
		lacks("the binding answers it");
	STATUS(got, WRT_STATUS_NOT_SUPPORTED);
}

TEST(WRT_218)
{
	const uint32_t big = 1u << 20;	/* frames a packet; B is 8 MiB, 44 s */
	uint32_t first = (uint32_t)want("frames-to-the-first-signal", big);
	struct cf_stream *s;
	struct cf_event *e;
	uint64_t frames, ns;

	device((struct cf_device){ .shaped = true });
	s = ready(CF_RENDER, 2, big);
	e = event_on(s);
	OK(state(s, CF_RUN));
	go(first - 1);
	SAME(take(e), 0);
	go(1);
	SAME(take(e), 1);
	SAME(count(s), 1);
	go(2ull * big + 1234);
	SAME(take(e), 2);
	SAME(pos(s).linear, (3ull * big + 1234) * FRAME);
	SAME(pos(s).play, (uint64_t)(big + 1234) * FRAME);
	OK(cl->presentation(s, &frames, &ns));
	SAME(frames, 3ull * big + 1234 - 92);
	OK(state(s, CF_PAUSE));
	if (probe->stall) {
		OK(state(s, CF_RUN));
		probe->stall(7ull * big, RATE);
		SAME(pos(s).linear, (10ull * big + 1234) * FRAME);
		OK(state(s, CF_PAUSE));
		SAME(take(e), 7);
	}
}
