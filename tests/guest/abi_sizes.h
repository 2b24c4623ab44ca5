/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi_sizes.h - the part of abi_test about structs of other lengths: clients that were built
 * for an older or a newer minor version (Documentation/abi.md). Included by abi_test.c.
 */
#ifndef WRT_TEST_ABI_SIZES_H
#define WRT_TEST_ABI_SIZES_H

#include <stddef.h>

#include "abi.h"

#define ROOM 4096u

union any_arg {
	unsigned char byte[ROOM];
	struct wavert_caps caps;
	struct wavert_new_stream new_stream;
	struct wavert_format format;
	struct wavert_buffer buffer;
	struct wavert_event event;
	struct wavert_state state;
	struct wavert_position position;
	struct wavert_latency latency;
	struct wavert_register reg;
	struct wavert_packet_count packet_count;
	struct wavert_presentation presentation;
	struct wavert_read_packet read_packet;
	struct wavert_write_packet write_packet;
};

/* ---- a stream on which each call succeeds, and its arguments --------------------------- */

static int sizes_event;

static int at_filter(union any_arg *arg)
{
	(void)arg;
	return open_filter();
}

static int at_ready(union any_arg *arg)
{
	(void)arg;
	return ready_stream(WAVERT_PLAYBACK, 2, 7680);
}

static int to_format(union any_arg *arg)
{
	arg->format = (struct wavert_format){ 48000, WAVERT_FORMAT_S16, 2 };
	return new_stream(WAVERT_PLAYBACK, 0, 0);
}

static int to_alloc(union any_arg *arg)
{
	int fd = new_stream(WAVERT_PLAYBACK, 0, 0);

	set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	arg->buffer = (struct wavert_buffer){ .flags = WAVERT_ALLOC_NOTIFICATION,
					      .notifications = 2, .requested_bytes = 7680 };
	return fd;
}

static int to_register(union any_arg *arg)
{
	arg->event.fd = sizes_event;
	return at_ready(arg);
}

static int to_unregister(union any_arg *arg)
{
	int fd = to_register(arg);

	register_event(fd, sizes_event);
	return fd;
}

static int to_pause(union any_arg *arg)
{
	arg->state.state = WAVERT_STATE_PAUSE;
	return at_ready(arg);
}

static int at_frame_100(union any_arg *arg)
{
	int fd = at_ready(arg);

	set_state(fd, WAVERT_STATE_RUN);
	step(100);
	set_state(fd, WAVERT_STATE_PAUSE);
	return fd;
}

static int at_captured(union any_arg *arg)
{
	int fd = ready_stream(WAVERT_CAPTURE, 2, 384);

	(void)arg;
	set_state(fd, WAVERT_STATE_RUN);
	step(48 * 3);
	return fd;
}

#define MEMBER_END(type, member) \
	(offsetof(struct wavert_##type, member) + sizeof(((struct wavert_##type *)0)->member))

#define SIZED(call, type, last, begin, err, time)					\
	{ #call, WAVERT_IOC_##call, MEMBER_END(type, last), sizeof(struct wavert_##type),	\
	  begin, err, time }

#define NO_TIME ROOM

/* `least` is repeated here on purpose: a module that raises it breaks old clients. */
static const struct sized_call {
	const char *name;
	unsigned long request;
	unsigned int least, full;
	int (*begin)(union any_arg *arg);
	int err;
	unsigned int time;	/* offset of a returned time, which differs in each call */
} sized_calls[] = {
	SIZED(CAPS, caps, pins, at_filter, 0, NO_TIME),
	SIZED(NEW_STREAM, new_stream, fd, at_filter, 0, NO_TIME),
	SIZED(SET_FORMAT, format, channels, to_format, 0, NO_TIME),
	{ "ALLOC_BUFFER", WAVERT_IOC_ALLOC_BUFFER, MEMBER_END(buffer, map_bytes),
	  sizeof(struct wavert_pcm_buffer), to_alloc, 0, NO_TIME },
	SIZED(REGISTER_EVENT, event, fd, to_register, 0, NO_TIME),
	SIZED(UNREGISTER_EVENT, event, fd, to_unregister, 0, NO_TIME),
	SIZED(SET_STATE, state, state, to_pause, 0, NO_TIME),
	SIZED(GET_POSITION, position, play_offset, at_frame_100, 0,
	      offsetof(struct wavert_position, ns)),
	SIZED(GET_LATENCY, latency, fifo_bytes, at_ready, 0, NO_TIME),
	SIZED(GET_REGISTER, register, mmap_offset, at_ready, EOPNOTSUPP, NO_TIME),
	SIZED(PACKET_COUNT, packet_count, packets, at_frame_100, 0, NO_TIME),
	SIZED(PRESENTATION, presentation, ns, at_frame_100, 0,
	      offsetof(struct wavert_presentation, ns)),
	SIZED(GET_READ_PACKET, read_packet, ns, at_captured, 0,
	      offsetof(struct wavert_read_packet, ns)),
	SIZED(SET_WRITE_PACKET, write_packet, eos_bytes, at_ready, 0, NO_TIME),
};

#define SIZED_CALLS (sizeof(sized_calls) / sizeof(sized_calls[0]))

static unsigned long with_size(unsigned long request, unsigned int bytes)
{
	return _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), bytes);
}

