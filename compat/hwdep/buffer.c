// SPDX-License-Identifier: GPL-2.0-only
/*
 * buffer.c - memory of the cyclic buffer, and the mappings of that buffer and of registers. Called
 * by pin.c, control.c and filter.c.
 *
 * The fault handlers insert the pages, without references. So when the device is removed a mapping
 * can be emptied at once (zap) and the memory freed; a later access of the client gets a scratch
 * page. map_sem keeps a fault from inserting a page of the device during or
 * after a zap. For the same reason mmap() inserts nothing: unmap_mapping_range() does not
 * find a mapping whose mmap() has not returned.
 *
 * mmap, fault and close are called with mmap_lock held and therefore never take the control mutex,
 * under which memory is allocated.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "kernel_version.h"
#include "hwdep.h"
#include "register_page.h"

static int alloc_pages_of(struct wrt_pin *pin, size_t bytes)
{
	const struct wrt_memory *m = &pin->filter->memory;
	int scattered = wrt_memory_scattered(m->type, pin->mp.stream->caps.flags);
	int err = snd_dma_alloc_pages(m->type, m->dev, bytes, &pin->dma);

	if (err < 0 && scattered != m->type)
		err = snd_dma_alloc_pages(scattered, m->dev, bytes, &pin->dma);
	return err < 0 ? WRT_ENOMEM : 0;
}

static void free_memory(struct wrt_pin *pin)
{
	const struct wrt_memory *m = &pin->filter->memory;

	if (m->lender)
		m->lender->take_back(pin->mp.stream);
	else
		snd_dma_free_pages(&pin->dma);
	pin->dma.area = NULL;
}

/* A lender may round the geometry up; other memory is described for the hardware. */
static int alloc_memory(struct wrt_pin *pin, struct wrt_hw_geom *g)
{
	const struct wrt_memory *m = &pin->filter->memory;
	int err;

	if (m->lender)
		return m->lender->lend(pin->mp.stream, pin->right, g, &pin->dma);
	err = alloc_pages_of(pin, PAGE_ALIGN(g->bytes));
	if (err)
		return err;
	err = wrt_memory_segments(&pin->dma, g);
	if (err)
		free_memory(pin);
	return err;
}

/*
 * Where DMA does not see the processor's caches, the kernel's mapping and the client's are write
 * combined (on 32-bit ARM and arm64: Normal memory, not cacheable).
 */
static bool is_cached(const struct wrt_memory *m)
{
	return m->lender || m->type != SNDRV_DMA_TYPE_DEV || wrt_dma_coherent(m->dev);
}

int wrt_buffer_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	struct wrt_pin *pin = pin_of(mp);
	int err;

	lockdep_assert_held(&pin->control);
	if (!pin->scratch)
		pin->scratch = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!pin->scratch)
		return WRT_ENOMEM;
	err = alloc_memory(pin, g);
	if (err)
		return err;
	pin->map_bytes = PAGE_ALIGN(g->bytes);
	memset(pin->dma.area, 0, pin->map_bytes);	/* the page tail too (WRT-034) */
	pin->seg = g->seg;
	/* Asked here, because mmap() may come after the device has gone. */
	pin->cached = is_cached(&pin->filter->memory);
	return 0;
}

/* wrt_mp_alloc() has returned: the hardware has what it needs of the segments. */
void wrt_buffer_programmed(struct wrt_pin *pin)
{
	lockdep_assert_held(&pin->control);
	kfree(pin->seg);
	pin->seg = NULL;
}

/* ALLOC_BUFFER has succeeded, and its answer was copied out: allow mappings of the buffer. */
void wrt_buffer_show(struct wrt_pin *pin)
{
	lockdep_assert_held(&pin->control);
	down_write(&pin->map_sem);
	pin->present = true;
	up_write(&pin->map_sem);
}

/* Nothing maps the buffer: retired, or its file is being closed. */
void wrt_buffer_free(struct wrt_mp *mp)
{
	struct wrt_pin *pin = pin_of(mp);

	lockdep_assert_held(&pin->control);
	down_write(&pin->map_sem);
	pin->present = false;
	up_write(&pin->map_sem);
	if (!pin->dma.area || WARN_ON(atomic_read(&pin->maps) && !pin->zapped))
		return;		/* leak it rather than free memory that is still mapped */
	free_memory(pin);
}

/* Before FREE_BUFFER: forbid new mappings, or return -EBUSY if there is one. */
int wrt_buffer_retire(struct wrt_pin *pin)
{
	int err = 0;

	lockdep_assert_held(&pin->control);
	down_write(&pin->map_sem);
	if (atomic_read(&pin->maps))
		err = -EBUSY;
	else
		pin->present = false;
	up_write(&pin->map_sem);
	return err;
}

/* The device is gone and does not use the buffer: free the memory, mapped or not. */
void wrt_buffer_zap(struct wrt_pin *pin)
{
	lockdep_assert_held(&pin->control);
	down_write(&pin->map_sem);
	pin->zapped = true;
	up_write(&pin->map_sem);
	if (!pin->dma.area)
		return;
	unmap_mapping_range(pin->mapping, WAVERT_MMAP_BUFFER, pin->map_bytes, 1);
	wrt_buffer_free(&pin->mp);
}

/* map_sem held. Only a buffer of wrt_buffer_show() can be mapped, so there is memory. */
static struct page *page_at(struct wrt_pin *pin, unsigned long pgoff)
{
	void *at = pin->dma.area + (pgoff << PAGE_SHIFT);

	lockdep_assert_held_read(&pin->map_sem);
	if (pin->zapped)
		return pin->scratch;
	return is_vmalloc_addr(at) ? vmalloc_to_page(at) : virt_to_page(at);
}

