/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_version.h - what differs between the supported kernels (5.10 to 7.3), under our own
 * names. The only file that tests LINUX_VERSION_CODE. Kernel names are never redefined:
 * distributions backport them. ccflags can override each test, for instance
 * -DWRT_EVENTFD_SIGNAL_COUNTED=0.
 */
#ifndef WRT_KERNEL_VERSION_H
#define WRT_KERNEL_VERSION_H

#include <linux/dma-map-ops.h>
#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/version.h>
#include <sound/pcm.h>

#define WRT_KERNEL(major, minor) (LINUX_VERSION_CODE >= KERNEL_VERSION(major, minor, 0))

#ifndef WRT_EVENTFD_SIGNAL_COUNTED	/* eventfd_signal(ctx, n) until 6.7 */
#define WRT_EVENTFD_SIGNAL_COUNTED (!WRT_KERNEL(6, 8))
#endif

#ifndef WRT_HAVE_HRTIMER_SETUP
#define WRT_HAVE_HRTIMER_SETUP WRT_KERNEL(6, 13)
#endif

#ifndef WRT_HAVE_VM_FLAGS_MOD
#define WRT_HAVE_VM_FLAGS_MOD WRT_KERNEL(6, 3)
#endif

#ifndef WRT_HAVE_ELAPSED_UNDER_LOCK	/* snd-pcm: period_elapsed with the stream lock held */
#define WRT_HAVE_ELAPSED_UNDER_LOCK WRT_KERNEL(5, 14)
#endif

/*
 * ALSA closes the instances of a timer that it frees: since 7.1, 6.18.36 and 6.12.94. Not known of
 * 7.0.y; to keep a reference there is less harm than to drop one twice.
 */
#ifndef WRT_HAVE_TIMER_CLOSE_AT_FREE
#define WRT_HAVE_TIMER_CLOSE_AT_FREE						\
	(WRT_KERNEL(7, 0) ||							\
	 (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 36) && !WRT_KERNEL(6, 19)) || \
	 (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 94) && !WRT_KERNEL(6, 13)))
#endif

#ifndef WRT_HAVE_PCM_SET_STATE		/* snd-pcm: the state is in two places */
#define WRT_HAVE_PCM_SET_STATE WRT_KERNEL(6, 1)
#endif

/*
 * snd-pcm: HW_PARAMS and HW_FREE hold a mutex. Kernels without it let them race with each other.
 * Not known of 5.16.y and 5.17.y.
 */
#ifndef WRT_HAVE_PCM_BUFFER_MUTEX
#define WRT_HAVE_PCM_BUFFER_MUTEX						\
	(WRT_KERNEL(5, 18) ||							\
	 (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 15, 33) && !WRT_KERNEL(5, 16)) || \
	 (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 110) && !WRT_KERNEL(5, 11)))
#endif

#ifndef WRT_PLATFORM_REMOVE_VOID
#define WRT_PLATFORM_REMOVE_VOID WRT_KERNEL(6, 11)
#endif

#ifndef WRT_HAVE_CC_PLATFORM
#define WRT_HAVE_CC_PLATFORM WRT_KERNEL(5, 16)
#endif
#if WRT_HAVE_CC_PLATFORM
#include <linux/cc_platform.h>
#else
#include <linux/mem_encrypt.h>
#endif

/* Adds 1; any context; never sleeps except on PREEMPT_RT. */
static inline void wrt_eventfd_signal(struct eventfd_ctx *ctx)
{
#if WRT_EVENTFD_SIGNAL_COUNTED
	eventfd_signal(ctx, 1);
#else
	eventfd_signal(ctx);
#endif
}

/* PCM stream lock held. */
static inline void wrt_pcm_set_state(struct snd_pcm_runtime *runtime, snd_pcm_state_t state)
{
#if WRT_HAVE_PCM_SET_STATE
	__snd_pcm_set_state(runtime, state);
#else
	runtime->status->state = state;
#endif
}

/* True if they do not race, and wrt_pcm_wait_for_params() waits. */
static inline bool wrt_pcm_params_are_locked(void)
{
	return WRT_HAVE_PCM_BUFFER_MUTEX;
}

