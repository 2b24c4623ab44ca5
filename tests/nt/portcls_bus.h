/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portcls_bus.h - the hardware side of the stand-in port driver: between portcls.c and
 * portcls_bus.c.
 */
#ifndef NT_PORTCLS_BUS_H
#define NT_PORTCLS_BUS_H

/* The device object of the bus driver; NULL: none can be made. */
PDEVICE_OBJECT bus_device(void);
void bus_end(void);

/* 1: turns the power of the function on; 0: off; 2: unplugs it. */
void bus_power(ULONG state);

/* Memory, ports and an interrupt, as a PCI function has them. */
PRESOURCELIST bus_resources(void);

/*
 * Gives these pages physical addresses up to `high`: in runs of different lengths, never in one
 * piece, unless `whole`. False: no place is left, or none so low.
 */
bool bus_add_pages(PVOID at, ULONG pages, ULONGLONG high, bool whole, PFN_NUMBER *pfn);
void bus_remove_pages(PVOID at);

/* Connected interrupt objects. */
ULONG bus_connected(void);

#endif
