// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel_checks.c - wavert doctor: do kernel and module go together?
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

void check_headers(struct doctor *d)
{
	char path[PATH_MAX], mend[128];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", d->system.release);
	if (exists(path)) {
		verdict(d, FINE, "headers", NULL, "of kernel %s are there", d->system.release);
		return;
	}
	snprintf(mend, sizeof(mend), "sudo apt install linux-headers-%s", d->system.release);
	verdict(d, d->loaded || d->module[0] ? NOTE : WRONG, "headers", mend,
		"of kernel %s are missing: modules cannot be built for it", d->system.release);
}

/* A module of the kernel's, by a list of them that depmod or the kernel's build made. */
static bool find_in(const char *list, const char *release, const char *name, char *path,
		    size_t size)
{
	char file[PATH_MAX], *line = NULL, *slash;
	size_t capacity = 0;
	bool found = false;
	FILE *f;

	snprintf(file, sizeof(file), "/lib/modules/%s/%s", release, list);
	f = fopen(file, "re");
	while (f && !found && getline(&line, &capacity, f) >= 0) {
		line[strcspn(line, ":\n")] = 0;	/* what follows is what it needs */
		slash = strrchr(line, '/');
		found = slash && !strncmp(slash + 1, name, strlen(name));
		if (found && path && line[0] == '/')
			snprintf(path, size, "%s", line);
		else if (found && path)
			snprintf(path, size, "/lib/modules/%s/%s", release, line);
	}
	if (f)
		fclose(f);
	free(line);
	return found;
}

void check_hwdep(struct doctor *d)
{
	const char *release = d->system.release;

	if (d->loaded || exists("/sys/module/snd_hwdep") ||
	    find_in("modules.builtin", release, "snd-hwdep.ko", NULL, 0)) {
		verdict(d, FINE, "snd-hwdep", NULL, "is there");
	} else if (find_in("modules.dep", release, "snd-hwdep.ko", NULL, 0)) {
		verdict(d, NOTE, "snd-hwdep", "sudo modprobe -a snd-pcm snd-hwdep",
			"is not loaded: modprobe does that by itself, insmod does not");
	} else {
		verdict(d, WRONG, "snd-hwdep", "sudo apt install linux-image-amd64, and boot that",
			"kernel %s has none%s; one with CONFIG_SND_HWDEP is needed", release,
			strstr(release, "cloud") ? ", as all for the cloud" : "");
	}
}

/* ---- the module file ------------------------------------------------------------------- */

/* A file in memory; NULL if it cannot be. */
static char *map_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at = MAP_FAILED;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0) {
		*size = (size_t)st.st_size;
		at = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (fd >= 0)
		close(fd);
	return at == MAP_FAILED ? NULL : at;
}

/* From the section .modinfo of a plain file; modinfo knows the compressed ones. */
static bool vermagic_of(char *path, char *magic, size_t size)
{
	static const char key[] = "vermagic=";
	char modinfo[] = "modinfo", field[] = "-F", name[] = "vermagic";
	char *argv[] = { modinfo, field, name, path, NULL };
	size_t bytes, rest;
	char *file = map_file(path, &bytes);
	const char *at = file ? memmem(file, bytes, key, sizeof(key) - 1) : NULL;

	if (at) {
		at += sizeof(key) - 1;
		rest = (size_t)(file + bytes - at);
		snprintf(magic, size, "%.*s", (int)strnlen(at, rest), at);
	}
	if (file)
		munmap(file, bytes);
	return at || ask(argv, magic, size);
}

