// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth_test.c - every allocation of an operation fails once: the n-th allocation of one
 * system call is made to fail, for n = 1, 2, ... until the call makes fewer than n. Each time the
 * call must fail as documented (or succeed without that memory), leave nothing allocated, and
 * work when tried again. Environment uml, as root, modules copied but not inserted. kmemleak
 * finds lost memory at the end of the run, so a report in the kernel log is also a failure.
 *
 *   failnth_test [-k KNOWN-FILE] [-l] [-v] [OPERATION[:pages] [FIRST [LAST]]]
 *
 * Slab allocations come first, then whole pages (:pages). If they were counted together, the pages
 * that slab itself sometimes needs would shift the numbers, and an allocation might be missed.
 * -l: also binding and loading the modules. An n that is known to break the rest of the kernel
 * (KNOWN-FILE, see there) is left out. Two events end the program after it has reported the place,
 * since the guest cannot be used any more: a step that hangs (exit code 3), and a device
 * that the ALSA core has left registered (4). failnth.sh continues from there in a new guest.
 * TAP on stdout, one line for each operation.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

#include <sound/asound.h>

#define BYTES 7680u
#define DRIVER "/sys/bus/platform/drivers/snd-wavert-sim/"
#define DEVICE "snd-wavert-sim.0"
#define CORE_MODULE "/modules/snd-wavert.ko"
#define SIM_MODULE "/modules/snd-wavert-sim.ko"
#define PATIENCE 10		/* seconds of guest time a step may take */
#define HANGS 3			/* exit codes */
#define LEFTOVER 4

static bool verbose, is_long;

/* State of the worker that the watchdog reads. */
static struct progress {
	volatile unsigned long steps;
	volatile int op, kind, n;
} *progress;

/* ---- the fault ------------------------------------------------------------------ */

static int fail_file;

enum kind { SLAB, PAGES, KINDS };

