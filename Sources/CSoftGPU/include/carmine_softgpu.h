// The software GPU's border: a kernel with the calls that libc has, as a table of C functions.
// Errors are returned as -errno (mmap: as a pointer of that value); errno itself is never touched.  Any thread may call.
#ifndef CARMINE_SOFTGPU_H
#define CARMINE_SOFTGPU_H
#include <stddef.h>
#include <stdint.h>

#define CARMINE_SOFTGPU_VERSION 2u

/// Where the files lie that the calls below know: words; one that ends with a star stands for all names that begin so.
#define CARMINE_SOFTGPU_ROOTS "/dev/kfd /dev/dri /sys/class/kfd /sys/devices/virtual/kfd /sys/class/drm /sys/dev/char/226:* /sys/dev/char/242:* /sys/devices/pci0000:f0 /sys/bus/pci/devices/0000:f1:* /sys/bus/pci/devices/0000:f2:* /sys/bus/pci/drivers/amdgpu /sys/module/amdgpu /sys/kernel/debug/dri /proc/modules"

/// A file as stat(2) shows it.
typedef struct carmine_file_status {
  uint64_t inode, size;
  uint32_t mode;          ///< type and permissions
  uint32_t links;
  uint32_t major, minor;  ///< of a device file
} carmine_file_status;

typedef struct carmine_kernel_calls {
  uint32_t version;  ///< CARMINE_SOFTGPU_VERSION
  uint32_t size;     ///< sizeof this struct
  /// open(2) for the device files and everything that the driver publishes in /sys and /proc.
  int (*open)(const char *path, int flags);
  int (*close)(int fd);
  int (*ioctl)(int fd, unsigned long request, void *argument);
  void *(*mmap)(void *address, size_t length, int protection, int flags, int fd, int64_t offset);
  int (*munmap)(void *address, size_t length);
  /// read(2) of a descriptor opened above; sequential.
  int64_t (*read)(int fd, void *buffer, size_t count);
  /// Names in a directory, each NUL-terminated, one after another; returns the bytes needed (may exceed `count`, then
  /// nothing was written).
  int64_t (*list)(const char *path, char *buffer, size_t count);
  int64_t (*write)(int fd, const void *buffer, size_t count);
  int64_t (*seek)(int fd, int64_t offset, int whence);
  /// stat(2), or lstat(2) unless `follow`.
  int (*status)(const char *path, int follow, carmine_file_status *result);
  int (*status_of)(int fd, carmine_file_status *result);
  /// A link's target, or (`resolved`) the path without any link; cut at `count`, no NUL; returns the bytes that there are.
  int64_t (*link)(const char *path, int resolved, char *buffer, size_t count);
  /// The path that a descriptor was opened by, without links; as above.
  int64_t (*path_of)(int fd, char *buffer, size_t count);
  /// `copy` has been made from `fd` by dup(2) or its like.
  int (*duplicated)(int fd, int copy);
  /// The number has been closed, or stands for something else.
  void (*forget)(int fd);
  /// Takes over a descriptor that was inherited through exec(2) or came over a socket.  0, or -ENOTTY if it is none of ours.
  int (*adopt)(int fd);
  /// `opened` is called for each descriptor that any of these calls makes (ioctls make some), with the inode that fstat(2)
  /// has for it; `watched` for addresses whose munmap(2) must come through here: doorbells, shared virtual memory.
  void (*observe)(void (*opened)(int fd, uint64_t inode), void (*watched)(uint64_t address, uint64_t length));
} carmine_kernel_calls;

/// The only symbol that libcarmine-softgpu.so exports.  Starts nothing: threads come with the first queue.
const carmine_kernel_calls *carmine_softgpu_kernel(void);
#endif
