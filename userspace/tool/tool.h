/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool.h - what the verbs of the wavert command share. Each verb is one file with one
 * function that takes the options and its argument, and returns the exit code.
 */
#ifndef WAVERT_TOOL_H
#define WAVERT_TOOL_H

#include <signal.h>
#include <stdbool.h>

#include <jansson.h>

#include <wavert.h>

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

enum { RUNS_MAX = 64 };

struct options {
	const char *device;		/* --device, default "0" unless given */
	unsigned int pin;		/* --pin */
	unsigned int notifications;	/* --notifications, a buffer */
	unsigned int buffer_ms;		/* --buffer-time, ms */
	unsigned int rate, channels;	/* record */
	unsigned int format;		/* record, WAVERT_FORMAT_* */
	unsigned int threshold_us;	/* watch: what is a late notification */
	unsigned long long frames;	/* record: how many; watch: how many notifications */
	double duration;		/* seconds; 0: until interrupted */
	bool capture;			/* watch the capture pin */
	bool until_stop;		/* watch ends when the stream does */
	bool live;			/* watch: the table every second */
	bool json;
	bool quiet;
	bool force;			/* unbind a card in use */
	bool dry_run;			/* bind, unbind: only show the writes */
	const char *format_name;	/* --format; compare: of the report */
	const char *expected;		/* compare: the table of expected differences */
	const char *core;		/* compare: core traces, LINUX,HOST,NT */
	const char *host;		/* compare: trace of the host */
	const char *output;		/* compare: file for the report */
	char *runs[RUNS_MAX];		/* compare: scenarios to run here */
	size_t nruns;
};

int verb_list(const struct options *o);
int verb_info(const struct options *o);
int verb_play(const struct options *o, const char *path);
int verb_record(const struct options *o, const char *path);
int verb_watch(const struct options *o);
int verb_bind(const struct options *o, const char *address);
int verb_unbind(const struct options *o, const char *address);
int verb_doctor(const struct options *o, const char *module);	/* NULL: the installed one */
int verb_compare(const struct options *o, int n, char *const *paths);	/* ends with NULL */

/* ---- common.c --------------------------------------------------------------------- */

extern volatile sig_atomic_t interrupted;

/* Print "wavert: ...: why" and return EXIT_FAILED. */
int fail(const char *what, int error);

struct wavert_device *open_device(const char *name);

/* The modules of this card have another major version: print both, and what to do. */
void say_version(const char *name);

/* The command to run when the modules have that version. */
const char *version_advice(const struct wavert_version *v);

bool check_format(const struct wavert_caps *caps, unsigned int rate, unsigned int format,
		  unsigned int channels);

/* " 8000..192000 Hz", or " 44100, 48000 Hz" where the device has a list. */
void print_rates(FILE *out, const struct wavert_caps *caps);

/* First line of a file without its end, "" if there is none. */
bool first_line(const char *path, char *line, size_t size);

/*
 * Name and number of a process that has a stream of the card open, as "aplay (pid 12)".
 * False: none that we may see.
 */
bool card_holder(int card, char *text, size_t size);

/* ---- json.c ------------------------------------------------------------------------- */

/* Format version of what --json prints; goes up when an old reader would be misled. */
#define JSON_VERSION 1

/* What every document begins with. */
json_t *json_document(void);

/* Prints it and lets go of it; the exit code is passed on if that went well. */
int json_print(json_t *document, int code);

json_t *json_caps(const struct wavert_caps *caps);

/* ---- session.c ------------------------------------------------------------------------ */

/* A stream with buffer and event, ready to run, and the tally of what happened. */
struct session {
	struct wavert_device *device;
	struct wavert_stream *stream;
	size_t packet_bytes, frame_bytes;
	unsigned int rate, format;
	unsigned long long delivered;	/* sum of the event's values */
	unsigned long long wakeups;
	unsigned long long late;	/* seen only when half of the next packet was done */
	unsigned long long lost;	/* packets that were not served in time */
	uint64_t seen;			/* of the notification ring */
	unsigned long long late_frames;	/* worst distance from point to interrupt */
	double drift_frames;		/* worst distance of position and clock */
	unsigned long long first_linear, first_ns;
	unsigned long long halts;	/* times that DMA had halted before the start */
	bool progress;			/* a line on the terminal */
	double shown;			/* seconds, when that was written last */
};

/*
 * Playback: if the device lacks the format, session->format is the next wider one that it
 * offers, else the widest.
 */
int session_open(struct session *s, const struct options *o, unsigned int direction,
		 unsigned int rate, unsigned int format, unsigned int channels);
int session_start(struct session *s);

/*
 * Wait for the next notification; at most timeout_ms. 1, 0 after a timeout or a signal,
 * negative errno. -ENODEV: the device has been removed.
 */
int session_wait(struct session *s, int timeout_ms);

/* Packets completed so far. */
unsigned long long session_packets(const struct session *s);

/* Time, notifications, late ones, position; total in frames, 0 if there is no end. */
void session_progress(struct session *s, unsigned long long total);

/* Take the line off the terminal, before another. */
void session_clear(const struct session *s);

/* A wait that failed, in words; frames: done, and held by path if there is one. EXIT_FAILED. */
int session_broke(struct session *s, const char *verb, int error, unsigned long long frames,
		  const char *path);

/* PAUSE and take the last signals. */
int session_pause(struct session *s);

/* Packets that were lost and halts of the hardware, in words; false if there were none. */
bool session_lost(const struct session *s, const char *done);

/* STOP, then the closing report; false if something was lost or notifications do not add up. */
bool session_finish(struct session *s, const char *done, unsigned long long frames, bool quiet);
void session_close(struct session *s);

/* silence.c: a warning if this pin recorded silence in place of what was played. */
void warn_silence(const struct session *s, unsigned int pin);

#endif
