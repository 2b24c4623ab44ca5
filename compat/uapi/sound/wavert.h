/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * sound/wavert.h - the binary interface of alsa-wavert: the contract of Windows'
 * IMiniportWaveRTStreamNotification on Linux, with an eventfd instead of the event object.
 *
 * Labels such as WRT-017 and Q2 are those of Documentation/contract.md.
 *
 * Two kinds of file:
 *  - the filter: one hwdep node a card (/dev/snd/hwC?D0, id "WaveRT"). It takes
 *    WAVERT_IOC_VERSION, _CAPS, _NEW_STREAM and _SET_STATES.
 *  - the stream (a pin): the descriptor that WAVERT_IOC_NEW_STREAM returns. It takes all
 *    other calls and mmap(). It is released when its last copy has been closed and its last
 *    mapping unmapped. The filter may be closed before that.
 *
 * Rules for every call:
 *  - Members are marked [in] or [out]. [out] members are ignored on entry. Unknown flags are
 *    EINVAL.
 *  - Structs grow at their end only (Documentation/abi.md). The size in the ioctl number is
 *    the size of the caller's struct. Members that it lacks are taken as 0 and not written.
 *    Members that the module does not know must be 0, else E2BIG, and are not changed. A
 *    struct that lacks a required member is EINVAL. So client and module of any two minor
 *    versions work together. Only struct wavert_version never grows. Before each call set the
 *    whole struct to 0, then its [in] members: compiled with a newer header it has members
 *    that the client's source does not name.
 *  - Every call with a struct is _IOWR, so that results can be added to any of them.
 *  - A call that fails changes nothing, except SET_STATE, which keeps the steps that it made
 *    before the one that failed (Q14), and SET_STATES.
 *  - Layout is the same for 32- and 64-bit callers; pointers need no alignment.
 *  - Errors are the contract's NTSTATUS codes, mapped one to one:
 *      EINVAL INVALID_PARAMETER      EOPNOTSUPP NOT_SUPPORTED
 *      ENOMEM INSUFFICIENT_RESOURCES EAGAIN     DEVICE_NOT_READY
 *      EBUSY  DEVICE_BUSY            EBADRQC    INVALID_DEVICE_REQUEST
 *      EBADFD INVALID_DEVICE_STATE   ENOENT     NOT_FOUND
 *      EREMOTEIO UNSUCCESSFUL        ETIME      DATA_LATE_ERROR
 *      EOVERFLOW DATA_OVERRUN        EBADF      INVALID_HANDLE
 *      EMEDIUMTYPE OBJECT_TYPE_MISMATCH ENODEV  DEVICE_REMOVED
 *      EINTR  CANCELLED (a fatal signal) EACCES  ACCESS_DENIED
 *    Besides these only EFAULT (bad pointer), E2BIG (above), ENOTTY (unknown call, or a call
 *    for the other kind of file) and EPROTONOSUPPORT (a call of interface version 0.x);
 *    NEW_STREAM also EMFILE, ENFILE and EPERM.
 *  - EAGAIN has one meaning for each call. ALLOC_BUFFER, SET_STATE, SET_STATES: the hardware is
 *    not ready, it could not be programmed. REGISTER_EVENT, GET_LATENCY, GET_REGISTER: the
 *    stream has no buffer yet. GET_READ_PACKET: no new packet is complete. Other calls do not
 *    return it.
 *  - After the device is gone a valid call fails with ENODEV. Exceptions: UNREGISTER_EVENT, and
 *    SET_STATE to the same or a lower state, still succeed (WRT-057); the register page can be
 *    mapped and read.
 */
#ifndef _UAPI_SOUND_WAVERT_H
#define _UAPI_SOUND_WAVERT_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * A filter is recognised by the id of its hwdep device. The iface number is far above those that
 * ALSA assigns, so that no other driver has it.
 */
#define WAVERT_HWDEP_ID		"WaveRT"
#define WAVERT_HWDEP_IFACE	0x57525400

