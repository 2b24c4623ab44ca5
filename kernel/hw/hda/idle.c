// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * idle.c - QEMU only: while a stream is stopped, an idle engine serves the codec.
 *
 * QEMU's codec moves data by timers of its own, which are irregular for 70 to 160 ms after each
 * start of the codec. A client with a short buffer has an xrun in that time and starts again, so
 * it would never get past it. The codec finds its engine by the stream tag alone: a stop gives
 * the tag to the next engine of the same direction, whose buffer is silence that nobody reads,
 * and the next start takes it back. The codec runs until release() or suspend.
 *
 * All but open and close: [A].
 */
#include "engine.h"

#define IDLE_BYTES	4096	/* the list, then silence */
#define SILENCE_AT	128
#define SILENCE_BYTES	(IDLE_BYTES - SILENCE_AT)
#define ENTRIES		4	/* all of that silence: QEMU moves up to 8192 bytes at once */
#define UNUSED_TAG	15	/* no converter of an emulated controller uses it */

static u32 tag_of(const struct wrt_hw_stream *s)
{
	return s->sd + 1;
}

static void write_tag(const struct wrt_hw_stream *s, u32 sd, u32 tag)
{
	hda_write(s->dev, HDA_SD(sd) + SD_CTL_TAG, 1, tag << 4);
}

static void idle_write(const struct wrt_hw_stream *s, u32 offset, u32 width, u32 value)
{
	hda_write(s->dev, HDA_SD(s->idle_sd) + offset, width, value);
}

static u32 engines_of(const struct wrt_hw_dev *d, u32 dir)
{
	return dir == WRT_PLAYBACK ? HDA_GCAP_OSS(d->gcap) : HDA_GCAP_ISS(d->gcap);
}

int wrt_hda_idle_open(struct wrt_hw_stream *s)
{
	struct wrt_hw_dev *d = s->dev;
	u32 i;

	wrt_assert_may_sleep();
	if (!d->cfg.emulated || engines_of(d, s->dir) < 2 || d->engines >= UNUSED_TAG)
		return 0;
	s->idle = d->bus->dma_alloc(d->ctx, IDLE_BYTES, &s->idle_bus);
	if (!s->idle)
		return WRT_ENOMEM;
	s->idle_sd = s->sd + 1;
	for (i = 0; i < ENTRIES; i++)
		hda_put_entry(s->idle + (size_t)i * HDA_BDL_ENTRY, s->idle_bus + SILENCE_AT,
			      SILENCE_BYTES, false);
	hda_barrier(d);
	return 0;
}

void wrt_hda_idle_close(struct wrt_hw_stream *s)
{
	wrt_assert_may_sleep();
	if (s->idle)
		s->dev->bus->dma_free(s->dev->ctx, s->idle, s->idle_bus, IDLE_BYTES);
}

u32 wrt_hda_idle_tag(const struct wrt_hw_stream *s)
{
	return s->idling ? UNUSED_TAG : tag_of(s);
}

/* The idle engine begins with an unused tag, so that the codec is not notified. */
void wrt_hda_idle_begin(struct wrt_hw_stream *s)
{
	if (!s->idle)
		return;
	idle_write(s, SD_CBL, 4, ENTRIES * SILENCE_BYTES);
	idle_write(s, SD_FMT, 2, s->format);
	idle_write(s, SD_LVI, 2, ENTRIES - 1);
	idle_write(s, SD_BDPL, 4, (u32)s->idle_bus);
	idle_write(s, SD_BDPU, 4, (u32)(s->idle_bus >> 32));
	write_tag(s, s->idle_sd, UNUSED_TAG);
	idle_write(s, SD_CTL, 1, SD_CTL_RUN);
	write_tag(s, s->sd, UNUSED_TAG);
	write_tag(s, s->idle_sd, tag_of(s));
	s->idling = true;
}

void wrt_hda_idle_end(struct wrt_hw_stream *s)
{
	if (!s->idling)
		return;
	write_tag(s, s->idle_sd, UNUSED_TAG);
	write_tag(s, s->sd, tag_of(s));
	idle_write(s, SD_CTL, 1, 0);
	s->idling = false;
}

/* RUN is cleared with the codec's tag: this stops the codec. */
void wrt_hda_idle_stop_codec(struct wrt_hw_stream *s)
{
	if (s->idling)
		idle_write(s, SD_CTL, 1, 0);
	s->idling = false;
}
