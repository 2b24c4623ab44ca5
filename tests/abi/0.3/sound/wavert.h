/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * sound/wavert.h - the binary interface of alsa-wavert: the contracts of Windows'
 * IMiniportWaveRTStreamNotification on Linux, with eventfd in the place of the event.
 *
 * Two kinds of file:
 *  - the filter: one hwdep node a card (/dev/snd/hwC?D0, id "WaveRT"). It takes
 *    WAVERT_IOC_VERSION, _CAPS and _NEW_STREAM.
 *  - the stream (a pin): the descriptor that WAVERT_IOC_NEW_STREAM returns. It takes all
 *    other calls and mmap(). Release happens when the last copy of it is closed and the
 *    last mapping of it unmapped. The filter may be closed before.
 *
 * Rules for every call:
 *  - Members are marked [in], [out] or [in,out]. [out] members are ignored on entry.
 *  - Words named reserved must be zero on entry, else EINVAL; so must unknown flags.
 *  - A call that fails changes nothing, but for SET_STATE: it keeps the steps that it took
 *    before the one that failed (Q14).
 *  - Layout is the same for 32- and 64-bit callers; pointers need no alignment.
 *  - Errors are the contract's NTSTATUS codes, mapped one to one:
 *      EINVAL INVALID_PARAMETER      EOPNOTSUPP NOT_SUPPORTED
 *      ENOMEM INSUFFICIENT_RESOURCES EAGAIN     DEVICE_NOT_READY
 *      EBUSY  DEVICE_BUSY            EBADRQC    INVALID_DEVICE_REQUEST
 *      EBADFD INVALID_DEVICE_STATE   ENOENT     NOT_FOUND
 *      EREMOTEIO UNSUCCESSFUL        ETIME      DATA_LATE_ERROR
 *      EOVERFLOW DATA_OVERRUN        EBADF      INVALID_HANDLE
 *      EMEDIUMTYPE OBJECT_TYPE_MISMATCH ENODEV  DEVICE_REMOVED
 *    Besides these only EFAULT (bad pointer), ENOTTY (unknown call, or a call for the
 *    other kind of file) and EINTR; NEW_STREAM also EMFILE and ENFILE.
 *  - After the device is gone a right call fails with ENODEV, except that
 *    UNREGISTER_EVENT and SET_STATE to the same or a lower state still succeed (WRT-057),
 *    and that the register page can be mapped and read.
 */
#ifndef _UAPI_SOUND_WAVERT_H
#define _UAPI_SOUND_WAVERT_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define WAVERT_HWDEP_ID		"WaveRT"

/* The major number changes when an old client could no longer work. */
#define WAVERT_ABI_MAJOR	0
#define WAVERT_ABI_MINOR	3

/* Directions of a pin. */
#define WAVERT_PLAYBACK		0	/* render */
#define WAVERT_CAPTURE		1

/* Stream states: KSSTATE, and what the register page shows after removal. */
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

struct wavert_version {
	__u32 abi_major;	/* [out] WAVERT_ABI_MAJOR of the module */
	__u32 abi_minor;	/* [out] */
	__u32 reserved[6];
};

#define WAVERT_CAP_STEPPED	0x1	/* time moves only when stepped; ns is the step clock's */
#define WAVERT_CAP_EMULATED	0x2	/* jumps of tens of milliseconds are normal */

/* Which calls a stream of this pin takes, beside those that every stream takes. */
#define WAVERT_OFFERS_NOTIFICATION	0x1	/* QUERY_NOTIFICATION_SUPPORT (WRT-004, 005) */
#define WAVERT_OFFERS_INPUT		0x2	/* GET_READ_PACKET (WRT-006) */
#define WAVERT_OFFERS_OUTPUT		0x4	/* SET_WRITE_PACKET and its like (WRT-007) */

