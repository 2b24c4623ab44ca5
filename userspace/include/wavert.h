/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wavert.h - libwavert: the WaveRT side of an alsa-wavert card, for clients.
 *
 * Returns: functions that can fail return 0 (or a descriptor, or a count), or a negative
 * errno; their [out] arguments mean nothing then. wavert_strerror() says in words what is
 * wrong. The errno codes stand one to one for the contract's NTSTATUS, see
 * wavert_status_name(). Besides the errors named at a function any that can fail may do so
 * with -ENODEV: the device has been removed.
 *
 * Units: sizes and positions are bytes, unless a name says frames; times are nanoseconds of
 * CLOCK_MONOTONIC, or of the card's own clock with WAVERT_CAP_STEPPED; time limits are
 * milliseconds; rates are Hz.
 *
 * Structs: the functions set what they fill in; a caller need not set it to 0 before. (A call
 * of sound/wavert.h without this library needs that, see there.)
 *
 * Ownership: objects are opaque, belong to the caller and are freed by the matching close
 * function, which accepts NULL. Pointers and descriptors that a function returns belong to
 * the object they came from and end with it; descriptors passed in stay the caller's.
 *
 * Threads: an object is used by one thread at a time, except that wavert_stream_snapshot(),
 * _notifications(), _position(), _now(), _linear_now() and the packet calls, except _drain(),
 * may run beside anything but close. Different objects are independent. After fork() the child may only
 * close. Nothing here is for signal handlers.
 *
 * The usual order: wavert_open, wavert_stream_open, wavert_stream_set_format,
 * wavert_stream_alloc, wavert_stream_event, fill the packets that wavert_stream_writable()
 * returns, set_state(RUN), then wait on the descriptor and refill; wavert_stream_drain(), close.
 * The manual pages begin with wavert(7), a short client is userspace/examples/play_file.c.
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

/* Card numbers are below this. */
#define WAVERT_CARDS_MAX 32

struct wavert_device;
struct wavert_stream;

/* ---- devices: wavert_device(3) ------------------------------------------------------ */

/*
 * Open the filter of a card. name: a card number ("0"), an id ("WaveRT"), "hw:" and one
 * of these, or the path of the hwdep node. Claims nothing; any number may be open.
 * [out] *device: close it with wavert_close(). -ENODEV: no such card; -ENXIO: the card has
 * no WaveRT node; -EACCES: not permitted (group audio); -EPROTO: the interface of the module
 * has another major version, see wavert_version_of(); -ENOMEM; or what open(2) says.
 */
WAVERT_MUST_CHECK int wavert_open(struct wavert_device **device, const char *name);

/* Close it. Its streams go on. NULL is allowed. */
void wavert_close(struct wavert_device *device);

/* Number of the ALSA card, 0 .. WAVERT_CARDS_MAX - 1. */
int wavert_device_card(const struct wavert_device *device);

/*
 * Version of the interface of the module; the one this library was built for is
 * WAVERT_ABI_MAJOR and _MINOR.
 */
WAVERT_MUST_CHECK int wavert_device_version(struct wavert_device *device,
					    struct wavert_version *version);

/*
 * The same for a card that wavert_open() may refuse, named as there: what is the version of
 * its module? -EPROTO is not returned.
 */
WAVERT_MUST_CHECK int wavert_version_of(const char *name, struct wavert_version *version);

/*
 * What a pin can do. direction: WAVERT_PLAYBACK or WAVERT_CAPTURE; pin: 0 .. caps->pins - 1.
 * -ENOENT: no such pin; -EINVAL: direction.
 */
WAVERT_MUST_CHECK int wavert_device_caps(struct wavert_device *device, unsigned int direction,
					 unsigned int pin, struct wavert_caps *caps);

/* The cards that there are, and those that come and go. */
struct wavert_devices;

/* [out] *devices: close it with wavert_devices_close(). -EMFILE, -ENOMEM. */
WAVERT_MUST_CHECK int wavert_devices_open(struct wavert_devices **devices);

/* NULL is allowed. */
void wavert_devices_close(struct wavert_devices *devices);

/*
 * Its descriptor, for poll(2) and event loops: readable (POLLIN) when something may have changed;
 * then call wavert_device_next() until it returns 0. Do not read or close it.
 */
int wavert_devices_fd(const struct wavert_devices *devices);

