/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * codec.h - an HD Audio codec as data, and a controller in memory through which kernel/hw/hda can
 * ask it and set it up, unmodified. So a program can find which path the driver would take, and
 * codec_plays() and codec_records() whether sound passes with what the driver has written.
 *
 * For tests (tests/unit/test_hda_codecs.c) and for the wavert command. No DMA, no interrupts:
 *
 *	struct codec codec;
 *	struct codec_bus bus;
 *	struct wrt_hda_config cfg = { ... };
 *	struct wrt_hw_dev *hw;
 *
 *	codec_read(file, &codec), or codec_read_proc(), or fill it; codec_bus_init(&bus, &codec, 1);
 *	if (!wrt_hda_create(&codec_bus_ops, &bus, &cfg, &hw)) {
 *		wrt_hda_ops.caps(hw, 0, &caps) ...; wrt_hda_ops.pin(hw, 0, &pin) ...;
 *		codec_plays(&bus, nid);
 *		wrt_hda_destroy(hw);
 *	}
 *	bus.log is what the driver logged, one line each.
 *
 * Compile with -Ikernel, and with codec_bus.c, codec_trace.c, kernel/hw/hda/ and what that needs.
 */
#ifndef WAVERT_CODEC_H
#define WAVERT_CODEC_H

#include <stdio.h>

#include "hw/hda/hda.h"

#define CODEC_NODES	256
#define CODEC_INPUTS	64
#define CODEC_GROUP	1	/* node number of the audio function group */
#define CODEC_UNSET	0xffffu	/* an amplifier that was never written */

/* A widget's responses; values of the parameters of the specification. */
struct codec_node {
	bool present;
	u32 caps, pcm, pin_caps, pin_config, amp_in, amp_out;
	u32 ninputs;
	u8 input[CODEC_INPUTS];
};

/* pcm and amplifiers here are the group's, which widgets inherit. */
struct codec {
	u32 number;		/* in its file, for messages */
	u32 address, vendor, subsystem;
	u32 pcm, amp_in, amp_out;
	u32 first, count;	/* its widgets */
	struct codec_node node[CODEC_NODES];
};

/* What the driver has written to a widget. */
struct codec_setting {
	u32 select, power, pin, eapd, stream, format, digital;
	u32 out[2], in[16][2];	/* gain, bit 7 mute; CODEC_UNSET */
	u32 coef[128], coef_index;	/* of a vendor's widget */
};

struct codec_bus {
	const struct codec *codec;
	u32 ncodecs;		/* each with an address of its own */
	u32 silent;		/* bit mask of addresses: no answer to any command */
	u32 lose;		/* the answer of this command is lost, once; from 1, 0: none */
	u32 lost;		/* that command */
	u32 commands;		/* so far */
	struct codec_setting set[CODEC_NODES];	/* of the codec with the address `shown` */
	u32 shown;
	u32 gctl, ics, icw, irr, clock;
	bool wedged;		/* after a command to a silent codec, until the next reset */
	u64 now;
	char log[4096];
};

extern const struct wrt_hw_bus codec_bus_ops;

/* codecs must outlive the bus. `shown` is the address of the first. */
void codec_bus_init(struct codec_bus *bus, const struct codec *codecs, u32 ncodecs);

/* The next codec of a file as described in Documentation/hardware.md. False: there is none. */
bool codec_read(FILE *file, struct codec *codec);

/*
 * A codec from the text of /proc/asound/cardN/codec#M, and its name. False: the text has no audio
 * codec.
 */
bool codec_read_proc(FILE *file, struct codec *codec, char *name, size_t size);

/* The converter whose sound comes out of this pin, or 0. */
u32 codec_plays(const struct codec_bus *bus, u32 pin);

/* The pin whose sound arrives at this converter, or 0. */
u32 codec_records(const struct codec_bus *bus, u32 converter);

#endif
