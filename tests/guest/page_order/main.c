// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - a module for tests/guest/page_order.sh: the writer of the register page, page.c, on one
 * processor, and the library's reader on another, for KCSAN. insmod returns when all
 * publications have been read: 0, or EIO if a reading was wrong.
 *
 * KCSAN delays a plain store up to the next barrier, and reports the access of another thread at
 * that time. So reader and writer take turns, by what the protocol promises alone:
 *
 *   even=1    The reader waits for a new even number, then reads the members. A member that is
 *             written after the even number is a race.
 *   even=0    The reader waits for a new member, then reads the number. An odd number that is
 *             written after a member is a race. For this, page_order.sh makes the store of the
 *             odd number plain and those of the members marked.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "hwdep.h"
#include "page.h"

static uint rounds = 200;
module_param(rounds, uint, 0444);

static bool even = true;
module_param(even, bool, 0444);

static struct wrt_pin pin;
static struct wrt_device device;
static struct wrt_stream stream;
static u32 read_until;		/* publications that the reader has read */
static u32 wrong;		/* the first wrong reading; 0: none */

#define LINEAR(n)	(0x100000000ull * (n) + (n))
#define NS(n)		(0x300000000ull * (n) + (n))

/* ---- the writer ------------------------------------------------------------------------- */

static void publish_position(u32 n)
{
	stream.pos.offset = n;
	stream.pos.linear = LINEAR(n);
	stream.pos.ns = NS(n);
	stream.pos.points = n;
	stream.pos.point_ns = NS(n);
	stream.looks = n;
	wrt_page_publish_position(&pin.mp, &stream, 1);
}

static void publish_all(u32 n)
{
	struct wrt_hw_geom geom = { .bytes = n, .notify = 1, .rate = n, .frame_bytes = 4 };
	struct wrt_snapshot s = {
		.state = WRT_STREAM_RUN, .offset = n, .linear = LINEAR(n), .ns = NS(n), .points = n,
		.passed = 1, .point_ns = NS(n), .look = n, .geom = &geom,
	};

	wrt_page_publish(&pin.mp, &s);
}

static int write_pages(void *unused)
{
	unsigned long flags;
	u32 n;

	for (n = 1; n <= rounds; n++) {
		flags = wrt_lock(&device.lock);
		if (n % 2)
			publish_position(n);
		else
			publish_all(n);
		wrt_unlock(&device.lock, flags);
		while (smp_load_acquire(&read_until) != n)	/* pairs with that of the reader */
			cond_resched();
	}
	return 0;
}

/* ---- the reader ------------------------------------------------------------------------- */

/* No plain access to shared memory: KCSAN delays only the writer. */

static bool read_after_even(const struct wavert_page *page, u32 *seq, u32 n)
{
	const volatile struct wavert_page *members = page;
	const volatile struct wavert_notification *entry = (const void *)(page + 1);
	bool good;
	u32 now;

	while ((now = page_read_begin(page)) == *seq)
		cond_resched();
	*seq = now;
	entry += (n - 1) % WAVERT_RING;
	good = members->linear == LINEAR(n) && members->position_ns == NS(n) &&
	       members->packets == n && members->notify_ns == NS(n) && members->irq_count == n &&
	       members->offset == n && members->ring_head == n && entry->number == n &&
	       entry->irq_seq == n && entry->interrupt_ns == NS(n) && entry->linear == LINEAR(n);
	return good && !page_read_again(page, now);
}

static bool read_after_member(const struct wavert_page *page, u32 *seq, u32 n)
{
	bool changed;

	while (READ_ONCE(page->linear) != LINEAR(n))
		cond_resched();
	changed = page_read_again(page, *seq);
	while (*seq == page_read_begin(page))
		cond_resched();
	*seq = page_read_begin(page);
	return changed;
}

static int read_pages(void *done)
{
	const struct wavert_page *page = pin.regs;
	u32 seq = 0, n;

	for (n = 1; n <= rounds; n++) {
		if (!(even ? read_after_even(page, &seq, n) : read_after_member(page, &seq, n)) &&
		    !wrong)
			wrong = n;
		smp_store_release(&read_until, n);	/* pairs with that of the writer */
	}
	complete(done);
	return 0;
}

/* ---- the module ------------------------------------------------------------------------- */

static struct task_struct *begin(int (*run)(void *), void *arg, unsigned int cpu)
{
	struct task_struct *task = kthread_create(run, arg, "page_order/%u", cpu);

	if (!IS_ERR(task)) {
		kthread_bind(task, cpu);
		get_task_struct(task);
	}
	return task;
}

static void end(struct task_struct *task)
{
	kthread_stop(task);
	put_task_struct(task);
}

static int __init page_order_init(void)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *writer, *reader;
	int err;

	wrt_lock_init(&device.lock);
	stream.dev = &device;
	pin.mp.stream = &stream;
	pin.mp.observer = true;
	err = wrt_page_new(&pin);
	if (err)
		return err;
	writer = begin(write_pages, NULL, 0);
	if (IS_ERR(writer)) {
		err = PTR_ERR(writer);
		goto free;
	}
	reader = begin(read_pages, &done, 1);
	if (IS_ERR(reader)) {
		err = PTR_ERR(reader);
		end(writer);
		goto free;
	}
	wake_up_process(writer);
	wake_up_process(reader);
	while (!wait_for_completion_timeout(&done, HZ))
		;	/* not a hung task */
	end(reader);
	end(writer);
	if (wrong) {
		pr_info("page_order: reading %u of %u was wrong\n", wrong, rounds);
		err = -EIO;
	}
free:
	if (err)
		wrt_page_free(&pin);
	return err;
}
module_init(page_order_init);

static void __exit page_order_exit(void)
{
	wrt_page_free(&pin);
}
module_exit(page_order_exit);

MODULE_DESCRIPTION("Writer and reader of the register page on two processors, for tests");
MODULE_LICENSE("GPL");
