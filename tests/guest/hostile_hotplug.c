// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile_hotplug.c - a processor is taken offline and put online again, many times, while 32
 * streams of two cards run. Runs in the guest as root with two processors and
 * "enable=1,1 streams=8". TAP on stdout.
 *
 *   hostile_hotplug CYCLES
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/klog.h>

#include "hostile.h"

#define CPU1	"/sys/devices/system/cpu/cpu1/online"
#define STREAMS	32u

struct running {
	int fd, event;
	const struct wavert_page *page;
};

static struct running streams[STREAMS];

/* Rates whose points rarely coincide, so that interrupts are spread over each millisecond. */
static const unsigned int rates[] = { 44100, 48000, 32000, 22050 };

static int run_one(struct running *r, unsigned int n)
{
	unsigned int rate = rates[n % 4];
	int err;

	r->fd = stream_of(n / 16, n & 1, n % 16 / 2, 0);
	if (r->fd < 0)
		return -r->fd;
	r->event = new_event();
	r->page = map_page(r->fd);
	err = set_up(r->fd, rate, 2, rate / 500 + n);
	if (!err)
		err = register_event(r->fd, r->event);
	return err ? err : set_state(r->fd, WAVERT_STATE_RUN);
}

/* Paused: one signal a point, and the number of points agrees with the position. */
static bool is_exact(struct running *r)
{
	uint64_t distance = r->page->buffer_bytes / 2;

	return !set_state(r->fd, WAVERT_STATE_PAUSE) && points(r->page) &&
	       counted(r->event) == points(r->page) &&
	       r->page->linear / distance == points(r->page);
}

/* Lines of the kernel log that report a fault. */
static int warnings(void)
{
	int size = klogctl(10, NULL, 0), n, found = 0;
	char *log = malloc((size_t)size + 1), *line;

	n = klogctl(3, log, size);
	log[n < 0 ? 0 : n] = 0;
	for (line = log; (line = strstr(line, "WARNING:")); line++)
		found++;
	free(log);
	return found;
}

static int cycle_processor(unsigned int cycles)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < cycles && !err; i++) {
		err = write_text(CPU1, "0");
		if (!err)
			err = write_text(CPU1, "1");
		usleep(20000);
	}
	if (err)
		printf("# cycle %u: %s\n", i, strerror(err));
	return err;
}

/* Each stream gets a new point; a busy host may need some time for that. */
static unsigned int halted_streams(void)
{
	uint64_t seen[STREAMS];
	double end = seconds() + 30;
	unsigned int i, halted;

	for (i = 0; i < STREAMS; i++)
		seen[i] = points(streams[i].page);
	do {
		usleep(10000);
		for (halted = 0, i = 0; i < STREAMS; i++)
			halted += points(streams[i].page) == seen[i];
	} while (halted && seconds() < end);
	return halted;
}

int main(int argc, char **argv)
{
	unsigned int cycles = argc > 1 ? (unsigned int)atoi(argv[1]) : 300, i, inexact = 0;
	double began = seconds();
	int err = 0;

	setbuf(stdout, NULL);
	for (i = 0; i < STREAMS && !err; i++)
		err = run_one(&streams[i], i);
	TAP_CHECK(!err, "%u streams of two cards run", STREAMS);
	if (err)
		return tap_done();
	TAP_CHECK(!cycle_processor(cycles),
		  "a processor is taken offline and put online %u times while they run", cycles);
	TAP_CHECK(!halted_streams(), "all of them continue");
	TAP_CHECK(!warnings(), "the kernel log has no warning");
	for (i = 0; i < STREAMS; i++)
		inexact += !is_exact(&streams[i]);
	TAP_CHECK(!inexact, "each stream has one signal a point, and its points agree with its position");
	printf("# %u cycles took %.1f s of guest time\n", cycles, seconds() - began);
	return tap_done();
}
