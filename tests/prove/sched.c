// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched.c - see sched.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "sched.h"
#include "trace.h"

#define CHOICE_FAILED	sched_fail
#include "choices.h"

#define STACK		(128 * 1024)
#define STEPS_MAX	20000
#define POLL		4	/* the check whether to sleep again takes no more locks */
#define IDLE_MAX	8
#define NOTES_MAX	4000
#define ARENA		(256 * 1024 + 16 * 65536)	/* of the largest pages, 16 at most */
#define BLOCKS_MAX	64

/* Thread 0 is setup and finish; it runs alone. */
static struct thread {
	jmp_buf at;
	bool started, done, asleep;
	unsigned int since_sleep;	/* locks taken since it last slept */
	const struct sched_lock *waits;
	unsigned int clock[SCHED_THREADS];
	void (*run)(void);
} threads[SCHED_THREADS];

static char stacks[SCHED_THREADS][STACK] __attribute__((aligned(64)));
static ucontext_t contexts[SCHED_THREADS], unused;
static jmp_buf scheduler, failed;
static int current;
static unsigned int nthreads, preempted, preemptions_most, steps;
static bool running, failure;

/* ---- notes --------------------------------------------------------- */

static char notes[NOTES_MAX][96], message[256];
static unsigned int nnotes;
static const void *places[2];	/* program addresses: of the failure, of the other access */

void sched_note(const char *format, ...)
{
	va_list args;
	int n;

	if (nnotes == NOTES_MAX)
		return;
	n = snprintf(notes[nnotes], sizeof(notes[0]), "thread %d: ", current);
	va_start(args, format);
	vsnprintf(notes[nnotes++] + n, sizeof(notes[0]) - (size_t)n, format, args);
	va_end(args);
}

void sched_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	failure = true;
	running = false;
	longjmp(failed, 1);
}

/* ---- threads ------------------------------------------------------------------- */

static void thread_main(void)
{
	threads[current].run();
	threads[current].done = true;
	longjmp(scheduler, 1);
}

static bool ready(unsigned int i)
{
	const struct thread *t = &threads[i];

	return !t->done && !t->asleep && (!t->waits || t->waits->owner < 0);
}

/* The threads that can continue, the running one first; -1: none is left. */
static int pick_thread(void)
{
	unsigned int i, n = 0;
	int candidate[SCHED_THREADS];
	bool mine = current > 0 && ready((unsigned int)current);

	if (mine)
		candidate[n++] = current;
	if (!mine || preempted < preemptions_most)
		for (i = 1; i < nthreads; i++)
			if ((int)i != current && ready(i))
				candidate[n++] = (int)i;
	if (!n)
		return -1;
	i = choose(n);
	preempted += mine && i;
	return candidate[i];
}

static bool wake_sleepers(void)
{
	bool any = false;
	unsigned int i;

	for (i = 1; i < nthreads; i++) {
		any |= threads[i].asleep;
		threads[i].asleep = false;
	}
	return any;
}

static void run_thread(int i)
{
	struct thread *t = &threads[i];

	current = i;
	if (setjmp(scheduler))
		return;
	if (t->started)
		longjmp(t->at, 1);
	t->started = true;
	getcontext(&contexts[i]);
	contexts[i].uc_stack.ss_sp = stacks[i];
	contexts[i].uc_stack.ss_size = STACK;
	contexts[i].uc_link = NULL;
	makecontext(&contexts[i], thread_main, 0);
	swapcontext(&unused, &contexts[i]);
}

static void blocked(void)
{
	unsigned int i;

	for (i = 1; i < nthreads; i++)
		if (!threads[i].done)
			sched_fail("deadlock: thread %u waits for %s", i,
				   threads[i].waits ? threads[i].waits->class : "something");
}

