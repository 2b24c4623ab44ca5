// SPDX-License-Identifier: GPL-2.0-only
/*
 * read.c - the stream file is itself an event: read() waits for notifications and returns their
 * number since the last read(), with the position; poll() reports whether there are any.
 *
 * ring_head of the register page counts the notifications that have passed; it is written before
 * any client is notified. pin->seen counts those that have been read. The device lock protects
 * both.
 *
 * The interrupt wakes the one task that waits in read(), which takes a bounded time. Further
 * readers wait for a mutex. The list of waiters of poll(), epoll and io_uring can have any length,
 * so waking them is an event of the miniport like an eventfd: once it is slow, the thread does it.
 */
#include <linux/poll.h>
#include <linux/uio.h>

#include "hwdep.h"

/* A client may pass a shorter buffer, which must include the number of notifications. */
#define LEAST_BYTES	offsetofend(struct wavert_read, points)

static_assert(LEAST_BYTES == 16);
static_assert(sizeof(struct wavert_read) == 40);

void wrt_read_init(struct wrt_pin *pin, bool observer)
{
	rcuwait_init(&pin->reader);
	mutex_init(&pin->readers);
	init_waitqueue_head(&pin->pollers);
	pin->notifies = observer;
}

void wrt_read_destroy(struct wrt_pin *pin)
{
	mutex_destroy(&pin->readers);
}

/* Miniport: points have passed, and are in the register page. True: there is a reader. */
bool wrt_read_passed(struct wrt_mp *mp)
{
	struct rcuwait *reader = &pin_of(mp)->reader;

	smp_mb();	/* the points, before `reader`; a reader looks at them after it is there */
	if (!rcuwait_active(reader))
		return false;
	rcuwait_wake_up(reader);
	return true;
}

/* Miniport: the event of wrt_stream_poll(). */
void wrt_read_wake_pollers(struct wrt_pin *pin)
{
	wake_up_poll(&pin->pollers, EPOLLIN | EPOLLRDNORM);
}

/* Wake all, also exclusive waiters: the result of read() has changed for each. */
static void wake_all(struct wrt_pin *pin)
{
	rcuwait_wake_up(&pin->reader);
	wake_up_all(&pin->pollers);
}

/* An owner has a notification buffer now, or no longer. */
void wrt_read_enable(struct wrt_pin *pin, bool on)
{
	lockdep_assert_held(&pin->control);
	WRITE_ONCE(pin->notifies, on);
	if (!on)
		wake_all(pin);
}

/* The device has been removed: the core has published the last points. */
void wrt_read_remove(struct wrt_pin *pin)
{
	lockdep_assert_held(&pin->control);
	smp_store_release(&pin->removed, true);	/* after the last points */
	wake_all(pin);
}

static bool is_readable(const struct wrt_pin *pin)
{
	return READ_ONCE(pin->regs->ring_head) != READ_ONCE(pin->seen);
}

/* Take the notifications since the last read(). False: there are none. */
static bool take(struct wrt_pin *pin, struct wavert_read *out)
{
	const struct wavert_page *regs = pin->regs;
	unsigned long flags = wrt_lock(&pin->mp.stream->dev->lock);
	u64 head = regs->ring_head;

	out->bytes = sizeof(*out);
	out->flags = 0;
	out->points = head - pin->seen;
	out->packets = regs->packets;
	out->linear = regs->linear;
	out->ns = regs->position_ns;
	WRITE_ONCE(pin->seen, head);
	wrt_unlock(&pin->mp.stream->dev->lock, flags);
	return out->points;
}

/* The record could not be delivered: the next read() also returns these points. */
static void put_back(struct wrt_pin *pin, u64 points)
{
	unsigned long flags = wrt_lock(&pin->mp.stream->dev->lock);

	WRITE_ONCE(pin->seen, pin->seen - points);
	wrt_unlock(&pin->mp.stream->dev->lock, flags);
	wake_all(pin);
}

static bool must_wait(const struct wrt_pin *pin)
{
	return !is_readable(pin) && READ_ONCE(pin->notifies) && !READ_ONCE(pin->removed);
}

/* As in poll(2) a signal handler ends the wait, so that a client can end it. */
static int wait_for_points(struct wrt_pin *pin)
{
	int err;

	if (mutex_lock_interruptible(&pin->readers))
		return -ERESTARTNOHAND;
	err = rcuwait_wait_event(&pin->reader, !must_wait(pin), TASK_INTERRUPTIBLE);
	mutex_unlock(&pin->readers);
	return err ? -ERESTARTNOHAND : 0;
}

/* `removed` is read first: then a take() that finds nothing has seen the last points. */
static int next_record(struct wrt_pin *pin, bool nonblock, struct wavert_read *out)
{
	bool removed = smp_load_acquire(&pin->removed);	/* before the points */
	int err;

	while (!is_readable(pin) || !take(pin, out)) {
		if (removed)
			return -ENODEV;
		if (!READ_ONCE(pin->notifies))
			return -EOPNOTSUPP;
		if (nonblock)
			return -EAGAIN;
		err = wait_for_points(pin);
		if (err)
			return err;
		removed = smp_load_acquire(&pin->removed);	/* before the points */
	}
	return 0;
}

/* For read(2), which costs less this way than by wrt_stream_read_iter(). */
ssize_t wrt_stream_read_file(struct file *file, char __user *user, size_t bytes, loff_t *at)
{
	struct wrt_pin *pin = file->private_data;
	struct wavert_read record;
	unsigned long left;
	int err;

	if (bytes < LEAST_BYTES)
		return -EINVAL;
	err = next_record(pin, file->f_flags & O_NONBLOCK, &record);
	if (err)
		return err;
	if (bytes >= sizeof(record)) {	/* a constant size needs no check of the stack */
		bytes = sizeof(record);
		left = copy_to_user(user, &record, sizeof(record));
	} else {
		left = copy_to_user(user, &record, bytes);
	}
	if (!left)
		return bytes;
	put_back(pin, record.points);
	return -EFAULT;
}

/* For readv() and io_uring. */
ssize_t wrt_stream_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct wrt_pin *pin = iocb->ki_filp->private_data;
	bool nonblock = iocb->ki_filp->f_flags & O_NONBLOCK || iocb->ki_flags & IOCB_NOWAIT;
	size_t bytes = min(iov_iter_count(to), sizeof(struct wavert_read));
	struct wavert_read record;
	int err;

	if (bytes < LEAST_BYTES)
		return -EINVAL;
	err = next_record(pin, nonblock, &record);
	if (err)
		return err;
	if (copy_to_iter(&record, bytes, to) == bytes)
		return bytes;
	put_back(pin, record.points);
	return -EFAULT;
}

/*
 * poll() with a time limit of 0 leaves no waiter on the list, so it needs no event. Newer kernels
 * have no poll_does_not_wait().
 */
static void wait_in_poll(struct wrt_pin *pin, struct file *file, struct poll_table_struct *wait)
{
	poll_wait(file, &pin->pollers, wait);
	if (wait && wait->_qproc)
		wrt_mp_own_event(&pin->mp, &pin->pollers);
}

__poll_t wrt_stream_poll(struct file *file, struct poll_table_struct *wait)
{
	struct wrt_pin *pin = file->private_data;
	__poll_t events = 0;

	wait_in_poll(pin, file, wait);
	if (smp_load_acquire(&pin->removed))	/* before is_readable() */
		events = EPOLLHUP | EPOLLERR;
	if (is_readable(pin))
		events |= EPOLLIN | EPOLLRDNORM;
	if (!events && !READ_ONCE(pin->notifies))
		events = EPOLLERR;
	return events;
}
