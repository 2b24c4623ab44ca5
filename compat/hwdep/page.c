// SPDX-License-Identifier: GPL-2.0-only
/*
 * page.c - the register page: position, counters and the notification log, read by the client
 * without a system call. One writer at a time: the device lock is held.
 *
 * A mapping holds the stream file, and so the page: it can be read as long as it is mapped,
 * also after removal of the device. The mapping is VM_PFNMAP: madvise() does not change it, and
 * it may contain pages that are charged to a cgroup, which vm_insert_page() refuses on 5.10.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/preempt.h>

#include "kernel_version.h"
#include "hwdep.h"

/* The ring follows the struct; clients find it by ring_offset. */
#define RING_BYTES	(WAVERT_RING * sizeof(struct wavert_notification))

static_assert(sizeof(struct wavert_page) + RING_BYTES <= 4096);
static_assert(!(WAVERT_RING & (WAVERT_RING - 1)));
static_assert(WRT_MP_EVENTS_MAX == WAVERT_EVENTS_MAX);

static struct wavert_notification *entry_of(struct wavert_page *regs, u64 n)
{
	return (struct wavert_notification *)(regs + 1) + n % WAVERT_RING;
}

/* Members that never change, for clients of another minor version. */
static void describe(struct wavert_page *regs)
{
	regs->version = WAVERT_ABI_MAJOR << 16 | WAVERT_ABI_MINOR;
	regs->page_bytes = sizeof(*regs);
	regs->ring_offset = sizeof(*regs);
	regs->ring_entries = WAVERT_RING;
	regs->entry_bytes = sizeof(struct wavert_notification);
}

int wrt_page_new(struct wrt_pin *pin)
{
	pin->page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!pin->page)
		return -ENOMEM;
	pin->regs = page_address(pin->page);
	describe(pin->regs);
	return 0;
}

void wrt_page_free(struct wrt_pin *pin)
{
	__free_page(pin->page);
}

u32 wrt_page_state(const struct wrt_mp *mp, const struct wrt_snapshot *s)
{
	if (s->state == WRT_STREAM_GONE)
		return WAVERT_STATE_GONE;
	if (s->state == WRT_STREAM_RUN)
		return WAVERT_STATE_RUN;
	if (!mp->observer)
		return mp->packets.state;
	return s->linear ? WAVERT_STATE_PAUSE : WAVERT_STATE_STOP;
}

/*
 * One entry of the notification log for each new point; only the last ones if there are more than
 * WAVERT_RING. The page itself has just been written.
 */
static __always_inline void add_entries(struct wavert_page *regs, u64 passed)
{
	u64 head = regs->ring_head + passed, number = regs->packets;

	if (!passed)
		return;
	WRITE_ONCE(regs->ring_head, head);
	if (passed > WAVERT_RING)
		passed = WAVERT_RING;
	for (; passed; passed--, number--) {
		struct wavert_notification *e = entry_of(regs, --head);

		e->number = number;
		e->irq_seq = regs->irq_count;
		e->interrupt_ns = regs->position_ns;
		e->signal_ns = 0;
		e->linear = regs->linear;
	}
}

/* On PREEMPT_RT a reader of higher priority would spin on an odd seq for ever. */
static u32 write_begin(struct wavert_page *regs)
{
	u32 seq = regs->seq;

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_disable();
	WRITE_ONCE(regs->seq, seq + 1);
	smp_wmb();	/* odd before any member changes */
	return seq;
}

static void write_end(struct wavert_page *regs, u32 seq)
{
	smp_wmb();	/* all members before even */
	WRITE_ONCE(regs->seq, seq + 2);
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_enable();
}

void wrt_page_publish_position(struct wrt_mp *mp, const struct wrt_stream *s, u64 passed)
{
	struct wavert_page *regs = pin_of(mp)->regs;
	u32 seq;

	wrt_assert_locked(&mp->stream->dev->lock);
	seq = write_begin(regs);
	regs->linear = s->pos.linear;
	regs->position_ns = wrt_position_ns(&s->pos);
	regs->packets = s->pos.points;
	regs->notify_ns = s->pos.point_ns;
	regs->irq_count = s->looks;
	regs->offset = s->pos.offset;
	add_entries(regs, passed);
	write_end(regs, seq);
}

void wrt_page_publish(struct wrt_mp *mp, const struct wrt_snapshot *s)
{
	struct wavert_page *regs = pin_of(mp)->regs;
	const struct wrt_mp_glitches *glitches = &mp->packets.glitches;
	const struct wrt_hw_geom *g = s->geom;
	u32 seq;

	wrt_assert_locked(&mp->stream->dev->lock);
	seq = write_begin(regs);
	regs->state = wrt_page_state(mp, s);
	regs->linear = s->linear;
	regs->position_ns = s->ns;
	regs->packets = s->points;
	regs->notify_ns = s->point_ns;
	regs->irq_count = s->look;
	regs->offset = s->offset;
	regs->buffer_bytes = g->bytes;
	regs->notifications = g->notify;
	regs->rate = g->rate;
	regs->frame_bytes = g->frame_bytes;
	regs->format = g->format;
	regs->channels = g->channels;
	regs->underruns = glitches->underruns;
	regs->repeats = glitches->repeats;
	regs->late = glitches->late;
	regs->overruns = glitches->overruns;
	regs->dropped = glitches->dropped;
	regs->end = g->bytes ? wrt_mp_end(mp) : ~0ull;	/* else it is another client's end */
	regs->dma_halts = s->stalls;
	regs->notify_bytes = g->notify_bytes;
	regs->position_register_base = s->register_base;
	add_entries(regs, s->passed);
	write_end(regs, seq);
}

/*
 * 32-bit processors write it in two parts. The high part is last: until it is there, the value is
 * below interrupt_ns, which is how a client knows that it is not complete.
 */
static void write_stamp(__u64 *stamp, u64 ns)
{
	u32 *half = (u32 *)stamp;

	if (sizeof(long) == sizeof(*stamp)) {
		WRITE_ONCE(*stamp, ns);
		return;
	}
	WRITE_ONCE(half[IS_ENABLED(CONFIG_CPU_BIG_ENDIAN)], (u32)ns);
	smp_wmb();	/* the high part is last */
	WRITE_ONCE(half[!IS_ENABLED(CONFIG_CPU_BIG_ENDIAN)], (u32)(ns >> 32));
}

/*
 * Keep the time of the first signal for a point. ring_head counts all points ever published, which
 * is also how the core numbers points.
 */
void wrt_page_signalling(struct wrt_mp *mp, u64 point, u64 ns)
{
	struct wavert_page *regs = pin_of(mp)->regs;
	struct wavert_notification *e = entry_of(regs, point);

	if (READ_ONCE(regs->ring_head) - point <= WAVERT_RING && !READ_ONCE(e->signal_ns))
		write_stamp(&e->signal_ns, ns);
}

static vm_fault_t page_vm_fault(struct vm_fault *vmf)
{
	struct wrt_pin *pin = vmf->vma->vm_private_data;

	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(pin->page));
}

static const struct vm_operations_struct page_vm_ops = {
	.fault = page_vm_fault,
};

int wrt_page_mmap(struct wrt_pin *pin, struct vm_area_struct *vma)
{
	if (vma->vm_end - vma->vm_start != PAGE_SIZE)
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	wrt_vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND |
			 VM_DONTDUMP, VM_MAYWRITE);
	vma->vm_ops = &page_vm_ops;
	vma->vm_private_data = pin;
	return 0;
}
