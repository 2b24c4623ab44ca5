// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * stream.c - state, format, buffer and position of a WaveRT stream; see miniport.h.
 */
#include "miniport.h"

static enum wrt_status from_core(int err)
{
	switch (err) {
	case 0:
		return WRT_STATUS_SUCCESS;
	case WRT_EINVAL:
		return WRT_STATUS_INVALID_PARAMETER;
	case WRT_ENOMEM:
		return WRT_STATUS_INSUFFICIENT_RESOURCES;
	case WRT_EBUSY:
		return WRT_STATUS_DEVICE_BUSY;
	case WRT_EGONE:
		return WRT_STATUS_DEVICE_REMOVED;
	case WRT_ESTATE:
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	case WRT_EIO:		/* WRT-023 */
		return WRT_STATUS_DEVICE_NOT_READY;
	case WRT_EINTR:
		return WRT_STATUS_CANCELLED;
	}
	return WRT_STATUS_UNSUCCESSFUL;
}

static void client_publish(struct wrt_client *c, const struct wrt_snapshot *s)
{
	struct wrt_mp *mp = wrt_mp_of(c);

	wrt_assert_locked(&mp->stream->dev->lock);
	wrt_packets_account(mp, s->points);
	mp->ops->publish(mp, s);
}

/* A client that announces packets may have an underrun to be published with the point. */
static bool client_publish_position(struct wrt_client *c, const struct wrt_stream *s, u64 passed)
{
	struct wrt_mp *mp = wrt_mp_of(c);

	wrt_assert_locked(&mp->stream->dev->lock);
	if (mp->packets.announced || !mp->ops->publish_position)
		return false;
	mp->ops->publish_position(mp, s, passed);
	return true;
}

static const struct wrt_client_ops client_ops = {
	.name = "WaveRT",
	.publish = client_publish,
	.publish_position = client_publish_position,
	.notify = wrt_mp_notify,
};

enum wrt_status wrt_mp_init(struct wrt_mp *mp, const struct wrt_mp_ops *ops,
			    struct wrt_stream *stream, bool observer,
			    const struct wrt_user *user)
{
	static const struct wrt_user no_users = { .privileged = true };
	enum wrt_status status;
	struct wrt_snapshot snap;

	wrt_assert_may_sleep();
	wrt_memset(mp, 0, sizeof(*mp));
	wrt_lock_init(&mp->event_lock);
	wrt_client_init(&mp->client, &client_ops, stream);
	mp->client.user = user ? *user : no_users;
	mp->client.keep_last = true;
	mp->client.wants_points = observer;
	mp->client.observer = observer;
	mp->ops = ops;
	mp->stream = stream;
	mp->observer = observer;
	if (observer) {
		int err = wrt_stream_observe(stream, &mp->client);

		if (err)
			return from_core(err);
	}
	wrt_stream_refresh(stream, &mp->client);
	status = wrt_mp_position(mp, &snap);	/* DEVICE_REMOVED if it is gone already */
	if (status && observer)
		wrt_stream_unobserve(stream, &mp->client);
	return status;
}

/* Calls of the owner only, with the device present. */
static enum wrt_status may_control(const struct wrt_mp *mp)
{
	if (wrt_mp_is_removed(mp))
		return WRT_STATUS_DEVICE_REMOVED;
	return mp->observer ? WRT_STATUS_INVALID_DEVICE_REQUEST : WRT_STATUS_SUCCESS;
}

enum wrt_status wrt_mp_set_format(struct wrt_mp *mp, u32 rate, u32 format, u32 channels)
{
	enum wrt_status status = may_control(mp);

	wrt_assert_may_sleep();
	if (status)
		return status;
	if (mp->state == WRT_MP_RUN)
		return WRT_STATUS_INVALID_PARAMETER;
	if (mp->buffer)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	status = from_core(wrt_geometry_check_format(&mp->stream->caps, rate, format, channels));
	if (status)
		return status;
	mp->rate = rate;
	mp->format = format;
	mp->channels = channels;
	return WRT_STATUS_SUCCESS;
}

