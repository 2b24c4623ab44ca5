// SPDX-License-Identifier: GPL-2.0-only
/*
 * abi_test.c - every call of sound/wavert.h, valid and invalid, against the simulator with
 * the step clock. The conformance tests check what the contract states by the same calls, in the
 * same guests (modes uml-step, debian-step-32). Runs in the guest, built for 64 and for 32 bit.
 * TAP on stdout.
 *
 * A wrong call must return the documented error and change nothing: after the wrong calls each
 * group uses the same stream.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>

#include "abi.h"
#include "abi_packets.h"
#include "abi_sizes.h"

#define BYTES 7680u	/* 1920 frames of S16 stereo, 40 ms at 48 kHz */
#define FRAMES 1920u

/* ---- the filter --------------------------------------------------------------------- */

static void test_version(void)
{
	struct wavert_version v;
	int fd = open_filter(), i, wrong = 0;

	memset(&v, 0, sizeof(v));
	TAP_CHECK(!call(fd, WAVERT_IOC_VERSION, &v) && v.abi_major == WAVERT_ABI_MAJOR &&
		  v.abi_minor == WAVERT_ABI_MINOR, "VERSION returns the version of the interface");
	for (i = 0; i < 6; i++) {
		memset(&v, 0, sizeof(v));
		v.reserved[i] = 1;
		wrong += call(fd, WAVERT_IOC_VERSION, &v) != EINVAL;
	}
	TAP_CHECK(!wrong, "VERSION refuses each nonzero reserved word with EINVAL");
	TAP_CHECK(call(fd, WAVERT_IOC_VERSION, NULL) == EFAULT, "VERSION of NULL gives EFAULT");
	TAP_CHECK(call(fd, _IO(WAVERT_IOC_TYPE, 0xff), NULL) == ENOTTY &&
		  call(fd, _IO('H', 0xc0), NULL) == ENOTTY, "an unknown call to the filter gives ENOTTY");
	TAP_CHECK(call(fd, WAVERT_IOC_SET_STATE, &v) == ENOTTY,
		  "a call of a stream to the filter gives ENOTTY");
	close(fd);
}

static void test_caps(void)
{
	struct wavert_caps c;
	int fd = open_filter(), dir;

	for (dir = 0; dir < 2; dir++) {
		memset(&c, 0x5a, sizeof(c));	/* results are ignored on entry */
		c.direction = (unsigned int)dir;
		c.pin = 1;
		TAP_CHECK(!call(fd, WAVERT_IOC_CAPS, &c) && c.pins == 2 && c.rate_min == 8000 &&
			  c.rate_max == 192000 && c.channels_min == 1 && c.channels_max == 8 &&
			  c.buffer_max == 4u << 20 && c.notify_min == 32 &&
			  c.flags == WAVERT_CAP_STEPPED && c.formats == 0x7b,
			  "CAPS of %s are those of the simulator", dir ? "capture" : "playback");
		TAP_CHECK(c.buffer_min == 1 && c.notify_min_ns == 125000 && !c.registers &&
			  !c.nrates && !c.rates[0] && !c.rates[WAVERT_RATES - 1] &&
			  c.offers & WAVERT_OFFERS_READ,
			  "they have every rate, no register, and read()");
		TAP_CHECK(!c.pcm_device && c.pcm_subdevice == 1 &&
			  !strcmp(c.name, dir ? "Capture 1" : "Playback 1"),
			  "CAPS name the pin and its ALSA subdevice");
	}
	memset(&c, 0, sizeof(c));
	c.direction = 2;
	TAP_CHECK(call(fd, WAVERT_IOC_CAPS, &c) == EINVAL, "CAPS of direction 2 gives EINVAL");
	memset(&c, 0, sizeof(c));
	c.pin = 2;
	TAP_CHECK(call(fd, WAVERT_IOC_CAPS, &c) == ENOENT, "CAPS of a missing pin gives ENOENT");
	c.pin = 0xffffffff;
	TAP_CHECK(call(fd, WAVERT_IOC_CAPS, &c) == ENOENT, "CAPS of pin 2^32-1 gives ENOENT");
	TAP_CHECK(call(fd, WAVERT_IOC_CAPS, (void *)8) == EFAULT, "CAPS of a bad pointer gives EFAULT");
	close(fd);
}

