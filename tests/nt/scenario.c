// SPDX-License-Identifier: GPL-2.0-only
/*
 * scenario.c - runs scenarios: the language of Documentation/nt.md, one source for Linux and
 * Windows, over the client of ../conformance/client.h. Prints a trace: JSON Lines, one a call.
 *
 *   scenario [-c FILE] [-n RUNS] [-o NAMES] FILE...
 *     -c FILE   write what core and miniport did (the core trace) there
 *     -n RUNS   do it so many times: each run has to print what the first one did
 *     -o FILE   only scenarios whose names are words of that file
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "scenario.h"

#define WORDS	8
#define LINES	4096
#define NAMES	16
#define TRACE	(1 << 22)

#define cl (&cf_client)

struct line {
	const char *file;
	int number, words;
	char *word[WORDS];
	char text[96];
};

static struct line lines[LINES];
static int nlines;

static struct named {
	char name[16];
	struct cf_stream *stream;	/* one of both */
	struct cf_event *event;
} names[NAMES];

static const char *scenario = "";
static int call;
static char *trace;		/* of this run */
static size_t used;
static FILE *core;
static char *only;		/* text with the names of those to run; NULL: all */
static bool skipped;

static void put(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	used += (size_t)vsnprintf(trace + used, TRACE - used, format, args);
	va_end(args);
	if (used >= TRACE) {
		fprintf(stderr, "the trace is too long\n");
		exit(2);
	}
}

/* ---- the text ---------------------------------------------------------------------------- */

static _Noreturn void wrong(const struct line *l, int word, const char *why)
{
	fprintf(stderr, "%s:%d: %s: %s\n", l->file, l->number,
		word < l->words ? l->word[word] : "the end of the line", why);
	exit(2);
}

static void read_line(const char *file, int number, char *text)
{
	struct line *l = &lines[nlines];
	char *word, *comment = strchr(text, '#');
	size_t n = 0;

	if (comment)
		*comment = 0;
	*l = (struct line){ .file = file, .number = number };
	for (word = strtok(text, " \t\r\n"); word; word = strtok(NULL, " \t\r\n")) {
		if (l->words == WORDS || n + strlen(word) + 2 > sizeof(l->text))
			wrong(l, l->words, "the line is too long");
		n += (size_t)sprintf(l->text + n, "%s%s", n ? " " : "", word);
		l->word[l->words] = strdup(word);
		l->words++;
	}
	nlines += l->words != 0;
	if (nlines == LINES)
		wrong(l, 0, "too many lines");
}

static void read_file(const char *name)
{
	FILE *f = fopen(name, "r");
	char text[256];
	int number = 0;

	if (!f) {
		perror(name);
		exit(2);
	}
	while (fgets(text, sizeof(text), f))
		read_line(name, ++number, text);
	fclose(f);
}

static uint64_t number(const struct line *l, int word)
{
	char *end;
	unsigned long long n;

	if (word >= l->words)
		wrong(l, word, "a number is missing");
	n = strtoull(l->word[word], &end, 0);
	if (*end)
		wrong(l, word, "is no number");
	return n;
}

static uint32_t one_of(const struct line *l, int word, const char *const *choice)
{
	uint32_t i;

	for (i = 0; word < l->words && choice[i]; i++)
		if (!strcmp(choice[i], l->word[word]))
			return i;
	wrong(l, word, "is not known here");
}

/* ---- names -------------------------------------------------------------------------------- */

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
	int i;

	if (word >= l->words || strlen(l->word[word]) >= sizeof(names->name))
		wrong(l, word, "a name is missing");
	if (find(l, word))
		wrong(l, word, "is taken");
	for (i = 0; i < NAMES && names[i].name[0]; i++)
		;
	if (i == NAMES)
		wrong(l, word, "is one name too many");
	memset(&names[i], 0, sizeof(names[i]));
	strcpy(names[i].name, l->word[word]);
	return &names[i];
}

