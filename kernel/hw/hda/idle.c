// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * idle.c - QEMU only: while a stream is stopped, an idle engine serves the codec.
 *
 * QEMU's codec moves data by timers of its own, which are irregular for 70 to 160 ms after each
 * start of the codec. A client with a short buffer has an xrun in that time and starts again, so
 * it would never get past it. The codec finds its engine by the stream tag alone: a stop gives
 * the tag to the next engine of the same direction, whose buffer is silence that nothing else
 * reads, and the next start takes it back. The codec runs until release() or suspend.
 */
#include "engine.h"

#define IDLE_BYTES	4096	/* the list, then silence */
#define SILENCE_AT	128
#define SILENCE_BYTES	(IDLE_BYTES - SILENCE_AT)
#define ENTRIES		4	/* all of that silence: QEMU moves up to 8192 bytes at once */

static void write_tag(const struct wrt_hw_stream *s, u32 sd, u32 tag)
{
	hda_write(s->dev, HDA_SD(sd) + SD_CTL_TAG, 1, tag << 4);
}

static void idle_write(const struct wrt_hw_stream *s, u32 offset, u32 width, u32 value)
{
	hda_write(s->dev, HDA_SD(s->idle_sd) + offset, width, value);
}

static bool has_second_engine(const struct wrt_hw_stream *s)
{
	u32 gcap = s->dev->gcap;

	if (s->dir == WRT_PLAYBACK)
		return HDA_GCAP_OSS(gcap) > 1;
	return HDA_GCAP_ISS(gcap) > 1;
}

int wrt_hda_idle_open(struct wrt_hw_stream *s)
{
	struct wrt_hw_dev *d = s->dev;
	u32 i;

	wrt_assert_may_sleep();
	if (!d->quirks->codec_start_is_slow || !has_second_engine(s))
		return 0;
	s->idle = d->bus->dma_alloc(d->ctx, IDLE_BYTES, &s->idle_bus);
	if (!s->idle)
		return WRT_ENOMEM;
	s->idle_sd = s->sd + 1;
	for (i = 0; i < ENTRIES; i++)
		wrt_hda_list_put(s->idle, i, s->idle_bus + SILENCE_AT, SILENCE_BYTES, false);
	hda_barrier(d);
	return 0;
}

void wrt_hda_idle_close(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	if (s->idle)
		s->dev->bus->dma_free(s->dev->ctx, s->idle, s->idle_bus, IDLE_BYTES);
}

/* The idle engine starts with an unused tag, so that the codec is not notified. */
void wrt_hda_idle_begin(struct wrt_hw_stream *s)
{
	idle_write(s, SD_CBL, 4, ENTRIES * SILENCE_BYTES);
	idle_write(s, SD_FMT, 2, s->format);
	idle_write(s, SD_LVI, 2, ENTRIES - 1);
	idle_write(s, SD_BDPL, 4, (u32)s->idle_bus);
	idle_write(s, SD_BDPU, 4, (u32)(s->idle_bus >> 32));
	write_tag(s, s->idle_sd, HDA_UNUSED_TAG);
	idle_write(s, SD_CTL, 1, SD_CTL_RUN);
	write_tag(s, s->sd, HDA_UNUSED_TAG);
	write_tag(s, s->idle_sd, hda_tag(s));
}

void wrt_hda_idle_end(struct wrt_hw_stream *s)
{
	write_tag(s, s->idle_sd, HDA_UNUSED_TAG);
	write_tag(s, s->sd, hda_tag(s));
	idle_write(s, SD_CTL, 1, 0);
}

/* RUN is cleared with the codec's tag: this stops the codec. */
void wrt_hda_idle_stop_codec(struct wrt_hw_stream *s)
{
	idle_write(s, SD_CTL, 1, 0);
}
