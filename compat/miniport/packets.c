// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * packets.c - packet mode: GetPacketCount, GetReadPacket, SetWritePacket and the
 * presentation position; see miniport.h.
 *
 * These calls may run concurrently with every other call, also with SetState (Q43). Each holds the
 * device lock from wrt_stream_lock() to wrt_stream_unlock(). The same lock protects struct
 * wrt_mp_packets, so position, window and end of stream are always consistent. Packets are counted
 * in 64 bits and reported in 32.
 */
#include "miniport.h"

/* ---- glitches, device lock held -------------------------------------------------- */

static void glitch(struct wrt_mp *mp, enum wrt_mp_glitch cause, u64 packet, u64 count)
{
	struct wrt_mp_glitches *g = &mp->packets.glitches;

	wrt_assert_locked(&mp->stream->dev->lock);
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
 * Points have passed. The packet in progress after point n is n: a client that announces packets
 * should have announced it by then (WRT-215). No packet has to follow the last one.
 */
void wrt_packets_account(struct wrt_mp *mp, u64 points)
{
	struct wrt_mp_packets *p = &mp->packets;
	u64 from = p->accounted;

	wrt_assert_locked(&mp->stream->dev->lock);
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

/* ---- changes of state --------------------------------------------------------------- */

/* Entering STOP, or with a new buffer: what was announced or fetched is forgotten (Q24). */
void wrt_packets_reset(struct wrt_mp *mp)
{
	struct wrt_mp_packets *p = &mp->packets;
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(mp->stream, &mp->client, &now);

	p->announced = false;
	p->newest = 0;
	p->accounted = 0;
	p->eos = false;
	p->fetched = 0;
	wrt_position_no_end(&mp->stream->pos);
	wrt_stream_unlock(mp->stream, flags);
}

/* [C] The state has changed: show it to the streaming calls and in the page. */
void wrt_packets_show_state(struct wrt_mp *mp)
{
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(mp->stream, &mp->client, &now);

	mp->packets.state = mp->state;
	wrt_stream_publish_to(mp->stream, &mp->client);
	wrt_stream_unlock(mp->stream, flags);
}

/* ---- which calls there are --------------------------------------------------------- */

/* Without a notification buffer the snapshot has no geometry, or one without points. */
static enum wrt_status may_stream(const struct wrt_mp *mp, const struct wrt_snapshot *now, u32 dir)
{
	if (now->state == WRT_STREAM_GONE)
		return WRT_STATUS_DEVICE_REMOVED;
	if (mp->stream->caps.dir != dir || !now->geom->notify)
		return WRT_STATUS_NOT_SUPPORTED;
	return WRT_STATUS_SUCCESS;
}

/* ---- render: position -------------------------------------------------------------- */

enum wrt_status wrt_mp_packet_count(struct wrt_mp *mp, u32 *count)
{
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(mp->stream, &mp->client, &now);
	enum wrt_status status = may_stream(mp, &now, WRT_PLAYBACK);

	*count = (u32)now.packets;
	wrt_stream_unlock(mp->stream, flags);
	return status;
}

/* Frames that DMA has fetched and that have not left the device: a FIFO and the two delays. */
static u64 frames_behind(const struct wrt_hw_latency *l, const struct wrt_hw_geom *g)
{
	return l->fifo_bytes / g->frame_bytes +
	       wrt_mul_div_u64((u64)l->chipset_100ns + l->codec_100ns, g->rate,
			       WRT_NSEC_PER_SEC / 100);
}

/* After the end of a stream, where the position halts, frames leave the device until the last. */
static u64 frames_drained(const struct wrt_snapshot *now)
{
	if (now->state != WRT_STREAM_RUN || now->read_ns <= now->ns)
		return 0;
	return wrt_mul_div_u64(now->read_ns - now->ns, now->geom->rate, WRT_NSEC_PER_SEC);
}

static void present(const struct wrt_stream *s, const struct wrt_snapshot *now,
		    struct wrt_mp_presentation *out)
{
	u64 fetched = wrt_div_u64(now->linear, now->geom->frame_bytes);
	u64 behind = frames_behind(&s->latency, now->geom), drained = frames_drained(now);

	wrt_assert_locked(&s->dev->lock);
	behind -= wrt_min_u64(behind, drained);
	out->frames = fetched - wrt_min_u64(fetched, behind);
	out->ns = now->read_ns;
	out->live = now->state == WRT_STREAM_RUN && s->dma == WRT_DMA_ON;
}

enum wrt_status wrt_mp_presentation(struct wrt_mp *mp, struct wrt_mp_presentation *out)
{
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(mp->stream, &mp->client, &now);
	enum wrt_status status = may_stream(mp, &now, WRT_PLAYBACK);

	if (!status)
		present(mp->stream, &now, out);
	wrt_stream_unlock(mp->stream, flags);
	return status;
}

/* ---- capture ------------------------------------------------------------------------ */

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
	return ns - wrt_min_u64(ns, delay);
}

/* Only the newest packet is stable; older ones are lost, and the numbers show it. */
static void fetch(struct wrt_mp *mp, const struct wrt_snapshot *now, struct wrt_mp_read *out)
{
	struct wrt_mp_packets *p = &mp->packets;

	wrt_assert_locked(&mp->stream->dev->lock);
	out->number = (u32)(now->packets - 1);
	out->ns = sampled_at(mp->stream, now->geom);
	out->fetched = p->fetched;
	out->dropped = now->packets - 1 - p->fetched;
	if (out->dropped)
		glitch(mp, WRT_MP_DROPPED, p->fetched, out->dropped);
	p->fetched = now->packets;
	WRT_TRACE(packet, wrt_trace_id(mp->stream), WRT_CAPTURE, out->number, 0, 0);
	if (out->dropped)
		wrt_stream_publish_to(mp->stream, &mp->client);
}

enum wrt_status wrt_mp_read_packet(struct wrt_mp *mp, struct wrt_mp_read *out)
{
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(mp->stream, &mp->client, &now);
	enum wrt_status status = may_read(mp, &now);

	if (!status)
		fetch(mp, &now, out);
	wrt_stream_unlock(mp->stream, flags);
	return status;
}

void wrt_mp_unread_packet(struct wrt_mp *mp, const struct wrt_mp_read *read)
{
	struct wrt_mp_packets *p = &mp->packets;
	struct wrt_snapshot now;
	unsigned long flags = wrt_stream_lock(mp->stream, &mp->client, &now);

	if (p->fetched == read->fetched + read->dropped + 1) {
		p->fetched = read->fetched;
		p->glitches.dropped -= read->dropped;
		wrt_stream_publish_to(mp->stream, &mp->client);
	}
	wrt_stream_unlock(mp->stream, flags);
}

/* ---- render: announcing ------------------------------------------------------------- */

struct write_call {
	u32 number, flags, eos_bytes;
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

/* The end lies in whole frames, and not before what has been played already. */
static void end_with(struct wrt_mp *mp, const struct wrt_snapshot *now, u64 packet, u32 bytes)
{
	u64 end = packet * now->geom->notify_bytes + bytes - bytes % now->geom->frame_bytes;

	mp->packets.eos = true;
	wrt_stream_end_at(mp->stream, wrt_max_u64(end, now->linear), packet + 1);
}

static void announce(struct wrt_mp *mp, const struct wrt_snapshot *now,
		     const struct write_call *call, u64 packet)
{
	struct wrt_mp_packets *p = &mp->packets;

	wrt_assert_locked(&mp->stream->dev->lock);
	if (!p->announced)
		p->accounted = now->packets;
	else if (packet == p->newest)
		glitch(mp, WRT_MP_REPEAT, packet, 1);
	if (!p->announced || packet > p->newest)
		p->newest = packet;
	p->announced = true;
	if (call->flags & WRT_MP_EOS)
		end_with(mp, now, packet, call->eos_bytes);
}

static enum wrt_status write_locked(struct wrt_mp *mp, const struct wrt_snapshot *now,
				    const struct write_call *call)
{
	/* the 64-bit number nearest to C with these low 32 bits (WRT-183) */
	u64 packet = now->packets + (u64)(s64)(s32)(call->number - (u32)now->packets);
	enum wrt_status status;

	wrt_packets_account(mp, now->packets);
	status = check_write(mp, now, call, packet);
	WRT_TRACE(packet, wrt_trace_id(mp->stream), WRT_PLAYBACK, call->number, call->flags,
		  status);
	if (!status)
		announce(mp, now, call, packet);
	return status;
}

enum wrt_status wrt_mp_write_packet(struct wrt_mp *mp, u32 number, u32 flags, u32 eos_bytes)
{
	struct write_call call = { .number = number, .flags = flags, .eos_bytes = eos_bytes };
	struct wrt_snapshot now;
	unsigned long locked = wrt_stream_lock(mp->stream, &mp->client, &now);
	enum wrt_status status = write_locked(mp, &now, &call);

	if (now.state != WRT_STREAM_GONE)	/* glitches may have been counted */
		wrt_stream_publish_to(mp->stream, &mp->client);
	wrt_stream_unlock(mp->stream, locked);
	return status;
}
