// SPDX-License-Identifier: GPL-2.0-only
/*
 * suite.c - main() of a conformance program: runs the test of every statement, prints TAP.
 * Started by run.sh, on the host and in guests; see suite.h.
 *
 *   conformance [-p PROFILE] [-d DEVICE] [-n] [-l T_LATE] [ID...]
 *     -p  expect the behaviour of this implementation (file `deviations`), not the contract:
 *         a test then passes if it differs exactly as in the table
 *     -d  this device violates exactly the statements in the file `violations`
 *     -n  leave out statements of class inferred
 *     -l  T_late, microseconds
 *   ID: WRT-064; none: all
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include "suite.h"
#include "table.h"		/* generated from contract.md and `deviations` */

enum result { PASSED, FAILED, LACKS, UNTESTABLE, TOO_LATE };

static struct {
	const char *id, *file;
	void (*fn)(void);
} tests[512];

static int ntests;
static jmp_buf leave;
static pthread_t leaver;	/* the thread of `leave` */
static const char *profile = "documented", *device_name = "";
static const char *current;		/* id */
static enum result result;
static char why[512];
static bool in_hook;
static bool used[CF_DEVIATIONS + 1];	/* of the profile, by the current test */

uint32_t cf_rate = RATE;
uint32_t cf_t_late_us = 2000;

void cf_register(const char *id, void (*fn)(void), const char *file)
{
	tests[ntests].id = id;
	tests[ntests].fn = fn;
	tests[ntests++].file = file;
}

/* ---- how a test ends --------------------------------------------------------------- */

void cf_fail(const char *file, int line, const char *fmt, ...)
{
	const char *name = strrchr(file, '/');
	va_list args;
	int n;

	if (result == TOO_LATE)
		return;		/* noted in a hook already */
	if (result != FAILED) {
		n = snprintf(why, sizeof(why), "%s:%d: ", name ? name + 1 : file, line);
		va_start(args, fmt);
		vsnprintf(why + n, sizeof(why) - (size_t)n, fmt, args);
		va_end(args);
	}
	result = FAILED;
	if (!in_hook && pthread_equal(pthread_self(), leaver))
		longjmp(leave, 1);
}

static _Noreturn void end_as(enum result r, const char *reason)
{
	result = r;
	snprintf(why, sizeof(why), "%s", reason);
	longjmp(leave, 1);
}

void lacks(const char *reason)
{
	end_as(LACKS, reason);
}

void untestable(const char *reason)
{
	end_as(UNTESTABLE, reason);
}

void on_time(bool it_was)
{
	if (it_was || cl->exact)
		return;
	if (!in_hook)
		end_as(TOO_LATE, "");
	if (result == PASSED)
		result = TOO_LATE;
}

const char *cf_status_name(enum wrt_status s)
{
	static char other[2][24];
	static int turn;

#define NAME(name, value, error) case WRT_STATUS_##name: return #name;
	switch (s) {
	WRT_STATUS_TABLE(NAME)
	case WRT_STATUS_SUCCESS:
		return "SUCCESS";
	}
#undef NAME
	turn = !turn;
	snprintf(other[turn], sizeof(other[turn]), "0x%08x", (unsigned int)s);
	return other[turn];
}

/* ---- profiles ------------------------------------------------------------------------ */

static const struct cf_deviation *deviation(const char *knob)
{
	int i;

	for (i = 0; i < CF_DEVIATIONS; i++) {
		const struct cf_deviation *d = &cf_deviations[i];

		if (strcmp(d->profile, profile) || strcmp(d->id, current) || strcmp(d->knob, knob))
			continue;
		used[i] = true;
		return d;
	}
	return NULL;
}

uint64_t want(const char *knob, uint64_t contract)
{
	const struct cf_deviation *d = deviation(knob);

	return d ? strtoull(d->value, NULL, 0) : contract;
}

/* A status without a name here is printed as a number. */
enum wrt_status want_status(const char *knob, enum wrt_status contract)
{
	const struct cf_deviation *d = deviation(knob);

