/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wavert.h - libwavert: the WaveRT side of an alsa-wavert card, for clients.
 *
 * Returns: functions that can fail return 0 (or a descriptor, or a count), or a negative errno; on
 * failure their [out] arguments are undefined. wavert_strerror() describes an error. Each errno
 * stands for one NTSTATUS of the contract, see wavert_status_name(). A function that can fail may
 * also return -ENODEV: the device has been removed. Its comment lists its other errors.
 *
 * Units: sizes and positions are bytes, unless a name says frames; times are nanoseconds of
 * CLOCK_MONOTONIC, or of the card's own clock with WAVERT_CAP_STEPPED; time limits are
 * milliseconds; rates are Hz.
 *
 * Structs: the functions set every member of an [out] struct. (sound/wavert.h alone does not.)
 *
 * Ownership: objects are opaque, belong to the caller and are freed by the matching close function,
 * which accepts NULL. Pointers and descriptors that a function returns belong to the object and are
 * valid until it is closed. A descriptor that the caller passes remains the caller's.
 *
 * Threads: an object may be used by one thread at a time. Exceptions: wavert_stream_snapshot(),
 * _progress(), _notifications(), _position(), _now(), _linear_now() and the packet calls other than
 * _drain() may run concurrently with every call except close. Different objects are independent.
 * After fork() the child may only close. No function may be called in a signal handler.
 *
 * wavert(7) has the usual order of calls; userspace/examples/play_file.c is a short client.
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

/**
 * wavert_open() - open the filter of a card. It claims no hardware and may be opened any number of
 *   times. -ENODEV: no such card; -ENXIO: no WaveRT node; -EACCES: not permitted (group audio);
 *   -EPROTO: another major version of the interface, see wavert_version_of(); or as open(2).
 * @device: [out] close it with wavert_close()
 * @name: a card number ("0"), an id ("WaveRT"), "hw:" and one of these, or the path of the hwdep
 *	node
 */
WAVERT_MUST_CHECK int wavert_open(struct wavert_device **device, const char *name);

/**
 * wavert_close() - close a device. Its streams stay open and continue.
 * @device: device, or NULL
 */
void wavert_close(struct wavert_device *device);

/**
 * wavert_device_card() - number of the ALSA card, 0 .. WAVERT_CARDS_MAX - 1
 * @device: device
 */
int wavert_device_card(const struct wavert_device *device);

/**
 * wavert_device_version() - interface version of the module; this library: WAVERT_ABI_MAJOR, _MINOR
 * @device: device
 * @version: [out] version of the interface
 */
WAVERT_MUST_CHECK int wavert_device_version(struct wavert_device *device,
					    struct wavert_version *version);

/**
 * wavert_version_of() - interface version of any card. Errors: as wavert_open(), except -EPROTO
 * @name: as for wavert_open()
 * @version: [out] version of the interface
 */
WAVERT_MUST_CHECK int wavert_version_of(const char *name, struct wavert_version *version);

/**
 * wavert_device_caps() - capabilities of a pin. -ENOENT: no such pin; -EINVAL: direction.
 * @device: device
 * @direction: WAVERT_PLAYBACK or WAVERT_CAPTURE
 * @pin: 0 .. caps->pins - 1
 * @caps: [out] capabilities
 */
WAVERT_MUST_CHECK int wavert_device_caps(struct wavert_device *device, unsigned int direction,
					 unsigned int pin, struct wavert_caps *caps);

/**
 * wavert_caps_refusal() - why no client can own a pin, as text; NULL: a client can own it
 * @caps: from wavert_device_caps()
 */
const char *wavert_caps_refusal(const struct wavert_caps *caps);

/* A list of the cards that reports cards that are added and removed. */
struct wavert_devices;

/**
 * wavert_devices_open() - list cards, and report those that are added and removed. -ENOMEM, or an
 *   error of inotify_init1(2) or inotify_add_watch(2), such as -EMFILE.
 * @devices: [out] close it with wavert_devices_close()
 */
WAVERT_MUST_CHECK int wavert_devices_open(struct wavert_devices **devices);

/**
 * wavert_devices_close() - close a list of cards
 * @devices: list of cards, or NULL
 */
