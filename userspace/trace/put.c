// SPDX-License-Identifier: GPL-2.0-only
/*
 * put.c - text of limited size, and the results of the current call; see scenario.h.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "scenario.h"

static char results_text[2048];
static struct text results = { results_text, sizeof(results_text), 0 };

static void vadd(struct text *t, const char *format, va_list args)
{
	int n = vsnprintf(t->at + t->used, t->size - t->used, format, args);

	if (n < 0 || (size_t)n >= t->size - t->used) {
		fprintf(stderr, "the trace is too long\n");
		exit(2);
	}
	t->used += (size_t)n;
}

void text_add(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vadd(t, format, args);
	va_end(args);
}

void text_add_string(struct text *t, const char *text)
{
	text_add(t, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			text_add(t, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			text_add(t, "\\u%04x", (unsigned int)*text);
		else
			text_add(t, "%c", *text);
	}
	text_add(t, "\"");
}

void put_nothing(void)
{
	results.used = 0;
	results.at[0] = 0;
}

const char *put_so_far(void)
{
	return results.at;
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
	text_add_string(&results, text);
}
