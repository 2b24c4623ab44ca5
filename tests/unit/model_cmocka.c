// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * model_cmocka.c - the functions of model.h for unit tests.
 */
#include "model.h"
#include "testbed.h"

void model_broken(const char *file, int line, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	print_error("ERROR: %s\n", text);
	_fail(file, line);
}

int model_print(char *out, size_t room, const char *format, va_list args)
{
	return vsnprintf(out, room, format, args);
}

u8 *model_memory(u64 bus, u32 bytes)
{
	return NULL;
}
