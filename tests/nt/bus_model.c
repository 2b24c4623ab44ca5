// SPDX-License-Identifier: GPL-2.0-only
/*
 * bus_model.c - the functions of compat/nt/machine.h over a register model, FOR TESTS ONLY: a driver in
 * which this replaces machine.c runs in Wine with the backends for hardware. It is also the bus driver
 * below it: configuration space, and memory for DMA. Time is the model's: it passes in SIM_STEP
 * and in delays. Single-threaded, as the driver's calls are in Wine.
 */
#include "machine.h"
#include "portcls_test.h"

/* mingw's pool functions only; the models' own are those of core/os.h. */
#include "model_device.h"

#define LATE_NS		3000000ull
#define LOST_EVERY	5
#define MAPPED		0x5aa50000ull	/* what a mapped register's address begins with */
#define BAR_SPACE	0x4000u

static struct {
	enum model_kind kind;
	u32 broken;
	char why[96];
	struct nt_filter *f;
	enum sim_dpc mode;
	u32 queued;			/* DPCs so far */
	bool pending;			/* one is late */
	u64 serve_ns;
	u64 mark_ns, mark_frames, rate, total;
	u32 timers, ticks;		/* of high resolution: armed, expired */
	PEXT_CALLBACK tick;
	PVOID tick_ctx;
} m;

/* ---- functions of the models --------------------------------------------------------------- */

/* Of the formats only the %s of MODEL_REQUIRE, the rule, is expanded. */
void model_broken(const char *file, int line, const char *format, ...)
{
	const char *at = format;
	va_list args;
	u32 i;

	if (m.broken++)
		return;
	va_start(args, format);
	for (i = 0; i < sizeof(m.why) - 1 && *at; i++, at++) {
		if (at[0] == '%' && at[1] == 's' && !at[2])
			at = va_arg(args, const char *);
		m.why[i] = *at;
	}
	va_end(args);
}

/* The models' log is not read here. */
int model_print(char *out, size_t room, const char *format, va_list args)
{
	size_t i;

	for (i = 0; i + 1 < room && format[i]; i++)
		out[i] = format[i];
	out[i] = 0;
	return (int)i;
}

u8 *model_memory(u64 bus, u32 bytes)
{
	return StandInMemory(bus, bytes);
}

/* ---- registers: the address is BAR and offset ---------------------------------------------- */

#define MEMORY	0xfebf0000u
#define PORT(n)	(0xd000u + 0x400u * (n))

/* Registers of another device are all ones. */
static const u64 elsewhere = MAPPED + 2 * BAR_SPACE;

void *nt_io_map(PHYSICAL_ADDRESS at, ULONG bytes, bool port)
{
	u64 found = elsewhere;
	u32 n;

	if (!port && at.QuadPart == MEMORY && bytes == BAR_SPACE)
		found = MAPPED;
	for (n = 0; n < 2; n++)
		if (port && at.QuadPart == PORT(n) && bytes == (n ? 0x40 : 0x100))
			found = MAPPED + n * BAR_SPACE;
	return (void *)(ULONG_PTR)found;
}

void nt_io_unmap(void *at, ULONG bytes, bool port)
{
}

u32 nt_io_read(void *at, bool port, u32 width)
{
	u32 offset = (u32)((ULONG_PTR)at - MAPPED);
	void *ctx;
	const struct wrt_hw_bus *bus = model_device_bus(&ctx);

	if (offset / BAR_SPACE > 1)
		return ~0u;
	return bus->read(ctx, offset / BAR_SPACE, offset % BAR_SPACE, width);
}

void nt_io_write(void *at, bool port, u32 width, u32 value)
{
	u32 offset = (u32)((ULONG_PTR)at - MAPPED);
	void *ctx;
	const struct wrt_hw_bus *bus = model_device_bus(&ctx);

	if (offset / BAR_SPACE > 1)
		return;
	bus->write(ctx, offset / BAR_SPACE, offset % BAR_SPACE, width, value);
}

u64 nt_io_now(void)
{
	void *ctx;
	const struct wrt_hw_bus *bus = model_device_bus(&ctx);

	return bus->now_ns(ctx);
}

void nt_io_stall(u32 us)
{
	void *ctx;
	const struct wrt_hw_bus *bus = model_device_bus(&ctx);

	bus->delay_us(ctx, us);
}

void nt_io_sleep(u32 us)
{
	void *ctx;
	const struct wrt_hw_bus *bus = model_device_bus(&ctx);

	bus->sleep_us(ctx, us);
}

void nt_io_timer_at(struct nt_filter *f, u32 slot, u64 ns)
{
	void *ctx;
	const struct wrt_hw_bus *bus = model_device_bus(&ctx);

	bus->timer_at(ctx, slot, ns);
}

/* ---- timers of high resolution, which Wine lacks: they expire once, when they are set ------ */

