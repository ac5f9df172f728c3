// Opening, closing, copying and using descriptors.
#include "shim.h"
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// MARK: open

#define MODE_OF(flags)                                                                             \
  mode_t mode = 0;                                                                                 \
  if ((flags) & O_CREAT || ((flags) & O_TMPFILE) == O_TMPFILE) {                                    \
    va_list list;                                                                                  \
    va_start(list, flags);                                                                         \
    mode = va_arg(list, mode_t);                                                                   \
    va_end(list);                                                                                  \
  }
/// True when it was answered here.
SLOW static bool open_ours(int directory, const char *path, int flags, int *result) {
  char buffer[CARMINE_PLACE];
  const char *where = carmine_place(directory, path, buffer);
  if (!where) return false;
  int saved = errno;
  bool elsewhere;
  int answer = carmine_open(where, flags, &elsewhere);
  if (elsewhere) { errno = saved; return false; }
  *result = (int)carmine_result(answer, saved);
  return true;
}
#define OPEN_OURS(directory, path, flags)                                                          \
  int result_;                                                                                     \
  if (unlikely(concerns(directory, path)) && open_ours(directory, path, flags, &result_)) return result_;

typedef int open_call(const char *, int, ...);
typedef int openat_call(int, const char *, int, ...);
typedef int open_2_call(const char *, int);
typedef int openat_2_call(int, const char *, int);
typedef int creat_call(const char *, mode_t);

#define OPEN(name)                                                                                 \
  SHOWN int name(const char *path, int flags, ...) {                                               \
    MODE_OF(flags)                                                                                 \
    OPEN_OURS(AT_FDCWD, path, flags)                                                               \
    return NEXT(name, open_call *)(path, flags, mode);                                             \
  }
#define OPENAT(name)                                                                               \
  SHOWN int name(int directory, const char *path, int flags, ...) {                                \
    MODE_OF(flags)                                                                                 \
    OPEN_OURS(directory, path, flags)                                                              \
    return NEXT(name, openat_call *)(directory, path, flags, mode);                                \
  }
#define OPEN_2(name)                                                                               \
  SHOWN int name(const char *path, int flags) {                                                    \
    OPEN_OURS(AT_FDCWD, path, flags)                                                               \
    return NEXT(name, open_2_call *)(path, flags);                                                 \
  }
#define OPENAT_2(name)                                                                             \
  SHOWN int name(int directory, const char *path, int flags) {                                     \
    OPEN_OURS(directory, path, flags)                                                              \
    return NEXT(name, openat_2_call *)(directory, path, flags);                                    \
  }
