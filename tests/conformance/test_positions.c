// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_positions.c - group 6.7 of the statements: positions and registers. See suite.h.
 */
#include "suite.h"

static struct cf_stream *running(uint32_t n, uint32_t frames)
{
	struct cf_stream *s = ready(CF_RENDER, n, frames);

	OK(state(s, CF_RUN));
	return s;
}

TEST(WRT_135)
{
	uint32_t packet = small(2, 48);
	struct cf_stream *s = running(2, packet);
	int i, wraps = 0;
	uint64_t last = 0, now;

	for (i = 0; i < 1000; i++) {
		go(i % 10 ? 1 : packet * 37 / 48);
		if (probe->stall && i % 7 == 0)
			probe->stall(60, RATE);
		now = pos(s).play;
		CHECK(now < 2 * packet * FRAME);
		wraps += now < last;
		last = now;
	}
	CHECK(wraps > 10);
	if (cl->exact) {
		OK(state(s, CF_STOP));
		OK(state(s, CF_RUN));
		go(95);
		SAME(pos(s).play, 95 * FRAME);
		go(1);
		SAME(pos(s).play, 0);
	}
}

TEST(WRT_136)
{
	struct cf_stream *s = running(2, PACKET);

	go(PACKET + 100);
	OK(state(s, CF_STOP));
	SAME(pos(s).play, 0);
	go(PACKET);
	SAME(pos(s).play, 0);
}

TEST(WRT_137)
{
	struct cf_stream *s = running(2, PACKET);
	struct cf_position before, now;
	int i;

	go(PACKET + 100);
	OK(state(s, CF_PAUSE));
	before = pos(s);
	CHECK(before.play > 0);
	for (i = 0; i < 5; i++) {
		go(PACKET - 1);
		now = pos(s);
		SAME(now.play, before.play);
		SAME(now.linear, before.linear);
	}
}

static void capture_goes_on(void)
{
	struct cf_stream *s = ready(CF_CAPTURE, 2, PACKET);

	OK(state(s, CF_RUN));
	go(100 + late());
	OK(state(s, CF_PAUSE));
	OK(state(s, CF_RUN));
	if (cl->exact)
		SAME(pos(s).linear, want("capture-after-pause", 100 * FRAME));
	CHECK(pos(s).linear >= 90 * FRAME);
}

TEST(WRT_138)
{
	struct cf_stream *s = running(2, PACKET);
	uint64_t before;
	int i;

	for (i = 0; i < 5; i++) {
		go(PACKET / 3);
		OK(state(s, CF_PAUSE));
		before = pos(s).linear;
		go(1000);
		OK(state(s, CF_RUN));
		CHECK(pos(s).linear >= before && pos(s).linear < before + SIZE);
		if (cl->exact)
			SAME(pos(s).linear, before);
		go_to(s, 100 + late(), before / FRAME + 90);
		CHECK(pos(s).linear >= before + 90 * FRAME);
		if (cl->exact)
			SAME(pos(s).linear, before + 100 * FRAME);
	}
	capture_goes_on();
}

TEST(WRT_139)
{
	struct cf_stream *s = running(2, PACKET);

	go(PACKET + 100);
	OK(state(s, CF_STOP));
	OK(state(s, CF_RUN));
	CHECK(pos(s).linear < SIZE / 2);
	if (cl->exact)
		SAME(pos(s).linear, 0);
	go(50 + late());
	OK(state(s, CF_PAUSE));
	CHECK(pos(s).linear >= 40 * FRAME && pos(s).linear < SIZE);
	if (cl->exact)
		SAME(pos(s).play, 50 * FRAME);
}

/* The frames between two readings agree with the time between them. */
static uint64_t as_clock(const struct cf_position *a, const struct cf_position *b)
{
	uint64_t frames = (b->linear - a->linear) / FRAME;
	uint64_t due = (b->ns - a->ns) * cf_rate / 1000000000;

	CHECK(frames <= due + 1 + late() && frames + 1 + late() >= due);
	return frames;
}

static void moves_at(uint32_t rate)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	struct cf_position a, b, first;
	uint64_t frames;
	int i;

	cf_rate = rate;
	OK(cl->set_format(s, rate, CF_S16, 2));
	OK(alloc(s, 2, 2 * PACKET * FRAME));
	OK(state(s, CF_RUN));
	go(10 + late());
	first = pos(s);
	a = first;
	for (i = 0; i < 20; i++) {
		go(rate / 100 + (unsigned int)i * 7);
		b = pos(s);
		frames = as_clock(&a, &b);
		if (cl->exact)
			SAME(frames, rate / 100 + (unsigned int)i * 7);
		a = b;
	}
	as_clock(&first, &b);	/* if it lags, the lag does not grow */
	cl->close(s);
}

