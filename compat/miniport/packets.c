// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * packets.c - packet mode: GetPacketCount, GetReadPacket, SetWritePacket and the
 * presentation position; see miniport.h.
 *
 * These calls come beside everything else, SetState included (Q43). Each is one function
 * run under the stream lock with a fresh reading, where struct wrt_mp_packets lives too:
 * position, window and end of stream always belong together. Packets are counted in 64
 * bits and told in 32.
 */
#include "miniport.h"

/* ---- glitches, stream lock held -------------------------------------------------- */

static void glitch(struct wrt_mp *mp, enum wrt_mp_glitch cause, u64 packet, u64 count)
{
	struct wrt_mp_glitches *g = &mp->packets.glitches;

	wrt_assert_locked(&mp->stream->lock);
	switch (cause) {
	case WRT_MP_UNDERRUN:
		g->underruns += count;
		break;
	case WRT_MP_REPEAT:
		g->repeats += count;
		break;
	case WRT_MP_LATE:
		g->late += count;
		break;
	case WRT_MP_OVERRUN:
		g->overruns += count;
		break;
	case WRT_MP_DROPPED:
		g->dropped += count;
		break;
	}
	WRT_TRACE(glitch, wrt_trace_id(mp->stream), mp->stream->pos.linear,
		  mp->packets.newest, cause, packet, count);
}

/*
 * Points have passed. The packet in progress after point n is n: whoever announces packets
 * at all should have announced it by then (WRT-215). The last packet of all needs no next.
 */
void wrt_packets_account(struct wrt_mp *mp, u64 points)
{
	struct wrt_mp_packets *p = &mp->packets;
	u64 from = p->accounted;

	wrt_assert_locked(&mp->stream->lock);
	if (!p->announced || points <= from)
		return;
	p->accounted = points;
	if (p->eos)
		return;
	if (from < p->newest)
		from = p->newest;
	if (points > from)
		glitch(mp, WRT_MP_UNDERRUN, from + 1, points - from);
}

/* ---- begin anew ------------------------------------------------------------------- */

static bool reset_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *arg)
{
	struct wrt_mp *mp = wrt_mp_of(c);
	struct wrt_mp_packets *p = &mp->packets;

	(void)now;
	(void)arg;
	p->announced = false;
	p->newest = 0;
	p->accounted = 0;
	p->eos = false;
	p->fetched = 0;
	wrt_position_no_end(&mp->stream->pos);
	return false;
}

/* Entering STOP, or with a new buffer: what was announced or fetched is forgotten (Q24). */
void wrt_packets_reset(struct wrt_mp *mp)
{
	wrt_stream_with(mp->stream, &mp->client, reset_locked, NULL);
}

static bool show_state_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *arg)
{
	struct wrt_mp *mp = wrt_mp_of(c);

	(void)now;
	(void)arg;
	mp->packets.state = mp->state;
	return true;
}

/* [C] The state has changed: show it to the streaming calls and in the page. */
void wrt_packets_show_state(struct wrt_mp *mp)
{
	wrt_stream_with(mp->stream, &mp->client, show_state_locked, NULL);
}

/* ---- which calls there are --------------------------------------------------------- */

/* A stream without a notification buffer shows no geometry, or one without points. */
static enum wrt_status may_stream(const struct wrt_mp *mp, const struct wrt_snapshot *now, u32 dir)
{
	if (now->state == WRT_STREAM_GONE)
		return WRT_STATUS_DEVICE_REMOVED;
	if (mp->stream->caps.dir != dir || !now->geom->notify)
		return WRT_STATUS_NOT_SUPPORTED;
	return WRT_STATUS_SUCCESS;
}

/* ---- render: position -------------------------------------------------------------- */

struct count_call {
	enum wrt_status status;
	u32 count;
};

static bool count_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *arg)
{
	struct count_call *call = arg;

	call->status = may_stream(wrt_mp_of(c), now, WRT_PLAYBACK);
	call->count = (u32)now->packets;
	return false;
}

enum wrt_status wrt_mp_packet_count(struct wrt_mp *mp, u32 *count)
{
	struct count_call call;

	wrt_stream_with(mp->stream, &mp->client, count_locked, &call);
	*count = call.count;
	return call.status;
}

