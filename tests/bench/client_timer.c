// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_timer.c - the floor: only a timer that wakes a process. One stream
 * is one timerfd with a blocking read; several are several, with one poll.
 * The second floor, for one stream, has no file: clock_nanosleep() to the time of the next period.
 * And ALSA's timer of a PCM that runs, without its position.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <sound/asound.h>

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

/* ---- /dev/snd/timer ------------------------------------------------------------------ */

struct ticks {
	struct bench pcm;
	int fd;
};

/* Once a period of the first playback substream. */
static int open_ticks(const struct bench *b)
{
	struct snd_timer_select which = { .id = {
		.dev_class = SNDRV_TIMER_CLASS_PCM, .dev_sclass = SNDRV_TIMER_SCLASS_NONE,
		.card = card_number(b->card), .device = (int)b->device,
	} };
	struct snd_timer_params how = {
		.flags = SNDRV_TIMER_PSFLG_AUTO, .ticks = 1, .queue_size = 32,
	};
	int fd = open("/dev/snd/timer", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, SNDRV_TIMER_IOCTL_SELECT, &which) ||
	    ioctl(fd, SNDRV_TIMER_IOCTL_PARAMS, &how) || ioctl(fd, SNDRV_TIMER_IOCTL_START))
		return -errno;
	return fd;
}

static int ticks_open(struct bench *b)
{
	struct ticks *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	b->state = t;
	t->pcm = *b;
	t->fd = open_ticks(b);
	err = client_raw.open(&t->pcm);
	return t->fd < 0 ? t->fd : err;
}

static int ticks_start(struct bench *b)
{
	struct ticks *t = b->state;

	return client_raw.start(&t->pcm);
}

static int ticks_wait(struct bench *b)
{
	struct ticks *t = b->state;
	struct snd_timer_read r;

	if (read(t->fd, &r, sizeof(r)) != sizeof(r))
		return -EIO;
	b->wakes++;
	b->periods[0] += r.ticks;
	return 0;
}

static void ticks_close(struct bench *b)
{
	struct ticks *t = b->state;

	if (!t)
		return;
	client_raw.close(&t->pcm);
	close(t->fd);
	free(t);
}

const struct client client_ticks = {
	.name = "alsa-timer",
	.what = "ALSA: read of /dev/snd/timer, no position",
	.single = true,
	.open = ticks_open,
	.start = ticks_start,
	.wait = ticks_wait,
	.close = ticks_close,
};
