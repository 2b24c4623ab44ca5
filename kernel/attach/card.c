// SPDX-License-Identifier: GPL-2.0-only
/*
 * card.c - snd-wavert-attach: attaching to a card and leaving it, by the attributes of the driver
 * in /sys/bus/platform/drivers/snd-wavert-attach/: `attach` and `detach` take a card number. The
 * card that is made is a child of the platform device snd-wavert-attach.NUMBER.
 *
 * If the other driver removes its card, slot_disconnect() stops everything and queues leave_work().
 * That driver waits in snd_card_free() for the references held here, so the work item is quick and
 * takes no lock that a remove() can hold.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <sound/initval.h>
#include <sound/minors.h>

#include "attach.h"
#include "kernel_version.h"

#define DRIVER_NAME "snd-wavert-attach"

static DEFINE_MUTEX(list_lock);		/* attached[], phase and has_vanished */
static struct wrt_hw_dev *attached[SNDRV_CARDS];
static DECLARE_WAIT_QUEUE_HEAD(has_left);
static struct workqueue_struct *leavers;

/* ---- detach --------------------------------------------------------------------------------- */

/* The last is the adapter, with which d may be freed. */
static void leave(struct wrt_hw_dev *d, bool in_work)
{
	struct platform_device *parent = d->parent;
	struct wrt_adapter *adapter = d->adapter;
	u32 i;

	wrt_attach_die(d);
	if (adapter)
		wrt_adapter_disconnect(adapter);
	for (i = 0; i < d->nslots; i++)
		wrt_attach_slot_close(&d->slot[i]);
	if (!in_work)
		cancel_work_sync(&d->leave);	/* nothing queues it any more */
	snd_card_unref(d->card);
	platform_device_unregister(parent);
	if (adapter)
		wrt_adapter_put(adapter);
	else
		kvfree(d);
}

static void forget(u32 number)
{
	mutex_lock(&list_lock);
	attached[number] = NULL;
	mutex_unlock(&list_lock);
	wake_up(&has_left);
}

/* True: the caller detaches it. */
static bool may_leave(struct wrt_hw_dev *d)
{
	lockdep_assert_held(&list_lock);
	if (d->phase != WRT_ATTACH_THERE)
		return false;
	d->phase = WRT_ATTACH_LEAVING;
	return true;
}

static void leave_work(struct work_struct *work)
{
	struct wrt_hw_dev *d = container_of(work, struct wrt_hw_dev, leave);
	u32 number = d->number;
	bool ours;

	mutex_lock(&list_lock);
	d->has_vanished = true;
	ours = may_leave(d);
	mutex_unlock(&list_lock);
	if (!ours)
		return;
	leave(d, true);
	forget(number);
}

/* Only once: the work item frees d. */
static void leave_soon(struct wrt_hw_dev *d)
{
	if (!atomic_xchg(&d->leaving, 1))
		queue_work(leavers, &d->leave);
}

static int detach(u32 number)
{
	struct wrt_hw_dev *d;
	bool ours = false;

	if (number >= SNDRV_CARDS)
		return -EINVAL;
	mutex_lock(&list_lock);
	d = attached[number];
	if (d)
		ours = may_leave(d);
	mutex_unlock(&list_lock);
	if (!d)
		return -ENODEV;
	if (!ours)
		return -EBUSY;		/* being attached, or being detached already */
	leave(d, false);
	forget(number);
	return 0;
}

/* ---- finding the PCMs ------------------------------------------------------------------------ */

static u32 pins_of(const struct wrt_hw_dev *d, int direction)
{
	u32 i, n = 0;

	for (i = 0; i < d->nslots; i++)
		n += d->slot[i].direction == direction;
	return n;
}

static void describe(struct wrt_hw_stream *s, u32 number, u32 pin)
{
	const char *name = s->pcm->name[0] ? s->pcm->name : s->pcm->id;
	struct wrt_hw_caps *c = &s->caps;

	c->flags = WRT_HW_ATTACHED | WRT_HW_OBSERVE_ONLY | WRT_HW_REFUSED_FORMAT;
	c->dir = s->direction == SNDRV_PCM_STREAM_CAPTURE ? WRT_CAPTURE : WRT_PLAYBACK;
	c->pin = pin;
	c->notify_step = 1;
	c->origin.device = s->pcm->device;
	c->origin.subdevice = number;
	strscpy(c->origin.name, name, sizeof(c->origin.name));
}

