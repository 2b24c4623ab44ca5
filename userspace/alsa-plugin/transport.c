// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * transport.c - a PCM of the plugin while it has a stream: position, data, waiting, states.
 *
 * start, stop, pause, pointer, delay and transfer are called with alsa-lib's lock of the PCM
 * held, the others without. p->lock serialises all of them and is taken after it.
 *
 * Only plugin_pointer() updates position and state. alsa-lib calls it through
 * snd_pcm_hwsync(), which also updates alsa-lib's position and stops the PCM at the end of a
 * drain. Every other callback that needs the current state calls plugin_sync() first.
 *
 * Positions are frames since the last STOP, in 64 bits. Data may be written or read only where
 * the hardware has passed. So the page's reading is used and never extrapolated. The clock only
 * shows whether that reading is too old; if it is, a system call reads the hardware.
 */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "plugin.h"

#define FRESH_NS	1000000		/* a reading is used up to this age */

/* Convert an error of WaveRT to one of ALSA. */
int plugin_alsa_error(int err)
{
	switch (err) {
	case -EREMOTEIO:	/* the hardware does not support the size */
		return -EINVAL;
	case -EBADRQC:
		return -EBADFD;
	case -EAGAIN:		/* programs would take it as "try again" */
		return -EIO;
	}
	return err;
}

/* ---- position --------------------------------------------------------------------- */

/* Position of the application. ALSA's pointers wrap at the boundary. */
static uint64_t application(const struct plugin *p)
{
	snd_pcm_sframes_t lead = (snd_pcm_sframes_t)(p->io.appl_ptr - p->reported);
	snd_pcm_sframes_t half = (snd_pcm_sframes_t)(p->boundary / 2);

	if (lead > half)
		lead -= (snd_pcm_sframes_t)p->boundary;
	else if (lead < -half)
		lead += (snd_pcm_sframes_t)p->boundary;
	return p->reported_at + (uint64_t)(int64_t)lead;
}

/* Frames that the application can transfer when the hardware is at `at`. */
static int64_t avail_at(const struct plugin *p, uint64_t at, uint64_t appl)
{
	if (is_playback(p))
		return (int64_t)(at + p->io.buffer_size - appl);
	return (int64_t)(at - appl);
}

static bool ready(const struct plugin *p, uint64_t appl)
{
	return avail_at(p, p->reached, appl) >= (int64_t)p->avail_min;
}

static bool is_xrun(const struct plugin *p, uint64_t appl)
{
	int64_t avail = avail_at(p, p->reached, appl);

	return p->io.state == SND_PCM_STATE_RUNNING && avail >= 0 &&
	       (uint64_t)avail >= p->stop_threshold;
}

/* True if a newer reading could change the result. */
static bool outdated(const struct plugin *p, uint64_t appl)
{
	uint64_t now, age;
	int64_t known, likely;

	if (p->page.state != WAVERT_STATE_RUN)
		return false;
	if (p->caps.flags & WAVERT_CAP_STEPPED)
		return true;
	now = monotonic_ns();
	if (now > p->reached_ns)
		age = now - p->reached_ns;
	else
		age = 0;
	if (age > FRESH_NS)
		return true;
	known = avail_at(p, p->reached, appl);
	likely = known + (int64_t)(age * p->io.rate / 1000000000) + 1;
	return (known < (int64_t)p->avail_min && likely >= (int64_t)p->avail_min) ||
	       ((uint64_t)known < p->stop_threshold && (uint64_t)likely >= p->stop_threshold);
}

/* Store a reading. The last system call may have returned a newer one than the page. */
static void note(struct plugin *p, uint64_t linear, uint64_t ns)
{
	uint64_t at = linear / p->frame_bytes;

	if (at > p->reached)
		p->reached = at;
	if (ns > p->reached_ns)
		p->reached_ns = ns;
}

/* Update p->reached from the page. -ENODEV: the device has been removed. */
static int read_page(struct plugin *p)
{
	stream_read(p->stream, &p->page);
	if (p->page.state == WAVERT_STATE_GONE)
		return -ENODEV;
	note(p, p->page.linear, p->page.ns);
	return 0;
}

/* Likewise, and ask the hardware where the page is too old. */
static int update_position(struct plugin *p, uint64_t appl)
{
	struct wavert_position position;
	int err = read_page(p);

	if (err)
		return err;
	if (!outdated(p, appl))
		return 0;
	err = wavert_stream_position(p->stream, &position);
	if (!err)
		note(p, position.linear, position.ns);
	return err;
}

/* ---- the event -------------------------------------------------------------------- */

static void wake(struct plugin *p)
{
	eventfd_write(p->event, 1);
}

static bool take_signals(struct plugin *p)
{
	eventfd_t count;

	return !eventfd_read(p->event, &count);
}

