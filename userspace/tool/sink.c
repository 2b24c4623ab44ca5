// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink.c - a recording: a WAV file or plain samples, to a file or a stream. The header of a
 * file is correct at any time. That of a stream cannot be changed once it has been sent, so
 * its lengths are 0xffffffff: the sound continues to the end of the stream.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wavert.h>

#include "pick.h"
#include "sound.h"

/* Lengths in a WAV file have 32 bits. */
#define WAV_MAX	(0xffffffffull - 4096)

/* ---- bytes, for libsndfile ------------------------------------------------------------------ */

/*
 * Each write to a stream has only the bytes that the stream accepts without blocking. A wait for
 * the stream ends when a signal has been caught.
 */
static ssize_t send_some(struct sink *sink, const char *from, size_t n)
{
	struct pollfd ready = { .fd = sink->fd, .events = POLLOUT };

	if (sink->seekable)
		return pwrite(sink->fd, from, n, sink->start + sink->at);
	while (poll(&ready, 1, 200) <= 0) {
		if (interrupted) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
	return write(sink->fd, from, smaller(n, PIPE_BUF));
}

static size_t send_all(struct sink *sink, const void *from, size_t n)
{
	size_t have = 0;
	ssize_t sent = 0;

	while (have < n && sent >= 0) {
		sent = send_some(sink, (const char *)from + have, n - have);
		if (sent < 0 && (errno == EINTR || errno == EAGAIN))
			sent = 0;
		if (sent > 0) {
			have += (size_t)sent;
			sink->at += sent;
		}
	}
	if (sent < 0)
		sink->error = errno;
	if (sink->at > sink->end)
		sink->end = sink->at;
	return have;
}

/* A WAV header of libsndfile ends with the length of the data. */
static bool start_stream(struct sink *sink)
{
	const size_t n = (size_t)sink->end;

	memset(sink->header + 4, 0xff, 4);
	memset(sink->header + n - 4, 0xff, 4);
	sink->started = true;
	sink->at = 0;
	return send_all(sink, sink->header, n) == n;
}

/*
 * libsndfile writes the header of a stream repeatedly, and more at the end. The first
 * sample sends the header; then only samples follow.
 */
static sf_count_t io_write(const void *from, sf_count_t n, void *user)
{
	struct sink *sink = user;

	if (!sink->seekable && !sink->started && !sink->at) {
		if (n > (sf_count_t)sizeof(sink->header))
			return 0;
		memcpy(sink->header, from, (size_t)n);
		sink->at = sink->end = n;
		return n;
	}
	if (!sink->seekable && (sink->closing || sink->at < sink->end)) {
		sink->at += n;
		return n;
	}
	if (!sink->seekable && !sink->started && !start_stream(sink))
		return 0;
	return (sf_count_t)send_all(sink, from, (size_t)n);
}

static sf_count_t io_length(void *user)
{
	return ((struct sink *)user)->end;
}

static sf_count_t io_seek(sf_count_t offset, int whence, void *user)
{
	struct sink *sink = user;

	if (whence == SEEK_CUR)
		offset += sink->at;
	else if (whence == SEEK_END)
		offset += sink->end;
	if (offset < 0)
		return -1;
	sink->at = offset;
	return offset;
}

static sf_count_t io_tell(void *user)
{
	return ((struct sink *)user)->at;
}

/* ---- open and close -------------------------------------------------------------------------- */

static int subtype_of(unsigned int format)
{
	switch (format) {
	case WAVERT_FORMAT_U8:
		return SF_FORMAT_PCM_U8;
	case WAVERT_FORMAT_S20_32:
	case WAVERT_FORMAT_S24_3:
	case WAVERT_FORMAT_S24_32:
		return SF_FORMAT_PCM_24;
	case WAVERT_FORMAT_S32:
		return SF_FORMAT_PCM_32;
	case WAVERT_FORMAT_FLOAT:
		return SF_FORMAT_FLOAT;
	}
	return SF_FORMAT_PCM_16;
}

static bool is_raw(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strcmp(dot, ".raw");
}

/* Bytes of one sample in the file. */
static unsigned int file_bytes(unsigned int format)
{
	if (subtype_of(format) == SF_FORMAT_PCM_24)
		return 3;
	return wavert_format_bytes(format);
}

static bool is_same(const struct stat *data, int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_dev == data->st_dev && st.st_ino == data->st_ino;
}

/* Messages are never mixed with the data. A device like /dev/null stores no data. */
static void keep_apart(const struct stat *data)
{
	int null = -1;

	if (is_same(data, STDERR_FILENO))
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (is_same(data, STDOUT_FILENO))
		dup2(STDERR_FILENO, STDOUT_FILENO);
}

static bool open_failed(struct sink *sink, const char *why)
{
	fprintf(stderr, "wavert: cannot write %s: %s; choose a file in a directory that is there and yours\n",
		sink->name, why);
	if (sink->file)
		sf_close(sink->file);
	if (sink->fd >= 0)
		close(sink->fd);
	return false;
}

static bool open_bytes(struct sink *sink, const char *path)
{
	struct stat st;

	if (is_path(path))
		sink->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	else
		sink->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	if (sink->fd < 0 || fstat(sink->fd, &st))
		return open_failed(sink, strerror(errno));
	if (isatty(sink->fd))
		return open_failed(sink, "it is a terminal");
	if (!S_ISCHR(st.st_mode))
		keep_apart(&st);
	sink->start = -1;
	if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		sink->start = lseek(sink->fd, 0, SEEK_CUR);
	sink->seekable = sink->start >= 0 && !(fcntl(sink->fd, F_GETFL) & O_APPEND);
	return true;
}

const char *sink_error(const struct sink *sink)
{
	if (sink->error)
		return strerror(sink->error);
	return sf_strerror(sink->file);
}

bool sink_open(struct sink *sink, const char *path, unsigned int rate, unsigned int format,
	       unsigned int channels)
{
	static SF_VIRTUAL_IO io = {
		.get_filelen = io_length, .seek = io_seek, .write = io_write, .tell = io_tell,
	};
	SF_INFO info = { .samplerate = (int)rate, .channels = (int)channels };

	memset(sink, 0, sizeof(*sink));
	sink->name = path;
	if (!is_path(path))
		sink->name = "standard output";
	sink->raw = is_raw(path);
	sink->started = sink->raw;	/* there is no header to wait for */
	sink->format = format;
	sink->channels = channels;
	if (!open_bytes(sink, path))
		return false;
	info.format = SF_FORMAT_WAV;
	if (sink->raw)
		info.format = SF_FORMAT_RAW;
	info.format |= subtype_of(format);
	sink->file = sf_open_virtual(&io, SFM_WRITE, &info, sink);
	if (!sink->file || sink->error)
		return open_failed(sink, sink_error(sink));
	sf_command(sink->file, SFC_SET_UPDATE_HEADER_AUTO, NULL, sink->seekable);
	sf_command(sink->file, SFC_SET_ADD_PEAK_CHUNK, NULL, sink->seekable);
	sink->max = ~0ull;
	if (!sink->raw && sink->seekable)
		sink->max = WAV_MAX / file_bytes(format) / channels;
	return true;
}

bool sink_close(struct sink *sink)
{
	bool good = !sink->error;
	int err;

	sink->closing = true;
	err = sf_close(sink->file);
	if (good && !sink->seekable && !sink->started)
		start_stream(sink);
	if (sink->seekable)	/* other users of the descriptor continue from there */
		lseek(sink->fd, sink->start + sink->end, SEEK_SET);
	if (close(sink->fd) && !sink->error)
		sink->error = errno;
	if (!good || (!err && !sink->error))
		return good;
	fprintf(stderr, "wavert: cannot finish %s: %s\n", sink->name,
		sink->error ? strerror(sink->error) : sf_error_number(err));
	return false;
}

/* ---- samples ---------------------------------------------------------------------------------- */

static sf_count_t write_u8(struct sink *sink, const unsigned char *from, size_t frames)
{
	size_t samples = frames * sink->channels, i;
	short *wide = calloc(samples, sizeof(*wide));
	sf_count_t n;

	if (!wide)
		return 0;
	for (i = 0; i < samples; i++)
		wide[i] = (short)((from[i] - 0x80) * 256);
	n = sf_writef_short(sink->file, wide, (sf_count_t)frames);
	free(wide);
	return n;
}

/* Shifts samples from the low bits of 4 bytes to the high ones, as libsndfile requires. */
static sf_count_t write_low(struct sink *sink, const int *from, size_t frames, int bits)
{
	size_t samples = frames * sink->channels, i;
	int *high = calloc(samples, sizeof(*high));
	sf_count_t n;

	if (!high)
		return 0;
	for (i = 0; i < samples; i++)
		high[i] = (int)((unsigned int)from[i] << (32 - bits));
	n = sf_writef_int(sink->file, high, (sf_count_t)frames);
	free(high);
	return n;
}

static sf_count_t write_packed(struct sink *sink, const unsigned char *from, size_t frames)
{
	size_t samples = frames * sink->channels, i;
	int *high = calloc(samples, sizeof(*high));
	sf_count_t n;

	if (!high)
		return 0;
	for (i = 0; i < samples; i++, from += 3)
		high[i] = (int)((unsigned int)from[0] << 8 | (unsigned int)from[1] << 16 |
				(unsigned int)from[2] << 24);
	n = sf_writef_int(sink->file, high, (sf_count_t)frames);
	free(high);
	return n;
}

static sf_count_t write_frames(struct sink *sink, const void *from, size_t frames)
{
	switch (sink->format) {
	case WAVERT_FORMAT_U8:
		return write_u8(sink, from, frames);
	case WAVERT_FORMAT_S16:
		return sf_writef_short(sink->file, from, (sf_count_t)frames);
	case WAVERT_FORMAT_S24_3:
		return write_packed(sink, from, frames);
	case WAVERT_FORMAT_S20_32:
		return write_low(sink, from, frames, 20);
	case WAVERT_FORMAT_S24_32:
		return write_low(sink, from, frames, 24);
	case WAVERT_FORMAT_S32:
		return sf_writef_int(sink->file, from, (sf_count_t)frames);
	}
	return sf_writef_float(sink->file, from, (sf_count_t)frames);
}

size_t sink_write(struct sink *sink, const void *from, size_t frames)
{
	sf_count_t n = write_frames(sink, from, frames);

	if (n < 0)
		n = 0;
	sink->frames += (unsigned long long)n;
	return (size_t)n;
}
