// SPDX-License-Identifier: GPL-2.0-only
/*
 * observe_test.c - a PCM of another driver, observed: signals are periods by ALSA's own hw_ptr. Runs in
 * a guest with snd-wavert and snd-wavert-attach.
 *
 *   observe_test NAME CARD PART...
 *
 * NAME is printed in each line. Parts: attach, periods, more-periods, nowake, pause, xrun, link,
 * position, asked, wrong (with wrong_pointer.ko), late, opened, hostile, detach. A part that the driver
 * cannot do is skipped.
 */
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "witness.h"

/* ---- attaching ------------------------------------------------------------------------------- */

static void part_attach(void)
{
	struct wavert_caps caps;

	TAP_CHECK(write_number("attach", 31) == ENODEV, "%s: no card, ENODEV", name);
	TAP_CHECK(write_number("detach", foreign) == ENODEV, "%s: not attached, ENODEV", name);
	TAP_CHECK(attach() == 0 && ours >= 0, "%s: it can be attached to", name);
	TAP_CHECK(attach() == EEXIST, "%s: a second time, EEXIST", name);
	TAP_CHECK(write_number("attach", ours) == EINVAL, "%s: to a card of ours, EINVAL", name);
	TAP_CHECK(ask_caps(WAVERT_PLAYBACK, 0, &caps) &&
		  caps.flags & WAVERT_CAP_ATTACHED &&
		  caps.formats & WAVERT_FORMAT_S16 && caps.rate_min <= RATE &&
		  caps.rate_max >= RATE && caps.buffer_max && caps.pins && !caps.pcm_device,
		  "%s: CAPS says what its playback can do (\"%s\")", name, caps.name);
}

static void part_detach(void)
{
	TAP_CHECK(detach() == 0 && card_attached_to(foreign) < 0, "%s: it can be detached from", name);
	TAP_CHECK(attach() == 0, "%s: and attached to again", name);
}

/* ---- signals are periods ---------------------------------------------------------------------- */

/* Plays to the end or records; then compares. frames: at least. */
static void follow(bool capture, unsigned int period, unsigned int frames, unsigned int flags,
		   const char *what)
{
	struct observer o, second;
	struct snd_pcm_status s;
	uint64_t periods;
	struct pcm pcm;
	long calls;
	bool ok;

	if (!has_pcm(capture)) {
		tap_skip("it has none", "%s: %s", name, what);
		return;
	}
	if (!pcm_ready(&pcm, capture, period, period * 4 < 4096 ? 4096 : period * 4, flags)) {
		pcm_close(&pcm);
		tap_skip("the driver refuses it", "%s: %s, period %u", name, what, period);
		return;
	}
	observe(&o, capture, 0);
	observe(&second, capture, 0);
	count_calls();
	calls = elapsed_calls();
	ok = capture || pcm_move(&pcm, false, pcm.buffer);
	ok = ok && pcm_start(&pcm) && pcm_move(&pcm, capture, frames);
	TAP_CHECK(ok && o.page->state == WAVERT_STATE_RUN && o.page->buffer_bytes == pcm.buffer * 4 &&
		  o.page->notify_bytes == pcm.period * 4 && o.page->rate == RATE &&
		  o.page->format == WAVERT_FORMAT_S16,
		  "%s: the page shows it, %s, period %u of %u", name, what, pcm.period, pcm.buffer);
	if (capture || flags)
		pcm_drop(&pcm);
	else
		pcm_drain(&pcm);
	s = pcm_status(&pcm);
	periods = s.hw_ptr / pcm.period;
	if (calls >= 0)
		calls = elapsed_calls() - calls;
	signals(&o);
	signals(&second);
	/* without wake-ups we may have asked the driver after ALSA did */
	TAP_CHECK((o.sum == periods || (flags && o.sum == periods + 1)) && points(&o) == o.sum &&
		  second.sum == o.sum,
		  "%s: %lu frames, %lu periods, %llu points, %llu and %llu signals", name,
		  (unsigned long)s.hw_ptr, (unsigned long)periods, (unsigned long long)points(&o),
		  (unsigned long long)o.sum, (unsigned long long)second.sum);
	if (!flags)
		check_calls(calls, periods, what);
	TAP_CHECK(o.page->state == WAVERT_STATE_STOP && !o.page->buffer_bytes,
		  "%s: then the page shows no stream", name);
	leave(&o);
	leave(&second);
	pcm_close(&pcm);
}

