// SPDX-License-Identifier: GPL-2.0-only
/*
 * scenario.c - runs the scenarios that text.c has read, and keeps the trace; see scenario.h.
 */
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

#define CALLS	200000		/* of a trace, in Documentation/traces.md */
#define ROOM	4096		/* of a call, which has at most 9 words and 2 KiB of results */
#define DEPTH	8

#define cl (&cf_client)

struct scenario_hooks scenario_hooks;

static struct text trace;	/* its memory is enlarged when needed */

static const char *scenario = "";
static const char *only;	/* NULL: all */
static bool skipped;
static int call;

/* Makes room for one more call. */
static void make_room(void)
{
	if (trace.size - trace.used >= ROOM)
		return;
	trace.size = 2 * trace.size + ROOM;
	trace.at = realloc(trace.at, trace.size);
	if (!trace.at) {
		fprintf(stderr, "no memory for the trace\n");
		exit(2);
	}
}

/* ---- scenarios ------------------------------------------------------------------------- */

static bool is_word_of(const char *names, const char *name)
{
	size_t n = strlen(name);
	const char *at;

	for (at = strstr(names, name); at; at = strstr(at + 1, name))
		if ((at == names || strchr(" \r\n", at[-1])) &&
		    (!at[n] || strchr(" \r\n", at[n])))
			return true;
	return false;
}

static bool is_there(const char *name, size_t n)
{
	const struct line *l;

	for (l = scenario_lines; l < scenario_lines + scenario_nlines; l++)
		if (!strcmp(l->word[0], "scenario") && strlen(l->word[1]) == n &&
		    !memcmp(l->word[1], name, n))
			return true;
	return false;
}

void scenario_only(const char *names)
{
	const char *at = names + strspn(names, " \r\n");
	size_t n;

	only = names;
	for (; *at; at += n, at += strspn(at, " \r\n")) {
		n = strcspn(at, " \r\n");
		if (is_there(at, n))
			continue;
		fprintf(stderr, "%.*s: there is no such scenario\n", (int)n, at);
		exit(2);
	}
}

static void end_scenario(void)
{
	if (!*scenario)
		return;
	cl->end();
	forget_names();
	if (scenario_hooks.ended)
		scenario_hooks.ended(scenario);
	scenario = "";
}

static void begin_scenario(const struct line *l)
{
	const struct cf_device plain = { 0 };

	end_scenario();
	skipped = only && !is_word_of(only, l->word[1]);
	if (skipped)
		return;
	scenario = l->word[1];
	if (scenario_hooks.before)
		scenario_hooks.before();
	if (cl->device(&plain))
		wrong(l, 0, "there is no device");
	if (scenario_hooks.begun)
		scenario_hooks.begun();
	call = 0;
	time_begins();
}

static void run_call(const struct line *l)
{
	int i;

	put_nothing();
	make_call(l);
	make_room();
	text_add(&trace, "{\"scenario\":");
	text_add_string(&trace, scenario);
	text_add(&trace, ",\"n\":%d", ++call);
	if (cl->exact)
		text_add(&trace, ",\"step\":%llu", (unsigned long long)time_passed());
	else
		text_add(&trace, ",\"time\":%llu", (unsigned long long)time_passed());
	text_add(&trace, ",\"call\":");
	text_add_string(&trace, l->word[0]);
	text_add(&trace, ",\"args\":[");
	for (i = 1; i < l->words; i++) {
		if (i > 1)
			text_add(&trace, ",");
		text_add_string(&trace, l->word[i]);
	}
	text_add(&trace, "]%s}\n", put_so_far());
}

static int run_lines(int at, uint64_t n);

static uint64_t turns(const struct line *repeat)
{
	if (skipped)
		return 1;
	return number(repeat, 1);
}

