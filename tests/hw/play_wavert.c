// SPDX-License-Identifier: GPL-2.0-only
/*
 * play_wavert.c - the WaveRT model for hw_play: the raw calls, one eventfd. Notifications
 * are the sum of its readings.
 */
#include "node.h"
#include "hw_play.h"

static int stream = -1, event = -1;
static unsigned char *buffer;
static size_t mapped;
static uint64_t signals;

/* A stream that owns another driver's PCM, or a negative errno. */
static int own(const struct job *j, struct wavert_buffer *b)
{
	struct wavert_pcm_buffer arg = { .buffer = {
		.flags = WAVERT_ALLOC_NOTIFICATION | WAVERT_ALLOC_ANY_COUNT | WAVERT_ALLOC_PCM,
		.notifications = j->count, .requested_bytes = j->buffer * FRAME_BYTES,
	} };
	int fd = card_stream(j->card, WAVERT_PLAYBACK, 0), err;

	if (fd < 0)
		return fd;
	arg.pcm_fd = open(j->node, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	err = arg.pcm_fd < 0 ? errno : set_format(fd, j->rate, WAVERT_FORMAT_S16, 2);
	if (!err)
		err = call(fd, WAVERT_IOC_ALLOC_PCM_BUFFER, &arg);
	if (!err && arg.buffer.actual_bytes != arg.buffer.requested_bytes)
		err = ERANGE;
	if (arg.pcm_fd >= 0)
		close(arg.pcm_fd);
	*b = arg.buffer;
	if (!err)
		return fd;
	close(fd);
	return -err;
}

static int wavert_open(struct job *j)
{
	struct wavert_buffer b;
	int err;

	signals = 0;
	if (j->node)
		stream = own(j, &b);
	else
		stream = card_ready(j->card, WAVERT_PLAYBACK, j->rate, j->count,
				    j->buffer * FRAME_BYTES, &b);
	if (stream < 0)
		return stream;
	mapped = b.map_bytes;
	buffer = map_buffer(stream, mapped);
	if (!buffer)
		return -errno;
	buffer += b.offset_from_first_page;
	event = new_event();
	err = event < 0 ? errno : register_event(stream, event);
	return -err;
}

static int wavert_write(struct job *j, const int16_t *frames, unsigned int n)
{
	unsigned int at = (unsigned int)(j->written % j->buffer);
	unsigned int first = n < j->buffer - at ? n : j->buffer - at;

	memcpy(buffer + at * FRAME_BYTES, frames, first * FRAME_BYTES);
	memcpy(buffer, frames + first * 2, (n - first) * FRAME_BYTES);
	return 0;
}

static int wavert_start(struct job *j)
{
	(void)j;
	return -set_state(stream, WAVERT_STATE_RUN);
}

static int wavert_pause(struct job *j, int on)
{
	(void)j;
	return -set_state(stream, on ? WAVERT_STATE_PAUSE : WAVERT_STATE_RUN);
}

static int64_t wavert_position(struct job *j)
{
	struct wavert_position p;
	int err = get_position(stream, &p);

	if (err)
		return -err;
	if (p.linear / FRAME_BYTES > j->written)
		j->late++;
	return (int64_t)(p.linear / FRAME_BYTES);
}

static uint64_t wavert_notified(struct job *j)
{
	(void)j;
	signals += counted(event);
	return signals;
}

static void wavert_wait(struct job *j, int ms)
{
	struct pollfd fd = { .fd = event, .events = POLLIN };

	(void)j;
	poll(&fd, 1, ms);
}

static int wavert_halt(struct job *j)
{
	return wavert_pause(j, 1);
}

static void wavert_close(struct job *j)
{
	(void)j;
	if (stream >= 0)
		set_state(stream, WAVERT_STATE_STOP);
	if (buffer)
		munmap((void *)((uintptr_t)buffer & ~(uintptr_t)4095), mapped);
	if (event >= 0)
		close(event);
	if (stream >= 0)
		close(stream);
	buffer = NULL;
	stream = -1;
	event = -1;
}

const struct model wavert_model = {
	.name = "WaveRT",
	.open = wavert_open,
	.write = wavert_write,
	.start = wavert_start,
	.pause = wavert_pause,
	.position = wavert_position,
	.notified = wavert_notified,
	.wait = wavert_wait,
	.halt = wavert_halt,
	.close = wavert_close,
};
