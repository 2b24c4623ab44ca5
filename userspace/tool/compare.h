/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compare.h - shared by the files of wavert compare. The formats of traces and of the table of
 * expected differences are those of Documentation/traces.md.
 */
#ifndef WAVERT_COMPARE_H
#define WAVERT_COMPARE_H

#include <stdio.h>

#include "tool.h"

enum {
	LINE_SIZE = 1 << 16,		/* bytes of a line of any file, with its newline */
	NAME_SIZE = 65,			/* of names of scenarios, calls, words and results */
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

/* A call and its answer. In a core trace: an event, which has no answer. */
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
	char label[24];			/* that of the header, or "Linux", "NT", "NT 2" */
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
	NOTE_PLAIN,			/* names what was not compared */
};

struct note {
	const char *scenario;
	size_t column;
	enum note_kind kind;
	char *text;
	size_t next;			/* next note of the same cell, counted from 1; 0: none */
};

/* The result of one scenario in one column. */
struct cell {
	bool there;
	bool in_part;			/* a part was not compared; a note has the reason */
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
	const char *title;
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
	size_t not_judged;		/* expected differences not checked: a wall clock */
};

/* ---- trace_data.c ------------------------------------------------------------------------ */

/* Enlarges a list of n members of this size by one; returns the list. */
void *one_more(void *list, size_t n, size_t size);

/* Append a scenario to a trace, a call to a scenario. The call takes the answer over. */
struct scenario *trace_scenario(struct trace *t, const char *name);
void trace_call(struct scenario *s, const char *what, json_t *answer);

const struct scenario *trace_find(const struct trace *t, const char *name);
void trace_free(struct trace *t);

/* ---- trace_file.c: false after a line on standard error --------------------------------- */

bool trace_read(struct trace *t, FILE *f, const char *name);
bool trace_load(struct trace *t, const char *path);
bool core_load(struct trace *t, const char *path);

/* Check and copy the contents of the files. */
FILE *open_file(const char *path);
bool wrong(const char *file, unsigned long line, const char *what);
char *next_line(FILE *f, const char *name, unsigned long *line, bool *good);
json_t *answer_of(const char *text, json_error_t *error);
bool answer_holds(json_t *answer, const char **what);

/* True for 1 to NAME_SIZE - 1 letters, digits, _ and characters of `others`. */
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

/* Remarks on the whole comparison: what did not run, what is not compared. */
char *remarks(const struct comparison *c);	/* to be freed */
void print_text(const struct comparison *c, FILE *out, bool markdown);
void print_tap(const struct comparison *c, FILE *out);
void print_json(const struct comparison *c, FILE *out);
void print_html(const struct comparison *c, FILE *out);

/* ---- run_trace.c ---------------------------------------------------------------------------- */

/* Runs wavert-trace on a device of this machine; its output, or NULL after an error message. */
FILE *run_trace(const char *device, char *const *files, size_t n);

#endif
