// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the wavert command: options and the choice of verb.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const char usage_text[] =
"usage: wavert VERB [OPTION...] [FILE|ADDRESS|MODULE|TRACE...]\n"
"\n"
"  list             cards that alsa-wavert drives, and what they can do\n"
"  info             one card in full: versions, pins, registers, latency\n"
"  play FILE        play a sound file, driven by notifications\n"
"  record FILE      record to a sound file (.wav, or .raw without header)\n"
"  watch            observe a pin: a line a notification, then a table and a summary\n"
"  bind ADDRESS     take the sound controller at a PCI address from its driver\n"
"  unbind ADDRESS   give it back\n"
"  doctor [MODULE]  what is wrong with kernel, module (a file) and cards, and what mends it\n"
"  compare TRACE TRACE...\n"
"                   the same scenarios on several systems: where the traces differ\n"
"\n"
"  -D, --device CARD        number, id, hw:CARD or path of the node (default 0)\n"
"  -p, --pin N              pin, as ALSA's subdevice (default 0)\n"
"  -n, --notifications N    notifications a buffer, 2 or more (default 2)\n"
"  -b, --buffer-time MS     buffer length in milliseconds (default 200)\n"
"  -r, --rate HZ            record: sample rate (default 48000)\n"
"  -f, --format NAME        record: U8 S16 S20_32 S24_32 S32 FLOAT (default S16)\n"
"                           compare: text markdown json html tap (default text)\n"
"  -c, --channels N         record: channels (default 2)\n"
"  -s, --frames N           record: stop after N frames\n"
"  -d, --duration SECONDS   record, watch: stop after this time\n"
"      --count N            watch: stop after N notifications\n"
"      --capture            watch: the capture pin (default playback)\n"
"      --until-stop         watch: end when the observed stream is closed\n"
"      --live               watch: the table every second, in the place of the lines\n"
"      --threshold US       watch: a notification is late beyond that (default 1000)\n"
"      --expected FILE      compare: the table of expected differences\n"
"      --core LINUX,HOST,NT compare: core traces, which tell the layer of a difference\n"
"      --host TRACE         compare: trace of the host build, likewise\n"
"      --run FILE.scn       compare: run scenarios on the device, in the place of a first trace\n"
"  -o, --output FILE        compare: the report goes there\n"
"      --json               list, info, watch, doctor, compare: a JSON document\n"
"      --dry-run            bind, unbind: only show what would be written\n"
"      --force              unbind: although programs use the card\n"
"  -q, --quiet              no report; watch: the summary only\n"
"  -h, --help               print this\n"
"  -V, --version            print the version\n"
"\n"
"exit code: 0 success, 1 failure (compare: something differs), 2 wrong usage\n";

enum {
	OPT_COUNT = 256,
	OPT_CAPTURE,
	OPT_UNTIL_STOP,
	OPT_LIVE,
	OPT_THRESHOLD,
	OPT_JSON,
	OPT_DRY_RUN,
	OPT_FORCE,
	OPT_EXPECTED,
	OPT_CORE,
	OPT_HOST,
	OPT_RUN,
};

static const char short_options[] = ":D:p:n:b:r:f:c:s:d:o:qhV";

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'D' },
	{ "pin", required_argument, NULL, 'p' },
	{ "notifications", required_argument, NULL, 'n' },
	{ "buffer-time", required_argument, NULL, 'b' },
	{ "rate", required_argument, NULL, 'r' },
	{ "format", required_argument, NULL, 'f' },
	{ "channels", required_argument, NULL, 'c' },
	{ "frames", required_argument, NULL, 's' },
	{ "duration", required_argument, NULL, 'd' },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "capture", no_argument, NULL, OPT_CAPTURE },
	{ "until-stop", no_argument, NULL, OPT_UNTIL_STOP },
	{ "live", no_argument, NULL, OPT_LIVE },
	{ "threshold", required_argument, NULL, OPT_THRESHOLD },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "expected", required_argument, NULL, OPT_EXPECTED },
	{ "core", required_argument, NULL, OPT_CORE },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "run", required_argument, NULL, OPT_RUN },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ }
};

static int usage_error(const char *what, const char *value)
{
	fprintf(stderr, "wavert: %s%s%s (wavert --help shows what is expected)\n", what,
		value ? " " : "", value ? value : "");
	return EXIT_USAGE;
}

static bool number(const char *text, unsigned long long min, unsigned long long max,
		   unsigned long long *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	return end != text && !*end && !errno && text[0] != '-' && *out >= min && *out <= max;
}

static bool number_option(const char *name, unsigned long long min, unsigned long long max,
			  unsigned int *out)
{
	unsigned long long v;

	if (!number(optarg, min, max, &v)) {
		fprintf(stderr, "wavert: %s %s: a number from %llu to %llu is expected\n", name,
			optarg, min, max);
		return false;
	}
	*out = (unsigned int)v;
	return true;
}

static bool count_option(unsigned long long *count)
{
	if (number(optarg, 1, 1ull << 62, count))
		return true;
	fprintf(stderr, "wavert: %s: a number above 0 is expected\n", optarg);
	return false;
}

/* Of samples; what --format says is another thing for compare. */
static bool sample_format(struct options *o)
{
	unsigned int f;

	for (f = WAVERT_FORMAT_U8; f <= WAVERT_FORMAT_FLOAT; f <<= 1) {
		if (!strcasecmp(o->format_name, wavert_format_name(f))) {
			o->format = f;
			return true;
		}
	}
	fprintf(stderr, "wavert: --format %s: U8, S16, S20_32, S24_32, S32 or FLOAT is expected\n",
		o->format_name);
	return false;
}

