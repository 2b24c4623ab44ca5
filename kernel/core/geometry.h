/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * geometry.h - convert a client's request into the geometry of a buffer: format to frame bytes,
 * size and notification count to granule and actual size.
 *
 * This is the only place that rounds, and it rounds up (Q2, Q3): both front ends
 * take their limits from here. Pure functions, any context.
 */
#ifndef WRT_CORE_GEOMETRY_H
#define WRT_CORE_GEOMETRY_H

#include "hw.h"

/* Points are never closer than this: no client can flood the CPU. */
#define WRT_POINT_MIN_FRAMES	32
#define WRT_POINT_MIN_US	125

struct wrt_request {
	u32 bytes;		/* wanted size of the buffer */
	u32 notify;		/* wanted notifications a buffer; 0: none */
	u32 rate;		/* Hz */
	u32 format;		/* one enum wrt_format */
	u32 channels;
};

/**
 * wrt_format_bytes() - size of a sample
 * @format: enum wrt_format
 *
 * Return: Bytes; 0 if @format is not exactly one known format.
 */
u32 wrt_format_bytes(u32 format);

/**
 * wrt_geometry_check_format() - check that a device has this format
 * @c: capabilities of the device
 * @rate: Hz
 * @format: enum wrt_format
 * @channels: number of channels
 *
 * Return: 0, or WRT_EINVAL if the device lacks rate, format or number of channels.
 */
int wrt_geometry_check_format(const struct wrt_hw_caps *c, u32 rate, u32 format, u32 channels);

/* Least common multiple of frame and notification step: sizes are multiples, bytes. */
u32 wrt_geometry_unit(const struct wrt_hw_caps *c, u32 frame_bytes);

/**
 * wrt_geometry_point_min_frames() - least distance of two notification points
 * @rate: Hz
 *
 * Return: Frames.
 */
u32 wrt_geometry_point_min_frames(u32 rate);

/* Least distance of two points for this format, bytes, a multiple of the unit. */
u32 wrt_geometry_notify_min(const struct wrt_hw_caps *c, u32 rate, u32 frame_bytes);

/**
 * wrt_geometry_make() - compute the geometry of a buffer from a request
 * @c: capabilities of the device
 * @r: request of the client
 * @g: filled on success, except for the memory (seg, nseg, cpu)
 *
 * Return: 0, WRT_EINVAL (the device lacks the format), or WRT_ERANGE (more bytes or points than
 *	the device supports).
 */
int wrt_geometry_make(const struct wrt_hw_caps *c, const struct wrt_request *r,
		      struct wrt_hw_geom *g);

#endif
