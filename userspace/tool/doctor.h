/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor.h - shared by the checks of wavert doctor. Each checks for one problem
 * and reports it in whole sentences, with the command that fixes it. For doctor.c and
 * kernel_checks.c.
 */
#ifndef WAVERT_DOCTOR_H
#define WAVERT_DOCTOR_H

#include <sys/utsname.h>

#include "module.h"
#include "tool.h"

enum verdict { FINE, NOTE, FIXED, WRONG };

struct doctor {
	struct utsname system;
	const char *given;		/* module file of the command line, or NULL */
	bool fix;			/* load what is missing */
	struct module module;		/* snd-wavert: the file given or the one installed */
	bool loaded;			/* snd-wavert is loaded */
	unsigned int wrong;
	json_t *checks;
};

/* verdict.c; command: the command that fixes the problem, or NULL. */
void verdict(struct doctor *d, enum verdict v, const char *check, const char *command,
	     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* kernel_checks.c, in the order in which they depend on each other */
void check_hwdep(struct doctor *d);
void check_headers(struct doctor *d);
void check_module(struct doctor *d);
void check_signature(struct doctor *d);
void check_loaded(struct doctor *d);

/* silence.c */
void check_silence(struct doctor *d, int card);

#endif
