/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.h - a client in the benchmark. Each client does the same useful work:
 * wait until every stream has advanced by a period, and read the position of each.
 * No client touches the contents of the buffer.
 */
#ifndef WRT_BENCH_H
#define WRT_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define BENCH_RATE	48000		/* S16, stereo */
#define BENCH_FRAME	4		/* bytes */
#define BENCH_PERIODS	4		/* a buffer */
#define BENCH_STREAMS	8		/* at most */

struct bench {
	const char *card;		/* id of the ALSA card; NULL: none needed */
	const char *pins;		/* id of the card with the pins, if that is another */
	unsigned int device;		/* PCM device of it */
	unsigned int streams;
	unsigned int frames;		/* a period */
	/* Counted by the client. */
	uint64_t wakes;			/* returns from waiting */
	uint64_t signals;		/* what the event counted; 0: the client has no such */
	uint64_t periods[BENCH_STREAMS];	/* passed so far */
	uint64_t position[BENCH_STREAMS];	/* frames, as last read */
	uint64_t xruns;
	void *state;			/* the client's own */
};

struct client {
	const char *name;
	const char *what;		/* description for the table */
	bool single;			/* only for one stream */
	/* All return 0 or a negative errno. */
	int (*open)(struct bench *b);	/* everything up to start */
	int (*start)(struct bench *b);
	/* Wait once, read the positions of the streams that have advanced. */
	int (*wait)(struct bench *b);
	void (*close)(struct bench *b);
};

extern const struct client client_timer, client_sleep;	/* floors */
extern const struct client client_own, client_read, client_lean, client_epoll;	/* WaveRT */
extern const struct client client_observe;		/* WaveRT, while the PCM runs */
extern const struct client client_raw;			/* ALSA, by ioctl and mapped pages */
extern const struct client client_lib;			/* ALSA, by alsa-lib */
extern const struct client client_ticks;		/* ALSA's timer of the PCM */

/* Ways to read the position of the first stream; they return frames, or negative. */
struct reader {
	const char *name;
	const struct client *client;
	int64_t (*read)(struct bench *b);
};

extern const struct reader reader_page, reader_page_now, reader_call;
extern const struct reader reader_register, reader_register_now;
extern const struct reader reader_raw_page, reader_raw_sync;
extern const struct reader reader_lib_update, reader_lib_avail;
extern const struct reader reader_clock;

/* Lateness of the simulator's interrupts; client_wavert.c. */
struct lateness {
	unsigned int count;
	int64_t mean, p99, most;	/* ns */
	int64_t unsure;			/* the ideal time is known to this number of ns */
};

int wavert_lateness(const char *card, unsigned int frames, unsigned int rounds,
		    struct lateness *l);

/*
 * A PCI device by its address; hardware.c. Binds it to this driver, stores the id of the card
 * in id: 0 or a negative errno. One processor: its interrupts so far, or
 * negative.
 */
int hardware_bind(const char *address, const char *driver, char id[16]);
/*
 * Attaches snd-wavert-attach to the card with the id `card`, unless it is attached, and stores the
 * id of the new card in id; or detaches it if it is attached. 0 or a negative errno.
 */
int hardware_attach(const char *card, bool on, char id[16]);
int64_t hardware_interrupts(const char *address);

/* Number of the card with that id, or negative. */
int card_number(const char *id);

static inline uint64_t frames_ns(uint64_t frames)
{
	return frames * 1000000000ull / BENCH_RATE;
}

#endif
