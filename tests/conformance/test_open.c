// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_open.c - group 6.1 of the statements: open, query, interfaces. See suite.h.
 */
#include "suite.h"

static const char *const of_binding = "the binding announces interfaces, not the miniport";

static struct cf_caps announced(uint32_t dir)
{
	struct cf_caps c;

	need_direction(dir);
	if (probe->caps(dir, 0, &c) == CF_LACKS)
		lacks(of_binding);
	OK(probe->caps(dir, 0, &c));
	return c;
}

TEST(WRT_001)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);

	SAME(pos(s).state, CF_STOP);
	cl->close(s);
	SAME(pos(open_pin(CF_CAPTURE, 0)).state, CF_STOP);
	SAME(page(open_pin(CF_RENDER, last_pin())).state, CF_STOP);
}

TEST(WRT_002)
{
	struct cf_stream *first = ready(CF_RENDER, 2, PACKET), *s;
	uint32_t dir;

	OK(state(first, CF_RUN));	/* actions of other streams have no effect */
	go(100);
	for (dir = CF_RENDER; dir <= CF_CAPTURE; dir++) {
		s = open_pin(dir, 0);
		SAME(pos(s).play, 0);
		SAME(pos(s).linear, 0);
		SAME(page(s).linear, 0);
	}
	cl->close(first);
	s = open_pin(CF_RENDER, 0);
	SAME(pos(s).linear, 0);
}

TEST(WRT_003)
{
	struct cf_stream *out = open_pin(CF_RENDER, 0), *in = open_pin(CF_CAPTURE, 0);
	struct cf_read r;
	uint64_t a, b;
	uint32_t n;

	CHECK(!cl->map(out));
	CHECK(!cl->map(in));
	CHECK(cl->packet_count(out, &n) != WRT_STATUS_SUCCESS);
	CHECK(cl->presentation(out, &a, &b) != WRT_STATUS_SUCCESS);
	CHECK(cl->write_packet(out, 0, 0, 0) != WRT_STATUS_SUCCESS);
	CHECK(cl->read_packet(in, &r) != WRT_STATUS_SUCCESS);
}

TEST(WRT_004)
{
	CHECK(announced(CF_RENDER).notification);
	CHECK(announced(CF_CAPTURE).notification);
}

TEST(WRT_005)
{
	uint32_t dir;

	for (dir = CF_RENDER; dir <= CF_CAPTURE; dir++) {
		bool has = announced(dir).notification;

		SAME(has, alloc(open_pin(dir, 0), 2, 2 * SIZE) == WRT_STATUS_SUCCESS);
	}
}

TEST(WRT_006)
{
	struct cf_stream *out = ready(CF_RENDER, 2, PACKET), *in = ready(CF_CAPTURE, 2, PACKET);
	struct cf_read r;
	struct cf_caps c;

	OK(state(out, CF_RUN));
	OK(state(in, CF_RUN));
	go(PACKET + 10 + late());
	OK(cl->read_packet(in, &r));
	GIVES(cl->read_packet(out, &r), NOT_SUPPORTED);
	if (probe->caps(CF_RENDER, 0, &c) == WRT_STATUS_SUCCESS)
		CHECK(!c.input && announced(CF_CAPTURE).input);
}

TEST(WRT_007)
{
	struct cf_stream *out = ready(CF_RENDER, 2, PACKET), *in = ready(CF_CAPTURE, 2, PACKET);
	struct cf_caps c;
	uint64_t a, b;
	uint32_t n;

	OK(cl->write_packet(out, 0, 0, 0));
	GIVES(cl->write_packet(in, 0, 0, 0), NOT_SUPPORTED);
	OK(cl->packet_count(out, &n));
	GIVES(cl->packet_count(in, &n), NOT_SUPPORTED);
	OK(cl->presentation(out, &a, &b));
	GIVES(cl->presentation(in, &a, &b), NOT_SUPPORTED);
	if (probe->caps(CF_RENDER, 0, &c) == WRT_STATUS_SUCCESS)
		CHECK(c.output && !announced(CF_CAPTURE).output);
}

TEST(WRT_008)
{
	if (!probe->unknown_interface)
		lacks(of_binding);
	CHECK(probe->unknown_interface(open_pin(CF_RENDER, 0)) != WRT_STATUS_SUCCESS);
}
