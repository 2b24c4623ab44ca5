/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * posix.h - functions that the conformance suite uses and Windows lacks. Passed to the compiler with
 * -include, only for files of ../conformance/.
 */
#ifndef NT_POSIX_H
#define NT_POSIX_H

/* A name of Windows that the suite uses for something else. */
#define tell tell_of_io_h
#include <io.h>
#undef tell

/* A test that hangs ends the program; 0: no limit. */
unsigned int alarm(unsigned int seconds);

#endif
