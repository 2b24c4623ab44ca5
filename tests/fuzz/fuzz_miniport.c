// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * fuzz_miniport.c - converts bytes to calls of the miniport, of other clients of the core, of the
 * interrupt and of time. After every call the rules of rules.c must hold, and the call's
 * result must be that of the contract.
 */
#include "bed.h"

#define RAN_OUT		(1ull << 60)	/* the clock is not moved beyond, ns */
#define SIGNALS_ENOUGH	3000000		/* of one input: it should take less than a second */

static struct fz_bed bed;
static struct fuzz_bytes in;

static struct fz_pin *some_pin(void)
{
	return &bed.pin[fuzz_u8(&in) % FZ_PINS];
}

static struct wrt_stream *some_stream(void)
{
	return &bed.tb.dev.streams[fuzz_u8(&in) % bed.tb.dev.nstreams];
}

static bool position_fails(void)
{
	return tb_backend.fail_position;
}

/* ---- pins ------------------------------------------------------------------------- */

static u32 observers_of(const struct wrt_stream *s)
{
	const struct wrt_client *c;
	u32 n = 0;

	for (c = s->clients; c; c = c->next)
		n += c != s->owner;
	return n;
}

static void open_pin(struct fz_pin *pin, struct wrt_stream *s, bool observer)
{
	bool full = observer && observers_of(s) == WRT_OBSERVERS_MAX;
	enum wrt_status status;

	if (pin->open)
		return;
	status = fz_pin_open(&bed, pin, s, observer);
	if (bed.removed)
		HOLDS(status == WRT_STATUS_DEVICE_REMOVED);
	else
		HOLDS(status == (full ? WRT_STATUS_INSUFFICIENT_RESOURCES : 0));
}

static void call_open(void)
{
	struct fz_pin *pin = some_pin();
	struct wrt_stream *s = some_stream();

	open_pin(pin, s, fuzz_u8(&in) & 1);
}

static void call_many_observers(void)
{
	struct wrt_stream *s = some_stream();
	u32 i;

	for (i = 0; i < FZ_PINS; i++)
		open_pin(&bed.pin[i], s, true);
}

static void call_close(struct fz_pin *pin)
{
	bed.may_reset = true;
	fz_pin_close(pin);
}

static void call_set_format(struct fz_pin *pin)
{
	static const u32 rates[] = { 8000, 11025, 44100, 48000, 96000, 192000, 0, 7999 };
	u32 at = fuzz_u8(&in);
	u32 rate = at < 224 ? rates[at % COUNT(rates)] : fuzz_u32(&in);
	u32 format = 1u << fuzz_u8(&in) % 8;
	u32 channels = fuzz_u8(&in) % 10;
	bool has = rate >= 8000 && rate <= 192000 && format <= WRT_FMT_S24_3 &&
		   format != WRT_FMT_S20_32 && channels >= 1 && channels <= 8;
	enum wrt_status want = 0, got;

	if (pin->mp.removed)
		want = WRT_STATUS_DEVICE_REMOVED;
	else if (pin->mp.observer)
		want = WRT_STATUS_INVALID_DEVICE_REQUEST;
	else if (pin->mp.state == WRT_MP_RUN)
		want = WRT_STATUS_INVALID_PARAMETER;
	else if (pin->mp.buffer)
		want = WRT_STATUS_INVALID_DEVICE_REQUEST;
	else if (!has)
		want = WRT_STATUS_INVALID_PARAMETER;
	got = wrt_mp_set_format(&pin->mp, rate, format, channels);
	HOLDS(got == want);
	HOLDS(got || (pin->mp.rate == rate && pin->mp.channels == channels));
}

static void check_size(const struct wrt_mp *mp, u32 asked)
{
	const struct wrt_hw_geom *g = &mp->geom;
	u32 granule = (g->notify ? g->notify : 1) * g->frame_bytes;
	u64 least = 32ull * granule;

	HOLDS(g->rate == mp->rate && g->format == mp->format && g->channels == mp->channels);
	HOLDS(g->bytes >= asked && g->bytes % granule == 0);
	HOLDS(g->bytes < (asked > least ? asked : least) + granule);
}

