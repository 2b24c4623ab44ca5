// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lib.c - the library without a card: the register page of the stream is memory of the test,
 * and a function here replaces ioctl() (wrapped by the linker). Called by run.sh; TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../userspace/lib/internal.h"

#define T(function)	{ .name = #function, .test_func = function }

static unsigned int calls;		/* of ioctl() */
static unsigned long last_request;
static int answer;			/* of the next calls: 0 or an errno */
static unsigned char asked[256];	/* the struct of the last call, as it came */

int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;

	(void)fd;
	va_start(args, request);
	if (_IOC_SIZE(request))
		memcpy(asked, va_arg(args, void *), _IOC_SIZE(request));
	va_end(args);
	calls++;
	last_request = request;
	errno = answer;
	return answer ? -1 : 0;
}

/* ---- a stream ------------------------------------------------------------------------- */

#define ENTRIES	8

static union {
	struct wavert_page page;
	char bytes[4096];
} memory;

static struct wavert_notification *entry(uint64_t n)
{
	return (struct wavert_notification *)(memory.bytes + memory.page.ring_offset +
					      n % ENTRIES * memory.page.entry_bytes);
}

/* A page whose log had `head` entries so far; entry n has the number n + 1. */
static void make_page(uint64_t head)
{
	uint64_t n;

	memset(&memory, 0, sizeof(memory));
	memory.page.page_bytes = sizeof(memory.page);
	memory.page.ring_offset = 1024;
	memory.page.ring_entries = ENTRIES;
	memory.page.entry_bytes = sizeof(struct wavert_notification);
	memory.page.ring_head = head;
	for (n = head > ENTRIES ? head - ENTRIES : 0; n < head; n++)
		entry(n)->number = n + 1;
}

static struct wavert_stream make_stream(void)
{
	calls = 0;
	answer = 0;
	make_page(0);
	return (struct wavert_stream){ .fd = -1, .event = -1, .page = &memory.page,
				       .page_bytes = (size_t)sysconf(_SC_PAGESIZE) };
}

/* ---- the notification log ------------------------------------------------------------- */

static void log_gives_what_is_new(void **state)
{
	struct wavert_notification list[WAVERT_RING];
	struct wavert_stream s = make_stream();
	uint64_t seen = 3;

	(void)state;
	make_page(5);
	assert_int_equal(wavert_stream_notifications(&s, &seen, list), 2);
	assert_int_equal(list[0].number, 4);
	assert_int_equal(list[1].number, 5);
	assert_int_equal(seen, 5);
	assert_int_equal(wavert_stream_notifications(&s, &seen, list), 0);
}

static void log_skips_what_is_overwritten(void **state)
{
	struct wavert_notification list[WAVERT_RING];
	struct wavert_stream s = make_stream();
	uint64_t seen = 0;

	(void)state;
	make_page(20);
	assert_int_equal(wavert_stream_notifications(&s, &seen, list), ENTRIES);
	assert_int_equal(list[0].number, 20 - ENTRIES + 1);
	assert_int_equal(seen, 20);
}

/* The count of another stream, or of an earlier one. */
static void log_gives_nothing_for_a_count_above_its_head(void **state)
{
	static const uint64_t counts[] = { 6, 100, UINT64_MAX };
	struct wavert_notification list[WAVERT_RING];
	struct wavert_stream s = make_stream();
	uint64_t seen;
	size_t i;

	(void)state;
	make_page(5);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		seen = counts[i];
		assert_int_equal(wavert_stream_notifications(&s, &seen, list), 0);
		assert_int_equal(seen, 5);
	}
}

static void members_that_a_short_entry_lacks_are_0(void **state)
{
	struct wavert_notification list[WAVERT_RING];
	struct wavert_stream s = make_stream();
	uint64_t seen = 0;

	(void)state;
	make_page(0);
	memory.page.entry_bytes = offsetof(struct wavert_notification, linear);
	memory.page.ring_head = 2;
	entry(0)->number = 1;
	entry(1)->number = 2;
	memset(list, 0xff, sizeof(list));
	assert_int_equal(wavert_stream_notifications(&s, &seen, list), 2);
	assert_int_equal(list[0].linear, 0);
	assert_int_equal(list[1].number, 2);
	assert_int_equal(list[1].linear, 0);
}