static void part_periods(void)
{
	static const unsigned int periods[] = { 64, 128, 441, 1024, 4096 };
	size_t i;

	for (i = 0; i < COUNT(periods); i++)
		follow(false, periods[i], 24000, 0, "playback");
	follow(true, 256, 24000, 0, "capture");
}

static void part_more_periods(void)
{
	follow(false, 256, 24000, 0, "playback");
	follow(false, 512, 24000, 0, "playback");
	follow(false, 2048, 24000, 0, "playback");
}

static void part_nowake(void)
{
	follow(false, 256, 24000, SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP, "no wake-ups");
	follow(false, 1024, 24000, SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP, "no wake-ups");
}

/* ---- what happens to a stream --------------------------------------------------------------------- */

static void part_pause(void)
{
	struct snd_pcm_status s;
	struct observer o;
	struct pcm pcm;
	uint64_t paused;

	must(pcm_ready(&pcm, false, 256, 4096, 0), "playback");
	observe(&o, WAVERT_PLAYBACK, 0);
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	pcm_move(&pcm, false, 4800);
	if (ioctl(pcm.fd, SNDRV_PCM_IOCTL_PAUSE, 1)) {
		tap_skip("it cannot pause", "%s: a pause", name);
		goto out;
	}
	signals(&o);
	paused = o.page->linear;
	TAP_CHECK(o.page->state == WAVERT_STATE_PAUSE && paused, "%s: a pause is PAUSE", name);
	sleep_ms(50);
	TAP_CHECK(o.page->linear == paused, "%s: nothing moves in it", name);
	TAP_CHECK(!ioctl(pcm.fd, SNDRV_PCM_IOCTL_PAUSE, 0) && o.page->state == WAVERT_STATE_RUN &&
		  o.page->linear >= paused, "%s: and RUN again from there", name);
	pcm_move(&pcm, false, 4800);
	pcm_drain(&pcm);
	s = pcm_status(&pcm);
	TAP_CHECK(signals(&o) == s.hw_ptr / pcm.period,
		  "%s: with a pause, %lu periods, %llu signals", name,
		  (unsigned long)(s.hw_ptr / pcm.period), (unsigned long long)o.sum);
out:
	leave(&o);
	pcm_close(&pcm);
}

static void part_xrun(void)
{
	struct snd_pcm_status s;
	struct observer o;
	struct pcm pcm;
	int tries = 0;

	must(pcm_ready(&pcm, false, 256, 4096, 0), "playback");
	observe(&o, WAVERT_PLAYBACK, 0);
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	do {
		sleep_ms(10);
		s = pcm_status(&pcm);
	} while (s.state == SNDRV_PCM_STATE_RUNNING && ++tries < 100);
	TAP_CHECK(s.state == SNDRV_PCM_STATE_XRUN && signals(&o) == s.hw_ptr / pcm.period &&
		  o.page->state == WAVERT_STATE_STOP,
		  "%s: until an xrun %lu periods, %llu signals", name,
		  (unsigned long)(s.hw_ptr / pcm.period), (unsigned long long)o.sum);
	o.written = o.page->ring_head;
	o.sum = 0;
	ioctl(pcm.fd, SNDRV_PCM_IOCTL_PREPARE);
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	pcm_move(&pcm, false, 4800);
	TAP_CHECK(o.page->state == WAVERT_STATE_RUN && o.page->linear <= 12000 * 4,
		  "%s: after that a new session, from 0", name);
	pcm_drop(&pcm);
	leave(&o);
	pcm_close(&pcm);
}

