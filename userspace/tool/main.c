// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the wavert command: the choice of verb, and help.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table.h"
#include "tool.h"

static int help(const struct options *o);

static const struct argp_option no_options[] = { OPTIONS_END };

static const struct verb help_verb = {
	.name = "help", .summary = "Print the help of a verb",
	.argp = {
		.options = no_options, .parser = parse_shared, .args_doc = "[VERB]",
		.doc = "Print the help of a verb, without one that of the command.",
	},
	.run = help, .expected = "at most one verb", .most = 1,
};

static const struct verb *const verbs[] = {
	&list_verb, &info_verb, &play_verb, &record_verb, &watch_verb, &attach_verb, &detach_verb,
	&bind_verb, &unbind_verb, &doctor_verb, &compare_verb, &silicon_report_verb,
	&help_verb,
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int verb_expected(const char *given)
{
	size_t i;

	if (given)
		fprintf(stderr, "wavert: there is no verb \"%s\"; one of", given);
	else
		fprintf(stderr, "wavert: no verb is given; one of");
	for (i = 0; i < VERBS; i++)
		fprintf(stderr, "%s %s", only_if(i, ","), verbs[i]->name);
	fprintf(stderr, " is expected; see wavert --help\n");
	return EXIT_USAGE;
}

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	verb_expected(name);
	return NULL;
}

/* ---- the command's own options ------------------------------------------------------ */

/* Stops at the verb, which has its own parser. */
static error_t parse_command(int key, char *arg, struct argp_state *state)
{
	if (key == ARGP_KEY_ARG || key == ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	return parse_shared(key, arg, state);
}

static struct argp_option command_options[VERBS + 3];

static const struct argp command = {
	.options = command_options, .parser = parse_command, .args_doc = "VERB [ARGUMENT...]",
	.doc = "Play, record and observe through the WaveRT side of a sound card.\v"
	       "wavert VERB --help prints the options of a verb.\n\n"
	       "Exit code: 0 success, 1 failure (compare: something differs), 2 wrong usage.",
};

static void list_verbs(void)
{
	static const struct argp_option end[] = { OPTIONS_END };
	size_t i;

	for (i = 0; i < VERBS; i++)
		command_options[i] = (struct argp_option){
			.name = verbs[i]->name, .flags = OPTION_DOC | OPTION_NO_USAGE,
			.doc = verbs[i]->summary, .group = (int)i - 100,
		};
	memcpy(command_options + VERBS, end, sizeof(end));
}

static int help(const struct options *o)
{
	const struct verb *v;
	char name[32];

	if (!o->narguments) {
		argp_help(&command, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, "wavert");
		return EXIT_OK;
	}
	v = find_verb(o->arguments[0]);
	if (!v)
		return EXIT_USAGE;
	snprintf(name, sizeof(name), "wavert %s", v->name);
	argp_help(&v->argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, name);
	return EXIT_OK;
}

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

static int run_verb(struct options *o, int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };
	char name[32];
	int err;

	o->verb = find_verb(argv[0]);
	if (!o->verb)
		return EXIT_USAGE;
	snprintf(name, sizeof(name), "wavert %s", o->verb->name);
	argv[0] = name;		/* for messages */
	err = argp_parse(&o->verb->argp, argc, argv, ARGP_NO_HELP, NULL, o);
	if (err)
		return fail(o->verb->name, -err);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	return o->verb->run(o);
}

/* Flushes standard output: a write that failed is an error. */
static void close_output(int status, void *unused)
{
	(void)unused;
	if (!fflush(stdout) && !ferror(stdout))
		return;
	if (!status)
		status = fail("standard output", -errno);
	_exit(status);
}

int main(int argc, char **argv)
{
	struct options o = {
		.device = "0", .notifications = 2, .buffer_ms = 200,
		.rate = 48000, .channels = 2, .format = WAVERT_FORMAT_S16, .threshold_us = 1000,
	};
	unsigned int width = text_width(stdout);
	char name[] = "wavert", format[64];
	int first;

	on_exit(close_output, NULL);
	list_verbs();
	if (!width)
		width = 80;
	snprintf(format, sizeof(format), "rmargin=%u,no-dup-args-note", width - 1);
	setenv("ARGP_HELP_FMT", format, 1);
	if (argc)
		argv[0] = name;
	if (argp_parse(&command, argc, argv, ARGP_NO_HELP | ARGP_IN_ORDER, &first, &o))
		return EXIT_FAILED;
	if (first >= argc)
		return verb_expected(NULL);
	return run_verb(&o, argc - first, argv + first);
}
