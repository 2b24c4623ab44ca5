// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * codec.c - the AC'97 codec: access by its semaphore, reset, rates, volumes; see engine.h.
 * Everything is [S], under the device mutex or before the device is in use.
 */
#include "engine.h"

#define AC97_RESET		0x00
#define AC97_MASTER		0x02
#define AC97_TRUE_LINE		0x04		/* or headphone: on some boards the only output */
#define AC97_MONO		0x06
#define AC97_PCM		0x18
#define AC97_RECORD_SELECT	0x1a
#define   SELECT_LINE		0x0404
#define AC97_RECORD_GAIN	0x1c
#define AC97_POWER		0x26
#define   POWER_READY		0x000f		/* ADC, DAC, analog part, reference */
#define   POWER_EAPD		0x8000		/* level of a pin of the codec */
#define AC97_EXTENDED_ID	0x28
#define AC97_EXTENDED_CONTROL	0x2a
#define   EXTENDED_VRA		0x0001
#define AC97_DAC_RATE		0x2c
#define AC97_ADC_RATE		0x32
#define AC97_VENDOR		0x7c

#define MUTE			0x8000
#define NO_ANSWER		0xffff

#define SEMAPHORE_US		10
#define SEMAPHORE_POLLS		100		/* one millisecond in all */
#define POWER_US		4000
#define POWER_POLLS		250		/* one second in all */

struct volume {
	const char *name;
	u8 dir;
	u8 reg;
	u8 max;
	bool attenuates;		/* the register counts down from max */
	s32 min_cdb;
};

#define STEP_CDB		150

static const u32 rate_regs[ICH_SLOTS] = { AC97_DAC_RATE, AC97_ADC_RATE };

static const struct volume volumes[ICH_VOLUMES] = {
	[ICH_MASTER] = { "Master", WRT_PLAYBACK, AC97_MASTER, 31, true, -4650 },
	[ICH_PCM] = { "PCM", WRT_PLAYBACK, AC97_PCM, 31, true, -3450 },
	[ICH_RECORD] = { "Capture", WRT_CAPTURE, AC97_RECORD_GAIN, 15, false, 0 },
};

/* ---- access ------------------------------------------------------------------------ */

/* The access that follows releases the semaphore. */
static void take_semaphore(struct wrt_hw_dev *d)
{
	u32 i;

	for (i = 0; i < SEMAPHORE_POLLS; i++) {
		if (!(ich_read(d, CAS, 1) & 1))
			return;
		d->bus->delay_us(d->ctx, SEMAPHORE_US);
	}
	if (ich_worth_a_line(++d->stuck_semaphores))
		d->bus->log(d->ctx, WRT_LOG_WARNING,
			    "codec: its semaphore is stuck, continuing without it (%u times)",
			    d->stuck_semaphores);
}

static void codec_write(struct wrt_hw_dev *d, u32 reg, u32 value)
{
	take_semaphore(d);
	d->bus->write(d->ctx, d->codec_bar, reg, 2, value);
}

/* Returns NO_ANSWER if the codec does not answer in time. */
static u32 codec_read(struct wrt_hw_dev *d, u32 reg)
{
	u32 value;

	take_semaphore(d);
	value = d->bus->read(d->ctx, d->codec_bar, reg, 2);
	if (!(ich_read(d, GLOB_STA, 4) & STA_READ_TIMEOUT))
		return value;
	ich_write(d, GLOB_STA, 4, STA_READ_TIMEOUT);
	return NO_ANSWER;
}

static int fails(const struct wrt_hw_dev *d, const char *why)
{
	d->bus->log(d->ctx, WRT_LOG_ERROR, "codec: %s", why);
	return WRT_EIO;
}

/* ---- bring-up ----------------------------------------------------------------------- */

void wrt_ich_codec_defaults(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; i < ICH_VOLUMES; i++)
		d->volume[i] = d->quirks->unity[i];
}

static bool powered_up(struct wrt_hw_dev *d)
{
	u32 i, power;

	for (i = 0; i < POWER_POLLS; i++) {
		power = codec_read(d, AC97_POWER);
		if (power != NO_ANSWER && (power & POWER_READY) == POWER_READY)
			return true;
		d->bus->sleep_us(d->ctx, POWER_US);
	}
	return false;
}

/* Variable rates: true if the codec offers them and reports them as enabled. */
static bool enable_vra(struct wrt_hw_dev *d)
{
	u32 id = codec_read(d, AC97_EXTENDED_ID), control;

	if (id == NO_ANSWER || !(id & EXTENDED_VRA))
		return false;
	control = codec_read(d, AC97_EXTENDED_CONTROL);
	if (control == NO_ANSWER)
		return false;
	codec_write(d, AC97_EXTENDED_CONTROL, control | EXTENDED_VRA);
	control = codec_read(d, AC97_EXTENDED_CONTROL);
	return control != NO_ANSWER && (control & EXTENDED_VRA);
}

/*
 * Of several codecs, the first may be on any line: capture takes the line on which the last
 * read was answered.
 */
static void steer_capture(struct wrt_hw_dev *d)
{
	u32 sdm;

	codec_read(d, AC97_VENDOR);
	sdm = ich_read(d, SDM, 1);
	ich_write(d, SDM, 1, (sdm & ~(SDM_STEER | SDM_CAPTURE)) | SDM_LINE(sdm) << 4);
}

