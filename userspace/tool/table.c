// SPDX-License-Identifier: GPL-2.0-only
/*
 * table.c - values of a JSON document as text: tables as wide as the terminal, fields a line
 * each, paragraphs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "table.h"
#include "tool.h"

enum { GAP = 2, WORD_MAX = 20 };

unsigned int text_width(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	unsigned long width = 0;
	struct winsize size;

	if (columns)
		width = strtoul(columns, NULL, 10);
	if (!width && isatty(fileno(out)) && !ioctl(fileno(out), TIOCGWINSZ, &size)) {
		width = size.ws_col;
		if (!width)
			width = 80;
	}
	if (!width)
		return 0;
	if (width < WIDTH_MIN)
		return WIDTH_MIN;
	return (unsigned int)smaller(width, WIDTH_MAX);
}

/* ---- colour -------------------------------------------------------------------------- */

static bool has_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") != 0 && isatty(fileno(out));
}

static const char *colour_of(const char *text)
{
	static const struct {
		const char *text, *colour;
	} verdicts[] = {
		{ "ok", "\033[32m" }, { "same", "\033[32m" }, { "fixed", "\033[33m" },
		{ "note", "\033[33m" }, { "same in part", "\033[33m" },
		{ "differs as expected", "\033[33m" }, { "wrong", "\033[31m" },
		{ "differs", "\033[31m" },
	};
	size_t i;

	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (!strcmp(verdicts[i].text, text))
			return verdicts[i].colour;
	return NULL;
}

/* ---- values ---------------------------------------------------------------------------- */

