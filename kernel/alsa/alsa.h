/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alsa.h - the ALSA front end, for main.c: a card, its PCM over the core's streams, its
 * mixer, and what /proc/asound/cardN/wavert shows.
 */
#ifndef WRT_ALSA_H
#define WRT_ALSA_H

#include <sound/core.h>

#include "adapter.h"

/**
 * wrt_card_new() - make a card that is not registered yet
 * @info: properties of the card
 * @out: filled on success
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int wrt_card_new(const struct wrt_adapter_info *info, struct snd_card **out);

/* card.c: negative errno for an error of the core, as ALSA's clients expect it. */
int wrt_alsa_errno(int err);

/* pcm.c */
struct wrt_pcm;

/**
 * wrt_pcm_new() - make the PCM device of a card
 * @card: card, not registered yet
 * @device: device of the card
 * @info: properties of the card
 * @out: filled on success
 *
 * One PCM device; substream i of a direction is pin i. It lives as long as the card.
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int wrt_pcm_new(struct snd_card *card, struct wrt_device *device,
		const struct wrt_adapter_info *info, struct wrt_pcm **out);

/**
 * wrt_pcm_wait_closed() - wait until all PCM files and mappings of a card are gone
 * @wp: PCM
 *
 * To be called after the card was disconnected.
 *
 * Context: May sleep.
 */
void wrt_pcm_wait_closed(struct wrt_pcm *wp);

/**
 * wrt_mixer_new() - add a mixer control for each control of the codec
 * @card: card, not registered yet
 * @device: device of the card
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int wrt_mixer_new(struct snd_card *card, struct wrt_device *device);

/**
 * wrt_proc_new() - add /proc/asound/cardN/wavert
 * @card: card, not registered yet
 * @device: device of the card
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int wrt_proc_new(struct snd_card *card, struct wrt_device *device);

#endif
