// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_hda.c - kernel/hw/hda/ against the register model of model_hda.h, directly and under
 * the core: every sample is played and recorded once, every point is reported, every wait is
 * bounded, with the behaviour of QEMU and with that of silicon.
 */
#include "testbed.h"
#include "model_hda.h"
#include "bus/emulated.h"
#include "hw/hda/ids.h"

#define MS		1000000ull
#define SECOND		(1000 * MS)

static struct hda_model m;	/* large: the model's lists */

static struct {
	bool open;
	struct wrt_hda_config cfg;
	struct wrt_hw_dev *hw;
	struct wrt_device dev;
} bed;

struct side {
	struct tb_client client;
	struct tb_buffer buffer;
	struct wrt_stream *s;
	struct wrt_hw_seg segs[64];
	u64 first_heard;
};

static struct side play, capt;
static u32 bed_channels = 2;	/* of the next stream */

static void side_close(struct side *side)
{
	if (!side->s)
		return;
	wrt_stream_release(side->s, &side->client.client);
	hda_unmap(&m, side->buffer.geom.cpu);
	tb_buffer_free(&side->buffer);
	side->s = NULL;
}

/* Closes what is open. Called by the next set-up and at the end of a test. */
static void bed_close(void)
{
	side_close(&play);
	side_close(&capt);
	if (!bed.open)
		return;
	wrt_device_gone(&bed.dev);
	wrt_device_destroy(&bed.dev);
	wrt_hda_destroy(bed.hw);
	hda_close(&m);
	bed.open = false;
}

static void bed_model(bool emulated, const struct hda_codec *codec)
{
	bed_close();
	memset(&bed, 0, sizeof(bed));
	bed.cfg.emulated = emulated;
	hda_open(&m, emulated ? &hda_qemu : &hda_real, codec);
}

static void bed_create(void)
{
	assert_int_equal(wrt_hda_create(&hda_bus, &m, &bed.cfg, &bed.hw), 0);
	assert_int_equal(wrt_device_init(&bed.dev, &wrt_hda_ops, bed.hw), 0);
	m.hw = bed.hw;
	m.dev = &bed.dev;
	bed.open = true;
}

static void bed_open(bool emulated)
{
	bed_model(emulated, &hda_duplex);
	bed_create();
}

static void bed_rich(void)
{
	bed_model(false, &hda_rich);
	bed_create();
}

static int end_of_test(void **state)
{
	bed_close();
	bed_channels = 2;
	return 0;
}

#define HDA_TEST(name)	TB_TEST(name, void *unused, NULL, end_of_test)

/* Every frame of the buffer has a different number. */
static void fill(struct side *side)
{
	u8 *at = side->buffer.geom.cpu;
	u32 i;

	for (i = 0; i < side->buffer.geom.bytes / 4; i++) {
		at[4 * i] = (u8)i;
		at[4 * i + 1] = (u8)(i >> 8);
		at[4 * i + 2] = (u8)(i >> 16);
		at[4 * i + 3] = 0x5a;
	}
}

static void side_make(struct side *side, u32 dir, u32 rate, u32 format, u32 bytes, u32 notify)
{
	memset(side, 0, sizeof(*side));
	side->s = wrt_device_stream(&bed.dev, dir, 0);
	assert_non_null(side->s);
	tb_client_init(&side->client, NULL, notify);
	tb_buffer_make(&side->buffer, side->s, rate, format, bed_channels, bytes, notify);
	assert_int_equal(side->buffer.geom.bytes, bytes);
	side->buffer.seg.bus = hda_map(&m, side->buffer.geom.cpu, bytes);
	if (dir == WRT_PLAYBACK)
		fill(side);
}

static int side_configure(struct side *side)
{
	return wrt_stream_configure(side->s, &side->client.client, &side->buffer.geom);
}

static void side_open(struct side *side, u32 dir, u32 rate, u32 format, u32 bytes, u32 notify)
{
	side_make(side, dir, rate, format, bytes, notify);
	side->first_heard = m.nheard;
	assert_int_equal(side_configure(side), 0);
}

static void play_open(u32 notify, u32 bytes)
{
	side_open(&play, WRT_PLAYBACK, 48000, WRT_FMT_S16, bytes, notify);
}

static void side_start(struct side *side)
{
	assert_int_equal(wrt_stream_start(side->s, &side->client.client), 0);
}

static void side_stop(struct side *side)
{
	assert_int_equal(wrt_stream_stop(side->s, &side->client.client), 0);
	wrt_stream_settle(side->s, &side->client.client);
}

static struct wrt_snapshot look(struct side *side)
{
	struct wrt_snapshot snap;

	wrt_stream_position(side->s, &side->client.client, &snap);
	return snap;
}

/*
 * The output is the buffer repeatedly, and its length agrees with the position; except for
 * at most this number of places at which less than 128 bytes were left out.
 */
static void check_heard_but(struct side *side, u32 fifo, u32 places)
{
	const u8 *buffer = side->buffer.geom.cpu;
	u64 n = m.nheard - side->first_heard, linear = look(side).linear, i, skipped = 0;
	u32 bytes = side->buffer.geom.bytes, skip;

	for (i = 0; i < n; i += 4) {
		const u8 *heard = m.heard + side->first_heard + i;

		for (skip = 0; memcmp(heard, buffer + (i + skipped) % bytes, 4); skip += 4) {
			if (!places || skip == 124)
				fail_msg("byte %llu of %llu differs", (unsigned long long)i,
					 (unsigned long long)n);
			skipped += 4;
		}
		places -= skip > 0;
	}
	n += skipped;
	assert_true(linear >= n || fifo);
	assert_true(linear <= n + fifo && n <= linear + fifo);
}

static void check_heard(struct side *side, u32 fifo)
{
	check_heard_but(side, fifo, 0);
}

/* The buffer contains the newest frames up to the position. */
static void check_recorded(struct side *side)
{
	const u8 *buffer = side->buffer.geom.cpu;
	u64 frames = look(side).linear / 4;
	u32 room = side->buffer.geom.bytes / 4;
	u64 i = frames > room / 2 ? frames - room / 2 : 0;

	assert_true(frames > 0);
	for (; i < frames; i++) {
		const u8 *at = buffer + i % room * 4;

		assert_int_equal(at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24, i);
	}
}

static void check_points(struct side *side)
{
	struct wrt_snapshot snap = look(side);

	assert_int_equal(side->client.gaps, 0);
	assert_int_equal(side->client.points, snap.packets);
	assert_int_equal(snap.packets, snap.linear / side->buffer.geom.notify_bytes);
}

static u32 slack(bool emulated)
{
	return emulated ? 0 : 192 + 32;
}

static bool logged(const char *text)
{
	return strstr(m.log, text);
}

static void asleep(void)
{
	wrt_device_suspend(&bed.dev);
	m.off = true;
	hda_sleep(&m, 3 * SECOND);
	assert_false(wrt_device_irq(&bed.dev));
	m.off = false;
	m.crst = 0;
	m.snoop = 0x50;
	memset(m.sd, 0, sizeof(m.sd));
	assert_int_equal(wrt_device_resume(&bed.dev), 0);
}

static void refuse(int want, const char *text, u64 max_ns)
{
	u64 from = m.now;

	assert_int_equal(wrt_hda_create(&hda_bus, &m, &bed.cfg, &bed.hw), want);
	assert_true(logged(text));
	assert_true(m.now - from < max_ns);
	hda_close(&m);
}

/* ---- the codec --------------------------------------------------------------------- */

HDA_TEST(the_log_says_which_path_was_taken_in_one_line_a_direction)
{
	bed_open(true);
	assert_string_equal(m.log, "I playback: DAC 0x2 -> pin 0x3 (line-out)\n"
			    "I capture: ADC 0x4 <- pin 0x5 (line)\n");
}

HDA_TEST(a_path_is_powered_unmuted_at_0_db_and_its_pins_are_on)
{
	bed_open(true);
	assert_int_equal(hda_node(&m, 2)->out[0], 0x4a);
	assert_int_equal(hda_node(&m, 2)->out[1], 0x4a);
	assert_int_equal(hda_node(&m, 3)->pin, 0x40);
	assert_int_equal(hda_node(&m, 4)->in[0][0], 0x4a);
	assert_int_equal(hda_node(&m, 4)->in[0][1], 0x4a);
	assert_int_equal(hda_node(&m, 5)->pin, 0x20);
}

HDA_TEST(the_walker_finds_its_way_through_mixers_selectors_and_ranges)
{
	bed_rich();
	assert_string_equal(m.log, "I playback: DAC 0x11 -> 0x0c -> pin 0x15 (speaker)\n"
			    "I capture: ADC 0xb -> 0x13 <- pin 0x18 (mic)\n");
	assert_int_equal(hda_node(&m, 0x11)->out[0], 0x27);
	assert_int_equal(hda_node(&m, 0x11)->power, 0);
	assert_int_equal(hda_node(&m, 0x0c)->in[2][1], 0);
	assert_int_equal(hda_node(&m, 0x0c)->in[0][1], 0x80);
	assert_int_equal(hda_node(&m, 0x15)->out[1], 0);
	assert_int_equal(hda_node(&m, 0x15)->pin, 0x40);
	assert_int_equal(hda_node(&m, 0x15)->eapd, 2);
	assert_int_equal(hda_node(&m, 0x15)->power, 0);
	assert_int_equal(hda_node(&m, 0x13)->select, 3);
	assert_int_equal(hda_node(&m, 0x13)->in[3][0], 0x17);
	assert_int_equal(hda_node(&m, 0x13)->in[0][0], 0x80);
	assert_int_equal(hda_node(&m, 0x0b)->power, 0);
	assert_int_equal(hda_node(&m, 0x18)->pin, 0x24);
	assert_int_equal(hda_node(&m, 0x14)->pin, 0);
}

/* Creates the card with these choices, as text of a user. */
static int create_with(const struct hda_codec *codec, const char *playback, const char *capture)
{
	bed_model(false, codec);
	if (playback)
		assert_true(wrt_hda_parse_pin(WRT_PLAYBACK, playback, &bed.cfg.pin[WRT_PLAYBACK]));
	if (capture)
		assert_true(wrt_hda_parse_pin(WRT_CAPTURE, capture, &bed.cfg.pin[WRT_CAPTURE]));
	return wrt_hda_create(&hda_bus, &m, &bed.cfg, &bed.hw);
}

