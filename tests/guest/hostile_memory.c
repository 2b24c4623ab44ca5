// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile_memory.c - an unprivileged user in a memory cgroup of 64 MB allocates buffers from
 * many streams at once. The number of DMA engines limits the memory that is not charged to the
 * cgroup: one buffer each. Runs in the guest as root, on the simulator with streams=1. TAP on
 * stdout.
 *
 *   hostile_memory THREADS SECONDS
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "hostile.h"
#include "machine.h"

#define GROUP		"/cg/attacker"
#define GROUP_MAX	(64 << 20)
#define BYSTANDER_MAX	(150 << 20)
#define SAMPLE_US	2000

enum attack { ASK_VERSION, PIN_IS_OWNED, PIN_IS_CONTESTED };

static unsigned int samples;	/* duration of an attack */

static struct shared {
	atomic_ulong calls, won, busy, no_memory, other;
	atomic_ulong no_stream;		/* NEW_STREAM: the maximum of one user */
} *shared;

/* ---- the attacker ----------------------------------------------------------------------- */

static int one_call(int fd, enum attack attack)
{
	struct wavert_version version = { 0 };
	struct wavert_buffer out;
	int filter, err;

	if (attack == ASK_VERSION) {
		filter = open_filter();
		err = call(filter, WAVERT_IOC_VERSION, &version);
		close(filter);
		return err;
	}
	err = alloc_full(fd, WAVERT_ALLOC_NOTIFICATION, 2, 4 << 20, &out);
	if (!err && attack == PIN_IS_CONTESTED)
		free_buffer(fd);
	return err;
}

static void count(int err)
{
	shared->calls++;
	if (!err)
		shared->won++;
	else if (err == EBUSY)
		shared->busy++;
	else if (err == ENOMEM)
		shared->no_memory++;
	else
		shared->other++;
}

/* Retries while the user has the maximum number of streams. */
static int new_attacking_stream(enum attack attack)
{
	unsigned int direction = attack == PIN_IS_CONTESTED ? WAVERT_CAPTURE : WAVERT_PLAYBACK;
	int fd;

	while ((fd = new_stream(direction, 0, 0)) == -ENOMEM)
		shared->no_stream++;
	return fd;
}

static void *keep_calling(void *arg)
{
	enum attack attack = (enum attack)(uintptr_t)arg;
	int fd = attack == ASK_VERSION ? -1 : new_attacking_stream(attack);

	if (fd >= 0)
		set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	for (;;)
		count(one_call(fd, attack));
	return NULL;
}

static void attack_until_killed(enum attack attack, unsigned int threads, int ready)
{
	pthread_attr_t small;
	pthread_t thread;
	unsigned int i;

	if (write_text(GROUP "/cgroup.procs", "0"))
		die("entering the cgroup");
	become(NOBODY);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	say(ready, 0);
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread, &small, keep_calling, (void *)(uintptr_t)attack))
			die("pthread_create");
	for (;;)
		pause();
}

/* ---- the measurement -------------------------------------------------------------------- */

struct use {
	long long free, charged;	/* bytes */
};

static struct use use_now(void)
{
	return (struct use){ (read_value("/proc/meminfo", "MemFree:") << 10) + kept_by_processors(),
			     read_value(GROUP "/memory.current", NULL) };
}

/* Maximum of the bytes that were no longer free and not charged to the cgroup. */
static long long uncharged(enum attack attack, unsigned int threads)
{
	struct use before, now;
	long long most = 0, fall = 0;
	pid_t pid;
	unsigned int i;
	int ready;

	usleep(1000000);	/* until the kernel has freed the memory of the last attacker */
	before = use_now();
	pid = start(&ready);
	if (!pid)
		attack_until_killed(attack, threads, ready);
	hear(ready);
	for (i = 0; i < samples && waitpid(pid, NULL, WNOHANG) == 0; i++) {
		now = use_now();
		if (before.free - now.free > fall)
			fall = before.free - now.free;
		if (before.free - now.free - (now.charged - before.charged) > most)
			most = before.free - now.free - (now.charged - before.charged);
		usleep(SAMPLE_US);
	}
	TAP_CHECK(i == samples, "the attacker with %u threads is alive", threads);
	kill_and_wait(pid);
	close(ready);
	printf("# free memory fell by %lld kB, of which %lld kB were not charged\n", fall >> 10,
	       most >> 10);
	return most;
}

