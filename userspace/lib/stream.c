// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * stream.c - a stream: its calls, its mapped buffer, its register page.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"
#include "page.h"

/* Take the page fault of a mapping here, so that the client's real-time thread takes none. */
static void touch(const volatile void *at)
{
	(void)*(const volatile uint32_t *)at;	/* some registers refuse narrower reads */
}

/*
 * The driver inserts all pages at the first fault. On processors that leave the dirty bit to
 * the kernel (some RISC-V), the first write to each page is a further fault. A new buffer
 * contains zeros and DMA is off, so writing a zero changes nothing.
 */
static void touch_pages(volatile unsigned char *at, size_t bytes, size_t page_bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += page_bytes)
		at[i] = 0;
}

static int map_page(struct wavert_stream *s)
{
	void *at;

	s->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	at = mmap(NULL, s->page_bytes, PROT_READ, MAP_SHARED, s->fd, WAVERT_MMAP_PAGE);
	if (at == MAP_FAILED)
		return -errno;
	s->page = at;
	touch(at);
	return 0;
}

int wavert_stream_open(struct wavert_stream **stream, struct wavert_device *device,
		       unsigned int direction, unsigned int pin, unsigned int flags)
{
	struct wavert_new_stream arg = { .pin = pin, .direction = direction, .flags = flags };
	struct wavert_caps caps = { .pin = pin, .direction = direction };
	struct wavert_stream *s;
	int err;

	if (ioctl(device->fd, WAVERT_IOC_CAPS, &caps) ||
	    ioctl(device->fd, WAVERT_IOC_NEW_STREAM, &arg))
		return -errno;
	s = calloc(1, sizeof(*s));
	if (!s) {
		close(arg.fd);
		return -ENOMEM;
	}
	s->fd = arg.fd;
	s->event = -1;
	s->direction = direction;
	s->observer = flags & WAVERT_STREAM_OBSERVE;
	s->step = caps.position_step;
	s->reads = caps.offers & WAVERT_OFFERS_READ;
	s->pcm = stream_pcm_to_own(device->card, &caps);
	err = map_page(s);
	if (err) {
		close(s->fd);
		free(s);
		return err;
	}
	*stream = s;
	return 0;
}

static void unmap_buffer(struct wavert_stream *s)
{
	if (s->mapping)
		munmap(s->mapping, s->layout.map_bytes);
	s->mapping = NULL;
}

static void unmap_registers(struct wavert_stream *s)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (s->registers[i].page)
			munmap(s->registers[i].page, s->page_bytes);
}

void wavert_stream_close(struct wavert_stream *stream)
{
	if (!stream)
		return;
	unmap_buffer(stream);
	unmap_registers(stream);
	munmap((void *)stream->page, stream->page_bytes);
	if (stream->event >= 0)
		close(stream->event);
	close(stream->fd);
	free(stream);
}

int wavert_stream_fd(const struct wavert_stream *stream)
{
	return stream->fd;
}

int wavert_stream_set_format(struct wavert_stream *stream, unsigned int rate,
			     unsigned int format, unsigned int channels)
{
	struct wavert_format arg = { .rate = rate, .format = format, .channels = channels };

	return stream_call(stream, WAVERT_IOC_SET_FORMAT, &arg);
}

int wavert_stream_alloc(struct wavert_stream *stream, size_t bytes, unsigned int notifications,
			unsigned int flags)
{
	struct wavert_buffer arg = { .flags = flags, .notifications = notifications };
	void *at;
	int err;

	if (bytes > UINT32_MAX)
		return -EREMOTEIO;
	arg.requested_bytes = (uint32_t)bytes;
	if (notifications)
		arg.flags |= WAVERT_ALLOC_NOTIFICATION;
	err = stream_alloc_call(stream, &arg);
	if (err)
		return err;
	at = mmap(NULL, arg.map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, stream->fd,
		  WAVERT_MMAP_BUFFER);
	if (at == MAP_FAILED) {
		err = -errno;
		stream_call(stream, WAVERT_IOC_FREE_BUFFER, NULL);
		return err;
	}
	touch_pages(at, arg.map_bytes, stream->page_bytes);
	stream->mapping = at;
	stream->layout = arg;
	return 0;
}

int wavert_stream_free(struct wavert_stream *stream)
{
	unmap_buffer(stream);
	return stream_call(stream, WAVERT_IOC_FREE_BUFFER, NULL);
}

void *wavert_stream_buffer(const struct wavert_stream *stream, size_t *bytes)
{
	if (bytes)
		*bytes = stream->mapping ? stream->layout.actual_bytes : 0;
	return stream->mapping ? (char *)stream->mapping + stream->layout.offset_from_first_page :
				 NULL;
}

