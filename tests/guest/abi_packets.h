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

static void test_packet_playback(void)
{
	const struct wavert_page *page;
	struct wavert_presentation at = { 0 };
	int fd = ready_stream(WAVERT_PLAYBACK, 2, 384);
	int ev = new_event();
	unsigned int count;

	page = map_page(fd);
	register_event(fd, ev);
	TAP_CHECK(!write_packet(fd, 0, 0, 0) && !write_packet(fd, 1, 0, 0) &&
		  write_packet(fd, 2, 0, 0) == EOVERFLOW,
		  "SET_WRITE_PACKET before RUN takes 0 and 1, and refuses 2 with EOVERFLOW");
	set_state(fd, WAVERT_STATE_RUN);
	step(48 * 5 + 7);
	TAP_CHECK(!packet_count(fd, &count) && count == 5, "PACKET_COUNT after 5 packets is 5");
	TAP_CHECK(write_packet(fd, 5, 0, 0) == ETIME && !write_packet(fd, 6, 0, 0),
		  "SET_WRITE_PACKET of 5 gives ETIME, of 6 succeeds");
	TAP_CHECK(page->underruns == 4 && page->late == 1 && page->overruns == 1,
		  "the page counts 4 underruns, 1 late and 1 early packet");
	TAP_CHECK(!call(fd, WAVERT_IOC_PRESENTATION, &at) && at.frames == 48 * 5 + 7,
		  "PRESENTATION returns frames of the step clock");
	step(48);
	TAP_CHECK(write_packet(fd, 7, 1, 0) == EINVAL &&
		  write_packet(fd, 7, WAVERT_PACKET_EOS, 193) == EINVAL,
		  "an unknown flag and an end after the packet give EINVAL");
	counted(ev);
	TAP_CHECK(!write_packet(fd, 7, WAVERT_PACKET_EOS, 96) && write_packet(fd, 8, 0, 0) == EBADFD,
		  "after the last packet SET_WRITE_PACKET gives EBADFD");
	step(480);
	TAP_CHECK(counted(ev) == 2 && page->packets == 8 && page->linear == 7 * 192 + 96,
		  "its end is the last point, and position and count stay there");
	TAP_CHECK(page->underruns == 4, "no underrun is counted after it");
	munmap((void *)page, 4096);
	close(fd);
	close(ev);
}

static void test_packet_capture(void)
{
	int fd = ready_stream(WAVERT_CAPTURE, 2, 384);
	struct wavert_read_packet p;

	TAP_CHECK(read_packet(fd, &p) == EBADFD, "GET_READ_PACKET in STOP gives EBADFD");
	set_state(fd, WAVERT_STATE_RUN);
	TAP_CHECK(read_packet(fd, &p) == EAGAIN, "GET_READ_PACKET in RUN gives EAGAIN before the first packet");
	step(48 * 3);
	TAP_CHECK(call(fd, WAVERT_IOC_GET_READ_PACKET, (void *)8) == EFAULT,
		  "GET_READ_PACKET of a bad pointer gives EFAULT");
	TAP_CHECK(!read_packet(fd, &p) && p.number == 2 && !p.flags && !p.more_data,
		  "it reads the newest packet");
	TAP_CHECK(read_packet(fd, &p) == EAGAIN, "once");
	close(fd);
}

/* A struct in read-only memory: the result is lost, the packet is not. */
static void test_packet_answer_lost(void)
{
	int fd = ready_stream(WAVERT_CAPTURE, 2, 384);
	const struct wavert_page *page = map_page(fd);
	struct wavert_read_packet p, *fixed;

	fixed = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
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

static void test_latency_and_registers(void)
{
	struct wavert_latency l = { 0 };
	struct wavert_register r = { .kind = WAVERT_REGISTER_POSITION };
	int fd = new_stream(WAVERT_PLAYBACK, 0, 0);

	TAP_CHECK(call(fd, WAVERT_IOC_GET_LATENCY, &l) == EAGAIN,
		  "GET_LATENCY without a buffer gives EAGAIN");
	TAP_CHECK(call(fd, WAVERT_IOC_GET_REGISTER, &r) == EAGAIN,
		  "GET_REGISTER without a buffer gives EAGAIN");
	close(fd);
	fd = ready_stream(WAVERT_PLAYBACK, 2, 384);
	TAP_CHECK(!call(fd, WAVERT_IOC_GET_LATENCY, &l), "GET_LATENCY with one succeeds (WRT-152)");
	TAP_CHECK(call(fd, WAVERT_IOC_GET_REGISTER, &r) == EOPNOTSUPP,
		  "the simulator has no position register (WRT-145)");
	r.kind = WAVERT_REGISTER_CLOCK;
	TAP_CHECK(call(fd, WAVERT_IOC_GET_REGISTER, &r) == EOPNOTSUPP &&
		  call(fd, WAVERT_IOC_GET_REGISTER, &r) == EOPNOTSUPP,
		  "it has no clock register; a repeated call gives the same");
	memset(&r, 0, sizeof(r));
	r.kind = WAVERT_REGISTER_PACKET;
	TAP_CHECK(call(fd, WAVERT_IOC_GET_REGISTER, &r) == EOPNOTSUPP,
		  "no device has a packet register (WRT-217)");
	memset(&r, 0, sizeof(r));
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
	test_packet_playback();
	test_packet_capture();
	test_packet_answer_lost();
	test_latency_and_registers();
}

#endif
