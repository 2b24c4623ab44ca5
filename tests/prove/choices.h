/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * choices.h - runs a program once for every sequence of choices, depth first: start each run with
 * next_choice = 0, and run again while advance_choices(). A run that is repeated has to make the
 * same choices. Included by one file of a program, which defines CHOICE_FAILED(text).
 */
#ifndef PROVE_CHOICES_H
#define PROVE_CHOICES_H

#include <stdbool.h>

#define CHOICES_MAX	4096

static unsigned int choice[CHOICES_MAX], options[CHOICES_MAX], nchoices, next_choice;

/* A number below n. */
static unsigned int choose(unsigned int n)
{
	if (n < 2)
		return 0;
	if (next_choice == nchoices) {
		if (nchoices == CHOICES_MAX)
			CHOICE_FAILED("too many choices");
		choice[nchoices] = 0;
		options[nchoices++] = n;
	} else if (options[next_choice] != n) {
		CHOICE_FAILED("a run cannot be repeated");
	}
	return choice[next_choice++];
}

/* To the next sequence; false: that was the last one. */
static bool advance_choices(void)
{
	while (nchoices && choice[nchoices - 1] + 1 == options[nchoices - 1])
		nchoices--;
	if (!nchoices)
		return false;
	choice[nchoices - 1]++;
	return true;
}

#endif
