/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * posix.h - what the conformance suite uses and Windows lacks. Given to the compiler with
 * -include, for files of ../conformance/ alone.
 */
#ifndef NT_POSIX_H
#define NT_POSIX_H

/* A name of theirs that the suite uses for something else. */
#define tell tell_of_io_h
#include <io.h>
#undef tell

/* A test that hangs ends the program; 0: none does any more. */
unsigned int alarm(unsigned int seconds);

#endif