/*
 * The major number changes when an old client can no longer work; the minor number when
 * something is added. What may change, and how: Documentation/abi.md.
 */
#define WAVERT_ABI_MAJOR	1
#define WAVERT_ABI_MINOR	2

/* Directions of a pin. */
#define WAVERT_PLAYBACK		0	/* render */
#define WAVERT_CAPTURE		1

/* Stream states: KSSTATE, and the state of the register page after removal. */
#define WAVERT_STATE_STOP	0
#define WAVERT_STATE_ACQUIRE	1
#define WAVERT_STATE_PAUSE	2
#define WAVERT_STATE_RUN	3
#define WAVERT_STATE_GONE	4	/* register page only, never a request */

/* Sample formats, little endian, interleaved; a mask in struct wavert_caps. */
#define WAVERT_FORMAT_U8	0x01
#define WAVERT_FORMAT_S16	0x02
#define WAVERT_FORMAT_S20_32	0x04	/* 20 bits, low part of 4 bytes */
#define WAVERT_FORMAT_S24_32	0x08	/* 24 bits, low part of 4 bytes */
#define WAVERT_FORMAT_S32	0x10
#define WAVERT_FORMAT_FLOAT	0x20	/* IEEE 754 binary32, nominal range -1..1 */
#define WAVERT_FORMAT_S24_3	0x40	/* 24 bits in 3 bytes; since version 1.2 */

/* Number, size and node of VERSION never change. Errors: EINVAL (reserved is not 0). */
struct wavert_version {
	__u32 abi_major;	/* [out] WAVERT_ABI_MAJOR of the module */
	__u32 abi_minor;	/* [out] */
	__u32 reserved[6];
};

#define WAVERT_CAP_STEPPED	0x1	/* time moves only when stepped; ns is the step clock's */
#define WAVERT_CAP_EMULATED	0x2	/* jumps of tens of milliseconds are normal */
/*
 * The pin is a PCM of another driver's card, which may be run through its own node: then it is
 * observed. pcm_device, pcm_subdevice and name are those of that card, whose number is that of
 * our card's parent, the platform device snd-wavert-attach.NUMBER. Since version 1.2.
 */
#define WAVERT_CAP_ATTACHED	0x4
#define WAVERT_CAP_OBSERVE_ONLY	0x8	/* ALLOC_BUFFER fails with EOPNOTSUPP; since version 1.2 */
/* The hardware uses only the upper bits of WAVERT_FORMAT_S32; since version 1.2. */
#define WAVERT_CAP_S32_20	0x10	/* 20 of them */
#define WAVERT_CAP_S32_24	0x20	/* 24 of them */
#define WAVERT_CAP_EVEN_CHANNELS 0x40	/* no odd number of channels; since version 1.2 */
/* Why a pin of another driver's card is OBSERVE_ONLY; since version 1.2. */
#define WAVERT_CAP_REFUSED_FORMAT 0x80	/* no format of this interface is known of it */
#define WAVERT_CAP_REFUSED_MMAP	0x100	/* its driver has no buffer to map, or its own mmap() */
#define WAVERT_CAP_REFUSED_MEMORY 0x200	/* its buffer is not ordinary memory, or may be freed */
/* Properties of such a pin for its owner (EXT-28, EXT-29); since version 1.2. */
#define WAVERT_CAP_NO_PAUSE	0x400	/* after PAUSE, RUN is EAGAIN until STOP */
#define WAVERT_CAP_FETCHES_AHEAD 0x800	/* data is fetched before the position passes it */

/* Calls that a stream of this pin takes, in addition to those that every stream takes. */
#define WAVERT_OFFERS_NOTIFICATION	0x1	/* QUERY_NOTIFICATION_SUPPORT (WRT-004, 005) */
#define WAVERT_OFFERS_INPUT		0x2	/* GET_READ_PACKET (WRT-006) */
#define WAVERT_OFFERS_OUTPUT		0x4	/* SET_WRITE_PACKET and the others of WRT-007 */
/* struct wavert_read. Without it read() of a stream is EINVAL, and poll() reports POLLERR. */
#define WAVERT_OFFERS_READ		0x8