	if (!d)
		return contract;
	if (!strcmp(d->value, "SUCCESS"))
		return WRT_STATUS_SUCCESS;
#define VALUE(name, value_, error)			\
	if (!strcmp(d->value, #name))			\
		return WRT_STATUS_##name;
	WRT_STATUS_TABLE(VALUE)
#undef VALUE
	return (enum wrt_status)strtoul(d->value, NULL, 0);
}

/* The line of the table for the current test, or NULL. */
static const struct cf_deviation *expected_difference(void)
{
	int i;

	for (i = 0; i < CF_DEVIATIONS; i++)
		if (!strcmp(cf_deviations[i].profile, profile) &&
		    !strcmp(cf_deviations[i].id, current))
			return &cf_deviations[i];
	return NULL;
}

/* A line that no check used is an error of the table or of a test. */
static bool unused_deviation(void)
{
	int i;

	for (i = 0; i < CF_DEVIATIONS; i++)
		if (!strcmp(cf_deviations[i].profile, profile) &&
		    !strcmp(cf_deviations[i].id, current) && !used[i])
			return true;
	return false;
}

/* The known violation of the device in the current test, or NULL. */
static const struct cf_violation *expected_violation(void)
{
	int i;

	for (i = 0; i < CF_VIOLATIONS; i++)
		if (!strcmp(cf_violations[i].device, device_name) &&
		    !strcmp(cf_violations[i].id, current))
			return &cf_violations[i];
	return NULL;
}

/* In that very check. */
static bool violated_as_expected(void)
{
	const struct cf_violation *v = expected_violation();

	return v && result == FAILED && strstr(why, v->check);
}

/* ---- time and signals ------------------------------------------------------------------ */

/*
 * In real time: true if the machine was late by 2 ms, so that the test slept longer than
 * intended, or was delayed since its last sleep. Then its results are not used.
 */
static bool was_late;
static uint64_t slept_until;

void go(uint64_t frames)
{
	uint64_t from = cl->exact ? 0 : cl->now_ns(cf_rate);

	cl->advance(frames, cf_rate);
	if (cl->exact)
		return;
	was_late |= slept_until && from - slept_until > 2000000;
	slept_until = cl->now_ns(cf_rate);
	was_late |= slept_until - from > frames * 1000000000 / cf_rate + 2000000;
}

uint32_t late(void)
{
	return (uint32_t)((uint64_t)cl->nature.late_us * cf_rate / 1000000);
}

void go_to(struct cf_stream *s, uint64_t frames, uint64_t linear)
{
	int i;

	go(frames);
	if (!cl->nature.late_us)
		return;
	for (i = 0; i < 100 && pos(s).linear <= linear * FRAME; i++)
		go(cf_rate / 10000);
}

/* Virtual time may only pass when no thread can run. */
void breathe(void)
{
	if (cl->kernel)
		usleep(50);
}

uint64_t take(struct cf_event *e)
{
	return cl->event_take(e);
}

void quiet(struct cf_event *e)
{
	go(3 * PACKET);
	SAME(take(e), 0);
}

static void (*hooked)(uint32_t k);
static uint32_t signals;

static void hook(void)
{
	in_hook = true;
	hooked(++signals);
	in_hook = false;
}

void at_signals(struct cf_event *e, uint32_t n, void (*fn)(uint32_t k))
{
	hooked = fn;
	signals = 0;
	if (probe->event_hook)
		probe->event_hook(e, hook);
	while (signals < n) {
		CHECK(cl->event_wait(e, 10 * PACKET, cf_rate));
		if (probe->event_hook) {
			take(e);
		} else {
			signals += (uint32_t)take(e);
			fn(signals);
		}
	}
	if (probe->event_hook)
		probe->event_hook(e, NULL);
	if (result != PASSED)
		longjmp(leave, 1);
}

/* ---- running ------------------------------------------------------------------------- */

static void (*test_of(const char *id))(void)
{
	int i;

	for (i = 0; i < ntests; i++)
		if (!strncmp(tests[i].id, id, 3) && !strcmp(tests[i].id + 4, id + 4))
			return tests[i].fn;
	return NULL;
}

/* Every statement has one test, every test a statement. */
static bool complete(void)
{
	bool good = true;
	int i, j, n;

	for (i = 0; i < CF_STATEMENTS; i++) {
		for (n = 0, j = 0; j < ntests; j++)
			n += !strcmp(tests[j].id + 4, cf_statements[i].id + 4);
		if (n != 1) {
			printf("# %s has %d tests\n", cf_statements[i].id, n);
			good = false;
		}
	}
	if (ntests == CF_STATEMENTS && good)
		return true;
	for (j = 0; j < ntests; j++) {
		for (n = 0, i = 0; i < CF_STATEMENTS; i++)
			n += !strcmp(tests[j].id + 4, cf_statements[i].id + 4);
		if (!n)
			printf("# %s of %s is not a statement\n", tests[j].id, tests[j].file);
	}
	return false;
}

static void run_once(void (*fn)(void))
{
	static volatile bool ending;
	const struct cf_device plain = { 0 };

	result = PASSED;
	why[0] = 0;
	in_hook = false;
	cf_rate = RATE;
	was_late = false;
	slept_until = 0;
	memset(used, 0, sizeof(used));
	ending = false;
	leaver = pthread_self();
	if (!setjmp(leave)) {
		if (!fn)
			cf_fail(current, 0, "there is no test");
		OK(cl->device(&plain));
		fn();
	}
	if (!ending) {		/* a failure at the end of a test returns here again */
		ending = true;
		cl->end();
	}
}

/* Again where the test itself was late, or where the phase of a tick may be the reason. */
static void run(void (*fn)(void))
{
	bool by_tick = false;
	uint32_t i = 0;

	do {
		if (by_tick)
			cl->advance(20 * i, RATE);
		run_once(fn);
		by_tick = result == FAILED && cl->nature.by_tick && !violated_as_expected();
	} while ((result == TOO_LATE || by_tick || (result == FAILED && was_late)) && ++i < 10);
	if (result != TOO_LATE)
		return;
	result = LACKS;
	strcpy(why, "this machine is too slow: the test itself was late ten times");
}

/* Prints one line of TAP. True if the result is as expected. */
static bool tell(int n, const struct cf_statement *s)
{
	const struct cf_deviation *d = expected_difference();
	const struct cf_violation *v = expected_violation();
	const char *note = "";
	bool good = result != FAILED;

	if (d && (result == PASSED || result == FAILED)) {
		good = !good && !unused_deviation();
		note = d->sentence;
	}
	if (v && result != LACKS)
		good = violated_as_expected();
	printf("%s %d - %s %s", good ? "ok" : "not ok", n, s->id, s->text);
	if (result == LACKS)
		printf(" # SKIP %s", why);
	else if (result == UNTESTABLE)
		printf(" # SKIP untestable: %s", why);
	else if (v && good)
		printf(" # violated on %s: %s", device_name, v->sentence);
	else if (d)
		printf(" # differs from %s: %s", profile, note);
	putchar('\n');
	if (result == FAILED)
		printf("# %s\n", why);
	if (!good && v)
		printf("# not violated as in `violations`: %s\n", v->check);
	else if (!good && result != FAILED)
		printf("# does not differ, or not as in `deviations`\n");
	fflush(stdout);
	return good;
}

static bool wanted(const char *id, char **ids)
{
	if (!*ids)
		return true;
	for (; *ids; ids++)
		if (!strcmp(*ids, id))
			return true;
	return false;
}

static int run_all(bool inferred, char **ids)
{
	const char *group = "";
	int i, n = 0, bad = 0;

	for (i = 0; i < CF_STATEMENTS; i++) {
		const struct cf_statement *s = &cf_statements[i];

		if (!wanted(s->id, ids))
			continue;
		if (strcmp(group, s->group))
			printf("# %s\n", s->group);
		group = s->group;
		current = s->id;
		if (inferred || strcmp(s->class, "inferred")) {
			run(test_of(s->id));
		} else {
			result = LACKS;
			strcpy(why, "class inferred is switched off");
		}
		bad += !tell(++n, s);
	}
	printf("1..%d\n", n);
	return bad != 0;
}

int main(int argc, char **argv)
{
	bool inferred = true, bad;
	int opt;

	while ((opt = getopt(argc, argv, "p:d:nl:")) != -1) {
		switch (opt) {
		case 'p':
			profile = optarg;
			break;
		case 'd':
			device_name = optarg;
			break;
		case 'n':
			inferred = false;
			break;
		case 'l':
			cf_t_late_us = (uint32_t)strtoul(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	bad = !complete();
	return run_all(inferred, argv + optind) || bad;
}
