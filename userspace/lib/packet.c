// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * packet.c - packets: their addresses, which may be written or read, the calls of packet mode,
 * and draining.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <string.h>

#include "internal.h"

/* ---- calls ----------------------------------------------------------------------------- */

int wavert_stream_packet_count(struct wavert_stream *stream, uint32_t *packets)
{
	struct wavert_packet_count arg = { 0 };
	int err = stream_call(stream, WAVERT_IOC_PACKET_COUNT, &arg);

	if (!err)
		*packets = arg.packets;
	return err;
}

int wavert_stream_write_packet(struct wavert_stream *stream, uint32_t number,
			       unsigned int flags, unsigned int eos_bytes)
{
	struct wavert_write_packet arg = {
		.number = number, .flags = flags, .eos_bytes = eos_bytes,
	};

	wavert_stream_barrier(stream);
	return stream_call(stream, WAVERT_IOC_SET_WRITE_PACKET, &arg);
}

int wavert_stream_read_packet(struct wavert_stream *stream, struct wavert_read_packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	return stream_call(stream, WAVERT_IOC_GET_READ_PACKET, packet);
}

int wavert_stream_presentation(struct wavert_stream *stream,
			       struct wavert_presentation *presentation)
{
	memset(presentation, 0, sizeof(*presentation));
	return stream_call(stream, WAVERT_IOC_PRESENTATION, presentation);
}

/* ---- addresses of packets --------------------------------------------------------------- */

static uint64_t least(uint64_t a, uint64_t b)
{
	if (a < b)
		return a;
	return b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	if (a > b)
		return a;
	return b;
}

size_t wavert_stream_packet_bytes(const struct wavert_stream *stream)
{
	const struct wavert_buffer *b = &stream->layout;

	if (stream->mapping && b->notifications)
		return b->actual_bytes / b->notifications;
	return 0;
}

void *wavert_stream_packet(const struct wavert_stream *stream, uint64_t number)
{
	size_t bytes = wavert_stream_packet_bytes(stream);
	char *buffer = wavert_stream_buffer(stream, NULL);

	if (bytes)
		return buffer + number % stream->layout.notifications * bytes;
	return NULL;
}

/* ---- which packets may be written or read ----------------------------------------------- */

static int may_ask(const struct wavert_stream *s, unsigned int direction,
		   struct wavert_snapshot *now)
{
	if (s->observer)
		return -EBADRQC;
	if (s->direction != direction)
		return -EOPNOTSUPP;
	if (!s->mapping)
		return -EAGAIN;
	if (!s->layout.notifications)
		return -EOPNOTSUPP;
	wavert_stream_snapshot(s, now);
	if (now->state == WAVERT_STATE_GONE)
		return -ENODEV;
	return 0;
}

/* Those of the packets from .. to - 1 that are not before *next. Returns the number skipped. */
static int from_next(uint64_t *next, unsigned int *count, uint64_t from, uint64_t to)
{
	uint64_t lost = from - least(*next, from);

	*next += lost;
	*count = (unsigned int)(to - least(*next, to));
	if (lost < INT_MAX)
		return (int)lost;
	return INT_MAX;
}

static uint64_t packets_of(uint64_t bytes, size_t packet)
{
	return bytes / packet + (bytes % packet != 0);
}

/*
 * The packet in progress cannot be written once its first byte has been fetched, and in RUN that
 * may happen at any moment. The packet one whole buffer later has the same address.
 */
int wavert_stream_writable(const struct wavert_stream *stream, uint64_t *first,
			   unsigned int *count)
{
	const unsigned int n = stream->layout.notifications;
	struct wavert_snapshot now;
	uint64_t from, to, end;
	int err = may_ask(stream, WAVERT_PLAYBACK, &now);

	if (err)
		return err;
	end = packets_of(now.end, wavert_stream_packet_bytes(stream));
	if (now.state == WAVERT_STATE_RUN) {
		from = now.packets + 1;
		to = from + most(n - 1, 1);
	} else {
		from = packets_of(now.linear, wavert_stream_packet_bytes(stream));
		to = now.packets + n;
	}
	return from_next(first, count, least(from, end), least(to, end));
}

int wavert_stream_readable(const struct wavert_stream *stream, uint64_t *first,
			   unsigned int *count)
{
	const unsigned int kept = most(stream->layout.notifications - 1, 1);
	struct wavert_snapshot now;
	int err = may_ask(stream, WAVERT_CAPTURE, &now);

	if (err)
		return err;
	return from_next(first, count, now.packets - least(now.packets, kept), now.packets);
}

/* ---- playing to the end ------------------------------------------------------------------- */

/* The longest sleep: the maximum delay until removal, or a stop by another thread, is noticed. */
#define SLICE_NS	100000000ull

/* Silence the part that the hardware fetches after the end if it cannot stop there. */
static void silence(const struct wavert_stream *s, unsigned int format, uint64_t from, uint64_t to)
{
	size_t bytes, at, n;
	char *buffer = wavert_stream_buffer(s, &bytes);

	for (; from < to; from += n) {
		at = from % bytes;
		n = least(bytes - at, to - from);
		memset(buffer + at, format == WAVERT_FORMAT_U8 ? 0x80 : 0, n);
	}
	wavert_stream_barrier(s);
}

