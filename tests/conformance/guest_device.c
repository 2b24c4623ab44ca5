// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest_device.c - see guest_device.h. The simulator, or a register model, is loaded again for each
 * kind of device that a test requests; hardware is bound once, by name, and cannot be changed. The
 * card of another driver (card 0) is attached to once (card 1), and unplugged as that driver's.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sound/wavert.h>

#include "guest_device.h"

#define STEP_FILE(path)	"/sys/kernel/debug/" path "/step"
#define REGISTER_PAGE	4096	/* registers of HD Audio that can be mapped alone */
#define DEVICES		"/sys/bus/pci/devices/"
#define ATTACH		"/sys/bus/platform/drivers/"

/*
 * Emulated parts as run.sh sets them up: DMA moves once a millisecond, blocks of 256 bytes
 * at a time (HDA) or what a millisecond plays; the first of them up to 2.2 ms after start.
 */
static const struct kind {
	const char *name, *driver, *parameters;
	bool by_message;	/* the device interrupts by MSI */
	long pci_class;		/* 0: not a PCI device */
	struct cf_nature nature;
	const char *foreign;	/* directory of the driver that has the card which is attached to */
	const char *device;	/* its device, where that is not found by its class */
	bool crossed;		/* capture of a pin records what its neighbour plays */
} kinds[] = {
	{ "sim", "snd-wavert-sim", NULL, false, 0,
	  .nature = { .loopback = true, .ramp = true, .rates = { 48000, 44100, 96000 } } },
	{ "hda-msi", "snd-wavert-hda", "msi=Y", true, 0x0403,
	  .nature = { .hardware = true, .registers = true, .step = 256, .late_us = 3000,
	    .buffer_min = 512, .rates = { 48000, 44100, 96000 } } },
	{ "hda-intx", "snd-wavert-hda", "msi=N", false, 0x0403,
	  .nature = { .hardware = true, .registers = true, .step = 256, .late_us = 3000,
	    .buffer_min = 512, .rates = { 48000, 44100, 96000 } } },
	{ "hda-not-coherent", "snd-wavert-hda", "msi=Y", true, 0x0403,
	  .nature = { .hardware = true, .registers = true, .write_combined = true, .step = 256,
	    .late_us = 3000, .buffer_min = 512, .rates = { 48000, 44100, 96000 } } },
	{ "ich", "snd-wavert-ich", "", false, 0x0401,
	  .nature = { .hardware = true, .step = 200, .late_us = 3000, .buffer_min = 512,
	    .rates = { 48000, 44100, 32000 } } },
	/* of tests/guest/model_card; as in client_host.c */
	{ "hda-model", "snd-wavert-model", NULL, false, 0,
	  .nature = { .hardware = true, .ramp = true, .registers = true, .step = 256, .buffer_min = 1024,
	    .rates = { 48000, 44100, 96000 } } },
	/*
	 * At least two periods in a buffer. The driver ignores interrupts that it takes for too
	 * early, and where the next one is a whole buffer later ALSA does not see that it passed.
	 */
	{ "attach-hda", "snd-wavert-attach", "", false, 0x0403,
	  .nature = { .hardware = true, .step = 256, .late_us = 3000, .buffer_min = 256,
	    .exact_min = 1920, .size_step = 4, .parts_min = 2, .rates = { 48000, 44100, 96000 } },
	  .foreign = "/sys/bus/pci/drivers/snd_hda_intel" },
	{ "attach-usb", "snd-wavert-attach", "", false, 0,
	  .nature = { .hardware = true, .step = 960, .late_us = 6000, .buffer_min = 384,
	    .size_step = 4, .parts_min = 2, .rates = { 48000, 48000, 48000 } },
	  .foreign = "/sys/bus/usb/drivers/usb", .device = "1-1" },
	/* it moves by the kernel's tick, 4 ms */
	{ "attach-aloop", "snd-wavert-attach", "", false, 0,
	  .nature = { .hardware = true, .loopback = true, .by_tick = true, .step = 768,
	    .late_us = 4100, .buffer_min = 64, .exact_min = 4096, .rates = { 48000, 44100, 32000 } },
	  .foreign = "/sys/bus/platform/drivers/snd_aloop", .device = "snd_aloop.0",
	  .crossed = true },
};

static const struct kind *kind = kinds;
static struct cf_client *cl;
static struct cf_device loaded;
static bool is_loaded, unplugged;
static char bus_name[32];	/* name of the device for the unbind file of its driver */
static int step_fd = -1;	/* the step file of the card, or -1 */

void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	fflush(stdout);
	exit(1);
}

