// SPDX-License-Identifier: GPL-2.0-only
/*
 * scenario_main.c - runs scenarios on a simulator (userspace/trace has the interpreter) and prints
 * the trace. Called by run.sh.
 *
 *   scenario [-c FILE] [-n RUNS] [-o FILE] FILE...
 *     -c FILE   write the core trace to FILE
 *     -n RUNS   number of runs: each has to print the same as the first one
 *     -o FILE   only scenarios whose names are words of that file
 */
#include <stdlib.h>
#include <string.h>

#include "core_trace.h"
#include "scenario.h"

#define SIZE	(1 << 22)

static FILE *core;

/* The contents of the file; for core traces, whose size differs only in case of an error. */
static char *contents(const char *name)
{
	FILE *f = fopen(name, "rb");
	char *all = calloc(1, SIZE);

	if (!f || !all || fread(all, 1, SIZE - 1, f) == SIZE - 1) {
		perror(name);
		exit(2);
	}
	fclose(f);
	return all;
}

/* Names without the comments between them. */
static char *names_in(const char *file)
{
	char *all = contents(file), *at = all;

	while ((at = strchr(at, '#')))
		memset(at, ' ', strcspn(at, "\n"));
	return all;
}

static void forget_core(void)
{
	core_trace(NULL);
}

static void write_core(const char *scenario)
{
	if (core)
		fprintf(core, "scenario %s\n", scenario);
	core_trace(core);
}

/* *core_text: the core trace, if it is requested. */
static const char *run(const char *core_name, char **core_text)
{
	const char *trace;

	core = core_name ? fopen(core_name, "wb") : NULL;
	if (core_name && !core) {
		perror(core_name);
		exit(2);
	}
	trace = scenario_run();
	if (core)
		fclose(core);
	*core_text = core ? contents(core_name) : NULL;
	return trace;
}

/* Each run has to be equal to the first one. */
static bool run_again(const char *core_name, int runs)
{
	char *core_text, *core_again, *first = strdup(run(core_name, &core_text));
	bool same = first;
	int i;

	for (i = 2; i <= runs && same; i++) {
		same = !strcmp(run(core_name, &core_again), first) &&
		       (!core_name || !strcmp(core_again, core_text));
		if (!same)
			fprintf(stderr, "run %d differs from the first one\n", i);
		free(core_again);
	}
	free(core_text);
	free(first);
	return same;
}

int main(int argc, char **argv)
{
	char *core_name = NULL, *only = NULL;
	struct scenario_place here;
	int runs = 1, i;
	bool same;

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "-c"))
			core_name = argv[i + 1];
		else if (!strcmp(argv[i], "-n"))
			runs = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "-o"))
			only = names_in(argv[i + 1]);
		else
			return 2;
	}
	for (; i < argc; i++)
		scenario_read(argv[i]);
	scenario_check();
	if (only)
		scenario_only(only);
	scenario_hooks = (struct scenario_hooks){ forget_device, forget_core, write_core };
	same = run_again(core_name, runs);
	here = scenario_here();
	if (same)
		scenario_print(stdout, &here, runs);
	free(only);
	return !same;
}
