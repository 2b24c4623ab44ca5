// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_geometry.c - kernel/core/geometry.c: sizes, counts and formats: values that are accepted
 * unchanged, rounded (only up) and refused.
 */
#include "testbed.h"

static const u32 rate_list[] = { 8000, 44100, 48000, 192000 };

/* A device without constraints. */
static const struct wrt_hw_caps plain = {
	.formats = WRT_FMT_ALL, .channels_min = 1, .channels_max = 8,
	.rate_min = 8000, .rate_max = 192000,
	.buffer_min = 1, .buffer_max = 1 << 20, .notify_max = 1 << 20,
	.notify_min = 1, .notify_step = 1,
};

/* Like an HDA controller: points at multiples of 128 bytes, a few rates, few points. */
static const struct wrt_hw_caps strict = {
	.formats = WRT_FMT_S16 | WRT_FMT_S32, .channels_min = 2, .channels_max = 2,
	.rate_min = 8000, .rate_max = 192000, .rates = rate_list, .nrates = COUNT(rate_list),
	.buffer_min = 1024, .buffer_max = 65536, .notify_max = 32,
	.notify_min = 512, .notify_step = 128,
};

static int make(const struct wrt_hw_caps *c, u32 bytes, u32 notify, u32 rate, u32 format,
		u32 channels, struct wrt_hw_geom *g)
{
	struct wrt_request r = {
		.bytes = bytes, .notify = notify, .rate = rate,
		.format = format, .channels = channels,
	};

	return wrt_geometry_make(c, &r, g);
}

/* 48 kHz, S16, stereo: 4 bytes a frame. */
static u32 stereo_bytes(const struct wrt_hw_caps *c, u32 bytes, u32 notify)
{
	struct wrt_hw_geom g;

	assert_int_equal(make(c, bytes, notify, 48000, WRT_FMT_S16, 2, &g), 0);
	assert_int_equal(g.notify, notify);
	if (notify)
		assert_int_equal((u64)g.notify_bytes * notify, g.bytes);
	else
		assert_int_equal(g.notify_bytes, 0);
	assert_int_equal(g.bytes % 4, 0);
	return g.bytes;
}

static int stereo_error(const struct wrt_hw_caps *c, u32 bytes, u32 notify)
{
	struct wrt_hw_geom g;

	return make(c, bytes, notify, 48000, WRT_FMT_S16, 2, &g);
}

/* ---- formats ---------------------------------------------------------------------- */

UNIT_TEST(every_format_has_its_size)
{
	assert_int_equal(wrt_format_bytes(WRT_FMT_U8), 1);
	assert_int_equal(wrt_format_bytes(WRT_FMT_S16), 2);
	assert_int_equal(wrt_format_bytes(WRT_FMT_S24_3), 3);
	assert_int_equal(wrt_format_bytes(WRT_FMT_S20_32), 4);
	assert_int_equal(wrt_format_bytes(WRT_FMT_S24_32), 4);
	assert_int_equal(wrt_format_bytes(WRT_FMT_S32), 4);
	assert_int_equal(wrt_format_bytes(WRT_FMT_FLOAT), 4);
}

UNIT_TEST(a_value_that_is_not_exactly_one_format_has_no_size)
{
	static const u32 wrong[] = {
		0, WRT_FMT_U8 | WRT_FMT_S16, WRT_FMT_ALL, 1 << 7, 1u << 31, 0xffffffff,
	};
	size_t i;

	for (i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(wrt_format_bytes(wrong[i]), 0);
		assert_int_equal(wrt_geometry_check_format(&plain, 48000, wrong[i], 2), WRT_EINVAL);
	}
}

UNIT_TEST(every_format_is_accepted_exactly_if_the_mask_has_it)
{
	u32 mask, format;

	for (mask = 0; mask <= WRT_FMT_ALL; mask++) {
		struct wrt_hw_caps caps = plain;

		caps.formats = mask;
		for (format = 1; format <= WRT_FMT_ALL; format <<= 1)
			assert_int_equal(wrt_geometry_check_format(&caps, 48000, format, 2),
					 mask & format ? 0 : WRT_EINVAL);
	}
}