/* The expected error, or 0. */
static enum wrt_status alloc_refused(const struct fz_pin *pin, enum wrt_mp_buffer kind,
				     u32 count, bool any, u32 bytes)
{
	const struct wrt_mp *mp = &pin->mp;

	if (mp->removed)
		return WRT_STATUS_DEVICE_REMOVED;
	if (mp->observer || mp->buffer || mp->state > WRT_MP_ACQUIRE || !mp->rate)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	if (bytes < wrt_format_bytes(mp->format) * mp->channels)
		return WRT_STATUS_UNSUCCESSFUL;
	if (kind == WRT_MP_TIMER_BUFFER)
		return count ? WRT_STATUS_INVALID_PARAMETER : 0;
	return count && (any || count <= 2) ? 0 : WRT_STATUS_INVALID_PARAMETER;
}

static void call_alloc(struct fz_pin *pin)
{
	u32 flags = fuzz_u8(&in);
	enum wrt_mp_buffer kind = flags & 1 ? WRT_MP_TIMER_BUFFER : WRT_MP_NOTIFY_BUFFER;
	bool any = flags & 2;
	u32 count = flags & 4 ? fuzz_size(&in) : flags >> 5;
	u32 bytes = fuzz_size(&in);
	enum wrt_status refused = alloc_refused(pin, kind, count, any, bytes), got;
	bool others = pin->mp.stream->owner && pin->mp.stream->owner != &pin->mp.client;

	pin->no_memory = flags & 8;
	got = wrt_mp_alloc(&pin->mp, kind, count, any, bytes);
	HOLDS(!refused || got == refused);
	HOLDS(got || (!others && !pin->no_memory));
	HOLDS(refused || got == 0 || others || pin->no_memory || tb_backend.fail_open ||
	      tb_backend.fail_prepare ||
	      (got == WRT_STATUS_UNSUCCESSFUL && (bytes > 100000 || count > 100)));
	HOLDS(!others || refused || got == WRT_STATUS_DEVICE_BUSY ||
	      got == WRT_STATUS_UNSUCCESSFUL || pin->no_memory);
	pin->no_memory = false;
	if (!got)
		check_size(&pin->mp, bytes);
}

static void check_nothing_owed(const struct wrt_stream *s)
{
	u32 i;

	for (i = 0; i < FZ_PINS; i++)
		HOLDS(!bed.pin[i].open || bed.pin[i].mp.stream != s ||
		      !bed.pin[i].mp.client.pending);
}

static void call_free(struct fz_pin *pin)
{
	const struct wrt_mp *mp = &pin->mp;
	enum wrt_status want = 0;

	bed.may_reset = true;
	if (mp->removed)
		want = WRT_STATUS_DEVICE_REMOVED;
	else if (mp->observer || !mp->buffer)
		want = WRT_STATUS_INVALID_DEVICE_REQUEST;
	HOLDS(wrt_mp_free(&pin->mp) == want);
	if (!want) {
		HOLDS(mp->state == WRT_MP_STOP && !mp->buffer);
		check_nothing_owed(mp->stream);
	}
}

static void call_set_state(struct fz_pin *pin)
{
	struct wrt_mp *mp = &pin->mp;
	u32 state = fuzz_u8(&in) % 5, before = mp->state, reached = state;
	enum wrt_status want = 0, got;

	bed.may_reset = state == WRT_MP_STOP || state == WRT_MP_ACQUIRE;
	if (state > WRT_MP_RUN) {
		want = WRT_STATUS_INVALID_PARAMETER;
		reached = before;
	} else if (mp->removed && (mp->observer || state > before)) {
		want = WRT_STATUS_DEVICE_REMOVED;
		reached = before;
	} else if (mp->observer) {
		want = WRT_STATUS_INVALID_DEVICE_REQUEST;
		reached = before;
	} else if (state == WRT_MP_RUN && before != WRT_MP_RUN && !mp->buffer) {
		want = WRT_STATUS_INVALID_DEVICE_REQUEST;
		reached = WRT_MP_PAUSE;
	}
	got = wrt_mp_set_state(mp, state);
	if (!want && got && tb_backend.fail_start && state == WRT_MP_RUN) {
		want = got;
		reached = WRT_MP_PAUSE;
	}
	HOLDS(got == want);
	HOLDS((u32)mp->state == reached);
	if (!got && mp->buffer && state == WRT_MP_STOP && before != WRT_MP_STOP)
		check_nothing_owed(mp->stream);
}

