// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_nt.c - the client of client.h over IOCTL_KS_PROPERTY: a Windows program, run by
 * Wine, on wavertmini.sys below the stand-in port driver. The code shared with wavert-trace
 * is in client_ks.c.
 *
 * Time is the simulator's step clock; or, with CF_MODEL=hda or ich and the driver over register
 * models (wavertmodel.sys), that of the model. An NT event does not count: set twice, it is set. So
 * time passes from interrupt to interrupt, and in between each event is read.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_ks.h"
#include "probe.h"

static HANDLE filter = INVALID_HANDLE_VALUE;

_Noreturn void ks_die(const char *what, ks_status status)
{
	printf("Bail out! %s: %08lx\n", what, (unsigned long)status);
	fflush(stdout);
	exit(1);
}

/* ---- the device ---------------------------------------------------------------------- */

static void begin(void)
{
	ks_client_begin();
	nt_load_driver();
	filter = CreateFileA(PORT_DEVICE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			     NULL);
	if (filter == INVALID_HANDLE_VALUE)
		ks_die("the filter", (ks_status)GetLastError());
}

static struct sim_moved step(uint64_t frames, uint32_t rate);

/* As in tests/conformance/client_host.c. */
static const struct cf_nature model_nature[] = {
	[SIM_MODEL_HDA] = {
		.hardware = true, .ramp = true, .registers = true, .step = 256, .late_us = 3000,
		.pins = 1, .channels_max = 2, .buffer_min = 1024, .size_step = 128,
		.rates = { 48000, 44100, 96000 },
	},
	[SIM_MODEL_ICH] = {
		.hardware = true, .ramp = true, .step = 200, .late_us = 3000, .pins = 1,
		.channels_max = 2, .buffer_min = 128, .size_step = 4,
		.rates = { 48000, 44100, 32000 },
	},
};

static enum sim_model model;

static enum sim_model model_wanted(void)
{
	const char *name = getenv("CF_MODEL");

	if (!name || !*name)
		return SIM_NO_MODEL;
	return strcmp(name, "ich") ? SIM_MODEL_HDA : SIM_MODEL_ICH;
}

/* The driver has done what no driver may do: the test fails. */
static void check_rules(void)
{
	struct sim_caps caps = { 0 };

	if (model && !ks_get(filter, &SIM_PROPERTIES, SIM_CAPS, &caps, sizeof(caps)) && caps.broken)
		ks_die(caps.why, (ks_status)caps.broken);
}

static void nt_end(void)
{
	if (ks_client_end())
		step(0, 0);	/* closing is complete when a later call is */
	check_rules();
}

static enum wrt_status nt_device(const struct cf_device *wish)
{
	struct sim_config cfg = {
		.step = 1, .source = wish->ramp ? 1 : 2, .fault = wish->not_ready ? 3 : 0,
		.model = model_wanted(),
	};

	if (cfg.model) {
		cf_client.exact = getenv("CF_CLOCK") != NULL;
		cf_client.nature = model_nature[cfg.model];
	}
	if (wish->shaped || (wish->no_end && !cfg.model) || (wish->not_ready && cfg.model))
		return CF_LACKS;
	model = (enum sim_model)cfg.model;
	if (filter == INVALID_HANDLE_VALUE)
		begin();
	nt_end();
	return ks_status_of(ks_set(filter, &SIM_PROPERTIES, SIM_CONFIG, &cfg, sizeof(cfg)));
}

static enum wrt_status nt_remove(void)
{
	enum wrt_status st = ks_status_of(ks_set(filter, &SIM_PROPERTIES, SIM_REMOVE, NULL, 0));

	ks_look_at_events();
	return st;
}

/* ---- time ---------------------------------------------------------------------------- */

static struct sim_moved step(uint64_t frames, uint32_t rate)
{
	struct {
		KSPROPERTY property;
		struct sim_step step;
	} call = { .step = { frames, rate } };
	struct sim_moved moved = { 0 };
	ks_status st = ks_property(filter, &SIM_PROPERTIES, SIM_STEP, KSPROPERTY_TYPE_GET,
				   &call.property, sizeof(call), &moved, sizeof(moved), NULL);

	if (st)
		ks_die("SIM_STEP", st);
	return moved;
}

static void nt_advance(uint64_t frames, uint32_t rate)
{
	while (frames) {
		frames -= step(frames, rate).moved;
		ks_look_at_events();
	}
}

