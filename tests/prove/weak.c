// SPDX-License-Identifier: GPL-2.0-only
/*
 * weak.c - the register page on processors that reorder memory accesses: every execution
 * that page.c and the library's reader can have is tried. Called by run.sh; TAP.
 *
 * The model is release and acquire of C11 and of the kernel, and no stronger: plain
 * and relaxed stores become visible in any order, except where a barrier of the writer
 * separates them; loads are satisfied in any order, except where an acquire of the reader
 * separates them; each four bytes independently. Only accesses to the same four bytes
 * keep their order.
 *
 * The reader stores nothing, so the writer's stores are one fixed sequence (the trace),
 * made first. The knowledge of the reader is a view: a length of the trace that it has certainly
 * seen. A load may return the newest store to its cell within the view, or any later one.
 *
 * Which stores are tried: all, for the loads of seq and ring_head. Of the other loads all
 * but two take the oldest store allowed. That is no restriction: an older store asks less
 * of the view, so in any execution that returns a mixture, all loads but two of different
 * age can be replaced by the oldest allowed ones, and it is still a mixture.
 *
 * A reader that repeats does so with a larger view, which is a case of a first attempt; so
 * after LOOKS_AT_SEQ loads of seq in one call an execution is abandoned.
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wavert.h>

#include "../guest/tap.h"
#include "trace.h"
#include "weak.h"

#define RING_BYTES	(WAVERT_RING * sizeof(struct wavert_notification))
#define CELLS		((sizeof(struct wavert_page) + RING_BYTES) / 4)
#define TRACE_MAX	8192
#define PUBLICATIONS	8
#define LOOKS_AT_SEQ	4

#define SEQ	(offsetof(struct wavert_page, seq) / 4)
#define HEAD	(offsetof(struct wavert_page, ring_head) / 4)

unsigned char weak_page[4096] __attribute__((aligned(4096)));

/* ---- the writer's trace -------------------------------------------------------- */

struct store {
	unsigned int cell;
	uint32_t value;
	unsigned int after;	/* length of the view after an acquire of this store */
	unsigned int publication;
};

static struct store trace[TRACE_MAX];
static unsigned int trace_length, barrier;
static unsigned int stores_of[CELLS][512], nstores_of[CELLS];
static struct { unsigned int cell, cells, release; } pending;
static uint32_t latest[CELLS], first_value[CELLS];
static unsigned int publication;
static enum { OFF, WRITING, READING } mode;

static uint32_t *cell_at(unsigned int cell)
{
	return (uint32_t *)(void *)weak_page + cell;
}

static void fatal(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(2);
}

#define CHOICE_FAILED	fatal
#include "choices.h"

static void add_store(unsigned int cell, unsigned int after)
{
	if (trace_length == TRACE_MAX || nstores_of[cell] == 512)
		fatal("the trace is full");
	latest[cell] = *cell_at(cell);
	stores_of[cell][nstores_of[cell]++] = trace_length;
	trace[trace_length++] = (struct store){ cell, latest[cell], after, publication };
}

/* The store that was announced before is complete. */
static void settle(void)
{
	unsigned int i;

	for (i = 0; i < pending.cells; i++)
		add_store(pending.cell + i, pending.release ? trace_length : barrier);
	pending.cells = 0;
	for (i = 0; i < CELLS; i++)
		if (*cell_at(i) != latest[i])
			fatal("a store to the page that was not traced");
}

static bool in_page(uintptr_t at, unsigned int bytes, unsigned int *cell, unsigned int *cells)
{
	uintptr_t base = (uintptr_t)weak_page;

	if (at + bytes <= base || at >= base + sizeof(weak_page))
		return false;
	*cell = (unsigned int)((at - base) / 4);
	*cells = (unsigned int)((at - base + bytes + 3) / 4) - *cell;
	return true;
}

void trace_store(uintptr_t at, unsigned int bytes, enum trace_order order)
{
	unsigned int cell, cells;

	if (mode == OFF || !in_page(at, bytes, &cell, &cells))
		return;
	if (mode == READING)
		fatal("the reader writes");
	settle();
	pending.cell = cell;
	pending.cells = cells;
	pending.release = order >= TRACE_RELEASE;
}

void prove_wmb(void)
{
	settle();
	barrier = trace_length;
}

void prove_mb(void)
{
	prove_wmb();
}

/* ---- the reader ---------------------------------------------------------------- */

struct load {
	unsigned int cell;
	uint32_t value;
	int store;		/* index in the trace; -1: the initial value */
	bool newer;		/* not the oldest one allowed */
};

