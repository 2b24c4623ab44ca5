// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_win.c - wavert-trace on Windows: the client of ../client.h on a pin of a WaveRT
 * filter, in real time. Never run on Windows by its authors; what runs under Wine is
 * --stand-in, the same calls on wavertmini.sys below the stand-in port driver of tests/nt,
 * but for these: a pin is created by a property there, not by KsCreatePin(), and the
 * simulator can be made another device.
 *
 * A pin is created with a format, so by `format`; until then every call of the stream is
 * lacking. There is no property that frees a buffer, and none that counts glitches.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_ks.h"
#include "find.h"
#include "program.h"

#include <timeapi.h>

NTSYSAPI ULONG NTAPI RtlGetLastNtStatus(void);
NTSYSAPI NTSTATUS NTAPI RtlGetVersion(RTL_OSVERSIONINFOW *out);

static bool stand_in;
static HANDLE filter = INVALID_HANDLE_VALUE;
static struct ks_pin pins[KS_PINS];
static int npins;
static char device_name[800], where[160];

const char *const trace_device_help = 
	"its number in --list, or its path (default: the first WaveRT)";
const char *const trace_notes =
"      --stand-in         under Wine: the test driver below a stand-in for the port driver\n"
"\n"
"This program has never been run on Windows by its authors.\n";

bool trace_option(const char *name)
{
	stand_in |= !strcmp(name, "stand-in");
	return !strcmp(name, "stand-in");
}

_Noreturn void ks_die(const char *what, ks_status status)
{
	fprintf(stderr, "wavert-trace: %s: %08lx\n", what, (unsigned long)status);
	exit(1);
}

/* ---- the program's device ------------------------------------------------------------- */

