// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_render.c - group 6.8 of the statements: packets of render streams. See suite.h.
 */
#include "suite.h"

/* N=2, with an event if requested, after packet 0 was announced; in RUN. */
static struct cf_stream *running(struct cf_event **e)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);

	if (e)
		*e = event_on(s);
	OK(cl->write_packet(s, 0, 0, 0));
	OK(state(s, CF_RUN));
	return s;
}

static enum wrt_status put(struct cf_stream *s, uint32_t number)
{
	return cl->write_packet(s, number, 0, 0);
}

static enum wrt_status put_eos(struct cf_stream *s, uint32_t number, uint32_t bytes)
{
	return cl->write_packet(s, number, EOS, bytes);
}

TEST(WRT_160)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);

	SAME(count(s), 0);
	OK(state(s, CF_RUN));
	SAME(count(s), 0);
	go(3 * PACKET + 100 + late());
	CHECK(count(s) >= 3);
	OK(state(s, CF_STOP));
	SAME(count(s), want("count-after-stop", 0));
	SAME(page(s).packets, 0);
	OK(state(s, CF_PAUSE));
	SAME(count(s), 0);
}

TEST(WRT_161)
{
	uint32_t n, packet = small(2, 48);
	struct cf_stream *s = ready(CF_RENDER, 2, packet);
	int i;

	for (n = 1; n <= 2; n++) {
		for (i = 0; i < 30; i++) {
			OK(state(s, CF_RUN));
			go(31 + late());
			if (probe->stall && i % 3 == 0)
				probe->stall(200, RATE);
			OK(state(s, CF_PAUSE));
			SAME(count(s), pos(s).linear / (packet * FRAME));
			SAME(page(s).packets, count(s));
		}
		CHECK(count(s) >= 30 * 31 / packet);
		OK(state(s, CF_STOP));
		OK(cl->free(s));
		packet = small(1, 48);
		OK(alloc(s, 1, packet * FRAME));
	}
}

TEST(WRT_162)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	uint64_t before, n;
	int k;

	OK(state(s, CF_RUN));
	for (k = 0; k < 10; k++) {
		if (cl->exact) {
			go(PACKET - 1);
			SAME(count(s), k);
			go(1);
			SAME(count(s), k + 1);
		} else {
			go(PACKET / 2);
			before = pos(s).linear / SIZE;
			n = count(s);
			CHECK(n >= before && n <= pos(s).linear / SIZE);
		}
	}
	if (!probe->stall)
		return;
	probe->stall(5 * PACKET / 2, RATE);	/* passed, whether an interrupt was served or not */
	SAME(count(s), k + 2);
	SAME(count(s), pos(s).linear / SIZE);
}

TEST(WRT_163)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	uint32_t k, before = 0;

	for (k = 1; k <= 5; k++) {
		OK(state(s, CF_RUN));
		SAME(count(s), before);
		go_to(s, PACKET + 10, k * (PACKET + 10));
		OK(state(s, CF_PAUSE));
		CHECK(count(s) > before);
		before = count(s);
		OK(state(s, CF_ACQUIRE));
		SAME(count(s), before);
	}
}

TEST(WRT_164)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	uint32_t to;

	for (to = CF_STOP; to <= CF_PAUSE; to++) {
		OK(state(s, to));
		OK(put(s, 0));
	}
	OK(state(s, CF_RUN));
	go(2 * PACKET + 100);
	OK(state(s, CF_PAUSE));
	OK(put(s, count(s)));
	OK(state(s, CF_STOP));
	OK(put(s, 0));
	OK(cl->free(s));
	OK(alloc(s, 1, SIZE));
	OK(put(s, 0));
}

TEST(WRT_165)
{
	struct cf_stream *s = running(NULL);
	uint32_t k;

	OK(put(s, 1));
	go(100 + late());	/* from here on no point passes between count and put */
	for (k = 1; k < 20; k++) {
		go(PACKET);
		put_next(s);
	}
	SAME(page(s).late + page(s).overruns, 0);
}