static struct load loads[CHOICES_MAX];
static unsigned int nloads;
static unsigned int view, view_after_fence, looks_at_seq, newer, newer_most;
static int seen_of[CELLS];	/* newest store read from each cell */
static jmp_buf give_up;

/* Position in stores_of[cell] of the oldest store a load may return; -1: the first value. */
static int oldest_allowed(unsigned int cell)
{
	int i = (int)nstores_of[cell] - 1;

	while (i >= 0 && stores_of[cell][i] >= view && (int)stores_of[cell][i] > seen_of[cell])
		i--;
	return i;
}

static uint32_t value_of(unsigned int cell, int i)
{
	return i < 0 ? first_value[cell] : trace[stores_of[cell][i]].value;
}

/* Of consecutive stores with one value the first requires least: the others are left out. */
static int pick(unsigned int cell, bool control)
{
	int candidate[512], n = 0, i = oldest_allowed(cell);

	candidate[n++] = i;
	for (i++; i < (int)nstores_of[cell]; i++)
		if (value_of(cell, i) != value_of(cell, i - 1))
			candidate[n++] = i;
	if (!control && newer == newer_most)
		return candidate[0];
	i = candidate[choose((unsigned int)n)];
	newer += !control && i != candidate[0];
	return i;
}

static void load_cell(unsigned int cell, bool control, enum trace_order order)
{
	int oldest = oldest_allowed(cell);
	int i = pick(cell, control);

	*cell_at(cell) = value_of(cell, i);
	if (nloads == CHOICES_MAX)
		fatal("too many loads");
	loads[nloads++] = (struct load){
		cell, value_of(cell, i), i < 0 ? -1 : (int)stores_of[cell][i], i != oldest
	};
	if (i < 0)
		return;
	seen_of[cell] = (int)stores_of[cell][i];
	if (trace[seen_of[cell]].after > view_after_fence)
		view_after_fence = trace[seen_of[cell]].after;
	if ((order == TRACE_ACQUIRE || order == TRACE_BOTH) && trace[seen_of[cell]].after > view)
		view = trace[seen_of[cell]].after;
}

void trace_load(uintptr_t at, unsigned int bytes, enum trace_order order)
{
	unsigned int cell, cells, i;

	if (mode == WRITING)
		settle();
	if (mode != READING || !in_page(at, bytes, &cell, &cells))
		return;
	/* not for the copy of all words, of which seq is one */
	if (cell == SEQ && cells == 1 && ++looks_at_seq > LOOKS_AT_SEQ)
		longjmp(give_up, 1);
	for (i = 0; i < cells; i++)
		load_cell(cell + i, cell == HEAD || (cell == SEQ && cells == 1), order);
}

void trace_fence(enum trace_order order)
{
	if (mode == READING && order != TRACE_RELAXED && order != TRACE_RELEASE &&
	    view_after_fence > view)
		view = view_after_fence;
	if (mode == WRITING && order >= TRACE_RELEASE)
		prove_wmb();
}

/* ---- what was published -------------------------------------------------------- */

struct published {
	struct wavert_snapshot snapshot;
	unsigned int passed;
	unsigned int length;		/* of the trace, then */
};

static struct published published[PUBLICATIONS];
static struct wavert_notification entries[1024];
static unsigned int npublished, nentries;

static void snapshot_of_page(struct wavert_snapshot *s)
{
	const struct wavert_page *p = (const void *)weak_page;

	*s = (struct wavert_snapshot) {
		.state = p->state, .offset = p->offset, .linear = p->linear,
		.position_ns = p->position_ns, .packets = p->packets,
		.notify_ns = p->notify_ns, .irq_count = p->irq_count,
		.notifications_written = p->ring_head, .buffer_bytes = p->buffer_bytes,
		.notifications = p->notifications, .rate = p->rate,
		.frame_bytes = p->frame_bytes, .format = p->format,
		.channels = p->channels, .flags = p->flags,
		.dma_halts = p->dma_halts, .position_register_base = p->position_register_base,
	};
}

static void write_page(const unsigned int *passed, unsigned int n)
{
	const struct wavert_page *p = (const void *)weak_page;
	unsigned int i;

	memset(weak_page, 0, sizeof(weak_page));
	memset(nstores_of, 0, sizeof(nstores_of));
	trace_length = barrier = pending.cells = nentries = 0;
	weak_writer_init();
	memcpy(first_value, weak_page, sizeof(first_value));
	memcpy(latest, weak_page, sizeof(latest));
	snapshot_of_page(&published[0].snapshot);
	for (publication = 1; publication <= n; publication++) {
		mode = WRITING;
		weak_publish(publication, passed[publication - 1]);
		settle();
		mode = OFF;
		snapshot_of_page(&published[publication].snapshot);
		published[publication].length = trace_length;
		for (i = 0; i < passed[publication - 1]; i++, nentries++)
			entries[nentries] = *wavert_page_entry(p, nentries);
	}
	npublished = n + 1;
}

