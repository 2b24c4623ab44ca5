// SPDX-License-Identifier: GPL-2.0-only
/*
 * control.c - the control calls of a stream: format, buffer, events, state, latency, registers.
 * Called by calls.c with the control mutex held.
 */
#include <linux/file.h>
#include <linux/mm.h>

#include "hwdep.h"

int wrt_call_set_format(struct wrt_call *c)
{
	const struct wavert_format *arg = &c->arg.format;

	return wrt_errno(wrt_mp_set_format(&c->pin->mp, arg->rate, arg->format, arg->channels));
}

/* ---- buffer ----------------------------------------------------------------------------- */

static enum wrt_status free_buffer(struct wrt_pin *pin)
{
	enum wrt_status status = wrt_mp_free(&pin->mp);

	if (!status)
		wrt_read_enable(pin, false);
	return status;
}

/*
 * Only a pin of another driver's card can be refused to a client. wrt_mp_alloc() refuses a stream
 * that has a buffer (WRT-026), or whose device has been removed, for that reason.
 */
static bool may_own(const struct wrt_pin *pin)
{
	const struct wrt_lender *lender = pin->filter->memory.lender;

	if (!lender || pin->mp.observer || pin->mp.stream->caps.flags & WRT_HW_OBSERVE_ONLY ||
	    pin->mp.buffer || wrt_mp_is_removed(&pin->mp))
		return true;
	return lender->may_own(pin->mp.stream, pin->right);
}

static enum wrt_status alloc_if_allowed(struct wrt_pin *pin, const struct wavert_buffer *arg,
					enum wrt_mp_buffer kind)
{
	enum wrt_status status;

	if (!may_own(pin))
		return WRT_STATUS_ACCESS_DENIED;
	status = wrt_mp_alloc(&pin->mp, kind, arg->notifications,
			      arg->flags & WAVERT_ALLOC_ANY_COUNT, arg->requested_bytes);
	wrt_buffer_programmed(pin);
	return status;
}

/* What the client shows for its right to own the pin: the descriptor of a PCM, or nothing. */
static int get_right(struct wrt_pin *pin, const struct wavert_pcm_buffer *arg)
{
	if (!(arg->buffer.flags & WAVERT_ALLOC_PCM))
		return arg->pcm_fd ? -EINVAL : 0;
	if (!pin->filter->memory.lender)
		return -EINVAL;
	pin->right = fget(arg->pcm_fd);
	return pin->right ? 0 : -EBADF;
}

static void put_right(struct wrt_pin *pin)
{
	if (pin->right)
		fput(pin->right);
	pin->right = NULL;
}

int wrt_call_alloc(struct wrt_call *c)
{
	struct wavert_buffer *arg = &c->arg.buffer;
	enum wrt_mp_buffer kind = WRT_MP_TIMER_BUFFER;
	struct wrt_pin *pin = c->pin;
	enum wrt_status status;
	int err;

	if (arg->flags & WAVERT_ALLOC_NOTIFICATION)
		kind = WRT_MP_NOTIFY_BUFFER;
	err = get_right(pin, &c->arg.pcm_buffer);
	if (err)
		return err;
	status = alloc_if_allowed(pin, arg, kind);
	put_right(pin);
	if (status)
		return wrt_errno(status);
	c->kept.allocation = ++pin->allocation;
	wrt_read_enable(pin, kind == WRT_MP_NOTIFY_BUFFER);
	arg->actual_bytes = pin->mp.geom.bytes;
	arg->map_bytes = pin->map_bytes;
	arg->offset_from_first_page = 0;
	arg->cache_type = pin->cached ? 1 : 2;
	arg->call_memory_barrier = arg->cache_type == 2;
	return 0;
}

/* Another thread may have freed the buffer in between, and allocated another one. */
void wrt_call_alloc_settle(struct wrt_call *c, int err)
{
	struct wrt_pin *pin = c->pin;

	if (!pin->mp.buffer || pin->allocation != c->kept.allocation)
		return;
	if (err)
		free_buffer(pin);
	else
		wrt_buffer_show(pin);
}

