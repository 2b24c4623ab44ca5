// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_ich_setup.c - kernel/hw/ich/ without the core, against a register model: set-up and its
 * errors, capabilities, rates, volumes, buffers that are possible and that are not.
 */
#include "testbed.h"
#include "model_ich.h"
#include "hw/ich/engine.h"

#define SECOND	1000000000ull

static struct model_ich m;
static struct wrt_hw_dev *hw;
static bool open;

/* Closes what is open. Called by the next set-up and at the end of a test. */
static void close_model(void)
{
	if (hw)
		wrt_ich_destroy(hw);
	hw = NULL;
	if (open)
		model_ich_fini(&m);
	open = false;
}

static bool eapd;	/* of the next create() */

static void init_model(const struct model_behaviour *is)
{
	close_model();
	model_ich_init(&m, is);
	open = true;
}

static int create(void)
{
	const struct wrt_ich_config cfg = { .emulated = m.is.run_skips, .eapd = eapd };

	return wrt_ich_create(&model_ich_bus, &m, &cfg, &hw);
}

static void open_model(const struct model_behaviour *is)
{
	init_model(is);
	assert_int_equal(create(), 0);
	assert_int_equal(m.errors + m.warnings, 0);
}

static int end_of_test(void **state)
{
	close_model();
	return 0;
}

#define ICH_TEST(name)	TB_TEST(name, void *unused, NULL, end_of_test)

/* Runs twice: *is is the behaviour of the model, QEMU's or that of the real part. */
#define BOTH_TEST(name)								\
	static void name(const struct model_behaviour *is);			\
	TB_TEST_LIKE(name, _like_qemu, NULL, end_of_test, &model_qemu)		\
	TB_TEST_LIKE(name, _like_the_real_part, NULL, end_of_test, &model_real)	\
	static void name(const struct model_behaviour *is)

/* ---- bring-up -------------------------------------------------------------------------- */

struct trouble {
	struct model_faults fault;
	int error;
	const char *said;
};

static void assert_fails_cleanly(const struct model_behaviour *is, const struct trouble *t)
{
	init_model(is);
	m.fault = t->fault;
	assert_int_equal(create(), t->error);
	assert_null(hw);
	assert_int_equal(m.allocated, 0);
	assert_true(m.now - TB_EPOCH < 2 * SECOND);
	if (t->said) {
		assert_int_equal(m.errors, 1);
		assert_non_null(strstr(m.said, t->said));
	}
}

BOTH_TEST(a_failed_bring_up_ends_in_two_seconds_and_logs_the_reason)
{
	static const struct trouble troubles[] = {
		{ { .dead = true }, WRT_EIO, "its registers read all ones" },
		{ { .never_ready = true }, WRT_EIO, "no codec is ready" },
		{ { .no_codec = true }, WRT_EIO, "codec: no answer" },
		{ { .read_timeout = 0x7c }, WRT_EIO, "codec: no answer" },
		{ { .never_powered = true }, WRT_EIO, "converters not ready" },
		{ { .read_timeout = 0x26 }, WRT_EIO, "converters not ready" },
		{ { .stop_hangs = true }, WRT_EIO, "does not stop" },
		{ { .reset_hangs = true }, WRT_EIO, "does not stop" },
		{ { .no_memory = true }, WRT_ENOMEM, NULL },
	};
	size_t j;

	for (j = 0; j < COUNT(troubles); j++)
		assert_fails_cleanly(is, &troubles[j]);
}

BOTH_TEST(a_stuck_semaphore_costs_a_millisecond_each_and_a_warning)
{
	u64 ns;

	init_model(is);
	m.fault.semaphore_stuck = true;
	assert_int_equal(create(), 0);
	assert_non_null(strstr(m.said, "semaphore is stuck"));
	assert_in_range(m.warnings, 1, 8);
	assert_int_equal(m.errors, 0);
	assert_int_equal(m.codec[0x02 / 2], 0);
	ns = m.now;
	assert_int_equal(wrt_ich_control_set(hw, 1, (const u32[2]) { 0, 0 }), 0);
	assert_int_equal(m.now - ns, 1000000);
	assert_int_equal(m.codec[0x02 / 2], 0x8000);
}

BOTH_TEST(bring_up_leaves_engines_stopped_and_the_link_on)
{
	u32 j;

	open_model(is);
	assert_int_equal(m.glob_cnt & 0x70000a, 2);
	assert_int_equal(m.codec[0x1a / 2], 0x0404);
	assert_int_equal(m.codec[0x2a / 2] & 1, 1);
	for (j = 0; j < 3; j++)
		assert_int_equal(m.engine[j].cr, 0);
}

