// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_ioctl.c - the client of client.h over sound/wavert.h: runs in a guest as root, with
 * modules in /modules, on the device of guest_device.c. Built for 64 and for 32 bit.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sound/wavert.h>

#include "guest_device.h"
#include "probe.h"

#define STREAMS		32
#define EVENTS		128

struct cf_stream {
	bool used;
	int fd;
	struct wavert_caps caps;
	uint8_t *map;
	uint32_t map_bytes;
	const struct wavert_page *page;
	struct wavert_register reg[2];	/* by kind */
	uint8_t *reg_page[2];
};

struct cf_event {
	bool used;
	int fd;
};

static struct cf_stream streams[STREAMS];
static struct cf_event events[EVENTS];

static enum wrt_status of_errno(int err)
{
	switch (err) {
	case 0:
		return WRT_STATUS_SUCCESS;
#define OF(name, value, error)			\
	case error:				\
		return WRT_STATUS_##name;
	WRT_STATUS_TABLE(OF)
#undef OF
	}
	return CF_OTHER;
}

static enum wrt_status call(int fd, unsigned long request, void *arg)
{
	return of_errno(ioctl(fd, request, arg) < 0 ? errno : 0);
}

/* ---- the device ------------------------------------------------------------------------- */

static void ioctl_end(void);

static enum wrt_status warm_up(void);

static enum wrt_status ioctl_device(const struct cf_device *wish)
{
	static bool first = true;
	enum wrt_status st;

	if (first)
		guest_begin(&cf_client);
	first = false;
	ioctl_end();
	st = guest_device(wish);
	return !st && !cf_client.exact && cf_client.nature.late_us ? warm_up() : st;
}

static enum wrt_status ioctl_remove(void)
{
	guest_unplug();
	return WRT_STATUS_SUCCESS;
}

static void ioctl_close(struct cf_stream *s);
static void ioctl_event_close(struct cf_event *e);

static void ioctl_end(void)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		if (streams[i].used)
			ioctl_close(&streams[i]);
	for (i = 0; i < EVENTS; i++)
		if (events[i].used)
			ioctl_event_close(&events[i]);
	guest_plug_in();
}

/* ---- time ------------------------------------------------------------------------------- */

static uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void ioctl_advance(uint64_t frames, uint32_t rate)
{
	uint64_t ns = (frames * 1000000000u + rate - 1) / rate;
	struct timespec t = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };

	if (!frames || (cf_client.exact && guest_step(frames, rate)))
		return;
	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static uint64_t ioctl_now(uint32_t rate)
{
	if (!cf_client.exact)
		return clock_ns();
	return (uint64_t)((double)guest_stepped() * 1e9 / rate);
}

/* ---- streams ------------------------------------------------------------------------------ */

static enum wrt_status ioctl_caps(uint32_t dir, uint32_t pin, struct cf_caps *out)
{
	struct wavert_caps c = { .pin = pin, .direction = dir };
	int filter = open(guest_node(), O_RDWR | O_CLOEXEC);
	enum wrt_status st = call(filter, WAVERT_IOC_CAPS, &c);

	close(filter);
	*out = (struct cf_caps){
		.pins = c.pins, .buffer_max = c.buffer_max, .notify_max = c.notify_max,
		.notification = c.offers & WAVERT_OFFERS_NOTIFICATION,
		.input = c.offers & WAVERT_OFFERS_INPUT, .output = c.offers & WAVERT_OFFERS_OUTPUT,
	};
	return st;
}

static enum wrt_status ioctl_open(uint32_t dir, uint32_t pin, struct cf_stream **out)
{
	struct wavert_new_stream n = { .pin = guest_pin(dir, pin), .direction = dir };
	struct wavert_caps c = { .pin = n.pin, .direction = dir };
	int filter = open(guest_node(), O_RDWR | O_CLOEXEC), i = 0;
	enum wrt_status st;
	void *at;