struct presentation_call {
	enum wrt_status status;
	struct wrt_mp_presentation out;
};

/*
 * What DMA has fetched is heard a FIFO and the two delays later. Behind the end of a
 * stream, where the position stands still, that goes on until the last frame is out.
 */
static bool presentation_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *arg)
{
	const struct wrt_stream *s = wrt_mp_of(c)->stream;
	const struct wrt_hw_latency *l = &s->latency;
	struct presentation_call *call = arg;
	u64 fetched, behind, drained;

	call->status = may_stream(wrt_mp_of(c), now, WRT_PLAYBACK);
	if (call->status)
		return false;
	fetched = wrt_div_u64(now->linear, now->geom->frame_bytes);
	behind = l->fifo_bytes / now->geom->frame_bytes +
		 wrt_mul_div_u64((u64)l->chipset_100ns + l->codec_100ns, now->geom->rate,
				 WRT_NSEC_PER_SEC / 100);
	drained = 0;
	if (now->state == WRT_STREAM_RUN && now->read_ns > now->ns)
		drained = wrt_mul_div_u64(now->read_ns - now->ns, now->geom->rate,
					  WRT_NSEC_PER_SEC);
	behind = drained < behind ? behind - drained : 0;
	call->out.frames = behind < fetched ? fetched - behind : 0;
	call->out.ns = now->read_ns;
	call->out.live = now->state == WRT_STREAM_RUN && s->dma == WRT_DMA_ON;
	return false;
}

enum wrt_status wrt_mp_presentation(struct wrt_mp *mp, struct wrt_mp_presentation *out)
{
	struct presentation_call call;

	wrt_stream_with(mp->stream, &mp->client, presentation_locked, &call);
	if (!call.status)
		*out = call.out;
	return call.status;
}

/* ---- capture ------------------------------------------------------------------------ */

struct read_call {
	enum wrt_status status;
	struct wrt_mp_read out;
};

static enum wrt_status may_read(const struct wrt_mp *mp, const struct wrt_snapshot *now)
{
	enum wrt_status status = may_stream(mp, now, WRT_CAPTURE);

	if (status)
		return status;
	if (mp->observer)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	if (mp->packets.state < WRT_MP_PAUSE)
		return WRT_STATUS_INVALID_DEVICE_STATE;
	if (now->packets == mp->packets.fetched)
		return WRT_STATUS_DEVICE_NOT_READY;
	return WRT_STATUS_SUCCESS;
}

/* When the first sample of the newest packet was taken, at the converter (Q26). */
static u64 sampled_at(const struct wrt_stream *s, const struct wrt_hw_geom *g)
{
	u64 ns = wrt_position_packet_ns(&s->pos, &s->cycle);
	u64 delay = wrt_mul_div_u64(s->latency.fifo_bytes, WRT_NSEC_PER_SEC,
				    (u64)g->rate * g->frame_bytes);

	delay += 100ull * s->latency.chipset_100ns + 100ull * s->latency.codec_100ns;
	return delay < ns ? ns - delay : 0;
}

/* Only the newest packet is stable; older ones are lost, and the numbers show it. */
static bool read_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *arg)
{
	struct wrt_mp *mp = wrt_mp_of(c);
	struct wrt_mp_packets *p = &mp->packets;
	struct read_call *call = arg;
	u64 lost;

	call->status = may_read(mp, now);
	if (call->status)
		return false;
	lost = now->packets - 1 - p->fetched;
	call->out.number = (u32)(now->packets - 1);
	call->out.ns = sampled_at(mp->stream, now->geom);
	call->out.fetched = p->fetched;
	call->out.dropped = lost;
	if (lost)
		glitch(mp, WRT_MP_DROPPED, p->fetched, lost);
	p->fetched = now->packets;
	WRT_TRACE(packet, wrt_trace_id(mp->stream), WRT_CAPTURE, call->out.number, 0, 0);
	return lost;
}

enum wrt_status wrt_mp_read_packet(struct wrt_mp *mp, struct wrt_mp_read *out)
{
	struct read_call call;

	wrt_stream_with(mp->stream, &mp->client, read_locked, &call);
	if (!call.status)
		*out = call.out;
	return call.status;
}

