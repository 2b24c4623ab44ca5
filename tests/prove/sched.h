/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.h - threads that run one at a time, in every possible order. Used by binding.c.
 *
 * A thread may be preempted where it takes or releases a lock; an access to data that no lock protects
 * is a race, and every access is checked for that (trace.h), so no other place can
 * matter. Accesses that are volatile or atomic on both sides are no race: a thread may also be preempted
 * before one that acquires or releases, and where the source under proof calls sched_point().
 * Memory is sequentially consistent (for the page see weak.c). All schedules with at most a given number of preemptions are run; switches at a
 * wait are not counted. Memory comes from an arena that is never reused, so what has been
 * freed stays recognisable.
 */
#ifndef WRT_PROVE_SCHED_H
#define WRT_PROVE_SCHED_H

#include <stdbool.h>
#include <stddef.h>

#define SCHED_THREADS	5

struct sched_lock {
	const char *class;	/* where it was initialised: for the order of locks */
	int owner;		/* thread, or -1 */
	unsigned int clock[SCHED_THREADS];
};

/* Run all schedules: setup, the threads, finish. Returns false after the first failure. */
struct sched_test {
	void (*setup)(void);
	void (*thread[SCHED_THREADS - 1])(void);
	void (*finish)(void);
};

bool sched_explore(const struct sched_test *t, unsigned int preemptions, unsigned long *schedules);

/* Reports an error; prints the schedule and ends the exploration. Does not return. */
void sched_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Adds a note to the schedule that is printed on failure. */
void sched_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

void sched_lock_init(struct sched_lock *l, const char *class);
void sched_lock_acquire(struct sched_lock *l);
void sched_lock_release(struct sched_lock *l);
void sched_lock_sync(struct sched_lock *l);
void sched_assert_held(const struct sched_lock *l);
bool sched_lock_try(struct sched_lock *l);
void sched_point(void);		/* here, too, the thread may be preempted */
void sched_sleep(void);		/* until another thread has done something */
void sched_block(struct sched_lock *l);	/* as long as its owner is a thread: it is not taken */

void *sched_alloc(size_t bytes);
void sched_free(const void *p);
void *sched_memset(void *p, int value, size_t bytes);
void sched_unwatch(const void *p);	/* it is not checked for races */

/* 0 if the locks were always taken in one order, otherwise prints the cycle. */
int sched_lock_order(void);

#endif
