/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fuzz.h - shared by both fuzz targets: reading the input byte by byte, and rules that
 * end the run when they do not hold. The last input is the reproducer.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "testbed.h"

typedef unsigned __int128 u128;

/* Calls of the code under test so far, over all inputs. */
extern u64 fuzz_calls;

/* Ends the run unless the rule holds. */
#define HOLDS(rule)						\
	do {							\
		if (!(rule))					\
			fuzz_violated(#rule, __FILE__, __LINE__);	\
	} while (0)

_Noreturn void fuzz_violated(const char *rule, const char *file, int line);

/* The input. Past its end everything is 0. */
struct fuzz_bytes {
	const u8 *at;
	size_t left;
};

u8 fuzz_u8(struct fuzz_bytes *in);
u32 fuzz_u16(struct fuzz_bytes *in);
u32 fuzz_u32(struct fuzz_bytes *in);

/* Small numbers mostly, every u32 sometimes. */
u32 fuzz_size(struct fuzz_bytes *in);

/* Up to 2^(16 + shifts - 1), each magnitude with the same probability. */
u64 fuzz_scaled(struct fuzz_bytes *in, u32 shifts);

#endif