static HANDLE open_path(const char *path)
{
	return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static void print_range(const KSDATARANGE_AUDIO *r)
{
	printf("    %lu channels, %lu..%lu bits, %lu..%lu Hz%s\n",
	       (unsigned long)r->MaximumChannels, (unsigned long)r->MinimumBitsPerSample,
	       (unsigned long)r->MaximumBitsPerSample, (unsigned long)r->MinimumSampleFrequency,
	       (unsigned long)r->MaximumSampleFrequency,
	       IsEqualGUID(&r->DataRange.SubFormat, &KSDATAFORMAT_SUBTYPE_IEEE_FLOAT) ?
	       ", float" : "");
}

static void print_pins(HANDLE h)
{
	int i, n = ks_pins(h, pins);

	for (i = 0; i < n; i++) {
		printf("  pin %lu: %s, %lu of %ld in use\n", (unsigned long)pins[i].id,
		       pins[i].capture ? "capture" : "render",
		       (unsigned long)pins[i].instances.CurrentCount,
		       (long)pins[i].instances.PossibleCount);
		ks_ranges(h, pins[i].id, print_range);
	}
	if (n < 0)
		printf("  pins: %08lx\n", (unsigned long)n);
}

static void print_filter(int number, const struct ks_filter *f)
{
	HANDLE h = open_path(f->path);

	printf("device %d: %s%s\n  %s\n", number, f->name[0] ? f->name : "without a name",
	       f->realtime ? ", WaveRT" : "", f->path);
	if (h == INVALID_HANDLE_VALUE) {
		printf("  cannot be opened: error %lu\n", (unsigned long)GetLastError());
		return;
	}
	print_pins(h);
	CloseHandle(h);
}

/* The driver is Wine's to load: on Windows nobody has signed it. */
static int open_stand_in(void)
{
	if (!ks_wine_version()) {
		fputs("wavert-trace: --stand-in is for Wine alone\n", stderr);
		return 2;
	}
	nt_load_driver();
	filter = open_path(PORT_DEVICE);
	if (filter == INVALID_HANDLE_VALUE)
		ks_die("the stand-in port driver", (ks_status)GetLastError());
	return 0;
}

int trace_list(void)
{
	static struct ks_filter found[KS_FILTERS];
	int err, i, n;

	ks_client_begin();
	if (stand_in) {
		err = open_stand_in();
		if (err)
			return err;
		puts("the stand-in port driver");
		print_pins(filter);
		return 0;
	}
	n = ks_filters(found);
	for (i = 0; i < n; i++)
		print_filter(i, &found[i]);
	if (!n)
		fputs("wavert-trace: there is no audio filter (KSCATEGORY_AUDIO and the like)\n",
		      stderr);
	return !n;
}

/* Its number, its path; or the first WaveRT one that has pins. */
static const struct ks_filter *choose(const struct ks_filter *list, int n, const char *name)
{
	char *end;
	long number = name ? strtol(name, &end, 10) : -1;
	int i;

	if (name && *name && !*end)
		return number >= 0 && number < n ? &list[number] : NULL;
	for (i = 0; i < n; i++)
		if (name ? !_stricmp(list[i].path, name) : list[i].realtime)
			return &list[i];
	return NULL;
}

static int open_filter(const char *name)
{
	static struct ks_filter found[KS_FILTERS];
	const struct ks_filter *f = choose(found, ks_filters(found), name);

	if (!f) {
		fprintf(stderr, "wavert-trace: there is no %s%s; --list shows what there is\n",
			name ? "device " : "WaveRT device", name ? name : "");
		return 1;
	}
	filter = open_path(f->path);
	if (filter == INVALID_HANDLE_VALUE) {
		fprintf(stderr, "wavert-trace: %s cannot be opened: error %lu\n", f->path,
			(unsigned long)GetLastError());
		return 1;
	}
	snprintf(device_name, sizeof(device_name), "%s%s%s", f->name, f->name[0] ? ", " : "",
		 f->path);
	return 0;
}

static void say_where(void)
{
	RTL_OSVERSIONINFOW v = { .dwOSVersionInfoSize = sizeof(v) };
	const char *wine = ks_wine_version();

	RtlGetVersion(&v);
	if (wine)
		snprintf(where, sizeof(where), "%sWine %s, %snot Windows",
			 stand_in ? "wavertmini.sys under " : "", wine,
			 stand_in ? "stand-in port driver, " : "");
	else
		snprintf(where, sizeof(where), "Windows %lu.%lu.%lu",
			 (unsigned long)v.dwMajorVersion, (unsigned long)v.dwMinorVersion,
			 (unsigned long)v.dwBuildNumber);
}

int trace_open(const char *name)
{
	int err;

	ks_client_begin();
	err = stand_in ? open_stand_in() : open_filter(name);
	if (err)
		return err;
	npins = ks_pins(filter, pins);
	if (npins <= 0) {
		fprintf(stderr, "wavert-trace: it has no pin to stream: %08lx\n",
			(unsigned long)npins);
		return 1;
	}
	timeBeginPeriod(1);
	say_where();
	return 0;
}

void trace_close(void)
{
	CloseHandle(filter);
	timeEndPeriod(1);
}

struct scenario_place trace_place(void)
{
	return (struct scenario_place){ "nt", ks_wine_version() ? "wine" : "windows", where,
					device_name };
}

/* ---- the device of a scenario, time ---------------------------------------------------- */

/* Closing is done when something behind it is. */
static void settle(void)
{
	struct ks_pin list[KS_PINS];

	ks_pins(filter, list);
}

static void end(void)
{
	if (ks_client_end())
		settle();
}

static enum wrt_status set_device(const struct cf_device *wish)
{
	struct sim_config cfg = {
		.source = wish->ramp ? 1 : 2, .fault = wish->not_ready ? 3 : 0,
	};

	end();
	if (stand_in)
		return ks_status_of(ks_set(filter, &SIM_PROPERTIES, SIM_CONFIG, &cfg, sizeof(cfg)));
	return wish->ramp || wish->not_ready ? CF_LACKS : WRT_STATUS_SUCCESS;
}

static uint64_t now_ns(uint32_t rate)
{
	(void)rate;
	return ks_ns_of(ks_ticks());
}

static uint64_t in_frames(uint64_t frames, uint32_t rate)
{
	return ks_ticks() + frames * ks_frequency() / rate;
}

static void advance(uint64_t frames, uint32_t rate)
{
	ks_pass_time(in_frames(frames, rate), NULL);
}

static bool wait_event(struct cf_event *e, uint64_t frames, uint32_t rate)
{
	return ks_pass_time(in_frames(frames, rate), e);
}

/* ---- streams ----------------------------------------------------------------------------- */

/* The n-th pin of that direction. Where there is none, there is no driver to ask. */
static enum wrt_status open_stream(uint32_t dir, uint32_t pin, struct cf_stream **out)
{
	int i;

	for (i = 0; i < npins; i++)
		if (pins[i].capture == (dir == CF_CAPTURE) && !pin--)
			break;
	if (i == npins)
		return CF_LACKS;
	*out = ks_stream();
	(*out)->id = pins[i].id;
	return WRT_STATUS_SUCCESS;
}

static void close_stream(struct cf_stream *s)
{
	ks_stream_close(s);
	settle();
}

/* What drivers take by the short form is 8 or 16 bits and two channels; else the long one. */
struct format {
	KSDATAFORMAT head;
	WAVEFORMATEXTENSIBLE wave;
};

static void make_format(struct format *out, uint32_t rate, uint32_t format, uint32_t channels)
{
	KSDATAFORMAT_WAVEFORMATEX f;

	ks_format_of(&f, rate, format, channels);
	memset(out, 0, sizeof(*out));
	out->head = f.DataFormat;
	out->wave.Format = f.WaveFormatEx;
	if (f.WaveFormatEx.wBitsPerSample <= 16 && channels <= 2)
		return;
	out->head.FormatSize = sizeof(*out);
	out->wave.Format.wFormatTag = WAVE_FORMAT_EXTENSIBLE;
	out->wave.Format.cbSize = sizeof(out->wave) - sizeof(out->wave.Format);
	out->wave.Samples.wValidBitsPerSample = f.WaveFormatEx.wBitsPerSample;
	out->wave.dwChannelMask = channels < 18 ? (1u << channels) - 1 : 0;
	out->wave.SubFormat = f.DataFormat.SubFormat;
}

/* KsCreatePin() tells an error of Win32; the status it comes from is kept by ntdll. */
static ks_status create_pin(ULONG id, const struct format *format, HANDLE *out)
{
	struct {
		KSPIN_CONNECT connect;
		struct format format;
	} call = {
		.connect = {
			.Interface = { .Set = KSINTERFACESETID_Standard,
				       .Id = KSINTERFACE_STANDARD_LOOPED_STREAMING },
			.Medium = { .Set = KSMEDIUMSETID_Standard },
			.PinId = id,
			.Priority = { KSPRIORITY_NORMAL, 1 },
		},
		.format = *format,
	};
	ks_status status;

	if (stand_in)
		return ks_create_pin(id, &format->head, out);
	if (!KsCreatePin(filter, &call.connect, GENERIC_READ | GENERIC_WRITE, out))
		return 0;
	status = (ks_status)RtlGetLastNtStatus();
	return status < 0 ? status : (ks_status)WRT_STATUS_UNSUCCESSFUL;
}

static enum wrt_status set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
				  uint32_t channels)
{
	struct format f;
	ks_status status;
	HANDLE h;

	make_format(&f, rate, format, channels);
	if (s->pin)
		return ks_status_of(ks_set(s->pin, &KSPROPSETID_Connection,
					   KSPROPERTY_CONNECTION_DATAFORMAT, &f,
					   f.head.FormatSize));
	status = create_pin(s->id, &f, &h);
	s->pin = status ? NULL : h;
	return ks_status_of(status);
}