/* Errors of CAPS: EINVAL (direction), ENOENT (no such pin). */
struct wavert_caps {
	__u32 pin;		/* [in] 0 .. pins - 1, as ALSA's subdevice number */
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
	__u32 notify_min;	/* [out] least distance of two points, frames */
	__u32 size_step;	/* [out] a point is a multiple of this, bytes (and of a frame) */
	__u32 position_step;	/* [out] position moves by at most this many bytes; 0: one frame */
	__u32 offers;		/* [out] WAVERT_OFFERS_* */
	__u32 reserved[5];
};

/* Watch, do not own: events and the register page of whoever runs this pin. */
#define WAVERT_STREAM_OBSERVE	0x1

/*
 * IMiniportWaveRT::NewStream. State STOP, position 0, no format, no buffer (WRT-001..003).
 * Claims nothing: ALLOC_BUFFER does. Errors: EINVAL (direction, flags), ENOENT (pin),
 * ENOMEM (also: 8 observers are watching already), ENODEV, EMFILE.
 */
struct wavert_new_stream {
	__u32 pin;		/* [in] */
	__u32 direction;	/* [in] */
	__u32 flags;		/* [in] 0 or WAVERT_STREAM_OBSERVE */
	__s32 fd;		/* [out] the stream, close-on-exec */
	__u32 reserved[4];
};

/*
 * SetFormat. Errors: EINVAL (the pin lacks rate, format or channels; or the stream runs,
 * WRT-130), EBADRQC (a buffer is allocated, or an observer).
 */
struct wavert_format {
	__u32 rate;		/* [in] Hz */
	__u32 format;		/* [in] exactly one WAVERT_FORMAT_* */
	__u32 channels;		/* [in] */
	__u32 reserved[5];
};

/* With notification (AllocateBufferWithNotification); without: AllocateAudioBuffer. */
#define WAVERT_ALLOC_NOTIFICATION	0x1
/* Extension: any count the pin allows (notify_max), not only 1 and 2. */
#define WAVERT_ALLOC_ANY_COUNT		0x2

/*
 * AllocateBufferWithNotification / AllocateAudioBuffer; claims the pin. The size is
 * rounded up to the next multiple of count * frame bytes, and so far that points are at
 * least notify_min frames and 125 us apart (Q2, Q3); never down. Legal in STOP and ACQUIRE
 * (Q5). Errors: EREMOTEIO (size 0, below a frame or above buffer_max;
 * too many points), EINVAL (count; flags), EAGAIN (the hardware does not do as told,
 * WRT-023), EBADRQC (a buffer exists already, state PAUSE
 * or RUN, no format set, or an observer), EBUSY (somebody else owns the pin), ENOMEM.
 */
struct wavert_buffer {
	__u32 flags;			/* [in] WAVERT_ALLOC_* */
	__u32 notifications;		/* [in] a buffer: 1 or 2; 0 without NOTIFICATION */
	__u32 requested_bytes;		/* [in] */
	__u32 actual_bytes;		/* [out] B; the cycle, >= requested_bytes (WRT-017) */
	__u32 map_bytes;		/* [out] what mmap() takes: actual_bytes in whole pages */
	__u32 offset_from_first_page;	/* [out] byte 0 of the buffer in the mapping; 0 today */
	__u32 cache_type;		/* [out] MEMORY_CACHING_TYPE: 1 = MmCached */
	__u32 call_memory_barrier;	/* [out] 1 iff cache_type is 2, MmWriteCombined (WRT-035) */
	__u32 reserved[4];
};

/*
 * RegisterNotificationEvent: the eventfd's counter goes up by 1 at every point while the
 * stream runs. After a stall of the machine at most 65536 points are made up for by
 * signals; the count in the page is exact always. Identity is the eventfd itself, not the
 * number: a dup is the same event.
 * Errors: EBADF (not open), EMEDIUMTYPE (not an eventfd), EREMOTEIO (registered already,
 * WRT-064), EAGAIN (no buffer yet), EOPNOTSUPP (buffer without notification), ENOMEM
 * (64 events are registered).
 * UnregisterNotificationEvent: no signal follows its return (WRT-071). ENOENT (unknown).
 */
