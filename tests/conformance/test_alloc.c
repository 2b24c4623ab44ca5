// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_alloc.c - group 6.2 of the statements: allocation. See suite.h.
 */
#include "suite.h"

static const char *const of_memory = "the binding handles memory and its mapping";

static struct cf_buffer granted(struct cf_stream *s, uint32_t n, uint32_t bytes)
{
	struct cf_buffer b = { .notify = true, .count = n, .bytes = bytes };

	OK(alloc_buffer(s, &b));
	return b;
}

/* Runs the stream: n points in a cycle of `frames`. */
static void works(struct cf_stream *s, uint32_t n, uint32_t frames)
{
	struct cf_event *e = event_on(s);

	OK(state(s, CF_RUN));
	go(3 * n * frames + frames / 2 + late());
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / (frames * FRAME));
	CHECK(pos(s).linear >= 3 * n * frames * FRAME);
	OK(state(s, CF_STOP));
	OK(cl->event_unregister(s, e));
}

TEST(WRT_010)
{
	works(ready(CF_RENDER, 1, PACKET), 1, PACKET);
	works(ready(CF_CAPTURE, 1, PACKET), 1, PACKET);
}

TEST(WRT_011)
{
	works(ready(CF_RENDER, 2, PACKET), 2, PACKET);
	works(ready(CF_CAPTURE, 2, PACKET), 2, PACKET);
}

TEST(WRT_012)
{
	enum wrt_status want_it = want_status("no-notification", WRT_STATUS_INVALID_PARAMETER);
	enum wrt_status got = alloc(open_pin(CF_RENDER, 0), 0, 2 * SIZE);

	if (got != WRT_STATUS_UNSUCCESSFUL)
		STATUS(got, want_it);
}

TEST(WRT_013)
{
	static const uint32_t counts[] = { 3, 4, 5, 64, 0x10000, 0x80000000, 0xffffffff };
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	unsigned int i;

	if (want_status("three-notifications", WRT_STATUS_INVALID_PARAMETER) == WRT_STATUS_SUCCESS)
		OK(alloc(s, 3, 3 * SIZE));
	for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		EITHER(alloc(s, counts[i], 240 * SIZE), INVALID_PARAMETER, UNSUCCESSFUL);
}

TEST(WRT_014)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);

	GIVES(alloc(s, 1, 0), UNSUCCESSFUL);
	GIVES(alloc(s, 2, 0), UNSUCCESSFUL);
	GIVES(alloc_timer(s, 0), UNSUCCESSFUL);
}

TEST(WRT_015)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);

	GIVES(alloc(s, 1, FRAME - 1), UNSUCCESSFUL);
	GIVES(alloc(s, 1, 1), UNSUCCESSFUL);
	OK(cl->set_format(s, RATE, CF_S16, channels(8)));
	GIVES(alloc(s, 1, 2 * channels(8) - 1), UNSUCCESSFUL);
}

TEST(WRT_016)
{
	static const uint32_t frames[] = { 32, 33, 47, 48, 100, 441, 480, 1000, 4801, 20000 };
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	unsigned int i;
	uint32_t n, bytes;

	for (n = 1; n <= 2; n++) {
		for (i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
			bytes = fit(n, n * frames[i] * FRAME, FRAME);
			SAME(granted(s, n, bytes).actual, bytes);
			OK(cl->free(s));
		}
	}
}

TEST(WRT_017)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	uint32_t n, bytes;

	for (n = 1; n <= 2; n++) {
		for (bytes = FRAME; bytes < 2000; bytes += 7) {
			CHECK(granted(s, n, bytes).actual >= bytes);
			OK(cl->free(s));
		}
	}
	SAME(granted(s, 2, 1002).actual, want("size-for-1002", fit(2, 1002, FRAME)));
}

TEST(WRT_018)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	uint32_t frame = 2 * channels(3), bytes;

	OK(cl->set_format(s, RATE, CF_S16, channels(3)));
	for (bytes = frame; bytes < 2000; bytes += 7) {
		SAME(granted(s, 1, bytes).actual % frame, 0);
		OK(cl->free(s));
	}
}

TEST(WRT_019)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	uint32_t frame = 2 * channels(3), bytes;

	OK(cl->set_format(s, RATE, CF_S16, channels(3)));
	for (bytes = frame; bytes < 2000; bytes += 7) {
		SAME(granted(s, 2, bytes).actual % (2 * frame), 0);
		OK(cl->free(s));
	}
	OK(cl->set_format(s, RATE, CF_S16, channels(4)));
	SAME(granted(s, 2, 1004).actual, want("size-for-1004", fit(2, 1004, 2 * channels(4))));
}

