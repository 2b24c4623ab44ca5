// SPDX-License-Identifier: GPL-2.0-only
/*
 * realtime.c - the driver with its own clock: timers, their DPC, events that a thread waits
 * for. Checks that events happen, never when: Wine's timers are too inexact for that. TAP.
 */
#include "pin.h"

#define POINTS	10
#define PACKET	1920u		/* bytes, 10 ms */

static void run(HANDLE pin, HANDLE event)
{
	KSAUDIO_POSITION a = { 0 }, b = { 0 };
	ULONG packets = 0;
	int seen = 0;

	tap_ok(!prepare(pin, event, 2, 2 * PACKET) && go_to(pin, KSSTATE_RUN),
	     "a stream runs by the driver's own clock");
	while (seen < POINTS && WaitForSingleObject(event, 10000) == WAIT_OBJECT_0)
		seen++;
	printf("# %d signals\n", seen);
	tap_ok(seen == POINTS, "the DPC of a timer sets the event repeatedly");
	ks_get(pin, &KSPROPSETID_RtAudio, RT_PACKETCOUNT, &packets, sizeof(packets));
	tap_ok(packets >= POINTS, "at least this number of packets is counted");
	tap_ok(go_to(pin, KSSTATE_PAUSE), "it pauses");
	WaitForSingleObject(event, 0);
	ks_get(pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &a, sizeof(a));
	tap_ok(WaitForSingleObject(event, 200) == WAIT_TIMEOUT, "in PAUSE the event is not set");
	ks_get(pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &b, sizeof(b));
	tap_ok(a.PlayOffset == b.PlayOffset && a.PlayOffset < 2 * PACKET, "in PAUSE the position does not change");
	tap_ok(go_to(pin, KSSTATE_RUN) && WaitForSingleObject(event, 10000) == WAIT_OBJECT_0,
	     "it goes on");
}

int main(void)
{
	struct sim_config cfg = { .step = 0, .source = 2 };
	KSDATAFORMAT_WAVEFORMATEX format;
	HANDLE pin;

	open_filter();
	tap_ok(!ks_set(filter, &SIM_PROPERTIES, SIM_CONFIG, &cfg, sizeof(cfg)), "the clock is set");
	ks_format(&format, 48000, 16, false, 2);
	if (!ks_create_pin(0, &format.DataFormat, &pin)) {
		run(pin, CreateEventA(NULL, FALSE, FALSE, NULL));
		CloseHandle(pin);	/* while it runs */
	}
	tap_ok(!ks_set(filter, &SIM_PROPERTIES, SIM_CONFIG, &cfg, sizeof(cfg)),
	     "a stream closed in RUN leaves nothing allocated");
	tap_ok(tap_count == 9, "all of that was tried");
	return tap_done();
}
