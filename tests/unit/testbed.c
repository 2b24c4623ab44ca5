// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * testbed.c - see testbed.h. Used by every test program of tests/unit/.
 * Single-threaded, except for the counters of tb_backend, which are for
 * single-threaded tests only.
 */
#include "testbed.h"

#if defined(__SANITIZE_THREAD__)
#define SANITIZER "-tsan"
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZER "-tsan"
#endif
#endif
#ifndef SANITIZER
#define SANITIZER ""
#endif

#ifdef __clang__
#define COMPILER "clang" SANITIZER
#else
#define COMPILER "gcc" SANITIZER
#endif

/* ---- running -------------------------------------------------------------------- */

/* "wrt_090_the_signal" becomes "gcc miniport: WRT-090 the_signal". */
static char *test_name(const char *group, const char *name)
{
	size_t room = strlen(group) + strlen(name) + 32;
	char *out = calloc(1, room);
	int n = snprintf(out, room, "%s %s: ", COMPILER, group);

	while (!strncmp(name, "wrt_", 4)) {
		n += snprintf(out + n, room - n, "WRT-%.3s ", name + 4);
		name += 8;
	}
	snprintf(out + n, room - n, "%s", name);
	return out;
}

static struct CMUnitTest added[128];
static size_t nadded;

void tb_add(const char *name, CMUnitTestFunction test, CMFixtureFunction setup,
	    CMFixtureFunction teardown, void *state)
{
	assert_true(nadded < COUNT(added));
	added[nadded++] = (struct CMUnitTest){ name, test, setup, teardown, state };
}

/* TEST=TEXT in the environment: only the tests whose name contains TEXT. */
int tb_run(const char *group)
{
	struct CMUnitTest *named = calloc(nadded, sizeof(*named));
	const char *only = getenv("TEST");
	size_t i, count = 0;
	char label[64];
	int failed;

	for (i = 0; i < nadded; i++) {
		if (only && !strstr(added[i].name, only))
			continue;
		named[count] = added[i];
		named[count++].name = test_name(group, added[i].name);
	}
	if (!count) {
		printf("Bail out! %s has no test with \"%s\" in its name\n", group, only ? only : "");
		free(named);
		return 1;
	}
	snprintf(label, sizeof(label), "%s %s", COMPILER, group);
	failed = _cmocka_run_group_tests(label, named, count, NULL, NULL);
	for (i = 0; i < count; i++)
		free((char *)named[i].name);
	free(named);
	fflush(stdout);
	if (failed)
		_exit(1);	/* memory of a failed test is not reported as a leak */
	return 0;
}

u64 tb_env_u64(const char *name, u64 fallback)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : fallback;
}

u64 tb_random(u64 *seed)
{
	u64 z = *seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* ---- the observed backend ---------------------------------------------------------- */

struct tb_backend tb_backend;

static int watched(u32 *count, u32 fail)
{
	tb_backend.calls++;
	tb_backend.touched_asleep += tb_backend.asleep;
	(*count)++;
	return -(int)fail;
}

static int has_halted(void)
{
	int halted = tb_backend.halted;

	tb_backend.halted = false;
	return halted;
}

static int tb_hw_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	int err = watched(&tb_backend.open, tb_backend.fail_open);

	return err ? err : wrt_sim_ops.open(d, slot, out);
}

static void tb_hw_close(struct wrt_hw_stream *s)
{
	watched(&tb_backend.close, 0);
	wrt_sim_ops.close(s);
}

static int tb_hw_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
			 struct wrt_hw_latency *l)
{
	int err = watched(&tb_backend.prepare, tb_backend.fail_prepare);

	if (!err)
		err = wrt_sim_ops.prepare(s, g, l);
	*l = tb_backend.latency;
	return err;
}

static void tb_hw_release(struct wrt_hw_stream *s)
{
	watched(&tb_backend.release, 0);
	wrt_sim_ops.release(s);
}

static int tb_hw_start(struct wrt_hw_stream *s, u32 from, u64 *from_ns, u64 *ns)
{
	bool fails = tb_backend.start >= tb_backend.starts_before_fail;
	int err = watched(&tb_backend.start, fails ? tb_backend.fail_start : 0);

	tb_backend.register_base = from;
	return err ? err : wrt_sim_ops.start(s, from, from_ns, ns);
}

