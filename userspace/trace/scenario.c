// SPDX-License-Identifier: GPL-2.0-only
/*
 * scenario.c - runs what text.c has read, and holds the trace; see scenario.h.
 *
 * The time in a trace begins with the scenario. A step clock has been moved by what was asked
 * for; any other is read after each call.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

#define CALLS	200000		/* of a trace, in Documentation/traces.md */
#define ROOM	4096		/* of a call, which has at most 9 words and 2 KiB of results */
#define DEPTH	8

#define cl (&cf_client)

struct scenario_hooks scenario_hooks;

struct text {
	char *at;
	size_t size, used;
};

static char results_text[2048];
static struct text trace;	/* its memory grows */
static struct text results = { results_text, sizeof(results_text), 0 };	/* of a call */

static const char *scenario = "";
static const char *only;	/* NULL: all */
static bool skipped;
static int call;
static uint64_t moved;		/* frames, since the scenario began */
static uint64_t began;		/* ns */

/* ---- text -------------------------------------------------------------------------------- */

static void vadd(struct text *t, const char *format, va_list args)
{
	int n = vsnprintf(t->at + t->used, t->size - t->used, format, args);

	if (n < 0 || (size_t)n >= t->size - t->used) {
		fprintf(stderr, "the trace is too long\n");
		exit(2);
	}
	t->used += (size_t)n;
}

__attribute__((format(printf, 2, 3)))
static void add(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vadd(t, format, args);
	va_end(args);
}

static void add_string(struct text *t, const char *text)
{
	add(t, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			add(t, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			add(t, "\\u%04x", (unsigned int)*text);
		else
			add(t, "%c", *text);
	}
	add(t, "\"");
}

void put(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vadd(&results, format, args);
	va_end(args);
}

void put_string(const char *text)
{
	add_string(&results, text);
}

/* For one more call. */
static void make_room(void)
{
	if (trace.size - trace.used >= ROOM)
		return;
	trace.size = 2 * trace.size + ROOM;
	trace.at = realloc(trace.at, trace.size);
	if (!trace.at) {
		fprintf(stderr, "there is no memory for the trace\n");
		exit(2);
	}
}

/* ---- time ------------------------------------------------------------------------------ */

void time_passes(uint64_t frames, uint32_t rate)
{
	cl->advance(frames, rate);
	moved += frames;
}

/* How far a step clock went is asked, or it goes frame by frame. */
bool time_passes_until(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	uint64_t before;
	bool seen;

	if (!cl->exact)
		return cl->event_wait(e, frames, rate);
	if (cl->moved) {
		before = cl->moved();
		seen = cl->event_wait(e, frames, rate);
		moved += cl->moved() - before;
		return seen;
	}
	for (; !cl->event_wait(e, 0, rate); frames--) {
		if (!frames)
			return false;
		time_passes(1, rate);
	}
	return true;
}

static void add_time(void)
{
	if (cl->exact)
		add(&trace, ",\"step\":%llu", (unsigned long long)moved);
	else
		add(&trace, ",\"time\":%llu", (unsigned long long)(cl->now_ns(48000) - began));
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
	moved = 0;
	if (!cl->exact)
		began = cl->now_ns(48000);
}

static void run_call(const struct line *l)
{
	int i;

	results.used = 0;
	results.at[0] = 0;
	make_call(l);
	make_room();
	add(&trace, "{\"scenario\":");
	add_string(&trace, scenario);
	add(&trace, ",\"n\":%d", ++call);
	add_time();
	add(&trace, ",\"call\":");
	add_string(&trace, l->word[0]);
	add(&trace, ",\"args\":[");
	for (i = 1; i < l->words; i++) {
		add(&trace, "%s", i > 1 ? "," : "");
		add_string(&trace, l->word[i]);
	}
	add(&trace, "]%s}\n", results.at);
}

/* From after line `at`: the lines up to its `end`, n times. Returns that `end`. */
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
				i = run_lines(i, skipped ? 1 : number(l, 1));
			else if (!skipped)
				run_call(l);
		}
	} while (n-- > 1);
	return i;
}

/* ---- the check before ------------------------------------------------------------------ */

/* What it has seen so far. */
struct seen {
	const struct line *repeat[DEPTH];	/* those without an end */
	uint64_t turns[DEPTH + 1];		/* how often lines within them run */
	int depth;
	uint64_t calls;
	bool scenario;
};

/* It has a name, which none before it has. */
static void check_name(const struct line *l, struct seen *s)
{
	const struct line *other;

	if (l->words != 2)
		wrong(l, 1, "one name is wanted");
	if (strchr(l->word[1], ':'))
		wrong(l, 1, "is not of letters, digits, _.-+");
	if (s->depth)
		wrong(l, 0, "stands within repeat");
	s->scenario = true;
	for (other = scenario_lines; other < l; other++)
		if (!strcmp(other->word[0], "scenario") && !strcmp(other->word[1], l->word[1]))
			wrong(l, 1, "is the name of a scenario already");
}

static void check_repeat(const struct line *l, struct seen *s)
{
	uint64_t n = number(l, 1);

	if (l->words > 2)
		wrong(l, 2, "is one word too many");
	if (s->depth == DEPTH)
		wrong(l, 0, "is too deep");
	if (!n || n > CALLS / s->turns[s->depth])
		wrong(l, 1, "is not from 1 to 200000 times, with those around it");
	s->repeat[s->depth++] = l;
	s->turns[s->depth] = n * s->turns[s->depth - 1];
}

static void check_end(const struct line *l, struct seen *s)
{
	if (l->words > 1)
		wrong(l, 1, "is one word too many");
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
			wrong(l, 0, "is one call too many: a trace has at most 200000");
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
	static char text[2048];
	struct text head = { text, sizeof(text), 0 };

	add(&head, "{\"wavert_trace\":1,\"side\":");
	add_string(&head, at->side);
	add(&head, ",\"system\":");
	add_string(&head, at->system);
	add(&head, ",\"clock\":\"%s\",\"where\":", cl->exact ? "step" : "wall");
	add_string(&head, at->where);
	add(&head, ",\"device\":");
	add_string(&head, at->device);
	fprintf(out, "%s,\"runs\":%d}\n%s", head.at, runs, trace.at);
}
