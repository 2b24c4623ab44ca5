// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench.c - the program in the guest; started by run.sh. It runs every row of the tables
 * below and marks the beginning and end of each period; plugin.c counts. Its output
 * (fields separated by tabs) is merged with the counts by report.awk:
 *
 *   kernel RELEASE
 *   hardware			rows from here on are of this kind
 *   row   ID DRIVER CLIENT FRAMES STREAMS EXACT ROUNDS PERIODS WAKES SIGNALS STARTS FAULT
 *         BESIDE INTERRUPTS	(hardware only: the driver to compare with)
 *   read  ID DRIVER READER COUNT FAULT
 *   late  FRAMES COUNT MEAN P99 MOST UNSURE FAULT
 *
 * FAULT is "-" if the row is valid. A new driver is a line in software[] or hardware[], with
 * the option --module or --debian-module in run.sh.
 *
 * usage: bench [rounds=N] [only=ID,ID...] [hardware]
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "markers.h"

#define WARM_UP		20		/* rounds of a segment before counting starts */
#define SEGMENTS	8		/* of a row, each at another distance to the ticks */
#define STARTS		40		/* until all points are in one frame */

struct driver {
	const char *name, *card;
	const struct client *clients[7];
	bool exact;	/* a period, a wake-up: its timer is as fine as the period */
	const struct reader *readers[9];
	const char *address, *bound;	/* of the PCI device, and the name by which it is bound */
	const char *beside;		/* the in-tree driver of the same device */
	bool attached;			/* the pins are those of snd-wavert-attach over it */
};

static const struct driver software[] = {
	{ .name = "none", .clients = { &client_timer, &client_sleep }, .exact = true },
	{ .name = "snd-wavert-sim", .card = "WaveRT", .exact = true,
	  .clients = { &client_own, &client_read, &client_lean, &client_epoll, &client_raw, &client_lib },
	  .readers = { &reader_clock, &reader_page, &reader_page_now, &reader_call,
		       &reader_raw_page, &reader_raw_sync, &reader_lib_update,
		       &reader_lib_avail } },
	{ .name = "snd-dummy", .card = "Dummy", .exact = true,
	  .clients = { &client_raw, &client_lib }, .readers = { &reader_raw_sync } },
	{ .name = "snd-aloop", .card = "Loopback",
	  .clients = { &client_raw, &client_lib }, .readers = { &reader_raw_sync } },
};

#define HDA	"0000:00:10.0"		/* as in run.sh */
#define AC97	"0000:00:12.0"

static const struct driver hardware[] = {
	{ .name = "none", .clients = { &client_timer, &client_sleep }, .exact = true },
	{ .name = "snd-hda-intel", .address = HDA, .bound = "snd_hda_intel", .exact = true,
	  .clients = { &client_raw, &client_lib, &client_ticks }, .readers = { &reader_raw_sync } },
	{ .name = "snd-wavert-hda", .address = HDA, .bound = "snd-wavert-hda", .exact = true,
	  .beside = "snd-hda-intel",
	  .clients = { &client_own, &client_read, &client_lean, &client_raw, &client_lib },
	  .readers = { &reader_raw_sync, &reader_call, &reader_register,
		       &reader_register_now } },
	{ .name = "snd-intel8x0", .address = AC97, .bound = "snd_intel8x0", .exact = true,
	  .clients = { &client_raw, &client_lib }, .readers = { &reader_raw_sync } },
	{ .name = "snd-wavert-ich", .address = AC97, .bound = "snd-wavert-ich", .exact = true,
	  .beside = "snd-intel8x0",
	  .clients = { &client_own, &client_read, &client_lean, &client_raw, &client_lib },
	  .readers = { &reader_raw_sync, &reader_call } },
	/* alsa-raw here: attached, without observers */
	{ .name = "snd-wavert-attach", .address = HDA, .bound = "snd_hda_intel", .exact = true,
	  .beside = "snd-hda-intel", .attached = true,
	  .clients = { &client_own, &client_read, &client_lean, &client_observe, &client_raw },
	  .readers = { &reader_call } },
};

/* Each driver with each of these; zeros end the lists. */
static const struct plan {
	const struct driver *drivers;
	size_t ndrivers;
	unsigned int frames[4], streams[4];
	unsigned int read_frames;	/* a period, where positions are read */
	unsigned int first_row;
	/*
	 * Common divisor of whole periods and the kernel's tick, 4 ms: every
	 * possible distance to the ticks is below this.
	 */
	unsigned int phases_ns;
} plans[] = {
	{ software, ARRAY_SIZE(software), { 64, 256, 1024 }, { 1, 4, 8 }, 1024, 1, 4000000 / 3 },
	{ hardware, ARRAY_SIZE(hardware), { 480 }, { 1 }, 480, 201, 2000000 },
};

