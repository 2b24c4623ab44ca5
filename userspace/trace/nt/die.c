// SPDX-License-Identifier: GPL-2.0-only
/*
 * die.c - ks_die() of wavert-trace; see ksclient.h. The programs of tests/nt have their own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ksclient.h"

_Noreturn void ks_die(const char *what, ks_status status)
{
	fprintf(stderr, "wavert-trace: %s: %08lx\n", what, (unsigned long)status);
	exit(1);
}