static int lowest_free_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void test_new_stream(void)
{
	struct wavert_new_stream n = { 0 };
	struct wavert_new_stream *ro;
	char odd[sizeof(n) + 1];
	int fd = open_filter(), before = lowest_free_fd(), stream;

	n.direction = 2;
	TAP_CHECK(call(fd, WAVERT_IOC_NEW_STREAM, &n) == EINVAL, "NEW_STREAM in direction 2 gives EINVAL");
	n = (struct wavert_new_stream){ .pin = 2 };
	TAP_CHECK(call(fd, WAVERT_IOC_NEW_STREAM, &n) == ENOENT, "NEW_STREAM of a missing pin gives ENOENT");
	n = (struct wavert_new_stream){ .flags = 2 };
	TAP_CHECK(call(fd, WAVERT_IOC_NEW_STREAM, &n) == EINVAL, "NEW_STREAM with an unknown flag gives EINVAL");
	TAP_CHECK(call(fd, WAVERT_IOC_NEW_STREAM, NULL) == EFAULT, "NEW_STREAM of NULL gives EFAULT");
	ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TAP_CHECK(call(fd, WAVERT_IOC_NEW_STREAM, ro) == EFAULT,
		  "NEW_STREAM into read-only memory gives EFAULT");
	TAP_CHECK(lowest_free_fd() == before, "no failed NEW_STREAM leaves a descriptor open");
	memset(odd, 0, sizeof(odd));
	TAP_CHECK(!call(fd, WAVERT_IOC_NEW_STREAM, odd + 1), "an unaligned argument is accepted");
	memcpy(&n, odd + 1, sizeof(n));
	stream = n.fd;
	TAP_CHECK(stream == before && fcntl(stream, F_GETFD) == FD_CLOEXEC,
		  "a stream is a new descriptor, close-on-exec");
	TAP_CHECK(call(stream, WAVERT_IOC_VERSION, &n) == ENOTTY, "a call of the filter to a stream gives ENOTTY");
	TAP_CHECK(call(stream, _IO(WAVERT_IOC_TYPE, 0xff), NULL) == ENOTTY,
		  "an unknown call to a stream gives ENOTTY");
	close(fd);
	TAP_CHECK(!set_state(stream, WAVERT_STATE_ACQUIRE), "a stream works after the descriptor of the filter is closed");
	close(stream);
}

/* What read() and poll() do otherwise: read_test.c. */
static void test_write(void)
{
	int fd = ready_stream(0, 2, BYTES);
	char byte = 0;

	TAP_CHECK(write(fd, &byte, 1) < 0 && errno == EINVAL, "write() of a stream gives EINVAL");
	close(fd);
}

/* ---- format and buffer -------------------------------------------------------------- */