BOTH_TEST(engines_that_firmware_started_are_stopped_before_the_link_reset)
{
	u32 j;

	for (j = 0; j < 3; j++) {
		init_model(is);
		m.engine[j].cr = 1;
		assert_int_equal(create(), 0);
		assert_int_equal(m.engine[j].cr, 0);
	}
}

BOTH_TEST(caps_are_those_of_the_part)
{
	static const u32 rates[] = { 8000, 11025, 16000, 22050, 32000, 44100, 48000 };
	struct wrt_hw_caps c;
	u32 slot;

	open_model(is);
	for (slot = 0; slot < 2; slot++) {
		assert_int_equal(wrt_ich_ops.caps(hw, slot, &c), 0);
		assert_int_equal(c.dir, slot ? WRT_CAPTURE : WRT_PLAYBACK);
		assert_int_equal(c.flags, WRT_HW_SG | WRT_HW_KEEPALIVE |
				 (is == &model_qemu ? WRT_HW_EMULATED : 0));
		assert_int_equal(c.nrates, COUNT(rates));
		assert_memory_equal(c.rates, rates, sizeof(rates));
		assert_int_equal(c.formats, WRT_FMT_S16);
		assert_int_equal(c.notify_max, 31);
		assert_int_equal(c.buffer_max, 1 << 20);
		assert_int_equal(c.dma_bits, 32);
	}
	assert_true(wrt_ich_ops.caps(hw, 2, &c) < 0);
}

/* ---- rates ------------------------------------------------------------------------------- */

struct buffer {
	struct wrt_hw_seg seg[40];
	struct wrt_hw_geom geom;
};

static void buffer_make(struct buffer *b, u32 rate, u32 bytes, u32 notify)
{
	memset(b, 0, sizeof(*b));
	b->seg[0].bus = 0x20000000;
	b->seg[0].len = bytes;
	b->geom = (struct wrt_hw_geom) {
		.seg = b->seg, .nseg = 1, .bytes = bytes, .notify = notify,
		.notify_bytes = notify ? bytes / notify : 0, .rate = rate,
		.format = WRT_FMT_S16, .channels = 2, .frame_bytes = 4,
	};
}

static int prepare(u32 slot, const struct buffer *b)
{
	struct wrt_hw_latency latency;
	struct wrt_hw_stream *s;
	int err;

	assert_int_equal(wrt_ich_ops.open(hw, slot, &s), 0);
	assert_int_equal(wrt_ich_ops.open(hw, slot, &s), WRT_EBUSY);
	err = wrt_ich_ops.prepare(s, &b->geom, &latency);
	if (!err)
		wrt_ich_ops.release(s);
	wrt_ich_ops.close(s);
	return err;
}

BOTH_TEST(each_rate_reaches_the_converter_of_its_direction)
{
	struct buffer b;

	open_model(is);
	buffer_make(&b, 44100, 4096, 2);
	assert_int_equal(prepare(0, &b), 0);
	assert_int_equal(m.codec[0x2c / 2], 44100);
	assert_int_equal(m.codec[0x32 / 2], 48000);
	buffer_make(&b, 11025, 4096, 2);
	assert_int_equal(prepare(1, &b), 0);
	assert_int_equal(m.codec[0x2c / 2], 44100);
	assert_int_equal(m.codec[0x32 / 2], 11025);
}

BOTH_TEST(if_the_codec_sets_another_rate_prepare_fails)
{
	struct buffer b;

	open_model(is);
	m.fault.rate_sticks = true;
	buffer_make(&b, 44100, 4096, 2);
	assert_int_equal(prepare(0, &b), WRT_ERANGE);
	assert_non_null(strstr(m.said, "48000 Hz when set to 44100"));
	buffer_make(&b, 48000, 4096, 2);
	assert_int_equal(prepare(0, &b), 0);
	m.fault.read_timeout = 0x2c;
	assert_int_equal(prepare(0, &b), WRT_EIO);
	assert_int_equal(m.glob_sta & 0x8000, 0);
}

