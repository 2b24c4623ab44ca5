// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - see trace.h: the functions that gcc's -fsanitize=thread inserts calls to.
 */
#include "trace.h"

const void *trace_pc;
bool trace_marked;

#define HERE(marked)	(trace_marked = (marked), trace_pc = __builtin_return_address(0))

static enum trace_order order_of(int memory_order)
{
	switch (memory_order) {
	case __ATOMIC_RELAXED:
		return TRACE_RELAXED;
	case __ATOMIC_CONSUME:
	case __ATOMIC_ACQUIRE:
		return TRACE_ACQUIRE;
	case __ATOMIC_RELEASE:
		return TRACE_RELEASE;
	}
	return TRACE_BOTH;
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}

#define ACCESS(name, n, trace, marked)					\
	void __tsan_##name(void *at);					\
	void __tsan_##name(void *at)					\
	{								\
		HERE(marked);						\
		trace((uintptr_t)at, n, TRACE_PLAIN);			\
	}

#define ACCESSES(n)							\
	ACCESS(read##n, n, trace_load, false)					\
	ACCESS(write##n, n, trace_store, false)				\
	ACCESS(volatile_read##n, n, trace_load, true)				\
	ACCESS(volatile_write##n, n, trace_store, true)			\
	ACCESS(unaligned_read##n, n, trace_load, false)			\
	ACCESS(unaligned_write##n, n, trace_store, false)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(void *at, unsigned long bytes);
void __tsan_read_range(void *at, unsigned long bytes)
{
	HERE(false);
	trace_load((uintptr_t)at, (unsigned int)bytes, TRACE_PLAIN);
}

void __tsan_write_range(void *at, unsigned long bytes);
void __tsan_write_range(void *at, unsigned long bytes)
{
	HERE(false);
	trace_store((uintptr_t)at, (unsigned int)bytes, TRACE_PLAIN);
}

#define ATOMICS(bits, type)						\
	type __tsan_atomic##bits##_load(const volatile type *at, int mo); \
	type __tsan_atomic##bits##_load(const volatile type *at, int mo) \
	{								\
		HERE(true);						\
		trace_load((uintptr_t)at, sizeof(type), order_of(mo));	\
		return *at;						\
	}								\
	void __tsan_atomic##bits##_store(volatile type *at, type v, int mo); \
	void __tsan_atomic##bits##_store(volatile type *at, type v, int mo) \
	{								\
		HERE(true);						\
		trace_store((uintptr_t)at, sizeof(type), order_of(mo));	\
		*at = v;						\
	}

ATOMICS(8, uint8_t)
ATOMICS(16, uint16_t)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)

void __tsan_atomic_thread_fence(int mo);
void __tsan_atomic_thread_fence(int mo)
{
	trace_fence(order_of(mo));
}

void __tsan_atomic_signal_fence(int mo);
void __tsan_atomic_signal_fence(int mo)
{
	(void)mo;	/* for the compiler only: no barrier */
}
