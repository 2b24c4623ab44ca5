// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold_card.c - a module for tests: holds a reference of card 0 for three seconds, as parts of the
 * ALSA core do for a moment, and no reference of its modules. Called by card_held.sh.
 */
#include <linux/module.h>
#include <linux/workqueue.h>
#include <sound/core.h>

static struct snd_card *card;

static void put_card(struct work_struct *work)
{
	snd_card_unref(card);
	pr_info("hold_card: the card is released\n");
}

static DECLARE_DELAYED_WORK(work, put_card);

static int __init hold_card_init(void)
{
	card = snd_card_ref(0);
	if (!card)
		return -ENODEV;
	schedule_delayed_work(&work, 3 * HZ);
	return 0;
}
module_init(hold_card_init);

static void __exit hold_card_exit(void)
{
	flush_delayed_work(&work);
}
module_exit(hold_card_exit);

MODULE_DESCRIPTION("Holds a sound card while its modules are removed");
MODULE_LICENSE("GPL");
