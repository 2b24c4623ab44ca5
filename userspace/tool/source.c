// SPDX-License-Identifier: GPL-2.0-only
/*
 * source.c - a sound in any format of libsndfile, from a file or a stream: its length,
 * its samples in a format of the device, and whether it is complete.
 *
 * The length in a header may be unknown or wrong, and libsndfile clips it to the length of the
 * file. So the length of the file is first passed as unknown: then libsndfile returns the length of
 * the header, and the sound ends with the bytes.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <wavert.h>

#include "pick.h"
#include "sound.h"

/* More frames than any sound has: libsndfile made this number of an unknown length. */
#define UNKNOWN_FRAMES	(1ll << 40)

/* Of a codec of fixed ratio: made from a placeholder for the length, see is_placeholder(). */
#define PLACEHOLDER_FRAMES	(1ll << 30)

enum {
	EXPECTED_BYTES = 32,	/* enough to recognise a format */
	TAGS_MAX = 16 << 20,	/* bytes before the sound */
	PIECE = 1024,		/* samples decoded at once; libsndfile has up to 1024 channels */
	READ_AHEAD = 2048,	/* frames that a decoder may have read but not returned */
};

/* ---- formats ------------------------------------------------------------------------------- */

/* Bytes of an uncompressed sample, 0 if compressed. */
static unsigned int sample_bytes(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_ULAW:
	case SF_FORMAT_ALAW:
		return 1;
	case SF_FORMAT_PCM_16:
		return 2;
	case SF_FORMAT_PCM_24:
		return 3;
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_FLOAT:
		return 4;
	case SF_FORMAT_DOUBLE:
		return 8;
	}
	return 0;
}

/* The device format that keeps every bit. Lossy formats are decoded to 16 bits. */
static unsigned int format_of(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_PCM_S8:
		return WAVERT_FORMAT_U8;
	case SF_FORMAT_PCM_24:
	case SF_FORMAT_ALAC_20:
	case SF_FORMAT_ALAC_24:
	case SF_FORMAT_DWVW_24:
		return WAVERT_FORMAT_S24_32;
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_ALAC_32:
		return WAVERT_FORMAT_S32;
	case SF_FORMAT_FLOAT:
	case SF_FORMAT_DOUBLE:
		return WAVERT_FORMAT_FLOAT;
	}
	return WAVERT_FORMAT_S16;
}

unsigned int source_format(unsigned int offered, unsigned int wanted)
{
	static const struct {
		unsigned int format, bits;
	} formats[] = {
		{ WAVERT_FORMAT_U8, 8 }, { WAVERT_FORMAT_S16, 16 }, { WAVERT_FORMAT_S20_32, 20 },
		{ WAVERT_FORMAT_S24_32, 24 }, { WAVERT_FORMAT_S24_3, 24 }, { WAVERT_FORMAT_FLOAT, 24 },
		{ WAVERT_FORMAT_S32, 32 },
	};
	const size_t n = sizeof(formats) / sizeof(formats[0]);
	unsigned int bits = 0;
	size_t i;

	if (offered & wanted)
		return wanted;
	for (i = 0; i < n; i++) {
		if (formats[i].format == wanted)
			bits = formats[i].bits;
		if (bits && formats[i].bits >= bits && (offered & formats[i].format))
			return formats[i].format;
	}
	for (i = n; i-- > 0;)
		if (offered & formats[i].format)
			return formats[i].format;
	return wanted;
}