void wavert_devices_close(struct wavert_devices *devices);

/**
 * wavert_devices_fd() - descriptor for poll(2) and event loops. It is readable (POLLIN) when there
 *   may be a change; then call wavert_device_next() until it returns 0. Do not read or close it.
 * @devices: list of cards
 */
int wavert_devices_fd(const struct wavert_devices *devices);

/* Results of wavert_device_next(). */
enum wavert_device_change {
	WAVERT_DEVICE_ADDED = 1,	/* the card was added, or existed at the first call */
	WAVERT_DEVICE_REMOVED,		/* it was removed, or may no longer be opened */
};

/**
 * wavert_device_next() - return the next change of a list of cards. First each existing card, then
 *   every card that is added or removed. Returns 0 if nothing has changed. A card is reported when
 *   its WaveRT node may be opened; for a new card that is after udev has set the permissions.
 *   -EINTR: a signal was caught; -EMFILE, -ENFILE, -ENOMEM; or an error of inotify_add_watch(2).
 * @devices: list of cards
 * @timeout_ms: limit in milliseconds; negative: none
 * @name: [out] for wavert_open(), valid until the next call
 */
WAVERT_MUST_CHECK int wavert_device_next(struct wavert_devices *devices, int timeout_ms,
					 const char **name);

/* ---- streams: wavert_stream(3) ------------------------------------------------------- */

/**
 * wavert_stream_open() - open a new stream in STOP, without format and buffer. It claims no
 *   hardware. The device may be closed before the stream. -ENOENT: no such pin; -EINVAL: direction,
 *   flags; -ENOMEM (also: too many streams or observers, see sound/wavert.h); -EMFILE, -ENFILE.
 * @stream: [out] close it with wavert_stream_close()
 * @device: device
 * @direction: WAVERT_PLAYBACK or WAVERT_CAPTURE
 * @pin: 0 .. caps->pins - 1
 * @flags: 0, or WAVERT_STREAM_OBSERVE to observe the client that runs the pin
 */
WAVERT_MUST_CHECK int wavert_stream_open(struct wavert_stream **stream,
					 struct wavert_device *device, unsigned int direction,
					 unsigned int pin, unsigned int flags);

/**
 * wavert_stream_close() - stop and close a stream. Unmap and free everything that it returned.
 * @stream: stream, or NULL
 */
void wavert_stream_close(struct wavert_stream *stream);

/**
 * wavert_stream_fd() - the stream's descriptor, for ioctl(2) and mmap(2) by sound/wavert.h, and for
 *   read(2) and poll(2) if the pin offers WAVERT_OFFERS_READ. It belongs to the stream.
 * @stream: stream
 */
int wavert_stream_fd(const struct wavert_stream *stream);

/**
 * wavert_stream_set_format() - set the sample format. -EINVAL: the pin does not support one of
 *   them, or the stream runs; -EBADRQC: the stream has a buffer, or is an observer.
 * @stream: stream
 * @rate: Hz
 * @format: one WAVERT_FORMAT_*
 * @channels: number of channels, interleaved
 */
WAVERT_MUST_CHECK int wavert_stream_set_format(struct wavert_stream *stream, unsigned int rate,
					       unsigned int format, unsigned int channels);

/**
 * wavert_stream_alloc() - claim the pin, allocate and map the cyclic buffer
 * @stream: stream
 * @bytes: minimum size; rounded up to a size that the hardware supports
 * @notifications: 0 (timer mode, no events), 1 or 2 a cycle; more with WAVERT_ALLOC_ANY_COUNT
 * @flags: 0 or WAVERT_ALLOC_ANY_COUNT
 *
 * wavert_stream_buffer() and _layout() return the result. Accesses to it take no page fault.
 * -EREMOTEIO: bytes (0, too many) or too many notifications for it; -EINVAL: notifications, flags;
 * -EBUSY: a client owns the pin or the attached PCM; -EACCES: the user may not open it; -EBADRQC: no
 * format, a buffer exists, PAUSE or RUN, or an observer; -EAGAIN: not programmable now; -ENOMEM.
 */