TEST(WRT_166)
{
	struct cf_stream *s = running(NULL);
	enum wrt_status late = want_status("late", WRT_STATUS_DATA_LATE_ERROR);
	int k;

	for (k = 0; k < 5; k++) {
		STATUS(put(s, count(s)), late);
		go(PACKET);
	}
	SAME(page(s).late, 5);
}

TEST(WRT_167)
{
	struct cf_stream *s = running(NULL);
	enum wrt_status late = want_status("late", WRT_STATUS_DATA_LATE_ERROR);

	go(4 * PACKET + 100);
	STATUS(put(s, count(s) - 1), late);
	STATUS(put(s, 0), late);
	OK(state(s, CF_PAUSE));
	STATUS(put(s, count(s) - 1), late);
	STATUS(put(s, 0), late);
}

TEST(WRT_168)
{
	struct cf_stream *s = running(NULL);
	enum wrt_status over = want_status("overrun", WRT_STATUS_DATA_OVERRUN);
	uint32_t k;

	for (k = 2; k < 200; k *= 3)
		STATUS(put(s, count(s) + k), over);
	go(PACKET + 100 + late());
	STATUS(put(s, count(s) + 2), over);
	STATUS(put(s, count(s) + 3), over);
	OK(state(s, CF_PAUSE));
	STATUS(put(s, count(s) + 2), over);	/* before RUN C and C+1 fit */
}

TEST(WRT_169)
{
	struct cf_event *e;
	struct cf_stream *s = running(&e);
	uint32_t before;

	go(2 * PACKET + 100 + late());
	before = count(s);
	GIVES(put(s, before), DATA_LATE_ERROR);
	GIVES(put(s, 0), DATA_LATE_ERROR);
	GIVES(put(s, before + 2), DATA_OVERRUN);
	GIVES(put(s, before + 50), DATA_OVERRUN);
	SAME(count(s), before);
	SAME(pos(s).state, CF_RUN);
	SAME(page(s).late, 2);
	SAME(page(s).overruns, 2);
	OK(put(s, before + 1));
	go(PACKET);
	put_next(s);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
}

TEST(WRT_170)
{
	struct cf_stream *s = running(NULL);

	go(5 * PACKET + 100);
	GIVES(put(s, 1), DATA_LATE_ERROR);
	put_next(s);
	go(PACKET);
	put_next(s);
}

TEST(WRT_171)
{
	static const uint32_t flags[] = { 1, 2, 0x100, 0x400, 0x80000000, EOS | 1, EOS | 0x400 };
	struct cf_stream *s = running(NULL);
	unsigned int i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		STATUS(cl->write_packet(s, 1, flags[i], 0),
		       want_status("undefined-flag", WRT_STATUS_INVALID_PARAMETER));
	SAME(page(s).late + page(s).overruns + page(s).repeats, 0);
	OK(put(s, 1));
}

TEST(WRT_172)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);

	OK(cl->write_packet(s, 0, 0, 0xffffffff));
	OK(state(s, CF_RUN));
	OK(cl->write_packet(s, 1, 0, SIZE + 1));
	go(PACKET + 10 + late());
	OK(cl->write_packet(s, 2, 0, 7));
	go(3 * PACKET);
	CHECK(count(s) >= 4);
}

/* The stream has ended: exactly this number of signals and packets, this position. */
static void ended(struct cf_stream *s, struct cf_event *e, uint64_t signals, uint64_t packets,
		  uint64_t linear)
{
	SAME(take(e), signals);
	SAME(count(s), packets);
	SAME(page(s).packets, packets);
	SAME(pos(s).linear, linear);
	SAME(pos(s).state, CF_RUN);
	quiet(e);
	SAME(count(s), packets);
	SAME(pos(s).linear, linear);
}