TEST(WRT_140)
{
	int i;

	for (i = 0; i < 3; i++)
		moves_at(cl->nature.rates[i]);
}

TEST(WRT_141)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	int i;

	need_rate(44100);
	OK(cl->set_format(s, 44100, CF_S16, 2));
	OK(alloc(s, 2, 2 * PACKET * FRAME));
	OK(state(s, CF_RUN));
	cf_rate = 1000;
	for (i = 1; i <= 50; i++) {
		go(1);
		SAME(pos(s).play % FRAME, 0);
		SAME(pos(s).linear % FRAME, 0);
		if (i == 5 && probe->stall)	/* not the step clock */
			SAME(pos(s).play, want("position-after-5-ms", 880));
	}
	OK(state(s, CF_PAUSE));
	SAME(pos(s).linear % FRAME, 0);
}

TEST(WRT_142)
{
	struct cf_stream *s = running(2, small(2, 48));
	uint64_t last = 0, now;
	int i;

	go(late());
	for (i = 0; i < 500; i++) {
		go(13);
		now = pos(s).linear;
		CHECK(now >= last);
		last = now;
	}
	CHECK(last >= 500 * 13 * FRAME);
	if (cl->exact)
		SAME(last, 500 * 13 * FRAME);
}

TEST(WRT_143)
{
	struct cf_stream *s = running(2, PACKET);

	go(3 * PACKET + 100);
	OK(state(s, CF_STOP));
	SAME(pos(s).linear, 0);
	SAME(page(s).linear, 0);
}

TEST(WRT_144)
{
	uint32_t packet = small(2, 50);
	struct cf_stream *s = running(2, packet);
	struct cf_position p;
	int i;

	for (i = 0; i < 50; i++) {
		go(37 + late());
		OK(state(s, CF_PAUSE));
		p = pos(s);
		SAME(p.play, p.linear % (2 * packet * FRAME));
		OK(state(s, CF_RUN));
	}
}

TEST(WRT_145)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_register r;

	if (cl->nature.registers)
		lacks("the device has both registers");
	STATUS(cl->reg(s, CF_POSITION_REGISTER, &r),
	       want_status("position-register", WRT_STATUS_NOT_SUPPORTED));
	STATUS(cl->reg(s, CF_POSITION_REGISTER, &r),
	       want_status("position-register", WRT_STATUS_NOT_SUPPORTED));
	GIVES(cl->reg(s, CF_CLOCK_REGISTER, &r), NOT_SUPPORTED);
	GIVES(cl->reg(s, CF_CLOCK_REGISTER, &r), NOT_SUPPORTED);
}

static void once(enum cf_register_kind kind)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	struct cf_register r;

	CHECK(cl->reg(s, kind, &r) != WRT_STATUS_SUCCESS);	/* no buffer; not counted */
	OK(alloc(s, 2, 2 * SIZE));
	OK(cl->reg(s, kind, &r));
	CHECK(cl->reg(s, kind, &r) != WRT_STATUS_SUCCESS);
	OK(cl->free(s));
	OK(alloc(s, 2, 2 * SIZE));
	CHECK(cl->reg(s, kind, &r) != WRT_STATUS_SUCCESS);
	cl->close(s);
	s = ready(CF_RENDER, 2, PACKET);
	OK(cl->reg(s, kind, &r));
	cl->close(s);
}

TEST(WRT_146)
{
	need_registers();
	once(CF_POSITION_REGISTER);
}

static uint64_t reg(struct cf_stream *s, enum cf_register_kind kind)
{
	uint64_t value = 0;

	OK(probe->reg_read(s, kind, &value));
	return value;
}

TEST(WRT_147)
{
	struct cf_stream *s;
	struct cf_register r;
	uint64_t last = 0, first, now;
	int i, wraps = 0, due = 13;	/* 13000 frames, if the test controls time */

	need_registers();
	s = ready(CF_RENDER, 2, PACKET);
	OK(cl->reg(s, CF_POSITION_REGISTER, &r));
	first = reg(s, CF_POSITION_REGISTER);
	OK(state(s, CF_RUN));
	for (i = 0; i < 1000; i++) {
		go(13);
		now = reg(s, CF_POSITION_REGISTER);
		CHECK(now < 2 * SIZE);
		wraps += now < last;
		last = now;
	}
	if (!cl->exact)
		due = (int)(pos(s).linear / (2 * SIZE));
	CHECK(wraps > 10 && wraps >= due - 1 && wraps <= due + 1);
	SAME(first, 0);		/* last: `violations` */
}

TEST(WRT_148)
{
	struct cf_stream *s;
	struct cf_register r;

	need_registers();
	s = ready(CF_RENDER, 2, PACKET);
	OK(cl->reg(s, CF_POSITION_REGISTER, &r));
	CHECK(r.width == 32 || r.width == 64);
	OK(cl->reg(s, CF_CLOCK_REGISTER, &r));
	CHECK(r.width == 32 || r.width == 64);
}

