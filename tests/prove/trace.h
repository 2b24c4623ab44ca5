/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - records every memory access of the source under proof. That source is
 * compiled with gcc's -fsanitize=thread, but linked with trace.c instead of the
 * sanitizer: the source itself is not changed.
 *
 * The compiled code makes the access itself: a load follows its trace_load(), which may
 * store another value first; a store follows its trace_store(), so that the value
 * is in memory at the time of the next call.
 */
#ifndef WRT_PROVE_TRACE_H
#define WRT_PROVE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

enum trace_order {
	TRACE_PLAIN,		/* an ordinary access, or a volatile one */
	TRACE_RELAXED,
	TRACE_ACQUIRE,
	TRACE_RELEASE,
	TRACE_BOTH,		/* acquire and release, or sequentially consistent */
};

/* Address in the program of the access that is announced, and whether it is volatile or atomic. */
extern const void *trace_pc;
extern bool trace_marked;

/* The proof defines these. */
void trace_load(uintptr_t at, unsigned int bytes, enum trace_order order);
void trace_store(uintptr_t at, unsigned int bytes, enum trace_order order);
void trace_fence(enum trace_order order);

#endif
