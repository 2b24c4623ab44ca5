/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test Anything Protocol for the C test programs that run in a guest.
 * One line a check, names are sentences; the plan is printed last.  A line is
 * flushed as soon as it is there, so that a guest that dies shows how far it
 * came.  One thread prints.  Nothing but stdio is needed.
 */
#ifndef WRT_TESTS_TAP_H
#define WRT_TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>

static int tap_count;	/* lines printed so far */
static int tap_failures;

static inline void tap_line(int ok, const char *reason, const char *fmt, va_list args)
{
	printf("%s %d - ", ok ? "ok" : "not ok", ++tap_count);
	vprintf(fmt, args);
	if (reason)
		printf(" # SKIP %s", reason);
	putchar('\n');
	fflush(stdout);
}

__attribute__((format(printf, 2, 3)))
static inline void tap_ok(int ok, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tap_line(ok, NULL, fmt, args);
	va_end(args);
	if (!ok)
		tap_failures++;
}

/* The check cannot be made here; counts as passed. */
__attribute__((format(printf, 2, 3)))
static inline void tap_skip(const char *reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tap_line(1, reason, fmt, args);
	va_end(args);
}

/* Prints the plan; returns the program's exit code: 0 when nothing failed. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	fflush(stdout);
	return tap_failures != 0;
}

/* TAP_CHECK(condition, name format, ...): also says where a failed check stands. */
#define TAP_CHECK(cond, ...)							\
	do {									\
		int tap_passed_ = (cond) ? 1 : 0;				\
										\
		tap_ok(tap_passed_, __VA_ARGS__);				\
		if (!tap_passed_) {						\
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
			fflush(stdout);						\
		}								\
	} while (0)

/*
 * TAP_CHECK_IF(enough, condition, name format, ...): a check that is worth something only
 * after a number of rounds. Where the machine was too busy for them it is skipped; what was
 * wrong in any round fails.
 */
#define TAP_CHECK_IF(enough, cond, ...)						\
	do {									\
		if ((cond) && !(enough))					\
			tap_skip("too few rounds on a machine this busy", __VA_ARGS__);	\
		else								\
			TAP_CHECK(cond, __VA_ARGS__);				\
	} while (0)

#endif
