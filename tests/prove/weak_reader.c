// SPDX-License-Identifier: GPL-2.0-only
/*
 * weak_reader.c - the reader of the register page for weak.c: the library's own, traced.
 */
#include "lib/stream.c"
#include "lib/attached.c"

#include "weak.h"

void weak_progress(struct wavert_progress *out)
{
	struct wavert_stream s = { .page = (const struct wavert_page *)weak_page };

	wavert_stream_progress(&s, out);
}

void weak_snapshot(struct wavert_snapshot *out)
{
	struct wavert_stream s = { .page = (const struct wavert_page *)weak_page };

	wavert_stream_snapshot(&s, out);
}

size_t weak_notifications(uint64_t *seen, struct wavert_notification *list)
{
	struct wavert_stream s = { .page = (const struct wavert_page *)weak_page };

	return wavert_stream_notifications(&s, seen, list);
}