/* ---- buffer ------------------------------------------------------------------- */

static enum wrt_status may_alloc(const struct wrt_mp *mp)
{
	enum wrt_status status = may_control(mp);

	if (status)
		return status;
	if (mp->stream->caps.flags & WRT_HW_OBSERVE_ONLY)
		return WRT_STATUS_NOT_SUPPORTED;
	if (mp->buffer || mp->state > WRT_MP_ACQUIRE || !mp->rate)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	return WRT_STATUS_SUCCESS;
}

static bool count_ok(enum wrt_mp_buffer kind, u32 count, bool any_count)
{
	if (kind == WRT_MP_TIMER_BUFFER)
		return count == 0;
	return count >= 1 && (any_count || count <= 2);
}

/* The pin is claimed first, so there are never more buffers than pins. */
static enum wrt_status back_with_memory(struct wrt_mp *mp, struct wrt_hw_geom *geom)
{
	int err = wrt_stream_claim(mp->stream, &mp->client);

	wrt_assert_may_sleep();
	if (err)
		return from_core(err);
	err = mp->ops->buffer_alloc(mp, geom);
	if (err) {
		wrt_stream_release(mp->stream, &mp->client);
		return from_core(err);
	}
	err = wrt_stream_configure(mp->stream, &mp->client, geom);
	geom->seg = NULL;	/* the binding may free the list now */
	if (err) {
		wrt_stream_release(mp->stream, &mp->client);
		mp->ops->buffer_free(mp);
	}
	return from_core(err);
}

enum wrt_status wrt_mp_alloc(struct wrt_mp *mp, enum wrt_mp_buffer kind, u32 count,
			     bool any_count, u32 bytes)
{
	struct wrt_request req = {
		.bytes = bytes, .notify = count, .rate = mp->rate,
		.format = mp->format, .channels = mp->channels,
	};
	enum wrt_status status = may_alloc(mp);
	struct wrt_hw_geom geom;

	if (status)
		return status;
	if (bytes < wrt_format_bytes(mp->format) * mp->channels)
		return WRT_STATUS_UNSUCCESSFUL;
	if (!count_ok(kind, count, any_count))
		return WRT_STATUS_INVALID_PARAMETER;
	status = from_core(wrt_geometry_make(&mp->stream->caps, &req, &geom));
	if (status)
		return status;
	mp->client.wants_points = kind == WRT_MP_NOTIFY_BUFFER;
	status = back_with_memory(mp, &geom);
	if (status)
		return status;
	mp->geom = geom;
	mp->buffer = kind;
	wrt_packets_reset(mp);
	return WRT_STATUS_SUCCESS;
}

static void step_down(struct wrt_mp *mp);

/* The device forgets the buffer; the caller frees the memory. */
static void give_back(struct wrt_mp *mp)
{
	wrt_assert_may_sleep();
	while (mp->state != WRT_MP_STOP)
		step_down(mp);
	if (mp->buffer)
		wrt_stream_release(mp->stream, &mp->client);
}

static void drop_buffer(struct wrt_mp *mp)
{
	wrt_assert_may_sleep();
	give_back(mp);
	if (!mp->buffer)
		return;
	mp->ops->buffer_free(mp);
	mp->buffer = WRT_MP_NO_BUFFER;
	wrt_memset(&mp->geom, 0, sizeof(mp->geom));
	wrt_stream_refresh(mp->stream, &mp->client);
}

enum wrt_status wrt_mp_free(struct wrt_mp *mp)
{
	enum wrt_status status = may_control(mp);

	wrt_assert_may_sleep();
	if (status)
		return status;
	if (!mp->buffer)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	drop_buffer(mp);
	return WRT_STATUS_SUCCESS;
}

