// SPDX-License-Identifier: GPL-2.0-only
/*
 * others_test.c - an owned pin of snd-wavert-attach, and others: users without the right to it, those
 * that have the same PCM open, competing owners, and the removal of the card. Runs in the guest,
 * called by guest.sh. TAP on stdout.
 *
 *   others_test NAME CARD PART...
 *   others_test NAME CARD hold [run | pause | stop | forked]
 *	be in that state until removal, with the buffer mapped
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "owner.h"

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
	struct owner o, again;
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
	again = o;
	TAP_CHECK(alloc(&again, 2, 4096, -1) == EBADRQC, "%s: a second buffer: INVALID_DEVICE_REQUEST", name);
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

/* It has been stopped by the one who shares it, who now starts it: that is no run of the owner. */
static void start_again(struct owner *o, int fd)
{
	uint64_t stopped = o->page->linear, halts = o->page->dma_halts;
	struct wavert_position p;
	snd_pcm_uframes_t all;
	int i;

	must(!ioctl(fd, SNDRV_PCM_IOCTL_PREPARE) && !ioctl(fd, SNDRV_PCM_IOCTL_START), "START");
	for (i = 0; i < 2000 && alsa_position(WAVERT_PLAYBACK) * 4 <= stopped + 3840; i++) {
		all = o->b.buffer.actual_bytes / 4;
		ioctl(fd, SNDRV_PCM_IOCTL_FORWARD, &all);	/* for a driver with ack() */
		sleep_ms(2);
	}
	must(!ioctl(o->stream, WAVERT_IOC_GET_POSITION, &p), "GET_POSITION");
	TAP_CHECK(i < 2000 && p.linear == stopped && o->page->linear == stopped &&
		  p.state == WAVERT_STATE_RUN && o->page->dma_halts == halts,
		  "%s: who shares it starts it: the position stays (%llu, %llu)", name,
		  (unsigned long long)stopped, (unsigned long long)p.linear);
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
	start_again(&o, fd);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_PAUSE) && set_state(&o, WAVERT_STATE_RUN) == EAGAIN,
		  "%s: PAUSE, then RUN is EAGAIN", name);
	TAP_CHECK(!ioctl(fd, SNDRV_PCM_IOCTL_PREPARE) && set_state(&o, WAVERT_STATE_RUN) == EAGAIN,
		  "%s: also if it was prepared", name);
	must(!ioctl(fd, SNDRV_PCM_IOCTL_START), "START");
	ioctl(fd, SNDRV_PCM_IOCTL_PAUSE, 1);
	TAP_CHECK(set_state(&o, WAVERT_STATE_RUN) == EAGAIN, "%s: or was started, and paused", name);
	TAP_CHECK(!set_state(&o, WAVERT_STATE_STOP) && !set_state(&o, WAVERT_STATE_RUN) &&
		  is_state(WAVERT_PLAYBACK, "RUNNING"), "%s: after STOP it runs", name);
	for (i = 0; i < 500 && !o.page->linear; i++)
		sleep_ms(4);
	set_state(&o, WAVERT_STATE_PAUSE);
	TAP_CHECK(o.page->linear, "%s: and moves", name);
	if (!ioctl(fd, SNDRV_PCM_IOCTL_PAUSE, 0))
		ioctl(fd, SNDRV_PCM_IOCTL_PAUSE, 1);
	TAP_CHECK(set_state(&o, WAVERT_STATE_RUN) == EAGAIN,
		  "%s: and is not continued if another has continued and paused it", name);
	set_state(&o, WAVERT_STATE_STOP);
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

/*
 * Until removal: then the mapping is still there, and every call is ENODEV. A child has the
 * descriptor, but no mapping.
 */
static int hold(const char *state)
{
	struct wavert_position p;
	struct owner o;
	unsigned int i = 0;
	int err, status = 0;
	pid_t child = -1;

	own(&o, WAVERT_PLAYBACK, 2, 7680);
	if (strcmp(state, "stop"))
		must(!set_state(&o, WAVERT_STATE_RUN), "RUN");
	if (!strcmp(state, "pause"))
		must(!set_state(&o, WAVERT_STATE_PAUSE), "PAUSE");
	if (!strcmp(state, "forked"))
		child = fork();
	if (child)
		printf("owned\n");
	fflush(stdout);
	do {
		if (child)
			o.buffer[i++ % o.b.buffer.map_bytes] = 1;
		err = ioctl(o.stream, WAVERT_IOC_GET_POSITION, &p) ? errno : 0;
	} while (!err);
	if (!child)
		_exit(err != ENODEV);
	for (i = 0; i < o.b.buffer.map_bytes; i++)
		o.buffer[i]++;
	if (child > 0 && (waitpid(child, &status, 0) != child || status))
		return 1;
	printf("removed: %s, state %u, FREE_BUFFER %s, %llu stalls\n", strerror(err), o.page->state,
	       strerror(call(o.stream, WAVERT_IOC_FREE_BUFFER, NULL)), (unsigned long long)o.page->dma_halts);
	give_up(&o);
	return err != ENODEV;
}

int main(int argc, char **argv)
{
	static const struct part parts[] = {
		{ "rights", part_rights }, { "busy", part_busy }, { "append", part_append },
		{ "race", part_race }, { "linked", part_linked }, { "death", part_death },
	};

	if (argc > 3 && !strcmp(argv[3], "hold")) {
		take_card(argv);
		return hold(argc > 4 ? argv[4] : "run");
	}
	return run_parts(argc, argv, parts, COUNT(parts));
}