/* C at the current position of the hardware, or 0 if packets are not counted. */
static u64 packets_now(const struct fz_pin *pin)
{
	const struct wrt_stream *s = pin->mp.stream;
	u64 linear = s->pos.linear;

	if (!s->geom.notify_bytes)
		return 0;
	if (s->state == WRT_STREAM_RUN && !position_fails())
		linear = fz_linear_at(&bed, s->slot, fz_now(&bed, s->geom.rate));
	if (s->pos.has_end && linear >= s->pos.end)
		return s->pos.end_points;
	return linear / s->geom.notify_bytes;
}

/* The number of the first point that has not passed at this moment. */
static u64 next_point(const struct fz_pin *pin)
{
	const struct wrt_stream *s = pin->mp.stream;

	if (s->state != WRT_STREAM_RUN || !s->geom.notify_bytes)
		return pin->published;
	return pin->published + packets_now(pin) - s->pos.points;
}

static void register_event(struct fz_pin *pin, struct fz_event *e)
{
	const struct wrt_mp *mp = &pin->mp;
	u64 since = next_point(pin);
	enum wrt_status want = 0;

	if (mp->removed)
		want = WRT_STATUS_DEVICE_REMOVED;
	else if (!mp->observer && mp->buffer == WRT_MP_TIMER_BUFFER)
		want = WRT_STATUS_NOT_SUPPORTED;
	else if (!mp->observer && !mp->buffer)
		want = WRT_STATUS_DEVICE_NOT_READY;
	else if (e->registered)
		want = WRT_STATUS_UNSUCCESSFUL;
	else if (mp->nevents == WRT_MP_EVENTS_MAX)
		want = WRT_STATUS_INSUFFICIENT_RESOURCES;
	HOLDS(wrt_mp_register_event(&pin->mp, e) == want);
	if (want)
		return;
	e->registered = true;
	e->since = since;
}

static void unregister_event(struct fz_pin *pin, struct fz_event *e)
{
	enum wrt_status want = e->registered ? 0 : WRT_STATUS_NOT_FOUND;

	HOLDS(wrt_mp_unregister_event(&pin->mp, e) == want);
	e->registered = false;
}

static struct fz_event *some_event(struct fz_pin *pin)
{
	u32 i = fuzz_u8(&in);

	return &pin->event[i < 128 ? i % 4 : i % FZ_EVENTS];
}

static void call_register(struct fz_pin *pin)
{
	register_event(pin, some_event(pin));
}

static void call_unregister(struct fz_pin *pin)
{
	unregister_event(pin, some_event(pin));
}

static void call_many_events(struct fz_pin *pin)
{
	bool on = fuzz_u8(&in) & 1;
	u32 i;

	for (i = 0; i < FZ_EVENTS; i++) {
		if (on)
			register_event(pin, &pin->event[i]);
		else
			unregister_event(pin, &pin->event[i]);
	}
}

static void call_position(struct fz_pin *pin)
{
	const struct wrt_stream *s = pin->mp.stream;
	bool mine = pin->mp.observer ? !pin->mp.removed : pin->mp.buffer;
	struct wrt_snapshot snap;
	enum wrt_status got = wrt_mp_position(&pin->mp, &snap);

	HOLDS(got == (bed.removed ? WRT_STATUS_DEVICE_REMOVED : 0));
	HOLDS(!snap.geom->bytes || snap.offset < snap.geom->bytes);
	HOLDS(!snap.geom->bytes || snap.linear % snap.geom->bytes == snap.offset);
	HOLDS(!snap.passed);
	if (!mine)
		HOLDS(!snap.linear && !snap.offset && !snap.points && !snap.geom->bytes);
	else if (s->state == WRT_STREAM_RUN && !position_fails())
		HOLDS(snap.linear == fz_linear_at(&bed, s->slot, fz_now(&bed, s->geom.rate)));
}

/* ---- packets ------------------------------------------------------------------------ */

static bool counts_packets(const struct fz_pin *pin, u32 dir)
{
	const struct wrt_mp *mp = &pin->mp;
	bool mine = mp->observer ? !mp->removed : mp->buffer != WRT_MP_NO_BUFFER;

	return mine && mp->stream->caps.dir == dir && mp->stream->geom.notify;
}

