// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter.c - the hwdep node of a card: IMiniportWaveRT. Any number of clients may have
 * it open; it has no state of its own but the list of streams made through it.
 */
#include <linux/compat.h>
#include <linux/device.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <sound/hwdep.h>

#include "hwdep.h"

static_assert(sizeof(struct wavert_version) == 32);
static_assert(sizeof(struct wavert_caps) == 80);
static_assert(sizeof(struct wavert_new_stream) == 32);
static_assert(sizeof(struct wavert_format) == 32);
static_assert(sizeof(struct wavert_buffer) == 48);
static_assert(sizeof(struct wavert_event) == 16);
static_assert(sizeof(struct wavert_state) == 16);
static_assert(sizeof(struct wavert_position) == 64);
static_assert(sizeof(struct wavert_latency) == 32);
static_assert(sizeof(struct wavert_register) == 64);
static_assert(sizeof(struct wavert_packet_count) == 16);
static_assert(sizeof(struct wavert_presentation) == 32);
static_assert(sizeof(struct wavert_read_packet) == 32);
static_assert(sizeof(struct wavert_write_packet) == 32);
static_assert(sizeof(struct wavert_notification) == 40);
static_assert(offsetof(struct wavert_page, ring) == 240);
static_assert(sizeof(struct wavert_page) == 2800);

/* The interface and the core number these alike, so nothing has to be translated. */
static_assert(WAVERT_PLAYBACK == WRT_PLAYBACK && WAVERT_CAPTURE == WRT_CAPTURE);
static_assert(WAVERT_PACKET_EOS == WRT_MP_EOS);
static_assert(WAVERT_REGISTER_POSITION == WRT_HW_POSITION_REGISTER &&
	      WAVERT_REGISTER_CLOCK == WRT_HW_CLOCK_REGISTER);
static_assert(WAVERT_STATE_STOP == WRT_MP_STOP && WAVERT_STATE_RUN == WRT_MP_RUN);
static_assert(WAVERT_FORMAT_U8 == WRT_FMT_U8 && WAVERT_FORMAT_S16 == WRT_FMT_S16 &&
	      WAVERT_FORMAT_S20_32 == WRT_FMT_S20_32 &&
	      WAVERT_FORMAT_S24_32 == WRT_FMT_S24_32 &&
	      WAVERT_FORMAT_S32 == WRT_FMT_S32 && WAVERT_FORMAT_FLOAT == WRT_FMT_FLOAT);

static int version(void __user *user)
{
	struct wavert_version arg;
	int err = WRT_GET_ARG(arg, user);

	if (err)
		return err;
	arg.abi_major = WAVERT_ABI_MAJOR;
	arg.abi_minor = WAVERT_ABI_MINOR;
	return copy_to_user(user, &arg, sizeof(arg)) ? -EFAULT : 0;
}

static int find_stream(struct wrt_filter *filter, u32 direction, u32 pin,
		       struct wrt_stream **out)
{
	if (direction > WAVERT_CAPTURE)
		return -EINVAL;
	*out = wrt_device_stream(filter->device, direction, pin);
	return *out ? 0 : -ENOENT;
}

u32 wrt_cap_flags(const struct wrt_hw_caps *c)
{
	return (c->flags & WRT_HW_STEPPED ? WAVERT_CAP_STEPPED : 0) |
	       (c->flags & WRT_HW_EMULATED ? WAVERT_CAP_EMULATED : 0);
}

static void fill_caps(struct wrt_filter *filter, const struct wrt_hw_caps *c,
		      struct wavert_caps *arg)
{
	arg->pins = wrt_device_pins(filter->device, c->dir);
	arg->flags = wrt_cap_flags(c);
	arg->formats = c->formats;
	arg->channels_min = c->channels_min;
	arg->channels_max = c->channels_max;
	arg->rate_min = c->rate_min;
	arg->rate_max = c->rate_max;
	arg->buffer_max = c->buffer_max;
	arg->notify_max = c->notify_max;
	arg->notify_min = WRT_POINT_MIN_FRAMES;
	arg->size_step = c->notify_step;
	arg->position_step = c->position_step;
	arg->offers = WAVERT_OFFERS_NOTIFICATION |
		      (c->dir == WRT_CAPTURE ? WAVERT_OFFERS_INPUT : WAVERT_OFFERS_OUTPUT);
}