long number_in(const char *path, const char *after)
{
	char text[256] = "", *at;
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = 0;
	at = strstr(text, after);
	return at ? strtol(at + strlen(after), NULL, 0) : -1;
}

static void insert(const char *module, const char *parameters)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/modules/%s.ko", module);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		die(path);
	close(fd);
}

static void write_to(const char *directory, const char *name, const char *file, const char *text)
{
	size_t n = strlen(text);
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s%s/%s", directory, name, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		die(path);
	close(fd);
}

static void wait_for(const char *path)
{
	int i;

	for (i = 0; access(path, F_OK) && i < 1000; i++)
		usleep(1000);
	if (access(path, F_OK))
		die(path);
}

/* ---- the simulator, the register model --------------------------------------------------- */

static bool is_simulator(void)
{
	return kind == kinds;
}

static bool is_software(void)
{
	return !kind->pci_class && !kind->foreign;
}

const char *guest_node(void)
{
	return kind->foreign ? "/dev/snd/hwC1D0" : "/dev/snd/hwC0D0";
}

uint32_t guest_pin(uint32_t dir, uint32_t pin)
{
	return kind->crossed && dir == CF_CAPTURE ? pin ^ 1 : pin;
}

static void stop_stepping(void)
{
	if (step_fd >= 0)
		close(step_fd);
	step_fd = -1;
}

static void start_stepping(void)
{
	const char *file = is_simulator() ? STEP_FILE("snd-wavert-sim/card0") :
					    STEP_FILE("snd-wavert-model");

	wait_for(guest_node());
	if (!cl->exact)
		return;
	wait_for(file);
	step_fd = open(file, O_RDWR | O_CLOEXEC);
	if (step_fd < 0)
		die(file);
}

/* The simulator's frames are of any rate. */
bool guest_step(uint64_t frames, uint32_t rate)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%u", (unsigned int)frames);

	if (!is_simulator())
		n = snprintf(text, sizeof(text), "%u %u", (unsigned int)frames,
			     (unsigned int)rate);
	if (step_fd < 0)
		return false;
	if (write(step_fd, text, (size_t)n) != n)
		die("step");
	return true;
}

uint64_t guest_stepped(void)
{
	char text[32] = "";

	if (pread(step_fd, text, sizeof(text) - 1, 0) <= 0)
		die("step");
	return strtoull(text, NULL, 10);
}

/* The name of the module is that of the driver, with _ for -. */
static void module_name(char *out, size_t room)
{
	snprintf(out, room, "%s", kind->driver);
	for (; *out; out++)
		if (*out == '-')
			*out = '_';
}

static enum wrt_status load_software(const struct cf_device *wish)
{
	char parameters[128], name[32];

	stop_stepping();
	module_name(name, sizeof(name));
	if (is_loaded && syscall(SYS_delete_module, name, O_NONBLOCK)) {
		start_stepping();
		return WRT_STATUS_DEVICE_BUSY;
	}
	if (is_simulator())
		snprintf(parameters, sizeof(parameters),
			 "streams=2 clock=%s loopback=%s source=ramp fault=%s",
			 cl->exact ? "step" : "hrtimer", wish->ramp ? "N" : "Y",
			 wish->not_ready ? "not-ready" : "none");
	else
		snprintf(parameters, sizeof(parameters), "source=%s",
			 wish->ramp ? "ramp" : "silence");
	insert(kind->driver, parameters);
	return WRT_STATUS_SUCCESS;
}

/* ---- hardware ---------------------------------------------------------------------------- */

/* The first PCI device of this class. */
static void find_device(void)
{
	char path[128];
	const char *name;
	glob_t all;
	size_t i;

	if (glob(DEVICES "*", 0, NULL, &all))
		die(DEVICES);
	for (i = 0; i < all.gl_pathc && !bus_name[0]; i++) {
		name = all.gl_pathv[i] + strlen(DEVICES);
		snprintf(path, sizeof(path), DEVICES "%s/class", name);
		if (number_in(path, "") >> 8 == kind->pci_class)
			snprintf(bus_name, sizeof(bus_name), "%s", name);
	}
	globfree(&all);
	if (!bus_name[0])
		die("no such PCI device");
}

/* Names of interrupt controllers differ from one architecture to another; msi_irqs does not. */
static bool has_message(void)
{
	char path[128];
	glob_t all;
	bool found;

	snprintf(path, sizeof(path), DEVICES "%s/msi_irqs/*", bus_name);
	found = !glob(path, 0, NULL, &all);
	globfree(&all);
	return found;
}

