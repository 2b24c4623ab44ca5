// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory.c - operations on mappings, on the clock of the simulator and on the device as a
 * whole: unbind and bind. Listed in ops.h.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sound/wavert.h>

#include "fuzz.h"
#include "ops.h"

#define DRIVER	"/sys/bus/platform/drivers/snd-wavert-sim/"
#define STEP	"/sys/kernel/debug/snd-wavert-sim/card0/step"
#define PAGE	4096u
#define QUIET	400		/* minimum number of programs between two unbinds */

static int map(struct thread *t, const struct call *c, size_t bytes, int prot, int flags,
	       off_t offset)
{
	void *at = cell(t, c->a[1]);
	int err = result(mmap(at, bytes, prot, flags | MAP_FIXED, slot(t, STREAM, c->a[0]),
			      offset) == MAP_FAILED ? -1 : 0);

	if (err)
		clear_cell(at, CELL_BYTES);	/* the old mapping is removed in any case */
	return err;
}

/* It may be a PCM instead of a stream, which has its own mappings. */
int op_map_buffer(struct thread *t, const struct call *c)
{
	static const uint32_t lengths[] = { 4096, 8192, 4096, 8192, 65536, 1, 12288, 1 << 20,
					    4 << 20, (4 << 20) + 1, 8 << 20 };
	static const uint32_t offsets[] = { 0, 0, 0, 0, 0, 0, PAGE, 0x3ffff000, 0x80000000 };
	int prot = c->a[4] % 4 == 3 ? PROT_READ : PROT_READ | PROT_WRITE;
	int flags = c->a[4] % 32 == 31 ? MAP_PRIVATE : MAP_SHARED;
	uint32_t length, offset;
	int err;

	if (c->a[4] % 8 == 6)
		flags |= MAP_POPULATE;
	length = lengths[c->a[2] % COUNT_OF(lengths)];
	offset = offsets[c->a[3] % COUNT_OF(offsets)];
	err = map(t, c, length, prot, flags, WAVERT_MMAP_BUFFER + offset);
	if (!err && c->a[0] >> 28 != 0xf && (length > 4 << 20 || offset || flags & MAP_PRIVATE))
		broken("a mapping that must be refused", (int)length);
	return err;
}

int op_map_page(struct thread *t, const struct call *c)
{
	static const uint32_t lengths[] = { PAGE, PAGE, PAGE, 1, 2 * PAGE };
	int prot = c->a[4] % 8 == 7 ? PROT_READ | PROT_WRITE : PROT_READ;
	int flags = c->a[4] % 32 == 31 ? MAP_PRIVATE : MAP_SHARED;
	int err = map(t, c, lengths[c->a[2] % COUNT_OF(lengths)], prot, flags, WAVERT_MMAP_PAGE);

	if (!err && (prot & PROT_WRITE || flags & MAP_PRIVATE))
		broken("a mapping of the page that must be refused", prot);
	return err;
}

/* The simulator has no register, so there is none to map. */
int op_map_register(struct thread *t, const struct call *c)
{
	static const uint32_t lengths[] = { PAGE, PAGE, 1, 2 * PAGE };
	int prot = c->a[4] % 4 == 3 ? PROT_READ | PROT_WRITE : PROT_READ;
	int flags = c->a[4] % 8 == 7 ? MAP_PRIVATE : MAP_SHARED;

	return map(t, c, lengths[c->a[2] % COUNT_OF(lengths)], prot, flags,
		   WAVERT_MMAP_REGISTER(c->a[3] % 3));
}

/* The whole mapping, or one page of it, which leaves two mappings. */
int op_unmap(struct thread *t, const struct call *c)
{
	unsigned char *at = cell(t, c->a[0]);

	if (c->a[1] % 3 == 2)
		clear_cell(at + (1 + c->a[2] % 3) * PAGE, PAGE);
	else
		clear_cell(at, CELL_BYTES);
	return 0;
}

int op_protect(struct thread *t, const struct call *c)
{
	static const int prots[] = { PROT_READ, PROT_READ | PROT_WRITE, PROT_NONE };

	return result(mprotect(cell(t, c->a[0]), PAGE * (1 + c->a[2] % 2), prots[c->a[1] % 3]));
}

int op_advise(struct thread *t, const struct call *c)
{
	static const int advices[] = { MADV_DONTNEED, MADV_WILLNEED, MADV_DOFORK, MADV_DODUMP,
				       MADV_REMOVE };

	return result(madvise(cell(t, c->a[0]), PAGE, advices[c->a[1] % COUNT_OF(advices)]));
}

int op_touch(struct thread *t, const struct call *c)
{
	static const uint32_t offsets[] = { 0, 4, PAGE - 1, PAGE, 2 * PAGE, 1 << 20, (4 << 20) - 1 };
	unsigned char *at = cell(t, c->a[0]) + offsets[c->a[1] % COUNT_OF(offsets)];

	return touch(t, at, c->a[2] & 1) ? 0 : EFAULT;
}

/* ---- files -------------------------------------------------------------------------- */

/* Not too many frames: only a fatal signal ends a step. */
int op_step(struct thread *t, const struct call *c)
{
	static const char *const texts[] = { "1", "48", "1920", "31", "960", "32", "4800", "48000",
		"0", "33", "200000", "-1", "x", "4294967296", "", "0x20", "99999999999999999999" };
	const char *text = texts[c->a[0] % COUNT_OF(texts)];
	int fd, err;

	if (attached)
		return usleep(20u * (c->a[0] % 1024)) ? errno : 0;	/* only time moves such a card */
	fd = open(STEP, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = result(write(fd, give(t, c->a[4], text, strlen(text) + 1), strlen(text)));
	if (!err && !*text)
		err = EINVAL;
	close(fd);
	return err;
}

static int read_all(struct thread *t, const char *path, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	ssize_t n;

	if (fd < 0)
		return errno;
	do
		n = read(fd, t->writable + 256, bytes);
	while (n > 0);
	err = result(n);
	close(fd);
	return err;
}

int op_read_step(struct thread *t, const struct call *c)
{
	return read_all(t, STEP, 1 + c->a[0] % 32);
}

int op_read_proc(struct thread *t, const struct call *c)
{
	return read_all(t, attached ? "/proc/asound/card1/wavert" : "/proc/asound/card0/wavert",
			16 + c->a[0] % 1024);
}

/* ---- the device ----------------------------------------------------------------------- */

static int write_driver(const char *name)
{
	char path[96];
	int fd, err;

	snprintf(path, sizeof(path), DRIVER "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = result(write(fd, "snd-wavert-sim.0", 16));
	close(fd);
	return err;
}

bool is_bound(void)
{
	if (attached)
		return attached_is_bound();
	return !access(DRIVER "snd-wavert-sim.0", F_OK);
}

int rebind(void)
{
	return attached ? attached_bind() : write_driver("bind");
}

/* By one thread only, and rarely: it takes long, and other threads can do little then. */
int op_unbind(struct thread *t, const struct call *c)
{
	static unsigned long last;
	unsigned long now = atomic_load(&t->calls);

	if (t->index || (last <= now && now - last < QUIET))
		return EAGAIN;
	last = now;
	return attached ? attached_unbind(c->a[0] & 1) : write_driver("unbind");
}

int op_bind(struct thread *t, const struct call *c)
{
	(void)c;
	return t->index || is_bound() ? EAGAIN : rebind();
}
