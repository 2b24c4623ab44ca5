// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * model_device.c - see model_device.h. Single-threaded.
 */
#include "model_device.h"

static struct {
	enum model_kind kind;
	struct hda_model *hda;
	struct model_ich *ich;
	bool (*raise)(void *ctx, bool timer);
	void *raise_ctx;
	struct wrt_device *dev;
} device;

bool model_device_open(enum model_kind kind, enum model_source source)
{
	memset(&device, 0, sizeof(device));
	device.kind = kind;
	if (kind == MODEL_HDA) {
		device.hda = wrt_alloc(sizeof(*device.hda));
		if (!device.hda)
			return false;
		hda_open(device.hda, &hda_real, &hda_duplex);
		device.hda->source = source;
		return true;
	}
	device.ich = wrt_alloc(sizeof(*device.ich));
	if (!device.ich)
		return false;
	model_ich_init(device.ich, &model_real);
	device.ich->source = source;
	return true;
}

const struct wrt_hw_ops *model_device_ops(void)
{
	return device.hda ? &wrt_hda_ops : &wrt_ich_ops;
}

const struct wrt_hw_bus *model_device_bus(void **ctx)
{
	*ctx = device.hda ? (void *)device.hda : device.ich;
	return device.hda ? &hda_bus : &model_ich_bus;
}

int model_device_create(struct wrt_hw_dev **out)
{
	const struct wrt_hda_config hda = { 0 };
	const struct wrt_ich_config ich = { 0 };
	int err;

	if (device.ich)
		return wrt_ich_create(&model_ich_bus, device.ich, &ich, out);
	err = wrt_hda_create(&hda_bus, device.hda, &hda, out);
	device.hda->hw = *out;
	return err;
}

void model_device_destroy(struct wrt_hw_dev *hw)
{
	if (device.ich)
		wrt_ich_destroy(hw);
	else
		wrt_hda_destroy(hw);
}

static bool *stops(void)
{
	return device.hda ? &device.hda->stops : &device.ich->stops;
}

static bool raised(void *ctx, bool timer)
{
	bool ours;

	if (device.hda)
		device.hda->in_irq = true;
	ours = device.raise ? device.raise(device.raise_ctx, timer) : wrt_device_irq(device.dev);
	if (device.hda)
		device.hda->in_irq = false;
	*stops() = true;
	return ours || timer;
}

static void listen(void)
{
	if (device.hda)
		device.hda->raise = raised;
	else
		device.ich->raise = raised;
}

void model_device_connect(struct wrt_device *dev)
{
	device.dev = dev;
	listen();
}

void model_device_raise(bool (*raise)(void *ctx, bool timer), void *ctx)
{
	device.raise = raise;
	device.raise_ctx = ctx;
	listen();
}

u64 model_device_now(void)
{
	return device.hda ? device.hda->now : device.ich->now;
}

bool model_device_line(void)
{
	return device.hda ? hda_line(device.hda) : device.ich->line;
}

void model_device_run_until(u64 ns, bool until_interrupt)
{
	while (model_device_now() < ns) {
		u64 left = ns - model_device_now();

		*stops() = false;
		if (device.hda)
			hda_run(device.hda, left);
		else
			model_ich_run(device.ich, left);
		if (*stops() && until_interrupt)
			break;
	}
}

u64 model_device_map(void *at, u32 bytes)
{
	if (device.hda)
		return hda_map(device.hda, at, bytes);
	return model_ich_map(device.ich, at, bytes);
}

void model_device_unmap(void *at)
{
	if (device.hda)
		hda_unmap(device.hda, at);
	else
		model_ich_unmap(device.ich, at);
}

void model_device_power(bool on)
{
	if (device.hda)
		device.hda->off = !on;
	else if (!on)
		model_ich_power_loss(device.ich);
}

void model_device_unplug(void)
{
	if (device.hda) {
		device.hda->fault.dead = true;
		device.hda->intctl = 0;
		device.hda->command = 0;
	} else {
		device.ich->fault.dead = true;
		device.ich->line = false;
		device.ich->command = 0;
	}
}

void model_device_close(void)
{
	if (device.hda)
		hda_close(device.hda);
	else
		model_ich_fini(device.ich);
	wrt_free(device.hda);
	wrt_free(device.ich);
	memset(&device, 0, sizeof(device));
}
