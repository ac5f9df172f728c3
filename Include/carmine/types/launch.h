/* Launches: configuration and attributes. */
#ifndef CARMINE_TYPES_LAUNCH_H
#define CARMINE_TYPES_LAUNCH_H

#include "../../vector_types.h"
#include "functions.h"
#include "memory.h"
#include "streams.h"

enum cudaClusterSchedulingPolicy {
  cudaClusterSchedulingPolicyDefault = 0,
  cudaClusterSchedulingPolicySpread = 1,
  cudaClusterSchedulingPolicyLoadBalancing = 2,
#if CARMINE_CUDA >= 13
  cudaClusterSchedulingPolicyRubinDsmemLocality = 3,
#endif
};

#if CARMINE_CUDA < 13
struct cudaLaunchParams {
  void *func;
  dim3 gridDim;
  dim3 blockDim;
  void **args;
  size_t sharedMem;
  cudaStream_t stream;
};
#endif

typedef enum cudaLaunchMemSyncDomain {
  cudaLaunchMemSyncDomainDefault = 0,
  cudaLaunchMemSyncDomainRemote = 1,
} cudaLaunchMemSyncDomain;

typedef struct cudaLaunchMemSyncDomainMap_st {
  unsigned char default_;
  unsigned char remote;
} cudaLaunchMemSyncDomainMap;

#if CARMINE_CUDA >= 13
typedef enum cudaLaunchAttributePortableClusterMode {
  cudaLaunchPortableClusterModeDefault = 0,
  cudaLaunchPortableClusterModeRequirePortable = 1,
  cudaLaunchPortableClusterModeAllowNonPortable = 2,
} cudaLaunchAttributePortableClusterMode;
#endif

/* What a launch, a kernel node or a stream can be told. */
typedef enum cudaLaunchAttributeID {
  cudaLaunchAttributeIgnore = 0,
  cudaLaunchAttributeAccessPolicyWindow = 1,
  cudaLaunchAttributeCooperative = 2,
  cudaLaunchAttributeSynchronizationPolicy = 3,
  cudaLaunchAttributeClusterDimension = 4,
  cudaLaunchAttributeClusterSchedulingPolicyPreference = 5,
  cudaLaunchAttributeProgrammaticStreamSerialization = 6,
  cudaLaunchAttributeProgrammaticEvent = 7,
  cudaLaunchAttributePriority = 8,
  cudaLaunchAttributeMemSyncDomainMap = 9,
  cudaLaunchAttributeMemSyncDomain = 10,
  cudaLaunchAttributePreferredClusterDimension = 11,
  cudaLaunchAttributeLaunchCompletionEvent = 12,
  cudaLaunchAttributeDeviceUpdatableKernelNode = 13,
  cudaLaunchAttributePreferredSharedMemoryCarveout = 14,
#if CARMINE_CUDA >= 13
  cudaLaunchAttributeNvlinkUtilCentricScheduling = 16,
  cudaLaunchAttributePortableClusterSizeMode = 17,
  cudaLaunchAttributeSharedMemoryMode = 18,
#endif
} cudaLaunchAttributeID;

/* An attribute's value; the id says which member counts. */
typedef union cudaLaunchAttributeValue {
  char pad[64];
  struct cudaAccessPolicyWindow accessPolicyWindow;
  int cooperative;
  CARMINE_ENUM(cudaSynchronizationPolicy) syncPolicy;
  struct {
    unsigned int x;
    unsigned int y;
    unsigned int z;
  } clusterDim;
  CARMINE_ENUM(cudaClusterSchedulingPolicy) clusterSchedulingPolicyPreference;
  int programmaticStreamSerializationAllowed;
  struct {
    cudaEvent_t event;
    int flags;
    int triggerAtBlockStart;
  } programmaticEvent;
  int priority;
  cudaLaunchMemSyncDomainMap memSyncDomainMap;
  CARMINE_ENUM_TYPE(cudaLaunchMemSyncDomain) memSyncDomain;
  struct {
    unsigned int x;
    unsigned int y;
    unsigned int z;
  } preferredClusterDim;
  struct {
    cudaEvent_t event;
    int flags;
  } launchCompletionEvent;
  struct {
    int deviceUpdatable;
    cudaGraphDeviceNode_t devNode;
  } deviceUpdatableKernelNode;
  unsigned int sharedMemCarveout;
#if CARMINE_CUDA >= 13
  unsigned int nvlinkUtilCentricScheduling;
  CARMINE_ENUM_TYPE(cudaLaunchAttributePortableClusterMode) portableClusterSizeMode;
  CARMINE_ENUM_TYPE(cudaSharedMemoryMode) sharedMemoryMode;
#endif
} cudaLaunchAttributeValue;

typedef struct cudaLaunchAttribute_st {
  CARMINE_ENUM_TYPE(cudaLaunchAttributeID) id;
  char pad[4];
  cudaLaunchAttributeValue val;
} cudaLaunchAttribute;

/* A launch without its kernel. */
typedef struct cudaLaunchConfig_st {
  dim3 gridDim;
  dim3 blockDim;
  size_t dynamicSmemBytes;
  cudaStream_t stream;
  cudaLaunchAttribute *attrs;
  unsigned int numAttrs;
} cudaLaunchConfig_t;

#endif
