// SPDX-License-Identifier: GPL-2.0-only
/*
 * hw_test.c - WaveRT clients of real (emulated) hardware: CAPS, registers read without a call,
 * removal of a device, playback and capture at once. Runs in the guest as root, called by
 * guest.sh. TAP on stdout.
 *
 *   hw_test register CARD
 *   hw_test clock CARD
 *   hw_test caps CARD
 *   hw_test unbind CARD UNBIND-FILE PCI-ADDRESS
 *   hw_test duplex SECONDS CARD...
 *
 * EXACT=no in the environment: time is not exact (unbind, duplex). PAGES=N: of the
 * buffer, with a point each two (unbind); else it has 160 ms and two points.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../guest/machine.h"
#include "node.h"

#define RATE 48000u
#define BYTES 30720u		/* 160 ms */
#define POINTS 3u		/* a buffer, playback and capture at once */
#define REGISTER_PAGE 4096	/* registers of HD Audio that can be mapped alone */
#define READS 10000
#define BLOCKS 100
#define SPINS 1000u		/* between two readings of a block, so that it moves in between */

struct client {
	int card, fd, event;
	unsigned int direction, bytes;
	unsigned char *buffer;
	size_t mapped;
	const struct wavert_page *page;
	unsigned long long signals;
};

/* A stream that is ready to run, with its mappings. 0 or errno. */
static int client_open(struct client *c, int card, unsigned int direction, unsigned int count,
		       unsigned int bytes)
{
	struct wavert_buffer b;

	*c = (struct client){ .card = card, .direction = direction, .bytes = bytes };
	c->fd = card_ready(card, direction, RATE, count, bytes, &b);
	if (c->fd < 0)
		return -c->fd;
	c->mapped = b.map_bytes;
	c->buffer = map_buffer(c->fd, c->mapped);
	c->page = map_page(c->fd);
	c->event = new_event();
	if (!c->buffer || !c->page || c->event < 0)
		return errno;
	return register_event(c->fd, c->event);
}

static void client_close(struct client *c)
{
	if (c->fd < 0)
		return;
	set_state(c->fd, WAVERT_STATE_STOP);
	munmap(c->buffer, c->mapped);
	munmap((void *)c->page, 4096);
	close(c->event);
	close(c->fd);
}

/* A mapped register; NULL and *err if it cannot be mapped. */
static const volatile uint32_t *map_register(int fd, unsigned int kind, struct wavert_register *r,
					     int *err)
{
	unsigned char *at;

	memset(r, 0, sizeof(*r));
	r->kind = kind;
	*err = call(fd, WAVERT_IOC_GET_REGISTER, r);
	if (*err)
		return NULL;
	at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, (off_t)r->mmap_offset);
	*err = at == MAP_FAILED ? errno : 0;
	return *err ? NULL : (const volatile uint32_t *)(at + r->page_offset);
}

/* ---- the position register ------------------------------------------------------------ */

static volatile int trapped;

static void on_trap(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	trapped++;
}

#define ALLOW(number) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/*
 * From now on each system call of this thread raises SIGSYS, except those with which a thread
 * ends.
 */
static int set_trap(void)
{
	static struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_rt_sigreturn),
		ALLOW(SYS_rt_sigprocmask),
		ALLOW(SYS_madvise),
		ALLOW(SYS_munmap),
		ALLOW(SYS_futex),
#ifdef SYS_futex_time64
		ALLOW(SYS_futex_time64),
#endif
		ALLOW(SYS_exit),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
	};
	static const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]), .filter = filter };
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };

	if (sigaction(SIGSYS, &action, NULL) || prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return errno;
	return 0;
}

static unsigned int forward(unsigned int from, unsigned int to)
{
	return (to + BYTES - from) % BYTES;
}

static unsigned int offset_now(struct client *c, const volatile uint32_t *reg)
{
	return (*reg + c->page->position_register_base) % BYTES;
}