static void compare_vermagic(struct doctor *d, const char *magic)
{
	char kernel[PATH_MAX], ours[256], *dep = kernel;
	const char *release = d->system.release;
	size_t n = strcspn(magic, " ");
	char mend[160];

	snprintf(mend, sizeof(mend), "sudo dkms autoinstall, or make modules KDIR=/lib/modules/%s/build",
		 release);
	if (strlen(release) != n || strncmp(magic, release, n)) {
		verdict(d, WRONG, "vermagic", mend, "%s was built for kernel %.*s, this is %s",
			d->module, (int)n, magic, release);
		return;
	}
	if (find_in("modules.dep", release, "snd-pcm.ko", kernel, sizeof(kernel)) &&
	    vermagic_of(dep, ours, sizeof(ours)) && strcmp(ours, magic)) {
		verdict(d, WRONG, "vermagic", mend, "%s says \"%s\", the kernel's own say \"%s\"",
			d->module, magic, ours);
		return;
	}
	verdict(d, FINE, "vermagic", NULL, "%s is for this kernel", d->module);
}

void check_module(struct doctor *d)
{
	char magic[256];

	if (d->given)
		snprintf(d->module, sizeof(d->module), "%s", d->given);
	else if (!find_in("modules.dep", d->system.release, "snd-wavert.ko", d->module,
			  sizeof(d->module)))
		d->module[0] = 0;
	if (!d->module[0]) {
		verdict(d, d->loaded ? NOTE : WRONG, "module",
			"sudo apt install alsa-wavert-dkms, or sudo make dkms in the source",
			"snd-wavert is not installed for kernel %s%s", d->system.release,
			d->loaded ? ", but loaded" : "");
		return;
	}
	if (vermagic_of(d->module, magic, sizeof(magic)))
		compare_vermagic(d, magic);
	else
		verdict(d, WRONG, "vermagic", "make modules",
			"%s cannot be read, or is no kernel module", d->module);
}

/* ---- Secure Boot -------------------------------------------------------------------------- */

/* Why the kernel refuses modules that are not signed, or NULL. */
static const char *who_demands(void)
{
	char line[80];

	first_line("/sys/module/module/parameters/sig_enforce", line, sizeof(line));
	if (line[0] == 'Y')
		return "module.sig_enforce is set";
	first_line("/sys/kernel/security/lockdown", line, sizeof(line));
	if (strstr(line, "[integrity]") || strstr(line, "[confidentiality]"))
		return "the kernel is locked down, as by Secure Boot";
	return NULL;
}

static bool is_signed(char *path)
{
	static const char mark[] = "~Module signature appended~\n";
	char modinfo[] = "modinfo", field[] = "-F", name[] = "signer", line[128];
	char *argv[] = { modinfo, field, name, path, NULL };
	size_t bytes;
	char *file = map_file(path, &bytes);
	bool found = file && bytes >= sizeof(mark) - 1 &&
		     !memcmp(file + bytes - (sizeof(mark) - 1), mark, sizeof(mark) - 1);

	if (file)
		munmap(file, bytes);
	return found || ask(argv, line, sizeof(line));
}

/* Has the key of DKMS been enrolled? mokutil says so in words only. */
static bool is_enrolled(void)
{
	char mokutil[] = "mokutil", test[] = "--test-key", key[] = "/var/lib/dkms/mok.pub";
	char *argv[] = { mokutil, test, key, NULL };
	char line[256] = "";

	ask(argv, line, sizeof(line));
	return strstr(line, "is already enrolled");
}

void check_signature(struct doctor *d)
{
	const char *why = who_demands();

	if (d->loaded || !why) {
		verdict(d, FINE, "secure-boot", NULL, "%s", d->loaded ?
			"the module is loaded: its signature, if one is needed, is right" :
			"modules need no signature");
		return;
	}
	if (!d->module[0])
		verdict(d, NOTE, "secure-boot", NULL, "%s: modules have to be signed", why);
	else if (!is_signed(d->module))
		verdict(d, WRONG, "secure-boot", "sudo make sign (README: Secure Boot)",
			"%s, and %s is not signed", why, d->module);
	else if (!is_enrolled())
		verdict(d, WRONG, "secure-boot",
			"sudo mokutil --import /var/lib/dkms/mok.pub, then reboot and enrol it",
			"%s, and the key of DKMS does not seem to be enrolled", why);
	else
		verdict(d, FINE, "secure-boot", NULL, "%s is signed, and the key of DKMS enrolled",
			d->module);
}
