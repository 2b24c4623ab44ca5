// SPDX-License-Identifier: GPL-2.0-only
/*
 * streaming.c - the five calls of a running stream: position, packet count, presentation
 * position, read packet, write packet. Called by calls.c. They never take the control mutex
 * (Q43): miniport/ does each under the device lock, concurrently with SetState and every other
 * call.
 */
#include <linux/ktime.h>

#include "hwdep.h"

/* Position and state belong together, so both are taken under one hold of the device lock. */
int wrt_call_position(struct wrt_call *c)
{
	struct wavert_position *arg = &c->arg.position;
	struct wrt_mp *mp = &c->pin->mp;
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(mp->stream, &mp->client, &now);

	arg->state = wrt_page_state(mp, &now);
	wrt_stream_unlock(mp->stream, flags);
	arg->play_offset = now.offset;
	arg->write_offset = now.offset;
	arg->linear = now.linear;
	arg->ns = now.ns;
	arg->reserved = 0;
	if (arg->state == WAVERT_STATE_GONE)
		return wrt_errno(WRT_STATUS_DEVICE_REMOVED);
	return 0;
}

int wrt_call_packet_count(struct wrt_call *c)
{
	return wrt_errno(wrt_mp_packet_count(&c->pin->mp, &c->arg.packet_count.packets));
}

/* While DMA is off the hardware is not read, and the number of frames is still valid. */
static u64 presentation_ns(const struct wrt_pin *pin, const struct wrt_mp_presentation *at)
{
	if (at->live || pin->regs->flags & WAVERT_CAP_STEPPED)
		return at->ns;
	return ktime_get_ns();
}

int wrt_call_presentation(struct wrt_call *c)
{
	struct wrt_mp_presentation at;
	enum wrt_status status;

	status = wrt_mp_presentation(&c->pin->mp, &at);
	if (status)
		return wrt_errno(status);
	c->arg.presentation.frames = at.frames;
	c->arg.presentation.ns = presentation_ns(c->pin, &at);
	return 0;
}

int wrt_call_read_packet(struct wrt_call *c)
{
	struct wavert_read_packet *arg = &c->arg.read_packet;
	struct wrt_mp_read *read = &c->kept.read;
	enum wrt_status status;

	status = wrt_mp_read_packet(&c->pin->mp, read);
	if (status)
		return wrt_errno(status);
	arg->number = read->number;
	arg->flags = 0;
	arg->ns = read->ns;
	arg->more_data = 0;
	arg->reserved = 0;
	return 0;
}

void wrt_call_read_packet_settle(struct wrt_call *c, int err)
{
	if (err)
		wrt_mp_unread_packet(&c->pin->mp, &c->kept.read);
}

int wrt_call_write_packet(struct wrt_call *c)
{
	const struct wavert_write_packet *arg = &c->arg.write_packet;

	return wrt_errno(wrt_mp_write_packet(&c->pin->mp, arg->number, arg->flags, arg->eos_bytes));
}
