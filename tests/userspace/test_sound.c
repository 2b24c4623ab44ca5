// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_sound.c - input of play and output of record (input.c, source.c, sink.c), without a
 * card: every format that libsndfile writes, from files and pipes, complete, truncated and with
 * wrong lengths. Called by run.sh in an empty directory; TAP.
 *
 *	test_sound		the tests
 *	test_sound make		only creates some of the files here, for guest.sh
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wavert.h>

#include "../../userspace/tool/sound.h"
#include "../guest/tap.h"

enum { FRAMES = 16000, MAX = 400000 };

volatile sig_atomic_t interrupted;
static char said[4096];			/* text of the last call on standard error */

static void result(bool good, const char *sentence)
{
	tap_ok(good, "%s", sentence);
	if (!good && said[0])
		printf("# %s", said);
}

static bool complain(const char *name, const char *what)
{
	printf("# %s: %s; %s\n", name, what, said[0] ? said : "nothing said");
	return false;
}

/* The second time: the first text was not read. */
static void on_alarm(int sig)
{
	(void)sig;
	if (interrupted)
		_exit(3);
	interrupted = 1;
	alarm(10);
}

/* ---- recording of standard error ----------------------------------------------------------- */

static int true_stderr;

static void listen_to_stderr(void)
{
	int fd = open("said", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);

	true_stderr = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

static void stop_listening(void)
{
	ssize_t n = pread(STDERR_FILENO, said, sizeof(said) - 1, 0);

	said[n > 0 ? n : 0] = 0;
	dup2(true_stderr, STDERR_FILENO);
	close(true_stderr);
}

/* ---- sources --------------------------------------------------------------------------------- */

enum way { FILE_WAY, PIPE_WAY, WAYS };
static const char *const ways[] = { "file", "pipe" };

static pid_t feeder;

static void no_stdin(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	close(null);
}

/* A child writes the file to a pipe, in pieces of irregular sizes. */
static void feed(const char *path, int to)
{
	char block[1000];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	while ((n = read(fd, block, 777)) > 0)
		if (write(to, block, (size_t)n) != n)
			_exit(1);
	_exit(0);
}

static void pipe_in(const char *path)
{
	int ends[2];

	if (pipe(ends))
		exit(1);
	feeder = fork();
	if (!feeder) {
		close(ends[0]);
		feed(path, ends[1]);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
}

struct heard {
	void *data;
	size_t frames;
	unsigned int format, channels;
	unsigned long long length;
	bool opened, known, complete, received_all;
};

/* Reads to the end, as samples of `format`, or of the file's own format if it is 0. */
static struct heard hear(const char *path, enum way way, unsigned int format)
{
	static unsigned char data[MAX * 8];
	struct heard h = { .data = data };
	struct source src;

	listen_to_stderr();
	if (way == PIPE_WAY)
		pipe_in(path);
	h.opened = source_open(&src, way == PIPE_WAY ? "-" : path);
	if (h.opened) {
		h.format = format ? format : src.format;
		h.channels = (unsigned int)src.info.channels;
		h.frames = source_read(&src, data, MAX / h.channels, h.format);
		if (way == PIPE_WAY)	/* the rest fits into the pipe */
			waitpid(feeder, NULL, 0);
		h.complete = source_complete(&src);
		h.length = src.length;
		h.known = src.length_known;
		h.received_all = way == PIPE_WAY && src.in.seekable;
		source_close(&src);
	}
	no_stdin();
	if (way == PIPE_WAY && !h.opened)
		waitpid(feeder, NULL, 0);
	stop_listening();
	return h;
}

/* 3 bytes, the sign in the last one. */
static int32_t packed(const unsigned char *b)
{
	return (int32_t)((unsigned int)b[0] << 8 | (unsigned int)b[1] << 16 | (unsigned int)b[2] << 24) >> 8;
}

static int32_t sample(const struct heard *h, size_t i)
{
	switch (h->format) {
	case WAVERT_FORMAT_U8:
		return ((uint8_t *)h->data)[i] - 128;
	case WAVERT_FORMAT_S16:
		return ((int16_t *)h->data)[i];
	}
	if (h->format == WAVERT_FORMAT_S24_3)
		return packed((unsigned char *)h->data + 3 * i);
	return ((int32_t *)h->data)[i];
}

static unsigned int bits(unsigned int format)
{
	return format == WAVERT_FORMAT_U8 ? 8 : format == WAVERT_FORMAT_S16 ? 16 :
	       format == WAVERT_FORMAT_S24_32 || format == WAVERT_FORMAT_S24_3 ? 24 : 32;
}

/* The samples that libsndfile reads from the file by its name, clipped to full scale. */
static bool as_libsndfile(const char *name, const struct heard *h, size_t frames)
{
	static double wide[MAX];
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(name, SFM_READ, &info);
	double full = ldexp(1, (int)bits(h->format) - 1), v;
	sf_count_t n = f ? sf_readf_double(f, wide, MAX / info.channels) : 0;
	size_t i;

	sf_close(f);
	if (n < (sf_count_t)frames || h->frames != frames)
		return false;
	for (i = 0; i < frames * h->channels; i++) {
		if (h->format == WAVERT_FORMAT_FLOAT) {
			v = fmax(-1, fmin(1, wide[i]));
			if (((float *)h->data)[i] != (float)v)
				return false;
			continue;
		}
		v = fmax(-full, fmin(full - 1, round(wide[i] * full)));
		if (sample(h, i) != (int32_t)v)
			return false;
	}
	return true;
}

/* ---- files of every format ------------------------------------------------------------------- */

static char names[300][40];
static int kinds[300];
static size_t nnames;

static bool write_sound(const char *name, int format, int rate, int channels, double amplitude)
{
	SF_INFO info = { .samplerate = rate, .channels = channels, .format = format };
	SNDFILE *f = sf_format_check(&info) ? sf_open(name, SFM_WRITE, &info) : NULL;
	double frame[2];
	int i;

	for (i = 0; f && i < FRAMES; i++) {
		frame[0] = amplitude * sin(0.05 * i);
		frame[1] = amplitude * sin(0.11 * i);
		if (sf_writef_double(f, frame, 1) != 1) {
			sf_close(f);
			f = NULL;
		}
	}
	if (f)
		sf_close(f);
	else
		unlink(name);
	return f;
}

static void make_one(int major, const char *extension, int subtype)
{
	static const int rates[] = { 16000, 8000, 48000, 44100 };
	size_t i;
	int channels;

	for (channels = 2; channels; channels--)
		for (i = 0; i < 4; i++) {
			snprintf(names[nnames], sizeof(names[0]), "%x-%x.%s", major >> 16, subtype, extension);
			if (write_sound(names[nnames], major | subtype, rates[i], channels, 0.5)) {
				kinds[nnames++] = major | subtype;
				return;
			}
		}
}

/* A file without a header can be played only if its name determines the format. */
static void make_all(void)
{
	SF_FORMAT_INFO major, sub;
	int n, nsub, i, j;

	sf_command(NULL, SFC_GET_FORMAT_MAJOR_COUNT, &n, sizeof(n));
	sf_command(NULL, SFC_GET_FORMAT_SUBTYPE_COUNT, &nsub, sizeof(nsub));
	for (i = 0; i < n; i++)
		for (j = 0; j < nsub; j++) {
			major.format = i;
			sub.format = j;
			sf_command(NULL, SFC_GET_FORMAT_MAJOR, &major, sizeof(major));
			sf_command(NULL, SFC_GET_FORMAT_SUBTYPE, &sub, sizeof(sub));
			if (major.format != SF_FORMAT_RAW)
				make_one(major.format, major.extension, sub.format);
		}
}

static bool known_by_name(int kind)
{
	return (kind & SF_FORMAT_TYPEMASK) == SF_FORMAT_SD2;
}

static bool every_format(enum way way)
{
	bool good = nnames > 100;
	size_t i;

	for (i = 0; i < nnames; i++) {
		struct heard h;
		SF_INFO info = { 0 };
		SNDFILE *f = sf_open(names[i], SFM_READ, &info);

		sf_close(f);
		if (known_by_name(kinds[i]) && way == PIPE_WAY)
			continue;
		h = hear(names[i], way, 0);
		if (!h.opened || !h.complete || said[0])
			good = complain(names[i], "not complete");
		else if (!as_libsndfile(names[i], &h, (size_t)info.frames))
			good = complain(names[i], "other samples");
		else if (h.known && h.length != (unsigned long long)info.frames)
			good = complain(names[i], "other length");
	}
	return good;
}

/* ---- truncated files ------------------------------------------------------------------------- */

static void copy_part(const char *from, const char *to, double part, long cut)
{
	static char data[16 << 20];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n = fread(data, 1, sizeof(data), in);

	n = (size_t)((double)n * part) - (size_t)cut;
	fwrite(data, 1, n, out);
	fclose(in);
	fclose(out);
}

/* Formats whose header has the length, which libsndfile provides. */
static bool has_length(int kind)
{
	int codec = kind & SF_FORMAT_SUBMASK;

	if (codec >= SF_FORMAT_G721_32 && codec <= SF_FORMAT_DWVW_N)
		return false;
	switch (kind & SF_FORMAT_TYPEMASK) {
	case SF_FORMAT_WAV:
	case SF_FORMAT_WAVEX:
	case SF_FORMAT_RF64:
	case SF_FORMAT_AIFF:
	case SF_FORMAT_AU:
	case SF_FORMAT_CAF:
	case SF_FORMAT_FLAC:
	case SF_FORMAT_OGG:
	case SF_FORMAT_MPEG:
		return true;
	}
	return false;
}

static long size_of(const char *name)
{
	struct stat st;

	return stat(name, &st) ? 0 : (long)st.st_size;
}

/* Bytes of samples for formats without compression, otherwise frames; Ogg has neither. */
static bool right_loss(const char *name, size_t frames)
{
	const char *what = strstr(said, " is truncated, ") + 15;
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open(name, SFM_READ, &info);
	int codec = info.format & SF_FORMAT_SUBMASK;
	long n = atol(what);

	sf_close(f);
	if (strstr(what, "its last page"))
		return (info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_OGG;
	if (strstr(what, " frames are missing"))	/* ALAC has its number of frames after the sound */
		return n == (long)info.frames - (long)frames ||
		       (codec >= SF_FORMAT_ALAC_16 && codec <= SF_FORMAT_ALAC_32);
	return strstr(what, " bytes are missing") && n == size_of(name) - size_of("cut") &&
	       (codec <= SF_FORMAT_ALAW) && (info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_FLAC;
}

static bool every_cut(enum way way)
{
	bool good = true;
	size_t i;

	for (i = 0; i < nnames; i++) {
		struct heard h;

		if (!has_length(kinds[i]))
			continue;
		copy_part(names[i], "cut", 0.7, 0);
		h = hear("cut", way, 0);
		if (!h.opened || h.complete || !strstr(said, " is truncated, "))
			good = complain(names[i], "not told");
		else if (!right_loss(names[i], h.frames))
			good = complain(names[i], "the missing part is not reported");
		else if (h.frames > FRAMES * 9 / 10)
			good = complain(names[i], "more than the existing part");
		if ((kinds[i] & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG)	/* its frames overlap */
			h.frames -= h.frames < 2 * 1152 ? h.frames : 2 * 1152;
		if (!as_libsndfile(names[i], &h, h.frames))
			good = complain(names[i], "other samples");
	}
	return good;
}

/* ---- lengths in headers ---------------------------------------------------------------------- */

struct patch {
	const char *sentence, *name;
	int format;
	struct {
		int at, bytes;		/* negative: from the end of the header */
		unsigned long long value;	/* big endian, as many bytes */
	} words[4];
};

static const struct patch patches[] = {
	{ "WAV, 0 in both lengths", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, { { 4, 4, 0 }, { 40, 4, 0 } } },
	{ "WAV, 0 in that of the data", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, { { 40, 4, 0 } } },
	{ "WAV, 0 and an odd RIFF", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, { { 4, 4, 0xffffffff }, { 40, 4, 0 } } },
	{ "WAV, 0xffffffff", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, { { 4, 4, 0xffffffff }, { 40, 4, 0xffffffff } } },
	{ "WAV, 0x7fffffff", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, { { 40, 4, 0xffffff7f } } },
	{ "WAV, 0x80000000", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, { { 40, 4, 0x00000080 } } },
	{ "WAV, 0x7ffff000", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, { { 40, 4, 0x00f0ff7f } } },
	{ "WAV of 24 bits, 0", "p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, { { 40, 4, 0 } } },
	{ "WAV of ADPCM, 0xffffffff", "p.wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, { { 56, 4, 0xffffffff } } },
	{ "AIFF, 0", "p.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, { { 4, 4, 0 }, { 22, 4, 0 }, { 42, 4, 0 } } },
	{ "AIFF, 0x7f000008", "p.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, { { 22, 4, 0x1fc00000 }, { 42, 4, 0x7f000008 } } },
	{ "AU, -1", "p.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, { { 8, 4, 0xffffffff } } },
	{ "AU, 0", "p.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, { { 8, 4, 0 } } },
	{ "FLAC, 0", "p.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, { { 22, 4, 0 } } },
	{ "RF64, 0", "p.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, { { 20, 8, 0 }, { 28, 8, 0 }, { 36, 8, 0 } } },
};

static void patch_words(const struct patch *p)
{
	int fd = open(p->name, O_RDWR);
	size_t i;
	int k;

	for (i = 0; i < 4 && p->words[i].bytes; i++)
		for (k = 0; k < p->words[i].bytes; k++) {
			unsigned char c = (unsigned char)(p->words[i].value >> (8 * (p->words[i].bytes - 1 - k)));

			if (pwrite(fd, &c, 1, p->words[i].at + k) != 1)
				exit(1);
		}
	close(fd);
}

/* No length in the header: everything after it is played, and no total time is shown. */
static bool no_length(const struct patch *p, enum way way)
{
	struct heard h;

	write_sound("whole", p->format, 48000, 2, 0.5);
	write_sound(p->name, p->format, 48000, 2, 0.5);
	patch_words(p);
	h = hear(p->name, way, 0);
	if (!h.opened || !h.complete || said[0])
		return complain(p->sentence, "not complete");
	if (h.known && h.length != h.frames)
		return complain(p->sentence, "a wrong length");
	return as_libsndfile("whole", &h, h.frames) && h.frames >= FRAMES;
}

static void append(const char *name, const char *bytes, size_t n)
{
	FILE *f = fopen(name, "a");

	fwrite(bytes, 1, n, f);
	fclose(f);
}

static void lengths(enum way way)
{
	static const char list[] = "LIST\4\0\0\0INFO", tag[128] = "TAG", zeros[5000],
			  noise[] = "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20";
	static const struct patch empty = { .name = "p.wav", .words = { { 4, 4, 0x30000000 }, { 40, 4, 0 } } };
	static const struct patch less = { .name = "p.wav", .words = { { 40, 4, 0x803e0000 } } };
	char sentence[100];
	struct heard h;
	size_t i;

	for (i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
		snprintf(sentence, sizeof(sentence), "%s: %s: the sound to the end is played",
			 ways[way], patches[i].sentence);
		result(no_length(&patches[i], way), sentence);
	}
	write_sound("p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 2, 0.5);
	patch_words(&less);
	h = hear("p.wav", way, 0);
	snprintf(sentence, sizeof(sentence), "%s: more than the header says: is told", ways[way]);
	result(h.opened && h.frames == 4000 && !h.complete && strstr(said, "goes on after the end"), sentence);
	truncate("p.wav", 44);
	append("p.wav", list, 12);
	patch_words(&empty);
	h = hear("p.wav", way, 0);
	snprintf(sentence, sizeof(sentence), "%s: no sound, and a chunk after it: is complete", ways[way]);
	result(h.opened && !h.frames && h.complete, sentence);
	for (i = 0; i < 4; i++) {
		write_sound("p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 2, 0.5);
		append("p.wav", i == 0 ? list : i == 1 ? tag : i == 2 ? zeros : noise,
		       i == 0 ? 12 : i == 1 ? 128 : i == 2 ? 5000 : 16);
		h = hear("p.wav", way, 0);
		snprintf(sentence, sizeof(sentence), "%s: %s after the sound: %s", ways[way],
			 i == 0 ? "a chunk" : i == 1 ? "a tag" : i == 2 ? "padding" : "something else",
			 i < 3 ? "is complete" : "is told");
		result(h.opened && h.frames == FRAMES && h.complete == (i < 3), sentence);
	}
	write_sound("p.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 2, 0.5);
	copy_part("p.wav", "cut", 1, 50001);
	h = hear("cut", way, 0);
	snprintf(sentence, sizeof(sentence), "%s: bytes that are missing are counted exactly", ways[way]);
	result(!h.complete && strstr(said, " 50001 bytes are missing"), sentence);
}

/* 300 kB of other data come before the sound: tags, pictures. */
static bool after_tags(const char *name, int format, long at, const char *head, size_t n)
{
	static char data[1 << 20];
	struct heard h;
	size_t size;
	FILE *f;

	write_sound("whole", format, 48000, 2, 0.5);
	f = fopen("whole", "r");
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	f = fopen(name, "w");
	fwrite(data, 1, (size_t)at, f);
	fwrite(head, 1, n, f);
	for (size_t i = 0; i < 300000; i++)
		fputc(0, f);
	fwrite(data + at, 1, size - (size_t)at, f);
	fclose(f);
	h = hear(name, PIPE_WAY, 0);
	return h.opened && h.complete && !h.received_all && as_libsndfile("whole", &h, h.frames) &&
	       h.frames >= FRAMES;
}

/* ---- clipping -------------------------------------------------------------------------------- */

static bool loud(const char *name, int format, unsigned int as)
{
	struct heard h;

	if (!write_sound(name, format, 48000, 2, 4))
		return complain(name, "cannot be written");
	h = hear(name, FILE_WAY, as);
	return h.opened && h.complete && as_libsndfile(name, &h, h.frames) && h.frames >= FRAMES;
}

static bool nan_is_silence(void)
{
	static const unsigned int formats[] = { WAVERT_FORMAT_U8, WAVERT_FORMAT_S16,
		WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S32, WAVERT_FORMAT_FLOAT, WAVERT_FORMAT_S24_3 };
	float v[] = { NAN, INFINITY, -INFINITY, 0 };
	SF_INFO info = { .samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
	SNDFILE *f = sf_open("nan.wav", SFM_WRITE, &info);
	bool good = f;
	size_t i;

	sf_writef_float(f, v, 4);
	sf_close(f);
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct heard h = hear("nan.wav", FILE_WAY, formats[i]);
		int32_t full = (int32_t)(bits(formats[i]) == 32 ? INT32_MAX : (1 << (bits(formats[i]) - 1)) - 1);

		if (formats[i] == WAVERT_FORMAT_FLOAT)
			good = good && ((float *)h.data)[0] == 0 && ((float *)h.data)[1] == 1 && ((float *)h.data)[2] == -1;
		else
			good = good && h.frames == 4 && !sample(&h, 0) && sample(&h, 1) == full && sample(&h, 2) == -full - 1;
	}
	return good;
}

static bool formats_are_chosen(void)
{
	static const unsigned int cases[][3] = {	/* offered, wanted, chosen */
		{ WAVERT_FORMAT_U8 | WAVERT_FORMAT_S16, WAVERT_FORMAT_U8, WAVERT_FORMAT_U8 },
		{ WAVERT_FORMAT_S32 | WAVERT_FORMAT_S16, WAVERT_FORMAT_U8, WAVERT_FORMAT_S16 },
		{ WAVERT_FORMAT_S16 | WAVERT_FORMAT_S32, WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S32 },
		{ WAVERT_FORMAT_S16 | WAVERT_FORMAT_S20_32, WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S20_32 },
		{ WAVERT_FORMAT_S16 | WAVERT_FORMAT_S24_3, WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S24_3 },
		{ WAVERT_FORMAT_S24_32 | WAVERT_FORMAT_S24_3, WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S24_32 },
		{ WAVERT_FORMAT_S16, WAVERT_FORMAT_FLOAT, WAVERT_FORMAT_S16 },
		{ WAVERT_FORMAT_S16 | WAVERT_FORMAT_S32, WAVERT_FORMAT_FLOAT, WAVERT_FORMAT_S32 },
		{ WAVERT_FORMAT_U8 | WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S32, WAVERT_FORMAT_S24_32 },
	};
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (source_format(cases[i][0], cases[i][1]) != cases[i][2])
			good = complain(wavert_format_name(cases[i][1]), "another was chosen");
	return good;
}

/* ---- files without sound --------------------------------------------------------------------- */

static bool refused(const char *path, enum way way, const char *regex)
{
	struct heard h = hear(path, way, 0);

	return !h.opened && strstr(said, regex) && strchr(said, '\n') == said + strlen(said) - 1;
}

static bool idle_pipe_is_left(void)
{
	struct source src;
	int ends[2];
	bool opened;

	if (pipe(ends))
		return false;
	dup2(ends[0], STDIN_FILENO);
	alarm(1);
	listen_to_stderr();
	opened = source_open(&src, "-");
	stop_listening();
	alarm(0);
	close(ends[0]);
	close(ends[1]);
	no_stdin();
	return !opened && interrupted && strstr(said, "interrupted before");
}

static bool begins_where_stdin_is(void)
{
	struct source src;
	int fd;
	bool good;

	append("joined", "garbage", 7);
	fd = open("joined", O_RDWR | O_APPEND);
	copy_part("whole", "part", 1, 0);
	system("cat part >>joined");
	lseek(fd, 7, SEEK_SET);
	dup2(fd, STDIN_FILENO);
	good = source_open(&src, "-") && src.length == FRAMES;
	source_close(&src);
	close(fd);
	no_stdin();
	return good;
}

/* ---- sinks ----------------------------------------------------------------------------------- */

static const unsigned int sink_formats[] = {
	WAVERT_FORMAT_U8, WAVERT_FORMAT_S16, WAVERT_FORMAT_S24_32, WAVERT_FORMAT_S32, WAVERT_FORMAT_FLOAT,
	WAVERT_FORMAT_S24_3,
};

#define SINK_FORMATS	(sizeof(sink_formats) / sizeof(sink_formats[0]))

static int32_t ramp24(size_t i)
{
	return (int32_t)(i * 12345 % 16000000) - 8000000;
}

static void pack(unsigned char to[3], int32_t v)
{
	to[0] = (unsigned char)v;
	to[1] = (unsigned char)(v >> 8);
	to[2] = (unsigned char)(v >> 16);
}

static void ramp(unsigned int format, void *to, size_t samples)
{
	size_t i;

	for (i = 0; i < samples; i++) {
		if (format == WAVERT_FORMAT_U8)
			((uint8_t *)to)[i] = (uint8_t)i;
		else if (format == WAVERT_FORMAT_S16)
			((int16_t *)to)[i] = (int16_t)i;
		else if (format == WAVERT_FORMAT_S24_32)
			((int32_t *)to)[i] = ramp24(i);
		else if (format == WAVERT_FORMAT_S24_3)
			pack((unsigned char *)to + 3 * i, ramp24(i));
		else if (format == WAVERT_FORMAT_S32)
			((int32_t *)to)[i] = (int32_t)(i * 1234567);
		else
			((float *)to)[i] = (float)i / 16384 - 0.5f;
	}
}

/* A recording is played again with the same samples. Returns the result of sink_write(). */
static size_t record_ramp(const char *path, unsigned int format, unsigned int channels, bool *closed)
{
	static unsigned char data[FRAMES * 8];
	struct sink sink;
	size_t n;

	ramp(format, data, FRAMES * channels);
	if (!sink_open(&sink, path, 48000, format, channels))
		return 0;
	n = sink_write(&sink, data, 1001);
	if (n == 1001)
		n += sink_write(&sink, data + 1001 * channels * wavert_format_bytes(format), FRAMES - 1001);
	*closed = sink_close(&sink) && !sink.error;
	return n;
}

static bool is_ramp(const char *path, enum way way, unsigned int format, unsigned int channels)
{
	static unsigned char data[FRAMES * 8];
	struct heard h = hear(path, way, format == WAVERT_FORMAT_S24_3 ? format : 0);

	ramp(format, data, FRAMES * channels);
	return h.opened && h.complete && h.format == format && h.frames == FRAMES &&
	       !memcmp(h.data, data, FRAMES * channels * wavert_format_bytes(format));
}

static bool records_to_files(void)
{
	bool good = true, closed;
	size_t i;

	for (i = 0; i < SINK_FORMATS; i++) {
		unlink("rec.wav");
		if (record_ramp("rec.wav", sink_formats[i], 1 + (i & 1), &closed) != FRAMES || !closed ||
		    !is_ramp("rec.wav", FILE_WAY, sink_formats[i], 1 + (i & 1)))
			good = complain("rec.wav", wavert_format_name(sink_formats[i]));
	}
	return good;
}

static unsigned int le32(const char *path, long at)
{
	unsigned char b[4] = { 0 };
	int fd = open(path, O_RDONLY);

	if (pread(fd, b, 4, at) != 4)
		memset(b, 0, 4);
	close(fd);
	return b[0] | (unsigned int)b[1] << 8 | (unsigned int)b[2] << 16 | (unsigned int)b[3] << 24;
}

static unsigned int file_bytes(unsigned int format)
{
	return format == WAVERT_FORMAT_S24_32 || format == WAVERT_FORMAT_S24_3 ? 3 : wavert_format_bytes(format);
}

/* Through a pipe, whose other end is copied to a file. */
static bool record_by_pipe(unsigned int format, unsigned int channels)
{
	int ends[2], out = dup(STDOUT_FILENO);
	bool closed = false;
	size_t n;

	if (pipe(ends))
		return false;
	fflush(stdout);
	feeder = fork();
	if (!feeder) {
		close(ends[1]);
		dup2(ends[0], STDIN_FILENO);
		execlp("sh", "sh", "-c", "exec cat >piped", NULL);
		_exit(1);
	}
	close(ends[0]);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	n = record_ramp("-", format, channels, &closed);
	dup2(out, STDOUT_FILENO);	/* the reader sees the end */
	close(out);
	waitpid(feeder, NULL, 0);
	return n == FRAMES && closed && le32("piped", 4) == 0xffffffff &&
	       le32("piped", size_of("piped") - (long)(FRAMES * channels * file_bytes(format)) - 4) == 0xffffffff &&
	       is_ramp("piped", FILE_WAY, format, channels) && is_ramp("piped", PIPE_WAY, format, channels);
}

static bool records_to_pipes(void)
{
	bool good = true;
	size_t i;

	for (i = 0; i < SINK_FORMATS; i++)
		if (!record_by_pipe(sink_formats[i], 1 + (i & 1)))
			good = complain("a pipe", wavert_format_name(sink_formats[i]));
	return good;
}

/* In a child with its own standard output and error. Returns its exit code. */
static int as_child(int out, int err, int (*run)(void))
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		signal(SIGPIPE, SIG_IGN);
		signal(SIGXFSZ, SIG_IGN);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		status = run();
		printf("report\n");
		fflush(stdout);
		fprintf(stderr, "error\n");
		_exit(status);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int to_stdout(void)
{
	bool closed = false;

	return record_ramp("-", WAVERT_FORMAT_S16, 2, &closed) == FRAMES && closed ? 0 : 1;
}

static int to_dev_stdout(void)
{
	bool closed = false;

	return record_ramp("/dev/stdout", WAVERT_FORMAT_S16, 2, &closed) == FRAMES && closed ? 0 : 1;
}

static int to_file(void)
{
	bool closed = false;
	size_t n = record_ramp("rec.wav", WAVERT_FORMAT_S16, 2, &closed);

	return closed ? 0 : n == FRAMES ? 2 : 1;
}

static int to_full(void)
{
	bool closed = false;

	return record_ramp("/dev/full", WAVERT_FORMAT_S16, 2, &closed) < FRAMES && !closed ? 1 : 0;
}

static int to_limited_file(void)
{
	struct rlimit limit = { 40000, 40000 };

	return setrlimit(RLIMIT_FSIZE, &limit) ? 3 : to_file();
}

static int interrupted_while_nobody_reads(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	bool closed = false;

	sigaction(SIGALRM, &act, NULL);
	alarm(1);
	return record_ramp("-", WAVERT_FORMAT_FLOAT, 2, &closed) < FRAMES && !closed ? 1 : 0;
}

static bool apart(int (*run)(void), bool both)
{
	int out = open("rec.wav", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int err = both ? dup(out) : open("err", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int code = as_child(out, err, run);
	char text[100] = "";
	struct stat st;
	ssize_t n = pread(err, text, sizeof(text) - 1, 0);

	close(out);
	close(err);
	return !code && !stat("rec.wav", &st) && st.st_size == 44 + FRAMES * 4 &&
	       is_ramp("rec.wav", FILE_WAY, WAVERT_FORMAT_S16, 2) && (both || (n > 0 && !strcmp(text, "report\nerror\n")));
}

static bool appends(void)
{
	int out, err = open("/dev/null", O_WRONLY), code;
	struct stat st;

	unlink("log");
	append("log", "before\n", 7);
	out = open("log", O_WRONLY | O_APPEND);
	code = as_child(out, err, to_stdout);
	close(out);
	close(err);
	system("tail -c +8 log >rec.wav");
	return !code && !stat("log", &st) && st.st_size == 7 + 44 + FRAMES * 4 && is_ramp("rec.wav", FILE_WAY, WAVERT_FORMAT_S16, 2);
}

static bool begins_where_stdout_is(void)
{
	int out = open("log", O_RDWR | O_CREAT | O_TRUNC, 0600), err = open("/dev/null", O_WRONLY), code;
	struct stat st;

	if (write(out, "before\n", 7) != 7)
		return false;
	code = as_child(out, err, to_stdout);
	if (write(out, "after\n", 6) != 6)
		return false;
	close(out);
	close(err);
	system("tail -c +8 log | head -c -6 >rec.wav");
	return !code && !stat("log", &st) && st.st_size == 7 + 44 + FRAMES * 4 + 6 && le32("log", 47) == FRAMES * 4 &&
	       is_ramp("rec.wav", FILE_WAY, WAVERT_FORMAT_S16, 2);
}

static int out_err(int (*run)(void))
{
	int null = open("/dev/null", O_WRONLY), code = as_child(null, null, run);

	close(null);
	return code;
}

static bool broken_pipe(int (*run)(void), bool closed)
{
	int ends[2], null = open("/dev/null", O_WRONLY), code;

	if (pipe(ends))
		return false;
	if (closed)
		close(ends[0]);
	code = as_child(ends[1], null, run);
	close(ends[1]);
	close(null);
	if (!closed)
		close(ends[0]);
	return code == 1;
}

static bool limit_is_told(void)
{
	struct heard h;

	unlink("rec.wav");
	if (out_err(to_limited_file) != 1)
		return false;
	h = hear("rec.wav", FILE_WAY, 0);
	return h.opened && h.complete && h.frames > 9000 && h.frames <= 10000;
}

static void sinks(void)
{
	result(records_to_files(), "A recording to a file is played again, in every format");
	result(records_to_pipes(), "a recording to a pipe has an unknown length in its header and is played again");
	result(apart(to_stdout, false), "Data to standard output that is a file: the report goes to standard error");
	result(apart(to_dev_stdout, false), "the same for /dev/stdout, which is opened again");
	result(apart(to_stdout, true), "Errors and data to one file: the data is complete");
	result(appends(), "Standard output that appends: nothing is overwritten, the length in the header is unknown");
	result(begins_where_stdout_is(), "Standard output to the middle of a file: header and data are at their offsets");
	result(out_err(to_full) == 1, "/dev/full is reported");
	result(limit_is_told(), "A limit of the file size is reported, and the file is a WAV");
	result(broken_pipe(to_stdout, true), "A reader that has closed its end is reported");
	result(broken_pipe(interrupted_while_nobody_reads, false), "A reader that does not read does not prevent the end");
}

/* ---- all ------------------------------------------------------------------------------------- */

static int make(void)
{
	write_sound("loud.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 48000, 2, 4);
	write_sound("small.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 2, 0.5);
	write_sound("small.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 2, 0.5);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_alarm };
	enum way way;

	if (argc > 1)
		return strcmp(argv[1], "make") ? 2 : make();
	sigaction(SIGALRM, &act, NULL);
	make_all();
	result(every_format(FILE_WAY), "Every format that libsndfile writes is played from a file");
	result(every_format(PIPE_WAY), "and from a pipe");
	result(every_cut(FILE_WAY), "Of a truncated file the missing part is reported and the rest is played");
	result(every_cut(PIPE_WAY), "and from a pipe");
	for (way = 0; way < WAYS; way++)
		lengths(way);
	result(after_tags("t.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 36, "LIST\xe0\x93\4", 8),
	       "A pipe with large tags before the sound is played as it arrives: WAV");
	result(after_tags("t.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 42, "\1\4\x93\xe0", 4), "FLAC");
	result(after_tags("t.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0, "ID3\4\0\0\0\x12\x27\x60", 10), "and MP3");
	result(loud("loud.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0), "Float beyond full scale is clipped");
	result(loud("loud.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, WAVERT_FORMAT_S16), "also as S16");
	result(loud("loud.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, WAVERT_FORMAT_S32), "and double as S32");
	result(loud("loud.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, WAVERT_FORMAT_S24_3), "and as S24_3");
	result(loud("loud.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0), "Vorbis is clipped");
	result(loud("loud.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 0), "and Opus");
	result(loud("loud.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 0), "and MP3");
	result(nan_is_silence(), "No number is silence, infinity full scale");
	result(formats_are_chosen(), "If the device lacks the format another is used, a wider one first");
	mkdir("directory", 0700);
	append("empty", "", 0);
	append("text", "This is no sound, in a file of some length.\n", 44);
	result(refused("directory", FILE_WAY, "cannot read directory: Is a directory; a sound file is expected"), "A directory is refused");
	result(refused("nowhere", FILE_WAY, "cannot read nowhere: No such file or directory; a sound file is expected"), "A missing file is refused");
	result(refused("empty", FILE_WAY, "cannot read empty: it is empty; a sound file is expected"), "An empty file is refused");
	result(refused("empty", PIPE_WAY, "cannot read standard input: it is empty; a sound file is expected"), "An empty pipe is refused");
	result(refused("text", FILE_WAY, "cannot read text: "), "and a text");
	result(refused("text", PIPE_WAY, "cannot read standard input: "), "A text by a pipe is refused");
	result(refused("/dev/null", FILE_WAY, "cannot read /dev/null: it is empty"), "and /dev/null");
	result(refused("/dev/zero", FILE_WAY, "cannot read /dev/zero: of a stream WAV, "), "and /dev/zero");
	result(begins_where_stdin_is(), "Standard input is read from its current offset");
	sinks();
	result(idle_pipe_is_left(), "A signal ends the wait for a pipe without data");
	return tap_done();
}
