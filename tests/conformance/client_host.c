// SPDX-License-Identifier: GPL-2.0-only
/*
 * client_host.c - the client of client.h over core/, hw/sim/ and miniport/ in this process,
 * bound by tests/unit/testbed.c. Part of the host's conformance program.
 *
 * Time is that of testbed.c: the clock in nanoseconds, or with CF_CLOCK=step the step clock. With
 * CF_MODEL=hda or ich the device is a backend over a register model instead, with its clock, whose
 * times only scenarios (CF_CLOCK=step) take as exact. An
 * event is a counter; streams and events behave as in compat/hwdep/.
 */
#include <pthread.h>

#include "model_device.h"
#include "suite.h"
#include "testbed.h"

#define STREAMS	32
#define EVENTS	128

struct object {			/* of an event */
	struct tb_event e;	/* first */
	int refs, handles;
	void (*hook)(void);
};

struct cf_event {
	struct object *object;	/* NULL: this slot is free */
};

struct cf_stream {
	struct tb_pin pin;	/* first */
	bool used;
	pthread_mutex_t control;
	u64 signal_points, signal_linear, signal_ns;
};

/*
 * A register model has one thread. In its modes the calls of several threads take turns; a hook
 * calls from within a call.
 */
static pthread_mutex_t turn = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static struct {
	bool open, removed, step, fail_open, fail_prepare;
	enum model_kind model;
	struct cf_device wish;
	struct tb tb;
	struct wrt_hw_ops ops;
	const struct wrt_hw_ops *below;
	u64 mark_ns, mark_frames, stepped;
	u32 mark_rate;
	long engines, buffers, refs;
	struct cf_stream stream[STREAMS];
	struct cf_event event[EVENTS];
} bed;

/* An error in testbed.c fails the test; the library that it was written for is not linked. */
void _assert_true(const LargestIntegralType result, const char *const expression,
		  const char *const file, const int line)
{
	if (!result)
		cf_fail(file, line, "%s", expression);
}

void _assert_int_equal(const LargestIntegralType a, const LargestIntegralType b,
		       const char *const file, const int line)
{
	if (a != b)
		cf_fail(file, line, "%llu is not %llu", (unsigned long long)a, (unsigned long long)b);
}

int _cmocka_run_group_tests(const char *group_name, const struct CMUnitTest *const t,
			    const size_t num_tests, CMFixtureFunction group_setup,
			    CMFixtureFunction group_teardown)
{
	return -1;
}

static void begin_turn(void)
{
	if (bed.model)
		pthread_mutex_lock(&turn);
}

static void end_turn(void)
{
	if (bed.model)
		pthread_mutex_unlock(&turn);
}

#define TURN(call)					\
	({						\
		enum wrt_status status_;		\
							\
		begin_turn();				\
		status_ = (call);			\
		end_turn();				\
		status_;				\
	})

/* ---- a backend like hardware, around the simulator ------------------------------------ */

#define FIFO		256u
#define CHIPSET		1000u	/* 100 ns */
#define CODEC		5000u
#define CLOCK_HZ	24576000u

static int shaped_caps(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_caps *c)
{
	int err = bed.below->caps(d, slot, c);

	if (bed.wish.shaped)
		c->buffer_max = 16u << 20;
	return err;
}

static int counted_open(struct wrt_hw_dev *d, u32 slot, struct wrt_hw_stream **out)
{
	int err = bed.fail_open ? WRT_ENOMEM : bed.below->open(d, slot, out);

	bed.engines += !err;
	return err;
}

static void counted_close(struct wrt_hw_stream *s)
{
	bed.engines--;
	bed.below->close(s);
}

static int shaped_prepare(struct wrt_hw_stream *s, const struct wrt_hw_geom *g,
			  struct wrt_hw_latency *l)
{
	int err = bed.fail_prepare ? WRT_ENOMEM : bed.below->prepare(s, g, l);

	if (!err && bed.wish.shaped)
		*l = (struct wrt_hw_latency){ FIFO, CHIPSET, CODEC };
	return err;
}

static int shaped_reg(struct wrt_hw_stream *s, u32 kind, struct wrt_hw_register *r)
{
	memset(r, 0, sizeof(*r));
	r->width = kind == WRT_HW_CLOCK_REGISTER ? 64 : 32;
	r->accuracy = kind == WRT_HW_CLOCK_REGISTER ? 1 : FIFO;
	r->numerator = CLOCK_HZ;
	r->denominator = 1;
	return 0;
}

