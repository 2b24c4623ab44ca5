// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci.c - see pci.h.
 *
 * Contexts: callbacks for registers, time, barriers and timers in any; the rest may sleep. The
 * handler takes only locks of the core. It runs in hard irq, on PREEMPT_RT in a thread.
 *
 * devres is not used, because the order of the teardown matters.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <sound/memalloc.h>

#include "adapter.h"
#include "kernel_version.h"
#include "pci.h"
#include "platform.h"

struct wrt_pci {
	struct pci_dev *pdev;
	struct wrt_pci_driver *drv;
	u32 slot;
	struct wrt_platform platform;	/* time and timers */
	u32 bars;			/* mask: requested */
	void __iomem *bar[PCI_STD_NUM_BARS];
	resource_size_t bytes[PCI_STD_NUM_BARS];
	struct wrt_hw_dev *hw;
	struct wrt_adapter *adapter;
	int irq;
	bool irq_on;			/* the handler is installed */
	bool no_snoop;			/* the bit was set when the device was bound */
	bool arrived;			/* an interrupt, since the backend asked last */
	bool asleep;			/* the handler must not access registers */
	char longname[80];
};

/* ---- callbacks for the backend --------------------------------------------------------- */

static u64 pci_now(void *ctx)
{
	struct wrt_pci *p = ctx;

	return wrt_platform_bus.now_ns(&p->platform);
}

static void pci_timer_at(void *ctx, u32 slot, u64 ns)
{
	struct wrt_pci *p = ctx;

	wrt_platform_bus.timer_at(&p->platform, slot, ns);
}

/* An interrupt at the same time may go uncounted: its handler runs after this one. */
static bool pci_interrupted(void *ctx)
{
	struct wrt_pci *p = ctx;

	if (!READ_ONCE(p->arrived))
		return false;
	WRITE_ONCE(p->arrived, false);
	return true;
}

/* NULL if there is no such register: a device may have fewer than others of its kind. */
static void __iomem *reg_at(const struct wrt_pci *p, u32 bar, u32 offset, u32 width)
{
	if (bar >= PCI_STD_NUM_BARS || (u64)offset + width > p->bytes[bar])
		return NULL;
	return p->bar[bar] + offset;
}

/* Reads of a device that is absent return all ones. */
static u32 pci_read(void *ctx, u32 bar, u32 offset, u32 width)
{
	void __iomem *at = reg_at(ctx, bar, offset, width);

	if (!at)
		return ~0u;
	switch (width) {
	case 1:
		return ioread8(at);
	case 2:
		return ioread16(at);
	}
	return ioread32(at);
}

static void pci_write(void *ctx, u32 bar, u32 offset, u32 width, u32 value)
{
	void __iomem *at = reg_at(ctx, bar, offset, width);

	if (!at)
		return;
	switch (width) {
	case 1:
		iowrite8(value, at);
		break;
	case 2:
		iowrite16(value, at);
		break;
	default:
		iowrite32(value, at);
	}
}

static u32 pci_config_read(void *ctx, u32 offset, u32 width)
{
	struct wrt_pci *p = ctx;
	u32 value = ~0u;
	u16 word;
	u8 byte;

	switch (width) {
	case 1:
		return pci_read_config_byte(p->pdev, offset, &byte) ? value : byte;
	case 2:
		return pci_read_config_word(p->pdev, offset, &word) ? value : word;
	}
	pci_read_config_dword(p->pdev, offset, &value);
	return value;
}

static void pci_config_write(void *ctx, u32 offset, u32 width, u32 value)
{
	struct wrt_pci *p = ctx;

	switch (width) {
	case 1:
		pci_write_config_byte(p->pdev, offset, value);
		break;
	case 2:
		pci_write_config_word(p->pdev, offset, value);
		break;
	default:
		pci_write_config_dword(p->pdev, offset, value);
	}
}

static u64 pci_bar(void *ctx, u32 bar, u64 *bytes)
{
	struct wrt_pci *p = ctx;

	if (bar >= PCI_STD_NUM_BARS || !p->bar[bar]) {
		*bytes = 0;
		return 0;
	}
	*bytes = p->bytes[bar];
	return pci_resource_start(p->pdev, bar);
}