static void test_format(void)
{
	int fd = new_stream(0, 0, 0), wrong = 0;

	TAP_CHECK(call(fd, WAVERT_IOC_SET_FORMAT, NULL) == EFAULT, "SET_FORMAT of NULL gives EFAULT");
	wrong += set_format(fd, 7999, WAVERT_FORMAT_S16, 2) != EINVAL;
	wrong += set_format(fd, 192001, WAVERT_FORMAT_S16, 2) != EINVAL;
	wrong += set_format(fd, 0, WAVERT_FORMAT_S16, 2) != EINVAL;
	wrong += set_format(fd, 0xffffffff, WAVERT_FORMAT_S16, 2) != EINVAL;
	TAP_CHECK(!wrong, "SET_FORMAT refuses a rate that the pin does not have with EINVAL");
	wrong += set_format(fd, 48000, 0, 2) != EINVAL;
	wrong += set_format(fd, 48000, WAVERT_FORMAT_S16 | WAVERT_FORMAT_U8, 2) != EINVAL;
	wrong += set_format(fd, 48000, WAVERT_FORMAT_S20_32, 2) != EINVAL;
	wrong += set_format(fd, 48000, 1u << 31, 2) != EINVAL;
	TAP_CHECK(!wrong, "SET_FORMAT refuses no format, two formats, an unsupported and an unknown one");
	wrong += set_format(fd, 48000, WAVERT_FORMAT_S16, 0) != EINVAL;
	wrong += set_format(fd, 48000, WAVERT_FORMAT_S16, 9) != EINVAL;
	wrong += set_format(fd, 48000, WAVERT_FORMAT_S16, 1u << 31) != EINVAL;
	TAP_CHECK(!wrong, "SET_FORMAT refuses 0, 9 and 2^31 channels");
	TAP_CHECK(alloc_buffer(fd, 2, BYTES) == EBADRQC,
		  "no refused SET_FORMAT set a format: ALLOC_BUFFER gives EBADRQC");
	TAP_CHECK(!set_format(fd, 48000, WAVERT_FORMAT_S16, 2) && !alloc_buffer(fd, 2, BYTES),
		  "with a format ALLOC_BUFFER succeeds");
	TAP_CHECK(set_format(fd, 44100, WAVERT_FORMAT_S16, 2) == EBADRQC,
		  "SET_FORMAT with a buffer gives EBADRQC");
	set_state(fd, WAVERT_STATE_RUN);
	TAP_CHECK(set_format(fd, 44100, WAVERT_FORMAT_S16, 2) == EINVAL,
		  "SET_FORMAT while running gives EINVAL (WRT-130)");
	close(fd);
}

