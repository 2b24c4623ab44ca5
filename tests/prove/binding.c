// SPDX-License-Identifier: GPL-2.0-only
/*
 * binding.c - register, unregister, signal, read(), change of state, also of a group, close and removal
 * of the device concurrent with interrupts: every schedule with up to a given number of preemptions (sched.h) of
 * the real core, miniport and Linux binding. Called by run.sh; TAP.
 *
 * This file provides the rest: a backend whose DMA passes one point an interrupt, eventfds
 * and files that count their references, memory of a buffer.
 *
 *   binding [TEST]     all tests, or that number; PREEMPTIONS=N, 3 without. Of all, the tests of
 *                      read() and of groups have at most 2
 */
#include <stdio.h>
#include <stdlib.h>

#include "../guest/tap.h"
#include "binding_os.h"
#include "hwdep.h"

#define POINT	128u
#define B	(2 * POINT)
#define RATE	48000u
#define EVENTS	3

/* ---- the backend --------------------------------------------------------------- */

#define SLOTS	2

static struct wrt_hw_stream {
	bool open, prepared, running;
	u64 moved;			/* bytes */
} hw[SLOTS];

static bool together;			/* an interrupt finds both streams running, or none */

static u64 hw_ns(void)
{
	return WRT_NSEC_PER_SEC + (hw[0].moved + hw[1].moved) * WRT_NSEC_PER_SEC / (4 * RATE);
}

static int hw_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	if (slot >= SLOTS)
		return -1;
	*c = (struct wrt_hw_caps) {
		.dir = slot,
		.formats = WRT_FMT_S16, .channels_min = 2, .channels_max = 2,
		.rate_min = RATE, .rate_max = RATE, .buffer_max = 65536, .notify_max = 8,
		.notify_min = 1, .notify_step = 4,
	};
	return 0;
}

static int hw_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	if (hw[slot].open)
		sched_fail("the slot is opened twice");
	hw[slot].open = true;
	*out = &hw[slot];
	return 0;
}

static void hw_close(struct wrt_hw_stream *s)
{
	s->open = false;
}

static int hw_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		      struct wrt_hw_latency *l)
{
	(void)g, (void)l;
	s->prepared = true;
	return 0;
}

static void hw_release(struct wrt_hw_stream *s)
{
	if (s->running)
		sched_fail("the buffer is forgotten while DMA is on");
	s->prepared = false;
}

static int hw_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	if (!s->prepared)
		sched_fail("DMA is started without a buffer");
	s->running = true;
	*from_ns = *ns = hw_ns();
	return 0;
}

static int hw_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	if (!s || !s->open)
		sched_fail("the position of a closed slot is read");
	p->dma = p->link = (u32)(s->moved % B);
	p->ns = hw_ns();
	p->from_ns = p->ns;
	return 0;
}

static int hw_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	hw_position(s, at);
	s->running = false;
	return 0;
}

static bool hw_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	u32 i;

	(void)d, (void)entry_ns;
	if (together && hw[0].running != hw[1].running)
		sched_fail("stream %d of a group runs alone", hw[1].running);
	for (i = 0; i < SLOTS; i++) {
		if (hw[i].running)
			hw[i].moved += POINT;
		*slots |= 1u << i;
	}
	return true;
}

static const struct wrt_hw_ops hw_ops = {
	.name = "proof", .caps = hw_caps, .open = hw_open, .close = hw_close,
	.prepare = hw_prepare, .release = hw_release, .start = hw_start, .stop = hw_stop,
	.position = hw_position, .irq = hw_irq,
};

/* ---- events and files ---------------------------------------------------------- */

struct eventfd_ctx {
	int refs;
	u64 signals;
};

u64 binding_now;
static bool slow_events;
static struct eventfd_ctx events[EVENTS];
static struct wrt_pin *owner;		/* whose page is looked at when event 0 is signalled */

struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	events[fd].refs++;
	return &events[fd];
}

void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	if (--ctx->refs < 1)
		sched_fail("event %d is put too often", (int)(ctx - events));
}

void wrt_eventfd_signal(struct eventfd_ctx *ctx)
{
	sched_note("signals event %d", (int)(ctx - events));
	if (ctx->refs < 2)
		sched_fail("event %d is signalled after it was put", (int)(ctx - events));
	ctx->signals++;
	if (slow_events)
		binding_now += 30000;
	if (owner && ctx == events && ctx->signals > owner->regs->ring_head)
		sched_fail("event 0 is signalled before the page shows the point");
}