TEST(WRT_173)
{
	struct cf_event *e;
	struct cf_stream *s = running(&e);

	OK(put_eos(s, 1, 0));
	go(3 * PACKET);
	ended(s, e, 2, 2, SIZE);	/* packet 0, and packet 1 that is empty */
}

TEST(WRT_174)
{
	struct cf_event *e;
	struct cf_stream *s = running(&e);

	OK(put_eos(s, 1, SIZE));	/* the last slot */
	go(10 * PACKET);
	SAME(take(e), want("signals-in-10-packets", 2));
	ended(s, e, 0, 2, 2 * SIZE);
	OK(state(s, CF_STOP));
	OK(put(s, 0));
	OK(put(s, 1));
	OK(state(s, CF_RUN));
	go_to(s, PACKET + 100, PACKET + 90);
	OK(put_eos(s, 2, SIZE));
	go(3 * PACKET);
	ended(s, e, 3, 3, 3 * SIZE);
}

TEST(WRT_175)
{
	struct cf_stream *s = running(NULL);

	GIVES(put_eos(s, 1, SIZE + 1), INVALID_PARAMETER);
	GIVES(put_eos(s, 1, 2 * SIZE), INVALID_PARAMETER);
	GIVES(put_eos(s, 1, 0xffffffff), INVALID_PARAMETER);
	OK(put_eos(s, 1, SIZE));
}

TEST(WRT_176)
{
	struct cf_stream *s = running(NULL);
	enum wrt_status refused = want_status("after-eos", WRT_STATUS_INVALID_DEVICE_STATE);
	uint32_t k;

	OK(put_eos(s, 1, SIZE / 2));
	for (k = 0; k < 4; k++) {
		STATUS(put(s, k), refused);
		STATUS(put_eos(s, k, 0), refused);
		go(PACKET);
	}
	OK(state(s, CF_PAUSE));
	STATUS(put(s, count(s)), refused);
	SAME(page(s).late + page(s).overruns, 0);
}

TEST(WRT_177)
{
	struct cf_event *e;
	struct cf_stream *s = running(&e);

	go(PACKET + 100 + late());
	GIVES(put_eos(s, 2, SIZE + 1), INVALID_PARAMETER);
	GIVES(put_eos(s, 1, 0), DATA_LATE_ERROR);
	GIVES(put_eos(s, 3, 0), DATA_OVERRUN);
	GIVES(cl->write_packet(s, 2, EOS | 1, 0), INVALID_PARAMETER);
	OK(put(s, 2));
	go(5 * PACKET);
	put_next(s);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
	CHECK(pos(s).linear >= 6 * SIZE);
}

TEST(WRT_178)
{
	struct cf_event *e;
	struct cf_stream *s = running(&e);

	OK(put_eos(s, 1, SIZE / 2));
	go(2 * PACKET + late());
	take(e);
	OK(state(s, CF_PAUSE));
	OK(state(s, CF_ACQUIRE));
	GIVES(put(s, count(s)), INVALID_DEVICE_STATE);
	OK(state(s, CF_STOP));
	OK(put(s, 0));
	OK(state(s, CF_RUN));
	go(5 * PACKET + 100 + late());
	put_next(s);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
	CHECK(pos(s).linear >= 5 * SIZE);
}

/* It ends in the middle of packet 2. */
static void ends_in_time(struct cf_stream *s, struct cf_event *e, struct cf_event *f)
{
	go(PACKET + PACKET / 4 + late());
	OK(put_eos(s, 2, SIZE / 2 + 1));	/* only whole frames are valid */
	go(PACKET - late() / 2);
	SAME(take(e), 2);
	if (cl->exact) {
		go(PACKET / 4 - 1);
		SAME(take(e), 0);
		go(1);
	} else {
		CHECK(cl->event_wait(e, 2 * PACKET, RATE));
	}
	ended(s, e, 1, want("count-at-the-end", 3), 5 * SIZE / 2);
	SAME(take(f), 3);
	OK(state(s, CF_PAUSE));
	OK(state(s, CF_RUN));
	ended(s, e, 0, 3, 5 * SIZE / 2);
}

