// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * pcm_wavert.c - an ALSA PCM over the WaveRT path, as an external plugin of alsa-lib:
 * constraints, parameters, open and close. alsa-lib calls it for PCMs of type wavert.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "plugin.h"

#define PERIODS_MIN	2
#define FORMATS		7

static const struct {
	unsigned int wavert;
	snd_pcm_format_t alsa;
} formats[FORMATS] = {
	{ WAVERT_FORMAT_U8, SND_PCM_FORMAT_U8 },
	{ WAVERT_FORMAT_S16, SND_PCM_FORMAT_S16_LE },
	{ WAVERT_FORMAT_S24_3, SND_PCM_FORMAT_S24_3LE },
	{ WAVERT_FORMAT_S20_32, SND_PCM_FORMAT_S20_LE },
	{ WAVERT_FORMAT_S24_32, SND_PCM_FORMAT_S24_LE },
	{ WAVERT_FORMAT_S32, SND_PCM_FORMAT_S32_LE },
	{ WAVERT_FORMAT_FLOAT, SND_PCM_FORMAT_FLOAT_LE },
};

/* ---- parameters ------------------------------------------------------------------- */

static void close_stream(struct plugin *p)
{
	wavert_stream_close(p->stream);
	p->stream = NULL;
	p->registered = false;
	free(p->areas);
	p->areas = NULL;
}

/* Parameters can be set and freed while the PCM does not run. */
static bool is_idle(struct plugin *p)
{
	const snd_pcm_ioplug_t *io = &p->io;

	plugin_sync(p);
	return io->state != SND_PCM_STATE_RUNNING && io->state != SND_PCM_STATE_DRAINING &&
	       io->state != SND_PCM_STATE_PAUSED && io->state != SND_PCM_STATE_XRUN;
}

