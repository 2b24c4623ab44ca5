/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - shared by the parts of the guest fuzzer. A program is a short list of calls; a
 * call is an operation of ops.h with a few words, which the operation converts to arguments.
 *
 *   main.c    threads, rounds with different module parameters, watchdog, evaluation
 *   corpus.c  programs: random, mutated, kept when they reach something new
 *   cover.c   KCOV: which blocks of our modules a call reached
 *   table.c   descriptors and mappings that all threads share, and user pointers
 *   attached.c  rounds over the PCMs of another driver
 *   wavert.c, pcm.c, memory.c   the operations
 */
#ifndef WRT_GUEST_FUZZ_H
#define WRT_GUEST_FUZZ_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PCM_NODE	"/dev/snd/pcmC0D0"	/* and p or c */
#define THREADS_MAX	8
#define CALLS_MAX	20
#define ARGS		5
#define COUNT_OF(a)	(sizeof(a) / sizeof((a)[0]))

struct call {
	uint8_t op;
	uint8_t fail;		/* the n-th allocation of this call fails; 0: none */
	uint16_t pause;		/* us to sleep first, so that other threads run */
	uint32_t a[ARGS];
};

struct program {
	uint32_t n;
	struct call call[CALLS_MAX];
};

struct count {
	unsigned long ok, refused;
};

struct thread {
	int index;
	pthread_t id;
	uint64_t rng;
	uint32_t rotate;	/* added to every slot number of the program */
	struct count *count;	/* by operation */
	unsigned long faults;	/* allocations that were made to fail */
	int fail_file;
	/* KCOV */
	int cover_fd;
	unsigned long *cover;
	bool fresh;		/* the program has reached something new */
	/* user pointers, see table.c */
	unsigned char *writable, *readonly;
	/* an access to missing memory continues here */
	sigjmp_buf back;
	bool armed;			/* an allocation of this call fails */
	volatile int may_fault;
	/* for the watchdog */
	atomic_ulong calls;
	_Atomic(const struct call *) doing;
};

struct op {
	const char *name;
	int (*run)(struct thread *t, const struct call *c);	/* 0 or a positive errno */
	int weight;
	enum { MAY, NEVER, SELDOM } success;	/* NEVER: success is a bug; SELDOM: see ops.h */
};

extern const struct op ops[];
extern const unsigned int op_count;

/* main.c */
extern bool verbose;
extern bool attached;		/* rounds over another driver's PCMs, not over the simulator */
extern atomic_bool stop;
void broken(const char *what, int value);
int insert(const char *path, const char *parameters);
int take_out(const char *name);

/* corpus.c */
uint32_t random_u32(struct thread *t);
uint32_t random_below(struct thread *t, uint32_t n);
void next_program(struct thread *t, struct program *out);
void keep_program(const struct program *p);
unsigned int corpus_size(void);
void load_seeds(void);
const struct program *seed_program(unsigned int i);

/* cover.c */
int cover_open(struct thread *t);
void cover_close(struct thread *t);
void cover_begin(struct thread *t);
void cover_end(struct thread *t, unsigned int op);
int cover_modules(void);
unsigned int cover_blocks(void);
unsigned long cover_strange(void);
int cover_write(const char *path);

/* table.c */
enum kind { FILTER, STREAM, PCM, EVENT, OTHER, KINDS };
#define CELLS		12
#define CELL_BYTES	(8ul << 20)

int table_init(void);
int thread_memory(struct thread *t);
int slot(struct thread *t, enum kind kind, uint32_t a);
void put_slot(struct thread *t, enum kind kind, uint32_t a, int fd);
int take_slot(struct thread *t, enum kind kind, uint32_t a);
unsigned char *cell(struct thread *t, uint32_t a);
void clear_cell(unsigned char *at, size_t bytes);
void clear_table(void);
void *give(struct thread *t, uint32_t mode, const void *arg, size_t bytes);
bool touch(struct thread *t, volatile unsigned char *at, bool write);
int result(long value);

/* attached.c: 0 or a positive errno */
int attached_set_up(void);
bool attached_is_bound(void);
int attached_bind(void);
int attached_unbind(bool device);
int attached_load(unsigned int round);
int attached_unload(void);
void attached_ran(void);
bool attached_done(void);

/* Mostly one of a table, sometimes the word itself. */
#define PICK(table, a) ((a) < 0xf0000000u ? (table)[(a) % COUNT_OF(table)] : (a))

/* memory.c */
bool is_bound(void);
int rebind(void);

#endif