static bool unread_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *arg)
{
	struct wrt_mp_packets *p = &wrt_mp_of(c)->packets;
	const struct wrt_mp_read *read = arg;

	(void)now;
	if (p->fetched != read->fetched + read->dropped + 1)
		return false;	/* somebody has fetched another since, or STOP came */
	p->fetched = read->fetched;
	p->glitches.dropped -= read->dropped;
	return true;
}

void wrt_mp_unread_packet(struct wrt_mp *mp, const struct wrt_mp_read *read)
{
	wrt_stream_with(mp->stream, &mp->client, unread_locked, (void *)read);
}

/* ---- render: announcing ------------------------------------------------------------- */

struct write_call {
	u32 number, flags, eos_bytes;
	enum wrt_status status;
};

/* Which packets may be announced now: first <= packet < first + count. */
static void window(const struct wrt_snapshot *now, u64 *first, u32 *count)
{
	u32 n = now->geom->notify;

	if (now->state == WRT_STREAM_RUN) {
		*first = now->packets + 1;		/* C is being played */
		*count = wrt_max_u32(n - 1, 1);		/* Q22 */
	} else {
		*first = now->packets;
		*count = n;				/* Q21 */
	}
}

static enum wrt_status check_window(struct wrt_mp *mp, const struct wrt_snapshot *now, u64 packet)
{
	u64 first;
	u32 count;

	window(now, &first, &count);
	if ((s64)(packet - first) < 0) {
		glitch(mp, WRT_MP_LATE, packet, 1);
		return WRT_STATUS_DATA_LATE_ERROR;
	}
	if (packet - first >= count) {
		glitch(mp, WRT_MP_OVERRUN, packet, 1);
		return WRT_STATUS_DATA_OVERRUN;
	}
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status check_write(struct wrt_mp *mp, const struct wrt_snapshot *now,
				   const struct write_call *call, u64 packet)
{
	enum wrt_status status = may_stream(mp, now, WRT_PLAYBACK);

	if (status)
		return status;
	if (mp->observer)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	if (mp->packets.eos)
		return WRT_STATUS_INVALID_DEVICE_STATE;
	if (call->flags & ~WRT_MP_EOS)
		return WRT_STATUS_INVALID_PARAMETER;
	if (call->flags & WRT_MP_EOS && call->eos_bytes > now->geom->notify_bytes)
		return WRT_STATUS_INVALID_PARAMETER;
	return check_window(mp, now, packet);
}

/* The end lies in whole frames, and not behind what has been played already. */
static void end_with(struct wrt_mp *mp, const struct wrt_snapshot *now, u64 packet, u32 bytes)
{
	u64 end = packet * now->geom->notify_bytes + bytes - bytes % now->geom->frame_bytes;

	mp->packets.eos = true;
	wrt_stream_end_at(mp->stream, end > now->linear ? end : now->linear, packet + 1);
}

static bool write_locked(struct wrt_client *c, const struct wrt_snapshot *now, void *arg)
{
	struct wrt_mp *mp = wrt_mp_of(c);
	struct wrt_mp_packets *p = &mp->packets;
	struct write_call *call = arg;
	/* the 64-bit number nearest to C with these low 32 bits (WRT-183) */
	u64 packet = now->packets + (u64)(s64)(s32)(call->number - (u32)now->packets);

	wrt_packets_account(mp, now->packets);
	call->status = check_write(mp, now, call, packet);
	WRT_TRACE(packet, wrt_trace_id(mp->stream), WRT_PLAYBACK, call->number, call->flags,
		  call->status);
	if (call->status)
		return now->state != WRT_STREAM_GONE;	/* glitches may have been counted */
	if (!p->announced)
		p->accounted = now->packets;
	else if (packet == p->newest)
		glitch(mp, WRT_MP_REPEAT, packet, 1);
	if (!p->announced || packet > p->newest)
		p->newest = packet;
	p->announced = true;
	if (call->flags & WRT_MP_EOS)
		end_with(mp, now, packet, call->eos_bytes);
	return true;
}

enum wrt_status wrt_mp_write_packet(struct wrt_mp *mp, u32 number, u32 flags, u32 eos_bytes)
{
	struct write_call call = { .number = number, .flags = flags, .eos_bytes = eos_bytes };

	wrt_stream_with(mp->stream, &mp->client, write_locked, &call);
	return call.status;
}