WAVERT_MUST_CHECK int wavert_stream_alloc(struct wavert_stream *stream, size_t bytes,
					  unsigned int notifications, unsigned int flags);

/**
 * wavert_stream_free() - unmap and free the buffer, and release the pin. A running stream is
 *   stopped. Events stay registered. -EBADRQC: no buffer; -EBUSY: the caller has mapped the buffer.
 * @stream: stream
 */
int wavert_stream_free(struct wavert_stream *stream);

/**
 * wavert_stream_buffer() - the mapped buffer, or NULL if there is none. It belongs to the stream
 *   until free or close, also after removal of the device. For a packet: wavert_stream_packet().
 * @stream: stream
 * @bytes: [out] length of the cycle (ActualSize); may be NULL
 */
void *wavert_stream_buffer(const struct wavert_stream *stream, size_t *bytes);

/**
 * wavert_stream_layout() - result of wavert_stream_alloc(). -EAGAIN: no buffer.
 * @stream: stream
 * @layout: [out] sizes, cache type, and whether writes need a memory barrier (call_memory_barrier)
 */
WAVERT_MUST_CHECK int wavert_stream_layout(const struct wavert_stream *stream,
					   struct wavert_buffer *layout);

/**
 * wavert_stream_barrier() - make samples that were written to the buffer visible to the hardware.
 *   Needed only where layout.call_memory_barrier is 1, that is where DMA does not see the
 *   processor's caches. wavert_stream_drain(), _set_state() and _write_packet() include it.
 * @stream: stream
 */
void wavert_stream_barrier(const struct wavert_stream *stream);

/**
 * wavert_stream_set_state() - set the state; missing steps are inserted. After a call that leaves
 *   RUN this stream gets no notification, but an observer may still get those for earlier points.
 *   -EINVAL: state; -EBADRQC: RUN without a buffer, an observer; -EAGAIN: hardware is not ready.
 * @stream: stream
 * @state: WAVERT_STATE_STOP .. WAVERT_STATE_RUN
 */
int wavert_stream_set_state(struct wavert_stream *stream, unsigned int state);

/**
 * wavert_device_set_states() - set the state of several streams of a device at once. RUN: all are
 *   started together, or none. Below RUN: all are stopped together, then each is brought to this
 *   state. -ENOTTY: interface version before 1.1; -EINVAL: count, state, or a stream twice;
 *   -EMEDIUMTYPE: a stream of another device; -EBADFD: RUN, and one of them runs; or an error of
 *   wavert_stream_set_state().
 * @device: device
 * @streams: the streams
 * @count: their number, 1 .. WAVERT_GROUP_MAX
 * @state: WAVERT_STATE_STOP .. WAVERT_STATE_RUN
 * @spread_ns: [out] RUN: the streams began within this time, 0: at once; may be NULL
 */
WAVERT_MUST_CHECK int wavert_device_set_states(struct wavert_device *device,
					       struct wavert_stream *const *streams,
					       unsigned int count, unsigned int state,
					       uint32_t *spread_ns);

/* ---- notifications: wavert_event(3) --------------------------------------------------- */

/**
 * wavert_stream_event() - the stream's own event
 * @stream: stream
 *
 * An eventfd (non-blocking, close-on-exec) that becomes readable at every notification and when the
 * device is removed. The first call creates and registers it. Every call returns the same
 * descriptor until the stream is closed (or wavert_stream_unregister_all() is called). Any event
 * loop can wait for it to be readable; then read 8 bytes from it, the number of notifications since
 * the last read. It belongs to the stream: do not close it. An observer is signalled later than the
 * owner, possibly after the owner has left RUN. If an observer is too slow, only the newest 64
 * points are signalled. The register page has the exact number of points. -EAGAIN: no buffer yet
 * (an observer needs none); -EOPNOTSUPP: a buffer without notifications; -ENOMEM; -EMFILE, -ENFILE.
 */
WAVERT_MUST_CHECK int wavert_stream_event(struct wavert_stream *stream);

