// SPDX-License-Identifier: GPL-2.0-only
/*
 * wavert.c - operations on the filter and on streams: the calls of uapi/sound/wavert.h, and
 * the eventfds that belong to them. Listed in ops.h.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <sound/wavert.h>

#include "fuzz.h"
#include "ops.h"

/* The errors that the interface documents. */
static int checked(int err)
{
	static const int errors[] = { 0, EINVAL, ENOMEM, EBUSY, EBADFD, EREMOTEIO, EOVERFLOW,
		EMEDIUMTYPE, EOPNOTSUPP, EAGAIN, EBADRQC, ENOENT, ETIME, EBADF, ENODEV, EFAULT,
		ENOTTY, EINTR, EMFILE, ENFILE, E2BIG };
	size_t i;

	for (i = 0; i < COUNT_OF(errors); i++)
		if (err == errors[i])
			return err;
	if (err == EACCES && attached)
		return err;
	broken("an error that is not documented", err);
	return err;
}

/* Longest struct that is passed completely; the largest size of an ioctl number. */
#define LONGEST	512u

/*
 * The size of the caller's struct: sometimes that of a client of another minor version, or
 * of a broken one. The end of a longer struct is 0 or not.
 */
static unsigned int size_of(uint32_t w, unsigned int bytes, unsigned char *arg)
{
	unsigned int n = w >> 8 & 0xff;

	if (w >> 28 != 0xe)
		return bytes;
	switch (w % 8) {
	case 0:
		return n % (bytes + 1);
	case 1:
		return bytes - n % 3 * 4;
	case 2:
	case 3:
		return bytes + n;
	case 4:
		arg[bytes + n] = 1;
		return bytes + n + 1;
	case 5:
		arg[bytes + n] = 0x80;
		return LONGEST;
	case 6:
		return 0x3fff;
	}
	return 0;
}

/* w: the argument of size_of(). */
static int call(struct thread *t, enum kind kind, const struct call *c, unsigned long request,
		uint32_t w, const void *arg, unsigned int bytes)
{
	unsigned char long_arg[LONGEST] = { 0 };
	void *user;

	memcpy(long_arg, arg, bytes);
	request = _IOC(_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request),
		       size_of(w, bytes, long_arg));
	user = give(t, c->a[4], long_arg, sizeof(long_arg));
	return checked(result(ioctl(slot(t, kind, c->a[0]), request, user)));
}

