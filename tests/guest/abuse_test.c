// SPDX-License-Identifier: GPL-2.0-only
/*
 * abuse_test.c - thousands of clients that are killed, compete, and pass descriptors to each
 * other; unbind, suspend and CPU hotplug while streams run. Runs in the guest as root, on the
 * simulator's hrtimer clock; modules are copied, not inserted: each test loads them with its
 * parameters. TAP on stdout; a report in the kernel log is also a failure.
 *
 *   abuse_test [-l] [-s SEED] [TEST...]
 *
 * -l: the long version, with all rounds. rounds[] has the rounds of the short version.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <dirent.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "abi.h"

#define FRAME 4u			/* S16 stereo */
#define PORTION (48u * FRAME)		/* 1 ms at 48 kHz */
#define BYTES (2 * PORTION)
#define BIG 7680u
#define DRIVER "/sys/bus/platform/drivers/snd-wavert-sim/"
#define CPU1 "/sys/devices/system/cpu/cpu1/online"

static bool is_long;
static uint64_t seed = 1;

static struct { int cycles, kills, unbinds, rmmods, hotplugs; } rounds = { 500, 40, 15, 8, 4 };

static unsigned int random_below(unsigned int n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(seed >> 33) % n;
}

/* ---- the machine ------------------------------------------------------------------- */

static int load(const char *parameters)
{
	int err = insert_module("/modules/snd-wavert.ko", "");

	return err ? err : insert_module("/modules/snd-wavert-sim.ko", parameters);
}

static int unload(void)
{
	int err = remove_module("snd_wavert_sim");

	return err ? err : remove_module("snd_wavert");
}

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* ---- a stream and its counters --------------------------------------------------------- */

struct client {
	int fd, event;
	const struct wavert_page *page;
};

static int open_client(struct client *c, unsigned int card, unsigned int direction,
		       unsigned int pin, unsigned int bytes)
{
	int err;

	c->fd = stream_of(card, direction, pin, 0);
	if (c->fd < 0)
		return -c->fd;
	c->event = new_event();
	c->page = map_page(c->fd);
	err = set_format(c->fd, 48000, WAVERT_FORMAT_S16, 2);
	if (!err)
		err = alloc_buffer(c->fd, 2, bytes);
	if (!err)
		err = register_event(c->fd, c->event);
	return err;
}

static void close_client(struct client *c)
{
	if (c->page)
		munmap((void *)c->page, 4096);
	close(c->fd);
	close(c->event);
}

#define BEHIND_MAX 65536	/* an owner's event is signalled for so many points at most (Q20) */

/*
 * In real time a guest with all checks may be so late that more points than that pass at once.
 * Nothing shows a client how many these were, so only their least number can be checked.
 */
static bool all_signalled(const struct client *c, unsigned long long signals)
{
	return signals == c->page->packets ||
	       (!time_is_virtual() && signals >= BEHIND_MAX && signals < c->page->packets);
}

/* Paused: the page agrees with the position, and the event has one signal a point. */
static bool is_exact(const struct client *c, unsigned int portion)
{
	unsigned long long signals = counted(c->event);

	if (c->page->packets && c->page->packets == c->page->linear / portion &&
	    all_signalled(c, signals))
		return true;
	printf("# %llu points in the page, %.3f by its position, %llu signals\n",
	       (unsigned long long)c->page->packets, (double)c->page->linear / portion, signals);
	return false;
}

static bool pause_and_check(const struct client *c, unsigned int portion)
{
	return !set_state(c->fd, WAVERT_STATE_PAUSE) && is_exact(c, portion);
}

/*
 * True if `packets` points have passed after this time. In real time the host may be busy and an
 * interrupt late: then it waits longer.
 */
static bool passes(const struct wavert_page *page, unsigned long long packets, unsigned int us)
{
	double end = seconds();

	usleep(us);
	while (!time_is_virtual() && goes_on(end, page->packets >= packets))
		usleep(1000);
	return page->packets >= packets;
}

/* A descriptor may be released shortly after close() has returned. */
static bool becomes_free(void)
{
	double end = seconds();

	while (goes_on(end, nobody_owns(0)))
		usleep(10000);
	return nobody_owns(0);
}

/* ---- thousands of streams --------------------------------------------------------------- */

static int one_cycle(void)
{
	struct client c = { .fd = -1, .event = -1 };
	int err = open_client(&c, 0, WAVERT_PLAYBACK, 0, BYTES);

	if (!err)
		err = set_state(c.fd, WAVERT_STATE_RUN);
	if (!err && random_below(16) == 0)
		usleep(1500);
	close_client(&c);
	return err;
}

