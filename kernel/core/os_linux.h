/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * os_linux.h - the OS abstraction layer on Linux. Included by os.h only.
 *
 * struct wrt_lock is a spinlock taken with interrupts off. On PREEMPT_RT it is an rt_mutex, and
 * everything that takes it runs in a thread, so it must never become a raw spinlock.
 */
#ifndef WRT_CORE_OS_LINUX_H
#define WRT_CORE_OS_LINUX_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "os_linux_trace.h"

struct wrt_lock {
	spinlock_t raw;		/* each wrt_lock's declaration has a comment on what it guards */
};

struct wrt_mutex {
	struct mutex raw;	/* likewise */
};

/* Macros, so that lockdep has one class for each place that initialises. */
#define wrt_lock_init(l)	spin_lock_init(&(l)->raw)
#define wrt_mutex_init(m)	mutex_init(&(m)->raw)

#define WRT_ACQUIRES(l)		__acquires(&(l)->raw)
#define WRT_RELEASES(l)		__releases(&(l)->raw)

static inline unsigned long wrt_lock(struct wrt_lock *l)
	WRT_ACQUIRES(l)
{
	unsigned long flags;

	spin_lock_irqsave(&l->raw, flags);
	return flags;
}

static inline void wrt_unlock(struct wrt_lock *l, unsigned long flags)
	WRT_RELEASES(l)
{
	spin_unlock_irqrestore(&l->raw, flags);
}

#define wrt_assert_locked(l)	lockdep_assert_held(&(l)->raw)
#define wrt_assert_mutex(m)	lockdep_assert_held(&(m)->raw)
#define wrt_assert_may_sleep()	might_sleep()

static inline void wrt_mutex_lock(struct wrt_mutex *m)
{
	mutex_lock(&m->raw);
}

static inline int wrt_mutex_lock_killable(struct wrt_mutex *m)
{
	return mutex_lock_killable(&m->raw) ? WRT_EINTR : 0;
}

static inline void wrt_mutex_unlock(struct wrt_mutex *m)
{
	mutex_unlock(&m->raw);
}

static inline void wrt_mutex_destroy(struct wrt_mutex *m)
{
	mutex_destroy(&m->raw);
}

/* Zeroed memory; may sleep. */
static inline void *wrt_alloc(size_t bytes)
{
	return kzalloc(bytes, GFP_KERNEL);
}

static inline void wrt_free(void *p)
{
	kfree(p);
}

/* Called between two pieces of long work; may sleep. */
static inline void wrt_relax(void)
{
	cond_resched();
}

struct wrt_wait {
	wait_queue_head_t raw;
};

#define wrt_wait_init(w)	init_waitqueue_head(&(w)->raw)

static inline void wrt_wake(struct wrt_wait *w)
{
	wake_up_all(&w->raw);
}

struct wrt_count {
	atomic_t raw;
};

static inline void wrt_count_up(struct wrt_count *c)
{
	atomic_inc(&c->raw);
}

static inline void wrt_count_down(struct wrt_count *c)
{
	smp_mb__before_atomic();	/* the effects of the call come before the count */
	atomic_dec(&c->raw);
}

static inline u32 wrt_count_read(const struct wrt_count *c)
{
	return atomic_read_acquire(&c->raw);
}

/* The barrier pairs with that of a waiter, between queuing itself and testing its condition. */
static inline bool wrt_wake_waiters(struct wrt_wait *w)
{
	smp_mb__after_atomic();	/* the count, before the queue is read */
	if (!waitqueue_active(&w->raw))
		return false;
	wake_up_all(&w->raw);
	return true;
}

#define wrt_wait_until(w, condition)	wait_event((w)->raw, condition)
#define wrt_wait_killable(w, condition, err) \
	((err) = wait_event_killable((w)->raw, condition) ? WRT_EINTR : 0)

/*
 * The calling process is being killed or exits, so it need not wait any longer. A kernel thread
 * calls this when it drops the last reference of a file; it must not make a client's signals.
 */
static inline bool wrt_dying(void)
{
	return fatal_signal_pending(current) || current->flags & (PF_EXITING | PF_KTHREAD);
}

/*
 * Between the two calls the caller is not preempted, so that it measures only its own time. Not on
 * PREEMPT_RT, where functions called in between may sleep.
 */
static inline void wrt_stay(void)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_disable();
}

static inline void wrt_go(void)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_enable();
}

static inline u64 wrt_now_ns(void)
{
	return ktime_get_ns();
}

#define wrt_always_inline	__always_inline

/* The handler may be preempted between its entry and a reading of the position. */
#define WRT_IRQ_PREEMPTIBLE	IS_ENABLED(CONFIG_PREEMPT_RT)

/* Not in an interrupt as it is on ordinary kernels: the step clock runs its handler in a task. */
static inline bool wrt_may_be_preempted(void)
{
	return WRT_IRQ_PREEMPTIBLE || !irqs_disabled();
}

static inline u64 wrt_div_u64(u64 a, u64 b)
{
	return div64_u64(a, b);
}

static inline u64 wrt_mod_u64(u64 a, u64 b)
{
	u64 rem;

	div64_u64_rem(a, b, &rem);
	return rem;
}

#define WRT_TRACE(event, ...)	trace_wavert_##event(__VA_ARGS__)

#define wrt_memset(p, v, n)	memset(p, v, n)
#define wrt_memcpy(d, s, n)	memcpy(d, s, n)

#endif