static int tb_hw_stop(struct wrt_hw_stream *s, struct wrt_hw_pos *at)
{
	int err = watched(&tb_backend.stop, tb_backend.fail_stop);
	int stopped = wrt_sim_ops.stop(s, at);

	if (!err)
		err = stopped;
	return err ? err : has_halted();
}

/* As for hardware: the early bound is read before the registers, the late one after them. */
static void preempt(struct wrt_hw_pos *p, u64 from_ns)
{
	if (from_ns)
		p->from_ns = from_ns;
	if (!tb_backend.preempts)
		return;
	tb_backend.preempts--;
	*tb_backend.now += tb_backend.preempt_ns;
	p->ns += tb_backend.preempt_ns;
}

static int tb_hw_position(struct wrt_hw_stream *s, struct wrt_hw_pos *p)
{
	u32 n = tb_backend.position;
	int err = watched(&tb_backend.position, tb_backend.fail_position);
	u64 from_ns = p->from_ns;

	tb_backend.from_ns[n % COUNT(tb_backend.from_ns)] = from_ns;
	if (!err)
		err = wrt_sim_ops.position(s, p);
	if (!err)
		preempt(p, from_ns);
	return err ? err : has_halted();
}

static void tb_hw_points(struct wrt_hw_stream *s, bool on)
{
	watched(&tb_backend.points, 0);
	tb_backend.points_on = on;
	wrt_sim_ops.points(s, on);
}

static void tb_hw_end(struct wrt_hw_stream *s, u32 bytes)
{
	watched(&tb_backend.end, 0);
	wrt_sim_ops.end(s, bytes);
}

static void tb_hw_silence_after(struct wrt_hw_stream *s, u32 bytes)
{
	watched(&tb_backend.end, 0);
	wrt_sim_ops.silence_after(s, bytes);
}

static bool tb_hw_silenced(struct wrt_hw_stream *s, struct wrt_hw_geom *other)
{
	return wrt_sim_ops.silenced(s, other);
}

static int tb_hw_reg(struct wrt_hw_stream *s, u32 kind, struct wrt_hw_register *r)
{
	if (!tb_backend.reg[kind].width)
		return WRT_ERANGE;
	*r = tb_backend.reg[kind];
	return 0;
}

static u32 tb_hw_register_base(struct wrt_hw_stream *s)
{
	return tb_backend.register_base;
}

static void tb_hw_suspend(struct wrt_hw_dev *d)
{
	watched(&tb_backend.suspend, 0);
	tb_backend.asleep = true;
}

static int tb_hw_resume(struct wrt_hw_dev *d)
{
	tb_backend.asleep = false;
	return watched(&tb_backend.resume, tb_backend.fail_resume);
}

static int tb_hw_control(struct wrt_hw_dev *d, u32 index, struct wrt_hw_control *c)
{
	static const struct wrt_hw_control controls[TB_CONTROLS] = {
		{ .name = "Master", .channels = 2, .max = 31, .min_cdb = -4650, .step_cdb = 150 },
		{ .name = "Capture", .dir = WRT_CAPTURE, .is_switch = true, .channels = 1,
		  .max = 1 },
	};

	if (index >= TB_CONTROLS)
		return WRT_EINVAL;
	*c = controls[index];
	return 0;
}

static int tb_hw_control_get(struct wrt_hw_dev *d, u32 index, u32 value[2])
{
	tb_backend.touched_asleep += tb_backend.asleep;
	memcpy(value, tb_backend.value[index], sizeof(tb_backend.value[index]));
	return -(int)tb_backend.fail_control;
}

static int tb_hw_control_set(struct wrt_hw_dev *d, u32 index, const u32 value[2])
{
	tb_backend.touched_asleep += tb_backend.asleep;
	if (!tb_backend.fail_control)
		memcpy(tb_backend.value[index], value, sizeof(tb_backend.value[index]));
	return -(int)tb_backend.fail_control;
}

