/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * markers.h - messages of the program in the guest to the plugin in QEMU: instructions
 * that do nothing (xchg of a 16-bit register with itself, 66 87 xx), which the plugin
 * recognises in user code and does not count. Included by plugin.c and by the clients.
 *
 * MARK and BASE delimit the measured part. Everything else is sent in words of 64 bits,
 * lowest bit first, one instruction a bit, and SEND at the end: an operation and its
 * arguments.
 */
#ifndef WRT_BENCH_MARKERS_H
#define WRT_BENCH_MARKERS_H

#include <stdint.h>

/* the third byte of the instruction */
#define MARKER_MARK	0xdb	/* bx: a record ends here, the next begins */
#define MARKER_BASE	0xff	/* di: the next record begins here */
#define MARKER_ZERO	0xc9	/* cx: a bit */
#define MARKER_ONE	0xd2	/* dx: a bit */
#define MARKER_SEND	0xf6	/* si */

enum marker_op {
	OP_RANGE = 1,		/* class, start, end: count this range in that class */
	OP_ENTRY,		/* address: entry of our interrupt handlers */
	OP_SIGNAL,		/* address: and an event is signalled here */
	OP_ACCESS,		/* address: a function that accesses a device's register once */
	OP_ARM,			/* instrument again with the ranges that were sent */
	OP_ROW,			/* id: records from here on belong to this row */
	OP_PAUSE,		/* nothing is counted until BASE */
	OP_END,			/* the row ends */
};

/* Class of an instruction. A later range overrides an earlier one. */
enum marker_class {
	CLASS_USER,
	CLASS_VDSO,
	CLASS_KERNEL,		/* the kernel proper */
	CLASS_MODULES,		/* modules not named below: ALSA, other drivers */
	CLASS_CORE,		/* snd-wavert */
	CLASS_BACKEND,		/* its backend; the in-tree drivers of hardware */
	CLASS_COPY,		/* the simulator's sample copy */
	CLASS_SYSCALLS,		/* not a class: system calls, counted separately */
	CLASS_ACCESSES,		/* not a class: accesses to device registers */
	CLASSES
};

#define MARKER(byte)	asm volatile(".byte 0x66, 0x87, " #byte ::: "memory")
#define MARK()		MARKER(0xdb)
#define BASE()		MARKER(0xff)

static inline void marker_word(uint64_t word)
{
	int i;

	for (i = 0; i < 64; i++, word >>= 1) {
		if (word & 1)
			MARKER(0xd2);
		else
			MARKER(0xc9);
	}
}

static inline void marker_send(enum marker_op op, uint64_t a, uint64_t b, uint64_t c)
{
	marker_word(op);
	marker_word(a);
	marker_word(b);
	marker_word(c);
	MARKER(0xf6);
}

#endif
