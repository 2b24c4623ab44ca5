// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * attached.c - cards whose pins are the PCMs of another driver's card (snd-wavert-attach). Their
 * parent is a platform device that is named after the other card.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <sound/asound.h>

#include "internal.h"

#define DEVICE "snd-wavert-attach."

/* Number of the card that this one is attached to, or -1. */
static int attached_to(int card)
{
	char path[64], target[PATH_MAX];
	const char *name;
	ssize_t n;
	int other;

	snprintf(path, sizeof(path), "/sys/class/sound/card%d/device", card);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -1;
	target[n] = 0;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (sscanf(name, DEVICE "%d", &other) != 1)
		return -1;
	return other;
}

const char *wavert_caps_refusal(const struct wavert_caps *caps)
{
	static const struct {
		unsigned int flag;
		const char *why;
	} reasons[] = {
		{ WAVERT_CAP_REFUSED_FORMAT,
		  "its PCM has none of the sample formats of WaveRT, or they could not be read" },
		{ WAVERT_CAP_REFUSED_MMAP,
		  "its driver has no buffer that can be mapped, or maps it by functions of its own" },
		{ WAVERT_CAP_REFUSED_MEMORY,
		  "its buffer is not memory that a client can share, or another user may free it" },
	};
	size_t i;

	if (!(caps->flags & WAVERT_CAP_OBSERVE_ONLY))
		return NULL;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (caps->flags & reasons[i].flag)
			return reasons[i].why;
	return "the modules report a reason that this library does not know";
}

struct pcm_node stream_pcm_to_own(int card, const struct wavert_caps *caps)
{
	struct pcm_node pcm = { .card = -1 };

	if (!(caps->flags & WAVERT_CAP_ATTACHED) || caps->flags & WAVERT_CAP_OBSERVE_ONLY)
		return pcm;
	pcm.card = attached_to(card);
	pcm.device = (int)caps->pcm_device;
	pcm.subdevice = (int)caps->pcm_subdevice;
	return pcm;
}

static int open_error(void)
{
	if (errno == EAGAIN)
		return -EBUSY;		/* a program has it open */
	if (errno == ENOENT)
		return -ENODEV;
	return -errno;
}

/*
 * ALSA opens the first subdevice that is free, unless the process asks for one. Where that is not
 * permitted, it may open another, which ALLOC_BUFFER refuses.
 */
static int open_node(const struct pcm_node *pcm, const char *path, int flags)
{
	char control[32];
	int fd, ask;

	snprintf(control, sizeof(control), "/dev/snd/controlC%d", pcm->card);
	ask = open(control, O_RDWR | O_CLOEXEC);
	if (ask < 0)
		return open(path, flags);
	ioctl(ask, SNDRV_CTL_IOCTL_PCM_PREFER_SUBDEVICE, &pcm->subdevice);
	fd = open(path, flags);
	close(ask);
	return fd;
}

static int open_pcm(const struct wavert_stream *s)
{
	bool capture = s->direction == WAVERT_CAPTURE;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD%d%c", s->pcm.card, s->pcm.device,
		 capture ? 'c' : 'p');
	fd = open_node(&s->pcm, path, (capture ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? open_error() : fd;
}

/* The PCM is open: perhaps by this stream, which has a buffer then. No other can get one like this. */
static int alloc_busy(const struct wavert_stream *s, struct wavert_buffer *buffer)
{
	int err = stream_call(s, WAVERT_IOC_ALLOC_BUFFER, buffer);

	return err == -EACCES ? -EBUSY : err;
}

int stream_alloc_call(const struct wavert_stream *s, struct wavert_buffer *buffer)
{
	struct wavert_pcm_buffer arg = { .buffer = *buffer };
	int err;

	if (s->pcm.card < 0)
		return stream_call(s, WAVERT_IOC_ALLOC_BUFFER, buffer);
	arg.pcm_fd = open_pcm(s);
	if (arg.pcm_fd == -EBUSY)
		return alloc_busy(s, buffer);
	if (arg.pcm_fd < 0)
		return arg.pcm_fd;
	arg.buffer.flags |= WAVERT_ALLOC_PCM;
	err = stream_call(s, WAVERT_IOC_ALLOC_PCM_BUFFER, &arg);
	close(arg.pcm_fd);
	arg.buffer.flags = buffer->flags;	/* the layout is the caller's */
	*buffer = arg.buffer;
	return err;
}
