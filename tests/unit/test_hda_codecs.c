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

#define EVERY_COMMAND	100	/* codecs of which every command is lost once */

static struct codec codec;
static struct codec_bus bus;

struct result {
	int err;
	u32 nslots;
	bool plays, records;	/* a path was found and sound passes */
	bool mute;		/* a path was found and no sound passes */
	u32 commands;
	u32 wide[2];		/* S32 is offered */
	bool surround;		/* more than two channels */
	u32 pin[2];		/* through which sound passes, by enum wrt_dir */
};

struct totals {
	u32 codecs, play, record, cards;
	u32 surround;		/* codecs with more than two channels */
	u32 wide[2];		/* S32, with 20 bits or more, by enum wrt_dir */
};

static bool has_file(void)
{
	const char *name = getenv("WRT_CODECS");

	return name && *name;
}

/* A test that needs a file of codecs. */
#define FILE_TEST(name)							\
	static void name(void **state);					\
	static void __attribute__((constructor)) add_##name(void)	\
	{								\
		if (has_file())						\
			tb_add(#name, name, NULL, NULL, NULL);		\
	}								\
	static void name(void **state)

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

/* Converters of which a pin each plays. */
static u32 converters(void)
{
	bool seen[CODEC_NODES] = { false };
	u32 nid, n = 0;

	for (nid = 0; nid < CODEC_NODES; nid++) {
		u32 converter = codec_plays(&bus, nid);

		n += converter && !seen[converter];
		seen[converter] = true;
	}
	return n;
}

static void check_slot(const struct wrt_hw_caps *c, struct result *r)
{
	u32 nid, pin = 0;

	for (nid = 0; nid < CODEC_NODES && !pin; nid++) {
		if (c->dir == WRT_PLAYBACK)
			pin = codec_plays(&bus, nid) ? nid : 0;
		else if ((codec.node[nid].caps >> 20 & 15) == 1)
			pin = codec_records(&bus, nid);
	}
	r->pin[c->dir] = pin;
	r->wide[c->dir] = !!(c->formats & WRT_FMT_S32);
	r->mute |= !pin || (c->dir == WRT_PLAYBACK && 2 * converters() < c->channels_max);
	r->surround |= c->channels_max > 2;
	r->plays |= pin && c->dir == WRT_PLAYBACK;
	r->records |= pin && c->dir == WRT_CAPTURE;
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
		check_slot(&c, &r);
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
	t->surround += r.surround;
	t->wide[WRT_PLAYBACK] += r.wide[WRT_PLAYBACK];
	t->wide[WRT_CAPTURE] += r.wide[WRT_CAPTURE];
}

/* ---- the text of /proc -------------------------------------------------------------- */

static void print_amp(FILE *to, const char *what, u32 caps)
{
	if (!caps)
		fprintf(to, "%s caps: N/A\n", what);
	else
		fprintf(to, "%s caps: ofs=0x%02x, nsteps=0x%02x, stepsize=0x%02x, mute=%x\n", what,
			caps & 0x7f, caps >> 8 & 0x7f, caps >> 16 & 0x7f, caps >> 31);
}

static void print_pcm(FILE *to, const char *indent, u32 pcm)
{
	fprintf(to, "%s  rates [0x%x]: 44100 48000\n%s  bits [0x%x]: 16 24\n", indent,
		pcm & 0xffff, indent, pcm >> 16);
}

static void print_widget(FILE *to, u32 nid, const struct codec_node *n)
{
	u32 i;

	fprintf(to, "Node 0x%02x [Widget] wcaps 0x%x: Stereo\n", nid, n->caps);
	fprintf(to, "  Control: name=\"PCM Playback Volume\", index=0, device=0\n");
	print_amp(to, "  Amp-In", n->amp_in);
	fprintf(to, "  Amp-In vals:  [0x80 0x80]\n");
	print_amp(to, "  Amp-Out", n->amp_out);
	fprintf(to, "  Amp-Out vals:  [0x80 0x80]\n");
	if (n->pcm) {
		fprintf(to, "  PCM:\n");
		print_pcm(to, "  ", n->pcm);
	}
	if (n->pin_caps || n->pin_config)
		fprintf(to, "  Pincap 0x%08x: OUT\n  Pin Default 0x%08x: [Jack] at Ext N/A\n"
			"    Conn = Unknown, Color = Green\n  Pin-ctls: 0x40: OUT\n", n->pin_caps,
			n->pin_config);
	if (!n->ninputs)
		return;
	fprintf(to, "  Connection: %u\n    ", n->ninputs);
	for (i = 0; i < n->ninputs; i++)
		fprintf(to, " 0x%02x%s", n->input[i], i || n->ninputs == 1 ? "" : "*");
	fprintf(to, "\n");
}

/* As snd-hda-codec does. */
static void print_proc(FILE *to, const struct codec *c)
{
	u32 nid;

	fprintf(to, "Codec: Some Name\nAddress: %u\nAFG Function Id: 0x1 (unsol 1)\n", c->address);
	fprintf(to, "Vendor Id: 0x%08x\nSubsystem Id: 0x%08x\nRevision Id: 0x100101\n", c->vendor,
		c->subsystem);
	fprintf(to, "No Modem Function Group found\nDefault PCM:\n");
	print_pcm(to, "  ", c->pcm);
	print_amp(to, "Default Amp-In", c->amp_in);
	print_amp(to, "Default Amp-Out", c->amp_out);
	fprintf(to, "State of AFG node 0x01:\n  Power: setting=D0, actual=D0\n"
		"GPIO: io=2, o=0, i=0, unsolicited=1, wake=0\n");
	for (nid = 0; nid < CODEC_NODES; nid++)
		if (c->node[nid].present)
			print_widget(to, nid, &c->node[nid]);
	rewind(to);
}

static u32 read_back(FILE *file)
{
	struct codec again;
	char name[64];
	u32 n = 0;

	for (; codec_read(file, &codec); n++) {
		FILE *text = tmpfile();

		assert_non_null(text);
		print_proc(text, &codec);
		assert_true(codec_read_proc(text, &again, name, sizeof(name)));
		fclose(text);
		assert_string_equal(name, "Some Name");
		again.number = codec.number;
		assert_true(again.count <= codec.count);
		again.count = codec.count;	/* the last may be missing from the data */
		if (memcmp(&again, &codec, sizeof(codec)))
			fail_msg("codec %u is not read as it was written", codec.number);
	}
	fclose(file);
	return n;
}

UNIT_TEST(a_codec_is_read_from_the_text_of_proc)
{
	assert_true(read_back(open_hand_written()) >= 12);
}

FILE_TEST(every_codec_of_a_file_is_read_from_the_text_of_proc)
{
	printf("# %u codecs\n", read_back(open_file()));
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
	printf("# %u codecs, %u cards, playback passes on %u, capture on %u; S32 on %u and %u\n"
	       "# more than two channels on %u\n",
	       t.codecs, t.cards, t.play, t.record, t.wide[0], t.wide[1], t.surround);
	return t;
}

UNIT_TEST(sound_passes_the_paths_of_codecs_written_by_hand)
{
	struct totals t = walk(open_hand_written());

	assert_int_equal(t.codecs, 12);
	assert_int_equal(t.cards, 12);
	assert_int_equal(t.play, 11);
	assert_int_equal(t.record, 10);
}

FILE_TEST(sound_passes_the_paths_of_a_file_of_codecs)
{
	assert_true(walk(open_file()).cards > 0);
}

/* ---- every choice of a pin ---------------------------------------------------------- */

struct choice {
	const char *name;
	u32 dir;
	bool node;		/* by its number */
};

static bool has_direction(const struct codec_node *n, u32 dir)
{
	return (n->caps >> 20 & 15) == 4 && n->pin_caps & (dir == WRT_PLAYBACK ? 0x10 : 0x20) &&
	       n->pin_config >> 30 != 1;
}

/* Whether a pin is of the kind, from its configuration alone. */
static bool is_offered(const struct codec_node *n, const struct choice *c)
{
	static const struct { const char *name; u32 device; } devices[] = {
		{ "line-out", 0 }, { "speaker", 1 }, { "headphone", 2 }, { "line", 8 },
		{ "aux", 9 }, { "mic", 10 }, { "internal", 10 }, { "spdif", 4 }, { "spdif", 5 },
	};
	u32 device = n->pin_config >> 20 & 15, i;
	bool digital = n->caps & 0x200, fixed = n->pin_config >> 30 == 2;

	for (i = 0; i < COUNT(devices) && has_direction(n, c->dir); i++) {
		if (strcmp(devices[i].name, c->name) || devices[i].device != device)
			continue;
		if (device == 4 || device == 5)
			return digital && !(n->pin_caps & 0x01000080);
		return !digital && (device != 10 || fixed == !strcmp(c->name, "internal"));
	}
	return false;
}

struct chosen {
	u32 times, passes, without;
};

static void count(struct chosen *sum, struct result r)
{
	sum->times++;
	sum->without += r.err != 0;
	sum->passes += !r.err;
}

/* Choose by kind; then the pin in use is of that kind. */
static void choose(const struct choice *c, struct chosen *sum)
{
	struct wrt_hda_config cfg = { 0 };
	u32 nid, offered = 0;
	struct result r;

	for (nid = 0; nid < CODEC_NODES; nid++)
		offered += is_offered(&codec.node[nid], c);
	assert_true(wrt_hda_parse_pin(c->dir, c->name, &cfg.pin[c->dir]));
	r = bring_up(&cfg, 0);
	check(r);
	assert_true(offered || r.err == WRT_ERANGE);
	if (!offered)
		return;
	count(sum, r);
	assert_true(r.err || is_offered(&codec.node[r.pin[c->dir]], c));
}

/* Every analog pin by its node number. */
static void choose_nodes(u32 dir, struct chosen *sum)
{
	u32 nid;

	for (nid = 1; nid < CODEC_NODES; nid++) {
		const struct codec_node *n = &codec.node[nid];
		struct wrt_hda_config cfg = { 0 };
		struct result r;

		if (!has_direction(n, dir) || n->caps & 0x200)
			continue;
		cfg.pin[dir] = WRT_HDA_PIN_NODE | nid;
		r = bring_up(&cfg, 0);
		check(r);
		count(sum, r);
		assert_true(r.err || r.pin[dir] == nid);
	}
}

static const struct choice choices[] = {
	{ "headphone", WRT_PLAYBACK, false }, { "line-out", WRT_PLAYBACK, false },
	{ "speaker", WRT_PLAYBACK, false }, { "spdif", WRT_PLAYBACK, false },
	{ "mic", WRT_CAPTURE, false }, { "line", WRT_CAPTURE, false },
	{ "internal", WRT_CAPTURE, false }, { "aux", WRT_CAPTURE, false },
	{ "node (playback)", WRT_PLAYBACK, true }, { "node (capture)", WRT_CAPTURE, true },
};

/* Returns how many choices had no path, in all. */
static u32 choose_each(FILE *file)
{
	struct chosen sum[COUNT(choices)] = { 0 };
	u32 i, without = 0;

	while (codec_read(file, &codec))
		for (i = 0; i < COUNT(choices); i++) {
			if (choices[i].node)
				choose_nodes(choices[i].dir, &sum[i]);
			else
				choose(&choices[i], &sum[i]);
		}
	fclose(file);
	for (i = 0; i < COUNT(choices); i++) {
		printf("# %s: %u times, sound passes %u times, no path %u times\n", choices[i].name,
		       sum[i].times, sum[i].passes, sum[i].without);
		without += sum[i].without;
	}
	return without;
}

UNIT_TEST(sound_passes_each_pin_that_can_be_chosen_of_codecs_written_by_hand)
{
	assert_int_equal(choose_each(open_hand_written()), 0);
}

FILE_TEST(sound_passes_each_pin_that_can_be_chosen_of_a_file_of_codecs)
{
	choose_each(open_file());
}

/* ---- lost answers ------------------------------------------------------------------- */

/* A coefficient, which is selected again before each try. */
static bool is_coefficient(u32 command)
{
	u32 verb = command >> 16 & 15;

	return (command >> 20 & 0xff) == 0x20 && (verb == 0x4 || verb == 0xc);
}

/* As with no answer lost, and one command more; two where that repeats a pair. */
static void lose(u32 k, struct result whole)
{
	struct wrt_hda_config cfg = { 0 };
	struct result r = bring_up(&cfg, k);

	if (r.plays != whole.plays || r.records != whole.records || r.mute ||
	    r.commands != whole.commands + 1 + is_coefficient(bus.lost))
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

UNIT_TEST(a_lost_answer_loses_no_card_of_codecs_written_by_hand)
{
	assert_true(lose_each(open_hand_written()) > 100);
}

FILE_TEST(a_lost_answer_loses_no_card_of_a_file_of_codecs)
{
	assert_true(lose_each(open_file()) > 0);
}

int main(void)
{
	if (!has_file())
		printf("# WRT_CODECS names no file of codecs: tests with one are skipped\n");
	return tb_run("hda_codecs");
}