static void *pci_dma_alloc(void *ctx, u32 bytes, u64 *bus)
{
	struct wrt_pci *p = ctx;
	dma_addr_t addr;
	void *cpu;

	cpu = dma_alloc_coherent(&p->pdev->dev, bytes, &addr, GFP_KERNEL);
	if (cpu)
		*bus = addr;
	return cpu;
}

static void pci_dma_free(void *ctx, void *cpu, u64 bus, u32 bytes)
{
	struct wrt_pci *p = ctx;

	dma_free_coherent(&p->pdev->dev, bytes, cpu, bus);
}

static void pci_barrier(void *ctx)
{
	wmb();		/* descriptors before the register write that starts their use */
}

static void pci_delay_us(void *ctx, u32 us)
{
	udelay(us);
}

static void pci_sleep_us(void *ctx, u32 us)
{
	usleep_range(us, 2 * us);
}

static void pci_log(void *ctx, enum wrt_log_level level, const char *format, ...)
{
	struct wrt_pci *p = ctx;
	struct va_format vaf;
	va_list args;

	va_start(args, format);
	vaf.fmt = format;
	vaf.va = &args;
	switch (level) {
	case WRT_LOG_INFO:
		pci_info(p->pdev, "%pV\n", &vaf);
		break;
	case WRT_LOG_WARNING:
		pci_warn(p->pdev, "%pV\n", &vaf);
		break;
	case WRT_LOG_ERROR:
		pci_err(p->pdev, "%pV\n", &vaf);
		break;
	}
	va_end(args);
}

static const struct wrt_hw_bus pci_bus = {
	.now_ns = pci_now,
	.timer_at = pci_timer_at,
	.interrupted = pci_interrupted,
	.read = pci_read,
	.write = pci_write,
	.config_read = pci_config_read,
	.config_write = pci_config_write,
	.bar = pci_bar,
	.dma_alloc = pci_dma_alloc,
	.dma_free = pci_dma_free,
	.write_barrier = pci_barrier,
	.delay_us = pci_delay_us,
	.sleep_us = pci_sleep_us,
	.log = pci_log,
};

/* ---- interrupts ------------------------------------------------------------------- */

static irqreturn_t pci_irq(int irq, void *data)
{
	struct wrt_pci *p = data;

	if (READ_ONCE(p->asleep))
		return IRQ_NONE;	/* of another device on the same line */
	WRITE_ONCE(p->arrived, true);
	return IRQ_RETVAL(wrt_device_irq(p->platform.device));
}

/* The device raises no interrupt any more. On return no handler runs, and none will access it. */
static void go_quiet(struct wrt_pci *p)
{
	WRITE_ONCE(p->asleep, true);
	synchronize_irq(p->irq);
	wrt_platform_quiet(&p->platform);
}

static int get_vector(struct wrt_pci *p)
{
	unsigned int types = WRT_PCI_IRQ_INTX;
	int err;

	if (p->drv->msi && *p->drv->msi)
		types |= PCI_IRQ_MSI;
	err = pci_alloc_irq_vectors(p->pdev, 1, 1, types);
	if (err < 0) {
		pci_err(p->pdev, "no interrupt line\n");
		return err;
	}
	p->irq = pci_irq_vector(p->pdev, 0);
	return 0;
}

static int get_irq(struct wrt_pci *p)
{
	int err = request_irq(p->irq, pci_irq, p->pdev->msi_enabled ? 0 : IRQF_SHARED,
			      p->drv->name, p);

	if (err)
		pci_err(p->pdev, "cannot request interrupt %d (%d)\n", p->irq, err);
	p->irq_on = !err;
	return err;
}

/* ---- registers and memory --------------------------------------------------------- */

static void unmap_bars(struct wrt_pci *p)
{
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if (p->bar[i])
			pci_iounmap(p->pdev, p->bar[i]);
	pci_release_selected_regions(p->pdev, p->bars);
}

static int map_bars(struct wrt_pci *p)
{
	int i, err;

	p->bars = p->drv->bars & pci_select_bars(p->pdev, IORESOURCE_IO | IORESOURCE_MEM);
	err = pci_request_selected_regions(p->pdev, p->bars, p->drv->name);
	if (err) {
		pci_err(p->pdev, "registers are in use (%d)\n", err);
		return err;
	}
	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		if (!(p->bars & BIT(i)))
			continue;
		p->bar[i] = pci_iomap(p->pdev, i, 0);
		if (!p->bar[i]) {
			pci_err(p->pdev, "BAR %d cannot be mapped\n", i);
			unmap_bars(p);
			return -ENOMEM;
		}
		p->bytes[i] = pci_resource_len(p->pdev, i);
	}
	return 0;
}

