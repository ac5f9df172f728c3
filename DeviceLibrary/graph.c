// cudaGraphSetConditional: what a conditional node of a graph decides by is a word of memory, and its handle that word's address.
// The host reads it when the kernel is done.  Source: cuda_device_runtime_api.h; Sources/CUDA/Graph/Condition.swift.
#include "device.h"

void cudaGraphSetConditional(uint64_t handle, uint32_t value) {
  __scoped_atomic_store_n((GLOBAL uint32_t *)handle, value, __ATOMIC_RELAXED, __MEMORY_SCOPE_SYSTEM);
}