TEST(WRT_149)
{
	struct cf_stream *s;
	struct cf_register r;
	uint64_t last = 0, now, most = 0;
	int i;

	need_registers();
	s = ready(CF_RENDER, 2, PACKET);
	OK(cl->reg(s, CF_POSITION_REGISTER, &r));
	OK(state(s, CF_RUN));
	for (i = 0; i < 2000; i++) {
		go(1);
		now = reg(s, CF_POSITION_REGISTER);
		if (now > last && now - last > most)
			most = now - last;
		last = now;
	}
	CHECK(most && most <= r.accuracy);
}

TEST(WRT_150)
{
	need_registers();
	once(CF_CLOCK_REGISTER);
}

/* The expected count of the clock register for this time. */
static uint64_t ticks_in(uint64_t ns, const struct cf_register *r)
{
	return ns / 1000 * r->numerator / r->denominator / 1000000;
}

TEST(WRT_151)
{
	uint64_t ticks, before, least, most;
	struct cf_stream *s;
	struct cf_register r;
	uint32_t to;

	need_registers();
	s = ready(CF_RENDER, 2, PACKET);
	OK(cl->reg(s, CF_CLOCK_REGISTER, &r));
	CHECK(r.numerator && r.denominator);
	reg(s, CF_CLOCK_REGISTER);	/* the mapping takes time */
	for (to = CF_STOP; to <= CF_RUN; to++) {
		OK(state(s, to));
		before = cl->now_ns(RATE);
		ticks = reg(s, CF_CLOCK_REGISTER);
		least = cl->now_ns(RATE);
		go(4800);
		least = cl->now_ns(RATE) - least;
		ticks = reg(s, CF_CLOCK_REGISTER) - ticks;
		most = cl->now_ns(RATE) - before;
		if (r.width == 32)
			ticks = (uint32_t)ticks;
		CHECK(ticks + r.accuracy >= ticks_in(least, &r));
		CHECK(ticks <= ticks_in(most, &r) + ticks_in(most, &r) / 1000 + r.accuracy);
	}
}

TEST(WRT_152)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	struct cf_latency l = { 1, 1, 1 };

	GIVES(cl->latency(s, &l), DEVICE_NOT_READY);
	OK(alloc(s, 2, 2 * SIZE));
	OK(cl->latency(s, &l));
	CHECK(l.fifo_bytes <= 2 * SIZE && l.chipset_100ns < 10000000 && l.codec_100ns < 10000000);
	if (cl->device(&(struct cf_device){ .shaped = true }) != WRT_STATUS_SUCCESS)
		return;
	s = open_pin(CF_RENDER, 0);
	OK(alloc_timer(s, 2 * SIZE));
	OK(cl->latency(s, &l));
	SAME(l.fifo_bytes, 256);
	SAME(l.chipset_100ns, 1000);
	SAME(l.codec_100ns, 5000);
}

TEST(WRT_153)
{
	struct cf_stream *s, *t = open_pin(CF_RENDER, 0);
	struct cf_register r;
	uint64_t last;

	if (!cl->nature.registers || !probe->close_handle)
		lacks("needs a register that can be mapped");
	s = ready(CF_RENDER, 2, PACKET);
	OK(cl->reg(s, CF_POSITION_REGISTER, &r));
	reg(s, CF_POSITION_REGISTER);
	probe->close_handle(s);
	GIVES(alloc(t, 2, 2 * SIZE), DEVICE_BUSY);	/* the mapping keeps the stream ... */
	cl->close(s);
	OK(alloc(t, 2, 2 * SIZE));			/* ... and ends with it */
	OK(cl->reg(t, CF_CLOCK_REGISTER, &r));
	last = reg(t, CF_CLOCK_REGISTER);
	go(1);
	CHECK(reg(t, CF_CLOCK_REGISTER) != last);
	OK(cl->remove());
	last = reg(t, CF_CLOCK_REGISTER);
	go(PACKET);
	SAME(reg(t, CF_CLOCK_REGISTER), last);		/* it does not show memory that was freed */
}

TEST(WRT_154)
{
	struct cf_stream *s;

	if (!probe->position_sleeps)
		lacks("every system call may sleep; the miniport's own call is tested on the host");
	s = running(2, PACKET);
	SAME(probe->position_sleeps(s), 0);
	go(PACKET + 10);
	SAME(probe->position_sleeps(s), 0);
	OK(state(s, CF_PAUSE));
	SAME(probe->position_sleeps(s), 0);
	OK(cl->free(s));
	SAME(probe->position_sleeps(s), 0);
}
