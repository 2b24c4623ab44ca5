// SPDX-License-Identifier: GPL-2.0-only
/*
 * sim.c - snd-wavert-sim: cards without hardware, for tests and for trying the interface.
 *
 * insmod gives one card; index=, id= and enable= make as many as ALSA has. With clock=step time
 * does not advance until a number of frames is written to
 * /sys/kernel/debug/snd-wavert-sim/cardN/step; the write returns when every interrupt of
 * those frames has been handled and every notification delivered.
 *
 * Locks: step_lock of a card > those of the core.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <sound/memalloc.h>

#include "adapter.h"
#include "alsa/alsa.h"
#include "hw/sim/sim.h"
#include "kernel_version.h"
#include "platform.h"

#define DRIVER_NAME	"snd-wavert-sim"
#define CARDS		SNDRV_CARDS

static int index[CARDS] = { [0 ... CARDS - 1] = -1 };
static char *id[CARDS];
static bool enable[CARDS] = { true };
static unsigned int streams = 1;
static char *clock = "hrtimer";
static char *source = "loopback";
static bool loopback = true;
static char *fault = "none";

module_param_array(index, int, NULL, 0444);
MODULE_PARM_DESC(index, "Card number of each card, -1: next free (default).");
module_param_array(id, charp, NULL, 0444);
MODULE_PARM_DESC(id, "Card id of each card (default WaveRT, then derived).");
module_param_array(enable, bool, NULL, 0444);
MODULE_PARM_DESC(enable, "Which cards exist (default: the first).");
module_param(streams, uint, 0444);
MODULE_PARM_DESC(streams, "Pairs of playback and capture streams a card, 1..16 (default 1).");
module_param(clock, charp, 0444);
MODULE_PARM_DESC(clock, "hrtimer (default): real time; step: time moves when stepped.");
module_param(loopback, bool, 0444);
MODULE_PARM_DESC(loopback, "Capture records the playback of the same pin (default Y).");
module_param(source, charp, 0444);
MODULE_PARM_DESC(source, "Signal to capture with loopback=0: silence, ramp (default silence).");
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "Injected defect: none (default), drop-irq, flip-bit, not-ready.");

struct sim_card {
	struct wrt_platform platform;
	struct wrt_hw_dev *hw;
	struct wrt_adapter *adapter;
	struct mutex step_lock;		/* one stepper at a time */
	u64 stepped;			/* frames so far; device lock */
	bool leaving;			/* an unbind waits for the stepper */
	struct dentry *debugfs;
};

static struct platform_device *devices[CARDS];
static struct dentry *debugfs_root;

/* ---- parameters --------------------------------------------------------------- */

static int pick(const char *what, const char *value, const char *const *names, size_t n)
{
	int i = match_string(names, n, value);

	if (i < 0)
		pr_err(DRIVER_NAME ": %s=%s is not known (try %s)\n", what, value, names[0]);
	return i;
}

static int read_config(struct wrt_sim_config *cfg)
{
	static const char *const clocks[] = { "hrtimer", "step" };
	static const char *const sources[] = { "silence", "ramp", "loopback" };
	static const char *const faults[] = { "none", "drop-irq", "flip-bit",
					       "not-ready" };
	int c = pick("clock", clock, clocks, ARRAY_SIZE(clocks));
	int s = pick("source", source, sources, ARRAY_SIZE(sources));
	int f = pick("fault", fault, faults, ARRAY_SIZE(faults));

	if (streams < 1 || streams > WRT_SIM_PAIRS_MAX) {
		pr_err(DRIVER_NAME ": streams=%u, but 1..%u is expected\n", streams,
		       WRT_SIM_PAIRS_MAX);
		return -EINVAL;
	}
	if (c < 0 || s < 0 || f < 0)
		return -EINVAL;
	if (loopback && s != WRT_SIM_SILENCE)
		pr_warn_once(DRIVER_NAME ": source=%s is not used, it needs loopback=0\n", source);
	cfg->pairs = streams;
	cfg->step = c;
	cfg->source = loopback ? WRT_SIM_LOOPBACK : s;
	cfg->fault = f;
	return 0;
}

/* ---- the step clock ------------------------------------------------------------- */

/*
 * As with hardware: time advances to the next interrupt, which is handled, and so on. This waits
 * for the signals that the interrupt left to the thread, so that every run gives the same result.
 */
static int step_frames(struct sim_card *sc, u64 frames)
{
	struct wrt_device *device = wrt_adapter_device(sc->adapter);
	unsigned long flags;
	u64 moved;

	while (frames) {
		if (READ_ONCE(sc->leaving))
			return -ENODEV;
		if (fatal_signal_pending(current))
			return -EINTR;
		flags = wrt_lock(&device->lock);
		moved = wrt_sim_step(sc->hw, frames);
		sc->stepped += moved;
		wrt_unlock(&device->lock, flags);
		wrt_device_irq(device);
		if (wrt_device_wait_deferred(device))
			return -EINTR;
		frames -= moved;
		cond_resched();
	}
	return 0;
}

static ssize_t step_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	struct sim_card *sc = file->private_data;
	u32 frames;
	int err;

	err = kstrtou32_from_user(user, count, 0, &frames);
	if (err)
		return err;
	err = mutex_lock_killable(&sc->step_lock);
	if (err)
		return err;
	err = step_frames(sc, frames);
	mutex_unlock(&sc->step_lock);
	if (err)
		return err;
	return count;
}

static ssize_t step_read(struct file *file, char __user *user, size_t count, loff_t *pos)
{
	struct sim_card *sc = file->private_data;
	struct wrt_device *device = wrt_adapter_device(sc->adapter);
	unsigned long flags = wrt_lock(&device->lock);
	u64 stepped = sc->stepped;
	char text[24];
	int n;

	wrt_unlock(&device->lock, flags);
	n = scnprintf(text, sizeof(text), "%llu\n", stepped);
	return simple_read_from_buffer(user, count, pos, text, n);
}

