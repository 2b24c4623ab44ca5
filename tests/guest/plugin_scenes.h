/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comparisons of `hw:` and `wavert:` that need more than a state and a call: software parameters,
 * time stamps, recorded sound, blocking calls. Each is a function that writes its result as text;
 * both PCMs have to give the same text. Included once, by plugin_same.c.
 */
#ifndef WRT_TEST_PLUGIN_SCENES_H
#define WRT_TEST_PLUGIN_SCENES_H

static const char *type;	/* hw or wavert */

static snd_pcm_t *opened(int mode, const struct sw *sw)
{
	snd_pcm_t *pcm = open_pcm(type, mode);

	configure(pcm, PERIODS);
	must(set_sw(pcm, sw), "sw_params");
	return pcm;
}

/* Running on a full buffer, or an empty one. */
static snd_pcm_t *running(int mode, const struct sw *sw)
{
	snd_pcm_t *pcm = opened(mode, sw);

	if (!capture)
		must(transfer(pcm, BUFFER), "fill");
	must(snd_pcm_start(pcm), "start");
	return pcm;
}

/* ---- software parameters ---------------------------------------------------------------- */

/* Period by period, without any transfer. */
static void watch(struct answer *a, const struct sw *sw, int periods)
{
	snd_pcm_t *pcm = running(SND_PCM_NONBLOCK, sw);

	while (periods--) {
		step(PERIOD);
		say_now(a, pcm);
		say(a, ",");
	}
	snd_pcm_close(pcm);
}

static void see_avail_min(struct answer *a)
{
	static const long least[] = { 1, PERIOD, PERIOD + 1, BUFFER, BUFFER + 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(least); i++) {
		struct sw sw = { 1000000, BOUNDARY, least[i], LEAVE, LEAVE, 0 };
		snd_pcm_t *pcm = running(SND_PCM_NONBLOCK, &sw);
		int n;

		for (n = 0; n < PERIODS + 1; n++) {
			step(PERIOD);
			say_poll(a, pcm);
		}
		say(a, ";");
		snd_pcm_close(pcm);
	}
}

/* The descriptor is requested once. A wake-up without events is not counted. */
static void see_xrun_without_wakeups(struct answer *a)
{
	static const struct sw sw = { 1000000, LEAVE, BUFFER + 1, LEAVE, LEAVE, 0 };
	snd_pcm_t *pcm = running(SND_PCM_NONBLOCK, &sw);
	unsigned short revents;
	struct pollfd pfd;
	int n;

	must(snd_pcm_poll_descriptors(pcm, &pfd, 1), "descriptors");
	for (n = 0; n < PERIODS + 1; n++) {
		step(PERIOD);
		revents = 0;
		if (poll(&pfd, 1, 0))
			snd_pcm_poll_descriptors_revents(pcm, &pfd, 1, &revents);
		say(a, " %d %s;", revents, snd_pcm_state_name(snd_pcm_state(pcm)));
	}
	snd_pcm_close(pcm);
}

static void see_period_event(struct answer *a)
{
	static const struct sw sw = { 1000000, BOUNDARY, BUFFER + 1, LEAVE, LEAVE, 1 };
	snd_pcm_t *pcm = running(SND_PCM_NONBLOCK, &sw);
	int n;

	for (n = 0; n < PERIODS; n++) {
		step(PERIOD);
		say_poll(a, pcm);
		say_poll(a, pcm);
	}
	snd_pcm_close(pcm);
}

static void see_stop_threshold(struct answer *a)
{
	static const long stop[] = { PERIOD, BUFFER, BUFFER + PERIOD, BOUNDARY };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stop); i++) {
		struct sw sw = { 1000000, stop[i], LEAVE, LEAVE, LEAVE, 0 };

		watch(a, &sw, 6);
		say(a, ";");
	}
}

static void see_start_threshold(struct answer *a)
{
	static const long start[] = { 0, 1, 100, BUFFER, BUFFER + 1, BOUNDARY };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(start); i++) {
		struct sw sw = { start[i], LEAVE, LEAVE, LEAVE, LEAVE, 0 };
		snd_pcm_t *pcm = opened(SND_PCM_NONBLOCK, &sw);

		say(a, " %s", number(transfer(pcm, 99)));
		say(a, " %s", snd_pcm_state_name(snd_pcm_state(pcm)));
		say(a, " %s", number(transfer(pcm, BUFFER - 99)));
		say(a, " %s;", snd_pcm_state_name(snd_pcm_state(pcm)));
		snd_pcm_close(pcm);
	}
}