TEST(WRT_020)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);

	SAME(granted(s, 2, 2 * SIZE).actual, want("size-for-3840", 2 * SIZE));
	OK(cl->free(s));
	SAME(granted(s, 1, fit(1, 4097, FRAME)).actual, fit(1, 4097, FRAME));
}

/* Makes every allocation of memory fail once. Returns their number. */
static int starve(struct cf_stream *s, uint32_t bytes)
{
	bool hit = true;
	int n;

	if (!probe->alloc_failing)
		lacks("this kernel cannot make an allocation fail");
	for (n = 1; hit; n++) {
		struct cf_buffer b = { .notify = true, .count = 2, .bytes = bytes };
		enum wrt_status st = probe->alloc_failing(s, &b, n, &hit);

		if (st == CF_LACKS)
			lacks("this kernel cannot make an allocation fail");
		if (!hit || st == WRT_STATUS_SUCCESS)	/* it succeeded without that memory */
			SAME(b.actual, bytes);
		else
			STATUS(st, want_status("no-memory", WRT_STATUS_INSUFFICIENT_RESOURCES));
		if (st == WRT_STATUS_SUCCESS)
			OK(cl->free(s));
		CHECK(!cl->map(s));
	}
	return n - 2;
}

TEST(WRT_021)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	long before = probe->held(CF_HELD_BUFFERS), engines = probe->held(CF_HELD_ENGINES);

	CHECK(starve(s, 2 * SIZE) >= 1);
	SAME(probe->held(CF_HELD_BUFFERS), before);
	SAME(probe->held(CF_HELD_ENGINES), engines);
	OK(alloc(s, 2, 2 * SIZE));
	works(s, 2, PACKET);
}

TEST(WRT_022)
{
	struct cf_stream *s;
	int i, refused = 0;
	bool hit;

	if (!cl->kernel)
		lacks("memory of this process is never allocated partially");
	s = open_pin(CF_RENDER, 0);
	for (i = 0; i < 200; i++) {
		struct cf_buffer b = { .notify = true, .count = 2, .bytes = 40 * SIZE };
		enum wrt_status st = probe->alloc_failing(s, &b, 0, &hit);

		if (st == CF_LACKS)
			lacks("this kernel cannot make an allocation fail");
		if (st) {
			GIVES(st, INSUFFICIENT_RESOURCES);
			CHECK(!cl->map(s));
			refused++;
			continue;
		}
		SAME(b.actual, 40 * SIZE);
		memset(map(s), 1, b.actual);	/* all of it can be accessed */
		OK(cl->free(s));
	}
	CHECK(refused > 10 && refused < 190);
}

TEST(WRT_023)
{
	struct cf_stream *s;

	device((struct cf_device){ .not_ready = true });
	s = open_pin(CF_RENDER, 0);
	GIVES(alloc(s, 2, 2 * SIZE), DEVICE_NOT_READY);
	CHECK(!cl->map(s));
	GIVES(alloc_timer(s, 2 * SIZE), DEVICE_NOT_READY);
}

TEST(WRT_024)
{
	struct cf_stream *s;
	uint32_t to;

	bool numbers = need_known_source();

	go(100);
	s = ready(CF_CAPTURE, 2, PACKET);
	if (!numbers)
		stain(map(s), 2 * SIZE);
	for (to = CF_STOP; to <= CF_PAUSE; to++) {
		OK(state(s, to));
		go(3 * PACKET);
		SAME(pos(s).linear, 0);
		SAME(pos(s).play, 0);
		CHECK(numbers ? silent(map(s), 2 * SIZE) : stained(map(s), 2 * SIZE));
	}
}

TEST(WRT_025)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(cl->free(s));
	OK(alloc(s, 2, 2 * SIZE));
	SAME(take(e), 0);
	quiet(e);
}

TEST(WRT_026)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	enum wrt_status refused = want_status("second-buffer", WRT_STATUS_INVALID_DEVICE_REQUEST);

	STATUS(alloc(s, 2, 2 * SIZE), refused);
	STATUS(alloc(s, 1, SIZE), refused);
	OK(state(s, CF_ACQUIRE));
	STATUS(alloc(s, 2, 2 * SIZE), refused);
}

TEST(WRT_027)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	uint8_t *at = map(s);

	memset(at, 0x5a, 2 * SIZE);
	STATUS(alloc(s, 1, 8 * SIZE),
	       want_status("second-buffer", WRT_STATUS_INVALID_DEVICE_REQUEST));
	GIVES(alloc_timer(s, 8 * SIZE), INVALID_DEVICE_REQUEST);
	CHECK(map(s) == at);
	CHECK(at[0] == 0x5a && at[2 * SIZE - 1] == 0x5a);
	works(s, 2, PACKET);
	OK(state(s, CF_RUN));
	go(5 * PACKET / 2);
	OK(state(s, CF_PAUSE));
	SAME(pos(s).play, pos(s).linear % (2 * SIZE));
}

