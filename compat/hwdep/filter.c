// SPDX-License-Identifier: GPL-2.0-only
/*
 * filter.c - IMiniportWaveRT: the calls of the filter's node, and the list of the streams made
 * through it.
 */
#include <linux/file.h>

#include "hwdep.h"

/* The interface and the core use the same values, so nothing has to be translated. */
static_assert(WAVERT_PLAYBACK == WRT_PLAYBACK && WAVERT_CAPTURE == WRT_CAPTURE);
static_assert(WAVERT_PACKET_EOS == WRT_MP_EOS);
static_assert(WAVERT_REGISTER_POSITION == WRT_HW_POSITION_REGISTER &&
	      WAVERT_REGISTER_CLOCK == WRT_HW_CLOCK_REGISTER);
static_assert(WAVERT_RATES == WRT_RATES_MAX);
static_assert(WAVERT_STATE_STOP == WRT_MP_STOP && WAVERT_STATE_RUN == WRT_MP_RUN);
static_assert(WAVERT_FORMAT_U8 == WRT_FMT_U8 && WAVERT_FORMAT_S16 == WRT_FMT_S16 &&
	      WAVERT_FORMAT_S20_32 == WRT_FMT_S20_32 &&
	      WAVERT_FORMAT_S24_32 == WRT_FMT_S24_32 &&
	      WAVERT_FORMAT_S32 == WRT_FMT_S32 && WAVERT_FORMAT_FLOAT == WRT_FMT_FLOAT &&
	      WAVERT_FORMAT_S24_3 == WRT_FMT_S24_3);

int wrt_call_version(struct wrt_call *c)
{
	c->arg.version.abi_major = WAVERT_ABI_MAJOR;
	c->arg.version.abi_minor = WAVERT_ABI_MINOR;
	return 0;
}

static int find_stream(struct wrt_filter *filter, u32 direction, u32 pin,
		       struct wrt_stream **out)
{
	if (direction > WAVERT_CAPTURE)
		return -EINVAL;
	*out = wrt_device_stream(filter->device, direction, pin);
	return *out ? 0 : -ENOENT;
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
	arg->offers = WAVERT_OFFERS_NOTIFICATION | WAVERT_OFFERS_READ;
	if (c->dir == WRT_CAPTURE)
		arg->offers |= WAVERT_OFFERS_INPUT;
	else
		arg->offers |= WAVERT_OFFERS_OUTPUT;
	arg->buffer_min = c->buffer_min;
	arg->notify_min_ns = WRT_POINT_MIN_US * 1000;
	arg->registers = c->registers;
}

static void fill_rates(const struct wrt_hw_caps *c, struct wavert_caps *arg)
{
	u32 i;

	arg->nrates = 0;
	if (c->rates)
		arg->nrates = c->nrates;
	for (i = 0; i < WAVERT_RATES; i++) {
		arg->rates[i] = 0;
		if (i < arg->nrates)
			arg->rates[i] = c->rates[i];
	}
}

static_assert(sizeof(((struct wrt_hw_origin *)0)->name) == WAVERT_NAME_BYTES);

/* A card has one PCM device, whose subdevices are numbered as the pins of a direction. */
static void fill_names(const struct wrt_hw_caps *c, struct wavert_caps *arg)
{
	if (c->flags & WRT_HW_ATTACHED) {
		arg->pcm_device = c->origin.device;
		arg->pcm_subdevice = c->origin.subdevice;
		memcpy(arg->name, c->origin.name, sizeof(arg->name));
		return;
	}
	arg->pcm_device = 0;
	arg->pcm_subdevice = c->pin;
	memset(arg->name, 0, sizeof(arg->name));
	snprintf(arg->name, sizeof(arg->name), "%s %u",
		 c->dir == WRT_CAPTURE ? "Capture" : "Playback", c->pin);
}

int wrt_call_caps(struct wrt_call *c)
{
	struct wavert_caps *arg = &c->arg.caps;
	struct wrt_stream *stream;
	int err = find_stream(c->filter, arg->direction, arg->pin, &stream);

	if (err)
		return err;
	fill_caps(c->filter, &stream->caps, arg);
	fill_rates(&stream->caps, arg);
	fill_names(&stream->caps, arg);
	return 0;
}

/* The stream file is always open for reading and writing: an owner of any direction needs both. */
static bool may_make(const struct file *filter_file, u32 flags)
{
	if (!(filter_file->f_mode & FMODE_READ))
		return false;
	return filter_file->f_mode & FMODE_WRITE || flags & WAVERT_STREAM_OBSERVE;
}

int wrt_call_new_stream(struct wrt_call *c)
{
	struct wavert_new_stream *arg = &c->arg.new_stream;
	struct wrt_stream *stream;
	struct file *file;
	int fd, err;

	err = find_stream(c->filter, arg->direction, arg->pin, &stream);
	if (err)
		return err;
	if (!may_make(c->file, arg->flags))
		return -EPERM;
	err = wrt_pin_new(c->filter, c->file, stream, arg->flags & WAVERT_STREAM_OBSERVE, &file);
	if (err)
		return err;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		fput(file);
		return fd;
	}
	arg->fd = fd;
	c->kept.stream = file;
	return 0;
}

/* The descriptor refers to the stream only from here on, when nothing can fail any more. */
void wrt_call_new_stream_settle(struct wrt_call *c, int err)
{
	if (err) {
		put_unused_fd(c->arg.new_stream.fd);
		fput(c->kept.stream);
		return;
	}
	fd_install(c->arg.new_stream.fd, c->kept.stream);
}

/*
 * [S] System suspend: no mapping of a register reaches the device. User space is frozen; its next
 * access after resume maps the register again.
 */
void wrt_filter_suspend(struct wrt_filter *filter)
{
	struct wrt_pin *pin;

	mutex_lock(&filter->lock);
	list_for_each_entry(pin, &filter->pins, link)
		wrt_register_unmap(pin);
	mutex_unlock(&filter->lock);
}

/* The device is gone: refuse new streams and notify all others. */
void wrt_filter_gone(struct wrt_filter *filter)
{
	struct wrt_pin *pin;

	mutex_lock(&filter->lock);
	filter->gone = true;
	list_for_each_entry(pin, &filter->pins, link)
		wrt_pin_removed(pin);
	mutex_unlock(&filter->lock);
}
