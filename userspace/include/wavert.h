/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wavert.h - libwavert: the WaveRT side of an alsa-wavert card, for clients.
 *
 * Returns: functions that can fail return 0 (or a descriptor, or a count), or a negative
 * errno; on failure their [out] arguments are undefined. wavert_strerror() returns a
 * description of the error. Each errno code stands for one NTSTATUS of the contract, see
 * wavert_status_name(). Every function that can fail may also return -ENODEV: the device has
 * been removed. Its other errors are listed in its comment.
 *
 * Units: sizes and positions are bytes, unless a name says frames; times are nanoseconds of
 * CLOCK_MONOTONIC, or of the card's own clock with WAVERT_CAP_STEPPED; time limits are
 * milliseconds; rates are Hz.
 *
 * Structs: the functions set every member of an [out] struct; the caller need not set it to 0
 * first. (A call of sound/wavert.h without this library needs that, see there.)
 *
 * Ownership: objects are opaque, belong to the caller and are freed by the matching close
 * function, which accepts NULL. Pointers and descriptors that a function returns belong to
 * the object and are valid until it is closed; descriptors that the caller passes remain the
 * caller's.
 *
 * Threads: an object may be used by one thread at a time. Exceptions: wavert_stream_snapshot(),
 * _notifications(), _position(), _now(), _linear_now() and the packet calls other than _drain()
 * may run concurrently with every call except close. Different objects are independent. After
 * fork() the child may only close. No function may be called in a signal handler.
 *
 * The usual order: wavert_open, wavert_stream_open, wavert_stream_set_format,
 * wavert_stream_alloc, wavert_stream_event, fill the packets that wavert_stream_writable()
 * returns, set_state(RUN), then wait on the descriptor and refill; wavert_stream_drain(), close.
 * The first manual page to read is wavert(7); userspace/examples/play_file.c is a short client.
 */
#ifndef WAVERT_H
#define WAVERT_H

#include <stddef.h>
#include <stdint.h>

#include <sound/wavert.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#define WAVERT_MUST_CHECK __attribute__((warn_unused_result))
#pragma GCC visibility push(default)
#else
#define WAVERT_MUST_CHECK
#endif

/* Card numbers are lower than this. */
#define WAVERT_CARDS_MAX 32

struct wavert_device;
struct wavert_stream;

/* ---- devices: wavert_device(3) ------------------------------------------------------ */

/*
 * Open the filter of a card. name: a card number ("0"), an id ("WaveRT"), "hw:" and one
 * of these, or the path of the hwdep node. It claims no hardware and may be opened any number
 * of times. [out] *device: close it with wavert_close(). -ENODEV: no such card; -ENXIO: the card
 * has no WaveRT node; -EACCES: not permitted (group audio); -EPROTO: the interface of the module
 * has another major version, see wavert_version_of(); -ENOMEM; or an error of open(2).
 */
WAVERT_MUST_CHECK int wavert_open(struct wavert_device **device, const char *name);

/* Close the device. Its streams stay open and continue. NULL is allowed. */
void wavert_close(struct wavert_device *device);

/* Number of the ALSA card, 0 .. WAVERT_CARDS_MAX - 1. */
int wavert_device_card(const struct wavert_device *device);

/*
 * Version of the interface of the module. This library was built for version
 * WAVERT_ABI_MAJOR, _MINOR.
 */
WAVERT_MUST_CHECK int wavert_device_version(struct wavert_device *device,
					    struct wavert_version *version);

/*
 * The same for a card that wavert_open() may refuse. name and errors: as wavert_open(), except
 * that -EPROTO is not returned.
 */
WAVERT_MUST_CHECK int wavert_version_of(const char *name, struct wavert_version *version);

/*
 * Capabilities of a pin. direction: WAVERT_PLAYBACK or WAVERT_CAPTURE; pin: 0 .. caps->pins - 1.
 * -ENOENT: no such pin; -EINVAL: direction.
 */
WAVERT_MUST_CHECK int wavert_device_caps(struct wavert_device *device, unsigned int direction,
					 unsigned int pin, struct wavert_caps *caps);

/* A list of the cards that reports cards that are added and removed. */
struct wavert_devices;

/* [out] *devices: close it with wavert_devices_close(). -EMFILE, -ENOMEM. */
WAVERT_MUST_CHECK int wavert_devices_open(struct wavert_devices **devices);

/* NULL is allowed. */
void wavert_devices_close(struct wavert_devices *devices);

/*
 * A descriptor for poll(2) and event loops. It is readable (POLLIN) when there may be a change;
 * then call wavert_device_next() until it returns 0. Do not read or close it.
 */
