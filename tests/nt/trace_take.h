/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace_take.h - where trace_ring.c gets records from: trace_host.c, or trace_nt.c.
 */
#ifndef NT_TRACE_TAKE_H
#define NT_TRACE_TAKE_H

#ifdef _WIN32
/* core/os.h is for drivers; the records need no more of it than this. */
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
