// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames.c - what a recording of two channels of 16 bits contains, from standard input. For
 * guest.sh.
 *
 *	frames saw		prints the greatest number of frames of the examples' saw in a row
 *	frames ramp		each frame is its number (source=ramp): fails if one is lost or doubled
 *	frames loud		far above full scale: fails if a sample jumps to the opposite sign
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int ramp(void)
{
	unsigned int n;
	uint16_t f[2], last = 0;

	for (n = 0; fread(f, sizeof(f), 1, stdin) == 1; n++, last = f[0])
		if (f[0] != f[1] || (n && f[0] != (uint16_t)(last + 1))) {
			printf("frame %u: %u %u after %u\n", n, f[0], f[1], last);
			return 1;
		}
	return n < 1000;
}

static int saw(void)
{
	unsigned int run = 0, most = 0;
	uint16_t f[2], last = 0;

	for (; fread(f, sizeof(f), 1, stdin) == 1; last = f[0]) {
		run = (uint16_t)(f[0] - last) == 64 && f[0] == f[1] ? run + 1 : 0;
		if (run > most)
			most = run;
	}
	printf("%u\n", most);
	return 0;
}

static int loud(void)
{
	unsigned int jumps = 0, top = 0;
	int16_t f[2], last = 0;

	for (; fread(f, sizeof(f), 1, stdin) == 1; last = f[0]) {
		jumps += f[0] - last > 40000 || last - f[0] > 40000;
		top += f[0] == INT16_MAX || f[0] == INT16_MIN;
	}
	printf("%u jumps, %u at full scale\n", jumps, top);
	return jumps || top < 10000;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	if (!strcmp(argv[1], "saw"))
		return saw();
	return strcmp(argv[1], "ramp") ? loud() : ramp();
}