/* A number near C, or any; sometimes the last packet, or an invalid packet. */
static void call_write_packet(struct fz_pin *pin)
{
	u64 c = packets_now(pin);
	u32 number = (u32)c + fuzz_u8(&in) % 8 - 2, how = fuzz_u8(&in), bytes = fuzz_u8(&in) * 4u;
	u32 flags = how < 32 ? WRT_MP_EOS : how < 40 ? how : 0, n = pin->mp.stream->geom.notify;
	bool eos = pin->mp.packets.eos, run = pin->mp.stream->state == WRT_STREAM_RUN;
	s32 ahead = (s32)(number - (u32)c);
	enum wrt_status got;

	if (position_fails())
		return;
	got = wrt_mp_write_packet(&pin->mp, number, flags, bytes);
	if (bed.removed)
		HOLDS(got == WRT_STATUS_DEVICE_REMOVED);
	else if (!counts_packets(pin, WRT_PLAYBACK))
		HOLDS(got == WRT_STATUS_NOT_SUPPORTED);
	else if (pin->mp.observer)
		HOLDS(got == WRT_STATUS_INVALID_DEVICE_REQUEST);
	else if (eos)
		HOLDS(got == WRT_STATUS_INVALID_DEVICE_STATE);
	else if (flags & ~WRT_MP_EOS || (flags && bytes > pin->mp.stream->geom.notify_bytes))
		HOLDS(got == WRT_STATUS_INVALID_PARAMETER);
	else if (ahead < (run ? 1 : 0))
		HOLDS(got == WRT_STATUS_DATA_LATE_ERROR);
	else if ((u32)ahead >= (n == 1 && run ? 2 : n))
		HOLDS(got == WRT_STATUS_DATA_OVERRUN);
	else
		HOLDS(got == 0 && pin->mp.packets.eos == !!flags);
}

static void call_read_packet(struct fz_pin *pin)
{
	u64 c = packets_now(pin), fetched = pin->mp.packets.fetched;
	struct wrt_mp_read read;
	enum wrt_status got;

	if (position_fails())
		return;
	got = wrt_mp_read_packet(&pin->mp, &read);
	if (bed.removed)
		HOLDS(got == WRT_STATUS_DEVICE_REMOVED);
	else if (!counts_packets(pin, WRT_CAPTURE))
		HOLDS(got == WRT_STATUS_NOT_SUPPORTED);
	else if (pin->mp.observer)
		HOLDS(got == WRT_STATUS_INVALID_DEVICE_REQUEST);
	else if (pin->mp.state < WRT_MP_PAUSE)
		HOLDS(got == WRT_STATUS_INVALID_DEVICE_STATE);
	else if (c == fetched)
		HOLDS(got == WRT_STATUS_DEVICE_NOT_READY);
	else
		HOLDS(got == 0 && read.number == (u32)(c - 1) && read.dropped == c - 1 - fetched);
	if (!got && fuzz_u8(&in) & 1) {
		wrt_mp_unread_packet(&pin->mp, &read);
		HOLDS(pin->mp.packets.fetched == fetched);
	}
}

static void call_count_packets(struct fz_pin *pin)
{
	u64 c = packets_now(pin);
	struct wrt_mp_presentation at;
	enum wrt_status got;
	u32 count;

	if (position_fails())
		return;
	got = wrt_mp_packet_count(&pin->mp, &count);
	if (bed.removed)
		HOLDS(got == WRT_STATUS_DEVICE_REMOVED);
	else if (!counts_packets(pin, WRT_PLAYBACK))
		HOLDS(got == WRT_STATUS_NOT_SUPPORTED);
	else
		HOLDS(got == 0 && count == (u32)c);
	HOLDS(wrt_mp_presentation(&pin->mp, &at) == got);
	if (!got)
		HOLDS(at.frames * pin->mp.stream->geom.frame_bytes <= pin->mp.stream->pos.linear);
}

static void pin_call(void (*call)(struct fz_pin *pin))
{
	struct fz_pin *pin = some_pin();

	if (pin->open)
		call(pin);
}

/* ---- time and interrupts ------------------------------------------------------------ */

static bool enough_signals(void)
{
	u64 signals = 0;
	u32 i;

	for (i = 0; i < FZ_PINS; i++)
		signals += bed.pin[i].signals;
	return signals > SIGNALS_ENOUGH;
}

/* Time passes with its interrupts: up to 134 ms, or 32767 frames of the step clock. */
static void call_run(void)
{
	u64 amount = fuzz_scaled(&in, bed.cfg.step ? 1 : 12);

	if (bed.cfg.step) {
		tb_step(&bed.tb, amount / 2);
		bed.steps += amount / 2;
	} else if (bed.tb.now < RAN_OUT) {
		tb_run_for(&bed.tb, amount);
	}
}