static struct file filter_file, *installed;

struct file *get_file(struct file *file)
{
	file->count++;
	return file;
}

static struct file *open_files[2];	/* as numbers 0 and 1; NULL: closed */

struct file *fget(int fd)
{
	return open_files[fd] ? get_file(open_files[fd]) : NULL;
}

void fput(struct file *file)
{
	if (--file->count)
		return;
	if (file->f_op)
		file->f_op->release(NULL, file);
	else
		sched_fail("the filter's file is put too often");
	sched_free(file);
}

struct file *anon_inode_getfile(const char *name, const struct file_operations *ops, void *priv,
				int flags)
{
	struct file *file = sched_alloc(sizeof(*file));

	(void)name, (void)flags;
	file->f_op = ops;
	file->count = 1;
	file->private_data = priv;
	return file;
}

int get_unused_fd_flags(int flags)
{
	return 10;
}

void put_unused_fd(int fd)
{
}

void fd_install(int fd, struct file *file)
{
	installed = file;
}

/* ---- memory -------------------------------------------------------------------- */

static void *unmapped;			/* here nothing can be copied to */

unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	if (to == unmapped)
		return n;
	memcpy(to, from, n);
	return 0;
}

/* ---- the task that waits in read() ------------------------------------------------------ */

void rcuwait_init(struct rcuwait *w)
{
	w->waits = false;
	sched_lock_init(&w->sleep, "the sleep of a reader");
}

bool rcuwait_active(struct rcuwait *w)
{
	sched_point();
	return w->waits;
}

void rcuwait_wake_up(struct rcuwait *w)
{
	sched_point();
	if (w->waits)
		w->sleep.owner = -1;
}

void prove_rcuwait_begin(struct rcuwait *w)
{
	sched_point();
	if (w->waits)
		sched_fail("two tasks wait by one rcuwait");
	w->waits = true;
}

void prove_rcuwait_prepare(struct rcuwait *w)
{
	sched_point();
	w->sleep.owner = 0;
	sched_point();
}

void prove_rcuwait_end(struct rcuwait *w)
{
	w->sleep.owner = -1;
	w->waits = false;
}

struct page *alloc_page(unsigned int flags)
{
	void *p = sched_alloc(PAGE_SIZE);

	sched_unwatch(p);	/* weak.c checks that */
	return p;
}

void __free_page(struct page *page)
{
	sched_free(page);
}

void *page_address(struct page *page)
{
	return page;
}

void *kzalloc(size_t bytes, unsigned int flags)
{
	return sched_alloc(bytes);
}

void kfree(const void *p)
{
	sched_free(p);
}

int wrt_buffer_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	if (pin_of(mp)->dma.area)
		sched_fail("a second buffer is allocated");
	pin_of(mp)->dma.area = (unsigned char *)&hw;
	return 0;
}

void wrt_buffer_programmed(struct wrt_pin *pin)
{
}

void wrt_buffer_free(struct wrt_mp *mp)
{
	if (!pin_of(mp)->dma.area)
		sched_fail("the buffer is freed twice");
	if (hw[mp->stream->slot].prepared)
		sched_fail("the buffer is freed while the device knows it");
	pin_of(mp)->dma.area = NULL;
}

void wrt_buffer_show(struct wrt_pin *pin)
{
}

int wrt_buffer_retire(struct wrt_pin *pin)
{
	return 0;
}

void wrt_buffer_zap(struct wrt_pin *pin)
{
	if (pin->dma.area)
		wrt_buffer_free(&pin->mp);
}

static int mapped;	/* the last of buffer (0) and registers (1, 2) */

int wrt_buffer_mmap(struct wrt_pin *pin, struct vm_area_struct *vma)
{
	(void)pin, (void)vma;
	mapped = 0;
	return -EINVAL;
}

/* The backend has no registers to map. */
unsigned long wrt_register_pfn(const struct wrt_hw_register *reg)
{
	return 0;
}

void wrt_register_show(struct wrt_pin *pin, u32 kind, unsigned long pfn)
{
	(void)pin, (void)kind, (void)pfn;
}

void wrt_register_unmap(struct wrt_pin *pin)
{
}

int wrt_register_mmap(struct wrt_pin *pin, u32 kind, struct vm_area_struct *vma)
{
	(void)pin, (void)vma;
	mapped = 1 + (int)kind;
	return -EBADRQC;
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long at, unsigned long pfn)
{
	(void)vma, (void)at, (void)pfn;
	return 0;
}