/* Which allocations are counted. */
static int set_up_faults(enum kind kind)
{
	const char *const files[][2] = {
		{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/failslab/verbose", "0" },
		/* only caches that are marked for it: none */
		{ "/sys/kernel/debug/failslab/cache-filter", kind == SLAB ? "N" : "Y" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/min-order", kind == SLAB ? "20" : "0" },
		{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
	};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (write_text(files[i][0], files[i][1]))
			return -1;
	return 0;
}

/* The file is that of the calling thread. */
static void open_fail_file(void)
{
	fail_file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

static void arm(int n)
{
	char text[16];

	if (n && pwrite(fail_file, text, (size_t)snprintf(text, sizeof(text), "%d", n), 0) < 0) {
		printf("Bail out! fail-nth: %s\n", strerror(errno));
		exit(1);
	}
}

/* True if the n-th allocation was reached. */
static bool disarm(int n)
{
	char text[16] = "";

	if (!n)
		return false;
	if (pread(fail_file, text, sizeof(text) - 1, 0) < 0 || pwrite(fail_file, "0", 1, 0) < 0)
		text[0] = '1';
	return atoi(text) == 0;
}

/* One system call whose n-th allocation fails; 0 or errno. *hit: there was an n-th one. */
#define WITH_FAULT(n, hit, expression)					\
	({								\
		int wf_err;						\
									\
		arm(n);							\
		wf_err = (expression) < 0 ? errno : 0;			\
		*(hit) = disarm(n);					\
		wf_err;							\
	})

/* ---- modules and binding ---------------------------------------------------------- */

static int insert(int n, bool *hit, const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return errno;
	err = WITH_FAULT(n, hit, syscall(SYS_finit_module, fd, parameters, 0));
	close(fd);
	return err;
}

static int write_file(int n, bool *hit, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return errno;
	err = WITH_FAULT(n, hit, write(fd, text, strlen(text)));
	close(fd);
	return err;
}

static int write_plain(const char *path, const char *text)
{
	bool hit;

	return write_file(0, &hit, path, text);
}

/* ---- checks after each try ----------------------------------------------------------- */

/*
 * The card's number. Not always 0: if snd_card_new() fails late, the ALSA core does not release
 * the number.
 */
static int card_number(void)
{
	char path[64];
	int i;

	for (i = 0; i < 32; i++) {
		snprintf(path, sizeof(path), "/proc/asound/card%d", i);
		if (!access(path, F_OK))
			return i;
	}
	return -1;
}

/*
 * A PCM device without its card: if the second of two devices cannot be registered (or has no
 * name, which the ALSA core does not check), the core does not unregister the first one. That card
 * is never freed, and no other card of the same number can be registered.
 */
static bool has_leftover(void)
{
	char pcm_path[64], card_path[64];
	int i;

	for (i = 0; i < 32; i++) {
		snprintf(pcm_path, sizeof(pcm_path), "/sys/class/sound/pcmC%dD0p", i);
		snprintf(card_path, sizeof(card_path), "/proc/asound/card%d", i);
		if (!faccessat(AT_FDCWD, pcm_path, F_OK, AT_SYMLINK_NOFOLLOW) && access(card_path, F_OK))
			return true;	/* a dangling link */
	}
	return false;
}

/* The device exists without a node: the driver core ignores errors of devtmpfs. */
static bool has_no_node(void)
{
	char path[64];
	bool has_device;

	snprintf(path, sizeof(path), "/sys/class/sound/hwC%dD0", card_number());
	has_device = !access(path, F_OK);
	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", card_number());
	return has_device && access(path, F_OK);
}

/* True if a running stream passes points, in real time or stepped. */
static int try_points(int fd, int ev)
{
	char path[64];
	int err;

	err = set_format(fd, 48000, WAVERT_FORMAT_S16, 2);
	if (!err)
		err = alloc_buffer(fd, 2, BYTES);
	if (!err)
		err = register_event(fd, ev);
	if (!err)
		err = set_state(fd, WAVERT_STATE_RUN);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/sys/kernel/debug/snd-wavert-sim/card%d/step", card_number());
	if (access(path, F_OK) == 0)
		err = write_text(path, "1920");
	else
		usleep(50000);
	return !err && counted(ev) != 2 ? ETIME : err;
}

/* True if the card works, through any node that it has. */
static int try_card(void)
{
	struct wavert_new_stream arg = { .pin = 0 };
	int hwdep, ev = new_event(), err;
	char path[64];

	snprintf(path, sizeof(path), "/dev/snd/hwC%dD0", card_number());
	if (has_no_node()) {
		printf("# devtmpfs has made no node\n");
		close(ev);
		return 0;
	}
	hwdep = open(path, O_RDWR | O_CLOEXEC);
	err = hwdep < 0 ? errno : call(hwdep, WAVERT_IOC_NEW_STREAM, &arg);
	if (!err) {
		err = try_points(arg.fd, ev);
		close(arg.fd);
	}
	close(hwdep);
	close(ev);
	return !err && !nobody_owns(card_number()) ? EBUSY : err;
}

/* ---- operations --------------------------------------------------------------------- */

static int filter, stream, event, pcm;

static int set_up_core(void)
{
	return insert_module(CORE_MODULE, "");
}

static int tear_down_core(void)
{
	return remove_module("snd_wavert");
}

static int set_up_sim(void)
{
	int err = set_up_core();

	return err ? err : insert_module(SIM_MODULE, "");
}

static int tear_down_sim(void)
{
	int err = remove_module("snd_wavert_sim");

	return err ? err : tear_down_core();
}

static int load_core(int n, bool *hit)
{
	return insert(n, hit, CORE_MODULE, "");
}

static int load_sim(int n, bool *hit)
{
	return insert(n, hit, SIM_MODULE, "");
}

static int load_sim_step(int n, bool *hit)
{
	return insert(n, hit, SIM_MODULE, "clock=step streams=2");
}

static int unload_sim(void)
{
	return remove_module("snd_wavert_sim");
}

static int load_other(int n, bool *hit)
{
	return insert(n, hit, "/modules/snd-dummy.ko", "");
}

static int unload_other(void)
{
	return remove_module("snd_dummy");
}

static int set_up_unbound(void)
{
	int err = set_up_sim();

	return err ? err : write_plain(DRIVER "unbind", DEVICE);
}

static int do_bind(int n, bool *hit)
{
	return write_file(n, hit, DRIVER "bind", DEVICE);
}

static int undo_bind(void)
{
	return write_plain(DRIVER "unbind", DEVICE);
}

static volatile unsigned char *mapped;
static size_t mapped_bytes;

/* A stream runs, is mapped and has an event while the device is removed. */
static int before_unbind(void)
{
	event = new_event();
	stream = ready_stream(WAVERT_PLAYBACK, 2, BYTES);
	if (stream < 0)
		return -stream;
	mapped = map_buffer(stream, 8192);
	if (!mapped)
		return errno;
	mapped[0] = 1;
	if (register_event(stream, event) || set_state(stream, WAVERT_STATE_RUN))
		return EIO;
	return 0;
}

static int do_unbind(int n, bool *hit)
{
	return write_file(n, hit, DRIVER "unbind", DEVICE);
}

/* The client is notified and may still access its memory. */
static int try_unbound(void)
{
	mapped[4096] = 2;
	return set_state(stream, WAVERT_STATE_STOP) || !counted(event) ? EIO : 0;
}

static int undo_unbind(void)
{
	return write_plain(DRIVER "bind", DEVICE);
}

static int after_unbind(void)
{
	munmap((void *)mapped, 8192);
	close(stream);
	close(event);
	return 0;
}

static int do_open(int n, bool *hit)
{
	return WITH_FAULT(n, hit, filter = open_filter());
}

static int undo_open(void)
{
	close(filter);
	return 0;
}

static int before_new(void)
{
	filter = open_filter();
	return filter < 0 ? errno : 0;
}

static int after_new(void)
{
	close(filter);
	return 0;
}

static int new_of(int n, bool *hit, unsigned int flags)
{
	struct wavert_new_stream arg = { .flags = flags };
	int err = WITH_FAULT(n, hit, ioctl(filter, WAVERT_IOC_NEW_STREAM, &arg));

	stream = arg.fd;
	return err;
}

static int do_new(int n, bool *hit)
{
	return new_of(n, hit, 0);
}

static int do_new_observer(int n, bool *hit)
{
	return new_of(n, hit, WAVERT_STREAM_OBSERVE);
}

static int undo_new(void)
{
	return close(stream) ? errno : 0;
}

static int try_new(void)
{
	return set_format(stream, 48000, WAVERT_FORMAT_S16, 2);
}

static int try_observer(void)
{
	struct wavert_position p;

	return get_position(stream, &p);
}

static int before_alloc(void)
{
	stream = new_stream(WAVERT_PLAYBACK, 0, 0);
	return stream < 0 ? -stream : set_format(stream, 48000, WAVERT_FORMAT_S16, 2);
}

static int after_alloc(void)
{
	return close(stream) ? errno : 0;
}

static int alloc_of(int n, bool *hit, unsigned int bytes)
{
	struct wavert_buffer arg = { .flags = WAVERT_ALLOC_NOTIFICATION, .notifications = 2,
				     .requested_bytes = bytes };

	return WITH_FAULT(n, hit, ioctl(stream, WAVERT_IOC_ALLOC_BUFFER, &arg));
}

static int do_alloc(int n, bool *hit)
{
	return alloc_of(n, hit, BYTES);
}

static int do_alloc_big(int n, bool *hit)
{
	return alloc_of(n, hit, 64 << 10);
}

/* The mapping contains only zeros and the stream can run. */
static int try_alloc(void)
{
	volatile unsigned char *at = map_buffer(stream, 8192);
	int i, wrong = 0;

	if (!at)
		return errno;
	for (i = 0; i < 8192; i++)
		wrong += at[i] != 0;
	munmap((void *)at, 8192);
	return wrong ? EIO : set_state(stream, WAVERT_STATE_RUN);
}

static int undo_alloc(void)
{
	return free_buffer(stream);
}

static int before_map(void)
{
	stream = ready_stream(WAVERT_PLAYBACK, 2, BYTES);
	return stream < 0 ? -stream : 0;
}

/* Each time at an address without a page table, so that its allocation can also fail. */
static void *fresh_place(void)
{
	static unsigned long place = 64ul << 30;

	place += 1ul << 30;
	return (void *)place;
}

static int map_at(int n, bool *hit, size_t bytes, int prot, off_t offset)
{
	void *place = fresh_place(), *at = MAP_FAILED;
	int err;

	err = WITH_FAULT(n, hit, (at = mmap(place, bytes, prot, MAP_SHARED, stream, offset)) ==
			 MAP_FAILED ? -1 : 0);
	mapped = at;
	mapped_bytes = bytes;
	return err;
}

static int do_map(int n, bool *hit)
{
	return map_at(n, hit, 8192, PROT_READ | PROT_WRITE, WAVERT_MMAP_BUFFER);
}

static int try_map(void)
{
	mapped[0] = 1;
	mapped[8191] = 2;
	return mapped[0] == 1 && mapped[8191] == 2 ? 0 : EIO;
}

static int do_map_page(int n, bool *hit)
{
	return map_at(n, hit, 4096, PROT_READ, WAVERT_MMAP_PAGE);
}

static int try_map_page(void)
{
	return ((const volatile struct wavert_page *)mapped)->buffer_bytes == BYTES ? 0 : EIO;
}

static int undo_map(void)
{
	return munmap((void *)mapped, mapped_bytes) ? errno : 0;
}

/*
 * In a separate process: on a fault without memory the kernel may retry, send SIGBUS or call the
 * OOM killer. The exit code shows the result.
 */
static int do_touch(int n, bool *hit)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		bool child_hit = false;

		open_fail_file();
		if (do_map(0, hit))
			_exit(100);
		arm(n);
		mapped[0] = 1;
		child_hit = disarm(n);
		_exit(child_hit ? 0 : 1);
	}
	*hit = true;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGBUS || WTERMSIG(status) == SIGKILL ? ENOMEM : EFAULT;
	*hit = n && WEXITSTATUS(status) == 0;
	return WEXITSTATUS(status) > 1 ? EIO : 0;
}

static int before_register(void)
{
	event = new_event();
	return before_map();
}

static int after_register(void)
{
	close(event);
	return after_alloc();
}

static int do_register(int n, bool *hit)
{
	struct wavert_event arg = { .fd = event };

	return WITH_FAULT(n, hit, ioctl(stream, WAVERT_IOC_REGISTER_EVENT, &arg));
}

static int undo_register(void)
{
	return unregister_event(stream, event);
}

static int do_run(int n, bool *hit)
{
	struct wavert_state arg = { .state = WAVERT_STATE_RUN };

	return WITH_FAULT(n, hit, ioctl(stream, WAVERT_IOC_SET_STATE, &arg));
}

static int undo_run(void)
{
	return set_state(stream, WAVERT_STATE_STOP);
}

/* ---- the same pin through ALSA ------------------------------------------------------- */

static struct snd_pcm_hw_params hw;

static void set_interval(int what, unsigned int value)
{
	struct snd_interval *i = &hw.intervals[what - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];

	i->min = value;
	i->max = value;
	i->integer = 1;
}

static void set_mask(int what, unsigned int value)
{
	struct snd_mask *m = &hw.masks[what - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(m, 0, sizeof(*m));
	m->bits[value / 32] = 1u << value % 32;
}

static void fill_hw_params(void)
{
	int i;

	memset(&hw, 0, sizeof(hw));
	for (i = 0; i <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL; i++)
		hw.intervals[i].max = ~0u;
	hw.rmask = ~0u;
	hw.info = ~0u;
	set_mask(SNDRV_PCM_HW_PARAM_ACCESS, (unsigned int)SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	set_mask(SNDRV_PCM_HW_PARAM_FORMAT, (unsigned int)SNDRV_PCM_FORMAT_S16_LE);
	set_mask(SNDRV_PCM_HW_PARAM_SUBFORMAT, (unsigned int)SNDRV_PCM_SUBFORMAT_STD);
	set_interval(SNDRV_PCM_HW_PARAM_CHANNELS, 2);
	set_interval(SNDRV_PCM_HW_PARAM_RATE, 48000);
	set_interval(SNDRV_PCM_HW_PARAM_PERIOD_SIZE, 480);
	set_interval(SNDRV_PCM_HW_PARAM_PERIODS, 4);
}

static int do_pcm_open(int n, bool *hit)
{
	return WITH_FAULT(n, hit, pcm = open("/dev/snd/pcmC0D0p", O_RDWR | O_CLOEXEC | O_NONBLOCK));
}

static int try_pcm_open(void)
{
	fill_hw_params();
	return ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw) ? errno : 0;
}

static int undo_pcm_open(void)
{
	return close(pcm) ? errno : 0;
}

static int before_hw_params(void)
{
	bool hit;
	int err = do_pcm_open(0, &hit);

	fill_hw_params();
	return err;
}

static int do_hw_params(int n, bool *hit)
{
	return WITH_FAULT(n, hit, ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &hw));
}

static int try_hw_params(void)
{
	return ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE) ? errno : 0;
}

static int undo_hw_params(void)
{
	return ioctl(pcm, SNDRV_PCM_IOCTL_HW_FREE) ? errno : 0;
}

static int before_prepare(void)
{
	bool hit;
	int err = before_hw_params();

	return err ? err : do_hw_params(0, &hit);
}

static int do_prepare(int n, bool *hit)
{
	return WITH_FAULT(n, hit, ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE));
}

