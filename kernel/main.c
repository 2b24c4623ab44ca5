// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - snd-wavert: one hardware core under two models. The one file that names both
 * siblings, kernel/alsa/ and compat/hwdep/; backend modules call it through adapter.h.
 *
 * An adapter lives as long as its card, that is until the last file of it is closed.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <sound/asound.h>

#include "adapter.h"
#include "alsa/alsa.h"
#include "kernel_version.h"
#include "hwdep.h"
#include "signal_thread.h"

struct wrt_adapter {
	struct wrt_device device;
	struct snd_card *card;
	struct wrt_pcm *pcm;
	struct wrt_filter *filter;
	struct device *dma_dev;		/* held: memory of the card is freed for it */
	struct task_struct *signal_thread;
	void *hw_memory;
};

static void wake_signal_thread(struct wrt_device *device)
{
	wake_up_process(container_of(device, struct wrt_adapter, device)->signal_thread);
}

/*
 * snd_card_free_when_closed() frees the card with the last reference of its device, and not
 * every such reference holds a module: open() has one for a moment, CONFIG_DEBUG_KOBJECT_RELEASE
 * keeps one for seconds. Then adapter_free() and the private_free() callbacks of both models, which
 * the card calls before it, run after the backend's module has been unloaded. So the exit of this
 * module waits until there is no adapter. free_module() waits for RCU, which covers the few
 * instructions after wake_up(), unless they are preempted for that long.
 */
static atomic_t adapters = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(no_adapters);

static void adapter_drop(struct wrt_adapter *adapter)
{
	kfree(adapter);
	if (atomic_dec_and_test(&adapters))
		wake_up(&no_adapters);
}

/* The last file of the card is closed, or binding failed. */
static void adapter_free(struct snd_card *card)
{
	struct wrt_adapter *adapter = card->private_data;

	if (adapter->signal_thread)
		wrt_signal_thread_stop(adapter->signal_thread);
	wrt_device_destroy(&adapter->device);
	put_device(adapter->dma_dev);
	kvfree(adapter->hw_memory);
	adapter_drop(adapter);
}

static struct wrt_adapter *adapter_new(const struct wrt_hw_ops *ops, struct wrt_hw_dev *hw,
				       int *err)
{
	struct wrt_adapter *adapter = kzalloc(sizeof(*adapter), GFP_KERNEL);

	*err = -ENOMEM;
	if (!adapter)
		return NULL;
	atomic_inc(&adapters);
	switch (wrt_device_init(&adapter->device, ops, hw)) {
	case 0:
		*err = 0;
		return adapter;
	case WRT_EINVAL:
		*err = -ENODEV;
	}
	adapter_drop(adapter);
	return NULL;
}

static int add_signal_thread(struct wrt_adapter *adapter)
{
	struct task_struct *thread;

	thread = wrt_signal_thread_start(&adapter->device, adapter->card->number);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	adapter->signal_thread = thread;
	adapter->device.wake = wake_signal_thread;
	return 0;
}

static int add_pcm(struct wrt_adapter *adapter, const struct wrt_adapter_info *info)
{
	int err;

	if (info->no_pcm)
		return 0;
	err = wrt_pcm_new(adapter->card, &adapter->device, info, &adapter->pcm);
	if (err < 0)
		return err;
	return wrt_mixer_new(adapter->card, &adapter->device);
}

static int add_models(struct wrt_adapter *adapter, const struct wrt_adapter_info *info)
{
	struct wrt_memory memory = { .type = info->dma_type, .dev = info->dma_dev,
				     .lender = info->lender };
	int err;

	err = add_signal_thread(adapter);
	if (err < 0)
		return err;
	err = add_pcm(adapter, info);
	if (err < 0)
		return err;
	err = wrt_proc_new(adapter->card, &adapter->device);
	if (err < 0)
		return err;
	return wrt_filter_new(adapter->card, &adapter->device, &memory, &adapter->filter);
}

int wrt_adapter_new(const struct wrt_adapter_info *info, const struct wrt_hw_ops *ops,
		    struct wrt_hw_dev *hw, struct wrt_adapter **out)
{
	struct wrt_adapter *adapter;
	int err;