static void drives(const char *playback, const char *capture, u32 out, u32 control, u32 in)
{
	assert_int_equal(create_with(&hda_rich, playback, capture), 0);
	assert_int_equal(hda_node(&m, out)->pin, control);
	assert_true(hda_node(&m, in)->pin & 0x20);
	wrt_hda_destroy(bed.hw);
	hda_close(&m);
}

HDA_TEST(a_user_chooses_pins_by_kind_or_by_node)
{
	drives(NULL, NULL, 0x15, 0x40, 0x18);
	drives("speaker", NULL, 0x15, 0x40, 0x18);
	drives("headphone", "mic", 0x19, 0xc0, 0x18);
	drives("0x19", "internal", 0x19, 0xc0, 0x16);
	drives("25", "0x16", 0x19, 0xc0, 0x16);
	/* Also one that the firmware calls unconnected. */
	drives("0x14", NULL, 0x14, 0x40, 0x18);
}

static void not_there(const char *playback, const char *capture, const char *text)
{
	assert_int_equal(create_with(&hda_rich, playback, capture), WRT_ERANGE);
	assert_true(logged(text));
	assert_true(logged("I codec 2 pin 0x19: headphone, jack\n"));
	hda_close(&m);
}

HDA_TEST(a_chosen_pin_that_is_not_there_is_refused_with_those_that_are)
{
	not_there("line-out", NULL, "E playback=line-out: no codec has a path to such a pin\n");
	not_there("0x16", NULL, "E playback=0x16: no codec has a path to it\n");
	not_there(NULL, "aux", "E capture=aux: no codec has a path to such a pin\n");
	not_there("spdif", "line", "E playback=spdif: no codec has a path to such a pin\n");
	not_there("spdif", "line", "E capture=line: no codec has a path to such a pin\n");
}

HDA_TEST(what_is_no_choice_of_a_pin_is_not_parsed)
{
	static const char *const bad[] = {
		"", "Speaker", "speakers", "speake", "0", "0x", "0x100", "256", "-1", "2a", "0x2g",
		"18 ", "4294967297", "mic",
	};
	u32 pin, i;

	for (i = 0; i < COUNT(bad); i++)
		assert_false(wrt_hda_parse_pin(WRT_PLAYBACK, bad[i], &pin));
	assert_false(wrt_hda_parse_pin(WRT_CAPTURE, "headphone", &pin));
	assert_true(wrt_hda_parse_pin(WRT_CAPTURE, "0xfF", &pin));
	assert_int_equal(pin, WRT_HDA_PIN_NODE | 0xff);
}

HDA_TEST(the_pins_are_listed_with_what_is_driven)
{
	struct wrt_hw_pin p;
	u32 n, used = 0;

	bed_rich();
	for (n = 0; !wrt_device_pin(&bed.dev, n, &p); n++) {
		used += p.used;
		assert_int_equal(p.used, p.node == 0x15 || p.node == 0x18);
		assert_int_equal(p.codec, 2);
		assert_int_equal(p.can_play, p.node == 0x14 || p.node == 0x15 || p.node == 0x17 ||
				 p.node == 0x19);
	}
	assert_int_equal(n, 6);
	assert_int_equal(used, 2);
	assert_int_equal(wrt_device_pin(&bed.dev, 0, &p), 0);
	assert_string_equal(p.kind, "unconnected");
	assert_string_equal(p.port, "none");
	wrt_device_gone(&bed.dev);
	assert_int_equal(wrt_device_pin(&bed.dev, 0, &p), WRT_EGONE);
}

/* Bit-exact on a digital pin, which is never taken without a choice. */
HDA_TEST(spdif_is_played_only_if_it_is_chosen)
{
	struct hda_codec codec = hda_duplex;
	static const u8 of_converter[] = { 6 };

	codec.node[4] = (struct hda_node){ .nid = 6, .caps = 0x211, .pcm = 0x00020060 };
	codec.node[5] = (struct hda_node){ .nid = 7, .caps = 0x400301, .pin_caps = 0x10,
		.pin_config = 0x01441020, .inputs = of_converter, .ninputs = 1 };
	codec.nnodes = 6;
	bed_model(false, &codec);
	bed_create();
	assert_int_equal(hda_node(&m, 7)->pin, 0);
	assert_int_equal(hda_node(&m, 6)->digital, 0);
	bed_close();
	bed_model(false, &codec);
	bed.cfg.pin[WRT_PLAYBACK] = WRT_HDA_PIN_SPDIF;
	bed_create();
	assert_int_equal(hda_node(&m, 7)->pin, 0x40);
	assert_int_equal(hda_node(&m, 6)->digital, 1);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 100 * MS);
	asleep();
	assert_int_equal(hda_node(&m, 6)->digital, 1);
	check_heard(&play, slack(false));
	side_close(&play);
	bed_close();
	codec.node[5].pin_caps |= 0x80;		/* HDMI */
	bed_model(false, &codec);
	bed.cfg.pin[WRT_PLAYBACK] = WRT_HDA_PIN_SPDIF;
	refuse(WRT_ERANGE, "E playback=spdif: no codec has a path to such a pin\n", SECOND / 2);
}

/* The model's coefficients are 0x8200 after a reset. */
HDA_TEST(the_amplifier_pin_of_realtek_codecs_follows_its_verb)
{
	bed_model(false, &hda_duplex);
	m.codec.vendor = 0x10ec0256;
	bed_create();
	assert_int_equal(m.codec.coef[0x36], 0x8200);	/* bit 13 was 0 */
	assert_int_equal(m.codec.coef[0x10], 0x8000);
	wrt_device_suspend(&bed.dev);
	assert_int_equal(wrt_device_resume(&bed.dev), 0);
	assert_int_equal(m.codec.coef[0x10], 0x8000);
	bed_model(false, &hda_duplex);
	m.codec.vendor = 0x10ec0287;
	bed_create();
	assert_int_equal(m.codec.coef[0x08], 0x4ab7);
	assert_int_equal(m.codec.coef[0x10], 0x8000);
	bed_model(false, &hda_duplex);
	m.codec.vendor = 0x10ec0225;
	bed_create();
	assert_int_equal(m.codec.coef[0x67], 0x3200);
	bed_model(false, &hda_duplex);
	m.codec.vendor = 0x10ec0663;
	bed_create();
	assert_int_equal(m.codec.coef[0x0d], 0xc200);
	bed_model(false, &hda_duplex);
	m.codec.vendor = 0x10ec0269;	/* its revision is 0: nothing to do */
	bed_create();
	assert_int_equal(m.codec.coef[0x04], 0x8200);
	assert_int_equal(m.codec.coef[0x10], 0x8200);
	bed_model(false, &hda_duplex);
	m.codec.vendor = 0x10ec9999;
	bed_create();
	assert_int_equal(m.codec.coef[0x10], 0x8200);
}

