// SPDX-License-Identifier: GPL-2.0-only
/*
 * read_test.c - read(), poll(), epoll and io_uring on the stream file (EXT-01..10). Runs in the
 * guest with clock=step streams=2. TAP on stdout.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <liburing.h>

#include "abi.h"

#define PACKET 960u		/* frames */
#define BYTES (2 * PACKET * 4)

static int running_stream(void)
{
	int fd = ready_stream(WAVERT_PLAYBACK, 2, BYTES);

	set_state(fd, WAVERT_STATE_RUN);
	return fd;
}

static void nonblocking(int fd, bool on)
{
	fcntl(fd, F_SETFL, on ? O_NONBLOCK : 0);
}

/* A whole record, or a negative errno. */
static int read_record(int fd, struct wavert_read *out)
{
	ssize_t got = read(fd, out, sizeof(*out));

	return got < 0 ? -errno : (int)got;
}

/* Notifications that a read() returns without waiting; 0: EAGAIN. */
static unsigned long long unread(int fd)
{
	struct wavert_read r;
	int got;

	nonblocking(fd, true);
	got = read_record(fd, &r);
	nonblocking(fd, false);
	return got == sizeof(r) ? r.points : 0;
}

/* ---- the record ------------------------------------------------------------------------- */

static void test_record(void)
{
	int fd = running_stream();
	const struct wavert_page *page = map_page(fd);
	struct wavert_read r;

	step(3 * PACKET + 10);
	TAP_CHECK(read_record(fd, &r) == sizeof(r) && r.bytes == sizeof(r) && !r.flags && r.points == 3,
		  "a record has its size and the notifications since the last read (EXT-02)");
	TAP_CHECK(r.packets == 3 && r.packets == page->packets && r.linear == page->linear &&
		  r.ns == page->position_ns, "C, linear position and time are those of the register page (EXT-03)");
	step(PACKET);
	TAP_CHECK(read_record(fd, &r) == sizeof(r) && r.points == 1 && r.packets == 4,
		  "the next record has what has passed since (EXT-02)");
	set_state(fd, WAVERT_STATE_STOP);
	set_state(fd, WAVERT_STATE_RUN);
	step(PACKET);
	TAP_CHECK(read_record(fd, &r) == sizeof(r) && r.points == 1 && r.packets == 1,
		  "STOP sets C to 0, not the count of the next read (EXT-03)");
	munmap((void *)page, 4096);
	close(fd);
}

static void test_sizes(void)
{
	int fd = running_stream(), wrong = 0;
	char big[64] __attribute__((aligned(8)));
	char *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t bytes;

	step(PACKET);
	for (bytes = 0; bytes < 16; bytes++)
		wrong += read(fd, big, bytes) >= 0 || errno != EINVAL;
	TAP_CHECK(!wrong, "0 to 15 bytes give EINVAL (EXT-04)");
	TAP_CHECK(read(fd, ro, 40) < 0 && errno == EFAULT, "a bad address gives EFAULT (EXT-04)");
	TAP_CHECK(unread(fd) == 1, "a read that fails takes nothing (EXT-04)");
	for (bytes = 16; bytes <= 40; bytes++) {
		struct wavert_read *r = (struct wavert_read *)big;

		memset(big, 0x55, sizeof(big));
		step(PACKET);
		wrong += read(fd, big, bytes) != (ssize_t)bytes || r->bytes != sizeof(*r) ||
			 r->points != 1 || big[bytes] != 0x55;
	}
	TAP_CHECK(!wrong, "16 to 40 bytes give the beginning of a record (EXT-04)");
	memset(big, 0x55, sizeof(big));
	step(PACKET);
	TAP_CHECK(read(fd, big, sizeof(big)) == 40 && big[40] == 0x55,
		  "more than 40 bytes give 40, and the rest stays as it is (EXT-04)");
	munmap(ro, 4096);
	close(fd);
}

static void test_vectors(void)
{
	int fd = running_stream();
	struct wavert_read r = { 0 };
	struct iovec parts[2] = { { &r, 8 }, { (char *)&r + 8, 32 } };

	step(2 * PACKET);
	TAP_CHECK(readv(fd, parts, 2) == 40 && r.points == 2 && r.packets == 2, "readv() gives the same record (EXT-02)");
	TAP_CHECK(preadv2(fd, parts, 2, -1, RWF_NOWAIT) < 0 && errno == EAGAIN,
		  "RWF_NOWAIT gives EAGAIN when nothing has passed (EXT-05)");
	close(fd);
}

