/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* internal.h - declarations that the files of libwavert share. */
#ifndef WAVERT_INTERNAL_H
#define WAVERT_INTERNAL_H

#include <errno.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <time.h>

#include <wavert.h>

#define WAVERT_HWDEPS_MAX	4	/* nodes of a card that may be the filter */
#define WAVERT_HWDEP_NODE	"/dev/snd/hwC%dD%d"

struct wavert_device {
	int fd;
	int card;
};

/* A register of the hardware. GET_REGISTER succeeds once, then it is mapped. */
struct hw_register {
	int described;		/* info is valid */
	struct wavert_register info;
	void *page;
	const volatile void *at;
};

struct pcm_node {
	int card;		/* negative: none */
	int device, subdevice;
};

struct wavert_stream {
	int fd;
	struct pcm_node pcm;	/* to be opened for ALLOC_BUFFER; of another driver's card */
	unsigned int direction;
	bool observer;
	bool reads;		/* read() of fd returns notifications (WAVERT_OFFERS_READ) */
	bool waited;		/* wavert_stream_wait() has read from it */
	int event;		/* of wavert_stream_event(); -1: not created yet */
	uint32_t step;		/* bytes by which the position moves at once; 0: one frame */
	size_t page_bytes;
	const struct wavert_page *page;
	struct wavert_buffer layout;
	void *mapping;		/* of layout.map_bytes; NULL: no buffer */
	struct hw_register registers[2];	/* WAVERT_REGISTER_POSITION, _CLOCK */
};

static inline int stream_call(const struct wavert_stream *s, unsigned long request, void *arg)
{
	if (ioctl(s->fd, request, arg) < 0)
		return -errno;
	return 0;
}

/* attached.c: the PCM that has to be open to own a pin; ALLOC_BUFFER with that right. */
struct pcm_node stream_pcm_to_own(int card, const struct wavert_caps *caps);
int stream_alloc_call(const struct wavert_stream *s, struct wavert_buffer *buffer);

static inline uint64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The time at which timeout_ms has elapsed; UINT64_MAX if timeout_ms is negative. */
static inline uint64_t deadline_of(int timeout_ms)
{
	if (timeout_ms < 0)
		return UINT64_MAX;
	return monotonic_ns() + (uint64_t)timeout_ms * 1000000;
}

/* Timeout for poll(2). */
static inline int ms_until(uint64_t deadline)
{
	uint64_t now = monotonic_ns();

	if (deadline == UINT64_MAX)
		return -1;
	if (now < deadline)
		return (int)((deadline - now + 999999) / 1000000);
	return 0;
}

/* What the ALSA plugin needs of the register page; it is linked with libwavert.a. */
struct stream_reading {
	uint32_t seq;		/* of the page; odd: nothing has been read yet */
	uint32_t state;
	uint64_t linear, ns;
};

/* Reads the page if it has been written since the last call with this reading. */
void stream_read(const struct wavert_stream *stream, struct stream_reading *reading);

/* Opens a filter node. Returns a descriptor or a negative errno; -ENXIO: not a filter node. */
int wavert_open_node(const char *path);

#endif
