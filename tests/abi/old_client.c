// SPDX-License-Identifier: GPL-2.0-only
/*
 * old_client.c - a client that was built with interface version 0.3, run with the current
 * modules. Each of its calls returns the same error, and never a success that means
 * something else. TAP on stdout; run in a guest by tests/check.sh.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <unistd.h>

#include "../guest/tap.h"

#define NODE "/dev/snd/hwC0D0"

/* The numbers of version 0.3; the size of a struct is part of a number. */
#define OLD_VERSION 0xc02048b0

static const struct {
	const char *name;
	unsigned long request;
} calls[] = {
	{ "CAPS", 0xc05048b1 }, { "NEW_STREAM", 0xc02048b2 }, { "SET_FORMAT", 0x402048b3 },
	{ "ALLOC_BUFFER", 0xc03048b4 }, { "FREE_BUFFER", 0x000048b5 },
	{ "REGISTER_EVENT", 0x401048b6 }, { "UNREGISTER_EVENT", 0x401048b7 },
	{ "SET_STATE", 0x401048b8 }, { "GET_POSITION", 0xc04048b9 }, { "GET_LATENCY", 0xc02048ba },
	{ "GET_REGISTER", 0xc04048bb }, { "PACKET_COUNT", 0xc01048bc },
	{ "PRESENTATION", 0xc02048bd }, { "GET_READ_PACKET", 0xc02048be },
	{ "SET_WRITE_PACKET", 0x402048bf },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* The old call numbers with any struct, or none: nothing is read or written. */
static unsigned int not_refused(int fd)
{
	unsigned char arg[4096];
	unsigned int wrong = 0;
	size_t i, at;

	for (i = 0; i < CALLS; i++) {
		memset(arg, 0xa5, sizeof(arg));
		if (ioctl(fd, calls[i].request, arg) >= 0 || errno != EPROTONOSUPPORT ||
		    ioctl(fd, calls[i].request, NULL) >= 0 || errno != EPROTONOSUPPORT) {
			printf("# %s: error %d\n", calls[i].name, errno);
			wrong++;
		}
		for (at = 0; at < sizeof(arg); at++)
			wrong += arg[at] != 0xa5;
	}
	return wrong;
}

/* A stream of the current version, as from another program; opened without its header. */
static int new_stream(int filter)
{
	struct {
		uint32_t pin, direction, flags;
		int32_t fd;
	} arg = { 0 };

	return ioctl(filter, _IOWR(0xd7, 0x01, arg), &arg) ? -1 : arg.fd;
}

static unsigned int lines_of_log(const char *what)
{
	static char text[1 << 20];
	int n = klogctl(3 /* read all messages */, text, sizeof(text) - 1);
	unsigned int lines = 0;
	char *at = text;

	text[n > 0 ? n : 0] = 0;
	while ((at = strstr(at, what))) {
		lines++;
		at++;
	}
	return lines;
}

int main(void)
{
	int filter = open(NODE, O_RDWR | O_CLOEXEC), stream;
	struct {
		uint32_t major, minor, reserved[6];
	} version = { 0 };

	TAP_CHECK(!ioctl(filter, OLD_VERSION, &version) && version.major == 1,
		  "a client of version 0.3 reads the module's version, %u.%u", version.major,
		  version.minor);
	TAP_CHECK(!lines_of_log("interface version 0.x"), "VERSION alone causes no log entry");
	TAP_CHECK(!not_refused(filter), "each of its calls to the filter gives EPROTONOSUPPORT");
	stream = new_stream(filter);
	TAP_CHECK(stream >= 0 && !not_refused(stream), "each of its calls to a stream gives EPROTONOSUPPORT");
	TAP_CHECK(lines_of_log("was built for interface version 0.x") == 1,
		  "the kernel log has one message that it has to be rebuilt");
	close(stream);
	close(filter);
	return tap_done();
}