static void test_cycles(void)
{
	int before = open_files(), i, bad = 0;

	for (i = 0; i < rounds.cycles; i++)
		bad += one_cycle() != 0;
	TAP_CHECK(!bad && nobody_owns(0) && open_files() == before,
		  "%d streams are opened, run and closed, and no descriptor or stream is left", rounds.cycles);
}

/* ---- killed clients ----------------------------------------------------------------------- */

/* All calls of a client, until it is killed. */
static void busy_client(void)
{
	struct client c;
	volatile unsigned char *buffer;
	uint64_t value;

	if (open_client(&c, 0, random_below(2), 0, BIG))
		_exit(1);
	buffer = map_buffer(c.fd, 8192);
	fcntl(c.event, F_SETFL, 0);
	for (;;) {
		if (!buffer || set_state(c.fd, WAVERT_STATE_RUN) ||
		    read(c.event, &value, sizeof(value)) != sizeof(value))
			_exit(2);
		buffer[random_below(BIG)] = 1;
		if (random_below(4) == 0)
			set_state(c.fd, random_below(3));
	}
}

static void test_kill(void)
{
	int i, bad = 0, status;

	for (i = 0; i < rounds.kills; i++) {
		pid_t pid;

		random_below(2);
		pid = fork();
		if (!pid)
			busy_client();
		usleep(random_below(100000));
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) || !nobody_owns(0))
			bad++;
	}
	TAP_CHECK(!bad, "%d clients are killed at random moments, each time the pin is free at once",
		  rounds.kills);
}

/* ---- fork ------------------------------------------------------------------------------- */

static void test_fork_closes(void)
{
	struct client c;
	int err = open_client(&c, 0, WAVERT_PLAYBACK, 0, BYTES);
	volatile unsigned char *buffer = map_buffer(c.fd, 4096);
	pid_t pid;

	buffer[0] = 1;
	set_state(c.fd, WAVERT_STATE_RUN);
	usleep(10000);
	pid = fork();
	if (!pid) {
		close(c.fd);
		close(c.event);
		_exit(0);
	}
	TAP_CHECK(!err && exit_code(pid) == 0 && c.page->state == WAVERT_STATE_RUN,
		  "a forked child closes its copies and exits, the stream continues");
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		buffer[0] = 2;
		_exit(0);
	}
	TAP_CHECK(exit_code(pid) == -SIGSEGV, "the child has not inherited the mapping");
	usleep(10000);
	TAP_CHECK(buffer[0] == 1 && pause_and_check(&c, PORTION),
		  "no signal of the parent is lost");
	munmap((void *)buffer, 4096);
	close_client(&c);
}

/* A child uses a running stream that its parent has set up. */
static int inherit(int fd, int event)
{
	struct client c = { .fd = fd, .event = event, .page = map_page(fd) };
	volatile unsigned char *buffer = map_buffer(fd, 4096);
	unsigned long long packets;
	int result;

	if (!c.page || !buffer)
		return 1;
	buffer[0] = 1;
	packets = c.page->packets;
	if (!passes(c.page, packets + 19, 20000) || c.page->state != WAVERT_STATE_RUN)
		result = 2;
	else
		result = pause_and_check(&c, PORTION) ? 0 : 3;
	munmap((void *)buffer, 4096);
	munmap((void *)c.page, 4096);
	return result;
}

static void test_fork_parent_dies(void)
{
	int result[2], code = -1, err;
	pid_t pid;

	if (pipe2(result, O_CLOEXEC))
		return;
	pid = fork();
	if (!pid) {
		struct client c;

		if (open_client(&c, 0, WAVERT_PLAYBACK, 0, BYTES) ||
		    set_state(c.fd, WAVERT_STATE_RUN))
			_exit(1);
		if (fork())
			_exit(0);
		while (getppid() == pid)
			usleep(1000);
		usleep(5000);
		code = inherit(c.fd, c.event);
		if (write(result[1], &code, sizeof(code)) < 0)
			_exit(1);
		_exit(0);
	}
	close(result[1]);
	err = exit_code(pid) || read(result[0], &code, sizeof(code)) != sizeof(code) || code;
	TAP_CHECK(!err, "the parent exits first, its child continues the stream, no point is lost");
	if (err)
		printf("# code %d\n", code);
	close(result[0]);
	TAP_CHECK(becomes_free(), "when the child has also exited the pin is free");
}