HDA_TEST(a_revision_of_a_realtek_codec_has_its_own_coefficient)
{
	static const struct { u32 coef0, coef, value; } cases[] = {
		{ 0x8210, 0x0d, 0xc200 }, { 0x8220, 0x04, 0x0200 }, { 0x8230, 0x10, 0x8000 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		bed_model(false, &hda_duplex);
		m.codec.vendor = 0x10ec0269;
		m.codec.revision = cases[i].coef0;
		bed_create();
		assert_int_equal(m.codec.coef[cases[i].coef], cases[i].value);
	}
}

HDA_TEST(verbs_of_the_user_are_sent_before_the_path_also_after_a_sleep)
{
	u32 i;

	bed_model(false, &hda_duplex);
	assert_true(wrt_hda_parse_verbs("0x3:0x715:7+3:0x716:0xff+0x20:0x500:0x10+0x20:0x400:0x1234"
					"+3:0x707:0", &bed.cfg));
	bed_create();
	for (i = 0; i < 2; i++) {
		assert_int_equal(m.codec.nother, 2);
		assert_int_equal(m.codec.other[0], 0x00371507);
		assert_int_equal(m.codec.other[1], 0x003716ff);
		assert_int_equal(m.codec.coef[0x10], 0x1234);
		assert_int_equal(hda_node(&m, 3)->pin, 0x40);
		assert_true(logged("I init_verbs: 5 sent to codec 0, 0 of them without an answer\n"));
		wrt_device_suspend(&bed.dev);
		m.crst = 0;
		assert_int_equal(wrt_device_resume(&bed.dev), 0);
	}
}

HDA_TEST(verbs_that_cannot_be_sent_are_not_parsed)
{
	static const char *const bad[] = {
		"0x20", "0x20:0x500", "0x20:0x500:", "0:0x500:1", "0x100:0x500:1", "0x20:0x1000:1",
		"0x20:0x500:0x10000", "0x20:0x701:0x100", "0x20:0xf00:0", "0x20:0x500:1+",
		"0x20:0x500:1 0x20:0x400:2", "+0x20:0x500:1", "0x20,0x500,1", "a:b:c",
	};
	struct wrt_hda_config cfg;
	char many[65 * 12 + 1] = "";
	u32 i;

	for (i = 0; i < COUNT(bad); i++)
		assert_false(wrt_hda_parse_verbs(bad[i], &cfg));
	assert_true(wrt_hda_parse_verbs("", &cfg));
	assert_int_equal(cfg.ninit, 0);
	for (i = 0; i < 64; i++)
		strcat(many, i ? "+1:0x705:3" : "1:0x705:3");
	assert_true(wrt_hda_parse_verbs(many, &cfg));
	assert_int_equal(cfg.ninit, 64);
	strcat(many, "+1:0x705:3");
	assert_false(wrt_hda_parse_verbs(many, &cfg));
}

HDA_TEST(formats_and_rates_are_those_of_the_converter)
{
	static const u32 qemu[] = { 16000, 22050, 32000, 44100, 48000, 88200, 96000 };
	const struct wrt_hw_caps *c;

	bed_open(true);
	c = &bed.dev.streams[0].caps;
	assert_int_equal(bed.dev.nstreams, 2);
	assert_int_equal(c->dir, WRT_PLAYBACK);
	assert_int_equal(c->formats, WRT_FMT_S16);
	assert_int_equal(c->nrates, COUNT(qemu));
	assert_memory_equal(c->rates, qemu, sizeof(qemu));
	assert_int_equal(c->notify_step, 4);
	assert_int_equal(c->flags, WRT_HW_SG | WRT_HW_EMULATED);
	assert_int_equal(c->dma_bits, 64);
	assert_int_equal(bed.dev.streams[1].caps.dir, WRT_CAPTURE);
	bed_model(false, &hda_rich);
	m.vendor = 0x1022;
	m.device = 0x1487;
	bed_create();
	c = &bed.dev.streams[0].caps;
	assert_int_equal(c->formats, WRT_FMT_S16 | WRT_FMT_S32);
	assert_int_equal(c->rate_max, 192000);
	assert_int_equal(c->notify_step, 128);
	assert_int_equal(c->flags, WRT_HW_SG | WRT_HW_EARLY_IRQ);
	assert_int_equal(c->dma_bits, 40);
	assert_int_equal(c->s32_bits, 0);
	assert_int_equal(bed.dev.streams[1].caps.formats, WRT_FMT_S16 | WRT_FMT_S32);
	assert_int_equal(bed.dev.streams[1].caps.s32_bits, 24);
}

static void set_control(u32 index, u32 left, u32 right)
{
	u32 value[2] = { left, right }, back[2];

	assert_int_equal(wrt_device_control_set(&bed.dev, index, value), 0);
	assert_int_equal(wrt_device_control_get(&bed.dev, index, back), 0);
	assert_int_equal(back[0], left);
	assert_int_equal(back[1], right);
}

HDA_TEST(master_and_capture_have_a_volume_and_a_switch_each)
{
	struct wrt_hw_control c;
	u32 high[2] = { 0, 0x4b }, two[2] = { 2, 0 };

	bed_open(true);
	assert_int_equal(wrt_device_control(&bed.dev, 0, &c), 0);
	assert_string_equal(c.name, "Master");
	assert_int_equal(c.max, 0x4a);
	assert_int_equal(c.min_cdb, -7400);
	assert_int_equal(c.step_cdb, 100);
	assert_int_equal(wrt_device_control(&bed.dev, 3, &c), 0);
	assert_string_equal(c.name, "Capture");
	assert_true(c.is_switch && c.max == 1 && c.dir == WRT_CAPTURE);
	assert_int_equal(wrt_device_control(&bed.dev, 4, &c), WRT_ERANGE);
	set_control(0, 0x20, 0x21);
	set_control(1, 1, 0);
	assert_int_equal(hda_node(&m, 2)->out[0], 0x20);
	assert_int_equal(hda_node(&m, 2)->out[1], 0x21 | 0x80);
	set_control(2, 3, 4);
	set_control(3, 0, 1);
	assert_int_equal(hda_node(&m, 4)->in[0][0], 3 | 0x80);
	assert_int_equal(hda_node(&m, 4)->in[0][1], 4);
	assert_int_equal(wrt_device_control_set(&bed.dev, 0, high), WRT_EINVAL);
	assert_int_equal(wrt_device_control_set(&bed.dev, 1, two), WRT_EINVAL);
	assert_int_equal(wrt_hda_ops.control_set(bed.hw, 4, two), WRT_ERANGE);
	assert_int_equal(wrt_hda_ops.control_get(bed.hw, 4, two), WRT_ERANGE);
	assert_int_equal(hda_node(&m, 2)->out[0], 0x20);
}

HDA_TEST(volume_and_switch_may_be_of_two_amplifiers)
{
	struct wrt_hw_control c;

	bed_rich();
	assert_int_equal(wrt_device_control(&bed.dev, 0, &c), 0);
	assert_int_equal(c.max, 0x27);
	assert_int_equal(c.min_cdb, -0x27 * 25);
	set_control(1, 0, 1);
	assert_int_equal(hda_node(&m, 0x0c)->in[2][0], 0x80);
	assert_int_equal(hda_node(&m, 0x0c)->in[2][1], 0);
	set_control(0, 5, 6);
	assert_int_equal(hda_node(&m, 0x11)->out[1], 6);
}

HDA_TEST(latency_is_the_fifo_and_the_delay_of_the_widgets)
{
	bed_rich();
	side_open(&play, WRT_PLAYBACK, 48000, WRT_FMT_S32, 7680, 2);
	assert_int_equal(play.s->latency.fifo_bytes, 192);
	assert_int_equal(play.s->latency.codec_100ns, 3 * 10000000 / 48000);
}

/* ---- playing and recording --------------------------------------------------------- */

static void play_with_pauses(bool emulated, u32 rate, u32 notify, bool dead_dpib)
{
	u32 bytes = notify ? notify * 1920 : 7680, i;
	u64 seed = rate + notify;

	bed_open(emulated);
	m.fault.dpib_dead = dead_dpib;
	side_open(&play, WRT_PLAYBACK, rate, WRT_FMT_S16, bytes, notify);
	for (i = 0; i < 20; i++) {
		side_start(&play);
		hda_run(&m, tb_random(&seed) % (60 * MS));
		side_stop(&play);
		hda_run(&m, tb_random(&seed) % (5 * MS));
	}
	assert_true(m.nheard > 3 * bytes);
	check_heard(&play, slack(emulated));
	if (notify)
		check_points(&play);
}

static const u32 notifies[] = { 0, 1, 2, 3, 8 };

HDA_TEST(playback_is_bit_exact_over_pauses_and_no_point_is_missing)
{
	size_t i;

	for (i = 0; i < COUNT(notifies); i++) {
		play_with_pauses(true, 48000, notifies[i], false);
		play_with_pauses(true, 44100, notifies[i], false);
		play_with_pauses(false, 48000, notifies[i], false);
		play_with_pauses(false, 44100, notifies[i], false);
	}
}

HDA_TEST(a_position_buffer_that_is_never_written_is_replaced_by_lpib)
{
	size_t i;

	for (i = 0; i < COUNT(notifies); i++) {
		play_with_pauses(true, 48000, notifies[i], true);
		play_with_pauses(false, 48000, notifies[i], true);
	}
}

static void record_with_pauses(bool emulated, u32 notify, bool dead_dpib)
{
	u32 bytes = notify ? notify * 1920 : 7680, i;
	u64 seed = notify + 5;

	bed_open(emulated);
	m.fault.dpib_dead = dead_dpib;
	side_open(&capt, WRT_CAPTURE, 48000, WRT_FMT_S16, bytes, notify);
	for (i = 0; i < 12; i++) {
		side_start(&capt);
		hda_run(&m, 2 * MS + tb_random(&seed) % (60 * MS));
		check_recorded(&capt);
		side_stop(&capt);
		hda_run(&m, tb_random(&seed) % (5 * MS));
	}
	check_recorded(&capt);
	if (notify)
		check_points(&capt);
}

HDA_TEST(capture_is_valid_up_to_the_position_over_pauses)
{
	size_t i;

	for (i = 0; i < COUNT(notifies); i++) {
		record_with_pauses(true, notifies[i], false);
		record_with_pauses(false, notifies[i], false);
		record_with_pauses(true, notifies[i], true);
		record_with_pauses(false, notifies[i], true);
	}
}

enum { ZERO, FROZEN, AHEAD, LIES };

static void lie(u32 how)
{
	m.fault.dpib_zero = how == ZERO;
	m.fault.dpib_frozen = how == FROZEN;
	m.fault.dpib_ahead = how == AHEAD;
}

/* Starts to lie some time after the start; the position is right within 64 frames and two FIFOs. */
static void with_lies(u32 how, u32 dir, u32 notify)
{
	struct side *side = dir == WRT_PLAYBACK ? &play : &capt;
	u32 i, bytes = notify * 1920;

	bed_open(false);
	side_open(side, dir, 48000, WRT_FMT_S16, bytes, notify);
	if (how == ZERO)
		lie(how);
	side_start(side);
	hda_run(&m, 33 * MS);
	lie(how);
	for (i = 0; i < 60; i++) {
		hda_run(&m, 3333333);
		if (dir == WRT_PLAYBACK)
			check_heard(side, 64 * 4 + 2 * 192 + 32);
		else
			check_recorded(side);
	}
	assert_true(logged(": using LPIB\n"));
	assert_null(strstr(strstr(m.log, ": using LPIB\n") + 1, ": using LPIB\n"));
	side_stop(side);
	check_points(side);
	side_start(side);
	hda_run(&m, 100 * MS);
	check_points(side);
	side_close(side);
}

HDA_TEST(a_position_buffer_that_lies_is_replaced_by_lpib_once)
{
	u32 how;

	for (how = ZERO; how < LIES; how++) {
		with_lies(how, WRT_PLAYBACK, 2);
		with_lies(how, WRT_PLAYBACK, 8);
		with_lies(how, WRT_CAPTURE, 2);
		with_lies(how, WRT_CAPTURE, 8);
	}
}

/* Stuck for some milliseconds once in a while. */
HDA_TEST(a_position_buffer_that_is_late_now_and_then_stays_in_use)
{
	u32 dir, i;

	for (dir = 0; dir < 2; dir++) {
		struct side *side = dir == WRT_PLAYBACK ? &play : &capt;

		bed_open(false);
		side_open(side, dir, 48000, WRT_FMT_S16, 7680, 2);
		side_start(side);
		hda_run(&m, 33 * MS);
		for (i = 0; i < 8; i++) {
			lie(FROZEN);
			hda_run(&m, 4 * MS);
			look(side);
			lie(LIES);
			hda_run(&m, 29 * MS);
			if (dir == WRT_PLAYBACK)
				check_heard(side, slack(false));
			else
				check_recorded(side);
		}
		assert_false(logged("LPIB"));
		side_stop(side);
		check_points(side);
	}
}

/* Its position buffer is not looked at, and in capture 32 frames may still be in the FIFO. */
HDA_TEST(amd_reports_lpib_and_in_capture_less_a_fifo)
{
	u32 dir;

	for (dir = 0; dir < 2; dir++) {
		struct side *side = dir == WRT_PLAYBACK ? &play : &capt;

		bed_model(false, &hda_duplex);
		m.vendor = 0x1022;
		m.device = 0x15e3;
		m.fault.dpib_ahead = true;
		bed_create();
		side_open(side, dir, 48000, WRT_FMT_S16, 7680, 2);
		assert_int_equal(side->s->latency.fifo_bytes, dir == WRT_PLAYBACK ? 192 : 128);
		side_start(side);
		hda_run(&m, 133 * MS);
		if (dir == WRT_PLAYBACK)
			check_heard(side, 0);
		else
			assert_int_equal(look(side).linear, m.recorded * 4 - 128);
		side_stop(side);
		check_points(side);
		assert_false(logged("LPIB"));
	}
}

static void two_directions(bool emulated)
{
	bed_open(emulated);
	side_open(&play, WRT_PLAYBACK, 44100, WRT_FMT_S16, 7680, 2);
	side_open(&capt, WRT_CAPTURE, 48000, WRT_FMT_S16, 3840, 3);
	side_start(&play);
	hda_run(&m, 7 * MS);
	side_start(&capt);
	hda_run(&m, SECOND / 2);
	side_stop(&play);
	hda_run(&m, 33 * MS);
	check_recorded(&capt);
	check_points(&capt);
	check_heard(&play, slack(emulated));
	check_points(&play);
}

HDA_TEST(both_directions_run_at_once_and_stop_alone)
{
	two_directions(true);
	two_directions(false);
}

static void all_32_bits(void)
{
	bed_rich();
	side_open(&play, WRT_PLAYBACK, 192000, WRT_FMT_S32, 24576, 8);
	side_start(&play);
	hda_run(&m, 100 * MS);
	side_stop(&play);
	hda_run(&m, MS);
	side_start(&play);
	hda_run(&m, 100 * MS);
	check_heard(&play, slack(false) + 8 * 32);
	assert_true(m.nheard > 192000 * 8 / 6);
	check_points(&play);
}

HDA_TEST(thirty_two_bits_at_192_khz_are_played_as_they_are)
{
	all_32_bits();
}

/* The converter's sizes, and what they are in the format register. */
static void play_wide(u32 pcm, u32 bits, u32 size)
{
	const struct wrt_hw_caps *c;

	bed_model(false, &hda_duplex);
	m.codec.node[0].pcm = pcm;
	bed_create();
	c = &bed.dev.streams[0].caps;
	assert_int_equal(c->formats, WRT_FMT_S32 | (pcm & 0x20000 ? WRT_FMT_S16 : 0));
	assert_int_equal(c->s32_bits, bits);
	side_open(&play, WRT_PLAYBACK, 48000, WRT_FMT_S32, 7680, 2);
	side_start(&play);
	hda_run(&m, 100 * MS);
	assert_int_equal(m.sd[HDA_PLAY].fmt, size << 4 | 1);
	check_heard(&play, slack(false) + 8 * 32);
	check_points(&play);
}

HDA_TEST(twenty_four_bits_are_the_upper_ones_of_four_bytes)
{
	play_wide(0x000e0040, 24, 3);
	play_wide(0x00080040, 24, 3);
	play_wide(0x00060040, 20, 2);
	play_wide(0x001e0040, 0, 4);
	play_wide(0x00100040, 0, 4);
}

/* The model requires that each pair of channels has one converter. */
static void play_channels(u32 channels, u32 format)
{
	static const u32 of[4] = { 2, 3, 4, 5 };	/* front, rear, center and LFE, side */
	u32 frame = channels * (format == WRT_FMT_S16 ? 2 : 4), i;
	const struct wrt_hw_caps *c;

	bed_model(false, &hda_surround);
	bed_create();
	c = &bed.dev.streams[0].caps;
	assert_int_equal(c->channels_max, 8);
	assert_int_equal(c->channels_step, 2);
	bed_channels = channels;
	side_open(&play, WRT_PLAYBACK, 48000, format, 384 * frame, 3);
	side_start(&play);
	hda_run(&m, 50 * MS);
	side_stop(&play);
	side_start(&play);
	hda_run(&m, 50 * MS);
	for (i = 0; i < 4; i++)
		assert_int_equal(hda_node(&m, of[i])->stream, 2 * i < channels ? 0x10 | 2 * i : 0);
	check_heard(&play, slack(false) + frame * 32);
	check_points(&play);
	for (i = 0; i < 5; i++) {
		hda_run(&m, 5110000 + i * 370000);
		asleep();
		assert_int_equal(look(&play).linear % frame, 0);
		assert_int_equal(look(&play).register_base % frame, 0);
	}
	check_points(&play);
	side_close(&play);
	for (i = 0; i < 4; i++)
		assert_int_equal(hda_node(&m, of[i])->stream, 0);
	bed_channels = 2;
}

HDA_TEST(line_outs_of_a_group_are_up_to_eight_channels)
{
	u32 channels;

	for (channels = 2; channels <= 8; channels += 2) {
		play_channels(channels, WRT_FMT_S16);
		play_channels(channels, WRT_FMT_S32);
	}
}

HDA_TEST(master_sets_every_channel_and_an_odd_number_is_refused)
{
	const struct wrt_hw_caps *c;
	u32 i;

	bed_model(false, &hda_surround);
	bed_create();
	set_control(0, 0x10, 0x11);
	for (i = 2; i <= 5; i++) {
		assert_int_equal(hda_node(&m, i)->out[0], 0x10);
		assert_int_equal(hda_node(&m, i)->out[1], 0x11);
	}
	set_control(1, 0, 1);
	for (i = 0x0a; i <= 0x0d; i++)
		assert_int_equal(hda_node(&m, i)->out[0], 0x80);
	assert_int_equal(hda_node(&m, 0x0e)->pin, 0);
	assert_int_equal(hda_node(&m, 0x0f)->pin, 0);
	c = &bed.dev.streams[0].caps;
	assert_int_equal(wrt_geometry_check_format(c, 48000, WRT_FMT_S16, 6), 0);
	assert_int_equal(wrt_geometry_check_format(c, 48000, WRT_FMT_S16, 5), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(c, 48000, WRT_FMT_S16, 10), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(c, 48000, WRT_FMT_S16, 0), WRT_EINVAL);
}

static void scatter(struct side *side, u32 piece)
{
	u32 n = side->buffer.geom.bytes / piece, i;

	hda_unmap(&m, side->buffer.geom.cpu);
	for (i = 0; i < n; i++) {
		side->segs[i].bus = hda_map(&m, (u8 *)side->buffer.geom.cpu + i * piece, piece);
		side->segs[i].len = piece;
	}
	side->buffer.geom.seg = side->segs;
	side->buffer.geom.nseg = n;
}

static void unscatter(struct side *side, u32 piece)
{
	u32 i;

	wrt_stream_release(side->s, &side->client.client);
	for (i = 0; i < side->buffer.geom.nseg; i++)
		hda_unmap(&m, (u8 *)side->buffer.geom.cpu + i * piece);
	tb_buffer_free(&side->buffer);
	side->s = NULL;
}

static void scattered(bool emulated, u32 notify)
{
	u32 i;

	bed_open(emulated);
	side_make(&play, WRT_PLAYBACK, 48000, WRT_FMT_S16, 15360, notify);
	scatter(&play, 1280);
	assert_int_equal(side_configure(&play), 0);
	for (i = 0; i < 5; i++) {
		side_start(&play);
		hda_run(&m, 77 * MS);
		side_stop(&play);
		hda_run(&m, MS);
	}
	check_heard(&play, slack(emulated));
	check_points(&play);
	unscatter(&play, 1280);
}

HDA_TEST(a_buffer_may_lie_in_many_pieces)
{
	scattered(true, 1);
	scattered(true, 3);
	scattered(false, 2);
	scattered(false, 8);
}

/* ---- points and interrupts --------------------------------------------------------- */

static void count_interrupts(u32 notify)
{
	bed_open(true);
	play_open(notify, 1920 * notify);
	side_start(&play);
	hda_run(&m, SECOND + 5 * MS);
	assert_int_equal(m.interrupts, 100);
	assert_int_equal(play.client.points, 100);
	if (notify > 1)
		assert_int_equal(m.timers, 0);
}

HDA_TEST(the_engine_interrupts_at_points_and_nowhere_else)
{
	count_interrupts(1);
	count_interrupts(2);
	count_interrupts(3);
	count_interrupts(8);
	count_interrupts(255);
}

static void lose(bool emulated, u32 notify, u32 one_of)
{
	u32 i;

	bed_open(emulated);
	m.fault.lose = one_of;
	play_open(notify, 1920 * notify);
	side_start(&play);
	for (i = 0; i < 20; i++) {
		hda_run(&m, 97 * MS);
		assert_int_equal(look(&play).packets,
				 look(&play).linear / play.buffer.geom.notify_bytes);
	}
	side_stop(&play);
	check_heard(&play, slack(emulated));
	check_points(&play);
	assert_true(m.interrupts < 194);
}

HDA_TEST(lost_interrupts_lose_no_point)
{
	lose(true, 1, 2);
	lose(true, 2, 2);
	lose(true, 3, 3);
	lose(true, 8, 2);
	lose(false, 2, 2);
	lose(false, 1, 3);
	lose(false, 8, 3);
}

/* From the second point on each is reported within half a millisecond. status: its bits are set. */
static void no_interrupts(u32 dir, u32 notify, bool status)
{
	struct side *side = dir == WRT_PLAYBACK ? &play : &capt;
	u32 i;

	bed_open(false);
	m.fault.lose = !status;
	m.fault.no_messages = status;
	side_open(side, dir, 48000, WRT_FMT_S16, 1920 * notify, notify);
	side_start(side);
	hda_run(&m, 22 * MS);
	for (i = 0; i < 60; i++) {
		u64 points = look(side).linear / 1920;

		while (look(side).linear / 1920 == points)
			hda_run(&m, 100000);
		hda_run(&m, 500000);
		assert_int_equal(side->client.points, points + 1);
	}
	assert_int_equal(m.interrupts, 0);
	assert_true(logged("W no interrupts arrive: "));
	assert_null(strstr(strstr(m.log, "W no interrupts") + 1, "W no interrupts"));
	side_stop(side);
	check_points(side);
	side_close(side);
}

HDA_TEST(where_no_interrupt_arrives_a_timer_finds_the_points)
{
	no_interrupts(WRT_PLAYBACK, 1, false);
	no_interrupts(WRT_PLAYBACK, 2, false);
	no_interrupts(WRT_PLAYBACK, 8, false);
	no_interrupts(WRT_CAPTURE, 2, false);
	no_interrupts(WRT_PLAYBACK, 1, true);
	no_interrupts(WRT_PLAYBACK, 8, true);
	no_interrupts(WRT_CAPTURE, 2, true);
}

/*
 * Two timers may be due at once on two processors: the handler of the first serves both streams,
 * that of the second finds an end of an entry without an interrupt for it.
 */
HDA_TEST(a_timer_that_comes_late_is_no_interrupt)
{
	u32 i;

	bed_open(false);
	m.fault.no_messages = true;
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 200 * MS);
	for (i = 0; i < 20; i++) {
		while (!hda_line(&m))
			hda_sleep(&m, 20000);
		wrt_device_irq(&bed.dev);
		hda_run(&m, 53 * MS);
	}
	side_stop(&play);
	check_points(&play);
	assert_in_range(play.client.notifies, 50, 70);
}

