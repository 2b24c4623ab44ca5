/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hwdep.h - the Linux binding of miniport/: filter node, stream files, their memory.
 *
 * Locks, outermost first: filter->lock (list of streams) or filter->group (streams that start
 * or stop at once) > pin->control (control calls)
 * > device lock, event lock (core and miniport). mmap_lock > pin->map_sem; map_sem is
 * also taken under pin->control. pin->readers > device lock. Nothing copies to or from user space
 * under any of them.
 */
#ifndef WRT_HWDEP_H
#define WRT_HWDEP_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/rwsem.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <sound/core.h>
#include <sound/memalloc.h>
#include <uapi/sound/wavert.h>

#include "memory.h"
#include "miniport.h"

/*
 * Limits of a card: streams, those of them that are for CAP_SYS_RESOURCE only, and streams of one
 * user. Together with WRT_MP_EVENTS_MAX they bound what a user holds; the sums are in design.md.
 */
#define WRT_STREAMS_MAX		256
#define WRT_STREAMS_KEPT	32
#define WRT_STREAMS_USER	64

/* IMiniportWaveRT: one a card, lives as long as the card. */
struct wrt_filter {
	struct wrt_device *device;
	struct wrt_memory memory;
	const struct file_operations *stream_fops;	/* of node.c, for pin.c */
	struct mutex group;		/* around the control mutexes of several streams */
	struct mutex lock;		/* pins, gone */
	struct list_head pins;
	bool gone;
};

/* One stream file. */
struct wrt_pin {
	struct wrt_mp mp;		/* first: see pin_of() */
	struct wrt_filter *filter;
	struct file *filter_file;	/* held: keeps card, module and mapping alive */
	struct list_head link;		/* filter->pins */
	kuid_t uid;			/* of the caller of NEW_STREAM */
	struct mutex control;		/* serialises control calls */

	/* buffer.c; map_sem */
	struct rw_semaphore map_sem;
	struct address_space *mapping;	/* that of the filter's node */
	struct snd_dma_buffer dma;
	const struct wrt_hw_seg *seg;	/* only while the buffer is allocated */
	struct page *scratch;		/* what a mapping shows after removal */
	bool cached;			/* of the buffer: not write-combined */
	bool present;			/* the buffer may be mapped */
	bool zapped;			/* the device is gone: show scratch */
	unsigned long register_pfn[2];	/* of each kind; 0: must not be mapped yet */
	u32 map_bytes;
	u32 allocation;			/* counts buffers; under control */
	struct file *right;		/* during ALLOC_BUFFER; under control */
	atomic_t maps;			/* mappings of the buffer */

	/* page.c */
	struct page *page;
	struct wavert_page *regs;	/* written under the device lock */

	/* read.c */
	struct rcuwait reader;		/* the task that waits in read() ... */
	struct mutex readers;		/* ... and holds this while it waits */
	wait_queue_head_t pollers;
	bool notifies;			/* an observer, or there is a notification buffer */
	bool removed;			/* all points that will ever pass are in the page */
	u64 seen;			/* points that read() has returned; device lock */
};

static inline struct wrt_pin *pin_of(struct wrt_mp *mp)
{
	return container_of(mp, struct wrt_pin, mp);
}

/* The struct of a call: copied in from the caller, then filled and copied out. */
union wrt_arg {
	struct wavert_version version;
	struct wavert_caps caps;
	struct wavert_new_stream new_stream;
	struct wavert_states states;
	struct wavert_format format;
	struct wavert_buffer buffer;
	struct wavert_pcm_buffer pcm_buffer;	/* begins with it */
	struct wavert_event event;
	struct wavert_state state;
	struct wavert_position position;
	struct wavert_latency latency;
	struct wavert_register register_of;
	struct wavert_packet_count packet_count;
	struct wavert_presentation presentation;
	struct wavert_read_packet read_packet;
	struct wavert_write_packet write_packet;
	u32 word[sizeof(struct wavert_caps) / sizeof(u32)];
};

/* A call in progress. */
struct wrt_call {
	struct wrt_filter *filter;
	struct file *file;		/* the call was made on this file */
	struct wrt_pin *pin;		/* NULL on the filter's node */
	union wrt_arg arg;
	union {				/* kept by a handler for its settle function */
		u32 allocation;
		unsigned long pfn;
		struct wrt_mp_read read;
		struct file *stream;
	} kept;
};

/**
 * wrt_filter_new() - add the filter's node to a card
 * @card: card, not registered yet
 * @device: device of the card
 * @memory: type and device of buffers
 * @out: filled on success
 *
 * Freed with the card.
 *
 * Context: May sleep; the card is not registered yet.
 * Return: 0 or a negative errno.
 */
int wrt_filter_new(struct snd_card *card, struct wrt_device *device,
		   const struct wrt_memory *memory, struct wrt_filter **out);