static void rule(bool kept, const char *what)
{
	if (!kept)
		model_broken(__FILE__, __LINE__, what);
}

static PEX_TIMER NTAPI allocate_timer(PEXT_CALLBACK call, PVOID ctx, ULONG attributes)
{
	rule(attributes == EX_TIMER_HIGH_RESOLUTION, "the timer has a high resolution");
	m.tick = call;
	m.tick_ctx = ctx;
	return (PEX_TIMER)&m;
}

static BOOLEAN NTAPI set_timer(PEX_TIMER t, LONGLONG due, LONGLONG period, PVOID more)
{
	rule(due == -10000 && period == 10000 && !more, "the timer expires every millisecond");
	m.timers++;
	m.ticks++;
	m.tick(t, m.tick_ctx);
	return FALSE;
}

static BOOLEAN NTAPI delete_timer(PEX_TIMER t, BOOLEAN cancel, BOOLEAN wait, PVOID more)
{
	rule(t == (PEX_TIMER)&m && cancel && wait && !more, "the timer has ended when it is freed");
	m.timers--;
	return TRUE;
}

void nt_io_find_timers(struct nt_timers *t)
{
	if (!m.kind)
		return;
	t->allocate = allocate_timer;
	t->set = set_timer;
	t->remove = delete_timer;
}

/* ---- interrupts ---------------------------------------------------------------------------- */

static void run_dpc(struct nt_filter *f)
{
	f->pci.dpc.DeferredRoutine(&f->pci.dpc, f->pci.dpc.DeferredContext, NULL, NULL);
}

void nt_io_queue(struct nt_filter *f)
{
	m.queued++;
	switch (m.mode) {
	case SIM_DPC_AT_ONCE:
		run_dpc(f);
		break;
	case SIM_DPC_TWICE:
		run_dpc(f);
		run_dpc(f);
		break;
	case SIM_DPC_LOST:
		if (m.queued % LOST_EVERY)
			run_dpc(f);
		break;
	case SIM_DPC_LATE:
		if (!m.pending)
			m.serve_ns = model_device_now() + LATE_NS;
		m.pending = true;
		break;
	}
}

void nt_io_flush(struct nt_filter *f)
{
	if (m.pending)
		run_dpc(f);
	m.pending = false;
}

static bool raise(void *ctx, bool timer)
{
	struct nt_filter *f = ctx;

	if (!timer)
		return StandInInterrupt();
	if (!f->pci.quiet)
		wrt_device_irq(&f->dev);
	return true;
}

/* ---- the bus driver ------------------------------------------------------------------------ */

static ULONG register_of(ULONG offset)
{
	switch (offset) {
	case 0x00:
		return m.kind == MODEL_HDA ? 0x26688086 : 0x24158086;
	case 0x08:
		return m.kind == MODEL_HDA ? 0x04030001 : 0x04010001;
	case 0x10:
		return m.kind == MODEL_HDA ? MEMORY | 4 : PORT(0) | 1;
	case 0x14:
		return m.kind == MODEL_HDA ? 0 : PORT(1) | 1;
	}
	return 0;
}

/* Those that a backend uses are the model's. */
static ULONG NTAPI get_config(PVOID ctx, ULONG space, PVOID out, ULONG offset, ULONG bytes)
{
	const struct wrt_hw_bus *bus;
	u32 value;

	bus = model_device_bus(&ctx);
	if (offset == 4 || offset == 0x44)
		value = bus->config_read(ctx, offset, bytes);
	else
		value = register_of(offset & ~3u) >> 8 * (offset & 3);
	RtlCopyMemory(out, &value, bytes);
	return bytes;
}

static ULONG NTAPI set_config(PVOID ctx, ULONG space, PVOID in, ULONG offset, ULONG bytes)
{
	const struct wrt_hw_bus *bus;
	u32 value = 0;

	bus = model_device_bus(&ctx);
	RtlCopyMemory(&value, in, bytes);
	bus->config_write(ctx, offset, bytes, value);
	return bytes;
}

static PVOID NTAPI common_alloc(PDMA_ADAPTER a, ULONG bytes, PPHYSICAL_ADDRESS out, BOOLEAN cached)
{
	const struct wrt_hw_bus *bus;
	void *ctx;
	u64 at = 0;
	PVOID cpu;

	bus = model_device_bus(&ctx);
	cpu = bus->dma_alloc(ctx, bytes, &at);
	out->QuadPart = (LONGLONG)at;
	if (cpu)
		RtlFillMemory(cpu, bytes, 0xa5);	/* a driver that needs zeros has to write them */
	return cpu;
}

static VOID NTAPI common_free(PDMA_ADAPTER a, ULONG bytes, PHYSICAL_ADDRESS at, PVOID cpu,
			      BOOLEAN cached)
{
	const struct wrt_hw_bus *bus;
	void *ctx;

	bus = model_device_bus(&ctx);
	bus->dma_free(ctx, cpu, (u64)at.QuadPart, bytes);
}