/* Before the first allocation for the device. */
static int set_dma_mask(struct wrt_pci *p)
{
	u32 bits = p->drv->dma_bits(p->pdev, &pci_bus, p);
	int err = dma_set_mask_and_coherent(&p->pdev->dev, DMA_BIT_MASK(bits));

	if (err && bits > 32)
		err = dma_set_mask_and_coherent(&p->pdev->dev, DMA_BIT_MASK(32));
	if (err)
		pci_err(p->pdev, "no usable DMA mask (%d)\n", err);
	return err;
}

/*
 * No-snoop DMA would miss data that is still in a processor's cache. The PCI core saves and
 * restores this register over suspend.
 */
static void forbid_no_snoop(struct wrt_pci *p)
{
	u16 control = 0;

	pcie_capability_read_word(p->pdev, PCI_EXP_DEVCTL, &control);
	p->no_snoop = control & PCI_EXP_DEVCTL_NOSNOOP_EN;
	if (p->no_snoop)
		pcie_capability_clear_word(p->pdev, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_NOSNOOP_EN);
}

/* The next driver gets the device as it was. */
static void allow_no_snoop(struct wrt_pci *p)
{
	if (p->no_snoop)
		pcie_capability_set_word(p->pdev, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_NOSNOOP_EN);
}

/* A client maps the memory that DMA uses (compat/hwdep/buffer.c). */
static int check_memory(struct wrt_pci *p)
{
	if (wrt_memory_encrypted() || !wrt_dma_mappable(&p->pdev->dev)) {
		pci_err(p->pdev, "not supported where memory is encrypted or DMA memory cannot be mapped\n");
		return -ENODEV;
	}
	forbid_no_snoop(p);
	return 0;
}

static int get_device_resources(struct wrt_pci *p)
{
	int err = check_memory(p);

	if (err)
		return err;
	err = pci_enable_device(p->pdev);
	if (err)
		goto allow;
	err = map_bars(p);
	if (err)
		goto disable;
	err = set_dma_mask(p);
	if (err)
		goto unmap;
	err = get_vector(p);
	if (err)
		goto unmap;
	pci_set_master(p->pdev);
	return 0;

unmap:
	unmap_bars(p);
disable:
	pci_disable_device(p->pdev);
allow:
	allow_no_snoop(p);
	return err;
}

static void put_device_resources(struct wrt_pci *p)
{
	pci_clear_master(p->pdev);
	pci_free_irq_vectors(p->pdev);
	unmap_bars(p);
	pci_disable_device(p->pdev);
	allow_no_snoop(p);
}

/* ---- cards ------------------------------------------------------------------------ */

static int take_slot(struct wrt_pci_driver *drv)
{
	int i;

	for (i = 0; i < WRT_PCI_CARDS; i++)
		if (!test_and_set_bit(i, &drv->slots))
			return i;
	return -ENODEV;
}

static struct wrt_pci *new_pci(struct pci_dev *pdev, struct wrt_pci_driver *drv)
{
	struct wrt_pci *p;
	int slot = take_slot(drv);

	if (slot < 0) {
		pci_err(pdev, "%s has %d cards already\n", drv->name, WRT_PCI_CARDS);
		return ERR_PTR(slot);
	}
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p) {
		clear_bit(slot, &drv->slots);
		return ERR_PTR(-ENOMEM);
	}
	p->pdev = pdev;
	p->drv = drv;
	p->slot = slot;
	wrt_platform_init(&p->platform);
	return p;
}

static void free_pci(struct wrt_pci *p)
{
	clear_bit(p->slot, &p->drv->slots);
	kfree(p);
}