/* What wavert_device_next() returns. */
enum wavert_device_change {
	WAVERT_DEVICE_ADDED = 1,	/* a card has come, or was there at the first call */
	WAVERT_DEVICE_REMOVED,		/* it has gone, or may no longer be opened */
};

/*
 * The next change: first each card that is there, then every card that comes or goes. [out] *name:
 * for wavert_open(), valid until the next call. Waits for timeout_ms at most, for ever if it is
 * negative; 0: nothing has changed. A card is reported when its WaveRT node may be
 * opened, which for a new card is after udev has set the permissions. -EINTR: a signal was
 * caught; -EMFILE, -ENFILE, -ENOMEM.
 */
WAVERT_MUST_CHECK int wavert_device_next(struct wavert_devices *devices, int timeout_ms,
					 const char **name);

/* ---- streams: wavert_stream(3) ------------------------------------------------------- */

/*
 * A new stream in STOP, without format and buffer; flags 0, or WAVERT_STREAM_OBSERVE to observe
 * the client that runs the pin. Claims nothing yet. The device may be closed before the stream.
 * [out] *stream: close it with wavert_stream_close(). -ENOENT: no such pin; -EINVAL:
 * direction, flags; -ENOMEM (also: too many streams or observers, sound/wavert.h has the
 * limits); -EMFILE, -ENFILE.
 */
WAVERT_MUST_CHECK int wavert_stream_open(struct wavert_stream **stream,
					 struct wavert_device *device, unsigned int direction,
					 unsigned int pin, unsigned int flags);

/* Stop it, unmap and free everything that came from it, close it. NULL is allowed. */
void wavert_stream_close(struct wavert_stream *stream);

/*
 * The stream's descriptor, for ioctl(2) and mmap(2) by sound/wavert.h. It belongs to the
 * stream and cannot be polled: see wavert_stream_event().
 */
int wavert_stream_fd(const struct wavert_stream *stream);

/*
 * rate in Hz, format one WAVERT_FORMAT_*, channels interleaved. -EINVAL: the pin lacks one of
 * them; -EBADRQC: a buffer is there, or an observer.
 */
WAVERT_MUST_CHECK int wavert_stream_set_format(struct wavert_stream *stream, unsigned int rate,
					       unsigned int format, unsigned int channels);

/*
 * Claim the pin; allocate and map the cyclic buffer of at least `bytes`, rounded up to what
 * the hardware does. notifications: 0 (timer mode, no events), 1 or 2 a cycle; more with
 * WAVERT_ALLOC_ANY_COUNT in flags. What came of it: wavert_stream_buffer(), _layout().
 * The pages are in the mapping on return: neither reads nor writes take a page fault.
 * -EREMOTEIO: bytes (0, too many) or too many notifications for it; -EINVAL: notifications,
 * flags; -EBUSY: somebody else has the pin; -EBADRQC: no format, a buffer is there, PAUSE or
 * RUN, or an observer; -EAGAIN: the hardware could not be programmed; -ENOMEM.
 */
WAVERT_MUST_CHECK int wavert_stream_alloc(struct wavert_stream *stream, size_t bytes,
					  unsigned int notifications, unsigned int flags);

/*
 * Unmap and free the buffer, and give the pin back; a running stream is stopped. Events stay
 * registered. -EBADRQC: no buffer.
 */
int wavert_stream_free(struct wavert_stream *stream);

/*
 * The mapped buffer, or NULL without one. [out] *bytes: the length of the cycle (ActualSize);
 * bytes may be NULL. It belongs to the stream, until free or close; the device's removal
 * leaves it mapped. Where a packet lies: wavert_stream_packet().
 */
void *wavert_stream_buffer(const struct wavert_stream *stream, size_t *bytes);

/*
 * The buffer as wavert_stream_alloc() got it: sizes, cache type, and whether writes need a
 * barrier before the hardware sees them (call_memory_barrier). -EAGAIN: no buffer.
 */
WAVERT_MUST_CHECK int wavert_stream_layout(const struct wavert_stream *stream,
					   struct wavert_buffer *layout);

/*
 * WAVERT_STATE_STOP .. WAVERT_STATE_RUN; missing steps are inserted. When leaving RUN has
 * returned, no notification follows for this stream. An observer may still get those for points
 * before it. -EINVAL: state; -EBADRQC: RUN without a buffer, or an observer; -EAGAIN: the
 * hardware could not be programmed.
 */