/* ---- registers ------------------------------------------------------------------------ */

/* Fails also if a newer module knows the kind: the library has no member for it. */
static void register_of_an_unknown_kind_is_refused(void **state)
{
	static const unsigned int kinds[] = { WAVERT_REGISTER_PACKET, 3, UINT32_MAX };
	struct wavert_stream s = make_stream();
	const volatile void *at = NULL;
	struct wavert_register info;
	size_t i;

	(void)state;
	s.fd = memfd_create("registers", MFD_CLOEXEC);
	assert_true(s.fd >= 0 && !ftruncate(s.fd, (off_t)s.page_bytes));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		answer = 0;
		assert_int_equal(wavert_stream_map_register(&s, kinds[i], &info, &at), -EINVAL);
		answer = EOPNOTSUPP;
		assert_int_equal(wavert_stream_map_register(&s, kinds[i], &info, &at), -EOPNOTSUPP);
		assert_null(at);
		assert_false(s.registers[0].described || s.registers[1].described);
		assert_null(s.registers[0].page);
	}
	answer = 0;
	assert_int_equal(wavert_stream_map_register(&s, WAVERT_REGISTER_CLOCK, &info, &at), 0);
	assert_ptr_equal(s.registers[1].page, at);
	munmap(s.registers[1].page, s.page_bytes);
	close(s.fd);
}

/* ---- structs -------------------------------------------------------------------------- */

/* The rest of the struct of the last call, after its first bytes, which are the arguments. */
static void assert_zero_after(size_t arguments)
{
	size_t i;

	for (i = arguments; i < _IOC_SIZE(last_request); i++)
		assert_int_equal(asked[i], 0);
}

/* The library sets members that the module may not know to 0. */
static void structs_are_0_before_each_call(void **state)
{
	struct wavert_device device = { .fd = -1 };
	struct wavert_stream s = make_stream();
	const volatile void *at;
	union {
		struct wavert_version version;
		struct wavert_caps caps;
		struct wavert_position position;
		struct wavert_presentation presentation;
		struct wavert_latency latency;
		struct wavert_register info;
		struct wavert_read_packet packet;
	} u;
	uint32_t packets = ~0u;

	(void)state;
	memset(&u, 0xff, sizeof(u));
	assert_int_equal(wavert_device_version(&device, &u.version), 0);
	assert_zero_after(0);
	memset(&u, 0xff, sizeof(u));
	assert_int_equal(wavert_device_caps(&device, WAVERT_CAPTURE, 1, &u.caps), 0);
	assert_zero_after(offsetof(struct wavert_caps, pins));
	memset(&u, 0xff, sizeof(u));
	assert_int_equal(wavert_stream_position(&s, &u.position), 0);
	assert_zero_after(0);
	memset(&u, 0xff, sizeof(u));
	assert_int_equal(wavert_stream_presentation(&s, &u.presentation), 0);
	assert_zero_after(0);
	memset(&u, 0xff, sizeof(u));
	assert_int_equal(wavert_stream_latency(&s, &u.latency), 0);
	assert_zero_after(0);
	memset(&u, 0xff, sizeof(u));
	answer = EAGAIN;
	assert_int_equal(wavert_stream_map_register(&s, WAVERT_REGISTER_CLOCK, &u.info, &at), -EAGAIN);
	assert_zero_after(offsetof(struct wavert_register, width));
	answer = 0;
	memset(&u, 0xff, sizeof(u));
	assert_int_equal(wavert_stream_read_packet(&s, &u.packet), 0);
	assert_zero_after(0);
	assert_int_equal(wavert_stream_packet_count(&s, &packets), 0);
	assert_zero_after(0);
	assert_int_equal(packets, 0);
}

/* ---- pins that only observe ------------------------------------------------------------ */

