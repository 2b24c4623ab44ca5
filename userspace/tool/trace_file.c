// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_file.c - reads traces: the JSON Lines of Documentation/traces.md, and core traces.
 * All contents of a file are checked here; errors are printed with file and line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

bool wrong(const char *file, unsigned long line, const char *what)
{
	fprintf(stderr, "wavert: %s:%lu: %s\n", file, line, what);
	return false;
}

/*
 * UTF-8 without control characters except tabs. The contents of files are shown on terminals, which
 * interpret control characters as commands.
 */
static bool is_plain(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	json_t *string = json_string(text);
	bool good = string;

	json_decref(string);
	for (; good && *c; c++)
		good = !(*c < ' ' && *c != '\t') && *c != 0x7f &&
		       !(c[0] == 0xc2 && c[1] < 0xa0);	/* U+0080 to U+009F */
	return good;
}

/* The next line without its newline, in a static buffer; NULL: the end, or *good is false. */
char *next_line(FILE *f, const char *name, unsigned long *line, bool *good)
{
	static const char mark[] = "\xef\xbb\xbf";	/* byte order mark at the start of a file */
	static char text[LINE_SIZE];
	size_t n = 0;
	char *start;
	int c;

	while ((c = getc_unlocked(f)) > 0 && c != '\n' && n < sizeof(text) - 1)
		text[n++] = (char)c;
	*good = !ferror(f);
	if (!*good)
		wrong(name, *line + 1, strerror(errno));
	if (!*good || (c == EOF && !n))
		return NULL;
	++*line;
	n -= n && text[n - 1] == '\r';
	text[n] = 0;
	start = text;
	if (*line == 1 && !strncmp(text, mark, 3))
		start += 3;
	*good = (c == EOF || c == '\n') && n < sizeof(text) - 1 && is_plain(start);
	if (*good)
		return start;
	wrong(name, *line, "a line of UTF-8 without control characters, at most 65534 bytes, is expected");
	return NULL;
}

/* ---- JSON --------------------------------------------------------------------------------- */

/*
 * jansson has no unsigned 64-bit numbers, which hashes are: a number of more than 18 digits becomes
 * a string. Twice the size is enough.
 */
static void quote_numbers(char *to, const char *from)
{
	bool inside = false;
	size_t n;

	while (*from) {
		n = 0;
		if (!inside)
			n = strspn(from, "0123456789");
		if (n > 18)
			*to++ = '"';
		memcpy(to, from, n);
		to += n;
		from += n;
		if (n > 18)
			*to++ = '"';
		if (n)
			continue;
		if (inside && *from == '\\' && from[1])
			*to++ = *from++;
		else if (*from == '"')
			inside = !inside;
		*to++ = *from++;
	}
	*to = 0;
}

json_t *answer_of(const char *text, json_error_t *error)
{
	static char quoted[2 * LINE_SIZE];

	quote_numbers(quoted, text);
	return json_loads(quoted, JSON_REJECT_DUPLICATES, error);
}

bool is_name(const char *name, const char *others)
{
	size_t n = strlen(name), i;

	for (i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
			    name[i]) && !strchr(others, name[i]))
			return false;
	return n && n < NAME_SIZE;
}

/*
 * Converts a result to one form: an integer, or a string if it is too large for an integer of
 * jansson. NULL: it is not a result.
 */
static json_t *result_of(const json_t *value)
{
	unsigned long long n = (unsigned long long)json_integer_value(value);
	const char *text = json_string_value(value);
	char digits[24];

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		return json_integer((json_int_t)n);
	if (!text || !*text || text[strspn(text, "0123456789")])
		return NULL;
	errno = 0;
	n = strtoull(text, NULL, 10);
	if (errno)
		return NULL;
	if (n <= INT64_MAX)
		return json_integer((json_int_t)n);
	snprintf(digits, sizeof(digits), "%llu", n);
	return json_string(digits);
}

static bool signals_hold(json_t *signals)
{
	const char *name;
	json_t *value;

	if (!json_object_size(signals))	/* or it is not an object */
		return false;
	json_object_foreach(signals, name, value)
		if (!is_name(name, ".-+:") || !json_is_integer(value) ||
		    json_integer_value(value) < 1 || json_integer_value(value) > INT32_MAX)
			return false;
	return true;
}

/* True if an answer with this status has that result. */
static bool may_have(const char *status, const char *result)
{
	return !strcmp(status, "SUCCESS") ||
	       (!strcmp(status, "OTHER") && !strcmp(result, "ntstatus"));
}