/* ---- waiting ---------------------------------------------------------------------------- */

struct reader {
	int fd;
	pid_t tid;
	int result;
	struct wavert_read record;
};

static void *read_one(void *arg)
{
	struct reader *r = arg;

	__atomic_store_n(&r->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	r->result = read_record(r->fd, &r->record);
	return NULL;
}

/* Until the thread sleeps: in read(), since it does nothing else. */
static void wait_asleep(struct reader *r)
{
	char path[64], state = 0;
	FILE *f;

	while (state != 'S') {
		usleep(1000);
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
			 (int)__atomic_load_n(&r->tid, __ATOMIC_ACQUIRE));
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%*d %*s %c", &state) != 1)
			state = 0;
		fclose(f);
	}
}

static pthread_t start_reader(struct reader *r, int fd)
{
	pthread_t thread;

	memset(r, 0, sizeof(*r));
	r->fd = fd;
	pthread_create(&thread, NULL, read_one, r);
	wait_asleep(r);
	return thread;
}

static int join_ended(pthread_t thread)
{
	return pthread_tryjoin_np(thread, NULL) == 0;
}

static void test_blocking(void)
{
	int fd = running_stream(), ended = 0;
	struct reader a, b;
	pthread_t ta, tb;

	TAP_CHECK(unread(fd) == 0 && errno == EAGAIN, "O_NONBLOCK gives EAGAIN when nothing has passed (EXT-05)");
	ta = start_reader(&a, fd);
	set_state(fd, WAVERT_STATE_PAUSE);
	set_state(fd, WAVERT_STATE_STOP);
	set_state(fd, WAVERT_STATE_RUN);
	step(PACKET - 1);
	wait_asleep(&a);
	TAP_CHECK(pthread_tryjoin_np(ta, NULL) == EBUSY, "neither STOP nor a part of a packet wakes a reader (EXT-06)");
	step(1);
	pthread_join(ta, NULL);
	TAP_CHECK(a.result == 40 && a.record.points == 1, "a reader is woken by the next notification (EXT-05)");

	ta = start_reader(&a, fd);
	tb = start_reader(&b, fd);
	step(PACKET);
	while (!ended) {
		usleep(1000);	/* in the UML guest a thread that spins is never preempted */
		ended = join_ended(ta) + join_ended(tb);
	}
	wait_asleep(a.result ? &b : &a);
	TAP_CHECK(ended == 1 && a.record.points + b.record.points == 1,
		  "one of two readers gets the next notification (EXT-07)");
	step(PACKET);
	pthread_join(a.result ? tb : ta, NULL);
	TAP_CHECK(a.result == 40 && b.result == 40 && a.record.points + b.record.points == 2,
		  "the other gets the one after it (EXT-07)");
	close(fd);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void test_signal(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	int fd = running_stream();
	struct reader r;
	pthread_t thread;

	sigaction(SIGUSR1, &act, NULL);
	thread = start_reader(&r, fd);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	TAP_CHECK(r.result == -EINTR, "a signal handler ends a read with EINTR (EXT-05)");
	act.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &act, NULL);
	thread = start_reader(&r, fd);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	TAP_CHECK(r.result == -EINTR, "and the same with SA_RESTART, as poll() does (EXT-05)");
	close(fd);
}

/* Three threads read one stream at once, one of them without waiting. */
static volatile bool stop_reading;

