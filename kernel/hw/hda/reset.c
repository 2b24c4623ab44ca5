// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * reset.c - reset of controller and link, up to the first codec that answers commands. [S],
 * device mutex held; every wait is bounded.
 *
 * A codec that is present but does not answer can leave the controller unable to send further
 * commands. So the link is reset after each codec that did not answer, and that codec is not
 * asked again.
 */
#include "engine.h"

#define RESET_MAX_US	100000
#define RESET_STEP_US	500
#define RESET_HOLD_US	1000	/* the link must be down for 100 us or more */
#define CODECS_WAKE_US	1200	/* codecs answer within 25 frames of the link, 521 us */

static void read_capabilities(struct wrt_hw_dev *d)
{
	d->gcap = hda_read(d, HDA_GCAP, 2);
	d->engines = HDA_GCAP_ISS(d->gcap) + HDA_GCAP_OSS(d->gcap) + HDA_GCAP_BSS(d->gcap);
	d->engines = wrt_min_u32(d->engines, HDA_ENGINES_MAX);
}

/* Stop what a previous driver or the firmware has left running. */
static void stop_everything(struct wrt_hw_dev *d)
{
	u32 i;

	hda_write(d, HDA_INTCTL, 4, 0);
	for (i = 0; i < d->engines; i++) {
		if (!(hda_read(d, HDA_SD(i) + SD_CTL, 1) & SD_CTL_RUN))
			continue;
		hda_write(d, HDA_SD(i) + SD_CTL, 1, 0);
		wrt_hda_wait(d, HDA_SD(i) + SD_CTL, 1, SD_CTL_RUN, 0, HDA_STOP_MAX_US);
	}
	wrt_hda_verbs_close(d);
	hda_write(d, HDA_DPLBASE, 4, 0);
}

static bool set_crst(struct wrt_hw_dev *d, u32 value)
{
	u32 us;

	hda_write(d, HDA_GCTL, 4, value);
	for (us = 0; us < RESET_MAX_US; us += RESET_STEP_US) {
		if ((hda_read(d, HDA_GCTL, 4) & HDA_GCTL_CRST) == value)
			return true;
		d->bus->sleep_us(d->ctx, RESET_STEP_US);
	}
	return false;
}

bool wrt_hda_enter_reset(struct wrt_hw_dev *d)
{
	wrt_assert_may_sleep();
	if (hda_read(d, HDA_GCTL, 4) & HDA_GCTL_CRST) {
		read_capabilities(d);
		stop_everything(d);
		hda_write(d, HDA_STATESTS, 2, HDA_STATESTS_ALL);
	}
	return set_crst(d, 0);
}

static void clear_status(struct wrt_hw_dev *d)
{
	u32 i;

	hda_write(d, HDA_WAKEEN, 2, 0);
	hda_write(d, HDA_STATESTS, 2, HDA_STATESTS_ALL);
	hda_write(d, HDA_RIRBSTS, 1, HDA_RIRBSTS_ALL);
	for (i = 0; i < d->engines; i++)
		hda_write(d, HDA_SD(i) + SD_STS, 1, SD_STS_ALL);
}

/* Bits of the PCI configuration: traffic class 0, and DMA that sees what is in the caches. */
static const struct {
	u32 offset, width, mask, bits;
} traffic[HDA_TRAFFIC] = {
	{ HDA_PCI_TCSEL, 1, HDA_PCI_TCSEL_MASK, 0 },
	{ HDA_PCI_ATI_SNOOP, 1, HDA_PCI_ATI_SNOOP_MASK, HDA_PCI_ATI_SNOOP_ON },
	{ HDA_PCI_DEVC, 2, HDA_PCI_DEVC_NO_SNOOP, 0 },
};

static bool has_traffic(const struct wrt_hw_dev *d, u32 i)
{
	switch (traffic[i].offset) {
	case HDA_PCI_TCSEL:
		return d->bus->config_read(d->ctx, HDA_PCI_VENDOR, 2) == HDA_PCI_INTEL;
	case HDA_PCI_ATI_SNOOP:
		return d->machine & WRT_HDA_SNOOP_ATI;
	}
	return wrt_hda_is_skylake(d);
}

