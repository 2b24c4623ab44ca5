/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool.h - shared by the verbs of the wavert command. Each verb is one file with its options
 * (glibc's argp) and one function that takes them and returns the exit code.
 */
#ifndef WAVERT_TOOL_H
#define WAVERT_TOOL_H

#include <argp.h>
#include <signal.h>
#include <stdbool.h>

#include <jansson.h>

#include <wavert.h>

#include "pick.h"
#include "predict.h"

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

enum { RUNS_MAX = 64, ARGUMENTS_MAX = 8 };

struct options {
	const struct verb *verb;
	char *arguments[ARGUMENTS_MAX + 1];	/* ends with NULL */
	unsigned int narguments;
	const char *device;		/* --device, default "0" unless given */
	unsigned int pin;		/* --pin */
	unsigned int notifications;	/* --notifications, a buffer */
	unsigned int buffer_ms;		/* --buffer-time, ms */
	unsigned int rate, channels;	/* record */
	unsigned int format;		/* record, WAVERT_FORMAT_* */
	unsigned int threshold_us;	/* watch: a later notification counts as late */
	unsigned long long frames;	/* record: number of frames; watch: of notifications */
	double duration;		/* seconds; 0: until interrupted */
	bool capture;			/* watch the capture pin */
	bool until_stop;		/* watch ends when the stream has no buffer any more */
	bool live;			/* watch: the table every second */
	bool json;
	bool quiet;
	bool force;			/* unbind a card in use */
	bool all;			/* attach, detach: every card */
	bool fix;			/* doctor */
	bool dry_run;			/* bind, unbind: only show the writes */
	struct pin_choice pins;		/* bind */
	const char *format_name;	/* compare: format of the report */
	const char *expected;		/* compare: the table of expected differences */
	const char *core;		/* compare: core traces, LINUX,HOST,NT */
	const char *host;		/* compare: trace of the host */
	const char *title;		/* compare: of the page */
	const char *output;		/* compare: file for the report */
	char *runs[RUNS_MAX];		/* compare: scenarios to run here */
	size_t nruns;
};

struct verb {
	const char *name, *summary;
	struct argp argp;
	int (*run)(const struct options *o);
	const char *expected;		/* description of its arguments, NULL: none */
	unsigned int least, most;	/* arguments */
};

extern const struct verb list_verb, info_verb, play_verb, record_verb, watch_verb, bind_verb,
	unbind_verb, attach_verb, detach_verb, doctor_verb, compare_verb, silicon_report_verb;

/* ---- options.c -------------------------------------------------------------------- */

/* Keys of options without a letter: those of several verbs, and those of a verb alone. */
enum { KEY_JSON = 256, KEY_DRY_RUN, KEY_OWN };

#define OPTION_DEVICE \
	{ "device", 'D', "CARD", 0, "Number, id, hw:CARD or path of the node (default 0)", 0 }
#define OPTION_PIN \
	{ "pin", 'p', "N", 0, "Pin, which is ALSA's subdevice (default 0)", 0 }
#define OPTION_NOTIFICATIONS \
	{ "notifications", 'n', "N", 0, "Notifications a buffer, 2 or more (default 2)", 0 }
#define OPTION_BUFFER_TIME \
	{ "buffer-time", 'b', "MS", 0, "Buffer length in milliseconds (default 200)", 0 }
#define OPTION_DURATION \
	{ "duration", 'd', "SECONDS", 0, "Stop after this time", 0 }
#define OPTION_JSON \
	{ "json", KEY_JSON, NULL, 0, "Print a JSON document", 0 }
#define OPTION_DRY_RUN \
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Only show what would be written", 0 }
#define OPTION_QUIET(what) \
	{ "quiet", 'q', NULL, 0, what, 0 }
#define OPTIONS_END \
	{ "help", 'h', NULL, 0, "Print this help", -1 }, \
	{ "version", 'V', NULL, 0, "Print the version", -1 }, \
	{ 0 }

/* Parser for the options above and for arguments; the parser of a verb ends with it. */
error_t parse_shared(int key, char *arg, struct argp_state *state);

/* The number that the option's value has, or a usage error. */
unsigned long long parse_number(const struct argp_state *state, const char *option,
				const char *value, unsigned long long min, unsigned long long max);

/* Print "wavert VERB: ...; see wavert VERB --help" and exit. */
_Noreturn void usage_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- common.c --------------------------------------------------------------------- */

extern volatile sig_atomic_t interrupted;

/* Print "wavert: ...: why" and return EXIT_FAILED. */
int fail(const char *what, int error);

/* EXIT_OK if err is 0 or above, else fail(). */
int outcome(const char *what, int error);

/* EXIT_OK if true, else EXIT_FAILED. */
int exit_code(bool good);

struct wavert_device *open_device(const char *name);

/* The modules of this card have another major version: print both versions and a hint. */
void say_version(const char *name);

/* The command that fixes it when the modules have that version. */
const char *version_advice(const struct wavert_version *v);

bool check_format(const struct wavert_caps *caps, unsigned int rate, unsigned int format,
		  unsigned int channels);

/* First line of a file without its end, "" if there is none. */
bool first_line(const char *path, char *line, size_t size);

/* Ends the program if the memory could not be allocated. (trace_data.c) */
void *sure(void *memory);

/* ---- attached.c ------------------------------------------------------------------- */

/* Number of our card that is attached to this one, or -1. */
int attached_card(int foreign);

/* Number of the card that this one is attached to, or -1: it is not such a card. */
int attached_to(int card);

/* ---- users.c ------------------------------------------------------------------------ */

/*
 * Name and number of a process that has a stream of the card open, as "aplay (pid 12)".
 * False: none is visible.
 */
bool card_holder(int card, char *text, size_t size);

/* ---- json.c ------------------------------------------------------------------------- */

/* Format version of --json; incremented when an old reader would misread the output. */
#define JSON_VERSION 1

/* The members that every document begins with; wavert.schema.json describes the documents. */
json_t *json_document(const char *verb);

/* Prints and releases it. Returns the exit code given, or EXIT_FAILED if that failed. */
int json_print(json_t *document, int code);

json_t *json_caps(const struct wavert_caps *caps);

/* Kernel and machine, without its name. (report.c) */
json_t *json_system(void);

/* ---- session.c ------------------------------------------------------------------------ */

/* A stream with buffer and event, ready to run, and its statistics. */
struct session {
	struct wavert_device *device;
	struct wavert_stream *stream;
	size_t packet_bytes, frame_bytes;
	unsigned int rate, format;
	unsigned long long delivered;	/* sum of the event's values */
	unsigned long long wakeups;
	unsigned long long late;	/* read only when half of the next packet had passed */
	unsigned long long lost;	/* packets that were not served in time */
	uint64_t seen;			/* of the notification ring */
	unsigned long long late_frames;	/* worst distance from point to interrupt */
	double drift_frames;		/* worst distance of position and clock */
	unsigned long long first_linear, first_ns;
	unsigned long long halts;	/* times that DMA had halted before the start */
	bool progress;			/* a line on the terminal */
	double shown;			/* time of the last line, seconds */
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

/* Prints time, notifications, late ones, position; total in frames, 0 if there is no end. */
void session_progress(struct session *s, unsigned long long total);

/* Remove the progress line from the terminal before another line. */
void session_clear(const struct session *s);

/* Print the error of a wait; frames: done, and in the file `path` if there is one. EXIT_FAILED. */
int session_broke(struct session *s, const char *verb, int error, unsigned long long frames,
		  const char *path);

/* PAUSE, and count the last signals. */
int session_pause(struct session *s);

/* Prints lost packets and halts of the hardware; false if there were none. */
bool session_lost(const struct session *s, const char *done);

/* STOP, then the closing report; false if something was lost or notifications do not add up. */
bool session_finish(struct session *s, const char *done, unsigned long long frames, bool quiet);
void session_close(struct session *s);

/* silence.c: a warning if this pin recorded silence instead of the playback. */
void warn_silence(const struct session *s, unsigned int pin);

#endif
