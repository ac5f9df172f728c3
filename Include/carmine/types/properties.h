/* What cudaGetDeviceProperties fills in. CUDA 12 and 13 have different layouts. */
#ifndef CARMINE_TYPES_PROPERTIES_H
#define CARMINE_TYPES_PROPERTIES_H

#include "uuid.h"

/* Everything that is known of a device. Sizes in bytes, widths and heights in elements, flags 1 or 0. */
struct cudaDeviceProp {
  char name[256];
  cudaUUID_t uuid; /* 16 bytes that no other device has */
  char luid[8]; /* of Windows; all 0 elsewhere */
  unsigned int luidDeviceNodeMask;
  size_t totalGlobalMem;
  size_t sharedMemPerBlock; /* without opting in */
  int regsPerBlock; /* 32-bit registers */
  int warpSize;
  size_t memPitch; /* the largest pitch of a copy */
  int maxThreadsPerBlock;
  int maxThreadsDim[3];
  int maxGridSize[3];
#if CARMINE_CUDA < 13
  int clockRate; /* kHz */
#endif
  size_t totalConstMem; /* for __constant__ variables of a module */
  int major; /* compute capability */
  int minor;
  size_t textureAlignment;
  size_t texturePitchAlignment;
#if CARMINE_CUDA < 13
  int deviceOverlap;
#endif
  int multiProcessorCount;
#if CARMINE_CUDA < 13
  int kernelExecTimeoutEnabled;
#endif
  int integrated;
  int canMapHostMemory;
#if CARMINE_CUDA < 13
  int computeMode; /* a cudaComputeMode */
#endif
  int maxTexture1D;
  int maxTexture1DMipmap;
#if CARMINE_CUDA < 13
  int maxTexture1DLinear;
#endif
  int maxTexture2D[2];
  int maxTexture2DMipmap[2];
  int maxTexture2DLinear[3];
  int maxTexture2DGather[2];
  int maxTexture3D[3];
  int maxTexture3DAlt[3];
  int maxTextureCubemap;
  int maxTexture1DLayered[2];
  int maxTexture2DLayered[3];
  int maxTextureCubemapLayered[2];
  int maxSurface1D;
  int maxSurface2D[2];
  int maxSurface3D[3];
  int maxSurface1DLayered[2];
  int maxSurface2DLayered[3];
  int maxSurfaceCubemap;
  int maxSurfaceCubemapLayered[2];
  size_t surfaceAlignment;
  int concurrentKernels;
  int ECCEnabled;
  int pciBusID;
  int pciDeviceID;
  int pciDomainID;
  int tccDriver; /* a driver without display */
  int asyncEngineCount; /* copies that can go on beside a kernel */
  int unifiedAddressing;
#if CARMINE_CUDA < 13
  int memoryClockRate; /* kHz */
#endif
  int memoryBusWidth; /* bits */
  int l2CacheSize;
  int persistingL2CacheMaxSize;
  int maxThreadsPerMultiProcessor;
  int streamPrioritiesSupported;
  int globalL1CacheSupported;
  int localL1CacheSupported;
  size_t sharedMemPerMultiprocessor;
  int regsPerMultiprocessor; /* 32-bit registers */
  int managedMemory;
  int isMultiGpuBoard;
  int multiGpuBoardGroupID;
  int hostNativeAtomicSupported;
#if CARMINE_CUDA < 13
  int singleToDoublePrecisionPerfRatio;
#endif
  int pageableMemoryAccess;
  int concurrentManagedAccess;
  int computePreemptionSupported;
  int canUseHostPointerForRegisteredMem;
  int cooperativeLaunch;
#if CARMINE_CUDA < 13
  int cooperativeMultiDeviceLaunch;
#endif
  size_t sharedMemPerBlockOptin; /* what cudaFuncAttributeMaxDynamicSharedMemorySize can ask for */
  int pageableMemoryAccessUsesHostPageTables;
  int directManagedMemAccessFromHost;
  int maxBlocksPerMultiProcessor;
  int accessPolicyMaxWindowSize;
  size_t reservedSharedMemPerBlock; /* for the system */
  int hostRegisterSupported;
  int sparseCudaArraySupported;
  int hostRegisterReadOnlySupported;
  int timelineSemaphoreInteropSupported;
  int memoryPoolsSupported;
  int gpuDirectRDMASupported;
  unsigned int gpuDirectRDMAFlushWritesOptions; /* cudaFlushGPUDirectRDMAWritesOptions */
  int gpuDirectRDMAWritesOrdering; /* a cudaGPUDirectRDMAWritesOrdering */
  unsigned int memoryPoolSupportedHandleTypes; /* cudaMemAllocationHandleType, or-ed */
  int deferredMappingCudaArraySupported;
  int ipcEventSupported;
  int clusterLaunch;
  int unifiedFunctionPointers;
#if CARMINE_CUDA >= 13
  int deviceNumaConfig;
  int deviceNumaId;
  int mpsEnabled;
  int hostNumaId;
  unsigned int gpuPciDeviceID;
  unsigned int gpuPciSubsystemID;
  int hostNumaMultinodeIpcSupported;
  int reserved[56];
#else
  int reserved[63];
#endif
};

#endif
