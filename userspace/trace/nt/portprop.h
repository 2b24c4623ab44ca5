/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portprop.h - properties of the stand-in port driver that Windows does not have, or has in
 * another form. Between tests/nt/portcls.c and its clients.
 */
#ifndef NT_PORTPROP_H
#define NT_PORTPROP_H

DEFINE_GUID(PORT_PROPERTIES, 0x2b9e4d11, 0x7c36, 0x4f0a, 0xb2, 0x5d, 0x81, 0x6e, 0x03, 0xcd, 0x94,
	    0x7f);

enum {
	PORT_CREATE_PIN = 1,	/* set; instance: KSPIN_CONNECT, KSDATAFORMAT (KsCreatePin) */
	PORT_FREE_BUFFER,	/* set; as closing the pin does */
	PORT_HELD,		/* get struct port_held */
	PORT_QUERY,		/* set; instance: a GUID, the pin is asked for that interface */
	PORT_POWER,		/* set ULONG: DEVICE_POWER_STATE, 1 is D0; of the filter */
	PORT_REGISTER,		/* set; as RT_REGISTER_NOTIFICATION_EVENT, without its checks (Q8) */
	PORT_PNP,		/* set ULONG: minor function of IRP_MJ_PNP; of the filter */
};

struct port_held {
	ULONG pins, buffers, events;
	ULONG interrupts;	/* interrupt objects */
};

#define PORT_DEVICE	"\\\\.\\WrtStandInPortCls"

#endif
