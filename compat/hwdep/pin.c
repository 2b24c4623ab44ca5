// SPDX-License-Identifier: GPL-2.0-only
/*
 * pin.c - a stream file: the calls of uapi/sound/wavert.h on it, its mapping, its end.
 *
 * Every call copies its struct in (calls.c), checks it, takes the control mutex, calls
 * miniport/, releases the mutex and copies out. Filter and card are alive throughout: the stream
 * file holds the filter's file.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/personality.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "kernel_version.h"
#include "hwdep.h"

#define TO_ERRNO(name, value, error) { WRT_STATUS_##name, -(error) },

static const struct {
	enum wrt_status status;
	int error;
} errors[] = {
	WRT_STATUS_TABLE(TO_ERRNO)
};

int wrt_errno(enum wrt_status status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].status == status)
			return errors[i].error;
	return WARN_ON_ONCE(status) ? -EREMOTEIO : 0;
}

static const struct wrt_mp_ops mp_ops = {
	.buffer_alloc = wrt_buffer_alloc,
	.buffer_free = wrt_buffer_free,
	.publish = wrt_page_publish,
	.signalling = wrt_page_signalling,
	.signal = wrt_notify_signal,
};

/* ---- calls ---------------------------------------------------------------------- */

/* Another thread of the client may hold it while it waits. */
static int lock_control(struct wrt_pin *pin)
{
	return mutex_lock_killable(&pin->control);
}

static int set_format(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_format arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	err = lock_control(pin);
	if (err)
		return err;
	status = wrt_mp_set_format(&pin->mp, arg.rate, arg.format, arg.channels);
	mutex_unlock(&pin->control);
	return wrt_errno(status);
}

static enum wrt_status alloc_locked(struct wrt_pin *pin, struct wavert_buffer *arg,
				    u32 *allocation)
{
	bool notify = arg->flags & WAVERT_ALLOC_NOTIFICATION;
	enum wrt_status status;

	if (lock_control(pin))
		return WRT_STATUS_CANCELLED;
	status = wrt_mp_alloc(&pin->mp, notify ? WRT_MP_NOTIFY_BUFFER : WRT_MP_TIMER_BUFFER,
			      arg->notifications, arg->flags & WAVERT_ALLOC_ANY_COUNT,
			      arg->requested_bytes);
	if (!status)
		*allocation = ++pin->allocation;
	arg->actual_bytes = pin->mp.geom.bytes;
	arg->map_bytes = pin->map_bytes;
	mutex_unlock(&pin->control);
	return status;
}

/*
 * The answer has been copied out, or could not be. Another thread may have freed the buffer
 * meanwhile. Not killable: this has to be done.
 */
static void alloc_settled(struct wrt_pin *pin, u32 allocation, bool copied)
{
	mutex_lock(&pin->control);
	if (pin->mp.buffer && pin->allocation == allocation) {
		if (copied)
			wrt_buffer_show(pin);
		else
			wrt_mp_free(&pin->mp);
	}
	mutex_unlock(&pin->control);
}

static int alloc_buffer(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_buffer arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);
	u32 allocation;

	if (err)
		return err;
	if (arg.flags & ~(WAVERT_ALLOC_NOTIFICATION | WAVERT_ALLOC_ANY_COUNT))
		return -EINVAL;
	status = alloc_locked(pin, &arg, &allocation);
	if (status)
		return wrt_errno(status);
	arg.offset_from_first_page = 0;
	arg.cache_type = 1;
	arg.call_memory_barrier = 0;
	err = wrt_arg_out(user, &arg, sizeof(arg));
	alloc_settled(pin, allocation, !err);
	return err;
}

static int free_buffer(struct wrt_pin *pin)
{
	enum wrt_status status;
	int err = lock_control(pin);

	if (err)
		return err;
	if (pin->mp.buffer)
		err = wrt_buffer_retire(pin);
	if (!err) {
		status = wrt_mp_free(&pin->mp);
		err = wrt_errno(status);
	}
	mutex_unlock(&pin->control);
	return err;
}

static enum wrt_status add_event(struct wrt_pin *pin, void *event)
{
	enum wrt_status status;

	if (lock_control(pin))
		return WRT_STATUS_CANCELLED;
	status = wrt_mp_register_event(&pin->mp, event);
	mutex_unlock(&pin->control);
	return status;
}

