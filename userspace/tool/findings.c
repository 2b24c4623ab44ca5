// SPDX-License-Identifier: GPL-2.0-only
/*
 * findings.c - the notes of wavert compare. compare_calls.c and compare_core.c add them, the
 * reports print them.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>

#include "compare.h"

void note(struct comparison *c, size_t row, size_t column, enum note_kind kind,
	  const char *format, ...)
{
	struct cell *cell = &c->rows[row].cell[column];
	va_list args;
	struct note *n;

	c->notes = one_more(c->notes, c->nnotes, sizeof(*c->notes));
	n = &c->notes[c->nnotes++];
	*n = (struct note){ .scenario = c->rows[row].name, .column = column, .kind = kind };
	va_start(args, format);
	if (vasprintf(&n->text, format, args) < 0)
		n->text = NULL;
	va_end(args);
	sure(n->text);
	if (cell->last)
		c->notes[cell->last - 1].next = c->nnotes;
	else
		cell->first = c->nnotes;
	cell->last = c->nnotes;
	cell->differ += kind == NOTE_DIFFERS;
	cell->expected += kind == NOTE_EXPECTED;
	cell->in_part |= kind == NOTE_PLAIN;
	c->differ += kind == NOTE_DIFFERS;
}
