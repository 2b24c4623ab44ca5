// SPDX-License-Identifier: GPL-2.0-only
/*
 * weak_writer.c - the writer of the register page for weak.c: the real page.c, traced, and
 * the values that it publishes.
 */
#include "hwdep/page.c"

#include "weak.h"

static struct wrt_pin pin;
static struct wrt_stream stream;
static u64 clock_ns;

/* There is one writer. */
void sched_assert_held(const struct sched_lock *l)
{
}

struct page *alloc_page(unsigned int flags)
{
	return (struct page *)weak_page;
}

void __free_page(struct page *page)
{
}

void *page_address(struct page *page)
{
	return page;
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long at, unsigned long pfn)
{
	(void)vma, (void)at, (void)pfn;
	return 0;
}

void weak_writer_init(void)
{
	memset(&pin, 0, sizeof(pin));
	wrt_page_new(&pin);
	pin.mp.observer = true;
	pin.mp.stream = &stream;
}

/* As after an interrupt that changed no more than the position. */
static void publish_position(u32 k, u32 passed)
{
	stream.pos = (struct wrt_position) {
		.offset = 1000 + k, .linear = 8000 + k, .ns = 9000 + k,
		.points = pin.mp.client.passed + passed, .point_ns = 10000 + k,
	};
	stream.looks = 11000 + k;
	wrt_page_publish_position(&pin.mp, &stream, passed);
}

/*
 * Every member differs from those of publications k - 1 and k + 1, except for those that every
 * second publication leaves as they are.
 */
static void publish(u32 k, u32 passed)
{
	struct wrt_hw_geom geom = {
		.bytes = 2000 + k, .notify = 3000 + k, .rate = 4000 + k,
		.format = 5000 + k, .channels = 6000 + k, .frame_bytes = 7000 + k,
	};
	struct wrt_snapshot s = {
		.state = k % 4 == 1 ? WRT_STREAM_RUN : WRT_STREAM_READY,
		.offset = 1000 + k, .linear = 8000 + k, .ns = 9000 + k,
		.points = pin.mp.client.passed + passed, .passed = passed,
		.point_ns = 10000 + k, .look = 11000 + k, .geom = &geom,
		.stalls = 13000 + k, .register_base = 14000 + k,
	};

	wrt_page_publish(&pin.mp, &s);
}

void weak_publish(u32 k, u32 passed)
{
	u64 first = pin.mp.client.passed;

	if (k % 2)
		publish(k, passed);
	else
		publish_position(k, passed);
	pin.mp.client.passed += passed;
	clock_ns = 12000 + k;
	for (; passed; passed--)
		wrt_page_signalling(&pin.mp, first++, clock_ns);
}

u64 binding_now;
