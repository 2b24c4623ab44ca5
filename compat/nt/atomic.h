/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * atomic.h - the one operation that MSVC and GCC write differently. Other files of the Windows
 * driver use no extension of GCC (scripts/lint-host.sh msvc). Included after core/os.h.
 */
#ifndef WRT_NT_ATOMIC_H
#define WRT_NT_ATOMIC_H

/* Counts up; returns the value before that. */
static inline u32 nt_next_number(volatile s32 *n)
{
#ifdef _WIN32
	return (u32)InterlockedIncrement((volatile LONG *)n) - 1;
#else
	return (u32)__atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
#endif
}

#endif
