// SPDX-License-Identifier: GPL-2.0-only
/*
 * card.c - the ALSA card. main.c calls it while binding; no locks. wrt_alsa_errno() is for all
 * files of this directory and any context.
 */
#include "alsa.h"

int wrt_alsa_errno(int err)
{
	switch (err) {
	case 0:
		return 0;
	case WRT_ENOMEM:
		return -ENOMEM;
	case WRT_EBUSY:
		return -EBUSY;
	case WRT_EGONE:
		return -ENODEV;
	case WRT_ESTATE:
		return -EBADFD;
	case WRT_EIO:
		return -EIO;
	case WRT_EINTR:
		return -EINTR;
	}
	return -EINVAL;
}

int wrt_card_new(const struct wrt_adapter_info *info, struct snd_card **out)
{
	struct snd_card *card;
	int err;

	err = snd_card_new(info->parent, info->index, info->id, info->owner, 0, &card);
	if (err < 0)
		return err;
	strscpy(card->driver, info->driver, sizeof(card->driver));
	strscpy(card->shortname, info->shortname, sizeof(card->shortname));
	strscpy(card->longname, info->longname, sizeof(card->longname));
	*out = card;
	return 0;
}