/* Checks that it interrupts as the mode requires. */
static void see_interrupt(void)
{
	char line[256];
	FILE *f = fopen("/proc/interrupts", "r");
	bool seen = false;

	while (f && fgets(line, sizeof(line), f))
		seen |= strstr(line, kind->driver) != NULL;
	if (f)
		fclose(f);
	if (!seen || has_message() != kind->by_message)
		die("the interrupt of this mode");
}

static enum wrt_status load_hardware(void)
{
	find_device();
	if (kind->nature.write_combined)
		insert("not_coherent", "");
	write_to(DEVICES, bus_name, "driver_override", kind->driver);
	insert(kind->driver, kind->parameters);
	wait_for(guest_node());
	see_interrupt();
	return WRT_STATUS_SUCCESS;
}

/* ---- another driver's card ----------------------------------------------------------------- */

static void attach(void)
{
	wait_for("/proc/asound/card0/id");	/* the last thing of a card that appears */
	write_to(ATTACH, kind->driver, "attach", "0");
	wait_for(guest_node());
}

static enum wrt_status load_attached(void)
{
	if (kind->pci_class)
		find_device();
	insert(kind->driver, kind->parameters);
	attach();
	return WRT_STATUS_SUCCESS;
}

/* ---- all ----------------------------------------------------------------------------------- */

static void write_to_driver(const char *file)
{
	const char *drivers = "/sys/bus/platform/drivers/";

	if (kind->foreign)
		write_to(kind->foreign, "", file, bus_name);
	else
		write_to(kind->pci_class ? "/sys/bus/pci/drivers/" : drivers, kind->driver, file,
			 bus_name);
}

void guest_begin(struct cf_client *client)
{
	const char *name = getenv("CF_DEVICE"), *clock = getenv("CF_CLOCK");

	cl = client;
	cl->exact = clock && !strcmp(clock, "step");
	while (name && strcmp(name, kind->name))
		if (++kind == kinds + sizeof(kinds) / sizeof(*kinds))
			die("CF_DEVICE");
	if (kind->device)
		snprintf(bus_name, sizeof(bus_name), "%s", kind->device);
	else if (!kind->pci_class)
		snprintf(bus_name, sizeof(bus_name), "%s.0", kind->driver);
	insert("snd-wavert", "");
}

/* The values that CAPS return; the others were set before. */
static void ask_nature(void)
{
	struct wavert_caps c = { .direction = WAVERT_PLAYBACK };
	struct wavert_caps capture = { .direction = WAVERT_CAPTURE };
	int filter = open(guest_node(), O_RDWR | O_CLOEXEC);

	if (filter < 0 || ioctl(filter, WAVERT_IOC_CAPS, &c))
		die("WAVERT_IOC_CAPS");
	cl->nature = kind->nature;
	cl->nature.no_capture = ioctl(filter, WAVERT_IOC_CAPS, &capture);
	close(filter);
	if (sysconf(_SC_PAGESIZE) > REGISTER_PAGE)
		cl->nature.registers = false;
	cl->nature.pins = c.pins;
	cl->nature.channels_max = c.channels_max;
	if (!kind->nature.size_step)
		cl->nature.size_step = c.size_step;
}

enum wrt_status guest_device(const struct cf_device *wish)
{
	enum wrt_status st;

	if (wish->shaped || wish->no_end)
		return CF_LACKS;
	if ((wish->ramp && !is_software()) || (wish->not_ready && !is_simulator()))
		return CF_LACKS;
	if (is_loaded && !memcmp(wish, &loaded, sizeof(loaded)))
		return WRT_STATUS_SUCCESS;
	if (kind->foreign)
		st = load_attached();
	else
		st = kind->pci_class ? load_hardware() : load_software(wish);
	if (st)
		return st;
	loaded = *wish;
	is_loaded = true;
	if (is_software())
		start_stepping();
	ask_nature();
	return WRT_STATUS_SUCCESS;
}

/* Not every driver waits in its remove() until the card has been detached. */
static void wait_until_detached(void)
{
	int i;

	for (i = 0; !access("/sys/bus/platform/devices/snd-wavert-attach.0", F_OK) && i < 1000; i++)
		usleep(1000);
}

void guest_unplug(void)
{
	stop_stepping();
	write_to_driver("unbind");
	if (kind->foreign)
		wait_until_detached();
	unplugged = true;
}

void guest_plug_in(void)
{
	if (!unplugged)
		return;
	unplugged = false;
	write_to_driver("bind");
	if (kind->foreign)
		attach();
	start_stepping();
}

long guest_references(void)
{
	char path[64], name[32];

	module_name(name, sizeof(name));
	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	return number_in(path, "");
}