#define WAVERT_RATES		16
#define WAVERT_NAME_BYTES	32

/* Errors of CAPS: EINVAL (direction), ENOENT (no such pin). */
struct wavert_caps {
	__u32 pin;		/* [in] 0 .. pins - 1 */
	__u32 direction;	/* [in] WAVERT_PLAYBACK or WAVERT_CAPTURE */
	__u32 pins;		/* [out] pins in this direction */
	__u32 flags;		/* [out] WAVERT_CAP_* */
	__u32 formats;		/* [out] mask of WAVERT_FORMAT_* */
	__u32 channels_min;	/* [out] */
	__u32 channels_max;	/* [out] */
	__u32 rate_min;		/* [out] Hz */
	__u32 rate_max;		/* [out] Hz */
	__u32 buffer_max;	/* [out] bytes */
	__u32 notify_max;	/* [out] most notifications (WAVERT_ALLOC_ANY_COUNT) */
	__u32 notify_min;	/* [out] least distance of two notifications, frames ... */
	__u32 size_step;	/* [out] their distance is a multiple of this, bytes */
	__u32 position_step;	/* [out] position moves by at most this many bytes; 0: one frame */
	__u32 offers;		/* [out] WAVERT_OFFERS_* */
	__u32 buffer_min;	/* [out] a smaller request is rounded up to this, bytes */
	__u32 notify_min_ns;	/* [out] ... and in time; the longer of both counts */
	__u32 registers;	/* [out] of the hardware: mask of 1 << WAVERT_REGISTER_* */
	__u32 pcm_device;	/* [out] the ALSA PCM of this pin: device ... */
	__u32 pcm_subdevice;	/* [out] ... and subdevice */
	__u32 nrates;		/* [out] 0: every rate from rate_min to rate_max */
	__u32 rates[WAVERT_RATES];	/* [out] Hz, ascending, nrates of them; then 0 */
	char name[WAVERT_NAME_BYTES];	/* [out] of the pin, for display; ends with NUL */
};

/* The stream observes: it gets events and the register page of the client that runs the pin. */
#define WAVERT_STREAM_OBSERVE	0x1

/*
 * IMiniportWaveRT::NewStream. State STOP, position 0, no format, no buffer (WRT-001..003).
 * It does not claim the pin; ALLOC_BUFFER does. Errors: EINVAL (direction, flags), ENOENT (pin),
 * ENOMEM (also: too many streams or observers), ENODEV, EMFILE, EPERM (the filter was not
 * opened for reading; or not for writing, and OBSERVE is not set).
 *
 * Limits: a card has 256 streams, observers included. A user has 64 of them; the last 32, and
 * more than 64, are for CAP_SYS_RESOURCE. A pin has 8 observers. Two of these places are for the
 * user that owns the pin and for CAP_SYS_ADMIN; while it has no owner, for CAP_SYS_ADMIN.
 */
struct wavert_new_stream {
	__u32 pin;		/* [in] */
	__u32 direction;	/* [in] */
	__u32 flags;		/* [in] 0 or WAVERT_STREAM_OBSERVE */
	__s32 fd;		/* [out] the stream, close-on-exec */
};

#define WAVERT_GROUP_MAX	32

/*
 * Extension: SET_STATE for several streams of the filter's card, each once, which are started or
 * stopped at once (EXT-11..14). RUN: all are brought to PAUSE first; if one cannot be started, none
 * runs, and they may stay in PAUSE. Below RUN: DMA of all is stopped, then each is brought to this
 * state. Since version 1.1. Errors: those of SET_STATE; EINVAL (count, a stream twice), EBADF,
 * EMEDIUMTYPE (not a stream of this card), EBADFD (RUN, and one of them runs already).
 */
