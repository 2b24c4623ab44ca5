/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scenario.h - the interpreter of scenarios. Documentation/traces.md describes their language and
 * the trace. text.c reads scenarios, calls.c makes the calls on the client of client.h, put.c and
 * clock.c have the results and the time, scenario.c runs scenarios and writes the trace. Used by
 * wavert-trace (main.c) and the programs of tests/nt. One thread. An error in a scenario ends the
 * program with code 2.
 */
#ifndef TRACE_SCENARIO_H
#define TRACE_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "client.h"

#define SCENARIO_WORDS	8
#define SCENARIO_LINES	4096

/* ---- for programs ---------------------------------------------------------------------- */

/* Contents of the first line of a trace. */
struct scenario_place {
	const char *side;	/* "linux", "nt", "alsa" */
	const char *system;	/* "linux", "wine", "windows", "host" */
	const char *where;	/* in words: the driver, and the layer above it */
	const char *device;	/* its name; "": there is no choice */
};

/* Callbacks of a program; may be NULL. */
struct scenario_hooks {
	void (*before)(void);			/* the device of the next scenario */
	void (*begun)(void);			/* that device exists, no call was made yet */
	void (*ended)(const char *name);
};

extern struct scenario_hooks scenario_hooks;

void scenario_read(const char *file);

/* Checks that every line is a known call or repeat with the right number of words. */
void scenario_check(void);

/* Only these run: names separated by blanks. Each of them must exist. */
void scenario_only(const char *names);

/* Runs everything once. Returns the trace without its first line; valid until the next run. */
const char *scenario_run(void);

/* The whole trace, after scenario_run(). */
void scenario_print(FILE *out, const struct scenario_place *at, int runs);

/* ---- between its files ----------------------------------------------------------------- */

struct line {
	const char *file;
	int number, words;
	char *word[SCENARIO_WORDS];
};

extern struct line scenario_lines[SCENARIO_LINES];
extern int scenario_nlines;

/* FILE:LINE: WORD: why; exit code 2. */
_Noreturn void wrong(const struct line *l, int word, const char *why);

uint64_t number(const struct line *l, int word);
uint32_t number32(const struct line *l, int word);
uint32_t rate_or(const struct line *l, int word, uint32_t rate);

/* Index of the word in that list, which ends with NULL. */
uint32_t one_of(const struct line *l, int word, const char *const *choice);

/* put.c: text of limited size; the program ends with code 2 when it is full. */
struct text {
	char *at;
	size_t size, used;
};

__attribute__((format(printf, 2, 3))) void text_add(struct text *t, const char *format, ...);
void text_add_string(struct text *t, const char *text);	/* in quotes */

/* put.c: the results of a call as text; put_string() adds quotes. */
void put_nothing(void);
__attribute__((format(printf, 1, 2))) void put(const char *format, ...);
void put_string(const char *text);
const char *put_so_far(void);

/* clock.c: frames of a step clock, else ns, since time_begins(). */
void time_begins(void);
void time_passes(uint64_t frames, uint32_t rate);
bool time_passes_until(struct cf_event *e, uint64_t frames, uint32_t rate);
uint64_t time_passed(void);

/* An unknown call or a wrong number of words is an error. */
void check_call(const struct line *l);

/* Makes the call; puts status, results and signals. */
void make_call(const struct line *l);

/* Forgets the names of all streams and events. */
void forget_names(void);

#endif
