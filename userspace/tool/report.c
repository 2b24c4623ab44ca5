// SPDX-License-Identifier: GPL-2.0-only
/*
 * report.c - results of wavert watch: table, closing line, late notifications, JSON.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "table.h"
#include "watch.h"

static const char *const keys[STAGES] = {
	"point_to_interrupt", "interrupt_to_signal", "signal_to_awake", "interrupt_to_process",
};

static const double percents[] = { 50, 90, 99, 99.9, 99.99 };
#define PERCENTS (sizeof(percents) / sizeof(percents[0]))

/* ---- late notifications --------------------------------------------------------------- */

static enum stage longest(const struct seen *s)
{
	enum stage i, found = POINT_TO_INTERRUPT;

	for (i = POINT_TO_INTERRUPT; i <= SIGNAL_TO_AWAKE; i++)
		if (s->stage_us[i] > s->stage_us[found])
			found = i;
	return found;
}

void report_late(const struct seen *s, char *line, size_t size)
{
	const enum stage where = longest(s);
	double us = s->stage_us[where];
	int n;

	n = snprintf(line, size, "late: notification %llu: ", (unsigned long long)s->n.number);
	line += n;
	size -= (size_t)n;
	if (where == SIGNAL_TO_AWAKE)
		n = snprintf(line, size, "this program was awake %.1f us after the signal, for %u notification%s at once",
			     us, s->at_once, only_if(s->at_once != 1, "s"));
	else if (where == INTERRUPT_TO_SIGNAL)
		n = snprintf(line, size, "the signal came %.1f us after the interrupt", us);
	else
		n = snprintf(line, size, "the interrupt came %.1f us after the point%s, and found %u point%s",
			     us, only_if(s->stalled, ", after a halt of DMA"), s->together,
			     only_if(s->together != 1, "s"));
	line += n;
	size -= (size_t)n;
	if (s->gap_us >= 0)
		snprintf(line, size, "; %.1f us after the interrupt before, %.1f are due",
			 s->gap_us, s->due_us);
}

/* ---- a stage ----------------------------------------------------------------------------- */

static unsigned int from_us(unsigned int row)
{
	return row ? hist_edges_us[row - 1] : 0;
}

static double average(const struct histogram *h)
{
	if (!h->count)
		return 0;
	return (double)h->sum_ns / (double)h->count / 1000;
}

static json_t *json_stage(const struct histogram *h)
{
	json_t *list = json_object(), *rows = json_object();
	char name[16];
	unsigned int row;
	size_t p;

	for (p = 0; p < PERCENTS; p++) {
		snprintf(name, sizeof(name), "%g", percents[p]);
		json_object_set_new(list, name,
				    json_real((double)hist_percentile(h, percents[p]) / 1000));
	}
	for (row = 0; row < HIST_ROWS; row++) {
		if (!h->rows[row])
			continue;
		snprintf(name, sizeof(name), "%u", from_us(row));
		json_object_set_new(rows, name, json_integer((json_int_t)h->rows[row]));
	}
	return json_pack("{s:I, s:f, s:f, s:f, s:o, s:o}", "count", (json_int_t)h->count,
			 "min_us", (double)h->min_ns / 1000, "avg_us", average(h),
			 "max_us", (double)h->max_ns / 1000, "percentiles_us", list,
			 "histogram_from_us", rows);
}

static json_t *json_stages(const struct watch *w)
{
	json_t *stages = json_object();
	unsigned int i;

	for (i = 0; i < STAGES; i++)
		json_object_set_new(stages, keys[i], json_stage(&w->stages[i]));
	return stages;
}

/* ---- the table -------------------------------------------------------------------------- */

/* A row of the table: a member of each stage, or of an object in it. */
static json_t *stage_row(const json_t *stages, const char *title, const char *object,
			 const char *member, bool counts)
{
	json_t *row = json_pack("{s:s}", "us", title), *stage, *value;
	const char *key;

	json_object_foreach((json_t *)stages, key, stage) {
		if (object)
			value = json_object_get(json_object_get(stage, object), member);
		else
			value = json_object_get(stage, member);
		if (counts)	/* a missing count is 0 */
			json_object_set_new(row, key, json_integer(json_integer_value(value)));
		else if (json_integer_value(json_object_get(stage, "count")))
			json_object_set(row, key, value);
	}
	return row;
}

static bool row_used(const struct watch *w, unsigned int row)
{
	unsigned int i;

	for (i = 0; i < STAGES; i++)
		if (w->stages[i].rows[row])
			return true;
	return false;
}