int plugin_want_signals(struct plugin *p, bool want)
{
	int err;

	if (want == p->registered)
		return 0;
	err = want ? wavert_stream_register(p->stream, p->event) :
		     wavert_stream_unregister(p->stream, p->event);
	if (!err)
		p->registered = want;
	return plugin_alsa_error(err);
}

/* ---- silence and drain ------------------------------------------------------------ */

/*
 * The buffer contains old audio after the application's data. Silence all of it if silence_size
 * is the boundary, otherwise the part that silence_threshold and silence_size define.
 */
static void fill_silence(struct plugin *p, uint64_t from)
{
	uint64_t to = p->reached + p->io.buffer_size;

	if (from < p->silenced)
		from = p->silenced;
	if (from < p->reached)
		from = p->reached;
	if (p->silence_size < p->boundary) {
		to = p->reached + p->silence_threshold;
		if (to > from + p->silence_size)
			to = from + p->silence_size;
	}
	while (from < to) {
		snd_pcm_uframes_t offset = from % p->io.buffer_size;
		snd_pcm_uframes_t frames = p->io.buffer_size - offset;

		if (frames > to - from)
			frames = to - from;
		snd_pcm_areas_silence(p->areas, offset, p->io.channels, frames, p->io.format);
		from += frames;
		p->silenced = from;
	}
	wavert_stream_barrier(p->stream);
}

/*
 * Announce the end, and silence the buffer after it, once its packet may be announced. Before
 * that the announcement would count as a glitch.
 */
static int settle_end(struct plugin *p, uint64_t end)
{
	uint64_t packet = (end - 1) / p->io.period_size;
	unsigned int count;
	int late = wavert_stream_writable(p->stream, &packet, &count);

	if (late < 0 || (!late && !count))
		return late;
	return wavert_stream_drain(p->stream, end * p->frame_bytes, 0);
}

/* ---- update ----------------------------------------------------------------------- */

void plugin_change_state(struct plugin *p, snd_pcm_state_t state)
{
	snd_pcm_ioplug_set_state(&p->io, state);
	wake(p);	/* a later poll() also finds the event readable */
}

static bool has_started(const struct plugin *p)
{
	return p->io.state == SND_PCM_STATE_RUNNING || p->io.state == SND_PCM_STATE_DRAINING ||
	       p->io.state == SND_PCM_STATE_PAUSED;
}

/*
 * snd_pcm_reset() has no callback, it only sets alsa-lib's pointers to 0. Call with alsa-lib's
 * lock held: without it alsa-lib may not have stored the last result of pointer() yet.
 */
static void follow_reset(struct plugin *p)
{
	if (p->io.hw_ptr == p->reported)
		return;
	if (has_started(p))
		update_position(p, p->reported_at);
	p->reported_at = p->reached;
	p->reported = 0;
}

/* Update position and io.state: removal, xrun, drain. */
static void update(struct plugin *p)
{
	uint64_t appl = application(p);

	if (!p->stream)
		return;
	if (!has_started(p)) {
		stream_read(p->stream, &p->page);
		if (p->page.state == WAVERT_STATE_GONE)
			plugin_change_state(p, SND_PCM_STATE_DISCONNECTED);
		return;
	}
	if (update_position(p, appl) == -ENODEV) {
		plugin_change_state(p, SND_PCM_STATE_DISCONNECTED);
		return;
	}
	if (is_playback(p))
		fill_silence(p, appl);
	if (is_xrun(p, appl)) {
		wavert_stream_set_state(p->stream, WAVERT_STATE_STOP);
		plugin_change_state(p, SND_PCM_STATE_XRUN);
	} else if (p->io.state == SND_PCM_STATE_DRAINING) {
		if (p->reached > appl)
			p->reached = appl;
		else if (p->reached < appl && settle_end(p, appl) == -ENODEV)
			plugin_change_state(p, SND_PCM_STATE_DISCONNECTED);
	}
}

snd_pcm_sframes_t plugin_pointer(snd_pcm_ioplug_t *io)
{
	struct plugin *p = io->private_data;
	snd_pcm_sframes_t result;

	pthread_mutex_lock(&p->lock);
	follow_reset(p);
	update(p);
	p->reported += (snd_pcm_uframes_t)(p->reached - p->reported_at);
	p->reported %= p->boundary;
	p->reported_at = p->reached;
	result = (snd_pcm_sframes_t)p->reported;
	pthread_mutex_unlock(&p->lock);
	return result;
}

/* Call without p->lock. Without a stream there is no page; then a call checks for removal. */
void plugin_sync(struct plugin *p)
{
	struct wavert_caps caps;

	if (p->stream)
		snd_pcm_hwsync(p->io.pcm);
	else if (wavert_device_caps(p->device, p->direction, 0, &caps) == -ENODEV)
		plugin_change_state(p, SND_PCM_STATE_DISCONNECTED);
}

