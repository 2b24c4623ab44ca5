/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h - kernel modules as libkmod knows them: those of the running kernel, or a file.
 */
#ifndef WAVERT_MODULE_H
#define WAVERT_MODULE_H

#include <limits.h>
#include <stdbool.h>

struct module {
	bool builtin, loaded;
	char path[PATH_MAX];		/* "" if there is no file */
	char vermagic[256];		/* "" if the file cannot be read or is no module */
	bool has_signature;
};

/* A name is looked up in the modules of the running kernel; a path names the file itself. */
void module_find(struct module *m, const char *name);
void module_of_file(struct module *m, const char *path);

/* Load the module and its dependencies, as modprobe does. Negative errno. */
int module_load(const char *name);

#endif