uint64_t ktime_get_ns(void)
{
	return hw_ns();
}

void prove_wmb(void)
{
}

void prove_mb(void)
{
}

void prove_warn(const char *what)
{
	sched_fail("warning: %s", what);
}

/* ---- calls of a client --------------------------------------------------------- */

static struct snd_hwdep hwdep;
static struct wrt_filter *filter;
static struct wrt_device *device;

int snd_hwdep_new(struct snd_card *card, const char *id, int number, struct snd_hwdep **out)
{
	(void)card, (void)id, (void)number;
	*out = &hwdep;
	return 0;
}

static long call(struct file *file, unsigned int request, void *arg)
{
	long err = file->f_op->unlocked_ioctl(file, request, (unsigned long)arg);

	sched_note("call %u returns %ld", request & 0xff, err);
	return err;
}

static void must(long err, const char *what)
{
	if (err)
		sched_fail("%s fails with %ld", what, err);
}

static struct file *open_stream(u32 direction, u32 flags)
{
	struct wavert_new_stream arg = { .direction = direction, .flags = flags };

	if (hwdep.ops.ioctl(&hwdep, &filter_file, WAVERT_IOC_NEW_STREAM, (unsigned long)&arg))
		return NULL;
	return installed;
}

static long add_event(struct file *file, int number)
{
	struct wavert_event arg = { .fd = number };

	return call(file, WAVERT_IOC_REGISTER_EVENT, &arg);
}

static long remove_event(struct file *file, int number)
{
	struct wavert_event arg = { .fd = number };

	return call(file, WAVERT_IOC_UNREGISTER_EVENT, &arg);
}

static long set_state(struct file *file, u32 state)
{
	struct wavert_state arg = { .state = state };

	return call(file, WAVERT_IOC_SET_STATE, &arg);
}

/* Both streams of the card, by one call. */
static long set_states(u32 state, u32 first)
{
	s32 fds[2] = { (s32)first, (s32)!first };
	struct wavert_states arg = { .fds = (uintptr_t)fds, .count = 2, .state = state };
	long err = hwdep.ops.ioctl(&hwdep, &filter_file, WAVERT_IOC_SET_STATES, (unsigned long)&arg);

	sched_note("SET_STATES returns %ld", err);
	return err;
}

static struct file *player, *watcher, *recorder;
static u64 quiet_from[EVENTS];	/* signals when the event had to stop; ~0: never */

static void silent_from_here(int number)
{
	quiet_from[number] = events[number].signals;
}

/* Ready to run. */
static struct file *owning_stream(u32 direction)
{
	struct wavert_format format = { .rate = RATE, .format = WAVERT_FORMAT_S16, .channels = 2 };
	struct wavert_buffer buffer = {
		.flags = WAVERT_ALLOC_NOTIFICATION, .notifications = 2, .requested_bytes = B,
	};
	struct file *file = open_stream(direction, 0);

	must(call(file, WAVERT_IOC_SET_FORMAT, &format), "SET_FORMAT");
	must(call(file, WAVERT_IOC_ALLOC_BUFFER, &buffer), "ALLOC_BUFFER");
	return file;
}

static void setup(void)
{
	struct wrt_memory memory = { 0 };
	int i;

	memset(&hw, 0, sizeof(hw));
	slow_events = false;
	together = false;
	unmapped = NULL;
	binding_now = 0;
	owner = NULL;
	watcher = recorder = NULL;
	memset(open_files, 0, sizeof(open_files));
	filter_file = (struct file){ .count = 1, .f_mode = FMODE_READ | FMODE_WRITE };
	for (i = 0; i < EVENTS; i++) {
		events[i] = (struct eventfd_ctx){ .refs = 1 };
		quiet_from[i] = ~0ull;
	}
	device = sched_alloc(sizeof(*device));
	must(wrt_device_init(device, &hw_ops, NULL), "device");
	must(wrt_filter_new(NULL, device, &memory, &filter), "filter");
	player = owning_stream(WAVERT_PLAYBACK);
	must(add_event(player, 0), "REGISTER_EVENT");
	must(set_state(player, WAVERT_STATE_RUN), "RUN");
	owner = player->private_data;
}