UNIT_TEST(channel_counts_outside_of_the_limits_are_refused)
{
	u32 channels;

	for (channels = 1; channels <= 8; channels++)
		assert_int_equal(wrt_geometry_check_format(&plain, 48000, WRT_FMT_S16, channels),
				 0);
	assert_int_equal(wrt_geometry_check_format(&plain, 48000, WRT_FMT_S16, 0), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(&plain, 48000, WRT_FMT_S16, 9), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(&plain, 48000, WRT_FMT_S16, 0xffffffff),
			 WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(&strict, 48000, WRT_FMT_S16, 1), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(&strict, 48000, WRT_FMT_S16, 3), WRT_EINVAL);
}

UNIT_TEST(channel_counts_between_two_steps_are_refused)
{
	struct wrt_hw_caps c = plain;
	struct wrt_hw_geom g;
	u32 channels;

	c.channels_min = 2;
	c.channels_max = 8;
	c.channels_step = 3;
	for (channels = 1; channels <= 9; channels++)
		assert_int_equal(make(&c, 8192, 2, 48000, WRT_FMT_S16, channels, &g),
				 channels == 2 || channels == 5 || channels == 8 ? 0 : WRT_EINVAL);
}

UNIT_TEST(rates_outside_of_the_limits_are_refused)
{
	assert_int_equal(wrt_geometry_check_format(&plain, 8000, WRT_FMT_S16, 2), 0);
	assert_int_equal(wrt_geometry_check_format(&plain, 12345, WRT_FMT_S16, 2), 0);
	assert_int_equal(wrt_geometry_check_format(&plain, 192000, WRT_FMT_S16, 2), 0);
	assert_int_equal(wrt_geometry_check_format(&plain, 7999, WRT_FMT_S16, 2), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(&plain, 192001, WRT_FMT_S16, 2), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(&plain, 0, WRT_FMT_S16, 2), WRT_EINVAL);
	assert_int_equal(wrt_geometry_check_format(&plain, 0xffffffff, WRT_FMT_S16, 2),
			 WRT_EINVAL);
}

UNIT_TEST(with_a_list_of_rates_only_those_are_offered)
{
	u32 rate, offered = 0;

	for (rate = 8000; rate <= 192000; rate++)
		offered += !wrt_geometry_check_format(&strict, rate, WRT_FMT_S16, 2);
	assert_int_equal(offered, COUNT(rate_list));
	for (rate = 0; rate < COUNT(rate_list); rate++)
		assert_int_equal(wrt_geometry_check_format(&strict, rate_list[rate],
							   WRT_FMT_S16, 2), 0);
}

UNIT_TEST(make_also_refuses_a_format_that_the_device_lacks)
{
	struct wrt_hw_geom g;

	assert_int_equal(make(&strict, 4096, 2, 48000, WRT_FMT_U8, 2, &g), WRT_EINVAL);
	assert_int_equal(make(&strict, 4096, 2, 44101, WRT_FMT_S16, 2, &g), WRT_EINVAL);
	assert_int_equal(make(&strict, 4096, 2, 48000, WRT_FMT_S16, 1, &g), WRT_EINVAL);
	assert_int_equal(make(&strict, 4096, 2, 48000, 0, 2, &g), WRT_EINVAL);
	assert_int_equal(make(&strict, 4096, 2, 0, WRT_FMT_S16, 2, &g), WRT_EINVAL);
}

UNIT_TEST(the_result_has_all_members_of_the_format)
{
	struct wrt_hw_geom g;

	memset(&g, 0xa5, sizeof(g));
	assert_int_equal(make(&plain, 9600, 2, 44100, WRT_FMT_S24_32, 6, &g), 0);
	assert_int_equal(g.rate, 44100);
	assert_int_equal(g.format, WRT_FMT_S24_32);
	assert_int_equal(g.channels, 6);
	assert_int_equal(g.frame_bytes, 24);
	assert_int_equal(g.bytes, 9600);
	assert_int_equal(g.notify, 2);
	assert_int_equal(g.notify_bytes, 4800);
	assert_null(g.seg);
	assert_null(g.cpu);
	assert_int_equal(g.nseg, 0);
}

