// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_miniport.c - compat/miniport/ against the WRT statements that can be checked in
 * one process: miniport_buffer.c, miniport_events.c, miniport_notify.c (what is
 * signalled when), miniport_packets.c and miniport_states.c (states, positions, removal, status codes).
 */
#include "miniport_bed.h"

static size_t add(struct CMUnitTest *all, size_t n, const struct CMUnitTest *more, size_t count)
{
	if (all)
		memcpy(all + n, more, count * sizeof(*more));
	return n + count;
}

static size_t collect(struct CMUnitTest *all)
{
	size_t n = 0;

	n = add(all, n, buffer_tests, n_buffer_tests);
	n = add(all, n, event_tests, n_event_tests);
	n = add(all, n, notify_tests, n_notify_tests);
	n = add(all, n, packet_tests, n_packet_tests);
	n = add(all, n, state_tests, n_state_tests);
	return add(all, n, thread_tests, n_thread_tests);
}

int main(void)
{
	size_t n = collect(NULL);
	struct CMUnitTest *all = calloc(n, sizeof(*all));
	int failed;

	collect(all);
	failed = tb_main("miniport", all, n);
	free(all);
	return failed;
}