TEST(WRT_028)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET), *t = open_pin(CF_CAPTURE, 0);
	enum wrt_status refused = want_status("second-buffer", WRT_STATUS_INVALID_DEVICE_REQUEST);

	STATUS(alloc_timer(s, SIZE), refused);
	OK(alloc_timer(t, SIZE));
	STATUS(alloc(t, 2, 2 * SIZE), refused);
}

TEST(WRT_029)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);

	OK(state(s, CF_RUN));
	go(10);
	STATUS(alloc(s, 2, 2 * SIZE),
	       want_status("second-buffer", WRT_STATUS_INVALID_DEVICE_REQUEST));
	GIVES(alloc_timer(s, 2 * SIZE), INVALID_DEVICE_REQUEST);
	SAME(pos(s).state, CF_RUN);
}

TEST(WRT_030)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	uint32_t frames = small(1, 320);
	int round;

	for (round = 0; round < 3; round++) {
		OK(alloc(s, 2, 2 * SIZE));
		works(s, 2, PACKET);
		OK(cl->free(s));
		OK(alloc_timer(s, 3 * SIZE));
		OK(cl->free(s));
		OK(alloc(s, 1, frames * FRAME));
		works(s, 1, frames);
		OK(cl->free(s));
	}
}

TEST(WRT_031)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(state(s, CF_RUN));
	go(PACKET / 2);
	CHECK(alloc(s, 1, 0) != WRT_STATUS_SUCCESS);
	STATUS(alloc(s, 1, SIZE),
	       want_status("second-buffer", WRT_STATUS_INVALID_DEVICE_REQUEST));
	SAME(pos(s).state, CF_RUN);
	go(PACKET);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
	OK(state(s, CF_STOP));
	OK(cl->free(s));
	OK(state(s, CF_ACQUIRE));
	CHECK(alloc(s, 3, 3 * SIZE) != WRT_STATUS_SUCCESS);
	CHECK(alloc(s, 2, 0) != WRT_STATUS_SUCCESS);
	CHECK(alloc(s, 2, 0xffffffff) != WRT_STATUS_SUCCESS);
	SAME(pos(s).state, CF_ACQUIRE);
	SAME(pos(s).linear, 0);
	CHECK(!cl->map(s));
	OK(alloc(s, 1, SIZE));
	OK(state(s, CF_RUN));
	go(3 * PACKET + 20);
	OK(state(s, CF_PAUSE));
	SAME(take(e), pos(s).linear / SIZE);
}

TEST(WRT_032)
{
	bool numbers = need_known_source();
	struct cf_stream *s;
	const uint16_t *at;
	uint64_t frames, i;

	s = ready(CF_CAPTURE, 1, PACKET);
	at = (const uint16_t *)map(s);
	if (!numbers)
		stain(map(s), SIZE);
	go(5);
	OK(state(s, CF_RUN));
	go(100 + late());
	OK(state(s, CF_PAUSE));
	frames = pos(s).linear / FRAME;
	CHECK(frames >= 90 && frames < PACKET);
	if (!numbers) {
		CHECK(silent(map(s), frames * FRAME));
		CHECK(stained(map(s) + frames * FRAME, SIZE - frames * FRAME));
		return;
	}
	for (i = 1; i < frames; i++)
		SAME(at[2 * i], (uint16_t)(at[0] + i));
	CHECK(at[2 * (frames - 1)]);
	CHECK(silent((const uint8_t *)(at + 2 * frames), SIZE - frames * FRAME));
}

TEST(WRT_033)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	struct cf_buffer b = granted(s, 2, 2 * 100003 * FRAME);
	uint8_t *at = map(s);
	uint32_t i;

	CHECK(b.map_bytes >= b.actual);
	for (i = 0; i < b.actual; i++)
		at[i] = (uint8_t)(i * 7 + (i >> 8));
	for (i = 0; i < b.actual; i++)
		if (at[i] != (uint8_t)(i * 7 + (i >> 8)))
			break;
	SAME(i, b.actual);
}

TEST(WRT_034)
{
	struct cf_stream *s = open_pin(CF_RENDER, 0);
	struct cf_buffer b;
	int round;

	if (!cl->kernel)
		lacks(of_memory);
	for (round = 0; round < 20; round++) {
		b = granted(s, 2, 2 * SIZE);
		CHECK(b.map_bytes > b.actual);
		CHECK(silent(map(s), b.map_bytes));
		memset(map(s), 0xff, b.map_bytes);
		OK(cl->free(s));
	}
}

