// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_delivery.c - group 6.5 of the statements: when events are signalled. See suite.h.
 */
#include "suite.h"

static struct cf_stream *s, *in;
static struct cf_event *e;

/* A stream with n packets and an event, in RUN. */
static void running(uint32_t dir, uint32_t n, uint32_t frames)
{
	s = ready(dir, n, frames);
	e = event_on(s);
	OK(state(s, CF_RUN));
}

/* In PAUSE every point that passed has been signalled: the sum is exact in any mode. */
static uint64_t sum_is_exact(uint64_t so_far, uint32_t packet_bytes)
{
	uint64_t points;

	OK(state(s, CF_PAUSE));
	points = pos(s).linear / packet_bytes;
	SAME(so_far + take(e), points);
	return points;
}

/*
 * The next point: not a frame before it, and one signal. In real time there may
 * have been more points. Returns their number.
 */
static uint64_t one_point(uint32_t frames)
{
	uint64_t n;

	if (cl->exact) {
		go(frames - 1);
		SAME(take(e), 0);
		go(1);
	} else {
		CHECK(cl->event_wait(e, 2 * frames, cf_rate));
	}
	n = take(e);
	CHECK(n == 1 || (!cl->exact && n));
	return n;
}

/* The page has this number of points; more only in real time. */
static void points_are(uint64_t n)
{
	uint64_t now = page(s).number;

	CHECK(now == n || (!cl->exact && now > n));
}

TEST(WRT_090)
{
	uint64_t sum = 0;
	int k;

	running(CF_RENDER, 1, PACKET);
	for (k = 1; k <= 10; k++) {
		sum += one_point(PACKET);
		points_are(sum);
	}
	CHECK(sum_is_exact(sum, SIZE) >= 10);
}

/* The record of the signal has the position of the engine. */
static void belongs_to(uint32_t packet_bytes, uint32_t buffer, uint32_t offset)
{
	struct cf_page p = page(s);

	CHECK(p.at_linear >= p.number * packet_bytes);
	CHECK(p.at_linear < (p.number + 1) * packet_bytes);
	if (cl->exact) {
		SAME(p.number * packet_bytes % buffer, offset);
		SAME(p.at_linear % buffer, offset);
	}
}

TEST(WRT_091)
{
	int k;

	running(CF_RENDER, 1, PACKET);
	for (k = 0; k < 10; k++) {
		one_point(PACKET);
		belongs_to(SIZE, SIZE, 0);
	}
}

TEST(WRT_092)
{
	uint64_t sum = 0;
	int k;

	running(CF_CAPTURE, 2, PACKET);
	for (k = 1; k <= 20; k++) {
		sum += one_point(PACKET);
		points_are(sum);
	}
	CHECK(sum_is_exact(sum, SIZE) >= 20);
}

TEST(WRT_093)
{
	int k;

	running(CF_RENDER, 2, PACKET);
	for (k = 0; k < 20; k++) {
		one_point(PACKET);
		belongs_to(SIZE, 2 * SIZE, k % 2 ? 0 : SIZE);
	}
}

TEST(WRT_094)
{
	running(CF_RENDER, 2, PACKET);
	SAME(take(e), 0);
	if (cl->exact) {
		go(PACKET - 1);
		SAME(take(e), 0);
		OK(state(s, CF_PAUSE));
		OK(state(s, CF_RUN));
		SAME(take(e), 0);
	}
	OK(state(s, CF_STOP));
	take(e);
	OK(state(s, CF_RUN));
	SAME(take(e), 0);
}

TEST(WRT_095)
{
	uint32_t n;

	for (n = 1; n <= 2; n++) {
		running(CF_RENDER, n, PACKET);
		CHECK(cl->event_wait(e, 2 * PACKET, RATE));
		points_are(1);
		CHECK(page(s).at_linear >= SIZE);
		if (cl->exact)
			SAME(page(s).at_linear, SIZE);
		cl->close(s);
	}
}

TEST(WRT_096)
{
	uint32_t to;

	s = ready(CF_RENDER, 2, PACKET);
	e = event_on(s);
	for (to = CF_STOP; to <= CF_PAUSE; to++) {
		OK(state(s, to));
		quiet(e);
	}
	OK(state(s, CF_RUN));
	go(3 * PACKET + PACKET / 3);
	for (to = CF_RUN; to-- > CF_STOP;) {
		OK(state(s, to));
		take(e);
		quiet(e);
	}
}

TEST(WRT_097)
{
	uint64_t points, sum = 0;
	int i;

	running(CF_RENDER, 2, PACKET);
	for (i = 0; i < 10; i++) {
		go(2 * PACKET + PACKET / 3);
		if (probe->stall && i % 2)		/* SetState finds points itself */
			probe->stall(7 * PACKET, RATE);
		OK(state(s, CF_PAUSE));
		points = pos(s).linear / SIZE;
		sum += take(e);
		SAME(sum, points);
		quiet(e);
		OK(state(s, CF_RUN));
	}
}

