// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_wavert.c - the client of client.h over libwavert, in real time, on any card that
 * alsa-wavert drives. wavert-trace runs scenarios on it. Functions that a client of a running
 * system cannot have are NULL: removing the device, changing its properties.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <wavert.h>

#include "program.h"

#define STREAMS	16
#define EVENTS	16

struct cf_stream {
	struct wavert_stream *stream;	/* NULL: this slot is free */
};

struct cf_event {
	bool used;
	int fd;
};

static struct wavert_device *device;
static char device_name[128], where[256];
static struct cf_stream streams[STREAMS];
static struct cf_event events[EVENTS];

const char *const trace_device_help = "number, id, hw:CARD or path of the node (default 0)";
const char *const trace_notes = "";

bool trace_option(const char *name)
{
	(void)name;
	return false;
}

static enum wrt_status of_error(int err)
{
	uint32_t value = wavert_status_value(err);

	if (err && !value)
		return CF_OTHER;
	return (enum wrt_status)value;
}

static _Noreturn void die(const char *what, int err)
{
	fprintf(stderr, "wavert-trace: %s: %s\n", what, strerror(err));
	exit(1);
}

/* ---- the program's device ------------------------------------------------------------- */

static bool stepped(unsigned int direction)
{
	struct wavert_caps c;

	return !wavert_device_caps(device, direction, 0, &c) && c.flags & WAVERT_CAP_STEPPED;
}

static int say_version(const char *name)
{
	struct wavert_version v;

	if (!wavert_version_of(name, &v))
		fprintf(stderr, "wavert-trace: the modules have interface version %u.%u, this program was built for %d.%d; install both of one version\n",
			v.abi_major, v.abi_minor, WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR);
	return 1;
}

int trace_open(const char *name)
{
	struct wavert_version version = { 0 };
	struct utsname system;
	int err;

	if (!name)
		name = "0";
	err = wavert_open(&device, name);
	if (!err)
		err = wavert_device_version(device, &version);
	if (err == -EPROTO)
		return say_version(name);
	if (err) {
		fprintf(stderr, "wavert-trace: card \"%s\": %s; --list shows what there is\n",
			name, strerror(-err));
		return 1;
	}
	if (stepped(WAVERT_PLAYBACK) || stepped(WAVERT_CAPTURE)) {
		fprintf(stderr, "wavert-trace: card \"%s\" has a step clock: no time passes\n",
			name);
		return 1;
	}
	uname(&system);
	snprintf(device_name, sizeof(device_name), "%s", name);
	snprintf(where, sizeof(where), "alsa-wavert, interface %u.%u, Linux %s", version.abi_major,
		 version.abi_minor, system.release);
	return 0;
}

void trace_close(void)
{
	wavert_close(device);
}

struct scenario_place trace_place(void)
{
	return (struct scenario_place){ "linux", "linux", where, device_name };
}

static void list_pins(struct wavert_device *d, unsigned int direction)
{
	static const char *const directions[] = { "render", "capture" };
	struct wavert_caps c;

	if (wavert_device_caps(d, direction, 0, &c))
		return;
	printf("  %s: %u pin%s, %u..%u Hz, %u..%u channels, %s notifications",
	       directions[direction], c.pins, c.pins == 1 ? "" : "s", c.rate_min, c.rate_max,
	       c.channels_min, c.channels_max,
	       c.offers & WAVERT_OFFERS_NOTIFICATION ? "with" : "without");
	if (c.flags & WAVERT_CAP_STEPPED)
		printf(", step clock");
	printf("\n");
}

int trace_list(void)
{
	struct wavert_device *d;
	int card, err, found = 0, other = 0;
	char name[16];

	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		snprintf(name, sizeof(name), "%d", card);
		err = wavert_open(&d, name);
		if (err == -EPROTO)
			other = say_version(name);
		if (err)
			continue;
		printf("card %d\n", card);
		list_pins(d, WAVERT_PLAYBACK);
		list_pins(d, WAVERT_CAPTURE);
		wavert_close(d);
		found++;
	}
	if (!found && !other)
		fputs("wavert-trace: there is no WaveRT device that may be opened\n", stderr);
	return !found;
}