HDA_TEST(that_timer_is_slow_where_dma_stops_before_a_point)
{
	u32 timers;

	bed_open(false);
	m.fault.lose = 1;
	side_open(&play, WRT_PLAYBACK, 48000, WRT_FMT_S16, 7680, 2);
	side_start(&play);
	hda_run(&m, 58900000);
	m.command = 2;			/* no access to memory, 20 bytes before a point */
	timers = m.timers;
	hda_run(&m, 100 * MS);
	assert_in_range(m.timers - timers, 1, 25);
	m.command = 6;
}

HDA_TEST(with_interrupts_no_message_is_logged)
{
	u32 notify;

	for (notify = 2; notify <= 8; notify *= 2) {
		bed_open(false);
		side_open(&capt, WRT_CAPTURE, 48000, WRT_FMT_S16, 1920 * notify, notify);
		side_start(&capt);
		hda_run(&m, SECOND);
		assert_int_equal(m.interrupts, 99);
		assert_false(logged("no interrupts"));
	}
}

static void merge(bool emulated)
{
	bed_open(emulated);
	play_open(8, 1920 * 8);
	side_start(&play);
	hda_run(&m, 15 * MS);
	assert_int_equal(play.client.notifies, 1);
	hda_sleep(&m, 52 * MS);
	assert_int_equal(play.client.notifies, 1);
	hda_run(&m, 50000);
	assert_int_equal(play.client.notifies, 2);
	assert_int_equal(play.client.most, 5);
	hda_run(&m, 100 * MS);
	check_points(&play);
}