static unsigned int whole_pages(unsigned int bytes)
{
	unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static void test_alloc(void)
{
	struct wavert_buffer b;
	struct wavert_buffer *ro;
	int fd = new_stream(0, 0, 0);
	const unsigned int notify = WAVERT_ALLOC_NOTIFICATION;

	set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	TAP_CHECK(call(fd, WAVERT_IOC_ALLOC_BUFFER, NULL) == EFAULT, "ALLOC_BUFFER of NULL gives EFAULT");
	TAP_CHECK(alloc_full(fd, notify, 2, 0xffffffff, &b) == EREMOTEIO, "size 2^32-1 gives EREMOTEIO");
	TAP_CHECK(alloc_full(fd, notify, 2, (4u << 20) + 1, &b) == EREMOTEIO,
		  "a size above buffer_max gives EREMOTEIO (Q3)");
	TAP_CHECK(alloc_full(fd, notify, 0, BYTES, &b) == EINVAL, "count 0 gives EINVAL (WRT-012)");
	TAP_CHECK(alloc_full(fd, notify, 3, BYTES, &b) == EINVAL, "count 3 gives EINVAL (WRT-013)");
	TAP_CHECK(alloc_full(fd, notify, 1u << 31, BYTES, &b) == EINVAL, "count 2^31 gives EINVAL");
	TAP_CHECK(alloc_full(fd, 0, 2, BYTES, &b) == EINVAL, "a count without notification gives EINVAL");
	TAP_CHECK(alloc_full(fd, notify | WAVERT_ALLOC_ANY_COUNT, 1u << 31, BYTES, &b) == EREMOTEIO,
		  "a count of 2^31 with the extension gives EREMOTEIO");
	TAP_CHECK(alloc_full(fd, 4 | notify, 2, BYTES, &b) == EINVAL, "an unknown flag gives EINVAL");
	ro = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*ro = (struct wavert_buffer){ .flags = notify, .notifications = 2, .requested_bytes = BYTES };
	mprotect(ro, 4096, PROT_READ);
	TAP_CHECK(call(fd, WAVERT_IOC_ALLOC_BUFFER, ro) == EFAULT,
		  "ALLOC_BUFFER into read-only memory gives EFAULT");
	TAP_CHECK(free_buffer(fd) == EBADRQC, "no failed ALLOC_BUFFER left a buffer allocated");
	TAP_CHECK(!alloc_full(fd, notify, 2, BYTES, &b) && b.actual_bytes == BYTES &&
		  b.map_bytes == whole_pages(BYTES) && !b.offset_from_first_page && b.cache_type == 1 &&
		  !b.call_memory_barrier, "an acceptable size is returned unchanged (WRT-016, WRT-020, WRT-035)");
	TAP_CHECK(!free_buffer(fd) && !alloc_full(fd, notify, 1, 1001, &b) && b.actual_bytes == 1004,
		  "after FREE_BUFFER ALLOC_BUFFER succeeds; 1001 bytes become 1004 (WRT-017, WRT-030)");
	free_buffer(fd);
	TAP_CHECK(!alloc_full(fd, notify, 2, 10, &b) && b.actual_bytes == 256,
		  "a small size becomes the minimum: 2 points of 32 frames (Q3)");
	free_buffer(fd);
	TAP_CHECK(!alloc_full(fd, notify | WAVERT_ALLOC_ANY_COUNT, 7, BYTES, &b) &&
		  b.actual_bytes == 7700, "7 notifications with the extension: up to 7 * 4 bytes");
	free_buffer(fd);
	TAP_CHECK(!alloc_full(fd, 0, 0, BYTES, &b) && b.actual_bytes == BYTES,
		  "a buffer without notification (WRT-038)");
	close(fd);
}

static void test_alloc_states(void)
{
	int fd = new_stream(0, 0, 0);

	set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	set_state(fd, WAVERT_STATE_PAUSE);
	TAP_CHECK(alloc_buffer(fd, 2, BYTES) == EBADRQC, "ALLOC_BUFFER in PAUSE gives EBADRQC (Q5)");
	set_state(fd, WAVERT_STATE_ACQUIRE);
	TAP_CHECK(!alloc_buffer(fd, 2, BYTES), "ALLOC_BUFFER in ACQUIRE is legal (Q5)");
	close(fd);
}

/* ---- mappings ----------------------------------------------------------------------- */

static int map_error(int fd, size_t bytes, int prot, int flags, off_t offset)
{
	void *at = mmap(NULL, bytes, prot, flags, fd, offset);

	if (at == MAP_FAILED)
		return errno;
	munmap(at, bytes);
	return 0;
}

static void test_mmap(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	const size_t p = (size_t)sysconf(_SC_PAGESIZE);
	const unsigned int bytes = (unsigned int)(2 * p - 512);
	int fd = new_stream(0, 0, 0);
	unsigned char *buffer;
	void *page;

	TAP_CHECK(map_error(fd, p, rw, MAP_SHARED, 0) == EBADRQC,
		  "mmap of a buffer before there is one gives EBADRQC (WRT-003)");
	set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	alloc_buffer(fd, 2, bytes);
	TAP_CHECK(map_error(fd, 2 * p, rw, MAP_PRIVATE, 0) == EINVAL, "a private mapping gives EINVAL");
	TAP_CHECK(map_error(fd, 3 * p, rw, MAP_SHARED, 0) == EINVAL, "a mapping that is too long gives EINVAL");
	TAP_CHECK(map_error(fd, p, rw, MAP_SHARED, (off_t)p) == EINVAL,
		  "a mapping that does not begin at 0 gives EINVAL");
	TAP_CHECK(map_error(fd, p, rw, MAP_SHARED, 0x7ffff000) == EINVAL, "a large offset gives EINVAL");
	TAP_CHECK(map_error(fd, p, rw, MAP_SHARED, WAVERT_MMAP_PAGE) == EPERM,
		  "the register page for writing gives EPERM");
	TAP_CHECK(map_error(fd, 2 * p, PROT_READ, MAP_SHARED, WAVERT_MMAP_PAGE) == EINVAL,
		  "two register pages give EINVAL");
	page = mmap(NULL, p, PROT_READ, MAP_SHARED, fd, WAVERT_MMAP_PAGE);
	TAP_CHECK(page != MAP_FAILED && mprotect(page, p, rw) && errno == EACCES,
		  "mprotect cannot make the register page writable");
	TAP_CHECK(map_error(fd, p, PROT_READ, MAP_SHARED, WAVERT_MMAP_REGISTER(0)) == EBADRQC &&
		  map_error(fd, p, PROT_READ, MAP_SHARED, WAVERT_MMAP_REGISTER(1)) == EBADRQC &&
		  map_error(fd, p, rw, MAP_SHARED, WAVERT_MMAP_REGISTER(0)) == EBADRQC,
		  "mmap of a register without GET_REGISTER gives EBADRQC");
	TAP_CHECK(map_error(fd, p, PROT_READ, MAP_PRIVATE, WAVERT_MMAP_REGISTER(0)) == EINVAL,
		  "a private mapping of a register gives EINVAL");
	TAP_CHECK(map_error(fd, p, PROT_READ, MAP_SHARED, WAVERT_MMAP_REGISTER(2)) == EINVAL &&
		  map_error(fd, p, PROT_READ, MAP_SHARED,
			    WAVERT_MMAP_REGISTER(0) + (off_t)p) == EINVAL,
		  "other offsets near those of the registers cannot be mapped");
	buffer = map_buffer(fd, 2 * p);
	memset(buffer, 0x5a, 2 * p);
	TAP_CHECK(free_buffer(fd) == EBUSY, "FREE_BUFFER while mapped gives EBUSY");
	munmap(buffer, p);
	TAP_CHECK(free_buffer(fd) == EBUSY, "a buffer of which half is unmapped is still mapped");
	TAP_CHECK(buffer[p] == 0x5a, "the other half can still be accessed");
	munmap(buffer + p, p);
	TAP_CHECK(!free_buffer(fd), "FREE_BUFFER after the last munmap succeeds");
	munmap(page, p);
	close(fd);
}

static int child_status(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void test_fork(void)
{
	int fd = ready_stream(0, 2, BYTES);
	unsigned char *buffer = map_buffer(fd, 8192);
	const struct wavert_page *page = map_page(fd);
	pid_t pid;
	int status;

	buffer[0] = 1;
	pid = fork();
	if (!pid)
		_exit(((volatile unsigned char *)buffer)[0] ? 3 : 4);
	status = child_status(pid);
	TAP_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
		  "a child does not inherit the mapping of the buffer");
	pid = fork();
	if (!pid)
		_exit((int)((const volatile struct wavert_page *)page)->state);
	status = child_status(pid);
	TAP_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
		  "a child does not inherit the register page");
	TAP_CHECK(buffer[0] == 1, "the parent's mappings still work");
	munmap(buffer, 8192);
	munmap((void *)page, 4096);
	close(fd);
}

