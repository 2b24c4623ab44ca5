// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare.c - wavert compare: the same scenarios on several systems. Reads traces, or has one
 * recorded on a device of this machine, and reports where they differ.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compare.h"

enum format { AS_TEXT, MARKDOWN, JSON, HTML, TAP, FORMATS };

static const char *const formats[] = { "text", "markdown", "json", "html", "tap" };

static enum format format_of(const struct options *o)
{
	const char *name = o->format_name;
	unsigned int i;

	if (!name && o->json)
		return JSON;
	for (i = 0; i < FORMATS; i++)
		if (!strcmp(formats[i], text_or(name, "text")))
			break;
	return i;
}

static bool usage(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "wavert compare: %s=%s: %s expected; see wavert compare --help\n", option,
		value, expected);
	return false;
}

/* The label of a column: that of the header, or "NT", or "NT 2" for the second NT trace. */
static void name_trace(struct comparison *c, size_t i)
{
	static const char *const names[] = { "Linux", "NT", "ALSA" };
	struct trace *t = &c->trace[i];
	const char *own = json_string_value(json_object_get(t->header, "label"));
	unsigned int n = 1;
	size_t k;

	if (own) {
		snprintf(t->label, sizeof(t->label), "%s", own);
		return;
	}
	for (k = 0; k < i; k++)
		n += c->trace[k].side == t->side;
	if (n == 1)
		snprintf(t->label, sizeof(t->label), "%s", names[t->side]);
	else
		snprintf(t->label, sizeof(t->label), "%s %u", names[t->side], n);
}

static bool load_traces(struct comparison *c, const struct options *o, char *const *paths)
{
	bool good = true;
	size_t i;
	FILE *f;

	if (o->nruns) {
		f = run_trace(o->device, o->runs, o->nruns);
		c->traces = 1;
		good = f && trace_read(&c->trace[0], f, "wavert-trace");
		if (f)
			fclose(f);
	}
	for (i = 0; good && paths[i]; i++)
		good = trace_load(&c->trace[c->traces++], paths[i]);
	for (i = 0; good && i < c->traces; i++)
		name_trace(c, i);
	return good;
}

/* True if the report would overwrite an input file. A device or pipe cannot be overwritten. */
static bool is_kept(const char *path, const struct options *o)
{
	struct stat read, written;

	if (!o->output || stat(o->output, &written) || !S_ISREG(written.st_mode) ||
	    stat(path, &read) || read.st_dev != written.st_dev || read.st_ino != written.st_ino)
		return true;
	return usage("--output", o->output, "another file than those that are read is");
}

static bool all_kept(const struct options *o, char *const *paths)
{
	bool good = (!o->expected || is_kept(o->expected, o)) && (!o->host || is_kept(o->host, o));
	size_t i;

	for (i = 0; good && i < o->nruns; i++)
		good = is_kept(o->runs[i], o);
	for (; good && *paths; paths++)
		good = is_kept(*paths, o);
	return good;
}

/* LINUX,HOST,NT */
static bool load_cores(struct comparison *c, const struct options *o)
{
	char *copy = sure(strdup(o->core)), *rest = copy, *path[CORES + 1];
	bool good = true;
	size_t n, i;

	for (n = 0; n <= CORES && (path[n] = strsep(&rest, ",")); n++)
		;
	if (n != CORES)
		good = usage("--core", o->core, "three files LINUX,HOST,NT are");
	for (i = 0; good && i < CORES; i++)
		good = is_kept(path[i], o) && core_load(&c->core[i], path[i]);
	free(copy);
	c->has_core = good;
	return good;
}

/* Do the traces have any scenario in common? */
static bool have_common(const struct comparison *c)
{
	size_t i, k;

	for (i = 1; i < c->traces; i++)
		for (k = 0; k < c->trace[i].n; k++)
			if (trace_find(&c->trace[0], c->trace[i].scenarios[k].name))
				return true;
	fprintf(stderr, "wavert compare: the traces have no scenario in common; traces of the same scenarios are expected\n");
	return false;
}

static bool load(struct comparison *c, const struct options *o, char *const *paths)
{
	if (!all_kept(o, paths) || !load_traces(c, o, paths) || !have_common(c))
		return false;
	if (o->core && !load_cores(c, o))
		return false;
	if (o->host && !trace_load(&c->host, o->host))
		return false;
	c->has_host = o->host;
	if (!o->expected)
		return true;
	if (c->trace[0].side != SIDE_LINUX)
		return usage("--expected", o->expected, "a trace of Linux is");
	return expected_load(c, o->expected);
}

