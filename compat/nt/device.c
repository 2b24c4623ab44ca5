// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - the core's device, of any kind: start, stop, sleep, removal. PASSIVE_LEVEL,
 * one call at a time.
 */
#include "machine.h"

NTSTATUS nt_status_of(int err)
{
	switch (err) {
	case 0:
		return STATUS_SUCCESS;
	case WRT_ENOMEM:
		return STATUS_INSUFFICIENT_RESOURCES;
	case WRT_EGONE:
		return STATUS_DEVICE_REMOVED;
	case WRT_ERANGE:
		return STATUS_NOT_SUPPORTED;
	case WRT_EINVAL:
		return STATUS_INVALID_PARAMETER;
	}
	return STATUS_DEVICE_NOT_READY;
}

/* The kind of device, by its resources: a PCI function, or the simulator, which has none. */
static NTSTATUS choose(struct nt_filter *f)
{
	NTSTATUS status = nt_pci_open(f, &f->backend);

	f->bus = &nt_pci_bus;
	if (status != STATUS_NOT_FOUND)
		return status;
	f->backend = &nt_sim;
	f->bus = &nt_sim_bus;
	return STATUS_SUCCESS;
}

NTSTATUS nt_device_start(struct nt_filter *f)
{
	NTSTATUS status;
	int err;

	nt_timer_init(f);
	nt_io_find_timers(&f->timers);
	f->stepped = 0;
	f->asleep = false;
	status = choose(f);
	if (!NT_SUCCESS(status))
		return status;
	err = f->backend->create(f, &f->hw);
	if (err)
		goto err_close;
	err = wrt_device_init(&f->dev, f->backend->ops, f->hw);
	if (err)
		goto err_destroy;
	status = nt_pci_connect(f);
	if (!NT_SUCCESS(status)) {
		nt_device_stop(f);
		return status;
	}
	nt_describe(f);
	return status;

err_destroy:
	f->backend->destroy(f->hw);
	f->hw = NULL;
err_close:
	nt_pci_close(f);
	return nt_status_of(err);
}

/* No stream is left, so the timer is off. */
void nt_device_stop(struct nt_filter *f)
{
	if (!f->hw)
		return;
	nt_pci_quiet(f, true);
	wrt_device_destroy(&f->dev);
	f->backend->destroy(f->hw);
	f->hw = NULL;
	nt_pci_close(f);
}

/* Surprise removal, or a stop for good. Streams stay open, and fail. */
void nt_device_removed(struct nt_filter *f)
{
	LIST_ENTRY *e;

	if (!f->hw)
		return;
	wrt_device_gone(&f->dev);
	nt_pci_quiet(f, true);
	for (e = f->streams.Flink; e != &f->streams; e = e->Flink)
		wrt_mp_removed(&CONTAINING_RECORD(e, struct nt_stream, link)->mp);
}

void nt_device_suspend(struct nt_filter *f)
{
	if (!f->hw || f->asleep)
		return;
	wrt_device_suspend(&f->dev);
	nt_pci_quiet(f, true);
	f->asleep = true;
}

/* Interrupts are handled before DMA starts. An error is logged by the backend. */
void nt_device_resume(struct nt_filter *f)
{
	if (!f->hw || !f->asleep)
		return;
	nt_pci_quiet(f, false);
	wrt_device_resume(&f->dev);
	f->asleep = f->dev.state == WRT_DEVICE_ASLEEP;
	if (f->asleep)
		nt_pci_quiet(f, true);
}
