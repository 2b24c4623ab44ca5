// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_data.c - traces in memory, for wavert compare.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

void *sure(void *memory)
{
	if (memory)
		return memory;
	fputs("wavert: out of memory\n", stderr);
	exit(EXIT_USAGE);
}

void *one_more(void *list, size_t n, size_t size)
{
	if (n & (n - 1))	/* the next power of two is allocated */
		return list;
	if (n)
		size *= 2 * n;
	return sure(realloc(list, size));
}

struct scenario *trace_scenario(struct trace *t, const char *name)
{
	struct scenario *s;

	t->scenarios = one_more(t->scenarios, t->n, sizeof(*t->scenarios));
	s = &t->scenarios[t->n++];
	memset(s, 0, sizeof(*s));
	s->name = sure(strdup(name));
	return s;
}

void trace_call(struct scenario *s, const char *what, json_t *answer)
{
	s->calls = one_more(s->calls, s->n, sizeof(*s->calls));
	s->calls[s->n].what = sure(strdup(what));
	s->calls[s->n++].answer = answer;
}

const struct scenario *trace_find(const struct trace *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (!strcmp(t->scenarios[i].name, name))
			return &t->scenarios[i];
	return NULL;
}

void trace_free(struct trace *t)
{
	size_t i, k;

	for (i = 0; i < t->n; i++) {
		for (k = 0; k < t->scenarios[i].n; k++) {
			free(t->scenarios[i].calls[k].what);
			json_decref(t->scenarios[i].calls[k].answer);
		}
		free(t->scenarios[i].calls);
		free(t->scenarios[i].name);
	}
	free(t->scenarios);
	json_decref(t->header);
	*t = (struct trace){ 0 };
}