	adapter = adapter_new(ops, hw, &err);
	if (!adapter)
		return err;
	err = wrt_card_new(info, &adapter->card);
	if (err < 0) {
		wrt_device_destroy(&adapter->device);
		adapter_drop(adapter);
		return err;
	}
	adapter->card->private_data = adapter;
	adapter->device.number = adapter->card->number;
	adapter->dma_dev = get_device(info->dma_dev);
	adapter->card->private_free = adapter_free;
	err = add_models(adapter, info);
	if (err < 0) {
		snd_card_free(adapter->card);
		return err;
	}
	adapter->hw_memory = info->hw_memory;
	*out = adapter;
	return 0;
}
EXPORT_SYMBOL_GPL(wrt_adapter_new);

int wrt_adapter_register(struct wrt_adapter *adapter)
{
	return snd_card_register(adapter->card);
}
EXPORT_SYMBOL_GPL(wrt_adapter_register);

struct wrt_device *wrt_adapter_device(struct wrt_adapter *adapter)
{
	return &adapter->device;
}
EXPORT_SYMBOL_GPL(wrt_adapter_device);

struct snd_card *wrt_adapter_card(struct wrt_adapter *adapter)
{
	return adapter->card;
}
EXPORT_SYMBOL_GPL(wrt_adapter_card);

void wrt_adapter_disconnect(struct wrt_adapter *adapter)
{
	snd_card_disconnect(adapter->card);
	wrt_device_gone(&adapter->device);
	wrt_filter_gone(adapter->filter);
}
EXPORT_SYMBOL_GPL(wrt_adapter_disconnect);

/*
 * The memory of WaveRT clients has been freed. ALSA frees that of ALSA clients when their file is
 * closed, whether it is mapped or not, so it may outlive the binding. Without an IOMMU that does no
 * harm: freeing needs only the struct device, to which a reference is held. With an IOMMU the
 * memory would be unmapped from the domain of a device that by then has another driver (vfio), or
 * has been removed and has none. So this waits for such clients, as drivers of PCI sound cards do.
 * They have been notified: poll() and every call return an error.
 */
void wrt_adapter_put(struct wrt_adapter *adapter)
{
	if (adapter->dma_dev && device_iommu_mapped(adapter->dma_dev))
		wrt_pcm_wait_closed(adapter->pcm);
	snd_card_free_when_closed(adapter->card);
}
EXPORT_SYMBOL_GPL(wrt_adapter_put);

void wrt_adapter_suspend(struct wrt_adapter *adapter)
{
	snd_power_change_state(adapter->card, SNDRV_CTL_POWER_D3hot);
	wrt_filter_suspend(adapter->filter);
	wrt_device_suspend(&adapter->device);
}
EXPORT_SYMBOL_GPL(wrt_adapter_suspend);

/* Return to D0 even on error, so that callers get an error instead of blocking. */
int wrt_adapter_resume(struct wrt_adapter *adapter)
{
	int err = wrt_device_resume(&adapter->device);

	snd_power_change_state(adapter->card, SNDRV_CTL_POWER_D0);
	return err ? -EIO : 0;
}
EXPORT_SYMBOL_GPL(wrt_adapter_resume);

/* Functions of core/ that modules of backends call; core/ itself has no code for Linux. */
EXPORT_SYMBOL_GPL(wrt_device_irq);
EXPORT_SYMBOL_GPL(wrt_device_wait_deferred);
EXPORT_SYMBOL_GPL(wrt_device_abandon_deferred);
EXPORT_SYMBOL_GPL(wrt_stream_adopt);
EXPORT_SYMBOL_GPL(wrt_stream_let_go);
EXPORT_SYMBOL_GPL(wrt_stream_look);
EXPORT_SYMBOL_GPL(wrt_stream_start);
EXPORT_SYMBOL_GPL(wrt_stream_stop);

/*
 * The kernel writes the register page and the simulator's buffers by one virtual address, a
 * client uses another, and nothing flushes the cache in between.
 */
static int __init wavert_init(void)
{
	if (wrt_dcache_aliases()) {
		pr_err("snd-wavert: not supported on a processor whose data cache has aliases\n");
		return -ENODEV;
	}
	return 0;
}
module_init(wavert_init);

static void __exit wavert_exit(void)
{
	wait_event(no_adapters, !atomic_read(&adapters));
}
module_exit(wavert_exit);

MODULE_DESCRIPTION("One audio DMA core under ALSA and WaveRT notification semantics");
MODULE_AUTHOR("The alsa-wavert authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.3.0");