static const struct file_operations step_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = step_read,
	.write = step_write,
	.llseek = default_llseek,
};

static int add_step_file(struct sim_card *sc)
{
	struct dentry *file;
	char name[16];

	snprintf(name, sizeof(name), "card%d", wrt_adapter_card(sc->adapter)->number);
	sc->debugfs = debugfs_create_dir(name, debugfs_root);
	file = debugfs_create_file("step", 0600, sc->debugfs, sc, &step_fops);
	return PTR_ERR_OR_ZERO(file);
}

/* ---- cards ---------------------------------------------------------------------- */

static int new_adapter(struct platform_device *pdev, struct sim_card *sc)
{
	struct wrt_adapter_info info = {
		.parent = &pdev->dev,
		.owner = THIS_MODULE,
		.index = index[pdev->id],
		.id = id[pdev->id] ? id[pdev->id] : "WaveRT",
		.driver = "wavert-sim",
		.shortname = "WaveRT Simulator",
		.longname = "alsa-wavert software DMA engine",
		.dma_type = SNDRV_DMA_TYPE_VMALLOC,
	};

	return wrt_adapter_new(&info, &wrt_sim_ops, sc->hw, &sc->adapter);
}

static struct sim_card *new_card(struct platform_device *pdev, const struct wrt_sim_config *cfg)
{
	struct sim_card *sc = kzalloc(sizeof(*sc), GFP_KERNEL);
	int err = -ENOMEM;

	if (!sc)
		return ERR_PTR(err);
	mutex_init(&sc->step_lock);
	wrt_platform_init(&sc->platform);
	if (wrt_sim_create(&wrt_platform_bus, &sc->platform, cfg, &sc->hw))
		goto free;	/* of memory only: cfg has been checked */
	err = new_adapter(pdev, sc);
	if (err)
		goto destroy;
	sc->platform.device = wrt_adapter_device(sc->adapter);
	return sc;

destroy:
	wrt_sim_destroy(sc->hw);
free:
	kfree(sc);
	return ERR_PTR(err);
}

static void remove_card(struct sim_card *sc)
{
	WRITE_ONCE(sc->leaving, true);
	wrt_device_abandon_deferred(wrt_adapter_device(sc->adapter));
	debugfs_remove_recursive(sc->debugfs);	/* waits for a stepper */
	wrt_adapter_disconnect(sc->adapter);
	wrt_platform_quiet(&sc->platform);
	wrt_sim_destroy(sc->hw);
	wrt_adapter_put(sc->adapter);
	mutex_destroy(&sc->step_lock);
	kfree(sc);
}

static int sim_probe(struct platform_device *pdev)
{
	struct wrt_sim_config cfg;
	struct sim_card *sc;
	int err;

	if (pdev->id < 0 || pdev->id >= CARDS)
		return -ENODEV;	/* not created here, bound by driver_override */
	err = read_config(&cfg);
	if (err)
		return err;
	sc = new_card(pdev, &cfg);
	if (IS_ERR(sc))
		return PTR_ERR(sc);
	platform_set_drvdata(pdev, sc);
	err = wrt_adapter_register(sc->adapter);
	if (!err && cfg.step)
		err = add_step_file(sc);	/* without it time could not pass */
	if (err) {
		remove_card(sc);
		platform_set_drvdata(pdev, NULL);
	}
	return err;
}

static WRT_REMOVE_RET sim_remove(struct platform_device *pdev)
{
	remove_card(platform_get_drvdata(pdev));
	WRT_REMOVE_RETURN;
}

static struct platform_driver sim_driver = {
	.probe = sim_probe,
	.remove = sim_remove,
	.driver = {
		.name = DRIVER_NAME,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,	/* so that insmod fails if the probe does */
	},
};

static void remove_devices(void)
{
	int i;

	for (i = 0; i < CARDS; i++)
		platform_device_unregister(devices[i]);
	platform_driver_unregister(&sim_driver);
	debugfs_remove_recursive(debugfs_root);
}

/* Returns the number of cards. A device whose probe failed is no card and is unregistered. */
static int add_devices(void)
{
	int i, cards = 0;

	for (i = 0; i < CARDS; i++) {
		struct platform_device *pdev;

		if (!enable[i])
			continue;
		pdev = platform_device_register_simple(DRIVER_NAME, i, NULL, 0);
		if (IS_ERR(pdev))
			continue;
		if (!platform_get_drvdata(pdev)) {
			platform_device_unregister(pdev);
			continue;
		}
		devices[i] = pdev;
		cards++;
	}
	return cards;
}

static int __init sim_init(void)
{
	struct wrt_sim_config cfg;
	int err;

	err = read_config(&cfg);
	if (err)
		return err;
	debugfs_root = debugfs_create_dir(DRIVER_NAME, NULL);
	if (cfg.step && IS_ERR(debugfs_root))
		return PTR_ERR(debugfs_root);
	err = platform_driver_register(&sim_driver);
	if (err) {
		debugfs_remove_recursive(debugfs_root);
		return err;
	}
	if (add_devices())
		return 0;
	pr_err(DRIVER_NAME ": no card could be created\n");
	remove_devices();
	return -ENODEV;
}

static void __exit sim_exit(void)
{
	remove_devices();
}

module_init(sim_init);
module_exit(sim_exit);

MODULE_DESCRIPTION("alsa-wavert software DMA engine: a sound card without hardware");
MODULE_AUTHOR("The alsa-wavert authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.3.0");