	if (filter < 0)
		return of_errno(errno);
	st = call(filter, WAVERT_IOC_CAPS, &c);
	if (!st)
		st = call(filter, WAVERT_IOC_NEW_STREAM, &n);
	close(filter);
	if (st)
		return st;
	while (streams[i].used)
		i++;
	at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, n.fd, WAVERT_MMAP_PAGE);
	if (at == MAP_FAILED)
		die("mmap of the register page");
	streams[i] = (struct cf_stream){ .used = true, .fd = n.fd, .caps = c, .page = at };
	*out = &streams[i];
	return st;
}

static void unmap(struct cf_stream *s)
{
	if (s->map)
		munmap(s->map, s->map_bytes);
	s->map = NULL;
}

static void ioctl_close_handle(struct cf_stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void ioctl_close(struct cf_stream *s)
{
	int kind;

	unmap(s);
	for (kind = 0; kind < 2; kind++)
		if (s->reg_page[kind])
			munmap(s->reg_page[kind], 4096);
	munmap((void *)s->page, 4096);
	ioctl_close_handle(s);
	s->used = false;
}

static enum wrt_status ioctl_set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
					uint32_t channels)
{
	struct wavert_format f = { .rate = rate, .format = format, .channels = channels };

	return call(s->fd, WAVERT_IOC_SET_FORMAT, &f);
}

/*
 * With the right to own the pin of another driver's card: the descriptor of its PCM. If that is open
 * already, a stream that has a buffer gets the status for that, as by libwavert.
 */
static enum wrt_status alloc_attached(const struct cf_stream *s, struct wavert_buffer *w)
{
	struct wavert_pcm_buffer arg = { .buffer = *w };
	bool capture = s->caps.direction == WAVERT_CAPTURE;
	enum wrt_status st;
	char path[32];

	snprintf(path, sizeof(path), "/dev/snd/pcmC0D%u%c", s->caps.pcm_device,
		 capture ? 'c' : 'p');
	arg.pcm_fd = open(path, (capture ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_CLOEXEC);
	if (arg.pcm_fd < 0 && errno != EBUSY)
		return of_errno(errno);
	if (arg.pcm_fd < 0) {
		st = call(s->fd, WAVERT_IOC_ALLOC_BUFFER, w);
		return st == WRT_STATUS_ACCESS_DENIED ? WRT_STATUS_DEVICE_BUSY : st;
	}
	arg.buffer.flags |= WAVERT_ALLOC_PCM;
	st = call(s->fd, WAVERT_IOC_ALLOC_PCM_BUFFER, &arg);
	close(arg.pcm_fd);
	*w = arg.buffer;
	return st;
}

static enum wrt_status ioctl_alloc(struct cf_stream *s, struct cf_buffer *b)
{
	struct wavert_buffer w = {
		.flags = (b->notify ? WAVERT_ALLOC_NOTIFICATION : 0) |
			 (b->any ? WAVERT_ALLOC_ANY_COUNT : 0),
		.notifications = b->count, .requested_bytes = b->bytes,
	};
	enum wrt_status st;

	if (s->caps.flags & WAVERT_CAP_OBSERVE_ONLY)
		return CF_LACKS;
	if (s->caps.flags & WAVERT_CAP_ATTACHED)
		st = alloc_attached(s, &w);
	else
		st = call(s->fd, WAVERT_IOC_ALLOC_BUFFER, &w);
	if (st)
		return st;
	b->actual = w.actual_bytes;
	b->map_bytes = w.map_bytes;
	b->offset = w.offset_from_first_page;
	b->cache_type = w.cache_type;
	b->barrier = w.call_memory_barrier;
	s->map_bytes = w.map_bytes;
	return st;
}

static void tell_kernel(const char *file, const char *text)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* Allocations that may sleep are also counted, and those of pages. */
static void prepare_to_fail(void)
{
	tell_kernel("failslab/ignore-gfp-wait", "N");
	tell_kernel("failslab/verbose", "0");
	tell_kernel("fail_page_alloc/ignore-gfp-wait", "N");
	tell_kernel("fail_page_alloc/ignore-gfp-highmem", "N");
	tell_kernel("fail_page_alloc/min-order", "0");
	tell_kernel("fail_page_alloc/verbose", "0");
}

/* One of four pages is refused: a buffer may get a part of its memory. */
static enum wrt_status alloc_at_random(struct cf_stream *s, struct cf_buffer *b)
{
	int fd = open("/proc/thread-self/make-it-fail", O_WRONLY | O_CLOEXEC);
	enum wrt_status st;