/* The PCM runs three buffers late, catches up and continues. */
static void see_free_running(struct answer *a)
{
	static const struct sw sw = { 1000000, BOUNDARY, LEAVE, LEAVE, LEAVE, 0 };
	snd_pcm_t *pcm = running(SND_PCM_NONBLOCK, &sw);
	snd_pcm_sframes_t delay = 0, avail;

	step(4 * BUFFER);
	avail = snd_pcm_avail(pcm);
	say(a, " %ld", avail);
	say(a, " %s", number(snd_pcm_delay(pcm, &delay)));
	say(a, " %ld", delay);
	say(a, " %s", number(snd_pcm_forward(pcm, (snd_pcm_uframes_t)avail)));
	say_now(a, pcm);
	say(a, " %s", number(transfer(pcm, PERIOD)));
	step(PERIOD);
	say_now(a, pcm);
	snd_pcm_close(pcm);
}

/* Whether parameters are accepted, and the values that are read back. */
static void see_sw_params(struct answer *a)
{
	static const struct sw sets[] = {
		{ LEAVE, LEAVE, 0, LEAVE, LEAVE, 0 },
		{ LEAVE, 0, LEAVE, LEAVE, LEAVE, 0 },
		{ LEAVE, LEAVE, LEAVE, LEAVE, BOUNDARY, 0 },
		{ LEAVE, LEAVE, LEAVE, 1, BOUNDARY, 0 },
		{ LEAVE, LEAVE, LEAVE, PERIOD, PERIOD, 0 },
		{ LEAVE, LEAVE, LEAVE, PERIOD, PERIOD + 1, 0 },
		{ LEAVE, LEAVE, LEAVE, BUFFER - 1, 1, 0 },
		{ LEAVE, LEAVE, LEAVE, BUFFER, 1, 0 },
		{ LEAVE, LEAVE, LEAVE, BOUNDARY, BOUNDARY, 0 },
	};
	snd_pcm_sw_params_t *sw;
	size_t i;

	snd_pcm_sw_params_alloca(&sw);
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		snd_pcm_t *pcm = opened(0, &plain);
		snd_pcm_uframes_t threshold, size;

		say(a, " %s", number(set_sw(pcm, &sets[i])));
		must(snd_pcm_sw_params_current(pcm, sw), "current");
		must(snd_pcm_sw_params_get_silence_threshold(sw, &threshold), "threshold");
		must(snd_pcm_sw_params_get_silence_size(sw, &size), "size");
		say(a, " %lu %lu;", threshold, size > 100000 ? 0 : size);
		snd_pcm_close(pcm);
	}
}

/* ---- recorded sound --------------------------------------------------------------------- */

static snd_pcm_t *listen(void)
{
	static const struct sw sw = { LEAVE, BOUNDARY, LEAVE, LEAVE, LEAVE, 0 };
	snd_pcm_t *pcm = open_as("hw", SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK);

	configure(pcm, 64);
	must(set_sw(pcm, &sw), "sw_params");
	must(snd_pcm_start(pcm), "start");
	return pcm;
}

/* Frames are numbered from 1: "1-1920 0*480" are 1920 of them, then 480 of silence. */
static void say_heard(struct answer *a, snd_pcm_t *pcm)
{
	long n = snd_pcm_readi(pcm, data, 64 * PERIOD), i, from;

	must(n, "readi");
	for (i = 0; i < n; i++) {
		from = i;
		if (!data[2 * i]) {
			while (i + 1 < n && !data[2 * i + 2])
				i++;
			say(a, " 0*%ld", i - from + 1);
		} else {
			while (i + 1 < n && data[2 * i + 2] == data[2 * i] + 1)
				i++;
			say(a, " %d-%d", data[2 * from], data[2 * i]);
		}
	}
	say(a, ";");
	snd_pcm_close(pcm);
}