#include "failnth_attach.h"

/* ---- the table ------------------------------------------------------------------------- */

static int nothing(void)
{
	return 0;
}

/* With the simulator loaded */
#define ON_SIM(name, before, act, verify, undo, after) \
	{ name, set_up_sim, before, act, verify, undo, after, tear_down_sim, { 0 }, ALWAYS }

/*
 * set_up/tear_down: once, around all tries. before/after: around every try, without a fault.
 * act: the call to test. verify: after a call that succeeded; then undo.
 */
static const struct operation {
	const char *name;
	int (*set_up)(void);
	int (*before)(void);
	int (*act)(int n, bool *hit);
	int (*verify)(void);
	int (*undo)(void);
	int (*after)(void);
	int (*tear_down)(void);
	int errors[2];		/* allowed in addition to ENOMEM */
	enum { ALWAYS, LONG, ASKED } when;	/* ASKED: only by name */
} operations[] = {
	ON_SIM("unbind", before_unbind, do_unbind, try_unbound, undo_unbind, after_unbind),
	ON_SIM("open-filter", nothing, do_open, nothing, undo_open, nothing),
	ON_SIM("NEW_STREAM", before_new, do_new, try_new, undo_new, after_new),
	ON_SIM("NEW_STREAM-observer", before_new, do_new_observer, try_observer, undo_new, after_new),
	ON_SIM("ALLOC_BUFFER", before_alloc, do_alloc, try_alloc, undo_alloc, after_alloc),
	ON_SIM("ALLOC_BUFFER-64K", before_alloc, do_alloc_big, try_alloc, undo_alloc, after_alloc),
	ON_SIM("mmap-buffer", before_map, do_map, try_map, undo_map, after_alloc),
	ON_SIM("first-touch", before_map, do_touch, nothing, nothing, after_alloc),
	ON_SIM("mmap-page", before_map, do_map_page, try_map_page, undo_map, after_alloc),
	ON_SIM("REGISTER_EVENT", before_register, do_register, nothing, undo_register, after_register),
	ON_SIM("SET_STATE-RUN", before_map, do_run, nothing, undo_run, after_alloc),
	ON_SIM("pcm-open", nothing, do_pcm_open, try_pcm_open, undo_pcm_open, nothing),
	ON_SIM("pcm-hw_params", before_hw_params, do_hw_params, try_hw_params, undo_hw_params,
	       undo_pcm_open),
	ON_SIM("pcm-prepare", before_prepare, do_prepare, nothing, nothing, undo_pcm_open),
	{ "attach-observe", set_up_attached, before_attached, do_new_observer, try_observer, undo_new,
	  after_new, tear_down_attached, { 0 }, ALWAYS },
	{ "attach-ALLOC_BUFFER", set_up_attached, before_alloc_pcm, do_alloc_pcm, try_alloc_pcm,
	  undo_alloc, after_alloc_pcm, tear_down_attached, { 0 }, ALWAYS },
	/* EINVAL: a device without a name, as in bind */
	{ "attach", set_up_dummy, nothing, do_attach, try_attached, undo_attach, nothing,
	  tear_down_dummy, { EINVAL }, LONG },
	{ "load-snd-wavert", nothing, nothing, load_core, nothing, tear_down_core, nothing,
	  nothing, { 0 }, LONG },
	/* a card that fails is left out; without any card the module refuses to load */
	{ "load-snd-wavert-sim", set_up_core, nothing, load_sim, try_card, unload_sim, nothing,
	  tear_down_core, { ENODEV, EINVAL }, LONG },
	{ "load-snd-wavert-sim-step", set_up_core, nothing, load_sim_step, try_card,
	  unload_sim, nothing, tear_down_core, { ENODEV, EINVAL }, LONG },
	{ "bind", set_up_unbound, nothing, do_bind, try_card, undo_bind, nothing,
	  tear_down_sim, { EINVAL }, LONG },
	/* for comparison: the ALSA core with an in-tree driver */
	{ "load-snd-dummy", nothing, nothing, load_other, nothing, unload_other, nothing, nothing,
	  { ENODEV, EINVAL }, ASKED },
};

