/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * foreign.h - for tests in the guest: a PCM of another driver, run by direct calls as an ALSA
 * client would, and the pin of snd-wavert-attach that observes it. Static functions.
 */
#ifndef WRT_TEST_FOREIGN_H
#define WRT_TEST_FOREIGN_H

#include <dirent.h>
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

#include <sound/asound.h>
#include <sound/wavert.h>

#include "tap.h"

#define DRIVER "/sys/bus/platform/drivers/snd-wavert-attach/"
#define RATE 48000u
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *name;	/* of the other driver, for titles */
static int foreign;		/* number of the other driver's card ... */
static int ours = -1;		/* ... and of the card that is attached to it */

static inline void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static inline void must(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- attaching ------------------------------------------------------------------------- */

/* 0 or a positive errno. */
static inline int write_number(const char *file, int number)
{
	char path[128], text[16];
	int fd, err = 0, n;

	snprintf(path, sizeof(path), DRIVER "%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	n = snprintf(text, sizeof(text), "%d", number);
	if (write(fd, text, (size_t)n) != n)
		err = errno;
	close(fd);
	return err;
}

/* Number of the card that is attached to this one, or -1. */
static inline int card_attached_to(int card)
{
	struct dirent *entry;
	char path[128];
	int found = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/platform/devices/snd-wavert-attach.%d/sound", card);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		sscanf(entry->d_name, "card%d", &found);
	if (dir)
		closedir(dir);
	return found;
}

static inline int attach(void)
{
	int err = write_number("attach", foreign);

	ours = card_attached_to(foreign);
	return err;
}

static inline int detach(void)
{
	return write_number("detach", foreign);
}

/* ---- the observer ------------------------------------------------------------------------ */

struct observer {
	int stream, event;
	const struct wavert_page *page;
	uint64_t sum;			/* of the event's values */
	uint64_t written;		/* of the notification log, when it began */
};

static inline int open_filter(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", ours);
	return open(path, O_RDWR | O_CLOEXEC);
}

static inline bool ask_caps(unsigned int direction, unsigned int pin, struct wavert_caps *caps)
{
	int filter = open_filter();
	bool ok;

	memset(caps, 0, sizeof(*caps));
	caps->direction = direction;
	caps->pin = pin;
	ok = filter >= 0 && !ioctl(filter, WAVERT_IOC_CAPS, caps);
	close(filter);
	return ok;
}

static inline void observe(struct observer *o, unsigned int direction, unsigned int pin)
{
	struct wavert_new_stream arg = {
		.pin = pin, .direction = direction, .flags = WAVERT_STREAM_OBSERVE,
	};
	struct wavert_event event = { 0 };
	int filter = open_filter();

	must(filter >= 0, "filter");
	must(!ioctl(filter, WAVERT_IOC_NEW_STREAM, &arg), "NEW_STREAM");
	close(filter);
	memset(o, 0, sizeof(*o));
	o->stream = arg.fd;
	o->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.fd = o->event;
	must(!ioctl(o->stream, WAVERT_IOC_REGISTER_EVENT, &event), "REGISTER_EVENT");
	o->page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, o->stream, WAVERT_MMAP_PAGE);
	must(o->page != MAP_FAILED, "register page");
	o->written = o->page->ring_head;
}

static inline void leave(struct observer *o)
{
	munmap((void *)(uintptr_t)o->page, 4096);
	close(o->stream);
	close(o->event);
}

/*
 * The event's values so far. The signals are made by a thread: wait until there are as many as
 * points in the page, 2 s at most; then a little longer, for one too many.
 */
static inline uint64_t signals(struct observer *o)
{
	int tries = 0;
	uint64_t n;

	do {
		if (read(o->event, &n, sizeof(n)) == sizeof(n))
			o->sum += n;
		if (o->sum >= o->page->ring_head - o->written && tries < 1990)
			tries = 1990;
		sleep_ms(1);
	} while (++tries < 2000);
	return o->sum;
}

static inline uint64_t points(const struct observer *o)
{
	return o->page->ring_head - o->written;
}

/* ---- the PCM ---------------------------------------------------------------------------- */

struct pcm {
	int fd;
	unsigned int period, buffer;	/* frames */
	unsigned int channels, frame;	/* bytes */
	char *silence;
};

static inline struct snd_interval *interval(struct snd_pcm_hw_params *p, int var)
{
	return &p->intervals[var - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];
}

static inline void any_params(struct snd_pcm_hw_params *p)
{
	int i;

	memset(p, 0, sizeof(*p));
	memset(p->masks, 0xff, sizeof(p->masks));
	for (i = SNDRV_PCM_HW_PARAM_FIRST_INTERVAL; i <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL; i++)
		interval(p, i)->max = ~0u;
	p->rmask = ~0u;
	p->info = ~0u;
}

static inline void set_mask(struct snd_pcm_hw_params *p, int var, unsigned int value)
{
	struct snd_mask *m = &p->masks[var - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(m, 0, sizeof(*m));
	m->bits[value / 32] = 1u << value % 32;
}

static inline void set_interval(struct snd_pcm_hw_params *p, int var, unsigned int min,
				unsigned int max)
{
	struct snd_interval *i = interval(p, var);

	i->min = min;
	i->max = max;
	i->integer = 1;
}

/* Without period wake-ups nothing ends a blocking call: no call blocks. */
static inline int open_pcm(bool capture)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD0%c", foreign, capture ? 'c' : 'p');
	return open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

static inline bool has_pcm(bool capture)
{
	int fd = open_pcm(capture);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The least period of at least `period` frames that the driver can do. False: none. */
static inline bool fit_period(int fd, struct snd_pcm_hw_params *p, unsigned int period)
{
	set_interval(p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, period, 1u << 20);
	if (ioctl(fd, SNDRV_PCM_IOCTL_HW_REFINE, p))
		return false;
	period = interval(p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE)->min +
		 interval(p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE)->openmin;
	set_interval(p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, period, period);
	p->rmask = ~0u;
	return true;
}

/* Format S16, 48 kHz, the least number of channels from 2 on. frames: of the buffer, about. */
static inline bool configure(struct pcm *pcm, unsigned int period, unsigned int frames,
			     unsigned int flags)
{
	struct snd_pcm_hw_params p;

	any_params(&p);
	set_mask(&p, SNDRV_PCM_HW_PARAM_ACCESS, SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	set_mask(&p, SNDRV_PCM_HW_PARAM_FORMAT, SNDRV_PCM_FORMAT_S16_LE);
	set_interval(&p, SNDRV_PCM_HW_PARAM_CHANNELS, 2, 2);
	set_interval(&p, SNDRV_PCM_HW_PARAM_RATE, RATE, RATE);
	set_interval(&p, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, frames, frames * 2);
	p.flags = flags;
	if (!fit_period(pcm->fd, &p, period) || ioctl(pcm->fd, SNDRV_PCM_IOCTL_HW_PARAMS, &p))
		return false;
	pcm->channels = 2;
	pcm->frame = 4;
	pcm->period = interval(&p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE)->min;
	pcm->buffer = interval(&p, SNDRV_PCM_HW_PARAM_BUFFER_SIZE)->min;
	return true;
}

static inline bool set_software(struct pcm *pcm)
{
	struct snd_pcm_sw_params s = {
		.period_step = 1, .avail_min = pcm->period, .start_threshold = pcm->buffer * 8,
		.stop_threshold = pcm->buffer, .proto = SNDRV_PCM_VERSION, .tstamp_type = 1,
	};

	return !ioctl(pcm->fd, SNDRV_PCM_IOCTL_SW_PARAMS, &s);
}

static inline bool pcm_ready(struct pcm *pcm, bool capture, unsigned int period,
			     unsigned int frames, unsigned int flags)
{
	memset(pcm, 0, sizeof(*pcm));
	pcm->fd = open_pcm(capture);
	must(pcm->fd >= 0, "PCM node");
	if (!configure(pcm, period, frames, flags))
		return false;
	pcm->silence = calloc(pcm->buffer, pcm->frame);
	return set_software(pcm) && !ioctl(pcm->fd, SNDRV_PCM_IOCTL_PREPARE);
}

static inline void pcm_close(struct pcm *pcm)
{
	close(pcm->fd);
	free(pcm->silence);
}

/* Writes, or reads, this many frames; waits for room. */
static inline bool pcm_move(struct pcm *pcm, bool capture, unsigned int frames)
{
	while (frames) {
		struct snd_xferi x = {
			.buf = pcm->silence, .frames = frames < pcm->buffer ? frames : pcm->buffer,
		};

		if (!ioctl(pcm->fd, capture ? SNDRV_PCM_IOCTL_READI_FRAMES :
			   SNDRV_PCM_IOCTL_WRITEI_FRAMES, &x))
			frames -= (unsigned int)x.result;
		else if (errno != EAGAIN)
			return false;
		else
			sleep_ms(2);
	}
	return true;
}

static inline bool pcm_start(struct pcm *pcm)
{
	return !ioctl(pcm->fd, SNDRV_PCM_IOCTL_START);
}

static inline struct snd_pcm_status pcm_status(struct pcm *pcm)
{
	struct snd_pcm_status s;

	memset(&s, 0, sizeof(s));
	must(!ioctl(pcm->fd, SNDRV_PCM_IOCTL_STATUS, &s), "STATUS");
	return s;
}

/* Stopped where it is: ALSA's position is at most a moment old. */
static inline void pcm_drop(struct pcm *pcm)
{
	ioctl(pcm->fd, SNDRV_PCM_IOCTL_HWSYNC);
	ioctl(pcm->fd, SNDRV_PCM_IOCTL_DROP);
}

/*
 * Until it has played everything. A driver whose position moves by whole periods (virtio) does not get
 * to an end within one.
 */
static inline void pcm_drain(struct pcm *pcm)
{
	int tries = 0;

	ioctl(pcm->fd, SNDRV_PCM_IOCTL_DRAIN);
	while (pcm_status(pcm).state == SNDRV_PCM_STATE_DRAINING && tries++ < 2000)
		sleep_ms(1);
	if (pcm_status(pcm).state == SNDRV_PCM_STATE_DRAINING)
		pcm_drop(pcm);
}

/* ---- main ------------------------------------------------------------------------------- */

struct part {
	const char *name;
	void (*run)(void);
};

/* PROGRAM NAME CARD */
static inline void take_card(char **argv)
{
	name = argv[1];
	foreign = atoi(argv[2]);
	ours = card_attached_to(foreign);
}

/* PROGRAM NAME CARD PART... */
static inline int run_parts(int argc, char **argv, const struct part *parts, size_t n)
{
	size_t i;
	int a;

	must(argc > 2, "usage: NAME CARD PART...");
	take_card(argv);
	for (a = 3; a < argc; a++)
		for (i = 0; i < n; i++)
			if (!strcmp(argv[a], parts[i].name))
				parts[i].run();
	return tap_done();
}

#endif