static const struct plan *plan = plans;
static unsigned int rounds_wanted = 1000;
static unsigned int row_id;
static const char *only;		/* ",1,10,": these rows alone; NULL: all */
static bool faulty;
static char bound_card[16];		/* id of the card of the hardware ... */
static char attached_card[16];		/* ... and of the one that is attached to it */

int card_number(const char *id)
{
	char path[64], target[16];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/asound/%s", id);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return -ENODEV;
	target[n] = 0;
	return atoi(target + strlen("card"));
}

static void sleep_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* ---- data for the plugin---------------- */

/* A function of one of our modules. */
static void tell_symbol(const char *symbol, uint64_t at, uint64_t end, bool sim)
{
	/* the functions of the simulator that copy data, with inlined ones */
	static const char *const copy[] = {
		"move_capture", "fill", "write_ramp", "write_silence", "put_le", "flip_bit",
	};
	size_t i;

	if (!strcmp(symbol, "platform_fire") || !strcmp(symbol, "pci_irq") ||
	    !strcmp(symbol, "slot_tick"))
		marker_send(OP_ENTRY, at, 0, 0);
	for (i = 0; sim && i < ARRAY_SIZE(copy); i++)
		if (!strncmp(symbol, copy[i], strlen(copy[i])))
			marker_send(OP_RANGE, CLASS_COPY, at, end);
}

/* A function of the kernel. */
static void tell_kernel_symbol(const char *symbol, uint64_t at)
{
	static const char *const access[] = {
		"ioread8", "ioread16", "ioread32", "iowrite8", "iowrite16", "iowrite32",
	};
	size_t i;

	if (!strcmp(symbol, "eventfd_signal"))
		marker_send(OP_SIGNAL, at, 0, 0);
	for (i = 0; i < ARRAY_SIZE(access); i++)
		if (!strcmp(symbol, access[i]))
			marker_send(OP_ACCESS, at, 0, 0);
}

struct symbol {
	uint64_t at;
	char name[128];
	bool sim;
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void tell_symbols(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	struct symbol *list = calloc(4096, sizeof(*list));
	char line[512], name[128], module[64];
	size_t i, n = 0;
	uint64_t at;
	char type;

	while (f && list && n < 4096 && fgets(line, sizeof(line), f)) {
		module[0] = 0;
		if (sscanf(line, "%" SCNx64 " %c %127s [%63[^]]]", &at, &type, name, module) < 3)
			continue;
		if (type != 't' && type != 'T')
			continue;
		if (!module[0])
			tell_kernel_symbol(name, at);
		if (!strncmp(module, "snd_wavert", strlen("snd_wavert"))) {
			list[n].at = at;
			list[n].sim = !strcmp(module, "snd_wavert_sim");
			strcpy(list[n++].name, name);
		}
	}
	if (f)
		fclose(f);
	qsort(list, n, sizeof(*list), by_address);
	for (i = 0; i + 1 < n; i++)
		tell_symbol(list[i].name, list[i].at, list[i + 1].at, list[i].sim);
	free(list);
}

/* The in-tree driver of a device, with all its modules. */
static bool is_driver(const char *module)
{
	return !strncmp(module, "snd_wavert_", strlen("snd_wavert_")) ||
	       !strncmp(module, "snd_hda_", strlen("snd_hda_")) ||
	       !strcmp(module, "snd_intel8x0") || !strcmp(module, "snd_ac97_codec");
}

static void tell_modules(void)
{
	FILE *f = fopen("/proc/modules", "r");
	char line[512], name[64];
	uint64_t at;
	unsigned long bytes;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lu %*s %*s %*s %" SCNx64, name, &bytes, &at) != 3)
			continue;
		if (!strcmp(name, "snd_wavert") || !strcmp(name, "snd_wavert_attach"))
			marker_send(OP_RANGE, CLASS_CORE, at, at + bytes);
		else if (is_driver(name))
			marker_send(OP_RANGE, CLASS_BACKEND, at, at + bytes);
	}
	if (f)
		fclose(f);
}

static void tell_plugin(void)
{
	uint64_t vdso = getauxval(AT_SYSINFO_EHDR);

	marker_send(OP_RANGE, CLASS_VDSO, vdso, vdso + 0x2000);
	tell_modules();
	tell_symbols();
	marker_send(OP_ARM, 0, 0, 0);
	sleep_us(10000);
}

/* ---- a row---------------- */

