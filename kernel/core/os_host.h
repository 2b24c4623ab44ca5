/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * os_host.h - the OS abstraction layer in an ordinary process: unit tests, fuzzers, proofs.
 * Included by os.h only. Locks are real, so that threads may race in a test.
 */
#ifndef WRT_CORE_OS_HOST_H
#define WRT_CORE_OS_HOST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

/* `owner` is for assertions. */
struct wrt_lock {
	pthread_mutex_t raw;
	pthread_t owner;
	bool held;
};

struct wrt_mutex {
	struct wrt_lock raw;
};

/* How many wrt_locks this thread holds. */
__attribute__((weak)) __thread unsigned int wrt_host_locks;

#define wrt_host_assert(condition)						\
	do {									\
		if (!(condition)) {						\
			fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__,	\
				__LINE__, __func__, #condition);		\
			abort();						\
		}								\
	} while (0)

static inline bool wrt_lock_is_ours(const struct wrt_lock *l)
{
	return l->held && pthread_equal(l->owner, pthread_self());
}

#define wrt_assert_locked(l)	wrt_host_assert(wrt_lock_is_ours(l))
#define wrt_assert_mutex(m)	wrt_host_assert(wrt_lock_is_ours(&(m)->raw))
#define wrt_assert_may_sleep()	wrt_host_assert(!wrt_host_locks)

static inline void wrt_lock_init(struct wrt_lock *l)
{
	pthread_mutex_init(&l->raw, NULL);
	l->held = false;
}

static inline void wrt_host_take(struct wrt_lock *l)
{
	pthread_mutex_lock(&l->raw);
	l->owner = pthread_self();
	l->held = true;
}

static inline void wrt_host_leave(struct wrt_lock *l)
{
	wrt_host_assert(wrt_lock_is_ours(l));
	l->held = false;
	pthread_mutex_unlock(&l->raw);
}

static inline unsigned long wrt_lock(struct wrt_lock *l)
{
	wrt_host_take(l);
	wrt_host_locks++;
	return 0;
}

static inline void wrt_unlock(struct wrt_lock *l, unsigned long flags)
{
	(void)flags;
	wrt_host_locks--;
	wrt_host_leave(l);
}

static inline void wrt_mutex_init(struct wrt_mutex *m)
{
	wrt_lock_init(&m->raw);
}

static inline void wrt_mutex_lock(struct wrt_mutex *m)
{
	wrt_assert_may_sleep();
	wrt_host_take(&m->raw);
}

static inline int wrt_mutex_lock_killable(struct wrt_mutex *m)
{
	wrt_mutex_lock(m);
	return 0;
}

static inline void wrt_mutex_unlock(struct wrt_mutex *m)
{
	wrt_host_leave(&m->raw);
}

static inline void wrt_mutex_destroy(struct wrt_mutex *m)
{
	pthread_mutex_destroy(&m->raw.raw);
}

static inline void *wrt_alloc(size_t bytes)
{
	return calloc(1, bytes);
}

static inline void wrt_free(void *p)
{
	free(p);
}

static inline void wrt_relax(void)
{
}

/* The condition is tested without the lock: it may take others, and wakers may hold them. */
struct wrt_wait {
	pthread_mutex_t raw;
	pthread_cond_t woken;
	unsigned int wakes;
};

static inline void wrt_wait_init(struct wrt_wait *w)
{
	pthread_mutex_init(&w->raw, NULL);
	pthread_cond_init(&w->woken, NULL);
	w->wakes = 0;
}

static inline void wrt_wake(struct wrt_wait *w)
{
	pthread_mutex_lock(&w->raw);
	w->wakes++;
	pthread_cond_broadcast(&w->woken);
	pthread_mutex_unlock(&w->raw);
}

static inline unsigned int wrt_wait_wakes(struct wrt_wait *w)
{
	unsigned int wakes;

	pthread_mutex_lock(&w->raw);
	wakes = w->wakes;
	pthread_mutex_unlock(&w->raw);
	return wakes;
}

static inline void wrt_wait_next(struct wrt_wait *w, unsigned int wakes)
{
	pthread_mutex_lock(&w->raw);
	while (w->wakes == wakes)
		pthread_cond_wait(&w->woken, &w->raw);
	pthread_mutex_unlock(&w->raw);
}

struct wrt_count {
	u32 raw;
};

static inline void wrt_count_up(struct wrt_count *c)
{
	__atomic_fetch_add(&c->raw, 1, __ATOMIC_SEQ_CST);
}

static inline void wrt_count_down(struct wrt_count *c)
{
	__atomic_fetch_sub(&c->raw, 1, __ATOMIC_SEQ_CST);
}

static inline u32 wrt_count_read(const struct wrt_count *c)
{
	return __atomic_load_n(&c->raw, __ATOMIC_SEQ_CST);
}

static inline bool wrt_wake_waiters(struct wrt_wait *w)
{
	wrt_wake(w);
	return false;
}

#define wrt_wait_until(w, condition)					\
	do {								\
		for (;;) {						\
			unsigned int wakes_ = wrt_wait_wakes(w);	\
									\
			if (condition)					\
				break;					\
			wrt_wait_next(w, wakes_);			\
		}							\
	} while (0)

/* Set by tests: the caller is being killed; the clock by which a signal may take long. */
__attribute__((weak)) bool wrt_host_dying;
__attribute__((weak)) u64 wrt_host_ns;
__attribute__((weak)) __thread u32 wrt_host_readings;	/* of the clock, by this thread */

static inline bool wrt_dying(void)
{
	return wrt_host_dying;
}

#define wrt_wait_killable(w, condition, err)				\
	do {								\
		(err) = 0;						\
		if (!wrt_host_dying)					\
			wrt_wait_until(w, condition);			\
		else if (!(condition))					\
			(err) = WRT_EINTR;				\
	} while (0)

static inline void wrt_stay(void)
{
}

static inline void wrt_go(void)
{
}

static inline u64 wrt_now_ns(void)
{
	wrt_host_readings++;
	return wrt_host_ns;
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

#define wrt_memset(p, v, n)	memset(p, v, n)
#define wrt_memcpy(d, s, n)	memcpy(d, s, n)

#endif
