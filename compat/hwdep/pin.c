// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin.c - the life of a stream file: creation, mapping, removal of the device, release. Filter and
 * card live at least as long: the stream file holds the filter's file.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/personality.h>
#include <linux/slab.h>

#include "kernel_version.h"
#include "hwdep.h"

static const struct wrt_mp_ops mp_ops = {
	.buffer_alloc = wrt_buffer_alloc,
	.buffer_free = wrt_buffer_free,
	.publish = wrt_page_publish,
	.publish_position = wrt_page_publish_position,
	.signalling = wrt_page_signalling,
	.signal = wrt_notify_signal,
	.passed = wrt_read_passed,
};

static void pin_free(struct wrt_pin *pin)
{
	struct file *filter_file = pin->filter_file;

	if (pin->scratch)
		__free_page(pin->scratch);
	wrt_page_free(pin);
	wrt_read_destroy(pin);
	mutex_destroy(&pin->control);
	kfree(pin);
	fput(filter_file);	/* may free the card */
}

/* Release: the last copy of the descriptor and the last mapping are gone. WRT-045..048, 213. */
int wrt_pin_release(struct inode *inode, struct file *file)
{
	struct wrt_pin *pin = file->private_data;
	u32 i;

	mutex_lock(&pin->control);	/* wrt_filter_gone() may use the pin at the same time */
	wrt_mp_close(&pin->mp);
	mutex_unlock(&pin->control);

	mutex_lock(&pin->filter->lock);
	list_del(&pin->link);
	mutex_unlock(&pin->filter->lock);

	for (i = 0; i < pin->mp.nevents; i++)
		wrt_notify_put(pin->mp.event[i].event);
	pin_free(pin);
	return 0;
}

int wrt_pin_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct wrt_pin *pin = file->private_data;
	u32 kind;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	/*
	 * The file is on an internal filesystem, so a noexec /dev does not refuse it. With this
	 * personality the kernel, not the client, has requested VM_EXEC.
	 */
	if (vma->vm_flags & VM_EXEC && !(current->personality & READ_IMPLIES_EXEC))
		return -EPERM;
	wrt_vm_flags_mod(vma, 0, VM_EXEC | VM_MAYEXEC);
	if (vma->vm_pgoff == WAVERT_MMAP_PAGE >> PAGE_SHIFT)
		return wrt_page_mmap(pin, vma);
	for (kind = 0; kind < ARRAY_SIZE(pin->register_pfn); kind++)
		if (vma->vm_pgoff == WAVERT_MMAP_REGISTER(kind) >> PAGE_SHIFT)
			return wrt_register_mmap(pin, kind, vma);
	return wrt_buffer_mmap(pin, vma);
}

/* The device is gone. The filter's lock is held. */
void wrt_pin_removed(struct wrt_pin *pin)
{
	lockdep_assert_held(&pin->filter->lock);
	mutex_lock(&pin->control);
	wrt_read_remove(pin);
	wrt_mp_removed(&pin->mp);
	wrt_buffer_zap(pin);
	wrt_register_unmap(pin);
	mutex_unlock(&pin->control);
}

/* filter->lock held. capable() comes last, because it writes to the audit log. */
static bool may_add(const struct wrt_filter *filter, kuid_t uid)
{
	const struct wrt_pin *pin;
	u32 all = 0, own = 0;

	lockdep_assert_held(&filter->lock);
	list_for_each_entry(pin, &filter->pins, link) {
		all++;
		own += uid_eq(pin->uid, uid);
	}
	if (all < WRT_STREAMS_MAX - WRT_STREAMS_KEPT && own < WRT_STREAMS_USER)
		return true;
	return all < WRT_STREAMS_MAX && capable(CAP_SYS_RESOURCE);
}

static int pin_start(struct wrt_pin *pin, struct wrt_stream *stream, bool observer)
{
	struct wrt_user user = {
		.uid = from_kuid(&init_user_ns, pin->uid),
		.privileged = observer && capable(CAP_SYS_ADMIN),
	};
	enum wrt_status status;
	int err = mutex_lock_killable(&pin->filter->lock);

	if (err)
		return err;
	if (pin->filter->gone)
		status = WRT_STATUS_DEVICE_REMOVED;
	else if (!may_add(pin->filter, pin->uid))
		status = WRT_STATUS_INSUFFICIENT_RESOURCES;
	else
		status = wrt_mp_init(&pin->mp, &mp_ops, stream, observer, &user);
	if (!status)
		list_add(&pin->link, &pin->filter->pins);
	mutex_unlock(&pin->filter->lock);
	return wrt_errno(status);
}

/* The file has no descriptor yet; fput() undoes everything. */
int wrt_pin_new(struct wrt_filter *filter, struct file *filter_file, struct wrt_stream *stream,
		bool observer, struct file **out)
{
	struct wrt_pin *pin = kzalloc(sizeof(*pin), GFP_KERNEL_ACCOUNT);
	struct file *file;
	int err;

	if (!pin)
		return -ENOMEM;
	err = wrt_page_new(pin);
	if (err) {
		kfree(pin);
		return err;
	}
	mutex_init(&pin->control);
	init_rwsem(&pin->map_sem);
	wrt_read_init(pin, observer);
	pin->filter = filter;
	pin->filter_file = get_file(filter_file);
	pin->uid = current_euid();
	pin->mapping = filter_file->f_mapping;
	pin->regs->flags = wrt_cap_flags(&stream->caps);

	err = pin_start(pin, stream, observer);
	if (err) {
		pin_free(pin);
		return err;
	}
	file = anon_inode_getfile("[wavert]", filter->stream_fops, pin, O_RDWR | O_CLOEXEC);
	if (IS_ERR(file)) {
		mutex_lock(&filter->lock);
		list_del(&pin->link);
		mutex_unlock(&filter->lock);
		wrt_mp_close(&pin->mp);
		pin_free(pin);
		return PTR_ERR(file);
	}
	file->f_mode |= FMODE_NOWAIT;	/* io_uring may try read() without a thread of its own */
	file->f_mapping = pin->mapping;	/* so that a zap finds the mappings of this file */
	*out = file;
	return 0;
}
