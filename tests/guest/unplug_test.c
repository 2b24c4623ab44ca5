// SPDX-License-Identifier: GPL-2.0-only
/*
 * unplug_test.c - the device is removed while clients use it: unbind while streams run, are mapped
 * and have a blocked reader. Runs in the guest as root, on the simulator in real (virtual) time.
 * TAP on stdout. The card is bound again at the end.
 *
 *   unplug_test [TIMES]	how often to unbind under busy clients (20)
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "abi.h"

#define BYTES 7680u
/*
 * Points 200 ms apart, ten times the time that the thread of the device rests after a signal of a
 * millisecond: an emulated machine with all checks keeps up with them too.
 */
#define SPARSE_BYTES 76800u

struct reader {
	int event;
	unsigned long long sum;
	int wakeups;
};

/* A client that sleeps in read(); a signal wakes it after `stop` was set. */
static volatile int stop;

static void on_signal(int sig)
{
	(void)sig;
}

static void wake_and_join(pthread_t thread)
{
	while (pthread_tryjoin_np(thread, NULL)) {
		pthread_kill(thread, SIGUSR1);
		usleep(1000);
	}
}

static void *read_events(void *arg)
{
	struct reader *r = arg;
	uint64_t value;

	while (!stop && read(r->event, &value, sizeof(value)) == sizeof(value)) {
		r->sum += value;
		r->wakeups++;
	}
	return NULL;
}

static void test_rmmod_refused(void)
{
	int filter = open_filter(), fd = new_stream(0, 0, 0);

	TAP_CHECK(remove_module("snd_wavert_sim") == EWOULDBLOCK &&
		  remove_module("snd_wavert") == EWOULDBLOCK, "rmmod is refused while filter and stream are open");
	close(filter);
	TAP_CHECK(remove_module("snd_wavert_sim") == EWOULDBLOCK &&
		  remove_module("snd_wavert") == EWOULDBLOCK, "rmmod is refused while only a stream is open");
	close(fd);
}

static void check_gone_calls(int fd, int ev, int filter)
{
	struct wavert_position p;
	struct wavert_caps c = { 0 };
	struct wavert_buffer b;

	TAP_CHECK(set_state(fd, WAVERT_STATE_RUN) == 0, "SET_STATE to the same state still succeeds");
	TAP_CHECK(!set_state(fd, WAVERT_STATE_PAUSE) && !set_state(fd, WAVERT_STATE_STOP),
		  "downward states still succeed (WRT-057)");
	TAP_CHECK(set_state(fd, WAVERT_STATE_ACQUIRE) == ENODEV, "upward states give ENODEV");
	TAP_CHECK(get_position(fd, &p) == ENODEV, "GET_POSITION gives ENODEV");
	TAP_CHECK(set_format(fd, 48000, WAVERT_FORMAT_S16, 2) == ENODEV, "SET_FORMAT gives ENODEV");
	TAP_CHECK(alloc_full(fd, WAVERT_ALLOC_NOTIFICATION, 2, BYTES, &b) == ENODEV, "ALLOC_BUFFER gives ENODEV");
	TAP_CHECK(free_buffer(fd) == ENODEV, "FREE_BUFFER gives ENODEV");
	TAP_CHECK(register_event(fd, ev) == ENODEV, "REGISTER_EVENT gives ENODEV");
	TAP_CHECK(!unregister_event(fd, ev) && unregister_event(fd, ev) == ENOENT,
		  "UNREGISTER_EVENT still succeeds, once");
	TAP_CHECK(mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENODEV,
		  "a new mapping of the buffer gives ENODEV");
	TAP_CHECK(call(filter, WAVERT_IOC_CAPS, &c) == ENODEV && new_stream(0, 0, 0) < 0,
		  "the filter gives ENODEV, and no new stream can be opened");
}

/* The page is written before the reader wakes up: at some moment both agree. */
static bool has_read(const struct reader *r, const struct wavert_page *page, unsigned int points)
{
	double end = seconds();

	while (goes_on(end, false)) {
		unsigned long long n = page->packets;

		if (n >= points && __atomic_load_n(&r->sum, __ATOMIC_RELAXED) == n)
			return true;
		usleep(5000);
	}
	return false;
}

/* A thread makes the signals of a removal, with a short delay. */
static unsigned long long counted_soon(int ev, unsigned long long expected)
{
	unsigned long long sum = counted(ev);
	double end = seconds();

	while (sum < expected && goes_on(end, false)) {
		usleep(5000);
		sum += counted(ev);
	}
	return sum;
}

