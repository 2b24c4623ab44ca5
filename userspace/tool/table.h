/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * table.h - values of a JSON document as text, so that text and JSON have one source.
 */
#ifndef WAVERT_TABLE_H
#define WAVERT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

enum { WIDTH_MIN = 60, WIDTH_MAX = 200, TABLE_COLUMNS = 24 };

struct column {
	const char *title;
	const char *key;		/* of a row; "a/b" is member b of member a */
	enum style { STYLE_TEXT, STYLE_NUMBER, STYLE_RANGE } style;
};

/* Ready for a list of columns; a list of two values is a RANGE. */
#define TEXT(title, key) { title, key, STYLE_TEXT }
#define NUMBER(title, key) { title, key, STYLE_NUMBER }
#define RANGE(title, key) { title, key, STYLE_RANGE }

/*
 * Columns of $COLUMNS or of the terminal, within the limits above; 0 if neither is known: then
 * nothing is wrapped, so that programs that read the text find a row in one line.
 */
unsigned int text_width(FILE *out);

/*
 * A row for each object of the list. Cells are wrapped at words to fit the width; if that is not
 * enough, a row is printed as fields. Verdicts have colours on a terminal.
 */
void print_table(FILE *out, const json_t *rows, const struct column *columns, size_t n, bool head);

void print_markdown(FILE *out, const json_t *rows, const struct column *columns, size_t n);

/* Title and value, a line each. */
void print_fields(FILE *out, const json_t *row, const struct column *columns, size_t n);

/* Wrapped; all lines except the first are indented. */
void print_paragraph(FILE *out, unsigned int indent, const char *text);

#endif
