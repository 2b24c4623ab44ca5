// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares `wavert:` with `hw:`. Each call is made on both, in each state, for playback and for
 * capture. A result is the return value of the call, then the result of poll, the state and the
 * frames that can be transferred. The step clock makes all of them exact. plugin_same.h lists the
 * allowed differences with reasons; an entry that is not needed is also a failure.
 * Runs in a guest with the plugin installed and snd-wavert-sim with clock=step.
 */
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define STEP		"/sys/kernel/debug/snd-wavert-sim/card0/step"
#define DRIVER		"/sys/bus/platform/drivers/snd-wavert-sim/"
#define RATE		48000
#define PERIOD		480
#define PERIODS		4
#define BUFFER		(PERIOD * PERIODS)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#include "plugin_same.h"

static bool capture;		/* the direction that is tested */
static int16_t data[64 * PERIOD * 2];

/* ---- answers ---------------------------------------------------------------------- */

struct answer {
	char result[32];	/* of the call */
	char text[400];		/* poll, state, avail: before, after, a period later */
};

__attribute__((format(printf, 2, 3)))
static void say(struct answer *a, const char *fmt, ...)
{
	size_t n = strlen(a->text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(a->text + n, sizeof(a->text) - n, fmt, args);
	va_end(args);
}

static const char *number(long value)
{
	static char text[32];

	if (value < 0)
		return strerrorname_np((int)-value) ?: "an unknown error";
	snprintf(text, sizeof(text), "%ld", value);
	return text;
}

/* ---- the test environment ---------------------------------------------------------- */

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	printf("Bail out! %s: %s\n", what, snd_strerror((int)err));
	exit(1);
}

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		must(-errno, file);
	close(fd);
}

static void step(unsigned int frames)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", frames);
	put(STEP, text);
}

static void configure(snd_pcm_t *pcm, unsigned int periods)
{
	snd_pcm_hw_params_t *hw;

	snd_pcm_hw_params_alloca(&hw);
	must(snd_pcm_hw_params_any(pcm, hw), "any");
	must(snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED), "access");
	must(snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE), "format");
	must(snd_pcm_hw_params_set_channels(pcm, hw, 2), "channels");
	must(snd_pcm_hw_params_set_rate(pcm, hw, RATE, 0), "rate");
	must(snd_pcm_hw_params_set_period_size(pcm, hw, PERIOD, 0), "period");
	must(snd_pcm_hw_params_set_periods(pcm, hw, periods, 0), "periods");
	must(snd_pcm_hw_params(pcm, hw), "hw_params");
}

#define BOUNDARY	(-1)	/* stands for itself in the members of struct sw */
#define LEAVE		(-2)	/* as it is */

struct sw {
	long start, stop, avail_min, silence_threshold, silence_size;
	int period_event;
};

static const struct sw plain = { 1000000, LEAVE, LEAVE, LEAVE, LEAVE, 0 };

static int set_sw(snd_pcm_t *pcm, const struct sw *v)
{
	static int (*const set[])(snd_pcm_t *, snd_pcm_sw_params_t *, snd_pcm_uframes_t) = {
		snd_pcm_sw_params_set_start_threshold, snd_pcm_sw_params_set_stop_threshold,
		snd_pcm_sw_params_set_avail_min, snd_pcm_sw_params_set_silence_threshold,
		snd_pcm_sw_params_set_silence_size,
	};
	const long value[] = { v->start, v->stop, v->avail_min, v->silence_threshold,
			       v->silence_size };
	snd_pcm_uframes_t boundary;
	snd_pcm_sw_params_t *sw;
	size_t i;
	int err;

	snd_pcm_sw_params_alloca(&sw);
	must(snd_pcm_sw_params_current(pcm, sw), "current");
	must(snd_pcm_sw_params_get_boundary(sw, &boundary), "boundary");
	for (i = 0; i < ARRAY_SIZE(set); i++) {
		if (value[i] == LEAVE)
			continue;
		err = set[i](pcm, sw, value[i] == BOUNDARY ? boundary :
						(snd_pcm_uframes_t)value[i]);
		if (err < 0)
			return err;
	}
	must(snd_pcm_sw_params_set_period_event(pcm, sw, v->period_event), "period event");
	return snd_pcm_sw_params(pcm, sw);
}

static long transfer(snd_pcm_t *pcm, snd_pcm_uframes_t frames)
{
	return capture ? snd_pcm_readi(pcm, data, frames) : snd_pcm_writei(pcm, data, frames);
}

/* ---- states ----------------------------------------------------------------------- */

static void set_up(snd_pcm_t *pcm)
{
	configure(pcm, PERIODS);
	must(set_sw(pcm, &plain), "sw_params");
}

