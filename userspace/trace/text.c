// SPDX-License-Identifier: GPL-2.0-only
/*
 * text.c - reads scenarios: lines and their words; see scenario.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

struct line scenario_lines[SCENARIO_LINES];
int scenario_nlines;

/* Replaces characters that a terminal might interpret as commands. */
_Noreturn void wrong(const struct line *l, int word, const char *why)
{
	const char *at = "the end of the line";

	if (word < l->words)
		at = l->word[word];

	fprintf(stderr, "%s:%d: ", l->file, l->number);
	for (; *at; at++) {
		if (*at < ' ' || *at > '~')
			fputc('?', stderr);
		else
			fputc(*at, stderr);
	}
	fprintf(stderr, ": %s\n", why);
	exit(2);
}

static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-+:";

static void read_line(const char *file, int line, char *text)
{
	struct line *l = &scenario_lines[scenario_nlines];
	char *word, *comment = strchr(text, '#');

	if (comment)
		*comment = 0;
	*l = (struct line){ .file = file, .number = line };
	for (word = strtok(text, " \t\r\n"); word; word = strtok(NULL, " \t\r\n")) {
		if (l->words == SCENARIO_WORDS)
			wrong(l, l->words, "the line has too many words");
		l->word[l->words] = strdup(word);
		if (!l->word[l->words])
			wrong(l, l->words, "no memory");
		l->words++;
		if (strlen(word) > 64 || word[strspn(word, letters)])
			wrong(l, l->words - 1, "is not of at most 64 letters, digits, _.-+:");
	}
	scenario_nlines += l->words != 0;
	if (scenario_nlines == SCENARIO_LINES)
		wrong(l, 0, "too many lines");
}

/* The next line without its end. False: there is none. */
static bool next_line(FILE *f, struct line *at, char *text, size_t size)
{
	size_t n = 0;
	int c;

	at->number++;
	while ((c = getc(f)) != EOF && c != '\n') {
		if (!c)
			wrong(at, 0, "a 0 byte precedes it");
		if (n == size - 1)
			wrong(at, 0, "the line is too long");
		text[n++] = (char)c;
	}
	text[n] = 0;
	return n || c != EOF;
}

void scenario_read(const char *name)
{
	FILE *f = fopen(name, "r");
	struct line at = { .file = name };
	char text[256];

	if (!f) {
		perror(name);
		exit(2);
	}
	while (next_line(f, &at, text, sizeof(text)))
		read_line(name, at.number, text);
	if (ferror(f)) {
		perror(name);
		exit(2);
	}
	fclose(f);
}

uint64_t number(const struct line *l, int word)
{
	char *end;
	unsigned long long n;

	if (word >= l->words)
		wrong(l, word, "a number is missing");
	errno = 0;
	n = strtoull(l->word[word], &end, 0);
	if (errno || *end || l->word[word][0] < '0' || l->word[word][0] > '9')
		wrong(l, word, "is not a number");
	return n;
}

uint32_t number32(const struct line *l, int word)
{
	uint64_t n = number(l, word);

	if (n > UINT32_MAX)
		wrong(l, word, "has more than 32 bits");
	return (uint32_t)n;
}

uint32_t rate_or(const struct line *l, int word, uint32_t rate)
{
	if (word < l->words)
		rate = number32(l, word);
	if (!rate)
		wrong(l, word, "is not a rate");
	return rate;
}

uint32_t one_of(const struct line *l, int word, const char *const *choice)
{
	uint32_t i;

	for (i = 0; word < l->words && choice[i]; i++)
		if (!strcmp(choice[i], l->word[word]))
			return i;
	wrong(l, word, "is not known here");
}
