// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * verbs.c - sending verbs to a codec: by immediate commands, or if the controller has none by the
 * command and response rings, polled. [S], device mutex held; every wait is bounded.
 *
 * An absent codec never answers, and in QEMU leaves the busy bit set. So verbs are sent only to
 * codecs that answered the reset, and busy is cleared after a timeout. A verb is sent up to three
 * times.
 */
#include "engine.h"

#define VERB_MAX_US		1000
#define VERB_TRIES		3
#define VERB_AGAIN_US		1000
#define RING_ENTRIES		256
#define RIRB_OFFSET		2048	/* in the page of both rings */
#define RESPONSE_UNSOLICITED	0x10u
#define ALL_ONES		0xffffu	/* of a removed device */

static int immediate(struct wrt_hw_dev *d, u32 command, u32 *answer)
{
	if (!wrt_hda_wait(d, HDA_ICS, 2, HDA_ICS_BUSY, 0, VERB_MAX_US))
		hda_write(d, HDA_ICS, 2, 0);
	hda_write(d, HDA_ICS, 2, HDA_ICS_VALID);
	hda_write(d, HDA_ICW, 4, command);
	hda_write(d, HDA_ICS, 2, HDA_ICS_BUSY);
	if (!wrt_hda_wait(d, HDA_ICS, 2, HDA_ICS_BUSY | HDA_ICS_VALID, HDA_ICS_VALID,
			  VERB_MAX_US)) {
		hda_write(d, HDA_ICS, 2, 0);
		return WRT_EIO;
	}
	*answer = hda_read(d, HDA_IRR, 4);
	return 0;
}

static void rings_stop(struct wrt_hw_dev *d)
{
	hda_write(d, HDA_CORBCTL, 1, 0);
	hda_write(d, HDA_RIRBCTL, 1, 0);
	wrt_hda_wait(d, HDA_CORBCTL, 1, HDA_CORBCTL_RUN, 0, VERB_MAX_US);
	wrt_hda_wait(d, HDA_RIRBCTL, 1, HDA_RIRBCTL_RUN, 0, VERB_MAX_US);
}

/*
 * Some controllers never show the reset bit of CORBRP, so a timeout is no error. Answers are
 * taken one at a time: RINTCNT is 1, and its interrupt bit is enabled (CIE is not) and cleared
 * each time, because QEMU's ring stops otherwise.
 */
static void rings_start(struct wrt_hw_dev *d)
{
	u64 rirb = d->rings_bus + RIRB_OFFSET;

	rings_stop(d);
	hda_write(d, HDA_CORBLBASE, 4, (u32)d->rings_bus);
	hda_write(d, HDA_CORBUBASE, 4, (u32)(d->rings_bus >> 32));
	hda_write(d, HDA_CORBSIZE, 1, HDA_SIZE_256);
	hda_write(d, HDA_CORBWP, 2, 0);
	hda_write(d, HDA_CORBRP, 2, HDA_RP_RESET);
	wrt_hda_wait(d, HDA_CORBRP, 2, HDA_RP_RESET, HDA_RP_RESET, VERB_MAX_US);
	hda_write(d, HDA_CORBRP, 2, 0);
	wrt_hda_wait(d, HDA_CORBRP, 2, HDA_RP_RESET, 0, VERB_MAX_US);
	hda_write(d, HDA_RIRBLBASE, 4, (u32)rirb);
	hda_write(d, HDA_RIRBUBASE, 4, (u32)(rirb >> 32));
	hda_write(d, HDA_RIRBSIZE, 1, HDA_SIZE_256);
	hda_write(d, HDA_RIRBWP, 2, HDA_RP_RESET);
	hda_write(d, HDA_RINTCNT, 2, 1);
	hda_write(d, HDA_RIRBSTS, 1, HDA_RIRBSTS_ALL);
	d->corb_wp = 0;
	d->rirb_rp = 0;
	hda_write(d, HDA_RIRBCTL, 1, HDA_RIRBCTL_RUN | HDA_RIRBCTL_IRQ);
	hda_write(d, HDA_CORBCTL, 1, HDA_CORBCTL_RUN);
}

