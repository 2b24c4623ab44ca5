/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ids.h - HD Audio controllers whose PCI class is not enough to drive them. Data only: used by the
 * driver, by its module and by `wavert bind`. Facts from the kernel's snd-hda-intel; nothing here
 * was seen on silicon.
 */
#ifndef WRT_HW_HDA_IDS_H
#define WRT_HW_HDA_IDS_H

#define WRT_HDA_CLASS		0x0403u
#define WRT_HDA_CLASS_DSP	0x0401u	/* of the same controllers with an audio DSP */

enum wrt_hda_machine {
	/*
	 * Intel since Skylake. With a DSP its class may be 0401; it works as HD Audio all the same,
	 * but without the microphones that are connected to the DSP.
	 */
	WRT_HDA_SKYLAKE = 1 << 0,
	/* DMA snoops the caches only after a write to config register 0x42. */
	WRT_HDA_SNOOP_ATI = 1 << 1,
	/* The position buffer is not usable: LPIB is, in capture less a FIFO of 32 frames. */
	WRT_HDA_LINK_POSITION = 1 << 2,
	WRT_HDA_40_BITS = 1 << 3,	/* of address; GCAP may claim 64 */
	WRT_HDA_32_BITS = 1 << 4,
	WRT_HDA_REFUSED = 1 << 5,	/* DMA may bypass the caches; no way to forbid it */
};

#define WRT_HDA_AMD	(WRT_HDA_LINK_POSITION | WRT_HDA_40_BITS)
#define WRT_HDA_ANY	0xffffu

struct wrt_hda_id {
	unsigned short vendor, device;
	unsigned short machine;		/* mask of enum wrt_hda_machine */
};