struct wavert_states {
	__u64 fds;		/* [in] address of count descriptors, __s32 each */
	__u32 count;		/* [in] 1 .. WAVERT_GROUP_MAX */
	__u32 state;		/* [in] WAVERT_STATE_STOP .. WAVERT_STATE_RUN */
	__u32 spread_ns;	/* [out] RUN: the streams began within this time; 0: at once */
	__u32 reserved;		/* 0 */
};

/*
 * SetFormat. Errors: EINVAL (the pin lacks rate, format or channels; or the stream runs,
 * WRT-130), EBADRQC (a buffer is allocated, or an observer).
 */
struct wavert_format {
	__u32 rate;		/* [in] Hz */
	__u32 format;		/* [in] exactly one WAVERT_FORMAT_* */
	__u32 channels;		/* [in] */
};

/* With notification (AllocateBufferWithNotification); without: AllocateAudioBuffer. */
#define WAVERT_ALLOC_NOTIFICATION	0x1
/* Extension: any count the pin allows (notify_max), not only 1 and 2. */
#define WAVERT_ALLOC_ANY_COUNT		0x2

/*
 * AllocateBufferWithNotification / AllocateAudioBuffer; claims the pin. The size is rounded up to
 * the next multiple of count * frame bytes, and until points are at least notify_min frames and
 * notify_min_ns apart (Q2, Q3); never down. Legal in STOP and ACQUIRE (Q5). Errors: EOPNOTSUPP
 * (WAVERT_CAP_OBSERVE_ONLY), EREMOTEIO (size 0, below a frame or above buffer_max; too many
 * notifications), EINVAL (count; flags), EAGAIN (the hardware is not ready, WRT-023), EBADRQC (a
 * buffer exists already, state PAUSE or RUN, no format set, or an observer), EBUSY (another client
 * owns the pin), ENOMEM.
 */
struct wavert_buffer {
	__u32 flags;			/* [in] WAVERT_ALLOC_* */
	__u32 notifications;		/* [in] of a buffer: 1 or 2; 0 without NOTIFICATION */
	__u32 requested_bytes;		/* [in] */
	__u32 actual_bytes;		/* [out] B; the cycle, >= requested_bytes (WRT-017) */
	__u32 map_bytes;		/* [out] length for mmap(): actual_bytes in whole pages */
	__u32 offset_from_first_page;	/* [out] byte 0 of the buffer in the mapping; 0 today */
	__u32 cache_type;		/* [out] MEMORY_CACHING_TYPE: 1 = MmCached */
	__u32 call_memory_barrier;	/* [out] 1 iff cache_type is 2, MmWriteCombined (WRT-035) */
};

/*
 * Argument of ALLOC_BUFFER for a pin of another driver's card (WAVERT_CAP_ATTACHED). A client that
 * may open that PCM can own the pin. It passes a descriptor of the PCM's node, which it has opened
 * for writing (capture: for reading) and not configured. It may close the descriptor afterwards.
 * Without one the call fails with EACCES, for root too. EBUSY: also if another client shares the
 * PCM. More errors: EBADF (pcm_fd), EINVAL (PCM is set and the pin is not ATTACHED, or pcm_fd is
 * not 0 without PCM). Since version 1.2.
 */
#define WAVERT_ALLOC_PCM		0x4

struct wavert_pcm_buffer {
	struct wavert_buffer buffer;
	__s32 pcm_fd;			/* [in] with WAVERT_ALLOC_PCM, otherwise 0 */
};

/*
 * RegisterNotificationEvent: the eventfd's counter increments by 1 at every point while the
 * stream runs. After a stall of the machine at most 65536 points are signalled. If the signals of
 * an observer lag, its event is signalled for the newest 64 points only. The count in the page is
 * always exact. The event is the eventfd itself, not the number of the descriptor: a dup is the
 * same event.
 * Errors: EBADF (not open), EMEDIUMTYPE (not an eventfd), EREMOTEIO (registered already,
 * WRT-064), EAGAIN (no buffer yet), EOPNOTSUPP (buffer without notification), ENOMEM
 * (64 events are registered).
 * UnregisterNotificationEvent: no signal follows its return (WRT-071). ENOENT (unknown).
 * With WAVERT_EVENT_ALL it removes every event of the stream, also those whose descriptors
 * are closed, and succeeds if there is none.
 * Both: EINVAL (unknown flags, or ALL where it does not apply).
 */
