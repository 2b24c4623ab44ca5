// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_close.c - group 6.3 of the statements: free, close, removal. See suite.h.
 */
#include "suite.h"

TEST(WRT_045)
{
	long before = probe->held(CF_HELD_BUFFERS);
	struct cf_stream *s, *t = open_pin(CF_RENDER, 0);

	s = ready(CF_RENDER, 2, PACKET);
	memset(map(s), 0xff, 2 * SIZE);
	GIVES(alloc(t, 2, 2 * SIZE), DEVICE_BUSY);
	cl->close(s);
	SAME(probe->held(CF_HELD_BUFFERS), before);
	OK(alloc(t, 2, 2 * SIZE));
	CHECK(!map(t)[0] && !map(t)[2 * SIZE - 1]);
}

TEST(WRT_046)
{
	long buffers = probe->held(CF_HELD_BUFFERS), engines = probe->held(CF_HELD_ENGINES);
	struct cf_stream *s = ready(CF_CAPTURE, 2, PACKET);

	OK(state(s, CF_RUN));
	go(PACKET / 2);
	cl->close(s);	/* testbed.c checks that the engine is released before the memory */
	SAME(probe->held(CF_HELD_BUFFERS), buffers);
	SAME(probe->held(CF_HELD_ENGINES), engines);
	s = ready(CF_CAPTURE, 2, PACKET);
	SAME(pos(s).state, CF_STOP);
	go(PACKET);
	SAME(pos(s).linear, 0);
}

TEST(WRT_047)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *other = ready(CF_CAPTURE, 2, PACKET);
	struct cf_event *e = event_on(s), *alive = event_on(other);

	OK(state(s, CF_RUN));
	OK(state(other, CF_RUN));
	go(2 * PACKET + 100 + late());
	CHECK(take(e));
	take(alive);
	cl->close(s);
	SAME(take(e), 0);
	quiet(e);
	SAME(take(alive), 3);
}

TEST(WRT_048)
{
	long before = probe->held(CF_HELD_EVENTS);
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e[8];
	int i;

	for (i = 0; i < 8; i++)
		e[i] = event_on(s);
	OK(state(s, CF_RUN));
	go(PACKET);
	for (i = 0; i < 8; i++)
		cl->event_close(e[i]);
	CHECK(probe->held(CF_HELD_EVENTS) != before);
	cl->close(s);
	SAME(probe->held(CF_HELD_EVENTS), before);
}

TEST(WRT_049)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(cl->free(s));
	SAME(take(e), 0);
	OK(alloc(s, 2, 2 * SIZE));
	OK(state(s, CF_RUN));
	go(PACKET + PACKET / 2);
	SAME(take(e), 1);
	OK(cl->free(s));
	SAME(take(e), 0);
	quiet(e);
}

TEST(WRT_050)
{
	struct cf_stream *out = ready(CF_RENDER, 2, PACKET), *in = ready(CF_CAPTURE, 2, PACKET);
	struct cf_read r;
	uint32_t n;

	OK(state(out, CF_RUN));
	OK(state(in, CF_RUN));
	go(PACKET + 10);
	OK(cl->free(out));
	OK(cl->free(in));
	GIVES(cl->packet_count(out, &n), NOT_SUPPORTED);
	GIVES(cl->write_packet(out, 0, 0, 0), NOT_SUPPORTED);
	GIVES(cl->read_packet(in, &r), NOT_SUPPORTED);
}

TEST(WRT_051)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s), *f = event_on(s);
	uint32_t packet = small(1, 320);

	OK(state(s, CF_RUN));
	go(PACKET / 2);
	OK(cl->free(s));
	take(e);
	take(f);
	OK(alloc(s, 1, packet * FRAME));
	OK(state(s, CF_RUN));
	go(1000 + late());
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / (packet * FRAME));
	SAME(take(f), pos(s).linear / (packet * FRAME));
	CHECK(pos(s).linear >= 1000 * FRAME);
}

TEST(WRT_052)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(state(s, CF_RUN));
	go(PACKET + 10);
	OK(state(s, CF_STOP));
	take(e);
	OK(cl->free(s));
	OK(alloc_timer(s, 2 * SIZE));
	OK(state(s, CF_RUN));
	go(10 * PACKET);
	SAME(take(e), want("signals-of-10-packets", 0));
}

TEST(WRT_053)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *t = open_pin(CF_CAPTURE, 0);
	struct cf_event *e = event_on(s);

	OK(state(s, CF_RUN));
	go(PACKET / 2);
	GIVES(cl->free(t), INVALID_DEVICE_REQUEST);
	SAME(pos(t).state, CF_STOP);
	SAME(pos(s).state, CF_RUN);
	go(PACKET);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
	OK(cl->free(s));
	GIVES(cl->free(s), INVALID_DEVICE_REQUEST);
}

TEST(WRT_054)
{
	long engines = probe->held(CF_HELD_ENGINES), buffers = probe->held(CF_HELD_BUFFERS);
	struct cf_stream *s = ready(CF_CAPTURE, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(state(s, CF_RUN));
	go(PACKET / 2);
	OK(cl->free(s));
	SAME(pos(s).state, CF_STOP);
	SAME(pos(s).linear, 0);
	if (!cl->kernel)	/* there an open stream keeps both */
		SAME(probe->held(CF_HELD_ENGINES), engines);
	SAME(probe->held(CF_HELD_BUFFERS), buffers);
	quiet(e);
	OK(alloc(s, 1, SIZE));
	SAME(pos(s).linear, 0);
}

TEST(WRT_055)
{
	struct cf_stream *s = ready(CF_CAPTURE, 1, PACKET), *t;
	uint32_t i;
	uint8_t *at;

	if (!probe->close_handle)
		lacks("a process has one mapping of its memory");
	at = map(s);
	memset(at, 0x77, SIZE);
	probe->close_handle(s);
	for (i = 0; i < 16; i++) {
		t = ready_pin(CF_RENDER, i % cl->nature.pins, 1, PACKET);
		memset(map(t), 0x11, SIZE);
		cl->close(t);
	}
	for (i = 0; i < SIZE; i++)
		SAME(at[i], 0x77);
}

TEST(WRT_056)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	volatile uint8_t *at;

	if (!cl->kernel)
		lacks("the binding handles memory and its mapping");
	at = map(s);
	OK(state(s, CF_RUN));
	go(PACKET);
	OK(cl->remove());
	at[0] = 1;
	at[2 * SIZE - 1] = 2;
	CHECK(at[0] == 1 || at[0] == 0);	/* undefined contents, but it can be accessed */
	SAME(page(s).state, CF_GONE);
}

TEST(WRT_057)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *t = ready(CF_CAPTURE, 2, PACKET);
	uint32_t to;

	OK(state(s, CF_RUN));
	OK(state(t, CF_RUN));
	go(PACKET / 2);
	OK(cl->remove());
	OK(state(t, CF_STOP));
	for (to = CF_RUN; to-- > CF_STOP;)
		OK(state(s, to));
	GIVES(state(s, CF_RUN), DEVICE_REMOVED);
}

TEST(WRT_058)
{
	untestable("the interface adds a call to free; a client of the contract makes no use of it");
}
