// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * skylake.c - Intel's controllers since Skylake: what must be set besides the registers of the
 * specification. [S], device mutex held. From the kernel's own driver; not seen on silicon.
 */
#include "engine.h"

#define CAPS_MAX	10
#define LINK_MAX_US	1000
#define LINK_REST_US	100

bool wrt_hda_is_skylake(const struct wrt_hw_dev *d)
{
	return d->machine & WRT_HDA_SKYLAKE && !d->cfg.emulated;
}

bool wrt_hda_gate(struct wrt_hw_dev *d, bool on)
{
	u32 value;

	wrt_assert_may_sleep();
	if (!wrt_hda_is_skylake(d))
		return false;
	value = d->bus->config_read(d->ctx, HDA_PCI_CGCTL, 1);
	d->bus->config_write(d->ctx, HDA_PCI_CGCTL, 1,
			     on ? value | HDA_PCI_CGCTL_GATE : value & ~HDA_PCI_CGCTL_GATE);
	return value & HDA_PCI_CGCTL_GATE;
}

/* Offset of a capability, or 0. */
static u32 find_capability(struct wrt_hw_dev *d, u32 id)
{
	u32 at = hda_read(d, HDA_LLCH, 2);
	u32 i, header;

	for (i = 0; i < CAPS_MAX && at && at != 0xffff; i++) {
		header = hda_read(d, at, 4);
		if (header == 0xffffffffu)
			return 0;
		if (HDA_CAP_ID(header) == id)
			return at;
		at = HDA_CAP_NEXT(header);
	}
	return 0;
}

static bool power_link(struct wrt_hw_dev *d, u32 lctl, bool on)
{
	u32 value = hda_read(d, lctl, 4) & ~HDA_LCTL_SPA;

	hda_write(d, lctl, 4, on ? value | HDA_LCTL_SPA : value);
	return wrt_hda_wait(d, lctl, 4, HDA_LCTL_CPA, on ? HDA_LCTL_CPA : 0, LINK_MAX_US);
}

/* The fastest clock of the link up to 24 MHz, where the firmware has left the slowest, 6 MHz. */
static void set_link_clock(struct wrt_hw_dev *d, u32 links)
{
	u32 lctl = links + HDA_LINKS_LCTL;
	u32 value = hda_read(d, lctl, 4);
	u32 can = hda_read(d, links + HDA_LINKS_LCAP, 4);
	u32 clock = 2;			/* 24 MHz, then 12 */

	if (value & HDA_LCTL_SCF || !(value & HDA_LCTL_SPA) != !(value & HDA_LCTL_CPA))
		return;
	while (clock && !(can & 1u << clock))
		clock--;
	if (!clock)
		return;
	if (power_link(d, lctl, false)) {
		d->bus->delay_us(d->ctx, LINK_REST_US);
		hda_write(d, lctl, 4, (hda_read(d, lctl, 4) & ~HDA_LCTL_SCF) | clock);
	}
	power_link(d, lctl, true);
}

/* The DSP's driver may have left the engines decoupled from the link. */
static void couple_engines(struct wrt_hw_dev *d, u32 processing)
{
	u32 value = hda_read(d, processing + HDA_PROCESSING_CTL, 4);

	hda_write(d, processing + HDA_PROCESSING_CTL, 4, value & ~HDA_PROCESSING_ON);
}

void wrt_hda_skylake_set_up(struct wrt_hw_dev *d)
{
	u32 at;

	wrt_assert_may_sleep();
	if (!wrt_hda_is_skylake(d))
		return;
	at = find_capability(d, HDA_CAP_PROCESSING);
	if (at)
		couple_engines(d, at);
	at = find_capability(d, HDA_CAP_LINKS);
	if (at)
		set_link_clock(d, at);
}
