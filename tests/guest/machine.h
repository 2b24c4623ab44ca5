/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - files of the kernel, modules, child processes and the owners of streams, for tests
 * in the guest. Static functions.
 */
#ifndef WRT_TEST_MACHINE_H
#define WRT_TEST_MACHINE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Bytes of free pages that a processor keeps for its next allocations: MemFree does not have them.
 * Since 6.7 such a list grows when pages are allocated and freed in turn.
 */
static inline long long kept_by_processors(void)
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	long long sum = 0, pages;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %lld", &pages) == 1)
			sum += pages;
	if (f)
		fclose(f);
	return sum * sysconf(_SC_PAGESIZE);
}

/* 0 or errno. */
static inline int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* The number after key in a file of lines, or the first number without a key; -1: none. */
static inline long long read_value(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	size_t n = key ? strlen(key) : 0;
	long long value = -1;
	char line[256];

	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (!n || !strncmp(line, key, n))
			value = atoll(line + n);
	if (f)
		fclose(f);
	return value;
}

/* 0 or errno. */
static inline int insert_module(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return err;
}

/* 0 or errno. */
static inline int remove_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

/* Waits for a child; its exit code, minus the signal that killed it, or -1. */
static inline int exit_code(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* No stream of the card has an owner or an observer. */
static inline bool nobody_owns(int card)
{
	int owned = 0, lines = 0;
	char line[256];
	FILE *f;

	snprintf(line, sizeof(line), "/proc/asound/card%d/wavert", card);
	f = fopen(line, "re");
	while (f && fgets(line, sizeof(line), f)) {
		lines++;
		owned += strstr(line, "owner ") && (!strstr(line, "owner nobody") ||
						    !strstr(line, "observers 0"));
	}
	if (f)
		fclose(f);
	return lines && !owned;
}

#endif
