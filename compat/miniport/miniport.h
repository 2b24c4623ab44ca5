/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * miniport.h - the WaveRT contracts over one core stream, without any operating system:
 * states, buffer, events, position. Bound to Linux by compat/hwdep/.
 *
 * Calls marked [C] are control calls: they may sleep, and the binding serialises them
 * with one mutex for each stream. Calls marked [A] may come from any context beside
 * everything else. Locks: control mutex > stream lock; event lock inside neither.
 */
#ifndef WRT_MINIPORT_H
#define WRT_MINIPORT_H

#include "core/device.h"
#include "core/geometry.h"
#include "status.h"

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

/* What the binding lends to a stream. */
struct wrt_mp_ops {
	/* [C] Zeroed memory for g->bytes; fill seg, nseg, cpu. 0 or WRT_ENOMEM. */
	int (*buffer_alloc)(struct wrt_mp *mp, struct wrt_hw_geom *g);
	/* [C] DMA is off and the device has forgotten it. */
	void (*buffer_free)(struct wrt_mp *mp);
	/* Stream lock held: write the register page. */
	void (*publish)(struct wrt_mp *mp, const struct wrt_snapshot *s);
	/* Event lock held: points first, first + 1, ... are being signalled. */
	void (*signalling)(struct wrt_mp *mp, u64 first, u32 points);
	/* Event lock held, any context: set the event, once. */
	void (*signal)(void *event);
};

struct wrt_mp_event {
	void *event;
	u64 since;			/* first point it is signalled for */
};

struct wrt_mp {
	struct wrt_client client;	/* first: see wrt_mp_of() */
	const struct wrt_mp_ops *ops;
	struct wrt_stream *stream;
	bool observer;
	/* Under the control mutex. */
	enum wrt_mp_state state;
	enum wrt_mp_buffer buffer;
	bool removed;
	struct wrt_hw_geom geom;	/* of the buffer; bytes == 0 without one */
	u32 rate, format, channels;	/* rate == 0: no format set */
	/* Under the event lock. */
	struct wrt_lock event_lock;
	u32 nevents;
	struct wrt_mp_event event[WRT_MP_EVENTS_MAX];	/* in order of registration */
};

static inline struct wrt_mp *wrt_mp_of(struct wrt_client *c)
{
	return (struct wrt_mp *)c;
}

/* [C] NewStream. DEVICE_REMOVED; INSUFFICIENT_RESOURCES (too many observers). */
enum wrt_status wrt_mp_init(struct wrt_mp *mp, const struct wrt_mp_ops *ops,
			    struct wrt_stream *stream, bool observer);

/*
 * [C] Release: down to STOP, the buffer freed (unless the binding did after removal).
 * Registered events remain in mp->event[] for the binding to put.
 */
void wrt_mp_close(struct wrt_mp *mp);

/* [C] SetFormat: INVALID_PARAMETER, INVALID_DEVICE_REQUEST, DEVICE_REMOVED. */
enum wrt_status wrt_mp_set_format(struct wrt_mp *mp, u32 rate, u32 format, u32 channels);

/*
 * [C] AllocateBufferWithNotification (kind NOTIFY, count notifications) or
 * AllocateAudioBuffer (kind TIMER, count 0). any_count lifts the documented limit of 2.
 * The result is in mp->geom. WRT-010..031, Q1..Q5.
 */
enum wrt_status wrt_mp_alloc(struct wrt_mp *mp, enum wrt_mp_buffer kind, u32 count,
			     bool any_count, u32 bytes);

/* [C] FreeBufferWithNotification / FreeAudioBuffer. INVALID_DEVICE_REQUEST. Q6, Q7. */
enum wrt_status wrt_mp_free(struct wrt_mp *mp);

/* [C] SetState with missing steps inserted. WRT-120..129, Q14..Q16. */
enum wrt_status wrt_mp_set_state(struct wrt_mp *mp, u32 state);

/* [C] RegisterNotificationEvent. WRT-060..067, Q8, Q9, Q12. */
enum wrt_status wrt_mp_register_event(struct wrt_mp *mp, void *event);

/* [C] UnregisterNotificationEvent; no signal follows. WRT-068..071, Q10, Q11, Q46. */
enum wrt_status wrt_mp_unregister_event(struct wrt_mp *mp, void *event);

/* [A] GetPosition, and the linear position with its time. WRT-135..144. */
enum wrt_status wrt_mp_position(struct wrt_mp *mp, struct wrt_snapshot *out);

/*
 * [C] The device has been removed (core says GONE already): every event is signalled
 * once more, then never again. The binding frees the buffer's memory itself.
 */
void wrt_mp_removed(struct wrt_mp *mp);

/* events.c, for stream.c */
void wrt_mp_notify(struct wrt_client *c, u64 first, u32 points);
void wrt_mp_signal_all(struct wrt_mp *mp);
u32 wrt_mp_batch(const struct wrt_mp *mp);

#endif
