// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_win.c - wavert-trace on Windows: the client of ../client.h on a pin of a WaveRT
 * filter, in real time. Never run on Windows by its authors. Under Wine --stand-in runs: the same
 * calls on wavertmini.sys below the stand-in port driver of tests/nt, with two differences: a pin is
 * created by a property, not by KsCreatePin(), and the simulator can be reconfigured.
 *
 * A pin is created with a format, so `format` creates it; until then every call of the stream is
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
NTSYSAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS status);
NTSYSAPI NTSTATUS NTAPI RtlGetVersion(RTL_OSVERSIONINFOW *out);

#define FILTERS	2		/* one plays, one records, as in most drivers */

int _dowildcard = -1;		/* expand *.scn, which cmd.exe does not */

static bool stand_in;
static HANDLE filters[FILTERS];
static int nfilters;
static struct ks_pin pins[FILTERS * KS_PINS];	/* of all filters */
static int npins;
static char device_name[1000], where[160];

const char *const trace_device_help =
	"number in --list or path; or two, DEVICE,DEVICE: one\n"
"                         plays, one records (default: the first WaveRT ones)";
const char *const trace_notes =
"      --stand-in         under Wine: the test driver below a stand-in for the port driver\n"
"\n"
"This program has never been run on Windows by its authors.\n";

bool trace_option(const char *name)
{
	stand_in |= !strcmp(name, "stand-in");
	return !strcmp(name, "stand-in");
}

/* ---- the program's device ------------------------------------------------------------- */

static HANDLE open_path(const char *path)
{
	return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
			   FILE_FLAG_OVERLAPPED, NULL);
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
		printf("  pin %lu: %s%s%s, %lu of %ld in use\n", (unsigned long)pins[i].id,
		       pins[i].capture ? "capture" : "render", pins[i].special ? ", " : "",
		       pins[i].special ? pins[i].special : "",
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

static UINT code_page;

static void restore_console(void)
{
	fflush(stdout);
	SetConsoleOutputCP(code_page);
}

/* Names are in UTF-8; a console needs each character in one write. */
static void prepare_console(void)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 14);
	code_page = GetConsoleOutputCP();
	if (code_page && SetConsoleOutputCP(CP_UTF8))
		atexit(restore_console);
}

static bool plays_or_records(bool capture)
{
	int i;

	for (i = 0; i < npins; i++)
		if (pins[i].capture == capture && !pins[i].special)
			return true;
	return false;
}

/* Adds the pins of a filter to the others; returns a status. */
static int add_filter(HANDLE h)
{
	int n = ks_pins(h, pins + npins);

	filters[nfilters++] = h;
	if (n < 0)
		return n;
	npins += n;
	return 0;
}

static void drop_filter(int pins_before)
{
	CloseHandle(filters[--nfilters]);
	npins = pins_before;
}

static void add_name(const struct ks_filter *f)
{
	size_t n = strlen(device_name);

	snprintf(device_name + n, sizeof(device_name) - n, "%s%s%s%s", n ? "; " : "", f->name,
		 f->name[0] ? ", " : "", f->path);
}

/* Only Wine loads the driver; Windows refuses it, since it is not signed. */
static int open_stand_in(void)
{
	HANDLE h;

	if (!ks_wine_version()) {
		fputs("wavert-trace: --stand-in is for Wine alone\n", stderr);
		return 2;
	}
	nt_load_driver();
	h = open_path(PORT_DEVICE);
	if (h == INVALID_HANDLE_VALUE)
		ks_die("the stand-in port driver", (ks_status)GetLastError());
	add_filter(h);
	return 0;
}