struct wavert_event {
	__s32 fd;		/* [in] an eventfd, without EFD_SEMAPHORE; -1 with ALL */
	__u32 flags;		/* [in] 0, or for UNREGISTER_EVENT WAVERT_EVENT_ALL */
};

#define WAVERT_EVENT_ALL	0x1

#define WAVERT_EVENTS_MAX	64

/*
 * SetState. Missing steps between STOP, ACQUIRE, PAUSE and RUN are inserted (WRT-122). A request
 * for the current state has no effect. When RUN -> PAUSE has returned, no signal follows for the
 * owner (WRT-097); an observer may still get those for earlier points. Errors: EINVAL (> RUN),
 * EBADRQC (RUN without a buffer; an observer), EAGAIN (the hardware is not ready).
 *
 * System suspend changes no state. DMA of a running stream halts, and continues from the same
 * position after resume. Points up to this position are signalled before the suspend, none during
 * it, and dma_halts of the register page increments.
 */
struct wavert_state {
	__u32 state;		/* [in] WAVERT_STATE_STOP .. _RUN */
};

/* GetPosition, read from the hardware by this call. 0 in STOP and without a buffer. */
struct wavert_position {
	__u64 play_offset;	/* [out] bytes, < actual_bytes (WRT-135) */
	__u64 write_offset;	/* [out] bytes, equal to play_offset (Q31) */
	__u64 linear;		/* [out] bytes since the last STOP (WRT-142) */
	__u64 ns;		/* [out] when it was read, CLOCK_MONOTONIC (or the step clock) */
	__u32 state;		/* [out] WAVERT_STATE_* */
	__u32 reserved;		/* [out] 0 */
};

/* GetHWLatency. Errors: EAGAIN (no buffer), EBADRQC (an observer). WRT-152 */
struct wavert_latency {
	__u32 fifo_bytes;	/* [out] between the buffer and the codec link */
	__u32 chipset_100ns;	/* [out] */
	__u32 codec_100ns;	/* [out] */
};

#define WAVERT_REGISTER_POSITION	0	/* GetPositionRegister */
#define WAVERT_REGISTER_CLOCK		1	/* GetClockRegister */
#define WAVERT_REGISTER_PACKET		2	/* PACKETVREGISTER: never (WRT-217) */

/*
 * A register of the hardware that the client may map and read without a call: mmap() one page,
 * read-only, at mmap_offset; the register is page_offset bytes into it, little endian.
 * Each kind is returned once in the life of a stream (WRT-146, 150); from then on it can be
 * mapped, until the device is gone. The position register gives the offset in the buffer
 *	(register + position_register_base) mod buffer_bytes
 * with these two members of the register page, only in RUN. This may be the offset at the link to
 * the codec, which differs from that of DMA by the FIFO. Errors: EOPNOTSUPP (the hardware has no
 * such register, or none that can be mapped alone; use GET_POSITION, WRT-145), EAGAIN (no buffer),
 * EBADRQC (returned before, or an observer), EINVAL (kind).
 */
struct wavert_register {
	__u32 kind;		/* [in] WAVERT_REGISTER_* */
	__u32 width;		/* [out] 32 or 64 bits */
	__u32 accuracy;		/* [out] position: bytes; clock: ticks between two updates */
	__u32 page_offset;	/* [out] bytes */
	__u64 mmap_offset;	/* [out] */
	__u64 numerator;	/* [out] clock: numerator / denominator Hz */
	__u64 denominator;	/* [out] */
};