int wavert_stream_layout(const struct wavert_stream *stream, struct wavert_buffer *layout)
{
	if (!stream->mapping)
		return -EAGAIN;
	*layout = stream->layout;
	return 0;
}

int wavert_stream_register(struct wavert_stream *stream, int eventfd)
{
	struct wavert_event arg = { .fd = eventfd };

	return stream_call(stream, WAVERT_IOC_REGISTER_EVENT, &arg);
}

int wavert_stream_unregister(struct wavert_stream *stream, int eventfd)
{
	struct wavert_event arg = { .fd = eventfd };

	return stream_call(stream, WAVERT_IOC_UNREGISTER_EVENT, &arg);
}

int wavert_stream_unregister_all(struct wavert_stream *stream)
{
	struct wavert_event arg = { .fd = -1, .flags = WAVERT_EVENT_ALL };
	int err = stream_call(stream, WAVERT_IOC_UNREGISTER_EVENT, &arg);

	if (!err && stream->event >= 0) {
		close(stream->event);
		stream->event = -1;
		stream->waited = false;	/* wavert_stream_wait() starts again */
	}
	return err;
}

/*
 * Write-combined memory: wait until the writes have left this processor. A fence of C orders them
 * only for other processors, which on ARM are not all that the writes have to reach.
 */
