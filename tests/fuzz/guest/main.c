// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - a fuzzer of the real binary interface, guided by the coverage of our modules.
 * Runs in a guest as root, modules copied but not inserted; called by run.sh, which also
 * checks the kernel log and the coverage. TAP on stdout; /out/reached lists the blocks.
 *
 *   abi_fuzz [-s SEED] [-t SECONDS] [-m CALLS] [-T TICKS] [-c CALLS] [-n THREADS] [-r ROUND]
 *            [-p] [-v] [-a]
 *   abi_fuzz -C
 *
 * All choices are drawn from the seed. In a guest under time travel the same seed and CALLS give
 * the same sequence, which is the beginning of every run with that seed. There work takes no time,
 * so -t is measured with the processor's counter: -T is its number of TICKS a second, and -C (on
 * the host) prints that number. -m: minimum number of calls; on a busy machine a run may last up to
 * ten times the SECONDS. With fewer calls not every kind of call can be expected to succeed. -r:
 * only one kind of round. -v prints each call before it is made. -a: another driver's card and the
 * one that is attached to it, in place of the simulator.
 *
 * Only allocations of slab are made to fail; in the last quarter of the time and of the calls of
 * -m also pages (-p: always). Pages that slab itself needs then shift the numbers, so two such runs
 * may differ.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "fuzz.h"
#include "ops.h"
#include "../../guest/machine.h"
#include "../../guest/tap.h"

#define OP_ROW(name, weight, success) { #name, op_##name, weight, success },
const struct op ops[] = { OPS(OP_ROW) };
const unsigned int op_count = OP_COUNT;

#define TRACING		"/sys/kernel/tracing/"
#define STUCK		10	/* seconds of the guest without a call */
#define GONE_MAX	50	/* calls until the device comes back */
#define TICK_MS		20	/* how often a signal interrupts a thread */
#define ROUND		5000	/* calls */
#define ROUND_SLOW	1000

/* How the simulator is loaded, round by round. */
static const char *const rounds[] = {
	"streams=2", "streams=2 clock=step", "streams=1 clock=step loopback=0 source=ramp",
	"streams=2 fault=drop-irq", "streams=2 clock=step fault=flip-bit", "streams=1 loopback=0 id=Fuzz",
};
#define ROUNDS COUNT_OF(rounds)

bool verbose;
bool attached;
static bool pages_fail;
atomic_bool stop;

static struct thread threads[THREADS_MAX], loader;
static struct count counts[THREADS_MAX][OP_COUNT];
static unsigned int thread_count = 3, ended;
static uint64_t seed = 1, ticks_per_second, tick_start;
static unsigned long calls_max, calls_least, programs, calls_before;
static double seconds_max = 30, run_start, run_end;
static __thread struct thread *me;
static atomic_ulong breaches;

/* Reports that a call violated the interface. */
void broken(const char *what, int value)
{
	if (atomic_fetch_add(&breaches, 1) < 10)
		printf("# %s (%d), thread %d, call %lu\n", what, value, me->index,
		       atomic_load(&me->calls));
}

static double now(void)
{
	struct timespec ts;

	if (ticks_per_second)
		return (double)(__rdtsc() - tick_start) / (double)ticks_per_second;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void calibrate(void)
{
	struct timespec a, b;
	uint64_t ticks = __rdtsc();

	clock_gettime(CLOCK_MONOTONIC, &a);
	usleep(200000);
	ticks = __rdtsc() - ticks;
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.0f\n", (double)ticks / ((double)(b.tv_sec - a.tv_sec) +
					  (double)(b.tv_nsec - a.tv_nsec) / 1e9));
}

/* ---- modules ------------------------------------------------------------------------ */

int insert(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return errno;
	err = result(syscall(SYS_finit_module, fd, parameters, 0));
	close(fd);
	return err;
}

/* A descriptor may be released shortly after close() has returned. */
int take_out(const char *name)
{
	int err, patience = 200;

	do {
		err = result(syscall(SYS_delete_module, name, O_NONBLOCK));
		if (err)
			usleep(10000);
	} while (err && --patience);
	return err;
}

