// SPDX-License-Identifier: GPL-2.0-only
/*
 * own_test.c - owns a pin of snd-wavert-attach: the rights, what ALSA sees of it, and others that have the
 * same PCM open. Runs in the guest, called by guest.sh. TAP on stdout.
 *
 *   own_test NAME CARD PART...	NAME: of the driver, for titles; CARD: the other driver's
 *   own_test NAME CARD hold	play until removal or a signal, with the buffer mapped
 *
 * The second witness of points is ALSA's hw_ptr in /proc/asound.
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "foreign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOBODY 65534

static const char *name;

/* ---- an owner -------------------------------------------------------------------------------- */

struct owner {
	int stream, event;
	unsigned char *buffer;
	struct wavert_pcm_buffer b;
	const struct wavert_page *page;
	uint64_t sum;
};

static int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? errno : 0;
}

static int set_state(const struct owner *o, unsigned int state)
{
	struct wavert_state arg = { .state = state };

	return call(o->stream, WAVERT_IOC_SET_STATE, &arg);
}

static void new_owner(struct owner *o, unsigned int direction)
{
	struct wavert_new_stream arg = { .direction = direction };
	struct wavert_format format = { RATE, WAVERT_FORMAT_S16, 2 };
	int filter = open_filter();

	memset(o, 0, sizeof(*o));
	must(filter >= 0, "filter");
	must(!ioctl(filter, WAVERT_IOC_NEW_STREAM, &arg), "NEW_STREAM");
	close(filter);
	o->stream = arg.fd;
	o->event = -1;
	must(!ioctl(o->stream, WAVERT_IOC_SET_FORMAT, &format), "SET_FORMAT");
}

/* pcm: a descriptor of the PCM's node, or -1. 0 or an errno. */
static int alloc(struct owner *o, unsigned int count, unsigned int frames, int pcm)
{
	memset(&o->b, 0, sizeof(o->b));
	o->b.buffer.flags = WAVERT_ALLOC_NOTIFICATION | WAVERT_ALLOC_ANY_COUNT;
	o->b.buffer.notifications = count;
	o->b.buffer.requested_bytes = frames * 4;
	if (pcm >= 0) {
		o->b.buffer.flags |= WAVERT_ALLOC_PCM;
		o->b.pcm_fd = pcm;
	}
	return call(o->stream, WAVERT_IOC_ALLOC_PCM_BUFFER, &o->b);
}

/* The same with a descriptor that is closed then. */
static int alloc_shown(struct owner *o, unsigned int direction, unsigned int count, unsigned int frames)
{
	int pcm = open_pcm(direction == WAVERT_CAPTURE), err = errno;

	if (pcm < 0)
		return err;
	err = alloc(o, count, frames, pcm);
	close(pcm);
	return err;
}

static void map(struct owner *o)
{
	struct wavert_event event = { 0 };

	o->buffer = mmap(NULL, o->b.buffer.map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, o->stream,
			 WAVERT_MMAP_BUFFER);
	must(o->buffer != MAP_FAILED, "buffer");
	o->page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, o->stream, WAVERT_MMAP_PAGE);
	must(o->page != MAP_FAILED, "register page");
	o->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.fd = o->event;
	must(!ioctl(o->stream, WAVERT_IOC_REGISTER_EVENT, &event), "REGISTER_EVENT");
}

static void own(struct owner *o, unsigned int direction, unsigned int count, unsigned int frames)
{
	new_owner(o, direction);
	errno = alloc_shown(o, direction, count, frames);
	must(!errno, "ALLOC_BUFFER");
	map(o);
}

static void give_up(struct owner *o)
{
	if (o->buffer)
		munmap(o->buffer, o->b.buffer.map_bytes);
	if (o->page)
		munmap((void *)(uintptr_t)o->page, 4096);
	close(o->stream);
	if (o->event >= 0)
		close(o->event);
}

static uint64_t owner_signals(struct owner *o)
{
	uint64_t n;

	if (read(o->event, &n, sizeof(n)) == sizeof(n))
		o->sum += n;
	return o->sum;
}

/* ---- what ALSA says ---------------------------------------------------------------------------- */

