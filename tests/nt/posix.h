/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * posix.h - a name of Windows that the conformance suite uses for something else. Passed to the
 * compiler with -include, only for files of ../conformance/.
 */
#ifndef NT_POSIX_H
#define NT_POSIX_H

#define tell tell_of_io_h
#include <io.h>
#undef tell

#endif