/* Ends with a whole frame, as on the host. */
static bool nt_event_wait(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	struct sim_moved moved = { 0 };

	ks_look_at_events();
	while (!ks_event_counted(e) && frames) {
		moved = step(frames, rate);
		frames -= moved.moved;
		ks_look_at_events();
	}
	if (moved.begun)
		nt_advance(1, rate);
	return ks_event_counted(e);
}

static uint64_t nt_moved(void)
{
	return step(0, 0).total;
}

/* In whole ticks of the performance counter. */
static uint64_t nt_now(uint32_t rate)
{
	struct sim_moved moved = step(0, 0);
	uint64_t total = moved.total, frequency = ks_frequency();

	if (model)
		return ks_ns_of(moved.now_ns / 1000000000 * frequency +
				moved.now_ns % 1000000000 * frequency / 1000000000);
	return ks_ns_of(total / rate * frequency + total % rate * frequency / rate);
}

/* ---- streams ------------------------------------------------------------------------- */

static ULONG pin_id(uint32_t dir, uint32_t pin)
{
	uint32_t pins = model ? 1 : SIM_PAIRS;

	return dir > CF_CAPTURE || pin >= pins ? 99 : dir * pins + pin;
}

static enum wrt_status open_with(uint32_t dir, uint32_t pin,
				 const KSDATAFORMAT_WAVEFORMATEX *format, struct cf_stream **out)
{
	enum wrt_status st;
	HANDLE h;

	st = ks_status_of(ks_create_pin(pin_id(dir, pin), &format->DataFormat, &h));
	if (st)
		return st;
	*out = ks_stream();
	(*out)->pin = h;
	return st;
}

static enum wrt_status nt_open(uint32_t dir, uint32_t pin, struct cf_stream **out)
{
	KSDATAFORMAT_WAVEFORMATEX format;

	ks_format(&format, 48000, 16, false, 2);
	return open_with(dir, pin, &format, out);
}

static void nt_close(struct cf_stream *s)
{
	ks_stream_close(s);
	step(0, 0);	/* see nt_end() */
	ks_look_at_events();
}

static enum wrt_status ask(struct cf_stream *s, const GUID *iid)
{
	struct {
		KSPROPERTY property;
		GUID iid;
	} call = { .iid = *iid };

	return ks_status_of(ks_property(s->pin, &PORT_PROPERTIES, PORT_QUERY, KSPROPERTY_TYPE_SET,
					&call.property, sizeof(call), NULL, 0, NULL));
}

static enum wrt_status nt_caps(uint32_t dir, uint32_t pin, struct cf_caps *out)
{
	struct sim_caps caps = { 0 };
	BOOL notification = FALSE;
	struct cf_stream *s;
	enum wrt_status st = nt_open(dir, pin, &s);

	if (st)
		return WRT_STATUS_NOT_FOUND;
	st = ks_status_of(ks_get(filter, &SIM_PROPERTIES, SIM_CAPS, &caps, sizeof(caps)));
	ks_get(s->pin, &KSPROPSETID_RtAudio, RT_QUERY_NOTIFICATION_SUPPORT, &notification,
	       sizeof(notification));
	*out = (struct cf_caps){
		.pins = caps.pins, .buffer_max = caps.buffer_max, .notify_max = caps.notify_max,
		.notification = notification,
		.input = ask(s, &NT_IID_INPUT) == WRT_STATUS_SUCCESS,
		.output = ask(s, &NT_IID_OUTPUT) == WRT_STATUS_SUCCESS,
	};
	nt_close(s);
	return st;
}

static enum wrt_status nt_alloc_failing(struct cf_stream *s, struct cf_buffer *b, int n, bool *hit)
{
	return CF_LACKS;
}

static enum wrt_status nt_free(struct cf_stream *s)
{
	enum wrt_status st = ks_status_of(ks_set(s->pin, &PORT_PROPERTIES, PORT_FREE_BUFFER, NULL,
						 0));

	ks_look_at_events();
	if (!st)
		s->map = NULL;
	return st;
}

/* ---- reading ------------------------------------------------------------------------- */

/* The contract's position has only offsets; the other values belong to the same reading. */
static enum wrt_status nt_position(struct cf_stream *s, struct cf_position *out)
{
	struct sim_page before, page = { 0 };
	KSAUDIO_POSITION p = { 0 };
	ks_status st;

	do {
		st = ks_get(s->pin, &SIM_PROPERTIES, SIM_PAGE, &before, sizeof(before));
		if (!st)
			st = ks_get(s->pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &p,
				    sizeof(p));
		if (!st)
			st = ks_get(s->pin, &SIM_PROPERTIES, SIM_PAGE, &page, sizeof(page));
	} while (!st && before.now_linear != page.now_linear);
	*out = (struct cf_position){ p.PlayOffset, page.now_linear, page.now_ns, page.state };
	return ks_status_of(st);
}

