/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * attach.h - snd-wavert-attach: a WaveRT card whose pins are the PCMs of another driver's card. The
 * other driver is called only as ALSA calls it; nothing of it is changed.
 *
 * A pin is a substream. Its ALSA timer reports starts, stops and periods (follow.c).
 *
 * Locks, outermost first: the core's device mutex > life > pcm->open_mutex (tried, never waited
 * for) > PCM stream lock (a mutex if the PCM is nonatomic) > lock of ALSA's timer > the core's
 * device lock. ALSA calls disconnect with its list of timers locked, which is outside of life.
 *
 * `substream` and `pcm` may be used under life while dead is false. Its runtime may be used
 *  - in a callback of the timer,
 *  - under pcm->open_mutex, if the pointer is not NULL, or
 *  - under the PCM stream lock while `running`: a running stream is stopped before its runtime is
 *    freed. Not if card->shutdown is set: then ALSA does not report that stop.
 * A client that owns the PCM has it open (own.c): then all of them may be used, also without life
 * and when dead. Life is never held across a call of the other driver that sleeps: that may wait
 * for ALSA's list of timers.
 */
#ifndef WRT_ATTACH_H
#define WRT_ATTACH_H

#include <linux/hrtimer.h>
#include <linux/platform_device.h>
#include <linux/rwsem.h>
#include <linux/sizes.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <sound/core.h>
#include <sound/pcm.h>
#include <sound/timer.h>

#include "adapter.h"

/* One substream. */
struct wrt_hw_stream {
	struct wrt_hw_dev *dev;
	struct snd_pcm *pcm;
	struct snd_pcm_substream *substream;
	struct snd_timer_instance *timer;	/* NULL: closed */
	int direction;				/* SNDRV_PCM_STREAM_* */
	u32 slot;
	u32 minor;				/* of the PCM's node */
	struct wrt_hw_caps caps;
	u32 rates[WRT_RATES_MAX];
	struct wrt_client foreign;		/* runs the PCM; the core's owner */

	/* The core's device lock. */
	struct wrt_hw_pos at;			/* as last read */
	bool halted;				/* to be reported by the next reading */

	/* PCM stream lock. */
	bool running;				/* DMA is on */
	bool adopted;				/* the core follows it; paused or running */
	bool polled;				/* without period wake-ups */
	u32 frame_bytes;
	snd_pcm_uframes_t hw_ptr;		/* ALSA's, as last read ... */
	u64 known;				/* ... and the same as frames since the start */
	u64 frames;				/* since the start, as last read ... */
	u64 read_ns;				/* ... then, or when DMA was turned on again */
	atomic64_t rest_until_ns;		/* before, only the owner may ask the driver */
	struct hrtimer poll_timer;
	struct work_struct poll_work;		/* of a nonatomic PCM */
	struct delayed_work join_work;		/* for an observer that is added during an open() */
	bool followed;				/* the timer runs */
	bool watched;				/* there are observers */
	bool own;				/* a client shares it, or is about to */
	bool pinned;				/* it does; size and frame_bytes stay */
	bool intact;				/* its run, paused or not, has no other's stop */

	/* own.c */
	bool dma;				/* device lock: run() has turned it on */
	struct task_struct *starter;		/* any task compares it with itself; in run() */
	u64 began_from_ns, began_ns;		/* DMA began between these */
	struct work_struct drop_work;		/* the core has stopped it alone */
	struct work_struct tell_work;		/* ack() after a period */
	wait_queue_entry_t disconnect_wait;	/* on a queue of the runtime while pinned */
};

enum wrt_attach_phase {
	WRT_ATTACH_COMING = 0,
	WRT_ATTACH_THERE,
	WRT_ATTACH_LEAVING,
};

