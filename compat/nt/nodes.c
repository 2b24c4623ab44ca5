// SPDX-License-Identifier: GPL-2.0-only
/*
 * nodes.c - properties of the volume and mute nodes: the controls of the codec. Called by the
 * port driver at PASSIVE_LEVEL, one at a time.
 */
#include "nt.h"

#include "level.h"

#define ALL_CHANNELS	(-1)

struct control {
	struct nt_filter *f;
	u32 index;
	struct wrt_hw_control c;
	u32 value[2];
	LONG channel;
};

static NTSTATUS find(PPCPROPERTY_REQUEST r, struct control *k)
{
	int err;

	k->f = CONTAINING_RECORD(r->MajorTarget, struct nt_filter, iface);
	if (r->Node >= k->f->description.filter.NodeCount)
		return STATUS_INVALID_PARAMETER;
	k->index = k->f->description.control[r->Node];
	err = wrt_device_control(&k->f->dev, k->index, &k->c);
	if (!err)
		err = wrt_device_control_get(&k->f->dev, k->index, k->value);
	return nt_status_of(err);
}

static NTSTATUS find_channel(PPCPROPERTY_REQUEST r, struct control *k)
{
	NTSTATUS status = find(r, k);

	if (!NT_SUCCESS(status))
		return status;
	if (r->InstanceSize < sizeof(LONG))
		return STATUS_BUFFER_TOO_SMALL;
	k->channel = *(const LONG *)r->Instance;
	if (k->channel != ALL_CHANNELS && (ULONG)k->channel >= k->c.channels)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static NTSTATUS store(struct control *k, u32 value)
{
	if (k->channel != 1)
		k->value[0] = value;
	if (k->channel != 0)
		k->value[1] = value;
	return nt_status_of(wrt_device_control_set(&k->f->dev, k->index, k->value));
}

/* A reply that describes the property: its access, and more of it if the value has the size. */
static NTSTATUS describe(PPCPROPERTY_REQUEST r, const struct wrt_hw_control *c)
{
	const ULONG access = KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET |
			     KSPROPERTY_TYPE_BASICSUPPORT;
	struct {
		KSPROPERTY_DESCRIPTION head;
		KSPROPERTY_MEMBERSHEADER members;
		KSPROPERTY_STEPPING_LONG range;
	} *out = r->Value;
	ULONG bytes = sizeof(out->head);

	if (r->ValueSize < sizeof(out->head)) {
		if (r->ValueSize < sizeof(access))
			return STATUS_BUFFER_TOO_SMALL;
		*(ULONG *)r->Value = access;
		r->ValueSize = sizeof(access);
		return STATUS_SUCCESS;
	}
	if (!c->is_switch)
		bytes = sizeof(*out);
	RtlZeroMemory(out, r->ValueSize < bytes ? sizeof(out->head) : bytes);
	out->head.AccessFlags = access;
	out->head.DescriptionSize = bytes;
	out->head.PropTypeSet.Set = KSPROPTYPESETID_General;
	out->head.PropTypeSet.Id = VT_BOOL;
	if (!c->is_switch) {
		out->head.PropTypeSet.Id = VT_I4;
		out->head.MembersListCount = 1;
	}
	if (r->ValueSize < bytes || c->is_switch) {
		r->ValueSize = sizeof(out->head);
		return STATUS_SUCCESS;
	}
	out->members.MembersFlags = KSPROPERTY_MEMBER_STEPPEDRANGES;
	out->members.MembersSize = sizeof(out->range);
	out->members.MembersCount = 1;
	out->range.SteppingDelta = (ULONG)(nt_level_of(c, 1) - nt_level_of(c, 0));
	out->range.Bounds.SignedMinimum = nt_level_of(c, 0);
	out->range.Bounds.SignedMaximum = nt_level_of(c, c->max);
	r->ValueSize = bytes;
	return STATUS_SUCCESS;
}

static NTSTATUS basic_support(PPCPROPERTY_REQUEST r)
{
	struct control k;
	NTSTATUS status = find(r, &k);

	if (!NT_SUCCESS(status))
		return status;
	return describe(r, &k.c);
}

static NTSTATUS NTAPI volume(PPCPROPERTY_REQUEST r)
{
	struct control k;
	NTSTATUS status;

	if (r->Verb & KSPROPERTY_TYPE_BASICSUPPORT)
		return basic_support(r);
	status = find_channel(r, &k);
	if (!NT_SUCCESS(status))
		return status;
	if (r->ValueSize < sizeof(LONG))
		return STATUS_BUFFER_TOO_SMALL;
	if (r->Verb & KSPROPERTY_TYPE_SET)
		return store(&k, nt_value_of(&k.c, *(const LONG *)r->Value));
	*(LONG *)r->Value = nt_level_of(&k.c, k.value[k.channel == 1]);
	r->ValueSize = sizeof(LONG);
	return STATUS_SUCCESS;
}

/* A switch of the codec is on where the node is not muted. */
static NTSTATUS NTAPI mute(PPCPROPERTY_REQUEST r)
{
	struct control k;
	NTSTATUS status;

	if (r->Verb & KSPROPERTY_TYPE_BASICSUPPORT)
		return basic_support(r);
	status = find_channel(r, &k);
	if (!NT_SUCCESS(status))
		return status;
	if (r->ValueSize < sizeof(BOOL))
		return STATUS_BUFFER_TOO_SMALL;
	if (r->Verb & KSPROPERTY_TYPE_SET)
		return store(&k, !*(const BOOL *)r->Value);
	*(BOOL *)r->Value = !k.value[k.channel == 1];
	r->ValueSize = sizeof(BOOL);
	return STATUS_SUCCESS;
}

#define ACCESS	(KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET | KSPROPERTY_TYPE_BASICSUPPORT)

static const PCPROPERTY_ITEM volume_items[] = {
	{ &KSPROPSETID_Audio, KSPROPERTY_AUDIO_VOLUMELEVEL, ACCESS, volume },
};

static const PCPROPERTY_ITEM mute_items[] = {
	{ &KSPROPSETID_Audio, KSPROPERTY_AUDIO_MUTE, ACCESS, mute },
};

const PCAUTOMATION_TABLE nt_volume_table = NT_TABLE(volume_items);
const PCAUTOMATION_TABLE nt_mute_table = NT_TABLE(mute_items);