static VOID NTAPI put_dma(PDMA_ADAPTER a)
{
}

static DMA_OPERATIONS operations = {
	.Size = sizeof(operations),
	.PutDmaAdapter = put_dma,
	.AllocateCommonBuffer = common_alloc,
	.FreeCommonBuffer = common_free,
};

static DMA_ADAPTER adapter = { 1, sizeof(adapter), &operations };

static PDMA_ADAPTER NTAPI get_dma(PVOID ctx, PDEVICE_DESCRIPTION d, PULONG registers)
{
	*registers = d->MaximumLength / PAGE_SIZE + 1;
	return d->Master && d->Dma64BitAddresses == (m.kind == MODEL_HDA) ? &adapter : NULL;
}

static VOID NTAPI power(ULONG state)
{
	if (state == STAND_IN_UNPLUGGED)
		model_device_unplug();
	else
		model_device_power(state == STAND_IN_ON);
}

static VOID NTAPI nothing(PVOID ctx)
{
}

static const BUS_INTERFACE_STANDARD bus_interface = {
	.Size = sizeof(bus_interface),
	.Version = 1,
	.InterfaceReference = nothing,
	.InterfaceDereference = nothing,
	.GetDmaAdapter = get_dma,
	.SetBusData = set_config,
	.GetBusData = get_config,
};

/* ---- the private properties ---------------------------------------------------------------- */

/* The device has been stopped, with all of its memory freed. */
NTSTATUS nt_io_select(struct nt_filter *f, const struct sim_config *want)
{
	static const enum model_source sources[] = { MODEL_SILENCE, MODEL_RAMP, MODEL_SILENCE };

	if (m.kind)
		model_device_close();
	m.kind = MODEL_NONE;
	StandInSetBus(NULL, NULL);
	if (!want->model)
		return STATUS_SUCCESS;
	m.f = f;
	m.mode = (enum sim_dpc)want->dpc;
	m.queued = 0;
	m.pending = false;
	m.mark_frames = 0;
	m.rate = 0;
	m.total = 0;
	if (!model_device_open((enum model_kind)want->model, sources[want->source]))
		return STATUS_INSUFFICIENT_RESOURCES;
	m.kind = (enum model_kind)want->model;
	model_device_raise(raise, f);
	StandInSetBus(&bus_interface, power);
	return STATUS_SUCCESS;
}

/* The first ns at which so many frames have passed. */
static u64 frames_ns(u64 frames, u64 rate)
{
	u64 part = frames % rate * WRT_NSEC_PER_SEC;

	return frames / rate * WRT_NSEC_PER_SEC + (part + rate - 1) / rate;
}

static u64 frames_at(u64 ns)
{
	u64 frames = wrt_mul_div_u64(ns - m.mark_ns, m.rate, WRT_NSEC_PER_SEC);

	while (frames_ns(frames + 1, m.rate) <= ns - m.mark_ns)
		frames++;
	return frames;
}

/* Up to ns, or to an interrupt that signals an event. */
static void run(u64 ns)
{
	u32 signals = m.f->signals;

	while (model_device_now() < ns && m.f->signals == signals) {
		model_device_run_until(m.pending && m.serve_ns < ns ? m.serve_ns : ns, true);
		if (m.pending && model_device_now() >= m.serve_ns)
			nt_io_flush(m.f);
	}
}

NTSTATUS nt_io_step(struct nt_filter *f, const struct sim_step *arg, struct sim_moved *out)
{
	u64 done;

	RtlZeroMemory(out, sizeof(*out));
	if (!m.kind)
		return STATUS_NOT_SUPPORTED;
	if (arg->frames && arg->rate != m.rate) {
		m.rate = arg->rate;
		m.mark_ns = model_device_now();
		m.mark_frames = 0;
	}
	if (arg->frames) {
		run(m.mark_ns + frames_ns(m.mark_frames + arg->frames, m.rate));
		done = frames_at(model_device_now());
		done = wrt_min_u64(wrt_max_u64(done, m.mark_frames), m.mark_frames + arg->frames);
		out->moved = done - m.mark_frames;
		m.mark_frames = done;
		m.total += out->moved;
		out->begun = model_device_now() > m.mark_ns + frames_ns(done, m.rate);
	}
	out->total = m.total;
	out->now_ns = model_device_now();
	return STATUS_SUCCESS;
}

void nt_io_rules(struct sim_caps *out)
{
	out->broken = m.broken;
	RtlCopyMemory(out->why, m.why, sizeof(out->why));
	out->timers = m.timers;
	out->ticks = m.ticks;
}

NTSTATUS nt_io_peek(struct nt_filter *f, struct sim_peek *value)
{
	if (!m.kind)
		return STATUS_NOT_SUPPORTED;
	value->value = nt_io_read((void *)(ULONG_PTR)value->address, false, (u32)value->width / 8);
	return STATUS_SUCCESS;
}
