// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_wavert.c - WaveRT by libwavert, as its users write it: wait on an eventfd, read
 * the register page. Also the ways to read a position, and the lateness of interrupts.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <wavert.h>

#include "bench.h"

struct wavert {
	struct wavert_stream *stream[BENCH_STREAMS];
	int event[BENCH_STREAMS];	/* the first alone when shared */
	unsigned int events;
	int epoll;
	int fd;			/* of the first stream */
	const volatile uint32_t *position;	/* the register, if mapped */
};

/* ---- both clients --------------------------------------------------------------------- */

static int open_stream(struct bench *b, struct wavert_device *device, unsigned int pin,
		       struct wavert_stream **s)
{
	int err = wavert_stream_open(s, device, WAVERT_PLAYBACK, pin, 0);

	if (err)
		return err;
	err = wavert_stream_set_format(*s, BENCH_RATE, WAVERT_FORMAT_S16, 2);
	if (err)
		return err;
	err = wavert_stream_alloc(*s, (size_t)b->frames * BENCH_FRAME * BENCH_PERIODS,
				  BENCH_PERIODS, WAVERT_ALLOC_ANY_COUNT);
	if (err)
		return err;
	return wavert_stream_set_state(*s, WAVERT_STATE_PAUSE);
}

static int open_streams(struct bench *b, struct wavert *w)
{
	struct wavert_device *device;
	unsigned int i;
	int err;

	err = wavert_open(&device, b->pins ? b->pins : b->card);
	for (i = 0; !err && i < b->streams; i++)
		err = open_stream(b, device, i, &w->stream[i]);
	if (!err || i)
		wavert_close(device);
	return err;
}

static int open_events(struct bench *b, struct wavert *w, unsigned int events, int flags)
{
	unsigned int i;
	int err = 0;

	for (w->events = 0; w->events < events; w->events++) {
		w->event[w->events] = eventfd(0, EFD_CLOEXEC | flags);
		if (w->event[w->events] < 0)
			return -errno;
	}
	for (i = 0; !err && i < b->streams; i++)
		err = wavert_stream_register(w->stream[i], w->event[i % events]);
	return err;
}

static int new_state(struct bench *b)
{
	struct wavert *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->epoll = -1;
	b->state = w;
	return open_streams(b, w);
}

static int wavert_start(struct bench *b)
{
	struct wavert *w = b->state;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < b->streams; i++)
		err = wavert_stream_set_state(w->stream[i], WAVERT_STATE_RUN);
	return err;
}

static void wavert_stop(struct bench *b)
{
	struct wavert *w = b->state;
	unsigned int i;

	if (!w)
		return;
	for (i = 0; i < BENCH_STREAMS; i++)
		wavert_stream_close(w->stream[i]);
	for (i = 0; i < w->events; i++)
		close(w->event[i]);
	if (w->epoll >= 0)
		close(w->epoll);
	free(w);
}

static void look(struct bench *b, struct wavert *w, unsigned int i)
{
	struct wavert_snapshot s;

	wavert_stream_snapshot(w->stream[i], &s);
	b->periods[i] = s.packets;
	b->position[i] = s.linear / BENCH_FRAME;
}

/* ---- one event for all streams, blocking read ----------------------------------------- */

static int read_open(struct bench *b)
{
	int err = new_state(b);

	return err ? err : open_events(b, b->state, 1, 0);
}

static int read_event(struct bench *b, struct wavert *w)
{
	uint64_t n;

	if (read(w->event[0], &n, sizeof(n)) != sizeof(n))
		return -EIO;
	b->wakes++;
	b->signals += n;
	return 0;
}

static int read_wait(struct bench *b)
{
	struct wavert *w = b->state;
	unsigned int i;
	int err = read_event(b, w);

	for (i = 0; !err && i < b->streams; i++)
		look(b, w, i);
	return err;
}

/* The same with count and position alone of each page. */
static int lean_wait(struct bench *b)
{
	struct wavert *w = b->state;
	struct wavert_progress now;
	unsigned int i;
	int err = read_event(b, w);

	for (i = 0; !err && i < b->streams; i++) {
		wavert_stream_progress(w->stream[i], &now);
		b->periods[i] = now.packets;
		b->position[i] = now.linear / BENCH_FRAME;
	}
	return err;
}

const struct client client_read = {
	.name = "wavert-read",
	.what = "WaveRT: one event, read",
	.open = read_open,
	.start = wavert_start,
	.wait = read_wait,
	.close = wavert_stop,
};

const struct client client_lean = {
	.name = "wavert-lean",
	.what = "WaveRT: one event, read; count and position alone",
	.open = read_open,
	.start = wavert_start,
	.wait = lean_wait,
	.close = wavert_stop,
};

