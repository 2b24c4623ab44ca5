// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare_report.c - the results of wavert compare as text, Markdown, TAP or JSON. Each report
 * begins with the headers of the traces.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "table.h"

size_t columns(const struct comparison *c)
{
	return c->traces + c->has_core;
}

const char *label(const struct comparison *c, size_t column)
{
	if (column < c->traces)
		return c->trace[column].label;
	return "core";
}

const char *verdict_of(const struct comparison *c, const struct row *row, size_t column)
{
	const struct cell *cell = &row->cell[column];

	if (cell->differ)
		return "differs";
	if (!cell->there || (column && column < c->traces && !cell->compared))
		return "-";
	if (cell->expected)
		return "differs as expected";
	if (cell->in_part)
		return "same in part";
	return "same";
}

static const char *member(const struct trace *t, const char *name)
{
	return json_string_value(json_object_get(t->header, name));
}

char *trace_line(const struct comparison *c, size_t i)
{
	const struct trace *t = &c->trace[i];
	long long runs = json_integer_value(json_object_get(t->header, "runs"));
	const char *device = member(t, "device");
	char *line;

	if (asprintf(&line, "%s: %s, %s%s%ssystem %s, %s clock, %lld run%s", t->label,
		     member(t, "where"), only_if(*device, "device "), device,
		     only_if(*device, ", "),
		     member(t, "system"), member(t, "clock"), runs, only_if(runs != 1, "s")) < 0)
		line = NULL;
	return sure(line);
}

bool ran_on_windows(const struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->traces; i++)
		if (!strcmp(member(&c->trace[i], "system"), "windows"))
			return true;
	return false;
}

