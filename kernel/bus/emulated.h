/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * emulated.h - whether a PCI sound controller is emulated by a hypervisor, from its ids alone.
 * Uses nothing of the kernel, so that a unit test can include it.
 */
#ifndef WRT_BUS_EMULATED_H
#define WRT_BUS_EMULATED_H

struct wrt_pci_ids {
	unsigned int vendor, device, subvendor, subdevice;
};

/*
 * hypervisor: the kernel runs under one. That alone is not enough, since a real controller may be
 * passed through to a guest; such a one has the subsystem of a board.
 */
static inline int wrt_ids_emulated(const struct wrt_pci_ids *id, int hypervisor)
{
	switch (id->subvendor) {
	case 0x1af4:	/* QEMU */
	case 0x15ad:	/* VMware */
	case 0x1ab8:	/* Parallels */
	case 0x80ee:	/* VirtualBox */
		return 1;
	}
	if (id->vendor == 0x15ad)
		return 1;
	if (!hypervisor)
		return 0;
	if (id->vendor == 0x8086 && id->device == 0x2415 && id->subvendor == 0x1028 &&
	    id->subdevice == 0x0177)
		return 1;	/* VirtualBox: an old Dell, of which AC'97 drivers know a quirk */
	if (!id->subvendor && !id->subdevice)
		return 1;
	return id->subvendor == id->vendor && id->subdevice == id->device;
}

#endif
