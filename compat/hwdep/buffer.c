// SPDX-License-Identifier: GPL-2.0-only
/*
 * buffer.c - memory of the cyclic buffer, and its mapping into the client.
 *
 * Pages are handed out by the fault handler, one at a time, without references. So when
 * the device goes away the mapping can be emptied at once (zap), the memory freed, and
 * a client that touches it later finds a scratch page. map_sem keeps a fault from
 * inserting a page of the buffer behind the back of a zap.
 *
 * mmap, fault and close come with mmap_lock held and therefore never take the control
 * mutex, under which memory is allocated.
 */
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "bus/kernel_version.h"
#include "hwdep.h"

int wrt_buffer_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	struct wrt_pin *pin = pin_of(mp);
	size_t bytes = PAGE_ALIGN(g->bytes);

	if (!pin->scratch)
		pin->scratch = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!pin->scratch)
		return WRT_ENOMEM;
	if (snd_dma_alloc_pages(pin->filter->memory.type, pin->filter->memory.dev, bytes,
				&pin->dma) < 0)
		return WRT_ENOMEM;
	memset(pin->dma.area, 0, bytes);	/* the page tail too (WRT-034) */
	pin->seg.bus = pin->dma.addr;
	pin->seg.len = g->bytes;
	g->seg = &pin->seg;
	g->nseg = 1;
	g->cpu = pin->dma.area;
	pin->map_bytes = bytes;
	return 0;
}

/* ALLOC_BUFFER has succeeded in every respect: from here on it can be mapped. */
void wrt_buffer_show(struct wrt_pin *pin)
{
	down_write(&pin->map_sem);
	pin->present = true;
	up_write(&pin->map_sem);
}

/* Nothing maps the buffer: retired, or its file is being closed. */
void wrt_buffer_free(struct wrt_mp *mp)
{
	struct wrt_pin *pin = pin_of(mp);

	down_write(&pin->map_sem);
	pin->present = false;
	up_write(&pin->map_sem);
	if (!pin->dma.area || WARN_ON(atomic_read(&pin->maps) && !pin->zapped))
		return;		/* a leak is better than memory in two hands */
	snd_dma_free_pages(&pin->dma);
	pin->dma.area = NULL;
}

/* Before FREE_BUFFER: no new mapping from here on, or -EBUSY if there is one. */
int wrt_buffer_retire(struct wrt_pin *pin)
{
	int err = 0;

	down_write(&pin->map_sem);
	if (atomic_read(&pin->maps))
		err = -EBUSY;
	else
		pin->present = false;
	up_write(&pin->map_sem);
	return err;
}

/* The device is gone and has forgotten the buffer: take the memory back, mapped or not. */
void wrt_buffer_zap(struct wrt_pin *pin)
{
	down_write(&pin->map_sem);
	pin->zapped = true;
	up_write(&pin->map_sem);
	if (!pin->dma.area)
		return;
	unmap_mapping_range(pin->mapping, WAVERT_MMAP_BUFFER, pin->map_bytes, 1);
	wrt_buffer_free(&pin->mp);
}

/* map_sem held. A mapping exists only of a buffer that was shown, so there is memory. */
static struct page *page_at(struct wrt_pin *pin, unsigned long pgoff)
{
	void *at = pin->dma.area + (pgoff << PAGE_SHIFT);

	if (pin->zapped)
		return pin->scratch;
	return is_vmalloc_addr(at) ? vmalloc_to_page(at) : virt_to_page(at);
}

static vm_fault_t buffer_fault(struct vm_fault *vmf)
{
	struct wrt_pin *pin = vmf->vma->vm_private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	down_read(&pin->map_sem);
	if (vmf->pgoff < pin->map_bytes >> PAGE_SHIFT)
		ret = vmf_insert_pfn(vmf->vma, vmf->address,
				     page_to_pfn(page_at(pin, vmf->pgoff)));
	up_read(&pin->map_sem);
	return ret;
}

static void buffer_vm_open(struct vm_area_struct *vma)
{
	struct wrt_pin *pin = vma->vm_private_data;

	atomic_inc(&pin->maps);
}

static void buffer_vm_close(struct vm_area_struct *vma)
{
	struct wrt_pin *pin = vma->vm_private_data;

	atomic_dec(&pin->maps);
}

static_assert(WAVERT_MMAP_BUFFER == 0);

static const struct vm_operations_struct buffer_vm_ops = {
	.open = buffer_vm_open,
	.close = buffer_vm_close,
	.fault = buffer_fault,
};

int wrt_buffer_mmap(struct wrt_pin *pin, struct vm_area_struct *vma)
{
	unsigned long bytes = vma->vm_end - vma->vm_start;
	int err = 0;

	down_read(&pin->map_sem);
	if (pin->zapped)
		err = -ENODEV;
	else if (!pin->present)
		err = -EBADRQC;
	else if (vma->vm_pgoff || bytes > pin->map_bytes)
		err = -EINVAL;
	else
		atomic_inc(&pin->maps);
	up_read(&pin->map_sem);
	if (err)
		return err;
	wrt_vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND |
			 VM_DONTDUMP, 0);
	vma->vm_ops = &buffer_vm_ops;
	vma->vm_private_data = pin;
	return 0;
}