/* Wait until HW_PARAMS and HW_FREE that have begun are over. */
static inline void wrt_pcm_wait_for_params(struct snd_pcm_runtime *runtime)
{
#if WRT_HAVE_PCM_BUFFER_MUTEX
	mutex_lock(&runtime->buffer_mutex);
	mutex_unlock(&runtime->buffer_mutex);
#endif
}

/* Not all kernels have them. */
#ifdef SNDRV_DMA_TYPE_DEV_SG_FALLBACK
#define WRT_DMA_TYPE_DEV_SG_FALLBACK SNDRV_DMA_TYPE_DEV_SG_FALLBACK
#else
#define WRT_DMA_TYPE_DEV_SG_FALLBACK SNDRV_DMA_TYPE_DEV_SG
#endif
#ifdef SNDRV_PCM_INFO_EXPLICIT_SYNC
#define WRT_PCM_INFO_EXPLICIT_SYNC SNDRV_PCM_INFO_EXPLICIT_SYNC
#else
#define WRT_PCM_INFO_EXPLICIT_SYNC 0
#endif

static inline void wrt_hrtimer_setup(struct hrtimer *timer,
				     enum hrtimer_restart (*fn)(struct hrtimer *),
				     clockid_t clock, enum hrtimer_mode mode)
{
#if WRT_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fn, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
#endif
}

/* In an mmap handler: the mmap lock is held for writing. */
static inline void wrt_vm_flags_mod(struct vm_area_struct *vma, unsigned long set,
				    unsigned long clear)
{
#if WRT_HAVE_VM_FLAGS_MOD
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

/* Of a freed timer: the references that they held are lost. */
static inline bool wrt_timer_forgets_instances(void)
{
	return !WRT_HAVE_TIMER_CLOSE_AT_FREE;
}

/* It was renamed, and the old name removed later. Both are macros, so no version test is needed. */
#ifdef PCI_IRQ_INTX
#define WRT_PCI_IRQ_INTX PCI_IRQ_INTX
#else
#define WRT_PCI_IRQ_INTX PCI_IRQ_LEGACY
#endif

/* True if memory of clients may be encrypted; DMA memory is not. */
static inline bool wrt_memory_encrypted(void)
{
#if WRT_HAVE_CC_PLATFORM
	return cc_platform_has(CC_ATTR_MEM_ENCRYPT);
#else
	return mem_encrypt_active();
#endif
}

/* x86 always is; elsewhere it is a property of the device. */
static inline bool wrt_dma_coherent(struct device *dev)
{
#ifdef CONFIG_X86
	return true;
#else
	return dev_is_dma_coherent(dev);
#endif
}

/*
 * Whether a client can map DMA memory of the device page by page. Without coherence the kernel
 * either maps it into the vmalloc area or changes its own mapping, or uses an uncached alias of
 * its own, which no page can be derived from (MIPS and others).
 */
static inline bool wrt_dma_mappable(struct device *dev)
{
	return wrt_dma_coherent(dev) || IS_ENABLED(CONFIG_ARM64) || IS_ENABLED(CONFIG_ARM);
}

/*
 * Whether two virtual addresses of one page can show different contents. Kernels since 6.9 have a
 * function for that; for earlier ones these are the architectures that can have such a cache.
 */
#if defined(CONFIG_ARCH_HAS_CPU_CACHE_ALIASING)
#include <linux/cacheinfo.h>
#define wrt_dcache_aliases() cpu_dcache_is_aliasing()
#elif defined(CONFIG_ARM)
#include <asm/cachetype.h>
#define wrt_dcache_aliases() (cache_is_vivt() || cache_is_vipt_aliasing())
#elif defined(CONFIG_MIPS)
#include <asm/cpu-features.h>
#define wrt_dcache_aliases() cpu_has_dc_aliases
#elif defined(CONFIG_ARC) || defined(CONFIG_CSKY) || defined(CONFIG_M68K) || \
	defined(CONFIG_NIOS2) || defined(CONFIG_PARISC) || defined(CONFIG_SPARC) || \
	defined(CONFIG_SUPERH) || defined(CONFIG_XTENSA)
#define wrt_dcache_aliases() true
#else
#define wrt_dcache_aliases() false
#endif

#if WRT_PLATFORM_REMOVE_VOID
#define WRT_REMOVE_RET void
#define WRT_REMOVE_RETURN
#else
#define WRT_REMOVE_RET int
#define WRT_REMOVE_RETURN return 0
#endif

#endif
