// Instructions too long to write as IR.
#include "device.h"

/// PTX fns: the position of the n-th set bit of `mask`, counted from `base` upward (n > 0) or downward (n < 0); n = 0 asks for
/// `base` itself.  0xFFFFFFFF when there is none.
uint32_t carmine_fns(uint32_t mask, uint32_t base, uint32_t offset) {
  int32_t n = (int32_t)offset, bit = (int32_t)base;
  if (n == 0) return bit < 32 && mask >> bit & 1 ? base : 0xFFFFFFFFu;
  int32_t step = n > 0 ? 1 : -1, left = n > 0 ? n : -n;
  for (; bit >= 0 && bit < 32; bit += step)
    if (mask >> bit & 1 && --left == 0) return (uint32_t)bit;
  return 0xFFFFFFFFu;
}
