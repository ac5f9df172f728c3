// Structs of batched and attributed copies, sharing between processes, external memory and semaphores, and array queries:
// the part of carmine_cuda.h that is about memory.  Unions whose members all begin alike are spelt as what we read of them.
#ifndef CARMINE_CUDA_MEMORY_H
#define CARMINE_CUDA_MEMORY_H
#include "carmine_cuda.h"

struct cudaMemcpyAttributes {
  int srcAccessOrder;
  struct cudaMemLocation srcLocHint, dstLocHint;
  unsigned int flags;
};

struct carmine_pointer_operand {
  void *ptr;
  size_t rowLength, layerHeight;
  struct cudaMemLocation locHint;
};
struct carmine_array_operand {
  void *array;
  struct cudaPos offset;
};
struct cudaMemcpy3DOperand {
  int type;
  union { struct carmine_pointer_operand ptr; struct carmine_array_operand array; } op;
};
struct cudaMemcpy3DBatchOp {
  struct cudaMemcpy3DOperand src, dst;
  struct cudaExtent extent;
  int srcAccessOrder;
  unsigned int flags;
};

struct cudaArrayMemoryRequirements { size_t size, alignment; unsigned int reserved[4]; };
struct carmine_tile_extent { unsigned int width, height, depth; };
struct cudaArraySparseProperties {
  struct carmine_tile_extent tileExtent;
  unsigned int miptailFirstLevel;
  unsigned long long miptailSize;
  unsigned int flags, reserved[4];
};

struct cudaMemPoolPtrExportData { unsigned char reserved[64]; };
typedef struct { char reserved[64]; } cudaIpcMemHandle_t;
typedef struct { char reserved[64]; } cudaIpcEventHandle_t;

/// `fd` is the first member of a union of 16 bytes.  CUDA 13 adds 16 reserved words behind `flags`, here and below.
struct cudaExternalMemoryHandleDesc {
  int type;
  union { int fd; void *pointers[2]; } handle;
  unsigned long long size;
  unsigned int flags;
};
struct cudaExternalMemoryBufferDesc { unsigned long long offset, size; unsigned int flags; };
struct cudaExternalMemoryMipmappedArrayDesc {
  unsigned long long offset;
  struct cudaChannelFormatDesc formatDesc;
  struct cudaExtent extent;
  unsigned int flags, numLevels;
};
struct cudaExternalSemaphoreHandleDesc {
  int type;
  union { int fd; void *pointers[2]; } handle;
  unsigned int flags;
};
/// A fence's value comes first in all of the parameters; `flags` stands where the version says.
struct carmine_semaphore_parameters { unsigned long long value, nvSciSync, key; unsigned int rest[12]; unsigned int flags, reserved[16]; };
struct carmine_semaphore_signal_v1 { unsigned long long value, nvSciSync, key; unsigned int flags; };
struct carmine_semaphore_wait_v1 { unsigned long long value, nvSciSync, key; unsigned int timeoutMs, padding, flags; };
#endif
