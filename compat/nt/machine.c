// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - see machine.h. Only nt_io_find_timers() has ever run: Wine lacks the rest.
 */
#include "machine.h"

void *nt_io_map(PHYSICAL_ADDRESS at, ULONG bytes, bool port)
{
	if (port)
		return (void *)(ULONG_PTR)at.QuadPart;
	return MmMapIoSpace(at, bytes, MmNonCached);
}

void nt_io_unmap(void *at, ULONG bytes, bool port)
{
	if (!port)
		MmUnmapIoSpace(at, bytes);
}

static u32 read_port(void *at, u32 width)
{
	switch (width) {
	case 1:
		return READ_PORT_UCHAR(at);
	case 2:
		return READ_PORT_USHORT(at);
	}
	return READ_PORT_ULONG(at);
}

u32 nt_io_read(void *at, bool port, u32 width)
{
	if (port)
		return read_port(at, width);
	switch (width) {
	case 1:
		return READ_REGISTER_UCHAR(at);
	case 2:
		return READ_REGISTER_USHORT(at);
	}
	return READ_REGISTER_ULONG(at);
}

static void write_port(void *at, u32 width, u32 value)
{
	switch (width) {
	case 1:
		WRITE_PORT_UCHAR(at, (UCHAR)value);
		break;
	case 2:
		WRITE_PORT_USHORT(at, (USHORT)value);
		break;
	default:
		WRITE_PORT_ULONG(at, value);
	}
}

void nt_io_write(void *at, bool port, u32 width, u32 value)
{
	if (port) {
		write_port(at, width, value);
		return;
	}
	switch (width) {
	case 1:
		WRITE_REGISTER_UCHAR(at, (UCHAR)value);
		break;
	case 2:
		WRITE_REGISTER_USHORT(at, (USHORT)value);
		break;
	default:
		WRITE_REGISTER_ULONG(at, value);
	}
}

static void *routine(PCWSTR name)
{
	UNICODE_STRING s;

	RtlInitUnicodeString(&s, name);
	return MmGetSystemRoutineAddress(&s);
}

void nt_io_find_timers(struct nt_timers *t)
{
	t->allocate = (nt_allocate_timer)routine(L"ExAllocateTimer");
	t->set = (nt_set_timer)routine(L"ExSetTimer");
	t->remove = (nt_delete_timer)routine(L"ExDeleteTimer");
}

u64 nt_io_now(void)
{
	return nt_now_ns();
}

void nt_io_stall(u32 us)
{
	KeStallExecutionProcessor(us);
}

void nt_io_sleep(u32 us)
{
	LARGE_INTEGER due;

	due.QuadPart = -10 * (LONGLONG)us;
	KeDelayExecutionThread(KernelMode, FALSE, &due);
}

void nt_io_timer_at(struct nt_filter *f, u32 slot, u64 ns)
{
	nt_timer_at(f, slot, ns);
}

void nt_io_queue(struct nt_filter *f)
{
	KeInsertQueueDpc(&f->pci.dpc, NULL, NULL);
}

void nt_io_flush(struct nt_filter *f)
{
	(void)f;
	KeFlushQueuedDpcs();
}

NTSTATUS nt_io_select(struct nt_filter *f, const struct sim_config *want)
{
	(void)f;
	return want->model ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

NTSTATUS nt_io_step(struct nt_filter *f, const struct sim_step *arg, struct sim_moved *out)
{
	(void)f;
	(void)arg;
	(void)out;
	return STATUS_NOT_SUPPORTED;
}

void nt_io_rules(struct sim_caps *out)
{
	(void)out;
}

NTSTATUS nt_io_peek(struct nt_filter *f, struct sim_peek *value)
{
	(void)f;
	(void)value;
	return STATUS_NOT_SUPPORTED;
}
