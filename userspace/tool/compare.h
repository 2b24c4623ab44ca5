/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compare.h - what the files of wavert compare share. The formats of traces and of the table of
 * expected differences are those of Documentation/traces.md.
 */
#ifndef WAVERT_COMPARE_H
#define WAVERT_COMPARE_H

#include <stdio.h>

#include "tool.h"

enum {
	LINE_SIZE = 1 << 16,		/* of a line of any file, with its end */
	NAME_SIZE = 65,			/* of scenarios, calls, words and results */
	SCENARIOS_MAX = 4096,		/* a trace */
	CALLS_MAX = 200000,		/* a trace */
	EXPECTED_MAX = 10000,
	TRACES_MAX = 8,
	COLUMNS_MAX = TRACES_MAX + 1,	/* traces, then the core traces together */
	CORES = 3,			/* core traces: kernel, host, driver */
};

enum side {
	SIDE_LINUX,
	SIDE_NT,
	SIDE_ALSA,
	SIDE_CORE,
};

/* A call and its answer; of a core trace: an event, without answer. */
struct call {
	char *what;			/* "alloc a 2 3840" */
	json_t *answer;			/* status, results, signals */
};

struct scenario {
	char *name;
	struct call *calls;
	size_t n;
};

struct trace {
	enum side side;
	bool wall;			/* real time, not steps */
	char label[24];			/* "Linux", "NT", "NT 2" */
	json_t *header;
	struct scenario *scenarios;
	size_t n;
};

/* A line of the table of expected differences. */
struct expected {
	enum side side;
	char *scenario;
	char *event;			/* of SIDE_CORE, else NULL */
	unsigned long n;		/* number of the call */
	json_t *reference, *there;	/* the answers */
	char *why;
	bool judged;
};

enum note_kind {
	NOTE_DIFFERS,
	NOTE_EXPECTED,
	NOTE_PLAIN,			/* what was not compared */
};

struct note {
	const char *scenario;
	size_t column;
	enum note_kind kind;
	char *text;
	size_t next;			/* of the same cell, counted from 1; 0: none */
};

/* What became of one scenario in one column. */
struct cell {
	bool there;
	bool in_part;			/* some of it was not compared, as a note says */
	size_t compared;		/* calls; of the core traces: 1 */
	unsigned long long signals;
	size_t differ, expected;	/* notes */
	size_t first, last;		/* note, counted from 1 */
};

struct row {
	const char *name;
	size_t calls;
	struct cell cell[COLUMNS_MAX];
};

struct comparison {
	struct trace trace[TRACES_MAX];	/* the first is the reference */
	size_t traces;
	struct trace core[CORES], host;
	bool has_core, has_host;
	struct expected *expected;
	size_t nexpected;
	struct row *rows;
	size_t nrows;
	struct note *notes;
	size_t nnotes;
	size_t differ;			/* notes of that kind */
	size_t not_judged;		/* expected differences, on account of wall clocks */
};

/* ---- trace_data.c ------------------------------------------------------------------------ */

/* The list of n members of that size, enlarged by one. */
void *one_more(void *list, size_t n, size_t size);

/* A new scenario of the trace, a new call of a scenario. The answer is taken over. */
struct scenario *trace_scenario(struct trace *t, const char *name);
void trace_call(struct scenario *s, const char *what, json_t *answer);

const struct scenario *trace_find(const struct trace *t, const char *name);
void trace_free(struct trace *t);

/* ---- trace_file.c: false after a line on standard error --------------------------------- */

bool trace_read(struct trace *t, FILE *f, const char *name);
bool trace_load(struct trace *t, const char *path);
bool core_load(struct trace *t, const char *path);

/* Checks and copies of what the files hold. */
FILE *open_file(const char *path);
bool wrong(const char *file, unsigned long line, const char *what);
char *next_line(FILE *f, const char *name, unsigned long *line, bool *good);
json_t *answer_of(const char *text, json_error_t *error);
bool answer_holds(json_t *answer, const char **what);

/* Letters, digits, _ and those others, at least one and not too many. */
bool is_name(const char *name, const char *others);

/* ---- expected_file.c ---------------------------------------------------------------------- */

bool expected_load(struct comparison *c, const char *path);

/* ---- findings.c --------------------------------------------------------------------------- */

/* Adds a note to a cell and to the counts of its kind. */
void note(struct comparison *c, size_t row, size_t column, enum note_kind kind,
	  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* ---- compare_calls.c, compare_core.c --------------------------------------------------------*/

void compare_all(struct comparison *c);
void compare_cores(struct comparison *c, size_t row);

/* ---- compare_report.c, compare_html.c ------------------------------------------------------- */

size_t columns(const struct comparison *c);
const char *label(const struct comparison *c, size_t column);
const char *verdict_of(const struct comparison *c, const struct row *row, size_t column);
char *trace_line(const struct comparison *c, size_t i);	/* to be freed */
bool ran_on_windows(const struct comparison *c);

/* What goes for all of it: where it did not run, what is not compared. */
char *remarks(const struct comparison *c);	/* to be freed */
void print_text(const struct comparison *c, FILE *out, bool markdown);
void print_tap(const struct comparison *c, FILE *out);
void print_json(const struct comparison *c, FILE *out);
void print_html(const struct comparison *c, FILE *out);

/* ---- run_trace.c ---------------------------------------------------------------------------- */

/* Runs wavert-trace on a device of this machine; its output, or NULL after an error message. */
FILE *run_trace(const char *device, char *const *files, size_t n);

#endif