#define OPERATIONS ((int)(sizeof(operations) / sizeof(operations[0])))

/* ---- known failures of the kernel ---------------------------------------------------------- */

static const char *known_file;
static int first = 1, last = 1 << 20;
static enum kind first_kind = SLAB;
static bool is_part;		/* LAST was given: stop there */

/* The name on the command line and in KNOWN-FILE. */
static const char *full_name(const struct operation *op, enum kind kind)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s%s", op->name, kind == PAGES ? ":pages" : "");
	return name;
}

/* Lines "OPERATION FIRST-LAST REASON"; # begins a comment. */
static bool is_known(const char *name, int n)
{
	char line[256], op[64];
	bool known = false;
	FILE *f;
	int from, to;

	f = known_file ? fopen(known_file, "re") : NULL;
	if (!f)
		return false;
	while (!known && fgets(line, sizeof(line), f))
		known = sscanf(line, "%63s %d-%d", op, &from, &to) == 3 && op[0] != '#' &&
			!strcmp(op, name) && n >= from && n <= to;
	fclose(f);
	return known;
}

/* ---- the sweep -------------------------------------------------------------------------- */

struct tally {
	int count[KINDS], failed, spared, known;
	int bad_n;		/* the first n at which something was wrong, or 0 */
	const char *bad;	/* and the reason */
	int bad_err;
};

