// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_events.c - group 6.4 of the statements: registration of events. See suite.h.
 */
#include <pthread.h>

#include "suite.h"

/* Each event is signalled once at each of the next n points, and n points are passed. */
static void each_counts(struct cf_stream *s, struct cf_event **e, int events, uint64_t packets)
{
	uint64_t before = pos(s).linear / SIZE, points;
	int i;

	OK(state(s, CF_RUN));
	go(packets * PACKET + 10 + late());
	OK(state(s, CF_PAUSE));
	points = pos(s).linear / SIZE - before;
	CHECK(points >= packets);
	for (i = 0; i < events; i++)
		SAME(take(e[i]), points);
}

TEST(WRT_060)
{
	struct cf_stream *s = ready(CF_RENDER, 1, PACKET), *t = ready(CF_CAPTURE, 2, PACKET);
	struct cf_event *e = event(), *f = event();

	OK(cl->event_register(s, e));
	OK(cl->event_register(t, f));
	each_counts(s, &e, 1, 5);
	each_counts(t, &f, 1, 5);
}

TEST(WRT_061)
{
	untestable("the interface has one call for it, with no access type");
}

TEST(WRT_062)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);

	STATUS(cl->event_register(s, event()),
	       want_status("no-buffer", WRT_STATUS_DEVICE_NOT_READY));
	OK(alloc(s, 2, 2 * SIZE));
	OK(cl->free(s));
	STATUS(cl->event_register(s, event()),
	       want_status("no-buffer", WRT_STATUS_DEVICE_NOT_READY));
}

TEST(WRT_063)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);

	OK(alloc_timer(s, 2 * SIZE));
	STATUS(cl->event_register(s, event()),
	       want_status("timer-buffer", WRT_STATUS_NOT_SUPPORTED));
}

TEST(WRT_064)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s), *f = event_on(s);
	enum wrt_status refused = want_status("second-registration", WRT_STATUS_UNSUCCESSFUL);

	STATUS(cl->event_register(s, e), refused);
	STATUS(cl->event_register(s, f), refused);
	OK(state(s, CF_RUN));
	STATUS(cl->event_register(s, e), refused);
}

TEST(WRT_065)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	STATUS(cl->event_register(s, e),
	       want_status("second-registration", WRT_STATUS_UNSUCCESSFUL));
	each_counts(s, &e, 1, 20);
}

TEST(WRT_066)
{
	long before = probe->held(CF_HELD_EVENTS);
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	STATUS(cl->event_register(s, e),
	       want_status("second-registration", WRT_STATUS_UNSUCCESSFUL));
	OK(cl->event_unregister(s, e));
	OK(state(s, CF_RUN));
	quiet(e);
	cl->event_close(e);
	SAME(probe->held(CF_HELD_EVENTS), before);
}

TEST(WRT_067)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s), *same = cl->event_dup(e);

	STATUS(cl->event_register(s, same),
	       want_status("second-registration", WRT_STATUS_UNSUCCESSFUL));
	each_counts(s, &e, 1, 5);
	OK(cl->event_unregister(s, same));
	CHECK(cl->event_unregister(s, e) != WRT_STATUS_SUCCESS);
	cl->event_close(same);
}

TEST(WRT_068)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e[5];
	int i;

	for (i = 0; i < 5; i++)
		e[i] = event_on(s);
	OK(cl->event_unregister(s, e[2]));
	OK(cl->event_unregister(s, e[0]));
	OK(cl->event_unregister(s, e[4]));
	OK(state(s, CF_RUN));
	go(2 * PACKET + 10);
	OK(state(s, CF_PAUSE));
	for (i = 0; i < 5; i++)
		SAME(take(e[i]), i % 2 ? pos(s).linear / SIZE : 0);
	OK(cl->event_unregister(s, e[1]));
	OK(cl->event_unregister(s, e[3]));
}

TEST(WRT_069)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *t = ready(CF_CAPTURE, 2, PACKET);
	struct cf_event *e[2] = { event_on(s), event_on(s) }, *other = event_on(t);
	enum wrt_status unknown = want_status("unknown-event", WRT_STATUS_NOT_FOUND), got;

	got = cl->event_unregister(s, event());
	if (got != WRT_STATUS_INVALID_PARAMETER)
		STATUS(got, unknown);
	got = cl->event_unregister(s, other);
	if (got != WRT_STATUS_INVALID_PARAMETER)
		STATUS(got, unknown);
	each_counts(s, e, 2, 5);
	each_counts(t, &other, 1, 5);
}

