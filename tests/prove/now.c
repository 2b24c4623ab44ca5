// SPDX-License-Identifier: GPL-2.0-only
/*
 * now.c - wavert_stream_now() of the library, tried with every offset of a position register.
 * The page, the register, the clock and the result of the call are those of this file. Called
 * by run.sh; TAP.
 */
#include <stdarg.h>
#include <stdio.h>

#include "lib/stream.c"
#include "lib/attached.c"
#include "../guest/tap.h"

#define BYTES	384u
#define RATE	48000u
#define FRAME	4u
#define READ_NS	1000000007ull	/* when the page was written */

static struct wavert_page page;
static uint32_t hw_register;
static uint64_t clock_ns;
static unsigned int calls;

int ioctl(int fd, unsigned long request, ...)
{
	struct wavert_position *position;
	va_list args;

	va_start(args, request);
	position = va_arg(args, struct wavert_position *);
	va_end(args);
	calls++;
	if (request != WAVERT_IOC_GET_POSITION) {
		errno = ENOTTY;
		return -1;
	}
	position->linear = 777;
	position->play_offset = 777 % BYTES;
	return 0;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	t->tv_sec = (time_t)(clock_ns / 1000000000);
	t->tv_nsec = (long)(clock_ns % 1000000000);
	return 0;
}

static struct wavert_stream stream = {
	.page = &page,
	.registers[WAVERT_REGISTER_POSITION] = {
		.info = { .width = 32, .accuracy = 16 },
		.at = &hw_register,
	},
};

static void setup(uint32_t state, uint32_t flags, int mapped)
{
	memset(&page, 0, sizeof(page));
	page.state = state;
	page.flags = flags;
	page.rate = RATE;
	page.frame_bytes = FRAME;
	page.buffer_bytes = BYTES;
	page.position_ns = READ_NS;
	page.end = ~0ull;
	clock_ns = READ_NS;
	stream.registers[WAVERT_REGISTER_POSITION].page = mapped ? &hw_register : NULL;
	calls = 0;
}

/* This many bytes of DMA after the page was written; frames take 62500 / 3 ns. */
static void wait_bytes(uint64_t bytes)
{
	clock_ns = READ_NS + (bytes / FRAME * 62500 + 2) / 3;
}

/* As the driver writes it. */
static void page_at(uint64_t linear)
{
	page.linear = linear;
	page.offset = (uint32_t)(linear % page.buffer_bytes);
}

static void result(int good, const char *sentence, unsigned long long cases)
{
	tap_ok(good, "%s (%llu cases)", sentence, cases);
}

static int wrong(const char *what, uint64_t expected, const struct wavert_now *now)
{
	printf("# %s: expected %llu, is %llu, offset %u, source %d, accuracy %u; ", what,
	       (unsigned long long)expected, (unsigned long long)now->linear, now->offset,
	       now->source, now->accuracy);
	printf("page at %llu, register %u, base %u\n", (unsigned long long)page.linear, hw_register,
	       page.position_register_base);
	return 0;
}

/* DMA is at `linear`; the register, relative to its base, shows that. */
static int found(uint64_t linear)
{
	struct wavert_now now;
	int err;

	hw_register = (uint32_t)((linear + BYTES - page.position_register_base) % BYTES);
	err = wavert_stream_now(&stream, &now);
	if (!err && !calls && now.source == WAVERT_FROM_REGISTER && now.linear == linear &&
	    now.offset == linear % BYTES && now.accuracy == 16)
		return 1;
	return wrong("register", linear, &now);
}

/* The page 0..2 buffers old, the register up to `off` bytes before or after the clock. */
static int by_clock(uint32_t base, uint64_t from, unsigned long long *n)
{
	const int64_t off = BYTES / 2 - FRAME;
	uint64_t moved;
	int64_t away;

	page.position_register_base = base;
	page_at(from);
	for (moved = 0; moved <= 2 * BYTES; moved += 12)
		for (away = -off; away <= off; away += FRAME, ++*n) {
			wait_bytes(moved);
			if ((int64_t)(from + moved) + away >= 0 &&
			    !found(from + moved + (uint64_t)away))
				return 0;
		}
	return 1;
}

static void the_clock_says_which_cycle(void)
{
	unsigned long long n = 0;
	uint64_t from;
	uint32_t base;
	int good = 1;

	setup(WAVERT_STATE_RUN, 0, 1);
	for (base = 0; good && base < BYTES; base += 12)
		for (from = 0; good && from <= 3 * BYTES; from += 36)
			good = by_clock(base, from, &n);
	result(good, "for every base and register that differs from the clock by less than half a buffer:  "
	       "linear position and offset are those of the hardware, without a system call", n);
}

