// SPDX-License-Identifier: GPL-2.0-only
/*
 * pcm.c - operations of the ALSA model: the ioctls of a PCM device without alsa-lib. Listed in ops.h.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <sound/asound.h>

#include "fuzz.h"
#include "ops.h"

#define FRAMES_MAX	2048

static int plain(struct thread *t, const struct call *c, unsigned long request,
		 unsigned long arg)
{
	return result(ioctl(slot(t, PCM, c->a[0]), request, arg));
}

static int call(struct thread *t, const struct call *c, unsigned long request, const void *arg,
		size_t bytes)
{
	return plain(t, c, request, (unsigned long)give(t, c->a[4], arg, bytes));
}

/* Some calls block: every thread gets a signal from time to time. */
int op_pcm_open(struct thread *t, const struct call *c)
{
	const char *path = c->a[1] & 1 ? PCM_NODE "c" : PCM_NODE "p";
	int fd = open(path, O_RDWR | O_CLOEXEC | (c->a[2] % 4 == 3 ? 0 : O_NONBLOCK));

	if (fd >= 0)
		put_slot(t, PCM, c->a[0], fd);
	return result(fd);
}

static void set_mask(struct snd_pcm_hw_params *p, int param, unsigned int bit)
{
	struct snd_mask *mask = &p->masks[param - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(mask, 0, sizeof(*mask));
	mask->bits[bit >> 5] |= 1u << (bit & 31);
}

static void set_interval(struct snd_pcm_hw_params *p, int param, uint32_t value)
{
	struct snd_interval *i = &p->intervals[param - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];

	memset(i, 0, sizeof(*i));
	i->min = value;
	i->max = value;
	i->integer = 1;
}

/* a[1]: rate, format, channels; a[2]: period; a[3]: periods and the rest. */
int op_pcm_hw_params(struct thread *t, const struct call *c)
{
	static const uint32_t rates[] = { 48000, 48000, 44100, 192000, 8000, 7999 };
	static const uint32_t formats[] = { SNDRV_PCM_FORMAT_S16_LE, SNDRV_PCM_FORMAT_S16_LE,
		SNDRV_PCM_FORMAT_U8, SNDRV_PCM_FORMAT_S32_LE, SNDRV_PCM_FORMAT_FLOAT_LE,
		SNDRV_PCM_FORMAT_S24_LE, SNDRV_PCM_FORMAT_S20_LE, SNDRV_PCM_FORMAT_S24_3LE,
		SNDRV_PCM_FORMAT_MU_LAW };
	static const uint32_t channels[] = { 2, 2, 1, 8, 9 };
	static const uint32_t periods[] = { 960, 48, 32, 31, 64, 1024, 24000, 1 << 20 };
	static const uint32_t counts[] = { 2, 4, 1, 3, 16, 0 };
	struct snd_pcm_hw_params p;

	memset(&p, 0, sizeof(p));
	memset(p.masks, 0xff, sizeof(p.masks));
	for (int i = SNDRV_PCM_HW_PARAM_FIRST_INTERVAL; i <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL; i++)
		p.intervals[i - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL].max = ~0u;
	p.rmask = ~0u;
	set_mask(&p, SNDRV_PCM_HW_PARAM_ACCESS, c->a[3] >> 8 & 1 ?
		 SNDRV_PCM_ACCESS_MMAP_INTERLEAVED : SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	set_mask(&p, SNDRV_PCM_HW_PARAM_FORMAT, formats[c->a[1] / 6 % COUNT_OF(formats)]);
	set_interval(&p, SNDRV_PCM_HW_PARAM_CHANNELS, channels[c->a[1] / 54 % COUNT_OF(channels)]);
	set_interval(&p, SNDRV_PCM_HW_PARAM_RATE, rates[c->a[1] % COUNT_OF(rates)]);
	set_interval(&p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, PICK(periods, c->a[2]));
	set_interval(&p, SNDRV_PCM_HW_PARAM_PERIODS, PICK(counts, c->a[3]));
	if (c->a[3] >> 9 & 1)
		p.flags = SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP;
	return call(t, c, c->a[3] >> 10 & 1 ? SNDRV_PCM_IOCTL_HW_REFINE : SNDRV_PCM_IOCTL_HW_PARAMS,
		    &p, sizeof(p));
}

int op_pcm_hw_free(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_HW_FREE, 0);
}

int op_pcm_sw_params(struct thread *t, const struct call *c)
{
	static const uint32_t frames[] = { 1, 960, 0, 48, 0x7fffffff };
	struct snd_pcm_sw_params p = {
		.tstamp_mode = c->a[1] & 1, .period_step = 1, .avail_min = PICK(frames, c->a[1] / 2),
		.start_threshold = PICK(frames, c->a[2]), .stop_threshold = PICK(frames, c->a[3]),
		.proto = SNDRV_PCM_VERSION, .tstamp_type = c->a[1] / 8 % 3,
	};

	/* the usual value: the stream runs without an end */
	if (c->a[3] % 4)
		p.stop_threshold = p.boundary = 1ul << 62;
	return call(t, c, SNDRV_PCM_IOCTL_SW_PARAMS, &p, sizeof(p));
}

int op_pcm_prepare(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_PREPARE, 0);
}

