// SPDX-License-Identifier: GPL-2.0-only
/*
 * clock.c - the performance counter as ns, and ns as its ticks. Any IRQL.
 */
#include "nt.h"

u64 nt_now_ns(void)
{
	LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);

	return wrt_mul_div_u64((u64)now.QuadPart, WRT_NSEC_PER_SEC, (u64)frequency.QuadPart);
}

u64 nt_ticks(u64 ns)
{
	LARGE_INTEGER frequency;

	KeQueryPerformanceCounter(&frequency);
	return wrt_mul_div_u64(ns, (u64)frequency.QuadPart, WRT_NSEC_PER_SEC);
}