TEST(WRT_035)
{
	struct cf_buffer b = granted(open_pin(CF_RENDER, 0), 2, 2 * SIZE);

	if (!cl->kernel)
		lacks(of_memory);
	SAME(b.barrier, b.cache_type == 2);
	if (cl->nature.write_combined)
		SAME(b.cache_type, 2);
}

TEST(WRT_036)
{
	struct cf_buffer b = granted(open_pin(CF_RENDER, 0), 2, 2 * SIZE);

	if (!cl->kernel)
		lacks(of_memory);
	CHECK(b.cache_type <= 2);
}

TEST(WRT_037)
{
	if (!cl->kernel)
		lacks(of_memory);
	map(ready(CF_RENDER, 2, PACKET));	/* mmap() of NULL */
}

TEST(WRT_038)
{
	struct cf_stream *s = ready(CF_RENDER, 2, PACKET);
	struct cf_event *e = event_on(s);

	OK(cl->free(s));
	STATUS(alloc_timer(s, 2 * SIZE), want_status("timer-buffer", WRT_STATUS_SUCCESS));
	OK(state(s, CF_RUN));
	go(20 * PACKET);
	SAME(take(e), 0);
	SAME(page(s).packets, 0);
	CHECK(pos(s).linear >= 19 * SIZE);	/* although it runs */
}

TEST(WRT_039)
{
	struct cf_stream *out = open_pin(CF_RENDER, 0), *in = open_pin(CF_CAPTURE, 0);
	struct cf_read r;
	uint64_t a, b;
	uint32_t n, to;

	STATUS(alloc_timer(out, 2 * SIZE), want_status("timer-buffer", WRT_STATUS_SUCCESS));
	OK(alloc_timer(in, 2 * SIZE));
	for (to = CF_STOP; to <= CF_RUN; to++) {
		OK(state(out, to));
		OK(state(in, to));
		go(PACKET);
		GIVES(cl->packet_count(out, &n), NOT_SUPPORTED);
		GIVES(cl->presentation(out, &a, &b), NOT_SUPPORTED);
		GIVES(cl->write_packet(out, 0, 0, 0), NOT_SUPPORTED);
		GIVES(cl->read_packet(in, &r), NOT_SUPPORTED);
	}
}

/* Frames of so many bytes, none of which is 0, are recorded as they were written. */
static void played_as_written(uint32_t format, uint32_t channels, uint32_t frame)
{
	struct cf_stream *out = open_pin(CF_RENDER, 0), *in = open_pin(CF_CAPTURE, 0);
	uint32_t bytes = 2 * PACKET * frame, i, at = 0;
	uint8_t *from, *to;

	OK(cl->set_format(out, RATE, format, channels));
	OK(cl->set_format(in, RATE, format, channels));
	OK(alloc(out, 2, bytes));
	OK(alloc(in, 1, 2 * bytes));
	from = map(out);
	to = map(in);
	for (i = 0; i < bytes; i++)
		from[i] = (uint8_t)((i + 1) * 2654435761u >> 24) % 255 + 1;
	OK(state(in, CF_RUN));
	OK(state(out, CF_RUN));
	go(2 * PACKET + 100);
	OK(state(in, CF_PAUSE));
	while (at < PACKET * frame && !to[at])	/* until playback has begun */
		at++;
	CHECK(!(at % frame) && !memcmp(to + at, from, bytes));
	cl->close(out);
	cl->close(in);
}

TEST(WRT_040)
{
	need_loopback();
	played_as_written(CF_S16, 2, FRAME);
	played_as_written(CF_S24_3, 2, 6);
	played_as_written(CF_S24_3, 3, 9);
}

TEST(WRT_041)
{
	bool numbers = need_known_source();
	struct cf_stream *s;
	const uint16_t *at;
	uint32_t i;

	s = ready(CF_CAPTURE, 2, PACKET);
	if (!numbers)
		stain(map(s), 2 * SIZE);
	at = (const uint16_t *)map(s);
	OK(state(s, CF_RUN));
	go(2 * PACKET + 10 + late());
	OK(state(s, CF_PAUSE));
	CHECK(pos(s).linear > 2 * SIZE && pos(s).linear < 3 * SIZE);
	if (!numbers) {
		CHECK(silent(map(s), 2 * SIZE));
		return;
	}
	for (i = PACKET; i < 2 * PACKET - 1; i++)
		SAME(at[2 * i + 2], (uint16_t)(at[2 * i] + 1));
	CHECK(at[2 * PACKET] && at[2 * PACKET + 1] == at[2 * PACKET]);	/* both channels */
}