/* The error of a call that is not allowed in the current state. */
static int state_error(const struct plugin *p)
{
	switch (p->io.state) {
	case SND_PCM_STATE_XRUN:
		return -EPIPE;
	case SND_PCM_STATE_DISCONNECTED:
		return -ENODEV;
	default:
		return -EBADFD;
	}
}

int plugin_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct plugin *p = io->private_data;
	uint64_t now, appl;
	int err = 0;

	plugin_sync(p);
	pthread_mutex_lock(&p->lock);
	appl = application(p);
	now = p->reached;
	if (has_started(p)) {
		uint64_t likely = wavert_stream_linear_now(p->stream) / p->frame_bytes;

		if (is_playback(p) && likely > appl)
			likely = appl;
		if (likely > now)
			now = likely;
	} else if (io->state != SND_PCM_STATE_PREPARED) {
		err = state_error(p);
	}
	*delay = (snd_pcm_sframes_t)(now - appl);
	if (is_playback(p))
		*delay = (snd_pcm_sframes_t)(appl - now);
	*delay += p->latency;
	pthread_mutex_unlock(&p->lock);
	return err;
}

/* ---- data ------------------------------------------------------------------------- */

/* True if the application can transfer data, or the state has to change. */
static bool is_due(const struct plugin *p, uint64_t appl)
{
	switch (p->io.state) {
	case SND_PCM_STATE_PREPARED:
	case SND_PCM_STATE_RUNNING:
	case SND_PCM_STATE_PAUSED:
		return ready(p, appl) || is_xrun(p, appl);
	case SND_PCM_STATE_DRAINING:
		return p->reached >= appl;
	default:
		return true;
	}
}

/*
 * Keep the event readable while something is due, and only then. The page is written before
 * the event is signalled, so read_page() sees the points of the signals read here.
 * Returns true if there were signals.
 */
static bool settle_event(struct plugin *p, uint64_t appl)
{
	bool taken;

	if (is_due(p, appl))
		return false;
	taken = take_signals(p);
	if (has_started(p) && (read_page(p) || is_due(p, appl)))
		wake(p);
	return taken;
}

snd_pcm_sframes_t plugin_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				  snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct plugin *p = io->private_data;
	uint64_t appl;
	snd_pcm_uframes_t at;

	if (io->state == SND_PCM_STATE_DISCONNECTED)
		return -ENODEV;
	pthread_mutex_lock(&p->lock);
	follow_reset(p);
	appl = application(p);
	at = appl % io->buffer_size;
	if (is_playback(p)) {
		snd_pcm_areas_copy_wrap(p->areas, at, io->buffer_size, areas, offset,
					offset + size, io->channels, size, io->format);
		wavert_stream_barrier(p->stream);
	} else {
		snd_pcm_areas_copy_wrap(areas, offset, offset + size, p->areas, at,
					io->buffer_size, io->channels, size, io->format);
	}
	if (io->access == SND_PCM_ACCESS_RW_INTERLEAVED ||
	    io->access == SND_PCM_ACCESS_RW_NONINTERLEAVED || is_playback(p))
		settle_event(p, appl + size);	/* mapped capture: not before the commit */
	pthread_mutex_unlock(&p->lock);
	return (snd_pcm_sframes_t)size;
}

/* ---- poll ------------------------------------------------------------------------- */

/* A program that requests the descriptors is about to wait. */
int plugin_poll_descriptors(snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int space)
{
	struct plugin *p = io->private_data;

	if (!space)
		return 0;
	pfd->fd = p->event;
	pfd->events = POLLIN;
	pfd->revents = 0;
	plugin_sync(p);
	pthread_mutex_lock(&p->lock);
	/* a wait inside alsa-lib must also end on xrun and removal */
	if (has_started(p) && !io->nonblock)
		plugin_want_signals(p, true);
	if (is_due(p, application(p)))
		wake(p);
	else if (!p->period_event)
		settle_event(p, application(p));
	pthread_mutex_unlock(&p->lock);
	return 1;
}

int plugin_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int nfds,
			unsigned short *revents)
{
	struct plugin *p = io->private_data;
	unsigned short transfer = is_playback(p) ? POLLOUT : POLLIN;

	if (nfds != 1)
		return -EINVAL;
	*revents = pfd->revents & (POLLERR | POLLNVAL);
	if (!(pfd->revents & POLLIN))
		return 0;
	plugin_sync(p);
	pthread_mutex_lock(&p->lock);
	switch (io->state) {
	case SND_PCM_STATE_PREPARED:
	case SND_PCM_STATE_RUNNING:
	case SND_PCM_STATE_PAUSED:
		if (ready(p, application(p)) ||
		    (settle_event(p, application(p)) && p->period_event))
			*revents |= transfer;
		break;
	case SND_PCM_STATE_DRAINING:
		settle_event(p, application(p));
		break;
	case SND_PCM_STATE_DISCONNECTED:
		*revents |= POLLERR;
		break;
	default:
		*revents |= transfer | POLLERR;
	}
	pthread_mutex_unlock(&p->lock);
	return 0;
}

