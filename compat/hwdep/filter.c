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

/* The interface and the core number these alike, so nothing has to be translated. */
static_assert(WAVERT_PLAYBACK == WRT_PLAYBACK && WAVERT_CAPTURE == WRT_CAPTURE);
static_assert(WAVERT_PACKET_EOS == WRT_MP_EOS);
static_assert(WAVERT_REGISTER_POSITION == WRT_HW_POSITION_REGISTER &&
	      WAVERT_REGISTER_CLOCK == WRT_HW_CLOCK_REGISTER);
static_assert(WAVERT_RATES == WRT_RATES_MAX);
static_assert(WAVERT_STATE_STOP == WRT_MP_STOP && WAVERT_STATE_RUN == WRT_MP_RUN);
static_assert(WAVERT_FORMAT_U8 == WRT_FMT_U8 && WAVERT_FORMAT_S16 == WRT_FMT_S16 &&
	      WAVERT_FORMAT_S20_32 == WRT_FMT_S20_32 &&
	      WAVERT_FORMAT_S24_32 == WRT_FMT_S24_32 &&
	      WAVERT_FORMAT_S32 == WRT_FMT_S32 && WAVERT_FORMAT_FLOAT == WRT_FMT_FLOAT);

/* Its size never changes, so that any client can ask any module. */
static int version(void __user *user)
{
	struct wavert_version arg;

	if (copy_from_user(&arg, user, sizeof(arg)))
		return -EFAULT;
	if (memchr_inv(arg.reserved, 0, sizeof(arg.reserved)))
		return -EINVAL;
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
	arg->buffer_min = c->buffer_min;
	arg->notify_min_ns = WRT_POINT_MIN_US * 1000;
	arg->registers = c->registers;
}

static void fill_rates(const struct wrt_hw_caps *c, struct wavert_caps *arg)
{
	u32 i;

	arg->nrates = c->rates ? c->nrates : 0;
	for (i = 0; i < WAVERT_RATES; i++)
		arg->rates[i] = i < arg->nrates ? c->rates[i] : 0;
}

/* A card has one PCM device, whose subdevices are numbered as the pins of a direction. */
static void fill_names(const struct wrt_hw_caps *c, struct wavert_caps *arg)
{
	arg->pcm_device = 0;
	arg->pcm_subdevice = c->pin;
	memset(arg->name, 0, sizeof(arg->name));
	snprintf(arg->name, sizeof(arg->name), "%s %u",
		 c->dir == WRT_CAPTURE ? "Capture" : "Playback", c->pin);
}

static int caps(struct wrt_filter *filter, const struct wrt_arg *user)
{
	struct wrt_stream *stream;
	struct wavert_caps arg;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	err = find_stream(filter, arg.direction, arg.pin, &stream);
	if (err)
		return err;
	fill_caps(filter, &stream->caps, &arg);
	fill_rates(&stream->caps, &arg);
	fill_names(&stream->caps, &arg);
	return wrt_arg_out(user, &arg, sizeof(arg));
}

/* The descriptor comes to life last, when nothing can fail any more. */
static int publish_fd(struct file *file, struct wavert_new_stream *arg,
		      const struct wrt_arg *user)
{
	int fd = get_unused_fd_flags(O_CLOEXEC), err;

	if (fd < 0)
		return fd;
	arg->fd = fd;
	err = wrt_arg_out(user, arg, sizeof(*arg));
	if (err) {
		put_unused_fd(fd);
		return err;
	}
	fd_install(fd, file);
	return 0;
}

/* The stream file itself is always open for both: an owner of either direction needs both. */
static bool may_make(const struct file *filter_file, u32 flags)
{
	if (!(filter_file->f_mode & FMODE_READ))
		return false;
	return filter_file->f_mode & FMODE_WRITE || flags & WAVERT_STREAM_OBSERVE;
}

static int new_stream(struct wrt_filter *filter, struct file *filter_file,
		      const struct wrt_arg *user)
{
	struct wavert_new_stream arg;
	struct wrt_stream *stream;
	struct file *file;
	int err = wrt_arg_in(&arg, sizeof(arg), user);

	if (err)
		return err;
	if (arg.flags & ~WAVERT_STREAM_OBSERVE)
		return -EINVAL;
	err = find_stream(filter, arg.direction, arg.pin, &stream);
	if (err)
		return err;
	if (!may_make(filter_file, arg.flags))
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
	struct wrt_arg user;
	int err;

	if (cmd == WAVERT_IOC_VERSION)
		return version((void __user *)arg);
	err = wrt_call_begin(cmd, arg, &user);
	if (err)
		return err;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(WAVERT_IOC_CAPS):
		return caps(filter, &user);
	case _IOC_NR(WAVERT_IOC_NEW_STREAM):
		return new_stream(filter, file, &user);
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
	hw->iface = WAVERT_HWDEP_IFACE;
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