struct wavert_event {
	__s32 fd;		/* [in] an eventfd, without EFD_SEMAPHORE */
	__u32 reserved[3];
};

#define WAVERT_EVENTS_MAX	64

/*
 * SetState. Missing steps between STOP, ACQUIRE, PAUSE and RUN are inserted (WRT-122); the
 * present state again has no effect. When RUN -> PAUSE has returned, no signal follows
 * (WRT-097). Errors: EINVAL (> RUN), EBADRQC (RUN without a buffer; an observer),
 * EAGAIN (the hardware does not do as told).
 *
 * System suspend changes no state. A running stream stands still and goes on from where it
 * stood when the system wakes up; the points up to there are signalled before, none in
 * between, and the page counts one stall.
 */
struct wavert_state {
	__u32 state;		/* [in] WAVERT_STATE_STOP .. _RUN */
	__u32 reserved[3];
};

/* GetPosition, read from the hardware now. 0 in STOP and without a buffer. */
struct wavert_position {
	__u64 play_offset;	/* [out] bytes, < actual_bytes (WRT-135) */
	__u64 write_offset;	/* [out] bytes, equal to play_offset (Q31) */
	__u64 linear;		/* [out] bytes since the last STOP (WRT-142) */
	__u64 ns;		/* [out] when it was read, CLOCK_MONOTONIC (or the step clock) */
	__u32 state;		/* [out] WAVERT_STATE_* */
	__u32 reserved[7];
};

/* GetHWLatency. Errors: EAGAIN (no buffer), EBADRQC (an observer). WRT-152 */
struct wavert_latency {
	__u32 fifo_bytes;	/* [out] between the buffer and the codec link */
	__u32 chipset_100ns;	/* [out] */
	__u32 codec_100ns;	/* [out] */
	__u32 reserved[5];
};

#define WAVERT_REGISTER_POSITION	0	/* GetPositionRegister */
#define WAVERT_REGISTER_CLOCK		1	/* GetClockRegister */
#define WAVERT_REGISTER_PACKET		2	/* PACKETVREGISTER: never (WRT-217) */

/*
 * A register of the hardware that the client may map and read by itself: mmap() one page,
 * read-only, at mmap_offset; the register is page_offset bytes into it, little endian.
 * Each kind is told once in the life of a stream (WRT-146, 150); from then on it can be
 * mapped, until the device is gone. Its offset in the buffer is
 *	(register + register_base) mod buffer_bytes
 * with the two of the register page, and in RUN only. It may be that of the link to the
 * codec, a FIFO away from DMA. Errors: EOPNOTSUPP (the hardware has none, or none that can
 * be mapped alone; ask GET_POSITION, WRT-145), EAGAIN (no buffer), EBADRQC (told before, or
 * an observer), EINVAL (kind).
 */
struct wavert_register {
	__u32 kind;		/* [in] WAVERT_REGISTER_* */
	__u32 width;		/* [out] 32 or 64 bits */
	__u32 accuracy;		/* [out] position: bytes; clock: ticks between two updates */
	__u32 page_offset;	/* [out] bytes */
	__u64 mmap_offset;	/* [out] */
	__u64 numerator;	/* [out] clock: numerator / denominator Hz */
	__u64 denominator;	/* [out] */
	__u32 reserved[6];
};

/*
 * Packet mode. With a notification buffer the cycle is N packets; packets are numbered from
 * 0 at the first RUN after STOP; packet p lies at (p mod N) * B / N. Numbers are 64 bits
 * wide inside, and told modulo 2^32. These calls may be made beside any other, and beside
 * themselves; EOPNOTSUPP means a pin of the other direction, or no notification buffer
 * (WRT-039, 050).
 */