static struct cf_stream *stream(const struct line *l, int word)
{
	struct named *n = find(l, word);

	if (!n || !n->stream)
		wrong(l, word, "is no stream");
	return n->stream;
}

static struct cf_event *event(const struct line *l, int word)
{
	struct named *n = find(l, word);

	if (!n || !n->event)
		wrong(l, word, "is no event");
	return n->event;
}

/* ---- results ------------------------------------------------------------------------------- */

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
}

static void put_number(const char *name, uint64_t value)
{
	put(",\"%s\":%llu", name, (unsigned long long)value);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static void do_device(const struct line *l)
{
	struct cf_device wish = { 0 };
	int i;

	for (i = 1; i < l->words; i++) {
		if (one_of(l, i, (const char *const []){ "ramp", "not-ready", NULL }))
			wish.not_ready = true;
		else
			wish.ramp = true;
	}
	put_status(cl->device(&wish));
}

static void do_open(const struct line *l)
{
	uint32_t dir = one_of(l, 2, (const char *const []){ "render", "capture", NULL });
	struct cf_stream *s = NULL;
	struct named *n = new_name(l, 1);
	enum wrt_status st = cl->open(dir, l->words > 3 ? (uint32_t)number(l, 3) : 0, &s);

	n->stream = st ? NULL : s;
	put_status(st);
}

static void do_format(const struct line *l)
{
	static const char *const formats[] = { "u8", "s16", "s24-32", "s32", "float", NULL };
	static const uint32_t bit[] = { 1, 2, 8, 16, 32 };

	put_status(cl->set_format(stream(l, 1), (uint32_t)number(l, 2),
				  bit[one_of(l, 3, formats)], (uint32_t)number(l, 4)));
}

static void alloc(struct cf_stream *s, struct cf_buffer b)
{
	enum wrt_status st = cl->alloc(s, &b);

	put_status(st);
	if (st)
		return;
	put_number("actual", b.actual);
	put_number("barrier", b.barrier);
}

static void do_alloc(const struct line *l)
{
	alloc(stream(l, 1), (struct cf_buffer){ .notify = true, .count = (uint32_t)number(l, 2),
						.bytes = (uint32_t)number(l, 3) });
}

static void do_alloc_timer(const struct line *l)
{
	alloc(stream(l, 1), (struct cf_buffer){ .bytes = (uint32_t)number(l, 2) });
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
	uint32_t kind = one_of(l, 2, (const char *const []){ "not-open", "no-event", NULL });

	put_status(cl->event_bad(stream(l, 1), kind ? CF_NO_EVENT : CF_NOT_OPEN, false));
}

static void do_state(const struct line *l)
{
	static const char *const states[] = { "stop", "acquire", "pause", "run", "4", NULL };

	put_status(cl->set_state(stream(l, 1), one_of(l, 2, states)));
}

static void do_step(const struct line *l)
{
	cl->advance(number(l, 1), l->words > 2 ? (uint32_t)number(l, 2) : 48000);
	put_status(WRT_STATUS_SUCCESS);
}

static void do_wait(const struct line *l)
{
	bool seen = cl->event_wait(event(l, 1), number(l, 2),
				   l->words > 3 ? (uint32_t)number(l, 3) : 48000);

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
	put_number("linear", p.linear);
	put_number("ns", p.ns);
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

/* Times are told in 100 ns, the tick of the performance counter of Windows. */
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
			flags = (uint32_t)number(l, 4);
		else
			eos = (uint32_t)number(l, 4);
	}
	put_status(cl->write_packet(stream(l, 1), (uint32_t)number(l, 2), flags, eos));
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

/* The buffer holds value, value + 1, ... */
static void do_fill(const struct line *l)
{
	uint8_t *at = cl->map(stream(l, 1));
	uint64_t i, value = number(l, 2), n = number(l, 3);

	for (i = 0; at && i < n; i++)
		at[i] = (uint8_t)(value + i);
	put_status(at ? WRT_STATUS_SUCCESS : WRT_STATUS_INVALID_DEVICE_REQUEST);
}

/* FNV-1a of the first bytes of the buffer. */
static void do_hash(const struct line *l)
{
	uint8_t *at = cl->map(stream(l, 1));
	uint64_t i, n = number(l, 2), hash = 0xcbf29ce484222325;

	for (i = 0; at && i < n; i++)
		hash = (hash ^ at[i]) * 0x100000001b3;
	put_status(at ? WRT_STATUS_SUCCESS : WRT_STATUS_INVALID_DEVICE_REQUEST);
	if (at)
		put_number("hash", hash);
}

static void do_remove(const struct line *l)
{
	(void)l;
	put_status(cl->remove());
}

static const struct {
	const char *name;
	int least, most;		/* words behind it */
	void (*fn)(const struct line *l);
} calls[] = {
	{ "device", 0, 2, do_device }, { "open", 2, 3, do_open }, { "format", 4, 4, do_format },
	{ "alloc", 3, 3, do_alloc }, { "alloc-timer", 2, 2, do_alloc_timer },
	{ "free", 1, 1, do_free }, { "close", 1, 1, do_close }, { "event", 1, 1, do_event },
	{ "dup", 2, 2, do_dup }, { "drop", 1, 1, do_drop }, { "register", 2, 2, do_register },
	{ "unregister", 2, 2, do_unregister }, { "register-bad", 2, 2, do_register_bad },
	{ "state", 2, 2, do_state }, { "step", 1, 2, do_step }, { "wait", 2, 3, do_wait },
	{ "position", 1, 1, do_position }, { "counters", 1, 1, do_counters },
	{ "count", 1, 1, do_count }, { "presentation", 1, 1, do_presentation },
	{ "read", 1, 1, do_read }, { "write", 2, 4, do_write }, { "latency", 1, 1, do_latency },
	{ "hwreg", 2, 2, do_hwreg }, { "fill", 3, 3, do_fill }, { "hash", 2, 2, do_hash },
	{ "remove", 0, 0, do_remove },
};

#define CALLS (int)(sizeof(calls) / sizeof(*calls))

static int call_of(const struct line *l)
{
	int i;

	for (i = 0; i < CALLS; i++)
		if (!strcmp(calls[i].name, l->word[0]))
			break;
	if (i == CALLS)
		wrong(l, 0, "no such call");
	if (l->words - 1 < calls[i].least)
		wrong(l, l->words, "a word is missing");
	if (l->words - 1 > calls[i].most)
		wrong(l, calls[i].most + 1, "is one word too many");
	return i;
}

/* ---- running ------------------------------------------------------------------------- */

/* What has been signalled since the last call. */
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
		put("%s\"%s\":%llu", before, names[i].name, (unsigned long long)n);
		before = ",";
	}
	if (*before == ',' && !before[1])
		put("}");
}