static uint64_t least_periods(const struct bench *b)
{
	uint64_t least = b->periods[0];
	unsigned int i;

	for (i = 1; i < b->streams; i++)
		if (b->periods[i] < least)
			least = b->periods[i];
	return least;
}

/* Waits until every stream has advanced. */
static int one_round(const struct client *c, struct bench *b)
{
	uint64_t before = least_periods(b);
	int err;

	do
		err = c->wait(b);
	while (!err && least_periods(b) == before);
	return err;
}

static int rounds(const struct client *c, struct bench *b, unsigned int n)
{
	int err = 0;

	while (!err && n--)
		err = one_round(c, b);
	return err;
}

/*
 * Waits for a moment that is `phase` after one of the kernel's ticks: every period here is
 * a whole number of thirds or halves of a tick, so its distance to the ticks never changes
 * (or alternates), and what an interrupt costs depends on that distance.
 */
static void wait_for_phase(uint64_t phase)
{
	struct timespec t;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec + 2000000;
	now -= now % 4000000;
	now += 4000000 + phase;
	t.tv_sec = (time_t)(now / 1000000000);
	t.tv_nsec = (long)(now % 1000000000);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/*
 * Opens and starts the streams and warms up. Streams of a card share its frames; when not
 * all of them start within one frame, their points are frames apart and there is more than
 * one wake-up a period: then they are started again, a little later.
 */
static int begin(const struct client *c, struct bench *b, bool exact, uint64_t phase,
		 unsigned int *starts)
{
	const struct bench fresh = *b;
	unsigned int tries;
	int err;

	for (tries = 1;; tries++) {
		++*starts;
		*b = fresh;
		err = c->open(b);
		wait_for_phase(phase + tries * 3500);
		if (!err)
			err = c->start(b);
		if (!err)
			err = rounds(c, b, WARM_UP / 2);
		b->wakes = 0;
		if (!err)
			err = rounds(c, b, WARM_UP / 2);
		if (err || !exact || b->wakes == WARM_UP / 2 || tries == STARTS)
			return err;
		c->close(b);
	}
}

/* The condition that makes the numbers invalid; NULL: they are valid. */
static const char *fault_of(const struct bench *b, const struct bench *before, bool exact,
			    unsigned int n)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < b->streams; i++)
		sum += b->periods[i] - before->periods[i];
	if (b->xruns)
		return "an xrun";
	if (least_periods(b) - least_periods(before) < n)
		return "periods are missing";
	if (exact && sum != (uint64_t)n * b->streams)
		return "more than a period in a wake-up";
	if (b->signals && b->signals - before->signals != sum)
		return "notifications are missing";
	if (exact && b->wakes - before->wakes != n)
		return "more than one wake-up a period";
	return NULL;
}

struct row {
	const struct driver *driver;
	const struct client *client;
	unsigned int frames, streams;
	/* results */
	unsigned int rounds, starts;
	uint64_t periods, wakes, signals;
	int64_t interrupts;
	const char *fault;
};

static bool is_wanted(unsigned int id)
{
	char text[16];

	snprintf(text, sizeof(text), ",%u,", id);
	return !only || strstr(only, text);
}

static int64_t interrupts_of(const struct driver *d)
{
	return d->address ? hardware_interrupts(d->address) : 0;
}

static const char *card_of(const struct driver *d)
{
	return d->address ? bound_card : d->card;
}

/* 0, or a negative errno. */
static int bind(const struct driver *d)
{
	int err = 0;

	if (!d->address)
		return 0;
	err = hardware_bind(d->address, d->bound, bound_card);
	return err ? err : hardware_attach(bound_card, d->attached, attached_card);
}

static const char *pins_of(const struct driver *d)
{
	return d->attached ? attached_card : NULL;
}

static void run_segment(struct row *r, unsigned int n, uint64_t phase)
{
	struct bench before, b = {
		.card = card_of(r->driver), .pins = pins_of(r->driver),
		.frames = r->frames, .streams = r->streams,
	};
	int64_t interrupts;
	unsigned int i;
	int err = begin(r->client, &b, r->driver->exact, phase, &r->starts);

	if (!err)
		err = one_round(r->client, &b);
	before = b;
	interrupts = interrupts_of(r->driver);
	BASE();
	for (i = 0; !err && i < n; i++) {
		err = one_round(r->client, &b);
		MARK();
	}
	marker_send(OP_PAUSE, 0, 0, 0);
	interrupts = interrupts_of(r->driver) - interrupts;
	if (!r->fault)
		r->fault = err ? strerror(-err) : fault_of(&b, &before, r->driver->exact, n);
	if (!r->fault && r->driver->address && interrupts != n)
		r->fault = "not one interrupt a period";
	r->interrupts += interrupts;
	r->client->close(&b);
	r->rounds += n;
	r->periods += least_periods(&b) - least_periods(&before);
	r->wakes += b.wakes - before.wakes;
	r->signals += b.signals - before.signals;
}