static void test_unbind(void)
{
	int filter = open_filter(), fd = ready_stream(0, 2, SPARSE_BYTES), idle = new_stream(1, 0, 0);
	int seer = new_stream(0, 0, WAVERT_STREAM_OBSERVE);
	struct reader r = { .event = eventfd(0, EFD_CLOEXEC) };
	int ev = new_event(), seen = new_event(), err, i, wrong = 0;
	const struct wavert_page *page = map_page(fd), *other = map_page(idle), *theirs = map_page(seer);
	unsigned char *buffer = map_buffer(fd, 8192);
	unsigned long long points;
	pthread_t thread;
	double before;

	register_event(fd, ev);
	register_event(fd, r.event);
	register_event(seer, seen);
	memset(buffer, 0x11, 8192);
	pthread_create(&thread, NULL, read_events, &r);
	set_state(fd, WAVERT_STATE_RUN);
	TAP_CHECK(has_read(&r, page, 10), "a stream runs, and a client sleeps in read()");

	before = seconds();
	err = sim_driver("unbind");
	before = seconds() - before;
	if (!err && before >= 1.0 && !time_is_virtual())
		tap_skip("real time, on a busy machine",
			 "unbind returns within a second although the client closes nothing");
	else
		TAP_CHECK(!err && before < 1.0,
			  "unbind returns within a second although the client closes nothing");
	TAP_CHECK(page->state == WAVERT_STATE_GONE && other->state == WAVERT_STATE_GONE &&
		  theirs->state == WAVERT_STATE_GONE, "the state in every stream's page is GONE, also of idle streams and observers");
	points = page->packets;
	TAP_CHECK(counted_soon(ev, points + 1) == points + 1,
		  "each event has had one signal a point, and one for the removal");
	TAP_CHECK(counted_soon(seen, points + 1) == points + 1,
		  "an observer's event has had the same signals");
	usleep(200000);
	TAP_CHECK(!counted(ev) && !counted(seen), "after that there is no further signal");
	stop = 1;
	wake_and_join(thread);
	TAP_CHECK(r.sum == points + 1, "the sleeping client was woken by the last signal");
	for (i = 0; i < 8192; i += 64) {
		((volatile unsigned char *)buffer)[i] = 0x22;
		wrong += ((volatile unsigned char *)buffer)[i] != 0x22;
	}
	TAP_CHECK(!wrong, "an access to the buffer does no harm");
	check_gone_calls(fd, ev, filter);
	TAP_CHECK(remove_module("snd_wavert_sim") == EWOULDBLOCK, "rmmod is refused while the client keeps its stream");

	TAP_CHECK(!sim_driver("bind"), "at the same time the device can be bound again");
	i = new_stream(0, 0, 0);
	TAP_CHECK(i >= 0 || i == -ENOENT, "it is a new card, or has another number");
	if (i >= 0)
		close(i);
	close(filter);
	TAP_CHECK(page->state == WAVERT_STATE_GONE, "the page of the old stream stays readable");
	munmap(buffer, 8192);
	munmap((void *)page, 4096);
	munmap((void *)other, 4096);
	munmap((void *)theirs, 4096);
	TAP_CHECK(!close(fd) && !close(seer) && !close(idle), "close succeeds");
	close(ev);
	close(seen);
	close(r.event);
}

/* Both orders must work: the kernel log shows failures. */
static void *churn(void *arg)
{
	int *rounds = arg;

	while (!stop) {
		int fd = ready_stream(0, 2, BYTES), ev = new_event();
		unsigned char *buffer = fd < 0 ? NULL : map_buffer(fd, 8192);

		if (fd >= 0) {
			register_event(fd, ev);
			set_state(fd, WAVERT_STATE_RUN);
			usleep(3000);
			if (buffer)
				buffer[0] = 1;
			close(fd);
		}
		if (buffer)
			munmap(buffer, 8192);
		close(ev);
		if (fd < 0)
			usleep(1000);
		++*rounds;
	}
	return NULL;
}

/* Observers are opened and closed while the device is unbound and bound. */
static void *observe_often(void *arg)
{
	int *rounds = arg;

	while (!stop) {
		int fd = new_stream(0, 0, WAVERT_STREAM_OBSERVE);

		if (fd >= 0)
			close(fd);
		usleep(fd < 0 ? 1000 : 50);	/* on one processor other threads have to run */
		++*rounds;
	}
	return NULL;
}

static int count_idle(const int *rounds, int n)
{
	int idle = 0;

	while (n--)
		idle += !__atomic_load_n(&rounds[n], __ATOMIC_RELAXED);
	return idle;
}

/* The requested number of times, and until each thread has run. */
static void test_races(int times)
{
	pthread_t thread[6];
	int rounds[6] = { 0 }, i, wrong = 0;
	double end = seconds();

	stop = 0;
	for (i = 0; i < 6; i++)
		pthread_create(&thread[i], NULL, i < 3 ? churn : observe_often, &rounds[i]);
	for (i = 0; i < times || goes_on(end, !count_idle(rounds, 6)); i++) {
		usleep(20000);
		wrong += sim_driver("unbind");
		wrong += sim_driver("bind");
	}
	stop = 1;
	for (i = 0; i < 6; i++)
		pthread_join(thread[i], NULL);
	TAP_CHECK_IF(!count_idle(rounds, 6), !wrong,
		     "%d times unbound and bound under clients that open, run, observe and close", times);
}

static void test_rmmod(void)
{
	TAP_CHECK(!remove_module("snd_wavert_sim") && !remove_module("snd_wavert"),
		  "when everything is closed both modules can be removed");
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };

	setbuf(stdout, NULL);
	sigaction(SIGUSR1, &act, NULL);
	test_rmmod_refused();
	test_unbind();
	test_races(argc > 1 ? atoi(argv[1]) : 20);
	test_rmmod();
	return tap_done();
}
