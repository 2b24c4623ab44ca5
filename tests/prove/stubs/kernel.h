/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel.h - the names of Linux that compat/hwdep/ uses, for a proof on the host. The Makefile makes
 * each kernel header that is included there an alias of this one.
 *
 * The parts that matter to a proof call into it: barriers call weak.c; locks, reference counts
 * and memory call binding.c. The rest is only there to compile.
 */
#ifndef WRT_PROVE_KERNEL_H
#define WRT_PROVE_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <linux/types.h>

#include "sched.h"

#define __user
#define __force
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define static_assert		_Static_assert
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

/* ---- barriers ------------------------------------------------------------------- */

void prove_wmb(void);
void prove_mb(void);

#define smp_wmb()		prove_wmb()
#define smp_mb()		prove_mb()
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define IS_ENABLED(option)	false
#define preempt_disable()	do { } while (0)
#define preempt_enable()	do { } while (0)

/* ---- errors and warnings -------------------------------------------------------- */

#define MAX_ERRNO		4095
#define ERR_PTR(e)		((void *)(intptr_t)(e))
#define PTR_ERR(p)		((long)(intptr_t)(p))
#define IS_ERR(p)		((uintptr_t)(p) >= (uintptr_t)-MAX_ERRNO)

void prove_warn(const char *what);

#define WARN_ON(x)		({ bool _x = (x); if (_x) prove_warn(#x); _x; })
#define WARN_ON_ONCE(x)		WARN_ON(x)
#define pr_warn_once(...)	prove_warn("a call of interface version 0.x")

/* ---- memory --------------------------------------------------------------------- */

#define PAGE_SIZE		(1ul << PAGE_SHIFT)	/* PAGE_SHIFT: see the Makefile */
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))
#define GFP_KERNEL		0u
#define GFP_KERNEL_ACCOUNT	0u
#define __GFP_ZERO		0u

struct page;
struct device;

struct page *alloc_page(unsigned int flags);
void __free_page(struct page *page);
void *page_address(struct page *page);
void *kzalloc(size_t bytes, unsigned int flags);
void kfree(const void *p);

static inline void *memchr_inv(const void *p, int c, size_t bytes)
{
	const unsigned char *s = p;

	for (; bytes; bytes--, s++)
		if (*s != (unsigned char)c)
			return (void *)s;
	return NULL;
}

#define U32_MAX				UINT32_MAX
#define array_index_nospec(index, size)	(index)
#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define offsetofend(type, member)	(offsetof(type, member) + sizeof(((type *)0)->member))
#define min_t(type, a, b)		((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define copy_from_user(to, from, n)	(memcpy(to, from, n), 0)
#define min(a, b)			((a) < (b) ? (a) : (b))
#define u64_to_user_ptr(at)		((void *)(uintptr_t)(at))
unsigned long copy_to_user(void *to, const void *from, unsigned long n);

static inline int copy_struct_from_user(void *to, size_t size, const void *from, size_t usize)
{
	size_t common = min_t(size_t, size, usize);

	if (usize > size && memchr_inv((const char *)from + size, 0, usize - size))
		return -E2BIG;
	memset((char *)to + common, 0, size - common);
	memcpy(to, from, common);
	return 0;
}

struct address_space;
struct snd_card;

#define SNDRV_DMA_TYPE_DEV	2
#define SNDRV_DMA_TYPE_DEV_SG	3

struct snd_dma_buffer {
	unsigned char *area;
	uint64_t addr;
};

struct vm_fault;
struct vm_operations_struct;
typedef unsigned int vm_fault_t;

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags, vm_pgoff;
	const struct vm_operations_struct *vm_ops;
	void *vm_private_data;
};

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long address;
};

struct vm_operations_struct {
	vm_fault_t (*fault)(struct vm_fault *vmf);
};

#define VM_WRITE	0x02ul
#define VM_EXEC		0x04ul
#define VM_SHARED	0x08ul
#define VM_MAYWRITE	0x20ul
#define VM_MAYEXEC	0x40ul
#define VM_PFNMAP	0x400ul
#define VM_IO		0x4000ul
#define VM_DONTCOPY	0x20000ul
#define VM_DONTEXPAND	0x40000ul
#define VM_DONTDUMP	0x4000000ul

#define wrt_vm_flags_mod(vma, set, clear) \
	((vma)->vm_flags = ((vma)->vm_flags | (set)) & ~(clear))

#define page_to_pfn(page)	((unsigned long)(page) >> PAGE_SHIFT)

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long at, unsigned long pfn);

uint64_t ktime_get_ns(void);

/* ---- locks ---------------------------------------------------------------------- */

struct mutex {
	struct sched_lock raw;
};

struct rw_semaphore {
	int count;
};

typedef struct {
	int counter;
} atomic_t;

#define mutex_init(m)		sched_lock_init(&(m)->raw, "mutex " #m)
#define mutex_destroy(m)	((void)(m))
#define mutex_lock(m)		sched_lock_acquire(&(m)->raw)
#define mutex_lock_killable(m)	(sched_lock_acquire(&(m)->raw), 0)
#define mutex_unlock(m)		sched_lock_release(&(m)->raw)
#define lockdep_assert_held(m)	sched_assert_held(&(m)->raw)