/* ---- sizes ------------------------------------------------------------------------- */

UNIT_TEST(wrt_016_wrt_020_a_size_that_is_acceptable_is_taken_exactly)
{
	u32 bytes;

	for (bytes = 256; bytes <= 20000; bytes += 8) {
		assert_int_equal(stereo_bytes(&plain, bytes, 1), bytes);
		assert_int_equal(stereo_bytes(&plain, bytes, 2), bytes);
	}
	for (bytes = 128; bytes <= 1024; bytes += 4)
		assert_int_equal(stereo_bytes(&plain, bytes, 0), bytes);
	assert_int_equal(stereo_bytes(&plain, 1 << 20, 2), 1 << 20);
	assert_int_equal(stereo_bytes(&strict, 65536, 2), 65536);
	assert_int_equal(stereo_bytes(&strict, 1280, 2), 1280);
}

UNIT_TEST(wrt_017_wrt_018_wrt_019_any_other_size_is_rounded_up_to_the_next_granule)
{
	u32 bytes, notify;

	for (notify = 1; notify <= 7; notify++)
		for (bytes = 128 * notify; bytes < 4000; bytes++) {
			u32 granule = 4 * notify;
			u32 want = (bytes + granule - 1) / granule * granule;

			assert_int_equal(stereo_bytes(&plain, bytes, notify), want);
		}
}

UNIT_TEST(the_size_that_the_samples_get_wrong_is_rounded_up)
{
	struct wrt_hw_geom g;

	/* 8 bytes a frame, two notifications: 1004 is 62.75 pairs of frames */
	assert_int_equal(make(&plain, 1004, 2, 48000, WRT_FMT_S32, 2, &g), 0);
	assert_int_equal(g.bytes, 1008);
	assert_int_equal(g.notify_bytes % g.frame_bytes, 0);
}

UNIT_TEST(frames_of_odd_size_are_kept_whole)
{
	struct wrt_hw_geom g;

	assert_int_equal(make(&plain, 1000, 2, 48000, WRT_FMT_U8, 3, &g), 0);
	assert_int_equal(g.frame_bytes, 3);
	assert_int_equal(g.bytes, 1002);
	assert_int_equal(make(&plain, 1000, 2, 48000, WRT_FMT_S16, 7, &g), 0);
	assert_int_equal(g.frame_bytes, 14);
	assert_int_equal(g.bytes, 1008);
}

UNIT_TEST(the_granule_is_the_least_common_multiple_of_frame_and_hardware_step)
{
	struct wrt_hw_caps caps = plain;
	static const u32 steps[] = { 0, 1, 2, 3, 4, 6, 32, 128, 100 };
	size_t i;
	u32 frame, unit;

	for (i = 0; i < COUNT(steps); i++)
		for (frame = 1; frame <= 32; frame++) {
			caps.notify_step = steps[i];
			for (unit = frame; steps[i] && unit % steps[i]; unit += frame)
				;
			assert_int_equal(wrt_geometry_unit(&caps, frame), unit);
		}
}

UNIT_TEST(every_point_lies_on_a_hardware_step)
{
	struct wrt_hw_caps caps = plain;
	struct wrt_hw_geom g;
	u32 channels;

	caps.notify_step = 128;
	for (channels = 1; channels <= 8; channels++) {
		assert_int_equal(make(&caps, 10000, 3, 48000, WRT_FMT_S16, channels, &g), 0);
		assert_int_equal(g.notify_bytes % 128, 0);
		assert_int_equal(g.notify_bytes % g.frame_bytes, 0);
		assert_true(g.bytes >= 10000);
		assert_true(g.bytes - 10000 < 3 * wrt_geometry_unit(&caps, g.frame_bytes));
	}
	/* 12 bytes a frame, 128 a step: 384 */
	assert_int_equal(make(&caps, 385, 1, 48000, WRT_FMT_S16, 6, &g), 0);
	assert_int_equal(g.bytes, 768);
}

/* ---- limits ------------------------------------------------------------------------ */