static void each_refusal_has_its_own_text(void **state)
{
	static const unsigned int reasons[] = {
		0, WAVERT_CAP_REFUSED_FORMAT, WAVERT_CAP_REFUSED_MMAP, WAVERT_CAP_REFUSED_MEMORY,
	};
	const size_t n = sizeof(reasons) / sizeof(reasons[0]);
	struct wavert_caps caps = { .flags = WAVERT_CAP_ATTACHED | WAVERT_CAP_NO_PAUSE };
	const char *text[4];
	size_t i, k;

	(void)state;
	assert_null(wavert_caps_refusal(&caps));
	for (i = 0; i < n; i++) {
		caps.flags = WAVERT_CAP_ATTACHED | WAVERT_CAP_OBSERVE_ONLY | reasons[i];
		text[i] = wavert_caps_refusal(&caps);
		assert_non_null(text[i]);
		for (k = 0; k < i; k++)
			assert_string_not_equal(text[i], text[k]);
	}
}

/* ---- packets -------------------------------------------------------------------------- */

#define PACKET	64
static char buffer[8 * PACKET];

static struct wavert_stream with_buffer(unsigned int direction, unsigned int n)
{
	struct wavert_stream s = make_stream();

	s.direction = direction;
	s.mapping = buffer;
	s.layout.notifications = n;
	s.layout.actual_bytes = n ? n * PACKET : sizeof(buffer);
	memory.page.notifications = n;
	memory.page.buffer_bytes = s.layout.actual_bytes;
	memory.page.frame_bytes = 4;
	memory.page.rate = 48000;
	memory.page.end = UINT64_MAX;
	return s;
}

/* tests/prove/weak.c proves that both are of one publication for every order of accesses. */
static void progress_is_count_and_position(void **state)
{
	struct wavert_stream s = make_stream();
	struct wavert_progress now = { 0 };

	(void)state;
	memory.page.packets = 1ull << 33;
	memory.page.linear = (1ull << 33) * PACKET + 12;
	wavert_stream_progress(&s, &now);
	assert_int_equal(now.packets, 1ull << 33);
	assert_int_equal(now.linear, (1ull << 33) * PACKET + 12);
}

static void packets_lie_one_after_another(void **state)
{
	struct wavert_stream s = with_buffer(WAVERT_PLAYBACK, 3);

	(void)state;
	assert_int_equal(wavert_stream_packet_bytes(&s), PACKET);
	assert_ptr_equal(wavert_stream_packet(&s, 0), buffer);
	assert_ptr_equal(wavert_stream_packet(&s, 2), buffer + 2 * PACKET);
	assert_ptr_equal(wavert_stream_packet(&s, 3), buffer);
	assert_ptr_equal(wavert_stream_packet(&s, 4294967296), buffer + PACKET);
	s.layout.offset_from_first_page = 16;
	assert_ptr_equal(wavert_stream_packet(&s, 1), buffer + 16 + PACKET);
	s.layout.notifications = 0;
	assert_null(wavert_stream_packet(&s, 0));
	assert_int_equal(wavert_stream_packet_bytes(&s), 0);
	s = with_buffer(WAVERT_PLAYBACK, 2);
	s.mapping = NULL;
	assert_null(wavert_stream_packet(&s, 0));
	assert_int_equal(wavert_stream_packet_bytes(&s), 0);
}

struct window {
	unsigned int n, state;
	uint64_t passed;	/* points */
	uint64_t linear, end;	/* packets */
	uint64_t next, first;	/* of the caller, before and after */
	unsigned int count;
	int lost;
};

#define NEVER	UINT64_MAX

static void windows_are(unsigned int direction, const struct window *w, size_t n)
{
	unsigned int count;
	uint64_t first;
	int lost;

	for (; n; n--, w++) {
		struct wavert_stream s = with_buffer(direction, w->n);

		memory.page.state = w->state;
		memory.page.packets = w->passed;
		memory.page.linear = w->linear;
		memory.page.end = w->end;
		first = w->next;
		count = ~0u;
		lost = direction == WAVERT_PLAYBACK ?
			wavert_stream_writable(&s, &first, &count) :
			wavert_stream_readable(&s, &first, &count);
		if (first != w->first || count != w->count || lost != w->lost)
			print_message("# N %u, %llu passed, next %llu: %llu + %u, %d lost\n", w->n,
				      (unsigned long long)w->passed, (unsigned long long)w->next,
				      (unsigned long long)first, count, lost);
		assert_int_equal(first, w->first);
		assert_int_equal(count, w->count);
		assert_int_equal(lost, w->lost);
	}
	assert_int_equal(calls, 0);
}

