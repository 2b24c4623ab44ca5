/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi_packets.h - the part of abi_test that is about packet mode, latency and registers:
 * what the binary interface adds to compat/miniport/ (arguments, copying, both word sizes).
 * tests/conformance/ checks the meaning of the calls. Included by abi_test.c.
 */
#ifndef WRT_TEST_ABI_PACKETS_H
#define WRT_TEST_ABI_PACKETS_H

#include "abi.h"

/* An invalid address. Sizes and the memory after a struct: abi_sizes.h. */
static void test_packet_arguments(void)
{
	static const struct {
		unsigned long request;
		unsigned int direction;
	} calls[] = {
		{ WAVERT_IOC_GET_LATENCY, WAVERT_PLAYBACK },
		{ WAVERT_IOC_GET_REGISTER, WAVERT_PLAYBACK },
		{ WAVERT_IOC_PACKET_COUNT, WAVERT_PLAYBACK },
		{ WAVERT_IOC_PRESENTATION, WAVERT_PLAYBACK },
		{ WAVERT_IOC_SET_WRITE_PACKET, WAVERT_PLAYBACK },
		{ WAVERT_IOC_GET_READ_PACKET, WAVERT_CAPTURE },
	};
	int read_anyway = 0;
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int fd = ready_stream(calls[i].direction, 2, 384);

		set_state(fd, WAVERT_STATE_PAUSE);
		read_anyway += call(fd, calls[i].request, (void *)8) != EFAULT;
		close(fd);
	}
	TAP_CHECK(!read_anyway, "packet, latency and register calls refuse a bad pointer with EFAULT");
}

static void test_packet_caps(void)
{
	struct wavert_caps c = { .direction = WAVERT_PLAYBACK };
	int fd = open_filter();

	TAP_CHECK(!call(fd, WAVERT_IOC_CAPS, &c) &&
		  c.offers == (WAVERT_OFFERS_NOTIFICATION | WAVERT_OFFERS_READ | WAVERT_OFFERS_OUTPUT),
		  "CAPS: a playback pin offers notification and the output calls (WRT-004, WRT-007)");
	memset(&c, 0, sizeof(c));
	c.direction = WAVERT_CAPTURE;
	TAP_CHECK(!call(fd, WAVERT_IOC_CAPS, &c) &&
		  c.offers == (WAVERT_OFFERS_NOTIFICATION | WAVERT_OFFERS_READ | WAVERT_OFFERS_INPUT),
		  "CAPS: a capture pin offers notification and the input call (WRT-006)");
	close(fd);
}

/* A struct in read-only memory: the result is lost, the packet is not. */
static void test_packet_answer_lost(void)
{
	int fd = ready_stream(WAVERT_CAPTURE, 2, 384);
	const struct wavert_page *page = map_page(fd);
	struct wavert_read_packet p, *fixed;

	fixed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TAP_CHECK(read_packet(fd, &p) == EBADFD, "GET_READ_PACKET in STOP gives EBADFD");
	set_state(fd, WAVERT_STATE_RUN);
	step(48 * 3);
	TAP_CHECK(call(fd, WAVERT_IOC_GET_READ_PACKET, fixed) == EFAULT && page->dropped == 0,
		  "GET_READ_PACKET into read-only memory gives EFAULT and drops nothing");
	TAP_CHECK(!read_packet(fd, &p) && p.number == 2 && page->dropped == 2,
		  "and the packet can be read afterwards");
	munmap(fixed, 4096);
	munmap((void *)page, 4096);
	close(fd);
}

static void test_registers(void)
{
	struct wavert_register r = { .kind = WAVERT_REGISTER_POSITION };
	int fd = new_stream(WAVERT_PLAYBACK, 0, 0);

	TAP_CHECK(call(fd, WAVERT_IOC_GET_REGISTER, &r) == EAGAIN,
		  "GET_REGISTER without a buffer gives EAGAIN");
	close(fd);
	fd = ready_stream(WAVERT_PLAYBACK, 2, 384);
	r.kind = 3;
	TAP_CHECK(call(fd, WAVERT_IOC_GET_REGISTER, &r) == EINVAL, "a register of kind 3 gives EINVAL");
	close(fd);
}

#define TRACING "/sys/kernel/tracing/"

static int set_tracing(const char *file, const char *value)
{
	int fd = open(file, O_WRONLY), ok;

	if (fd < 0)
		return 0;
	ok = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	close(fd);
	return ok;
}

/* Two packets, the second announced late; the expected text of each tracepoint. */
static void test_traces(void)
{
	static const char *const expected[] = {
		"wavert_state: card=0 slot=0 from=2 to=3", "wavert_start: card=0 slot=0 linear=0 ns=",
		"wavert_position_update: card=0 slot=0 irq_seq=", " linear=192 ns=",
		"wavert_notify: card=0 slot=0 model=WaveRT first=", " points=1",
		"wavert_packet: card=0 slot=0 capture=0 number=0 flags=0x0 status=0x00000000",
		"number=1 flags=0x0 status=0xc000003d",
		"wavert_glitch: card=0 slot=0 linear=192 written=0 cause=1 packet=1 count=1",
		"cause=4 packet=1 count=1", "wavert_stop: card=0 slot=0 linear=192 ns=",
		"wavert_state: card=0 slot=0 from=1 to=0",
	};
	static char text[1 << 16];
	size_t i, n = 0, missing = 0;
	int fd, trace;
	ssize_t got;

	if (!set_tracing(TRACING "events/wavert/enable", "1") ||
	    !set_tracing(TRACING "trace", "\n")) {
		tap_skip("no tracepoints", "each tracepoint has the expected text");
		return;
	}
	fd = ready_stream(WAVERT_PLAYBACK, 2, 384);
	write_packet(fd, 0, 0, 0);
	set_state(fd, WAVERT_STATE_RUN);
	step(48);
	write_packet(fd, 1, 0, 0);
	set_state(fd, WAVERT_STATE_STOP);
	close(fd);
	set_tracing(TRACING "events/wavert/enable", "0");
	trace = open(TRACING "trace", O_RDONLY);
	while (n < sizeof(text) - 1 && (got = read(trace, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	close(trace);
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		if (strstr(text, expected[i]))
			continue;
		missing++;
		printf("# no \"%s\"\n", expected[i]);
	}
	TAP_CHECK(!missing, "each tracepoint has the expected text");
}

static void test_packets(void)
{
	test_traces();
	test_packet_caps();
	test_packet_arguments();
	test_packet_answer_lost();
	test_registers();
}

#endif
