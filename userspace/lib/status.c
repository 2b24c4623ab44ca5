// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * status.c - names of statuses and formats. The status table is the kernel's own.
 */
#include <errno.h>

#include <status.h>

#include "internal.h"

#define NAME(name, value, error)	\
	case error:			\
		return #name;
#define VALUE(name, value, error)	\
	case error:			\
		return value;

const char *wavert_status_name(int error)
{
	switch (-error) {
	case 0:
		return "SUCCESS";
	WRT_STATUS_TABLE(NAME)
	}
	return NULL;
}

uint32_t wavert_status_value(int error)
{
	switch (-error) {
	WRT_STATUS_TABLE(VALUE)
	}
	return 0;
}

#define ERROR(name, value, error)	\
	case value:			\
		return -(error);

int wavert_status_errno(uint32_t value)
{
	switch (value) {
	case 0:
		return 0;
	WRT_STATUS_TABLE(ERROR)
	}
	return 1;
}

unsigned int wavert_format_bytes(unsigned int format)
{
	switch (format) {
	case WAVERT_FORMAT_U8:
		return 1;
	case WAVERT_FORMAT_S16:
		return 2;
	case WAVERT_FORMAT_S20_32:
	case WAVERT_FORMAT_S24_32:
	case WAVERT_FORMAT_S32:
	case WAVERT_FORMAT_FLOAT:
		return 4;
	}
	return 0;
}

const char *wavert_format_name(unsigned int format)
{
	switch (format) {
	case WAVERT_FORMAT_U8:
		return "U8";
	case WAVERT_FORMAT_S16:
		return "S16";
	case WAVERT_FORMAT_S20_32:
		return "S20_32";
	case WAVERT_FORMAT_S24_32:
		return "S24_32";
	case WAVERT_FORMAT_S32:
		return "S32";
	case WAVERT_FORMAT_FLOAT:
		return "FLOAT";
	}
	return NULL;
}
