// SPDX-License-Identifier: GPL-2.0-only
/*
 * ich.c - snd-wavert-ich: AC'97 controllers of Intel's ICH and compatible.
 *
 * Bound by name only:
 *	echo snd-wavert-ich > /sys/bus/pci/devices/0000:00:04.0/driver_override
 *	echo 0000:00:04.0 > /sys/bus/pci/drivers_probe
 * All operations are called by the PCI core with the device locked, and may sleep.
 */
#include <linux/module.h>

#include "hw/ich/ich.h"
#include "pci.h"

#define DRIVER_NAME	"snd-wavert-ich"

static int index[WRT_PCI_CARDS] = { [0 ... WRT_PCI_CARDS - 1] = -1 };
static char *id[WRT_PCI_CARDS];
static bool eapd[WRT_PCI_CARDS];
static int emulated[WRT_PCI_CARDS] = { [0 ... WRT_PCI_CARDS - 1] = -1 };

module_param_array(index, int, NULL, 0444);
MODULE_PARM_DESC(index, "Card number of each card, in order of binding, -1: next free (default).");
module_param_array(id, charp, NULL, 0444);
MODULE_PARM_DESC(id, "Card id of each card (default WaveRTICH, then derived).");

module_param_array(eapd, bool, NULL, 0444);
MODULE_PARM_DESC(eapd, "Amplifier of each card is on while the codec's EAPD bit is 1 (default 0).");
module_param_array(emulated, int, NULL, 0444);
MODULE_PARM_DESC(emulated, "Hypervisor's controller, for each card: 1 yes, 0 no, -1 automatic (default).");

/*
 * The class alone is not enough: Intel's audio DSPs have the same class. 440MX (7195) is not in
 * the list: it needs uncached buffers. This is neither a MODULE_DEVICE_TABLE nor the driver's
 * table: see pci.h.
 */
static const struct pci_device_id known[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x2415) },	/* 82801AA, ICH */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x2425) },	/* 82801AB, ICH0 */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x2445) },	/* ICH2 */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x2485) },	/* ICH3 */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x24c5) },	/* ICH4 */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x24d5) },	/* ICH5 */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x266e) },	/* ICH6 */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x27de) },	/* ICH7 */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x25a6) },	/* ESB */
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x2698) },	/* ESB2 */
	{ }
};

static u32 ich_dma_bits(struct pci_dev *pdev, const struct wrt_hw_bus *bus, void *ctx)
{
	return 32;
}

static int ich_create(struct pci_dev *pdev, u32 card, const struct wrt_hw_bus *bus, void *ctx,
		      struct wrt_hw_dev **out)
{
	struct wrt_ich_config cfg = { 0 };
	int err = wrt_pci_emulated(pdev, emulated[card], &cfg.emulated);

	if (err)
		return err;
	cfg.eapd = eapd[card];
	return wrt_ich_create(bus, ctx, &cfg, out);
}

static struct wrt_pci_driver ich = {
	.owner = THIS_MODULE,
	.name = DRIVER_NAME,
	.card_driver = "wavert-ich",
	.shortname = "WaveRT AC97",
	.default_id = "WaveRTICH",
	.index = index,
	.id = id,
	.bars = BIT(0) | BIT(1) | BIT(2) | BIT(3),	/* those that there are */
	.ops = &wrt_ich_ops,
	.dma_bits = ich_dma_bits,
	.create = ich_create,
	.destroy = wrt_ich_destroy,
};

static int ich_probe(struct pci_dev *pdev, const struct pci_device_id *pci_id)
{
	if (pdev->class >> 8 != PCI_CLASS_MULTIMEDIA_AUDIO || !pci_match_id(known, pdev)) {
		pci_err(pdev, "%04x:%04x of class %06x, but Intel AC'97 (0401xx) is expected\n",
			pdev->vendor, pdev->device, pdev->class);
		return -ENODEV;
	}
	return wrt_pci_probe(pdev, &ich);
}

/* Empty: see pci.h. */
static const struct pci_device_id ich_ids[] = {
	{ }
};

static struct pci_driver ich_driver = {
	.name = DRIVER_NAME,
	.id_table = ich_ids,
	.probe = ich_probe,
	.remove = wrt_pci_remove,
	.shutdown = wrt_pci_shutdown,
	.driver.pm = &wrt_pci_pm_ops,
};
module_pci_driver(ich_driver);

MODULE_DESCRIPTION("alsa-wavert on Intel AC'97 controllers");
MODULE_AUTHOR("The alsa-wavert authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.3.0");
