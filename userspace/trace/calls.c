// SPDX-License-Identifier: GPL-2.0-only
/*
 * calls.c - the calls of a scenario, on the client of client.h; see scenario.h. A call that the
 * client lacks has the status LACKS. If the client lacks a call that changes or removes the device
 * or frees a buffer, the rest of the scenario would show nothing: its calls are not made and have
 * the status LACKS.
 */
#include <stddef.h>
#include <string.h>

#include "scenario.h"

#define NAMES	16

#define cl (&cf_client)

static struct named {
	char name[16];
	struct cf_stream *stream;	/* one of the two is set */
	struct cf_event *event;
	uint32_t bytes;			/* of its buffer */
} names[NAMES];

static bool pointless;		/* the rest of the scenario would show nothing */

/* ---- names ------------------------------------------------------------------------------- */

static struct named *find(const struct line *l, int word)
{
	int i;

	for (i = 0; word < l->words && i < NAMES; i++)
		if (names[i].name[0] && !strcmp(names[i].name, l->word[word]))
			return &names[i];
	return NULL;
}

static struct named *new_name(const struct line *l, int word)
{
	size_t n = 0;
	int i;

	if (word < l->words)
		n = strlen(l->word[word]);
	if (!n || n >= sizeof(names->name))
		wrong(l, word, "is not a name of less than 16 letters");
	if (find(l, word))
		wrong(l, word, "is in use");
	for (i = 0; i < NAMES && names[i].name[0]; i++)
		;
	if (i == NAMES)
		wrong(l, word, "exceeds the number of names");
	memset(&names[i], 0, sizeof(names[i]));
	memcpy(names[i].name, l->word[word], n);
	return &names[i];
}

static struct named *named_stream(const struct line *l, int word)
{
	struct named *n = find(l, word);

	if (n && n->stream)
		return n;
	wrong(l, word, "is not a stream");
}

static struct cf_stream *stream(const struct line *l, int word)
{
	return named_stream(l, word)->stream;
}

static struct cf_event *event(const struct line *l, int word)
{
	struct named *n = find(l, word);

	if (n && n->event)
		return n->event;
	wrong(l, word, "is not an event");
}

void forget_names(void)
{
	memset(names, 0, sizeof(names));
	pointless = false;
}

/* ---- results ------------------------------------------------------------------------------ */

static void put_number(const char *name, uint64_t value)
{
	put(",\"%s\":%llu", name, (unsigned long long)value);
}

