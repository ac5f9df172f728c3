#define _GNU_SOURCE
#include "carmine_softgpu_calls.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// futex_waitv(2) is the one timed wait that a signal handler with SA_RESTART does not end, as it does not end the driver's
// waits; others are ended by any handler.  Linux before 5.16 has it not.
int carmine_futex_wait(uint32_t *word, uint32_t expected, int64_t nanoseconds) {
  if (nanoseconds >= 0) {
    static int lacking;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += nanoseconds / 1000000000;
    until.tv_nsec += nanoseconds % 1000000000;
    if (until.tv_nsec >= 1000000000) { until.tv_sec++; until.tv_nsec -= 1000000000; }
    struct futex_waitv one = {.val = expected, .uaddr = (uintptr_t)word, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG};
    if (!__atomic_load_n(&lacking, __ATOMIC_RELAXED)) {
      if (syscall(SYS_futex_waitv, &one, 1, 0, &until, CLOCK_MONOTONIC) >= 0) return 0;
      if (errno != ENOSYS && errno != EPERM) return -errno;
      __atomic_store_n(&lacking, 1, __ATOMIC_RELAXED);
    }
  }
  struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  long result = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nanoseconds < 0 ? 0 : &limit, 0, 0);
  return result < 0 ? -errno : 0;
}

int carmine_futex_wake(uint32_t *word, int count) {
  long result = syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, 0, 0, 0);
  return result < 0 ? -errno : (int)result;
}

// A program that has closed one of its standard descriptors expects its next open(2) to get that number, not us.
static int beyond_standard(int descriptor) {
  if (descriptor < 0) return -errno;
  if (descriptor > STDERR_FILENO) return descriptor;
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), error = errno;
  close(descriptor);
  return moved < 0 ? -error : moved;
}

void carmine_futex_wake_elsewhere(uint32_t *word, pid_t sleeper) {
  cpu_set_t allowed, others;
  int here = sched_getcpu(), moved = 0;
  if (here >= 0 && sched_getaffinity(sleeper, sizeof allowed, &allowed) == 0) {
    others = allowed;
    CPU_CLR(here, &others);
    moved = CPU_COUNT(&others) > 0 && sched_setaffinity(sleeper, sizeof others, &others) == 0;
  }
  carmine_futex_wake(word, 1);
  if (moved) sched_setaffinity(sleeper, sizeof allowed, &allowed);
}
int carmine_fence_others_register(void) {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) < 0 ? -errno : 0;
}
void carmine_fence_others(void) { syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0); }
int carmine_memfd(const char *name) { return beyond_standard(memfd_create(name, MFD_CLOEXEC)); }

int carmine_punch_hole(int descriptor, int64_t offset, int64_t length) {
  return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) < 0 ? -errno : 0;
}

// The kernel copies for us and says whether the pointer was good.  Where a sandbox forbids that, only the address range of
// user space is checked, and a bad pointer inside it ends the program, as it would in its own hands.
static int copy(uint64_t address, void *mine, size_t count, int out) {
  if (count == 0) return 0;
  if (address < 4096 || address + count < address || address + count > (1ull << 47) - 4096) return -EFAULT;
  struct iovec local = {mine, count}, remote = {(void *)address, count};
  ssize_t done = out ? process_vm_writev(getpid(), &local, 1, &remote, 1, 0)
                     : process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
  if (done == (ssize_t)count) return 0;
  if (done >= 0 || errno == EFAULT) return -EFAULT;
  if (out) memcpy((void *)address, mine, count); else memcpy(mine, (void *)address, count);
  return 0;
}
int carmine_copy_in(void *to, uint64_t address, size_t count) { return copy(address, to, count, 0); }
int carmine_copy_out(uint64_t address, const void *from, size_t count) { return copy(address, (void *)from, count, 1); }

struct start { void (*body)(void *); void *context; char name[16]; };
static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  pthread_setname_np(pthread_self(), start.name);
  start.body(start.context);
  return 0;
}
int carmine_start_thread(const char *name, void (*body)(void *), void *context) {
  struct start *start = calloc(1, sizeof *start);
  if (!start) return -ENOMEM;
  start->body = body; start->context = context;
  strncpy(start->name, name, sizeof start->name - 1);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int error = pthread_create(&thread, &attributes, run, start);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, 0);
  if (error) free(start);
  return -error;
}

pid_t carmine_gettid(void) { return (pid_t)syscall(SYS_gettid); }
void carmine_exact_timers(void) { prctl(PR_SET_TIMERSLACK, 1); }
void carmine_populate(void *address, size_t length) {
  int error = errno;  // a hint, which kernels before 5.14 and memory of devices don't take
  madvise(address, length, 23 /* MADV_POPULATE_WRITE */);
  errno = error;
}
void carmine_not_in_children(void *address, size_t length) { madvise(address, length, MADV_DONTFORK); }
uint64_t carmine_thread_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#ifndef UFFD_FEATURE_WP_HUGETLBFS_SHMEM
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)
#endif
int carmine_write_watch(void) {
  long watch = beyond_standard((int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | 1 /* UFFD_USER_MODE_ONLY */));
  if (watch < 0) return (int)watch;
  struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_HUGETLBFS_SHMEM};
  if (ioctl((int)watch, UFFDIO_API, &api) < 0) { int error = errno; close((int)watch); return -error; }
  return (int)watch;
}
int carmine_write_watch_add(int watch, void *address, size_t length) {
  struct uffdio_register request = {.range = {(uintptr_t)address, length}, .mode = UFFDIO_REGISTER_MODE_WP};
  return ioctl(watch, UFFDIO_REGISTER, &request) < 0 ? -errno : 0;
}
int carmine_write_watch_arm(int watch, void *address, size_t length, int protect) {
  struct uffdio_writeprotect request = {.range = {(uintptr_t)address, length}, .mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0};
  int result;
  do result = ioctl(watch, UFFDIO_WRITEPROTECT, &request); while (result < 0 && (errno == EAGAIN || errno == EINTR));
  return result < 0 ? -errno : 0;
}
void carmine_drain(int descriptor) {
  char buffer[512];
  while (read(descriptor, buffer, sizeof buffer) > 0) {}
}
int carmine_wait_readable(int descriptor) {
  struct pollfd one = {descriptor, POLLIN, 0};
  if (poll(&one, 1, -1) < 0) return -errno;
  return one.revents & POLLIN ? 0 : -EBADF;
}

int carmine_has_capability(int number) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  if (syscall(SYS_capget, &header, data) != 0) return 0;
  return data[number / 32].effective >> (number % 32) & 1;
}