TEST(WRT_098)
{
	uint64_t sum = 0, before, points, seed = 98;
	uint32_t packet = small(2, 48);
	int i;

	running(CF_RENDER, 2, packet);
	for (i = 0; i < 400; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		if (probe->stall && i % 3 == 0)
			probe->stall(seed >> 56, RATE);
		go(seed >> 57);
		before = pos(s).linear / (packet * FRAME);
		sum += take(e);
		points = pos(s).linear / (packet * FRAME);
		CHECK(sum <= points && sum + 1 + late() / packet >= before);
		if (cl->exact)
			SAME(page(s).packets, sum);
	}
	go(48 * 500 + (packet - 48) * 1000);
	points = sum_is_exact(sum, packet * FRAME);
	CHECK(points >= 1000);
}

TEST(WRT_099)
{
	uint64_t points;

	need_rate(44100);
	cf_rate = 44100;
	s = open_pin(CF_RENDER, 0);
	OK(cl->set_format(s, 44100, CF_S16, 2));
	OK(alloc(s, 2, 2 * 448 * FRAME));
	e = event_on(s);
	OK(state(s, CF_RUN));
	go(441000);
	if (cl->exact)
		SAME(take(e), want("signals-in-10-s", 984));
	points = sum_is_exact(cl->exact ? 984 : 0, 448 * FRAME);
	CHECK(points >= 984 && points < 990);
}

TEST(WRT_100)
{
	uint32_t n = small(1, 32) / 32;
	struct cf_buffer b = { .notify = true, .count = n > 2 ? n : 2, .any = n > 2 };

	b.bytes = b.count * 32 * FRAME;		/* 0.67 ms each */
	s = open_pin(CF_RENDER, 0);
	OK(alloc_buffer(s, &b));
	SAME(b.actual, b.bytes);
	e = event_on(s);
	OK(state(s, CF_RUN));
	go(32 * 100 + late());
	if (cl->exact)
		SAME(take(e), want("signals-of-100-packets", 100));
	CHECK(sum_is_exact(cl->exact ? 100 : 0, 32 * FRAME) >= 100);
}

static uint32_t fifo;

static void not_early(uint32_t k)
{
	CHECK(pos(s).linear + fifo >= (uint64_t)k * SIZE);
	CHECK(pos(s).linear < (uint64_t)(k + 1) * SIZE);
}

