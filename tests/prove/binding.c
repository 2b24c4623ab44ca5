// SPDX-License-Identifier: GPL-2.0-only
/*
 * binding.c - register, unregister, signal, change of state, close and removal of the device
 * concurrent with interrupts: every schedule with up to a given number of preemptions (sched.h) of
 * the real core, miniport and Linux binding. Called by run.sh; TAP.
 *
 * This file provides the rest: a backend whose DMA passes one point an interrupt, eventfds
 * and files that count their references, memory of a buffer.
 *
 *   binding [TEST]     all tests, or that number; PREEMPTIONS=N, 3 without
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

/* ---- not under proof: read() and poll() of a stream file, groups ------------------------ */

void wrt_read_init(struct wrt_pin *pin, bool observer)
{
}

void wrt_read_destroy(struct wrt_pin *pin)
{
}

void wrt_read_passed(struct wrt_mp *mp)
{
}

void wrt_read_wake_pollers(struct wrt_pin *pin)
{
}

void wrt_read_enable(struct wrt_pin *pin, bool on)
{
}

void wrt_read_remove(struct wrt_pin *pin)
{
}

ssize_t wrt_stream_read_file(struct file *file, char __user *user, size_t bytes, loff_t *at)
{
	return 0;
}

ssize_t wrt_stream_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return 0;
}

__poll_t wrt_stream_poll(struct file *file, struct poll_table_struct *wait)
{
	return 0;
}

int wrt_call_set_states(struct wrt_call *c)
{
	return 0;
}

/* ---- the backend --------------------------------------------------------------- */

static struct {
	bool open, prepared, running;
	u64 moved;			/* bytes */
} hw;

static u64 hw_ns(void)
{
	return WRT_NSEC_PER_SEC + hw.moved * WRT_NSEC_PER_SEC / (4 * RATE);
}

static int hw_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	(void)d;
	if (slot)
		return -1;
	*c = (struct wrt_hw_caps) {
		.formats = WRT_FMT_S16, .channels_min = 2, .channels_max = 2,
		.rate_min = RATE, .rate_max = RATE, .buffer_max = 65536, .notify_max = 8,
		.notify_min = 1, .notify_step = 4,
	};
	return 0;
}

static int hw_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	(void)d, (void)slot;
	if (hw.open)
		sched_fail("the slot is opened twice");
	hw.open = true;
	*out = (struct wrt_hw_stream *)&hw;
	return 0;
}

static void hw_close(struct wrt_hw_stream *s)
{
	(void)s;
	hw.open = false;
}

static int hw_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		      struct wrt_hw_latency *l)
{
	(void)s, (void)g, (void)l;
	hw.prepared = true;
	return 0;
}

static void hw_release(struct wrt_hw_stream *s)
{
	(void)s;
	if (hw.running)
		sched_fail("the buffer is forgotten while DMA is on");
	hw.prepared = false;
}

static int hw_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	(void)s, (void)from;
	if (!hw.prepared)
		sched_fail("DMA is started without a buffer");
	hw.running = true;
	*from_ns = *ns = hw_ns();
	return 0;
}

static int hw_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	if (!s || !hw.open)
		sched_fail("the position of a closed slot is read");
	p->dma = p->link = (u32)(hw.moved % B);
	p->ns = hw_ns();
	p->from_ns = p->ns;
	return 0;
}

static int hw_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	hw_position(s, at);
	hw.running = false;
	return 0;
}

static bool hw_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	(void)d, (void)entry_ns;
	if (hw.running)
		hw.moved += POINT;
	*slots = 1;
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
	(void)flags;
	return 10;
}

void put_unused_fd(int fd)
{
	(void)fd;
}

void fd_install(int fd, struct file *file)
{
	(void)fd;
	installed = file;
}

/* ---- memory -------------------------------------------------------------------- */

static bool buffer_there;

struct page *alloc_page(unsigned int flags)
{
	void *p = sched_alloc(PAGE_SIZE);

