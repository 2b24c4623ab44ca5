// SPDX-License-Identifier: GPL-2.0-only
/*
 * module.c - see module.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libkmod.h>

#include "module.h"

/* Suppress the messages of libkmod. */
static struct kmod_ctx *open_kmod(void)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);

	if (ctx)
		kmod_set_log_priority(ctx, 0);
	return ctx;
}

static struct kmod_module *look_up(struct kmod_ctx *ctx, const char *name)
{
	struct kmod_list *list = NULL;
	struct kmod_module *module = NULL;

	if (!kmod_module_new_from_lookup(ctx, name, &list) && list)
		module = kmod_module_get_module(list);
	kmod_module_unref_list(list);
	return module;
}

static void read_info(struct module *m, const struct kmod_module *module)
{
	struct kmod_list *list = NULL, *entry;
	const char *key;

	if (kmod_module_get_info(module, &list) < 0)
		return;
	kmod_list_foreach(entry, list) {
		key = kmod_module_info_get_key(entry);
		if (!strcmp(key, "vermagic"))
			snprintf(m->vermagic, sizeof(m->vermagic), "%s",
				 kmod_module_info_get_value(entry));
		m->has_signature |= !strcmp(key, "sig_id");
	}
	kmod_module_info_free_list(list);
}

static void read_module(struct module *m, const struct kmod_module *module)
{
	const char *path = kmod_module_get_path(module);
	int state = kmod_module_get_initstate(module);

	m->builtin = state == KMOD_MODULE_BUILTIN;
	m->loaded = state == KMOD_MODULE_LIVE;
	if (!path)
		return;
	snprintf(m->path, sizeof(m->path), "%s", path);
	read_info(m, module);
}

void module_find(struct module *m, const char *name)
{
	struct kmod_ctx *ctx = open_kmod();
	struct kmod_module *module = NULL;

	if (ctx)
		module = look_up(ctx, name);
	memset(m, 0, sizeof(*m));
	/* inserted by hand, but not installed */
	if (!module && ctx && kmod_module_new_from_name(ctx, name, &module) < 0)
		module = NULL;
	if (module)
		read_module(m, module);
	kmod_module_unref(module);
	kmod_unref(ctx);
}

void module_of_file(struct module *m, const char *path)
{
	struct kmod_ctx *ctx = open_kmod();
	struct kmod_module *module = NULL;

	memset(m, 0, sizeof(*m));
	snprintf(m->path, sizeof(m->path), "%s", path);
	if (ctx && kmod_module_new_from_path(ctx, path, &module) >= 0)
		read_info(m, module);
	kmod_module_unref(module);
	kmod_unref(ctx);
}

int module_load(const char *name)
{
	struct kmod_ctx *ctx = open_kmod();
	struct kmod_module *module;
	int err = -ENOENT;

	if (!ctx)
		return -ENOMEM;
	module = look_up(ctx, name);
	if (module)
		err = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
	kmod_module_unref(module);
	kmod_unref(ctx);
	return err;
}
