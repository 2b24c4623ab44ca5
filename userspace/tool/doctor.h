/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor.h - what the checks of wavert doctor share. Each looks at one thing that can be
 * wrong and says so, with the command that mends it. For doctor.c and kernel_checks.c.
 */
#ifndef WAVERT_DOCTOR_H
#define WAVERT_DOCTOR_H

#include <limits.h>
#include <sys/utsname.h>

#include "tool.h"

enum verdict { FINE, NOTE, WRONG };

struct doctor {
	struct utsname system;
	const char *given;		/* module file of the command line, or NULL */
	char module[PATH_MAX];		/* snd-wavert.ko for this kernel, "" if there is none */
	bool loaded;			/* snd-wavert is */
	unsigned int wrong;
	json_t *checks;			/* NULL: as text */
};

/* mend: a command, or NULL. The text is printed after it as by printf(). */
void verdict(struct doctor *d, enum verdict v, const char *check, const char *mend,
	     const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * First line that a program prints, without its end; false if it fails or prints nothing.
 * argv is as for execvp().
 */
bool ask(char *const argv[], char *line, size_t size);

/* kernel_checks.c */
void check_headers(struct doctor *d);
void check_hwdep(struct doctor *d);
void check_module(struct doctor *d);
void check_signature(struct doctor *d);

/* silence.c */
void check_silence(struct doctor *d, int card);

#endif
