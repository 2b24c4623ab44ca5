// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * format.c - the format words of stream descriptors and converters, and the rates of a codec's
 * parameter.
 */
#include "engine.h"

/* In the order of the bits of PARAM_PCM. */
static const struct {
	u32 rate;
	u16 format;
} rates[HDA_RATES_MAX] = {
	{ 8000, 5 << 8 }, { 11025, HDA_FMT_44K | 3 << 8 }, { 16000, 2 << 8 },
	{ 22050, HDA_FMT_44K | 1 << 8 }, { 32000, 1 << 11 | 2 << 8 }, { 44100, HDA_FMT_44K },
	{ 48000, 0 }, { 88200, HDA_FMT_44K | 1 << 11 }, { 96000, 1 << 11 },
	{ 176400, HDA_FMT_44K | 3 << 11 }, { 192000, 3 << 11 },
};

u32 wrt_hda_rates(u32 pcm, u32 *out)
{
	u32 i, n = 0;

	for (i = 0; i < HDA_RATES_MAX; i++)
		if (pcm & 1u << i)
			out[n++] = rates[i].rate;
	return n;
}

u32 wrt_hda_s32_bits(u32 pcm)
{
	if (pcm & PCM_32)
		return 32;
	if (pcm & PCM_24)
		return 24;
	if (pcm & PCM_20)
		return 20;
	return 0;
}

static bool find_size(const struct wrt_hw_geom *g, u32 pcm, u32 *out)
{
	switch (g->format) {
	case WRT_FMT_S16:
		*out = HDA_FMT_16;
		return pcm & PCM_16;
	case WRT_FMT_S32:
		break;
	default:
		return false;
	}
	switch (wrt_hda_s32_bits(pcm)) {
	case 32:
		*out = HDA_FMT_32;
		return true;
	case 24:
		*out = HDA_FMT_24;
		return true;
	case 20:
		*out = HDA_FMT_20;
		return true;
	}
	return false;
}

bool wrt_hda_find_format(const struct wrt_hw_geom *g, u32 pcm, u16 *out)
{
	u32 bits, i;

	if (!find_size(g, pcm, &bits))
		return false;
	for (i = 0; i < HDA_RATES_MAX; i++) {
		if (rates[i].rate != g->rate || !(pcm & 1u << i))
			continue;
		*out = (u16)(rates[i].format | bits | (g->channels - 1));
		return true;
	}
	return false;
}
