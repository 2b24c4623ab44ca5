/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * miniport.h - the WaveRT contracts over one core stream, without any operating system:
 * states, buffer, events, position. Bound to Linux by compat/hwdep/. Labels (WRT-010, Q1,
 * M11) are those of Documentation/contract.md.
 *
 * Calls marked [C] are control calls: they may sleep, and the binding serialises them
 * with one mutex for each stream. Calls marked [A] may come from any context and run concurrently
 * with every other call. Locks: control mutex > device lock; control mutex > event lock; device
 * lock and event lock are never held together.
 */
#ifndef WRT_MINIPORT_H
#define WRT_MINIPORT_H

#include "core/device.h"
#include "core/geometry.h"
#include "../status.h"

#define WRT_MP_EVENTS_MAX	64

/* KSSTATE */
enum wrt_mp_state {
	WRT_MP_STOP = 0,
	WRT_MP_ACQUIRE = 1,
	WRT_MP_PAUSE = 2,
	WRT_MP_RUN = 3,
};

enum wrt_mp_buffer {
	WRT_MP_NO_BUFFER = 0,
	WRT_MP_TIMER_BUFFER,	/* AllocateAudioBuffer: nothing is notified */
	WRT_MP_NOTIFY_BUFFER,	/* AllocateBufferWithNotification */
};

struct wrt_mp;

/* Callbacks that the binding provides. */
struct wrt_mp_ops {
	/* [C] Allocate zeroed memory for g->bytes; fill seg, nseg, cpu. 0 or WRT_ENOMEM. */
	int (*buffer_alloc)(struct wrt_mp *mp, struct wrt_hw_geom *g);
	/* [C] Free the memory. DMA is off and the device has forgotten the buffer. */
	void (*buffer_free)(struct wrt_mp *mp);
	/* Device lock held: write the register page. */
	void (*publish)(struct wrt_mp *mp, const struct wrt_snapshot *s);
	/* Likewise, optional: only position, points and number of interrupts have changed. */
	void (*publish_position)(struct wrt_mp *mp, const struct wrt_stream *s, u64 passed);
	/* Event lock held: an event is about to be signalled for this point, at ns. */
	void (*signalling)(struct wrt_mp *mp, u64 point, u64 ns);
	/* Any context, the event lock may be held: set the event, once. */
	void (*signal)(struct wrt_mp *mp, void *event);
	/* Any context, no lock held: points have passed. Must not take long. Optional. */
	bool (*passed)(struct wrt_mp *mp);
};

/* Causes of glitches, as in traces (1 and 3 are those of portcls). */
enum wrt_mp_glitch {
	WRT_MP_UNDERRUN = 1,	/* a point passed, and the packet then due was not announced */
	WRT_MP_REPEAT = 3,	/* the same packet was announced again */
	WRT_MP_LATE = 4,	/* announced when it was being played or had been played */
	WRT_MP_OVERRUN = 5,	/* announced before it fits into the buffer */
	WRT_MP_DROPPED = 6,	/* captured, and overwritten before it was fetched */
};

/* Counted since the stream was opened. */
struct wrt_mp_glitches {
	u64 underruns, repeats, late, overruns, dropped;
};

/* Packet mode. Under the device lock; everything except the glitches is reset at STOP. */
struct wrt_mp_packets {
	enum wrt_mp_state state;	/* as mp->state */
	bool announced;			/* SetWritePacket has been accepted ... */
	u64 newest;			/* ... for this packet at most */
	u64 accounted;			/* points looked at for underruns */
	bool eos;			/* `newest` is the last packet */
	u64 fetched;			/* capture: packets up to here were reported or lost */
	struct wrt_mp_glitches glitches;
};

struct wrt_mp_event {
	void *event;
	u64 next;			/* first point that it has not been signalled for */
	bool slow;			/* a signal took too long: by the thread from then on */
	u32 busy;			/* signals in progress without the event lock */
	bool leaving;			/* being unregistered: no new signal */
	bool last;			/* one more signal, because the device is gone */
};