void wrt_mp_close(struct wrt_mp *mp)
{
	wrt_assert_may_sleep();
	drop_buffer(mp);
	if (mp->observer && !mp->removed)
		wrt_stream_unobserve(mp->stream, &mp->client);
	wrt_client_cancel(&mp->client);
}

/* ---- states ------------------------------------------------------------------- */

/* One step up; on failure the state stays (WRT-125). */
static enum wrt_status step_up(struct wrt_mp *mp)
{
	struct wrt_client *c = &mp->client;
	enum wrt_status status;
	u64 spread_ns;

	wrt_assert_may_sleep();
	if (mp->state == WRT_MP_PAUSE) {
		if (!mp->buffer)
			return WRT_STATUS_INVALID_DEVICE_REQUEST;
		status = from_core(wrt_streams_run(mp->stream->dev, &c, 1, &spread_ns));
		if (status)
			return status;
	}
	WRT_TRACE(state, wrt_trace_id(mp->stream), mp->state, mp->state + 1);
	mp->state++;
	wrt_packets_show_state(mp);
	return WRT_STATUS_SUCCESS;
}

/* One step down; cannot fail (WRT-057). */
static void step_down(struct wrt_mp *mp)
{
	struct wrt_client *c = &mp->client;

	wrt_assert_may_sleep();
	WRT_TRACE(state, wrt_trace_id(mp->stream), mp->state, mp->state - 1);
	mp->state--;
	if (mp->buffer && mp->state == WRT_MP_PAUSE) {
		wrt_streams_pause(mp->stream->dev, &c, 1);
		wrt_mp_settle(mp);
	} else if (mp->buffer && mp->state == WRT_MP_STOP) {
		wrt_stream_reset(mp->stream, &mp->client);
		wrt_packets_reset(mp);
	}
	wrt_packets_show_state(mp);
}

enum wrt_status wrt_mp_set_state(struct wrt_mp *mp, u32 state)
{
	enum wrt_status status;

	wrt_assert_may_sleep();
	if (state > WRT_MP_RUN)
		return WRT_STATUS_INVALID_PARAMETER;
	if (mp->observer)
		return may_control(mp);
	if (wrt_mp_is_removed(mp) && state > (u32)mp->state)
		return WRT_STATUS_DEVICE_REMOVED;
	while (state > (u32)mp->state) {
		status = step_up(mp);
		if (status)
			return status;
	}
	while (state < (u32)mp->state)
		step_down(mp);
	return WRT_STATUS_SUCCESS;
}

/* Checks all streams before any of them changes. */
static enum wrt_status may_set_states(struct wrt_mp *const *mps, u32 n, u32 state)
{
	u32 i;

	if (state > WRT_MP_RUN)
		return WRT_STATUS_INVALID_PARAMETER;
	for (i = 0; i < n; i++) {
		if (wrt_mp_is_removed(mps[i]) && (mps[i]->observer || state > (u32)mps[i]->state))
			return WRT_STATUS_DEVICE_REMOVED;
		if (mps[i]->observer)
			return WRT_STATUS_INVALID_DEVICE_REQUEST;
		if (state < WRT_MP_RUN)
			continue;
		if (!mps[i]->buffer)
			return WRT_STATUS_INVALID_DEVICE_REQUEST;
		if (mps[i]->state == WRT_MP_RUN)
			return WRT_STATUS_INVALID_DEVICE_STATE;
	}
	return WRT_STATUS_SUCCESS;
}

static void show_new_state(struct wrt_mp *mp, enum wrt_mp_state state)
{
	WRT_TRACE(state, wrt_trace_id(mp->stream), mp->state, state);
	mp->state = state;
	wrt_packets_show_state(mp);
}

static enum wrt_status run_all(struct wrt_mp *const *mps, struct wrt_client *const *clients, u32 n,
			       u64 *spread_ns)
{
	enum wrt_status status;
	u32 i;

	wrt_assert_may_sleep();
	for (i = 0; i < n; i++) {
		status = wrt_mp_set_state(mps[i], WRT_MP_PAUSE);
		if (status)
			return status;
	}
	status = from_core(wrt_streams_run(mps[0]->stream->dev, clients, n, spread_ns));
	for (i = 0; i < n && !status; i++)
		show_new_state(mps[i], WRT_MP_RUN);
	return status;
}

