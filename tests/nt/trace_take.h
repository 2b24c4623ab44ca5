/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_take.h - the source of the records for trace_ring.c: trace_host.c or trace_nt.c.
 */
#ifndef NT_TRACE_TAKE_H
#define NT_TRACE_TAKE_H

#ifdef _WIN32
/* core/os.h is for drivers; the records need only these types of it. */
#define WRT_CORE_OS_H
#include <stdbool.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
#endif

#include "trace.h"

uint32_t trace_take(struct wrt_trace_record *out, uint32_t room);

#endif