/* ---- properties ---------------------------------------------------------------- */

static unsigned long executions, given_up;
static unsigned int newest_seen;

static const char *name_of(unsigned int cell, char *room, size_t bytes)
{
	static const char *const ring[] = {
		"number", "irq_seq", "interrupt_ns", "signal_ns", "linear"
	};
	static const char *const head[] = {
		"seq", "state", "version", "page_bytes", "ring_offset", "ring_entries",
		"entry_bytes", "flags"
	};
	static const char *const wide[] = {
		"linear", "position_ns", "packets", "notify_ns", "irq_count", "ring_head"
	};
	static const char *const narrow[] = {
		"offset", "buffer_bytes", "notifications", "rate", "frame_bytes", "format",
		"channels", "position_register_base"
	};
	unsigned int first = sizeof(struct wavert_page) / 4;

	if (cell < 8)
		return head[cell];
	if (cell < 20)
		return wide[(cell - 8) / 2];
	if (cell < 28)
		return narrow[cell - 20];
	if (cell < first)
		return "glitches, reserved";
	snprintf(room, bytes, "ring[%u].%s", (cell - first) / 10, ring[(cell - first) % 10 / 2]);
	return room;
}

static bool always_zero(unsigned int cell)
{
	int i;

	for (i = 0; i < (int)nstores_of[cell]; i++)
		if (value_of(cell, i))
			return false;
	return true;
}

/* Prints the loads of the reader that explain the failure. */
static void print_execution(void)
{
	char room[48];
	unsigned int i;

	for (i = 0; i < nloads; i++) {
		const struct load *l = &loads[i];

		if (always_zero(l->cell))
			continue;	/* upper halves, reserved */
		printf("#   load %-22s = %-6u of publication %u, store %d of %u%s\n",
		       name_of(l->cell, room, sizeof(room)), l->value,
		       l->store < 0 ? 0 : trace[l->store].publication, l->store + 1,
		       trace_length, l->newer ? ", earlier than it must be seen" : "");
	}
}

static const char *broken;
static char detail[160];

static bool same_snapshot(const struct wavert_snapshot *a, const struct wavert_snapshot *b)
{
	return a->state == b->state && a->offset == b->offset && a->linear == b->linear &&
	       a->position_ns == b->position_ns && a->packets == b->packets &&
	       a->notify_ns == b->notify_ns && a->irq_count == b->irq_count &&
	       a->notifications_written == b->notifications_written &&
	       a->buffer_bytes == b->buffer_bytes && a->notifications == b->notifications &&
	       a->rate == b->rate && a->frame_bytes == b->frame_bytes &&
	       a->format == b->format && a->channels == b->channels && a->flags == b->flags &&
	       a->dma_halts == b->dma_halts &&
	       a->position_register_base == b->position_register_base;
}

/* Which publication it is; -1 if none. */
static int which(const struct wavert_snapshot *s)
{
	int k;

	for (k = (int)npublished - 1; k >= 0; k--)
		if (same_snapshot(s, &published[k].snapshot))
			return k;
	return -1;
}

static int one_snapshot(unsigned int at_least)
{
	struct wavert_snapshot s;
	int k;

	looks_at_seq = 0;
	weak_snapshot(&s);
	k = which(&s);
	if (k < 0) {
		broken = "a snapshot that is a mixture of publications";
		snprintf(detail, sizeof(detail), "state %u offset %u linear %llu position_ns %llu packets %llu",
			 s.state, s.offset, (unsigned long long)s.linear,
			 (unsigned long long)s.position_ns, (unsigned long long)s.packets);
	} else if (k < (int)at_least) {
		broken = "a snapshot older than what the reader knows of";
		snprintf(detail, sizeof(detail), "publication %d after %u", k, at_least);
	} else if (k > (int)newest_seen) {
		newest_seen = (unsigned int)k;
	}
	return k;
}

static void progress_once(unsigned int start)
{
	struct wavert_progress now;
	unsigned int k;

	looks_at_seq = 0;
	weak_progress(&now);
	for (k = start; k < npublished; k++)
		if (now.packets == published[k].snapshot.packets &&
		    now.linear == published[k].snapshot.linear)
			break;
	if (k == npublished) {
		broken = "count and position that were never published together";
		snprintf(detail, sizeof(detail), "packets %llu linear %llu",
			 (unsigned long long)now.packets, (unsigned long long)now.linear);
	} else if (k > newest_seen) {
		newest_seen = k;
	}
}