HDA_TEST(merged_interrupts_are_one_update_with_all_points)
{
	merge(true);
	merge(false);
}

/* One period passes its end by less than 200 us; the next interrupt is 10 ms away. */
static void early(u32 dir, bool dead_dpib)
{
	struct side side;
	u32 i;

	bed_open(false);
	m.fault.dpib_dead = dead_dpib;
	side_open(&side, dir, 48000, WRT_FMT_S16, 1920 * 2, 2);
	side_start(&side);
	hda_run(&m, (dead_dpib ? 0 : 9 * MS) + 100000);
	for (i = 0; i < 50; i++) {
		u64 points = look(&side).linear / 1920;

		while (look(&side).linear / 1920 == points)
			hda_run(&m, 20000);
		hda_run(&m, 60000);
		assert_int_equal(side.client.points, points + 1);
	}
	side_close(&side);
}

HDA_TEST(an_interrupt_before_its_position_is_followed_by_another_update)
{
	early(WRT_PLAYBACK, false);
	early(WRT_PLAYBACK, true);
	early(WRT_CAPTURE, false);
}

static void without(bool emulated, u32 notify, u32 bytes, u64 every)
{
	u32 i;

	bed_open(emulated);
	side_make(&play, WRT_PLAYBACK, 48000, WRT_FMT_S16, bytes, notify);
	play.client.client.wants_points = false;
	assert_int_equal(side_configure(&play), 0);
	side_start(&play);
	for (i = 0; i < 40; i++) {
		u32 before = play.client.publishes;

		hda_run(&m, every);
		assert_true(play.client.publishes - before >= 1);
		assert_true(play.client.publishes - before <= 2);
	}
	assert_int_equal(m.interrupts, 0);
	assert_int_equal(play.client.points, 0);
	side_stop(&play);
	check_heard(&play, slack(emulated));
}

/*
 * 1024 bytes are 0.67 ms: a time stamp that is late by 0.6 ms was a whole buffer. Interrupts
 * come each 0.33 ms.
 */
HDA_TEST(a_reader_that_was_preempted_reads_again)
{
	u32 i;

	bed_rich();
	side_open(&play, WRT_PLAYBACK, 192000, WRT_FMT_S32, 1024, 2);
	side_start(&play);
	m.preempt_ns = 600000;
	for (i = 0; i < 100; i++) {
		hda_run(&m, 1370000 + i * 1000);
		m.preempts = 1;
		m.positions_read = 0;
		look(&play);
		assert_int_equal(m.positions_read, 2);
		check_heard(&play, 256);
	}
	side_stop(&play);
	check_points(&play);
}

/* For any bounds, as long as they are true, no buffer is counted too much. */
HDA_TEST(a_reader_that_is_always_preempted_reads_five_times_and_adds_nothing)
{
	u32 i;

	bed_rich();
	side_open(&play, WRT_PLAYBACK, 192000, WRT_FMT_S32, 4096, 2);
	side_start(&play);
	m.preempt_ns = 350000;
	for (i = 0; i < 100; i++) {
		hda_run(&m, 1370000 + i * 1000);
		m.preempts = ~0u;
		m.positions_read = 0;
		look(&play);
		m.preempts = 0;
		assert_int_equal(m.positions_read, 1 + WRT_READ_AGAIN_MAX);
		check_heard(&play, 256);
	}
	side_stop(&play);
	check_points(&play);
}

/* An engine that takes almost a buffer to stop: DMA was at the offset before that. */
HDA_TEST(the_time_of_a_stop_adds_no_distance)
{
	u64 linear;

	bed_rich();
	side_open(&play, WRT_PLAYBACK, 192000, WRT_FMT_S32, 1024, 2);
	side_start(&play);
	hda_run(&m, 2 * MS);
	linear = look(&play).linear;
	m.fault.run_sticks = true;
	side_stop(&play);
	assert_in_range(look(&play).linear - linear, 0, 1024);
	m.fault.run_sticks = false;
}

HDA_TEST(without_points_the_position_still_stays_fresh)
{
	static const struct { u32 notify, bytes; u64 every; } cases[] = {
		{ 0, 7680, 10 * MS }, { 2, 7680, 10 * MS }, { 0, 3840, 5 * MS },
		{ 0, 196608, 10 * MS }, { 8, 196608, 10 * MS }, { 0, 1 << 20, 10 * MS },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		without(true, cases[i].notify, cases[i].bytes, cases[i].every + 20000);
		without(false, cases[i].notify, cases[i].bytes, cases[i].every + 20000);
	}
}

HDA_TEST(an_observer_turns_points_on_and_its_removal_turns_them_off)
{
	struct tb_client other;
	u64 before;

	bed_open(true);
	side_make(&play, WRT_PLAYBACK, 48000, WRT_FMT_S16, 7680, 4);
	play.client.client.wants_points = false;
	assert_int_equal(side_configure(&play), 0);
	side_start(&play);
	hda_run(&m, 5 * MS);
	tb_client_init(&other, NULL, true);
	assert_int_equal(wrt_stream_observe(play.s, &other.client), 0);
	hda_run(&m, 100 * MS);
	assert_in_range(m.interrupts, 10, 11);
	assert_int_equal(other.points, 10);
	wrt_stream_unobserve(play.s, &other.client);
	before = m.interrupts;
	hda_run(&m, 100 * MS);
	assert_int_equal(m.interrupts, before);
}

/* The interrupt is hushed; the handler runs `late` ns after that. */
static u64 late, serve_ns;
static u32 hushes;

static bool hush_first(void *ctx, bool timer)
{
	if (!timer) {
		assert_true(wrt_hda_ops.hush(bed.hw));
		hushes++;
		serve_ns = m.now + late;
	}
	assert_false(hda_line(&m));
	assert_false(wrt_hda_ops.hush(bed.hw));
	if (timer || !late)
		wrt_device_irq(&bed.dev);
	return true;
}

static void run_hushed(u64 ns)
{
	u64 end = m.now + ns;

	while (m.now < end) {
		hda_run(&m, 100000);
		if (!serve_ns || m.now < serve_ns)
			continue;
		serve_ns = 0;
		wrt_device_irq(&bed.dev);
		wrt_device_irq(&bed.dev);	/* one too many */
	}
}

HDA_TEST(a_hushed_interrupt_is_served_later)
{
	for (late = 0; late < 40 * MS; late += 13 * MS) {
		bed_open(false);
		play_open(4, 7680);
		m.raise = hush_first;
		hushes = 0;
		serve_ns = 0;
		side_start(&play);
		run_hushed(SECOND);
		assert_in_range(hushes, late ? 30 : 99, 100);
		side_stop(&play);
		check_points(&play);
		check_heard(&play, slack(false));
	}
}

HDA_TEST(a_device_that_does_not_interrupt_is_not_hushed)
{
	bed_open(false);
	assert_false(wrt_hda_ops.hush(bed.hw));
	play_open(2, 7680);
	m.dev = NULL;
	side_start(&play);
	assert_false(wrt_hda_ops.hush(bed.hw));
	hda_sleep(&m, SECOND / 10);
	assert_true(hda_line(&m));
	m.fault.dead = true;
	assert_false(wrt_hda_ops.hush(bed.hw));
	m.fault.dead = false;
	assert_true(wrt_hda_ops.hush(bed.hw));
	side_stop(&play);		/* before the handler has run */
	hda_sleep(&m, SECOND / 10);
	side_start(&play);
	hda_sleep(&m, SECOND / 10);
	assert_true(hda_line(&m));
}

HDA_TEST(an_interrupt_of_another_device_returns_false)
{
	u32 slots = 0;
	u64 ns;

	bed_open(true);
	m.off = true;
	assert_false(wrt_hda_ops.irq(bed.hw, &slots, &ns));
	m.off = false;
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 5 * MS);
	assert_false(wrt_hda_ops.irq(bed.hw, &slots, &ns));
	m.sd[0].sts = 4;
	assert_false(wrt_hda_ops.irq(bed.hw, &slots, &ns));
	assert_int_equal(m.sd[0].sts, 4);
	m.sd[HDA_PLAY].sts = 4;
	assert_true(wrt_hda_ops.irq(bed.hw, &slots, &ns));
	assert_int_equal(slots, 1);
	assert_int_equal(m.sd[HDA_PLAY].sts, 0);
	wrt_hda_ops.points(play.s->hw, false);
	m.sd[HDA_PLAY].sts = 4;
	assert_false(wrt_hda_ops.irq(bed.hw, &slots, &ns));
	m.fault.dead = true;
	assert_false(wrt_hda_ops.irq(bed.hw, &slots, &ns));
	m.fault.dead = false;
}

/* The model moves data once in a millisecond: 192 bytes. */
static void assert_moved(u64 bytes, u64 ns)
{
	assert_true(bytes > ns / MS * 192 - 192 && bytes <= ns / MS * 192);
}