int wavert_stream_set_state(struct wavert_stream *stream, unsigned int state);

/* ---- notifications: wavert_event(3) --------------------------------------------------- */

/*
 * The stream's own event: an eventfd (non-blocking, close-on-exec) that becomes readable at
 * every notification and when the device is removed. The first call makes and registers it,
 * every call returns the same descriptor, for as long as the stream lives (except after
 * wavert_stream_unregister_all()). Any event loop
 * can wait for it to be readable; then read 8 bytes from it, which is the number of
 * notifications since the last read. It belongs to the stream: do not close it.
 * An observer is signalled later than the owner: a signal may come after the owner has left
 * RUN, and if its signals fall behind only the newest 64 points are signalled. The register
 * page has the exact number of points.
 * -EAGAIN: no buffer yet (an observer needs none); -EOPNOTSUPP: a buffer without
 * notifications; -ENOMEM; -EMFILE.
 */
WAVERT_MUST_CHECK int wavert_stream_event(struct wavert_stream *stream);

/*
 * Wait on that event for timeout_ms at most, for ever if it is negative. 1: notified, [out]
 * *points (may be NULL): how often since the last time; 0: the time is over. -ENODEV: the
 * device has been removed; -EINTR: a signal was caught; and what wavert_stream_event() says.
 */
WAVERT_MUST_CHECK int wavert_stream_wait(struct wavert_stream *stream, int timeout_ms,
					 uint64_t *points);

/*
 * Register an eventfd of the caller's, as RegisterNotificationEvent: its counter goes up by 1
 * at every notification. One eventfd may serve several streams, one stream
 * WAVERT_EVENTS_MAX of them. -EBADF: not open; -EMEDIUMTYPE: no eventfd; -EREMOTEIO:
 * registered already; -EAGAIN: no buffer yet; -EOPNOTSUPP: a buffer without notifications;
 * -ENOMEM: too many.
 */
WAVERT_MUST_CHECK int wavert_stream_register(struct wavert_stream *stream, int eventfd);

/* No signal follows its return. -ENOENT: not registered; -EBADF, -EMEDIUMTYPE as above. */
int wavert_stream_unregister(struct wavert_stream *stream, int eventfd);

/*
 * Every event of the stream, also those whose descriptors are closed, and that of
 * wavert_stream_event(), whose next call makes a new one: its descriptor is closed here.
 */
int wavert_stream_unregister_all(struct wavert_stream *stream);

/* ---- positions: wavert_position(3) ----------------------------------------------------- */

enum wavert_source {
	WAVERT_FROM_REGISTER,	/* the mapped position register; no system call */
	WAVERT_FROM_PAGE,	/* the register page, carried on by the clock; no system call */
	WAVERT_FROM_CALL,	/* GET_POSITION */
};

struct wavert_now {
	uint64_t linear;	/* bytes since the last STOP */
	uint32_t offset;	/* cyclic, bytes */
	uint32_t accuracy;	/* bytes: it is that far off at most */
	enum wavert_source source;
};

/*
 * Where the stream is now: the call to use. It takes the best source that there is, so the same
 * client runs on every card. In RUN that is the position register, if
 * wavert_stream_map_register() has mapped it; else the page, whose reading is carried on at the
 * nominal rate for one buffer at most (the sample clock is assumed accurate to 0.1 %). If
 * the page is older than that, or no clock helps (WAVERT_CAP_EMULATED, _STEPPED), it makes a
 * system call. The register may show the link to the codec, which is up to fifo_bytes
 * (wavert_stream_latency()) away from what the others show, so compare positions of one source
 * only. -ENODEV: the device has been removed.
 */
WAVERT_MUST_CHECK int wavert_stream_now(struct wavert_stream *stream, struct wavert_now *now);

/*
 * The other calls are special cases:
 *   wavert_stream_linear_now()	never a system call, never an error, of unknown accuracy
 *   wavert_stream_position()	always a system call: GetPosition of the contract, with its time
 *   wavert_stream_presentation()	what has left the device, not what has been fetched
 *   wavert_stream_snapshot()	the position at the last interrupt, with everything else
 *   wavert_stream_writable(), _readable()	in packets, for refilling and reading
 */

/*
 * Bytes since the last STOP: the page's reading carried on by the clock at the nominal rate, so
 * it may run a little ahead of the hardware, but never beyond the end of a stream. As of
 * position_ns while the stream does not run, or has a clock of its own (WAVERT_CAP_STEPPED).
 */