static void fill(snd_pcm_t *pcm)
{
	set_up(pcm);
	if (!capture)
		must(transfer(pcm, BUFFER), "fill");
}

static void run(snd_pcm_t *pcm)
{
	fill(pcm);
	must(snd_pcm_start(pcm), "start");
	step(2 * PERIOD);
}

static void pause_it(snd_pcm_t *pcm)
{
	run(pcm);
	must(snd_pcm_pause(pcm, 1), "pause");
}

static void overrun(snd_pcm_t *pcm)
{
	run(pcm);
	step(BUFFER);
}

static void drain(snd_pcm_t *pcm)
{
	run(pcm);
	snd_pcm_drain(pcm);
}

static void drain_out(snd_pcm_t *pcm)
{
	drain(pcm);
	step(2 * BUFFER);
}

static void drop(snd_pcm_t *pcm)
{
	run(pcm);
	must(snd_pcm_drop(pcm), "drop");
}

static void drop_prepared(snd_pcm_t *pcm)
{
	fill(pcm);
	must(snd_pcm_drop(pcm), "drop");
}

static void free_it(snd_pcm_t *pcm)
{
	set_up(pcm);
	must(snd_pcm_hw_free(pcm), "hw_free");
}

static void remove_it(snd_pcm_t *pcm)
{
	run(pcm);
	put(DRIVER "unbind", "snd-wavert-sim.0");
}

static void remove_paused(snd_pcm_t *pcm)
{
	pause_it(pcm);
	put(DRIVER "unbind", "snd-wavert-sim.0");
}

static void remove_prepared(snd_pcm_t *pcm)
{
	fill(pcm);
	put(DRIVER "unbind", "snd-wavert-sim.0");
}

static void remove_draining(snd_pcm_t *pcm)
{
	drain(pcm);
	put(DRIVER "unbind", "snd-wavert-sim.0");
}

static void remove_open(snd_pcm_t *pcm)
{
	(void)pcm;
	put(DRIVER "unbind", "snd-wavert-sim.0");
}

static void remove_dropped(snd_pcm_t *pcm)
{
	drop(pcm);
	put(DRIVER "unbind", "snd-wavert-sim.0");
}

#define UNSEEN		1	/* poll has not been called yet */
#define PLAYBACK	2	/* only playback has this state */

static const struct {
	const char *name;
	void (*enter)(snd_pcm_t *pcm);
	unsigned int flags;
} states[] = {
	{ "open", NULL, 0 },
	{ "freed", free_it, 0 },
	{ "empty", set_up, 0 },
	{ "prepared", fill, 0 },
	{ "running", run, 0 },
	{ "running, unseen", run, UNSEEN },
	{ "paused", pause_it, 0 },
	{ "xrun", overrun, 0 },
	{ "xrun, unseen", overrun, UNSEEN },
	{ "draining", drain, PLAYBACK },
	{ "drained", drain_out, PLAYBACK },
	{ "drained, unseen", drain_out, PLAYBACK | UNSEEN },
	{ "dropped", drop, 0 },
	{ "never started", drop_prepared, 0 },
	{ "removed", remove_it, 0 },
	{ "removed, unseen", remove_it, UNSEEN },
	{ "removed open", remove_open, 0 },
	{ "removed paused", remove_paused, 0 },
	{ "removed prepared", remove_prepared, 0 },
	{ "removed draining", remove_draining, PLAYBACK },
	{ "removed dropped", remove_dropped, 0 },
};

/* ---- calls ------------------------------------------------------------------------- */

#define ASK(name, call)			\
	static long name(snd_pcm_t *pcm)	\
	{					\
		return call;			\
	}

ASK(ask_state, snd_pcm_state(pcm))
ASK(ask_wait, snd_pcm_wait(pcm, 0))

static long ask_delay(snd_pcm_t *pcm)
{
	snd_pcm_sframes_t delay = 0;
	int err = snd_pcm_delay(pcm, &delay);

	return err < 0 ? err : delay;
}

static long ask_avail_delay(snd_pcm_t *pcm)
{
	snd_pcm_sframes_t avail, delay = 0;
	int err = snd_pcm_avail_delay(pcm, &avail, &delay);

	return err < 0 ? err : 10000 * avail + delay;
}

ASK(ask_pause, snd_pcm_pause(pcm, 1))
ASK(ask_release, snd_pcm_pause(pcm, 0))
ASK(ask_rewind, snd_pcm_rewind(pcm, 100))
ASK(ask_rewind_all, snd_pcm_rewind(pcm, snd_pcm_rewindable(pcm)))
ASK(ask_rewind_more, snd_pcm_rewind(pcm, 100000))
ASK(ask_forward, snd_pcm_forward(pcm, 100))
ASK(ask_forward_more, snd_pcm_forward(pcm, 100000))
ASK(ask_transfer, transfer(pcm, 10))
ASK(ask_transfer_much, transfer(pcm, 3 * BUFFER))

