/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hwdep.h - the Linux binding of miniport/: filter node, stream files, their memory.
 *
 * Locks, outermost first: filter->lock (list of streams) > pin->control (control calls)
 * > stream lock, event lock (core and miniport). mmap_lock > pin->map_sem; map_sem is
 * also taken under pin->control. Nothing copies to or from user space under control.
 */
#ifndef WRT_HWDEP_H
#define WRT_HWDEP_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <sound/core.h>
#include <sound/memalloc.h>
#include <uapi/sound/wavert.h>

#include "miniport.h"

/*
 * Limits of a card: streams, those of them that CAP_SYS_RESOURCE alone may take, and streams of
 * one user. With WRT_MP_EVENTS_MAX they bound what a user holds; the sums are in design.md.
 */
#define WRT_STREAMS_MAX		256
#define WRT_STREAMS_KEPT	32
#define WRT_STREAMS_USER	64

struct wrt_memory {
	int type;			/* SNDRV_DMA_TYPE_* */
	struct device *dev;
};

/* IMiniportWaveRT: one a card, lives as long as the card. */
struct wrt_filter {
	struct wrt_device *device;
	struct wrt_memory memory;
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
	struct wrt_hw_seg seg;
	struct page *scratch;		/* what a mapping shows after removal */
	bool present;			/* the buffer may be mapped */
	bool zapped;			/* the device is gone: show scratch */
	unsigned long register_pfn[2];	/* of each kind; 0: must not be mapped yet */
	u32 map_bytes;
	u32 allocation;			/* counts buffers; under control */
	atomic_t maps;			/* mappings of the buffer */

	/* page.c */
	struct page *page;
	struct wavert_page *regs;	/* written under the stream lock */
};

static inline struct wrt_pin *pin_of(struct wrt_mp *mp)
{
	return container_of(mp, struct wrt_pin, mp);
}

/* The argument of a call: where it is, and the size of the caller's struct. */
struct wrt_arg {
	void __user *user;
	u32 bytes;
};

/* calls.c */
int wrt_call_begin(unsigned int cmd, unsigned long address, struct wrt_arg *arg);
int wrt_arg_in(void *to, size_t bytes, const struct wrt_arg *arg);
int wrt_arg_out(const struct wrt_arg *arg, const void *from, size_t bytes);

/* filter.c */
u32 wrt_cap_flags(const struct wrt_hw_caps *c);
int wrt_filter_new(struct snd_card *card, struct wrt_device *device,
		   const struct wrt_memory *memory, struct wrt_filter **out);
void wrt_filter_suspend(struct wrt_filter *filter);
void wrt_filter_gone(struct wrt_filter *filter);

/* pin.c */
int wrt_pin_new(struct wrt_filter *filter, struct file *filter_file, struct wrt_stream *stream,
		bool observer, struct file **out);
void wrt_pin_removed(struct wrt_pin *pin);
int wrt_errno(enum wrt_status status);

/* streaming.c */
int wrt_streaming_call(struct wrt_pin *pin, unsigned int number, const struct wrt_arg *user);

/* buffer.c */
int wrt_buffer_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g);
void wrt_buffer_free(struct wrt_mp *mp);
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
void wrt_page_signalling(struct wrt_mp *mp, u64 point, u64 ns);
int wrt_page_mmap(struct wrt_pin *pin, struct vm_area_struct *vma);

/* notify.c */
enum wrt_status wrt_notify_get(int fd, void **event);
void wrt_notify_put(void *event);
void wrt_notify_signal(void *event);

#endif