/**
 * wavert_stream_wait() - wait for a notification. Returns 1 if notified, 0 if the time has elapsed.
 *   -EINTR: a signal was caught; -EAGAIN: no buffer yet (an observer needs none); -EOPNOTSUPP: a
 *   buffer without notifications.
 * @stream: stream
 * @timeout_ms: limit in milliseconds; negative: none
 * @points: [out] notifications since the last call, none from before the first call; may be NULL
 *
 * It reads the stream file if the pin offers WAVERT_OFFERS_READ, which costs less than an event.
 * After a call of wavert_stream_event(), which is for event loops, it waits for that event.
 */
WAVERT_MUST_CHECK int wavert_stream_wait(struct wavert_stream *stream, int timeout_ms,
					 uint64_t *points);

/**
 * wavert_stream_register() - register an eventfd of the caller
 * @stream: stream
 * @eventfd: descriptor
 *
 * As RegisterNotificationEvent: its counter increments by 1 at every notification. One eventfd may
 * be registered with several streams, and one stream may have WAVERT_EVENTS_MAX of them. -EBADF:
 * not open; -EMEDIUMTYPE: not an eventfd; -EREMOTEIO: registered already; -EAGAIN: no buffer yet;
 * -EOPNOTSUPP: a buffer without notifications; -ENOMEM: too many.
 */
WAVERT_MUST_CHECK int wavert_stream_register(struct wavert_stream *stream, int eventfd);

/**
 * wavert_stream_unregister() - unregister an eventfd; no signal follows. -ENOENT: not registered
 * @stream: stream
 * @eventfd: descriptor
 */
int wavert_stream_unregister(struct wavert_stream *stream, int eventfd);

/**
 * wavert_stream_unregister_all() - unregister every event, also those with closed descriptors.
 *   This closes the descriptor of wavert_stream_event(); its next call creates a new one.
 * @stream: stream
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

/**
 * wavert_stream_now() - the current position; in most cases the call to use
 * @stream: stream
 * @now: [out] position
 *
 * It uses the best source available, so the same client works on every card. In RUN that is the
 * position register, if wavert_stream_map_register() has mapped it; otherwise the page, whose
 * reading is extrapolated at the nominal rate for at most one buffer (the sample clock is assumed
 * accurate to 0.1 %). If the page is older than that, or the clock cannot be used
 * (WAVERT_CAP_EMULATED, _STEPPED), it makes a system call. The register may show the position at
 * the link to the codec, which differs from that of the other sources by up to fifo_bytes
 * (wavert_stream_latency()), so compare only positions of the same source.
 */
WAVERT_MUST_CHECK int wavert_stream_now(struct wavert_stream *stream, struct wavert_now *now);

/**
 * wavert_stream_linear_now() - bytes since the last STOP: the page's reading, extrapolated by the
 *   clock at the nominal rate. It may be a little ahead of the hardware, never beyond the end of a
 *   stream. While the stream does not run, or with WAVERT_CAP_STEPPED, it is the reading itself.
 * @stream: stream
 */
uint64_t wavert_stream_linear_now(const struct wavert_stream *stream);

/**
 * wavert_stream_position() - GetPosition, by a system call; fails only with -ENODEV
 * @stream: stream
 * @position: [out] position and its time
 */
WAVERT_MUST_CHECK int wavert_stream_position(struct wavert_stream *stream,
					     struct wavert_position *position);

/**
 * wavert_stream_presentation() - frames out of the device. -EOPNOTSUPP: capture, no notifications.
 * @stream: stream
 * @presentation: [out] number of frames, and its time
 */
WAVERT_MUST_CHECK int wavert_stream_presentation(struct wavert_stream *stream,
						 struct wavert_presentation *presentation);

/**
 * wavert_stream_latency() - latencies of the hardware. -EAGAIN: no buffer; -EBADRQC: an observer.
 * @stream: stream
 * @latency: [out] FIFO in bytes, delays in 100 ns
 */
WAVERT_MUST_CHECK int wavert_stream_latency(struct wavert_stream *stream,
					    struct wavert_latency *latency);

