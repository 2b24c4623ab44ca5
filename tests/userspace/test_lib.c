// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lib.c - the library without a card: a stream whose register page is memory of the test,
 * and whose calls are answered here (ioctl() is wrapped by the linker). Called by run.sh; TAP.
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

/* A page whose log has had `head` entries; entry n has the number n + 1. */
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

/* A count of another stream, or of one that was opened before. */
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

/* Also if a newer module knows the kind: the library has no place for it. */
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
		assert_false(s.registers[0].told || s.registers[1].told);
		assert_null(s.registers[0].page);
	}
	answer = 0;
	assert_int_equal(wavert_stream_map_register(&s, WAVERT_REGISTER_CLOCK, &info, &at), 0);
	assert_ptr_equal(s.registers[1].page, at);
	munmap(s.registers[1].page, s.page_bytes);
	close(s.fd);
}

/* ---- structs -------------------------------------------------------------------------- */

/* What the struct of the last call held beside its first bytes, which are its arguments. */
static void assert_zero_after(size_t arguments)
{
	size_t i;

	for (i = arguments; i < _IOC_SIZE(last_request); i++)
		assert_int_equal(asked[i], 0);
}

/* A member that the module does not know must be 0: callers need not care. */
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(log_gives_what_is_new),
		T(log_skips_what_is_overwritten),
		T(log_gives_nothing_for_a_count_above_its_head),
		T(members_that_a_short_entry_lacks_are_0),
		T(register_of_an_unknown_kind_is_refused),
		T(structs_are_0_before_each_call),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