/* True if the header has the length of the sound, so the file's length is not needed. */
static bool has_length(const unsigned char head[EXPECTED_BYTES])
{
	static const char magic[][5] = {
		"RIFF", "RIFX", "RF64", "caff", "fLaC", "OggS", "dns.", "ID3",
	};
	size_t i;

	for (i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (!memcmp(head, magic[i], strlen(magic[i])))
			return true;
	return (!memcmp(head, "FORM", 4) && !memcmp(head + 8, "AIF", 3)) ||
	       (!memcmp(head, ".snd", 4) && (head[15] < 23 || head[15] > 26)) ||	/* not G.72x */
	       (head[0] == 0xff && (head[1] & 0xe0) == 0xe0);	/* MPEG */
}

/* True if samples can be read before the end has arrived. */
static bool is_for_streams(const unsigned char head[EXPECTED_BYTES])
{
	return has_length(head) && !(!memcmp(head, "caff", 4) && !memcmp(head + 28, "alac", 4));
}

/* Decoders that detect the end; the others return invented samples after it. */
static bool finds_the_end(int format)
{
	switch (format & SF_FORMAT_TYPEMASK) {
	case SF_FORMAT_FLAC:
	case SF_FORMAT_OGG:
	case SF_FORMAT_MPEG:
		return true;
	}
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_ALAC_16:
	case SF_FORMAT_ALAC_20:
	case SF_FORMAT_ALAC_24:
	case SF_FORMAT_ALAC_32:
		return true;
	}
	return sample_bytes(format);
}

/* ---- open ------------------------------------------------------------------------------------- */

