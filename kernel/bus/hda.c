// SPDX-License-Identifier: GPL-2.0-only
/*
 * hda.c - snd-wavert-hda: Intel High Definition Audio controllers.
 *
 * Bound by name only:
 *	echo snd-wavert-hda > /sys/bus/pci/devices/0000:00:04.0/driver_override
 *	echo 0000:00:04.0 > /sys/bus/pci/drivers_probe
 * All operations are called by the PCI core with the device locked, and may sleep.
 */
#include <linux/module.h>

#include "hw/hda/hda.h"
#include "hw/hda/ids.h"
#include "pci.h"

#define DRIVER_NAME	"snd-wavert-hda"

static int index[WRT_PCI_CARDS] = { [0 ... WRT_PCI_CARDS - 1] = -1 };
static char *id[WRT_PCI_CARDS];
static bool msi = true;
static int emulated[WRT_PCI_CARDS] = { [0 ... WRT_PCI_CARDS - 1] = -1 };
static char *playback[WRT_PCI_CARDS];
static char *capture[WRT_PCI_CARDS];
static char *init_verbs[WRT_PCI_CARDS];

module_param_array(index, int, NULL, 0444);
MODULE_PARM_DESC(index, "Card number of each card, in order of binding, -1: next free (default).");
module_param_array(id, charp, NULL, 0444);
MODULE_PARM_DESC(id, "Card id of each card (default WaveRTHDA, then derived).");
module_param(msi, bool, 0644);
MODULE_PARM_DESC(msi, "Message-signalled interrupts where possible (default Y), else the line.");
module_param_array(emulated, int, NULL, 0444);
MODULE_PARM_DESC(emulated, "Hypervisor's controller, for each card: 1 yes, 0 no, -1 automatic (default).");
module_param_array(playback, charp, NULL, 0644);
MODULE_PARM_DESC(playback, "Output of each card: headphone, line-out, speaker, spdif, or a node number.");
module_param_array(capture, charp, NULL, 0644);
MODULE_PARM_DESC(capture, "Input of each card: mic, line, internal, aux, or a node number.");
module_param_array(init_verbs, charp, NULL, 0444);
MODULE_PARM_DESC(init_verbs, "Verbs to each card's codec before its setup, NODE:VERB:VALUE with + between.");

static u32 hda_dma_bits(struct pci_dev *pdev, const struct wrt_hw_bus *bus, void *ctx)
{
	return wrt_hda_dma_bits(bus, ctx);
}

/* An empty value is no choice. One that was written to sysfs by echo ends with a newline. */
static int choose_pin(struct pci_dev *pdev, u32 dir, const char *name, const char *value,
		      struct wrt_hda_config *cfg)
{
	char text[24];

	strscpy(text, value ?: "", sizeof(text));
	strim(text);
	if (!*text || wrt_hda_parse_pin(dir, text, &cfg->pin[dir]))
		return 0;
	pci_err(pdev, "%s=%s: expected %s\n", name, text, wrt_hda_pin_names(dir));
	return WRT_EINVAL;
}

/* `wavert bind` writes these parameters while the module is loaded. */
static int choose_pins(struct pci_dev *pdev, u32 card, struct wrt_hda_config *cfg)
{
	int err;

	kernel_param_lock(THIS_MODULE);
	err = choose_pin(pdev, WRT_PLAYBACK, "playback", playback[card], cfg);
	if (!err)
		err = choose_pin(pdev, WRT_CAPTURE, "capture", capture[card], cfg);
	kernel_param_unlock(THIS_MODULE);
	return err;
}

static int hda_create(struct pci_dev *pdev, u32 card, const struct wrt_hw_bus *bus, void *ctx,
		      struct wrt_hw_dev **out)
{
	struct wrt_hda_config cfg = { 0 };
	int err;

	err = wrt_pci_emulated(pdev, emulated[card], &cfg.emulated);
	if (!err)
		err = choose_pins(pdev, card, &cfg);
	if (!err && init_verbs[card] && !wrt_hda_parse_verbs(init_verbs[card], &cfg)) {
		pci_err(pdev, "init_verbs=%s: expected %s\n", init_verbs[card],
			wrt_hda_verbs_expected());
		err = WRT_EINVAL;
	}
	if (err)
		return err;
	return wrt_hda_create(bus, ctx, &cfg, out);
}

static struct wrt_pci_driver hda = {
	.owner = THIS_MODULE,
	.name = DRIVER_NAME,
	.card_driver = "wavert-hda",
	.shortname = "WaveRT HD Audio",
	.default_id = "WaveRTHDA",
	.index = index,
	.id = id,
	.msi = &msi,
	.bars = BIT(0),
	.ops = &wrt_hda_ops,
	.dma_bits = hda_dma_bits,
	.create = hda_create,
	.destroy = wrt_hda_destroy,
};

static int hda_probe(struct pci_dev *pdev, const struct pci_device_id *pci_id)
{
	if (!wrt_hda_is_controller(pdev->class >> 8, pdev->vendor, pdev->device)) {
		pci_err(pdev, "class is %06x, but an HD Audio controller (0403xx) is expected\n",
			pdev->class);
		return -ENODEV;
	}
	if (wrt_hda_machine(pdev->vendor, pdev->device) & WRT_HDA_REFUSED) {
		pci_err(pdev, "not supported: this vendor's DMA may bypass the processor's caches\n");
		return -ENODEV;
	}
	if (pdev->class >> 8 == WRT_HDA_CLASS_DSP)
		pci_info(pdev, "digital microphones are connected to the DSP, which is not used\n");
	return wrt_pci_probe(pdev, &hda);
}

/* Empty: see pci.h. */
static const struct pci_device_id hda_ids[] = {
	{ }
};

static struct pci_driver hda_driver = {
	.name = DRIVER_NAME,
	.id_table = hda_ids,
	.probe = hda_probe,
	.remove = wrt_pci_remove,
	.shutdown = wrt_pci_shutdown,
	.driver.pm = &wrt_pci_pm_ops,
};
module_pci_driver(hda_driver);

MODULE_DESCRIPTION("alsa-wavert on Intel High Definition Audio");
MODULE_AUTHOR("The alsa-wavert authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.3.0");
