// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare_calls.c - compares traces call by call, for wavert compare: finds what differs, what was
 * expected to differ, and expected differences that no longer occur.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* True if either trace uses the wall clock; such traces may be partial. */
static bool wall_clock(const struct comparison *c, size_t column)
{
	return c->trace[column].wall || c->trace[0].wall;
}

static bool has_status(const struct call *call, const char *name)
{
	return !strcmp(json_string_value(json_object_get(call->answer, "status")), name);
}

/* ---- positions ------------------------------------------------------------------------------- */

/*
 * Marks of a stream: the highest "linear" that each call has reported, and whether the stream is
 * stopped; until RUN the position may have any value.
 */
static void forget(json_t *marks, const char *stream)
{
	char key[2 * NAME_SIZE];

	snprintf(key, sizeof(key), "position %s", stream);
	json_object_del(marks, key);
	snprintf(key, sizeof(key), "counters %s", stream);
	json_object_del(marks, key);
}

static void follow_state(json_t *marks, const char *stream, const char *state)
{
	if (!strcmp(state, "stop")) {
		forget(marks, stream);
		json_object_set_new(marks, stream, json_true());
	} else if (!strcmp(state, "run")) {
		json_object_del(marks, stream);
	}
}

/* True if the reported position is lower than an earlier one (stored in *before). */
static bool goes_back(json_t *marks, const struct call *call, long long *before)
{
	const json_t *linear = json_object_get(call->answer, "linear"), *mark;
	char verb[NAME_SIZE] = "", stream[NAME_SIZE] = "", state[NAME_SIZE] = "";
	char key[2 * NAME_SIZE];

	sscanf(call->what, "%64s %64s %64s", verb, stream, state);
	if (!has_status(call, "SUCCESS"))
		return false;
	if (!strcmp(verb, "state"))
		follow_state(marks, stream, state);
	if (!strcmp(verb, "free") || !strcmp(verb, "open") || !strncmp(verb, "alloc", 5))
		follow_state(marks, stream, "stop");	/* another buffer */
	if (!json_is_integer(linear) || json_object_get(marks, stream))
		return false;
	snprintf(key, sizeof(key), "%s %s", verb, stream);
	mark = json_object_get(marks, key);
	*before = json_integer_value(mark);
	if (json_integer_value(linear) < *before)
		return true;
	json_object_set_new(marks, key, json_integer(json_integer_value(linear)));
	return false;
}