/* A line of the PCM's status, or false if it has none: it is closed. */
static bool status_line(unsigned int direction, const char *key, char *value, size_t size)
{
	char path[80], line[128];
	char found[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/asound/card%d/pcm0%c/sub0/status", foreign,
		 direction ? 'c' : 'p');
	*value = 0;
	f = fopen(path, "r");
	while (f && !*value && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)) && sscanf(line, "%*[^:]: %63s", found) == 1)
			snprintf(value, size, "%s", found);
	if (f)
		fclose(f);
	return *value;
}

static bool is_state(unsigned int direction, const char *state)
{
	char value[64];

	if (!status_line(direction, "state", value, sizeof(value)))
		return !strcmp(state, "closed");
	return !strcmp(value, state);
}

static uint64_t alsa_position(unsigned int direction)
{
	char value[64];

	return status_line(direction, "hw_ptr", value, sizeof(value)) ? strtoull(value, NULL, 10) : 0;
}

/* ---- parts ----------------------------------------------------------------------------------------- */

static void part_caps(void)
{
	struct wavert_caps caps;

	TAP_CHECK(ask_caps(WAVERT_PLAYBACK, 0, &caps) && caps.flags & WAVERT_CAP_ATTACHED &&
		  !(caps.flags & WAVERT_CAP_OBSERVE_ONLY) && caps.formats & WAVERT_FORMAT_S16,
		  "%s: its playback can be owned (flags %#x)", name, caps.flags);
}

static void part_refused(void)
{
	unsigned int reason = strcmp(name, "usb") ? WAVERT_CAP_REFUSED_MMAP : WAVERT_CAP_REFUSED_ACK;
	struct wavert_caps caps;
	struct owner o;

	TAP_CHECK(ask_caps(WAVERT_PLAYBACK, 0, &caps) && caps.flags & WAVERT_CAP_OBSERVE_ONLY &&
		  caps.flags & reason,
		  "%s: it cannot be owned, and CAPS has the reason (flags %#x)", name, caps.flags);
	new_owner(&o, WAVERT_PLAYBACK);
	TAP_CHECK(alloc(&o, 2, 2048, -1) == EOPNOTSUPP && is_state(WAVERT_PLAYBACK, "closed"),
		  "%s: ALLOC_BUFFER is EOPNOTSUPP", name);
	give_up(&o);
}

/* Every point is signalled, and ALSA's own count of frames is the same. */
static void count_points(unsigned int direction, unsigned int count, unsigned int frames)
{
	uint64_t at, last = 0, hw;
	unsigned int i, back = 0, packet;
	struct wavert_position p;
	struct owner o;

	own(&o, direction, count, frames);
	packet = o.b.buffer.actual_bytes / count;
	TAP_CHECK(o.b.buffer.actual_bytes >= frames * 4 && !(o.b.buffer.actual_bytes % (count * 4)) &&
		  o.b.buffer.map_bytes >= o.b.buffer.actual_bytes && o.b.buffer.cache_type == 1,
		  "%s %s: N = %u, %u bytes for %u", name, direction ? "capture" : "playback", count,
		  o.b.buffer.actual_bytes, frames * 4);
	for (i = 0; i < o.b.buffer.map_bytes && !o.buffer[i]; i++)
		;
	TAP_CHECK(i == o.b.buffer.map_bytes, "%s: the buffer is zero", name);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_RUN) && is_state(direction, "RUNNING"),
		  "%s: RUN, and ALSA shows it", name);
	for (i = 0; i < 300; i++) {
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
		back += p.linear < last;
		last = p.linear;
		sleep_ms(2);
		owner_signals(&o);
	}
	TAP_CHECK(!set_state(&o, WAVERT_STATE_PAUSE), "%s: PAUSE", name);
	hw = alsa_position(direction) * 4;
	must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
	at = p.linear;
	TAP_CHECK(owner_signals(&o) == at / packet && o.sum == o.page->packets && o.sum > 2 && !back,
		  "%s: N = %u, %llu points, %llu signals", name, count, (unsigned long long)(at / packet),
		  (unsigned long long)o.sum);
	/* hw_ptr is of the last period, or of DELAY just before the pause */
	TAP_CHECK(hw <= at && at - hw < packet, "%s: ALSA's position %llu, ours %llu", name,
		  (unsigned long long)hw, (unsigned long long)at);
	TAP_CHECK(call(o.stream, WAVERT_IOC_FREE_BUFFER, NULL) == EBUSY, "%s: it is mapped: FREE is EBUSY",
		  name);
	munmap(o.buffer, o.b.buffer.map_bytes);
	o.buffer = NULL;
	TAP_CHECK(!call(o.stream, WAVERT_IOC_FREE_BUFFER, NULL) && is_state(direction, "closed"),
		  "%s: FREE_BUFFER closes the PCM", name);
	give_up(&o);
}