static enum wrt_status stop_all(struct wrt_mp *const *mps, struct wrt_client *const *clients, u32 n,
				u32 state)
{
	enum wrt_status status = WRT_STATUS_SUCCESS;
	u32 i;

	wrt_assert_may_sleep();
	wrt_streams_pause(mps[0]->stream->dev, clients, n);
	for (i = 0; i < n && !status; i++)
		status = wrt_mp_set_state(mps[i], state);
	return status;
}

enum wrt_status wrt_mp_set_states(struct wrt_mp *const *mps, u32 n, u32 state, u64 *spread_ns)
{
	enum wrt_status status = may_set_states(mps, n, state);
	struct wrt_client *clients[WRT_SLOTS_MAX] = { NULL };
	u32 i;

	wrt_assert_may_sleep();
	if (status)
		return status;
	for (i = 0; i < n; i++)
		clients[i] = &mps[i]->client;
	*spread_ns = 0;
	if (state == WRT_MP_RUN)
		return run_all(mps, clients, n, spread_ns);
	return stop_all(mps, clients, n, state);
}

/* ---- properties of the hardware -------------------------------------------------- */

enum wrt_status wrt_mp_latency(struct wrt_mp *mp, struct wrt_hw_latency *out)
{
	wrt_assert_may_sleep();
	if (wrt_mp_is_removed(mp))
		return WRT_STATUS_DEVICE_REMOVED;
	if (mp->observer)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	if (!mp->buffer)
		return WRT_STATUS_DEVICE_NOT_READY;
	*out = mp->stream->latency;
	return WRT_STATUS_SUCCESS;
}

enum wrt_status wrt_mp_get_register(struct wrt_mp *mp, u32 kind, struct wrt_hw_register *out)
{
	enum wrt_status status = may_control(mp);
	int err;

	wrt_assert_may_sleep();
	if (status)
		return status;
	if (kind > WRT_HW_CLOCK_REGISTER)
		return WRT_STATUS_INVALID_PARAMETER;
	if (mp->registers_given & 1u << kind)
		return WRT_STATUS_INVALID_DEVICE_REQUEST;
	if (!mp->buffer)
		return WRT_STATUS_DEVICE_NOT_READY;
	err = wrt_stream_get_register(mp->stream, &mp->client, kind, out);
	if (err)
		return err == WRT_ERANGE ? WRT_STATUS_NOT_SUPPORTED : from_core(err);
	mp->registers_given |= 1u << kind;
	return WRT_STATUS_SUCCESS;
}

void wrt_mp_unget_register(struct wrt_mp *mp, u32 kind)
{
	wrt_assert_may_sleep();
	mp->registers_given &= ~(1u << kind);
}

/* ---- position and removal ----------------------------------------------------- */

enum wrt_status wrt_mp_position(struct wrt_mp *mp, struct wrt_snapshot *out)
{
	wrt_stream_position(mp->stream, &mp->client, out);
	if (out->state == WRT_STREAM_GONE)
		return WRT_STATUS_DEVICE_REMOVED;
	return WRT_STATUS_SUCCESS;
}

void wrt_mp_removed(struct wrt_mp *mp)
{
	wrt_assert_may_sleep();
	/* GONE and the last position have been published to the clients on the stream's list. */
	if (mp->observer)
		wrt_stream_unobserve(mp->stream, &mp->client);
	else if (mp->buffer)
		wrt_stream_release(mp->stream, &mp->client);
	else
		wrt_stream_refresh(mp->stream, &mp->client);
	mp->buffer = WRT_MP_NO_BUFFER;
	wrt_memset(&mp->geom, 0, sizeof(mp->geom));
	mp->removed = true;
	wrt_mp_signal_last(mp);
}
