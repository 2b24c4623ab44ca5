/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sound.h - the input of play and the output of record: a file or a stream that cannot seek (pipe,
 * FIFO, socket, device). Nothing here needs a sound card.
 */
#ifndef WAVERT_SOUND_H
#define WAVERT_SOUND_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "wavert plays and records on little-endian machines only: samples in a buffer are little-endian"
#endif

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include <sndfile.h>

extern volatile sig_atomic_t interrupted;

/* ---- input.c: bytes for libsndfile ---------------------------------------------------- */

struct input {
	int fd;
	bool seekable;
	bool whole;		/* libsndfile is given the length, else "unknown" */
	bool cut;		/* a read got less than requested: the end of the input */
	bool stopped;		/* reads fail: a signal was caught, or idle() set it */
	int error;		/* errno of a read that failed */
	sf_count_t start;	/* offset of the descriptor when it was opened; 0 for a stream */
	sf_count_t base;	/* byte 0 for libsndfile, counted from start */
	sf_count_t at;		/* next byte to read, counted from base */
	sf_count_t end;		/* bytes after start; of a stream: received so far */
	unsigned char *kept;	/* of a stream: the first bytes received */
	size_t nkept, size;
	bool keep;		/* keep what is received from now on: the header is being read */
	sf_count_t ahead;	/* bytes of a stream that may still be received for its header */
	void (*idle)(void *of);	/* called from time to time while a stream delivers no data */
	void *idle_of;
	struct {		/* of an Ogg stream: the page being received */
		unsigned char head[27];
		size_t nhead, segments, body;
	} page;
};

/* "-" is standard input. False: in->error has the reason. */
bool input_open(struct input *in, const char *path);
void input_close(struct input *in);

/* SF_VIRTUAL_IO, with the input as user data. */
extern SF_VIRTUAL_IO input_io;

/* Up to n bytes at a distance from the start; wait: wait until a stream delivers them. */
size_t input_peek(struct input *in, sf_count_t at, void *to, size_t n, bool wait);

/* Ogg stream: true if it has ended with its last page, and that page is complete. */
bool input_ends_page(const struct input *in);

/* Receive a stream to its end, which makes it seekable. False: an error or a signal. */
bool input_receive_all(struct input *in);

/* ---- source.c: a sound ------------------------------------------------------------------- */

struct source {
	struct input in;
	SNDFILE *file;
	SF_INFO info;
	const char *name;
	bool name_is_path;
	bool has_length;		/* in its header */
	unsigned int format;		/* WAVERT_FORMAT_* that contains its samples */
	sf_count_t data_at;		/* its first byte, if frame_bytes is not 0 */
	unsigned int frame_bytes;	/* in the file; 0 if the samples are compressed */
	unsigned long long length;	/* frames by the header; 0: no sound, or not known */
	bool length_known;
	unsigned long long frames;	/* read so far */
	bool ended;
};

bool source_open(struct source *src, const char *path);
void source_close(struct source *src);

/*
 * The next frames as WAVERT_FORMAT_* samples, clipped to full scale. Fewer than requested: the
 * sound has ended, or cannot be read further (source_complete()).
 */
size_t source_read(struct source *src, void *to, size_t frames, unsigned int format);

/* `wanted` if it is offered; otherwise the next wider format, or the widest. */
unsigned int source_format(unsigned int offered, unsigned int wanted);

/* After the end: true if the sound was complete; otherwise prints what is missing. */
bool source_complete(struct source *src);

/* ---- sink.c: a recording ------------------------------------------------------------------ */

struct sink {
	SNDFILE *file;
	const char *name;
	int fd;
	bool raw, seekable, started, closing;
	int error;			/* errno of a write that failed */
	sf_count_t start, at, end;	/* as those of an input; end: written so far */
	unsigned char header[4096];	/* of a stream, until the first sample is written */
	unsigned int format, channels;
	unsigned long long frames;	/* written so far */
	unsigned long long max;		/* frames that it can hold */
};

/* "-" is standard output. A name that ends in .raw: samples without a header. */
bool sink_open(struct sink *sink, const char *path, unsigned int rate, unsigned int format,
	       unsigned int channels);

/* Returns the number of frames written; if it is lower, sink->error may have the reason. */
size_t sink_write(struct sink *sink, const void *from, size_t frames);

/* The reason for which a write or sink_open() failed. */
const char *sink_error(const struct sink *sink);

/* False if the end could not be written, which has been printed. */
bool sink_close(struct sink *sink);

#endif