static enum wrt_status remove_event(struct wrt_pin *pin, void *event)
{
	enum wrt_status status;

	if (lock_control(pin))
		return WRT_STATUS_CANCELLED;
	status = wrt_mp_unregister_event(&pin->mp, event);
	mutex_unlock(&pin->control);
	return status;
}

static int register_event(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_event arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);
	void *event;

	if (err)
		return err;
	if (arg.flags)
		return -EINVAL;
	status = wrt_notify_get(arg.fd, &event);
	if (status)
		return wrt_errno(status);
	status = add_event(pin, event);
	if (status)
		wrt_notify_put(event);
	return wrt_errno(status);
}

/* A client that has closed its descriptors cannot name their events any more. */
static int unregister_all(struct wrt_pin *pin)
{
	enum wrt_status status = WRT_STATUS_SUCCESS;
	int err = lock_control(pin);

	if (err)
		return err;
	while (!status && pin->mp.nevents) {
		void *event = pin->mp.event[pin->mp.nevents - 1].event;

		status = wrt_mp_unregister_event(&pin->mp, event);
		if (!status)
			wrt_notify_put(event);
	}
	mutex_unlock(&pin->control);
	return wrt_errno(status);
}

static int unregister_event(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_event arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);
	void *event;

	if (err)
		return err;
	if (arg.flags == WAVERT_EVENT_ALL && arg.fd == -1)
		return unregister_all(pin);
	if (arg.flags)
		return -EINVAL;
	status = wrt_notify_get(arg.fd, &event);
	if (status)
		return wrt_errno(status);
	status = remove_event(pin, event);
	if (!status)
		wrt_notify_put(event);	/* the registration's */
	wrt_notify_put(event);
	return wrt_errno(status);
}

static int set_state(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wavert_state arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	err = lock_control(pin);
	if (err)
		return err;
	status = wrt_mp_set_state(&pin->mp, arg.state);
	mutex_unlock(&pin->control);
	return wrt_errno(status);
}

/* A register that cannot be mapped alone has not been asked for: pfn 0. */
static enum wrt_status register_locked(struct wrt_pin *pin, u32 kind, struct wrt_hw_register *reg,
				       unsigned long *pfn)
{
	enum wrt_status status;

	if (lock_control(pin))
		return WRT_STATUS_CANCELLED;
	status = wrt_mp_get_register(&pin->mp, kind, reg);
	if (!status) {
		*pfn = wrt_register_pfn(reg);
		if (!*pfn) {
			wrt_mp_unget_register(&pin->mp, kind);
			status = WRT_STATUS_NOT_SUPPORTED;
		}
	}
	mutex_unlock(&pin->control);
	return status;
}

/* The answer has been copied out, or could not be: then it may be asked for again. */
static void register_settled(struct wrt_pin *pin, u32 kind, unsigned long pfn, bool copied)
{
	mutex_lock(&pin->control);
	if (copied)
		wrt_register_show(pin, kind, pfn);
	else
		wrt_mp_unget_register(&pin->mp, kind);
	mutex_unlock(&pin->control);
}

static int get_register(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wrt_hw_register reg;
	struct wavert_register arg;
	enum wrt_status status;
	unsigned long pfn;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	if (arg.kind == WAVERT_REGISTER_PACKET)
		return wrt_errno(WRT_STATUS_NOT_SUPPORTED);
	status = register_locked(pin, arg.kind, &reg, &pfn);
	if (status)
		return wrt_errno(status);
	arg.width = reg.width;
	arg.accuracy = reg.accuracy;
	arg.page_offset = offset_in_page(reg.bus + reg.offset);
	arg.mmap_offset = WAVERT_MMAP_REGISTER((u64)arg.kind);
	arg.numerator = reg.numerator;
	arg.denominator = reg.denominator;
	err = wrt_arg_out(user, &arg, sizeof(arg));
	register_settled(pin, arg.kind, pfn, !err);
	return err;
}

static int get_latency(struct wrt_pin *pin, const struct wrt_arg *user)
{
	struct wrt_hw_latency latency;
	struct wavert_latency arg;
	enum wrt_status status;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	err = lock_control(pin);
	if (err)
		return err;
	status = wrt_mp_latency(&pin->mp, &latency);
	mutex_unlock(&pin->control);
	if (status)
		return wrt_errno(status);
	arg.fifo_bytes = latency.fifo_bytes;
	arg.chipset_100ns = latency.chipset_100ns;
	arg.codec_100ns = latency.codec_100ns;
	return wrt_arg_out(user, &arg, sizeof(arg));
}