static void snapshot_once(unsigned int start)
{
	one_snapshot(start);
}

static void snapshot_twice(unsigned int start)
{
	int k = one_snapshot(start);

	if (!broken)
		one_snapshot((unsigned int)k);
}

static bool same_entry(const struct wavert_notification *a, const struct wavert_notification *b)
{
	return a->number == b->number && a->irq_seq == b->irq_seq && a->linear == b->linear &&
	       a->interrupt_ns == b->interrupt_ns;
}

/* signal_ns is outside of seq: 0, a stamp, or that of the previous entry. */
static bool stamp_ok(uint64_t ns)
{
	return !ns || (ns > 12000 && ns < 12000 + npublished);
}

static void notifications_from(unsigned int start, uint64_t seen)
{
	struct wavert_notification list[WAVERT_RING];
	uint64_t from;
	size_t n, i;

	looks_at_seq = 0;
	n = weak_notifications(&seen, list);
	from = seen - n;
	for (i = 0; i < n; i++) {
		if (same_entry(&list[i], &entries[from + i]) && stamp_ok(list[i].signal_ns))
			continue;
		broken = "an entry of the ring that was never written so";
		snprintf(detail, sizeof(detail), "entry %llu: number %llu irq_seq %llu linear %llu, head %llu",
			 (unsigned long long)(from + i), (unsigned long long)list[i].number,
			 (unsigned long long)list[i].irq_seq, (unsigned long long)list[i].linear,
			 (unsigned long long)seen);
	}
	for (i = start; i < npublished; i++)
		if (published[i].snapshot.notifications_written == seen)
			break;
	if (i == npublished && !broken)
		broken = "a head of the ring that was never published";
	else if (i > newest_seen && i < npublished)
		newest_seen = (unsigned int)i;
}

static void notifications(unsigned int start)
{
	notifications_from(start, 0);
}

static void notifications_after(unsigned int start)
{
	notifications_from(start, published[start].snapshot.notifications_written);
}

/* ---- exploring ----------------------------------------------------------------- */

struct scenario {
	const char *sentence;
	void (*reader)(unsigned int start);
	unsigned int start;		/* the reader was notified of this publication */
	unsigned int newer;		/* number of loads that may be newer than necessary */
	unsigned int n;
	unsigned int passed[PUBLICATIONS];
};

static void one_execution(const struct scenario *s)
{
	next_choice = nloads = newer = view_after_fence = 0;
	memset(seen_of, 0xff, sizeof(seen_of));
	newer_most = s->newer;
	view = s->start ? published[s->start].length : 0;
	broken = NULL;
	executions++;
	mode = READING;
	if (setjmp(give_up))
		given_up++;
	else
		s->reader(s->start);
	mode = OFF;
}

static void explore(const struct scenario *s)
{
	write_page(s->passed, s->n);
	executions = given_up = newest_seen = nchoices = 0;
	do
		one_execution(s);
	while (!broken && advance_choices());

	if (!broken && (newest_seen != s->n || !given_up))
		broken = "not all executions were tried";
	tap_ok(!broken, "%s (%lu executions, %u stores)", s->sentence, executions, trace_length);
	if (!broken)
		return;
	printf("# weak memory: %s: %s\n", broken, detail);
	print_execution();
}

int main(void)
{
	static const struct scenario scenarios[] = {
		{ "page: for every order of memory accesses a snapshot is one publication",
		  snapshot_once, 0, 2, 3, { 1, 0, 1 } },
		{ "page: for every order of memory accesses snapshots do not go back",
		  snapshot_twice, 0, 2, 2, { 1, 1 } },
		{ "page: for every order of memory accesses a client that was woken sees the publication of its signal",
		  snapshot_once, 2, 2, 4, { 1, 1, 1, 1 } },
		{ "page: for every order of memory accesses count and position are of one publication",
		  progress_once, 0, 2, 3, { 1, 0, 1 } },
		{ "ring: for every order of memory accesses entries are whole",
		  notifications, 0, 2, 3, { 1, 2, 1 } },
		{ "ring: for every order of memory accesses entries are whole while they are overwritten",
		  notifications, 1, 2, 3, { 64, 2, 1 } },
		{ "ring: for every order of memory accesses entries are whole after more than a ring full",
		  notifications_after, 1, 1, 2, { 3, 70 } },
	};
	size_t i;

	setbuf(stdout, NULL);
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		explore(&scenarios[i]);
	return tap_done();
}
