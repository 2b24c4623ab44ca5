/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * model.h - what the register models need of the program that they are part of. The models
 * are plain C11 on core/os.h, so that they run in a unit test, in the Windows driver, and in a test's
 * kernel module.
 */
#ifndef MODEL_H
#define MODEL_H

#ifdef __KERNEL__
#include <linux/stdarg.h>
#include <linux/string.h>
#else
#include <stdarg.h>
#include <string.h>
#endif

#include "core/device.h"

#define MODEL_EPOCH	1000000007ull	/* the clock when a model is opened, ns */

/* What capture records: frame n is n in 32 bits, n in 16 bits in both channels, or 0. */
enum model_source {
	MODEL_NUMBERS,
	MODEL_RAMP,
	MODEL_SILENCE,
};

static inline u32 model_frame(enum model_source source, u64 n)
{
	switch (source) {
	case MODEL_NUMBERS:
		return (u32)n;
	case MODEL_RAMP:
		return (u32)(n & 0xffff) * 0x10001u;
	case MODEL_SILENCE:
		break;
	}
	return 0;
}

/*
 * Provided by the program. A driver has done what no driver may do. A unit test does not return
 * from it; where it returns, the model goes on as well as it can.
 */
void model_broken(const char *file, int line, const char *format, ...);

/* Provided by the program: memory that the model was not given, at this bus address, or NULL. */
u8 *model_memory(u64 bus, u32 bytes);

/* Provided by the program: vsnprintf(). */
int model_print(char *out, size_t room, const char *format, va_list args);

#define MODEL_REQUIRE(what)							\
	do {									\
		if (!(what))							\
			model_broken(__FILE__, __LINE__,			\
				     "the driver breaks a rule: %s", #what);	\
	} while (0)

#endif