static void run_threads(void)
{
	unsigned int idle = 0;
	int i;

	current = nnotes = 0;
	for (;;) {
		i = pick_thread();
		if (i < 0) {
			/* if all threads sleep again and again nothing will change */
			if (idle++ == IDLE_MAX || !wake_sleepers())
				break;
			continue;
		}
		run_thread(i);
		if (++steps > STEPS_MAX)
			sched_fail("livelock: no end after %u steps", steps);
		if (threads[i].done || threads[i].since_sleep > POLL) {
			idle = 0;
			wake_sleepers();
		}
	}
	blocked();
	current = 0;
}

static void point(void)
{
	if (current && !setjmp(threads[current].at))
		longjmp(scheduler, 1);
}

void sched_point(void)
{
	point();
}

void sched_block(struct sched_lock *l)
{
	threads[current].waits = l;
	point();
	if (l->owner >= 0)
		sched_fail("deadlock: nobody ends %s", l->class);
	threads[current].waits = NULL;
}

void sched_sleep(void)
{
	if (!current)
		sched_fail("sleeps while no other thread can wake it");
	threads[current].asleep = true;
	threads[current].since_sleep = 0;
	point();
}

/* ---- locks --------------------------------------------------------------------- */

#define CLASSES_MAX	16
static const char *classes[CLASSES_MAX];
static bool before[CLASSES_MAX][CLASSES_MAX];	/* [a][b]: b was taken while a was held */
static unsigned int nclasses;
static struct sched_lock *held[SCHED_THREADS][8];
static unsigned int nheld[SCHED_THREADS];

static unsigned int class_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < nclasses; i++)
		if (!strcmp(classes[i], name))
			return i;
	if (nclasses == CLASSES_MAX)
		sched_fail("too many classes of locks");
	classes[nclasses] = name;
	return nclasses++;
}

int sched_lock_order(void)
{
	bool reach[CLASSES_MAX][CLASSES_MAX];
	unsigned int i, j, k;

	memcpy(reach, before, sizeof(reach));
	for (k = 0; k < nclasses; k++)
		for (i = 0; i < nclasses; i++)
			for (j = 0; j < nclasses; j++)
				reach[i][j] |= reach[i][k] && reach[k][j];
	for (i = 0; i < nclasses; i++)
		for (j = 0; j < nclasses; j++)
			if (before[i][j])
				printf("# %s > %s\n", classes[i], classes[j]);
	for (i = 0; i < nclasses; i++)
		if (reach[i][i]) {
			printf("# %s may be waited for while it is held\n", classes[i]);
			return 1;
		}
	return 0;
}

static void join(unsigned int *a, const unsigned int *b)
{
	unsigned int i;

	for (i = 0; i < SCHED_THREADS; i++)
		if (b[i] > a[i])
			a[i] = b[i];
}

void sched_lock_init(struct sched_lock *l, const char *class)
{
	memset(l, 0, sizeof(*l));
	l->class = class;
	l->owner = -1;
}

static void take(struct sched_lock *l)
{
	if (nheld[current] == 8)
		sched_fail("too many locks held");
	held[current][nheld[current]++] = l;
	l->owner = current;
	join(threads[current].clock, l->clock);
	sched_note("takes %s", l->class);
}

void sched_lock_acquire(struct sched_lock *l)
{
	struct thread *t = &threads[current];
	unsigned int i;

	if (!l->class)
		sched_fail("a lock is taken that was never initialised");
	if (l->owner == current)
		sched_fail("deadlock: %s is taken twice", l->class);
	t->since_sleep++;
	t->waits = l;
	point();
	t->waits = NULL;
	if (l->owner >= 0)
		sched_fail("deadlock: %s is never released", l->class);
	for (i = 0; i < nheld[current]; i++)
		before[class_of(held[current][i]->class)][class_of(l->class)] = true;
	take(l);
}

/* It does not wait, so it has no place in the order of locks. */
bool sched_lock_try(struct sched_lock *l)
{
	point();
	if (l->owner >= 0)
		return false;
	take(l);
	return true;
}

