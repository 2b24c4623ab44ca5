/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * os_nt.h - the OS abstraction layer in a Windows kernel driver: mingw-w64 or MSVC, so no
 * extension of GCC. Included by os.h only.
 *
 * wrt_lock is a spin lock at DISPATCH_LEVEL: interrupt work reaches the core from a
 * DPC, never from the ISR. The mutex is a FAST_MUTEX (PASSIVE_LEVEL).
 */
#ifndef WRT_CORE_OS_NT_H
#define WRT_CORE_OS_NT_H

#include <ntddk.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

struct wrt_lock {
	KSPIN_LOCK raw;
};

struct wrt_mutex {
	FAST_MUTEX raw;
};

static inline void wrt_lock_init(struct wrt_lock *l)
{
	KeInitializeSpinLock(&l->raw);
}

static inline unsigned long wrt_lock(struct wrt_lock *l)
{
	KIRQL irql;

	KeAcquireSpinLock(&l->raw, &irql);
	return irql;
}

static inline void wrt_unlock(struct wrt_lock *l, unsigned long flags)
{
	KeReleaseSpinLock(&l->raw, (KIRQL)flags);
}

/* The host build of the same source checks these. */
#define wrt_assert_locked(l)	((void)(l))
#define wrt_assert_mutex(m)	((void)(m))
#define wrt_assert_may_sleep()	((void)0)

static inline void wrt_mutex_init(struct wrt_mutex *m)
{
	ExInitializeFastMutex(&m->raw);
}

static inline void wrt_mutex_lock(struct wrt_mutex *m)
{
	ExAcquireFastMutex(&m->raw);
}

static inline int wrt_mutex_lock_killable(struct wrt_mutex *m)
{
	ExAcquireFastMutex(&m->raw);
	return 0;
}

static inline void wrt_mutex_unlock(struct wrt_mutex *m)
{
	ExReleaseFastMutex(&m->raw);
}

static inline void wrt_mutex_destroy(struct wrt_mutex *m)
{
	(void)m;
}

#define WRT_POOL_TAG 0x41545257u	/* "WRTA" in a pool dump */

/* Not executable: Windows 8 or later. */
static inline void *wrt_alloc(size_t bytes)
{
	void *p = ExAllocatePoolWithTag(NonPagedPoolNx, bytes, WRT_POOL_TAG);

	if (p)
		RtlZeroMemory(p, bytes);
	return p;
}

static inline void wrt_free(void *p)
{
	if (p)
		ExFreePoolWithTag(p, WRT_POOL_TAG);
}

static inline void wrt_relax(void)
{
}

struct wrt_wait {
	KEVENT raw;
};

static inline void wrt_wait_init(struct wrt_wait *w)
{
	KeInitializeEvent(&w->raw, NotificationEvent, FALSE);
}

static inline void wrt_wake(struct wrt_wait *w)
{
	KeSetEvent(&w->raw, IO_NO_INCREMENT, FALSE);
}

struct wrt_count {
	volatile LONG raw;
};

static inline void wrt_count_up(struct wrt_count *c)
{
	InterlockedIncrement(&c->raw);
}

static inline void wrt_count_down(struct wrt_count *c)
{
	InterlockedDecrement(&c->raw);
}

static inline u32 wrt_count_read(const struct wrt_count *c)
{
	return (u32)c->raw;
}

static inline bool wrt_wake_waiters(struct wrt_wait *w)
{
	wrt_wake(w);
	return false;
}

/* PASSIVE_LEVEL. The timeout covers a second waiter that has cleared the event. */
static inline void wrt_wait_some(struct wrt_wait *w)
{
	LARGE_INTEGER due;

	due.QuadPart = -10000;	/* a millisecond */
	KeWaitForSingleObject(&w->raw, Executive, KernelMode, FALSE, &due);
}

#define wrt_wait_until(w, condition)					\
	do {								\
		for (;;) {						\
			KeClearEvent(&(w)->raw);			\
			if (condition)					\
				break;					\
			wrt_wait_some(w);				\
		}							\
	} while (0)

/* A thread inside a driver is never killed. */
#define wrt_wait_killable(w, condition, err)				\
	do {								\
		wrt_wait_until(w, condition);				\
		(err) = 0;						\
	} while (0)

static inline bool wrt_dying(void)
{
	return false;
}

/* KeSetEvent() runs no code of a client, so nothing has to be measured. */
static inline void wrt_stay(void)
{
}

static inline void wrt_go(void)
{
}

static inline u64 wrt_now_ns(void)
{
	return 0;
}

#define WRT_IRQ_PREEMPTIBLE	false
#define wrt_may_be_preempted()	false

static inline u32 wrt_first_bit(u32 mask)
{
	ULONG at = 0;

	_BitScanForward(&at, mask);
	return at;
}

#define wrt_first_bit	wrt_first_bit

static inline u64 wrt_div_u64(u64 a, u64 b)
{
	return a / b;
}

static inline u64 wrt_mod_u64(u64 a, u64 b)
{
	return a % b;
}

/* No tracepoints; the compiler only checks the arguments. */
static inline void wrt_trace_nothing(u32 id, ...)
{
	(void)id;
}

#define WRT_TRACE(event, ...)				\
	do {						\
		if (0)					\
			wrt_trace_nothing(__VA_ARGS__);	\
	} while (0)

#define wrt_memset(p, v, n)	RtlFillMemory(p, n, v)
#define wrt_memcpy(d, s, n)	RtlCopyMemory(d, s, n)

#endif