static enum wrt_status nt_page(struct cf_stream *s, struct cf_page *out)
{
	struct sim_page p = { 0 };
	enum wrt_status st = ks_status_of(ks_get(s->pin, &SIM_PROPERTIES, SIM_PAGE, &p, sizeof(p)));

	*out = (struct cf_page){
		.linear = p.linear, .packets = p.packets, .underruns = p.underruns,
		.repeats = p.repeats, .late = p.late, .overruns = p.overruns,
		.dropped = p.dropped, .state = p.state, .number = p.number,
		.at_linear = p.at_linear, .late_ns = ~0ull,
	};
	return st;
}

/* The address that the register property returned, by the model's bus. */
static enum wrt_status nt_reg_read(struct cf_stream *s, enum cf_register_kind kind, uint64_t *out)
{
	struct sim_peek peek = { (uintptr_t)s->reg[kind].Register, s->reg[kind].Width, 0 };
	struct {
		KSPROPERTY property;
		struct sim_peek peek;
	} call = { .peek = peek };
	ks_status st = ks_property(filter, &SIM_PROPERTIES, SIM_PEEK, KSPROPERTY_TYPE_GET,
				   &call.property, sizeof(call), &peek, sizeof(peek), NULL);

	*out = peek.value;
	return ks_status_of(st);
}

/* ---- probes --------------------------------------------------------------------------- */

static long nt_held(enum cf_held what)
{
	struct port_held held = { 0 };
	ks_status st = ks_get(filter, &PORT_PROPERTIES, PORT_HELD, &held, sizeof(held));

	if (st)
		ks_die("PORT_HELD", st);
	if (what == CF_HELD_BUFFERS)
		return (long)held.buffers;
	return (long)(what == CF_HELD_EVENTS ? held.events : held.pins);
}

/* In a separate process that runs this program. */
static enum wrt_status nt_client_dies(struct cf_event *e)
{
	char self[MAX_PATH], line[MAX_PATH + 64], c = 'x';
	SECURITY_ATTRIBUTES inherited = { .nLength = sizeof(inherited), .bInheritHandle = TRUE };
	STARTUPINFOA start = { .cb = sizeof(start) };
	PROCESS_INFORMATION process;
	HANDLE from, to;
	DWORD n;

	if (!CreatePipe(&from, &to, &inherited, 0))
		ks_die("CreatePipe", (ks_status)GetLastError());
	GetModuleFileNameA(NULL, self, sizeof(self));
	snprintf(line, sizeof(line), "\"%s\" --live %lu %lu", self,
		 (unsigned long)(uintptr_t)ks_event_handle(e), (unsigned long)(uintptr_t)to);
	if (!CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
		ks_die("CreateProcess", (ks_status)GetLastError());
	CloseHandle(to);
	if (!ReadFile(from, &c, 1, &n, NULL))
		c = 'x';
	CloseHandle(from);
	nt_advance(1000, 48000);
	TerminateProcess(process.hProcess, 1);
	WaitForSingleObject(process.hProcess, INFINITE);
	CloseHandle(process.hProcess);
	CloseHandle(process.hThread);
	return c == 'r' ? WRT_STATUS_SUCCESS : CF_OTHER;
}

static void live(HANDLE event, HANDLE ready)
{
	struct cf_buffer b = { .notify = true, .count = 2, .bytes = 3840 };
	struct cf_stream *s;
	char c = 'x';
	DWORD n;

	ks_client_begin();
	if (!nt_open(CF_RENDER, 0, &s) && !ks_alloc(s, &b) &&
	    !ks_event_call(s, event, RT_REGISTER_NOTIFICATION_EVENT) && !ks_set_state(s, CF_RUN))
		c = 'r';
	WriteFile(ready, &c, 1, &n, NULL);
	Sleep(INFINITE);
}

/* Before main() of the suite. */
__attribute__((constructor)) static void maybe_live(void)
{
	unsigned long event, ready;
	const char *at = strstr(GetCommandLineA(), "--live ");

	if (at && sscanf(at, "--live %lu %lu", &event, &ready) == 2)
		live((HANDLE)(uintptr_t)event, (HANDLE)(uintptr_t)ready);
}

struct property {
	const GUID *set;
	ULONG id, verb, property_bytes, value_bytes;
};

#define RT(id, verb, more, value) { &KSPROPSETID_RtAudio, id, KSPROPERTY_TYPE_##verb,	\
				    sizeof(KSPROPERTY) + (more), value }

