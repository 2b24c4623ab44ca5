// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls.c - what all calls share: which number is a call, how long its struct has to be at
 * least, and copying between structs of different lengths (Documentation/abi.md).
 */
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/stddef.h>

#include "hwdep.h"

static_assert(sizeof(struct wavert_version) == 32);
static_assert(sizeof(struct wavert_caps) == 180);
static_assert(sizeof(struct wavert_new_stream) == 16);
static_assert(sizeof(struct wavert_format) == 12);
static_assert(sizeof(struct wavert_buffer) == 32);
static_assert(sizeof(struct wavert_event) == 8);
static_assert(sizeof(struct wavert_state) == 4);
static_assert(sizeof(struct wavert_position) == 40);
static_assert(sizeof(struct wavert_latency) == 12);
static_assert(sizeof(struct wavert_register) == 40);
static_assert(sizeof(struct wavert_packet_count) == 4);
static_assert(sizeof(struct wavert_presentation) == 16);
static_assert(sizeof(struct wavert_read_packet) == 24);
static_assert(sizeof(struct wavert_write_packet) == 12);
static_assert(sizeof(struct wavert_notification) == 40);
static_assert(sizeof(struct wavert_page) == 256);

/*
 * For each call with a struct, the least size of that struct: up to the last member that the
 * call cannot do without. Never raised: an older client may pass just that. A byte for each
 * of the 256 numbers, so no number is out of bounds.
 */
#define LEAST(call, type, last)	\
	[_IOC_NR(WAVERT_IOC_##call)] = offsetofend(struct wavert_##type, last)

static const u8 least_bytes[256] = {
	LEAST(CAPS, caps, pins),
	LEAST(NEW_STREAM, new_stream, fd),
	LEAST(SET_FORMAT, format, channels),
	LEAST(ALLOC_BUFFER, buffer, map_bytes),
	LEAST(REGISTER_EVENT, event, fd),
	LEAST(UNREGISTER_EVENT, event, fd),
	LEAST(SET_STATE, state, state),
	LEAST(GET_POSITION, position, play_offset),
	LEAST(GET_LATENCY, latency, fifo_bytes),
	LEAST(GET_REGISTER, register, mmap_offset),
	LEAST(PACKET_COUNT, packet_count, packets),
	LEAST(PRESENTATION, presentation, ns),
	LEAST(GET_READ_PACKET, read_packet, ns),
	LEAST(SET_WRITE_PACKET, write_packet, eos_bytes),
};

static int retired_call(void)
{
	pr_warn_once("snd-wavert: %s was built for interface version 0.x, this is %u.%u; rebuild it\n",
		     current->comm, WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR);
	return -EPROTONOSUPPORT;
}

/* The argument of a call, or why the number is none. */
int wrt_call_begin(unsigned int cmd, unsigned long address, struct wrt_arg *arg)
{
	unsigned int nr = _IOC_NR(cmd);

	if (_IOC_TYPE(cmd) == 'H' && nr >= WAVERT_RETIRED_FIRST &&
	    nr <= WAVERT_RETIRED_LAST)
		return retired_call();
	arg->user = (void __user *)address;
	arg->bytes = _IOC_SIZE(cmd);
	if (!least_bytes[nr])
		return cmd == _IO(WAVERT_IOC_TYPE, nr) ? 0 : -ENOTTY;
	if (cmd != _IOC(_IOC_READ | _IOC_WRITE, WAVERT_IOC_TYPE, nr, arg->bytes))
		return -ENOTTY;
	return arg->bytes < least_bytes[nr] ? -EINVAL : 0;
}

int wrt_arg_in(void *to, size_t bytes, const struct wrt_arg *arg)
{
	return copy_struct_from_user(to, bytes, arg->user, arg->bytes);
}

int wrt_arg_out(const struct wrt_arg *arg, const void *from, size_t bytes)
{
	return copy_to_user(arg->user, from, min_t(size_t, bytes, arg->bytes)) ? -EFAULT : 0;
}
