// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_nt.c - the client of ../conformance/client.h over IOCTL_KS_PROPERTY: a Windows
 * program, run by Wine, on wavertmini.sys below the stand-in port driver.
 *
 * Time is the simulator's step clock. An NT event does not count: set twice, it is set. So
 * time passes from interrupt to interrupt, and in between each event is looked at.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ksclient.h"

#include "client.h"

#define STREAMS	32
#define EVENTS	128

struct cf_stream {
	bool used;
	HANDLE pin;
	uint8_t *map;
};

struct object {			/* of an event */
	uint64_t count;
	int handles;
};

struct cf_event {
	HANDLE handle;		/* NULL: this slot is free */
	struct object *object;
};

static struct cf_stream streams[STREAMS];
static struct cf_event events[EVENTS];
static CRITICAL_SECTION lock;	/* of both tables */
static HANDLE filter = INVALID_HANDLE_VALUE;
static uint64_t frequency;

static _Noreturn void die(const char *what, ks_status status)
{
	printf("Bail out! %s: %08lx\n", what, (unsigned long)status);
	fflush(stdout);
	exit(1);
}

static enum wrt_status of_nt(ks_status status)
{
	switch ((enum wrt_status)status) {
	case WRT_STATUS_SUCCESS:
#define OF(name, value, error) case WRT_STATUS_##name:
	WRT_STATUS_TABLE(OF)
#undef OF
		return (enum wrt_status)status;
	}
	return CF_OTHER;
}

static uint64_t ns_of(uint64_t ticks)
{
	return ticks / frequency * 1000000000 + ticks % frequency * 1000000000 / frequency;
}

/* ---- events --------------------------------------------------------------------------------- */

/* An auto-reset event that is set gives one signal. */
static void look_at_events(void)
{
	int i;

	EnterCriticalSection(&lock);
	for (i = 0; i < EVENTS; i++)
		if (events[i].handle && WaitForSingleObject(events[i].handle, 0) == WAIT_OBJECT_0)
			events[i].object->count++;
	LeaveCriticalSection(&lock);
}

static struct cf_event *handle_of(HANDLE handle, struct object *o)
{
	int i = 0;

	if (!handle)
		die("event", (ks_status)GetLastError());
	EnterCriticalSection(&lock);
	while (events[i].handle)
		i++;
	events[i].handle = handle;
	events[i].object = o;
	o->handles++;
	LeaveCriticalSection(&lock);
	return &events[i];
}

static struct cf_event *nt_event(void)
{
	SECURITY_ATTRIBUTES inherited = { .nLength = sizeof(inherited), .bInheritHandle = TRUE };

	return handle_of(CreateEventA(&inherited, FALSE, FALSE, NULL),
			 calloc(1, sizeof(struct object)));
}

static struct cf_event *nt_event_dup(struct cf_event *e)
{
	HANDLE self = GetCurrentProcess(), other = NULL;

	DuplicateHandle(self, e->handle, self, &other, 0, FALSE, DUPLICATE_SAME_ACCESS);
	return handle_of(other, e->object);
}

static void nt_event_close(struct cf_event *e)
{
	EnterCriticalSection(&lock);
	CloseHandle(e->handle);
	e->handle = NULL;
	if (!--e->object->handles)
		free(e->object);
	LeaveCriticalSection(&lock);
}

static uint64_t nt_event_take(struct cf_event *e)
{
	look_at_events();
	return __atomic_exchange_n(&e->object->count, 0, __ATOMIC_SEQ_CST);
}

static enum wrt_status event_call(struct cf_stream *s, HANDLE event, ULONG id)
{
	struct rt_event_property call = { .event = event };

	return of_nt(ks_property(s->pin, &KSPROPSETID_RtAudio, id, KSPROPERTY_TYPE_SET,
				 &call.property, sizeof(call), NULL, 0, NULL));
}

static enum wrt_status nt_register(struct cf_stream *s, struct cf_event *e)
{
	return event_call(s, e->handle, RT_REGISTER_NOTIFICATION_EVENT);
}

static enum wrt_status nt_unregister(struct cf_stream *s, struct cf_event *e)
{
	return event_call(s, e->handle, RT_UNREGISTER_NOTIFICATION_EVENT);
}

static enum wrt_status nt_event_bad(struct cf_stream *s, enum cf_bad_event kind, bool unregister)
{
	ULONG id = unregister ? RT_UNREGISTER_NOTIFICATION_EVENT : RT_REGISTER_NOTIFICATION_EVENT;
	enum wrt_status st, other;
	HANDLE mutex;

	if (kind == CF_NOT_OPEN) {
		st = event_call(s, (HANDLE)0x7ff0, id);
		other = event_call(s, (HANDLE)0x123454, id);
		return st == other ? st : CF_OTHER;
	}
	mutex = CreateMutexA(NULL, FALSE, NULL);
	st = event_call(s, mutex, id);
	other = event_call(s, s->pin, id);
	CloseHandle(mutex);
	return st == other ? st : CF_OTHER;
}

/* ---- the device ---------------------------------------------------------------------- */

static void nt_close(struct cf_stream *s);

static void begin(void)
{
	LARGE_INTEGER f;

	InitializeCriticalSection(&lock);
	QueryPerformanceFrequency(&f);
	frequency = (uint64_t)f.QuadPart;
	nt_load_driver();
	filter = CreateFileA(PORT_DEVICE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
			     NULL);
	if (filter == INVALID_HANDLE_VALUE)
		die("the filter", (ks_status)GetLastError());
}

static void nt_end(void)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		if (streams[i].used)
			nt_close(&streams[i]);
	for (i = 0; i < EVENTS; i++)
		if (events[i].handle)
			nt_event_close(&events[i]);
}

static enum wrt_status nt_device(const struct cf_device *wish)
{
	struct sim_config cfg = {
		.step = 1, .source = wish->ramp ? 1 : 2, .fault = wish->not_ready ? 3 : 0,
	};

	if (wish->shaped || wish->no_end)
		return CF_LACKS;
	if (filter == INVALID_HANDLE_VALUE)
		begin();
	nt_end();
	return of_nt(ks_set(filter, &SIM_PROPERTIES, SIM_CONFIG, &cfg, sizeof(cfg)));
}

static enum wrt_status nt_remove(void)
{
	enum wrt_status st = of_nt(ks_set(filter, &SIM_PROPERTIES, SIM_REMOVE, NULL, 0));

	look_at_events();
	return st;
}

/* ---- time ---------------------------------------------------------------------------- */

static struct sim_moved step(uint64_t frames)
{
	struct {
		KSPROPERTY property;
		struct sim_step step;
	} call = { .step = { frames } };
	struct sim_moved moved = { 0 };
	ks_status st = ks_property(filter, &SIM_PROPERTIES, SIM_STEP, KSPROPERTY_TYPE_GET,
				   &call.property, sizeof(call), &moved, sizeof(moved), NULL);

	if (st)
		die("SIM_STEP", st);
	return moved;
}

static void nt_advance(uint64_t frames, uint32_t rate)
{
	(void)rate;
	while (frames) {
		frames -= step(frames).moved;
		look_at_events();
	}
}

static bool nt_event_wait(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	(void)rate;
	look_at_events();
	while (!e->object->count && frames) {
		frames -= step(frames).moved;
		look_at_events();
	}
	return e->object->count;
}

/* Told as the performance counter tells it, in whole ticks. */
static uint64_t nt_now(uint32_t rate)
{
	uint64_t total = step(0).total;

	return ns_of(total / rate * frequency + total % rate * frequency / rate);
}

/* ---- streams ------------------------------------------------------------------------- */

static ULONG pin_id(uint32_t dir, uint32_t pin)
{
	return dir > CF_CAPTURE || pin >= SIM_PAIRS ? 99 : dir * SIM_PAIRS + pin;
}

static enum wrt_status open_with(uint32_t dir, uint32_t pin,
				 const KSDATAFORMAT_WAVEFORMATEX *format, struct cf_stream **out)
{
	enum wrt_status st;
	HANDLE h;
	int i = 0;

	st = of_nt(ks_create_pin(pin_id(dir, pin), format, &h));
	if (st)
		return st;
	EnterCriticalSection(&lock);
	while (streams[i].used)
		i++;
	streams[i] = (struct cf_stream){ .used = true, .pin = h };
	LeaveCriticalSection(&lock);
	*out = &streams[i];
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
	CloseHandle(s->pin);
	s->used = false;
	step(0);	/* closing is done when something behind it is */
	look_at_events();
}

static enum wrt_status nt_set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
				     uint32_t channels)
{
	static const uint8_t bits[] = { [1] = 8, [2] = 16, [16] = 32, [32] = 32 };
	KSDATAFORMAT_WAVEFORMATEX f;

	/* what Windows has no word for is 12 bits, which nobody has */
	ks_format(&f, rate, format < sizeof(bits) && bits[format] ? bits[format] : 12,
		  format == 32, channels);
	return of_nt(ks_set(s->pin, &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_DATAFORMAT, &f,
			    sizeof(f)));
}

static enum wrt_status ask(struct cf_stream *s, const GUID *iid)
{
	struct {
		KSPROPERTY property;
		GUID iid;
	} call = { .iid = *iid };

	return of_nt(ks_property(s->pin, &PORT_PROPERTIES, PORT_QUERY, KSPROPERTY_TYPE_SET,
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
	st = of_nt(ks_get(filter, &SIM_PROPERTIES, SIM_CAPS, &caps, sizeof(caps)));
	ks_get(s->pin, &KSPROPSETID_RtAudio, RT_QUERY_NOTIFICATION_SUPPORT, &notification,
	       sizeof(notification));
	*out = (struct cf_caps){
		.pins = SIM_PAIRS, .buffer_max = caps.buffer_max, .notify_max = caps.notify_max,
		.notification = notification,
		.input = ask(s, &NT_IID_INPUT) == WRT_STATUS_SUCCESS,
		.output = ask(s, &NT_IID_OUTPUT) == WRT_STATUS_SUCCESS,
	};
	nt_close(s);
	return st;
}

static enum wrt_status nt_alloc(struct cf_stream *s, struct cf_buffer *b)
{
	struct rt_buffer_property call = { .bytes = b->bytes, .count = b->count };
	struct rt_buffer got = { 0 };
	enum wrt_status st;

	if (b->any)
		return CF_LACKS;
	st = of_nt(ks_property(s->pin, &KSPROPSETID_RtAudio,
			       b->notify ? RT_BUFFER_WITH_NOTIFICATION : RT_BUFFER,
			       KSPROPERTY_TYPE_GET, &call.property, sizeof(call), &got, sizeof(got),
			       NULL));
	if (st)
		return st;
	b->actual = got.actual;
	b->offset = (uintptr_t)got.address & 4095;
	b->map_bytes = (b->offset + b->actual + 4095) & ~4095u;
	b->barrier = got.barrier != FALSE;
	b->cache_type = b->barrier ? 2 : 1;	/* all that the reply says of it */
	s->map = got.address;
	return st;
}

static enum wrt_status nt_alloc_failing(struct cf_stream *s, struct cf_buffer *b, int n, bool *hit)
{
	(void)s;
	(void)b;
	(void)n;
	(void)hit;
	return CF_LACKS;
}

static enum wrt_status nt_free(struct cf_stream *s)
{
	enum wrt_status st = of_nt(ks_set(s->pin, &PORT_PROPERTIES, PORT_FREE_BUFFER, NULL, 0));

	look_at_events();
	if (!st)
		s->map = NULL;
	return st;
}

static uint8_t *nt_map(struct cf_stream *s)
{
	return s->map;
}

static enum wrt_status nt_set_state(struct cf_stream *s, uint32_t to)
{
	enum wrt_status st = of_nt(ks_set(s->pin, &KSPROPSETID_Connection,
					  KSPROPERTY_CONNECTION_STATE, &to, sizeof(to)));

	look_at_events();
	return st;
}

/* ---- reading ------------------------------------------------------------------------- */

/* The contract's position has no more than offsets; what is told beside it belongs to it. */
static enum wrt_status nt_position(struct cf_stream *s, struct cf_position *out)
{
	struct sim_page before, page = { 0 };
	KSAUDIO_POSITION p = { 0 };
	enum wrt_status st;

	do {
		st = of_nt(ks_get(s->pin, &SIM_PROPERTIES, SIM_PAGE, &before, sizeof(before)));
		if (!st)
			st = of_nt(ks_get(s->pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &p,
					  sizeof(p)));
		if (!st)
			st = of_nt(ks_get(s->pin, &SIM_PROPERTIES, SIM_PAGE, &page, sizeof(page)));
	} while (!st && before.now_linear != page.now_linear);
	*out = (struct cf_position){ p.PlayOffset, page.now_linear, page.now_ns, page.state };
	return st;
}

static enum wrt_status nt_page(struct cf_stream *s, struct cf_page *out)
{
	struct sim_page p = { 0 };
	enum wrt_status st = of_nt(ks_get(s->pin, &SIM_PROPERTIES, SIM_PAGE, &p, sizeof(p)));

	*out = (struct cf_page){
		.linear = p.linear, .packets = p.packets, .underruns = p.underruns,
		.repeats = p.repeats, .late = p.late, .overruns = p.overruns,
		.dropped = p.dropped, .state = p.state, .number = p.number,
		.at_linear = p.at_linear, .late_ns = ~0ull,
	};
	return st;
}

static enum wrt_status nt_packet_count(struct cf_stream *s, uint32_t *out)
{
	ULONG n = 0;
	enum wrt_status st = of_nt(ks_get(s->pin, &KSPROPSETID_RtAudio, RT_PACKETCOUNT, &n,
					  sizeof(n)));

	*out = n;
	return st;
}

static enum wrt_status nt_presentation(struct cf_stream *s, uint64_t *frames, uint64_t *ns)
{
	struct rt_presentation p = { 0 };
	enum wrt_status st = of_nt(ks_get(s->pin, &KSPROPSETID_RtAudio, RT_PRESENTATION_POSITION,
					  &p, sizeof(p)));

	*frames = p.frames;
	*ns = ns_of(p.qpc);
	return st;
}

static enum wrt_status nt_read_packet(struct cf_stream *s, struct cf_read *out)
{
	struct rt_read_packet p = { .flags = 1, .more = TRUE };	/* to be overwritten */
	enum wrt_status st = of_nt(ks_get(s->pin, &KSPROPSETID_RtAudio, RT_GETREADPACKET, &p,
					  sizeof(p)));

	*out = (struct cf_read){ p.number, p.flags, p.more != FALSE, ns_of(p.qpc) };
	return st;
}

static enum wrt_status nt_write_packet(struct cf_stream *s, uint32_t number, uint32_t flags,
				       uint32_t eos_bytes)
{
	struct rt_write_packet p = { number, flags, eos_bytes };
	enum wrt_status st = of_nt(ks_set(s->pin, &KSPROPSETID_RtAudio, RT_SETWRITEPACKET, &p,
					  sizeof(p)));

	look_at_events();
	return st;
}

static enum wrt_status nt_latency(struct cf_stream *s, struct cf_latency *out)
{
	KSRTAUDIO_HWLATENCY l = { 0 };
	enum wrt_status st = of_nt(ks_get(s->pin, &KSPROPSETID_RtAudio, RT_HWLATENCY, &l,
					  sizeof(l)));

	*out = (struct cf_latency){ l.FifoSize, l.ChipsetDelay, l.CodecDelay };
	return st;
}

static enum wrt_status nt_reg(struct cf_stream *s, enum cf_register_kind kind,
			      struct cf_register *out)
{
	static const ULONG ids[] = { RT_POSITIONREGISTER, RT_CLOCKREGISTER, RT_PACKETVREGISTER };
	struct rt_register_property call = { .base = NULL };
	KSRTAUDIO_HWREGISTER r = { 0 };

	if (kind > CF_PACKET_REGISTER)
		return CF_LACKS;
	*out = (struct cf_register){ 0 };
	return of_nt(ks_property(s->pin, &KSPROPSETID_RtAudio, ids[kind], KSPROPERTY_TYPE_GET,
				 &call.property, sizeof(call), &r, sizeof(r), NULL));
}

static enum wrt_status nt_reg_read(struct cf_stream *s, enum cf_register_kind kind, uint64_t *out)
{
	(void)s;
	(void)kind;
	(void)out;
	return CF_LACKS;
}

/* ---- seams --------------------------------------------------------------------------- */

static long nt_held(enum cf_held what)
{
	struct port_held held = { 0 };
	ks_status st = ks_get(filter, &PORT_PROPERTIES, PORT_HELD, &held, sizeof(held));

	if (st)
		die("PORT_HELD", st);
	if (what == CF_HELD_BUFFERS)
		return (long)held.buffers;
	return (long)(what == CF_HELD_EVENTS ? held.events : held.pins);
}

/* In a process of its own, which is this program again. */
static enum wrt_status nt_client_dies(struct cf_event *e)
{
	char self[MAX_PATH], line[MAX_PATH + 64], c = 'x';
	SECURITY_ATTRIBUTES inherited = { .nLength = sizeof(inherited), .bInheritHandle = TRUE };
	STARTUPINFOA start = { .cb = sizeof(start) };
	PROCESS_INFORMATION process;
	HANDLE from, to;
	DWORD n;

	if (!CreatePipe(&from, &to, &inherited, 0))
		die("CreatePipe", (ks_status)GetLastError());
	GetModuleFileNameA(NULL, self, sizeof(self));
	snprintf(line, sizeof(line), "\"%s\" --live %lu %lu", self,
		 (unsigned long)(uintptr_t)e->handle, (unsigned long)(uintptr_t)to);
	if (!CreateProcessA(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
		die("CreateProcess", (ks_status)GetLastError());
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

	InitializeCriticalSection(&lock);
	frequency = 1;
	if (!nt_open(CF_RENDER, 0, &s) && !nt_alloc(s, &b) &&
	    !event_call(s, event, RT_REGISTER_NOTIFICATION_EVENT) && !nt_set_state(s, CF_RUN))
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

/* Events may be got and set; the others are one of both. */
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

/* ---- what POSIX has (posix.h) -------------------------------------------------------- */

static VOID CALLBACK too_long(PVOID arg, BOOLEAN fired)
{
	(void)arg;
	(void)fired;
	printf("Bail out! a test takes too long\n");
	fflush(stdout);
	_exit(1);
}

unsigned int alarm(unsigned int seconds)
{
	static HANDLE timer;

	if (timer)
		DeleteTimerQueueTimer(NULL, timer, NULL);
	timer = NULL;
	if (seconds)
		CreateTimerQueueTimer(&timer, NULL, too_long, NULL, seconds * 1000, 0,
				      WT_EXECUTEONLYONCE);
	return 0;
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
	.caps = nt_caps,
	.open = nt_open,
	.close = nt_close,
	.set_format = nt_set_format,
	.alloc = nt_alloc,
	.alloc_failing = nt_alloc_failing,
	.free = nt_free,
	.map = nt_map,
	.event = nt_event,
	.event_dup = nt_event_dup,
	.event_close = nt_event_close,
	.event_take = nt_event_take,
	.event_wait = nt_event_wait,
	.event_register = nt_register,
	.event_unregister = nt_unregister,
	.event_bad = nt_event_bad,
	.set_state = nt_set_state,
	.position = nt_position,
	.packet_count = nt_packet_count,
	.presentation = nt_presentation,
	.read_packet = nt_read_packet,
	.write_packet = nt_write_packet,
	.latency = nt_latency,
	.reg = nt_reg,
	.reg_read = nt_reg_read,
	.page = nt_page,
	.advance = nt_advance,
	.now_ns = nt_now,
	.held = nt_held,
	.client_dies = nt_client_dies,
	.short_arguments = nt_short_arguments,
	.wrong_access = nt_wrong_access,
	.unknown_interface = nt_unknown_interface,
};
