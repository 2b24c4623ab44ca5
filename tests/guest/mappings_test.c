// SPDX-License-Identifier: GPL-2.0-only
/*
 * mappings_test.c - memory and permissions of a client: page faults, madvise() and mprotect() on
 * each mapping, filters opened for reading, and the limits of streams a user. Runs in the
 * guest as root on four simulated cards, modules inserted. TAP on stdout. Card 0 is unbound
 * and bound again at the end.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <wavert.h>

#include "abi.h"

#define PAGE ((unsigned int)sysconf(_SC_PAGESIZE))
#define BYTES (1u << 20)
#define CARDS 4
#define STREAMS_CARD 256	/* the limits of design.md */
#define STREAMS_KEPT 32
#define STREAMS_USER 64
#define PLACES 8
#define PLACES_KEPT 2
#define DRIVER "/sys/bus/platform/drivers/snd-wavert-sim/"

static int stream_as(unsigned int card, int mode, unsigned int flags)
{
	struct wavert_new_stream arg = { .flags = flags };
	char node[32];
	int filter, err;

	snprintf(node, sizeof(node), "/dev/snd/hwC%uD0", card);
	filter = open(node, mode | O_CLOEXEC);
	if (filter < 0)
		return -errno;
	err = call(filter, WAVERT_IOC_NEW_STREAM, &arg);
	close(filter);
	return err ? -err : arg.fd;
}

/* ---- page faults --------------------------------------------------------------------- */

static long faults(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_minflt + r.ru_majflt;
}

/* Number of page faults of one pass that reads, or writes, each page. */
static long pass(volatile unsigned char *at, unsigned int bytes, bool writes)
{
	long before = faults();
	unsigned int i;

	for (i = 0; i < bytes; i += PAGE) {
		if (writes)
			at[i] = (unsigned char)(i / PAGE);
		else
			(void)at[i];
	}
	return faults() - before;
}

/*
 * User Mode Linux and 32-bit ARM keep the dirty bit in software: there the first write to a page is
 * a fault.
 */
static bool dirty_bit_is_hardware(void)
{
#ifdef __arm__
	return false;
#endif
	char line[256] = "";
	int fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0)
		line[0] = 0;
	close(fd);
	return !strstr(line, "User Mode Linux");
}

static void test_faults(void)
{
	int fd = ready_stream(WAVERT_PLAYBACK, 2, BYTES);
	volatile unsigned char *buffer = map_buffer(fd, BYTES);
	long first, writes;

	pass(buffer, PAGE, false);	/* the stack of pass() */
	munmap((void *)buffer, BYTES);
	buffer = map_buffer(fd, BYTES);
	first = pass(buffer, BYTES, false);
	writes = pass(buffer, BYTES, true);
	printf("# %ld faults in the first pass, %ld in one that writes\n", first, writes);
	TAP_CHECK(first <= 1, "the first pass over a buffer of 256 pages takes at most one page fault");
	if (dirty_bit_is_hardware())
		TAP_CHECK(!writes, "a pass that writes after it takes none");
	else
		tap_skip("the kernel keeps the dirty bit", "a pass that writes after it takes none");
	munmap((void *)buffer, BYTES);
	close(fd);
}

static bool holds_numbers(const volatile unsigned char *at, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < bytes; i += PAGE)
		if (at[i] != (unsigned char)(i / PAGE))
			return false;
	return true;
}

/* Each part of a split mapping is a separate mapping with its own first page. */
static void test_split(void)
{
	int fd = ready_stream(WAVERT_PLAYBACK, 2, BYTES);
	unsigned char *writer = map_buffer(fd, BYTES), *parts = map_buffer(fd, BYTES);
	long low, high;

	pass(writer, BYTES, true);
	munmap(parts + BYTES / 2, PAGE);
	high = pass(parts + BYTES / 2 + PAGE, BYTES / 2 - PAGE, false);
	low = pass(parts, BYTES / 2, false);
	TAP_CHECK(high <= 1 && low <= 1, "each part of a mapping that was split takes one page fault");
	TAP_CHECK(holds_numbers(parts, BYTES / 2) &&
		  parts[BYTES - PAGE] == (unsigned char)(BYTES / PAGE - 1) &&
		  parts[BYTES / 2 + PAGE] == (unsigned char)(BYTES / PAGE / 2 + 1),
		  "it shows the pages of its part of the buffer");
	munmap(writer, BYTES);
	munmap(parts, BYTES);
	close(fd);
}

