/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where `wavert:` may answer otherwise than `hw:`, and why: what alsa-lib (1.2.8 to 1.2.15,
 * src/pcm/pcm_ioplug.c and pcm.c) does without asking the plugin. Included once, by
 * plugin_same.c.
 *
 * Patterns of fnmatch(3) for "DIRECTION, STATE, QUESTION = RESULT", and if the two go on
 * differently " -> " and what wavert says. "?" in front: not on every kernel.
 */
#ifndef WRT_TEST_PLUGIN_SAME_H
#define WRT_TEST_PLUGIN_SAME_H

static const char *const differences[] = {
	/* Rewind and forward are made by alsa-lib, as far as they are told to. */
	"*, *, @(rewind|forward) more = 100000*",
	"playback, empty, rewind = 100 -> *",
	"*, @(empty|prepared), forward = 100 -> *",
	"*, xrun*, @(rewind|forward) = 100",

	/* hw: says after a rewind over everything that there is an xrun, and a look later does it. */
	"*, running*, @(rewind all|rewind more|reset) = * ->* *err XRUN EPIPE; *err XRUN EPIPE",
	"playback, draining, rewind all = 960 -> * SETUP ",

	/* How far one can go it reckons from what it was told last; in no state nowhere. */
	"*, @(drained|dropped|never started), @(rewindable|forwardable) = EBADFD",
	"playback, drained, rewind all = EBADFD",
	"*, removed*, @(rewindable|forwardable) = ENODEV",
	"*, *, unseen, @(rewindable|rewind all|forwardable) = *",
	"*, xrun, forwardable = 2880",

	/*
	 * It asks resume and reset of nobody. Of a reset before any other call since the start
	 * there is no trace.
	 */
	"capture, running, unseen, reset = 0 ->* 960; *",
	"*, *, resume = 0",
	"*, @(xrun*|drained*|dropped|never started|removed*), reset = 0",
	"playback, draining, reset = 0 -> * SETUP ",

	/* avail and hwsync know one error, EPIPE; hwsync not even that; status has none. */
	"*, @(drained*|dropped|never started|removed*), avail = +([0-9])",
	"*, @(xrun|drained|dropped|never started|removed)*, hwsync = 0",
	"*, removed*, status = 8*",
	"*, removed*, @(avail_update|htimestamp) = 0",

	/* status has the delay that snd_pcm_delay() says, not only while it runs. */
	"playback, prepared, status = 200001920",
	"*, paused, status = 609600960",
	"*, @(dropped|never started), status = 10*",
	"playback, freed, status = 19200000",

	/* An xrun is found when somebody looks: the hardware has gone on until then. */
	"*, xrun*, status = 428*",

	/* The state is what alsa-lib was told last; any other call, and poll, tells it. */
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

	/* Where nothing is left to play, the kernel says EAGAIN to who does not want to wait. */
	"playback, *, drain = 0",

	/* A drain in a pause drops, one of capture stops: the kernel lets nobody read then. */
	"playback, paused, drain = 0 -> * SETUP ",
	"capture, *, drain = 0*",

	/* prepare forgets what was queued before it asks the plugin, so there it begins anew. */
	"*, @(running*|draining), prepare = 0 ->* PREPARED [0-9]*",

	/* A write to a full buffer before the start: 0, not EAGAIN. */
	"playback, prepared, transfer* = 0",

	/* A read starts, whatever the start threshold. */
	"capture, @(empty|prepared), transfer* = EAGAIN -> * RUNNING *",
	"capture, start threshold =*([ ;]|->|EAGAIN|RUNNING)",

	/* Before 6.5 the kernel's finite silence ends when the data does, and old audio follows. */
	"?playback, a gap, finite silence = * 1-1920 0\\*3840 10001-10480 0\\*1440;",

	/* A write that drop ends says what the wait in it said; hw: EBADFD, also when removed. */
	"playback, interrupted = * EIO SETUP; ENODEV DISCONNECTED; *",
	"capture, interrupted = * EIO SETUP; ENODEV DISCONNECTED; *",

	/* It stamps start and drop, not pause and xrun. tstamp is now, and audio time 0. */
	"playback, stamps = * start now 0; start now 0; start now 0; event now 0; event now 0; *",
	"capture, stamps = * start now 0; start now 0; start now 0; event now 0; *",

	/* hw: has no tstamp before it is enabled. */
	"*, promised clock = * start now 0; event now 0;",

	/* Nothing links, nothing sends signals, and MONOTONIC cannot be promised. */
	"*, promises = * monotonic 0 start 0 link ENOSYS async ENOSYS",

	/* Ours: snd_pcm_close() calls hw_free, and ought to succeed. */
	"*, removed*, hw_free = 0",
};

static bool needed[ARRAY_SIZE(differences)];

#endif