static int wrong(struct tally *t, int n, const char *what, int err)
{
	if (!t->bad) {
		t->bad_n = n;
		t->bad = what;
		t->bad_err = err;
	}
	printf("# n = %d: %s (%s)\n", n, what, strerror(err));
	return -1;
}

/* After a call that succeeded: check that it works and can be undone. */
static int check_success(const struct operation *op, struct tally *t, int n)
{
	int err = op->verify();

	if (err)
		wrong(t, n, "it returns success, but does not work", err);
	err = op->undo();
	return err ? wrong(t, n, "cannot be undone", err) : 0;
}

/* The call whose n-th allocation fails (0: none). If it failed, it is made once more. */
static int one_call(const struct operation *op, struct tally *t, int n, bool *hit)
{
	bool plain;
	int err;

	progress->n = n;
	progress->steps++;
	err = op->act(n, hit);
	progress->steps++;
	if (verbose)
		printf("# %s n = %d: %s%s\n", op->name, n, strerror(err), *hit ? "" : ", not reached");
	if (err && !*hit)
		return wrong(t, n, "fails without a fault", err);
	if (err && err != ENOMEM && err != op->errors[0] && err != op->errors[1])
		return wrong(t, n, "an undocumented error", err);
	t->failed += *hit && err;
	t->spared += *hit && !err;
	if (!err)
		return check_success(op, t, n);
	err = op->act(0, &plain);
	if (!err)
		return check_success(op, t, n);
	wrong(t, n, "the next try fails", err);
	if (!has_leftover())
		return -1;
	tap_ok(0, "%s: the next try works after allocation %d has failed", op->name, n);
	printf("# leftover: %s %d\n", full_name(op, (enum kind)progress->kind), n);
	exit(LEFTOVER);
}