uint64_t wavert_stream_linear_now(const struct wavert_stream *stream);

/* Besides -ENODEV it does not fail. */
WAVERT_MUST_CHECK int wavert_stream_position(struct wavert_stream *stream,
					     struct wavert_position *position);

/* Frames, and the time at which they were that many. -EOPNOTSUPP: capture, no notifications. */
WAVERT_MUST_CHECK int wavert_stream_presentation(struct wavert_stream *stream,
						 struct wavert_presentation *presentation);

/* FIFO in bytes, delays in 100 ns. -EAGAIN: no buffer yet; -EBADRQC: an observer. */
WAVERT_MUST_CHECK int wavert_stream_latency(struct wavert_stream *stream,
					    struct wavert_latency *latency);

/*
 * Map WAVERT_REGISTER_POSITION or _CLOCK: *address is the register, little endian and
 * info->width bits wide. It belongs to the stream, until close; 0 is read there once the
 * device is gone. Each once a stream, and after the buffer has been allocated. -EOPNOTSUPP:
 * the hardware has none to map; -EBADRQC: mapped before, or an observer; -EAGAIN: no buffer;
 * -EINVAL: kind. How a value becomes an offset: see sound/wavert.h; wavert_stream_now() does
 * it.
 */
WAVERT_MUST_CHECK int wavert_stream_map_register(struct wavert_stream *stream,
						 unsigned int kind, struct wavert_register *info,
						 const volatile void **address);

/* ---- packets: wavert_packet(3) ----------------------------------------------------------- */

/*
 * A buffer of N notifications is N packets, numbered from 0 at the first RUN after STOP. All
 * calls: -EOPNOTSUPP: a pin of the other direction, or a buffer without notifications;
 * -EBADRQC: an observer.
 */

/* Length of a packet in bytes; 0 without a buffer, or with one without notifications. */
size_t wavert_stream_packet_bytes(const struct wavert_stream *stream);

/* Where packet `number` lies in the mapped buffer; NULL where its length is 0. */
void *wavert_stream_packet(const struct wavert_stream *stream, uint64_t number);

/*
 * Playback: which packets may be written now? [in] *first: the packet that the caller would
 * write next, at first 0. [out] *first: the same, or, if it is too late for that, the first
 * that can still be in time; *count: how many from there on, maybe 0. Returns how many
 * packets were skipped because the caller was late: they have been played with what was in the
 * buffer. No system call. -EAGAIN: no buffer.
 */
WAVERT_MUST_CHECK int wavert_stream_writable(const struct wavert_stream *stream,
					     uint64_t *first, unsigned int *count);

/*
 * Capture: which packets may be read now? As wavert_stream_writable(); skipped are packets that
 * have been overwritten. A packet that has been copied is whole if a further call with its
 * number skips none. With N = 1 the hardware always writes to the packet that is read.
 */
WAVERT_MUST_CHECK int wavert_stream_readable(const struct wavert_stream *stream,
					     uint64_t *first, unsigned int *count);

/* What wavert_stream_drain() returns. */
enum wavert_drained {
	WAVERT_DRAINING,		/* not yet: the time is over */
	WAVERT_DRAINED,			/* all of it has been played, and nothing after it */
	WAVERT_DRAINED_PAST_END,	/* all of it has been played, and some silence after it */
};

/*
 * Play the first `bytes` of the stream, counted from the last STOP, which have been written, and
 * wait until they have left the device, for timeout_ms at most, for ever if it is negative. A
 * stream that does not run is started. Afterwards it is in PAUSE. What follows in the
 * buffer is overwritten with silence.
 *
 * WAVERT_DRAINED: the driver knew the end. Where it cannot, with a buffer without notifications
 * or when the last packet is being played already, silence is played after the end until
 * the position is past it: WAVERT_DRAINED_PAST_END. WAVERT_DRAINING: the time is over, call it
 * again; with timeout_ms = 0 it only announces the end. -EOVERFLOW: so much cannot have been
 * written; -EBADFD: another end has been announced, or another thread has stopped the stream;
 * -EAGAIN: no buffer; -EOPNOTSUPP: capture; -EINTR: a signal was caught.
 */
WAVERT_MUST_CHECK int wavert_stream_drain(struct wavert_stream *stream, uint64_t bytes,
					  int timeout_ms);

