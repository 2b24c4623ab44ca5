// SPDX-License-Identifier: GPL-2.0-only
/*
 * own_test.c - owns a pin of snd-wavert-attach: what ALSA sees of it. Runs in the guest, called by
 * guest.sh. TAP on stdout.
 *
 *   own_test NAME CARD PART...	NAME: of the driver, for titles; CARD: the other driver's
 *
 * The second witness of points is ALSA's hw_ptr in /proc/asound.
 */
#include "owner.h"
#include "witness.h"

/* ---- parts ----------------------------------------------------------------------------------------- */

static void part_caps(void)
{
	struct wavert_caps caps;

	TAP_CHECK(ask_caps(WAVERT_PLAYBACK, 0, &caps) && caps.flags & WAVERT_CAP_ATTACHED &&
		  !(caps.flags & WAVERT_CAP_OBSERVE_ONLY) && caps.formats & WAVERT_FORMAT_S16,
		  "%s: its playback can be owned (flags %#x)", name, caps.flags);
}

static void part_refused(void)
{
	struct wavert_caps caps;
	struct owner o;

	TAP_CHECK(ask_caps(WAVERT_PLAYBACK, 0, &caps) && caps.flags & WAVERT_CAP_OBSERVE_ONLY &&
		  caps.flags & WAVERT_CAP_REFUSED_MMAP,
		  "%s: it cannot be owned, and CAPS has the reason (flags %#x)", name, caps.flags);
	new_owner(&o, WAVERT_PLAYBACK);
	TAP_CHECK(alloc(&o, 2, 2048, -1) == EOPNOTSUPP && is_state(WAVERT_PLAYBACK, "closed"),
		  "%s: ALLOC_BUFFER is EOPNOTSUPP", name);
	give_up(&o);
}

/* Every point is signalled, and ALSA's own count of frames is the same. */
static void count_points(unsigned int direction, unsigned int count, unsigned int frames)
{
	uint64_t at, last = 0, hw;
	unsigned int i, back = 0, packet;
	struct wavert_position p;
	struct owner o;

	own(&o, direction, count, frames);
	packet = o.b.buffer.actual_bytes / count;
	TAP_CHECK(o.b.buffer.actual_bytes >= frames * 4 && !(o.b.buffer.actual_bytes % (count * 4)) &&
		  o.b.buffer.map_bytes >= o.b.buffer.actual_bytes && o.b.buffer.cache_type == 1,
		  "%s %s: N = %u, %u bytes for %u", name, direction ? "capture" : "playback", count,
		  o.b.buffer.actual_bytes, frames * 4);
	for (i = 0; i < o.b.buffer.map_bytes && !o.buffer[i]; i++)
		;
	TAP_CHECK(i == o.b.buffer.map_bytes, "%s: the buffer is zero", name);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_RUN) && is_state(direction, "RUNNING"),
		  "%s: RUN, and ALSA shows it", name);
	for (i = 0; i < 300; i++) {
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
		back += p.linear < last;
		last = p.linear;
		sleep_ms(2);
		owner_signals(&o);
	}
	TAP_CHECK(!set_state(&o, WAVERT_STATE_PAUSE), "%s: PAUSE", name);
	hw = alsa_position(direction) * 4;
	must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
	at = p.linear;
	TAP_CHECK(owner_signals(&o) == at / packet && o.sum == o.page->packets && o.sum > 2 && !back,
		  "%s: N = %u, %llu points, %llu signals", name, count, (unsigned long long)(at / packet),
		  (unsigned long long)o.sum);
	/* hw_ptr is of the last period, or of DELAY just before the pause */
	TAP_CHECK(hw <= at && at - hw < packet, "%s: ALSA's position %llu, ours %llu", name,
		  (unsigned long long)hw, (unsigned long long)at);
	TAP_CHECK(call(o.stream, WAVERT_IOC_FREE_BUFFER, NULL) == EBUSY, "%s: it is mapped: FREE is EBUSY",
		  name);
	munmap(o.buffer, o.b.buffer.map_bytes);
	o.buffer = NULL;
	TAP_CHECK(!call(o.stream, WAVERT_IOC_FREE_BUFFER, NULL) && is_state(direction, "closed"),
		  "%s: FREE_BUFFER closes the PCM", name);
	give_up(&o);
}

static void part_points(void)
{
	static const unsigned int counts[] = { 1, 2, 8 };
	size_t i;

	for (i = 0; i < COUNT(counts); i++)
		count_points(WAVERT_PLAYBACK, counts[i], 7680);
	if (has_pcm(true))
		count_points(WAVERT_CAPTURE, 2, 4096);
	else
		tap_skip("it has no capture", "%s: capture", name);
}