static long ask_htimestamp(snd_pcm_t *pcm)
{
	snd_pcm_uframes_t avail = 0;
	snd_htimestamp_t stamp;
	int err = snd_pcm_htimestamp(pcm, &avail, &stamp);

	return err < 0 ? err : (long)avail;
}

static long ask_status(snd_pcm_t *pcm)
{
	snd_pcm_status_t *s;
	int err;

	snd_pcm_status_alloca(&s);
	err = snd_pcm_status(pcm, s);
	return err < 0 ? err : (long)snd_pcm_status_get_state(s) * 100000000 +
			       (long)snd_pcm_status_get_avail(s) * 10000 +
			       snd_pcm_status_get_delay(s);
}

static long ask_hw_params(snd_pcm_t *pcm)
{
	snd_pcm_hw_params_t *hw;
	int err;

	snd_pcm_hw_params_alloca(&hw);
	err = snd_pcm_hw_params_any(pcm, hw);
	if (err >= 0)
		err = snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
	return err < 0 ? err : snd_pcm_hw_params(pcm, hw);
}

static long ask_sw_params(snd_pcm_t *pcm)
{
	snd_pcm_sw_params_t *sw;
	int err;

	snd_pcm_sw_params_alloca(&sw);
	err = snd_pcm_sw_params_current(pcm, sw);
	return err < 0 ? err : snd_pcm_sw_params(pcm, sw);
}

ASK(ask_drain, snd_pcm_drain(pcm))

static const struct question {
	const char *name;
	long (*ask)(snd_pcm_t *pcm);
	int (*call)(snd_pcm_t *pcm);
} questions[] = {
	{ "nothing", NULL, NULL },
	{ "state", ask_state, NULL },
	{ "wait", ask_wait, NULL },
	{ "avail", snd_pcm_avail, NULL },
	{ "avail_update", snd_pcm_avail_update, NULL },
	{ "delay", ask_delay, NULL },
	{ "avail_delay", ask_avail_delay, NULL },
	{ "hwsync", NULL, snd_pcm_hwsync },
	{ "status", ask_status, NULL },
	{ "htimestamp", ask_htimestamp, NULL },
	{ "rewindable", snd_pcm_rewindable, NULL },
	{ "rewind", ask_rewind, NULL },
	{ "rewind all", ask_rewind_all, NULL },
	{ "rewind more", ask_rewind_more, NULL },
	{ "forwardable", snd_pcm_forwardable, NULL },
	{ "forward", ask_forward, NULL },
	{ "forward more", ask_forward_more, NULL },
	{ "transfer", ask_transfer, NULL },
	{ "transfer much", ask_transfer_much, NULL },
	{ "start", NULL, snd_pcm_start },
	{ "pause", ask_pause, NULL },
	{ "release", ask_release, NULL },
	{ "drain", ask_drain, NULL },
	{ "drop", NULL, snd_pcm_drop },
	{ "prepare", NULL, snd_pcm_prepare },
	{ "reset", NULL, snd_pcm_reset },
	{ "resume", NULL, snd_pcm_resume },
	{ "hw_free", NULL, snd_pcm_hw_free },
	{ "hw_params", ask_hw_params, NULL },
	{ "sw_params", ask_sw_params, NULL },
};

/* ---- one state and one call -------------------------------------------------------- */

static snd_pcm_t *open_as(const char *type, snd_pcm_stream_t direction, int mode)
{
	snd_pcm_t *pcm;
	char name[48];

	snprintf(name, sizeof(name), "%s:CARD=WaveRT,DEV=0,SUBDEV=0", type);
	must(snd_pcm_open(&pcm, name, direction, mode), name);
	return pcm;
}

static snd_pcm_t *open_pcm(const char *type, int mode)
{
	return open_as(type, capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK, mode);
}

/* The result of poll: "-" no wake-up, "vain" a wake-up without events. */
static void say_poll(struct answer *a, snd_pcm_t *pcm)
{
	unsigned short revents = 0;
	struct pollfd pfd[4];
	int n = snd_pcm_poll_descriptors(pcm, pfd, 4), err;

	if (n < 0 || !poll(pfd, (nfds_t)n, 0)) {
		say(a, " %s", n < 0 ? number(n) : "-");
		return;
	}
	err = snd_pcm_poll_descriptors_revents(pcm, pfd, (unsigned int)n, &revents);
	if (err < 0)
		say(a, " %s", number(err));
	else
		say(a, " %s%s%s%s", revents ? "" : "vain", revents & POLLIN ? "in" : "",
		    revents & POLLOUT ? "out" : "", revents & POLLERR ? "err" : "");
}