int wrt_call_free(struct wrt_call *c)
{
	int err;

	if (c->pin->mp.buffer) {
		err = wrt_buffer_retire(c->pin);
		if (err && !wrt_mp_is_removed(&c->pin->mp))
			return err;
	}
	return wrt_errno(free_buffer(c->pin));
}

/* ---- events ----------------------------------------------------------------------------- */

int wrt_call_register(struct wrt_call *c)
{
	enum wrt_status status;
	void *event;

	status = wrt_notify_get(c->arg.event.fd, &event);
	if (status)
		return wrt_errno(status);
	status = wrt_mp_register_event(&c->pin->mp, event);
	if (status)
		wrt_notify_put(event);
	return wrt_errno(status);
}

/* For clients that have closed the descriptors of their events. */
static enum wrt_status unregister_all(struct wrt_pin *pin)
{
	enum wrt_status status;
	void *event;

	while (pin->mp.nevents) {
		event = pin->mp.event[pin->mp.nevents - 1].event;
		status = wrt_mp_unregister_event(&pin->mp, event);
		if (status)
			return status;
		wrt_notify_put(event);
	}
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status unregister_one(struct wrt_pin *pin, int fd)
{
	enum wrt_status status;
	void *event;

	status = wrt_notify_get(fd, &event);
	if (status)
		return status;
	status = wrt_mp_unregister_event(&pin->mp, event);
	if (!status)
		wrt_notify_put(event);	/* the registration's */
	wrt_notify_put(event);
	return status;
}

int wrt_call_unregister(struct wrt_call *c)
{
	const struct wavert_event *arg = &c->arg.event;

	if (!arg->flags)
		return wrt_errno(unregister_one(c->pin, arg->fd));
	if (arg->fd != -1)
		return -EINVAL;
	return wrt_errno(unregister_all(c->pin));
}

/* ---- other calls ------------------------------------------------------------------------- */

int wrt_call_set_state(struct wrt_call *c)
{
	return wrt_errno(wrt_mp_set_state(&c->pin->mp, c->arg.state.state));
}

int wrt_call_latency(struct wrt_call *c)
{
	struct wavert_latency *arg = &c->arg.latency;
	struct wrt_hw_latency latency;
	enum wrt_status status;

	status = wrt_mp_latency(&c->pin->mp, &latency);
	if (status)
		return wrt_errno(status);
	arg->fifo_bytes = latency.fifo_bytes;
	arg->chipset_100ns = latency.chipset_100ns;
	arg->codec_100ns = latency.codec_100ns;
	return 0;
}

/* A request for a register that cannot be mapped alone (pfn 0) does not count. */
int wrt_call_get_register(struct wrt_call *c)
{
	struct wavert_register *arg = &c->arg.register_of;
	struct wrt_hw_register reg;
	enum wrt_status status;

	if (arg->kind == WAVERT_REGISTER_PACKET)
		return wrt_errno(WRT_STATUS_NOT_SUPPORTED);
	status = wrt_mp_get_register(&c->pin->mp, arg->kind, &reg);
	if (status)
		return wrt_errno(status);
	c->kept.pfn = wrt_register_pfn(&reg);
	if (!c->kept.pfn) {
		wrt_mp_unget_register(&c->pin->mp, arg->kind);
		return wrt_errno(WRT_STATUS_NOT_SUPPORTED);
	}
	arg->width = reg.width;
	arg->accuracy = reg.accuracy;
	arg->page_offset = offset_in_page(reg.bus + reg.offset);
	arg->mmap_offset = WAVERT_MMAP_REGISTER((u64)arg->kind);
	arg->numerator = reg.numerator;
	arg->denominator = reg.denominator;
	return 0;
}

/* If the answer could not be copied out, the client may ask again. */
void wrt_call_get_register_settle(struct wrt_call *c, int err)
{
	u32 kind = c->arg.register_of.kind;

	if (err)
		wrt_mp_unget_register(&c->pin->mp, kind);
	else
		wrt_register_show(c->pin, kind, c->kept.pfn);
}
