// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls.c - the table of all calls of uapi/sound/wavert.h, and the work that they share: lookup of
 * the number, minimum length of the struct, copying between structs of different lengths
 * (Documentation/abi.md), words that must be 0, and the control mutex. node.c calls it; the
 * handlers are in filter.c, group.c, control.c and streaming.c.
 *
 * The caller's struct is copied in once, before the control mutex is taken, and copied out
 * after it was released.
 */
#include <linux/nospec.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/stddef.h>

#include "hwdep.h"

static_assert(sizeof(struct wavert_version) == 32);
static_assert(sizeof(struct wavert_caps) == 180);
static_assert(sizeof(struct wavert_new_stream) == 16);
static_assert(sizeof(struct wavert_states) == 24);
static_assert(sizeof(struct wavert_format) == 12);
static_assert(sizeof(struct wavert_buffer) == 32);
static_assert(sizeof(struct wavert_pcm_buffer) == 36);
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

#define ON_FILTER	0x1	/* a call of the filter's node; others are those of a stream */
#define CONTROL		0x2	/* the handler runs under the control mutex of the stream */
#define ANSWER		0x4	/* the struct is copied out if the handler succeeds */

struct call_type {
	int (*run)(struct wrt_call *c);
	/* After the copy out, if run() succeeded; err is 0 or -EFAULT. May be NULL. */
	void (*settle)(struct wrt_call *c, int err);
	u8 flags;
	u8 bytes;	/* size of the struct in this version; 0: the call has none */
	u8 least;	/* size that the caller's struct has at least */
	u8 checked_at;	/* words with flags or reserved words: index of the first, ... */
	u8 checked;	/* ... how many, ... */
	u8 known;	/* ... and the bits that may be set in them */
};

/*
 * `last` is the last member that the call cannot do without. It never changes: an older client
 * may pass a struct that ends there.
 */
