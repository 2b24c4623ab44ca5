/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * stream.h - one DMA stream: its owner, state and position. The path of an interrupt
 * is in interrupt.c.
 *
 * A stream has one owner (none, ALSA or WaveRT) that runs it, and up to WRT_OBSERVERS_MAX
 * observers that are only notified. Both are a struct wrt_client.
 *
 *	      configure            start
 *	FREE ------------> READY ----------> RUN
 *	     <------------       <----------
 *	       release             stop
 *	any of them --wrt_stream_gone()--> GONE, for good
 *
 * Locks: [S] functions may sleep and take the device mutex; [A] functions may be
 * called from any context and take the device lock, which guards all streams of a device.
 * Callbacks: publish() runs under that lock and only writes memory; notify() runs with no
 * lock of the core held.
 *
 * An interrupt publishes to every client, but it notifies only the owner. Signals that the owner
 * leaves over, and those of observers, are made outside of the interrupt: deferred.h.
 */
#ifndef WRT_CORE_STREAM_H
#define WRT_CORE_STREAM_H

#include "backend.h"
#include "position.h"

struct wrt_client;

enum wrt_stream_state {
	WRT_STREAM_FREE = 0,	/* no buffer */
	WRT_STREAM_READY = 1,	/* buffer programmed, DMA off (stopped or paused) */
	WRT_STREAM_RUN = 2,	/* DMA on */
	WRT_STREAM_GONE = 3,	/* the device has been removed */
};

/* DMA of a stream in RUN; else it is off. It is also off in RUN after the end of a stream. */
enum wrt_stream_dma {
	WRT_DMA_OFF = 0,
	WRT_DMA_ON,
	WRT_DMA_ASLEEP,		/* off: the device is suspended */
	WRT_DMA_RESUMES,	/* likewise; it was on, and resume turns it on again */
};

/* One consistent reading of a stream. */
struct wrt_snapshot {
	enum wrt_stream_state state;
	u32 offset;		/* cyclic position, bytes, < geom->bytes */
	u64 linear;		/* bytes since the last reset */
	u64 ns;			/* when the position was read */
	u64 read_ns;		/* when the hardware was last read: later than ns after an end */
	u64 points;		/* points consumed since the last reset */
	u64 packets;		/* points passed by now, consumed or not: C (WRT-162) */
	u64 passed;		/* those of them that are new with this publish */
	u64 point_ns;		/* when DMA passed the last of them; 0: none yet */
	u64 look;		/* serial number of the interrupt (look) */
	u64 stalls;		/* times DMA stopped without a request: halts, suspends */
	u32 register_base;	/* offset at which the position register reads 0 */
	const struct wrt_hw_geom *geom;	/* bytes == 0 in FREE */
};

/* Cause of a glitch in traces, beside those of packet mode: DMA stopped without a request. */
#define WRT_STALL	7

/* Every interrupt writes the page of each. */
#define WRT_OBSERVERS_MAX	8

/* Of these, kept for the owner's user and for privileged clients. A user has the rest at most. */
#define WRT_OBSERVERS_KEPT	2

/* A reading of the position is repeated at most this many times. */
#define WRT_READ_AGAIN_MAX	4

/* After a stall of the machine at most this many points are signalled; C stays exact. */
#define WRT_PENDING_MAX		65536

/* The caller of notify(). */
enum wrt_notify_from {
	WRT_FROM_INTERRUPT,	/* or another place that must not take long: a bounded part */
	WRT_FROM_SERIES,	/* likewise, one client after another: call_ns is valid */
	WRT_FROM_THREAD,	/* one unit of work, which may take any time */
};