static void setup_watched(void)
{
	setup();
	watcher = open_stream(WAVERT_PLAYBACK, WAVERT_STREAM_OBSERVE);
	must(add_event(watcher, 1), "REGISTER_EVENT");
}

static void no_wake(struct wrt_device *dev)
{
}

/* From here on only a thread of the test serves the deferred signals. */
static void setup_thread(void)
{
	setup_watched();
	device->wake = no_wake;
}

/* Events 0 and 1 are left to the thread, with one pending signal each. */
static void setup_slow(void)
{
	setup_thread();
	slow_events = true;
	wrt_device_irq(device);
	wrt_device_irq(device);
	binding_now += WRT_NSEC_PER_SEC;
}

/* Conditions that must hold at the end of every schedule. */
static void finish(void)
{
	int i;

	owner = NULL;
	if (player)
		fput(player);
	if (watcher)
		fput(watcher);
	if (recorder)
		fput(recorder);
	player = watcher = recorder = NULL;
	wrt_device_gone(device);
	wrt_filter_gone(filter);
	for (i = 0; i < EVENTS; i++) {
		if (events[i].refs != 1)
			sched_fail("%d references of event %d are left", events[i].refs - 1, i);
		if (quiet_from[i] != ~0ull && events[i].signals != quiet_from[i])
			sched_fail("event %d is signalled after it had to stop", i);
	}
	if (hw[0].open || hw[1].open)
		sched_fail("the buffer is not freed");
	if (filter_file.count != 1)
		sched_fail("%d references of the filter's file are left", filter_file.count - 1);
	wrt_device_destroy(device);
}

/* ---- threads ------------------------------------------------------------------- */

static void interrupt(void)
{
	wrt_device_irq(device);
}

static void two_interrupts(void)
{
	wrt_device_irq(device);
	wrt_device_irq(device);
}

static void serve(void)
{
	wrt_device_serve(device);
	binding_now += WRT_NSEC_PER_SEC;
	wrt_device_serve(device);
}

static void unregister_1(void)
{
	must(remove_event(watcher, 1), "UNREGISTER_EVENT");
	silent_from_here(1);
}

static void come_and_go(void)
{
	must(add_event(player, 2), "REGISTER_EVENT");
	must(remove_event(player, 2), "UNREGISTER_EVENT");
	silent_from_here(2);
}

static void remove_all_events(void)
{
	struct wavert_event all = { .fd = -1, .flags = WAVERT_EVENT_ALL };

	must(add_event(player, 2), "REGISTER_EVENT");
	must(call(player, WAVERT_IOC_UNREGISTER_EVENT, &all), "UNREGISTER_EVENT");
	silent_from_here(0);
	silent_from_here(2);
}

static void register_again(void)
{
	if (!add_event(player, 2))
		must(remove_event(player, 2), "UNREGISTER_EVENT");
}

/* WRT-097: no signal follows, and none was lost or made twice. */
static void pause_stream(void)
{
	const struct wavert_page *page = ((struct wrt_pin *)player->private_data)->regs;

	must(set_state(player, WAVERT_STATE_PAUSE), "PAUSE");
	silent_from_here(0);
	if (events[0].signals != page->packets || page->packets != page->linear / POINT ||
	    page->linear != hw[0].moved)
		sched_fail("%llu signals, %llu points, %llu bytes", (unsigned long long)events[0].signals,
			   (unsigned long long)page->packets, (unsigned long long)page->linear);
}

static void stop_stream(void)
{
	must(set_state(player, WAVERT_STATE_STOP), "STOP");
	silent_from_here(0);
}

static void close_player(void)
{
	struct file *file = player;

	player = NULL;
	owner = NULL;
	fput(file);
	silent_from_here(0);
}

static void close_watcher(void)
{
	struct file *file = watcher;

	watcher = NULL;
	fput(file);
	silent_from_here(1);
}

static void watch_a_moment(void)
{
	struct file *file = open_stream(WAVERT_PLAYBACK, WAVERT_STREAM_OBSERVE);

	if (!file)
		return;
	if (!add_event(file, 1))
		must(remove_event(file, 1), "UNREGISTER_EVENT");
	silent_from_here(1);
	fput(file);
}

static void remove_device(void)
{
	owner = NULL;	/* events are signalled once more, for no point */
	wrt_device_gone(device);
	wrt_filter_gone(filter);
	sched_note("has removed the device");
}

static void unregister_0(void)
{
	must(remove_event(player, 0), "UNREGISTER_EVENT");
	silent_from_here(0);
}

