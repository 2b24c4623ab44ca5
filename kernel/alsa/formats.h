/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * formats.h - sample formats of the core and of ALSA; for this folder and kernel/attach/.
 */
#ifndef WRT_ALSA_FORMATS_H
#define WRT_ALSA_FORMATS_H

#include <sound/pcm.h>

#include "core/hw.h"

static const struct {
	u32 ours;
	snd_pcm_format_t alsa;
} wrt_alsa_formats[] = {
	{ WRT_FMT_U8, SNDRV_PCM_FORMAT_U8 },
	{ WRT_FMT_S16, SNDRV_PCM_FORMAT_S16_LE },
	{ WRT_FMT_S24_3, SNDRV_PCM_FORMAT_S24_3LE },
	{ WRT_FMT_S20_32, SNDRV_PCM_FORMAT_S20_LE },
	{ WRT_FMT_S24_32, SNDRV_PCM_FORMAT_S24_LE },
	{ WRT_FMT_S32, SNDRV_PCM_FORMAT_S32_LE },
	{ WRT_FMT_FLOAT, SNDRV_PCM_FORMAT_FLOAT_LE },
};

/* 0: the core has no such format. */
static inline u32 wrt_format_of_alsa(snd_pcm_format_t alsa)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrt_alsa_formats); i++)
		if (wrt_alsa_formats[i].alsa == alsa)
			return wrt_alsa_formats[i].ours;
	return 0;
}

/* SNDRV_PCM_FORMAT_S16_LE if the core has no such format. */
static inline snd_pcm_format_t wrt_alsa_of_format(u32 ours)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrt_alsa_formats); i++)
		if (wrt_alsa_formats[i].ours == ours)
			return wrt_alsa_formats[i].alsa;
	return SNDRV_PCM_FORMAT_S16_LE;
}

#endif