/* If the calls before and after differ by at most a step, they bound the register. */
static void check_against_calls(struct client *c, const volatile uint32_t *reg, unsigned int step)
{
	int equal = 0, wrong = 0, tries;

	for (tries = 0; tries < READS * 10 && equal < READS && !wrong; tries++) {
		struct wavert_position before, after;
		unsigned int seen, moved;

		get_position(c->fd, &before);
		seen = offset_now(c, reg);
		get_position(c->fd, &after);
		moved = forward((unsigned int)before.play_offset, (unsigned int)after.play_offset);
		if (forward((unsigned int)before.play_offset, seen) > moved)
			wrong++;
		else if (moved <= step)
			equal++;
	}
	printf("# %d readings equal within a step of %u bytes, %d wrong, %d made\n", equal, step,
	       wrong, tries);
	TAP_CHECK(equal == READS && !wrong,
		  "the position register equals GET_POSITION within one DMA step, %d times", READS);
}

struct block {
	struct client *client;
	const volatile uint32_t *reg;
	unsigned int seen[READS / BLOCKS];
	int err;
	bool call;	/* make a system call */
	bool trap;
};

/* Thread: readings with system calls trapped */
static void *read_block(void *data)
{
	struct block *b = data;
	volatile unsigned int spin;
	int i;

	if (b->trap)
		b->err = set_trap();
	for (i = 0; i < READS / BLOCKS && !b->err; i++) {
		b->seen[i] = offset_now(b->client, b->reg);
		for (spin = 0; spin < SPINS; spin++)
			;
	}
	if (b->call)
		syscall(SYS_getppid);
	return NULL;
}

static void run_block(struct block *b)
{
	pthread_t thread;

	b->err = pthread_create(&thread, NULL, read_block, b);
	if (!b->err)
		pthread_join(thread, NULL);
}

static void check_without_calls(struct client *c, const volatile uint32_t *reg, unsigned int step)
{
	static struct block b;
	struct wavert_position before, after;
	unsigned int last, end, total = 0;
	int block, i, wrong = 0;

	b.client = c;
	b.reg = reg;
	b.trap = true;
	run_block(&b);
	b.trap = b.err != EINVAL;	/* a kernel without seccomp filters */
	b.err = 0;
	for (block = 0; block < BLOCKS && !b.err; block++) {
		get_position(c->fd, &before);
		run_block(&b);
		get_position(c->fd, &after);
		last = (unsigned int)before.play_offset;
		end = (unsigned int)after.play_offset;
		total += forward(last, end);
		for (i = 0; i < READS / BLOCKS; i++) {
			wrong += forward(last, b.seen[i]) > forward(last, end);
			last = b.seen[i];
		}
	}
	printf("# %d blocks, %u bytes passed within them, %d wrong\n", BLOCKS, total, wrong);
	TAP_CHECK(!wrong && total > 2 * step,
		  "read %d times it only moves forward, between the results of GET_POSITION",
		  READS);
	if (!b.trap) {
		tap_skip("this kernel has no seccomp filters", "without any system call");
		return;
	}
	TAP_CHECK(!trapped && !b.err, "without any system call (%s)", strerror(b.err));
	b.call = true;
	run_block(&b);
	TAP_CHECK(trapped == 1, "(one would have been noticed)");
}

/* The page of the register refuses madvise() and execution. */
static void check_mapping(const struct wavert_register *r, int fd, void *page)
{
	int advice;

	TAP_CHECK(mprotect(page, 4096, PROT_READ | PROT_WRITE) && errno == EACCES,
		  "no client can write to it");
	TAP_CHECK(mprotect(page, 4096, PROT_READ | PROT_EXEC) && errno == EACCES &&
		  mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd,
		       (off_t)r->mmap_offset) == MAP_FAILED && errno == EPERM,
		  "nor execute");
	for (advice = 0; advice < 32; advice++)
		madvise(page, 4096, advice);
}

