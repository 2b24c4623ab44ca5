// SPDX-License-Identifier: GPL-2.0-only
/*
 * foreign.c - what WaveRT clients of other authors ask, in the order of the documentation: sizes
 * before values, topology, interfaces, mediums; a pin with each size of format; a stream from
 * buffer to close. On the driver with its own clock, below the stand-in port driver. TAP.
 */
#include "pin.h"

#define BYTES	1920u

static const GUID topology = { STATIC_KSPROPSETID_Topology };

/* Asks for the size with no space, then for the value; returns its bytes, or 0. */
static ULONG ask(const GUID *set, ULONG id, ULONG pin, void *value, ULONG room)
{
	KSP_PIN call = { .PinId = pin };
	ULONG size = 0, got = 0;
	ks_status st;

	st = ks_property(filter, set, id, KSPROPERTY_TYPE_GET, &call.Property, sizeof(call), NULL,
			 0, &size);
	if (st != (ks_status)0x80000005 || size > room)	/* STATUS_BUFFER_OVERFLOW */
		return 0;
	st = ks_property(filter, set, id, KSPROPERTY_TYPE_GET, &call.Property, sizeof(call), value,
			 size, &got);
	return !st && got == size ? size : 0;
}

static KSMULTIPLE_ITEM *list(const GUID *set, ULONG id, ULONG pin)
{
	static union {
		KSMULTIPLE_ITEM head;
		char room[4096];
	} u;

	u.head.Count = 0;
	if (ask(set, id, pin, &u, sizeof(u)) < sizeof(u.head))
		u.head.Count = 0;
	return &u.head;
}

static void describe(void)
{
	KSPIN_COMMUNICATION way = 0;
	ULONG pins = 0, i, streams = 0, bridges = 0, floats = 0, at;
	KSMULTIPLE_ITEM *head;
	GUID category;

	tap_ok(ask(&KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES, 0, &pins, sizeof(pins)) == 4 && pins == 8,
	       "a size is reported to a query without space; there are 8 pins");
	for (i = 0; i < pins; i++) {
		ask(&KSPROPSETID_Pin, KSPROPERTY_PIN_COMMUNICATION, i, &way, sizeof(way));
		streams += way == KSPIN_COMMUNICATION_SINK;
		bridges += way == KSPIN_COMMUNICATION_BRIDGE;
		if (ask(&KSPROPSETID_Pin, KSPROPERTY_PIN_CATEGORY, i, &category, 16) != 16)
			streams = 99;
	}
	tap_ok(streams == 4 && bridges == 4, "four pins stream, each with a bridge pin");
	tap_ok(list(&KSPROPSETID_Pin, KSPROPERTY_PIN_INTERFACES, 0)->Count == 2 &&
	       list(&KSPROPSETID_Pin, KSPROPERTY_PIN_MEDIUMS, 0)->Count == 1,
	       "interfaces and mediums of a pin");
	head = list(&KSPROPSETID_Pin, KSPROPERTY_PIN_DATARANGES, 0);
	for (i = 0, at = sizeof(*head); i < head->Count; i++) {
		const KSDATARANGE_AUDIO *r = (void *)((char *)head + at);

		floats += IsEqualGUID(&r->DataRange.SubFormat, &KSDATAFORMAT_SUBTYPE_IEEE_FLOAT);
		at += (r->DataRange.FormatSize + 7) & ~7u;
	}
	tap_ok(head->Count == 5 && floats == 1 && at == head->Size,
	       "a range for each format, one of them floating point");
	tap_ok(list(&topology, KSPROPERTY_TOPOLOGY_CATEGORIES, 0)->Count == 4, "four categories");
	tap_ok(list(&topology, KSPROPERTY_TOPOLOGY_CONNECTIONS, 0)->Count == 4,
	       "a connection for each pair of pins");
	tap_ok(list(&topology, KSPROPERTY_TOPOLOGY_NODES, 0)->Size == sizeof(KSMULTIPLE_ITEM),
	       "the simulator has no node");
}

static HANDLE pin_with(ULONG bytes, bool extensible)
{
	struct {
		KSDATAFORMAT head;
		WAVEFORMATEXTENSIBLE wave;
	} f = { 0 };
	KSDATAFORMAT_WAVEFORMATEX plain;
	HANDLE pin = NULL;

	ks_format(&plain, 48000, 16, false, 2);
	f.head = plain.DataFormat;
	f.wave.Format = plain.WaveFormatEx;
	if (extensible) {
		f.wave.Format.wFormatTag = WAVE_FORMAT_EXTENSIBLE;
		f.wave.Format.cbSize = 22;
		f.wave.Samples.wValidBitsPerSample = 16;
		f.wave.SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
	}
	f.head.FormatSize = bytes;
	return ks_create_pin(0, &f.head, &pin) ? NULL : pin;
}