int wrt_ich_codec_init(struct wrt_hw_dev *d)
{
	u32 i;

	wrt_assert_may_sleep();
	/* releases a semaphore that a previous driver has not released */
	d->bus->read(d->ctx, d->codec_bar, AC97_RESET, 2);
	if (codec_read(d, AC97_VENDOR) == NO_ANSWER)
		return fails(d, "no answer, its registers read all ones");
	codec_write(d, AC97_RESET, 0);
	d->bus->sleep_us(d->ctx, 100);
	codec_write(d, AC97_POWER, d->cfg.eapd ? POWER_EAPD : 0);
	if (!powered_up(d))
		return fails(d, "converters not ready after a second");
	d->vra = enable_vra(d);
	codec_write(d, AC97_RECORD_SELECT, SELECT_LINE);
	for (i = 0; i < ICH_VOLUMES; i++)
		codec_write(d, volumes[i].reg, d->volume[i]);
	codec_write(d, AC97_TRUE_LINE, 0);
	codec_write(d, AC97_MONO, 0);
	if (d->codec_bar == BAR_MEMORY_CODEC)
		steer_capture(d);
	return 0;
}

static bool has_rate(struct wrt_hw_dev *d, u32 slot, u32 rate)
{
	codec_write(d, rate_regs[slot], rate);
	return codec_read(d, rate_regs[slot]) == rate;
}

void wrt_ich_codec_find_rates(struct wrt_hw_dev *d)
{
	static const u32 rates[ICH_RATES] = { 8000, 11025, 16000, 22050, 32000, 44100, 48000 };
	u32 slot, i;

	wrt_assert_may_sleep();
	for (slot = 0; slot < ICH_SLOTS; slot++) {
		u32 n = 0;

		for (i = 0; i < ICH_RATES; i++)
			if (rates[i] == 48000 ||
			    (d->vra && (d->quirks->any_rate || has_rate(d, slot, rates[i]))))
				d->rates[slot][n++] = rates[i];
		d->nrates[slot] = n;
		if (d->vra && !d->quirks->any_rate)
			codec_write(d, rate_regs[slot], 48000);
	}
}

int wrt_ich_codec_set_rate(struct wrt_hw_dev *d, u32 slot, u32 rate)
{
	u32 reg = rate_regs[slot];
	u32 stored;

	wrt_assert_may_sleep();
	if (!d->vra && rate != 48000)
		return WRT_ERANGE;
	if (!d->vra)
		return 0;
	codec_write(d, reg, rate);
	stored = codec_read(d, reg);
	if (stored == rate)
		return 0;
	if (stored == NO_ANSWER)
		return fails(d, "no answer when its rate was set");
	d->bus->log(d->ctx, WRT_LOG_ERROR, "codec: runs at %u Hz when set to %u", stored, rate);
	return WRT_ERANGE;
}

/* ---- controls ----------------------------------------------------------------------- */

/* Controls alternate: a volume, then its switch. */
static u32 controlled(u32 index)
{
	return index / 2;
}

static bool is_switch(u32 index)
{
	return index % 2;
}

/* Linear volumes have no steps in dB, so none are reported. */
int wrt_ich_control(struct wrt_hw_dev *d, u32 index, struct wrt_hw_control *c)
{
	const struct volume *v;

	wrt_assert_may_sleep();
	if (controlled(index) >= ICH_VOLUMES)
		return WRT_ERANGE;
	v = &volumes[controlled(index)];
	wrt_memset(c, 0, sizeof(*c));
	c->name = v->name;
	c->dir = v->dir;
	c->is_switch = is_switch(index);
	c->channels = 1;
	c->max = 1;
	if (c->is_switch)
		return 0;
	c->channels = 2;
	c->max = v->max;
	if (d->quirks->volumes_in_db) {
		c->min_cdb = v->min_cdb;
		c->step_cdb = STEP_CDB;
	}
	return 0;
}

/* Converts between a field of the register and the value of the control, both ways. */
static u32 turned(const struct volume *v, u32 field)
{
	if (v->attenuates)
		return v->max - field;
	return field;
}

int wrt_ich_control_get(struct wrt_hw_dev *d, u32 index, u32 value[2])
{
	const struct volume *v;
	u32 reg;

	wrt_assert_may_sleep();
	if (controlled(index) >= ICH_VOLUMES)
		return WRT_ERANGE;
	v = &volumes[controlled(index)];
	reg = d->volume[controlled(index)];
	if (is_switch(index)) {
		value[0] = !(reg & MUTE);
		value[1] = value[0];
		return 0;
	}
	value[0] = turned(v, reg >> 8 & v->max);
	value[1] = turned(v, reg & v->max);
	return 0;
}

int wrt_ich_control_set(struct wrt_hw_dev *d, u32 index, const u32 value[2])
{
	const struct volume *v;
	u32 reg;

	wrt_assert_may_sleep();
	if (controlled(index) >= ICH_VOLUMES)
		return WRT_ERANGE;
	v = &volumes[controlled(index)];
	reg = d->volume[controlled(index)];
	if (is_switch(index)) {
		if (value[0] > 1)
			return WRT_EINVAL;
		reg |= MUTE;
		if (value[0])
			reg &= ~(u32)MUTE;
	} else {
		if (value[0] > v->max || value[1] > v->max)
			return WRT_EINVAL;
		reg = (reg & MUTE) | turned(v, value[0]) << 8 | turned(v, value[1]);
	}
	d->volume[controlled(index)] = (u16)reg;
	codec_write(d, v->reg, reg);
	return 0;
}