static int test_register(int card)
{
	const volatile uint32_t *reg = NULL;
	struct wavert_register r;
	struct wavert_caps caps;
	struct client c;
	void *page;
	int err = client_open(&c, card, WAVERT_PLAYBACK, 2, BYTES);

	if (!err)
		err = card_caps(card, WAVERT_PLAYBACK, &caps);
	if (!err)
		reg = map_register(c.fd, WAVERT_REGISTER_POSITION, &r, &err);
	if (sysconf(_SC_PAGESIZE) > REGISTER_PAGE) {
		TAP_CHECK(err == EOPNOTSUPP, "no register is mapped with pages of %ld bytes",
			  sysconf(_SC_PAGESIZE));
		client_close(&c);
		return 0;
	}
	if (!err)
		err = set_state(c.fd, WAVERT_STATE_RUN);
	TAP_CHECK(!err, "GET_REGISTER of a running stream returns its position register (%s)", strerror(err));
	if (err)
		return 1;
	page = (void *)((uintptr_t)reg & ~(uintptr_t)4095);
	check_mapping(&r, c.fd, page);	/* the next checks show that madvise() had no effect */
	poll(NULL, 0, 50);
	check_against_calls(&c, reg, caps.position_step);
	check_without_calls(&c, reg, caps.position_step);
	/* position and register continue from the same value */
	set_state(c.fd, WAVERT_STATE_PAUSE);
	set_state(c.fd, WAVERT_STATE_RUN);
	poll(NULL, 0, 20);
	TAP_CHECK(c.page->position_register_base < BYTES, "after a pause the page has its base (%u)",
		  c.page->position_register_base);
	check_against_calls(&c, reg, caps.position_step);
	client_close(&c);
	return 0;
}

/* ---- the clock register ------------------------------------------------------------------ */

/* A reading of the clock register, and the time just before and just after it. */
struct clock_reading {
	uint32_t ticks;
	double before, after;
};

/* The reading that took the least time: a busy machine can stop a process within any of them. */
static struct clock_reading read_clock(const volatile uint32_t *reg)
{
	struct clock_reading best = { 0 };

	for (int i = 0; i < 100; i++) {
		struct clock_reading r = { .before = seconds() };

		r.ticks = *reg;
		r.after = seconds();
		if (!i || r.after - r.before < best.after - best.before)
			best = r;
	}
	return best;
}

static int test_clock(int card)
{
	const volatile uint32_t *reg = NULL;
	struct clock_reading first, last;
	double ticks, least, most, hz;
	struct wavert_register r;
	struct client c;
	int err = client_open(&c, card, WAVERT_PLAYBACK, 2, BYTES);

	if (!err)
		reg = map_register(c.fd, WAVERT_REGISTER_CLOCK, &r, &err);
	if (err == EOPNOTSUPP) {
		tap_skip("the driver offers no clock register on this device",
			 "the wall clock register advances at its declared frequency");
		client_close(&c);
		return 0;
	}
	TAP_CHECK(!err && r.width == 32 && r.denominator, "the clock register can be mapped (%s)",
		  strerror(err));
	if (err || !r.denominator)
		return 1;
	set_state(c.fd, WAVERT_STATE_RUN);
	first = read_clock(reg);
	poll(NULL, 0, 1000);
	last = read_clock(reg);
	hz = (double)r.numerator / (double)r.denominator;
	ticks = (double)(uint32_t)(last.ticks - first.ticks);
	least = ticks / (last.after - first.before);
	most = ticks / (last.before - first.after);
	TAP_CHECK(least < 1.001 * hz && most > 0.999 * hz,
		  "the wall clock register advances at its declared frequency (%.0f to %.0f of %.0f Hz)",
		  least, most, hz);
	client_close(&c);
	return 0;
}

static int time_is_exact(void)
{
	return !getenv("EXACT") || strcmp(getenv("EXACT"), "no");
}

/* ---- unbind ------------------------------------------------------------------------------- */

static struct client victim;
static const volatile uint32_t *victim_register;
static atomic_int stop;
static atomic_uint readings;

