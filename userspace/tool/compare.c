// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare.c - wavert compare: the same scenarios on several systems. Reads traces, or has one
 * recorded on a device of this machine, and says where they differ.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compare.h"

enum format { TEXT, MARKDOWN, JSON, HTML, TAP, FORMATS };

static bool usage(const char *what)
{
	fprintf(stderr, "wavert: compare: %s\n", what);
	return false;
}

/* FORMATS: told what is wrong. */
static enum format format_of(const struct options *o)
{
	static const char *const names[] = { "text", "markdown", "json", "html", "tap" };
	unsigned int i = o->json ? JSON : TEXT;

	if (!o->format_name)
		return i;
	for (i = 0; i < FORMATS; i++)
		if (!strcmp(names[i], o->format_name))
			break;
	if (i == FORMATS)
		usage("--format: text, markdown, json, html or tap is expected");
	else if (o->json && i != JSON)
		usage("one of --json and --format is expected");
	else
		return i;
	return FORMATS;
}

/* "NT", and "NT 2" for the second one. */
static void name_trace(struct comparison *c, size_t i)
{
	static const char *const names[] = { "Linux", "NT", "ALSA" };
	struct trace *t = &c->trace[i];
	unsigned int n = 1;
	size_t k;

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

/* A file of ours that the report would overwrite; what is no file cannot be. */
static bool is_kept(const char *path, const struct options *o)
{
	struct stat read, written;

	if (!o->output || stat(o->output, &written) || !S_ISREG(written.st_mode) ||
	    stat(path, &read) || read.st_dev != written.st_dev || read.st_ino != written.st_ino)
		return true;
	return usage("--output: another file than those that are read is expected");
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
		good = usage("--core: three files are expected: LINUX,HOST,NT");
	for (i = 0; good && i < CORES; i++)
		good = is_kept(path[i], o) && core_load(&c->core[i], path[i]);
	free(copy);
	c->has_core = good;
	return good;
}

/* Are they traces of the same at all? */
static bool have_common(const struct comparison *c)
{
	size_t i, k;

	for (i = 1; i < c->traces; i++)
		for (k = 0; k < c->trace[i].n; k++)
			if (trace_find(&c->trace[0], c->trace[i].scenarios[k].name))
				return true;
	return usage("traces with scenarios in common are expected");
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
		return usage("--expected: a trace of Linux is expected first");
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
	FILE *out = path ? fopen(path, "we") : stdout;
	bool good = out;

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
		fprintf(stderr, "wavert: %s: %s\n", path ? path : "standard output",
			strerror(errno));
	return good;
}

int verb_compare(const struct options *o, int n, char *const *paths)
{
	enum format format = format_of(o);
	struct comparison c = { 0 };
	int code = EXIT_USAGE;

	if (format == FORMATS)
		return EXIT_USAGE;
	if (n + (o->nruns != 0) < 2 || n + (o->nruns != 0) > TRACES_MAX) {
		usage("2 to 8 traces are expected; with --run, 1 to 7");
		return EXIT_USAGE;
	}
	if (load(&c, o, paths)) {
		compare_all(&c);
		code = c.differ ? EXIT_FAILED : EXIT_OK;
		if (!report(&c, format, o->output))
			code = EXIT_USAGE;
	}
	unload(&c);
	return code;
}
