/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * witness.h - for tests in the guest: a second witness of periods, the other driver's calls of
 * snd_pcm_period_elapsed(), counted by a kprobe of tracefs. Static functions.
 */
#ifndef WRT_TEST_WITNESS_H
#define WRT_TEST_WITNESS_H

#include <sys/mount.h>

#include "foreign.h"

#define TRACING "/sys/kernel/tracing/"

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

/* Calls of all PCMs so far, or -1: this kernel has no kprobe events. */
static inline long elapsed_calls(void)
{
	char line[128], event[64];
	long hits, found = -1;
	FILE *f = fopen(TRACING "kprobe_profile", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld", event, &hits) == 2 && !strcmp(event, "elapsed"))
			found = hits;
	if (f)
		fclose(f);
	return found;
}

static inline void count_calls(void)
{
	if (elapsed_calls() >= 0)
		return;
	if (access(TRACING "README", F_OK))
		mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	if (write_file(TRACING "kprobe_events", "p:witness/elapsed snd_pcm:snd_pcm_period_elapsed\n"))
		write_file(TRACING "events/witness/elapsed/enable", "1");
}

/*
 * How many calls a driver may make fewer and more than there are periods: one, since a stream may end
 * before or after it, and a share of those that it reports together with another. snd-aloop does so
 * at each tick of its timer.
 */
static inline void check_calls(long calls, uint64_t periods, const char *what)
{
	static const struct {
		const char *name;
		unsigned int together, of;	/* calls that may lack */
	} slack[] = {
		{ "hda", 1, 16 }, { "ac97", 0, 1 }, { "es1370", 0, 1 }, { "usb", 1, 16 },
		{ "dummy", 0, 1 }, { "aloop", 1, 1 },
	};
	uint64_t fewer;
	size_t i = 0;

	while (i < COUNT(slack) && strcmp(slack[i].name, name))
		i++;
	if (calls < 0 || i == COUNT(slack)) {
		tap_skip("no kprobe events, or a driver that was not measured",
			 "%s: calls of snd_pcm_period_elapsed()", name);
		return;
	}
	fewer = 1 + periods * slack[i].together / slack[i].of;
	TAP_CHECK(calls && (uint64_t)calls + fewer >= periods && (uint64_t)calls <= periods + 1,
		  "%s: %s, %llu periods, %ld calls of snd_pcm_period_elapsed()", name, what,
		  (unsigned long long)periods, calls);
}

#endif