BOTH_TEST(without_variable_rates_there_is_48000_only)
{
	struct wrt_hw_caps c;
	struct buffer b;

	init_model(is);
	m.fault.no_vra = true;
	assert_int_equal(create(), 0);
	assert_int_equal(wrt_ich_ops.caps(hw, 0, &c), 0);
	assert_int_equal(c.nrates, 1);
	assert_int_equal(c.rates[0], 48000);
	assert_int_equal(c.rate_min, 48000);
	buffer_make(&b, 44100, 4096, 2);
	assert_int_equal(prepare(0, &b), WRT_ERANGE);
	buffer_make(&b, 48000, 4096, 2);
	assert_int_equal(prepare(0, &b), 0);
}

/* ---- controls ------------------------------------------------------------------------------ */

static void assert_control(u32 index, const char *name, u32 dir, u32 max,
			   s32 min_cdb, s32 step_cdb)
{
	struct wrt_hw_control c;

	assert_int_equal(wrt_ich_ops.control(hw, index, &c), 0);
	assert_string_equal(c.name, name);
	assert_int_equal(c.dir, dir);
	assert_int_equal(c.is_switch, index % 2);
	assert_int_equal(c.channels, index % 2 ? 1 : 2);
	assert_int_equal(c.max, index % 2 ? 1 : max);
	assert_int_equal(c.min_cdb, min_cdb);
	assert_int_equal(c.step_cdb, step_cdb);
}

static void assert_value(u32 index, u32 left, u32 right)
{
	u32 value[2];

	assert_int_equal(wrt_ich_ops.control_get(hw, index, value), 0);
	assert_int_equal(value[0], left);
	assert_int_equal(value[1], right);
}

ICH_TEST(master_pcm_and_capture_start_audible_at_0_db)
{
	struct wrt_hw_control c;

	open_model(&model_real);
	assert_control(0, "Master", WRT_PLAYBACK, 31, -4650, 150);
	assert_control(1, "Master", WRT_PLAYBACK, 1, 0, 0);
	assert_control(2, "PCM", WRT_PLAYBACK, 31, -3450, 150);
	assert_control(3, "PCM", WRT_PLAYBACK, 1, 0, 0);
	assert_control(4, "Capture", WRT_CAPTURE, 15, 0, 150);
	assert_control(5, "Capture", WRT_CAPTURE, 1, 0, 0);
	assert_true(wrt_ich_ops.control(hw, 6, &c) < 0);
	assert_value(0, 31, 31);	/* -46.5 + 31 * 1.5 = 0 */
	assert_value(1, 1, 1);
	assert_value(2, 23, 23);	/* -34.5 + 23 * 1.5 = 0 */
	assert_value(4, 0, 0);
	assert_int_equal(m.codec[0x02 / 2], 0x0000);
	assert_int_equal(m.codec[0x18 / 2], 0x0808);
	assert_int_equal(m.codec[0x1c / 2], 0x0000);
}

ICH_TEST(on_qemu_they_start_where_samples_are_not_changed)
{
	open_model(&model_qemu);
	assert_control(2, "PCM", WRT_PLAYBACK, 31, 0, 0);
	assert_value(0, 31, 31);
	assert_value(2, 31, 31);
	assert_value(4, 15, 15);
	assert_int_equal(m.codec[0x02 / 2], 0x0000);
	assert_int_equal(m.codec[0x18 / 2], 0x0000);
	assert_int_equal(m.codec[0x1c / 2], 0x0f0f);
}

static int set(u32 index, u32 left, u32 right)
{
	const u32 value[2] = { left, right };

	return wrt_ich_ops.control_set(hw, index, value);
}

BOTH_TEST(controls_change_only_their_own_bits)
{
	open_model(is);
	assert_int_equal(set(0, 30, 0), 0);
	assert_int_equal(m.codec[0x02 / 2], 0x011f);
	assert_int_equal(set(1, 0, 0), 0);
	assert_int_equal(m.codec[0x02 / 2], 0x811f);
	assert_value(0, 30, 0);
	assert_value(1, 0, 0);
	assert_int_equal(set(0, 31, 29), 0);
	assert_int_equal(m.codec[0x02 / 2], 0x8002);
	assert_int_equal(set(1, 1, 1), 0);
	assert_int_equal(m.codec[0x02 / 2], 0x0002);
	assert_int_equal(set(2, 0, 31), 0);
	assert_int_equal(m.codec[0x18 / 2], 0x1f00);
	assert_int_equal(set(4, 1, 15), 0);
	assert_int_equal(m.codec[0x1c / 2], 0x010f);
	assert_value(4, 1, 15);
}