/* All substreams of a direction are alike. */
static void find_caps(struct wrt_hw_stream *s)
{
	struct wrt_hw_origin origin = s->caps.origin;
	const struct wrt_hw_stream *before = NULL;
	u32 pin = s->caps.pin;

	if (s->slot)
		before = &s->dev->slot[s->slot - 1];
	if (!before || before->pcm != s->pcm || before->direction != s->direction) {
		wrt_attach_read_caps(s);
		return;
	}
	s->caps = before->caps;
	s->caps.origin = origin;
	s->caps.pin = pin;
}

/*
 * A FireWire driver that is asked for its position, or told of data, handles what the bus has
 * received: it may wait for its own interrupt, or stop the stream, whose lock is held.
 */
static bool is_firewire(const struct snd_card *card)
{
	const struct device *dev;

	for (dev = card->dev; dev; dev = dev->parent)
		if (dev->bus && !strcmp(dev->bus->name, "firewire"))
			return true;
	return false;
}

/* While the PCM cannot be disconnected, so the card has its device. */
static bool may_be_asked(struct wrt_hw_stream *s)
{
	bool may;

	mutex_lock(&s->pcm->open_mutex);
	may = !list_empty(&s->pcm->list) && !s->pcm->card->shutdown && !is_firewire(s->pcm->card);
	mutex_unlock(&s->pcm->open_mutex);
	return may;
}

/* A substream without a timer, or that may not be asked, cannot be followed: it gets no pin. */
static void add_slot(struct wrt_hw_dev *d, struct snd_pcm *pcm, int minor, int direction,
		     u32 number)
{
	struct wrt_hw_stream *s = &d->slot[d->nslots];
	int err;

	if (d->nslots == WRT_SLOTS_MAX)
		return;
	memset(s, 0, sizeof(*s));
	s->dev = d;
	s->pcm = pcm;
	s->direction = direction;
	s->minor = minor;
	s->slot = d->nslots;
	describe(s, number, pins_of(d, direction));
	err = wrt_attach_slot_open(s, number);
	if (!err && !may_be_asked(s)) {
		wrt_attach_slot_close(s);
		err = -EOPNOTSUPP;
	}
	if (err) {
		dev_info(&d->parent->dev, "%s cannot be observed: error %d\n",
			 s->caps.origin.name, err);
		return;
	}
	find_caps(s);
	down_write(&d->life);
	d->nslots++;
	up_write(&d->life);
}

static void add_slots(struct wrt_hw_dev *d, int minor, int direction)
{
	static const int type[] = { SNDRV_DEVICE_TYPE_PCM_PLAYBACK, SNDRV_DEVICE_TYPE_PCM_CAPTURE };
	struct snd_pcm *pcm = snd_lookup_minor_data(minor, type[direction]);
	struct snd_card *card;
	u32 i;

	if (!pcm)
		return;
	card = pcm->card;	/* the PCM alone may be removed at any time */
	if (card == d->card)
		for (i = 0; i < pcm->streams[direction].substream_count; i++)
			add_slot(d, pcm, minor, direction, i);
	snd_card_unref(card);
}

static int find_pcms(struct wrt_hw_dev *d)
{
	int minor;

	for (minor = 0; minor < SNDRV_OS_MINORS; minor++) {
		add_slots(d, minor, SNDRV_PCM_STREAM_PLAYBACK);
		add_slots(d, minor, SNDRV_PCM_STREAM_CAPTURE);
	}
	return d->nslots ? 0 : -ENXIO;
}

/* ---- attach --------------------------------------------------------------------------------- */

static int new_adapter(struct wrt_hw_dev *d)
{
	char id[16], shortname[32], longname[80];
	struct wrt_adapter_info info = {
		.parent = &d->parent->dev,
		.owner = THIS_MODULE,
		.index = -1,
		.id = id,
		.driver = "wavert-attach",
		.shortname = shortname,
		.longname = longname,
		.no_pcm = true,
		.lender = &wrt_attach_lender,
		.hw_memory = d,
	};
	int err;

	snprintf(id, sizeof(id), "Wave%.11s", d->card->id);
	snprintf(shortname, sizeof(shortname), "WaveRT on %.21s", d->card->id);
	snprintf(longname, sizeof(longname), "WaveRT on card %u, %.55s", d->number,
		 d->card->shortname);
	err = wrt_adapter_new(&info, &wrt_attach_ops, d, &d->adapter);
	if (err)
		return err;
	d->device = wrt_adapter_device(d->adapter);
	return wrt_adapter_register(d->adapter);
}

