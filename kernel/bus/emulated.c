// SPDX-License-Identifier: GPL-2.0-only
/*
 * emulated.c - whether a hypervisor emulates a PCI device: the parameter emulated=, or a guess.
 */
#include <linux/export.h>
#ifdef CONFIG_X86
#include <asm/cpufeature.h>
#endif

#include "emulated.h"
#include "pci.h"

static bool under_hypervisor(void)
{
#ifdef CONFIG_X86
	return boot_cpu_has(X86_FEATURE_HYPERVISOR);
#else
	return false;
#endif
}

int wrt_pci_emulated(struct pci_dev *pdev, int value, bool *emulated)
{
	struct wrt_pci_ids ids = {
		.vendor = pdev->vendor,
		.device = pdev->device,
		.subvendor = pdev->subsystem_vendor,
		.subdevice = pdev->subsystem_device,
	};

	if (value < -1 || value > 1) {
		pci_err(pdev, "emulated=%d: expected 0, 1, or -1 (automatic)\n", value);
		return WRT_EINVAL;
	}
	*emulated = value;
	if (value == -1)
		*emulated = wrt_ids_emulated(&ids, under_hypervisor());
	return 0;
}
EXPORT_SYMBOL_GPL(wrt_pci_emulated);
