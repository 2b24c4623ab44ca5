// SPDX-License-Identifier: GPL-2.0-only
/*
 * corpus.c - creates programs. All random choices use the thread's own
 * generator, so that a seed gives the same sequence if the kernel does. Used by main.c.
 */
#include "fuzz.h"
#include "ops.h"
#include "seeds.h"

#define CORPUS_MAX	1024

static struct program corpus[CORPUS_MAX];
static unsigned int corpus_n;
static pthread_mutex_t corpus_lock = PTHREAD_MUTEX_INITIALIZER;

/* splitmix64: any seed is valid, also 0 */
uint32_t random_u32(struct thread *t)
{
	uint64_t z = t->rng += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t random_below(struct thread *t, uint32_t n)
{
	return (uint32_t)(((uint64_t)random_u32(t) * n) >> 32);
}

void load_seeds(void)
{
	memcpy(corpus, seeds, sizeof(seeds));
	corpus_n = COUNT_OF(seeds);
}

/* NULL: there are fewer. */
const struct program *seed_program(unsigned int i)
{
	return i < COUNT_OF(seeds) ? &seeds[i] : NULL;
}

unsigned int corpus_size(void)
{
	return corpus_n;
}

/* When it is full, another program is replaced; never a seed. */
void keep_program(const struct program *p)
{
	static uint32_t victim;

	pthread_mutex_lock(&corpus_lock);
	if (corpus_n < CORPUS_MAX)
		corpus[corpus_n++] = *p;
	else
		corpus[COUNT_OF(seeds) + victim++ % (CORPUS_MAX - COUNT_OF(seeds))] = *p;
	pthread_mutex_unlock(&corpus_lock);
}

static void pick_kept(struct thread *t, struct program *out)
{
	pthread_mutex_lock(&corpus_lock);
	/* one in four is a seed: a random change of a meaningful program reaches most */
	if (random_below(t, 4) == 0)
		*out = corpus[random_below(t, COUNT_OF(seeds))];
	else
		*out = corpus[random_below(t, corpus_n)];
	pthread_mutex_unlock(&corpus_lock);
}

/* ---- random ---------------------------------------------------------------------- */

static uint32_t random_arg(struct thread *t)
{
	switch (random_below(t, 8)) {
	case 0:
		return random_u32(t);
	case 1:
		return 0xf0000000u | random_below(t, 1u << 28);
	case 2:
	case 3:
		return random_below(t, 1u << 20);
	}
	return random_below(t, 8);
}

static uint8_t random_op(struct thread *t)
{
	static int total;
	int at;
	unsigned int i;

	if (!total) {
		int sum = 0;

		for (i = 0; i < op_count; i++)
			sum += ops[i].weight;
		total = sum;
	}
	at = (int)random_below(t, (uint32_t)total);
	for (i = 0; at >= ops[i].weight; i++)
		at -= ops[i].weight;
	return (uint8_t)i;
}

static void random_call(struct thread *t, struct call *c)
{
	int i;

	memset(c, 0, sizeof(*c));
	c->op = random_op(t);
	for (i = 0; i < ARGS; i++)
		c->a[i] = random_arg(t);
	if (random_below(t, 4) == 0)
		c->pause = (uint16_t)(1 + random_below(t, 300));
}

/* ---- mutation ---------------------------------------------------------------------- */

static void insert_call(struct thread *t, struct program *p)
{
	uint32_t at = random_below(t, p->n + 1);

	if (p->n == CALLS_MAX)
		return;
	memmove(&p->call[at + 1], &p->call[at], (p->n - at) * sizeof(p->call[0]));
	random_call(t, &p->call[at]);
	p->n++;
}

static void drop_call(struct thread *t, struct program *p)
{
	uint32_t at = random_below(t, p->n);

	if (p->n < 2)
		return;
	memmove(&p->call[at], &p->call[at + 1], (p->n - at - 1) * sizeof(p->call[0]));
	p->n--;
}

static void splice(struct thread *t, struct program *p)
{
	struct program other;
	uint32_t keep = random_below(t, p->n + 1), from;

	pick_kept(t, &other);
	from = random_below(t, other.n);
	p->n = keep;
	while (p->n < CALLS_MAX && from < other.n)
		p->call[p->n++] = other.call[from++];
}

static void mutate(struct thread *t, struct program *p)
{
	struct call *c = &p->call[random_below(t, p->n)];
	struct call other;

	switch (random_below(t, 12)) {
	case 0:
	case 1:
		insert_call(t, p);
		break;
	case 2:
		drop_call(t, p);
		break;
	case 3:
		splice(t, p);
		break;
	case 4:
		c->op = random_op(t);
		break;
	case 5:
		c->pause = (uint16_t)random_below(t, 2000);
		break;
	case 6:
		c->fail = (uint8_t)(1 + random_below(t, 6));
		break;
	case 7:
		other = p->call[random_below(t, p->n)];
		p->call[random_below(t, p->n)] = *c;
		*c = other;
		break;
	case 8:
		c->a[random_below(t, ARGS)] ^= 1u << random_below(t, 32);
		break;
	default:
		c->a[random_below(t, ARGS)] = random_arg(t);
		break;
	}
}

void next_program(struct thread *t, struct program *out)
{
	uint32_t i, n;

	if (random_below(t, 10) == 0) {
		out->n = 1 + random_below(t, 8);
		for (i = 0; i < out->n; i++)
			random_call(t, &out->call[i]);
		return;
	}
	pick_kept(t, out);
	n = random_below(t, 5);
	for (i = 0; i < n && out->n; i++)
		mutate(t, out);
	t->rotate = random_below(t, 2) ? random_below(t, 8) : 0;
}
