// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * mover.c - the data side of the software engine. Playback is read, capture written.
 *
 * Both streams of a pair are always moved together, up to the same time: a frame of playback is
 * copied to capture before any client can read that playback has passed it. So a client that
 * refills its buffer at once does not change the copy.
 */
#include "engine.h"

static void put_le(u8 *at, u32 bytes, u32 value)
{
	u32 i;

	for (i = 0; i < bytes; i++)
		at[i] = (u8)(value >> (8 * i));
}

/* Float without floating point: the low 23 bits of n as 1.n - the range [1, 2). */
static u32 ramp_value(u32 format, u32 n)
{
	if (format == WRT_FMT_FLOAT)
		return 0x3f800000u | (n & 0x7fffffu);
	if (format == WRT_FMT_S20_32)
		return (u32)((s32)(n << 12) >> 12);
	if (format == WRT_FMT_S24_32)
		return (u32)((s32)(n << 8) >> 8);
	return n;
}

static void write_ramp(const struct wrt_hw_geom *geom, u8 *to, u64 g, u32 count)
{
	u32 bytes = geom->frame_bytes / geom->channels;
	u32 i, ch;

	for (i = 0; i < count; i++) {
		u32 value = ramp_value(geom->format, (u32)(g + i));

		for (ch = 0; ch < geom->channels; ch++, to += bytes)
			put_le(to, bytes, value);
	}
}

static void write_silence(const struct wrt_hw_geom *geom, u8 *to, u32 count)
{
	wrt_memset(to, geom->format == WRT_FMT_U8 ? 0x80 : 0,
		   (size_t)count * geom->frame_bytes);
}

static bool same_format(const struct wrt_hw_geom *a, const struct wrt_hw_geom *b)
{
	return a->rate == b->rate && a->format == b->format && a->channels == b->channels;
}

/* Source of frame g (NULL: silence) and length of the contiguous run, at most count. */
static const struct wrt_hw_stream *heard_at(const struct wrt_hw_stream *play, u64 g, u32 count,
					    u32 *n)
{
	u64 end;

	*n = count;
	if (!play)
		return NULL;
	end = wrt_min_u64(play->end_g, play->silent_g);
	if (g >= end)
		return NULL;
	if (g < play->start_g) {
		u64 before = play->start_g - g;

		*n = before < count ? (u32)before : count;
		return NULL;
	}
	if (end - g < count)
		count = (u32)(end - g);
	*n = wrt_min_u32(count, play->frames - wrt_sim_buffer_frame(play, g));
	return play;
}

static void flip_bit(const struct wrt_hw_stream *capt, u8 *to, u64 g, u32 count)
{
	u64 next = wrt_div_u64(g + 10006, 10007) * 10007;

	for (; next < g + count; next += 10007)
		to[(next - g) * capt->geom.frame_bytes] ^= 1;
}

/* One stretch of the capture buffer: frames g .. g + count - 1, contiguous. */
static void fill(struct wrt_hw_stream *capt, const struct wrt_hw_stream *play, u8 *to,
		 u64 g, u32 count)
{
	const struct wrt_hw_dev *d = capt->dev;
	u32 frame_bytes = capt->geom.frame_bytes;

	if (d->cfg.source == WRT_SIM_RAMP) {
		write_ramp(&capt->geom, to, g, count);
		return;
	}
	while (count) {
		const struct wrt_hw_stream *heard;
		u32 n;

		heard = heard_at(play, g, count, &n);
		if (heard) {
			const u8 *from = heard->geom.cpu;

			from += (size_t)wrt_sim_buffer_frame(heard, g) * frame_bytes;
			wrt_memcpy(to, from, (size_t)n * frame_bytes);
			if (d->cfg.fault == WRT_SIM_FAULT_FLIP_BIT)
				flip_bit(capt, to, g, n);
		} else {
			write_silence(&capt->geom, to, n);
		}
		to += (size_t)n * frame_bytes;
		g += n;
		count -= n;
	}
}

static void move_capture(struct wrt_hw_stream *capt, const struct wrt_hw_stream *play, u64 now_g)
{
	u64 g = capt->moved_g;

	if (now_g <= g)
		return;
	if (now_g - g > capt->frames)
		g = now_g - capt->frames;	/* older frames are overwritten anyway */
	while (g < now_g) {
		u32 frame = wrt_sim_buffer_frame(capt, g);
		u32 room = capt->frames - frame;
		u32 n = (u32)wrt_min_u64(now_g - g, room);
		u8 *to = capt->geom.cpu;

		fill(capt, play, to + (size_t)frame * capt->geom.frame_bytes, g, n);
		g += n;
	}
	wrt_sim_set_moved(capt, now_g);
}

static void note_silence(struct wrt_hw_stream *capt, const struct wrt_hw_geom *play)
{
	capt->silenced = true;
	capt->play_rate = play->rate;
	capt->play_format = play->format;
	capt->play_channels = play->channels;
}

/* What capture records; NULL: silence. geom of a stream that does not run may be changing. */
static const struct wrt_hw_stream *heard_by(const struct wrt_hw_dev *d,
					    const struct wrt_hw_stream *play,
					    struct wrt_hw_stream *capt)
{
	if (d->cfg.source != WRT_SIM_LOOPBACK || !play->running)
		return NULL;
	if (same_format(&play->geom, &capt->geom))
		return play;
	note_silence(capt, &play->geom);
	return NULL;
}

void wrt_sim_move_capture(struct wrt_hw_stream *capt, const struct wrt_hw_stream *play, u64 time)
{
	move_capture(capt, heard_by(capt->dev, play, capt), wrt_sim_frame_at(capt, time));
}