/* A guard of 0xa5 follows the caller's struct. `last` is its last byte where it is longer. */
static int call_with(const struct sized_call *c, unsigned int bytes, unsigned char last,
		     union any_arg *arg)
{
	int fd, err;

	memset(arg, 0, sizeof(*arg));
	fd = c->begin(arg);
	memset(arg->byte + bytes, 0xa5, ROOM - bytes);
	if (bytes > c->full)
		arg->byte[bytes - 1] = last;
	err = call(fd, with_size(c->request, bytes), arg);
	if (c->request == WAVERT_IOC_NEW_STREAM && !err)
		close(arg->new_stream.fd);
	close(fd);
	return err;
}

static int all_bytes_are(const unsigned char *byte, unsigned int from, unsigned int to,
			 unsigned char value)
{
	while (from < to && byte[from] == value)
		from++;
	return from == to;
}

/* The result of the call with the struct of this version. */
static union any_arg expected;

static int same_results(const struct sized_call *c, const union any_arg *arg, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < bytes; i++)
		if (arg->byte[i] != expected.byte[i] && (i < c->time || i >= c->time + 8))
			return 0;
	return 1;
}

static int works(const struct sized_call *c, unsigned int bytes)
{
	static union any_arg arg;
	unsigned int common = bytes < c->full ? bytes : c->full;
	int err = call_with(c, bytes, 0, &arg);

	if (err == c->err && same_results(c, &arg, common) &&
	    all_bytes_are(arg.byte, common, bytes, 0) && all_bytes_are(arg.byte, bytes, ROOM, 0xa5))
		return 1;
	printf("# %s with %u of %u bytes: error %d\n", c->name, bytes, c->full, err);
	return 0;
}

static int fails(const struct sized_call *c, unsigned int bytes, unsigned char last, int right)
{
	static union any_arg arg;
	int err = call_with(c, bytes, last, &arg);

	if (err == right)
		return 1;
	printf("# %s with %u of %u bytes, the last %u: error %d\n", c->name, bytes, c->full,
	       last, err);
	return 0;
}

static void test_size_of(const struct sized_call *c, int wrong[4])
{
	unsigned int bytes;

	call_with(c, c->full, 0, &expected);
	for (bytes = 0; bytes < c->least; bytes++)
		wrong[0] += !fails(c, bytes, 0, EINVAL);
	for (bytes = c->least; bytes <= c->full; bytes++)
		wrong[1] += !works(c, bytes);
	for (bytes = c->full + 1; bytes <= c->full + 8; bytes++)
		wrong[2] += !works(c, bytes);
	wrong[2] += !works(c, 2000);
	for (bytes = c->full + 1; bytes <= c->full + 8; bytes++)
		wrong[3] += !fails(c, bytes, 1, E2BIG);
	wrong[3] += !fails(c, 2000, 0x80, E2BIG);
	wrong[3] += !works(c, c->full);
}

static void test_other_access(void)
{
	static union any_arg arg;
	unsigned int dir, wrong = 0;
	size_t i;
	int fd;

	for (i = 0; i < SIZED_CALLS; i++) {
		memset(&arg, 0, sizeof(arg));
		fd = sized_calls[i].begin(&arg);
		for (dir = 0; dir < 3; dir++)
			wrong += call(fd, _IOC(dir, WAVERT_IOC_TYPE, _IOC_NR(sized_calls[i].request),
					       sized_calls[i].full), &arg) != ENOTTY;
		close(fd);
	}
	TAP_CHECK(!wrong, "every call number without read and write gives ENOTTY");
	fd = ready_stream(WAVERT_PLAYBACK, 2, 7680);
	TAP_CHECK(call(fd, _IOC(0, WAVERT_IOC_TYPE, 0x12, 8), &arg) == ENOTTY && !free_buffer(fd),
		  "FREE_BUFFER has no struct: with a size it gives ENOTTY");
	close(fd);
}

static void test_sizes(void)
{
	int wrong[4] = { 0 };
	size_t i;

	sizes_event = new_event();
	for (i = 0; i < SIZED_CALLS; i++)
		test_size_of(&sized_calls[i], wrong);
	close(sizes_event);
	TAP_CHECK(!wrong[0], "for every call a struct without its mandatory members gives EINVAL");
	TAP_CHECK(!wrong[1],
		  "for every call a shorter struct works, and nothing is written after its end");
	TAP_CHECK(!wrong[2],
		  "for every call a longer struct with 0 in its rest works, and the rest stays 0");
	TAP_CHECK(!wrong[3],
		  "for every call a longer struct with another value in its rest gives E2BIG and changes nothing");
	test_other_access();
}

#endif