/*
 * Packet mode: the driver is told of each packet, and counts glitches. Its numbers are modulo
 * 2^32.
 */

/* [out] *packets: those done, which is the number of the one in progress. */
WAVERT_MUST_CHECK int wavert_stream_packet_count(struct wavert_stream *stream,
						 uint32_t *packets);

/*
 * Playback: packet `number` has been written. flags 0, or WAVERT_PACKET_EOS: the last one, of
 * which eos_bytes count. -ETIME: late; -EOVERFLOW: too early; -EBADFD: after the end; -EINVAL:
 * flags, eos_bytes; -EBADRQC: an observer.
 */
WAVERT_MUST_CHECK int wavert_stream_write_packet(struct wavert_stream *stream, uint32_t number,
						 unsigned int flags, unsigned int eos_bytes);

/*
 * Capture: the newest packet that is complete, once; older ones are lost. -EAGAIN: nothing
 * new; -EBADFD: neither PAUSE nor RUN; -EBADRQC: an observer.
 */
WAVERT_MUST_CHECK int wavert_stream_read_packet(struct wavert_stream *stream,
						struct wavert_read_packet *packet);

/* ---- the register page: wavert_snapshot(3) -------------------------------------------------- */

/* The register page without the notification log. New members take the place of reserved ones. */
struct wavert_snapshot {
	uint32_t state;			/* WAVERT_STATE_*; _GONE: the device was removed */
	uint32_t offset;		/* cyclic position, bytes, at position_ns */
	uint64_t linear;		/* bytes since the last STOP, at position_ns */
	uint64_t position_ns;
	uint64_t packets;		/* C: notifications since the last STOP */
	uint64_t notify_ns;		/* when the last of them was due */
	uint64_t irq_count;		/* interrupts; changes with each */
	uint64_t notifications_written;	/* ring_head */
	uint32_t buffer_bytes;		/* 0 without a buffer */
	uint32_t notifications;		/* N; 0 without */
	uint32_t rate;			/* Hz */
	uint32_t frame_bytes;
	uint32_t format;		/* WAVERT_FORMAT_* */
	uint32_t channels;
	uint32_t flags;			/* WAVERT_CAP_* */
	uint64_t underruns, repeats, late, overruns, dropped;	/* glitches of packet mode */
	uint64_t dma_halts;		/* times DMA halted by itself, or for a system suspend */
	uint32_t position_register_base;	/* offset where the position register reads 0 */
	uint32_t reserved0;		/* 0 */
	uint64_t end;			/* linear never gets beyond; ~0: no end of stream is set */
	uint64_t reserved[8];		/* 0 */
};

/* All of it as one consistent copy. No system call, cannot fail. */
void wavert_stream_snapshot(const struct wavert_stream *stream, struct wavert_snapshot *snapshot);

/*
 * Copy the notifications after number *seen (of notifications_written) into list, oldest
 * first, at most WAVERT_RING; returns how many and moves *seen on. Those already overwritten
 * are skipped. No system call.
 */
size_t wavert_stream_notifications(const struct wavert_stream *stream, uint64_t *seen,
				   struct wavert_notification list[WAVERT_RING]);

/* ---- names: wavert_status(3) ------------------------------------------------------------------ */

/*
 * Of the NTSTATUS that a negative errno of this interface stands for: "DEVICE_BUSY" for
 * -EBUSY and so on, "SUCCESS" for 0; NULL for an errno outside the contract. Static.
 */
const char *wavert_status_name(int error);

/* NTSTATUS value for a negative errno of this interface; 0 for 0 or unknown. */
uint32_t wavert_status_value(int error);

/* The way back: a negative errno, 0 for STATUS_SUCCESS; 1: none stands for this value. */
int wavert_status_errno(uint32_t value);

/*
 * What is wrong, in words, for a negative errno of this library: use it in place of strerror(3),
 * whose text for -EREMOTEIO is "Remote I/O error". One errno stands for different mistakes in
 * different calls; the text names all of them. "success" for 0; for an errno outside of the
 * contract the text of strerror(3). Never NULL. Valid until the next call of strerror(3).
 */
const char *wavert_strerror(int error);

/* Bytes of one sample of a WAVERT_FORMAT_*; 0 if unknown. */
unsigned int wavert_format_bytes(unsigned int format);

/* "S16" and so on; NULL if unknown. Static. */
const char *wavert_format_name(unsigned int format);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