static void put_value(FILE *f, const json_t *value, bool range)
{
	static const char *const yes_no[] = { "no", "yes" };
	const char *key, *c, *between = " ";
	json_t *member;
	size_t i;

	if (range)
		between = "..";
	if (json_is_string(value))
		fputs(json_string_value(value), f);
	else if (json_is_integer(value))
		fprintf(f, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		fprintf(f, "%.1f", json_real_value(value));
	else if (json_is_boolean(value))
		fputs(yes_no[json_is_true(value)], f);
	else if (!json_is_array(value) && !json_is_object(value))
		fputs("-", f);
	json_array_foreach(value, i, member) {
		if (i)
			fputs(between, f);
		put_value(f, member, false);
	}
	json_object_foreach((json_t *)value, key, member) {
		for (c = key; *c; c++)
			fputc(*c == '_' ? ' ' : *c, f);
		fputc(' ', f);
		put_value(f, member, false);
		if (json_object_iter_next((json_t *)value, json_object_key_to_iter(key)))
			fputs(", ", f);
	}
}

/* To be freed. "a/b": member b of member a. */
static char *cell_text(const json_t *row, const struct column *c)
{
	const char *slash = strchr(c->key, '/');
	char *text = NULL, *outer;
	const char *key;
	size_t size;
	FILE *f = sure(open_memstream(&text, &size));

	if (slash) {
		outer = sure(strndup(c->key, (size_t)(slash - c->key)));
		row = json_object_get(row, outer);
		free(outer);
	}
	key = c->key;
	if (slash)
		key = slash + 1;
	put_value(f, json_object_get(row, key), c->style == STYLE_RANGE);
	fclose(f);
	return sure(text);
}

/* ---- lines ------------------------------------------------------------------------------- */

/* True if a line may end after this character. */
static bool is_break(char c)
{
	return strchr(" />,", c);	/* also at the end of the text */
}

/* The number of bytes of a text that fit on a line of that width (0: all). */
static size_t fit(const char *text, size_t width)
{
	size_t n;

	if (!width || strlen(text) <= width)
		return strlen(text);
	for (n = width + (text[width] == ' '); n && !is_break(text[n - 1]); n--)
		;
	if (!n)		/* cut a word that is too long between two characters */
		for (n = width; n > 1 && (text[n] & 0xc0) == 0x80; n--)
			;
	return n;
}

/* Without trailing blanks. */
static int shown(const char *text, size_t n)
{
	while (n && text[n - 1] == ' ')
		n--;
	return (int)n;
}

void print_paragraph(FILE *out, unsigned int indent, const char *text)
{
	unsigned int width = text_width(out), at = 0;
	size_t n;

	do {
		n = fit(text, above(width, at));
		fprintf(out, "%*s%.*s\n", (int)at, "", shown(text, n), text);
		text += n;
		at = indent;
	} while (*text);
}

void print_fields(FILE *out, const json_t *row, const struct column *columns, size_t n)
{
	size_t i, titles = 0;
	char *text, *line;

	for (i = 0; i < n; i++)
		if (strlen(columns[i].title) > titles)
			titles = strlen(columns[i].title);
	for (i = 0; i < n; i++) {
		text = cell_text(row, &columns[i]);
		if (asprintf(&line, "%-*s  %s", (int)titles, columns[i].title, text) < 0)
			line = NULL;
		print_paragraph(out, (unsigned int)titles + GAP, sure(line));
		free(line);
		free(text);
	}
}

/* ---- tables ------------------------------------------------------------------------------ */

struct grid {
	const struct column *columns;
	size_t n, rows;
	char **cells;			/* n for each row */
	size_t width[TABLE_COLUMNS];
	bool colour;
};

static size_t longest_word(const char *text)
{
	size_t n = 0, longest = 0;

	for (; *text; text++) {
		n++;
		if (*text == ' ')
			n = 0;
		if (n > longest)
			longest = n;
		if (is_break(*text))
			n = 0;
	}
	return smaller(longest, WORD_MAX);
}

/* False: a word is too long for lines of that width (0: any width). */
static bool find_widths(struct grid *g, size_t limit)
{
	size_t least[TABLE_COLUMNS], total = GAP * (g->n - 1), i, k, most;

	memset(least, 0, sizeof(least));
	for (i = 0; i < g->n; i++) {
		g->width[i] = strlen(g->columns[i].title);
		least[i] = longest_word(g->columns[i].title);
		for (k = 0; k < g->rows; k++) {
			const char *cell = g->cells[k * g->n + i];

			if (strlen(cell) > g->width[i])
				g->width[i] = strlen(cell);
			if (longest_word(cell) > least[i])
				least[i] = longest_word(cell);
		}
		total += g->width[i];
	}
	for (; limit && total > limit; total--) {
		for (i = 0, most = 0; i < g->n; i++)
			if (g->width[i] - least[i] > g->width[most] - least[most])
				most = i;
		if (g->width[most] == least[most])
			return false;
		g->width[most]--;
	}
	return true;
}

/* Prints one line of a cell; returns the rest of the cell. */
static const char *put_cell(const struct grid *g, size_t i, const char *rest, bool last, FILE *out)
{
	const char *colour = NULL;
	size_t n = fit(rest, g->width[i]);
	int length = shown(rest, n), pad = (int)g->width[i] - length;
	bool right = g->columns[i].style == STYLE_NUMBER;

	if (g->colour)
		colour = colour_of(rest);
	if (right)
		fprintf(out, "%*s", pad, "");
	fprintf(out, "%s%.*s%s", text_or(colour, ""), length, rest, only_if(colour, "\033[0m"));
	if (!last && !right)
		fprintf(out, "%*s", pad, "");
	if (!last)
		fprintf(out, "%*s", GAP, "");
	return rest + n;
}

static void put_row(const struct grid *g, const char *const *cells, FILE *out)
{
	const char *rest[TABLE_COLUMNS];
	size_t i, last;

	memcpy(rest, cells, g->n * sizeof(*rest));
	do {
		for (last = g->n - 1; last && !*rest[last]; last--)
			;
		for (i = 0; i <= last; i++)
			rest[i] = put_cell(g, i, rest[i], i == last, out);
		fputc('\n', out);
		for (i = 0; i < g->n && !*rest[i]; i++)
			;
	} while (i < g->n);
}

static void put_grid(const struct grid *g, bool head, FILE *out)
{
	const char *titles[TABLE_COLUMNS];
	size_t i;

	for (i = 0; i < g->n; i++)
		titles[i] = g->columns[i].title;
	if (head)
		put_row(g, titles, out);
	for (i = 0; i < g->rows; i++)
		put_row(g, (const char *const *)g->cells + i * g->n, out);
}

void print_table(FILE *out, const json_t *rows, const struct column *columns, size_t n, bool head)
{
	struct grid g = {
		.columns = columns, .n = n, .rows = json_array_size(rows),
		.colour = has_colour(out),
	};
	bool fits;
	size_t i;

	if (!n)
		return;
	g.cells = sure(calloc(g.rows * n + 1, sizeof(*g.cells)));
	for (i = 0; i < g.rows * n; i++)
		g.cells[i] = cell_text(json_array_get(rows, i / n), &columns[i % n]);
	fits = find_widths(&g, text_width(out));
	if (fits)
		put_grid(&g, head, out);
	for (i = 0; i < g.rows && !fits; i++) {
		print_fields(out, json_array_get(rows, i), columns, n);
		fputc('\n', out);
	}
	for (i = 0; i < g.rows * n; i++)
		free(g.cells[i]);
	free(g.cells);
}

void print_markdown(FILE *out, const json_t *rows, const struct column *columns, size_t n)
{
	char *text;
	json_t *row;
	size_t i, k;

	for (k = 0; k < n; k++)
		fprintf(out, "| %s ", columns[k].title);
	fputs("|\n", out);
	for (k = 0; k < n; k++)
		fputs("| --- ", out);
	fputs("|\n", out);
	json_array_foreach(rows, i, row) {
		for (k = 0; k < n; k++) {
			text = cell_text(row, &columns[k]);
			fprintf(out, "| %s ", text);
			free(text);
		}
		fputs("|\n", out);
	}
}
