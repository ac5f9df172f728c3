// The C structs and numbers of CUDA's API that cross the boundary, declared here from the documented layouts; a test compiles
// the same list of fields against NVIDIA's own headers, 12 and 13, and compares sizes and offsets.
// Enumerations are plain ints: their values are checked where they are used.
#ifndef CARMINE_CUDA_H
#define CARMINE_CUDA_H
#include <stddef.h>
#include <stdint.h>

typedef struct { unsigned int x, y, z; } carmine_dim3;

typedef struct { char bytes[16]; } cudaUUID_t;

struct cudaExtent { size_t width, height, depth; };
struct cudaPos { size_t x, y, z; };
struct cudaPitchedPtr { void *ptr; size_t pitch, xsize, ysize; };
struct cudaChannelFormatDesc { int x, y, z, w; int f; };

/// cudaResourceDesc, its union spread out: `pointer` is the array, the mipmapped array or the memory; `width` is the size in bytes of
/// linear memory.  CUDA 13's is longer.
struct carmine_resource {
  int resType;
  void *pointer;
  struct cudaChannelFormatDesc desc;
  size_t width, height, pitchInBytes;
};

struct cudaTextureDesc {
  int addressMode[3], filterMode, readMode, sRGB;
  float borderColor[4];
  int normalizedCoords;
  unsigned int maxAnisotropy;
  int mipmapFilterMode;
  float mipmapLevelBias, minMipmapLevelClamp, maxMipmapLevelClamp;
  int disableTrilinearOptimization, seamlessCubemap;
};

typedef struct {
  int format;
  size_t width, height, depth;
  unsigned int firstMipmapLevel, lastMipmapLevel, firstLayer, lastLayer, reserved[16];
} cudaResourceViewDesc;

struct cudaMemcpy3DParms {
  void *srcArray;
  struct cudaPos srcPos;
  struct cudaPitchedPtr srcPtr;
  void *dstArray;
  struct cudaPos dstPos;
  struct cudaPitchedPtr dstPtr;
  struct cudaExtent extent;
  int kind;
};

struct cudaMemcpy3DPeerParms {
  void *srcArray;
  struct cudaPos srcPos;
  struct cudaPitchedPtr srcPtr;
  int srcDevice;
  void *dstArray;
  struct cudaPos dstPos;
  struct cudaPitchedPtr dstPtr;
  int dstDevice;
  struct cudaExtent extent;
};

/// CUDA 12: ends after `hostPointer`.  CUDA 13 adds `reserved`.
struct cudaPointerAttributes12 { int type; int device; void *devicePointer; void *hostPointer; };
struct cudaPointerAttributes13 { int type; int device; void *devicePointer; void *hostPointer; long reserved[8]; };

struct cudaFuncAttributes {
  size_t sharedSizeBytes, constSizeBytes, localSizeBytes;
  int maxThreadsPerBlock, numRegs, ptxVersion, binaryVersion, cacheModeCA, maxDynamicSharedSizeBytes, preferredShmemCarveout;
  int clusterDimMustBeSet, requiredClusterWidth, requiredClusterHeight, requiredClusterDepth;
  int clusterSchedulingPolicyPreference, nonPortableClusterSizeAllowed;
  int reserved[16];
};

struct cudaMemLocation { int type; int id; };
struct cudaMemAccessDesc { struct cudaMemLocation location; int flags; };
struct cudaMemPoolProps {
  int allocType, handleTypes;
  struct cudaMemLocation location;
  void *win32SecurityAttributes;
  size_t maxSize;
  unsigned short usage;
  unsigned char reserved[54];
};

/// A launch attribute: its value is a union of 64 bytes, of which the first word is what we read.
typedef struct { int id; char pad[4]; union { char bytes[64]; int cooperative; int priority; unsigned int dimensions[3]; } val; } cudaLaunchAttribute;
typedef struct {
  carmine_dim3 gridDim, blockDim;
  size_t dynamicSmemBytes;
  void *stream;
  cudaLaunchAttribute *attrs;
  unsigned int numAttrs;
} cudaLaunchConfig_t;

/// One device's part of cudaLaunchCooperativeKernelMultiDevice (CUDA 12).
struct cudaLaunchParams {
  void *func;
  carmine_dim3 gridDim, blockDim;
  void **args;
  size_t sharedMem;
  void *stream;
};

