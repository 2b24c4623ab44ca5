// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace_guest.c - core traces of the kernel modules: the tracepoints of snd-wavert, written as
 * trace_ring.c writes records. Runs in a guest, as root.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core_trace.h"

#define TRACEFS	"/sys/kernel/tracing/"

struct scenario_place scenario_here(void)
{
	const char *device = getenv("CF_DEVICE");

	return (struct scenario_place){ "linux", "linux", "snd-wavert.ko, Linux guest",
					device ? device : "" };
}

static void write_to(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		perror(file);
		exit(2);
	}
	close(fd);
}

/* "wavert_position_update: card=0 slot=0 irq_seq=1 ..." without the card; numbers in decimal. */
static void put_event(FILE *out, char *at)
{
	char *word = strtok(at, " \n"), *value;

	fprintf(out, "%.*s", (int)strcspn(word, ":"), word);
	while ((word = strtok(NULL, " \n"))) {
		if (!strncmp(word, "card=", 5))
			continue;
		value = strchr(word, '=');
		if (value && !strncmp(value, "=0x", 3))
			fprintf(out, " %.*s=%llu", (int)(value - word), word,
				strtoull(value + 1, NULL, 0));
		else
			fprintf(out, " %s", word);
	}
	fputc('\n', out);
}

void core_trace(FILE *out)
{
	static int on;
	char text[512], *at;
	FILE *f;

	if (!on) {
		write_to(TRACEFS "buffer_size_kb", "4096");
		write_to(TRACEFS "events/wavert/enable", "1");
		on = 1;
	}
	f = out ? fopen(TRACEFS "trace", "r") : NULL;
	while (f && fgets(text, sizeof(text), f)) {
		at = text[0] == '#' ? NULL : strstr(text, ": wavert_");
		if (at)
			put_event(out, at + strlen(": wavert_"));
	}
	if (f)
		fclose(f);
	write_to(TRACEFS "trace", "");
}

/* Another kind of device is loaded in between. */
void forget_device(void)
{
	const struct cf_device other = { .ramp = true };

	if (cf_client.device(&other)) {
		fprintf(stderr, "there is no device\n");
		exit(2);
	}
}
