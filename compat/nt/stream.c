// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream.c - IMiniportWaveRTStreamNotification, IMiniportWaveRTInputStream and
 * IMiniportWaveRTOutputStream, each method a call into miniport/. PASSIVE_LEVEL, except
 * for GetPosition (up to DISPATCH_LEVEL) and the callbacks publish, signalling and signal, which
 * are called at DISPATCH_LEVEL, from the DPC or under a spin lock.
 */
#include "nt.h"

#define SLOT(type, method, n) \
	_Static_assert(offsetof(type, method) == (n) * sizeof(void *), #method)

SLOT(IMiniportWaveRTStreamNotificationVtbl, SetFormat, 3);
SLOT(IMiniportWaveRTStreamNotificationVtbl, SetState, 4);
SLOT(IMiniportWaveRTStreamNotificationVtbl, GetPosition, 5);
SLOT(IMiniportWaveRTStreamNotificationVtbl, AllocateAudioBuffer, 6);
SLOT(IMiniportWaveRTStreamNotificationVtbl, FreeAudioBuffer, 7);
SLOT(IMiniportWaveRTStreamNotificationVtbl, GetHWLatency, 8);
SLOT(IMiniportWaveRTStreamNotificationVtbl, GetPositionRegister, 9);
SLOT(IMiniportWaveRTStreamNotificationVtbl, GetClockRegister, 10);
SLOT(IMiniportWaveRTStreamNotificationVtbl, AllocateBufferWithNotification, 11);
SLOT(IMiniportWaveRTStreamNotificationVtbl, FreeBufferWithNotification, 12);
SLOT(IMiniportWaveRTStreamNotificationVtbl, RegisterNotificationEvent, 13);
SLOT(IMiniportWaveRTStreamNotificationVtbl, UnregisterNotificationEvent, 14);
SLOT(struct nt_input_vtbl, GetReadPacket, 3);
SLOT(struct nt_output_vtbl, SetWritePacket, 3);
SLOT(struct nt_output_vtbl, GetOutputStreamPresentationPosition, 4);
SLOT(struct nt_output_vtbl, GetPacketCount, 5);
_Static_assert(KSSTATE_STOP == (int)WRT_MP_STOP && KSSTATE_ACQUIRE == (int)WRT_MP_ACQUIRE &&
	       KSSTATE_PAUSE == (int)WRT_MP_PAUSE && KSSTATE_RUN == (int)WRT_MP_RUN, "KSSTATE");

#define STREAM(i)	CONTAINING_RECORD(i, struct nt_stream, iface)
#define OF_INPUT(i)	CONTAINING_RECORD(i, struct nt_stream, input)
#define OF_OUTPUT(i)	CONTAINING_RECORD(i, struct nt_stream, output)
#define OF_MP(m)	CONTAINING_RECORD(m, struct nt_stream, mp)

typedef IMiniportWaveRTStreamNotification notification;

/* ---- callbacks for miniport/ ------------------------------------------------------------- */

static int buffer_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	return nt_buffer_alloc(OF_MP(mp), g);
}

static void buffer_free(struct wrt_mp *mp)
{
	nt_buffer_free(OF_MP(mp));
}

static void publish(struct wrt_mp *mp, const struct wrt_snapshot *now)
{
	struct sim_page *page = &OF_MP(mp)->page;
	const struct wrt_mp_glitches *g = &mp->packets.glitches;

	page->linear = now->linear;
	page->packets = now->points;
	page->underruns = g->underruns;
	page->repeats = g->repeats;
	page->late = g->late;
	page->overruns = g->overruns;
	page->dropped = g->dropped;
	if (now->passed) {
		page->number = now->points;
		page->at_linear = now->linear;
	}
	page->state = mp->packets.state;
	if (now->state == WRT_STREAM_RUN || now->state == WRT_STREAM_GONE)
		page->state = now->state + 1;
}

_Static_assert(WRT_STREAM_RUN + 1 == (int)WRT_MP_RUN && WRT_STREAM_GONE + 1 == 4, "sim_page.state");

static void signalling(struct wrt_mp *mp, u64 point, u64 ns)
{
	(void)mp;
	(void)point;
	(void)ns;
}

static void signal(struct wrt_mp *mp, void *event)
{
	OF_MP(mp)->filter->signals++;
	KeSetEvent(event, IO_NO_INCREMENT, FALSE);
}