/* ---- read() of the stream file ------------------------------------------------------------- */

static int own_wait(struct bench *b)
{
	struct wavert *w = b->state;
	struct wavert_read r;

	if (read(w->fd, &r, sizeof(r)) != sizeof(r))
		return -EIO;
	b->wakes++;
	b->signals += r.points;
	b->periods[0] = r.packets;
	b->position[0] = r.linear / BENCH_FRAME;
	return 0;
}

static int own_open(struct bench *b)
{
	int err = new_state(b);
	struct wavert *w = b->state;

	if (!err)
		w->fd = wavert_stream_fd(w->stream[0]);
	return err;
}

const struct client client_own = {
	.name = "wavert-own",
	.what = "WaveRT: read of the stream file",
	.single = true,
	.open = own_open,
	.start = wavert_start,
	.wait = own_wait,
	.close = wavert_stop,
};

/* ---- an event for each stream, epoll ---------------------------------------------------- */

static int epoll_open(struct bench *b)
{
	int err = new_state(b);
	struct wavert *w = b->state;
	unsigned int i;

	if (!err)
		err = open_events(b, w, b->streams, EFD_NONBLOCK);
	if (err)
		return err;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; i < b->streams; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.u32 = i };

		if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->event[i], &e))
			return -errno;
	}
	return 0;
}

static int epoll_wait_all(struct bench *b)
{
	struct wavert *w = b->state;
	struct epoll_event ready[BENCH_STREAMS];
	int i, count = epoll_wait(w->epoll, ready, BENCH_STREAMS, -1);
	uint64_t n;

	if (count < 0)
		return -errno;
	b->wakes++;
	for (i = 0; i < count; i++) {
		if (read(w->event[ready[i].data.u32], &n, sizeof(n)) != sizeof(n))
			return -EIO;
		b->signals += n;
		look(b, w, ready[i].data.u32);
	}
	return 0;
}

const struct client client_epoll = {
	.name = "wavert-epoll",
	.what = "WaveRT: an event each, epoll",
	.open = epoll_open,
	.start = wavert_start,
	.wait = epoll_wait_all,
	.close = wavert_stop,
};

/* ---- an observer of a PCM ---------------------------------------------------------------- */

struct observed {
	struct wavert w;		/* the first member: read_wait() */
	struct bench pcm;
};

static int observe_first(struct bench *b, struct wavert *w)
{
	struct wavert_device *device;
	int err;

	err = wavert_open(&device, b->pins);
	if (err)
		return err;
	err = wavert_stream_open(&w->stream[0], device, WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE);
	wavert_close(device);
	return err ? err : open_events(b, w, 1, 0);
}

static int observe_open(struct bench *b)
{
	struct observed *o = calloc(1, sizeof(*o));
	int err;

	if (!o)
		return -ENOMEM;
	o->w.epoll = -1;
	o->pcm = *b;
	b->state = o;
	err = client_raw.open(&o->pcm);
	return err ? err : observe_first(b, &o->w);
}

static int observe_start(struct bench *b)
{
	struct observed *o = b->state;

	return client_raw.start(&o->pcm);
}

static void observe_close(struct bench *b)
{
	struct observed *o = b->state;

	if (o)
		client_raw.close(&o->pcm);
	wavert_stop(b);
}

const struct client client_observe = {
	.name = "wavert-observe",
	.what = "WaveRT: one event of an observer, read",
	.single = true,
	.open = observe_open,
	.start = observe_start,
	.wait = read_wait,
	.close = observe_close,
};

/* ---- ways to read a position -------------------------------------------------------------- */

/* As of the last interrupt. */
static int64_t page_position(struct bench *b)
{
	struct wavert *w = b->state;
	struct wavert_snapshot s;

	wavert_stream_snapshot(w->stream[0], &s);
	return (int64_t)s.linear / BENCH_FRAME;
}

/* The current position: that of the page, extrapolated by the clock. */
static int64_t page_position_now(struct bench *b)
{
	struct wavert *w = b->state;

	return (int64_t)(wavert_stream_linear_now(w->stream[0]) / BENCH_FRAME);
}

static int64_t call_position(struct bench *b)
{
	struct wavert *w = b->state;
	struct wavert_position p;

	if (wavert_stream_position(w->stream[0], &p))
		return -1;
	return (int64_t)p.linear / BENCH_FRAME;
}

static int64_t clock_alone(struct bench *b)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_nsec;
}

/* The same as read, with the first stream's position register mapped. */
static int register_open(struct bench *b)
{
	struct wavert_register info;
	struct wavert *w;
	int err = read_open(b);

	if (err)
		return err;
	w = b->state;
	err = wavert_stream_map_register(w->stream[0], WAVERT_REGISTER_POSITION, &info,
					 (const volatile void **)&w->position);
	return !err && info.width != 32 ? -EINVAL : err;
}

