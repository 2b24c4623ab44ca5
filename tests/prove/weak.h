/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * weak.h - shared by weak.c, weak_writer.c and weak_reader.c.
 */
#ifndef WRT_PROVE_WEAK_H
#define WRT_PROVE_WEAK_H

#include <stddef.h>
#include <stdint.h>

struct wavert_progress;
struct wavert_snapshot;
struct wavert_notification;

extern unsigned char weak_page[4096];	/* the register page */

void weak_writer_init(void);
void weak_publish(uint32_t k, uint32_t passed);

void weak_progress(struct wavert_progress *out);
void weak_snapshot(struct wavert_snapshot *out);
size_t weak_notifications(uint64_t *seen, struct wavert_notification *list);

#endif
