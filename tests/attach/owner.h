/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * owner.h - for tests in the guest: a client that owns a pin of snd-wavert-attach, and what ALSA
 * reports of the PCM. Static functions.
 */
#ifndef WRT_TEST_OWNER_H
#define WRT_TEST_OWNER_H

#include "foreign.h"

#define NOBODY 65534

/* ---- an owner -------------------------------------------------------------------------------- */

struct owner {
	int stream, event;
	unsigned char *buffer;
	struct wavert_pcm_buffer b;
	const struct wavert_page *page;
	uint64_t sum;
};

static inline int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? errno : 0;
}

static inline int set_state(const struct owner *o, unsigned int state)
{
	struct wavert_state arg = { .state = state };

	return call(o->stream, WAVERT_IOC_SET_STATE, &arg);
}

static inline void new_owner(struct owner *o, unsigned int direction)
{
	struct wavert_new_stream arg = { .direction = direction };
	struct wavert_format format = { RATE, WAVERT_FORMAT_S16, 2 };
	int filter = open_filter();

	memset(o, 0, sizeof(*o));
	must(filter >= 0, "filter");
	must(!ioctl(filter, WAVERT_IOC_NEW_STREAM, &arg), "NEW_STREAM");
	close(filter);
	o->stream = arg.fd;
	o->event = -1;
	must(!ioctl(o->stream, WAVERT_IOC_SET_FORMAT, &format), "SET_FORMAT");
}

/* pcm: a descriptor of the PCM's node, or -1. 0 or an errno. */
static inline int alloc(struct owner *o, unsigned int count, unsigned int frames, int pcm)
{
	memset(&o->b, 0, sizeof(o->b));
	o->b.buffer.flags = WAVERT_ALLOC_NOTIFICATION | WAVERT_ALLOC_ANY_COUNT;
	o->b.buffer.notifications = count;
	o->b.buffer.requested_bytes = frames * 4;
	if (pcm >= 0) {
		o->b.buffer.flags |= WAVERT_ALLOC_PCM;
		o->b.pcm_fd = pcm;
	}
	return call(o->stream, WAVERT_IOC_ALLOC_PCM_BUFFER, &o->b);
}

/* The same with a descriptor that is closed then. */
static inline int alloc_shown(struct owner *o, unsigned int direction, unsigned int count, unsigned int frames)
{
	int pcm = open_pcm(direction == WAVERT_CAPTURE), err = errno;

	if (pcm < 0)
		return err;
	err = alloc(o, count, frames, pcm);
	close(pcm);
	return err;
}

static inline void map(struct owner *o)
{
	struct wavert_event event = { 0 };

	o->buffer = mmap(NULL, o->b.buffer.map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, o->stream,
			 WAVERT_MMAP_BUFFER);
	must(o->buffer != MAP_FAILED, "buffer");
	o->page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, o->stream, WAVERT_MMAP_PAGE);
	must(o->page != MAP_FAILED, "register page");
	o->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.fd = o->event;
	must(!ioctl(o->stream, WAVERT_IOC_REGISTER_EVENT, &event), "REGISTER_EVENT");
}

static inline void own(struct owner *o, unsigned int direction, unsigned int count, unsigned int frames)
{
	new_owner(o, direction);
	errno = alloc_shown(o, direction, count, frames);
	must(!errno, "ALLOC_BUFFER");
	map(o);
}

static inline void give_up(struct owner *o)
{
	if (o->buffer)
		munmap(o->buffer, o->b.buffer.map_bytes);
	if (o->page)
		munmap((void *)(uintptr_t)o->page, 4096);
	close(o->stream);
	if (o->event >= 0)
		close(o->event);
}

static inline uint64_t owner_signals(struct owner *o)
{
	uint64_t n;

	if (read(o->event, &n, sizeof(n)) == sizeof(n))
		o->sum += n;
	return o->sum;
}

/* ---- what ALSA says ---------------------------------------------------------------------------- */

/* A line of the PCM's status or hw_params, or false if it has none: it is closed. */
static inline bool proc_line(unsigned int direction, const char *file, const char *key, char *value,
			     size_t size)
{
	char path[80], line[128];
	char found[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/asound/card%d/pcm0%c/sub0/%s", foreign,
		 direction ? 'c' : 'p', file);
	*value = 0;
	f = fopen(path, "r");
	while (f && !*value && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)) && sscanf(line, "%*[^:]: %63s", found) == 1)
			snprintf(value, size, "%s", found);
	if (f)
		fclose(f);
	return *value;
}

static inline bool is_state(unsigned int direction, const char *state)
{
	char value[64];

	if (!proc_line(direction, "status", "state", value, sizeof(value)))
		return !strcmp(state, "closed");
	return !strcmp(value, state);
}

static inline uint64_t alsa_position(unsigned int direction)
{
	char value[64];

	if (!proc_line(direction, "status", "hw_ptr", value, sizeof(value)))
		return 0;
	return strtoull(value, NULL, 10);
}

static inline uint64_t alsa_period(unsigned int direction)
{
	char value[64];

	must(proc_line(direction, "hw_params", "period_size", value, sizeof(value)), "period_size");
	return strtoull(value, NULL, 10);
}

#endif