/* ---- events ------------------------------------------------------------------------- */

static void test_register(void)
{
	struct wavert_event e = { 0 };
	int fd = ready_stream(0, 2, BYTES), ev = new_event(), i, wrong = 0;
	int many[WAVERT_EVENTS_MAX + 1];

	TAP_CHECK(call(fd, WAVERT_IOC_REGISTER_EVENT, NULL) == EFAULT, "REGISTER_EVENT of NULL gives EFAULT");
	TAP_CHECK(call(fd, WAVERT_IOC_UNREGISTER_EVENT, NULL) == EFAULT, "UNREGISTER_EVENT of NULL gives EFAULT");
	for (i = 0; i < 32; i++) {
		e = (struct wavert_event){ .fd = ev, .flags = 1u << i };
		wrong += call(fd, WAVERT_IOC_REGISTER_EVENT, &e) != EINVAL;
		wrong += call(fd, WAVERT_IOC_UNREGISTER_EVENT, &e) != EINVAL;
	}
	TAP_CHECK(!wrong, "with a descriptor both refuse every flag with EINVAL");
	for (i = 0; i <= WAVERT_EVENTS_MAX; i++)
		many[i] = new_event();
	for (i = 0; i < WAVERT_EVENTS_MAX; i++)
		wrong += register_event(fd, many[i]) != 0;
	TAP_CHECK(!wrong, "64 events can be registered (WRT-076)");
	TAP_CHECK(register_event(fd, many[i]) == ENOMEM, "the 65th gives ENOMEM");
	for (i = 0; i <= WAVERT_EVENTS_MAX; i++)
		close(many[i]);
	close(ev);
	close(fd);
}