static void close_stream(struct cf_stream *s);
static void close_event(struct cf_event *e);

static void end(void)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		if (streams[i].stream)
			close_stream(&streams[i]);
	for (i = 0; i < EVENTS; i++)
		if (events[i].used)
			close_event(&events[i]);
}

/* A real card cannot be changed. */
static enum wrt_status same_device(const struct cf_device *wish)
{
	static const struct cf_device plain;

	if (memcmp(wish, &plain, sizeof(plain)))
		return CF_LACKS;
	end();
	return WRT_STATUS_SUCCESS;
}

/* ---- time ------------------------------------------------------------------------------ */

static uint64_t now_ns(uint32_t rate)
{
	struct timespec t;

	(void)rate;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void advance(uint64_t frames, uint32_t rate)
{
	uint64_t until = now_ns(rate) + frames * 1000000000u / rate;
	struct timespec t = {
		(time_t)(until / 1000000000u), (long)(until % 1000000000u),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* ---- streams ----------------------------------------------------------------------------- */

static enum wrt_status open_stream(uint32_t dir, uint32_t pin, struct cf_stream **out)
{
	int err, i = 0;

	while (i < STREAMS && streams[i].stream)
		i++;
	if (i == STREAMS)
		die("streams", EMFILE);
	err = wavert_stream_open(&streams[i].stream, device, dir, pin, 0);
	if (err)
		streams[i].stream = NULL;
	*out = &streams[i];
	return of_error(err);
}

static void close_stream(struct cf_stream *s)
{
	wavert_stream_close(s->stream);
	s->stream = NULL;
}

static enum wrt_status set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
				  uint32_t channels)
{
	return of_error(wavert_stream_set_format(s->stream, rate, format, channels));
}

/* For the library a count of 0 means a buffer without notifications. */
static enum wrt_status alloc(struct cf_stream *s, struct cf_buffer *b)
{
	struct wavert_buffer layout = { 0 };
	int err;

	if (b->notify && !b->count)
		return CF_LACKS;
	err = wavert_stream_alloc(s->stream, b->bytes, b->notify * b->count, 0);
	if (!err)
		err = wavert_stream_layout(s->stream, &layout);
	b->actual = layout.actual_bytes;
	b->barrier = layout.call_memory_barrier;
	return of_error(err);
}

static enum wrt_status free_buffer(struct cf_stream *s)
{
	return of_error(wavert_stream_free(s->stream));
}

static uint8_t *map(struct cf_stream *s)
{
	return wavert_stream_buffer(s->stream, NULL);
}

static enum wrt_status set_state(struct cf_stream *s, uint32_t state)
{
	return of_error(wavert_stream_set_state(s->stream, state));
}

/* ---- events ------------------------------------------------------------------------------ */

static struct cf_event *event_of(int fd)
{
	int i = 0;

	while (i < EVENTS && events[i].used)
		i++;
	if (fd < 0)
		die("events", errno);
	if (i == EVENTS)
		die("events", EMFILE);
	events[i] = (struct cf_event){ true, fd };
	return &events[i];
}

static struct cf_event *new_event(void)
{
	return event_of(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

static struct cf_event *dup_event(struct cf_event *e)
{
	return event_of(dup(e->fd));
}

static void close_event(struct cf_event *e)
{
	close(e->fd);
	e->used = false;
}

static uint64_t take_event(struct cf_event *e)
{
	uint64_t n;

	if (read(e->fd, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}

static bool wait_event(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	struct pollfd p = { .fd = e->fd, .events = POLLIN };
	uint64_t until = now_ns(rate) + frames * 1000000000u / rate, now, ms;
	int n;

	do {
		ms = 0;
		now = now_ns(rate);
		if (now < until)
			ms = (until - now + 999999u) / 1000000u;
		if (ms > INT_MAX)
			ms = INT_MAX;
		n = poll(&p, 1, (int)ms);
	} while (n < 0 && errno == EINTR);
	return n == 1;
}

static enum wrt_status register_event(struct cf_stream *s, struct cf_event *e)
{
	return of_error(wavert_stream_register(s->stream, e->fd));
}

static enum wrt_status unregister_event(struct cf_stream *s, struct cf_event *e)
{
	return of_error(wavert_stream_unregister(s->stream, e->fd));
}

/* A descriptor that is not open, and one that is not an eventfd. */
static enum wrt_status bad_event(struct cf_stream *s, enum cf_bad_event kind, bool unregister)
{
	int fd = -1;

	if (kind == CF_NO_EVENT)
		fd = wavert_stream_fd(s->stream);
	if (unregister)
		return of_error(wavert_stream_unregister(s->stream, fd));
	return of_error(wavert_stream_register(s->stream, fd));
}

/* ---- reading ------------------------------------------------------------------------------- */

static enum wrt_status position(struct cf_stream *s, struct cf_position *out)
{
	struct wavert_position p;
	int err = wavert_stream_position(s->stream, &p);

	*out = (struct cf_position){ p.play_offset, p.linear, p.ns, p.state };
	return of_error(err);
}

static enum wrt_status page(struct cf_stream *s, struct cf_page *out)
{
	struct wavert_snapshot p;

	wavert_stream_snapshot(s->stream, &p);
	*out = (struct cf_page){
		.linear = p.linear, .packets = p.packets, .underruns = p.underruns,
		.repeats = p.repeats, .late = p.late, .overruns = p.overruns,
		.dropped = p.dropped, .state = p.state,
	};
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status packet_count(struct cf_stream *s, uint32_t *out)
{
	return of_error(wavert_stream_packet_count(s->stream, out));
}

static enum wrt_status presentation(struct cf_stream *s, uint64_t *frames, uint64_t *ns)
{
	struct wavert_presentation p;
	int err = wavert_stream_presentation(s->stream, &p);

	*frames = p.frames;
	*ns = p.ns;
	return of_error(err);
}

static enum wrt_status read_packet(struct cf_stream *s, struct cf_read *out)
{
	struct wavert_read_packet p;
	int err = wavert_stream_read_packet(s->stream, &p);

	*out = (struct cf_read){ p.number, p.flags, p.more_data, p.ns };
	return of_error(err);
}

static enum wrt_status write_packet(struct cf_stream *s, uint32_t number, uint32_t flags,
				    uint32_t eos_bytes)
{
	return of_error(wavert_stream_write_packet(s->stream, number, flags, eos_bytes));
}

static enum wrt_status latency(struct cf_stream *s, struct cf_latency *out)
{
	struct wavert_latency l;
	int err = wavert_stream_latency(s->stream, &l);

	*out = (struct cf_latency){ l.fifo_bytes, l.chipset_100ns, l.codec_100ns };
	return of_error(err);
}

static enum wrt_status hw_register(struct cf_stream *s, enum cf_register_kind kind,
				   struct cf_register *out)
{
	struct wavert_register r;
	const volatile void *at;
	int err = wavert_stream_map_register(s->stream, kind, &r, &at);

	*out = (struct cf_register){ r.width, r.accuracy, r.numerator, r.denominator };
	return of_error(err);
}

struct cf_client cf_client = {
	.name = "wavert",
	.kernel = true,
	.device = same_device,
	.end = end,
	.open = open_stream,
	.close = close_stream,
	.set_format = set_format,
	.alloc = alloc,
	.free = free_buffer,
	.map = map,
	.event = new_event,
	.event_dup = dup_event,
	.event_close = close_event,
	.event_take = take_event,
	.event_wait = wait_event,
	.event_register = register_event,
	.event_unregister = unregister_event,
	.event_bad = bad_event,
	.set_state = set_state,
	.position = position,
	.packet_count = packet_count,
	.presentation = presentation,
	.read_packet = read_packet,
	.write_packet = write_packet,
	.latency = latency,
	.reg = hw_register,
	.page = page,
	.advance = advance,
	.now_ns = now_ns,
};