static void test_library(void)
{
	struct wavert_device *device;
	struct wavert_stream *stream;
	struct wavert_snapshot snapshot;
	volatile unsigned char *buffer;
	long before, after;
	size_t bytes;
	int err;

	err = wavert_open(&device, "0");
	if (!err)
		err = wavert_stream_open(&stream, device, WAVERT_PLAYBACK, 0, 0);
	before = faults();
	if (!err)
		wavert_stream_snapshot(stream, &snapshot);
	after = faults();
	TAP_CHECK(!err && after == before, "libwavert's register page takes no page fault");
	if (err)
		return;
	err = wavert_stream_set_format(stream, 48000, WAVERT_FORMAT_S16, 2) ||
	      wavert_stream_alloc(stream, BYTES, 2, 0);
	buffer = wavert_stream_buffer(stream, &bytes);
	TAP_CHECK(!err && !pass(buffer, BYTES, true), "libwavert's buffer takes none, not even on a write");
	wavert_stream_close(stream);
	wavert_close(device);
}

/* After removal of the device every page is the scratch page. */
static void test_faults_of_removed(void)
{
	int fd = ready_stream(WAVERT_PLAYBACK, 2, BYTES), err;
	volatile unsigned char *buffer = map_buffer(fd, BYTES);
	long first;

	pass(buffer, BYTES, true);
	err = write_text(DRIVER "unbind", "snd-wavert-sim.0");
	first = pass(buffer, BYTES, false);
	TAP_CHECK(!err && first <= 1, "after removal of the device a pass takes at most one page fault");
	TAP_CHECK(!buffer[0] && !buffer[BYTES / 2] && !buffer[BYTES - PAGE],
		  "it reads zeros on every page");
	munmap((void *)buffer, BYTES);
	close(fd);
	TAP_CHECK(!write_text(DRIVER "bind", "snd-wavert-sim.0"), "the device can be bound again");
}

/* ---- execution ----------------------------------------------------------------------- */

static int map_errno(int fd, size_t bytes, int prot, off_t offset)
{
	void *at = mmap(NULL, bytes, prot, MAP_SHARED, fd, offset);

	if (at == MAP_FAILED)
		return errno;
	munmap(at, bytes);
	return 0;
}

static bool is_executable(const void *at)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[256], mode[5] = "";
	unsigned long start;
	bool exec = true;

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%*x %4s", &start, mode) == 2 && start == (unsigned long)at)
			exec = mode[2] == 'x';
	if (maps)
		fclose(maps);
	return exec;
}

/* If a program has no GNU_STACK header, the kernel adds PROT_EXEC to every PROT_READ. */
static void test_old_program(int fd)
{
	void *page;

	personality(personality(0xffffffff) | READ_IMPLIES_EXEC);
	page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, WAVERT_MMAP_PAGE);
	TAP_CHECK(page != MAP_FAILED && !is_executable(page),
		  "a program whose readable memory is executable can map the buffer, but not execute it");
	personality(personality(0xffffffff) & ~READ_IMPLIES_EXEC);
	if (page != MAP_FAILED)
		munmap(page, PAGE);
}

static void test_exec(void)
{
	int fd = ready_stream(WAVERT_PLAYBACK, 2, BYTES);
	void *buffer = map_buffer(fd, BYTES), *page = (void *)map_page(fd);

	TAP_CHECK(map_errno(fd, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, WAVERT_MMAP_BUFFER) == EPERM &&
		  map_errno(fd, PAGE, PROT_READ | PROT_EXEC, WAVERT_MMAP_PAGE) == EPERM,
		  "neither buffer nor register page can be mapped for execution (EPERM)");
	TAP_CHECK(mprotect(buffer, BYTES, PROT_READ | PROT_EXEC) && errno == EACCES &&
		  mprotect(page, PAGE, PROT_READ | PROT_EXEC) && errno == EACCES,
		  "and neither can be made executable later (EACCES)");
	munmap(buffer, BYTES);
	munmap(page, PAGE);
	test_old_program(fd);
	close(fd);
}

/* ---- advice ---------------------------------------------------------------------------- */

/* Called in a child, since an access to a broken mapping would kill the process. */
static int advise_all(int fd)
{
	unsigned char *buffer = map_buffer(fd, BYTES);
	const struct wavert_page *page = map_page(fd);
	/* all of madvise(2) except HWPOISON (100) and SOFT_OFFLINE (101), which remove memory */
	static const int last = 31, guard[] = { 102, 103 };
	int advice, i;

	if (!buffer || !page)
		return 1;
	pass(buffer, BYTES, true);
	for (advice = 0; advice <= last + 2; advice++) {
		i = advice <= last ? advice : guard[advice - last - 1];
		madvise(buffer, BYTES, i);
		madvise((void *)page, PAGE, i);
		if (!holds_numbers(buffer, BYTES) || page->buffer_bytes != BYTES) {
			printf("# after madvise(%d)\n", i);
			return 2;
		}
	}
	return 0;
}

