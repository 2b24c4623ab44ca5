/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * page.h - the reader's half of the register page's protocol: values that were read between
 * page_read_begin() and page_read_again() belong together if the latter returns 0. Also
 * compiled into a kernel module (tests/guest/page_order): the includer has the types.
 */
#ifndef WAVERT_PAGE_H
#define WAVERT_PAGE_H

/* Waits for an even sequence number. The kernel writes for some tens of nanoseconds only. */
static inline uint32_t page_read_begin(const struct wavert_page *page)
{
	uint32_t seq;

	do
		seq = __atomic_load_n(&page->seq, __ATOMIC_ACQUIRE);
	while (seq & 1);
	return seq;
}

static inline int page_read_again(const struct wavert_page *page, uint32_t seq)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&page->seq, __ATOMIC_RELAXED) != seq;
}

/* 64 bits if the machine has them, so that signal_ns is read in one access. */
typedef unsigned long __attribute__((may_alias)) page_word;

static inline void page_copy_words(void *to, const volatile void *from, size_t bytes)
{
	const volatile page_word *f = from;
	page_word *t = to;
	size_t i;

	for (i = 0; i < bytes / sizeof(*t); i++)
		t[i] = f[i];
}

#endif
