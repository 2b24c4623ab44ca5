// SPDX-License-Identifier: GPL-2.0-only
/*
 * plugin.c - counts instructions in QEMU (TCG plugin, API version 1), by where they are:
 * user, kernel, our modules and others. Loaded by run.sh; the program in the guest selects what
 * to count, see markers.h.
 *
 *   -plugin count.so,out=FILE[,profile=FILE,row=ID]
 *
 * FILE receives a line a row: id, records, mean of each class, then of all classes
 * together mean, p50, p99 and maximum; then of the path from an interrupt to the first signal
 * count, mean and maximum; then mean accesses to device registers, and p50 of that path. The
 * profile of one row: address, "x", number of executions, for each instruction between BASE and
 * PAUSE.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "markers.h"

/* ---- the part of QEMU's interface that is used; Debian ships no header --------------- */

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_hwaddr;
typedef void (*insn_cb)(unsigned int cpu, void *data);
typedef void (*mem_cb)(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address,
		       void *data);
typedef void (*tb_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*simple_cb)(qemu_plugin_id_t id);
typedef void (*exit_cb)(qemu_plugin_id_t id, void *data);

enum { CB_NO_REGS };
enum { MEM_RW = 3 };
enum { INLINE_ADD_U64 };

extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
							 size_t i);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
extern void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op,
						       void *counter, uint64_t add);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, insn_cb cb,
						   int flags, void *data);
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_cb cb,
					     int flags, int rw, void *data);
extern struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info,
							 uint64_t address);
extern bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *at);
extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_cb cb);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_cb cb, void *data);
extern void qemu_plugin_reset(qemu_plugin_id_t id, simple_cb cb);

#define EXPORT	__attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

/* ---- state---------------- */

#define KERNEL_START	0x800000000000ull
#define MODULES_START	0xffffffffc0000000ull
#define MODULES_END	0xffffffffff000000ull
#define MAX_RANGES	64
#define MAX_ENTRIES	8
#define MAX_ACCESSES	8

struct record {
	uint64_t total;
	uint64_t count[CLASSES];
};

static qemu_plugin_id_t self;
static FILE *out, *profile;
static uint64_t count[CLASSES];
static bool armed;			/* counting starts after the boot, which is faster */

static struct range {
	uint64_t start, end;
	unsigned int class;
} ranges[MAX_RANGES];
static unsigned int nranges;
static uint64_t entries[MAX_ENTRIES], signal_at;
static uint64_t accesses[MAX_ACCESSES];
static unsigned int nentries, naccesses;

static uint64_t word[4];		/* the part of a message that was received */
static unsigned int bits;

static bool in_row;
static uint64_t row;
static uint64_t base[CLASSES];		/* counters when the record began */
static struct record *records;
static size_t nrecords, room;

static struct {
	bool open;
	uint64_t base, n, sum, most;
} window;				/* from one of our interrupts to the signal */

#define WINDOW_MAX	8192		/* a longer one counts as this */
static uint32_t windows[WINDOW_MAX + 1];	/* how many were this long */

/* ---- profile: a counter for each instruction---------------- */

#define SLOTS	(1u << 20)		/* a power of 2; a guest runs some 200000 */

static struct slot {
	uint64_t address, count, before, sum;
} *slots;
static uint64_t profiled;		/* the row */

static uint64_t *slot_of(uint64_t address)
{
	uint32_t i = (uint32_t)(address * 0x9e3779b97f4a7c15ull >> 44);

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) % SLOTS;
	slots[i].address = address;
	return &slots[i].count;
}

static void profile_begin(void)
{
	uint32_t i;

	if (profile && row == profiled)
		for (i = 0; i < SLOTS; i++)
			slots[i].before = slots[i].count;
}

static void profile_pause(void)
{
	uint32_t i;

	if (profile && row == profiled)
		for (i = 0; i < SLOTS; i++)
			slots[i].sum += slots[i].count - slots[i].before;
}