static int tb_hw_emulated_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	int err = wrt_sim_ops.caps(d, slot, c);

	c->flags |= WRT_HW_EMULATED;
	return err;
}

static int tb_hw_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	return wrt_sim_ops.caps(d, slot, c);
}

static bool tb_hw_irq(struct wrt_hw_dev *d, u32 *slots, u64 *entry_ns)
{
	*entry_ns = tb_backend.entry_ns;
	return wrt_sim_ops.irq(d, slots, entry_ns);
}

#define WATCHED				\
	.name = "watched sim",		\
	.open = tb_hw_open,		\
	.close = tb_hw_close,		\
	.prepare = tb_hw_prepare,	\
	.release = tb_hw_release,	\
	.start = tb_hw_start,		\
	.stop = tb_hw_stop,		\
	.position = tb_hw_position,	\
	.points = tb_hw_points,		\
	.irq = tb_hw_irq,		\
	.reg = tb_hw_reg

#define WHOLE				\
	WATCHED,			\
	.caps = tb_hw_caps,		\
	.register_base = tb_hw_register_base,	\
	.suspend = tb_hw_suspend,	\
	.resume = tb_hw_resume,		\
	.control = tb_hw_control,	\
	.control_get = tb_hw_control_get,	\
	.control_set = tb_hw_control_set

static const struct wrt_hw_ops watched_ops = {
	WHOLE,
	.end = tb_hw_end,
	.silence_after = tb_hw_silence_after,
	.silenced = tb_hw_silenced,
};

static const struct wrt_hw_ops endless_ops = {
	WHOLE,
};

static const struct wrt_hw_ops emulated_ops = {
	WATCHED,
	.caps = tb_hw_emulated_caps,
	.end = tb_hw_end,
};

/* ---- time ------------------------------------------------------------------------- */

static u64 bus_now(void *ctx)
{
	return ((struct tb *)ctx)->now;
}

static void bus_timer_at(void *ctx, u32 slot, u64 ns)
{
	assert_true(slot < WRT_SLOTS_MAX);
	((struct tb *)ctx)->timer[slot] = ns;
}

static const struct wrt_hw_bus bus = {
	.now_ns = bus_now,
	.timer_at = bus_timer_at,
};

static void open_with(struct tb *tb, const struct wrt_sim_config *cfg,
		      const struct wrt_hw_ops *ops)
{
	memset(tb, 0, sizeof(*tb));
	memset(&tb_backend, 0, sizeof(tb_backend));
	tb->now = TB_EPOCH;
	tb_backend.now = &tb->now;
	assert_int_equal(wrt_sim_create(&bus, tb, cfg, &tb->hw), 0);
	assert_int_equal(wrt_device_init(&tb->dev, ops, tb->hw), 0);
}

void tb_open(struct tb *tb, const struct wrt_sim_config *cfg)
{
	open_with(tb, cfg, &watched_ops);
}

void tb_open_endless(struct tb *tb, const struct wrt_sim_config *cfg)
{
	open_with(tb, cfg, &endless_ops);
}

void tb_open_emulated(struct tb *tb, const struct wrt_sim_config *cfg)
{
	open_with(tb, cfg, &emulated_ops);
}

void tb_close(struct tb *tb)
{
	wrt_device_destroy(&tb->dev);
	wrt_sim_destroy(tb->hw);
}

static u32 earliest_timer(const struct tb *tb)
{
	u32 i, best = WRT_SLOTS_MAX;

	for (i = 0; i < WRT_SLOTS_MAX; i++)
		if (tb->timer[i] && (best == WRT_SLOTS_MAX || tb->timer[i] < tb->timer[best]))
			best = i;
	return best;
}

void tb_run_until(struct tb *tb, u64 ns)
{
	for (;;) {
		u32 slot = earliest_timer(tb);

		if (slot == WRT_SLOTS_MAX || tb->timer[slot] > ns)
			break;
		if (tb->timer[slot] > tb->now)
			tb->now = tb->timer[slot];
		tb->timer[slot] = 0;
		tb->interrupts++;
		wrt_device_irq(&tb->dev);
	}
	if (ns > tb->now)
		tb->now = ns;
}

void tb_run_for(struct tb *tb, u64 ns)
{
	tb_run_until(tb, tb->now + ns);
}