/*
 * Packet mode. With a notification buffer the cycle is N packets; packets are numbered from
 * 0 at the first RUN after STOP; packet p lies at (p mod N) * B / N. Numbers are counted in 64
 * bits and reported modulo 2^32. These calls may run concurrently with every call, also with
 * themselves. EOPNOTSUPP means a pin of the other direction, or no notification buffer (WRT-039,
 * 050).
 */

/* GetPacketCount: packets played completely, also the number of that in progress. WRT-160..163 */
struct wavert_packet_count {
	__u32 packets;		/* [out] C modulo 2^32; 0 in STOP */
};

/* GetOutputStreamPresentationPosition. WRT-184..187 */
struct wavert_presentation {
	__u64 frames;		/* [out] that have left the device since the last STOP */
	__u64 ns;		/* [out] CLOCK_MONOTONIC (step clock: of the last move) */
};

/*
 * GetReadPacket: the newest complete packet, if it was not returned before. Older packets are
 * lost; the numbers show how many. Errors: EAGAIN (no new packet), EBADFD (below PAUSE), EBADRQC
 * (an observer). WRT-190..202
 */
struct wavert_read_packet {
	__u32 number;		/* [out] PacketNumber */
	__u32 flags;		/* [out] 0 */
	__u64 ns;		/* [out] when its first sample was taken at the converter */
	__u32 more_data;	/* [out] 0: there is no backlog */
	__u32 reserved;		/* [out] 0 */
};

#define WAVERT_PACKET_EOS	0x200	/* KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM */

/*
 * SetWritePacket: this packet has been written. It may be C .. C + N - 1 before RUN, and
 * C + 1 .. C + N - 1 (N = 1: C + 1) in RUN. With EOS it is the last packet, of which the first
 * eos_bytes are valid. When they have been fetched the events are signalled for the last time,
 * and position and C do not change until STOP. Bytes after them are not played if the hardware can
 * stop there. Errors: ETIME (late), EOVERFLOW (too early), EBADFD (after EOS), EINVAL (flags;
 * eos_bytes > B / N), EBADRQC (an observer). A late or too early call changes only the glitch
 * counters. WRT-164..180
 */
struct wavert_write_packet {
	__u32 number;		/* [in] */
	__u32 flags;		/* [in] 0 or WAVERT_PACKET_EOS */
	__u32 eos_bytes;	/* [in] 0 .. B / N; without EOS ignored */
};

#define WAVERT_IOC_VERSION	_IOWR('H', 0xb0, struct wavert_version)

/* This interface has all 256 numbers of this type: the filter from 0, a stream from 0x10. */
#define WAVERT_IOC_TYPE		0xd7
#define WAVERT_IOWR(nr, type)	_IOWR(WAVERT_IOC_TYPE, nr, type)

#define WAVERT_IOC_CAPS		WAVERT_IOWR(0x00, struct wavert_caps)
#define WAVERT_IOC_NEW_STREAM	WAVERT_IOWR(0x01, struct wavert_new_stream)
#define WAVERT_IOC_SET_STATES	WAVERT_IOWR(0x02, struct wavert_states)

#define WAVERT_IOC_SET_FORMAT	WAVERT_IOWR(0x10, struct wavert_format)
#define WAVERT_IOC_ALLOC_BUFFER	WAVERT_IOWR(0x11, struct wavert_buffer)
#define WAVERT_IOC_ALLOC_PCM_BUFFER	WAVERT_IOWR(0x11, struct wavert_pcm_buffer)
/*
 * Extension: Windows frees a buffer only at close. A running stream is brought to STOP first
 * (Q6); registrations survive (WRT-051). EBADRQC (no buffer), EBUSY (still mapped).
 */