static int load(unsigned int round)
{
	int err;

	cover_begin(&loader);
	if (attached)
		err = attached_load(round);
	else
		err = insert("/modules/snd-wavert-sim.ko", rounds[round % ROUNDS]);
	if (!err)
		err = cover_modules();
	if (!err)
		cover_end(&loader, OP_COUNT);
	return err;
}

/* In every other round our tracepoints are enabled and their output is read. */
static void trace(bool on)
{
	static char text[4096];
	int fd, left = 64;

	if (!on) {
		fd = open(TRACING "trace", O_RDONLY | O_CLOEXEC);
		while (left-- && read(fd, text, sizeof(text)) > 0)
			;
		close(fd);
	}
	write_text(TRACING "events/wavert/enable", on ? "1" : "0");
	fd = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);	/* empties it */
	close(fd);
}

static int unload(void)
{
	int err;

	cover_begin(&loader);
	trace(false);
	err = attached ? attached_unload() : take_out("snd_wavert_sim");
	cover_end(&loader, OP_COUNT + 1);
	return err;
}

/* ---- one call, one program -------------------------------------------------------------- */

static void show_call(const struct thread *t, const struct call *c)
{
	printf("# thread %d, call %lu: %s(%#x, %#x, %#x, %#x, %#x)%s\n", t->index,
	       atomic_load(&t->calls), ops[c->op].name, c->a[0], c->a[1], c->a[2], c->a[3],
	       c->a[4], c->fail ? " and an allocation fails" : "");
	fflush(stdout);
}

/* Binding is left out: the ALSA core itself has a defect when that fails (failnth-known). */
static bool arm(struct thread *t, const struct call *c)
{
	char text[8];

	if (!c->fail || t->fail_file < 0 || c->op == OP_bind)
		return false;
	return pwrite(t->fail_file, text,
		      (size_t)snprintf(text, sizeof(text), "%u", c->fail), 0) > 0;
}

static void disarm(struct thread *t)
{
	char text[16] = "";

	if (pread(t->fail_file, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0)
		t->faults++;
	if (pwrite(t->fail_file, "0", 1, 0) != 1)
		abort();
}

static int make_call(struct thread *t, const struct call *c)
{
	bool armed;
	int err;

	if (c->pause)
		usleep(c->pause);
	if (verbose)
		show_call(t, c);
	atomic_store(&t->doing, c);
	cover_begin(t);
	armed = arm(t, c);
	t->armed = armed;
	err = ops[c->op].run(t, c);
	if (armed)
		disarm(t);
	cover_end(t, c->op);
	atomic_store(&t->doing, NULL);
	atomic_fetch_add(&t->calls, 1);
	if (err)
		t->count[c->op].refused++;
	else
		t->count[c->op].ok++;
	return err;
}

/* The device is bound again soon. */
static void care_for_device(struct thread *t, const struct call *c, int err)
{
	static unsigned long gone_at;
	const struct call back = { .op = OP_bind };
	unsigned long at = atomic_load(&t->calls);

	if (c->op == OP_unbind && !err)
		gone_at = at;
	else if (c->op == OP_bind && !err)
		gone_at = 0;
	else if (gone_at && at > gone_at + GONE_MAX && !make_call(t, &back))
		gone_at = 0;
}

static void run_calls(struct thread *t, const struct program *p)
{
	uint32_t i;
	int err;

	for (i = 0; i < p->n && !atomic_load(&stop); i++) {
		err = make_call(t, &p->call[i]);
		if (!t->index)
			care_for_device(t, &p->call[i], err);
	}
	__atomic_fetch_add(&programs, 1, __ATOMIC_RELAXED);
}

static void run_program(struct thread *t)
{
	struct program p;

	next_program(t, &p);
	t->fresh = false;
	run_calls(t, &p);
	if (t->fresh)
		keep_program(&p);
}

/*
 * The seeds as they are written, while no other thread makes a call: so each kind of call succeeds
 * once, and not by chance only.
 */
static void run_seeds(struct thread *t)
{
	const struct program *p;
	unsigned int i;

	t->rotate = 0;
	for (i = 0; (p = seed_program(i)); i++)
		run_calls(t, p);
}

static unsigned long calls_made(void)
{
	unsigned long n = 0;
	unsigned int i;

	for (i = 0; i < thread_count; i++)
		n += atomic_load(&threads[i].calls);
	return n;
}

static bool is_end(void)
{
	if (calls_max)
		return calls_made() >= calls_max;
	return now() > run_end &&
	       (calls_made() >= calls_least || now() > run_start + 10 * seconds_max);
}

/*
 * A round is a number of calls, so that a run is the beginning of every longer one.
 */
static bool is_over(void)
{
	unsigned long made = calls_made();

	return made - calls_before >= (ticks_per_second ? ROUND : ROUND_SLOW) || is_end();
}

/* ---- threads -------------------------------------------------------------------------- */

static void on_fault(int number)
{
	if (me && me->may_fault)
		siglongjmp(me->back, 1);
	signal(number, SIG_DFL);
	raise(number);
}

static void on_tick(int number)
{
	(void)number;
}

static void set_handlers(void)
{
	struct sigaction fault = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	struct sigaction tick = { .sa_handler = on_tick };	/* calls are interrupted */

	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGBUS, &fault, NULL);
	sigaction(SIGUSR1, &tick, NULL);
}

