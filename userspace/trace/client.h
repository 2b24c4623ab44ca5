/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * client.h - the calls by which conformance tests and scenarios use an implementation of the
 * contracts. They use nothing else, so one source runs against any binding. Bindings of the tests:
 * client_host.c (the OS-neutral code in this process), client_ioctl.c (the binary interface,
 * in a guest, on the simulator or on hardware), client_nt.c, client_alsa.c; of wavert-trace:
 * client_wavert.c, nt/client_win.c.
 *
 * Calls return the contract's status; a call that the binding lacks returns CF_LACKS, or is
 * NULL: where marked [optional], and where only scenarios use the binding. If `exact`, time passes
 * only in advance() and event_wait(). Functions that only tests use are in
 * tests/conformance/probe.h.
 */
#ifndef CF_CLIENT_H
#define CF_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

#define CF_LACKS	((enum wrt_status)0x20000001)	/* not in this binding */
#define CF_OTHER	((enum wrt_status)0x20000002)	/* failed, with no status of the contract */

enum { CF_RENDER = 0, CF_CAPTURE = 1 };
enum { CF_STOP, CF_ACQUIRE, CF_PAUSE, CF_RUN, CF_GONE };
enum { CF_S16 = 0x02, CF_S24_3 = 0x40 };

/* Properties of a device for a test; a binding that has no such device returns CF_LACKS. */
struct cf_device {
	bool ramp;		/* capture records frame numbers, not the playback */
	bool not_ready;		/* its engine cannot be programmed */
	bool shaped;		/* hardware-like: FIFO, delays, registers, buffers above 4 MiB */
	bool no_end;		/* the end of a stream cannot be set */
};

/*
 * Properties of the device; tests take their numbers from here. Where the binding has set a value
 * before it queries the device, a device that offers less fails.
 */
struct cf_nature {
	bool hardware;		/* not the simulator */
	bool loopback;		/* capture can record the playback */
	bool ramp;		/* ... or numbered frames; else it records silence */
	bool registers;		/* of position and clock, that a client can map */
	bool write_combined;	/* the memory of buffers, since DMA is not coherent */
	bool no_capture;	/* there is no pin of that direction */
	bool by_tick;		/* its position moves by a tick, so results depend on its phase */
	uint32_t step;		/* bytes the position jumps by at 48 kHz, at most; 0: a frame */
	uint32_t late_us;	/* ... and this much later than possible */
	uint32_t pins;		/* of each direction */
	uint32_t channels_max;
	uint32_t buffer_min;	/* bytes */
	uint32_t exact_min;	/* bytes: passes of a shorter one may be missed; 0: as emulated hardware */
	uint32_t size_step;	/* points are multiples of this, bytes */
	uint32_t parts_min;	/* a buffer has at least this many such parts; 0: one */
	uint32_t rates[3];	/* Hz */
};

struct cf_buffer {
	bool notify;		/* [in] with notification ... */
	uint32_t count, bytes;	/* [in] ... of this many points; requested size */
	bool any;		/* [in] extension: any count */
	uint32_t actual, map_bytes, offset, cache_type, barrier;	/* [out] */
};

#define CF_UNKNOWN	(~0ull)		/* linear, ns: the binding does not get it */

struct cf_position {
	uint64_t play, linear, ns;
	uint32_t state;
};

/* The register page. */
struct cf_page {
	uint64_t linear, packets, underruns, repeats, late, overruns, dropped;
	uint32_t state;
	uint64_t number, at_linear;	/* newest point: its C, the position read with it */
	uint64_t late_ns;		/* ... time from the point to its signal; ~0: unknown */
};

struct cf_read {
	uint32_t number, flags, more;
	uint64_t ns;
};

struct cf_latency {
	uint32_t fifo_bytes, chipset_100ns, codec_100ns;
};

struct cf_register {
	uint32_t width, accuracy;
	uint64_t numerator, denominator;
};

enum cf_register_kind { CF_POSITION_REGISTER, CF_CLOCK_REGISTER, CF_PACKET_REGISTER };
enum cf_bad_event { CF_NOT_OPEN, CF_NO_EVENT };

struct cf_stream;
struct cf_event;

struct cf_client {
	const char *name;
	bool exact;			/* time passes only on request, frame by frame */
	bool kernel;			/* calls are system calls */
	struct cf_nature nature;	/* from the first device() on */

	enum wrt_status (*device)(const struct cf_device *wish);
	void (*end)(void);		/* of a test: release everything that is left */
	enum wrt_status (*remove)(void);	/* surprise removal */

	enum wrt_status (*open)(uint32_t dir, uint32_t pin, struct cf_stream **out);
	void (*close)(struct cf_stream *s);
	enum wrt_status (*set_format)(struct cf_stream *s, uint32_t rate, uint32_t format,
				      uint32_t channels);
	enum wrt_status (*alloc)(struct cf_stream *s, struct cf_buffer *b);
	enum wrt_status (*free)(struct cf_stream *s);
	uint8_t *(*map)(struct cf_stream *s);	/* the buffer; NULL: there is none */

	struct cf_event *(*event)(void);
	struct cf_event *(*event_dup)(struct cf_event *e);
	void (*event_close)(struct cf_event *e);
	uint64_t (*event_take)(struct cf_event *e);	/* read; 0: would block */
	/* Time passes until it is signalled (true) or for this many frames. Consumes no signal. */
	bool (*event_wait)(struct cf_event *e, uint64_t frames, uint32_t rate);
	enum wrt_status (*event_register)(struct cf_stream *s, struct cf_event *e);
	enum wrt_status (*event_unregister)(struct cf_stream *s, struct cf_event *e);
	enum wrt_status (*event_bad)(struct cf_stream *s, enum cf_bad_event kind, bool unregister);

	enum wrt_status (*set_state)(struct cf_stream *s, uint32_t state);
	enum wrt_status (*position)(struct cf_stream *s, struct cf_position *out);
	enum wrt_status (*packet_count)(struct cf_stream *s, uint32_t *out);
	enum wrt_status (*presentation)(struct cf_stream *s, uint64_t *frames, uint64_t *ns);
	enum wrt_status (*read_packet)(struct cf_stream *s, struct cf_read *out);
	enum wrt_status (*write_packet)(struct cf_stream *s, uint32_t number, uint32_t flags,
					uint32_t eos_bytes);
	enum wrt_status (*latency)(struct cf_stream *s, struct cf_latency *out);
	enum wrt_status (*reg)(struct cf_stream *s, enum cf_register_kind kind,
			       struct cf_register *out);
	enum wrt_status (*page)(struct cf_stream *s, struct cf_page *out);

	void (*advance)(uint64_t frames, uint32_t rate);
	uint64_t (*now_ns)(uint32_t rate);	/* the performance counter */
	/* [optional] where exact: frames that have passed on this device */
	uint64_t (*moved)(void);
};

extern struct cf_client cf_client;	/* the binding linked in */

#endif
