// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_ring.c - core traces as text, from the records of compat/nt/trace.h: on the host from
 * the ring itself, on Windows through SIM_TRACE (trace_take(), see client_nt.c). One event a
 * line, fields as in the Linux tracepoints: trace_guest.c writes the same.
 */
#include <string.h>

#include "core_trace.h"
#include "trace_take.h"

#define FIELDS(name, fields) { #name, fields },

static const struct {
	const char *name, *fields;
} events[] = {
	WRT_TRACE_EVENTS(FIELDS)
};

static void put_word(FILE *out, const char *field, size_t n, uint64_t word)
{
	fprintf(out, " %.*s=", (int)n, field);
	if (n == 5 && !memcmp(field, "model", n))
		for (; word; word >>= 8)
			fputc((int)(word & 0xff), out);
	else
		fprintf(out, "%llu", (unsigned long long)word);
}

static void put_record(FILE *out, const struct wrt_trace_record *r)
{
	const char *field = events[r->event].fields;
	int i;

	fprintf(out, "%s slot=%u", events[r->event].name, (unsigned int)(r->id & 0xff));
	for (i = 0; *field; i++) {
		size_t n = strcspn(field, " ");

		put_word(out, field, n, r->word[i]);
		field += n;
		field += *field == ' ';
	}
	fputc('\n', out);
}

void core_trace(FILE *out)
{
	static struct wrt_trace_record r[64];
	uint32_t i, n;

	while ((n = trace_take(r, 64)))
		for (i = 0; out && i < n; i++)
			put_record(out, &r[i]);
}