/* Time passes and no interrupt is served: up to 13 days. */
static void call_stall(void)
{
	u64 amount = fuzz_scaled(&in, 35);
	unsigned long flags;

	if (enough_signals())
		return;
	if (!bed.cfg.step) {
		if (bed.tb.now < RAN_OUT)
			tb_sleep(&bed.tb, amount);
		return;
	}
	flags = wrt_lock(&bed.tb.dev.lock);
	bed.steps += wrt_sim_step(bed.tb.hw, amount);
	wrt_unlock(&bed.tb.dev.lock, flags);
}

static void call_irq(void)
{
	wrt_device_irq(&bed.tb.dev);
}

static void call_look(void)
{
	u32 times = 1 + fuzz_u8(&in) % 8;
	struct wrt_stream *s = some_stream();

	while (times--)
		wrt_stream_look(s, 0);
}

/* Interrupts that were due are never raised. */
static void call_lose(void)
{
	memset(bed.tb.timer, 0, sizeof(bed.tb.timer));
}

static void call_fail_next(void)
{
	u32 code = 1 + fuzz_u8(&in) % 7, which = fuzz_u8(&in);

	tb_backend.fail_open = which & 1 ? code : 0;
	tb_backend.fail_prepare = which & 2 ? code : 0;
	tb_backend.fail_start = which & 4 ? code : 0;
	tb_backend.fail_stop = which & 8 ? code : 0;
	tb_backend.fail_position = which & 16 ? code : 0;
}

static void call_remove(void)
{
	if (fuzz_u8(&in) < 192 || bed.removed)
		return;
	bed.may_reset = true;
	fz_remove(&bed);
	memset(bed.tb.timer, 0, sizeof(bed.tb.timer));
}

static void call_nobody(void)
{
	struct wrt_stream *s = some_stream();
	struct wrt_snapshot snap;

	wrt_stream_position(s, NULL, &snap);
	HOLDS(!snap.linear && !snap.geom->bytes && !snap.offset);
	HOLDS(snap.state == (bed.removed ? WRT_STREAM_GONE : WRT_STREAM_FREE));
}

/* ---- other clients of the core ----------------------------------------------------------- */

static void on_notify(struct tb_client *tb)
{
	struct fz_client *c = (struct fz_client *)tb;
	u32 i;

	if (!c->stop_after || --c->stop_after)
		return;
	for (i = 0; i < bed.tb.dev.nstreams; i++)
		if (bed.tb.dev.streams[i].owner == &tb->client)
			HOLDS(wrt_stream_stop(&bed.tb.dev.streams[i], &tb->client) == 0);
}

static void client_configure(struct fz_client *c, struct wrt_stream *s)
{
	static const u32 rates[] = { 8000, 44100, 48000, 192000 };
	u32 rate = rates[fuzz_u8(&in) % COUNT(rates)];
	u32 channels = 1 + fuzz_u8(&in) % 8;
	u32 notify = fuzz_u8(&in) % 9;
	struct tb_buffer buffer;
	bool busy = s->owner && s->owner != &c->tb.client;
	int err, want = 0;

	if (s->owner != &c->tb.client && (c->buffer.geom.cpu || c->observed))
		return;		/* one stream for each client */
	if (bed.removed)
		want = WRT_EGONE;
	else if (busy)
		want = WRT_EBUSY;
	else if (s->state == WRT_STREAM_RUN)
		want = WRT_ESTATE;
	bed.may_reset = !want;
	if (!s->owner)
		c->tb.client.wants_points = fuzz_u8(&in) & 1;
	tb_buffer_make(&buffer, s, rate, WRT_FMT_S16, channels, fuzz_u16(&in), notify);
	err = wrt_stream_configure(s, &c->tb.client, &buffer.geom);
	HOLDS(!want || err == want);
	HOLDS(want || !err || tb_backend.fail_open || tb_backend.fail_prepare);
	if (s->owner != &c->tb.client && c->buffer.geom.cpu)
		tb_buffer_free(&c->buffer);	/* that removed it from the stream */
	if (err) {
		tb_buffer_free(&buffer);
		return;
	}
	tb_buffer_free(&c->buffer);
	c->buffer = buffer;
}

