// SPDX-License-Identifier: GPL-2.0-only
/*
 * attached.c - rounds over the PCMs of another driver: its card has number 0, and the card that is
 * attached to it number 1. Used by main.c and memory.c.
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "../../guest/machine.h"

#define OURS	"/sys/bus/platform/drivers/snd-wavert-attach/"
#define HDA	"/sys/bus/pci/drivers/snd_hda_intel/"

static const struct foreign {
	const char *module;		/* NULL: it is loaded, and its device is not bound */
	const char *parameters, *driver, *device;
} foreign[] = {
	{ "snd-dummy", "index=0 fake_buffer=0", "/sys/bus/platform/drivers/snd_dummy/", "snd_dummy.0" },
	{ "snd-aloop", "index=0 pcm_substreams=2", "/sys/bus/platform/drivers/snd_aloop/", "snd_aloop.0" },
	{ NULL, NULL, HDA, "0000:00:10.0" },
	{ "snd-dummy", "index=0 pcm_substreams=2", "/sys/bus/platform/drivers/snd_dummy/", "snd_dummy.0" },
};

static const struct foreign *now;
static unsigned int now_index;
static atomic_uint ran[COUNT_OF(foreign)], unbound[COUNT_OF(foreign)];
static pid_t unbinding;

static bool exists(const char *directory, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s%s", directory, name);
	return !access(path, F_OK);
}

static int write_to(const char *directory, const char *name, const char *text)
{
	char path[96];

	snprintf(path, sizeof(path), "%s%s", directory, name);
	return write_text(path, text);
}

/* The driver of HD Audio makes its card in the background, and ours goes away in the background. */
bool attached_is_bound(void)
{
	return exists(OURS, "snd-wavert-attach.0");
}

static void wait_for_card(void)
{
	int patience = 200;

	while (!exists("/proc/asound/card0/", "pcm0p") && --patience)
		usleep(10000);
}

static bool unbind_ended(int flags)
{
	int status;

	if (!waitpid(unbinding, &status, flags))
		return false;
	unbinding = 0;
	unbound[now_index] += status == 0;
	return true;
}

int attached_bind(void)
{
	int err = 0;

	if (unbinding && !unbind_ended(WNOHANG))
		return EAGAIN;
	if (!exists(now->driver, now->device))
		err = write_to(now->driver, "bind", now->device);
	if (err)
		return err;
	wait_for_card();
	return write_to(OURS, "attach", "0");
}

/* A program of its own, since it returns when no thread has a file of the card any more. */
static int unbind_device(void)
{
	char text[128];
	char *argv[] = { "sh", "-c", text, NULL }, *environment[] = { NULL };

	snprintf(text, sizeof(text), "echo %s >%sunbind", now->device, now->driver);
	return unbinding ? EAGAIN : posix_spawn(&unbinding, "/bin/sh", NULL, NULL, argv, environment);
}

/* The card is detached, or the other driver's device is unbound. */
int attached_unbind(bool device)
{
	return device ? unbind_device() : write_to(OURS, "detach", "0");
}

/* HD Audio is bound when its driver is loaded. */
int attached_set_up(void)
{
	if (!exists(HDA, "0000:00:10.0"))
		return 0;
	wait_for_card();
	return write_to(HDA, "unbind", "0000:00:10.0");
}

int attached_load(unsigned int round)
{
	char path[64];
	int err = 0;

	now_index = round % COUNT_OF(foreign);
	now = &foreign[now_index];
	if (!now->module && !exists("/sys/bus/pci/devices/", now->device))
		now = &foreign[now_index = 0];
	snprintf(path, sizeof(path), "/modules/%s.ko", now->module ? now->module : "");
	if (now->module)
		err = insert(path, now->parameters);
	if (!err)
		err = insert("/modules/snd-wavert-attach.ko", "");
	return err ? err : attached_bind();
}

int attached_unload(void)
{
	char name[32];
	int err;

	if (unbinding)
		unbind_ended(0);
	err = take_out("snd_wavert_attach");
	if (!now->module && !err && exists(now->driver, now->device))
		err = write_to(now->driver, "unbind", now->device);
	if (err || !now->module)
		return err;
	snprintf(name, sizeof(name), "%s", now->module);
	name[3] = '_';
	return take_out(name);
}

/* A pin that a thread owns: an observer cannot set a state. */
void attached_ran(void)
{
	ran[now_index]++;
}

/* Of the drivers with memory that a client can share, each has been run by an owner. */
bool attached_done(void)
{
	bool hda = exists("/sys/bus/pci/devices/", foreign[2].device);
	unsigned int i, all = 0;

	for (i = 0; i < COUNT_OF(foreign); i++) {
		printf("# %s: RUN %u times, device unbound %u times\n",
		       foreign[i].module ? foreign[i].module : "snd-hda-intel", ran[i], unbound[i]);
		all += unbound[i];
	}
	return ran[0] && ran[1] && (ran[2] || !hda) && all;
}