TEST(WRT_101)
{
	struct cf_device shaped = { .shaped = true };
	struct cf_latency l;

	running(CF_RENDER, 2, PACKET);
	fifo = 0;
	at_signals(e, 20, not_early);
	cl->close(s);
	if (cl->device(&shaped) != WRT_STATUS_SUCCESS)
		return;
	running(CF_CAPTURE, 2, PACKET);
	OK(cl->latency(s, &l));
	fifo = l.fifo_bytes;
	at_signals(e, 20, not_early);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

TEST(WRT_102)
{
	uint64_t late[100];
	bool measured = false;
	int i;

	running(CF_RENDER, 2, PACKET);
	for (i = 0; i < 100; i++) {
		one_point(PACKET);
		late[i] = page(s).late_ns;
		if (late[i] != ~0ull)
			measured = true;
		else		/* by the step clock: one_point() has seen the frame */
			late[i] = 0;
	}
	qsort(late, 100, sizeof(*late), by_size);
	if (measured)
		printf("# delay of a signal after its point: %llu ns (median), %llu (99%%), %llu (maximum)\n",
		       (unsigned long long)late[49], (unsigned long long)late[98],
		       (unsigned long long)late[99]);
	CHECK(late[98] <= (uint64_t)cf_t_late_us * 1000);
}

TEST(WRT_103)
{
	uint64_t points;

	running(CF_RENDER, 2, PACKET);
	go(5 * PACKET + PACKET / 2);
	if (probe->stall) {
		probe->stall(9 * PACKET, RATE);
		pos(s);		/* reading consumes no point */
		go(1);
	}
	OK(state(s, CF_PAUSE));
	points = pos(s).linear / SIZE;
	CHECK(points >= 5);
	SAME(take(e), points);
	SAME(take(e), 0);
	CHECK(!cl->event_wait(e, 0, RATE));
}

TEST(WRT_104)
{
	running(CF_RENDER, 2, PACKET);
	go(PACKET + PACKET / 2);
	OK(state(s, CF_STOP));
	CHECK(cl->event_wait(e, 0, RATE));
	SAME(take(e), 1);
}

TEST(WRT_105)
{
	struct cf_event *reader;
	uint64_t sum = 0;
	int i;

	running(CF_RENDER, 2, PACKET);
	reader = event_on(s);
	for (i = 0; i < 100; i++) {
		CHECK(cl->event_wait(reader, 2 * PACKET, RATE));
		sum += take(reader);
	}
	OK(state(s, CF_PAUSE));
	sum += take(reader);
	SAME(sum, pos(s).linear / SIZE);
	SAME(take(e), sum);
}

static void counted_before(uint32_t k)
{
	CHECK(count(s) >= k);
	CHECK(page(s).packets >= k);
}

TEST(WRT_106)
{
	running(CF_RENDER, 2, PACKET);
	at_signals(e, 20, counted_before);
}

static uint16_t *samples;
static bool numbers;

/* Packet k-1: consecutive numbers, following the packet before. */
static void packet_whole(uint32_t k)
{
	static uint16_t next;
	uint16_t *at = samples + (k - 1) % 2 * PACKET * 2;
	uint32_t i;

	if (!numbers) {
		CHECK(silent((uint8_t *)at, SIZE));
		stain((uint8_t *)at, SIZE);
		return;
	}
	if (k == 1)
		next = at[0];
	for (i = 0; i < PACKET; i++)
		SAME(at[2 * i], (uint16_t)(next + i));
	next = (uint16_t)(next + PACKET);
}

TEST(WRT_107)
{
	numbers = need_known_source();
	go(777);
	s = ready(CF_CAPTURE, 2, PACKET);
	e = event_on(s);
	samples = (uint16_t *)map(s);
	if (!numbers)
		stain(map(s), 2 * SIZE);
	OK(state(s, CF_RUN));
	at_signals(e, 20, packet_whole);
}

static uint32_t *played;

static uint32_t frame_of(uint32_t packet, uint32_t i)
{
	return (packet * PACKET + i + 1) * 2654435761u;
}

static void fill(uint32_t packet)
{
	uint32_t i;

	for (i = 0; i < PACKET; i++)
		played[packet % 2 * PACKET + i] = frame_of(packet, i);
}

/* At once: the packet just played can be overwritten by the one after next. */
static void refill(uint32_t k)
{
	fill(k + 1);
}

TEST(WRT_108)
{
	uint32_t *heard, at = 0, p, i;

	need_loopback();
	in = ready(CF_CAPTURE, 1, 20 * PACKET);
	s = ready(CF_RENDER, 2, PACKET);
	e = event_on(s);
	played = (uint32_t *)map(s);
	fill(0);
	fill(1);
	OK(state(in, CF_RUN));
	OK(state(s, CF_RUN));
	at_signals(e, 15, refill);
	OK(state(in, CF_PAUSE));
	heard = (uint32_t *)map(in);
	while (at < PACKET && !heard[at])
		at++;
	for (p = 0; p < 15; p++)
		for (i = 0; i < PACKET; i++)
			SAME(heard[at + p * PACKET + i], frame_of(p, i));
}

TEST(WRT_109)
{
	int round;

	running(CF_RENDER, 2, PACKET);
	for (round = 1; round <= 5; round++) {
		go(PACKET / 3);
		OK(state(s, CF_PAUSE));
		go(PACKET);
		SAME(take(e), 0);
		OK(state(s, CF_RUN));
		one_point(PACKET - PACKET / 3);
		points_are((uint64_t)round);
		if (!cl->exact)
			continue;
		SAME(page(s).at_linear, round * SIZE);
	}
}

TEST(WRT_110)
{
	uint32_t first = (uint32_t)want("frames-to-the-first-signal", PACKET);

	running(CF_RENDER, 2, PACKET);
	go(2 * PACKET + PACKET * 7 / 10);
	OK(state(s, CF_PAUSE));
	OK(state(s, CF_STOP));
	take(e);
	OK(state(s, CF_RUN));
	one_point(first);
	points_are(1);
	CHECK(page(s).at_linear >= page(s).number * SIZE);
	OK(state(s, CF_STOP));		/* and without delay */
	OK(state(s, CF_RUN));
	one_point(first);
}

TEST(WRT_111)
{
	s = ready(CF_RENDER, 2, PACKET);
	e = event_on(s);
	OK(cl->write_packet(s, 0, 0, 0));
	OK(state(s, CF_RUN));
	go(30 * PACKET + late());
	CHECK(page(s).underruns >= 28);
	SAME(pos(s).state, CF_RUN);
	CHECK(sum_is_exact(0, SIZE) >= 30);
}

TEST(WRT_112)
{
	struct cf_read r;

	running(CF_CAPTURE, 2, PACKET);
	go(PACKET + 10 + late());
	OK(cl->read_packet(s, &r));
	go(30 * PACKET);
	SAME(pos(s).state, CF_RUN);
	CHECK(sum_is_exact(0, SIZE) >= 31);
}

TEST(WRT_113)
{
	uint32_t dir = last_pin() ? CF_RENDER : CF_CAPTURE;
	uint32_t packet = small(1, 320);
	struct cf_stream *other = ready_pin(dir, last_pin(), 1, packet);
	struct cf_event *theirs = event_on(other);
	uint64_t before;

	running(CF_RENDER, 2, PACKET);
	OK(state(other, CF_RUN));
	go(10 * PACKET + 7 + late());
	OK(state(other, CF_PAUSE));
	before = take(theirs);
	SAME(before, pos(other).linear / (packet * FRAME));
	CHECK(before >= 10 * PACKET / packet);
	go(10 * PACKET);
	SAME(take(theirs), 0);
	CHECK(sum_is_exact(0, SIZE) >= 20);
}
