// SPDX-License-Identifier: GPL-2.0-only
/*
 * fragment.c - fragments the memory of the machine and runs a command in it. Runs in the guest as
 * root, called by guest.sh.
 *
 *   fragment EVERY COMMAND [ARG...]
 *
 * Takes all memory and releases it again, except the pages with a number divisible by EVERY. These
 * are registered with io_uring, which pins them: compaction cannot move them. So nearly all pieces
 * of free memory have EVERY - 1 pages at most. Exit code: that of the command, or 125.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEFT (1024ull << 10)		/* less than this is free when all is taken */
#define PAGE 4096ul
#define PFN (((uint64_t)1 << 55) - 1)
#define COMPACTION "/proc/sys/vm/compact_unevictable_allowed"
#define PINNED_MAX 16384		/* buffers of an io_uring */

static unsigned char *taken;
static size_t pages;
static struct iovec pinned[PINNED_MAX];
static unsigned int npinned;

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static void set(const char *path, const char *value)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(value, f) < 0 || fclose(f))
		die(path);
}

static unsigned long long free_bytes(void)
{
	struct sysinfo info;

	if (sysinfo(&info))
		die("sysinfo");
	return (unsigned long long)info.freeram * info.mem_unit;
}

static int lock_file(const char *path, const struct stat *st, int type, struct FTW *unused)
{
	void *at;
	int fd;

	(void)unused;
	if (type != FTW_F || !st->st_size)
		return 0;
	fd = open(path, O_RDONLY);
	at = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (fd < 0 || at == MAP_FAILED || mlock(at, (size_t)st->st_size))
		die(path);
	close(fd);
	return 0;
}

static bool compacts(void)
{
	return !access(COMPACTION, F_OK);
}

/* The files of the guest are in memory: compaction would move them together. */
static void lock_files(void)
{
	if (compacts())
		set(COMPACTION, "0");
	if (nftw("/", lock_file, 16, FTW_PHYS | FTW_MOUNT))
		die("nftw");
}

static void take_all(void)
{
	size_t bytes = free_bytes();

	set("/proc/sys/vm/watermark_boost_factor", "0");
	set("/proc/sys/vm/min_free_kbytes", "128");
	set("/proc/self/oom_score_adj", "-1000");
	taken = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (taken == MAP_FAILED)
		die("mmap");
	madvise(taken, bytes, MADV_NOHUGEPAGE);	/* an error where there are none */
	while (pages < bytes / PAGE && free_bytes() > LEFT)
		taken[pages++ * PAGE] = 1;
}

/* fork() needs two pages side by side for a page table: there is such a pair in each 2 MiB. */
static bool stays(uint64_t pfn, unsigned int every)
{
	return pfn % every == 0 && pfn % 512 > 1;
}

/* The order of pages is nearly that of their numbers, if the kernel has no pagemap. */
static uint64_t number_of(int map, size_t i)
{
	uint64_t entry;

	if (map < 0)
		return i;
	if (pread(map, &entry, sizeof(entry), (off_t)(((uintptr_t)taken / PAGE + i) * 8)) != 8)
		die("pagemap");
	return entry & PFN;
}

static void choose(unsigned int every)
{
	int map = open("/proc/self/pagemap", O_RDONLY);
	size_t i;

	for (i = 0; i < pages; i++) {
		unsigned char *page = taken + i * PAGE;

		if (!stays(number_of(map, i), every))
			continue;
		if (npinned == PINNED_MAX) {
			fprintf(stderr, "fragment: too much memory\n");
			exit(125);
		}
		pinned[npinned++] = (struct iovec){ .iov_base = page, .iov_len = PAGE };
	}
	if (map >= 0)
		close(map);
}

/* The ring is closed at exit. */
static void pin(void)
{
	struct io_uring_params params = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &params);

	if (ring < 0 && !compacts())
		return;		/* then no page is moved */
	if (ring < 0)
		die("io_uring_setup");
	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, pinned, npinned))
		die("io_uring_register");
}

/* The pinned pages are in the order of their addresses. */
static void release(void)
{
	unsigned char *from = taken, *end = taken + pages * PAGE;
	unsigned int i;

	for (i = 0; i <= npinned; i++) {
		unsigned char *to = i < npinned ? pinned[i].iov_base : end;

		if (to > from && madvise(from, (size_t)(to - from), MADV_DONTNEED))
			die("madvise");
		from = to + PAGE;
	}
}

int main(int argc, char **argv)
{
	unsigned int every = argc > 2 ? (unsigned int)atoi(argv[1]) : 0;
	int status;
	pid_t pid;

	if (every < 2) {
		fprintf(stderr, "usage: fragment EVERY COMMAND [ARG...]\n");
		return 125;
	}
	lock_files();
	take_all();
	choose(every);
	/* io_uring needs memory of its own */
	munmap(taken + (pages - 512) * PAGE, 512 * PAGE);
	pages -= 512;
	while (npinned && (unsigned char *)pinned[npinned - 1].iov_base >= taken + pages * PAGE)
		npinned--;
	pin();
	release();
	printf("# %zu pages were taken, %u stay, %llu KiB are free\n", pages, npinned,
	       free_bytes() >> 10);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		set("/proc/self/oom_score_adj", "0");
		execvp(argv[2], argv + 2);
		die(argv[2]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		die("the command");
	return WEXITSTATUS(status);
}
