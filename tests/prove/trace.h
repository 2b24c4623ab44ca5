/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - every memory access of the source under proof, as it happens. That source is
 * compiled with gcc's -fsanitize=thread, but linked with trace.c in the place of the
 * sanitizer: the source itself stays as it is.
 *
 * The access itself is the compiled code's own: a load follows its trace_load(), which may
 * put another value there first; a store follows its trace_store(), so that the value
 * stands in memory by the time of the next call.
 */
#ifndef WRT_PROVE_TRACE_H
#define WRT_PROVE_TRACE_H

#include <stdint.h>

enum trace_order {
	TRACE_PLAIN,		/* an ordinary access, or a volatile one */
	TRACE_RELAXED,
	TRACE_ACQUIRE,
	TRACE_RELEASE,
	TRACE_BOTH,		/* acquire and release, or sequentially consistent */
};

/* Where in the program the access being announced is. */
extern const void *trace_pc;

/* The proof defines these. */
void trace_load(uintptr_t at, unsigned int bytes, enum trace_order order);
void trace_store(uintptr_t at, unsigned int bytes, enum trace_order order);
void trace_fence(enum trace_order order);

#endif