/* Reads everything that is mapped, also after the device is removed. */
static void *keep_reading(void *unused)
{
	unsigned int i;

	(void)unused;
	while (!stop) {
		for (i = 0; i < victim.bytes; i += 4096)
			*(volatile unsigned char *)&victim.buffer[i];
		*(volatile const uint32_t *)&victim.page->seq;
		if (victim_register)
			*victim_register;
		atomic_fetch_add(&readings, 1);
		usleep(500);
	}
	return NULL;
}

static int test_unbind(int card, const char *file, const char *address)
{
	struct wavert_register r;
	struct wavert_position p;
	unsigned int before;
	pthread_t reader;
	double start, took;
	unsigned int pages = getenv("PAGES") ? (unsigned int)atoi(getenv("PAGES")) : 0;
	int err = client_open(&victim, card, WAVERT_PLAYBACK, pages ? pages / 2 : 2,
			      pages ? pages * 4096 : BYTES);

	if (!err) {
		victim_register = map_register(victim.fd, WAVERT_REGISTER_POSITION, &r, &err);
		if (err == EOPNOTSUPP)	/* AC'97 has none */
			err = 0;
	}
	if (!err)
		err = set_state(victim.fd, WAVERT_STATE_RUN);
	if (!err)
		err = pthread_create(&reader, NULL, keep_reading, NULL);
	TAP_CHECK(!err, "a client runs and holds its mappings (%s)", strerror(err));
	if (err)
		return 1;
	poll(NULL, 0, 300);
	start = seconds();
	err = write_text(file, address);
	took = seconds() - start;
	/* within a second, if time does not depend on the host */
	TAP_CHECK(!err && took < (time_is_exact() ? 1.0 : 10.0),
		  "unbind returns while the client runs (%.3f s)", took);
	before = readings;
	poll(NULL, 0, 100);
	TAP_CHECK(readings > before, "the client continues to read its mappings");
	victim.signals = counted(victim.event);
	TAP_CHECK(victim.page->state == WAVERT_STATE_GONE && victim.page->packets > 2 &&
		  victim.signals == victim.page->packets + 1,
		  "the state in the page is GONE; %llu points and one more signal",
		  (unsigned long long)victim.page->packets);
	TAP_CHECK(get_position(victim.fd, &p) == ENODEV, "calls give ENODEV");
	stop = 1;
	pthread_join(reader, NULL);
	client_close(&victim);
	return 0;
}

/* ---- CAPS and the calls -------------------------------------------------------------------- */

/* Exactly the listed rates can be set. */
static int rates_hold(int fd, const struct wavert_caps *c)
{
	unsigned int i, wrong = !c->nrates || c->nrates > WAVERT_RATES;

	for (i = 0; i < c->nrates && i < WAVERT_RATES; i++) {
		wrong += i && c->rates[i] <= c->rates[i - 1];
		wrong += set_format(fd, c->rates[i], WAVERT_FORMAT_S16, 2) != 0;
		wrong += set_format(fd, c->rates[i] + 1, WAVERT_FORMAT_S16, 2) != EINVAL;
	}
	return !wrong && c->rates[0] == c->rate_min && c->rates[c->nrates - 1] == c->rate_max;
}