/* In a state without a position the frames that alsa-lib reports are meaningless. */
static void say_now(struct answer *a, snd_pcm_t *pcm)
{
	snd_pcm_state_t state;

	say_poll(a, pcm);
	state = snd_pcm_state(pcm);
	say(a, " %s ", snd_pcm_state_name(state));
	if (state != SND_PCM_STATE_SETUP && state != SND_PCM_STATE_DISCONNECTED)
		say(a, "%s", number(snd_pcm_avail(pcm)));
}

static bool is_bound(void)
{
	return !access(STEP, F_OK);
}

static void bind_it(void)
{
	if (!is_bound())
		put(DRIVER "bind", "snd-wavert-sim.0");
}

static struct answer answer_of(const char *type, size_t state, const struct question *q)
{
	snd_pcm_t *pcm = open_pcm(type, SND_PCM_NONBLOCK);
	struct answer a = { "", "" };

	if (states[state].enter)
		states[state].enter(pcm);
	if (!(states[state].flags & UNSEEN))
		say_now(&a, pcm);
	say(&a, ";");
	if (q->ask)
		snprintf(a.result, sizeof(a.result), "%s", number(q->ask(pcm)));
	else if (q->call)
		snprintf(a.result, sizeof(a.result), "%s", number(q->call(pcm)));
	say_now(&a, pcm);
	if (is_bound()) {
		step(PERIOD);
		say(&a, ";");
		say_now(&a, pcm);
	}
	snd_pcm_close(pcm);
	bind_it();
	return a;
}

/* ---- comparing ---------------------------------------------------------------------- */

static bool is_optional(size_t difference)
{
	return differences[difference][0] == '?';
}

/* "playback, paused, drain = 0"; if the later results differ, " -> " and those of wavert. */
static bool may_differ(const char *situation, const struct answer *hw,
		       const struct answer *wavert)
{
	bool listed = false;
	char text[600];
	size_t i;

	snprintf(text, sizeof(text), "%s = %s%s%s", situation, wavert->result,
		 strcmp(hw->text, wavert->text) ? " ->" : "",
		 strcmp(hw->text, wavert->text) ? wavert->text : "");
	for (i = 0; i < ARRAY_SIZE(differences); i++) {
		if (fnmatch(differences[i] + is_optional(i), text, FNM_EXTMATCH))
			continue;
		needed[i] = true;
		listed = true;
	}
	if (!listed)
		printf("# %s\n#     hw:     %s ->%s\n#     wavert: %s ->%s\n", situation,
		       hw->result, hw->text, wavert->result, wavert->text);
	return listed;
}

static bool is_same(const char *situation, const struct answer *hw, const struct answer *wavert)
{
	return (!strcmp(hw->text, wavert->text) && !strcmp(hw->result, wavert->result)) ||
	       may_differ(situation, hw, wavert);
}

static const char *direction(void)
{
	return capture ? "capture" : "playback";
}

/*
 * Only on x86 and PowerPC the kernel lets alsa-lib map the status of a PCM. Elsewhere each of its calls
 * is an ioctl, which fails after a removal, so hw: itself behaves in another way than listed.
 */
static bool is_mapped(const char *name)
{
#if defined(__x86_64__) || defined(__i386__) || defined(__powerpc__)
	(void)name;
	return true;
#else
	return !strstr(name, "removed");
#endif
}

static void compare_state(size_t state)
{
	char situation[96];
	bool same = true;
	size_t i;

	if (!is_mapped(states[state].name)) {
		tap_skip("alsa-lib does not map the status on this architecture", "%s, %s", direction(),
			 states[state].name);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		struct answer hw = answer_of("hw", state, &questions[i]);
		struct answer wavert = answer_of("wavert", state, &questions[i]);

		snprintf(situation, sizeof(situation), "%s, %s, %s", direction(),
			 states[state].name, questions[i].name);
		same &= is_same(situation, &hw, &wavert);
	}
	TAP_CHECK(same, "%s, %s: %zu questions", direction(), states[state].name,
		  ARRAY_SIZE(questions));
}

#include "plugin_scenes.h"

static void all_needed(void)
{
	bool all = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(differences); i++) {
		if (needed[i] || is_optional(i) || !is_mapped(differences[i]))
			continue;
		printf("# does not occur: %s\n", differences[i]);
		all = false;
	}
	TAP_CHECK(all, "Every difference that is listed occurs");
}

int main(void)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < 2 * ARRAY_SIZE(states); i++) {
		capture = i >= ARRAY_SIZE(states);
		if (!capture || !(states[i % ARRAY_SIZE(states)].flags & PLAYBACK))
			compare_state(i % ARRAY_SIZE(states));
	}
	all_scenes();
	all_needed();
	return tap_done();
}