/* A call of a stream that could not be opened; but its name is taken. */
static bool could_not_open(const struct line *l)
{
	struct named *n = find(l, 1);

	return n && !n->stream && !n->event;
}

static void run_call(const struct line *l)
{
	int i = call_of(l);

	put("{\"scenario\":\"%s\",\"n\":%d,\"call\":\"%s\"", scenario, ++call, l->text);
	if (could_not_open(l))
		put(",\"status\":\"NOT_OPEN\"");
	else
		calls[i].fn(l);
	put_signals();
	put("}\n");
}

static void end_scenario(void)
{
	if (!*scenario)
		return;
	cl->end();
	memset(names, 0, sizeof(names));
	if (core)
		fprintf(core, "scenario %s\n", scenario);
	core_trace(core);
}

static bool is_named(const char *name)
{
	size_t n = strlen(name);
	const char *at;

	for (at = strstr(only, name); at; at = strstr(at + 1, name))
		if ((at == only || strchr(" \n", at[-1])) && (!at[n] || strchr(" \n", at[n])))
			return true;
	return false;
}

static void begin_scenario(const struct line *l)
{
	const struct cf_device plain = { 0 };

	end_scenario();
	if (l->words != 2)
		wrong(l, 1, "one name is wanted");
	scenario = "";
	skipped = only && !is_named(l->word[1]);
	if (skipped)
		return;
	scenario = l->word[1];
	call = 0;
	forget_device();
	if (cl->device(&plain))
		wrong(l, 0, "there is no device");
	core_trace(NULL);
}

