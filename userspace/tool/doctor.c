// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor.c - wavert doctor: what is wrong, and the command that mends it. Looks only, changes
 * nothing. Exit code 1 if anything is wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

extern char **environ;

void verdict(struct doctor *d, enum verdict v, const char *check, const char *mend,
	     const char *format, ...)
{
	static const char *const words[] = { "ok", "note", "wrong" };
	char text[2 * PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	d->wrong += v == WRONG;
	if (d->checks) {
		json_array_append_new(d->checks, json_pack("{s:s, s:s, s:s, s:s?}", "check", check,
							   "verdict", words[v], "text", text,
							   "mend", mend));
		return;
	}
	printf("%-6s %-12s %s\n", words[v], check, text);
	if (mend)
		printf("%-6s %-12s mend: %s\n", "", "", mend);
}

bool ask(char *const argv[], char *line, size_t size)
{
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1, err;
	pid_t pid;
	FILE *f;

	line[0] = 0;
	if (pipe2(ends, O_CLOEXEC))
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	f = fdopen(ends[0], "re");
	if (f && !err && fgets(line, (int)size, f))
		line[strcspn(line, "\n")] = 0;
	if (f)
		fclose(f);
	else
		close(ends[0]);
	while (!err && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return !err && WIFEXITED(status) && !WEXITSTATUS(status) && line[0];
}

/* ---- cards ---------------------------------------------------------------------------- */

static void check_open(struct doctor *d, int card)
{
	struct wavert_version v = { 0 };
	struct wavert_device *device;
	char name[16];
	int err;

	snprintf(name, sizeof(name), "%d", card);
	err = wavert_open(&device, name);
	if (!err) {
		wavert_close(device);
		verdict(d, FINE, "permissions", NULL, "card %d can be opened", card);
	} else if (err == -EACCES || err == -EPERM) {
		verdict(d, WRONG, "permissions", "sudo adduser $USER audio, then log in again",
			"you may not open card %d", card);
	} else if (err == -EPROTO && !wavert_version_of(name, &v)) {
		verdict(d, WRONG, "version", version_advice(&v),
			"the module has interface version %u.%u, this command was built for %d.%d",
			v.abi_major, v.abi_minor, WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR);
	} else {
		verdict(d, WRONG, "node", "sudo udevadm trigger --subsystem-match=sound",
			"card %d is there, but not /dev/snd/hwC%dD0: %s", card, card,
			strerror(-err));
	}
}

/* A card all of whose pins of a direction have an owner is busy. */
static void check_busy(struct doctor *d, int card)
{
	unsigned int pins[2] = { 0, 0 }, taken[2] = { 0, 0 }, direction;
	static const char *const names[2] = { "playback", "capture" };
	char path[64], line[160], holder[64], mend[160];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (line[0] != 'p' && line[0] != 'c')
			continue;
		direction = line[0] == 'c';
		pins[direction]++;
		taken[direction] += !strstr(line, "owner nobody");
	}
	if (f)
		fclose(f);
	for (direction = 0; direction < 2; direction++) {
		if (!pins[direction] || taken[direction] < pins[direction])
			continue;
		if (!card_holder(card, holder, sizeof(holder)))
			snprintf(holder, sizeof(holder), "a program of somebody else");
		snprintf(mend, sizeof(mend), strstr(holder, "pipewire") ?
			 "systemctl --user stop pipewire.socket pipewire" :
			 strstr(holder, "pulseaudio") ?
			 "systemctl --user stop pulseaudio.socket pulseaudio" :
			 "end it: sudo fuser -v /dev/snd/*");
		verdict(d, WRONG, "busy", mend, "%s has every %s pin of card %d", holder,
			names[direction], card);
	}
	if (taken[0] < pins[0] && taken[1] < pins[1])
		verdict(d, FINE, "busy", NULL, "card %d has a free pin in each direction", card);
}

static void check_cards(struct doctor *d)
{
	int card, found = 0;
	char path[64];

	for (card = 0; card < WAVERT_CARDS_MAX; card++) {
		snprintf(path, sizeof(path), "/proc/asound/card%d/wavert", card);
		if (access(path, F_OK))
			continue;
		found++;
		check_open(d, card);
		check_busy(d, card);
		check_silence(d, card);
	}
	if (!found)
		verdict(d, WRONG, "card", d->loaded ?
			"sudo modprobe snd-wavert-sim, or sudo wavert bind ADDRESS" :
			"sudo modprobe snd-wavert-sim",
			"no card is driven by alsa-wavert");
}

static int run(const struct options *o)
{
	struct doctor d = { .given = o->arguments[0] };
	json_t *document = NULL;
	int code;

	if (uname(&d.system))
		return fail("uname", -errno);
	if (o->json) {
		document = json_document();
		d.checks = json_array();
		json_object_set_new(document, "kernel", json_string(d.system.release));
		json_object_set_new(document, "checks", d.checks);
	}
	d.loaded = !access("/sys/module/snd_wavert", F_OK);
	if (d.loaded)
		verdict(&d, FINE, "loaded", NULL, "snd-wavert is");
	else
		verdict(&d, WRONG, "loaded", "sudo modprobe snd-wavert-sim", "snd-wavert is not");
	check_module(&d);
	check_headers(&d);
	check_hwdep(&d);
	check_signature(&d);
	check_cards(&d);
	code = d.wrong ? EXIT_FAILED : EXIT_OK;
	if (o->json) {
		json_object_set_new(document, "wrong", json_integer(d.wrong));
		return json_print(document, code);
	}
	if (d.wrong)
		printf("%u thing%s wrong; mend them from above to below\n", d.wrong,
		       d.wrong == 1 ? " is" : "s are");
	return code;
}

static const struct argp_option options[] = { OPTION_JSON, OPTIONS_END };

const struct verb doctor_verb = {
	.name = "doctor", .summary = "What is wrong with kernel, modules and cards",
	.argp = {
		.options = options, .parser = parse_shared, .args_doc = "[MODULE]",
		.doc = "Say what is wrong with kernel, modules and cards, and the command that fixes it.",
	},
	.run = run, .expected = "at most one module file", .most = 1,
};