static void test_advice(void)
{
	int fd = ready_stream(WAVERT_PLAYBACK, 2, BYTES), code;
	pid_t pid = fork();

	if (!pid)
		_exit(advise_all(fd));
	code = exit_code(pid);
	TAP_CHECK(!code, "no madvise() on buffer or register page changes their contents");
	if (code)
		printf("# the child exited with %d\n", code);
	close(fd);
}

/* ---- a read-only filter ---------------------------------------------------------------- */

static void test_read_only_filter(void)
{
	int owner = ready_stream(WAVERT_PLAYBACK, 2, BYTES), fd, event = new_event();
	const struct wavert_page *page;

	fd = stream_as(0, O_RDONLY, 0);
	TAP_CHECK(fd == -EPERM, "a filter opened for reading cannot open a stream (EPERM)");
	if (fd >= 0)
		close(fd);
	fd = stream_as(0, O_RDONLY, WAVERT_STREAM_OBSERVE);
	page = map_page(fd);
	TAP_CHECK(fd >= 0 && page && page->buffer_bytes == BYTES && !register_event(fd, event),
		  "it can open an observer, which has the page and events");
	munmap((void *)page, PAGE);
	close(fd);
	close(event);
	close(owner);
	fd = stream_as(0, O_WRONLY, WAVERT_STREAM_OBSERVE);
	TAP_CHECK(fd == -EPERM, "a filter opened for writing only cannot open an observer (EPERM)");
	if (fd >= 0)
		close(fd);
}

/* ---- limits ---------------------------------------------------------------------------- */

/* Another user, without capabilities. Returns in the child only. */
static pid_t fork_as(uid_t uid)
{
	pid_t pid = fork();

	if (!pid && (setgroups(0, NULL) || setgid(65534) || setuid(uid)))
		_exit(255);
	return pid;
}

static int last_error;

/* Opens streams of card 0 until one is refused, or there are `most`. */
static int open_many(unsigned int flags, int most, int *fds)
{
	int n;

	last_error = 0;
	for (n = 0; n < most; n++) {
		fds[n] = stream_as(0, O_RDWR, flags);
		if (fds[n] < 0) {
			last_error = -fds[n];
			break;
		}
	}
	return n;
}

struct user {
	pid_t pid;
	int got[2];	/* streams, error */
};

/* A process of that user that opens streams up to the limit and keeps them. */
static void user_opens(struct user *u, uid_t uid, unsigned int flags)
{
	static int fds[STREAMS_CARD + 1];
	int ready[2];

	u->got[0] = -1;
	u->pid = -1;
	if (pipe2(ready, O_CLOEXEC))
		return;
	u->pid = fork_as(uid);
	if (!u->pid) {
		u->got[0] = open_many(flags, STREAMS_CARD + 1, fds);
		u->got[1] = last_error;
		if (write(ready[1], u->got, sizeof(u->got)) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], u->got, sizeof(u->got)) != sizeof(u->got))
		u->got[0] = -1;
	close(ready[0]);
}

static bool user_leaves(struct user *u)
{
	return u->pid > 0 && !kill(u->pid, SIGKILL) && exit_code(u->pid) == -SIGKILL;
}

static bool got(const struct user *u, int streams)
{
	if (u->got[0] == streams && u->got[1] == ENOMEM)
		return true;
	printf("# %d streams, then error %d\n", u->got[0], u->got[1]);
	return false;
}

static void test_stream_limits(void)
{
	static int fds[STREAMS_CARD + 1];
	struct user user[4];
	int i, n, bad = 0;

	user_opens(&user[0], 1000, 0);
	TAP_CHECK(got(&user[0], STREAMS_USER), "a user gets 64 streams of a card, then ENOMEM");
	for (i = 1; i < 3; i++) {
		user_opens(&user[i], 1000 + (uid_t)i, 0);
		bad += !got(&user[i], STREAMS_USER);
	}
	TAP_CHECK(!bad, "other users can still open streams");
	user_opens(&user[3], 1003, 0);
	TAP_CHECK(got(&user[3], STREAMS_CARD - STREAMS_KEPT - 3 * STREAMS_USER),
		  "all users together get 224");
	n = open_many(0, STREAMS_CARD + 1, fds);
	TAP_CHECK(n == STREAMS_KEPT && last_error == ENOMEM,
		  "the last 32 are for CAP_SYS_RESOURCE, then the card is full");
	while (n)
		close(fds[--n]);
	for (i = 0; i < 4; i++)
		bad += !user_leaves(&user[i]);
	n = open_many(0, STREAMS_CARD + 1, fds);
	TAP_CHECK(!bad && n == STREAMS_CARD, "after their streams are closed a card has 256 again");
	while (n)
		close(fds[--n]);
}