int wavert_devices_fd(const struct wavert_devices *devices);

/* Results of wavert_device_next(). */
enum wavert_device_change {
	WAVERT_DEVICE_ADDED = 1,	/* the card was added, or existed at the first call */
	WAVERT_DEVICE_REMOVED,		/* it was removed, or may no longer be opened */
};

/*
 * Return the next change: first each existing card, then every card that is added or removed.
 * [out] *name: for wavert_open(), valid until the next call. Waits for at most timeout_ms, without
 * a limit if it is negative. Returns 0 if nothing has changed. A card is reported when its WaveRT
 * node may be opened; for a new card that is after udev has set the permissions. -EINTR: a signal
 * was caught; -EMFILE, -ENFILE, -ENOMEM.
 */
WAVERT_MUST_CHECK int wavert_device_next(struct wavert_devices *devices, int timeout_ms,
					 const char **name);

/* ---- streams: wavert_stream(3) ------------------------------------------------------- */

/*
 * Open a new stream in STOP, without format and buffer. flags: 0, or WAVERT_STREAM_OBSERVE to
 * observe the client that runs the pin. It claims no hardware. The device may be closed before
 * the stream.
 * [out] *stream: close it with wavert_stream_close(). -ENOENT: no such pin; -EINVAL:
 * direction, flags; -ENOMEM (also: too many streams or observers, sound/wavert.h has the
 * limits); -EMFILE, -ENFILE.
 */
WAVERT_MUST_CHECK int wavert_stream_open(struct wavert_stream **stream,
					 struct wavert_device *device, unsigned int direction,
					 unsigned int pin, unsigned int flags);

/* Stop and close the stream; unmap and free everything that it returned. NULL is allowed. */
void wavert_stream_close(struct wavert_stream *stream);

/*
 * The stream's descriptor, for ioctl(2), mmap(2), read(2) and poll(2) by sound/wavert.h. It
 * belongs to the stream. For read(2) and poll(2) the pin has to offer WAVERT_OFFERS_READ;
 * wavert_stream_event() works with every module.
 */
int wavert_stream_fd(const struct wavert_stream *stream);

/*
 * rate in Hz, format one WAVERT_FORMAT_*, channels interleaved. -EINVAL: the pin does not support
 * one of them; -EBADRQC: the stream has a buffer, or is an observer.
 */
WAVERT_MUST_CHECK int wavert_stream_set_format(struct wavert_stream *stream, unsigned int rate,
					       unsigned int format, unsigned int channels);

/*
 * Claim the pin; allocate and map the cyclic buffer of at least `bytes`, rounded up to a size
 * that the hardware supports. notifications: 0 (timer mode, no events), 1 or 2 a cycle; more with
 * WAVERT_ALLOC_ANY_COUNT in flags. wavert_stream_buffer() and _layout() return the result.
 * The pages are in the mapping on return: neither reads nor writes take a page fault.
 * -EREMOTEIO: bytes (0, too many) or too many notifications for it; -EINVAL: notifications,
 * flags; -EBUSY: another client owns the pin; -EBADRQC: no format, the stream has a buffer, PAUSE
 * or RUN, or an observer; -EAGAIN: the hardware could not be programmed; -ENOMEM.
 */
WAVERT_MUST_CHECK int wavert_stream_alloc(struct wavert_stream *stream, size_t bytes,
					  unsigned int notifications, unsigned int flags);

/*
 * Unmap and free the buffer, and release the pin; a running stream is stopped. Events stay
 * registered. -EBADRQC: no buffer.
 */
int wavert_stream_free(struct wavert_stream *stream);

/*
 * The mapped buffer, or NULL without one. [out] *bytes: the length of the cycle (ActualSize);
 * bytes may be NULL. The buffer belongs to the stream until free or close; it stays mapped when
 * the device is removed. wavert_stream_packet() returns the address of a packet.
 */
void *wavert_stream_buffer(const struct wavert_stream *stream, size_t *bytes);

/*
 * The result of wavert_stream_alloc(): sizes, cache type, and whether writes need a memory
 * barrier before the hardware sees them (call_memory_barrier). -EAGAIN: no buffer.
 */
WAVERT_MUST_CHECK int wavert_stream_layout(const struct wavert_stream *stream,
					   struct wavert_buffer *layout);

/*
 * WAVERT_STATE_STOP .. WAVERT_STATE_RUN; missing steps are inserted. After a call that leaves RUN
 * has returned, this stream gets no notification. An observer may still get those for earlier
 * points. -EINVAL: state; -EBADRQC: RUN without a buffer, or an observer; -EAGAIN: the
 * hardware could not be programmed.
 */