/*
 * map_sem held. The scratch page is ordinary memory also where the buffer is not. A page that is in
 * the mapping already is not changed.
 */
static vm_fault_t insert_page(struct vm_area_struct *vma, struct wrt_pin *pin,
			      unsigned long pgoff)
{
	unsigned long at = vma->vm_start + ((pgoff - vma->vm_pgoff) << PAGE_SHIFT);
	pgprot_t prot = pin->zapped ? vm_get_page_prot(vma->vm_flags) : vma->vm_page_prot;

	return vmf_insert_pfn_prot(vma, at, page_to_pfn(page_at(pin, pgoff)), prot);
}

/*
 * map_sem held. Insert the rest of the mapping, as long as there is memory for page tables. A fault
 * waits for mmap_lock, so a real-time client takes one fault instead of one for each page.
 */
static void insert_rest(struct vm_area_struct *vma, struct wrt_pin *pin)
{
	unsigned long end = min(vma->vm_pgoff + vma_pages(vma),
				(unsigned long)pin->map_bytes >> PAGE_SHIFT);
	unsigned long pgoff;

	for (pgoff = vma->vm_pgoff; pgoff < end; pgoff++)
		if (insert_page(vma, pin, pgoff) != VM_FAULT_NOPAGE)
			return;
}

static vm_fault_t buffer_fault(struct vm_fault *vmf)
{
	struct wrt_pin *pin = vmf->vma->vm_private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	down_read(&pin->map_sem);
	if (vmf->pgoff < pin->map_bytes >> PAGE_SHIFT)
		ret = insert_page(vmf->vma, pin, vmf->pgoff);
	if (ret == VM_FAULT_NOPAGE)
		insert_rest(vmf->vma, pin);
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
	if (!pin->cached)
		vma->vm_page_prot = pgprot_dmacoherent(vma->vm_page_prot);
	vma->vm_ops = &buffer_vm_ops;
	vma->vm_private_data = pin;
	return 0;
}

/* ---- registers ------------------------------------------------------------------------ */

static_assert(WAVERT_MMAP_REGISTER(1) - WAVERT_MMAP_REGISTER(0) >= PAGE_SIZE &&
	      !(WAVERT_MMAP_REGISTER(1) & ~PAGE_MASK));

/* Number of the page with this register, or 0 if it must not be mapped. */
unsigned long wrt_register_pfn(const struct wrt_hw_register *reg)
{
	u64 page = wrt_register_page(reg, PAGE_SIZE);

	return (phys_addr_t)page == page ? PHYS_PFN(page) : 0;
}

/* GET_REGISTER has succeeded, and its answer was copied out: allow mappings of the register. */
void wrt_register_show(struct wrt_pin *pin, u32 kind, unsigned long pfn)
{
	lockdep_assert_held(&pin->control);
	down_write(&pin->map_sem);
	pin->register_pfn[kind] = pfn;
	up_write(&pin->map_sem);
}

static bool register_shown(struct wrt_pin *pin, u32 kind)
{
	bool shown;

	down_read(&pin->map_sem);
	shown = pin->register_pfn[kind];
	up_read(&pin->map_sem);
	return shown;
}

/*
 * Empty every mapping of a register: the device is suspended or, after wrt_buffer_zap(), gone. The
 * next access faults the page in again. All streams of the card share the address space and few
 * streams have a register, so it is walked only for these.
 */
void wrt_register_unmap(struct wrt_pin *pin)
{
	u32 kind;

	might_sleep();
	for (kind = 0; kind < ARRAY_SIZE(pin->register_pfn); kind++) {
		if (!register_shown(pin, kind))
			continue;
		unmap_mapping_range(pin->mapping, WAVERT_MMAP_REGISTER(kind), PAGE_SIZE, 1);
	}
}

/*
 * GET_REGISTER needs a buffer, so there is a scratch page. It is mapped cached, as memory is: an
 * uncached read might return its contents from before it was zeroed.
 */
static vm_fault_t register_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct wrt_pin *pin = vma->vm_private_data;
	u32 kind = vmf->pgoff != WAVERT_MMAP_REGISTER(0) >> PAGE_SHIFT;
	vm_fault_t ret;

	down_read(&pin->map_sem);
	if (pin->zapped)
		ret = vmf_insert_pfn_prot(vma, vmf->address, page_to_pfn(pin->scratch),
					  vm_get_page_prot(vma->vm_flags));
	else
		ret = vmf_insert_pfn(vma, vmf->address, pin->register_pfn[kind]);
	up_read(&pin->map_sem);
	return ret;
}

static const struct vm_operations_struct register_vm_ops = {
	.fault = register_fault,
};

/*
 * Not counted in pin->maps: a register exists also without a buffer, so its mapping neither forbids
 * FREE_BUFFER nor ends with it.
 */
int wrt_register_mmap(struct wrt_pin *pin, u32 kind, struct vm_area_struct *vma)
{
	int err = 0;

	down_read(&pin->map_sem);
	if (pin->zapped)
		err = -ENODEV;
	else if (!pin->register_pfn[kind])
		err = -EBADRQC;
	else if (vma->vm_end - vma->vm_start != PAGE_SIZE)
		err = -EINVAL;
	else if (vma->vm_flags & VM_WRITE)
		err = -EPERM;
	up_read(&pin->map_sem);
	if (err)
		return err;
	wrt_vm_flags_mod(vma, VM_IO | VM_PFNMAP | VM_DONTCOPY | VM_DONTEXPAND |
			 VM_DONTDUMP, VM_MAYWRITE);
	vma->vm_page_prot = pgprot_decrypted(pgprot_device(vma->vm_page_prot));
	vma->vm_ops = &register_vm_ops;
	vma->vm_private_data = pin;
	return 0;
}
