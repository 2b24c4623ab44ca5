// SPDX-License-Identifier: GPL-2.0-only
/*
 * cover.c - KCOV of one thread, and the set of blocks that all of them have reached. Only
 * our modules are built with KCOV, so an address is an offset in one of them. Used by main.c.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_DISABLE	_IO('c', 101)
#define KCOV_TRACE_PC	0
#define WORDS		(64ul << 10)

#define SECTIONS	12
#define BYTES_MAX	(256u << 10)	/* of code in one section */
#define FEATURES	(1u << 16)

/* A section with code. The name stays when the module is loaded again at another address. */
static struct section {
	char module[32], name[256];
	unsigned long start;		/* 0: not loaded */
	unsigned char *seen;		/* by offset */
} section[SECTIONS];

static unsigned int sections;
static atomic_uint blocks;
static atomic_ulong strange;		/* addresses outside of our modules */
static unsigned char feature[FEATURES];

int cover_open(struct thread *t)
{
	void *at;

	t->cover = NULL;
	t->cover_fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (t->cover_fd < 0 || ioctl(t->cover_fd, KCOV_INIT_TRACE, WORDS))
		return errno;
	at = mmap(NULL, WORDS * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, t->cover_fd, 0);
	if (at == MAP_FAILED)
		return errno;
	t->cover = at;
	return ioctl(t->cover_fd, KCOV_ENABLE, KCOV_TRACE_PC) ? errno : 0;
}

void cover_close(struct thread *t)
{
	if (t->cover_fd < 0)
		return;
	ioctl(t->cover_fd, KCOV_DISABLE, 0);
	if (t->cover)
		munmap(t->cover, WORDS * sizeof(long));
	close(t->cover_fd);
	t->cover_fd = -1;
}

void cover_begin(struct thread *t)
{
	__atomic_store_n(&t->cover[0], 0, __ATOMIC_RELAXED);
}

/* Sections are adjacent: returns the one with the highest start below the address. */
static struct section *find(unsigned long pc)
{
	struct section *best = NULL;
	unsigned int i;

	for (i = 0; i < sections; i++) {
		struct section *s = &section[i];

		if (s->start && pc >= s->start && pc - s->start < BYTES_MAX &&
		    (!best || s->start > best->start))
			best = s;
	}
	return best;
}

/* A block that another operation reaches is a separate feature: it guides the fuzzer further. */
static void note(struct thread *t, unsigned long pc, unsigned int op)
{
	struct section *s = find(pc);
	unsigned long at;
	uint32_t hash;

	if (!s) {
		atomic_fetch_add(&strange, 1);
		return;
	}
	at = pc - s->start;
	if (!__atomic_exchange_n(&s->seen[at], 1, __ATOMIC_RELAXED)) {
		atomic_fetch_add(&blocks, 1);
		t->fresh = true;
	}
	hash = ((uint32_t)at * 61 + op * 2246822519u + (uint32_t)(s - section) * 7919) * 2654435761u;
	if (!__atomic_exchange_n(&feature[hash >> 16], 1, __ATOMIC_RELAXED))
		t->fresh = true;
}

void cover_end(struct thread *t, unsigned int op)
{
	unsigned long n = __atomic_load_n(&t->cover[0], __ATOMIC_RELAXED), i, last = 0;

	if (n >= WORDS)
		n = WORDS - 1;
	for (i = 0; i < n; i++) {
		if (t->cover[i + 1] != last)
			note(t, t->cover[i + 1], op);
		last = t->cover[i + 1];
	}
}

static void set_section(const char *module, const char *name, unsigned long start)
{
	unsigned int i;

	for (i = 0; i < sections; i++)
		if (!strcmp(section[i].module, module) && !strcmp(section[i].name, name))
			break;
	if (i == SECTIONS)
		return;
	if (i == sections) {
		snprintf(section[i].module, sizeof(section[i].module), "%s", module);
		snprintf(section[i].name, sizeof(section[i].name), "%s", name);
		section[i].seen = calloc(1, BYTES_MAX);
		if (!section[i].seen)
			return;
		sections++;
	}
	section[i].start = start;
}

static int add_module(const char *module)
{
	char path[512], text[32];
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/module/%s/sections", module);
	dir = opendir(path);
	if (!dir)
		return errno;
	while ((e = readdir(dir))) {
		int fd;

		if (!strstr(e->d_name, "text"))
			continue;
		snprintf(path, sizeof(path), "/sys/module/%s/sections/%s", module, e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		memset(text, 0, sizeof(text));
		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
			set_section(module, e->d_name, strtoul(text, NULL, 16));
		close(fd);
	}
	closedir(dir);
	return 0;
}

/* The current addresses of the modules. */
int cover_modules(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < sections; i++)
		section[i].start = 0;
	err = add_module("snd_wavert");
	return err ? err : add_module(attached ? "snd_wavert_attach" : "snd_wavert_sim");
}

unsigned int cover_blocks(void)
{
	return atomic_load(&blocks);
}

unsigned long cover_strange(void)
{
	return atomic_load(&strange);
}

/* Lines "MODULE SECTION OFFSET", the offset in hexadecimal: the address after the call. */
int cover_write(const char *path)
{
	FILE *f = fopen(path, "we");
	unsigned int i, at;

	if (!f)
		return errno;
	for (i = 0; i < sections; i++)
		for (at = 0; at < BYTES_MAX; at++)
			if (section[i].seen[at])
				fprintf(f, "%s %s %x\n", section[i].module, section[i].name, at);
	return fclose(f) ? errno : 0;
}