TEST(WRT_070)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s), *f = event_on(s);
	enum wrt_status got;

	OK(cl->event_unregister(s, e));
	got = cl->event_unregister(s, e);
	if (got != WRT_STATUS_INVALID_PARAMETER)
		STATUS(got, want_status("unknown-event", WRT_STATUS_NOT_FOUND));
	each_counts(s, &f, 1, 5);
}

TEST(WRT_071)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s), *f = event_on(s);
	uint64_t rest;
	int i;

	OK(state(s, CF_RUN));
	for (i = 0; i < 5; i++) {
		go(PACKET + PACKET / 3);
		OK(cl->event_unregister(s, e));
		take(e);
		quiet(e);
		OK(cl->event_register(s, e));
	}
	if (probe->stall && cl->exact) {	/* points that passed and were not signalled yet */
		go(PACKET - PACKET / 3);
		probe->stall(3 * PACKET, RATE);
		take(e);
		take(f);
		OK(cl->event_unregister(s, e));
		rest = take(e);
		go(PACKET);
		SAME(take(e), rest ? take(f) : 0);
	}
}

TEST(WRT_072)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event(), *keep;
	uint32_t to;

	for (to = CF_STOP; to <= CF_RUN; to++) {
		OK(state(s, to));
		OK(cl->event_register(s, e));
		OK(cl->event_unregister(s, e));
		CHECK(cl->event_unregister(s, e) != WRT_STATUS_SUCCESS);
	}
	keep = event_on(s);
	each_counts(s, &keep, 1, 3);
}

TEST(WRT_073)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s), *f = event(), *g = event();

	OK(state(s, CF_RUN));
	go(5 * PACKET + PACKET / 2);
	OK(cl->event_register(s, f));
	SAME(take(f), 0);
	CHECK(cl->event_wait(f, PACKET, RATE));
	OK(state(s, CF_PAUSE));
	SAME(take(f) + 5, take(e));
	if (!probe->stall)
		return;
	OK(state(s, CF_RUN));
	probe->stall(7 * PACKET, RATE);	/* points that passed and were not signalled yet */
	OK(cl->event_register(s, g));
	OK(state(s, CF_PAUSE));
	SAME(take(g), 0);
}

TEST(WRT_074)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *t = ready(CF_CAPTURE, 2, PACKET);
	struct cf_event *e = event_on(s), *fresh = event();
	uint64_t points;

	OK(state(s, CF_RUN));
	go(2 * PACKET + 10);
	OK(state(s, CF_PAUSE));
	points = pos(s).linear / SIZE;
	OK(cl->event_register(t, e));	/* signalled before */
	OK(cl->event_register(t, fresh));
	SAME(take(e), points);
	SAME(take(fresh), 0);
}

TEST(WRT_075)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s), *f = event_on(s);

	OK(cl->event_unregister(s, f));
	SAME(take(f), 0);
	OK(state(s, CF_RUN));
	go(3 * PACKET + 10);
	OK(state(s, CF_PAUSE));
	OK(cl->event_unregister(s, e));
	SAME(take(e), pos(s).linear / SIZE);
}

TEST(WRT_076)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e[8];
	int i;

	for (i = 0; i < 8; i++) {
		e[i] = event();
		STATUS(cl->event_register(s, e[i]), WRT_STATUS_SUCCESS);
	}
	each_counts(s, e, 8, 5);
}

TEST(WRT_077)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e[5];
	uint64_t points = 0, now;
	int i, k;

	for (i = 0; i < 5; i++)
		e[i] = event_on(s);
	for (k = 0; k < 20; k++) {
		OK(state(s, CF_RUN));
		go(PACKET + late());
		OK(state(s, CF_PAUSE));
		now = pos(s).linear / SIZE;
		for (i = 0; i < 5; i++)
			SAME(take(e[i]), i == 4 ? now - points : want("signals-of-the-first", 1) * (now - points));
		points = now;
	}
	CHECK(points >= 20);
}

