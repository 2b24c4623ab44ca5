// SPDX-License-Identifier: GPL-2.0-only
/*
 * free_test.c - hw_params, prepare and hw_free in a loop, while other threads drain the same
 * descriptor and move the client's pointer: no silence is written to freed
 * memory. By system calls, since alsa-lib holds a lock around each of its calls. Runs in the
 * guest as root, called by guest.sh. TAP on stdout; the kernel log shows failures.
 *
 *   free_test CARD
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <sound/asound.h>

#include "../guest/tap.h"

#define SEEN		500u	/* times a stream is seen to drain while buffers are freed */
#define SECONDS		60
#define PERIOD		16384u
#define PERIODS		4u

static int fd;
static atomic_bool done;
static atomic_ulong draining;	/* times that a thread saw this state */

static void set_mask(struct snd_pcm_hw_params *p, unsigned int param, unsigned int value)
{
	struct snd_mask *mask = &p->masks[param - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(mask, 0, sizeof(*mask));
	mask->bits[value / 32] = 1u << value % 32;
}

static void set_interval(struct snd_pcm_hw_params *p, unsigned int param, unsigned int value)
{
	struct snd_interval *i = &p->intervals[param - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];

	i->min = i->max = value;
	i->integer = 1;
}

static bool set_up(void)
{
	struct snd_pcm_hw_params p;
	unsigned int i;

	memset(&p, 0, sizeof(p));
	memset(p.masks, 0xff, sizeof(p.masks));
	for (i = 0; i < sizeof(p.intervals) / sizeof(p.intervals[0]); i++)
		p.intervals[i].max = ~0u;
	p.rmask = ~0u;
	set_mask(&p, SNDRV_PCM_HW_PARAM_ACCESS, SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	set_mask(&p, SNDRV_PCM_HW_PARAM_FORMAT, SNDRV_PCM_FORMAT_S16_LE);
	set_interval(&p, SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	set_interval(&p, SNDRV_PCM_HW_PARAM_RATE, 48000);
	set_interval(&p, SNDRV_PCM_HW_PARAM_PERIOD_BYTES, PERIOD);
	set_interval(&p, SNDRV_PCM_HW_PARAM_BUFFER_BYTES, PERIOD * PERIODS);
	return !ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &p) && !ioctl(fd, SNDRV_PCM_IOCTL_PREPARE);
}

static void *drain(void *arg)
{
	while (!atomic_load(&done))
		ioctl(fd, SNDRV_PCM_IOCTL_DRAIN);
	return arg;
}

static void *move_pointer(void *arg)
{
	struct snd_pcm_sync_ptr s;
	unsigned int n = 0;

	while (!atomic_load(&done)) {
		memset(&s, 0, sizeof(s));
		s.c.control.appl_ptr = 100 + (n++ & 1) * 50;
		s.c.control.avail_min = 1;
		ioctl(fd, SNDRV_PCM_IOCTL_SYNC_PTR, &s);
		s.flags = SNDRV_PCM_SYNC_PTR_HWSYNC | SNDRV_PCM_SYNC_PTR_APPL;
		ioctl(fd, SNDRV_PCM_IOCTL_SYNC_PTR, &s);
		if (s.s.status.state == SNDRV_PCM_STATE_DRAINING)
			atomic_fetch_add(&draining, 1);
	}
	return arg;
}

/* Runs until enough was seen, for at most a minute. */
static unsigned int free_buffers(void)
{
	time_t end = time(NULL) + SECONDS;
	unsigned int freed = 0;

	while (atomic_load(&draining) < SEEN && time(NULL) < end) {
		set_up();
		if (ioctl(fd, SNDRV_PCM_IOCTL_HW_FREE))
			ioctl(fd, SNDRV_PCM_IOCTL_DROP);
		else
			freed++;
	}
	return freed;
}

int main(int argc, char **argv)
{
	pthread_t thread[2];
	unsigned int freed;
	char path[32];

	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD0p", argc == 2 ? atoi(argv[1]) : -1);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	TAP_CHECK(fd >= 0 && set_up(), "%s can be opened and prepared", path);
	pthread_create(&thread[0], NULL, drain, NULL);
	pthread_create(&thread[1], NULL, move_pointer, NULL);
	freed = free_buffers();
	atomic_store(&done, true);
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
	printf("# %u buffers freed, %lu times a draining stream was seen\n", freed, draining);
	if (draining < SEEN)
		tap_skip("too few drains seen in a minute", "buffers are freed while other threads drain");
	else
		TAP_CHECK(true, "buffers are freed while other threads drain");
	close(fd);
	return tap_done();
}
