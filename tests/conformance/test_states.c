// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_states.c - group 6.6 of the statements: states. See suite.h.
 */
#include "suite.h"

static void is_in(struct cf_stream *s, uint32_t want_state)
{
	SAME(pos(s).state, want_state);
	SAME(page(s).state, want_state);
}

TEST(WRT_120)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	int round;
	uint32_t to;

	for (round = 0; round < 3; round++) {
		for (to = CF_ACQUIRE; to <= CF_RUN; to++) {
			OK(state(s, to));
			is_in(s, to);
		}
		go(10);
		for (to = CF_RUN; to-- > CF_STOP;) {
			OK(state(s, to));
			is_in(s, to);
		}
	}
}

TEST(WRT_121)
{
	uint32_t packet = small(2, 48);
	struct cf_stream *s = ready(CF_RENDER, 2, packet);
	uint64_t before = 0, now;
	int i;

	for (i = 0; i < 100; i++) {
		OK(state(s, CF_RUN));
		go(7 + late());
		OK(state(s, CF_PAUSE));
		now = pos(s).linear;
		CHECK(now >= before + (cl->exact ? 7 * FRAME : 0));
		SAME(count(s), now / (packet * FRAME));
		before = now;
	}
	if (cl->exact)
		SAME(before, 700 * FRAME);
	CHECK(before >= 600 * FRAME);
}

/* Changes the state in these n steps, if they can be observed. */
static void steps_to(struct cf_stream *s, uint32_t to, const uint32_t *expected, int n)
{
	uint32_t seen[16];
	int i, got;

	if (probe->steps)
		probe->steps(s, seen, 16);
	OK(state(s, to));
	if (!probe->steps)
		return;
	got = probe->steps(s, seen, 16);
	SAME(got, n);
	for (i = 0; i < n; i++)
		SAME(seen[i], expected[i]);
}

TEST(WRT_122)
{
	static const uint32_t up[] = { CF_ACQUIRE, CF_PAUSE, CF_RUN };
	static const uint32_t down[] = { CF_PAUSE, CF_ACQUIRE, CF_STOP };
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	steps_to(s, CF_RUN, up, 3);
	go(PACKET + 100 + late());
	steps_to(s, CF_STOP, down, 3);
	is_in(s, CF_STOP);
	SAME(pos(s).linear, 0);
	take(e);
	quiet(e);
	steps_to(s, CF_PAUSE, up, 2);
	steps_to(s, CF_STOP, down + 1, 2);
	OK(state(s, CF_RUN));
	go(PACKET + 100 + late());
	OK(state(s, CF_ACQUIRE));
	CHECK(pos(s).linear >= SIZE);
	OK(state(s, CF_RUN));
	go(PACKET + late());
	CHECK(pos(s).linear >= 2 * SIZE);
}

TEST(WRT_123)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);
	uint64_t before;
	uint32_t to;

	for (to = CF_STOP; to <= CF_RUN; to++) {
		OK(state(s, to));
		OK(state(s, to));
		is_in(s, to);
	}
	go(PACKET / 2);
	before = pos(s).linear;
	OK(state(s, CF_RUN));
	OK(state(s, CF_RUN));
	CHECK(pos(s).linear >= before);
	if (cl->exact)
		SAME(pos(s).linear, before);
	go(PACKET + late());
	OK(state(s, CF_PAUSE));
	before = pos(s).linear;
	CHECK(before >= 3 * SIZE / 2);
	OK(state(s, CF_PAUSE));
	SAME(pos(s).linear, before);
	SAME(take(e), before / SIZE);
	OK(state(s, CF_ACQUIRE));
	OK(state(s, CF_ACQUIRE));
	SAME(pos(s).linear, before);
}

TEST(WRT_124)
{
	static const uint32_t wrong[] = { 4, 5, 0x80000000, 0xffffffff };
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	uint32_t to;
	int i;

	for (to = CF_STOP; to <= CF_RUN; to++) {
		OK(state(s, to));
		for (i = 0; i < 4; i++)
			GIVES(state(s, wrong[i]), INVALID_PARAMETER);
		is_in(s, to);
	}
}

