// SPDX-License-Identifier: GPL-2.0-only
// link.cc - a C++ program that uses the library. Called by run.sh.
#include <wavert.h>

#include <cstring>

int main()
{
	wavert_device *device = nullptr;

	if (wavert_open(&device, "/nowhere") == 0)
		return 1;
	wavert_close(device);
	return std::strcmp(wavert_status_name(0), "SUCCESS") != 0;
}
