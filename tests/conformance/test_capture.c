// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_capture.c - group 6.9 of the statements: packets of capture streams. See suite.h.
 */
#include "suite.h"

#define PACKET_NS	10000000ull

static struct cf_stream *running(struct cf_event **e)
{
	struct cf_stream *s = ready(CF_CAPTURE, 2, PACKET);

	if (e)
		*e = event_on(s);
	OK(state(s, CF_RUN));
	return s;
}

static struct cf_read get(struct cf_stream *s)
{
	struct cf_read r = { 0 };

	STATUS(cl->read_packet(s, &r), want_status("a-packet", WRT_STATUS_SUCCESS));
	return r;
}

static enum wrt_status get_status(struct cf_stream *s)
{
	struct cf_read r;

	return cl->read_packet(s, &r);
}

TEST(WRT_190)
{
	struct cf_stream *s = ready(CF_CAPTURE, 2, PACKET);

	OK(state(s, CF_PAUSE));
	GIVES(get_status(s), DEVICE_NOT_READY);
	OK(state(s, CF_RUN));
	GIVES(get_status(s), DEVICE_NOT_READY);
	go(PACKET / 2);
	GIVES(get_status(s), DEVICE_NOT_READY);
	if (cl->exact) {
		go(PACKET / 2 - 1);
		GIVES(get_status(s), DEVICE_NOT_READY);
	}
}

TEST(WRT_191)
{
	struct cf_event *e;
	struct cf_stream *s = running(&e);

	CHECK(cl->event_wait(e, 2 * PACKET, RATE));
	SAME(get(s).number, 0);
}

TEST(WRT_192)
{
	struct cf_stream *s = running(NULL);
	int k;

	for (k = 0; k < 3; k++) {
		go(PACKET + 20 + (k ? 0 : late()));
		get(s);
		GIVES(get_status(s), DEVICE_NOT_READY);
		go(50);
		GIVES(get_status(s), DEVICE_NOT_READY);
	}
}

TEST(WRT_193)
{
	struct cf_event *e;
	struct cf_stream *s = running(&e);
	uint32_t k;

	for (k = 0; k < 30; k++) {
		CHECK(cl->event_wait(e, 2 * PACKET, RATE));
		SAME(take(e), 1);
		SAME(get(s).number, k);
	}
	SAME(page(s).dropped, 0);
}

TEST(WRT_194)
{
	struct cf_stream *s = running(NULL);
	uint64_t points;

	go(PACKET + 10 + late());
	SAME(get(s).number, 0);
	go(5 * PACKET);
	if (probe->stall)
		probe->stall(3 * PACKET, RATE);
	OK(state(s, CF_PAUSE));
	points = pos(s).linear / SIZE;
	CHECK(points >= 6);
	SAME(get(s).number, points - 1);
	SAME(page(s).dropped, points - 2);
	GIVES(get_status(s), DEVICE_NOT_READY);
}

TEST(WRT_195)
{
	struct cf_stream *s = running(NULL);

	if (!cl->kernel)
		lacks("a constant of the binding");
	go(PACKET + 10 + late());
	SAME(get(s).flags, 0);
}

TEST(WRT_196)
{
	struct cf_stream *s = running(NULL);

	if (!cl->kernel)
		lacks("a constant of the binding");
	go(5 * PACKET + 10 + late());
	SAME(get(s).more, 0);
}

/* With this latency between the converter and the buffer. */
static void stamps(uint64_t delay_ns)
{
	uint64_t began, last = 0, behind = want("stamp-behind-the-first-sample", 0);
	uint64_t slack = (cl->exact ? 1 : 2000000) + 1000ull * cl->nature.late_us;
	struct cf_stream *s = ready(CF_CAPTURE, 2, PACKET);
	struct cf_read r;
	int k;

	OK(state(s, CF_RUN));
	began = pos(s).ns - pos(s).linear / FRAME * 1000000000 / RATE;
	for (k = 0; k < 10; k++) {
		go(k ? PACKET : PACKET + 100 + late());
		if (probe->stall && k == 5)
			probe->stall(PACKET, RATE);	/* found late by the interrupt */
		r = get(s);
		CHECK(r.ns + delay_ns + PACKET_NS <= cl->now_ns(RATE) + 1 + behind);
		CHECK(r.ns + delay_ns + slack >= began + r.number * PACKET_NS + behind);
		CHECK(r.ns + delay_ns <= began + r.number * PACKET_NS + slack + behind);
		CHECK(!k || r.ns > last);
		last = r.ns;
	}
	cl->close(s);
}

static uint64_t delay_told(void)
{
	struct cf_stream *s = ready(CF_CAPTURE, 2, PACKET);
	struct cf_latency l;

	OK(cl->latency(s, &l));
	cl->close(s);
	if (!cl->nature.hardware)
		SAME(l.fifo_bytes + l.chipset_100ns + l.codec_100ns, 0);
	return l.fifo_bytes / FRAME * 1000000000ull / RATE +
	       ((uint64_t)l.chipset_100ns + l.codec_100ns) * 100;
}