static const struct wrt_mp_ops mp_ops = {
	.buffer_alloc = buffer_alloc,
	.buffer_free = buffer_free,
	.publish = publish,
	.signalling = signalling,
	.signal = signal,
};

void nt_stream_page(struct nt_stream *s, struct sim_page *out)
{
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(s->mp.stream, &s->mp.client, &now);

	*out = s->page;
	out->now_linear = now.linear;
	out->now_ns = now.ns;
	wrt_stream_unlock(s->mp.stream, flags);
}

/* ---- IUnknown --------------------------------------------------------------------------- */

static ULONG STDMETHODCALLTYPE add_ref(notification *i)
{
	return (ULONG)InterlockedIncrement(&STREAM(i)->refs);
}

/* The port driver drops the references of events that are still registered. */
static ULONG STDMETHODCALLTYPE release(notification *i)
{
	struct nt_stream *s = STREAM(i);
	LONG refs = InterlockedDecrement(&s->refs);

	if (refs)
		return (ULONG)refs;
	wrt_mp_close(&s->mp);
	if (s->mdl)
		buffer_free(&s->mp);
	RemoveEntryList(&s->link);
	if (IsListEmpty(&s->filter->streams))
		nt_ticks_off(s->filter);
	s->port->lpVtbl->Release(s->port);
	s->filter->iface.lpVtbl->Release(&s->filter->iface);
	wrt_free(s);
	return 0;
}

static NTSTATUS STDMETHODCALLTYPE query(notification *i, REFIID iid, PVOID *out)
{
	struct nt_stream *s = STREAM(i);

	*out = NULL;
	if (IsEqualGUID(iid, &IID_IUnknown) || IsEqualGUID(iid, &IID_IMiniportWaveRTStream) ||
	    IsEqualGUID(iid, &IID_IMiniportWaveRTStreamNotification))
		*out = i;
	else if (IsEqualGUID(iid, &NT_IID_INPUT) && s->mp.stream->caps.dir == WRT_CAPTURE)
		*out = &s->input;
	else if (IsEqualGUID(iid, &NT_IID_OUTPUT) && s->mp.stream->caps.dir == WRT_PLAYBACK)
		*out = &s->output;
	if (!*out)
		return STATUS_INVALID_PARAMETER;
	add_ref(i);
	return STATUS_SUCCESS;
}

/* ---- IMiniportWaveRTStream -------------------------------------------------------------- */

/* A WAVEFORMATEX has 18 bytes, its C type 20. */
#define FORMAT_MIN	(sizeof(KSDATAFORMAT) + 18)

static u32 sample_format(const GUID *sub, u32 bits)
{
	if (IsEqualGUID(sub, &KSDATAFORMAT_SUBTYPE_IEEE_FLOAT))
		return bits == 32 ? WRT_FMT_FLOAT : 0;
	if (!IsEqualGUID(sub, &KSDATAFORMAT_SUBTYPE_PCM))
		return 0;
	switch (bits) {
	case 8:
		return WRT_FMT_U8;
	case 16:
		return WRT_FMT_S16;
	case 24:
		return WRT_FMT_S24_3;
	case 32:		/* fewer valid bits are the upper ones */
		return WRT_FMT_S32;
	}
	return 0;
}

static NTSTATUS STDMETHODCALLTYPE set_format(notification *i, PKSDATAFORMAT format)
{
	const KSDATAFORMAT_WAVEFORMATEX *w = (void *)format;
	u32 sample, frame;

	if (format->FormatSize < FORMAT_MIN ||
	    !IsEqualGUID(&format->MajorFormat, &KSDATAFORMAT_TYPE_AUDIO) ||
	    !IsEqualGUID(&format->Specifier, &KSDATAFORMAT_SPECIFIER_WAVEFORMATEX))
		return STATUS_INVALID_PARAMETER;
	sample = sample_format(&format->SubFormat, w->WaveFormatEx.wBitsPerSample);
	frame = wrt_format_bytes(sample) * w->WaveFormatEx.nChannels;
	if (w->WaveFormatEx.nBlockAlign != frame)
		return STATUS_INVALID_PARAMETER;
	return (NTSTATUS)wrt_mp_set_format(&STREAM(i)->mp, w->WaveFormatEx.nSamplesPerSec, sample,
					   w->WaveFormatEx.nChannels);
}

static NTSTATUS STDMETHODCALLTYPE set_state(notification *i, KSSTATE state)
{
	return (NTSTATUS)wrt_mp_set_state(&STREAM(i)->mp, (u32)state);
}

