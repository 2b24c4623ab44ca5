// SPDX-License-Identifier: GPL-2.0-only
/*
 * guids.c - defines every GUID that the headers declare, once for the driver.
 */
#include <initguid.h>

#include "nt.h"