ICH_TEST(a_value_beyond_its_range_changes_nothing)
{
	static const u32 beyond[] = { 32, 2, 32, 2, 16, 2 };
	u32 before[2], i;
	u16 codec[64];

	open_model(&model_real);
	memcpy(codec, m.codec, sizeof(codec));
	for (i = 0; i < COUNT(beyond); i++) {
		assert_int_equal(wrt_ich_ops.control_get(hw, i, before), 0);
		assert_int_equal(set(i, beyond[i], 0), WRT_EINVAL);
		assert_int_equal(set(i, ~0u, ~0u), WRT_EINVAL);
		if (i % 2 == 0)
			assert_int_equal(set(i, 0, beyond[i]), WRT_EINVAL);
		assert_value(i, before[0], before[1]);
	}
	assert_int_equal(set(6, 0, 0), WRT_ERANGE);
	assert_int_equal(wrt_ich_ops.control_get(hw, 6, before), WRT_ERANGE);
	assert_memory_equal(codec, m.codec, sizeof(codec));
}

/* ---- buffers -------------------------------------------------------------------------------- */

ICH_TEST(buffers_that_the_engine_cannot_use_are_refused)
{
	struct buffer b;

	open_model(&model_real);
#define REFUSES(error, change)						\
	do {								\
		buffer_make(&b, 48000, 4096, 2);			\
		change;							\
		assert_int_equal(prepare(0, &b), error);		\
	} while (0)
	REFUSES(0, (void)0);
	REFUSES(WRT_EINVAL, b.geom.format = WRT_FMT_S32);
	REFUSES(WRT_EINVAL, b.geom.channels = 1);
	REFUSES(WRT_EINVAL, b.geom.bytes = 4098);
	REFUSES(WRT_EINVAL, b.geom.notify = 3);
	REFUSES(WRT_EINVAL, b.geom.notify_bytes = 0);
	REFUSES(WRT_EINVAL, b.geom.notify = 0);
	REFUSES(WRT_EINVAL, b.seg[0].bus = 0x20000002);
	REFUSES(WRT_EINVAL, b.seg[0].bus = 0xfffff004);
	REFUSES(0, b.seg[0].bus = 0xfffff000);
	REFUSES(WRT_EINVAL, b.seg[0].bus = 0x100000000ull);
	REFUSES(WRT_EINVAL, b.seg[0].bus = ~3ull);
	REFUSES(WRT_EINVAL, b.seg[0].len = 4092);
	REFUSES(0, b.seg[0].len = 8192);
	REFUSES(WRT_EINVAL, b.geom.nseg = 0);
}

/* Pages of 128 bytes, every second page of the address space, or one after the other. */
static int prepare_pages(u32 pages, u32 apart)
{
	struct buffer b;
	u32 i;

	buffer_make(&b, 48000, 128 * pages, 1);
	for (i = 0; i < pages; i++) {
		b.seg[i].bus = 0x20000000 + apart * i;
		b.seg[i].len = 128;
	}
	b.geom.nseg = pages;
	return prepare(0, &b);
}

ICH_TEST(segments_fit_while_a_descriptor_is_left_for_a_pause)
{
	open_model(&model_real);
	assert_int_equal(prepare_pages(31, 256), 0);
	assert_int_equal(prepare_pages(32, 256), WRT_ENOMEM);
	assert_int_equal(prepare_pages(40, 256), WRT_ENOMEM);
	assert_int_equal(prepare_pages(40, 128), 0);
}

ICH_TEST(a_buffer_in_pieces_is_played_in_order)
{
	static u32 memory[3][100];
	u32 i, page, order[3] = { 1, 2, 0 };
	struct wrt_hw_latency latency;
	struct wrt_hw_stream *s;
	struct wrt_hw_pos at = { 0 };
	struct buffer b;
	u64 ns;

	open_model(&model_real);
	buffer_make(&b, 48000, 1200, 2);
	b.geom.nseg = 3;
	for (i = 0; i < 300; i++)
		memory[order[i / 100]][i % 100] = i;
	for (page = 0; page < 3; page++) {
		u32 bus = model_ich_map(&m, memory[page], 400);

		for (i = 0; i < 3; i++)
			if (order[i] == page)
				b.seg[i] = (struct wrt_hw_seg) { bus, 400 };
	}
	assert_int_equal(wrt_ich_ops.open(hw, 0, &s), 0);
	assert_int_equal(wrt_ich_ops.prepare(s, &b.geom, &latency), 0);
	for (i = 0; i < 20; i++) {
		assert_int_equal(wrt_ich_ops.start(s, at.dma, &ns, &ns), 0);
		assert_int_equal(ns, m.now);
		model_ich_run(&m, 3456789);
		assert_int_equal(wrt_ich_ops.stop(s, &at), 0);
	}
	assert_true(m.engine[1].frames > 3000);
	for (i = 0; i < m.engine[1].frames; i++)
		assert_int_equal(m.heard[i], i % 300);
	assert_int_equal(wrt_ich_ops.start(s, 1200, &ns, &ns), WRT_EINVAL);
	assert_int_equal(wrt_ich_ops.start(s, 2, &ns, &ns), WRT_EINVAL);
	wrt_ich_ops.release(s);
	wrt_ich_ops.close(s);
}