struct wrt_mp {
	struct wrt_client client;	/* first: see wrt_mp_of() */
	const struct wrt_mp_ops *ops;
	struct wrt_stream *stream;
	bool observer;
	/* Under the event lock. */
	struct wrt_lock event_lock;
	u64 handed;			/* first point that has not been handed to the miniport */
	u32 turn;			/* index of the event that the thread signals next */
	u32 waiters;			/* for an event to be no longer busy */
	u32 nevents;
	struct wrt_mp_event own;	/* wrt_mp_own_event(); event is NULL without */
	struct wrt_mp_packets packets;	/* under the device lock */
	struct wrt_mp_event event[WRT_MP_EVENTS_MAX];	/* in order of registration */
	/* Under the control mutex. */
	enum wrt_mp_state state;
	enum wrt_mp_buffer buffer;
	bool removed;
	bool early_events;		/* set by a binding: events need no buffer (Q8) */
	struct wrt_hw_geom geom;	/* of the buffer; bytes == 0 without one */
	u32 rate, format, channels;	/* rate == 0: no format set */
	u32 registers_given;		/* mask of enum wrt_hw_register_kind (WRT-146, 150) */
};

static inline struct wrt_mp *wrt_mp_of(struct wrt_client *c)
{
	return (struct wrt_mp *)c;
}

/**
 * wrt_mp_init() - NewStream
 * @mp: stream of the miniport, uninitialised
 * @ops: callbacks of the binding
 * @stream: stream of the core
 * @observer: the client only observes
 * @user: user of the client; NULL where a system has no users: such a client is privileged
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, DEVICE_REMOVED, or INSUFFICIENT_RESOURCES (too many observers).
 */
enum wrt_status wrt_mp_init(struct wrt_mp *mp, const struct wrt_mp_ops *ops,
			    struct wrt_stream *stream, bool observer,
			    const struct wrt_user *user);

/**
 * wrt_mp_close() - Release: go to STOP and free the buffer
 * @mp: stream of the miniport
 *
 * An observer is removed from the stream. Registered events remain in mp->event[] for the binding
 * to put.
 *
 * Context: Control mutex held; may sleep.
 */
void wrt_mp_close(struct wrt_mp *mp);

/**
 * wrt_mp_set_format() - SetFormat
 * @mp: stream of the miniport
 * @rate: Hz
 * @format: enum wrt_format
 * @channels: number of channels
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, INVALID_PARAMETER (the stream runs, or the pin lacks the format),
 *	INVALID_DEVICE_REQUEST (a buffer exists, or an observer), or DEVICE_REMOVED.
 */
enum wrt_status wrt_mp_set_format(struct wrt_mp *mp, u32 rate, u32 format, u32 channels);

/**
 * wrt_mp_alloc() - AllocateBufferWithNotification or AllocateAudioBuffer
 * @mp: stream of the miniport
 * @kind: WRT_MP_NOTIFY_BUFFER or WRT_MP_TIMER_BUFFER
 * @count: number of notifications; 0 for WRT_MP_TIMER_BUFFER
 * @any_count: lifts the documented limit of 2 notifications
 * @bytes: requested size
 *
 * The result is in mp->geom. WRT-010..031, Q1..Q5.
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, UNSUCCESSFUL (@bytes, or too many notifications), INVALID_PARAMETER (@count),
 *	INVALID_DEVICE_REQUEST (a buffer exists, no format, above ACQUIRE, or an observer),
 *	DEVICE_BUSY (the pin has another owner), INSUFFICIENT_RESOURCES, DEVICE_NOT_READY,
 *	DEVICE_REMOVED, or CANCELLED (the process is being killed).
 */
enum wrt_status wrt_mp_alloc(struct wrt_mp *mp, enum wrt_mp_buffer kind, u32 count,
			     bool any_count, u32 bytes);

/**
 * wrt_mp_free() - FreeBufferWithNotification or FreeAudioBuffer
 * @mp: stream of the miniport
 *
 * Q6, Q7.
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, INVALID_DEVICE_REQUEST (no buffer; an observer), or DEVICE_REMOVED.
 */
enum wrt_status wrt_mp_free(struct wrt_mp *mp);

/**
 * wrt_mp_set_state() - SetState, with missing steps inserted
 * @mp: stream of the miniport
 * @state: enum wrt_mp_state
 *
 * WRT-120..129, Q14..Q16.
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, INVALID_PARAMETER (@state), INVALID_DEVICE_REQUEST (RUN without a buffer, or an
 *	observer), DEVICE_NOT_READY (the hardware does not start), or DEVICE_REMOVED.
 */
enum wrt_status wrt_mp_set_state(struct wrt_mp *mp, u32 state);