static void part_points(void)
{
	static const unsigned int counts[] = { 1, 2, 8 };
	size_t i;

	for (i = 0; i < COUNT(counts); i++)
		count_points(WAVERT_PLAYBACK, counts[i], 7680);
	if (has_pcm(true))
		count_points(WAVERT_CAPTURE, 2, 4096);
	else
		tap_skip("it has no capture", "%s: capture", name);
}

static void part_pause(void)
{
	struct wavert_position p, paused;
	struct wavert_caps caps;
	struct owner o;
	int i;

	must(ask_caps(WAVERT_PLAYBACK, 0, &caps), "CAPS");
	own(&o, WAVERT_PLAYBACK, 2, 7680);
	for (i = 0; i < 3; i++) {
		int err = set_state(&o, WAVERT_STATE_RUN);

		if (caps.flags & WAVERT_CAP_NO_PAUSE && i) {
			TAP_CHECK(err == EAGAIN && o.page->state == WAVERT_STATE_PAUSE,
				  "%s: without a pause of the driver RUN is EAGAIN after PAUSE", name);
			TAP_CHECK(!set_state(&o, WAVERT_STATE_STOP) && !set_state(&o, WAVERT_STATE_RUN) &&
				  !set_state(&o, WAVERT_STATE_PAUSE), "%s: and succeeds after STOP", name);
			break;
		}
		TAP_CHECK(!err && is_state(WAVERT_PLAYBACK, "RUNNING"), "%s: RUN, %d", name, i);
		if (i) {
			must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
			TAP_CHECK(p.linear >= paused.linear, "%s: from where it was paused", name);
		}
		sleep_ms(150);
		TAP_CHECK(!set_state(&o, WAVERT_STATE_PAUSE), "%s: PAUSE", name);
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &paused), "GET_POSITION");
		owner_signals(&o);
		sleep_ms(60);
		must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
		TAP_CHECK(p.linear == paused.linear && p.linear > (uint64_t)i * 4800 &&
			  owner_signals(&o) == p.linear / (o.b.buffer.actual_bytes / 2),
			  "%s: nothing moves in a pause, %llu bytes, %llu signals", name,
			  (unsigned long long)p.linear, (unsigned long long)o.sum);
	}
	set_state(&o, WAVERT_STATE_STOP);
	TAP_CHECK(!o.page->linear && !o.page->packets, "%s: STOP is position 0", name);
	o.sum = 0;
	TAP_CHECK(!set_state(&o, WAVERT_STATE_RUN), "%s: RUN after that", name);
	for (i = 0; i < 500 && !o.page->linear; i++)
		sleep_ms(4);
	set_state(&o, WAVERT_STATE_PAUSE);
	TAP_CHECK(o.page->linear && o.page->linear < RATE * 4, "%s: which begins at 0 (%llu)", name,
		  (unsigned long long)o.page->linear);
	give_up(&o);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "closed"), "%s: closing the stream closes the PCM", name);
}