static void check_caps(int card, unsigned int direction)
{
	const char *name = direction == WAVERT_PLAYBACK ? "playback" : "capture";
	int fd = card_stream(card, direction, 0), kind, err;
	struct wavert_register r;
	struct wavert_caps c;
	unsigned int registers = 0, mappable;
	struct wavert_buffer b, least;

	if (fd < 0 || card_caps(card, direction, &c)) {
		TAP_CHECK(0, "card %d %s: CAPS", card, name);
		return;
	}
	TAP_CHECK(rates_hold(fd, &c), "card %d %s: exactly the %u rates in CAPS can be set",
		  card, name, c.nrates);
	set_format(fd, RATE, WAVERT_FORMAT_S16, 2);
	err = alloc_full(fd, 0, 0, c.buffer_min, &least);
	free_buffer(fd);
	if (!err)
		err = alloc_full(fd, 0, 0, 4, &b);
	TAP_CHECK(!err && b.actual_bytes == least.actual_bytes && b.actual_bytes >= c.buffer_min,
		  "card %d %s: a smaller request gives the same as buffer_min (%u bytes for %u)",
		  card, name, b.actual_bytes, c.buffer_min);
	for (kind = WAVERT_REGISTER_POSITION; kind <= WAVERT_REGISTER_CLOCK; kind++) {
		map_register(fd, (unsigned int)kind, &r, &err);
		registers |= !err << kind;
	}
	/* A larger page than theirs cannot be mapped without other registers. */
	mappable = sysconf(_SC_PAGESIZE) > REGISTER_PAGE ? 0 : c.registers;
	TAP_CHECK(registers == mappable, "card %d %s: it has the registers in CAPS (%x, %x)",
		  card, name, registers, mappable);
	close(fd);
}

static void test_caps(int card)
{
	check_caps(card, WAVERT_PLAYBACK);
	check_caps(card, WAVERT_CAPTURE);
}

/* ---- playback and capture at once ---------------------------------------------------------- */

static void check_conserved(struct client *c, double time, int exact)
{
	struct wavert_position p = { 0 };
	unsigned long long points = 0;
	const char *name = c->direction == WAVERT_PLAYBACK ? "playback" : "capture";
	double ran;
	int err = set_state(c->fd, WAVERT_STATE_PAUSE);

	if (!err)
		err = get_position(c->fd, &p);
	if (!err)
		points = p.linear / (c->bytes / POINTS);
	c->signals += counted(c->event);
	TAP_CHECK(points && c->signals == points && c->page->packets == points,
		  "card %d %s: %llu points, %llu notifications", c->card, name, points, c->signals);
	ran = (double)p.linear / 4 / RATE;
	if (exact)
		TAP_CHECK(ran > time * 0.97 && ran < time * 1.03,
			  "card %d %s: ran at its rate (%.3f of %.3f s)", c->card, name, ran, time);
}

static int test_duplex(double time, int cards, char **card)
{
	int exact = time_is_exact(), n = 0, i, err = 0;
	struct client clients[8];
	struct pollfd fds[8];
	double start;

	for (i = 0; i < cards * 2 && n < 8 && !err; i++)
		err = client_open(&clients[n++], atoi(card[i / 2]), i % 2, POINTS, BYTES);
	for (i = 0; i < n && !err; i++)
		err = set_state(clients[i].fd, WAVERT_STATE_RUN);
	TAP_CHECK(!err && n, "%d streams on %d cards run at once (%s)", n, cards, strerror(err));
	start = seconds();
	while (!err && seconds() < start + time) {
		for (i = 0; i < n; i++)
			fds[i] = (struct pollfd){ .fd = clients[i].event, .events = POLLIN };
		poll(fds, (nfds_t)n, 20);
		for (i = 0; i < n; i++)
			clients[i].signals += counted(clients[i].event);
	}
	time = seconds() - start;
	for (i = 0; i < n && !err; i++)
		check_conserved(&clients[i], time, exact);
	for (i = 0; i < n; i++)
		client_close(&clients[i]);
	return err;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "register"))
		test_register(atoi(argv[2]));
	else if (argc == 3 && !strcmp(argv[1], "caps"))
		test_caps(atoi(argv[2]));
	else if (argc == 3 && !strcmp(argv[1], "clock"))
		test_clock(atoi(argv[2]));
	else if (argc == 5 && !strcmp(argv[1], "unbind"))
		test_unbind(atoi(argv[2]), argv[3], argv[4]);
	else if (argc > 3 && !strcmp(argv[1], "duplex"))
		test_duplex(atof(argv[2]), argc - 3, argv + 3);
	else
		return 2;
	return tap_done();
}
