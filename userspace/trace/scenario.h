/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scenario.h - the interpreter of scenarios. Documentation/traces.md describes their language and
 * the trace. text.c reads them, calls.c makes the calls on the client of client.h, put.c and
 * clock.c have the results and the time, scenario.c runs them and writes the trace. Programs that
 * use it are wavert-trace (main.c) and those of tests/nt. One thread. An error in a scenario ends
 * the program with code 2.
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

/* Of the first line of a trace. */
struct scenario_place {
	const char *side;	/* "linux", "nt", "alsa" */
	const char *system;	/* "linux", "wine", "windows", "host" */
	const char *where;	/* in words: the driver, and below what it runs */
	const char *device;	/* its name; "": there is no choice */
};

/* What a program does besides; may be NULL. */
struct scenario_hooks {
	void (*before)(void);			/* the device of the next scenario */
	void (*begun)(void);			/* that device is there, nothing called yet */
	void (*ended)(const char *name);
};

extern struct scenario_hooks scenario_hooks;

void scenario_read(const char *file);

/* Every call that has been read is one, with as many words as it wants; so is every repeat. */
void scenario_check(void);

/* Only these run: names with blanks between. Every one of them has to be there. */
void scenario_only(const char *names);

/* All that has been read, once. The trace without its first line; good until the next run. */
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

/* Place of the word in that list, which ends with NULL. */
uint32_t one_of(const struct line *l, int word, const char *const *choice);

/* put.c: text of limited size, which ends the program with code 2 when it is full. */
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

/* A word count that no call has, or an unknown call, is wrong. */
void check_call(const struct line *l);

/* Status, results and signals are put. */
void make_call(const struct line *l);

/* No stream and no event has a name any more. */
void forget_names(void);

#endif