#define STRUCT(type, last)						\
	.bytes = sizeof(struct wavert_##type),				\
	.least = offsetofend(struct wavert_##type, last)

#define CHECK(type, member, bits)					\
	.checked_at = offsetof(struct wavert_##type, member) / sizeof(u32),	\
	.checked = sizeof_field(struct wavert_##type, member) / sizeof(u32),	\
	.known = bits

/* Its ioctl number has another type than those of the table. Its size never changes. */
static const struct call_type version_call = {
	wrt_call_version, NULL, ON_FILTER | ANSWER, STRUCT(version, reserved),
	CHECK(version, reserved, 0),
};

#define NR(call)	_IOC_NR(WAVERT_IOC_##call)

static const struct call_type calls[] = {
	[NR(CAPS)] = { wrt_call_caps, NULL, ON_FILTER | ANSWER, STRUCT(caps, pins) },
	[NR(NEW_STREAM)] = { wrt_call_new_stream, wrt_call_new_stream_settle, ON_FILTER | ANSWER,
			     STRUCT(new_stream, fd),
			     CHECK(new_stream, flags, WAVERT_STREAM_OBSERVE) },
	[NR(SET_STATES)] = { wrt_call_set_states, NULL, ON_FILTER | ANSWER,
			     STRUCT(states, state), CHECK(states, reserved, 0) },
	[NR(SET_FORMAT)] = { wrt_call_set_format, NULL, CONTROL, STRUCT(format, channels) },
	[NR(ALLOC_BUFFER)] = { wrt_call_alloc, wrt_call_alloc_settle, CONTROL | ANSWER,
			       STRUCT(pcm_buffer, buffer.map_bytes),
			       CHECK(pcm_buffer, buffer.flags, WAVERT_ALLOC_NOTIFICATION |
				     WAVERT_ALLOC_ANY_COUNT | WAVERT_ALLOC_PCM) },
	[NR(FREE_BUFFER)] = { wrt_call_free, NULL, CONTROL },
	[NR(REGISTER_EVENT)] = { wrt_call_register, NULL, CONTROL, STRUCT(event, fd),
				 CHECK(event, flags, 0) },
	[NR(UNREGISTER_EVENT)] = { wrt_call_unregister, NULL, CONTROL, STRUCT(event, fd),
				   CHECK(event, flags, WAVERT_EVENT_ALL) },
	[NR(SET_STATE)] = { wrt_call_set_state, NULL, CONTROL, STRUCT(state, state) },
	[NR(GET_POSITION)] = { wrt_call_position, NULL, ANSWER, STRUCT(position, play_offset) },
	[NR(GET_LATENCY)] = { wrt_call_latency, NULL, CONTROL | ANSWER,
			      STRUCT(latency, fifo_bytes) },
	[NR(GET_REGISTER)] = { wrt_call_get_register, wrt_call_get_register_settle,
			       CONTROL | ANSWER, STRUCT(register, mmap_offset) },
	[NR(PACKET_COUNT)] = { wrt_call_packet_count, NULL, ANSWER,
			       STRUCT(packet_count, packets) },
	[NR(PRESENTATION)] = { wrt_call_presentation, NULL, ANSWER, STRUCT(presentation, ns) },
	[NR(GET_READ_PACKET)] = { wrt_call_read_packet, wrt_call_read_packet_settle, ANSWER,
				  STRUCT(read_packet, ns) },
	[NR(SET_WRITE_PACKET)] = { wrt_call_write_packet, NULL, 0,
				   STRUCT(write_packet, eos_bytes) },
};

static bool is_retired(unsigned int cmd)
{
	return _IOC_TYPE(cmd) == 'H' && _IOC_NR(cmd) >= WAVERT_RETIRED_FIRST &&
	       _IOC_NR(cmd) <= WAVERT_RETIRED_LAST;
}

static int retired_call(void)
{
	pr_warn_once("snd-wavert: %s was built for interface version 0.x, this is %u.%u; rebuild it\n",
		     current->comm, WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR);
	return -EPROTONOSUPPORT;
}

/* NULL: no call has this number. The number comes from the caller. */
static const struct call_type *find_call(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);

	if (cmd == WAVERT_IOC_VERSION)
		return &version_call;
	if (_IOC_TYPE(cmd) != WAVERT_IOC_TYPE || nr >= ARRAY_SIZE(calls))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(calls));
	return calls[nr].run ? &calls[nr] : NULL;
}

/* -ENOTTY: the direction is not read and write, or a struct is passed to a call without one. */
static int check_size(const struct call_type *type, unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd), bytes = _IOC_SIZE(cmd);
	unsigned int expected = _IO(_IOC_TYPE(cmd), nr);

	if (type->bytes)
		expected = _IOC(_IOC_READ | _IOC_WRITE, _IOC_TYPE(cmd), nr, bytes);
	if (cmd != expected)
		return -ENOTTY;
	if (bytes < type->least)
		return -EINVAL;
	return 0;
}

static int copy_in(const struct call_type *type, struct wrt_call *c, const void __user *user,
		   size_t bytes)
{
	u32 i;
	int err;

	if (!type->bytes)
		return 0;
	err = copy_struct_from_user(&c->arg, type->bytes, user, bytes);
	if (err)
		return err;
	for (i = 0; i < type->checked; i++)
		if (c->arg.word[type->checked_at + i] & ~(u32)type->known)
			return -EINVAL;
	return 0;
}

/* Another thread of the client may hold the mutex while it waits, so this one can be killed. */
static int run(const struct call_type *type, struct wrt_call *c)
{
	int err;

	if (!(type->flags & CONTROL))
		return type->run(c);
	err = mutex_lock_killable(&c->pin->control);
	if (err)
		return err;
	err = type->run(c);
	mutex_unlock(&c->pin->control);
	return err;
}

/*
 * The handler of another thread may hold the mutex for long. If this thread is killed while it
 * waits, the buffer stays allocated but can only be freed, and the register cannot be requested
 * again.
 */
static void settle(const struct call_type *type, struct wrt_call *c, int err)
{
	if (!type->settle)
		return;
	if (type->flags & CONTROL && mutex_lock_killable(&c->pin->control))
		return;
	type->settle(c, err);
	if (type->flags & CONTROL)
		mutex_unlock(&c->pin->control);
}

int wrt_call(struct wrt_call *c, unsigned int cmd, void __user *user)
{
	const struct call_type *type;
	size_t bytes = _IOC_SIZE(cmd);
	bool on_filter;
	int err;

	if (is_retired(cmd))
		return retired_call();
	type = find_call(cmd);
	if (!type)
		return -ENOTTY;
	err = check_size(type, cmd);
	if (err)
		return err;
	on_filter = type->flags & ON_FILTER;
	if (on_filter != !c->pin)
		return -ENOTTY;
	err = copy_in(type, c, user, bytes);
	if (err)
		return err;
	err = run(type, c);
	if (err || !(type->flags & ANSWER))
		return err;
	if (copy_to_user(user, &c->arg, min_t(size_t, type->bytes, bytes)))
		err = -EFAULT;
	settle(type, c, err);
	return err;
}