void sched_lock_release(struct sched_lock *l)
{
	struct thread *t = &threads[current];
	unsigned int i;

	if (l->owner != current)
		sched_fail("%s is released by a thread that does not hold it", l->class);
	for (i = nheld[current]; held[current][i - 1] != l; i--)
		;
	memmove(&held[current][i - 1], &held[current][i],
		(nheld[current]-- - i) * sizeof(held[0][0]));
	join(l->clock, t->clock);
	t->clock[current]++;
	l->owner = -1;
	sched_note("lets go %s", l->class);
}

/* As both after one another, but no other thread runs before. */
void sched_lock_sync(struct sched_lock *l)
{
	struct thread *t = &threads[current];

	join(t->clock, l->clock);
	join(l->clock, t->clock);
	t->clock[current]++;
}

void sched_assert_held(const struct sched_lock *l)
{
	if (l->owner != current)
		sched_fail("%s should be held", l->class);
}

/* ---- memory -------------------------------------------------------------------- */

struct shadow {
	unsigned int schedule;		/* not valid in another one */
	unsigned char writer;
	unsigned int write;
	unsigned int read[SCHED_THREADS];
	const void *write_pc, *read_pc[SCHED_THREADS];
	bool write_marked, read_marked[SCHED_THREADS];
};

static unsigned char arena[ARENA] __attribute__((aligned(4096)));
static struct shadow shadow[ARENA];
static struct block { size_t from, bytes; bool freed, unwatched; } blocks[BLOCKS_MAX];
static unsigned int nblocks, schedule;
static size_t used;

void *sched_alloc(size_t bytes)
{
	struct block *b = &blocks[nblocks++];

	used = (used + 127) & ~63ul;	/* with a gap */
	if (nblocks > BLOCKS_MAX || used + bytes > ARENA)
		sched_fail("the arena is full");
	*b = (struct block){ .from = used, .bytes = bytes };
	memset(arena + used, 0, bytes);
	used += bytes;
	return arena + b->from;
}

static struct block *block_of(uintptr_t at)
{
	size_t offset = at - (uintptr_t)arena;
	unsigned int i;

	if (at < (uintptr_t)arena || offset >= ARENA)
		return NULL;
	for (i = 0; i < nblocks; i++)
		if (offset >= blocks[i].from && offset < blocks[i].from + blocks[i].bytes)
			return &blocks[i];
	if (running)
		sched_fail("memory next to an allocation is used");
	return NULL;
}

void sched_free(const void *p)
{
	struct block *b = block_of((uintptr_t)p);

	if (!p)
		return;
	if (!b || arena + b->from != p)
		sched_fail("memory is freed that was not allocated");
	if (b->freed)
		sched_fail("memory is freed twice");
	b->freed = true;
	sched_note("frees %zu bytes", b->bytes);
}

void sched_unwatch(const void *p)
{
	block_of((uintptr_t)p)->unwatched = true;
}

static void race(const void *other_pc, unsigned int other, bool wrote, bool write)
{
	places[0] = trace_pc;
	places[1] = other_pc;
	sched_fail("data race: thread %d %s what thread %u %s", current,
		   write ? "writes" : "reads", other, wrote ? "has written" : "has read");
}

static void look_for_race(struct shadow *s, bool write)
{
	const unsigned int *clock = threads[current].clock;
	unsigned int i;

	if (s->schedule != schedule) {
		memset(s, 0, sizeof(*s));
		s->schedule = schedule;
	}
	if (s->write > clock[s->writer] && !(s->write_marked && trace_marked))
		race(s->write_pc, s->writer, true, write);
	for (i = 0; write && i < SCHED_THREADS; i++)
		if (s->read[i] > clock[i] && !(s->read_marked[i] && trace_marked))
			race(s->read_pc[i], i, false, write);
	if (write) {
		s->writer = (unsigned char)current;
		s->write = clock[current];
		s->write_pc = trace_pc;
		s->write_marked = trace_marked;
	} else {
		s->read[current] = clock[current];
		s->read_pc[current] = trace_pc;
		s->read_marked[current] = trace_marked;
	}
}

