// The software GPU's border: a kernel with the calls that libc has, as a table of C functions.
// Errors are returned as -errno (mmap: as a pointer of that value); errno itself is never touched.  Any thread may call.
#ifndef CARMINE_SOFTGPU_H
#define CARMINE_SOFTGPU_H
#include <stddef.h>
#include <stdint.h>

#define CARMINE_SOFTGPU_VERSION 1u

typedef struct carmine_kernel_calls {
  uint32_t version;  ///< CARMINE_SOFTGPU_VERSION
  uint32_t size;     ///< sizeof this struct
  /// open(2) for /dev/kfd, /dev/dri/renderD* and everything below /sys/class/kfd and /sys/devices/virtual/kfd.
  int (*open)(const char *path, int flags);
  int (*close)(int fd);
  int (*ioctl)(int fd, unsigned long request, void *argument);
  void *(*mmap)(void *address, size_t length, int protection, int flags, int fd, int64_t offset);
  int (*munmap)(void *address, size_t length);
  /// read(2) of a sysfs file opened above; sequential.
  int64_t (*read)(int fd, void *buffer, size_t count);
  /// Names in a directory, each NUL-terminated, one after another; returns the bytes needed (may exceed `count`, then
  /// nothing was written).
  int64_t (*list)(const char *path, char *buffer, size_t count);
} carmine_kernel_calls;

/// The only symbol that libcarmine-softgpu.so exports.  Starts nothing: threads come with the first queue.
const carmine_kernel_calls *carmine_softgpu_kernel(void);
#endif