#define RUN	WAVERT_STATE_RUN
#define PAUSE	WAVERT_STATE_PAUSE
#define STOP	WAVERT_STATE_STOP

static void writable_is_what_can_be_in_time(void **state)
{
	static const struct window table[] = {
		/* before the start the whole buffer */
		{ 4, STOP, 0, 0, NEVER, 0, 0, 4, 0 },
		{ 4, STOP, 0, 0, NEVER, 4, 4, 0, 0 },
		/* in RUN neither the packet in progress nor its part of the buffer */
		{ 4, RUN, 0, 1, NEVER, 4, 4, 0, 0 },
		{ 4, RUN, 1, PACKET, NEVER, 4, 4, 1, 0 },
		{ 2, RUN, 7, 7 * PACKET + 8, NEVER, 8, 8, 1, 0 },
		{ 1, RUN, 7, 7 * PACKET + 8, NEVER, 8, 8, 1, 0 },
		/* late by one packet, by many, by more than an int holds */
		{ 4, RUN, 4, 4 * PACKET, NEVER, 4, 5, 3, 1 },
		{ 4, RUN, 100, 100 * PACKET, NEVER, 4, 101, 3, 97 },
		{ 2, RUN, 1ull << 40, (1ull << 40) * PACKET, NEVER, 2, (1ull << 40) + 1, 1, INT32_MAX },
		/* in PAUSE the packet in progress if nothing of it has been fetched */
		{ 4, PAUSE, 2, 2 * PACKET, NEVER, 2, 2, 4, 0 },
		{ 4, PAUSE, 2, 2 * PACKET + 4, NEVER, 2, 3, 3, 1 },
		/* nothing after the end, and nothing is late there */
		{ 4, RUN, 3, 3 * PACKET, 5 * PACKET - 4, 4, 4, 1, 0 },
		{ 4, RUN, 5, 5 * PACKET - 4, 5 * PACKET - 4, 5, 5, 0, 0 },
	};

	(void)state;
	windows_are(WAVERT_PLAYBACK, table, sizeof(table) / sizeof(table[0]));
}

static void readable_is_what_is_complete_and_kept(void **state)
{
	static const struct window table[] = {
		{ 4, RUN, 0, 0, NEVER, 0, 0, 0, 0 },
		{ 4, RUN, 1, PACKET, NEVER, 0, 0, 1, 0 },
		{ 4, RUN, 3, 3 * PACKET, NEVER, 0, 0, 3, 0 },
		{ 4, RUN, 4, 4 * PACKET, NEVER, 0, 1, 3, 1 },
		{ 4, RUN, 4, 4 * PACKET, NEVER, 3, 3, 1, 0 },
		{ 2, RUN, 9, 9 * PACKET, NEVER, 8, 8, 1, 0 },
		{ 1, RUN, 9, 9 * PACKET, NEVER, 8, 8, 1, 0 },
		{ 4, PAUSE, 9, 9 * PACKET, NEVER, 2, 6, 3, 4 },
		{ 4, STOP, 0, 0, NEVER, 9, 9, 0, 0 },
	};

	(void)state;
	windows_are(WAVERT_CAPTURE, table, sizeof(table) / sizeof(table[0]));
}

