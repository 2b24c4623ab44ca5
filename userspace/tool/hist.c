// SPDX-License-Identifier: GPL-2.0-only
/*
 * hist.c - a histogram of times.
 */
#include "hist.h"
#include "pick.h"

const unsigned int hist_edges_us[HIST_ROWS - 1] = {
	1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, 2000, 4000,
};

/* Below 128 ns one cell for each nanosecond; above, the leading bit and the next 6 select it. */
static unsigned int cell_of(uint64_t ns)
{
	unsigned int octave;

	if (ns < 2ull * HIST_STEPS)
		return (unsigned int)ns;
	octave = 63 - (unsigned int)__builtin_clzll(ns);
	return 2 * HIST_STEPS + (octave - 7) * HIST_STEPS +
	       (unsigned int)(ns >> (octave - 6)) % HIST_STEPS;
}

/* The greatest time that belongs to a cell. */
static uint64_t cell_end(unsigned int cell)
{
	unsigned int octave;

	if (cell < 2 * HIST_STEPS)
		return cell;
	octave = (cell - 2 * HIST_STEPS) / HIST_STEPS + 7;
	return ((uint64_t)HIST_STEPS + cell % HIST_STEPS) * (1ull << (octave - 6)) +
	       ((1ull << (octave - 6)) - 1);
}

void hist_add(struct histogram *h, uint64_t ns)
{
	unsigned int row = 0;

	while (row < HIST_ROWS - 1 && ns >= hist_edges_us[row] * 1000ull)
		row++;
	h->rows[row]++;
	h->cells[cell_of(ns)]++;
	if (!h->count || ns < h->min_ns)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->sum_ns += ns;
	h->count++;
}

uint64_t hist_percentile(const struct histogram *h, double percent)
{
	double wanted = (double)h->count * percent / 100;
	unsigned long long sum = 0;
	unsigned int cell;

	for (cell = 0; cell < HIST_CELLS; cell++) {
		sum += h->cells[cell];
		if (sum && (double)sum >= wanted)
			return smaller(cell_end(cell), h->max_ns);
	}
	return h->max_ns;
}
