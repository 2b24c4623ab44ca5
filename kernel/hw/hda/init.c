// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * init.c - verbs of a user, sent to a codec before its path is set up: for boards whose speakers
 * need coefficients or GPIOs. [S], device mutex held, but for parsing.
 */
#include "engine.h"

#define VERBS_EXPECTED	"NODE:VERB:VALUE, at most 64 of them with + between, such as " \
			"0x20:0x500:0x10+0x20:0x400:0x20"

const char *wrt_hda_verbs_expected(void)
{
	return VERBS_EXPECTED;
}

static bool next(const char **text, char end, u32 max, u32 *value)
{
	if (!wrt_hda_parse_number(text, max, value))
		return false;
	if (!end)
		return true;
	if (**text != end)
		return false;
	++*text;
	return true;
}

/* Of 12 bits with 8 bits of payload; or of 4 bits, written as 0x300, with 16. */
static bool is_possible(u32 verb, u32 value)
{
	return value <= 0xff || !(verb & 0xff);
}

static bool parse_one(const char **text, u32 *command)
{
	u32 node, verb, value;

	if (!next(text, ':', 0xff, &node) || !next(text, ':', 0xfff, &verb) ||
	    !next(text, 0, 0xffff, &value))
		return false;
	/* from there on they are queries */
	if (!node || verb >= VERB_GET_PARAMETER || !is_possible(verb, value))
		return false;
	*command = node << 20 | verb << 8 | value;
	return true;
}

bool wrt_hda_parse_verbs(const char *text, struct wrt_hda_config *cfg)
{
	cfg->ninit = 0;
	if (!*text)
		return true;
	for (;; text++) {
		if (cfg->ninit == WRT_HDA_INIT_MAX || !parse_one(&text, &cfg->init[cfg->ninit]))
			return false;
		cfg->ninit++;
		if (!*text)
			return true;
		if (*text != '+')
			return false;
	}
}

/* A verb without an answer is no error: the user has chosen it. */
/* A second write of a coefficient would go to the next one. */
static int send(struct wrt_hw_dev *d, u32 codec, u32 init)
{
	u32 verb = init & HDA_VERB_MASK;

	if (verb >> 16 == VERB_COEF)
		return wrt_hda_verb_once(d, codec, init >> 20, verb, NULL);
	return wrt_hda_verb(d, codec, init >> 20, verb, NULL);
}

void wrt_hda_init_send(struct wrt_hw_dev *d, u32 codec)
{
	u32 i, lost = 0;

	wrt_assert_may_sleep();
	for (i = 0; i < d->cfg.ninit; i++)
		lost += !!send(d, codec, d->cfg.init[i]);
	if (d->cfg.ninit)
		d->bus->log(d->ctx, lost ? WRT_LOG_WARNING : WRT_LOG_INFO,
			    "init_verbs: %u sent to codec %u, %u of them without an answer",
			    d->cfg.ninit, codec, lost);
}
