/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tool.h - what the verbs of the wavert command share. Each verb is one file with one
 * function that takes its own argc and argv and returns the exit code.
 */
#ifndef WAVERT_TOOL_H
#define WAVERT_TOOL_H

#include <signal.h>
#include <stdbool.h>

#include <wavert.h>

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

struct options {
	const char *device;		/* --device, default "0" unless given */
	unsigned int pin;		/* --pin */
	unsigned int notifications;	/* --notifications, a buffer */
	unsigned int buffer_ms;		/* --buffer-time, ms */
	unsigned int rate, channels;	/* record */
	unsigned int format;		/* record, WAVERT_FORMAT_* */
	unsigned long long frames;	/* record: how many; watch: how many notifications */
	double duration;		/* seconds; 0: until interrupted */
	bool capture;			/* watch the capture pin */
	bool until_stop;		/* watch ends when the stream does */
	bool quiet;
	bool force;			/* unbind a card in use */
	bool dry_run;			/* bind, unbind: only show the writes */
};

int verb_list(const struct options *o);
int verb_play(const struct options *o, const char *path);
int verb_record(const struct options *o, const char *path);
int verb_watch(const struct options *o);
int verb_bind(const struct options *o, const char *address);
int verb_unbind(const struct options *o, const char *address);

/* common.c */
extern volatile sig_atomic_t interrupted;

/* Print "wavert: ...: why" and return EXIT_FAILED. */
int fail(const char *what, int error);

struct wavert_device *open_device(const char *name);
bool check_format(const struct wavert_caps *caps, unsigned int rate, unsigned int format,
		  unsigned int channels);

/* A stream with buffer and event, ready to run, and the tally of what happened. */
struct session {
	struct wavert_device *device;
	struct wavert_stream *stream;
	int event;
	unsigned char *buffer;
	size_t bytes, packet_bytes, frame_bytes;
	unsigned int rate;
	unsigned long long delivered;	/* sum of the eventfd's values */
	unsigned long long wakeups;
	unsigned long long lost;	/* packets that were not served in time */
	uint64_t seen;			/* of the notification ring */
	unsigned long long late_frames;	/* worst distance from point to interrupt */
	double drift_frames;		/* worst distance of position and clock */
	unsigned long long first_linear, first_ns;
};

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

/* PAUSE and STOP, then the closing report; false if notifications do not add up. */
bool session_finish(struct session *s, const char *done, unsigned long long frames, bool quiet);
void session_close(struct session *s);

#endif