BOTH_TEST(an_engine_that_still_runs_is_ended_before_its_list_is_freed)
{
	static u32 memory[256];
	struct wrt_hw_latency latency;
	struct wrt_hw_stream *s;
	struct buffer b;
	u64 ns;

	open_model(is);
	buffer_make(&b, 48000, sizeof(memory), 2);
	b.seg[0].bus = model_ich_map(&m, memory, sizeof(memory));
	assert_int_equal(wrt_ich_ops.open(hw, 0, &s), 0);
	assert_int_equal(wrt_ich_ops.prepare(s, &b.geom, &latency), 0);
	assert_int_equal(wrt_ich_ops.start(s, 0, &ns, &ns), 0);
	model_ich_run(&m, 3000000);
	close_model();
	assert_int_equal(m.engine[1].cr & 1, 0);
}

/* A stream that runs, in memory that must not be written to once it is unmapped. */
static struct wrt_hw_stream *run_stream(u32 *memory, u32 bytes)
{
	struct wrt_hw_latency latency;
	struct wrt_hw_stream *s;
	struct buffer b;
	u64 ns;

	buffer_make(&b, 48000, bytes, 2);
	b.seg[0].bus = model_ich_map(&m, memory, bytes);
	assert_int_equal(wrt_ich_ops.open(hw, 0, &s), 0);
	assert_int_equal(wrt_ich_ops.prepare(s, &b.geom, &latency), 0);
	assert_int_equal(wrt_ich_ops.start(s, 0, &ns, &ns), 0);
	model_ich_run(&m, 3000000);
	assert_true(m.engine[1].frames > 0);
	return s;
}

BOTH_TEST(an_engine_that_cannot_be_stopped_loses_bus_mastering)
{
	static u32 memory[256];
	struct wrt_hw_stream *s;
	struct wrt_hw_pos at;

	open_model(is);
	s = run_stream(memory, sizeof(memory));
	m.fault.dma_goes_on = true;
	assert_int_equal(wrt_ich_ops.stop(s, &at), WRT_EIO);
	assert_int_equal(m.command, 7);
	wrt_ich_ops.release(s);
	assert_int_equal(m.command, 3);
	assert_int_equal(m.errors, 1);
	assert_non_null(strstr(m.said, "bus mastering is turned off"));
	model_ich_unmap(&m, memory);
	wrt_ich_ops.close(s);
	assert_int_equal(wrt_ich_ops.open(hw, 0, &s), WRT_EIO);
	assert_int_equal(wrt_ich_ops.open(hw, 1, &s), WRT_EIO);
}

BOTH_TEST(an_engine_that_runs_at_destroy_loses_bus_mastering)
{
	static u32 memory[256];

	open_model(is);
	run_stream(memory, sizeof(memory));
	m.fault.dma_goes_on = true;
	wrt_ich_destroy(hw);
	hw = NULL;
	assert_int_equal(m.command, 3);
}

static struct wrt_hw_stream *stopped_stream(void)
{
	static u32 memory[256];
	struct wrt_hw_stream *s = run_stream(memory, sizeof(memory));
	struct wrt_hw_pos at;

	assert_int_equal(wrt_ich_ops.stop(s, &at), 0);
	return s;
}

static void released_with(bool *fault, u32 command)
{
	struct wrt_hw_stream *s;

	open_model(&model_real);
	s = stopped_stream();
	*fault = true;
	wrt_ich_ops.release(s);
	assert_int_equal(m.command, command);
	*fault = false;
}

ICH_TEST(an_engine_that_does_not_reset_loses_bus_mastering)
{
	released_with(&m.fault.reset_hangs, 3);
}

