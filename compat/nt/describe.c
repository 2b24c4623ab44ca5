// SPDX-License-Identifier: GPL-2.0-only
/*
 * describe.c - the descriptor of the filter, by the capabilities of the device: streaming pins
 * (playback first), a bridge pin for each, volume and mute nodes between the two. PASSIVE_LEVEL.
 */
#include "nt.h"

#define INSTANCES	1	/* of a pin; filter.c refuses more */

static const GUID audio = { STATIC_KSDATAFORMAT_TYPE_AUDIO };
static const GUID pcm = { STATIC_KSDATAFORMAT_SUBTYPE_PCM };
static const GUID ieee_float = { STATIC_KSDATAFORMAT_SUBTYPE_IEEE_FLOAT };
static const GUID analog = { STATIC_KSDATAFORMAT_SUBTYPE_ANALOG };
static const GUID waveformatex = { STATIC_KSDATAFORMAT_SPECIFIER_WAVEFORMATEX };
static const GUID no_specifier = { STATIC_KSDATAFORMAT_SPECIFIER_NONE };
static const GUID of_audio = { STATIC_KSCATEGORY_AUDIO };
static const GUID speaker = { STATIC_KSNODETYPE_SPEAKER };
static const GUID line = { STATIC_KSNODETYPE_LINE_CONNECTOR };
static const GUID volume = { STATIC_KSNODETYPE_VOLUME };
static const GUID mute = { STATIC_KSNODETYPE_MUTE };

#define CATEGORIES	4

static const GUID categories[CATEGORIES] = {
	{ STATIC_KSCATEGORY_AUDIO }, { STATIC_KSCATEGORY_RENDER }, { STATIC_KSCATEGORY_CAPTURE },
	{ STATIC_KSCATEGORY_REALTIME },
};

/* Formats that Windows can express. */
static const struct {
	u32 format, bits;
	const GUID *sub;
} formats[NT_RANGES] = {
	{ WRT_FMT_U8, 8, &pcm },
	{ WRT_FMT_S16, 16, &pcm },
	{ WRT_FMT_S24_3, 24, &pcm },
	{ WRT_FMT_S32, 32, &pcm },
	{ WRT_FMT_FLOAT, 32, &ieee_float },
};

static u32 count_of(const struct nt_filter *f, u32 dir)
{
	return wrt_min_u32(wrt_device_pins(&f->dev, dir), NT_PINS / 2);
}

struct wrt_stream *nt_pin_stream(struct nt_filter *f, ULONG pin)
{
	u32 plays = count_of(f, WRT_PLAYBACK);

	if (pin < plays)
		return wrt_device_stream(&f->dev, WRT_PLAYBACK, pin);
	if (pin - plays < count_of(f, WRT_CAPTURE))
		return wrt_device_stream(&f->dev, WRT_CAPTURE, pin - plays);
	return NULL;
}

bool nt_pin_is_open(const struct nt_filter *f, const struct wrt_stream *stream)
{
	const LIST_ENTRY *e;

	for (e = f->streams.Flink; e != &f->streams; e = e->Flink)
		if (CONTAINING_RECORD(e, struct nt_stream, link)->mp.stream == stream)
			return true;
	return false;
}

static void make_range(KSDATARANGE_AUDIO *r, const struct wrt_hw_caps *c, u32 bits, const GUID *sub)
{
	r->DataRange.FormatSize = sizeof(*r);
	r->DataRange.MajorFormat = audio;
	r->DataRange.SubFormat = *sub;
	r->DataRange.Specifier = waveformatex;
	r->MaximumChannels = c->channels_max;
	r->MinimumBitsPerSample = bits;
	r->MaximumBitsPerSample = bits;
	r->MinimumSampleFrequency = c->rate_min;
	r->MaximumSampleFrequency = c->rate_max;
}