static long write_numbers(snd_pcm_t *pcm, int first, long frames)
{
	long i;

	for (i = 0; i < frames; i++)
		data[2 * i] = data[2 * i + 1] = (int16_t)(first + i);
	return snd_pcm_writei(pcm, data, (snd_pcm_uframes_t)frames);
}

/* A late player: it reads the position each period, and writes nothing for two buffers. */
static void hear_a_gap(struct answer *a, long threshold, long size)
{
	struct sw sw = { 1000000, BOUNDARY, LEAVE, threshold, size, 0 };
	snd_pcm_t *ear = listen(), *pcm = opened(SND_PCM_NONBLOCK, &sw);
	int i;

	must(write_numbers(pcm, 1, BUFFER), "write");
	must(snd_pcm_start(pcm), "start");
	for (i = 0; i < 3 * PERIODS; i++) {
		step(PERIOD);
		say_poll(a, pcm);
		snd_pcm_avail(pcm);
	}
	must(snd_pcm_forward(pcm, (snd_pcm_uframes_t)snd_pcm_avail(pcm) - BUFFER), "forward");
	must(write_numbers(pcm, 10001, PERIOD), "write");
	for (i = 0; i < PERIODS; i++) {
		step(PERIOD);
		snd_pcm_avail(pcm);
	}
	snd_pcm_close(pcm);
	say_heard(a, ear);
}

static void hear_endless_silence(struct answer *a)
{
	hear_a_gap(a, 0, BOUNDARY);
}

static void hear_no_silence(struct answer *a)
{
	hear_a_gap(a, 0, 0);
}

static void hear_finite_silence(struct answer *a)
{
	hear_a_gap(a, 2 * PERIOD, 2 * PERIOD);
}

/* Old audio after the end: the threshold defines how much of it is silenced. */
static void hear_an_end(struct answer *a, long threshold, long size)
{
	struct sw sw = { 1000000, LEAVE, LEAVE, threshold, size, 0 };
	snd_pcm_t *ear = listen(), *pcm = opened(SND_PCM_NONBLOCK, &sw);
	int i;

	must(write_numbers(pcm, 1, BUFFER), "write");
	must(snd_pcm_start(pcm), "start");
	step(2 * PERIOD);
	snd_pcm_avail(pcm);
	must(write_numbers(pcm, BUFFER + 1, 100), "write");
	for (i = 0; i < PERIODS; i++) {
		step(PERIOD);
		say_poll(a, pcm);
	}
	snd_pcm_close(pcm);
	say_heard(a, ear);
}

static void hear_the_end(struct answer *a)
{
	hear_an_end(a, 0, BOUNDARY);
	hear_an_end(a, BUFFER - PERIOD, BUFFER - PERIOD);
}

/* ---- drain ------------------------------------------------------------------------------ */

/* As in MPD: poll, then only read the state. */
static void see_drain_by_poll(struct answer *a)
{
	static const long rest[] = { PERIOD, PERIOD + 1, BUFFER - 1, BUFFER, 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rest); i++) {
		snd_pcm_t *pcm = opened(SND_PCM_NONBLOCK, &plain);
		unsigned short revents;
		struct pollfd pfd;
		int n;

		must(transfer(pcm, (snd_pcm_uframes_t)rest[i]), "write");
		say(a, " %s", number(snd_pcm_drain(pcm)));
		must(snd_pcm_poll_descriptors(pcm, &pfd, 1), "descriptors");
		for (n = 0; snd_pcm_state(pcm) == SND_PCM_STATE_DRAINING && n < 10; n++) {
			step(PERIOD);
			poll(&pfd, 1, 0);
			snd_pcm_poll_descriptors_revents(pcm, &pfd, 1, &revents);
		}
		say(a, " %d", n);
		say_now(a, pcm);
		say(a, " %s;", number(snd_pcm_prepare(pcm)));
		snd_pcm_close(pcm);
	}
}

/* ---- blocking calls while time passes or another call comes ---------------------------------- */

/* Steps the given number of periods, one a millisecond. */
static void *step_on(void *arg)
{
	const struct timespec ms = { 0, 1000000 };
	const int *periods = arg;
	int i;

	for (i = 0; i < *periods; i++) {
		nanosleep(&ms, NULL);
		step(PERIOD);
	}
	return NULL;
}

