/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alsa.h - the ALSA front end, for main.c: a card, its PCM over the core's streams, and
 * what /proc/asound/cardN/wavert shows.
 */
#ifndef WRT_ALSA_H
#define WRT_ALSA_H

#include <sound/core.h>

#include "adapter.h"

/* card.c: a card that is not registered yet. -errno. */
int wrt_card_new(const struct wrt_adapter_info *info, struct snd_card **out);

/* pcm.c: one PCM device; substream i of a direction is pin i. */
int wrt_pcm_new(struct snd_card *card, struct wrt_device *device,
		const struct wrt_adapter_info *info);

/* proc.c */
int wrt_proc_new(struct snd_card *card, struct wrt_device *device);

#endif
