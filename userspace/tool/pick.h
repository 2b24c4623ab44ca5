/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pick.h - small choices between two values that the command makes in many places.
 */
#ifndef WAVERT_PICK_H
#define WAVERT_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <sound/wavert.h>

/* The text, or the other one if it is NULL or empty. */
static inline const char *text_or(const char *text, const char *other)
{
	if (text && *text)
		return text;
	return other;
}

/* The text if the condition holds, else "". */
static inline const char *only_if(bool condition, const char *text)
{
	if (condition)
		return text;
	return "";
}

static inline unsigned long long smaller(unsigned long long a, unsigned long long b)
{
	if (a < b)
		return a;
	return b;
}

/* The difference, or 0 if b is larger. */
static inline unsigned long long above(unsigned long long a, unsigned long long b)
{
	return a - smaller(a, b);
}

static inline const char *direction_name(unsigned int direction)
{
	static const char *const names[] = { "playback", "capture" };

	return names[direction == WAVERT_CAPTURE];
}

/* True for "-", a standard stream. */
static inline bool is_path(const char *path)
{
	return strcmp(path, "-");
}

#endif