/**
 * wavert_stream_map_register() - map a register of the hardware
 * @stream: stream
 * @kind: WAVERT_REGISTER_POSITION or WAVERT_REGISTER_CLOCK
 * @info: [out] width and accuracy
 * @address: [out] the register
 *
 * @address is the register, little endian and info->width bits wide. It belongs to the stream until
 * close; after removal of the device it reads 0. Each register can be mapped once a stream, after
 * the buffer has been allocated. -EOPNOTSUPP: the hardware has no such register; -EBADRQC: mapped
 * before, or an observer; -EAGAIN: no buffer; -EINVAL: kind. sound/wavert.h explains how to convert
 * its value to an offset; wavert_stream_now() does it.
 */
WAVERT_MUST_CHECK int wavert_stream_map_register(struct wavert_stream *stream, unsigned int kind,
						 struct wavert_register *info,
						 const volatile void **address);

/* ---- packets: wavert_packet(3) ----------------------------------------------------------- */

/*
 * A buffer of N notifications has N packets, numbered from 0 at the first RUN after STOP. Errors,
 * unless a function has other ones: -EOPNOTSUPP: a pin of the other direction, or a buffer without
 * notifications; -EBADRQC: an observer.
 */

/**
 * wavert_stream_packet_bytes() - length of a packet in bytes; 0: no buffer, or no notifications
 * @stream: stream
 */
size_t wavert_stream_packet_bytes(const struct wavert_stream *stream);

/**
 * wavert_stream_packet() - address of a packet in the mapped buffer; NULL: there are no packets
 * @stream: stream
 * @number: number of the packet
 */
void *wavert_stream_packet(const struct wavert_stream *stream, uint64_t number);

/**
 * wavert_stream_writable() - playback: packets that may be written now. Returns the number of
 *   packets that were skipped because the caller was late: they were played with the old contents
 *   of the buffer. No system call. -EAGAIN: no buffer.
 * @stream: stream
 * @first: [in] the packet that the caller would use next, initially 0; [out] the same or, if it is
 *	too late for that packet, the first that can still be in time
 * @count: [out] number of packets from @first on, possibly 0
 */
WAVERT_MUST_CHECK int wavert_stream_writable(const struct wavert_stream *stream, uint64_t *first,
					     unsigned int *count);

/**
 * wavert_stream_readable() - capture: packets that may be read now. As wavert_stream_writable();
 *   packets that have been overwritten are skipped. A copied packet is intact if another call with
 *   its number skips none. With N = 1 the hardware always writes to the packet that is read.
 * @stream: stream
 * @first: as for wavert_stream_writable()
 * @count: [out] number of packets from @first on, possibly 0
 */
WAVERT_MUST_CHECK int wavert_stream_readable(const struct wavert_stream *stream, uint64_t *first,
					     unsigned int *count);

/* Results of wavert_stream_drain(). */
enum wavert_drained {
	WAVERT_DRAINING,		/* not complete: the time has elapsed */
	WAVERT_DRAINED,			/* everything was played, and nothing after it */
	WAVERT_DRAINED_PAST_END,	/* everything was played, and some silence after it */
};

/**
 * wavert_stream_drain() - play the first bytes of a stream to their end
 * @stream: stream
 * @bytes: counted from the last STOP and already written; waits until they have left the device
 * @timeout_ms: limit in milliseconds; negative: none
 *
 * A stream that does not run is started. Afterwards it is in PAUSE. The part of the buffer after
 * the end is overwritten with silence.
 * WAVERT_DRAINED: the driver stopped at the end. It cannot do so if the buffer has no
 * notifications, or if the last packet is being played already. Then silence is played after the
 * end until the position has passed it: WAVERT_DRAINED_PAST_END. WAVERT_DRAINING: the time has
 * elapsed, call it again; with timeout_ms = 0 it only announces the end and starts the stream.
 * -EOVERFLOW: so many bytes cannot have been written; -EBADFD: another end has been announced, or
 * another thread has stopped the stream; -EAGAIN: no buffer, or the hardware could not be
 * programmed; -EOPNOTSUPP: capture; -EBADRQC: an observer; -EINTR: a signal was caught.
 */
WAVERT_MUST_CHECK int wavert_stream_drain(struct wavert_stream *stream, uint64_t bytes,
					  int timeout_ms);

/* Packet mode: the client announces each packet, and the driver counts glitches. */