static int new_adapter(struct wrt_pci *p)
{
	const struct wrt_pci_driver *drv = p->drv;
	struct wrt_adapter_info info = {
		.parent = &p->pdev->dev,
		.owner = drv->owner,
		.index = drv->index[p->slot],
		.id = drv->id[p->slot] ? drv->id[p->slot] : drv->default_id,
		.driver = drv->card_driver,
		.shortname = drv->shortname,
		.longname = p->longname,
		.dma_type = SNDRV_DMA_TYPE_DEV,
		.dma_dev = &p->pdev->dev,
	};

	snprintf(p->longname, sizeof(p->longname), "%s %04x:%04x at %s, %s %d", drv->shortname,
		 p->pdev->vendor, p->pdev->device, pci_name(p->pdev),
		 p->pdev->msi_enabled ? "MSI" : "irq", p->irq);
	return wrt_adapter_new(&info, drv->ops, p->hw, &p->adapter);
}

static int create_errno(int err)
{
	switch (err) {
	case WRT_ENOMEM:
		return -ENOMEM;
	case WRT_EINVAL:
		return -EINVAL;
	}
	return -ENODEV;
}

static int new_card(struct wrt_pci *p)
{
	int err = p->drv->create(p->pdev, p->slot, &pci_bus, p, &p->hw);

	if (err)
		return create_errno(err);
	err = new_adapter(p);
	if (err) {
		p->drv->destroy(p->hw);
		return err;
	}
	p->platform.device = wrt_adapter_device(p->adapter);
	return 0;
}

/* Also for a card whose interrupt handler could not be installed. */
static void remove_card(struct wrt_pci *p)
{
	wrt_adapter_disconnect(p->adapter);
	if (p->irq_on)
		free_irq(p->irq, p);
	wrt_platform_quiet(&p->platform);
	p->drv->destroy(p->hw);
	put_device_resources(p);
	wrt_adapter_put(p->adapter);
	free_pci(p);
}

int wrt_pci_probe(struct pci_dev *pdev, struct wrt_pci_driver *drv)
{
	struct wrt_pci *p = new_pci(pdev, drv);
	int err;

	if (IS_ERR(p))
		return PTR_ERR(p);
	err = get_device_resources(p);
	if (err)
		goto free;
	err = new_card(p);
	if (err)
		goto put_resources;
	err = get_irq(p);
	if (!err)
		err = wrt_adapter_register(p->adapter);
	if (err) {
		remove_card(p);
		return err;
	}
	pci_set_drvdata(pdev, p);
	return 0;

put_resources:
	put_device_resources(p);
free:
	free_pci(p);
	return err;
}
EXPORT_SYMBOL_GPL(wrt_pci_probe);

void wrt_pci_remove(struct pci_dev *pdev)
{
	remove_card(pci_get_drvdata(pdev));
}
EXPORT_SYMBOL_GPL(wrt_pci_remove);

/* ---- sleep ------------------------------------------------------------------------ */

/*
 * DMA is turned off and the backend makes its device quiet before interrupts are ignored: a
 * level that is never deasserted would hang the processor. The PCI core handles power and
 * configuration space.
 */
static int __maybe_unused pci_suspend(struct device *dev)
{
	struct wrt_pci *p = dev_get_drvdata(dev);

	wrt_adapter_suspend(p->adapter);
	go_quiet(p);
	return 0;
}

/* Interrupts are handled from before DMA starts: an MSI that is ignored is not repeated. */
static int __maybe_unused pci_resume(struct device *dev)
{
	struct wrt_pci *p = dev_get_drvdata(dev);
	int err;

	WRITE_ONCE(p->asleep, false);
	err = wrt_adapter_resume(p->adapter);
	if (err) {
		pci_err(p->pdev, "the device or one of its streams does not resume (%d)\n",
			err);
		if (wrt_adapter_device(p->adapter)->state == WRT_DEVICE_ASLEEP)
			go_quiet(p);
	}
	return err;
}

const struct dev_pm_ops wrt_pci_pm_ops = {
	SET_SYSTEM_SLEEP_PM_OPS(pci_suspend, pci_resume)
};
EXPORT_SYMBOL_GPL(wrt_pci_pm_ops);

/* Reboot or kexec: DMA must not write to memory that another kernel will use. */
void wrt_pci_shutdown(struct pci_dev *pdev)
{
	struct wrt_pci *p = pci_get_drvdata(pdev);

	wrt_adapter_suspend(p->adapter);
	go_quiet(p);
	pci_clear_master(pdev);
}
EXPORT_SYMBOL_GPL(wrt_pci_shutdown);
