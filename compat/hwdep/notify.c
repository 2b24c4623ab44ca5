// SPDX-License-Identifier: GPL-2.0-only
/*
 * notify.c - the event of this binding is an eventfd context; no other file uses eventfds.
 *
 * Eventfds are only signalled. No callback is installed on the eventfd's wait queue, so its lock
 * is the innermost one, inside the event lock of miniport/.
 */
#include <linux/err.h>

#include "kernel_version.h"
#include "hwdep.h"

/* Takes a reference, because the client may close its descriptor at any time (M11). */
enum wrt_status wrt_notify_get(int fd, void **event)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(fd);

	if (!IS_ERR(ctx)) {
		*event = ctx;
		return WRT_STATUS_SUCCESS;
	}
	if (PTR_ERR(ctx) == -EBADF)
		return WRT_STATUS_INVALID_HANDLE;
	return WRT_STATUS_OBJECT_TYPE_MISMATCH;
}

void wrt_notify_put(void *event)
{
	eventfd_ctx_put(event);
}

/* One event is not an eventfd: the wait queue of poll() on the stream file. */
void wrt_notify_signal(struct wrt_mp *mp, void *event)
{
	struct wrt_pin *pin = pin_of(mp);

	if (event == &pin->pollers)
		wrt_read_wake_pollers(pin);
	else
		wrt_eventfd_signal(event);
}
