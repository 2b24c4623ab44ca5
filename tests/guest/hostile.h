/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostile.h - functions that the hostile_* programs share: an attacker without privileges, streams
 * of any card, many watchers of one event, kernel counters. Only this file and abi.h depend on the
 * names of the binary interface. Static functions.
 */
#ifndef WRT_TEST_HOSTILE_H
#define WRT_TEST_HOSTILE_H

#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "abi.h"

#define NOBODY	65534u
#define AUDIO	29u
#define OTHER	65533u		/* another user of group audio */
#define FRAME	4u		/* S16 stereo */

static inline void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- an attacker ------------------------------------------------------------------------ */

/* Allows group audio to open the nodes, as udev does. Called once, as root. */
static inline void open_nodes_to_audio(void)
{
	char path[32];
	int card;

	for (card = 0; card < 8; card++) {
		snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", card);
		if (!chown(path, 0, AUDIO) && chmod(path, 0660))
			die(path);
	}
}

/* Raises the limit of descriptors to a million, then drops all privileges. */
static inline void become(unsigned int uid)
{
	struct rlimit files = { 1000000, 1000000 };
	gid_t group = AUDIO;

	if (setrlimit(RLIMIT_NOFILE, &files) || setgroups(1, &group) ||
	    setresgid(AUDIO, AUDIO, AUDIO) || setresuid(uid, uid, uid))
		die("becoming an unprivileged user");
}

/* ---- streams of any card ---------------------------------------------------------------- */

/* S16 stereo with `count` points, `frames` apart. 0 or errno. */
static inline int set_up(int fd, unsigned int rate, unsigned int count, unsigned int frames)
{
	int err = set_format(fd, rate, WAVERT_FORMAT_S16, 2);
	struct wavert_buffer out;

	if (err)
		return err;
	return alloc_full(fd, WAVERT_ALLOC_NOTIFICATION | WAVERT_ALLOC_ANY_COUNT, count,
			  count * frames * FRAME, &out);
}

static inline uint64_t points(const struct wavert_page *page)
{
	return __atomic_load_n(&page->packets, __ATOMIC_RELAXED);
}

/* Points since the stream was opened; a stop does not reset it. */
static inline uint64_t all_points(const struct wavert_page *page)
{
	return __atomic_load_n(&page->ring_head, __ATOMIC_ACQUIRE);
}

/* ---- watchers --------------------------------------------------------------------------- */

/*
 * Each watcher is an entry of the event's wait queue, and a signal walks all of them. An epoll
 * descriptor can contain an event once, so n watchers of an event need n epoll descriptors. These
 * can contain any number of events.
 */
static inline int *new_watchers(unsigned int n)
{
	int *epoll = calloc(n + 1, sizeof(*epoll));
	unsigned int i;

	for (i = 0; i < n; i++) {
		epoll[i] = epoll_create1(EPOLL_CLOEXEC);
		if (epoll[i] < 0)
			die("epoll_create1");
	}
	return epoll;
}

static inline void watch(const int *epoll, unsigned int n, int event)
{
	struct epoll_event what = { .events = EPOLLIN | EPOLLET };
	unsigned int i;

	for (i = 0; i < n; i++)
		if (epoll_ctl(epoll[i], EPOLL_CTL_ADD, event, &what))
			die("epoll_ctl");
}

/* Registers new events, each with its watchers. 0 or errno. */
static inline int register_watched(int fd, unsigned int events, const int *epoll,
				   unsigned int watchers)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < events && !err; i++) {
		int event = new_event();

		watch(epoll, watchers, event);
		err = register_event(fd, event);
	}
	return err;
}

/* Observers of one pin, each with its own events; 0 or errno. */
static inline int observe(unsigned int card, unsigned int observers, unsigned int events,
			  unsigned int watchers)
{
	int *epoll = new_watchers(watchers), err = 0;
	unsigned int i;

	for (i = 0; i < observers && !err; i++) {
		int fd = stream_of(card, WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE);

		err = fd < 0 ? -fd : register_watched(fd, events, epoll, watchers);
	}
	return err;
}

/* ---- processes -------------------------------------------------------------------------- */

/* Forks. The child reports over a pipe when it is ready; *ready is each side's end of it. */
static inline pid_t start(int *ready)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	close(ends[pid ? 1 : 0]);
	*ready = ends[pid ? 0 : 1];
	return pid;
}

static inline void say(int ready, int value)
{
	if (write(ready, &value, sizeof(value)) != sizeof(value))
		_exit(1);
}

/* The child's next report; -1 if it has ended. */
static inline int hear(int ready)
{
	int value;

	return read(ready, &value, sizeof(value)) == sizeof(value) ? value : -1;
}

static inline void kill_and_wait(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

#endif
