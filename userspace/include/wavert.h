/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wavert.h - libwavert: the WaveRT side of an alsa-wavert card, for clients.
 *
 * Functions that can fail return 0 (or a descriptor) or a negative errno; errno codes
 * stand one to one for the contract's NTSTATUS, see wavert_status_name(). Objects are
 * opaque, belong to the caller and are freed by the matching close function, which
 * accepts NULL. An object is used by one thread at a time, except that
 * wavert_stream_snapshot(), _notifications(), _position(), _now(), _linear_now() and the
 * packet calls may run beside anything but close.
 *
 * The usual order: wavert_open, wavert_stream_open, wavert_stream_set_format,
 * wavert_stream_alloc, wavert_stream_register, fill the buffer, set_state(RUN), then
 * wait on the eventfd; PAUSE, STOP, unregister, close.
 */
#ifndef WAVERT_H
#define WAVERT_H

#include <stddef.h>
#include <stdint.h>

#include <sound/wavert.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define WAVERT_CARDS_MAX 32

struct wavert_device;
struct wavert_stream;

/*
 * Open the filter of a card. name: a card number ("0"), an id ("WaveRT"), "hw:" and one
 * of these, or the path of the hwdep node. -ENODEV: no such card; -ENXIO: the card has no
 * WaveRT node; -EPROTO: the module speaks another major version; or what open(2) says.
 */
int wavert_open(struct wavert_device **device, const char *name);
void wavert_close(struct wavert_device *device);

/* Number of the ALSA card. */
int wavert_device_card(const struct wavert_device *device);

/* What a pin can do (WAVERT_PLAYBACK or WAVERT_CAPTURE). -ENOENT: no such pin. */
int wavert_device_caps(struct wavert_device *device, unsigned int direction, unsigned int pin,
		       struct wavert_caps *caps);

/*
 * A new stream in STOP; flags 0 or WAVERT_STREAM_OBSERVE. The device may be closed before
 * the stream.
 */
int wavert_stream_open(struct wavert_stream **stream, struct wavert_device *device,
		       unsigned int direction, unsigned int pin, unsigned int flags);
void wavert_stream_close(struct wavert_stream *stream);

/* The stream's descriptor, owned by the stream. */
int wavert_stream_fd(const struct wavert_stream *stream);

/* rate in Hz, format one WAVERT_FORMAT_*. -EINVAL: the pin lacks it. */
int wavert_stream_set_format(struct wavert_stream *stream, unsigned int rate,
			     unsigned int format, unsigned int channels);

/*
 * Allocate and map the cyclic buffer of at least `bytes`; notifications 0 (timer mode), 1
 * or 2; more with WAVERT_ALLOC_ANY_COUNT in flags. -EREMOTEIO: size, -EINVAL: count,
 * -EBUSY: the pin is in use, -EBADRQC: no format, or a buffer exists.
 */
int wavert_stream_alloc(struct wavert_stream *stream, size_t bytes, unsigned int notifications,
			unsigned int flags);

/* Unmap and free the buffer; a running stream is stopped. */
int wavert_stream_free(struct wavert_stream *stream);

/* The mapped buffer and its size in bytes (ActualSize), or NULL. Valid until free or close. */
void *wavert_stream_buffer(const struct wavert_stream *stream, size_t *bytes);

/* Register or unregister an eventfd, which stays the caller's. */
int wavert_stream_register(struct wavert_stream *stream, int eventfd);
int wavert_stream_unregister(struct wavert_stream *stream, int eventfd);

/* WAVERT_STATE_STOP .. WAVERT_STATE_RUN; missing steps are inserted. */
int wavert_stream_set_state(struct wavert_stream *stream, unsigned int state);

/* Ask the hardware, by a system call. */
int wavert_stream_position(struct wavert_stream *stream, struct wavert_position *position);

/* FIFO in bytes, delays in 100 ns. -EAGAIN: no buffer yet. */
int wavert_stream_latency(struct wavert_stream *stream, struct wavert_latency *latency);