/* The first entry that matches is used. */
static const struct wrt_hda_id wrt_hda_ids[] = {
	{ 0x8086, 0x02c8, WRT_HDA_SKYLAKE },	/* Comet Lake LP */
	{ 0x8086, 0x06c8, WRT_HDA_SKYLAKE },	/* Comet Lake H */
	{ 0x8086, 0x3198, WRT_HDA_SKYLAKE },	/* Gemini Lake */
	{ 0x8086, 0x34c8, WRT_HDA_SKYLAKE },	/* Ice Lake LP */
	{ 0x8086, 0x38c8, WRT_HDA_SKYLAKE },	/* Ice Lake N */
	{ 0x8086, 0x3dc8, WRT_HDA_SKYLAKE },	/* Ice Lake H */
	{ 0x8086, 0x43c8, WRT_HDA_SKYLAKE },	/* Tiger Lake H */
	{ 0x8086, 0x4b55, WRT_HDA_SKYLAKE },	/* Elkhart Lake */
	{ 0x8086, 0x4b58, WRT_HDA_SKYLAKE },	/* Elkhart Lake */
	{ 0x8086, 0x4d28, WRT_HDA_SKYLAKE },	/* Wildcat Lake */
	{ 0x8086, 0x4dc8, WRT_HDA_SKYLAKE },	/* Jasper Lake */
	{ 0x8086, 0x51c8, WRT_HDA_SKYLAKE },	/* Alder Lake P */
	{ 0x8086, 0x51c9, WRT_HDA_SKYLAKE },	/* Alder Lake PS */
	{ 0x8086, 0x51ca, WRT_HDA_SKYLAKE },	/* Raptor Lake P */
	{ 0x8086, 0x51cb, WRT_HDA_SKYLAKE },	/* Raptor Lake P */
	{ 0x8086, 0x51cc, WRT_HDA_SKYLAKE },	/* Alder Lake M */
	{ 0x8086, 0x51cd, WRT_HDA_SKYLAKE },	/* Alder Lake PX */
	{ 0x8086, 0x51ce, WRT_HDA_SKYLAKE },	/* Raptor Lake M */
	{ 0x8086, 0x51cf, WRT_HDA_SKYLAKE },	/* Raptor Lake PX */
	{ 0x8086, 0x54c8, WRT_HDA_SKYLAKE },	/* Alder Lake N */
	{ 0x8086, 0x5a98, WRT_HDA_SKYLAKE },	/* Apollo Lake */
	{ 0x8086, 0x7728, WRT_HDA_SKYLAKE },	/* Arrow Lake */
	{ 0x8086, 0x7a50, WRT_HDA_SKYLAKE },	/* Raptor Lake S */
	{ 0x8086, 0x7ad0, WRT_HDA_SKYLAKE },	/* Alder Lake S */
	{ 0x8086, 0x7e28, WRT_HDA_SKYLAKE },	/* Meteor Lake */
	{ 0x8086, 0x7f50, WRT_HDA_SKYLAKE },	/* Arrow Lake S */
	{ 0x8086, 0x9d70, WRT_HDA_SKYLAKE },	/* Skylake LP */
	{ 0x8086, 0x9d71, WRT_HDA_SKYLAKE },	/* Kaby Lake LP */
	{ 0x8086, 0x9dc8, WRT_HDA_SKYLAKE },	/* Cannon Lake LP */
	{ 0x8086, 0xa0c8, WRT_HDA_SKYLAKE },	/* Tiger Lake LP */
	{ 0x8086, 0xa170, WRT_HDA_SKYLAKE },	/* Skylake */
	{ 0x8086, 0xa171, WRT_HDA_SKYLAKE },	/* Kaby Lake */
	{ 0x8086, 0xa1f0, WRT_HDA_SKYLAKE },	/* Lewisburg */
	{ 0x8086, 0xa270, WRT_HDA_SKYLAKE },	/* Lewisburg */
	{ 0x8086, 0xa2f0, WRT_HDA_SKYLAKE },	/* Kaby Lake H */
	{ 0x8086, 0xa348, WRT_HDA_SKYLAKE },	/* Cannon Lake H */
	{ 0x8086, 0xa3f0, WRT_HDA_SKYLAKE },	/* Comet Lake S */
	{ 0x8086, 0xa828, WRT_HDA_SKYLAKE },	/* Lunar Lake */
	{ 0x8086, 0xe328, WRT_HDA_SKYLAKE },	/* Panther Lake H */
	{ 0x8086, 0xe428, WRT_HDA_SKYLAKE },	/* Panther Lake */
	{ 0x8086, 0xf0c8, WRT_HDA_SKYLAKE },	/* Comet Lake R */
	{ 0x8086, 0xf1c8, WRT_HDA_SKYLAKE },	/* Rocket Lake */
	{ 0x1022, 0x780d, WRT_HDA_SNOOP_ATI | WRT_HDA_AMD },	/* Hudson */
	{ 0x1022, 0x1457, WRT_HDA_SNOOP_ATI | WRT_HDA_AMD },	/* Zen */
	{ 0x1022, 0x1487, WRT_HDA_SNOOP_ATI | WRT_HDA_AMD },	/* Zen 2 and later, desktop */
	{ 0x1022, 0x157a, WRT_HDA_SNOOP_ATI | WRT_HDA_AMD },	/* Stoney */
	{ 0x1022, 0x15e3, WRT_HDA_SNOOP_ATI | WRT_HDA_AMD },	/* Raven and later, laptops */
	{ 0x1022, WRT_HDA_ANY, WRT_HDA_AMD },
	/* SB450 and SB600 .. SB900; the first of the latter fail with 64 bits. */
	{ 0x1002, 0x437b, WRT_HDA_SNOOP_ATI | WRT_HDA_LINK_POSITION | WRT_HDA_32_BITS },
	{ 0x1002, 0x4383, WRT_HDA_SNOOP_ATI | WRT_HDA_LINK_POSITION | WRT_HDA_32_BITS },
	{ 0x1002, WRT_HDA_ANY, WRT_HDA_REFUSED },	/* graphics */
	{ 0x10de, WRT_HDA_ANY, WRT_HDA_REFUSED },
	{ 0, 0, 0 }
};

/* Mask of enum wrt_hda_machine; 0 for every controller that is not in the table. */
static inline unsigned int wrt_hda_machine(unsigned int vendor, unsigned int device)
{
	const struct wrt_hda_id *at;

	for (at = wrt_hda_ids; at->vendor; at++)
		if (at->vendor == vendor && (at->device == device || at->device == WRT_HDA_ANY))
			return at->machine;
	return 0;
}

/* True if a device of this PCI class (its upper 16 bits) is an HD Audio controller. */
static inline int wrt_hda_is_controller(unsigned int class, unsigned int vendor,
					unsigned int device)
{
	return class == WRT_HDA_CLASS ||
	       (class == WRT_HDA_CLASS_DSP && wrt_hda_machine(vendor, device) & WRT_HDA_SKYLAKE);
}

#endif