/**
 * wrt_mp_set_states() - as wrt_mp_set_state() for several streams of a device, at once
 * @mps: streams, each once
 * @n: their number, 1..WRT_SLOTS_MAX
 * @state: RUN: all are brought to PAUSE, then started under one hold of the device lock. Below RUN:
 *	all are stopped under one hold, then brought to this state.
 * @spread_ns: filled: for RUN the streams began within this time; else 0
 *
 * RUN: if one cannot be started, none runs on return, and those that were below PAUSE may have been
 * brought to PAUSE.
 *
 * Context: Control mutex of each held; may sleep.
 * Return: SUCCESS, an error of wrt_mp_set_state(), or INVALID_DEVICE_STATE (RUN, and one runs
 *	already).
 */
enum wrt_status wrt_mp_set_states(struct wrt_mp *const *mps, u32 n, u32 state, u64 *spread_ns);

/**
 * wrt_mp_register_event() - RegisterNotificationEvent
 * @mp: stream of the miniport
 * @event: event of the binding
 *
 * WRT-060..067, Q8, Q9, Q12.
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, UNSUCCESSFUL (registered already), INSUFFICIENT_RESOURCES (WRT_MP_EVENTS_MAX
 *	events are registered), DEVICE_REMOVED, or unless mp->early_events is set DEVICE_NOT_READY
 *	(an owner without a buffer) or NOT_SUPPORTED (a buffer without notification).
 */
enum wrt_status wrt_mp_register_event(struct wrt_mp *mp, void *event);

/**
 * wrt_mp_unregister_event() - UnregisterNotificationEvent
 * @mp: stream of the miniport
 * @event: event of the binding
 *
 * Waits for a signal in progress; no signal follows. WRT-068..071, Q10, Q11, Q46.
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, NOT_FOUND, or CANCELLED (the process is being killed; the event is still
 *	registered).
 */
enum wrt_status wrt_mp_unregister_event(struct wrt_mp *mp, void *event);

/**
 * wrt_mp_own_event() - register the event of the binding
 * @mp: stream of the miniport
 * @event: the event
 *
 * The event is not one of the WRT_MP_EVENTS_MAX that clients register. One signal of it stands for
 * any number of points. It stays registered until the stream is closed. After a signal of it was
 * slow, a further call lets the interrupt signal it again, like a new event.
 *
 * Context: Any.
 */
void wrt_mp_own_event(struct wrt_mp *mp, void *event);

/**
 * wrt_mp_position() - GetPosition, and the linear position with its time
 * @mp: stream of the miniport
 * @out: filled
 *
 * WRT-135..144.
 *
 * Context: Any.
 * Return: SUCCESS or DEVICE_REMOVED.
 */
enum wrt_status wrt_mp_position(struct wrt_mp *mp, struct wrt_snapshot *out);

/**
 * wrt_mp_latency() - GetHWLatency
 * @mp: stream of the miniport
 * @out: filled on success
 *
 * WRT-152.
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, DEVICE_REMOVED, INVALID_DEVICE_REQUEST (an observer), or DEVICE_NOT_READY (no
 *	buffer).
 */
enum wrt_status wrt_mp_latency(struct wrt_mp *mp, struct wrt_hw_latency *out);

/**
 * wrt_mp_get_register() - GetPositionRegister or GetClockRegister, once each
 * @mp: stream of the miniport
 * @kind: enum wrt_hw_register_kind
 * @out: filled on success
 *
 * WRT-145..150.
 *
 * Context: Control mutex held; may sleep.
 * Return: SUCCESS, INVALID_PARAMETER (@kind), NOT_SUPPORTED (the hardware has none),
 *	INVALID_DEVICE_REQUEST (returned before, or an observer), DEVICE_NOT_READY (no buffer), or
 *	DEVICE_REMOVED.
 */
enum wrt_status wrt_mp_get_register(struct wrt_mp *mp, u32 kind, struct wrt_hw_register *out);

/**
 * wrt_mp_unget_register() - undo wrt_mp_get_register() if the answer could not be delivered
 * @mp: stream of the miniport
 * @kind: enum wrt_hw_register_kind
 *
 * Context: Control mutex held; may sleep.
 */
void wrt_mp_unget_register(struct wrt_mp *mp, u32 kind);

/* ---- packets.c --------------------------------------------------------------------------- */

/**
 * wrt_mp_packet_count() - GetPacketCount
 * @mp: stream of the miniport
 * @count: filled: packets that have passed, modulo 2^32
 *
 * WRT-160..163.
 *
 * Context: Any.
 * Return: SUCCESS, DEVICE_REMOVED, or NOT_SUPPORTED (capture, or no notification buffer).
 */
enum wrt_status wrt_mp_packet_count(struct wrt_mp *mp, u32 *count);

