// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_tool.c - parts of library and command that need no card: histogram and percentiles, the
 * line about a late notification, names of statuses and formats. Called by run.sh; TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <status.h>

#include "../../userspace/tool/watch.h"
#include "../guest/tap.h"

volatile sig_atomic_t interrupted;

bool first_line(const char *path, char *line, size_t size)
{
	(void)path;
	(void)size;
	line[0] = 0;
	return false;
}

void *sure(void *memory)
{
	if (!memory)
		exit(1);
	return memory;
}

json_t *json_document(const char *verb)
{
	(void)verb;
	return json_object();
}

/* ---- histogram ------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Compares percentiles with those of the sorted list: not lower, and at most 1/64 higher. */
static bool percentiles_hold(uint64_t *list, size_t n)
{
	static const double percents[] = { 0.1, 1, 25, 50, 90, 99, 99.9, 99.99, 100 };
	struct histogram *h = calloc(1, sizeof(*h));
	bool good = h;
	size_t i, rank;

	for (i = 0; i < n && h; i++)
		hist_add(h, list[i]);
	qsort(list, n, sizeof(*list), by_value);
	for (i = 0; i < sizeof(percents) / sizeof(percents[0]) && good; i++) {
		uint64_t got = hist_percentile(h, percents[i]), right;

		rank = (size_t)((double)n * percents[i] / 100);
		if ((double)rank < (double)n * percents[i] / 100)
			rank++;
		right = list[rank ? rank - 1 : 0];
		good = got >= right && got - right <= right / 64;
		if (!good)
			printf("# p%g of %zu: %llu, not %llu\n", percents[i], n,
			       (unsigned long long)got, (unsigned long long)right);
	}
	good = good && h->count == n && h->min_ns == list[0] && h->max_ns == list[n - 1];
	free(h);
	return good;
}

static bool percentiles_of(unsigned int shift, size_t n)
{
	uint64_t *list = calloc(n, sizeof(*list)), seed = 1;
	size_t i;
	bool good;

	if (!list)
		return false;
	for (i = 0; i < n; i++) {	/* any width from 0 bits to 64 - shift */
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		list[i] = (seed >> shift) >> (seed % (63 - shift));
	}
	good = percentiles_hold(list, n);
	free(list);
	return good;
}

static bool rows_hold(void)
{
	static const struct {
		uint64_t ns;
		unsigned int row;
	} cases[] = {
		{ 0, 0 }, { 999, 0 }, { 1000, 1 }, { 1999, 1 }, { 2000, 2 }, { 99999, 6 },
		{ 100000, 7 }, { 249999, 7 }, { 250000, 8 }, { 500000, 9 }, { 1000000, 10 },
		{ 3999999, 11 }, { 4000000, 12 }, { ~0ull, 12 },
	};
	struct histogram *h = calloc(1, sizeof(*h));
	size_t i;
	bool good = h;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]) && good; i++) {
		memset(h, 0, sizeof(*h));
		hist_add(h, cases[i].ns);
		good = h->rows[cases[i].row] == 1 && h->max_ns == cases[i].ns;
		if (!good)
			printf("# %llu ns\n", (unsigned long long)cases[i].ns);
	}
	free(h);
	return good;
}

/* ---- late notifications ------------------------------------------------------------------ */

static bool line_is(const struct seen *s, const char *expected)
{
	char line[320];

	report_late(s, line, sizeof(line));
	if (!strcmp(line, expected))
		return true;
	printf("# %s\n", line);
	return false;
}

static void late_lines(void)
{
	struct seen s = {
		.n.number = 17, .stage_us = { 2490.3, 4, 10, 14 }, .together = 3, .at_once = 3,
		.gap_us = 12400, .due_us = 10000,
	};

	tap_ok(line_is(&s, "late: notification 17: the interrupt came 2490.3 us after the point, and found 3 points; 12400.0 us after the interrupt before, 10000.0 are due"),
	       "a late interrupt is reported with the number of points it found");
	s.stalled = true;
	s.together = 1;
	s.gap_us = -1;
	tap_ok(line_is(&s, "late: notification 17: the interrupt came 2490.3 us after the point, after a halt of DMA, and found 1 point"),
	       "it is reported if DMA had halted");
	s.stage_us[INTERRUPT_TO_SIGNAL] = 9000.5;
	tap_ok(line_is(&s, "late: notification 17: the signal came 9000.5 us after the interrupt"),
	       "a late signal is reported");
	s.stage_us[SIGNAL_TO_AWAKE] = 300000;
	tap_ok(line_is(&s, "late: notification 17: this program was awake 300000.0 us after the signal, for 3 notifications at once"),
	       "a late wake-up is reported with its number of notifications");
}