	(void)flags;
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
	(void)flags;
	return sched_alloc(bytes);
}

void kfree(const void *p)
{
	sched_free(p);
}

int wrt_buffer_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	(void)mp, (void)g;
	if (buffer_there)
		sched_fail("a second buffer is allocated");
	buffer_there = true;
	return 0;
}

void wrt_buffer_programmed(struct wrt_pin *pin)
{
}

void wrt_buffer_free(struct wrt_mp *mp)
{
	(void)mp;
	if (!buffer_there)
		sched_fail("the buffer is freed twice");
	if (hw.prepared)
		sched_fail("the buffer is freed while the device knows it");
	buffer_there = false;
}

void wrt_buffer_show(struct wrt_pin *pin)
{
	(void)pin;
}

int wrt_buffer_retire(struct wrt_pin *pin)
{
	(void)pin;
	return 0;
}

void wrt_buffer_zap(struct wrt_pin *pin)
{
	if (buffer_there && !pin->mp.observer)
		wrt_buffer_free(&pin->mp);
}

int wrt_buffer_mmap(struct wrt_pin *pin, struct vm_area_struct *vma)
{
	(void)pin, (void)vma;
	return -EINVAL;
}

/* The backend has no registers to map. */
unsigned long wrt_register_pfn(const struct wrt_hw_register *reg)
{
	(void)reg;
	return 0;
}

bool wrt_buffer_cached(const struct wrt_pin *pin)
{
	(void)pin;
	return true;
}

void wrt_register_show(struct wrt_pin *pin, u32 kind, unsigned long pfn)
{
	(void)pin, (void)kind, (void)pfn;
}

void wrt_register_unmap(struct wrt_pin *pin)
{
	(void)pin;
}