int wavert_stream_set_state(struct wavert_stream *stream, unsigned int state);

/* ---- notifications: wavert_event(3) --------------------------------------------------- */

/*
 * The stream's own event: an eventfd (non-blocking, close-on-exec) that becomes readable at
 * every notification and when the device is removed. The first call creates and registers it.
 * Every call returns the same descriptor until the stream is closed (or
 * wavert_stream_unregister_all() is called). Any event loop can wait for it to be readable; then
 * read 8 bytes from it, the number of notifications since the last read. It belongs to the
 * stream: do not close it. An observer is signalled later than the owner: a signal may come after
 * the owner has left RUN. If the signals of an observer are too slow, only the newest 64 points
 * are signalled. The register page has the exact number of points.
 * -EAGAIN: no buffer yet (an observer needs none); -EOPNOTSUPP: a buffer without
 * notifications; -ENOMEM; -EMFILE.
 */
WAVERT_MUST_CHECK int wavert_stream_event(struct wavert_stream *stream);

/*
 * Wait for a notification for at most timeout_ms, without a limit if it is negative. Returns 1
 * if notified, [out] *points (may be NULL): number of notifications since the last call, none
 * from before the first; 0 if the time has elapsed. -ENODEV: the device has been removed; -EINTR: a signal was caught; -EAGAIN:
 * no buffer yet (an observer needs none); -EOPNOTSUPP: a buffer without notifications.
 *
 * It reads the stream file where the module offers that (WAVERT_OFFERS_READ), which costs less
 * than an event. After a call of wavert_stream_event() it waits for that event. Use an event in an
 * event loop, or to wait for several streams at once.
 */
WAVERT_MUST_CHECK int wavert_stream_wait(struct wavert_stream *stream, int timeout_ms,
					 uint64_t *points);

/*
 * Register an eventfd of the caller, as RegisterNotificationEvent does: its counter increments by
 * 1 at every notification. One eventfd may be registered with several streams, and one stream may
 * have WAVERT_EVENTS_MAX of them. -EBADF: not open; -EMEDIUMTYPE: not an eventfd; -EREMOTEIO:
 * registered already; -EAGAIN: no buffer yet; -EOPNOTSUPP: a buffer without notifications;
 * -ENOMEM: too many.
 */
WAVERT_MUST_CHECK int wavert_stream_register(struct wavert_stream *stream, int eventfd);

/* After it returns, the event is not signalled. -ENOENT: not registered; -EBADF, -EMEDIUMTYPE. */
int wavert_stream_unregister(struct wavert_stream *stream, int eventfd);

/*
 * Unregister every event of the stream, also those whose descriptors were closed. The descriptor
 * of wavert_stream_event() is closed; the next call of that function creates a new one.
 */
int wavert_stream_unregister_all(struct wavert_stream *stream);

/* ---- positions: wavert_position(3) ----------------------------------------------------- */

enum wavert_source {
	WAVERT_FROM_REGISTER,	/* the mapped position register; no system call */
	WAVERT_FROM_PAGE,	/* the register page, extrapolated by the clock; no system call */
	WAVERT_FROM_CALL,	/* GET_POSITION */
};

struct wavert_now {
	uint64_t linear;	/* bytes since the last STOP */
	uint32_t offset;	/* cyclic, bytes */
	uint32_t accuracy;	/* bytes: the maximum error of linear */
	enum wavert_source source;
};

/*
 * The current position; in most cases the call to use. It takes the best source available, so the
 * same client runs on every card. In RUN that is the position register, if
 * wavert_stream_map_register() has mapped it; otherwise the page, whose reading is extrapolated at
 * the nominal rate for at most one buffer (the sample clock is assumed accurate to 0.1 %). If
 * the page is older than that, or the clock cannot be used (WAVERT_CAP_EMULATED, _STEPPED), it
 * makes a system call. The register may show the position at the link to the codec, which differs
 * from that of the other sources by up to fifo_bytes (wavert_stream_latency()), so compare only
 * positions of the same source. -ENODEV: the device has been removed.
 */
WAVERT_MUST_CHECK int wavert_stream_now(struct wavert_stream *stream, struct wavert_now *now);

/*
 * The other calls are special cases:
 *   wavert_stream_linear_now()	never a system call, never an error, accuracy not known
 *   wavert_stream_position()	always a system call: GetPosition of the contract, with its time
 *   wavert_stream_presentation()	frames that have left the device, not those fetched
 *   wavert_stream_snapshot()	the position at the last interrupt, with the rest of the page
 *   wavert_stream_writable(), _readable()	in packets, for refilling and reading
 */