#define WAVERT_IOC_FREE_BUFFER	_IO(WAVERT_IOC_TYPE, 0x12)
#define WAVERT_IOC_REGISTER_EVENT	WAVERT_IOWR(0x13, struct wavert_event)
#define WAVERT_IOC_UNREGISTER_EVENT	WAVERT_IOWR(0x14, struct wavert_event)
#define WAVERT_IOC_SET_STATE	WAVERT_IOWR(0x15, struct wavert_state)
#define WAVERT_IOC_GET_POSITION	WAVERT_IOWR(0x16, struct wavert_position)
#define WAVERT_IOC_GET_LATENCY	WAVERT_IOWR(0x17, struct wavert_latency)
#define WAVERT_IOC_GET_REGISTER	WAVERT_IOWR(0x18, struct wavert_register)
#define WAVERT_IOC_PACKET_COUNT	WAVERT_IOWR(0x19, struct wavert_packet_count)
#define WAVERT_IOC_PRESENTATION	WAVERT_IOWR(0x1a, struct wavert_presentation)
#define WAVERT_IOC_GET_READ_PACKET	WAVERT_IOWR(0x1b, struct wavert_read_packet)
#define WAVERT_IOC_SET_WRITE_PACKET	WAVERT_IOWR(0x1c, struct wavert_write_packet)

/*
 * The numbers of interface version 0.x were 'H' 0xb1 .. 0xbf. They are retired: each returns
 * EPROTONOSUPPORT, and one message in the kernel log asks to rebuild the client.
 */
#define WAVERT_RETIRED_FIRST	0xb1
#define WAVERT_RETIRED_LAST		0xbf

/*
 * read() of a stream whose pin offers WAVERT_OFFERS_READ returns one record (EXT-01..10). It waits
 * for a notification that no read() has returned yet; with O_NONBLOCK it fails with EAGAIN instead.
 * It costs less than an eventfd and returns the position in the same call. Use an eventfd to wait
 * for several streams by one descriptor, or for the exact semantics of Windows' events.
 *  - A shorter buffer gets the beginning of the record; less than 16 bytes is EINVAL. A longer
 *    buffer is filled up to `bytes`. The record grows at its end.
 *  - Each notification is returned by one read(), whichever thread or process calls it. Reads are
 *    independent of events, and need none. signal_ns of the notification log is for events and
 *    poll().
 *  - A signal handler ends the wait with EINTR, also with SA_RESTART.
 *  - Without a notification buffer read() returns unread notifications, then EOPNOTSUPP;
 *    FREE_BUFFER wakes it. An observer needs no buffer. After removal it returns unread
 *    notifications, then ENODEV. STOP does not wake it.
 *  - poll(): POLLIN if read() would return a record at once; POLLERR if it would fail with
 *    EOPNOTSUPP; POLLHUP and POLLERR after removal.
 */
struct wavert_read {
	__u32 bytes;		/* [out] size of the record in the module */
	__u32 flags;		/* [out] 0 */
	__u64 points;		/* [out] notifications since the last read() */
	__u64 packets;		/* [out] C, as in the register page ... */
	__u64 linear;		/* [out] ... linear position ... */
	__u64 ns;		/* [out] ... and its time (position_ns) */
};

/*
 * mmap() of a stream, MAP_SHARED only. Mappings are not inherited by fork().
 *  BUFFER: read and write, from offset 0, at most map_bytes. It outlives removal of the
 *          device (its contents are then meaningless).
 *  PAGE:   struct wavert_page, one page, read-only; readable until unmapped.
 *  REGISTER: see WAVERT_IOC_GET_REGISTER; one page, read-only. It may outlive the buffer, and
 *          reads as 0 once the device is gone.
 * The first access to a mapping takes a page fault, which inserts all pages of it. mlock() and
 * MAP_POPULATE have no effect; madvise() changes nothing.
 * Errors: EINVAL (range, MAP_PRIVATE), EPERM (PROT_EXEC; PAGE or REGISTER for writing),
 * EBADRQC (no buffer, an observer has none; GET_REGISTER was not called), ENODEV. mprotect() of an
 * existing mapping to PROT_EXEC fails with EACCES.
 */
#define WAVERT_MMAP_BUFFER	0x00000000
#define WAVERT_MMAP_PAGE	0x40000000
#define WAVERT_MMAP_REGISTER(kind)	(0x50000000 + (kind) * 0x10000)

#define WAVERT_RING		64

