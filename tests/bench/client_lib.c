// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_lib.c - ALSA by alsa-lib with mmap access, as its users write it.
 */
#include <alsa/asoundlib.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

struct lib {
	snd_pcm_t *pcm[BENCH_STREAMS];
	struct pollfd fd[BENCH_STREAMS];
	uint64_t committed[BENCH_STREAMS];
};

static int hardware(snd_pcm_t *pcm, unsigned int frames)
{
	snd_pcm_hw_params_t *hw;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	err = snd_pcm_hw_params_any(pcm, hw);
	if (err >= 0)
		err = snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_MMAP_INTERLEAVED);
	if (err >= 0)
		err = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE);
	if (err >= 0)
		err = snd_pcm_hw_params_set_channels(pcm, hw, 2);
	if (err >= 0)
		err = snd_pcm_hw_params_set_rate(pcm, hw, BENCH_RATE, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_period_size(pcm, hw, frames, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_periods(pcm, hw, BENCH_PERIODS, 0);
	return err < 0 ? err : snd_pcm_hw_params(pcm, hw);
}

static int software(snd_pcm_t *pcm, unsigned int frames)
{
	snd_pcm_uframes_t boundary;
	snd_pcm_sw_params_t *sw;
	int err;

	snd_pcm_sw_params_alloca(&sw);
	err = snd_pcm_sw_params_current(pcm, sw);
	if (err >= 0)
		err = snd_pcm_sw_params_get_boundary(sw, &boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_start_threshold(pcm, sw, boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_stop_threshold(pcm, sw, boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_avail_min(pcm, sw, frames);
	return err < 0 ? err : snd_pcm_sw_params(pcm, sw);
}

static int put(struct bench *b, struct lib *l, unsigned int i, snd_pcm_uframes_t frames)
{
	while (frames) {
		const snd_pcm_channel_area_t *areas;
		snd_pcm_uframes_t offset, n = frames;
		snd_pcm_sframes_t done;
		int err = snd_pcm_mmap_begin(l->pcm[i], &areas, &offset, &n);

		if (err < 0)
			return err;
		done = snd_pcm_mmap_commit(l->pcm[i], offset, n);
		if (done <= 0)
			return -EPIPE;
		frames -= (snd_pcm_uframes_t)done;
		l->committed[i] += (uint64_t)done;
	}
	return 0;
}

static int open_stream(struct bench *b, struct lib *l, unsigned int i)
{
	char name[48];
	int err;

	snprintf(name, sizeof(name), "hw:%s,%u", b->card, b->device);
	err = snd_pcm_open(&l->pcm[i], name, SND_PCM_STREAM_PLAYBACK, 0);
	if (err >= 0)
		err = hardware(l->pcm[i], b->frames);
	if (err >= 0)
		err = software(l->pcm[i], b->frames);
	if (err < 0)
		return err;
	if (snd_pcm_poll_descriptors_count(l->pcm[i]) != 1 ||
	    snd_pcm_poll_descriptors(l->pcm[i], &l->fd[i], 1) != 1)
		return -EINVAL;
	snd_pcm_avail_update(l->pcm[i]);
	err = put(b, l, i, b->frames * BENCH_PERIODS);
	if (!err && i)
		err = snd_pcm_link(l->pcm[0], l->pcm[i]);
	return err;
}

static int lib_open(struct bench *b)
{
	struct lib *l = calloc(1, sizeof(*l));
	unsigned int i;
	int err = 0;

	if (!l)
		return -ENOMEM;
	b->state = l;
	for (i = 0; !err && i < b->streams; i++)
		err = open_stream(b, l, i);
	return err;
}

static int lib_start(struct bench *b)
{
	struct lib *l = b->state;

	return snd_pcm_start(l->pcm[0]);
}

static int refill(struct bench *b, struct lib *l, unsigned int i)
{
	snd_pcm_sframes_t avail = snd_pcm_avail_update(l->pcm[i]);
	uint64_t buffer = b->frames * BENCH_PERIODS, at;

	if (avail < 0)
		return (int)avail;
	if ((uint64_t)avail > buffer)
		b->xruns++;
	at = l->committed[i] + (uint64_t)avail - buffer;
	b->position[i] = at;
	b->periods[i] = at / b->frames;
	return put(b, l, i, b->periods[i] * b->frames + buffer - l->committed[i]);
}

static int lib_wait(struct bench *b)
{
	struct lib *l = b->state;
	unsigned int i;
	int err = 0;

	b->wakes++;
	if (b->streams == 1)
		return snd_pcm_wait(l->pcm[0], -1) == 1 ? refill(b, l, 0) : -EIO;
	if (poll(l->fd, b->streams, -1) < 0)
		return -errno;
	for (i = 0; !err && i < b->streams; i++) {
		unsigned short events = 0;

		err = snd_pcm_poll_descriptors_revents(l->pcm[i], &l->fd[i], 1, &events);
		if (!err && events & POLLOUT)
			err = refill(b, l, i);
	}
	return err;
}

static void lib_close(struct bench *b)
{
	struct lib *l = b->state;
	unsigned int i;

	for (i = 0; l && i < b->streams; i++)
		if (l->pcm[i])
			snd_pcm_close(l->pcm[i]);
	free(l);
}

const struct client client_lib = {
	.name = "alsa-lib",
	.what = "ALSA: alsa-lib, mmap",
	.open = lib_open,
	.start = lib_start,
	.wait = lib_wait,
	.close = lib_close,
};

/* As of the last interrupt. */
static int64_t update_position(struct bench *b)
{
	struct lib *l = b->state;

	return (int64_t)l->committed[0] + snd_pcm_avail_update(l->pcm[0]);
}

static int64_t avail_position(struct bench *b)
{
	struct lib *l = b->state;

	return (int64_t)l->committed[0] + snd_pcm_avail(l->pcm[0]);
}

const struct reader reader_lib_update = { "alsa-lib, avail_update", &client_lib, update_position };
const struct reader reader_lib_avail = { "alsa-lib, avail", &client_lib, avail_position };