/* A status outside the contract is written as its value, if that is known. */
static void put_status(enum wrt_status st)
{
	const char *name = "OTHER";

#define NAME(n, value, error)			\
	if (st == WRT_STATUS_##n)		\
		name = #n;
	WRT_STATUS_TABLE(NAME)
#undef NAME
	if (!st)
		name = "SUCCESS";
	if (st == CF_LACKS)
		name = "LACKS";
	put(",\"status\":\"%s\"", name);
	if (!strcmp(name, "OTHER") && st != CF_OTHER)
		put_number("ntstatus", (uint32_t)st);
}

static void put_known(const char *name, uint64_t value)
{
	if (value != CF_UNKNOWN)
		put_number(name, value);
}

/* ---- calls --------------------------------------------------------------------------------- */

static void do_device(const struct line *l)
{
	struct cf_device wish = { 0 };
	enum wrt_status st;
	int i;

	for (i = 1; i < l->words; i++) {
		if (one_of(l, i, (const char *const []){ "ramp", "not-ready", NULL }))
			wish.not_ready = true;
		else
			wish.ramp = true;
	}
	st = cl->device(&wish);
	pointless = st == CF_LACKS;
	put_status(st);
}

static void do_open(const struct line *l)
{
	uint32_t dir = one_of(l, 2, (const char *const []){ "render", "capture", NULL });
	struct cf_stream *s = NULL;
	struct named *n = new_name(l, 1);
	enum wrt_status st;
	uint32_t pin = 0;

	if (l->words > 3)
		pin = number32(l, 3);
	st = cl->open(dir, pin, &s);
	if (!st)
		n->stream = s;
	put_status(st);
}

static void do_format(const struct line *l)
{
	static const char *const formats[] = { "u8", "s16", "s24-32", "s24-3", "s32",
					     "float", NULL };
	static const uint32_t bit[] = { 1, 2, 8, 64, 16, 32 };

	put_status(cl->set_format(stream(l, 1), number32(l, 2), bit[one_of(l, 3, formats)],
				  number32(l, 4)));
}

static void alloc(struct named *n, struct cf_buffer b)
{
	enum wrt_status st = cl->alloc(n->stream, &b);

	put_status(st);
	if (st)
		return;
	n->bytes = b.actual;
	put_number("actual", b.actual);
	put_number("barrier", b.barrier);
}

static void do_alloc(const struct line *l)
{
	const struct cf_buffer wish = {
		.notify = true, .count = number32(l, 2), .bytes = number32(l, 3),
	};

	alloc(named_stream(l, 1), wish);
}

static void do_alloc_timer(const struct line *l)
{
	alloc(named_stream(l, 1), (struct cf_buffer){ .bytes = number32(l, 2) });
}

static void do_free(const struct line *l)
{
	put_status(cl->free(stream(l, 1)));
}

static void do_close(const struct line *l)
{
	cl->close(stream(l, 1));
	find(l, 1)->name[0] = 0;
	put_status(WRT_STATUS_SUCCESS);
}

static void do_event(const struct line *l)
{
	new_name(l, 1)->event = cl->event();
	put_status(WRT_STATUS_SUCCESS);
}

static void do_dup(const struct line *l)
{
	struct cf_event *e = cl->event_dup(event(l, 2));

	new_name(l, 1)->event = e;
	put_status(WRT_STATUS_SUCCESS);
}

static void do_drop(const struct line *l)
{
	cl->event_close(event(l, 1));
	find(l, 1)->name[0] = 0;
	put_status(WRT_STATUS_SUCCESS);
}

static void do_register(const struct line *l)
{
	put_status(cl->event_register(stream(l, 1), event(l, 2)));
}

static void do_unregister(const struct line *l)
{
	put_status(cl->event_unregister(stream(l, 1), event(l, 2)));
}

static void do_register_bad(const struct line *l)
{
	static const enum cf_bad_event kinds[] = { CF_NOT_OPEN, CF_NO_EVENT };
	uint32_t kind = one_of(l, 2, (const char *const []){ "not-open", "no-event", NULL });

	put_status(cl->event_bad(stream(l, 1), kinds[kind], false));
}

static void do_state(const struct line *l)
{
	static const char *const states[] = { "stop", "acquire", "pause", "run", "4", NULL };

	put_status(cl->set_state(stream(l, 1), one_of(l, 2, states)));
}

static void do_step(const struct line *l)
{
	time_passes(number32(l, 1), rate_or(l, 2, 48000));
	put_status(WRT_STATUS_SUCCESS);
}

static void do_wait(const struct line *l)
{
	bool seen = time_passes_until(event(l, 1), number32(l, 2), rate_or(l, 3, 48000));

	put_status(WRT_STATUS_SUCCESS);
	put_number("signalled", seen);
}

static void do_position(const struct line *l)
{
	struct cf_position p = { 0 };
	enum wrt_status st = cl->position(stream(l, 1), &p);

	put_status(st);
	if (st)
		return;
	put_number("play", p.play);
	put_known("linear", p.linear);
	put_known("ns", p.ns);
	put_number("state", p.state);
}

static void do_counters(const struct line *l)
{
	struct cf_page p = { 0 };
	enum wrt_status st = cl->page(stream(l, 1), &p);

	put_status(st);
	if (st)
		return;
	put_number("linear", p.linear);
	put_number("packets", p.packets);
	put_number("underruns", p.underruns);
	put_number("repeats", p.repeats);
	put_number("late", p.late);
	put_number("overruns", p.overruns);
	put_number("dropped", p.dropped);
	put_number("state", p.state);
}

static void do_count(const struct line *l)
{
	uint32_t n = 0;
	enum wrt_status st = cl->packet_count(stream(l, 1), &n);

	put_status(st);
	if (!st)
		put_number("packets", n);
}

/* Times are in 100 ns, the tick of the performance counter of Windows. */
static void do_presentation(const struct line *l)
{
	uint64_t frames = 0, ns = 0;
	enum wrt_status st = cl->presentation(stream(l, 1), &frames, &ns);

	put_status(st);
	if (st)
		return;
	put_number("frames", frames);
	put_number("ticks", ns / 100);
}

static void do_read(const struct line *l)
{
	struct cf_read r = { 0 };
	enum wrt_status st = cl->read_packet(stream(l, 1), &r);

	put_status(st);
	if (st)
		return;
	put_number("number", r.number);
	put_number("flags", r.flags);
	put_number("more", r.more);
	put_number("ticks", r.ns / 100);
}

static void do_write(const struct line *l)
{
	uint32_t flags = 0, eos = 0;

	if (l->words > 3) {
		flags = 0x200;
		if (one_of(l, 3, (const char *const []){ "eos", "flags", NULL }))
			flags = number32(l, 4);
		else
			eos = number32(l, 4);
	}
	put_status(cl->write_packet(stream(l, 1), number32(l, 2), flags, eos));
}

static void do_latency(const struct line *l)
{
	struct cf_latency t = { 0 };
	enum wrt_status st = cl->latency(stream(l, 1), &t);

	put_status(st);
	if (st)
		return;
	put_number("fifo", t.fifo_bytes);
	put_number("chipset", t.chipset_100ns);
	put_number("codec", t.codec_100ns);
}

static void do_hwreg(const struct line *l)
{
	static const char *const kinds[] = { "position", "clock", "packet", NULL };
	struct cf_register r;
	uint32_t kind = one_of(l, 2, kinds);

	put_status(cl->reg(stream(l, 1), (enum cf_register_kind)kind, &r));
}

/* The buffer, or NULL. *st: LACKS, and NULL, if the driver's buffer is shorter than that. */
static uint8_t *buffer(const struct line *l, uint32_t bytes, enum wrt_status *st)
{
	struct named *n = named_stream(l, 1);
	uint8_t *at = cl->map(n->stream);

	*st = WRT_STATUS_INVALID_DEVICE_REQUEST;
	if (!at)
		return NULL;
	*st = CF_LACKS;
	if (bytes > n->bytes)
		return NULL;
	*st = WRT_STATUS_SUCCESS;
	return at;
}

/* The buffer holds value, value + 1, ... */
static void do_fill(const struct line *l)
{
	uint32_t i, value = number32(l, 2), n = number32(l, 3);
	enum wrt_status st;
	uint8_t *at = buffer(l, n, &st);

	for (i = 0; at && i < n; i++)
		at[i] = (uint8_t)(value + i);
	put_status(st);
}

/* FNV-1a of the first bytes of the buffer. */
static void do_hash(const struct line *l)
{
	uint32_t i, n = number32(l, 2);
	uint64_t hash = 0xcbf29ce484222325;
	enum wrt_status st;
	const uint8_t *at = buffer(l, n, &st);

	for (i = 0; at && i < n; i++)
		hash = (hash ^ at[i]) * 0x100000001b3;
	put_status(st);
	if (at)
		put_number("hash", hash);
}

static void do_remove(const struct line *l)
{
	(void)l;
	put_status(cl->remove());
}

#define NEEDS(member) offsetof(struct cf_client, member)

static const struct {
	const char *name;
	int least, most;		/* numbers of words after it */
	void (*fn)(const struct line *l);
	size_t needs;			/* offset of the function of struct cf_client */
} calls[] = {
	{ "device", 0, 2, do_device, NEEDS(device) },
	{ "open", 2, 3, do_open, NEEDS(open) },
	{ "format", 4, 4, do_format, NEEDS(set_format) },
	{ "alloc", 3, 3, do_alloc, NEEDS(alloc) },
	{ "alloc-timer", 2, 2, do_alloc_timer, NEEDS(alloc) },
	{ "free", 1, 1, do_free, NEEDS(free) },
	{ "close", 1, 1, do_close, NEEDS(close) },
	{ "event", 1, 1, do_event, NEEDS(event) },
	{ "dup", 2, 2, do_dup, NEEDS(event_dup) },
	{ "drop", 1, 1, do_drop, NEEDS(event_close) },
	{ "register", 2, 2, do_register, NEEDS(event_register) },
	{ "unregister", 2, 2, do_unregister, NEEDS(event_unregister) },
	{ "register-bad", 2, 2, do_register_bad, NEEDS(event_bad) },
	{ "state", 2, 2, do_state, NEEDS(set_state) },
	{ "step", 1, 2, do_step, NEEDS(advance) },
	{ "wait", 2, 3, do_wait, NEEDS(event_wait) },
	{ "position", 1, 1, do_position, NEEDS(position) },
	{ "counters", 1, 1, do_counters, NEEDS(page) },
	{ "count", 1, 1, do_count, NEEDS(packet_count) },
	{ "presentation", 1, 1, do_presentation, NEEDS(presentation) },
	{ "read", 1, 1, do_read, NEEDS(read_packet) },
	{ "write", 2, 4, do_write, NEEDS(write_packet) },
	{ "latency", 1, 1, do_latency, NEEDS(latency) },
	{ "hwreg", 2, 2, do_hwreg, NEEDS(reg) },
	{ "fill", 3, 3, do_fill, NEEDS(map) },
	{ "hash", 2, 2, do_hash, NEEDS(map) },
	{ "remove", 0, 0, do_remove, NEEDS(remove) },
};

#define CALLS (int)(sizeof(calls) / sizeof(*calls))

static int call_of(const struct line *l)
{
	int i;

	for (i = 0; i < CALLS; i++)
		if (!strcmp(calls[i].name, l->word[0]))
			return i;
	wrong(l, 0, "no such call");
}

void check_call(const struct line *l)
{
	int i = call_of(l);

	if (l->words - 1 < calls[i].least)
		wrong(l, l->words, "a word is missing");
	if (l->words - 1 > calls[i].most)
		wrong(l, calls[i].most + 1, "is one word more than expected");
}

/* The signals since the last call. */
static void put_signals(void)
{
	const char *before = ",\"signals\":{";
	uint64_t n;
	int i;

	for (i = 0; i < NAMES; i++) {
		if (!names[i].name[0] || !names[i].event)
			continue;
		n = cl->event_take(names[i].event);
		if (!n)
			continue;
		put("%s", before);
		put_string(names[i].name);
		put(":%llu", (unsigned long long)n);
		before = ",";
	}
	if (*before == ',' && !before[1])
		put("}");
}

/* A call of a stream that could not be opened but whose name is in use. */
static bool could_not_open(const struct line *l)
{
	struct named *n = find(l, 1);

	return n && !n->stream && !n->event;
}

/* `member` is the offset of a function pointer. */
static bool lacks(size_t member)
{
	void (*fn)(void);

	memcpy(&fn, (const char *)cl + member, sizeof(fn));
	return !fn;
}

void make_call(const struct line *l)
{
	int i = call_of(l);

	if (could_not_open(l)) {
		put(",\"status\":\"NOT_OPEN\"");
	} else if (pointless || lacks(calls[i].needs)) {
		put_status(CF_LACKS);
		pointless |= calls[i].fn == do_remove || calls[i].fn == do_free;
	} else {
		calls[i].fn(l);
	}
	put_signals();
}