#define CREAT(name)                                                                                \
  SHOWN int name(const char *path, mode_t mode) {                                                  \
    OPEN_OURS(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC)                                        \
    return NEXT(name, creat_call *)(path, mode);                                                   \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
OPEN_2(__open_2)
OPEN_2(__open64_2)
OPENAT_2(__openat_2)
OPENAT_2(__openat64_2)
CREAT(creat)
CREAT(creat64)

// MARK: numbers

SHOWN int close(int fd) {
  if (unlikely(is_ours(fd))) carmine_forget(fd);
  return NEXT(close, int (*)(int))(fd);
}

// Numbers that a range call has closed.
static void forget_range(unsigned first, unsigned last) {
  for (unsigned fd = first; fd <= last && fd < CARMINE_DESCRIPTORS; fd++)
    if (atomic_load_explicit(&carmine_inode_of[fd], memory_order_relaxed) && is_ours((int)fd)) carmine_forget((int)fd);
}
SHOWN int close_range(unsigned first, unsigned last, int flags) {
  if (!(flags & CLOSE_RANGE_CLOEXEC) && first <= last) forget_range(first, last);
  return NEXT(close_range, int (*)(unsigned, unsigned, int))(first, last, flags);
}
SHOWN void closefrom(int first) {
  forget_range(first < 0 ? 0 : (unsigned)first, ~0u);
  NEXT(closefrom, void (*)(int))(first);
}

SHOWN int dup(int fd) {
  int copy = NEXT(dup, int (*)(int))(fd);
  if (unlikely(copy >= 0 && is_ours(fd))) carmine_duplicated(fd, copy);
  return copy;
}
// `copy` was closed and is another name for `fd` now.
static void replaced(int fd, int copy) {
  if (copy < 0 || fd == copy) return;
  bool stale = (unsigned)copy < CARMINE_DESCRIPTORS && atomic_load_explicit(&carmine_inode_of[copy], memory_order_relaxed);
  if (unlikely(is_ours(fd))) carmine_duplicated(fd, copy);
  else if (unlikely(stale)) (void)is_ours(copy);  // looks again, and forgets
}
SHOWN int dup2(int fd, int copy) {
  int result = NEXT(dup2, int (*)(int, int))(fd, copy);
  replaced(fd, result);
  return result;
}
SHOWN int dup3(int fd, int copy, int flags) {
  int result = NEXT(dup3, int (*)(int, int, int))(fd, copy, flags);
  replaced(fd, result);
  return result;
}

#define FCNTL(name)                                                                                \
  SHOWN int name(int fd, int command, ...) {                                                       \
    va_list list;                                                                                  \
    va_start(list, command);                                                                       \
    unsigned long argument = va_arg(list, unsigned long);                                          \
    va_end(list);                                                                                  \
    int result = NEXT(name, int (*)(int, int, ...))(fd, command, argument);                        \
    if (unlikely((command == F_DUPFD || command == F_DUPFD_CLOEXEC) && result >= 0 && is_ours(fd)))  \
      carmine_duplicated(fd, result);                                                              \
    return result;                                                                                 \
  }
FCNTL(fcntl)
FCNTL(fcntl64)

// MARK: use

/// Asks the software GPU if `fd` is one of its own.
#define ASK(fd, call)                                                                              \
  if (unlikely(is_ours(fd))) {                                                                     \
    const carmine_kernel_calls *calls = carmine_enter();                                           \
    if (calls) {                                                                                   \
      int saved_ = errno;                                                                          \
      long result_ = (long)(call);                                                                 \
      carmine_leave();                                                                             \
      return carmine_result(result_, saved_);                                                      \
    }                                                                                              \
  }

SHOWN ssize_t read(int fd, void *buffer, size_t count) {
  ASK(fd, calls->read(fd, buffer, count))
  return NEXT(read, ssize_t(*)(int, void *, size_t))(fd, buffer, count);
}
SHOWN ssize_t __read_chk(int fd, void *buffer, size_t count, size_t room) {
  if (count <= room) ASK(fd, calls->read(fd, buffer, count))
  return NEXT(__read_chk, ssize_t(*)(int, void *, size_t, size_t))(fd, buffer, count, room);
}
SHOWN ssize_t write(int fd, const void *buffer, size_t count) {
  ASK(fd, calls->write(fd, buffer, count))
  return NEXT(write, ssize_t(*)(int, const void *, size_t))(fd, buffer, count);
}

// Vectors: one call for each part, until one is short.
SLOW static ssize_t each_part(int fd, const struct iovec *parts, int count, bool reads) {
  ssize_t total = 0;
  for (int i = 0; i < count; i++) {
    if (!parts[i].iov_len) continue;
    ssize_t done = reads ? read(fd, parts[i].iov_base, parts[i].iov_len) : write(fd, parts[i].iov_base, parts[i].iov_len);
    if (done < 0) return total ? total : -1;
    total += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return total;
}
SHOWN ssize_t readv(int fd, const struct iovec *parts, int count) {
  if (unlikely(is_ours(fd))) return each_part(fd, parts, count, true);
  return NEXT(readv, ssize_t(*)(int, const struct iovec *, int))(fd, parts, count);
}
SHOWN ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (unlikely(is_ours(fd))) return each_part(fd, parts, count, false);
  return NEXT(writev, ssize_t(*)(int, const struct iovec *, int))(fd, parts, count);
}

// A file that has a position is a memory file, which libc can read; others say why not.
static long seekable(int fd) {
  const carmine_kernel_calls *calls = carmine_enter();
  if (!calls) return 0;
  long result = (long)calls->seek(fd, 0, SEEK_CUR);
  carmine_leave();
  return result;
}
#define PREAD(name, parameters, arguments)                                                         \
  SHOWN ssize_t name parameters {                                                                  \
    if (unlikely(is_ours(fd))) {                                                                   \
      int saved = errno;                                                                           \
      long result = seekable(fd);                                                                  \
      if (result < 0) return carmine_result(result, saved);                                        \
      errno = saved;                                                                               \
    }                                                                                              \
    return NEXT(name, ssize_t(*) parameters) arguments;                                            \
  }
PREAD(pread, (int fd, void *buffer, size_t count, off_t offset), (fd, buffer, count, offset))
PREAD(pread64, (int fd, void *buffer, size_t count, off64_t offset), (fd, buffer, count, offset))
PREAD(__pread_chk, (int fd, void *buffer, size_t count, off_t offset, size_t room), (fd, buffer, count, offset, room))
PREAD(__pread64_chk, (int fd, void *buffer, size_t count, off64_t offset, size_t room), (fd, buffer, count, offset, room))

SHOWN off_t lseek(int fd, off_t offset, int whence) {
  ASK(fd, calls->seek(fd, offset, whence))
  return NEXT(lseek, off_t(*)(int, off_t, int))(fd, offset, whence);
}
SHOWN off64_t lseek64(int fd, off64_t offset, int whence) {
  ASK(fd, calls->seek(fd, offset, whence))
  return NEXT(lseek64, off64_t(*)(int, off64_t, int))(fd, offset, whence);
}

// A descriptor of ours that came over exec(2) or a socket: nobody told us, but its name in /proc does.
static bool arrived(int fd) {
  char path[32] = "/proc/self/fd/", name[16], digits[12];
  int length = 14, count = 0;
  if (fd < 0) return false;
  do digits[count++] = (char)('0' + fd % 10); while (fd /= 10);
  while (count) path[length++] = digits[--count];
  path[length] = 0;
  long got = syscall(SYS_readlink, path, name, sizeof name);
  return got >= 15 && memcmp(name, "/memfd:carmine:", 15) == 0;
}

SHOWN int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  ASK(fd, calls->ioctl(fd, request, argument))
  int saved = errno;
  int result = NEXT(ioctl, int (*)(int, unsigned long, ...))(fd, request, argument);
  if (unlikely(result < 0 && errno == ENOTTY && ((request >> 8 & 255) == 'K' || (request >> 8 & 255) == 'd'))) {
    const carmine_kernel_calls *calls;
    if (arrived(fd) && (calls = carmine_enter())) {
      long answer = calls->adopt(fd);
      if (answer == 0) answer = calls->ioctl(fd, request, argument);
      carmine_leave();
      return (int)carmine_result(answer, saved);
    }
    errno = ENOTTY;
  }
  return result;
}

