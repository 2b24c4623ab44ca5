// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_raw.c - ALSA without alsa-lib, at the lowest cost that its interface allows: one poll for all
 * streams, hw_ptr and appl_ptr in the mapped status and control pages, no other system
 * call. Streams are linked, so that they start together.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sound/asound.h>

#include "bench.h"

#define BOUNDARY	((unsigned long)LONG_MAX)	/* never an xrun, never a wrap */

struct raw {
	struct pollfd fd[BENCH_STREAMS];
	volatile struct snd_pcm_mmap_status *status[BENCH_STREAMS];
	volatile struct snd_pcm_mmap_control *control[BENCH_STREAMS];
};

static struct snd_interval *interval(struct snd_pcm_hw_params *p, int var)
{
	return &p->intervals[var - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];
}

static void any(struct snd_pcm_hw_params *p)
{
	int i;

	memset(p, 0, sizeof(*p));
	for (i = SNDRV_PCM_HW_PARAM_FIRST_MASK; i <= SNDRV_PCM_HW_PARAM_LAST_MASK; i++)
		memset(&p->masks[i], 0xff, sizeof(p->masks[i]));
	for (i = SNDRV_PCM_HW_PARAM_FIRST_INTERVAL; i <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL; i++)
		interval(p, i)->max = UINT_MAX;
	p->rmask = ~0u;
	p->info = ~0u;
}

static void choose_mask(struct snd_pcm_hw_params *p, int var, unsigned int bit)
{
	struct snd_mask *m = &p->masks[var - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(m, 0, sizeof(*m));
	m->bits[bit / 32] = 1u << bit % 32;
}

static void choose(struct snd_pcm_hw_params *p, int var, unsigned int value)
{
	struct snd_interval *i = interval(p, var);

	i->min = value;
	i->max = value;
	i->integer = 1;
}

static int configure(int fd, unsigned int frames)
{
	struct snd_pcm_hw_params hw;
	struct snd_pcm_sw_params sw = {
		.period_step = 1,
		.avail_min = frames,
		.start_threshold = BOUNDARY,
		.stop_threshold = BOUNDARY,
		.boundary = BOUNDARY,
	};

	any(&hw);
	choose_mask(&hw, SNDRV_PCM_HW_PARAM_ACCESS, SNDRV_PCM_ACCESS_MMAP_INTERLEAVED);
	choose_mask(&hw, SNDRV_PCM_HW_PARAM_FORMAT, SNDRV_PCM_FORMAT_S16_LE);
	choose_mask(&hw, SNDRV_PCM_HW_PARAM_SUBFORMAT, SNDRV_PCM_SUBFORMAT_STD);
	choose(&hw, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	choose(&hw, SNDRV_PCM_HW_PARAM_RATE, BENCH_RATE);
	choose(&hw, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, frames);
	choose(&hw, SNDRV_PCM_HW_PARAM_PERIODS, BENCH_PERIODS);
	if (ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &hw) ||
	    ioctl(fd, SNDRV_PCM_IOCTL_SW_PARAMS, &sw) || ioctl(fd, SNDRV_PCM_IOCTL_PREPARE))
		return -errno;
	return 0;
}

static int open_stream(struct bench *b, struct raw *r, unsigned int i)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char name[32];
	int fd, err;

	snprintf(name, sizeof(name), "/dev/snd/pcmC%dD%up", card_number(b->card), b->device);
	fd = open(name, O_RDWR | O_CLOEXEC);	/* the next free subdevice */
	if (fd < 0)
		return -errno;
	r->fd[i].fd = fd;
	r->fd[i].events = POLLOUT;
	err = configure(fd, b->frames);
	if (err)
		return err;
	r->status[i] = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, SNDRV_PCM_MMAP_OFFSET_STATUS);
	r->control[i] = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			     SNDRV_PCM_MMAP_OFFSET_CONTROL);
	if (r->status[i] == MAP_FAILED || r->control[i] == MAP_FAILED)
		return -errno;
	r->control[i]->appl_ptr = b->frames * BENCH_PERIODS;
	if (i && ioctl(r->fd[0].fd, SNDRV_PCM_IOCTL_LINK, fd))
		return -errno;
	return 0;
}

static int raw_open(struct bench *b)
{
	struct raw *r = calloc(1, sizeof(*r));
	unsigned int i;
	int err = 0;

	if (!r)
		return -ENOMEM;
	for (i = 0; i < BENCH_STREAMS; i++)
		r->fd[i].fd = -1;
	b->state = r;
	for (i = 0; !err && i < b->streams; i++)
		err = open_stream(b, r, i);
	return err;
}

static int raw_start(struct bench *b)
{
	struct raw *r = b->state;

	return ioctl(r->fd[0].fd, SNDRV_PCM_IOCTL_START) ? -errno : 0;
}

/* The buffer is full again up to the period that is being played. */
static int refill(struct bench *b, struct raw *r, unsigned int i)
{
	unsigned long at = r->status[i]->hw_ptr;

	if (r->status[i]->state != SNDRV_PCM_STATE_RUNNING)
		return -EPIPE;
	if (at > r->control[i]->appl_ptr)
		b->xruns++;
	b->position[i] = at;
	b->periods[i] = at / b->frames;
	r->control[i]->appl_ptr = b->periods[i] * b->frames + b->frames * BENCH_PERIODS;
	return 0;
}

static int raw_wait(struct bench *b)
{
	struct raw *r = b->state;
	unsigned int i;
	int err = 0;

	if (poll(r->fd, b->streams, -1) < 0)
		return -errno;
	b->wakes++;
	for (i = 0; !err && i < b->streams; i++)
		if (r->fd[i].revents)
			err = refill(b, r, i);
	return err;
}

static void raw_close(struct bench *b)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct raw *r = b->state;
	unsigned int i;

	for (i = 0; r && i < b->streams; i++) {
		if (r->status[i])
			munmap((void *)r->status[i], page);
		if (r->control[i])
			munmap((void *)r->control[i], page);
		if (r->fd[i].fd >= 0)
			close(r->fd[i].fd);
	}
	free(r);
}

const struct client client_raw = {
	.name = "alsa-raw",
	.what = "ALSA: poll, mapped pages",
	.open = raw_open,
	.start = raw_start,
	.wait = raw_wait,
	.close = raw_close,
};

/* As of the last interrupt. */
static int64_t page_position(struct bench *b)
{
	struct raw *r = b->state;

	return (int64_t)r->status[0]->hw_ptr;
}

static int64_t sync_position(struct bench *b)
{
	struct raw *r = b->state;

	if (ioctl(r->fd[0].fd, SNDRV_PCM_IOCTL_HWSYNC))
		return -1;
	return (int64_t)r->status[0]->hw_ptr;
}

const struct reader reader_raw_page = { "ALSA, mapped hw_ptr", &client_raw, page_position };
const struct reader reader_raw_sync = { "ALSA, HWSYNC", &client_raw, sync_position };
