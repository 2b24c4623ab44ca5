// SPDX-License-Identifier: GPL-2.0-only
/*
 * common.c - messages for errors.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

volatile sig_atomic_t interrupted;

int fail(const char *what, int error)
{
	const char *status = wavert_status_name(error);

	fprintf(stderr, "wavert: %s: %s", what, wavert_strerror(error));
	if (status)
		fprintf(stderr, " (%s)", status);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

int outcome(const char *what, int error)
{
	if (error < 0)
		return fail(what, error);
	return EXIT_OK;
}

int exit_code(bool good)
{
	return good ? EXIT_OK : EXIT_FAILED;
}

const char *version_advice(const struct wavert_version *v)
{
	if (v->abi_major < WAVERT_ABI_MAJOR)
		return "sudo apt install alsa-wavert-dkms, then reboot";
	return "sudo apt install alsa-wavert-utils";
}

void say_version(const char *name)
{
	struct wavert_version v;
	int err = wavert_version_of(name, &v);

	if (err) {
		fail(name, err);
		return;
	}
	fprintf(stderr, "wavert: the modules have interface version %u.%u, this command was built for %d.%d; %s\n",
		v.abi_major, v.abi_minor, WAVERT_ABI_MAJOR, WAVERT_ABI_MINOR, version_advice(&v));
}

/* A card of another driver stands for the one that is attached to it. */
static int open_attached(struct wavert_device **device, const char *name)
{
	char number[16];
	int card = -1;

	if (isdigit((unsigned char)name[0]))
		card = attached_card(atoi(name));
	if (card < 0)
		return -ENXIO;
	snprintf(number, sizeof(number), "%d", card);
	return wavert_open(device, number);
}

struct wavert_device *open_device(const char *name)
{
	struct wavert_device *device = NULL;
	int err = wavert_open(&device, name);

	if (err == -ENXIO)
		err = open_attached(&device, name);
	if (!err)
		return device;
	if (err == -ENODEV)
		fprintf(stderr, "wavert: there is no sound card \"%s\"; wavert list shows what there is\n",
			name);
	else if (err == -ENXIO)
		fprintf(stderr, "wavert: card \"%s\" is not driven by alsa-wavert; wavert list shows which are, sudo wavert attach observes any\n",
			name);
	else if (err == -EACCES || err == -EPERM)
		fprintf(stderr, "wavert: you may not open card \"%s\"; sudo adduser $USER audio, then log in again\n",
			name);
	else if (err == -EPROTO)
		say_version(name);
	else
		fail(name, err);
	return NULL;
}

static void print_formats(unsigned int formats)
{
	unsigned int f;

	for (f = 1; f && f <= formats; f <<= 1)
		if (formats & f)
			fprintf(stderr, " %s", wavert_format_name(f));
}

static bool is_listed(const struct wavert_caps *caps, unsigned int rate)
{
	unsigned int i;

	for (i = 0; i < caps->nrates; i++)
		if (caps->rates[i] == rate)
			return true;
	return !caps->nrates;
}

static void print_rates(const struct wavert_caps *caps)
{
	unsigned int i;

	for (i = 0; i < caps->nrates; i++)
		fprintf(stderr, "%s %u", only_if(i, ","), caps->rates[i]);
	fputs(" Hz", stderr);
}

bool check_format(const struct wavert_caps *caps, unsigned int rate, unsigned int format,
		  unsigned int channels)
{
	if (!(caps->formats & format)) {
		fprintf(stderr, "wavert: the device has no %s; it offers",
			wavert_format_name(format));
		print_formats(caps->formats);
	} else if (rate < caps->rate_min || rate > caps->rate_max) {
		fprintf(stderr, "wavert: the device cannot do %u Hz; it offers %u to %u Hz",
			rate, caps->rate_min, caps->rate_max);
	} else if (!is_listed(caps, rate)) {
		fprintf(stderr, "wavert: the device cannot do %u Hz; it offers", rate);
		print_rates(caps);
	} else if (channels < caps->channels_min || channels > caps->channels_max) {
		fprintf(stderr, "wavert: the device cannot do %u channels; it offers %u to %u",
			channels, caps->channels_min, caps->channels_max);
	} else {
		return true;
	}
	fputs("; convert the file, with sox for instance, or choose one of these\n", stderr);
	return false;
}

bool first_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	bool found = f && fgets(line, (int)size, f);

	if (f)
		fclose(f);
	if (!found)
		line[0] = 0;
	line[strcspn(line, "\n")] = 0;
	return found;
}
