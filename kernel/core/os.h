/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * os.h - the OS abstraction layer between the hardware core and the system it runs on.
 *
 * Every system provides the same few names: fixed-width types, an interrupt-safe
 * lock (struct wrt_lock), a sleeping lock (struct wrt_mutex), a wait queue (struct
 * wrt_wait), memory, tracepoints (WRT_TRACE), and 64-bit arithmetic that does not
 * overflow in between. core/, hw/ and miniport/ use nothing else of their system.
 *
 * wrt_wait_until(w, condition) sleeps until the condition holds, wrt_wait_killable(w, condition,
 * err) also until the process is killed (err is WRT_EINTR, else 0). The condition may take locks.
 * The code that makes it true calls wrt_wake(w) afterwards, from any context.
 *
 * wrt_assert_locked(l), wrt_assert_mutex(m) and wrt_assert_may_sleep() state contracts, which
 * lockdep checks on Linux and the host build always checks. Functions marked [S] may sleep.
 *
 * struct wrt_count counts up under a lock and down from any context. A reader that sees the lower
 * count also sees everything that was done before that wrt_count_down(). wrt_wake_waiters(w) is
 * wrt_wake() after a wrt_count_down(); it is cheap if no task waits, and returns true if it may
 * have taken long.
 *
 * Functions marked wrt_always_inline are on the path of an interrupt, where each call that is not
 * inlined costs some ten instructions.
 *
 * wrt_now_ns() measures how long a signal takes. It is 0 for ever on systems where
 * signalling an event runs no code of a client.
 */
#ifndef WRT_CORE_OS_H
#define WRT_CORE_OS_H

/*
 * Functions of core/ and hw/ return 0 or one of these negative values. They are translated in one
 * place each: to an errno in alsa/, to an NTSTATUS in miniport/.
 */
enum wrt_error {
	WRT_EINVAL = -1,	/* a value outside what is documented */
	WRT_ENOMEM = -2,	/* no memory */
	WRT_EBUSY = -3,		/* another client owns the stream */
	WRT_EGONE = -4,		/* the device has been removed */
	WRT_ERANGE = -5,	/* valid, but not possible on this device */
	WRT_ESTATE = -6,	/* not in this state */
	WRT_EIO = -7,		/* the hardware failed */
	WRT_EINTR = -8,		/* the calling process is being killed */
};

#if defined(__KERNEL__)
#include "os_linux.h"
#elif defined(_WIN32)
#include "os_nt.h"
#else
#include "os_host.h"
#endif

/* For sparse: the function returns with the lock held, releases a lock it was called with. */
#ifndef WRT_ACQUIRES
#define WRT_ACQUIRES(l)
#define WRT_RELEASES(l)
#endif

#ifndef wrt_always_inline
#define wrt_always_inline inline
#endif

static inline u32 wrt_min_u32(u32 a, u32 b)
{
	return a < b ? a : b;
}

static inline u32 wrt_max_u32(u32 a, u32 b)
{
	return a > b ? a : b;
}

static inline u64 wrt_min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 wrt_max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* Number of the lowest bit of a mask that is not 0. */
#ifndef wrt_first_bit
static inline u32 wrt_first_bit(u32 mask)
{
	return (u32)__builtin_ctz(mask);
}
#endif

/*
 * floor(a * b / c), exact, for b * c < 2^64 and a quotient below 2^64: rates and clocks.
 * Not the kernel's mul_u64_u64_div_u64(), which loses bits outside of x86.
 */
static inline u64 wrt_mul_div_u64(u64 a, u64 b, u64 c)
{
	u64 whole = wrt_div_u64(a, c);

	return whole * b + wrt_div_u64((a - whole * c) * b, c);
}

#define WRT_NSEC_PER_SEC 1000000000ull

#endif
