// SPDX-License-Identifier: GPL-2.0-only
/*
 * wrong_pointer.c - a module for tests/attach: counts the time of snd-dummy's pointer(), and while
 * `wrong` is set has it return what is no position. Calls are made under the PCM stream lock.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <sound/pcm.h>

static bool wrong;
module_param(wrong, bool, 0644);

static unsigned long spent_ns;
module_param(spent_ns, ulong, 0444);

static int on_entry(struct kretprobe_instance *i, struct pt_regs *regs)
{
	*(u64 *)i->data = ktime_get_ns();
	return 0;
}

static int on_return(struct kretprobe_instance *i, struct pt_regs *regs)
{
	if (wrong)
		regs_set_return_value(regs, SNDRV_PCM_POS_XRUN);
	spent_ns += ktime_get_ns() - *(u64 *)i->data;
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "dummy_pcm_pointer",
	.entry_handler = on_entry,
	.handler = on_return,
	.data_size = sizeof(u64),
};

static int __init wrong_pointer_init(void)
{
	return register_kretprobe(&probe);
}
module_init(wrong_pointer_init);

static void __exit wrong_pointer_exit(void)
{
	unregister_kretprobe(&probe);
}
module_exit(wrong_pointer_exit);

MODULE_DESCRIPTION("A driver that has no position, for tests");
MODULE_LICENSE("GPL");
