// SPDX-License-Identifier: GPL-2.0-only
/* trace.c - the bodies of the tracepoints in core/os_linux_trace.h. */
#include <linux/string.h>
#include <linux/types.h>

#define CREATE_TRACE_POINTS
#include "core/os_linux_trace.h"
