/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allowed differences of `wavert:` and `hw:`, with reasons. They come from code of alsa-lib
 * (1.2.8 to 1.2.15, src/pcm/pcm_ioplug.c and pcm.c) that does not call the plugin. Included once,
 * by plugin_same.c.
 *
 * Patterns of fnmatch(3) for "DIRECTION, STATE, CALL = RESULT" of hw. If the later results differ,
 * " -> " and those of wavert follow. A leading "?": not on every kernel.
 */
#ifndef WRT_TEST_PLUGIN_SAME_H
#define WRT_TEST_PLUGIN_SAME_H

static const char *const differences[] = {
	/* alsa-lib makes rewind and forward itself, without a limit. */
	"*, *, @(rewind|forward) more = 100000*",
	"playback, empty, rewind = 100 -> *",
	"*, @(empty|prepared), forward = 100 -> *",
	"*, xrun*, @(rewind|forward) = 100",

	/* After a rewind of everything hw: reports an xrun at once, wavert: at the next update. */
	"*, running*, @(rewind all|rewind more|reset) = * ->* *err XRUN EPIPE; *err XRUN EPIPE",
	"playback, draining, rewind all = 960 -> * SETUP ",

	/* It computes rewindable and forwardable from the last known position, in every state. */
	"*, @(drained|dropped|never started), @(rewindable|forwardable) = EBADFD",
	"playback, drained, rewind all = EBADFD",
	"*, removed*, @(rewindable|forwardable) = ENODEV",
	"*, *, unseen, @(rewindable|rewind all|forwardable) = *",
	"*, xrun, forwardable = 2880",

	/*
	 * It does not call the plugin for resume and reset. The plugin cannot notice a reset
	 * that is the first call after the start.
	 */
	"capture, running, unseen, reset = 0 ->* 960; *",
	"*, *, resume = 0",
	"*, @(xrun*|drained*|dropped|never started|removed*), reset = 0",
	"playback, draining, reset = 0 -> * SETUP ",

	/* avail has only the error EPIPE, hwsync and status have none. */
	"*, @(drained*|dropped|never started|removed*), avail = +([0-9])",
	"*, @(xrun|drained|dropped|never started|removed)*, hwsync = 0",
	"*, removed*, status = 8*",
	"*, removed*, @(avail_update|htimestamp) = 0",

	/* status has the delay of snd_pcm_delay() in every state, not only in RUNNING. */
	"playback, prepared, status = 200001920",
	"*, paused, status = 609600960",
	"*, @(dropped|never started), status = 10*",
	"playback, freed, status = 19200000",

	/* An xrun is detected at the next call: the hardware has continued until then. */
	"*, xrun*, status = 428*",

	/* The state is the last one that alsa-lib knows; any other call, and poll, updates it. */
	"*, @(xrun|drained|removed), unseen, state = [35]",
	"playback, drained, unseen, wait = EIO",
	"playback, drained, unseen, @(rewind|forward) = *",
	"*, removed, unseen, @(rewind|forward) = 100",
	"*, removed, unseen, @(start|release) = EBADFD",
	"*, removed, unseen, transfer* = EAGAIN",
	"*, removed, unseen, drop = 0",
	"capture, removed, unseen, drain = 0",

	/* snd_pcm_start() is refused by alsa-lib for wavert, by the kernel for hw. */
	"*, xrun, start = EPIPE",

	/* If nothing is left to play, a non-blocking drain of the kernel returns EAGAIN. */
	"playback, *, drain = 0",

	/* A drain in a pause drops, one of capture stops. The kernel's DRAINING allows no read. */
	"playback, paused, drain = 0 -> * SETUP ",
	"capture, *, drain = 0*",

	/* prepare discards queued data before it calls the plugin, so the plugin starts again. */
	"*, @(running*|draining), prepare = 0 ->* PREPARED [0-9]*",

	/* A write to a full buffer before the start returns 0, not EAGAIN. */
	"playback, prepared, transfer* = 0",

	/* A read starts the PCM, independent of the start threshold. */
	"capture, @(empty|prepared), transfer* = EAGAIN -> * RUNNING *",
	"capture, start threshold =*([ ;]|->|EAGAIN|RUNNING)",

	/* Before 6.5 the kernel's finite silence ends when the data does, and old audio follows. */
	"?playback, a gap, finite silence = * 1-1920 0\\*3840 10001-10480 0\\*1440;",

	/* A write that drop ends returns the error of its wait; hw: EBADFD, also after removal. */
	"playback, interrupted = * EIO SETUP; ENODEV DISCONNECTED; *",
	"capture, interrupted = * EIO SETUP; ENODEV DISCONNECTED; *",

	/* It stamps start and drop, not pause and xrun. tstamp is the current time, audio time 0. */
	"playback, stamps = * start now 0; start now 0; start now 0; event now 0; event now 0; *",
	"capture, stamps = * start now 0; start now 0; start now 0; event now 0; *",

	/* hw: has no tstamp unless it is enabled. */
	"*, promised clock = * start now 0; event now 0;",

	/* Plugins support neither link nor asynchronous handlers, and is_monotonic is always 0. */
	"*, promises = * monotonic 0 start 0 link ENOSYS async ENOSYS",

	/* From the plugin: snd_pcm_close() calls hw_free and should succeed. */
	"*, removed*, hw_free = 0",
};

static bool needed[ARRAY_SIZE(differences)];

#endif