/* ---- passed to another process ------------------------------------------------------------- */

#define TWO_FDS CMSG_SPACE(2 * sizeof(int))

static int pass(int socket, bool send, int *fds)
{
	_Alignas(struct cmsghdr) char control[TWO_FDS] = "";
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (!send) {
		if (recvmsg(socket, &m, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&m))
			return errno;
		memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&m)), 2 * sizeof(int));
		return 0;
	}
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(2 * sizeof(int));
	memcpy(CMSG_DATA(c), fds, 2 * sizeof(int));
	return sendmsg(socket, &m, 0) == 1 ? 0 : errno;
}

static void test_pass(void)
{
	int sv[2], fds[2] = { -1, -1 };
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		return;
	pid = fork();
	if (!pid) {
		struct client c;

		if (open_client(&c, 0, WAVERT_PLAYBACK, 0, BYTES) ||
		    set_state(c.fd, WAVERT_STATE_RUN))
			_exit(1);
		usleep(5000);
		fds[0] = c.fd;
		fds[1] = c.event;
		_exit(pass(sv[0], true, fds));
	}
	TAP_CHECK(exit_code(pid) == 0 && !pass(sv[1], false, fds),
		  "stream and event are passed to another process, the first exits");
	TAP_CHECK(inherit(fds[0], fds[1]) == 0, "the other process maps it and continues it, no point is lost");
	/* back into the socket, from which no process receives them */
	TAP_CHECK(!pass(sv[0], true, fds) && !close(fds[0]) && !close(fds[1]) && !nobody_owns(0),
		  "a stream in a socket stays open");
	close(sv[0]);
	close(sv[1]);
	TAP_CHECK(becomes_free(), "closing the socket releases it");
}

/* ---- an event whose descriptors are closed -------------------------------------------------- */

static void test_closed_event(void)
{
	struct client c;
	int err = open_client(&c, 0, WAVERT_PLAYBACK, 0, BYTES), gone = new_event(), i, reused;

	err |= register_event(c.fd, gone);
	close(gone);
	reused = new_event();		/* the same number, another event */
	set_state(c.fd, WAVERT_STATE_RUN);
	for (i = 0; i < 200; i++)	/* the next user of its memory must not be affected */
		close(new_event());
	usleep(20000);
	TAP_CHECK(!err && pause_and_check(&c, PORTION) && reused == gone && !counted(reused),
		  "an event closed while registered affects neither other events nor the next event of its number");
	TAP_CHECK(unregister_event(c.fd, reused) == ENOENT, "that number does not unregister it");
	close(reused);
	close_client(&c);
}

/* ---- a counter that is full ------------------------------------------------------------------ */

static void test_saturated(void)
{
	uint64_t nearly = UINT64_MAX - 2;
	struct client c;
	int err = open_client(&c, 0, WAVERT_PLAYBACK, 0, BYTES);
	int full = new_event(), last = new_event();

	/* the full counter is in the middle */
	err |= register_event(c.fd, full) || register_event(c.fd, last);
	err |= write(full, &nearly, sizeof(nearly)) != sizeof(nearly);
	set_state(c.fd, WAVERT_STATE_RUN);
	usleep(50000);
	TAP_CHECK(!err && pause_and_check(&c, PORTION) && counted(last) == c.page->packets,
		  "an event whose counter is full blocks neither the stream nor other events");
	TAP_CHECK(counted(full) == UINT64_MAX, "its counter stays at the maximum");
	set_state(c.fd, WAVERT_STATE_RUN);
	usleep(5000);
	set_state(c.fd, WAVERT_STATE_PAUSE);
	TAP_CHECK(counted(full) == counted(last) && counted(c.event), "after a read it counts again");
	close(full);
	close(last);
	close_client(&c);
}

/* ---- two processes compete for one pin ------------------------------------------------------- */

struct contest {
	_Atomic int owners, clashes, wins[2], losses[2], errors;
};

static bool was_fought(struct contest *contest)
{
	return contest->wins[0] && contest->wins[1] && contest->losses[0] + contest->losses[1];
}

static void compete(struct contest *contest, int who, double end)
{
	while (goes_on(end, was_fought(contest))) {
		int fd = new_stream(WAVERT_PLAYBACK, 0, 0);
		int err = fd < 0 ? -fd : set_format(fd, 48000, WAVERT_FORMAT_S16, 2);

		if (!err)
			err = alloc_buffer(fd, 2, BYTES);
		if (!err) {
			contest->wins[who]++;
			contest->clashes += contest->owners++ != 0;
			contest->errors += set_state(fd, WAVERT_STATE_RUN) != 0;
			usleep(random_below(300));
			contest->owners--;
		} else {
			contest->losses[who] += err == EBUSY;
			contest->errors += err != EBUSY;
		}
		close(fd);
		usleep(random_below(300));
	}
	_exit(0);
}