static long while_stepping(long (*call)(snd_pcm_t *pcm), snd_pcm_t *pcm, int periods)
{
	pthread_t thread;
	long result;

	pthread_create(&thread, NULL, step_on, &periods);
	result = call(pcm);
	pthread_join(thread, NULL);
	return result;
}

static long ask_wait_for_ever(snd_pcm_t *pcm)
{
	return snd_pcm_wait(pcm, -1);
}

static void see_blocking(struct answer *a)
{
	snd_pcm_t *pcm = running(0, &plain);

	say(a, " %s", number(while_stepping(ask_wait_for_ever, pcm, 2)));
	say(a, " %s", number(while_stepping(ask_transfer, pcm, 1)));
	say(a, " %s", number(while_stepping(ask_wait_for_ever, pcm, 1)));
	say_now(a, pcm);
	if (!capture) {
		say(a, " %s", number(while_stepping(ask_drain, pcm, 2 * PERIODS)));
		say_now(a, pcm);
	}
	snd_pcm_close(pcm);
}

static long wait_for_drain(snd_pcm_t *pcm)
{
	snd_pcm_nonblock(pcm, 1);
	snd_pcm_drain(pcm);
	return snd_pcm_wait(pcm, -1);
}

static long ask_poll(snd_pcm_t *pcm)
{
	unsigned short revents = 0;
	struct pollfd pfd;

	snd_pcm_poll_descriptors(pcm, &pfd, 1);
	poll(&pfd, 1, -1);
	snd_pcm_poll_descriptors_revents(pcm, &pfd, 1, &revents);
	return revents & POLLERR ? -EIO : 0;
}

static void do_drop(snd_pcm_t *pcm)
{
	snd_pcm_drop(pcm);
}

static void do_step(snd_pcm_t *pcm)
{
	(void)pcm;
	step(2 * BUFFER);
}

static void do_unbind(snd_pcm_t *pcm)
{
	(void)pcm;
	put(DRIVER "unbind", "snd-wavert-sim.0");
}

static const struct {
	long (*call)(snd_pcm_t *pcm);
	void (*meanwhile)(snd_pcm_t *pcm);
	unsigned int flags;
} calls[] = {
	{ ask_transfer, do_step, 0 },
	{ ask_transfer, do_drop, 0 },
	{ ask_transfer, do_unbind, 0 },
	{ ask_wait_for_ever, do_step, 0 },
	{ ask_wait_for_ever, do_drop, 0 },
	{ ask_wait_for_ever, do_unbind, 0 },
	{ ask_poll, do_step, 0 },
	{ ask_poll, do_drop, 0 },
	{ ask_poll, do_unbind, 0 },
	{ ask_drain, do_step, PLAYBACK },
	{ ask_drain, do_drop, PLAYBACK },
	{ ask_drain, do_unbind, PLAYBACK },
	{ wait_for_drain, do_step, PLAYBACK },
	{ wait_for_drain, do_unbind, PLAYBACK },
};

struct blocked {
	snd_pcm_t *pcm;
	size_t call;
	long result;
};

static void *block(void *arg)
{
	struct blocked *b = arg;

	b->result = calls[b->call].call(b->pcm);
	return NULL;
}

static void see_interrupted(struct answer *a)
{
	const struct timespec ms = { 0, 5000000 };
	struct blocked b;
	pthread_t thread;

	for (b.call = 0; b.call < ARRAY_SIZE(calls); b.call++) {
		if (capture && calls[b.call].flags & PLAYBACK)
			continue;
		b.pcm = running(0, &plain);
		pthread_create(&thread, NULL, block, &b);
		nanosleep(&ms, NULL);
		calls[b.call].meanwhile(b.pcm);
		pthread_join(thread, NULL);
		say(a, " %s %s;", number(b.result), snd_pcm_state_name(snd_pcm_state(b.pcm)));
		snd_pcm_close(b.pcm);
		bind_it();
	}
}

/* ---- stamps ------------------------------------------------------------------------------ */