static void part_link(void)
{
	struct observer out, in;
	struct pcm play, capt;
	bool linked;

	if (!has_pcm(true)) {
		tap_skip("it has no capture", "%s: linked streams", name);
		return;
	}
	must(pcm_ready(&play, false, 256, 16384, 0), "playback");
	must(pcm_ready(&capt, true, 256, 4096, 0), "capture");
	linked = !ioctl(play.fd, SNDRV_PCM_IOCTL_LINK, capt.fd);
	observe(&out, WAVERT_PLAYBACK, 0);
	observe(&in, WAVERT_CAPTURE, 0);
	pcm_move(&play, false, play.buffer);
	if (!linked || !pcm_start(&play)) {
		tap_skip("its streams cannot be linked", "%s: linked streams", name);
	} else {
		pcm_move(&capt, true, 3000);
		TAP_CHECK(out.page->state == WAVERT_STATE_RUN && in.page->state == WAVERT_STATE_RUN,
			  "%s: linked streams start by one call", name);
		pcm_drop(&play);
		TAP_CHECK(signals(&out) == points(&out) && signals(&in) == points(&in) &&
			  in.sum >= 3000 / 256 && in.page->state == WAVERT_STATE_STOP,
			  "%s: and stop by one, %llu and %llu signals", name,
			  (unsigned long long)out.sum, (unsigned long long)in.sum);
	}
	leave(&out);
	leave(&in);
	pcm_close(&play);
	pcm_close(&capt);
}

/* ---- position ------------------------------------------------------------------------------------ */

static uint64_t hw_ptr(struct pcm *pcm)
{
	return pcm_status(pcm).hw_ptr;
}

/* A position that was asked for between two of ALSA's lies between them. */
static void part_position(void)
{
	unsigned int i, outside = 0, back = 0, changes = 0;
	struct wavert_position at = { 0 };
	uint64_t before, after, last = 0;
	struct wavert_caps caps;
	struct observer o;
	struct pcm pcm;

	must(pcm_ready(&pcm, false, 1024, 8192, 0), "playback");
	observe(&o, WAVERT_PLAYBACK, 0);
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	for (i = 0; i < 200; i++) {
		if (i % 20 == 19)
			pcm_move(&pcm, false, 1024);
		before = hw_ptr(&pcm) * pcm.frame;
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &at), "GET_POSITION");
		after = hw_ptr(&pcm) * pcm.frame;
		outside += at.linear < before || at.linear > after;
		back += at.linear < last;
		changes += at.linear != last;
		last = at.linear;
		sleep_ms(1);
	}
	TAP_CHECK(!outside && !back, "%s: 200 positions are those of ALSA (%u not, %u go back)", name,
		  outside, back);
	if (ask_caps(WAVERT_PLAYBACK, 0, &caps) && caps.position_step)
		tap_skip("it moves by periods", "%s: asked between periods it moves", name);
	else
		TAP_CHECK(changes > 10, "%s: asked between periods it moves (%u values)", name, changes);
	pcm_drop(&pcm);
	leave(&o);
	pcm_close(&pcm);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* An observer that asks without end gets some readings twice, and none that is old. */
static void part_asked(void)
{
	uint64_t before, last = 0, oldest = 0, end;
	unsigned int asked = 0, read = 0;
	struct wavert_position at;
	struct observer o;
	struct pcm pcm;

	must(pcm_ready(&pcm, false, 4096, 16384, 0), "playback");
	observe(&o, WAVERT_PLAYBACK, 0);
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	end = now_ns() + 300000000;
	do {
		before = now_ns();
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &at), "GET_POSITION");
		asked++;
		read += at.ns != last;
		last = at.ns;
		if (at.ns < before && before - at.ns > oldest)
			oldest = before - at.ns;
	} while (before < end);
	TAP_CHECK(read > 100 && oldest <= 1000000,
		  "%s: asked %u times in 0.3 s, read %u times, %llu us old at most", name, asked, read,
		  (unsigned long long)oldest / 1000);
	pcm_drop(&pcm);
	leave(&o);
	pcm_close(&pcm);
}

#define WRONG "/sys/module/wrong_pointer/parameters/"

static uint64_t pointer_ns(void)
{
	unsigned long long ns = 0;
	FILE *f = fopen(WRONG "spent_ns", "r");

	must(f && fscanf(f, "%llu", &ns) == 1, "wrong_pointer.ko");
	fclose(f);
	return ns;
}