/* A client that has closed its descriptors can still remove their registrations. */
static void test_unregister_all(void)
{
	struct wavert_event all = { .fd = -1, .flags = WAVERT_EVENT_ALL };
	int fd = ready_stream(0, 2, BYTES), kept = new_event(), i, wrong = 0;

	TAP_CHECK(call(fd, WAVERT_IOC_REGISTER_EVENT, &all) == EINVAL,
		  "REGISTER_EVENT of all gives EINVAL");
	TAP_CHECK(!call(fd, WAVERT_IOC_UNREGISTER_EVENT, &all), "UNREGISTER_EVENT of all succeeds if there are none");
	for (i = 0; i < WAVERT_EVENTS_MAX; i++) {
		int ev = i ? new_event() : dup(kept);

		wrong += register_event(fd, ev) != 0;
		close(ev);
	}
	TAP_CHECK(!wrong && register_event(fd, kept) == EREMOTEIO,
		  "64 events stay registered when their descriptors are closed");
	set_state(fd, WAVERT_STATE_RUN);
	step(FRAMES);
	TAP_CHECK(counted(kept) == 2 && !call(fd, WAVERT_IOC_UNREGISTER_EVENT, &all),
		  "UNREGISTER_EVENT of all succeeds in RUN");
	step(FRAMES);
	TAP_CHECK(!counted(kept), "after it no event is signalled");
	for (i = 0; i < WAVERT_EVENTS_MAX; i++) {
		int ev = new_event();

		wrong += register_event(fd, ev) != 0;
		close(ev);
	}
	TAP_CHECK(!wrong, "64 other events can then be registered");
	close(kept);
	close(fd);
}

/* ---- states and position -------------------------------------------------------------- */

static void test_state_and_position(void)
{
	struct wavert_position p;
	int fd = new_stream(0, 0, 0);

	TAP_CHECK(call(fd, WAVERT_IOC_SET_STATE, NULL) == EFAULT, "SET_STATE of NULL gives EFAULT");
	TAP_CHECK(call(fd, WAVERT_IOC_GET_POSITION, NULL) == EFAULT, "GET_POSITION of NULL gives EFAULT");
	memset(&p, 0x5a, sizeof(p));
	TAP_CHECK(!call(fd, WAVERT_IOC_GET_POSITION, &p) && !p.play_offset && !p.reserved,
		  "GET_POSITION ignores the input of its result members");
	close(fd);
}

/* ---- observers, notification log ------------------------------------------------------ */

