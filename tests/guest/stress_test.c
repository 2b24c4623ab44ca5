// SPDX-License-Identifier: GPL-2.0-only
/*
 * stress_test.c - tests that need several processors. Called by tests/check.sh.
 *
 *   stress_test page READS      readers of the register page concurrent with a writer at full
 *                               speed; needs the step clock
 *   stress_test calls SECONDS   every call of a running stream, each in its own thread; needs the
 *                               real clock
 *
 * Static, with libpthread.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "abi.h"

#define PACKET	192u
#define BYTES	(2 * PACKET)

static atomic_bool over;

static void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % (int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static unsigned int next_random(unsigned int *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

static void nap(unsigned int us)
{
	struct timespec t = { 0, (long)us * 1000 };

	nanosleep(&t, NULL);
}

/* ---- the page ----------------------------------------------------------------------- */

struct seen {
	uint64_t linear, packets, head;
	uint32_t offset;
	struct wavert_notification newest;
};

static void look(const volatile struct wavert_page *page, struct seen *s)
{
	s->linear = page->linear;
	s->packets = page->packets;
	s->head = page->ring_head;
	s->offset = page->offset;
	if (s->head)
		s->newest = *wavert_page_entry((const struct wavert_page *)page, s->head - 1);
}

/* The read protocol of sound/wavert.h, without the library. */
static void look_whole(const struct wavert_page *page, struct seen *s)
{
	uint32_t seq;

	do {
		do
			seq = __atomic_load_n(&page->seq, __ATOMIC_ACQUIRE);
		while (seq & 1);
		look(page, s);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (__atomic_load_n(&page->seq, __ATOMIC_RELAXED) != seq);
}

/* The writer steps whole packets, so all of these hold at every publication. */
static bool is_whole(const struct seen *s)
{
	if (s->linear != s->packets * PACKET || s->offset != s->linear % BYTES)
		return false;
	return !s->head || (s->head == s->packets && s->newest.number == s->packets &&
			    s->newest.linear == s->linear);
}

#define CHANGES 400	/* minimum number that a reader has to see */

static atomic_bool torn_without_protocol;	/* seen by one of them */

struct reader {
	const struct wavert_page *page;
	unsigned long reads, torn, torn_without, moved;
	int cpu;
};

static void *read_page(void *arg)
{
	struct reader *r = arg;
	uint64_t last = 0;
	struct seen s;
	double end = seconds();
	unsigned long i;

	pin_to(r->cpu);
	/* after the last read, until enough publications were made */
	for (i = 0; i < r->reads || i % 4096 ||
	     goes_on(end, r->moved >= CHANGES && torn_without_protocol); i++) {
		look_whole(r->page, &s);
		r->torn += !is_whole(&s) || s.packets < last;
		r->moved += s.packets != last;
		last = s.packets;
		if (i % 4 == 0) {
			look(r->page, &s);
			r->torn_without += !is_whole(&s);
			if (r->torn_without)
				torn_without_protocol = true;
		}
	}
	r->reads = i;
	return NULL;
}

static void *write_page(void *arg)
{
	int fd = open(STEP_FILE, O_WRONLY);

	(void)arg;
	pin_to(0);
	while (!over)
		if (write(fd, "48", 2) != 2)
			break;
	close(fd);
	return NULL;
}

static void test_page(unsigned long reads)
{
	int fd = ready_stream(WAVERT_PLAYBACK, 2, BYTES), i;
	const struct wavert_page *page = map_page(fd);
	struct reader r[3] = { 0 };
	pthread_t writer, readers[3];
	unsigned long torn = 0, without = 0, moved = 0, done = 0;

	set_state(fd, WAVERT_STATE_RUN);
	pthread_create(&writer, NULL, write_page, NULL);
	for (i = 0; i < 3; i++) {
		r[i].page = page;
		r[i].reads = reads / 3 + 1;
		r[i].cpu = 1 + i;
		pthread_create(&readers[i], NULL, read_page, &r[i]);
	}
	for (i = 0; i < 3; i++) {
		pthread_join(readers[i], NULL);
		torn += r[i].torn;
		without += r[i].torn_without;
		moved += r[i].moved;
		done += r[i].reads;
	}
	over = true;
	pthread_join(writer, NULL);
	printf("# %llu publications, a new one in %lu reads; without the protocol %lu of %lu reads were torn\n",
	       (unsigned long long)page->packets, moved, without, done / 4);
	TAP_CHECK(!torn, "No torn snapshot in %lu reads by three readers", done);
	TAP_CHECK_IF(moved >= 3 * CHANGES && without > 0, moved > 0,
		     "though the page changed under them, as reads without the protocol show");
	munmap((void *)page, 4096);
	close(fd);
}

/* ---- the calls ------------------------------------------------------------------------ */

static struct {
	int play, capture;		/* streams */
	int events[2];			/* one for each; registered all the time */
	const struct wavert_page *pages[2];
	atomic_ulong calls, refused, wrong;
} s;

static void expect(bool right, const char *what, long value)
{
	s.calls++;
	if (!right && s.wrong++ < 5)
		printf("# %s: %ld\n", what, value);
}

/* State changes up, down and partly up: all of them succeed. */
static void *change_states(void *arg)
{
	unsigned int seed = 7;
	int err;

	(void)arg;
	while (!over) {
		int fd = next_random(&seed) & 1 ? s.play : s.capture;

		err = set_state(fd, next_random(&seed) % 5 ? WAVERT_STATE_RUN : next_random(&seed) % 3);
		expect(!err, "SET_STATE", err);
		nap(next_random(&seed) % 8000);
	}
	return NULL;
}

/* Registers and unregisters events. None gets more signals than points passed in between. */
static void *change_events(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;
	int ev = new_event(), err;

	while (!over) {
		int which = next_random(&seed) & 1;
		int fd = which ? s.capture : s.play;
		uint64_t before = __atomic_load_n(&s.pages[which]->ring_head, __ATOMIC_ACQUIRE), after;
		unsigned long long n;

		err = register_event(fd, ev);
		expect(!err, "REGISTER_EVENT", err);
		nap(next_random(&seed) % 6000);
		err = unregister_event(fd, ev);
		expect(!err, "UNREGISTER_EVENT", err);
		after = __atomic_load_n(&s.pages[which]->ring_head, __ATOMIC_ACQUIRE);
		n = counted(ev);
		expect(n <= after - before, "an event was signalled too often", (long)n);
		nap(100);
		expect(!counted(ev), "an event was signalled after UNREGISTER_EVENT", 0);
	}
	close(ev);
	return NULL;
}

static void *ask_positions(void *arg)
{
	struct wavert_presentation at;
	struct wavert_position p;
	int err;

	(void)arg;
	while (!over) {
		err = get_position(s.play, &p);
		expect(!err && p.play_offset == p.linear % BYTES && !(p.linear % 4), "GET_POSITION",
		       err ? err : (long)p.play_offset);
		memset(&at, 0, sizeof(at));
		err = call(s.play, WAVERT_IOC_PRESENTATION, &at);
		expect(!err, "PRESENTATION", err);
		nap(50);
	}
	return NULL;
}

/* Announces the next packet, sometimes as the last one. */
static void *write_packets(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg, count;
	int err;

	while (!over) {
		err = packet_count(s.play, &count);
		expect(!err, "PACKET_COUNT", err);
		err = write_packet(s.play, count + next_random(&seed) % 3,
				   next_random(&seed) % 200 ? 0 : WAVERT_PACKET_EOS,
				   next_random(&seed) % (PACKET + 1));
		s.refused += err != 0;
		expect(!err || err == ETIME || err == EOVERFLOW || err == EBADFD,
		       "SET_WRITE_PACKET", err);
		nap(300);
	}
	return NULL;
}

static void *read_packets(void *arg)
{
	struct wavert_read_packet p;
	int err;

	(void)arg;
	while (!over) {
		err = read_packet(s.capture, &p);
		s.refused += err != 0;
		expect(!err || err == EAGAIN || err == EBADFD, "GET_READ_PACKET", err);
		nap(200);
	}
	return NULL;
}

static bool both_passed(unsigned int points)
{
	return s.pages[0]->ring_head > points && s.pages[1]->ring_head > points;
}

static void test_calls(unsigned int duration)
{
	void *(*const threads[])(void *) = { change_states, change_events, change_events,
					     ask_positions, write_packets, write_packets, read_packets };
	pthread_t thread[sizeof(threads) / sizeof(threads[0])];
	const unsigned int least = 100 * duration;
	unsigned long long sums[2];
	double end;
	size_t i;

	s.play = ready_stream(WAVERT_PLAYBACK, 2, BYTES);
	s.capture = ready_stream(WAVERT_CAPTURE, 2, BYTES);
	for (i = 0; i < 2; i++) {
		s.pages[i] = map_page(i ? s.capture : s.play);
		s.events[i] = new_event();
		register_event(i ? s.capture : s.play, s.events[i]);
	}
	for (i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
		pthread_create(&thread[i], NULL, threads[i], (void *)(uintptr_t)(i + 1));
	end = seconds() + duration;
	while (goes_on(end, both_passed(least)))
		nap(10000);
	over = true;
	for (i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
		pthread_join(thread[i], NULL);
	set_state(s.play, WAVERT_STATE_STOP);
	set_state(s.capture, WAVERT_STATE_STOP);
	for (i = 0; i < 2; i++)
		sums[i] = counted(s.events[i]);
	printf("# %lu calls, %lu of them refused; %llu and %llu points\n", s.calls, s.refused,
	       (unsigned long long)s.pages[0]->ring_head, (unsigned long long)s.pages[1]->ring_head);
	TAP_CHECK(!s.wrong, "Every call of two streams at once, from seven threads for %u s, gives what it may",
		  duration);
	TAP_CHECK_IF(sums[0] > least, sums[0] == s.pages[0]->ring_head && sums[0],
		     "Playback: all its points were signalled to the event registered all the time (%llu)",
		     sums[0]);
	TAP_CHECK_IF(sums[1] > least, sums[1] == s.pages[1]->ring_head && sums[1],
		     "Capture: all its points were signalled to the event registered all the time (%llu)",
		     sums[1]);
	close(s.play);
	close(s.capture);
}

int main(int argc, char **argv)
{
	setbuf(stdout, NULL);
	if (argc == 3 && !strcmp(argv[1], "page"))
		test_page(strtoul(argv[2], NULL, 10));
	else if (argc == 3 && !strcmp(argv[1], "calls"))
		test_calls((unsigned int)strtoul(argv[2], NULL, 10));
	else
		return 2;
	return tap_done();
}
