// SPDX-License-Identifier: GPL-2.0-only
/*
 * input.c - bytes of a file or a stream for libsndfile. The descriptor is opened once and
 * every byte of a stream is read once: libsndfile seeks back while it reads a header, so received
 * bytes of a stream are kept. Reads end when a signal has been caught.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pick.h"
#include "sound.h"

/* Most bytes of a stream that are kept: some formats can be read only when the end has arrived. */
enum { KEEP_MAX = 64 << 20 };

static ssize_t failed(struct input *in, int error)
{
	in->error = error;
	return 0;
}

/* Waits for data and reads from the descriptor. 0: the end, an error or a signal. */
static ssize_t receive(struct input *in, void *to, size_t n, sf_count_t at)
{
	struct pollfd ready = { .fd = in->fd, .events = POLLIN };
	ssize_t got = -1;

	while (got < 0) {
		in->stopped |= interrupted;
		if (in->stopped)
			return 0;
		if (!in->seekable && poll(&ready, 1, 20) <= 0) {
			if (in->idle)
				in->idle(in->idle_of);
			continue;
		}
		if (in->seekable)
			got = pread(in->fd, to, n, in->start + at);
		else
			got = read(in->fd, to, n);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return failed(in, errno);
	}
	return got;
}

static bool make_room(struct input *in, size_t n)
{
	size_t size = in->size;
	unsigned char *more;

	if (!size)
		size = 65536;
	while (size < in->nkept + n)
		size *= 2;
	if (size == in->size)
		return true;
	if (size > KEEP_MAX) {
		failed(in, EFBIG);
		return false;
	}
	more = realloc(in->kept, size);
	if (!more) {
		failed(in, ENOMEM);
		return false;
	}
	in->kept = more;
	in->size = size;
	return true;
}

/* Ogg pages: a header of 27 bytes, the lengths of the segments, the segments. */
static void follow_pages(struct input *in, const unsigned char *from, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (in->page.nhead < sizeof(in->page.head)) {
			in->page.head[in->page.nhead++] = from[i];
			in->page.segments = from[i];
		} else if (in->page.segments) {
			in->page.segments--;
			in->page.body += from[i];
		} else {
			in->page.body--;
		}
		if (in->page.nhead == sizeof(in->page.head) && !in->page.segments && !in->page.body)
			in->page.nhead = 0;
	}
}

bool input_ends_page(const struct input *in)
{
	return !in->page.nhead && (in->page.head[5] & 4);
}

/* The next bytes of a stream. */
static ssize_t receive_next(struct input *in, void *to, size_t n)
{
	ssize_t got = 0;

	if (!in->keep || make_room(in, n))
		got = receive(in, to, n, 0);
	if (in->keep && got > 0) {
		memcpy(in->kept + in->nkept, to, (size_t)got);
		in->nkept += (size_t)got;
	}
	follow_pages(in, to, (size_t)got);
	in->end += got;
	return got;
}

/* Bytes at a distance from the start. Does not wait for data of a stream. */
static ssize_t piece(struct input *in, void *to, size_t n, sf_count_t at)
{
	if (in->fd >= 0 && in->seekable)
		return receive(in, to, n, at);
	if (at < (sf_count_t)in->nkept) {
		if (n > in->nkept - (size_t)at)
			n = in->nkept - (size_t)at;
		memcpy(to, in->kept + at, n);
		return (ssize_t)n;
	}
	if (in->seekable || at > in->end)
		return 0;
	if (at < in->end)
		return failed(in, ESPIPE);
	return receive_next(in, to, n);
}

/* libsndfile may skip bytes without reading them. In a header it may seek beyond the sound. */
static void skip_to(struct input *in, sf_count_t at)
{
	char scratch[4096];
	ssize_t got = 1;

	if (in->keep && at - in->end > in->ahead)
		return;
	while (!in->seekable && in->end < at && got > 0)
		got = receive_next(in, scratch, smaller(at - in->end, sizeof(scratch)));
}

static bool is_ready(struct input *in)
{
	struct pollfd ready = { .fd = in->fd, .events = POLLIN };

	return in->seekable || poll(&ready, 1, 0) > 0;
}

size_t input_peek(struct input *in, sf_count_t at, void *to, size_t n, bool wait)
{
	size_t have = 0;
	ssize_t got = 1;

	while (have < n && got > 0 && (wait || is_ready(in))) {
		got = piece(in, (char *)to + have, n - have, at + (sf_count_t)have);
		have += (size_t)got;
	}
	return have;
}

/* ---- SF_VIRTUAL_IO ---------------------------------------------------------------------- */

static sf_count_t io_length(void *user)
{
	const struct input *in = user;

	if (!in->whole)
		return SF_COUNT_MAX;
	return in->end - in->base;
}

/* Not from the end, which is not known: for MPEG the length would be used as a count of frames. */
static sf_count_t io_seek(sf_count_t offset, int whence, void *user)
{
	struct input *in = user;

	if (whence == SEEK_END)
		return -1;
	if (whence == SEEK_CUR)
		offset += in->at;
	if (offset < 0)
		return -1;
	return in->at = offset;
}

static sf_count_t io_read(void *to, sf_count_t n, void *user)
{
	struct input *in = user;
	size_t got;

	skip_to(in, in->base + in->at);
	got = input_peek(in, in->base + in->at, to, (size_t)n, true);
	in->at += (sf_count_t)got;
	in->cut |= (sf_count_t)got < n;
	return (sf_count_t)got;
}

static sf_count_t io_tell(void *user)
{
	return ((struct input *)user)->at;
}

SF_VIRTUAL_IO input_io = {
	.get_filelen = io_length, .seek = io_seek, .read = io_read, .tell = io_tell,
};

/* ---- open and close ------------------------------------------------------------------------ */

bool input_open(struct input *in, const char *path)
{
	struct stat st = { 0 };

	memset(in, 0, sizeof(*in));
	in->keep = true;
	if (is_path(path))
		in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	else
		in->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	if (in->fd < 0 || fstat(in->fd, &st))
		in->error = errno;
	else if (S_ISDIR(st.st_mode))
		in->error = EISDIR;
	if (in->error) {
		in->stopped = interrupted;
		input_close(in);
		return false;
	}
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return true;
	/* files of /proc have a length of 0: they are read as streams */
	in->start = lseek(in->fd, 0, SEEK_CUR);
	in->end = lseek(in->fd, 0, SEEK_END) - in->start;
	in->seekable = in->start >= 0 && in->end > 0;
	if (!in->seekable)
		in->end = 0;
	lseek(in->fd, in->start, SEEK_SET);
	return true;
}

void input_close(struct input *in)
{
	if (in->fd >= 0)
		close(in->fd);
	free(in->kept);
	in->fd = -1;
	in->kept = NULL;
}

bool input_receive_all(struct input *in)
{
	char block[65536];

	while (receive_next(in, block, sizeof(block)) > 0)
		;
	in->seekable = !in->error && !in->stopped;
	if (in->seekable) {
		close(in->fd);
		in->fd = -1;
	}
	return in->seekable;
}
