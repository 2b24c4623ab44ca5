// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * device.c - see device.h. Locks: the mutex outside the device lock.
 */
#include "clients.h"
#include "device.h"

static u32 count_slots(const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw)
{
	struct wrt_hw_caps caps;
	u32 n = 0;

	while (n < WRT_SLOTS_MAX && ops->caps(hw, n, &caps) >= 0)
		n++;
	return n;
}

/* Without a thread: serve until the queue is empty. A call in progress does so for this one. */
static void serve_here(struct wrt_device *dev)
{
	while (!wrt_device_serve(dev))
		;
}

int wrt_device_init(struct wrt_device *dev, const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw)
{
	struct wrt_hw_caps caps;
	u32 i;

	wrt_assert_may_sleep();
	dev->ops = ops;
	dev->hw = hw;
	dev->irq_position = ops->position;
	if (ops->irq_position)
		dev->irq_position = ops->irq_position;
	dev->state = WRT_DEVICE_AWAKE;
	dev->wake = serve_here;
	dev->unusual = 0;
	dev->kick = false;
	dev->nstreams = count_slots(ops, hw);
	if (!dev->nstreams)
		return WRT_EINVAL;
	dev->streams = wrt_alloc(dev->nstreams * sizeof(*dev->streams));
	if (!dev->streams)
		return WRT_ENOMEM;
	wrt_lock_init(&dev->lock);
	wrt_mutex_init(&dev->mutex);
	wrt_wait_init(&dev->wait);
	wrt_deferred_init(&dev->deferred);
	for (i = 0; i < dev->nstreams; i++) {
		wrt_memset(&caps, 0, sizeof(caps));
		ops->caps(hw, i, &caps);
		wrt_stream_init(&dev->streams[i], dev, i, &caps);
	}
	return 0;
}

void wrt_device_destroy(struct wrt_device *dev)
{
	wrt_assert_may_sleep();
	wrt_mutex_destroy(&dev->mutex);
	wrt_free(dev->streams);
	dev->streams = NULL;
}

u64 wrt_device_serve(struct wrt_device *dev)
{
	u64 began, wait_ns;
	struct wrt_client *c = wrt_deferred_begin(dev, &began, &wait_ns);

	if (!c)
		return wait_ns;
	wrt_deferred_end(dev, c, wrt_clients_serve(c), began);
	return 0;
}

static void set_state(struct wrt_device *dev, enum wrt_device_state state)
{
	unsigned long flags = wrt_lock(&dev->lock);

	wrt_assert_mutex(&dev->mutex);
	dev->state = state;
	wrt_unlock(&dev->lock, flags);
}

void wrt_device_gone(struct wrt_device *dev)
{
	u32 i;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	set_state(dev, WRT_DEVICE_GONE);
	for (i = 0; i < dev->nstreams; i++) {
		wrt_stream_gone(&dev->streams[i]);
		wrt_stream_forget_buffer(&dev->streams[i]);
	}
	wrt_mutex_unlock(&dev->mutex);
	wrt_deferred_kick(dev);
}

/* Interrupts are ignored once DMA of all streams is off: registers must not be read in suspend. */
void wrt_device_suspend(struct wrt_device *dev)
{
	u32 i;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	for (i = 0; i < dev->nstreams; i++)
		wrt_stream_suspend(&dev->streams[i]);
	if (dev->state != WRT_DEVICE_GONE) {
		set_state(dev, WRT_DEVICE_ASLEEP);
		if (dev->ops->suspend)
			dev->ops->suspend(dev->hw);
	}
	wrt_mutex_unlock(&dev->mutex);
	wrt_deferred_kick(dev);
}

static int wake_hardware(struct wrt_device *dev)
{
	int err = 0;

	wrt_assert_mutex(&dev->mutex);
	if (dev->state == WRT_DEVICE_GONE)
		return 0;
	if (dev->ops->resume)
		err = dev->ops->resume(dev->hw);
	if (!err)
		set_state(dev, WRT_DEVICE_AWAKE);
	return err;
}

int wrt_device_resume(struct wrt_device *dev)
{
	int err, failed;
	u32 i;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	err = wake_hardware(dev);
	if (err)
		goto unlock;
	for (i = 0; i < dev->nstreams; i++) {
		failed = wrt_stream_resume(&dev->streams[i]);
		if (!err)
			err = failed;
	}
unlock:
	wrt_mutex_unlock(&dev->mutex);
	return err;
}

/* Device mutex held. */
static int may_control(const struct wrt_device *dev)
{
	wrt_assert_mutex(&dev->mutex);
	switch (dev->state) {
	case WRT_DEVICE_AWAKE:
		return 0;
	case WRT_DEVICE_ASLEEP:
		return WRT_EIO;
	case WRT_DEVICE_GONE:
		break;
	}
	return WRT_EGONE;
}

int wrt_device_control(struct wrt_device *dev, u32 index, struct wrt_hw_control *c)
{
	int err = WRT_ERANGE;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	if (dev->ops->control && dev->ops->control(dev->hw, index, c) >= 0)
		err = 0;
	wrt_mutex_unlock(&dev->mutex);
	return err;
}

int wrt_device_control_get(struct wrt_device *dev, u32 index, u32 value[2])
{
	int err;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	err = may_control(dev);
	if (!err)
		err = dev->ops->control_get(dev->hw, index, value);
	wrt_mutex_unlock(&dev->mutex);
	return err;
}

int wrt_device_control_set(struct wrt_device *dev, u32 index, const u32 value[2])
{
	int err;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	err = may_control(dev);
	if (!err)
		err = dev->ops->control_set(dev->hw, index, value);
	wrt_mutex_unlock(&dev->mutex);
	return err;
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

int wrt_device_pin(struct wrt_device *dev, u32 index, struct wrt_hw_pin *p)
{
	int err = WRT_ERANGE;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	if (dev->state == WRT_DEVICE_GONE)
		err = WRT_EGONE;
	else if (dev->ops->pin && dev->ops->pin(dev->hw, index, p) >= 0)
		err = 0;
	wrt_mutex_unlock(&dev->mutex);
	return err;
}

int wrt_device_fact(struct wrt_device *dev, u32 index, struct wrt_hw_fact *f)
{
	int err = WRT_ERANGE;

	wrt_assert_may_sleep();
	wrt_mutex_lock(&dev->mutex);
	if (dev->state == WRT_DEVICE_GONE)
		err = WRT_EGONE;
	else if (dev->ops->fact && dev->ops->fact(dev->hw, index, f) >= 0)
		err = 0;
	wrt_mutex_unlock(&dev->mutex);
	return err;
}