/* The same with a driver that does not know its position: it is asked for a sixteenth of the time. */
static void part_wrong(void)
{
	uint64_t spent, took, linear, asked = 0;
	struct wavert_position at;
	struct observer o;
	struct pcm pcm;

	must(pcm_ready(&pcm, false, 16384, 16384, 0), "playback");	/* ALSA does not ask soon */
	observe(&o, WAVERT_PLAYBACK, 0);
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	must(write_file(WRONG "wrong", "1"), WRONG);
	linear = o.page->linear;
	spent = pointer_ns();
	took = now_ns();
	do {
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &at), "GET_POSITION");
	} while (++asked % 64 || now_ns() - took < 200000000);
	took = now_ns() - took;
	spent = pointer_ns() - spent;
	write_file(WRONG "wrong", "0");
	TAP_CHECK(at.linear == linear && spent && spent * 16 <= took + 1000000,
		  "%s: asked %llu times in %llu us without a position, for %llu us", name,
		  (unsigned long long)asked, (unsigned long long)took / 1000, (unsigned long long)spent / 1000);
	pcm_drop(&pcm);
	leave(&o);
	pcm_close(&pcm);
}

/* ---- an observer, and the module, that come and go while it runs ------------------------------------ */

/* A client that comes when the stream has run for so many tenths of its buffer. */
static void join(unsigned int period, unsigned int flags, unsigned int tenths)
{
	struct snd_pcm_sw_params no_xrun = { .period_step = 1, .avail_min = 1, .stop_threshold = LONG_MAX };
	struct wavert_position at;
	uint64_t first, periods;
	struct wavert_caps caps;
	unsigned int ran;
	struct observer o;
	struct pcm pcm;

	if (!pcm_ready(&pcm, false, period, 16384, flags) ||
	    (ask_caps(WAVERT_PLAYBACK, 0, &caps) && caps.position_step)) {
		tap_skip("the driver refuses it, or moves by periods", "%s: first position", name);
		pcm_close(&pcm);
		return;
	}
	must(!ioctl(pcm.fd, SNDRV_PCM_IOCTL_SW_PARAMS, &no_xrun), "SW_PARAMS");
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	ran = pcm.buffer * tenths / 10;
	sleep_ms(ran * 1000 / RATE);
	observe(&o, WAVERT_PLAYBACK, 0);
	first = o.page->linear / pcm.frame;
	must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &at), "GET_POSITION");
	TAP_CHECK(first + 1024 > ran && first <= at.linear / pcm.frame &&
		  at.linear / pcm.frame <= hw_ptr(&pcm),
		  "%s: period %u of %u, after %u frames the first position is %llu", name, pcm.period,
		  pcm.buffer, ran, (unsigned long long)first);
	if (!flags) {
		pcm_move(&pcm, false, pcm.buffer);
		pcm_drop(&pcm);
		periods = hw_ptr(&pcm) / pcm.period - first / pcm.period;
		TAP_CHECK(signals(&o) == periods && points(&o) == periods, "%s: then %llu periods, %llu signals",
			  name, (unsigned long long)periods, (unsigned long long)o.sum);
	}
	pcm_drop(&pcm);
	leave(&o);
	pcm_close(&pcm);
}

static void part_late(void)
{
	struct observer o;
	struct pcm pcm;
	uint64_t first;
	bool ok = true;
	int i;

	join(16384, 0, 9);	/* ALSA has last read its position at a period, */
	join(1024, SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP, 18);	/* or at the start */
	must(pcm_ready(&pcm, false, 256, 4096, 0), "playback");
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	pcm_move(&pcm, false, 4800);
	observe(&o, WAVERT_PLAYBACK, 0);
	first = o.page->packets;
	TAP_CHECK(o.page->state == WAVERT_STATE_RUN && first >= 4800 / 256,
		  "%s: who comes later finds it running, after %llu periods", name,
		  (unsigned long long)first);
	for (i = 0; i < 5 && ok; i++) {
		struct observer again;

		leave(&o);
		ok = pcm_move(&pcm, false, 2400) && !detach() && pcm_move(&pcm, false, 2400) && !attach();
		observe(&again, WAVERT_PLAYBACK, 0);
		o = again;
		ok = ok && pcm_move(&pcm, false, 2400) && points(&o) >= 2;
	}
	TAP_CHECK(ok, "%s: detached and attached 5 times under a stream, which runs on", name);
	ok = ok && pcm_status(&pcm).state == SNDRV_PCM_STATE_RUNNING;
	pcm_drop(&pcm);
	TAP_CHECK(ok && signals(&o) == points(&o), "%s: without an xrun, and each point is signalled", name);
	leave(&o);
	pcm_close(&pcm);
}

