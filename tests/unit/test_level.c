// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * test_level.c - compat/nt/level.h: levels of Windows' volume nodes (dB / 65536) and values of
 * controls (steps of dB / 100).
 */
#include "testbed.h"

#include "../../compat/nt/level.h"

static const struct wrt_hw_control controls[] = {
	{ .max = 31, .min_cdb = -3450, .step_cdb = 150 },	/* AC'97, PCM out */
	{ .max = 127, .min_cdb = -9525, .step_cdb = 75 },
	{ .max = 87, .min_cdb = -6525, .step_cdb = 75 },
	{ .max = 74, .min_cdb = -7400, .step_cdb = 100 },
	{ .max = 3, .min_cdb = 0, .step_cdb = 1000 },		/* a boost */
	{ .max = 127, .min_cdb = -12700, .step_cdb = 25 },
	{ .max = 1000, .min_cdb = -977, .step_cdb = 1 },	/* levels are rounded */
	{ .max = 40, .min_cdb = -133, .step_cdb = 7 },
};

UNIT_TEST(levels_are_those_of_the_decibels)
{
	assert_int_equal(nt_level_of(&controls[0], 31), 12 * 65536);
	assert_int_equal(nt_level_of(&controls[0], 23), 0);
	assert_int_equal(nt_level_of(&controls[0], 0), -34 * 65536 - 32768);
	assert_int_equal(nt_level_of(&controls[1], 126), -49152);
	assert_int_equal(nt_level_of(&controls[4], 3), 30 * 65536);
}

UNIT_TEST(each_value_survives)
{
	size_t i;
	u32 v;

	for (i = 0; i < COUNT(controls); i++)
		for (v = 0; v <= controls[i].max; v++)
			assert_int_equal(nt_value_of(&controls[i], nt_level_of(&controls[i], v)), v);
}

/* Half a step is 0.75 dB. */
UNIT_TEST(the_nearest_value_is_taken)
{
	const struct wrt_hw_control *c = &controls[0];
	s32 half = 75 * 65536 / 100;

	assert_int_equal(nt_value_of(c, nt_level_of(c, 7) + half - 1), 7);
	assert_int_equal(nt_value_of(c, nt_level_of(c, 7) + half), 8);
	assert_int_equal(nt_value_of(c, nt_level_of(c, 7) - half), 7);
	assert_int_equal(nt_value_of(c, nt_level_of(c, 7) - half - 1), 6);
}

UNIT_TEST(levels_outside_are_limited)
{
	size_t i;

	for (i = 0; i < COUNT(controls); i++) {
		assert_int_equal(nt_value_of(&controls[i], INT32_MIN), 0);
		assert_int_equal(nt_value_of(&controls[i], nt_level_of(&controls[i], 0) - 1), 0);
		assert_int_equal(nt_value_of(&controls[i], INT32_MAX), controls[i].max);
	}
}

UNIT_TEST(a_control_without_steps_has_one_value)
{
	const struct wrt_hw_control c = { .max = 5, .min_cdb = -100, .step_cdb = 0 };

	assert_int_equal(nt_value_of(&c, 65536), 0);
	assert_int_equal(nt_level_of(&c, 5), -65536);
}

int main(void)
{
	return tb_run("level");
}
