// SPDX-License-Identifier: GPL-2.0-only
/*
 * expected_file.c - reads the table of expected differences (Documentation/traces.md) for
 * wavert compare.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

enum { FIELDS = 6, FIELDS_OF_CORE = 4 };

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t", end[-1]))
		*--end = 0;
	return text + strspn(text, " \t");
}

/* Returns the number of fields; the first FIELDS are kept. */
static int split(char *text, char **field)
{
	int n = 0;
	char *at;

	while ((at = strsep(&text, "|"))) {
		if (n < FIELDS)
			field[n] = trim(at);
		n++;
	}
	return n;
}

/* "status":"SUCCESS","actual":3840: an object without its braces. */
static json_t *answer(const char *text)
{
	char *object = sure(malloc(strlen(text) + 3));
	json_error_t error;
	const char *what;
	json_t *json;

	sprintf(object, "{%s}", text);
	json = answer_of(object, &error);
	free(object);
	if (json && !answer_holds(json, &what)) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static const char *read_core_line(struct expected *e, char **field)
{
	e->side = SIDE_CORE;
	if (!*field[2] || !*field[3])
		return "core | scenario | event | why is expected, none of them empty";
	e->event = sure(strdup(field[2]));
	e->why = sure(strdup(field[3]));
	return NULL;
}

static const char *read_call_line(struct expected *e, char **field)
{
	char *end;

	if (!strcmp(field[0], "nt"))
		e->side = SIDE_NT;
	else if (!strcmp(field[0], "alsa"))
		e->side = SIDE_ALSA;
	else if (strcmp(field[0], "linux"))
		return "nt, alsa, linux or core is expected in front";
	e->n = strtoul(field[2], &end, 10);
	if (!isdigit((unsigned char)*field[2]) || *end || !e->n || e->n > CALLS_MAX)
		return "the number of a call is expected in the third place";
	e->reference = answer(field[3]);
	e->there = answer(field[4]);
	if (!e->reference || !e->there)
		return "answers as in a trace are expected: \"status\":\"...\", results, signals";
	if (json_equal(e->reference, e->there))
		return "two answers that differ are expected";
	if (!*field[5])
		return "a reason is expected";
	e->why = sure(strdup(field[5]));
	return NULL;
}

static bool twice(const struct comparison *c, const struct expected *e)
{
	const struct expected *other;

	for (other = c->expected; other < e; other++) {
		if (other->side != e->side || strcmp(other->scenario, e->scenario))
			continue;
		if (e->event && !strcmp(other->event, e->event))
			return true;
		if (!e->event && other->n == e->n)
			return true;
	}
	return false;
}

static const char *read_line(struct comparison *c, char *text)
{
	struct expected *e = &c->expected[c->nexpected];
	char *field[FIELDS];
	const char *what;
	int n = split(text, field);

	if (c->nexpected == EXPECTED_MAX)
		return "at most 10000 lines are expected";
	if (n != FIELDS && !(n == FIELDS_OF_CORE && !strcmp(field[0], "core")))
		return "side | scenario | call | answer | answer there | why is expected";
	c->nexpected++;
	e->scenario = sure(strdup(field[1]));
	if (!is_name(field[1], ".-+"))
		return "the name of a scenario is expected in the second place";
	if (n == FIELDS)
		what = read_call_line(e, field);
	else
		what = read_core_line(e, field);
	if (!what && twice(c, e))
		what = "one line a call is expected; there is one already";
	return what;
}

bool expected_load(struct comparison *c, const char *path)
{
	FILE *f = open_file(path);
	unsigned long line = 0;
	const char *what = NULL;
	char *text;
	bool good;

	if (!f)
		return false;
	c->expected = sure(calloc(EXPECTED_MAX, sizeof(*c->expected)));
	while (!what && (text = next_line(f, path, &line, &good))) {
		text = trim(text);
		if (*text && *text != '#')
			what = read_line(c, text);
	}
	fclose(f);
	if (what)
		return wrong(path, line, what);
	return good;
}