/*
 * WAVERT_REGISTER_POSITION or _CLOCK, mapped: *address is the register, valid until close;
 * 0 is read there once the device is gone. Each once a stream, and after the buffer has been
 * allocated. -EOPNOTSUPP: the hardware has none to map; -EBADRQC: mapped before; -EAGAIN: no
 * buffer. How a value becomes an offset: see sound/wavert.h; wavert_stream_now() does it.
 */
int wavert_stream_map_register(struct wavert_stream *stream, unsigned int kind,
			       struct wavert_register *info, const volatile void **address);

/*
 * Packet mode (see sound/wavert.h). -EOPNOTSUPP: other direction, or no notification
 * buffer. write: -ETIME late, -EOVERFLOW too early, -EBADFD after the end; flags 0 or
 * WAVERT_PACKET_EOS with the last packet's length. read: -EAGAIN nothing new.
 */
int wavert_stream_packet_count(struct wavert_stream *stream, uint32_t *packets);
int wavert_stream_write_packet(struct wavert_stream *stream, uint32_t number,
			       unsigned int flags, unsigned int eos_bytes);
int wavert_stream_read_packet(struct wavert_stream *stream, struct wavert_read_packet *packet);

/* Frames that have left the device, and when (CLOCK_MONOTONIC). Playback only. */
int wavert_stream_presentation(struct wavert_stream *stream,
			       struct wavert_presentation *presentation);

/* The register page without its ring, as one consistent copy; no system call. */
struct wavert_snapshot {
	uint32_t state;			/* WAVERT_STATE_* */
	uint32_t offset;		/* cyclic position, bytes */
	uint64_t linear;		/* bytes since the last STOP, at position_ns */
	uint64_t position_ns;
	uint64_t packets;		/* C */
	uint64_t point_ns;		/* when the last point was passed */
	uint64_t looks;
	uint64_t notifications_written;	/* ring_head */
	uint32_t buffer_bytes, notifications, rate, frame_bytes, format, channels, flags;
	uint64_t underruns, repeats, late, overruns, dropped;	/* glitches of packet mode */
	uint64_t stalls;		/* times DMA stood still unasked */
	uint32_t register_base;
};

void wavert_stream_snapshot(const struct wavert_stream *stream, struct wavert_snapshot *snapshot);

/*
 * Bytes since the last STOP, now: the page's reading carried on by the clock at the nominal
 * rate, so it may run a little ahead of the hardware, but never beyond the end of a stream.
 * As of position_ns while the stream does not run, or has a clock of its own
 * (WAVERT_CAP_STEPPED). No system call.
 */
uint64_t wavert_stream_linear_now(const struct wavert_stream *stream);

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
 * Where the stream stands now, from the best that there is: in RUN the position register, if
 * wavert_stream_map_register() has mapped it; else the page. Its reading is carried on at the
 * nominal rate and at most for one buffer; of the clock is assumed that it is right to 0.1 %.
 * Where a clock tells nothing (WAVERT_CAP_EMULATED, _STEPPED), or for longer than that, the
 * hardware is asked by a system call. The register may show the link to the codec, which is
 * up to fifo_bytes (wavert_stream_latency()) away from what the others show, so compare
 * positions of one source only. -ENODEV: the device is gone.
 */
int wavert_stream_now(struct wavert_stream *stream, struct wavert_now *now);

/*
 * Copy the notifications after number *seen (of ring_head) into list, oldest first, at
 * most WAVERT_RING; returns how many and moves *seen on. Those already overwritten are
 * skipped. No system call.
 */
size_t wavert_stream_notifications(const struct wavert_stream *stream, uint64_t *seen,
				   struct wavert_notification list[WAVERT_RING]);

/* "DEVICE_BUSY" for -EBUSY and so on; NULL for an errno outside the contract. */
const char *wavert_status_name(int error);

/* NTSTATUS value for a negative errno of this interface, 0 for 0 or unknown. */
uint32_t wavert_status_value(int error);

/* Bytes of one sample of a WAVERT_FORMAT_*, 0 if unknown. */
unsigned int wavert_format_bytes(unsigned int format);

/* "S16" and so on, or NULL. */
const char *wavert_format_name(unsigned int format);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