static void open_forever(void)
{
	for (;;)
		close(open_pcm(true));
}

/* An observer that comes while another program opens the device finds the stream soon. */
static void part_opened(void)
{
	int i, tries, found = 0, at_once = 0;
	struct snd_xferi more = { 0 };
	struct observer o;
	struct pcm pcm;
	pid_t pid;

	must(pcm_ready(&pcm, false, 4096, 16384, SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP), "playback");
	pcm_move(&pcm, false, pcm.buffer);
	more.buf = pcm.silence;
	more.frames = pcm.buffer;
	pcm_start(&pcm);
	pid = fork();
	if (!pid)
		open_forever();
	for (i = 0; i < 40; i++) {
		sleep_ms(1);	/* then it wakes in the middle of an open() */
		observe(&o, WAVERT_PLAYBACK, 0);
		at_once += o.page->state == WAVERT_STATE_RUN;
		for (tries = 0; tries < 200 && o.page->state != WAVERT_STATE_RUN; tries++)
			sleep_ms(1);
		found += o.page->state == WAVERT_STATE_RUN;
		leave(&o);
		ioctl(pcm.fd, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &more);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	TAP_CHECK(found == i, "%s: %d observers of %d find a stream while the PCM is opened, %d at once",
		  name, found, i, at_once);
	pcm_drop(&pcm);
	pcm_close(&pcm);
}

/* ---- observers that do what they can ------------------------------------------------------------- */

#define HOSTILE 6	/* what one user may have of a pin */

/* As an unprivileged user: all the events of an observer, and questions without end. */
static void be_hostile(void)
{
	struct wavert_position at;
	struct observer o;
	unsigned int i;

	must(!setgid(65534) && !setuid(65534), "setuid");
	observe(&o, WAVERT_PLAYBACK, 0);
	for (i = 1; i < WAVERT_EVENTS_MAX; i++) {
		struct wavert_event event = { .fd = eventfd(0, EFD_CLOEXEC) };

		must(!ioctl(o.stream, WAVERT_IOC_REGISTER_EVENT, &event), "REGISTER_EVENT");
	}
	for (;;)
		ioctl(o.stream, WAVERT_IOC_GET_POSITION, &at);
}

static void part_hostile(void)
{
	struct sched_param priority = { .sched_priority = 50 };
	struct snd_pcm_status s;
	pid_t pid[HOSTILE];
	struct pcm pcm;
	bool played;
	char path[64];
	int i;

	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", ours);
	must(!chmod(path, 0666), path);
	for (i = 0; i < HOSTILE; i++) {
		pid[i] = fork();
		if (!pid[i])
			be_hostile();
	}
	must(!sched_setscheduler(0, SCHED_FIFO, &priority), "SCHED_FIFO");
	sleep_ms(200);
	must(pcm_ready(&pcm, false, 512, 2048, 0), "playback");
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	played = pcm_move(&pcm, false, 3 * RATE);
	s = pcm_status(&pcm);
	TAP_CHECK(played && s.state == SNDRV_PCM_STATE_RUNNING,
		  "%s: 3 s without an xrun beside %d observers with %d events each that ask all the time",
		  name, HOSTILE, WAVERT_EVENTS_MAX);
	for (i = 0; i < HOSTILE; i++) {
		TAP_CHECK(!waitpid(pid[i], NULL, WNOHANG), "%s: observer %d was there all the time", name, i);
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	pcm_drop(&pcm);
	pcm_close(&pcm);
	priority.sched_priority = 0;
	sched_setscheduler(0, SCHED_OTHER, &priority);
}

/* ---- main ---------------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	static const struct part parts[] = {
		{ "attach", part_attach }, { "periods", part_periods },
		{ "more-periods", part_more_periods }, { "nowake", part_nowake },
		{ "pause", part_pause }, { "xrun", part_xrun }, { "link", part_link },
		{ "position", part_position }, { "asked", part_asked }, { "wrong", part_wrong },
		{ "late", part_late }, { "opened", part_opened }, { "hostile", part_hostile }, { "detach", part_detach },
	};

	return run_parts(argc, argv, parts, COUNT(parts));
}
