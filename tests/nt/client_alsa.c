// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_alsa.c - the client of client.h with the similar calls of a PCM application: in a guest, on
 * the same device, by alsa-lib. For scenarios only: it shows the differences of the models. A
 * call that ALSA does not have is NULL.
 *
 * An event is the application's poll(): with one registered it wakes up when a period has
 * passed, writes (or reads) a period, and sleeps again. Before playback starts it has
 * filled the buffer. Without an event nothing is written or read.
 */
#include <alsa/asoundlib.h>
#include <poll.h>
#include <stdlib.h>

#include "guest_device.h"

#define STREAMS	16
#define EVENTS	16

struct cf_event {
	bool used;
	uint64_t count;
};

struct cf_stream {
	bool used, playback;
	snd_pcm_t *pcm;
	uint32_t rate, channels, frame_bytes;
	snd_pcm_format_t format;
	snd_pcm_uframes_t buffer, period;	/* 0: no buffer */
	uint64_t applied;			/* frames written or read since prepare */
	uint32_t state;
	struct cf_event *event[EVENTS];
};

static struct cf_stream streams[STREAMS];
static struct cf_event events[EVENTS];

static enum wrt_status of_error(int err)
{
	switch (err < 0 ? -err : 0) {
	case 0:
		return WRT_STATUS_SUCCESS;
#define OF(name, value, error)			\
	case error:				\
		return WRT_STATUS_##name;
	WRT_STATUS_TABLE(OF)
#undef OF
	}
	return CF_OTHER;
}

/* ---- the device and time ----------------------------------------------------------------- */

static void alsa_close(struct cf_stream *s);

static void alsa_end(void)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		if (streams[i].used)
			alsa_close(&streams[i]);
	memset(events, 0, sizeof(events));
	guest_plug_in();
}

static enum wrt_status alsa_device(const struct cf_device *wish)
{
	static bool first = true;

	if (first)
		guest_begin(&cf_client);
	first = false;
	alsa_end();
	return guest_device(wish);
}

/* One period, which a player writes, or a recorder reads, at a wake-up. */
static void hand_over(struct cf_stream *s, snd_pcm_uframes_t frames)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, n = frames;

	if (snd_pcm_mmap_begin(s->pcm, &areas, &offset, &n) < 0)
		return;
	if (snd_pcm_mmap_commit(s->pcm, offset, n) > 0)
		s->applied += n;
}

static bool wakes(struct cf_stream *s)
{
	struct pollfd fd;
	unsigned short what = 0;

	if (snd_pcm_poll_descriptors(s->pcm, &fd, 1) != 1 || poll(&fd, 1, 0) != 1)
		return false;
	snd_pcm_poll_descriptors_revents(s->pcm, &fd, 1, &what);
	return what & (POLLIN | POLLOUT) && !(what & POLLERR);
}

static void serve(struct cf_stream *s)
{
	int i;
	bool any = false;

	for (i = 0; i < EVENTS; i++)
		any |= s->event[i] != NULL;
	if (!any || s->state != CF_RUN || !wakes(s))
		return;
	for (i = 0; i < EVENTS; i++)
		if (s->event[i])
			s->event[i]->count++;
	hand_over(s, s->period);
}

static void alsa_advance(uint64_t frames, uint32_t rate)
{
	int i;

	for (; frames; frames--) {
		if (!guest_step(1, rate))
			die("step");
		for (i = 0; i < STREAMS; i++)
			if (streams[i].used)
				serve(&streams[i]);
	}
}

/* ---- streams -------------------------------------------------------------------------------- */

static enum wrt_status alsa_open(uint32_t dir, uint32_t pin, struct cf_stream **out)
{
	char name[16];
	int err, i = 0;

	while (streams[i].used)
		i++;
	snprintf(name, sizeof(name), "hw:0,0,%u", (unsigned int)pin);
	memset(&streams[i], 0, sizeof(streams[i]));
	streams[i].playback = dir == CF_RENDER;
	err = snd_pcm_open(&streams[i].pcm, name, dir == CF_RENDER ? SND_PCM_STREAM_PLAYBACK :
			   SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);
	if (err < 0)
		return of_error(err);
	streams[i].used = true;
	*out = &streams[i];
	return WRT_STATUS_SUCCESS;
}

static void alsa_close(struct cf_stream *s)
{
	snd_pcm_close(s->pcm);
	s->used = false;
}