/* With an end: the last packet is short, and DMA stops there. */
static void part_end(void)
{
	struct wavert_write_packet w = { .number = 0, .flags = WAVERT_PACKET_EOS, .eos_bytes = 1000 };
	struct wavert_position p;
	struct owner o;
	int i;

	own(&o, WAVERT_PLAYBACK, 2, 4096);
	TAP_CHECK(!call(o.stream, WAVERT_IOC_SET_WRITE_PACKET, &w) && !set_state(&o, WAVERT_STATE_RUN),
		  "%s: a packet that is the last", name);
	for (i = 0; i < 500 && !is_state(WAVERT_PLAYBACK, "SETUP"); i++)
		sleep_ms(2);
	must(!ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
	TAP_CHECK(p.linear == 1000 && p.state == WAVERT_STATE_RUN && owner_signals(&o) == 1 &&
		  is_state(WAVERT_PLAYBACK, "SETUP"),
		  "%s: the position stays at the end (%llu), one signal (%llu), and DMA is off", name,
		  (unsigned long long)p.linear, (unsigned long long)o.sum);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_STOP) && !set_state(&o, WAVERT_STATE_RUN) &&
		  is_state(WAVERT_PLAYBACK, "RUNNING"), "%s: after STOP it runs again", name);
	give_up(&o);
}

/* ---- who may ---------------------------------------------------------------------------------------- */

static int pcm_node(int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD0p", foreign);
	return open(path, flags | O_CLOEXEC | O_NONBLOCK);
}

static void set_modes(unsigned int filter, unsigned int pcm)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", ours);
	must(!chmod(path, filter), path);
	snprintf(path, sizeof(path), "/dev/snd/pcmC%dD0p", foreign);
	must(!chmod(path, pcm), path);
}

/* As an ordinary user; the exit code is the result of ALLOC_BUFFER. */
static int alloc_as_nobody(int pcm)
{
	struct owner o;
	int status;
	pid_t pid = fork();

	if (!pid) {
		must(!setgid(NOBODY) && !setuid(NOBODY), "setuid");
		new_owner(&o, WAVERT_PLAYBACK);
		_exit(alloc(&o, 2, 4096, pcm));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void part_rights(void)
{
	struct wavert_pcm_buffer bad = { .buffer = { .requested_bytes = 4096 }, .pcm_fd = 1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), pcm;
	struct observer seen;
	struct owner o;
	char path[64];
	int control;

	snprintf(path, sizeof(path), "/dev/snd/controlC%d", foreign);
	control = open(path, O_RDWR | O_CLOEXEC);
	set_modes(0666, 0600);
	observe(&seen, WAVERT_PLAYBACK, 0);
	TAP_CHECK(alloc_as_nobody(-1) == EACCES, "%s: node 0600, an ordinary user: EACCES", name);
	TAP_CHECK(alloc_as_nobody(null) == EACCES && alloc_as_nobody(control) == EACCES,
		  "%s: with the descriptor of another device: EACCES", name);
	pcm = pcm_node(O_RDONLY);
	TAP_CHECK(alloc_as_nobody(pcm) == EACCES, "%s: with one that is only for reading: EACCES", name);
	close(pcm);
	if (has_pcm(true)) {
		pcm = open_pcm(true);
		TAP_CHECK(alloc_as_nobody(pcm) == EACCES, "%s: with one of the other direction: EACCES", name);
		close(pcm);
	}
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "closed") && seen.page->state == WAVERT_STATE_STOP &&
		  !seen.page->buffer_bytes, "%s: and nothing has changed", name);
	leave(&seen);

	pcm = pcm_node(O_RDWR);
	TAP_CHECK(!alloc_as_nobody(pcm), "%s: with a descriptor of the PCM an ordinary user may", name);
	TAP_CHECK(!alloc_as_nobody(pcm), "%s: and may once more", name);
	new_owner(&o, WAVERT_PLAYBACK);
	TAP_CHECK(alloc(&o, 2, 4096, -1) == EACCES, "%s: root without it: EACCES", name);
	TAP_CHECK(!alloc(&o, 2, 4096, pcm), "%s: root with it", name);
	close(pcm);
	map(&o);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_RUN) && is_state(WAVERT_PLAYBACK, "RUNNING"),
		  "%s: it runs after the descriptor was closed", name);
	sleep_ms(100);
	set_state(&o, WAVERT_STATE_STOP);
	TAP_CHECK(owner_signals(&o) >= 2, "%s: and is signalled", name);
	give_up(&o);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "closed"), "%s: the last reference closes the PCM", name);

	new_owner(&o, WAVERT_PLAYBACK);
	TAP_CHECK(call(o.stream, WAVERT_IOC_ALLOC_PCM_BUFFER, &bad) == EINVAL,
		  "%s: a descriptor without its flag is EINVAL", name);
	TAP_CHECK(alloc(&o, 2, 4096, 999) == EBADF, "%s: a number that is not open is EBADF", name);
	give_up(&o);
	set_modes(0660, 0660);
}

