// System calls that glibc does not wrap or declares only for _GNU_SOURCE.  All return a result or -errno.
#ifndef CARMINE_SOFTGPU_CALLS_H
#define CARMINE_SOFTGPU_CALLS_H
#include <stdint.h>
#include <sys/types.h>

/// FUTEX_WAIT (private): sleeps while *word == expected, at most `nanoseconds` (negative: no limit).
int carmine_futex_wait(uint32_t *word, uint32_t expected, int64_t nanoseconds);
/// FUTEX_WAKE (private).
int carmine_futex_wake(uint32_t *word, int count);
/// As carmine_futex_wake for one `sleeper`, which comes up on another processor than the caller's if it may run on one.  (Linux looks for
/// an idle processor among those that share a cache only; those of a virtual machine often share none.)
void carmine_futex_wake_elsewhere(uint32_t *word, pid_t sleeper);
/// membarrier(2): registers for carmine_fence_others.  0, or -errno where the kernel or a sandbox has it not.
int carmine_fence_others_register(void);
/// Every processor that runs a thread of this process passes a full fence before this returns; registered processes only.
void carmine_fence_others(void);
/// Tells the calling thread from others that live.
static inline __attribute__((always_inline, unused)) uintptr_t carmine_thread_pointer(void) { return (uintptr_t)__builtin_thread_pointer(); }
/// A hint: the 128 bytes at `address` will be written soon, so their cache lines may come from whoever has them meanwhile.  Otherwise a
/// store waits for its line, and all later stores behind it.
static inline __attribute__((always_inline, unused)) void carmine_will_write(const void *address) {
#if defined(__x86_64__)
  __asm__ volatile("prefetchw %0\n\tprefetchw %1" ::"m"(*(const char *)address), "m"(*((const char *)address + 64)));
#endif
}
/// The compiler moves no access across; the processor may.
static inline __attribute__((always_inline, unused)) void carmine_compiler_fence(void) { __asm__ volatile("" ::: "memory"); }
/// Has pages made for a range now, where the kernel can, that else are made one by one as they are first written.
void carmine_populate(void *address, size_t length);
/// memfd_create(2), close-on-exec.
int carmine_memfd(const char *name);
/// Frees the pages of a part of a file and makes it read as zeros: fallocate(2) with PUNCH_HOLE.
int carmine_punch_hole(int descriptor, int64_t offset, int64_t length);
/// Copies between this process's memory and `address` (a caller's pointer, which may be bad).  0, or -EFAULT.
int carmine_copy_in(void *to, uint64_t address, size_t count);
int carmine_copy_out(uint64_t address, const void *from, size_t count);
/// Whether the calling thread has a capability (a number of linux/capability.h) in effect.
int carmine_has_capability(int number);
/// Starts a detached thread with all signals blocked.  0, or -errno.
int carmine_start_thread(const char *name, void (*body)(void *), void *context);
/// gettid(2).
pid_t carmine_gettid(void);
/// The calling thread's timer slack becomes 1 ns, so that short sleeps are short.
void carmine_exact_timers(void);
/// Marks a range as absent in forked children.
void carmine_not_in_children(void *address, size_t length);
/// userfaultfd(2) for writes from user mode to write-protected shared memory: a descriptor, or -errno where the kernel or a
/// sandbox has it not.
int carmine_write_watch(void);
/// Adds a mapping of a memory file to the watch.  0, or -errno.
int carmine_write_watch_add(int watch, void *address, size_t length);
/// Protects (1), so that the next store blocks its thread and makes `watch` readable, or unprotects (0) and lets such
/// threads go on.  0, or -errno.
int carmine_write_watch_arm(int watch, void *address, size_t length, int protect);
/// Takes what is there to read, so that the descriptor is not readable any more.
void carmine_drain(int descriptor);
/// Waits until a descriptor is readable.  0, or -errno; -EBADF if it is no more.
int carmine_wait_readable(int descriptor);

/// Processor time that the calling thread has used, in nanoseconds.
uint64_t carmine_thread_time(void);
#endif
