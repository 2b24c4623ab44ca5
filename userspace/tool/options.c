// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - options shared by several verbs, and messages for wrong options.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tool.h"

void usage_error(const struct argp_state *state, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", state->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "; see %s --help\n", state->name);
	exit(EXIT_USAGE);
}

unsigned long long parse_number(const struct argp_state *state, const char *option,
				const char *value, unsigned long long min, unsigned long long max)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end || errno || number < min || number > max)
		usage_error(state, "%s=%s: a number from %llu to %llu is expected", option, value,
			    min, max);
	return number;
}

static double parse_seconds(const struct argp_state *state, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end || !(seconds > 0 && seconds < 1e9))
		usage_error(state, "--duration=%s: seconds above 0 are expected", value);
	return seconds;
}

static void add_argument(struct options *o, char *arg, const struct argp_state *state)
{
	const struct verb *v = o->verb;

	if (o->narguments == v->most)
		usage_error(state, "argument \"%s\": %s is expected%s", arg,
			    text_or(v->expected, "no argument"),
			    only_if(v->expected, ", no more"));
	o->arguments[o->narguments++] = arg;
}

/* getopt() has printed the error: add a hint to the valid options. */
static _Noreturn void wrong_option(const struct argp_state *state)
{
	argp_state_help(state, stderr, ARGP_HELP_USAGE);
	fprintf(stderr, "See %s --help.\n", state->name);
	exit(EXIT_USAGE);
}

static error_t parse_flag(int key, struct options *o)
{
	switch (key) {
	case KEY_JSON:
		o->json = true;
		return 0;
	case KEY_DRY_RUN:
		o->dry_run = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

error_t parse_shared(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->err_stream = NULL;	/* so that argp leaves an error to wrong_option() */
		return 0;
	case ARGP_KEY_ERROR:
		wrong_option(state);
	case ARGP_KEY_ARG:
		add_argument(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (o->narguments < o->verb->least)
			usage_error(state, "%s is expected", o->verb->expected);
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	case 'V':
		puts("wavert " WAVERT_TOOL_VERSION);
		exit(EXIT_OK);
	case 'D':
		o->device = arg;
		return 0;
	case 'p':
		o->pin = (unsigned int)parse_number(state, "--pin", arg, 0, 31);
		return 0;
	case 'n':
		o->notifications = (unsigned int)parse_number(state, "--notifications", arg, 2,
							      1 << 20);
		return 0;
	case 'b':
		o->buffer_ms = (unsigned int)parse_number(state, "--buffer-time", arg, 1, 600000);
		return 0;
	case 'd':
		o->duration = parse_seconds(state, arg);
		return 0;
	}
	return parse_flag(key, o);
}
