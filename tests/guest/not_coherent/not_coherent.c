// SPDX-License-Identifier: GPL-2.0-only
/*
 * not_coherent.c - a module for tests on arm64: DMA of HD Audio controllers that get a driver from
 * now on is treated as not coherent, as on a board whose PCI bridge has no "dma-coherent". The
 * emulator has no caches: this tests allocation, protection and lifetime, not coherence.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>

/* After the bus has set up DMA, before the driver's probe() */
static int driver_comes(struct notifier_block *block, unsigned long event, void *data)
{
	struct device *dev = data;

	if (event == BUS_NOTIFY_BIND_DRIVER && to_pci_dev(dev)->class >> 8 == PCI_CLASS_MULTIMEDIA_HD_AUDIO)
		dev->dma_coherent = false;
	return NOTIFY_DONE;
}

static struct notifier_block block = {
	.notifier_call = driver_comes,
};

static int __init not_coherent_init(void)
{
	return bus_register_notifier(&pci_bus_type, &block);
}
module_init(not_coherent_init);

static void __exit not_coherent_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &block);
}
module_exit(not_coherent_exit);

MODULE_DESCRIPTION("Treat DMA of HD Audio as not coherent, for tests");
MODULE_LICENSE("GPL");