UNIT_TEST(points_are_never_closer_than_32_frames)
{
	assert_int_equal(stereo_bytes(&plain, 4, 1), 128);
	assert_int_equal(stereo_bytes(&plain, 127, 1), 128);
	assert_int_equal(stereo_bytes(&plain, 128, 1), 128);
	assert_int_equal(stereo_bytes(&plain, 4, 2), 256);
	assert_int_equal(stereo_bytes(&plain, 252, 2), 256);
	assert_int_equal(stereo_bytes(&plain, 1000, 10), 1280);
}

UNIT_TEST(a_buffer_without_points_holds_at_least_32_frames)
{
	assert_int_equal(stereo_bytes(&plain, 4, 0), 128);
}

UNIT_TEST(points_are_never_closer_than_125_microseconds)
{
	struct wrt_hw_caps caps = plain;
	struct wrt_hw_geom g;

	/* 384 kHz: 48 frames; 400001 Hz: 50.000125 frames, so 51 */
	caps.rate_max = 500000;
	assert_int_equal(make(&caps, 2, 1, 384000, WRT_FMT_S16, 1, &g), 0);
	assert_int_equal(g.bytes, 96);
	assert_int_equal(make(&caps, 2, 1, 400001, WRT_FMT_S16, 1, &g), 0);
	assert_int_equal(g.bytes, 102);
	/* 256 kHz: both bounds are 32 frames */
	assert_int_equal(make(&caps, 2, 1, 256000, WRT_FMT_S16, 1, &g), 0);
	assert_int_equal(g.bytes, 64);
	assert_int_equal(wrt_geometry_notify_min(&caps, 256001, 2), 66);
}

UNIT_TEST(the_hardware_distance_is_used_if_it_is_greater)
{
	assert_int_equal(wrt_geometry_notify_min(&strict, 48000, 4), 512);
	assert_int_equal(stereo_bytes(&strict, 1024, 4), 2048);
	assert_int_equal(wrt_geometry_notify_min(&plain, 48000, 4), 128);
}

UNIT_TEST(the_least_distance_is_a_multiple_of_the_unit)
{
	struct wrt_hw_caps caps = plain;

	caps.notify_min = 100;
	caps.notify_step = 128;
	assert_int_equal(wrt_geometry_notify_min(&caps, 48000, 2), 128);
	assert_int_equal(wrt_geometry_notify_min(&caps, 48000, 12), 384);
}

UNIT_TEST(below_the_minimum_size_the_minimum_is_returned)
{
	assert_int_equal(stereo_bytes(&strict, 4, 1), 1024);
	assert_int_equal(stereo_bytes(&strict, 1023, 2), 1024);
	assert_int_equal(stereo_bytes(&strict, 4, 0), 1024);
}

UNIT_TEST(a_size_above_the_maximum_is_refused)
{
	assert_int_equal(stereo_error(&strict, 65537, 1), WRT_ERANGE);
	assert_int_equal(stereo_error(&strict, 65537, 0), WRT_ERANGE);
	assert_int_equal(stereo_error(&plain, (1 << 20) + 1, 2), WRT_ERANGE);
	assert_int_equal(stereo_error(&plain, (1 << 20) + 4, 0), WRT_ERANGE);
}

UNIT_TEST(a_size_that_is_rounded_above_the_maximum_is_refused)
{
	struct wrt_hw_caps caps = plain;

	caps.buffer_max = 1022;
	assert_int_equal(stereo_bytes(&caps, 1016, 2), 1016);
	assert_int_equal(stereo_error(&caps, 1017, 2), WRT_ERANGE);
	assert_int_equal(stereo_error(&caps, 1022, 1), WRT_ERANGE);
	/* no buffer holds 9 points of 32 frames */
	assert_int_equal(stereo_error(&caps, 4, 9), WRT_ERANGE);
}

UNIT_TEST(more_points_than_the_device_has_are_refused)
{
	assert_int_equal(stereo_bytes(&strict, 65536, 32), 65536);
	assert_int_equal(stereo_error(&strict, 65536, 33), WRT_ERANGE);
	assert_int_equal(stereo_error(&strict, 65536, 0xffffffff), WRT_ERANGE);
}

