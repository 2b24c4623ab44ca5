// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * fuzz.c - see fuzz.h.
 */
#include "fuzz.h"

u64 fuzz_calls;

void fuzz_violated(const char *rule, const char *file, int line)
{
	const char *name = strrchr(file, '/');

	fprintf(stderr, "violated: %s (%s:%d, call %llu)\n", rule, name ? name + 1 : file, line,
		(unsigned long long)fuzz_calls);
	abort();
}

u8 fuzz_u8(struct fuzz_bytes *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

u32 fuzz_u16(struct fuzz_bytes *in)
{
	u32 low = fuzz_u8(in);

	return low | (u32)fuzz_u8(in) << 8;
}

u32 fuzz_u32(struct fuzz_bytes *in)
{
	u32 low = fuzz_u16(in);

	return low | fuzz_u16(in) << 16;
}

u32 fuzz_size(struct fuzz_bytes *in)
{
	u32 kind = fuzz_u8(in);

	if (kind < 192)
		return fuzz_u16(in) % 20000;
	if (kind < 240)
		return fuzz_u32(in) & 0x7fffff;
	return fuzz_u32(in);
}

u64 fuzz_scaled(struct fuzz_bytes *in, u32 shifts)
{
	u32 shift = fuzz_u8(in) % shifts;

	return (u64)fuzz_u16(in) << shift;
}

static void say_calls(void)
{
	fprintf(stderr, "calls: %llu\n", (unsigned long long)fuzz_calls);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	atexit(say_calls);
	return 0;
}