// MARK: mappings

// The range that all addresses lie in whose unmapping the software GPU wants to know.
static _Atomic uintptr_t lowest = UINTPTR_MAX, highest;

void carmine_watch(uint64_t address, uint64_t length) {
  uintptr_t from = (uintptr_t)address, to = from + (uintptr_t)length, known = atomic_load(&lowest);
  while (from < known && !atomic_compare_exchange_weak(&lowest, &known, from)) {}
  known = atomic_load(&highest);
  while (to > known && !atomic_compare_exchange_weak(&highest, &known, to)) {}
}

static void *map_ours(const carmine_kernel_calls *calls, void *address, size_t length, int protection, int flags, int fd, int64_t offset) {
  int saved = errno;
  intptr_t result = (intptr_t)calls->mmap(address, length, protection, flags, fd, offset);
  carmine_leave();
  if (result < 0 && result > -4096) { errno = (int)-result; return MAP_FAILED; }
  errno = saved;
  return (void *)result;
}
#define MMAP(name, offset_type)                                                                                        \
  SHOWN void *name(void *address, size_t length, int protection, int flags, int fd, offset_type offset) {               \
    const carmine_kernel_calls *calls;                                                                                 \
    if (unlikely(fd >= 0 && !(flags & MAP_ANONYMOUS) && is_ours(fd) && (calls = carmine_enter())))                      \
      return map_ours(calls, address, length, protection, flags, fd, offset);                                          \
    return NEXT(name, void *(*)(void *, size_t, int, int, int, offset_type))(address, length, protection, flags, fd, offset); \
  }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

SHOWN int munmap(void *address, size_t length) {
  uintptr_t from = (uintptr_t)address;
  if (unlikely(from < atomic_load_explicit(&highest, memory_order_relaxed) && from + length > atomic_load_explicit(&lowest, memory_order_relaxed))) {
    const carmine_kernel_calls *calls = carmine_enter();
    if (calls) {
      int saved = errno, result = calls->munmap(address, length);
      carmine_leave();
      return (int)carmine_result(result, saved);
    }
  }
  return NEXT(munmap, int (*)(void *, size_t))(address, length);
}