static void test_contest(void)
{
	struct contest *contest = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double end = seconds() + (is_long ? 5.0 : 1.0);
	pid_t pid[2];
	int i, bad = 0;

	for (i = 0; i < 2; i++) {
		random_below(2);
		pid[i] = fork();
		if (!pid[i])
			compete(contest, i, end);
	}
	for (i = 0; i < 2; i++)
		bad += exit_code(pid[i]) != 0;
	TAP_CHECK_IF(was_fought(contest), !bad && !contest->errors && !contest->clashes,
		     "two processes compete for one pin: one owner at any time, the other gets EBUSY");
	printf("# won %d and %d times, lost %d and %d\n", contest->wins[0], contest->wins[1],
	       contest->losses[0], contest->losses[1]);
	munmap(contest, 4096);
}

/* ---- unbound by two processes under clients that access their memory ------------------------- */

static int driver_write(const char *what)
{
	char path[128];

	snprintf(path, sizeof(path), DRIVER "%s", what);
	return write_text(path, "snd-wavert-sim.0");
}

static void unbinder(int times)
{
	int i, err, bad = 0;

	for (i = 0; i < times; i++) {
		err = driver_write("unbind");
		bad += err && err != ENODEV;
		usleep(random_below(3000));
		err = driver_write("bind");
		/* bound already, or the other process is binding it */
		bad += err && err != EBUSY && err != ENODEV && err != EINVAL;
		usleep(random_below(10000));
	}
	_exit(bad != 0);
}

/* Writes to every page of its buffer all the time, with or without a device. */
static void toucher(volatile int *stop, unsigned int direction, _Atomic int *streams)
{
	while (!*stop) {
		int fd = new_stream(direction, 0, 0), i;
		volatile unsigned char *buffer = NULL;

		if (fd >= 0 && !set_format(fd, 48000, WAVERT_FORMAT_S16, 2) &&
		    !alloc_buffer(fd, 2, 64 << 10) && !set_state(fd, WAVERT_STATE_RUN))
			buffer = map_buffer(fd, 64 << 10);
		for (i = 0; buffer && i < 3000; i++) {
			buffer[(unsigned int)i * 4096 % (64 << 10)] = (unsigned char)i;
			if (i % 500 == 0)
				usleep(300);
		}
		if (buffer) {
			++*streams;
			munmap((void *)buffer, 64 << 10);
		}
		close(fd);
		usleep(200);
	}
	_exit(0);
}

/* Opens and closes observers, so that some are opened while the device is removed. */
static void watcher(volatile int *stop)
{
	while (!*stop) {
		int fd = new_stream(WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE);

		if (fd >= 0)
			close(fd);
		if (fd < 0 || random_below(8) == 0)
			usleep(50);
	}
	_exit(0);
}

static void test_unbind(void)
{
	struct { volatile int stop; _Atomic int streams[2]; } *shared;
	double end = seconds();
	pid_t pid[5];
	int i, bad = 0;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < 5; i++) {
		random_below(2);
		pid[i] = fork();
		if (!pid[i] && i < 2)
			toucher(&shared->stop, (unsigned int)i, &shared->streams[i]);
		if (!pid[i] && i == 4)
			watcher(&shared->stop);
		if (!pid[i])
			unbinder(rounds.unbinds);
	}
	bad += exit_code(pid[2]) != 0;
	bad += exit_code(pid[3]) != 0;
	driver_write("bind");	/* unless it is bound already */
	while (goes_on(end, shared->streams[0] && shared->streams[1]))
		usleep(10000);
	shared->stop = 1;
	bad += exit_code(pid[0]) != 0;
	bad += exit_code(pid[1]) != 0;
	bad += exit_code(pid[4]) != 0;
	TAP_CHECK_IF(shared->streams[0] && shared->streams[1], !bad,
		     "%d times unbound and bound by each of two processes, under clients that access their memory, and observers",
		  rounds.unbinds);
	TAP_CHECK(!one_cycle(), "the card works after that");
	munmap(shared, 4096);
}

/* ---- modules removed while streams are opened ------------------------------------------------ */

static volatile int stop;
static volatile unsigned long opened;

