/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * signal_thread.h - the thread of a device, which makes the signals that are not made in the
 * interrupt (core/deferred.h). For main.c.
 */
#ifndef WRT_SIGNAL_THREAD_H
#define WRT_SIGNAL_THREAD_H

struct task_struct;
struct wrt_device;

/* May sleep. The thread, or ERR_PTR(). number: the card's. */
struct task_struct *wrt_signal_thread_start(struct wrt_device *device, int number);

/* May sleep. On return the thread does not run any more. */
void wrt_signal_thread_stop(struct task_struct *thread);

#endif