static timer_t start_ticks(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	struct itimerspec every = { { 0, TICK_MS * 1000000 }, { 0, TICK_MS * 1000000 } };
	timer_t timer;

	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		return NULL;
	timer_settime(timer, 0, &every, NULL);
	return timer;
}

static pthread_barrier_t all_there, seeds_ended;

static void *work(void *arg)
{
	struct thread *t = arg;
	timer_t timer;
	int err;

	me = t;
	t->fail_file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	err = cover_open(t);
	/* a refused mapping leaves a hole, in which nothing else may be mapped */
	pthread_barrier_wait(&all_there);
	timer = start_ticks();
	if (!err && !t->index)
		run_seeds(t);
	pthread_barrier_wait(&seeds_ended);
	while (!err && !atomic_load(&stop)) {
		run_program(t);
		if (is_over())
			atomic_store(&stop, true);
	}
	timer_delete(timer);
	cover_close(t);
	close(t->fail_file);
	__atomic_fetch_add(&ended, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Watchdog: prints the place of a thread that is stuck, and exits. */
static void watch(void)
{
	unsigned long seen = ~0ul;
	double quiet = 0;
	unsigned int i;

	while (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) < thread_count) {
		usleep(20000);
		quiet = calls_made() == seen ? quiet + 0.02 : 0;
		seen = calls_made();
		if (quiet < STUCK)
			continue;
		tap_ok(0, "no thread is stuck");
		for (i = 0; i < thread_count; i++) {
			const struct call *c = atomic_load(&threads[i].doing);

			if (c)
				show_call(&threads[i], c);
		}
		printf("# seed %llu\n", (unsigned long long)seed);
		fflush(stdout);
		_exit(3);
	}
}

static int run_round(unsigned int number)
{
	unsigned int i;
	int err = load(number);

	if (err)
		return err;
	if (number % 2)
		trace(true);
	atomic_store(&stop, false);
	ended = 0;
	calls_before = calls_made();
	pthread_barrier_init(&all_there, NULL, thread_count);
	pthread_barrier_init(&seeds_ended, NULL, thread_count);
	for (i = 0; i < thread_count; i++) {
		threads[i].rng = seed * 1000003 + number * 101 + i;
		if (pthread_create(&threads[i].id, NULL, work, &threads[i]))
			return errno;
	}
	watch();
	for (i = 0; i < thread_count; i++)
		pthread_join(threads[i].id, NULL);
	clear_table();
	return unload();
}

/* ---- evaluation --------------------------------------------------------------------------- */

static unsigned int strange_results(bool enough)
{
	unsigned int op, i, bad = 0;

	for (op = 0; op < op_count; op++) {
		struct count sum = { 0, 0 };
		const char *remark = "";

		for (i = 0; i < thread_count; i++) {
			sum.ok += counts[i][op].ok;
			sum.refused += counts[i][op].refused;
		}
		if (ops[op].success == MAY && !sum.ok && !(attached && op == OP_read_step))
			remark = "  never succeeded";
		else if (ops[op].success == NEVER && sum.ok)
			remark = "  must not succeed";
		bad += *remark && (enough || sum.ok);
		printf("# %-18s %8lu succeeded %8lu refused%s\n", ops[op].name, sum.ok, sum.refused,
		       remark);
	}
	return bad;
}

static void verdict(int err, unsigned int done)
{
	unsigned long faults = 0;
	unsigned int i;

	for (i = 0; i < thread_count; i++)
		faults += threads[i].faults;
	printf("# %lu calls in %lu programs from %u threads, %u rounds, seed %llu\n", calls_made(),
	       programs, thread_count, done, (unsigned long long)seed);
	printf("# %u blocks reached, %u programs kept, %lu allocations made to fail\n",
	       cover_blocks(), corpus_size(), faults);
	TAP_CHECK_IF(calls_made() >= calls_least, !strange_results(calls_made() >= calls_least),
		     "every kind of call that can succeed did so at least once");
	if (attached)
		TAP_CHECK(attached_done(), "owned pins run on each driver with memory, and its device is unbound");
	TAP_CHECK(!atomic_load(&breaches), "no call violated the interface");
	TAP_CHECK(!err, "no thread is stuck, and the modules can be removed after each round");
	if (err)
		printf("# %s\n", strerror(err));
	TAP_CHECK(!cover_strange() && cover_blocks(),
		  "every block that was reached is in our modules (%lu unknown)", cover_strange());
	TAP_CHECK(!cover_write("/out/reached"), "the blocks are listed");
}

static void set_page_faults(void)
{
	if (!calls_max && now() > run_start + (run_end - run_start) * 3 / 4 &&
	    calls_made() >= calls_least * 3 / 4)
		pages_fail = true;
	write_text("/sys/kernel/debug/fail_page_alloc/min-order", pages_fail ? "0" : "20");
}

static void set_up_faults(void)
{
	write_text("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	write_text("/sys/kernel/debug/failslab/verbose", "0");
	write_text("/sys/kernel/debug/failslab/cache-filter", "N");
	write_text("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	write_text("/sys/kernel/debug/fail_page_alloc/verbose", "0");
}

static int only_round = -1;

static void parse(int argc, char **argv)
{
	int o;

	while ((o = getopt(argc, argv, "s:t:m:T:c:n:r:apvC")) != -1)
		switch (o) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			seconds_max = atof(optarg);
			break;
		case 'm':
			calls_least = strtoul(optarg, NULL, 0);
			break;
		case 'T':
			ticks_per_second = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			calls_max = strtoul(optarg, NULL, 0);
			break;
		case 'n':
			thread_count = (unsigned int)atoi(optarg);
			break;
		case 'r':
			only_round = atoi(optarg);
			break;
		case 'a':
			attached = true;
			break;
		case 'p':
			pages_fail = true;
			break;
		case 'v':
			verbose = true;
			break;
		case 'C':
			calibrate();
			exit(0);
		default:
			exit(2);
		}
	if (thread_count < 1 || thread_count > THREADS_MAX)
		exit(2);
}

static int set_up(void)
{
	unsigned int i;
	int err = table_init();

	set_up_faults();
	set_handlers();
	for (i = 0; !err && i < thread_count; i++) {
		threads[i].index = (int)i;
		threads[i].count = counts[i];
		err = thread_memory(&threads[i]);
	}
	if (!err)
		err = cover_open(&loader);
	load_seeds();
	if (!err)
		err = insert("/modules/snd-wavert.ko", "");
	return err || !attached ? err : attached_set_up();
}

int main(int argc, char **argv)
{
	unsigned int done = 0;
	int err;

	parse(argc, argv);
	tick_start = __rdtsc();
	run_start = now();
	run_end = run_start + seconds_max;
	err = set_up();
	if (err) {
		tap_ok(0, "the fuzzer can start: %s", strerror(err));
		return tap_done();
	}
	do {
		set_page_faults();
		err = run_round(only_round < 0 ? done : (unsigned int)only_round);
		done++;
	} while (!err && !is_end());
	if (!err)
		err = take_out("snd_wavert");
	verdict(err, done);
	return tap_done();
}
