/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch.h - the measurements of wavert watch and their output. For watch.c and report.c.
 */
#ifndef WAVERT_WATCH_H
#define WAVERT_WATCH_H

#include "hist.h"
#include "tool.h"

/*
 * The stages of a notification. LatencyMon's "interrupt to DPC" is interrupt to signal here;
 * "interrupt to process" has the same name.
 */
enum stage {
	POINT_TO_INTERRUPT,
	INTERRUPT_TO_SIGNAL,
	SIGNAL_TO_AWAKE,
	INTERRUPT_TO_PROCESS,
	STAGES,
};

/* A notification and its times in this program; a stage without a valid time is negative. */
struct seen {
	struct wavert_notification n;
	double stage_us[STAGES];
	unsigned int together;		/* points that its interrupt found */
	unsigned int at_once;		/* notifications of this wake-up */
	double gap_us, due_us;		/* time from the previous point: measured, nominal */
	bool stalled;			/* DMA had halted without a request before it */
};

struct watch {
	struct wavert_stream *stream;
	uint64_t seen;			/* of the notification ring */
	unsigned long long delivered, listed, wakeups, skipped, late;
	struct seen worst;		/* of the late ones */
	struct histogram stages[STAGES];
	uint64_t irq_seq, last_ns, before_ns;	/* the newest interrupt, and the one before */
	uint64_t dma_halts;
	bool ran;			/* the stream has been running */
	const struct options *options;
};

/* The context of a late notification: one line without its newline. */
void report_late(const struct seen *s, char *line, size_t size);

/* The table of stages; rows between the first and the last that are not empty. */
void report_table(const struct watch *w);

/* The table again, on a terminal at the same place. */
void report_live(const struct watch *w);

/* The closing line. */
void report_summary(const struct watch *w, const struct wavert_snapshot *now);

/* All results as a JSON document. */
json_t *report_json(const struct watch *w, const struct wavert_snapshot *now);

#endif