static void profile_write(void)
{
	uint32_t i;

	for (i = 0; i < SLOTS; i++)
		if (slots[i].sum)
			fprintf(profile, "%016" PRIx64 " x %" PRIu64 "\n", slots[i].address,
				slots[i].sum);
}

/* ---- records---------------- */

static int by_total(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return x->total < y->total ? -1 : x->total > y->total;
}

static uint64_t percentile(unsigned int percent)
{
	return records[(nrecords - 1) * percent / 100].total;
}

static double sum_of(int class)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < nrecords; i++)
		sum += (double)records[i].count[class];
	return sum;
}

static unsigned int median_window(void)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < WINDOW_MAX && (n += windows[i]) <= window.n / 2; i++)
		;
	return i;
}

static void write_row(void)
{
	double sum = 0, of_class;
	int c;

	qsort(records, nrecords, sizeof(*records), by_total);
	fprintf(out, "%" PRIu64 " %zu", row, nrecords);
	for (c = 0; c <= CLASS_SYSCALLS; c++) {
		of_class = sum_of(c);
		fprintf(out, " %.2f", of_class / (double)nrecords);
		if (c < CLASS_SYSCALLS)
			sum += of_class;
	}
	fprintf(out, " %.2f %" PRIu64 " %" PRIu64 " %" PRIu64, sum / (double)nrecords,
		percentile(50), percentile(99), percentile(100));
	fprintf(out, " %" PRIu64 " %.2f %" PRIu64 " %.2f %u\n", window.n,
		window.n ? (double)window.sum / (double)window.n : 0, window.most,
		sum_of(CLASS_ACCESSES) / (double)nrecords, median_window());
	fflush(out);
}

static void on_mark(unsigned int cpu, void *data)
{
	struct record *r;
	int c;

	if (!in_row)
		return;
	if (nrecords == room) {
		room = room ? 2 * room : 4096;
		records = realloc(records, room * sizeof(*records));
		if (!records)
			abort();
	}
	r = &records[nrecords++];
	r->total = 0;
	for (c = 0; c < CLASSES; c++) {
		r->count[c] = count[c] - base[c];
		base[c] = count[c];
		if (c < CLASS_SYSCALLS)
			r->total += r->count[c];
	}
}

static void on_base(unsigned int cpu, void *data)
{
	memcpy(base, count, sizeof(base));
	if (in_row)
		profile_begin();
}

/* ---- from interrupt to signal---------------- */

static uint64_t ours(void)
{
	return count[CLASS_CORE] + count[CLASS_BACKEND];
}

static void on_entry(unsigned int cpu, void *data)
{
	window.open = true;
	window.base = ours();
}

static void on_signal(unsigned int cpu, void *data)
{
	uint64_t n = ours() - window.base;

	if (!window.open)
		return;
	window.open = false;
	window.n++;
	window.sum += n;
	if (n > window.most)
		window.most = n;
	windows[n < WINDOW_MAX ? n : WINDOW_MAX]++;
}

/* ---- messages---------------- */

static void install(qemu_plugin_id_t id);

static void begin_row(void)
{
	row = word[1];
	nrecords = 0;
	memset(&window, 0, sizeof(window));
	memset(windows, 0, sizeof(windows));
	in_row = true;
}

static void end_row(void)
{
	if (in_row && nrecords)
		write_row();
	in_row = false;
}

static void on_send(unsigned int cpu, void *data)
{
	bool whole = bits == 4 * 64;

	bits = 0;
	if (!whole)
		return;
	switch (word[0]) {
	case OP_RANGE:
		if (nranges < MAX_RANGES && word[1] < CLASSES)
			ranges[nranges++] = (struct range){ word[2], word[3], word[1] };
		break;
	case OP_ENTRY:
		if (nentries < MAX_ENTRIES)
			entries[nentries++] = word[1];
		break;
	case OP_SIGNAL:
		signal_at = word[1];
		break;
	case OP_ACCESS:
		if (naccesses < MAX_ACCESSES)
			accesses[naccesses++] = word[1];
		break;
	case OP_ARM:
		armed = true;
		qemu_plugin_reset(self, install);
		break;
	case OP_ROW:
		begin_row();
		break;
	case OP_PAUSE:
		profile_pause();
		break;
	case OP_END:
		end_row();
		break;
	}
}