/* Killed anywhere but in the attacker's cgroup. */
static long long kills_outside(void)
{
	return read_value("/proc/vmstat", "oom_kill ") -
	       read_value(GROUP "/memory.events", "oom_kill ");
}

/* ---- other processes ---------------------------------------------------------------------- */

static pid_t start_owner(void)
{
	pid_t pid;
	int ready, fd;

	pid = start(&ready);
	if (pid) {
		if (hear(ready))
			die("the owner");
		close(ready);
		return pid;
	}
	become(OTHER);
	fd = ready_stream(WAVERT_PLAYBACK, 2, 7680);
	say(ready, fd < 0);
	for (;;)
		pause();
}

static pid_t start_bystander(void)
{
	volatile char *memory;
	pid_t pid;
	int ready, i;

	pid = start(&ready);
	if (pid) {
		hear(ready);
		close(ready);
		return pid;
	}
	memory = malloc(BYSTANDER_MAX);
	for (i = 0; i < BYSTANDER_MAX; i += 4096)
		memory[i] = 1;
	say(ready, 0);
	for (;;)
		pause();
}

static void set_up_cgroup(void)
{
	char max[16];

	snprintf(max, sizeof(max), "%d", GROUP_MAX);
	mkdir("/cg", 0755);
	if (mount("none", "/cg", "cgroup2", 0, NULL) ||
	    write_text("/cg/cgroup.subtree_control", "+memory") || mkdir(GROUP, 0755) ||
	    write_text(GROUP "/memory.max", max))
		die("a memory cgroup");
}

/* Buffers that may exist: one for each pin of the card. */
static long long buffers_max(void)
{
	long long sum = 0;
	unsigned int dir;

	for (dir = 0; dir < 2; dir++) {
		struct wavert_caps caps = { .direction = dir };
		int filter = open_filter();

		if (call(filter, WAVERT_IOC_CAPS, &caps))
			die("CAPS");
		close(filter);
		sum += (long long)caps.pins * caps.buffer_max;
	}
	return sum;
}

/* ---- the tests -------------------------------------------------------------------------- */

static void test_attack(enum attack attack, unsigned int threads, long long allowed)
{
	long long most;

	memset(shared, 0, sizeof(*shared));
	most = uncharged(attack, threads);
	printf("# %lu calls, %lu buffers, %lu EBUSY, %lu ENOMEM, %lu other errors\n", shared->calls,
	       shared->won, shared->busy, shared->no_memory, shared->other);
	printf("# NEW_STREAM refused %lu times\n", shared->no_stream);
	if (attack == PIN_IS_OWNED)
		TAP_CHECK(shared->busy && !shared->won && !shared->other && !shared->no_memory,
			  "%u threads allocate for a pin that is owned: always EBUSY", threads);
	else
		TAP_CHECK(shared->won && !shared->other && !shared->no_memory,
			  "%u threads compete for a pin: each gets a buffer or EBUSY", threads);
	TAP_CHECK(most <= allowed, "at most %lld kB were not charged, %lld kB are allowed",
		  most >> 10, allowed >> 10);
}

int main(int argc, char **argv)
{
	unsigned int threads = argc > 1 ? (unsigned int)atoi(argv[1]) : 80;
	unsigned int seconds = argc > 2 ? (unsigned int)atoi(argv[2]) : 3;
	struct sched_param first = { .sched_priority = 90 };
	pid_t owner, bystander;
	long long allowed;

	setbuf(stdout, NULL);
	samples = seconds * 1000000 / SAMPLE_US;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	set_up_cgroup();
	open_nodes_to_audio();
	owner = start_owner();
	bystander = start_bystander();
	/* samples are taken on time, independent of the number of threads */
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first))
		die("sched_setscheduler");
	/* stacks, page tables and files of the same number of threads */
	allowed = uncharged(ASK_VERSION, threads);
	printf("# the same number of threads that allocate nothing: %lld kB\n", allowed >> 10);
	allowed += buffers_max();
	test_attack(PIN_IS_OWNED, threads, allowed);
	test_attack(PIN_IS_CONTESTED, threads, allowed);
	TAP_CHECK(!kills_outside() && !waitpid(bystander, NULL, WNOHANG) &&
		  !waitpid(owner, NULL, WNOHANG),
		  "no process outside of the attacker's cgroup was killed by the OOM killer");
	kill_and_wait(owner);
	kill_and_wait(bystander);
	return tap_done();
}