static int one_try(const struct operation *op, struct tally *t, int n, bool *hit)
{
	int err = op->before(), later;

	*hit = false;
	if (err)
		return wrong(t, n, "preparations fail", err);
	err = one_call(op, t, n, hit);
	later = op->after();
	return later ? wrong(t, n, "cannot be cleaned up", later) : err;
}

static void sweep(const struct operation *op, enum kind kind, struct tally *t)
{
	int n, from = kind == first_kind ? first : 1;
	bool hit = true, plain;

	set_up_faults(kind);
	progress->kind = kind;
	/* once without a fault: allocations that are made only the first time are not tested */
	if (one_try(op, t, 0, &plain))
		return;
	for (n = from; hit && n <= last && !t->bad; n++) {
		if (is_known(full_name(op, kind), n))
			t->known++;
		else if (one_try(op, t, n, &hit))
			return;
		if (op->set_up == set_up_sim && !nobody_owns(card_number()))
			wrong(t, n, "the pin has an owner afterwards", EBUSY);
	}
	t->count[kind] = n - 1 - !hit;
}

static void run_operation(const struct operation *op)
{
	enum kind kind, kinds = is_part ? first_kind + 1 : KINDS;
	/*
	 * Twice: a try that makes one allocation more than others (a new node of an id
	 * tree) may miss the intended one. From the middle on only once, see failnth.sh.
	 */
	int rounds = first == 1 && !is_part ? 2 : 1, round;
	struct tally t = { 0 };
	int err = op->set_up();

	if (err)
		wrong(&t, 0, "cannot be set up", err);
	for (round = 0; round < rounds && !t.bad; round++)
		for (kind = first_kind; kind < kinds && !t.bad; kind++)
			sweep(op, kind, &t);
	if (!t.bad) {
		err = op->tear_down();
		if (err)
			wrong(&t, 0, "modules cannot be removed", err);
	}
	tap_ok(!t.bad, "%s: each of %d allocations and %d of whole pages failed once: nothing remains, the next try works",
	       op->name, t.count[SLAB], t.count[PAGES]);
	printf("# from %s %d on: %d errors, %d not needed, %d known left out\n",
	       full_name(op, first_kind), first, t.failed, t.spared, t.known);
	if (t.bad)
		printf("# first: n = %d: %s (%s)\n", t.bad_n, t.bad, strerror(t.bad_err));
	fflush(stdout);
}

