/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test Anything Protocol for the C test programs that run in a guest.
 * One line for each check, names are sentences; the plan is printed last.  A line is
 * flushed at once, so that the output of a guest that crashes is complete up to
 * that moment.  Only one thread prints.  Needs only stdio.
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

/* The check cannot be made here; it is counted as passed. */
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

/* TAP_CHECK(condition, name format, ...): also prints the place of a failed check. */
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
 * TAP_CHECK_IF(enough, condition, name format, ...): a check that needs a number of rounds. If the
 * machine was too busy for them it is skipped; a failure in any round still fails.
 */
#define TAP_CHECK_IF(enough, cond, ...)						\
	do {									\
		if ((cond) && !(enough))					\
			tap_skip("too few rounds on a machine this busy", __VA_ARGS__);	\
		else								\
			TAP_CHECK(cond, __VA_ARGS__);				\
	} while (0)

#endif