int op_pcm_start(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_START, 0);
}

int op_pcm_drop(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_DROP, 0);
}

int op_pcm_drain(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_DRAIN, 0);
}

int op_pcm_pause(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_PAUSE, c->a[1] & 1);
}

int op_pcm_resume(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_RESUME, 0);
}

int op_pcm_xrun(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_XRUN, 0);
}

int op_pcm_reset(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_RESET, 0);
}

int op_pcm_status(struct thread *t, const struct call *c)
{
	static const unsigned long requests[] = { SNDRV_PCM_IOCTL_STATUS, SNDRV_PCM_IOCTL_DELAY,
		SNDRV_PCM_IOCTL_INFO, SNDRV_PCM_IOCTL_STATUS_EXT };
	struct snd_pcm_status status = { 0 };

	return call(t, c, requests[c->a[1] % COUNT_OF(requests)], &status, sizeof(status));
}

int op_pcm_sync_ptr(struct thread *t, const struct call *c)
{
	struct snd_pcm_sync_ptr p = { .flags = c->a[1] & 7 };

	if (c->a[2] & 1)
		return plain(t, c, SNDRV_PCM_IOCTL_HWSYNC, 0);
	p.c.control.appl_ptr = c->a[3];
	p.c.control.avail_min = 1;
	return call(t, c, SNDRV_PCM_IOCTL_SYNC_PTR, &p, sizeof(p));
}

int op_pcm_move(struct thread *t, const struct call *c)
{
	static const unsigned long requests[] = { SNDRV_PCM_IOCTL_REWIND, SNDRV_PCM_IOCTL_FORWARD };
	snd_pcm_uframes_t frames = c->a[2];

	return call(t, c, requests[c->a[1] & 1], &frames, sizeof(frames));
}

int op_pcm_link(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_LINK, (unsigned int)slot(t, PCM, c->a[1]));
}

int op_pcm_unlink(struct thread *t, const struct call *c)
{
	return plain(t, c, SNDRV_PCM_IOCTL_UNLINK, 0);
}

static int transfer(struct thread *t, const struct call *c, unsigned long request)
{
	static unsigned char sound[FRAMES_MAX * 32];
	static const uint32_t frames[] = { 960, 48, 1, 1024, 0, FRAMES_MAX };
	struct snd_xferi x = { .buf = sound, .frames = frames[c->a[1] % COUNT_OF(frames)] };

	if (c->a[2] % 16 == 15)
		x.buf = cell(t, c->a[3]);	/* perhaps the buffer itself */
	return call(t, c, request, &x, sizeof(x));
}

int op_pcm_write(struct thread *t, const struct call *c)
{
	return transfer(t, c, SNDRV_PCM_IOCTL_WRITEI_FRAMES);
}

int op_pcm_read(struct thread *t, const struct call *c)
{
	return transfer(t, c, SNDRV_PCM_IOCTL_READI_FRAMES);
}

int op_pcm_map(struct thread *t, const struct call *c)
{
	static const uint32_t lengths[] = { 4096, 8192, 4096, 65536, 1 << 20 };
	static const uint32_t offsets[] = { SNDRV_PCM_MMAP_OFFSET_DATA, SNDRV_PCM_MMAP_OFFSET_DATA,
		SNDRV_PCM_MMAP_OFFSET_STATUS, SNDRV_PCM_MMAP_OFFSET_CONTROL, 4096 };
	void *at = cell(t, c->a[1]);
	int err = result(mmap(at, lengths[c->a[2] % COUNT_OF(lengths)],
			      PROT_READ | (c->a[4] & 1 ? 0 : PROT_WRITE), MAP_SHARED | MAP_FIXED,
			      slot(t, PCM, c->a[0]), (off_t)offsets[c->a[3] % COUNT_OF(offsets)]) ==
			 MAP_FAILED ? -1 : 0);

	if (err)
		clear_cell(at, CELL_BYTES);
	return err;
}
