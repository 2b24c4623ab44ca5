// SPDX-License-Identifier: GPL-2.0-only
/*
 * streaming.c - the five calls of a running stream: position, packet count, presentation
 * position, read packet, write packet. Called by pin.c. They never take the control mutex
 * (Q43): miniport/ does each under the stream lock, beside SetState and all else.
 */
#include <linux/ktime.h>

#include "hwdep.h"

/* Position and state belong together, so both are taken under one hold of the stream lock. */
static bool position_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *out)
{
	struct wavert_position *arg = out;

	arg->play_offset = now->offset;
	arg->write_offset = now->offset;
	arg->linear = now->linear;
	arg->ns = now->ns;
	arg->state = wrt_page_state(wrt_mp_of(c), now);
	return false;
}

static int get_position(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_position arg;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	wrt_stream_with(pin->mp.stream, &pin->mp.client, position_locked, &arg);
	if (arg.state == WAVERT_STATE_GONE)
		return wrt_errno(WRT_STATUS_DEVICE_REMOVED);
	arg.reserved = 0;
	return wrt_arg_out(user, &arg, sizeof(arg));
}

static int packet_count(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_packet_count arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	status = wrt_mp_packet_count(&pin->mp, &arg.packets);
	if (status)
		return wrt_errno(status);
	return wrt_arg_out(user, &arg, sizeof(arg));
}

/* While DMA is off the hardware is not read, but the frames hold now as well. */
static u64 presentation_ns(const struct wrt_pin *pin, const struct wrt_mp_presentation *at)
{
	if (at->live || pin->regs->flags & WAVERT_CAP_STEPPED)
		return at->ns;
	return ktime_get_ns();
}

static int presentation(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wrt_mp_presentation at;
	struct wavert_presentation arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	status = wrt_mp_presentation(&pin->mp, &at);
	if (status)
		return wrt_errno(status);
	arg.frames = at.frames;
	arg.ns = presentation_ns(pin, &at);
	return wrt_arg_out(user, &arg, sizeof(arg));
}

static int read_packet(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_read_packet arg;
	struct wrt_mp_read read;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	status = wrt_mp_read_packet(&pin->mp, &read);
	if (status)
		return wrt_errno(status);
	arg.number = read.number;
	arg.flags = 0;
	arg.ns = read.ns;
	arg.more_data = 0;
	arg.reserved = 0;
	err = wrt_arg_out(user, &arg, sizeof(arg));
	if (err)
		wrt_mp_unread_packet(&pin->mp, &read);
	return err;
}

static int write_packet(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_write_packet arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	status = wrt_mp_write_packet(&pin->mp, arg.number, arg.flags, arg.eos_bytes);
	return wrt_errno(status);
}

int wrt_streaming_call(struct wrt_pin *pin, unsigned int number, const struct wrt_arg *user)
{
	switch (number) {
	case _IOC_NR(WAVERT_IOC_GET_POSITION):
		return get_position(pin, user);
	case _IOC_NR(WAVERT_IOC_PACKET_COUNT):
		return packet_count(pin, user);
	case _IOC_NR(WAVERT_IOC_PRESENTATION):
		return presentation(pin, user);
	case _IOC_NR(WAVERT_IOC_GET_READ_PACKET):
		return read_packet(pin, user);
	case _IOC_NR(WAVERT_IOC_SET_WRITE_PACKET):
		return write_packet(pin, user);
	}
	return -ENOTTY;
}
