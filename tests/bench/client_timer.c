// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_timer.c - the floor: only a timer that wakes a process. One stream
 * is one timerfd with a blocking read; several are several, with one poll.
 * The second floor, for one stream, has no file: clock_nanosleep() to the time of the next period.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

struct timers {
	struct pollfd fd[BENCH_STREAMS];
};

static int timer_open(struct bench *b)
{
	struct timers *t = calloc(1, sizeof(*t));
	unsigned int i;

	if (!t)
		return -ENOMEM;
	b->state = t;
	for (i = 0; i < b->streams; i++) {
		t->fd[i].events = POLLIN;
		t->fd[i].fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
		if (t->fd[i].fd < 0)
			return -errno;
	}
	return 0;
}

static int timer_start(struct bench *b)
{
	struct timers *t = b->state;
	uint64_t ns = frames_ns(b->frames);
	struct itimerspec when = { .it_interval.tv_nsec = (long)ns };
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &when.it_value);
	when.it_value.tv_nsec += 1000000 + (long)ns;
	when.it_value.tv_sec += when.it_value.tv_nsec / 1000000000;
	when.it_value.tv_nsec %= 1000000000;
	for (i = 0; i < b->streams; i++)
		if (timerfd_settime(t->fd[i].fd, TFD_TIMER_ABSTIME, &when, NULL))
			return -errno;
	return 0;
}

static int take(struct bench *b, struct timers *t, unsigned int i)
{
	uint64_t n;

	if (read(t->fd[i].fd, &n, sizeof(n)) != sizeof(n))
		return -EIO;
	b->periods[i] += n;
	return 0;
}

static int timer_wait(struct bench *b)
{
	struct timers *t = b->state;
	unsigned int i;

	b->wakes++;
	if (b->streams == 1)
		return take(b, t, 0);
	if (poll(t->fd, b->streams, -1) < 0)
		return -errno;
	for (i = 0; i < b->streams; i++)
		if (t->fd[i].revents && take(b, t, i))
			return -EIO;
	return 0;
}

static void timer_close(struct bench *b)
{
	struct timers *t = b->state;
	unsigned int i;

	for (i = 0; t && i < b->streams; i++)
		close(t->fd[i].fd);
	free(t);
}

const struct client client_timer = {
	.name = "timerfd",
	.what = "the floor: read; poll for several",
	.open = timer_open,
	.start = timer_start,
	.wait = timer_wait,
	.close = timer_close,
};

/* ---- without a file ------------------------------------------------------------------ */

static int sleep_open(struct bench *b)
{
	b->state = calloc(1, sizeof(struct timespec));
	return b->state ? 0 : -ENOMEM;
}

static int sleep_start(struct bench *b)
{
	struct timespec *next = b->state;

	clock_gettime(CLOCK_MONOTONIC, next);
	next->tv_nsec += 1000000;
	return 0;
}

static int sleep_wait(struct bench *b)
{
	struct timespec *next = b->state;

	next->tv_nsec += (long)frames_ns(b->frames);
	while (next->tv_nsec >= 1000000000) {
		next->tv_nsec -= 1000000000;
		next->tv_sec++;
	}
	b->wakes++;
	if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL))
		return -EIO;
	b->periods[0]++;
	return 0;
}

static void sleep_close(struct bench *b)
{
	free(b->state);
}

const struct client client_sleep = {
	.name = "nanosleep",
	.what = "the second floor: clock_nanosleep",
	.single = true,
	.open = sleep_open,
	.start = sleep_start,
	.wait = sleep_wait,
	.close = sleep_close,
};