static SNDFILE *open_as(struct source *src, bool whole)
{
	if ((src->info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_RAW)
		memset(&src->info, 0, sizeof(src->info));
	src->in.whole = whole;
	src->in.at = 0;
	src->in.cut = false;
	return sf_open_virtual(&input_io, SFM_READ, &src->info, &src->in);
}

/* Ogg has its length only in its last page. */
static bool wants_length(const struct source *src)
{
	return src->in.seekable && (src->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG;
}

/* Use the length of the header, although the file may be shorter. */
static void open_sound(struct source *src, const unsigned char head[EXPECTED_BYTES])
{
	struct input *in = &src->in;
	sf_count_t frames = UNKNOWN_FRAMES;

	if (src->has_length && (in->seekable || is_for_streams(head))) {
		src->file = open_as(src, false);
		if (!src->file && !in->seekable) {	/* pictures may precede the sound */
			in->ahead = TAGS_MAX;
			src->file = open_as(src, false);
		}
		if (src->file)
			frames = src->info.frames;
	}
	if (src->file && wants_length(src)) {
		sf_close(src->file);
		src->file = NULL;
	}
	if (!src->file && !in->seekable && input_receive_all(in)) {
		open_sound(src, head);
		return;
	}
	if (!src->file && in->seekable)
		src->file = open_as(src, true);
	if (!src->file && in->fd >= 0 && in->seekable && src->name_is_path)
		src->file = sf_open(src->name, SFM_READ, &src->info);	/* format by the name */
	if (!src->file)
		return;
	if (in->whole)
		frames = src->info.frames;
	else if (!sample_bytes(src->info.format) && frames >= PLACEHOLDER_FRAMES)
		frames = UNKNOWN_FRAMES;
	src->length_known = frames < UNKNOWN_FRAMES;
	src->length = 0;
	if (src->length_known)
		src->length = (unsigned long long)frames;
}

/* Lengths that programs write into a header before they know it, or because it is too small. */
static bool is_placeholder(unsigned long long bytes)
{
	return (bytes >= 0x7effff00 && bytes <= 0x7f000000) ||
	       (bytes >= 0x7fffe000 && bytes <= 0x80000000) || bytes >= 0xffffe000;
}

static unsigned int word(const unsigned char *p, bool big)
{
	if (big)
		return (unsigned int)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
	return (unsigned int)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0];
}

/* True if this is not sound but the header of another chunk (name, plausible length) or a tag. */
static bool is_chunk(const struct input *in, const unsigned char head[8], sf_count_t at)
{
	const sf_count_t left = in->end - at - 8;
	size_t i;

	if (!memcmp(head, "TAG", 3))
		return true;
	for (i = 0; i < 4; i++)
		if (head[i] < ' ' || head[i] > '~')
			return false;
	return !in->seekable ||
	       word(head + 4, false) <= left || word(head + 4, true) <= left;
}

/* True if sound follows after the length of the header. zeros: zeros count as sound. */
static bool is_sound(struct input *in, sf_count_t at, bool zeros, bool wait)
{
	unsigned char next[4096];
	size_t n = input_peek(in, at, next, wait ? 8 : sizeof(next), wait), i;

	for (i = 0; i < n && !next[i] && !zeros; i++)
		;
	return n >= 8 && i < n && !is_chunk(in, next, at);
}

/* Without a length in the header the sound is everything that follows. */
static bool open_to_the_end(struct source *src)
{
	int swap = sf_command(src->file, SFC_RAW_DATA_NEEDS_ENDSWAP, NULL, 0);
	const bool little_host = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	int order = SF_ENDIAN_BIG;

	if (little_host == !swap)
		order = SF_ENDIAN_LITTLE;
	sf_close(src->file);
	src->in.base = src->data_at;
	src->info.format = SF_FORMAT_RAW | (src->info.format & SF_FORMAT_SUBMASK) | order;
	src->file = open_as(src, src->in.seekable);
	src->length_known = src->in.seekable;
	src->length = 0;
	if (src->file && src->in.seekable)
		src->length = (unsigned long long)src->info.frames;
	return src->file;
}

/* True if the header has no length, although sound follows. */
static bool lacks_length(struct source *src)
{
	unsigned long long bytes = src->length * src->frame_bytes;

	if (!src->length_known)
		return false;
	if (!src->length)
		return is_sound(&src->in, src->data_at, true, true);
	return is_placeholder(bytes) &&
	       !(src->in.seekable && src->data_at + (sf_count_t)bytes <= src->in.end);
}

static bool open_failed(struct source *src, bool empty)
{
	const char *why = sf_strerror(NULL);

	if (empty)
		why = "it is empty";
	if (src->in.error)
		why = strerror(src->in.error);
	if (src->in.stopped)
		fprintf(stderr, "wavert: interrupted before there was any sound in %s\n", src->name);
	else if (src->in.error == EFBIG)
		fprintf(stderr, "wavert: cannot read %s: of a stream WAV, AIFF, AU, CAF, FLAC, Ogg or MPEG is expected; write it to a file and play that\n",
			src->name);
	else
		fprintf(stderr, "wavert: cannot read %s: %s; a sound file is expected (WAV, FLAC, Ogg ...)\n",
			src->name, why);
	source_close(src);
	return false;
}

bool source_open(struct source *src, const char *path)
{
	unsigned char head[EXPECTED_BYTES] = { 0 };
	bool empty;

	memset(src, 0, sizeof(*src));
	src->name_is_path = strcmp(path, "-");
	src->name = "standard input";
	if (src->name_is_path)
		src->name = path;
	if (!input_open(&src->in, path))
		return open_failed(src, false);
	empty = !input_peek(&src->in, 0, head, sizeof(head), true);
	src->has_length = has_length(head);
	if (!empty)
		open_sound(src, head);
	if (!src->file)
		return open_failed(src, empty);
	if (src->has_length && (src->info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_FLAC)
		src->frame_bytes = sample_bytes(src->info.format) * (unsigned int)src->info.channels;
	src->data_at = src->in.at;
	if (src->frame_bytes && lacks_length(src) && !open_to_the_end(src))
		return open_failed(src, false);
	src->format = format_of(src->info.format);
	src->in.keep = false;
	src->in.cut = false;
	return true;
}

void source_close(struct source *src)
{
	if (src->file)
		sf_close(src->file);
	src->file = NULL;
	input_close(&src->in);
}

/* ---- samples -------------------------------------------------------------------------------- */

/* Full scale is 2^(bits - 1): integers come out as they were stored. Rounded to nearest. */
static int32_t integer(double v, unsigned int bits)
{
	const double full = (double)(1ll << (bits - 1));

	if (isnan(v))
		return 0;
	v *= full;
	if (!(v < full - 1))
		return (int32_t)(full - 1);
	if (v < -full)
		return (int32_t)-full;
	if (v < 0)
		return (int32_t)(v - 0.5);
	return (int32_t)(v + 0.5);
}

static float clipped(double v)
{
	if (isnan(v))
		return 0;
	if (v > 1)
		return 1;
	if (v < -1)
		return -1;
	return (float)v;
}

static void put_packed(unsigned char to[3], int32_t v)
{
	to[0] = (unsigned char)v;
	to[1] = (unsigned char)(v >> 8);
	to[2] = (unsigned char)(v >> 16);
}

static void put(void *to, size_t i, unsigned int format, double v)
{
	switch (format) {
	case WAVERT_FORMAT_U8:
		((uint8_t *)to)[i] = (uint8_t)(integer(v, 8) + 0x80);
		break;
	case WAVERT_FORMAT_S16:
		((int16_t *)to)[i] = (int16_t)integer(v, 16);
		break;
	case WAVERT_FORMAT_S24_3:
		put_packed((unsigned char *)to + 3 * i, integer(v, 24));
		break;
	case WAVERT_FORMAT_S20_32:
		((int32_t *)to)[i] = integer(v, 20);
		break;
	case WAVERT_FORMAT_S24_32:
		((int32_t *)to)[i] = integer(v, 24);
		break;
	case WAVERT_FORMAT_S32:
		((int32_t *)to)[i] = integer(v, 32);
		break;
	default:
		((float *)to)[i] = clipped(v);
	}
}

/*
 * True if the input was cut, and a decoder that does not detect it returned invented samples. Near
 * the end that the header has, the decoder has only read ahead.
 */
static bool made_up(const struct source *src, size_t frames)
{
	return src->in.cut && !src->in.whole && !finds_the_end(src->info.format) &&
	       !(src->length_known && src->frames + frames + READ_AHEAD > src->length);
}

/* libsndfile would read and drop bytes after the end, which are still needed of a stream. */
static sf_count_t next_piece(const struct source *src, size_t done, size_t frames)
{
	unsigned long long n = PIECE / (unsigned int)src->info.channels;

	if (n > frames - done)
		n = frames - done;
	if (src->length_known && n > src->length - src->frames - done)
		n = src->length - src->frames - done;
	return (sf_count_t)n;
}

/* In short pieces, since the last piece before a cut is not played. */
size_t source_read(struct source *src, void *to, size_t frames, unsigned int format)
{
	double block[PIECE];
	size_t channels = (size_t)src->info.channels, done = 0, i;
	sf_count_t want, got;

	while (done < frames && !src->ended) {
		want = next_piece(src, done, frames);
		got = 0;
		if (want)
			got = sf_readf_double(src->file, block, want);
		if (made_up(src, done))
			got = 0;
		for (i = 0; i < (size_t)got * channels; i++)
			put(to, done * channels + i, format, block[i]);
		done += (size_t)got;
		src->ended = !got || got < want;
	}
	src->frames += done;
	return done;
}

/* ---- the end ------------------------------------------------------------------------------- */

static bool read_failed(const struct source *src, const char *what)
{
	fprintf(stderr, "wavert: %s could not be read to its end: %s; what was read has been played\n",
		src->name, what);
	return false;
}

static bool truncated(const struct source *src)
{
	const sf_count_t end = src->data_at + (sf_count_t)(src->length * src->frame_bytes);

	if (src->frame_bytes && end > src->in.end)
		fprintf(stderr, "wavert: %s is truncated, %lld bytes are missing", src->name,
			(long long)(end - src->in.end));
	else if (src->length_known)
		fprintf(stderr, "wavert: %s is truncated, %llu frames are missing", src->name,
			src->length - src->frames);
	else
		fprintf(stderr, "wavert: %s is truncated, its last page is missing", src->name);
	fprintf(stderr, "; what is there (%.1f s) has been played; fetch or write the file again\n",
		(double)src->frames / src->info.samplerate);
	return false;
}

bool source_complete(struct source *src)
{
	const int format = src->info.format & SF_FORMAT_TYPEMASK;
	const sf_count_t end = src->data_at + (sf_count_t)(src->length * src->frame_bytes);

	if (src->in.error)
		return read_failed(src, strerror(src->in.error));
	if (format == SF_FORMAT_OGG && !src->length_known && !input_ends_page(&src->in))
		return truncated(src);
	if (format != SF_FORMAT_OGG && src->length_known && src->frames < src->length)
		return truncated(src);
	if (sf_error(src->file) != SF_ERR_NO_ERROR)
		return read_failed(src, sf_strerror(src->file));
	if (src->has_length && (src->frame_bytes || !src->length) && src->length_known &&
	    !src->in.base &&
	    is_sound(&src->in, end + (end & 1), !src->length, false)) {
		fprintf(stderr, "wavert: %s goes on after the end that its header gives; that has not been played\n",
			src->name);
		return false;
	}
	return true;
}