struct wrt_client_ops {
	const char *name;
	/* Device lock held, interrupts off: memory writes only. Optional. */
	void (*publish)(struct wrt_client *c, const struct wrt_snapshot *s);
	/*
	 * The points first .. first + points - 1 have passed and are handed to the client.
	 * Their numbers count all points ever published to it. points is 0 if the call only
	 * continues what an earlier call left over. Any context, no lock of the core held. May
	 * call [A] functions. Returns true if something is left over: then it is called again
	 * WRT_FROM_THREAD.
	 * WRT_FROM_SERIES it sets call_ns for the next client.
	 */
	bool (*notify)(struct wrt_client *c, u64 first, u64 points, enum wrt_notify_from from);
	/*
	 * Optional, as publish(): after an interrupt that changed no more than position, points
	 * and number of interrupts since the last publish(). False: publish() is needed.
	 */
	bool (*publish_position)(struct wrt_client *c, const struct wrt_stream *s, u64 passed);
};

/* To whom a client belongs; constant while it is linked. */
struct wrt_user {
	u32 uid;
	bool privileged;
};

struct wrt_client {
	/* What an interrupt uses: 64 bytes. */
	const struct wrt_client_ops *ops;
	struct wrt_stream *stream;
	/* The core's own, under the device lock. */
	u64 passed;		/* points ever published to it */
	u64 seen;		/* as the stream's passed was then */
	u32 pending;		/* those of them not handed to it yet */
	u32 call_points;	/* what an interrupt is about to hand out ... */
	u64 call_first;		/* ... without the lock */
	u64 call_ns;		/* WRT_FROM_SERIES: the time; 0 unless it has just been read */
	struct wrt_count busy;	/* notify() calls in progress; down without the lock */
	bool leaving;		/* being unlinked */
	/* The client's. */
	bool wants_points;	/* false: timer mode, NO_PERIOD_WAKEUP */
	bool keep_last;		/* points found by the stop itself are also notified */
	bool observer;		/* which budget its deferred work has (deferred.h) */

	struct wrt_client *next;	/* under the device lock */
	struct wrt_user user;
	/* The core's own, under the lock of struct wrt_deferred. */
	struct wrt_client *next_deferred;
	bool deferred;		/* in the queue */
	bool cancelled;		/* must not enter the queue ... */
	bool closed;		/* ... never again */
};

static inline void wrt_client_init(struct wrt_client *c, const struct wrt_client_ops *ops,
				   struct wrt_stream *stream)
{
	wrt_memset(c, 0, sizeof(*c));
	c->ops = ops;
	c->stream = stream;
}

struct wrt_stream {
	struct wrt_device *dev;		/* constant, with its lock */
	/* Below: written under the lock, and under the device mutex where [S]. */
	struct wrt_hw_stream *hw;
	struct wrt_client *owner;
	struct wrt_client *clients;	/* owner and observers */
	u32 slot;			/* constant */
	enum wrt_stream_state state;
	enum wrt_stream_dma dma;
	bool changed;			/* more than the position, since it was last published */
	bool observers_due;		/* `update` has not been published to observers yet */
	u64 bracket_ns;			/* a reading with its times further apart is repeated */
	struct wrt_hw_pos at;		/* as last read, accepted or not */
	struct wrt_cycle cycle;
	struct wrt_position pos;
	u64 passed;			/* points, ever */
	u64 looks;
	u64 no_trial_before;		/* miniport/events.c, for the owner: see there ... */
	u32 no_trial_uid;		/* ... and whose events it is about */
	/* Above: 256 bytes with what an interrupt uses. */
	u32 register_base;
	u64 stalls;
	bool points_on;
	bool watched;			/* last argument of the backend's watch(); device mutex */
	struct wrt_hw_geom geom;
	struct wrt_hw_latency latency;
	struct wrt_snapshot update;	/* of the last interrupt, if there are observers */
	struct wrt_hw_caps caps;	/* constant */
	u32 rates[WRT_RATES_MAX];	/* caps.rates, if any: the backend is freed before this */
};

/**
 * wrt_stream_claim() - claim a stream without a buffer
 * @s: stream
 * @c: client
 *
 * The device forgets an earlier buffer of the client. A client claims a stream before it
 * allocates memory, so only an owner allocates. wrt_stream_release() undoes it.
 *
 * Context: May sleep.
 * Return: 0, WRT_EBUSY (another client owns it), WRT_ESTATE (running), WRT_EGONE, or WRT_EINTR.
 */
