// SPDX-License-Identifier: GPL-2.0-only
/*
 * life.c - the driver with a backend for hardware over a register model (CF_MODEL): late, doubled
 * and lost DPCs, power off and on, surprise removal in every state, the nodes of the codec. TAP.
 */
#include <string.h>

#include "pin.h"

#define PACKET	480u		/* frames, 10 ms */
#define BYTES	(4 * PACKET)
#define D0	1u		/* DEVICE_POWER_STATE */
#define D3	4u
#define SURPRISE_REMOVAL	0x17u	/* IRP_MN_SURPRISE_REMOVAL */

static ULONG model;

static void device(ULONG dpc)
{
	struct sim_config cfg = { .step = 1, .source = 1, .model = model, .dpc = dpc };
	ks_status st = ks_set(filter, &SIM_PROPERTIES, SIM_CONFIG, &cfg, sizeof(cfg));

	if (!st)
		return;
	tap_ok(0, "bus: the device starts");
	ks_die("SIM_CONFIG", st);
}

static struct sim_moved step(uint64_t frames)
{
	struct {
		KSPROPERTY property;
		struct sim_step step;
	} call = { .step = { frames, 48000 } };
	struct sim_moved moved = { 0 };
	ks_status st = ks_property(filter, &SIM_PROPERTIES, SIM_STEP, KSPROPERTY_TYPE_GET,
				   &call.property, sizeof(call), &moved, sizeof(moved), NULL);

	if (st)
		ks_die("SIM_STEP", st);
	return moved;
}

/* Returns how often the event was set, looked at after each interrupt. */
static int run(uint64_t frames, HANDLE event)
{
	int n = 0;

	while (frames) {
		frames -= step(frames).moved;
		n += WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
	}
	return n;
}

static HANDLE open_pin(ULONG id)
{
	KSDATAFORMAT_WAVEFORMATEX format;
	ks_status st;
	HANDLE pin;

	ks_format(&format, 48000, 16, false, 2);
	st = ks_create_pin(id, &format.DataFormat, &pin);
	if (st)
		ks_die("a pin", st);
	return pin;
}

static void prepare_packets(HANDLE pin, HANDLE event, ULONG count)
{
	ks_status st = prepare(pin, event, count, count * BYTES);

	if (st)
		ks_die("a buffer", st);
}

static struct sim_page page(HANDLE pin)
{
	struct sim_page p = { 0 };

	ks_get(pin, &SIM_PROPERTIES, SIM_PAGE, &p, sizeof(p));
	return p;
}

static bool only_interrupt_held(void)
{
	struct port_held held;

	return nothing_held(&held) && held.interrupts == 1;
}

static bool rules_kept(void)
{
	struct sim_caps caps = { 0 };

	ks_get(filter, &SIM_PROPERTIES, SIM_CAPS, &caps, sizeof(caps));
	if (caps.broken)
		printf("# %u times: %s\n", caps.broken, caps.why);
	return !caps.broken;
}

static void put_pin(HANDLE pin)
{
	CloseHandle(pin);
	step(0);		/* closing is complete when a later call is */
}

/* ---- bus and buffer ------------------------------------------------------------------------ */

/* DMA reaches every byte of a buffer of several pages, and the mapped register shows it. */
static void buffer(void)
{
	struct rt_register_property call = { .base = NULL };
	struct {
		KSPROPERTY property;
		struct sim_peek peek;
	} look = { .peek = { .width = 32 } };
	KSRTAUDIO_HWREGISTER reg = { 0 };
	const volatile uint16_t *at;
	struct rt_buffer got;
	uint32_t i, wrong = 0, frames;
	uint64_t offset;
	HANDLE pin;
	ks_status st;

	device(SIM_DPC_AT_ONCE);
	tap_ok(1, "bus: the device starts");
	pin = open_pin(1);
	st = allocate(pin, 2, 8 * BYTES, &got);
	if (st)
		ks_die("a buffer", st);
	at = got.address;
	frames = got.actual / 4;
	go_to(pin, KSSTATE_RUN);
	step(frames / 2);
	step(frames / 2);
	step(frames / 2 - 100);
	go_to(pin, KSSTATE_PAUSE);
	offset = page(pin).now_linear % got.actual;
	for (i = 1; i < frames; i++)
		wrong += i != offset / 4 && i != offset / 4 + 1 &&
			 at[2 * i] != (uint16_t)(at[2 * i - 2] + 1);
	printf("# %lu bytes, offset %llu, %u frames are wrong\n", (unsigned long)got.actual,
	       (unsigned long long)offset, wrong);
	tap_ok(!wrong && at[0] && rules_kept(), "segments: DMA reaches the whole buffer, in order");
	if (!ks_property(pin, &KSPROPSETID_RtAudio, RT_POSITIONREGISTER, KSPROPERTY_TYPE_GET,
			 &call.property, sizeof(call), &reg, sizeof(reg), NULL)) {
		look.peek.address = (uintptr_t)reg.Register;
		ks_property(filter, &SIM_PROPERTIES, SIM_PEEK, KSPROPERTY_TYPE_GET, &look.property,
			    sizeof(look), &look.peek, sizeof(look.peek), NULL);
		tap_ok(look.peek.value - offset <= 256,
		       "bus: the position register is at the address of the property");
	}
	put_pin(pin);
	tap_ok(only_interrupt_held(), "segments: nothing is held");
}

