// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_card.c - a card without a device, FOR TESTS ONLY: the driver's backend for HD Audio or AC'97
 * over a register model of tests/unit, as the Windows driver and the host build have it.
 *
 * Time is the model's. It passes in delays, and when "FRAMES RATE" is written to
 * /sys/kernel/debug/snd-wavert-model/step; the write returns when every interrupt in these frames has
 * been handled and every notification delivered.
 *
 * The model has one thread: this is for a guest with one processor, whose kernel does not
 * preempt itself.
 */
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/uaccess.h>
#include <sound/memalloc.h>

#include "adapter.h"
#include "kernel_version.h"
#include "model_device.h"

#define DRIVER_NAME	"snd-wavert-model"

static char *model = "hda";
static char *source = "silence";

module_param(model, charp, 0444);
MODULE_PARM_DESC(model, "Register model: hda (default), ich.");
module_param(source, charp, 0444);
MODULE_PARM_DESC(source, "Signal to capture: silence (default), ramp.");

static struct {
	struct wrt_hw_dev *hw;
	struct wrt_adapter *adapter;
	struct wrt_hw_ops ops;
	u64 mark_ns, mark_frames;	/* since the last change of the rate */
	u32 rate;
} card;

static struct platform_device *device;
static struct dentry *debugfs;

/* ---- functions of the models ------------------------------------------------------------ */

/* The runner of the guest fails if the log has such a line. */
void model_broken(const char *file, int line, const char *format, ...)
{
	struct va_format vaf = { .fmt = format };
	va_list args;

	va_start(args, format);
	vaf.va = &args;
	pr_err("BUG: " DRIVER_NAME ": %s:%d: %pV\n", file, line, &vaf);
	va_end(args);
}

/* Without an IOMMU a bus address is a physical one. */
u8 *model_memory(u64 bus, u32 bytes)
{
	if (!pfn_valid(PHYS_PFN(bus)) || !pfn_valid(PHYS_PFN(bus + bytes - 1)))
		return NULL;
	return phys_to_virt(bus);
}

int model_print(char *out, size_t room, const char *format, va_list args)
{
	return vscnprintf(out, room, format, args);
}

/* ---- time ------------------------------------------------------------------------------- */

static bool raise(void *ctx, bool timer)
{
	unsigned long flags;
	bool ours;

	local_irq_save(flags);	/* as in a handler */
	ours = wrt_device_irq(wrt_adapter_device(card.adapter));
	local_irq_restore(flags);
	return ours;
}

/* The first time at which so many frames have passed. */
static u64 frames_ns(u64 frames, u32 rate)
{
	return div_u64(frames * NSEC_PER_SEC + rate - 1, rate);
}

static int step_frames(u32 frames, u32 rate)
{
	u64 end;

	if (rate != card.rate) {
		card.mark_ns = model_device_now();
		card.mark_frames = 0;
		card.rate = rate;
	}
	card.mark_frames += frames;
	end = card.mark_ns + frames_ns(card.mark_frames, rate);
	while (model_device_now() < end) {
		model_device_run_until(end, true);
		if (wrt_device_wait_deferred(wrt_adapter_device(card.adapter)))
			return -EINTR;
	}
	return 0;
}

static ssize_t step_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	u32 frames, rate;
	char text[32];
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = 0;
	if (sscanf(text, "%u %u", &frames, &rate) != 2 || !rate)
		return -EINVAL;
	err = step_frames(frames, rate);
	return err ? err : count;
}

static const struct file_operations step_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = step_write,
};

/* ---- the card --------------------------------------------------------------------------- */

static int stepped_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	int err = model_device_ops()->caps(d, slot, c);

	c->flags |= WRT_HW_STEPPED;
	return err;
}

static int new_adapter(struct platform_device *pdev)
{
	const struct wrt_adapter_info info = {
		.parent = &pdev->dev,
		.owner = THIS_MODULE,
		.index = -1,
		.id = "Model",
		.driver = "wavert-model",
		.shortname = "WaveRT register model",
		.longname = "alsa-wavert over a register model",
		.dma_type = SNDRV_DMA_TYPE_DEV,
		.dma_dev = &pdev->dev,
	};

	card.ops = *model_device_ops();
	card.ops.caps = stepped_caps;
	return wrt_adapter_new(&info, &card.ops, card.hw, &card.adapter);
}

static void remove_card(void)
{
	wrt_device_abandon_deferred(wrt_adapter_device(card.adapter));
	debugfs_remove_recursive(debugfs);	/* waits for a stepper */
	wrt_adapter_disconnect(card.adapter);
	model_device_destroy(card.hw);
	model_device_close();
	wrt_adapter_put(card.adapter);
}

static int model_probe(struct platform_device *pdev)
{
	int err;

	memset(&card, 0, sizeof(card));
	if (!model_device_open(strcmp(model, "ich") ? MODEL_HDA : MODEL_ICH,
			       strcmp(source, "ramp") ? MODEL_SILENCE : MODEL_RAMP))
		return -ENOMEM;
	if (model_device_create(&card.hw)) {
		model_device_close();
		return -ENODEV;
	}
	err = new_adapter(pdev);
	if (err) {
		model_device_destroy(card.hw);
		model_device_close();
		return err;
	}
	model_device_raise(raise, NULL);
	debugfs = debugfs_create_dir(DRIVER_NAME, NULL);
	debugfs_create_file("step", 0600, debugfs, NULL, &step_fops);
	err = wrt_adapter_register(card.adapter);
	if (err)
		remove_card();
	return err;
}

static WRT_REMOVE_RET model_remove(struct platform_device *pdev)
{
	remove_card();
	WRT_REMOVE_RETURN;
}

static struct platform_driver model_driver = {
	.probe = model_probe,
	.remove = model_remove,
	.driver = {
		.name = DRIVER_NAME,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

static int __init model_init(void)
{
	int err = platform_driver_register(&model_driver);

	if (err)
		return err;
	device = platform_device_register_simple(DRIVER_NAME, 0, NULL, 0);
	if (IS_ERR(device))
		platform_driver_unregister(&model_driver);
	return PTR_ERR_OR_ZERO(device);
}

static void __exit model_exit(void)
{
	platform_device_unregister(device);
	platform_driver_unregister(&model_driver);
}

module_init(model_init);
module_exit(model_exit);

MODULE_DESCRIPTION("alsa-wavert over a register model, for tests");
MODULE_AUTHOR("The alsa-wavert authors");
MODULE_LICENSE("GPL");