static void make_pin(struct nt_description *d, u32 n, const struct wrt_hw_caps *c)
{
	PCPIN_DESCRIPTOR *pin = &d->pin[n];
	u32 i, count = 0;

	for (i = 0; i < NT_RANGES; i++) {
		if (!(c->formats & formats[i].format))
			continue;
		make_range(&d->range[n][count], c, formats[i].bits, formats[i].sub);
		d->ranges[n][count] = (PKSDATARANGE)&d->range[n][count];
		count++;
	}
	pin->MaxGlobalInstanceCount = INSTANCES;
	pin->MaxFilterInstanceCount = INSTANCES;
	pin->AutomationTable = &nt_pin_table;
	pin->KsPinDescriptor.DataRangesCount = count;
	pin->KsPinDescriptor.DataRanges = d->ranges[n];
	pin->KsPinDescriptor.DataFlow = KSPIN_DATAFLOW_IN;
	if (c->dir == WRT_CAPTURE)
		pin->KsPinDescriptor.DataFlow = KSPIN_DATAFLOW_OUT;
	pin->KsPinDescriptor.Communication = KSPIN_COMMUNICATION_SINK;
	pin->KsPinDescriptor.Category = &of_audio;
}

/* The other end of a streaming pin, outside of the computer: no client can create it. */
static void make_bridge(PCPIN_DESCRIPTOR *pin, u32 dir)
{
	static KSDATARANGE range;
	static PKSDATARANGE ranges[] = { &range };

	range.FormatSize = sizeof(range);
	range.MajorFormat = audio;
	range.SubFormat = analog;
	range.Specifier = no_specifier;
	pin->KsPinDescriptor.DataRangesCount = 1;
	pin->KsPinDescriptor.DataRanges = ranges;
	pin->KsPinDescriptor.Communication = KSPIN_COMMUNICATION_BRIDGE;
	pin->KsPinDescriptor.DataFlow = KSPIN_DATAFLOW_OUT;
	pin->KsPinDescriptor.Category = &speaker;
	if (dir == WRT_CAPTURE) {
		pin->KsPinDescriptor.DataFlow = KSPIN_DATAFLOW_IN;
		pin->KsPinDescriptor.Category = &line;
	}
}

static void make_nodes(struct nt_filter *f)
{
	struct nt_description *d = &f->description;
	struct wrt_hw_control c;
	u32 i, n = 0;

	for (i = 0; n < NT_NODES && !wrt_device_control(&f->dev, i, &c); i++) {
		if (c.is_switch) {
			d->node[n].AutomationTable = &nt_mute_table;
			d->node[n].Type = &mute;
		} else {
			d->node[n].AutomationTable = &nt_volume_table;
			d->node[n].Type = &volume;
		}
		d->node_dir[n] = c.dir;
		d->control[n++] = i;
	}
	d->filter.NodeSize = sizeof(d->node[0]);
	d->filter.NodeCount = n;
	d->filter.Nodes = d->node;
}

static void connect(struct nt_description *d, ULONG from, ULONG from_pin, ULONG to, ULONG to_pin)
{
	PCCONNECTION_DESCRIPTOR *c = &d->connection[d->filter.ConnectionCount++];

	*c = (PCCONNECTION_DESCRIPTOR){ from, from_pin, to, to_pin };
}

/* From pin to pin; the first pin of a direction leads through the nodes of that direction. */
static void connect_pins(struct nt_description *d, ULONG from, ULONG to, u32 dir, bool first)
{
	ULONG node = PCFILTER_NODE, n;

	for (n = 0; first && n < d->filter.NodeCount; n++) {
		if (d->node_dir[n] != dir)
			continue;
		connect(d, node, from, n, KSNODEPIN_STANDARD_IN);
		node = n;
		from = KSNODEPIN_STANDARD_OUT;
	}
	connect(d, node, from, PCFILTER_NODE, to);
}

void nt_describe(struct nt_filter *f)
{
	u32 plays = count_of(f, WRT_PLAYBACK), pins = plays + count_of(f, WRT_CAPTURE), i;
	struct nt_description *d = &f->description;
	const struct wrt_hw_caps *c;

	RtlZeroMemory(d, sizeof(*d));
	make_nodes(f);
	for (i = 0; i < pins; i++) {
		c = &nt_pin_stream(f, i)->caps;
		make_pin(d, i, c);
		make_bridge(&d->pin[pins + i], c->dir);
		if (c->dir == WRT_PLAYBACK)
			connect_pins(d, i, pins + i, c->dir, i == 0);
		else
			connect_pins(d, pins + i, i, c->dir, i == plays);
	}
	d->filter.CategoryCount = CATEGORIES;
	d->filter.Categories = categories;
	d->filter.AutomationTable = &nt_filter_table;
	d->filter.PinSize = sizeof(d->pin[0]);
	d->filter.PinCount = 2 * pins;
	d->filter.Pins = d->pin;
	d->filter.Connections = d->connection;
}
