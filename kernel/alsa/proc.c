// SPDX-License-Identifier: GPL-2.0-only
/*
 * proc.c - /proc/asound/cardN/wavert: one block for each stream and one line for each pin of a
 * codec, for users, bug reports and `wavert info`. Takes the device lock for one stream at a time.
 */
#include <sound/info.h>

#include "alsa.h"

static const char *state_name(enum wrt_stream_state state)
{
	switch (state) {
	case WRT_STREAM_FREE:
		return "free";
	case WRT_STREAM_READY:
		return "ready";
	case WRT_STREAM_RUN:
		return "run";
	case WRT_STREAM_GONE:
		return "gone";
	}
	return "?";
}

static const char *dir_name(u32 dir)
{
	return dir == WRT_CAPTURE ? "capture" : "playback";
}

static const char *format_name(u32 format)
{
	switch (format) {
	case WRT_FMT_U8:
		return "U8";
	case WRT_FMT_S16:
		return "S16_LE";
	case WRT_FMT_S24_3:
		return "S24_3LE";
	case WRT_FMT_S20_32:
		return "S20_LE";
	case WRT_FMT_S24_32:
		return "S24_LE";
	case WRT_FMT_S32:
		return "S32_LE";
	case WRT_FMT_FLOAT:
		return "FLOAT_LE";
	}
	return "?";
}

static void show_format(struct snd_info_buffer *buffer, const struct wrt_hw_geom *g)
{
	snd_iprintf(buffer, "%u Hz %s %u channels", g->rate, format_name(g->format), g->channels);
}

/* A line that tells the user why a recording is silent. */
static void show_silence(struct snd_info_buffer *buffer, struct wrt_stream *s,
			 const struct wrt_hw_geom *own)
{
	struct wrt_hw_geom other;

	if (!wrt_stream_silenced(s, &other))
		return;
	snd_iprintf(buffer, "  silence: playback %u is ", s->caps.pin);
	show_format(buffer, &other);
	snd_iprintf(buffer, ", capture %u is ", s->caps.pin);
	show_format(buffer, own);
	snd_iprintf(buffer, "\n");
}

struct line {
	enum wrt_stream_state state;
	const char *owner;
	u32 observers;
	struct wrt_hw_geom geom;
	struct wrt_position pos;
	u64 looks, stalls;
};

static void read_line(struct wrt_stream *s, struct line *l)
{
	const struct wrt_client *c;
	struct wrt_snapshot now;
	unsigned long flags;

	wrt_stream_position(s, NULL, &now);	/* brings s->pos up to date */
	flags = wrt_lock(&s->dev->lock);

	l->state = s->state;
	l->owner = "nobody";
	if (s->owner)
		l->owner = s->owner->ops->name;
	l->observers = 0;
	for (c = s->clients; c; c = c->next)
		l->observers += c != s->owner;
	l->geom = s->geom;
	l->pos = s->pos;
	l->looks = s->looks;
	l->stalls = s->stalls;
	wrt_unlock(&s->dev->lock, flags);
}

static void show_stream(struct snd_info_buffer *buffer, struct wrt_stream *s)
{
	struct line l;

	read_line(s, &l);
	snd_iprintf(buffer, "%s %u: owner %s, state %s, observers %u, ",
		    dir_name(s->caps.dir), s->caps.pin, l.owner, state_name(l.state), l.observers);
	snd_iprintf(buffer, "interrupts %llu, stalls %llu\n", l.looks, l.stalls);
	if (!l.geom.bytes)
		return;
	snd_iprintf(buffer, "  rate %u, channels %u, frame %u bytes, buffer %u bytes, ",
		    l.geom.rate, l.geom.channels, l.geom.frame_bytes, l.geom.bytes);
	snd_iprintf(buffer, "points %u, segments %u\n", l.geom.notify, l.geom.nseg);
	snd_iprintf(buffer, "  position %llu bytes, offset %u, at %llu ns, points passed %llu\n",
		    l.pos.linear, l.pos.offset, l.pos.ns, l.pos.points);
	show_silence(buffer, s, &l.geom);
}

static void show_pin(struct snd_info_buffer *buffer, const struct wrt_hw_pin *p)
{
	snd_iprintf(buffer, "pin 0x%02x: codec %u, %s, %s%s%s%s%s\n", p->node, p->codec, p->kind,
		    p->port, p->can_play ? ", out" : "", p->can_record ? ", in" : "",
		    p->used ? ", used for " : "", p->used ? dir_name(p->dir) : "");
}

static void show(struct snd_info_entry *entry, struct snd_info_buffer *buffer)
{
	struct wrt_device *device = entry->private_data;
	struct wrt_hw_fact fact;
	struct wrt_hw_pin pin;
	u32 i;

	for (i = 0; i < device->nstreams; i++)
		show_stream(buffer, &device->streams[i]);
	for (i = 0; !wrt_device_pin(device, i, &pin); i++)
		show_pin(buffer, &pin);
	for (i = 0; !wrt_device_fact(device, i, &fact); i++)
		snd_iprintf(buffer, "%s 0x%llx\n", fact.name, fact.value);
}

int wrt_proc_new(struct snd_card *card, struct wrt_device *device)
{
	return snd_card_ro_proc_new(card, "wavert", device, show);
}