static void pause_any(void)
{
	must(set_state(player, WAVERT_STATE_PAUSE), "PAUSE");
}

/* ---- read() ---------------------------------------------------------------------- */

#define POINTS	2	/* that pass in a test */

static u64 points_read[2];	/* by each reader */
static struct wrt_pin *pin_read;

static void setup_reader(void)
{
	setup();
	owner = NULL;
	pin_read = player->private_data;
	points_read[0] = points_read[1] = 0;
}

static void setup_observing_reader(void)
{
	setup_watched();
	owner = NULL;
	pin_read = watcher->private_data;
	points_read[0] = points_read[1] = 0;
}

/* Its points are handed to it by the thread of the device. */
static void setup_late_reader(void)
{
	setup_observing_reader();
	device->wake = no_wake;
}

static ssize_t read_into(struct file *file, struct wavert_read *record)
{
	ssize_t got = file->f_op->read(file, (char *)record, sizeof(*record), NULL);

	sched_note("read returns %zd, %llu points", got, got > 0 ? (unsigned long long)record->points : 0);
	if (got > 0 && (got != sizeof(*record) || !record->points || record->linear % POINT ||
			record->packets != record->linear / POINT))
		sched_fail("read returns %zd: %llu points, C %llu, %llu bytes", got,
			   (unsigned long long)record->points, (unsigned long long)record->packets,
			   (unsigned long long)record->linear);
	return got;
}

/* Until all points have passed: a wake-up that is lost ends in a deadlock. */
static void read_from(struct file *file, int reader)
{
	struct wavert_read record;

	while (points_read[reader] < POINTS) {
		if (read_into(file, &record) < 0)
			sched_fail("read() fails");
		points_read[reader] += record.points;
	}
}

static void read_points(void)
{
	read_from(player, 0);
}

static void observe_points(void)
{
	read_from(watcher, 0);
}

static void read_until(ssize_t error, int reader)
{
	struct wavert_read record;
	ssize_t got;

	for (;;) {
		got = read_into(player, &record);
		if (got < 0)
			break;
		points_read[reader] += record.points;
	}
	if (got != error)
		sched_fail("read() ends with %zd", got);
}

static void read_until_removed(void)
{
	read_until(-ENODEV, 0);
}

static void another_reads_until_removed(void)
{
	read_until(-ENODEV, 1);
}

static void read_until_freed(void)
{
	read_until(-EOPNOTSUPP, 0);
}

/* What it has taken is for the next read(). */
static void read_to_nowhere(void)
{
	static struct wavert_read record;
	ssize_t got;

	unmapped = &record;
	got = read_into(player, &record);
	if (got != -EFAULT && got != -ENODEV)
		sched_fail("read() to a bad address returns %zd", got);
}

static void serve_points(void)
{
	while (points_read[0] < POINTS) {
		if (wrt_device_serve(device) == WRT_NOTHING_DEFERRED)
			sched_sleep();
		binding_now += WRT_NSEC_PER_SEC;
	}
}

static void two_points_and_removal(void)
{
	two_interrupts();
	remove_device();
}

static void two_points_and_free(void)
{
	two_interrupts();
	must(call(player, WAVERT_IOC_FREE_BUFFER, NULL), "FREE_BUFFER");
}

/* Each point was given to one reader, or can still be read. */
static void all_were_read(void)
{
	u64 head = pin_read->regs->ring_head, left = head - pin_read->seen;

	if (points_read[0] + points_read[1] + left != head)
		sched_fail("%llu and %llu points were read, %llu are left of %llu",
			   (unsigned long long)points_read[0], (unsigned long long)points_read[1],
			   (unsigned long long)left, (unsigned long long)head);
	finish();
}

/* ---- groups ------------------------------------------------------------------------ */

/* Playback runs, capture does not. */
static void setup_pair(void)
{
	setup();
	recorder = owning_stream(WAVERT_CAPTURE);
	must(set_state(player, WAVERT_STATE_STOP), "STOP");
	hw[0].moved = 0;
	owner = NULL;
	open_files[0] = player;
	open_files[1] = recorder;
}

static void setup_group(void)
{
	setup_pair();
	together = true;
}

static void setup_running_group(void)
{
	setup_group();
	must(set_states(WAVERT_STATE_RUN, 0), "SET_STATES");
}