static void test_observer(void)
{
	int fd = ready_stream(0, 2, BYTES), seer = new_stream(0, 0, WAVERT_STREAM_OBSERVE);
	int a = new_event(), b = new_event();
	const struct wavert_page *mine = map_page(fd), *theirs = map_page(seer);
	struct wavert_position p;

	TAP_CHECK(set_format(seer, 48000, WAVERT_FORMAT_S16, 2) == EBADRQC &&
		  alloc_buffer(seer, 2, BYTES) == EBADRQC && set_state(seer, WAVERT_STATE_RUN) == EBADRQC &&
		  free_buffer(seer) == EBADRQC, "an observer cannot control: EBADRQC");
	TAP_CHECK(map_error(seer, 4096, PROT_READ, MAP_SHARED, 0) == EBADRQC,
		  "an observer has no buffer to map");
	register_event(fd, a);
	TAP_CHECK(!register_event(seer, b), "an observer can register an event");
	set_state(fd, WAVERT_STATE_RUN);
	step(FRAMES * 2 + 5);
	TAP_CHECK(counted(a) == 4 && counted(b) == 4, "owner and observer get the same signals");
	TAP_CHECK(mine->linear == theirs->linear && mine->packets == theirs->packets &&
		  theirs->buffer_bytes == BYTES && theirs->notifications == 2 && theirs->rate == 48000 &&
		  theirs->state == WAVERT_STATE_RUN && theirs->irq_count == mine->irq_count,
		  "both pages have the same contents");
	TAP_CHECK(!get_position(seer, &p) && p.linear == (FRAMES * 2 + 5) * 4, "an observer can read the position");
	close(seer);
	step(FRAMES);
	TAP_CHECK(counted(b) == 2 && counted(a) == 2 && theirs->packets == 6,
		  "a stream stays open while its page is mapped");
	munmap((void *)theirs, 4096);
	step(FRAMES);
	TAP_CHECK(counted(a) == 2 && !counted(b), "a closed observer gets no more signals");
	munmap((void *)mine, 4096);
	close(a);
	close(b);
	close(fd);
}

static void test_foreign_position(void)
{
	int fd = ready_stream(0, 2, BYTES), other = new_stream(0, 0, 0);
	struct wavert_position p;

	set_state(fd, WAVERT_STATE_RUN);
	step(100);
	TAP_CHECK(!get_position(other, &p) && !p.linear && !p.play_offset,
		  "a stream without a buffer does not show the owner's position");
	close(fd);
	close(other);
}

static void test_notification_log(void)
{
	int fd = ready_stream(0, 2, BYTES), ev = new_event(), wrong = 0;
	const struct wavert_page *page = map_page(fd);
	unsigned long long i;

	register_event(fd, ev);
	set_state(fd, WAVERT_STATE_RUN);
	step(FRAMES * 50);
	TAP_CHECK(page->version == (WAVERT_ABI_MAJOR << 16 | WAVERT_ABI_MINOR) &&
		  page->page_bytes == sizeof(*page) && page->ring_offset >= sizeof(*page) &&
		  page->ring_entries == WAVERT_RING &&
		  page->entry_bytes == sizeof(struct wavert_notification),
		  "the page has its version, its size and the place of its notification log");
	TAP_CHECK(page->ring_head == 100, "100 points make 100 entries in the notification log");
	TAP_CHECK(!page->dma_halts && !page->position_register_base,
		  "the simulator's DMA never halts, and it has no register with a base");
	for (i = 37; i <= 100; i++) {
		const struct wavert_notification *e = wavert_page_entry(page, i - 1);

		wrong += e->number != i || e->linear != i * FRAMES * 2 || !e->signal_ns;
	}
	TAP_CHECK(!wrong, "the log has the last 64: number, position, signalled");
	munmap((void *)page, 4096);
	close(ev);
	close(fd);
}

int main(void)
{
	setbuf(stdout, NULL);
	test_version();
	test_caps();
	test_new_stream();
	test_write();
	test_format();
	test_alloc();
	test_alloc_states();
	test_mmap();
	test_fork();
	test_register();
	test_unregister_all();
	test_state_and_position();
	test_observer();
	test_foreign_position();
	test_notification_log();
	test_packets();
	test_sizes();
	return tap_done();
}
