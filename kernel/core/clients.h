/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * clients.h - the clients of a stream: who is on its list, and how they are told of points.
 * Between stream.c and clients.c only. All but deliver_all and unlink: stream lock held.
 */
#ifndef WRT_CORE_CLIENTS_H
#define WRT_CORE_CLIENTS_H

#include "stream.h"

/*
 * One bounded round: each client but `except` is told of at most its batch. The lock is
 * dropped for every callback.
 */
void wrt_clients_deliver(struct wrt_stream *s, struct wrt_client *except, unsigned long *flags);

/* [S] Until nothing is pending, or being told, for anybody but `except`. */
void wrt_clients_deliver_all(struct wrt_stream *s, struct wrt_client *except);

/* Tell the backend whether anybody wants an interrupt at the points. */
void wrt_clients_update_points(struct wrt_stream *s);

void wrt_clients_link(struct wrt_stream *s, struct wrt_client *c);
bool wrt_clients_has(const struct wrt_stream *s, const struct wrt_client *c);

/* [S] Off the list, once no callback of c runs. What was pending is dropped. */
void wrt_clients_unlink(struct wrt_stream *s, struct wrt_client *c);

/* stream.c: read the position once and publish it with what has been passed. */
void wrt_stream_take_look(struct wrt_stream *s);

#endif
