// SPDX-License-Identifier: GPL-2.0-only
/*
 * old_module.c - card 0 with modules of another interface version, simulated: loaded into a
 * client with LD_PRELOAD. It answers what is the same in every version, VERSION with what the
 * environment variable INTERFACE says ("0.3"), and ends the client at any other call. Used by
 * tests/userspace/run.sh.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sound/asound.h>
#include <sound/wavert.h>

#define NODE "/dev/snd/hwC0D0"

static int node = -1;

int open(const char *path, int flags, ...)
{
	int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
	va_list args;
	int mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	if (strcmp(path, NODE))
		return real(path, flags, mode);
	node = real("/dev/null", O_RDWR | O_CLOEXEC);
	return node;
}

static int version(struct wavert_version *v)
{
	const char *text = getenv("INTERFACE");

	return !text || sscanf(text, "%u.%u", &v->abi_major, &v->abi_minor) != 2 ? -1 : 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...) = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	struct snd_hwdep_info *info;
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (fd != node)
		return real(fd, request, arg);
	if (request == WAVERT_IOC_VERSION)
		return version(arg);
	if (request != SNDRV_HWDEP_IOCTL_INFO) {
		fprintf(stderr, "old_module: call 0x%lx of a module of another version\n", request);
		abort();
	}
	info = arg;
	memset(info, 0, sizeof(*info));
	strcpy((char *)info->id, WAVERT_HWDEP_ID);
	return 0;
}
