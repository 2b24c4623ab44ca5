// SPDX-License-Identifier: GPL-2.0-only
/*
 * mixer.c - the codec's volumes and switches as ALSA controls. main.c makes them before the card
 * is registered; they are freed with the card. ALSA calls get and put one at a time, where they may
 * sleep; the core takes the device mutex. ALSA itself notifies listeners if a put changes a value.
 */
#include <linux/slab.h>
#include <sound/control.h>
#include <sound/tlv.h>

#include "alsa.h"

/* More than any supported codec has: bounds the loop if a backend's list does not end. */
#define CONTROLS_MAX	32

#define CHANNELS_MAX	2

struct mixer_control {
	struct wrt_device *device;
	u32 index;
	struct wrt_hw_control c;	/* its name is valid as long as the backend */
	unsigned int tlv[4];
};

static int control_info(struct snd_kcontrol *kctl, struct snd_ctl_elem_info *info)
{
	const struct mixer_control *mc = snd_kcontrol_chip(kctl);

	info->type = mc->c.is_switch ? SNDRV_CTL_ELEM_TYPE_BOOLEAN : SNDRV_CTL_ELEM_TYPE_INTEGER;
	info->count = mc->c.channels;
	info->value.integer.min = 0;
	info->value.integer.max = mc->c.max;
	return 0;
}

static int control_get(struct snd_kcontrol *kctl, struct snd_ctl_elem_value *value)
{
	const struct mixer_control *mc = snd_kcontrol_chip(kctl);
	u32 now[CHANNELS_MAX] = {};
	u32 i;
	int err;

	err = wrt_device_control_get(mc->device, mc->index, now);
	if (err)
		return wrt_alsa_errno(err);
	for (i = 0; i < mc->c.channels; i++)
		value->value.integer.value[i] = now[i];
	return 0;
}

/* Returns 1 if a value has changed, else 0. */
static int control_put(struct snd_kcontrol *kctl, struct snd_ctl_elem_value *value)
{
	const struct mixer_control *mc = snd_kcontrol_chip(kctl);
	u32 now[CHANNELS_MAX] = {}, wanted[CHANNELS_MAX] = {};
	bool changed = false;
	u32 i;
	int err;

	err = wrt_device_control_get(mc->device, mc->index, now);
	if (err)
		return wrt_alsa_errno(err);
	for (i = 0; i < mc->c.channels; i++) {
		long v = value->value.integer.value[i];

		if (v < 0 || v > mc->c.max)
			return -EINVAL;
		wanted[i] = v;
		changed |= wanted[i] != now[i];
	}
	if (!changed)
		return 0;
	err = wrt_device_control_set(mc->device, mc->index, wanted);
	if (err)
		return wrt_alsa_errno(err);
	return 1;
}

static void control_free(struct snd_kcontrol *kctl)
{
	kfree(snd_kcontrol_chip(kctl));
}

/* The names that mixer programs expect: "Master Playback Volume", "Capture Switch". */
static void control_name(const struct wrt_hw_control *c, char *name, size_t bytes)
{
	const char *what = c->is_switch ? "Switch" : "Volume";

	if (c->dir == WRT_PLAYBACK)
		snprintf(name, bytes, "%s Playback %s", c->name, what);
	else if (!strcmp(c->name, "Capture"))
		snprintf(name, bytes, "Capture %s", what);
	else
		snprintf(name, bytes, "%s Capture %s", c->name, what);
}

/* A volume whose steps are not known in dB has no scale. */
static bool make_scale(struct mixer_control *mc)
{
	const struct wrt_hw_control *c = &mc->c;

	if (c->is_switch || c->step_cdb <= 0 || c->step_cdb > SNDRV_CTL_TLVD_DB_SCALE_MASK)
		return false;
	mc->tlv[SNDRV_CTL_TLVO_TYPE] = SNDRV_CTL_TLVT_DB_SCALE;
	mc->tlv[SNDRV_CTL_TLVO_LEN] = 2 * sizeof(unsigned int);
	mc->tlv[SNDRV_CTL_TLVO_DB_SCALE_MIN] = c->min_cdb;
	mc->tlv[SNDRV_CTL_TLVO_DB_SCALE_MUTE_AND_STEP] = c->step_cdb;
	return true;
}

static int add_control(struct snd_card *card, struct mixer_control *mc)
{
	char name[SNDRV_CTL_ELEM_ID_NAME_MAXLEN];
	struct snd_kcontrol_new template = {
		.iface = SNDRV_CTL_ELEM_IFACE_MIXER,
		.name = name,
		.access = SNDRV_CTL_ELEM_ACCESS_READWRITE,
		.info = control_info,
		.get = control_get,
		.put = control_put,
	};
	struct snd_kcontrol *kctl;

	control_name(&mc->c, name, sizeof(name));
	if (make_scale(mc)) {
		template.access |= SNDRV_CTL_ELEM_ACCESS_TLV_READ;
		template.tlv.p = mc->tlv;
	}
	kctl = snd_ctl_new1(&template, mc);
	if (!kctl) {
		kfree(mc);
		return -ENOMEM;
	}
	kctl->private_free = control_free;
	return snd_ctl_add(card, kctl);		/* frees it on error */
}

int wrt_mixer_new(struct snd_card *card, struct wrt_device *device)
{
	struct wrt_hw_control c;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < CONTROLS_MAX && !wrt_device_control(device, i, &c); i++) {
		struct mixer_control *mc;

		if (!c.channels || c.channels > CHANNELS_MAX || !c.max)
			return -EINVAL;
		mc = kzalloc(sizeof(*mc), GFP_KERNEL);
		if (!mc)
			return -ENOMEM;
		mc->device = device;
		mc->index = i;
		mc->c = c;
		err = add_control(card, mc);
	}
	if (i)
		strscpy(card->mixername, card->shortname, sizeof(card->mixername));
	return err;
}