void wavert_stream_barrier(const struct wavert_stream *stream)
{
	if (!stream->layout.call_memory_barrier)
		return;
#if defined(__aarch64__) || (defined(__arm__) && __ARM_ARCH >= 7)
	__asm__ __volatile__("dsb st" ::: "memory");
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

int wavert_stream_set_state(struct wavert_stream *stream, unsigned int state)
{
	struct wavert_state arg = { .state = state };

	wavert_stream_barrier(stream);
	return stream_call(stream, WAVERT_IOC_SET_STATE, &arg);
}

int wavert_device_set_states(struct wavert_device *device, struct wavert_stream *const *streams,
			     unsigned int count, unsigned int state, uint32_t *spread_ns)
{
	struct wavert_states arg = { .count = count, .state = state };
	int32_t fds[WAVERT_GROUP_MAX];
	unsigned int i;

	if (count > WAVERT_GROUP_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++)
		fds[i] = streams[i]->fd;
	arg.fds = (uintptr_t)fds;
	if (ioctl(device->fd, WAVERT_IOC_SET_STATES, &arg))
		return -errno;
	if (spread_ns)
		*spread_ns = arg.spread_ns;
	return 0;
}

int wavert_stream_position(struct wavert_stream *stream, struct wavert_position *position)
{
	memset(position, 0, sizeof(*position));
	return stream_call(stream, WAVERT_IOC_GET_POSITION, position);
}

int wavert_stream_latency(struct wavert_stream *stream, struct wavert_latency *latency)
{
	memset(latency, 0, sizeof(*latency));
	return stream_call(stream, WAVERT_IOC_GET_LATENCY, latency);
}

static int ask_register(struct wavert_stream *s, unsigned int kind, struct wavert_register *info)
{
	memset(info, 0, sizeof(*info));
	info->kind = kind;
	return stream_call(s, WAVERT_IOC_GET_REGISTER, info);
}

/* If GET_REGISTER succeeded and mmap() failed, the next call repeats mmap() only. */
int wavert_stream_map_register(struct wavert_stream *stream, unsigned int kind,
			       struct wavert_register *info, const volatile void **address)
{
	struct hw_register *r;
	int err = 0;
	void *page;

	if (kind > WAVERT_REGISTER_CLOCK) {	/* a newer module may have more kinds */
		err = ask_register(stream, kind, info);
		if (err)
			return err;
		return -EINVAL;
	}
	r = &stream->registers[kind];
	if (!r->described || r->page)
		err = ask_register(stream, kind, info);
	else
		*info = r->info;
	if (err)
		return err;
	r->info = *info;
	r->described = 1;
	page = mmap(NULL, stream->page_bytes, PROT_READ, MAP_SHARED, stream->fd,
		    (off_t)info->mmap_offset);
	if (page == MAP_FAILED)
		return -errno;
	r->at = (const char *)page + info->page_offset;
	touch(r->at);
	__atomic_store_n(&r->page, page, __ATOMIC_RELEASE);	/* for wavert_stream_now() */
	*address = r->at;
	return 0;
}

/* ---- the register page --------------------------------------------------------- */

void wavert_stream_progress(const struct wavert_stream *stream, struct wavert_progress *progress)
{
	const volatile struct wavert_page *page = stream->page;
	uint32_t seq;

	do {
		seq = page_read_begin(stream->page);
		progress->packets = page->packets;
		progress->linear = page->linear;
	} while (page_read_again(stream->page, seq));
}

void stream_read(const struct wavert_stream *stream, struct stream_reading *reading)
{
	const volatile struct wavert_page *page = stream->page;
	uint32_t seq = page_read_begin(stream->page);

	if (seq == reading->seq)
		return;
	for (;; seq = page_read_begin(stream->page)) {
		reading->state = page->state;
		reading->linear = page->linear;
		reading->ns = page->position_ns;
		if (!page_read_again(stream->page, seq))
			break;
	}
	reading->seq = seq;
}

void wavert_stream_snapshot(const struct wavert_stream *stream, struct wavert_snapshot *snapshot)
{
	const volatile struct wavert_page *page = stream->page;
	uint32_t seq;

	memset(snapshot->reserved, 0, sizeof(snapshot->reserved));
	do {
		seq = page_read_begin(stream->page);
		snapshot->state = page->state;
		snapshot->offset = page->offset;
		snapshot->linear = page->linear;
		snapshot->position_ns = page->position_ns;
		snapshot->packets = page->packets;
		snapshot->notify_ns = page->notify_ns;
		snapshot->irq_count = page->irq_count;
		snapshot->notifications_written = page->ring_head;
		snapshot->buffer_bytes = page->buffer_bytes;
		snapshot->notifications = page->notifications;
		snapshot->rate = page->rate;
		snapshot->frame_bytes = page->frame_bytes;
		snapshot->format = page->format;
		snapshot->channels = page->channels;
		snapshot->flags = page->flags;
		snapshot->underruns = page->underruns;
		snapshot->repeats = page->repeats;
		snapshot->late = page->late;
		snapshot->overruns = page->overruns;
		snapshot->dropped = page->dropped;
		snapshot->dma_halts = page->dma_halts;
		snapshot->position_register_base = page->position_register_base;
		snapshot->end = page->end;
		snapshot->notify_bytes = page->notify_bytes;
	} while (page_read_again(stream->page, seq));
}

/* ---- the current position --------------------------------------------------------- */

/* The values from which the current position is computed, read together. */
struct reading {
	uint32_t state, flags, rate, frame_bytes, buffer_bytes, base, offset;
	uint64_t linear, ns, end;
	uint64_t value;		/* of the register */
};

static uint64_t load_register(const struct hw_register *r)
{
	if (r->info.width == 64)
		return le64toh(*(const volatile uint64_t *)r->at);
	return le32toh(*(const volatile uint32_t *)r->at);
}

/* A client may call this for each frame: offset, buffer size and base are read only if `wanted`. */
static inline __attribute__((always_inline))
void read_page(const struct wavert_stream *stream, bool wanted, const struct hw_register *reg,
	       struct reading *r)
{
	const volatile struct wavert_page *page = stream->page;
	uint32_t seq;

	do {
		seq = page_read_begin(stream->page);
		r->state = page->state;
		r->flags = page->flags;
		r->linear = page->linear;
		r->ns = page->position_ns;
		r->rate = page->rate;
		r->frame_bytes = page->frame_bytes;
		r->end = page->end;
		if (wanted) {
			r->offset = page->offset;
			r->buffer_bytes = page->buffer_bytes;
			r->base = page->position_register_base;
		}
		if (reg)	/* consistent with the rest of the page */
			r->value = load_register(reg);
	} while (page_read_again(stream->page, seq));
}

/* Bytes since the reading, by the vDSO's clock and the nominal rate. */
static inline __attribute__((always_inline))
uint64_t bytes_since(const struct reading *r)
{
	uint64_t now = monotonic_ns() - r->ns;

	if (now < 1000000000)
		return now * r->rate / 1000000000 * r->frame_bytes;
	if (now > INT64_MAX)	/* the page is newer */
		return 0;
	/* seconds apart: the product stays below 2^64 */
	return (now / 1000000000 * r->rate + now % 1000000000 * r->rate / 1000000000) *
	       r->frame_bytes;
}

static uint64_t not_beyond(uint64_t linear, uint64_t end)
{
	if (linear < end)
		return linear;
	return end;
}

uint64_t wavert_stream_linear_now(const struct wavert_stream *stream)
{
	struct reading r;

	read_page(stream, false, NULL, &r);
	if (r.state != WAVERT_STATE_RUN || r.flags & WAVERT_CAP_STEPPED)
		return r.linear;
	return not_beyond(r.linear + bytes_since(&r), r.end);
}

/* An offset that may be a buffer too large, hardly ever more: so nothing is divided. */
static inline uint32_t wrapped(uint64_t offset, uint32_t bytes)
{
	if (offset >= bytes)
		offset -= bytes;
	if (offset >= bytes)
		offset = bytes ? offset % bytes : 0;
	return (uint32_t)offset;
}

/* The stream is at `linear`, and there at `offset` of the buffer, unless it ends before. */
static void now_is(struct wavert_now *now, const struct reading *r, enum wavert_source source,
		   uint64_t linear, uint64_t offset, uint32_t accuracy)
{
	if (linear > r->end && r->linear < r->end) {
		linear = r->end;
		offset = r->offset + (r->end - r->linear);
	}
	now->linear = linear;
	now->offset = wrapped(offset, r->buffer_bytes);
	now->source = source;
	now->accuracy = accuracy;
}

/*
 * The register contains the position modulo the buffer size. Of the possible positions take the one
 * nearest to `since` bytes after the page's position. If the clock gives no distance, take the
 * first one that is not before the page's position.
 */
static void now_by_register(const struct hw_register *reg, const struct reading *r, uint64_t since,
			    struct wavert_now *now)
{
	uint32_t bytes = r->buffer_bytes, offset = wrapped(r->value + r->base, bytes);
	uint32_t expected = wrapped(r->offset + since, bytes);
	uint64_t linear = r->linear + since + offset - expected;

	if (offset < expected)
		linear += bytes;
	if (!(r->flags & WAVERT_CAP_EMULATED) && linear - r->linear - since > bytes / 2 &&
	    linear >= bytes)
		linear -= bytes;
	now_is(now, r, WAVERT_FROM_REGISTER, linear, offset, reg->info.accuracy);
}

static int now_by_call(struct wavert_stream *stream, uint32_t step, struct wavert_now *now)
{
	struct wavert_position position;
	int err = wavert_stream_position(stream, &position);

	if (err)
		return err;
	now->linear = position.linear;
	now->offset = (uint32_t)position.play_offset;
	now->source = WAVERT_FROM_CALL;
	now->accuracy = step;
	return 0;
}

/* Long after the page was written the number of laps is not known. */
static bool register_tells(const struct reading *r, uint64_t since)
{
	return r->value <= r->buffer_bytes && since <= 2 * (uint64_t)r->buffer_bytes;
}

int wavert_stream_now(struct wavert_stream *stream, struct wavert_now *now)
{
	const struct hw_register *reg = &stream->registers[WAVERT_REGISTER_POSITION];
	struct reading r;
	uint64_t since = 0;
	uint32_t step;

	r.value = 0;
	if (!__atomic_load_n(&reg->page, __ATOMIC_ACQUIRE))
		reg = NULL;
	read_page(stream, true, reg, &r);
	if (stream->step)
		step = stream->step;
	else
		step = r.frame_bytes;
	if (r.state == WAVERT_STATE_GONE)
		return -ENODEV;
	if (r.state != WAVERT_STATE_RUN || r.linear >= r.end) {
		now_is(now, &r, WAVERT_FROM_PAGE, r.linear, r.offset, step);
		return 0;
	}
	if (!reg || !(r.flags & WAVERT_CAP_EMULATED))
		since = bytes_since(&r);
	if (reg && register_tells(&r, since)) {
		now_by_register(reg, &r, since, now);
		return 0;
	}
	if (reg || r.flags & (WAVERT_CAP_STEPPED | WAVERT_CAP_EMULATED) || since > r.buffer_bytes)
		return now_by_call(stream, step, now);
	now_is(now, &r, WAVERT_FROM_PAGE, r.linear + since, r.offset + since,
	       (uint32_t)(step + since / 1000));
	return 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	if (a < b)
		return a;
	return b;
}

/* The entries of a newer module may be longer than those of this library (wavert_page_entry()). */
size_t wavert_stream_notifications(const struct wavert_stream *stream, uint64_t *seen,
				   struct wavert_notification list[WAVERT_RING])
{
	const struct wavert_page *page = stream->page;
	const uint32_t most = least(page->ring_entries, WAVERT_RING);
	const uint32_t bytes = least(page->entry_bytes, sizeof(*list));
	uint64_t head, from, i;
	uint32_t seq;

	do {
		seq = page_read_begin(page);
		head = page->ring_head;
		from = *seen < head ? *seen : head;
		if (head - from > most)
			from = head - most;
		for (i = from; i < head; i++) {
			memset(&list[i - from], 0, sizeof(*list));
			page_copy_words(&list[i - from], wavert_page_entry(page, i), bytes);
		}
	} while (page_read_again(page, seq));
	*seen = head;
	return (size_t)(head - from);
}