static const struct property properties[] = {
	RT(RT_BUFFER, GET, 12, 16), RT(RT_HWLATENCY, GET, 0, 12),
	RT(RT_POSITIONREGISTER, GET, 8, 40), RT(RT_CLOCKREGISTER, GET, 8, 40),
	RT(RT_BUFFER_WITH_NOTIFICATION, GET, 16, 16),
	RT(RT_REGISTER_NOTIFICATION_EVENT, SET, 8, 0),
	RT(RT_UNREGISTER_NOTIFICATION_EVENT, SET, 8, 0), RT(RT_PACKETCOUNT, GET, 0, 4),
	RT(RT_PRESENTATION_POSITION, GET, 0, 16), RT(RT_GETREADPACKET, GET, 0, 24),
	RT(RT_SETWRITEPACKET, SET, 0, 12),
	{ &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, KSPROPERTY_TYPE_SET, 24, 4 },
	{ &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, KSPROPERTY_TYPE_GET, 24, 16 },
};

#define PROPERTIES (int)(sizeof(properties) / sizeof(*properties))

static bool accepted(struct cf_stream *s, const struct property *p, ULONG verb,
		     ULONG property_bytes, ULONG value_bytes)
{
	KSPROPERTY call[4] = { 0 };
	uint8_t value[64] = { 0 };

	return ks_property(s->pin, p->set, p->id, verb, call, property_bytes, value, value_bytes,
			   NULL) >= 0;
}

static int nt_short_arguments(struct cf_stream *s)
{
	int i, n = 0;

	for (i = 0; i < PROPERTIES; i++) {
		const struct property *p = &properties[i];

		n += accepted(s, p, p->verb, p->property_bytes - 1, p->value_bytes);
		if (p->value_bytes)
			n += accepted(s, p, p->verb, p->property_bytes, p->value_bytes - 1);
		n += accepted(s, p, p->verb, 0, 0);
	}
	return n;
}

/* The event properties allow get and set; the others allow one of both. */
static int nt_wrong_access(struct cf_stream *s)
{
	int i, n = 0;

	for (i = 0; i < PROPERTIES; i++) {
		const struct property *p = &properties[i];
		ULONG other = p->verb ^ KSPROPERTY_TYPE_GET ^ KSPROPERTY_TYPE_SET;

		n += accepted(s, p, 0, p->property_bytes, p->value_bytes);
		if (p->id == RT_REGISTER_NOTIFICATION_EVENT ||
		    p->id == RT_UNREGISTER_NOTIFICATION_EVENT ||
		    p->set == &KSPROPSETID_Connection)
			continue;
		n += accepted(s, p, other, p->property_bytes, p->value_bytes);
	}
	return n;
}

static enum wrt_status nt_unknown_interface(struct cf_stream *s)
{
	return ask(s, &SIM_PROPERTIES);
}

struct cf_client cf_client = {
	.name = "nt",
	.exact = true,
	.kernel = true,
	.nature = {
		.loopback = true, .ramp = true, .pins = SIM_PAIRS, .channels_max = 8,
		.size_step = 1, .rates = { 48000, 44100, 96000 },
	},
	.device = nt_device,
	.end = nt_end,
	.remove = nt_remove,
	.open = nt_open,
	.close = nt_close,
	.set_format = ks_set_format,
	.alloc = ks_alloc,
	.free = nt_free,
	.map = ks_map,
	.event = ks_event_new,
	.event_dup = ks_event_dup,
	.event_close = ks_event_close,
	.event_take = ks_event_take,
	.event_wait = nt_event_wait,
	.event_register = ks_event_register,
	.event_unregister = ks_event_unregister,
	.event_bad = ks_event_bad,
	.set_state = ks_set_state,
	.position = nt_position,
	.packet_count = ks_packet_count,
	.presentation = ks_presentation,
	.read_packet = ks_read_packet,
	.write_packet = ks_write_packet,
	.latency = ks_latency,
	.reg = ks_reg,
	.page = nt_page,
	.advance = nt_advance,
	.now_ns = nt_now,
	.moved = nt_moved,
};

struct cf_probe cf_probe = {
	.caps = nt_caps,
	.alloc_failing = nt_alloc_failing,
	.reg_read = nt_reg_read,
	.held = nt_held,
	.client_dies = nt_client_dies,
	.short_arguments = nt_short_arguments,
	.wrong_access = nt_wrong_access,
	.unknown_interface = nt_unknown_interface,
};