char *remarks(const struct comparison *c)
{
	bool wall = false;
	char judged[96] = "", *text;
	size_t i;

	for (i = 0; i < c->traces; i++)
		wall |= c->trace[i].wall;
	if (c->not_judged)
		snprintf(judged, sizeof(judged),
			 "Expected differences that could not be judged for that reason: %zu. ",
			 c->not_judged);
	if (asprintf(&text, "%s%s%sNumbers are signals seen.",
		     only_if(!ran_on_windows(c), "Nothing here ran on Windows. "), only_if(wall,
		     "Where a clock is a wall clock, status and state are compared exactly; times, positions, hashes and counters are not; signals of a call may differ by one. "),
		     judged) < 0)
		text = NULL;
	return sure(text);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *json_traces(const struct comparison *c)
{
	static const char *const own[] = { "wavert_trace", "side", "system", "clock", "where",
					   "device", "runs" };
	json_t *list = json_array(), *one;
	size_t i, k;

	for (i = 0; i < c->traces; i++) {
		one = json_pack("{s:s, s:b}", "label", label(c, i), "reference", i == 0);
		for (k = 0; k < sizeof(own) / sizeof(own[0]); k++)	/* there may be others */
			json_object_set(one, own[k], json_object_get(c->trace[i].header, own[k]));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *json_row(const struct comparison *c, const struct row *row)
{
	json_t *signals = json_object(), *verdicts = json_object();
	size_t i;

	for (i = 0; i < c->traces; i++)
		if (row->cell[i].there)
			json_object_set_new(signals, label(c, i),
					    json_integer((json_int_t)row->cell[i].signals));
	for (i = 1; i < columns(c); i++)
		json_object_set_new(verdicts, label(c, i), json_string(verdict_of(c, row, i)));
	return json_pack("{s:s, s:I, s:o, s:o}", "scenario", row->name, "calls",
			 (json_int_t)row->calls, "signals", signals, "verdicts", verdicts);
}

static json_t *document_of(const struct comparison *c)
{
	static const char *const kinds[] = { "differs", "expected", "not compared" };
	json_t *document = json_document("compare"), *rows = json_array(), *notes = json_array();
	const struct note *n;
	size_t i;

	for (i = 0; i < c->nrows; i++)
		json_array_append_new(rows, json_row(c, &c->rows[i]));
	for (n = c->notes; n < c->notes + c->nnotes; n++)
		json_array_append_new(notes, json_pack("{s:s, s:s, s:s, s:s}",
						       "scenario", n->scenario,
						       "column", label(c, n->column),
						       "kind", kinds[n->kind], "what", n->text));
	json_object_set_new(document, "ran_on_windows", json_boolean(ran_on_windows(c)));
	json_object_set_new(document, "traces", json_traces(c));
	json_object_set_new(document, "differ", json_integer((json_int_t)c->differ));
	json_object_set_new(document, "not_judged", json_integer((json_int_t)c->not_judged));
	json_object_set_new(document, "scenarios", rows);
	json_object_set_new(document, "differences", notes);
	return sure(document);
}

void print_json(const struct comparison *c, FILE *out)
{
	json_t *document = document_of(c);

	json_dumpf(document, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(document);
}

/* ---- text, Markdown ------------------------------------------------------------------------ */

/* Escapes Markdown and HTML. Removes quotes, since answers are easier to read without them. */
static void put_markdown(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else if (*text != '"')
			fprintf(out, "%s%c", only_if(strchr("\\`*[]|", *text), "\\"), *text);
	}
}

static void print_notes(const struct comparison *c, FILE *out, bool markdown)
{
	static const char *const kinds[] = { "NOT EXPECTED", "expected", "not compared" };
	static const char *const marked[] = { "**not expected**", "expected", "not compared" };
	const struct note *n;
	char *line;

	for (n = c->notes; n < c->notes + c->nnotes; n++) {
		if (markdown) {
			fprintf(out, "* %s, %s, %s: ", n->scenario, label(c, n->column),
				marked[n->kind]);
			put_markdown(n->text, out);
			fputc('\n', out);
			continue;
		}
		if (asprintf(&line, "  %s, %s, %s: %s", n->scenario, label(c, n->column),
			     kinds[n->kind], n->text) < 0)
			line = NULL;
		print_paragraph(out, 4, sure(line));
		free(line);
	}
	if (!c->nnotes)
		fputs("nothing\n", out);
}

/* Scenario, calls, signals of each trace, cores, verdict on each trace except the first. */
static size_t name_columns(const struct comparison *c, struct column *column, char (*text)[64])
{
	size_t n = 0, t = 0, i;

	column[n++] = (struct column)TEXT("scenario", "scenario");
	column[n++] = (struct column)NUMBER("calls", "calls");
	for (i = 0; i < c->traces; i++) {
		snprintf(text[t], sizeof(text[t]), "signals/%s", label(c, i));
		column[n++] = (struct column)NUMBER(label(c, i), text[t++]);
	}
	if (c->has_core)
		column[n++] = (struct column)TEXT("core", "verdicts/core");
	for (i = 1; i < c->traces; i++) {
		snprintf(text[t], sizeof(text[t]), "verdicts/%s", label(c, i));
		snprintf(text[t + 1], sizeof(text[t]), "%s client", label(c, i));
		column[n++] = (struct column)TEXT(text[t + 1], text[t]);
		t += 2;
	}
	return n;
}

static void print_traces(const struct comparison *c, FILE *out, bool markdown)
{
	char *line;
	size_t i;

	for (i = 0; i < c->traces; i++) {
		line = trace_line(c, i);
		if (markdown) {
			fputs("* ", out);
			put_markdown(line, out);
			fputc('\n', out);
		} else {
			print_paragraph(out, 2, line);
		}
		free(line);
	}
	fputc('\n', out);
	line = remarks(c);
	if (markdown)
		fprintf(out, "%s\n", line);
	else
		print_paragraph(out, 0, line);
	fputc('\n', out);
	free(line);
}

void print_text(const struct comparison *c, FILE *out, bool markdown)
{
	struct column column[TABLE_COLUMNS];
	char text[3 * TRACES_MAX][64];
	size_t n = name_columns(c, column, text);
	json_t *document = document_of(c);
	const json_t *rows = json_object_get(document, "scenarios");

	print_traces(c, out, markdown);
	if (markdown)
		print_markdown(out, rows, column, n);
	else
		print_table(out, rows, column, n, true);
	json_decref(document);
	if (markdown)
		fputs("\n## What differs\n\n", out);
	else
		fputs("\nWhat differs:\n", out);
	print_notes(c, out, markdown);
}

/* ---- TAP ------------------------------------------------------------------------------------ */

static void print_test(const struct comparison *c, size_t number, const struct row *row,
		       size_t column, FILE *out)
{
	bool differs = row->cell[column].differ;
	const struct note *n;
	size_t i;

	fprintf(out, "%sok %zu - scenario %s: ", only_if(differs, "not "), number, row->name);
	if (column == c->traces)
		fputs("core and miniport did the same on the host, in the kernel and in the driver",
		      out);
	else if (column)
		fprintf(out, "%s shows the client what %s does", label(c, column), label(c, 0));
	else
		fprintf(out, "%s does what can be", label(c, 0));
	if (row->cell[column].expected && !differs)
		fputs(", but for what is expected", out);
	fputc('\n', out);
	for (i = row->cell[column].first; i; i = n->next) {
		n = &c->notes[i - 1];
		fprintf(out, "# %s%s\n", only_if(n->kind == NOTE_EXPECTED, "expected: "), n->text);
	}
}

void print_tap(const struct comparison *c, FILE *out)
{
	size_t i, column, number = 0;
	char *line;

	for (i = 0; i < c->traces; i++) {
		line = trace_line(c, i);
		fprintf(out, "# %s\n", line);
		free(line);
	}
	line = remarks(c);
	fprintf(out, "# %s\n", line);
	free(line);
	for (i = 0; i < c->nrows; i++) {
		if (c->rows[i].cell[0].differ)
			print_test(c, ++number, &c->rows[i], 0, out);
		for (column = 1; column < columns(c); column++)
			if (*verdict_of(c, &c->rows[i], column) != '-')
				print_test(c, ++number, &c->rows[i], column, out);
	}
	fprintf(out, "1..%zu\n", number);
}