static void touch(uintptr_t at, unsigned int bytes, bool write)
{
	struct block *b = block_of(at);
	size_t offset = at - (uintptr_t)arena;
	unsigned int i;

	if (!b)
		return;
	places[0] = trace_pc;
	if (b->freed)
		sched_fail("use after free: byte %zu of %zu", offset - b->from, b->bytes);
	if (offset + bytes > b->from + b->bytes)
		sched_fail("an access beyond the end of an allocation");
	for (i = 0; i < bytes && !b->unwatched; i++)
		look_for_race(&shadow[offset + i], write);
}

void *sched_memset(void *p, int value, size_t bytes)
{
	trace_marked = false;
	touch((uintptr_t)p, (unsigned int)bytes, true);
	return memset(p, value, bytes);
}

/* Another thread may have used trace_pc and trace_marked meanwhile. */
static void point_if_ordered(uintptr_t at, enum trace_order order)
{
	const void *pc = trace_pc;

	if (order <= TRACE_RELAXED || !running || !block_of(at))
		return;
	point();
	trace_pc = pc;
	trace_marked = true;
}

void trace_load(uintptr_t at, unsigned int bytes, enum trace_order order)
{
	point_if_ordered(at, order);
	touch(at, bytes, false);
}

void trace_store(uintptr_t at, unsigned int bytes, enum trace_order order)
{
	point_if_ordered(at, order);
	touch(at, bytes, true);
}

void trace_fence(enum trace_order order)
{
}

/* ---- schedules ----------------------------------------------------------------- */

static void reset(const struct sched_test *t)
{
	unsigned int i;

	memset(threads, 0, sizeof(threads));
	memset(nheld, 0, sizeof(nheld));
	for (i = 0; i < SCHED_THREADS; i++) {
		threads[i].clock[i] = 1;
		threads[i].since_sleep = POLL;
	}
	for (nthreads = 1; nthreads < SCHED_THREADS && t->thread[nthreads - 1]; nthreads++)
		threads[nthreads].run = t->thread[nthreads - 1];
	current = 0;
	places[0] = places[1] = NULL;
	used = nblocks = steps = preempted = next_choice = nnotes = 0;
	schedule++;
}

static void one_schedule(const struct sched_test *t)
{
	unsigned int i;

	reset(t);
	if (setjmp(failed))
		return;
	running = true;
	t->setup();
	threads[0].clock[0]++;
	for (i = 1; i < nthreads; i++)
		join(threads[i].clock, threads[0].clock);
	run_threads();
	for (i = 1; i < nthreads; i++)
		join(threads[0].clock, threads[i].clock);
	t->finish();
	running = false;
}

static void print_place(const void *pc)
{
	char command[128];

	snprintf(command, sizeof(command), "addr2line -p -f -s -e /proc/%d/exe %p | sed 's/^/#     at /'",
		 (int)getpid(), (const void *)((const char *)pc - 1));
	if (pc && system(command))
		printf("#     at %p\n", pc);
}

bool sched_explore(const struct sched_test *t, unsigned int preemptions, unsigned long *schedules)
{
	unsigned int i;

	preemptions_most = preemptions;
	failure = false;
	nchoices = 0;
	*schedules = 0;
	do {
		one_schedule(t);
		++*schedules;
	} while (!failure && advance_choices());
	if (!failure)
		return true;
	printf("# schedule: %s\n", message);
	print_place(places[0]);
	print_place(places[1]);
	for (i = nnotes > 60 ? nnotes - 60 : 0; i < nnotes; i++)
		printf("#   %s\n", notes[i]);
	return false;
}