static void unload(struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->traces; i++)
		trace_free(&c->trace[i]);
	for (i = 0; i < CORES; i++)
		trace_free(&c->core[i]);
	trace_free(&c->host);
	for (i = 0; i < c->nnotes; i++)
		free(c->notes[i].text);
	for (i = 0; i < c->nexpected; i++) {
		free(c->expected[i].scenario);
		free(c->expected[i].event);
		free(c->expected[i].why);
		json_decref(c->expected[i].reference);
		json_decref(c->expected[i].there);
	}
	free(c->expected);
	free(c->notes);
	free(c->rows);
}

static bool report(const struct comparison *c, enum format format, const char *path)
{
	FILE *out = stdout;
	bool good;

	if (path)
		out = fopen(path, "we");
	good = out;

	if (out) {
		if (format == TAP)
			print_tap(c, out);
		else if (format == JSON)
			print_json(c, out);
		else if (format == HTML)
			print_html(c, out);
		else
			print_text(c, out, format == MARKDOWN);
		good = !fflush(out) && !ferror(out);
		if (path)
			good = !fclose(out) && good;
	}
	if (!good)
		fprintf(stderr, "wavert: %s: %s\n", text_or(path, "standard output"),
			strerror(errno));
	return good;
}

/* ---- options ------------------------------------------------------------------------- */

enum { KEY_EXPECTED = KEY_OWN, KEY_CORE, KEY_HOST, KEY_RUN, KEY_TITLE };

static const struct argp_option options[] = {
	OPTION_DEVICE,
	{ "format", 'f', "NAME", 0, "text, markdown, json, html or tap (default text)", 0 },
	{ "json", KEY_JSON, NULL, 0, "The same as --format=json", 0 },
	{ "expected", KEY_EXPECTED, "FILE", 0, "Table of expected differences", 0 },
	{ "core", KEY_CORE, "LINUX,HOST,NT", 0,
	  "Core traces, which show the layer of a difference", 0 },
	{ "host", KEY_HOST, "TRACE", 0, "Trace of the host build, likewise", 0 },
	{ "run", KEY_RUN, "FILE.scn", 0,
	  "Run these scenarios on the device instead of reading a first trace", 0 },
	{ "output", 'o', "FILE", 0, "Write the report to this file", 0 },
	{ "title", KEY_TITLE, "TEXT", 0, "Title of the report as html", 0 },
	OPTIONS_END
};

static void check_usage(const struct options *o, const struct argp_state *state)
{
	const size_t traces = o->narguments + (o->nruns != 0);

	if (format_of(o) == FORMATS)
		usage_error(state, "--format=%s: text, markdown, json, html or tap is expected",
			    o->format_name);
	if (o->json && format_of(o) != JSON)
		usage_error(state, "--json and --format=%s: one of them is expected", o->format_name);
	if (traces < 2 || traces > TRACES_MAX)
		usage_error(state, "number of traces %u: 2 to 8 are expected, with --run 1 to 7",
			    o->narguments);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'f':
		o->format_name = arg;
		return 0;
	case KEY_EXPECTED:
		o->expected = arg;
		return 0;
	case KEY_CORE:
		o->core = arg;
		return 0;
	case KEY_HOST:
		o->host = arg;
		return 0;
	case KEY_TITLE:
		o->title = arg;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case KEY_RUN:
		if (o->nruns == RUNS_MAX)
			usage_error(state, "--run=%s: at most %d files are expected", arg, RUNS_MAX);
		o->runs[o->nruns++] = arg;
		return 0;
	case ARGP_KEY_END:
		check_usage(o, state);
		break;
	}
	return parse_shared(key, arg, state);
}

static int run(const struct options *o)
{
	struct comparison c = { .title = text_or(o->title, "WaveRT scenarios compared") };
	int code = EXIT_USAGE;

	if (load(&c, o, o->arguments)) {
		compare_all(&c);
		code = exit_code(!c.differ);
		if (!report(&c, format_of(o), o->output))
			code = EXIT_USAGE;
	}
	unload(&c);
	return code;
}

const struct verb compare_verb = {
	.name = "compare", .summary = "The same scenarios on several systems",
	.argp = {
		.options = options, .parser = parse, .args_doc = "TRACE TRACE...",
		.doc = "Show where traces of the same scenarios on several systems differ. The "
		       "first trace is the reference.",
	},
	.run = run, .expected = "a list of 2 to 8 traces", .most = TRACES_MAX,
};
