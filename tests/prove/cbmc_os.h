/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cbmc_os.h - the OS abstraction layer of core/os.h for CBMC, included by the proofs before any source. Like
 * os_host.h, but without locks and libc: only arithmetic is proved.
 *
 * Division is given by its definition: any q with q * b <= a < q * b + b. A bit-level
 * divider would keep the solver busy for hours and is not more exact.
 */
#ifndef WRT_PROVE_CBMC_OS_H
#define WRT_PROVE_CBMC_OS_H
#define WRT_CORE_OS_HOST_H	/* instead of it */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

void __CPROVER_assume(_Bool condition);
void __CPROVER_assert(_Bool condition, const char *what);

#define ASSUME(condition)	__CPROVER_assume(condition)
#define PROVE(condition)	__CPROVER_assert(condition, #condition)

u64 nondet_u64(void);	/* CBMC: every value */
u32 nondet_u32(void);

#define any_u64()	nondet_u64()
#define any_u32()	nondet_u32()

/* A division that a proof has made before; the next division must be the same. */
static bool known;
static u64 known_a, known_b, known_q;

/* Follows from the definition; stated so that the solver need not find it. */
#define NARROW(bits) ASSUME(b < 1ull << (bits) || q <= a >> (bits))

static inline u64 any_quotient(u64 a, u64 b)
{
	u64 q = any_u64();

	NARROW(3), NARROW(6), NARROW(9), NARROW(12), NARROW(15), NARROW(18), NARROW(21);
	NARROW(24), NARROW(27), NARROW(29);
	ASSUME(q <= a);
#pragma CPROVER check push
#pragma CPROVER check disable "unsigned-overflow"
#ifdef EXACT_DIVISION
	ASSUME(!__CPROVER_overflow_mult(q, b));
#endif
	ASSUME(q * b <= a && a - q * b < b);
#pragma CPROVER check pop
	return q;
}

static inline u64 wrt_div_u64(u64 a, u64 b)
{
	__CPROVER_assert(b != 0, "no division by zero");
	if (!known)
		return any_quotient(a, b);
	__CPROVER_assert(a == known_a && b == known_b, "this is the known division");
	return known_q;
}

static inline u64 wrt_mod_u64(u64 a, u64 b)
{
	u64 rest = any_u64();

	__CPROVER_assert(b != 0, "no division by zero");
	ASSUME(rest < b && rest <= a);
	return rest;
}

/* Not used by arithmetic, but members of its arguments. */
struct wrt_lock {
	int unused;
};

struct wrt_mutex {
	int unused;
};

struct wrt_wait {
	int unused;
};

struct wrt_count {
	int unused;
};

#define wrt_memset(p, v, n)	__builtin_memset(p, v, n)
#define wrt_memcpy(d, s, n)	__builtin_memcpy(d, s, n)

#endif
