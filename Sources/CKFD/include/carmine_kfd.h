// The kernel's own structs (linux/kfd_ioctl.h, libdrm/amdgpu_drm.h), and those that Debian 12's header (KFD 1.11) is too
// old for, declared from the newer kernel ABI (KFD 1.17).
#ifndef CARMINE_KFD_H
#define CARMINE_KFD_H
#include <linux/kfd_ioctl.h>
#include <libdrm/amdgpu_drm.h>

/// RUNTIME_ENABLE, nr 0x25, read-write (KFD 1.14).
struct kfd_ioctl_runtime_enable_args_1_14 {
  __u64 r_debug;
  __u32 mode_mask;          ///< bit 0 enable, bit 1 TTMP save
  __u32 capabilities_mask;  ///< out
};
#endif
