// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - the descriptors and mappings that all threads share, so that one thread closes
 * what another uses; and pointers to arguments, good and bad. Used by the operations.
 *
 * A descriptor is in at most one slot, and the thread that removes it closes it, so it is closed once.
 * Mappings are made in fixed cells of a reserved range, never where libc might have mapped
 * something; a cell is emptied by mapping PROT_NONE over it.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define SLOTS		12
#define PAGE		4096u

static const unsigned int slot_count[KINDS] = {
	[FILTER] = 2, [STREAM] = 12, [PCM] = 4, [EVENT] = 8, [OTHER] = 2,
};

static atomic_int table[KINDS][SLOTS];
static unsigned char *cells;

int table_init(void)
{
	int k, i;

	for (k = 0; k < KINDS; k++)
		for (i = 0; i < SLOTS; i++)
			atomic_init(&table[k][i], -1);
	cells = mmap(NULL, CELLS * CELL_BYTES, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return cells == MAP_FAILED ? errno : 0;
}

/* If the top bits of the word are all set: a descriptor of a wrong kind. */
static atomic_int *find(struct thread *t, enum kind kind, uint32_t a)
{
	if (a >> 28 == 0xf)
		kind = (a >> 8) % KINDS;
	return &table[kind][((a & 0xff) + t->rotate) % slot_count[kind]];
}

/* The descriptor in that slot, or the next that is not empty; -1 if there is none. */
int slot(struct thread *t, enum kind kind, uint32_t a)
{
	uint32_t i;
	int fd = -1;

	for (i = 0; fd < 0 && i < slot_count[kind]; i++)
		fd = atomic_load(find(t, kind, (a & 0xff) + i + (a & ~0xffu)));
	return fd;
}

void put_slot(struct thread *t, enum kind kind, uint32_t a, int fd)
{
	int old = atomic_exchange(find(t, kind, a & 0xff), fd);

	if (old >= 0)
		close(old);
}

int take_slot(struct thread *t, enum kind kind, uint32_t a)
{
	return atomic_exchange(find(t, kind, a & 0xff), -1);
}

unsigned char *cell(struct thread *t, uint32_t a)
{
	return cells + ((a & 0xff) + t->rotate) % CELLS * CELL_BYTES;
}

void clear_cell(unsigned char *at, size_t bytes)
{
	int patience = 3;	/* an allocation of the kernel may be made to fail */

	while (mmap(at, bytes, PROT_NONE,
		    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
		if (!--patience)
			abort();
}

/* After the threads have ended: closes everything that belongs to the device. */
void clear_table(void)
{
	unsigned int k, i;

	for (k = 0; k < KINDS; k++)
		for (i = 0; i < SLOTS; i++) {
			int fd = atomic_exchange(&table[k][i], -1);

			if (fd >= 0)
				close(fd);
		}
	for (i = 0; i < CELLS; i++)
		clear_cell(cells + i * CELL_BYTES, CELL_BYTES);
}

/* ---- user pointers ------------------------------------------------------------------- */

/* One page mapped twice, writable and read-only, each with a hole after it. */
int thread_memory(struct thread *t)
{
	int fd = memfd_create("arguments", MFD_CLOEXEC);
	unsigned char *at = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || at == MAP_FAILED || ftruncate(fd, PAGE))
		return errno;
	t->writable = mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	t->readonly = mmap(at + 2 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	close(fd);
	return t->writable == MAP_FAILED || t->readonly == MAP_FAILED ? ENOMEM : 0;
}

bool touch(struct thread *t, volatile unsigned char *at, bool write)
{
	unsigned char value;

	if (sigsetjmp(t->back, 1)) {
		t->may_fault = 0;
		return false;
	}
	t->may_fault = 1;
	value = *at;
	if (write)
		*at = (unsigned char)(value + 1);
	t->may_fault = 0;
	return true;
}

/* Possibly memory of the device, which another thread may unmap. */
static void *give_in_cell(struct thread *t, uint32_t mode, const void *arg, size_t bytes)
{
	unsigned char *at = cell(t, mode) + (mode >> 8) % PAGE;

	if (sigsetjmp(t->back, 1)) {
		t->may_fault = 0;
		return at;
	}
	t->may_fault = 1;
	memcpy(at, arg, bytes);
	t->may_fault = 0;
	return at;
}

/*
 * Address of the argument for the kernel. Mostly a valid one; the result of a call is there
 * too, at t->writable + 256. Always, if an allocation fails: otherwise it may be the page fault
 * that fails, within copy_from_user(), which bed uml does not survive.
 */
void *give(struct thread *t, uint32_t mode, const void *arg, size_t bytes)
{
	memcpy(t->writable + 256, arg, bytes);
	if (t->armed)
		return t->writable + 256;
	switch (mode >> 28 == 0xf ? mode >> 24 & 0xf : 0) {
	default:
		return t->writable + 256;
	case 8:
		return t->readonly + 256;
	case 9:
		memcpy(t->writable + 129, arg, bytes);
		return t->writable + 129;
	case 10:
		return NULL;
	case 11:
		return (void *)(uintptr_t)(0xffff800000000000ull + mode);
	case 12:
		memcpy(t->writable + PAGE - 8, arg, 8);
		return t->writable + PAGE - 8;
	case 13:
	case 14:
		return give_in_cell(t, mode, arg, bytes);
	case 15:
		return (void *)~0ul;
	}
}

int result(long value)
{
	return value < 0 ? errno : 0;
}