static void *keep_opening(void *unused)
{
	(void)unused;
	while (!stop) {
		struct client c = { .fd = -1, .event = -1 };

		if (!open_client(&c, 0, WAVERT_PLAYBACK, 0, BYTES)) {
			set_state(c.fd, WAVERT_STATE_RUN);
			opened++;
		}
		close_client(&c);
		usleep(50);
	}
	return NULL;
}

/* Retries while the module is in use. */
static int remove_busy(const char *name, unsigned long *refused)
{
	double end = seconds();
	int err = 0;

	while (goes_on(end, false)) {
		err = remove_module(name);
		if (err != EWOULDBLOCK && err != EBUSY)
			return err;
		++*refused;
		usleep(random_below(100));
	}
	return err;
}

static void test_rmmod(void)
{
	unsigned long refused = 0;
	double end = seconds();
	pthread_t thread;
	int i, bad = unload();

	stop = 0;
	opened = 0;
	pthread_create(&thread, NULL, keep_opening, NULL);
	for (i = 0; !bad && (i < rounds.rmmods || goes_on(end, opened > 0)); i++) {
		bad = load("streams=2");
		usleep(random_below(2000));
		if (!bad)
			bad = remove_busy("snd_wavert_sim", &refused);
		if (!bad)
			bad = remove_busy("snd_wavert", &refused);
	}
	stop = 1;
	pthread_join(thread, NULL);
	TAP_CHECK_IF(opened, !bad,
		     "%d times both modules are loaded and removed while a thread opens streams",
		  rounds.rmmods);
	printf("# %lu streams were opened, removal was refused %lu times\n", opened, refused);
	TAP_CHECK(!load("streams=2") && !one_cycle(), "the modules work after that");
}

/* ---- suspend --------------------------------------------------------------------------------- */

/*
 * Everything that a suspend to idle does except the sleep itself: processes are frozen, devices
 * are suspended and resumed a second later. Time and the stream continue in between. A real
 * suspend cannot be tested: QEMU's clock chip does not wake this kernel.
 */
static int sleep_machine(void)
{
	int err = write_text("/sys/power/pm_test", "devices");

	write_text("/sys/module/suspend/parameters/pm_test_delay", "1");
	if (!err)
		err = write_text("/sys/power/state", "freeze");
	write_text("/sys/power/pm_test", "none");
	if (system("/.bed/init wake"))	/* its output would be lost */
		err = -EIO;
	return err;
}

static long suspends(void)
{
	FILE *f = fopen("/sys/power/suspend_stats/success", "r");
	long n = -1;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static void test_suspend(void)
{
	unsigned long long counted_before;
	double end;
	long before = suspends();
	struct wavert_position from, to;
	double passed, moved;
	struct client c;
	int err;

	if (access("/sys/power/pm_test", W_OK)) {
		tap_skip("no suspend here", "the machine is suspended and resumed while a stream runs");
		return;
	}
	err = open_client(&c, 0, WAVERT_PLAYBACK, 0, BIG);
	set_state(c.fd, WAVERT_STATE_RUN);
	usleep(200000);
	get_position(c.fd, &from);
	err |= sleep_machine();
	get_position(c.fd, &to);
	passed = (double)(to.ns - from.ns) / 1e9;
	moved = (double)(to.linear - from.linear) / FRAME / 48000;
	printf("# %.6f s passed, the stream has moved %.6f s, error %d\n", passed, moved, err);
	TAP_CHECK(!err && before >= 0 && suspends() == before + 1 &&
		  c.page->state == WAVERT_STATE_RUN,
		  "the machine is suspended and resumed while a stream runs");
	TAP_CHECK(moved < passed + 0.0001 && moved > passed - 0.0001,
		  "the stream has neither stopped nor skipped");
	counted_before = counted(c.event);
	end = seconds() + 5.0;
	while (c.page->packets < counted_before + 4 && goes_on(end, time_is_virtual()))
		usleep(100000);
	TAP_CHECK(c.page->packets >= counted_before + 4, "its points are still signalled");
	TAP_CHECK(!set_state(c.fd, WAVERT_STATE_PAUSE) &&
		  c.page->packets == c.page->linear / (BIG / 2) &&
		  counted_before + counted(c.event) == c.page->packets,
		  "signals and points agree with its position");
	close_client(&c);
}

/* ---- a processor goes offline ---------------------------------------------------------------- */

#define STREAMS 4

static int open_some(struct client *c, int n, unsigned int card, unsigned int bytes)
{
	int i, err = 0;

	for (i = 0; i < n && !err; i++)
		err = open_client(&c[i], card, (unsigned int)i & 1, (unsigned int)i / 2, bytes);
	for (i = 0; i < n && !err; i++)
		err = set_state(c[i].fd, WAVERT_STATE_RUN);
	return err;
}

static int count_inexact(struct client *c, int n, unsigned int portion)
{
	int i, bad = 0;

	for (i = 0; i < n; i++)
		bad += !pause_and_check(&c[i], portion);
	for (i = 0; i < n; i++)
		close_client(&c[i]);
	return bad;
}

static void test_hotplug(void)
{
	struct client c[STREAMS];
	unsigned long long before[STREAMS] = { 0 };
	int i, k, err = 0, stuck = 0;

	if (access(CPU1, W_OK)) {
		tap_skip("one processor only", "a processor goes offline while streams run");
		return;
	}
	err = open_some(c, STREAMS, 0, BYTES);
	for (i = 0; i < rounds.hotplugs && !err; i++) {
		err = write_text(CPU1, i & 1 ? "1" : "0");
		for (k = 0; k < STREAMS; k++) {
			stuck += !passes(c[k].page, before[k] + 1, k ? 0 : 50000);
			before[k] = c[k].page->packets;
		}
	}
	write_text(CPU1, "1");
	TAP_CHECK(!err && !stuck && read_value(CPU1, NULL) == 1,
		  "%d times a processor goes offline or online while %d streams run, which continue",
		  rounds.hotplugs, STREAMS);
	TAP_CHECK(!count_inexact(c, STREAMS, PORTION), "no point and no signal is lost or invented");
}

/* ---- many streams, on all processors ---------------------------------------------------------- */

#define CARDS 8

/*
 * In time travel work takes no time. Elsewhere a busy host may give the guest so little time that
 * interrupts of many streams take all of it.
 */
static bool time_is_free(void)
{
	char line[512] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0)
		line[0] = 0;
	close(fd);
	return strstr(line, "time-travel") != NULL;
}