/* ---- others that use the PCM --------------------------------------------------------------------------- */

static void part_busy(void)
{
	struct wavert_caps caps;
	struct observer seen;
	struct owner o, second;
	struct pcm pcm;
	int fd;

	must(pcm_ready(&pcm, false, 1024, 8192, 0), "playback");
	new_owner(&o, WAVERT_PLAYBACK);
	TAP_CHECK(alloc(&o, 2, 4096, pcm.fd) == EBUSY, "%s: a PCM that is prepared: EBUSY", name);
	observe(&seen, WAVERT_PLAYBACK, 0);
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	TAP_CHECK(alloc(&o, 2, 4096, pcm.fd) == EBUSY && seen.page->state == WAVERT_STATE_RUN,
		  "%s: and while it plays", name);
	pcm_drop(&pcm);
	pcm_close(&pcm);
	fd = open_pcm(false);
	TAP_CHECK(!alloc(&o, 2, 4096, fd), "%s: after its close the pin can be owned", name);
	map(&o);
	new_owner(&second, WAVERT_PLAYBACK);
	TAP_CHECK(alloc(&second, 2, 4096, fd) == EBUSY, "%s: by one client", name);
	give_up(&second);
	close(fd);
	must(ask_caps(WAVERT_PLAYBACK, 0, &caps), "CAPS");
	TAP_CHECK(caps.pins > 1 || !has_pcm(false), "%s: other programs cannot open its substream", name);
	set_state(&o, WAVERT_STATE_RUN);
	sleep_ms(100);
	TAP_CHECK(seen.page->state == WAVERT_STATE_RUN && seen.page->linear, "%s: an observer sees the owner",
		  name);
	set_state(&o, WAVERT_STATE_PAUSE);
	TAP_CHECK(signals(&seen) == points(&seen) && points(&seen) >= owner_signals(&o) && o.sum,
		  "%s: and gets its points", name);
	give_up(&o);
	TAP_CHECK(seen.page->state == WAVERT_STATE_STOP, "%s: which end with it", name);
	must(pcm_ready(&pcm, false, 1024, 8192, 0), "playback");
	pcm_move(&pcm, false, pcm.buffer);
	pcm_start(&pcm);
	pcm_move(&pcm, false, 4800);
	TAP_CHECK(seen.page->state == WAVERT_STATE_RUN && signals(&seen), "%s: then another program is seen",
		  name);
	pcm_drop(&pcm);
	pcm_close(&pcm);
	leave(&seen);
}

