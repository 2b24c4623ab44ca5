// SPDX-License-Identifier: GPL-2.0-only
/*
 * compare_html.c - the results of wavert compare as one self-contained page: a picture
 * (inline SVG) with a bar for each scenario and side, and the tables. The colours of the bars
 * are used for nothing else, so that they can be counted in a screenshot.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* Sizes of the picture, in pixels. */
enum { BAR_WIDTH = 10, BAR_HEIGHT = 18, STEP_X = 12, STEP_Y = 24, LEFT = 80, A_LINE = 80 };

static const char head[] =
"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
"<meta name=\"viewport\" content=\"width=device-width\">\n"
"<style>\n"
"body{font:15px sans-serif;margin:24px;max-width:1240px;color:#222;background:#fff}\n"
"div{overflow-x:auto}\n"
"table{border-collapse:collapse}td,th{padding:2px 6px;text-align:left;white-space:nowrap}\n"
"th{border-bottom:1px solid #888;white-space:normal;vertical-align:bottom}tr:nth-child(even){background:#f4f4f4}\n"
"li{margin:3px 0;overflow-wrap:anywhere}.differs{color:#822;font-weight:bold}\n"
".same{fill:#44aa88}.part{fill:#99ccbb}.expected{fill:#ddbb44}.bad{fill:#cc3333}.none{fill:#dddddd}\n"
"</style>\n";

static void put_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else
			fputc(*text, out);
	}
}

static const char *class_of(const char *verdict)
{
	if (!strcmp(verdict, "same"))
		return "same";
	if (!strcmp(verdict, "same in part"))
		return "part";
	if (!strcmp(verdict, "differs"))
		return "bad";
	if (*verdict == '-')
		return "none";
	return "expected";
}

static void put_bar(const struct comparison *c, size_t i, size_t column, size_t y, FILE *out)
{
	const char *v = verdict_of(c, &c->rows[i], column);

	fprintf(out, "<rect class=\"bar %s\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\"><title>",
		class_of(v), LEFT + i % A_LINE * STEP_X, y, BAR_WIDTH, BAR_HEIGHT);
	put_text(c->rows[i].name, out);
	fprintf(out, ": %s</title></rect>\n", v);
}

/* Rows of bars: one for each column, for each group of scenarios. */
static void put_picture(const struct comparison *c, FILE *out)
{
	size_t lines = (c->nrows + A_LINE - 1) / A_LINE, bands = columns(c) - 1, line, column, i;
	size_t y;

	fprintf(out, "<div><svg width=\"%d\" height=\"%zu\" role=\"img\" shape-rendering=\"crispEdges\" aria-label=\"a bar for each scenario and side\">\n",
		LEFT + A_LINE * STEP_X, lines * (bands * STEP_Y + 8));
	for (line = 0; line < lines; line++) {
		for (column = 1; column <= bands; column++) {
			y = line * (bands * STEP_Y + 8) + (column - 1) * STEP_Y;
			fprintf(out, "<text x=\"0\" y=\"%zu\">%s</text>\n", y + 14,
				label(c, column));
			for (i = line * A_LINE; i < c->nrows && i < (line + 1) * A_LINE; i++)
				put_bar(c, i, column, y, out);
		}
	}
	fputs("</svg></div>\n<p>A bar for each scenario: green is the same (pale: in part), yellow differs as expected, red differs, grey is not compared.</p>\n",
	      out);
}

static void put_table(const struct comparison *c, FILE *out)
{
	const char *v;
	size_t i, column;

	fputs("<div><table><tr><th>scenario</th><th>calls</th>", out);
	for (column = 0; column < c->traces; column++)
		fprintf(out, "<th>%s: signals</th>", label(c, column));
	for (column = 1; column < columns(c); column++)
		fprintf(out, "<th>%s</th>", label(c, column));
	fputs("</tr>\n", out);
	for (i = 0; i < c->nrows; i++) {
		fputs("<tr><td>", out);
		put_text(c->rows[i].name, out);
		fprintf(out, "</td><td>%zu</td>", c->rows[i].calls);
		for (column = 0; column < c->traces; column++) {
			if (c->rows[i].cell[column].there)
				fprintf(out, "<td>%llu</td>", c->rows[i].cell[column].signals);
			else
				fputs("<td>-</td>", out);
		}
		for (column = 1; column < columns(c); column++) {
			v = verdict_of(c, &c->rows[i], column);
			fprintf(out, "<td%s>%s</td>",
				only_if(c->rows[i].cell[column].differ, " class=\"differs\""), v);
		}
		fputs("</tr>\n", out);
	}
	fputs("</table></div>\n", out);
}

static void put_notes(const struct comparison *c, FILE *out)
{
	static const char *const kinds[] = { "not expected", "expected", "not compared" };
	const struct note *n;

	fputs("<h2>What differs</h2>\n<ul>\n", out);
	for (n = c->notes; n < c->notes + c->nnotes; n++) {
		fprintf(out, "<li%s>", only_if(n->kind == NOTE_DIFFERS, " class=\"differs\""));
		put_text(n->scenario, out);
		fprintf(out, ", %s, %s: ", label(c, n->column), kinds[n->kind]);
		put_text(n->text, out);
		fputs("</li>\n", out);
	}
	if (!c->nnotes)
		fputs("<li>nothing</li>\n", out);
	fputs("</ul>\n", out);
}

/* The header: properties of the traces, and remarks on the comparison. */
static void put_trace_lines(const struct comparison *c, FILE *out)
{
	char *line;
	size_t i;

	fputs("<ul>\n", out);
	for (i = 0; i < c->traces; i++) {
		line = trace_line(c, i);
		fputs("<li>", out);
		put_text(line, out);
		fputs("</li>\n", out);
		free(line);
	}
	fputs("</ul>\n<p>", out);
	line = remarks(c);
	put_text(line, out);
	free(line);
	fputs("</p>\n", out);
}

void print_html(const struct comparison *c, FILE *out)
{
	fputs(head, out);
	fputs("<title>", out);
	put_text(c->title, out);
	fputs("</title></head><body>\n<h1>", out);
	put_text(c->title, out);
	fputs("</h1>\n", out);
	put_trace_lines(c, out);
	put_picture(c, out);
	put_table(c, out);
	put_notes(c, out);
	fputs("</body></html>\n", out);
}