static void count_engines(const struct wrt_hw_ops *below)
{
	bed.below = below;
	bed.ops = *below;
	bed.ops.open = counted_open;
	bed.ops.close = counted_close;
	bed.ops.prepare = shaped_prepare;
}

static void shape(const struct cf_device *wish)
{
	count_engines(bed.tb.dev.ops);
	bed.ops.caps = shaped_caps;
	bed.ops.end = wish->no_end ? NULL : wrt_sim_ops.end;
	bed.ops.reg = wish->shaped ? shaped_reg : NULL;
	wrt_device_destroy(&bed.tb.dev);
	assert_int_equal(wrt_device_init(&bed.tb.dev, &bed.ops, bed.tb.hw), 0);
}

/* ---- a backend over a register model --------------------------------------------------- */

void model_broken(const char *file, int line, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	cf_fail(file, line, "%s", text);
}

u8 *model_memory(u64 bus, u32 bytes)
{
	return NULL;
}

int model_print(char *out, size_t room, const char *format, va_list args)
{
	return vsnprintf(out, room, format, args);
}

/* Properties of the models: DMA moves every 20 us (HDA) or frame by frame. */
static const struct cf_nature model_nature[] = {
	[MODEL_HDA] = {
		.hardware = true, .ramp = true, .registers = true, .step = 256, .late_us = 3000, .pins = 1, .channels_max = 2,
		.buffer_min = 1024, .size_step = 128, .rates = { 48000, 44100, 96000 },
	},
	[MODEL_ICH] = {
		.hardware = true, .ramp = true, .step = 200, .late_us = 3000, .pins = 1, .channels_max = 2,
		.buffer_min = 128, .size_step = 4, .rates = { 48000, 44100, 32000 },
	},
};

static enum model_kind model_wanted(void)
{
	const char *name = getenv("CF_MODEL");

	if (!name || !*name)
		return MODEL_NONE;
	return strcmp(name, "ich") ? MODEL_HDA : MODEL_ICH;
}

static void model_begin(void)
{
	assert_true(model_device_open(bed.model, bed.wish.ramp ? MODEL_RAMP : MODEL_SILENCE));
	assert_int_equal(model_device_create(&bed.tb.hw), 0);
	count_engines(model_device_ops());
	assert_int_equal(wrt_device_init(&bed.tb.dev, &bed.ops, bed.tb.hw), 0);
	model_device_connect(&bed.tb.dev);
	tb_map = model_device_map;
	tb_unmap = model_device_unmap;
	bed.tb.now = model_device_now();
}

static void model_end(void)
{
	wrt_device_destroy(&bed.tb.dev);
	model_device_destroy(bed.tb.hw);
	model_device_close();
	tb_map = NULL;
	tb_unmap = NULL;
}

static u64 model_until(u64 frames, u32 rate)
{
	if (rate != bed.mark_rate) {
		bed.mark_ns = model_device_now();
		bed.mark_rate = rate;
		bed.mark_frames = 0;
	}
	bed.mark_frames += frames;
	return bed.mark_ns + tb_frames_ns(bed.mark_frames, rate);
}

/* As a client reads a register that it has mapped. */
static enum wrt_status model_reg_read(struct cf_stream *s, enum cf_register_kind kind, u64 *out)
{
	struct wrt_hw_register r;
	u64 bytes;
	void *ctx;
	const struct wrt_hw_bus *bus = model_device_bus(&ctx);

	if (bed.below->reg(s->pin.mp.stream->hw, kind, &r))
		return WRT_STATUS_NOT_SUPPORTED;
	*out = bus->read(ctx, 0, (u32)(r.bus - bus->bar(ctx, 0, &bytes)) + r.offset, r.width / 8);
	return WRT_STATUS_SUCCESS;
}

static void model_advance(u64 frames, u32 rate)
{
	begin_turn();
	model_device_run_until(model_until(frames, rate), false);
	bed.tb.now = model_device_now();
	end_turn();
}

/* ---- device ---------------------------------------------------------------------------- */

static void host_close(struct cf_stream *s);
static void host_event_close(struct cf_event *e);

