/* Kinds of memory and directions of copies. */
#ifndef CARMINE_TYPES_KINDS_H
#define CARMINE_TYPES_KINDS_H

#include "../base.h"

/* Where memory is. */
enum cudaMemoryType {
  cudaMemoryTypeUnregistered = 0,
  cudaMemoryTypeHost = 1,
  cudaMemoryTypeDevice = 2,
  cudaMemoryTypeManaged = 3,
};

/* The direction of a copy; cudaMemcpyDefault goes by the pointers. */
enum cudaMemcpyKind {
  cudaMemcpyHostToHost = 0,
  cudaMemcpyHostToDevice = 1,
  cudaMemcpyDeviceToHost = 2,
  cudaMemcpyDeviceToDevice = 3,
  cudaMemcpyDefault = 4,
};

#endif
