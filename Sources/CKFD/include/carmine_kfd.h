// The kernel's own structs (linux/kfd_ioctl.h, libdrm/amdgpu_drm.h), and those that Debian 12's header (KFD 1.11) is too
// old for, declared from the newer kernel ABI (KFD 1.17, Linux 6.12).  Layouts are asserted in layout.c.
#ifndef CARMINE_KFD_H
#define CARMINE_KFD_H
#include <linux/kfd_ioctl.h>
#include <libdrm/amdgpu_drm.h>
#include <stddef.h>

/// RUNTIME_ENABLE, nr 0x25, read-write (KFD 1.14).
struct kfd_ioctl_runtime_enable_args_1_14 {
  __u64 r_debug;
  __u32 mode_mask;          ///< bit 0 enable, bit 1 TTMP save
  __u32 capabilities_mask;  ///< out
};

/// EXPORT_DMABUF, nr 0x24, read-write (KFD 1.12).
struct kfd_ioctl_export_dmabuf_args_1_12 {
  __u64 handle;
  __u32 flags;
  __u32 dmabuf_fd;  ///< out
};

/// DBG_TRAP, nr 0x26, read-write (KFD 1.14); the operation's own arguments share the last 16 bytes.
struct kfd_ioctl_dbg_trap_args_1_14 {
  __u32 pid;
  __u32 op;
  __u64 operation[3];
};

/// An entry of WAIT_EVENTS; since KFD 1.13 the union also holds a signal event's age.
struct kfd_event_data_1_13 {
  union {
    struct kfd_hsa_memory_exception_data memory_exception_data;
    struct kfd_hsa_hw_exception_data hw_exception_data;
    struct { __u64 last_event_age; } signal_event_data;  ///< in: the age last seen, 0 to ignore ages; out: the age now
  };
  __u64 kfd_event_data_ext;
  __u32 event_id;
  __u32 pad;
};

/// What an mmap offset on /dev/kfd stands for (drivers/gpu/drm/amd/amdkfd/kfd_priv.h): type in bits 62-63, gpu_id in 46-61.
#define CARMINE_KFD_MMAP_MMIO 0u
#define CARMINE_KFD_MMAP_RESERVED_MEMORY 1u
#define CARMINE_KFD_MMAP_EVENTS 2u
#define CARMINE_KFD_MMAP_DOORBELL 3u

/// ioctl(2), which is variadic and so out of Swift's reach with a null argument; errno is the caller's to read.
int carmine_ioctl(int descriptor, unsigned long request, void *argument);

/// The path of the library or program that contains this code, as the dynamic linker knows it; NULL if it does not.
const char *carmine_containing_file(void);

/// A request code as the header's macro computes it.
struct carmine_kfd_request { const char *name; unsigned long code; };
/// All request codes of the installed header, and those of the newer ABI above.
const struct carmine_kfd_request *carmine_kfd_requests(size_t *count);
#endif