/* 24 bits of three channels in frames of that size. */
static bool takes_24_bits(WORD frame_bytes)
{
	KSDATAFORMAT_WAVEFORMATEX f;
	HANDLE pin = NULL;

	ks_format(&f, 48000, 24, false, 3);
	f.WaveFormatEx.nBlockAlign = frame_bytes;
	if (ks_create_pin(0, &f.DataFormat, &pin))
		return false;
	CloseHandle(pin);
	return true;
}

/* The order of a client that plays: PortAudio's, as the documentation has it. */
static void play(HANDLE pin)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
	struct rt_register_property reg = { .base = NULL };
	KSRTAUDIO_HWREGISTER where;
	KSRTAUDIO_HWLATENCY latency;
	KSAUDIO_POSITION at = { 1, 1 };
	struct rt_buffer got;
	int i, seen = 0;

	tap_ok(event_call(pin, &KSPROPSETID_RtAudio, RT_REGISTER_NOTIFICATION_EVENT, event) ==
	       (ks_status)0xC00000A3, "without a buffer the property refuses an event");
	tap_ok(!event_call(pin, &PORT_PROPERTIES, PORT_REGISTER, event), "the method accepts it");
	tap_ok(!allocate(pin, 2, 2 * BYTES, &got) && got.actual == 2 * BYTES, "the buffer");
	tap_ok(!ks_get(pin, &KSPROPSETID_RtAudio, RT_HWLATENCY, &latency, sizeof(latency)) &&
	       ks_property(pin, &KSPROPSETID_RtAudio, RT_POSITIONREGISTER, KSPROPERTY_TYPE_GET,
			   &reg.property, sizeof(reg), &where, sizeof(where), NULL),
	       "latency; no register of a software engine");
	tap_ok(!ks_get(pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &at, sizeof(at)) &&
	       !at.PlayOffset, "the position in STOP is 0");
	tap_ok(go_to(pin, KSSTATE_ACQUIRE) && go_to(pin, KSSTATE_PAUSE) && go_to(pin, KSSTATE_RUN),
	       "it runs");
	for (i = 0; i < 8 && WaitForSingleObject(event, 10000) == WAIT_OBJECT_0; i++)
		seen += !ks_get(pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &at,
				sizeof(at)) && at.PlayOffset < got.actual;
	tap_ok(seen == 8, "the event that was registered first is signalled; the position is read");
	tap_ok(go_to(pin, KSSTATE_PAUSE) && go_to(pin, KSSTATE_STOP) &&
	       !event_call(pin, &KSPROPSETID_RtAudio, RT_UNREGISTER_NOTIFICATION_EVENT, event),
	       "it stops, and the event is unregistered");
}

/* The statuses of Microsoft's samples, which tell a client why it gets no pin. */
static void refusals(void)
{
	KSPIN_CINSTANCES n = { 0 };
	KSDATAFORMAT_WAVEFORMATEX f;
	HANDLE pin = NULL, second;

	ks_format(&f, 48000, 12, false, 2);
	tap_ok(ks_create_pin(0, &f.DataFormat, &second) == (ks_status)0xC0000272,
	       "a format that is not offered: NO_MATCH");
	ks_format(&f, 48000, 16, false, 2);
	tap_ok(!ks_create_pin(0, &f.DataFormat, &pin) &&
	       ks_create_pin(0, &f.DataFormat, &second) == (ks_status)0xC000009A,
	       "a pin in use: INSUFFICIENT_RESOURCES");
	ask(&KSPROPSETID_Pin, KSPROPERTY_PIN_CINSTANCES, 0, &n, sizeof(n));
	tap_ok(n.PossibleCount == 1 && n.CurrentCount == 1, "one of one instances is in use");
	CloseHandle(pin);
}

int main(void)
{
	struct port_held held;
	HANDLE pin;

	open_filter();
	describe();
	refusals();
	pin = pin_with(sizeof(KSDATAFORMAT) + 18, false);
	tap_ok(pin != NULL, "a format of 64 + 18 bytes is accepted");
	CloseHandle(pin);
	tap_ok(!pin_with(sizeof(KSDATAFORMAT) + 17, false), "one that is shorter is not");
	tap_ok(takes_24_bits(9), "packed samples of 24 bits are accepted");
	tap_ok(!takes_24_bits(12), "but not with the frames of 32 bits");
	pin = pin_with(sizeof(KSDATAFORMAT) + sizeof(WAVEFORMATEXTENSIBLE), true);
	tap_ok(pin != NULL, "WAVEFORMATEXTENSIBLE is accepted");
	if (pin)
		play(pin);
	CloseHandle(pin);
	tap_ok(nothing_held(&held), "nothing is held");
	pin = pin_with(sizeof(KSDATAFORMAT_WAVEFORMATEX), false);
	if (pin)
		play(pin);
	go_to(pin, KSSTATE_RUN);
	return tap_done();	/* the driver is unloaded with the pin open */
}
