/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sound.h - what play reads and record writes: a file or a stream that cannot seek (pipe,
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
	bool cut;		/* a read got less than it asked for: the end of the input */
	bool stopped;		/* reads are given up: a signal was caught, or idle() set it */
	int error;		/* errno of a read that failed */
	sf_count_t start;	/* where the descriptor was when it was opened; 0 for a stream */
	sf_count_t base;	/* what libsndfile takes for byte 0, after start */
	sf_count_t at;		/* next byte to read, after base */
	sf_count_t end;		/* bytes there are after start; of a stream: received so far */
	unsigned char *kept;	/* of a stream: the first bytes received */
	size_t nkept, size;
	bool keep;		/* keep what is received from now on: the header is being read */
	sf_count_t ahead;	/* bytes of a stream that may be received to read its header further */
	void (*idle)(void *of);	/* called, now and then, while a stream delivers nothing */
	void *idle_of;
	struct {		/* of an Ogg stream: the page being received */
		unsigned char head[27];
		size_t nhead, segments, body;
	} page;
};

/* "-" is standard input. False: in->error says why. */
bool input_open(struct input *in, const char *path);
void input_close(struct input *in);

/* SF_VIRTUAL_IO, with the input as user data. */
extern SF_VIRTUAL_IO input_io;

/* Up to n bytes at a distance from the start; wait: for a stream to deliver them. */
size_t input_peek(struct input *in, sf_count_t at, void *to, size_t n, bool wait);

/* Of an Ogg stream: has it ended with the last page, and that is complete? */
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
	unsigned int format;		/* WAVERT_FORMAT_* that holds its samples */
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
 * The next frames as WAVERT_FORMAT_* samples, clipped to full scale. Fewer than asked for:
 * the sound has ended, or cannot be read further (source_complete()).
 */
size_t source_read(struct source *src, void *to, size_t frames, unsigned int format);

/* wanted, if it is among the formats offered; else the next wider one, else the widest. */
unsigned int source_format(unsigned int offered, unsigned int wanted);

/* When it has ended: was it complete? If not, print what is missing. */
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

/* Returns how many frames have been written; if fewer, sink->error may say why. */
size_t sink_write(struct sink *sink, const void *from, size_t frames);

/* Why a write or sink_open() failed. */
const char *sink_error(const struct sink *sink);

/* False if the end could not be written, which has been printed. */
bool sink_close(struct sink *sink);

#endif