/* Rows of the histogram between the first and the last that are not empty. */
static void add_histogram(json_t *rows, const struct watch *w, const json_t *stages)
{
	unsigned int row, first = 0, last = HIST_ROWS - 1;
	char title[24], edge[16];

	while (first < last && !row_used(w, first))
		first++;
	while (last > first && !row_used(w, last))
		last--;
	for (row = first; row <= last; row++) {
		snprintf(edge, sizeof(edge), "%u", from_us(row));
		if (row == HIST_ROWS - 1)
			snprintf(title, sizeof(title), ">= %s", edge);
		else
			snprintf(title, sizeof(title), "%s - %u", edge, hist_edges_us[row]);
		json_array_append_new(rows, stage_row(stages, title, "histogram_from_us", edge, true));
	}
}

void report_table(const struct watch *w)
{
	static const struct column columns[] = {
		TEXT("us", "us"),
		NUMBER("point>interrupt", "point_to_interrupt"),
		NUMBER("interrupt>signal", "interrupt_to_signal"),
		NUMBER("signal>awake", "signal_to_awake"),
		NUMBER("interrupt>process", "interrupt_to_process"),
	};
	json_t *rows = json_array(), *stages = json_stages(w);
	char name[16], title[24];
	size_t p;

	add_histogram(rows, w, stages);
	json_array_append_new(rows, stage_row(stages, "count:", NULL, "count", true));
	json_array_append_new(rows, stage_row(stages, "min:", NULL, "min_us", false));
	json_array_append_new(rows, stage_row(stages, "avg:", NULL, "avg_us", false));
	for (p = 0; p < PERCENTS; p++) {
		snprintf(name, sizeof(name), "%g", percents[p]);
		snprintf(title, sizeof(title), "p%s:", name);
		json_array_append_new(rows, stage_row(stages, title, "percentiles_us", name,
						      false));
	}
	json_array_append_new(rows, stage_row(stages, "max:", NULL, "max_us", false));
	print_table(stdout, rows, columns, sizeof(columns) / sizeof(columns[0]), true);
	json_decref(rows);
	json_decref(stages);
}

void report_live(const struct watch *w)
{
	char line[320];

	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	report_table(w);
	printf("notifications %llu, wake-ups %llu, late %llu\n", w->listed, w->wakeups, w->late);
	if (w->late) {
		report_late(&w->worst, line, sizeof(line));
		printf("worst %s\n", line);
	}
	fflush(stdout);
}

/* The lines above, and the latest of the late notifications. */
void report_summary(const struct watch *w, const struct wavert_snapshot *now)
{
	const struct histogram *signal = &w->stages[INTERRUPT_TO_SIGNAL];
	const struct histogram *awake = &w->stages[SIGNAL_TO_AWAKE];

	printf("watched: notifications %llu, signals %llu, wake-ups %llu, not listed %llu, late %llu (beyond %u us), worst interrupt to signal %.1f us, signal to awake %.1f us%s\n",
	       w->listed, w->delivered, w->wakeups, w->skipped, w->late,
	       w->options->threshold_us, (double)signal->max_ns / 1000,
	       (double)awake->max_ns / 1000,
	       only_if(now->state == WAVERT_STATE_GONE, "; the device has been removed"));
}

/* ---- JSON --------------------------------------------------------------------------------- */

json_t *json_system(void)
{
	struct utsname u;

	if (uname(&u))
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:b}", "sysname", u.sysname, "release", u.release,
			 "machine", u.machine, "realtime", !!strstr(u.version, "PREEMPT_RT"));
}

static json_t *json_late(const struct watch *w)
{
	json_t *late = json_pack("{s:I, s:I}", "beyond_us", (json_int_t)w->options->threshold_us,
				 "count", (json_int_t)w->late);
	char line[320];

	if (w->late) {
		report_late(&w->worst, line, sizeof(line));
		json_object_set_new(late, "worst", json_string(line));
	}
	return late;
}

json_t *report_json(const struct watch *w, const struct wavert_snapshot *now)
{
	json_t *document = json_document("watch");

	json_object_update_new(document, json_pack("{s:o, s:s, s:s, s:I}",
		"sysinfo", json_system(), "device", w->options->device,
		"direction", direction_name(w->options->capture),
		"pin", (json_int_t)w->options->pin));
	json_object_update_new(document, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o}",
		"rate", (json_int_t)now->rate, "notifications", (json_int_t)w->listed,
		"signals", (json_int_t)w->delivered, "wakeups", (json_int_t)w->wakeups,
		"not_listed", (json_int_t)w->skipped, "dma_halts", (json_int_t)now->dma_halts,
		"removed", now->state == WAVERT_STATE_GONE, "late", json_late(w),
		"stages", json_stages(w)));
	return document;
}