static long pin_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct wrt_pin *pin = file->private_data;
	struct wrt_arg user;
	int err = wrt_call_begin(cmd, arg, &user);

	if (err)
		return err;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(WAVERT_IOC_SET_FORMAT):
		return set_format(pin, &user);
	case _IOC_NR(WAVERT_IOC_ALLOC_BUFFER):
		return alloc_buffer(pin, &user);
	case _IOC_NR(WAVERT_IOC_FREE_BUFFER):
		return free_buffer(pin);
	case _IOC_NR(WAVERT_IOC_REGISTER_EVENT):
		return register_event(pin, &user);
	case _IOC_NR(WAVERT_IOC_UNREGISTER_EVENT):
		return unregister_event(pin, &user);
	case _IOC_NR(WAVERT_IOC_SET_STATE):
		return set_state(pin, &user);
	case _IOC_NR(WAVERT_IOC_GET_LATENCY):
		return get_latency(pin, &user);
	case _IOC_NR(WAVERT_IOC_GET_REGISTER):
		return get_register(pin, &user);
	}
	return wrt_streaming_call(pin, _IOC_NR(cmd), &user);
}

/*
 * The stream is no event yet (WAVERT_OFFERS_READ). Without a poll() of its own it would be
 * ready always, and a client might come to rely on that.
 */
static __poll_t pin_poll(struct file *file, struct poll_table_struct *wait)
{
	return EPOLLERR;
}

static int pin_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct wrt_pin *pin = file->private_data;
	u32 kind;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	/*
	 * A file on a filesystem of the kernel's own: a noexec /dev would not refuse it. With this
	 * personality the kernel, not the client, has asked for VM_EXEC.
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

/* ---- life ----------------------------------------------------------------------- */

static void pin_free(struct wrt_pin *pin)
{
	struct file *filter_file = pin->filter_file;

	if (pin->scratch)
		__free_page(pin->scratch);
	wrt_page_free(pin);
	mutex_destroy(&pin->control);
	kfree(pin);
	fput(filter_file);	/* may free the card */
}

/* Last copy of the descriptor and last mapping are gone: Release. WRT-045..048, 213. */
static int pin_release(struct inode *inode, struct file *file)
{
	struct wrt_pin *pin = file->private_data;
	u32 i;

	mutex_lock(&pin->control);	/* wrt_filter_gone() may be at it, and waits for us */
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

static const struct file_operations pin_fops = {
	.owner = THIS_MODULE,
	.release = pin_release,
	.unlocked_ioctl = pin_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = pin_poll,
	.mmap = pin_mmap,
	.llseek = noop_llseek,
};

/* The device is gone. The filter's lock is held. */
void wrt_pin_removed(struct wrt_pin *pin)
{
	lockdep_assert_held(&pin->filter->lock);
	mutex_lock(&pin->control);
	wrt_mp_removed(&pin->mp);
	wrt_buffer_zap(pin);
	wrt_register_unmap(pin);
	mutex_unlock(&pin->control);
}

/* filter->lock held. capable() comes last, since it leaves a mark in the audit log. */
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
	err = -ENODEV;
	if (!pin->filter->gone) {
		status = WRT_STATUS_INSUFFICIENT_RESOURCES;
		if (may_add(pin->filter, pin->uid))
			status = wrt_mp_init(&pin->mp, &mp_ops, stream, observer, &user);
		err = wrt_errno(status);
	}
	if (!err)
		list_add(&pin->link, &pin->filter->pins);
	mutex_unlock(&pin->filter->lock);
	return err;
}

/* A file nobody has a descriptor of yet; fput() undoes everything. */
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
	file = anon_inode_getfile("[wavert]", &pin_fops, pin, O_RDWR | O_CLOEXEC);
	if (IS_ERR(file)) {
		mutex_lock(&filter->lock);
		list_del(&pin->link);
		mutex_unlock(&filter->lock);
		wrt_mp_close(&pin->mp);
		pin_free(pin);
		return PTR_ERR(file);
	}
	file->f_mapping = pin->mapping;	/* so that a zap finds our mappings */
	*out = file;
	return 0;
}