/* GetPacketCount: packets played completely = number of the one in progress. WRT-160..163 */
struct wavert_packet_count {
	__u32 packets;		/* [out] C modulo 2^32; 0 in STOP */
	__u32 reserved[3];
};

/* GetOutputStreamPresentationPosition. WRT-184..187 */
struct wavert_presentation {
	__u64 frames;		/* [out] that have left the device since the last STOP */
	__u64 ns;		/* [out] CLOCK_MONOTONIC (step clock: of the last move) */
	__u32 reserved[4];
};

/*
 * GetReadPacket: the newest packet that is complete, and was not fetched yet. Older ones
 * are lost; the numbers show how many. Errors: EAGAIN (nothing new), EBADFD (below PAUSE),
 * EBADRQC (an observer). WRT-190..202
 */
struct wavert_read_packet {
	__u32 number;		/* [out] PacketNumber */
	__u32 flags;		/* [out] 0 */
	__u64 ns;		/* [out] when its first sample was taken at the converter */
	__u32 more_data;	/* [out] 0: there is no backlog */
	__u32 reserved[3];
};

#define WAVERT_PACKET_EOS	0x200	/* KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM */

/*
 * SetWritePacket: this packet has been written. It may be C .. C + N - 1 before RUN, and
 * C + 1 .. C + N - 1 (N = 1: C + 1) in RUN. With EOS it is the last, and eos_bytes of it
 * count: when they have been fetched the events are signalled for the last time, position
 * and C stand still until STOP, and what lies behind is not played if the hardware can stop
 * there. Errors: ETIME (late), EOVERFLOW (too early), EBADFD (after EOS), EINVAL (flags;
 * eos_bytes > B / N), EBADRQC (an observer). A call that is late or too early changes the
 * glitch counters only. WRT-164..180
 */
struct wavert_write_packet {
	__u32 number;		/* [in] */
	__u32 flags;		/* [in] 0 or WAVERT_PACKET_EOS */
	__u32 eos_bytes;	/* [in] 0 .. B / N; without EOS ignored */
	__u32 reserved[5];
};

#define WAVERT_IOC_VERSION	_IOWR('H', 0xb0, struct wavert_version)
#define WAVERT_IOC_CAPS		_IOWR('H', 0xb1, struct wavert_caps)
#define WAVERT_IOC_NEW_STREAM	_IOWR('H', 0xb2, struct wavert_new_stream)

#define WAVERT_IOC_SET_FORMAT	_IOW('H', 0xb3, struct wavert_format)
#define WAVERT_IOC_ALLOC_BUFFER	_IOWR('H', 0xb4, struct wavert_buffer)
/*
 * Extension: Windows frees by closing only. A running stream is brought to STOP first
 * (Q6); registrations survive (WRT-051). EBADRQC (no buffer), EBUSY (still mapped).
 */
#define WAVERT_IOC_FREE_BUFFER	_IO('H', 0xb5)
#define WAVERT_IOC_REGISTER_EVENT	_IOW('H', 0xb6, struct wavert_event)
#define WAVERT_IOC_UNREGISTER_EVENT	_IOW('H', 0xb7, struct wavert_event)
#define WAVERT_IOC_SET_STATE	_IOW('H', 0xb8, struct wavert_state)
#define WAVERT_IOC_GET_POSITION	_IOWR('H', 0xb9, struct wavert_position)
#define WAVERT_IOC_GET_LATENCY	_IOWR('H', 0xba, struct wavert_latency)
#define WAVERT_IOC_GET_REGISTER	_IOWR('H', 0xbb, struct wavert_register)
#define WAVERT_IOC_PACKET_COUNT	_IOWR('H', 0xbc, struct wavert_packet_count)
#define WAVERT_IOC_PRESENTATION	_IOWR('H', 0xbd, struct wavert_presentation)
#define WAVERT_IOC_GET_READ_PACKET	_IOWR('H', 0xbe, struct wavert_read_packet)
#define WAVERT_IOC_SET_WRITE_PACKET	_IOW('H', 0xbf, struct wavert_write_packet)

