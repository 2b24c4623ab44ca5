// SPDX-License-Identifier: GPL-2.0-only
/*
 * run_trace.c - starts wavert-trace, which runs scenarios on a device of this machine, for wavert
 * compare. It is searched for in the directory of this program, then in $PATH.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compare.h"

static const char program[] = "wavert-trace";

/* Its path in the directory of this program; "" if it is not there. */
static void beside(char *path, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", path, size - sizeof(program) - 1);
	char *slash;

	if (n < 0)
		n = 0;
	path[n] = 0;
	slash = strrchr(path, '/');
	if (slash)
		memcpy(slash + 1, program, sizeof(program));
	if (!slash || access(path, X_OK))
		path[0] = 0;
}

static _Noreturn void become(int out, const char *device, char *const *files, size_t n)
{
	char **argv = calloc(n + 5, sizeof(*argv));
	char path[4096];

	beside(path, sizeof(path));
	if (argv && dup2(out, STDOUT_FILENO) >= 0) {
		argv[0] = (char *)program;
		argv[1] = "-D";
		argv[2] = (char *)device;
		argv[3] = "--";
		memcpy(argv + 4, files, n * sizeof(*files));
		execvp(text_or(path, program), argv);
	}
	fprintf(stderr, "wavert: %s: %s\n", program, strerror(errno));
	_exit(127);
}

/* A signal that ends this program also ends wavert-trace. */
static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
		if (interrupted)
			kill(child, SIGTERM);
	}
	return status;
}

FILE *run_trace(const char *device, char *const *files, size_t n)
{
	int out = memfd_create(program, MFD_CLOEXEC), status = -1;
	FILE *f = NULL;
	pid_t child;

	signal(SIGCHLD, SIG_DFL);	/* if it is ignored, waitpid() returns no exit code */
	fflush(NULL);
	child = -1;
	if (out >= 0)
		child = fork();
	if (!child)
		become(out, device, files, n);
	if (child > 0)
		status = wait_for(child);
	if (!status && !lseek(out, 0, SEEK_SET))
		f = fdopen(out, "r");
	if (f)
		return f;
	if (status <= 0)
		fprintf(stderr, "wavert: %s: %s\n", program, strerror(errno));
	else if (WIFSIGNALED(status))	/* otherwise it has printed the reason */
		fprintf(stderr, "wavert: %s: ended by signal %d\n", program, WTERMSIG(status));
	if (out >= 0)
		close(out);
	return NULL;
}