TEST(WRT_197)
{
	stamps(delay_told());
	if (cl->device(&(struct cf_device){ .shaped = true }) != WRT_STATUS_SUCCESS)
		return;
	go(PACKET);	/* so that the step clock has a past */
	stamps(256 / FRAME * 1000000000ull / RATE + 600000);
}

TEST(WRT_198)
{
	struct cf_stream *s = running(NULL);

	go(3 * PACKET + 10 + late());
	CHECK(get(s).number >= 2);
	OK(state(s, CF_STOP));
	OK(state(s, CF_RUN));
	GIVES(get_status(s), DEVICE_NOT_READY);
	go(PACKET + 10 + late());
	SAME(get(s).number, 0);
}

TEST(WRT_199)
{
	struct cf_stream *s = running(NULL);
	uint32_t k;

	go_to(s, PACKET + 10, PACKET);
	SAME(get(s).number, 0);
	for (k = 1; k < 5; k++) {
		OK(state(s, CF_PAUSE));
		go(100);
		GIVES(get_status(s), DEVICE_NOT_READY);
		OK(state(s, CF_RUN));
		go_to(s, PACKET, (k + 1) * PACKET);
		SAME(get(s).number, k);
	}
	go_to(s, PACKET, 6 * PACKET);
	OK(state(s, CF_PAUSE));
	SAME(get(s).number, 5);		/* also in PAUSE */
	SAME(page(s).dropped, 0);
}

TEST(WRT_200)
{
	struct cf_stream *s = running(NULL);

	go(PACKET + 10 + late());
	OK(state(s, CF_ACQUIRE));
	EITHER(get_status(s), INVALID_DEVICE_STATE, DEVICE_NOT_READY);
	OK(state(s, CF_STOP));
	EITHER(get_status(s), INVALID_DEVICE_STATE, DEVICE_NOT_READY);
	OK(state(s, CF_RUN));
	go(PACKET + 10 + late());
	SAME(get(s).number, 0);
}

/* All packets up to the k-th: consecutive numbers in their slots. */
static void packets_of(uint32_t n, bool numbers)
{
	struct cf_stream *s = ready(CF_CAPTURE, n, PACKET);
	uint16_t *at = (uint16_t *)map(s), *slot;
	uint16_t next = 0;
	uint32_t p, i;
	struct cf_event *e = event_on(s);

	if (!numbers)
		stain(map(s), n * SIZE);
	OK(state(s, CF_RUN));
	for (p = 0; p < 10; p++) {
		CHECK(cl->event_wait(e, 2 * PACKET, RATE));
		take(e);
		SAME(get(s).number, p);
		slot = at + p % n * PACKET * 2;
		if (!numbers) {
			/* N=1: DMA had started it again before it was marked; check the rest */
			CHECK(silent((uint8_t *)(slot + (n == 1 ? PACKET : 0)), n * SIZE / 2));
			stain((uint8_t *)slot, SIZE);
			continue;
		}
		for (i = n == 1 ? PACKET / 2 : 0; i < PACKET; i++)	/* N=1: already overwritten */
			SAME(slot[2 * i], p ? (uint16_t)(next + i) : slot[2 * i]);
		next = (uint16_t)(slot[2 * PACKET - 2] + 1);
	}
	cl->close(s);
}

TEST(WRT_201)
{
	bool numbers = need_known_source();

	packets_of(2, numbers);
	packets_of(1, numbers);
}

TEST(WRT_202)
{
	uint8_t seen[SIZE];
	struct cf_event *e;
	bool same;
	struct cf_stream *s;
	uint32_t k;
	bool numbers = need_known_source();

	s = running(&e);
	for (k = 0; k < 6; k++) {
		CHECK(cl->event_wait(e, 2 * PACKET, RATE));
		take(e);
		if (!numbers)
			stain(map(s) + k % 2 * SIZE, SIZE);
		memcpy(seen, map(s) + k % 2 * SIZE, SIZE);
		go(cl->exact ? PACKET - 1 : PACKET / 2);
		same = !memcmp(seen, map(s) + k % 2 * SIZE, SIZE);
		on_time(pos(s).linear / SIZE == k + 1);
		CHECK(same && !memcmp(seen, map(s) + k % 2 * SIZE, SIZE));
	}
}

TEST(WRT_203)
{
	untestable("no backend keeps captured data outside of the buffer");
}

TEST(WRT_204)
{
	untestable("no backend keeps captured data outside of the buffer");
}

TEST(WRT_205)
{
	struct cf_stream *s;
	const uint16_t *at;
	struct cf_read r;
	uint16_t first;
	uint32_t i;

	device((struct cf_device){ .ramp = true });
	s = running(NULL);
	at = (const uint16_t *)map(s);
	go(100);
	OK(state(s, CF_PAUSE));
	first = at[0];
	OK(state(s, CF_RUN));
	go(7 * PACKET + PACKET / 4);
	OK(state(s, CF_PAUSE));
	r = get(s);
	SAME(r.number, pos(s).linear / SIZE - 1);
	CHECK(r.number >= 6);
	at += r.number % 2 * PACKET * 2;
	if (cl->exact)		/* the pause has lost no frame of the clock */
		SAME(at[0], (uint16_t)(first + r.number * PACKET));
	for (i = 0; i < PACKET; i++)
		SAME(at[2 * i], (uint16_t)(at[0] + i));
}