/*
 * mmap() of a stream, MAP_SHARED only. Mappings are not inherited by fork().
 *  BUFFER: read and write, from offset 0, at most map_bytes. It outlives removal of the
 *          device (its contents then mean nothing).
 *  PAGE:   struct wavert_page, one page, read-only; readable until unmapped.
 *  REGISTER: see WAVERT_IOC_GET_REGISTER; one page, read-only. It may outlive the buffer, and
 *          reads as 0 once the device is gone.
 * Errors: EINVAL (range, MAP_PRIVATE), EPERM (PAGE or REGISTER for writing), EBADRQC (no
 * buffer, an observer has none; no register told of), ENODEV.
 */
#define WAVERT_MMAP_BUFFER	0x00000000
#define WAVERT_MMAP_PAGE	0x40000000
#define WAVERT_MMAP_REGISTER(kind)	(0x50000000 + (kind) * 0x10000)

#define WAVERT_RING		64

/* One notification, in the black box of the register page. */
struct wavert_notification {
	__u64 number;		/* C at this point: 1 for the first after STOP */
	__u64 look;		/* serial number of the interrupt that found it */
	__u64 interrupt_ns;	/* when the position was read */
	__u64 signal_ns;	/* CLOCK_MONOTONIC when the events were signalled; 0: not yet */
	__u64 linear;		/* position read then, bytes; >= number * B / N */
};

/*
 * The register page. Written by the kernel at every interrupt, start, stop and change of
 * state, always before an event is signalled (WRT-106). To read: take seq until it is
 * even; read barrier; copy what you need; read barrier; if seq has changed, start again.
 * signal_ns alone is written outside of seq: a 32-bit reader may see half of it, and after
 * a stall an entry may carry the stamp of the one it replaced. Distrust a signal_ns below
 * interrupt_ns.
 */
struct wavert_page {
	__u32 seq;		/* odd while being written */
	__u32 state;		/* WAVERT_STATE_* (an observer sees STOP, PAUSE, RUN, GONE) */
	__u64 linear;		/* bytes since the last STOP, at position_ns */
	__u64 position_ns;	/* CLOCK_MONOTONIC (or the step clock) */
	__u64 packets;		/* C: points passed since the last STOP */
	__u64 point_ns;		/* when the last of them was passed */
	__u64 looks;		/* interrupts so far, serial number of the newest; 0 in no use */
	__u64 ring_head;	/* entries of ring[] ever written; newest: (ring_head - 1) % 64 */
	__u32 offset;		/* cyclic position, bytes, at position_ns */
	__u32 buffer_bytes;	/* B; 0 without a buffer */
	__u32 notifications;	/* N; 0 without */
	__u32 rate;		/* Hz */
	__u32 frame_bytes;
	__u32 format;		/* WAVERT_FORMAT_* */
	__u32 channels;
	__u32 flags;		/* WAVERT_CAP_* */
	/* Glitches since the stream was opened; of packet mode, 0 without. */
	__u64 underruns;	/* points passed whose next packet had not been announced */
	__u64 repeats;		/* announced again what had been announced last */
	__u64 late;		/* announced what was played already (ETIME) */
	__u64 overruns;		/* announced what does not fit yet (EOVERFLOW) */
	__u64 dropped;		/* packets captured and overwritten before they were fetched */
	__u64 end;		/* linear never gets beyond: end of stream; ~0 without one */
	__u64 stalls;		/* times DMA stood still unasked: engine halts, system suspend */
	__u32 register_base;	/* offset at which the position register reads 0; RUN only */
	__u32 reserved[23];
	struct wavert_notification ring[WAVERT_RING];
};

#endif
