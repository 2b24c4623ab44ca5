// SPDX-License-Identifier: GPL-2.0-only
/*
 * races.c - a module for tests/guest/races.sh: one thread on each of two processors, which share
 * data until the module is removed.
 *
 *   insmod races.ko lock=1      both increment a counter under a lock: no race
 *   insmod races.ko             both increment it without the lock: a race
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/spinlock.h>

#define ROUNDS	1000	/* between two sleeps, so that reports do not fill the log */

static bool lock;
module_param(lock, bool, 0444);

static DEFINE_SPINLOCK(counter_lock);
static unsigned long counter;
static struct task_struct *threads[2];

static int increment(void *unused)
{
	unsigned int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < ROUNDS; i++) {
			if (lock)
				spin_lock(&counter_lock);
			counter++;
			if (lock)
				spin_unlock(&counter_lock);
		}
		usleep_range(1000, 2000);
	}
	return 0;
}

static void stop(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		if (threads[i])
			kthread_stop(threads[i]);
}

static int __init races_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		struct task_struct *task = kthread_create(increment, NULL, "races/%u", i);

		if (IS_ERR(task)) {
			stop();
			return PTR_ERR(task);
		}
		kthread_bind(task, i);
		threads[i] = task;
		wake_up_process(task);
	}
	return 0;
}
module_init(races_init);

static void __exit races_exit(void)
{
	stop();
}
module_exit(races_exit);

MODULE_DESCRIPTION("Two threads with and without a data race, for tests");
MODULE_LICENSE("GPL");
