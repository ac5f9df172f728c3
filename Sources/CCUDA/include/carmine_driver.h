// The driver API's own structs, where they are not the runtime's: arrays, textures and nodes of graphs.
#ifndef CARMINE_DRIVER_H
#define CARMINE_DRIVER_H
#include "carmine_cuda.h"
#include "carmine_graph.h"

typedef struct { size_t Width, Height; int Format; unsigned int NumChannels; } CUDA_ARRAY_DESCRIPTOR;
typedef struct { size_t Width, Height, Depth; int Format; unsigned int NumChannels, Flags; } CUDA_ARRAY3D_DESCRIPTOR;
typedef struct {
  void *function;
  unsigned int gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ, sharedMemBytes;
  void *hStream;
  void **kernelParams;
} CUDA_LAUNCH_PARAMS;
/// `subresource` is a level's box in elements, or the offset and size of a mip tail; arrays of deferred mapping have none.
typedef struct {
  int resourceType;
  void *resource;
  int subresourceType;
  uint64_t subresource[4];
  int memOperationType, memHandleType;
  unsigned long long memHandle, offset;
  unsigned int deviceBitMask, flags, reserved[2];
} CUarrayMapInfo;
typedef struct { unsigned long long offset; CUDA_ARRAY3D_DESCRIPTOR arrayDesc; unsigned int numLevels, reserved[16]; } CUDA_EXTERNAL_MEMORY_MIPMAPPED_ARRAY_DESC;

/// Arrays and mipmapped arrays have their handle where linear memory has its address; `width` is a size in bytes for linear memory, whose
/// other fields end before.
typedef struct {
  int resType;
  union {
    void *handle;
    struct { uint64_t address; int format; unsigned int numChannels; size_t width, height, pitchInBytes; } memory;
    int reserved[32];
  } res;
  unsigned int flags;
} CUDA_RESOURCE_DESC;
typedef struct {
  int addressMode[3], filterMode;
  unsigned int flags, maxAnisotropy;
  int mipmapFilterMode;
  float mipmapLevelBias, minMipmapLevelClamp, maxMipmapLevelClamp, borderColor[4];
  int reserved[12];
} CUDA_TEXTURE_DESC;
typedef struct {
  int format;
  size_t width, height, depth;
  unsigned int firstMipmapLevel, lastMipmapLevel, firstLayer, lastLayer, reserved[16];
} CUDA_RESOURCE_VIEW_DESC;

/// CUDA_KERNEL_NODE_PARAMS; the first version ends before `kern`.
typedef struct {
  void *func;
  unsigned int gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ, sharedMemBytes;
  void **kernelParams, **extra;
  void *kern, *ctx;
} CUDA_KERNEL_NODE_PARAMS;
typedef struct { int flags, reserved; void *copyCtx; CUDA_MEMCPY3D copyParams; } CUDA_MEMCPY_NODE_PARAMS;

/// Between devices: each side has a context of its own.
typedef struct {
  size_t srcXInBytes, srcY, srcZ, srcLOD;
  int srcMemoryType;
  const void *srcHost;
  uint64_t srcDevice;
  void *srcArray, *srcContext;
  size_t srcPitch, srcHeight, dstXInBytes, dstY, dstZ, dstLOD;
  int dstMemoryType;
  void *dstHost;
  uint64_t dstDevice;
  void *dstArray, *dstContext;
  size_t dstPitch, dstHeight, WidthInBytes, Height, Depth;
} CUDA_MEMCPY3D_PEER;
#endif