/*
 * Bytes since the last STOP: the page's reading, extrapolated by the clock at the nominal rate. So
 * it may be a little ahead of the hardware, but never beyond the end of a stream. While the stream
 * does not run, or if the card has its own clock (WAVERT_CAP_STEPPED): the reading itself, at
 * position_ns.
 */
uint64_t wavert_stream_linear_now(const struct wavert_stream *stream);

/* Fails only with -ENODEV. */
WAVERT_MUST_CHECK int wavert_stream_position(struct wavert_stream *stream,
					     struct wavert_position *position);

/* Number of frames, and the time of that number. -EOPNOTSUPP: capture, no notifications. */
WAVERT_MUST_CHECK int wavert_stream_presentation(struct wavert_stream *stream,
						 struct wavert_presentation *presentation);

/* FIFO in bytes, delays in 100 ns. -EAGAIN: no buffer yet; -EBADRQC: an observer. */
WAVERT_MUST_CHECK int wavert_stream_latency(struct wavert_stream *stream,
					    struct wavert_latency *latency);

/*
 * Map WAVERT_REGISTER_POSITION or _CLOCK: *address is the register, little endian and
 * info->width bits wide. It belongs to the stream until close; after removal of the device it
 * reads 0. Each register can be mapped once a stream, after the buffer has been allocated.
 * -EOPNOTSUPP: the hardware has no such register; -EBADRQC: mapped before, or an observer;
 * -EAGAIN: no buffer; -EINVAL: kind. sound/wavert.h explains how to convert its value to an
 * offset; wavert_stream_now() does it.
 */
WAVERT_MUST_CHECK int wavert_stream_map_register(struct wavert_stream *stream,
						 unsigned int kind, struct wavert_register *info,
						 const volatile void **address);

/* ---- packets: wavert_packet(3) ----------------------------------------------------------- */

/*
 * A buffer of N notifications has N packets, numbered from 0 at the first RUN after STOP. Errors
 * of all calls: -EOPNOTSUPP: a pin of the other direction, or a buffer without notifications;
 * -EBADRQC: an observer.
 */

/* Length of a packet in bytes; 0 if there is no buffer, or a buffer without notifications. */
size_t wavert_stream_packet_bytes(const struct wavert_stream *stream);

/* Address of packet `number` in the mapped buffer; NULL if wavert_stream_packet_bytes() is 0. */
void *wavert_stream_packet(const struct wavert_stream *stream, uint64_t number);

/*
 * Playback: packets that may be written now. [in] *first: the packet that the caller would
 * write next, initially 0. [out] *first: the same, or, if it is too late for that packet, the
 * first that can still be in time; *count: number of packets from there on, possibly 0. Returns
 * the number of packets that were skipped because the caller was late: they were played with the
 * old contents of the buffer. No system call. -EAGAIN: no buffer.
 */
WAVERT_MUST_CHECK int wavert_stream_writable(const struct wavert_stream *stream,
					     uint64_t *first, unsigned int *count);

/*
 * Capture: packets that may be read now. As wavert_stream_writable(); packets that have been
 * overwritten are skipped. A copied packet is intact if another call with its number skips none.
 * With N = 1 the hardware always writes to the packet that is read.
 */
WAVERT_MUST_CHECK int wavert_stream_readable(const struct wavert_stream *stream,
					     uint64_t *first, unsigned int *count);

/* Results of wavert_stream_drain(). */
enum wavert_drained {
	WAVERT_DRAINING,		/* not complete: the time has elapsed */
	WAVERT_DRAINED,			/* everything was played, and nothing after it */
	WAVERT_DRAINED_PAST_END,	/* everything was played, and some silence after it */
};

/*
 * Play the first `bytes` of the stream, counted from the last STOP and already written, and wait
 * until they have left the device, for at most timeout_ms, without a limit if it is negative. A
 * stream that does not run is started. Afterwards it is in PAUSE. The part of the buffer after the
 * end is overwritten with silence.
 *
 * WAVERT_DRAINED: the driver stopped at the end. It cannot do so if the buffer has no
 * notifications, or if the last packet is being played already: then silence is played after the
 * end until the position has passed it, WAVERT_DRAINED_PAST_END. WAVERT_DRAINING: the time has
 * elapsed, call it again; with timeout_ms = 0 it only announces the end. -EOVERFLOW: so many bytes
 * cannot have been written; -EBADFD: another end has been announced, or another thread has stopped
 * the stream; -EAGAIN: no buffer; -EOPNOTSUPP: capture; -EINTR: a signal was caught.
 */
