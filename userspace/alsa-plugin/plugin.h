/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plugin.h - declarations that the files of the ALSA plugin share. */
#ifndef WAVERT_PLUGIN_H
#define WAVERT_PLUGIN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>

#include <wavert.h>

#include "../lib/internal.h"

struct plugin {
	snd_pcm_ioplug_t io;
	pthread_mutex_t lock;
	struct wavert_device *device;
	struct wavert_caps caps;		/* of one pin; all pins have the same */
	unsigned int direction;
	long subdevice;				/* pin, or -1: the first free pin */
	int event;				/* eventfd, open as long as the PCM */

	/* From hw_params to hw_free. */
	struct wavert_stream *stream;
	snd_pcm_channel_area_t *areas;		/* of the cyclic buffer */
	size_t frame_bytes;
	snd_pcm_sframes_t latency;		/* from the buffer to the output, frames */
	bool registered;			/* the event is registered */

	/* sw_params */
	snd_pcm_uframes_t boundary, avail_min, stop_threshold, silence_threshold, silence_size;
	bool period_event;

	struct stream_reading page;		/* of the stream's register page */
	uint64_t reached;			/* position of the hardware */
	uint64_t reached_ns;			/* time of that position */
	uint64_t reported_at;			/* position at the last call of pointer() */
	snd_pcm_uframes_t reported;		/* the value that pointer() returned */
	uint64_t silenced;			/* end of the silence after the data */
};

static inline bool is_playback(const struct plugin *p)
{
	return p->direction == WAVERT_PLAYBACK;
}

/* All return 0 or an errno of ALSA. p->lock is held where a struct plugin is passed. */
int plugin_alsa_error(int err);
int plugin_want_signals(struct plugin *p, bool want);
void plugin_change_state(struct plugin *p, snd_pcm_state_t state);
void plugin_sync(struct plugin *p);	/* without p->lock */

int plugin_prepare(snd_pcm_ioplug_t *io);
int plugin_start(snd_pcm_ioplug_t *io);
int plugin_stop(snd_pcm_ioplug_t *io);
int plugin_drain(snd_pcm_ioplug_t *io);
int plugin_pause(snd_pcm_ioplug_t *io, int enable);
int plugin_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay);
snd_pcm_sframes_t plugin_pointer(snd_pcm_ioplug_t *io);
snd_pcm_sframes_t plugin_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				  snd_pcm_uframes_t offset, snd_pcm_uframes_t size);
int plugin_poll_descriptors(snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int space);
int plugin_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int nfds,
			unsigned short *revents);

#endif
