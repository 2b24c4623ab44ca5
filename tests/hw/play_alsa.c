// SPDX-License-Identifier: GPL-2.0-only
/*
 * play_alsa.c - the ALSA model for hw_play. Notifications are counted by the PCM's own
 * timer (sound/core/pcm_timer.c), which ticks once at each snd_pcm_period_elapsed().
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>

#include <alsa/asoundlib.h>

#include "hw_play.h"

static snd_pcm_t *pcm;
static snd_timer_t *timer;
static uint64_t ticks;

static int set_hw_params(struct job *j)
{
	snd_pcm_uframes_t period = j->buffer / j->count, buffer = j->buffer;
	snd_pcm_hw_params_t *p;
	int err;

	snd_pcm_hw_params_alloca(&p);
	err = snd_pcm_hw_params_any(pcm, p);
	if (err >= 0)
		err = snd_pcm_hw_params_set_access(pcm, p, SND_PCM_ACCESS_MMAP_INTERLEAVED);
	if (err >= 0)
		err = snd_pcm_hw_params_set_format(pcm, p, SND_PCM_FORMAT_S16_LE);
	if (err >= 0)
		err = snd_pcm_hw_params_set_channels(pcm, p, 2);
	if (err >= 0)
		err = snd_pcm_hw_params_set_rate(pcm, p, j->rate, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_period_size(pcm, p, period, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_buffer_size(pcm, p, buffer);
	return err >= 0 ? snd_pcm_hw_params(pcm, p) : err;
}

static int set_sw_params(struct job *j)
{
	snd_pcm_uframes_t boundary;
	snd_pcm_sw_params_t *p;
	int err;

	snd_pcm_sw_params_alloca(&p);
	err = snd_pcm_sw_params_current(pcm, p);
	if (err >= 0)
		err = snd_pcm_sw_params_get_boundary(p, &boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_start_threshold(pcm, p, boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_stop_threshold(pcm, p, j->buffer);
	return err >= 0 ? snd_pcm_sw_params(pcm, p) : err;
}

static int start_timer(struct job *j)
{
	snd_timer_params_t *p;
	char name[64];
	int err;

	snprintf(name, sizeof(name), "hw:CLASS=3,SCLASS=0,CARD=%d,DEV=0,SUBDEV=0", j->card);
	err = snd_timer_open(&timer, name, SND_TIMER_OPEN_NONBLOCK);
	if (err < 0)
		return err;
	snd_timer_params_alloca(&p);
	snd_timer_params_set_auto_start(p, 1);
	snd_timer_params_set_ticks(p, 1);
	err = snd_timer_params(timer, p);
	return err < 0 ? err : snd_timer_start(timer);
}

static int alsa_open(struct job *j)
{
	char name[16];
	int err;

	snprintf(name, sizeof(name), "hw:%d", j->card);
	ticks = 0;
	err = snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
	if (err < 0)
		return err;
	err = set_hw_params(j);
	if (err >= 0)
		err = set_sw_params(j);
	if (err >= 0)
		err = start_timer(j);
	return err;
}

static int come_back(struct job *j)
{
	int tries, err = -EAGAIN;

	j->suspended++;
	for (tries = 0; tries < 100 && err == -EAGAIN; tries++) {
		err = snd_pcm_resume(pcm);
		if (err == -EAGAIN)
			poll(NULL, 0, 10);
	}
	return err;
}

/* Any call may be the first one after a suspend. */
static int alsa_write(struct job *j, const int16_t *frames, unsigned int n)
{
	snd_pcm_sframes_t done = snd_pcm_mmap_writei(pcm, frames, n);

	if (done == -ESTRPIPE) {
		int err = come_back(j);

		if (err < 0)
			return err;
		done = snd_pcm_mmap_writei(pcm, frames, n);
	}
	if (done < 0)
		return (int)done;
	return (unsigned int)done == n ? 0 : -EIO;
}

static int alsa_start(struct job *j)
{
	(void)j;
	return snd_pcm_start(pcm);
}

static int alsa_pause(struct job *j, int on)
{
	(void)j;
	return snd_pcm_pause(pcm, on);
}

static int64_t alsa_position(struct job *j)
{
	snd_pcm_sframes_t avail = snd_pcm_avail(pcm);

	if (avail == -ESTRPIPE) {
		int err = come_back(j);

		if (err < 0)
			return err;
		avail = snd_pcm_avail(pcm);
	}
	if (avail == -EPIPE)
		j->late++;
	if (avail < 0)
		return avail;
	return (int64_t)j->written + avail - (int64_t)j->buffer;
}

static uint64_t alsa_notified(struct job *j)
{
	snd_timer_read_t r;

	(void)j;
	while (snd_timer_read(timer, &r, sizeof(r)) == sizeof(r))
		ticks += r.ticks;
	return ticks;
}

static void alsa_wait(struct job *j, int ms)
{
	struct pollfd fd = { 0 };

	(void)j;
	snd_timer_poll_descriptors(timer, &fd, 1);
	poll(&fd, 1, ms);
}

static int alsa_halt(struct job *j)
{
	(void)j;
	return snd_pcm_pause(pcm, 1);
}

static void alsa_close(struct job *j)
{
	(void)j;
	if (timer)
		snd_timer_close(timer);
	if (pcm) {
		snd_pcm_drop(pcm);
		snd_pcm_close(pcm);
	}
	timer = NULL;
	pcm = NULL;
}

const struct model alsa_model = {
	.name = "ALSA",
	.open = alsa_open,
	.write = alsa_write,
	.start = alsa_start,
	.pause = alsa_pause,
	.position = alsa_position,
	.notified = alsa_notified,
	.wait = alsa_wait,
	.halt = alsa_halt,
	.close = alsa_close,
};