/* ---- DPCs ---------------------------------------------------------------------------------- */

static void dpcs(ULONG mode, const char *name, int least, int most)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), pin;
	struct sim_page p;
	char text[128];
	int n;

	device(mode);
	pin = open_pin(0);
	prepare_packets(pin, event, 2);
	go_to(pin, KSSTATE_RUN);
	n = run(100 * PACKET + PACKET / 2, event);
	go_to(pin, KSSTATE_PAUSE);
	p = page(pin);
	printf("# %d signals, C is %llu, linear %llu\n", n, (unsigned long long)p.packets,
	       (unsigned long long)p.linear);
	snprintf(text, sizeof(text), "interrupt: %s DPCs, signals for the points that passed", name);
	tap_ok(n >= least && n <= most, text);
	snprintf(text, sizeof(text), "interrupt: %s DPCs, position and count are exact", name);
	tap_ok(p.packets == p.linear / BYTES && p.linear >= 100 * BYTES + BYTES / 2 - 256 &&
	       p.linear <= 101 * BYTES, text);
	put_pin(pin);
	snprintf(text, sizeof(text), "interrupt: %s DPCs, nothing is held, no rule of the hardware is broken", name);
	tap_ok(only_interrupt_held() && rules_kept(), text);
	CloseHandle(event);
}

/* ---- timer --------------------------------------------------------------------------------- */

static struct sim_caps timers(void)
{
	struct sim_caps caps = { 0 };

	ks_get(filter, &SIM_PROPERTIES, SIM_CAPS, &caps, sizeof(caps));
	return caps;
}

/* Where the system has timers of high resolution, one runs while there are streams. */
static void timer(void)
{
	uint32_t before;
	HANDLE pin, other;

	device(SIM_DPC_AT_ONCE);
	before = timers().ticks;
	tap_ok(!timers().timers, "timer: none is armed without streams");
	pin = open_pin(0);
	other = open_pin(1);
	tap_ok(timers().timers == 1 && timers().ticks > before,
	       "timer: one of high resolution is armed for all streams");
	put_pin(pin);
	tap_ok(timers().timers == 1, "timer: it stays until the last stream is closed");
	put_pin(other);
	tap_ok(!timers().timers && rules_kept(), "timer: it is freed after that");
}

/* ---- power --------------------------------------------------------------------------------- */

static void set_power(ULONG state)
{
	if (ks_set(filter, &PORT_PROPERTIES, PORT_POWER, &state, sizeof(state)))
		ks_die("PORT_POWER", 0);
}

static void power(void)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), pin;
	uint64_t before, points, ns, bytes;
	int n;

	device(SIM_DPC_AT_ONCE);
	pin = open_pin(0);
	prepare_packets(pin, event, 2);
	go_to(pin, KSSTATE_RUN);
	run(10 * PACKET + 100, event);
	before = page(pin).now_linear;
	set_power(D3);
	n = run(5 * PACKET, event);
	tap_ok(!n && page(pin).state == 3 && page(pin).now_linear - before <= 256,
	       "power: without it nothing is signalled, the state stays RUN, the position keeps");
	set_power(D0);
	before = page(pin).now_linear;
	points = page(pin).packets;
	ns = step(0).now_ns;	/* setting up the hardware has taken time */
	n = run(10 * PACKET, event);
	bytes = (step(0).now_ns - ns) / 1000 * 48 / 1000 * 4;
	printf("# %d signals, %llu bytes in the time of %llu\n", n,
	       (unsigned long long)(page(pin).now_linear - before), (unsigned long long)bytes);
	tap_ok(n >= 5 && page(pin).packets - points == (uint64_t)n,
	       "power: after it returns each point is signalled");
	tap_ok(page(pin).now_linear - before + 256 >= bytes &&
	       page(pin).now_linear - before <= bytes + 512, "power: the position goes on from there");
	set_power(D3);
	tap_ok(go_to(pin, KSSTATE_STOP), "power: a stream is stopped without it");
	put_pin(pin);
	set_power(D0);
	tap_ok(only_interrupt_held() && rules_kept(), "power: nothing is held, no rule is broken");
	CloseHandle(event);
}

/* ---- removal ------------------------------------------------------------------------------- */

