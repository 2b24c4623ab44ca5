// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel_checks.c - wavert doctor: can this kernel load the module, and is it loaded?
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

/* Debian names its kernel by the architecture, except on 32-bit machines. */
#if defined(__i386__)
#define KERNEL_PACKAGE "linux-image-686"
#elif defined(__arm__)
#define KERNEL_PACKAGE "linux-image-armmp"
#else
#define KERNEL_PACKAGE "linux-image-$(dpkg --print-architecture)"
#endif

/* Something is missing. It is a problem only if it is needed. */
static enum verdict unless(bool not_needed)
{
	return not_needed ? NOTE : WRONG;
}

/* Load a module for --fix. Loading these adds no card and takes no device from its driver. */
static void load(struct doctor *d, const char *check, const char *name)
{
	int err = module_load(name);

	const char *command = "dmesg | tail";

	if (geteuid())
		command = "sudo wavert doctor --fix";
	if (!err)
		verdict(d, FIXED, check, NULL, "%s was not loaded; modprobe %s has loaded it.",
			name, name);
	else
		verdict(d, WRONG, check, command, "%s is not loaded, and modprobe %s fails: %s.", name, name,
			strerror(-err));
}

void check_hwdep(struct doctor *d)
{
	static const char name[] = "snd-hwdep";
	struct module m;

	module_find(&m, name);
	if (m.builtin)
		verdict(d, FINE, name, NULL, "%s is built into the kernel.", name);
	else if (m.loaded)
		verdict(d, FINE, name, NULL, "%s is loaded.", name);
	else if (m.path[0] && d->fix)
		load(d, name, name);
	else if (m.path[0])
		verdict(d, NOTE, name, "sudo modprobe -a snd-pcm snd-hwdep",
			"%s is not loaded. modprobe snd-wavert loads it, insmod does not.", name);
	else
		verdict(d, WRONG, name, "sudo apt install " KERNEL_PACKAGE ", then boot that kernel",
			"Kernel %s has no %s%s. A kernel with CONFIG_SND_HWDEP is needed.",
			d->system.release, name,
			only_if(strstr(d->system.release, "cloud"), ", like all kernels for the cloud"));
}

/*
 * Debian and Raspberry Pi OS name the headers after the release. Raspberry Pi OS before its kernel 6.6
 * has one package for all its kernels, 6.1.21-v8+ for example.
 */
static void name_headers(const char *release, char *package, size_t size)
{
	static const char *const flavours[] = { "-v7+", "-v7l+", "-v8+" };
	size_t i, at, n = strlen(release);

	snprintf(package, size, "linux-headers-%s", release);
	for (i = 0; i < sizeof(flavours) / sizeof(flavours[0]); i++) {
		at = strlen(flavours[i]);
		if (n > at && !strcmp(release + n - at, flavours[i]))
			snprintf(package, size, "raspberrypi-kernel-headers");
	}
}

void check_headers(struct doctor *d)
{
	char path[PATH_MAX], command[128], package[96];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", d->system.release);
	if (!access(path, F_OK)) {
		verdict(d, FINE, "headers", NULL, "The headers of kernel %s are installed.",
			d->system.release);
		return;
	}
	name_headers(d->system.release, package, sizeof(package));
	snprintf(command, sizeof(command), "sudo apt install %s", package);
	verdict(d, unless(d->loaded || d->module.path[0]), "headers", command,
		"The headers of kernel %s are missing. Modules cannot be built for it.",
		d->system.release);
}

/* ---- the module file ------------------------------------------------------------------- */

static void check_vermagic(struct doctor *d)
{
	const char *release = d->system.release, *magic = d->module.vermagic;
	size_t n = strcspn(magic, " ");
	struct module kernel;
	char command[160];

	snprintf(command, sizeof(command), "sudo dkms autoinstall, or make modules KDIR=/lib/modules/%s/build",
		 release);
	module_find(&kernel, "snd-pcm");
	if (!magic[0])
		verdict(d, WRONG, "vermagic", "make modules",
			"File %s cannot be read, or is not a kernel module.", d->module.path);
	else if (strlen(release) != n || strncmp(magic, release, n))
		verdict(d, WRONG, "vermagic", command, "File %s was built for kernel %.*s, this is %s.",
			d->module.path, (int)n, magic, release);
	else if (kernel.vermagic[0] && strcmp(kernel.vermagic, magic))
		verdict(d, WRONG, "vermagic", command,
			"File %s has vermagic \"%s\", the modules of the kernel have \"%s\".",
			d->module.path, magic, kernel.vermagic);
	else
		verdict(d, FINE, "vermagic", NULL, "File %s was built for this kernel.",
			d->module.path);
}

void check_module(struct doctor *d)
{
	if (d->module.path[0]) {
		check_vermagic(d);
		return;
	}
	verdict(d, unless(d->loaded), "module",
		"sudo apt install alsa-wavert-dkms, or sudo make dkms in the source",
		"snd-wavert is not installed for kernel %s%s.", d->system.release,
		only_if(d->loaded, ", but loaded"));
}

/* ---- Secure Boot -------------------------------------------------------------------------- */

/* The reason for which the kernel refuses unsigned modules, or NULL. */
static const char *why_signed(void)
{
	char line[80];

	first_line("/sys/module/module/parameters/sig_enforce", line, sizeof(line));
	if (line[0] == 'Y')
		return "The kernel parameter module.sig_enforce is set";
	first_line("/sys/kernel/security/lockdown", line, sizeof(line));
	if (strstr(line, "[integrity]") || strstr(line, "[confidentiality]"))
		return "The kernel is locked down, as by Secure Boot";
	return NULL;
}

/* Has the key of DKMS been enrolled? mokutil has no exit code for it. */
static bool is_enrolled(void)
{
	FILE *f = popen("mokutil --test-key /var/lib/dkms/mok.pub 2>/dev/null", "re");
	char line[256] = "";
	bool enrolled = f && fgets(line, sizeof(line), f) && strstr(line, "is already enrolled");

	if (f)
		pclose(f);
	return enrolled;
}

void check_signature(struct doctor *d)
{
	const char *why = why_signed();

	if (d->loaded)
		verdict(d, FINE, "secure-boot", NULL,
			"The kernel has accepted the signature of the module, or needs none.");
	else if (!why)
		verdict(d, FINE, "secure-boot", NULL, "The kernel needs no signature.");
	else if (!d->module.path[0])
		verdict(d, NOTE, "secure-boot", NULL, "%s: modules have to be signed.", why);
	else if (!d->module.has_signature)
		verdict(d, WRONG, "secure-boot", "sudo make sign (README: Secure Boot)",
			"%s, and file %s is not signed.", why, d->module.path);
	else if (!is_enrolled())
		verdict(d, WRONG, "secure-boot",
			"sudo mokutil --import /var/lib/dkms/mok.pub, then reboot and enrol it",
			"%s, and the key of DKMS does not seem to be enrolled.", why);
	else
		verdict(d, FINE, "secure-boot", NULL,
			"File %s is signed, and the key of DKMS is enrolled.", d->module.path);
}

void check_loaded(struct doctor *d)
{
	if (d->loaded)
		verdict(d, FINE, "loaded", NULL, "snd-wavert is loaded.");
	else if (d->fix && !d->wrong)
		load(d, "loaded", "snd-wavert");
	else
		verdict(d, WRONG, "loaded", "sudo modprobe snd-wavert-sim",
			"snd-wavert is not loaded.");
	d->loaded = !access("/sys/module/snd_wavert", F_OK);
}
