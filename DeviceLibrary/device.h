// What the sources of the device library share: how a kernel of ours finds its hidden arguments, and where a thread is.
// Compiled by clang for amdgcn-amd-amdhsa without a processor; the compiler gives each function its kernel's attributes.
#ifndef CARMINE_DEVICE_H
#define CARMINE_DEVICE_H
#include <stdint.h>
#include "carmine_device_abi.h"

#define CONSTANT __attribute__((address_space(4)))
#define GLOBAL __attribute__((address_space(1)))
#define LDS __attribute__((address_space(3)))

/// 1 when the kernel puts one warp in each wave of 64; defined by the compiler for each kernel.
extern const CONSTANT uint32_t carmine_one_warp;

/// Ends the kernel with a sentence that names what cannot be done.
void carmine_refuse(const char *message);

static inline const CONSTANT carmine_hidden_arguments *hidden(void) {
  return (const CONSTANT carmine_hidden_arguments *)__builtin_amdgcn_implicitarg_ptr();
}

/// %tid and %ctaid.
static inline void position(uint32_t tid[3], uint32_t ctaid[3]) {
  const CONSTANT carmine_hidden_arguments *h = hidden();
  if (carmine_one_warp) {
    uint32_t item = __builtin_amdgcn_workitem_id_x();
    uint32_t flat = item >> 6 << 5 | (item & 31);
    tid[0] = flat % h->ntid[0];
    tid[1] = flat / h->ntid[0] % h->ntid[1];
    tid[2] = flat / h->ntid[0] / h->ntid[1];
  } else {
    tid[0] = __builtin_amdgcn_workitem_id_x();
    tid[1] = __builtin_amdgcn_workitem_id_y();
    tid[2] = __builtin_amdgcn_workitem_id_z();
  }
  ctaid[0] = __builtin_amdgcn_workgroup_id_x() + h->ctaid_offset[0];
  ctaid[1] = __builtin_amdgcn_workgroup_id_y() + h->ctaid_offset[1];
  ctaid[2] = __builtin_amdgcn_workgroup_id_z() + h->ctaid_offset[2];
}
#endif