UNIT_TEST(the_largest_numbers_do_not_overflow)
{
	static const u32 sizes[] = { 0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	static const u32 counts[] = { 0, 1, 2, 0x10001, 0x80000000, 0xfffffffe, 0xffffffff };
	struct wrt_hw_caps caps = plain;
	struct wrt_hw_geom g;
	size_t i, j;

	caps.buffer_max = 0xffffffff;
	caps.notify_max = 0xffffffff;
	for (i = 0; i < COUNT(sizes); i++)
		for (j = 0; j < COUNT(counts); j++) {
			u32 parts = counts[j] ? counts[j] : 1;
			int err = make(&caps, sizes[i], counts[j], 48000, WRT_FMT_S32, 8, &g);

			if (err) {
				assert_int_equal(err, WRT_ERANGE);
				assert_true((u64)parts * 1024 > 0xffffffffull ||
					    sizes[i] > 0xffffffffu - 32 * parts);
				continue;
			}
			assert_true(g.bytes >= sizes[i]);
			assert_int_equal(g.bytes % 32, 0);
			if (counts[j])
				assert_true((u64)g.notify_bytes * counts[j] == g.bytes);
		}
	assert_int_equal(make(&caps, 0xffffffff, 1, 48000, WRT_FMT_U8, 1, &g), 0);
	assert_int_equal(g.bytes, 0xffffffff);
	assert_int_equal(make(&caps, 0xffffffff, 2, 48000, WRT_FMT_U8, 1, &g), WRT_ERANGE);
}

UNIT_TEST(an_error_leaves_the_geometry_untouched)
{
	struct wrt_hw_geom g, before;

	memset(&g, 0x5a, sizeof(g));
	before = g;
	assert_int_equal(make(&strict, 65537, 1, 48000, WRT_FMT_S16, 2, &g), WRT_ERANGE);
	assert_int_equal(make(&strict, 4096, 33, 48000, WRT_FMT_S16, 2, &g), WRT_ERANGE);
	assert_int_equal(make(&strict, 4096, 2, 48001, WRT_FMT_S16, 2, &g), WRT_EINVAL);
	assert_memory_equal(&g, &before, sizeof(g));
}

/* Every rule at once, for any device and request. */
UNIT_TEST(random_requests_obey_every_rule)
{
	u64 seed = tb_env_u64("SEED", 16);
	u32 i, ok = 0;

	printf("# SEED=%llu\n", (unsigned long long)seed);
	for (i = 0; i < 200000; i++) {
		u64 r = tb_random(&seed);
		struct wrt_hw_caps caps = plain;
		u32 format = 1u << (r & 7) % 6, channels = 1 + (r >> 3) % 8;
		u32 notify = (u32)(r >> 6) % 9, bytes = (u32)(r >> 12) % 200000;
		u32 parts = notify ? notify : 1, unit, least;
		struct wrt_hw_geom g;

		caps.notify_step = (r >> 32) % 3 ? 1 : 1u << (r >> 34) % 8;
		caps.notify_min = (u32)(r >> 44) % 1000;
		caps.buffer_min = (u32)(r >> 54) % 1000;
		caps.buffer_max = 150000;
		unit = wrt_geometry_unit(&caps, wrt_format_bytes(format) * channels);
		least = wrt_geometry_notify_min(&caps, 44100, wrt_format_bytes(format) * channels);
		if (make(&caps, bytes, notify, 44100, format, channels, &g)) {
			assert_true(bytes + (u64)parts * unit > 150000);
			continue;
		}
		ok++;
		assert_true(g.bytes >= bytes && g.bytes >= caps.buffer_min && g.bytes <= 150000);
		assert_int_equal(g.bytes % (parts * unit), 0);
		assert_true(g.bytes / parts >= least);
		/* nothing smaller would have done */
		assert_true(g.bytes == parts * least || g.bytes - parts * unit < bytes ||
			    g.bytes - parts * unit < caps.buffer_min);
	}
	assert_true(ok > 100000);
}

int main(void)
{
	return tb_run("geometry");
}
