// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci.c - a PCI function as struct wrt_hw_bus, for the backends of HD Audio and AC'97.
 *
 * The interrupt routine runs above DISPATCH_LEVEL, the level of the core's locks. So it only
 * silences the device (hush) and queues a DPC, which calls the core. Configuration space may be
 * accessed up to DISPATCH_LEVEL, by the bus driver's interface.
 */
#include "machine.h"
#include "hw/hda/hda.h"
#include "hw/ich/ich.h"

#define CONFIG_COMMAND		0x04
#define   COMMAND_MASTER	0x0004u
#define CONFIG_CLASS		0x08
#define CONFIG_BAR(n)		(0x10 + 4 * (n))
#define   BAR_PORT		0x1u
#define   BAR_64		0x4u
#define CONFIG_SUBSYSTEM	0x2c
#define   SUBSYSTEM_QEMU	0x11001af4u
#define VENDOR_INTEL		0x8086u
#define CLASS_AC97		0x0401u
#define CLASS_HDA		0x0403u
#define ICH_DMA_BITS		32
#define BUFFER_MAX		(8u << 20)

/* ---- configuration space ----------------------------------------------------------------- */

static u32 config_read(struct nt_pci *p, u32 offset, u32 width)
{
	u32 value = 0;

	if (p->bus.GetBusData(p->bus.Context, PCI_WHICHSPACE_CONFIG, &value, offset,
			      width) != width)
		return ~0u;
	return value;
}

static void config_write(struct nt_pci *p, u32 offset, u32 width, u32 value)
{
	p->bus.SetBusData(p->bus.Context, PCI_WHICHSPACE_CONFIG, &value, offset, width);
}

/* By the bus driver, which need not be that of PCI. */
static NTSTATUS query_bus(struct nt_filter *f)
{
	PDEVICE_OBJECT pdo;
	PIO_STACK_LOCATION stack;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	KEVENT done;
	PIRP irp;

	if (!NT_SUCCESS(PcGetPhysicalDeviceObject(f->device, &pdo)) || !pdo)
		return STATUS_NOT_FOUND;
	KeInitializeEvent(&done, NotificationEvent, FALSE);
	irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, pdo, NULL, 0, NULL, &done, &io);
	if (!irp)
		return STATUS_INSUFFICIENT_RESOURCES;
	irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
	stack = IoGetNextIrpStackLocation(irp);
	stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
	stack->Parameters.QueryInterface.InterfaceType = &GUID_BUS_INTERFACE_STANDARD;
	stack->Parameters.QueryInterface.Size = sizeof(f->pci.bus);
	stack->Parameters.QueryInterface.Version = 1;
	stack->Parameters.QueryInterface.Interface = (PINTERFACE)&f->pci.bus;
	status = IoCallDriver(pdo, irp);
	if (status == STATUS_PENDING) {
		KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
		status = io.Status;
	}
	return NT_SUCCESS(status) ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/* ---- registers --------------------------------------------------------------------------- */

/* The resource that the system has given to this BAR: its address as the processor sees it. */
static PCM_PARTIAL_RESOURCE_DESCRIPTOR resource_of(PRESOURCELIST list, bool port, u64 bus)
{
	CM_RESOURCE_TYPE type = port ? CmResourceTypePort : CmResourceTypeMemory;
	PCM_PARTIAL_RESOURCE_DESCRIPTOR r;
	ULONG i;

	for (i = 0; i < list->lpVtbl->NumberOfEntriesOfType(list, type); i++) {
		r = list->lpVtbl->FindUntranslatedEntry(list, type, i);
		if (r && (u64)r->u.Memory.Start.QuadPart == bus)
			return list->lpVtbl->FindTranslatedEntry(list, type, i);
	}
	return NULL;
}