void tb_halt(struct tb *tb, u32 slot, u64 ns)
{
	struct wrt_hw_stream *hw = tb->dev.streams[slot].hw;
	struct wrt_hw_pos at;
	u64 began = 0;

	assert_int_equal(wrt_sim_ops.stop(hw, &at), 0);
	tb->now += ns;
	assert_int_equal(wrt_sim_ops.start(hw, at.dma, &began, &began), 0);
	tb_backend.halted = true;
}

u64 tb_frames_ns(u64 frames, u32 rate)
{
	unsigned __int128 ns = (unsigned __int128)frames * WRT_NSEC_PER_SEC;

	return (u64)((ns + rate - 1) / rate);
}

void tb_run_frames(struct tb *tb, u64 from, u32 rate, u64 frame)
{
	tb_run_until(tb, from + tb_frames_ns(frame, rate));
}

void tb_sleep(struct tb *tb, u64 ns)
{
	tb->now += ns;
}

u32 tb_step(struct tb *tb, u64 frames)
{
	u32 stops = 0;

	while (frames) {
		unsigned long flags = wrt_lock(&tb->dev.lock);
		u64 moved = wrt_sim_step(tb->hw, frames);

		wrt_unlock(&tb->dev.lock, flags);
		frames -= moved;
		stops += wrt_device_irq(&tb->dev);
	}
	return stops;
}

/* ---- clients ---------------------------------------------------------------------- */

static void client_publish(struct wrt_client *client, const struct wrt_snapshot *s)
{
	struct tb_client *c = (struct tb_client *)client;

	c->publishes++;
	c->passed += s->passed;
	c->last = *s;
	c->geom = *s->geom;
}

static bool client_notify(struct wrt_client *client, u64 first, u64 points,
			  enum wrt_notify_from from)
{
	struct tb_client *c = (struct tb_client *)client;

	if (!points)
		return false;
	c->notifies++;
	c->points += points;
	c->gaps += first != c->next;
	c->next = first + points;
	if (points > c->most)
		c->most = points;
	if (c->tb)
		c->notify_ns = c->tb->now;
	if (c->on_notify)
		c->on_notify(c);
	return false;
}

static const struct wrt_client_ops client_ops = {
	.name = "test",
	.publish = client_publish,
	.notify = client_notify,
};

void tb_client_init(struct tb_client *c, struct tb *tb, bool wants_points)
{
	memset(c, 0, sizeof(*c));
	c->tb = tb;
	c->client.ops = &client_ops;
	c->client.user.privileged = true;
	c->client.keep_last = true;
	c->client.wants_points = wants_points;
}

void tb_buffer_make(struct tb_buffer *b, const struct wrt_stream *s, u32 rate, u32 format,
		    u32 channels, u32 bytes, u32 notify)
{
	struct wrt_request req = {
		.bytes = bytes, .notify = notify, .rate = rate,
		.format = format, .channels = channels,
	};

	assert_int_equal(wrt_geometry_make(&s->caps, &req, &b->geom), 0);
	b->geom.cpu = calloc(1, b->geom.bytes);
	b->seg.bus = (u64)(uintptr_t)b->geom.cpu;
	b->seg.len = b->geom.bytes;
	b->geom.seg = &b->seg;
	b->geom.nseg = 1;
}

void tb_buffer_free(struct tb_buffer *b)
{
	free(b->geom.cpu);
	b->geom.cpu = NULL;
}

/* ---- pins ------------------------------------------------------------------------- */

u64 (*tb_map)(void *memory, u32 bytes);
void (*tb_unmap)(void *memory);

static struct tb_pin *pin_of(struct wrt_mp *mp)
{
	return (struct tb_pin *)mp;
}

static void make_pieces(struct tb_pin *pin, u32 bytes)
{
	u32 done = 0, len = 4096, before = 4096, next;

	pin->nseg = 0;
	while (done < bytes) {
		assert_true(pin->nseg < TB_SEGS);
		if (!tb_map || len > bytes - done)
			len = bytes - done;
		pin->seg[pin->nseg].bus = (u64)(uintptr_t)pin->memory;
		if (tb_map)
			pin->seg[pin->nseg].bus = tb_map(pin->memory + done, len);
		pin->seg[pin->nseg++].len = len;
		done += len;
		next = len + before;
		before = len;
		len = next;
	}
}

