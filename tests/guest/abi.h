/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * abi.h - direct calls of the binary interface for tests in the guest. They use no library, so
 * the same source is built for 64 and for 32 bit. Static functions.
 */
#ifndef WRT_TEST_ABI_H
#define WRT_TEST_ABI_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <sound/wavert.h>

#include "machine.h"
#include "tap.h"

#define NODE "/dev/snd/hwC0D0"
#define STEP_FILE "/sys/kernel/debug/snd-wavert-sim/card0/step"

/* 0 or a positive errno. */
static inline int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? errno : 0;
}

static inline int open_filter(void)
{
	return open(NODE, O_RDWR | O_CLOEXEC);
}

/* A stream of any card, or a negative errno. */
static inline int stream_of(unsigned int card, unsigned int direction, unsigned int pin,
			    unsigned int flags)
{
	struct wavert_new_stream arg = { .pin = pin, .direction = direction, .flags = flags };
	char path[32];
	int filter, err;

	snprintf(path, sizeof(path), "/dev/snd/hwC%uD0", card);
	filter = open(path, O_RDWR | O_CLOEXEC);
	if (filter < 0)
		return -errno;
	err = call(filter, WAVERT_IOC_NEW_STREAM, &arg);
	close(filter);
	return err ? -err : arg.fd;
}

static inline int new_stream(unsigned int direction, unsigned int pin, unsigned int flags)
{
	return stream_of(0, direction, pin, flags);
}

static inline int set_format(int fd, unsigned int rate, unsigned int format,
			     unsigned int channels)
{
	struct wavert_format arg = { .rate = rate, .format = format, .channels = channels };

	return call(fd, WAVERT_IOC_SET_FORMAT, &arg);
}

static inline int alloc_full(int fd, unsigned int flags, unsigned int count, unsigned int bytes,
			     struct wavert_buffer *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	out->flags = flags;
	out->notifications = count;
	out->requested_bytes = bytes;
	err = call(fd, WAVERT_IOC_ALLOC_BUFFER, out);
	return err;
}

static inline int alloc_buffer(int fd, unsigned int count, unsigned int bytes)
{
	struct wavert_buffer out;

	return alloc_full(fd, count ? WAVERT_ALLOC_NOTIFICATION : 0, count, bytes, &out);
}

static inline int free_buffer(int fd)
{
	return call(fd, WAVERT_IOC_FREE_BUFFER, NULL);
}

static inline int set_state(int fd, unsigned int state)
{
	struct wavert_state arg = { .state = state };

	return call(fd, WAVERT_IOC_SET_STATE, &arg);
}

static inline int event_call(int fd, unsigned long request, int event)
{
	struct wavert_event arg = { .fd = event };

	return call(fd, request, &arg);
}

static inline int register_event(int fd, int event)
{
	return event_call(fd, WAVERT_IOC_REGISTER_EVENT, event);
}

static inline int unregister_event(int fd, int event)
{
	return event_call(fd, WAVERT_IOC_UNREGISTER_EVENT, event);
}

static inline int get_position(int fd, struct wavert_position *p)
{
	memset(p, 0, sizeof(*p));
	return call(fd, WAVERT_IOC_GET_POSITION, p);
}

static inline int write_packet(int fd, unsigned int number, unsigned int flags,
			       unsigned int eos_bytes)
{
	struct wavert_write_packet arg = { .number = number, .flags = flags, .eos_bytes = eos_bytes };

	return call(fd, WAVERT_IOC_SET_WRITE_PACKET, &arg);
}

static inline int read_packet(int fd, struct wavert_read_packet *out)
{
	memset(out, 0, sizeof(*out));
	return call(fd, WAVERT_IOC_GET_READ_PACKET, out);
}

static inline int packet_count(int fd, unsigned int *count)
{
	struct wavert_packet_count arg = { 0 };
	int err = call(fd, WAVERT_IOC_PACKET_COUNT, &arg);

	*count = arg.packets;
	return err;
}

static inline int new_event(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* The count of an eventfd since the last call; 0 if there was no signal. */
static inline unsigned long long counted(int event)
{
	uint64_t value;

	return read(event, &value, sizeof(value)) == sizeof(value) ? value : 0;
}

static inline const struct wavert_page *map_page(int fd)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, WAVERT_MMAP_PAGE);

	return at == MAP_FAILED ? NULL : at;
}

static inline void *map_buffer(int fd, size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, WAVERT_MMAP_BUFFER);

	return at == MAP_FAILED ? NULL : at;
}

/* S16 stereo at 48 kHz, count notifications a buffer of `bytes`. A stream or a negative errno. */
static inline int ready_stream(unsigned int direction, unsigned int count, unsigned int bytes)
{
	int fd = new_stream(direction, 0, 0), err;

	if (fd < 0)
		return fd;
	err = set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	if (!err)
		err = alloc_buffer(fd, count, bytes);
	if (!err)
		return fd;
	close(fd);
	return -err;
}

/* Step clock: let this many frames pass. 0 or errno. */
static inline int step(unsigned int frames)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", frames);
	return write_text(STEP_FILE, text);
}

/* "bind" or "unbind": the simulator's device comes or goes. 0 or errno. */
static inline int sim_driver(const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/platform/drivers/snd-wavert-sim/%s", file);
	return write_text(path, "snd-wavert-sim.0");
}

static inline double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Limit of a test in real time that waits for more rounds: an emulated machine may be busy. */
#define LONGEST 120.0

static inline bool goes_on(double end, bool enough)
{
	double now = seconds();

	return now < end || (!enough && now < end + LONGEST);
}

/* True if an instruction takes a fixed time, or none: the load of the host has no effect. */
static inline bool time_is_virtual(void)
{
	char line[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0)
		line[0] = 0;
	close(fd);
	return strstr(line, "wrt_time=virtual") != NULL;
}

#endif