/* ---- names --------------------------------------------------------------------------------- */

/* Every errno has a name and a value that gives the errno, or neither. */
static bool statuses_map(void)
{
	unsigned int known = 0;
	int error;

	for (error = 1; error < 4096; error++) {
		uint32_t value = wavert_status_value(-error);

		if (!wavert_status_name(-error) != !value)
			return false;
		if (value && (wavert_status_errno(value) != -error || value < 0x80000000u))
			return false;
		known += value != 0;
	}
	return known == 16 && !strcmp(wavert_status_name(0), "SUCCESS") &&
	       !wavert_status_value(0) && !wavert_status_errno(0);
}

#define ERROR_OF_ROW(name, value, error) error,

/* Each row of the table has its own text: not that of strerror(3), nor that of another row. */
static bool errors_in_words(void)
{
	static const int rows[] = { WRT_STATUS_TABLE(ERROR_OF_ROW) };
	const size_t n = sizeof(rows) / sizeof(rows[0]);
	bool good = true;
	size_t i, k;

	for (i = 0; i < n; i++) {
		const char *text = wavert_strerror(-rows[i]);
		bool own = text && *text && strcmp(text, strerror(rows[i])) != 0;

		for (k = 0; k < i && own; k++)
			own = strcmp(text, wavert_strerror(-rows[k])) != 0;
		if (!own)
			printf("# %s has a text that is not its own: %s\n", strerrorname_np(rows[i]), text);
		good &= own;
	}
	return good && n == 16;
}

static bool formats_named(void)
{
	static const unsigned int bytes[] = { 1, 2, 4, 4, 4, 4, 3 };
	unsigned int i;

	for (i = 0; i < 32; i++) {
		unsigned int is = wavert_format_bytes(1u << i);

		if (is != (i < 7 ? bytes[i] : 0) || !wavert_format_name(1u << i) != !is)
			return false;
	}
	return !wavert_format_bytes(0) && !wavert_format_bytes(3) && !wavert_format_name(3);
}

int main(void)
{
	uint64_t two[] = { 10, 100000 };

	tap_ok(rows_hold(), "a time falls into the row between its edges");
	tap_ok(percentiles_of(44, 100000), "percentiles of 100000 short times are correct");
	tap_ok(percentiles_of(0, 100000), "percentiles of times of any length are correct");
	tap_ok(percentiles_of(44, 1), "percentiles of a single time are that time");
	tap_ok(percentiles_hold(two, 2), "the median of two times is the lower one");
	late_lines();
	tap_ok(statuses_map(), "each of 16 errno codes has its own status, and the status gives the errno");
	tap_ok(wavert_status_errno(0xC0000023u) == 1 && wavert_status_errno(1) == 1,
	       "a value outside of the contract has no errno");
	tap_ok(!strcmp(wavert_status_name(-EBUSY), "DEVICE_BUSY") &&
	       wavert_status_value(-EBUSY) == 0x80000011u &&
	       wavert_status_value(-ETIME) == 0xC000003Du, "some of them have the listed values");
	tap_ok(errors_in_words(), "each row of the status table has its own text");
	tap_ok(strstr(wavert_strerror(-EREMOTEIO), "buffer size is 0") &&
	       !strcmp(wavert_strerror(0), "success") &&
	       !strcmp(wavert_strerror(-EMFILE), strerror(EMFILE)),
	       "the text of a size of 0 names the size, and errors outside of the contract have the text of libc");
	tap_ok(formats_named(), "each of 7 formats has a name and a size, no other value has");
	return tap_done();
}