/* ---- states ----------------------------------------------------------------------- */

static int set_state(struct plugin *p, unsigned int state)
{
	int err = wavert_stream_set_state(p->stream, state);

	if (err == -ENODEV)
		plugin_change_state(p, SND_PCM_STATE_DISCONNECTED);
	return plugin_alsa_error(err);
}

int plugin_prepare(snd_pcm_ioplug_t *io)
{
	struct plugin *p = io->private_data;
	int err;

	pthread_mutex_lock(&p->lock);
	err = set_state(p, WAVERT_STATE_STOP);
	stream_read(p->stream, &p->page);
	if (p->page.state == WAVERT_STATE_GONE) {	/* STOP succeeds after removal */
		plugin_change_state(p, SND_PCM_STATE_DISCONNECTED);
		err = -ENODEV;
	}
	if (!err) {
		p->reached = 0;
		p->reached_ns = 0;
		p->reported = 0;
		p->reported_at = 0;
		p->silenced = 0;
		snd_pcm_areas_silence(p->areas, 0, io->channels, io->buffer_size, io->format);
		take_signals(p);
		if (ready(p, 0))
			wake(p);
	}
	pthread_mutex_unlock(&p->lock);
	return err;
}

/* True if a start would cause an xrun at once. */
static bool is_empty(const struct plugin *p)
{
	return is_playback(p) && p->stop_threshold < p->boundary &&
	       application(p) <= p->reached;
}

int plugin_start(snd_pcm_ioplug_t *io)
{
	struct plugin *p = io->private_data;
	int err;

	pthread_mutex_lock(&p->lock);
	if (is_empty(p))
		err = -EPIPE;
	else
		err = set_state(p, WAVERT_STATE_RUN);
	pthread_mutex_unlock(&p->lock);
	return err;
}

int plugin_stop(snd_pcm_ioplug_t *io)
{
	struct plugin *p = io->private_data;
	int err = 0;

	if (io->state == SND_PCM_STATE_RUNNING)
		plugin_sync(p);		/* STOP clears the position */
	pthread_mutex_lock(&p->lock);
	if (p->stream)
		err = set_state(p, WAVERT_STATE_STOP);
	wake(p);	/* ends a wait for the stopped stream */
	pthread_mutex_unlock(&p->lock);
	return err;
}

int plugin_pause(snd_pcm_ioplug_t *io, int enable)
{
	struct plugin *p = io->private_data;
	int err;

	plugin_sync(p);
	pthread_mutex_lock(&p->lock);
	if (has_started(p))
		err = set_state(p, enable ? WAVERT_STATE_PAUSE : WAVERT_STATE_RUN);
	else
		err = io->state == SND_PCM_STATE_DISCONNECTED ? -ENODEV : -EBADFD;
	pthread_mutex_unlock(&p->lock);
	return err;
}

/* alsa-lib has already set DRAINING, also if the PCM was not started. */
static int begin_drain(struct plugin *p)
{
	struct wavert_snapshot s;
	int err = 0;

	wavert_stream_snapshot(p->stream, &s);
	if (s.state == WAVERT_STATE_STOP) {
		snd_pcm_ioplug_set_state(&p->io, SND_PCM_STATE_PREPARED);
		err = snd_pcm_start(p->io.pcm);
		if (err)
			return err;
		snd_pcm_ioplug_set_state(&p->io, SND_PCM_STATE_DRAINING);
	}
	pthread_mutex_lock(&p->lock);
	err = plugin_want_signals(p, true);
	pthread_mutex_unlock(&p->lock);
	return err;
}

/* alsa-lib stops the PCM when this returns 0. */
int plugin_drain(snd_pcm_ioplug_t *io)
{
	struct plugin *p = io->private_data;
	int err;

	if (!is_playback(p))
		return 0;
	err = begin_drain(p);
	if (err)
		return err == -EPIPE ? 0 : err;		/* there is nothing to play */
	for (;;) {
		plugin_sync(p);
		if (io->state != SND_PCM_STATE_DRAINING)
			return io->state == SND_PCM_STATE_DISCONNECTED ? -ENODEV : 0;
		if (io->nonblock)
			return -EAGAIN;
		err = snd_pcm_wait(io->pcm, -1);
		if (err < 0 && io->state == SND_PCM_STATE_DRAINING)
			return err;
	}
}
