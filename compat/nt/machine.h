/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - functions of a driver for hardware that Wine lacks: registers, DPCs, time. pci.c uses
 * nothing else of its processor. Tests link tests/nt/bus_model.c in place of machine.c.
 */
#ifndef WRT_NT_MACHINE_H
#define WRT_NT_MACHINE_H

#include "nt.h"

/* PASSIVE_LEVEL. A range of memory or of ports, as the processor sees it; NULL: no memory. */
void *nt_io_map(PHYSICAL_ADDRESS at, ULONG bytes, bool port);
void nt_io_unmap(void *at, ULONG bytes, bool port);

/* Any IRQL. Little endian; width: 1, 2 or 4 bytes. */
u32 nt_io_read(void *at, bool port, u32 width);
void nt_io_write(void *at, bool port, u32 width, u32 value);

/* PASSIVE_LEVEL. The functions of timers of high resolution, which not every system has. */
void nt_io_find_timers(struct nt_timers *t);

u64 nt_io_now(void);			/* any IRQL */
void nt_io_stall(u32 us);		/* any IRQL, busy */
void nt_io_sleep(u32 us);		/* PASSIVE_LEVEL, APC_LEVEL */

/* Up to DISPATCH_LEVEL: have the interrupt handler run at this time; see wrt_hw_bus. */
void nt_io_timer_at(struct nt_filter *f, u32 slot, u64 ns);

/* From the interrupt routine; and wait for what was queued (PASSIVE_LEVEL). */
void nt_io_queue(struct nt_filter *f);
void nt_io_flush(struct nt_filter *f);

/* For tests of the driver over a register model; STATUS_NOT_SUPPORTED on real hardware. */
NTSTATUS nt_io_select(struct nt_filter *f, const struct sim_config *want);
NTSTATUS nt_io_step(struct nt_filter *f, const struct sim_step *arg, struct sim_moved *out);
void nt_io_rules(struct sim_caps *out);
NTSTATUS nt_io_peek(struct nt_filter *f, struct sim_peek *value);

#endif