/* From after line `at`: the lines up to its `end`, n times. Returns that `end`. */
static int run_lines(int at, uint64_t n)
{
	int first = at + 1, i = first, depth;

	do {
		for (i = first; i < nlines && strcmp(lines[i].word[0], "end"); i++) {
			if (!strcmp(lines[i].word[0], "scenario"))
				begin_scenario(&lines[i]);
			else if (!*scenario && !skipped)
				wrong(&lines[i], 0, "no scenario has begun");
			else if (!strcmp(lines[i].word[0], "repeat"))
				i = run_lines(i, number(&lines[i], 1));
			else if (!skipped)
				run_call(&lines[i]);
		}
	} while (n-- > 1);
	depth = i;
	if (at >= 0 && depth == nlines)
		wrong(&lines[at], 0, "has no end");
	return depth;
}

/* Every call is looked at before anything runs. */
static void check_lines(void)
{
	static const char *const own[] = { "scenario", "repeat", "end", NULL };
	int i, j;

	for (i = 0; i < nlines; i++) {
		for (j = 0; own[j] && strcmp(own[j], lines[i].word[0]); j++)
			;
		if (!own[j])
			call_of(&lines[i]);
	}
}

/* What the file holds; for core traces, which are of one size but for mistakes. */
static char *contents(const char *name)
{
	FILE *f = fopen(name, "rb");
	char *all = calloc(1, TRACE);

	if (!f || !all || fread(all, 1, TRACE - 1, f) == TRACE - 1) {
		perror(name);
		exit(2);
	}
	fclose(f);
	return all;
}

/* Leaves the trace in `trace`; the core trace, if it is wanted, is returned. */
static char *run_all(const char *core_name)
{
	int end;

	used = 0;
	scenario = "";
	core = core_name ? fopen(core_name, "wb") : NULL;
	if (core_name && !core) {
		perror(core_name);
		exit(2);
	}
	end = run_lines(-1, 1);
	if (end < nlines)
		wrong(&lines[end], 0, "nothing is repeated here");
	end_scenario();
	if (!core)
		return NULL;
	fclose(core);
	return contents(core_name);
}

/* Each run has to be the first one again. */
static bool run_again(const char *core_name, int runs)
{
	char *core_text = run_all(core_name), *core_again, *first = strdup(trace);
	bool same = true;
	int i;

	for (i = 2; i <= runs && same; i++) {
		core_again = run_all(core_name);
		same = !strcmp(trace, first) && (!core_name || !strcmp(core_again, core_text));
		if (!same)
			fprintf(stderr, "run %d is not as the first one\n", i);
		free(core_again);
	}
	free(core_text);
	free(first);
	return same;
}

int main(int argc, char **argv)
{
	const char *core_name = NULL;
	int runs = 1, i;
	bool same;

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "-c"))
			core_name = argv[i + 1];
		else if (!strcmp(argv[i], "-n"))
			runs = atoi(argv[i + 1]);
		else if (!strcmp(argv[i], "-o"))
			only = contents(argv[i + 1]);
		else
			return 2;
	}
	for (; i < argc; i++)
		read_file(argv[i]);
	check_lines();
	trace = malloc(TRACE);
	same = run_again(core_name, runs);
	if (same)
		printf("{\"where\":\"%s\",\"runs\":%d}\n%s", scenario_where, runs, trace);
	free(trace);
	free(only);
	return !same;
}