	if (fd < 0)
		return CF_LACKS;
	prepare_to_fail();
	tell_kernel("fail_page_alloc/task-filter", "Y");
	tell_kernel("fail_page_alloc/times", "-1");
	tell_kernel("fail_page_alloc/probability", "25");
	if (write(fd, "1", 1) != 1)
		die("make-it-fail");
	st = ioctl_alloc(s, b);
	if (write(fd, "0", 1) != 1)
		die("make-it-fail");
	tell_kernel("fail_page_alloc/probability", "0");
	tell_kernel("fail_page_alloc/times", "1");
	close(fd);
	return st;
}

/* fail-nth of this thread, if the kernel has it (uml). */
static enum wrt_status ioctl_alloc_failing(struct cf_stream *s, struct cf_buffer *b, int n,
					   bool *hit)
{
	int fd = n ? open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC) : -1;
	enum wrt_status st;
	char text[16];

	if (!n)
		return alloc_at_random(s, b);
	if (fd < 0)
		return CF_LACKS;
	prepare_to_fail();
	if (pwrite(fd, text, (size_t)snprintf(text, sizeof(text), "%d", n), 0) < 0)
		die("fail-nth");
	st = ioctl_alloc(s, b);
	memset(text, 0, sizeof(text));
	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		text[0] = '1';
	*hit = atoi(text) == 0;
	if (pwrite(fd, "0", 1, 0) < 0)
		die("fail-nth");
	close(fd);
	return st;
}

/* FREE_BUFFER is refused while the buffer is mapped. */
static enum wrt_status ioctl_free(struct cf_stream *s)
{
	unmap(s);
	return call(s->fd, WAVERT_IOC_FREE_BUFFER, NULL);
}

static uint8_t *ioctl_map(struct cf_stream *s)
{
	void *at;

	if (s->map)
		return s->map;
	at = mmap(NULL, s->map_bytes ? s->map_bytes : 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		  s->fd, WAVERT_MMAP_BUFFER);
	s->map = at == MAP_FAILED ? NULL : at;
	return s->map;
}

static enum wrt_status ioctl_set_state(struct cf_stream *s, uint32_t to)
{
	struct wavert_state w = { .state = to };

	return call(s->fd, WAVERT_IOC_SET_STATE, &w);
}

/* ---- events ------------------------------------------------------------------------------- */

static struct cf_event *handle_of(int fd)
{
	int i = 0;

	while (events[i].used)
		i++;
	if (fd < 0)
		die("eventfd");
	events[i] = (struct cf_event){ true, fd };
	return &events[i];
}