int wrt_register_mmap(struct wrt_pin *pin, u32 kind, struct vm_area_struct *vma)
{
	(void)pin, (void)kind, (void)vma;
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

static struct file *open_stream(u32 flags)
{
	struct wavert_new_stream arg = { .flags = flags };

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

static struct file *player, *watcher;
static u64 quiet_from[EVENTS];	/* signals when the event had to stop; ~0: never */

static void silent_from_here(int number)
{
	quiet_from[number] = events[number].signals;
}

static void setup(void)
{
	struct wavert_format format = { .rate = RATE, .format = WAVERT_FORMAT_S16, .channels = 2 };
	struct wavert_buffer buffer = {
		.flags = WAVERT_ALLOC_NOTIFICATION, .notifications = 2, .requested_bytes = B,
	};
	struct wrt_memory memory = { 0 };
	int i;

	memset(&hw, 0, sizeof(hw));
	buffer_there = false;
	slow_events = false;
	binding_now = 0;
	owner = NULL;
	watcher = NULL;
	filter_file = (struct file){ .count = 1, .f_mode = FMODE_READ | FMODE_WRITE };
	for (i = 0; i < EVENTS; i++) {
		events[i] = (struct eventfd_ctx){ .refs = 1 };
		quiet_from[i] = ~0ull;
	}
	device = sched_alloc(sizeof(*device));
	must(wrt_device_init(device, &hw_ops, NULL), "device");
	must(wrt_filter_new(NULL, device, &memory, &filter), "filter");
	player = open_stream(0);
	must(call(player, WAVERT_IOC_SET_FORMAT, &format), "SET_FORMAT");
	must(call(player, WAVERT_IOC_ALLOC_BUFFER, &buffer), "ALLOC_BUFFER");
	must(add_event(player, 0), "REGISTER_EVENT");
	must(set_state(player, WAVERT_STATE_RUN), "RUN");
	owner = player->private_data;
}

static void setup_watched(void)
{
	setup();
	watcher = open_stream(WAVERT_STREAM_OBSERVE);
	must(add_event(watcher, 1), "REGISTER_EVENT");
}

static void no_wake(struct wrt_device *dev)
{
	(void)dev;
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
	player = watcher = NULL;
	wrt_device_gone(device);
	wrt_filter_gone(filter);
	for (i = 0; i < EVENTS; i++) {
		if (events[i].refs != 1)
			sched_fail("%d references of event %d are left", events[i].refs - 1, i);
		if (quiet_from[i] != ~0ull && events[i].signals != quiet_from[i])
			sched_fail("event %d is signalled after it had to stop", i);
	}
	if (buffer_there || hw.open)
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
	    page->linear != hw.moved)
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
	struct file *file = open_stream(WAVERT_STREAM_OBSERVE);

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

/* ---- tests --------------------------------------------------------------------- */

static const struct {
	const char *sentence;
	struct sched_test test;
} tests[] = {
	{ "register and unregister beside two interrupts",
	  { setup, { come_and_go, interrupt, interrupt }, finish } },
	{ "two clients register one event beside an interrupt",
	  { setup, { register_again, register_again, interrupt }, finish } },
	{ "unregister of all events beside two interrupts",
	  { setup, { remove_all_events, interrupt, interrupt }, finish } },
	{ "pause beside two interrupts: counts are conserved",
	  { setup, { pause_stream, two_interrupts, interrupt }, finish } },
	{ "stop beside register, unregister and an interrupt",
	  { setup, { stop_stream, register_again, interrupt }, finish } },
	{ "close in RUN beside two interrupts",
	  { setup, { close_player, interrupt, interrupt }, finish } },
	{ "an observer opens and closes during a pause and an interrupt",
	  { setup, { watch_a_moment, pause_stream, interrupt }, finish } },
	{ "player and observer close beside an interrupt",
	  { setup_watched, { close_player, close_watcher, interrupt }, finish } },
	{ "removal beside close and an interrupt",
	  { setup, { remove_device, close_player, interrupt }, finish } },
	{ "removal beside unregister and an interrupt",
	  { setup, { remove_device, unregister_0, interrupt }, finish } },
	{ "removal during open and close of an observer",
	  { setup, { remove_device, watch_a_moment, interrupt }, finish } },
	{ "removal beside a pause and an interrupt",
	  { setup, { remove_device, pause_any, interrupt }, finish } },
	{ "an observer closes beside the thread and an interrupt",
	  { setup_thread, { serve, close_watcher, interrupt }, finish } },
	{ "an observer unregisters beside the thread and an interrupt",
	  { setup_thread, { serve, unregister_1, interrupt }, finish } },
	{ "the owner of a slow event unregisters it beside the thread and an interrupt",
	  { setup_slow, { serve, unregister_0, interrupt }, finish } },
	{ "pause beside the thread, which signals the same event: counts are conserved",
	  { setup_slow, { serve, pause_stream, interrupt }, finish } },
	{ "the owner of a slow event closes beside the thread and an interrupt",
	  { setup_slow, { serve, close_player, interrupt }, finish } },
	{ "removal beside the thread and a close",
	  { setup_slow, { remove_device, serve, close_player }, finish } },
	{ "removal beside the thread and an observer that closes",
	  { setup_slow, { remove_device, serve, close_watcher }, finish } },
};

int main(int argc, char **argv)
{
	size_t only = argc > 1 ? (size_t)atoi(argv[1]) : 0, n = sizeof(tests) / sizeof(tests[0]), i;
	unsigned long schedules;
	const char *bound = getenv("PREEMPTIONS");
	unsigned int preemptions = bound ? (unsigned int)atoi(bound) : 3;
	bool good;

	setbuf(stdout, NULL);
	for (i = 0; i < n; i++) {
		if (only && i + 1 != only)
			continue;
		good = sched_explore(&tests[i].test, preemptions, &schedules);
		tap_ok(good, "every schedule with %u preemptions: %s (%lu)", preemptions,
		       tests[i].sentence, schedules);
	}
	tap_ok(!sched_lock_order(), "locks are always taken in one order");
	return tap_done();
}
