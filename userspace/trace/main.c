// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - wavert-trace: runs scenarios in real time on a device of this machine, and records
 * the answers of its driver. One source for Linux and Windows, see program.h.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static const char usage_text[] =
"usage: wavert-trace [OPTION...] FILE.scn...\n"
"\n"
"Runs scenarios on a WaveRT device in real time and writes a trace: a line a call, what\n"
"the driver answered, when. wavert compare tells traces apart.\n"
"\n"
"  -D, --device DEVICE    %s\n"
"  -s, --scenario NAME    only this one; may be given several times\n"
"  -o, --output FILE      write the trace there, not to standard output\n"
"  -l, --list             show the devices that there are\n"
"  -h, --help             print this\n"
"  -V, --version          print the version\n"
"%s"
"\n"
"exit code: 0 success, 1 the device or the output failed, 2 wrong usage or scenario\n";

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'D' },
	{ "scenario", required_argument, NULL, 's' },
	{ "output", required_argument, NULL, 'o' },
	{ "list", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static struct {
	const char *device, *output;
	char scenarios[4096];		/* names, with blanks between */
	bool list;
} options;

static _Noreturn void misused(const char *what, const char *value)
{
	fprintf(stderr, "wavert-trace: %s", what);
	if (value)
		fprintf(stderr, " %s", value);
	fputs(" (wavert-trace --help shows what is expected)\n", stderr);
	exit(2);
}

static void add_scenario(const char *name)
{
	size_t n = strlen(options.scenarios);

	if (!*name || strpbrk(name, " \t\r\n") || n + strlen(name) + 2 > sizeof(options.scenarios))
		misused("no name of a scenario:", name);
	sprintf(options.scenarios + n, "%s ", name);
}

/* Removes options that only this system has, since getopt does not know them. */
static int take_own(int argc, char **argv)
{
	int i, n = 0;

	for (i = 0; i < argc; i++)
		if (i == 0 || strncmp(argv[i], "--", 2) || !trace_option(argv[i] + 2))
			argv[n++] = argv[i];
	argv[n] = NULL;
	return n;
}

/* getopt_long() moves to the next word only after the last letter of one. */
static const char *this_option(char **argv)
{
	static char letter[] = "-?";

	if (!optopt || strchr("DsolhV", optopt))
		return argv[optind - 1];
	letter[1] = (char)optopt;
	return letter;
}

static void parse(int argc, char **argv)
{
	int c, i;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":D:s:o:lhV", long_options, NULL)) != -1) {
		switch (c) {
		case 'D':
			options.device = optarg;
			break;
		case 's':
			add_scenario(optarg);
			break;
		case 'o':
			options.output = optarg;
			break;
		case 'l':
			options.list = true;
			break;
		case 'h':
			printf(usage_text, trace_device_help, trace_notes);
			exit(0);
		case 'V':
			puts("wavert-trace " WAVERT_TOOL_VERSION);
			exit(0);
		case ':':
			misused("an argument is missing behind", argv[optind - 1]);
		default:
			misused("unknown option", this_option(argv));
		}
	}
	if (!options.list && optind == argc)
		misused("no scenario file is given", NULL);
	if (options.list && optind < argc)
		misused("--list wants no file:", argv[optind]);
	for (i = optind; options.output && i < argc; i++)
		if (!strcmp(options.output, argv[i]))
			misused("the trace must not replace a scenario:", argv[i]);
}

static FILE *open_output(void)
{
	FILE *out = stdout;

	if (options.output)
		out = fopen(options.output, "wb");
	if (!out) {
		perror(options.output);
		exit(1);
	}
	return out;
}

/* Write errors are only found at the end. */
static int write_trace(FILE *out, const struct scenario_place *at)
{
	const char *name = "standard output";
	bool bad;

	if (options.output)
		name = options.output;
	scenario_print(out, at, 1);
	bad = ferror(out);
	bad |= fclose(out) != 0;
	if (bad)
		perror(name);
	return bad;
}

int main(int argc, char **argv)
{
	struct scenario_place at;
	FILE *out;
	int err, i;

	argc = take_own(argc, argv);
	parse(argc, argv);
	if (options.list)
		return trace_list();
	for (i = optind; i < argc; i++)
		scenario_read(argv[i]);
	scenario_check();
	if (options.scenarios[0])
		scenario_only(options.scenarios);
	err = trace_open(options.device);
	if (err)
		return err;
	out = open_output();
	at = trace_place();
	scenario_run();
	trace_close();
	return write_trace(out, &at);
}