static void test_observer_limits(void)
{
	int fds[PLACES + 1], owner, n, bad;
	struct user stranger;

	owner = ready_stream(WAVERT_PLAYBACK, 2, BYTES);
	user_opens(&stranger, 1000, WAVERT_STREAM_OBSERVE);
	TAP_CHECK(got(&stranger, PLACES - PLACES_KEPT), "other users get 6 of the 8 places of observers");
	n = open_many(WAVERT_STREAM_OBSERVE, PLACES + 1, fds);
	TAP_CHECK(n == PLACES_KEPT && last_error == ENOMEM,
		  "the other 2 are for the owner's user and root");
	while (n)
		close(fds[--n]);
	bad = !user_leaves(&stranger);
	close(owner);
	user_opens(&stranger, 1000, WAVERT_STREAM_OBSERVE);
	TAP_CHECK(!bad && got(&stranger, PLACES - PLACES_KEPT),
		  "without an owner 2 are only for root");
	user_leaves(&stranger);
}

/* ---- memory cgroups ----------------------------------------------------------------------- */

#define CGROUP "/tmp/cgroup"
#define CHARGED (CARDS * 250)

static long long read_number(const char *path, const char *after)
{
	static char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *at;

	close(fd);
	if (n < 0)
		return -1;
	text[n] = 0;
	at = strstr(text, after);
	return at ? atoll(at + strlen(after)) : -1;
}

struct memory {
	long long charged, free;
};

static void measure(struct memory *m)
{
	m->charged = read_number(CGROUP "/test/memory.current", "");
	m->free = read_number("/proc/meminfo", "MemFree:") * 1024 + kept_by_processors();
}

static int open_on_all_cards(int *fds)
{
	int i;

	for (i = 0; i < CHARGED; i++) {
		fds[i] = stream_as((unsigned int)i % CARDS, O_RDWR, 0);
		if (fds[i] < 0)
			return -fds[i];
	}
	return 0;
}

static int charged_streams(void)
{
	static int fds[CHARGED];
	struct memory before, after;
	double charged, used;
	int round, i, err = 0;

	if (write_text(CGROUP "/test/cgroup.procs", "0"))
		return 1;
	/* The second round is measured: tables and caches have grown by then. */
	for (round = 0; round < 2 && !err; round++) {
		measure(&before);
		err = open_on_all_cards(fds);
		measure(&after);
		for (i = 0; i < CHARGED && !err; i++)
			close(fds[i]);
	}
	charged = (double)(after.charged - before.charged) / CHARGED;
	used = (double)(before.free - after.free) / CHARGED;
	printf("# a stream takes %.0f bytes, of which %.0f are charged; error %d\n", used, charged, err);
	return err || charged < PAGE || charged < 0.9 * used;
}

static bool have_memory_cgroup(void)
{
	mkdir(CGROUP, 0755);
	return !mount("none", CGROUP, "cgroup2", 0, NULL) &&
	       !write_text(CGROUP "/cgroup.subtree_control", "+memory") &&
	       !mkdir(CGROUP "/test", 0755);
}

static void test_charges(void)
{
	pid_t pid;

	if (!have_memory_cgroup()) {
		tap_skip("no memory cgroup", "1000 streams are charged to the cgroup that opened them");
		return;
	}
	pid = fork();
	if (!pid)
		_exit(charged_streams());
	TAP_CHECK(!exit_code(pid), "1000 streams are charged to the cgroup that opened them");
}

int main(void)
{
	struct rlimit files = { 4096, 4096 };

	setbuf(stdout, NULL);
	setrlimit(RLIMIT_NOFILE, &files);
	chmod(NODE, 0666);
	TAP_CHECK(!mlockall(MCL_CURRENT | MCL_FUTURE), "memory is locked, as in a real-time client");
	test_faults();
	test_split();
	test_library();
	test_exec();
	test_advice();
	test_read_only_filter();
	test_stream_limits();
	test_observer_limits();
	test_charges();
	test_faults_of_removed();
	return tap_done();
}
