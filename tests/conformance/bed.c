// SPDX-License-Identifier: GPL-2.0-only
/*
 * bed.c - the set-up of tests: a device, a stream, a buffer, sizes and data that the device
 * supports. Called by tests; see suite.h.
 */
#include "suite.h"

void device(struct cf_device wish)
{
	enum wrt_status st = cl->device(&wish);

	if (st == CF_LACKS && cl->nature.hardware && wish.ramp)
		lacks("needs captured data that differ: the audio source is silent");
	if (st == CF_LACKS && cl->nature.hardware)
		lacks(wish.not_ready ? "needs a device that cannot be programmed" :
				       "needs a buffer above 4 MiB");
	if (st == CF_LACKS)
		lacks(wish.shaped ? "the simulator has no FIFO, no registers, and buffers of at most 4 MiB" :
				    "no device of that kind here");
	OK(st);
}

void need_loopback(void)
{
	if (!cl->nature.loopback)
		lacks("needs to record the playback: QEMU's audio source is silent");
}

void need_direction(uint32_t dir)
{
	if (dir == CF_CAPTURE && cl->nature.no_capture)
		lacks("the device does not record");
}

void need_rate(uint32_t rate)
{
	const uint32_t *rates = cl->nature.rates;

	if (rate != rates[0] && rate != rates[1] && rate != rates[2])
		lacks("the device has only one rate");
}

void need_registers(void)
{
	if (cl->nature.registers)
		return;
	if (cl->nature.hardware)
		lacks("the device has no register that can be mapped alone");
	device((struct cf_device){ .shaped = true });
}

bool need_known_source(void)
{
	if (cl->nature.ramp)
		device((struct cf_device){ .ramp = true });
	return cl->nature.ramp;
}

#define STAIN 0x5a

void stain(uint8_t *at, size_t n)
{
	memset(at, STAIN, n);
}

static bool all(const uint8_t *at, size_t n, uint8_t value)
{
	while (n--)
		if (*at++ != value)
			return false;
	return true;
}

bool stained(const uint8_t *at, size_t n)
{
	return all(at, n, STAIN);
}

bool silent(const uint8_t *at, size_t n)
{
	return all(at, n, 0);
}

#define EXACT_BYTES	1024u

uint32_t fit(uint32_t n, uint32_t bytes, uint32_t frame_bytes)
{
	uint32_t unit = frame_bytes;

	while (unit % cl->nature.size_step)
		unit += frame_bytes;
	unit *= n < cl->nature.parts_min ? cl->nature.parts_min : n;
	if (bytes < cl->nature.buffer_min)
		bytes = cl->nature.buffer_min;
	return (bytes + unit - 1) / unit * unit;
}

/*
 * If DMA moves by more than a buffer at once, the number of passes is not known. Emulated hardware
 * and other drivers allow buffers that are too short for exact positions.
 */
uint32_t small(uint32_t n, uint32_t frames)
{
	uint32_t least = 2 * cl->nature.step;

	if (cl->nature.hardware)
		least = cl->nature.exact_min ? cl->nature.exact_min : EXACT_BYTES;
	if (least < cl->nature.buffer_min)
		least = cl->nature.buffer_min;
	least = (least + n * FRAME - 1) / (n * FRAME);
	return frames > least ? frames : least;
}

uint32_t channels(uint32_t wanted)
{
	return wanted < cl->nature.channels_max ? wanted : cl->nature.channels_max;
}

uint32_t last_pin(void)
{
	return cl->nature.pins - 1;
}

struct cf_stream *open_pin(uint32_t dir, uint32_t pin)
{
	struct cf_stream *s;

	need_direction(dir);
	OK(cl->open(dir, pin, &s));
	OK(cl->set_format(s, RATE, CF_S16, 2));
	return s;
}

enum wrt_status alloc_buffer(struct cf_stream *s, struct cf_buffer *b)
{
	enum wrt_status st = cl->alloc(s, b);

	if (st == CF_LACKS)
		lacks(b->any ? "needs a number of points that Windows does not have" :
			       "the pin can only be observed");
	return st;
}

enum wrt_status alloc(struct cf_stream *s, uint32_t n, uint32_t bytes)
{
	struct cf_buffer b = { .notify = true, .count = n, .bytes = bytes };

	return alloc_buffer(s, &b);
}

enum wrt_status alloc_timer(struct cf_stream *s, uint32_t bytes)
{
	struct cf_buffer b = { .bytes = bytes };

	return alloc_buffer(s, &b);
}

struct cf_stream *ready_pin(uint32_t dir, uint32_t pin, uint32_t n, uint32_t frames)
{
	struct cf_stream *s = open_pin(dir, pin);

	OK(alloc(s, n, n * frames * FRAME));
	return s;
}

struct cf_stream *ready(uint32_t dir, uint32_t n, uint32_t frames)
{
	return ready_pin(dir, 0, n, frames);
}

struct cf_event *event(void)
{
	struct cf_event *e = cl->event();

	CHECK(e);
	return e;
}

struct cf_event *event_on(struct cf_stream *s)
{
	struct cf_event *e = event();

	OK(cl->event_register(s, e));
	return e;
}

enum wrt_status state(struct cf_stream *s, uint32_t to)
{
	return cl->set_state(s, to);
}

struct cf_position pos(struct cf_stream *s)
{
	struct cf_position p = { 0 };

	OK(cl->position(s, &p));
	return p;
}

struct cf_page page(struct cf_stream *s)
{
	struct cf_page p = { 0 };

	OK(cl->page(s, &p));
	return p;
}

uint32_t count(struct cf_stream *s)
{
	uint32_t n = 0;

	OK(cl->packet_count(s, &n));
	return n;
}

void announce(struct cf_stream *s, uint32_t packet, uint32_t playing)
{
	enum wrt_status st = cl->write_packet(s, packet, 0, 0);

	on_time(count(s) == playing);
	OK(st);
}

void put_next(struct cf_stream *s)
{
	uint32_t now = count(s);

	announce(s, now + 1, now);
}

uint8_t *map(struct cf_stream *s)
{
	uint8_t *at = cl->map(s);

	CHECK(at);
	return at;
}