static enum wrt_status alsa_set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
				       uint32_t channels)
{
	static const snd_pcm_format_t formats[] = {
		[1] = SND_PCM_FORMAT_U8, [2] = SND_PCM_FORMAT_S16_LE, [8] = SND_PCM_FORMAT_S24_LE,
		[16] = SND_PCM_FORMAT_S32_LE, [32] = SND_PCM_FORMAT_FLOAT_LE,
		[64] = SND_PCM_FORMAT_S24_3LE,
	};
	snd_pcm_hw_params_t *hw;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	err = snd_pcm_hw_params_any(s->pcm, hw);
	err = err < 0 ? err : snd_pcm_hw_params_set_format(s->pcm, hw, formats[format]);
	err = err < 0 ? err : snd_pcm_hw_params_set_channels(s->pcm, hw, channels);
	err = err < 0 ? err : snd_pcm_hw_params_set_rate(s->pcm, hw, rate, 0);
	if (err < 0)
		return of_error(err);
	s->rate = rate;
	s->channels = channels;
	s->format = formats[format];
	s->frame_bytes = channels * (uint32_t)snd_pcm_format_physical_width(s->format) / 8;
	return WRT_STATUS_SUCCESS;
}

static int set_hw(struct cf_stream *s, const struct cf_buffer *b)
{
	snd_pcm_hw_params_t *hw;
	unsigned int periods = b->notify ? b->count : 2;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	err = snd_pcm_hw_params_any(s->pcm, hw);
	err = err < 0 ? err : snd_pcm_hw_params_set_access(s->pcm, hw,
							   SND_PCM_ACCESS_MMAP_INTERLEAVED);
	err = err < 0 ? err : snd_pcm_hw_params_set_format(s->pcm, hw, s->format);
	err = err < 0 ? err : snd_pcm_hw_params_set_channels(s->pcm, hw, s->channels);
	err = err < 0 ? err : snd_pcm_hw_params_set_rate(s->pcm, hw, s->rate, 0);
	s->buffer = b->bytes / s->frame_bytes;
	err = err < 0 ? err : snd_pcm_hw_params_set_buffer_size(s->pcm, hw, s->buffer);
	err = err < 0 ? err : snd_pcm_hw_params_set_periods(s->pcm, hw, periods, 0);
	err = err < 0 ? err : snd_pcm_hw_params_set_period_wakeup(s->pcm, hw, b->notify);
	err = err < 0 ? err : snd_pcm_hw_params(s->pcm, hw);
	s->period = s->buffer / periods;
	return err;
}

static int set_sw(struct cf_stream *s)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary;
	int err;

	snd_pcm_sw_params_alloca(&sw);
	err = snd_pcm_sw_params_current(s->pcm, sw);
	err = err < 0 ? err : snd_pcm_sw_params_get_boundary(sw, &boundary);
	err = err < 0 ? err : snd_pcm_sw_params_set_start_threshold(s->pcm, sw, boundary);
	err = err < 0 ? err : snd_pcm_sw_params_set_avail_min(s->pcm, sw, s->period);
	return err < 0 ? err : snd_pcm_sw_params(s->pcm, sw);
}

static enum wrt_status alsa_alloc(struct cf_stream *s, struct cf_buffer *b)
{
	int err;

	if (!s->frame_bytes)
		return WRT_STATUS_INVALID_DEVICE_STATE;
	err = set_hw(s, b);
	err = err < 0 ? err : set_sw(s);
	if (err < 0) {
		s->buffer = 0;
		return of_error(err);
	}
	s->state = CF_PAUSE;	/* hw_params has prepared it */
	s->applied = 0;
	b->actual = (uint32_t)(s->buffer * s->frame_bytes);
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status alsa_free(struct cf_stream *s)
{
	int err = snd_pcm_hw_free(s->pcm);

	s->buffer = 0;
	s->state = CF_STOP;
	return of_error(err);
}

static uint8_t *alsa_map(struct cf_stream *s)
{
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, n = s->buffer;

	if (!s->buffer || snd_pcm_mmap_begin(s->pcm, &areas, &offset, &n) < 0)
		return NULL;
	snd_pcm_mmap_commit(s->pcm, offset, 0);
	return areas[0].addr;
}

/* To PREPARED, with nothing written or read. */
static int prepare(struct cf_stream *s)
{
	int err = snd_pcm_prepare(s->pcm);

	s->applied = 0;
	return err;
}

static int start(struct cf_stream *s)
{
	if (snd_pcm_state(s->pcm) == SND_PCM_STATE_PAUSED)
		return snd_pcm_pause(s->pcm, 0);
	if (s->playback)
		hand_over(s, s->buffer);
	return snd_pcm_start(s->pcm);
}

/* ACQUIRE and PAUSE are one: prepared, or paused. */
static enum wrt_status alsa_set_state(struct cf_stream *s, uint32_t to)
{
	int err = 0;