/* Stopped for a while: nothing of the stream moves, and the codec runs all the time. */
static void stop_and_start(struct side *side, u64 ns)
{
	u64 at, idle = m.idle;
	u32 starts = m.codec_starts;

	side_stop(side);
	at = look(side).linear;
	hda_run(&m, ns);
	assert_int_equal(look(side).linear, at);
	assert_moved(m.idle - idle, ns);
	side_start(side);
	idle = m.idle;
	hda_run(&m, 20 * MS);
	assert_moved(look(side).linear - at, 20 * MS);
	assert_int_equal(m.idle, idle);
	assert_int_equal(m.codec_starts, starts);
}

static void keep_codec_running(u32 dir)
{
	struct side side;
	u32 i;

	bed_open(true);
	for (i = 1; i <= 2; i++) {
		side_open(&side, dir, 48000, WRT_FMT_S16, 768, 3);
		assert_int_equal(m.codec_runs, 0);
		side_start(&side);
		hda_run(&m, 20 * MS);
		assert_int_equal(m.codec_starts, i);
		stop_and_start(&side, 3 * MS);
		stop_and_start(&side, 100 * MS);
		side_stop(&side);
		if (dir == WRT_PLAYBACK)
			check_heard(&side, 0);
		check_points(&side);
		side_close(&side);
		assert_int_equal(m.codec_runs & ~(1u << 15), 0);
	}
}

HDA_TEST(the_codec_of_qemu_continues_while_a_stream_is_stopped)
{
	keep_codec_running(WRT_PLAYBACK);
	keep_codec_running(WRT_CAPTURE);
}

/* Then the codec is notified of every stop. */
HDA_TEST(without_a_second_engine_the_codec_stops_with_the_stream)
{
	bed_model(true, &hda_duplex);
	m.gcap = 0x1401;	/* one output engine */
	bed_create();
	play_open(3, 768);
	side_start(&play);
	hda_run(&m, 20 * MS);
	side_stop(&play);
	assert_int_equal(m.codec_runs, 0);
	side_start(&play);
	hda_run(&m, 20 * MS);
	assert_int_equal(m.codec_starts, 2);
	assert_int_equal(m.idle, 0);
}

/* ---- errors ------------------------------------------------------------------------ */

static void halt(bool emulated)
{
	struct wrt_snapshot at, later;

	bed_open(emulated);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 73 * MS);
	hda_break(&m, HDA_PLAY);
	hda_run(&m, 40000);
	at = look(&play);
	hda_run(&m, SECOND);
	later = look(&play);
	assert_int_equal(later.linear, at.linear);
	assert_int_equal(later.stalls, 1);
	assert_int_equal(later.packets, at.packets);
	side_stop(&play);
	side_start(&play);
	hda_run(&m, 73 * MS);
	side_stop(&play);
	assert_int_equal(look(&play).stalls, 1);
	check_heard_but(&play, slack(emulated), !emulated);
	check_points(&play);
}

HDA_TEST(a_halted_engine_is_reported_once_and_can_be_started_again)
{
	halt(true);
	halt(false);
}

HDA_TEST(a_controller_that_does_not_reset_is_refused_in_bounded_time)
{
	bed_model(true, &hda_duplex);
	m.fault.reset_sticks = true;
	refuse(WRT_EIO, "E the controller does not go into reset\n", SECOND / 2);
	bed_model(true, &hda_duplex);
	m.fault.reset_never_ends = true;
	refuse(WRT_EIO, "E the controller does not come out of reset\n", SECOND / 2);
	bed_model(true, &hda_duplex);
	m.fault.dead = true;
	refuse(WRT_EIO, "E the controller does not answer\n", SECOND / 2);
}

HDA_TEST(without_a_codec_there_is_no_device)
{
	bed_model(true, &hda_duplex);
	m.fault.no_codec = true;
	refuse(WRT_EIO, "E no codec answers to the reset\n", SECOND / 2);
	assert_int_equal(m.verbs, 0);
	bed_model(true, &hda_duplex);
	m.fault.silent_codec = true;
	refuse(WRT_EIO, "E no codec answers to commands\n", SECOND / 2);
	assert_int_equal(m.ics & 1, 0);
}

HDA_TEST(a_codec_without_a_path_is_refused_and_one_direction_gives_one_slot)
{
	bed_model(true, &hda_duplex);
	m.codec.node[1].pin_config = 0x40000000;
	m.codec.node[2].ninputs = 0;
	refuse(WRT_ERANGE, "E no codec has a path from a converter to a pin\n", SECOND / 2);
	bed_model(true, &hda_duplex);
	m.codec.node[1].pin_config = 0x40000000;
	bed_create();
	assert_int_equal(bed.dev.nstreams, 1);
	assert_int_equal(bed.dev.streams[0].caps.dir, WRT_CAPTURE);
}

HDA_TEST(a_converter_without_a_rate_or_a_size_is_none)
{
	static const u32 pcm[] = { 0x00020000, 0x0002f800, 0x000001fc };
	size_t i;

	for (i = 0; i < COUNT(pcm); i++) {
		bed_model(true, &hda_duplex);
		m.codec.node[0].pcm = pcm[i];
		bed_create();
		assert_int_equal(bed.dev.nstreams, 1);
		assert_int_equal(bed.dev.streams[0].caps.dir, WRT_CAPTURE);
	}
}

/* The index of an amplifier has four bits; above them are those of left and right. */
HDA_TEST(an_input_whose_amplifier_has_no_index_is_not_used)
{
	static u8 inputs[17];
	u32 n;

	memset(inputs, 0x0a, sizeof(inputs));
	for (n = 16; n <= 17; n++) {
		inputs[15] = n == 16 ? 0x11 : 0x0a;
		inputs[16] = 0x11;
		bed_model(false, &hda_rich);
		m.codec.node[2].inputs = inputs;
		m.codec.node[2].ninputs = n;
		bed_create();
		assert_int_equal(bed.dev.nstreams, n == 16 ? 2 : 1);
		assert_int_equal(hda_node(&m, 0x0c)->in[15][0], n == 16 ? 0 : 0x80);
		assert_int_equal(hda_node(&m, 0x0c)->in[15][1], n == 16 ? 0 : 0x80);
	}
}

HDA_TEST(an_amplifier_that_ends_below_0_db_is_set_to_its_maximum)
{
	u32 value[2];

	bed_model(true, &hda_duplex);
	m.codec.node[0].amp_out = 0x8003204a;
	bed_create();
	assert_int_equal(hda_node(&m, 2)->out[0], 0x20);
	assert_int_equal(wrt_device_control_get(&bed.dev, 0, value), 0);
	assert_int_equal(value[1], 0x20);
}

HDA_TEST(without_immediate_commands_the_rings_are_used)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		bed_model(i, &hda_duplex);
		m.fault.no_immediate = true;
		bed_create();
		assert_true(logged("I no answer to immediate commands: using CORB and RIRB\n"));
		play_open(2, 7680);
		side_start(&play);
		hda_run(&m, 100 * MS);
		check_heard(&play, slack(i));
		for (; m.verbs < 600;)
			set_control(0, m.verbs % 0x4a, 1);
	}
	bed_model(true, &hda_duplex);
	m.fault.no_immediate = true;
	m.fault.no_corb = true;
	refuse(WRT_EIO, "E no codec answers to commands\n", SECOND / 2);
}

static void open_with_rings(void)
{
	bed_model(false, &hda_duplex);
	m.fault.no_immediate = true;
	bed_create();
}

/* The card comes up whichever verb it is. */
static void a_lost_answer_is_asked_for_again(bool rings)
{
	u64 k, verbs;

	bed_model(false, &hda_rich);
	m.fault.no_immediate = rings;
	bed_create();
	verbs = m.verbs;
	for (k = 1; k <= verbs; k++) {
		bed_model(false, &hda_rich);
		m.fault.no_immediate = rings;
		m.fault.lose_answer = k;
		bed_create();
		assert_int_equal(m.verbs, verbs + 1);
		assert_int_equal(bed.dev.nstreams, 2);
		assert_int_equal(hda_node(&m, 0x15)->pin, 0x40);
		assert_int_equal(hda_node(&m, 0x0c)->in[2][1], 0);
	}
}

HDA_TEST(no_single_lost_answer_of_a_codec_loses_the_card)
{
	a_lost_answer_is_asked_for_again(false);
	a_lost_answer_is_asked_for_again(true);
}

static void beside_silent_codec(u32 address, bool rings, bool capture)
{
	bed_model(false, &hda_rich);
	m.fault.no_immediate = rings;
	m.fault.silent_neighbour = address;
	if (!capture)
		m.codec.node[1].ninputs = 0;
	bed_create();
	assert_int_equal(bed.dev.nstreams, capture ? 2 : 1);
	side_open(&play, WRT_PLAYBACK, 48000, WRT_FMT_S16, 7680, 2);
	side_start(&play);
	hda_run(&m, 100 * MS);
	check_heard(&play, slack(false));
	side_close(&play);
	wrt_device_suspend(&bed.dev);
	assert_int_equal(wrt_device_resume(&bed.dev), 0);
	assert_int_equal(hda_node(&m, 0x15)->pin, 0x40);
}

/* The codec is at address 2. */
HDA_TEST(a_silent_codec_beside_the_one_in_use_costs_a_reset_and_nothing_else)
{
	beside_silent_codec(1, false, true);
	beside_silent_codec(1, true, true);
	assert_false(logged("codec 1 does not answer"));
	beside_silent_codec(5, false, true);
	assert_false(logged("codec 5 does not answer"));
	beside_silent_codec(5, false, false);
	assert_true(logged("W codec 5 does not answer\n"));
	beside_silent_codec(5, true, false);
}

/* The model fails the test if a ring is set up while it runs. */
HDA_TEST(a_ring_without_an_answer_is_stopped_before_it_is_set_up_again)
{
	u32 value[2] = { 1, 2 };

	open_with_rings();
	m.fault.silent_codec = true;
	assert_int_equal(wrt_device_control_set(&bed.dev, 0, value), WRT_EIO);
	m.fault.silent_codec = false;
	set_control(0, 3, 4);
	assert_int_equal(hda_node(&m, 2)->out[1], 4);
}

HDA_TEST(a_ring_of_a_removed_device_gives_no_answer)
{
	u32 value[2] = { 1, 2 };

	open_with_rings();
	m.fault.dead = true;
	assert_int_equal(wrt_device_control_set(&bed.dev, 0, value), WRT_EIO);
	m.fault.dead = false;
}

HDA_TEST(a_widget_without_power_is_waited_for_in_bounded_time)
{
	bed_model(false, &hda_duplex);
	m.fault.power_sticks = true;
	bed_create();
	assert_true(logged("W codec 0: node 0x1 stays in D3\n"));
	assert_true(m.now - TB_EPOCH < 2 * SECOND);
}