ICH_TEST(an_engine_of_a_removed_device_is_released_without_a_message)
{
	released_with(&m.fault.dead, 7);
	assert_int_equal(m.errors, 0);
}

/* The model fails the test if the other registers are accessed. */
ICH_TEST(registers_in_memory_are_used_where_there_are_some)
{
	struct model_behaviour is = model_real;
	struct wrt_hw_stream *s;

	is.memory_bars = true;
	open_model(&is);
	assert_int_equal(set(0, 30, 0), 0);
	assert_int_equal(m.codec[0x02 / 2], 0x011f);
	s = stopped_stream();
	wrt_ich_ops.release(s);
	wrt_ich_ops.close(s);
}

/* Boards on which the second output is the only one that is wired. */
BOTH_TEST(the_true_line_output_is_on)
{
	static u32 memory[256];
	struct wrt_hw_stream *s;
	struct wrt_hw_pos at;

	memset(memory, 0x11, sizeof(memory));
	init_model(is);
	m.fault.true_line_only = true;
	assert_int_equal(create(), 0);
	assert_int_equal(m.codec[0x06 / 2], 0);
	s = run_stream(memory, sizeof(memory));
	assert_int_equal(m.heard[0], 0x11111111);
	assert_int_equal(wrt_ich_ops.stop(s, &at), 0);
	wrt_ich_ops.release(s);
	wrt_ich_ops.close(s);
}

BOTH_TEST(eapd_is_0_or_what_the_user_says_also_after_a_sleep)
{
	for (eapd = false;; eapd = true) {
		open_model(is);
		assert_int_equal(m.codec[0x26 / 2] & 0x8000, eapd ? 0x8000 : 0);
		model_ich_power_loss(&m);
		assert_int_equal(wrt_ich_ops.resume(hw), 0);
		assert_int_equal(m.codec[0x26 / 2] & 0x8000, eapd ? 0x8000 : 0);
		if (eapd)
			break;
	}
	eapd = false;
}

/* Any of three lines; ICH4 and later capture from the line they are told. */
ICH_TEST(a_codec_on_any_line_is_ready_and_recorded)
{
	static u32 memory[256];
	struct model_behaviour is = model_real;
	struct wrt_hw_latency latency;
	struct wrt_hw_stream *s;
	struct wrt_hw_pos at;
	struct buffer b;
	u32 line, i;
	u64 ns;

	is.memory_bars = true;
	for (line = 0; line < 3; line++) {
		init_model(&is);
		m.fault.line = line;
		assert_int_equal(create(), 0);
		buffer_make(&b, 48000, sizeof(memory), 2);
		b.seg[0].bus = model_ich_map(&m, memory, sizeof(memory));
		assert_int_equal(wrt_ich_ops.open(hw, 1, &s), 0);
		assert_int_equal(wrt_ich_ops.prepare(s, &b.geom, &latency), 0);
		assert_int_equal(wrt_ich_ops.start(s, 0, &ns, &ns), 0);
		model_ich_run(&m, 3000000);
		assert_int_equal(wrt_ich_ops.stop(s, &at), 0);
		for (i = 0; i < at.dma / 4; i++)
			assert_int_equal(memory[i], i);
		assert_true(i > 100);
		wrt_ich_ops.release(s);
		wrt_ich_ops.close(s);
	}
}

/* As caps, so that a client never gets as far as preparing one. */
ICH_TEST(rates_that_the_codec_does_not_have_are_not_offered)
{
	static const u32 some[] = { 8000, 16000, 32000, 48000 };
	struct wrt_hw_caps c;
	struct buffer b;

	init_model(&model_real);
	m.fault.rate_step = 8000;
	assert_int_equal(create(), 0);
	assert_int_equal(wrt_ich_ops.caps(hw, 1, &c), 0);
	assert_int_equal(c.nrates, COUNT(some));
	assert_memory_equal(c.rates, some, sizeof(some));
	buffer_make(&b, 32000, 4096, 2);
	assert_int_equal(prepare(1, &b), 0);
	init_model(&model_real);
	m.fault.rate_sticks = true;
	assert_int_equal(create(), 0);
	assert_int_equal(wrt_ich_ops.caps(hw, 0, &c), 0);
	assert_int_equal(c.nrates, 1);
	assert_int_equal(c.rate_min, 48000);
}

int main(void)
{
	return tb_run("ich setup");
}