static void on_bit(unsigned int cpu, void *data)
{
	uint64_t bit = (uintptr_t)data;
	unsigned int i = bits++ / 64 % 4;

	word[i] = word[i] >> 1 | bit << 63;
}

/* ---- translation---------------- */

static unsigned int class_of(uint64_t address)
{
	unsigned int i, class = CLASS_KERNEL;

	if (address < KERNEL_START)
		class = CLASS_USER;
	else if (address >= MODULES_START && address < MODULES_END)
		class = CLASS_MODULES;
	for (i = 0; i < nranges; i++)
		if (address >= ranges[i].start && address < ranges[i].end)
			class = ranges[i].class;
	return class;
}

/* A marker is executed as a command and not counted. */
static bool marker(struct qemu_plugin_insn *insn, const uint8_t *code)
{
	insn_cb cb;
	uintptr_t data = 0;

	if (qemu_plugin_insn_size(insn) != 3 || code[0] != 0x66 || code[1] != 0x87)
		return false;
	switch (code[2]) {
	case MARKER_MARK:
		cb = on_mark;
		break;
	case MARKER_BASE:
		cb = on_base;
		break;
	case MARKER_SEND:
		cb = on_send;
		break;
	case MARKER_ZERO:
	case MARKER_ONE:
		cb = on_bit;
		data = code[2] == MARKER_ONE;
		break;
	default:
		return false;
	}
	qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, CB_NO_REGS, (void *)data);
	return true;
}

static void watch(struct qemu_plugin_insn *insn, uint64_t address)
{
	unsigned int i;

	for (i = 0; i < nentries; i++)
		if (address == entries[i])
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_entry, CB_NO_REGS, NULL);
	if (address == signal_at)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_signal, CB_NO_REGS, NULL);
}

/*
 * Registers are accessed by clients, by drivers themselves and by functions of the kernel
 * (ioread32(), for example), which were named and also access ports.
 */
static void on_memory(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	const struct qemu_plugin_hwaddr *at = qemu_plugin_get_hwaddr(info, address);

	if (at && qemu_plugin_hwaddr_is_io(at))
		count[CLASS_ACCESSES]++;
}

static void watch_accesses(struct qemu_plugin_insn *insn, uint64_t address, unsigned int class)
{
	unsigned int i;

	for (i = 0; i < naccesses; i++)
		if (address == accesses[i])
			qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
								   &count[CLASS_ACCESSES], 1);
	if (class == CLASS_USER || class == CLASS_CORE || class == CLASS_BACKEND)
		qemu_plugin_register_vcpu_mem_cb(insn, on_memory, CB_NO_REGS, MEM_RW, NULL);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		const uint8_t *code = qemu_plugin_insn_data(insn);
		bool user = address < KERNEL_START;
		unsigned int class;

		if ((user && marker(insn, code)) || !armed)
			continue;
		if (!user)
			watch(insn, address);
		class = class_of(address);
		qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &count[class], 1);
		watch_accesses(insn, address, class);
		if (user && code[0] == 0x0f && code[1] == 0x05)
			qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
								   &count[CLASS_SYSCALLS], 1);
		if (profile)
			qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
								   slot_of(address), 1);
	}
}

static void at_exit(qemu_plugin_id_t id, void *data)
{
	fclose(out);
	if (profile) {
		profile_write();
		fclose(profile);
	}
}

/* At the start and after each reset, before code is translated. */
static void install(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	int i;

	self = id;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strncmp(argv[i], "profile=", 8))
			profile = fopen(argv[i] + 8, "w");
		else if (!strncmp(argv[i], "row=", 4))
			profiled = strtoull(argv[i] + 4, NULL, 10);
	}
	slots = calloc(SLOTS, sizeof(*slots));
	if (!out || !slots) {
		fprintf(stderr, "count.so: out=FILE is needed\n");
		return 1;
	}
	install(id);
	return 0;
}