static int come(struct wrt_hw_dev *d)
{
	int err = find_pcms(d);

	return err ? err : new_adapter(d);
}

/* -EBUSY: the attachment to this card, or to the one that had its number, comes or goes. */
static int enlist(struct wrt_hw_dev *d)
{
	struct wrt_hw_dev *old;
	int err = 0;

	mutex_lock(&list_lock);
	old = attached[d->number];
	if (!old)
		attached[d->number] = d;
	else if (old->card == d->card && old->phase == WRT_ATTACH_THERE)
		err = -EEXIST;
	else
		err = -EBUSY;
	mutex_unlock(&list_lock);
	return err;
}

/* True: it stays attached. Otherwise the caller detaches it. */
static bool settle(struct wrt_hw_dev *d, int err)
{
	bool stays;

	mutex_lock(&list_lock);
	stays = !err && !d->has_vanished;
	d->phase = stays ? WRT_ATTACH_THERE : WRT_ATTACH_LEAVING;
	mutex_unlock(&list_lock);
	return stays;
}

/* The card is held for it. */
static int attach_to(struct snd_card *card)
{
	u32 number = card->number;
	struct wrt_hw_dev *d;
	int err;

	d = kvzalloc(struct_size(d, slot, WRT_SLOTS_MAX), GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	d->card = card;
	d->number = number;
	d->vanished = leave_soon;
	init_rwsem(&d->life);
	INIT_WORK(&d->leave, leave_work);
	err = enlist(d);
	if (err)
		goto free;
	d->parent = platform_device_register_simple(DRIVER_NAME, number, NULL, 0);
	if (IS_ERR(d->parent)) {
		err = PTR_ERR(d->parent);
		forget(number);
		goto free;
	}
	get_device(&card->card_dev);	/* d's own */
	err = come(d);
	if (settle(d, err))
		return 0;
	leave(d, false);
	forget(number);
	return err ? err : -ENODEV;
free:
	kvfree(d);
	return err;
}

static int attach(u32 number)
{
	struct snd_card *card = number < SNDRV_CARDS ? snd_card_ref(number) : NULL;
	int err;

	if (!card)
		return -ENODEV;
	if (strstarts(card->driver, "wavert-"))
		err = -EINVAL;		/* a card of alsa-wavert: it has pins */
	else
		err = attach_to(card);
	snd_card_unref(card);
	return err;
}

/* ---- module ---------------------------------------------------------------------------------- */

static ssize_t attach_store(struct device_driver *driver, const char *text, size_t count)
{
	u32 number;
	int err;

	err = kstrtou32(text, 0, &number);
	if (!err)
		err = attach(number);
	return err ? err : count;
}
static DRIVER_ATTR_WO(attach);

static ssize_t detach_store(struct device_driver *driver, const char *text, size_t count)
{
	u32 number;
	int err;

	err = kstrtou32(text, 0, &number);
	if (!err)
		err = detach(number);
	return err ? err : count;
}
static DRIVER_ATTR_WO(detach);

static struct attribute *attach_attrs[] = {
	&driver_attr_attach.attr,
	&driver_attr_detach.attr,
	NULL
};
ATTRIBUTE_GROUPS(attach);

static struct platform_driver attach_driver = {
	.driver = {
		.name = DRIVER_NAME,
		.groups = attach_groups,
		.suppress_bind_attrs = true,
	},
};

static bool nothing_attached(void)
{
	bool nothing = true;
	u32 i;

	mutex_lock(&list_lock);
	for (i = 0; i < SNDRV_CARDS; i++)
		nothing &= !attached[i];
	mutex_unlock(&list_lock);
	return nothing;
}

static int __init attach_init(void)
{
	int err;

	leavers = alloc_workqueue(DRIVER_NAME, WQ_HIGHPRI | WQ_UNBOUND, 0);
	if (!leavers)
		return -ENOMEM;
	err = platform_driver_register(&attach_driver);
	if (err)
		destroy_workqueue(leavers);
	return err;
}

/* No store runs any more, so no card is being attached. */
static void __exit attach_exit(void)
{
	u32 i;

	platform_driver_unregister(&attach_driver);
	for (i = 0; i < SNDRV_CARDS; i++)
		detach(i);
	wait_event(has_left, nothing_attached());	/* cards that detach by themselves */
	destroy_workqueue(leavers);
}

module_init(attach_init);
module_exit(attach_exit);

MODULE_DESCRIPTION("alsa-wavert over the PCMs of another driver's card");
MODULE_AUTHOR("The alsa-wavert authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.3.0");