/* Runs the lines after line `at` up to its `end`, n times. Returns that `end`. */
static int run_lines(int at, uint64_t n)
{
	const struct line *l;
	int i;

	do {
		for (i = at + 1; i < scenario_nlines; i++) {
			l = &scenario_lines[i];
			if (!strcmp(l->word[0], "end"))
				break;
			if (!strcmp(l->word[0], "scenario"))
				begin_scenario(l);
			else if (!strcmp(l->word[0], "repeat"))
				i = run_lines(i, turns(l));
			else if (!skipped)
				run_call(l);
		}
	} while (n-- > 1);
	return i;
}

/* ---- checks before the run ------------------------------------------------------------- */

/* State of the check. */
struct seen {
	const struct line *repeat[DEPTH];	/* repeats without an end so far */
	uint64_t turns[DEPTH + 1];		/* how often the lines inside them run */
	int depth;
	uint64_t calls;
	bool scenario;
};

/* The scenario has a name, and no earlier one has the same. */
static void check_name(const struct line *l, struct seen *s)
{
	const struct line *other;

	if (l->words != 2)
		wrong(l, 1, "one name is expected");
	if (strchr(l->word[1], ':'))
		wrong(l, 1, "is not of letters, digits, _.-+");
	if (s->depth)
		wrong(l, 0, "is not allowed within repeat");
	s->scenario = true;
	for (other = scenario_lines; other < l; other++)
		if (!strcmp(other->word[0], "scenario") && !strcmp(other->word[1], l->word[1]))
			wrong(l, 1, "is the name of a scenario already");
}

static void check_repeat(const struct line *l, struct seen *s)
{
	uint64_t n = number(l, 1);

	if (l->words > 2)
		wrong(l, 2, "is one word more than expected");
	if (s->depth == DEPTH)
		wrong(l, 0, "is nested too deeply");
	if (!n || n > CALLS / s->turns[s->depth])
		wrong(l, 1, "is not from 1 to 200000 times, with those around it");
	s->repeat[s->depth++] = l;
	s->turns[s->depth] = n * s->turns[s->depth - 1];
}

static void check_end(const struct line *l, struct seen *s)
{
	if (l->words > 1)
		wrong(l, 1, "is one word more than expected");
	if (!s->depth)
		wrong(l, 0, "nothing is repeated here");
	s->depth--;
}

void scenario_check(void)
{
	struct seen s = { .turns = { 1 } };
	const struct line *l;

	for (l = scenario_lines; l < scenario_lines + scenario_nlines; l++) {
		if (!strcmp(l->word[0], "scenario")) {
			check_name(l, &s);
			continue;
		}
		if (strcmp(l->word[0], "repeat") && strcmp(l->word[0], "end")) {
			check_call(l);
			s.calls += s.turns[s.depth];
		}
		if (!s.scenario)
			wrong(l, 0, "no scenario has begun");
		if (s.calls > CALLS)
			wrong(l, 0, "exceeds the 200000 calls of a trace");
		if (!strcmp(l->word[0], "repeat"))
			check_repeat(l, &s);
		else if (!strcmp(l->word[0], "end"))
			check_end(l, &s);
	}
	if (s.depth)
		wrong(s.repeat[s.depth - 1], 0, "has no end");
}

const char *scenario_run(void)
{
	trace.used = 0;
	make_room();
	trace.at[0] = 0;
	skipped = false;
	run_lines(-1, 1);
	end_scenario();
	return trace.at;
}

void scenario_print(FILE *out, const struct scenario_place *at, int runs)
{
	static const char *const clocks[] = { "wall", "step" };
	static char text[2048];
	struct text head = { text, sizeof(text), 0 };

	text_add(&head, "{\"wavert_trace\":1,\"side\":");
	text_add_string(&head, at->side);
	text_add(&head, ",\"system\":");
	text_add_string(&head, at->system);
	text_add(&head, ",\"clock\":\"%s\",\"where\":", clocks[cl->exact]);
	text_add_string(&head, at->where);
	text_add(&head, ",\"device\":");
	text_add_string(&head, at->device);
	fprintf(out, "%s,\"runs\":%d}\n%s", head.at, runs, trace.at);
}