static void client_start(struct fz_client *c, struct wrt_stream *s)
{
	int want = 0, err;

	if (bed.removed)
		want = WRT_EGONE;
	else if (s->owner != &c->tb.client)
		want = WRT_EBUSY;
	else if (s->state != WRT_STREAM_READY)
		want = WRT_ESTATE;
	err = wrt_stream_start(s, &c->tb.client);
	HOLDS(err == want || (!want && err == -(int)tb_backend.fail_start));
}

static void client_observe(struct fz_client *c, struct wrt_stream *s)
{
	int want = 0;

	if (c->observed) {
		wrt_stream_unobserve(c->observed, &c->tb.client);
		c->observed = NULL;
		return;
	}
	if (c->buffer.geom.cpu)
		return;
	if (bed.removed)
		want = WRT_EGONE;
	else if (observers_of(s) == WRT_OBSERVERS_MAX)
		want = WRT_ENOMEM;
	c->tb.client.wants_points = fuzz_u8(&in) & 1;
	HOLDS(wrt_stream_observe(s, &c->tb.client) == want);
	if (!want)
		c->observed = s;
}

static void client_release(struct fz_client *c)
{
	bed.may_reset = true;
	fz_client_release(c);
}

static void client_settings(struct fz_client *c)
{
	c->tb.client.keep_last = fuzz_u8(&in) & 1;
	c->stop_after = fuzz_u8(&in) % 16;
	c->tb.on_notify = on_notify;
}

static void call_client(void)
{
	struct fz_client *c = &bed.client[fuzz_u8(&in) % FZ_CLIENTS];
	struct wrt_stream *s = some_stream();
	bool owner = s->owner == &c->tb.client;

	switch (fuzz_u8(&in) % 8) {
	case 0:
		client_configure(c, s);
		break;
	case 1:
		client_start(c, s);
		break;
	case 2:
		HOLDS(wrt_stream_stop(s, &c->tb.client) == (owner ? 0 : WRT_EBUSY));
		break;
	case 3:
		bed.may_reset = owner && s->state == WRT_STREAM_READY;
		wrt_stream_reset(s, &c->tb.client);
		break;
	case 4:
		client_release(c);
		break;
	case 5:
		client_observe(c, s);
		break;
	case 6:
		client_settings(c);
		break;
	case 7:
		wrt_stream_settle(s, &c->tb.client);
		break;
	}
}

/* ---- one input ------------------------------------------------------------------------ */

static void one_call(void)
{
	static void (*const of_pin[])(struct fz_pin *) = {
		call_close, call_set_format, call_alloc, call_free, call_set_state,
		call_register, call_unregister, call_position, call_many_events, call_set_state,
		call_write_packet, call_read_packet, call_count_packets,
	};
	static void (*const of_device[])(void) = {
		call_open, call_run, call_stall, call_irq, call_look, call_lose, call_remove,
		call_nobody, call_client, call_many_observers, call_run,
	};
	u32 which = fuzz_u8(&in) % (COUNT(of_pin) + COUNT(of_device));

	fz_before(&bed);
	if (which < COUNT(of_pin))
		pin_call(of_pin[which]);
	else
		of_device[which - COUNT(of_pin)]();
	fz_after(&bed);
	fz_faults_clear();
}

/* Owners with a format on the first streams, so that not every input has to begin with that. */
static void open_some(u32 n)
{
	u32 i;

	for (i = 0; i < n && i < bed.tb.dev.nstreams; i++) {
		struct wrt_mp *mp = &bed.pin[i].mp;

		HOLDS(fz_pin_open(&bed, &bed.pin[i], &bed.tb.dev.streams[i], false) == 0);
		HOLDS(wrt_mp_set_format(mp, 48000, WRT_FMT_S16, 2) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wrt_sim_config cfg = { 0 };
	u32 how;

	in = (struct fuzz_bytes){ data, size };
	how = fuzz_u8(&in);
	cfg.pairs = 1 + (how & 1);
	cfg.step = how & 2;
	cfg.source = (how >> 2 & 3) % 3;
	cfg.fault = (how >> 4 & 3) % 3;
	fz_bed_open(&bed, &cfg);
	open_some(how >> 6);
	while (in.left) {
		if (*in.at == 255) {
			in.left--, in.at++;
			call_fail_next();
		}
		one_call();
	}
	fz_bed_close(&bed);
	return 0;
}