HDA_TEST(every_failed_allocation_is_unwound)
{
	u32 i;

	for (i = 1; i <= 6; i++) {
		bed_model(true, &hda_duplex);
		m.fault.no_immediate = true;
		m.fault.no_memory_at = i;
		assert_int_equal(wrt_hda_create(&hda_bus, &m, &bed.cfg, &bed.hw), WRT_ENOMEM);
		hda_close(&m);
	}
	bed_model(true, &hda_duplex);
	m.fault.no_immediate = true;
	m.fault.no_memory_at = 7;
	bed_create();
}

HDA_TEST(an_engine_that_does_not_stop_is_reset)
{
	u64 from;

	bed_open(false);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 10 * MS);
	m.fault.run_sticks = true;
	from = m.now;
	side_stop(&play);
	assert_true(m.now - from <= play.s->caps.stop_max_us * 1000ull);
	assert_false(m.sd[HDA_PLAY].ctl & 2);
	assert_true(logged("E playback: the engine does not stop: resetting it\n"));
	m.fault.run_sticks = false;
	side_start(&play);
	hda_run(&m, 100 * MS);
	check_points(&play);
}

HDA_TEST(an_engine_that_cannot_be_stopped_loses_bus_mastering)
{
	bed_open(false);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 10 * MS);
	m.fault.run_sticks = true;
	m.fault.srst_does_not_help = true;
	side_stop(&play);
	assert_int_equal(wrt_stream_start(play.s, &play.client.client), WRT_EIO);
	assert_true(logged("E playback: the engine does not reset\n"));
	assert_int_equal(m.command, 6);
	wrt_stream_release(play.s, &play.client.client);
	assert_int_equal(m.command, 2);
	assert_true(logged("bus mastering is turned off\n"));
	assert_int_equal(side_configure(&play), WRT_EIO);
	m.sd[HDA_PLAY].ctl = 0;
}

HDA_TEST(an_engine_that_does_not_reset_is_not_programmed)
{
	bed_open(false);
	side_make(&play, WRT_PLAYBACK, 48000, WRT_FMT_S16, 7680, 2);
	m.fault.srst_sticks = true;
	assert_int_equal(side_configure(&play), WRT_EIO);
	assert_true(logged("E playback: the engine does not reset\n"));
	m.fault.srst_sticks = false;
	assert_int_equal(side_configure(&play), 0);
	m.fault.srst_sticks = true;
	assert_int_equal(wrt_stream_start(play.s, &play.client.client), WRT_EIO);
	assert_int_equal(look(&play).state, WRT_STREAM_READY);
}

/* As in QEMU before 7.0. */
HDA_TEST(a_reset_that_ends_before_it_is_read_is_no_error)
{
	bed_open(true);
	m.fault.srst_unseen = true;
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 50 * MS);
	side_stop(&play);
	side_start(&play);
	hda_run(&m, 50 * MS);
	check_heard(&play, 0);
	check_points(&play);
}

HDA_TEST(a_geometry_that_cannot_be_programmed_is_refused)
{
	struct wrt_hw_latency l;
	struct wrt_hw_seg one = { .bus = 0x1000, .len = 8192 }, many[300];
	struct wrt_hw_geom g = {
		.seg = &one, .nseg = 1, .bytes = 7680, .notify = 2, .notify_bytes = 3840,
		.rate = 48000, .format = WRT_FMT_S16, .channels = 2, .frame_bytes = 4,
	}, bad;
	struct wrt_hw_stream *s, *other;
	u32 i;

	bed_model(false, &hda_duplex);
	m.gcap &= ~1u;		/* 32 bits */
	bed_create();
	assert_int_equal(wrt_hda_ops.open(bed.hw, 2, &s), WRT_EINVAL);
	assert_int_equal(wrt_hda_ops.open(bed.hw, 0, &s), 0);
	assert_int_equal(wrt_hda_ops.open(bed.hw, 0, &other), WRT_EBUSY);
#define REFUSED(change, why) \
	do { bad = g; one.bus = 0x1000; one.len = 8192; change; \
	     assert_int_equal(wrt_hda_ops.prepare(s, &bad, &l), why); } while (0)
	REFUSED(bad.rate = 47999, WRT_EINVAL);
	REFUSED(bad.format = WRT_FMT_S24_32, WRT_EINVAL);
	REFUSED(bad.channels = 1, WRT_EINVAL);
	REFUSED(bad.bytes = 128, WRT_EINVAL);
	REFUSED(bad.bytes = 8 << 20, WRT_EINVAL);
	REFUSED(bad.notify = 256, WRT_EINVAL);
	REFUSED(bad.notify_bytes = 3841, WRT_EINVAL);
	REFUSED(bad.frame_bytes = 0, WRT_EINVAL);
	REFUSED(one.bus = 0x1040, WRT_EINVAL);
	REFUSED(one.len = 7552, WRT_EINVAL);
	REFUSED(one.bus = 0xfffff000u, WRT_EINVAL);
	for (i = 0; i < 300; i++) {
		many[i].bus = 0x100000 + i * 0x1000;
		many[i].len = 128;
	}
	REFUSED((bad.seg = many, bad.nseg = 300, bad.bytes = 300 * 128, bad.notify = 0),
		WRT_ENOMEM);
	REFUSED((bad.seg = many, bad.nseg = 256, bad.bytes = 256 * 128, bad.notify = 0),
		WRT_ENOMEM);
	wrt_hda_ops.close(s);
}

HDA_TEST(pieces_that_follow_each_other_are_one)
{
	struct wrt_hw_latency l;
	struct wrt_hw_seg seg[512];
	struct wrt_hw_geom g = {
		.seg = seg, .nseg = 512, .bytes = 65536, .notify = 2, .notify_bytes = 32768,
		.rate = 48000, .format = WRT_FMT_S16, .channels = 2, .frame_bytes = 4,
	};
	struct wrt_hw_stream *s;
	u32 i;

	bed_open(false);
	for (i = 0; i < 512; i++) {
		seg[i].bus = 0x100000 + i * 128;
		seg[i].len = 128;
	}
	assert_int_equal(wrt_hda_ops.open(bed.hw, 0, &s), 0);
	assert_int_equal(wrt_hda_ops.prepare(s, &g, &l), 0);
	assert_int_equal(m.sd[HDA_PLAY].lvi, 1);
	wrt_hda_ops.release(s);
	wrt_hda_ops.close(s);
}

HDA_TEST(a_position_is_whole_frames_and_fails_after_removal)
{
	u64 linear;
	u32 i;

	bed_open(true);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 5 * MS);
	linear = look(&play).linear;
	assert_true(linear > 0);
	for (i = 0; i < HDA_MAPS && m.map[i].bus != (m.dplbase & ~1ull); i++)
		;
	m.map[i].at[8 * HDA_PLAY] += 7;
	assert_int_equal(look(&play).linear, linear + 4);
	m.fault.dead = true;
	hda_sleep(&m, MS);
	assert_int_equal(look(&play).linear, linear + 4);
	m.fault.dead = false;
}

/* ---- sleep ------------------------------------------------------------------------- */

static void sleep_while_running(bool emulated, u32 notify)
{
	u64 seed = notify;
	u32 i;

	bed_open(emulated);
	set_control(0, 0x33, 0x44);
	play_open(notify, 1920 * notify);
	side_start(&play);
	for (i = 0; i < 10; i++) {
		hda_run(&m, tb_random(&seed) % (50 * MS));
		asleep();
		if (i & 1)
			hda_run(&m, 500000 * (i % 3));
		if (i & 2) {
			side_stop(&play);
			side_start(&play);
		}
	}
	hda_run(&m, 73 * MS);
	assert_int_equal(hda_node(&m, 2)->out[0], 0x33);
	assert_int_equal(hda_node(&m, 2)->out[1], 0x44);
	assert_int_equal(hda_node(&m, 3)->pin, 0x40);
	check_heard_but(&play, slack(emulated), emulated ? 0 : 10);
	check_points(&play);
	assert_int_equal(look(&play).stalls, 10);
}

HDA_TEST(after_a_suspend_the_next_sample_is_played)
{
	sleep_while_running(true, 1);
	sleep_while_running(true, 2);
	sleep_while_running(true, 3);
}

static void sleep_of(u32 vendor)
{
	const u8 *buffer;
	u64 heard;
	u32 skipped;

	bed_model(false, &hda_duplex);
	m.vendor = vendor;
	bed_create();
	assert_int_equal(m.tcsel, vendor == 0x8086 ? 0xf8 : 0xfd);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 12345678);
	asleep();
	heard = m.nheard;
	hda_run(&m, 100 * MS);
	buffer = play.buffer.geom.cpu;
	for (skipped = 0; memcmp(m.heard + heard, buffer + (heard + skipped) % 7680, 4); skipped += 4)
		assert_true(skipped < 128);
	check_points(&play);
}

HDA_TEST(real_parts_stay_aligned_over_a_suspend_and_skip_less_than_128_bytes)
{
	sleep_of(0x8086);
	sleep_of(0x1022);
	sleep_while_running(false, 2);
	sleep_while_running(false, 3);
}

static void model_of(u32 vendor, u32 device)
{
	bed_model(false, &hda_duplex);
	m.vendor = vendor;
	m.device = device;
}

static void snoop_of(u32 vendor, u32 device, bool snoops)
{
	model_of(vendor, device);
	m.fault.needs_snoop = snoops;
	m.snoop = 0x51;
	m.next_bus = 0x10000000;	/* some have 32 bits */
	bed_create();
	assert_int_equal(m.snoop, snoops ? 0x52 : 0x51);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 50 * MS);
	check_heard(&play, 256 + 32);
	asleep();
	hda_run(&m, 50 * MS);
	check_heard_but(&play, 256 + 32, 1);
}

/* Set by firmware or another driver before, and lost over a suspend. */
HDA_TEST(dma_of_amd_sees_the_caches_also_after_a_sleep)
{
	snoop_of(0x1022, 0x1487, true);
	snoop_of(0x1022, 0x15e3, true);
	snoop_of(0x1002, 0x4383, true);
	snoop_of(0x1022, 0x9999, false);
	snoop_of(0x8086, 0x8c20, false);
}

static const struct hda_skylake left_by_firmware = {
	.on = true, .gate = 0x40, .no_snoop = 0x800, .ppctl = 1u << 30, .lcap = 7,
	.lctl = 1u << 16 | 1u << 23,
};