struct wrt_mp_presentation {
	u64 frames;		/* played at the output since the last STOP */
	u64 ns;			/* when the hardware was read */
	bool live;		/* false: DMA is off; ns is in the past, frames are still valid */
};

/* Device lock held: linear position at which the stream ends; all ones: it does not. */
static inline u64 wrt_mp_end(const struct wrt_mp *mp)
{
	return mp->stream->pos.has_end ? mp->stream->pos.end : ~0ull;
}

/**
 * wrt_mp_presentation() - GetOutputStreamPresentationPosition
 * @mp: stream of the miniport
 * @out: filled on success
 *
 * WRT-184..187.
 *
 * Context: Any.
 * Return: SUCCESS, DEVICE_REMOVED, or NOT_SUPPORTED (capture, or no notification buffer).
 */
enum wrt_status wrt_mp_presentation(struct wrt_mp *mp, struct wrt_mp_presentation *out);

struct wrt_mp_read {
	u32 number;		/* PacketNumber */
	u64 ns;			/* when its first sample was taken */
	u64 fetched, dropped;	/* for wrt_mp_unread_packet() */
};

/**
 * wrt_mp_read_packet() - GetReadPacket
 * @mp: stream of the miniport
 * @out: filled on success
 *
 * There is no backlog: Flags are 0, MoreData is FALSE. WRT-190..202, Q25, Q26.
 *
 * Context: Any.
 * Return: SUCCESS, DEVICE_REMOVED, NOT_SUPPORTED (playback, or no notification buffer),
 *	INVALID_DEVICE_STATE (below PAUSE), DEVICE_NOT_READY (no new packet), or
 *	INVALID_DEVICE_REQUEST (an observer).
 */
enum wrt_status wrt_mp_read_packet(struct wrt_mp *mp, struct wrt_mp_read *out);

/**
 * wrt_mp_unread_packet() - undo wrt_mp_read_packet() if the answer could not be delivered
 * @mp: stream of the miniport
 * @read: what wrt_mp_read_packet() returned
 *
 * Without effect if another packet has been fetched since, or the stream was in STOP.
 *
 * Context: Any.
 */
void wrt_mp_unread_packet(struct wrt_mp *mp, const struct wrt_mp_read *read);

#define WRT_MP_EOS	0x200u	/* KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM */

/**
 * wrt_mp_write_packet() - SetWritePacket
 * @mp: stream of the miniport
 * @number: number of the packet, modulo 2^32
 * @flags: 0 or WRT_MP_EOS
 * @eos_bytes: with WRT_MP_EOS, bytes of the last packet
 *
 * WRT-164..183, Q21..Q24, Q27.
 *
 * Context: Any.
 * Return: SUCCESS, DEVICE_REMOVED, NOT_SUPPORTED (capture, or no notification buffer),
 *	DATA_LATE_ERROR, DATA_OVERRUN, INVALID_DEVICE_STATE (after EOS), INVALID_PARAMETER (flags,
 *	eos_bytes), or INVALID_DEVICE_REQUEST (an observer).
 */
enum wrt_status wrt_mp_write_packet(struct wrt_mp *mp, u32 number, u32 flags, u32 eos_bytes);

/**
 * wrt_mp_removed() - the device has been removed: signal every event once more
 * @mp: stream of the miniport
 *
 * To be called after wrt_device_gone(). No signal follows the last ones. The binding frees the
 * memory of the buffer.
 *
 * Context: Control mutex held; may sleep.
 */
void wrt_mp_removed(struct wrt_mp *mp);

/**
 * wrt_mp_is_removed() - whether wrt_device_gone() or wrt_mp_removed() has been called
 * @mp: stream of the miniport
 *
 * Once a position is DEVICE_REMOVED, every call that can return it does.
 *
 * Context: Any, without the device lock.
 * Return: True if so.
 */
static inline bool wrt_mp_is_removed(const struct wrt_mp *mp)
{
	return mp->removed || wrt_stream_is_gone(mp->stream);
}

/* packets.c, for stream.c: device lock held */
void wrt_packets_account(struct wrt_mp *mp, u64 points);
/* Likewise, device lock not held. */
void wrt_packets_reset(struct wrt_mp *mp);
void wrt_packets_show_state(struct wrt_mp *mp);

/* events.c, for stream.c */
bool wrt_mp_notify(struct wrt_client *c, u64 first, u64 points, enum wrt_notify_from from);
void wrt_mp_settle(struct wrt_mp *mp);
void wrt_mp_signal_last(struct wrt_mp *mp);

#endif