static void removal(KSSTATE state)
{
	HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), pin;
	ULONG minor = SURPRISE_REMOVAL, packets;
	KSAUDIO_POSITION at;
	bool refused;
	char text[128];

	device(SIM_DPC_AT_ONCE);
	pin = open_pin(1);
	prepare_packets(pin, event, 2);
	if (state)
		go_to(pin, state);
	run(3 * PACKET, event);
	ks_set(filter, &PORT_PROPERTIES, PORT_PNP, &minor, sizeof(minor));
	run(3 * PACKET, event);
	refused = ks_get(pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &at, sizeof(at)) &&
		  ks_get(pin, &KSPROPSETID_RtAudio, RT_PACKETCOUNT, &packets, sizeof(packets));
	snprintf(text, sizeof(text), "removal: in state %d calls fail, the page says so", state);
	tap_ok(refused && page(pin).state == 4, text);
	put_pin(pin);
	snprintf(text, sizeof(text), "removal: in state %d nothing is held, no rule is broken",
		 state);
	tap_ok(only_interrupt_held() && rules_kept(), text);
	CloseHandle(event);
}

/* ---- nodes --------------------------------------------------------------------------------- */

static ks_status node(ULONG id, ULONG property, ULONG verb, LONG channel, void *value, ULONG bytes)
{
	KSNODEPROPERTY_AUDIO_CHANNEL call = { .NodeProperty.NodeId = id, .Channel = channel };

	return ks_property(filter, &KSPROPSETID_Audio, property, verb | KSPROPERTY_TYPE_TOPOLOGY,
			   &call.NodeProperty.Property, sizeof(call), value, bytes, NULL);
}

static void nodes(void)
{
	LONG level, low = -0x7fffffff, high = 0x7fffffff, least, most;
	BOOL mute = TRUE, was = FALSE;
	ULONG access = 0, volumes = 0, switches = 0, i;

	device(SIM_DPC_AT_ONCE);
	for (i = 0; i < 4; i++) {
		if (!node(i, KSPROPERTY_AUDIO_VOLUMELEVEL, KSPROPERTY_TYPE_GET, 0, &level, 4)) {
			volumes++;
			node(i, KSPROPERTY_AUDIO_VOLUMELEVEL, KSPROPERTY_TYPE_SET, -1, &low, 4);
			node(i, KSPROPERTY_AUDIO_VOLUMELEVEL, KSPROPERTY_TYPE_GET, 1, &least, 4);
			node(i, KSPROPERTY_AUDIO_VOLUMELEVEL, KSPROPERTY_TYPE_SET, 1, &high, 4);
			node(i, KSPROPERTY_AUDIO_VOLUMELEVEL, KSPROPERTY_TYPE_GET, 1, &most, 4);
			node(i, KSPROPERTY_AUDIO_VOLUMELEVEL, KSPROPERTY_TYPE_GET, 0, &level, 4);
			printf("# node %lu: volume %ld .. %ld / 65536 dB\n", (unsigned long)i,
			       (long)least, (long)most);
			tap_ok(least < most && level == least,
			       "nodes: a volume node sets both channels, or one");
			tap_ok(!node(i, KSPROPERTY_AUDIO_VOLUMELEVEL, KSPROPERTY_TYPE_BASICSUPPORT,
				     0, &access, 4) && access & KSPROPERTY_TYPE_SET,
			       "nodes: it reports what may be done to it");
		} else if (!node(i, KSPROPERTY_AUDIO_MUTE, KSPROPERTY_TYPE_GET, 0, &was, 4)) {
			switches++;
			node(i, KSPROPERTY_AUDIO_MUTE, KSPROPERTY_TYPE_SET, -1, &mute, 4);
			was = FALSE;
			node(i, KSPROPERTY_AUDIO_MUTE, KSPROPERTY_TYPE_GET, 0, &was, 4);
			tap_ok(was == TRUE, "nodes: a mute node mutes");
			mute = FALSE;
			node(i, KSPROPERTY_AUDIO_MUTE, KSPROPERTY_TYPE_SET, -1, &mute, 4);
			mute = TRUE;
		}
	}
	printf("# %lu volumes, %lu switches\n", (unsigned long)volumes, (unsigned long)switches);
	tap_ok(volumes >= 1 && switches >= 1, "nodes: the codec has some of both kinds");
	tap_ok(node(7, KSPROPERTY_AUDIO_MUTE, KSPROPERTY_TYPE_GET, 0, &was, 4) != 0,
	       "nodes: one that does not exist is refused");
}

int main(void)
{
	const char *name = getenv("CF_MODEL");
	int state;

	open_filter();
	model = name && !strcmp(name, "ich") ? SIM_MODEL_ICH : SIM_MODEL_HDA;
	buffer();
	dpcs(SIM_DPC_AT_ONCE, "immediate", 100, 101);
	dpcs(SIM_DPC_TWICE, "doubled", 100, 101);
	dpcs(SIM_DPC_LATE, "late", 99, 101);
	dpcs(SIM_DPC_LOST, "lost", 1, 101);
	timer();
	power();
	for (state = KSSTATE_STOP; state <= KSSTATE_RUN; state++)
		removal((KSSTATE)state);
	nodes();
	return tap_done();
}