static int caps(struct wrt_filter *filter, void __user *user)
{
	struct wrt_stream *stream;
	struct wavert_caps arg;
	int err = WRT_GET_ARG(arg, user);

	if (err)
		return err;
	err = find_stream(filter, arg.direction, arg.pin, &stream);
	if (err)
		return err;
	fill_caps(filter, &stream->caps, &arg);
	return copy_to_user(user, &arg, sizeof(arg)) ? -EFAULT : 0;
}

/* The descriptor comes to life last, when nothing can fail any more. */
static int publish_fd(struct file *file, struct wavert_new_stream *arg, void __user *user)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	arg->fd = fd;
	if (copy_to_user(user, arg, sizeof(*arg))) {
		put_unused_fd(fd);
		return -EFAULT;
	}
	fd_install(fd, file);
	return 0;
}

static int new_stream(struct wrt_filter *filter, struct file *filter_file, void __user *user)
{
	struct wavert_new_stream arg;
	struct wrt_stream *stream;
	struct file *file;
	int err = WRT_GET_ARG(arg, user);

	if (err)
		return err;
	if (arg.flags & ~WAVERT_STREAM_OBSERVE)
		return -EINVAL;
	err = find_stream(filter, arg.direction, arg.pin, &stream);
	if (err)
		return err;
	/* The stream file itself is always open for writing. */
	if (!(filter_file->f_mode & FMODE_WRITE) && !(arg.flags & WAVERT_STREAM_OBSERVE))
		return -EPERM;
	err = wrt_pin_new(filter, filter_file, stream, arg.flags & WAVERT_STREAM_OBSERVE, &file);
	if (err)
		return err;
	err = publish_fd(file, &arg, user);
	if (err)
		fput(file);
	return err;
}

static int filter_ioctl(struct snd_hwdep *hw, struct file *file, unsigned int cmd,
			unsigned long arg)
{
	struct wrt_filter *filter = hw->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case WAVERT_IOC_VERSION:
		return version(user);
	case WAVERT_IOC_CAPS:
		return caps(filter, user);
	case WAVERT_IOC_NEW_STREAM:
		return new_stream(filter, file, user);
	}
	return -ENOTTY;
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
	mutex_init(&filter->lock);
	INIT_LIST_HEAD(&filter->pins);
	filter->device = device;
	filter->memory = *memory;
	hw->private_data = filter;
	hw->private_free = filter_free;
	hw->iface = SNDRV_HWDEP_IFACE_LAST + 1;	/* ALSA has no number for us: match by id */
	strscpy(hw->name, "alsa-wavert filter", sizeof(hw->name));
	hw->ops.ioctl = filter_ioctl;
#ifdef CONFIG_COMPAT
	hw->ops.ioctl_compat = filter_ioctl_compat;
#endif
	*out = filter;
	return 0;
}

/*
 * [S] The device goes to sleep: no mapping of a register reaches it. User space is frozen;
 * what it touches when it has woken up is mapped again.
 */
void wrt_filter_suspend(struct wrt_filter *filter)
{
	struct wrt_pin *pin;

	mutex_lock(&filter->lock);
	list_for_each_entry(pin, &filter->pins, link)
		wrt_register_unmap(pin);
	mutex_unlock(&filter->lock);
}

/* The device is gone: no new stream, and every stream there is learns of it. */
void wrt_filter_gone(struct wrt_filter *filter)
{
	struct wrt_pin *pin;

	mutex_lock(&filter->lock);
	filter->gone = true;
	list_for_each_entry(pin, &filter->pins, link)
		wrt_pin_removed(pin);
	mutex_unlock(&filter->lock);
}