static int hw_free(snd_pcm_ioplug_t *io)
{
	struct plugin *p = io->private_data;

	if (!is_idle(p))
		return -EBADFD;
	pthread_mutex_lock(&p->lock);
	close_stream(p);
	if (io->state != SND_PCM_STATE_DISCONNECTED)
		plugin_change_state(p, SND_PCM_STATE_OPEN);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

static unsigned int wavert_format(snd_pcm_format_t format)
{
	size_t i;

	for (i = 0; i < FORMATS; i++)
		if (formats[i].alsa == format)
			return formats[i].wavert;
	return 0;
}

/* Claims the pin. */
static int open_pin(struct plugin *p, unsigned int pin)
{
	const snd_pcm_ioplug_t *io = &p->io;
	size_t bytes = io->buffer_size * p->frame_bytes, actual;
	int err;

	err = wavert_stream_open(&p->stream, p->device, p->direction, pin, 0);
	if (err)
		return err;
	p->page.seq = 1;
	err = wavert_stream_set_format(p->stream, io->rate, wavert_format(io->format),
				       io->channels);
	if (err)
		goto close;
	err = wavert_stream_alloc(p->stream, bytes,
				  (unsigned int)(io->buffer_size / io->period_size),
				  WAVERT_ALLOC_ANY_COUNT);
	if (err)
		goto close;
	wavert_stream_buffer(p->stream, &actual);
	if (actual != bytes) {
		SNDERR("periods of %lu frames are too short, or not whole steps of the hardware",
		       io->period_size);
		err = -EINVAL;
		goto close;
	}
	err = plugin_want_signals(p, true);
	if (err)
		goto close;
	return 0;

close:
	close_stream(p);
	return err;
}

static int open_some_pin(struct plugin *p)
{
	unsigned int pin;
	int err;

	if (p->subdevice >= 0)
		return open_pin(p, (unsigned int)p->subdevice);
	for (pin = 0, err = -EBUSY; err == -EBUSY && pin < p->caps.pins; pin++)
		err = open_pin(p, pin);
	return err;
}

static int describe_buffer(struct plugin *p)
{
	unsigned int i, channels = p->io.channels;
	unsigned int sample_bits = (unsigned int)(8 * p->frame_bytes / channels);
	struct wavert_latency l;

	p->areas = calloc(channels, sizeof(*p->areas));
	if (!p->areas)
		return -ENOMEM;
	for (i = 0; i < channels; i++) {
		p->areas[i].addr = wavert_stream_buffer(p->stream, NULL);
		p->areas[i].first = i * sample_bits;
		p->areas[i].step = channels * sample_bits;
	}
	p->latency = 0;
	if (!wavert_stream_latency(p->stream, &l))
		p->latency = (snd_pcm_sframes_t)(l.fifo_bytes / p->frame_bytes +
			((uint64_t)l.chipset_100ns + l.codec_100ns) * p->io.rate / 10000000);
	return 0;
}

/* A period is a multiple of this number of frames. */
static snd_pcm_uframes_t period_unit(const struct plugin *p)
{
	size_t unit = p->frame_bytes;

	while (p->caps.size_step > 1 && unit % p->caps.size_step)
		unit += p->frame_bytes;
	return unit / p->frame_bytes;
}

/*
 * alsa-lib passes sizes in bytes to its plugins and allows a period to have a fraction of a
 * frame: 125 ms of 44100 Hz. The hardware's buffer has whole periods of whole frames. So take the
 * next lower period, and the number of periods that comes nearest. A program can read the
 * parameters that were set.
 */
static int make_whole(struct plugin *p, snd_pcm_hw_params_t *params)
{
	snd_pcm_ioplug_t *io = &p->io;
	snd_pcm_uframes_t unit = period_unit(p), period = io->period_size / unit * unit, periods;
	snd_pcm_hw_params_t *whole;
	int err;

	if (io->period_size == period && io->buffer_size % period == 0)
		return 0;
	if (!period)
		return -EINVAL;
	periods = (io->buffer_size + period / 2) / period;
	if (periods * period * p->frame_bytes > p->caps.buffer_max)
		periods--;
	snd_pcm_hw_params_alloca(&whole);
	err = snd_pcm_hw_params_any(io->pcm, whole);
	if (err >= 0)
		err = snd_pcm_hw_params_set_access(io->pcm, whole, io->access);
	if (err >= 0)
		err = snd_pcm_hw_params_set_format(io->pcm, whole, io->format);
	if (err >= 0)
		err = snd_pcm_hw_params_set_channels(io->pcm, whole, io->channels);
	if (err >= 0)
		err = snd_pcm_hw_params_set_rate(io->pcm, whole, io->rate, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_period_size(io->pcm, whole, period, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_buffer_size(io->pcm, whole, period * periods);
	if (err < 0)
		return err;
	io->period_size = period;
	io->buffer_size = period * periods;
	snd_pcm_hw_params_copy(params, whole);
	return 0;
}

static int hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
	struct plugin *p = io->private_data;
	int err;

	if (!is_idle(p))
		return -EBADFD;
	p->frame_bytes = (size_t)snd_pcm_format_physical_width(io->format) / 8 * io->channels;
	err = make_whole(p, params);
	if (err)
		return err;
	pthread_mutex_lock(&p->lock);
	close_stream(p);
	err = open_some_pin(p);
	if (!err) {
		err = describe_buffer(p);
		if (err)
			close_stream(p);
	}
	plugin_change_state(p, !err ? SND_PCM_STATE_SETUP : err == -ENODEV ?
			    SND_PCM_STATE_DISCONNECTED : SND_PCM_STATE_OPEN);
	pthread_mutex_unlock(&p->lock);
	return plugin_alsa_error(err);
}

/*
 * hw: has monotonic time stamps, but snd_pcm_hw_params_is_monotonic() is always 0 for a
 * plugin. Programs that enable time stamps expect the clock of hw: (PulseAudio, GStreamer).
 * Programs that do not, such as aplay, rely on is_monotonic and get real time. In SETUP the
 * caller is snd_pcm_hw_params(), which sets the defaults.
 */
static int choose_clock(const snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	snd_pcm_tstamp_type_t type;
	snd_pcm_tstamp_t mode;

	snd_pcm_sw_params_get_tstamp_mode(params, &mode);
	snd_pcm_sw_params_get_tstamp_type(params, &type);
	if (io->state == SND_PCM_STATE_SETUP || mode == SND_PCM_TSTAMP_ENABLE ||
	    type != SND_PCM_TSTAMP_TYPE_MONOTONIC)
		return 0;
	return snd_pcm_sw_params_set_tstamp_type(io->pcm, params,
						 SND_PCM_TSTAMP_TYPE_GETTIMEOFDAY);
}

static int sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	snd_pcm_uframes_t boundary, threshold, size;
	struct plugin *p = io->private_data;
	int period_event = 0, err;
	bool wanted;

	snd_pcm_sw_params_get_boundary(params, &boundary);
	snd_pcm_sw_params_get_silence_threshold(params, &threshold);
	snd_pcm_sw_params_get_silence_size(params, &size);
	if (size >= boundary ? threshold != 0 : size > threshold || threshold > io->buffer_size) {
		SNDERR("silence_size %lu and silence_threshold %lu contradict each other",
		       size, threshold);
		return -EINVAL;
	}
	err = choose_clock(io, params);
	if (err)
		return err;
	pthread_mutex_lock(&p->lock);
	p->boundary = boundary;
	p->silence_threshold = threshold;
	p->silence_size = size;
	p->silenced = 0;
	snd_pcm_sw_params_get_avail_min(params, &p->avail_min);
	snd_pcm_sw_params_get_stop_threshold(params, &p->stop_threshold);
	snd_pcm_sw_params_get_period_event(params, &period_event);
	p->period_event = period_event;
	/* if no event will wake the program, avoid the interrupts */
	wanted = p->period_event || io->state == SND_PCM_STATE_DRAINING ||
		 p->avail_min <= io->buffer_size || p->stop_threshold < p->boundary;
	err = plugin_want_signals(p, wanted);
	pthread_mutex_unlock(&p->lock);
	return err;
}

static void free_plugin(struct plugin *p)
{
	close_stream(p);
	wavert_close(p->device);
	if (p->event >= 0)
		close(p->event);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static int close_pcm(snd_pcm_ioplug_t *io)
{
	free_plugin(io->private_data);
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = plugin_start,
	.stop = plugin_stop,
	.drain = plugin_drain,
	.pointer = plugin_pointer,
	.transfer = plugin_transfer,
	.close = close_pcm,
	.hw_params = hw_params,
	.hw_free = hw_free,
	.sw_params = sw_params,
	.prepare = plugin_prepare,
	.pause = plugin_pause,
	.poll_descriptors = plugin_poll_descriptors,
	.poll_revents = plugin_poll_revents,
	.delay = plugin_delay,
};

/* ---- constraints ------------------------------------------------------------------ */

static int limit_format(struct plugin *p)
{
	unsigned int list[FORMATS], n = 0;
	size_t i;

	for (i = 0; i < FORMATS; i++)
		if (p->caps.formats & formats[i].wavert)
			list[n++] = (unsigned int)formats[i].alsa;
	return snd_pcm_ioplug_set_param_list(&p->io, SND_PCM_IOPLUG_HW_FORMAT, n, list);
}

static bool grid_of_frames(const struct plugin *p)
{
	unsigned int f, channels;

	for (f = 1; f && f <= p->caps.formats; f <<= 1)
		for (channels = p->caps.channels_min; channels <= p->caps.channels_max; channels++)
			if (p->caps.formats & f &&
			    p->caps.size_step % (wavert_format_bytes(f) * channels))
				return false;
	return true;
}

/*
 * If the hardware's points are multiples of a step, set a list of sizes: alsa-lib has no other
 * way to express that. If it is not a multiple of every frame size, make_whole() handles that.
 */
static int limit_period(struct plugin *p, unsigned int min, unsigned int max)
{
	unsigned int step = p->caps.size_step, n, i, *list;
	int err;

	if (step <= 1 || !grid_of_frames(p))
		return snd_pcm_ioplug_set_param_minmax(&p->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES,
						       min, max);
	min = (min + step - 1) / step;
	n = max / step - min + 1;
	list = calloc(n, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		list[i] = (min + i) * step;
	err = snd_pcm_ioplug_set_param_list(&p->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, n, list);
	free(list);
	return err;
}

/*
 * The minimum period: notify_min counts frames, but alsa-lib needs bytes before the format is
 * known. Two channels of 16 bits are assumed. open_pin() checks larger frames.
 */
static int limit_buffer(struct plugin *p)
{
	unsigned int min = p->caps.notify_min * 4, max = p->caps.buffer_max;
	int err;

	if (min > max / PERIODS_MIN || p->caps.size_step > max / PERIODS_MIN)
		return -EINVAL;
	err = limit_period(p, min, max / PERIODS_MIN);
	if (err < 0)
		return err;
	err = snd_pcm_ioplug_set_param_minmax(&p->io, SND_PCM_IOPLUG_HW_BUFFER_BYTES,
					      min * PERIODS_MIN, max);
	if (err < 0)
		return err;
	return snd_pcm_ioplug_set_param_minmax(&p->io, SND_PCM_IOPLUG_HW_PERIODS, PERIODS_MIN,
					       p->caps.notify_max);
}

static int limit_rate(struct plugin *p)
{
	if (p->caps.nrates)
		return snd_pcm_ioplug_set_param_list(&p->io, SND_PCM_IOPLUG_HW_RATE,
						     p->caps.nrates, p->caps.rates);
	return snd_pcm_ioplug_set_param_minmax(&p->io, SND_PCM_IOPLUG_HW_RATE,
					       p->caps.rate_min, p->caps.rate_max);
}

static int limit(struct plugin *p)
{
	static const unsigned int access[] = {
		SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
		SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
	};
	int err;

	err = snd_pcm_ioplug_set_param_list(&p->io, SND_PCM_IOPLUG_HW_ACCESS,
					    sizeof(access) / sizeof(*access), access);
	if (err >= 0)
		err = limit_format(p);
	if (err >= 0)
		err = snd_pcm_ioplug_set_param_minmax(&p->io, SND_PCM_IOPLUG_HW_CHANNELS,
						      p->caps.channels_min, p->caps.channels_max);
	if (err >= 0)
		err = limit_rate(p);
	if (err >= 0)
		err = limit_buffer(p);
	if (err < 0)
		return err;
	return 0;
}

/* ---- open ------------------------------------------------------------------------- */

struct place {
	const char *card;
	char number[16];
	long device, subdevice;
};

static int parse(snd_config_t *conf, struct place *place)
{
	snd_config_iterator_t i, next;

	snd_config_for_each(i, next, conf) {
		snd_config_t *n = snd_config_iterator_entry(i);
		const char *id;
		long number;
		int err = 0;

		if (snd_config_get_id(n, &id) < 0)
			continue;
		if (!strcmp(id, "comment") || !strcmp(id, "type") || !strcmp(id, "hint"))
			continue;
		if (!strcmp(id, "card") && !snd_config_get_integer(n, &number)) {
			snprintf(place->number, sizeof(place->number), "%ld", number);
			place->card = place->number;
		} else if (!strcmp(id, "card")) {
			err = snd_config_get_string(n, &place->card);
		} else if (!strcmp(id, "device")) {
			err = snd_config_get_integer(n, &place->device);
		} else if (!strcmp(id, "subdevice")) {
			err = snd_config_get_integer(n, &place->subdevice);
		} else {
			SNDERR("unknown field %s", id);
			return -EINVAL;
		}
		if (err < 0) {
			SNDERR("field %s has the wrong type", id);
			return -EINVAL;
		}
	}
	return 0;
}

static void report_version(const char *card)
{
	struct wavert_version v;

	if (!wavert_version_of(card, &v))
		SNDERR("the modules have interface version %u.%u, the plugin was built for %d.%d; install both of one version",
		       v.abi_major, v.abi_minor, WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR);
}

/* If the configuration names no card, open the first card that has a filter. */
static int open_card(struct plugin *p, const char *card)
{
	char number[16];
	int i, err = -ENODEV;

	if (*card) {
		err = wavert_open(&p->device, card);
		if (err == -ENXIO)
			SNDERR("card %s has no WaveRT interface; aplay -L lists those that have it",
			       card);
		if (err == -EPROTO)
			report_version(card);
		return err;
	}
	for (i = 0; i < WAVERT_CARDS_MAX; i++) {
		snprintf(number, sizeof(number), "%d", i);
		err = wavert_open(&p->device, number);
		if (err != -ENODEV && err != -ENXIO)
			break;
	}
	if (err == -EPROTO)
		report_version(number);
	return err;
}

static int find(struct plugin *p, const struct place *place)
{
	unsigned int pin = 0;
	int err;

	if (place->device)	/* a filter has only the pins of one PCM device */
		return -ENXIO;
	if (place->subdevice > 0)
		pin = (unsigned int)place->subdevice;
	p->subdevice = place->subdevice;
	p->event = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);	/* no need to wait yet */
	if (p->event < 0)
		return -errno;
	err = open_card(p, place->card);
	if (err)
		return err;
	err = wavert_device_caps(p->device, p->direction, pin, &p->caps);
	if (err == -ENOENT)
		return -ENXIO;
	return err;
}

static struct plugin *new_plugin(snd_pcm_stream_t stream)
{
	struct plugin *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	p->event = -1;
	if (stream == SND_PCM_STREAM_PLAYBACK)
		p->direction = WAVERT_PLAYBACK;
	else
		p->direction = WAVERT_CAPTURE;
	p->boundary = 1;	/* until the first sw_params */
	p->io.version = SND_PCM_IOPLUG_VERSION;
	p->io.name = "ALSA <-> WaveRT";
	p->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
	p->io.callback = &callbacks;
	p->io.private_data = p;
	return p;
}

#pragma GCC visibility push(default)
SND_PCM_PLUGIN_DEFINE_FUNC(wavert)
{
	struct place place = { .card = "", .subdevice = -1 };
	struct plugin *p;
	int err;

	(void)root;
	err = parse(conf, &place);
	if (err < 0)
		return err;
	p = new_plugin(stream);
	if (!p)
		return -ENOMEM;
	err = find(p, &place);
	if (!err) {
		p->io.poll_fd = p->event;
		p->io.poll_events = POLLIN;
		p->io.nonblock = !!(mode & SND_PCM_NONBLOCK);
		err = snd_pcm_ioplug_create(&p->io, name, stream, mode);
	}
	if (err < 0) {
		free_plugin(p);
		return plugin_alsa_error(err);
	}
	err = limit(p);
	if (err < 0) {
		snd_pcm_ioplug_delete(&p->io);
		return err;
	}
	*pcmp = p->io.pcm;
	return 0;
}

SND_PCM_PLUGIN_SYMBOL(wavert);
#pragma GCC visibility pop