static void silence_ahead(const struct wavert_stream *s, const struct wavert_snapshot *now,
			  uint64_t *silenced)
{
	uint64_t to = now->linear + now->buffer_bytes;

	if (*silenced < now->linear)
		*silenced = now->linear;
	if (*silenced >= to)
		return;
	silence(s, now->format, *silenced, to);
	*silenced = to;
}

/* Without packets: -EOVERFLOW if the client cannot have written up to `end`. */
static int is_written(struct wavert_stream *s, const struct wavert_snapshot *now, uint64_t end)
{
	struct wavert_position at;
	int err = wavert_stream_position(s, &at);

	if (err)
		return err;
	if (end > at.linear + now->buffer_bytes)
		return -EOVERFLOW;
	return 0;
}

/* Returns 1 if the driver will stop at the end, 0 if it cannot. */
static int announce(struct wavert_stream *s, const struct wavert_snapshot *now, uint64_t end)
{
	const size_t packet = wavert_stream_packet_bytes(s);
	uint64_t last;
	int err;

	if (now->end == end)
		return 1;
	if (!packet)
		return is_written(s, now, end);
	last = (end - 1) / packet;
	if (now->state == WAVERT_STATE_RUN && last <= now->packets)
		return 0;	/* the packet is being played already */
	err = wavert_stream_write_packet(s, (uint32_t)last, WAVERT_PACKET_EOS,
					 (unsigned int)(end - last * packet));
	if (err == -ETIME)
		return 0;
	if (err)
		return err;
	return 1;
}

/* Frames that have left the device, with and without notifications. */
static int frames_out(struct wavert_stream *s, const struct wavert_snapshot *now, uint64_t *frames)
{
	struct wavert_presentation out;
	struct wavert_position at;
	struct wavert_latency l;
	uint64_t delay;
	int err;

	if (s->layout.notifications) {
		err = wavert_stream_presentation(s, &out);
		*frames = out.frames;
		return err;
	}
	err = wavert_stream_position(s, &at);
	if (!err)
		err = wavert_stream_latency(s, &l);
	if (err)
		return err;
	delay = l.fifo_bytes / now->frame_bytes +
		((uint64_t)l.chipset_100ns + l.codec_100ns) * now->rate / 10000000;
	*frames = at.linear / now->frame_bytes;
	*frames -= least(*frames, delay);
	return 0;
}

static int sleep_ns(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000),
			      .tv_nsec = (long)(ns % 1000000000) };

	return -clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/* Waits until `end` has left the device. Returns 0 if the time has elapsed first, else 1. */
static int wait_for_end(struct wavert_stream *s, uint64_t end, uint64_t silenced,
			uint64_t deadline)
{
	struct wavert_snapshot now;
	uint64_t frames, left, time, cycle_ns;
	int err;

	for (;;) {
		wavert_stream_snapshot(s, &now);
		if (now.state != WAVERT_STATE_RUN)
			return now.state == WAVERT_STATE_GONE ? -ENODEV : -EBADFD;
		silence_ahead(s, &now, &silenced);
		err = frames_out(s, &now, &frames);
		if (err)
			return err;
		if (frames >= end / now.frame_bytes)
			return 1;
		time = monotonic_ns();
		if (time >= deadline)
			return 0;
		left = (end / now.frame_bytes - frames) * 1000000000 / now.rate;
		cycle_ns = (uint64_t)now.buffer_bytes / now.frame_bytes * 1000000000 / now.rate;
		left = least(left, least(cycle_ns / 4, SLICE_NS));
		err = sleep_ns(least(most(left, 1000000), deadline - time));
		if (err)
			return err;
	}
}

int wavert_stream_drain(struct wavert_stream *stream, uint64_t bytes, int timeout_ms)
{
	const uint64_t deadline = deadline_of(timeout_ms);
	struct wavert_snapshot now;
	uint64_t silenced;
	int announced, err;

	if (stream->observer)
		return -EBADRQC;
	if (stream->direction != WAVERT_PLAYBACK)
		return -EOPNOTSUPP;
	if (!stream->mapping)
		return -EAGAIN;
	wavert_stream_snapshot(stream, &now);
	if (now.state == WAVERT_STATE_GONE)
		return -ENODEV;
	bytes -= bytes % now.frame_bytes;
	if (!bytes)
		return WAVERT_DRAINED;
	announced = announce(stream, &now, bytes);
	if (announced < 0)
		return announced;
	silenced = bytes;
	silence_ahead(stream, &now, &silenced);
	err = wavert_stream_set_state(stream, WAVERT_STATE_RUN);
	if (err)
		return err;
	err = wait_for_end(stream, bytes, silenced, deadline);
	if (err <= 0)
		return err;
	err = wavert_stream_set_state(stream, WAVERT_STATE_PAUSE);
	if (err)
		return err;
	if (announced)
		return WAVERT_DRAINED;
	return WAVERT_DRAINED_PAST_END;
}