/* O_APPEND shares the substream: then others can stop it, but not take the memory. */
static void part_append(void)
{
	struct snd_pcm_hw_params p;
	struct owner o;
	uint64_t halted;
	int fd, i;

	own(&o, WAVERT_PLAYBACK, 2, 7680);
	fd = pcm_node(O_RDWR | O_APPEND);
	if (fd < 0) {
		tap_skip("its substreams cannot be shared", "%s: O_APPEND", name);
		give_up(&o);
		return;
	}
	set_state(&o, WAVERT_STATE_RUN);
	sleep_ms(200);
	TAP_CHECK(ioctl(fd, SNDRV_PCM_IOCTL_HW_FREE) && ioctl(fd, SNDRV_PCM_IOCTL_PREPARE),
		  "%s: who shares it cannot free the buffer in RUN", name);
	halted = o.page->dma_halts;
	TAP_CHECK(!ioctl(fd, SNDRV_PCM_IOCTL_DROP), "%s: who shares it can stop it", name);
	TAP_CHECK(o.page->dma_halts == halted + 1 && o.page->state == WAVERT_STATE_RUN,
		  "%s: that is a stall", name);
	any_params(&p);
	set_interval(&p, SNDRV_PCM_HW_PARAM_CHANNELS, 2, 2);
	TAP_CHECK(ioctl(fd, SNDRV_PCM_IOCTL_HW_FREE) && errno == EBADFD &&
		  ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &p) && errno == EBADFD,
		  "%s: and cannot free or replace the buffer then", name);
	for (i = 0; i < (int)o.b.buffer.map_bytes; i++)
		o.buffer[i] = (unsigned char)i;
	TAP_CHECK(!set_state(&o, WAVERT_STATE_PAUSE) && set_state(&o, WAVERT_STATE_RUN) == EAGAIN,
		  "%s: PAUSE, then RUN is EAGAIN", name);
	TAP_CHECK(!ioctl(fd, SNDRV_PCM_IOCTL_PREPARE) && set_state(&o, WAVERT_STATE_RUN) == EAGAIN,
		  "%s: also if it was prepared", name);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_STOP) && !set_state(&o, WAVERT_STATE_RUN) &&
		  is_state(WAVERT_PLAYBACK, "RUNNING"), "%s: after STOP it runs", name);
	for (i = 0; i < 500 && !o.page->linear; i++)
		sleep_ms(4);
	set_state(&o, WAVERT_STATE_PAUSE);
	TAP_CHECK(o.page->linear, "%s: and moves", name);
	give_up(&o);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "SETUP"), "%s: it stays open for who shares it", name);
	close(fd);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "closed"), "%s: until its close", name);
}

/* As any client of the PCM would, for ever. */
static void use_forever(int fd)
{
	struct pcm pcm = { .fd = fd, .silence = calloc(1024, 4) };

	must(pcm.silence, "memory");
	for (;;) {
		if (configure(&pcm, 1024, 8192, 0))
			set_software(&pcm);
		if (!ioctl(fd, SNDRV_PCM_IOCTL_PREPARE) && pcm.buffer)
			pcm_move(&pcm, false, 1024);
		ioctl(fd, SNDRV_PCM_IOCTL_START);
		ioctl(fd, SNDRV_PCM_IOCTL_DROP);
		ioctl(fd, SNDRV_PCM_IOCTL_HW_FREE);
	}
}

/* Another process starts and stops the shared PCM while ALLOC_BUFFER is on its way. */
static void part_race(void)
{
	int fd = open_pcm(false), i, won = 0;
	struct owner o;
	pid_t pid;

	must(fd >= 0, "PCM node");
	pid = fork();
	if (!pid)
		use_forever(fd);
	for (i = 0; i < 500; i++) {
		new_owner(&o, WAVERT_PLAYBACK);
		won += !alloc(&o, 2, 4096, fd);
		give_up(&o);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	printf("# %s: owned %d times of %d\n", name, won, i);
	ioctl(fd, SNDRV_PCM_IOCTL_DROP);
	new_owner(&o, WAVERT_PLAYBACK);
	TAP_CHECK(!alloc(&o, 2, 4096, fd), "%s: it can be owned after a race with another user", name);
	give_up(&o);
	close(fd);
}

/*
 * Linked by one who shares the substream, and released last by the owner. A link that is left
 * would lead from the capture to freed memory.
 */
static void part_linked(void)
{
	struct owner o;
	struct pcm pcm;
	int fd;

	if (!has_pcm(true)) {
		tap_skip("it has no capture", "%s: a linked substream", name);
		return;
	}
	own(&o, WAVERT_PLAYBACK, 2, 7680);
	fd = pcm_node(O_RDWR | O_APPEND);
	if (fd < 0) {
		tap_skip("its substreams cannot be shared", "%s: a linked substream", name);
		give_up(&o);
		return;
	}
	must(pcm_ready(&pcm, true, 1024, 8192, 0), "capture");
	TAP_CHECK(!ioctl(fd, SNDRV_PCM_IOCTL_PREPARE) && !ioctl(fd, SNDRV_PCM_IOCTL_LINK, pcm.fd),
		  "%s: who shares it can link it", name);
	close(fd);
	give_up(&o);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "closed"), "%s: the owner closes it", name);
	TAP_CHECK(ioctl(pcm.fd, SNDRV_PCM_IOCTL_UNLINK) && errno == EALREADY,
		  "%s: it was unlinked", name);
	TAP_CHECK(!ioctl(pcm.fd, SNDRV_PCM_IOCTL_PREPARE) && !ioctl(pcm.fd, SNDRV_PCM_IOCTL_START),
		  "%s: and the other starts alone", name);
	pcm_close(&pcm);
}