static void run_row(struct row *r)
{
	unsigned int n = (r->streams == 1 ? rounds_wanted : rounds_wanted / 4) / SEGMENTS, i;
	unsigned int id = row_id++;
	int err;

	if (!is_wanted(id))
		return;
	err = bind(r->driver);
	if (err)
		r->fault = strerror(-err);
	marker_send(OP_ROW, id, 0, 0);
	for (i = 0; !err && i < SEGMENTS; i++)
		run_segment(r, n, i * (plan->phases_ns / SEGMENTS));
	marker_send(OP_END, 0, 0, 0);
	faulty |= r->fault != NULL;
	printf("row\t%u\t%s\t%s\t%u\t%u\t%d\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%u\t%s\t",
	       id, r->driver->name, r->client->name, r->frames, r->streams, r->driver->exact,
	       r->rounds, r->periods, r->wakes, r->signals, r->starts, r->fault ? r->fault : "-");
	printf("%s\t%" PRId64 "\n", r->driver->beside ? r->driver->beside : "-", r->interrupts);
}

static void run_driver(const struct driver *d)
{
	size_t c, f, s;

	for (c = 0; c < ARRAY_SIZE(d->clients) && d->clients[c]; c++)
		for (f = 0; plan->frames[f]; f++)
			for (s = 0; plan->streams[s]; s++) {
				if (d->clients[c]->single && plan->streams[s] > 1)
					continue;
				run_row(&(struct row){
					.driver = d, .client = d->clients[c],
					.frames = plan->frames[f], .streams = plan->streams[s],
				});
			}
}

/* ---- positions, lateness---------------- */

static void run_read(const struct driver *d, const struct reader *r)
{
	struct bench b = { .frames = plan->read_frames, .streams = 1 };
	unsigned int id = row_id++, i, starts = 0, n = rounds_wanted / 4;
	int64_t at = 0;
	int err;

	if (!is_wanted(id))
		return;
	err = bind(d);
	b.card = card_of(d);
	b.pins = pins_of(d);
	if (!err)
		err = begin(r->client, &b, false, 0, &starts);
	marker_send(OP_ROW, id, 0, 0);
	for (i = 0; !err && i < n; i++) {
		err = one_round(r->client, &b);
		at = r->read(&b);		/* warm */
		BASE();
		at = r->read(&b);
		MARK();
		marker_send(OP_PAUSE, 0, 0, 0);
		if (at < 0)
			err = -EIO;
	}
	marker_send(OP_END, 0, 0, 0);
	r->client->close(&b);
	faulty |= err != 0;
	printf("read\t%u\t%s\t%s\t%u\t%s\n", id, d->name, r->name, n,
	       err ? strerror(-err) : "-");
}

static void run_lateness(unsigned int nframes)
{
	struct lateness l = { 0 };
	int err = wavert_lateness("WaveRT", nframes, rounds_wanted / 2, &l);

	faulty |= err != 0;
	printf("late\t%u\t%u\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s\n", nframes,
	       l.count, l.mean, l.p99, l.most, l.unsure, err ? strerror(-err) : "-");
}

static void run_readers(const struct driver *d)
{
	size_t i;

	for (i = 0; d->readers[i]; i++)
		run_read(d, d->readers[i]);
}

static void parse(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "rounds=", 7))
			rounds_wanted = (unsigned int)strtoul(argv[i] + 7, NULL, 10);
		else if (!strncmp(argv[i], "only=", 5))
			only = argv[i] + 5;
		else if (!strcmp(argv[i], "hardware"))
			plan = &plans[1];
	}
}

int main(int argc, char **argv)
{
	struct utsname name;
	size_t i;

	parse(argc, argv);
	row_id = plan->first_row;
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);	/* nothing is printed while it counts */
	uname(&name);
	printf("kernel\t%s\n", name.release);
	if (plan->drivers == hardware)
		printf("hardware\n");
	tell_plugin();
	for (i = 0; i < plan->ndrivers; i++)
		run_driver(&plan->drivers[i]);
	for (i = 0; i < plan->ndrivers; i++)
		run_readers(&plan->drivers[i]);
	for (i = 0; !only && plan->drivers == software && plan->frames[i]; i++)
		run_lateness(plan->frames[i]);
	return faulty;
}
