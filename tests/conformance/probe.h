/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe.h - operations of conformance tests on an implementation in addition to client.h: inject
 * failures, stop time, and read its internal state. One for each binding, beside its cf_client.
 *
 * A call that the binding lacks returns CF_LACKS; [optional] ones are NULL instead.
 */
#ifndef CF_PROBE_H
#define CF_PROBE_H

#include "client.h"

struct cf_caps {
	uint32_t pins, buffer_max, notify_max;
	bool notification, input, output;	/* interfaces announced */
};

/* A value for the resources in use; only comparable with itself. */
enum cf_held { CF_HELD_BUFFERS, CF_HELD_EVENTS, CF_HELD_ENGINES, CF_HELD_KINDS };

struct cf_probe {
	enum wrt_status (*caps)(uint32_t dir, uint32_t pin, struct cf_caps *out);
	void (*close_handle)(struct cf_stream *s);	/* [optional] the mapping stays */
	/* the n-th allocation of memory in it fails; *hit: there was one. 0: some, at random */
	enum wrt_status (*alloc_failing)(struct cf_stream *s, struct cf_buffer *b, int n,
					 bool *hit);
	/* [optional] call fn at the very instant of each signal; NULL ends that */
	void (*event_hook)(struct cf_event *e, void (*fn)(void));
	enum wrt_status (*reg_read)(struct cf_stream *s, enum cf_register_kind kind, uint64_t *out);
	/* [optional] time passes and no interrupt is served until the next advance() */
	void (*stall)(uint64_t frames, uint32_t rate);

	long (*held)(enum cf_held what);	/* -1: cannot be seen */
	/* states as the miniport saw them, from the last call on; -1: cannot be seen */
	int (*steps)(struct cf_stream *s, uint32_t *states, int room);
	/* packet counter and position as if so many packets had passed; in PAUSE */
	enum wrt_status (*preset_packets)(struct cf_stream *s, uint64_t packets);
	/* the engine cannot be started while this is on */
	enum wrt_status (*fail_start)(bool on);
	/* number of calls that may sleep within one GetPosition; -1: cannot be seen */
	int (*position_sleeps)(struct cf_stream *s);
	/* another client: opens a stream, registers e, runs; time passes; it is killed */
	enum wrt_status (*client_dies)(struct cf_event *e);
	/* calls with a truncated argument or the wrong access type: number of accepted ones */
	int (*short_arguments)(struct cf_stream *s);
	int (*wrong_access)(struct cf_stream *s);
	enum wrt_status (*unknown_interface)(struct cf_stream *s);	/* asks for one */
};

extern struct cf_probe cf_probe;	/* the binding linked in */

#endif