static const struct client client_register = {
	.name = "wavert-register",
	.what = "WaveRT: one event, read; the position register",
	.open = register_open,
	.start = wavert_start,
	.wait = read_wait,
	.close = wavert_stop,
};

/* The register of the hardware: no call, no computation. */
static int64_t register_alone(struct bench *b)
{
	struct wavert *w = b->state;

	return *w->position;
}

static int64_t register_position(struct bench *b)
{
	struct wavert *w = b->state;
	struct wavert_now now;

	if (wavert_stream_now(w->stream[0], &now) || now.source != WAVERT_FROM_REGISTER)
		return -1;
	return (int64_t)now.linear / BENCH_FRAME;
}

const struct reader reader_page = { "libwavert, page", &client_read, page_position };
const struct reader reader_page_now = { "libwavert, page and clock", &client_read,
					page_position_now };
const struct reader reader_call = { "libwavert, GET_POSITION", &client_read, call_position };
const struct reader reader_register = { "mapped register alone", &client_register,
					register_alone };
const struct reader reader_register_now = { "libwavert, mapped register", &client_register,
					    register_position };
const struct reader reader_clock = { "clock_gettime alone", &client_read, clock_alone };

/* ---- how late the simulator is -------------------------------------------------------------
 *
 * Frame L of a stream is complete at S + L / rate. Every reading (L frames at ns) says
 * that S lies in (ns - (L + 1) / rate, ns - L / rate]; a few thousand of them, spread
 * over the frame, leave some nanoseconds. The earliest possible S is taken. All in sixths
 * of a nanosecond, in which a frame of 48 kHz is 125000.
 */
#define FRAME_SIXTHS	125000

struct grid {
	int64_t low, high;		/* bounds of S */
};

static void narrow(struct grid *g, uint64_t linear, uint64_t ns)
{
	int64_t at = (int64_t)ns * 6 - (int64_t)(linear / BENCH_FRAME) * FRAME_SIXTHS;

	if (at < g->high)
		g->high = at;
	if (at - FRAME_SIXTHS > g->low)
		g->low = at - FRAME_SIXTHS;
}

static int probe(struct wavert *w, struct grid *g)
{
	static uint32_t random = 1;
	struct wavert_position p;
	int i, err;

	for (i = 0; i < 20; i++) {
		volatile uint32_t spin;

		err = wavert_stream_position(w->stream[0], &p);
		if (err)
			return err;
		narrow(g, p.linear, p.ns);
		random = random * 1664525 + 1013904223;
		for (spin = random >> 25; spin; spin--)
			;
	}
	return 0;
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void sum_up(struct lateness *l, int64_t *late, unsigned int n, const struct grid *g)
{
	int64_t sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		late[i] = (late[i] - g->low) / 6;
		sum += late[i];
	}
	qsort(late, n, sizeof(*late), by_value);
	l->count = n;
	l->mean = sum / n;
	l->p99 = late[(n - 1) * 99 / 100];
	l->most = late[n - 1];
	l->unsure = (g->high - g->low + 5) / 6;
}

static int collect(struct bench *b, unsigned int rounds, int64_t *late, struct grid *g)
{
	struct wavert *w = b->state;
	struct wavert_notification list[WAVERT_RING];
	unsigned int n = 0;
	uint64_t seen = 0;
	int err = 0;

	while (!err && n < rounds) {
		size_t i, count;

		err = read_wait(b);
		count = err ? 0 : wavert_stream_notifications(w->stream[0], &seen, list);
		for (i = 0; i < count && n < rounds; i++, n++) {
			narrow(g, list[i].linear, list[i].interrupt_ns);
			late[n] = (int64_t)list[i].interrupt_ns * 6 -
				  (int64_t)(list[i].number * b->frames) * FRAME_SIXTHS;
		}
		if (!err)
			err = probe(w, g);
	}
	return err;
}

int wavert_lateness(const char *card, unsigned int frames, unsigned int rounds,
		    struct lateness *l)
{
	struct bench b = { .card = card, .streams = 1, .frames = frames };
	struct grid g = { INT64_MIN, INT64_MAX };
	int64_t *late = calloc(rounds, sizeof(*late));
	int err = -ENOMEM;

	if (late)
		err = read_open(&b);
	if (!err)
		err = wavert_start(&b);
	if (!err)
		err = collect(&b, rounds, late, &g);
	if (!err)
		sum_up(l, late, rounds, &g);
	wavert_stop(&b);
	free(late);
	return err;
}
