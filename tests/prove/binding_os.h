/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * binding_os.h - the OS abstraction layer of core/os.h over sched.h; included before any source by the
 * Makefile, instead of os_host.h.
 */
#ifndef WRT_PROVE_BINDING_OS_H
#define WRT_PROVE_BINDING_OS_H
#define WRT_CORE_OS_HOST_H	/* instead of it */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sched.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

struct wrt_lock {
	struct sched_lock raw;
};

struct wrt_mutex {
	struct sched_lock raw;
};

#define wrt_lock_init(l)	sched_lock_init(&(l)->raw, "lock " #l)
#define wrt_mutex_init(m)	sched_lock_init(&(m)->raw, "mutex " #m)
#define wrt_lock(l)		(sched_lock_acquire(&(l)->raw), 0ul)
#define wrt_unlock(l, flags)	((void)(flags), sched_lock_release(&(l)->raw))
#define wrt_mutex_lock(m)	sched_lock_acquire(&(m)->raw)
#define wrt_mutex_unlock(m)	sched_lock_release(&(m)->raw)
#define wrt_mutex_destroy(m)	((void)(m))
#define wrt_assert_locked(l)	sched_assert_held(&(l)->raw)
#define wrt_assert_mutex(m)	sched_assert_held(&(m)->raw)
#define wrt_assert_may_sleep()	do { } while (0)
#define wrt_alloc(bytes)	sched_alloc(bytes)
#define wrt_free(p)		sched_free(p)
#define wrt_mutex_lock_killable(m) (sched_lock_acquire(&(m)->raw), 0)
#define wrt_relax()		do { } while (0)
#define wrt_dying()		false
#define wrt_stay()		do { } while (0)
#define wrt_go()		do { } while (0)

struct wrt_wait {
	int unused;
};

/*
 * The lock gives the order of memory that an atomic operation gives. Another thread runs only
 * before a count goes down: all else is done under the device lock.
 */
struct wrt_count {
	struct wrt_lock lock;
	u32 n;
};

static inline u32 wrt_count_add(const struct wrt_count *counted, u32 n)
{
	struct wrt_count *c = (struct wrt_count *)counted;

	if (!c->lock.raw.class)		/* its memory is zeroed, no more */
		sched_lock_init(&c->lock.raw, "count");
	sched_lock_sync(&c->lock.raw);
	c->n += n;
	n = c->n;
	sched_lock_sync(&c->lock.raw);
	return n;
}

#define wrt_count_read(c)	wrt_count_add(c, 0)
#define wrt_count_up(c)		wrt_count_add(c, 1)

static inline void wrt_count_down(struct wrt_count *c)
{
	sched_lock_acquire(&c->lock.raw);
	c->n--;
	sched_lock_release(&c->lock.raw);
}

#define wrt_wake_waiters(w)	((void)(w), false)

#define wrt_wait_init(w)	((void)(w))
#define wrt_wake(w)		((void)(w))
#define wrt_wait_until(w, condition)			\
	do {						\
		while (!(condition))			\
			sched_sleep();			\
	} while (0)
#define wrt_wait_killable(w, condition, err)				\
	do {								\
		wrt_wait_until(w, condition);				\
		(err) = 0;						\
	} while (0)

extern u64 binding_now;		/* advances while a slow event is signalled */

static inline u64 wrt_now_ns(void)
{
	return binding_now;
}

#define WRT_IRQ_PREEMPTIBLE	false
#define wrt_may_be_preempted()	false

static inline u64 wrt_div_u64(u64 a, u64 b)
{
	return a / b;
}

static inline u64 wrt_mod_u64(u64 a, u64 b)
{
	return a % b;
}

static inline void wrt_trace_nothing(u32 id, ...)
{
}

#define WRT_TRACE(event, ...)				\
	do {						\
		if (0)					\
			wrt_trace_nothing(__VA_ARGS__);	\
	} while (0)

#define wrt_memset(p, v, n)	sched_memset(p, v, n)
#define wrt_memcpy(d, s, n)	memcpy(d, s, n)

#endif