static struct cf_event *ioctl_event(void)
{
	return handle_of(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

static struct cf_event *ioctl_event_dup(struct cf_event *e)
{
	return handle_of(fcntl(e->fd, F_DUPFD_CLOEXEC, 3));
}

static void ioctl_event_close(struct cf_event *e)
{
	close(e->fd);
	e->used = false;
}

static uint64_t ioctl_event_take(struct cf_event *e)
{
	uint64_t value;

	return read(e->fd, &value, sizeof(value)) == sizeof(value) ? value : 0;
}

static bool readable(struct cf_event *e, int ms)
{
	struct pollfd p = { .fd = e->fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static bool ioctl_event_wait(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	if (!cf_client.exact)
		return readable(e, (int)(frames * 1000 / rate) + (frames != 0));
	while (!readable(e, 0)) {
		if (!frames--)
			return false;
		ioctl_advance(1, rate);
	}
	return true;
}

static enum wrt_status event_call(struct cf_stream *s, int fd, bool unregister)
{
	struct wavert_event w = { .fd = fd };

	return call(s->fd, unregister ? WAVERT_IOC_UNREGISTER_EVENT : WAVERT_IOC_REGISTER_EVENT, &w);
}

static enum wrt_status ioctl_register(struct cf_stream *s, struct cf_event *e)
{
	return event_call(s, e->fd, false);
}

static enum wrt_status ioctl_unregister(struct cf_stream *s, struct cf_event *e)
{
	return event_call(s, e->fd, true);
}

static enum wrt_status ioctl_event_bad(struct cf_stream *s, enum cf_bad_event kind, bool unregister)
{
	enum wrt_status st, other;
	int pipes[2];

	if (kind == CF_NOT_OPEN) {
		st = event_call(s, -1, unregister);
		other = event_call(s, 9999, unregister);
		return st == other ? st : CF_OTHER;
	}
	if (pipe(pipes))
		die("pipe");
	st = event_call(s, pipes[0], unregister);
	other = event_call(s, s->fd, unregister);
	close(pipes[0]);
	close(pipes[1]);
	return st == other ? st : CF_OTHER;
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum wrt_status ioctl_position(struct cf_stream *s, struct cf_position *out)
{
	struct wavert_position p = { 0 };
	enum wrt_status st = call(s->fd, WAVERT_IOC_GET_POSITION, &p);

	*out = (struct cf_position){ p.play_offset, p.linear, p.ns, p.state };
	return st;
}

static enum wrt_status ioctl_page(struct cf_stream *s, struct cf_page *out)
{
	const struct wavert_page *from = s->page;
	struct wavert_notification last;
	struct wavert_page p;
	uint32_t seq;

	do {
		seq = __atomic_load_n(&from->seq, __ATOMIC_ACQUIRE);
		memcpy(&p, from, sizeof(p));
		memcpy(&last, wavert_page_entry(from, p.ring_head - 1), sizeof(last));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (seq & 1 || __atomic_load_n(&from->seq, __ATOMIC_RELAXED) != seq);
	*out = (struct cf_page){
		.linear = p.linear, .packets = p.packets, .underruns = p.underruns,
		.repeats = p.repeats, .late = p.late, .overruns = p.overruns,
		.dropped = p.dropped, .state = p.state, .number = last.number,
		.at_linear = last.linear,
		.late_ns = cf_client.exact || !last.number ? ~0ull : last.signal_ns - p.notify_ns,
	};
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status ioctl_packet_count(struct cf_stream *s, uint32_t *out)
{
	struct wavert_packet_count w = { 0 };
	enum wrt_status st = call(s->fd, WAVERT_IOC_PACKET_COUNT, &w);

	*out = w.packets;
	return st;
}

static enum wrt_status ioctl_presentation(struct cf_stream *s, uint64_t *frames, uint64_t *ns)
{
	struct wavert_presentation w = { 0 };
	enum wrt_status st = call(s->fd, WAVERT_IOC_PRESENTATION, &w);

	*frames = w.frames;
	*ns = w.ns;
	return st;
}

static enum wrt_status ioctl_read_packet(struct cf_stream *s, struct cf_read *out)
{
	struct wavert_read_packet w = { .flags = 1, .more_data = 1 };	/* to be overwritten */
	enum wrt_status st = call(s->fd, WAVERT_IOC_GET_READ_PACKET, &w);

	*out = (struct cf_read){ w.number, w.flags, w.more_data, w.ns };
	return st;
}

static enum wrt_status ioctl_write_packet(struct cf_stream *s, uint32_t number, uint32_t flags,
					  uint32_t eos_bytes)
{
	struct wavert_write_packet w = { .number = number, .flags = flags, .eos_bytes = eos_bytes };

	return call(s->fd, WAVERT_IOC_SET_WRITE_PACKET, &w);
}

static enum wrt_status ioctl_latency(struct cf_stream *s, struct cf_latency *out)
{
	struct wavert_latency w = { 0 };
	enum wrt_status st = call(s->fd, WAVERT_IOC_GET_LATENCY, &w);

	*out = (struct cf_latency){ w.fifo_bytes, w.chipset_100ns, w.codec_100ns };
	return st;
}

static enum wrt_status ioctl_reg(struct cf_stream *s, enum cf_register_kind kind,
				 struct cf_register *out)
{
	struct wavert_register w = { .kind = kind };
	enum wrt_status st = call(s->fd, WAVERT_IOC_GET_REGISTER, &w);

	if (!st && kind < CF_PACKET_REGISTER)
		s->reg[kind] = w;
	*out = (struct cf_register){ w.width, w.accuracy, w.numerator, w.denominator };
	return st;
}

/* By a load from the register itself, which is mapped at the first call. */
static enum wrt_status ioctl_reg_read(struct cf_stream *s, enum cf_register_kind kind, uint64_t *out)
{
	const struct wavert_register *r = &s->reg[kind];
	volatile const uint8_t *at;

	if (!s->reg_page[kind]) {
		void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, s->fd, (off_t)r->mmap_offset);

		if (page == MAP_FAILED)
			return of_errno(errno);
		s->reg_page[kind] = page;
	}
	at = s->reg_page[kind] + r->page_offset;
	*out = r->width == 64 ? *(volatile const uint64_t *)at : *(volatile const uint32_t *)at;
	return WRT_STATUS_SUCCESS;
}

/*
 * QEMU's audio layer takes 1024 frames at once at the first playback
 * after its set-up, and is late by them from then on. No test needs that.
 */
static enum wrt_status warm_up(void)
{
	struct cf_buffer b = { .bytes = 4 * 1920 };
	struct cf_stream *s;
	enum wrt_status st = ioctl_open(CF_RENDER, 0, &s);

	if (st)
		return st;
	st = ioctl_set_format(s, 48000, CF_S16, 2);
	st = st ? st : ioctl_alloc(s, &b);
	st = st ? st : ioctl_set_state(s, CF_RUN);
	ioctl_advance(960, 48000);
	ioctl_close(s);
	return st == CF_LACKS ? WRT_STATUS_SUCCESS : st;
}

/* ---- probes ---------------------------------------------------------------------------------- */

/*
 * Eventfds have ids, the lowest free one first: a reference that was not put keeps an id.
 * A stream that is not released keeps the module.
 */
static long ioctl_held(enum cf_held what)
{
	char path[64];
	long id;
	int fd;

	if (what == CF_HELD_BUFFERS)
		return -1;
	if (what == CF_HELD_ENGINES)
		return guest_references();
	fd = eventfd(0, EFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	id = number_in(path, "eventfd-id:");
	close(fd);
	return id;
}

/* In the child: a client that plays until it is killed. */
static _Noreturn void live(struct cf_event *e, int ready)
{
	struct cf_stream *s;
	struct cf_buffer b = { .notify = true, .count = 2, .bytes = 3840 };
	enum wrt_status st = CF_OTHER;
	char c = 'x';

	if (!ioctl_open(CF_RENDER, 0, &s) && !ioctl_set_format(s, 48000, CF_S16, 2))
		st = ioctl_alloc(s, &b);
	if (st == CF_LACKS)
		c = 'l';
	if (!st && ioctl_map(s) && !ioctl_register(s, e) && !ioctl_set_state(s, CF_RUN))
		c = 'r';
	if (write(ready, &c, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static enum wrt_status ioctl_client_dies(struct cf_event *e)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		die("pipe");
	pid = fork();
	if (!pid)
		live(e, ready[1]);
	if (read(ready[0], &c, 1) != 1)
		c = 'x';
	ioctl_advance(1000, 48000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	if (c == 'l')
		return CF_LACKS;
	return c == 'r' ? WRT_STATUS_SUCCESS : CF_OTHER;
}

static const unsigned long calls[] = {
	WAVERT_IOC_SET_FORMAT, WAVERT_IOC_ALLOC_BUFFER, WAVERT_IOC_REGISTER_EVENT,
	WAVERT_IOC_UNREGISTER_EVENT, WAVERT_IOC_SET_STATE, WAVERT_IOC_GET_POSITION,
	WAVERT_IOC_GET_LATENCY, WAVERT_IOC_GET_REGISTER, WAVERT_IOC_PACKET_COUNT,
	WAVERT_IOC_PRESENTATION, WAVERT_IOC_GET_READ_PACKET, WAVERT_IOC_SET_WRITE_PACKET,
};

#define CALLS (int)(sizeof(calls) / sizeof(*calls))

/* Each argument ends at the end of the mapping, one byte too early. */
static int ioctl_short_arguments(struct cf_stream *s)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, accepted = 0;

	mprotect(at + page, page, PROT_NONE);
	for (i = 0; i < CALLS; i++) {
		void *arg = at + page - _IOC_SIZE(calls[i]) + 1;

		accepted += ioctl(s->fd, calls[i], arg) >= 0 || errno != EFAULT;
		accepted += ioctl(s->fd, calls[i], NULL) >= 0 || errno != EFAULT;
	}
	munmap(at, 2 * page);
	return accepted;
}

/* The same call with another direction, and with a struct that is too short. */
static int ioctl_wrong_access(struct cf_stream *s)
{
	uint64_t arg[64] = { 0 };
	unsigned int dir, right, n;
	int i, accepted = 0;

	for (i = 0; i < CALLS; i++) {
		right = _IOC_DIR(calls[i]);
		n = _IOC_SIZE(calls[i]);
		for (dir = 0; dir < 4; dir++)
			if (dir != right)
				accepted += ioctl(s->fd, _IOC(dir, WAVERT_IOC_TYPE, _IOC_NR(calls[i]), n), arg) >= 0 ||
					    errno != ENOTTY;
		/* the size is the caller's, but no call does with less than 4 bytes */
		accepted += ioctl(s->fd, _IOC(right, WAVERT_IOC_TYPE, _IOC_NR(calls[i]), 3), arg) >= 0 ||
			    errno != EINVAL;
	}
	return accepted;
}

static enum wrt_status ioctl_unknown_interface(struct cf_stream *s)
{
	struct wavert_new_stream n = { .direction = 2, .fd = -1 };
	int filter = open(guest_node(), O_RDWR | O_CLOEXEC);
	enum wrt_status st = call(filter, WAVERT_IOC_NEW_STREAM, &n);

	close(filter);
	if (!st || n.fd != -1)
		return WRT_STATUS_SUCCESS;
	return call(s->fd, WAVERT_IOWR(0xff, struct wavert_new_stream), &n);
}

struct cf_client cf_client = {
	.name = "ioctl",
	.kernel = true,
	.device = ioctl_device,
	.end = ioctl_end,
	.remove = ioctl_remove,
	.open = ioctl_open,
	.close = ioctl_close,
	.set_format = ioctl_set_format,
	.alloc = ioctl_alloc,
	.free = ioctl_free,
	.map = ioctl_map,
	.event = ioctl_event,
	.event_dup = ioctl_event_dup,
	.event_close = ioctl_event_close,
	.event_take = ioctl_event_take,
	.event_wait = ioctl_event_wait,
	.event_register = ioctl_register,
	.event_unregister = ioctl_unregister,
	.event_bad = ioctl_event_bad,
	.set_state = ioctl_set_state,
	.position = ioctl_position,
	.packet_count = ioctl_packet_count,
	.presentation = ioctl_presentation,
	.read_packet = ioctl_read_packet,
	.write_packet = ioctl_write_packet,
	.latency = ioctl_latency,
	.reg = ioctl_reg,
	.page = ioctl_page,
	.advance = ioctl_advance,
	.now_ns = ioctl_now,
};

struct cf_probe cf_probe = {
	.caps = ioctl_caps,
	.close_handle = ioctl_close_handle,
	.alloc_failing = ioctl_alloc_failing,
	.reg_read = ioctl_reg_read,
	.held = ioctl_held,
	.client_dies = ioctl_client_dies,
	.short_arguments = ioctl_short_arguments,
	.wrong_access = ioctl_wrong_access,
	.unknown_interface = ioctl_unknown_interface,
};