TEST(WRT_078)
{
	uint32_t packet = small(1, 320);
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *t = ready(CF_CAPTURE, 1, packet);
	struct cf_event *e = event_on(s);

	OK(cl->event_register(t, e));
	OK(state(s, CF_RUN));
	OK(state(t, CF_RUN));
	go(10 * PACKET + 20);
	OK(state(s, CF_PAUSE));
	OK(state(t, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE + pos(t).linear / (packet * FRAME));
	OK(cl->event_unregister(s, e));
	OK(state(s, CF_RUN));
	OK(state(t, CF_RUN));
	go(PACKET + packet + late());
	CHECK(take(e) >= 2);
}

TEST(WRT_079)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *first = event_on(s), *gone = event_on(s), *last = event_on(s);
	struct cf_event *others[2] = { first, last };

	OK(state(s, CF_RUN));
	go(10);
	cl->event_close(gone);
	each_counts(s, others, 2, 5);
}

TEST(WRT_080)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);

	if (cl->event_bad(s, CF_NOT_OPEN, false) == CF_LACKS)
		lacks("the binding handles handles of events");
	GIVES(cl->event_bad(s, CF_NOT_OPEN, false), INVALID_HANDLE);
	GIVES(cl->event_bad(s, CF_NOT_OPEN, true), INVALID_HANDLE);
}

TEST(WRT_081)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);

	if (cl->event_bad(s, CF_NO_EVENT, false) == CF_LACKS)
		lacks("the binding handles handles of events");
	GIVES(cl->event_bad(s, CF_NO_EVENT, false), OBJECT_TYPE_MISMATCH);
	GIVES(cl->event_bad(s, CF_NO_EVENT, true), OBJECT_TYPE_MISMATCH);
}

/* Memory for registrations is preallocated; only their number is limited. */
TEST(WRT_082)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e[65];
	long held;
	int i;

	for (i = 0; i < 64; i++)
		e[i] = event_on(s);
	held = probe->held(CF_HELD_EVENTS);
	e[64] = event();
	GIVES(cl->event_register(s, e[64]), INSUFFICIENT_RESOURCES);
	cl->event_close(e[64]);
	SAME(probe->held(CF_HELD_EVENTS), held);
	e[64] = event();
	GIVES(cl->event_register(s, e[64]), INSUFFICIENT_RESOURCES);
	each_counts(s, e, 64, 5);
	SAME(take(e[64]), 0);
	OK(cl->event_unregister(s, e[0]));
	OK(cl->event_register(s, e[64]));
}

TEST(WRT_083)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e[2] = { event_on(s), event_on(s) };
	uint32_t to;

	for (to = CF_PAUSE; to + 1 > CF_STOP; to--) {
		OK(state(s, CF_RUN));
		OK(state(s, to));
		take(e[0]);
		take(e[1]);
		each_counts(s, e, 2, 2);
		CHECK(cl->event_register(s, e[0]) != WRT_STATUS_SUCCESS);
		if (to == CF_STOP)
			break;
	}
}

static struct cf_stream *contested;
static struct cf_event *restless;
static bool enough;
static int wrong;

static void *come_and_go(void *arg)
{
	while (!__atomic_load_n(&enough, __ATOMIC_SEQ_CST)) {
		wrong += cl->event_register(contested, restless) != WRT_STATUS_SUCCESS;
		wrong += cl->event_unregister(contested, restless) != WRT_STATUS_SUCCESS;
		breathe();
	}
	return arg;
}

TEST(WRT_084)
{
	uint32_t packet = small(2, 48);
	struct cf_stream *s = ready(CF_RENDER, 2, packet);
	struct cf_event *first = event_on(s), *last;
	uint64_t points, mine;
	pthread_t thread;
	int i;

	contested = s;
	restless = event();
	enough = false;
	wrong = 0;
	last = event_on(s);
	OK(state(s, CF_RUN));
	CHECK(!pthread_create(&thread, NULL, come_and_go, NULL));
	for (i = 0; i < 50; i++)
		go(20 * 48);
	__atomic_store_n(&enough, true, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
	OK(state(s, CF_PAUSE));
	points = pos(s).linear / (packet * FRAME);
	SAME(wrong, 0);
	SAME(take(first), points);
	SAME(take(last), points);
	mine = take(restless);
	CHECK(mine <= points);
	OK(state(s, CF_RUN));
	go(480);
	SAME(take(restless), 0);
}