/* Checks status, results (which get one form) and signals; *what: what was expected. */
bool answer_holds(json_t *answer, const char **what)
{
	const char *name, *status = json_string_value(json_object_get(answer, "status"));
	json_t *value, *result;

	*what = "\"status\" with the name of an NTSTATUS, without STATUS_, is expected";
	if (!status || !is_name(status, ""))
		return false;
	json_object_foreach(answer, name, value) {
		if (!strcmp(name, "status"))
			continue;
		*what = "\"signals\" with a number above 0 for each event is expected";
		if (!strcmp(name, "signals")) {
			if (!signals_hold(value))
				return false;
			continue;
		}
		*what = "results are expected with \"status\":\"SUCCESS\" only";
		if (!may_have(status, name))
			return false;
		*what = "a number that is whole, from 0 to 2^64-1, is expected of every result";
		result = NULL;
		if (is_name(name, "-"))
			result = result_of(value);
		if (!result)
			return false;
		json_object_set_new(answer, name, result);
	}
	return true;
}

/* ---- traces --------------------------------------------------------------------------------- */

/* Index of the word that the member of the header has; -1: none of them. */
static int one_of(const json_t *header, const char *member, const char *const *words)
{
	const char *value = json_string_value(json_object_get(header, member));
	int i;

	for (i = 0; value && words[i]; i++)
		if (!strcmp(words[i], value))
			return i;
	return -1;
}

static bool is_text(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && is_plain(text) && !strchr(text, '\t') && json_string_length(value) <= 1000;
}

/* Takes the header over. Returns what was expected instead; NULL: the header is correct. */
static const char *read_header(struct trace *t, json_t *header)
{
	int side = one_of(header, "side", (const char *const []){ "linux", "nt", "alsa", NULL });
	int clock = one_of(header, "clock", (const char *const []){ "step", "wall", NULL });
	json_int_t runs = json_integer_value(json_object_get(header, "runs"));
	const json_t *own = json_object_get(header, "label");

	t->header = header;
	if (json_integer_value(json_object_get(header, "wavert_trace")) != 1)
		return "a header is expected: an object with \"wavert_trace\":1";
	if (side < 0)
		return "\"side\" is expected: linux, nt or alsa";
	if (one_of(header, "system",
		   (const char *const []){ "linux", "wine", "windows", "host", NULL }) < 0)
		return "\"system\" is expected: linux, wine, windows or host";
	if (clock < 0)
		return "\"clock\" is expected: step or wall";
	if (!is_text(json_object_get(header, "where")))
		return "\"where\" is expected: a text of one line, up to 1000 bytes";
	if (!is_text(json_object_get(header, "device")))
		return "\"device\" is expected: a name, or \"\"";
	if (runs < 1 || (clock == 1 && runs > 1))
		return "\"runs\" is expected: a number above 0, 1 with clock wall";
	if (own && !(json_is_string(own) && is_name(json_string_value(own), "-") &&
		     json_string_length(own) < sizeof(t->label)))
		return "\"label\" has to be a name of at most 23 letters, digits, _ and -";
	t->side = (enum side)side;
	t->wall = clock == 1;
	return NULL;
}

/* Makes "alloc a 2 3840"; false: call or args are wrong. */
static bool words_of(const json_t *line, char *what, size_t size)
{
	const char *call = json_string_value(json_object_get(line, "call")), *word;
	const json_t *args = json_object_get(line, "args");
	size_t n, i;

	if (!call || !is_name(call, "-") || !json_is_array(args) || json_array_size(args) > 8)
		return false;
	n = (size_t)snprintf(what, size, "%s", call);
	for (i = 0; i < json_array_size(args); i++) {
		word = json_string_value(json_array_get(args, i));
		if (!word || !is_name(word, ".-+:"))
			return false;
		n += (size_t)snprintf(what + n, size - n, " %s", word);
	}
	return true;
}

/* State of reading a trace. */
struct reading {
	struct trace *t;
	struct scenario *scenario;
	json_int_t at;			/* step or time of the last call */
	size_t calls;
};