static NTSTATUS map_bar(struct nt_filter *f, u32 n)
{
	struct nt_bar *bar = &f->pci.bar[n];
	u32 low = config_read(&f->pci, CONFIG_BAR(n), 4);
	PCM_PARTIAL_RESOURCE_DESCRIPTOR r;

	bar->port = low & BAR_PORT;
	bar->bus = low & (bar->port ? ~3u : ~15u);
	if (!bar->port && low & BAR_64 && n + 1 < NT_BARS)
		bar->bus |= (u64)config_read(&f->pci, CONFIG_BAR(n + 1), 4) << 32;
	if (!bar->bus)
		return STATUS_SUCCESS;
	r = resource_of(f->resources, bar->port, bar->bus);
	if (!r)
		return STATUS_SUCCESS;
	bar->bytes = r->u.Memory.Length;
	/* If ports are memory of the processor, the translated resource has the type memory. */
	bar->port = r->Type == CmResourceTypePort;
	bar->at = nt_io_map(r->u.Memory.Start, bar->bytes, bar->port);
	return bar->at ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* The upper half of a 64-bit BAR is no BAR. */
static bool is_upper_half(struct nt_filter *f, u32 n)
{
	u32 low;

	if (!n)
		return false;
	low = config_read(&f->pci, CONFIG_BAR(n - 1), 4);
	return !(low & BAR_PORT) && low & BAR_64 && !is_upper_half(f, n - 1);
}

static NTSTATUS map_bars(struct nt_filter *f)
{
	NTSTATUS status = STATUS_SUCCESS;
	u32 n;

	for (n = 0; n < NT_BARS && NT_SUCCESS(status); n++)
		if (!is_upper_half(f, n))
			status = map_bar(f, n);
	return status;
}

static void unmap_bars(struct nt_pci *p)
{
	u32 n;

	for (n = 0; n < NT_BARS; n++)
		if (p->bar[n].at)
			nt_io_unmap(p->bar[n].at, p->bar[n].bytes, p->bar[n].port);
	RtlZeroMemory(p->bar, sizeof(p->bar));
}

static const struct nt_bar *bar_of(const struct nt_filter *f, u32 n, u32 offset, u32 width)
{
	const struct nt_bar *bar = &f->pci.bar[n];

	if (n >= NT_BARS || !bar->at || (u64)offset + width > bar->bytes)
		return NULL;
	return bar;
}

void *nt_pci_at(const struct nt_filter *f, u64 bus)
{
	u32 n;

	for (n = 0; n < NT_BARS; n++) {
		const struct nt_bar *bar = &f->pci.bar[n];

		if (bar->at && !bar->port && bus - bar->bus < bar->bytes)
			return (char *)bar->at + (bus - bar->bus);
	}
	return NULL;
}

/* ---- callbacks for the backend ------------------------------------------------------------- */

static u64 bus_now(void *ctx)
{
	(void)ctx;
	return nt_io_now();
}

static void bus_timer_at(void *ctx, u32 slot, u64 ns)
{
	nt_io_timer_at(ctx, slot, ns);
}

static bool bus_interrupted(void *ctx)
{
	struct nt_filter *f = ctx;
	bool arrived = f->pci.arrived;

	f->pci.arrived = false;
	return arrived;
}

/* Reads of a removed device, or of a register that does not exist, return all ones. */
static u32 bus_read(void *ctx, u32 n, u32 offset, u32 width)
{
	const struct nt_bar *bar = bar_of(ctx, n, offset, width);

	if (!bar)
		return ~0u;
	return nt_io_read((char *)bar->at + offset, bar->port, width);
}

static void bus_write(void *ctx, u32 n, u32 offset, u32 width, u32 value)
{
	const struct nt_bar *bar = bar_of(ctx, n, offset, width);

	if (bar)
		nt_io_write((char *)bar->at + offset, bar->port, width, value);
}

static u32 bus_config_read(void *ctx, u32 offset, u32 width)
{
	return config_read(&((struct nt_filter *)ctx)->pci, offset, width);
}

static void bus_config_write(void *ctx, u32 offset, u32 width, u32 value)
{
	config_write(&((struct nt_filter *)ctx)->pci, offset, width, value);
}

static u64 bus_bar(void *ctx, u32 n, u64 *bytes)
{
	const struct nt_bar *bar = bar_of(ctx, n, 0, 1);

	*bytes = 0;
	if (!bar)
		return 0;
	*bytes = bar->bytes;
	return bar->bus;
}

/* Whole pages, so aligned to their size up to a page. */
static void *bus_dma_alloc(void *ctx, u32 bytes, u64 *bus)
{
	PDMA_ADAPTER dma = ((struct nt_filter *)ctx)->pci.dma;
	PHYSICAL_ADDRESS logical;
	void *cpu;

	cpu = dma->DmaOperations->AllocateCommonBuffer(dma, bytes, &logical, TRUE);
	if (!cpu)
		return NULL;
	RtlZeroMemory(cpu, bytes);
	*bus = (u64)logical.QuadPart;
	return cpu;
}

static void bus_dma_free(void *ctx, void *cpu, u64 bus, u32 bytes)
{
	PDMA_ADAPTER dma = ((struct nt_filter *)ctx)->pci.dma;
	PHYSICAL_ADDRESS logical;

	logical.QuadPart = (LONGLONG)bus;
	dma->DmaOperations->FreeCommonBuffer(dma, bytes, logical, cpu, TRUE);
}

static void bus_barrier(void *ctx)
{
	LONG fence;

	(void)ctx;
	InterlockedExchange(&fence, 0);
}

static void bus_delay(void *ctx, u32 us)
{
	(void)ctx;
	nt_io_stall(us);
}

static void bus_sleep(void *ctx, u32 us)
{
	(void)ctx;
	nt_io_sleep(us);
}

/* Component IHVAUDIO, shown by a kernel debugger if that is enabled. */
static void bus_log(void *ctx, enum wrt_log_level level, const char *format, ...)
{
	static const ULONG levels[] = {
		DPFLTR_INFO_LEVEL, DPFLTR_WARNING_LEVEL, DPFLTR_ERROR_LEVEL,
	};
	va_list args;

	(void)ctx;
	va_start(args, format);
	vDbgPrintExWithPrefix("wavertmini: ", DPFLTR_IHVAUDIO_ID, levels[level], format, args);
	va_end(args);
}

const struct wrt_hw_bus nt_pci_bus = {
	.now_ns = bus_now,
	.timer_at = bus_timer_at,
	.interrupted = bus_interrupted,
	.read = bus_read,
	.write = bus_write,
	.config_read = bus_config_read,
	.config_write = bus_config_write,
	.bar = bus_bar,
	.dma_alloc = bus_dma_alloc,
	.dma_free = bus_dma_free,
	.write_barrier = bus_barrier,
	.delay_us = bus_delay,
	.sleep_us = bus_sleep,
	.log = bus_log,
};

/* ---- backends ------------------------------------------------------------------------------ */

static bool is_emulated(struct nt_filter *f)
{
	return config_read(&f->pci, CONFIG_SUBSYSTEM, 4) == SUBSYSTEM_QEMU;
}

static int hda_create(struct nt_filter *f, struct wrt_hw_dev **out)
{
	struct wrt_hda_config cfg = { .emulated = is_emulated(f) };

	return wrt_hda_create(&nt_pci_bus, f, &cfg, out);
}

static int ich_create(struct nt_filter *f, struct wrt_hw_dev **out)
{
	struct wrt_ich_config cfg = { .emulated = is_emulated(f) };

	return wrt_ich_create(&nt_pci_bus, f, &cfg, out);
}

static const struct nt_backend hda = { &wrt_hda_ops, hda_create, wrt_hda_destroy };
static const struct nt_backend ich = { &wrt_ich_ops, ich_create, wrt_ich_destroy };

static const struct nt_backend *backend_of(struct nt_filter *f)
{
	u32 class = config_read(&f->pci, CONFIG_CLASS, 4) >> 16;

	if (class == CLASS_HDA)
		return &hda;
	if (class == CLASS_AC97 && (config_read(&f->pci, 0, 4) & 0xffff) == VENDOR_INTEL)
		return &ich;
	return NULL;
}

static NTSTATUS get_dma(struct nt_filter *f, const struct nt_backend *backend)
{
	DEVICE_DESCRIPTION d = {
		.Version = DEVICE_DESCRIPTION_VERSION,
		.Master = TRUE,
		.ScatterGather = TRUE,
		.Dma32BitAddresses = TRUE,
		.InterfaceType = PCIBus,
		.MaximumLength = BUFFER_MAX,
	};
	u32 bits = ICH_DMA_BITS;
	ULONG registers;

	if (backend == &hda)
		bits = wrt_hda_dma_bits(&nt_pci_bus, f);
	d.Dma64BitAddresses = bits > 32;
	f->pci.dma = f->pci.bus.GetDmaAdapter(f->pci.bus.Context, &d, &registers);
	return f->pci.dma ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- interrupt ----------------------------------------------------------------------------- */

/* At the interrupt's level, under its spin lock. */
static NTSTATUS NTAPI serve(PINTERRUPTSYNC sync, PVOID ctx)
{
	struct nt_filter *f = ctx;

	(void)sync;
	if (f->pci.quiet || !f->backend->ops->hush(f->hw))
		return STATUS_UNSUCCESSFUL;
	nt_io_queue(f);
	return STATUS_SUCCESS;
}

static VOID NTAPI served(PKDPC dpc, PVOID ctx, PVOID a, PVOID b)
{
	struct nt_filter *f = ctx;

	(void)dpc;
	(void)a;
	(void)b;
	f->pci.arrived = true;
	if (!f->pci.quiet)
		wrt_device_irq(&f->dev);
}

NTSTATUS nt_pci_connect(struct nt_filter *f)
{
	struct nt_pci *p = &f->pci;
	NTSTATUS status;

	if (!p->open)
		return STATUS_SUCCESS;
	status = PcNewInterruptSync(&p->sync, NULL, f->resources, 0, InterruptSyncModeNormal);
	if (!NT_SUCCESS(status)) {
		p->sync = NULL;
		return status;
	}
	status = p->sync->lpVtbl->RegisterServiceRoutine(p->sync, serve, f, FALSE);
	if (NT_SUCCESS(status))
		status = p->sync->lpVtbl->Connect(p->sync);
	if (!NT_SUCCESS(status)) {
		p->sync->lpVtbl->Release(p->sync);
		p->sync = NULL;
	}
	return status;
}

static NTSTATUS NTAPI nothing(PINTERRUPTSYNC sync, PVOID ctx)
{
	(void)sync;
	(void)ctx;
	return STATUS_SUCCESS;
}

/* If quiet: on return neither interrupt routine nor DPC runs, and none will access a register. */
void nt_pci_quiet(struct nt_filter *f, bool quiet)
{
	struct nt_pci *p = &f->pci;

	p->quiet = quiet;
	if (!p->sync || !quiet)
		return;
	p->sync->lpVtbl->CallSynchronizedRoutine(p->sync, nothing, NULL);
	nt_io_flush(f);
}

/* ---- open and close ------------------------------------------------------------------------ */

static NTSTATUS set_up(struct nt_filter *f, const struct nt_backend *backend)
{
	u32 command = config_read(&f->pci, CONFIG_COMMAND, 2);
	NTSTATUS status = map_bars(f);

	if (NT_SUCCESS(status))
		status = get_dma(f, backend);
	if (NT_SUCCESS(status))
		config_write(&f->pci, CONFIG_COMMAND, 2, command | COMMAND_MASTER);
	return status;
}

NTSTATUS nt_pci_open(struct nt_filter *f, const struct nt_backend **out)
{
	NTSTATUS status;

	RtlZeroMemory(&f->pci, sizeof(f->pci));
	KeInitializeDpc(&f->pci.dpc, served, f);
	if (!f->resources)
		return STATUS_NOT_FOUND;
	status = query_bus(f);
	if (!NT_SUCCESS(status))
		return status;
	f->pci.open = true;
	*out = backend_of(f);
	status = STATUS_NOT_SUPPORTED;
	if (*out)
		status = set_up(f, *out);
	if (!NT_SUCCESS(status))
		nt_pci_close(f);
	return status;
}

/* The backend has been destroyed, or there was none. */
void nt_pci_close(struct nt_filter *f)
{
	struct nt_pci *p = &f->pci;

	if (!p->open)
		return;
	if (p->sync) {
		p->sync->lpVtbl->Disconnect(p->sync);
		p->sync->lpVtbl->Release(p->sync);
	}
	if (p->dma)
		p->dma->DmaOperations->PutDmaAdapter(p->dma);
	unmap_bars(p);
	p->bus.InterfaceDereference(p->bus.Context);
	RtlZeroMemory(p, sizeof(*p));
}