static bool duration_option(double *duration)
{
	char *end;

	*duration = strtod(optarg, &end);
	if (end != optarg && !*end && *duration > 0 && *duration < 1e9)
		return true;
	fprintf(stderr, "wavert: --duration %s: seconds are expected\n", optarg);
	return false;
}

static bool run_option(struct options *o)
{
	if (o->nruns < RUNS_MAX) {
		o->runs[o->nruns++] = optarg;
		return true;
	}
	fprintf(stderr, "wavert: --run: at most %d files are expected\n", RUNS_MAX);
	return false;
}

/* Those of compare alone. */
static bool compare_option(struct options *o, int c)
{
	switch (c) {
	case OPT_EXPECTED:
		o->expected = optarg;
		return true;
	case OPT_CORE:
		o->core = optarg;
		return true;
	case OPT_HOST:
		o->host = optarg;
		return true;
	case OPT_RUN:
		return run_option(o);
	case 'o':
		o->output = optarg;
		return true;
	}
	return false;
}

static bool option(struct options *o, int c)
{
	switch (c) {
	case 'D':
		o->device = optarg;
		return true;
	case 'p':
		return number_option("--pin", 0, 31, &o->pin);
	case 'n':
		return number_option("--notifications", 2, 1 << 20, &o->notifications);
	case 'b':
		return number_option("--buffer-time", 1, 600000, &o->buffer_ms);
	case 'r':
		return number_option("--rate", 1, 10000000, &o->rate);
	case 'f':
		o->format_name = optarg;
		return true;
	case 'c':
		return number_option("--channels", 1, 256, &o->channels);
	case 's':
	case OPT_COUNT:
		return count_option(&o->frames);
	case 'd':
		return duration_option(&o->duration);
	case OPT_CAPTURE:
		o->capture = true;
		return true;
	case OPT_UNTIL_STOP:
		o->until_stop = true;
		return true;
	case OPT_LIVE:
		o->live = true;
		return true;
	case OPT_THRESHOLD:
		return number_option("--threshold", 0, 1000000000, &o->threshold_us);
	case OPT_JSON:
		o->json = true;
		return true;
	case OPT_DRY_RUN:
		o->dry_run = true;
		return true;
	case OPT_FORCE:
		o->force = true;
		return true;
	case 'q':
		o->quiet = true;
		return true;
	}
	return compare_option(o, c);
}

struct verb {
	const char *name;
	int (*run)(const struct options *o);
	const char *expected;		/* as its argument, or NULL */
	int (*run_on)(const struct options *o, const char *argument);
	int (*run_all)(const struct options *o, int n, char *const *arguments);
	bool optional;			/* the argument is */
	bool json;
};

static const struct verb verbs[] = {
	{ .name = "list", .run = verb_list, .json = true },
	{ .name = "info", .run = verb_info, .json = true },
	{ .name = "watch", .run = verb_watch, .json = true },
	{ .name = "play", .expected = "one file", .run_on = verb_play },
	{ .name = "record", .expected = "one file", .run_on = verb_record },
	{ .name = "bind", .expected = "one PCI address", .run_on = verb_bind },
	{ .name = "unbind", .expected = "one PCI address", .run_on = verb_unbind },
	{ .name = "doctor", .expected = "at most one module file", .run_on = verb_doctor,
	  .optional = true, .json = true },
	{ .name = "compare", .run_all = verb_compare, .json = true },
};

static int run_verb(struct options *o, int argc, char **argv)
{
	const struct verb *v = verbs, *end = verbs + sizeof(verbs) / sizeof(verbs[0]);
	char what[48];

	while (v < end && strcmp(v->name, argv[0]))
		v++;
	if (v == end)
		return usage_error("no such verb:", argv[0]);
	if (o->format_name && !v->run_all && !sample_format(o))
		return EXIT_USAGE;
	if (!v->run_all && argc != (v->expected ? 2 : 1) && !(v->optional && argc == 1)) {
		snprintf(what, sizeof(what), "%s is expected after",
			 v->expected ? v->expected : "nothing");
		return usage_error(what, argv[0]);
	}
	if (o->json && !v->json)
		return usage_error("there is no --json for", argv[0]);
	if (v->run_all)
		return v->run_all(o, argc - 1, argv + 1);
	return v->expected ? v->run_on(o, argv[1]) : v->run(o);
}

/* getopt_long() tells a short one, of several in a word, and leaves a long one to us. */
static int no_such_option(const char *word)
{
	const char letter[] = { '-', (char)optopt, 0 };

	return usage_error("no such option:", optopt > 0 && optopt < OPT_COUNT ? letter : word);
}

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

int main(int argc, char **argv)
{
	struct options o = {
		.device = "0", .notifications = 2, .buffer_ms = 200,
		.rate = 48000, .channels = 2, .format = WAVERT_FORMAT_S16, .threshold_us = 1000,
	};
	struct sigaction act = { .sa_handler = on_signal };
	int c;

	while ((c = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage_text, stdout);
			return EXIT_OK;
		}
		if (c == 'V') {
			puts("wavert " WAVERT_TOOL_VERSION);
			return EXIT_OK;
		}
		if (c == ':')
			return usage_error("a value is expected after", argv[optind - 1]);
		if (c == '?')
			return no_such_option(argv[optind - 1]);
		if (!option(&o, c))
			return EXIT_USAGE;
	}
	if (optind == argc)
		return usage_error("a verb is expected", NULL);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	return run_verb(&o, argc - optind, argv + optind);
}
