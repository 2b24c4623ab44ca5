// SPDX-License-Identifier: GPL-2.0-only
/*
 * silence.c - a loopback records silence if rate, format or channels of playback differ from those
 * of the capture; /proc/asound/cardN/wavert reports it.
 */
#include <stdio.h>
#include <string.h>

#include "doctor.h"

/* Text with both formats of the next capture pin that records silence. False: there is none. */
static bool next_silence(FILE *f, unsigned int *pin, char *text, size_t size)
{
	static const char word[] = "  silence: ";
	char line[256];

	while (fgets(line, sizeof(line), f)) {
		if (line[0] != ' ') {
			if (sscanf(line, "capture %u:", pin) != 1)
				*pin = ~0u;
		} else if (*pin != ~0u && !strncmp(line, word, strlen(word))) {
			line[strcspn(line, "\n")] = 0;
			snprintf(text, size, "%s", line + strlen(word));
			return true;
		}
	}
	return false;
}

static FILE *open_card(int card)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
	return fopen(path, "re");
}

void warn_silence(const struct session *s, unsigned int pin)
{
	FILE *f = open_card(wavert_device_card(s->device));
	unsigned int found = ~0u;
	char text[256];

	while (f && next_silence(f, &found, text, sizeof(text)))
		if (found == pin)
			fprintf(stderr, "wavert: silence was recorded in place of what was played: %s; record with the same --rate, --format and --channels\n",
				text);
	if (f)
		fclose(f);
}

void check_silence(struct doctor *d, int card)
{
	FILE *f = open_card(card);
	unsigned int pin = ~0u;
	char text[256];

	while (f && next_silence(f, &pin, text, sizeof(text)))
		verdict(d, WRONG, "silence", "play and record with the same rate, format and channels",
			"card %d records silence: %s", card, text);
	if (f)
		fclose(f);
}