static void skylake_open(struct hda_skylake sky)
{
	model_of(0x8086, 0xa170);
	m.sky = sky;
	bed_create();
}

static void left_as_found(u32 vendor, u32 device, bool sleeps)
{
	model_of(vendor, device);
	m.snoop = 0x51;
	m.next_bus = 0x10000000;
	if (device == 0xa170)
		m.sky = left_by_firmware;
	if (sleeps) {
		bed_create();
		asleep();
		bed_close();
	} else {
		m.fault.no_codec = true;
		refuse(WRT_EIO, "no codec answers", SECOND);
	}
	assert_int_equal(m.tcsel, 0xfd);
	if (vendor != 0x8086)
		assert_int_equal(m.snoop & 7, 1);
	assert_int_equal(m.sky.no_snoop, device == 0xa170 ? 0x800 : 0);
	assert_int_equal(m.sky.gate, device == 0xa170 ? 0x40 : 0);
}

/* Also if there is no card in the end, and if a suspend has lost them. */
HDA_TEST(the_next_driver_gets_the_pci_configuration_as_it_was)
{
	static const u32 ids[][2] = {
		{ 0x8086, 0x8c20 }, { 0x8086, 0xa170 }, { 0x1022, 0x1487 }, { 0x1002, 0x4383 },
	};
	size_t i;

	for (i = 0; i < COUNT(ids); i++) {
		left_as_found(ids[i][0], ids[i][1], false);
		left_as_found(ids[i][0], ids[i][1], true);
	}
}

/* Firmware, or the driver of the DSP, may have left all of it so; again after a sleep. */
HDA_TEST(since_skylake_engines_are_coupled_and_the_link_is_fast)
{
	skylake_open(left_by_firmware);
	assert_int_equal(m.sky.gate, 0x40);
	assert_int_equal(m.sky.lctl & 15, 2);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 100 * MS);
	assert_true(m.nheard > 18000);
	check_heard(&play, slack(false));
	wrt_device_suspend(&bed.dev);
	m.crst = 0;
	m.sky = left_by_firmware;
	memset(m.sd, 0, sizeof(m.sd));
	assert_int_equal(wrt_device_resume(&bed.dev), 0);
	hda_run(&m, 100 * MS);
	assert_true(m.nheard > 36000);
	check_heard_but(&play, slack(false), 1);
}

HDA_TEST(a_link_without_24_mhz_gets_12_and_one_that_is_set_stays)
{
	struct hda_skylake sky = left_by_firmware;

	sky.lcap = 3;
	skylake_open(sky);
	assert_int_equal(m.sky.lctl & 15, 1);
	sky.lctl |= 1;
	sky.lcap = 7;
	skylake_open(sky);
	assert_int_equal(m.sky.lctl & 15, 1);
}

/* More engines than tags; the first output engine is the 16th. */
HDA_TEST(fifteen_inputs_leave_a_tag_for_playback)
{
	bed_model(false, &hda_duplex);
	m.gcap = 0xff01;
	bed_create();
	assert_int_equal(bed.dev.nstreams, 2);
	play_open(2, 7680);
	side_open(&capt, WRT_CAPTURE, 48000, WRT_FMT_S16, 7680, 2);
	side_start(&play);
	side_start(&capt);
	hda_run(&m, 100 * MS);
	assert_true(m.sd[15].ctl & 2);
	check_heard(&play, slack(false));
	check_recorded(&capt);
	side_stop(&play);
	side_stop(&capt);
	check_points(&play);
	check_points(&capt);
}

HDA_TEST(addresses_have_the_bits_that_the_controller_can_use)
{
	static const struct { u32 vendor, device, gcap, bits; } cases[] = {
		{ 0x8086, 0x8c20, 0x4401, 64 }, { 0x8086, 0x8c20, 0x4400, 32 },
		{ 0x1022, 0x1487, 0x4401, 40 }, { 0x1022, 0x9999, 0x4401, 40 },
		{ 0x1022, 0x1487, 0x4400, 32 }, { 0x1002, 0x4383, 0x4401, 32 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		model_of(cases[i].vendor, cases[i].device);
		m.gcap = cases[i].gcap;
		m.crst = 1;
		assert_int_equal(wrt_hda_dma_bits(&hda_bus, &m), cases[i].bits);
		bed_create();
		assert_int_equal(bed.dev.streams[0].caps.dma_bits, cases[i].bits);
	}
}

HDA_TEST(hypervisors_are_recognised_and_passed_through_controllers_are_not)
{
	static const struct { struct wrt_pci_ids ids; int bare, guest; } cases[] = {
		{ { 0x8086, 0x2668, 0x1af4, 0x1100 }, 1, 1 },	/* QEMU */
		{ { 0x15ad, 0x1977, 0x15ad, 0x1977 }, 1, 1 },	/* VMware */
		{ { 0x8086, 0x293e, 0x1ab8, 0x0400 }, 1, 1 },	/* Parallels */
		{ { 0x8086, 0x2415, 0x1028, 0x0177 }, 0, 1 },	/* VirtualBox, or a Dell */
		{ { 0x8086, 0x2668, 0x0000, 0x0000 }, 0, 1 },	/* VirtualBox */
		{ { 0x8086, 0x27d8, 0x8086, 0x27d8 }, 0, 1 },	/* bhyve */
		{ { 0x8086, 0xa170, 0x1043, 0x8698 }, 0, 0 },	/* a board's */
		{ { 0x1022, 0x1487, 0x1462, 0xcc34 }, 0, 0 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(wrt_ids_emulated(&cases[i].ids, 0), cases[i].bare);
		assert_int_equal(wrt_ids_emulated(&cases[i].ids, 1), cases[i].guest);
	}
}

HDA_TEST(class_0401_is_hd_audio_only_with_the_ids_of_intels_dsps)
{
	assert_true(wrt_hda_is_controller(0x0403, 0x8086, 0x2668));
	assert_true(wrt_hda_is_controller(0x0403, 0x1234, 0x5678));
	assert_true(wrt_hda_is_controller(0x0401, 0x8086, 0x9d70));
	assert_true(wrt_hda_is_controller(0x0401, 0x8086, 0x51c8));
	assert_false(wrt_hda_is_controller(0x0401, 0x8086, 0x2415));
	assert_false(wrt_hda_is_controller(0x0401, 0x1022, 0x9d70));
	assert_false(wrt_hda_is_controller(0x0480, 0x8086, 0x9d70));
	assert_true(wrt_hda_machine(0x10de, 0x0e0f) & WRT_HDA_REFUSED);
	assert_true(wrt_hda_machine(0x1002, 0xaa00) & WRT_HDA_REFUSED);
	assert_false(wrt_hda_machine(0x1002, 0x4383) & WRT_HDA_REFUSED);
}

HDA_TEST(release_and_errors_during_a_suspend_access_no_register)
{
	bed_open(true);
	play_open(2, 7680);
	side_start(&play);
	hda_run(&m, 10 * MS);
	wrt_device_suspend(&bed.dev);
	m.off = true;
	wrt_stream_release(play.s, &play.client.client);
	assert_int_equal(side_configure(&play), WRT_EIO);
	m.off = false;
	m.fault.no_codec = true;
	assert_int_equal(wrt_device_resume(&bed.dev), WRT_EIO);
	m.fault.no_codec = false;
	assert_int_equal(wrt_device_resume(&bed.dev), 0);
	assert_int_equal(side_configure(&play), 0);
}

/* ---- registers for clients ------------------------------------------------------- */

static u32 mapped(const struct wrt_hw_register *r)
{
	return hda_bus.read(&m, 0, (u32)(r->bus - m.bar) + r->offset, 4);
}

HDA_TEST(the_mapped_position_register_is_the_position)
{
	struct wrt_hw_register r;
	u32 i;

	bed_open(true);
	play_open(2, 7680);
	assert_int_equal(wrt_stream_get_register(play.s, &play.client.client,
						 WRT_HW_POSITION_REGISTER, &r), 0);
	assert_int_equal(r.bus, 0xfebf0000u + 0x2000);
	assert_int_equal(r.bytes, 4096);
	assert_int_equal(r.offset, 0x84 + 0x20 * HDA_PLAY);
	assert_int_equal(r.width, 32);
	for (i = 0; i < 20; i++) {
		side_start(&play);
		hda_run(&m, 7777777);
		assert_int_equal((mapped(&r) + look(&play).register_base) % 7680,
				 look(&play).offset);
		side_stop(&play);
	}
	assert_true(look(&play).register_base != 0);
}

HDA_TEST(the_mapped_clock_ticks_at_24_mhz)
{
	struct wrt_hw_register r;
	u32 before;

	bed_open(false);
	side_open(&capt, WRT_CAPTURE, 48000, WRT_FMT_S16, 7680, 2);
	assert_int_equal(wrt_stream_get_register(capt.s, &capt.client.client,
						 WRT_HW_CLOCK_REGISTER, &r), 0);
	assert_int_equal(r.offset, 0x30);
	before = mapped(&r);
	hda_sleep(&m, 100 * MS);
	assert_int_equal((mapped(&r) - before) * 10, r.numerator / r.denominator);
}

static void no_register(u64 bar, u32 bytes, bool alias)
{
	struct wrt_hw_register r;

	bed_model(false, &hda_duplex);
	m.bar = bar;
	m.bar_bytes = bytes;
	m.fault.no_alias = !alias;
	bed_create();
	play_open(2, 7680);
	assert_int_equal(wrt_stream_get_register(play.s, &play.client.client,
						 WRT_HW_POSITION_REGISTER, &r), WRT_ERANGE);
}

HDA_TEST(without_a_page_of_copies_no_register_is_mapped)
{
	no_register(0xfebf0000u, 0x2000, true);
	no_register(0xfebf0800u, 0x4000, true);
	no_register(0xfebf0000u, 0x4000, false);
}

HDA_TEST(traffic_class_0_is_selected_on_intels)
{
	bed_open(true);
	assert_int_equal(m.tcsel, 0xf8);
}

HDA_TEST(engines_that_firmware_started_are_stopped_before_the_reset)
{
	bed_model(false, &hda_duplex);
	m.command = 2;			/* its DMA is not modelled */
	m.sd[HDA_PLAY].ctl = 2;
	m.corbctl = 2;
	m.rirbctl = 2;
	bed_create();
	assert_int_equal(m.sd[HDA_PLAY].ctl, 0);
}

int main(void)
{
	return tb_run("hda");
}