/* 0: owned ten times; every other result was EBUSY, or EACCES for another substream's descriptor. */
static int compete(void)
{
	int tries, err, won = 0;
	struct owner o;

	for (tries = 0; tries < 5000 && won < 10; tries++) {
		new_owner(&o, WAVERT_PLAYBACK);
		err = alloc_shown(&o, WAVERT_PLAYBACK, 2, 4096);
		if (!err) {
			map(&o);
			won++;
			err = set_state(&o, WAVERT_STATE_RUN);
		} else if (err == EBUSY || err == EACCES) {
			err = 0;
		}
		give_up(&o);
		if (err)
			return 1;
		sleep_ms(2);
	}
	return won < 10;
}

/* A process dies in RUN, with the buffer mapped; and owners come and go at once. */
static void part_death(void)
{
	struct owner o;
	int i, status, tries;
	pid_t pid[2];

	pid[0] = fork();
	if (!pid[0]) {
		own(&o, WAVERT_PLAYBACK, 2, 4096);
		set_state(&o, WAVERT_STATE_RUN);
		for (;;)
			o.buffer[0]++;
	}
	for (tries = 0; tries < 500 && !is_state(WAVERT_PLAYBACK, "RUNNING"); tries++)
		sleep_ms(4);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "RUNNING"), "%s: a process owns the pin", name);
	kill(pid[0], SIGKILL);
	waitpid(pid[0], &status, 0);
	for (tries = 0; tries < 250 && !is_state(WAVERT_PLAYBACK, "closed"); tries++)
		sleep_ms(4);
	TAP_CHECK(is_state(WAVERT_PLAYBACK, "closed"), "%s: its death closes the PCM", name);

	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(compete());
	}
	for (i = 0; i < 2; i++) {
		waitpid(pid[i], &status, 0);
		TAP_CHECK(WIFEXITED(status) && !WEXITSTATUS(status),
			  "%s: two compete for it, and each owns it ten times", name);
	}
}

/* ---- main --------------------------------------------------------------------------------------------------- */

/* Until removal: then the mapping is still there, and every call is ENODEV. */
static int hold(void)
{
	struct wavert_position p;
	struct owner o;
	unsigned int i = 0;
	int err;

	own(&o, WAVERT_PLAYBACK, 2, 7680);
	must(!set_state(&o, WAVERT_STATE_RUN), "RUN");
	printf("owned\n");
	fflush(stdout);
	do {
		o.buffer[i++ % o.b.buffer.map_bytes] = 1;
		err = ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p) ? errno : 0;
	} while (!err);
	for (i = 0; i < o.b.buffer.map_bytes; i++)
		o.buffer[i]++;
	printf("removed: %s, state %u, FREE_BUFFER %s\n", strerror(err), o.page->state,
	       strerror(call(o.stream, WAVERT_IOC_FREE_BUFFER, NULL)));
	give_up(&o);
	return err != ENODEV;
}

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{ "caps", part_caps }, { "refused", part_refused }, { "points", part_points },
	{ "pause", part_pause }, { "end", part_end }, { "rights", part_rights },
	{ "busy", part_busy }, { "append", part_append },
	{ "race", part_race }, { "linked", part_linked }, { "death", part_death },
};

int main(int argc, char **argv)
{
	size_t i;
	int a;

	must(argc > 3, "usage: own_test NAME CARD PART...");
	name = argv[1];
	foreign = atoi(argv[2]);
	ours = card_attached_to(foreign);
	if (!strcmp(argv[3], "hold"))
		return hold();
	for (a = 3; a < argc; a++)
		for (i = 0; i < COUNT(parts); i++)
			if (!strcmp(argv[a], parts[i].name))
				parts[i].run();
	return tap_done();
}