static int64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* Index of the moment to which the stamp belongs; n moments in order, each with its end. */
static const char *moment(snd_htimestamp_t stamp, const int64_t *from)
{
	int64_t t = stamp.tv_sec * 1000000000ll + stamp.tv_nsec;

	return !t ? "none" : t < from[0] ? "too-early" : t < from[1] ? "start" :
	       t < from[2] ? "between" : t < from[3] ? "event" : t < from[4] ? "later" :
	       t <= from[5] ? "now" : "future";
}

static void say_stamps(struct answer *a, snd_pcm_t *pcm, clockid_t clock, int64_t *at)
{
	snd_pcm_status_t *status;
	snd_htimestamp_t t;

	snd_pcm_status_alloca(&status);
	at[4] = read_clock(clock);
	must(snd_pcm_status(pcm, status), "status");
	at[5] = read_clock(clock);
	snd_pcm_status_get_trigger_htstamp(status, &t);
	say(a, " %s", moment(t, at));
	snd_pcm_status_get_htstamp(status, &t);
	say(a, " %s", moment(t, at));
	snd_pcm_status_get_audio_htstamp(status, &t);
	say(a, " %ld;", t.tv_nsec / 1000);
}

#define DEFAULT		(-1)	/* no clock is requested */

static void set_clock(snd_pcm_t *pcm, snd_pcm_tstamp_t mode, int kind)
{
	snd_pcm_sw_params_t *sw;

	snd_pcm_sw_params_alloca(&sw);
	must(snd_pcm_sw_params_current(pcm, sw), "current");
	must(snd_pcm_sw_params_set_start_threshold(pcm, sw, 1000000), "start threshold");
	must(snd_pcm_sw_params_set_tstamp_mode(pcm, sw, mode), "tstamp mode");
	if (kind != DEFAULT)
		must(snd_pcm_sw_params_set_tstamp_type(pcm, sw, (snd_pcm_tstamp_type_t)kind),
		     "tstamp type");
	must(snd_pcm_sw_params(pcm, sw), "sw_params");
}

static void stamps_of(struct answer *a, void (*event)(snd_pcm_t *pcm), clockid_t clock,
		      snd_pcm_tstamp_t mode, int kind)
{
	snd_pcm_t *pcm = open_pcm(type, SND_PCM_NONBLOCK);
	int64_t at[6];

	configure(pcm, PERIODS);
	set_clock(pcm, mode, kind);
	if (!capture)
		must(transfer(pcm, BUFFER - 1), "fill");
	at[0] = read_clock(clock);
	must(snd_pcm_start(pcm), "start");
	at[1] = read_clock(clock);
	step(PERIOD);
	at[2] = read_clock(clock);
	event(pcm);
	at[3] = read_clock(clock);
	say_stamps(a, pcm, clock, at);
	snd_pcm_close(pcm);
}

static void on_nothing(snd_pcm_t *pcm)
{
	(void)pcm;
}

static void on_pause(snd_pcm_t *pcm)
{
	snd_pcm_pause(pcm, 1);
}

static void on_xrun(snd_pcm_t *pcm)
{
	step(BUFFER);
	snd_pcm_avail(pcm);
}

static void on_drained(snd_pcm_t *pcm)
{
	snd_pcm_drain(pcm);
	step(BUFFER);
	ask_poll(pcm);
}

/* A program that reads time stamps without enabling them, by the clock of is_monotonic. */
static void see_promised_clock(struct answer *a)
{
	snd_pcm_t *pcm = open_pcm(type, 0);
	snd_pcm_hw_params_t *hw;
	clockid_t clock;

	snd_pcm_hw_params_alloca(&hw);
	must(snd_pcm_hw_params_any(pcm, hw), "any");
	clock = snd_pcm_hw_params_is_monotonic(hw) ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	snd_pcm_close(pcm);
	stamps_of(a, on_nothing, clock, SND_PCM_TSTAMP_NONE, DEFAULT);
	stamps_of(a, do_drop, clock, SND_PCM_TSTAMP_NONE, DEFAULT);
}

