// SPDX-License-Identifier: GPL-2.0-only
/*
 * watch.c - wavert watch: observe a pin that another process runs, an unmodified aplay for
 * instance: a line for each notification, the context of late ones, then a table of the time
 * each stage took and a summary. It does not change the stream.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "watch.h"

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Difference of two times; negative if one of them is not valid. */
static double us_between(uint64_t from, uint64_t to)
{
	if (!from || to < from)
		return -1;
	return (double)(to - from) / 1000;
}

/* awake: 0 if the program was not waiting. Times of the step clock cannot be compared. */
static void measure(struct seen *s, uint64_t awake, const struct wavert_snapshot *now)
{
	uint32_t packet = 0;
	uint64_t point;
	double rate = (double)now->rate * now->frame_bytes;
	bool stepped = now->flags & WAVERT_CAP_STEPPED;

	packet = now->notify_bytes;
	if (!packet && now->notifications)	/* an older module */
		packet = now->buffer_bytes / now->notifications;
	point = s->n.number * packet;
	s->due_us = -1;
	s->stage_us[POINT_TO_INTERRUPT] = -1;
	s->stage_us[INTERRUPT_TO_SIGNAL] = -1;
	s->stage_us[INTERRUPT_TO_PROCESS] = -1;
	if (rate > 0)
		s->due_us = packet / rate * 1e6;
	if (rate > 0 && s->n.linear >= point)
		s->stage_us[POINT_TO_INTERRUPT] = (double)(s->n.linear - point) / rate * 1e6;
	if (!stepped)
		s->stage_us[INTERRUPT_TO_SIGNAL] = us_between(s->n.interrupt_ns, s->n.signal_ns);
	/* a time before the interrupt is that of the previous entry: not valid */
	if (!stepped && s->stage_us[INTERRUPT_TO_SIGNAL] < 0)
		awake = 0;
	s->stage_us[SIGNAL_TO_AWAKE] = us_between(s->n.signal_ns, awake);
	if (!stepped && s->stage_us[SIGNAL_TO_AWAKE] >= 0)
		s->stage_us[INTERRUPT_TO_PROCESS] = us_between(s->n.interrupt_ns, awake);
}

static bool is_late(const struct watch *w, const struct seen *s)
{
	double sum = 0;
	enum stage i;

	for (i = POINT_TO_INTERRUPT; i <= SIGNAL_TO_AWAKE; i++)
		if (s->stage_us[i] > 0)
			sum += s->stage_us[i];
	return sum > w->options->threshold_us;
}

static double way(const struct seen *s)
{
	return s->stage_us[POINT_TO_INTERRUPT] + s->stage_us[INTERRUPT_TO_SIGNAL] +
	       s->stage_us[SIGNAL_TO_AWAKE];
}

static void count(struct watch *w, const struct seen *s, const struct wavert_snapshot *now)
{
	const struct options *o = w->options;
	unsigned int frame = now->frame_bytes ? now->frame_bytes : 1;
	bool lines = !o->quiet && !o->json && !o->live;
	char line[320];
	enum stage i;

	for (i = POINT_TO_INTERRUPT; i < STAGES; i++)
		if (s->stage_us[i] >= 0)
			hist_add(&w->stages[i], (uint64_t)(s->stage_us[i] * 1000));
	if (lines)
		printf("%llu irq_seq %llu linear %llu frame %llu at %llu\n",
		       (unsigned long long)s->n.number, (unsigned long long)s->n.irq_seq,
		       (unsigned long long)s->n.linear, (unsigned long long)s->n.linear / frame,
		       (unsigned long long)s->n.interrupt_ns);
	if (!is_late(w, s))
		return;
	if (!w->late++ || way(s) > way(&w->worst))
		w->worst = *s;
	report_late(s, line, sizeof(line));
	if (lines)
		puts(line);
}

static unsigned int of_irq(const struct wavert_notification *list, size_t n, uint64_t irq_seq)
{
	unsigned int found = 0;
	size_t i;

	for (i = 0; i < n; i++)
		found += list[i].irq_seq == irq_seq;
	return found;
}

static void take(struct watch *w, uint64_t points, uint64_t awake)
{
	struct wavert_notification list[WAVERT_RING];
	uint64_t before = w->seen;
	struct wavert_snapshot now;
	struct seen s;
	size_t i, n;

	w->delivered += points;
	w->wakeups += points > 0;
	wavert_stream_snapshot(w->stream, &now);
	n = wavert_stream_notifications(w->stream, &w->seen, list);
	w->listed += n;
	w->skipped += w->seen - before - n;
	for (i = 0; i < n; i++) {
		memset(&s, 0, sizeof(s));
		s.n = list[i];
		s.together = of_irq(list, n, list[i].irq_seq);
		s.at_once = (unsigned int)n;
		s.stalled = now.dma_halts > w->dma_halts;
		if (list[i].irq_seq != w->irq_seq) {
			w->before_ns = 0;
			if (list[i].number > 1)
				w->before_ns = w->last_ns;
			w->last_ns = list[i].interrupt_ns;
			w->irq_seq = list[i].irq_seq;
		}
		s.gap_us = us_between(w->before_ns, list[i].interrupt_ns);
		measure(&s, awake, &now);
		count(w, &s, &now);
	}
	w->dma_halts = now.dma_halts;
	fflush(stdout);
}

