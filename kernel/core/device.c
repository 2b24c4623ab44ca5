// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * device.c - see device.h. Locks: stream lock > device lock; the mutex outside both.
 */
#include "device.h"

static u32 count_slots(const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw)
{
	struct wrt_hw_caps caps;
	u32 n = 0;

	while (n < WRT_SLOTS_MAX && ops->caps(hw, n, &caps) >= 0)
		n++;
	return n;
}

int wrt_device_init(struct wrt_device *dev, const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw)
{
	struct wrt_hw_caps caps;
	u32 i;

	dev->ops = ops;
	dev->hw = hw;
	dev->nstreams = count_slots(ops, hw);
	if (!dev->nstreams)
		return WRT_EINVAL;
	dev->streams = wrt_alloc(dev->nstreams * sizeof(*dev->streams));
	if (!dev->streams)
		return WRT_ENOMEM;
	wrt_lock_init(&dev->lock);
	wrt_mutex_init(&dev->mutex);
	for (i = 0; i < dev->nstreams; i++) {
		wrt_memset(&caps, 0, sizeof(caps));
		ops->caps(hw, i, &caps);
		wrt_stream_init(&dev->streams[i], dev, i, &caps);
	}
	return 0;
}

void wrt_device_destroy(struct wrt_device *dev)
{
	wrt_mutex_destroy(&dev->mutex);
	wrt_free(dev->streams);
	dev->streams = NULL;
}

bool wrt_device_irq(struct wrt_device *dev)
{
	unsigned long flags;
	u32 slots = 0;
	bool ours;
	u32 i;

	flags = wrt_lock(&dev->lock);
	ours = dev->ops->irq(dev->hw, &slots);
	wrt_unlock(&dev->lock, flags);
	for (i = 0; slots && i < dev->nstreams; i++, slots >>= 1)
		if (slots & 1)
			wrt_stream_look(&dev->streams[i]);
	return ours;
}

void wrt_device_gone(struct wrt_device *dev)
{
	u32 i;

	wrt_mutex_lock(&dev->mutex);
	for (i = 0; i < dev->nstreams; i++)
		wrt_stream_gone(&dev->streams[i]);
	wrt_mutex_unlock(&dev->mutex);
}

struct wrt_stream *wrt_device_stream(struct wrt_device *dev, u32 dir, u32 pin)
{
	u32 i;

	for (i = 0; i < dev->nstreams; i++)
		if (dev->streams[i].caps.dir == dir && dev->streams[i].caps.pin == pin)
			return &dev->streams[i];
	return NULL;
}

u32 wrt_device_pins(const struct wrt_device *dev, u32 dir)
{
	u32 i, n = 0;

	for (i = 0; i < dev->nstreams; i++)
		n += dev->streams[i].caps.dir == dir;
	return n;
}
