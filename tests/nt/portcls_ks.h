/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portcls_ks.h - a property request to the stand-in port driver, and the properties of a filter that
 * describe it: between portcls.c and portcls_ks.c.
 */
#ifndef NT_PORTCLS_KS_H
#define NT_PORTCLS_KS_H

struct pin;

struct request {
	struct pin *pin;
	ULONG verb;		/* KSPROPERTY_TYPE_GET or _SET */
	KSPROPERTY *property;
	ULONG property_bytes;
	PVOID value;
	ULONG value_bytes;
	ULONG written;		/* bytes of the answer, or that it would have */
};

/* Answers with these bytes; asked without any space, with their number. */
NTSTATUS tell(struct request *r, const void *what, ULONG bytes);

/* KSPROPSETID_Pin. open: of each pin, how often it is open. */
NTSTATUS describe_pin(struct request *r, const PCFILTER_DESCRIPTOR *f, const ULONG *open);

/* KSPROPSETID_Topology */
NTSTATUS describe_topology(struct request *r, const PCFILTER_DESCRIPTOR *f);
extern const GUID topology_set;

#endif
