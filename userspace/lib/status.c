// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * status.c - names of statuses and formats, and descriptions of errors. The status table is
 * that of the kernel.
 */
#include <errno.h>
#include <string.h>

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

/* One errno stands for different errors of different calls: the text names all of them. */
const char *wavert_strerror(int error)
{
	switch (-error) {
	case 0:
		return "success";
	case EBADF:
		return "the descriptor of the event is not open";
	case EINVAL:
		return "an argument is not valid, or the pin does not support the rate, the format or the number of channels";
	case EBADRQC:
		return "not allowed now (the format or the buffer is missing, is set already, or the stream runs), or not for an observer";
	case EMEDIUMTYPE:
		return "the descriptor of the event is not an eventfd";
	case EOVERFLOW:
		return "too early: the place of the packet in the buffer is still in use";
	case ETIME:
		return "too late: the packet is being played or has been played";
	case ENOMEM:
		return "out of memory, or too many streams, observers or events";
	case EAGAIN:
		return "not ready: there is no buffer yet, no new packet, or the hardware could not be programmed";
	case EOPNOTSUPP:
		return "not supported here: a pin of the other direction, a buffer without notifications, or no such register";
	case EBADFD:
		return "the stream is not running, or its last packet has been announced";
	case ENOENT:
		return "no such pin, or the event is not registered";
	case ENODEV:
		return "no such sound card, or it has been removed";
	case EREMOTEIO:
		return "the buffer size is 0, too small or too large, or has too many notifications; or the event is registered already";
	case EBUSY:
		return "another client owns the pin, or the buffer is still mapped";
	case EINTR:
		return "interrupted by a signal";
	/* further errors of wavert_open() */
	case ENXIO:
		return "the sound card has no WaveRT interface";
	case EPROTO:
		return "the interface of the modules has another major version than this library";
	case EACCES:
	case EPERM:
		return "not permitted: the user is not in the group of the device (audio), or may not open the PCM of this pin";
	}
	return strerror(-error);
}

unsigned int wavert_format_bytes(unsigned int format)
{
	switch (format) {
	case WAVERT_FORMAT_U8:
		return 1;
	case WAVERT_FORMAT_S16:
		return 2;
	case WAVERT_FORMAT_S24_3:
		return 3;
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
	case WAVERT_FORMAT_S24_3:
		return "S24_3";
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
