/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * playback.h - a playback PCM for the tests of one property: S16, stereo, prepared. A full buffer,
 * a drain or snd_pcm_start() starts it; by default the first frame would.
 */
#ifndef HW_PLAYBACK_H
#define HW_PLAYBACK_H

#include <alsa/asoundlib.h>

/* NULL: the card cannot do that. The caller closes it. */
static inline snd_pcm_t *open_playback(int card, snd_pcm_access_t access, unsigned int rate,
				       snd_pcm_uframes_t period, unsigned int periods)
{
	snd_pcm_uframes_t buffer = period * periods;
	snd_pcm_hw_params_t *p;
	snd_pcm_sw_params_t *sw;
	snd_pcm_t *pcm;
	char name[32];

	snprintf(name, sizeof(name), "hw:%d", card);
	if (snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, 0) < 0)
		return NULL;
	snd_pcm_hw_params_alloca(&p);
	snd_pcm_sw_params_alloca(&sw);
	snd_pcm_hw_params_any(pcm, p);
	if (snd_pcm_hw_params_set_access(pcm, p, access) < 0 ||
	    snd_pcm_hw_params_set_format(pcm, p, SND_PCM_FORMAT_S16_LE) < 0 ||
	    snd_pcm_hw_params_set_channels(pcm, p, 2) < 0 ||
	    snd_pcm_hw_params_set_rate(pcm, p, rate, 0) < 0 ||
	    snd_pcm_hw_params_set_period_size(pcm, p, period, 0) < 0 ||
	    snd_pcm_hw_params_set_buffer_size(pcm, p, buffer) < 0 ||
	    snd_pcm_hw_params(pcm, p) < 0 ||
	    snd_pcm_sw_params_current(pcm, sw) < 0 ||
	    snd_pcm_sw_params_set_start_threshold(pcm, sw, buffer) < 0 ||
	    snd_pcm_sw_params(pcm, sw) < 0) {
		snd_pcm_close(pcm);
		return NULL;
	}
	return pcm;
}

#endif