static int pin_alloc(struct wrt_mp *mp, struct wrt_hw_geom *g)
{
	struct tb_pin *pin = pin_of(mp);

	if (pin->no_memory)
		return WRT_ENOMEM;
	assert_null(pin->memory);
	pin->allocs++;
	pin->memory = calloc(1, g->bytes);
	make_pieces(pin, g->bytes);
	g->seg = pin->seg;
	g->nseg = pin->nseg;
	g->cpu = pin->memory;
	return 0;
}

static void pin_free(struct wrt_mp *mp)
{
	struct tb_pin *pin = pin_of(mp);
	u8 *at = pin->memory;
	u32 i;

	assert_non_null(pin->memory);
	pin->frees++;
	pin->freed_under_dma |= mp->stream->hw && mp->stream->owner == &mp->client;
	for (i = 0; tb_unmap && i < pin->nseg; i++) {
		tb_unmap(at);
		at += pin->seg[i].len;
	}
	free(pin->memory);
	pin->memory = NULL;
}

static void pin_publish(struct wrt_mp *mp, const struct wrt_snapshot *s)
{
	struct tb_pin *pin = pin_of(mp);

	pin->page = *s;
	pin->page_geom = *s->geom;
	pin->page_mp_state = mp->state;
	pin->page_glitches = mp->packets.glitches;
	pin->page_points += s->passed;
	if (s->passed)
		pin->point_linear = s->linear;
	if (pin->nsteps < COUNT(pin->step) &&
	    (!pin->nsteps || pin->step[pin->nsteps - 1] != (u32)mp->state))
		pin->step[pin->nsteps++] = mp->state;
}

static void pin_signalling(struct wrt_mp *mp, u64 point, u64 ns)
{
	struct tb_pin *pin = pin_of(mp);

	if (point < pin->next)
		return;
	pin->signalling++;
	pin->gaps += point != pin->next;
	pin->next = point + 1;
}

static bool pin_passed(struct wrt_mp *mp)
{
	pin_of(mp)->passed_calls++;
	return false;
}

static void event_signal(struct wrt_mp *mp, void *event)
{
	static u64 serial;
	struct tb_event *e = event;

	e->count++;
	e->serial = ++serial;
	if (e->pin) {
		e->ns = e->pin->tb->now;
		e->page_points = e->pin->page.points;
		e->page_linear = e->pin->page.linear;
	}
	if (e->on_signal)
		e->on_signal(e);
}

static const struct wrt_mp_ops mp_ops = {
	.buffer_alloc = pin_alloc,
	.buffer_free = pin_free,
	.publish = pin_publish,
	.signalling = pin_signalling,
	.passed = pin_passed,
	.signal = event_signal,
};

enum wrt_status tb_pin_open(struct tb_pin *pin, struct tb *tb, u32 dir, u32 number,
			    bool observer)
{
	struct wrt_stream *stream = wrt_device_stream(&tb->dev, dir, number);

	assert_non_null(stream);
	memset(pin, 0, sizeof(*pin));
	pin->tb = tb;
	return wrt_mp_init(&pin->mp, &mp_ops, stream, observer, NULL);
}

/* Close, and put the events: any signal after that is a bug. */
void tb_pin_close(struct tb_pin *pin)
{
	wrt_mp_close(&pin->mp);
	pin->mp.nevents = 0;
	assert_null(pin->memory);
}

void tb_remove(struct tb *tb, struct tb_pin **pins, u32 n)
{
	u32 i;

	wrt_device_gone(&tb->dev);
	for (i = 0; i < n; i++) {
		wrt_mp_removed(&pins[i]->mp);
		if (pins[i]->memory)
			pin_free(&pins[i]->mp);
	}
	memset(tb->timer, 0, sizeof(tb->timer));
}

void tb_event_init(struct tb_event *e, struct tb_pin *pin)
{
	memset(e, 0, sizeof(*e));
	e->pin = pin;
}
