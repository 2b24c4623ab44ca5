// SPDX-License-Identifier: GPL-2.0-only
/*
 * node.c - the hwdep node of a card, and the file operations of a stream: both lead to the table
 * of calls.c. Any number of clients may have the node open.
 */
#include <linux/compat.h>
#include <linux/device.h>
#include <linux/slab.h>
#include <sound/hwdep.h>

#include "hwdep.h"

/* ---- streams ---------------------------------------------------------------------------- */

static long stream_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct wrt_pin *pin = file->private_data;
	struct wrt_call c;

	c.filter = pin->filter;
	c.file = file;
	c.pin = pin;
	return wrt_call(&c, cmd, (void __user *)arg);
}

static const struct file_operations stream_fops = {
	.owner = THIS_MODULE,
	.release = wrt_pin_release,
	.unlocked_ioctl = stream_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = wrt_stream_read_file,
	.read_iter = wrt_stream_read_iter,
	.poll = wrt_stream_poll,
	.mmap = wrt_pin_mmap,
	.llseek = noop_llseek,
};

/* ---- the filter's node ------------------------------------------------------------------ */

static int filter_ioctl(struct snd_hwdep *hw, struct file *file, unsigned int cmd,
			unsigned long arg)
{
	struct wrt_call c;

	c.filter = hw->private_data;
	c.file = file;
	c.pin = NULL;
	return wrt_call(&c, cmd, (void __user *)arg);
}

#ifdef CONFIG_COMPAT
static int filter_ioctl_compat(struct snd_hwdep *hw, struct file *file, unsigned int cmd,
			       unsigned long arg)
{
	return filter_ioctl(hw, file, cmd, (unsigned long)compat_ptr(arg));
}
#endif

static void filter_free(struct snd_hwdep *hw)
{
	struct wrt_filter *filter = hw->private_data;

	mutex_destroy(&filter->group);
	mutex_destroy(&filter->lock);
	kfree(filter);
}

/* Called by main.c before the card is registered; freed with the card. */
int wrt_filter_new(struct snd_card *card, struct wrt_device *device,
		   const struct wrt_memory *memory, struct wrt_filter **out)
{
	struct wrt_filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	struct snd_hwdep *hw;
	int err;

	if (!filter)
		return -ENOMEM;
	err = snd_hwdep_new(card, WAVERT_HWDEP_ID, 0, &hw);
	if (err) {
		kfree(filter);
		return err;
	}
	mutex_init(&filter->group);
	mutex_init(&filter->lock);
	INIT_LIST_HEAD(&filter->pins);
	filter->device = device;
	filter->memory = *memory;
	filter->stream_fops = &stream_fops;
	hw->private_data = filter;
	hw->private_free = filter_free;
	hw->iface = WAVERT_HWDEP_IFACE;
	strscpy(hw->name, "alsa-wavert filter", sizeof(hw->name));
	hw->ops.ioctl = filter_ioctl;
#ifdef CONFIG_COMPAT
	hw->ops.ioctl_compat = filter_ioctl_compat;
#endif
	*out = filter;
	return 0;
}
