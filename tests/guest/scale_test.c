// SPDX-License-Identifier: GPL-2.0-only
/*
 * scale_test.c - 32 cards of 32 streams each: all of them at once, then 128 streams with a point
 * each millisecond, on 4 cards and on 32. Runs in the guest as root, with the modules inserted for
 * it, on one processor in exact time in which an instruction takes a nanosecond: so what a
 * stream costs is counted, and does not depend on the host. TAP on stdout.
 */
#define _GNU_SOURCE
#include <sys/resource.h>

#include "abi.h"

#define CARDS		32
#define EACH		32
#define FRAME		4u			/* S16 stereo */
#define MS		(48u * FRAME)		/* at 48 kHz */
#define NODE_OF		"/dev/snd/hwC%dD0"

struct client {
	int fd, event;
	const struct wavert_page *page;
};

static int filter[CARDS];
static struct client client[CARDS][EACH];

/* ---- streams ----------------------------------------------------------------------------- */

static int open_client(struct client *c, int card, int i, unsigned int ms)
{
	struct wavert_new_stream arg = { .pin = (unsigned int)i / 2, .direction = i & 1 };
	int err = call(filter[card], WAVERT_IOC_NEW_STREAM, &arg);

	if (err)
		return err;
	c->fd = arg.fd;
	c->event = new_event();
	c->page = map_page(c->fd);
	if (c->event < 0 || !c->page)
		return EMFILE;
	err = set_format(c->fd, 48000, WAVERT_FORMAT_S16, 2);
	if (!err)
		err = alloc_buffer(c->fd, 2, 2 * ms * MS);
	return err ? err : register_event(c->fd, c->event);
}

static void close_client(struct client *c)
{
	munmap((void *)c->page, 4096);
	close(c->event);
	close(c->fd);
}

static int open_all(int cards, int each, unsigned int ms)
{
	int i, k, err = 0;

	for (i = 0; i < cards; i++)
		for (k = 0; k < each && !err; k++)
			err = open_client(&client[i][k], i, k, ms);
	return err;
}

static void close_all(int cards, int each)
{
	int i, k;

	for (i = 0; i < cards; i++)
		for (k = 0; k < each; k++)
			close_client(&client[i][k]);
}

/* All streams of a card by one call. */
static int set_card(int card, int each, unsigned int state)
{
	struct wavert_states arg = { .count = (unsigned int)each, .state = state };
	int fds[EACH], k;

	for (k = 0; k < each; k++)
		fds[k] = client[card][k].fd;
	arg.fds = (uintptr_t)fds;
	return call(filter[card], WAVERT_IOC_SET_STATES, &arg);
}

typedef int set_fn(int cards, int each, unsigned int state);

static int set_all(int cards, int each, unsigned int state)
{
	int i, err = 0;

	for (i = 0; i < cards && !err; i++)
		err = set_card(i, each, state);
	return err;
}

static int set_one_by_one(int cards, int each, unsigned int state)
{
	int i, k, err = 0;

	for (i = 0; i < cards; i++)
		for (k = 0; k < each && !err; k++)
			err = set_state(client[i][k].fd, state);
	return err;
}

/* Started at different frames: streams of a card do not share interrupts. */
static int set_apart(int cards, int each, unsigned int state)
{
	int i, k, err = 0;

	for (k = 0; k < each; k++) {
		for (i = 0; i < cards && !err; i++)
			err = set_state(client[i][k].fd, state);
		usleep(25);
	}
	return err;
}

/* Paused. Every point of each stream has been signalled once, and the position shows as many. */
static int count_inexact(int cards, int each, unsigned int ms, unsigned long long least)
{
	int i, k, bad = 0;

	for (i = 0; i < cards; i++) {
		for (k = 0; k < each; k++) {
			const struct client *c = &client[i][k];
			unsigned long long signals = counted(c->event), points = c->page->packets;

			if (points >= least && signals == points && points == c->page->linear / (ms * MS))
				continue;
			if (!bad++)
				printf("# card %d stream %d: %llu points, %llu signals, %.2f by the position\n", i, k,
				       points, signals, (double)c->page->linear / (ms * MS));
		}
	}
	return bad;
}

/* ---- cost ---------------------------------------------------------------------------------- */

#define TURNS 12000000u

