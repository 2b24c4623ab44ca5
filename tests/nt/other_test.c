// SPDX-License-Identifier: GPL-2.0-only
/*
 * other_test.c - a client of other.c: shows that the stand-in port driver serves a miniport that
 * is unlike wavertmini.sys. TAP.
 */
#include "pin.h"

#define BYTES	5760u		/* three packets of 10 ms */

static const GUID topology = { STATIC_KSPROPSETID_Topology };

static ks_status of_pin(ULONG pin, ULONG id, void *value, ULONG bytes)
{
	KSP_PIN call = { .PinId = pin };

	return ks_property(filter, &KSPROPSETID_Pin, id, KSPROPERTY_TYPE_GET, &call.Property,
			   sizeof(call), value, bytes, NULL);
}

static ks_status create(ULONG id, ULONG rate, HANDLE *pin)
{
	KSDATAFORMAT_WAVEFORMATEX f;

	ks_format(&f, rate, 16, false, 2);
	return ks_create_pin(id, &f.DataFormat, pin);
}

static void describe(void)
{
	struct {
		KSMULTIPLE_ITEM head;
		KSTOPOLOGY_CONNECTION at;
	} link = { 0 };
	struct {
		KSMULTIPLE_ITEM head;
		KSDATARANGE_AUDIO first;
		KSMULTIPLE_ITEM list;
		KSATTRIBUTE attribute;
		KSDATARANGE_AUDIO second;
	} r = { 0 };

	of_pin(1, KSPROPERTY_PIN_DATARANGES, &r, sizeof(r));
	tap_ok(r.head.Count == 3 && r.head.Size == sizeof(r) &&
	       r.first.DataRange.Flags == KSDATARANGE_ATTRIBUTES && r.list.Count == 1 &&
	       r.attribute.Size == sizeof(KSATTRIBUTE) && r.second.MaximumSampleFrequency == 48000,
	       "other: a range, its attributes and a second range");
	ks_get(filter, &topology, KSPROPERTY_TOPOLOGY_CONNECTIONS, &link, sizeof(link));
	tap_ok(link.head.Count == 1 && link.at.FromNodePin == 1 && link.at.ToNodePin == 0,
	       "other: the connection leads to the bridge pin, which is the first");
}

static void play(HANDLE pin)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
	KSAUDIO_POSITION at = { 0 };
	struct rt_buffer got = { 0 };
	ULONG packets, seen = 0;

	tap_ok(!event_call(pin, &PORT_PROPERTIES, PORT_REGISTER, event),
	       "other: its method accepts an event before a buffer");
	tap_ok(!allocate(pin, 3, BYTES, &got) && got.actual == BYTES && got.barrier,
	       "other: a buffer of three packets, write-combined");
	tap_ok(ks_get(pin, &KSPROPSETID_RtAudio, RT_PACKETCOUNT, &packets, sizeof(packets)) ==
	       (ks_status)0xC00000BB, "other: it has no packets");
	go_to(pin, KSSTATE_RUN);
	while (seen < 5 && WaitForSingleObject(event, 10000) == WAIT_OBJECT_0)
		seen++;
	ks_get(pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &at, sizeof(at));
	tap_ok(seen == 5 && at.PlayOffset < 8192, "other: it signals and has a position");
}

int main(void)
{
	struct port_held held;
	ULONG power = 4;
	HANDLE pin, second;

	open_filter();
	describe();
	tap_ok(create(0, 48000, &pin) == (ks_status)0xC000000D,
	       "other: the port driver creates no bridge pin");
	tap_ok(create(1, 44100, &pin) == (ks_status)0xC0000272, "other: NO_MATCH reaches the client");
	if (create(1, 48000, &pin))
		ks_die("a pin", 0);
	tap_ok(create(1, 48000, &second) == (ks_status)0xC000009A, "other: one instance a pin");
	tap_ok(ks_set(filter, &PORT_PROPERTIES, PORT_POWER, &power, sizeof(power)) ==
	       (ks_status)0xC00000BB, "other: it has no power management");
	play(pin);
	CloseHandle(pin);	/* in RUN, with event and buffer */
	tap_ok(nothing_held(&held), "other: closed in RUN, nothing is held");
	return tap_done();
}