#define mutex_lock_interruptible(m)	mutex_lock_killable(m)
#define mutex_trylock(m)	sched_lock_try(&(m)->raw)
#define schedule_timeout_killable(jiffies)	sched_sleep()
#define fatal_signal_pending(task)	false

/* A task that waits is woken, or sleeps for ever: no other event ends its sleep. */
struct rcuwait {
	bool waits;
	struct sched_lock sleep;	/* its owner: the sleeping thread */
};

void rcuwait_init(struct rcuwait *w);
bool rcuwait_active(struct rcuwait *w);
void rcuwait_wake_up(struct rcuwait *w);
void prove_rcuwait_begin(struct rcuwait *w);
void prove_rcuwait_prepare(struct rcuwait *w);
void prove_rcuwait_end(struct rcuwait *w);

#define TASK_INTERRUPTIBLE	1
#define ERESTARTNOHAND		514
#define rcuwait_wait_event(w, condition, state)		\
	({						\
		prove_rcuwait_begin(w);			\
		for (;;) {				\
			prove_rcuwait_prepare(w);	\
			if (condition)			\
				break;			\
			sched_block(&(w)->sleep);	\
		}					\
		prove_rcuwait_end(w);			\
		0;					\
	})

/* Nobody polls. */
typedef struct { int unused; } wait_queue_head_t;

#define init_waitqueue_head(w)	((void)(w))
#define wake_up_all(w)		((void)(w))
#define wake_up_poll(w, events)	((void)(w))

static inline void init_rwsem(struct rw_semaphore *s)
{
	s->count = 0;
}

struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head->prev = head;
}

#define list_for_each_entry(p, head, member) \
	for (p = container_of((head)->next, __typeof__(*p), member); \
	     &p->member != (head); \
	     p = container_of(p->member.next, __typeof__(*p), member))

static inline void list_add(struct list_head *new, struct list_head *head)
{
	new->next = head->next;
	new->prev = head;
	head->next->prev = new;
	head->next = new;
}

static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
	entry->next = entry->prev = NULL;
}

/* ---- users: all of them are root ---------------------------------------------------- */

#define READ_IMPLIES_EXEC	0x0400000u

static const struct {
	unsigned int personality;
} prove_task __attribute__((unused));

#define current			(&prove_task)

typedef struct {
	unsigned int val;
} kuid_t;

#define init_user_ns		*(void **)NULL
#define current_euid()		((kuid_t){ 0 })
#define uid_eq(a, b)		((a).val == (b).val)
#define from_kuid(ns, uid)	((uid).val)
#define capable(cap)		true

/* ---- files ---------------------------------------------------------------------- */

struct inode;
struct file_operations;
struct poll_table_struct;

#define __poll_t		unsigned int
#define EPOLLIN			1u
#define EPOLLERR		8u
#define EPOLLHUP		16u
#define EPOLLRDNORM		64u

struct poll_table_struct {
	void *_qproc;
};

#define poll_wait(file, head, wait)	((void)(file), (void)(head), (void)(wait))

struct file {
	const struct file_operations *f_op;
	int count;
	unsigned int f_mode, f_flags;
	void *private_data;
	struct address_space *f_mapping;
};

struct iov_iter {
	void *to;
	size_t count;
};

struct kiocb {
	struct file *ki_filp;
	unsigned int ki_flags;
};

#define IOCB_NOWAIT		1u
#define iov_iter_count(i)	((i)->count)
#define copy_to_iter(from, n, i)	((n) - copy_to_user((i)->to, from, n))

#define FMODE_READ		1u
#define FMODE_WRITE		2u
#define FMODE_NOWAIT		4u

struct file_operations {
	ssize_t (*read)(struct file *file, char *to, size_t bytes, loff_t *at);
	ssize_t (*read_iter)(struct kiocb *kiocb, struct iov_iter *to);
	void *owner;
	int (*release)(struct inode *inode, struct file *file);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	unsigned int (*poll)(struct file *file, struct poll_table_struct *wait);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	long (*llseek)(struct file *file, long offset, int whence);
};

#define THIS_MODULE		NULL
#define compat_ptr_ioctl	NULL
#define noop_llseek		NULL

struct file *get_file(struct file *file);
struct file *fget(int fd);
void fput(struct file *file);
struct file *anon_inode_getfile(const char *name, const struct file_operations *ops, void *priv,
				int flags);

int get_unused_fd_flags(int flags);
void put_unused_fd(int fd);
void fd_install(int fd, struct file *file);

struct snd_hwdep {
	char name[80];
	int iface;
	void *private_data;
	void (*private_free)(struct snd_hwdep *hw);
	struct {
		int (*ioctl)(struct snd_hwdep *hw, struct file *file, unsigned int cmd,
			     unsigned long arg);
	} ops;
};

#define strscpy(to, from, n)	strncpy(to, from, n)

int snd_hwdep_new(struct snd_card *card, const char *id, int device, struct snd_hwdep **out);

/* ---- events --------------------------------------------------------------------- */

struct eventfd_ctx;

struct eventfd_ctx *eventfd_ctx_fdget(int fd);
void eventfd_ctx_put(struct eventfd_ctx *ctx);
void wrt_eventfd_signal(struct eventfd_ctx *ctx);

#endif