static void start_and_pause(void)
{
	must(set_states(WAVERT_STATE_RUN, 0), "SET_STATES");
	must(set_states(WAVERT_STATE_PAUSE, 0), "SET_STATES");
	if (hw[0].moved != hw[1].moved)
		sched_fail("the streams moved %llu and %llu bytes", (unsigned long long)hw[0].moved,
			   (unsigned long long)hw[1].moved);
}

/* The other one first: neither waits for the other for ever. One may come too late. */
static void start_the_other_first(void)
{
	long err = set_states(WAVERT_STATE_RUN, 1);

	if (err && err != -EBADFD)
		sched_fail("SET_STATES returns %ld", err);
}

static void start_first(void)
{
	long err = set_states(WAVERT_STATE_RUN, 0);

	if (err && err != -EBADFD)
		sched_fail("SET_STATES returns %ld", err);
}

static void stop_group(void)
{
	must(set_states(WAVERT_STATE_STOP, 0), "SET_STATES");
	silent_from_here(0);
}

static void start_alone(void)
{
	must(set_state(player, WAVERT_STATE_RUN), "RUN");
}

/* Closed by another thread of the client, while the call may hold it. */
static void close_recorder(void)
{
	struct file *file = recorder;

	open_files[1] = NULL;
	recorder = NULL;
	fput(file);
}

static void stop_while_closed(void)
{
	long err = set_states(WAVERT_STATE_STOP, 0);

	if (err && err != -EBADF)
		sched_fail("SET_STATES returns %ld", err);
}

static void start_while_removed(void)
{
	long err = set_states(WAVERT_STATE_RUN, 0);

	if (err && err != -ENODEV)
		sched_fail("SET_STATES returns %ld", err);
}

/* ---- tests --------------------------------------------------------------------- */

static const struct {
	const char *sentence;
	struct sched_test test;
	unsigned int most;	/* preemptions; 0: as many as are asked for */
} tests[] = {
	{ "register and unregister beside two interrupts",
	  { setup, { come_and_go, interrupt, interrupt }, finish }, 0 },
	{ "two clients register one event beside an interrupt",
	  { setup, { register_again, register_again, interrupt }, finish }, 0 },
	{ "unregister of all events beside two interrupts",
	  { setup, { remove_all_events, interrupt, interrupt }, finish }, 0 },
	{ "pause beside two interrupts: counts are conserved",
	  { setup, { pause_stream, two_interrupts, interrupt }, finish }, 0 },
	{ "stop beside register, unregister and an interrupt",
	  { setup, { stop_stream, register_again, interrupt }, finish }, 0 },
	{ "close in RUN beside two interrupts",
	  { setup, { close_player, interrupt, interrupt }, finish }, 0 },
	{ "an observer opens and closes during a pause and an interrupt",
	  { setup, { watch_a_moment, pause_stream, interrupt }, finish }, 0 },
	{ "player and observer close beside an interrupt",
	  { setup_watched, { close_player, close_watcher, interrupt }, finish }, 0 },
	{ "removal beside close and an interrupt",
	  { setup, { remove_device, close_player, interrupt }, finish }, 0 },
	{ "removal beside unregister and an interrupt",
	  { setup, { remove_device, unregister_0, interrupt }, finish }, 0 },
	{ "removal during open and close of an observer",
	  { setup, { remove_device, watch_a_moment, interrupt }, finish }, 0 },
	{ "removal beside a pause and an interrupt",
	  { setup, { remove_device, pause_any, interrupt }, finish }, 0 },
	{ "an observer closes beside the thread and an interrupt",
	  { setup_thread, { serve, close_watcher, interrupt }, finish }, 0 },
	{ "an observer unregisters beside the thread and an interrupt",
	  { setup_thread, { serve, unregister_1, interrupt }, finish }, 0 },
	{ "the owner of a slow event unregisters it beside the thread and an interrupt",
	  { setup_slow, { serve, unregister_0, interrupt }, finish }, 0 },
	{ "pause beside the thread, which signals the same event: counts are conserved",
	  { setup_slow, { serve, pause_stream, interrupt }, finish }, 0 },
	{ "the owner of a slow event closes beside the thread and an interrupt",
	  { setup_slow, { serve, close_player, interrupt }, finish }, 0 },
	{ "removal beside the thread and a close",
	  { setup_slow, { remove_device, serve, close_player }, finish }, 0 },
	{ "removal beside the thread and an observer that closes",
	  { setup_slow, { remove_device, serve, close_watcher }, finish }, 0 },
	{ "a reader beside interrupts: it gets each point, no wake-up is lost",
	  { setup_reader, { read_points, interrupt, interrupt }, all_were_read }, 2 },
	{ "an observer's reader beside interrupts: it gets each point, no wake-up is lost",
	  { setup_observing_reader, { observe_points, interrupt, interrupt }, all_were_read }, 2 },
	{ "an observer's reader beside the thread and interrupts",
	  { setup_late_reader, { observe_points, serve_points, two_interrupts }, all_were_read }, 2 },
	{ "two readers beside interrupts and removal: each point is given to one of them",
	  { setup_reader, { read_until_removed, another_reads_until_removed, two_points_and_removal },
	    all_were_read }, 2 },
	{ "a reader and one with a bad address beside interrupts and removal: no point is lost",
	  { setup_reader, { read_until_removed, read_to_nowhere, two_points_and_removal }, all_were_read }, 2 },
	{ "a reader beside interrupts and FREE_BUFFER, which ends its wait",
	  { setup_reader, { read_until_freed, two_points_and_free }, all_were_read }, 2 },
	{ "two streams start and pause by one call beside interrupts: they move together",
	  { setup_group, { start_and_pause, two_interrupts, interrupt }, finish }, 2 },
	{ "two groups of the same streams in different order beside an interrupt",
	  { setup_group, { start_first, start_the_other_first, interrupt }, finish }, 2 },
	{ "a group stops beside two interrupts: no signal follows",
	  { setup_running_group, { stop_group, interrupt, interrupt }, finish }, 2 },
	{ "a group starts while one of its streams is started and an interrupt passes",
	  { setup_pair, { start_first, start_alone, interrupt }, finish }, 2 },
	{ "a group stops while one of its streams is closed and an interrupt passes",
	  { setup_running_group, { stop_while_closed, close_recorder }, finish }, 2 },
	{ "a group starts while the device is removed",
	  { setup_pair, { start_while_removed, remove_device, interrupt }, finish }, 2 },
};

