// What crosses the boundary of CUDA's API, for Swift: the public headers (Include/) with handles as addresses and enumerations as plain
// ints, whose values are checked where they are used.  Where CUDA 12 and 13 differ, 13's is taken when it begins as 12's does; the two
// that do not are here as …12 and …13.  Below: what the headers do not have, or have in a form that Swift cannot use.
#ifndef CARMINE_CUDA_H
#define CARMINE_CUDA_H
#include <stddef.h>
#include <stdint.h>

#define CARMINE_PLAIN
#define CARMINE_CUDA 13
#define cudaDeviceProp cudaDeviceProp13
#define cudaPointerAttributes cudaPointerAttributes13
#include "../../../Include/carmine/types/device.h"
#include "../../../Include/carmine/types/launch.h"
#undef cudaDeviceProp
#undef cudaPointerAttributes

#undef CARMINE_CUDA
#define CARMINE_CUDA 12
#define cudaDeviceProp cudaDeviceProp12
#define cudaPointerAttributes cudaPointerAttributes12
#undef CARMINE_TYPES_PROPERTIES_H
#undef CARMINE_TYPES_POINTERS_H
#include "../../../Include/carmine/types/properties.h"
#include "../../../Include/carmine/types/pointers.h"
#undef cudaDeviceProp
#undef cudaPointerAttributes
// CUDA 13 has sixteen reserved words behind what 12 has.
#include "../../../Include/carmine/types/external.h"

#undef CARMINE_CUDA
#define CARMINE_CUDA 13
#include "../../../Include/carmine/types/graphs.h"
#include "../../../Include/texture_types.h"

typedef dim3 carmine_dim3;
/// A dim3 as an argument, in the two words in which it is passed (System V ABI, 3.2.3): so it is kept, without taking it apart.
typedef struct carmine_dim3_words { uint64_t xy; uint32_t z; } carmine_dim3_words;

/// cudaResourceDesc, its union spread out: `pointer` is the array, the mipmapped array or the memory; `width` is the size in bytes of
/// linear memory.  CUDA 13's is longer.
struct carmine_resource {
  int resType;
  void *pointer;
  struct cudaChannelFormatDesc desc;
  size_t width, height, pitchInBytes;
};

/// One device's part of cudaLaunchCooperativeKernelMultiDevice (CUDA 12).
struct cudaLaunchParams {
  void *func;
  carmine_dim3 gridDim, blockDim;
  void **args;
  size_t sharedMem;
  void *stream;
};

/// One operation of cuStreamBatchMemOp; the members that the operations share are named as the wait's.
typedef union {
  unsigned int operation;
  struct { unsigned int operation; uint64_t address; union { uint32_t value; uint64_t value64; }; unsigned int flags; uint64_t alias; } waitValue;
  struct { unsigned int operation; uint64_t address; union { uint32_t value; uint64_t value64; }; unsigned int flags; uint64_t alias; } writeValue;
  struct { unsigned int operation, flags; } memoryBarrier;
  struct { unsigned int operation, flags, reductionOp, dataType; uint64_t address, value, alias; } atomicReduction;
  uint64_t pad[6];
} CUstreamBatchMemOpParams;
typedef struct { void *ctx; unsigned int count; CUstreamBatchMemOpParams *paramArray; unsigned int flags; } CUDA_BATCH_MEM_OP_NODE_PARAMS;

/// The driver API's cuLaunchKernelEx.
typedef struct {
  unsigned int gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ, sharedMemBytes;
  void *hStream;
  cudaLaunchAttribute *attrs;
  unsigned int numAttrs;
} CUlaunchConfig;

/// The driver API's copies.  Memory types: host 1, device 2, array 3, unified 4.
typedef struct {
  size_t xInBytes, y;
  int memoryType;
  void *host;
  uint64_t device;
  void *array;
  size_t pitch;
} carmine_copy_side_2d;
typedef struct { carmine_copy_side_2d src, dst; size_t WidthInBytes, Height; } CUDA_MEMCPY2D;
typedef struct {
  size_t xInBytes, y, z, lod;
  int memoryType;
  void *host;
  uint64_t device;
  void *array, *reserved;
  size_t pitch, height;
} carmine_copy_side_3d;
typedef struct { carmine_copy_side_3d src, dst; size_t WidthInBytes, Height, Depth; } CUDA_MEMCPY3D;

/// Properties of cuMemCreate's memory.
typedef struct {
  int type, requestedHandleTypes;
  struct cudaMemLocation location;
  void *win32HandleMetaData;
  struct { unsigned char compressionType, gpuDirectRDMACapable; unsigned short usage; unsigned char reserved[4]; } allocFlags;
} CUmemAllocationProp;

/// cudaDevResource, CUdevResource.  From `magic` to `mask` is padding in the header, where we keep which multiprocessors are meant.
typedef struct { unsigned int smCount, minSmPartitionSize, smCoscheduledAlignment, flags, localityDomainId; } carmine_sm_resource;
typedef struct { int device; unsigned int wqConcurrencyLimit; int sharingScope; } carmine_workqueue_resource;
typedef struct {
  int type;
  uint32_t magic;
  int32_t device;
  uint32_t origin, split, unused;
  unsigned char mask[64], padding[8];
  union { carmine_sm_resource sm; carmine_workqueue_resource wqConfig; unsigned char reserved[40]; } value;
  void *nextResource;
} carmine_dev_resource;
typedef struct { unsigned int smCount, coscheduledSmCount, preferredCoscheduledSmCount, flags, localityDomainId, reserved[11]; } carmine_sm_group;

/// A frame of an EGL stream, which is passed by value.
typedef struct {
  unsigned int width, height, depth, pitch, numChannels;
  struct cudaChannelFormatDesc channelDesc;
  unsigned int reserved[4];
} cudaEglPlaneDesc;
typedef struct {
  union { void *pArray[3]; struct cudaPitchedPtr pPitch[3]; } frame;
  cudaEglPlaneDesc planeDesc[3];
  unsigned int planeCount;
  int frameType, eglColorFormat;
} cudaEglFrame;

#include "carmine_cuda_memory.h"
#include "carmine_graph.h"
#endif