static void set_config(struct wrt_hw_dev *d, u32 i, u32 bits)
{
	u32 value = d->bus->config_read(d->ctx, traffic[i].offset, traffic[i].width);
	u32 want = (value & ~traffic[i].mask) | bits;

	if (value != want)
		d->bus->config_write(d->ctx, traffic[i].offset, traffic[i].width, want);
}

/* Firmware or a suspend may have left other values. */
static void set_traffic(struct wrt_hw_dev *d)
{
	u32 i;

	for (i = 0; i < HDA_TRAFFIC; i++)
		if (has_traffic(d, i))
			set_config(d, i, traffic[i].bits);
}

void wrt_hda_traffic_keep(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; i < HDA_TRAFFIC; i++)
		if (has_traffic(d, i))
			d->traffic[i] = traffic[i].mask &
				d->bus->config_read(d->ctx, traffic[i].offset, traffic[i].width);
}

void wrt_hda_traffic_restore(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; i < HDA_TRAFFIC; i++)
		if (has_traffic(d, i))
			set_config(d, i, d->traffic[i]);
}

/* Only while no engine runs. */
static void set_positions(struct wrt_hw_dev *d)
{
	hda_write(d, HDA_DPUBASE, 4, (u32)(d->positions_bus >> 32));
	hda_write(d, HDA_DPLBASE, 4, (u32)d->positions_bus | HDA_DPLBASE_ENABLE);
}

static int fail(struct wrt_hw_dev *d, const char *what)
{
	d->bus->log(d->ctx, WRT_LOG_ERROR, "%s", what);
	return WRT_EIO;
}

/* Reset the controller, from any state (of this or another driver). */
static int reset_controller(struct wrt_hw_dev *d)
{
	if (hda_read(d, HDA_GCTL, 4) == 0xffffffffu)
		return fail(d, "the controller does not answer");
	if (!wrt_hda_enter_reset(d))
		return fail(d, "the controller does not go into reset");
	d->bus->sleep_us(d->ctx, RESET_HOLD_US);
	if (!set_crst(d, HDA_GCTL_CRST))
		return fail(d, "the controller does not come out of reset");
	wrt_hda_skylake_set_up(d);
	d->bus->sleep_us(d->ctx, CODECS_WAKE_US);
	return 0;
}

static int reset_all(struct wrt_hw_dev *d)
{
	bool gated = wrt_hda_gate(d, false);
	int err = reset_controller(d);

	if (gated)
		wrt_hda_gate(d, true);
	if (err)
		return err;
	read_capabilities(d);
	d->codecs = hda_read(d, HDA_STATESTS, 2) & HDA_STATESTS_ALL & ~d->silent;
	if (!d->codecs)
		return fail(d, "no codec answers to the reset");
	clear_status(d);
	set_positions(d);
	d->intctl = HDA_INTCTL_GIE;
	hda_write(d, HDA_INTCTL, 4, d->intctl);
	wrt_hda_verbs_open(d);
	return 0;
}

/* Reset until a codec answers. WRT_EIO: none does; WRT_ERANGE: there is nothing to reset. */
static int reach_codec(struct wrt_hw_dev *d)
{
	u32 codec, asked = 0;

	for (codec = 0; codec < HDA_CODECS_MAX; codec++) {
		if (reset_all(d))
			return WRT_ERANGE;
		while (codec < HDA_CODECS_MAX && !(d->codecs & 1u << codec))
			codec++;
		if (codec == HDA_CODECS_MAX)
			break;
		if (!wrt_hda_verb(d, codec, 0, VERB(VERB_GET_PARAMETER, PARAM_VENDOR), NULL)) {
			d->silent |= asked;
			d->codecs &= ~asked;
			return 0;
		}
		asked |= 1u << codec;
	}
	return WRT_EIO;
}

int wrt_hda_bring_up(struct wrt_hw_dev *d)
{
	int err;

	wrt_assert_may_sleep();
	set_traffic(d);
	d->immediate = !d->rings;
	err = reach_codec(d);
	if (err == WRT_EIO && d->immediate) {
		err = wrt_hda_rings_alloc(d);
		if (err == WRT_ENOMEM)
			return err;
		if (!err)
			err = reach_codec(d);
	}
	if (err == WRT_EIO)
		return fail(d, "no codec answers to commands");
	if (err)
		return WRT_EIO;		/* already logged */
	return 0;
}
