/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hist.h - a histogram of times in constant memory: rows for display, percentiles. For watch.c.
 */
#ifndef WAVERT_HIST_H
#define WAVERT_HIST_H

#include <stdint.h>

/*
 * Rows in the manner of cyclictest and rtla, their edges 1-2-5 and from 250 us on those of
 * LatencyMon; the last row has all longer times.
 */
#define HIST_ROWS 13
extern const unsigned int hist_edges_us[HIST_ROWS - 1];

/* Logarithmic with 64 steps an octave: a percentile is at most 1/64 too high. */
#define HIST_STEPS	64u
#define HIST_CELLS	(2 * HIST_STEPS + (64 - 7) * HIST_STEPS)

struct histogram {
	unsigned long long count, sum_ns, min_ns, max_ns;
	unsigned long long rows[HIST_ROWS];
	unsigned long long cells[HIST_CELLS];
};

void hist_add(struct histogram *h, uint64_t ns);

/* Percentile in ns: `percent` of all times are not longer. 0 if there are none. */
uint64_t hist_percentile(const struct histogram *h, double percent);

#endif