/* Packets of a few sizes: each point is signalled, and the driver has reported its periods. */
static void count_packets(unsigned int frames)
{
	struct wavert_position p;
	unsigned int packet, i;
	uint64_t period;
	struct owner o;
	long calls;

	new_owner(&o, WAVERT_PLAYBACK);
	if (alloc_shown(&o, WAVERT_PLAYBACK, 4, frames * 4)) {
		tap_skip("the driver refuses it", "%s: owned, packets of %u", name, frames);
		give_up(&o);
		return;
	}
	map(&o);
	packet = o.b.buffer.actual_bytes / 4;
	period = alsa_period(WAVERT_PLAYBACK);
	count_calls();
	calls = elapsed_calls();
	must(!set_state(&o, WAVERT_STATE_RUN), "RUN");
	for (i = 0; i < 100; i++) {
		sleep_ms(4);
		owner_signals(&o);
	}
	must(!set_state(&o, WAVERT_STATE_PAUSE), "PAUSE");
	if (calls >= 0)
		calls = elapsed_calls() - calls;
	must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
	TAP_CHECK(owner_signals(&o) == p.linear / packet && o.sum && o.page->packets == o.sum,
		  "%s: owned, packets of %u frames for %u, %llu points, %llu signals", name, packet / 4,
		  frames, (unsigned long long)(p.linear / packet), (unsigned long long)o.sum);
	check_calls(calls, p.linear / 4 / period, "owned");
	give_up(&o);
}

static void part_packets(void)
{
	static const unsigned int frames[] = { 64, 128, 256, 441, 512, 1024, 2048, 4096 };
	size_t i;

	for (i = 0; i < COUNT(frames); i++)
		count_packets(frames[i]);
}

static void part_pause(void)
{
	struct wavert_position p, paused;
	struct wavert_caps caps;
	struct owner o;
	int i;

	must(ask_caps(WAVERT_PLAYBACK, 0, &caps), "CAPS");
	own(&o, WAVERT_PLAYBACK, 2, 7680);
	for (i = 0; i < 3; i++) {
		int err = set_state(&o, WAVERT_STATE_RUN);

		if (caps.flags & WAVERT_CAP_NO_PAUSE && i) {
			TAP_CHECK(err == EAGAIN && o.page->state == WAVERT_STATE_PAUSE,
				  "%s: without a pause of the driver RUN is EAGAIN after PAUSE", name);
			TAP_CHECK(!set_state(&o, WAVERT_STATE_STOP) && !set_state(&o, WAVERT_STATE_RUN) &&
				  !set_state(&o, WAVERT_STATE_PAUSE), "%s: and succeeds after STOP", name);
			break;
		}
		TAP_CHECK(!err && is_state(WAVERT_PLAYBACK, "RUNNING"), "%s: RUN, %d", name, i);
		if (i) {
			must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
			TAP_CHECK(p.linear >= paused.linear, "%s: from where it was paused", name);
		}
		sleep_ms(150);
		TAP_CHECK(!set_state(&o, WAVERT_STATE_PAUSE), "%s: PAUSE", name);
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &paused), "GET_POSITION");
		owner_signals(&o);
		sleep_ms(60);
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
		TAP_CHECK(p.linear == paused.linear && p.linear > (uint64_t)i * 4800 &&
			  owner_signals(&o) == p.linear / (o.b.buffer.actual_bytes / 2),
			  "%s: nothing moves in a pause, %llu bytes, %llu signals", name,
			  (unsigned long long)p.linear, (unsigned long long)o.sum);
	}
	set_state(&o, WAVERT_STATE_STOP);
	TAP_CHECK(!o.page->linear && !o.page->packets, "%s: STOP is position 0", name);
	o.sum = 0;
	TAP_CHECK(!set_state(&o, WAVERT_STATE_RUN), "%s: RUN after that", name);
	for (i = 0; i < 500 && !o.page->linear; i++)
		sleep_ms(4);
	set_state(&o, WAVERT_STATE_PAUSE);
	TAP_CHECK(o.page->linear && o.page->linear < RATE * 4, "%s: which begins at 0 (%llu)", name,
		  (unsigned long long)o.page->linear);
	give_up(&o);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "closed"), "%s: closing the stream closes the PCM", name);
}

/* With an end: the last packet is short, and DMA stops there. */
static void part_end(void)
{
	struct wavert_write_packet w = { .number = 0, .flags = WAVERT_PACKET_EOS, .eos_bytes = 1000 };
	struct wavert_position p;
	struct owner o;
	int i;

	own(&o, WAVERT_PLAYBACK, 2, 4096);
	TAP_CHECK(!call(o.stream, WAVERT_IOC_SET_WRITE_PACKET, &w) && !set_state(&o, WAVERT_STATE_RUN),
		  "%s: a packet that is the last", name);
	for (i = 0; i < 500 && !is_state(WAVERT_PLAYBACK, "SETUP"); i++)
		sleep_ms(2);
	must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
	TAP_CHECK(p.linear == 1000 && p.state == WAVERT_STATE_RUN && owner_signals(&o) == 1 &&
		  is_state(WAVERT_PLAYBACK, "SETUP"),
		  "%s: the position stays at the end (%llu), one signal (%llu), and DMA is off", name,
		  (unsigned long long)p.linear, (unsigned long long)o.sum);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_STOP) && !set_state(&o, WAVERT_STATE_RUN) &&
		  is_state(WAVERT_PLAYBACK, "RUNNING"), "%s: after STOP it runs again", name);
	give_up(&o);
}

/* ---- main --------------------------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	static const struct part parts[] = {
		{ "caps", part_caps }, { "refused", part_refused }, { "points", part_points },
		{ "packets", part_packets },
		{ "pause", part_pause }, { "end", part_end },
	};

	return run_parts(argc, argv, parts, COUNT(parts));
}