int op_open_filter(struct thread *t, const struct call *c)
{
	int fd = open(attached ? "/dev/snd/hwC1D0" : "/dev/snd/hwC0D0", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		put_slot(t, FILTER, c->a[0], fd);
	return result(fd);
}

int op_version(struct thread *t, const struct call *c)
{
	struct wavert_version arg = { .abi_major = c->a[1] };

	if (c->a[1] >> 28 == 0xe)
		arg.reserved[c->a[1] % 6] = c->a[1];
	return call(t, FILTER, c, WAVERT_IOC_VERSION, c->a[2], &arg, sizeof(arg));
}

int op_caps(struct thread *t, const struct call *c)
{
	static const uint32_t pins[] = { 0, 0, 1, 1, 2, 7, 8, 0x7fffffff, 0xffffffff };
	static const uint32_t directions[] = { 0, 1, 0, 1, 2, 0xffffffff };
	struct wavert_caps arg = { .pin = PICK(pins, c->a[1]),
				   .direction = PICK(directions, c->a[2]) };

	return call(t, FILTER, c, WAVERT_IOC_CAPS, c->a[3], &arg, sizeof(arg));
}

/* a[1]: bit 0 direction, bit 1 pin, bit 2 observe; and wrong ones. */
int op_new_stream(struct thread *t, const struct call *c)
{
	static const uint32_t wrong[] = { 2, 3, 0x80000000, 0xffffffff };
	uint32_t w = c->a[1];
	struct wavert_new_stream arg = { .pin = w >> 1 & 1, .direction = w & 1,
					 .flags = w >> 2 & 1 };
	struct wavert_new_stream *answer = (void *)(t->writable + 256);
	unsigned char long_arg[LONGEST] = { 0 };
	unsigned int size;
	void *user;
	int err;

	if (w >> 28 == 0xf)
		*(w & 1 ? &arg.pin : w & 2 ? &arg.direction : &arg.flags) = wrong[w >> 2 & 3];
	memcpy(long_arg, &arg, sizeof(arg));
	size = size_of(c->a[2], sizeof(arg), long_arg);
	user = give(t, c->a[4], long_arg, sizeof(long_arg));
	if (user != answer && user != t->readonly + 256 && user)
		user = answer;		/* or the number of the descriptor would be lost */
	err = checked(result(ioctl(slot(t, FILTER, c->a[0]),
				   _IOC(_IOC_READ | _IOC_WRITE, WAVERT_IOC_TYPE,
					_IOC_NR(WAVERT_IOC_NEW_STREAM), size), user)));
	if (!err && user == answer)
		put_slot(t, STREAM, c->a[3], answer->fd);
	return err;
}

int op_set_format(struct thread *t, const struct call *c)
{
	static const uint32_t rates[] = { 48000, 48000, 44100, 192000, 8000, 96000, 7999, 192001,
					  0, 1, 0xffffffff };
	static const uint32_t formats[] = { WAVERT_FORMAT_S16, WAVERT_FORMAT_S16, WAVERT_FORMAT_U8,
		WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S32, WAVERT_FORMAT_FLOAT, WAVERT_FORMAT_S20_32,
		WAVERT_FORMAT_S24_3, 0, 3, 0x80, 0x80000000 };
	static const uint32_t channels[] = { 2, 2, 1, 8, 6, 3, 9, 0, 0xffffffff };
	struct wavert_format arg = { .rate = PICK(rates, c->a[1]),
				     .format = PICK(formats, c->a[2]),
				     .channels = PICK(channels, c->a[3]) };

	return call(t, STREAM, c, WAVERT_IOC_SET_FORMAT, c->a[4], &arg, sizeof(arg));
}

/* A file that other threads use, or a new one, which they may use from now on. */
static int shown_pcm(struct thread *t, const struct call *c, bool capture)
{
	int fd;

	if (c->a[0] >> 16 & 1)
		return slot(t, PCM, c->a[0] >> 8 & 0xff);
	fd = open(capture ? PCM_NODE "c" : PCM_NODE "p", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		put_slot(t, PCM, c->a[0] >> 8, fd);
	return fd;
}

/* The PCM of a stream that plays, or else records. */
static int alloc_pcm(struct thread *t, const struct call *c, const struct wavert_buffer *buffer)
{
	struct wavert_pcm_buffer arg = { .buffer = *buffer };
	bool capture = false;
	int err;

	arg.buffer.flags |= WAVERT_ALLOC_PCM;
	do {
		arg.pcm_fd = shown_pcm(t, c, capture);
		err = call(t, STREAM, c, WAVERT_IOC_ALLOC_PCM_BUFFER, c->a[4], &arg, sizeof(arg));
		capture = !capture;
	} while (err == EACCES && capture);
	return err;
}

int op_alloc_buffer(struct thread *t, const struct call *c)
{
	static const uint32_t flags[] = { 1, 1, 3, 0, 3, 2, 4, 0xffffffff };
	static const uint32_t counts[] = { 2, 1, 2, 4, 0, 3, 16, 64, 1000, 65536, 0xffffffff };
	static const uint32_t bytes[] = { 7680, 384, 4096, 4097, 128, 65536, 1, 3, 4, 4095, 1 << 20,
		4 << 20, (4 << 20) + 1, 0, 0x7fffffff, 0x80000001, 0xfffff001, 0xffffffff };
	struct wavert_buffer arg = { .flags = PICK(flags, c->a[1]),
				     .notifications = PICK(counts, c->a[2]),
				     .requested_bytes = PICK(bytes, c->a[3]) };

	if (arg.flags == 0 && c->a[1] % 3)
		arg.notifications = 0;
	if (attached && (c->a[0] >> 17) % 4 != 3)
		return alloc_pcm(t, c, &arg);
	return call(t, STREAM, c, WAVERT_IOC_ALLOC_BUFFER, c->a[4], &arg, sizeof(arg));
}

int op_free_buffer(struct thread *t, const struct call *c)
{
	return checked(result(ioctl(slot(t, STREAM, c->a[0]), WAVERT_IOC_FREE_BUFFER, c->a[4])));
}

static int event_call(struct thread *t, const struct call *c, unsigned long request)
{
	struct wavert_event arg = { .fd = slot(t, c->a[2] % 16 == 15 ? OTHER : EVENT, c->a[1]) };

	if (c->a[2] % 16 == 14)
		arg = (struct wavert_event){ .fd = -1, .flags = WAVERT_EVENT_ALL };
	if (c->a[2] >> 28 == 0xe)
		arg.flags ^= 1u << c->a[2] % 32;
	return call(t, STREAM, c, request, c->a[3], &arg, sizeof(arg));
}

int op_register_event(struct thread *t, const struct call *c)
{
	return event_call(t, c, WAVERT_IOC_REGISTER_EVENT);
}

int op_unregister_event(struct thread *t, const struct call *c)
{
	return event_call(t, c, WAVERT_IOC_UNREGISTER_EVENT);
}

int op_set_state(struct thread *t, const struct call *c)
{
	static const uint32_t states[] = { 0, 1, 2, 3, 3, 2, 3, 4, 0xffffffff };
	struct wavert_state arg = { .state = PICK(states, c->a[1]) };
	int err = call(t, STREAM, c, WAVERT_IOC_SET_STATE, c->a[2], &arg, sizeof(arg));

	if (attached && !err && arg.state == WAVERT_STATE_RUN && c->a[2] >> 28 != 0xe)
		attached_ran();
	return err;
}

/* Mostly two streams; a[1]: their slots, a[2]: number and state. */
int op_set_states(struct thread *t, const struct call *c)
{
	static const uint32_t counts[] = { 2, 2, 2, 2, 1, 3, 4, 4, 2, 0, 33, 0x80000001 };
	static const uint32_t states[] = { 3, 2, 0, 3, 2, 1, 3, 4 };
	int32_t *fds = (int32_t *)(t->writable + 1024);
	uint32_t w = c->a[1], i;
	struct wavert_states arg = {
		.fds = (uintptr_t)fds, .count = PICK(counts, c->a[2] & 0xff),
		.state = PICK(states, c->a[2] >> 8 & 0xff),
	};

	for (i = 0; i < 4; i++)
		fds[i] = slot(t, STREAM, (w >> 8 * i & 0xff) + (w >> 8 ? 0 : i));
	switch (c->a[2] >> 24) {
	case 0xf0:
		fds[0] = slot(t, c->a[2] >> 16 & 1 ? EVENT : FILTER, w & 0xff);
		break;
	case 0xf1:
		arg.fds = c->a[2] >> 16 & 1 ? 0 : (uintptr_t)t->writable + 4090;
		break;
	case 0xf2:
		arg.reserved = c->a[2];
	}
	return call(t, FILTER, c, WAVERT_IOC_SET_STATES, c->a[3], &arg, sizeof(arg));
}

int op_get_position(struct thread *t, const struct call *c)
{
	struct wavert_position arg = { 0 };

	return call(t, STREAM, c, WAVERT_IOC_GET_POSITION, c->a[1], &arg, sizeof(arg));
}

int op_get_latency(struct thread *t, const struct call *c)
{
	struct wavert_latency arg = { 0 };

	return call(t, STREAM, c, WAVERT_IOC_GET_LATENCY, c->a[1], &arg, sizeof(arg));
}

int op_get_register(struct thread *t, const struct call *c)
{
	struct wavert_register arg = { .kind = c->a[1] % 4 };

	return call(t, STREAM, c, WAVERT_IOC_GET_REGISTER, c->a[1], &arg, sizeof(arg));
}

/* ---- packets ---------------------------------------------------------------------- */

int op_packet_count(struct thread *t, const struct call *c)
{
	struct wavert_packet_count arg = { 0 };

	return call(t, STREAM, c, WAVERT_IOC_PACKET_COUNT, c->a[1], &arg, sizeof(arg));
}

int op_presentation(struct thread *t, const struct call *c)
{
	struct wavert_presentation arg = { 0 };

	return call(t, STREAM, c, WAVERT_IOC_PRESENTATION, c->a[1], &arg, sizeof(arg));
}

/* Near the packet in progress, or any; sometimes the last packet. */
int op_write_packet(struct thread *t, const struct call *c)
{
	struct wavert_packet_count now = { 0 };
	struct wavert_write_packet arg = {
		.flags = c->a[2] % 8 == 7 ? c->a[2] : c->a[2] % 8 == 6 ? WAVERT_PACKET_EOS : 0,
		.eos_bytes = c->a[3],
	};

	if (c->a[1] >> 28 != 0xd)
		ioctl(slot(t, STREAM, c->a[0]), WAVERT_IOC_PACKET_COUNT, &now);
	arg.number = now.packets + c->a[1] % 4;
	return call(t, STREAM, c, WAVERT_IOC_SET_WRITE_PACKET, c->a[1], &arg, sizeof(arg));
}

int op_read_packet(struct thread *t, const struct call *c)
{
	struct wavert_read_packet arg = { 0 };

	return call(t, STREAM, c, WAVERT_IOC_GET_READ_PACKET, c->a[1], &arg, sizeof(arg));
}

/* Our numbers with a wrong direction, those of interface version 0.x, and free ones. */
int op_unknown_ioctl(struct thread *t, const struct call *c)
{
	static const uint32_t requests[] = { _IO('H', 0xb0), _IOW('H', 0xb0, int),
		_IOW(WAVERT_IOC_TYPE, 0x10, struct wavert_format),
		_IOR(WAVERT_IOC_TYPE, 0x16, struct wavert_position),
		_IOWR(WAVERT_IOC_TYPE, 0x12, int), _IOWR(WAVERT_IOC_TYPE, 0xff, int),
		_IO(WAVERT_IOC_TYPE, 0x02), _IOWR('H', 0xb1, struct wavert_caps), _IO('H', 0xbf),
		_IO('H', 0xff), 0 };
	enum kind kind = c->a[2] & 1 ? STREAM : FILTER;

	return result(ioctl(slot(t, kind, c->a[0]), requests[c->a[1] % COUNT_OF(requests)],
			    give(t, c->a[4], c, sizeof(*c))));
}

/* ---- events ----------------------------------------------------------------------- */

int op_new_event(struct thread *t, const struct call *c)
{
	int flags = EFD_CLOEXEC | EFD_NONBLOCK | (c->a[1] % 16 == 15 ? EFD_SEMAPHORE : 0);
	int fd = eventfd(0, flags);

	if (fd >= 0)
		put_slot(t, EVENT, c->a[0], fd);
	return result(fd);
}

int op_read_event(struct thread *t, const struct call *c)
{
	return result(read(slot(t, EVENT, c->a[0] & 0xff), t->writable + 256, 8));
}

static void interrupted(int number)
{
	(void)number;
}

/* A timer interrupts the read again and again: the first signal may come before it waits. */
static ssize_t read_for_a_moment(int fd, void *user, size_t bytes)
{
	struct sigaction action = { .sa_handler = interrupted };
	struct itimerspec soon = { { 0, 2000000 }, { 0, 2000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR2 };
	ssize_t got = -1;
	timer_t timer;
	int err;

	event._sigev_un._tid = gettid();
	if (sigaction(SIGUSR2, &action, NULL) || timer_create(CLOCK_MONOTONIC, &event, &timer))
		return -1;
	if (!timer_settime(timer, 0, &soon, NULL))
		got = read(fd, user, bytes);
	err = errno;
	timer_delete(timer);
	errno = err;
	return got;
}

/* a[2]: how it reads. */
int op_read_stream(struct thread *t, const struct call *c)
{
	static const uint32_t sizes[] = { 40, 40, 40, 16, 24, 64, 39, 4096, 15, 0 };
	static const unsigned char nothing[64];
	int fd = slot(t, STREAM, c->a[0] & 0xff);
	size_t bytes = PICK(sizes, c->a[1]);
	void *user = give(t, c->a[4], nothing, sizeof(nothing));
	struct iovec parts[2] = { { user, bytes / 2 }, { (char *)user + bytes / 2, bytes - bytes / 2 } };

	switch (c->a[2] % 4) {
	case 0:
		return checked(result(preadv2(fd, parts, 2, -1, RWF_NOWAIT)));
	case 1:
		if (fcntl(fd, F_SETFL, c->a[2] & 4 ? O_NONBLOCK : 0))
			return result(-1);
	}
	return checked(result(read_for_a_moment(fd, user, bytes)));
}

/* Fills the counter so that a signal does not fit. */
int op_fill_event(struct thread *t, const struct call *c)
{
	uint64_t value = 0xfffffffffffffffeull - c->a[1] % 4;

	return result(write(slot(t, EVENT, c->a[0] & 0xff), &value, 8));
}

/* Not an eventfd. */
int op_open_other(struct thread *t, const struct call *c)
{
	int fd = open(c->a[1] & 1 ? "/dev/null" : "/proc/self/status", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		put_slot(t, OTHER, c->a[0], fd);
	return result(fd);
}

/* ---- any descriptor ----------------------------------------------------------------- */

int op_dup(struct thread *t, const struct call *c)
{
	enum kind kind = c->a[2] % OTHER;
	int fd = fcntl(slot(t, kind, c->a[0] & 0xff), F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		put_slot(t, kind, c->a[1], fd);
	return result(fd);
}

int op_close(struct thread *t, const struct call *c)
{
	int fd = take_slot(t, c->a[1] % KINDS, c->a[0]);

	return result(close(fd));
}

int op_poll(struct thread *t, const struct call *c)
{
	struct pollfd p[2] = {
		{ .fd = slot(t, c->a[1] % OTHER, c->a[0] & 0xff), .events = POLLIN | POLLOUT },
		{ .fd = slot(t, EVENT, c->a[2] & 0xff), .events = POLLIN },
	};

	return result(poll(p, 2, c->a[3] % 8 == 7));
}