int trace_list(void)
{
	static struct ks_filter found[KS_FILTERS];
	int err, i, n;

	ks_client_begin();
	prepare_console();
	if (stand_in) {
		err = open_stand_in();
		if (err)
			return err;
		puts("the stand-in port driver");
		print_pins(filters[0]);
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

/* Finds a filter by its number or its path. */
static const struct ks_filter *choose(const struct ks_filter *list, int n, const char *name)
{
	char *end;
	long number = strtol(name, &end, 10);
	int i;

	if (*name && !*end) {
		if (number < 0 || number >= n)
			return NULL;
		return &list[number];
	}
	for (i = 0; i < n; i++)
		if (!_stricmp(list[i].path, name))
			return &list[i];
	return NULL;
}

/* A path has no comma: Windows forbids commas in names of devices. */
static int open_named(const struct ks_filter *list, int n, char *names)
{
	const struct ks_filter *f;
	char *name;
	HANDLE h;

	for (name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		f = choose(list, n, name);
		if (!f || nfilters == FILTERS) {
			fprintf(stderr, "wavert-trace: there is no device %s%s\n", name,
				f ? " beside two others" : "; --list shows what there is");
			return 1;
		}
		h = open_path(f->path);
		if (h == INVALID_HANDLE_VALUE) {
			fprintf(stderr, "wavert-trace: %s cannot be opened: error %lu\n", f->path,
				(unsigned long)GetLastError());
			return 1;
		}
		add_filter(h);
		add_name(f);
	}
	return 0;
}

/* Takes the first WaveRT filters with pins, until there are playback and capture pins. */
static int open_first(const struct ks_filter *list, int n)
{
	bool plays, records;
	int i, before;
	HANDLE h;

	for (i = 0; i < n && nfilters < FILTERS; i++) {
		h = INVALID_HANDLE_VALUE;
		if (list[i].realtime)
			h = open_path(list[i].path);
		if (h == INVALID_HANDLE_VALUE)
			continue;
		before = npins;
		plays = plays_or_records(false);
		records = plays_or_records(true);
		add_filter(h);
		if (plays == plays_or_records(false) && records == plays_or_records(true))
			drop_filter(before);
		else
			add_name(&list[i]);
		if (plays_or_records(false) && plays_or_records(true))
			break;
	}
	if (!nfilters)
		fputs("wavert-trace: there is no WaveRT device; --list shows what there is\n",
		      stderr);
	return !nfilters;
}

static int open_filters(const char *name)
{
	static struct ks_filter found[KS_FILTERS];
	int err, n = ks_filters(found);
	char *names;

	if (!name)
		return open_first(found, n);
	names = _strdup(name);
	if (!names)
		return 1;
	err = open_named(found, n, names);
	free(names);
	return err;
}

/* Most pins accept one client, which may be another program of this machine. */
static void warn_of_users(void)
{
	const struct ks_pin *p;

	for (p = pins; p < pins + npins; p++)
		if (!p->special && p->instances.CurrentCount &&
		    p->instances.CurrentCount >= p->instances.PossibleCount)
			fprintf(stderr, "wavert-trace: pin %lu (%s) is in use by another program\n",
				(unsigned long)p->id, p->capture ? "capture" : "render");
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
	if (stand_in)
		err = open_stand_in();
	else
		err = open_filters(name);
	if (err)
		return err;
	if (!plays_or_records(false) && !plays_or_records(true)) {
		fputs("wavert-trace: it has no pin to stream\n", stderr);
		return 1;
	}
	warn_of_users();
	timeBeginPeriod(1);
	say_where();
	return 0;
}

void trace_close(void)
{
	while (nfilters)
		drop_filter(0);
	timeEndPeriod(1);
}

struct scenario_place trace_place(void)
{
	return (struct scenario_place){ "nt", ks_wine_version() ? "wine" : "windows", where,
					device_name };
}

/* ---- the device of a scenario, time ---------------------------------------------------- */

/* A close has completed when a later request has completed. */
static void settle(void)
{
	struct ks_pin list[KS_PINS];
	int i;

	for (i = 0; i < nfilters; i++)
		ks_pins(filters[i], list);
}

static void end(void)
{
	ks_client_stop();
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
		return ks_status_of(ks_set(filters[0], &SIM_PROPERTIES, SIM_CONFIG, &cfg,
					   sizeof(cfg)));
	if (wish->ramp || wish->not_ready)
		return CF_LACKS;
	return WRT_STATUS_SUCCESS;
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

/* The n-th pin of that direction. Without a pin there is no driver to call. */
static enum wrt_status open_stream(uint32_t dir, uint32_t pin, struct cf_stream **out)
{
	int i;

	for (i = 0; i < npins; i++)
		if (pins[i].capture == (dir == CF_CAPTURE) && !pins[i].special && !pin--)
			break;
	if (i == npins)
		return CF_LACKS;
	*out = ks_stream();
	(*out)->filter = pins[i].filter;
	(*out)->id = pins[i].id;
	return WRT_STATUS_SUCCESS;
}

static void close_stream(struct cf_stream *s)
{
	ks_stream_close(s);
	settle();
}

struct format {
	KSDATAFORMAT head;
	WAVEFORMATEXTENSIBLE wave;
};

/* Drivers compare it with what they have: what Windows sets up for so many speakers. */
static DWORD speakers(WORD channels)
{
	switch (channels) {
	case 1:
		return KSAUDIO_SPEAKER_MONO;
	case 2:
		return KSAUDIO_SPEAKER_STEREO;
	case 4:
		return KSAUDIO_SPEAKER_QUAD;
	case 6:
		return KSAUDIO_SPEAKER_5POINT1;
	case 8:
		return KSAUDIO_SPEAKER_7POINT1_SURROUND;
	}
	return KSAUDIO_SPEAKER_DIRECTOUT;
}

static void make_format(struct format *out, const KSDATAFORMAT_WAVEFORMATEX *f, bool extensible)
{
	memset(out, 0, sizeof(*out));
	out->head = f->DataFormat;
	out->wave.Format = f->WaveFormatEx;
	if (!extensible)
		return;
	out->head.FormatSize = sizeof(*out);
	out->wave.Format.wFormatTag = WAVE_FORMAT_EXTENSIBLE;
	out->wave.Format.cbSize = sizeof(out->wave) - sizeof(out->wave.Format);
	out->wave.Samples.wValidBitsPerSample = f->WaveFormatEx.wBitsPerSample;
	out->wave.dwChannelMask = speakers(f->WaveFormatEx.nChannels);
	out->wave.SubFormat = f->DataFormat.SubFormat;
}

/*
 * By the documentation KsCreatePin() may return statuses and errors of Win32. ntdll keeps the
 * status from which such an error was made; an error that does not fit it has another origin.
 */
static ks_status status_of_error(DWORD error)
{
	ks_status status = (ks_status)RtlGetLastNtStatus();

	if ((ks_status)error <= 0)
		return (ks_status)error;
	if (status < 0 && RtlNtStatusToDosErrorNoTeb(status) == error)
		return status;
	return (ks_status)(0xc0070000 | (error & 0xffff));	/* NTSTATUS_FROM_WIN32() */
}

static ks_status create_pin(struct cf_stream *s, const struct format *format)
{
	struct {
		KSPIN_CONNECT connect;
		struct format format;
	} call = {
		.connect = {
			.Interface = { .Set = KSINTERFACESETID_Standard,
				       .Id = KSINTERFACE_STANDARD_LOOPED_STREAMING },
			.Medium = { .Set = KSMEDIUMSETID_Standard },
			.PinId = s->id,
			.Priority = { KSPRIORITY_NORMAL, 1 },
		},
		.format = *format,
	};
	ks_status status;
	HANDLE h;

	if (stand_in)
		status = ks_create_pin(s->id, &format->head, &h);
	else
		status = status_of_error(KsCreatePin(s->filter, &call.connect,
						     GENERIC_READ | GENERIC_WRITE, &h));
	if (!status)
		s->pin = h;
	return status;
}

static ks_status offer(struct cf_stream *s, const KSDATAFORMAT_WAVEFORMATEX *plain, bool extensible)
{
	struct format f;

	make_format(&f, plain, extensible);
	if (!s->pin)
		return create_pin(s, &f);
	return ks_set(s->pin, &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_DATAFORMAT, &f,
		      f.head.FormatSize);
}

/*
 * By the short form up to 16 bits and two channels, else by the long one. Some drivers accept only
 * one of them, so the other is tried next; the status of the first is returned.
 */
static enum wrt_status set_format(struct cf_stream *s, uint32_t rate, uint32_t format,
				  uint32_t channels)
{
	KSDATAFORMAT_WAVEFORMATEX plain;
	bool extensible;
	ks_status status;

	ks_format_of(&plain, rate, format, channels);
	extensible = plain.WaveFormatEx.wBitsPerSample > 16 || channels > 2;
	status = offer(s, &plain, extensible);
	if (status && !offer(s, &plain, !extensible))
		status = 0;
	return ks_status_of(status);
}

/* A query for the state of a capture pin returns this in PAUSE, where no data can be queued. */
#define NO_DATA_DETECTED	((ks_status)0x80000022)

/* A client cannot read the number of bytes since STOP. */
static enum wrt_status position(struct cf_stream *s, struct cf_position *out)
{
	KSAUDIO_POSITION p = { 0 };
	KSSTATE state = KSSTATE_STOP;
	ks_status status = ks_get(s->pin, &KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, &p,
				  sizeof(p));

	if (!status)
		status = ks_get(s->pin, &KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
				&state, sizeof(state));
	if (status == NO_DATA_DETECTED) {
		state = KSSTATE_PAUSE;
		status = 0;
	}
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