TEST(WRT_125)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);

	OK(state(s, CF_ACQUIRE));
	CHECK(state(s, CF_RUN) != WRT_STATUS_SUCCESS);	/* no buffer */
	is_in(s, CF_PAUSE);	/* the steps before it were made (Q14) */
	if (!probe->fail_start)
		return;
	OK(state(s, CF_STOP));
	OK(alloc(s, 2, 2 * SIZE));
	OK(probe->fail_start(true));
	OK(state(s, CF_PAUSE));
	CHECK(state(s, CF_RUN) != WRT_STATUS_SUCCESS);
	is_in(s, CF_PAUSE);
	go(PACKET);
	SAME(pos(s).linear, 0);
	OK(probe->fail_start(false));
	OK(state(s, CF_RUN));
	go(PACKET);
	CHECK(pos(s).linear >= SIZE);
}

TEST(WRT_126)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	enum wrt_status refused = want_status("run", WRT_STATUS_INVALID_DEVICE_REQUEST);

	STATUS(state(s, CF_RUN), refused);
	OK(state(s, CF_STOP));
	OK(state(s, CF_PAUSE));
	STATUS(state(s, CF_RUN), refused);
	go(PACKET);
	SAME(pos(s).linear, 0);
}

TEST(WRT_127)
{
	bool numbers = need_known_source();
	struct cf_stream *s;
	uint8_t seen[2 * SIZE];
	uint64_t linear;
	uint32_t to;

	s = ready(CF_CAPTURE, 2, PACKET);
	for (to = CF_STOP; to <= CF_PAUSE; to++) {
		OK(state(s, to));
		go(PACKET);
		SAME(pos(s).linear, 0);
	}
	OK(state(s, CF_RUN));
	go(PACKET + 100 + late());
	CHECK(pos(s).linear >= SIZE);
	for (to = CF_PAUSE; to > CF_STOP; to--) {
		OK(state(s, to));
		linear = pos(s).linear;
		if (!numbers)
			stain(map(s), sizeof(seen));
		memcpy(seen, map(s), sizeof(seen));
		go(PACKET);
		SAME(pos(s).linear, linear);
		CHECK(!memcmp(seen, map(s), sizeof(seen)));
	}
	OK(state(s, CF_STOP));
	go(PACKET);
	CHECK(!memcmp(seen, map(s), sizeof(seen)));
}

static void stays_at_zero(struct cf_stream *s, struct cf_event *e)
{
	int i;

	take(e);
	for (i = 0; i < 3; i++) {
		SAME(pos(s).linear, 0);
		SAME(pos(s).play, 0);
		SAME(page(s).packets, 0);
		SAME(page(s).linear, 0);
		SAME(count(s), 0);
		SAME(take(e), 0);
		go(PACKET + 100);
	}
}

TEST(WRT_128)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);
	int path;

	for (path = 0; path < 4; path++) {
		OK(state(s, CF_RUN));
		go(2 * PACKET + 100);
		if (probe->stall && path & 1)
			probe->stall(3 * PACKET, RATE);
		if (path >= 1)
			OK(state(s, CF_PAUSE));
		if (path >= 2)
			OK(state(s, CF_ACQUIRE));
		OK(state(s, CF_STOP));
		stays_at_zero(s, e);
	}
}

TEST(WRT_129)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	uint8_t *at = map(s);
	uint32_t i;

	for (i = 0; i < 2 * SIZE; i++)
		at[i] = (uint8_t)(i + i / 251);
	OK(state(s, CF_RUN));
	go(3 * PACKET);
	OK(state(s, CF_STOP));
	CHECK(map(s) == at);
	for (i = 0; i < 2 * SIZE; i++)
		SAME(at[i], (uint8_t)(i + i / 251));
	OK(state(s, CF_RUN));
	go(PACKET + late());
	CHECK(pos(s).linear >= SIZE);
}

TEST(WRT_130)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(state(s, CF_RUN));
	go(10);
	EITHER(cl->set_format(s, 44100, CF_S16, 2), INVALID_PARAMETER, NOT_SUPPORTED);
	EITHER(cl->set_format(s, RATE, CF_S16, 2), INVALID_PARAMETER, NOT_SUPPORTED);
	go(2 * PACKET);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
}