/* mmap() of one page at this offset of the interface */
static int map_at(unsigned long offset, unsigned long bytes)
{
	struct wrt_pin pin = { .page = NULL };
	struct file file = { .private_data = &pin };
	struct vm_area_struct vma = {
		.vm_end = bytes, .vm_flags = VM_SHARED, .vm_pgoff = offset >> PAGE_SHIFT,
	};

	mapped = -1;
	return wrt_pin_mmap(&file, &vma);
}

/* Whatever the page size: no two mappings have one offset, and the page is one page. */
static bool offsets_are_right(void)
{
	if (map_at(WAVERT_MMAP_PAGE, PAGE_SIZE) || mapped != -1)
		return false;
	if (map_at(WAVERT_MMAP_PAGE, PAGE_SIZE / 2) != -EINVAL ||
	    map_at(WAVERT_MMAP_PAGE, 2 * PAGE_SIZE) != -EINVAL)
		return false;
	map_at(WAVERT_MMAP_BUFFER, PAGE_SIZE);
	if (mapped != 0)
		return false;
	map_at(WAVERT_MMAP_REGISTER(WAVERT_REGISTER_POSITION), PAGE_SIZE);
	if (mapped != 1)
		return false;
	map_at(WAVERT_MMAP_REGISTER(WAVERT_REGISTER_CLOCK), PAGE_SIZE);
	return mapped == 2;
}

int main(int argc, char **argv)
{
	size_t only = argc > 1 ? (size_t)atoi(argv[1]) : 0, n = sizeof(tests) / sizeof(tests[0]), i;
	unsigned long schedules;
	const char *bound = getenv("PREEMPTIONS");
	unsigned int asked = bound ? (unsigned int)atoi(bound) : 3, preemptions;
	bool good;

	setbuf(stdout, NULL);
	for (i = 0; i < n; i++) {
		if (only && i + 1 != only)
			continue;
		preemptions = asked;
		if (tests[i].most && tests[i].most < asked && !only)
			preemptions = tests[i].most;
		good = sched_explore(&tests[i].test, preemptions, &schedules);
		tap_ok(good, "every schedule with %u preemptions: %s (%lu)", preemptions,
		       tests[i].sentence, schedules);
	}
	tap_ok(!sched_lock_order(), "locks are always taken in one order");
	tap_ok(offsets_are_right(), "buffer, register page and registers have offsets of their own");
	return tap_done();
}