int wrt_stream_claim(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_configure() - program the hardware for a buffer, position 0
 * @s: stream
 * @c: client; the stream is claimed for it if it has not been
 * @g: geometry and memory
 *
 * Context: May sleep.
 * Return: 0; an error of wrt_stream_claim(), and nothing has changed; or WRT_EIO (suspended) or an
 *	error of the backend, and the stream has no owner.
 */
int wrt_stream_configure(struct wrt_stream *s, struct wrt_client *c,
			 const struct wrt_hw_geom *g);

/**
 * wrt_stream_release() - give up a stream
 * @s: stream
 * @c: client; without effect unless it is the owner
 *
 * DMA is off and the device forgets the buffer. On return no callback of the client runs.
 *
 * Context: May sleep.
 */
void wrt_stream_release(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_start() - turn DMA on, from the current position
 * @s: stream
 * @c: client
 *
 * Context: Any.
 * Return: 0, WRT_EBUSY (not the owner), WRT_ESTATE (not READY), WRT_EGONE, or WRT_EIO (suspended,
 *	or the hardware does not respond).
 */
int wrt_stream_start(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_stop() - turn DMA off and keep the position
 * @s: stream
 * @c: client
 *
 * Stop and pause are the same here. The points that have passed are published and handed out: to
 * observers, and to the owner if it has keep_last; it then calls wrt_stream_settle() next.
 *
 * Context: Any.
 * Return: 0 (also if DMA is off), or WRT_EBUSY (not the owner).
 */
int wrt_stream_stop(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_adopt() - follow a stream that another driver runs
 * @s: stream
 * @c: the other driver's client, with no notify(); it becomes the owner until wrt_stream_let_go()
 * @hw: argument of the backend's operations for this stream
 * @g: geometry; notify * notify_bytes may be less than bytes, and notify is 0 then
 *
 * The stream is in RUN, at the position that position() reports; it must be a linear one. Points
 * before it count as passed. wrt_stream_stop() and wrt_stream_start() follow a pause. An earlier
 * session of @c ends.
 *
 * Context: Any.
 * Return: 0, WRT_EBUSY (a client owns the stream), or WRT_EGONE.
 */
int wrt_stream_adopt(struct wrt_stream *s, struct wrt_client *c, struct wrt_hw_stream *hw,
		     const struct wrt_hw_geom *g);

/**
 * wrt_stream_let_go() - the session of wrt_stream_adopt() has ended
 * @s: stream
 * @c: the other driver's client; without effect unless it is the owner
 *
 * Points up to the position that stop() reports are published and handed to observers. The stream
 * is then in state FREE.
 *
 * Context: Any.
 */
void wrt_stream_let_go(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_streams_start() - turn DMA of several streams of a device on at once
 * @dev: device
 * @clients: owners of the streams, each once
 * @n: their number
 * @spread_ns: filled on success: the streams began within this time, 0: at the same frame time
 *
 * Starts all streams under one hold of the device lock. If one cannot be started, none runs on
 * return.
 *
 * Context: Any.
 * Return: 0, or an error of wrt_stream_start().
 */
int wrt_streams_start(struct wrt_device *dev, struct wrt_client *const *clients, u32 n,
		      u64 *spread_ns);

/**
 * wrt_streams_stop() - as wrt_stream_stop() for several streams, under one hold of the lock
 * @dev: device
 * @clients: owners of the streams; a stream that does not run stays as it is
 * @n: their number
 *
 * Context: Any.
 */
void wrt_streams_stop(struct wrt_device *dev, struct wrt_client *const *clients, u32 n);

/**
 * wrt_streams_run() - as wrt_streams_start(), for every backend
 * @dev: device
 * @clients: owners of the streams, each once
 * @n: their number
 * @spread_ns: see wrt_streams_start()
 *
 * wrt_streams_start() does not turn DMA on where the backend sleeps for that (run() of hw.h).
 *
 * Context: May sleep.
 * Return: 0, an error of wrt_stream_start(), or WRT_EINTR.
 */
int wrt_streams_run(struct wrt_device *dev, struct wrt_client *const *clients, u32 n,
		    u64 *spread_ns);

/**
 * wrt_streams_pause() - as wrt_streams_stop(), for every backend
 * @dev: device
 * @clients: owners of the streams; a stream that does not run stays as it is
 * @n: their number
 *
 * Context: May sleep.
 */
void wrt_streams_pause(struct wrt_device *dev, struct wrt_client *const *clients, u32 n);

/**
 * wrt_stream_reset() - set the position to 0
 * @s: stream
 * @c: client; without effect unless it is the owner and the stream is READY
 *
 * An observer may be signalled later for a point before the reset.
 *
 * Context: Any.
 */
void wrt_stream_reset(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_position() - read the position now
 * @s: stream
 * @c: owner or observer; any other client, or NULL, gets zeroes, and state GONE or FREE
 * @out: filled
 *
 * Consumes no point.
 *
 * Context: Any; may sleep if the backend has refresh().
 */
void wrt_stream_position(struct wrt_stream *s, struct wrt_client *c, struct wrt_snapshot *out);

/**
 * wrt_stream_get_register() - get a register of the hardware that may be mapped
 * @s: stream
 * @c: client
 * @kind: enum wrt_hw_register_kind
 * @out: filled on success
 *
 * Context: May sleep.
 * Return: 0, WRT_ERANGE (the hardware has none), or WRT_EBUSY (not the owner, no buffer, or the
 *	device has been removed).
 */
int wrt_stream_get_register(struct wrt_stream *s, struct wrt_client *c, u32 kind,
			    struct wrt_hw_register *out);

/**
 * wrt_stream_silenced() - whether a capture stream records silence because of its format
 * @s: capture stream
 * @other: filled if so: rate, format and channels of the playback
 *
 * Context: Any.
 * Return: true if since its start the stream recorded silence instead of a playback with another
 *	rate, format or number of channels.
 */
bool wrt_stream_silenced(struct wrt_stream *s, struct wrt_hw_geom *other);

/**
 * wrt_stream_refresh() - publish once more to one client
 * @s: stream
 * @c: client
 *
 * For a client whose own state has changed.
 *
 * Context: Any; may sleep if the backend has refresh().
 */
void wrt_stream_refresh(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_lock() - take the device lock and read the position
 * @s: stream
 * @c: client
 * @now: filled
 *
 * Until wrt_stream_unlock() the client can change its own state consistently with the position.
 *
 * Context: Any; may sleep if the backend has refresh().
 * Return: Flags for wrt_stream_unlock().
 */
unsigned long wrt_stream_lock(struct wrt_stream *s, struct wrt_client *c,
			      struct wrt_snapshot *now) WRT_ACQUIRES(&s->dev->lock);

/**
 * wrt_stream_unlock() - release the lock that wrt_stream_lock() took
 * @s: stream
 * @flags: returned by wrt_stream_lock()
 *
 * Context: Any.
 */
void wrt_stream_unlock(struct wrt_stream *s, unsigned long flags) WRT_RELEASES(&s->dev->lock);

/**
 * wrt_stream_publish_to() - publish once more to one client
 * @s: stream
 * @c: client
 *
 * Context: Device lock held.
 */
void wrt_stream_publish_to(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_end_at() - set the end of a stream
 * @s: stream
 * @linear: linear position of the end, less than a buffer ahead; the position stays there
 * @points: number of points passed at the end
 *
 * Context: Device lock held, by the owner.
 */
void wrt_stream_end_at(struct wrt_stream *s, u64 linear, u64 points);

/**
 * wrt_stream_silence_after() - play silence instead of the buffer after a position
 * @s: stream
 * @c: client; without effect unless it is the owner and the stream runs
 * @linear: linear position at which silence begins
 *
 * The position continues. The silence ends when the stream stops. Only for a backend with
 * silence_after().
 *
 * Context: Any.
 */
void wrt_stream_silence_after(struct wrt_stream *s, struct wrt_client *c, u64 linear);

/**
 * wrt_stream_look() - do what an interrupt does, for one stream and without irq() of the backend
 * @s: stream
 * @irq_ns: when the handler was entered, or 0 if that is not known
 *
 * Reads the position, publishes and notifies.
 *
 * Context: Any.
 */
void wrt_stream_look(struct wrt_stream *s, u64 irq_ns);

/**
 * wrt_stream_settle() - make all pending signals of a client
 * @s: stream
 * @c: client
 *
 * On return nothing is left over and no callback of the client runs, except after an error. Other
 * clients are not waited for.
 *
 * Context: May sleep.
 * Return: 0, WRT_EINTR (the calling process is being killed), or WRT_EGONE (removal does not wait
 *	for the owner's signals).
 */
int wrt_stream_settle(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_is_gone() - whether the device has been removed
 * @s: stream
 *
 * Context: Any, without the device lock.
 * Return: True if so.
 */
bool wrt_stream_is_gone(struct wrt_stream *s);

/**
 * wrt_stream_sync() - wait for notify() calls of a client that began before
 * @s: stream
 * @c: client
 *
 * Context: May sleep.
 */
void wrt_stream_sync(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_next_point() - number of the first point that DMA has not passed yet
 * @s: stream
 * @c: client
 *
 * Context: Any; may sleep if the backend has refresh().
 * Return: The number, as notify() will report it.
 */
u64 wrt_stream_next_point(struct wrt_stream *s, const struct wrt_client *c);

/**
 * wrt_stream_observe() - make a client an observer
 * @s: stream
 * @c: client
 *
 * Context: Any; may sleep if the backend has watch().
 * Return: 0, WRT_EGONE, or WRT_ENOMEM: more than WRT_OBSERVERS_MAX; or more than
 *	WRT_OBSERVERS_MAX - WRT_OBSERVERS_KEPT of one unprivileged user, or of all that are
 *	neither the owner's user nor privileged.
 */
int wrt_stream_observe(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_stream_unobserve() - remove an observer
 * @s: stream
 * @c: observer
 *
 * What was pending is dropped. On return no callback of the client runs.
 *
 * Context: May sleep.
 */
void wrt_stream_unobserve(struct wrt_stream *s, struct wrt_client *c);

/**
 * wrt_client_defer() - have notify() called once more from the thread
 * @c: client, on the list of its stream or not
 *
 * Context: Any.
 */
void wrt_client_defer(struct wrt_client *c);

/**
 * wrt_client_cancel() - close a client
 * @c: client
 *
 * On return no call that wrt_client_defer() requested runs, and none follows.
 *
 * Context: May sleep.
 */
void wrt_client_cancel(struct wrt_client *c);

/* query.c only, device lock held: read the hardware, in RUN; fill in what c may see. */
void wrt_stream_read(struct wrt_stream *s);
void wrt_stream_fill(struct wrt_stream *s, const struct wrt_client *c, struct wrt_snapshot *out);

/* [S] device.c only: DMA off, last points handed out, state GONE published. Kick next. */
void wrt_stream_gone(struct wrt_stream *s);

/* [S] Device mutex held: DMA off, and the device forgets the buffer. Kick next. */
void wrt_stream_forget_buffer(struct wrt_stream *s);

/*
 * [S] device.c only. Suspend turns DMA off and hands out the points that have passed; the state
 * stays. Resume turns DMA on from the same position. No point passes in between; both together
 * count as one stall. Kick next.
 */
void wrt_stream_suspend(struct wrt_stream *s);
int wrt_stream_resume(struct wrt_stream *s);

/* Identifies a stream in tracepoints. */
static inline u32 wrt_trace_id(const struct wrt_stream *s)
{
	return s->dev->number << 8 | s->slot;
}

void wrt_stream_init(struct wrt_stream *s, struct wrt_device *dev, u32 slot,
		     const struct wrt_hw_caps *caps);

#endif
