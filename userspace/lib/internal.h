/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* internal.h - what the files of libwavert share. */
#ifndef WAVERT_INTERNAL_H
#define WAVERT_INTERNAL_H

#include <wavert.h>

struct wavert_device {
	int fd;
	int card;
};

#endif
