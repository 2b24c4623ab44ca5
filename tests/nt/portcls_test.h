/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portcls_test.h - functions of the stand-in port driver that Windows' does not have: for the bus
 * model in the driver under test. PASSIVE_LEVEL, one at a time.
 */
#ifndef NT_PORTCLS_TEST_H
#define NT_PORTCLS_TEST_H

#define STAND_IN	__declspec(dllimport) NTAPI

enum { STAND_IN_OFF, STAND_IN_ON, STAND_IN_UNPLUGGED };

/* The PCI function of the device: the interface of its bus driver, and its power, as above. */
void STAND_IN StandInSetBus(const BUS_INTERFACE_STANDARD *bus, VOID (NTAPI *power)(ULONG state));

/* Runs the connected interrupt routines. False: none of them had an interrupt. */
BOOLEAN STAND_IN StandInInterrupt(void);

/* Memory of a buffer at this physical address; NULL: no buffer has these bytes in one piece. */
PVOID STAND_IN StandInMemory(ULONGLONG at, ULONG bytes);

#endif