WAVERT_MUST_CHECK int wavert_stream_drain(struct wavert_stream *stream, uint64_t bytes,
					  int timeout_ms);

/*
 * Packet mode: the client announces each packet, and the driver counts glitches. Packet numbers
 * are modulo 2^32.
 */

/* [out] *packets: number of complete packets, which is also the number of that in progress. */
WAVERT_MUST_CHECK int wavert_stream_packet_count(struct wavert_stream *stream,
						 uint32_t *packets);

/*
 * Playback: announce that packet `number` has been written. flags: 0, or WAVERT_PACKET_EOS: it is
 * the last packet, and its first eos_bytes are valid. -ETIME: late; -EOVERFLOW: too early; -EBADFD:
 * after the end; -EINVAL: flags, eos_bytes; -EBADRQC: an observer.
 */
WAVERT_MUST_CHECK int wavert_stream_write_packet(struct wavert_stream *stream, uint32_t number,
						 unsigned int flags, unsigned int eos_bytes);

/*
 * Capture: the newest complete packet. Each packet is returned once; older ones are lost. -EAGAIN:
 * no new packet; -EBADFD: neither PAUSE nor RUN; -EBADRQC: an observer.
 */
WAVERT_MUST_CHECK int wavert_stream_read_packet(struct wavert_stream *stream,
						struct wavert_read_packet *packet);

/* ---- the register page: wavert_snapshot(3) -------------------------------------------------- */

/* The register page without the notification log. New members replace reserved ones. */
struct wavert_snapshot {
	uint32_t state;			/* WAVERT_STATE_*; _GONE: the device has been removed */
	uint32_t offset;		/* cyclic position, bytes, at position_ns */
	uint64_t linear;		/* bytes since the last STOP, at position_ns */
	uint64_t position_ns;
	uint64_t packets;		/* C: notifications since the last STOP */
	uint64_t notify_ns;		/* time at which the last of them was due */
	uint64_t irq_count;		/* number of interrupts */
	uint64_t notifications_written;	/* ring_head */
	uint32_t buffer_bytes;		/* 0 without a buffer */
	uint32_t notifications;		/* N; 0 in timer mode */
	uint32_t rate;			/* Hz */
	uint32_t frame_bytes;
	uint32_t format;		/* WAVERT_FORMAT_* */
	uint32_t channels;
	uint32_t flags;			/* WAVERT_CAP_* */
	uint64_t underruns, repeats, late, overruns, dropped;	/* glitches of packet mode */
	uint64_t dma_halts;		/* halts of DMA without a request, or by a system suspend */
	uint32_t position_register_base;	/* offset at which the position register reads 0 */
	uint32_t reserved0;		/* 0 */
	uint64_t end;			/* upper limit of linear; ~0: no end of stream is set */
	uint64_t reserved[8];		/* 0 */
};

/* One consistent copy of all members. No system call, cannot fail. */
void wavert_stream_snapshot(const struct wavert_stream *stream, struct wavert_snapshot *snapshot);

/*
 * Copy the notifications after number *seen (of notifications_written) into list, oldest
 * first, at most WAVERT_RING. Returns their number and updates *seen. Notifications that have been
 * overwritten are skipped. No system call.
 */
size_t wavert_stream_notifications(const struct wavert_stream *stream, uint64_t *seen,
				   struct wavert_notification list[WAVERT_RING]);

/* ---- names: wavert_status(3) ----------------------------------------------------------------- */

/*
 * Name of the NTSTATUS for which a negative errno of this interface stands: "DEVICE_BUSY" for
 * -EBUSY and so on, "SUCCESS" for 0; NULL for an errno outside the contract. A static string.
 */
const char *wavert_status_name(int error);

/* NTSTATUS value for a negative errno of this interface; 0 for 0 or unknown. */
uint32_t wavert_status_value(int error);

/* The negative errno for an NTSTATUS value; 0 for STATUS_SUCCESS; 1 if there is none. */
int wavert_status_errno(uint32_t value);

/*
 * Description of a negative errno of this library. Use it instead of strerror(3), whose text for
 * -EREMOTEIO is "Remote I/O error". One errno stands for different errors of different calls; the
 * text names all of them. "success" for 0; for an errno outside the contract the text of
 * strerror(3). Never NULL. Valid until the next call of strerror(3).
 */
const char *wavert_strerror(int error);

/* Bytes of one sample of a WAVERT_FORMAT_*; 0 if unknown. */
unsigned int wavert_format_bytes(unsigned int format);

/* "S16" and so on; NULL if unknown. A static string. */
const char *wavert_format_name(unsigned int format);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