static void an_emulated_engine_is_not_guessed_at(void)
{
	unsigned long long n = 0;
	uint64_t from, moved;
	uint32_t base;
	int good = 1;

	setup(WAVERT_STATE_RUN, WAVERT_CAP_EMULATED, 1);
	for (base = 0; good && base < BYTES; base += FRAME)
		for (from = 0; good && from <= BYTES; from += FRAME)
			for (moved = 0; good && moved < BYTES; moved += FRAME, n++) {
				page.position_register_base = base;
				page_at(from);
				wait_bytes(n % 10 * BYTES);
				good = found(from + moved);
			}
	result(good, "for every base and register of an emulated device: "
	       "the distance is less than a buffer, independent of the clock", n);
}

static int is(enum wavert_source source, uint64_t linear, uint32_t accuracy, unsigned int asked)
{
	struct wavert_now now;
	int err = wavert_stream_now(&stream, &now);

	if (!err && now.source == source && now.linear == linear && calls == asked &&
	    now.offset == linear % page.buffer_bytes && now.accuracy == accuracy)
		return 1;
	return wrong("not by register", linear, &now);
}

static void without_a_register(void)
{
	int good;

	setup(WAVERT_STATE_RUN, 0, 0);
	page_at(1000);
	wait_bytes(200);
	good = is(WAVERT_FROM_PAGE, 1200, FRAME, 0);
	stream.step = 64;
	wait_bytes(BYTES);
	good &= is(WAVERT_FROM_PAGE, 1000 + BYTES, 64, 0);
	stream.step = 0;
	page.buffer_bytes = 1000 * BYTES;	/* so long that the clock error matters */
	page_at(1000);
	wait_bytes(100 * BYTES);
	good &= is(WAVERT_FROM_PAGE, 1000 + 100 * BYTES, FRAME + 100 * BYTES / 1000, 0);
	page.buffer_bytes = BYTES;
	page_at(1000);
	wait_bytes(BYTES + 4 * FRAME);
	good &= is(WAVERT_FROM_CALL, 777, FRAME, 1);
	result(good, "without a register the page is extrapolated by the clock, for one buffer", 4);
}

static void the_end_is_not_passed(void)
{
	int good;

	setup(WAVERT_STATE_RUN, 0, 1);
	page_at(300);
	page.end = 400;
	hw_register = (300 + 200) % BYTES;
	wait_bytes(200);
	good = is(WAVERT_FROM_REGISTER, 400, 16, 0);
	setup(WAVERT_STATE_RUN, 0, 0);
	page_at(300);
	page.end = 400;
	wait_bytes(200);
	good &= is(WAVERT_FROM_PAGE, 400, FRAME, 0);
	page_at(400);
	wait_bytes(20 * BYTES);
	good &= is(WAVERT_FROM_PAGE, 400, FRAME, 0);
	result(good, "the end of a stream is not passed", 3);
}

static void at_rest_and_elsewhere(void)
{
	struct wavert_now now;
	uint32_t state;
	int good = 1;

	for (state = WAVERT_STATE_STOP; state < WAVERT_STATE_RUN; state++) {
		setup(state, 0, 1);
		page_at(500);
		hw_register = 7;
		wait_bytes(200);
		good &= is(WAVERT_FROM_PAGE, 500, FRAME, 0);
	}
	result(good, "the register is not read unless the stream runs", 3);
	setup(WAVERT_STATE_GONE, 0, 1);
	good = wavert_stream_now(&stream, &now) == -ENODEV && !calls;
	result(good, "a removed device has no position", 1);
	setup(WAVERT_STATE_RUN, WAVERT_CAP_EMULATED, 0);
	good = is(WAVERT_FROM_CALL, 777, FRAME, 1);
	setup(WAVERT_STATE_RUN, WAVERT_CAP_STEPPED, 0);
	good &= is(WAVERT_FROM_CALL, 777, FRAME, 1);
	result(good, "if the clock cannot be used, the driver is called", 2);
}

int main(void)
{
	the_clock_says_which_cycle();
	an_emulated_engine_is_not_guessed_at();
	without_a_register();
	the_end_is_not_passed();
	at_rest_and_elsewhere();
	return tap_done();
}