/* The next solicited response. */
static bool take_answer(struct wrt_hw_dev *d, u32 *answer)
{
	u32 wp = hda_read(d, HDA_RIRBWP, 2);

	if (wp == ALL_ONES)
		return false;
	wp %= RING_ENTRIES;
	while (d->rirb_rp != wp) {
		const u8 *entry;

		d->rirb_rp = (d->rirb_rp + 1) % RING_ENTRIES;
		entry = d->rings + RIRB_OFFSET + (size_t)8 * d->rirb_rp;
		if (hda_get_le32(entry + 4) & RESPONSE_UNSOLICITED)
			continue;
		*answer = hda_get_le32(entry);
		hda_write(d, HDA_RIRBSTS, 1, HDA_RIRBSTS_ALL);
		return true;
	}
	return false;
}

static int by_rings(struct wrt_hw_dev *d, u32 command, u32 *answer)
{
	u32 us;

	d->corb_wp = (d->corb_wp + 1) % RING_ENTRIES;
	hda_put_le32(d->rings + (size_t)4 * d->corb_wp, command);
	hda_barrier(d);
	hda_write(d, HDA_CORBWP, 2, d->corb_wp);
	for (us = 0; us < VERB_MAX_US; us += 10) {
		if (take_answer(d, answer))
			return 0;
		d->bus->delay_us(d->ctx, 10);
	}
	rings_start(d);		/* discard late responses */
	return WRT_EIO;
}

static int try_once(struct wrt_hw_dev *d, u32 command, u32 *answer)
{
	if (d->immediate)
		return immediate(d, command, answer);
	return by_rings(d, command, answer);
}

static int send(struct wrt_hw_dev *d, u32 codec, u32 nid, u32 verb, u32 *answer, u32 most)
{
	u32 command = codec << 28 | nid << 20 | verb;
	u32 ignored, tries;

	wrt_assert_may_sleep();
	if (!(d->codecs & 1u << codec) || nid > 0xff)
		return WRT_EIO;
	if (!answer)
		answer = &ignored;
	for (tries = 1; try_once(d, command, answer); tries++) {
		if (tries == most)
			return WRT_EIO;
		d->bus->sleep_us(d->ctx, VERB_AGAIN_US);
	}
	return 0;
}

/* Single answers get lost. These verbs may be executed twice. */
int wrt_hda_verb(struct wrt_hw_dev *d, u32 codec, u32 nid, u32 verb, u32 *answer)
{
	return send(d, codec, nid, verb, answer, VERB_TRIES);
}

int wrt_hda_verb_once(struct wrt_hw_dev *d, u32 codec, u32 nid, u32 verb, u32 *answer)
{
	return send(d, codec, nid, verb, answer, 1);
}

int wrt_hda_rings_alloc(struct wrt_hw_dev *d)
{
	wrt_assert_may_sleep();
	if (!(hda_read(d, HDA_CORBSIZE, 1) & HDA_SIZE_CAN_256) ||
	    !(hda_read(d, HDA_RIRBSIZE, 1) & HDA_SIZE_CAN_256))
		return WRT_EIO;
	d->rings = d->bus->dma_alloc(d->ctx, HDA_RINGS_BYTES, &d->rings_bus);
	if (!d->rings)
		return WRT_ENOMEM;
	d->immediate = false;
	d->bus->log(d->ctx, WRT_LOG_INFO, "no answer to immediate commands: using CORB and RIRB");
	return 0;
}

void wrt_hda_verbs_open(struct wrt_hw_dev *d)
{
	wrt_assert_may_sleep();
	if (!d->immediate)
		rings_start(d);
}

void wrt_hda_verbs_close(struct wrt_hw_dev *d)
{
	wrt_assert_may_sleep();
	rings_stop(d);
}