/* Finds or begins the scenario of the line. Returns what was expected; NULL: it is correct. */
static const char *place(struct reading *r, const json_t *line)
{
	const char *name = json_string_value(json_object_get(line, "scenario"));
	static const char *const clocks[] = { "step", "time" };
	const json_t *at = json_object_get(line, clocks[r->t->wall]);

	if (!name || !is_name(name, ".-+"))
		return "\"scenario\" with a name of letters, digits and _.-+ is expected";
	if (!r->scenario || strcmp(r->scenario->name, name)) {
		if (trace_find(r->t, name))
			return "each scenario is expected once, its calls together";
		if (r->t->n == SCENARIOS_MAX)
			return "at most 4096 scenarios are expected";
		r->scenario = trace_scenario(r->t, name);
		r->at = 0;
	}
	if (json_integer_value(json_object_get(line, "n")) != (json_int_t)r->scenario->n + 1)
		return "\"n\" is expected: 1 for the first call of a scenario, then one more each";
	if (json_object_get(line, clocks[!r->t->wall]))
		return "\"step\" is expected with clock step, \"time\" with clock wall, not both";
	if (!json_is_integer(at) || json_integer_value(at) < r->at) {
		if (r->t->wall)
			return "\"time\" in ns is expected, not before the last call's";
		return "\"step\" in frames is expected, not before the last call's";
	}
	r->at = json_integer_value(at);
	return NULL;
}

/* Takes the object over, as the call's answer if it is correct. */
static const char *read_call(struct reading *r, json_t *line)
{
	static const char *const own[] = { "scenario", "n", "step", "time", "call", "args" };
	const char *what = place(r, line);
	char words[10 * NAME_SIZE];
	size_t i;

	if (!what && !words_of(line, words, sizeof(words)))
		what = "\"call\" and \"args\" are expected: a name, and a list of up to 8 words";
	for (i = 0; !what && i < sizeof(own) / sizeof(own[0]); i++)
		json_object_del(line, own[i]);
	if (!what && answer_holds(line, &what)) {
		what = NULL;
		if (r->calls++ >= CALLS_MAX)
			what = "at most 200000 calls are expected";
	}
	if (what)
		json_decref(line);
	else
		trace_call(r->scenario, words, line);
	return what;
}

bool trace_read(struct trace *t, FILE *f, const char *name)
{
	struct reading r = { .t = t };
	unsigned long line = 0;
	json_error_t error;
	const char *what;
	char *text, why[300];
	json_t *object;
	bool good;

	while ((text = next_line(f, name, &line, &good))) {
		object = answer_of(text, &error);
		if (!json_is_object(object)) {
			snprintf(why, sizeof(why), "a JSON object is expected");
			if (!object)
				snprintf(why, sizeof(why), "a JSON object is expected: %s", error.text);
			json_decref(object);
			return wrong(name, line, why);
		}
		if (line == 1)
			what = read_header(t, object);
		else
			what = read_call(&r, object);
		if (what)
			return wrong(name, line, what);
	}
	if (good && !line)
		return wrong(name, 1, "a header is expected: an object with \"wavert_trace\":1");
	return good;
}

FILE *open_file(const char *path)
{
	FILE *f = fopen(path, "re");

	if (!f)
		fprintf(stderr, "wavert: %s: %s\n", path, strerror(errno));
	return f;
}

bool trace_load(struct trace *t, const char *path)
{
	FILE *f = open_file(path);
	bool good = f && trace_read(t, f, path);

	if (f)
		fclose(f);
	return good;
}

/* "scenario NAME", then an event a line. */
static bool core_read(struct trace *t, FILE *f, const char *path)
{
	struct scenario *scenario = NULL;
	unsigned long line = 0;
	size_t events = 0;
	const char *text;
	bool good;

	while ((text = next_line(f, path, &line, &good))) {
		if (!strncmp(text, "scenario ", 9)) {
			if (!is_name(text + 9, ".-+") || trace_find(t, text + 9) ||
			    t->n == SCENARIOS_MAX)
				return wrong(path, line, "\"scenario NAME\" is expected, each name once");
			scenario = trace_scenario(t, text + 9);
			continue;
		}
		if (!scenario)
			return wrong(path, line, "\"scenario NAME\" is expected");
		if (events++ == CALLS_MAX)
			return wrong(path, line, "at most 200000 events are expected");
		trace_call(scenario, text, NULL);
	}
	if (good && !t->n)
		return wrong(path, 1, "\"scenario NAME\" is expected");
	return good;
}

bool core_load(struct trace *t, const char *path)
{
	FILE *f = open_file(path);
	bool good = f && core_read(t, f, path);

	if (f)
		fclose(f);
	return good;
}