static void host_end(void)
{
	int i;

	if (!bed.open)
		return;
	bed.open = false;	/* if closing fails, the rest is not freed */
	for (i = 0; i < STREAMS; i++)
		if (bed.stream[i].used)
			host_close(&bed.stream[i]);
	for (i = 0; i < EVENTS; i++)
		if (bed.event[i].object)
			host_event_close(&bed.event[i]);
	if (bed.model)
		model_end();
	else
		tb_close(&bed.tb);
}

static bool bed_steps(void)
{
	const char *clock = getenv("CF_CLOCK");

	return clock && !strcmp(clock, "step");
}

static enum wrt_status host_device(const struct cf_device *wish)
{
	struct wrt_sim_config cfg = {
		.pairs = 2, .step = bed_steps(),
		.source = wish->ramp ? WRT_SIM_RAMP : WRT_SIM_LOOPBACK,
		.fault = wish->not_ready ? WRT_SIM_FAULT_NOT_READY : WRT_SIM_FAULT_NONE,
	};

	host_end();
	if (model_wanted()) {
		cf_client.nature = model_nature[model_wanted()];
		cf_client.exact = bed_steps();
		cf_probe.stall = NULL;
		cf_probe.preset_packets = NULL;
		cf_probe.fail_start = NULL;
		if (wish->not_ready || wish->shaped)
			return CF_LACKS;
	}
	memset(&bed, 0, sizeof(bed));
	bed.model = model_wanted();
	bed.wish = *wish;
	if (bed.model) {
		model_begin();
		bed.open = true;
		return WRT_STATUS_SUCCESS;
	}
	bed.step = cfg.step;
	if (cfg.step)
		cf_probe.stall = NULL;
	tb_open(&bed.tb, &cfg);
	shape(wish);
	bed.mark_ns = bed.tb.now;
	bed.open = true;
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status host_remove(void)
{
	struct tb_pin *pins[STREAMS];
	u32 i, n = 0;

	for (i = 0; i < STREAMS; i++)
		if (bed.stream[i].used)
			pins[n++] = &bed.stream[i].pin;
	tb_remove(&bed.tb, pins, n);
	bed.removed = true;
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status host_caps(u32 dir, u32 pin, struct cf_caps *out)
{
	struct wrt_stream *s = wrt_device_stream(&bed.tb.dev, dir, pin);

	if (!s)
		return WRT_STATUS_NOT_FOUND;
	memset(out, 0, sizeof(*out));
	out->pins = wrt_device_pins(&bed.tb.dev, dir);
	out->buffer_max = s->caps.buffer_max;
	out->notify_max = s->caps.notify_max;
	return CF_LACKS;	/* the binding announces interfaces */
}

/* ---- time ------------------------------------------------------------------------------- */

static void host_advance(u64 frames, u32 rate)
{
	if (bed.model) {
		model_advance(frames, rate);
		return;
	}
	if (bed.step) {
		bed.stepped += frames;
		tb_step(&bed.tb, frames);
		return;
	}
	if (rate != bed.mark_rate) {
		bed.mark_ns = bed.tb.now;
		bed.mark_rate = rate;
		bed.mark_frames = 0;
	}
	bed.mark_frames += frames;
	tb_run_frames(&bed.tb, bed.mark_ns, rate, bed.mark_frames);
}

static void host_stall(u64 frames, u32 rate)
{
	if (rate != bed.mark_rate) {
		bed.mark_ns = bed.tb.now;
		bed.mark_rate = rate;
		bed.mark_frames = 0;
	}
	bed.mark_frames += frames;
	tb_sleep(&bed.tb, bed.mark_ns + tb_frames_ns(bed.mark_frames, rate) - bed.tb.now);
}

static u64 host_now(u32 rate)
{
	if (bed.model)
		return model_device_now();
	return bed.step ? wrt_mul_div_u64(bed.stepped, WRT_NSEC_PER_SEC, rate) : bed.tb.now;
}

/* ---- streams ------------------------------------------------------------------------------ */

static enum wrt_status host_open(u32 dir, u32 pin, struct cf_stream **out)
{
	enum wrt_status status;
	int i = 0;

	if (!wrt_device_stream(&bed.tb.dev, dir, pin))
		return WRT_STATUS_NOT_FOUND;
	while (bed.stream[i].used)
		i++;
	status = tb_pin_open(&bed.stream[i].pin, &bed.tb, dir, pin, false);
	if (status)
		return status;
	pthread_mutex_init(&bed.stream[i].control, NULL);
	bed.stream[i].used = true;
	*out = &bed.stream[i];
	return status;
}

static void put_object(struct object *o)
{
	if (!o->refs && !o->handles)
		free(o);
}

/* As the release of a stream's file does. */
static void host_close(struct cf_stream *s)
{
	struct wrt_mp *mp = &s->pin.mp;
	u32 i;

	wrt_mp_close(mp);
	for (i = 0; i < EVENTS; i++)
		if (bed.event[i].object && bed.event[i].object->e.pin == &s->pin)
			bed.event[i].object->e.pin = NULL;
	for (i = 0; i < mp->nevents; i++) {
		struct object *o = mp->event[i].event;

		if (o->e.pin == &s->pin)
			o->e.pin = NULL;
		o->refs--;
		bed.refs--;
		put_object(o);
	}
	mp->nevents = 0;
	bed.buffers += (long)s->pin.allocs - (long)s->pin.frees;
	pthread_mutex_destroy(&s->control);
	s->used = false;
	assert_false(s->pin.freed_under_dma);
}

#define CONTROL(s, call)				\
	TURN(({						\
		enum wrt_status control_;		\
							\
		pthread_mutex_lock(&(s)->control);	\
		control_ = (call);			\
		pthread_mutex_unlock(&(s)->control);	\
		control_;				\
	}))

static enum wrt_status host_set_format(struct cf_stream *s, u32 rate, u32 format, u32 channels)
{
	return CONTROL(s, wrt_mp_set_format(&s->pin.mp, rate, format, channels));
}

static enum wrt_status host_alloc(struct cf_stream *s, struct cf_buffer *b)
{
	enum wrt_mp_buffer kind = b->notify ? WRT_MP_NOTIFY_BUFFER : WRT_MP_TIMER_BUFFER;
	enum wrt_status status;

	status = CONTROL(s, wrt_mp_alloc(&s->pin.mp, kind, b->count, b->any, b->bytes));
	if (status)
		return status;
	b->actual = s->pin.mp.geom.bytes;
	b->map_bytes = b->actual;	/* no pages here */
	b->offset = 0;
	b->cache_type = 1;
	b->barrier = 0;
	return status;
}

static enum wrt_status host_alloc_failing(struct cf_stream *s, struct cf_buffer *b, int n, bool *hit)
{
	enum wrt_status status;

	s->pin.no_memory = n == 1;
	bed.fail_open = n == 2;
	bed.fail_prepare = n == 3;
	*hit = n <= 3;
	status = host_alloc(s, b);
	s->pin.no_memory = false;
	bed.fail_open = false;
	bed.fail_prepare = false;
	return status;
}

static enum wrt_status host_free(struct cf_stream *s)
{
	return CONTROL(s, wrt_mp_free(&s->pin.mp));
}

static u8 *host_map(struct cf_stream *s)
{
	return s->pin.memory;
}

static enum wrt_status host_set_state(struct cf_stream *s, u32 to)
{
	return CONTROL(s, wrt_mp_set_state(&s->pin.mp, to));
}

static int host_steps(struct cf_stream *s, u32 *states, int room)
{
	int i, n = (int)s->pin.nsteps < room ? (int)s->pin.nsteps : room;

	for (i = 0; i < n; i++)
		states[i] = s->pin.step[i];
	s->pin.nsteps = 0;
	return n;
}

/* ---- events ------------------------------------------------------------------------------- */

static struct cf_event *handle_of(struct object *o)
{
	int i = 0;

	while (bed.event[i].object)
		i++;
	assert_true(i < EVENTS);
	o->handles++;
	bed.event[i].object = o;
	return &bed.event[i];
}

/* C in the page at the signal: a client that wakes up reads at least this. */
static void signalled(struct tb_event *e)
{
	struct object *o = (struct object *)e;
	struct cf_stream *s = (struct cf_stream *)e->pin;

	if (s) {
		s->signal_points = e->page_points;
		s->signal_linear = e->page_linear;
		s->signal_ns = e->ns;
	}
	if (o->hook)
		o->hook();
}

static struct cf_event *host_event(void)
{
	struct object *o = calloc(1, sizeof(*o));

	tb_event_init(&o->e, NULL);
	o->e.on_signal = signalled;
	return handle_of(o);
}

static struct cf_event *host_event_dup(struct cf_event *e)
{
	return handle_of(e->object);
}

static void host_event_close(struct cf_event *e)
{
	e->object->handles--;
	put_object(e->object);
	e->object = NULL;
}

static u64 host_event_take(struct cf_event *e)
{
	return __atomic_exchange_n(&e->object->e.count, 0, __ATOMIC_SEQ_CST);
}

static bool host_event_wait(struct cf_event *e, u64 frames, u32 rate)
{
	while (!e->object->e.count && frames--)
		host_advance(1, rate);
	return e->object->e.count;
}

static void host_event_hook(struct cf_event *e, void (*fn)(void))
{
	e->object->hook = fn;
}

static enum wrt_status host_register(struct cf_stream *s, struct cf_event *e)
{
	struct object *o = e->object;
	enum wrt_status status;

	status = CONTROL(s, wrt_mp_register_event(&s->pin.mp, o));
	if (!status) {
		o->refs++;
		bed.refs++;
		o->e.pin = &s->pin;
	}
	return status;
}

static enum wrt_status host_unregister(struct cf_stream *s, struct cf_event *e)
{
	enum wrt_status status;

	status = CONTROL(s, wrt_mp_unregister_event(&s->pin.mp, e->object));
	if (!status) {
		e->object->refs--;
		bed.refs--;
	}
	return status;
}

static enum wrt_status host_event_bad(struct cf_stream *s, enum cf_bad_event kind, bool unregister)
{
	return CF_LACKS;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* As in compat/hwdep/page.c. */
static u32 shown_state(const struct cf_stream *s)
{
	if (s->pin.page.state == WRT_STREAM_GONE)
		return CF_GONE;
	if (s->pin.page.state == WRT_STREAM_RUN)
		return CF_RUN;
	return s->pin.mp.packets.state;
}

static enum wrt_status host_position(struct cf_stream *s, struct cf_position *out)
{
	struct wrt_snapshot snap;
	enum wrt_status status = TURN(wrt_mp_position(&s->pin.mp, &snap));

	if (status)
		return status;
	out->play = snap.offset;
	out->linear = snap.linear;
	out->ns = snap.ns;
	out->state = shown_state(s);
	return status;
}

static enum wrt_status host_page(struct cf_stream *s, struct cf_page *out)
{
	const struct wrt_mp_glitches *g = &s->pin.mp.packets.glitches;

	*out = (struct cf_page){
		.linear = s->pin.page.linear, .packets = s->pin.page.points,
		.underruns = g->underruns, .repeats = g->repeats, .late = g->late,
		.overruns = g->overruns, .dropped = g->dropped, .state = shown_state(s),
		.number = s->signal_points, .at_linear = s->signal_linear,
		.late_ns = bed.step || bed.model ? ~0ull : s->signal_ns - s->pin.page.point_ns,
	};
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status host_packet_count(struct cf_stream *s, u32 *out)
{
	return TURN(wrt_mp_packet_count(&s->pin.mp, out));
}

static enum wrt_status host_presentation(struct cf_stream *s, u64 *frames, u64 *ns)
{
	struct wrt_mp_presentation at;
	enum wrt_status status = TURN(wrt_mp_presentation(&s->pin.mp, &at));

	if (!status) {
		*frames = at.frames;
		*ns = at.live || bed.step ? at.ns : host_now(48000);
	}
	return status;
}

static enum wrt_status host_read_packet(struct cf_stream *s, struct cf_read *out)
{
	struct wrt_mp_read r;
	enum wrt_status status = TURN(wrt_mp_read_packet(&s->pin.mp, &r));

	if (!status)	/* flags and more data: the binding's constants */
		*out = (struct cf_read){ .number = r.number, .ns = r.ns };
	return status;
}

static enum wrt_status host_write_packet(struct cf_stream *s, u32 number, u32 flags, u32 eos_bytes)
{
	return TURN(wrt_mp_write_packet(&s->pin.mp, number, flags, eos_bytes));
}

static enum wrt_status host_latency(struct cf_stream *s, struct cf_latency *out)
{
	struct wrt_hw_latency l;
	enum wrt_status status = CONTROL(s, wrt_mp_latency(&s->pin.mp, &l));

	if (!status)
		*out = (struct cf_latency){ l.fifo_bytes, l.chipset_100ns, l.codec_100ns };
	return status;
}

static enum wrt_status host_reg(struct cf_stream *s, enum cf_register_kind kind,
				struct cf_register *out)
{
	struct wrt_hw_register r;
	enum wrt_status status;

	if (kind == CF_PACKET_REGISTER)
		return CF_LACKS;
	status = CONTROL(s, wrt_mp_get_register(&s->pin.mp, kind, &r));
	if (!status)
		*out = (struct cf_register){ r.width, r.accuracy, r.numerator, r.denominator };
	return status;
}

/* Value of a register of the simulated hardware: the link, one FIFO after DMA; the clock. */
static enum wrt_status host_reg_read(struct cf_stream *s, enum cf_register_kind kind, u64 *out)
{
	struct wrt_snapshot snap;

	if (bed.model)
		return model_reg_read(s, kind, out);
	if (!bed.wish.shaped)
		return CF_LACKS;
	wrt_mp_position(&s->pin.mp, &snap);
	if (kind == CF_CLOCK_REGISTER)
		*out = wrt_mul_div_u64(host_now(48000), CLOCK_HZ, WRT_NSEC_PER_SEC);
	else
		*out = snap.linear > FIFO ? (snap.linear - FIFO) % s->pin.mp.geom.bytes : 0;
	return WRT_STATUS_SUCCESS;
}

/* ---- probes ---------------------------------------------------------------------------------- */

static long host_held(enum cf_held what)
{
	long n = 0;
	int i;

	if (what == CF_HELD_ENGINES)
		return bed.engines;
	if (what == CF_HELD_EVENTS)
		return bed.refs;
	for (i = 0; i < STREAMS; i++)
		if (bed.stream[i].used)
			n += (long)bed.stream[i].pin.allocs - (long)bed.stream[i].pin.frees;
	return n + bed.buffers;
}

static enum wrt_status host_preset(struct cf_stream *s, u64 packets)
{
	struct wrt_stream *stream = s->pin.mp.stream;

	stream->pos.linear = packets * stream->geom.notify_bytes;
	stream->pos.offset = (u32)(stream->pos.linear % stream->geom.bytes);
	stream->pos.points = packets;
	return WRT_STATUS_SUCCESS;
}

static enum wrt_status host_fail_start(bool on)
{
	tb_backend.fail_start = on ? -WRT_EIO : 0;
	return WRT_STATUS_SUCCESS;
}

/* The linker redirects these calls of core and miniport here (--wrap). */
static int sleeps;

int __real_usleep(unsigned int us);
int __wrap_usleep(unsigned int us);
void *__real_calloc(size_t n, size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
int __real_pthread_mutex_lock(pthread_mutex_t *m);
int __wrap_pthread_mutex_lock(pthread_mutex_t *m);

int __wrap_usleep(unsigned int us)
{
	sleeps++;
	return __real_usleep(us);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
	sleeps++;
	return __real_calloc(n, bytes);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *m)
{
	sleeps += m == &bed.tb.dev.mutex.raw.raw;
	return __real_pthread_mutex_lock(m);
}

static int host_position_sleeps(struct cf_stream *s)
{
	struct wrt_snapshot snap;
	int before = sleeps;

	wrt_mp_position(&s->pin.mp, &snap);
	return sleeps - before;
}

struct cf_client cf_client = {
	.name = "host",
	.exact = true,
	.nature = {
		.loopback = true, .ramp = true, .pins = 2, .channels_max = 8, .size_step = 1,
		.rates = { 48000, 44100, 96000 },
	},
	.device = host_device,
	.end = host_end,
	.remove = host_remove,
	.open = host_open,
	.close = host_close,
	.set_format = host_set_format,
	.alloc = host_alloc,
	.free = host_free,
	.map = host_map,
	.event = host_event,
	.event_dup = host_event_dup,
	.event_close = host_event_close,
	.event_take = host_event_take,
	.event_wait = host_event_wait,
	.event_register = host_register,
	.event_unregister = host_unregister,
	.event_bad = host_event_bad,
	.set_state = host_set_state,
	.position = host_position,
	.packet_count = host_packet_count,
	.presentation = host_presentation,
	.read_packet = host_read_packet,
	.write_packet = host_write_packet,
	.latency = host_latency,
	.reg = host_reg,
	.page = host_page,
	.advance = host_advance,
	.now_ns = host_now,
};

struct cf_probe cf_probe = {
	.caps = host_caps,
	.alloc_failing = host_alloc_failing,
	.event_hook = host_event_hook,
	.reg_read = host_reg_read,
	.stall = host_stall,
	.held = host_held,
	.steps = host_steps,
	.preset_packets = host_preset,
	.fail_start = host_fail_start,
	.position_sleeps = host_position_sleeps,
};