TEST(WRT_179)
{
	struct cf_event *e, *f;
	struct cf_stream *s = running(&e);

	f = event_on(s);
	ends_in_time(s, e, f);
	OK(state(s, CF_STOP));
	OK(put(s, 0));
	OK(state(s, CF_RUN));
	go(2 * PACKET + 100);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
	cl->close(s);
	if (cl->device(&(struct cf_device){ .no_end = true }) != WRT_STATUS_SUCCESS)
		return;
	s = running(&e);
	OK(put_eos(s, 1, SIZE / 2));
	go(5 * PACKET);	/* the core finds the end, late */
	ended(s, e, 2, 2, 3 * SIZE / 2);
}

TEST(WRT_180)
{
	struct cf_stream *in = ready(CF_CAPTURE, 1, 6 * PACKET), *s = ready(CF_RENDER, 2, PACKET);
	uint32_t *heard = (uint32_t *)map(in), at = 0, i;

	need_loopback();
	memset(map(s), 0x55, 2 * SIZE);
	OK(cl->write_packet(s, 0, 0, 0));
	OK(state(in, CF_RUN));
	OK(state(s, CF_RUN));
	OK(put_eos(s, 1, SIZE / 4));
	go(5 * PACKET);
	OK(state(in, CF_PAUSE));
	while (at < PACKET && !heard[at])
		at++;
	for (i = 0; i < 5 * PACKET / 4; i++)
		SAME(heard[at + i], 0x55555555);
	for (; i < 4 * PACKET; i++)
		SAME(heard[at + i], 0);
}

TEST(WRT_181)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(state(s, CF_RUN));
	go(20 * PACKET + 100 + late());
	SAME(page(s).underruns, 0);	/* no packet is announced */
	OK(state(s, CF_PAUSE));
	CHECK(count(s) >= 20);
	SAME(count(s), pos(s).linear / SIZE);
	SAME(take(e), count(s));
}

TEST(WRT_182)
{
	struct cf_stream *in = ready(CF_CAPTURE, 1, 8 * PACKET), *s;
	uint32_t *heard, *mine, at, n, i, p;

	need_loopback();
	for (n = 1; n <= 2; n++) {
		s = ready(CF_RENDER, n, PACKET);
		mine = (uint32_t *)map(s);
		for (i = 0; i < n * PACKET; i++)
			mine[i] = (i + 1) * 2654435761u;
		OK(state(in, CF_RUN));
		OK(state(s, CF_RUN));
		go(6 * PACKET + 10);
		OK(state(in, CF_PAUSE));
		heard = (uint32_t *)map(in);
		for (at = 0; at < PACKET && !heard[at];)
			at++;
		for (p = 0; p < 6; p++)
			for (i = 0; i < PACKET; i++)
				SAME(heard[at + p * PACKET + i], mine[p % n * PACKET + i]);
		OK(state(in, CF_STOP));
		cl->close(s);
	}
}

TEST(WRT_183)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	uint64_t from = (1ull << 32) - 4, c;

	if (!probe->preset_packets)
		lacks("the counter cannot be preset from outside");
	OK(state(s, CF_RUN));
	OK(state(s, CF_PAUSE));
	OK(probe->preset_packets(s, from));
	OK(put(s, (uint32_t)from));
	OK(state(s, CF_RUN));
	for (c = from; c < from + 8; c++) {
		SAME(count(s), (uint32_t)c);
		GIVES(put(s, (uint32_t)c), DATA_LATE_ERROR);
		GIVES(put(s, (uint32_t)(c - 3)), DATA_LATE_ERROR);
		GIVES(put(s, (uint32_t)(c + 2)), DATA_OVERRUN);
		GIVES(put(s, (uint32_t)(c + 6)), DATA_OVERRUN);
		OK(put(s, (uint32_t)(c + 1)));
		go(PACKET);
	}
	SAME(page(s).underruns, 0);
	SAME(page(s).packets, from + 8);
}

