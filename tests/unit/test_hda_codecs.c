// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_hda_codecs.c - kernel/hw/hda against codecs given as data (userspace/codec/codec.h):
 * a dozen written by hand (hda_codecs.h), and those of the file WRT_CODECS, if it is set. For
 * each codec a path is found, and sound passes with what the driver has written, also if the
 * answer of any single command is lost.
 */
#include "hda_codecs.h"
#include "testbed.h"
#include "codec.h"

#define WITH_FILE	2	/* the last tests need WRT_CODECS */
#define EVERY_COMMAND	100	/* codecs of which every command is lost once */

static struct codec codec;
static struct codec_bus bus;

struct result {
	int err;
	u32 nslots;
	bool plays, records;	/* a path was found and sound passes */
	bool mute;		/* a path was found and no sound passes */
	u32 commands;
};

struct totals {
	u32 codecs, play, record, cards;
};

static FILE *open_file(void)
{
	FILE *file = fopen(getenv("WRT_CODECS"), "r");

	if (!file)
		fail_msg("%s cannot be opened", getenv("WRT_CODECS"));
	return file;
}

static FILE *open_hand_written(void)
{
	FILE *file = fmemopen((void *)hand_written, sizeof(hand_written) - 1, "r");

	assert_non_null(file);
	return file;
}

static void check_slot(struct wrt_hw_dev *hw, const struct wrt_hw_caps *c, struct result *r)
{
	bool passes = false;
	u32 nid;

	for (nid = 0; nid < CODEC_NODES && !passes; nid++) {
		if (c->dir == WRT_PLAYBACK)
			passes = codec_plays(&bus, nid);
		else if ((codec.node[nid].caps >> 20 & 15) == 1)
			passes = codec_records(&bus, nid);
	}
	r->mute |= !passes;
	r->plays |= passes && c->dir == WRT_PLAYBACK;
	r->records |= passes && c->dir == WRT_CAPTURE;
}

static struct result bring_up(const struct wrt_hda_config *cfg, u32 lose)
{
	struct result r = { 0 };
	struct wrt_hw_caps c;
	struct wrt_hw_dev *hw;

	codec_bus_init(&bus, &codec, 1);
	bus.lose = lose;
	r.err = wrt_hda_create(&codec_bus_ops, &bus, cfg, &hw);
	r.commands = bus.commands;
	if (r.err)
		return r;
	for (; wrt_hda_ops.caps(hw, r.nslots, &c) >= 0; r.nslots++)
		check_slot(hw, &c, &r);
	wrt_hda_destroy(hw);
	return r;
}

static void check(struct result r)
{
	if (r.mute)
		fail_msg("codec %u: a path lets no sound pass:\n%s", codec.number, bus.log);
}

static void add(struct totals *t, struct result r)
{
	t->codecs++;
	t->play += r.plays;
	t->record += r.records;
	t->cards += !r.err;
}

/* ---- every codec -------------------------------------------------------------------- */

static struct totals walk(FILE *file)
{
	struct wrt_hda_config cfg = { 0 };
	struct totals t = { 0 };

	while (codec_read(file, &codec)) {
		struct result r = bring_up(&cfg, 0);

		check(r);
		add(&t, r);
	}
	fclose(file);
	printf("# %u codecs, %u cards, playback passes on %u, capture on %u\n", t.codecs, t.cards,
	       t.play, t.record);
	return t;
}

static void sound_passes_the_paths_of_codecs_written_by_hand(void **state)
{
	struct totals t = walk(open_hand_written());

	assert_int_equal(t.codecs, 12);
	assert_int_equal(t.cards, 11);
	assert_int_equal(t.play, 10);
	assert_int_equal(t.record, 10);
}

static void sound_passes_the_paths_of_a_file_of_codecs(void **state)
{
	assert_true(walk(open_file()).cards > 0);
}

/* ---- lost answers ------------------------------------------------------------------- */

/* As with no answer lost, and one command more. */
static void lose(u32 k, struct result whole)
{
	struct wrt_hda_config cfg = { 0 };
	struct result r = bring_up(&cfg, k);

	if (r.plays != whole.plays || r.records != whole.records || r.mute ||
	    r.commands != whole.commands + 1)
		fail_msg("codec %u without the answer of command %u: %d slots\n%s", codec.number,
			 k, r.nslots, bus.log);
}

static u32 lose_each(FILE *file)
{
	struct wrt_hda_config cfg = { 0 };
	u32 codecs = 0, runs = 0, cards = 0;

	for (; codec_read(file, &codec); codecs++) {
		struct result whole = bring_up(&cfg, 0);
		u32 k, step = cards < EVERY_COMMAND ? 1 : whole.commands / 8 + 1;

		if (whole.err)
			continue;
		cards++;
		for (k = 1; k <= whole.commands; k += step, runs++)
			lose(k, whole);
	}
	fclose(file);
	printf("# %u codecs with a card, %u times with one lost answer: the card came up each time\n",
	       cards, runs);
	return runs;
}

static void a_lost_answer_loses_no_card_of_codecs_written_by_hand(void **state)
{
	assert_true(lose_each(open_hand_written()) > 100);
}

static void a_lost_answer_loses_no_card_of_a_file_of_codecs(void **state)
{
	assert_true(lose_each(open_file()) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(sound_passes_the_paths_of_codecs_written_by_hand),
		T(a_lost_answer_loses_no_card_of_codecs_written_by_hand),
		/* From here on with a file only. */
		T(sound_passes_the_paths_of_a_file_of_codecs),
		T(a_lost_answer_loses_no_card_of_a_file_of_codecs),
	};
	const char *name = getenv("WRT_CODECS");

	if (name && *name)
		return tb_main("hda_codecs", tests, COUNT(tests));
	printf("# WRT_CODECS names no file of codecs: tests with one are skipped\n");
	return tb_main("hda_codecs", tests, COUNT(tests) - WITH_FILE);
}