static void windows_of_other_streams_are_errors(void **state)
{
	struct wavert_stream s = with_buffer(WAVERT_PLAYBACK, 2);
	uint64_t first = 0;
	unsigned int count;

	(void)state;
	assert_int_equal(wavert_stream_readable(&s, &first, &count), -EOPNOTSUPP);
	memory.page.state = WAVERT_STATE_GONE;
	assert_int_equal(wavert_stream_writable(&s, &first, &count), -ENODEV);
	s = with_buffer(WAVERT_CAPTURE, 2);
	assert_int_equal(wavert_stream_writable(&s, &first, &count), -EOPNOTSUPP);
	s = with_buffer(WAVERT_PLAYBACK, 0);
	assert_int_equal(wavert_stream_writable(&s, &first, &count), -EOPNOTSUPP);
	s.mapping = NULL;
	assert_int_equal(wavert_stream_writable(&s, &first, &count), -EAGAIN);
	s.observer = true;
	assert_int_equal(wavert_stream_writable(&s, &first, &count), -EBADRQC);
	assert_int_equal(first, 0);
}

/* ---- drain ---------------------------------------------------------------------------- */

static void drain_that_cannot_be_is_an_error(void **state)
{
	struct wavert_stream s = with_buffer(WAVERT_CAPTURE, 2);

	(void)state;
	assert_int_equal(wavert_stream_drain(&s, 8, -1), -EOPNOTSUPP);
	s = with_buffer(WAVERT_PLAYBACK, 2);
	memory.page.state = WAVERT_STATE_GONE;
	assert_int_equal(wavert_stream_drain(&s, 8, -1), -ENODEV);
	s.mapping = NULL;
	assert_int_equal(wavert_stream_drain(&s, 8, -1), -EAGAIN);
	s.observer = true;
	assert_int_equal(wavert_stream_drain(&s, 8, -1), -EBADRQC);
	assert_int_equal(calls, 0);
	/* the page is not in RUN after SET_STATE: another thread has stopped the stream */
	s = with_buffer(WAVERT_PLAYBACK, 2);
	assert_int_equal(wavert_stream_drain(&s, 8, -1), -EBADFD);
	s = with_buffer(WAVERT_PLAYBACK, 2);
	answer = EOVERFLOW;
	assert_int_equal(wavert_stream_drain(&s, 1000, -1), -EOVERFLOW);
	s = with_buffer(WAVERT_PLAYBACK, 0);
	assert_int_equal(wavert_stream_drain(&s, sizeof(buffer) + 4, -1), -EOVERFLOW);
}

static void drain_of_nothing_ends_at_once(void **state)
{
	struct wavert_stream s = with_buffer(WAVERT_PLAYBACK, 2);

	(void)state;
	assert_int_equal(wavert_stream_drain(&s, 0, -1), WAVERT_DRAINED);
	assert_int_equal(wavert_stream_drain(&s, 3, -1), WAVERT_DRAINED);
	assert_int_equal(calls, 0);
}

/* The call returns 0 frames, so the end is never reached. */
static void drain_silences_what_follows_and_keeps_its_limit(void **state)
{
	struct wavert_stream s = with_buffer(WAVERT_PLAYBACK, 2);
	size_t i;

	(void)state;
	memset(buffer, 0x55, sizeof(buffer));
	memory.page.state = RUN;
	memory.page.packets = 2;
	memory.page.linear = 2 * PACKET + 8;
	memory.page.format = WAVERT_FORMAT_U8;
	assert_int_equal(wavert_stream_drain(&s, 3 * PACKET + 12, 0), WAVERT_DRAINING);
	for (i = 0; i < 2 * PACKET; i++)	/* from the end up to the position, a lap on */
		assert_int_equal((unsigned char)buffer[i],
				 i >= 8 && i < PACKET + 12 ? 0x55 : 0x80);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(log_gives_what_is_new),
		T(log_skips_what_is_overwritten),
		T(log_gives_nothing_for_a_count_above_its_head),
		T(members_that_a_short_entry_lacks_are_0),
		T(register_of_an_unknown_kind_is_refused),
		T(structs_are_0_before_each_call),
		T(each_refusal_has_its_own_text),
		T(progress_is_count_and_position),
		T(packets_lie_one_after_another),
		T(writable_is_what_can_be_in_time),
		T(readable_is_what_is_complete_and_kept),
		T(windows_of_other_streams_are_errors),
		T(drain_that_cannot_be_is_an_error),
		T(drain_of_nothing_ends_at_once),
		T(drain_silences_what_follows_and_keeps_its_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