static bool over(struct watch *w, uint64_t end)
{
	const struct options *o = w->options;
	struct wavert_snapshot now;

	wavert_stream_snapshot(w->stream, &now);
	if (now.state == WAVERT_STATE_RUN)
		w->ran = true;
	if (interrupted || now.state == WAVERT_STATE_GONE)
		return true;
	if (o->frames && w->listed >= o->frames)
		return true;
	if (o->until_stop && (w->ran || w->listed) && !now.buffer_bytes)
		return true;
	return end && now_ns() >= end;
}

static int finish(struct watch *w)
{
	struct wavert_snapshot now;
	uint64_t points = 0;

	if (wavert_stream_wait(w->stream, 0, &points) < 0)
		points = 0;
	take(w, points, 0);	/* there was no wait, so no wake-up time */
	wavert_stream_snapshot(w->stream, &now);
	if (w->options->json)
		return json_print(report_json(w, &now), EXIT_OK);
	if (!w->options->quiet && w->listed)
		report_table(w);
	report_summary(w, &now);
	return EXIT_OK;
}

static int observe(struct watch *w)
{
	const struct options *o = w->options;
	uint64_t end = 0, shown = now_ns(), points;
	int n;

	if (o->duration > 0)
		end = now_ns() + (uint64_t)(o->duration * 1e9);
	while (!over(w, end)) {
		points = 0;
		n = wavert_stream_wait(w->stream, 50, &points);
		if (n < 0 && n != -EINTR && n != -ENODEV)
			return fail("wait", n);
		if (n > 0)
			take(w, points, now_ns());
		if (o->live && !o->json && !o->quiet && now_ns() >= shown + 1000000000u) {
			report_live(w);
			shown = now_ns();
		}
	}
	return finish(w);
}

static int run(const struct options *o)
{
	struct wavert_device *device = open_device(o->device);
	struct wavert_snapshot now;
	struct watch *w;
	int code, err;

	if (!device)
		return EXIT_FAILED;
	w = calloc(1, sizeof(*w));
	if (!w) {
		wavert_close(device);
		return fail("watch", -ENOMEM);
	}
	w->options = o;
	err = wavert_stream_open(&w->stream, device, o->capture, o->pin, WAVERT_STREAM_OBSERVE);
	if (err == -ENOENT)
		fprintf(stderr, "wavert: the device has no %s pin %u; wavert list shows what there is\n",
			direction_name(o->capture), o->pin);
	if (!err) {
		wavert_stream_snapshot(w->stream, &now);
		w->seen = now.notifications_written;
		w->dma_halts = now.dma_halts;
		err = wavert_stream_event(w->stream);
	}
	if (err >= 0)
		code = observe(w);
	else if (err == -ENOENT)
		code = EXIT_FAILED;
	else
		code = fail("observe", err);
	wavert_stream_close(w->stream);
	wavert_close(device);
	free(w);
	return code;
}

enum { KEY_COUNT = KEY_OWN, KEY_CAPTURE, KEY_UNTIL_STOP, KEY_LIVE, KEY_THRESHOLD };

static const struct argp_option options[] = {
	OPTION_DEVICE, OPTION_PIN, OPTION_DURATION,
	{ "count", KEY_COUNT, "N", 0, "Stop after N notifications", 0 },
	{ "capture", KEY_CAPTURE, NULL, 0, "The capture pin (default playback)", 0 },
	{ "until-stop", KEY_UNTIL_STOP, NULL, 0, "End when the observed stream is closed", 0 },
	{ "live", KEY_LIVE, NULL, 0, "Print the table every second instead of the lines", 0 },
	{ "threshold", KEY_THRESHOLD, "US", 0,
	  "A notification is late after so many microseconds (default 1000)", 0 },
	OPTION_QUIET("Print the summary only"), OPTION_JSON, OPTIONS_END
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case KEY_COUNT:
		o->frames = parse_number(state, "--count", arg, 1, 1ull << 62);
		return 0;
	case KEY_CAPTURE:
		o->capture = true;
		return 0;
	case KEY_UNTIL_STOP:
		o->until_stop = true;
		return 0;
	case KEY_LIVE:
		o->live = true;
		return 0;
	case KEY_THRESHOLD:
		o->threshold_us = (unsigned int)parse_number(state, "--threshold", arg, 0, 1000000000);
		return 0;
	}
	return parse_shared(key, arg, state);
}

const struct verb watch_verb = {
	.name = "watch", .summary = "Observe a pin that another program runs",
	.argp = {
		.options = options, .parser = parse,
		.doc = "Observe a pin that another program runs: a line for each notification, "
		       "then a table of the time each stage took and a summary.",
	},
	.run = run,
};