/* kmemleak disables itself when it cannot record an object. */
static void check_kmemleak(void)
{
	TAP_CHECK(!write_text("/sys/kernel/debug/kmemleak", "scan"), "kmemleak is still enabled");
}

static int work(const char *only)
{
	int upto = is_long ? LONG : ALWAYS, i;

	open_fail_file();
	for (i = 0; i < OPERATIONS; i++) {
		if (only ? strcmp(only, operations[i].name) : (int)operations[i].when > upto)
			continue;
		progress->op = i;
		run_operation(&operations[i]);
		if (tap_failures && !only) {
			printf("# stopping: the next operations depend on it\n");
			break;
		}
	}
	check_kmemleak();
	return tap_done();
}

/* ---- the watchdog ------------------------------------------------------------------------- */

static void show_stack(pid_t pid)
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		printf("#   %s", line);
	if (f)
		fclose(f);
}

static int watch(pid_t pid)
{
	unsigned long steps = 0;
	int status, idle = 0;

	while (!waitpid(pid, &status, WNOHANG)) {
		usleep(20000);
		idle = steps == progress->steps ? idle + 1 : 0;
		steps = progress->steps;
		if (idle < PATIENCE * 50)
			continue;
		/* disable the kernel's own report */
		write_text("/proc/sys/kernel/hung_task_timeout_secs", "0");
		printf("not ok - %s: the call returns when its allocation %d fails\n",
		       operations[progress->op].name, progress->n);
		printf("# hangs: %s %d\n", full_name(&operations[progress->op], (enum kind)progress->kind),
		       progress->n);
		show_stack(pid);
		fflush(stdout);
		/* such a guest cannot be powered off */
		sleep(1);
		write_text("/sys/kernel/debug/provoke-crash/DIRECT", "PANIC");
		return HANGS;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	int opt;
	pid_t pid;

	setbuf(stdout, NULL);
	while ((opt = getopt(argc, argv, "k:lv")) != -1) {
		if (opt == 'k')
			known_file = optarg;
		else if (opt == 'l')
			is_long = true;
		else if (opt == 'v')
			verbose = true;
		else
			return 2;
	}
	if (argc > optind) {
		char *pages = strchr(argv[optind], ':');

		if (pages) {
			*pages = 0;
			first_kind = PAGES;
		}
	}
	if (argc - optind > 1)
		first = atoi(argv[optind + 1]);
	if (argc - optind > 2) {
		last = atoi(argv[optind + 2]);
		is_part = true;
	}
	if (set_up_faults(SLAB)) {
		printf("1..0 # SKIP this kernel has no fault injection\n");
		return 0;
	}
	progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (!pid)
		_exit(work(argc > optind ? argv[optind] : NULL));
	return pid < 0 ? 1 : watch(pid);
}