static NTSTATUS STDMETHODCALLTYPE get_position(notification *i, PKSAUDIO_POSITION out)
{
	struct wrt_snapshot now;
	enum wrt_status status = wrt_mp_position(&STREAM(i)->mp, &now);

	out->PlayOffset = now.offset;
	out->WriteOffset = now.offset;
	return (NTSTATUS)status;
}

static NTSTATUS alloc(struct nt_stream *s, enum wrt_mp_buffer kind, ULONG count, ULONG bytes,
		      PMDL *mdl, ULONG *actual, ULONG *offset, MEMORY_CACHING_TYPE *cache)
{
	enum wrt_status status = wrt_mp_alloc(&s->mp, kind, count, false, bytes);

	if (status)
		return (NTSTATUS)status;
	*mdl = s->mdl;
	*actual = s->mp.geom.bytes;
	*offset = 0;
	*cache = MmCached;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE alloc_timer(notification *i, ULONG bytes, PMDL *mdl,
					      ULONG *actual, ULONG *offset,
					      MEMORY_CACHING_TYPE *cache)
{
	return alloc(STREAM(i), WRT_MP_TIMER_BUFFER, 0, bytes, mdl, actual, offset, cache);
}

/* After removal miniport/ has no buffer any more, but the pages stay until now. */
static VOID STDMETHODCALLTYPE free_buffer(notification *i, PMDL mdl, ULONG bytes)
{
	struct nt_stream *s = STREAM(i);

	(void)bytes;
	if (!mdl || mdl != s->mdl)
		return;
	if (wrt_mp_free(&s->mp) && s->mp.removed)
		buffer_free(&s->mp);
}

/* Cannot fail: without a buffer the latencies are 0. */
static VOID STDMETHODCALLTYPE get_latency(notification *i, KSRTAUDIO_HWLATENCY *out)
{
	struct wrt_hw_latency l = { 0 };

	wrt_mp_latency(&STREAM(i)->mp, &l);
	out->FifoSize = l.fifo_bytes;
	out->ChipsetDelay = l.chipset_100ns;
	out->CodecDelay = l.codec_100ns;
}

/* The address is the kernel's: the port driver maps that page into the client. */
static NTSTATUS get_register(struct nt_stream *s, u32 kind, KSRTAUDIO_HWREGISTER *out)
{
	struct wrt_hw_register r;
	enum wrt_status status = wrt_mp_get_register(&s->mp, kind, &r);

	if (status)
		return (NTSTATUS)status;
	out->Register = nt_pci_at(s->filter, r.bus + r.offset);
	if (!out->Register)
		return STATUS_NOT_SUPPORTED;
	out->Width = r.width;
	out->Numerator = r.numerator;
	out->Denominator = r.denominator;
	out->Accuracy = r.accuracy;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE position_register(notification *i, KSRTAUDIO_HWREGISTER *out)
{
	return get_register(STREAM(i), WRT_HW_POSITION_REGISTER, out);
}

static NTSTATUS STDMETHODCALLTYPE clock_register(notification *i, KSRTAUDIO_HWREGISTER *out)
{
	return get_register(STREAM(i), WRT_HW_CLOCK_REGISTER, out);
}

/* ---- IMiniportWaveRTStreamNotification ------------------------------------------------- */

static NTSTATUS STDMETHODCALLTYPE alloc_notify(notification *i, ULONG count, ULONG bytes,
					       PMDL *mdl, ULONG *actual, ULONG *offset,
					       MEMORY_CACHING_TYPE *cache)
{
	return alloc(STREAM(i), WRT_MP_NOTIFY_BUFFER, count, bytes, mdl, actual, offset, cache);
}

static NTSTATUS STDMETHODCALLTYPE register_event(notification *i, PKEVENT event)
{
	return (NTSTATUS)wrt_mp_register_event(&STREAM(i)->mp, event);
}

static NTSTATUS STDMETHODCALLTYPE unregister_event(notification *i, PKEVENT event)
{
	return (NTSTATUS)wrt_mp_unregister_event(&STREAM(i)->mp, event);
}

static IMiniportWaveRTStreamNotificationVtbl vtbl = {
	query, add_ref, release, set_format, set_state, get_position, alloc_timer, free_buffer,
	get_latency, position_register, clock_register, alloc_notify, free_buffer,
	register_event, unregister_event,
};

/* ---- packets ------------------------------------------------------------------------------ */

static NTSTATUS STDMETHODCALLTYPE input_query(struct nt_input *i, REFIID iid, PVOID *out)
{
	return query(&OF_INPUT(i)->iface, iid, out);
}

static ULONG STDMETHODCALLTYPE input_add_ref(struct nt_input *i)
{
	return add_ref(&OF_INPUT(i)->iface);
}

static ULONG STDMETHODCALLTYPE input_release(struct nt_input *i)
{
	return release(&OF_INPUT(i)->iface);
}

static NTSTATUS STDMETHODCALLTYPE read_packet(struct nt_input *i, ULONG *number, DWORD *flags,
					      ULONG64 *qpc, BOOL *more)
{
	struct wrt_mp_read r;
	enum wrt_status status = wrt_mp_read_packet(&OF_INPUT(i)->mp, &r);

	if (status)
		return (NTSTATUS)status;
	*number = r.number;
	*flags = 0;
	*qpc = nt_ticks(r.ns);
	*more = FALSE;
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE output_query(struct nt_output *i, REFIID iid, PVOID *out)
{
	return query(&OF_OUTPUT(i)->iface, iid, out);
}

static ULONG STDMETHODCALLTYPE output_add_ref(struct nt_output *i)
{
	return add_ref(&OF_OUTPUT(i)->iface);
}

static ULONG STDMETHODCALLTYPE output_release(struct nt_output *i)
{
	return release(&OF_OUTPUT(i)->iface);
}

static NTSTATUS STDMETHODCALLTYPE write_packet(struct nt_output *i, ULONG number, DWORD flags,
					       ULONG eos_bytes)
{
	return (NTSTATUS)wrt_mp_write_packet(&OF_OUTPUT(i)->mp, number, flags, eos_bytes);
}

/* While DMA is off the hardware is not read, and the number of frames is still valid. */
static NTSTATUS STDMETHODCALLTYPE presentation(struct nt_output *i, struct rt_presentation *out)
{
	struct nt_stream *s = OF_OUTPUT(i);
	struct wrt_mp_presentation at;
	enum wrt_status status = wrt_mp_presentation(&s->mp, &at);

	if (status)
		return (NTSTATUS)status;
	if (!at.live && !(s->mp.stream->caps.flags & WRT_HW_STEPPED))
		at.ns = s->filter->bus->now_ns(s->filter);
	out->frames = at.frames;
	out->qpc = nt_ticks(at.ns);
	return STATUS_SUCCESS;
}

static NTSTATUS STDMETHODCALLTYPE packet_count(struct nt_output *i, ULONG *out)
{
	u32 packets = 0;
	enum wrt_status status = wrt_mp_packet_count(&OF_OUTPUT(i)->mp, &packets);

	*out = packets;
	return (NTSTATUS)status;
}

static const struct nt_input_vtbl input_vtbl = {
	input_query, input_add_ref, input_release, read_packet,
};

static const struct nt_output_vtbl output_vtbl = {
	output_query, output_add_ref, output_release, write_packet, presentation, packet_count,
};

/* ---- NewStream ---------------------------------------------------------------------------- */

NTSTATUS nt_stream_new(struct nt_filter *f, IPortWaveRTStream *port, struct wrt_stream *stream,
		       const KSDATAFORMAT *format, IMiniportWaveRTStream **out)
{
	struct nt_stream *s = wrt_alloc(sizeof(*s));
	NTSTATUS status;

	if (!s)
		return STATUS_INSUFFICIENT_RESOURCES;
	s->iface.lpVtbl = &vtbl;
	s->input.lpVtbl = &input_vtbl;
	s->output.lpVtbl = &output_vtbl;
	s->refs = 1;
	status = (NTSTATUS)wrt_mp_init(&s->mp, &mp_ops, stream, false, NULL);
	if (!NT_SUCCESS(status)) {
		wrt_free(s);
		return status;
	}
	s->mp.early_events = true;	/* as Microsoft's samples; the property is the port's */
	s->filter = f;
	f->iface.lpVtbl->AddRef(&f->iface);
	s->port = port;
	port->lpVtbl->AddRef(port);
	if (IsListEmpty(&f->streams))
		nt_ticks_on(f);
	InsertTailList(&f->streams, &s->link);
	status = set_format(&s->iface, (PKSDATAFORMAT)format);
	if (NT_SUCCESS(status))
		*out = (IMiniportWaveRTStream *)&s->iface;
	else
		release(&s->iface);
	return status;
}