/* One notification, in the notification log of the register page. */
struct wavert_notification {
	__u64 number;		/* C at this point: 1 for the first after STOP */
	__u64 irq_seq;		/* irq_count of the interrupt that found it */
	__u64 interrupt_ns;	/* when the position was read */
	__u64 signal_ns;	/* CLOCK_MONOTONIC when the events were signalled; 0: not yet */
	__u64 linear;		/* position read then, bytes; >= number * B / N */
};

/*
 * The register page. Written by the kernel at every interrupt, start, stop and change of
 * state, always before an event is signalled (WRT-106). To read: read seq until it is even; read
 * barrier; copy the members; read barrier; if seq has changed, start again. Only signal_ns is
 * written outside of seq: a 32-bit reader may read half of it, and after a stall an entry may have
 * the time of the entry that it replaced. Ignore a signal_ns below interrupt_ns.
 *
 * The page grows as the structs of the calls do: a member is there if it ends within
 * page_bytes, and a word that was reserved reads as 0 in an older module. The notification
 * log is a ring of ring_entries entries, entry_bytes apart, at ring_offset; entries also grow
 * at their end. So find an entry by wavert_page_entry(), never by the size of a struct.
 */
struct wavert_page {
	__u32 seq;		/* odd while being written */
	__u32 state;		/* WAVERT_STATE_* (an observer sees STOP, PAUSE, RUN, GONE) */
	/* These five never change while the page is mapped. */
	__u32 version;		/* major << 16 | minor, as of VERSION */
	__u32 page_bytes;	/* of this struct, in the module */
	__u32 ring_offset;	/* of the ring, bytes from the start of the page */
	__u32 ring_entries;	/* a power of two */
	__u32 entry_bytes;	/* from one entry to the next */
	__u32 flags;		/* WAVERT_CAP_* */
	__u64 linear;		/* bytes since the last STOP, at position_ns */
	__u64 position_ns;	/* CLOCK_MONOTONIC (or the step clock) */
	__u64 packets;		/* C: points passed since the last STOP */
	__u64 notify_ns;	/* when the last of them was passed */
	__u64 irq_count;	/* interrupts of this stream so far */
	__u64 ring_head;	/* entries ever written; the newest is entry ring_head - 1 */
	__u32 offset;		/* cyclic position, bytes, at position_ns */
	__u32 buffer_bytes;	/* B; 0 without a buffer */
	__u32 notifications;	/* N; 0 without notification */
	__u32 rate;		/* Hz */
	__u32 frame_bytes;
	__u32 format;		/* WAVERT_FORMAT_* */
	__u32 channels;
	__u32 position_register_base;	/* offset where the position register reads 0; RUN only */
	/* Glitches of packet mode since the stream was opened. */
	__u64 underruns;	/* points passed whose next packet had not been announced */
	__u64 repeats;		/* the packet announced last was announced again */
	__u64 late;		/* a packet that was played already was announced (ETIME) */
	__u64 overruns;		/* a packet that does not fit yet was announced (EOVERFLOW) */
	__u64 dropped;		/* packets captured and overwritten before they were fetched */
	__u64 end;		/* end of stream: maximum of linear; ~0: none */
	__u64 dma_halts;	/* halts of DMA without a request, or for a system suspend */
	/*
	 * Distance of two points, bytes; 0 without points. Since version 1.2; with an older
	 * module it is buffer_bytes / notifications. The period of a PCM need not divide its
	 * buffer: then notifications is 0 for an observer, and this distance is not.
	 */
	__u32 notify_bytes;
	__u32 reserved2;	/* 0 */
	__u64 reserved[10];	/* 0 */
};

/* Entry n of the notification log; ring_head - 1 is the newest. */
static inline const struct wavert_notification *
wavert_page_entry(const struct wavert_page *page, __u64 n)
{
	unsigned long at = (__u32)n & (page->ring_entries - 1);

	return (const struct wavert_notification *)((const char *)page + page->ring_offset +
						    at * page->entry_bytes);
}

#endif
