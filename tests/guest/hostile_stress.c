// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile_stress.c - two owners and more observers than the limit, all of one unprivileged user:
 * they open, close, run, stop, register and unregister events with epoll watchers at random, each
 * in its own thread. Runs in the guest as root, in real time, with several processors. TAP on
 * stdout; a report in the kernel log is also a failure.
 *
 *   hostile_stress SECONDS
 *
 * Checked: an owner's event that is registered from before RUN until after STOP has one signal a
 * point; no event has more signals than points that passed while it was registered; every error
 * of a call is one that the interface allows.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>

#include "hostile.h"

#define OWNERS		2u		/* of the playback pin and of the capture pin */
#define OBSERVERS	20u		/* for 12 places: 6 of each pin */
#define EVENTS		8u
#define WATCHERS	50u
#define SESSION_MS	200u

static atomic_bool over;
static atomic_ulong wrong, sessions, owned_points, observed, refused, signals;

/* The page of an observer without events for each pin: counts the points of all sessions. */
static const struct wavert_page *pages[OWNERS];

static void expect(bool right, const char *what, long long value)
{
	if (!right && wrong++ < 10)
		printf("# %s: %lld\n", what, value);
}

static unsigned int next_random(unsigned int *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

static void nap(unsigned int us)
{
	struct timespec t = { us / 1000000, (long)(us % 1000000) * 1000 };

	nanosleep(&t, NULL);
}

/* ---- owners ----------------------------------------------------------------------------- */

struct owner {
	unsigned int direction, seed;
	int fd, main, extra;
	const struct wavert_page *page;
	uint64_t since;		/* points before the second event was registered */
	int *epoll;
};

/* The second event has watchers. It is registered and unregistered while the stream runs. */
static void register_extra(struct owner *o)
{
	int err;

	expect(!counted(o->extra), "a signal after UNREGISTER_EVENT", 0);
	o->since = all_points(o->page);
	err = register_event(o->fd, o->extra);
	expect(!err, "REGISTER_EVENT", err);
}

static void unregister_extra(struct owner *o)
{
	int err = unregister_event(o->fd, o->extra);
	unsigned long long sum = counted(o->extra);
	uint64_t passed = all_points(o->page) - o->since;

	expect(!err, "UNREGISTER_EVENT", err);
	expect(sum <= passed, "more signals than points", (long long)(sum - passed));
}

static void run_session(struct owner *o)
{
	uint64_t before = all_points(o->page), after, end = now_ns() + SESSION_MS * 1000000ull;
	unsigned int round;
	unsigned long long sum;
	int err;

	err = set_state(o->fd, WAVERT_STATE_RUN);
	expect(!err, "SET_STATE(RUN)", err);
	for (round = 0; round % 2 || (!over && now_ns() < end); round++) {
		if (round % 2)
			unregister_extra(o);
		else
			register_extra(o);
		nap(next_random(&o->seed) % 20000);
		if (next_random(&o->seed) % 4 == 0) {
			err = set_state(o->fd, next_random(&o->seed) % 2 ? WAVERT_STATE_PAUSE :
						WAVERT_STATE_RUN);
			expect(!err, "SET_STATE", err);
		}
	}
	err = set_state(o->fd, WAVERT_STATE_STOP);
	expect(!err, "SET_STATE(STOP)", err);
	after = all_points(o->page);
	sum = counted(o->main);
	expect(sum == after - before, "owner's signals less its points",
	       (long long)sum - (long long)(after - before));
	nap(2000);
	expect(!counted(o->main), "a signal after STOP", 0);
	sessions++;
	owned_points += sum;
}

static int open_owner(struct owner *o)
{
	int err;

	o->fd = stream_of(0, o->direction, 0, 0);
	if (o->fd < 0)
		return -o->fd;
	o->page = map_page(o->fd);
	err = set_up(o->fd, 48000, 2 + next_random(&o->seed) % 30, 32);
	return err ? err : register_event(o->fd, o->main);
}

static void close_owner(struct owner *o)
{
	munmap((void *)o->page, 4096);
	close(o->fd);
	close(o->main);
	close(o->extra);
}

static void *own(void *arg)
{
	struct owner o = { .direction = (unsigned int)(uintptr_t)arg,
			   .seed = (unsigned int)(uintptr_t)arg + 77 };
	int err;

	o.epoll = new_watchers(WATCHERS);
	while (!over) {
		o.main = new_event();
		o.extra = new_event();
		watch(o.epoll, WATCHERS, o.extra);
		err = open_owner(&o);
		expect(!err, "an owner's set-up", err);
		if (!err)
			run_session(&o);
		if (next_random(&o.seed) % 2)	/* else the stream is closed while it runs */
			free_buffer(o.fd);
		else
			set_state(o.fd, WAVERT_STATE_RUN);
		close_owner(&o);
	}
	return NULL;
}

/* ---- observers -------------------------------------------------------------------------- */

/* An event has no more signals than points that passed since its registration. */
static void watch_some(int fd, const struct wavert_page *page, const int *epoll,
		       unsigned int *seed)
{
	unsigned int n = 1 + next_random(seed) % EVENTS, i;
	uint64_t before = all_points(page), passed;
	unsigned long long sum;
	int event[EVENTS], err;

	for (i = 0; i < n; i++) {
		event[i] = new_event();
		watch(epoll, next_random(seed) % WATCHERS, event[i]);
		err = register_event(fd, event[i]);
		expect(!err, "an observer's REGISTER_EVENT", err);
	}
	nap(next_random(seed) % 50000);
	for (i = 0; i < n; i += 2) {	/* close() unregisters the others */
		err = unregister_event(fd, event[i]);
		expect(!err, "an observer's UNREGISTER_EVENT", err);
		passed = all_points(page) - before;
		sum = counted(event[i]);
		signals += sum;
		expect(sum <= passed, "more signals than points",
		       (long long)sum - (long long)passed);
		nap(100);
		expect(!counted(event[i]), "a signal after UNREGISTER_EVENT", 0);
	}
	if (next_random(seed) % 2) {
		close(fd);
		fd = -1;
	}
	for (i = 0; i < n; i++)
		close(event[i]);
	if (fd >= 0)
		close(fd);
}

static void *watch_pins(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;
	int *epoll = new_watchers(WATCHERS);

	while (!over) {
		unsigned int pin = next_random(&seed) % OWNERS;
		int fd = stream_of(0, pin, 0, WAVERT_STREAM_OBSERVE);

		if (fd >= 0) {
			observed++;
			watch_some(fd, pages[pin], epoll, &seed);
			continue;
		}
		refused++;
		expect(fd == -ENOMEM, "NEW_STREAM of an observer", fd);
		nap(1000);
	}
	return NULL;
}

static void run_threads(unsigned int seconds)
{
	pthread_t thread[OWNERS + OBSERVERS];
	unsigned int i;

	for (i = 0; i < OWNERS + OBSERVERS; i++)
		if (pthread_create(&thread[i], NULL, i < OWNERS ? own : watch_pins,
				   (void *)(uintptr_t)i))
			die("pthread_create");
	sleep(seconds);
	over = true;
	for (i = 0; i < OWNERS + OBSERVERS; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : 20, i;
	int fd;

	setbuf(stdout, NULL);
	write_text("/proc/sys/fs/nr_open", "1048576");
	open_nodes_to_audio();
	become(NOBODY);
	for (i = 0; i < OWNERS; i++) {
		fd = stream_of(0, i, 0, WAVERT_STREAM_OBSERVE);
		pages[i] = fd < 0 ? NULL : map_page(fd);
		if (!pages[i])
			die("an observer");
	}
	run_threads(seconds);
	printf("# %lu sessions of owners, %lu points\n", sessions, owned_points);
	printf("# %lu observers, %lu signals, refused %lu times\n", observed, signals, refused);
	TAP_CHECK(!wrong, "random calls of owners and observers for %u s: no wrong result, no wrong sum",
		  seconds);
	TAP_CHECK(sessions && owned_points && observed && signals,
		  "there were sessions, points, observers and signals");
	return tap_done();
}