static uint64_t presented(struct cf_stream *s)
{
	uint64_t frames = 0, ns = 0;

	OK(cl->presentation(s, &frames, &ns));
	return frames;
}

/* Frames between the buffer and the output, as reported by the device. */
static uint64_t kept_back(struct cf_stream *s)
{
	struct cf_latency l;

	OK(cl->latency(s, &l));
	return l.fifo_bytes / FRAME + ((uint64_t)l.chipset_100ns + l.codec_100ns) * RATE / 10000000;
}

TEST(WRT_184)
{
	struct cf_stream *s = running(NULL);
	uint64_t behind = kept_back(s);

	CHECK(presented(s) < PACKET / 2);
	if (!cl->nature.hardware)
		SAME(behind, 0);	/* the simulator has no delay */
	go(100 + behind + late());
	OK(state(s, CF_PAUSE));
	CHECK(presented(s));
	SAME(presented(s), pos(s).linear / FRAME - behind);
	if (cl->device(&(struct cf_device){ .shaped = true }) != WRT_STATUS_SUCCESS)
		return;
	s = running(NULL);
	go(92);		/* FIFO 64 frames, delays 600 us: 28.8 frames */
	SAME(presented(s), 0);
	go(1);
	SAME(presented(s), 1);
	go(PACKET);
	SAME(presented(s), PACKET + 1);
}

static void grows(struct cf_stream *s)
{
	uint64_t last = 0, now;
	int i;

	go(late());
	for (i = 0; i < 100; i++) {
		go(13);
		now = presented(s);
		CHECK(now >= last);
		CHECK(now * FRAME <= pos(s).linear);
		last = now;
	}
	CHECK(last > 1000);
}

TEST(WRT_185)
{
	struct cf_stream *s;

	grows(running(NULL));
	if (cl->device(&(struct cf_device){ .shaped = true }) != WRT_STATUS_SUCCESS)
		return;
	s = running(NULL);
	grows(s);
	OK(state(s, CF_PAUSE));
	SAME(presented(s), pos(s).linear / FRAME - 92);
	OK(state(s, CF_STOP));		/* after the end it runs until the hardware has drained */
	OK(put_eos(s, 0, SIZE));
	OK(state(s, CF_RUN));
	go(PACKET);
	SAME(presented(s), PACKET - 92);
	go(50);
	if (cl->now_ns(RATE) > 1000000000) {	/* the reading of the step clock does not change */
		CHECK(presented(s) <= PACKET - 42);
		CHECK(presented(s) >= PACKET - 43);	/* computed from ns */
	}
	go(PACKET);
	CHECK(presented(s) <= PACKET);
}

TEST(WRT_186)
{
	struct cf_stream *s = running(NULL);
	uint64_t frames, ns, before;
	uint32_t to;
	int i;

	for (to = CF_RUN + 1; to-- > CF_ACQUIRE;) {
		OK(state(s, to));
		for (i = 0; i < 10; i++) {
			go(37);
			before = cl->now_ns(RATE);
			OK(cl->presentation(s, &frames, &ns));
			if (to != CF_RUN && cl->exact && !probe->stall)
				continue;	/* the step clock's time is that of the stop */
			CHECK(ns >= before && ns <= cl->now_ns(RATE));
		}
		if (to == CF_PAUSE && cl->exact)
			SAME(frames, 370);
	}
}

TEST(WRT_187)
{
	struct cf_stream *s = running(NULL);

	go(2 * PACKET);
	CHECK(presented(s));
	OK(state(s, CF_STOP));
	SAME(presented(s), 0);
	OK(state(s, CF_PAUSE));
	SAME(presented(s), 0);
}
