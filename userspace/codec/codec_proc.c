// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * codec_proc.c - a codec from the text of /proc/asound/cardN/codec#M, which snd-hda-codec writes.
 * Lines that are not needed are skipped.
 */
#include <string.h>

#include "codec.h"

/* The number after a word, or the default. */
static u32 number_after(const char *text, const char *word, u32 otherwise)
{
	const char *at = strstr(text, word);

	return at ? (u32)strtoul(at + strlen(word), NULL, 0) : otherwise;
}

/* "ofs=0x4a, nsteps=0x4a, stepsize=0x03, mute=1"; "N/A" is 0. */
static u32 amp_caps(const char *text)
{
	return number_after(text, "mute=", 0) << 31 |
	       (number_after(text, "stepsize=", 0) & 0x7f) << 16 |
	       (number_after(text, "nsteps=", 0) & 0x7f) << 8 |
	       (number_after(text, "ofs=", 0) & 0x7f);
}

static void read_group(struct codec *c, const char *line)
{
	if (strstr(line, "Default Amp-In caps:"))
		c->amp_in = amp_caps(line);
	else if (strstr(line, "Default Amp-Out caps:"))
		c->amp_out = amp_caps(line);
	c->address = number_after(line, "Address: ", c->address);
	c->vendor = number_after(line, "Vendor Id: ", c->vendor);
	c->subsystem = number_after(line, "Subsystem Id: ", c->subsystem);
}

static void read_widget(struct codec_node *n, const char *line)
{
	if (strstr(line, "Amp-In caps:"))
		n->amp_in = amp_caps(line);
	else if (strstr(line, "Amp-Out caps:"))
		n->amp_out = amp_caps(line);
	n->pin_caps = number_after(line, "Pincap ", n->pin_caps);
	n->pin_config = number_after(line, "Pin Default ", n->pin_config);
}

/* "rates [0x1fc]: ...", "bits [0x2]: ..." of a converter or the group. */
static void read_pcm(u32 *pcm, const char *line)
{
	*pcm |= number_after(line, "rates [", 0) & 0xffff;
	*pcm |= (number_after(line, "bits [", 0) & 0xffff) << 16;
}

/* "0x0c* 0x0d"; the star marks the selected one. */
static void read_inputs(struct codec_node *n, const char *line)
{
	while (n->ninputs < CODEC_INPUTS && (line = strstr(line, "0x"))) {
		n->input[n->ninputs++] = (u8)strtoul(line, NULL, 16);
		line += 2;
	}
}

static struct codec_node *new_widget(struct codec *c, u32 nid, const char *line)
{
	struct codec_node *n = &c->node[nid];

	n->present = true;
	n->caps = number_after(line, "wcaps ", 0);
	if (!c->count)
		c->first = nid;
	c->count = nid - c->first + 1;
	return n;
}

bool codec_read_proc(FILE *file, struct codec *codec, char *name, size_t size)
{
	struct codec_node *n = NULL;
	bool inputs = false;
	char line[1024];
	u32 nid;

	memset(codec, 0, sizeof(*codec));
	name[0] = 0;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "Node 0x%x", &nid) == 1) {
			if (nid <= CODEC_GROUP || nid >= CODEC_NODES)
				return false;
			n = new_widget(codec, nid, line);
			inputs = false;
		} else if (!n) {
			if (!strncmp(line, "Codec: ", 7))
				snprintf(name, size, "%s", line + 7);
			read_group(codec, line);
			read_pcm(&codec->pcm, line);
		} else if (inputs && strspn(line, " ") && strstr(line, " 0x")) {
			read_inputs(n, line);
			inputs = false;
		} else {
			inputs = strstr(line, "  Connection: ") == line;
			read_widget(n, line);
			read_pcm(&n->pcm, line);
		}
	}
	return codec->vendor && codec->count;
}