/* Bytes since STOP are told to nobody. */
static enum wrt_status position(struct cf_stream *s, struct cf_position *out)
{
	KSAUDIO_POSITION p = { 0 };
	KSSTATE state = KSSTATE_STOP;
	ks_status status = ks_get(s->pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &p,
				  sizeof(p));

	if (!status)
		status = ks_get(s->pin, &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
				&state, sizeof(state));
	*out = (struct cf_position){ p.PlayOffset, CF_UNKNOWN, CF_UNKNOWN, (uint32_t)state };
	return ks_status_of(status);
}

struct cf_client cf_client = {
	.name = "windows",
	.kernel = true,
	.device = set_device,
	.end = end,
	.open = open_stream,
	.close = close_stream,
	.set_format = set_format,
	.alloc = ks_alloc,
	.map = ks_map,
	.event = ks_event_new,
	.event_dup = ks_event_dup,
	.event_close = ks_event_close,
	.event_take = ks_event_take,
	.event_wait = wait_event,
	.event_register = ks_event_register,
	.event_unregister = ks_event_unregister,
	.event_bad = ks_event_bad,
	.set_state = ks_set_state,
	.position = position,
	.packet_count = ks_packet_count,
	.presentation = ks_presentation,
	.read_packet = ks_read_packet,
	.write_packet = ks_write_packet,
	.latency = ks_latency,
	.reg = ks_reg,
	.advance = advance,
	.now_ns = now_ns,
};
