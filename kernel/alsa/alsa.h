/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alsa.h - the ALSA front end, for main.c: a card, its PCM over the core's streams, its
 * mixer, and what /proc/asound/cardN/wavert shows.
 */
#ifndef WRT_ALSA_H
#define WRT_ALSA_H

#include <sound/core.h>

#include "adapter.h"

/* card.c: a card that is not registered yet. -errno. */
int wrt_card_new(const struct wrt_adapter_info *info, struct snd_card **out);

/* card.c: what an error of the core is to ALSA's clients. */
int wrt_alsa_errno(int err);

/* pcm.c: one PCM device; substream i of a direction is pin i. Lives as long as the card. */
struct wrt_pcm;

int wrt_pcm_new(struct snd_card *card, struct wrt_device *device,
		const struct wrt_adapter_info *info, struct wrt_pcm **out);

/* May sleep, after the card has been disconnected: all its PCM files and mappings are gone. */
void wrt_pcm_wait_closed(struct wrt_pcm *wp);

/* mixer.c: a control for each of the codec's, none where there is no codec. */
int wrt_mixer_new(struct snd_card *card, struct wrt_device *device);

/* proc.c */
int wrt_proc_new(struct snd_card *card, struct wrt_device *device);

#endif