/* calls.c: do a call; c->filter, file and pin are set. Returns 0 or a negative errno. */
int wrt_call(struct wrt_call *c, unsigned int cmd, void __user *user);

/*
 * Handlers of the table in calls.c check c->arg, do the call and fill c->arg; they return 0 or a
 * negative errno. A settle function is called after the copy out, with its result.
 */

/* filter.c */
int wrt_call_version(struct wrt_call *c);
int wrt_call_caps(struct wrt_call *c);
int wrt_call_new_stream(struct wrt_call *c);
void wrt_call_new_stream_settle(struct wrt_call *c, int err);

/**
 * wrt_filter_suspend() - unmap the registers of the device for a system suspend
 * @filter: filter
 *
 * User space is frozen. Its next access after resume maps a register again.
 *
 * Context: May sleep.
 */
void wrt_filter_suspend(struct wrt_filter *filter);

/**
 * wrt_filter_gone() - the device is removed: refuse new streams and notify all others
 * @filter: filter
 *
 * Context: May sleep.
 */
void wrt_filter_gone(struct wrt_filter *filter);

/* group.c */
int wrt_call_set_states(struct wrt_call *c);

/* control.c; control mutex held */
int wrt_call_set_format(struct wrt_call *c);
int wrt_call_alloc(struct wrt_call *c);
void wrt_call_alloc_settle(struct wrt_call *c, int err);
int wrt_call_free(struct wrt_call *c);
int wrt_call_register(struct wrt_call *c);
int wrt_call_unregister(struct wrt_call *c);
int wrt_call_set_state(struct wrt_call *c);
int wrt_call_latency(struct wrt_call *c);
int wrt_call_get_register(struct wrt_call *c);
void wrt_call_get_register_settle(struct wrt_call *c, int err);

/* streaming.c; without the control mutex */
int wrt_call_position(struct wrt_call *c);
int wrt_call_packet_count(struct wrt_call *c);
int wrt_call_presentation(struct wrt_call *c);
int wrt_call_read_packet(struct wrt_call *c);
void wrt_call_read_packet_settle(struct wrt_call *c, int err);
int wrt_call_write_packet(struct wrt_call *c);

/* pin.c */
int wrt_pin_new(struct wrt_filter *filter, struct file *filter_file, struct wrt_stream *stream,
		bool observer, struct file **out);
int wrt_pin_release(struct inode *inode, struct file *file);
int wrt_pin_mmap(struct file *file, struct vm_area_struct *vma);
void wrt_pin_removed(struct wrt_pin *pin);

/* status.c */
int wrt_errno(enum wrt_status status);
u32 wrt_cap_flags(const struct wrt_hw_caps *c);

/* buffer.c */
int wrt_buffer_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g);
void wrt_buffer_free(struct wrt_mp *mp);
void wrt_buffer_programmed(struct wrt_pin *pin);
void wrt_buffer_show(struct wrt_pin *pin);
int wrt_buffer_retire(struct wrt_pin *pin);
void wrt_buffer_zap(struct wrt_pin *pin);
int wrt_buffer_mmap(struct wrt_pin *pin, struct vm_area_struct *vma);
unsigned long wrt_register_pfn(const struct wrt_hw_register *reg);
void wrt_register_show(struct wrt_pin *pin, u32 kind, unsigned long pfn);
void wrt_register_unmap(struct wrt_pin *pin);
int wrt_register_mmap(struct wrt_pin *pin, u32 kind, struct vm_area_struct *vma);

/* page.c */
int wrt_page_new(struct wrt_pin *pin);
void wrt_page_free(struct wrt_pin *pin);
u32 wrt_page_state(const struct wrt_mp *mp, const struct wrt_snapshot *s);
void wrt_page_publish(struct wrt_mp *mp, const struct wrt_snapshot *s);
void wrt_page_publish_position(struct wrt_mp *mp, const struct wrt_stream *s, u64 passed);
void wrt_page_signalling(struct wrt_mp *mp, u64 point, u64 ns);
int wrt_page_mmap(struct wrt_pin *pin, struct vm_area_struct *vma);

/* read.c */
void wrt_read_init(struct wrt_pin *pin, bool observer);
void wrt_read_destroy(struct wrt_pin *pin);
bool wrt_read_passed(struct wrt_mp *mp);
void wrt_read_wake_pollers(struct wrt_pin *pin);
void wrt_read_enable(struct wrt_pin *pin, bool on);
void wrt_read_remove(struct wrt_pin *pin);
ssize_t wrt_stream_read_file(struct file *file, char __user *user, size_t bytes, loff_t *at);
ssize_t wrt_stream_read_iter(struct kiocb *iocb, struct iov_iter *to);
__poll_t wrt_stream_poll(struct file *file, struct poll_table_struct *wait);

/* notify.c */
enum wrt_status wrt_notify_get(int fd, void **event);
void wrt_notify_put(void *event);
void wrt_notify_signal(struct wrt_mp *mp, void *event);

#endif