/**
 * wavert_stream_packet_count() - number of complete packets. An observer may call it.
 * @stream: stream
 * @packets: [out] this number, which is also that of the packet in progress; modulo 2^32
 */
WAVERT_MUST_CHECK int wavert_stream_packet_count(struct wavert_stream *stream, uint32_t *packets);

/**
 * wavert_stream_write_packet() - playback: announce that a packet has been written. -ETIME: late;
 *   -EOVERFLOW: too early; -EBADFD: after the end; -EINVAL: flags, eos_bytes.
 * @stream: stream
 * @number: number of the packet, modulo 2^32
 * @flags: 0, or WAVERT_PACKET_EOS: it is the last packet, and its first @eos_bytes are valid
 * @eos_bytes: with WAVERT_PACKET_EOS, number of valid bytes
 */
WAVERT_MUST_CHECK int wavert_stream_write_packet(struct wavert_stream *stream, uint32_t number,
						 unsigned int flags, unsigned int eos_bytes);

/**
 * wavert_stream_read_packet() - capture: get the newest complete packet. Each packet is returned
 *   once; older ones are lost. -EAGAIN: no new packet; -EBADFD: neither PAUSE nor RUN.
 * @stream: stream
 * @packet: [out] number and time
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
	uint32_t notify_bytes;		/* distance of two points, bytes; 0 without points */
	uint64_t end;			/* upper limit of linear; ~0: no end of stream is set */
	uint64_t reserved[8];		/* 0 */
};

/**
 * wavert_stream_snapshot() - copy the register page consistently. No system call, cannot fail.
 * @stream: stream
 * @snapshot: [out] the copy
 */
void wavert_stream_snapshot(const struct wavert_stream *stream, struct wavert_snapshot *snapshot);

struct wavert_progress {
	uint64_t packets;		/* C: notifications since the last STOP */
	uint64_t linear;		/* bytes since the last STOP, at the last interrupt */
};

/**
 * wavert_stream_progress() - copy count and position consistently. No system call, cannot fail.
 * @stream: stream
 * @progress: [out] copy
 */
void wavert_stream_progress(const struct wavert_stream *stream, struct wavert_progress *progress);

/**
 * wavert_stream_notifications() - copy new entries of the notification log. Returns their number
 *   and updates @seen. Notifications that have been overwritten are skipped. No system call.
 * @stream: stream
 * @seen: [in, out] number of entries seen, of notifications_written
 * @list: [out] the newer entries, oldest first
 */
size_t wavert_stream_notifications(const struct wavert_stream *stream, uint64_t *seen,
				   struct wavert_notification list[WAVERT_RING]);

/* ---- names: wavert_status(3) ----------------------------------------------------------------- */

/**
 * wavert_status_name() - name of the NTSTATUS of an errno: "DEVICE_BUSY" for -EBUSY and so on,
 *   "SUCCESS" for 0; NULL for an errno outside the contract. A static string.
 * @error: negative errno, or 0
 */
const char *wavert_status_name(int error);

/**
 * wavert_status_value() - value of the NTSTATUS of an errno. 0 for 0 or unknown.
 * @error: negative errno, or 0
 */
uint32_t wavert_status_value(int error);

/**
 * wavert_status_errno() - negative errno of an NTSTATUS. 0 for STATUS_SUCCESS; 1 if there is none.
 * @value: NTSTATUS value
 */
int wavert_status_errno(uint32_t value);

/**
 * wavert_strerror() - description of an errno of this library
 * @error: negative errno, or 0
 *
 * One errno stands for different errors of different calls; the text names all of them. "success"
 * for 0; for an errno outside the contract the text of strerror(3), valid until it is called again.
 */
const char *wavert_strerror(int error);

/**
 * wavert_format_bytes() - bytes of one sample. 0 if unknown.
 * @format: WAVERT_FORMAT_*
 */
unsigned int wavert_format_bytes(unsigned int format);

/**
 * wavert_format_name() - name of a sample format: "S16" and so on, static; NULL if unknown
 * @format: WAVERT_FORMAT_*
 */
const char *wavert_format_name(unsigned int format);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif
