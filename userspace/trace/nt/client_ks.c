// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_ks.c - see client_ks.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "client_ks.h"

#define STREAMS	32
#define EVENTS	128

_Static_assert(KS_NO_PIN == (ks_status)CF_LACKS, "what ks_property() says of no pin");

struct object {			/* the object of an event */
	uint64_t count;
	int handles;
};

struct cf_event {
	HANDLE handle;		/* NULL: this slot is free */
	struct object *object;
};

static struct cf_stream streams[STREAMS];
static struct cf_event events[EVENTS];
static CRITICAL_SECTION lock;	/* protects both tables */
static uint64_t frequency;

enum wrt_status ks_status_of(ks_status status)
{
	return (enum wrt_status)status;
}

uint64_t ks_ns_of(uint64_t ticks)
{
	return ticks / frequency * 1000000000 + ticks % frequency * 1000000000 / frequency;
}

uint64_t ks_ticks(void)
{
	LARGE_INTEGER now;

	QueryPerformanceCounter(&now);
	return (uint64_t)now.QuadPart;
}

uint64_t ks_frequency(void)
{
	return frequency;
}

void ks_client_begin(void)
{
	LARGE_INTEGER f;

	InitializeCriticalSection(&lock);
	QueryPerformanceFrequency(&f);
	frequency = (uint64_t)f.QuadPart;
}

/* The calls that a client must make before it closes a pin; their results are ignored. */
void ks_client_stop(void)
{
	int i, s;

	for (s = 0; s < STREAMS; s++) {
		if (!streams[s].used || !streams[s].pin)
			continue;
		ks_set_state(&streams[s], KSSTATE_STOP);
		for (i = 0; i < EVENTS && streams[s].registered; i++)
			if (events[i].handle)
				ks_event_unregister(&streams[s], &events[i]);
	}
}

int ks_client_end(void)
{
	int i, n = 0;

	for (i = 0; i < STREAMS; i++) {
		if (!streams[i].used)
			continue;
		ks_stream_close(&streams[i]);
		n++;
	}
	for (i = 0; i < EVENTS; i++)
		if (events[i].handle)
			ks_event_close(&events[i]);
	return n;
}

/* ---- events -------------------------------------------------------------------------------- */

/* An auto-reset event that is set gives one signal. */
void ks_look_at_events(void)
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

	if (!handle || !o)
		ks_die("event", (ks_status)GetLastError());
	EnterCriticalSection(&lock);
	while (i < EVENTS && events[i].handle)
		i++;
	if (i == EVENTS)
		ks_die("too many events", 0);
	events[i].handle = handle;
	events[i].object = o;
	o->handles++;
	LeaveCriticalSection(&lock);
	return &events[i];
}

struct cf_event *ks_event_new(void)
{
	SECURITY_ATTRIBUTES inherited = { .nLength = sizeof(inherited), .bInheritHandle = TRUE };

	return handle_of(CreateEventA(&inherited, FALSE, FALSE, NULL),
			 calloc(1, sizeof(struct object)));
}

struct cf_event *ks_event_dup(struct cf_event *e)
{
	HANDLE self = GetCurrentProcess(), other = NULL;

	DuplicateHandle(self, e->handle, self, &other, 0, FALSE, DUPLICATE_SAME_ACCESS);
	return handle_of(other, e->object);
}

HANDLE ks_event_handle(const struct cf_event *e)
{
	return e->handle;
}

bool ks_event_counted(const struct cf_event *e)
{
	return e->object->count;
}

void ks_event_close(struct cf_event *e)
{
	EnterCriticalSection(&lock);
	CloseHandle(e->handle);
	e->handle = NULL;
	if (!--e->object->handles)
		free(e->object);
	LeaveCriticalSection(&lock);
}

uint64_t ks_event_take(struct cf_event *e)
{
	ks_look_at_events();
	return __atomic_exchange_n(&e->object->count, 0, __ATOMIC_SEQ_CST);
}

enum wrt_status ks_event_call(struct cf_stream *s, HANDLE event, ULONG id)
{
	struct rt_event_property call = { .event = event };

	return ks_status_of(ks_property(s->pin, &KSPROPSETID_RtAudio, id, KSPROPERTY_TYPE_SET,
					&call.property, sizeof(call), NULL, 0, NULL));
}

enum wrt_status ks_event_register(struct cf_stream *s, struct cf_event *e)
{
	enum wrt_status st = ks_event_call(s, e->handle, RT_REGISTER_NOTIFICATION_EVENT);

	s->registered |= !st;
	return st;
}

enum wrt_status ks_event_unregister(struct cf_stream *s, struct cf_event *e)
{
	return ks_event_call(s, e->handle, RT_UNREGISTER_NOTIFICATION_EVENT);
}

/* Both attempts must get the same status. */
static enum wrt_status same_or_other(enum wrt_status st, enum wrt_status other)
{
	if (st != other)
		return CF_OTHER;
	return st;
}

enum wrt_status ks_event_bad(struct cf_stream *s, enum cf_bad_event kind, bool unregister)
{
	ULONG id = RT_REGISTER_NOTIFICATION_EVENT;
	enum wrt_status st, other;
	HANDLE mutex;

	if (unregister)
		id = RT_UNREGISTER_NOTIFICATION_EVENT;
	if (kind == CF_NOT_OPEN) {
		st = ks_event_call(s, (HANDLE)0x7ff0, id);
		other = ks_event_call(s, (HANDLE)0x123454, id);
		return same_or_other(st, other);
	}
	mutex = CreateMutexA(NULL, FALSE, NULL);
	st = ks_event_call(s, mutex, id);
	other = ks_event_call(s, s->pin, id);
	CloseHandle(mutex);
	return same_or_other(st, other);
}

/* Handles that are open, of at most 64 events; WaitForMultipleObjects() takes no more. */
static DWORD open_handles(HANDLE *handle, struct object **object)
{
	DWORD n = 0;
	int i;

	for (i = 0; i < EVENTS && n < MAXIMUM_WAIT_OBJECTS; i++) {
		if (!events[i].handle)
			continue;
		handle[n] = events[i].handle;
		object[n++] = events[i].object;
	}
	return n;
}

bool ks_pass_time(uint64_t until, struct cf_event *e)
{
	struct object *object[MAXIMUM_WAIT_OBJECTS];
	HANDLE handle[MAXIMUM_WAIT_OBJECTS];
	DWORD n = open_handles(handle, object), ms, got;
	uint64_t now;

	ks_look_at_events();
	while (!e || !e->object->count) {
		now = ks_ticks();
		if (now >= until)
			return false;
		ms = (DWORD)(ks_ns_of(until - now) / 1000000 % 100000) + 1;
		got = WAIT_TIMEOUT;
		if (n)
			got = WaitForMultipleObjects(n, handle, FALSE, ms);
		else
			Sleep(ms);
		if (got < WAIT_OBJECT_0 + n)
			object[got]->count++;
	}
	return true;
}

/* ---- streams ------------------------------------------------------------------------- */

struct cf_stream *ks_stream(void)
{
	int i = 0;

	EnterCriticalSection(&lock);
	while (i < STREAMS && streams[i].used)
		i++;
	if (i == STREAMS)
		ks_die("too many streams", 0);
	streams[i] = (struct cf_stream){ .used = true };
	LeaveCriticalSection(&lock);
	return &streams[i];
}

void ks_stream_close(struct cf_stream *s)
{
	if (s->pin)
		CloseHandle(s->pin);
	s->used = false;
}

void ks_format_of(KSDATAFORMAT_WAVEFORMATEX *out, uint32_t rate, uint32_t format,
		  uint32_t channels)
{
	static const uint8_t bits[] = { [1] = 8, [2] = 16, [16] = 32, [32] = 32, [64] = 24 };

	/* a format that Windows does not have is passed as 12 bits, which no driver has */
	ks_format(out, rate, format < sizeof(bits) && bits[format] ? bits[format] : 12,
		  format == 32, channels);
}

enum wrt_status ks_set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
			      uint32_t channels)
{
	KSDATAFORMAT_WAVEFORMATEX f;

	ks_format_of(&f, rate, format, channels);
	return ks_status_of(ks_set(s->pin, &KSPROPSETID_Connection,
				   KSPROPERTY_CONNECTION_DATAFORMAT, &f, sizeof(f)));
}

enum wrt_status ks_alloc(struct cf_stream *s, struct cf_buffer *b)
{
	static const ULONG kinds[] = { RT_BUFFER, RT_BUFFER_WITH_NOTIFICATION };
	struct rt_buffer_property call = { .bytes = b->bytes, .count = b->count };
	struct rt_buffer got = { 0 };
	enum wrt_status st;

	if (b->any)
		return CF_LACKS;
	st = ks_status_of(ks_property(s->pin, &KSPROPSETID_RtAudio,
				      kinds[b->notify], KSPROPERTY_TYPE_GET, &call.property,
				      sizeof(call), &got, sizeof(got), NULL));
	if (st)
		return st;
	b->actual = got.actual;
	b->offset = (uintptr_t)got.address & 4095;
	b->map_bytes = (b->offset + b->actual + 4095) & ~4095u;
	b->barrier = got.barrier != FALSE;
	b->cache_type = 1;	/* the reply has only the barrier */
	if (b->barrier)
		b->cache_type = 2;
	s->map = got.address;
	return st;
}

uint8_t *ks_map(struct cf_stream *s)
{
	return s->map;
}

enum wrt_status ks_set_state(struct cf_stream *s, uint32_t to)
{
	enum wrt_status st = ks_status_of(ks_set(s->pin, &KSPROPSETID_Connection,
						 KSPROPERTY_CONNECTION_STATE, &to, sizeof(to)));

	ks_look_at_events();
	return st;
}

/* ---- packets, registers -------------------------------------------------------------- */

static enum wrt_status rt_get(struct cf_stream *s, ULONG id, void *value, ULONG bytes)
{
	return ks_status_of(ks_get(s->pin, &KSPROPSETID_RtAudio, id, value, bytes));
}

enum wrt_status ks_packet_count(struct cf_stream *s, uint32_t *out)
{
	ULONG n = 0;
	enum wrt_status st = rt_get(s, RT_PACKETCOUNT, &n, sizeof(n));

	*out = n;
	return st;
}

enum wrt_status ks_presentation(struct cf_stream *s, uint64_t *frames, uint64_t *ns)
{
	struct rt_presentation p = { 0 };
	enum wrt_status st = rt_get(s, RT_PRESENTATION_POSITION, &p, sizeof(p));

	*frames = p.frames;
	*ns = ks_ns_of(p.qpc);
	return st;
}

enum wrt_status ks_read_packet(struct cf_stream *s, struct cf_read *out)
{
	struct rt_read_packet p = { .flags = 1, .more = TRUE };	/* to be overwritten */
	enum wrt_status st = rt_get(s, RT_GETREADPACKET, &p, sizeof(p));

	*out = (struct cf_read){ p.number, p.flags, p.more != FALSE, ks_ns_of(p.qpc) };
	return st;
}

enum wrt_status ks_write_packet(struct cf_stream *s, uint32_t number, uint32_t flags,
				uint32_t eos_bytes)
{
	struct rt_write_packet p = { number, flags, eos_bytes };
	enum wrt_status st = ks_status_of(ks_set(s->pin, &KSPROPSETID_RtAudio, RT_SETWRITEPACKET,
						 &p, sizeof(p)));

	ks_look_at_events();
	return st;
}

enum wrt_status ks_latency(struct cf_stream *s, struct cf_latency *out)
{
	KSRTAUDIO_HWLATENCY l = { 0 };
	enum wrt_status st = rt_get(s, RT_HWLATENCY, &l, sizeof(l));

	*out = (struct cf_latency){ l.FifoSize, l.ChipsetDelay, l.CodecDelay };
	return st;
}

enum wrt_status ks_reg(struct cf_stream *s, enum cf_register_kind kind, struct cf_register *out)
{
	static const ULONG ids[] = { RT_POSITIONREGISTER, RT_CLOCKREGISTER, RT_PACKETVREGISTER };
	struct rt_register_property call = { .base = NULL };
	KSRTAUDIO_HWREGISTER r = { 0 };
	enum wrt_status st;

	if (kind > CF_PACKET_REGISTER)
		return CF_LACKS;
	st = ks_status_of(ks_property(s->pin, &KSPROPSETID_RtAudio, ids[kind], KSPROPERTY_TYPE_GET,
				      &call.property, sizeof(call), &r, sizeof(r), NULL));
	*out = (struct cf_register){ r.Width, r.Accuracy, r.Numerator, r.Denominator };
	if (!st)
		s->reg[kind] = r;
	return st;
}