static void test_cards(void)
{
	static struct client c[CARDS][16];
	int each = time_is_free() ? 16 : STREAMS, ms = time_is_free() ? 1 : 16;
	int i, err, bad = 0, late = 0;

	err = unload();
	if (!err)
		err = load("enable=1,1,1,1,1,1,1,1 streams=8");
	for (i = 0; i < CARDS && !err; i++)
		err = open_some(c[i], each, (unsigned int)i, BYTES * (unsigned int)ms);
	for (i = 0; i < CARDS * each && !err; i++)	/* a stop would hide a lost point */
		late += !passes(c[i / each][i % each].page, (unsigned int)(500 / ms), i ? 0 : 1000000);
	for (i = 0; i < CARDS && !err; i++)
		bad += count_inexact(c[i], each, PORTION * (unsigned int)ms);
	TAP_CHECK(!err && !bad && !late,
		  "%d streams of %d cards, a point every %d ms: every count is exact",
		  each * CARDS, CARDS, ms);
	if (err || bad || late)
		printf("# error %d, of %d %d inexact, %d late\n", err, each * CARDS, bad, late);
	TAP_CHECK(!unload() && !load("streams=2"), "they go again");
}

/* ---- main ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "cycles", test_cycles },
	{ "kill", test_kill },
	{ "fork", test_fork_closes },
	{ "orphan", test_fork_parent_dies },
	{ "pass", test_pass },
	{ "closed-event", test_closed_event },
	{ "saturated", test_saturated },
	{ "contest", test_contest },
	{ "hotplug", test_hotplug },
	{ "suspend", test_suspend },
	{ "cards", test_cards },
	{ "unbind", test_unbind },
	{ "rmmod", test_rmmod },
};

static bool wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = optind; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return optind == argc;
}

int main(int argc, char **argv)
{
	size_t i;
	int opt;

	setbuf(stdout, NULL);
	while ((opt = getopt(argc, argv, "ls:")) != -1) {
		if (opt == 'l')
			is_long = true;
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	if (is_long)
		rounds = (typeof(rounds)){ 10000, 200, 100, 200, 20 };
	TAP_CHECK(!load("streams=2"), "the modules load");
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		double before = seconds();

		if (!wanted(tests[i].name, argc, argv))
			continue;
		tests[i].run();
		printf("# %s: %.1f s of guest time\n", tests[i].name, seconds() - before);
	}
	TAP_CHECK(!unload(), "everything is closed: the modules can be removed");
	return tap_done();
}