static void *read_all(void *arg)
{
	struct reader *r = arg;
	struct wavert_read record;
	int got;

	while (!stop_reading) {
		got = read_record(r->fd, &record);
		if (got == sizeof(record))
			__atomic_fetch_add(&r->record.points, record.points, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void test_each_point_once(void)
{
	enum { STEPS = 200 };
	int fd = running_stream(), i;
	struct reader r = { .fd = fd };
	unsigned long long more = 0;
	pthread_t thread[2];

	stop_reading = false;
	pthread_create(&thread[0], NULL, read_all, &r);
	pthread_create(&thread[1], NULL, read_all, &r);
	for (i = 0; i < STEPS; i++) {
		step(PACKET * (1 + i % 3));
		if (i % 2)
			more += unread(fd);
	}
	stop_reading = true;
	for (i = 0; i < 2; i++) {
		while (!join_ended(thread[i])) {
			step(PACKET);
			usleep(1000);
		}
	}
	more += unread(fd);
	{
		const struct wavert_page *page = map_page(fd);

		TAP_CHECK(r.record.points + more == page->packets && page->packets > 2 * STEPS - 2,
			  "several readers get each notification once: %llu + %llu of %llu (EXT-07)",
			  (unsigned long long)r.record.points, more, (unsigned long long)page->packets);
		munmap((void *)page, 4096);
	}
	close(fd);
}

/* ---- poll, epoll, io_uring ------------------------------------------------------------------- */

static short polled(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 ? p.revents : 0;
}

static void test_poll(void)
{
	int fd = running_stream(), other = new_stream(WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE);
	struct epoll_event wanted = { .events = EPOLLIN | EPOLLET }, got;
	int epoll = epoll_create1(EPOLL_CLOEXEC), wrong = 0, i;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	TAP_CHECK(!polled(fd) && !polled(other), "poll() reports nothing before a notification (EXT-08)");
	step(PACKET);
	TAP_CHECK(polled(fd) == POLLIN && polled(other) == POLLIN, "poll() reports POLLIN after one, to owner and observer (EXT-08)");
	TAP_CHECK(unread(fd) == 1 && !polled(fd) && polled(other) == POLLIN && unread(other) == 1,
		  "a read takes it from its own stream file alone (EXT-08)");
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
	epoll_wait(epoll, &got, 1, 0);
	for (i = 0; i < 100; i++) {
		wrong += epoll_wait(epoll, &got, 1, 0) != 0;
		step(PACKET);
		wrong += epoll_wait(epoll, &got, 1, -1) != 1 || got.events != EPOLLIN;
	}
	TAP_CHECK(!wrong, "edge-triggered epoll reports each notification, read or not (EXT-08)");
	TAP_CHECK(unread(fd) == 100, "and one read then returns all of them (EXT-08)");
	step(PACKET);
	TAP_CHECK(poll(&p, 1, -1) == 1 && p.revents == POLLIN, "poll() waits for the next (EXT-08)");
	close(epoll);
	close(other);
	close(fd);
}

static void test_uring(void)
{
	int fd = running_stream(), wrong = 0, i;
	struct io_uring ring;
	struct io_uring_cqe *cqe;
	struct wavert_read r;

	if (io_uring_queue_init(4, &ring, 0)) {
		tap_skip("the kernel has no io_uring", "a read in an io_uring completes with each notification (EXT-08)");
		close(fd);
		return;
	}
	for (i = 0; i < 20; i++) {
		io_uring_prep_read(io_uring_get_sqe(&ring), fd, &r, sizeof(r), 0);
		io_uring_submit(&ring);
		wrong += io_uring_peek_cqe(&ring, &cqe) != -EAGAIN;
		step(PACKET);
		wrong += io_uring_wait_cqe(&ring, &cqe) || cqe->res != 40 || r.points != 1;
		io_uring_cqe_seen(&ring, cqe);
	}
	TAP_CHECK(!wrong, "a read in an io_uring completes with each notification (EXT-08)");
	io_uring_queue_exit(&ring);
	close(fd);
}

static void test_beside_events(void)
{
	int fd = running_stream(), event = new_event(), i;
	struct wavert_event all = { .fd = -1, .flags = WAVERT_EVENT_ALL };
	int many[WAVERT_EVENTS_MAX], wrong = 0;

	polled(fd);
	for (i = 0; i < WAVERT_EVENTS_MAX; i++) {
		many[i] = new_event();
		wrong += register_event(fd, many[i]) != 0;
	}
	TAP_CHECK(!wrong && register_event(fd, event) == ENOMEM,
		  "as many events can be registered beside poll() as without it (EXT-09)");
	step(2 * PACKET);
	for (i = 0; i < WAVERT_EVENTS_MAX; i++)
		wrong += counted(many[i]) != 2;
	TAP_CHECK(!wrong && unread(fd) == 2, "events and read() count each on its own (EXT-09)");
	TAP_CHECK(!call(fd, WAVERT_IOC_UNREGISTER_EVENT, &all), "WAVERT_EVENT_ALL unregisters all events (EXT-09)");
	step(PACKET);
	TAP_CHECK(polled(fd) == POLLIN && unread(fd) == 1 && !counted(many[0]), "and poll() still works (EXT-09)");
	for (i = 0; i < WAVERT_EVENTS_MAX; i++)
		close(many[i]);
	close(event);
	close(fd);
}

/* One of epoll's descriptors each; with EPOLLEXCLUSIVE a wake-up is for one of them. */
static int woken(const int *epoll, int n, short *events)
{
	struct epoll_event got;
	int i, count = 0;

	for (i = 0; i < n; i++)
		if (epoll_wait(epoll[i], &got, 1, 0) == 1) {
			*events = (short)got.events;
			count++;
		}
	return count;
}

/* ---- no notifications, removal ------------------------------------------------------------------ */

static void test_without_notifications(void)
{
	int fd = new_stream(WAVERT_PLAYBACK, 0, 0);
	struct wavert_read r;

	TAP_CHECK(read_record(fd, &r) == -EOPNOTSUPP && polled(fd) == POLLERR,
		  "without a buffer read() gives EOPNOTSUPP, poll() POLLERR (EXT-10)");
	set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	alloc_buffer(fd, 0, BYTES);
	set_state(fd, WAVERT_STATE_RUN);
	step(2 * PACKET);
	TAP_CHECK(read_record(fd, &r) == -EOPNOTSUPP && polled(fd) == POLLERR,
		  "and the same with a buffer without notifications (EXT-10)");
	close(fd);
}

static void test_free(void)
{
	int fd = running_stream();
	struct reader r;
	pthread_t thread = start_reader(&r, fd);

	free_buffer(fd);
	pthread_join(thread, NULL);
	TAP_CHECK(r.result == -EOPNOTSUPP, "FREE_BUFFER wakes a reader, which gets EOPNOTSUPP (EXT-10)");
	alloc_buffer(fd, 2, BYTES);
	set_state(fd, WAVERT_STATE_RUN);
	step(PACKET);
	TAP_CHECK(unread(fd) == 1, "with a new buffer read() works again (EXT-10)");
	step(PACKET);
	free_buffer(fd);
	TAP_CHECK(polled(fd) == POLLIN && unread(fd) == 1 && polled(fd) == POLLERR,
		  "what has not been read can be read after FREE_BUFFER (EXT-10)");
	close(fd);
}

static void test_removal(void)
{
	int fd = running_stream(), watcher = new_stream(WAVERT_PLAYBACK, 0, WAVERT_STREAM_OBSERVE);
	struct epoll_event wanted = { .events = EPOLLIN | EPOLLET | EPOLLEXCLUSIVE };
	struct pollfd hang = { .fd = watcher };
	int epoll[3], i;
	short events = 0;
	struct wavert_read r;
	struct reader reader;
	pthread_t thread;

	step(PACKET);
	unread(watcher);
	for (i = 0; i < 3; i++) {
		epoll[i] = epoll_create1(EPOLL_CLOEXEC);
		epoll_ctl(epoll[i], EPOLL_CTL_ADD, watcher, &wanted);
	}
	thread = start_reader(&reader, watcher);
	sim_driver("unbind");
	pthread_join(thread, NULL);
	TAP_CHECK(reader.result == -ENODEV, "removal wakes a reader, which gets ENODEV (EXT-10)");
	TAP_CHECK(read_record(fd, &r) == 40 && r.points == 1 && read_record(fd, &r) == -ENODEV,
		  "what has not been read can be read after removal, then ENODEV (EXT-10)");
	TAP_CHECK(poll(&hang, 1, -1) == 1 && hang.revents == (POLLHUP | POLLERR),
		  "poll() reports POLLHUP and POLLERR after removal (EXT-10)");
	TAP_CHECK(woken(epoll, 3, &events) == 3 && events & EPOLLHUP,
		  "removal wakes every epoll, also with EPOLLEXCLUSIVE (EXT-10)");
	for (i = 0; i < 3; i++)
		close(epoll[i]);
	close(watcher);
	close(fd);
	sim_driver("bind");
}

int main(void)
{
	test_record();
	test_sizes();
	test_vectors();
	test_blocking();
	test_signal();
	test_each_point_once();
	test_poll();
	test_uring();
	test_beside_events();
	test_without_notifications();
	test_free();
	test_removal();
	return tap_done();
}