static void check_positions(struct comparison *c, size_t row, size_t column)
{
	const struct scenario *s = trace_find(&c->trace[column], c->rows[row].name);
	json_t *marks = sure(json_object());
	long long before;
	size_t i;

	for (i = 0; s && i < s->n; i++)
		if (goes_back(marks, &s->calls[i], &before))
			note(c, row, column, NOTE_DIFFERS,
			     "%zu. %s: the position goes back: %lld bytes before, now %lld",
			     i + 1, s->calls[i].what, before,
			     (long long)json_integer_value(json_object_get(s->calls[i].answer,
									   "linear")));
	json_decref(marks);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* True if the numbers of signals of each event differ by at most one. */
static bool signals_near(const json_t *a, const json_t *b)
{
	json_t *here = json_object_get(a, "signals"), *there = json_object_get(b, "signals");
	const char *name;
	json_t *value;
	json_int_t n;

	json_object_foreach(here, name, value) {
		n = json_integer_value(value) - json_integer_value(json_object_get(there, name));
		if (n < -1 || n > 1)
			return false;
	}
	json_object_foreach(there, name, value)
		if (!json_object_get(here, name) && json_integer_value(value) > 1)
			return false;
	return true;
}

static bool equal(const json_t *a, const json_t *b)
{
	return a == b || (a && b && json_equal(a, b));
}

static bool same_but_signals(const json_t *a, const json_t *b)
{
	return equal(json_object_get(a, "status"), json_object_get(b, "status")) &&
	       equal(json_object_get(a, "state"), json_object_get(b, "state"));
}

/* With a wall clock: compares status and state exactly, signals with a tolerance of one. */
static bool same(const json_t *a, const json_t *b, bool wall)
{
	if (wall)
		return same_but_signals(a, b) && signals_near(a, b);
	return json_equal(a, b);
}

static bool with_alsa(const struct comparison *c, size_t column)
{
	return c->trace[0].side == SIDE_ALSA || c->trace[column].side == SIDE_ALSA;
}

/* ALSA's model does not have this call. */
static bool lacks_word(const struct trace *t, const struct call *call)
{
	return t->side == SIDE_ALSA && (has_status(call, "LACKS") || has_status(call, "NOT_OPEN"));
}

/* For a comparison with ALSA's model: removes results that it does not have. */
static json_t *reduced(json_t *answer, bool alsa)
{
	json_t *copy = sure(json_copy(answer));

	if (alsa) {
		json_object_del(copy, "ns");
		json_object_del(copy, "barrier");
	}
	return copy;
}

/* As in the table of expected differences. */
static char *told(const json_t *answer)
{
	char *text = sure(json_dumps(answer, JSON_COMPACT | JSON_ENSURE_ASCII));
	size_t n = strlen(text);

	memmove(text, text + 1, n);
	text[n - 2] = 0;
	return text;
}

/*
 * The host build has no binding. If core and miniport behaved identically, the binding whose result
 * differs from the host build caused the difference.
 */
static const char *layer(const struct comparison *c, size_t row, size_t column, size_t i,
			 const struct call *a, const struct call *b)
{
	const struct scenario *s = NULL;
	const json_t *host = NULL;

	if (c->has_host)
		s = trace_find(&c->host, c->rows[row].name);
	if (s && i < s->n && !strcmp(s->calls[i].what, a->what))
		host = s->calls[i].answer;
	if (!c->has_core || !host || with_alsa(c, column) || wall_clock(c, column) ||
	    c->rows[row].cell[c->traces].differ)
		return "";
	if (json_equal(host, a->answer) && c->trace[column].side == SIDE_NT)
		return " [layer: binding of NT]";
	if (json_equal(host, a->answer) || json_equal(host, b->answer))
		return " [layer: binding of Linux]";
	return " [layer: both bindings]";
}

static struct expected *find_expected(const struct comparison *c, enum side side,
				      const char *scenario, size_t n)
{
	size_t i;

	for (i = 0; i < c->nexpected; i++)
		if (c->expected[i].side == side && c->expected[i].n == n &&
		    !strcmp(c->expected[i].scenario, scenario))
			return &c->expected[i];
	return NULL;
}

static void judge(struct comparison *c, size_t row, size_t column, size_t i,
		  const struct call *a, const struct call *b)
{
	const struct trace *t = &c->trace[column];
	bool wall = wall_clock(c, column), matches = false;
	struct expected *e = find_expected(c, t->side, c->rows[row].name, i + 1);
	json_t *x = reduced(a->answer, with_alsa(c, column));
	json_t *y = reduced(b->answer, with_alsa(c, column));
	bool is_same = same(x, y, wall);
	char *here = told(x), *there = told(y);

	if (e && same(e->reference, e->there, wall))
		e = NULL;	/* not compared with a wall clock */
	if (e && wall && is_same && same_but_signals(e->reference, e->there))
		e = NULL;	/* the number of merged signals depends on real time */
	if (e) {
		e->judged = true;
		matches = same(x, e->reference, wall) && same(y, e->there, wall);
	}
	if (matches)
		note(c, row, column, NOTE_EXPECTED, "%zu. %s: %s %s, %s %s: %s", i + 1, a->what,
		     c->trace[0].label, here, t->label, there, e->why);
	else if (e && is_same)
		note(c, row, column, NOTE_DIFFERS, "%zu. %s: no longer differs: %s", i + 1, a->what,
		     here);
	else if (!is_same)
		note(c, row, column, NOTE_DIFFERS, "%zu. %s: %s%s %s, %s %s%s", i + 1, a->what,
		     only_if(e, "differs, but not as expected: "), c->trace[0].label, here, t->label,
		     there, layer(c, row, column, i, a, b));
	free(here);
	free(there);
	json_decref(x);
	json_decref(y);
}

/* ---- scenarios ------------------------------------------------------------------------------- */

/* A call that changes nothing for those after it. */
static bool only_asks(const struct call *call)
{
	static const char *const asks[] = { "counters", "count", "position", "presentation",
					    "latency", "hwreg", "hash", "fill", "register-bad" };
	size_t i, n = strcspn(call->what, " ");

	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (strlen(asks[i]) == n && !strncmp(asks[i], call->what, n))
			return true;
	return false;
}

/*
 * Compares a call if both sides have it. False: no later call can be compared, because one side
 * lacks the effect of this one.
 */
static bool compare_call(struct comparison *c, size_t row, size_t column, size_t i,
			 const struct call *a, const struct call *b)
{
	const struct trace *t = &c->trace[column];
	bool lacks_a, lacks_b;

	if (strcmp(a->what, b->what)) {
		note(c, row, column, NOTE_DIFFERS, "%zu. %s: %s calls %s instead", i + 1, a->what,
		     t->label, b->what);
		return false;
	}
	if (lacks_word(&c->trace[0], a) || lacks_word(t, b))
		return true;
	lacks_a = has_status(a, "LACKS");
	lacks_b = has_status(b, "LACKS");
	if (wall_clock(c, column) && (lacks_a || lacks_b)) {
		if (only_asks(a))
			return true;
		if (lacks_a)
			t = &c->trace[0];
		note(c, row, column, NOTE_PLAIN, "%zu. %s: %s lacks it: not compared from there on",
		     i + 1, a->what, t->label);
		return false;
	}
	c->rows[row].cell[column].compared++;
	judge(c, row, column, i, a, b);
	return true;
}

static void compare_scenario(struct comparison *c, size_t row, size_t column)
{
	const struct scenario *a = trace_find(&c->trace[0], c->rows[row].name);
	const struct scenario *b = trace_find(&c->trace[column], c->rows[row].name);
	const struct trace *lacking = &c->trace[0];
	size_t i;

	if (a)
		lacking = &c->trace[column];
	if (!a || !b) {
		if ((a || b) && lacking->side != SIDE_ALSA && !wall_clock(c, column))
			note(c, row, column, NOTE_DIFFERS, "%s has not run it", lacking->label);
		return;
	}
	if (a->n != b->n)
		note(c, row, column, NOTE_DIFFERS, "%s made %zu calls, %s %zu", c->trace[0].label,
		     a->n, c->trace[column].label, b->n);
	for (i = 0; i < a->n && i < b->n; i++)
		if (!compare_call(c, row, column, i, &a->calls[i], &b->calls[i]))
			break;
}

static unsigned long long count_signals(const struct scenario *s)
{
	unsigned long long n = 0;
	const char *name;
	json_t *value;
	size_t i;

	for (i = 0; i < s->n; i++)
		json_object_foreach(json_object_get(s->calls[i].answer, "signals"), name, value)
			n += (unsigned long long)json_integer_value(value);
	return n;
}

static size_t row_of(const struct comparison *c, const char *scenario)
{
	size_t i;

	for (i = 0; i < c->nrows && strcmp(c->rows[i].name, scenario); i++)
		;
	return i;
}

static size_t new_row(struct comparison *c, const char *name)
{
	c->rows = one_more(c->rows, c->nrows, sizeof(*c->rows));
	c->rows[c->nrows] = (struct row){ .name = name };
	return c->nrows++;
}

/* The scenarios of the reference in its order, then those that only other traces have. */
static void new_rows(struct comparison *c)
{
	const struct scenario *s;
	struct row *row;
	size_t i, k, at;

	for (k = 0; k < c->traces; k++) {
		for (i = 0; i < c->trace[k].n; i++) {
			s = &c->trace[k].scenarios[i];
			at = row_of(c, s->name);
			if (at == c->nrows)
				new_row(c, s->name);
			row = &c->rows[at];
			if (!row->calls)
				row->calls = s->n;
			row->cell[k].there = true;
			row->cell[k].signals = count_signals(s);
		}
	}
}

/* ---- expected differences that did not occur ----------------------------------------------- */

/* The column of the side; column `traces` is that of the core traces. 0: it is not compared. */
static size_t column_of(const struct comparison *c, enum side side)
{
	size_t i;

	if (side == SIDE_CORE)
		return c->has_core * c->traces;
	for (i = c->traces - 1; i && c->trace[i].side != side; i--)
		;
	return i;
}

/* Wall-clock traces may omit calls and scenarios. */
static void look_for_unjudged(struct comparison *c)
{
	const struct expected *e;
	size_t i, row, column;

	for (i = 0; i < c->nexpected; i++) {
		e = &c->expected[i];
		column = column_of(c, e->side);
		if (e->judged || !column)
			continue;
		row = row_of(c, e->scenario);
		if (c->trace[0].wall || (e->side != SIDE_CORE && c->trace[column].wall)) {
			c->not_judged++;
		} else if (row == c->nrows) {
			note(c, new_row(c, e->scenario), column, NOTE_DIFFERS,
			     "a difference is expected, but no trace has run it");
		} else if (e->event) {
			note(c, row, column, NOTE_DIFFERS, "expected in the kernel only, but not there: %s",
			     e->event);
		} else {
			note(c, row, column, NOTE_DIFFERS, "%lu. a difference is expected, but the call was not compared",
			     e->n);
		}
	}
}

void compare_all(struct comparison *c)
{
	size_t i, k;

	new_rows(c);
	for (i = 0; i < c->nrows; i++) {
		if (c->has_core)
			compare_cores(c, i);
		check_positions(c, i, 0);
		for (k = 1; k < c->traces; k++) {
			compare_scenario(c, i, k);
			check_positions(c, i, k);
		}
	}
	look_for_unjudged(c);
}