	if (to > CF_RUN)
		return CF_LACKS;
	if (to == s->state)
		return of_error(snd_pcm_state(s->pcm) == SND_PCM_STATE_DISCONNECTED ? -ENODEV : 0);
	if (to == CF_RUN) {
		if (s->state == CF_STOP)
			err = prepare(s);
		err = err < 0 ? err : start(s);
	} else if (to == CF_STOP) {
		err = snd_pcm_drop(s->pcm);
	} else if (s->state == CF_RUN) {
		err = snd_pcm_pause(s->pcm, 1);
	} else if (s->state == CF_STOP) {
		err = prepare(s);
	}
	if (err >= 0)
		s->state = to;
	return of_error(err);
}

static enum wrt_status alsa_position(struct cf_stream *s, struct cf_position *out)
{
	snd_pcm_status_t *status;
	snd_pcm_sframes_t avail;
	uint64_t hw;
	int err;

	snd_pcm_status_alloca(&status);
	err = snd_pcm_status(s->pcm, status);
	if (err < 0)
		return of_error(err);
	avail = (snd_pcm_sframes_t)snd_pcm_status_get_avail(status);
	hw = s->applied + (uint64_t)avail - (s->playback && s->buffer ? s->buffer : 0);
	if (!s->buffer)
		hw = 0;
	out->linear = hw * s->frame_bytes;
	out->play = s->buffer ? hw % s->buffer * s->frame_bytes : 0;
	out->ns = 0;
	switch (snd_pcm_status_get_state(status)) {
	case SND_PCM_STATE_RUNNING:
		out->state = CF_RUN;
		break;
	case SND_PCM_STATE_PREPARED:
	case SND_PCM_STATE_PAUSED:
		out->state = CF_PAUSE;
		break;
	default:		/* XRUN is also a stop */
		out->state = CF_STOP;
	}
	return WRT_STATUS_SUCCESS;
}

/* ---- events ---------------------------------------------------------------------------------- */

static struct cf_event *alsa_event(void)
{
	int i = 0;

	while (events[i].used)
		i++;
	events[i] = (struct cf_event){ .used = true };
	return &events[i];
}

static void alsa_event_close(struct cf_event *e)
{
	e->used = false;
}

static uint64_t alsa_event_take(struct cf_event *e)
{
	uint64_t n = e->count;

	e->count = 0;
	return n;
}

static bool alsa_event_wait(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	for (; !e->count && frames; frames--)
		alsa_advance(1, rate);
	return e->count;
}

static enum wrt_status alsa_register(struct cf_stream *s, struct cf_event *e)
{
	int i = 0;

	while (s->event[i])
		i++;
	s->event[i] = e;
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status alsa_unregister(struct cf_stream *s, struct cf_event *e)
{
	int i;

	for (i = 0; i < EVENTS; i++)
		if (s->event[i] == e)
			s->event[i] = NULL;
	return WRT_STATUS_SUCCESS;
}

/* Calls that ALSA does not have. */
static struct cf_event *alsa_dup(struct cf_event *e)
{
	return e;
}

static enum wrt_status alsa_remove(void)
{
	guest_unplug();
	return WRT_STATUS_SUCCESS;
}

struct cf_client cf_client = {
	.name = "alsa",
	.exact = true,
	.kernel = true,
	.device = alsa_device,
	.end = alsa_end,
	.remove = alsa_remove,
	.open = alsa_open,
	.close = alsa_close,
	.set_format = alsa_set_format,
	.alloc = alsa_alloc,
	.free = alsa_free,
	.map = alsa_map,
	.event = alsa_event,
	.event_dup = alsa_dup,
	.event_close = alsa_event_close,
	.event_take = alsa_event_take,
	.event_wait = alsa_event_wait,
	.event_register = alsa_register,
	.event_unregister = alsa_unregister,
	.set_state = alsa_set_state,
	.position = alsa_position,
	.advance = alsa_advance,
};