/* One card of another driver. Its memory belongs to the adapter once there is one. */
struct wrt_hw_dev {
	struct snd_card *card;			/* the other driver's; held until detached */
	u32 number;				/* of that card */
	struct platform_device *parent;
	struct wrt_adapter *adapter;
	struct wrt_device *device;
	/* The card or a PCM of it goes away; any context, any number of times. */
	void (*vanished)(struct wrt_hw_dev *d);
	struct rw_semaphore life;
	bool dead;				/* life: no substream may be touched any more */
	enum wrt_attach_phase phase;		/* under the list's mutex ... */
	bool has_vanished;			/* ... its card was removed, maybe while coming */
	atomic_t leaving;			/* not 0: leave was queued, which happens once */
	struct work_struct leave;
	u32 nslots;
	struct wrt_hw_stream slot[];
};

/* More than any driver has; then sizes in bytes fit into 32 bits. */
#define WRT_ATTACH_BUFFER_MAX	SZ_1G

/* caps.c: whether a client can map it as it maps its own memory. */
bool wrt_attach_memory_fits(const struct snd_dma_buffer *b);

/* caps.c: [S] read the capabilities of the PCM of a slot; zeroes where they are not known. */
void wrt_attach_read_caps(struct wrt_hw_stream *s);

/*
 * position.c: PCM stream lock held, the runtime may be used. Store the position for the core; use
 * the one that ALSA has read last, which in a callback is a moment old; or ask the driver, for the
 * first time (late) or again. ALSA's own stays as it is: an update of hw_ptr could find an xrun and
 * stop the other driver's stream.
 */
void wrt_attach_latch(struct wrt_hw_stream *s, u64 from_ns);
void wrt_attach_read_known(struct wrt_hw_stream *s);
void wrt_attach_read_tick(struct wrt_hw_stream *s);
void wrt_attach_read_late(struct wrt_hw_stream *s);
void wrt_attach_read_pointer(struct wrt_hw_stream *s);

/* position.c: PCM stream lock held. Have ALSA's timer call, or not if there is no need any more. */
int wrt_attach_follow(struct wrt_hw_stream *s);
void wrt_attach_unfollow(struct wrt_hw_stream *s);

/*
 * fit.c: [S] the client's PCM is open. Format, periods and buffer, which g gets; and undo that. A
 * WRT_E* on failure.
 */
int wrt_attach_configure(struct wrt_hw_stream *s, struct wrt_hw_geom *g);
void wrt_attach_unpin(struct wrt_hw_stream *s);

/* own.c: the parts of the backend's operations that concern an owner. */
extern const struct wrt_lender wrt_attach_lender;
void wrt_attach_own_init(struct wrt_hw_stream *s);
int wrt_attach_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
		       struct wrt_hw_latency *l);
void wrt_attach_release(struct wrt_hw_stream *s);
int wrt_attach_run(struct wrt_hw_stream *s, bool on, u64 linear);
void wrt_attach_drop_soon(struct wrt_hw_stream *s);

/* PCM stream lock held: an event of the timer; and a period of a stream that an owner runs. */
void wrt_attach_own_event(struct wrt_hw_stream *s, int event);
void wrt_attach_own_tick(struct wrt_hw_stream *s);

/* follow.c */
extern const struct wrt_hw_ops wrt_attach_ops;

/**
 * wrt_attach_slot_open() - make a slot for a substream
 * @s: slot, zeroed except dev, pcm, direction and slot
 * @number: number of the substream
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int wrt_attach_slot_open(struct wrt_hw_stream *s, u32 number);

/**
 * wrt_attach_slot_close() - undo wrt_attach_slot_open()
 * @s: slot; the device is dead
 *
 * Context: May sleep.
 */
void wrt_attach_slot_close(struct wrt_hw_stream *s);

/**
 * wrt_attach_die() - stop following all streams, for good
 * @d: device
 *
 * On return no substream of it is accessed, except by wrt_attach_slot_close().
 *
 * Context: May sleep; ALSA's list of timers may be locked.
 * Return: true for the first call.
 */
bool wrt_attach_die(struct wrt_hw_dev *d);

static inline struct wrt_stream *wrt_attach_stream(struct wrt_hw_stream *s)
{
	return &s->dev->device->streams[s->slot];
}

#endif
