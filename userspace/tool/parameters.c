// SPDX-License-Identifier: GPL-2.0-only
/*
 * parameters.c - the choice of pins, by parameters of the driver's module, for one controller.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "silicon.h"
#include "tool.h"

enum { CARDS = 8 };		/* elements of a parameter, one for each card of the module */

static const char *const pin_parameter[2] = { "playback", "capture" };

/* NULL is shown as "(null)"; an empty value means the same. */
static void without_null(char *list)
{
	char *at;

	while ((at = strstr(list, "(null)")))
		memmove(at, at + 6, strlen(at + 6) + 1);
}

int choose_pins(const struct pci_writer *w, const struct pin_choice *choice,
		       struct pin_parameters *p)
{
	char list[256];
	int dir, i, err = 0;
	size_t n;

	memset(p, 0, sizeof(*p));
	for (dir = 0; dir < 2 && !err; dir++) {
		if (!choice->pin[dir])
			continue;
		if (!module_parameter("snd-wavert-hda", pin_parameter[dir], p->before[dir],
				      sizeof(p->before[0])) && !w->dry_run)
			return -ENOENT;
		without_null(p->before[dir]);
		for (i = 0, n = 0; i < CARDS; i++)
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", only_if(i, ","),
					      choice->pin[dir]);
		err = pci_parameter(w, "snd-wavert-hda", pin_parameter[dir], list);
		p->changed[dir] = !err;
	}
	return err;
}

void restore_pins(const struct pci_writer *w, const struct pin_parameters *p)
{
	static const char none[] = ",,,,,,,";
	int dir;

	for (dir = 0; dir < 2; dir++)
		if (p->changed[dir])
			pci_parameter(w, "snd-wavert-hda", pin_parameter[dir],
				      text_or(p->before[dir], none));
}
