/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * client_ks.h - shared by the clients of ../client.h over IOCTL_KS_PROPERTY: events,
 * buffers, states, packets. Used by client_win.c (wavert-trace, in real time) and by
 * tests/nt/client_nt.c (the simulator's step clock). Its functions are members of struct
 * cf_client as they are, where the names agree.
 *
 * An NT event does not count: set twice, it is set. Signals are counted when its state is read.
 */
#ifndef TRACE_CLIENT_KS_H
#define TRACE_CLIENT_KS_H

#include <stdbool.h>
#include <stdint.h>

#include "ksclient.h"

#include "client.h"

struct cf_stream {
	bool used;
	HANDLE pin;		/* NULL: there is none yet, and each call of it returns LACKS */
	uint8_t *map;
	bool registered;	/* an event has been registered */
	KSRTAUDIO_HWREGISTER reg[3];	/* as returned, by enum cf_register_kind */
	HANDLE filter;		/* filter of the pin that will be created (client_win.c) ... */
	ULONG id;		/* ... and number of that pin */
};

void ks_client_begin(void);	/* once, before anything else */
void ks_client_stop(void);	/* streams are stopped, events unregistered from them */
int ks_client_end(void);	/* closes all; returns the number of streams closed */

enum wrt_status ks_status_of(ks_status status);
uint64_t ks_ns_of(uint64_t ticks);	/* of the performance counter */
uint64_t ks_ticks(void);
uint64_t ks_frequency(void);

struct cf_event *ks_event_new(void);
struct cf_event *ks_event_dup(struct cf_event *e);
HANDLE ks_event_handle(const struct cf_event *e);
void ks_event_close(struct cf_event *e);
uint64_t ks_event_take(struct cf_event *e);
bool ks_event_counted(const struct cf_event *e);
void ks_look_at_events(void);

/*
 * Until that tick of the performance counter; or until e (may be NULL) has been signalled,
 * which is true then. Signals are counted as they come.
 */
bool ks_pass_time(uint64_t until, struct cf_event *e);

enum wrt_status ks_event_call(struct cf_stream *s, HANDLE event, ULONG id);
enum wrt_status ks_event_register(struct cf_stream *s, struct cf_event *e);
enum wrt_status ks_event_unregister(struct cf_stream *s, struct cf_event *e);
enum wrt_status ks_event_bad(struct cf_stream *s, enum cf_bad_event kind, bool unregister);

struct cf_stream *ks_stream(void);	/* a free entry */
void ks_stream_close(struct cf_stream *s);
/* format: one bit, as in client.h */
void ks_format_of(KSDATAFORMAT_WAVEFORMATEX *out, uint32_t rate, uint32_t format,
		  uint32_t channels);
enum wrt_status ks_set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
			      uint32_t channels);
enum wrt_status ks_alloc(struct cf_stream *s, struct cf_buffer *b);
uint8_t *ks_map(struct cf_stream *s);
enum wrt_status ks_set_state(struct cf_stream *s, uint32_t to);

enum wrt_status ks_packet_count(struct cf_stream *s, uint32_t *out);
enum wrt_status ks_presentation(struct cf_stream *s, uint64_t *frames, uint64_t *ns);
enum wrt_status ks_read_packet(struct cf_stream *s, struct cf_read *out);
enum wrt_status ks_write_packet(struct cf_stream *s, uint32_t number, uint32_t flags,
				uint32_t eos_bytes);
enum wrt_status ks_latency(struct cf_stream *s, struct cf_latency *out);
enum wrt_status ks_reg(struct cf_stream *s, enum cf_register_kind kind, struct cf_register *out);

#endif
