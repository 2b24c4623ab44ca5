// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare_core.c - compares core traces for wavert compare. They contain the events of core and
 * miniport: kernel and driver must have the same events as the host.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* The layer that produces an event of a core trace. */
static const char *layer_of_event(const char *event)
{
	static const char *const of_miniport[] = { "state ", "packet ", "glitch " };
	size_t i;

	for (i = 0; i < sizeof(of_miniport) / sizeof(of_miniport[0]); i++)
		if (!strncmp(event, of_miniport[i], strlen(of_miniport[i])))
			return "miniport";
	return "core";
}

/* Events of one scenario, without those that only the kernel is expected to have. */
struct events {
	const char **text;
	size_t n;
};

static struct events events_of(const struct trace *t, const char *name)
{
	const struct scenario *s = trace_find(t, name);
	struct events e = { .n = 0 };
	size_t i;

	if (s)
		e.n = s->n;
	e.text = sure(calloc(e.n + 1, sizeof(*e.text)));
	for (i = 0; i < e.n; i++)
		e.text[i] = s->calls[i].what;
	return e;
}

static void take_out(struct events *e, size_t at)
{
	e->n--;
	memmove(&e->text[at], &e->text[at + 1], (e->n - at) * sizeof(*e->text));
}

/* NULL: there are fewer events. */
static const char *nth(const struct events *e, size_t i)
{
	if (i < e->n)
		return e->text[i];
	return NULL;
}

static void compare_events(struct comparison *c, size_t row, const char *who,
			   const struct events *right, const struct events *is)
{
	const char *a, *b;
	size_t i;

	for (i = 0; i < right->n || i < is->n; i++) {
		a = nth(right, i);
		b = nth(is, i);
		if (a && b && !strcmp(a, b))
			continue;
		note(c, row, c->traces, NOTE_DIFFERS, "%s: event %zu: should be %s, is %s [layer: %s]",
		     who, i + 1, text_or(a, "nothing"), text_or(b, "nothing"),
		     layer_of_event(text_or(a, b)));
		return;
	}
}

void compare_cores(struct comparison *c, size_t row)
{
	struct cell *cell = &c->rows[row].cell[c->traces];
	const char *name = c->rows[row].name;
	struct events kernel = events_of(&c->core[0], name);
	struct events host = events_of(&c->core[1], name), driver = events_of(&c->core[2], name);
	struct expected *e;
	size_t i;

	for (i = 0; i < CORES; i++)
		cell->there |= trace_find(&c->core[i], name) != NULL;
	cell->compared = cell->there;
	compare_events(c, row, "kernel", &host, &kernel);
	for (e = c->expected; e < c->expected + c->nexpected; e++) {
		if (e->side != SIDE_CORE || strcmp(e->scenario, name))
			continue;
		for (i = 0; i < kernel.n && strcmp(kernel.text[i], e->event); i++)
			;
		if (i == kernel.n)
			continue;
		e->judged = true;
		take_out(&kernel, i);
		note(c, row, c->traces, NOTE_EXPECTED, "%s: on Linux only: %s", e->event, e->why);
	}
	compare_events(c, row, "driver", &kernel, &driver);
	free(kernel.text);
	free(host.text);
	free(driver.text);
}
