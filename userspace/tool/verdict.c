// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict.c - adds the result of one check to the list of wavert doctor.
 */
#include <stdarg.h>
#include <stdio.h>

#include "doctor.h"

void verdict(struct doctor *d, enum verdict v, const char *check, const char *command,
	     const char *format, ...)
{
	static const char *const words[] = { "ok", "note", "fixed", "wrong" };
	char text[2 * PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	d->wrong += v == WRONG;
	json_array_append_new(d->checks, json_pack("{s:s, s:s, s:s, s:s?}", "check", check,
						   "verdict", words[v], "text", text,
						   "mend", command));
}