/* A loop whose instructions are always the same: it takes longer by what interrupts cost. */
static double spin(void)
{
	double began = seconds();
	unsigned int i;

	for (i = 0; i < TURNS; i++)
		__asm__ volatile("");
	return seconds() - began;
}

/* Nanoseconds, which are instructions, that a stream costs for each of its points. */
static double cost(int cards, int each, set_fn *set)
{
	double alone, with;

	spin();
	alone = spin();
	if (set(cards, each, WAVERT_STATE_RUN))
		return -1;
	usleep(5000);
	with = spin();
	set_all(cards, each, WAVERT_STATE_PAUSE);
	return (with - alone) * 1e9 / (with * 1000) / (cards * each);
}

static double measure(int cards, int each, set_fn *set, const char *how)
{
	double start, stop, ns = -1;

	if (!open_all(cards, each, 1)) {
		start = -seconds();
		set_one_by_one(cards, each, WAVERT_STATE_RUN);
		start += seconds();
		stop = -seconds();
		set_one_by_one(cards, each, WAVERT_STATE_PAUSE);
		stop += seconds();
		ns = cost(cards, each, set);
		printf("# %2d cards, %2d streams each, started %s: %5.0f instructions a point, %6.0f to start a stream, %6.0f to pause it\n",
		       cards, each, how, ns, start * 1e9 / (cards * each), stop * 1e9 / (cards * each));
	}
	close_all(cards, each);
	return ns;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void test_all(void)
{
	int err = open_all(CARDS, EACH, 100), bad;

	err = err ? err : set_all(CARDS, EACH, WAVERT_STATE_RUN);
	usleep(500000);
	err = err ? err : set_all(CARDS, EACH, WAVERT_STATE_PAUSE);
	bad = count_inexact(CARDS, EACH, 100, 4);
	TAP_CHECK(!err && !bad, "%d streams of %d cards run, and no point of any is lost", CARDS * EACH, CARDS);
	if (err || bad)
		printf("# error %d, %d inexact\n", err, bad);
	close_all(CARDS, EACH);
}

static void test_ms(int cards, int each, set_fn *set, const char *how)
{
	int err = open_all(cards, each, 1), bad = 0, round;

	for (round = 0; round < 3 && !err; round++) {
		err = set(cards, each, WAVERT_STATE_RUN);
		usleep(100000);
		err = err ? err : set(cards, each, WAVERT_STATE_PAUSE);
		bad = count_inexact(cards, each, 1, 99);
		err = err ? err : set(cards, each, WAVERT_STATE_STOP);
		if (bad)
			break;
	}
	TAP_CHECK(!err && !bad, "%d streams on %d cards with a point each millisecond, started and stopped %s: no point is lost",
		  cards * each, cards, how);
	if (err || bad)
		printf("# error %d, %d inexact\n", err, bad);
	close_all(cards, each);
}

/* Nothing that a point costs depends on how many streams there are. */
static void test_cost(void)
{
	double four, one_card, many, full;

	measure(1, 1, set_all, "together");
	four = measure(1, 4, set_all, "together");
	one_card = measure(1, EACH, set_all, "together");
	measure(1, 4, set_apart, "apart");
	measure(1, EACH, set_apart, "apart");
	measure(8, 4, set_all, "together");
	many = measure(CARDS, 4, set_all, "together");
	full = measure(4, EACH, set_all, "together");
	TAP_CHECK(four > 0 && many > 0 && many < 1.25 * four,
		  "a point of 128 streams on 32 cards costs no more than one of 4 streams of a card");
	TAP_CHECK(one_card > 0 && full > 0 && full < 1.25 * one_card && one_card < four,
		  "a point of 128 streams on 4 cards costs no more than one of 32 streams of a card");
}

int main(void)
{
	struct rlimit files = { 8192, 8192 };
	char node[32];
	int i, missing = 0;

	setrlimit(RLIMIT_NOFILE, &files);
	for (i = 0; i < CARDS; i++) {
		snprintf(node, sizeof(node), NODE_OF, i);
		filter[i] = open(node, O_RDWR | O_CLOEXEC);
		missing += filter[i] < 0;
	}
	TAP_CHECK(!missing, "%d cards are there", CARDS);
	if (missing)
		return tap_done();
	test_all();
	test_ms(CARDS, 4, set_all, "by a call for each card");
	test_ms(4, EACH, set_all, "by a call for each card");
	test_ms(4, EACH, set_one_by_one, "one by one");
	test_cost();
	return tap_done();
}