/// What cudaStreamBeginRecaptureToGraph is given: called with the pointer, a node, its old and its new cudaGraphNodeParams, and a status.
struct cudaGraphRecaptureCallbackData {
  int (*callbackFunc)(void *data, void *node, const void *original, const void *recaptured, int status);
  void *userData;
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

/// The driver API's cuLaunchKernelEx.
typedef struct {
  unsigned int gridDimX, gridDimY, gridDimZ, blockDimX, blockDimY, blockDimZ, sharedMemBytes;
  void *hStream;
  cudaLaunchAttribute *attrs;
  unsigned int numAttrs;
} CUlaunchConfig;

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

// The two layouts share most runs of fields; X-macros keep one list of each.
#define CARMINE_DEVICE_PROP_HEAD \
  char name[256]; \
  cudaUUID_t uuid; \
  char luid[8]; \
  unsigned int luidDeviceNodeMask; \
  size_t totalGlobalMem, sharedMemPerBlock; \
  int regsPerBlock, warpSize; \
  size_t memPitch; \
  int maxThreadsPerBlock, maxThreadsDim[3], maxGridSize[3];

#define CARMINE_DEVICE_PROP_TEXTURES \
  int maxTexture2D[2], maxTexture2DMipmap[2], maxTexture2DLinear[3], maxTexture2DGather[2], maxTexture3D[3], maxTexture3DAlt[3]; \
  int maxTextureCubemap, maxTexture1DLayered[2], maxTexture2DLayered[3], maxTextureCubemapLayered[2]; \
  int maxSurface1D, maxSurface2D[2], maxSurface3D[3], maxSurface1DLayered[2], maxSurface2DLayered[3]; \
  int maxSurfaceCubemap, maxSurfaceCubemapLayered[2]; \
  size_t surfaceAlignment; \
  int concurrentKernels, ECCEnabled, pciBusID, pciDeviceID, pciDomainID, tccDriver, asyncEngineCount, unifiedAddressing;

#define CARMINE_DEVICE_PROP_MEMORY \
  int memoryBusWidth, l2CacheSize, persistingL2CacheMaxSize, maxThreadsPerMultiProcessor, streamPrioritiesSupported; \
  int globalL1CacheSupported, localL1CacheSupported; \
  size_t sharedMemPerMultiprocessor; \
  int regsPerMultiprocessor, managedMemory, isMultiGpuBoard, multiGpuBoardGroupID, hostNativeAtomicSupported;

#define CARMINE_DEVICE_PROP_LAUNCH \
  int pageableMemoryAccess, concurrentManagedAccess, computePreemptionSupported, canUseHostPointerForRegisteredMem, cooperativeLaunch;

#define CARMINE_DEVICE_PROP_TAIL \
  size_t sharedMemPerBlockOptin; \
  int pageableMemoryAccessUsesHostPageTables, directManagedMemAccessFromHost, maxBlocksPerMultiProcessor, accessPolicyMaxWindowSize; \
  size_t reservedSharedMemPerBlock;

#define CARMINE_DEVICE_PROP_LATER \
  int hostRegisterSupported, sparseCudaArraySupported, hostRegisterReadOnlySupported, timelineSemaphoreInteropSupported; \
  int memoryPoolsSupported, gpuDirectRDMASupported; \
  unsigned int gpuDirectRDMAFlushWritesOptions; \
  int gpuDirectRDMAWritesOrdering; \
  unsigned int memoryPoolSupportedHandleTypes; \
  int deferredMappingCudaArraySupported, ipcEventSupported, clusterLaunch, unifiedFunctionPointers;

/// What cudaGetDeviceProperties_v2 of CUDA 12 fills in; the older cudaGetDeviceProperties ends with the field
/// `reservedSharedMemPerBlock`.
struct cudaDeviceProp12 {
  CARMINE_DEVICE_PROP_HEAD
  int clockRate;
  size_t totalConstMem;
  int major, minor;
  size_t textureAlignment, texturePitchAlignment;
  int deviceOverlap, multiProcessorCount, kernelExecTimeoutEnabled, integrated, canMapHostMemory, computeMode;
  int maxTexture1D, maxTexture1DMipmap, maxTexture1DLinear;
  CARMINE_DEVICE_PROP_TEXTURES
  int memoryClockRate;
  CARMINE_DEVICE_PROP_MEMORY
  int singleToDoublePrecisionPerfRatio;
  CARMINE_DEVICE_PROP_LAUNCH
  int cooperativeMultiDeviceLaunch;
  CARMINE_DEVICE_PROP_TAIL
  CARMINE_DEVICE_PROP_LATER
  int reserved[63];
};

struct cudaDeviceProp13 {
  CARMINE_DEVICE_PROP_HEAD
  size_t totalConstMem;
  int major, minor;
  size_t textureAlignment, texturePitchAlignment;
  int multiProcessorCount, integrated, canMapHostMemory;
  int maxTexture1D, maxTexture1DMipmap;
  CARMINE_DEVICE_PROP_TEXTURES
  CARMINE_DEVICE_PROP_MEMORY
  CARMINE_DEVICE_PROP_LAUNCH
  CARMINE_DEVICE_PROP_TAIL
  CARMINE_DEVICE_PROP_LATER
  int deviceNumaConfig, deviceNumaId, mpsEnabled, hostNumaId;
  unsigned int gpuPciDeviceID, gpuPciSubsystemID;
  int hostNumaMultinodeIpcSupported;
  int reserved[56];
};
#include "carmine_cuda_memory.h"
#include "carmine_graph.h"
#endif