static void see_stamps(struct answer *a)
{
	static void (*const events[])(snd_pcm_t *) = {
		on_nothing, on_pause, on_xrun, do_drop, on_drained,
	};
	static const struct {
		clockid_t clock;
		int kind;
	} clocks[] = {
		{ CLOCK_REALTIME, SND_PCM_TSTAMP_TYPE_GETTIMEOFDAY },
		{ CLOCK_MONOTONIC, SND_PCM_TSTAMP_TYPE_MONOTONIC },
		{ CLOCK_MONOTONIC_RAW, SND_PCM_TSTAMP_TYPE_MONOTONIC_RAW },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events) - (capture ? 1 : 0); i++)
		stamps_of(a, events[i], CLOCK_MONOTONIC, SND_PCM_TSTAMP_ENABLE, DEFAULT);
	for (i = 0; i < ARRAY_SIZE(clocks); i++)
		stamps_of(a, on_nothing, clocks[i].clock, SND_PCM_TSTAMP_ENABLE, clocks[i].kind);
}

static void see_promises(struct answer *a)
{
	snd_pcm_t *pcm = opened(0, &plain), *other;
	snd_async_handler_t *handler;
	snd_pcm_hw_params_t *hw;

	snd_pcm_hw_params_alloca(&hw);
	must(snd_pcm_hw_params_current(pcm, hw), "current");
	say(a, " pause %d resume %d", snd_pcm_hw_params_can_pause(hw),
	    snd_pcm_hw_params_can_resume(hw));
	say(a, " batch %d block %d", snd_pcm_hw_params_is_batch(hw),
	    snd_pcm_hw_params_is_block_transfer(hw));
	say(a, " wakeups %d", snd_pcm_hw_params_can_disable_period_wakeup(hw));
	say(a, " bits %s", number(snd_pcm_hw_params_get_sbits(hw)));
	say(a, " fifo %s", number(snd_pcm_hw_params_get_fifo_size(hw)));
	say(a, " monotonic %d", snd_pcm_hw_params_is_monotonic(hw));
	say(a, " start %d", snd_pcm_hw_params_can_sync_start(hw));
	other = open_as(type, capture ? SND_PCM_STREAM_PLAYBACK : SND_PCM_STREAM_CAPTURE, 0);
	say(a, " link %s", number(snd_pcm_link(pcm, other)));
	snd_pcm_close(other);
	say(a, " async %s", number(snd_async_add_pcm_handler(&handler, pcm, NULL, NULL)));
	snd_pcm_close(pcm);
}

/* ---- all of them --------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*see)(struct answer *a);
	unsigned int flags;
} scenes[] = {
	{ "avail_min", see_avail_min, 0 },
	{ "an xrun without wake-ups", see_xrun_without_wakeups, 0 },
	{ "period events", see_period_event, 0 },
	{ "stop threshold", see_stop_threshold, 0 },
	{ "start threshold", see_start_threshold, 0 },
	{ "free running", see_free_running, 0 },
	{ "software parameters", see_sw_params, 0 },
	{ "a gap, endless silence", hear_endless_silence, PLAYBACK },
	{ "a gap, no silence", hear_no_silence, PLAYBACK },
	{ "a gap, finite silence", hear_finite_silence, PLAYBACK },
	{ "silence after the end", hear_the_end, PLAYBACK },
	{ "drain by poll", see_drain_by_poll, PLAYBACK },
	{ "blocking", see_blocking, 0 },
	{ "interrupted", see_interrupted, 0 },
	{ "promised clock", see_promised_clock, 0 },
	{ "stamps", see_stamps, 0 },
	{ "promises", see_promises, 0 },
};

static void compare_scene(size_t scene)
{
	struct answer hw = { "", "" }, wavert = { "", "" };
	char situation[96];

	snprintf(situation, sizeof(situation), "%s, %s", direction(), scenes[scene].name);
	type = "hw";
	scenes[scene].see(&hw);
	type = "wavert";
	scenes[scene].see(&wavert);
	TAP_CHECK(is_same(situation, &hw, &wavert), "%s", situation);
}

static void all_scenes(void)
{
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(scenes); i++) {
		capture = i >= ARRAY_SIZE(scenes);
		if (!capture || !(scenes[i % ARRAY_SIZE(scenes)].flags & PLAYBACK))
			compare_scene(i % ARRAY_SIZE(scenes));
	}
}

#endif
